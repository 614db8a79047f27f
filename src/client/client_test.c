/* SPDX-License-Identifier: MIT */
/*
 * client_test.c - the client without sockets against the server side of the protocol,
 * on a clock that only the test moves.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client_rig.h"

#include <centigram/api.h>

/* --- scripts --------------------------------------------------------------- */

static const tl_help_getNearestDc get_nearest = { TL_INIT(help_getNearestDc) };
static const tl_help_getConfig get_config = { TL_INIT(help_getConfig) };
static const tl_nearestDc nearest = { TL_INIT(nearestDc),
                                      .country = { (const uint8_t *)"XX", 2 },
                                      .this_dc = 2, .nearest_dc = 2 };

/* help.getNearestDc is answered, the rest refused. */
static void script_plain(fake_server *s, const tl_obj *q, cg_buf *out) {
  (void)s;
  if (q->id == TL_ID_help_getNearestDc)
    fake_answer(out, &nearest.o);
  else
    fake_refuse(out, 400, "INPUT_METHOD_INVALID");
}

static void script_login(fake_server *s, const tl_obj *q, cg_buf *out);

static void script_silent(fake_server *s, const tl_obj *q, cg_buf *out) {
  (void)s;
  (void)q;
  (void)out;
}

/* --- connection and key ---------------------------------------------------- */

static void test_first_call(void **state) {
  (void)state;
  rig r;
  rig_init(&r, script_plain);
  r.piece = 1;
  assert_int_equal(rig_open(&r, NULL), CG_OK);
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_OK);
  assert_int_equal(r.done[0].id, TL_ID_nearestDc);
  assert_int_equal(r.servers[0].handshakes, 1);
  assert_int_equal(r.servers[0].inits, 1);
  assert_true(r.saves >= 1);
  assert_true(cg_session_dc_of(&r.data, 2)->has_key);
  call(&r, &get_nearest.o);
  call(&r, &get_config.o);
  run_until(&r, 3);
  assert_int_equal(r.servers[0].inits, 1); /* only the first call is wrapped */
  assert_int_equal(r.done[2].code, 400);
  assert_string_equal(r.done[2].text, "INPUT_METHOD_INVALID");
  assert_int_equal(r.connects, 1);
  rig_free(&r);
}

/* Rule 100: nothing is sent under a key that is not on disk. */
static void test_save_fails(void **state) {
  (void)state;
  rig r;
  rig_init(&r, script_plain);
  r.save_err = CG_E_IO;
  assert_int_equal(rig_open(&r, NULL), CG_OK);
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_E_IO);
  assert_string_equal(r.done[0].fault, "the disk is full");
  assert_int_equal(r.servers[0].handshakes, 1);
  assert_int_equal(r.servers[0].calls, 0);
  assert_false(cg_session_dc_of(&r.data, 2)->has_key);
  rig_free(&r);
}

static void test_refused(void **state) {
  (void)state;
  rig r;
  rig_init(&r, script_plain);
  r.refuse = true;
  assert_int_equal(rig_open(&r, NULL), CG_OK);
  call(&r, &get_nearest.o);
  settle(&r);
  assert_int_equal(r.done_count, 1); /* at once */
  assert_int_equal(r.done[0].err, CG_E_CONNECT);
  assert_string_equal(r.done[0].fault, "no server at 10.0.0.2:2: connection refused");
  r.refuse = false;
  call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_int_equal(r.done[1].err, CG_OK);
  rig_free(&r);
}

static void test_other_key(void **state) {
  (void)state;
  rig r;
  cg_rsa_key *other;
  char ours[17], theirs[17];
  assert_int_equal(cg_rsa_generate(&other), CG_OK);
  rig_init(&r, script_plain);
  r.servers[0].rsa = other;
  assert_int_equal(rig_open(&r, NULL), CG_OK);
  call(&r, &get_nearest.o);
  settle(&r);
  assert_int_equal(r.done_count, 1);
  assert_int_equal(r.done[0].err, CG_E_NO_KEY);
  snprintf(ours, sizeof ours, "%016llx", (unsigned long long)cg_rsa_fingerprint(key));
  snprintf(theirs, sizeof theirs, "%016llx",
           (unsigned long long)cg_rsa_fingerprint(other));
  assert_non_null(strstr(r.done[0].fault, ours));
  assert_non_null(strstr(r.done[0].fault, theirs));
  assert_non_null(strstr(r.done[0].fault, "10.0.0.2:2"));
  rig_free(&r);
  cg_rsa_free(other);
}

