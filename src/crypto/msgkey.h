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

/* `data` is what is encrypted without its padding. */
CG_MUST_USE cg_err cg_msgkey_v1(cg_bytes data, uint8_t out[16]);
CG_MUST_USE cg_err cg_kdf_v1(const uint8_t key[256], int x, const uint8_t msg_key[16],
                             uint8_t aes_key[32], uint8_t aes_iv[32]);

#endif
