/* SPDX-License-Identifier: MIT */
/*
 * bind.h - the message inside auth.bindTempAuthKey: what shows that whoever has a
 * temporary key has the permanent one, too.
 *
 * Encrypted with the permanent key as MTProto 1.0 did, 104 bytes:
 *
 *   perm_auth_key_id 8 | msg_key 16 | random 16, msg_id 8, seqno 4 = 0, length 4 = 40,
 *                                     bind_auth_key_inner 40, random 8
 *
 * https://core.telegram.org/method/auth.bindTempAuthKey (login.md 5.1, protocol.md
 * 125-127, 133)
 */
#ifndef CG_BIND_H
#define CG_BIND_H

#include "auth_key.h"
#include "rng.h"

enum { CG_BIND_SIZE = 104 };

/* What the message speaks of, besides the permanent key. */
typedef struct {
  uint64_t msg_id;     /* of the call that it travels in */
  uint64_t nonce;
  uint64_t temp_id;    /* of the key that the call is encrypted with */
  uint64_t session_id; /* that the call is made in */
  int32_t expires_at;  /* unix seconds by the server's clock */
} cg_bind;

/* Makes the message. RANDOM, MEMORY, CRYPTO: `out` is wiped. */
CG_MUST_USE cg_err cg_bind_seal(const cg_auth_key *permanent, const cg_bind *b,
                                const cg_rng *rng, uint8_t out[CG_BIND_SIZE]);

/* Checks that `message` is one for exactly `want`, under this permanent key. VERIFY,
 * whichever check it was; MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_bind_open(const cg_auth_key *permanent, const cg_bind *want,
                                cg_bytes message);

#endif
