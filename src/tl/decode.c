/* SPDX-License-Identifier: MIT */
/*
 * decode.c - bytes become objects: one interpreter over the rows of a schema.
 *
 * Every read is checked against what is left before it happens; no count, depth
 * or size from outside is trusted. The path of an error is built while the calls
 * return, so that it costs nothing when there is none.
 *
 * https://core.telegram.org/mtproto/serialize
 */
#include "codec.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK = 8192, PATH = 160 };

typedef struct {
  const cg_tl_schema *s;
  cg_arena *arena;
  const uint8_t *start, *pos, *end;
  uint8_t *room;     /* taken from the arena, zeroed, not yet given out */
  size_t room_left;
  int depth;
  cg_err err;
  size_t err_at;
  uint32_t id;       /* with UNKNOWN_ID and UNEXPECTED: the id that was found */
  size_t path_at;    /* the path stands at the end of `path` */
  char path[PATH];
} decoder;

static uint32_t load32(const uint8_t *p) {
  uint32_t v;
  memcpy(&v, p, 4);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  v = __builtin_bswap32(v);
#endif
  return v;
}

static uint64_t load64(const uint8_t *p) {
  return load32(p) | (uint64_t)load32(p + 4) << 32;
}

static size_t left(const decoder *d) {
  return (size_t)(d->end - d->pos);
}

/* Records the error at the current position; false for the caller to return. */
static bool fail(decoder *d, cg_err err) {
  d->err = err;
  d->err_at = (size_t)(d->pos - d->start);
  return false;
}

static void add_path(decoder *d, const char *text) {
  size_t n = strlen(text);
  if (n > d->path_at) {
    d->path_at = 0; /* too deep to show: no more is put in front */
    return;
  }
  d->path_at -= n;
  memcpy(d->path + d->path_at, text, n);
}

static void add_field(decoder *d, unsigned name) {
  add_path(d, tl_name_of(d->s, name));
  add_path(d, ".");
}

static void add_index(decoder *d, uint32_t i) {
  char text[16];
  snprintf(text, sizeof text, "[%u]", i);
  add_path(d, text);
}

/* --- memory ---------------------------------------------------------------- */

/* A new chunk, sized by what is left to read: objects take about twice as much. */
static bool more_room(decoder *d, size_t size) {
  size_t want = left(d) * 2;
  if (want > CHUNK) want = CHUNK;
  if (want < size) want = size;
  d->room = cg_arena_alloc(d->arena, want);
  d->room_left = d->room ? want : 0;
  return d->room || fail(d, CG_E_MEMORY);
}

/* `size` zeroed bytes aligned for any field, or NULL with the error set. */
static inline uint8_t *take(decoder *d, size_t size) {
  size = (size + 7) & ~(size_t)7;
  if (d->room_left < size && !more_room(d, size)) return NULL;
  uint8_t *p = d->room;
  d->room += size;
  d->room_left -= size;
  return p;
}

/* --- values ---------------------------------------------------------------- */

static bool read_string(decoder *d, cg_bytes *out) {
  const uint8_t *p = d->pos;
  size_t room = left(d), len, head = 1;
  if (room < 4) return fail(d, CG_E_TRUNCATED);
  len = p[0];
  if (len == 255) return fail(d, CG_E_MALFORMED);
  if (len == 254) {
    head = 4;
    len = load32(p) >> 8;
  }
  size_t padded = (head + len + 3) & ~(size_t)3;
  if (room < padded) return fail(d, CG_E_TRUNCATED);
  d->pos = p + padded;
  *out = (cg_bytes){ p + head, len };
  return true;
}

static inline bool read_u32(decoder *d, uint32_t *out) {
  if (left(d) < 4) return fail(d, CG_E_TRUNCATED);
  *out = load32(d->pos);
  d->pos += 4;
  return true;
}

static inline bool read_u64(decoder *d, uint64_t *out) {
  if (left(d) < 8) return fail(d, CG_E_TRUNCATED);
  *out = load64(d->pos);
  d->pos += 8;
  return true;
}

static inline bool read_flags(decoder *d, unsigned word, uint64_t *has) {
  uint32_t bits;
  if (!read_u32(d, &bits)) return false;
  *has |= (uint64_t)bits << 32 * word;
  return true;
}

static bool read_double(decoder *d, uint8_t *f) {
  uint64_t bits;
  double v;
  if (!read_u64(d, &bits)) return false;
  memcpy(&v, &bits, sizeof v);
  *(double *)(void *)f = v;
  return true;
}

