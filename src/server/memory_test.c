/* SPDX-License-Identifier: MIT */
/* memory_test.c - every allocation of the server fails once, in opening it and in what
 * a login makes it do: it reports or closes, and goes on. */
#include "login_test.h"

#include "mem.h"

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, false);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_mem_fail_after(-1);
  cg_harness_end(&H);
  return 0;
}

static void opening(void **state) {
  (void)state;
  cg_harness_open(&H); /* makes the key */
  cg_harness_close(&H);
  cg_server_options o = { .data_dir = H.dir, .store_url = "sqlite::memory:",
                          .now_us = H.now_us };
  for (long n = 0;; n++) {
    cg_server *s = NULL;
    cg_fault fault = { 0 };
    cg_mem_fail_after(n);
    cg_err err = cg_server_open(&s, &o, &fault);
    long asked = cg_mem_fail_after(-1);
    cg_server_close(s);
    if (err) assert_int_equal(err, CG_E_MEMORY);
    if (asked <= n) {
      assert_int_equal(err, CG_OK);
      break;
    }
    assert_true(n < 10000);
  }
}

/* Feeds what the client has to send while only `n` allocations are granted; returns how
 * many there were. */
static long feed_with(cg_tester *c, long n) {
  cg_buf packet = { 0 }, wire = { 0 };
  assert_int_equal(cg_session_pull(c->session, H.now_us, &packet), CG_OK);
  assert_true(packet.len > 0);
  assert_int_equal(cg_framing_send(c->framing, cg_buf_view(&packet), &wire), CG_OK);
  cg_mem_fail_after(n);
  cg_server_feed(H.server, c->conn, cg_buf_view(&wire), H.now_us);
  (void)cg_server_turn(H.server, H.now_us);
  long asked = cg_mem_fail_after(-1);
  cg_buf_free(&packet);
  cg_buf_free(&wire);
  cg_harness_pump(&H);
  return asked;
}

/* Makes the call with ever more memory, until it is enough. */
static void starve(cg_tester *c, const tl_obj *call, uint32_t answer) {
  for (long n = 0;; n++) {
    cg_tester_reconnect(c, true);
    cg_arena_reset(c->arena);
    uint64_t tag = cg_tester_queue(c, call);
    long asked = feed_with(c, n);
    cg_told told = cg_tester_take(c, tag);
    if (asked <= n) {
      is_object(told, answer);
      return;
    }
    /* An internal error, or none because the connection was closed; what went out
     * before memory did is good. */
    if (told.code) is_error(told, 500, "INTERNAL");
    assert_true(n < 10000);
  }
}

static void calls_about_chats_and_sessions(void **state) {
  (void)state;
  static const tl_inputPeerSelf self = { TL_INIT(inputPeerSelf) };
  static const tl_inputPeerUser service = { TL_INIT(inputPeerUser), .user_id = 777000 };
  tl_updates_getState get_state = { TL_INIT(updates_getState) };
  tl_updates_getDifference difference = { TL_INIT(updates_getDifference), .pts = 1 };
  tl_messages_getDialogs dialogs = { TL_INIT(messages_getDialogs),
                                     .offset_peer = &self.InputPeer };
  tl_messages_getHistory history = { TL_INIT(messages_getHistory), .limit = 9,
                                     .peer = &service.InputPeer };
  tl_messages_readHistory read = { TL_INIT(messages_readHistory),
                                   .peer = &service.InputPeer };
  tl_messages_sendMessage send = { TL_INIT(messages_sendMessage),
                                   .peer = &self.InputPeer, .message = CG_LIT("x") };
  tl_account_getAuthorizations list = { TL_INIT(account_getAuthorizations) };
  tl_auth_resetAuthorizations end = { TL_INIT(auth_resetAuthorizations) };
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H), *d = cg_tester_new(&H);
  log_in(c, KNOWN);
  sent s = sent_of(send_code(d, KNOWN));
  is_object(sign_in(d, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  starve(c, &send.o, TL_ID_updateShortSentMessage);
  starve(c, &get_state.o, TL_ID_updates_state);
  starve(c, &difference.o, TL_ID_updates_difference);
  starve(c, &dialogs.o, TL_ID_messages_dialogs);
  starve(c, &history.o, TL_ID_messages_messages);
  starve(c, &read.o, TL_ID_messages_affectedMessages);
  starve(c, &list.o, TL_ID_account_authorizations);
  starve(c, &end.o, TL_ID_boolTrue);
  cg_tester_reconnect(d, true); /* what could not be pushed has closed it */
  is_error(get_users(d), 401, "SESSION_REVOKED");
}

static void a_call_and_its_answer(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  tl_codeSettings settings = { TL_INIT(codeSettings) };
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = CG_LIT(ORDINARY),
                         .api_id = 1, .api_hash = CG_LIT(ZERO_HASH),
                         .settings = &settings.CodeSettings };
  for (long n = 0;; n++) {
    cg_tester_reconnect(c, true);
    c->inited = false;
    cg_arena_reset(c->arena);
    uint64_t tag = cg_tester_queue(c, &q.o);
    long asked = feed_with(c, n);
    cg_told told = cg_tester_take(c, tag);
    if (asked <= n) {
      sent_of(told);
      break;
    }
    /* An internal error, or none because the connection was closed. */
    if (told.code) is_error(told, 500, "INTERNAL");
    assert_true(n < 10000);
  }
}

static void a_connection(void **state) {
  (void)state;
  cg_harness_open(&H);
  for (long n = 0;; n++) {
    cg_mem_fail_after(n);
    cg_err err = cg_server_accept(H.server, 100 + (uint64_t)n, "127.0.0.1", H.now_us);
    long asked = cg_mem_fail_after(-1);
    if (err) assert_int_equal(err, CG_E_MEMORY);
    if (asked <= n) break;
  }
}

static void a_question_to_the_inbox(void **state) {
  (void)state;
  cg_harness_open(&H);
  for (long n = 0; n < 12; n++) {
    cg_said said[3] = { { 0 } };
    cg_mem_fail_after(n);
    cg_server_codes(H.server, NULL, 0, H.now_us, cg_harness_hear, &said[0]);
    cg_server_users(H.server, cg_harness_hear, &said[1]);
    cg_server_user_add(H.server, CG_LIT("{\"phone\":\"12345\"}"), H.now_us,
                       cg_harness_hear, &said[2]);
    cg_mem_fail_after(-1);
    for (int i = 0; i < 3; i++) assert_int_equal(said[i].calls, 1);
  }
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = { T(opening), T(a_call_and_its_answer),
                                      T(calls_about_chats_and_sessions), T(a_connection),
                                      T(a_question_to_the_inbox) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
