/* SPDX-License-Identifier: MIT */
/* session_refuse_test.c - what a server's session refuses, code by code (187). */
#include "session_test.h"

static void test_refuses_16(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t old = id_after(p, -301) + 4;
  assert_int_equal(receive(p, old, 1, call(1)), CG_E_TIME);
  expect_refusal(p, old, 1, 16);
  assert_int_equal(receive(p, id_after(p, -299) + 4, 0, tl("il", MT_ID_ping, L(3))),
                   CG_OK);
  done(p);
}

static void test_refuses_17(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t ahead = id_after(p, 31);
  assert_int_equal(receive(p, ahead, 1, call(1)), CG_E_TIME);
  expect_refusal(p, ahead, 1, 17);
  assert_int_equal(receive(p, id_after(p, 29), 1, call(1)), CG_OK);
  expect_event(p, CG_SESSION_CALL);
  done(p);
}

/* 147, 160: of the packet and of what is in a container. */
static void test_refuses_18(void **state) {
  (void)state;
  peer *p = used_server();
  for (uint64_t low = 1; low < 4; low++) {
    uint64_t id = next_id(p) + low;
    assert_int_equal(receive(p, id, 1, call(1)), CG_E_PROTOCOL);
    expect_refusal(p, id, 1, 18);
  }
  uint64_t id = next_id(p) + 1;
  accept(p, 2, container(1, id, I(1), call(1)));
  expect_refusal(p, id, 1, 18);
  id = next_id(p) + 2;
  assert_int_equal(receive(p, id, 2, container(0)), CG_E_PROTOCOL);
  expect_refusal(p, id, 2, 18);
  done(p);
}

static void test_refuses_19(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = accept(p, 0, tl("il", MT_ID_ping, L(3)));
  pull(p);
  assert_int_equal(receive(p, id, 0, container(1, id - 4, I(1), call(1))), CG_E_PROTOCOL);
  expect_refusal(p, id, 0, 19);
  done(p);
}

/* A container that comes again is no such thing: what is in it is repeated. */
static void test_repeated_container(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t inner = next_id(p), outer = next_id(p);
  assert_int_equal(receive(p, outer, 2, container(1, inner, I(1), call(1))), CG_OK);
  expect_event(p, CG_SESSION_CALL);
  reply(p, inner, tl("i", TL_ID_boolTrue));
  assert_int_equal(pull(p), 1);
  assert_int_equal(receive(p, outer, 2, container(1, inner, I(1), call(1))), CG_OK);
  expect_no_event(p);
  assert_int_equal(pull(p), 1);
  must_find(p, MT_ID_rpc_result);
  /* but no other message has its id */
  assert_int_equal(receive(p, outer, 1, call(9)), CG_E_REPLAY);
  expect_no_event(p);
  done(p);
}

/* Lower than all that a full store holds: it may have run. */
static void test_refuses_20(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t low = next_id(p), inner = next_id(p);
  for (int i = 0; i < CG_REPLAY_MAX; i++) {
    accept(p, 0, tl("il", MT_ID_ping, L(3)));
    pull(p);
  }
  assert_int_equal(receive(p, low, 0, call(1)), CG_E_REPLAY);
  expect_refusal(p, low, 0, 20);
  accept(p, 2, container(1, inner, I(1), call(1)));
  expect_refusal(p, inner, 1, 20);
  assert_int_equal(receive(p, low, 2, container(0)), CG_E_REPLAY);
  expect_refusal(p, low, 2, 20);
  done(p);
}

/* The first seqno is free; then none falls against an earlier msg_id. */
static void test_refuses_32_and_33(void **state) {
  (void)state;
  peer *p = new_server();
  uint64_t below = next_id(p), id = next_id(p);
  assert_int_equal(receive(p, id, 5, call(1)), CG_OK);
  drain(p);
  pull(p);
  uint64_t next = next_id(p);
  assert_int_equal(receive(p, next, 3, call(3)), CG_E_PROTOCOL); /* lower */
  expect_refusal(p, next, 3, 32);
  assert_int_equal(receive(p, next, 5, call(3)), CG_E_PROTOCOL); /* equal and odd */
  expect_refusal(p, next, 5, 32);
  assert_int_equal(receive(p, below, 7, call(3)), CG_E_PROTOCOL); /* higher */
  expect_refusal(p, below, 7, 33);
  assert_int_equal(receive(p, below, 5, call(3)), CG_E_PROTOCOL); /* equal and odd */
  expect_refusal(p, below, 5, 33);
  assert_int_equal(receive(p, below, 3, call(3)), CG_OK); /* late, and in its place */
  expect_event(p, CG_SESSION_CALL);
  reply(p, below, tl("i", TL_ID_boolTrue));
  pull(p);
  assert_int_equal(receive(p, next, 4, call(3)), CG_E_PROTOCOL); /* the highest counts */
  expect_refusal(p, next, 4, 32);
  accept(p, 6, tl("il", MT_ID_ping, L(3)));
  accept(p, 6, tl("il", MT_ID_ping, L(3))); /* equal and even is no fault */
  assert_int_equal(pull(p), 2);
  done(p);
}

