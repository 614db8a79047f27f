/* SPDX-License-Identifier: MIT */
/*
 * aes_x86.h - AES-256 by the AES instructions: key schedule and single blocks, in line.
 * Private to this folder; for functions whose target has "aes,ssse3".
 *
 * The schedule lives in one array of the caller's, who wipes it.
 */
#ifndef CG_AES_X86_H
#define CG_AES_X86_H

#include <immintrin.h>
#include <stdint.h>

#define CG_AES_CODE   __attribute__((target("aes,ssse3")))
#define CG_AES_INLINE static inline __attribute__((target("aes,ssse3"), always_inline))

enum { AES_ROUNDS = 14 };

CG_AES_INLINE __m128i aes_load(const void *p) {
  return _mm_loadu_si128((const __m128i *)p);
}

CG_AES_INLINE void aes_store(void *p, __m128i v) {
  _mm_storeu_si128((__m128i *)p, v);
}

CG_AES_INLINE __m128i aes_xor3(__m128i a, __m128i b, __m128i c) {
  return _mm_xor_si128(_mm_xor_si128(a, b), c);
}

/* Each word XORed with all words before it. */
CG_AES_INLINE __m128i aes_running_xor(__m128i k) {
  k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
  return _mm_xor_si128(k, _mm_slli_si128(k, 8));
}

/* The S-box for the key schedule is the last AES round on four equal columns, which
 * shifting rows leaves in place: shorter than AESKEYGENASSIST. */
CG_AES_INLINE __m128i aes_even_key(__m128i before2, __m128i before, int rcon) {
  const __m128i rotated_last = _mm_set1_epi32(0x0c0f0e0d);
  __m128i word = _mm_shuffle_epi8(before, rotated_last);
  word = _mm_aesenclast_si128(word, _mm_set1_epi32(rcon));
  return _mm_xor_si128(aes_running_xor(before2), word);
}

CG_AES_INLINE __m128i aes_odd_key(__m128i before2, __m128i before) {
  __m128i word = _mm_shuffle_epi32(before, 0xff);
  word = _mm_aesenclast_si128(word, _mm_setzero_si128());
  return _mm_xor_si128(aes_running_xor(before2), word);
}

/* The next two keys behind k[0] and k[1]. */
CG_AES_INLINE void aes_extend(__m128i k[4], int rcon) {
  k[2] = aes_even_key(k[0], k[1], rcon);
  k[3] = aes_odd_key(k[1], k[2]);
}

CG_AES_INLINE void aes_expand(const uint8_t key[32], __m128i k[AES_ROUNDS + 1]) {
  k[0] = aes_load(key);
  k[1] = aes_load(key + 16);
  aes_extend(k, 1);
  aes_extend(k + 2, 2);
  aes_extend(k + 4, 4);
  aes_extend(k + 6, 8);
  aes_extend(k + 8, 16);
  aes_extend(k + 10, 32);
  k[14] = aes_even_key(k[12], k[13], 64);
}

/* Swaps two keys and makes both fit for decryption. */
CG_AES_INLINE void aes_swap(__m128i *a, __m128i *b) {
  __m128i first = *a;
  *a = _mm_aesimc_si128(*b);
  *b = _mm_aesimc_si128(first);
}

/* Turns the keys round for the instructions that decrypt. */
CG_AES_INLINE void aes_turn_round(__m128i k[AES_ROUNDS + 1]) {
  __m128i first = k[0];
  k[0] = k[14];
  k[14] = first;
  aes_swap(&k[1], &k[13]);
  aes_swap(&k[2], &k[12]);
  aes_swap(&k[3], &k[11]);
  aes_swap(&k[4], &k[10]);
  aes_swap(&k[5], &k[9]);
  aes_swap(&k[6], &k[8]);
  k[7] = _mm_aesimc_si128(k[7]);
}

/* Makes the compiler take the keys from memory again: copies that it would leave on the
 * stack could not be wiped. The rounds do not get slower by it. */
CG_AES_INLINE void aes_reload(const __m128i k[AES_ROUNDS + 1]) {
  __asm__ volatile("" : : "r"(k) : "memory");
}

/* As cg_wipe(), in line: with short messages the call would be felt. */
CG_AES_INLINE void aes_wipe(__m128i k[AES_ROUNDS + 1]) {
  volatile __m128i *at = k;
  for (int i = 0; i <= AES_ROUNDS; i++) at[i] = _mm_setzero_si128();
}

CG_AES_INLINE __m128i aes_encrypt4(__m128i s, const __m128i k[4]) {
  s = _mm_aesenc_si128(s, k[0]);
  s = _mm_aesenc_si128(s, k[1]);
  s = _mm_aesenc_si128(s, k[2]);
  return _mm_aesenc_si128(s, k[3]);
}

CG_AES_INLINE __m128i aes_decrypt4(__m128i s, const __m128i k[4]) {
  s = _mm_aesdec_si128(s, k[0]);
  s = _mm_aesdec_si128(s, k[1]);
  s = _mm_aesdec_si128(s, k[2]);
  return _mm_aesdec_si128(s, k[3]);
}

/* `s` has gone through the first XOR; rounds 1 to 13, then the last one with `last` for
 * its key. */
CG_AES_INLINE __m128i aes_encrypt_block(__m128i s, const __m128i k[AES_ROUNDS + 1],
                                        __m128i last) {
  aes_reload(k);
  s = aes_encrypt4(aes_encrypt4(aes_encrypt4(s, k + 1), k + 5), k + 9);
  return _mm_aesenclast_si128(_mm_aesenc_si128(s, k[13]), last);
}

CG_AES_INLINE __m128i aes_decrypt_block(__m128i s, const __m128i k[AES_ROUNDS + 1],
                                        __m128i last) {
  aes_reload(k);
  s = aes_decrypt4(aes_decrypt4(aes_decrypt4(s, k + 1), k + 5), k + 9);
  return _mm_aesdeclast_si128(_mm_aesdec_si128(s, k[13]), last);
}

#endif
