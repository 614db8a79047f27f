/* SPDX-License-Identifier: MIT */
/*
 * hash.h - SHA-1, SHA-256, SHA-512, HMAC-SHA256, PBKDF2-HMAC-SHA512 and scrypt.
 *
 * Each hash takes its input as `count` parts, which are hashed as if they stood
 * behind each other, so that nobody copies bytes together only to hash them.
 * Errors: MEMORY, CRYPTO (the library has no such algorithm); `out` is then zeroed.
 */
#ifndef CG_HASH_H
#define CG_HASH_H

#include "err.h"

CG_MUST_USE cg_err cg_sha1(const cg_bytes *parts, size_t count, uint8_t out[20]);
CG_MUST_USE cg_err cg_sha256(const cg_bytes *parts, size_t count, uint8_t out[32]);
CG_MUST_USE cg_err cg_sha512(const cg_bytes *parts, size_t count, uint8_t out[64]);

CG_MUST_USE cg_err cg_hmac_sha256(cg_bytes key, const cg_bytes *parts, size_t count,
                                  uint8_t out[32]);

/* USAGE if rounds < 1. 100 000 rounds take about 50 ms: not on a server's loop. */
CG_MUST_USE cg_err cg_pbkdf2_sha512(cg_bytes password, cg_bytes salt, int rounds,
                                    uint8_t out[64]);

/* scrypt (RFC 7914) with r = 8: takes 2^(10 + log_n) bytes of memory, and for log_n 15
 * and p 3 about 150 ms. USAGE unless log_n is 1 to 20 and p 1 to 16. */
CG_MUST_USE cg_err cg_scrypt(cg_bytes password, cg_bytes salt, uint32_t log_n, uint32_t p,
                             uint8_t out[32]);

#endif
