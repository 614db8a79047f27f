/* SPDX-License-Identifier: MIT */
/* octets.c - see octets.h. */
#include "octets.h"

#include <string.h>

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char digits[] = "0123456789abcdef";

void cg_octets_base64(cg_buf *b, cg_bytes v) {
  for (size_t i = 0; i < v.len; i += 3) {
    size_t n = v.len - i < 3 ? v.len - i : 3;
    uint8_t in[3] = { 0 };
    memcpy(in, v.at + i, n);
    char out[4] = { letters[in[0] >> 2], letters[(in[0] & 3) << 4 | in[1] >> 4],
                    letters[(in[1] & 15) << 2 | in[2] >> 6], letters[in[2] & 63] };
    for (size_t k = n + 1; k < 4; k++) out[k] = '=';
    cg_buf_put(b, out, sizeof out);
  }
}

void cg_octets_hex(cg_buf *b, cg_bytes v) {
  for (size_t i = 0; i < v.len; i++)
    cg_buf_put(b, (char[2]){ digits[v.at[i] >> 4], digits[v.at[i] & 15] }, 2);
}

/* Place of `c` in `set`, -1 if it is not there. */
static int value_of(const char *set, uint8_t c) {
  const char *at = c ? strchr(set, c) : NULL;
  return at ? (int)(at - set) : -1;
}

/* Room for `len` bytes; never NULL for none. */
static cg_err make_room(cg_arena *arena, size_t len, uint8_t **to, cg_bytes *out) {
  *to = cg_arena_alloc(arena, len + 1);
  *out = (cg_bytes){ *to, len };
  return *to ? CG_OK : CG_E_MEMORY;
}

cg_err cg_octets_of_base64(cg_bytes text, cg_arena *arena, cg_bytes *out) {
  uint8_t *to;
  uint32_t bits = 0;
  size_t len = text.len;
  while (len && text.len - len < 2 && text.at[len - 1] == '=') len--;
  if (text.len % 4 || (len < text.len && !len)) return CG_E_MALFORMED;
  cg_err err = make_room(arena, len * 3 / 4, &to, out);
  for (size_t i = 0; !err && i < len; i++) {
    int v = value_of(letters, text.at[i]);
    if (v < 0) return CG_E_MALFORMED;
    bits = bits << 6 | (uint32_t)v;
    if (i % 4) to[i / 4 * 3 + i % 4 - 1] = (uint8_t)(bits >> (6 - i % 4 * 2));
  }
  return err;
}

cg_err cg_octets_of_hex(cg_bytes text, cg_arena *arena, cg_bytes *out) {
  uint8_t *to;
  if (text.len % 2) return CG_E_MALFORMED;
  cg_err err = make_room(arena, text.len / 2, &to, out);
  for (size_t i = 0; !err && i < text.len; i++) {
    int v = value_of(digits, text.at[i]);
    if (v < 0) return CG_E_MALFORMED;
    to[i / 2] = (uint8_t)(to[i / 2] << 4 | v);
  }
  return err;
}