static bool read_int_as_long(decoder *d, uint8_t *f) {
  uint32_t v;
  if (!read_u32(d, &v)) return false;
  *(int64_t *)(void *)f = (int32_t)v;
  return true;
}

static bool read_fixed(decoder *d, uint8_t *f, size_t size) {
  if (left(d) < size) return fail(d, CG_E_TRUNCATED);
  memcpy(f, d->pos, size);
  d->pos += size;
  return true;
}

static bool read_bool(decoder *d, bool *out) {
  uint32_t id;
  if (!read_u32(d, &id)) return false;
  *out = id == TL_ID_boolTrue;
  if (*out || id == TL_ID_boolFalse) return true;
  d->pos -= 4; /* report where it stands */
  return fail(d, CG_E_MALFORMED);
}

/* Id (of a boxed vector) and count of elements that take at least `min` bytes. */
static bool read_count(decoder *d, bool boxed, size_t min, uint32_t *count) {
  if (left(d) < (boxed ? 8 : 4)) return fail(d, CG_E_TRUNCATED);
  if (boxed && load32(d->pos) != TL_ID_vector) {
    d->id = load32(d->pos);
    return fail(d, CG_E_UNEXPECTED);
  }
  size_t head = boxed ? 8 : 4;
  *count = load32(d->pos + head - 4);
  if (*count > (left(d) - head) / min) return fail(d, CG_E_TRUNCATED);
  d->pos += head;
  return true;
}

static bool read_ints(decoder *d, uint8_t *f) {
  uint32_t n;
  if (!read_count(d, true, 4, &n)) return false;
  int32_t *at = (int32_t *)(void *)take(d, (size_t)n * 4);
  if (!at) return false;
  for (uint32_t i = 0; i < n; i++) at[i] = (int32_t)load32(d->pos + 4 * (size_t)i);
  d->pos += 4 * (size_t)n;
  *(tl_vec_int *)(void *)f = (tl_vec_int){ at, n };
  return true;
}

static bool read_longs(decoder *d, uint8_t *f) {
  uint32_t n;
  if (!read_count(d, true, 8, &n)) return false;
  int64_t *at = (int64_t *)(void *)take(d, (size_t)n * 8);
  if (!at) return false;
  for (uint32_t i = 0; i < n; i++) at[i] = (int64_t)load64(d->pos + 8 * (size_t)i);
  d->pos += 8 * (size_t)n;
  *(tl_vec_long *)(void *)f = (tl_vec_long){ at, n };
  return true;
}

static bool read_doubles(decoder *d, uint8_t *f) {
  uint32_t n;
  if (!read_count(d, true, 8, &n)) return false;
  double *at = (double *)(void *)take(d, (size_t)n * 8);
  if (!at) return false;
  for (uint32_t i = 0; i < n; i++) read_double(d, (uint8_t *)(at + i));
  *(tl_vec_double *)(void *)f = (tl_vec_double){ at, n };
  return true;
}

static bool read_ints_as_longs(decoder *d, uint8_t *f) {
  uint32_t n;
  if (!read_count(d, true, 4, &n)) return false;
  int64_t *at = (int64_t *)(void *)take(d, (size_t)n * 8);
  if (!at) return false;
  for (uint32_t i = 0; i < n; i++) at[i] = (int32_t)load32(d->pos + 4 * (size_t)i);
  d->pos += 4 * (size_t)n;
  *(tl_vec_long *)(void *)f = (tl_vec_long){ at, n };
  return true;
}

static bool read_strings(decoder *d, uint8_t *f) {
  uint32_t n;
  if (!read_count(d, true, 4, &n)) return false;
  cg_bytes *at = (cg_bytes *)(void *)take(d, n * sizeof *at);
  if (!at) return false;
  for (uint32_t i = 0; i < n; i++)
    if (!read_string(d, at + i)) {
      add_index(d, i);
      return false;
    }
  *(tl_vec_bytes *)(void *)f = (tl_vec_bytes){ at, n };
  return true;
}

/* Object: what is left, or what the int before it counts. */
static bool read_raw(decoder *d, const tl_row *r, const uint8_t *o, uint8_t *f) {
  size_t n = left(d);
  if (r->kind == TL_K_SIZED) {
    int32_t size;
    memcpy(&size, o + r->sub, sizeof size);
    if (size < 0) return fail(d, CG_E_MALFORMED);
    if ((size_t)size > n) return fail(d, CG_E_TRUNCATED);
    n = (size_t)size;
  }
  if (n % 4) return fail(d, CG_E_MALFORMED);
  *(cg_bytes *)(void *)f = (cg_bytes){ d->pos, n };
  d->pos += n;
  return true;
}

