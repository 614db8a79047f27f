/* SPDX-License-Identifier: MIT */
/* rsa.c - see rsa.h for the contract. */
#include "rsa.h"

#include "evp.h"
#include "hash.h"
#include "ige.h"
#include "mem.h"
#include "wipe.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/encoder.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

enum { BITS = 8 * CG_RSA_SIZE, DRAWS = 128 };

struct cg_rsa_key {
  EVP_PKEY *pkey;
  bool has_private;
  EVP_PKEY_CTX *private_op; /* set up for raw decryption; NULL: not yet */
  BIGNUM *n, *e;
  BN_MONT_CTX *mont;
  uint8_t modulus[CG_RSA_SIZE];
  uint64_t fingerprint;
};

/* --- keys -------------------------------------------------------------------- */

void cg_rsa_free(cg_rsa_key *k) {
  if (!k) return;
  EVP_PKEY_CTX_free(k->private_op);
  EVP_PKEY_free(k->pkey); /* which clears the private numbers */
  BN_free(k->n);
  BN_free(k->e);
  BN_MONT_CTX_free(k->mont);
  cg_free(k);
}

/* A TL string of the number, as short as it gets. */
static void put_number(cg_buf *b, const BIGNUM *n) {
  uint8_t raw[CG_RSA_SIZE];
  int len = BN_bn2bin(n, raw); /* e < n */
  cg_buf_str(b, (cg_bytes){ raw, (size_t)len });
}

static cg_err set_fingerprint(cg_rsa_key *k) {
  cg_buf b = { 0 };
  uint8_t hash[20];
  put_number(&b, k->n);
  put_number(&b, k->e);
  cg_bytes all = cg_buf_view(&b);
  cg_err err = b.err ? b.err : cg_sha1(&all, 1, hash);
  cg_buf_free(&b);
  for (int i = 19; !err && i >= 12; i--) k->fingerprint = k->fingerprint << 8 | hash[i];
  return err;
}

static cg_err check_numbers(const cg_rsa_key *k, cg_fault *f) {
  if (BN_num_bits(k->n) != BITS)
    return cg_fail(f, CG_E_WEAK, "the RSA key has %d bits, not %d", BN_num_bits(k->n),
                   BITS);
  if (!BN_is_odd(k->n)) return cg_fail(f, CG_E_WEAK, "the RSA modulus is even");
  if (!BN_is_odd(k->e) || BN_is_one(k->e) || BN_cmp(k->e, k->n) >= 0)
    return cg_fail(f, CG_E_WEAK, "the RSA exponent is not an odd number from 3 up");
  return CG_OK;
}

static cg_err set_public(cg_rsa_key *k, cg_fault *f) {
  if (!EVP_PKEY_get_bn_param(k->pkey, OSSL_PKEY_PARAM_RSA_N, &k->n) ||
      !EVP_PKEY_get_bn_param(k->pkey, OSSL_PKEY_PARAM_RSA_E, &k->e))
    return cg_fail(f, cg_evp_error(), "the RSA key has no modulus or no exponent");
  cg_err err = check_numbers(k, f);
  if (err) return err;
  BN_CTX *ctx = BN_CTX_new();
  k->mont = ctx ? BN_MONT_CTX_new() : NULL;
  if (!k->mont || !BN_MONT_CTX_set(k->mont, k->n, ctx) ||
      BN_bn2binpad(k->n, k->modulus, CG_RSA_SIZE) != CG_RSA_SIZE)
    err = cg_fail(f, cg_evp_error(), "the RSA key cannot be set up");
  BN_CTX_free(ctx);
  return err ? err : set_fingerprint(k);
}

/* in ^ e mod n, for in < n. */
static cg_err public_op(const cg_rsa_key *k, const uint8_t in[CG_RSA_SIZE],
                        uint8_t out[CG_RSA_SIZE]) {
  BN_CTX *ctx = BN_CTX_secure_new();
  BIGNUM *x = BN_secure_new();
  cg_err err = CG_OK;
  if (!ctx || !x || !BN_bin2bn(in, CG_RSA_SIZE, x) ||
      !BN_mod_exp_mont(x, x, k->e, k->n, ctx, k->mont) ||
      BN_bn2binpad(x, out, CG_RSA_SIZE) != CG_RSA_SIZE)
    err = cg_evp_error();
  BN_clear_free(x);
  BN_CTX_free(ctx);
  return err;
}

