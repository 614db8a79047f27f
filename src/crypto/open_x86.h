/* SPDX-License-Identifier: MIT */
/*
 * open_x86.h - IGE decryption and SHA-256 of what comes out, in one pass. Private to
 * this folder.
 */
#ifndef CG_OPEN_X86_H
#define CG_OPEN_X86_H

#include "err.h"

/* Decrypts `len` bytes, a multiple of 16, from `in` to `out` (which may be the same) and
 * hashes `prefix` and then the plain text. False if the processor or the length (below
 * 48) is not for this function; nothing is then written. */
CG_MUST_USE bool cg_open_x86(const uint8_t key[32], const uint8_t iv[32],
                             const uint8_t prefix[32], const uint8_t *in, uint8_t *out,
                             size_t len, uint8_t hash[32]);

#endif