/* Containers alone: mtcute sends its acks with odd seqnos (clients.md before 171). */
static void test_refuses_34(void **state) {
  (void)state;
  peer *p = used_server();
  accept(p, 1, id_list(MT_ID_msgs_ack, 1, L(1)));
  assert_true(cg_session_deadline(p->s) == CG_NEVER); /* 198 */
  uint64_t inner = next_id(p), id = next_id(p);
  assert_int_equal(receive(p, id, 3, container(1, inner, I(1), call(1))), CG_E_PROTOCOL);
  expect_refusal(p, id, 3, 34);
  done(p);
}

/* 171: calls are odd; service queries may be either. */
static void test_refuses_35(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = next_id(p);
  assert_int_equal(receive(p, id, 2, call(1)), CG_E_PROTOCOL);
  expect_refusal(p, id, 2, 35);
  id = next_id(p);
  assert_int_equal(receive(p, id, 2, packed(call(1))), CG_E_PROTOCOL);
  expect_refusal(p, id, 2, 35);
  accept(p, 3, tl("il", MT_ID_ping, L(3)));
  pull(p);
  must_find(p, MT_ID_pong);
  done(p);
}

/* 183: the salt of the moment and the one before are good, nothing else. */
static void test_refuses_48(void **state) {
  (void)state;
  peer *p = used_server();
  const uint64_t salts[] = { 0, p->salt + 1, p->salt + 7, p->salt - 14 };
  for (int i = 0; i < 4; i++) {
    uint64_t id = next_id(p);
    assert_int_equal(receive_with(p, salts[i], id, 1, call(1)), CG_OK);
    expect_salt_refusal(p, id, 1);
    /* not executed, and not taken for a repeat either */
    assert_int_equal(receive(p, id, I(2 * i + 1), call(1)), CG_OK);
    expect_event(p, CG_SESSION_CALL);
    reply(p, id, tl("i", TL_ID_boolTrue));
    pull(p);
  }
  uint64_t old = p->salt;
  p->now += 1000 * CG_SECOND; /* the next salt's time has begun */
  assert_int_equal(receive_with(p, old, next_id(p), 9, call(1)), CG_OK);
  expect_event(p, CG_SESSION_CALL);
  p->now += 1799 * CG_SECOND;
  assert_int_equal(receive_with(p, old, next_id(p), 11, call(1)), CG_OK);
  expect_event(p, CG_SESSION_CALL);
  pull(p);
  p->now += CG_SECOND;
  uint64_t id = next_id(p);
  assert_int_equal(receive_with(p, old, id, 13, call(1)), CG_OK);
  expect_salt_refusal(p, id, 13);
  done(p);
}

/* A call that has run must not be sent anew because the salt has changed since. */
static void test_repeat_with_old_salt(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1), old = p->salt;
  reply(p, id, tl("i", TL_ID_boolTrue));
  pull(p);
  p->now += 2 * 3600 * CG_SECOND;
  assert_int_equal(receive_with(p, old, id, 1, call(1)), CG_OK);
  assert_int_equal(pull(p), 1);
  must_find(p, MT_ID_rpc_result);
  done(p);
}

static void expect_broken(peer *p, cg_buf body) {
  uint64_t id = next_id(p);
  assert_int_equal(receive(p, id, 2, body), CG_E_PROTOCOL);
  expect_refusal(p, id, 2, 64);
  accept(p, 0, container(0)); /* so that there are never ten in a row */
}

