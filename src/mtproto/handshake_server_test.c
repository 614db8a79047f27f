/* SPDX-License-Identifier: MIT */
/*
 * handshake_server_test.c - the server against clients with one fault each, and against
 * nonsense: -404, for good (protocol.md 102-119).
 */
#include "handshake_caller.h"

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
int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(every_fault_is_refused, seed),
    cmocka_unit_test_setup(other_objects_are_refused, seed),
    cmocka_unit_test_setup(nonsense_is_refused, seed),
    cmocka_unit_test_setup(truncated_requests, seed),
  };
  return cmocka_run_group_tests(tests, make_rsa, free_rsa);
}
