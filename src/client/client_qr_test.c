/* SPDX-License-Identifier: MIT */
/*
 * client_qr_test.c - a QR login that goes on by itself, against a server that does what a
 * good one would not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client_rig.h"
#include "login_request.h"

#include <centigram/api.h>

/* What auth.exportLoginToken is answered with. */
static struct {
  int exports, imports;
  int32_t life, migrate_to; /* 0: a token; else where to go */
  int32_t code;             /* 0: no error */
  const char *text;
  int64_t except;
} server;

static void export_token(const rig *r, const tl_auth_exportLoginToken *q, cg_buf *out) {
  char bytes[24];
  snprintf(bytes, sizeof bytes, "token %d", ++server.exports);
  tl_auth_loginToken token = { TL_INIT(auth_loginToken),
                               .expires = (int32_t)cg_unix(r->now) + server.life,
                               .token = cg_bytes_of(bytes) };
  tl_auth_loginTokenMigrateTo to = { TL_INIT(auth_loginTokenMigrateTo),
                                     .dc_id = server.migrate_to,
                                     .token = CG_LIT("elsewhere") };
  server.except = q->except_ids.len ? q->except_ids.at[0] : 0;
  if (server.code)
    fake_refuse(out, server.code, server.text);
  else if (server.migrate_to)
    fake_answer(out, &to.o);
  else
    fake_answer(out, &token.o);
}

static void import_token(const tl_auth_importLoginToken *q, cg_buf *out) {
  tl_user self = { TL_INIT(user), .id = 77 };
  tl_auth_authorization in = { TL_INIT(auth_authorization), .user = &self.User };
  tl_auth_loginTokenSuccess a = { TL_INIT(auth_loginTokenSuccess),
                                  .authorization = &in.auth_Authorization };
  server.imports++;
  assert_true(cg_bytes_equal(q->token, CG_LIT("elsewhere")));
  fake_answer(out, &a.o);
}

static void script(fake_server *s, const tl_obj *q, cg_buf *out) {
  if (q->id == TL_ID_auth_exportLoginToken)
    export_token(s->ctx, TL_AS(auth_exportLoginToken, q), out);
  else if (q->id == TL_ID_auth_importLoginToken)
    import_token(TL_AS(auth_importLoginToken, q), out);
  else
    fake_refuse(out, 400, "INPUT_METHOD_INVALID");
}

static cg_login_state state_of(const rig *r) {
  return r->data.login.state;
}

/* A client that shows its first code. */
static void show(rig *r) {
  static const int64_t except = 77;
  const tl_obj *q;
  cg_arena *arena = cg_arena_new(0);
  memset(&server, 0, sizeof server);
  server.life = 30;
  rig_init(r, script);
  assert_int_equal(rig_open(r, NULL), CG_OK);
  assert_int_equal(cg_login_ask_qr(1, "", &except, 1, arena, &q), CG_OK);
  uint64_t tag = call(r, q);
  cg_arena_free(arena);
  run_until(r, 1);
  assert_true(r->done[0].tag == tag);
  assert_int_equal(r->done[0].id, TL_ID_auth_loginToken);
  assert_int_equal(state_of(r), CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION);
}

/* Lets time pass. */
static void pass(rig *r, uint64_t us) {
  uint64_t end = r->now + us;
  for (;;) {
    uint64_t at = cg_core_deadline(r->core);
    if (at > end) break;
    if (at > r->now) r->now = at;
    cg_core_tick(r->core, r->now);
    settle(r);
  }
  r->now = end;
}

/* Just before its end nothing, just after it the next one, for the same accounts. */
static void test_renewal(void **state) {
  (void)state;
  rig r;
  show(&r);
  pass(&r, 25 * CG_SECOND);
  assert_int_equal(server.exports, 1);
  server.except = 0;
  pass(&r, 6 * CG_SECOND);
  assert_int_equal(server.exports, 2);
  assert_true(server.except == 77);
  assert_int_equal(r.logins, 1);
  assert_int_equal(r.login_err, CG_OK);
  assert_memory_equal(r.data.login.qr_token, "token 2", 7);
  rig_free(&r);
}

