/* SPDX-License-Identifier: MIT */
/* dh_test.c - groups and public values, good and bad; powers; generation. */
#include "crypto_test.h"

#include "dh.h"

#include <openssl/bn.h>

/* Prime, 23 modulo 24, but (p - 1) / 2 is not; from a script. */
static const char half_composite[] =
    "887aae6a2c42eeac08fc9878ccc39dd26dcea371106607dcde17b009cf23cf2037e2265e0745"
    "e6cfeb7544127cc95bc246773aadc4aaf35a6be1fcde8ce096585790db4f70dee6930981abb6"
    "1530959b813547e25937c1f0040182fcdb14a009b7e06d03e8f51608430ac63152056395eea9"
    "3b6fca71067bfa0c31f68975fcdb4f52d3fefa342b15167cd62efb01996463e5a05be665559b"
    "3e06d750369a9ad71f9ca6ceb7b8b1a0ec9a5dc8a440f745cc5dcd5fd17f17d2ddbc8dddb8d0"
    "c65d1955bf313473f51ffb7a3b3ba6bd134853935c5576b58cc157d53e43f1bae498d1c778e6"
    "cbf8f01a80adb24ae11b2b6da715a0fb919dcc0f8ccda80c60762577";

/* (p - 1) / 2 is prime, but p, 23 modulo 24, is not; from a script. */
static const char composite[] =
    "d6c4188532678478cedb55af0c5c6d5d120bd76e12b586c7bcd72466b7babb7ead4f6e8d792b"
    "cc84ab705183edca526487a6a228b449a993dbc5f4404a8e7a3832c5e248123c28e040a6176f"
    "dbf97576b6568e3e0905047007aaf034004b65d25c61e62e79a5d16760291661e599d4b06a59"
    "88a7fd7ade0b75f140e5219c8d55bf0addbf092ed1c81eea6e8d18d4b3d7b4bdbdf97fb68406"
    "32943993a86fba5f9df4585a891fa2efa2f2646803189d4a51286aadd110967c812a023fc8f2"
    "3ef244261602fc4a4ffb7e96cfe108ba755da30ddff3d2dc3a5248776c894f322f2f2372b164"
    "4d6dea3a4a1c8a4ebc0fa89f952e2248132a8d1b4663c0575bd970a7";

/* A safe prime of 2047 bits, from `openssl prime -safe`. */
static const char too_short[] =
    "7c6dedc85b05f5fce5df8d585015a3838cd49d5de9a05ba86bd5c8661e6495e936f79707ca63"
    "d4ec17419495501dec4ce91104631823e69be80b508699090a1dd73495b12603f05c1b45b074"
    "cca429c2977e5241d4130197b5312d4326bf7c2a93eabf6b40271a09f9caa6b0f3717999dabb"
    "9da5848e139ad0338c330787ff131ca76616fe40ab1839c432405fc49480f6f5c11edcf71f51"
    "afefa427e64571e0009ba10652e55e9a8dd60c498c9938e830b8b6e1ddf8cc9e7515f8492087"
    "d77a5a28bf24c37cab4cbda4c6d1c2420efcdabbf545ffc2731bcafbbcfc7336c69b68317011"
    "f7f467602e74997006183b5cff4fdb07cd8dcfe0de185a3564c430eb";

static uint64_t seed = 1;
static const cg_rng rng = { test_random, &seed };

/* 2^2048 - ...: the MODP group of RFC 3526, which is 7 modulo 8. */
static void rfc3526(uint8_t out[CG_DH_SIZE]) {
  BIGNUM *p = BN_get_rfc3526_prime_2048(NULL);
  assert_int_equal(BN_bn2binpad(p, out, CG_DH_SIZE), CG_DH_SIZE);
  BN_free(p);
}

/* `v` plus a small number. */
static void plus(const uint8_t v[CG_DH_SIZE], int add, uint8_t out[CG_DH_SIZE]) {
  for (int i = CG_DH_SIZE - 1; i >= 0; i--) {
    int digit = v[i] + add;
    out[i] = (uint8_t)digit;
    add = digit >> 8;
  }
}

/* 2^bit */
static void bit(int n, uint8_t out[CG_DH_SIZE]) {
  memset(out, 0, CG_DH_SIZE);
  out[CG_DH_SIZE - 1 - n / 8] = (uint8_t)(1 << n % 8);
}

static void known_prime_wants_a_good_g(void **state) {
  (void)state;
  /* 3 modulo 8, 2 modulo 3, 3 modulo 5, 11 modulo 24, 6 modulo 7; no random numbers are
   * asked for. */
  static const bool good[] = { [3] = true, [4] = true, [7] = true };
  const cg_rng none = { test_no_random, NULL };
  for (int32_t g = -10; g < 300; g++) {
    bool ok = g >= 0 && g < 8 && good[g];
    assert_int_equal(cg_dh_check_group(cg_dh_prime, g, &none), ok ? CG_OK : CG_E_WEAK);
  }
  assert_int_equal(cg_dh_check_group(cg_dh_prime, INT32_MIN, &none), CG_E_WEAK);
  assert_int_equal(cg_dh_check_group(cg_dh_prime, 3 + 256, &none), CG_E_WEAK);
}

