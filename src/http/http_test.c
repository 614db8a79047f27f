/* SPDX-License-Identifier: MIT */
/* http_test.c - requests whole, in pieces and ahead of answers; limits; refusals. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "http.h"
#include "mem.h"
#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What was sent so far. */
static char sent[1 << 16];

static void collect(cg_http *h) {
  cg_bytes out = cg_http_output(h);
  size_t had = strlen(sent);
  assert_true(had + out.len < sizeof sent);
  if (out.len) memcpy(sent + had, out.at, out.len);
  sent[had + out.len] = 0;
  cg_http_sent(h);
}

static cg_http *fresh(void) {
  cg_http *h = cg_http_new();
  assert_non_null(h);
  sent[0] = 0;
  return h;
}

static void feed(cg_http *h, const char *text) {
  cg_http_feed(h, cg_bytes_of(text));
}

/* Answers with "METHOD PATH BODY". */
static void echo(cg_http *h, const cg_http_request *rq) {
  char text[300];
  int len = snprintf(text, sizeof text, "%s %s %.*s", rq->method, rq->path,
                     (int)rq->body.len, (const char *)rq->body.at);
  cg_http_reply(h, &(cg_http_answer){ .status = 200, .content_type = "text/plain",
                                      .body = { (uint8_t *)text, (size_t)len } });
}

