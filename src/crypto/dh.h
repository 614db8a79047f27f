/* SPDX-License-Identifier: MIT */
/*
 * dh.h - Diffie-Hellman over 2048-bit safe primes, with every check that the security
 * guidelines ask of both sides.
 *
 * Numbers are 256 bytes, big-endian, leading zeros kept. A power takes the same
 * time whatever its exponent is.
 *
 * https://core.telegram.org/mtproto/security_guidelines (protocol.md 81-86, 111, 115)
 */
#ifndef CG_DH_H
#define CG_DH_H

#include "rng.h"

enum { CG_DH_SIZE = 256 };

/* The prime that Telegram's servers use (C71CAEB9...), good with g = 3. */
extern const uint8_t cg_dh_prime[CG_DH_SIZE];
enum { CG_DH_G = 3 };

/* WEAK unless prime has 2048 bits, prime and (prime - 1) / 2 are prime, and g is one of
 * 2..7 that generates the subgroup of that order. The known prime skips the test of
 * primality (60 ms otherwise), nothing else. `rng` draws the bases of Miller-Rabin.
 * RANDOM, MEMORY, CRYPTO: nothing is known about the group, do not use it. */
CG_MUST_USE cg_err cg_dh_check_group(const uint8_t prime[CG_DH_SIZE], int32_t g,
                                     const cg_rng *rng);

/* WEAK unless 1 < v < prime - 1 and 2^1984 <= v <= prime - 2^1984. */
CG_MUST_USE cg_err cg_dh_check_public(const uint8_t prime[CG_DH_SIZE],
                                      const uint8_t v[CG_DH_SIZE]);

/* out = base ^ exponent mod prime; constant-time in the exponent. `out` may be one of the
 * inputs. USAGE if prime is even; MEMORY, CRYPTO: `out` is zeroed. */
CG_MUST_USE cg_err cg_dh_power(const uint8_t prime[CG_DH_SIZE],
                               const uint8_t base[CG_DH_SIZE],
                               const uint8_t exponent[CG_DH_SIZE],
                               uint8_t out[CG_DH_SIZE]);

/* Draws secrets until pub = g ^ secret mod prime passes cg_dh_check_public(). The
 * caller wipes `secret`. RANDOM, MEMORY, CRYPTO, WEAK (no good value in 16 draws: the
 * group or the random numbers are broken): both are zeroed. */
CG_MUST_USE cg_err cg_dh_generate(const uint8_t prime[CG_DH_SIZE], int32_t g,
                                  const cg_rng *rng, uint8_t secret[CG_DH_SIZE],
                                  uint8_t pub[CG_DH_SIZE]);

#endif
