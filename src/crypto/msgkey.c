/* SPDX-License-Identifier: MIT */
/* msgkey.c - see msgkey.h for the contract. */
#include "msgkey.h"

#include "hash.h"
#include "wipe.h"

#include <string.h>

cg_err cg_msgkey_v2(const uint8_t key[256], int x, cg_bytes plain, uint8_t out[16],
                    uint32_t *quick_ack) {
  uint8_t large[32];
  cg_err err = cg_sha256((cg_bytes[]){ { key + 88 + x, 32 }, plain }, 2, large);
  memcpy(out, large + 8, 16);
  if (quick_ack)
    *quick_ack = err ? 0
                     : (uint32_t)large[0] | (uint32_t)large[1] << 8 |
                           (uint32_t)large[2] << 16 | (uint32_t)(large[3] | 0x80) << 24;
  cg_wipe(large, sizeof large);
  return err;
}

cg_err cg_kdf_v2(const uint8_t key[256], int x, const uint8_t msg_key[16],
                 uint8_t aes_key[32], uint8_t aes_iv[32]) {
  uint8_t a[32], b[32];
  cg_err err = cg_sha256((cg_bytes[]){ { msg_key, 16 }, { key + x, 36 } }, 2, a);
  if (!err) err = cg_sha256((cg_bytes[]){ { key + 40 + x, 36 }, { msg_key, 16 } }, 2, b);
  if (err) {
    cg_wipe(a, sizeof a);
    memset(b, 0, sizeof b);
  }
  memcpy(aes_key, a, 8);
  memcpy(aes_key + 8, b + 8, 16);
  memcpy(aes_key + 24, a + 24, 8);
  memcpy(aes_iv, b, 8);
  memcpy(aes_iv + 8, a + 8, 16);
  memcpy(aes_iv + 24, b + 24, 8);
  cg_wipe(a, sizeof a);
  cg_wipe(b, sizeof b);
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
