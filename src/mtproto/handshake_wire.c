/* SPDX-License-Identifier: MIT */
/* handshake_wire.c - see handshake_wire.h for the contract. */
#include "handshake_wire.h"

#include "hash.h"
#include "ige.h"
#include "wipe.h"

#include <string.h>

enum { HASH = 20, BLOCK = 16 };

bool cg_nonces_equal(const cg_nonces *a, const cg_nonces *b) {
  return cg_equal_ct(a, b, sizeof *a);
}

void cg_nonces_read(cg_reader *r, cg_nonces *out) {
  cg_bytes raw = cg_reader_take(r, sizeof *out);
  if (raw.at)
    memcpy(out, raw.at, sizeof *out);
  else
    *out = (cg_nonces){ 0 };
}

void cg_nonces_put(cg_buf *out, uint32_t id, const cg_nonces *n) {
  cg_buf_u32(out, id);
  cg_buf_put(out, n, sizeof *n);
}

/* ---- unencrypted messages ------------------------------------------------- */

cg_err cg_plain_read(cg_bytes payload, cg_plain *out) {
  cg_reader r;
  cg_reader_init(&r, payload.at, payload.len);
  uint64_t key_id = cg_reader_u64(&r);
  out->msg_id = cg_reader_u64(&r);
  uint32_t len = cg_reader_u32(&r);
  out->body = cg_reader_take(&r, len);
  out->rest = cg_reader_left(&r);
  return r.err || key_id ? CG_E_PROTOCOL : CG_OK;
}

void cg_plain_put(cg_buf *out, uint64_t msg_id, cg_bytes body) {
  cg_buf_u64(out, 0);
  cg_buf_u64(out, msg_id);
  cg_buf_u32(out, (uint32_t)body.len);
  cg_buf_bytes(out, body);
}

/* ---- numbers -------------------------------------------------------------- */

static cg_bytes trimmed(cg_bytes number) {
  while (number.len && !*number.at) number = (cg_bytes){ number.at + 1, number.len - 1 };
  return number;
}

uint64_t cg_number_read(cg_reader *r) {
  cg_bytes in = cg_reader_str(r);
  uint64_t v = 0;
  if (in.len > sizeof v) cg_reader_fail(r, CG_E_MALFORMED);
  if (r->err) return 0;
  for (size_t i = 0; i < in.len; i++) v = v << 8 | in.at[i];
  return v;
}

void cg_number_put(cg_buf *out, uint64_t v) {
  uint8_t raw[8];
  for (size_t i = 8; i-- > 0; v >>= 8) raw[i] = (uint8_t)v;
  cg_buf_str(out, trimmed((cg_bytes){ raw, sizeof raw }));
}

void cg_number_read_2048(cg_reader *r, uint8_t out[256]) {
  cg_bytes in = cg_reader_str(r);
  if (in.len > 256) cg_reader_fail(r, CG_E_MALFORMED);
  memset(out, 0, 256);
  if (!r->err && in.len) memcpy(out + 256 - in.len, in.at, in.len);
}

void cg_number_put_2048(cg_buf *out, const uint8_t v[256]) {
  cg_buf_str(out, trimmed((cg_bytes){ v, 256 }));
}

/* ---- under the temporary key ---------------------------------------------- */

cg_err cg_tmp_key_derive(cg_tmp_key *k, const uint8_t new_nonce[32],
                         const uint8_t server_nonce[16]) {
  const cg_bytes n = { new_nonce, 32 }, s = { server_nonce, 16 };
  uint8_t ns[HASH], sn[HASH], nn[HASH];
  cg_err err = cg_sha1((cg_bytes[]){ n, s }, 2, ns);
  if (!err) err = cg_sha1((cg_bytes[]){ s, n }, 2, sn);
  if (!err) err = cg_sha1((cg_bytes[]){ n, n }, 2, nn);
  if (!err) {
    memcpy(k->key, ns, HASH);
    memcpy(k->key + HASH, sn, 12);
    memcpy(k->iv, sn + 12, 8);
    memcpy(k->iv + 8, nn, HASH);
    memcpy(k->iv + 28, new_nonce, 4);
  }
  cg_wipe(ns, sizeof ns);
  cg_wipe(sn, sizeof sn);
  cg_wipe(nn, sizeof nn);
  return err;
}

/* Fills `plain` with what is encrypted. */
static cg_err pad(cg_bytes data, const cg_rng *rng, cg_buf *plain) {
  size_t padding = (BLOCK - (HASH + data.len) % BLOCK) % BLOCK;
  uint8_t *at = cg_buf_grow(plain, HASH + data.len + padding);
  if (!at) return plain->err;
  memcpy(at + HASH, data.at, data.len);
  cg_err err = cg_sha1(&data, 1, at);
  if (!err && padding) err = cg_rng_fill(rng, at + HASH + data.len, padding);
  return err;
}

cg_err cg_tmp_seal(const cg_tmp_key *k, cg_bytes data, const cg_rng *rng, cg_buf *out) {
  cg_buf plain = { 0 };
  cg_err err = pad(data, rng, &plain);
  if (!err) err = cg_ige_encrypt(k->key, k->iv, plain.at, plain.at, plain.len);
  if (!err) cg_buf_str(out, cg_buf_view(&plain));
  cg_buf_wipe(&plain);
  return err ? err : out->err;
}

cg_err cg_tmp_open(const cg_tmp_key *k, cg_bytes sealed, cg_buf *plain, cg_reader *r) {
  if (sealed.len <= HASH || sealed.len % BLOCK || sealed.len > CG_HS_ENCRYPTED_MAX)
    return CG_E_PROTOCOL;
  uint8_t *at = cg_buf_grow(plain, sealed.len);
  if (!at) return plain->err;
  cg_reader_init(r, at + HASH, sealed.len - HASH);
  return cg_ige_decrypt(k->key, k->iv, sealed.at, at, sealed.len);
}

cg_err cg_tmp_check(const cg_buf *plain, const cg_reader *r, size_t padding) {
  uint8_t hash[HASH];
  cg_bytes object = { r->start, (size_t)(r->pos - r->start) };
  cg_err err = cg_sha1(&object, 1, hash);
  if (err) return err;
  bool same = cg_equal_ct(hash, plain->at, HASH);
  return same && !r->err && cg_reader_left(r) <= padding ? CG_OK : CG_E_VERIFY;
}

/* ---- hashes of new_nonce -------------------------------------------------- */

cg_err cg_new_nonce_hash(const uint8_t new_nonce[32], uint8_t number, uint64_t aux_hash,
                         uint8_t out[16]) {
  uint8_t tail[9] = { number }, hash[HASH];
  for (size_t i = 1; i < sizeof tail; i++, aux_hash >>= 8) tail[i] = (uint8_t)aux_hash;
  cg_bytes parts[] = { { new_nonce, 32 }, { tail, sizeof tail } };
  cg_err err = cg_sha1(parts, number == CG_HS_FAIL_HASH ? 1 : 2, hash);
  memcpy(out, hash + 4, 16);
  cg_wipe(tail, sizeof tail);
  cg_wipe(hash, sizeof hash);
  return err;
}

uint64_t cg_first_salt(const uint8_t new_nonce[32], const uint8_t server_nonce[16]) {
  uint64_t salt = 0;
  for (size_t i = 8; i-- > 0;) salt = salt << 8 | (new_nonce[i] ^ server_nonce[i]);
  return salt;
}
