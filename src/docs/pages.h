/* SPDX-License-Identifier: MIT */
/* pages.h - one function for each kind of page; each appends a whole page. */
#ifndef CG_DOCS_PAGES_H
#define CG_DOCS_PAGES_H

#include "html.h"

/* `fault` names an example that the schema does not take. */
CG_MUST_USE cg_err cg_page_def(const cg_html *h, const cg_docs_def *def, cg_fault *fault);
void cg_page_type(const cg_html *h, const cg_docs_type *type);
void cg_page_error(const cg_html *h, const cg_docs_error *error);

void cg_page_home(const cg_html *h);
void cg_page_defs(const cg_html *h, bool methods);
void cg_page_types(const cg_html *h);
void cg_page_errors(const cg_html *h);

/* cg_docs_print() on a model that is loaded already; `arena` holds what is made on the
 * way. */
CG_MUST_USE cg_err cg_docs_print_from(const cg_docs *d, cg_arena *arena, const char *name,
                                      const char *const *others, cg_buf *out,
                                      const char **similar, cg_fault *fault);

/* What search.js searches: "const centigramIndex = [[kind, name, text], ...];". */
void cg_page_search_index(const cg_html *h);

#endif
