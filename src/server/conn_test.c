/* SPDX-License-Identifier: MIT */
/*
 * conn_test.c - connections and their limits, sessions that move, a store that fails,
 * keys that end.
 */
#include "login_test.h"

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, false);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

static cg_told call_simple(cg_tester *c, uint32_t id) {
  cg_buf b = { 0 };
  cg_arena_reset(c->arena);
  if (!c->inited) cg_tester_put_init(c, &b);
  c->inited = true;
  cg_buf_u32(&b, id);
  cg_told told = cg_tester_call_raw(c, cg_buf_view(&b));
  cg_buf_free(&b);
  return told;
}

static void an_unknown_key_is_told_so(void **state) {
  (void)state;
  cg_tester *c = start();
  c->key.id ^= 1;
  assert_string_equal(call_simple(c, TL_ID_help_getConfig).error, "no answer");
  assert_int_equal(c->transport_error, -404);
}

static void a_tampered_packet_closes_the_connection(void **state) {
  (void)state;
  cg_tester *c = start();
  c->key.key[100] ^= 1;
  assert_string_equal(call_simple(c, TL_ID_help_getConfig).error, "no answer");
  assert_true(c->closed);
}

static void a_connection_takes_several_keys_but_not_many(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  for (int i = 1; i < 16; i++) {
    uint64_t before = c->key.id;
    assert_true(cg_tester_new_key(c));
    assert_true(c->key.id != before);
    is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  }
  assert_false(cg_tester_new_key(c));
  assert_int_equal(c->transport_error, -429);
  assert_true(c->closed);
}

static void a_session_moves_between_connections(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  c->renewed = false;
  cg_tester_reconnect(c, false);
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  assert_false(c->renewed); /* the server still knew the session */
  cg_tester_reconnect(c, true);
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
}

/* What the client has to send next, as it goes over the wire and as a packet. */
static void pull_packet(cg_tester *c, cg_buf *packet, cg_buf *wire) {
  assert_int_equal(cg_session_pull(c->session, H.now_us, packet), CG_OK);
  assert_int_equal(cg_framing_send(c->framing, cg_buf_view(packet), wire), CG_OK);
}

/* Somebody who has seen a packet of c sends it on a connection of his own. */
static uint64_t repeat_packet(const cg_buf *packet, uint64_t conn) {
  cg_framing *framing;
  cg_buf wire = { 0 };
  assert_int_equal(cg_server_accept(H.server, conn, "127.0.0.1", H.now_us), CG_OK);
  assert_int_equal(cg_framing_client(&framing, CG_FRAMING_INTERMEDIATE, true, 2,
                                     &H.client_rng.rng),
                   CG_OK);
  assert_int_equal(cg_framing_send(framing, cg_buf_view(packet), &wire), CG_OK);
  cg_server_feed(H.server, conn, cg_buf_view(&wire), H.now_us);
  cg_harness_pump(&H);
  cg_framing_free(framing);
  cg_buf_free(&wire);
  return conn;
}

static cg_link *only_link(const cg_tester *c) {
  cg_peer *p = cg_peer_find(H.server, c->key.id);
  assert_int_equal(p->link_count, 1);
  return p->links;
}

/* A call and a ping, over and done with, come again on another connection. */
static void a_repeated_packet_moves_no_session(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  for (int i = 0; i < 2; i++) {
    cg_buf packet = { 0 }, wire = { 0 };
    tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
    uint64_t tag = i ? 0 : cg_tester_queue(c, &q.o);
    if (i) assert_int_equal(cg_session_ping(c->session, 0), CG_OK);
    pull_packet(c, &packet, &wire);
    cg_server_feed(H.server, c->conn, cg_buf_view(&wire), H.now_us);
    cg_harness_pump(&H);
    if (!i) is_object(cg_tester_take(c, tag), TL_ID_nearestDc);
    cg_harness_advance(&H, 35); /* its answer is acked by now */
    uint64_t heard = only_link(c)->heard_us;
    for (uint64_t n = 0; n < 2; n++) {
      repeat_packet(&packet, 700 + 10 * (uint64_t)i + n);
      assert_true(only_link(c)->conn && only_link(c)->conn->id == c->conn);
      assert_true(only_link(c)->heard_us == heard);
    }
    cg_buf_free(&packet);
    cg_buf_free(&wire);
  }
}

/* A session that was never taken is not kept; that it was refused is told. */
static void a_refused_packet_begins_no_session(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  cg_link *link = only_link(c);
  cg_buf packet = { 0 }, wire = { 0 };
  call_simple(c, TL_ID_help_getConfig);
  cg_tester_reconnect(c, true);
  cg_tester_disconnect(c);
  tl_help_getConfig q = { TL_INIT(help_getConfig) };
  cg_tester_queue(c, &q.o);
  pull_packet(c, &packet, &wire);
  H.now_us += 301 * CG_SECOND; /* too old to be believed */
  repeat_packet(&packet, 800);
  assert_ptr_equal(only_link(c), link);
  assert_false(cg_conn_find(H.server, 800)->closing);
  cg_buf_free(&packet);
  cg_buf_free(&wire);
}