/* Tokens that are over when they come do not make it spin. */
static void test_no_life(void **state) {
  (void)state;
  rig r;
  show(&r);
  server.life = -100;
  pass(&r, 40 * CG_SECOND);
  assert_in_range(server.exports, 2, 16);
  rig_free(&r);
}

/* A refusal is told of and tried again later; at last the code is given up. */
static void test_refused(void **state) {
  (void)state;
  rig r;
  show(&r);
  server.code = 500;
  server.text = "INTERNAL";
  pass(&r, 33 * CG_SECOND);
  assert_int_equal(r.logins, 1);
  assert_string_equal(r.login_text, "INTERNAL");
  assert_int_equal(state_of(&r), CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION);
  pass(&r, 270 * CG_SECOND);
  assert_in_range(server.exports, 20, 60);
  assert_int_equal(r.login_err, CG_E_TIMEOUT);
  assert_string_equal(r.login_text, "the QR code is over");
  assert_int_equal(state_of(&r), CG_LOGIN_WAIT_PHONE_NUMBER);
  assert_int_equal(r.saved_state, CG_LOGIN_WAIT_PHONE_NUMBER);
  int exports = server.exports;
  pass(&r, 60 * CG_SECOND);
  assert_int_equal(server.exports, exports);
  rig_free(&r);
}

static void test_flood(void **state) {
  (void)state;
  rig r;
  show(&r);
  server.code = 420;
  server.text = "FLOOD_WAIT_60";
  pass(&r, 85 * CG_SECOND);
  assert_int_equal(server.exports, 2);
  pass(&r, 20 * CG_SECOND);
  assert_int_equal(server.exports, 3);
  rig_free(&r);
}

static void test_follows(void **state) {
  (void)state;
  rig r;
  show(&r);
  server.migrate_to = 4;
  pass(&r, 35 * CG_SECOND);
  assert_int_equal(server.imports, 1);
  assert_int_equal(r.data.main_dc, 4);
  assert_int_equal(state_of(&r), CG_LOGIN_READY);
  assert_int_equal(r.saved_state, CG_LOGIN_READY);
  assert_int_equal(r.logins, 1);
  rig_free(&r);
}

static void test_nowhere_to_go(void **state) {
  (void)state;
  rig r;
  show(&r);
  server.migrate_to = 9;
  pass(&r, 35 * CG_SECOND);
  assert_int_equal(r.login_err, CG_E_REFUSED);
  assert_non_null(strstr(r.login_text, "data centre 9"));
  assert_int_equal(r.data.main_dc, 2);
  rig_free(&r);
}

/* What cannot be saved is told of as a failure. */
static void test_disk_full(void **state) {
  (void)state;
  rig r;
  show(&r);
  r.save_err = CG_E_IO;
  pass(&r, 31 * CG_SECOND);
  assert_int_equal(r.logins, 1);
  assert_int_equal(r.login_err, CG_E_IO);
  rig_free(&r);
}

/* Every allocation of a renewal fails in turn: it is made up for, or told of. */
static void test_memory(void **state) {
  (void)state;
  for (long n = 0; n < 400; n += 7) {
    rig r;
    show(&r);
    r.now += 30 * CG_SECOND;
    r.memory = n;
    CLIENT(&r, cg_core_tick(r.core, r.now));
    settle(&r);
    r.memory = -1;
    pass(&r, 60 * CG_SECOND);
    assert_int_equal(state_of(&r), CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION);
    assert_true(server.exports > 1);
    rig_free(&r);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_renewal),   cmocka_unit_test(test_no_life),
    cmocka_unit_test(test_refused),   cmocka_unit_test(test_flood),
    cmocka_unit_test(test_follows),   cmocka_unit_test(test_nowhere_to_go),
    cmocka_unit_test(test_disk_full), cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, make_key, free_key);
}
