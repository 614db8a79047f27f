/* SPDX-License-Identifier: MIT */
/* inbox_test.c - the routes over a server that only writes down what it is asked. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "inbox.h"
#include "guard.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the stand-in for the server ------------------------------------------------- */

enum { PENDING = 4 };

struct cg_server {
  char asked[200];   /* the newest question */
  int questions, forgotten;
  bool later;        /* keep the question open */
  bool no_ticket;    /* ... and give no number for it */
  struct {
    cg_server_answer *answer;
    void *ctx;
  } open[PENDING]; /* ticket - 1 */
};

__attribute__((format(printf, 4, 5))) static uint64_t
ask(cg_server *s, cg_server_answer *answer, void *ctx, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(s->asked, sizeof s->asked, format, args);
  va_end(args);
  int at = s->questions++;
  if (!s->later) {
    answer(ctx, 200, cg_bytes_of(s->asked));
    return 0;
  }
  assert_true(at < PENDING);
  s->open[at].answer = answer;
  s->open[at].ctx = ctx;
  return s->no_ticket ? 0 : (uint64_t)at + 1;
}

static void answer_open(cg_server *s, int at, const char *json) {
  assert_non_null(s->open[at].answer);
  s->open[at].answer(s->open[at].ctx, 200, cg_bytes_of(json));
  s->open[at].answer = NULL;
}

uint64_t cg_server_codes(cg_server *s, const char *phone, int wait_s, uint64_t now_us,
                         cg_server_answer *answer, void *ctx) {
  (void)now_us;
  return ask(s, answer, ctx, "codes %s %d", phone ? phone : "all", wait_s);
}

void cg_server_forget(cg_server *s, uint64_t ticket) {
  assert_non_null(s->open[ticket - 1].answer);
  s->open[ticket - 1].answer = NULL;
  s->forgotten++;
}

void cg_server_users(cg_server *s, cg_server_answer *answer, void *ctx) {
  ask(s, answer, ctx, "users");
}

void cg_server_user_add(cg_server *s, cg_bytes json, uint64_t now_us,
                        cg_server_answer *answer, void *ctx) {
  (void)now_us;
  ask(s, answer, ctx, "add %.*s", (int)json.len, (const char *)json.at);
}

void cg_server_user_ban(cg_server *s, cg_bytes json, uint64_t now_us,
                        cg_server_answer *answer, void *ctx) {
  (void)now_us;
  ask(s, answer, ctx, "ban %.*s", (int)json.len, (const char *)json.at);
}

void cg_server_user_password(cg_server *s, cg_bytes json, uint64_t now_us,
                             cg_server_answer *answer, void *ctx) {
  (void)now_us;
  ask(s, answer, ctx, "password %.*s", (int)json.len, (const char *)json.at);
}

void cg_server_advance(cg_server *s, cg_bytes json, uint64_t now_us,
                       cg_server_answer *answer, void *ctx) {
  (void)now_us;
  ask(s, answer, ctx, "advance %.*s", (int)json.len, (const char *)json.at);
}

void cg_server_reset(cg_server *s, uint64_t now_us, cg_server_answer *answer, void *ctx) {
  (void)now_us;
  ask(s, answer, ctx, "reset");
}

void cg_server_missing(cg_server *s, cg_server_answer *answer, void *ctx) {
  ask(s, answer, ctx, "missing");
}

/* NULL: the store fails. */
static const cg_server_metrics *measures;

void cg_server_measure(cg_server *s, uint64_t now_us, cg_server_measured *measured,
                       void *ctx) {
  (void)now_us;
  s->questions++;
  measured(ctx, measures);
}

const char *cg_server_inbox_token(const cg_server *s) {
  (void)s;
  return "00112233445566778899aabbccddeeff";
}

/* --- one inbox with connections numbered from 1 ------------------------------------ */

typedef struct {
  cg_server server;
  cg_inbox *inbox;
  uint64_t now;
  cg_inbox_conn *conns[4];
  char sent[4][8192];
  bool closed[4];
} world;

static uint64_t memory(void) {
  return 4096;
}

