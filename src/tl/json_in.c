/* SPDX-License-Identifier: MIT */
/*
 * json_in.c - JSON becomes objects: every object is checked against the rows of its
 * definition while it is read. An error names the field by its path and says what is
 * wanted there.
 *
 * "_" may stand anywhere in an object, and may be left out where the type has one
 * constructor. A null is a field that was not given.
 */
#include "base64.h"
#include "codec.h"
#include "json.h"
#include "suggest.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where the reader is: a field, or an element if name is NULL. */
typedef struct place {
  const struct place *up;
  const char *name;
  uint32_t index;
} place;

typedef struct {
  const cg_tl_schema *s;
  const cg_tl_defaults *defaults; /* NULL: every mandatory field must be given */
  cg_arena *arena;
  cg_json j;
  cg_fault *fault;
  cg_err err;
} reader;

/* An object while it is filled. */
typedef struct {
  const tl_head *h;
  uint8_t *o;
  uint64_t has;
  uint64_t given[4]; /* bit per row */
  const place *at;
} target;

static size_t write_place(const place *at, char *out, size_t size) {
  size_t n = at->up ? write_place(at->up, out, size) : 0;
  if (n >= size) return n;
  int more = at->name ? snprintf(out + n, size - n, "%s%s", n ? "." : "", at->name)
                      : snprintf(out + n, size - n, "[%u]", at->index);
  return n + (more > 0 ? (size_t)more : 0);
}

/* Records "path: text" and stops the JSON reader. */
__attribute__((format(printf, 4, 5)))
static bool fail(reader *r, const place *at, cg_err err, const char *format, ...) {
  char path[120], text[160];
  va_list args;
  if (r->err) return false;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  path[0] = 0;
  if (at) write_place(at, path, sizeof path);
  r->err = cg_fail(r->fault, err, "%s%s%s", path, at ? ": " : "", text);
  return false;
}

static bool out_of_memory(reader *r) {
  return fail(r, NULL, CG_E_MEMORY, "out of memory");
}

/* The JSON itself is bad. */
static bool bad_json(reader *r, const place *at) {
  cg_err err = r->j.err ? r->j.err : CG_E_MALFORMED;
  if (err == CG_E_UNEXPECTED || err == CG_E_LIMIT)
    return fail(r, at, err, "%s", r->j.why ? r->j.why : cg_err_text(err));
  return fail(r, NULL, err, "JSON, byte %zu: %s", r->j.err_at,
              r->j.why ? r->j.why : cg_err_text(err));
}

static const char *kind_text(cg_json_kind kind) {
  static const char *const texts[] = { "the end of the text", "null", "true or false",
                                       "a number", "a string", "an array", "an object" };
  return texts[kind];
}

/* True if the value that stands next is of `kind`. */
static bool want(reader *r, const place *at, cg_json_kind kind) {
  cg_json_kind there = cg_json_peek(&r->j);
  if (there == kind) return true;
  if (there == CG_JSON_NONE) {
    cg_json_skip(&r->j);
    return bad_json(r, at);
  }
  return fail(r, at, CG_E_UNEXPECTED, "%s is wanted, not %s", kind_text(kind),
              kind_text(there));
}

/* --- plain values ----------------------------------------------------------- */

static bool read_int(reader *r, const place *at, int32_t *out) {
  int64_t v;
  if (!want(r, at, CG_JSON_NUMBER)) return false;
  if (!cg_json_i64(&r->j, &v)) return bad_json(r, at);
  if (v != (int32_t)v) return fail(r, at, CG_E_LIMIT, "does not fit into 32 bits");
  *out = (int32_t)v;
  return true;
}

/* A whole number in decimal digits, as JSON writes it. */
static bool parse_long(cg_bytes text, cg_arena *arena, int64_t *out) {
  cg_json j;
  cg_json_init(&j, text, arena);
  return text.len && (*text.at == '-' || (*text.at >= '0' && *text.at <= '9')) &&
         cg_json_i64(&j, out) && !cg_json_end(&j);
}

