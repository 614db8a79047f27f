/* SPDX-License-Identifier: MIT */
/* parse.h - a definition out of its TL text, as cg_tl_describe() writes it. */
#ifndef CG_DOCS_PARSE_H
#define CG_DOCS_PARSE_H

#include "model.h"

/* Fills id, generic, fields and result of `def` from def->tl; gives the fields, which
 * live in `arena`, or NULL when memory is out. Every field gets empty texts. */
cg_docs_field *cg_docs_parse(cg_arena *arena, cg_docs_def *def);

/* The name with "_" for ".", as the header has it. NULL when memory is out. */
const char *cg_docs_c_name(cg_arena *arena, const char *name);

#endif
