/* SPDX-License-Identifier: MIT */
/* loop_test.c - the driver on real sockets of the loopback; nothing depends on time. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <centigram/loop.h>

#include "loop_impl.h"
#include "mem.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct world world;

/* One end of a connection and what happened to it. */
typedef struct {
  world *w;
  cg_stream *stream;
  char ip[64], local_ip[64];
  char got[64];
  size_t got_len, total;
  uint32_t sum; /* of all bytes got */
  int opened, closed;
  cg_err why;
} end;

struct world {
  cg_loop *loop;
  cg_listener *listener;
  end server, client;
  int turns, failed;
  cg_err why_failed;
  /* What the test wants done. */
  void (*on_open)(end *e);
  void (*on_data)(end *e, cg_bytes in);
  void (*on_close)(end *e);
  void (*on_turn)(world *w);
};

static void *opened(end *e, cg_stream *stream, const char *ip) {
  e->opened++;
  e->stream = stream;
  snprintf(e->ip, sizeof e->ip, "%s", ip);
  cg_stream_local_ip(stream, e->local_ip);
  if (e->w->on_open) e->w->on_open(e);
  return e;
}

static void *server_opened(void *ctx, cg_stream *stream, const char *ip) {
  return opened(&((world *)ctx)->server, stream, ip);
}

static void *client_opened(void *ctx, cg_stream *stream, const char *ip) {
  return opened(&((world *)ctx)->client, stream, ip);
}

static void on_data(void *ctx, cg_bytes in) {
  end *e = ctx;
  assert_int_equal(e->closed, 0);
  assert_true(in.len > 0);
  for (size_t i = 0; i < in.len; i++) {
    if (e->got_len < sizeof e->got - 1) e->got[e->got_len++] = (char)in.at[i];
    e->sum = e->sum * 31 + in.at[i];
  }
  e->total += in.len;
  if (e->w->on_data) e->w->on_data(e, in);
}

static void on_closed(void *ctx, cg_err why) {
  end *e = ctx;
  assert_int_equal(e->opened, 1);
  e->closed++;
  e->why = why;
  e->stream = NULL;
  if (e->w->on_close) e->w->on_close(e);
}

static const cg_stream_ops server_ops = { server_opened, on_data, on_closed };
static const cg_stream_ops client_ops = { client_opened, on_data, on_closed };

static void on_turn(void *ctx) {
  world *w = ctx;
  w->turns++;
  if (w->on_turn) w->on_turn(w);
}

static void on_failed(void *ctx, cg_err why) {
  world *w = ctx;
  w->failed++;
  w->why_failed = why;
}

static int set_up(void **state) {
  world *w = calloc(1, sizeof *w);
  assert_non_null(w);
  assert_int_equal(cg_loop_new(&w->loop), CG_OK);
  cg_loop_on_turn(w->loop, on_turn, w);
  w->server.w = w->client.w = w;
  *state = w;
  return 0;
}

static int tear_down(void **state) {
  world *w = *state;
  cg_loop_free(w->loop);
  free(w);
  return 0;
}

static void listen_on(world *w, const char *address) {
  cg_fault fault;
  cg_err err = cg_loop_listen(w->loop, address, &server_ops, w, &w->listener, &fault);
  if (err) print_error("%s\n", fault.text);
  assert_int_equal(err, CG_OK);
  assert_true(cg_listener_port(w->listener) != 0);
}

static void connect_to(world *w, const char *host) {
  assert_int_equal(cg_loop_connect(w->loop, host, cg_listener_port(w->listener),
                                   &client_ops, w, on_failed, NULL),
                   CG_OK);
  assert_int_equal(w->client.opened, 0);
}

static bool is_server(const end *e) {
  return e == &e->w->server;
}

static void stop_listening(end *e) {
  if (e->w->listener) cg_listener_close(e->w->listener);
  e->w->listener = NULL;
}

/* --- streams ------------------------------------------------------------------- */

static void greet(end *e) {
  if (is_server(e)) return;
  assert_int_equal(cg_stream_write(e->stream, CG_LIT("hello ")), CG_OK);
  assert_int_equal(cg_stream_write(e->stream, CG_LIT("world")), CG_OK);
}

