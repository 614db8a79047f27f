/* SPDX-License-Identifier: MIT */
/* session_string_test.c - strings of other clients, to the byte; what is none. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "mem.h"
#include "session_string.h"
#include "session_string_vectors.h"

#include <stdlib.h>
#include <string.h>

#define USER 5000000001

static const char ip4[] = "149.154.167.51", ip6[] = "2001:67c:4e8:f002::a";

typedef struct {
  const char *text;
  cg_session_format format;
  const char *host;
  uint16_t port;
  int test; /* -1: not said */
  int32_t api_id;
  int64_t user_id;
  bool is_bot;
  bool written; /* in this very form */
} row;

static const row rows[] = {
#define F(name) CG_SESSION_FORMAT_##name
  { telethon_v4, F(TELETHON), ip4, 443, -1, 0, 0, false, true },
  { telethon_v6, F(TELETHON), ip6, 443, -1, 0, 0, false, true },
  { gramjs_ip, F(GRAMJS), "149.154.167.91", 80, -1, 0, 0, false, true },
  { gramjs_name, F(GRAMJS), "vesta.web.telegram.org", 443, -1, 0, 0, false, true },
  { gramjs_high, F(GRAMJS), "127.0.0.1", 40001, -1, 0, 0, false, true },
  { pyrogram, F(PYROGRAM), "", 0, 0, 12345, USER, false, true },
  { pyrogram_old_64, F(PYROGRAM), "", 0, 1, 0, USER, false, false },
  { pyrogram_old_32, F(PYROGRAM), "", 0, 0, 0, 77, true, false },
  { mtcute, F(MTCUTE), ip4, 443, 0, 0, USER, false, true },
  { mtcute_media, F(MTCUTE), ip4, 443, 1, 0, 0, false, false },
  { mtcute_v6, F(MTCUTE), ip6, 443, 0, 0, USER, true, true },
  { raw, F(RAW), "", 0, -1, 0, 0, false, true },
};

enum { ROWS = sizeof rows / sizeof *rows };

/* Reads an exact heap copy, so that ASan sees overruns. */
static cg_err read_text(const char *text, size_t len, cg_session_string *s, cg_fault *f) {
  uint8_t *copy = malloc(len ? len : 1);
  memcpy(copy, text, len);
  cg_err err = cg_session_string_read((cg_bytes){ copy, len }, s, f);
  free(copy);
  return err;
}

static void read_row(const row *w, cg_session_string *s) {
  cg_fault fault;
  if (read_text(w->text, strlen(w->text), s, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(s->format, w->format);
  assert_int_equal(s->dc, 2);
  assert_string_equal(s->host, w->host);
  assert_int_equal(s->port, w->port);
  assert_int_equal(s->says_test ? s->test : -1, w->test);
  assert_int_equal(s->api_id, w->api_id);
  assert_true(s->user_id == w->user_id);
  assert_int_equal(s->is_bot, w->is_bot);
  for (size_t i = 0; i < sizeof s->key; i++)
    assert_int_equal(s->key[i], (uint8_t)(i * 7 + 1));
}

static void test_vectors(void **state) {
  (void)state;
  cg_arena *arena = cg_arena_new(0);
  for (size_t i = 0; i < ROWS; i++) {
    cg_session_string s;
    cg_bytes text;
    read_row(&rows[i], &s);
    if (!rows[i].written) continue;
    assert_int_equal(cg_session_string_write(&s, arena, &text, NULL), CG_OK);
    assert_string_equal((const char *)text.at, rows[i].text);
    assert_int_equal(text.len, strlen(rows[i].text));
  }
  cg_arena_free(arena);
}

/* Either alphabet, padded or not, with what a paste brings along. */
static void test_spellings(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS; i++) {
    char text[1200] = " \t";
    cg_session_string s;
    size_t len = 2;
    for (const char *p = rows[i].text; *p; p++)
      if (*p != '=')
        text[len++] = (char)(*p == '-' ? '+' : *p == '_' ? '/' : *p == '+' ? '-'
                             : *p == '/' ? '_' : *p);
    memcpy(text + len, "\r\n", 3);
    row w = rows[i];
    w.text = text;
    read_row(&w, &s);
  }
}

static void test_bad(void **state) {
  (void)state;
  static char zeros[1200], long_text[5000];
  static const char no_key[] = "2:0";
  const struct {
    const char *text, *why;
  } bad[] = {
    { "", "is empty" },
    { " \n", "is empty" },
    { "hello, world", "is not base64" },
    { "1", "has 0 bytes behind its 1" },
    { "1AAAA", "has 3 bytes behind its 1" },
    { "AAAA", "has 3 bytes: Pyrogram's have" },
    { "AwAA", "damaged at byte" },
    { "x:00", "has no number before :" },
    { no_key, "512 hex digits" },
    { "0:", "512 hex digits" },
    { zeros, "holds no key" },
    { long_text, "too long" },
  };
  memset(long_text, 'A', sizeof long_text - 1);
  memcpy(zeros, "2:", 2);
  memset(zeros + 2, '0', 512);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cg_session_string s;
    cg_fault fault = { 0 };
    assert_int_equal(read_text(bad[i].text, strlen(bad[i].text), &s, &fault),
                     CG_E_MALFORMED);
    if (!strstr(fault.text, bad[i].why))
      fail_msg("\"%s\" is not \"%s\"", fault.text, bad[i].why);
    assert_int_equal(s.dc, 0);
  }
}