static bool read_long(reader *r, const place *at, int64_t *out) {
  cg_bytes text;
  if (cg_json_peek(&r->j) != CG_JSON_STRING) {
    if (!want(r, at, CG_JSON_NUMBER)) return false;
    return cg_json_i64(&r->j, out) || bad_json(r, at);
  }
  if (!cg_json_string(&r->j, &text)) return bad_json(r, at);
  return parse_long(text, r->arena, out) ||
         fail(r, at, CG_E_UNEXPECTED,
              "a 64-bit number is wanted, as a number or a string");
}

static bool read_double(reader *r, const place *at, double *out) {
  if (!want(r, at, CG_JSON_NUMBER)) return false;
  return cg_json_double(&r->j, out) || bad_json(r, at);
}

static bool read_bool(reader *r, const place *at, bool *out) {
  if (!want(r, at, CG_JSON_BOOL)) return false;
  return cg_json_bool(&r->j, out) || bad_json(r, at);
}

static bool read_string(reader *r, const place *at, cg_bytes *out) {
  cg_bytes text;
  if (!want(r, at, CG_JSON_STRING)) return false;
  if (!cg_json_string(&r->j, &text)) return bad_json(r, at);
  *out = cg_arena_copy(r->arena, text);
  return out->at || out_of_memory(r);
}

static bool read_bytes(reader *r, const place *at, cg_bytes *out) {
  cg_bytes text;
  if (!want(r, at, CG_JSON_STRING)) return false;
  if (!cg_json_string(&r->j, &text)) return bad_json(r, at);
  cg_err err = cg_base64_read(text, r->arena, out);
  if (err == CG_E_MEMORY) return out_of_memory(r);
  return !err || fail(r, at, CG_E_MALFORMED, "base64 is wanted");
}

static bool read_hex(reader *r, const place *at, uint8_t *out, size_t size) {
  cg_bytes text;
  if (!want(r, at, CG_JSON_STRING)) return false;
  if (!cg_json_string(&r->j, &text)) return bad_json(r, at);
  return cg_hex_read(text, out, size) ||
         fail(r, at, CG_E_MALFORMED, "%zu hex digits are wanted", size * 2);
}

/* --- vectors ---------------------------------------------------------------- */

static const tl_obj *read_object(reader *r, const place *at, unsigned type);

static size_t element_size(unsigned kind) {
  switch (kind) {
  case TL_K_VEC_INT: return 4;
  case TL_K_VEC_LONG: case TL_K_VEC_DOUBLE: return 8;
  case TL_K_VEC_STRING: case TL_K_VEC_BYTES: return sizeof(cg_bytes);
  default: return sizeof(tl_obj *);
  }
}

static bool read_element(reader *r, const place *at, const tl_row *row, uint8_t *f) {
  void *p = f;
  switch (row->kind) {
  case TL_K_VEC_INT: return read_int(r, at, p);
  case TL_K_VEC_LONG: return read_long(r, at, p);
  case TL_K_VEC_DOUBLE: return read_double(r, at, p);
  case TL_K_VEC_STRING: return read_string(r, at, p);
  case TL_K_VEC_BYTES: return read_bytes(r, at, p);
  default: break;
  }
  unsigned type = row->kind == TL_K_LIST ? r->s->heads[row->sub].type : row->sub;
  return (*(const tl_obj **)p = read_object(r, at, type));
}

static void set_vector(unsigned kind, uint8_t *f, const void *at, uint32_t len) {
  void *p = f;
  switch (kind) {
  case TL_K_VEC_INT: *(tl_vec_int *)p = (tl_vec_int){ at, len }; break;
  case TL_K_VEC_LONG: *(tl_vec_long *)p = (tl_vec_long){ at, len }; break;
  case TL_K_VEC_DOUBLE: *(tl_vec_double *)p = (tl_vec_double){ at, len }; break;
  case TL_K_VEC_STRING: case TL_K_VEC_BYTES:
    *(tl_vec_bytes *)p = (tl_vec_bytes){ at, len };
    break;
  default: *(tl_vec_obj *)p = (tl_vec_obj){ at, len }; break;
  }
}