static void echo_until_done(end *e, cg_bytes in) {
  if (is_server(e)) {
    assert_int_equal(cg_stream_write(e->stream, in), CG_OK);
  } else if (e->got_len == 11) {
    stop_listening(e);
    cg_stream_close(e->stream);
    assert_int_equal(e->closed, 0); /* never from within */
  }
}

static void echo(world *w, const char *address, const char *host, const char *ip) {
  w->on_open = greet;
  w->on_data = echo_until_done;
  listen_on(w, address);
  connect_to(w, host);
  cg_loop_run(w->loop);
  assert_string_equal(w->client.got, "hello world");
  assert_string_equal(w->server.ip, ip);
  assert_string_equal(w->client.ip, ip);
  assert_string_equal(w->server.local_ip, ip);
  assert_string_equal(w->client.local_ip, ip);
  assert_int_equal(w->client.closed, 1);
  assert_int_equal(w->client.why, CG_OK);
  assert_int_equal(w->server.closed, 1);
  assert_int_equal(w->server.why, CG_E_CLOSED);
  assert_true(w->turns > 0);
  assert_int_equal(w->failed, 0);
}

static void test_echo(void **state) {
  echo(*state, "127.0.0.1:0", "127.0.0.1", "127.0.0.1");
}

/* A socket for all addresses knows at which one it was reached. */
static void test_echo_wildcard(void **state) {
  echo(*state, "0.0.0.0:0", "127.0.0.1", "127.0.0.1");
}

static void test_echo_name(void **state) {
  echo(*state, "localhost:0", "localhost", "127.0.0.1");
}

/* A peer's IPv4 address is written the same way on a socket of both kinds. */
static void test_echo_mapped(void **state) {
  world *w = *state;
  cg_listener *l;
  if (cg_loop_listen(w->loop, "[::]:0", &server_ops, w, &l, NULL)) skip();
  cg_listener_close(l);
  echo(w, "[::]:0", "127.0.0.1", "127.0.0.1");
}

static void test_resolved_name(void **state) {
  world *w = *state;
  assert_int_equal(cg_loop_connect(w->loop, "not..valid", 1, &client_ops, w, on_failed,
                                   NULL),
                   CG_OK);
  assert_int_equal(w->failed, 0);
  cg_loop_run(w->loop);
  assert_int_equal(w->failed, 1);
  assert_int_equal(w->why_failed, CG_E_CONNECT);
}

enum { BIG = 20 << 20 };

static void send_big(end *e) {
  if (!is_server(e)) return;
  uint8_t *big = malloc(BIG);
  for (size_t i = 0; i < BIG; i++) big[i] = (uint8_t)(i * 7 >> 3);
  assert_int_equal(cg_stream_write(e->stream, (cg_bytes){ big, BIG }), CG_OK);
  free(big); /* it was copied */
  cg_stream_close_after(e->stream);
  assert_int_equal(cg_stream_write(e->stream, CG_LIT("x")), CG_E_CLOSED);
  stop_listening(e);
}

/* More than any socket buffer takes at once arrives whole and in order, although the
 * writer closes right after writing. */
static void test_big(void **state) {
  world *w = *state;
  w->on_open = send_big;
  listen_on(w, "127.0.0.1:0");
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  uint32_t sum = 0;
  for (size_t i = 0; i < BIG; i++) sum = sum * 31 + (uint8_t)(i * 7 >> 3);
  assert_int_equal(w->client.total, BIG);
  assert_int_equal(w->client.sum, sum);
  assert_int_equal(w->client.why, CG_E_CLOSED);
  assert_int_equal(w->server.why, CG_OK);
}

static void flood(end *e) {
  if (is_server(e)) return;
  stop_listening(e);
  uint8_t *big = calloc(1, BIG);
  cg_err err = CG_OK;
  for (int i = 0; i < 10 && !err; i++)
    err = cg_stream_write(e->stream, (cg_bytes){ big, BIG });
  free(big);
  assert_int_equal(err, CG_E_LIMIT);
}

