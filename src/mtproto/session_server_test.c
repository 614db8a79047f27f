/* SPDX-License-Identifier: MIT */
/* session_server_test.c - a server's session against a client played by hand. */
#include "session_test.h"

/* ---- the first message; calls ---------------------------------------------- */

/* 190: new_session_created comes before the first answer and names the first message. */
static void test_announces_itself(void **state) {
  (void)state;
  peer *p = new_server();
  uint64_t id = take_call(p, 1);
  reply(p, id, tl("i", TL_ID_boolTrue));
  assert_int_equal(pull(p), 2);
  cg_reader r;
  cg_reader_init(&r, p->sent[0].body.at, p->sent[0].body.len);
  assert_int_equal(cg_reader_u32(&r), MT_ID_new_session_created);
  assert_int_equal(cg_reader_u64(&r), id);
  assert_int_not_equal(cg_reader_u64(&r), 0);
  assert_int_equal(cg_reader_u64(&r), p->salt);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  assert_int_equal(p->sent[0].seqno % 2, 1);
  assert_int_equal(p->sent[0].msg_id % 4, 3);
  id = take_call(p, 3);
  reply(p, id, tl("i", TL_ID_boolTrue));
  assert_int_equal(pull(p), 1);
  done(p);
}

/* In a container the first message is the lowest one in it, not the container. */
static void test_announces_lowest(void **state) {
  (void)state;
  peer *p = new_server();
  uint64_t a = next_id(p), b = next_id(p);
  accept(p, 4, container(2, b, I(3), call(3), a, I(1), call(1)));
  pull(p);
  const sent_message *m = must_find(p, MT_ID_new_session_created);
  uint64_t first;
  memcpy(&first, m->body.at + 4, 8);
  assert_int_equal(first, a);
  done(p);
}

/* 169-171: ids and seqnos of what a server sends. */
static void test_numbers_what_it_sends(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1);
  reply(p, id, tl("i", TL_ID_boolTrue));
  accept(p, 2, tl("il", MT_ID_ping, L(2)));
  cg_buf update = tl("i", UPDATE);
  assert_int_equal(cg_session_push(p->s, cg_buf_view(&update), p->now), CG_OK);
  cg_buf_free(&update);
  assert_int_equal(pull(p), 3);
  assert_int_equal(p->packets, 1);
  expect_body(&p->sent[0], tl("ili", MT_ID_rpc_result, id, TL_ID_boolTrue));
  const uint32_t seqnos[] = { 3, 4, 5 }; /* new_session_created was 1 */
  const unsigned low[] = { 1, 1, 3 };
  for (int i = 0; i < 3; i++) {
    assert_int_equal(p->sent[i].seqno, seqnos[i]);
    assert_int_equal(p->sent[i].msg_id % 4, low[i]);
    if (i) assert_true(p->sent[i].msg_id > p->sent[i - 1].msg_id);
    assert_int_equal(p->sent[i].salt, p->salt);
  }
  assert_int_equal(p->sent[0].packet_id % 4, 1);
  assert_int_equal(p->sent[0].packet_seqno, 6);
  done(p);
}

/* 145: sessions are not mixed. */
static void test_other_session(void **state) {
  (void)state;
  peer *p = new_server();
  cg_buf body = call(1);
  cg_message m = { p->salt, SESSION_ID + 1, next_id(p), 1, cg_buf_view(&body) };
  assert_int_equal(cg_session_receive(p->s, &m, p->now), CG_E_PROTOCOL);
  cg_buf_free(&body);
  assert_int_equal(pull(p), 0);
  expect_no_event(p);
  done(p);
}

/* 200: the same msg_id again runs nothing: it waits, or gets the same answer again. */
static void test_runs_once(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1);
  assert_int_equal(receive(p, id, 1, call(1)), CG_OK);
  expect_no_event(p);
  reply(p, id, tl("i", TL_ID_boolTrue));
  assert_int_equal(pull(p), 1);
  uint64_t answer = p->sent[0].msg_id;
  uint32_t seqno = p->sent[0].seqno;
  for (int i = 0; i < 3; i++) {
    p->now += 100 * CG_SECOND;
    assert_int_equal(receive(p, id, 1, call(1)), CG_OK);
    expect_no_event(p);
    assert_int_equal(pull(p), 1);
    assert_int_equal(p->sent[0].msg_id, answer); /* 175 */
    assert_int_equal(p->sent[0].seqno, seqno);
    expect_body(&p->sent[0], tl("ili", MT_ID_rpc_result, id, TL_ID_boolTrue));
  }
  done(p);
}

