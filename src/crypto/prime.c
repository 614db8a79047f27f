/* SPDX-License-Identifier: MIT */
/* prime.c - see prime.h for the contract. */
#include "prime.h"

#include "evp.h"
#include "power_x86.h"

#include <openssl/bn.h>

enum { ROUNDS = 32, BASE_DRAWS = 128 };

/* An odd number n with n - 1 = odd * 2^twos, and a base x of Miller-Rabin. */
typedef struct {
  BN_CTX *ctx;
  BN_MONT_CTX *mont;
  const BIGNUM *n;
  BIGNUM *minus_one, *odd, *x;
  int twos;
} candidate;

static void candidate_free(candidate *c) {
  BN_free(c->minus_one);
  BN_free(c->odd);
  BN_free(c->x);
  BN_MONT_CTX_free(c->mont);
}

static cg_err candidate_init(candidate *c, const BIGNUM *n, BN_CTX *ctx) {
  *c = (candidate){ .ctx = ctx, .n = n };
  if (!BN_is_odd(n) || BN_num_bits(n) < 64 || BN_num_bits(n) > CG_PRIME_MAX)
    return CG_E_USAGE;
  c->minus_one = BN_dup(n);
  c->odd = BN_new();
  c->x = BN_new();
  c->mont = BN_MONT_CTX_new();
  if (!c->minus_one || !c->odd || !c->x || !c->mont || !BN_sub_word(c->minus_one, 1) ||
      !BN_MONT_CTX_set(c->mont, n, ctx))
    return cg_evp_error();
  while (!BN_is_bit_set(c->minus_one, c->twos)) c->twos++;
  return BN_rshift(c->odd, c->minus_one, c->twos) ? CG_OK : cg_evp_error();
}

/* Draws a base in 2..n-2. Fixed ones would let a peer make a composite for them. */
static cg_err draw_base(candidate *c, const cg_rng *rng) {
  uint8_t raw[CG_PRIME_MAX / 8];
  int bits = BN_num_bits(c->n), len = (bits + 7) / 8;
  for (int i = 0; i < BASE_DRAWS; i++) {
    cg_err err = cg_rng_fill(rng, raw, (size_t)len);
    if (err) return err;
    raw[0] &= (uint8_t)(0xff >> (8 * len - bits));
    if (!BN_bin2bn(raw, len, c->x)) return cg_evp_error();
    if (!BN_is_zero(c->x) && !BN_is_one(c->x) && BN_cmp(c->x, c->minus_one) < 0)
      return CG_OK;
  }
  return CG_E_RANDOM;
}

/* x = x ^ odd mod n */
static cg_err raise_to_odd(candidate *c) {
  uint8_t n[CG_PRIME_MAX / 8], e[CG_PRIME_MAX / 8], x[CG_PRIME_MAX / 8];
  const int len = sizeof n;
  if (BN_bn2binpad(c->n, n, len) == len && BN_bn2binpad(c->odd, e, len) == len &&
      BN_bn2binpad(c->x, x, len) == len && cg_power_x86(n, x, e, x))
    return BN_bin2bn(x, len, c->x) ? CG_OK : cg_evp_error();
  return BN_mod_exp_mont(c->x, c->x, c->odd, c->n, c->ctx, c->mont) ? CG_OK
                                                                    : cg_evp_error();
}

/* WEAK if the base in c->x proves that n is composite. */
static cg_err miller_rabin(candidate *c) {
  BIGNUM *x = c->x;
  cg_err err = raise_to_odd(c);
  if (err || BN_is_one(x)) return err;
  for (int i = 1; BN_cmp(x, c->minus_one); i++) {
    if (i >= c->twos) return CG_E_WEAK;
    if (!BN_mod_sqr(x, x, c->n, c->ctx)) return cg_evp_error();
  }
  return CG_OK;
}

cg_err cg_prime_check(const BIGNUM *n, BN_CTX *ctx, const cg_rng *rng) {
  candidate c;
  cg_err err = candidate_init(&c, n, ctx);
  for (int i = 0; !err && i < ROUNDS; i++) {
    err = draw_base(&c, rng);
    if (!err) err = miller_rabin(&c);
  }
  candidate_free(&c);
  return err;
}

/* The theorem wants 2^(p - 1) = 1 modulo p, which the base 2 shows, and no factor that
 * p and 2^2 - 1 have in common. */
cg_err cg_prime_check_double(const BIGNUM *p, BN_CTX *ctx) {
  candidate c;
  cg_err err = candidate_init(&c, p, ctx);
  if (!err && !BN_set_word(c.x, 2)) err = cg_evp_error();
  if (!err) err = miller_rabin(&c);
  if (!err && BN_mod_word(p, 3) == 0) err = CG_E_WEAK;
  candidate_free(&c);
  return err;
}
