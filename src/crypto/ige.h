/* SPDX-License-Identifier: MIT */
/*
 * ige.h - AES-256 in IGE mode, the cipher of every MTProto message.
 *
 * c[i] = AES(p[i] ^ c[i-1]) ^ p[i-1], where iv = c[-1] | p[-1]. No table is looked up
 * with secret data, whichever processor it runs on.
 *
 * https://core.telegram.org/mtproto/AES-IGE
 */
#ifndef CG_IGE_H
#define CG_IGE_H

#include "err.h"

/* `in` and `out` may be the same buffer, but not overlap otherwise. USAGE if len is
 * no multiple of 16; `out` is then left alone. No other errors. */
CG_MUST_USE cg_err cg_ige_encrypt(const uint8_t key[32], const uint8_t iv[32],
                                  const uint8_t *in, uint8_t *out, size_t len);
CG_MUST_USE cg_err cg_ige_decrypt(const uint8_t key[32], const uint8_t iv[32],
                                  const uint8_t *in, uint8_t *out, size_t len);

#endif
