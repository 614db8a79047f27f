/* SPDX-License-Identifier: MIT */
/*
 * handshake_client_test.c - the client against a server that does everything right but
 * for one fault: it must end the exchange in every case (protocol.md 61-101, 122).
 */
#include "handshake_test.h"

#include "dh.h"
#include "hash.h"
#include "ige.h"
#include "pq.h"

#include <malloc.h>

/* Where the fault is, and which. */
typedef enum {
  NONE,
  /* resPQ */
  PQ_ID,
  PQ_NONCE,
  PQ_EMPTY,
  PQ_ZERO,
  PQ_ONE,
  PQ_PRIME,
  PQ_EVEN,
  PQ_SQUARE,
  PQ_THREE,
  PQ_NINE_BYTES,
  PQ_TOP_BIT,
  PQ_SMALL,
  PQ_VECTOR,
  PQ_COUNT,
  PQ_TRAILING,
  KEYS_NONE,
  KEYS_UNKNOWN,
  KEYS_SECOND,
  /* server_DH_params */
  DH_ID,
  DH_NONCE,
  DH_SERVER_NONCE,
  DH_TRAILING,
  DH_EMPTY,
  DH_UNALIGNED,
  DH_LONG,
  DH_SHA,
  DH_PADDING,
  DH_INNER_ID,
  DH_INNER_NONCE,
  DH_INNER_SERVER_NONCE,
  DH_INNER_CUT,
  P_2047,
  P_2049,
  P_COMPOSITE,
  P_HALF_COMPOSITE,
  G_MINUS,
  G_0,
  G_1,
  G_2,
  G_4,
  G_5,
  G_6,
  G_7,
  G_8,
  GA_0,
  GA_1,
  GA_P_MINUS_1,
  GA_P,
  GA_LOW,
  GA_LOWEST,
  GA_HIGH,
  GA_HIGHEST,
  GA_2049,
  DH_FAIL,
  DH_FAIL_FORGED,
  /* dh_gen */
  GEN_ID,
  GEN_NONCE,
  GEN_SERVER_NONCE,
  GEN_TRAILING,
  GEN_HASH,
  GEN_HASH_OF_RETRY,
  RETRY_FORGED,
  RETRY_HASH_OF_OK,
  RETRY_FOR_EVER,
  FAIL,
  FAIL_FORGED,
  FAIL_HASH_OF_OK
} fault;

typedef enum { STEP_PQ, STEP_DH, STEP_GEN } step;