/* A client that comes from elsewhere with what is too old is told so there, and goes on. */
static void a_refusal_goes_where_the_packet_came_from(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  cg_tester *again = cg_tester_new(&H); /* the same session from another machine */
  is_object(call_simple(again, TL_ID_help_getConfig), TL_ID_config);
  again->key = c->key;
  cg_session_free(again->session);
  again->session = c->session;
  c->session = NULL;
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  uint64_t tag = cg_tester_queue(again, &q.o);
  cg_buf packet = { 0 }, wire = { 0 };
  pull_packet(again, &packet, &wire);
  H.now_us += 400 * CG_SECOND;
  cg_server_feed(H.server, again->conn, cg_buf_view(&wire), H.now_us);
  assert_true(only_link(c)->conn->id == c->conn);
  cg_harness_pump(&H);
  is_object(cg_tester_take(again, tag), TL_ID_nearestDc);
  assert_true(only_link(c)->conn->id == again->conn);
  cg_buf_free(&packet);
  cg_buf_free(&wire);
}

static void a_silent_connection_is_closed(void **state) {
  (void)state;
  cg_harness_open(&H);
  assert_int_equal(cg_server_accept(H.server, 900, "127.0.0.1", H.now_us), CG_OK);
  assert_true(cg_server_deadline(H.server) <= H.now_us + 10 * CG_SECOND);
  cg_harness_advance(&H, 9);
  assert_non_null(cg_conn_find(H.server, 900));
  cg_harness_advance(&H, 1);
  assert_null(cg_conn_find(H.server, 900));
}

static void connections_are_limited(void **state) {
  (void)state;
  cg_harness_set(&H, "max_connections=2");
  cg_harness_open(&H);
  assert_int_equal(cg_server_accept(H.server, 1, "127.0.0.1", H.now_us), CG_OK);
  assert_int_equal(cg_server_accept(H.server, 2, "::1", H.now_us), CG_OK);
  assert_int_equal(cg_server_accept(H.server, 3, "127.0.0.1", H.now_us), CG_E_LIMIT);
  cg_server_gone(H.server, 1);
  assert_int_equal(cg_server_accept(H.server, 3, "127.0.0.1", H.now_us), CG_OK);
}

static void the_test_profile_serves_this_machine_only(void **state) {
  (void)state;
  cg_harness_open(&H);
  assert_int_equal(cg_server_accept(H.server, 1, "192.0.2.1", H.now_us), CG_E_REFUSED);
  cg_harness_close(&H);
  cg_harness_set(&H, "public_test=on");
  cg_harness_open(&H);
  assert_int_equal(cg_server_accept(H.server, 1, "192.0.2.1", H.now_us), CG_OK);
}

static void garbage_harms_nobody(void **state) {
  (void)state;
  cg_tester *c = start();
  test_rng noise;
  test_rng_init(&noise, 99);
  for (uint64_t conn = 1000; conn < 1400; conn++) {
    uint8_t junk[300];
    assert_int_equal(cg_server_accept(H.server, conn, "127.0.0.1", H.now_us), CG_OK);
    assert_int_equal(test_rng_fill(&noise, junk, sizeof junk), CG_OK);
    if (conn % 3 == 0) memset(junk, 0xee, 4); /* intermediate */
    if (conn % 3 == 1) junk[0] = 0xef;        /* abridged */
    if (conn % 3 == 0) memcpy(junk + 4, "\x28\0\0\0\0\0\0\0\0\0\0\0", 12);
    cg_server_feed(H.server, conn, (cg_bytes){ junk, sizeof junk }, H.now_us);
    cg_harness_pump(&H);
  }
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
}

static void a_closed_connection_takes_no_more(void **state) {
  (void)state;
  cg_harness_open(&H);
  assert_int_equal(cg_server_accept(H.server, 5, "127.0.0.1", H.now_us), CG_OK);
  cg_server_feed(H.server, 5, CG_LIT("GET / HTTP/1.1\r\n\r\n"), H.now_us);
  assert_int_equal(cg_server_turn(H.server, H.now_us), CG_OK);
  cg_server_output out;
  assert_true(cg_server_next(H.server, &out));
  assert_true(out.conn == 5 && out.close && !out.bytes.len);
  assert_false(cg_server_next(H.server, &out));
  cg_server_feed(H.server, 5, CG_LIT("x"), H.now_us);
  cg_server_gone(H.server, 5);
}

