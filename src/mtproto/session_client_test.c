/* SPDX-License-Identifier: MIT */
/* session_client_test.c - a client's session against a server played by hand. */
#include "session_test.h"

/* ---- sending --------------------------------------------------------------- */

/* 165, 170-172, 177: ids, seqnos and the session's own number. */
static void test_numbers_what_it_sends(void **state) {
  (void)state;
  peer *p = new_client(0);
  assert_int_not_equal(cg_session_id(p->s), 0);
  uint64_t before = 0;
  for (uint32_t i = 0; i < 50; i++) {
    start(p, i + 1);
    assert_int_equal(cg_session_ping(p->s, 0), CG_OK);
    assert_int_equal(pull(p), 2);
    assert_int_equal(p->packets, 1);
    assert_int_equal(p->sent[0].seqno, 2 * i + 1);
    assert_int_equal(p->sent[1].seqno, 2 * i + 2);
    assert_int_equal(p->sent[0].packet_seqno, 2 * i + 2);
    for (int k = 0; k < 2; k++) {
      assert_int_equal(p->sent[k].msg_id % 4, 0);
      assert_int_not_equal((uint32_t)p->sent[k].msg_id, 0);
      assert_true(p->sent[k].msg_id > before);
      before = p->sent[k].msg_id;
      assert_int_equal(cg_msgid_seconds(before), cg_unix(p->now));
      assert_int_equal(p->sent[k].session_id, cg_session_id(p->s));
    }
    before = p->sent[0].packet_id;
  }
  done(p);
}

/* An offset that no clock can have is none. */
static void test_absurd_offsets(void **state) {
  (void)state;
  const int64_t offsets[] = { INT64_MIN, INT64_MAX, INT64_C(1) << 40 };
  for (int i = 0; i < 3; i++) {
    peer *p = new_client(0);
    cg_session_free(p->s);
    const cg_session_options o = {
      .role = CG_CLIENT, .key = &p->key, .rng = &p->rng.rng, .time_offset = offsets[i]
    };
    assert_int_equal(cg_session_new(&p->s, &o, p->now), CG_OK);
    assert_int_equal(cg_session_time_offset(p->s), 0);
    assert_int_equal(cg_msgid_seconds(send_call(p, 1)), cg_unix(p->now));
    done(p);
  }
}

static void test_given_session_id(void **state) {
  (void)state;
  peer *p = new_client(0), *q = new_client(0);
  cg_session_free(q->s);
  const cg_session_options o = { .role = CG_CLIENT,
                                 .key = &q->key,
                                 .rng = &q->rng.rng,
                                 .session_id = 42,
                                 .salt = 7,
                                 .time_offset = -3 };
  assert_int_equal(cg_session_new(&q->s, &o, q->now), CG_OK);
  assert_int_equal(cg_session_id(q->s), 42);
  assert_int_equal(cg_session_salt(q->s), 7);
  assert_int_equal(cg_session_time_offset(q->s), -3);
  uint64_t id = send_call(q, 1);
  assert_int_equal(cg_msgid_seconds(id), cg_unix(q->now) - 3); /* 168 */
  done(p);
  done(q);
}

/* 174, 178: refused here what a server would refuse; packed if that is shorter. */
static void test_call_bodies(void **state) {
  (void)state;
  peer *p = new_client(0);
  uint8_t *body = calloc(1, 1044408);
  assert_non_null(body);
  assert_int_equal(cg_session_call(p->s, 0, (cg_bytes){ body, 8 }), CG_E_USAGE);
  assert_int_equal(cg_session_call(p->s, 1, (cg_bytes){ body, 0 }), CG_E_USAGE);
  assert_int_equal(cg_session_call(p->s, 1, (cg_bytes){ body, 7 }), CG_E_USAGE);
  assert_int_equal(cg_session_call(p->s, 1, (cg_bytes){ body, 1044408 }), CG_E_LIMIT);
  assert_int_equal(cg_session_call(p->s, 1, (cg_bytes){ body, 1044404 }), CG_OK);
  assert_int_equal(pull(p), 1);
  assert_true(p->sent[0].body.len < 5000);
  must_find(p, MT_ID_gzip_packed);
  test_rng_fill(&p->rng, body, 2000);
  assert_int_equal(cg_session_call(p->s, 2, (cg_bytes){ body, 2000 }), CG_OK);
  assert_int_equal(pull(p), 1);
  assert_int_equal(p->sent[0].body.len, 2000);
  free(body);
  done(p);
}