static const struct {
  fault fault;
  step last; /* where the client must have ended, or else got to */
  cg_err want;
} FAULTS[] = {
  { NONE, STEP_GEN, CG_OK },
  { PQ_ID, STEP_PQ, CG_E_PROTOCOL },
  { PQ_NONCE, STEP_PQ, CG_E_VERIFY },
  { PQ_EMPTY, STEP_PQ, CG_E_PROTOCOL },
  { PQ_ZERO, STEP_PQ, CG_E_PROTOCOL },
  { PQ_ONE, STEP_PQ, CG_E_PROTOCOL },
  { PQ_PRIME, STEP_PQ, CG_E_PROTOCOL },
  { PQ_EVEN, STEP_PQ, CG_E_PROTOCOL },
  { PQ_SQUARE, STEP_PQ, CG_E_PROTOCOL },
  { PQ_THREE, STEP_PQ, CG_E_PROTOCOL },
  { PQ_NINE_BYTES, STEP_PQ, CG_E_PROTOCOL },
  { PQ_TOP_BIT, STEP_PQ, CG_E_PROTOCOL },
  { PQ_SMALL, STEP_GEN, CG_OK },
  { PQ_VECTOR, STEP_PQ, CG_E_PROTOCOL },
  { PQ_COUNT, STEP_PQ, CG_E_PROTOCOL },
  { PQ_TRAILING, STEP_PQ, CG_E_PROTOCOL },
  { KEYS_NONE, STEP_PQ, CG_E_NO_KEY },
  { KEYS_UNKNOWN, STEP_PQ, CG_E_NO_KEY },
  { KEYS_SECOND, STEP_GEN, CG_OK },
  { DH_ID, STEP_DH, CG_E_PROTOCOL },
  { DH_NONCE, STEP_DH, CG_E_VERIFY },
  { DH_SERVER_NONCE, STEP_DH, CG_E_VERIFY },
  { DH_TRAILING, STEP_DH, CG_E_PROTOCOL },
  { DH_EMPTY, STEP_DH, CG_E_PROTOCOL },
  { DH_UNALIGNED, STEP_DH, CG_E_PROTOCOL },
  { DH_LONG, STEP_DH, CG_E_PROTOCOL },
  { DH_SHA, STEP_DH, CG_E_VERIFY },
  { DH_PADDING, STEP_DH, CG_E_VERIFY },
  { DH_INNER_ID, STEP_DH, CG_E_PROTOCOL },
  { DH_INNER_NONCE, STEP_DH, CG_E_VERIFY },
  { DH_INNER_SERVER_NONCE, STEP_DH, CG_E_VERIFY },
  { DH_INNER_CUT, STEP_DH, CG_E_VERIFY },
  { P_2047, STEP_DH, CG_E_WEAK },
  { P_2049, STEP_DH, CG_E_VERIFY }, /* 257 bytes: the object cannot be read */
  { P_COMPOSITE, STEP_DH, CG_E_WEAK },
  { P_HALF_COMPOSITE, STEP_DH, CG_E_WEAK },
  { G_MINUS, STEP_DH, CG_E_WEAK },
  { G_0, STEP_DH, CG_E_WEAK },
  { G_1, STEP_DH, CG_E_WEAK },
  { G_2, STEP_DH, CG_E_WEAK },
  { G_4, STEP_GEN, CG_OK },
  { G_5, STEP_DH, CG_E_WEAK },
  { G_6, STEP_DH, CG_E_WEAK },
  { G_7, STEP_GEN, CG_OK },
  { G_8, STEP_DH, CG_E_WEAK },
  { GA_0, STEP_DH, CG_E_WEAK },
  { GA_1, STEP_DH, CG_E_WEAK },
  { GA_P_MINUS_1, STEP_DH, CG_E_WEAK },
  { GA_P, STEP_DH, CG_E_WEAK },
  { GA_LOW, STEP_DH, CG_E_WEAK },
  { GA_LOWEST, STEP_GEN, CG_E_VERIFY }, /* taken; this server does not know its a */
  { GA_HIGH, STEP_DH, CG_E_WEAK },
  { GA_HIGHEST, STEP_GEN, CG_E_VERIFY },
  { GA_2049, STEP_DH, CG_E_VERIFY },
  { DH_FAIL, STEP_DH, CG_E_PROTOCOL },
  { DH_FAIL_FORGED, STEP_DH, CG_E_VERIFY },
  { GEN_ID, STEP_GEN, CG_E_PROTOCOL },
  { GEN_NONCE, STEP_GEN, CG_E_VERIFY },
  { GEN_SERVER_NONCE, STEP_GEN, CG_E_VERIFY },
  { GEN_TRAILING, STEP_GEN, CG_E_PROTOCOL },
  { GEN_HASH, STEP_GEN, CG_E_VERIFY },
  { GEN_HASH_OF_RETRY, STEP_GEN, CG_E_VERIFY },
  { RETRY_FORGED, STEP_GEN, CG_E_VERIFY },
  { RETRY_HASH_OF_OK, STEP_GEN, CG_E_VERIFY },
  { RETRY_FOR_EVER, STEP_GEN, CG_E_PROTOCOL },
  { FAIL, STEP_GEN, CG_E_PROTOCOL },
  { FAIL_FORGED, STEP_GEN, CG_E_VERIFY },
  { FAIL_HASH_OF_OK, STEP_GEN, CG_E_VERIFY },
};

