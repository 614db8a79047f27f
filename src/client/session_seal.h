/* SPDX-License-Identifier: MIT */
/*
 * session_seal.h - a session file that nobody reads without its passphrase.
 *
 *   "CGSEALD\n"  version:u32 = 1  length:u32  payload[length]  SHA-256 of all before
 *   payload: log_n:u32  p:u32  salt[16]  nonce[12]  sealed[]  tag[16]
 *
 * Little-endian. The key is scrypt(passphrase, salt, N = 2^log_n, r = 8, p), and what is
 * sealed with AES-256-GCM is a whole session file (session_data.h); all that stands
 * before the nonce is authenticated with it. The check sum tells damage from a wrong
 * passphrase. protocol.md 319
 */
#ifndef CG_SESSION_SEAL_H
#define CG_SESSION_SEAL_H

#include "buf.h"
#include "rng.h"

/* What a file is sealed with; zeroed: nothing. The passphrase is kept until a key is made
 * of it, which then serves for every file of one client. */
typedef struct {
  char *passphrase;
  bool ready;
  uint32_t log_n, p;
  uint8_t salt[16], key[32];
} cg_seal;

/* Copies the passphrase; NULL: files are not sealed. USAGE: it is empty; MEMORY. */
CG_MUST_USE cg_err cg_seal_init(cg_seal *s, const char *passphrase);
void cg_seal_wipe(cg_seal *s);
bool cg_seal_is_on(const cg_seal *s);

/* True for the bytes of a sealed file. */
bool cg_seal_is(cg_bytes file);

/* Appends `plain`, sealed. The first time a salt is drawn and a key made: 150 ms. RANDOM,
 * CRYPTO, MEMORY. */
CG_MUST_USE cg_err cg_seal_close(cg_seal *s, const cg_rng *rng, cg_bytes plain,
                                 cg_buf *out);

/* Appends what is sealed in `file`. `s` may be NULL or have no passphrase: REFUSED.
 * CORRUPT (with what is wrong), VERIFY (the passphrase is wrong), CRYPTO, MEMORY. */
CG_MUST_USE cg_err cg_seal_open(cg_seal *s, cg_bytes file, cg_buf *out, cg_fault *fault);

#endif
