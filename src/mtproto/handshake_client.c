/* SPDX-License-Identifier: MIT */
/*
 * handshake_client.c - the client's half of the key exchange; see handshake.h.
 *
 * Nothing is ever sent twice, so that an answer that comes twice or out of order ends
 * the exchange. Every error ends it too: secrets are wiped, `out` is left as it was.
 *
 * https://core.telegram.org/mtproto/auth_key (protocol.md 61-101)
 */
#include "clock.h"
#include "dh.h"
#include "handshake.h"
#include "handshake_wire.h"
#include "mem.h"
#include "msgid.h"
#include "pq.h"
#include "wipe.h"

#include <string.h>

enum { TIMEOUT_S = 30, SERVER_PADDING = 15, TRANSPORT_PADDING = 15, INNER_MAX = 256 };

typedef enum { NEW, WANT_PQ, WANT_DH, WANT_GEN, OVER } step;

struct cg_handshake {
  const cg_rsa_key *const *keys;
  size_t key_count;
  const cg_rng *rng;
  int32_t dc, expires_in;
  step step;
  unsigned retries;
  uint64_t deadline_us, last_msg_id;
  int64_t time_offset;
  cg_nonces nonces;
  struct {
    uint8_t new_nonce[32];
    cg_tmp_key tmp;
    uint8_t prime[CG_DH_SIZE], g_a[CG_DH_SIZE];
    int32_t g;
    cg_auth_key key; /* of the attempt that the server is asked about */
  } secret;
};

cg_err cg_handshake_new(cg_handshake **out, const cg_handshake_options *options) {
  *out = cg_alloc(sizeof **out);
  if (!*out) return CG_E_MEMORY;
  **out = (cg_handshake){ .keys = options->keys,
                          .key_count = options->key_count,
                          .rng = options->rng,
                          .dc = options->dc,
                          .expires_in = options->expires_in,
                          .deadline_us = CG_NEVER };
  return CG_OK;
}

void cg_handshake_free(cg_handshake *h) {
  if (!h) return;
  cg_wipe(h, sizeof *h);
  cg_free(h);
}

uint64_t cg_handshake_deadline(const cg_handshake *h) {
  return h->deadline_us;
}

/* Ends the exchange: nothing secret is left, nothing is sent. */
static cg_err over(cg_handshake *h, cg_err err) {
  cg_wipe(&h->secret, sizeof h->secret);
  h->step = OVER;
  return err;
}

static cg_err send_message(cg_handshake *h, const cg_buf *body, uint64_t now_us,
                           cg_buf *out) {
  if (body->err) return body->err;
  cg_plain_put(out, cg_msgid_next(&h->last_msg_id, now_us, CG_MSGID_CLIENT),
               cg_buf_view(body));
  return out->err;
}

cg_err cg_handshake_start(cg_handshake *h, uint64_t now_us, cg_buf *out) {
  if (h->step != NEW) return CG_E_STATE;
  size_t before = out->len;
  h->deadline_us = now_us + TIMEOUT_S * CG_SECOND;
  cg_buf body = { 0 };
  cg_err err = cg_rng_fill(h->rng, h->nonces.client, sizeof h->nonces.client);
  cg_buf_u32(&body, CG_HS_REQ_PQ_MULTI);
  cg_buf_put(&body, h->nonces.client, sizeof h->nonces.client);
  if (!err) err = send_message(h, &body, now_us, out);
  cg_buf_free(&body);
  if (err) {
    out->len = before;
    return over(h, err);
  }
  h->step = WANT_PQ;
  return CG_OK;
}

/* ---- resPQ ---------------------------------------------------------------- */

/* The first key of the server's list that is one of ours. */
static const cg_rsa_key *known_key(const cg_handshake *h, cg_reader *r) {
  const cg_rsa_key *found = NULL;
  if (cg_reader_u32(r) != CG_HS_VECTOR) cg_reader_fail(r, CG_E_MALFORMED);
  for (uint32_t n = cg_reader_count(r, 8); n > 0; n--) {
    uint64_t fingerprint = cg_reader_u64(r);
    for (size_t i = 0; i < h->key_count && !found; i++)
      if (cg_rsa_fingerprint(h->keys[i]) == fingerprint) found = h->keys[i];
  }
  return found;
}

/* Appends p_q_inner_data_dc or its form for temporary keys, with a new new_nonce. */
static cg_err put_inner(cg_handshake *h, uint64_t pq, uint64_t p, uint64_t q,
                        cg_buf *out) {
  cg_err err = cg_rng_fill(h->rng, h->secret.new_nonce, sizeof h->secret.new_nonce);
  if (err) return err;
  if (cg_buf_grow(out, INNER_MAX)) out->len = 0; /* else growing would leave copies */
  cg_buf_u32(out, h->expires_in ? CG_HS_INNER_TEMP_DC : CG_HS_INNER_DC);
  cg_number_put(out, pq);
  cg_number_put(out, p);
  cg_number_put(out, q);
  cg_buf_put(out, &h->nonces, sizeof h->nonces);
  cg_buf_put(out, h->secret.new_nonce, sizeof h->secret.new_nonce);
  cg_buf_u32(out, (uint32_t)h->dc);
  if (h->expires_in) cg_buf_u32(out, (uint32_t)h->expires_in);
  return out->err;
}

