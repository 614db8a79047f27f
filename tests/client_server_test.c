/* SPDX-License-Identifier: MIT */
/*
 * client_server_test.c - the client and the server of this library, joined in memory on
 * one clock: logins over torn reads, lost replies, restarts of either side.
 */
#include "client_server_rig.h"

static void resend(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_resend(&d->data.login, NULL, d->net->arena, &q), CG_OK);
  ask(d, q);
}

static void cancel(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_cancel(&d->data.login, d->net->arena, &q), CG_OK);
  ask(d, q);
}

static void sign_up(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_sign_up(&d->data.login, "Ada", "L", d->net->arena, &q),
                   CG_OK);
  ask(d, q);
}

static void log_out(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_log_out(d->net->arena, &q), CG_OK);
  ask(d, q);
}

/* --- a life ---------------------------------------------------------------------- */

static void live(device *d) {
  char dead[CG_LOGIN_HASH_MAX];
  send_code(d, PHONE);
  assert_int_equal(d->id, TL_ID_auth_sentCode);
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_CODE);
  memcpy(dead, d->data.login.hash, sizeof dead);
  resend(d);
  assert_string_equal(d->data.login.hash, dead);
  assert_int_equal(d->data.login.type, CG_CODE_CALL);
  cancel(d);
  assert_int_equal(d->id, TL_ID_boolTrue);
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  send_code(d, PHONE);
  assert_string_not_equal(d->data.login.hash, dead);
  tl_auth_signIn old = { TL_INIT(auth_signIn), .phone_number = CG_LIT(PHONE),
                         .phone_code_hash = cg_bytes_of(dead) };
  TL_SET(auth_signIn, &old, phone_code, CG_LIT("22222"));
  ask(d, &old.o);
  assert_refused(d, 400, "PHONE_CODE_EXPIRED");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_CODE); /* not that code's state */
  sign_in(d, "22222");
  assert_int_equal(d->id, TL_ID_auth_authorization);
  who_am_i(d);
  assert_int_equal(d->id, TL_ID_user);
  log_out(d);
  assert_int_equal(d->data.login.state, CG_LOGIN_CLOSED);
  who_am_i(d);
  assert_refused(d, 401, "AUTH_KEY_UNREGISTERED");
}

static void test_life(void **state) {
  net *n = *state;
  live(&n->devices[0]);
}

static void test_life_in_bytes(void **state) {
  net *n = *state;
  n->piece = 1;
  live(&n->devices[0]);
}

/* No log of either side, at any level, holds what only the two may know (325). */
static void test_silence(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  char hash[CG_LOGIN_HASH_MAX];
  send_code(d, PHONE);
  memcpy(hash, d->data.login.hash, sizeof hash);
  sign_in(d, "11111");
  n->cut = 0;
  sign_in(d, "22222");
  log_out(d);
  cg_buf_put(&n->log, "", 1);
  const char *log = (const char *)n->log.at;
  assert_true(n->log.len > 1);
  const char *const secrets[] = { PHONE, hash, "11111", "22222" };
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
    if (strstr(log, secrets[i])) fail_msg("%s is in:\n%s", secrets[i], log);
}

/* A reply is lost at any moment, that of the key exchange included. */
static void test_life_with_cuts(void **state) {
  net *n = *state;
  for (int cut = 0; cut < 14; cut++) {
    cg_core_free(n->devices[0].core);
    cg_session_data_wipe(&n->devices[0].data);
    lose_connection(&n->devices[0]);
    open_device(&n->devices[0]);
    n->cut = cut;
    live(&n->devices[0]);
  }
}

/* Each step in a process of its own, and the server started anew between them. */
static void test_life_in_processes(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  for (int restarts = 0; restarts < 2; restarts++) {
#define STEP(e)                                                                          \
  do {                                                                                   \
    reopen_device(d);                                                                    \
    if (restarts) {                                                                      \
      cg_server_close(n->server);                                                        \
      open_server(n);                                                                    \
      reopen_device(d);                                                                  \
    }                                                                                    \
    e;                                                                                   \
  } while (0)
    STEP(send_code(d, PHONE));
    STEP(resend(d));
    STEP(sign_in(d, "11111"));
    assert_refused(d, 400, "PHONE_CODE_INVALID");
    STEP(sign_in(d, "22222"));
    assert_int_equal(d->data.login.state, CG_LOGIN_READY);
    STEP(who_am_i(d));
    assert_int_equal(d->id, TL_ID_user);
    STEP(log_out(d));
    STEP(who_am_i(d));
    assert_refused(d, 401, "AUTH_KEY_UNREGISTERED");
  }
}

/* --- replies that are lost ------------------------------------------------------- */

/* The call goes out again under its old id: one code, not two. */
static void test_lost_send_code(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  who_am_i(d);
  n->cut = 0;
  send_code(d, PHONE);
  assert_int_equal(n->cut, -1);
  assert_int_equal(d->id, TL_ID_auth_sentCode);
  assert_int_equal(count_codes(n), 1);
}

