/* SPDX-License-Identifier: MIT */
/* bind.c - see bind.h for the contract. */
#include "bind.h"

#include "ige.h"
#include "msgkey.h"
#include "wipe.h"

#include <string.h>

enum {
  KEY_ID = 8,
  HEAD = KEY_ID + 16, /* with msg_key */
  RANDOM = 16,
  MESSAGE = 16, /* msg_id, seqno, length */
  INNER = 40,
  SIGNED = RANDOM + MESSAGE + INNER, /* what msg_key is of */
  PADDING = 8,
  PLAIN = SIGNED + PADDING
};
#define BIND_AUTH_KEY_INNER 0x75a3f765u

static uint8_t *put(uint8_t *at, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; i++) at[i] = (uint8_t)(value >> 8 * i);
  return at + size;
}

/* Everything between the random bytes in front and those behind. */
static void put_message(uint8_t *at, const cg_auth_key *permanent, const cg_bind *b) {
  at = put(at, b->msg_id, 8);
  at = put(at, 0, 4); /* seqno */
  at = put(at, INNER, 4);
  at = put(at, BIND_AUTH_KEY_INNER, 4);
  at = put(at, b->nonce, 8);
  at = put(at, b->temp_id, 8);
  at = put(at, permanent->id, 8);
  at = put(at, b->session_id, 8);
  put(at, (uint32_t)b->expires_at, 4);
}

typedef cg_err cipher(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in,
                      uint8_t *out, size_t len);

static cg_err run(cipher *c, const cg_auth_key *permanent, const uint8_t msg_key[16],
                  const uint8_t *in, uint8_t *out) {
  uint8_t key[32], iv[32];
  cg_err err = cg_kdf_v1(permanent->key, 0, msg_key, key, iv);
  if (!err) err = c(key, iv, in, out, PLAIN);
  cg_wipe(key, sizeof key);
  cg_wipe(iv, sizeof iv);
  return err;
}

cg_err cg_bind_seal(const cg_auth_key *permanent, const cg_bind *b, const cg_rng *rng,
                    uint8_t out[CG_BIND_SIZE]) {
  uint8_t plain[PLAIN];
  cg_err err = cg_rng_fill(rng, plain, RANDOM);
  if (!err) err = cg_rng_fill(rng, plain + SIGNED, PADDING);
  put_message(plain + RANDOM, permanent, b);
  put(out, permanent->id, KEY_ID);
  if (!err) err = cg_msgkey_v1((cg_bytes){ plain, SIGNED }, out + KEY_ID);
  if (!err) err = run(cg_ige_encrypt, permanent, out + KEY_ID, plain, out + HEAD);
  cg_wipe(plain, sizeof plain);
  if (err) cg_wipe(out, CG_BIND_SIZE);
  return err;
}

/* Every field at once, after msg_key: which one differs is nobody's business. */
cg_err cg_bind_open(const cg_auth_key *permanent, const cg_bind *want, cg_bytes message) {
  uint8_t plain[PLAIN], found[16], wanted[MESSAGE + INNER], id[KEY_ID];
  if (message.len != CG_BIND_SIZE) return CG_E_VERIFY;
  const uint8_t *msg_key = message.at + KEY_ID;
  put(id, permanent->id, KEY_ID);
  put_message(wanted, permanent, want);
  cg_err err = run(cg_ige_decrypt, permanent, msg_key, message.at + HEAD, plain);
  if (!err) err = cg_msgkey_v1((cg_bytes){ plain, SIGNED }, found);
  if (!err && !(cg_equal_ct(id, message.at, sizeof id) &&
                cg_equal_ct(found, msg_key, sizeof found) &&
                cg_equal_ct(plain + RANDOM, wanted, sizeof wanted)))
    err = CG_E_VERIFY;
  cg_wipe(plain, sizeof plain);
  return err;
}
