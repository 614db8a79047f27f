/* SPDX-License-Identifier: MIT */
/*
 * power_x86.h - modular powers of 2048 bits with AVX-512 IFMA. Private to this folder.
 */
#ifndef CG_POWER_X86_H
#define CG_POWER_X86_H

#include "err.h"

/* out = base ^ exponent mod m, all big-endian; `out` may be an input. Time and memory
 * addresses depend on none of base, exponent and result. False, with nothing written,
 * if the processor has no such instructions or m is even or below 2^2046. */
CG_MUST_USE bool cg_power_x86(const uint8_t m[256], const uint8_t base[256],
                              const uint8_t exponent[256], uint8_t out[256]);

#endif