/* A wrong code that is asked again counts once: the fifth try may still be right. */
static void test_lost_sign_in(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  send_code(d, PHONE);
  for (int i = 0; i < 4; i++) {
    n->cut = 0;
    sign_in(d, "11111");
    assert_int_equal(n->cut, -1);
    assert_refused(d, 400, "PHONE_CODE_INVALID");
  }
  assert_int_equal(d->data.login.wrong_codes, 4);
  n->cut = 0;
  sign_in(d, "22222");
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
}

/* The server goes down with a call under way and comes back. */
static void test_restart_under_way(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  send_code(d, PHONE);
  const tl_obj *q;
  assert_int_equal(cg_login_ask_code(&d->data.login, "22222", n->arena, &q), CG_OK);
  d->done = 0;
  assert_int_equal(cg_core_call(d->core, q, 30 * CG_SECOND, n->now, &d->tag, NULL),
                   CG_OK);
  run_client(d); /* it is on the server's desk, and nothing is durable yet */
  d->conn = 0;
  cg_server_close(n->server);
  cg_core_closed(d->core, CG_E_CLOSED, n->now);
  cg_dc *old = n->dc;
  n->dc = NULL;
  open_server(n);
  run(d);
  assert_int_equal(d->id, TL_ID_auth_authorization);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  cg_core_free(d->core); /* it borrows the old one */
  d->core = NULL;
  cg_dc_free(old);
}

/* --- what the server decides ----------------------------------------------------- */

static void test_exhausted(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  send_code(d, PHONE);
  for (int i = 0; i < 5; i++) sign_in(d, "11111");
  assert_refused(d, 400, "PHONE_CODE_INVALID");
  sign_in(d, "22222");
  assert_refused(d, 400, "PHONE_CODE_EXPIRED");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  log_in(d);
}

static void test_expired(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  cg_server_close(n->server);
  n->virtual_clock = true;
  open_server(n);
  reopen_device(d);
  send_code(d, PHONE);
  cg_server_advance(n->server, CG_LIT("{\"advance_s\":301}"), n->now, keep_text, n);
  sign_in(d, "22222");
  assert_refused(d, 400, "PHONE_CODE_EXPIRED");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
}

static void test_sign_up(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  cg_login_terms terms;
  send_code(d, "9996628001");
  sign_in(d, "22222");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_REGISTRATION);
  reopen_device(d);
  assert_int_equal(cg_login_read_terms(&d->data.login, n->arena, &terms), CG_OK);
  assert_true(terms.text[0]);
  sign_up(d);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  assert_true(d->data.login.user_id != 0);
  assert_string_equal(d->data.login.user_phone, "9996628001");
}

/* A second device gets its code in the first one, and may have it by SMS. */
static void test_second_device(void **state) {
  net *n = *state;
  log_in(&n->devices[0]);
  device *d = &n->devices[1];
  open_device(d);
  send_code(d, PHONE);
  assert_int_equal(d->data.login.type, CG_CODE_APP);
  assert_int_equal(d->data.login.next_type, CG_CODE_SMS);
  resend(d);
  assert_int_equal(d->data.login.type, CG_CODE_SMS);
  sign_in(d, "22222");
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  assert_true(d->data.login.user_id == n->devices[0].data.login.user_id);
}

/* An account that is gone takes the key with it; the next call makes a new one. */
static void test_banned(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  log_in(d);
  uint64_t key = cg_session_dc_of(&d->data, 2)->key.id;
  cg_server_user_ban(n->server, CG_LIT("{\"phone\":\"" PHONE "\"}"), n->now, keep_text,
                     n);
  assert_int_equal(cg_server_turn(n->server, n->now), CG_OK);
  who_am_i(d);
  assert_int_equal(d->error.code, 401);
  assert_int_equal(d->data.login.state, CG_LOGIN_CLOSED);
  assert_false(cg_session_dc_of(&d->data, 2)->has_key);
  who_am_i(d);
  assert_refused(d, 401, "AUTH_KEY_UNREGISTERED");
  assert_true(cg_session_dc_of(&d->data, 2)->key.id != key);
}

/* A server that lost its store knows the key no more. */
static void test_lost_store(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  char path[128];
  send_code(d, PHONE);
  lose_connection(d);
  cg_core_closed(d->core, CG_E_CLOSED, n->now);
  cg_server_close(n->server);
  snprintf(path, sizeof path, "%s/centigram.db", n->folder);
  assert_int_equal(unlink(path), 0);
  open_server(n);
  reopen_device(d);
  sign_in(d, "22222");
  assert_refused(d, 401, "AUTH_KEY_UNREGISTERED");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  log_in(d);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_life),           TEST(test_life_in_bytes),     TEST(test_life_with_cuts),
    TEST(test_lost_send_code), TEST(test_life_in_processes), TEST(test_lost_sign_in),
    TEST(test_exhausted),      TEST(test_restart_under_way), TEST(test_expired),
    TEST(test_sign_up),        TEST(test_second_device),     TEST(test_banned),
    TEST(test_lost_store),     TEST(test_silence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