/* Appends req_DH_params. */
static cg_err put_req_dh(cg_handshake *h, const cg_rsa_key *key, uint64_t pq,
                         cg_buf *out) {
  uint64_t p = 0, q = 0;
  uint8_t encrypted[CG_RSA_SIZE];
  cg_buf inner = { 0 };
  cg_err err = cg_pq_factor(pq, &p, &q);
  if (err) return CG_E_PROTOCOL;
  err = put_inner(h, pq, p, q, &inner);
  if (!err) err = cg_rsa_pad_encrypt(key, cg_buf_view(&inner), h->rng, encrypted);
  cg_buf_wipe(&inner);
  if (err) return err;
  cg_nonces_put(out, CG_HS_REQ_DH, &h->nonces);
  cg_number_put(out, p);
  cg_number_put(out, q);
  cg_buf_u64(out, cg_rsa_fingerprint(key));
  cg_buf_str(out, (cg_bytes){ encrypted, sizeof encrypted });
  return out->err;
}

static cg_err got_pq(cg_handshake *h, cg_reader *r, cg_buf *out) {
  uint32_t id = cg_reader_u32(r);
  cg_nonces theirs;
  cg_nonces_read(r, &theirs);
  uint64_t pq = cg_number_read(r);
  const cg_rsa_key *key = known_key(h, r);
  if (cg_reader_end(r) || id != CG_HS_RES_PQ) return CG_E_PROTOCOL;
  if (!cg_equal_ct(theirs.client, h->nonces.client, sizeof theirs.client))
    return CG_E_VERIFY;
  if (!key) return CG_E_NO_KEY;
  h->nonces = theirs;
  cg_err err = put_req_dh(h, key, pq, out);
  if (!err) h->step = WANT_DH;
  return err;
}

/* ---- server_DH_params ----------------------------------------------------- */

/* Whether an answer is really the server's that knows new_nonce. */
static cg_err check_hash(const cg_handshake *h, uint8_t number, cg_bytes hash) {
  uint8_t want[16];
  cg_err err =
      cg_new_nonce_hash(h->secret.new_nonce, number, h->secret.key.aux_hash, want);
  if (err) return err;
  return cg_equal_ct(want, hash.at, sizeof want) ? CG_OK : CG_E_VERIFY;
}

/* Appends set_client_DH_params with a new b, and keeps the key that comes of it. */
static cg_err put_set_dh(cg_handshake *h, uint64_t retry_id, cg_buf *out) {
  uint8_t b[CG_DH_SIZE], g_b[CG_DH_SIZE];
  cg_buf inner = { 0 };
  cg_err err = cg_dh_generate(h->secret.prime, h->secret.g, h->rng, b, g_b);
  if (!err) err = cg_dh_power(h->secret.prime, h->secret.g_a, b, h->secret.key.key);
  cg_wipe(b, sizeof b);
  if (!err) err = cg_auth_key_init(&h->secret.key, h->secret.key.key);
  if (err) return err;
  cg_nonces_put(&inner, CG_HS_CLIENT_INNER, &h->nonces);
  cg_buf_u64(&inner, retry_id);
  cg_number_put_2048(&inner, g_b);
  cg_nonces_put(out, CG_HS_SET_DH, &h->nonces);
  err = inner.err;
  if (!err) err = cg_tmp_seal(&h->secret.tmp, cg_buf_view(&inner), h->rng, out);
  cg_buf_wipe(&inner);
  return err;
}

/* Reads server_DH_inner_data out of what was decrypted, and makes every check. */
static cg_err take_inner(cg_handshake *h, const cg_buf *plain, cg_reader *r,
                         uint64_t now_us) {
  uint32_t id = cg_reader_u32(r);
  cg_nonces theirs;
  cg_nonces_read(r, &theirs);
  h->secret.g = (int32_t)cg_reader_u32(r);
  cg_number_read_2048(r, h->secret.prime);
  cg_number_read_2048(r, h->secret.g_a);
  int32_t server_time = (int32_t)cg_reader_u32(r);
  cg_err err = cg_tmp_check(plain, r, SERVER_PADDING);
  if (err) return err;
  if (id != CG_HS_SERVER_INNER) return CG_E_PROTOCOL;
  if (!cg_nonces_equal(&theirs, &h->nonces)) return CG_E_VERIFY;
  err = cg_dh_check_group(h->secret.prime, h->secret.g, h->rng);
  if (!err) err = cg_dh_check_public(h->secret.prime, h->secret.g_a);
  h->time_offset = server_time - cg_unix(now_us);
  return err;
}