/* The peer, who does not read, is given so much at a time until that is refused. */
static int flood_by(end *e, size_t step) {
  uint8_t *big = calloc(1, step);
  int taken = 0;
  while (taken < 100 && !cg_stream_write(e->stream, (cg_bytes){ big, step })) taken++;
  free(big);
  return taken;
}

static void flood_accepted(end *e) {
  if (!is_server(e)) return;
  stop_listening(e);
  /* Whatever the socket itself takes, one more fills the 2 MB. */
  assert_true(flood_by(e, 4 << 20) <= 3);
}

static void test_accepted_limit(void **state) {
  world *w = *state;
  w->on_open = flood_accepted;
  listen_on(w, "127.0.0.1:0");
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  assert_int_equal(w->server.why, CG_E_LIMIT);
}

static void stop_reading(end *e) {
  if (!is_server(e)) {
    uv_read_stop((uv_stream_t *)&e->stream->socket.tcp);
    return;
  }
  stop_listening(e);
  uint8_t *big = calloc(1, BIG);
  assert_int_equal(cg_stream_write(e->stream, (cg_bytes){ big, BIG }), CG_OK);
  free(big);
  cg_stream_close_after(e->stream);
}

static void deafen(world *w) {
  if (w->client.stream) uv_read_stop((uv_stream_t *)&w->client.stream->socket.tcp);
}

static void close_client(end *e) {
  if (is_server(e) && e->w->client.stream) cg_stream_close(e->w->client.stream);
}

/* A peer that does not read what is said last is not waited for without end. */
static void test_linger(void **state) {
  world *w = *state;
  w->loop->linger_us = 1000;
  w->on_open = stop_reading;
  w->on_turn = deafen;
  w->on_close = close_client;
  listen_on(w, "127.0.0.1:0");
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  assert_int_equal(w->server.closed, 1);
  assert_int_equal(w->server.why, CG_E_TIMEOUT);
}

static void stop_at_once(world *w) {
  if (w->server.opened && w->client.opened) cg_loop_stop(w->loop);
}

/* Nor does it keep the loop from being freed. */
static void test_free_lingering(void **state) {
  world *w = *state;
  w->on_open = stop_reading;
  w->on_turn = stop_at_once;
  listen_on(w, "127.0.0.1:0");
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  cg_loop_free(w->loop);
  w->loop = NULL;
  assert_int_equal(w->server.closed, 1);
}

/* Nobody's memory is filled by a peer that does not read. */
static void test_queue_limit(void **state) {
  world *w = *state;
  w->on_open = flood;
  listen_on(w, "127.0.0.1:0");
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  assert_int_equal(w->client.why, CG_E_LIMIT);
  assert_int_equal(w->client.closed, 1);
}

static void close_server(end *e) {
  if (!is_server(e)) return;
  stop_listening(e);
  cg_stream_close(e->stream);
  cg_stream_close(e->stream);
  cg_stream_close_after(e->stream);
  assert_int_equal(cg_stream_write(e->stream, CG_LIT("x")), CG_E_CLOSED);
}

/* Closing twice, and from within `opened`, ends in one `closed`. */
static void test_close_in_opened(void **state) {
  world *w = *state;
  w->on_open = close_server;
  listen_on(w, "127.0.0.1:0");
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  assert_int_equal(w->server.closed, 1);
  assert_int_equal(w->server.why, CG_OK);
  assert_int_equal(w->client.closed, 1);
}

/* A client that sends a request and its end at once still gets what the turn says. */
static void send_and_end(end *e) {
  if (is_server(e)) return;
  cg_stream_write(e->stream, CG_LIT("request"));
  int fd;
  assert_int_equal(uv_fileno((uv_handle_t *)&e->stream->socket.tcp, &fd), 0);
  assert_int_equal(shutdown(fd, SHUT_WR), 0);
}

static void answer_in_turn(world *w) {
  if (w->server.got_len != 7 || !w->server.stream) return;
  if (w->server.total++ > 7) return; /* answered */
  cg_stream_write(w->server.stream, CG_LIT("answer"));
  stop_listening(&w->server);
}

