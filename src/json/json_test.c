/* SPDX-License-Identifier: MIT */
/*
 * json_test.c - what needs no server: requests and their fields, td_execute(), queues, and
 * memory that runs out. The whole way is in tests/json_abi.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client.h"
#include "execute.h"
#include "mem.h"
#include "request.h"

#include <centigram/json.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cg_td_request *request_of(const char *json, const char *want) {
  const char *why = NULL;
  cg_td_request *r = cg_td_request_new(0, cg_bytes_of(json), &why);
  assert_non_null(r);
  if (!want)
    assert_null(why);
  else
    assert_string_equal(why, want);
  return r;
}

static void test_fields(void **state) {
  (void)state;
  cg_td_request *r = request_of("{\"@type\":\"t\",\"s\":\"a\\u00e9\",\"n\":7,\"big\":\"9007199"
                                "254740993\",\"yes\":true,\"no\":false,\"null\":null,"
                                "\"zero\":\"a\\u0000b\",\"o\":{\"s\":\"in\"}}",
                                NULL);
  cg_bytes o;
  assert_string_equal(r->type, "t");
  assert_string_equal(cg_td_text(r, r->json, "s"), "a\xc3\xa9");
  assert_null(cg_td_text(r, r->json, "n"));
  assert_null(cg_td_text(r, r->json, "zero")); /* no string of C */
  assert_null(cg_td_text(r, r->json, "none"));
  assert_int_equal(cg_td_int(r, r->json, "n"), 7);
  assert_int_equal(cg_td_int(r, r->json, "big"), INT64_C(9007199254740993));
  assert_int_equal(cg_td_int(r, r->json, "yes"), 0);
  assert_true(cg_td_flag(r, r->json, "yes"));
  assert_false(cg_td_flag(r, r->json, "no"));
  assert_false(cg_td_field(r, r->json, "null", &o));
  assert_true(cg_td_field(r, r->json, "o", &o));
  assert_string_equal(cg_td_text(r, o, "s"), "in");
  assert_null(cg_td_text(r, CG_LIT("[1]"), "s"));
  cg_td_request_free(r);
}

/* Whatever comes is a request that can be answered. */
static void test_broken(void **state) {
  (void)state;
  static const char *const texts[] = { "",     "{",          "[]",     "{\"@type\":1}",
                                       "null", "{\"a\":1}",  "{}",     "{\"@type\":\"\"}",
                                       "\xff", "{\"@type\":\"t\"}x", "\"@type\"" };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *why = NULL;
    cg_td_request *r = cg_td_request_new(0, cg_bytes_of(texts[i]), &why);
    assert_non_null(r);
    assert_non_null(why);
    cg_td_request_free(r);
    assert_non_null(strstr(td_execute(texts[i]), "\"code\":400"));
  }
}

/* A value that comes back exactly as it was. */
static void test_extra(void **state) {
  (void)state;
  static const char *const values[] = { "1e5", "\"a\\\"b\"", "[1,{\"x\":null}]", "0.10",
                                        "{\"@type\":\"x\"}", "true" };
  char request[200], want[200];
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    snprintf(request, sizeof request, "{\"@extra\":%s,\"@type\":\"testCallEmptyX\"}",
             values[i]);
    snprintf(want, sizeof want, ",\"@extra\":%s}", values[i]);
    const char *answer = td_execute(request);
    assert_string_equal(answer + strlen(answer) - strlen(want), want);
  }
}

static void test_too_large(void **state) {
  (void)state;
  size_t size = CG_TD_REQUEST_MAX + 10;
  char *text = malloc(size + 1);
  memset(text, ' ', size);
  text[size] = '\0';
  memcpy(text, "{\"@type\":\"getLogTags\"}", 22);
  assert_non_null(strstr(td_execute(text), "1 MiB"));
  text[CG_TD_REQUEST_MAX] = '\0';
  assert_non_null(strstr(td_execute(text), "\"logTags\""));
  free(text);
}

/* Every allocation fails in turn: an answer, or none. */
static void test_memory(void **state) {
  (void)state;
  static const char request[] = "{\"@type\":\"getOption\",\"name\":\"version\","
                                "\"@extra\":[\"x\"]}";
  bool done = false;
  for (long n = 0; !done; n++) {
    cg_mem_fail_after(n);
    cg_td_event *e = cg_td_execute(request);
    cg_mem_fail_after(-1);
    assert_true(n < 1000);
    if (!e) continue;
    done = strstr(e->text, "optionValueString") != NULL;
    if (!done) assert_non_null(strstr(e->text, "\"code\":"));
    assert_string_equal(strrchr(e->text, ','), ",\"@extra\":[\"x\"]}");
    cg_td_event_free(e);
  }
}

/* Every function stands once, and knows whether it needs a client. */
static void test_table(void **state) {
  (void)state;
  static const char *const names[] = { "getMe", "logOut", "setTdlibParameters",
                                       "resetAuth", "centigram.call", "getLogTags" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    assert_string_equal(cg_td_find(names[i])->name, names[i]);
  assert_null(cg_td_find("getme"));
  assert_null(cg_td_find(""));
}

/* What nobody receives is bounded; requests of no client are none. */
static void test_queue(void **state) {
  (void)state;
  int id = td_create_client_id(), got = 0;
  assert_int_equal(id, 1);
  td_send(0, "{\"@type\":\"testCallEmpty\"}");
  td_send(2, "{\"@type\":\"testCallEmpty\"}");
  td_send(-1, NULL);
  for (int i = 0; i < CG_TD_OWED + 100; i++)
    td_send(id, "{\"@type\":\"testCallEmpty\",\"@extra\":1}");
  for (const char *e = td_receive(10); got < CG_TD_OWED && e; e = td_receive(10)) {
    got += strstr(e, "\"ok\"") != NULL;
    if (got == CG_TD_OWED) break;
  }
  assert_int_equal(got, CG_TD_OWED);
  assert_null(td_receive(0));
  assert_null(td_receive(-1));
  td_send(id, "{\"@type\":\"testCallEmpty\"}"); /* there is room again */
  assert_non_null(td_receive(10));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_fields), cmocka_unit_test(test_broken),
    cmocka_unit_test(test_extra),  cmocka_unit_test(test_too_large),
    cmocka_unit_test(test_memory), cmocka_unit_test(test_table),
    cmocka_unit_test(test_queue),
  };
  td_execute("{\"@type\":\"setLogStream\",\"log_stream\":{\"@type\":\"logStreamEmpty\"}}");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