/* 173: large messages go alone, and no packet holds more than its share. */
static void test_packets(void **state) {
  (void)state;
  peer *p = new_client(0);
  uint8_t noise[40000];
  test_rng_fill(&p->rng, noise, sizeof noise);
  for (uint64_t tag = 1; tag <= 3; tag++)
    assert_int_equal(cg_session_call(p->s, tag, (cg_bytes){ noise, sizeof noise }),
                     CG_OK);
  assert_int_equal(pull(p), 3);
  assert_int_equal(p->packets, 3);
  assert_false(p->sent[0].boxed);
  for (uint64_t tag = 10; tag < 210; tag++) start(p, tag);
  assert_int_equal(pull(p), 200);
  assert_int_equal(p->packets, 1);
  done(p);
}

/* ---- what is refused ------------------------------------------------------- */

/* 146: of the packet and of everything in a container, which falls as a whole. */
static void test_parity(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t call = send_call(p, 1), good = next_id(p), even = next_id(p) + 1;
  expect_discarded(p, CG_E_PROTOCOL, even, 1, result(call, 5));
  expect_discarded(p, CG_E_PROTOCOL, even - 2, 1, result(call, 5));
  expect_discarded(
      p, CG_E_PROTOCOL, next_id(p), 2,
      container(2, good, I(1), result(call, 5), even, I(3), tl("i", UPDATE)));
  accept(p, 2, container(1, good, I(1), result(call, 5)));
  expect_result(p, 1, 5);
  done(p);
}

static void test_other_session(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  cg_buf b = tl("i", UPDATE);
  cg_message m = { SALT, cg_session_id(p->s) ^ 1, next_id(p), 1, cg_buf_view(&b) };
  assert_int_equal(cg_session_receive(p->s, &m, p->now), CG_E_PROTOCOL);
  cg_buf_free(&b);
  expect_no_event(p);
  done(p);
}

/* 149 */
static void test_window(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  expect_discarded(p, CG_E_TIME, id_after(p, 31) + 1, 1, tl("i", UPDATE));
  expect_discarded(p, CG_E_TIME, id_after(p, -301) + 1, 1, tl("i", UPDATE));
  assert_int_equal(receive(p, id_after(p, 30) - 3, 1, tl("i", UPDATE)), CG_OK);
  assert_int_equal(receive(p, id_after(p, -300) + 1, 1, tl("i", UPDATE)), CG_OK);
  drain(p);
  /* old messages come in containers, which are new */
  accept(p, 2, container(1, id_after(p, -5000) + 1, I(1), tl("i", UPDATE)));
  expect_event(p, CG_SESSION_UPDATE);
  done(p);
}

/* 149: nothing is judged by a clock of which nothing is known; one packet tells. */
static void test_unknown_time(void **state) {
  (void)state;
  for (int64_t error = -5000; error <= 5000; error += 5000) {
    peer *p = new_client(0);
    assert_int_equal(receive(p, id_after(p, error) + 1, 1, tl("i", UPDATE)), CG_OK);
    assert_int_equal(cg_session_time_offset(p->s), error);
    expect_event(p, CG_SESSION_UPDATE);
    if (error) expect_event(p, CG_SESSION_SALT);
    if (error) assert_int_equal(p->event.value, error);
    expect_no_event(p);
    expect_discarded(p, CG_E_TIME, id_after(p, error + 40) + 1, 1, tl("i", UPDATE));
    done(p);
  }
}

/* A server that is ahead is not believed at once, but on the next connection. */
static void test_server_ahead(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = id_after(p, 100) + 1;
  expect_discarded(p, CG_E_TIME, id, 1, tl("i", UPDATE));
  expect_discarded(p, CG_E_TIME, id, 1, tl("i", UPDATE));
  cg_session_reconnected(p->s, p->now);
  expect_event(p, CG_SESSION_SALT);
  assert_int_equal(cg_session_time_offset(p->s), 100);
  assert_int_equal(receive(p, id, 1, tl("i", UPDATE)), CG_OK);
  expect_event(p, CG_SESSION_UPDATE);
  done(p);
}

