/* SPDX-License-Identifier: MIT */
/*
 * obfuscation.h - how a stream begins: which transport its first bytes announce, and
 * the 64-byte header after which both directions are AES-256-CTR.
 *
 * The same function tells a server what it reads and a client what it may draw, so
 * that no header can be taken for another transport.
 *
 * https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation
 * (protocol.md 40, 45-48)
 */
#ifndef CG_OBFUSCATION_H
#define CG_OBFUSCATION_H

#include "ctr.h"
#include "rng.h"

enum { CG_OBFUSCATION_HEADER = 64 };

typedef enum {
  CG_OPENING_SHORT, /* cannot be told yet: at most 8 bytes are needed */
  CG_OPENING_ABRIDGED,
  CG_OPENING_INTERMEDIATE,
  CG_OPENING_PADDED,
  CG_OPENING_FULL,
  CG_OPENING_HTTP,
  CG_OPENING_OBFUSCATED
} cg_opening;

/* What a client speaks that begins with `head`. Says SHORT for no longer than needed. */
cg_opening cg_opening_of(cg_bytes head);

typedef struct {
  cg_ctr in, out; /* what this side receives, and what it sends */
} cg_obfuscation;

/* The client's side: draws a header that says `tag` and `dc`. `rng` may be asked more
 * than once. RANDOM, MEMORY, CRYPTO: `o` is as wiped. */
CG_MUST_USE cg_err cg_obfuscation_client(cg_obfuscation *o, uint32_t tag, int16_t dc,
                                         const cg_rng *rng,
                                         uint8_t header[CG_OBFUSCATION_HEADER]);

/* The server's side: takes the header that came. The tag is the caller's to judge; the
 * dc is not looked at, since half of all clients leave it random. MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_obfuscation_server(cg_obfuscation *o,
                                         const uint8_t header[CG_OBFUSCATION_HEADER],
                                         uint32_t *tag);

void cg_obfuscation_wipe(cg_obfuscation *o);

#endif
