/* SPDX-License-Identifier: MIT */
/*
 * srp.h - two-step verification: proof that the other side knows a password, or what was
 * made of it, without showing either (SRP-6a as Telegram has it).
 *
 * A password is turned into x, which takes 50 ms and can be done on another thread. The
 * server keeps v = g^x and the two salts, and nothing else. To log in, the server offers
 * B; the client answers with A and the proof M1, and the server checks M1. Each offer
 * serves once.
 *
 * Numbers are 256 bytes, big-endian, leading zeros kept; those that come from the peer
 * may be shorter. Whoever is given x or b wipes it. After an error all outputs are zero.
 * Every function may also fail with MEMORY or CRYPTO.
 *
 * https://core.telegram.org/api/srp (login.md 4.3, protocol.md 293-308)
 */
#ifndef CG_SRP_H
#define CG_SRP_H

#include "dh.h"

enum {
  CG_SRP_SIZE = CG_DH_SIZE,
  CG_SRP_HASH = 32,        /* x, M1 */
  CG_SRP_SALT1_PREFIX = 8, /* of a new salt1, drawn by the server */
  CG_SRP_SALT1_OWN = 32,   /* what the client puts behind it */
  CG_SRP_SALT2 = 16
};

/* passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow, the only one. */
typedef struct {
  const uint8_t *prime; /* CG_SRP_SIZE bytes */
  int32_t g;
  cg_bytes salt1, salt2;
} cg_srp_algo;

/* x of a password in UTF-8. Slow; needs no more of `algo` than the salts. */
CG_MUST_USE cg_err cg_srp_hash(const cg_srp_algo *algo, cg_bytes password,
                               uint8_t x[CG_SRP_HASH]);

/* v for a new password. WEAK: prime and g are not safe, they must not be used. `rng` is
 * for the test of the prime. */
CG_MUST_USE cg_err cg_srp_verifier(const cg_srp_algo *algo, const uint8_t x[CG_SRP_HASH],
                                   const cg_rng *rng, uint8_t v[CG_SRP_SIZE]);

/* --- the client ------------------------------------------------------------ */

/* A and M1 for the server's B. WEAK: prime and g, or B, are not safe: do not answer.
 * All of the secret exponent is drawn from `rng`, nothing of it from the server. */
CG_MUST_USE cg_err cg_srp_prove(const cg_srp_algo *algo, const uint8_t x[CG_SRP_HASH],
                                cg_bytes b_pub, const cg_rng *rng,
                                uint8_t a_pub[CG_SRP_SIZE], uint8_t m1[CG_SRP_HASH]);

/* --- the server ------------------------------------------------------------ */

/* Draws b until B and g^b are in the range that clients ask for. RANDOM; WEAK (not in 16
 * draws: v or the random numbers are broken). The group must be a good one. */
CG_MUST_USE cg_err cg_srp_offer(const cg_srp_algo *algo, const uint8_t v[CG_SRP_SIZE],
                                const cg_rng *rng, uint8_t b[CG_SRP_SIZE],
                                uint8_t b_pub[CG_SRP_SIZE]);

/* Checks the client's answer to an offer. WEAK: A is none (too long, 0, p, near 0 or p,
 * or it makes u zero). VERIFY: M1 is not that of the password. */
CG_MUST_USE cg_err cg_srp_check(const cg_srp_algo *algo, const uint8_t v[CG_SRP_SIZE],
                                const uint8_t b[CG_SRP_SIZE],
                                const uint8_t b_pub[CG_SRP_SIZE], cg_bytes a_pub,
                                cg_bytes m1);

#endif
