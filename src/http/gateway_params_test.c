/* SPDX-License-Identifier: MIT */
/* gateway_params_test.c - parameters of the old forms over the real rows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway_params.h"
#include "mem.h"
#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cg_arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = cg_arena_new(0);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  cg_arena_free(arena);
  return 0;
}

/* Reads what came to `target` with a body of that type. */
static cg_err read_request(const char *target, const char *type, const char *body,
                           cg_params *out) {
  cg_http_request rq = { .content_type = type, .body = cg_bytes_of(body) };
  cg_fault fault = { 0 };
  assert_int_equal(cg_url_parse(target, arena, &rq), CG_OK);
  cg_err err = cg_params_read(&rq, arena, out, &fault);
  assert_int_equal(err, fault.err);
  return err;
}

/* The arguments of `method` that a query and a body make. */
static const char *args(const char *method, const char *target, const char *type,
                        const char *body) {
  cg_params p;
  cg_bytes json;
  assert_int_equal(read_request(target, type, body, &p), CG_OK);
  uint32_t id = cg_tl_method_id(cg_tl_api(), method);
  assert_true(id);
  assert_int_equal(cg_params_call(cg_tl_api(), id, &p, arena, &json), CG_OK);
  return (const char *)json.at;
}

#define FORM "application/x-www-form-urlencoded"
#define JSON "application/json"

static void test_gathering(void **state) {
  (void)state;
  static const char want[] = "{\"phone_number\":\"+1\",\"phone_code_hash\":\"ab\"}";
  const char *m = "auth.cancelCode";
  assert_string_equal(args(m, "/?phone_number=%2B1&phone_code_hash=ab", NULL, ""), want);
  assert_string_equal(args(m, "/?phone_number=%2B1", FORM, "phone_code_hash=ab"), want);
  assert_string_equal(args(m, "/", NULL, "phone_number=%2B1&phone_code_hash=ab"), want);
  assert_string_equal(
      args(m, "/?phone_code_hash=x&phone_number=%2B1", FORM, "phone_code_hash=ab"), want);
  assert_string_equal(args(m, "/", JSON, want), want);
  assert_string_equal(args(m, "/", JSON "; charset=utf-8", want), want);
  assert_string_equal(args(m, "/", FORM, want), want);
  assert_string_equal(
      args(m, "/?phone_code_hash=ab", JSON, "{\"phone_number\":\"+1\",\"other\":[1]}"),
      want);
  assert_string_equal(args(m, "/", FORM, "data[phone_number]=%2B1&phone_code_hash=ab"),
                      want);
  assert_string_equal(args(m, "/", JSON,
                           "{\"data\":{\"phone_number\":\"+1\","
                           "\"phone_code_hash\":\"ab\"}}"),
                      want);
}

static void test_refusals(void **state) {
  (void)state;
  cg_params p;
  assert_int_equal(read_request("/", JSON, "{\"a\":1", &p), CG_E_TRUNCATED);
  assert_int_equal(read_request("/", JSON, "{\"a\":1,\"a\":2}", &p), CG_E_MALFORMED);
  assert_int_equal(read_request("/", JSON, "[1]", &p), CG_E_UNEXPECTED);
  assert_int_equal(read_request("/", "text/plain", "--x", &p), CG_E_UNEXPECTED);
  assert_int_equal(read_request("/", FORM, "a=%zz", &p), CG_E_MALFORMED);
  char many[4000] = "{";
  for (int i = 0; i < CG_PARAMS_MOST; i++)
    snprintf(many + strlen(many), 16, "%s\"p%d\":1", i ? "," : "", i);
  strcat(many, "}");
  assert_int_equal(read_request("/", JSON, many, &p), CG_OK);
  assert_int_equal(p.count, CG_PARAMS_MOST);
  assert_int_equal(read_request("/?one=more", JSON, many, &p), CG_E_LIMIT);
}

#define PARTS      "multipart/form-data; boundary=\"a b\""
#define PART(h, v) "--a b\r\n" h "\r\n\r\n" v "\r\n"
#define END        "--a b--\r\n"
#define NAMED(n)   "Content-Disposition: form-data; name=" n

static void test_multipart(void **state) {
  (void)state;
  static const char want[] =
      "{\"phone_number\":\"+1\",\"phone_code_hash\":\"a\\r\\n--b\"}";
  const char *m = "auth.cancelCode";
  assert_string_equal(args(m, "/", PARTS,
                           PART(NAMED("\"phone_number\""), "+1")
                               PART(NAMED("phone_code_hash"), "a\r\n--b") END),
                      want);
  assert_string_equal(
      args(m, "/?phone_number=2", "Multipart/Form-Data;x=y;BOUNDARY=a;",
           "--a\r\ncontent-type: text/plain\r\nCONTENT-DISPOSITION:form-data"
           " ; x=\"name=no;\";\tNAME=\"data[phone_number]\" \r\n\r\n+1\r\n"
           "--a\r\n" NAMED("phone_code_hash") "\r\n\r\na\r\n--b\r\n--a--rest"),
      want);
  assert_string_equal(args(m, "/", PARTS, PART(NAMED("x"), "") END),
                      "{\"phone_number\":\"\",\"phone_code_hash\":\"\"}");
}

