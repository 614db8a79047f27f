/* SPDX-License-Identifier: MIT */
/* srp.c - see srp.h for the contract. */
#include "srp.h"

#include "evp.h"
#include "hash.h"
#include "wipe.h"

#include <openssl/bn.h>
#include <string.h>

enum { ROUNDS = 100000, OFFER_DRAWS = 16 };

static cg_bytes number(const uint8_t v[CG_SRP_SIZE]) {
  return (cg_bytes){ v, CG_SRP_SIZE };
}

/* A number of the peer with its leading zeros back. WEAK: too long, or none. */
static cg_err pad(cg_bytes v, uint8_t out[CG_SRP_SIZE]) {
  memset(out, 0, CG_SRP_SIZE);
  if (!v.len || v.len > CG_SRP_SIZE) return CG_E_WEAK;
  memcpy(out + CG_SRP_SIZE - v.len, v.at, v.len);
  return CG_OK;
}

static void small(int32_t g, uint8_t out[CG_SRP_SIZE]) {
  memset(out, 0, CG_SRP_SIZE);
  out[CG_SRP_SIZE - 1] = (uint8_t)g;
}

/* --- hashes ------------------------------------------------------------------ */

static cg_err salted(cg_bytes data, cg_bytes salt, uint8_t out[CG_SRP_HASH]) {
  cg_bytes parts[] = { salt, data, salt };
  return cg_sha256(parts, 3, out);
}

cg_err cg_srp_hash(const cg_srp_algo *algo, cg_bytes password, uint8_t x[CG_SRP_HASH]) {
  uint8_t once[CG_SRP_HASH], twice[CG_SRP_HASH], stretched[64] = { 0 };
  cg_err err = salted(password, algo->salt1, once);
  if (!err) err = salted((cg_bytes){ once, sizeof once }, algo->salt2, twice);
  if (!err)
    err = cg_pbkdf2_sha512((cg_bytes){ twice, sizeof twice }, algo->salt1, ROUNDS,
                           stretched);
  if (!err) err = salted((cg_bytes){ stretched, sizeof stretched }, algo->salt2, x);
  cg_wipe(once, sizeof once);
  cg_wipe(twice, sizeof twice);
  cg_wipe(stretched, sizeof stretched);
  if (err) memset(x, 0, CG_SRP_HASH);
  return err;
}

/* k = H(p | g), at the end of a number. */
static cg_err multiplier(const cg_srp_algo *algo, uint8_t k[CG_SRP_SIZE]) {
  uint8_t g[CG_SRP_SIZE];
  small(algo->g, g);
  memset(k, 0, CG_SRP_SIZE);
  cg_bytes parts[] = { number(algo->prime), number(g) };
  return cg_sha256(parts, 2, k + CG_SRP_SIZE - CG_SRP_HASH);
}

/* u = H(A | B), likewise. WEAK if it is zero: the password would play no part. */
static cg_err scrambler(const uint8_t a_pub[CG_SRP_SIZE],
                        const uint8_t b_pub[CG_SRP_SIZE], uint8_t u[CG_SRP_SIZE]) {
  static const uint8_t zero[CG_SRP_SIZE];
  memset(u, 0, CG_SRP_SIZE);
  cg_bytes parts[] = { number(a_pub), number(b_pub) };
  cg_err err = cg_sha256(parts, 2, u + CG_SRP_SIZE - CG_SRP_HASH);
  return err ? err : memcmp(u, zero, CG_SRP_SIZE) ? CG_OK : CG_E_WEAK;
}

/* H(p) xor H(g) */
static cg_err group_hash(const cg_srp_algo *algo, uint8_t out[CG_SRP_HASH]) {
  uint8_t g[CG_SRP_SIZE], hash[CG_SRP_HASH];
  small(algo->g, g);
  cg_err err = cg_sha256(&(cg_bytes){ algo->prime, CG_SRP_SIZE }, 1, out);
  if (!err) err = cg_sha256(&(cg_bytes){ g, CG_SRP_SIZE }, 1, hash);
  for (int i = 0; !err && i < CG_SRP_HASH; i++) out[i] ^= hash[i];
  return err;
}

/* M1 of the secret S that both sides have by now. */
static cg_err proof(const cg_srp_algo *algo, const uint8_t a_pub[CG_SRP_SIZE],
                    const uint8_t b_pub[CG_SRP_SIZE], const uint8_t s[CG_SRP_SIZE],
                    uint8_t m1[CG_SRP_HASH]) {
  uint8_t group[CG_SRP_HASH], salt1[CG_SRP_HASH], salt2[CG_SRP_HASH],
      key[CG_SRP_HASH] = { 0 };
  cg_err err = group_hash(algo, group);
  if (!err) err = cg_sha256(&algo->salt1, 1, salt1);
  if (!err) err = cg_sha256(&algo->salt2, 1, salt2);
  if (!err) err = cg_sha256(&(cg_bytes){ s, CG_SRP_SIZE }, 1, key);
  cg_bytes parts[] = { { group, sizeof group }, { salt1, sizeof salt1 },
                       { salt2, sizeof salt2 }, number(a_pub),
                       number(b_pub),           { key, sizeof key } };
  if (!err) err = cg_sha256(parts, sizeof parts / sizeof *parts, m1);
  cg_wipe(key, sizeof key);
  return err;
}