/* The server with the fault, and the client. */
typedef struct {
  fault fault;
  cg_handshake *client;
  cg_handshake_result result;
  bool done;
  uint64_t msg_id;
  cg_nonces nonces;
  uint64_t p, q, pq;
  uint8_t new_nonce[32];
  cg_tmp_key tmp;
  uint8_t prime[256], a[256], g_a[256];
  int32_t g;
  cg_auth_key key;
  uint64_t retry_id; /* what the client must say */
  int retries;
} peer;

/* ---- what the client sent ------------------------------------------------- */

static void open_body(cg_bytes payload, cg_reader *r, uint32_t id) {
  cg_plain m;
  assert_int_equal(cg_plain_read(payload, &m), CG_OK);
  assert_int_equal(m.rest, 0);
  assert_int_equal(m.msg_id % 4, 0);
  cg_reader_init(r, m.body.at, m.body.len);
  assert_int_equal(cg_reader_u32(r), id);
}

static void take_req_pq(peer *s, cg_bytes payload) {
  cg_reader r;
  open_body(payload, &r, CG_HS_REQ_PQ_MULTI);
  cg_bytes nonce = cg_reader_take(&r, 16);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  memcpy(s->nonces.client, nonce.at, nonce.len);
}

static void assert_nonces(const peer *s, cg_reader *r) {
  cg_nonces got;
  cg_nonces_read(r, &got);
  assert_memory_equal(&got, &s->nonces, sizeof got);
}

static void take_req_dh(peer *s, cg_bytes payload) {
  cg_reader r;
  open_body(payload, &r, CG_HS_REQ_DH);
  assert_nonces(s, &r);
  assert_int_equal(cg_number_read(&r), s->p);
  assert_int_equal(cg_number_read(&r), s->q);
  assert_true(cg_reader_u64(&r) == cg_rsa_fingerprint(test_rsa));
  cg_bytes encrypted = cg_reader_str(&r);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  assert_int_equal(encrypted.len, 256);
  uint8_t raw[256];
  size_t len = 0;
  bool legacy = true;
  assert_int_equal(cg_rsa_decrypt(test_rsa, encrypted.at, false, raw, &len, &legacy),
                   CG_OK);
  cg_reader_init(&r, raw, len);
  assert_int_equal(cg_reader_u32(&r), CG_HS_INNER_DC);
  assert_int_equal(cg_number_read(&r), s->pq);
  assert_int_equal(cg_number_read(&r), s->p);
  assert_int_equal(cg_number_read(&r), s->q);
  assert_nonces(s, &r);
  cg_bytes new_nonce = cg_reader_take(&r, 32);
  assert_int_equal(cg_reader_u32(&r), OWN_DC);
  assert_int_equal(r.err, CG_OK);
  memcpy(s->new_nonce, new_nonce.at, new_nonce.len);
}

static void take_set_dh(peer *s, cg_bytes payload) {
  cg_reader r;
  open_body(payload, &r, CG_HS_SET_DH);
  assert_nonces(s, &r);
  cg_bytes encrypted = cg_reader_str(&r);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  cg_buf plain = { 0 };
  uint8_t g_b[256];
  assert_int_equal(cg_tmp_open(&s->tmp, encrypted, &plain, &r), CG_OK);
  assert_int_equal(cg_reader_u32(&r), CG_HS_CLIENT_INNER);
  assert_nonces(s, &r);
  assert_true(cg_reader_u64(&r) == s->retry_id);
  cg_number_read_2048(&r, g_b);
  assert_int_equal(cg_tmp_check(&plain, &r, 15), CG_OK);
  assert_int_equal(cg_dh_check_public(s->prime, g_b), CG_OK);
  cg_buf_free(&plain);
  uint8_t key[256];
  assert_int_equal(cg_dh_power(s->prime, g_b, s->a, key), CG_OK);
  assert_memory_not_equal(key, s->key.key, 256); /* a new b each time */
  assert_int_equal(cg_auth_key_init(&s->key, key), CG_OK);
}

/* ---- what the server sends ------------------------------------------------ */

