/* SPDX-License-Identifier: MIT */
/*
 * prime.h - primality of numbers that a peer chose. Private to this folder.
 */
#ifndef CG_PRIME_H
#define CG_PRIME_H

#include "rng.h"

#include <openssl/types.h>

enum { CG_PRIME_MAX = 2048 }; /* bits */

/* WEAK if n, odd and of 64 to CG_PRIME_MAX bits, is composite. Miller-Rabin with random
 * bases: a composite passes with a chance below 2^-64, whoever made it. USAGE for other
 * numbers; RANDOM, MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_prime_check(const BIGNUM *n, BN_CTX *ctx, const cg_rng *rng);

/* WEAK if p, of the same kind, is composite, given that (p - 1) / 2 is prime: one power
 * then proves it, by Pocklington's theorem. Proves nothing otherwise. */
CG_MUST_USE cg_err cg_prime_check_double(const BIGNUM *p, BN_CTX *ctx);

#endif
