/* SPDX-License-Identifier: MIT */
/*
 * auth_key.h - an authorization key and what is derived from it.
 */
#ifndef CG_AUTH_KEY_H
#define CG_AUTH_KEY_H

#include "err.h"

typedef enum { CG_CLIENT, CG_SERVER } cg_role;

/* A server that loaded the key from its store has zeros behind the bytes that the
 * algorithm needs (0..135); id and aux_hash are then stored beside them. */
typedef struct {
  uint8_t key[256];
  uint64_t id;       /* SHA1(key)[12:20], little-endian as on the wire */
  uint64_t aux_hash; /* SHA1(key)[0:8] */
} cg_auth_key;

/* Derives id and aux_hash from 256 bytes, which may be k->key (protocol.md 94).
 * MEMORY, CRYPTO: `k` is wiped. */
CG_MUST_USE cg_err cg_auth_key_init(cg_auth_key *k, const uint8_t key[256]);

void cg_auth_key_wipe(cg_auth_key *k);

#endif
