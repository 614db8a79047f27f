/* SPDX-License-Identifier: MIT */
/*
 * handshake_caller.h - for tests: a client of the key exchange that the server sees,
 * which does everything right but for one fault.
 */
#ifndef CG_HANDSHAKE_CALLER_H
#define CG_HANDSHAKE_CALLER_H

#include "handshake_test.h"

#include "dh.h"
#include "hash.h"
#include "ige.h"
#include "pq.h"

typedef enum {
  NONE,
  /* req_DH_params */
  DH_CUT,
  P_WRONG,
  Q_WRONG,
  PQ_SWAPPED,
  FINGERPRINT,
  RSA_SHORT,
  RSA_LONG,
  RSA_GARBAGE,
  RSA_ABOVE_N,
  INNER_ID,
  INNER_PQ,
  INNER_P,
  INNER_Q,
  INNER_NONCE,
  INNER_SERVER_NONCE,
  EXPIRES_0,
  EXPIRES_NEGATIVE,
  EXPIRES_LATE,
  WRONG_DC,
  LEGACY_HASH,
  LEGACY_ID,
  SET_FIRST,
  /* set_client_DH_params */
  SET_CUT,
  SET_EMPTY,
  SET_UNALIGNED,
  SET_LONG,
  SET_SHA,
  SET_PADDING,
  SET_INNER_ID,
  SET_INNER_NONCE,
  SET_INNER_SERVER_NONCE,
  GB_0,
  GB_1,
  GB_P_MINUS_1,
  GB_P,
  GB_LOW,
  GB_HIGH,
  GB_2049,
  GB_SHORT,
  DH_ANEW
} fault;

typedef enum { STEP_DH, STEP_SET } step;

/* A client, and what came back last. */
typedef struct {
  fault fault;
  cg_handshake_server *server;
  uint64_t now_us, msg_id;
  bool legacy;   /* the SHA-1 padding */
  uint32_t form; /* of the inner data */
  int32_t dc, expires_in;
  size_t padding; /* behind client_DH_inner_data, besides what is needed */
  cg_nonces nonces;
  uint64_t pq, p, q, fingerprint, retry_id;
  uint8_t new_nonce[32], g_a[256];
  cg_tmp_key tmp;
  cg_auth_key key;
  cg_buf body; /* of the last request */
  served got;
} caller;

static inline caller make_caller(cg_handshake_server *server) {
  return (
      caller){ .server = server, .now_us = NOON, .form = CG_HS_INNER_DC, .dc = OWN_DC };
}

static inline void free_caller(caller *c) {
  cg_buf_free(&c->body);
  cg_buf_free(&c->got.out);
}

/* Sends c->body. */
static inline void ask(caller *c) {
  cg_buf payload = { 0 };
  cg_plain_put(&payload, c->msg_id, cg_buf_view(&c->body));
  serve(c->server, cg_buf_view(&payload), c->now_us, &c->got);
  cg_buf_free(&payload);
}

static inline void assert_refused(const caller *c, int32_t error) {
  assert_int_equal(c->got.verdict, CG_HANDSHAKE_REFUSE);
  assert_int_equal(c->got.error, error);
  assert_int_equal(c->got.out.len, 0);
}

/* Starts `r` behind the nonces of the reply, which must have the right ones. */
static inline void open_reply(caller *c, cg_reader *r, uint32_t id) {
  cg_plain m;
  cg_nonces nonces;
  assert_int_equal(c->got.verdict, CG_HANDSHAKE_REPLY);
  assert_int_equal(cg_plain_read(cg_buf_view(&c->got.out), &m), CG_OK);
  assert_int_equal(m.rest, 0);
  assert_int_equal(m.msg_id % 4, 1);
  assert_int_equal(m.msg_id >> 32, cg_unix(c->now_us));
  cg_reader_init(r, m.body.at, m.body.len);
  assert_int_equal(cg_reader_u32(r), id);
  cg_nonces_read(r, &nonces);
  if (id == CG_HS_RES_PQ) memcpy(c->nonces.server, nonces.server, 16);
  assert_memory_equal(&nonces, &c->nonces, sizeof nonces);
}

/* ---- req_pq --------------------------------------------------------------- */

static inline void put_req_pq(caller *c, uint32_t id) {
  c->body.len = 0;
  cg_buf_u32(&c->body, id);
  cg_buf_put(&c->body, c->nonces.client, 16);
}

static inline void take_res_pq(caller *c) {
  cg_reader r;
  open_reply(c, &r, CG_HS_RES_PQ);
  c->pq = cg_number_read(&r);
  assert_int_equal(cg_reader_u32(&r), CG_HS_VECTOR);
  assert_int_equal(cg_reader_count(&r, 8), 1);
  c->fingerprint = cg_reader_u64(&r);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  assert_true(c->fingerprint == cg_rsa_fingerprint(test_rsa));
  assert_true(c->pq < UINT64_C(1) << 63);
  assert_int_equal(cg_pq_factor(c->pq, &c->p, &c->q), CG_OK);
  assert_true(c->p < c->q && c->p % 2);
}

