/* SPDX-License-Identifier: MIT */
/*
 * session_notice_test.c - what a client's session makes of a server's notices: salts,
 * clocks, refusals, lost sessions, states.
 */
#include "session_test.h"

/* 181: the salt is taken, and the call goes out again under another id. */
static void test_bad_server_salt(void **state) {
  (void)state;
  peer *p = new_client(0);
  start(p, 1);
  start(p, 2);
  pull(p);
  uint64_t one = sent_call(p, 1)->msg_id, packet = p->sent[0].packet_id;
  assert_int_equal(p->sent[0].salt, 0);
  accept(p, 0, bad_salt(packet, 77));
  expect_event(p, CG_SESSION_SALT);
  assert_int_equal(cg_session_salt(p->s), 77);
  pull(p);
  assert_int_equal(p->sent[0].salt, 77);
  assert_true(sent_call(p, 1)->msg_id > packet);
  assert_true(sent_call(p, 2)->msg_id > sent_call(p, 1)->msg_id); /* in their order */
  assert_true(sent_call(p, 1)->seqno > 3);
  accept(p, 1, result(one, 5)); /* the old id means nothing now */
  expect_no_event(p);
  accept(p, 3, result(sent_call(p, 1)->msg_id, 5));
  expect_result(p, 1, 5);
  done(p);
}

/* 181, 157: nobody else's salt, and nothing about a message that is not ours. */
static void test_foreign_notices(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1), session = cg_session_id(p->s);
  accept(p, 0, bad_salt(id + 4, 77));
  for (uint32_t code = 16; code <= 64; code++)
    if (code != 48) accept(p, 0, bad_msg(id + 4, code));
  p->salt = 99;
  accept(p, 1, tl("i", UPDATE));
  expect_event(p, CG_SESSION_UPDATE);
  accept(p, 3, result(id, 5));
  expect_result(p, 1, 5);
  for (int i = 0; i < 20; i++) send_call(p, 100 + (uint64_t)i);
  accept(p, 0, bad_salt(id, 77)); /* answered, and long ago */
  expect_no_event(p);
  assert_int_equal(cg_session_salt(p->s), SALT);
  assert_int_equal(cg_session_time_offset(p->s), 0);
  pull(p);
  assert_int_equal(cg_session_id(p->s), session);
  done(p);
}

/* 182: not for ever. */
static void test_salt_loop(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1);
  for (uint64_t i = 0; i < 5; i++) {
    accept(p, 0, bad_salt(id, 100 + i));
    expect_event(p, CG_SESSION_SALT);
    expect_no_event(p);
    pull(p);
    assert_int_not_equal(sent_call(p, 1)->msg_id, id);
    id = sent_call(p, 1)->msg_id;
  }
  accept(p, 0, bad_salt(id, 200));
  expect_event(p, CG_SESSION_SALT);
  expect_failed(p, 1, CG_E_PROTOCOL);
  pull(p);
  assert_null(sent_call(p, 1));
  done(p);
}

/* A call that an earlier packet may have brought keeps its id, or it might run twice. */
static void test_salt_after_reconnect(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1);
  p->now += 100 * CG_SECOND;
  cg_session_reconnected(p->s, p->now);
  pull(p);
  assert_int_equal(sent_call(p, 1)->msg_id, id);
  accept(p, 0, bad_salt(sent_call(p, 1)->packet_id, 77));
  pull(p);
  assert_int_equal(sent_call(p, 1)->msg_id, id);
  assert_int_equal(sent_call(p, 1)->seqno, 1);
  done(p);
}

