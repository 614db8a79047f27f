/* SPDX-License-Identifier: MIT */
/*
 * crypto_test.h - what the tests of this folder share: hexadecimal text and repeatable
 * random numbers.
 */
#ifndef CG_CRYPTO_TEST_H
#define CG_CRYPTO_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rng.h"

static inline uint8_t test_nibble(char c) {
  return (uint8_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

/* Reads exactly `n` bytes of hexadecimal text. */
static inline void test_hex(const char *hex, uint8_t *out, size_t n) {
  assert_int_equal(strlen(hex), 2 * n);
  for (size_t i = 0; i < n; i++)
    out[i] = (uint8_t)(test_nibble(hex[2 * i]) << 4 | test_nibble(hex[2 * i + 1]));
}

static inline void test_equals_hex(const uint8_t *got, const char *hex, size_t n) {
  uint8_t want[2048];
  assert_true(n <= sizeof want);
  test_hex(hex, want, n);
  assert_memory_equal(got, want, n);
}

/* xorshift64*: repeatable, good enough to reach every path. */
static inline cg_err test_random(void *ctx, void *out, size_t len) {
  uint64_t *x = ctx;
  for (size_t i = 0; i < len; i++) {
    *x ^= *x >> 12;
    *x ^= *x << 25;
    *x ^= *x >> 27;
    ((uint8_t *)out)[i] = (uint8_t)((*x * 0x2545f4914f6cdd1d) >> 56);
  }
  return CG_OK;
}

static inline cg_err test_no_random(void *ctx, void *out, size_t len) {
  (void)ctx, (void)out, (void)len;
  return CG_E_RANDOM;
}

#endif
