/* SPDX-License-Identifier: MIT */
/* token.c - see token.h for the contract. */
#include "token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <string.h>

/* RFC 4648, 5. */
static const char url_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

cg_err cg_token_new(const cg_rng *rng, char out[CG_TOKEN_SIZE]) {
  uint8_t bytes[33] = { 0 }; /* one more: a whole number of groups */
  cg_err err = cg_rng_fill(rng, bytes, 32);
  for (size_t i = 0; !err && i < CG_TOKEN_SIZE - 1; i++) {
    size_t bit = i * 6, at = bit / 8;
    unsigned pair = (unsigned)bytes[at] << 8 | (at < 32 ? bytes[at + 1] : 0);
    out[i] = url_alphabet[pair >> (10 - bit % 8) & 63];
  }
  out[err ? 0 : CG_TOKEN_SIZE - 1] = 0;
  cg_token_wipe(bytes, sizeof bytes);
  return err;
}

void cg_token_hex(const uint8_t *at, size_t len, char *out) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < len; i++) {
    out[2 * i] = digits[at[i] >> 4];
    out[2 * i + 1] = digits[at[i] & 15];
  }
  out[2 * len] = 0;
}

cg_err cg_token_hash(cg_bytes text, char out[CG_TOKEN_HASH_SIZE]) {
  uint8_t sum[32];
  if (!EVP_Digest(text.at, text.len, sum, NULL, EVP_sha256(), NULL)) return CG_E_CRYPTO;
  cg_token_hex(sum, sizeof sum, out);
  return CG_OK;
}

static int digit_of(char c) {
  if (c == '+') return 62;
  if (c == '/') return 63;
  const char *at = c && c != '-' && c != '_' ? strchr(url_alphabet, c) : NULL;
  return at ? (int)(at - url_alphabet) : -1;
}

bool cg_token_base64(const char *text, char *out, size_t size) {
  size_t len = strcspn(text, "="), n = 0;
  unsigned bits = 0;
  if (strspn(text + len, "=") > 2 || text[len + strspn(text + len, "=")]) return false;
  for (size_t i = 0; i < len; i++) {
    int digit = digit_of(text[i]);
    if (digit < 0) return false;
    bits = (bits << 6 | (unsigned)digit) & 0xfff;
    if (i % 4 == 0) continue;
    char byte = (char)(bits >> (i % 4 == 1 ? 4 : i % 4 == 2 ? 2 : 0) & 0xff);
    if (!byte || n + 1 >= size) return false;
    out[n++] = byte;
  }
  out[n] = 0;
  return len % 4 != 1;
}

void cg_token_wipe(void *at, size_t size) {
  OPENSSL_cleanse(at, size);
}
