/* SPDX-License-Identifier: MIT */
/* tables_test.c - map and dues against slow models that cannot be wrong. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "dues.h"
#include "map.h"
#include "mem.h"

enum { MANY = 500 };

static uint32_t dice(uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return *seed >> 8;
}

static void map_finds_what_is_in_it(void **state) {
  (void)state;
  cg_map m = { .seed = 77 };
  bool in[MANY] = { false };
  int values[MANY];
  uint32_t seed = 1;
  size_t count = 0;
  for (int round = 0; round < 20000; round++) {
    size_t i = dice(&seed) % MANY;
    uint64_t id = i * UINT64_C(0x100000000); /* low bits all alike */
    if (dice(&seed) % 2) {
      assert_int_equal(cg_map_put(&m, id, &values[i]), CG_OK);
      count += !in[i];
      in[i] = true;
    } else {
      assert_ptr_equal(cg_map_remove(&m, id), in[i] ? &values[i] : NULL);
      count -= in[i];
      in[i] = false;
    }
    size_t look = dice(&seed) % MANY;
    assert_ptr_equal(cg_map_get(&m, look * UINT64_C(0x100000000)),
                     in[look] ? &values[look] : NULL);
    assert_int_equal(m.count, count);
  }
  size_t at = 0, seen = 0;
  while (cg_map_each(&m, &at)) seen++;
  assert_int_equal(seen, count);
  cg_map_free(&m);
}

static void map_survives_want_of_memory(void **state) {
  (void)state;
  cg_map m = { 0 };
  int value;
  cg_mem_fail_after(0);
  assert_int_equal(cg_map_put(&m, 1, &value), CG_E_MEMORY);
  cg_mem_fail_after(-1);
  assert_null(cg_map_get(&m, 1));
  assert_int_equal(cg_map_put(&m, 1, &value), CG_OK);
  cg_map_free(&m);
}

static uint64_t earliest(const cg_due *dues, size_t n) {
  uint64_t at = CG_NEVER;
  for (size_t i = 0; i < n; i++)
    if (dues[i].place && dues[i].at < at) at = dues[i].at;
  return at;
}

static void dues_come_in_order(void **state) {
  (void)state;
  cg_dues d = { 0 };
  cg_due dues[MANY] = { { 0 } };
  uint32_t seed = 2;
  assert_null(cg_dues_first(&d));
  for (int round = 0; round < 20000; round++) {
    cg_due *due = &dues[dice(&seed) % MANY];
    uint64_t at = dice(&seed) % 50 ? dice(&seed) % 1000 : CG_NEVER;
    if (!due->place) assert_int_equal(cg_dues_add(&d, due, 7, at), CG_OK);
    else if (dice(&seed) % 3) cg_dues_move(&d, due, at);
    else cg_dues_remove(&d, due);
    const cg_due *first = cg_dues_first(&d);
    assert_true((first ? first->at : CG_NEVER) == earliest(dues, MANY));
  }
  cg_dues_free(&d);
}

static void dues_survive_want_of_memory(void **state) {
  (void)state;
  cg_dues d = { 0 };
  cg_due due = { 0 };
  cg_mem_fail_after(0);
  assert_int_equal(cg_dues_add(&d, &due, 0, 1), CG_E_MEMORY);
  cg_mem_fail_after(-1);
  assert_int_equal(due.place, 0);
  cg_dues_remove(&d, &due);
  cg_dues_free(&d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(map_finds_what_is_in_it),
    cmocka_unit_test(map_survives_want_of_memory),
    cmocka_unit_test(dues_come_in_order),
    cmocka_unit_test(dues_survive_want_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
