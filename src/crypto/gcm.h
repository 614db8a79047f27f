/* SPDX-License-Identifier: MIT */
/*
 * gcm.h - AES-256-GCM: sealing of secrets at rest, bound to a context.
 *
 * A sealed text is nonce (12 bytes, random) | cipher text | tag (16 bytes). The `aad`
 * is authenticated and not stored: opening needs the same one.
 */
#ifndef CG_GCM_H
#define CG_GCM_H

#include "buf.h"
#include "rng.h"

enum { CG_GCM_OVERHEAD = 12 + 16 };

/* Appends the sealed text to `out`. MEMORY, RANDOM, CRYPTO, LIMIT (a part of 2^31
 * bytes or more): `out` is as it was before. */
CG_MUST_USE cg_err cg_gcm_seal(const uint8_t key[32], const cg_rng *rng, cg_bytes aad,
                               cg_bytes plain, cg_buf *out);

/* Appends the plain text to `out`. VERIFY if key, aad or sealed text is not the one it
 * was sealed with; nothing of the plain text is then in `out`. MEMORY, CRYPTO, LIMIT. */
CG_MUST_USE cg_err cg_gcm_open(const uint8_t key[32], cg_bytes aad, cg_bytes sealed,
                               cg_buf *out);

#endif