static void test_multipart_refusals(void **state) {
  (void)state;
  static const struct {
    const char *type, *body;
    cg_err err;
  } rows[] = {
    { "multipart/form-data", PART(NAMED("x"), "1") END, CG_E_MALFORMED },
    { "multipart/form-data; boundary=", PART(NAMED("x"), "1") END, CG_E_MALFORMED },
    { "multipart/form-data; boundary=\"a b", PART(NAMED("x"), "1") END, CG_E_MALFORMED },
    { "multipart/form-data; boundary="
      "12345678901234567890123456789012345678901234567890123456789012345678901",
      "", CG_E_MALFORMED },
    { PARTS, "", CG_E_MALFORMED },
    { PARTS, "x" PART(NAMED("x"), "1") END, CG_E_MALFORMED },
    { PARTS, PART("X: y", "1") END, CG_E_MALFORMED },
    { PARTS, PART(NAMED("\"\""), "1") END, CG_E_MALFORMED },
    { PARTS, PART(NAMED("\"a\\\"b\""), "1") END, CG_E_MALFORMED },
    { PARTS, PART(NAMED("x; y"), "1") END, CG_E_MALFORMED },
    { PARTS, PART("Content-Disposition", "1") END, CG_E_MALFORMED },
    { PARTS, PART("Content-Disposition: file; name=x", "1") END, CG_E_MALFORMED },
    { PARTS, PART(NAMED("x; filename=y"), "1") END, CG_E_USAGE },
    { PARTS, PART(NAMED("x; filename*=y"), "1") END, CG_E_USAGE },
  };
  cg_params p;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_err err = read_request("/", rows[i].type, rows[i].body, &p);
    if (err != rows[i].err) print_error("row %zu\n", i);
    assert_int_equal(err, rows[i].err);
  }
  cg_http_request rq = { .content_type = PARTS,
                         .body = CG_LIT(PART(NAMED("x"), "\0") END) };
  assert_int_equal(cg_params_read(&rq, arena, &p, NULL), CG_E_MALFORMED);
}

/* No part of a form is one, up to the dashes that end it; nothing behind it is read. */
static void test_multipart_cut(void **state) {
  (void)state;
  static const char body[] = PART(NAMED("x"), "1") PART(NAMED("\"y\""), "2") END;
  for (size_t len = 0; len < sizeof body - 1; len++) {
    cg_params p;
    uint8_t *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy + 1, body, len);
    cg_http_request rq = { .content_type = PARTS, .body = { copy + 1, len } };
    bool whole = len + 2 >= sizeof body - 1;
    assert_int_equal(cg_params_read(&rq, arena, &p, NULL),
                     whole ? CG_OK : CG_E_MALFORMED);
    free(copy);
  }
}

static void test_values(void **state) {
  (void)state;
  /* raw and JSON-encoded text; a number that is text */
  assert_string_equal(args("help.getAppUpdate", "/?source=%22a%5C%22b%22", NULL, ""),
                      "{\"source\":\"a\\\"b\"}");
  assert_string_equal(args("help.getAppUpdate", "/?source=12", NULL, ""),
                      "{\"source\":\"12\"}");
  assert_string_equal(args("help.getAppUpdate", "/?source=true", NULL, ""),
                      "{\"source\":\"true\"}");
  assert_string_equal(args("help.getAppUpdate", "/?source=%5B1%5D", NULL, ""),
                      "{\"source\":\"[1]\"}");
  assert_string_equal(args("help.getAppUpdate", "/", JSON, "{\"source\":12}"),
                      "{\"source\":\"12\"}");
  assert_string_equal(args("help.getAppUpdate", "/", JSON, "{\"source\":\"\\\"q\\\"\"}"),
                      "{\"source\":\"\\\"q\\\"\"}");
  /* numbers and booleans as text */
  assert_string_equal(args("account.setAccountTTL",
                           "/?ttl=%7B%22_%22:%22accountDaysTTL"
                           "%22,%22days%22:%225%22%7D",
                           NULL, ""),
                      "{\"ttl\":{\"_\":\"accountDaysTTL\",\"days\":5}}");
  assert_string_equal(args("account.updateDeviceLocked", "/?period=%225%22", NULL, ""),
                      "{\"period\":5}");
  assert_string_equal(args("account.updateDeviceLocked", "/?period=5", NULL, ""),
                      "{\"period\":5}");
  assert_string_equal(args("account.updateDeviceLocked", "/?period=x", NULL, ""),
                      "{\"period\":\"x\"}");
  assert_string_equal(args("account.updateStatus", "/?offline=1", NULL, ""),
                      "{\"offline\":true}");
  assert_string_equal(args("account.updateStatus", "/?offline=false", NULL, ""),
                      "{\"offline\":false}");
  assert_string_equal(args("account.updateStatus", "/", JSON, "{\"offline\":0}"),
                      "{\"offline\":false}");
  /* bytes as MadelineProto writes them */
  assert_string_equal(args("auth.importLoginToken", "/", JSON,
                           "{\"token\":{\"_\":\"bytes\",\"bytes\":\"YWI=\"}}"),
                      "{\"token\":\"YWI=\"}");
  assert_string_equal(args("auth.importLoginToken", "/?token=YWI=", NULL, ""),
                      "{\"token\":\"YWI=\"}");
  /* vectors, their elements looked at, too */
  assert_string_equal(args("messages.getMessages", "/", JSON,
                           "{\"id\":[{\"_\":\"inputMessageID\",\"id\":\"7\"}]}"),
                      "{\"id\":[{\"_\":\"inputMessageID\",\"id\":7}]}");
}