/* In a container with something new, too; 219: the others are not held up. */
static void test_runs_once_in_containers(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1), other = next_id(p);
  accept(p, 4, container(2, id, I(1), call(1), other, I(3), call(3)));
  expect_event(p, CG_SESSION_CALL);
  assert_int_equal(p->event.msg_id, other);
  expect_no_event(p);
  /* 220: twice in one container */
  uint64_t twice = next_id(p);
  accept(p, 6, container(2, twice, I(5), call(5), twice, I(5), call(5)));
  expect_event(p, CG_SESSION_CALL);
  expect_no_event(p);
  done(p);
}

/* Once acked, the answer is gone; the call is still known to have run. */
static void test_acked_answer(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1);
  reply(p, id, tl("i", TL_ID_boolTrue));
  pull(p);
  uint64_t answer = p->sent[0].msg_id;
  accept(p, 2, id_list(MT_ID_msgs_ack, 2, answer, L(12345)));
  cg_session_reconnected(p->s, p->now);
  pull(p);
  assert_null(find(p, MT_ID_rpc_result));
  assert_int_equal(receive(p, id, 1, call(1)), CG_OK);
  expect_no_event(p);
  assert_int_equal(pull(p), 1);
  expect_body(&p->sent[0],
              tl("iliis", MT_ID_rpc_result, id, MT_ID_rpc_error, I(400), "ANSWER_LOST"));
  done(p);
}

static void test_wrong_replies(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1);
  cg_buf yes = tl("i", TL_ID_boolTrue);
  assert_int_equal(cg_session_reply(p->s, id + 4, cg_buf_view(&yes), p->now), CG_E_STATE);
  assert_int_equal(cg_session_reply(p->s, id, (cg_bytes){ yes.at, 3 }, p->now),
                   CG_E_USAGE);
  assert_int_equal(cg_session_reply(p->s, id, (cg_bytes){ yes.at, 16 << 20 }, p->now),
                   CG_E_LIMIT);
  assert_int_equal(cg_session_reply(p->s, id, cg_buf_view(&yes), p->now), CG_OK);
  assert_int_equal(cg_session_reply(p->s, id, cg_buf_view(&yes), p->now), CG_E_STATE);
  cg_buf_free(&yes);
  done(p);
}

/* 199: what was not acked goes out again on a new connection, as it was. */
static void test_reconnected(void **state) {
  (void)state;
  peer *p = new_server();
  uint64_t id = take_call(p, 1);
  reply(p, id, tl("i", TL_ID_boolTrue));
  assert_int_equal(pull(p), 2);
  uint64_t ids[2] = { p->sent[0].msg_id, p->sent[1].msg_id };
  for (int i = 0; i < 2; i++) {
    p->now += 400 * CG_SECOND;
    cg_session_reconnected(p->s, p->now);
    assert_int_equal(pull(p), 2);
    for (int k = 0; k < 2; k++) assert_int_equal(p->sent[k].msg_id, ids[k]);
  }
  accept(p, 2, id_list(MT_ID_msgs_ack, 1, ids[0]));
  cg_session_reconnected(p->s, p->now);
  assert_int_equal(pull(p), 1);
  assert_int_equal(p->sent[0].msg_id, ids[1]);
  assert_true(p->sent[0].boxed); /* too old to go alone: 149 on the other side */
  assert_int_equal(cg_msgid_seconds(p->sent[0].packet_id), cg_unix(p->now));
  done(p);
}

/* ---- packed and copied messages -------------------------------------------- */

