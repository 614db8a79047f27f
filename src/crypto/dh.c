/* SPDX-License-Identifier: MIT */
/* dh.c - see dh.h for the contract. */
#include "dh.h"

#include "evp.h"
#include "power_x86.h"
#include "prime.h"
#include "wipe.h"

#include <openssl/bn.h>
#include <string.h>

enum {
  GENERATE_DRAWS = 16,
  MARGIN = 64 /* bits that a public value keeps from both ends */
};

/* https://core.telegram.org/mtproto/security_guidelines */
const uint8_t cg_dh_prime[CG_DH_SIZE] = {
  0xc7, 0x1c, 0xae, 0xb9, 0xc6, 0xb1, 0xc9, 0x04, 0x8e, 0x6c, 0x52, 0x2f, 0x70, 0xf1,
  0x3f, 0x73, 0x98, 0x0d, 0x40, 0x23, 0x8e, 0x3e, 0x21, 0xc1, 0x49, 0x34, 0xd0, 0x37,
  0x56, 0x3d, 0x93, 0x0f, 0x48, 0x19, 0x8a, 0x0a, 0xa7, 0xc1, 0x40, 0x58, 0x22, 0x94,
  0x93, 0xd2, 0x25, 0x30, 0xf4, 0xdb, 0xfa, 0x33, 0x6f, 0x6e, 0x0a, 0xc9, 0x25, 0x13,
  0x95, 0x43, 0xae, 0xd4, 0x4c, 0xce, 0x7c, 0x37, 0x20, 0xfd, 0x51, 0xf6, 0x94, 0x58,
  0x70, 0x5a, 0xc6, 0x8c, 0xd4, 0xfe, 0x6b, 0x6b, 0x13, 0xab, 0xdc, 0x97, 0x46, 0x51,
  0x29, 0x69, 0x32, 0x84, 0x54, 0xf1, 0x8f, 0xaf, 0x8c, 0x59, 0x5f, 0x64, 0x24, 0x77,
  0xfe, 0x96, 0xbb, 0x2a, 0x94, 0x1d, 0x5b, 0xcd, 0x1d, 0x4a, 0xc8, 0xcc, 0x49, 0x88,
  0x07, 0x08, 0xfa, 0x9b, 0x37, 0x8e, 0x3c, 0x4f, 0x3a, 0x90, 0x60, 0xbe, 0xe6, 0x7c,
  0xf9, 0xa4, 0xa4, 0xa6, 0x95, 0x81, 0x10, 0x51, 0x90, 0x7e, 0x16, 0x27, 0x53, 0xb5,
  0x6b, 0x0f, 0x6b, 0x41, 0x0d, 0xba, 0x74, 0xd8, 0xa8, 0x4b, 0x2a, 0x14, 0xb3, 0x14,
  0x4e, 0x0e, 0xf1, 0x28, 0x47, 0x54, 0xfd, 0x17, 0xed, 0x95, 0x0d, 0x59, 0x65, 0xb4,
  0xb9, 0xdd, 0x46, 0x58, 0x2d, 0xb1, 0x17, 0x8d, 0x16, 0x9c, 0x6b, 0xc4, 0x65, 0xb0,
  0xd6, 0xff, 0x9c, 0xa3, 0x92, 0x8f, 0xef, 0x5b, 0x9a, 0xe4, 0xe4, 0x18, 0xfc, 0x15,
  0xe8, 0x3e, 0xbe, 0xa0, 0xf8, 0x7f, 0xa9, 0xff, 0x5e, 0xed, 0x70, 0x05, 0x0d, 0xed,
  0x28, 0x49, 0xf4, 0x7b, 0xf9, 0x59, 0xd9, 0x56, 0x85, 0x0c, 0xe9, 0x29, 0x85, 0x1f,
  0x0d, 0x81, 0x15, 0xf6, 0x35, 0xb1, 0x05, 0xee, 0x2e, 0x4e, 0x15, 0xd0, 0x4b, 0x24,
  0x54, 0xbf, 0x6f, 0x4f, 0xad, 0xf0, 0x34, 0xb1, 0x04, 0x03, 0x11, 0x9c, 0xd8, 0xe3,
  0xb9, 0x2f, 0xcc, 0x5b,
};

/* --- groups ------------------------------------------------------------------ */

/* True if g, which must be 2..7, is a quadratic residue modulo the prime p, so that its
 * powers are the subgroup of order (p - 1) / 2 (protocol.md 84). */
static bool generates(const uint8_t p[CG_DH_SIZE], int32_t g) {
  /* Modulus of the rule for g, and the residues that are good as a set of bits. */
  static const struct {
    uint8_t modulus;
    uint32_t good;
  } rules[] = {
    [2] = { 8, 1 << 7 },
    [3] = { 3, 1 << 2 },
    [4] = { 1, 1 << 0 },
    [5] = { 5, 1 << 1 | 1 << 4 },
    [6] = { 24, 1 << 19 | 1 << 23 },
    [7] = { 7, 1 << 3 | 1 << 5 | 1 << 6 },
  };
  if (g < 2 || g > 7) return false;
  unsigned rest = 0;
  for (int i = 0; i < CG_DH_SIZE; i++) rest = (rest << 8 | p[i]) % rules[g].modulus;
  return rules[g].good >> rest & 1;
}