/* 151, 155: seen before is not done again; what was content is acked again. */
static void test_duplicates(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = accept(p, 1, tl("i", UPDATE));
  drain(p);
  p->now = cg_session_deadline(p->s);
  pull(p);
  expect_body(must_find(p, MT_ID_msgs_ack), id_list(MT_ID_msgs_ack, 1, id));
  assert_int_equal(receive(p, id, 1, tl("i", UPDATE)), CG_OK);
  assert_int_equal(receive(p, id, 1, tl("i", UPDATE)), CG_OK);
  expect_no_event(p);
  p->now = cg_session_deadline(p->s);
  pull(p);
  expect_body(must_find(p, MT_ID_msgs_ack), id_list(MT_ID_msgs_ack, 1, id));
  uint64_t pong = accept(p, 2, tl("ill", MT_ID_pong, L(1), L(1)));
  assert_int_equal(receive(p, pong, 2, tl("ill", MT_ID_pong, L(1), L(1))), CG_E_REPLAY);
  done(p);
}

/* 153, 154: a container that comes again, and what was in it. */
static void test_duplicates_in_containers(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t inner = next_id(p), outer = next_id(p);
  assert_int_equal(receive(p, outer, 2, container(1, inner, I(1), tl("i", UPDATE))),
                   CG_OK);
  expect_event(p, CG_SESSION_UPDATE);
  expect_discarded(p, CG_E_REPLAY, outer, 2, container(1, inner, I(1), tl("i", UPDATE)));
  assert_int_equal(receive(p, inner, 1, tl("i", UPDATE)), CG_OK);
  expect_no_event(p);
  accept(p, 2, container(1, inner, I(1), tl("i", UPDATE)));
  expect_no_event(p);
  done(p);
}

/* 151: lower than all that a full store holds. */
static void test_too_old(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t low = next_id(p);
  for (int i = 0; i < CG_REPLAY_MAX; i++) accept(p, 2, tl("ill", MT_ID_pong, L(1), L(1)));
  expect_discarded(p, CG_E_REPLAY, low, 1, tl("i", UPDATE));
  done(p);
}

/* 158: the eleventh discarded message in a row is one too many for the session. */
static void test_too_many_discards(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t before = cg_session_id(p->s);
  send_call(p, 1);
  for (int i = 0; i < 10; i++)
    expect_discarded(p, CG_E_PROTOCOL, next_id(p) + 1, 1, tl("i", UPDATE));
  pull(p);
  assert_int_equal(cg_session_id(p->s), before);
  expect_discarded(p, CG_E_PROTOCOL, next_id(p) + 1, 1, tl("i", UPDATE));
  start(p, 2);
  cg_session_reconnected(p->s, p->now);
  pull(p);
  assert_int_not_equal(cg_session_id(p->s), before);
  assert_int_not_equal(cg_session_id(p->s), 0);
  expect_failed(p, 1, CG_E_TIMEOUT); /* it may have run: not again by itself */
  assert_null(sent_call(p, 1));
  assert_non_null(sent_call(p, 2)); /* it had not gone out yet */
  assert_int_equal(sent_call(p, 2)->seqno, 1);
  done(p);
}

/* What the old session has seen says nothing about the new one. */
static void test_new_store(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t low = next_id(p);
  p->last_id = id_after(p, 20);
  for (int i = 0; i < CG_REPLAY_MAX; i++) accept(p, 2, tl("ill", MT_ID_pong, L(1), L(1)));
  for (int i = 0; i < 11; i++) expect_discarded(p, CG_E_REPLAY, low, 1, tl("i", UPDATE));
  pull(p);
  assert_int_equal(receive(p, low, 1, tl("i", UPDATE)), CG_OK);
  expect_event(p, CG_SESSION_UPDATE);
  done(p);
}

/* 218, 219: nothing in a container counts unless all of it is in order. */
static void test_broken_containers(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t a = next_id(p), b = next_id(p);
  cg_buf good = container(2, a, I(1), tl("i", UPDATE), b, I(3), tl("i", UPDATE));
  for (size_t cut = 8; cut < good.len; cut++) {
    cg_buf bad = { 0 };
    cg_buf_bytes(&bad, (cg_bytes){ good.at, cut });
    expect_discarded(p, CG_E_PROTOCOL, next_id(p), 4, bad);
    accept(p, 4, container(0));
  }
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 4,
                   container(2, a, I(1), tl("i", UPDATE), b, I(2), container(0)));
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 4,
                   container(2, a, I(1), tl("i", UPDATE), id_after(p, 25) + 1, I(3),
                             tl("i", UPDATE))); /* 220 */
  accept(p, 4, good);
  expect_event(p, CG_SESSION_UPDATE);
  expect_event(p, CG_SESSION_UPDATE);
  done(p);
}