static void answer_all(cg_http *h) {
  const cg_http_request *rq;
  while ((rq = cg_http_next(h))) echo(h, rq);
  collect(h);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: localhost\r\n\r\n"

static int count(const char *what) {
  int n = 0;
  for (const char *at = sent; (at = strstr(at, what)); at += strlen(what)) n++;
  return n;
}

/* The whole connection, with its one refusal. */
static void refused(const char *text, int status) {
  char want[20];
  cg_http *h = fresh();
  feed(h, text);
  assert_null(cg_http_next(h));
  collect(h);
  snprintf(want, sizeof want, "HTTP/1.1 %d ", status);
  if (strncmp(sent, want, strlen(want))) print_error("%.60s: %s\n", text, sent);
  assert_int_equal(strncmp(sent, want, strlen(want)), 0);
  assert_int_equal(count("HTTP/1.1 "), 1);
  assert_non_null(strstr(sent, "Connection: close\r\n"));
  assert_non_null(strstr(sent, "{\"error\":\""));
  assert_true(cg_http_over(h));
  feed(h, GET("/"));
  assert_null(cg_http_next(h));
  assert_int_equal(cg_http_output(h).len, 0);
  cg_http_free(h);
}

static void test_request(void **state) {
  (void)state;
  cg_http *h = fresh();
  feed(h, "POST /a%20b/%C3%A9?x=1&y=a+b%2B%3d&&flag&x=2 HTTP/1.1\r\nHOST: localhost:80\r\n"
          "authorization:  Bearer t \r\nOrigin: http://localhost:80\r\nX-Other: no\r\n"
          "Content-Type: application/json; charset=utf-8\r\nContent-Length: 4\r\n\r\n"
          "b\0dy");
  assert_null(cg_http_next(h));
  cg_http_feed(h, CG_LIT("\0dy"));
  const cg_http_request *rq = cg_http_next(h);
  assert_non_null(rq);
  assert_string_equal(rq->method, "POST");
  assert_string_equal(rq->path, "/a b/\xc3\xa9");
  assert_int_equal(rq->param_count, 4);
  assert_string_equal(cg_http_get(rq, "x"), "1");
  assert_string_equal(cg_http_get(rq, "y"), "a b+=");
  assert_string_equal(cg_http_get(rq, "flag"), "");
  assert_null(cg_http_get(rq, "z"));
  assert_string_equal(rq->params[3].value, "2");
  assert_string_equal(rq->host, "localhost:80");
  assert_string_equal(rq->authorization, "Bearer t");
  assert_string_equal(rq->origin, "http://localhost:80");
  assert_string_equal(rq->content_type, "application/json; charset=utf-8");
  assert_true(cg_bytes_equal(rq->body, CG_LIT("b\0dy")));
  cg_http_reply(h, &(cg_http_answer){ .status = 200, .body = CG_LIT("[]") });
  collect(h);
  assert_string_equal(sent, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                            "Content-Length: 2\r\nCache-Control: no-store\r\n"
                            "X-Content-Type-Options: nosniff\r\n\r\n[]");
  assert_false(cg_http_over(h));
  assert_null(cg_http_next(h));
  cg_http_free(h);
}

static const char pipeline[] =
    "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
    "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2\r\nde\r\n1;x=y\r\nf\r\n0\r\nHost: trailer\r\nExpect: nothing\r\n\r\n"
    "HEAD /3 HTTP/1.1\r\nHost: h\r\n\r\n"
    "GET /4 HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n"
    "GET /5 HTTP/1.1\r\nHost: h\r\n\r\n";

static void check_pipeline(const cg_http *h) {
  assert_int_equal(count("HTTP/1.1 200 OK"), 4);
  const char *one = strstr(sent, "POST /1 abc"), *two = strstr(sent, "POST /2 def");
  const char *four = strstr(sent, "GET /4 ");
  assert_true(one && two && four && one < two && two < four);
  assert_null(strstr(sent, "HEAD /3"));
  assert_int_equal(count("Content-Length: 8\r\n"), 1); /* of the HEAD */
  assert_int_equal(count("Connection: close"), 1);
  assert_true(cg_http_over(h));
}

/* All at once, and a byte at a time, answered at once or as late as can be. */
static void test_pipeline(void **state) {
  (void)state;
  cg_http *h = fresh();
  feed(h, pipeline);
  answer_all(h);
  check_pipeline(h);
  cg_http_free(h);

  h = fresh();
  for (size_t i = 0; i < sizeof pipeline - 1; i++) {
    cg_http_feed(h, (cg_bytes){ (const uint8_t *)pipeline + i, 1 });
    answer_all(h);
  }
  check_pipeline(h);
  cg_http_free(h);

  h = fresh();
  for (size_t i = 0; i < sizeof pipeline - 1; i++)
    cg_http_feed(h, (cg_bytes){ (const uint8_t *)pipeline + i, 1 });
  assert_string_equal(cg_http_next(h)->path, "/1");
  assert_string_equal(cg_http_next(h)->path, "/1"); /* until it is answered */
  answer_all(h);
  check_pipeline(h);
  cg_http_free(h);
}

/* Every way to cut the bytes in two gives the same. */
static void test_cuts(void **state) {
  (void)state;
  for (size_t cut = 0; cut < sizeof pipeline; cut++) {
    cg_http *h = fresh();
    cg_http_feed(h, (cg_bytes){ (const uint8_t *)pipeline, cut });
    cg_http_feed(h, (cg_bytes){ (const uint8_t *)pipeline + cut, sizeof pipeline - 1 - cut });
    answer_all(h);
    check_pipeline(h);
    cg_http_free(h);
  }
}

static void test_has_more(void **state) {
  (void)state;
  cg_http *h = fresh();
  feed(h, GET("/1") GET("/2"));
  assert_false(cg_http_has_more(h));
  echo(h, cg_http_next(h));
  assert_true(cg_http_has_more(h));
  echo(h, cg_http_next(h));
  assert_false(cg_http_has_more(h));
  cg_http_free(h);
}

static void test_versions(void **state) {
  (void)state;
  cg_http *h = fresh();
  feed(h, "GET /old HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
  answer_all(h);
  assert_int_equal(count("Connection: keep-alive\r\n"), 1);
  assert_false(cg_http_over(h));
  feed(h, "GET /old HTTP/1.0\r\nHost: h\r\n\r\n");
  answer_all(h);
  assert_true(cg_http_over(h));
  cg_http_free(h);
  refused("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505);
  refused("GET / HTTP/1.7\r\nHost: h\r\n\r\n", 505);
  refused("GET /\r\n\r\n", 505);
}

static void test_malformed(void **state) {
  (void)state;
  refused("\x16\x03\x01\x02", 400);
  refused("GET / HTTP/1.1\r\n\r\n", 400); /* no host */
  refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
  refused("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nauthorization: b\r\n\r\n", 400);
  refused("GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  refused("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  refused("GET /%0 HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  refused("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  refused("GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  refused("GET /?a=%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  refused("GET /?%=1 HTTP/1.1\r\nHost: a\r\n\r\n", 400);
  refused("GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n", 400);
  refused("GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", 400);
}

/* What two servers behind each other could read differently. */
static void test_smuggling(void **state) {
  (void)state;
  refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
  refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
          "Content-Length: 4\r\n\r\n0\r\n\r\n", 400);
  refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n",
          400);
  refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400);
  refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x4\r\n\r\n", 400);
  refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 400);
  refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", 400);
  static const char *const headers[] = {
    "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: xchunked",
    "Transfer-Encoding:\013chunked", "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity, chunked", "Transfer-Encoding : chunked",
    "Transfer-Encoding: \"chunked\"", "Content-Length: 4, 4", "Content-Length: +4",
    "Content-Length: 4 4", "Content-Length:", "Content-Length : 4",
    "Content-Length: 4\r\n\t4", "X\r\n: y", ": y", "X(: y", "X: a\rY: b",
    "Transfer-Encoding: gzip, chunked", "Transfer-Encoding:",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
  };
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    char text[200];
    snprintf(text, sizeof text, "POST / HTTP/1.1\r\nHost: a\r\n%s\r\n\r\n0\r\n\r\n",
             headers[i]);
    refused(text, 400);
  }
  refused("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          400);
}

/* A text of `head`, `n` times `unit`, `tail`; freed by the next call. */
static const char *long_text(const char *head, size_t n, const char *unit,
                             const char *tail) {
  static char *text;
  size_t len = strlen(head) + n * strlen(unit) + strlen(tail) + 1;
  free(text);
  text = malloc(len);
  assert_non_null(text);
  strcpy(text, head);
  char *at = text + strlen(head);
  for (size_t i = 0; i < n; i++, at += strlen(unit)) strcpy(at, unit);
  strcpy(at, tail);
  return text;
}

static void accepted(const char *text) {
  cg_http *h = fresh();
  feed(h, text);
  assert_non_null(cg_http_next(h));
  cg_http_free(h);
}

static void test_limits(void **state) {
  (void)state;
  const char *end = " HTTP/1.1\r\nHost: a\r\n\r\n";
  accepted(long_text("GET /", CG_HTTP_URL_MOST - 1, "x", end));
  refused(long_text("GET /", CG_HTTP_URL_MOST, "x", end), 414);
  const char *head = "GET / HTTP/1.1\r\nHost: a\r\n";
  accepted(long_text(head, CG_HTTP_HEADER_COUNT - 1, "A: b\r\n", "\r\n"));
  refused(long_text(head, CG_HTTP_HEADER_COUNT, "A: b\r\n", "\r\n"), 431);
  head = "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: ";
  size_t room = CG_HTTP_HEADERS_MOST - strlen("Host: a\r\nAuthorization: \r\n");
  accepted(long_text(head, room, "x", "\r\n\r\n"));
  refused(long_text(head, room + 1, "x", "\r\n\r\n"), 431);
  refused(long_text("GET / HTTP/1.1\r\nHost: a\r\n", CG_HTTP_HEADERS_MOST, "x", ": b\r\n\r\n"),
          431);
  head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n";
  accepted(long_text(head, CG_HTTP_BODY_MOST, "x", ""));
  refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413);
  refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400);
  head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  accepted(long_text(head, CG_HTTP_BODY_MOST / 64, "40\r\n0123456789abcdef0123456789abcdef"
                     "0123456789abcdef0123456789abcdef\r\n", "0\r\n\r\n"));
  refused(long_text(head, CG_HTTP_BODY_MOST / 64 + 1, "40\r\n0123456789abcdef0123456789abcd"
                    "ef0123456789abcdef0123456789abcdef\r\n", "0\r\n\r\n"), 413);
  refused(long_text("GET /?", CG_HTTP_PARAM_COUNT, "a&", end), 400);
  accepted(long_text("GET /?", CG_HTTP_PARAM_COUNT - 1, "a&", end));
  refused(long_text("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
                    CG_HTTP_HEADERS_MOST / 8, "abcd: e\r\n", "\r\n"), 431);
}

