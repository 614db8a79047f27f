/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "clock.h"
#include "mem.h"
#include "msgid.h"
#include "mtproto_test.h"

#include <stdlib.h>

static const uint64_t NOW = UINT64_C(1700000000) * CG_SECOND;

/* 165: seconds in the upper half, a fraction that is not empty, low bits as asked. */
static void test_next_follows_time(void **state) {
  (void)state;
  uint64_t last = 0;
  uint64_t id = cg_msgid_next(&last, NOW + CG_SECOND / 2, CG_MSGID_CLIENT);
  assert_int_equal(cg_msgid_seconds(id), 1700000000);
  assert_int_equal((uint32_t)id, 0x80000000u);
  assert_int_equal(last, id);
  last = 0;
  assert_int_equal((uint32_t)cg_msgid_next(&last, NOW, CG_MSGID_CLIENT), 4);
  last = 0;
  assert_int_equal((uint32_t)cg_msgid_next(&last, NOW, CG_MSGID_NOTICE), 7);
}

/* A known pair: 0x5bbe8e4e00003520 is a moment of 2018-10-10 23:42:06 UTC. */
static void test_seconds_of_known_id(void **state) {
  (void)state;
  assert_int_equal(cg_msgid_seconds(UINT64_C(0x5bbe8e4e00003520)), 1539214926);
}

/* 165, 167, 169: ids grow by the same time, by a time that goes back, and over kinds. */
static void test_next_grows(void **state) {
  (void)state;
  test_rng rng;
  test_rng_init(&rng, 1);
  uint64_t last = 0, before = 0;
  for (int i = 0; i < 20000; i++) {
    uint64_t time = NOW - test_rng_next(&rng) % 1000;
    unsigned kind = (unsigned[]){ 0, 1, 3 }[test_rng_next(&rng) % 3];
    uint64_t id = cg_msgid_next(&last, time, kind);
    assert_true((id & ~UINT64_C(3)) > (before & ~UINT64_C(3)));
    assert_int_equal(id & 3, kind);
    assert_int_not_equal((uint32_t)id & ~3u, 0);
    before = id;
  }
  last = (UINT64_C(1800000000) << 32) - 4;
  assert_int_equal(cg_msgid_next(&last, NOW, 1), (UINT64_C(1800000000) << 32) + 5);
}

/* 149: 30 s ahead and 300 s behind are the last that pass. */
static void test_window(void **state) {
  (void)state;
  const uint64_t base = UINT64_C(1700000000) << 32;
  const uint64_t s = UINT64_C(1) << 32;
  assert_int_equal(cg_msgid_window(base, NOW), CG_MSGID_TIMELY);
  assert_int_equal(cg_msgid_window(base + 30 * s, NOW), CG_MSGID_TIMELY);
  assert_int_equal(cg_msgid_window(base + 30 * s + 1, NOW), CG_MSGID_AHEAD);
  assert_int_equal(cg_msgid_window(base - 300 * s, NOW), CG_MSGID_TIMELY);
  assert_int_equal(cg_msgid_window(base - 300 * s - 1, NOW), CG_MSGID_PAST);
  assert_int_equal(cg_msgid_window(UINT64_MAX, NOW), CG_MSGID_AHEAD);
  assert_int_equal(cg_msgid_window(0, NOW), CG_MSGID_PAST);
  assert_int_equal(cg_msgid_window(0, 0), CG_MSGID_TIMELY);
}

static void add(cg_replay *r, uint64_t id) {
  assert_int_equal(cg_replay_look(r, id), CG_REPLAY_NEW);
  assert_int_equal(cg_replay_reserve(r, 0), CG_OK);
  cg_replay_add(r, id);
  assert_int_equal(cg_replay_look(r, id), CG_REPLAY_SEEN);
}

static void shuffle(uint64_t *ids, size_t n, test_rng *rng) {
  for (size_t i = n; i > 1; i--) {
    size_t j = test_rng_next(rng) % i;
    uint64_t t = ids[j];
    ids[j] = ids[i - 1];
    ids[i - 1] = t;
  }
}

/* 152: whatever the order, each of k <= N ids is refused when it comes again, and
 * those between them are not. */
static void test_replay_any_order(void **state) {
  (void)state;
  test_rng rng;
  test_rng_init(&rng, 2);
  uint64_t ids[CG_REPLAY_MAX];
  const size_t sizes[] = { 1, 2, 3, 7, 8, 9, 500, 999, 1000 };
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    cg_replay r = { 0 };
    for (size_t i = 0; i < sizes[s]; i++) ids[i] = 1000 + 8 * i;
    shuffle(ids, sizes[s], &rng);
    for (size_t i = 0; i < sizes[s]; i++) add(&r, ids[i]);
    for (size_t i = 0; i < sizes[s]; i++) {
      assert_int_equal(cg_replay_look(&r, ids[i]), CG_REPLAY_SEEN);
      assert_int_equal(cg_replay_look(&r, ids[i] + 4), CG_REPLAY_NEW);
    }
    assert_int_equal(cg_replay_highest(&r), 1000 + 8 * (sizes[s] - 1));
    cg_replay_free(&r);
  }
}

