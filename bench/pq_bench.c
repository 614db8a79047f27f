/* SPDX-License-Identifier: MIT */
/*
 * pq_bench.c - time of one factorisation, over numbers as servers draw them (two 31-bit
 * primes) and over the largest that the protocol allows (63 bits).
 */
#include "bench.h"
#include "pq.h"

#include <stdio.h>

enum { COUNT = 64 };

typedef struct {
  uint64_t pq[COUNT];
  uint64_t found; /* kept, so that nothing is left out */
} numbers;

static void factor_all(void *ctx, int variant) {
  numbers *n = ctx;
  uint64_t p, q;
  (void)variant;
  for (int i = 0; i < COUNT; i++)
    if (!cg_pq_factor(n->pq[i], &p, &q)) n->found += p;
}

static cg_err repeatable(void *ctx, void *out, size_t len) {
  uint64_t *x = ctx;
  for (size_t i = 0; i < len; i++) {
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    ((uint8_t *)out)[i] = (uint8_t)(*x >> 56);
  }
  return CG_OK;
}

/* Products of p, and of the 63-bit kind, which are found by trying odd numbers. */
static int fill(numbers *usual, numbers *large) {
  uint64_t seed = 1, p, q, x = INT64_MAX;
  const cg_rng rng = { repeatable, &seed };
  for (int i = 0; i < COUNT; i++)
    if (cg_pq_make(&rng, &usual->pq[i], &p, &q)) return 1;
  for (int i = 0; i < COUNT; x -= 2)
    if (!cg_pq_factor(x, &p, &q) && p >> 30) large->pq[i++] = x;
  return 0;
}

int main(void) {
  static numbers usual, large;
  if (fill(&usual, &large)) return 1;
  bench_case cases[] = {
    { "two 31-bit primes", factor_all, &usual, 0, 0, 0 },
    { "63 bits, smaller prime from 2^30", factor_all, &large, 0, 0, 0 },
  };
  bench_run(cases, 2);
  printf("pq, mean of %d numbers\n", COUNT);
  for (int i = 0; i < 2; i++)
    printf("%-36s %8.1f us\n", cases[i].name, cases[i].ns / COUNT / 1e3);
  return usual.found == 0 || large.found == 0;
}