/* A call that was under way when the connection broke goes out again under its old
 * msg_id, so the server runs it once; a new call is wrapped again. */
static void test_reconnect(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_silent);
  call(&r, &get_nearest.o);
  settle(&r);
  assert_int_equal(r.servers[0].calls, 1);
  lose_connection(&r);
  cg_core_closed(r.core, CG_E_CLOSED, r.now);
  r.servers[0].script = script_plain;
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].tag, 2);
  assert_int_equal(r.connects, 2);
  assert_int_equal(r.servers[0].calls, 2); /* the first one did not run again */
  assert_int_equal(r.servers[0].inits, 2);
  rig_free(&r);
}

/* What says nothing at all is named by whatever ends first: the call, the key exchange. */
static void test_deaf(void **state) {
  (void)state;
  rig r;
  uint64_t tag;
  rig_init(&r, script_plain);
  assert_int_equal(rig_open(&r, NULL), CG_OK);
  r.deaf = true;
  cg_err err = cg_core_call(r.core, &get_nearest.o, 90 * CG_SECOND, r.now, &tag, NULL);
  assert_int_equal(err, CG_OK);
  call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_int_equal(r.done[0].err, CG_E_TIMEOUT);
  assert_string_equal(r.done[0].fault, "no answer from 10.0.0.2:2 within 30000 ms");
  assert_int_equal(r.done[1].err, CG_E_TIMEOUT);
  assert_string_equal(r.done[1].fault, "10.0.0.2:2 did not answer the key exchange");
  rig_free(&r);
}

/* A server that answered before and is gone is waited for, but not for long if it
 * refuses; a call after that finds it when it is back. */
static void test_gone(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_plain);
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  lose_connection(&r);
  r.refuse = true;
  cg_core_closed(r.core, CG_E_CLOSED, r.now);
  uint64_t start = r.now;
  call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_int_equal(r.done[1].err, CG_E_CONNECT);
  assert_string_equal(r.done[1].fault, "no server at 10.0.0.2:2: connection refused");
  assert_true(r.now - start < CG_SECOND);
  assert_int_equal(r.connects, 1 + 3);
  call(&r, &get_nearest.o);
  r.refuse = false;
  run_until(&r, 3);
  assert_int_equal(r.done[2].id, TL_ID_nearestDc);
  rig_free(&r);
}

static void test_timeout(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_silent);
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_E_TIMEOUT);
  assert_string_equal(r.done[0].fault, "no answer from 10.0.0.2:2 within 30000 ms");
  settle(&r);
  assert_int_equal(r.servers[0].drops, 1); /* the server was told */
  rig_free(&r);
}

static void test_drop(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_plain);
  uint64_t first = call(&r, &get_nearest.o);
  call(&r, &get_nearest.o);
  cg_core_drop(r.core, first);
  cg_core_drop(r.core, 999);
  run_until(&r, 1);
  settle(&r);
  assert_int_equal(r.done_count, 1);
  assert_int_equal(r.done[0].tag, 2);
  rig_free(&r);
}

static void test_shut(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_silent);
  call(&r, &get_nearest.o);
  settle(&r);
  cg_core_shut(r.core);
  settle(&r);
  assert_int_equal(r.done_count, 1);
  assert_int_equal(r.done[0].err, CG_E_CLOSED);
  rig_free(&r);
}

static void test_salt(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_plain);
  r.servers[0].salt = 12345;
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_OK);
  assert_int_equal(r.servers[0].calls, 1);
  settle(&r);
  assert_true(cg_session_dc_of(&r.data, 2)->salt == 12345);
  assert_true(r.saves >= 1);
  rig_free(&r);
}

/* --- initConnection -------------------------------------------------------- */

static void script_not_inited(fake_server *s, const tl_obj *q, cg_buf *out) {
  if (s->calls % 2)
    fake_refuse(out, 400, "CONNECTION_NOT_INITED");
  else
    script_plain(s, q, out);
}

static void script_never_inited(fake_server *s, const tl_obj *q, cg_buf *out) {
  (void)s;
  (void)q;
  fake_refuse(out, 400, "CONNECTION_NOT_INITED");
}

