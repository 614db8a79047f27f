/* SPDX-License-Identifier: MIT */
/* prime_test.c - primes, and composites that were made to pass for primes. */
#include "crypto_test.h"

#include "prime.h"

#include <openssl/bn.h>

/* Strong pseudoprime to every base from 2 to 40: p (101 (p - 1) + 1) (181 (p - 1) + 1),
 * with p chosen by Arnault's method in a script; 2046 bits. */
static const char arnault[] =
    "3b362655edbb829880165eae6f4153ba8130de6b9ea07164ad950e401cc727b4c9c6820331bd"
    "4d24b1410b42f947860130f762d0b5694db00d5d97c69a4eaa9cdaf4a2bc63659b0a06788b24"
    "7fc7092481c1cb7c3e327570a37a9545a898d9a7b300a17f3772ce47cb0ce4c9612afc40626b"
    "2e75d15af39aad76c0c9d656deb005b40d3d5eacef4a418137a68928a9c267d23cb38689b8b4"
    "c74aee67e4d6f7acdfffe257d946b7e7f21b38a8bc50b15d9c2d32c9222d0bbeeb67258c0624"
    "e7ebba4be5a921520b75ce9cc2a9bbeb244782da57eb675e0de8aee85a0fb84b404b75029695"
    "758107e8ebeb89c9f4b184eb233f50dfb4476679db20e2bfe088660b";

static const struct {
  const char *hex;
  cg_err want;
} cases[] = {
  { "ffffffffffffffc5", CG_OK },                 /* 2^64 - 59 */
  { "7fffffffffffffffffffffffffffffff", CG_OK }, /* 2^127 - 1 */
  { "18e8e790a2e3629498b42c66c7", CG_OK },       /* (p - 1) / 2 is prime too */
  { "7fffffffffffffffffffffffffffffed", CG_E_WEAK },
  { "1fffffffffffffffffffffffffffffffff", CG_E_WEAK }, /* 2^133 - 1 */
  { "3ffffffffffffffc000000000000001", CG_E_WEAK },    /* (2^61 - 1)^2 */
  /* a Carmichael number: (6 k + 1) (12 k + 1) (18 k + 1) */
  { "f999bbc6ff4618c253659f66b7e2d9", CG_E_WEAK },
  { arnault, CG_E_WEAK },
  { "fffffffffffffffe", CG_E_USAGE }, /* even */
  { "7fffffffffffffe7", CG_E_USAGE }, /* too short */
  { "00", CG_E_USAGE },
};

static BIGNUM *number(const char *hex) {
  BIGNUM *n = NULL;
  assert_true(BN_hex2bn(&n, hex) > 0);
  return n;
}

static void table(void **state) {
  (void)state;
  uint64_t seed = 1;
  const cg_rng rng = { test_random, &seed };
  BN_CTX *ctx = BN_CTX_new();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    BIGNUM *n = number(cases[i].hex);
    assert_int_equal(cg_prime_check(n, ctx, &rng), cases[i].want);
    BN_free(n);
  }
  BN_CTX_free(ctx);
}

/* (p - 1) / 2 is prime in each; the values come from a script. */
static void doubles(void **state) {
  (void)state;
  static const struct {
    const char *hex;
    cg_err want;
  } list[] = {
    { "18e8e790a2e3629498b42c66c7", CG_OK },
    { "170ceb3ba0bf9706c55ef630e3", CG_E_WEAK },
    { "180e5c8978dc8a0bb42b6fd97f", CG_E_WEAK }, /* divisible by 3 */
  };
  BN_CTX *ctx = BN_CTX_new();
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    BIGNUM *p = number(list[i].hex);
    assert_int_equal(cg_prime_check_double(p, ctx), list[i].want);
    BN_free(p);
  }
  BN_CTX_free(ctx);
}

static void needs_random_numbers(void **state) {
  (void)state;
  const cg_rng rng = { test_no_random, NULL };
  BN_CTX *ctx = BN_CTX_new();
  BIGNUM *n = number(cases[0].hex);
  assert_int_equal(cg_prime_check(n, ctx, &rng), CG_E_RANDOM);
  BN_free(n);
  BN_CTX_free(ctx);
}

/* A source that only ever gives 0 has no base to give: it must not go on for ever. */
static cg_err zeros(void *ctx, void *out, size_t len) {
  (void)ctx;
  memset(out, 0, len);
  return CG_OK;
}

static void gives_up_on_a_broken_source(void **state) {
  (void)state;
  const cg_rng rng = { zeros, NULL };
  BN_CTX *ctx = BN_CTX_new();
  BIGNUM *n = number(cases[0].hex);
  assert_int_equal(cg_prime_check(n, ctx, &rng), CG_E_RANDOM);
  BN_free(n);
  BN_CTX_free(ctx);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(table),
    cmocka_unit_test(doubles),
    cmocka_unit_test(needs_random_numbers),
    cmocka_unit_test(gives_up_on_a_broken_source),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
