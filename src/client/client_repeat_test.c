/* SPDX-License-Identifier: MIT */
/*
 * client_repeat_test.c - what goes out again by itself and what does not, and when: a
 * call that may have run, a key that is lost, waits between connections.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client_rig.h"

#include <centigram/api.h>

static const tl_help_getNearestDc get_nearest = { TL_INIT(help_getNearestDc) };
static const tl_nearestDc nearest = { TL_INIT(nearestDc),
                                      .country = { (const uint8_t *)"XX", 2 },
                                      .this_dc = 2, .nearest_dc = 2 };
static const tl_codeSettings settings = { TL_INIT(codeSettings) };
static const tl_auth_sendCode send_code = { TL_INIT(auth_sendCode),
                                            .phone_number = { (const uint8_t *)"99966", 5 },
                                            .settings = &settings.CodeSettings };

enum { REPEATS = 3 };

static int codes, questions; /* that the server carried out */

static void script_silent(fake_server *s, const tl_obj *q, cg_buf *out) {
  (void)s;
  (void)out;
  codes += q->id == TL_ID_auth_sendCode;
  questions += q->id == TL_ID_help_getNearestDc;
}

static void script_answers(fake_server *s, const tl_obj *q, cg_buf *out) {
  script_silent(s, q, out);
  if (q->id == TL_ID_help_getNearestDc)
    fake_answer(out, &nearest.o);
  else
    fake_refuse(out, 400, "PHONE_NUMBER_INVALID");
}

/* A client that has made both calls of a server, which has not answered them. */
static void rig_asked(rig *r) {
  codes = questions = 0;
  rig_with_key(r, script_silent);
  call(r, &send_code.o);
  call(r, &get_nearest.o);
  settle(r);
  assert_int_equal(codes, 1);
  assert_int_equal(questions, 1);
  r->servers[0].script = script_answers;
}

static void close_connection(rig *r) {
  lose_connection(r);
  cg_core_closed(r->core, CG_E_CLOSED, r->now);
}

/* 228, 230, 256: the code may have been sent with the key that the server has lost. */
static void test_lost_key(void **state) {
  (void)state;
  for (int deaf = 0; deaf < 2; deaf++) { /* the last connection says -404 and no more */
    rig r;
    rig_asked(&r);
    r.servers[0].knows_key = false;
    if (deaf) close_connection(&r);
    call(&r, &get_nearest.o);
    run_until(&r, 3);
    assert_int_equal(r.done[0].tag, 1);
    assert_int_equal(r.done[0].err, CG_E_CLOSED);
    assert_string_equal(r.done[0].fault,
                        "it is not known whether the server carried the call out");
    assert_int_equal(codes, 1);
    assert_int_equal(r.done[1].id, TL_ID_nearestDc);
    assert_int_equal(r.done[2].id, TL_ID_nearestDc);
    assert_int_equal(questions, 3); /* what only reads was asked again */
    rig_free(&r);
  }
}

/* A server that never knew the key has carried nothing out. */
static void test_key_never_known(void **state) {
  (void)state;
  rig r;
  codes = questions = 0;
  rig_with_key(&r, script_answers);
  r.servers[0].knows_key = false;
  call(&r, &send_code.o);
  run_until(&r, 1);
  assert_int_equal(r.done[0].code, 400);
  assert_int_equal(codes, 1);
  rig_free(&r);
}

/* Says about a call that it is too old to tell what became of it. */
static void forget(rig *r, uint64_t msg_id) {
  cg_buf b = { 0 };
  cg_buf_u32(&b, 0xa7eff811); /* bad_msg_notification */
  cg_buf_u64(&b, msg_id);
  cg_buf_u32(&b, 1);
  cg_buf_u32(&b, 20);
  assert_int_equal(cg_session_push(r->servers[0].session, cg_buf_view(&b), r->now), CG_OK);
  cg_buf_free(&b);
}

/* 187: a session that cannot say whether a call has run. */
static void test_forgotten(void **state) {
  (void)state;
  rig r;
  codes = questions = 0;
  rig_with_key(&r, script_silent);
  call(&r, &send_code.o);
  settle(&r);
  forget(&r, r.servers[0].msg_id);
  run_until(&r, 1);
  assert_int_equal(r.done[0].err, CG_E_TIMEOUT);
  assert_string_equal(r.done[0].fault,
                      "it is not known whether the server carried the call out");
  call(&r, &get_nearest.o);
  for (int i = 1; i <= 1 + REPEATS; i++) {
    settle(&r);
    cg_core_tick(r.core, r.now);
    settle(&r);
    assert_int_equal(questions, i);
    forget(&r, r.servers[0].msg_id);
  }
  settle(&r); /* not for ever */
  assert_int_equal(r.done[1].err, CG_E_TIMEOUT);
  assert_int_equal(codes, 1);
  rig_free(&r);
}

/* The waits between `count` connections that are refused, for one source of bytes. */
static void wait_times(uint64_t seed, uint64_t *out, int count) {
  rig r;
  rig_with_key(&r, script_answers);
  call(&r, &get_nearest.o);
  run_until(&r, 1);
  r.seed = seed;
  r.refuse = true;
  close_connection(&r);
  for (int i = 0; i < count; i++) {
    uint64_t at = cg_core_deadline(r.core);
    out[i] = at - r.now;
    r.now = at;
    cg_core_tick(r.core, r.now);
    do_events(&r);
  }
  rig_free(&r);
}

/* Longer and longer, to an end, and not in step with anybody else. */
static void test_waits(void **state) {
  (void)state;
  enum { COUNT = 9 };
  uint64_t one[COUNT], two[COUNT], base = CG_SECOND / 10;
  wait_times(1, one, COUNT);
  wait_times(2, two, COUNT);
  for (int i = 0; i < COUNT; i++, base *= 2) {
    if (base > 5 * CG_SECOND) base = 5 * CG_SECOND;
    assert_in_range(one[i], base, base + base / 4);
    assert_in_range(two[i], base, base + base / 4);
    assert_int_not_equal(one[i], two[i]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_lost_key),
    cmocka_unit_test(test_key_never_known),
    cmocka_unit_test(test_forgotten),
    cmocka_unit_test(test_waits),
  };
  return cmocka_run_group_tests(tests, make_key, free_key);
}
