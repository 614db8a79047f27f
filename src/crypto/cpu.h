/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - what the processor can do, found out once. Private to this folder.
 */
#ifndef CG_CPU_H
#define CG_CPU_H

#include <stdbool.h>

typedef enum {
  CG_CPU_AES = 1, /* AES-NI and SSSE3 */
  CG_CPU_SHA = 2, /* SHA-NI and SSE4.1 */
  CG_CPU_IFMA = 4 /* AVX-512 F and IFMA, with the registers saved by the system */
} cg_cpu_feature;

/* False for everything on processors that are not x86. */
bool cg_cpu_has(cg_cpu_feature feature);

#endif