static cg_err got_dh_ok(cg_handshake *h, cg_bytes answer, uint64_t now_us, cg_buf *out) {
  cg_buf plain = { 0 };
  cg_reader r;
  cg_err err = cg_tmp_key_derive(&h->secret.tmp, h->secret.new_nonce, h->nonces.server);
  if (!err) err = cg_tmp_open(&h->secret.tmp, answer, &plain, &r);
  if (!err) err = take_inner(h, &plain, &r, now_us);
  cg_buf_wipe(&plain);
  if (!err) err = put_set_dh(h, 0, out);
  if (!err) h->step = WANT_GEN;
  return err;
}

static cg_err got_dh(cg_handshake *h, cg_reader *r, uint64_t now_us, cg_buf *out) {
  uint32_t id = cg_reader_u32(r);
  cg_nonces theirs;
  cg_nonces_read(r, &theirs);
  if (id != CG_HS_DH_OK && id != CG_HS_DH_FAIL) return CG_E_PROTOCOL;
  cg_bytes rest = id == CG_HS_DH_OK ? cg_reader_str(r) : cg_reader_take(r, 16);
  if (cg_reader_end(r)) return CG_E_PROTOCOL;
  if (!cg_nonces_equal(&theirs, &h->nonces)) return CG_E_VERIFY;
  if (id == CG_HS_DH_OK) return got_dh_ok(h, rest, now_us, out);
  cg_err err = check_hash(h, CG_HS_FAIL_HASH, rest);
  return err ? err : CG_E_PROTOCOL;
}

/* ---- dh_gen --------------------------------------------------------------- */

static void finish(cg_handshake *h, bool *done, cg_handshake_result *result) {
  result->key = h->secret.key;
  result->salt = cg_first_salt(h->secret.new_nonce, h->nonces.server);
  result->time_offset = h->time_offset;
  *done = true;
  over(h, CG_OK);
}

static cg_err retry(cg_handshake *h, cg_buf *out) {
  if (h->retries++ == CG_HS_RETRIES) return CG_E_PROTOCOL;
  return put_set_dh(h, h->secret.key.aux_hash, out);
}

static cg_err got_gen(cg_handshake *h, cg_reader *r, cg_buf *out, bool *done,
                      cg_handshake_result *result) {
  uint32_t id = cg_reader_u32(r);
  cg_nonces theirs;
  cg_nonces_read(r, &theirs);
  cg_bytes hash = cg_reader_take(r, 16);
  uint8_t number = id == CG_HS_GEN_OK      ? CG_HS_OK_HASH
                   : id == CG_HS_GEN_RETRY ? CG_HS_RETRY_HASH
                                           : CG_HS_GEN_FAIL_HASH;
  if (number == CG_HS_GEN_FAIL_HASH && id != CG_HS_GEN_FAIL) return CG_E_PROTOCOL;
  if (cg_reader_end(r)) return CG_E_PROTOCOL;
  if (!cg_nonces_equal(&theirs, &h->nonces)) return CG_E_VERIFY;
  cg_err err = check_hash(h, number, hash);
  if (err) return err;
  if (id == CG_HS_GEN_RETRY) return retry(h, out);
  if (id == CG_HS_GEN_FAIL) return CG_E_PROTOCOL;
  finish(h, done, result);
  return CG_OK;
}

/* ---- one payload ---------------------------------------------------------- */

static cg_err dispatch(cg_handshake *h, cg_reader *r, uint64_t now_us, cg_buf *body,
                       bool *done, cg_handshake_result *result) {
  switch (h->step) {
  case WANT_PQ: return got_pq(h, r, body);
  case WANT_DH: return got_dh(h, r, now_us, body);
  case WANT_GEN: return got_gen(h, r, body, done, result);
  case NEW:
  case OVER: break;
  }
  return CG_E_STATE;
}

static cg_err take(cg_handshake *h, cg_bytes payload, uint64_t now_us, cg_buf *out,
                   bool *done, cg_handshake_result *result) {
  cg_plain message;
  cg_err err = cg_plain_read(payload, &message);
  if (err) return err;
  if (message.msg_id % 4 != CG_MSGID_ANSWER || message.rest > TRANSPORT_PADDING)
    return CG_E_PROTOCOL;
  cg_reader r;
  cg_buf body = { 0 };
  cg_reader_init(&r, message.body.at, message.body.len);
  err = dispatch(h, &r, now_us, &body, done, result);
  if (!err && body.len) err = send_message(h, &body, now_us, out);
  cg_buf_free(&body);
  return err;
}

cg_err cg_handshake_feed(cg_handshake *h, cg_bytes payload, uint64_t now_us, cg_buf *out,
                         bool *done, cg_handshake_result *result) {
  *done = false;
  if (h->step == NEW || h->step == OVER) return CG_E_STATE;
  if (now_us >= h->deadline_us) return over(h, CG_E_TIMEOUT);
  size_t before = out->len;
  cg_err err = take(h, payload, now_us, out, done, result);
  if (!err) return CG_OK;
  out->len = before;
  return over(h, err);
}
