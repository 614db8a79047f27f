/* SPDX-License-Identifier: MIT */
/*
 * handshake_serving_test.c - what real clients do to the server, repeats, bounds, and
 * the store's part (protocol.md 103-119, clients.md 1-5).
 */
#include "handshake_caller.h"

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
