/* SPDX-License-Identifier: MIT */
/*
 * encode.c - objects become bytes, in the newest form or in the form that a peer's
 * layer knows.
 *
 * A constructor that the layer cannot know, or that cannot be put into its form, is
 * replaced by its type's fallback; without one an optional field is written as
 * absent and a vector loses the element. Only what is left fails.
 *
 * https://core.telegram.org/mtproto/serialize
 */
#include "layer.h"

#include "codec.h"
#include "layout.h"

#include <stdio.h>
#include <string.h>

enum { PATH = 160 };

typedef struct {
  const cg_tl_schema *s;
  cg_buf *out;
  int layer;       /* 0: every object in the form that it has */
  int depth;
  cg_err err;
  const tl_obj *culprit; /* with UNEXPECTED and NO_VARIANT */
  size_t path_at;
  char path[PATH];
} encoder;

/* An object while its rows are written. */
typedef struct {
  const tl_head *h;
  const uint8_t *o;
  size_t newest_size; /* fields at or behind it are not in the struct */
  uint64_t wire;      /* presence bits as written */
  size_t word_at[2];  /* where the flag words stand */
} frame;

static const _Alignas(8) uint8_t nothing[TL_SPARE]; /* the zero of every kind */

static bool fail(encoder *e, cg_err err) {
  e->err = err;
  return false;
}

static void add_path(encoder *e, const char *text) {
  size_t n = strlen(text);
  if (n > e->path_at) {
    e->path_at = 0;
    return;
  }
  e->path_at -= n;
  memcpy(e->path + e->path_at, text, n);
}

static void add_index(encoder *e, uint32_t i) {
  char text[16];
  snprintf(text, sizeof text, "[%u]", i);
  add_path(e, text);
}

/* --- bytes ------------------------------------------------------------------ */

/* Room for `n` bytes, or NULL with the error set. */
static inline uint8_t *room(encoder *e, size_t n) {
  cg_buf *b = e->out;
  if (b->cap - b->len >= n && !b->err) {
    b->len += n;
    return b->at + b->len - n;
  }
  uint8_t *p = cg_buf_grow(b, n);
  if (!p) fail(e, b->err);
  return p;
}

static inline void store32(uint8_t *p, uint32_t v) {
  p[0] = (uint8_t)v, p[1] = (uint8_t)(v >> 8), p[2] = (uint8_t)(v >> 16);
  p[3] = (uint8_t)(v >> 24);
}

static inline bool put32(encoder *e, uint32_t v) {
  uint8_t *p = room(e, 4);
  if (p) store32(p, v);
  return p;
}

static inline bool put64(encoder *e, uint64_t v) {
  uint8_t *p = room(e, 8);
  if (!p) return false;
  store32(p, (uint32_t)v);
  store32(p + 4, (uint32_t)(v >> 32));
  return true;
}

static bool put_raw(encoder *e, const void *from, size_t n) {
  uint8_t *p = room(e, n);
  if (p && n) memcpy(p, from, n);
  return p;
}

static inline bool put_string(encoder *e, cg_bytes v) {
  if (v.len >= 1u << 24) return fail(e, CG_E_LIMIT);
  size_t head = v.len < 254 ? 1 : 4, padded = (head + v.len + 3) & ~(size_t)3;
  uint8_t *p = room(e, padded);
  if (!p) return false;
  store32(p + padded - 4, 0);
  if (head == 4) store32(p, 254 | (uint32_t)v.len << 8);
  else *p = (uint8_t)v.len;
  if (v.len) memcpy(p + head, v.at, v.len);
  return true;
}

static bool put_count(encoder *e, uint32_t n) {
  return put32(e, TL_ID_vector) && put32(e, n);
}

static bool put_narrow(encoder *e, int64_t v) {
  return v == (int32_t)v ? put32(e, (uint32_t)v) : fail(e, CG_E_NO_VARIANT);
}

