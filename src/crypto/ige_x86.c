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
#include "aes_x86.h"
#include "cpu.h"

CG_AES_CODE static void encrypt(const uint8_t key[32], const uint8_t iv[32],
                                const uint8_t *in, uint8_t *out, size_t blocks) {
  if (!blocks) return;
  __m128i k[AES_ROUNDS + 1];
  aes_expand(key, k);
  const __m128i ends = _mm_xor_si128(k[0], k[AES_ROUNDS]);
  __m128i before = aes_load(iv + 16), now = aes_load(in);
  __m128i s = aes_xor3(now, aes_load(iv), k[0]);
  for (size_t i = 1; i < blocks; i++) {
    __m128i next = aes_load(in + 16 * i);
    s = aes_encrypt_block(s, k, aes_xor3(ends, before, next));
    aes_store(out + 16 * (i - 1), aes_xor3(s, next, k[0]));
    before = now;
    now = next;
  }
  aes_store(out + 16 * (blocks - 1),
            aes_encrypt_block(s, k, _mm_xor_si128(k[AES_ROUNDS], before)));
  aes_wipe(k);
}

CG_AES_CODE static void decrypt(const uint8_t key[32], const uint8_t iv[32],
                                const uint8_t *in, uint8_t *out, size_t blocks) {
  if (!blocks) return;
  __m128i k[AES_ROUNDS + 1];
  aes_expand(key, k);
  aes_turn_round(k);
  const __m128i ends = _mm_xor_si128(k[0], k[AES_ROUNDS]);
  __m128i before = aes_load(iv), now = aes_load(in);
  __m128i s = aes_xor3(now, aes_load(iv + 16), k[0]);
  for (size_t i = 1; i < blocks; i++) {
    __m128i next = aes_load(in + 16 * i);
    s = aes_decrypt_block(s, k, aes_xor3(ends, before, next));
    aes_store(out + 16 * (i - 1), aes_xor3(s, next, k[0]));
    before = now;
    now = next;
  }
  aes_store(out + 16 * (blocks - 1),
            aes_decrypt_block(s, k, _mm_xor_si128(k[AES_ROUNDS], before)));
  aes_wipe(k);
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
