/* SPDX-License-Identifier: MIT */
/*
 * token.h - the secrets that callers of an HTTP port show: made, hashed, wiped.
 *
 * A token is 32 random bytes in base64url, 43 characters. Only its SHA-256 is kept.
 */
#ifndef CG_TOKEN_H
#define CG_TOKEN_H

#include "rng.h"

enum { CG_TOKEN_SIZE = 44, CG_TOKEN_HASH_SIZE = 65 }; /* with the NUL */

/* Writes a new token. RANDOM. */
CG_MUST_USE cg_err cg_token_new(const cg_rng *rng, char out[CG_TOKEN_SIZE]);

/* The SHA-256 of `text` in hex. CRYPTO. */
CG_MUST_USE cg_err cg_token_hash(cg_bytes text, char out[CG_TOKEN_HASH_SIZE]);

/* Writes `len` bytes as lower-case hex digits and a NUL. */
void cg_token_hex(const uint8_t *at, size_t len, char *out);

/* Decodes base64 (not base64url), padded or not, into a text of less than `size` bytes;
 * false if it is none, holds a NUL or does not fit. */
bool cg_token_base64(const char *text, char *out, size_t size);

/* Overwrites a secret; is not optimised away. */
void cg_token_wipe(void *at, size_t size);

#endif