static void another_safe_prime_is_tested(void **state) {
  (void)state;
  uint8_t p[CG_DH_SIZE];
  rfc3526(p);
  assert_int_equal(cg_dh_check_group(p, 2, &rng), CG_OK);
  const cg_rng none = { test_no_random, NULL };
  assert_int_equal(cg_dh_check_group(p, 2, &none), CG_E_RANDOM);
}

static void bad_primes(void **state) {
  (void)state;
  uint8_t p[CG_DH_SIZE];
  test_hex(half_composite, p, CG_DH_SIZE);
  for (int g = 2; g <= 4; g++) assert_int_equal(cg_dh_check_group(p, g, &rng), CG_E_WEAK);
  test_hex(composite, p, CG_DH_SIZE);
  for (int g = 2; g <= 4; g++) assert_int_equal(cg_dh_check_group(p, g, &rng), CG_E_WEAK);
  for (int add = 1; add < 5; add++) {
    plus(cg_dh_prime, add, p);
    assert_int_equal(cg_dh_check_group(p, 4, &rng), CG_E_WEAK);
  }
  test_hex(too_short, p, CG_DH_SIZE);
  assert_int_equal(cg_dh_check_group(p, 4, &rng), CG_E_WEAK);
  memset(p, 0, CG_DH_SIZE);
  assert_int_equal(cg_dh_check_group(p, 4, &rng), CG_E_WEAK);
  memset(p, 0xff, CG_DH_SIZE);
  assert_int_equal(cg_dh_check_group(p, 4, &rng), CG_E_WEAK);
}

/* The rules of protocol.md 84, from the residues themselves: g is good if its power
 * (p - 1) / 2 is 1. RFC 3526's prime meets them differently from the known one. */
static void rules_agree_with_the_powers(void **state) {
  (void)state;
  uint8_t p[2][CG_DH_SIZE], half[CG_DH_SIZE], base[CG_DH_SIZE], out[CG_DH_SIZE],
      one[CG_DH_SIZE];
  memcpy(p[0], cg_dh_prime, CG_DH_SIZE);
  rfc3526(p[1]);
  bit(0, one);
  for (int i = 0; i < 2; i++) {
    for (int k = 0; k < CG_DH_SIZE; k++)
      half[k] = (uint8_t)(p[i][k] >> 1 | (k ? p[i][k - 1] << 7 : 0));
    for (int g = 2; g <= 7; g++) {
      plus(one, g - 1, base);
      assert_int_equal(cg_dh_power(p[i], base, half, out), CG_OK);
      bool residue = memcmp(out, one, CG_DH_SIZE) == 0;
      assert_int_equal(cg_dh_check_group(p[i], g, &rng), residue ? CG_OK : CG_E_WEAK);
    }
  }
}

static void public_values(void **state) {
  (void)state;
  uint8_t v[CG_DH_SIZE], low[CG_DH_SIZE], high[CG_DH_SIZE];
  bit(1984, low);
  memcpy(high, cg_dh_prime, CG_DH_SIZE); /* prime - 2^1984 */
  for (int i = 7, borrow = 1; i >= 0; i--) {
    int digit = high[i] - borrow;
    high[i] = (uint8_t)digit;
    borrow = digit < 0;
  }
  const struct {
    const uint8_t *from;
    int add;
    cg_err want;
  } cases[] = {
    { low, 0, CG_OK },
    { low, -1, CG_E_WEAK },
    { low, 1, CG_OK },
    { high, 0, CG_OK },
    { high, 1, CG_E_WEAK },
    { high, -1, CG_OK },
    { cg_dh_prime, 0, CG_E_WEAK },
    { cg_dh_prime, -1, CG_E_WEAK },
    { cg_dh_prime, -2, CG_E_WEAK },
    { cg_dh_prime, 1, CG_E_WEAK },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    plus(cases[i].from, cases[i].add, v);
    assert_int_equal(cg_dh_check_public(cg_dh_prime, v), cases[i].want);
  }
  for (int i = 0; i < 3; i++) {
    memset(v, 0, CG_DH_SIZE);
    v[CG_DH_SIZE - 1] = (uint8_t)i;
    assert_int_equal(cg_dh_check_public(cg_dh_prime, v), CG_E_WEAK);
  }
  memset(v, 0xff, CG_DH_SIZE);
  assert_int_equal(cg_dh_check_public(cg_dh_prime, v), CG_E_WEAK);
}

