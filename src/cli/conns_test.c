/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "conns.h"
#include "mem.h"

static void test_numbers_are_never_used_twice(void **state) {
  (void)state;
  cg_conns c = { 0 };
  int a, b;
  uint64_t first = cg_conns_add(&c, &a), second = cg_conns_add(&c, &b);
  assert_ptr_equal(cg_conns_get(&c, first), &a);
  assert_ptr_equal(cg_conns_get(&c, second), &b);
  cg_conns_remove(&c, first);
  assert_null(cg_conns_get(&c, first));
  uint64_t third = cg_conns_add(&c, &b);
  assert_true(third != first);
  assert_null(cg_conns_get(&c, first));
  cg_conns_remove(&c, first);
  assert_ptr_equal(cg_conns_get(&c, third), &b);
  assert_null(cg_conns_get(&c, 0));
  assert_null(cg_conns_get(&c, UINT64_MAX));
  cg_conns_free(&c);
}

static void test_many(void **state) {
  (void)state;
  static uint64_t numbers[1000];
  static char things[1000];
  cg_conns c = { 0 };
  for (int i = 0; i < 1000; i++) numbers[i] = cg_conns_add(&c, &things[i]);
  for (int i = 0; i < 1000; i += 2) cg_conns_remove(&c, numbers[i]);
  for (int i = 0; i < 1000; i += 2) numbers[i] = cg_conns_add(&c, &things[i]);
  for (int i = 0; i < 1000; i++) assert_ptr_equal(cg_conns_get(&c, numbers[i]), &things[i]);
  assert_int_equal(c.len, 1000);
  assert_int_equal(c.open, 1000);
  cg_conns_remove(&c, numbers[7]);
  assert_int_equal(c.open, 999);
  uint32_t seen = 0;
  for (uint32_t i = 0; i < c.len; i++) seen += cg_conns_at(&c, i) != NULL;
  assert_int_equal(seen, 999);
  cg_conns_free(&c);
}

static void test_no_memory(void **state) {
  (void)state;
  cg_conns c = { 0 };
  cg_mem_fail_after(0);
  assert_true(cg_conns_add(&c, &c) == 0);
  cg_mem_fail_after(-1);
  assert_true(cg_conns_add(&c, &c) != 0);
  cg_conns_free(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_numbers_are_never_used_twice),
                                      cmocka_unit_test(test_many),
                                      cmocka_unit_test(test_no_memory) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