/* --- arithmetic -------------------------------------------------------------- */

/* out = (a * b + c) mod m, or (c - a * b) mod m, where a, b and c are secrets. */
static cg_err combine(const BIGNUM *m, const uint8_t *a, const uint8_t *b,
                      const uint8_t *c, bool minus, uint8_t out[CG_SRP_SIZE]) {
  BN_CTX *ctx = BN_CTX_secure_new();
  BIGNUM *x = BN_secure_new(), *y = BN_secure_new(), *z = BN_secure_new();
  bool good = ctx && m && x && y && z && BN_bin2bn(a, CG_SRP_SIZE, x) &&
              BN_bin2bn(b, CG_SRP_SIZE, y) && BN_bin2bn(c, CG_SRP_SIZE, z);
  if (good) {
    BN_set_flags(x, BN_FLG_CONSTTIME);
    BN_set_flags(y, BN_FLG_CONSTTIME);
    BN_set_flags(z, BN_FLG_CONSTTIME);
  }
  good = good && BN_mod_mul(x, x, y, m, ctx) &&
         (minus ? BN_mod_sub(z, z, x, m, ctx) : BN_mod_add(z, z, x, m, ctx)) &&
         BN_bn2binpad(z, out, CG_SRP_SIZE) == CG_SRP_SIZE;
  cg_err err = good ? CG_OK : cg_evp_error();
  if (err) memset(out, 0, CG_SRP_SIZE);
  BN_clear_free(x);
  BN_clear_free(y);
  BN_clear_free(z);
  BN_CTX_free(ctx);
  return err;
}

/* The same modulo p, or p - 1, by which exponents may be reduced. */
static cg_err modulo(const cg_srp_algo *algo, bool order, const uint8_t *a,
                     const uint8_t *b, const uint8_t *c, bool minus, uint8_t *out) {
  BIGNUM *m = BN_bin2bn(algo->prime, CG_SRP_SIZE, NULL);
  if (m && order && !BN_sub_word(m, 1)) {
    BN_free(m);
    m = NULL;
  }
  cg_err err = combine(m, a, b, c, minus, out);
  BN_free(m);
  return err;
}

/* --- both sides -------------------------------------------------------------- */

/* v = g^x */
static cg_err verifier(const cg_srp_algo *algo, const uint8_t x[CG_SRP_HASH],
                       uint8_t v[CG_SRP_SIZE]) {
  uint8_t base[CG_SRP_SIZE], wide[CG_SRP_SIZE];
  small(algo->g, base);
  (void)pad((cg_bytes){ x, CG_SRP_HASH }, wide);
  cg_err err = cg_dh_power(algo->prime, base, wide, v);
  cg_wipe(wide, sizeof wide);
  return err;
}

cg_err cg_srp_verifier(const cg_srp_algo *algo, const uint8_t x[CG_SRP_HASH],
                       const cg_rng *rng, uint8_t v[CG_SRP_SIZE]) {
  cg_err err = cg_dh_check_group(algo->prime, algo->g, rng);
  if (!err) err = verifier(algo, x, v);
  if (err) memset(v, 0, CG_SRP_SIZE);
  return err;
}

/* --- the client -------------------------------------------------------------- */

/* t = B - k v, the server's g^b if it knows v. */
static cg_err uncover(const cg_srp_algo *algo, const uint8_t x[CG_SRP_HASH],
                      const uint8_t b_pub[CG_SRP_SIZE], uint8_t t[CG_SRP_SIZE]) {
  uint8_t k[CG_SRP_SIZE], v[CG_SRP_SIZE] = { 0 };
  cg_err err = multiplier(algo, k);
  if (!err) err = verifier(algo, x, v);
  if (!err) err = modulo(algo, false, k, v, b_pub, true, t);
  if (!err) err = cg_dh_check_public(algo->prime, t);
  cg_wipe(v, sizeof v);
  return err;
}

/* S = t ^ (a + u x) */
static cg_err client_secret(const cg_srp_algo *algo, const uint8_t x[CG_SRP_HASH],
                            const uint8_t a[CG_SRP_SIZE], const uint8_t u[CG_SRP_SIZE],
                            const uint8_t t[CG_SRP_SIZE], uint8_t s[CG_SRP_SIZE]) {
  uint8_t e[CG_SRP_SIZE], wide[CG_SRP_SIZE];
  (void)pad((cg_bytes){ x, CG_SRP_HASH }, wide);
  cg_err err = modulo(algo, true, u, wide, a, false, e);
  if (!err) err = cg_dh_power(algo->prime, t, e, s);
  cg_wipe(e, sizeof e);
  cg_wipe(wide, sizeof wide);
  return err;
}

