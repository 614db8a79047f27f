/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reader.h"

#include <stdlib.h>
#include <string.h>

static void test_values(void **state) {
  (void)state;
  static const uint8_t in[] = { 1, 2, 3, 4, 1, 0, 0, 0, 0, 0, 0, 0x80, 2, 'h', 'i', 0, 9 };
  cg_reader r;
  cg_reader_init(&r, in, sizeof in);
  assert_int_equal(cg_reader_u32(&r), 0x04030201);
  assert_true(cg_reader_u64(&r) == UINT64_C(0x8000000000000001));
  assert_true(cg_bytes_equal(cg_reader_str(&r), CG_LIT("hi")));
  assert_int_equal(cg_reader_left(&r), 1);
  assert_true(cg_bytes_equal(cg_reader_take(&r, 1), CG_LIT("\x09")));
  assert_int_equal(cg_reader_end(&r), CG_OK);
}

/* The first failure wins and later reads change nothing. */
static void test_sticky(void **state) {
  (void)state;
  static const uint8_t in[] = { 9, 0, 0, 0, 255, 0, 0, 0, 7, 0, 0, 0 };
  cg_reader r;
  cg_reader_init(&r, in, sizeof in);
  assert_int_equal(cg_reader_u32(&r), 9);
  assert_null(cg_reader_str(&r).at);
  assert_true(cg_reader_u32(&r) == 0 && cg_reader_u64(&r) == 0);
  assert_null(cg_reader_take(&r, 1).at);
  assert_int_equal(cg_reader_end(&r), CG_E_MALFORMED);
  assert_int_equal(r.err_at, 4);
}

static void test_hostile_count(void **state) {
  (void)state;
  static const uint8_t in[] = { 255, 255, 255, 255, 0, 0, 0, 0 };
  cg_reader r;
  cg_reader_init(&r, in, sizeof in);
  assert_int_equal(cg_reader_count(&r, 4), 0);
  assert_int_equal(cg_reader_end(&r), CG_E_TRUNCATED);
}

static void test_trailing_and_empty(void **state) {
  (void)state;
  cg_reader r;
  cg_reader_init(&r, "abcd", 4);
  assert_int_equal(cg_reader_end(&r), CG_E_TRAILING);
  cg_reader_init(&r, NULL, 0);
  assert_int_equal(cg_reader_end(&r), CG_OK);
}

/* Every prefix of a valid object fails, and reads stay inside the heap block. */
static void test_every_prefix(void **state) {
  (void)state;
  uint8_t in[4 + 300 + 4] = { 254, 44, 1, 0 };
  for (size_t n = 0; n < sizeof in; n++) {
    uint8_t *copy = malloc(n ? n : 1); /* exact size, so ASan sees overruns */
    memcpy(copy, in, n);
    cg_reader r;
    cg_reader_init(&r, copy, n);
    cg_reader_str(&r);
    cg_reader_u32(&r);
    assert_int_equal(cg_reader_end(&r), CG_E_TRUNCATED);
    free(copy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_values), cmocka_unit_test(test_sticky),
    cmocka_unit_test(test_hostile_count), cmocka_unit_test(test_trailing_and_empty),
    cmocka_unit_test(test_every_prefix) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
