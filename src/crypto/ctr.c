/* SPDX-License-Identifier: MIT */
/* ctr.c - see ctr.h for the contract. */
#include "ctr.h"

#include "evp.h"

#include <openssl/evp.h>

enum { CHUNK = 1 << 30 }; /* OpenSSL counts in int */

cg_err cg_ctr_init(cg_ctr *c, const uint8_t key[32], const uint8_t iv[16]) {
  const EVP_CIPHER *cipher = cg_evp_cipher(CG_EVP_CTR);
  c->cipher = cipher ? EVP_CIPHER_CTX_new() : NULL;
  if (c->cipher && EVP_EncryptInit_ex2(c->cipher, cipher, key, iv, NULL)) return CG_OK;
  cg_ctr_wipe(c);
  return cg_evp_error();
}

cg_err cg_ctr_xor(cg_ctr *c, uint8_t *data, size_t len) {
  if (!c->cipher) return CG_E_STATE;
  while (len) {
    int n = len < CHUNK ? (int)len : CHUNK, done;
    if (!EVP_EncryptUpdate(c->cipher, data, &done, data, n)) return cg_evp_error();
    data += n;
    len -= (size_t)n;
  }
  return CG_OK;
}

void cg_ctr_wipe(cg_ctr *c) {
  EVP_CIPHER_CTX_free(c->cipher); /* which clears the keys */
  c->cipher = NULL;
}