static world *open_world(const char *host, bool private_profile) {
  world *w = calloc(1, sizeof *w);
  assert_non_null(w);
  cg_inbox_options o = { .host = host, .private_profile = private_profile, .memory = memory };
  assert_int_equal(cg_inbox_new(&w->inbox, &w->server, &o), CG_OK);
  w->now = UINT64_C(1700000000000000);
  for (size_t i = 0; i < 4; i++) {
    w->conns[i] = cg_inbox_open(w->inbox, &w->sent[i], w->now);
    assert_non_null(w->conns[i]);
  }
  return w;
}

static void close_world(world *w) {
  cg_inbox_free(w->inbox);
  free(w);
}

/* Ends a turn of the loop. */
static void turn(world *w) {
  cg_inbox_output out;
  cg_inbox_tick(w->inbox, w->now);
  while (cg_inbox_next(w->inbox, &out)) {
    size_t i = (size_t)((char(*)[8192])out.stream - w->sent);
    size_t had = strlen(w->sent[i]);
    assert_true(had + out.bytes.len < sizeof w->sent[i]);
    if (out.bytes.len) memcpy(w->sent[i] + had, out.bytes.at, out.bytes.len);
    if (out.close) w->closed[i] = true;
  }
}

static void feed(world *w, size_t conn, const char *text) {
  cg_inbox_feed(w->conns[conn], cg_bytes_of(text), w->now);
}

static void gone(world *w, size_t conn) {
  cg_inbox_gone(w->conns[conn]);
  w->conns[conn] = NULL;
}

/* Sends one request on the first connection; gives the status and leaves the answer
 * in sent[0]. */
static int request(world *w, const char *line, const char *headers, const char *body) {
  char text[2000];
  snprintf(text, sizeof text, "%s HTTP/1.1\r\n%sContent-Length: %zu\r\n\r\n%s", line, headers,
           strlen(body), body);
  memset(w->sent[0], 0, sizeof w->sent[0]);
  feed(w, 0, text);
  turn(w);
  assert_int_equal(strncmp(w->sent[0], "HTTP/1.1 ", 9), 0);
  return atoi(w->sent[0] + 9);
}

static const char *body_of(const world *w) {
  const char *end = strstr(w->sent[0], "\r\n\r\n");
  assert_non_null(end);
  return end + 4;
}

#define HOST "Host: localhost:4480\r\n"
#define JSON HOST "Content-Type: application/json\r\n"

static void asks(world *w, const char *line, const char *body, const char *what) {
  assert_int_equal(request(w, line, JSON, body), 200);
  assert_string_equal(w->server.asked, what);
  assert_string_equal(body_of(w), what);
}

static void test_routes(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  asks(w, "GET /codes", "", "codes all 0");
  asks(w, "GET /codes?phone=9996612345", "", "codes 9996612345 0");
  asks(w, "GET /codes?phone=+999%2066-12345", "", "codes 9996612345 0");
  asks(w, "GET /codes?phone=%2B9996612345", "", "codes 9996612345 0");
  asks(w, "GET /codes/wait", "", "codes all 30");
  asks(w, "GET /codes/wait?phone=999&timeout=5", "", "codes 999 5");
  asks(w, "GET /codes/wait?timeout=3600", "", "codes all 3600");
  asks(w, "GET /codes/wait?timeout=0", "", "codes all 0");
  asks(w, "GET /users", "", "users");
  asks(w, "POST /users", "{\"phone\":\"1\"}", "add {\"phone\":\"1\"}");
  asks(w, "POST /users/ban", "{}", "ban {}");
  asks(w, "POST /users/password", "{}", "password {}");
  asks(w, "POST /clock", "{\"advance_s\":300}", "advance {\"advance_s\":300}");
  asks(w, "POST /reset", "", "reset");
  asks(w, "GET /methods/missing", "", "missing");
  int before = w->server.questions;
  assert_int_equal(request(w, "GET /healthz", HOST, ""), 200);
  assert_string_equal(body_of(w), "{\"ok\":true}");
  assert_int_equal(w->server.questions, before);
  assert_int_equal(request(w, "HEAD /codes", HOST, ""), 200);
  assert_string_equal(w->server.asked, "codes all 0");
  assert_string_equal(body_of(w), "");
  close_world(w);
}

