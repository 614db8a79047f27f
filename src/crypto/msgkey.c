/* SPDX-License-Identifier: MIT */
/* msgkey.c - see msgkey.h for the contract. */
#include "msgkey.h"

#include "hash.h"
#include "ige.h"
#include "open_x86.h"
#include "sha256_x86.h"
#include "wipe.h"

#include <string.h>

/* What a hash over the message gives: msg_key and the token. Wipes the hash. */
static void split(uint8_t large[32], uint8_t msg_key[16], uint32_t *quick_ack) {
  memcpy(msg_key, large + 8, 16);
  if (quick_ack)
    *quick_ack = (uint32_t)large[0] | (uint32_t)large[1] << 8 | (uint32_t)large[2] << 16 |
                 (uint32_t)(large[3] | 0x80) << 24;
  cg_wipe(large, 32);
}

cg_err cg_msgkey_v2(const uint8_t key[256], int x, cg_bytes plain, uint8_t out[16],
                    uint32_t *quick_ack) {
  uint8_t large[32];
  cg_err err = cg_sha256((cg_bytes[]){ { key + 88 + x, 32 }, plain }, 2, large);
  split(large, out, quick_ack);
  return err;
}

/* The two hashes that AES key and iv are cut from. */
static cg_err hash_pair(const uint8_t first[52], const uint8_t second[52], uint8_t a[32],
                        uint8_t b[32]) {
  if (cg_sha256_x86_pair(first, second, 52, a, b)) return CG_OK;
  cg_err err = cg_sha256(&(cg_bytes){ first, 52 }, 1, a);
  return err ? err : cg_sha256(&(cg_bytes){ second, 52 }, 1, b);
}

cg_err cg_kdf_v2(const uint8_t key[256], int x, const uint8_t msg_key[16],
                 uint8_t aes_key[32], uint8_t aes_iv[32]) {
  uint8_t text[2][52], a[32] = { 0 }, b[32] = { 0 };
  memcpy(text[0], msg_key, 16);
  memcpy(text[0] + 16, key + x, 36);
  memcpy(text[1], key + 40 + x, 36);
  memcpy(text[1] + 36, msg_key, 16);
  cg_err err = hash_pair(text[0], text[1], a, b);
  if (err) memset(a, 0, sizeof a);
  memcpy(aes_key, a, 8);
  memcpy(aes_key + 8, b + 8, 16);
  memcpy(aes_key + 24, a + 24, 8);
  memcpy(aes_iv, b, 8);
  memcpy(aes_iv + 8, a + 8, 16);
  memcpy(aes_iv + 24, b + 24, 8);
  cg_wipe(text, sizeof text);
  cg_wipe(a, sizeof a);
  cg_wipe(b, sizeof b);
  return err;
}

cg_err cg_msgkey_open_v2(const uint8_t key[256], int x, const uint8_t msg_key[16],
                         const uint8_t *in, uint8_t *out, size_t len, uint8_t found[16],
                         uint32_t *quick_ack) {
  uint8_t aes_key[32], aes_iv[32], large[32];
  cg_err err = len % 16 ? CG_E_USAGE : cg_kdf_v2(key, x, msg_key, aes_key, aes_iv);
  if (!err && cg_open_x86(aes_key, aes_iv, key + 88 + x, in, out, len, large)) {
    split(large, found, quick_ack);
  } else {
    if (!err) err = cg_ige_decrypt(aes_key, aes_iv, in, out, len);
    if (!err) err = cg_msgkey_v2(key, x, (cg_bytes){ out, len }, found, quick_ack);
  }
  cg_wipe(aes_key, sizeof aes_key);
  cg_wipe(aes_iv, sizeof aes_iv);
  return err;
}

cg_err cg_msgkey_v1(cg_bytes data, uint8_t out[16]) {
  uint8_t hash[20];
  cg_err err = cg_sha1(&data, 1, hash);
  memcpy(out, hash + 4, 16);
  return err;
}

cg_err cg_kdf_v1(const uint8_t key[256], int x, const uint8_t msg_key[16],
                 uint8_t aes_key[32], uint8_t aes_iv[32]) {
  uint8_t h[4][20];
  const uint8_t *k = key + x;
  const cg_bytes m = { msg_key, 16 };
  cg_err err = cg_sha1((cg_bytes[]){ m, { k, 32 } }, 2, h[0]);
  if (!err) err = cg_sha1((cg_bytes[]){ { k + 32, 16 }, m, { k + 48, 16 } }, 3, h[1]);
  if (!err) err = cg_sha1((cg_bytes[]){ { k + 64, 32 }, m }, 2, h[2]);
  if (!err) err = cg_sha1((cg_bytes[]){ m, { k + 96, 32 } }, 2, h[3]);
  if (err) memset(h, 0, sizeof h);
  memcpy(aes_key, h[0], 8);
  memcpy(aes_key + 8, h[1] + 8, 12);
  memcpy(aes_key + 20, h[2] + 4, 12);
  memcpy(aes_iv, h[0] + 8, 12);
  memcpy(aes_iv + 12, h[1], 8);
  memcpy(aes_iv + 20, h[2] + 16, 4);
  memcpy(aes_iv + 24, h[3], 8);
  cg_wipe(h, sizeof h);
  return err;
}