static void test_gzip(void **state) {
  (void)state;
  peer *p = used_server();
  accept(p, 1, packed(call(1)));
  expect_event(p, CG_SESSION_CALL);
  assert_int_equal(p->event.body.len, 2 * CG_GZIP_MIN);
  uint32_t head[2] = { METHOD, 1 };
  assert_memory_equal(p->event.body.at, head, 8);
  /* 216: twice, or around a container */
  cg_buf twice = packed(packed(call(3)));
  assert_int_equal(receive(p, next_id(p), 3, twice), CG_E_PROTOCOL);
  uint64_t inner = next_id(p);
  assert_int_equal(receive(p, next_id(p), 3, packed(container(1, inner, I(3), call(3)))),
                   CG_E_PROTOCOL);
  assert_int_equal(receive(p, next_id(p), 3, tl("is", MT_ID_gzip_packed, "no gzip")),
                   CG_E_PROTOCOL);
  expect_no_event(p);
  done(p);
}

/* Large answers go out packed inside rpc_result, noise does not (178). */
static void test_gzip_out(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1);
  cg_buf result = tl("i", UPDATE);
  while (result.len < 4096) cg_buf_u32(&result, 7);
  reply(p, id, result);
  assert_int_equal(pull(p), 1);
  cg_reader r;
  cg_reader_init(&r, p->sent[0].body.at, p->sent[0].body.len);
  assert_int_equal(cg_reader_u32(&r), MT_ID_rpc_result);
  assert_int_equal(cg_reader_u64(&r), id);
  assert_int_equal(cg_reader_u32(&r), MT_ID_gzip_packed);
  cg_buf plain = { 0 };
  assert_int_equal(cg_gunzip(cg_reader_str(&r), &plain), CG_OK);
  assert_int_equal(plain.len, 4096);
  cg_buf_free(&plain);
  done(p);
}

/* 207: the original counts, once. */
static void test_copy(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t original = next_id(p);
  for (int i = 0; i < 2; i++) {
    accept(p, 2,
           tl("iiliiii", MT_ID_msg_copy, MT_ID_message, original, I(1), I(8), I(METHOD),
              I(1)));
    if (i == 0) expect_event(p, CG_SESSION_CALL);
    if (i == 0) assert_int_equal(p->event.msg_id, original);
    expect_no_event(p);
  }
  uint64_t id = next_id(p);
  assert_int_equal(
      receive(p, id, 2,
              tl("iiliii", MT_ID_msg_copy, MT_ID_message, id, I(3), I(4), I(METHOD))),
      CG_E_PROTOCOL); /* not older than its copy */
  id = next_id(p);
  assert_int_equal(receive(p, next_id(p), 2,
                           tl("iiliiii", MT_ID_msg_copy, MT_ID_message, id, I(0), I(8),
                              MT_ID_msg_container, I(0))),
                   CG_E_PROTOCOL);
  done(p);
}

/* ---- service requests ------------------------------------------------------ */

/* 211 */
static void test_pings(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = accept(p, 0, tl("il", MT_ID_ping, L(77)));
  assert_int_equal(pull(p), 1);
  expect_body(&p->sent[0], tl("ill", MT_ID_pong, id, L(77)));
  assert_int_equal(receive(p, id, 0, tl("il", MT_ID_ping, L(77))), CG_E_REPLAY);
  assert_int_equal(pull(p), 0);
  const int64_t delays[] = { 75, 0, -5 };
  for (int i = 0; i < 3; i++) {
    id = accept(p, 0, tl("ili", MT_ID_ping_delay_disconnect, L(78), I(delays[i])));
    expect_event(p, CG_SESSION_DISCONNECT_IN);
    assert_int_equal(p->event.value, delays[i] > 0 ? delays[i] : 0);
    assert_int_equal(pull(p), 1);
    expect_body(&p->sent[0], tl("ill", MT_ID_pong, id, L(78)));
  }
  done(p);
}

