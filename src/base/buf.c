/* SPDX-License-Identifier: MIT */
/* buf.c - see buf.h for the contract. */
#include "buf.h"

#include "mem.h"

#include <string.h>

void cg_buf_free(cg_buf *b) {
  cg_free(b->at);
  *b = (cg_buf){ 0 };
}

void cg_buf_wipe(cg_buf *b) {
  if (b->at) explicit_bzero(b->at, b->cap);
  cg_buf_free(b);
}

/* Moves to a larger block and wipes the old one: it may hold secrets. */
static bool enlarge(cg_buf *b, size_t n) {
  size_t cap = b->cap ? b->cap : 64;
  while (cap - b->len < n && cap <= SIZE_MAX / 2) cap *= 2;
  uint8_t *at = cap - b->len < n ? NULL : cg_alloc(cap);
  if (!at) return false;
  size_t len = b->len;
  if (len) memcpy(at, b->at, len);
  cg_buf_wipe(b);
  *b = (cg_buf){ .at = at, .len = len, .cap = cap };
  return true;
}

uint8_t *cg_buf_grow(cg_buf *b, size_t n) {
  if (b->err) return NULL;
  if (b->cap - b->len < n && !enlarge(b, n)) {
    b->err = CG_E_MEMORY;
    return NULL;
  }
  b->len += n;
  return b->at + b->len - n;
}

void cg_buf_put(cg_buf *b, const void *bytes, size_t n) {
  uint8_t *to = n ? cg_buf_grow(b, n) : NULL;
  if (to) memcpy(to, bytes, n);
}

void cg_buf_bytes(cg_buf *b, cg_bytes bytes) {
  cg_buf_put(b, bytes.at, bytes.len);
}

void cg_buf_text(cg_buf *b, const char *text) {
  cg_buf_put(b, text, strlen(text));
}

void cg_buf_u32(cg_buf *b, uint32_t v) {
  uint8_t raw[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
                     (uint8_t)(v >> 24) };
  cg_buf_put(b, raw, 4);
}

void cg_buf_u64(cg_buf *b, uint64_t v) {
  cg_buf_u32(b, (uint32_t)v);
  cg_buf_u32(b, (uint32_t)(v >> 32));
}

void cg_buf_str(cg_buf *b, cg_bytes v) {
  if (v.len >= 1u << 24) {
    if (!b->err) b->err = CG_E_LIMIT;
    return;
  }
  uint8_t head[4] = { 254, (uint8_t)v.len, (uint8_t)(v.len >> 8), (uint8_t)(v.len >> 16) };
  if (v.len < 254) cg_buf_put(b, (uint8_t[]){ (uint8_t)v.len }, 1);
  else cg_buf_put(b, head, 4);
  cg_buf_bytes(b, v);
  size_t head_len = v.len < 254 ? 1 : 4;
  cg_buf_put(b, (uint8_t[3]){ 0 }, (4 - (head_len + v.len) % 4) % 4);
}

void cg_buf_drop(cg_buf *b, size_t n) {
  if (n > b->len) n = b->len;
  if (n) memmove(b->at, b->at + n, b->len - n);
  b->len -= n;
}

cg_bytes cg_buf_view(const cg_buf *b) {
  return (cg_bytes){ b->at, b->len };
}
