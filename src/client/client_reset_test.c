/* SPDX-License-Identifier: MIT */
/*
 * client_reset_test.c - an account is given up, softly and by force: what is sent, what
 * is on disk when, how calls end, and that a reset which was cut off is gone on with.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client_rig.h"

#include <centigram/api.h>

static const tl_help_getNearestDc get_nearest = { TL_INIT(help_getNearestDc) };

/* --- the server ------------------------------------------------------------ */

/* What it does and what it has seen; lives as long as a test. */
static struct {
  char seen[64];      /* o auth.logOut, c auth.cancelCode, n help.getNearestDc */
  bool token;         /* in auth.loggedOut */
  bool silent;        /* nothing is answered */
  bool keeps_nearest; /* help.getNearestDc is not answered */
  int32_t code;       /* auth.logOut is refused */
  const char *text;
  bool marked; /* the marker was on disk when auth.logOut came */
} server;

static void saw(char what) {
  size_t len = strlen(server.seen);
  assert_true(len + 1 < sizeof server.seen);
  server.seen[len] = what;
  server.seen[len + 1] = '\0';
}

static void log_out(const rig *r, cg_buf *out) {
  tl_auth_loggedOut left = { TL_INIT(auth_loggedOut) };
  saw('o');
  server.marked = r->saved_reset;
  if (server.token) TL_SET(auth_loggedOut, &left, future_auth_token, CG_LIT("token-1"));
  if (server.silent) return;
  if (server.code)
    fake_refuse(out, server.code, server.text);
  else
    fake_answer(out, &left.o);
}

static void script(fake_server *s, const tl_obj *q, cg_buf *out) {
  static const tl_nearestDc nearest = { TL_INIT(nearestDc), .this_dc = 2,
                                        .nearest_dc = 2 };
  const tl_obj yes = { TL_ID_boolTrue, 0 };
  switch (q->id) {
  case TL_ID_auth_logOut: log_out(s->ctx, out); break;
  case TL_ID_auth_cancelCode:
    saw('c');
    if (!server.silent) fake_answer(out, &yes);
    break;
  default:
    saw('n');
    if (!server.silent && !server.keeps_nearest) fake_answer(out, &nearest.o);
  }
}

/* --- the bench ------------------------------------------------------------- */

/* A client with a key, logged in. */
static void open_ready(rig *r) {
  memset(&server, 0, sizeof server);
  rig_with_key(r, script);
  cg_login *l = &r->data.login;
  l->logged_in = true;
  l->state = CG_LOGIN_READY;
  l->user_id = 77;
  snprintf(l->user_phone, sizeof l->user_phone, "9996621234");
}

/* A client with a key that waits for a code. */
static void open_waiting(rig *r) {
  memset(&server, 0, sizeof server);
  rig_with_key(r, script);
  cg_login *l = &r->data.login;
  l->state = CG_LOGIN_WAIT_CODE;
  l->sent_at = (int64_t)(r->now / CG_SECOND);
  snprintf(l->phone, sizeof l->phone, "9996621234");
  snprintf(l->hash, sizeof l->hash, "f4318de66cb2db3f10");
}

static uint64_t reset(rig *r, bool force) {
  uint64_t tag = 0;
  assert_int_equal(cg_core_reset(r->core, force, 30 * CG_SECOND, r->now, &tag), CG_OK);
  return tag;
}

static const outcome *find(const rig *r, uint64_t tag) {
  for (int i = 0; i < r->done_count; i++)
    if (r->done[i].tag == tag) return &r->done[i];
  fail_msg("call %d has not ended", (int)tag);
  return NULL;
}

/* The call ended once with this error of the server; 0: with an answer. */
static void assert_refused(const rig *r, uint64_t tag, int32_t code, const char *text) {
  const outcome *o = find(r, tag);
  assert_int_equal(o->times, 1);
  assert_int_equal(o->err, CG_OK);
  assert_int_equal(o->code, code);
  assert_string_equal(o->text, text);
}

static void assert_left(const rig *r, uint64_t tag) {
  assert_refused(r, tag, 0, "");
  assert_int_equal(find(r, tag)->id, TL_ID_auth_loggedOut);
}

