/* SPDX-License-Identifier: MIT */
/* reader.c - see reader.h for the contract. */
#include "reader.h"

/* Steps over `n` bytes and returns them, or NULL with the error set. Compares
 * sizes, not pointers: `pos + n` may overflow. */
static const uint8_t *take(cg_reader *r, size_t n) {
  if ((size_t)(r->end - r->pos) < n) {
    cg_reader_fail(r, CG_E_TRUNCATED);
    return NULL;
  }
  r->pos += n;
  return r->pos - n;
}

static uint32_t load32(const uint8_t *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

void cg_reader_init(cg_reader *r, const void *buf, size_t len) {
  const uint8_t *p = len ? buf : (const uint8_t *)"";  /* buf may be NULL */
  *r = (cg_reader){ .pos = p, .end = p + len, .start = p };
}

void cg_reader_fail(cg_reader *r, cg_err err) {
  if (r->err) return;
  r->err = err;
  r->err_at = (size_t)(r->pos - r->start);
  r->pos = r->end;  /* nothing left: later reads fail and loops stop */
}

uint32_t cg_reader_u32(cg_reader *r) {
  const uint8_t *p = take(r, 4);
  return p ? load32(p) : 0;
}

uint64_t cg_reader_u64(cg_reader *r) {
  const uint8_t *p = take(r, 8);
  return p ? load32(p) | (uint64_t)load32(p + 4) << 32 : 0;
}

cg_bytes cg_reader_take(cg_reader *r, size_t n) {
  const uint8_t *p = take(r, n);
  return p ? (cg_bytes){ p, n } : (cg_bytes){ 0 };
}

size_t cg_reader_left(const cg_reader *r) {
  return (size_t)(r->end - r->pos);
}

cg_bytes cg_reader_str(cg_reader *r) {
  const uint8_t *p = take(r, 4);  /* the shortest string fills one word */
  if (!p) return (cg_bytes){ 0 };
  if (p[0] == 255) {
    r->pos = p;                   /* report where the string starts */
    cg_reader_fail(r, CG_E_MALFORMED);
    return (cg_bytes){ 0 };
  }
  size_t head = p[0] == 254 ? 4 : 1;
  size_t len = p[0] == 254 ? load32(p) >> 8 : p[0];
  size_t padded = (head + len + 3) & ~(size_t)3;
  return take(r, padded - 4) ? (cg_bytes){ p + head, len } : (cg_bytes){ 0 };
}

uint32_t cg_reader_count(cg_reader *r, size_t min_size) {
  uint32_t n = cg_reader_u32(r);
  if (n <= (size_t)(r->end - r->pos) / min_size) return n;
  cg_reader_fail(r, CG_E_TRUNCATED);
  return 0;
}

cg_err cg_reader_end(cg_reader *r) {
  if (r->pos != r->end) cg_reader_fail(r, CG_E_TRAILING);
  return r->err;
}