static void power_keeps_leading_zeros(void **state) {
  (void)state;
  uint8_t base[CG_DH_SIZE], e[CG_DH_SIZE] = { 0 }, out[CG_DH_SIZE], want[CG_DH_SIZE];
  bit(1, base);
  e[CG_DH_SIZE - 2] = 3; /* 2 ^ 768 */
  bit(768, want);
  assert_int_equal(cg_dh_power(cg_dh_prime, base, e, out), CG_OK);
  assert_memory_equal(out, want, CG_DH_SIZE);
  memset(e, 0, sizeof e);
  bit(0, want);
  assert_int_equal(cg_dh_power(cg_dh_prime, base, e, out), CG_OK);
  assert_memory_equal(out, want, CG_DH_SIZE); /* x ^ 0 */
}

/* OpenSSL's plain power, and what does not depend on it: both sides get one key. */
static void power_is_right(void **state) {
  (void)state;
  uint8_t a[CG_DH_SIZE], b[CG_DH_SIZE], pa[CG_DH_SIZE], pb[CG_DH_SIZE], want[CG_DH_SIZE];
  for (int i = 0; i < 4; i++) {
    assert_int_equal(cg_dh_generate(cg_dh_prime, CG_DH_G, &rng, a, pa), CG_OK);
    assert_int_equal(cg_dh_generate(cg_dh_prime, CG_DH_G, &rng, b, pb), CG_OK);
    assert_memory_not_equal(a, b, CG_DH_SIZE);
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *x = BN_bin2bn(pb, CG_DH_SIZE, NULL), *e = BN_bin2bn(a, CG_DH_SIZE, NULL),
           *p = BN_bin2bn(cg_dh_prime, CG_DH_SIZE, NULL);
    assert_int_equal(BN_mod_exp_simple(x, x, e, p, ctx), 1);
    assert_int_equal(BN_bn2binpad(x, want, CG_DH_SIZE), CG_DH_SIZE);
    BN_free(x);
    BN_free(e);
    BN_free(p);
    BN_CTX_free(ctx);
    assert_int_equal(cg_dh_power(cg_dh_prime, pa, b, pa), CG_OK); /* in place */
    assert_int_equal(cg_dh_power(cg_dh_prime, pb, a, pb), CG_OK);
    assert_memory_equal(pa, pb, CG_DH_SIZE);
    assert_memory_equal(pa, want, CG_DH_SIZE);
  }
}

static void power_refuses_an_even_modulus(void **state) {
  (void)state;
  uint8_t p[CG_DH_SIZE], one[CG_DH_SIZE], out[CG_DH_SIZE];
  plus(cg_dh_prime, 1, p);
  bit(0, one);
  assert_int_equal(cg_dh_power(p, one, one, out), CG_E_USAGE);
}

/* The first secrets give public values that are too small; the generator draws on. */
typedef struct {
  int small;
  int calls;
} scripted;

static cg_err scripted_fill(void *ctx, void *out, size_t len) {
  scripted *s = ctx;
  memset(out, 0, len);
  ((uint8_t *)out)[len - 1] = 5; /* 3^5 */
  if (s->calls++ >= s->small) ((uint8_t *)out)[0] = 0x80;
  return CG_OK;
}

static void generate_draws_until_in_range(void **state) {
  (void)state;
  uint8_t secret[CG_DH_SIZE], pub[CG_DH_SIZE], zero[CG_DH_SIZE] = { 0 };
  scripted s = { .small = 3 };
  assert_int_equal(
      cg_dh_generate(cg_dh_prime, 3, &(cg_rng){ scripted_fill, &s }, secret, pub), CG_OK);
  assert_int_equal(s.calls, 4);
  s = (scripted){ .small = 1000 };
  assert_int_equal(
      cg_dh_generate(cg_dh_prime, 3, &(cg_rng){ scripted_fill, &s }, secret, pub),
      CG_E_WEAK);
  assert_memory_equal(secret, zero, CG_DH_SIZE);
  assert_memory_equal(pub, zero, CG_DH_SIZE);
  memset(secret, 1, CG_DH_SIZE);
  assert_int_equal(
      cg_dh_generate(cg_dh_prime, 3, &(cg_rng){ test_no_random, NULL }, secret, pub),
      CG_E_RANDOM);
  assert_memory_equal(secret, zero, CG_DH_SIZE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(known_prime_wants_a_good_g),
    cmocka_unit_test(another_safe_prime_is_tested),
    cmocka_unit_test(bad_primes),
    cmocka_unit_test(rules_agree_with_the_powers),
    cmocka_unit_test(public_values),
    cmocka_unit_test(power_keeps_leading_zeros),
    cmocka_unit_test(power_is_right),
    cmocka_unit_test(power_refuses_an_even_modulus),
    cmocka_unit_test(generate_draws_until_in_range),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
