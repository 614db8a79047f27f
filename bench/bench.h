/* SPDX-License-Identifier: MIT */
/*
 * bench.h - time of small pieces of work, for the programs of this folder.
 *
 * Every piece is run in turn, many rounds, and its fastest round counts: what else the
 * machine does only ever makes a round slower. Figures are compared within one run.
 */
#ifndef CG_BENCH_H
#define CG_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { BENCH_ROUNDS = 60, BENCH_ROUND_NS = 1000000 };

typedef struct {
  const char *name;
  void (*work)(void *ctx, int variant);
  void *ctx;
  int variant;
  uint64_t times; /* calls in a round */
  double ns;      /* nanoseconds of one call, in the fastest round */
} bench_case;

static inline double bench_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline double bench_round(bench_case *c) {
  double start = bench_now();
  for (uint64_t i = 0; i < c->times; i++) c->work(c->ctx, c->variant);
  return bench_now() - start;
}

/* Fills `ns` of each case. */
static inline void bench_run(bench_case *cases, size_t count) {
  for (size_t i = 0; i < count; i++) {
    cases[i].times = 1;
    while (bench_round(&cases[i]) < BENCH_ROUND_NS) cases[i].times *= 2;
    cases[i].ns = 1e18;
  }
  for (int round = 0; round < BENCH_ROUNDS; round++)
    for (size_t i = 0; i < count; i++) {
      double ns = bench_round(&cases[i]) / (double)cases[i].times;
      if (ns < cases[i].ns) cases[i].ns = ns;
    }
}

#endif