/* 150, 185: the notice's own id is the right time, even outside the window. */
static void test_time_repair(void **state) {
  (void)state;
  for (int ahead = 0; ahead < 2; ahead++) {
    peer *p = new_client(SALT);
    int64_t error = ahead ? 10000 : -10000;
    uint64_t id = send_call(p, 1), session = cg_session_id(p->s);
    uint64_t notice = id_after(p, error) + 1;
    expect_discarded(p, CG_E_TIME, notice, 0, bad_msg(id + 4, 16)); /* not ours */
    expect_discarded(p, CG_E_TIME, notice, 0, bad_msg(id, 32));     /* not about time */
    assert_int_equal(receive(p, notice, 0, bad_msg(id, ahead ? 16 : 17)), CG_OK);
    expect_event(p, CG_SESSION_SALT);
    assert_int_equal(cg_session_time_offset(p->s), error);
    assert_int_equal(p->event.value, error); /* 186 */
    pull(p);
    assert_int_equal(cg_msgid_seconds(sent_call(p, 1)->msg_id), cg_unix(p->now) + error);
    /* 167: ids that would have to go down begin a new session */
    assert_int_equal(cg_session_id(p->s) == session, ahead);
    done(p);
  }
}

/* 189: 18 and the like start over, in a new session, and never for ever. What else the
 * old session had may have run: it ends, acknowledged or not (200, 256). */
static void test_own_faults(void **state) {
  (void)state;
  const uint32_t codes[] = { 18, 19, 32, 33, 34, 35, 64 };
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    peer *p = new_client(SALT);
    uint64_t id = send_call(p, 1), session = cg_session_id(p->s);
    send_call(p, 2);
    accept(p, 0, id_list(MT_ID_msgs_ack, 1, send_call(p, 3)));
    expect_event(p, CG_SESSION_ACKED);
    for (int round = 0; round < 5; round++) {
      accept(p, 0, bad_msg(id, codes[i]));
      expect_no_event(p);
      if (!round) start(p, 4);
      pull(p);
      if (!round) expect_failed(p, 3, CG_E_TIMEOUT);
      if (!round) expect_failed(p, 2, CG_E_TIMEOUT);
      if (round == 1) expect_failed(p, 4, CG_E_TIMEOUT);
      assert_int_not_equal(cg_session_id(p->s), session);
      session = cg_session_id(p->s);
      assert_int_equal(sent_call(p, 1)->session_id, session);
      assert_null(sent_call(p, 2));
      assert_null(sent_call(p, 3));
      assert_int_equal(!sent_call(p, 4), round > 0);
      id = sent_call(p, 1)->msg_id;
    }
    accept(p, 0, bad_msg(id, codes[i]));
    expect_failed(p, 1, CG_E_PROTOCOL);
    done(p);
  }
}

/* 187, code 20: whether it ran nobody knows, so it does not run again by itself. */
static void test_forgotten(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1);
  accept(p, 0, bad_msg(id, 20));
  expect_failed(p, 1, CG_E_TIMEOUT);
  assert_int_equal(pull(p), 0);
  done(p);
}

static cg_buf salts(uint64_t request, int64_t now, int count, int64_t step) {
  cg_buf b = tl("ilii", MT_ID_future_salts, request, I(now), I(count));
  for (int i = 0; i < count; i++) {
    cg_buf_u32(&b, I(now + i * step));
    cg_buf_u32(&b, I(now + i * step + 3600));
    cg_buf_u64(&b, 1000 + (uint64_t)i);
  }
  return b;
}

/* 179, 180: asked for ahead of time, matched, and used when their time has come. */
static void test_future_salts(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  send_call(p, 1);
  uint64_t asked = must_find(p, MT_ID_get_future_salts)->msg_id;
  expect_body(must_find(p, MT_ID_get_future_salts),
              tl("ii", MT_ID_get_future_salts, I(64)));
  int64_t now = cg_unix(p->now);
  accept(p, 2, salts(asked + 4, now - 900, 64, 1800)); /* not what we asked for */
  send_call(p, 2);
  assert_int_equal(p->sent[0].salt, SALT);
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2, salts(asked, now, 64, -1800));
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2, salts(asked, now, 65, 1800));
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2, salts(asked, now, 0, 1800));
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2,
                   tl("iliiiil", MT_ID_future_salts, asked, I(now), I(1), I(now), I(now),
                      L(5))); /* for no time at all */
  accept(p, 2, salts(asked, now, 64, 1800));
  expect_no_event(p);
  for (int i = 0; i < 60; i++) {
    p->now = NOON + (uint64_t)(i * 1800 + 100) * CG_SECOND;
    send_call(p, 10 + (uint64_t)i);
    assert_int_equal(sent_call(p, 10 + (uint64_t)i)->salt, 1000 + i);
    assert_int_equal(cg_session_salt(p->s), 1000 + i);
    if (i < 59) assert_null(find(p, MT_ID_get_future_salts));
    expect_event(p, CG_SESSION_SALT);
  }
  p->now = NOON + (uint64_t)(62 * 1800) * CG_SECOND;
  uint64_t id = send_call(p, 200);
  must_find(p, MT_ID_get_future_salts);
  drain(p);
  accept(p, 2, bad_salt(id, 77)); /* what the server says now outdoes the list */
  send_call(p, 201);
  assert_int_equal(p->sent[0].salt, 77);
  done(p);
}