static void test_missing(void **state) {
  (void)state;
  assert_string_equal(args("auth.cancelCode", "/", NULL, ""),
                      "{\"phone_number\":\"\",\"phone_code_hash\":\"\"}");
  assert_string_equal(args("account.updateStatus", "/", NULL, ""), "{\"offline\":false}");
  assert_string_equal(args("account.updateDeviceLocked", "/", NULL, ""),
                      "{\"period\":0}");
  /* what the codec fills, and what may be missing, is left alone */
  assert_string_equal(args("auth.sendCode", "/?phone_number=1", NULL, ""),
                      "{\"phone_number\":\"1\"}");
  /* a type with a constructor that stands for nothing */
  assert_string_equal(args("users.getFullUser", "/", NULL, ""),
                      "{\"id\":{\"_\":\"inputUserEmpty\"}}");
  assert_string_equal(args("messages.sendMessage", "/?message=hi", NULL, ""),
                      "{\"peer\":{\"_\":\"inputPeerEmpty\"},\"message\":\"hi\"}");
  /* inside an object */
  assert_string_equal(args("users.getFullUser", "/", JSON,
                           "{\"id\":{\"_\":\"inputUser\",\"user_id\":\"7\"}}"),
                      "{\"id\":{\"_\":\"inputUser\",\"user_id\":7,\"access_hash\":0}}");
}

static const char *small(const char *json, bool longs) {
  cg_bytes out;
  assert_int_equal(
      cg_params_small_longs(cg_tl_api(), cg_bytes_of(json), longs, arena, &out), CG_OK);
  return (const char *)out.at;
}

static void test_small_longs(void **state) {
  (void)state;
  assert_string_equal(
      small("{\"_\":\"user\",\"id\":\"9007199254740991\",\"access_hash\":"
            "\"9007199254740992\",\"phone\":\"123\"}",
            false),
      "{\"_\":\"user\",\"id\":9007199254740991,\"access_hash\":\"9007199254740992\","
      "\"phone\":\"123\"}");
  assert_string_equal(small("[{\"_\":\"user\",\"id\":\"-5\"},true,null,1.5]", false),
                      "[{\"_\":\"user\",\"id\":-5},true,null,1.5]");
  assert_string_equal(small("[\"1\",\"-9007199254740992\"]", true),
                      "[1,\"-9007199254740992\"]");
  assert_string_equal(small("[\"1\"]", false), "[\"1\"]");
  assert_string_equal(small("{\"_\":\"contacts.found\",\"my_results\":[{\"_\":"
                            "\"peerUser\",\"user_id\":\"7\"}]}",
                            false),
                      "{\"_\":\"contacts.found\",\"my_results\":[{\"_\":\"peerUser\","
                      "\"user_id\":7}]}");
}

/* Whatever allocation fails, it is said or the answer is right. */
static void test_memory(void **state) {
  (void)state;
  bool done = false;
  for (long n = 0; !done; n++) {
    cg_params p = { 0 };
    cg_bytes json = { 0 };
    cg_arena *own = cg_arena_new(0);
    cg_http_request rq = { .content_type = JSON,
                           .body =
                               CG_LIT("{\"id\":[{\"_\":\"inputUser\",\"user_id\":7}]}") };
    assert_non_null(own);
    cg_mem_fail_after(n);
    cg_err err = cg_params_read(&rq, own, &p, NULL);
    if (!err)
      err = cg_params_call(cg_tl_api(), cg_tl_method_id(cg_tl_api(), "users.getUsers"),
                           &p, own, &json);
    done = cg_mem_fail_after(-1) <= n;
    if (!err)
      assert_string_equal(
          (const char *)json.at,
          "{\"id\":[{\"_\":\"inputUser\",\"user_id\":7,\"access_hash\":0}]}");
    else
      assert_int_equal(err, CG_E_MEMORY);
    cg_arena_free(own);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_gathering),     cmocka_unit_test(test_refusals),
    cmocka_unit_test(test_values),        cmocka_unit_test(test_missing),
    cmocka_unit_test(test_small_longs),   cmocka_unit_test(test_memory),
    cmocka_unit_test(test_multipart),     cmocka_unit_test(test_multipart_refusals),
    cmocka_unit_test(test_multipart_cut),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