/* Nothing of the account is left, here or in what was saved last. */
static void assert_wiped(rig *r, bool file) {
  assert_int_equal(r->data.login.state, CG_LOGIN_CLOSED);
  assert_false(r->data.login.logged_in || r->data.login.reset);
  assert_int_equal(r->data.login.user_id, 0);
  assert_string_equal(r->data.login.user_phone, "");
  assert_string_equal(r->data.login.hash, "");
  for (size_t i = 0; i < r->data.dc_count; i++) assert_false(r->data.dcs[i].has_key);
  assert_int_equal(r->data.made, file);
  assert_int_equal(r->saved_made, file);
}

/* --- softly ---------------------------------------------------------------- */

static void test_soft(void **state) {
  (void)state;
  rig r;
  open_ready(&r);
  uint64_t tag = reset(&r, false);
  run_until(&r, 1);
  assert_left(&r, tag);
  assert_string_equal(server.seen, "o");
  assert_true(server.marked);
  assert_wiped(&r, false);
  tag = reset(&r, false);
  run_until(&r, 2);
  assert_refused(&r, tag, 400, "Already logged out");
  tag = call(&r, &get_nearest.o); /* it can be used again, with a new key */
  run_until(&r, 3);
  assert_refused(&r, tag, 0, "");
  assert_int_equal(r.servers[0].handshakes, 1);
  assert_true(r.saved_made);
  rig_free(&r);
}

static void test_token_stays(void **state) {
  (void)state;
  rig r;
  open_ready(&r);
  server.token = true;
  reset(&r, false);
  run_until(&r, 1);
  assert_wiped(&r, true);
  assert_int_equal(r.data.login.token_count, 1);
  assert_string_equal(r.data.login.tokens[0].phone, "9996621234");
  uint64_t tag = reset(&r, true);
  run_until(&r, 2);
  assert_refused(&r, tag, 401, "Unauthorized");
  assert_wiped(&r, true);
  assert_int_equal(r.data.login.token_count, 1);
  rig_free(&r);
}

/* Whatever the server answers, it was told. */
static void test_refused(void **state) {
  (void)state;
  rig r;
  open_ready(&r);
  server.code = 420;
  server.text = "FLOOD_WAIT_9";
  uint64_t tag = reset(&r, false);
  run_until(&r, 1);
  assert_refused(&r, tag, 420, "FLOOD_WAIT_9");
  assert_wiped(&r, false);
  rig_free(&r);
  open_ready(&r);
  server.code = 401;
  server.text = "AUTH_KEY_UNREGISTERED";
  tag = reset(&r, false);
  run_until(&r, 1);
  assert_left(&r, tag); /* which is what was wanted */
  assert_wiped(&r, false);
  rig_free(&r);
}

/* What the old key carried ends; what waits is carried by the next. */
static void test_other_calls(void **state) {
  (void)state;
  rig r;
  open_ready(&r);
  server.keeps_nearest = true;
  uint64_t sent = call(&r, &get_nearest.o);
  settle(&r);
  uint64_t tag = reset(&r, false);
  uint64_t waits = call(&r, &get_nearest.o);
  server.keeps_nearest = false;
  run_until(&r, 3);
  assert_left(&r, tag);
  assert_refused(&r, sent, 401, "Unauthorized");
  assert_refused(&r, waits, 0, "");
  assert_string_equal(server.seen, "non");
  assert_int_equal(r.servers[0].handshakes, 1);
  rig_free(&r);
}

static void test_repeated(void **state) {
  (void)state;
  rig r;
  open_ready(&r);
  server.silent = true;
  uint64_t first = reset(&r, false), second = reset(&r, false);
  run_until(&r, 2);
  assert_refused(&r, second, 400, "Already logging out");
  assert_int_equal(find(&r, first)->err, CG_E_TIMEOUT);
  assert_int_equal(r.data.login.state, CG_LOGIN_LOGGING_OUT);
  assert_true(r.data.login.reset && r.saved_reset);
  server.silent = false;
  first = reset(&r, false); /* no answer came: it may be tried again */
  run_until(&r, 3);
  assert_left(&r, first);
  assert_wiped(&r, false);
  rig_free(&r);
}

/* --- while a code is awaited ----------------------------------------------- */

static void test_waiting(void **state) {
  (void)state;
  rig r;
  open_waiting(&r);
  uint64_t tag = reset(&r, false);
  run_until(&r, 1);
  assert_left(&r, tag);
  assert_string_equal(server.seen, "c");
  assert_wiped(&r, false);
  rig_free(&r);
  open_waiting(&r); /* a further number on a key that is logged in */
  r.data.login.logged_in = true;
  tag = reset(&r, false);
  run_until(&r, 1);
  assert_left(&r, tag);
  assert_string_equal(server.seen, "co");
  assert_true(server.marked);
  assert_wiped(&r, false);
  rig_free(&r);
}

