/* SPDX-License-Identifier: MIT */
/*
 * ige_impl.h - the kernels behind ige.h, for its dispatch, its tests and the bench.
 * Private to this folder.
 */
#ifndef CG_IGE_IMPL_H
#define CG_IGE_IMPL_H

#include <stddef.h>
#include <stdint.h>

/* A kernel works on whole blocks; in == out is allowed. */
typedef void cg_ige_fn(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in,
                       uint8_t *out, size_t blocks);

typedef struct {
  const char *name;
  cg_ige_fn *encrypt, *decrypt;
} cg_ige_impl;

/* Bitsliced; runs everywhere. */
const cg_ige_impl *cg_ige_portable(void);

/* With the AES instructions of x86; NULL if this processor or build has none. */
const cg_ige_impl *cg_ige_x86(void);

#endif
