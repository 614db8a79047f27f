/* SPDX-License-Identifier: MIT */
/* fill.c - see fill.h. */
#include "fill.h"

#include "mem.h"

#include <string.h>

enum { IMPOSSIBLE = 1000 };

uint32_t tl_filler_random(tl_filler *f, uint32_t below) {
  f->state ^= f->state << 13;
  f->state ^= f->state >> 7;
  f->state ^= f->state << 17;
  return (uint32_t)(f->state >> 32) % below;
}

static bool in_newest(const tl_filler *f, size_t ix) {
  return f->s->heads[ix].newest == ix;
}

/* Levels that a type's smallest constructor needs. */
static unsigned type_height(const tl_filler *f, unsigned type) {
  unsigned least = IMPOSSIBLE;
  for (uint32_t i = f->first[type]; i < f->first[type + 1]; i++)
    if (f->height[f->members[i]] < least) least = f->height[f->members[i]];
  return least;
}

static unsigned head_height(const tl_filler *f, const tl_head *h) {
  unsigned most = 0;
  for (size_t i = 0; i < h->nwire; i++) {
    const tl_row *r = f->s->rows + h->first + i;
    unsigned inner = r->kind == TL_K_OBJ ? type_height(f, r->sub) : 0;
    if (r->bit == TL_ALWAYS && inner > most) most = inner;
  }
  return most >= IMPOSSIBLE ? IMPOSSIBLE : most + 1;
}

static void sort_members(tl_filler *f) {
  const cg_tl_schema *s = f->s;
  for (size_t i = 0; i < s->nheads; i++)
    if (in_newest(f, i) && s->heads[i].type != TL_NOWHERE)
      f->first[s->heads[i].type + 1]++;
  for (size_t i = 0; i < s->ntypes; i++) f->first[i + 1] += f->first[i];
  for (size_t i = s->nheads; i-- > 0;) {
    unsigned type = s->heads[i].type;
    if (!in_newest(f, i) || type == TL_NOWHERE) continue;
    uint32_t at = f->first[type];
    while (f->members[at]) at++;
    f->members[at] = (uint16_t)(i + 1);
  }
  for (size_t i = 0; i < f->first[s->ntypes]; i++) f->members[i]--;
}

bool tl_filler_init(tl_filler *f, const cg_tl_schema *s, uint64_t seed) {
  *f = (tl_filler){ .s = s, .state = seed * 0x9e3779b97f4a7c15u | 1, .density = 8,
                    .vector = 3, .depth = 4 };
  f->height = cg_alloc((s->nheads + 1) * sizeof *f->height);
  f->members = cg_alloc((s->nheads + 1) * sizeof *f->members);
  f->first = cg_alloc((s->ntypes + 2) * sizeof *f->first);
  if (!f->height || !f->members || !f->first) return false;
  sort_members(f);
  for (size_t i = 0; i < s->nheads; i++) f->height[i] = IMPOSSIBLE;
  for (int pass = 0; pass < 12; pass++)
    for (size_t i = 0; i < s->nheads; i++)
      f->height[i] = (uint16_t)head_height(f, s->heads + i);
  return true;
}

void tl_filler_free(tl_filler *f) {
  cg_free(f->height);
  cg_free(f->members);
  cg_free(f->first);
}

static void fill_string(tl_filler *f, bool text, cg_buf *out) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz \"\\\n\t.,0123456789";
  uint8_t bytes[300];
  size_t len = tl_filler_random(f, 40) ? tl_filler_random(f, 24)
                                       : 250 + tl_filler_random(f, 10);
  for (size_t i = 0; i < len; i++)
    bytes[i] = text ? (uint8_t)letters[tl_filler_random(f, sizeof letters - 1)]
                    : (uint8_t)tl_filler_random(f, 256);
  cg_buf_str(out, (cg_bytes){ bytes, len });
}

static void fill_long(tl_filler *f, cg_buf *out) {
  cg_buf_u32(out, tl_filler_random(f, UINT32_MAX));
  cg_buf_u32(out, tl_filler_random(f, UINT32_MAX));
}

static void fill_double(tl_filler *f, cg_buf *out) {
  double v = (tl_filler_random(f, 2000000) - 1e6) / 3;
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  cg_buf_u64(out, bits);
}

static void fill_body(tl_filler *f, const tl_head *h, unsigned depth, cg_buf *out);

static void fill_object(tl_filler *f, unsigned type, unsigned depth, cg_buf *out) {
  uint32_t n = f->first[type + 1] - f->first[type];
  const uint16_t *of = f->members + f->first[type];
  unsigned least = type_height(f, type);
  uint32_t pick = n ? tl_filler_random(f, n) : 0;
  if (n && f->variety) pick = (type * 7 + pick % f->variety) % n;
  if (!n) {
    out->err = CG_E_UNEXPECTED; /* a type without constructors cannot be filled */
    return;
  }
  while (f->height[of[pick]] > (depth >= f->depth ? least : least + f->depth - depth))
    pick = (pick + 1) % n;
  cg_buf_u32(out, f->s->heads[of[pick]].o.id);
  fill_body(f, f->s->heads + of[pick], depth + 1, out);
}