/* Who sends on and on behind a request that waits is cut off after its answer. */
static void test_sent_ahead(void **state) {
  (void)state;
  cg_http *h = fresh();
  feed(h, GET("/wait"));
  for (int i = 0; i < 40; i++) feed(h, long_text(GET("/next"), 65536, "x", ""));
  echo(h, cg_http_next(h));
  collect(h);
  assert_true(cg_http_over(h));
  assert_int_equal(count("HTTP/1.1 200 OK"), 1);
  assert_null(cg_http_next(h));
  cg_http_free(h);

  h = fresh();
  feed(h, GET("/1") "GET /2 HTTP/1.1\r\n");
  echo(h, cg_http_next(h));
  feed(h, long_text("", CG_HTTP_BODY_MOST * 2, "x", ""));
  assert_null(cg_http_next(h));
  collect(h);
  assert_true(cg_http_over(h));
  assert_int_equal(count("HTTP/1.1 413 "), 1);
  cg_http_free(h);
}

static void test_continue(void **state) {
  (void)state;
  cg_http *h = fresh();
  feed(h, "POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
  assert_null(cg_http_next(h));
  collect(h);
  assert_string_equal(sent, "HTTP/1.1 100 Continue\r\n\r\n");
  feed(h, "ok");
  answer_all(h);
  assert_non_null(strstr(sent, "POST /a ok"));
  feed(h, "POST /b HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok");
  answer_all(h);
  assert_int_equal(count("100 Continue"), 1);
  cg_http_free(h);
  refused("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 2\r\n\r\n", 417);
  refused("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
          "Content-Length: 9000000\r\n\r\n", 413);
}

#define SOCKET                                                                           \
  "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket" \
  "\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

/* Frames may follow the request at once. */
static void test_socket(void **state) {
  (void)state;
  cg_http *h = fresh();
  cg_http_feed(h, CG_LIT(SOCKET "\x89\x82\0\0\0\0me"));
  const cg_http_request *rq = cg_http_next(h);
  assert_true(rq && rq->ws_wanted);
  assert_string_equal(rq->ws_version, "13");
  assert_false(cg_http_is_socket(h));
  assert_true(cg_http_upgrade(h));
  assert_false(cg_http_upgrade(h));
  assert_true(cg_http_is_socket(h));
  assert_null(cg_http_next(h));
  cg_http_text(h, CG_LIT("{}"));
  collect(h);
  assert_string_equal(sent, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Accept: "
                            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x8a\x02me\x81\x02{}");
  cg_http_feed(h, CG_LIT("\x88\x80\0\0\0\0"));
  assert_true(cg_http_over(h));
  assert_int_equal(cg_http_output(h).len, 2);
  cg_http_ping(h);
  cg_http_feed(h, CG_LIT(GET("/")));
  assert_int_equal(cg_http_output(h).len, 2);
  cg_http_free(h);
}

/* Who does not read is ended, never waited for. */
static void test_socket_slow(void **state) {
  (void)state;
  static char text[CG_HTTP_SOCKET_MOST / 4];
  memset(text, 'x', sizeof text);
  cg_http *h = fresh();
  feed(h, SOCKET);
  assert_non_null(cg_http_next(h));
  assert_true(cg_http_upgrade(h));
  for (int i = 0; i < 4; i++) {
    assert_false(cg_http_over(h));
    cg_http_text(h, (cg_bytes){ (const uint8_t *)text, sizeof text });
  }
  assert_true(cg_http_over(h));
  assert_int_equal(cg_http_output(h).len, 0);
  cg_http_free(h);
}

/* A request that asks for no WebSocket, or not properly, is one like others. */
static void test_socket_none(void **state) {
  (void)state;
  static const char *const texts[] = {
    GET("/"),
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: short\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 0\r\n\r\n",
    "GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade, keep-alive\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    cg_http *h = fresh();
    feed(h, texts[i]);
    const cg_http_request *rq = cg_http_next(h);
    assert_non_null(rq);
    assert_false(cg_http_upgrade(h));
    cg_http_text(h, CG_LIT("{}"));
    echo(h, rq);
    feed(h, GET("/2"));
    answer_all(h);
    assert_int_equal(count("HTTP/1.1 200 OK"), 2);
    cg_http_free(h);
  }
}

/* Nothing is upgraded by itself, and the bytes behind such a request are requests. */
static void test_upgrade(void **state) {
  (void)state;
  cg_http *h = fresh();
  feed(h, "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
          GET("/2"));
  answer_all(h);
  assert_non_null(strstr(sent, "GET /1 "));
  assert_non_null(strstr(sent, "GET /2 "));
  cg_http_free(h);
  refused("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400);
}

static void test_refuse(void **state) {
  (void)state;
  cg_http *h = fresh();
  feed(h, GET("/"));
  assert_non_null(cg_http_next(h));
  cg_http_refuse(h, 405, "Allow: GET\r\n", "no");
  cg_http_refuse(h, 404, NULL, "a second answer is none");
  collect(h);
  assert_non_null(strstr(sent, "HTTP/1.1 405 Method Not Allowed\r\n"));
  assert_non_null(strstr(sent, "Allow: GET\r\n"));
  assert_non_null(strstr(sent, "\r\n\r\n{\"error\":\"no\"}"));
  assert_int_equal(count("HTTP/1.1 "), 1);
  assert_false(cg_http_over(h));
  feed(h, GET("/"));
  cg_http_next(h);
  cg_http_refuse(h, 404, NULL, "no");
  cg_http_abort(h);
  assert_int_equal(cg_http_output(h).len, 0);
  assert_true(cg_http_over(h));
  cg_http_free(h);
}

/* Without memory a connection ends; it never gives a wrong request or half an answer. */
static void test_memory(void **state) {
  (void)state;
  assert_null((cg_mem_fail_after(0), cg_http_new()));
  bool all = false;
  for (long n = 0; n < 60 && !all; n++) {
    cg_mem_fail_after(-1);
    cg_http *h = fresh();
    cg_mem_fail_after(n);
    feed(h, pipeline);
    const cg_http_request *rq;
    while ((rq = cg_http_next(h))) {
      assert_int_equal(rq->path[0], '/');
      echo(h, rq);
    }
    cg_mem_fail_after(-1);
    assert_true(cg_http_over(h));
    collect(h);
    assert_true(cg_http_over(h));
    all = strstr(sent, "GET /4 ");
    cg_http_free(h);
  }
  assert_true(all);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_request),   cmocka_unit_test(test_pipeline),
    cmocka_unit_test(test_cuts),      cmocka_unit_test(test_has_more),
    cmocka_unit_test(test_versions),  cmocka_unit_test(test_malformed),
    cmocka_unit_test(test_smuggling), cmocka_unit_test(test_limits),
    cmocka_unit_test(test_sent_ahead), cmocka_unit_test(test_continue),
    cmocka_unit_test(test_upgrade),   cmocka_unit_test(test_refuse),
    cmocka_unit_test(test_socket),    cmocka_unit_test(test_socket_slow),
    cmocka_unit_test(test_socket_none),
    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
