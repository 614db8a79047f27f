/* SPDX-License-Identifier: MIT */
/*
 * ctr.h - AES-256-CTR as a stream: the state goes on over calls, so that any split of
 * the data gives the same bytes. The counter is 128 bits, big-endian, with carry.
 *
 * https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
 */
#ifndef CG_CTR_H
#define CG_CTR_H

#include "err.h"

typedef struct cg_ctr {
  struct evp_cipher_ctx_st *cipher; /* NULL: not set up, or wiped */
} cg_ctr;

/* MEMORY or CRYPTO: `c` is as wiped. To be ended with cg_ctr_wipe(). Must not be
 * called on a state in use. */
CG_MUST_USE cg_err cg_ctr_init(cg_ctr *c, const uint8_t key[32], const uint8_t iv[16]);

/* Encrypts or decrypts in place. CRYPTO: the stream is beyond repair, close it. */
CG_MUST_USE cg_err cg_ctr_xor(cg_ctr *c, uint8_t *data, size_t len);

/* Clears and frees the state. A zeroed or wiped `c` is allowed. */
void cg_ctr_wipe(cg_ctr *c);

#endif
