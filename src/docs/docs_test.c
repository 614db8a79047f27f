/* SPDX-License-Identifier: MIT */
/* docs_test.c - model, examples and pages against what is known of layer 228. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "docs.h"
#include "example.h"
#include "mem.h"
#include "pages.h"

#include <string.h>

static const cg_docs *docs(void **state) {
  return *state;
}

static void test_counts(void **state) {
  const cg_docs *d = docs(state);
  size_t boxed = 0;
  for (size_t i = 0; i < d->ntypes; i++) boxed += d->types[i].boxed;
  assert_int_equal(d->layer, 228);
  assert_int_equal(d->nmethods, 807);
  assert_int_equal(d->ndefs - d->nmethods, 1641);
  assert_int_equal(boxed, 605);
  assert_true(d->nerrors > 736);
}

static const cg_docs_field *field(const cg_docs_def *def, const char *name) {
  for (size_t i = 0; i < def->nfields; i++)
    if (!strcmp(def->fields[i].name, name)) return def->fields + i;
  fail_msg("%s has no %s", def->name, name);
  return NULL;
}

static void test_fields(void **state) {
  const cg_docs_def *def = cg_docs_find_def(docs(state), "auth.sendCode");
  assert_non_null(def);
  assert_int_equal(def->id, 0xa677244f);
  assert_string_equal(def->result.type, "auth.SentCode");
  assert_string_equal(field(def, "settings")->type, "CodeSettings");
  assert_string_equal(field(def, "phone_number")->text,
                      "Phone number in international format");
  const cg_docs_def *sign = cg_docs_find_def(docs(state), "auth.signIn");
  assert_string_equal(field(sign, "phone_code")->word, "flags");
  assert_int_equal(field(sign, "phone_code")->bit, 0);
  assert_null(field(sign, "phone_number")->word);
  const cg_docs_def *user = cg_docs_find_def(docs(state), "user");
  assert_string_equal(field(user, "bot_can_edit")->word, "flags2");
  assert_int_equal(field(user, "bot_can_edit")->bit, 1);
  const cg_docs_field *users = field(cg_docs_find_def(docs(state), "users.getUsers"), "id");
  assert_true(users->vector && users->boxed);
  assert_true(cg_docs_find_def(docs(state), "invokeWithLayer")->generic);
}

/* Bytes that another implementation made. */
static void test_wire(void **state) {
  static const uint8_t want[] =
      "\x78\x05\x04\x1f\x0a" "9996621234\0" "\x12" "f4318de66cb2db3f10";
  const cg_docs *d = docs(state);
  cg_arena *arena = cg_arena_new(0);
  const cg_example *e = cg_example_make(d, arena, cg_docs_find_def(d, "auth.cancelCode"));
  cg_bytes wire;
  cg_fault fault = { 0 };
  assert_non_null(e);
  assert_int_equal(cg_example_wire(d, arena, e, &wire, &fault), CG_OK);
  assert_int_equal(wire.len, 36);
  assert_memory_equal(wire.at, want, 36);
  cg_arena_free(arena);
}

typedef void print_example(cg_buf *b, const cg_example *e);

static void check_print(void **state, const char *name, print_example *print,
                        const char *want) {
  const cg_docs *d = docs(state);
  cg_arena *arena = cg_arena_new(0);
  const cg_example *e = cg_example_make(d, arena, cg_docs_find_def(d, name));
  cg_buf b = { 0 };
  print(&b, e);
  cg_buf_put(&b, "", 1);
  assert_string_equal((const char *)b.at, want);
  cg_buf_free(&b);
  cg_arena_free(arena);
}

static void http_user(cg_buf *b, const cg_example *e) {
  cg_example_http(b, e, CG_HTTP_USER);
}

static void test_faces(void **state) {
  check_print(state, "auth.cancelCode", cg_example_lua,
              "auth.cancelCode({phone_number='9996621234', "
              "phone_code_hash='f4318de66cb2db3f10', })");
  check_print(state, "auth.cancelCode", cg_example_cli,
              "centigram call auth.cancelCode phone_number=9996621234 "
              "phone_code_hash=f4318de66cb2db3f10");
  check_print(state, "auth.cancelCode", http_user,
              "curl 'http://127.0.0.1:4490/user<TOKEN>/auth.cancelCode' \\\n"
              "  --data-urlencode phone_number=9996621234 \\\n"
              "  --data-urlencode phone_code_hash=f4318de66cb2db3f10");
  check_print(state, "users.getFullUser", cg_example_cli,
              "centigram call users.getFullUser 'id:={\"_\":\"inputUserSelf\"}'");
  check_print(state, "users.getUsers", cg_example_lua,
              "users.getUsers({id={{_='inputUserSelf', }, }, })");
  check_print(state, "inputUser", cg_example_json,
              "{\"_\":\"inputUser\",\"user_id\":\"1\",\"access_hash\":\"1\"}");
}

/* --- the site ------------------------------------------------------------------ */

typedef struct {
  size_t files, bytes, fail_at;
  bool licensed, done;
} sink_state;

static cg_err take_file(void *ctx, const char *path, cg_bytes content, cg_fault *fault) {
  sink_state *s = ctx;
  if (++s->files == s->fail_at) return cg_fail(fault, CG_E_IO, "%s: full", path);
  s->bytes += content.len;
  if (strstr(path, ".html"))
    s->licensed &= memmem(content.at, content.len, "alina sireneva", 14) != NULL;
  return CG_OK;
}

static void take_progress(void *ctx, size_t done, size_t all) {
  ((sink_state *)ctx)->done = done == all;
}