static void test_init_again(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_plain);
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  r.servers[0].calls = 0;
  r.servers[0].script = script_not_inited;
  call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_int_equal(r.done[1].err, CG_OK);
  assert_int_equal(r.done[1].code, 0);
  assert_int_equal(r.servers[0].inits, 2);
  r.servers[0].script = script_never_inited;
  r.servers[0].calls = 0;
  call(&r, &get_nearest.o);
  run_until(&r, 3);
  assert_string_equal(r.done[2].text, "CONNECTION_NOT_INITED");
  assert_int_equal(r.servers[0].calls, 2); /* once more, and no further */
  rig_free(&r);
}

/* --- a server that fails --------------------------------------------------- */

/* Refuses the first two calls with the server's own fault, then answers. */
static void script_ailing(fake_server *s, const tl_obj *q, cg_buf *out) {
  if (s->calls <= 2)
    fake_refuse(out, s->calls == 1 ? 500 : -503, "INTERNAL");
  else
    script_login(s, q, out);
}

static void script_broken(fake_server *s, const tl_obj *q, cg_buf *out) {
  (void)s;
  (void)q;
  fake_refuse(out, 500, "INTERNAL");
}

/* What only reads is repeated after 1, 2 and 4 seconds; what sends codes is not. */
static void test_ailing(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_ailing);
  uint64_t start = r.now;
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].code, 0);
  assert_int_equal(r.servers[0].calls, 3);
  assert_true(r.now - start >= 3 * CG_SECOND && r.now - start < 4 * CG_SECOND);
  r.servers[0].script = script_broken;
  r.servers[0].calls = 0;
  call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_int_equal(r.done[1].code, 500);
  assert_int_equal(r.servers[0].calls, 4);
  tl_auth_cancelCode cancel = { TL_INIT(auth_cancelCode),
                                .phone_number = CG_LIT("9996621234"),
                                .phone_code_hash = CG_LIT("x") };
  r.servers[0].calls = 0;
  call(&r, &cancel.o);
  run_until(&r, 3);
  assert_int_equal(r.done[2].code, 500);
  assert_int_equal(r.servers[0].calls, 1);
  rig_free(&r);
}

/* Not even if the connection is lost between the key and the failure. */
static void test_save_fails_late(void **state) {
  (void)state;
  rig r;
  rig_init(&r, script_plain);
  r.save_err = CG_E_IO;
  assert_int_equal(rig_open(&r, NULL), CG_OK);
  call(&r, &get_nearest.o);
  const cg_session_dc *dc = cg_session_dc_of(&r.data, 2);
  while (!dc->has_key && do_events(&r) + move_bytes(&r)) continue;
  assert_true(dc->has_key);
  lose_connection(&r);
  cg_core_closed(r.core, CG_E_CLOSED, r.now);
  do_events(&r);
  assert_int_equal(r.saves, 1);
  assert_false(dc->has_key);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_E_IO);
  assert_int_equal(r.servers[0].calls, 0);
  rig_free(&r);
}

/* --- migration ------------------------------------------------------------- */

static void script_move(fake_server *s, const tl_obj *q, cg_buf *out) {
  if (s->dc == 2)
    fake_refuse(out, 303, "PHONE_MIGRATE_4");
  else
    script_plain(s, q, out);
}

static void script_ping_pong(fake_server *s, const tl_obj *q, cg_buf *out) {
  (void)q;
  fake_refuse(out, 303, s->dc == 2 ? "PHONE_MIGRATE_4" : "NETWORK_MIGRATE_2");
}

static void script_nowhere(fake_server *s, const tl_obj *q, cg_buf *out) {
  (void)s;
  (void)q;
  fake_refuse(out, 303, "USER_MIGRATE_5");
}

static void test_migrate(void **state) {
  (void)state;
  rig r;
  rig_init(&r, script_move);
  assert_int_equal(rig_open(&r, NULL), CG_OK);
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_OK);
  assert_int_equal(r.done[0].id, TL_ID_nearestDc);
  assert_int_equal(r.data.main_dc, 4);
  assert_int_equal(r.servers[1].inits, 1);
  assert_int_equal(r.servers[1].handshakes, 1);
  rig_free(&r);
}

static void test_migrate_limit(void **state) {
  (void)state;
  rig r;
  rig_init(&r, script_ping_pong);
  assert_int_equal(rig_open(&r, NULL), CG_OK);
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].code, 303);
  assert_int_equal(r.servers[0].calls + r.servers[1].calls, 6);
  assert_int_equal(r.servers[0].handshakes, 1); /* keys are kept */
  assert_int_equal(r.servers[1].handshakes, 1);
  r.servers[0].script = r.servers[1].script = script_nowhere;
  call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_string_equal(r.done[1].text, "USER_MIGRATE_5"); /* no such data centre */
  rig_free(&r);
}

