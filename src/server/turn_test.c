/* SPDX-License-Identifier: MIT */
/*
 * turn_test.c - turns that the store loses, and requests that it refuses: nothing is
 * told that is not so afterwards, in the store and in memory. With a store that answers
 * at once and with one that takes its time.
 */
#include "login_test.h"

static bool late;

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, late);
  H.store_url = NULL;
  H.virtual_clock = true;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

static uint64_t queue_sign_in(cg_tester *c, const char *phone, const char *hash) {
  tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = cg_bytes_of(phone),
                       .phone_code_hash = cg_bytes_of(hash) };
  TL_SET(auth_signIn, &q, phone_code, CG_LIT(CODE));
  return cg_tester_queue(c, &q.o);
}

/* Everybody comes again, to the same server or to one that was started anew. */
static void come_again(cg_tester *c, bool restarted) {
  H.writes_fail = false;
  if (restarted) {
    cg_harness_close(&H);
    cg_harness_open(&H);
  }
  cg_tester_reconnect(c, true);
}

static void a_login(void **state) {
  (void)state;
  cg_tester *c = start();
  for (int restarted = 0; restarted < 2; restarted++) {
    sent s = sent_of(send_code(c, KNOWN));
    H.writes_fail = true;
    uint64_t tag = queue_sign_in(c, KNOWN, s.hash);
    cg_harness_pump(&H);
    assert_string_equal(cg_tester_take(c, tag).error, "no answer");
    assert_true(c->closed);
    come_again(c, restarted);
    is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
    is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
    is_object(log_out(c), TL_ID_auth_loggedOut);
  }
}

static void a_log_out(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  H.writes_fail = true;
  assert_string_equal(log_out(c).error, "no answer");
  come_again(c, false);
  is_object(get_users(c), TL_ID_vector);
}

static void an_init_connection(void **state) {
  (void)state;
  cg_tester *c = start();
  tl_help_getConfig q = { TL_INIT(help_getConfig) };
  H.writes_fail = true;
  assert_string_equal(cg_tester_call(c, &q.o).error, "no answer");
  come_again(c, false);
  is_error(cg_tester_call(c, &q.o), 400, "CONNECTION_NOT_INITED");
  c->inited = false;
  is_object(cg_tester_call(c, &q.o), TL_ID_config);
}

/* What the store refused is asked of it again, although the same was said before. */
static void an_init_connection_that_is_refused(void **state) {
  (void)state;
  cg_tester *c = start();
  tl_help_getConfig q = { TL_INIT(help_getConfig) };
  H.submits_fail = true;
  is_error(cg_tester_call(c, &q.o), 500, "INTERNAL");
  H.submits_fail = false;
  is_error(cg_tester_call(c, &q.o), 400, "CONNECTION_NOT_INITED");
  c->inited = false;
  is_object(cg_tester_call(c, &q.o), TL_ID_config);
  come_again(c, true);
  is_object(cg_tester_call(c, &q.o), TL_ID_config);
}

static void a_login_that_is_refused(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  H.submits_fail = true;
  is_error(sign_in(c, KNOWN, s.hash, CODE), 500, "INTERNAL");
  is_error(send_code(c, KNOWN_TOO), 500, "INTERNAL");
  H.submits_fail = false;
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static void a_new_key(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  uint64_t first = c->key.id;
  H.writes_fail = true;
  assert_false(cg_tester_new_key(c));
  assert_true(c->closed);
  size_t at = 0, peers = 0;
  for (cg_peer *p; (p = cg_map_each(&H.server->peers, &at)); peers++)
    assert_true(p->key.id == first);
  assert_int_equal(peers, 1);
}

static cg_said said;

static void ask_reset(void) {
  said = (cg_said){ 0 };
  cg_server_reset(H.server, H.now_us, cg_harness_hear, &said);
  cg_harness_pump(&H);
}

static void a_reset(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  H.writes_fail = true;
  ask_reset();
  come_again(c, false);
  is_object(get_users(c), TL_ID_vector);
  ask_reset();
  assert_int_equal(said.status, 200);
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
}

static void a_ban(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  H.writes_fail = true;
  said = (cg_said){ 0 };
  cg_server_user_ban(H.server, CG_LIT("{\"phone\":\"" KNOWN "\"}"), H.now_us,
                     cg_harness_hear, &said);
  cg_harness_pump(&H);
  come_again(c, false);
  is_object(get_users(c), TL_ID_vector);
}

static void advance(const char *json) {
  said = (cg_said){ 0 };
  cg_server_advance(H.server, cg_bytes_of(json), H.now_us, cg_harness_hear, &said);
  cg_harness_pump(&H);
}

static void an_advance_of_the_clock(void **state) {
  (void)state;
  start();
  advance("{\"advance_s\":10}");
  H.writes_fail = true;
  advance("{\"advance_s\":100}");
  H.writes_fail = false;
  advance("{\"advance_s\":1}");
  assert_string_equal(said.json, "{\"now\":1700000011}");
  H.submits_fail = true;
  advance("{\"advance_s\":100}");
  assert_int_equal(said.status, 500);
  H.submits_fail = false;
  advance("{\"advance_s\":1}");
  assert_string_equal(said.json, "{\"now\":1700000012}");
  cg_harness_close(&H);
  cg_harness_open(&H);
  advance("{\"advance_s\":0}");
  assert_string_equal(said.json, "{\"now\":1700000012}");
}

static void two_advances_at_once_add_up(void **state) {
  (void)state;
  start();
  cg_said first = { 0 };
  cg_server_advance(H.server, CG_LIT("{\"advance_s\":10}"), H.now_us, cg_harness_hear,
                    &first);
  advance("{\"advance_s\":5}");
  assert_string_equal(said.json, "{\"now\":1700000015}");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(a_login),
    T(a_log_out),
    T(an_init_connection),
    T(an_init_connection_that_is_refused),
    T(a_login_that_is_refused),
    T(a_new_key),
    T(a_reset),
    T(a_ban),
    T(an_advance_of_the_clock),
    T(two_advances_at_once_add_up),
  };
  int failed = cmocka_run_group_tests_name("store answers at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store answers later", tests, NULL, NULL);
}