static void test_site(void **state) {
  const cg_docs *d = docs(state);
  sink_state s = { .licensed = true };
  cg_docs_sink sink = { take_file, take_progress, &s };
  cg_fault fault = { 0 };
  assert_int_equal(cg_docs_site(&sink, &fault), CG_OK);
  assert_int_equal(s.files, d->ndefs + d->ntypes + d->nerrors + 9);
  assert_true(s.licensed);
  assert_true(s.done);
  s = (sink_state){ .fail_at = 3 };
  assert_int_equal(cg_docs_site(&sink, &fault), CG_E_IO);
  assert_int_equal(s.files, 3);
  assert_non_null(strstr(fault.text, "full"));
}

/* --- for a terminal -------------------------------------------------------------- */

static const char *const commands[] = { "login", "logout", NULL };

static void check_text(const char *name, const char *const *wanted) {
  cg_arena *arena = cg_arena_new(0);
  cg_buf b = { 0 };
  const char *similar;
  cg_fault fault = { 0 };
  assert_int_equal(cg_docs_print(arena, name, commands, &b, &similar, &fault), CG_OK);
  cg_buf_put(&b, "", 1);
  for (; *wanted; wanted++)
    if (!strstr((const char *)b.at, *wanted)) fail_msg("%s: no \"%s\"", name, *wanted);
  cg_buf_free(&b);
  cg_arena_free(arena);
}
#define CHECK_TEXT(name, ...) check_text(name, (const char *const[]){ __VA_ARGS__, NULL })

static void test_text(void **state) {
  (void)state;
  CHECK_TEXT("auth.cancelCode", "0x1f040578", "phone_code_hash: string, required",
             "400 PHONE_CODE_EXPIRED", "7805041f 0a393939", "= Bool",
             "auth.cancelCode({", "centigram call auth.cancelCode", "Layers");
  CHECK_TEXT("auth.SentCode", "auth.sentCodeSuccess", "auth.resendCode");
  CHECK_TEXT("user", "optional (flags2.", "Constructor user");
  CHECK_TEXT("PHONE_NUMBER_INVALID", "400", "406", "auth.sendCode");
  CHECK_TEXT("FLOOD_WAIT_17", "FLOOD_WAIT_X", "420", "general");
}

static void check_similar(const char *name, const char *want) {
  cg_arena *arena = cg_arena_new(0);
  cg_buf b = { 0 };
  const char *similar;
  cg_err err = cg_docs_print(arena, name, commands, &b, &similar, NULL);
  assert_int_equal(err, CG_E_UNKNOWN_NAME);
  if (want) assert_string_equal(similar, want);
  else assert_null(similar);
  cg_buf_free(&b);
  cg_arena_free(arena);
}

static void test_similar(void **state) {
  (void)state;
  check_similar("auth.cancelcod", "auth.cancelCode");
  check_similar("logn", "login");
  check_similar("PHONE_CODE_EXPIRD", "PHONE_CODE_EXPIRED");
  check_similar("auth.SentCod", "auth.sentCode");
  check_similar("qqqqqqqqqqqqqqqqqqqqqqqqqqqq", NULL);
}

/* Thousands of definitions go the same way: each allocation of the first ones, then one
 * in 97, which meets every place in the code. */
static void test_load_memory(void **state) {
  (void)state;
  cg_err err = CG_E_MEMORY;
  for (long n = 0; err; n += n < 100 ? 1 : 97) {
    cg_arena *arena = cg_arena_new(0);
    const cg_docs *d;
    cg_mem_fail_after(n);
    err = cg_docs_load(arena, &d, NULL);
    cg_mem_fail_after(-1);
    if (err) assert_int_equal(err, CG_E_MEMORY);
    cg_arena_free(arena);
  }
}

static void test_print_memory(void **state) {
  cg_err err = CG_E_MEMORY;
  for (long n = 0; err; n++) {
    cg_arena *arena = cg_arena_new(0);
    cg_buf b = { 0 };
    const char *similar;
    cg_mem_fail_after(n);
    err = cg_docs_print_from(docs(state), arena, "auth.signIn", commands, &b, &similar,
                             NULL);
    cg_mem_fail_after(-1);
    if (err) assert_int_equal(err, CG_E_MEMORY);
    cg_buf_free(&b);
    cg_arena_free(arena);
  }
}

/* A page that is not whole says so. */
static void test_page_memory(void **state) {
  const cg_docs_def *def = cg_docs_find_def(docs(state), "users.getUsers");
  cg_err err = CG_E_MEMORY;
  for (long n = 0; err; n++) {
    cg_buf b = { 0 };
    const cg_html h = { &b, docs(state), "../" };
    cg_mem_fail_after(n);
    err = cg_page_def(&h, def, NULL);
    cg_mem_fail_after(-1);
    if (b.err) err = b.err;
    if (err) assert_int_equal(err, CG_E_MEMORY);
    else assert_memory_equal(b.at + b.len - 8, "</html>\n", 8);
    cg_buf_free(&b);
  }
}

static int set_up(void **state) {
  static cg_arena *arena;
  const cg_docs *d;
  cg_fault fault;
  if (!(arena = cg_arena_new(0)) || cg_docs_load(arena, &d, &fault)) return -1;
  *state = (void *)(uintptr_t)d;
  return 0;
}

static int tear_down(void **state) {
  cg_arena_free(docs(state)->arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_counts), cmocka_unit_test(test_fields),
    cmocka_unit_test(test_wire),   cmocka_unit_test(test_faces),
    cmocka_unit_test(test_site),   cmocka_unit_test(test_text),
    cmocka_unit_test(test_similar), cmocka_unit_test(test_load_memory),
    cmocka_unit_test(test_print_memory), cmocka_unit_test(test_page_memory) };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
