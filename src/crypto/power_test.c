/* SPDX-License-Identifier: MIT */
/*
 * power_test.c - the own power against OpenSSL's, on random numbers and at the edges.
 * On a processor without the instructions only the refusal is looked at.
 */
#include "crypto_test.h"

#include "cpu.h"
#include "power_x86.h"

#include <openssl/bn.h>

enum { SIZE = 256 };

static void compare(const uint8_t m[SIZE], const uint8_t base[SIZE],
                    const uint8_t e[SIZE]) {
  uint8_t want[SIZE], got[SIZE];
  BN_CTX *ctx = BN_CTX_new();
  BIGNUM *bm = BN_bin2bn(m, SIZE, NULL), *bb = BN_bin2bn(base, SIZE, NULL),
         *be = BN_bin2bn(e, SIZE, NULL), *r = BN_new();
  assert_int_equal(BN_mod_exp(r, bb, be, bm, ctx), 1);
  assert_int_equal(BN_bn2binpad(r, want, SIZE), SIZE);
  BN_free(bm);
  BN_free(bb);
  BN_free(be);
  BN_free(r);
  BN_CTX_free(ctx);
  memset(got, 0x5a, SIZE);
  assert_int_equal(cg_power_x86(m, base, e, got), cg_cpu_has(CG_CPU_IFMA));
  if (!cg_cpu_has(CG_CPU_IFMA)) memset(want, 0x5a, SIZE);
  assert_memory_equal(got, want, SIZE);
}

static void random_numbers(void **state) {
  (void)state;
  uint64_t seed = 9;
  uint8_t m[SIZE], base[SIZE], e[SIZE];
  for (int i = 0; i < 48; i++) {
    test_random(&seed, m, SIZE);
    test_random(&seed, base, SIZE);
    test_random(&seed, e, SIZE);
    m[0] |= i % 3 ? 0x80 : 0x40;
    if (i % 3 == 0) m[0] &= 0x7f; /* 2047 bits, and a base that may be above m */
    m[SIZE - 1] |= 1;
    compare(m, base, e);
  }
}

/* A number of one kind: 0, 1, 2, all ones, one bit at either end, runs of ones and
 * zeros that make carries run through whole limbs. */
static void edge(int kind, uint8_t out[SIZE]) {
  memset(out, kind == 3 || kind == 7 ? 0xff : 0, SIZE);
  if (kind == 1 || kind == 2) out[SIZE - 1] = (uint8_t)kind;
  if (kind == 4) out[0] = 0x80;
  if (kind == 5) memset(out, 0xff, SIZE / 2);
  if (kind == 6) memset(out + SIZE / 2, 0xff, SIZE / 2);
  if (kind == 7) out[SIZE / 3] = 0;
}

static void edges(void **state) {
  (void)state;
  uint8_t m[SIZE], base[SIZE], e[SIZE];
  for (int i = 3; i < 8; i++)
    for (int j = 0; j < 8; j++)
      for (int k = i % 2; k < 8; k += 3) {
        edge(i, m);
        m[0] |= 0x80;
        m[SIZE - 1] |= 1;
        edge(j, base);
        edge(k, e);
        compare(m, base, e);
        compare(m, m, e); /* 0 modulo m */
      }
}

static void in_place(void **state) {
  (void)state;
  uint64_t seed = 10;
  uint8_t m[SIZE], base[SIZE], e[SIZE], out[SIZE];
  test_random(&seed, m, SIZE);
  test_random(&seed, base, SIZE);
  test_random(&seed, e, SIZE);
  m[0] |= 0x80;
  m[SIZE - 1] |= 1;
  if (!cg_power_x86(m, base, e, out)) return;
  assert_true(cg_power_x86(m, base, e, base));
  assert_memory_equal(base, out, SIZE);
}

static void other_moduli_are_refused(void **state) {
  (void)state;
  uint8_t m[SIZE], one[SIZE], out[SIZE];
  edge(1, one);
  edge(3, m);
  m[0] = 0x3f;
  assert_false(cg_power_x86(m, one, one, out));
  edge(4, m);
  assert_false(cg_power_x86(m, one, one, out));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_numbers),
    cmocka_unit_test(edges),
    cmocka_unit_test(in_place),
    cmocka_unit_test(other_moduli_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
