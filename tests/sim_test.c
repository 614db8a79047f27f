/* SPDX-License-Identifier: MIT */
/*
 * sim_test.c - a client and a server over a network in memory, on a fake clock:
 * delay, torn reads, lost connections, packets that come twice, clocks that differ,
 * salts that roll, servers that forget. Seeded: what fails once fails again.
 *
 * Whatever happens on the way, each call runs once on a server and ends once on the
 * client (protocol.md 200, 242).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "clock.h"
#include "framing.h"
#include "handshake.h"
#include "mem.h"
#include "mtproto_api.h"
#include "mtproto_test.h"
#include "session.h"

#include <stdio.h>
#include <stdlib.h>

static const uint64_t START = UINT64_C(1700000000) * CG_SECOND;
static const uint64_t MINUTE = 60 * CG_SECOND, HOUR = 3600 * CG_SECOND;
enum { CALLS_MAX = 1200, SESSIONS_MAX = 64, CAPTURED = 16 };
enum { ID_CALL = 0x5ca11ed0, ID_ANSWER = 0x0a45e12d, ID_UPDATE = 0x0bdabd47 };

/* ---- the network ----------------------------------------------------------- */

typedef struct chunk {
  struct chunk *next;
  uint64_t at;
  size_t len;
  uint8_t bytes[];
} chunk;

typedef struct {
  chunk *head, **end;
  uint64_t last_at;
} channel;

typedef struct {
  uint64_t session_id, conn;
  cg_session *session;
} server_session;

typedef struct {
  uint64_t session_id, msg_id, due;
  uint32_t number;
} job;

typedef struct {
  bool issued, dropped;
  int ended, ran; /* how often */
  uint64_t life;  /* of the server in which it ran last */
} call;

typedef struct {
  cg_framing_kind kind;
  bool obfuscated, any_framing; /* any: another one for each connection */
  bool tiny_reads, replays, handshake;
  int64_t skew_s; /* client's clock against the server's */
  uint64_t loss_every, restart_every, gap, gap_max;
  int calls, drop_percent, silent_percent; /* silent: nothing arrives, nothing closes */
} plan;

typedef struct {
  const plan *plan;
  test_rng rng;
  uint64_t now, life, conn, heard_conn, lost_at, restart_at, issue_at, reconnect_at;
  cg_auth_key key;
  cg_session *client;
  cg_framing *client_end, *server_end;
  bool silent;
  channel up, down;
  server_session sessions[SESSIONS_MAX];
  job jobs[CALLS_MAX];
  cg_buf captured_up[CAPTURED], captured_down[CAPTURED];
  cg_buf plain;
  call calls[CALLS_MAX];
  int issued, ended, job_count, updates, pushed, renewed, salts, closed;
} world;

static uint64_t random_below(world *w, uint64_t n) {
  return test_rng_next(&w->rng) % n;
}

static bool chance(world *w, unsigned percent) {
  return random_below(w, 100) < percent;
}

static uint64_t client_now(const world *w) {
  return w->now + (uint64_t)(w->plan->skew_s * (int64_t)CG_SECOND);
}

static void channel_clear(channel *c) {
  while (c->head) {
    chunk *next = c->head->next;
    free(c->head);
    c->head = next;
  }
  *c = (channel){ .end = &c->head };
}

/* Cuts `bytes` into pieces that arrive in order, each after a while. */
static void channel_put(world *w, channel *c, cg_bytes bytes) {
  while (bytes.len && !w->silent) {
    size_t len = w->plan->tiny_reads ? 1 : 1 + random_below(w, bytes.len);
    chunk *piece = malloc(sizeof *piece + len);
    assert_non_null(piece);
    uint64_t at = w->now + random_below(w, w->plan->tiny_reads ? 1000 : 200000);
    *piece = (chunk){ NULL, at < c->last_at ? c->last_at : at, len };
    c->last_at = piece->at;
    memcpy(piece->bytes, bytes.at, len);
    *c->end = piece;
    c->end = &piece->next;
    bytes = (cg_bytes){ bytes.at + len, bytes.len - len };
  }
}