static bool read_vector(reader *r, const place *at, const tl_row *row, uint8_t *f) {
  size_t size = element_size(row->kind), cap = 4, n = 0;
  uint8_t *items = cg_arena_alloc(r->arena, cap * size);
  if (!want(r, at, CG_JSON_ARRAY)) return false;
  if (!items) return out_of_memory(r);
  if (!cg_json_array(&r->j)) return bad_json(r, at);
  for (; cg_json_item(&r->j); n++) {
    place here = { at, NULL, (uint32_t)n };
    if (n == cap) {
      uint8_t *more = cg_arena_alloc(r->arena, cap * 2 * size);
      if (!more) return out_of_memory(r);
      memcpy(more, items, n * size);
      items = more;
      cap *= 2;
    }
    if (!read_element(r, &here, row, items + n * size)) return false;
  }
  if (r->j.err) return bad_json(r, at);
  set_vector(row->kind, f, items, (uint32_t)n);
  return true;
}

/* --- fields ----------------------------------------------------------------- */

static bool read_pointer(reader *r, const place *at, unsigned type, uint8_t *f) {
  const tl_obj *child = read_object(r, at, type);
  *(const tl_obj **)(void *)f = child;
  return child;
}

static bool read_value(reader *r, const place *at, const tl_row *row, uint8_t *f) {
  void *p = f;
  switch (row->kind) {
  case TL_K_INT: return read_int(r, at, p);
  case TL_K_LONG: return read_long(r, at, p);
  case TL_K_DOUBLE: return read_double(r, at, p);
  case TL_K_BOOL: return read_bool(r, at, p);
  case TL_K_STRING: return read_string(r, at, p);
  case TL_K_BYTES: case TL_K_REST: case TL_K_SIZED: return read_bytes(r, at, p);
  case TL_K_INT128: return read_hex(r, at, f, 16);
  case TL_K_INT256: return read_hex(r, at, f, 32);
  case TL_K_OBJ: return read_pointer(r, at, row->sub, f);
  case TL_K_CALL: return read_pointer(r, at, TL_NOWHERE, f);
  default: return read_vector(r, at, row, f);
  }
}

static bool has_name(const reader *r, const tl_row *row, cg_bytes key) {
  return row->kind != TL_K_FLAGS &&
         cg_bytes_equal(key, cg_bytes_of(tl_name_of(r->s, row->name)));
}

/* Row of the field `key`; Lua's keywords may be written with `_` behind them. */
static const tl_row *find_row(const reader *r, const tl_head *h, cg_bytes key) {
  const tl_row *rows = r->s->rows + h->first;
  for (size_t i = 0; i < h->nrows; i++)
    if (has_name(r, rows + i, key)) return rows + i;
  if (!key.len || key.at[key.len - 1] != '_') return NULL;
  key.len--;
  for (size_t i = 0; i < h->nrows; i++)
    if (has_name(r, rows + i, key)) return rows + i;
  return NULL;
}

static bool no_field(reader *r, const target *t, cg_bytes key) {
  char fields[160];
  size_t n = 0;
  fields[0] = 0;
  for (size_t i = 0; i < t->h->nrows && n < sizeof fields; i++) {
    const tl_row *row = r->s->rows + t->h->first + i;
    if (row->kind == TL_K_FLAGS) continue;
    n += (size_t)snprintf(fields + n, sizeof fields - n, "%s%s", n ? ", " : "",
                          tl_name_of(r->s, row->name));
  }
  if (n >= sizeof fields) memcpy(fields + sizeof fields - 4, "...", 4);
  return fail(r, t->at, CG_E_UNKNOWN_NAME, "no field \"%.*s\" (%s%s)",
              (int)(key.len < 40 ? key.len : 40), key.at,
              *fields ? "fields: " : "it has none", fields);
}

