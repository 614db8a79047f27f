/* SPDX-License-Identifier: MIT */
/*
 * msgkey.h - msg_key and the AES key and iv that come from it, for MTProto 2.0 and,
 * where auth.bindTempAuthKey still wants it, 1.0.
 *
 * `key` is the authorization key; x is 0 for messages from client to server and 8 for
 * those from server to client. Errors: MEMORY, CRYPTO; outputs are then zeroed.
 *
 * https://core.telegram.org/mtproto/description
 * https://core.telegram.org/mtproto/description_v1
 */
#ifndef CG_MSGKEY_H
#define CG_MSGKEY_H

#include "err.h"

/* `plain` is everything that is encrypted, padding included. *quick_ack is the token
 * of a quick acknowledgement, bit 31 set; the pointer may be NULL. */
CG_MUST_USE cg_err cg_msgkey_v2(const uint8_t key[256], int x, cg_bytes plain,
                                uint8_t out[16], uint32_t *quick_ack);
CG_MUST_USE cg_err cg_kdf_v2(const uint8_t key[256], int x, const uint8_t msg_key[16],
                             uint8_t aes_key[32], uint8_t aes_iv[32]);

/* Opens what stands behind msg_key in a packet: derives AES key and iv from `msg_key`,
 * decrypts `len` bytes from `in` to `out` (which may be the same) and gives in `found`
 * the msg_key of what came out, which the caller compares with cg_equal_ct() before it
 * looks at any of it. One pass: faster than the three functions it stands for. *quick_ack
 * as above. USAGE unless len is a multiple of 16; MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_msgkey_open_v2(const uint8_t key[256], int x,
                                     const uint8_t msg_key[16], const uint8_t *in,
                                     uint8_t *out, size_t len, uint8_t found[16],
                                     uint32_t *quick_ack);

/* `data` is what is encrypted without its padding. */
CG_MUST_USE cg_err cg_msgkey_v1(cg_bytes data, uint8_t out[16]);
CG_MUST_USE cg_err cg_kdf_v1(const uint8_t key[256], int x, const uint8_t msg_key[16],
                             uint8_t aes_key[32], uint8_t aes_iv[32]);

#endif