static void hang_up(world *w) {
  cg_framing_free(w->client_end);
  cg_framing_free(w->server_end);
  w->client_end = w->server_end = NULL;
  channel_clear(&w->up);
  channel_clear(&w->down);
  w->reconnect_at = w->now + random_below(w, 5 * CG_SECOND);
  if (chance(w, 10)) w->reconnect_at += random_below(w, 2 * HOUR);
}

static void capture(world *w, cg_buf *store, cg_bytes packet) {
  cg_buf *b = &store[random_below(w, CAPTURED)];
  b->len = 0;
  cg_buf_bytes(b, packet);
}

/* ---- the server ------------------------------------------------------------ */

static uint64_t salt_at(void *ctx, uint64_t key_id, int64_t unix_s) {
  (void)ctx;
  return (key_id ^ (uint64_t)(unix_s / 1800)) * UINT64_C(0x9e3779b97f4a7c15) | 1;
}

static server_session *session_of(world *w, uint64_t id) {
  server_session *e = w->sessions;
  while (e < w->sessions + SESSIONS_MAX && e->session && e->session_id != id) e++;
  assert_true(e < w->sessions + SESSIONS_MAX);
  if (e->session) return e;
  const cg_session_options o = { .role = CG_SERVER,
                                 .key = &w->key,
                                 .rng = &w->rng.rng,
                                 .session_id = id,
                                 .salt_at = salt_at };
  assert_int_equal(cg_session_new(&e->session, &o, w->now), CG_OK);
  e->session_id = id;
  e->conn = w->conn;
  return e;
}

/* Body of a call or of what answers it: number, and bytes that depend on it. */
static void put_body(cg_buf *b, uint32_t id, uint32_t number) {
  cg_buf_u32(b, id);
  cg_buf_u32(b, number);
  uint32_t words = number % 97 == 0 ? 20000 : number % 13 == 0 ? 400 : number % 5;
  for (uint32_t i = 0; i < words; i++)
    cg_buf_u32(b, number % 2 ? i / 50 : (i + number) * 2654435761u);
}

static void expect_body(cg_bytes body, uint32_t id, uint32_t number) {
  cg_buf want = { 0 };
  put_body(&want, id, number);
  assert_int_equal(body.len, want.len);
  assert_memory_equal(body.at, want.at, want.len);
  cg_buf_free(&want);
}

static uint32_t word_at(cg_bytes b, size_t at) {
  uint32_t v;
  assert_true(b.len >= at + 4);
  memcpy(&v, b.at + at, 4);
  return v;
}

static void server_call(world *w, server_session *e, const cg_session_event *event) {
  uint32_t number = word_at(event->body, 4);
  assert_true(number < CALLS_MAX);
  expect_body(event->body, ID_CALL, number);
  call *c = &w->calls[number];
  assert_true(c->issued);
  assert_true(c->ran == 0 || c->life != w->life); /* once in the life of a server */
  c->ran++;
  c->life = w->life;
  uint64_t delay = chance(w, 50) ? 0 : random_below(w, 40 * CG_SECOND);
  assert_true(w->job_count < CALLS_MAX);
  w->jobs[w->job_count++] = (job){ e->session_id, event->msg_id, w->now + delay, number };
}

static void server_events(world *w, server_session *e) {
  cg_session_event event;
  while (cg_session_next(e->session, &event)) {
    switch (event.kind) {
    case CG_SESSION_CALL: server_call(w, e, &event); break;
    case CG_SESSION_DROPPED:
    case CG_SESSION_DISCONNECT_IN: break;
    default: fail_msg("event %d on the server", event.kind);
    }
  }
}

