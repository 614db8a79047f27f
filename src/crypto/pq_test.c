/* SPDX-License-Identifier: MIT */
/* pq_test.c - products that split, numbers that must be refused, drawn products. */
#include "crypto_test.h"

#include "pq.h"

static const struct {
  uint64_t pq, p, q;
} good[] = {
  { 0x17ed48941a08f981, 0x494c553b, 0x53911073 },  /* the sample of the documentation */
  { 0x14fcab4dfc861f45, 0x494c5c99, 0x494c778d },  /* mtcute; the primes are close */
  { 1724114033281923457, 1229739323, 1402015859 }, /* gotd */
  { 2090522174869285481, 1112973847, 1878321023 },
  { 378221, 613, 617 },
  { 15, 3, 5 },
  { 21, 3, 7 },
  { 35, 5, 7 },
  { 4611685975477714963, 2147483629, 2147483647 }, /* the two largest below 2^31 */
  { 9223371873002223329, 3037000453, 3037000493 }, /* the largest for 63 bits */
  { 3 * 2147483647ull, 3, 2147483647 },
  { 3 * 3074457345618258599ull, 3, 3074457345618258599 },
  { 65537 * 4294967291ull, 65537, 4294967291 },
};

static void splits(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    uint64_t p = 0, q = 0;
    assert_true(good[i].p * good[i].q == good[i].pq);
    assert_int_equal(cg_pq_factor(good[i].pq, &p, &q), CG_OK);
    assert_true(p == good[i].p && q == good[i].q);
  }
}

static void refuses(void **state) {
  (void)state;
  static const uint64_t bad[] = {
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    9,
    10,
    14,
    22,
    25,
    27,
    45,
    49,
    105,
    121,
    2147483647,                     /* prime */
    9223372036854775783,            /* the largest prime below 2^63 */
    2147483647ull * 2147483647ull,  /* square */
    3037000493ull * 3037000493ull,  /* the largest square of a prime */
    2097143ull * 2097143 * 2097143, /* cube */
    46337ull * 46337 * 46337 * 46337,
    1000003ull * 1000033 * 1000037, /* three primes */
    3 * 5 * 2147483647ull,
    2 * 2147483647ull, /* even */
    1ull << 62,
    1ull << 63,
    18446744073709551557ull,       /* prime, 64 bits */
    4294967291ull * 4294967279ull, /* good, but 64 bits */
    UINT64_MAX,
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    uint64_t p = 77, q = 78;
    assert_int_equal(cg_pq_factor(bad[i], &p, &q), CG_E_MALFORMED);
    assert_true(p == 77 && q == 78);
  }
}

static bool prime_by_division(uint64_t n) {
  for (uint64_t d = 2; d * d <= n; d++)
    if (n % d == 0) return false;
  return n > 1;
}

/* Every small number against trial division. */
static void agrees_with_division(void **state) {
  (void)state;
  for (uint64_t n = 0; n < 20000; n++) {
    uint64_t d = 3, p = 0, q = 0;
    while (d * d < n && n % d) d += 2;
    bool want = n % 2 && d * d < n && prime_by_division(d) && prime_by_division(n / d);
    assert_int_equal(cg_pq_factor(n, &p, &q), want ? CG_OK : CG_E_MALFORMED);
    if (want) assert_true(p == d && q == n / d);
  }
}

static void strong_pseudoprimes_are_composite(void **state) {
  (void)state;
  /* Strong pseudoprimes to the first 4, 5, 8 and 9 primes: https://oeis.org/A014233 */
  static const struct {
    uint64_t n, p;
  } list[] = {
    { 3215031751, 151 },             /* 151 * 751 * 28351: refused */
    { 2152302898747, 6763 },         /* 6763 * 10627 * 29947 */
    { 341550071728321, 10670053 },   /* 10670053 * 32010157 */
    { 3825123056546413051, 149491 }, /* 149491 * 747451 * 34233211 */
  };
  for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
    uint64_t p = 0, q = 0;
    assert_true(list[i].n % list[i].p == 0);
    cg_err want = list[i].p == 10670053 ? CG_OK : CG_E_MALFORMED;
    assert_int_equal(cg_pq_factor(list[i].n, &p, &q), want);
    if (!want) assert_true(p == list[i].p);
  }
}

static void made_products_split(void **state) {
  (void)state;
  uint64_t seed = 1, last = 0;
  const cg_rng rng = { test_random, &seed };
  for (int i = 0; i < 200; i++) {
    uint64_t pq, p, q, p2, q2;
    assert_int_equal(cg_pq_make(&rng, &pq, &p, &q), CG_OK);
    assert_true(p < q && p >> 30 == 1 && q >> 30 == 1 && p * q == pq && pq != last);
    assert_true(prime_by_division(p) && prime_by_division(q));
    assert_int_equal(cg_pq_factor(pq, &p2, &q2), CG_OK);
    assert_true(p2 == p && q2 == q);
    last = pq;
  }
}

static cg_err zeros(void *ctx, void *out, size_t len) {
  (void)ctx;
  memset(out, 0, len);
  return CG_OK;
}

/* Cut to 31 bits this is 2^31 - 1, the same prime for ever. */
static cg_err ones(void *ctx, void *out, size_t len) {
  (void)ctx;
  memset(out, 0xff, len);
  return CG_OK;
}

static void make_needs_random_numbers(void **state) {
  (void)state;
  uint64_t pq, p, q;
  assert_int_equal(cg_pq_make(&(cg_rng){ ones, NULL }, &pq, &p, &q), CG_E_RANDOM);
  assert_int_equal(cg_pq_make(&(cg_rng){ test_no_random, NULL }, &pq, &p, &q),
                   CG_E_RANDOM);
  assert_int_equal(cg_pq_make(&(cg_rng){ zeros, NULL }, &pq, &p, &q), CG_E_RANDOM);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(splits),
    cmocka_unit_test(refuses),
    cmocka_unit_test(agrees_with_division),
    cmocka_unit_test(strong_pseudoprimes_are_composite),
    cmocka_unit_test(made_products_split),
    cmocka_unit_test(make_needs_random_numbers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
