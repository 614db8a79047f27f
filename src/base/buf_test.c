/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "buf.h"
#include "log.h"
#include "mem.h"
#include "reader.h"

#include <stdlib.h>
#include <string.h>

static void test_values(void **state) {
  (void)state;
  static const uint8_t wanted[] = { 1, 2, 3, 4, 1, 0, 0, 0, 0, 0, 0, 0x80, 'x' };
  cg_buf b = { 0 };
  cg_buf_u32(&b, 0x04030201);
  cg_buf_u64(&b, UINT64_C(0x8000000000000001));
  cg_buf_text(&b, "x");
  assert_true(cg_bytes_equal(cg_buf_view(&b), (cg_bytes){ wanted, sizeof wanted }));
  cg_buf_drop(&b, 12);
  assert_true(cg_bytes_equal(cg_buf_view(&b), CG_LIT("x")));
  cg_buf_drop(&b, 99);
  assert_int_equal(b.len, 0);
  cg_buf_free(&b);
}

/* Lengths where the form changes, there and back, canonical and padded with zeros. */
static void test_strings(void **state) {
  (void)state;
  static const size_t lengths[] = { 0, 1, 2, 3, 4, 5, 252, 253, 254, 255, 256, (1 << 24) - 1 };
  uint8_t *text = malloc(1 << 24);
  memset(text, 'z', 1 << 24);
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    cg_buf b = { 0 };
    cg_buf_str(&b, (cg_bytes){ text, lengths[i] });
    assert_int_equal(b.err, CG_OK);
    assert_int_equal(b.len % 4, 0);
    assert_true((b.at[0] == 254) == (lengths[i] > 253));
    size_t used = (lengths[i] > 253 ? 4 : 1) + lengths[i];
    for (size_t k = used; k < b.len; k++) assert_int_equal(b.at[k], 0);
    cg_reader r;
    cg_reader_init(&r, b.at, b.len);
    assert_true(cg_bytes_equal(cg_reader_str(&r), (cg_bytes){ text, lengths[i] }));
    assert_int_equal(cg_reader_end(&r), CG_OK);
    cg_buf_free(&b);
  }
  cg_buf b = { 0 };
  cg_buf_str(&b, (cg_bytes){ text, 1 << 24 });
  assert_int_equal(b.err, CG_E_LIMIT);
  cg_buf_u32(&b, 1);
  assert_int_equal(b.len, 0);
  cg_buf_free(&b);
  free(text);
}

static void test_no_memory(void **state) {
  (void)state;
  cg_buf b = { 0 };
  cg_mem_fail_after(1);
  for (int i = 0; i < 100; i++) cg_buf_u32(&b, 7);
  cg_mem_fail_after(-1);
  assert_int_equal(b.err, CG_E_MEMORY);
  assert_int_equal(b.len, 64);
  cg_buf_wipe(&b);
  assert_null(b.at);
}

static void test_phones_are_masked(void **state) {
  (void)state;
  char out[32];
  cg_mask_phone("9996612345621", out);
  assert_string_equal(out, "+99966******21");
  cg_mask_phone("42777", out);
  assert_string_equal(out, "+*****");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_values), cmocka_unit_test(test_strings),
    cmocka_unit_test(test_no_memory), cmocka_unit_test(test_phones_are_masked) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