/* 184: at most 64, without holes, each still good for half an hour behind the next. */
static void test_future_salts(void **state) {
  (void)state;
  peer *p = used_server();
  const struct {
    uint32_t asked, given;
  } cases[] = {
    { 1, 1 }, { 64, 64 }, { 65, 64 }, { 0, 1 }, { I(-1), 1 }, { 1u << 30, 64 }
  };
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    uint64_t id = accept(p, 0, tl("ii", MT_ID_get_future_salts, cases[c].asked));
    assert_int_equal(pull(p), 1);
    cg_reader r;
    cg_reader_init(&r, p->sent[0].body.at, p->sent[0].body.len);
    assert_int_equal(cg_reader_u32(&r), MT_ID_future_salts);
    assert_int_equal(cg_reader_u64(&r), id);
    assert_int_equal(cg_reader_u32(&r), cg_unix(p->now));
    assert_int_equal(cg_reader_u32(&r), cases[c].given);
    for (uint32_t i = 0; i < cases[c].given; i++) {
      int64_t since = cg_unix(p->now) - 800 + 1800 * (int64_t)i;
      assert_int_equal(cg_reader_u32(&r), since);
      assert_int_equal(cg_reader_u32(&r), since + 3600);
      assert_int_equal(cg_reader_u64(&r), salt_at(NULL, 0x1d, since));
    }
    assert_int_equal(cg_reader_end(&r), CG_OK);
  }
  done(p);
}

/* 202: one byte for each, and what it says is true. */
static void test_states(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t missing = next_id(p), running = take_call(p, 1), answered = take_call(p, 3);
  reply(p, answered, tl("i", TL_ID_boolTrue));
  uint64_t ping = accept(p, 4, tl("il", MT_ID_ping, L(1)));
  pull(p);
  uint64_t req = accept(p, 4,
                        id_list(MT_ID_msgs_state_req, 5, ping, missing, running, answered,
                                id_after(p, 20)));
  assert_int_equal(pull(p), 1);
  expect_body(&p->sent[0],
              tl("ilii", MT_ID_msgs_state_info, req,
                 I(5 | 4 << 8 | 2 << 16 | (4 | 32) << 24), I((4 | 32 | 64) | 3 << 8)));
  for (int i = 0; i < CG_REPLAY_MAX; i++) {
    accept(p, 4, tl("il", MT_ID_ping, L(1)));
    pull(p);
  }
  req = accept(p, 4, id_list(MT_ID_msgs_state_req, 1, missing));
  pull(p);
  expect_body(must_find(p, MT_ID_msgs_state_info),
              tl("ili", MT_ID_msgs_state_info, req, I(1 | 1 << 8)));
  assert_int_equal(receive(p, next_id(p), 4, id_list(MT_ID_msgs_state_req, 0)), CG_OK);
  cg_buf many = tl("iii", MT_ID_msgs_state_req, TL_ID_vector, I(8193));
  for (int i = 0; i < 8193; i++) cg_buf_u64(&many, 4);
  assert_int_equal(receive(p, next_id(p), 4, many), CG_E_PROTOCOL);
  done(p);
}

/* 204 */
static void test_resend_requests(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1);
  reply(p, id, tl("i", TL_ID_boolTrue));
  pull(p);
  uint64_t answer = p->sent[0].msg_id;
  accept(p, 2, id_list(MT_ID_msg_resend_req, 1, answer));
  assert_int_equal(pull(p), 1);
  assert_int_equal(p->sent[0].msg_id, answer);
  uint64_t req = accept(p, 2, id_list(MT_ID_msg_resend_req, 2, answer, answer + 4));
  assert_int_equal(pull(p), 2);
  assert_int_equal(must_find(p, MT_ID_rpc_result)->msg_id, answer);
  expect_body(must_find(p, MT_ID_msgs_state_info),
              tl("ili", MT_ID_msgs_state_info, req, I(2 | 4 << 8 | 3 << 16)));
  accept(p, 2, id_list(MT_ID_msg_resend_ans_req, 2, id, id + 4));
  assert_int_equal(pull(p), 1);
  assert_int_equal(p->sent[0].msg_id, answer);
  done(p);
}