/* 218, 219: rejected as a whole, whatever stands before the fault. */
static void test_refuses_64(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t a = next_id(p), b = next_id(p);
  cg_buf good = container(2, a, I(1), call(1), b, I(3), call(3));
  cg_buf bad = { 0 };
  for (size_t cut = 8; cut < good.len; cut++) {
    cg_buf_bytes(&bad, (cg_bytes){ good.at, cut });
    expect_broken(p, bad);
    bad = (cg_buf){ 0 };
  }
  cg_buf_bytes(&bad, cg_buf_view(&good));
  cg_buf_u32(&bad, 0); /* something behind it */
  expect_broken(p, bad);
  good.at[4] = 3; /* one more than there are */
  expect_broken(p, good);
  expect_broken(p, tl("ii", MT_ID_msg_container, I(0xffffffff)));
  expect_broken(p, container(2, a, I(1), call(1), b, I(2),
                             container(1, L(4), I(3), call(3)))); /* nested */
  expect_broken(p, container(2, a, I(1), call(1), b, I(3), tl("")));
  expect_broken(p, container(2, a, I(1), call(1), id_after(p, 20), I(3), call(3)));
  bad = container(1, a, I(1), call(1));
  bad.at[20] = 7; /* not a multiple of four */
  bad.len--;
  expect_broken(p, bad);
  done(p);
}

/* 218: 1024 messages are the most; 221: none are fine. */
static void test_container_counts(void **state) {
  (void)state;
  peer *p = used_server();
  accept(p, 0, container(0));
  assert_int_equal(pull(p), 0);
  for (int count = 1024; count <= 1025; count++) {
    cg_buf b = tl("ii", MT_ID_msg_container, I(count));
    for (int i = 0; i < count; i++) {
      cg_buf one =
          tl("liiiiii", next_id(p), I(0), I(16), MT_ID_http_wait, I(0), I(0), I(0));
      cg_buf_bytes(&b, cg_buf_view(&one));
      cg_buf_free(&one);
    }
    if (count == 1024)
      accept(p, 0, b);
    else
      expect_broken(p, b);
  }
  done(p);
}

/* 188: no notice about a notice. */
static void test_no_notice_about_notices(void **state) {
  (void)state;
  peer *p = used_server();
  assert_int_equal(receive(p, next_id(p) + 2, 0,
                           tl("ilii", MT_ID_bad_msg_notification, L(1), I(0), I(16))),
                   CG_E_PROTOCOL);
  assert_int_equal(
      receive_with(p, 1, next_id(p), 0,
                   tl("iliil", MT_ID_bad_server_salt, L(1), I(0), I(48), L(1))),
      CG_OK);
  assert_int_equal(pull(p), 0);
  done(p);
}

/* 158: somebody who sends nothing but rubbish is let go. */
static void test_too_many_discards(void **state) {
  (void)state;
  peer *p = used_server();
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < 10; i++)
      assert_int_equal(receive(p, next_id(p) + 1, 1, call(1)), CG_E_PROTOCOL);
    if (round == 0) accept(p, 0, tl("il", MT_ID_ping, L(1))); /* begins anew */
  }
  assert_int_equal(receive(p, next_id(p) + 1, 1, call(1)), CG_E_LIMIT);
  done(p);
}

/* Service messages that are cut or too long are refused without an effect (21). */
static void test_malformed_services(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1);
  pull(p);
  const uint32_t ids[] = { MT_ID_ping,
                           MT_ID_ping_delay_disconnect,
                           MT_ID_get_future_salts,
                           MT_ID_rpc_drop_answer,
                           MT_ID_destroy_session,
                           MT_ID_msgs_ack,
                           MT_ID_msgs_state_req,
                           MT_ID_msg_resend_req };
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    assert_int_equal(receive(p, next_id(p), 2, tl("i", ids[i])), CG_E_PROTOCOL);
    assert_int_equal(receive(p, next_id(p), 2, tl("illl", ids[i], id, id, id)),
                     CG_E_PROTOCOL);
    accept(p, 2, container(0)); /* not ten in a row */
  }
  assert_int_equal(
      receive(p, next_id(p), 2, tl("iii", MT_ID_msgs_ack, TL_ID_vector, I(0x7fffffff))),
      CG_E_PROTOCOL);
  assert_int_equal(pull(p), 0);
  expect_no_event(p);
  done(p);
}

/* 215: many small packed calls in one packet may not unpack to any size. */
static void test_unpacking_is_bounded(void **state) {
  (void)state;
  enum { CALLS = 40, SIZE = 1 << 20 };
  peer *p = used_server();
  cg_buf body = call(1);
  memset(cg_buf_grow(&body, SIZE - body.len), 0, SIZE - 8);
  cg_buf small = packed(body), b = tl("ii", MT_ID_msg_container, I(CALLS));
  for (uint32_t i = 0; i < CALLS; i++) {
    cg_buf_u64(&b, next_id(p));
    cg_buf_u32(&b, 2 * i + 1);
    cg_buf_u32(&b, I(small.len));
    cg_buf_bytes(&b, cg_buf_view(&small));
  }
  receive(p, next_id(p), 2 * CALLS, b);
  int calls = 0;
  while (cg_session_next(p->s, &p->event)) calls += p->event.kind == CG_SESSION_CALL;
  assert_int_equal(calls, CG_GUNZIP_MAX / SIZE);
  cg_buf_free(&small);
  done(p);
}

