/* SPDX-License-Identifier: MIT */
/*
 * power_x86.c - see power_x86.h for the contract.
 *
 * Numbers are 40 limbs of 52 bits in 5 registers, which is how the instructions multiply.
 * They are kept below 2 m: Montgomery's product with 2^2080 of two such numbers is again
 * one, without a subtraction. The exponent is read in windows of 5 bits; each takes its
 * factor out of a table by reading the whole table. Loops over the registers of a number
 * are unrolled: a register has no index.
 */
#include "power_x86.h"

#if defined(__x86_64__)
#include "cpu.h"
#include "wipe.h"

#include <immintrin.h>

#define IFMA_CODE __attribute__((target("avx512f,avx512ifma")))
#define IFMA_INLINE                                                                      \
  static inline __attribute__((target("avx512f,avx512ifma"), always_inline))

enum {
  SIZE = 256, /* bytes of a number */
  LIMBS = 40,
  LIMB_BITS = 52,
  VECTORS = LIMBS / 8,
  WINDOW = 5,
  ENTRIES = 1 << WINDOW,
  WINDOWS = 8 * SIZE / WINDOW /* whole ones; the bits above them are one more */
};

static const uint64_t mask52 = (UINT64_C(1) << LIMB_BITS) - 1;

__extension__ typedef unsigned __int128 u128;

typedef struct {
  _Alignas(64) uint64_t limb[LIMBS];
} number;

typedef struct {
  number m;
  uint64_t k0; /* -1 / m mod 2^52 */
} modulus;

typedef struct {
  number entry[ENTRIES]; /* base ^ 0, base ^ 1, ... in Montgomery's form */
  number value, factor;
} workspace;

/* --- conversion --------------------------------------------------------------- */

static void from_bytes(const uint8_t in[SIZE], number *out) {
  for (int i = 0; i < LIMBS; i++) {
    uint64_t limb = 0;
    /* the 8 bytes from the one that holds the limb's lowest bit on */
    int first = LIMB_BITS * i / 8;
    for (int k = 7; k >= 0; k--)
      if (first + k < SIZE) limb = limb << 8 | in[SIZE - 1 - first - k];
    out->limb[i] = limb >> LIMB_BITS * i % 8 & mask52;
  }
}

static void to_bytes(const number *in, uint8_t out[SIZE]) {
  for (int i = 0; i < SIZE; i++) {
    int limb = 8 * i / LIMB_BITS, bit = 8 * i % LIMB_BITS;
    uint64_t v = in->limb[limb] >> bit;
    if (bit > LIMB_BITS - 8 && limb + 1 < LIMBS)
      v |= in->limb[limb + 1] << (LIMB_BITS - bit);
    out[SIZE - 1 - i] = (uint8_t)v;
  }
}

/* a - b, and whether it is below zero: 0 or all ones. */
static uint64_t subtract(const number *a, const number *b, number *out) {
  uint64_t borrow = 0;
  for (int i = 0; i < LIMBS; i++) {
    uint64_t digit = a->limb[i] - b->limb[i] - borrow;
    out->limb[i] = digit & mask52;
    borrow = digit >> 63;
  }
  return 0 - borrow;
}

/* Takes m away once if the number is not below it. */
static void reduce(number *a, const number *m) {
  number less;
  uint64_t below = subtract(a, m, &less);
  for (int i = 0; i < LIMBS; i++)
    a->limb[i] = (a->limb[i] & below) | (less.limb[i] & ~below);
  cg_wipe(&less, sizeof less);
}

/* 2 a mod m, for a < m. */
static void twice(number *a, const number *m) {
  uint64_t carry = 0;
  for (int i = 0; i < LIMBS; i++) {
    uint64_t digit = a->limb[i] << 1 | carry;
    a->limb[i] = digit & mask52;
    carry = digit >> LIMB_BITS;
  }
  reduce(a, m);
}

/* --- Montgomery's product ------------------------------------------------------- */

IFMA_INLINE __m512i load(const number *n, int i) {
  return _mm512_load_si512(&n->limb[8 * i]);
}

