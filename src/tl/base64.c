/* SPDX-License-Identifier: MIT */
/* base64.c - see base64.h. */
#include "base64.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* Four letters for three bytes, with padding behind the last. */
static size_t encode(cg_bytes in, const char *alphabet, char *out) {
  size_t len = 0;
  for (size_t i = 0; i < in.len; i += 3) {
    size_t n = in.len - i;
    uint32_t v = (uint32_t)in.at[i] << 16 | (n > 1 ? (uint32_t)in.at[i + 1] << 8 : 0) |
                 (n > 2 ? in.at[i + 2] : 0u);
    for (size_t k = 0; k < 4; k++)
      out[len++] = k > n ? '=' : alphabet[v >> (18 - 6 * k) & 63];
  }
  return len;
}

cg_bytes cg_base64(cg_bytes in, cg_arena *arena) {
  if (in.len > SIZE_MAX / 2) return (cg_bytes){ 0 };
  char *out = cg_arena_alloc(arena, CG_BASE64_SIZE(in.len));
  if (!out) return (cg_bytes){ 0 };
  return (cg_bytes){ (const uint8_t *)out, encode(in, LETTERS "+/", out) };
}

void cg_base64_url(cg_bytes in, char *out) {
  size_t len = encode(in, LETTERS "-_", out);
  while (len && out[len - 1] == '=') len--;
  out[len] = '\0';
}

static int value_of(uint8_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

cg_err cg_base64_read(cg_bytes in, cg_arena *arena, cg_bytes *out) {
  size_t padding = 0;
  while (padding < 2 && in.len && in.at[in.len - 1] == '=') {
    in.len--;
    padding++;
  }
  if (in.len % 4 == 1 || (padding && (in.len + padding) % 4)) return CG_E_MALFORMED;
  uint8_t *to = cg_arena_alloc(arena, in.len / 4 * 3 + 3);
  if (!to) return CG_E_MEMORY;
  uint32_t bits = 0;
  size_t held = 0, len = 0;
  for (size_t i = 0; i < in.len; i++) {
    int v = value_of(in.at[i]);
    if (v < 0) return CG_E_MALFORMED;
    bits = bits << 6 | (uint32_t)v;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    to[len++] = (uint8_t)(bits >> held);
  }
  if (bits & ((1u << held) - 1)) return CG_E_MALFORMED;
  *out = (cg_bytes){ to, len };
  return CG_OK;
}

void cg_hex_write(cg_bytes in, char *out) {
  for (size_t i = 0; i < in.len; i++) {
    *out++ = "0123456789abcdef"[in.at[i] >> 4];
    *out++ = "0123456789abcdef"[in.at[i] & 15];
  }
  *out = '\0';
}

cg_bytes cg_hex(cg_bytes in, cg_arena *arena) {
  char *out = in.len < SIZE_MAX / 2 ? cg_arena_alloc(arena, in.len * 2 + 1) : NULL;
  if (!out) return (cg_bytes){ 0 };
  cg_hex_write(in, out);
  return (cg_bytes){ (const uint8_t *)out, in.len * 2 };
}

static int digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool cg_hex_read(cg_bytes text, uint8_t *out, size_t size) {
  if (text.len != size * 2) return false;
  for (size_t i = 0; i < size; i++) {
    int high = digit(text.at[2 * i]), low = digit(text.at[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}
