/* SPDX-License-Identifier: MIT */
/* describe.c - definitions as text, for people: names, fields, TL lines. See
 * <centigram/tl.h>. */
#include "codec.h"
#include "suggest.h"

#include <stdio.h>
#include <string.h>

/* Name of the type of a value, or of a vector's elements. */
static const char *type_name(const cg_tl_schema *s, unsigned kind, unsigned sub) {
  switch (kind) {
  case TL_K_FLAGS: return "#";
  case TL_K_TRUE: return "true";
  case TL_K_BOOL: return "Bool";
  case TL_K_INT: case TL_K_VEC_INT: case TL_K_INT_AS_LONG: case TL_K_VEC_INT_AS_LONG:
    return "int";
  case TL_K_LONG: case TL_K_VEC_LONG: return "long";
  case TL_K_DOUBLE: case TL_K_VEC_DOUBLE: return "double";
  case TL_K_STRING: case TL_K_VEC_STRING: return "string";
  case TL_K_BYTES: case TL_K_VEC_BYTES: return "bytes";
  case TL_K_INT128: return "int128";
  case TL_K_INT256: return "int256";
  case TL_K_OBJ: case TL_K_VEC_OBJ: return tl_name_of(s, s->types[sub].name);
  case TL_K_CALL: return "!X";
  case TL_K_SAME: return "X";
  case TL_K_LIST: return tl_head_name(s, s->heads + sub);
  default: return "Object";
  }
}

static bool is_vector(unsigned kind) {
  return (kind >= TL_K_VEC_INT && kind <= TL_K_LIST) || kind == TL_K_VEC_INT_AS_LONG;
}

bool cg_tl_field_at(const cg_tl_schema *s, uint32_t id, unsigned i, cg_tl_field *out) {
  const tl_head *h = tl_find(s, id);
  for (size_t k = 0; h && k < h->nrows; k++) {
    const tl_row *r = s->rows + h->first + k;
    if (r->kind == TL_K_FLAGS || i-- > 0) continue;
    *out = (cg_tl_field){ tl_name_of(s, r->name), type_name(s, r->kind, r->sub),
                          is_vector(r->kind), r->bit != TL_ALWAYS };
    return true;
  }
  return false;
}

const char *cg_tl_next_name(const cg_tl_schema *s, bool methods, const char *after) {
  size_t low = 0, high = s->nsorted;
  while (after && low < high) {
    size_t mid = (low + high) / 2;
    if (strcmp(tl_head_name(s, s->heads + s->sorted[mid]), after) <= 0) low = mid + 1;
    else high = mid;
  }
  for (; low < s->nsorted; low++)
    if (tl_is_method(s->heads + s->sorted[low]) == methods)
      return tl_head_name(s, s->heads + s->sorted[low]);
  return NULL;
}

/* --- TL text ---------------------------------------------------------------- */

static void put_type(cg_buf *b, const cg_tl_schema *s, unsigned kind, unsigned sub) {
  const char *vector = kind == TL_K_LIST ? "vector<" : is_vector(kind) ? "Vector<" : "";
  cg_buf_text(b, vector);
  cg_buf_text(b, type_name(s, kind, sub));
  if (*vector) cg_buf_text(b, ">");
}

static const char *word_name(const cg_tl_schema *s, const tl_head *h, unsigned word) {
  for (size_t i = 0; i < h->nwire; i++) {
    const tl_row *r = s->rows + h->first + i;
    if (r->kind == TL_K_FLAGS && r->sub == word) return tl_name_of(s, r->name);
  }
  return "";
}

static void put_field(cg_buf *b, const cg_tl_schema *s, const tl_head *h,
                      const tl_row *r) {
  cg_buf_text(b, " ");
  cg_buf_text(b, tl_name_of(s, r->name));
  cg_buf_text(b, ":");
  if (r->bit != TL_ALWAYS) {
    char bit[8];
    snprintf(bit, sizeof bit, ".%u?", r->bit % 32u);
    cg_buf_text(b, word_name(s, h, r->bit / 32u));
    cg_buf_text(b, bit);
  }
  put_type(b, s, r->kind, r->sub);
}

/* The `true` flags of a word stand behind it, as in Telegram's own text. */
static void put_fields(cg_buf *b, const cg_tl_schema *s, const tl_head *h) {
  const tl_row *rows = s->rows + h->first;
  for (size_t i = 0; i < h->nwire; i++) {
    put_field(b, s, h, rows + i);
    for (size_t k = h->nwire; rows[i].kind == TL_K_FLAGS && k < h->nrows; k++)
      if (rows[k].bit / 32u == rows[i].sub) put_field(b, s, h, rows + k);
  }
}

static void put_definition(cg_buf *b, const cg_tl_schema *s, const tl_head *h) {
  char id[16];
  snprintf(id, sizeof id, "#%08x", h->o.id);
  if (b->len) cg_buf_text(b, "\n");
  cg_buf_text(b, tl_head_name(s, h));
  cg_buf_text(b, id);
  if (h->result == TL_K_SAME) cg_buf_text(b, " {X:Type}");
  put_fields(b, s, h);
  cg_buf_text(b, " = ");
  if (tl_is_method(h)) put_type(b, s, h->result, h->result_sub);
  else put_type(b, s, TL_K_OBJ, h->type);
}

static void put_type_members(cg_buf *b, const cg_tl_schema *s, const char *name) {
  for (size_t i = 0; i < s->nsorted; i++) {
    const tl_head *h = s->heads + s->sorted[i];
    if (tl_is_method(h) || strcmp(tl_name_of(s, s->types[h->type].name), name)) continue;
    put_definition(b, s, h);
  }
}

cg_err cg_tl_describe(const cg_tl_schema *s, const char *name, cg_arena *arena,
                      cg_bytes *out, cg_fault *fault) {
  cg_buf b = { 0 };
  const tl_head *h = tl_head_named(s, cg_bytes_of(name), true);
  if (!h) h = tl_head_named(s, cg_bytes_of(name), false);
  if (h) put_definition(&b, s, h);
  else put_type_members(&b, s, name);
  cg_err err = b.err;
  if (!err && !b.len) {
    char other[120];
    tl_suggest(s, cg_bytes_of(name), true, other, sizeof other);
    if (!*other) tl_suggest(s, cg_bytes_of(name), false, other, sizeof other);
    err = cg_fail(fault, CG_E_UNKNOWN_NAME, "no method, constructor or type \"%.60s\"%s",
                  name, other);
  } else if (!err) {
    *out = cg_arena_copy(arena, cg_buf_view(&b));
    err = out->at ? CG_OK : CG_E_MEMORY;
  }
  if (err && err != CG_E_UNKNOWN_NAME) cg_fail(fault, err, "%s", cg_err_text(err));
  cg_buf_free(&b);
  return err;
}