static void server_send(world *w) {
  for (server_session *e = w->sessions; e->session && w->server_end; e++) {
    if (e->conn != w->conn) continue;
    for (;;) {
      cg_buf packet = { 0 }, wire = { 0 };
      assert_int_equal(cg_session_pull(e->session, w->now, &packet), CG_OK);
      if (packet.len) {
        capture(w, w->captured_down, cg_buf_view(&packet));
        assert_int_equal(cg_framing_send(w->server_end, cg_buf_view(&packet), &wire),
                         CG_OK);
        channel_put(w, &w->down, cg_buf_view(&wire));
      }
      bool more = packet.len > 0;
      cg_buf_free(&packet);
      cg_buf_free(&wire);
      if (!more) break;
    }
  }
}

static void server_packet(world *w, cg_bytes packet) {
  cg_message m;
  assert_int_equal(cg_envelope_open(&w->key, CG_CLIENT, packet, true, &w->plain, &m),
                   CG_OK);
  server_session *e = session_of(w, m.session_id);
  if (e->conn != w->conn) cg_session_reconnected(e->session, w->now);
  e->conn = w->conn;
  cg_err err = cg_session_receive(e->session, &m, w->now);
  if (err && err != CG_E_TIME && !(err == CG_E_REPLAY && w->plan->replays))
    fail_msg("server: %s", cg_err_text(err));
  server_events(w, e);
}

static void server_jobs(world *w) {
  for (int i = 0; i < w->job_count; i++) {
    job j = w->jobs[i];
    if (j.due > w->now) continue;
    w->jobs[i--] = w->jobs[--w->job_count];
    cg_buf b = { 0 };
    put_body(&b, ID_ANSWER, j.number);
    server_session *e = session_of(w, j.session_id);
    assert_int_equal(cg_session_reply(e->session, j.msg_id, cg_buf_view(&b), w->now),
                     CG_OK);
    if (chance(w, 20)) {
      b.len = 0;
      put_body(&b, ID_UPDATE, (uint32_t)w->pushed++);
      assert_int_equal(cg_session_push(e->session, cg_buf_view(&b), w->now), CG_OK);
    }
    cg_buf_free(&b);
  }
}

/* The process dies: sessions and calls at work are gone, keys and salts are kept. */
static void server_restart(world *w) {
  for (server_session *e = w->sessions; e < w->sessions + SESSIONS_MAX; e++)
    cg_session_free(e->session);
  memset(w->sessions, 0, sizeof w->sessions);
  w->job_count = 0;
  w->life++;
  if (w->client_end) hang_up(w);
}

/* ---- the client ------------------------------------------------------------ */

static void client_events(world *w) {
  cg_session_event event;
  while (cg_session_next(w->client, &event)) {
    uint32_t number = (uint32_t)event.tag - 1;
    switch (event.kind) {
    case CG_SESSION_RESULT:
      assert_true(number < CALLS_MAX && !w->calls[number].dropped);
      expect_body(event.body, ID_ANSWER, number);
      w->calls[number].ended++;
      w->ended++;
      break;
    case CG_SESSION_FAILED:
      assert_int_equal(event.err, CG_E_CANCELLED);
      assert_true(w->calls[number].dropped);
      w->calls[number].ended++;
      w->ended++;
      break;
    case CG_SESSION_UPDATE: w->updates++; break;
    case CG_SESSION_RENEWED: w->renewed++; break;
    case CG_SESSION_SALT: w->salts++; break;
    case CG_SESSION_ACKED: break;
    default: fail_msg("event %d on the client", event.kind);
    }
  }
}

static void client_send(world *w) {
  while (w->client_end) {
    cg_buf packet = { 0 }, wire = { 0 };
    assert_int_equal(cg_session_pull(w->client, client_now(w), &packet), CG_OK);
    if (packet.len) {
      capture(w, w->captured_up, cg_buf_view(&packet));
      assert_int_equal(cg_framing_send(w->client_end, cg_buf_view(&packet), &wire),
                       CG_OK);
      channel_put(w, &w->up, cg_buf_view(&wire));
    }
    bool more = packet.len > 0;
    cg_buf_free(&packet);
    cg_buf_free(&wire);
    if (!more) break;
  }
  client_events(w);
}