/* --- lost keys ------------------------------------------------------------- */

static void test_unknown_key(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_plain);
  r.servers[0].knows_key = false;
  r.data.login.state = CG_LOGIN_WAIT_CODE;
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_OK);
  assert_int_equal(r.servers[0].connections, 3); /* once more with it, then a new one */
  assert_int_equal(r.servers[0].handshakes, 1);
  assert_int_equal(r.data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  rig_free(&r);
}

/* A session with an account never gets a new key behind the caller's back. */
static void test_unknown_key_logged_in(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_plain);
  r.servers[0].knows_key = false;
  r.data.login.state = CG_LOGIN_READY;
  r.data.login.logged_in = true;
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].code, 401);
  assert_string_equal(r.done[0].text, "AUTH_KEY_UNREGISTERED");
  assert_false(r.data.login.logged_in);
  assert_int_equal(r.data.login.state, CG_LOGIN_CLOSED);
  assert_false(cg_session_dc_of(&r.data, 2)->has_key);
  rig_free(&r);
}

/* Anybody can say that he does not know a key: only a server that proves itself is
 * believed. */
static void test_unknown_key_elsewhere(void **state) {
  (void)state;
  rig r;
  cg_rsa_key *other;
  assert_int_equal(cg_rsa_generate(&other), CG_OK);
  rig_with_key(&r, script_plain);
  r.servers[0].knows_key = false;
  r.servers[0].rsa = other;
  r.data.login.state = CG_LOGIN_READY;
  r.data.login.logged_in = true;
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_E_NO_KEY);
  assert_true(r.data.login.logged_in);
  assert_true(cg_session_dc_of(&r.data, 2)->has_key);
  r.servers[0].knows_key = true; /* the right one again */
  r.servers[0].rsa = key;
  call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_int_equal(r.done[1].id, TL_ID_nearestDc);
  rig_free(&r);
  cg_rsa_free(other);
}

/* A server that forgets every key it agrees on is not asked for ever. */
static void test_unknown_key_always(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_plain);
  r.servers[0].knows_key = false;
  r.servers[0].forgets = true;
  uint64_t begin = r.now;
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_E_TRANSPORT);
  assert_int_equal(r.servers[0].handshakes, 1);
  assert_true(r.now - begin >= 3 * CG_SECOND / 10); /* 0.1 s and 0.2 s */
  r.servers[0].forgets = false; /* a later call may find it well again */
  call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_int_equal(r.done[1].id, TL_ID_nearestDc);
  rig_free(&r);
}

static void script_revoked(fake_server *s, const tl_obj *q, cg_buf *out) {
  (void)s;
  if (q->id == TL_ID_help_getConfig) fake_refuse(out, 401, "SESSION_REVOKED");
}

static void test_revoked(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_revoked);
  r.data.login.state = CG_LOGIN_READY;
  r.data.login.logged_in = true;
  call(&r, &get_nearest.o);
  call(&r, &get_config.o);
  run_until(&r, 2);
  assert_int_equal(r.done_count, 2); /* the other one ends with it */
  assert_string_equal(r.done[0].text, "SESSION_REVOKED");
  assert_string_equal(r.done[1].text, "SESSION_REVOKED");
  assert_int_equal(r.data.login.state, CG_LOGIN_CLOSED);
  assert_false(cg_session_dc_of(&r.data, 2)->has_key);
  r.servers[0].script = script_plain;
  call(&r, &get_nearest.o);
  run_until(&r, 3);
  assert_string_equal(r.done[2].fault, "");
  assert_int_equal(r.done[2].id, TL_ID_nearestDc); /* with a new key */
  assert_int_equal(r.servers[0].handshakes, 1);
  rig_free(&r);
}

/* --- the login on the way -------------------------------------------------- */

#define PHONE_TEXT CG_LIT("9996621234")
#define HASH_TEXT  CG_LIT("f4318de66cb2db3f10")