/* A new nonce, and the answer to it. */
static inline void begin(caller *c) {
  c->retry_id = 0;
  assert_int_equal(cg_rng_fill(&client_rng.rng, c->nonces.client, 16), CG_OK);
  put_req_pq(c, CG_HS_REQ_PQ_MULTI);
  ask(c);
  take_res_pq(c);
}

/* ---- req_DH_params -------------------------------------------------------- */

static inline void put_inner(caller *c, cg_buf *inner) {
  fault f = c->fault;
  cg_nonces nonces = c->nonces;
  nonces.client[0] ^= f == INNER_NONCE;
  nonces.server[0] ^= f == INNER_SERVER_NONCE;
  assert_int_equal(cg_rng_fill(&client_rng.rng, c->new_nonce, 32), CG_OK);
  cg_buf_u32(inner, c->form + (f == INNER_ID || f == LEGACY_ID));
  cg_number_put(inner, c->pq + (f == INNER_PQ));
  cg_number_put(inner, c->p + (f == INNER_P));
  cg_number_put(inner, c->q + (f == INNER_Q));
  cg_buf_put(inner, &nonces, sizeof nonces);
  cg_buf_put(inner, c->new_nonce, 32);
  if (c->form == CG_HS_INNER_DC || c->form == CG_HS_INNER_TEMP_DC)
    cg_buf_u32(inner, (uint32_t)c->dc);
  if (c->form == CG_HS_INNER_TEMP || c->form == CG_HS_INNER_TEMP_DC)
    cg_buf_u32(inner, (uint32_t)c->expires_in);
}

static inline void encrypt(caller *c, uint8_t block[256]) {
  cg_buf inner = { 0 };
  put_inner(c, &inner);
  /* the hash then covers one byte more than the object */
  if (c->fault == LEGACY_HASH) cg_buf_put(&inner, "", 1);
  cg_err err =
      c->legacy
          ? cg_rsa_legacy_encrypt(test_rsa, cg_buf_view(&inner), &client_rng.rng, block)
          : cg_rsa_pad_encrypt(test_rsa, cg_buf_view(&inner), &client_rng.rng, block);
  assert_int_equal(err, CG_OK);
  cg_buf_free(&inner);
}

static inline void put_req_dh(caller *c) {
  fault f = c->fault;
  uint8_t block[257] = { 0 };
  encrypt(c, block);
  if (f == RSA_GARBAGE) block[100] ^= 1;
  if (f == RSA_ABOVE_N) memset(block, 0xff, 256);
  c->body.len = 0;
  cg_nonces_put(&c->body, CG_HS_REQ_DH, &c->nonces);
  cg_number_put(&c->body, f == PQ_SWAPPED ? c->q : c->p + (f == P_WRONG));
  cg_number_put(&c->body, f == PQ_SWAPPED ? c->p : c->q + (f == Q_WRONG));
  cg_buf_u64(&c->body, c->fingerprint + (f == FINGERPRINT));
  cg_buf_str(&c->body, (cg_bytes){ block, 256u - (f == RSA_SHORT) + (f == RSA_LONG) });
  if (f == DH_CUT) c->body.len -= 4;
}

static inline void take_dh(caller *c) {
  cg_reader r;
  cg_buf plain = { 0 };
  cg_nonces nonces;
  uint8_t prime[256];
  open_reply(c, &r, CG_HS_DH_OK);
  cg_bytes encrypted = cg_reader_str(&r);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  assert_int_equal(encrypted.len % 16, 0);
  assert_int_equal(cg_tmp_key_derive(&c->tmp, c->new_nonce, c->nonces.server), CG_OK);
  assert_int_equal(cg_tmp_open(&c->tmp, encrypted, &plain, &r), CG_OK);
  assert_int_equal(cg_reader_u32(&r), CG_HS_SERVER_INNER);
  cg_nonces_read(&r, &nonces);
  assert_memory_equal(&nonces, &c->nonces, sizeof nonces);
  assert_int_equal(cg_reader_u32(&r), 3);
  cg_number_read_2048(&r, prime);
  assert_memory_equal(prime, cg_dh_prime, 256);
  cg_number_read_2048(&r, c->g_a);
  assert_int_equal(cg_reader_u32(&r), cg_unix(c->now_us));
  assert_int_equal(cg_tmp_check(&plain, &r, 15), CG_OK);
  assert_int_equal(cg_dh_check_public(prime, c->g_a), CG_OK);
  cg_buf_free(&plain);
}

/* ---- set_client_DH_params ------------------------------------------------- */

static inline void spoil_g_b(fault f, uint8_t g_b[256]) {
  if ((f >= GB_0 && f <= GB_LOW) || f == GB_SHORT) memset(g_b, 0, 256);
  if (f == GB_SHORT) g_b[7] = 1; /* 2^1984, which is taken, in 252 bytes */
  if (f == GB_1) g_b[255] = 1;
  if (f == GB_P || f == GB_P_MINUS_1 || f == GB_HIGH) memcpy(g_b, cg_dh_prime, 256);
  if (f == GB_P_MINUS_1) g_b[255]--;
  if (f == GB_LOW) memset(g_b + 8, 0xff, 248); /* 2^1984 - 1 */
  if (f == GB_HIGH) {                          /* p - 2^1984 + 1 */
    g_b[7]--;
    g_b[255]++;
  }
}

