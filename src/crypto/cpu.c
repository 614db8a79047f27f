/* SPDX-License-Identifier: MIT */
/* cpu.c - see cpu.h for the contract. */
#include "cpu.h"

#include <stdatomic.h>

enum { KNOWN = 1 << 30 };

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

/* The system saves vector and mask registers of AVX-512 when it switches tasks. */
static bool saves_avx512(unsigned leaf1_ecx) {
  const unsigned needed = 0xe6; /* XMM, YMM, masks, upper halves, upper registers */
  unsigned low, high;
  if (!(leaf1_ecx & bit_OSXSAVE)) return false;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & needed) == needed;
}

static int probe(void) {
  unsigned a, b, c, d, b7, c7, d7;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) b7 = 0;
  bool aes = c & bit_AES && c & bit_SSSE3;
  bool sha = b7 & 1u << 29 && c & bit_SSE4_1;
  bool ifma = b7 & bit_AVX512F && b7 & bit_AVX512IFMA && saves_avx512(c);
  return (aes ? CG_CPU_AES : 0) | (sha ? CG_CPU_SHA : 0) | (ifma ? CG_CPU_IFMA : 0);
}
#else
static int probe(void) {
  return 0;
}
#endif

/* CPUID traps in virtual machines and costs microseconds there, so its answer is kept.
 * Threads that come at the same time find out the same. */
bool cg_cpu_has(cg_cpu_feature feature) {
  static _Atomic int cache;
  int have = atomic_load_explicit(&cache, memory_order_relaxed);
  if (!have) {
    have = probe() | KNOWN;
    atomic_store_explicit(&cache, have, memory_order_relaxed);
  }
  return have & (int)feature;
}
