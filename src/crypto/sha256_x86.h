/* SPDX-License-Identifier: MIT */
/*
 * sha256_x86.h - SHA-256 by the SHA instructions: a block in four quarters, in line, so
 * that other work can stand between them. Private to this folder; for functions whose
 * target has "sha,sse4.1", on processors that have CG_CPU_SHA.
 *
 * A block is one chain of 64 rounds: it leaves most of the processor idle, which then
 * works on a second block, or on AES.
 */
#ifndef CG_SHA256_X86_H
#define CG_SHA256_X86_H

#include "err.h"

/* SHA-256 of the parts behind each other; false if the processor has no instructions
 * for it, and `out` is then left alone. */
CG_MUST_USE bool cg_sha256_x86(const cg_bytes *parts, size_t count, uint8_t out[32]);

/* SHA-256 of two texts of one block each, padding included, at the price of one. As
 * above. */
CG_MUST_USE bool cg_sha256_x86_pair(const uint8_t a[64], const uint8_t b[64],
                                    uint8_t out_a[32], uint8_t out_b[32]);

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>

#define CG_SHA_CODE   __attribute__((target("sha,sse4.1")))
#define CG_SHA_INLINE static inline __attribute__((target("sha,sse4.1"), always_inline))

extern const uint32_t cg_sha256_k[64]; /* the constants of the rounds */

/* The eight words as the instructions want them, highest lane first. */
typedef struct {
  __m128i abef, cdgh;
} sha_state;

CG_SHA_INLINE sha_state sha_start(void) {
  return (
      sha_state){ _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
                  _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19) };
}

/* Four rounds on words `w` of the schedule. */
CG_SHA_INLINE void sha_rounds(sha_state *s, __m128i w, int round) {
  w = _mm_add_epi32(w,
                    _mm_load_si128((const __m128i *)(const void *)&cg_sha256_k[round]));
  s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, w);
  s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, _mm_shuffle_epi32(w, 0x0e));
}

/* Words t..t+3 of the schedule from the sixteen before them. */
CG_SHA_INLINE __m128i sha_extend(__m128i before16, __m128i before12, __m128i before8,
                                 __m128i before4) {
  __m128i w = _mm_sha256msg1_epu32(before16, before12);
  w = _mm_add_epi32(w, _mm_alignr_epi8(before4, before8, 4));
  return _mm_sha256msg2_epu32(w, before4);
}

CG_SHA_INLINE __m128i sha_words(const uint8_t *p) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)p), swap);
}

/* Rounds 0..15 of the block at `p`; `w` receives its words. */
CG_SHA_INLINE void sha_first_quarter(sha_state *s, __m128i w[4], const uint8_t *p) {
  w[0] = sha_words(p);
  sha_rounds(s, w[0], 0);
  w[1] = sha_words(p + 16);
  sha_rounds(s, w[1], 4);
  w[2] = sha_words(p + 32);
  sha_rounds(s, w[2], 8);
  w[3] = sha_words(p + 48);
  sha_rounds(s, w[3], 12);
}

/* The sixteen rounds from `round` on: 16, 32 and 48. */
CG_SHA_INLINE void sha_quarter(sha_state *s, __m128i w[4], int round) {
  w[0] = sha_extend(w[0], w[1], w[2], w[3]);
  sha_rounds(s, w[0], round);
  w[1] = sha_extend(w[1], w[2], w[3], w[0]);
  sha_rounds(s, w[1], round + 4);
  w[2] = sha_extend(w[2], w[3], w[0], w[1]);
  sha_rounds(s, w[2], round + 8);
  w[3] = sha_extend(w[3], w[0], w[1], w[2]);
  sha_rounds(s, w[3], round + 12);
}

/* Ends a block that began in state `before`. */
CG_SHA_INLINE void sha_add(sha_state *s, sha_state before) {
  s->abef = _mm_add_epi32(s->abef, before.abef);
  s->cdgh = _mm_add_epi32(s->cdgh, before.cdgh);
}

CG_SHA_INLINE void sha_block(sha_state *s, const uint8_t *p) {
  sha_state before = *s;
  __m128i w[4];
  sha_first_quarter(s, w, p);
  sha_quarter(s, w, 16);
  sha_quarter(s, w, 32);
  sha_quarter(s, w, 48);
  sha_add(s, before);
}

CG_SHA_INLINE void sha_store(sha_state s, uint8_t out[32]) {
  const __m128i swap = _mm_set_epi64x(0x08090a0b0c0d0e0f, 0x0001020304050607);
  __m128i low = _mm_unpackhi_epi64(s.abef, s.cdgh),
          high = _mm_unpacklo_epi64(s.abef, s.cdgh);
  _mm_storeu_si128((__m128i *)(void *)out, _mm_shuffle_epi8(low, swap));
  _mm_storeu_si128((__m128i *)(void *)(out + 16), _mm_shuffle_epi8(high, swap));
}

/* Puts the padding behind the `used` bytes (0..63) that are left in `block` of a text of
 * `total` bytes; true if that takes a second block, which is block + 64. */
static inline bool sha_pad(uint8_t block[128], size_t used, uint64_t total) {
  size_t end = used < 56 ? 64 : 128;
  block[used] = 0x80;
  for (size_t i = used + 1; i < end - 8; i++) block[i] = 0;
  for (size_t i = 0; i < 8; i++) block[end - 1 - i] = (uint8_t)(total * 8 >> 8 * i);
  return end == 128;
}
#endif

#endif
