/* SPDX-License-Identifier: MIT */
/* wipe.c - see wipe.h for the contract. */
#include "wipe.h"

#include <openssl/crypto.h>
#include <string.h>

void cg_wipe(void *p, size_t n) {
  if (n) explicit_bzero(p, n);
}

bool cg_equal_ct(const void *a, const void *b, size_t n) {
  return CRYPTO_memcmp(a, b, n) == 0;
}