/* --- objects --------------------------------------------------------------- */

static const tl_obj *read_body(decoder *d, const tl_head *h);

/* An object of boxed type `type`, or any method for TL_NOWHERE. */
static inline const tl_obj *read_object(decoder *d, unsigned type) {
  if (left(d) < 4) {
    fail(d, CG_E_TRUNCATED);
    return NULL;
  }
  uint32_t id = load32(d->pos);
  const tl_head *h = tl_find(d->s, id);
  if (!h || h->type != type) {
    d->id = id;
    fail(d, h ? CG_E_UNEXPECTED : CG_E_UNKNOWN_ID);
    return NULL;
  }
  d->pos += 4;
  return read_body(d, h);
}

static bool read_objects(decoder *d, unsigned type, uint8_t *f) {
  uint32_t n;
  if (!read_count(d, true, 4, &n)) return false;
  const tl_obj **at = (const tl_obj **)(void *)take(d, n * sizeof *at);
  if (!at) return false;
  for (uint32_t i = 0; i < n; i++)
    if (!(at[i] = read_object(d, type))) {
      add_index(d, i);
      return false;
    }
  *(tl_vec_obj *)(void *)f = (tl_vec_obj){ at, n };
  return true;
}

/* A bare vector of bare elements. */
static bool read_list(decoder *d, const tl_head *h, uint8_t *f) {
  uint32_t n;
  if (!read_count(d, false, 4, &n)) return false;
  const tl_obj **at = (const tl_obj **)(void *)take(d, n * sizeof *at);
  if (!at) return false;
  for (uint32_t i = 0; i < n; i++)
    if (!(at[i] = read_body(d, h))) {
      add_index(d, i);
      return false;
    }
  *(tl_vec_obj *)(void *)f = (tl_vec_obj){ at, n };
  return true;
}

static bool read_pointer(decoder *d, unsigned type, uint8_t *f) {
  const tl_obj *child = read_object(d, type);
  *(const tl_obj **)(void *)f = child;
  return child;
}

/* One value into its place `f` of the struct `o`. */
static inline bool read_value(decoder *d, const tl_row *r, const uint8_t *o, uint8_t *f,
                              uint64_t *has) {
  switch (r->kind) {
  case TL_K_FLAGS: return read_flags(d, r->sub, has);
  case TL_K_INT: return read_u32(d, (uint32_t *)(void *)f);
  case TL_K_LONG: return read_u64(d, (uint64_t *)(void *)f);
  case TL_K_STRING:
  case TL_K_BYTES: return read_string(d, (cg_bytes *)(void *)f);
  case TL_K_OBJ: return read_pointer(d, r->sub, f);
  case TL_K_CALL: return read_pointer(d, TL_NOWHERE, f);
  case TL_K_VEC_OBJ: return read_objects(d, r->sub, f);
  case TL_K_BOOL: return read_bool(d, (bool *)(void *)f);
  case TL_K_DOUBLE: return read_double(d, f);
  case TL_K_INT128: return read_fixed(d, f, 16);
  case TL_K_INT256: return read_fixed(d, f, 32);
  case TL_K_VEC_INT: return read_ints(d, f);
  case TL_K_VEC_LONG: return read_longs(d, f);
  case TL_K_VEC_DOUBLE: return read_doubles(d, f);
  case TL_K_VEC_STRING:
  case TL_K_VEC_BYTES: return read_strings(d, f);
  case TL_K_LIST: return read_list(d, d->s->heads + r->sub, f);
  case TL_K_INT_AS_LONG: return read_int_as_long(d, f);
  case TL_K_VEC_INT_AS_LONG: return read_ints_as_longs(d, f);
  default: return read_raw(d, r, o, f);
  }
}

/* Presence in the newest struct, from that on the wire of an older form. */
static uint64_t translate(const decoder *d, const tl_head *h, uint64_t wire) {
  uint64_t has = 0;
  for (size_t i = h->first; i < (size_t)h->first + h->nrows; i++) {
    unsigned bit = d->s->mem_bit[i - d->s->first_old_row];
    if (bit != TL_ALWAYS && wire >> d->s->rows[i].bit & 1) has |= UINT64_C(1) << bit;
  }
  return has;
}

/* All wire rows of `h` into the struct `o`. The kinds that nearly all fields have are
 * read here, with the position in a register: a call for each field would cost more
 * than the reading. Whatever is not whole goes to read_value(), which says why. */