/* Adds the lower or upper 52 bits of the products with one limb, lane by lane. */
IFMA_INLINE void add_low(__m512i acc[VECTORS], const __m512i a[VECTORS], __m512i limb) {
#pragma GCC unroll 5
  for (int i = 0; i < VECTORS; i++) acc[i] = _mm512_madd52lo_epu64(acc[i], a[i], limb);
}

IFMA_INLINE void add_high(__m512i acc[VECTORS], const __m512i a[VECTORS], __m512i limb) {
#pragma GCC unroll 5
  for (int i = 0; i < VECTORS; i++) acc[i] = _mm512_madd52hi_epu64(acc[i], a[i], limb);
}

/* The lane above each, across registers: the number divided by one limb. */
IFMA_INLINE void shift_down(__m512i a[VECTORS]) {
#pragma GCC unroll 5
  for (int i = 0; i < VECTORS - 1; i++) a[i] = _mm512_alignr_epi64(a[i + 1], a[i], 1);
  a[VECTORS - 1] = _mm512_alignr_epi64(_mm512_setzero_si512(), a[VECTORS - 1], 1);
}

/* Lanes of up to 64 bits become limbs. One pass leaves carries of 0 or 1, which may
 * run on through limbs that are all ones: an addition of masks finds where they end. */
IFMA_INLINE void carry(__m512i a[VECTORS], number *out) {
  const __m512i ones = _mm512_set1_epi64((int64_t)mask52), one = _mm512_set1_epi64(1);
  __m512i up[VECTORS], below = _mm512_setzero_si512();
  uint64_t over = 0, full = 0;
#pragma GCC unroll 5
  for (int i = 0; i < VECTORS; i++) {
    up[i] = _mm512_srli_epi64(a[i], LIMB_BITS);
    a[i] = _mm512_and_si512(a[i], ones);
    a[i] = _mm512_add_epi64(a[i], _mm512_alignr_epi64(up[i], below, 7));
    below = up[i];
    over |= (uint64_t)_mm512_cmpgt_epu64_mask(a[i], ones) << 8 * i;
    full |= (uint64_t)_mm512_cmpeq_epu64_mask(a[i], ones) << 8 * i;
  }
  uint64_t in = (full + 2 * over) ^ full;
#pragma GCC unroll 5
  for (int i = 0; i < VECTORS; i++) {
    a[i] = _mm512_mask_add_epi64(a[i], (__mmask8)(in >> 8 * i), a[i], one);
    _mm512_store_si512(&out->limb[8 * i], _mm512_and_si512(a[i], ones));
  }
}

/* out = a b / 2^2080 mod m, below 2 m for a, b < 2 m. `out` may be a or b.
 *
 * The lowest limb is kept beside the registers, in `low`, with a little of the second
 * one: each step needs its quotient from there, and the way through the registers would
 * be too long. Lane 0 of acc[0] is therefore never looked at. */
IFMA_CODE static void multiply(const number *a, const number *b, const modulus *mod,
                               number *out) {
  const uint64_t a0 = a->limb[0], m0 = mod->m.limb[0], m1 = mod->m.limb[1];
  __m512i va[VECTORS], vm[VECTORS], acc[VECTORS];
#pragma GCC unroll 5
  for (int i = 0; i < VECTORS; i++) {
    va[i] = load(a, i);
    vm[i] = load(&mod->m, i);
    acc[i] = _mm512_setzero_si512();
  }
  uint64_t low = 0;
  for (int step = 0; step < LIMBS; step++) {
    const uint64_t digit = b->limb[step];
    const __m512i vb = _mm512_set1_epi64((int64_t)digit);
    add_low(acc, va, vb);
    uint64_t second = (uint64_t)_mm_extract_epi64(_mm512_castsi512_si128(acc[0]), 1);
    u128 sum = (u128)a0 * digit + low;
    const uint64_t quotient = (uint64_t)sum * mod->k0 & mask52;
    const __m512i vq = _mm512_set1_epi64((int64_t)quotient);
    sum += (u128)m0 * quotient;
    low = (uint64_t)(sum >> LIMB_BITS) + second + (m1 * quotient & mask52);
    add_low(acc, vm, vq);
    shift_down(acc);
    add_high(acc, va, vb);
    add_high(acc, vm, vq);
  }
  acc[0] = _mm512_mask_set1_epi64(acc[0], 1, (int64_t)low);
  carry(acc, out);
}

