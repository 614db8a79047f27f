/* SPDX-License-Identifier: MIT */
/*
 * pq.h - the proof of work of the key exchange: a product of two primes.
 *
 * https://core.telegram.org/mtproto/auth_key (protocol.md 69, 102, 357)
 */
#ifndef CG_PQ_H
#define CG_PQ_H

#include "rng.h"

/* Splits pq into p < q, both prime. Ends after a bounded amount of work. MALFORMED for
 * everything else: 0, 1, primes, squares, even numbers, more than two factors, 2^63 and
 * up. */
CG_MUST_USE cg_err cg_pq_factor(uint64_t pq, uint64_t *p, uint64_t *q);

/* Draws two different 31-bit primes, p < q, and gives their product too. RANDOM. */
CG_MUST_USE cg_err cg_pq_make(const cg_rng *rng, uint64_t *pq, uint64_t *p, uint64_t *q);

#endif
