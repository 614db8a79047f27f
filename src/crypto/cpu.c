/* SPDX-License-Identifier: MIT */
/* cpu.c - see cpu.h for the contract. */
#include "cpu.h"

#include <stdatomic.h>

enum { KNOWN = 1 << 30 };

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

static int probe(void) {
  unsigned a, b, c, d, b7 = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  bool ssse3 = c & bit_SSSE3, sse41 = c & bit_SSE4_1, aes = c & bit_AES;
  if (!__get_cpuid_count(7, 0, &a, &b7, &c, &d)) b7 = 0;
  return (aes && ssse3 ? CG_CPU_AES : 0) |
         ((b7 & 1u << 29) && ssse3 && sse41 ? CG_CPU_SHA : 0);
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