/* A context for raw decryption of a copy of the key, or NULL. */
static EVP_PKEY_CTX *new_private_op(const cg_rsa_key *k) {
  EVP_PKEY *copy = EVP_PKEY_dup(k->pkey);
  EVP_PKEY_CTX *op = copy ? EVP_PKEY_CTX_new_from_pkey(NULL, copy, NULL) : NULL;
  EVP_PKEY_free(copy); /* the context holds it */
  if (op && EVP_PKEY_decrypt_init(op) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(op, RSA_NO_PADDING) == 1)
    return op;
  EVP_PKEY_CTX_free(op);
  return NULL;
}

/* in ^ d mod n, blinded. Only for in < n. An operation that failed, for want of memory,
 * may leave the two blinding factors unlike each other, and the next results wrong:
 * OpenSSL's copy of the key is then thrown away. */
static cg_err private_op(cg_rsa_key *k, const uint8_t in[CG_RSA_SIZE],
                         uint8_t out[CG_RSA_SIZE]) {
  size_t len = CG_RSA_SIZE;
  if (!k->private_op) k->private_op = new_private_op(k);
  if (k->private_op && EVP_PKEY_decrypt(k->private_op, out, &len, in, CG_RSA_SIZE) == 1 &&
      len == CG_RSA_SIZE)
    return CG_OK;
  EVP_PKEY_CTX_free(k->private_op);
  k->private_op = NULL;
  cg_wipe(out, CG_RSA_SIZE);
  return cg_evp_error();
}

/* Tries the private half: a damaged one must not be found out by the clients. */
static cg_err try_private(cg_rsa_key *k, cg_fault *f) {
  uint8_t plain[CG_RSA_SIZE] = { [1] = 2 }, sealed[CG_RSA_SIZE], opened[CG_RSA_SIZE];
  cg_err err = public_op(k, plain, sealed);
  if (!err) err = private_op(k, sealed, opened);
  if (err == CG_E_MEMORY) return cg_fail(f, err, "out of memory");
  if (err || memcmp(plain, opened, CG_RSA_SIZE))
    return cg_fail(f, CG_E_MALFORMED, "the private half of the RSA key does not fit");
  return CG_OK;
}

/* Takes `pkey` over, also when it fails. */
static cg_err wrap(EVP_PKEY *pkey, bool private_half, cg_rsa_key **out, cg_fault *f) {
  cg_rsa_key *k = cg_alloc(sizeof *k);
  if (!k) {
    EVP_PKEY_free(pkey);
    return cg_fail(f, CG_E_MEMORY, "out of memory");
  }
  k->pkey = pkey;
  cg_err err = set_public(k, f);
  k->has_private = private_half;
  if (!err && private_half) err = try_private(k, f);
  if (!err) {
    *out = k;
    return CG_OK;
  }
  cg_rsa_free(k);
  return err;
}

cg_err cg_rsa_from_pem(cg_rsa_key **out, cg_bytes pem, cg_fault *f) {
  static const char mark[] = "PRIVATE KEY-----";
  *out = NULL;
  bool private_half = pem.len && memmem(pem.at, pem.len, mark, sizeof mark - 1);
  int wanted = private_half ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  EVP_PKEY *pkey = NULL;
  OSSL_DECODER_CTX *ctx =
      OSSL_DECODER_CTX_new_for_pkey(&pkey, "PEM", NULL, "RSA", wanted, NULL, NULL);
  bool ok = ctx && OSSL_DECODER_from_data(ctx, &pem.at, &pem.len);
  cg_err err = ok ? CG_OK : cg_evp_error();
  OSSL_DECODER_CTX_free(ctx);
  if (ok) return wrap(pkey, private_half, out, f);
  EVP_PKEY_free(pkey);
  return cg_fail(f, err == CG_E_MEMORY ? err : CG_E_MALFORMED,
                 "not an RSA key in PEM form");
}

cg_err cg_rsa_generate(cg_rsa_key **out) {
  *out = NULL;
  for (int i = 0; i < DRAWS; i++) {
    EVP_PKEY *pkey = EVP_RSA_gen(BITS);
    if (!pkey) return cg_evp_error();
    cg_err err = wrap(pkey, true, out, NULL);
    if (err || (*out)->fingerprint >> 60) return err;
    cg_rsa_free(*out);
    *out = NULL;
  }
  return CG_E_RANDOM;
}

