/* SPDX-License-Identifier: MIT */
/* ws_test.c - handshake, frames of both sides, what breaks a socket. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "mem.h"
#include "ws.h"

#include <stdlib.h>
#include <string.h>

static cg_buf out;
static cg_ws *ws;

static int set_up(void **state) {
  (void)state;
  ws = cg_ws_new(&out);
  return !ws;
}

static int tear_down(void **state) {
  (void)state;
  cg_ws_free(ws);
  cg_buf_free(&out);
  return 0;
}

/* What was sent since the last look. */
static void sent(const void *want, size_t len) {
  assert_int_equal(out.len, len);
  if (len) assert_memory_equal(out.at, want, len);
  cg_buf_free(&out);
}
#define SENT(text) sent(text, sizeof text - 1)

/* A frame of the client, masked with zeros. */
static void feed(uint8_t head, size_t len, const char *text) {
  uint8_t frame[256] = { head, (uint8_t)(0x80 | len) };
  memcpy(frame + 6, text, len);
  cg_ws_feed(ws, (cg_bytes){ frame, 6 + len });
}

/* RFC 6455, 1.3 */
static void test_accept(void **state) {
  (void)state;
  char text[CG_WS_ACCEPT_SIZE];
  assert_true(cg_ws_accept("dGhlIHNhbXBsZSBub25jZQ==", text));
  assert_string_equal(text, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  static const char *const bad[] = {
    "",
    "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQaa",
    "dGhlIHNhbXBsZSBub25j-Q=="
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(cg_ws_accept(bad[i], text));
}

static void test_text(void **state) {
  (void)state;
  char longer[200];
  cg_ws_text(ws, CG_LIT("{}"));
  SENT("\x81\x02{}");
  memset(longer, 'x', sizeof longer);
  cg_ws_text(ws, (cg_bytes){ (const uint8_t *)longer, sizeof longer });
  assert_int_equal(out.len, 204);
  assert_memory_equal(out.at, "\x81\x7e\x00\xc8x", 5);
  cg_buf_free(&out);
  cg_ws_ping(ws);
  SENT("\x89\x00");
  assert_false(cg_ws_over(ws));
}

/* What is said is read over, whole and in pieces; pings are answered between. */
static void test_ignored(void **state) {
  (void)state;
  feed(0x81, 2, "hi");
  feed(0x82, 3, "\x01\x02\x03");
  feed(0x01, 2, "ha");
  feed(0x89, 2, "me");
  feed(0x80, 1, "!");
  feed(0x8a, 0, "");
  SENT("\x8a\x02me");
  static const uint8_t one[] = { 0x89, 0x81, 1, 2, 3, 4, 'a' ^ 1 };
  for (size_t i = 0; i < sizeof one; i++) cg_ws_feed(ws, (cg_bytes){ one + i, 1 });
  SENT("\x8a\x01"
       "a");
  assert_false(cg_ws_over(ws));
}

static void test_close(void **state) {
  (void)state;
  feed(0x88, 2, "\x03\xe8");
  SENT("\x88\x02\x03\xe8");
  assert_true(cg_ws_over(ws));
  cg_ws_text(ws, CG_LIT("{}"));
  cg_ws_ping(ws);
  feed(0x89, 2, "me");
  SENT("");
}

/* Each closes with the code that says why. */
static void test_broken(void **state) {
  static const struct {
    const char *bytes;
    size_t len;
    uint8_t low; /* of the code, which begins with 0x03; 0: none is given */
  } rows[] = {
    { "\x81\x02hi", 4, 0xea },                         /* not masked: 1002 */
    { "\x83\x80\0\0\0\0", 6, 0xea },                   /* an opcode that is none */
    { "\xc1\x80\0\0\0\0", 6, 0xea },                   /* a reserved bit */
    { "\x80\x80\0\0\0\0", 6, 0xea },                   /* goes on with nothing */
    { "\x09\x80\0\0\0\0", 6, 0 },                      /* half a ping */
    { "\x89\xfe\0\x7e\0\0\0\0", 8, 0 },                /* a long ping */
    { "\x81\xff\0\0\0\0\0\1\0\1\0\0\0\0x", 15, 0xf1 }, /* too much: 1009 */
    { "\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0x", 15, 0xf1 },
    { "\x81\x81\0\0\0\0\xff", 7, 0xef }, /* no UTF-8: 1007 */
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_ws_feed(ws, (cg_bytes){ (const uint8_t *)rows[i].bytes, rows[i].len });
    size_t len = rows[i].low ? 4 : 2;
    if (out.len < len || (rows[i].low && out.at[3] != rows[i].low))
      print_error("row %zu\n", i);
    assert_true(out.len >= len);
    assert_int_equal(out.at[0], 0x88);
    if (rows[i].low)
      assert_int_equal(out.at[3], rows[i].low);
    else
      assert_int_equal(out.at[1], 0);
    assert_true(cg_ws_over(ws));
    tear_down(state);
    assert_int_equal(set_up(state), 0);
  }
}

static void test_memory(void **state) {
  (void)state;
  cg_mem_fail_after(0);
  assert_null(cg_ws_new(&out));
  cg_mem_fail_after(0);
  cg_ws_text(ws, CG_LIT("{}"));
  cg_mem_fail_after(-1);
  assert_true(cg_ws_over(ws));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = { T(test_accept), T(test_text),   T(test_ignored),
                                      T(test_close),  T(test_broken), T(test_memory) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
