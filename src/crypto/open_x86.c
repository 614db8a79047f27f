/* SPDX-License-Identifier: MIT */
/*
 * open_x86.c - see open_x86.h for the contract.
 *
 * Both algorithms are chains that leave the processor waiting. While four AES blocks are
 * decrypted, the 64 bytes that were decrypted before them are hashed: a quarter of the
 * hash's rounds stands between two AES blocks, and costs next to nothing there.
 */
#include "open_x86.h"

#if defined(__x86_64__) || defined(__i386__)
#include "aes_x86.h"
#include "cpu.h"
#include "sha256_x86.h"
#include "wipe.h"

#include <string.h>

#define OPEN_CODE __attribute__((target("aes,ssse3,sse4.1,sha")))
#define OPEN_INLINE                                                                      \
  static inline __attribute__((target("aes,ssse3,sse4.1,sha"), always_inline))

/* IGE between two blocks, see ige_x86.c: `s` is the state of the block `now`. */
typedef struct {
  __m128i ends, before, now, s;
  const uint8_t *in; /* block `now` */
  uint8_t *out;
} chain;

/* Decrypts one block; there is another one behind it. */
OPEN_INLINE void next_block(chain *c, const __m128i k[AES_ROUNDS + 1]) {
  __m128i next = aes_load(c->in + 16);
  c->s = aes_decrypt_block(c->s, k, aes_xor3(c->ends, c->before, next));
  aes_store(c->out, aes_xor3(c->s, next, k[0]));
  c->before = c->now;
  c->now = next;
  c->in += 16;
  c->out += 16;
}

OPEN_INLINE void last_block(chain *c, const __m128i k[AES_ROUNDS + 1]) {
  __m128i last = _mm_xor_si128(k[AES_ROUNDS], c->before);
  aes_store(c->out, aes_decrypt_block(c->s, k, last));
}

/* Decrypts four blocks and hashes the 64 bytes at `text`. */
OPEN_INLINE void four_blocks(chain *c, const __m128i k[AES_ROUNDS + 1], sha_state *s,
                             const uint8_t *text) {
  const sha_state start = *s;
  __m128i w[4];
  next_block(c, k);
  sha_first_quarter(s, w, text);
  next_block(c, k);
  sha_quarter(s, w, 16);
  next_block(c, k);
  sha_quarter(s, w, 32);
  next_block(c, k);
  sha_quarter(s, w, 48);
  sha_add(s, start);
}

OPEN_CODE bool cg_open_x86(const uint8_t key[32], const uint8_t iv[32],
                           const uint8_t prefix[32], const uint8_t *in, uint8_t *out,
                           size_t len, uint8_t hash[32]) {
  if (!cg_cpu_has(CG_CPU_AES) || !cg_cpu_has(CG_CPU_SHA) || len < 48) return false;
  __m128i k[AES_ROUNDS + 1];
  uint8_t held[128];
  aes_expand(key, k);
  aes_turn_round(k);
  chain c = { _mm_xor_si128(k[0], k[AES_ROUNDS]),
              aes_load(iv),
              aes_load(in),
              aes_xor3(aes_load(in), aes_load(iv + 16), k[0]),
              in,
              out };
  sha_state s = sha_start();
  memcpy(held, prefix, 32);
  next_block(&c, k);
  next_block(&c, k);
  memcpy(held + 32, out, 32);
  const uint8_t *text = held, *end = out + len;
  for (; end - c.out > 64; text = c.out - 64) four_blocks(&c, k, &s, text);
  while (end - c.out > 16) next_block(&c, k);
  last_block(&c, k);
  sha_block(&s, text);
  text = text == held ? out + 32 : text + 64;
  size_t left = (size_t)(end - text);
  if (left == 64) sha_block(&s, text);
  memcpy(held, text, left % 64);
  bool two = sha_pad(held, left % 64, 32 + len);
  sha_block(&s, held);
  if (two) sha_block(&s, held + 64);
  sha_store(s, hash);
  aes_wipe(k);
  cg_wipe(held, sizeof held);
  return true;
}

#else

bool cg_open_x86(const uint8_t key[32], const uint8_t iv[32], const uint8_t prefix[32],
                 const uint8_t *in, uint8_t *out, size_t len, uint8_t hash[32]) {
  (void)key, (void)iv, (void)prefix, (void)in, (void)out, (void)len, (void)hash;
  return false;
}

#endif