/* 208, 209: unknown, while it runs, and once it is answered. */
static void test_drops(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1);
  uint64_t drop = accept(p, 2, tl("il", MT_ID_rpc_drop_answer, id + 4));
  assert_int_equal(pull(p), 2); /* and an ack of the call */
  expect_body(must_find(p, MT_ID_rpc_result),
              tl("ili", MT_ID_rpc_result, drop, MT_ID_rpc_answer_unknown));
  for (int i = 0; i < 2; i++) {
    drop = accept(p, 2, tl("il", MT_ID_rpc_drop_answer, id));
    if (i == 0) expect_event(p, CG_SESSION_DROPPED);
    if (i == 0) assert_int_equal(p->event.msg_id, id);
    expect_no_event(p);
    assert_int_equal(pull(p), 1);
    expect_body(&p->sent[0],
                tl("ili", MT_ID_rpc_result, drop, MT_ID_rpc_answer_dropped_running));
  }
  reply(p, id, tl("i", TL_ID_boolTrue));
  assert_int_equal(pull(p), 0); /* nobody waits for it */
  id = take_call(p, 3);
  reply(p, id, tl("i", TL_ID_boolTrue));
  pull(p);
  uint64_t answer = p->sent[0].msg_id;
  uint32_t seqno = p->sent[0].seqno;
  drop = accept(p, 4, tl("il", MT_ID_rpc_drop_answer, id));
  assert_int_equal(pull(p), 1);
  expect_body(&p->sent[0], tl("ililii", MT_ID_rpc_result, drop, MT_ID_rpc_answer_dropped,
                              answer, seqno, I(16)));
  drop = accept(p, 4, tl("il", MT_ID_rpc_drop_answer, id));
  pull(p);
  expect_body(&p->sent[0], tl("ili", MT_ID_rpc_result, drop, MT_ID_rpc_answer_unknown));
  done(p);
}

/* 192, 193 */
static void test_destroy_session(void **state) {
  (void)state;
  peer *p = used_server();
  accept(p, 0, tl("il", MT_ID_destroy_session, L(SESSION_ID)));
  expect_no_event(p);
  assert_int_equal(pull(p), 0);
  for (int ok = 0; ok < 2; ok++) {
    uint64_t id = accept(p, 0, tl("il", MT_ID_destroy_session, L(99)));
    expect_event(p, CG_SESSION_DESTROY_SESSION);
    assert_int_equal(p->event.value, 99);
    assert_int_equal(cg_session_destroyed(p->s, id, 99, ok, p->now), CG_OK);
    assert_int_equal(pull(p), 1);
    expect_body(
        &p->sent[0],
        tl("il", ok ? MT_ID_destroy_session_ok : MT_ID_destroy_session_none, L(99)));
  }
  done(p);
}

/* 195; clients.md 10: bare, and in rpc_result. */
static void test_destroy_key(void **state) {
  (void)state;
  for (uint32_t odd = 0; odd < 2; odd++) {
    peer *p = used_server();
    uint64_t id = accept(p, odd, tl("i", MT_ID_destroy_auth_key));
    expect_event(p, CG_SESSION_DESTROY_KEY);
    assert_int_equal(p->event.msg_id, id);
    assert_int_equal(receive(p, id, odd, tl("i", MT_ID_destroy_auth_key)), CG_OK);
    expect_no_event(p); /* once */
    pull(p);
    assert_int_equal(cg_session_key_destroyed(p->s, id, odd, p->now), CG_OK);
    assert_int_equal(pull(p), 2);
    uint32_t want = odd ? MT_ID_destroy_auth_key_ok : MT_ID_destroy_auth_key_fail;
    expect_body(&p->sent[0], tl("i", want));
    expect_body(&p->sent[1], tl("ili", MT_ID_rpc_result, id, want));
    assert_int_equal(cg_session_key_destroyed(p->s, id, odd, p->now), CG_E_STATE);
    done(p);
  }
}

/* 58: on TCP nobody waits for anything; what clients report needs no answer. */
static void test_ignored(void **state) {
  (void)state;
  peer *p = used_server();
  accept(p, 0, tl("iiii", MT_ID_http_wait, I(1), I(2), I(3)));
  accept(p, 0, tl("ils", MT_ID_msgs_state_info, L(1), "x"));
  accept(p, 0, tl("ilii", MT_ID_bad_msg_notification, L(1), I(0), I(16)));
  assert_int_equal(pull(p), 0);
  expect_no_event(p);
  done(p);
}

/* ---- acks, bounds, memory -------------------------------------------------- */