static void test_metrics(void **state) {
  (void)state;
  static const char *const lines[] = {
    "\nContent-Type: text/plain; version=0.0.4\r\n",
    "\n# HELP centigram_server_connections MTProto connections.\n"
    "# TYPE centigram_server_connections gauge\ncentigram_server_connections 2\n",
    "\ncentigram_server_codes{state=\"live\"} 7\n"
    "centigram_server_codes{state=\"used\"} 8\n",
    "\n# TYPE centigram_server_calls_total counter\n"
    "centigram_server_calls_total{result=\"ok\"} 9\n"
    "centigram_server_calls_total{result=\"400\"} 10\n",
    "\nprocess_resident_memory_bytes 4096\n" };
  cg_server_metrics m = { .uptime_s = 1, .connections = 2, .sessions = 3, .keys = 4,
                          .codes = { { "live", 7 }, { "used", 8 } },
                          .calls = { { "ok", 9 }, { "400", 10 } } };
  for (size_t i = 2; i < CG_SERVER_CODE_STATES; i++) m.codes[i].name = "x";
  for (size_t i = 2; i < CG_SERVER_RESULTS; i++) m.calls[i].name = "x";
  world *w = open_world("127.0.0.1", false);
  measures = &m;
  assert_int_equal(request(w, "GET /metrics", HOST, ""), 200);
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
    if (!strstr(w->sent[0], lines[i])) fail_msg("%s\nin%s", lines[i], w->sent[0]);
  assert_int_equal(request(w, "HEAD /metrics", HOST, ""), 200);
  assert_string_equal(body_of(w), "");
  assert_int_equal(request(w, "POST /metrics", JSON, "{}"), 405);
  assert_int_equal(request(w, "GET /metrics", "Host: evil.example\r\n", ""), 421);
  measures = NULL;
  assert_int_equal(request(w, "GET /metrics", HOST, ""), 500);
  close_world(w);
}

static void refuses(world *w, const char *line, const char *headers, const char *body,
                    int status) {
  int before = w->server.questions;
  int got = request(w, line, headers, body);
  if (got != status) print_error("%s: %s\n", line, w->sent[0]);
  assert_int_equal(got, status);
  assert_int_equal(w->server.questions, before);
  assert_int_equal(strncmp(body_of(w), "{\"error\":\"", 10), 0);
  assert_false(w->closed[0]);
}

static void test_refusals(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  refuses(w, "GET /none", HOST, "", 404);
  refuses(w, "GET /codes/", HOST, "", 404);
  refuses(w, "GET /codes?phone=", HOST, "", 400);
  refuses(w, "GET /codes?phone=abc", HOST, "", 400);
  refuses(w, "GET /codes?phone=123456789012345678901", HOST, "", 400);
  refuses(w, "GET /codes/wait?timeout=3601", HOST, "", 400);
  refuses(w, "GET /codes/wait?timeout=99999999999999", HOST, "", 400);
  refuses(w, "GET /codes/wait?timeout=-1", HOST, "", 400);
  refuses(w, "GET /codes/wait?timeout=5s", HOST, "", 400);
  refuses(w, "GET /codes/wait?timeout=", HOST, "", 400);
  refuses(w, "POST /codes", HOST, "", 405);
  assert_non_null(strstr(w->sent[0], "Allow: GET, HEAD\r\n"));
  refuses(w, "GET /users/ban", HOST, "", 405);
  refuses(w, "GET /users/password", HOST, "", 405);
  assert_non_null(strstr(w->sent[0], "Allow: POST\r\n"));
  refuses(w, "DELETE /users", HOST, "", 405);
  refuses(w, "OPTIONS /users", HOST, "", 405);
  refuses(w, "POST /users", HOST "Content-Type: text/plain\r\n", "{}", 415);
  refuses(w, "POST /reset", HOST "Content-Type: application/x-www-form-urlencoded\r\n", "",
          415);
  refuses(w, "POST /users", HOST "Content-Type: application/jsonx\r\n", "{}", 415);
  assert_int_equal(request(w, "HEAD /codes/wait", HOST, ""), 405);
  assert_int_equal(request(w, "POST /users", HOST, "{}"), 200);
  assert_int_equal(request(w, "POST /users",
                           HOST "Content-Type: Application/JSON;charset=UTF-8\r\n", "{}"),
                   200);
  close_world(w);
}

