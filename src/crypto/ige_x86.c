/* SPDX-License-Identifier: MIT */
/*
 * ige_x86.c - AES-256-IGE with the AES instructions.
 *
 * IGE is one chain: a block cannot begin before the one in front of it is done, so the
 * limit is the latency of 14 rounds, and nothing else may stand on that path. The last
 * round XORs its round key; with the neighbouring blocks and the first round key folded
 * into it, it gives the state in which the next block begins:
 *
 *   next = AESENCLAST(s, k14 ^ p[i-1] ^ p[i+1] ^ k0),  c[i] = next ^ p[i+1] ^ k0
 *
 * Decryption is the same with the roles of p and c swapped.
 */
#include "ige_impl.h"

#if defined(__x86_64__) || defined(__i386__)
#include "cpu.h"

#include <immintrin.h>

#define AES_CODE   __attribute__((target("aes,ssse3")))
#define AES_INLINE static inline __attribute__((target("aes,ssse3"), always_inline))

enum { ROUNDS = 14 };

AES_INLINE __m128i load(const void *p) {
  return _mm_loadu_si128((const __m128i *)p);
}

AES_INLINE void store(void *p, __m128i v) {
  _mm_storeu_si128((__m128i *)p, v);
}

AES_INLINE __m128i xor3(__m128i a, __m128i b, __m128i c) {
  return _mm_xor_si128(_mm_xor_si128(a, b), c);
}

/* Each word XORed with all words before it. */
AES_INLINE __m128i running_xor(__m128i k) {
  k = _mm_xor_si128(k, _mm_slli_si128(k, 4));
  return _mm_xor_si128(k, _mm_slli_si128(k, 8));
}

/* The S-box for the key schedule is the last AES round on four equal columns, which
 * shifting rows leaves in place: shorter than AESKEYGENASSIST. */
AES_INLINE __m128i even_key(__m128i before2, __m128i before, int rcon) {
  const __m128i rotated_last = _mm_set1_epi32(0x0c0f0e0d);
  __m128i word = _mm_shuffle_epi8(before, rotated_last);
  word = _mm_aesenclast_si128(word, _mm_set1_epi32(rcon));
  return _mm_xor_si128(running_xor(before2), word);
}

AES_INLINE __m128i odd_key(__m128i before2, __m128i before) {
  __m128i word = _mm_shuffle_epi32(before, 0xff);
  word = _mm_aesenclast_si128(word, _mm_setzero_si128());
  return _mm_xor_si128(running_xor(before2), word);
}

/* The next two keys behind k[0] and k[1]. */
AES_INLINE void extend(__m128i k[4], int rcon) {
  k[2] = even_key(k[0], k[1], rcon);
  k[3] = odd_key(k[1], k[2]);
}

AES_INLINE void expand(const uint8_t key[32], __m128i k[ROUNDS + 1]) {
  k[0] = load(key);
  k[1] = load(key + 16);
  extend(k, 1);
  extend(k + 2, 2);
  extend(k + 4, 4);
  extend(k + 6, 8);
  extend(k + 8, 16);
  extend(k + 10, 32);
  k[14] = even_key(k[12], k[13], 64);
}

/* Swaps two keys and makes both fit for decryption. */
AES_INLINE void swap(__m128i *a, __m128i *b) {
  __m128i first = *a;
  *a = _mm_aesimc_si128(*b);
  *b = _mm_aesimc_si128(first);
}

/* Turns the keys round for the instructions that decrypt. */
AES_INLINE void turn_round(__m128i k[ROUNDS + 1]) {
  __m128i first = k[0];
  k[0] = k[14];
  k[14] = first;
  swap(&k[1], &k[13]);
  swap(&k[2], &k[12]);
  swap(&k[3], &k[11]);
  swap(&k[4], &k[10]);
  swap(&k[5], &k[9]);
  swap(&k[6], &k[8]);
  k[7] = _mm_aesimc_si128(k[7]);
}

/* Makes the compiler take the keys from memory again: copies that it would leave on the
 * stack could not be wiped. The rounds do not get slower by it. */
