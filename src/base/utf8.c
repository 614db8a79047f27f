/* SPDX-License-Identifier: MIT */
/* utf8.c - see utf8.h for the contract. */
#include "utf8.h"

/* Length that the first byte announces, with the range of the second byte. */
static size_t announced(uint8_t first, uint8_t *low, uint8_t *high) {
  *low = 0x80;
  *high = 0xbf;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) {
    if (first == 0xe0) *low = 0xa0;
    if (first == 0xed) *high = 0x9f;
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (first == 0xf0) *low = 0x90;
    if (first == 0xf4) *high = 0x8f;
    return 4;
  }
  return 0;
}

size_t cg_utf8_step(cg_bytes s) {
  uint8_t low, high;
  size_t n = s.len ? announced(s.at[0], &low, &high) : 0;
  if (!n || n > s.len) return 0;
  for (size_t i = 1; i < n; i++) {
    if (s.at[i] < low || s.at[i] > high) return 0;
    low = 0x80;
    high = 0xbf;
  }
  return n;
}

bool cg_utf8_valid(cg_bytes s) {
  while (s.len) {
    size_t n = cg_utf8_step(s);
    if (!n) return false;
    s = (cg_bytes){ s.at + n, s.len - n };
  }
  return true;
}

size_t cg_utf8_count(cg_bytes s) {
  size_t count = 0;
  for (size_t i = 0; i < s.len; i++) count += (s.at[i] & 0xc0) != 0x80;
  return count;
}

size_t cg_utf8_put(uint32_t point, uint8_t out[4]) {
  if (point < 0x80) {
    out[0] = (uint8_t)point;
    return 1;
  }
  size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (size_t i = n - 1; i; i--, point >>= 6) out[i] = (uint8_t)(0x80 | (point & 0x3f));
  static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
  out[0] = (uint8_t)(lead[n] | point);
  return n;
}