static void test_half_closed(void **state) {
  world *w = *state;
  w->on_open = send_and_end;
  w->on_turn = answer_in_turn;
  listen_on(w, "127.0.0.1:0");
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  assert_string_equal(w->server.got, "request");
  assert_string_equal(w->client.got, "answer");
  assert_int_equal(w->server.why, CG_E_CLOSED);
}

static void open_other(end *e) {
  if (is_server(e) || e->w->client.opened > 1) return;
  cg_stream_close(e->stream);
}

static void again(end *e) {
  if (!is_server(e)) return;
  world *w = e->w;
  if (w->turns >= 1000) return;
  w->turns = 1000; /* once */
  w->server = (end){ .w = w };
  w->client = (end){ .w = w };
  connect_to(w, "127.0.0.1");
}

/* A connection may be made from within `closed`. */
static void test_connect_in_closed(void **state) {
  world *w = *state;
  w->on_open = open_other;
  w->on_close = again;
  listen_on(w, "127.0.0.1:0");
  connect_to(w, "127.0.0.1");
  while (w->turns < 1000 || !w->server.closed) {
    w->on_turn = NULL;
    uv_run(&w->loop->uv, UV_RUN_ONCE);
  }
  assert_int_equal(w->server.closed, 1);
}

static void leave_open(end *e) {
  if (e->w->server.opened && e->w->client.opened) cg_loop_stop(e->w->loop);
}

/* Freeing the loop closes what is open and tells it once. */
static void test_free_open(void **state) {
  world *w = *state;
  w->on_open = leave_open;
  listen_on(w, "127.0.0.1:0");
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  assert_int_equal(w->server.opened + w->client.opened, 2);
  assert_int_equal(w->server.closed + w->client.closed, 0);
  assert_int_equal(
      cg_loop_connect(w->loop, "127.0.0.1", 1, &client_ops, w, on_failed, NULL), CG_OK);
  cg_loop_free(w->loop);
  w->loop = NULL;
  assert_int_equal(w->server.closed, 1);
  assert_int_equal(w->client.closed, 1);
  assert_int_equal(w->server.why, CG_E_CANCELLED);
  assert_int_equal(w->failed, 1);
  assert_int_equal(w->why_failed, CG_E_CANCELLED);
}

/* --- addresses ------------------------------------------------------------------ */

static void test_in_use(void **state) {
  world *w = *state;
  listen_on(w, "127.0.0.1:0");
  char address[64];
  cg_listener *second = NULL;
  cg_fault fault = { 0 };
  snprintf(address, sizeof address, "127.0.0.1:%u", cg_listener_port(w->listener));
  assert_int_equal(cg_loop_listen(w->loop, address, &server_ops, w, &second, &fault),
                   CG_E_IO);
  assert_null(second);
  assert_non_null(strstr(fault.text, address));
  assert_non_null(strstr(fault.text, "address already in use"));
}

/* A port can be listened on again while old connections of it linger. */
static void test_reuse(void **state) {
  world *w = *state;
  w->on_open = close_server; /* the side that closes first lingers */
  listen_on(w, "127.0.0.1:0");
  char address[64];
  snprintf(address, sizeof address, "127.0.0.1:%u", cg_listener_port(w->listener));
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  listen_on(w, address);
}

static void test_bad_address(void **state) {
  world *w = *state;
  static const char *const bad[] = { "",           "127.0.0.1",  "127.0.0.1:",
                                     ":80",        "::1:80",     "127.0.0.1:65536",
                                     "1.2.3.4:-1", "1.2.3.4: 1", "1.2.3.4:1x",
                                     "[]:1",       "127.0.0.1:000001" };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cg_fault fault = { 0 };
    assert_int_equal(cg_loop_listen(w->loop, bad[i], &server_ops, w, &w->listener, &fault),
                     CG_E_USAGE);
    assert_non_null(strstr(fault.text, bad[i]));
  }
  cg_fault fault = { 0 };
  assert_int_equal(
      cg_loop_listen(w->loop, "not..valid:1", &server_ops, w, &w->listener, &fault),
      CG_E_IO);
  assert_non_null(strstr(fault.text, "not..valid:1"));
  assert_int_equal(
      cg_loop_listen(w->loop, "192.0.2.1:1", &server_ops, w, &w->listener, &fault),
      CG_E_IO);
}

