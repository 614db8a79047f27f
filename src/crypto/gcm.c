/* SPDX-License-Identifier: MIT */
/* gcm.c - see gcm.h for the contract. */
#include "gcm.h"

#include "evp.h"
#include "wipe.h"

#include <limits.h>
#include <openssl/evp.h>

enum { NONCE = 12, TAG = 16 };

/* One run over `n` bytes; *tag is written when sealing and compared when opening. */
static cg_err run(bool seal, const uint8_t key[32], const uint8_t nonce[NONCE],
                  cg_bytes aad, const uint8_t *in, int n, uint8_t *out,
                  uint8_t tag[TAG]) {
  const EVP_CIPHER *cipher = cg_evp_cipher(CG_EVP_GCM);
  EVP_CIPHER_CTX *ctx = cipher ? EVP_CIPHER_CTX_new() : NULL;
  int len;
  bool ok = ctx && EVP_CipherInit_ex2(ctx, cipher, key, nonce, seal, NULL) &&
            (!aad.len || EVP_CipherUpdate(ctx, NULL, &len, aad.at, (int)aad.len)) &&
            (!n || EVP_CipherUpdate(ctx, out, &len, in, n)) &&
            (seal || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, TAG, tag));
  cg_err err = ok ? CG_OK : cg_evp_error();
  uint8_t rest[16]; /* GCM has none */
  if (ok && !EVP_CipherFinal_ex(ctx, rest, &len)) {
    err = cg_evp_error();
    if (!seal && err != CG_E_MEMORY) err = CG_E_VERIFY;
  }
  if (!err && seal && !EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, TAG, tag))
    err = cg_evp_error();
  EVP_CIPHER_CTX_free(ctx);
  return err;
}

/* Takes back what was appended to `out` behind its first `len` bytes. */
static void retract(cg_buf *out, size_t len) {
  cg_wipe(out->at + len, out->len - len);
  out->len = len;
}

cg_err cg_gcm_seal(const uint8_t key[32], const cg_rng *rng, cg_bytes aad, cg_bytes plain,
                   cg_buf *out) {
  if (aad.len > INT_MAX || plain.len > INT_MAX) return CG_E_LIMIT;
  size_t before = out->len;
  uint8_t *at = cg_buf_grow(out, CG_GCM_OVERHEAD + plain.len);
  if (!at) return out->err;
  cg_err err = cg_rng_fill(rng, at, NONCE);
  if (!err)
    err = run(true, key, at, aad, plain.at, (int)plain.len, at + NONCE,
              at + NONCE + plain.len);
  if (err) retract(out, before);
  return err;
}

cg_err cg_gcm_open(const uint8_t key[32], cg_bytes aad, cg_bytes sealed, cg_buf *out) {
  if (sealed.len < CG_GCM_OVERHEAD) return CG_E_VERIFY;
  size_t n = sealed.len - CG_GCM_OVERHEAD, before = out->len;
  if (aad.len > INT_MAX || n > INT_MAX) return CG_E_LIMIT;
  uint8_t *at = cg_buf_grow(out, n ? n : 1), tag[TAG];
  if (!at) return out->err;
  out->len = before + n;
  for (int i = 0; i < TAG; i++) tag[i] = sealed.at[NONCE + n + (size_t)i];
  cg_err err = run(false, key, sealed.at, aad, sealed.at + NONCE, (int)n, at, tag);
  if (err) retract(out, before);
  return err;
}