static void client_packet(world *w, cg_bytes packet) {
  cg_message m;
  assert_int_equal(cg_envelope_open(&w->key, CG_SERVER, packet, true, &w->plain, &m),
                   CG_OK);
  cg_err err = cg_session_receive(w->client, &m, client_now(w));
  if (err) {
    assert_true(err == CG_E_TIME || (err == CG_E_REPLAY && w->plan->replays));
    w->closed++;
    hang_up(w);
  }
  client_events(w);
}

static void client_connect(world *w) {
  w->conn++;
  cg_framing_kind kind = w->plan->kind;
  bool obfuscated = w->plan->obfuscated;
  if (w->plan->any_framing) {
    kind = (cg_framing_kind)random_below(w, 4);
    obfuscated = kind != CG_FRAMING_FULL && chance(w, 50);
  }
  assert_int_equal(cg_framing_client(&w->client_end, kind, obfuscated, 2, &w->rng.rng),
                   CG_OK);
  assert_int_equal(cg_framing_server(&w->server_end, &w->rng.rng), CG_OK);
  cg_session_reconnected(w->client, client_now(w));
  w->lost_at =
      w->plan->loss_every ? w->now + random_below(w, w->plan->loss_every) : CG_NEVER;
  w->silent = chance(w, (unsigned)w->plan->silent_percent);
  if (w->silent) w->lost_at = CG_NEVER; /* the client must find out */
}

static void issue_call(world *w) {
  uint32_t number = (uint32_t)w->issued++;
  cg_buf b = { 0 };
  put_body(&b, ID_CALL, number);
  assert_int_equal(cg_session_call(w->client, number + 1, cg_buf_view(&b)), CG_OK);
  cg_buf_free(&b);
  w->calls[number].issued = true;
  if (chance(w, 5))
    assert_int_equal(cg_session_ping(w->client, chance(w, 50) ? 90 : 0), CG_OK);
  uint32_t victim = (uint32_t)random_below(w, (uint64_t)w->issued);
  if (chance(w, (unsigned)w->plan->drop_percent) && !w->calls[victim].ended) {
    w->calls[victim].dropped = true;
    assert_int_equal(cg_session_drop(w->client, victim + 1), CG_OK);
  }
  w->issue_at = w->now + random_below(w, w->plan->gap);
  if (chance(w, 3) && w->plan->gap_max) w->issue_at += random_below(w, w->plan->gap_max);
}

/* ---- time ------------------------------------------------------------------ */

static void lower(uint64_t *at, uint64_t candidate) {
  if (candidate < *at) *at = candidate;
}

static uint64_t next_moment(const world *w) {
  uint64_t at = w->restart_at;
  if (w->up.head) lower(&at, w->up.head->at);
  if (w->down.head) lower(&at, w->down.head->at);
  for (int i = 0; i < w->job_count; i++) lower(&at, w->jobs[i].due);
  if (w->issued < w->plan->calls) lower(&at, w->issue_at);
  if (!w->client_end) {
    lower(&at, w->reconnect_at);
    return at;
  }
  lower(&at, w->lost_at);
  uint64_t due = cg_session_deadline(w->client);
  if (due != CG_NEVER) lower(&at, due - (client_now(w) - w->now));
  for (const server_session *e = w->sessions; e->session; e++)
    if (e->conn == w->conn) lower(&at, cg_session_deadline(e->session));
  return at;
}