static void test_split(void **state) {
  (void)state;
  char host[256];
  uint16_t port;
  assert_int_equal(cg_address_split("[::1]:443", host, &port, NULL), CG_OK);
  assert_string_equal(host, "::1");
  assert_int_equal(port, 443);
  assert_int_equal(cg_address_split("example.org:65535", host, &port, NULL), CG_OK);
  assert_string_equal(host, "example.org");
  assert_int_equal(port, 65535);
  struct sockaddr_storage at;
  assert_true(cg_address_parse("::1", 1, &at));
  assert_false(cg_address_parse("example.org", 1, &at));
}

static void test_refused(void **state) {
  world *w = *state;
  listen_on(w, "127.0.0.1:0");
  uint16_t port = cg_listener_port(w->listener);
  stop_listening(&w->server);
  assert_int_equal(
      cg_loop_connect(w->loop, "127.0.0.1", port, &client_ops, w, on_failed, NULL), CG_OK);
  cg_loop_run(w->loop);
  assert_int_equal(w->failed, 1);
  assert_int_equal(w->why_failed, CG_E_CONNECT);
}

/* Connections that there is no memory for are closed, and do not stop the listener. */
static void no_memory(world *w, int connections) {
  int fds[4];
  struct sockaddr_in at = { .sin_family = AF_INET };
  at.sin_port = htons(cg_listener_port(w->listener));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < connections; i++) {
    fds[i] = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fds[i], (struct sockaddr *)&at, sizeof at), 0);
  }
  cg_mem_fail_after(0);
  for (int i = 0; i < 10; i++) uv_run(&w->loop->uv, UV_RUN_NOWAIT);
  cg_mem_fail_after(-1);
  for (int i = 0; i < connections; i++) {
    char c;
    assert_true(recv(fds[i], &c, 1, MSG_DONTWAIT) == 0);
    close(fds[i]);
  }
  assert_int_equal(w->server.opened, 0);
}

static void test_accept_memory(void **state) {
  world *w = *state;
  w->on_open = greet;
  w->on_data = echo_until_done;
  listen_on(w, "127.0.0.1:0");
  no_memory(w, 1);
  no_memory(w, 4);
  connect_to(w, "127.0.0.1");
  cg_loop_run(w->loop);
  assert_string_equal(w->client.got, "hello world");
}

static void test_memory(void **state) {
  world *w = *state;
  cg_loop *loop = NULL;
  cg_timer *timer = NULL;
  char *const argv[] = { (char[]){ "true" }, NULL };
  const char *const env[] = { NULL };
  cg_fault fault;
  cg_mem_fail_after(0);
  assert_int_equal(cg_loop_new(&loop), CG_E_MEMORY);
  assert_int_equal(cg_timer_new(w->loop, NULL, NULL, &timer), CG_E_MEMORY);
  assert_int_equal(
      cg_loop_listen(w->loop, "127.0.0.1:0", &server_ops, w, &w->listener, &fault),
      CG_E_MEMORY);
  assert_int_equal(cg_loop_spawn(w->loop, argv, env, NULL, NULL, &fault), CG_E_MEMORY);
  for (int n = 0; n < 2; n++) {
    cg_mem_fail_after(n);
    assert_int_equal(
        cg_loop_connect(w->loop, "127.0.0.1", 1, &client_ops, w, on_failed, &fault),
        CG_E_MEMORY);
  }
  cg_mem_fail_after(-1);
  assert_int_equal(w->failed, 0);
}

/* --- timers, turns --------------------------------------------------------------- */

typedef struct {
  world *w;
  cg_timer *timer;
  uint64_t at;
  int due, turns_before;
} alarm_clock;

static void ring(void *ctx) {
  alarm_clock *a = ctx;
  assert_true(cg_loop_now(a->w->loop) >= a->at);
  a->due++;
  a->turns_before = a->w->turns;
  if (a->due < 3) {
    a->at = cg_loop_now(a->w->loop) + 1500;
    cg_timer_at(a->timer, a->at);
  }
}