/* ---- answers --------------------------------------------------------------- */

/* 197, 212, 213: each call has one answer; others are ignored, and acked. */
static void test_results(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t one = send_call(p, 1), two = send_call(p, 2);
  uint64_t a = accept(p, 1, result(two, 22));
  expect_result(p, 2, 22);
  assert_int_equal(p->event.msg_id, a);
  uint64_t b = accept(p, 3, result(two, 23));
  uint64_t c = accept(p, 5, result(one + 4, 24));
  expect_no_event(p);
  uint64_t d = accept(p, 7, result(one, 11));
  expect_result(p, 1, 11);
  start(p, 3);
  pull(p); /* 196: acks travel along */
  expect_body(must_find(p, MT_ID_msgs_ack), id_list(MT_ID_msgs_ack, 4, a, b, c, d));
  assert_int_equal(must_find(p, MT_ID_msgs_ack)->seqno % 2, 0);
  done(p);
}

/* An rpc_error is a result; a packed result is opened; one that cannot be is an end too.
 */
static void test_kinds_of_results(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1);
  accept(p, 1,
         tl("iliis", MT_ID_rpc_result, id, MT_ID_rpc_error, I(420), "FLOOD_WAIT_3"));
  expect_event(p, CG_SESSION_RESULT);
  uint32_t head;
  memcpy(&head, p->event.body.at, 4);
  assert_int_equal(head, MT_ID_rpc_error);
  id = send_call(p, 2);
  cg_buf b = tl("il", MT_ID_rpc_result, id), inner = packed(tl("i", UPDATE));
  cg_buf_bytes(&b, cg_buf_view(&inner));
  cg_buf_free(&inner);
  accept(p, 3, b);
  expect_event(p, CG_SESSION_RESULT);
  assert_int_equal(p->event.body.len, 2 * CG_GZIP_MIN);
  memcpy(&head, p->event.body.at, 4);
  assert_int_equal(head, UPDATE);
  id = send_call(p, 3);
  accept(p, 5, tl("ilis", MT_ID_rpc_result, id, MT_ID_gzip_packed, "no gzip"));
  expect_failed(p, 3, CG_E_MALFORMED);
  id = send_call(p, 4);
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 5, tl("il", MT_ID_rpc_result, id));
  done(p);
}

/* 214: an answer from before the call. */
static void test_answer_before_call(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1);
  expect_discarded(p, CG_E_PROTOCOL, id_after(p, -40) + 1, 1, result(id, 5));
  accept(p, 1, result(id, 5));
  expect_result(p, 1, 5);
  done(p);
}

static void test_updates(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  accept(p, 1, tl("ii", UPDATE, I(9)));
  expect_event(p, CG_SESSION_UPDATE);
  assert_int_equal(p->event.body.len, 8);
  accept(p, 3, packed(tl("i", UPDATE)));
  expect_event(p, CG_SESSION_UPDATE);
  assert_int_equal(p->event.body.len, 2 * CG_GZIP_MIN);
  /* 216 */
  cg_buf twice = packed(packed(tl("i", UPDATE)));
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 5, twice);
  done(p);
}

/* 196, 156: acks follow each message's own seqno; they wait, but not for long. */
static void test_acks(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t a = next_id(p), b = next_id(p), c = next_id(p);
  uint64_t before = cg_session_deadline(p->s);
  accept(p, 4,
         container(3, a, I(1), tl("i", UPDATE), b, I(2),
                   tl("ill", MT_ID_pong, L(1), L(1)), c, I(3), tl("i", UPDATE)));
  drain(p);
  assert_int_equal(pull(p), 0);
  assert_true(cg_session_deadline(p->s) < before);
  assert_true(cg_session_deadline(p->s) <= p->now + 60 * CG_SECOND);
  p->now = cg_session_deadline(p->s);
  pull(p);
  expect_body(must_find(p, MT_ID_msgs_ack), id_list(MT_ID_msgs_ack, 2, a, c));
  for (int i = 0; i < 16; i++) {
    pull(p);
    assert_null(find(p, MT_ID_msgs_ack));
    accept(p, I(2 * i + 5), tl("i", UPDATE));
    drain(p);
  }
  assert_true(cg_session_deadline(p->s) <= p->now);
  pull(p);
  assert_int_equal(must_find(p, MT_ID_msgs_ack)->body.len, 12 + 16 * 8);
  done(p);
}