/* Gives one end what has arrived, and takes its packets. */
static void deliver(world *w, channel *c, bool up) {
  while (c->head && c->head->at <= w->now) {
    chunk *piece = c->head;
    c->head = piece->next;
    if (!c->head) c->end = &c->head;
    cg_framing *end = up ? w->server_end : w->client_end;
    assert_int_equal(cg_framing_feed(end, (cg_bytes){ piece->bytes, piece->len }), CG_OK);
    free(piece);
    cg_packet packet;
    while (w->client_end) {
      assert_int_equal(cg_framing_next(end, &packet), CG_OK);
      if (packet.kind == CG_PACKET_NONE) break;
      assert_int_equal(packet.kind, CG_PACKET_DATA);
      if (up) w->heard_conn = w->conn;
      if (up)
        server_packet(w, packet.data);
      else
        client_packet(w, packet.data);
    }
  }
}

/* Somebody on the line who has listened sends packets again. */
static void replay(world *w) {
  const cg_buf *up = &w->captured_up[random_below(w, CAPTURED)];
  const cg_buf *down = &w->captured_down[random_below(w, CAPTURED)];
  if (w->heard_conn != w->conn) return; /* what framing to use is not known yet */
  if (w->client_end && up->len && chance(w, 5)) server_packet(w, cg_buf_view(up));
  if (w->client_end && down->len && chance(w, 5)) client_packet(w, cg_buf_view(down));
}

static void step(world *w) {
  uint64_t at = next_moment(w);
  assert_true(at != CG_NEVER);
  if (at > w->now) w->now = at;
  if (!w->client_end && w->now >= w->reconnect_at) client_connect(w);
  deliver(w, &w->up, true);
  deliver(w, &w->down, false);
  if (w->plan->replays) replay(w);
  server_jobs(w);
  if (w->issued < w->plan->calls && w->now >= w->issue_at) issue_call(w);
  if (w->client_end && cg_session_tick(w->client, client_now(w))) hang_up(w);
  server_send(w);
  client_send(w);
  if (w->client_end && w->now >= w->lost_at) hang_up(w);
  if (w->now >= w->restart_at) {
    server_restart(w);
    w->restart_at = w->now + w->plan->restart_every;
  }
}

/* ---- the key --------------------------------------------------------------- */

/* Sends a payload over a framing and feeds it to the other end, byte by byte. */
static cg_packet carry(cg_framing *from, cg_framing *to, cg_bytes payload) {
  cg_buf wire = { 0 };
  cg_packet packet = { 0 };
  assert_int_equal(cg_framing_send(from, payload, &wire), CG_OK);
  for (size_t i = 0; i < wire.len; i++) {
    assert_int_equal(cg_framing_feed(to, (cg_bytes){ wire.at + i, 1 }), CG_OK);
    assert_int_equal(cg_framing_next(to, &packet), CG_OK);
    assert_true(packet.kind == CG_PACKET_NONE || i + 1 == wire.len);
  }
  assert_int_equal(packet.kind, CG_PACKET_DATA);
  cg_buf_free(&wire);
  return packet;
}

/* The server's answer to one payload; it stores the key at once. */
static void serve_handshake(world *w, cg_handshake_server *server, cg_bytes payload,
                            cg_buf *out) {
  cg_handshake_verdict verdict;
  cg_handshake_key key;
  int32_t error;
  assert_int_equal(
      cg_handshake_server_feed(server, payload, w->now, out, &verdict, &key, &error),
      CG_OK);
  assert_int_not_equal(verdict, CG_HANDSHAKE_REFUSE);
  if (verdict != CG_HANDSHAKE_STORE) return;
  w->key = key.key;
  assert_int_equal(
      cg_handshake_server_stored(server, key.key.id, CG_KEY_STORED, w->now, out), CG_OK);
}

