/* SPDX-License-Identifier: MIT */
/* wipe_test.c - clearing, and comparing wherever the difference stands. */
#include "crypto_test.h"

#include "wipe.h"

static void clears_exactly(void **state) {
  (void)state;
  uint8_t data[100], zero[100] = { 0 };
  memset(data, 0xa5, sizeof data);
  cg_wipe(data + 10, 80);
  assert_memory_equal(data + 10, zero, 80);
  assert_int_equal(data[9], 0xa5);
  assert_int_equal(data[90], 0xa5);
  cg_wipe(NULL, 0);
}

static void compares_every_byte(void **state) {
  (void)state;
  uint8_t a[64], b[64];
  memset(a, 7, sizeof a);
  memset(b, 7, sizeof b);
  assert_true(cg_equal_ct(a, b, sizeof a));
  assert_true(cg_equal_ct(a, b, 0));
  for (size_t i = 0; i < sizeof a; i++)
    for (int bit = 0; bit < 8; bit++) {
      b[i] ^= (uint8_t)(1 << bit);
      assert_false(cg_equal_ct(a, b, sizeof a));
      assert_true(cg_equal_ct(a, b, i));
      assert_false(cg_equal_ct(a, b, i + 1));
      b[i] ^= (uint8_t)(1 << bit);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(clears_exactly),
    cmocka_unit_test(compares_every_byte),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
