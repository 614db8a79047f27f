/* SPDX-License-Identifier: MIT */
/*
 * envelope_fuzz.c - any bytes as a packet, and any bytes as the plain text of a packet
 * whose msg_key is right: what opens lies within it, padded as it must be.
 */
#include "envelope.h"
#include "ige.h"
#include "msgkey.h"

#include <stdlib.h>
#include <string.h>

enum { HEAD = 24, INNER = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const cg_auth_key *key, cg_bytes packet, bool padded) {
  cg_buf plain = { 0 };
  cg_message m;
  cg_err err = cg_envelope_open(key, CG_CLIENT, packet, padded, &plain, &m);
  if (err && err != CG_E_VERIFY) abort();
  if (err && plain.len) abort();
  if (!err) {
    size_t padding = plain.len - INNER - m.body.len;
    if (m.body.at != plain.at + INNER || m.body.len % 4) abort();
    if (m.body.len > plain.len - INNER || padding < 12 || padding > 1024) abort();
  }
  cg_buf_free(&plain);
}

/* Encrypts the whole blocks of `plain` as a client would; the rest follows as it is. */
static void seal(const cg_auth_key *key, cg_bytes plain, cg_buf *out) {
  uint8_t msg_key[16], aes_key[32], aes_iv[32];
  cg_bytes blocks = { plain.at, plain.len & ~(size_t)15 };
  if (cg_msgkey_v2(key->key, 0, blocks, msg_key, NULL)) abort();
  if (cg_kdf_v2(key->key, 0, msg_key, aes_key, aes_iv)) abort();
  cg_buf_u64(out, key->id);
  cg_buf_put(out, msg_key, sizeof msg_key);
  cg_buf_bytes(out, plain);
  if (out->err) return;
  if (cg_ige_encrypt(aes_key, aes_iv, plain.at, out->at + HEAD, blocks.len)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cg_auth_key key = { .id = 0x1d };
  memset(key.key, 0x5a, sizeof key.key);
  cg_bytes in = { data, size };
  check(&key, in, false);
  check(&key, in, true);
  cg_buf packet = { 0 };
  if (size) seal(&key, in, &packet);
  check(&key, cg_buf_view(&packet), false);
  check(&key, cg_buf_view(&packet), true);
  cg_buf_free(&packet);
  return 0;
}