static bool put_ints(encoder *e, const uint8_t *f) {
  const tl_vec_int *v = (const void *)f;
  bool ok = put_count(e, v->len);
  for (uint32_t i = 0; ok && i < v->len; i++) ok = put32(e, (uint32_t)v->at[i]);
  return ok;
}

static bool put_longs(encoder *e, const uint8_t *f) {
  const tl_vec_long *v = (const void *)f;
  bool ok = put_count(e, v->len);
  for (uint32_t i = 0; ok && i < v->len; i++) ok = put64(e, (uint64_t)v->at[i]);
  return ok;
}

static bool put_narrows(encoder *e, const uint8_t *f) {
  const tl_vec_long *v = (const void *)f;
  bool ok = put_count(e, v->len);
  for (uint32_t i = 0; ok && i < v->len; i++) ok = put_narrow(e, v->at[i]);
  return ok;
}

static bool put_double(encoder *e, double v) {
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  return put64(e, bits);
}

static bool put_doubles(encoder *e, const uint8_t *f) {
  const tl_vec_double *v = (const void *)f;
  bool ok = put_count(e, v->len);
  for (uint32_t i = 0; ok && i < v->len; i++) ok = put_double(e, v->at[i]);
  return ok;
}

static bool put_strings(encoder *e, const uint8_t *f) {
  const tl_vec_bytes *v = (const void *)f;
  bool ok = put_count(e, v->len);
  for (uint32_t i = 0; ok && i < v->len; i++) ok = put_string(e, v->at[i]);
  return ok;
}

/* Object: bytes as they are; the int before them must have counted them. */
static bool put_object_bytes(encoder *e, const tl_row *r, const uint8_t *o,
                             const uint8_t *f) {
  const cg_bytes *v = (const void *)f;
  int32_t size = 0;
  if (r->kind == TL_K_SIZED) memcpy(&size, o + r->sub, sizeof size);
  if (v->len % 4 || (r->kind == TL_K_SIZED && (size < 0 || (size_t)size != v->len)))
    return fail(e, CG_E_MALFORMED);
  return put_raw(e, v->at, v->len);
}

/* --- objects ---------------------------------------------------------------- */

static bool put_body(encoder *e, const tl_head *h, const tl_obj *obj);

/* Undoes what was written since `len` and forgets a NO_VARIANT; other errors stay. */
static bool forgive(encoder *e, size_t len) {
  if (e->err != CG_E_NO_VARIANT || !e->layer) return false;
  e->err = CG_OK;
  e->path_at = PATH;
  e->out->len = len;
  return true;
}

/* Writes `obj`, whose head is `h`, in the form that the layer has. */
static bool put_boxed(encoder *e, const tl_head *h, const tl_obj *obj) {
  if (e->layer) h = tl_form_for(e->s, e->s->heads + h->newest, e->layer);
  if (h && !(h->flags & TL_F_NO_DOWN)) return put32(e, h->o.id) && put_body(e, h, obj);
  e->culprit = obj;
  return fail(e, CG_E_NO_VARIANT);
}

/* The type's fallback in place of an object that the layer cannot have. */
static bool put_fallback(encoder *e, unsigned type, size_t len) {
  if (e->err != CG_E_NO_VARIANT) return false;
  unsigned fallback = e->s->types[type].fallback;
  if (fallback == TL_NOWHERE) return false;
  const tl_head *h = tl_form_for(e->s, e->s->heads + fallback, e->layer);
  return h && !h->nwire && forgive(e, len) && put32(e, h->o.id);
}

/* An object where boxed type `type` is wanted; any method for TL_NOWHERE. */
static bool put_object(encoder *e, unsigned type, const tl_obj *obj) {
  if (!obj) return fail(e, CG_E_MISSING);
  const tl_head *h = tl_head_of(e->s, obj);
  if (!h || (h->type != type && e->s->heads[h->newest].type != type)) {
    e->culprit = obj;
    return fail(e, CG_E_UNEXPECTED);
  }
  size_t len = e->out->len;
  if (put_boxed(e, h, obj)) return true;
  return type != TL_NOWHERE && put_fallback(e, type, len);
}

