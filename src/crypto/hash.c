/* SPDX-License-Identifier: MIT */
/* hash.c - see hash.h for the contract. */
#include "hash.h"

#include "evp.h"
#include "sha256_x86.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

static bool feed(EVP_MD_CTX *ctx, const EVP_MD *md, const cg_bytes *parts, size_t count,
                 uint8_t *out) {
  if (!EVP_DigestInit_ex2(ctx, md, NULL)) return false;
  for (size_t i = 0; i < count; i++)
    if (parts[i].len && !EVP_DigestUpdate(ctx, parts[i].at, parts[i].len)) return false;
  return EVP_DigestFinal_ex(ctx, out, NULL) == 1;
}

static cg_err digest(cg_evp_digest which, const cg_bytes *parts, size_t count,
                     uint8_t *out, size_t size) {
  const EVP_MD *md = cg_evp_md(which);
  EVP_MD_CTX *ctx = md ? EVP_MD_CTX_new() : NULL;
  cg_err err = CG_OK;
  if (!ctx || !feed(ctx, md, parts, count, out)) {
    memset(out, 0, size);
    err = cg_evp_error();
  }
  EVP_MD_CTX_free(ctx);
  return err;
}

cg_err cg_sha1(const cg_bytes *parts, size_t count, uint8_t out[20]) {
  return digest(CG_EVP_SHA1, parts, count, out, 20);
}

cg_err cg_sha256(const cg_bytes *parts, size_t count, uint8_t out[32]) {
  if (cg_sha256_x86(parts, count, out)) return CG_OK;
  return digest(CG_EVP_SHA256, parts, count, out, 32);
}

cg_err cg_sha512(const cg_bytes *parts, size_t count, uint8_t out[64]) {
  return digest(CG_EVP_SHA512, parts, count, out, 64);
}

static bool mac(EVP_MAC_CTX *ctx, cg_bytes key, const cg_bytes *parts, size_t count,
                uint8_t out[32]) {
  char name[] = "SHA256";
  OSSL_PARAM params[] = {
    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
    OSSL_PARAM_construct_end(),
  };
  /* Without a pointer OpenSSL takes an empty key for "the key that was set before". */
  const uint8_t *at = key.len ? key.at : (const uint8_t *)"";
  if (!EVP_MAC_init(ctx, at, key.len, params)) return false;
  for (size_t i = 0; i < count; i++)
    if (parts[i].len && !EVP_MAC_update(ctx, parts[i].at, parts[i].len)) return false;
  size_t len;
  return EVP_MAC_final(ctx, out, &len, 32) && len == 32;
}

cg_err cg_hmac_sha256(cg_bytes key, const cg_bytes *parts, size_t count,
                      uint8_t out[32]) {
  EVP_MAC *hmac = cg_evp_hmac();
  EVP_MAC_CTX *ctx = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
  cg_err err = CG_OK;
  if (!ctx || !mac(ctx, key, parts, count, out)) {
    memset(out, 0, 32);
    err = cg_evp_error();
  }
  EVP_MAC_CTX_free(ctx);
  return err;
}

/* OpenSSL's parameters are not const, though it only reads these. */
static OSSL_PARAM octets(const char *name, cg_bytes bytes) {
  static uint8_t none[1];
  union {
    const uint8_t *in;
    void *out;
  } at = { bytes.len ? bytes.at : none };
  return OSSL_PARAM_construct_octet_string(name, at.out, bytes.len);
}

cg_err cg_pbkdf2_sha512(cg_bytes password, cg_bytes salt, int rounds, uint8_t out[64]) {
  if (rounds < 1) return CG_E_USAGE;
  EVP_KDF *kdf = cg_evp_pbkdf2();
  EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
  char name[] = "SHA512";
  int any_length = 1; /* else FIPS's lower bounds on salt and rounds hold */
  OSSL_PARAM params[] = {
    octets(OSSL_KDF_PARAM_PASSWORD, password),
    octets(OSSL_KDF_PARAM_SALT, salt),
    OSSL_PARAM_construct_int(OSSL_KDF_PARAM_ITER, &rounds),
    OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0),
    OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &any_length),
    OSSL_PARAM_construct_end(),
  };
  cg_err err = CG_OK;
  if (!ctx || EVP_KDF_derive(ctx, out, 64, params) != 1) {
    memset(out, 0, 64);
    err = cg_evp_error();
  }
  EVP_KDF_CTX_free(ctx);
  return err;
}

cg_err cg_scrypt(cg_bytes password, cg_bytes salt, uint32_t log_n, uint32_t p,
                 uint8_t out[32]) {
  enum { R = 8, LOG_N_MAX = 20, P_MAX = 16 };
  memset(out, 0, 32);
  if (!log_n || log_n > LOG_N_MAX || !p || p > P_MAX) return CG_E_USAGE;
  uint64_t n = UINT64_C(1) << log_n, most = 128 * R * (n + p) * 2;
  const char *from = password.len ? (const char *)password.at : "";
  if (EVP_PBE_scrypt(from, password.len, salt.at, salt.len, n, R, p, most, out, 32) == 1)
    return CG_OK;
  memset(out, 0, 32);
  return cg_evp_error();
}