/* The code is given up after two seconds, or at once without a server. */
static void test_waiting_alone(void **state) {
  (void)state;
  rig r;
  open_waiting(&r);
  server.silent = true;
  uint64_t tag = reset(&r, false), start = r.now;
  run_until(&r, 1);
  assert_left(&r, tag);
  assert_true(r.now - start >= 2 * CG_SECOND && r.now - start < 3 * CG_SECOND);
  assert_wiped(&r, false);
  rig_free(&r);
  open_waiting(&r);
  r.refuse = true;
  tag = reset(&r, false);
  run_until(&r, 1);
  assert_left(&r, tag);
  assert_wiped(&r, false);
  rig_free(&r);
}

/* --- by force -------------------------------------------------------------- */

static void test_force(void **state) {
  (void)state;
  rig r;
  open_ready(&r);
  server.keeps_nearest = true;
  uint64_t sent = call(&r, &get_nearest.o);
  settle(&r);
  uint64_t waits = call(&r, &get_nearest.o), tag = reset(&r, true);
  assert_false(r.data.made); /* at once */
  settle(&r);
  assert_refused(&r, tag, 401, "Unauthorized");
  assert_refused(&r, sent, 401, "Unauthorized");
  assert_refused(&r, waits, 401, "Unauthorized");
  assert_string_equal(server.seen, "n");
  assert_wiped(&r, false);
  assert_null(r.on); /* disconnected */
  assert_true(cg_core_deadline(r.core) == CG_NEVER);
  tag = reset(&r, true);
  settle(&r);
  assert_refused(&r, tag, 401, "Unauthorized");
  rig_free(&r);
}

/* Force ends a soft reset in whatever phase it is. */
static void test_force_during_soft(void **state) {
  (void)state;
  for (int phase = 0; phase < 4; phase++) {
    rig r;
    if (phase < 2)
      open_ready(&r);
    else
      open_waiting(&r);
    server.silent = true;
    uint64_t softly = reset(&r, false);
    if (phase % 2) settle(&r);
    uint64_t tag = reset(&r, true);
    settle(&r);
    assert_refused(&r, softly, 401, "Unauthorized");
    assert_refused(&r, tag, 401, "Unauthorized");
    assert_int_equal(r.done_count, 2); /* of cancelCode nobody hears */
    assert_wiped(&r, false);
    rig_free(&r);
  }
}

/* --- the file -------------------------------------------------------------- */

static void test_save_fails(void **state) {
  (void)state;
  rig r;
  open_ready(&r);
  r.save_err = CG_E_IO;
  uint64_t tag = reset(&r, false);
  run_until(&r, 1);
  assert_int_equal(find(&r, tag)->err, CG_E_IO);
  assert_string_equal(find(&r, tag)->fault, "the disk is full");
  assert_string_equal(server.seen, ""); /* without the marker nothing is sent */
  assert_int_equal(r.data.login.state, CG_LOGIN_READY);
  assert_false(r.data.login.reset);
  tag = reset(&r, true);
  run_until(&r, 2);
  assert_int_equal(find(&r, tag)->err, CG_E_IO);
  rig_free(&r);
}

/* --- cut off and gone on with ---------------------------------------------- */

/* Closes the client and opens another with what the file says. */
static void next_process(rig *r) {
  cg_buf file = { 0 };
  cg_core_shut(r->core);
  settle(r);
  assert_int_equal(cg_session_encode(&r->data, &file), CG_OK);
  cg_core_free(r->core);
  lose_connection(r);
  cg_session_data_wipe(&r->data);
  assert_int_equal(cg_session_decode(cg_buf_view(&file), &r->data, NULL), CG_OK);
  cg_buf_wipe(&file);
  assert_int_equal(rig_open(r, NULL), CG_OK);
}

/* A session whose soft reset was cut off after the marker. */
static void cut_off(rig *r) {
  open_ready(r);
  server.silent = true;
  uint64_t tag = reset(r, false);
  settle(r);
  next_process(r);
  assert_int_equal(find(r, tag)->err, CG_E_CLOSED);
  assert_string_equal(find(r, tag)->text, "Request aborted");
  assert_int_equal(r->data.login.state, CG_LOGIN_LOGGING_OUT);
  assert_true(r->data.login.reset);
  memset(&server, 0, sizeof server);
  memset(r->done, 0, sizeof r->done); /* the new client counts anew */
  r->done_count = 0;
}