static bool put_objects(encoder *e, unsigned type, const uint8_t *f) {
  const tl_vec_obj *v = (const void *)f;
  size_t start = e->out->len;
  uint32_t written = 0;
  if (!put_count(e, v->len)) return false;
  for (uint32_t i = 0; i < v->len; i++) {
    size_t len = e->out->len;
    if (put_object(e, type, v->at[i])) written++;
    else if (!forgive(e, len)) {
      add_index(e, i);
      return false;
    }
  }
  store32(e->out->at + start + 4, written);
  return true;
}

static bool put_list(encoder *e, const tl_head *h, const uint8_t *f) {
  const tl_vec_obj *v = (const void *)f;
  if (!put32(e, v->len)) return false;
  for (uint32_t i = 0; i < v->len; i++) {
    const tl_obj *obj = v->at[i];
    e->culprit = obj;
    if (!obj) fail(e, CG_E_MISSING);
    else if (obj->id != h->o.id) fail(e, CG_E_UNEXPECTED);
    if (!e->err && put_body(e, h, obj)) continue;
    add_index(e, i);
    return false;
  }
  return true;
}

/* --- rows ------------------------------------------------------------------- */

static const tl_obj *pointer(const uint8_t *f) {
  return *(const tl_obj *const *)(const void *)f;
}

/* True if a `true` flag has the row's bit, too: the bit alone says nothing then. */
static bool shares_with_flag(const encoder *e, const tl_head *h, const tl_row *r) {
  for (size_t i = h->nwire; i < h->nrows; i++)
    if (e->s->rows[h->first + i].bit == r->bit) return true;
  return false;
}

/* Bytes; those that nobody set, under a bit that a flag set, are missing. */
static bool put_text(encoder *e, const tl_row *r, const frame *fr, const uint8_t *f) {
  const cg_bytes *v = (const void *)f;
  if (!v->at && r->bit != TL_ALWAYS && shares_with_flag(e, fr->h, r))
    return fail(e, CG_E_MISSING);
  return put_string(e, *v);
}

static inline bool put_value(encoder *e, const tl_row *r, frame *fr, const uint8_t *f) {
  switch (r->kind) {
  case TL_K_FLAGS:
    fr->word_at[r->sub] = e->out->len;
    return put32(e, (uint32_t)(fr->wire >> 32 * r->sub));
  case TL_K_INT: return put32(e, *(const uint32_t *)(const void *)f);
  case TL_K_LONG: return put64(e, *(const uint64_t *)(const void *)f);
  case TL_K_DOUBLE: return put_double(e, *(const double *)(const void *)f);
  case TL_K_BOOL:
    return put32(e, *(const bool *)f ? TL_ID_boolTrue : TL_ID_boolFalse);
  case TL_K_STRING: case TL_K_BYTES: return put_text(e, r, fr, f);
  case TL_K_INT128: return put_raw(e, f, 16);
  case TL_K_INT256: return put_raw(e, f, 32);
  case TL_K_OBJ: return put_object(e, r->sub, pointer(f));
  case TL_K_CALL: return put_object(e, TL_NOWHERE, pointer(f));
  case TL_K_VEC_INT: return put_ints(e, f);
  case TL_K_VEC_LONG: return put_longs(e, f);
  case TL_K_VEC_DOUBLE: return put_doubles(e, f);
  case TL_K_VEC_STRING: case TL_K_VEC_BYTES: return put_strings(e, f);
  case TL_K_VEC_OBJ: return put_objects(e, r->sub, f);
  case TL_K_LIST: return put_list(e, e->s->heads + r->sub, f);
  case TL_K_INT_AS_LONG: return put_narrow(e, *(const int64_t *)(const void *)f);
  case TL_K_VEC_INT_AS_LONG: return put_narrows(e, f);
  default: return put_object_bytes(e, r, fr->o, f);
  }
}