static bool read_flag(reader *r, const place *at, target *t, const tl_row *row) {
  bool on;
  if (!read_bool(r, at, &on)) return false;
  if (on) t->has |= UINT64_C(1) << row->bit;
  return true;
}

static bool read_field(reader *r, target *t, cg_bytes key) {
  const tl_row *row = find_row(r, t->h, key);
  if (!row) return no_field(r, t, key);
  place here = { t->at, tl_name_of(r->s, row->name), 0 };
  if (cg_json_peek(&r->j) == CG_JSON_NULL)
    return cg_json_null(&r->j) || bad_json(r, &here);
  size_t i = (size_t)(row - r->s->rows) - t->h->first;
  if (t->given[i / 64] >> i % 64 & 1)
    return fail(r, &here, CG_E_MALFORMED, "stands twice");
  t->given[i / 64] |= UINT64_C(1) << i % 64;
  if (row->kind == TL_K_TRUE) return read_flag(r, &here, t, row);
  if (row->bit != TL_ALWAYS) t->has |= UINT64_C(1) << row->bit;
  return read_value(r, &here, row, t->o + row->off);
}

static bool read_fields(reader *r, target *t) {
  cg_bytes key;
  while (cg_json_key(&r->j, &key)) {
    bool ok = cg_bytes_equal(key, CG_LIT("_")) ? cg_json_skip(&r->j) || bad_json(r, t->at)
                                               : read_field(r, t, key);
    if (!ok) return false;
  }
  return !r->j.err || bad_json(r, t->at);
}

/* --- what is left out ------------------------------------------------------- */

static tl_obj *new_object(reader *r, const tl_head *h) {
  tl_obj *obj = cg_arena_alloc(r->arena, h->size);
  if (obj) *obj = h->o;
  else out_of_memory(r);
  return obj;
}

static bool is_flags_only(const reader *r, const tl_head *h) {
  for (size_t i = 0; i < h->nwire; i++) {
    const tl_row *row = r->s->rows + h->first + i;
    if (row->kind != TL_K_FLAGS && row->bit == TL_ALWAYS) return false;
  }
  return h->nrows > 0;
}

static bool draw(reader *r, void *out, size_t size) {
  const cg_tl_defaults *d = r->defaults;
  return (d->random && d->random(d->random_ctx, out, size)) ||
         fail(r, NULL, CG_E_RANDOM, "%s", cg_err_text(CG_E_RANDOM));
}

/* One random number for each message that the call names in `id`. */
static bool draw_vector(reader *r, const target *t, uint8_t *f) {
  const tl_row *id = find_row(r, t->h, CG_LIT("id"));
  uint32_t n = 0;
  if (id && id->kind == TL_K_VEC_INT)
    n = ((const tl_vec_int *)(const void *)(t->o + id->off))->len;
  int64_t *at = cg_arena_alloc(r->arena, n * sizeof *at);
  if (!at) return out_of_memory(r);
  *(tl_vec_long *)(void *)f = (tl_vec_long){ at, n };
  return !n || draw(r, at, n * sizeof *at);
}

typedef enum { NO_DEFAULT, FILLED, FAILED } filling;

static filling filled(bool ok) {
  return ok ? FILLED : FAILED;
}

static filling fill_object(reader *r, const tl_row *row, uint8_t *f) {
  unsigned only = r->s->types[row->sub].only;
  if (only == TL_NOWHERE || !is_flags_only(r, r->s->heads + only)) return NO_DEFAULT;
  const tl_obj *obj = new_object(r, r->s->heads + only);
  *(const tl_obj **)(void *)f = obj;
  return filled(obj);
}

