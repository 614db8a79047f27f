/* SPDX-License-Identifier: MIT */
/* evp.c - see evp.h for the contract. */
#include "evp.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdatomic.h>

/* Two threads may fetch at the same time: the first to store wins and the other one
 * frees its own and takes the winner's. */

EVP_MD *cg_evp_md(cg_evp_digest which) {
  static const char *const names[] = { "SHA1", "SHA256", "SHA512" };
  static _Atomic(EVP_MD *) cache[CG_EVP_DIGESTS];
  EVP_MD *md = atomic_load_explicit(&cache[which], memory_order_acquire);
  if (md) return md;
  EVP_MD *mine = EVP_MD_fetch(NULL, names[which], NULL);
  if (!mine || atomic_compare_exchange_strong(&cache[which], &md, mine)) return mine;
  EVP_MD_free(mine);
  return md;
}

EVP_CIPHER *cg_evp_cipher(cg_evp_mode which) {
  static const char *const names[] = { "AES-256-CTR", "AES-256-GCM" };
  static _Atomic(EVP_CIPHER *) cache[CG_EVP_CIPHERS];
  EVP_CIPHER *cipher = atomic_load_explicit(&cache[which], memory_order_acquire);
  if (cipher) return cipher;
  EVP_CIPHER *mine = EVP_CIPHER_fetch(NULL, names[which], NULL);
  if (!mine || atomic_compare_exchange_strong(&cache[which], &cipher, mine)) return mine;
  EVP_CIPHER_free(mine);
  return cipher;
}

EVP_MAC *cg_evp_hmac(void) {
  static _Atomic(EVP_MAC *) cache;
  EVP_MAC *mac = atomic_load_explicit(&cache, memory_order_acquire);
  if (mac) return mac;
  EVP_MAC *mine = EVP_MAC_fetch(NULL, "HMAC", NULL);
  if (!mine || atomic_compare_exchange_strong(&cache, &mac, mine)) return mine;
  EVP_MAC_free(mine);
  return mac;
}

EVP_KDF *cg_evp_pbkdf2(void) {
  static _Atomic(EVP_KDF *) cache;
  EVP_KDF *kdf = atomic_load_explicit(&cache, memory_order_acquire);
  if (kdf) return kdf;
  EVP_KDF *mine = EVP_KDF_fetch(NULL, "PBKDF2", NULL);
  if (!mine || atomic_compare_exchange_strong(&cache, &kdf, mine)) return mine;
  EVP_KDF_free(mine);
  return kdf;
}

cg_err cg_evp_error(void) {
  cg_err err = CG_E_CRYPTO;
  for (unsigned long e = ERR_get_error(); e; e = ERR_get_error())
    if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE) err = CG_E_MEMORY;
  return err;
}