/* A timer rings once, not before its time, and again if it is set again; each time is
 * a turn, which ends before the loop waits for the next. */
static void test_timer(void **state) {
  alarm_clock a = { .w = *state }, past = { .w = *state, .due = 2 };
  assert_int_equal(cg_timer_new(a.w->loop, ring, &a, &a.timer), CG_OK);
  assert_int_equal(cg_timer_new(a.w->loop, ring, &past, &past.timer), CG_OK);
  a.at = cg_loop_now(a.w->loop) + 3300;
  cg_timer_at(a.timer, a.at);
  cg_timer_at(past.timer, 5);
  cg_loop_run(a.w->loop);
  assert_int_equal(a.due, 3);
  assert_int_equal(past.due, 3);
  assert_int_equal(past.turns_before, 0);
  assert_int_equal(a.turns_before, 3);
  assert_int_equal(a.w->turns, 4);
  cg_timer_at(a.timer, cg_loop_now(a.w->loop) + 1000);
  cg_timer_at(a.timer, UINT64_MAX);
  cg_loop_run(a.w->loop);
  assert_int_equal(a.due, 3);
  cg_timer_free(a.timer);
  cg_timer_free(NULL);
}

static void ring_and_free(void *ctx) {
  alarm_clock *a = ctx;
  a->due++;
  cg_timer_free(a->timer);
}

static void test_timer_freed_in_due(void **state) {
  alarm_clock a = { .w = *state };
  assert_int_equal(cg_timer_new(a.w->loop, ring_and_free, &a, &a.timer), CG_OK);
  cg_timer_at(a.timer, 0);
  cg_loop_run(a.w->loop);
  assert_int_equal(a.due, 1);
}

static void test_nothing_to_do(void **state) {
  world *w = *state;
  cg_loop_run(w->loop);
  assert_int_equal(w->turns, 0);
  uint64_t now = cg_loop_now(w->loop);
  assert_true(now / 1000000 > 1600000000);
  assert_true(cg_loop_now(w->loop) >= now);
}

/* --- signals, children, randomness ------------------------------------------------- */

static void stop_on_signal(void *ctx, int signal) {
  world *w = ctx;
  w->failed = signal;
  cg_loop_stop(w->loop);
}

static void raise_term(void *ctx) {
  (void)ctx;
  raise(SIGTERM);
}

static void raise_int(void *ctx) {
  (void)ctx;
  raise(SIGINT);
}

static void due_stop(void *ctx) {
  world *w = ctx;
  w->failed++;
  cg_loop_stop(w->loop);
}

static void turn_stop(void *ctx) {
  cg_loop_stop(((world *)ctx)->loop);
}

/* A stop counts for the run that it comes in, and for no other. */
static void test_stop_outside(void **state) {
  world *w = *state;
  cg_timer *t;
  cg_loop_stop(w->loop);
  assert_int_equal(cg_timer_new(w->loop, due_stop, w, &t), CG_OK);
  cg_timer_at(t, 0);
  cg_loop_run(w->loop);
  assert_int_equal(w->failed, 1); /* it was not over at once */
  cg_loop_on_turn(w->loop, turn_stop, w);
  cg_timer_at(t, 0);
  cg_loop_run(w->loop); /* stopped twice, once behind the last callback */
  cg_loop_on_turn(w->loop, NULL, NULL);
  cg_timer_at(t, 0);
  cg_loop_run(w->loop);
  assert_int_equal(w->failed, 3);
  cg_timer_free(t);
  cg_loop_stop(w->loop); /* freeing it, in tear_down, closes all the same */
}