/* The notice about the last packet, alone; 0 if there is none. */
static int pull_refusal(peer *p) {
  cg_buf packet = { 0 }, plain = { 0 };
  cg_message m;
  forget_sent(p);
  assert_int_equal(cg_session_pull_refusal(p->s, p->now, &packet), CG_OK);
  if (packet.len) {
    assert_int_equal(
        cg_envelope_open(&p->key, p->role, cg_buf_view(&packet), false, &plain, &m),
        CG_OK);
    take_apart(p, &m);
  }
  cg_buf_free(&packet);
  cg_buf_free(&plain);
  return p->count;
}

/* What was not taken is told so by itself, whatever else waits. */
static void test_refusals_go_alone(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1), old = id_after(p, -301) + 4, next = next_id(p);
  assert_true(cg_session_has_taken(p->s));
  assert_int_equal(pull_refusal(p), 0);
  reply(p, id, tl("i", TL_ID_boolTrue));
  assert_int_equal(receive(p, old, 1, call(1)), CG_E_TIME);
  assert_false(cg_session_has_taken(p->s));
  assert_int_equal(pull_refusal(p), 1);
  expect_body(&p->sent[0], tl("ilii", MT_ID_bad_msg_notification, old, I(1), I(16)));
  assert_int_equal(pull_refusal(p), 0);
  assert_int_equal(receive_with(p, SALT + 9, next, 1, call(1)), CG_OK);
  assert_false(cg_session_has_taken(p->s));
  assert_int_equal(pull_refusal(p), 1);
  must_find(p, MT_ID_bad_server_salt);
  assert_int_equal(pull(p), 1); /* the answer has waited */
  must_find(p, MT_ID_rpc_result);
  assert_int_equal(receive(p, old, 1, call(1)), CG_E_TIME);
  expect_refusal(p, old, 1, 16); /* or with the rest, if nobody asks */
  assert_int_equal(pull_refusal(p), 0);
  done(p);
}

/* A packet that comes again is taken while an answer to it is due, and no longer. */
static void test_what_counts_as_taken(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t ping = accept(p, 0, tl("il", MT_ID_ping, L(3))), inner = next_id(p),
           outer = next_id(p);
  assert_true(cg_session_has_taken(p->s));
  assert_int_equal(receive(p, ping, 0, tl("il", MT_ID_ping, L(3))), CG_E_REPLAY);
  assert_false(cg_session_has_taken(p->s));
  for (int i = 0; i < 2; i++) { /* at work */
    assert_int_equal(receive(p, outer, 2, container(1, inner, I(1), call(1))), CG_OK);
    assert_true(cg_session_has_taken(p->s));
  }
  reply(p, inner, tl("i", TL_ID_boolTrue));
  pull(p);
  uint64_t answer = must_find(p, MT_ID_rpc_result)->msg_id;
  assert_int_equal(receive(p, inner, 1, call(1)), CG_OK); /* not acked */
  assert_true(cg_session_has_taken(p->s));
  accept(p, 2, id_list(MT_ID_msgs_ack, 1, answer));
  assert_int_equal(receive(p, outer, 2, container(1, inner, I(1), call(1))), CG_OK);
  assert_false(cg_session_has_taken(p->s));
  for (int i = 0; i < 2; i++) { /* "lost" is no answer that anybody waits for */
    assert_int_equal(receive(p, inner, 1, call(1)), CG_OK);
    assert_false(cg_session_has_taken(p->s));
  }
  done(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_refusals_go_alone),
    cmocka_unit_test(test_what_counts_as_taken),
    cmocka_unit_test(test_unpacking_is_bounded),
    cmocka_unit_test(test_refuses_16),
    cmocka_unit_test(test_refuses_17),
    cmocka_unit_test(test_refuses_18),
    cmocka_unit_test(test_refuses_19),
    cmocka_unit_test(test_repeated_container),
    cmocka_unit_test(test_refuses_20),
    cmocka_unit_test(test_refuses_32_and_33),
    cmocka_unit_test(test_refuses_34),
    cmocka_unit_test(test_refuses_35),
    cmocka_unit_test(test_refuses_48),
    cmocka_unit_test(test_repeat_with_old_salt),
    cmocka_unit_test(test_refuses_64),
    cmocka_unit_test(test_container_counts),
    cmocka_unit_test(test_no_notice_about_notices),
    cmocka_unit_test(test_too_many_discards),
    cmocka_unit_test(test_malformed_services),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
