/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "json.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads `text` as any value, from an exact heap copy so that ASan sees overruns. */
static cg_err check(const char *text, size_t len) {
  uint8_t *copy = malloc(len ? len : 1);
  memcpy(copy, text, len);
  cg_arena *arena = cg_arena_new(0);
  cg_json j;
  cg_json_init(&j, (cg_bytes){ copy, len }, arena);
  cg_json_skip(&j);
  cg_err err = cg_json_end(&j);
  assert_true(!err == !j.why);
  cg_arena_free(arena);
  free(copy);
  return err;
}

static cg_err check_text(const char *text) {
  return check(text, strlen(text));
}

static void test_accepts(void **state) {
  (void)state;
  static const char *const good[] = {
    "null", " true ", "false", "0", "-0", "12", "-1.5e+10", "1E2", "\"\"", "[]", "{}",
    "[1,[2,{\"a\":null}],\"x\"]", "{\"a\":1,\"b\":{\"a\":2}}", "\"\\u00e9\\n\\ud83d\\ude00\"",
    "\"\xc3\xa9\xf0\x9f\x98\x80\"", "\"a\\u0000b\"", "\t[\n1 , 2\r]" };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    if (check_text(good[i]) != CG_OK) fail_msg("refused: %s", good[i]);
}

static void test_refuses(void **state) {
  (void)state;
  static const struct { const char *text; cg_err err; } bad[] = {
    { "", CG_E_TRUNCATED }, { " ", CG_E_TRUNCATED }, { "[1", CG_E_TRUNCATED },
    { "{\"a\"", CG_E_TRUNCATED }, { "\"abc", CG_E_TRUNCATED }, { "\"a\\", CG_E_TRUNCATED },
    { "nul", CG_E_MALFORMED }, { "tru", CG_E_MALFORMED }, { "01", CG_E_MALFORMED },
    { "1.", CG_E_MALFORMED }, { ".5", CG_E_MALFORMED }, { "1e", CG_E_MALFORMED },
    { "+1", CG_E_MALFORMED }, { "NaN", CG_E_MALFORMED }, { "[1,]", CG_E_MALFORMED },
    { "{\"a\":1,}", CG_E_MALFORMED }, { "[1 2]", CG_E_MALFORMED }, { "{a:1}", CG_E_MALFORMED },
    { "{\"a\" 1}", CG_E_MALFORMED }, { "{\"a\":1,\"a\":2}", CG_E_MALFORMED },
    { "{\"a\":1,\"\\u0061\":2}", CG_E_MALFORMED }, { "{\"\\u0000\":1}", CG_E_MALFORMED },
    { "\"\x01\"", CG_E_MALFORMED }, { "\"\\x\"", CG_E_MALFORMED },
    { "\"\\u12\"", CG_E_MALFORMED }, { "\"\\ud800\"", CG_E_MALFORMED },
    { "\"\\ude00\\ud83d\"", CG_E_MALFORMED }, { "\"\xff\"", CG_E_MALFORMED },
    { "\"\xc0\x80\"", CG_E_MALFORMED }, { "\"\xed\xa0\x80\"", CG_E_MALFORMED },
    { "1 2", CG_E_TRAILING }, { "{}x", CG_E_TRAILING }, { "[1}", CG_E_MALFORMED } };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    if (check_text(bad[i].text) != bad[i].err)
      fail_msg("%s gave %d", bad[i].text, check_text(bad[i].text));
}

static void test_depth_and_keys(void **state) {
  (void)state;
  char deep[200];
  memset(deep, '[', 64);
  memset(deep + 64, ']', 64);
  assert_int_equal(check(deep, 128), CG_OK);
  memset(deep, '[', 65);
  memset(deep + 65, ']', 65);
  assert_int_equal(check(deep, 130), CG_E_LIMIT);
  char *many = malloc(20000), *p = many;
  for (int i = 0; i <= 1024; i++) p += sprintf(p, "%c\"%d\":0", i ? ',' : '{', i);
  *p++ = '}';
  assert_int_equal(check(many, (size_t)(p - many)), CG_E_LIMIT);
  free(many);
}

static cg_json reader(const char *text, cg_arena *arena) {
  cg_json j;
  cg_json_init(&j, cg_bytes_of(text), arena);
  return j;
}

