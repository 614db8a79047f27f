/* SPDX-License-Identifier: MIT */
/*
 * handshake_server_test.c - the server against a client that does everything right but
 * for one fault, and against what real clients do (protocol.md 102-119, clients.md 1-5).
 */
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

static const struct {
  fault fault;
  step last;
  int32_t want;
} FAULTS[] = {
  { NONE, STEP_SET, 0 },
  { DH_CUT, STEP_DH, -404 },
  { P_WRONG, STEP_DH, -404 },
  { Q_WRONG, STEP_DH, -404 },
  { PQ_SWAPPED, STEP_DH, -404 },
  { FINGERPRINT, STEP_DH, -404 },
  { RSA_SHORT, STEP_DH, -404 },
  { RSA_LONG, STEP_DH, -404 },
  { RSA_GARBAGE, STEP_DH, -404 },
  { RSA_ABOVE_N, STEP_DH, -404 },
  { INNER_ID, STEP_DH, -404 },
  { INNER_PQ, STEP_DH, -404 },
  { INNER_P, STEP_DH, -404 },
  { INNER_Q, STEP_DH, -404 },
  { INNER_NONCE, STEP_DH, -404 },
  { INNER_SERVER_NONCE, STEP_DH, -404 },
  { EXPIRES_0, STEP_DH, -404 },
  { EXPIRES_NEGATIVE, STEP_DH, -404 },
  { EXPIRES_LATE, STEP_DH, -404 },
  { WRONG_DC, STEP_DH, -444 },
  { LEGACY_HASH, STEP_DH, -404 },
  { LEGACY_ID, STEP_DH, -404 },
  { SET_FIRST, STEP_DH, -404 },
  { SET_CUT, STEP_SET, -404 },
  { SET_EMPTY, STEP_SET, -404 },
  { SET_UNALIGNED, STEP_SET, -404 },
  { SET_LONG, STEP_SET, -404 },
  { SET_SHA, STEP_SET, -404 },
  { SET_PADDING, STEP_SET, -404 },
  { SET_INNER_ID, STEP_SET, -404 },
  { SET_INNER_NONCE, STEP_SET, -404 },
  { SET_INNER_SERVER_NONCE, STEP_SET, -404 },
  { GB_0, STEP_SET, -404 },
  { GB_1, STEP_SET, -404 },
  { GB_P_MINUS_1, STEP_SET, -404 },
  { GB_P, STEP_SET, -404 },
  { GB_LOW, STEP_SET, -404 },
  { GB_HIGH, STEP_SET, -404 },
  { GB_2049, STEP_SET, -404 },
  { DH_ANEW, STEP_SET, -404 },
};

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

static caller make_caller(cg_handshake_server *server) {
  return (
      caller){ .server = server, .now_us = NOON, .form = CG_HS_INNER_DC, .dc = OWN_DC };
}

static void free_caller(caller *c) {
  cg_buf_free(&c->body);
  cg_buf_free(&c->got.out);
}

/* Sends c->body. */
static void ask(caller *c) {
  cg_buf payload = { 0 };
  cg_plain_put(&payload, c->msg_id, cg_buf_view(&c->body));
  serve(c->server, cg_buf_view(&payload), c->now_us, &c->got);
  cg_buf_free(&payload);
}

static void assert_refused(const caller *c, int32_t error) {
  assert_int_equal(c->got.verdict, CG_HANDSHAKE_REFUSE);
  assert_int_equal(c->got.error, error);
  assert_int_equal(c->got.out.len, 0);
}

