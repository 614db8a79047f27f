/* SPDX-License-Identifier: MIT */
/* wake_test.c - a loop that other threads wake. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <centigram/loop.h>

#include <pthread.h>

typedef struct {
  cg_loop *loop;
  int woken, turns;
} world;

static void woken(void *ctx) {
  world *w = ctx;
  w->woken++;
  cg_loop_stop(w->loop);
}

static void turn(void *ctx) {
  ((world *)ctx)->turns++;
}

static void *wake_twice(void *loop) {
  cg_loop_wake(loop);
  cg_loop_wake(loop);
  return NULL;
}

static void test_wake(void **state) {
  (void)state;
  world w = { 0 };
  pthread_t thread;
  assert_int_equal(cg_loop_new(&w.loop), CG_OK);
  cg_loop_on_turn(w.loop, turn, &w);
  assert_int_equal(cg_loop_on_wake(w.loop, woken, &w), CG_OK);
  assert_int_equal(cg_loop_on_wake(w.loop, woken, &w), CG_E_STATE);
  uint64_t before = cg_monotonic();
  assert_int_equal(pthread_create(&thread, NULL, wake_twice, w.loop), 0);
  cg_loop_run(w.loop); /* which would go on for ever without it */
  pthread_join(thread, NULL);
  assert_in_range(w.woken, 1, 2);
  assert_int_equal(w.turns, w.woken);
  assert_true(cg_monotonic() >= before);
  cg_loop_free(w.loop);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_wake) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
