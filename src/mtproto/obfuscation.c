/* SPDX-License-Identifier: MIT */
/*
 * obfuscation.c - see obfuscation.h for the contract.
 *
 * Header: 8 random bytes | key 32 | iv 16 | tag 4, dc 2, 2 random bytes. The last 8
 * are sent encrypted, and the key stream goes on behind them. The other direction
 * has the 48 bytes of key and iv reversed.
 */
#include "obfuscation.h"

#include "wipe.h"

#include <string.h>

enum { KEY_AT = 8, IV_AT = 40, TAG_AT = 56, DC_AT = 60, SECRETS = 48, TRIES = 64 };

/* Begins a TLS record. No transport starts so, and no client may draw it. */
static const uint8_t TLS[4] = { 0x16, 0x03, 0x01, 0x02 };

static bool starts(cg_bytes head, const void *four) {
  return !memcmp(head.at, four, 4);
}

cg_opening cg_opening_of(cg_bytes head) {
  if (!head.len) return CG_OPENING_SHORT;
  if (head.at[0] == 0xef) return CG_OPENING_ABRIDGED;
  if (head.len < 4) return CG_OPENING_SHORT;
  if (starts(head, "\xee\xee\xee\xee")) return CG_OPENING_INTERMEDIATE;
  if (starts(head, "\xdd\xdd\xdd\xdd")) return CG_OPENING_PADDED;
  if (starts(head, "GET ") || starts(head, "POST") || starts(head, "HEAD") ||
      starts(head, "OPTI"))
    return CG_OPENING_HTTP;
  if (head.len < 8) return CG_OPENING_SHORT;
  return memcmp(head.at + 4, "\0\0\0\0", 4) ? CG_OPENING_OBFUSCATED : CG_OPENING_FULL;
}

static cg_err derive(cg_obfuscation *o, const uint8_t *header, cg_ctr *to_server,
                     cg_ctr *to_client) {
  uint8_t reversed[SECRETS];
  for (size_t i = 0; i < SECRETS; i++) reversed[i] = header[KEY_AT + SECRETS - 1 - i];
  *o = (cg_obfuscation){ 0 };
  cg_err err = cg_ctr_init(to_server, header + KEY_AT, header + IV_AT);
  if (!err) err = cg_ctr_init(to_client, reversed, reversed + IV_AT - KEY_AT);
  cg_wipe(reversed, sizeof reversed);
  if (err) cg_obfuscation_wipe(o);
  return err;
}

/* The end of the header as the key stream leaves it, which also moves the stream on. */
static cg_err cross(cg_obfuscation *o, cg_ctr *stream, const uint8_t *header,
                    uint8_t end[CG_OBFUSCATION_HEADER - TAG_AT]) {
  uint8_t all[CG_OBFUSCATION_HEADER];
  memcpy(all, header, sizeof all);
  cg_err err = cg_ctr_xor(stream, all, sizeof all);
  memcpy(end, all + TAG_AT, sizeof all - TAG_AT);
  cg_wipe(all, sizeof all);
  if (err) cg_obfuscation_wipe(o);
  return err;
}

static cg_err draw(const cg_rng *rng, uint8_t *header) {
  for (int i = 0; i < TRIES; i++) {
    cg_err err = cg_rng_fill(rng, header, CG_OBFUSCATION_HEADER);
    if (err) return err;
    cg_bytes head = { header, CG_OBFUSCATION_HEADER };
    if (cg_opening_of(head) == CG_OPENING_OBFUSCATED && !starts(head, TLS)) return CG_OK;
  }
  return CG_E_RANDOM; /* such bytes are not random */
}

cg_err cg_obfuscation_client(cg_obfuscation *o, uint32_t tag, int16_t dc,
                             const cg_rng *rng, uint8_t header[CG_OBFUSCATION_HEADER]) {
  *o = (cg_obfuscation){ 0 };
  cg_err err = draw(rng, header);
  if (err) return err;
  for (size_t i = 0; i < 4; i++) header[TAG_AT + i] = (uint8_t)(tag >> 8 * i);
  for (size_t i = 0; i < 2; i++) header[DC_AT + i] = (uint8_t)((uint16_t)dc >> 8 * i);
  err = derive(o, header, &o->out, &o->in);
  return err ? err : cross(o, &o->out, header, header + TAG_AT);
}

cg_err cg_obfuscation_server(cg_obfuscation *o,
                             const uint8_t header[CG_OBFUSCATION_HEADER], uint32_t *tag) {
  uint8_t end[CG_OBFUSCATION_HEADER - TAG_AT];
  cg_err err = derive(o, header, &o->in, &o->out);
  if (!err) err = cross(o, &o->in, header, end);
  if (err) return err;
  *tag = end[0] | (uint32_t)end[1] << 8 | (uint32_t)end[2] << 16 | (uint32_t)end[3] << 24;
  return CG_OK;
}

void cg_obfuscation_wipe(cg_obfuscation *o) {
  cg_ctr_wipe(&o->in);
  cg_ctr_wipe(&o->out);
}