static void nothing_leaves_before_the_turn_ends(void **state) {
  (void)state;
  cg_tester *c = start();
  cg_buf packet = { 0 }, wire = { 0 };
  cg_server_output out;
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  cg_tester_queue(c, &q.o);
  assert_int_equal(cg_session_pull(c->session, H.now_us, &packet), CG_OK);
  assert_int_equal(cg_framing_send(c->framing, cg_buf_view(&packet), &wire), CG_OK);
  cg_server_feed(H.server, c->conn, cg_buf_view(&wire), H.now_us);
  assert_false(cg_server_next(H.server, &out));
  assert_int_equal(cg_server_turn(H.server, H.now_us), CG_OK);
  assert_true(cg_server_next(H.server, &out));
  assert_true(out.bytes.len > 0);
  cg_buf_free(&packet);
  cg_buf_free(&wire);
}

static void what_the_store_lost_is_not_told(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  log_in(c, KNOWN);
  log_in(d, KNOWN_TOO);
  H.store_fails = true;
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = CG_LIT(KNOWN),
                         .api_id = 1, .api_hash = CG_LIT(ZERO_HASH) };
  tl_codeSettings settings = { TL_INIT(codeSettings) };
  q.settings = &settings.CodeSettings;
  uint64_t tag = cg_tester_queue(c, &q.o);
  cg_harness_pump(&H);
  assert_true(H.turn_errors > 0);
  assert_true(c->closed);
  assert_string_equal(cg_tester_take(c, tag).error, "no answer");
  assert_null(cg_peer_find(H.server, c->key.id));
  H.store_fails = false;
  /* Others are not concerned, and the one who was comes again. */
  is_object(get_users(d), TL_ID_vector);
  cg_tester_reconnect(c, true);
  is_object(get_users(c), TL_ID_vector);
}