static void script_login(fake_server *s, const tl_obj *q, cg_buf *out) {
  static const tl_auth_sentCodeTypeSms sms = { TL_INIT(auth_sentCodeTypeSms),
                                               .length = 5 };
  tl_auth_sentCode sent = { TL_INIT(auth_sentCode), .type = &sms.auth_SentCodeType,
                            .phone_code_hash = HASH_TEXT };
  tl_user self = { TL_INIT(user), .id = 77 };
  tl_auth_authorization in = { TL_INIT(auth_authorization), .user = &self.User };
  const tl_obj yes = { TL_ID_boolTrue, 0 };
  switch (q->id) {
  case TL_ID_auth_sendCode:
    if (s->dc == 2 && s->ctx == NULL)
      fake_refuse(out, 303, "PHONE_MIGRATE_4");
    else
      fake_answer(out, &sent.o);
    break;
  case TL_ID_auth_cancelCode: fake_answer(out, &yes); break;
  case TL_ID_auth_signIn: fake_answer(out, &in.o); break;
  default: script_plain(s, q, out);
  }
}

static void test_login(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_login);
  tl_codeSettings settings = { TL_INIT(codeSettings) };
  tl_auth_sendCode send = { TL_INIT(auth_sendCode), .phone_number = PHONE_TEXT,
                            .settings = &settings.CodeSettings };
  tl_auth_cancelCode cancel = { TL_INIT(auth_cancelCode), .phone_number = PHONE_TEXT,
                                .phone_code_hash = HASH_TEXT };
  tl_auth_signIn sign_in = { TL_INIT(auth_signIn), .phone_number = PHONE_TEXT,
                             .phone_code_hash = HASH_TEXT };
  call(&r, &send.o);
  run_until(&r, 1);
  assert_int_equal(r.data.login.state, CG_LOGIN_WAIT_CODE);
  assert_int_equal(r.saved_state, CG_LOGIN_WAIT_CODE); /* it is on disk */
  assert_int_equal(r.data.login.dc, 2);
  call(&r, &cancel.o);
  run_until(&r, 2);
  assert_int_equal(r.saved_state, CG_LOGIN_WAIT_PHONE_NUMBER);
  call(&r, &send.o);
  call(&r, &sign_in.o);
  run_until(&r, 4);
  assert_int_equal(r.saved_state, CG_LOGIN_READY);
  assert_int_equal(r.data.login.user_id, 77);
  /* an answer that could not be kept is an error for who asked */
  r.save_err = CG_E_IO;
  call(&r, &send.o);
  run_until(&r, 5);
  assert_int_equal(r.done[4].err, CG_E_IO);
  rig_free(&r);
}

/* Rule 244: an attempt does not go on in another data centre. */
static void test_login_migrates(void **state) {
  (void)state;
  rig r;
  rig_with_key(&r, script_login);
  r.servers[0].ctx = NULL;
  r.data.login.state = CG_LOGIN_WAIT_CODE;
  snprintf(r.data.login.hash, CG_LOGIN_HASH_MAX, "old");
  tl_codeSettings settings = { TL_INIT(codeSettings) };
  tl_auth_sendCode send = { TL_INIT(auth_sendCode), .phone_number = PHONE_TEXT,
                            .settings = &settings.CodeSettings };
  call(&r, &send.o);
  run_until(&r, 1);
  assert_int_equal(r.data.login.state, CG_LOGIN_WAIT_CODE);
  assert_string_equal(r.data.login.hash, "f4318de66cb2db3f10");
  assert_int_equal(r.data.login.dc, 4);
  rig_free(&r);
  rig_with_key(&r, script_move); /* whatever the call was that moved it */
  r.data.login.state = CG_LOGIN_WAIT_CODE;
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(r.data.main_dc, 4);
  assert_int_equal(r.data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  rig_free(&r);
}

/* --- whose session it is --------------------------------------------------- */

/* Rules 100 and 244: a code is not tried under another key or in another place. */
static void test_attempt_stays(void **state) {
  (void)state;
  rig r;
  tl_auth_signIn sign_in = { TL_INIT(auth_signIn), .phone_number = PHONE_TEXT,
                             .phone_code_hash = CG_LIT("f4318de66cb2db3f10") };
  rig_with_key(&r, script_move);
  r.data.login.state = CG_LOGIN_WAIT_CODE;
  call(&r, &sign_in.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].code, 303);
  assert_int_equal(r.data.main_dc, 2);
  assert_int_equal(r.servers[1].calls, 0);
  rig_free(&r);
  rig_with_key(&r, script_plain);
  r.servers[0].knows_key = false;
  r.data.login.state = CG_LOGIN_WAIT_CODE;
  call(&r, &sign_in.o);
  call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_int_equal(r.done[0].code, 401);
  assert_int_equal(r.done[1].id, TL_ID_nearestDc); /* under the new key */
  assert_int_equal(r.servers[0].calls, 1);
  rig_free(&r);
}