static bool read_rows(decoder *d, const tl_head *h, uint8_t *o) {
  const tl_row *r = d->s->rows + h->first, *end = r + h->nwire;
  const uint8_t *p = d->pos, *const stop = d->end;
  uint64_t has = UINT64_C(1) << TL_ALWAYS;
  for (; r < end; r++) {
    if (!(has >> r->bit & 1)) continue;
    uint8_t *f = o + r->off;
    size_t room = (size_t)(stop - p);
    switch (r->kind) {
    case TL_K_FLAGS:
      if (room < 4) break;
      has |= (uint64_t)load32(p) << 32 * r->sub;
      p += 4;
      continue;
    case TL_K_INT:
      if (room < 4) break;
      *(uint32_t *)(void *)f = load32(p);
      p += 4;
      continue;
    case TL_K_LONG:
      if (room < 8) break;
      *(uint64_t *)(void *)f = load64(p);
      p += 8;
      continue;
    case TL_K_STRING: case TL_K_BYTES:
      if (room < 256 || *p >= 254) break;
      *(cg_bytes *)(void *)f = (cg_bytes){ p + 1, *p };
      p += (*p + 4u) & ~3u;
      continue;
    default: break;
    }
    d->pos = p;
    if (!read_value(d, r, o, f, &has)) {
      add_field(d, r->name);
      return false;
    }
    p = d->pos;
  }
  d->pos = p;
  if (!(h->flags & TL_F_HAS)) return true;
  if (h->flags & TL_F_OLD) has = translate(d, h, has);
  *(uint64_t *)(void *)(o + TL_HAS_AT) = has & ~(UINT64_C(1) << TL_ALWAYS);
  return true;
}

static const tl_obj *read_body(decoder *d, const tl_head *h) {
  if (h->size == sizeof(tl_obj)) return &h->o; /* no fields and no older form */
  if (d->depth == TL_DEPTH) {
    fail(d, CG_E_LIMIT);
    return NULL;
  }
  uint8_t *o = take(d, h->size);
  if (!o) return NULL;
  *(tl_obj *)(void *)o = (tl_obj){ d->s->heads[h->newest].o.id, h->o.ix };
  d->depth++;
  bool ok = read_rows(d, h, o);
  d->depth--;
  return ok ? (const tl_obj *)(void *)o : NULL;
}

/* --- the calls -------------------------------------------------------------- */

static decoder start(const cg_tl_schema *s, cg_bytes in, cg_arena *arena) {
  const uint8_t *p = in.len ? in.at : (const uint8_t *)""; /* in.at may be NULL */
  return (decoder){ .s = s, .arena = arena, .start = p, .pos = p, .end = p + in.len,
                    .path_at = PATH };
}

/* "updates.updates[3].message.media: unknown id 0x12345678 at byte 96" */
static cg_err report(decoder *d, cg_fault *fault) {
  int n = (int)(PATH - d->path_at);
  const char *path = d->path + d->path_at, *colon = n ? ": " : "";
  size_t at = d->err_at;
  if (d->err == CG_E_UNKNOWN_ID)
    return cg_fail(fault, d->err, "%.*s%sunknown id 0x%08x at byte %zu", n, path, colon,
                   d->id, at);
  const tl_head *h = d->err == CG_E_UNEXPECTED ? tl_find(d->s, d->id) : NULL;
  if (h)
    return cg_fail(fault, d->err, "%.*s%s%s does not belong here, at byte %zu", n, path,
                   colon, tl_head_name(d->s, h), at);
  return cg_fail(fault, d->err, "%.*s%s%s, at byte %zu", n, path, colon,
                 cg_err_text(d->err), at);
}

static cg_err finish(decoder *d, cg_tl_extent *extent, cg_fault *fault) {
  if (extent)
    *extent = (cg_tl_extent){ (size_t)(d->pos - d->start),
                              d->err == CG_E_UNKNOWN_ID ? d->id : 0 };
  return d->err ? report(d, fault) : CG_OK;
}

static void start_path(decoder *d, const tl_head *h) {
  if (d->path_at) add_path(d, tl_head_name(d->s, h));
}

/* Any object or method. */
static const tl_obj *read_any(decoder *d) {
  if (left(d) < 4) {
    fail(d, CG_E_TRUNCATED);
    return NULL;
  }
  d->id = load32(d->pos);
  const tl_head *h = tl_find(d->s, d->id);
  if (!h) {
    fail(d, CG_E_UNKNOWN_ID);
    return NULL;
  }
  d->pos += 4;
  const tl_obj *obj = read_body(d, h);
  if (!obj) start_path(d, h);
  return obj;
}

