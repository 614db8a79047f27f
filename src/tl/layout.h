/* SPDX-License-Identifier: MIT */
/*
 * layout.h - definitions become rows: struct offsets, presence bits, older forms.
 *
 * The generator prints what this makes; the server makes it at run time from a
 * schema file that the user brings.
 */
#ifndef CG_TL_LAYOUT_H
#define CG_TL_LAYOUT_H

#include "rows.h"
#include "schema.h"

/* A schema made of `base` (NULL: of nothing) and the definitions of `lists`, which
 * stand newest first. What `base` has keeps its index. The first definition of a
 * name is the newest form and makes the struct; later ones are older forms of it.
 * Lists with a layer also say which form that layer has; a list without one only
 * adds definitions and directives. Errors: UNKNOWN_NAME, UNEXPECTED, LIMIT, MEMORY. */
cg_err tl_layout(const cg_tl_schema *base, const tl_defs *const *lists, size_t nlists,
                 cg_tl_schema **out, cg_fault *fault);

/* The entry that rules for `newest` at `layer`, or NULL; and the place of the first
 * entry behind it. */
const tl_form *tl_form_at(const tl_form *forms, size_t n, unsigned newest, int layer);
size_t tl_form_after(const tl_form *forms, size_t n, unsigned newest, int layer);

/* The form of `newest` that `layer` knows, or NULL if it knows none. */
const tl_head *tl_form_for(const cg_tl_schema *s, const tl_head *newest, int layer);

#endif