bool cg_rsa_has_private(const cg_rsa_key *k) {
  return k->has_private;
}

uint64_t cg_rsa_fingerprint(const cg_rsa_key *k) {
  return k->fingerprint;
}

static cg_err put_pem(const cg_rsa_key *k, int selection, const char *structure,
                      cg_buf *out) {
  OSSL_ENCODER_CTX *ctx =
      OSSL_ENCODER_CTX_new_for_pkey(k->pkey, selection, "PEM", structure, NULL);
  uint8_t *text = NULL;
  size_t len = 0;
  cg_err err = CG_OK;
  if (ctx && OSSL_ENCODER_to_data(ctx, &text, &len)) {
    cg_buf_put(out, text, len);
    err = out->err;
  } else {
    err = cg_evp_error();
  }
  OPENSSL_clear_free(text, len);
  OSSL_ENCODER_CTX_free(ctx);
  return err;
}

cg_err cg_rsa_public_pem(const cg_rsa_key *k, cg_buf *out) {
  return put_pem(k, EVP_PKEY_PUBLIC_KEY, "type-specific", out);
}

cg_err cg_rsa_private_pem(const cg_rsa_key *k, cg_buf *out) {
  if (!cg_rsa_has_private(k)) return CG_E_USAGE;
  return put_pem(k, EVP_PKEY_KEYPAIR, "PrivateKeyInfo", out);
}

/* --- RSA_PAD ----------------------------------------------------------------- */

enum { TEMP_KEY = 32, HASH = 32, INNER = CG_RSA_PADDED + HASH };

static const uint8_t zero_iv[32];

static void reverse(const uint8_t *in, uint8_t *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = in[n - 1 - i];
}

/* The 256 bytes that RSA encrypts: temp_key ^ SHA256(inner) | inner, where inner is the
 * reversed data and its hash, encrypted under temp_key. */
static cg_err pad_with(const uint8_t temp_key[TEMP_KEY],
                       const uint8_t data[CG_RSA_PADDED], uint8_t out[CG_RSA_SIZE]) {
  uint8_t *inner = out + TEMP_KEY;
  reverse(data, inner, CG_RSA_PADDED);
  cg_err err = cg_sha256((cg_bytes[]){ { temp_key, TEMP_KEY }, { data, CG_RSA_PADDED } },
                         2, inner + CG_RSA_PADDED);
  if (!err) err = cg_ige_encrypt(temp_key, zero_iv, inner, inner, INNER);
  if (!err) err = cg_sha256(&(cg_bytes){ inner, INNER }, 1, out);
  for (int i = 0; i < TEMP_KEY; i++) out[i] ^= temp_key[i];
  return err;
}

/* The inverse. `data` becomes 192 bytes; VERIFY if the hash is another one. */
static cg_err unpad(const uint8_t raw[CG_RSA_SIZE], uint8_t data[CG_RSA_PADDED]) {
  uint8_t temp_key[TEMP_KEY], inner[INNER], hash[HASH];
  cg_err err = cg_sha256(&(cg_bytes){ raw + TEMP_KEY, INNER }, 1, temp_key);
  for (int i = 0; i < TEMP_KEY; i++) temp_key[i] ^= raw[i];
  if (!err) err = cg_ige_decrypt(temp_key, zero_iv, raw + TEMP_KEY, inner, INNER);
  if (!err) {
    reverse(inner, data, CG_RSA_PADDED);
    err = cg_sha256((cg_bytes[]){ { temp_key, TEMP_KEY }, { data, CG_RSA_PADDED } }, 2,
                    hash);
  }
  if (!err && !cg_equal_ct(hash, inner + CG_RSA_PADDED, HASH)) err = CG_E_VERIFY;
  cg_wipe(temp_key, sizeof temp_key);
  cg_wipe(inner, sizeof inner);
  return err;
}