static bool is_object(const tl_row *r) {
  return r->kind == TL_K_OBJ || r->kind == TL_K_CALL;
}

static uint64_t presence(const frame *fr) {
  uint64_t has = 0;
  if (fr->h->flags & TL_F_HAS) memcpy(&has, fr->o + TL_HAS_AT, sizeof has);
  return has;
}

static unsigned mem_bit(const encoder *e, const tl_row *r) {
  return e->s->mem_bit[(size_t)(r - e->s->rows) - e->s->first_old_row];
}

/* True if the struct holds a value for this row of an older form. */
static bool holds(const encoder *e, const frame *fr, const tl_row *r, uint64_t has) {
  unsigned bit = mem_bit(e, r);
  if (r->kind != TL_K_TRUE && r->off >= fr->newest_size) return false;
  return bit == TL_ALWAYS || has >> bit & 1;
}

/* Presence bits of an older form: a bit is set if all values that share it are
 * there, or, if none shares it, by its flag. */
static uint64_t old_wire(const encoder *e, const frame *fr) {
  const tl_row *rows = e->s->rows + fr->h->first;
  uint64_t has = presence(fr), on = 0, off = 0;
  for (size_t i = 0; i < fr->h->nrows; i++) {
    uint64_t bit = UINT64_C(1) << rows[i].bit;
    bool flag = rows[i].kind == TL_K_TRUE;
    if (rows[i].bit == TL_ALWAYS) continue;
    if (holds(e, fr, rows + i, has)) on |= bit;
    else if (!flag) off |= bit;
  }
  return on & ~off;
}

/* The value of an older row: the struct's, or zero if the struct has none. */
static const uint8_t *old_value(encoder *e, const frame *fr, const tl_row *r) {
  if (r->kind == TL_K_FLAGS || holds(e, fr, r, presence(fr))) return fr->o + r->off;
  if (is_object(r)) fail(e, CG_E_NO_VARIANT);
  e->culprit = (const tl_obj *)(const void *)fr->o;
  return nothing;
}

/* Takes the presence of an optional row back, if nothing else shares its bit. */
static bool drop(encoder *e, frame *fr, const tl_row *r, size_t len) {
  const tl_row *rows = e->s->rows + fr->h->first;
  if (r->bit == TL_ALWAYS) return false;
  for (size_t i = 0; i < fr->h->nrows; i++)
    if (rows + i != r && rows[i].bit == r->bit) return false;
  if (!forgive(e, len)) return false;
  unsigned word = r->bit / 32u;
  fr->wire &= ~(UINT64_C(1) << r->bit);
  store32(e->out->at + fr->word_at[word], (uint32_t)(fr->wire >> 32 * word));
  return true;
}

static bool put_rows(encoder *e, frame *fr) {
  const tl_row *r = e->s->rows + fr->h->first, *end = r + fr->h->nwire;
  bool old = fr->h->flags & TL_F_OLD;
  uint64_t always = UINT64_C(1) << TL_ALWAYS;
  fr->wire = old ? old_wire(e, fr) : presence(fr);
  for (; r < end; r++) {
    if (!((fr->wire | always) >> r->bit & 1)) continue;
    size_t len = e->out->len;
    const uint8_t *f = old ? old_value(e, fr, r) : fr->o + r->off;
    if ((!e->err && put_value(e, r, fr, f)) || drop(e, fr, r, len)) continue;
    add_path(e, tl_name_of(e->s, r->name));
    add_path(e, ".");
    return false;
  }
  return true;
}

static bool put_body(encoder *e, const tl_head *h, const tl_obj *obj) {
  frame fr = { .h = h, .o = (const uint8_t *)obj,
               .newest_size = e->s->heads[h->newest].size };
  if (e->depth == TL_DEPTH) return fail(e, CG_E_LIMIT);
  e->depth++;
  bool ok = put_rows(e, &fr);
  e->depth--;
  return ok;
}

