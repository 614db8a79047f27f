/* SPDX-License-Identifier: MIT */
/*
 * build.h - the growing tables while a schema is laid out (layout.c, forms.c).
 * Nothing here outlives tl_layout().
 */
#ifndef CG_TL_BUILD_H
#define CG_TL_BUILD_H

#include "layout.h"

typedef struct {
  const cg_tl_schema *base; /* NULL: there is none */
  const tl_defs *const *lists;
  size_t nlists;
  cg_fault *fault;
  tl_head *heads;
  const tl_def **defs; /* by head; NULL for those of base */
  tl_row *rows;
  uint8_t *mem_bit;    /* by row */
  tl_type *types;
  tl_form *forms;
  uint16_t *sorted;
  uint32_t *name_at;
  char *text;
  size_t nheads, nrows, ntypes, nforms, nsorted, nnames, text_len;
  size_t heads_cap, defs_cap, rows_cap, mem_bit_cap, types_cap, forms_cap, sorted_cap,
         names_cap, text_cap;
  size_t first_old_row;
  uint16_t *ids;       /* slot of 65536 -> head + 1 */
  uint16_t *words;     /* slot of 65536 -> name + 1 */
  uint16_t *constructors, *methods, *kinds; /* by name: newest head or type, + 1 */
} builder;

cg_err tl_build_memory(builder *b);
cg_err tl_build_limit(builder *b, const char *what);
const tl_head *tl_build_find(const builder *b, uint32_t id);
/* Number of the name `word`, added if it is new; -1 when memory or room is out. */
int tl_build_name(builder *b, cg_bytes word);
/* Head of the newest constructor of that name, or NULL. */
const tl_head *tl_build_constructor(builder *b, cg_bytes name);

cg_err tl_build_rows(builder *b);  /* rows.c */
cg_err tl_build_forms(builder *b); /* forms.c */

#endif