/* A call that takes its time is acked by itself; one that is answered needs no ack. */
static void test_acks(void **state) {
  (void)state;
  peer *p = used_server();
  assert_true(cg_session_deadline(p->s) == CG_NEVER);
  uint64_t id = take_call(p, 1);
  assert_int_equal(pull(p), 0);
  uint64_t due = cg_session_deadline(p->s);
  assert_true(due > p->now && due <= p->now + 60 * CG_SECOND);
  p->now = due;
  assert_int_equal(cg_session_tick(p->s, p->now), CG_OK);
  assert_int_equal(pull(p), 1);
  expect_body(&p->sent[0], id_list(MT_ID_msgs_ack, 1, id));
  assert_int_equal(p->sent[0].seqno % 2, 0);
  assert_true(cg_session_deadline(p->s) == CG_NEVER);
  id = take_call(p, 3);
  reply(p, id, tl("i", TL_ID_boolTrue));
  assert_int_equal(pull(p), 1);
  assert_true(cg_session_deadline(p->s) == CG_NEVER);
  done(p);
}

/* Answers that nobody acks are not kept without end; the newest is. */
static void test_stored_bounds(void **state) {
  (void)state;
  peer *p = used_server();
  uint8_t noise[100000];
  test_rng_fill(&p->rng, noise, sizeof noise);
  uint64_t first = 0, last = 0;
  for (uint32_t i = 0; i < 20; i++) {
    last = take_call(p, 2 * i + 1);
    if (!first) first = last;
    noise[0] = (uint8_t)i;
    assert_int_equal(
        cg_session_reply(p->s, last, (cg_bytes){ noise, sizeof noise }, p->now), CG_OK);
    pull(p);
  }
  cg_session_reconnected(p->s, p->now);
  pull(p);
  assert_in_range(p->count, 5, 11);
  assert_int_equal(receive(p, first, 1, call(1)), CG_OK);
  expect_no_event(p);
  assert_int_equal(pull(p), 1);
  assert_true(p->sent[0].body.len < 100);
  assert_int_equal(receive(p, last, 1, call(1)), CG_OK);
  pull(p);
  assert_true(p->sent[0].body.len >= sizeof noise);
  cg_bytes update = { noise, sizeof noise };
  cg_err err = CG_OK;
  for (int i = 0; i < 12 && !err; i++) err = cg_session_push(p->s, update, p->now);
  assert_int_equal(err, CG_E_LIMIT);
  done(p);
}

/* An answer that is on its way out again does not give way to others. */
static void test_trim_spares_the_queue(void **state) {
  (void)state;
  peer *p = used_server();
  uint8_t noise[100000];
  test_rng_fill(&p->rng, noise, sizeof noise);
  uint64_t ids[11];
  for (uint32_t i = 0; i < 11; i++) {
    ids[i] = take_call(p, 2 * i + 1);
    assert_int_equal(
        cg_session_reply(p->s, ids[i], (cg_bytes){ noise, sizeof noise }, p->now), CG_OK);
    if (i < 10) pull(p);
  }
  assert_int_equal(receive(p, ids[0], 1, call(1)), CG_OK);
  assert_int_equal(pull(p), 2);
  done(p);
}

static void test_running_bound(void **state) {
  (void)state;
  peer *p = used_server();
  for (uint32_t i = 0; i < 1024; i++) take_call(p, 2 * i + 1);
  uint64_t id = accept(p, 2049, call(1));
  expect_no_event(p);
  pull(p);
  expect_body(must_find(p, MT_ID_rpc_result),
              tl("iliis", MT_ID_rpc_result, id, MT_ID_rpc_error, I(420), "FLOOD_WAIT_1"));
  done(p);
}

/* Packets stay small when there is much to say; each message goes once. */
static void test_packets(void **state) {
  (void)state;
  peer *p = used_server();
  uint8_t noise[20000];
  test_rng_fill(&p->rng, noise, sizeof noise);
  for (int i = 0; i < 5; i++)
    assert_int_equal(cg_session_push(p->s, (cg_bytes){ noise, sizeof noise }, p->now),
                     CG_OK);
  assert_int_equal(pull(p), 5);
  assert_int_equal(p->packets, 5);
  for (int i = 0; i < 200; i++)
    assert_int_equal(cg_session_push(p->s, (cg_bytes){ noise, 100 }, p->now), CG_OK);
  assert_int_equal(pull(p), 200);
  assert_int_equal(p->packets, 1);
  done(p);
}