static void test_walks(void **state) {
  (void)state;
  cg_arena *arena = cg_arena_new(0);
  cg_json j = reader("{\"id\":-7,\"name\":\"a\\tb\","
                     "\"list\":[1.5,true,null],\"rest\":[ 1 ]}", arena);
  cg_bytes key, name = { 0 }, rest = { 0 };
  int64_t id = 0;
  double d = 0;
  bool b = false;
  assert_true(cg_json_object(&j));
  while (cg_json_key(&j, &key)) {
    if (cg_bytes_equal(key, CG_LIT("id"))) cg_json_i64(&j, &id);
    else if (cg_bytes_equal(key, CG_LIT("name"))) cg_json_string(&j, &name);
    else if (cg_bytes_equal(key, CG_LIT("rest"))) cg_json_raw(&j, &rest);
    else {
      assert_true(cg_json_array(&j));
      assert_true(cg_json_item(&j) && cg_json_double(&j, &d));
      assert_true(cg_json_item(&j) && cg_json_bool(&j, &b));
      assert_true(cg_json_item(&j) && cg_json_null(&j));
      assert_false(cg_json_item(&j));
    }
  }
  assert_int_equal(cg_json_end(&j), CG_OK);
  assert_int_equal(id, -7);
  assert_true(cg_bytes_equal(name, CG_LIT("a\tb")));
  assert_true(cg_bytes_equal(rest, CG_LIT("[ 1 ]")));
  assert_true(d == 1.5 && b);
  cg_arena_free(arena);
}

static cg_err integer(const char *text, int64_t *v) {
  cg_arena *arena = cg_arena_new(0);
  cg_json j = reader(text, arena);
  cg_json_i64(&j, v);
  cg_err err = cg_json_end(&j);
  cg_arena_free(arena);
  return err;
}

static void test_integers(void **state) {
  (void)state;
  int64_t v;
  assert_int_equal(integer("9223372036854775807", &v), CG_OK);
  assert_true(v == INT64_MAX);
  assert_int_equal(integer("-9223372036854775808", &v), CG_OK);
  assert_true(v == INT64_MIN);
  assert_int_equal(integer("9223372036854775808", &v), CG_E_LIMIT);
  assert_int_equal(integer("-9223372036854775809", &v), CG_E_LIMIT);
  assert_int_equal(integer("1.0", &v), CG_E_LIMIT);
  assert_int_equal(integer("\"1\"", &v), CG_E_UNEXPECTED);
}

static void test_every_prefix_fails(void **state) {
  (void)state;
  static const char text[] = "{\"a\":[1,\"\\u00e9\",{\"b\":true}],\"c\":\"x\"}";
  for (size_t n = 0; n < sizeof text - 1; n++) assert_int_not_equal(check(text, n), CG_OK);
}

static void test_writes(void **state) {
  (void)state;
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "a");
  cg_jsonw_open(&b, '[');
  cg_jsonw_i64(&b, -1);
  cg_jsonw_double(&b, 0.5);
  cg_jsonw_bool(&b, true);
  cg_jsonw_null(&b);
  cg_jsonw_string(&b, CG_LIT("x\"\\\n\x01\xff\xc3\xa9:"));
  cg_jsonw_open(&b, '{');
  cg_jsonw_close(&b, '}');
  cg_jsonw_close(&b, ']');
  cg_jsonw_key(&b, "b");
  cg_jsonw_string(&b, CG_LIT("["));
  cg_jsonw_close(&b, '}');
  assert_true(cg_bytes_equal(cg_buf_view(&b),
    CG_LIT("{\"a\":[-1,0.5,true,null,"
           "\"x\\\"\\\\\\n\\u0001\xef\xbf\xbd\xc3\xa9:\",{}],\"b\":\"[\"}")));
  cg_buf_free(&b);
}

static void test_no_memory(void **state) {
  (void)state;
  cg_arena *arena = cg_arena_new(0);
  cg_mem_fail_after(0);
  cg_json j = reader("{\"a\":\"\\n\"}", arena);
  cg_json_skip(&j);
  assert_int_equal(cg_json_end(&j), CG_E_MEMORY);
  cg_mem_fail_after(-1);
  cg_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_accepts), cmocka_unit_test(test_refuses),
    cmocka_unit_test(test_depth_and_keys), cmocka_unit_test(test_walks),
    cmocka_unit_test(test_integers), cmocka_unit_test(test_every_prefix_fails),
    cmocka_unit_test(test_writes), cmocka_unit_test(test_no_memory) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