/* The answer to a B that is good, with the secrets in the caller's hands. */
static cg_err answer(const cg_srp_algo *algo, const uint8_t x[CG_SRP_HASH],
                     const uint8_t b_pub[CG_SRP_SIZE], const cg_rng *rng,
                     uint8_t a_pub[CG_SRP_SIZE], uint8_t m1[CG_SRP_HASH]) {
  uint8_t a[CG_SRP_SIZE] = { 0 }, t[CG_SRP_SIZE] = { 0 }, s[CG_SRP_SIZE] = { 0 };
  uint8_t u[CG_SRP_SIZE];
  cg_err err = uncover(algo, x, b_pub, t);
  if (!err) err = cg_dh_generate(algo->prime, algo->g, rng, a, a_pub);
  if (!err) err = scrambler(a_pub, b_pub, u);
  if (!err) err = client_secret(algo, x, a, u, t, s);
  if (!err) err = proof(algo, a_pub, b_pub, s, m1);
  cg_wipe(a, sizeof a);
  cg_wipe(t, sizeof t);
  cg_wipe(s, sizeof s);
  return err;
}

cg_err cg_srp_prove(const cg_srp_algo *algo, const uint8_t x[CG_SRP_HASH], cg_bytes b_pub,
                    const cg_rng *rng, uint8_t a_pub[CG_SRP_SIZE],
                    uint8_t m1[CG_SRP_HASH]) {
  uint8_t padded[CG_SRP_SIZE];
  cg_err err = cg_dh_check_group(algo->prime, algo->g, rng);
  if (!err) err = pad(b_pub, padded);
  if (!err) err = cg_dh_check_public(algo->prime, padded);
  if (!err) err = answer(algo, x, padded, rng, a_pub, m1);
  if (!err) return CG_OK;
  memset(a_pub, 0, CG_SRP_SIZE);
  memset(m1, 0, CG_SRP_HASH);
  return err;
}

/* --- the server -------------------------------------------------------------- */

cg_err cg_srp_offer(const cg_srp_algo *algo, const uint8_t v[CG_SRP_SIZE],
                    const cg_rng *rng, uint8_t b[CG_SRP_SIZE],
                    uint8_t b_pub[CG_SRP_SIZE]) {
  uint8_t k[CG_SRP_SIZE], power[CG_SRP_SIZE] = { 0 };
  cg_err hashed = multiplier(algo, k), err = hashed ? hashed : CG_E_WEAK;
  for (int i = 0; !hashed && err == CG_E_WEAK && i < OFFER_DRAWS; i++) {
    err = cg_dh_generate(algo->prime, algo->g, rng, b, power);
    if (!err) err = modulo(algo, false, k, v, power, false, b_pub);
    if (!err) err = cg_dh_check_public(algo->prime, b_pub);
  }
  cg_wipe(power, sizeof power);
  if (!err) return CG_OK;
  cg_wipe(b, CG_SRP_SIZE);
  memset(b_pub, 0, CG_SRP_SIZE);
  return err;
}

/* S = (A v^u) ^ b */
static cg_err server_secret(const cg_srp_algo *algo, const uint8_t v[CG_SRP_SIZE],
                            const uint8_t b[CG_SRP_SIZE], const uint8_t a[CG_SRP_SIZE],
                            const uint8_t u[CG_SRP_SIZE], uint8_t s[CG_SRP_SIZE]) {
  static const uint8_t zero[CG_SRP_SIZE];
  uint8_t base[CG_SRP_SIZE];
  cg_err err = cg_dh_power(algo->prime, v, u, base);
  if (!err) err = modulo(algo, false, a, base, zero, false, base);
  if (!err) err = cg_dh_power(algo->prime, base, b, s);
  cg_wipe(base, sizeof base);
  return err;
}

cg_err cg_srp_check(const cg_srp_algo *algo, const uint8_t v[CG_SRP_SIZE],
                    const uint8_t b[CG_SRP_SIZE], const uint8_t b_pub[CG_SRP_SIZE],
                    cg_bytes a_pub, cg_bytes m1) {
  uint8_t a[CG_SRP_SIZE], u[CG_SRP_SIZE], s[CG_SRP_SIZE] = { 0 },
                                          want[CG_SRP_HASH] = { 0 };
  cg_err err = pad(a_pub, a);
  if (!err) err = cg_dh_check_public(algo->prime, a);
  if (!err) err = scrambler(a, b_pub, u);
  if (!err) err = server_secret(algo, v, b, a, u, s);
  if (!err) err = proof(algo, a, b_pub, s, want);
  bool same = m1.len == CG_SRP_HASH && cg_equal_ct(m1.at, want, CG_SRP_HASH);
  cg_wipe(s, sizeof s);
  cg_wipe(want, sizeof want);
  return err ? err : same ? CG_OK : CG_E_VERIFY;
}