/* Pyrogram's strings say nothing of their form: cut to the length of an older one they
 * look like it. */
static bool may_be_cut(const row *w, size_t len) {
  return w->format == F(PYROGRAM) && (len == 356 || len == 351);
}

/* A character too few or a foreign one anywhere is told of, or is another key. */
static void test_damage(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS; i++) {
    size_t len = strlen(rows[i].text);
    char *text = strdup(rows[i].text);
    cg_session_string s;
    for (size_t cut = 3; cut < len; cut++) /* two may be padding */
      if (text[len - cut] != '=' && !may_be_cut(&rows[i], len - cut))
        assert_int_equal(read_text(text, len - cut, &s, NULL), CG_E_MALFORMED);
    for (size_t at = 0; at < len; at++) {
      char was = text[at];
      text[at] = '!';
      assert_int_equal(read_text(text, len, &s, NULL), CG_E_MALFORMED);
      text[at] = was == 'A' ? 'B' : 'A';
      cg_err err = read_text(text, len, &s, NULL);
      assert_true(err == CG_OK || err == CG_E_MALFORMED);
      text[at] = was;
    }
    free(text);
  }
}

static void test_lacking(void **state) {
  (void)state;
  const struct {
    cg_session_string s;
    const char *why;
  } bad[] = {
    { { .format = F(TELETHON), .dc = 2, .host = "localhost", .port = 1 }, "as numbers" },
    { { .format = F(TELETHON), .dc = 2 }, "as numbers" },
    { { .format = F(GRAMJS), .dc = 2 }, "address" },
    { { .format = F(MTCUTE), .dc = 2 }, "address" },
    { { .format = F(PYROGRAM), .dc = 2 }, "user's id" },
    { { .format = F(RAW), .dc = 256 }, "data centre" },
    { { .format = F(RAW) }, "data centre" },
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cg_bytes text;
    cg_fault fault;
    assert_int_equal(cg_session_string_write(&bad[i].s, NULL, &text, &fault),
                     CG_E_REFUSED);
    assert_non_null(strstr(fault.text, bad[i].why));
    assert_non_null(strstr(fault.text, cg_session_format_name(bad[i].s.format)));
  }
}

static void test_names(void **state) {
  (void)state;
  cg_session_format f;
  assert_true(cg_session_format_find("mtcute", &f) && f == F(MTCUTE));
  assert_false(cg_session_format_find("tdata", &f));
}

static void test_memory(void **state) {
  (void)state;
  for (size_t i = 0; i < ROWS; i++) {
    cg_session_string s, again;
    cg_arena *arena = cg_arena_new(0);
    cg_bytes text;
    cg_err err = CG_E_MEMORY;
    read_row(&rows[i], &s);
    for (long n = 0; err; n++) {
      cg_mem_fail_after(n);
      err = read_text(rows[i].text, strlen(rows[i].text), &again, NULL);
      cg_mem_fail_after(-1);
      if (err) assert_int_equal(err, CG_E_MEMORY);
    }
    err = CG_E_MEMORY;
    for (long n = 0; err; n++) {
      cg_mem_fail_after(n);
      err = cg_session_string_write(&s, arena, &text, NULL);
      cg_mem_fail_after(-1);
      if (err) assert_int_equal(err, CG_E_MEMORY);
    }
    cg_arena_free(arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_vectors), cmocka_unit_test(test_spellings),
    cmocka_unit_test(test_bad),     cmocka_unit_test(test_damage),
    cmocka_unit_test(test_lacking), cmocka_unit_test(test_names),
    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
