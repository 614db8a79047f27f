/* SPDX-License-Identifier: MIT */
/*
 * envelope.h - one encrypted message, sealed and opened (MTProto 2.0).
 *
 * Opening makes the checks that need nothing but the packet and its key
 * (protocol.md 138, 140-144): the session makes the others. No field is looked at
 * before msg_key has been verified over everything that was decrypted.
 *
 * https://core.telegram.org/mtproto/description
 */
#ifndef CG_ENVELOPE_H
#define CG_ENVELOPE_H

#include "auth_key.h"
#include "buf.h"
#include "rng.h"

typedef struct {
  uint64_t salt, session_id, msg_id;
  uint32_t seqno;
  cg_bytes body;
} cg_message;

/* auth_key_id in front of a packet; 0 for an unencrypted one or one too short. */
uint64_t cg_envelope_key_id(cg_bytes packet);

/* Appends `m`, encrypted by `from` under `key`, to `out`. Padding is random in
 * content and length. LIMIT if the body is too large, RANDOM, MEMORY, CRYPTO: `out`
 * is as it was before. */
CG_MUST_USE cg_err cg_envelope_seal(const cg_auth_key *key, cg_role from,
                                    const cg_message *m, const cg_rng *rng, cg_buf *out);

/* Opens a packet that `from` encrypted. `padded` says that transport padding of up
 * to 15 bytes may follow. `plain` is overwritten and holds what out->body points
 * into; it is wiped when a check fails. VERIFY, whichever check it was: discard, close
 * the connection. MEMORY. */
CG_MUST_USE cg_err cg_envelope_open(const cg_auth_key *key, cg_role from, cg_bytes packet,
                                    bool padded, cg_buf *plain, cg_message *out);

/* Quick-ack token of a packet that was opened into `plain` (protocol.md 29); 0, which
 * is none, if it cannot be computed. */
uint32_t cg_envelope_quick_ack(const cg_auth_key *key, cg_role from, const cg_buf *plain);

#endif