/* Agrees on a key, and leaves what the client has learned in `result`. */
static void agree(world *w, cg_handshake_result *result) {
  cg_rsa_key *rsa = NULL;
  assert_int_equal(cg_rsa_generate(&rsa), CG_OK);
  const cg_rsa_key *keys[] = { rsa };
  const cg_handshake_options co = {
    .keys = keys, .key_count = 1, .dc = 2, .rng = &w->rng.rng
  };
  const cg_handshake_server_options so = { .rsa = rsa, .rng = &w->rng.rng, .dc = 2 };
  cg_handshake *client = NULL;
  cg_handshake_server *server = NULL;
  cg_framing *a = NULL, *b = NULL;
  assert_int_equal(cg_handshake_new(&client, &co), CG_OK);
  assert_int_equal(cg_handshake_server_new(&server, &so), CG_OK);
  assert_int_equal(cg_framing_client(&a, w->plan->kind, true, 2, &w->rng.rng), CG_OK);
  assert_int_equal(cg_framing_server(&b, &w->rng.rng), CG_OK);
  cg_buf up = { 0 }, down = { 0 };
  bool done = false;
  assert_int_equal(cg_handshake_start(client, client_now(w), &up), CG_OK);
  while (!done) {
    serve_handshake(w, server, carry(a, b, cg_buf_view(&up)).data, &down);
    up.len = 0;
    cg_bytes answer = carry(b, a, cg_buf_view(&down)).data;
    assert_int_equal(cg_handshake_feed(client, answer, client_now(w), &up, &done, result),
                     CG_OK);
    down.len = 0;
  }
  assert_memory_equal(&result->key, &w->key, sizeof w->key);
  cg_buf_free(&up);
  cg_buf_free(&down);
  cg_framing_free(a);
  cg_framing_free(b);
  cg_handshake_free(client);
  cg_handshake_server_free(server);
  cg_rsa_free(rsa);
}

static void world_init(world *w, const plan *p, uint64_t seed) {
  *w = (world){ .plan = p, .now = START, .reconnect_at = START, .issue_at = START };
  test_rng_init(&w->rng, seed);
  test_rng_fill(&w->rng, w->key.key, sizeof w->key.key);
  assert_int_equal(cg_auth_key_init(&w->key, w->key.key), CG_OK);
  channel_clear(&w->up);
  channel_clear(&w->down);
  w->restart_at = p->restart_every ? START + p->restart_every : CG_NEVER;
  cg_handshake_result agreed = { 0 };
  if (p->handshake) agree(w, &agreed);
  const cg_session_options o = { .role = CG_CLIENT,
                                 .key = &w->key,
                                 .rng = &w->rng.rng,
                                 .salt = agreed.salt,
                                 .time_offset = agreed.time_offset };
  assert_int_equal(cg_session_new(&w->client, &o, client_now(w)), CG_OK);
}

static void world_free(world *w) {
  if (w->client_end) hang_up(w);
  cg_session_free(w->client);
  for (int i = 0; i < SESSIONS_MAX; i++) cg_session_free(w->sessions[i].session);
  for (int i = 0; i < CAPTURED; i++) {
    cg_buf_free(&w->captured_up[i]);
    cg_buf_free(&w->captured_down[i]);
  }
  cg_buf_free(&w->plain);
}

/* Runs until every call has ended, and a little longer. */
static void run(const plan *p, uint64_t seed) {
  world *w = calloc(1, sizeof *w);
  assert_non_null(w);
  world_init(w, p, seed);
  long steps = 0;
  while (w->ended < p->calls && steps++ < 5000000) step(w);
  assert_int_equal(w->ended, p->calls);
  for (int i = 0; i < 200; i++) step(w);
  for (int i = 0; i < p->calls; i++) {
    assert_int_equal(w->calls[i].ended, 1);
    if (!w->calls[i].dropped) assert_true(w->calls[i].ran >= 1);
    if (!p->restart_every) assert_true(w->calls[i].ran <= 1);
  }
  if (!p->restart_every) assert_int_equal(w->renewed, 1);
  print_message("# %d calls, %llu s, %llu connections, %d updates, %d salts, %d closed\n",
                p->calls, (unsigned long long)((w->now - START) / CG_SECOND),
                (unsigned long long)w->conn, w->updates, w->salts, w->closed);
  world_free(w);
  free(w);
}