/* A page whose name was bound to our address cannot read codes. */
static void test_host(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  static const char *const ours[] = { "localhost", "LocalHost:4480", "127.0.0.1:4480",
                                      "127.0.0.1", "127.1.2.3:9", "[::1]:4480", "[::1]" };
  static const char *const others[] = { "evil.example:4480",   "127.0.0.1.evil.example",
                                        "localhost.evil",      "",
                                        "192.168.1.1",         "[::1",
                                        "[::1]x",              "localhost:4480x",
                                        "localhost:44:80",     "[]:1",
                                        "evil@localhost:4480", "0.0.0.0:4480" };
  char header[100];
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
    snprintf(header, sizeof header, "Host: %s\r\n", ours[i]);
    assert_int_equal(request(w, "GET /codes", header, ""), 200);
  }
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    snprintf(header, sizeof header, "Host: %s\r\n", others[i]);
    refuses(w, "GET /codes", header, "", 421);
  }
  close_world(w);
  w = open_world("[::1]", false);
  assert_int_equal(request(w, "GET /codes", "Host: [::1]:4480\r\n", ""), 200);
  close_world(w);
}

static void test_origin(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  assert_int_equal(request(w, "GET /codes", HOST "Origin: http://localhost:4480\r\n", ""), 200);
  refuses(w, "GET /codes", HOST "Origin: http://evil.example\r\n", "", 403);
  refuses(w, "POST /reset", HOST "Origin: null\r\n", "", 403);
  refuses(w, "POST /reset", HOST "Origin: http://localhost:1234\r\n", "", 403);
  refuses(w, "OPTIONS /users", HOST "Origin: http://evil.example\r\n", "", 403);
  close_world(w);
}

#define TOKEN "00112233445566778899aabbccddeeff"

static void check_token(const char *listens, bool private_profile, const char *host) {
  world *w = open_world(listens, private_profile);
  char headers[200];
#define WITH(text) (snprintf(headers, sizeof headers, "Host: %s\r\n" text, host), headers)
  refuses(w, "GET /codes", WITH(""), "", 401);
  assert_non_null(strstr(w->sent[0], "WWW-Authenticate: Bearer\r\n"));
  refuses(w, "GET /none", WITH(""), "", 401);
  refuses(w, "GET /healthz", WITH(""), "", 401);
  refuses(w, "GET /codes", WITH("Authorization: Bearer \r\n"), "", 401);
  refuses(w, "GET /codes", WITH("Authorization: " TOKEN "\r\n"), "", 401);
  refuses(w, "GET /codes", WITH("Authorization: Bearer " TOKEN "0\r\n"), "", 401);
  refuses(w, "GET /codes", WITH("Authorization: Bearer 1" TOKEN "\r\n"), "", 401);
  static const char *const wrong[] = { "00112233445566778899aabbccddeefe",
                                       "10112233445566778899aabbccddeeff",
                                       "00112233445566778899aabbccddeef" };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    snprintf(headers, sizeof headers, "Host: %s\r\nAuthorization: Bearer %s\r\n", host,
             wrong[i]);
    refuses(w, "GET /codes", headers, "", 401);
  }
  assert_int_equal(
      request(w, "GET /codes", WITH("Authorization: Bearer " TOKEN "\r\n"), ""), 200);
  assert_int_equal(
      request(w, "GET /codes", WITH("authorization: bearer " TOKEN "\r\n"), ""), 200);
  close_world(w);
}

static void test_token(void **state) {
  (void)state;
  check_token("127.0.0.1", true, "localhost");
  check_token("192.168.1.5", false, "192.168.1.5:4480");
  check_token("0.0.0.0", false, "box.example:4480");
  world *w = open_world("192.168.1.5", false);
  refuses(w, "GET /codes", "Host: a\r\nAuthorization: Bearer " TOKEN "\r\n", "", 421);
  close_world(w);
}

/* --- long polls, order, turns -------------------------------------------------------- */

