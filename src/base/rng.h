/* SPDX-License-Identifier: MIT */
/*
 * rng.h - where random bytes come from. Protocol objects are given one; the
 * drivers give the system's, tests give a repeatable one.
 */
#ifndef CG_RNG_H
#define CG_RNG_H

#include "err.h"

typedef struct {
  cg_err (*fill)(void *ctx, void *out, size_t len); /* all of it, or an error */
  void *ctx;
} cg_rng;

/* Fills `out` with `len` random bytes. RANDOM: `out` must not be used and the
 * operation that needs it must fail. */
static inline CG_MUST_USE cg_err cg_rng_fill(const cg_rng *rng, void *out, size_t len) {
  return rng->fill(rng->ctx, out, len);
}

#endif
