/* SPDX-License-Identifier: MIT */
/*
 * wipe.h - clearing secrets and comparing them without telling where they differ.
 */
#ifndef CG_WIPE_H
#define CG_WIPE_H

#include "err.h"

/* Sets `n` bytes to zero in a way that the compiler never leaves out. */
void cg_wipe(void *p, size_t n);

/* True if `n` bytes are equal; takes the same time wherever they differ. */
bool cg_equal_ct(const void *a, const void *b, size_t n);

#endif