#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"

/* Nothing leaves before the driver asks for it, which it does after the turn. */
static void test_held_back(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  feed(w, 0, GET("/users"));
  assert_int_equal(w->server.questions, 1);
  cg_inbox_drop(w->inbox);
  turn(w);
  assert_string_equal(w->sent[0], "");
  assert_true(w->closed[0]);
  feed(w, 1, GET("/users"));
  turn(w);
  assert_non_null(strstr(w->sent[1], "\r\n\r\nusers"));
  assert_false(w->closed[1]);
  turn(w);
  assert_int_equal(strlen(strstr(w->sent[1], "\r\n\r\nusers")), 9); /* once */
  close_world(w);
}

/* Requests behind a long poll wait for it, and keep their order. */
static void test_pipelined(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  w->server.later = true;
  feed(w, 0, GET("/codes/wait") GET("/users") GET("/methods/missing"));
  feed(w, 1, GET("/healthz"));
  turn(w);
  assert_int_equal(w->server.questions, 1);
  assert_string_equal(w->sent[0], "");
  assert_non_null(strstr(w->sent[1], "200 OK"));
  w->server.later = false;
  answer_open(&w->server, 0, "polled");
  turn(w);
  const char *a = strstr(w->sent[0], "polled"), *b = strstr(w->sent[0], "users"),
             *c = strstr(w->sent[0], "missing");
  assert_true(a && b && c && a < b && b < c);
  close_world(w);
}

/* Requests that were sent ahead in masses are answered bit by bit. */
static void test_pipelined_masses(void **state) {
  (void)state;
  enum { MANY = 3000, TURN_MOST = (256 << 10) + 1000 };
  world *w = open_world("127.0.0.1", false);
  char *text = malloc(MANY * sizeof GET("/healthz") + 1), *p = text;
  for (int i = 0; i < MANY; i++) p = stpcpy(p, GET("/healthz"));
  feed(w, 0, text);
  free(text);
  size_t answers = 0, turns = 0;
  for (bool any = true; any; turns++) {
    cg_inbox_output out;
    cg_inbox_tick(w->inbox, w->now);
    any = cg_inbox_next(w->inbox, &out);
    assert_true(!any || out.bytes.len <= TURN_MOST);
    for (size_t i = 0; any && i + 6 <= out.bytes.len; i++)
      answers += !memcmp(out.bytes.at + i, "200 OK", 6);
    if (any) assert_false(cg_inbox_next(w->inbox, &out));
    if (any && answers < MANY) assert_true(cg_inbox_deadline(w->inbox) <= w->now);
  }
  assert_int_equal(answers, MANY);
  assert_true(turns > 2);
  close_world(w);
}

/* An answer that comes after the tick of a turn: what waits behind it gets a turn of
 * its own, which the deadline asks for. */
static void test_answered_in_turn(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  w->server.later = true;
  feed(w, 0, GET("/codes/wait") GET("/users"));
  cg_inbox_tick(w->inbox, w->now);
  w->server.later = false;
  answer_open(&w->server, 0, "polled");
  cg_inbox_output out;
  assert_true(cg_inbox_next(w->inbox, &out));
  assert_false(cg_inbox_next(w->inbox, &out));
  assert_int_equal(w->server.questions, 1);
  assert_int_equal(cg_inbox_deadline(w->inbox), 0);
  turn(w);
  assert_non_null(strstr(w->sent[0], "users"));
  assert_true(cg_inbox_deadline(w->inbox) > w->now);
  close_world(w);
}

static void test_gone(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  w->server.later = true;
  feed(w, 0, GET("/codes/wait"));
  gone(w, 0);
  assert_int_equal(w->server.forgotten, 1);
  w->server.no_ticket = true;
  feed(w, 1, GET("/users"));
  gone(w, 1);
  answer_open(&w->server, 1, "nobody is there");
  feed(w, 2, GET("/users"));
  cg_inbox_free(w->inbox);
  answer_open(&w->server, 2, "no inbox is there");
  assert_int_equal(w->server.forgotten, 1);
  free(w);
}