/* 151: "lower than all" counts only when the store is full. */
static void test_replay_stale_only_when_full(void **state) {
  (void)state;
  cg_replay r = { 0 };
  for (uint64_t i = 0; i < CG_REPLAY_MAX - 1; i++) add(&r, 10000 + 4 * i);
  add(&r, 5000);
  assert_int_equal(cg_replay_look(&r, 4996), CG_REPLAY_STALE);
  assert_int_equal(cg_replay_look(&r, 5004), CG_REPLAY_NEW);
  add(&r, 9996); /* pushes 5000 out */
  assert_int_equal(cg_replay_look(&r, 5000), CG_REPLAY_STALE);
  assert_int_equal(cg_replay_look(&r, 5004), CG_REPLAY_STALE);
  assert_int_equal(cg_replay_look(&r, 9996), CG_REPLAY_SEEN);
  cg_replay_free(&r);
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return x < y ? -1 : x > y;
}

/* The store against a model that keeps everything: 20000 random ids over a sliding
 * range, so that many come twice, out of order, or too late. */
static void test_replay_against_model(void **state) {
  (void)state;
  test_rng rng;
  test_rng_init(&rng, 3);
  cg_replay r = { 0 };
  size_t count = 0;
  uint64_t *all = malloc(20000 * sizeof *all);
  assert_non_null(all);
  for (uint64_t i = 0; i < 20000; i++) {
    uint64_t id = 4 * (i + test_rng_next(&rng) % 2000);
    bool seen = bsearch(&id, all, count, sizeof id, by_value) != NULL;
    bool stale = count >= CG_REPLAY_MAX && id < all[count - CG_REPLAY_MAX];
    cg_replay_verdict want = stale  ? CG_REPLAY_STALE
                             : seen ? CG_REPLAY_SEEN
                                    : CG_REPLAY_NEW;
    assert_int_equal(cg_replay_look(&r, id), want);
    if (want != CG_REPLAY_NEW) continue;
    add(&r, id);
    all[count++] = id;
    for (size_t k = count - 1; k && all[k - 1] > id; k--) {
      all[k] = all[k - 1];
      all[k - 1] = id;
    }
  }
  assert_true(count > 5 * CG_REPLAY_MAX);
  free(all);
  cg_replay_free(&r);
}

/* Ids that are too old to matter make room for others, save those that must be kept;
 * what gave way for want of room stays refused when there is room again. */
static void test_replay_marks(void **state) {
  (void)state;
  cg_replay r = { .marks = true };
  uint64_t id = 4;
  for (; id <= 4 * 4000; id += 4) {
    uint64_t before = id > 400 ? id - 400 : 0;
    unsigned marks = id % 400 == 0 ? CG_REPLAY_KEEP : id % 8 == 0 ? CG_REPLAY_OTHER : 0;
    assert_int_equal(cg_replay_reserve(&r, before), CG_OK);
    cg_replay_add(&r, id | marks);
    assert_int_equal(cg_replay_look(&r, id), CG_REPLAY_SEEN);
    assert_int_equal(cg_replay_marks(&r, id), marks);
    assert_int_equal(cg_replay_marks(&r, id + 4), 0);
  }
  assert_true(r.cap <= 512);
  for (uint64_t i = 4; i < id; i += 4) {
    bool known = i % 400 == 0 || i + 400 >= id;
    if (known) assert_int_equal(cg_replay_look(&r, i), CG_REPLAY_SEEN);
    assert_int_equal(cg_replay_marks(&r, i) & CG_REPLAY_KEEP,
                     i % 400 ? 0 : CG_REPLAY_KEEP);
  }
  assert_int_equal(cg_replay_look(&r, 8), CG_REPLAY_NEW);
  for (uint64_t end = id + 4 * CG_REPLAY_MAX; id < end; id += 4) {
    assert_int_equal(cg_replay_reserve(&r, 0), CG_OK);
    cg_replay_add(&r, id);
  }
  assert_int_equal(cg_replay_look(&r, 4000), CG_REPLAY_STALE);
  for (uint64_t end = id + 400; id < end; id += 4) {
    assert_int_equal(cg_replay_reserve(&r, id), CG_OK);
    cg_replay_add(&r, id);
  }
  assert_true(r.count < CG_REPLAY_MAX);
  assert_int_equal(cg_replay_look(&r, 4000), CG_REPLAY_STALE);
  for (uint64_t end = id + 4 * 4000; id < end; id += 4) {
    assert_int_equal(cg_replay_reserve(&r, id), CG_OK);
    cg_replay_add(&r, id);
  }
  assert_true(r.cap <= 16); /* and it shrinks */
  cg_replay_free(&r);
}

static void test_replay_out_of_memory(void **state) {
  (void)state;
  cg_replay r = { 0 };
  cg_mem_fail_after(0);
  assert_int_equal(cg_replay_reserve(&r, 0), CG_E_MEMORY);
  cg_mem_fail_after(1);
  for (uint64_t id = 4; id <= 16; id += 4) add(&r, id);
  assert_int_equal(cg_replay_reserve(&r, 0), CG_E_MEMORY);
  assert_int_equal(cg_replay_look(&r, 16), CG_REPLAY_SEEN);
  cg_mem_fail_after(-1);
  cg_replay_free(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_next_follows_time),
    cmocka_unit_test(test_seconds_of_known_id),
    cmocka_unit_test(test_next_grows),
    cmocka_unit_test(test_window),
    cmocka_unit_test(test_replay_any_order),
    cmocka_unit_test(test_replay_stale_only_when_full),
    cmocka_unit_test(test_replay_against_model),
    cmocka_unit_test(test_replay_marks),
    cmocka_unit_test(test_replay_out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
