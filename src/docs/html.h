/* SPDX-License-Identifier: MIT */
/* html.h - HTML into a buf, and what all pages have in common. */
#ifndef CG_DOCS_HTML_H
#define CG_DOCS_HTML_H

#include "model.h"

#include "buf.h"

typedef struct {
  cg_buf *b;
  const cg_docs *d;
  const char *root; /* way to the site's folder: "" or "../" */
} cg_html;

/* Appends `format`, in which %s is text to escape, %r markup as it is, %m one of our texts
 * (its links made relative), %d an int, %x a 32-bit number in eight hexadecimal digits. */
void cg_html_put(const cg_html *h, const char *format, ...);

/* The page from its beginning up to its heading, and from its end. */
void cg_html_begin(const cg_html *h, const char *title, const char *kind);
void cg_html_end(const cg_html *h);

/* Links to pages. */
void cg_html_def(const cg_html *h, const cg_docs_def *def);
void cg_html_type(const cg_html *h, const char *type);
void cg_html_error(const cg_html *h, const cg_docs_error *error);
/* A field's type, as in TL: "Vector<InputUser>" with a link inside. */
void cg_html_field_type(const cg_html *h, const cg_docs_field *f);

#endif
