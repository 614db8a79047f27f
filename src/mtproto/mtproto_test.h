/* SPDX-License-Identifier: MIT */
/*
 * mtproto_test.h - what the tests of this folder share: a repeatable source of bytes
 * (SplitMix64) and slices in tables. Included by tests only: no library holds it.
 */
#ifndef CG_MTPROTO_TEST_H
#define CG_MTPROTO_TEST_H

#include "rng.h"

#include <string.h>

/* CG_LIT for the initialiser of something static. */
#define TEST_BYTES(s)                                                                    \
  { (const uint8_t *)("" s), sizeof(s) - 1 }

typedef struct {
  uint64_t state;
  cg_bytes script; /* given out before anything else */
  long left;       /* calls until it fails; negative: never */
  cg_rng rng;
} test_rng;

static inline uint64_t test_rng_next(test_rng *t) {
  uint64_t z = t->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static inline cg_err test_rng_fill(void *ctx, void *out, size_t len) {
  test_rng *t = ctx;
  uint8_t *p = out;
  if (!t->left) return CG_E_RANDOM;
  if (t->left > 0) t->left--;
  size_t given = t->script.len < len ? t->script.len : len;
  if (given) {
    memcpy(p, t->script.at, given);
    t->script.at += given;
    t->script.len -= given;
  }
  for (size_t i = given; i < len; i++) p[i] = (uint8_t)test_rng_next(t);
  return CG_OK;
}

static inline void test_rng_init(test_rng *t, uint64_t seed) {
  *t = (test_rng){ .state = seed, .left = -1 };
  t->rng = (cg_rng){ test_rng_fill, t };
}

#endif