static void make_pq(peer *s, cg_buf *body) {
  static const uint64_t odd_prime = 2147483647; /* 2^31 - 1 */
  fault f = s->fault;
  assert_int_equal(cg_pq_make(&server_rng.rng, &s->pq, &s->p, &s->q), CG_OK);
  assert_int_equal(cg_rng_fill(&server_rng.rng, s->nonces.server, 16), CG_OK);
  if (f == PQ_ZERO || f == PQ_EMPTY) s->pq = 0;
  if (f == PQ_ONE) s->pq = 1;
  if (f == PQ_PRIME) s->pq = odd_prime;
  if (f == PQ_EVEN) s->pq = odd_prime * 2;
  if (f == PQ_SQUARE) s->pq = odd_prime * odd_prime;
  if (f == PQ_THREE) s->pq = UINT64_C(1009) * 1013 * 1019;
  if (f == PQ_TOP_BIT) s->pq = UINT64_C(4294967291) * 2147483659; /* both prime */
  if (f == PQ_SMALL) s->pq = (s->p = 3) * (s->q = 5);
  cg_nonces nonces = s->nonces;
  nonces.client[15] ^= f == PQ_NONCE;
  cg_nonces_put(body, f == PQ_ID ? CG_HS_DH_OK : CG_HS_RES_PQ, &nonces);
  if (f == PQ_NINE_BYTES)
    cg_buf_str(body, CG_LIT("\0\x17\xed\x48\x94\x1a\x08\xf9\x81"));
  else if (f == PQ_ZERO)
    cg_buf_str(body, CG_LIT("\0"));
  else
    cg_number_put(body, s->pq);
  cg_buf_u32(body, CG_HS_VECTOR + (f == PQ_VECTOR));
  bool second = f == KEYS_SECOND;
  cg_buf_u32(body, f == PQ_COUNT ? 0x7fffffff : f == KEYS_NONE ? 0 : 1u + second);
  if (second) cg_buf_u64(body, 1);
  uint64_t fingerprint = cg_rsa_fingerprint(test_rsa);
  if (f != KEYS_NONE) cg_buf_u64(body, fingerprint + (f == KEYS_UNKNOWN));
  if (f == PQ_TRAILING) cg_buf_u32(body, 0);
}

static void add(uint8_t v[256], int n) {
  for (size_t i = 256; i-- > 0 && n; n >>= 8) {
    n += v[i];
    v[i] = (uint8_t)n;
  }
}