cg_err cg_tl_decode_prefix(const cg_tl_schema *s, cg_bytes in, cg_arena *arena,
                           const tl_obj **out, cg_tl_extent *extent, cg_fault *fault) {
  decoder d = start(s, in, arena);
  const tl_obj *obj = read_any(&d);
  if (obj) *out = obj;
  return finish(&d, extent, fault);
}

static cg_err trailing(decoder *d) {
  if (!d->err && d->pos != d->end) fail(d, CG_E_TRAILING);
  return d->err;
}

cg_err cg_tl_decode(const cg_tl_schema *s, cg_bytes in, cg_arena *arena,
                    const tl_obj **out, cg_fault *fault) {
  decoder d = start(s, in, arena);
  const tl_obj *obj = read_any(&d);
  if (!trailing(&d)) *out = obj;
  return finish(&d, NULL, fault);
}

/* --- results ---------------------------------------------------------------- */

const tl_obj *cg_tl_bool(bool value) {
  static const tl_obj yes = { TL_ID_boolTrue, 0 }, no = { TL_ID_boolFalse, 0 };
  return value ? &yes : &no;
}

/* The call that decides what the answer is: the innermost of wrappers. */
static const tl_head *answering(const cg_tl_schema *s, const tl_obj *request) {
  for (int i = 0; request && i < TL_DEPTH; i++) {
    const tl_head *h = tl_head_of(s, request);
    if (!h || !tl_is_method(h)) return NULL;
    if (h->result != TL_K_SAME) return h;
    const tl_head *newest = s->heads + h->newest;
    const tl_row *r = s->rows + newest->first, *end = r + newest->nwire;
    while (r < end && r->kind != TL_K_CALL) r++;
    if (r == end) return NULL;
    request = *(const tl_obj *const *)(const void *)((const uint8_t *)request + r->off);
  }
  return NULL;
}

static const tl_obj *read_vector(decoder *d, const tl_head *h) {
  tl_vector *v = (tl_vector *)(void *)take(d, sizeof *v);
  union { tl_vec_int ints; tl_vec_long longs; tl_vec_bytes bytes; tl_vec_obj objs;
          uint8_t any[TL_SPARE]; } at = { .any = { 0 } };
  tl_row row = { .kind = h->result, .sub = h->result_sub };
  if (!v || !read_value(d, &row, NULL, (uint8_t *)&at, &(uint64_t){ 0 })) return NULL;
  *v = (tl_vector){ .o.id = TL_ID_vector, .len = at.objs.len };
  switch (h->result) {
  case TL_K_VEC_INT: v->of = TL_OF_INT, v->ints = at.ints.at; break;
  case TL_K_VEC_LONG: v->of = TL_OF_LONG, v->longs = at.longs.at; break;
  case TL_K_VEC_STRING: v->of = TL_OF_STRING, v->bytes = at.bytes.at; break;
  case TL_K_VEC_BYTES: v->of = TL_OF_BYTES, v->bytes = at.bytes.at; break;
  default: v->of = TL_OF_OBJ, v->objs = at.objs.at; break;
  }
  return &v->o;
}

static const tl_obj *read_result(decoder *d, const tl_head *h) {
  bool value;
  switch (h->result) {
  case TL_K_OBJ: return read_object(d, h->result_sub);
  case TL_K_BOOL: return read_bool(d, &value) ? cg_tl_bool(value) : NULL;
  case TL_K_VEC_INT: case TL_K_VEC_LONG: case TL_K_VEC_STRING: case TL_K_VEC_BYTES:
  case TL_K_VEC_OBJ: return read_vector(d, h);
  default: fail(d, CG_E_UNEXPECTED); return NULL;
  }
}

cg_err cg_tl_decode_result(const cg_tl_schema *s, const tl_obj *request, cg_bytes in,
                           cg_arena *arena, const tl_obj **out, cg_fault *fault) {
  const tl_head *h = answering(s, request);
  if (!h) return cg_fail(fault, CG_E_UNEXPECTED, "not a call of a method");
  decoder d = start(s, in, arena);
  const tl_obj *obj = read_result(&d, h);
  if (!obj) {
    start_path(&d, h);
    add_path(&d, "answer to ");
  }
  if (!trailing(&d)) *out = obj;
  return finish(&d, NULL, fault);
}