/* A connection may go while the driver holds its output, and in any other list. */
static void test_gone_early(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  cg_inbox_output out;
  feed(w, 0, GET("/users"));
  feed(w, 1, GET("/users"));
  assert_true(cg_inbox_next(w->inbox, &out));
  assert_true(out.stream == &w->sent[0]);
  gone(w, 0);
  gone(w, 1);
  assert_false(cg_inbox_next(w->inbox, &out));
  gone(w, 2);
  gone(w, 3);
  assert_true(cg_inbox_deadline(w->inbox) == UINT64_MAX);
  cg_inbox_gone(NULL);
  cg_inbox_feed(NULL, CG_LIT("x"), w->now);
  close_world(w);
}

static void test_closing(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  feed(w, 0, "GET /users HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
  feed(w, 1, "nonsense\r\n\r\n");
  turn(w);
  assert_true(w->closed[0] && w->closed[1] && !w->closed[2]);
  assert_non_null(strstr(w->sent[0], "users"));
  assert_non_null(strstr(w->sent[1], "400 Bad Request"));
  close_world(w);
}

static void at(world *w, uint64_t seconds) {
  w->now = UINT64_C(1700000000000000) + seconds * 1000000;
  turn(w);
}

/* A minute without a whole request ends a connection, a long poll does not. */
static void test_slow(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  w->server.later = true;
  feed(w, 0, GET("/codes/wait"));
  assert_true(cg_inbox_deadline(w->inbox) <= w->now + 60000000);
  at(w, 30);
  feed(w, 1, GET("/healthz"));
  feed(w, 2, "GET /hea"); /* begun, but not whole */
  at(w, 59);
  assert_false(w->closed[2] || w->closed[3]);
  at(w, 70);
  assert_true(w->closed[2] && w->closed[3]);
  assert_false(w->closed[0] || w->closed[1]);
  at(w, 1000);
  assert_true(w->closed[1]);
  assert_false(w->closed[0]);
  answer_open(&w->server, 0, "polled");
  at(w, 1001);
  assert_non_null(strstr(w->sent[0], "polled"));
  at(w, 1050);
  assert_false(w->closed[0]);
  close_world(w);
}

static void test_memory(void **state) {
  (void)state;
  world *w = open_world("127.0.0.1", false);
  cg_inbox *inbox = NULL;
  cg_inbox_options o = { .host = "127.0.0.1" };
  cg_mem_fail_after(0);
  assert_int_equal(cg_inbox_new(&inbox, &w->server, &o), CG_E_MEMORY);
  for (long n = 0; n < 2; n++) {
    cg_mem_fail_after(n);
    assert_null(cg_inbox_open(w->inbox, w, w->now));
  }
  cg_mem_fail_after(-1);
  char host[300];
  memset(host, 'x', sizeof host);
  host[299] = 0;
  o.host = host;
  assert_int_equal(cg_inbox_new(&inbox, &w->server, &o), CG_E_LIMIT);
  assert_null(inbox);
  /* No allocation's failure leaves a connection open without its answer. */
  for (long n = 0; n < 30; n++) {
    gone(w, 0);
    w->conns[0] = cg_inbox_open(w->inbox, &w->sent[0], w->now);
    w->sent[0][0] = 0;
    memset(w->sent[0], 0, sizeof w->sent[0]);
    w->closed[0] = false;
    cg_mem_fail_after(n);
    feed(w, 0, GET("/users"));
    cg_mem_fail_after(-1);
    turn(w);
    assert_true(w->closed[0] || strstr(w->sent[0], "\r\n\r\nusers"));
  }
  assert_false(w->closed[0]);
  close_world(w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_routes),
    cmocka_unit_test(test_metrics),    cmocka_unit_test(test_refusals),
    cmocka_unit_test(test_host),      cmocka_unit_test(test_origin),
    cmocka_unit_test(test_token),     cmocka_unit_test(test_held_back),
    cmocka_unit_test(test_pipelined), cmocka_unit_test(test_pipelined_masses),
    cmocka_unit_test(test_answered_in_turn),
    cmocka_unit_test(test_gone),      cmocka_unit_test(test_gone_early),
    cmocka_unit_test(test_closing),   cmocka_unit_test(test_slow),
    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