static void spoil_group(peer *s) {
  /* A prime, 11 modulo 12, whose half is none; from a script. */
  static const char *half_composite =
      "c6465c287d80ed33455b8d7021125ce1645282b04ab7e027035a7416368a62a8"
      "b85adcd845967a016fc6d87a23df890f2cb08d7558bd7d0b5fd2ecfebe29cdf7"
      "faff47215e042bf3b8701d961ceac5ec2285db1002555a305e0a4e954a9e946b"
      "13580d0959bf6971218c45a7c775e7ca0b5350a0b0afb356915e9eb801957a2c"
      "324bb35ac287b49c37c3ace4e395accfd8263f7b2958a978256a8755b00c75fb"
      "188d1c4b86c5a9778c052d79029db55e38f556d5277428c15d56d4326a3f0cb6"
      "75604a24042026fca7abec2cdfe2bda79eab67a041ad933b1d58faa030056f03"
      "8f65d2652b4d995c81eb7ffd0995e350d7236915273cbab6caf38690163bde33";
  fault f = s->fault;
  memcpy(s->prime, cg_dh_prime, 256);
  s->g = CG_DH_G;
  if (f >= G_MINUS && f <= G_2) s->g = (int32_t)f - G_0;
  if (f >= G_4 && f <= G_8) s->g = (int32_t)f - G_4 + 4;
  if (f == P_2047)
    for (size_t i = 256; i-- > 0;)
      s->prime[i] = (uint8_t)(s->prime[i] >> 1 | (i ? s->prime[i - 1] << 7 : 0));
  if (f == P_COMPOSITE) add(s->prime, 12);
  for (size_t i = 0; f == P_HALF_COMPOSITE && i < 256; i++) {
    unsigned byte = 0;
    for (size_t k = 0; k < 2; k++) {
      char c = half_composite[2 * i + k];
      byte = byte << 4 | (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    s->prime[i] = (uint8_t)byte;
  }
}

static void spoil_public(peer *s) {
  fault f = s->fault;
  if (f >= GA_0 && f <= GA_P) memset(s->g_a, 0, 256);
  if (f == GA_1) s->g_a[255] = 1;
  if (f == GA_P || f == GA_P_MINUS_1) memcpy(s->g_a, s->prime, 256);
  if (f == GA_P_MINUS_1) s->g_a[255]--;
  if (f == GA_LOW || f == GA_LOWEST) {
    memset(s->g_a, 0, 256);
    if (f == GA_LOW)
      memset(s->g_a + 8, 0xff, 248);
    else
      s->g_a[7] = 1;
  }
  if (f == GA_HIGH || f == GA_HIGHEST) {
    memcpy(s->g_a, s->prime, 256);
    s->g_a[7]--; /* 0x04: no borrow */
    if (f == GA_HIGH) s->g_a[255]++;
  }
}

static void put_2049(cg_buf *out, const uint8_t v[256], bool longer) {
  uint8_t raw[257] = { 1 };
  memcpy(raw + 1, v, 256);
  if (longer)
    cg_buf_str(out, (cg_bytes){ raw, sizeof raw });
  else
    cg_number_put_2048(out, v);
}

static void make_inner(peer *s, cg_buf *inner) {
  fault f = s->fault;
  cg_nonces nonces = s->nonces;
  nonces.client[0] ^= f == DH_INNER_NONCE;
  nonces.server[0] ^= f == DH_INNER_SERVER_NONCE;
  cg_nonces_put(inner, CG_HS_SERVER_INNER + (f == DH_INNER_ID), &nonces);
  cg_buf_u32(inner, (uint32_t)s->g);
  put_2049(inner, s->prime, f == P_2049);
  put_2049(inner, s->g_a, f == GA_2049);
  cg_buf_u32(inner, (uint32_t)cg_unix(NOON));
  if (f == DH_INNER_CUT) inner->len = 300; /* whole blocks, under a right hash */
}

/* As cg_tmp_seal() does it, but with faults. */
static void seal_inner(peer *s, cg_bytes inner, cg_buf *body) {
  static const uint8_t block[16] = { 0 };
  fault f = s->fault;
  cg_buf all = { 0 };
  uint8_t *hash = cg_buf_grow(&all, 20);
  assert_int_equal(cg_sha1(&inner, 1, hash), CG_OK);
  hash[0] ^= f == DH_SHA;
  cg_buf_bytes(&all, inner);
  cg_buf_put(&all, block, (16 - all.len % 16) % 16);
  if (f == DH_PADDING) cg_buf_put(&all, block, 16);
  while (f == DH_LONG && all.len <= CG_HS_ENCRYPTED_MAX) cg_buf_put(&all, block, 16);
  assert_int_equal(cg_ige_encrypt(s->tmp.key, s->tmp.iv, all.at, all.at, all.len), CG_OK);
  if (f == DH_EMPTY) all.len = 0;
  if (f == DH_UNALIGNED) all.len -= 8;
  cg_buf_str(body, cg_buf_view(&all));
  cg_buf_free(&all);
}

static void make_dh_fail(peer *s, cg_buf *body) {
  uint8_t hash[16];
  assert_int_equal(cg_new_nonce_hash(s->new_nonce, CG_HS_FAIL_HASH, 0, hash), CG_OK);
  hash[3] ^= s->fault == DH_FAIL_FORGED;
  cg_nonces_put(body, CG_HS_DH_FAIL, &s->nonces);
  cg_buf_put(body, hash, sizeof hash);
}

static void make_dh(peer *s, cg_buf *body) {
  fault f = s->fault;
  if (f == DH_FAIL || f == DH_FAIL_FORGED) {
    make_dh_fail(s, body);
    return;
  }
  uint8_t base[256] = { 0 };
  spoil_group(s);
  base[255] = (uint8_t)s->g;
  assert_int_equal(cg_rng_fill(&server_rng.rng, s->a, sizeof s->a), CG_OK);
  assert_int_equal(cg_dh_power(cg_dh_prime, base, s->a, s->g_a), CG_OK);
  spoil_public(s);
  assert_int_equal(cg_tmp_key_derive(&s->tmp, s->new_nonce, s->nonces.server), CG_OK);
  cg_buf inner = { 0 };
  make_inner(s, &inner);
  cg_nonces nonces = s->nonces;
  nonces.client[1] ^= f == DH_NONCE;
  nonces.server[1] ^= f == DH_SERVER_NONCE;
  cg_nonces_put(body, f == DH_ID ? CG_HS_GEN_OK : CG_HS_DH_OK, &nonces);
  seal_inner(s, cg_buf_view(&inner), body);
  if (f == DH_TRAILING) cg_buf_u32(body, 0);
  cg_buf_free(&inner);
}

static void make_gen(peer *s, cg_buf *body) {
  fault f = s->fault;
  bool retry = f >= RETRY_FORGED && f <= RETRY_FOR_EVER, fail = f >= FAIL;
  uint8_t number = retry ? CG_HS_RETRY_HASH : fail ? CG_HS_GEN_FAIL_HASH : CG_HS_OK_HASH;
  uint32_t id = retry ? CG_HS_GEN_RETRY : fail ? CG_HS_GEN_FAIL : CG_HS_GEN_OK;
  if (f == RETRY_HASH_OF_OK || f == FAIL_HASH_OF_OK) number = CG_HS_OK_HASH;
  if (f == GEN_HASH_OF_RETRY) number = CG_HS_RETRY_HASH;
  uint8_t hash[16];
  assert_int_equal(cg_new_nonce_hash(s->new_nonce, number, s->key.aux_hash, hash), CG_OK);
  hash[15] ^= f == GEN_HASH || f == RETRY_FORGED || f == FAIL_FORGED;
  cg_nonces nonces = s->nonces;
  nonces.client[2] ^= f == GEN_NONCE;
  nonces.server[2] ^= f == GEN_SERVER_NONCE;
  cg_nonces_put(body, f == GEN_ID ? CG_HS_DH_OK : id, &nonces);
  cg_buf_put(body, hash, sizeof hash);
  if (f == GEN_TRAILING) cg_buf_u32(body, 0);
}

/* ---- the run -------------------------------------------------------------- */

/* Gives the client one body as a message. What it sends next is in `up`. */
static cg_err say(peer *s, cg_buf *body, cg_buf *up) {
  cg_buf payload = { 0 };
  cg_plain_put(&payload, s->msg_id += 4, cg_buf_view(body));
  up->len = 0;
  cg_err err =
      cg_handshake_feed(s->client, cg_buf_view(&payload), NOON, up, &s->done, &s->result);
  if (err) assert_int_equal(up->len, 0);
  cg_buf_free(&payload);
  body->len = 0;
  return err;
}

static bool holds(const cg_handshake *h, const uint8_t secret[32]) {
  return memmem(h, malloc_usable_size((void *)(uintptr_t)h), secret, 32);
}

static cg_err run_gen(peer *s, cg_buf *body, cg_buf *up) {
  cg_err err = CG_OK;
  while (!err && !s->done) {
    take_set_dh(s, cg_buf_view(up));
    s->retry_id = s->key.aux_hash;
    s->retries++;
    make_gen(s, body);
    err = say(s, body, up);
  }
  return err;
}

/* One exchange; says where it ended and how. */
static cg_err run(peer *s, step *last) {
  cg_buf up = { 0 }, body = { 0 };
  *last = STEP_PQ;
  assert_int_equal(cg_handshake_start(s->client, NOON, &up), CG_OK);
  take_req_pq(s, cg_buf_view(&up));
  make_pq(s, &body);
  cg_err err = say(s, &body, &up);
  if (!err) {
    *last = STEP_DH;
    take_req_dh(s, cg_buf_view(&up));
    assert_true(holds(s->client, s->new_nonce));
    make_dh(s, &body);
    err = say(s, &body, &up);
  }
  if (!err) {
    *last = STEP_GEN;
    err = run_gen(s, &body, &up);
  }
  assert_false(holds(s->client, s->new_nonce));
  cg_buf_free(&up);
  cg_buf_free(&body);
  return err;
}

static void every_fault_ends_the_exchange(void **state) {
  for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
    seed(state);
    peer s = { .fault = FAULTS[i].fault, .client = new_client(), .msg_id = 1 };
    memset(s.new_nonce, 0xa5, sizeof s.new_nonce);
    step last;
    cg_err err = run(&s, &last);
    if (err != FAULTS[i].want || last != FAULTS[i].last)
      print_error("fault %d: error %d at step %d\n", (int)s.fault, err, (int)last);
    assert_int_equal(err, FAULTS[i].want);
    assert_int_equal(last, FAULTS[i].last);
    assert_int_equal(s.done, !err);
    if (!err) assert_memory_equal(&s.result.key, &s.key, sizeof s.key);
    if (s.fault == RETRY_FOR_EVER) assert_int_equal(s.retries, 6);
    cg_buf out = { 0 };
    assert_int_equal(
        cg_handshake_feed(s.client, CG_LIT("abcd"), NOON, &out, &s.done, &s.result),
        CG_E_STATE);
    cg_handshake_free(s.client);
  }
}

/* ---- recorded answers, changed -------------------------------------------- */

/* The three payloads of an honest server to the client that client_rng makes with its
 * first seed. */
static cg_buf recorded[3];

static int record(void **state) {
  seed(state);
  peer s = { .client = new_client(), .msg_id = 1 };
  cg_buf up = { 0 }, body = { 0 };
  assert_int_equal(cg_handshake_start(s.client, NOON, &up), CG_OK);
  for (int i = 0; i < 3; i++) {
    if (i == 0) take_req_pq(&s, cg_buf_view(&up));
    if (i == 1) take_req_dh(&s, cg_buf_view(&up));
    if (i == 2) take_set_dh(&s, cg_buf_view(&up));
    (i == 0 ? make_pq : i == 1 ? make_dh : make_gen)(&s, &body);
    cg_plain_put(&recorded[i], s.msg_id + 4, cg_buf_view(&body));
    assert_int_equal(say(&s, &body, &up), CG_OK);
  }
  cg_handshake_free(s.client);
  cg_buf_free(&up);
  cg_buf_free(&body);
  return 0;
}

static int erase(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) cg_buf_free(&recorded[i]);
  return 0;
}

