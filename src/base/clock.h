/* SPDX-License-Identifier: MIT */
/*
 * clock.h - how time is written. Nothing below the drivers reads a clock: `now_us`
 * is an argument. It is unix time in microseconds, taken once from the wall clock
 * and then carried on by the monotonic one, so it never goes back.
 */
#ifndef CG_CLOCK_H
#define CG_CLOCK_H

#include <stdint.h>

#define CG_SECOND UINT64_C(1000000)
#define CG_NEVER UINT64_MAX /* a deadline that is none */

static inline int64_t cg_unix(uint64_t now_us) {
  return (int64_t)(now_us / CG_SECOND);
}

#endif