/* --- the calls -------------------------------------------------------------- */

static bool put_vector(encoder *e, const tl_vector *v) {
  tl_vec_int ints = { v->ints, v->len };
  tl_vec_long longs = { v->longs, v->len };
  tl_vec_bytes bytes = { v->bytes, v->len };
  tl_vec_obj objs = { v->objs, v->len };
  switch (v->of) {
  case TL_OF_INT: return put_ints(e, (const uint8_t *)&ints);
  case TL_OF_LONG: return put_longs(e, (const uint8_t *)&longs);
  case TL_OF_BYTES: case TL_OF_STRING: return put_strings(e, (const uint8_t *)&bytes);
  default: break;
  }
  const tl_head *h = v->len && v->objs[0] ? tl_head_of(e->s, v->objs[0]) : NULL;
  if (v->len && !h) return fail(e, v->objs[0] ? CG_E_UNEXPECTED : CG_E_MISSING);
  return h ? put_objects(e, h->type, (const uint8_t *)&objs) : put_count(e, 0);
}

static bool put_any(encoder *e, const tl_obj *obj) {
  if (!obj) return fail(e, CG_E_MISSING);
  if (obj->id == TL_ID_boolTrue || obj->id == TL_ID_boolFalse) return put32(e, obj->id);
  if (obj->id == TL_ID_vector) return put_vector(e, (const tl_vector *)(const void *)obj);
  const tl_head *h = tl_head_of(e->s, obj);
  size_t len = e->out->len;
  if (!h) return fail(e, CG_E_UNEXPECTED);
  if (put_boxed(e, h, obj)) return true;
  if (h->type != TL_NOWHERE && put_fallback(e, h->type, len)) return true;
  add_path(e, tl_head_name(e->s, h));
  return false;
}

static cg_err report(encoder *e, cg_fault *fault) {
  int n = (int)(PATH - e->path_at);
  const char *path = e->path + e->path_at, *colon = n ? ": " : "";
  const tl_head *h = e->culprit ? tl_head_of(e->s, e->culprit) : NULL;
  if (e->err == CG_E_NO_VARIANT && h)
    return cg_fail(fault, e->err, "%.*s%s%s has no form in layer %d", n, path, colon,
                   tl_head_name(e->s, h), e->layer);
  if (e->err == CG_E_UNEXPECTED && h)
    return cg_fail(fault, e->err, "%.*s%s%s does not belong here", n, path, colon,
                   tl_head_name(e->s, h));
  return cg_fail(fault, e->err, "%.*s%s%s", n, path, colon, cg_err_text(e->err));
}

cg_err cg_tl_encode_layer(const cg_tl_schema *s, int layer, const tl_obj *obj,
                          cg_buf *out, cg_fault *fault) {
  encoder e = { .s = s, .out = out, .layer = layer, .path_at = PATH };
  size_t len = out->len;
  if (out->err) return cg_fail(fault, out->err, "%s", cg_err_text(out->err));
  if (put_any(&e, obj)) return CG_OK;
  out->len = len;
  out->err = CG_OK;
  return report(&e, fault);
}

cg_err cg_tl_write(const cg_tl_schema *s, const tl_obj *obj, cg_buf *out,
                   cg_fault *fault) {
  return cg_tl_encode_layer(s, 0, obj, out, fault);
}

cg_err cg_tl_encode(const cg_tl_schema *s, const tl_obj *obj, cg_arena *arena,
                    cg_bytes *out, cg_fault *fault) {
  cg_buf b = { 0 };
  cg_err err = cg_tl_write(s, obj, &b, fault);
  if (!err) {
    cg_bytes bytes = cg_arena_copy(arena, cg_buf_view(&b));
    if (bytes.at) *out = bytes;
    else err = cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  }
  cg_buf_wipe(&b); /* requests hold codes */
  return err;
}
