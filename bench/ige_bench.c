/* SPDX-License-Identifier: MIT */
/*
 * ige_bench.c - AES-256-IGE of one stream against the limit that the processor sets:
 * 14 rounds, each waiting for the one before. That chain is measured in the same run,
 * and so is IGE made of OpenSSL's AES-256-ECB block by block. One round is taken to be
 * 4 cycles (Zen 1 to 4; 3 on newer Intel), which only scales the cycles column.
 */
#include "bench.h"
#include "ige_impl.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

enum { MOST = 1 << 20, CYCLES = 4, AES_ROUNDS = 14, CHAIN = 1000 };

static uint8_t key[32] = { 1 }, iv[32] = { 2 };
static uint8_t *data;

/* `variant` is the length in bytes; the sign tells the direction. */
static void with_kernel(void *ctx, int variant) {
  const cg_ige_impl *impl = ctx;
  size_t blocks = (size_t)abs(variant) / 16;
  (variant < 0 ? impl->decrypt : impl->encrypt)(key, iv, data, data, blocks);
}

static void add(uint64_t *to, const uint64_t *what) {
  to[0] ^= what[0];
  to[1] ^= what[1];
}

static void with_openssl(void *ctx, int variant) {
  EVP_CIPHER_CTX *cipher = ctx;
  int decrypt = variant < 0, n;
  uint64_t before[2], after[2], now[2];
  EVP_CipherInit_ex2(cipher, NULL, key, NULL, !decrypt, NULL);
  EVP_CIPHER_CTX_set_padding(cipher, 0);
  memcpy(before, iv + (decrypt ? 0 : 16), 16);
  memcpy(after, iv + (decrypt ? 16 : 0), 16);
  for (uint8_t *p = data; p < data + abs(variant); p += 16) {
    memcpy(now, p, 16);
    add(after, now);
    EVP_CipherUpdate(cipher, (uint8_t *)after, &n, (uint8_t *)after, 16);
    add(after, before);
    memcpy(p, after, 16);
    memcpy(before, now, 16);
  }
}

#if defined(__x86_64__) || defined(__i386__)
/* CHAIN blocks of nothing but rounds. */
__attribute__((target("aes"))) static void chain(void *ctx, int variant) {
  (void)variant;
  __m128i k = _mm_set1_epi32(0x1234567), s = _mm_loadu_si128(ctx);
  for (int i = 0; i < AES_ROUNDS * CHAIN; i++) s = _mm_aesenc_si128(s, k);
  _mm_storeu_si128(ctx, s);
}
#endif

/* Nanoseconds per byte that no kernel can beat; 0 where it is not known. */
static double measure_limit(void) {
#if defined(__x86_64__) || defined(__i386__)
  uint8_t block[16] = { 0 };
  bench_case c = { "limit", chain, block, 0, 0, 0 };
  if (!cg_ige_x86()) return 0;
  bench_run(&c, 1);
  return c.ns / (16 * CHAIN);
#else
  return 0;
#endif
}

static void compare(int len, double limit, EVP_CIPHER_CTX *cipher) {
  const cg_ige_impl *impls[] = { cg_ige_x86(), cg_ige_portable() };
  bench_case cases[6];
  size_t count = 0;
  for (int i = 0; i < 2; i++)
    for (int sign = 1; impls[i] && sign >= -1; sign -= 2) {
      union {
        const void *in;
        void *out;
      } ctx = { impls[i] };
      cases[count++] =
          (bench_case){ impls[i]->name, with_kernel, ctx.out, sign * len, 0, 0 };
    }
  for (int sign = 1; sign >= -1; sign -= 2)
    cases[count++] =
        (bench_case){ "OpenSSL ECB", with_openssl, cipher, sign * len, 0, 0 };
  bench_run(cases, count);
  for (size_t i = 0; i < count; i++) {
    double per_byte = cases[i].ns / len, peer = cases[count - 2 + i % 2].ns / len;
    printf("%8d  %-12s %s %9.1f", len, cases[i].name, i % 2 ? "dec" : "enc",
           1e3 / per_byte);
    if (limit > 0)
      printf(" %8.2f %8.3f", per_byte / limit * CYCLES * AES_ROUNDS / 16,
             limit / per_byte);
    printf(" %8.2f\n", peer / per_byte);
  }
}

int main(void) {
  static const int lengths[] = { 64, 1 << 10, 16 << 10, MOST };
  EVP_CIPHER *ecb = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
  EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
  data = calloc(1, MOST);
  if (!ecb || !cipher || !data || !EVP_CipherInit_ex2(cipher, ecb, NULL, NULL, 1, NULL))
    return 1;
  double limit = measure_limit();
  printf("AES-256-IGE, key set-up included; one stream, calls follow each other\n");
  printf("   bytes  kernel       dir      MB/s");
  printf(limit > 0 ? "      c/B of limit  x ECB\n" : "    x ECB\n");
  for (int i = 0; i < 4; i++) compare(lengths[i], limit, cipher);
  EVP_CIPHER_CTX_free(cipher);
  EVP_CIPHER_free(ecb);
  free(data);
  return 0;
}
