/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <centigram/error.h>

#include "mem.h"

#include <string.h>

static void test_zeroed_and_aligned(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  for (size_t n = 0; n < 5000; n += 37) {
    uint8_t *p = cg_arena_alloc(a, n);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 16, 0);
    for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
    memset(p, 0xee, n);
  }
  cg_arena_reset(a);
  uint8_t *p = cg_arena_alloc(a, 1000);
  for (size_t i = 0; i < 1000; i++) assert_int_equal(p[i], 0);
  cg_arena_free(a);
}

static void test_cap(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(10000);
  assert_null(cg_arena_alloc(a, 10001));
  assert_null(cg_arena_alloc(a, SIZE_MAX));
  assert_non_null(cg_arena_alloc(a, 5000));
  assert_null(cg_arena_alloc(a, 6000));
  assert_non_null(cg_arena_alloc(a, 4000));
  cg_arena_free(a);
}

static void test_copies(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  cg_bytes c = cg_arena_copy(a, CG_LIT("abc"));
  assert_string_equal((const char *)c.at, "abc");
  assert_int_equal(c.len, 3);
  assert_non_null(cg_arena_copy(a, (cg_bytes){ 0 }).at);
  cg_arena_free(a);
}

static void test_no_memory(void **state) {
  (void)state;
  cg_mem_fail_after(0);
  assert_null(cg_arena_new(0));
  cg_mem_fail_after(1);
  cg_arena *a = cg_arena_new(0);
  assert_non_null(a);
  assert_null(cg_arena_alloc(a, 1));
  assert_null(cg_arena_copy(a, CG_LIT("x")).at);
  cg_mem_fail_after(-1);
  cg_arena_free(a);
}

static void test_error_texts(void **state) {
  (void)state;
  assert_string_equal(cg_err_text(CG_OK), "no error");
  assert_string_equal(cg_err_text(CG_E_TRUNCATED), "input ends inside a value");
  assert_string_equal(cg_err_text((cg_err)-9999), "unknown error");
  cg_fault f = { 0 };
  assert_int_equal(cg_fail(&f, CG_E_IO, "%s: no such file", "x"), CG_E_IO);
  assert_string_equal(f.text, "x: no such file");
  assert_int_equal(cg_fail(NULL, CG_E_IO, "x"), CG_E_IO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_zeroed_and_aligned), cmocka_unit_test(test_cap),
    cmocka_unit_test(test_copies), cmocka_unit_test(test_no_memory),
    cmocka_unit_test(test_error_texts) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