/* Feeds payloads to a client that is the recorded one; the first error, or whether it
 * came to a key. */
static cg_err replay(const cg_bytes *payloads, size_t count, bool *done) {
  cg_handshake *h = (test_rng_init(&client_rng, 1), new_client());
  cg_buf out = { 0 };
  cg_handshake_result result;
  cg_err err = cg_handshake_start(h, NOON, &out);
  *done = false;
  for (size_t i = 0; !err && i < count; i++)
    err = cg_handshake_feed(h, payloads[i], NOON, &out, done, &result);
  cg_buf_free(&out);
  cg_handshake_free(h);
  return err;
}

static cg_err replay_changed(int which, cg_bytes changed, bool *done) {
  cg_bytes all[3];
  for (int i = 0; i < 3; i++) all[i] = cg_buf_view(&recorded[i]);
  all[which] = changed;
  return replay(all, 3, done);
}

static void the_recording_works(void **state) {
  (void)state;
  bool done = false;
  assert_int_equal(replay_changed(0, cg_buf_view(&recorded[0]), &done), CG_OK);
  assert_true(done);
}

static void truncated_answers(void **state) {
  (void)state;
  bool done = false;
  for (int i = 0; i < 3; i++)
    for (size_t len = 0; len < recorded[i].len; len++) {
      cg_bytes cut = { recorded[i].at, len };
      assert_int_equal(replay_changed(i, cut, &done), CG_E_PROTOCOL);
    }
}

