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

/* The two texts that AES key and iv come from, each padded to one block, and their
 * hashes. */
typedef struct {
  uint8_t text[2][64], a[32], b[32];
} derivation;

enum { TEXT = 16 + 36 };

static cg_err hash_both(derivation *d) {
  for (int i = 0; i < 2; i++) { /* SHA-256's padding: a bit, and the length in bits */
    d->text[i][TEXT] = 0x80;
    d->text[i][62] = TEXT * 8 >> 8;
    d->text[i][63] = TEXT * 8 & 0xff;
  }
  if (cg_sha256_x86_pair(d->text[0], d->text[1], d->a, d->b)) return CG_OK;
  cg_err err = cg_sha256(&(cg_bytes){ d->text[0], TEXT }, 1, d->a);
  if (!err) err = cg_sha256(&(cg_bytes){ d->text[1], TEXT }, 1, d->b);
  if (err) memset(d, 0, sizeof *d);
  return err;
}

cg_err cg_kdf_v2(const uint8_t key[256], int x, const uint8_t msg_key[16],
                 uint8_t aes_key[32], uint8_t aes_iv[32]) {
  derivation d = { 0 };
  memcpy(d.text[0], msg_key, 16);
  memcpy(d.text[0] + 16, key + x, 36);
  memcpy(d.text[1], key + 40 + x, 36);
  memcpy(d.text[1] + 36, msg_key, 16);
  cg_err err = hash_both(&d);
  memcpy(aes_key, d.a, 8);
  memcpy(aes_key + 8, d.b + 8, 16);
  memcpy(aes_key + 24, d.a + 24, 8);
  memcpy(aes_iv, d.b, 8);
  memcpy(aes_iv + 8, d.a + 8, 16);
  memcpy(aes_iv + 24, d.b + 24, 8);
  cg_wipe(&d, sizeof d);
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
