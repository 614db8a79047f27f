/* SPDX-License-Identifier: MIT */
/* utf8.h - checks and writes UTF-8 (RFC 3629: no surrogates, no overlong forms). */
#ifndef CG_UTF8_H
#define CG_UTF8_H

#include <centigram/base.h>

/* Length of the valid sequence that `s` begins with, 0 if it begins with none. */
size_t cg_utf8_step(cg_bytes s);

bool cg_utf8_valid(cg_bytes s);

/* Number of code points in valid text. */
size_t cg_utf8_count(cg_bytes s);

/* Writes `point` (at most 0x10ffff) and returns its length, 1 to 4. */
size_t cg_utf8_put(uint32_t point, uint8_t out[4]);

#endif