static void fill_call(tl_filler *f, unsigned depth, cg_buf *out) {
  const tl_head *h;
  do h = f->s->heads + tl_filler_random(f, f->s->nheads);
  while (!tl_is_method(h) || h->flags & TL_F_OLD || h->nwire > 3);
  cg_buf_u32(out, h->o.id);
  fill_body(f, h, depth + f->depth, out);
}

static void fill_raw(tl_filler *f, const tl_row *r, cg_buf *out) {
  uint32_t words = tl_filler_random(f, 9);
  if (r->kind == TL_K_SIZED) { /* the count is the int just before */
    uint8_t *count = out->at + out->len - 4;
    memcpy(count, (uint8_t[4]){ (uint8_t)(words * 4) }, 4);
  }
  for (uint32_t i = 0; i < words; i++) cg_buf_u32(out, tl_filler_random(f, UINT32_MAX));
}

static void fill_value(tl_filler *f, const tl_row *r, unsigned depth, cg_buf *out);

static void fill_vector(tl_filler *f, const tl_row *r, unsigned depth, cg_buf *out) {
  static const uint8_t element[] = {
    [TL_K_VEC_INT] = TL_K_INT, [TL_K_VEC_LONG] = TL_K_LONG,
    [TL_K_VEC_DOUBLE] = TL_K_DOUBLE, [TL_K_VEC_STRING] = TL_K_STRING,
    [TL_K_VEC_BYTES] = TL_K_BYTES, [TL_K_VEC_OBJ] = TL_K_OBJ,
    [TL_K_VEC_INT_AS_LONG] = TL_K_INT,
  };
  uint32_t n = tl_filler_random(f, depth >= f->depth ? 1 : f->vector + 1);
  if (r->kind != TL_K_LIST) cg_buf_u32(out, TL_ID_vector);
  cg_buf_u32(out, n);
  for (uint32_t i = 0; i < n; i++) {
    if (r->kind == TL_K_LIST) fill_body(f, f->s->heads + r->sub, depth + 1, out);
    else fill_value(f, &(tl_row){ .kind = element[r->kind], .sub = r->sub }, depth, out);
  }
}

static void fill_value(tl_filler *f, const tl_row *r, unsigned depth, cg_buf *out) {
  switch (r->kind) {
  case TL_K_INT: case TL_K_INT_AS_LONG:
    cg_buf_u32(out, tl_filler_random(f, UINT32_MAX));
    break;
  case TL_K_LONG: fill_long(f, out); break;
  case TL_K_DOUBLE: fill_double(f, out); break;
  case TL_K_BOOL:
    cg_buf_u32(out, tl_filler_random(f, 2) ? TL_ID_boolTrue : TL_ID_boolFalse);
    break;
  case TL_K_STRING: fill_string(f, true, out); break;
  case TL_K_BYTES: fill_string(f, false, out); break;
  case TL_K_INT128: case TL_K_INT256:
    for (int i = 0; i < (r->kind == TL_K_INT128 ? 2 : 4); i++) fill_long(f, out);
    break;
  case TL_K_OBJ: fill_object(f, r->sub, depth, out); break;
  case TL_K_CALL: fill_call(f, depth, out); break;
  case TL_K_REST: case TL_K_SIZED: fill_raw(f, r, out); break;
  default: fill_vector(f, r, depth, out); break;
  }
}

/* Presence bits: those of some of the rows. Nothing optional at the bottom. */
static uint64_t choose_any(tl_filler *f, const tl_head *h, unsigned depth) {
  uint64_t has = 0;
  for (size_t i = 0; i < h->nrows; i++) {
    const tl_row *r = f->s->rows + h->first + i;
    if (r->bit == TL_ALWAYS || tl_filler_random(f, 16) >= f->density) continue;
    if (depth < f->depth || r->kind == TL_K_TRUE) has |= UINT64_C(1) << r->bit;
  }
  for (size_t i = 0; i < h->nwire; i++) {
    const tl_row *r = f->s->rows + h->first + i;
    if (r->bit != TL_ALWAYS && r->kind == TL_K_OBJ &&
        (depth >= f->depth || type_height(f, r->sub) >= IMPOSSIBLE))
      has &= ~(UINT64_C(1) << r->bit);
  }
  return has;
}

/* The same; of a limited variety, one of the few shapes that the definition has. */
static uint64_t choose(tl_filler *f, const tl_head *h, unsigned depth) {
  if (!f->variety) return choose_any(f, h, depth);
  uint32_t shape = tl_filler_random(f, f->variety);
  uint64_t state = f->state;
  f->state = (h->o.id + (uint64_t)shape * 77) * 0x9e3779b97f4a7c15u | 1;
  uint64_t has = choose_any(f, h, depth);
  f->state = state;
  return has;
}

static void fill_body(tl_filler *f, const tl_head *h, unsigned depth, cg_buf *out) {
  uint64_t has = choose(f, h, depth);
  for (size_t i = 0; i < h->nwire && !out->err; i++) {
    const tl_row *r = f->s->rows + h->first + i;
    if (r->kind == TL_K_FLAGS) cg_buf_u32(out, (uint32_t)(has >> 32 * r->sub));
    else if (r->bit == TL_ALWAYS || has >> r->bit & 1) fill_value(f, r, depth, out);
  }
}

void tl_fill(tl_filler *f, const tl_head *h, cg_buf *out) {
  cg_buf_u32(out, h->o.id);
  fill_body(f, h, 0, out);
}