static void test_resumed_by_time(void **state) {
  (void)state;
  rig r;
  cut_off(&r);
  run_until(&r, 1);
  assert_int_equal(r.done_count, 0); /* nobody asked for it */
  assert_string_equal(server.seen, "o");
  assert_wiped(&r, false);
  rig_free(&r);
}

static void test_resumed_by_call(void **state) {
  (void)state;
  rig r;
  cut_off(&r);
  uint64_t tag = call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_refused(&r, tag, 0, "");
  assert_string_equal(server.seen, "on");
  assert_int_equal(r.servers[0].handshakes, 1); /* the call has a key of its own */
  rig_free(&r);
}

static void test_resumed_by_reset(void **state) {
  (void)state;
  rig r;
  cut_off(&r);
  uint64_t tag = reset(&r, false);
  run_until(&r, 1);
  assert_left(&r, tag);
  assert_string_equal(server.seen, "o");
  assert_wiped(&r, false);
  rig_free(&r);
  cut_off(&r); /* also if it is under way by itself already */
  cg_core_tick(r.core, r.now);
  tag = reset(&r, false);
  run_until(&r, 1);
  assert_left(&r, tag);
  assert_string_equal(server.seen, "o");
  rig_free(&r);
}

/* Without a server the marker stays, and nothing else goes out before. */
static void test_resumed_alone(void **state) {
  (void)state;
  rig r;
  cut_off(&r);
  r.refuse = true;
  uint64_t tag = call(&r, &get_nearest.o);
  run_until(&r, 1);
  assert_int_equal(find(&r, tag)->err, CG_E_CONNECT);
  assert_true(r.data.login.reset);
  r.refuse = false;
  tag = call(&r, &get_nearest.o);
  run_until(&r, 2);
  assert_refused(&r, tag, 0, "");
  assert_string_equal(server.seen, "on");
  rig_free(&r);
}

/* Closing before the marker leaves everything as it was. */
static void test_shut_while_cancelling(void **state) {
  (void)state;
  rig r;
  open_waiting(&r);
  server.silent = true;
  uint64_t tag = reset(&r, false);
  settle(&r);
  next_process(&r);
  assert_int_equal(find(&r, tag)->err, CG_E_CLOSED);
  assert_int_equal(r.done_count, 1);
  assert_int_equal(r.data.login.state, CG_LOGIN_WAIT_CODE);
  rig_free(&r);
}

/* --- memory ---------------------------------------------------------------- */

/* A reset with so many allocations ends once, and the account is here or gone. */
static bool reset_within(long memory, bool waiting) {
  rig r;
  uint64_t tag;
  cg_err err;
  if (waiting)
    open_waiting(&r);
  else
    open_ready(&r);
  r.memory = memory;
  CLIENT(&r, err = cg_core_reset(r.core, false, 30 * CG_SECOND, r.now, &tag));
  if (!err) {
    run_until(&r, 1);
    assert_int_equal(find(&r, tag)->times, 1);
    err = find(&r, tag)->err;
  }
  if (!err) assert_wiped(&r, false);
  r.memory = -1;
  tag = reset(&r, true);
  run_until(&r, r.done_count + 1);
  assert_refused(&r, tag, 401, "Unauthorized");
  assert_wiped(&r, false);
  rig_free(&r);
  return !err;
}

static void test_memory(void **state) {
  (void)state;
  for (int waiting = 0; waiting < 2; waiting++) {
    long n = 0;
    while (!reset_within(n, waiting)) n++;
    assert_true(n > 10);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_soft),
    cmocka_unit_test(test_token_stays),
    cmocka_unit_test(test_refused),
    cmocka_unit_test(test_other_calls),
    cmocka_unit_test(test_repeated),
    cmocka_unit_test(test_waiting),
    cmocka_unit_test(test_waiting_alone),
    cmocka_unit_test(test_force),
    cmocka_unit_test(test_force_during_soft),
    cmocka_unit_test(test_save_fails),
    cmocka_unit_test(test_resumed_by_time),
    cmocka_unit_test(test_resumed_by_call),
    cmocka_unit_test(test_resumed_by_reset),
    cmocka_unit_test(test_resumed_alone),
    cmocka_unit_test(test_shut_while_cancelling),
    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, make_key, free_key);
}
