/* SPDX-License-Identifier: MIT */
/* suggest.h - what an error text says besides that a name is wrong. */
#ifndef CG_TL_SUGGEST_H
#define CG_TL_SUGGEST_H

#include "rows.h"

/* " (did you mean auth.sendCode?)" if a method or constructor is called nearly so,
 * else nothing. Cut to fit. */
void tl_suggest(const cg_tl_schema *s, cg_bytes name, bool method, char *out,
                size_t size);

/* The names of the constructors of `type`, with commas; "..." at the end if not all fit.
 */
void tl_constructors_text(const cg_tl_schema *s, unsigned type, char *out, size_t size);

#endif