static inline void put_client_inner(caller *c, cg_buf *inner) {
  fault f = c->fault;
  uint8_t b[256], g_b[257] = { 1 }, raw[256];
  assert_int_equal(cg_dh_generate(cg_dh_prime, CG_DH_G, &client_rng.rng, b, g_b + 1),
                   CG_OK);
  spoil_g_b(f, g_b + 1);
  assert_int_equal(cg_dh_power(cg_dh_prime, c->g_a, b, raw), CG_OK);
  assert_int_equal(cg_auth_key_init(&c->key, raw), CG_OK);
  cg_nonces nonces = c->nonces;
  nonces.client[0] ^= f == SET_INNER_NONCE;
  nonces.server[0] ^= f == SET_INNER_SERVER_NONCE;
  cg_nonces_put(inner, CG_HS_CLIENT_INNER + (f == SET_INNER_ID), &nonces);
  cg_buf_u64(inner, c->retry_id);
  size_t first = f == GB_SHORT ? 4 : 0;
  if (f == GB_2049)
    cg_buf_str(inner, (cg_bytes){ g_b, 257 });
  else
    cg_buf_str(inner, (cg_bytes){ g_b + 1 + first, 256 - first });
}

static inline void put_set_dh(caller *c) {
  static const uint8_t block[16] = { 0 };
  fault f = c->fault;
  cg_buf inner = { 0 }, all = { 0 };
  put_client_inner(c, &inner);
  cg_bytes object = cg_buf_view(&inner);
  uint8_t *hash = cg_buf_grow(&all, 20);
  assert_int_equal(cg_sha1(&object, 1, hash), CG_OK);
  hash[19] ^= f == SET_SHA;
  cg_buf_bytes(&all, object);
  cg_buf_put(&all, block, (16 - all.len % 16) % 16);
  for (size_t n = 0; n < c->padding; n += 16) cg_buf_put(&all, block, 16);
  if (f == SET_PADDING) cg_buf_put(&all, block, 16);
  while (f == SET_LONG && all.len <= CG_HS_ENCRYPTED_MAX) cg_buf_put(&all, block, 16);
  assert_int_equal(cg_ige_encrypt(c->tmp.key, c->tmp.iv, all.at, all.at, all.len), CG_OK);
  if (f == SET_EMPTY) all.len = 0;
  if (f == SET_UNALIGNED) all.len -= 4;
  c->body.len = 0;
  cg_nonces_put(&c->body, CG_HS_SET_DH, &c->nonces);
  cg_buf_str(&c->body, cg_buf_view(&all));
  if (f == SET_CUT) c->body.len -= 4;
  cg_buf_free(&all);
  cg_buf_free(&inner);
}

static inline void take_gen(caller *c, uint32_t id, uint8_t number) {
  cg_reader r;
  uint8_t want[16];
  open_reply(c, &r, id);
  cg_bytes hash = cg_reader_take(&r, 16);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  assert_int_equal(cg_new_nonce_hash(c->new_nonce, number, c->key.aux_hash, want), CG_OK);
  assert_memory_equal(hash.at, want, 16);
}

/* The store's answer; what the server says then is in c->got. */
static inline void stored(caller *c, cg_key_outcome outcome) {
  assert_int_equal(c->got.verdict, CG_HANDSHAKE_STORE);
  assert_int_equal(c->got.out.len, 0); /* nothing before it is stored */
  assert_memory_equal(&c->got.key.key, &c->key, sizeof c->key);
  assert_true(c->got.key.salt == cg_first_salt(c->new_nonce, c->nonces.server));
  c->got.verdict = CG_HANDSHAKE_REPLY;
  assert_int_equal(
      cg_handshake_server_stored(c->server, c->key.id, outcome, c->now_us, &c->got.out),
      CG_OK);
}

static inline void ask_dh(caller *c) {
  put_req_dh(c);
  ask(c);
}

static inline void ask_set(caller *c) {
  put_set_dh(c);
  ask(c);
}

/* ---- the run -------------------------------------------------------------- */

/* Runs to the fault; says which request was refused. */
static inline step run(caller *c) {
  fault f = c->fault;
  begin(c);
  if (f == SET_FIRST) {
    assert_int_equal(cg_tmp_key_derive(&c->tmp, c->new_nonce, c->nonces.server), CG_OK);
    memcpy(c->g_a, cg_dh_prime, 256);
    c->g_a[0]--;
    ask_set(c);
    return STEP_DH;
  }
  ask_dh(c);
  if (c->got.verdict == CG_HANDSHAKE_REFUSE) return STEP_DH;
  take_dh(c);
  if (f == DH_ANEW)
    ask_dh(c); /* other bytes under the same nonces */
  else
    ask_set(c);
  return STEP_SET;
}

#endif