static filling fill_named(reader *r, const target *t, const tl_row *row, uint8_t *f) {
  cg_bytes name = cg_bytes_of(tl_name_of(r->s, row->name));
  if (cg_bytes_equal(name, CG_LIT("random_id"))) {
    if (row->kind == TL_K_LONG) return filled(draw(r, f, 8));
    if (row->kind == TL_K_INT) return filled(draw(r, f, 4));
    if (row->kind == TL_K_VEC_LONG) return filled(draw_vector(r, t, f));
  }
  if (cg_bytes_equal(name, CG_LIT("hash")) &&
      (row->kind == TL_K_LONG || row->kind == TL_K_INT))
    return FILLED; /* zero: nothing is cached */
  if (cg_bytes_equal(name, CG_LIT("api_id")) && row->kind == TL_K_INT &&
      r->defaults->api_id) {
    *(int32_t *)(void *)f = r->defaults->api_id;
    return FILLED;
  }
  if (cg_bytes_equal(name, CG_LIT("api_hash")) && row->kind == TL_K_STRING &&
      r->defaults->api_hash) {
    cg_bytes text = cg_arena_copy(r->arena, cg_bytes_of(r->defaults->api_hash));
    *(cg_bytes *)(void *)f = text;
    return text.at ? FILLED : filled(out_of_memory(r));
  }
  return NO_DEFAULT;
}

static filling fill(reader *r, const target *t, const tl_row *row, uint8_t *f) {
  if (!r->defaults) return NO_DEFAULT;
  filling done = fill_named(r, t, row, f);
  if (done != NO_DEFAULT) return done;
  if (row->kind == TL_K_OBJ) return fill_object(r, row, f);
  bool vector = row->kind >= TL_K_VEC_INT && row->kind <= TL_K_LIST;
  return vector ? FILLED : NO_DEFAULT;
}

/* Every value that must be there, because it always must or because something that
 * shares its bit is, was given or has a default. */
static bool complete(reader *r, target *t) {
  for (size_t i = 0; i < t->h->nwire; i++) {
    const tl_row *row = r->s->rows + t->h->first + i;
    bool always = row->bit == TL_ALWAYS;
    if (row->kind == TL_K_FLAGS || t->given[i / 64] >> i % 64 & 1) continue;
    if (!always && !(t->has >> row->bit & 1)) continue;
    filling done = always ? fill(r, t, row, t->o + row->off) : NO_DEFAULT;
    place here = { t->at, tl_name_of(r->s, row->name), 0 };
    if (done == FILLED) continue;
    return done == NO_DEFAULT &&
           fail(r, &here, CG_E_MISSING, always ? "is missing"
                                               : "is missing (another field needs it)");
  }
  if (t->h->flags & TL_F_HAS) *(uint64_t *)(void *)(t->o + TL_HAS_AT) = t->has;
  return true;
}

/* --- objects ---------------------------------------------------------------- */

static const tl_obj *read_body(reader *r, const place *at, const tl_head *h) {
  target t = { .h = h, .at = at, .o = (uint8_t *)new_object(r, h) };
  if (!t.o) return NULL;
  return read_fields(r, &t) && complete(r, &t) ? (const tl_obj *)(const void *)t.o : NULL;
}

/* The "_" of the object that was just entered, without moving on. */
static bool peek_name(reader *r, const place *at, cg_bytes *name) {
  cg_json ahead = r->j;
  cg_bytes key;
  *name = (cg_bytes){ 0 };
  while (cg_json_key(&ahead, &key)) {
    if (!cg_bytes_equal(key, CG_LIT("_"))) {
      cg_json_skip(&ahead);
    } else if (cg_json_string(&ahead, name)) {
      return true;
    }
  }
  if (!ahead.err) return true;
  r->j = ahead;
  return bad_json(r, at);
}

static const tl_head *head_of_type(reader *r, const place *at, unsigned type) {
  char names[120];
  if (type == TL_NOWHERE) {
    fail(r, at, CG_E_MISSING, "\"_\" is missing: the name of a method");
    return NULL;
  }
  const tl_type *t = r->s->types + type;
  if (t->only != TL_NOWHERE) return r->s->heads + t->only;
  tl_constructors_text(r->s, type, names, sizeof names);
  fail(r, at, CG_E_MISSING, "\"_\" is missing: one of %s", names);
  return NULL;
}

