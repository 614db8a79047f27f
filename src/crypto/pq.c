/* SPDX-License-Identifier: MIT */
/*
 * pq.c - see pq.h for the contract.
 *
 * Numbers are split with Brent's form of Pollard's rho: x -> x^2 + c falls into a cycle
 * modulo the smaller prime after about sqrt(p) steps, and the differences met on the
 * way share that prime with pq. Multiplication is Montgomery's, so no step divides.
 */
#include "pq.h"

enum {
  BATCH = 128,        /* differences that are multiplied before one gcd */
  STEPS = 1 << 20,    /* per constant; 40 000 are usual for two 31-bit primes */
  CONSTANTS = 16,     /* constants of the iteration that are tried */
  PRIME_DRAWS = 10000 /* one 31-bit odd number in 11 is prime */
};

__extension__ typedef unsigned __int128 u128;

/* A modulus, odd and below 2^63, with what Montgomery's multiplication needs. */
typedef struct {
  uint64_t n, inverse; /* n * inverse = 1 mod 2^64 */
  uint64_t one;        /* 2^64 mod n */
} modulus;

static modulus modulus_of(uint64_t n) {
  uint64_t x = n; /* right in 3 bits; each step doubles them */
  for (int i = 0; i < 5; i++) x *= 2 - n * x;
  return (modulus){ n, x, -n % n };
}

/* a b / 2^64 mod n, in 0..n-1 for a, b < n. */
static inline uint64_t multiply(uint64_t a, uint64_t b, const modulus *m) {
  u128 product = (u128)a * b;
  uint64_t high = (uint64_t)(product >> 64);
  uint64_t take = (uint64_t)((u128)((uint64_t)product * m->inverse) * m->n >> 64);
  return high - take + (high < take ? m->n : 0);
}

static uint64_t power(uint64_t base, uint64_t exponent, const modulus *m) {
  uint64_t result = m->one;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1) result = multiply(result, base, m);
    base = multiply(base, base, m);
  }
  return result;
}

/* `value` in Montgomery's form: value * 2^64 mod n. */
static uint64_t lift(uint64_t value, const modulus *m) {
  return (uint64_t)(((u128)(value % m->n) << 64) % m->n);
}

/* True if odd n > 2 passes Miller-Rabin to one base. */
static bool passes(uint64_t base, const modulus *m) {
  uint64_t odd = m->n - 1, minus_one = m->n - m->one;
  int twos = __builtin_ctzll(odd);
  uint64_t x = power(lift(base, m), odd >> twos, m);
  if (x == 0) return m->n == base;
  if (x == m->one) return true;
  while (x != minus_one) {
    if (--twos == 0) return false;
    x = multiply(x, x, m);
  }
  return true;
}

/* The first 12 primes as bases decide every number below 3.3 * 10^24:
 * https://doi.org/10.1090/mcom/3134 */
static bool is_prime(uint64_t n) {
  static const uint8_t bases[] = { 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37 };
  if (n < 2 || (n != 2 && n % 2 == 0)) return false;
  if (n == 2) return true;
  modulus m = modulus_of(n);
  for (size_t i = 0; i < sizeof bases; i++)
    if (!passes(bases[i], &m)) return false;
  return true;
}

static uint64_t gcd(uint64_t a, uint64_t b) {
  while (b) {
    uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* x x / 2^64 + c mod n. Each step waits for the one before; adding c to the upper half
 * before the reduction keeps it off that path. */
static inline uint64_t step(uint64_t x, uint64_t c, const modulus *m) {
  u128 square = (u128)x * x;
  uint64_t high = (uint64_t)(square >> 64) + c;
  high -= high >= m->n ? m->n : 0;
  uint64_t take = (uint64_t)((u128)((uint64_t)square * m->inverse) * m->n >> 64);
  return high - take + (high < take ? m->n : 0);
}

static inline uint64_t distance(uint64_t a, uint64_t b) {
  return a > b ? a - b : b - a;
}

/* Goes again, one by one, over a batch in which both primes turned up. */
static uint64_t retrace(uint64_t x, uint64_t y, uint64_t c, const modulus *m) {
  uint64_t g = 1;
  for (int i = 0; i < BATCH && g == 1; i++) {
    y = step(y, c, m);
    g = gcd(distance(x, y), m->n);
  }
  return g;
}

/* A factor of m->n met with constant c: 1 if none was, n if only both at once. */
static uint64_t rho(uint64_t c, const modulus *m) {
  uint64_t x, y = 2, batch_start = 2, product = m->one, g = 1;
  for (uint32_t length = 1, steps = 0; g == 1 && steps < STEPS; length *= 2) {
    x = y;
    for (uint32_t i = 0; i < length; i++) y = step(y, c, m);
    for (uint32_t done = 0; done < length && g == 1; done += BATCH) {
      batch_start = y;
      for (uint32_t i = 0; i < BATCH && i < length - done; i++) {
        y = step(y, c, m);
        product = multiply(product, distance(x, y), m);
      }
      g = gcd(product, m->n);
      if (g == m->n) g = retrace(x, batch_start, c, m);
    }
    steps += 2 * length;
  }
  return g;
}

cg_err cg_pq_factor(uint64_t pq, uint64_t *p, uint64_t *q) {
  if (pq > INT64_MAX || pq < 15 || pq % 2 == 0 || is_prime(pq)) return CG_E_MALFORMED;
  modulus m = modulus_of(pq);
  uint64_t g = 1;
  for (uint64_t c = 1; c <= CONSTANTS && (g == 1 || g == pq); c++) g = rho(c, &m);
  if (g == 1 || g == pq) return CG_E_MALFORMED;
  uint64_t other = pq / g;
  if (g == other || !is_prime(g) || !is_prime(other)) return CG_E_MALFORMED;
  *p = g < other ? g : other;
  *q = g < other ? other : g;
  return CG_OK;
}

/* Draws a 31-bit prime. */
static cg_err draw_prime(const cg_rng *rng, uint64_t *out) {
  for (int i = 0; i < PRIME_DRAWS; i++) {
    uint8_t raw[4];
    cg_err err = cg_rng_fill(rng, raw, sizeof raw);
    if (err) return err;
    *out = ((uint64_t)raw[0] | (uint64_t)raw[1] << 8 | (uint64_t)raw[2] << 16 |
            (uint64_t)raw[3] << 24 | UINT64_C(1) << 30 | 1) &
           0x7fffffff;
    if (is_prime(*out)) return CG_OK;
  }
  return CG_E_RANDOM;
}

cg_err cg_pq_make(const cg_rng *rng, uint64_t *pq, uint64_t *p, uint64_t *q) {
  uint64_t a = 0, b = 0;
  cg_err err = draw_prime(rng, &a);
  for (int i = 0; !err && i < PRIME_DRAWS && (b == 0 || b == a); i++)
    err = draw_prime(rng, &b);
  if (err) return err;
  if (a == b) return CG_E_RANDOM;
  *p = a < b ? a : b;
  *q = a < b ? b : a;
  *pq = a * b;
  return CG_OK;
}