AES_INLINE void reload(const __m128i k[ROUNDS + 1]) {
  __asm__ volatile("" : : "r"(k) : "memory");
}

/* As cg_wipe(), in line: with short messages the call would be felt. */
AES_INLINE void wipe(__m128i k[ROUNDS + 1]) {
  volatile __m128i *at = k;
  for (int i = 0; i <= ROUNDS; i++) at[i] = _mm_setzero_si128();
}

AES_INLINE __m128i encrypt4(__m128i s, const __m128i k[4]) {
  s = _mm_aesenc_si128(s, k[0]);
  s = _mm_aesenc_si128(s, k[1]);
  s = _mm_aesenc_si128(s, k[2]);
  return _mm_aesenc_si128(s, k[3]);
}

AES_INLINE __m128i decrypt4(__m128i s, const __m128i k[4]) {
  s = _mm_aesdec_si128(s, k[0]);
  s = _mm_aesdec_si128(s, k[1]);
  s = _mm_aesdec_si128(s, k[2]);
  return _mm_aesdec_si128(s, k[3]);
}

/* `s` has gone through the first XOR; rounds 1 to 13, then the last one with `last` for
 * its key. */
AES_INLINE __m128i encrypt_block(__m128i s, const __m128i k[ROUNDS + 1], __m128i last) {
  reload(k);
  s = encrypt4(encrypt4(encrypt4(s, k + 1), k + 5), k + 9);
  return _mm_aesenclast_si128(_mm_aesenc_si128(s, k[13]), last);
}

AES_INLINE __m128i decrypt_block(__m128i s, const __m128i k[ROUNDS + 1], __m128i last) {
  reload(k);
  s = decrypt4(decrypt4(decrypt4(s, k + 1), k + 5), k + 9);
  return _mm_aesdeclast_si128(_mm_aesdec_si128(s, k[13]), last);
}

AES_CODE static void encrypt(const uint8_t key[32], const uint8_t iv[32],
                             const uint8_t *in, uint8_t *out, size_t blocks) {
  if (!blocks) return;
  __m128i k[ROUNDS + 1];
  expand(key, k);
  const __m128i ends = _mm_xor_si128(k[0], k[ROUNDS]);
  __m128i before = load(iv + 16), now = load(in);
  __m128i s = xor3(now, load(iv), k[0]);
  for (size_t i = 1; i < blocks; i++) {
    __m128i next = load(in + 16 * i);
    s = encrypt_block(s, k, xor3(ends, before, next));
    store(out + 16 * (i - 1), xor3(s, next, k[0]));
    before = now;
    now = next;
  }
  store(out + 16 * (blocks - 1), encrypt_block(s, k, _mm_xor_si128(k[ROUNDS], before)));
  wipe(k);
}

AES_CODE static void decrypt(const uint8_t key[32], const uint8_t iv[32],
                             const uint8_t *in, uint8_t *out, size_t blocks) {
  if (!blocks) return;
  __m128i k[ROUNDS + 1];
  expand(key, k);
  turn_round(k);
  const __m128i ends = _mm_xor_si128(k[0], k[ROUNDS]);
  __m128i before = load(iv), now = load(in);
  __m128i s = xor3(now, load(iv + 16), k[0]);
  for (size_t i = 1; i < blocks; i++) {
    __m128i next = load(in + 16 * i);
    s = decrypt_block(s, k, xor3(ends, before, next));
    store(out + 16 * (i - 1), xor3(s, next, k[0]));
    before = now;
    now = next;
  }
  store(out + 16 * (blocks - 1), decrypt_block(s, k, _mm_xor_si128(k[ROUNDS], before)));
  wipe(k);
}

const cg_ige_impl *cg_ige_x86(void) {
  static const cg_ige_impl impl = { "AES-NI", encrypt, decrypt };
  return cg_cpu_has(CG_CPU_AES) ? &impl : NULL;
}

#else

const cg_ige_impl *cg_ige_x86(void) {
  return NULL;
}

#endif