/* Draws temp_key until the number is below the modulus (protocol.md 74). */
static cg_err pad(const cg_rsa_key *k, const uint8_t data[CG_RSA_PADDED],
                  const cg_rng *rng, uint8_t out[CG_RSA_SIZE]) {
  uint8_t temp_key[TEMP_KEY];
  cg_err err = CG_E_RANDOM;
  for (int i = 0; i < DRAWS; i++) {
    err = cg_rng_fill(rng, temp_key, sizeof temp_key);
    if (!err) err = pad_with(temp_key, data, out);
    if (err || memcmp(out, k->modulus, CG_RSA_SIZE) < 0) break;
    err = CG_E_RANDOM;
  }
  cg_wipe(temp_key, sizeof temp_key);
  return err;
}

cg_err cg_rsa_pad_encrypt(const cg_rsa_key *k, cg_bytes data, const cg_rng *rng,
                          uint8_t out[CG_RSA_SIZE]) {
  if (data.len > CG_RSA_PAD_MAX) return CG_E_USAGE;
  uint8_t padded[CG_RSA_PADDED], raw[CG_RSA_SIZE];
  if (data.len) memcpy(padded, data.at, data.len);
  cg_err err = cg_rng_fill(rng, padded + data.len, sizeof padded - data.len);
  if (!err) err = pad(k, padded, rng, raw);
  if (!err) err = public_op(k, raw, out);
  cg_wipe(padded, sizeof padded);
  cg_wipe(raw, sizeof raw);
  return err;
}

/* --- the padding of old clients ---------------------------------------------- */

cg_err cg_rsa_legacy_encrypt(const cg_rsa_key *k, cg_bytes data, const cg_rng *rng,
                             uint8_t out[CG_RSA_SIZE]) {
  if (data.len > CG_RSA_LEGACY_MAX) return CG_E_USAGE;
  uint8_t raw[CG_RSA_SIZE] = { 0 };
  uint8_t *body = raw + 1 + CG_RSA_LEGACY_HASH;
  if (data.len) memcpy(body, data.at, data.len);
  cg_err err = cg_sha1(&data, 1, raw + 1);
  if (!err) err = cg_rng_fill(rng, body + data.len, CG_RSA_LEGACY_MAX - data.len);
  if (!err) err = public_op(k, raw, out);
  cg_wipe(raw, sizeof raw);
  return err;
}

bool cg_rsa_legacy_check(const uint8_t raw[CG_RSA_LEGACY_RAW], size_t data_len) {
  uint8_t hash[CG_RSA_LEGACY_HASH];
  if (data_len > CG_RSA_LEGACY_MAX) return false;
  if (cg_sha1(&(cg_bytes){ raw + sizeof hash, data_len }, 1, hash)) return false;
  return cg_equal_ct(hash, raw, sizeof hash);
}

/* Takes the leading zero off. A number without one becomes bytes that hold no TL object,
 * so that the caller refuses both kinds of garbage at the same place: whether the first
 * byte is zero must not show, for it is an oracle (Manger's attack). */
static void legacy_body(const uint8_t raw[CG_RSA_SIZE], uint8_t out[CG_RSA_LEGACY_RAW]) {
  uint8_t spoil = (uint8_t)(((unsigned)raw[0] + 0xff) >> 8); /* 1 unless raw[0] is 0 */
  spoil = (uint8_t)(0 - spoil);
  for (int i = 0; i < CG_RSA_LEGACY_RAW; i++) out[i] = raw[i + 1] | spoil;
}

cg_err cg_rsa_decrypt(cg_rsa_key *k, const uint8_t in[CG_RSA_SIZE], bool allow_legacy,
                      uint8_t out[CG_RSA_SIZE], size_t *len, bool *legacy) {
  *len = 0;
  *legacy = false;
  if (!cg_rsa_has_private(k)) return CG_E_USAGE;
  if (memcmp(in, k->modulus, CG_RSA_SIZE) >= 0) return CG_E_VERIFY;
  uint8_t raw[CG_RSA_SIZE];
  cg_err err = private_op(k, in, raw);
  if (!err) err = unpad(raw, out);
  if (!err) *len = CG_RSA_PADDED;
  if (err == CG_E_VERIFY && allow_legacy) {
    legacy_body(raw, out);
    *legacy = true;
    *len = CG_RSA_LEGACY_RAW;
    err = CG_OK;
  }
  if (err) cg_wipe(out, CG_RSA_SIZE);
  cg_wipe(raw, sizeof raw);
  return err;
}