/* The server's ack is reported once, and ends nothing. */
static void test_acked(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1);
  for (int i = 0; i < 2; i++) {
    accept(p, 2, id_list(MT_ID_msgs_ack, 2, id, id + 4));
    if (i == 0) expect_event(p, CG_SESSION_ACKED);
    if (i == 0) assert_int_equal(p->event.tag, 1);
    expect_no_event(p);
  }
  accept(p, 1, result(id, 5));
  expect_result(p, 1, 5);
  done(p);
}

/* ---- sessions and connections ---------------------------------------------- */

/* 175, 201: a new connection brings what was not acked, and asks about the rest. */
static void test_reconnected(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t ids[4];
  for (uint64_t tag = 1; tag <= 3; tag++) ids[tag] = send_call(p, tag);
  accept(p, 2, id_list(MT_ID_msgs_ack, 2, ids[1], ids[2]));
  accept(p, 1, result(ids[2], 5));
  drain(p);
  start(p, 4);
  cg_session_reconnected(p->s, p->now);
  pull(p);
  assert_null(sent_call(p, 1));
  assert_null(sent_call(p, 2));
  assert_int_equal(sent_call(p, 3)->msg_id, ids[3]);
  assert_int_equal(sent_call(p, 3)->seqno, 5);
  assert_non_null(sent_call(p, 4));
  const sent_message *req = must_find(p, MT_ID_msgs_state_req);
  expect_body(req, id_list(MT_ID_msgs_state_req, 1, ids[1]));
  uint64_t req_id = req->msg_id;
  /* 202, 203 */
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2,
                   tl("ils", MT_ID_msgs_state_info, req_id, "\4\4"));
  accept(p, 2, tl("ils", MT_ID_msgs_state_info, req_id + 4, "\1"));
  accept(p, 2, tl("ils", MT_ID_msgs_state_info, req_id, "\x24"));
  pull(p);
  assert_null(sent_call(p, 1));
  cg_session_reconnected(p->s, p->now);
  pull(p);
  req_id = must_find(p, MT_ID_msgs_state_req)->msg_id;
  accept(p, 2, tl("ils", MT_ID_msgs_state_info, req_id, "\2"));
  pull(p);
  assert_int_equal(sent_call(p, 1)->msg_id, ids[1]);
  done(p);
}

/* A call from long ago travels in a container, which the server's window lets in. */
static void test_old_call(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1);
  p->now += 3600 * CG_SECOND;
  cg_session_reconnected(p->s, p->now);
  pull(p);
  assert_int_equal(sent_call(p, 1)->msg_id, id);
  assert_true(sent_call(p, 1)->boxed);
  assert_int_equal(cg_msgid_seconds(sent_call(p, 1)->packet_id), cg_unix(p->now));
  done(p);
}

/* 207 */
static void test_copy(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t original = next_id(p);
  for (int i = 0; i < 2; i++) {
    accept(p, 2,
           tl("iiliii", MT_ID_msg_copy, MT_ID_message, original, I(1), I(4), I(UPDATE)));
    if (i == 0) expect_event(p, CG_SESSION_UPDATE);
    expect_no_event(p);
  }
  done(p);
}

/* 208, 241: one end for the caller, and the server is told if it may know the call. */
static void test_drop(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  start(p, 1);
  assert_int_equal(cg_session_drop(p->s, 1), CG_OK);
  expect_failed(p, 1, CG_E_CANCELLED);
  assert_int_equal(pull(p), 0);
  uint64_t id = send_call(p, 2);
  assert_int_equal(cg_session_drop(p->s, 2), CG_OK);
  expect_failed(p, 2, CG_E_CANCELLED);
  pull(p);
  expect_body(must_find(p, MT_ID_rpc_drop_answer), tl("il", MT_ID_rpc_drop_answer, id));
  assert_int_equal(must_find(p, MT_ID_rpc_drop_answer)->seqno % 2, 0);
  uint64_t drop = must_find(p, MT_ID_rpc_drop_answer)->msg_id;
  accept(p, 1, result(id, 5));
  accept(p, 3, tl("ili", MT_ID_rpc_result, drop, MT_ID_rpc_answer_dropped_running));
  expect_no_event(p);
  assert_int_equal(cg_session_drop(p->s, 2), CG_E_STATE);
  assert_int_equal(cg_session_drop(p->s, 0), CG_E_STATE);
  done(p);
}