/* --- the power ------------------------------------------------------------------ */

static void modulus_init(modulus *mod, const uint8_t m[SIZE]) {
  from_bytes(m, &mod->m);
  uint64_t inverse = mod->m.limb[0]; /* right in 3 bits; each step doubles them */
  for (int i = 0; i < 5; i++) inverse *= 2 - mod->m.limb[0] * inverse;
  mod->k0 = (0 - inverse) & mask52;
}

/* 2^2080 and its square modulo m, which is above 2^2046. In Montgomery's form the square
 * is 2^2080: 2^65, squared five times. */
static void radix(const modulus *mod, number *r, number *square) {
  const int start = 8 * SIZE - 2;
  *r = (number){ { 0 } };
  r->limb[start / LIMB_BITS] = UINT64_C(1) << start % LIMB_BITS;
  for (int i = start; i < LIMBS * LIMB_BITS; i++) twice(r, &mod->m);
  *square = *r;
  for (int i = 0; i < 65; i++) twice(square, &mod->m);
  for (int i = 0; i < 5; i++) multiply(square, square, mod, square);
}

/* Entry `index`, by reading all of them. */
IFMA_CODE static void choose(const number table[ENTRIES], unsigned index, number *out) {
  __m512i found[VECTORS];
  const __m512i wanted = _mm512_set1_epi64((int64_t)index);
#pragma GCC unroll 5
  for (int i = 0; i < VECTORS; i++) found[i] = _mm512_setzero_si512();
  for (int e = 0; e < ENTRIES; e++) {
    __mmask8 here = _mm512_cmpeq_epi64_mask(wanted, _mm512_set1_epi64(e));
#pragma GCC unroll 5
    for (int i = 0; i < VECTORS; i++)
      found[i] = _mm512_mask_mov_epi64(found[i], here, load(&table[e], i));
  }
#pragma GCC unroll 5
  for (int i = 0; i < VECTORS; i++) _mm512_store_si512(&out->limb[8 * i], found[i]);
}

/* Bits `at` to at + 4 of a big-endian number, without those above its end. */
static unsigned window(const uint8_t e[SIZE], int at) {
  unsigned v = e[SIZE - 1 - at / 8];
  if (at / 8 + 1 < SIZE) v |= (unsigned)e[SIZE - 2 - at / 8] << 8;
  return v >> at % 8 & (ENTRIES - 1);
}

static void power(const modulus *mod, const uint8_t exponent[SIZE], workspace *w) {
  for (int i = 2; i < ENTRIES; i++)
    multiply(&w->entry[i - 1], &w->entry[1], mod, &w->entry[i]);
  choose(w->entry, window(exponent, WINDOW * WINDOWS), &w->value);
  for (int at = WINDOW * (WINDOWS - 1); at >= 0; at -= WINDOW) {
    for (int i = 0; i < WINDOW; i++) multiply(&w->value, &w->value, mod, &w->value);
    choose(w->entry, window(exponent, at), &w->factor);
    multiply(&w->value, &w->factor, mod, &w->value);
  }
}

bool cg_power_x86(const uint8_t m[SIZE], const uint8_t base[SIZE],
                  const uint8_t exponent[SIZE], uint8_t out[SIZE]) {
  if (!cg_cpu_has(CG_CPU_IFMA) || !(m[0] & 0xc0) || !(m[SIZE - 1] & 1)) return false;
  workspace w;
  modulus mod;
  number square;
  const number one = { { 1 } };
  modulus_init(&mod, m);
  radix(&mod, &w.entry[0], &square);
  from_bytes(base, &w.value);
  multiply(&w.value, &square, &mod, &w.entry[1]);
  power(&mod, exponent, &w);
  multiply(&w.value, &one, &mod, &w.value);
  reduce(&w.value, &mod.m);
  to_bytes(&w.value, out);
  cg_wipe(&w, sizeof w);
  return true;
}

#else

bool cg_power_x86(const uint8_t m[256], const uint8_t base[256],
                  const uint8_t exponent[256], uint8_t out[256]) {
  (void)m, (void)base, (void)exponent, (void)out;
  return false;
}

#endif
