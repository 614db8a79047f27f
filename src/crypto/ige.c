/* SPDX-License-Identifier: MIT */
/* ige.c - see ige.h for the contract. The kernels are in ige_x86.c, ige_portable.c. */
#include "ige.h"

#include "ige_impl.h"

static const cg_ige_impl *best(void) {
  const cg_ige_impl *x86 = cg_ige_x86();
  return x86 ? x86 : cg_ige_portable();
}

cg_err cg_ige_encrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in,
                      uint8_t *out, size_t len) {
  if (len % 16) return CG_E_USAGE;
  best()->encrypt(key, iv, in, out, len / 16);
  return CG_OK;
}

cg_err cg_ige_decrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in,
                      uint8_t *out, size_t len) {
  if (len % 16) return CG_E_USAGE;
  best()->decrypt(key, iv, in, out, len / 16);
  return CG_OK;
}