cg_err cg_dh_check_group(const uint8_t prime[CG_DH_SIZE], int32_t g, const cg_rng *rng) {
  if (!(prime[0] & 0x80) || (prime[CG_DH_SIZE - 1] & 3) != 3 || !generates(prime, g))
    return CG_E_WEAK;
  if (!memcmp(prime, cg_dh_prime, CG_DH_SIZE)) return CG_OK;
  BN_CTX *ctx = BN_CTX_new();
  BIGNUM *p = BN_bin2bn(prime, CG_DH_SIZE, NULL), *half = BN_new();
  cg_err err = CG_OK;
  if (!ctx || !p || !half || !BN_rshift1(half, p)) err = cg_evp_error();
  if (!err) err = cg_prime_check_double(p, ctx); /* first: it is the cheap one */
  if (!err) err = cg_prime_check(half, ctx, rng);
  BN_free(half);
  BN_free(p);
  BN_CTX_free(ctx);
  return err;
}

/* Big-endian a - b; true if a < b. */
static bool subtract(const uint8_t *a, const uint8_t *b, uint8_t *out) {
  int borrow = 0;
  for (int i = CG_DH_SIZE - 1; i >= 0; i--) {
    int digit = a[i] - b[i] - borrow;
    out[i] = (uint8_t)digit;
    borrow = digit < 0;
  }
  return borrow;
}

/* 2^1984 <= v; a public value is no secret. */
static bool large(const uint8_t v[CG_DH_SIZE]) {
  for (int i = 0; i < MARGIN / 8; i++)
    if (v[i]) return true;
  return false;
}

cg_err cg_dh_check_public(const uint8_t prime[CG_DH_SIZE], const uint8_t v[CG_DH_SIZE]) {
  uint8_t rest[CG_DH_SIZE];
  /* The two bounds imply 1 < v < prime - 1; 2^1984 itself is allowed at both ends. */
  if (subtract(prime, v, rest) || !large(v) || !large(rest)) return CG_E_WEAK;
  return CG_OK;
}

/* --- powers ------------------------------------------------------------------ */

static BIGNUM *secret_number(const uint8_t raw[CG_DH_SIZE]) {
  BIGNUM *b = BN_secure_new();
  if (!b || !BN_bin2bn(raw, CG_DH_SIZE, b)) {
    BN_clear_free(b);
    return NULL;
  }
  BN_set_flags(b, BN_FLG_CONSTTIME);
  return b;
}

cg_err cg_dh_power(const uint8_t prime[CG_DH_SIZE], const uint8_t base[CG_DH_SIZE],
                   const uint8_t exponent[CG_DH_SIZE], uint8_t out[CG_DH_SIZE]) {
  if (!(prime[CG_DH_SIZE - 1] & 1)) return CG_E_USAGE;
  if (cg_power_x86(prime, base, exponent, out)) return CG_OK;
  BN_CTX *ctx = BN_CTX_secure_new();
  BIGNUM *p = BN_bin2bn(prime, CG_DH_SIZE, NULL), *b = secret_number(base),
         *e = secret_number(exponent), *r = BN_secure_new();
  cg_err err = CG_OK;
  if (!ctx || !p || !b || !e || !r || !BN_mod_exp_mont_consttime(r, b, e, p, ctx, NULL) ||
      BN_bn2binpad(r, out, CG_DH_SIZE) != CG_DH_SIZE) {
    memset(out, 0, CG_DH_SIZE);
    err = cg_evp_error();
  }
  BN_clear_free(r);
  BN_clear_free(e);
  BN_clear_free(b);
  BN_free(p);
  BN_CTX_free(ctx);
  return err;
}

cg_err cg_dh_generate(const uint8_t prime[CG_DH_SIZE], int32_t g, const cg_rng *rng,
                      uint8_t secret[CG_DH_SIZE], uint8_t pub[CG_DH_SIZE]) {
  uint8_t base[CG_DH_SIZE] = { 0 };
  base[CG_DH_SIZE - 1] = (uint8_t)g;
  cg_err err = CG_E_WEAK;
  for (int i = 0; err == CG_E_WEAK && i < GENERATE_DRAWS; i++) {
    err = cg_rng_fill(rng, secret, CG_DH_SIZE);
    if (!err) err = cg_dh_power(prime, base, secret, pub);
    if (!err) err = cg_dh_check_public(prime, pub);
  }
  if (!err) return CG_OK;
  cg_wipe(secret, CG_DH_SIZE);
  memset(pub, 0, CG_DH_SIZE);
  return err;
}