static void test_signals(void **state) {
  world *w = *state;
  cg_timer *timer;
  assert_int_equal(cg_loop_on_signal(w->loop, stop_on_signal, w), CG_OK);
  cg_loop_run(w->loop); /* signals alone keep no loop alive */
  listen_on(w, "127.0.0.1:0");
  assert_int_equal(cg_timer_new(w->loop, raise_term, NULL, &timer), CG_OK);
  cg_timer_at(timer, 0);
  cg_loop_run(w->loop);
  assert_int_equal(w->failed, SIGTERM);
  assert_int_equal(w->turns, 2); /* the timer's and the signal's */
  cg_timer_free(timer);
  assert_int_equal(cg_timer_new(w->loop, raise_int, NULL, &timer), CG_OK);
  assert_int_equal(cg_loop_on_signal(w->loop, stop_on_signal, w), CG_OK);
  cg_timer_at(timer, 0);
  cg_loop_run(w->loop);
  assert_int_equal(w->failed, SIGINT);
}

static void child_ended(void *ctx, int status) {
  *(int *)ctx = status;
}

static int run_shell(world *w, const char *script, const char *const env[]) {
  char text[200];
  snprintf(text, sizeof text, "%s", script);
  char *const argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, text, NULL };
  int status = -1;
  cg_fault fault;
  cg_err err = cg_loop_spawn(w->loop, argv, env, child_ended, &status, &fault);
  if (err) print_error("%s\n", fault.text);
  assert_int_equal(err, CG_OK);
  cg_loop_run(w->loop);
  return status;
}

static void test_spawn(void **state) {
  const char *const env[] = { "CG_TEST_A=one two", "CG_TEST_B=", NULL };
  const char *const none[] = { NULL };
  setenv("CG_TEST_A", "old", 1);
  setenv("CG_TEST_AB", "kept", 1);
  assert_int_equal(run_shell(*state, "exit 7", none), 7);
  assert_int_equal(run_shell(*state, "kill -9 $$", none), 128 + 9);
  assert_int_equal(run_shell(*state,
                             "test \"$CG_TEST_A\" = 'one two' && test -z \"$CG_TEST_B\" &&"
                             " test \"$CG_TEST_AB\" = kept && test -n \"$PATH\"",
                             env),
                   0);
  assert_int_equal(run_shell(*state, "test \"$CG_TEST_A\" = old", none), 0);
  assert_int_equal(run_shell(*state,
                             "test $(tr '\\0' '\\n' </proc/$$/environ |"
                             " grep -c ^CG_TEST_A=) = 1",
                             env),
                   0);
}

static void test_spawn_missing(void **state) {
  world *w = *state;
  char *const argv[] = { (char[]){ "centigram-no-such-command" }, NULL };
  const char *const env[] = { NULL };
  cg_fault fault = { 0 };
  assert_int_equal(cg_loop_spawn(w->loop, argv, env, child_ended, w, &fault),
                   CG_E_NOT_FOUND);
  assert_non_null(strstr(fault.text, "centigram-no-such-command"));
  cg_loop_run(w->loop);
}

/* All bytes are filled, also beyond the size that one system call gives whole. */
static void test_random(void **state) {
  (void)state;
  static uint8_t all[1000], some[1000];
  for (int i = 0; i < 32; i++) {
    memset(some, 0, sizeof some);
    assert_int_equal(cg_random(NULL, some, sizeof some - 1), CG_OK);
    for (size_t k = 0; k < sizeof all; k++) all[k] |= some[k];
  }
  for (size_t k = 0; k < sizeof all - 1; k++) assert_true(all[k] != 0);
  assert_int_equal(all[sizeof all - 1], 0);
  assert_int_equal(cg_random(NULL, some, 0), CG_OK);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(echo),          TEST(echo_name),     TEST(echo_mapped),
    TEST(echo_wildcard),
    TEST(resolved_name), TEST(big),           TEST(queue_limit),
    TEST(accepted_limit), TEST(linger),        TEST(free_lingering),
    TEST(close_in_opened), TEST(half_closed), TEST(connect_in_closed),
    TEST(free_open),     TEST(in_use),        TEST(reuse),
    TEST(bad_address),   TEST(split),         TEST(refused),
    TEST(accept_memory), TEST(memory),        TEST(timer),
    TEST(timer_freed_in_due), TEST(nothing_to_do), TEST(signals),
    TEST(stop_outside),
    TEST(spawn),         TEST(spawn_missing), TEST(random),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