/* ---- the tests ------------------------------------------------------------- */

/* Every framing, plain and obfuscated, whole reads and reads of one byte. */
static void test_framings(void **state) {
  (void)state;
  for (int i = 0; i < 14; i++) {
    plan p = { .kind = (cg_framing_kind)(i / 2 % 4),
               .obfuscated = i % 2,
               .calls = 60,
               .gap = CG_SECOND,
               .tiny_reads = i >= 7 };
    if (p.kind == CG_FRAMING_FULL) p.obfuscated = false;
    run(&p, 100 + (uint64_t)i);
  }
}

/* Connections break every few seconds, in the middle of packets. */
static void test_losses(void **state) {
  (void)state;
  const plan p = { .any_framing = true,
                   .calls = 600,
                   .gap = CG_SECOND,
                   .loss_every = 8 * CG_SECOND,
                   .gap_max = 10 * MINUTE,
                   .drop_percent = 4 };
  for (uint64_t seed = 1; seed <= 4; seed++) run(&p, seed);
}

/* Some connections are dead from the beginning, and nobody says so (42, 210). */
static void test_silence(void **state) {
  (void)state;
  const plan p = { .any_framing = true,
                   .calls = 200,
                   .gap = 20 * CG_SECOND,
                   .loss_every = 5 * MINUTE,
                   .silent_percent = 40 };
  run(&p, 5);
}

/* Every packet may come again, at any time, to either side. */
static void test_replays(void **state) {
  (void)state;
  const plan p = { .any_framing = true,
                   .calls = 400,
                   .gap = CG_SECOND,
                   .replays = true,
                   .loss_every = 30 * CG_SECOND,
                   .gap_max = MINUTE };
  for (uint64_t seed = 11; seed <= 14; seed++) run(&p, seed);
}

/* Hours go by: salts roll, pings keep the line. */
static void test_hours(void **state) {
  (void)state;
  const plan p = { .any_framing = true,
                   .calls = 300,
                   .gap = 5 * MINUTE,
                   .loss_every = 2 * HOUR,
                   .gap_max = 6 * HOUR,
                   .drop_percent = 2 };
  for (uint64_t seed = 21; seed <= 23; seed++) run(&p, seed);
}

/* The client's clock is wrong by far, by little, and either way. */
static void test_clocks(void **state) {
  (void)state;
  const int64_t skews[] = { -100000, -301, -120, -31, -29, 29, 31, 299, 301, 100000 };
  for (size_t i = 0; i < sizeof skews / sizeof *skews; i++) {
    const plan p = { .any_framing = true,
                     .calls = 80,
                     .gap = 10 * CG_SECOND,
                     .skew_s = skews[i],
                     .loss_every = 5 * MINUTE };
    run(&p, 31 + i);
  }
}

/* The server restarts and has forgotten every session. */
static void test_restarts(void **state) {
  (void)state;
  const plan p = { .any_framing = true,
                   .calls = 400,
                   .gap = 2 * CG_SECOND,
                   .loss_every = MINUTE,
                   .restart_every = 90 * CG_SECOND,
                   .drop_percent = 2 };
  for (uint64_t seed = 41; seed <= 44; seed++) run(&p, seed);
}

/* From the key exchange on, with a clock that the key exchange puts right. */
static void test_handshake(void **state) {
  (void)state;
  const plan p = { .kind = CG_FRAMING_PADDED,
                   .obfuscated = true,
                   .handshake = true,
                   .calls = 100,
                   .gap = CG_SECOND,
                   .loss_every = MINUTE,
                   .skew_s = 5000 };
  run(&p, 51);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_framings), cmocka_unit_test(test_losses),
    cmocka_unit_test(test_silence),  cmocka_unit_test(test_replays),
    cmocka_unit_test(test_hours),    cmocka_unit_test(test_clocks),
    cmocka_unit_test(test_restarts), cmocka_unit_test(test_handshake),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