/* No byte can be changed but those of msg_id, whose two low bits count, and the three
 * that fill up the string of pq. */
static void changed_answers(void **state) {
  (void)state;
  bool done = false;
  for (int i = 0; i < 3; i++)
    for (size_t at = 0; at < recorded[i].len; at++) {
      uint8_t kept = recorded[i].at[at];
      recorded[i].at[at] ^= 0x02;
      cg_err err = replay_changed(i, cg_buf_view(&recorded[i]), &done);
      recorded[i].at[at] = kept;
      bool free = (at > 8 && at < 16) || (i == 0 && at >= 65 && at < 68);
      assert_int_equal(!err, free);
      assert_int_equal(done, free);
    }
}

/* Transport padding is allowed, more is not; every msg_id is 1 modulo 4. */
static void envelopes(void **state) {
  (void)state;
  bool done = false;
  for (int i = 0; i < 3; i++) {
    cg_buf m = { 0 };
    cg_buf_bytes(&m, cg_buf_view(&recorded[i]));
    cg_buf_put(&m, "0123456789abcde", 15);
    assert_int_equal(replay_changed(i, cg_buf_view(&m), &done), CG_OK);
    cg_buf_put(&m, "f", 1);
    assert_int_equal(replay_changed(i, cg_buf_view(&m), &done), CG_E_PROTOCOL);
    m.len -= 16;
    for (uint8_t low = 0; low < 4; low++) {
      m.at[8] = (uint8_t)((m.at[8] & ~3) | low);
      assert_int_equal(replay_changed(i, cg_buf_view(&m), &done),
                       low == 1 ? CG_OK : CG_E_PROTOCOL);
    }
    cg_buf_free(&m);
  }
}