/* The definition called `name` where `type` is wanted. */
static const tl_head *head_named(reader *r, const place *at, unsigned type,
                                 cg_bytes name) {
  char other[120];
  const tl_head *h = tl_head_named(r->s, name, type == TL_NOWHERE);
  if (h && h->type == type) return h;
  int n = (int)(name.len < 60 ? name.len : 60);
  if (type == TL_NOWHERE) {
    tl_suggest(r->s, name, true, other, sizeof other);
    fail(r, at, CG_E_UNKNOWN_NAME, "unknown method \"%.*s\"%s", n, name.at, other);
    return NULL;
  }
  tl_constructors_text(r->s, type, other, sizeof other);
  if (h) fail(r, at, CG_E_UNEXPECTED, "%.*s does not belong here: one of %s", n, name.at,
              other);
  else fail(r, at, CG_E_UNKNOWN_NAME, "unknown constructor \"%.*s\": one of %s", n,
            name.at, other);
  return NULL;
}

/* An object of boxed type `type`, or a call for TL_NOWHERE. */
static const tl_obj *read_object(reader *r, const place *at, unsigned type) {
  cg_bytes name;
  if (!want(r, at, CG_JSON_OBJECT)) return NULL;
  if (!cg_json_object(&r->j)) {
    bad_json(r, at);
    return NULL;
  }
  if (!peek_name(r, at, &name)) return NULL;
  const tl_head *h = name.at ? head_named(r, at, type, name) : head_of_type(r, at, type);
  return h ? read_body(r, at, h) : NULL;
}

static const tl_obj *read_top(reader *r) {
  cg_bytes name;
  if (!want(r, NULL, CG_JSON_OBJECT)) return NULL;
  if (!cg_json_object(&r->j)) {
    bad_json(r, NULL);
    return NULL;
  }
  if (!peek_name(r, NULL, &name)) return NULL;
  if (!name.at) {
    fail(r, NULL, CG_E_MISSING, "\"_\" is missing: the name of a constructor or method");
    return NULL;
  }
  const tl_head *h = tl_head_named(r->s, name, false);
  if (!h) h = tl_head_named(r->s, name, true);
  if (!h) {
    fail(r, NULL, CG_E_UNKNOWN_NAME, "unknown constructor or method \"%.*s\"",
         (int)(name.len < 60 ? name.len : 60), name.at);
    return NULL;
  }
  return read_body(r, &(place){ NULL, tl_head_name(r->s, h), 0 }, h);
}

static cg_err finish(reader *r, const tl_obj *obj, const tl_obj **out) {
  if (obj && cg_json_end(&r->j)) bad_json(r, NULL);
  if (!r->err) *out = obj;
  return r->err;
}

cg_err cg_tl_from_json(const cg_tl_schema *s, cg_bytes json, cg_arena *arena,
                       const tl_obj **out, cg_fault *fault) {
  reader r = { .s = s, .arena = arena, .fault = fault };
  cg_json_init(&r.j, json, arena);
  return finish(&r, read_top(&r), out);
}

static bool is_blank(cg_bytes text) {
  for (size_t i = 0; i < text.len; i++)
    if (!memchr(" \t\r\n", text.at[i], 4)) return false;
  return true;
}

cg_err cg_tl_call_from_json(const cg_tl_schema *s, const char *name, cg_bytes args,
                            const cg_tl_defaults *defaults, cg_arena *arena,
                            const tl_obj **out, cg_fault *fault) {
  reader r = { .s = s, .defaults = defaults, .arena = arena, .fault = fault };
  const tl_head *h = head_named(&r, NULL, TL_NOWHERE, cg_bytes_of(name));
  if (!h) return r.err;
  cg_json_init(&r.j, is_blank(args) ? CG_LIT("{}") : args, arena);
  place at = { NULL, tl_head_name(s, h), 0 };
  const tl_obj *obj = NULL;
  if (want(&r, &at, CG_JSON_OBJECT)) {
    if (cg_json_object(&r.j)) obj = read_body(&r, &at, h);
    else bad_json(&r, &at);
  }
  return finish(&r, obj, out);
}
