/* SPDX-License-Identifier: MIT */
/* auth_key.c - see auth_key.h for the contract. */
#include "auth_key.h"

#include "hash.h"
#include "wipe.h"

#include <string.h>

static uint64_t load64(const uint8_t *p) {
  uint64_t v = 0;
  for (size_t i = 8; i-- > 0;) v = v << 8 | p[i];
  return v;
}

cg_err cg_auth_key_init(cg_auth_key *k, const uint8_t key[256]) {
  uint8_t hash[20];
  cg_bytes all = { key, sizeof k->key };
  cg_err err = cg_sha1(&all, 1, hash);
  if (err) {
    cg_auth_key_wipe(k);
    return err;
  }
  memmove(k->key, key, sizeof k->key);
  k->aux_hash = load64(hash);
  k->id = load64(hash + 12);
  cg_wipe(hash, sizeof hash);
  return CG_OK;
}

void cg_auth_key_wipe(cg_auth_key *k) {
  cg_wipe(k, sizeof *k);
}