static void test_other_service(void **state) {
  (void)state;
  rig r;
  cg_fault fault;
  rig_with_key(&r, script_plain);
  cg_core_free(r.core);
  r.data.realm[0] ^= 1;
  r.data.login.state = CG_LOGIN_READY;
  r.data.login.logged_in = true;
  r.core = NULL;
  assert_int_equal(rig_open(&r, &fault), CG_E_REFUSED);
  assert_non_null(strstr(fault.text, "another server"));
  assert_true(cg_session_dc_of(&r.data, 2)->has_key); /* it was not touched */
  r.data.login.logged_in = false;
  assert_int_equal(rig_open(&r, &fault), CG_OK);
  assert_int_equal(r.data.dc_count, 0);
  rig_free(&r);
}

/* --- every call ends once -------------------------------------------------- */

static void test_random_disconnects(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    rig r;
    rig_with_key(&r, script_plain);
    uint64_t dice = seed;
    for (int i = 0; i < 20; i++) {
      uint8_t roll;
      call(&r, &get_nearest.o);
      assert_int_equal(test_fill(&dice, &roll, 1), CG_OK);
      if (roll % 3) settle(&r);
      if (roll % 4 || !r.on) continue;
      lose_connection(&r);
      cg_core_closed(r.core, CG_E_CLOSED, r.now);
    }
    run_until(&r, 20);
    assert_int_equal(r.done_count, 20);
    for (int i = 0; i < 20; i++) {
      assert_int_equal(r.done[i].times, 1);
      assert_int_equal(r.done[i].err, CG_OK);
    }
    assert_int_equal(r.servers[0].calls, 20);
    rig_free(&r);
  }
}

/* --- memory ---------------------------------------------------------------- */

/* One call with `memory` allocations for the client; true if it went well. */
static bool call_within(long memory, bool with_key) {
  rig r;
  uint64_t tag;
  cg_err err;
  if (with_key)
    rig_with_key(&r, script_login);
  else {
    rig_init(&r, script_login);
    assert_int_equal(rig_open(&r, NULL), CG_OK);
  }
  tl_codeSettings settings = { TL_INIT(codeSettings) };
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = PHONE_TEXT,
                         .settings = &settings.CodeSettings };
  r.memory = memory;
  CLIENT(&r, err = cg_core_call(r.core, &q.o, 5 * CG_SECOND, r.now, &tag, NULL));
  if (!err) {
    run_until(&r, 1);
    assert_int_equal(r.done_count, 1);
    assert_int_equal(r.done[0].times, 1);
    err = r.done[0].err;
    if (!err) assert_int_equal(r.data.login.state, CG_LOGIN_WAIT_CODE);
  }
  /* it is usable again as soon as there is memory */
  r.memory = -1;
  call(&r, &get_nearest.o);
  run_until(&r, r.done_count + 1);
  if (r.done[r.done_count - 1].err)
    fail_msg("%ld: %s", memory, r.done[r.done_count - 1].fault);
  rig_free(&r);
  return !err;
}

static void test_memory(void **state) {
  (void)state;
  long n = 0;
  while (!call_within(n, true)) n++;
  assert_true(n > 10);
  n = 0;
  while (!call_within(n, false)) n += 7; /* a key exchange each: not every one */
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_first_call),
    cmocka_unit_test(test_save_fails),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_other_key),
    cmocka_unit_test(test_reconnect),
    cmocka_unit_test(test_gone),
    cmocka_unit_test(test_deaf),
    cmocka_unit_test(test_timeout),
    cmocka_unit_test(test_drop),
    cmocka_unit_test(test_shut),
    cmocka_unit_test(test_salt),
    cmocka_unit_test(test_init_again),
    cmocka_unit_test(test_migrate),
    cmocka_unit_test(test_migrate_limit),
    cmocka_unit_test(test_unknown_key),
    cmocka_unit_test(test_unknown_key_logged_in),
    cmocka_unit_test(test_revoked),
    cmocka_unit_test(test_login),
    cmocka_unit_test(test_login_migrates),
    cmocka_unit_test(test_other_service),
    cmocka_unit_test(test_random_disconnects),
    cmocka_unit_test(test_memory),
    cmocka_unit_test(test_ailing),
    cmocka_unit_test(test_unknown_key_elsewhere),
    cmocka_unit_test(test_unknown_key_always),
    cmocka_unit_test(test_attempt_stays),
    cmocka_unit_test(test_save_fails_late),
  };
  return cmocka_run_group_tests(tests, make_key, free_key);
}