/* 191 */
static void test_new_session(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t one = send_call(p, 1);
  accept(p, 2, id_list(MT_ID_msgs_ack, 1, one));
  drain(p);
  p->now += 5 * CG_SECOND;
  uint64_t two = send_call(p, 2);
  uint64_t notice = accept(p, 1, new_session(two, 555, 88));
  expect_event(p, CG_SESSION_RENEWED);
  expect_event(p, CG_SESSION_SALT);
  assert_int_equal(cg_session_salt(p->s), 88);
  pull(p);
  assert_int_equal(sent_call(p, 1)->msg_id, one); /* below: the server never had it */
  assert_null(sent_call(p, 2));
  expect_body(must_find(p, MT_ID_msgs_ack), id_list(MT_ID_msgs_ack, 1, notice));
  accept(p, 3, new_session(two, 555, 99)); /* the same again */
  expect_no_event(p);
  assert_int_equal(cg_session_salt(p->s), 88);
  cg_session_reconnected(p->s, p->now);
  pull(p); /* whether the server has it is open again */
  assert_non_null(sent_call(p, 1));
  done(p);
}

/* 204-206 */
static void test_infos(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1);
  accept(p, 2, tl("iiils", MT_ID_msgs_all_info, TL_ID_vector, I(1), id, "\1"));
  pull(p);
  assert_int_equal(sent_call(p, 1)->msg_id, id);
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2,
                   tl("iiils", MT_ID_msgs_all_info, TL_ID_vector, I(1), id, "\1\1"));
  accept(p, 2, id_list(MT_ID_msg_resend_req, 1, id));
  pull(p);
  assert_int_equal(sent_call(p, 1)->msg_id, id);
  accept(p, 2, tl("illii", MT_ID_msg_detailed_info, id, L(0x77771), I(40), I(0)));
  pull(p);
  expect_body(must_find(p, MT_ID_msg_resend_req),
              id_list(MT_ID_msg_resend_req, 1, L(0x77771)));
  uint64_t seen = accept(p, 1, tl("i", UPDATE));
  drain(p);
  start(p, 2);
  pull(p);
  accept(p, 2, tl("ilii", MT_ID_msg_new_detailed_info, seen, I(40), I(0)));
  start(p, 3);
  pull(p);
  expect_body(must_find(p, MT_ID_msgs_ack), id_list(MT_ID_msgs_ack, 1, seen));
  assert_null(find(p, MT_ID_msg_resend_req));
  uint64_t req = accept(p, 2, id_list(MT_ID_msgs_state_req, 2, seen, id_after(p, 9) + 1));
  pull(p);
  expect_body(must_find(p, MT_ID_msgs_state_info),
              tl("ili", MT_ID_msgs_state_info, req, I(2 | 4 << 8 | 3 << 16)));
  done(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bad_server_salt), cmocka_unit_test(test_foreign_notices),
    cmocka_unit_test(test_salt_loop),       cmocka_unit_test(test_salt_after_reconnect),
    cmocka_unit_test(test_time_repair),     cmocka_unit_test(test_own_faults),
    cmocka_unit_test(test_forgotten),       cmocka_unit_test(test_future_salts),
    cmocka_unit_test(test_new_session),     cmocka_unit_test(test_infos),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