static void a_key_exchange_that_the_store_lost_is_not_told(void **state) {
  (void)state;
  static const uint8_t req_pq[] = { 0xef, 10, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0,
                                    1, 20, 0, 0, 0, 0xf1, 0x8e, 0x7e, 0xbe, 1, 2, 3, 4, 5,
                                    6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
  cg_server_output out;
  cg_harness_open(&H);
  for (int fails = 0; fails < 2; fails++) {
    uint64_t conn = 50 + (uint64_t)fails;
    H.store_fails = fails;
    assert_int_equal(cg_server_accept(H.server, conn, "127.0.0.1", H.now_us), CG_OK);
    cg_server_feed(H.server, conn, (cg_bytes){ req_pq, sizeof req_pq }, H.now_us);
    assert_int_equal(cg_server_turn(H.server, H.now_us), fails ? CG_E_STORE : CG_OK);
    assert_true(cg_server_next(H.server, &out));
    assert_true(out.close == (fails == 1) && (out.bytes.len == 0) == (fails == 1));
  }
}

static void what_was_not_acknowledged_goes_out_again(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  H.deaf = true;
  uint64_t lost = cg_tester_queue(c, &q.o);
  cg_harness_pump(&H);
  H.deaf = false;
  cg_tester_disconnect(c);
  cg_tester_connect(c);
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  is_object(cg_tester_take(c, lost), TL_ID_nearestDc);
}

/* Hands the op that came last a huge answer of which no byte can be saved. */
static void answer_hugely(cg_op *op) {
  cg_link *l = cg_op_link(op);
  cg_buf huge = { 0 };
  uint8_t *p = cg_buf_grow(&huge, 5 << 20);
  assert_non_null(p);
  assert_int_equal(test_rng_fill(&H.rng, p, 5 << 20), CG_OK);
  assert_int_equal(
      cg_session_reply(l->session, op->msg_id, cg_buf_view(&huge), H.now_us), CG_OK);
  cg_link_touch(l);
  cg_op_mute(l, op->msg_id);
  cg_buf_free(&huge);
}

static void feed_calls(cg_tester *c) {
  cg_buf packet = { 0 }, wire = { 0 };
  assert_int_equal(cg_session_pull(c->session, H.now_us, &packet), CG_OK);
  assert_int_equal(cg_framing_send(c->framing, cg_buf_view(&packet), &wire), CG_OK);
  cg_server_feed(H.server, c->conn, cg_buf_view(&wire), H.now_us);
  cg_buf_free(&packet);
  cg_buf_free(&wire);
}

/* While more waits for a client than it should, nothing large is added. */
static void answers_that_wait_are_bounded(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  H.late = true;
  tl_inputUser ids[200];
  const tl_obj *list[200];
  for (uint32_t i = 0; i < 200; i++) {
    ids[i] = (tl_inputUser){ TL_INIT(inputUser), .user_id = i * 7919 };
    list[i] = &ids[i].o;
  }
  tl_users_getUsers large = { TL_INIT(users_getUsers), .id = { list, 200 } };
  tl_users_getUsers small = { TL_INIT(users_getUsers), .id = { list, 1 } };
  cg_arena_reset(c->arena);
  uint64_t begun[] = { cg_tester_queue(c, &large.o), cg_tester_queue(c, &small.o) };
  cg_tester_queue(c, &small.o);
  feed_calls(c);
  answer_hugely(H.server->ops);
  uint64_t more = cg_tester_queue(c, &small.o);
  feed_calls(c);
  cg_harness_pump(&H);
  is_error(cg_tester_take(c, begun[0]), 420, "FLOOD_WAIT_1");
  is_object(cg_tester_take(c, begun[1]), TL_ID_vector);
  is_error(cg_tester_take(c, more), 420, "FLOOD_WAIT_1");
  is_object(cg_tester_call(c, &large.o), TL_ID_vector); /* it has read all that */
}

static void a_temporary_key_ends_with_its_time(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new_temporary(&H, 100);
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  cg_harness_advance(&H, 99);
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  cg_harness_advance(&H, 1);
  assert_string_equal(call_simple(c, TL_ID_help_getConfig).error, "no answer");
  assert_int_equal(c->transport_error, -404);
}

static void a_destroyed_key_is_gone(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start();
  log_in(c, KNOWN);
  assert_int_equal(cg_session_destroy_key(c->session), CG_OK);
  cg_harness_pump(&H);
  assert_null(cg_peer_find(H.server, c->key.id));
  cg_tester_reconnect(c, true);
  assert_string_equal(get_users(c).error, "no answer");
  assert_int_equal(c->transport_error, -404);
  /* The account has no session any more. */
  cg_tester *d = cg_tester_new(&H);
  assert_int_equal(sent_of(send_code(d, KNOWN)).type, TL_ID_auth_sentCodeTypeSms);
}

static void keys_without_sessions_are_forgotten_in_the_end(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  cg_peer *p = cg_peer_find(H.server, c->key.id);
  assert_int_equal(p->link_count, 1);
  cg_tester_disconnect(c);
  cg_harness_advance(&H, 901);
  assert_int_equal(p->link_count, 0);
  assert_true(p->idle);
}

/* A month of silence ends a key that was agreed on and never used, and no other. */
static void keys_that_were_never_used_are_purged(void **state) {
  (void)state;
  cg_tester *used = start(), *unused = cg_tester_new(&H), *young;
  is_object(call_simple(used, TL_ID_help_getConfig), TL_ID_config);
  assert_int_equal(cg_session_ping(unused->session, 0), CG_OK);
  cg_harness_pump(&H);
  H.now_us += UINT64_C(30) * 86400 * CG_SECOND;
  young = cg_tester_new(&H);
  cg_harness_advance(&H, 1);
  assert_null(cg_peer_find(H.server, unused->key.id));
  cg_tester *all[] = { used, unused, young };
  for (size_t i = 0; i < 3; i++) {
    cg_tester_reconnect(all[i], true);
    cg_told told = call_simple(all[i], TL_ID_help_getConfig);
    if (all[i] != unused) is_object(told, TL_ID_config);
    else assert_string_equal(told.error, "no answer");
  }
  assert_int_equal(unused->transport_error, -404);
}

static void sessions_of_a_key_are_limited(void **state) {
  (void)state;
  cg_tester *c = start();
  for (int i = 0; i < 70; i++) {
    cg_tester_reconnect(c, true);
    is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  }
  assert_int_equal(cg_peer_find(H.server, c->key.id)->link_count, 64);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(an_unknown_key_is_told_so),
    T(a_tampered_packet_closes_the_connection),
    T(a_connection_takes_several_keys_but_not_many),
    T(a_session_moves_between_connections),
    T(a_repeated_packet_moves_no_session),
    T(a_refused_packet_begins_no_session),
    T(a_refusal_goes_where_the_packet_came_from),
    T(a_silent_connection_is_closed),
    T(connections_are_limited),
    T(the_test_profile_serves_this_machine_only),
    T(garbage_harms_nobody),
    T(a_closed_connection_takes_no_more),
    T(nothing_leaves_before_the_turn_ends),
    T(what_the_store_lost_is_not_told),
    T(a_key_exchange_that_the_store_lost_is_not_told),
    T(what_was_not_acknowledged_goes_out_again),
    T(answers_that_wait_are_bounded),
    T(a_temporary_key_ends_with_its_time),
    T(a_destroyed_key_is_gone),
    T(keys_without_sessions_are_forgotten_in_the_end),
    T(keys_that_were_never_used_are_purged),
    T(sessions_of_a_key_are_limited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