/* Starts `r` behind the nonces of the reply, which must have the right ones. */
static void open_reply(caller *c, cg_reader *r, uint32_t id) {
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

static void put_req_pq(caller *c, uint32_t id) {
  c->body.len = 0;
  cg_buf_u32(&c->body, id);
  cg_buf_put(&c->body, c->nonces.client, 16);
}

static void take_res_pq(caller *c) {
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
static void begin(caller *c) {
  c->retry_id = 0;
  assert_int_equal(cg_rng_fill(&client_rng.rng, c->nonces.client, 16), CG_OK);
  put_req_pq(c, CG_HS_REQ_PQ_MULTI);
  ask(c);
  take_res_pq(c);
}

/* ---- req_DH_params -------------------------------------------------------- */

static void put_inner(caller *c, cg_buf *inner) {
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

static void encrypt(caller *c, uint8_t block[256]) {
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

static void put_req_dh(caller *c) {
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

static void take_dh(caller *c) {
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

static void spoil_g_b(fault f, uint8_t g_b[256]) {
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

static void put_client_inner(caller *c, cg_buf *inner) {
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

static void put_set_dh(caller *c) {
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

static void take_gen(caller *c, uint32_t id, uint8_t number) {
  cg_reader r;
  uint8_t want[16];
  open_reply(c, &r, id);
  cg_bytes hash = cg_reader_take(&r, 16);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  assert_int_equal(cg_new_nonce_hash(c->new_nonce, number, c->key.aux_hash, want), CG_OK);
  assert_memory_equal(hash.at, want, 16);
}

/* The store's answer; what the server says then is in c->got. */
static void stored(caller *c, cg_key_outcome outcome) {
  assert_int_equal(c->got.verdict, CG_HANDSHAKE_STORE);
  assert_int_equal(c->got.out.len, 0); /* nothing before it is stored */
  assert_memory_equal(&c->got.key.key, &c->key, sizeof c->key);
  assert_true(c->got.key.salt == cg_first_salt(c->new_nonce, c->nonces.server));
  c->got.verdict = CG_HANDSHAKE_REPLY;
  assert_int_equal(
      cg_handshake_server_stored(c->server, c->key.id, outcome, c->now_us, &c->got.out),
      CG_OK);
}

static void ask_dh(caller *c) {
  put_req_dh(c);
  ask(c);
}

static void ask_set(caller *c) {
  put_set_dh(c);
  ask(c);
}

/* ---- faults --------------------------------------------------------------- */

/* Runs to the fault; says which request was refused. */
static step run(caller *c) {
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

static caller spoiled(cg_handshake_server *server, fault f) {
  caller c = make_caller(server);
  c.fault = f;
  c.expires_in = f == EXPIRES_0 ? 0 : f == EXPIRES_NEGATIVE ? -1 : 30 * DAY + 1;
  if (f >= EXPIRES_0 && f <= EXPIRES_LATE) c.form = CG_HS_INNER_TEMP_DC;
  if (f == WRONG_DC) c.dc = 4;
  c.legacy = f == LEGACY_HASH || f == LEGACY_ID;
  return c;
}

/* What failed once stays failed: the same requests without the fault are refused. */
static void assert_stays_failed(caller *c) {
  c->fault = NONE;
  ask(c);
  assert_refused(c, -404);
  ask_dh(c);
  assert_refused(c, -404);
  ask_set(c);
  assert_refused(c, -404);
  put_req_pq(c, CG_HS_REQ_PQ_MULTI);
  ask(c);
  assert_refused(c, -404);
}

static void every_fault_is_refused(void **state) {
  for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
    seed(state);
    cg_handshake_server *server = new_server();
    caller c = spoiled(server, FAULTS[i].fault), other = make_caller(server);
    step last = run(&c);
    if (last != FAULTS[i].last || c.got.error != FAULTS[i].want)
      print_error("fault %d: %d at step %d\n", (int)c.fault, c.got.error, (int)last);
    assert_int_equal(last, FAULTS[i].last);
    if (FAULTS[i].want) {
      assert_refused(&c, FAULTS[i].want);
      assert_stays_failed(&c);
    }
    run(&other); /* another exchange of the connection is not touched */
    stored(&other, CG_KEY_STORED);
    take_gen(&other, CG_HS_GEN_OK, CG_HS_OK_HASH);
    free_caller(&c);
    free_caller(&other);
    cg_handshake_server_free(server);
  }
}

/* Something else under the nonces of an exchange is refused, but not its end. */
static void other_objects_are_refused(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  begin(&c);
  c.body.len = 0;
  cg_nonces_put(&c.body, CG_HS_GEN_OK, &c.nonces);
  ask(&c);
  assert_refused(&c, -404);
  ask_dh(&c);
  take_dh(&c);
  free_caller(&c);
  cg_handshake_server_free(server);
}

/* Payloads that belong to no exchange. */
static void nonsense_is_refused(void **state) {
  (void)state;
  static const cg_bytes rows[] = {
    TEST_BYTES(""),
    TEST_BYTES("\0\0\0\0\0\0\0\0"
               "\0\0\0\0\0\0\0\0"
               "\0\0\0\0"),
    TEST_BYTES("\0\0\0\0\0\0\0\0"
               "\0\0\0\0\0\0\0\0"
               "\x08\0\0\0"
               "abcd"),
    TEST_BYTES("\0\0\0\0\0\0\0\0"
               "\0\0\0\0\0\0\0\0"
               "\xff\xff\xff\xff"
               "abcd"),
    TEST_BYTES("\0\0\0\0\0\0\0\0"
               "\0\0\0\0\0\0\0\0"
               "\x04\0\0\0"
               "abcd"),
    TEST_BYTES("\0\0\0\0\0\0\0\0"
               "\0\0\0\0\0\0\0\0"
               "\x02\0\0\0"
               "abcd"),
    /* req_pq_multi with a nonce of 12 bytes, and under a key id */
    TEST_BYTES("\0\0\0\0\0\0\0\0"
               "\0\0\0\0\0\0\0\0"
               "\x10\0\0\0"
               "\xf1\x8e\x7e\xbe"
               "0123456789ab"),
    TEST_BYTES("\1\0\0\0\0\0\0\0"
               "\0\0\0\0\0\0\0\0"
               "\x14\0\0\0"
               "\xf1\x8e\x7e\xbe"
               "0123456789abcdef"),
    /* req_DH_params of an exchange that nobody knows */
    TEST_BYTES("\0\0\0\0\0\0\0\0"
               "\0\0\0\0\0\0\0\0"
               "\x24\0\0\0"
               "\xbe\xe4\x12\xd7"
               "0123456789abcdef0123456789abcdef"),
  };
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    serve(server, rows[i], NOON, &c.got);
    assert_refused(&c, -404);
  }
  assert_true(cg_handshake_server_expire(server, NOON));
  free_caller(&c);
  cg_handshake_server_free(server);
}

/* Every request, cut anywhere, is refused. */
static void truncated_requests(void **state) {
  (void)state;
  for (int which = 0; which < 3; which++) {
    size_t whole = 1;
    for (size_t len = 0; len < whole; len++) {
      seed(state);
      cg_handshake_server *server = new_server();
      caller c = make_caller(server);
      if (which > 0) begin(&c);
      if (which > 1) {
        ask_dh(&c);
        take_dh(&c);
      }
      if (which == 0) put_req_pq(&c, CG_HS_REQ_PQ);
      if (which == 1) put_req_dh(&c);
      if (which == 2) put_set_dh(&c);
      whole = c.body.len;
      c.body.len = len;
      ask(&c);
      assert_refused(&c, -404);
      free_caller(&c);
      cg_handshake_server_free(server);
      if (len > 64 && len + 64 < whole) len += 37; /* inside the encrypted part */
    }
  }
}

/* ---- what real clients do ------------------------------------------------- */

/* Both padding schemes, all forms of inner data, dc ids. */
static void clients_of_all_kinds(void **state) {
  (void)state;
  static const struct {
    bool legacy;
    uint32_t form;
    int32_t dc;
    bool reported; /* as legacy */
  } rows[] = {
    { false, CG_HS_INNER, 0, true },      { false, CG_HS_INNER_DC, 2, false },
    { false, CG_HS_INNER_TEMP, 0, true }, { false, CG_HS_INNER_TEMP_DC, 10002, false },
    { true, CG_HS_INNER, 0, true },       { true, CG_HS_INNER_DC, -2, true },
    { true, CG_HS_INNER_TEMP, 0, true },  { true, CG_HS_INNER_TEMP_DC, -10002, true },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_handshake_server *server = new_server();
    caller c = make_caller(server);
    c.legacy = rows[i].legacy;
    c.form = rows[i].form;
    c.dc = rows[i].dc;
    c.expires_in = 30 * DAY;
    run(&c);
    stored(&c, CG_KEY_STORED);
    take_gen(&c, CG_HS_GEN_OK, CG_HS_OK_HASH);
    bool temporary = c.form == CG_HS_INNER_TEMP || c.form == CG_HS_INNER_TEMP_DC;
    assert_int_equal(c.got.key.legacy, rows[i].reported);
    assert_int_equal(c.got.key.dc, rows[i].dc);
    assert_int_equal(c.got.key.expires_at, temporary ? cg_unix(NOON) + 30 * DAY : 0);
    free_caller(&c);
    cg_handshake_server_free(server);
  }
}

/* Without legacy_rsa the old padding and the old inner data are refused. */
static void legacy_may_be_refused(void **state) {
  (void)state;
  static const struct {
    bool legacy;
    uint32_t form;
    int32_t want;
  } rows[] = { { true, CG_HS_INNER_DC, -404 },
               { false, CG_HS_INNER, -404 },
               { false, CG_HS_INNER_TEMP, -404 },
               { false, CG_HS_INNER_DC, 0 } };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_handshake_server_options options = server_options();
    options.legacy_rsa = false;
    cg_handshake_server *server = NULL;
    assert_int_equal(cg_handshake_server_new(&server, &options), CG_OK);
    caller c = make_caller(server);
    c.legacy = rows[i].legacy;
    c.form = rows[i].form;
    c.expires_in = DAY;
    run(&c);
    assert_int_equal(c.got.error, rows[i].want);
    free_caller(&c);
    cg_handshake_server_free(server);
  }
}

static void any_dc_takes_any(void **state) {
  (void)state;
  static const int32_t ids[] = { 1, 5, -3, 10004, 0, INT32_MIN, INT32_MAX };
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    cg_handshake_server_options options = server_options();
    options.any_dc = true;
    cg_handshake_server *server = NULL;
    assert_int_equal(cg_handshake_server_new(&server, &options), CG_OK);
    caller c = make_caller(server);
    c.dc = ids[i];
    run(&c);
    stored(&c, CG_KEY_STORED);
    assert_int_equal(c.got.key.dc, ids[i]);
    free_caller(&c);
    cg_handshake_server_free(server);
  }
}

/* req_pq in both forms, with any msg_id, with bytes behind the object inside and
 * behind the message. */
static void probes(void **state) {
  (void)state;
  static const uint64_t msg_ids[] = { 0, 1, UINT64_MAX, 0x1234567890 };
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  uint64_t last = 0;
  for (size_t i = 0; i < 1000; i++) {
    assert_int_equal(cg_rng_fill(&client_rng.rng, c.nonces.client, 16), CG_OK);
    put_req_pq(&c, i & 1 ? CG_HS_REQ_PQ : CG_HS_REQ_PQ_MULTI);
    for (size_t k = 0; k < i % 5; k++) cg_buf_u32(&c.body, 0xdeadbeef);
    cg_buf payload = { 0 };
    cg_plain_put(&payload, msg_ids[i % 4], cg_buf_view(&c.body));
    cg_buf_put(&payload, "0123456789abcde", i % 16);
    serve(server, cg_buf_view(&payload), NOON, &c.got);
    cg_buf_free(&payload);
    cg_reader r;
    open_reply(&c, &r, CG_HS_RES_PQ);
    cg_plain m;
    assert_int_equal(cg_plain_read(cg_buf_view(&c.got.out), &m), CG_OK);
    assert_true(m.msg_id > last);
    last = m.msg_id;
  }
  free_caller(&c);
  cg_handshake_server_free(server);
}

/* Memory does not grow with the number of exchanges: the oldest are forgotten. */
static void state_is_bounded(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server), other = make_caller(server);
  begin(&c);
  for (int i = 0; i < 4; i++) {
    assert_int_equal(cg_rng_fill(&client_rng.rng, other.nonces.client, 16), CG_OK);
    put_req_pq(&other, CG_HS_REQ_PQ_MULTI);
    ask(&other);
  }
  ask_dh(&c);
  assert_refused(&c, -404);
  free_caller(&c);
  free_caller(&other);
  cg_handshake_server_free(server);
}

/* Exchanges whose keys are being stored are not pushed out. */
static void storing_is_not_forgotten(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c[5];
  for (int i = 0; i < 5; i++) c[i] = make_caller(server);
  for (int i = 0; i < 4; i++) run(&c[i]);
  put_req_pq(&c[4], CG_HS_REQ_PQ_MULTI);
  ask(&c[4]);
  assert_refused(&c[4], -404);
  for (int i = 0; i < 4; i++) {
    stored(&c[i], CG_KEY_STORED);
    take_gen(&c[i], CG_HS_GEN_OK, CG_HS_OK_HASH);
  }
  begin(&c[4]);
  for (int i = 0; i < 5; i++) free_caller(&c[i]);
  cg_handshake_server_free(server);
}

/* One more block of padding than is needed is what some clients send. With the
 * g_b of 252 bytes none is needed. */
static void padding_of_16(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  for (size_t extra = 0; extra <= 32; extra += 16) {
    caller c = make_caller(server);
    c.fault = GB_SHORT;
    c.padding = extra;
    run(&c);
    assert_int_equal(c.got.verdict,
                     extra <= 16 ? CG_HANDSHAKE_STORE : CG_HANDSHAKE_REFUSE);
    free_caller(&c);
  }
  cg_handshake_server_free(server);
}

/* ---- repeats -------------------------------------------------------------- */

/* Asks the same again, as another message, and compares bytes. */
static void assert_same_answer(caller *c) {
  cg_buf before = { 0 };
  cg_buf_bytes(&before, cg_buf_view(&c->got.out));
  c->msg_id += 4;
  ask(c);
  assert_int_equal(c->got.verdict, CG_HANDSHAKE_REPLY);
  assert_int_equal(before.len, c->got.out.len);
  assert_memory_equal(before.at, c->got.out.at, before.len);
  cg_buf_free(&before);
}

/* The request that is being stored is repeated: nobody knows the answer yet. */
static void ask_while_storing(caller *c) {
  served first = c->got;
  c->got = (served){ 0 };
  ask(c);
  assert_int_equal(c->got.verdict, CG_HANDSHAKE_REPLY);
  assert_int_equal(c->got.out.len, 0);
  c->got = first;
}

static void repeats_get_the_same_bytes(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  begin(&c);
  c.now_us += 500 * CG_SECOND;
  assert_same_answer(&c);
  c.now_us = NOON;
  ask_dh(&c);
  take_dh(&c);
  cg_buf dh = { 0 };
  cg_buf_bytes(&dh, cg_buf_view(&c.body));
  assert_same_answer(&c);
  ask_set(&c);
  cg_buf set = { 0 };
  cg_buf_bytes(&set, cg_buf_view(&c.body));
  ask_while_storing(&c);
  stored(&c, CG_KEY_STORED);
  take_gen(&c, CG_HS_GEN_OK, CG_HS_OK_HASH);
  c.now_us += 599 * CG_SECOND;
  assert_same_answer(&c);
  c.body.len = 0;
  cg_buf_bytes(&c.body, cg_buf_view(&dh));
  ask(&c);
  assert_int_equal(c.got.verdict, CG_HANDSHAKE_REPLY);
  assert_true(c.got.out.len > 500);
  assert_false(cg_handshake_server_expire(server, c.now_us));
  c.now_us += CG_SECOND;
  ask(&c); /* 10 minutes are over */
  assert_refused(&c, -404);
  assert_true(cg_handshake_server_expire(server, c.now_us));
  cg_buf_free(&dh);
  cg_buf_free(&set);
  free_caller(&c);
  cg_handshake_server_free(server);
}

/* The same nonce after a key came of it begins anew. */
static void a_nonce_may_come_again(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  run(&c);
  stored(&c, CG_KEY_STORED);
  cg_nonces before = c.nonces;
  put_req_pq(&c, CG_HS_REQ_PQ_MULTI);
  ask(&c);
  take_res_pq(&c);
  assert_memory_not_equal(before.server, c.nonces.server, 16);
  ask_dh(&c);
  take_dh(&c);
  free_caller(&c);
  cg_handshake_server_free(server);
}

/* Each exchange has its own server_nonce, pq and a. */
static void everything_is_fresh(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server), d = make_caller(server);
  run(&c);
  run(&d);
  assert_memory_not_equal(c.nonces.server, d.nonces.server, 16);
  assert_memory_not_equal(c.g_a, d.g_a, 256);
  assert_true(c.pq != d.pq);
  free_caller(&c);
  free_caller(&d);
  cg_handshake_server_free(server);
}

/* ---- storing -------------------------------------------------------------- */

static void retry_ids(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  run(&c);
  stored(&c, CG_KEY_TAKEN);
  take_gen(&c, CG_HS_GEN_RETRY, CG_HS_RETRY_HASH);
  assert_same_answer(&c);
  c.retry_id = c.key.aux_hash;
  ask_set(&c);
  ask_while_storing(&c);
  stored(&c, CG_KEY_STORED);
  take_gen(&c, CG_HS_GEN_OK, CG_HS_OK_HASH);

  run(&c);
  stored(&c, CG_KEY_TAKEN);
  c.retry_id = c.key.aux_hash + 1;
  ask_set(&c);
  take_gen(&c, CG_HS_GEN_FAIL, CG_HS_GEN_FAIL_HASH);
  assert_same_answer(&c);
  ask_set(&c); /* and that was it */
  assert_refused(&c, -404);
  free_caller(&c);
  cg_handshake_server_free(server);
}

static void first_retry_id_is_zero(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  begin(&c);
  ask_dh(&c);
  take_dh(&c);
  c.retry_id = 1;
  ask_set(&c);
  take_gen(&c, CG_HS_GEN_FAIL, CG_HS_GEN_FAIL_HASH);
  free_caller(&c);
  cg_handshake_server_free(server);
}

static void five_retries(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  run(&c);
  for (int i = 0; i < 5; i++) {
    stored(&c, CG_KEY_TAKEN);
    take_gen(&c, CG_HS_GEN_RETRY, CG_HS_RETRY_HASH);
    c.retry_id = c.key.aux_hash;
    ask_set(&c);
  }
  stored(&c, CG_KEY_TAKEN);
  take_gen(&c, CG_HS_GEN_FAIL, CG_HS_GEN_FAIL_HASH);
  free_caller(&c);
  cg_handshake_server_free(server);
}

static void storing_fails(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  run(&c);
  stored(&c, CG_KEY_FAILED);
  take_gen(&c, CG_HS_GEN_FAIL, CG_HS_GEN_FAIL_HASH);
  free_caller(&c);
  cg_handshake_server_free(server);
}

static void stored_for_nobody(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  caller c = make_caller(server);
  cg_buf out = { 0 };
  run(&c);
  assert_int_equal(
      cg_handshake_server_stored(server, c.key.id + 1, CG_KEY_STORED, NOON, &out),
      CG_E_STATE);
  stored(&c, CG_KEY_STORED);
  assert_int_equal(
      cg_handshake_server_stored(server, c.key.id, CG_KEY_STORED, NOON, &out),
      CG_E_STATE);
  assert_int_equal(out.len, 0);
  free_caller(&c);
  cg_handshake_server_free(server);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(every_fault_is_refused, seed),
    cmocka_unit_test_setup(other_objects_are_refused, seed),
    cmocka_unit_test_setup(nonsense_is_refused, seed),
    cmocka_unit_test_setup(truncated_requests, seed),
    cmocka_unit_test_setup(clients_of_all_kinds, seed),
    cmocka_unit_test_setup(legacy_may_be_refused, seed),
    cmocka_unit_test_setup(any_dc_takes_any, seed),
    cmocka_unit_test_setup(probes, seed),
    cmocka_unit_test_setup(state_is_bounded, seed),
    cmocka_unit_test_setup(storing_is_not_forgotten, seed),
    cmocka_unit_test_setup(padding_of_16, seed),
    cmocka_unit_test_setup(repeats_get_the_same_bytes, seed),
    cmocka_unit_test_setup(a_nonce_may_come_again, seed),
    cmocka_unit_test_setup(everything_is_fresh, seed),
    cmocka_unit_test_setup(retry_ids, seed),
    cmocka_unit_test_setup(first_retry_id_is_zero, seed),
    cmocka_unit_test_setup(five_retries, seed),
    cmocka_unit_test_setup(storing_fails, seed),
    cmocka_unit_test_setup(stored_for_nobody, seed),
  };
  return cmocka_run_group_tests(tests, make_rsa, free_rsa);
}