/* Nothing is asked twice, so nothing may be answered twice. */
static void answers_out_of_order(void **state) {
  (void)state;
  static const int orders[][4] = { { 1 },       { 2 },       { 0, 0 },      { 0, 2 },
                                   { 0, 1, 1 }, { 0, 1, 0 }, { 0, 1, 2, 2 } };
  static const size_t counts[] = { 1, 1, 2, 2, 3, 3, 4 };
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    cg_bytes all[4];
    bool done = false;
    for (size_t k = 0; k < counts[i]; k++) all[k] = cg_buf_view(&recorded[orders[i][k]]);
    assert_int_equal(replay(all, counts[i], &done),
                     counts[i] == 4 ? CG_E_STATE : CG_E_PROTOCOL);
    assert_false(done);
  }
}

/* Nonces are new for each attempt. */
static void nothing_is_used_twice(void **state) {
  seed(state);
  uint8_t nonces[2][16], new_nonces[2][32];
  for (int i = 0; i < 2; i++) {
    peer s = { .client = new_client(), .msg_id = 1 };
    step last;
    assert_int_equal(run(&s, &last), CG_OK);
    memcpy(nonces[i], s.nonces.client, 16);
    memcpy(new_nonces[i], s.new_nonce, 32);
    cg_handshake_free(s.client);
  }
  assert_memory_not_equal(nonces[0], nonces[1], 16);
  assert_memory_not_equal(new_nonces[0], new_nonces[1], 32);
}

static int setup(void **state) {
  return make_rsa(state) || record(state);
}

static int teardown(void **state) {
  return erase(state) || free_rsa(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_fault_ends_the_exchange),
    cmocka_unit_test(the_recording_works),
    cmocka_unit_test(truncated_answers),
    cmocka_unit_test(changed_answers),
    cmocka_unit_test(envelopes),
    cmocka_unit_test(answers_out_of_order),
    cmocka_unit_test(nothing_is_used_twice),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