/* 210: a ping a minute; no pong, and nothing else, means that nobody is there. */
static void test_pings(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  for (int i = 0; i < 3; i++) {
    uint64_t due = cg_session_deadline(p->s);
    assert_true(due == p->now + 60 * CG_SECOND);
    p->now = due;
    assert_int_equal(cg_session_tick(p->s, p->now), CG_OK);
    pull(p);
    const sent_message *m = must_find(p, MT_ID_ping_delay_disconnect);
    uint64_t ping_id;
    uint32_t delay;
    memcpy(&ping_id, m->body.at + 4, 8);
    memcpy(&delay, m->body.at + 12, 4);
    assert_int_equal(delay, 75);
    assert_int_equal(m->seqno % 2, 0);
    assert_true(cg_session_deadline(p->s) == p->now + 15 * CG_SECOND);
    uint64_t id = m->msg_id;
    accept(p, 2, tl("ill", MT_ID_pong, id + 4, ping_id));
    accept(p, 2, tl("ill", MT_ID_pong, id, ping_id + 1));
    assert_true(cg_session_deadline(p->s) == p->now + 15 * CG_SECOND);
    accept(p, 2, tl("ill", MT_ID_pong, id, ping_id));
    assert_true(cg_session_deadline(p->s) == p->now + 60 * CG_SECOND);
  }
  p->now = cg_session_deadline(p->s);
  pull(p);
  p->now += 14 * CG_SECOND;
  accept(p, 2, tl("ill", MT_ID_pong, L(1), L(1))); /* somebody is there */
  p->now += CG_SECOND;
  assert_int_equal(cg_session_tick(p->s, p->now), CG_OK);
  p->now = cg_session_deadline(p->s);
  assert_int_equal(cg_session_tick(p->s, p->now), CG_E_CLOSED);
  assert_true(cg_session_deadline(p->s) == CG_NEVER);
  cg_session_reconnected(p->s, p->now);
  assert_true(cg_session_deadline(p->s) == p->now + 60 * CG_SECOND);
  assert_int_equal(cg_session_ping(p->s, 0), CG_OK);
  pull(p);
  assert_int_equal(must_find(p, MT_ID_ping)->body.len, 12);
  done(p);
}

/* 195; clients.md 10: either form of the answer, one event. */
static void test_destroy_key(void **state) {
  (void)state;
  const uint32_t answers[] = { MT_ID_destroy_auth_key_ok, MT_ID_destroy_auth_key_none,
                               MT_ID_destroy_auth_key_fail };
  for (int i = 0; i < 6; i++) {
    peer *p = new_client(SALT);
    assert_int_equal(cg_session_destroy_key(p->s), CG_OK);
    pull(p);
    uint64_t id = must_find(p, MT_ID_destroy_auth_key)->msg_id;
    cg_session_reconnected(p->s, p->now);
    pull(p);
    assert_int_equal(must_find(p, MT_ID_destroy_auth_key)->msg_id, id);
    accept(p, i % 2 ? 1 : 2,
           i % 2 ? result(id, answers[i / 2]) : tl("i", answers[i / 2]));
    expect_event(p, CG_SESSION_KEY_DESTROYED);
    assert_int_equal(p->event.value, 1 - i / 2);
    accept(p, i % 2 ? 2 : 3,
           i % 2 ? tl("i", answers[i / 2]) : result(id, answers[i / 2]));
    accept(p, 4, tl("il", MT_ID_destroy_session_ok, L(3)));
    expect_no_event(p);
    done(p);
  }
}