/* One conversation with every n-th allocation failing: whatever fails, a call that was
 * reported is not reported again, and after a while everything is answered. */
static int converse(long fail_after) {
  peer *p = new_server();
  cg_mem_fail_after(fail_after);
  uint64_t a = next_id(p), b = next_id(p), c = next_id(p), outer = next_id(p);
  int reported = 0, asked = 0;
  bool answered[3] = { false };
  for (int round = 0; round < 8 && (round < 2 || !answered[2]); round++) {
    cg_buf bodies[2] = { { 0 }, { 0 } };
    long left = cg_mem_fail_after(-1);
    asked += (int)left;
    bodies[0] = container(2, a, I(1), call(1), b, I(3), tl("il", MT_ID_ping, L(5)));
    bodies[1] = packed(call(3));
    if (round == 0) cg_mem_fail_after(fail_after);
    (void)receive(p, outer, 4, bodies[0]);
    (void)receive(p, c, 5, bodies[1]);
    while (cg_session_next(p->s, &p->event)) {
      uint64_t id = p->event.msg_id;
      assert_int_equal(p->event.kind, CG_SESSION_CALL);
      reported++;
      cg_buf yes = { 0 };
      uint8_t raw[4] = { 0xb5, 0x75, 0x72, 0x99 };
      cg_err err = cg_session_reply(p->s, id, (cg_bytes){ raw, 4 }, p->now);
      if (err) {
        asked += (int)cg_mem_fail_after(-1);
        assert_int_equal(cg_session_reply(p->s, id, (cg_bytes){ raw, 4 }, p->now), CG_OK);
      }
      cg_buf_free(&yes);
      answered[id == c ? 2 : 0] = true;
    }
    cg_buf packet = { 0 };
    while (!cg_session_pull(p->s, p->now, &packet) && packet.len) packet.len = 0;
    cg_buf_free(&packet);
  }
  asked += (int)cg_mem_fail_after(-1);
  assert_int_equal(reported, 2);
  done(p);
  return asked;
}

static void test_out_of_memory(void **state) {
  (void)state;
  long total = converse(-1);
  assert_true(total > 10);
  for (long i = 0; i < total; i++) converse(i);
}

/* 7: without randomness nothing goes out, and nothing is lost. */
static void test_no_randomness(void **state) {
  (void)state;
  peer *p = used_server();
  uint64_t id = take_call(p, 1);
  reply(p, id, tl("i", TL_ID_boolTrue));
  p->rng.left = 0;
  cg_buf packet = { 0 };
  assert_int_equal(cg_session_pull(p->s, p->now, &packet), CG_E_RANDOM);
  assert_int_equal(packet.len, 0);
  p->rng.left = -1;
  cg_buf_free(&packet);
  assert_int_equal(pull(p), 1);
  must_find(p, MT_ID_rpc_result);
  done(p);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_announces_itself),
    cmocka_unit_test(test_announces_lowest),
    cmocka_unit_test(test_numbers_what_it_sends),
    cmocka_unit_test(test_other_session),
    cmocka_unit_test(test_runs_once),
    cmocka_unit_test(test_runs_once_in_containers),
    cmocka_unit_test(test_acked_answer),
    cmocka_unit_test(test_wrong_replies),
    cmocka_unit_test(test_reconnected),
    cmocka_unit_test(test_gzip),
    cmocka_unit_test(test_gzip_out),
    cmocka_unit_test(test_copy),
    cmocka_unit_test(test_pings),
    cmocka_unit_test(test_future_salts),
    cmocka_unit_test(test_states),
    cmocka_unit_test(test_resend_requests),
    cmocka_unit_test(test_drops),
    cmocka_unit_test(test_destroy_session),
    cmocka_unit_test(test_destroy_key),
    cmocka_unit_test(test_ignored),
    cmocka_unit_test(test_acks),
    cmocka_unit_test(test_stored_bounds),
    cmocka_unit_test(test_trim_spares_the_queue),
    cmocka_unit_test(test_running_bound),
    cmocka_unit_test(test_packets),
    cmocka_unit_test(test_out_of_memory),
    cmocka_unit_test(test_no_randomness),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