/* Service messages that are cut change nothing (20); longer ones are read (21). */
static void test_malformed_services(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  uint64_t id = send_call(p, 1);
  const uint32_t ids[] = { MT_ID_bad_msg_notification, MT_ID_bad_server_salt,
                           MT_ID_new_session_created,  MT_ID_pong,
                           MT_ID_future_salts,         MT_ID_msgs_ack,
                           MT_ID_msgs_state_info,      MT_ID_msgs_all_info,
                           MT_ID_msg_detailed_info,    MT_ID_msg_resend_req };
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
    expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2, tl("ii", ids[i], I(id)));
    accept(p, 2, container(0));
  }
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2,
                   tl("ilii", MT_ID_bad_server_salt, id, I(1), I(48)));
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2,
                   tl("iliil", MT_ID_bad_server_salt, id, I(1), I(16), L(5)));
  expect_discarded(p, CG_E_PROTOCOL, next_id(p), 2, bad_msg(id, 48));
  accept(p, 2,
         tl("iii"
            "li",
            MT_ID_msgs_ack, TL_ID_vector, I(1), id, I(0)));
  expect_event(p, CG_SESSION_ACKED);
  done(p);
}

/* A conversation with every n-th allocation failing: every call ends once, in the end. */
static long converse(long fail_after) {
  peer *p = new_client(SALT);
  uint64_t one = send_call(p, 1);
  cg_mem_fail_after(fail_after);
  cg_buf call = tl("ii", METHOD, I(2));
  int ended[3] = { 0 };
  bool started = call.err ? false : !cg_session_call(p->s, 2, cg_buf_view(&call));
  cg_buf_free(&call);
  uint64_t ids[3] = { next_id(p), next_id(p), next_id(p) };
  long asked = 0;
  for (int round = 0; round < 3; round++) {
    cg_buf packet = { 0 };
    while (!cg_session_pull(p->s, p->now, &packet) && packet.len) packet.len = 0;
    cg_buf_free(&packet);
    cg_buf b =
        container(2, ids[0], I(1), new_session(one, 9, 10), ids[1], I(3), result(one, 5));
    (void)receive(p, ids[2], 4, b);
    (void)receive(p, next_id(p), 0, bad_salt(one + 4, 5));
    while (cg_session_next(p->s, &p->event))
      if (p->event.kind == CG_SESSION_RESULT) ended[p->event.tag]++;
    if (round == 1) asked = cg_mem_fail_after(-1);
  }
  assert_int_equal(ended[1], 1);
  if (started) assert_int_equal(cg_session_drop(p->s, 2), CG_OK);
  cg_session_reconnected(p->s, p->now);
  done(p);
  return asked;
}

static void test_out_of_memory(void **state) {
  (void)state;
  long total = converse(-1);
  assert_true(total > 10);
  for (long i = 0; i < total; i++) converse(i);
}

/* 7: no randomness, no session. */
static void test_no_randomness(void **state) {
  (void)state;
  peer *p = new_client(SALT);
  p->rng.left = 0;
  cg_session *s = NULL;
  const cg_session_options o = { .role = CG_CLIENT, .key = &p->key, .rng = &p->rng.rng };
  assert_int_equal(cg_session_new(&s, &o, p->now), CG_E_RANDOM);
  assert_null(s);
  assert_int_equal(cg_session_ping(p->s, 0), CG_E_RANDOM);
  p->rng.left = -1;
  done(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_numbers_what_it_sends),
    cmocka_unit_test(test_absurd_offsets),
    cmocka_unit_test(test_given_session_id),
    cmocka_unit_test(test_call_bodies),
    cmocka_unit_test(test_packets),
    cmocka_unit_test(test_parity),
    cmocka_unit_test(test_other_session),
    cmocka_unit_test(test_window),
    cmocka_unit_test(test_unknown_time),
    cmocka_unit_test(test_server_ahead),
    cmocka_unit_test(test_duplicates),
    cmocka_unit_test(test_duplicates_in_containers),
    cmocka_unit_test(test_too_old),
    cmocka_unit_test(test_too_many_discards),
    cmocka_unit_test(test_new_store),
    cmocka_unit_test(test_broken_containers),
    cmocka_unit_test(test_results),
    cmocka_unit_test(test_kinds_of_results),
    cmocka_unit_test(test_answer_before_call),
    cmocka_unit_test(test_updates),
    cmocka_unit_test(test_acks),
    cmocka_unit_test(test_acked),
    cmocka_unit_test(test_reconnected),
    cmocka_unit_test(test_old_call),
    cmocka_unit_test(test_copy),
    cmocka_unit_test(test_drop),
    cmocka_unit_test(test_pings),
    cmocka_unit_test(test_destroy_key),
    cmocka_unit_test(test_malformed_services),
    cmocka_unit_test(test_out_of_memory),
    cmocka_unit_test(test_no_randomness),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
