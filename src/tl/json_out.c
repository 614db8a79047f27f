/* SPDX-License-Identifier: MIT */
/*
 * json_out.c - objects become JSON, by the rows of their newest form. What is not
 * there is left out: absent optionals, and objects that an older form lacked.
 */
#include "base64.h"
#include "codec.h"
#include "json.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct {
  const cg_tl_schema *s;
  cg_arena *arena; /* for the text of bytes */
  cg_buf b;
  int depth;
  cg_err err;
} printer;

static bool fail(printer *p, cg_err err) {
  if (!p->err) p->err = err;
  return false;
}

static bool put_object(printer *p, const tl_obj *obj);

static void put_long(printer *p, int64_t v) {
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, v);
  cg_jsonw_string(&p->b, cg_bytes_of(text));
}

static void put_text(printer *p, cg_bytes (*spell)(cg_bytes, cg_arena *), cg_bytes v) {
  cg_bytes text = spell(v, p->arena);
  if (text.at) cg_jsonw_string(&p->b, text);
  else fail(p, CG_E_MEMORY);
}

static void put_string(printer *p, bool text, cg_bytes v) {
  if (text) cg_jsonw_string(&p->b, v);
  else put_text(p, cg_base64, v);
}

static void put_vector(printer *p, tl_element of, const tl_vector *v) {
  cg_jsonw_open(&p->b, '[');
  for (uint32_t i = 0; i < v->len && !p->err; i++) {
    switch (of) {
    case TL_OF_INT: cg_jsonw_i64(&p->b, v->ints[i]); break;
    case TL_OF_LONG: put_long(p, v->longs[i]); break;
    case TL_OF_BYTES: put_string(p, false, v->bytes[i]); break;
    case TL_OF_STRING: put_string(p, true, v->bytes[i]); break;
    default:
      if (v->objs[i]) put_object(p, v->objs[i]);
      else fail(p, CG_E_MISSING);
      break;
    }
  }
  cg_jsonw_close(&p->b, ']');
}

static void put_doubles(printer *p, const tl_vec_double *v) {
  cg_jsonw_open(&p->b, '[');
  for (uint32_t i = 0; i < v->len; i++) cg_jsonw_double(&p->b, v->at[i]);
  cg_jsonw_close(&p->b, ']');
}

static void put_elements(printer *p, unsigned kind, const void *f) {
  tl_vector v = { 0 };
  if (kind == TL_K_VEC_INT) {
    v.ints = ((const tl_vec_int *)f)->at, v.len = ((const tl_vec_int *)f)->len;
    put_vector(p, TL_OF_INT, &v);
  } else if (kind == TL_K_VEC_LONG) {
    v.longs = ((const tl_vec_long *)f)->at, v.len = ((const tl_vec_long *)f)->len;
    put_vector(p, TL_OF_LONG, &v);
  } else if (kind == TL_K_VEC_STRING || kind == TL_K_VEC_BYTES) {
    v.bytes = ((const tl_vec_bytes *)f)->at, v.len = ((const tl_vec_bytes *)f)->len;
    put_vector(p, kind == TL_K_VEC_STRING ? TL_OF_STRING : TL_OF_BYTES, &v);
  } else {
    v.objs = ((const tl_vec_obj *)f)->at, v.len = ((const tl_vec_obj *)f)->len;
    put_vector(p, TL_OF_OBJ, &v);
  }
}

static void put_value(printer *p, const tl_row *r, const void *f) {
  switch (r->kind) {
  case TL_K_TRUE: cg_jsonw_bool(&p->b, true); break;
  case TL_K_INT: cg_jsonw_i64(&p->b, *(const int32_t *)f); break;
  case TL_K_LONG: put_long(p, *(const int64_t *)f); break;
  case TL_K_DOUBLE: cg_jsonw_double(&p->b, *(const double *)f); break;
  case TL_K_BOOL: cg_jsonw_bool(&p->b, *(const bool *)f); break;
  case TL_K_STRING: put_string(p, true, *(const cg_bytes *)f); break;
  case TL_K_BYTES: case TL_K_REST: case TL_K_SIZED:
    put_string(p, false, *(const cg_bytes *)f);
    break;
  case TL_K_INT128: put_text(p, cg_hex, (cg_bytes){ f, 16 }); break;
  case TL_K_INT256: put_text(p, cg_hex, (cg_bytes){ f, 32 }); break;
  case TL_K_OBJ: case TL_K_CALL: put_object(p, *(const tl_obj *const *)f); break;
  case TL_K_VEC_DOUBLE: put_doubles(p, f); break;
  default: put_elements(p, r->kind, f); break;
  }
}

/* True if the struct `o` has something to print for this row. */
static bool is_there(const tl_row *r, const uint8_t *o, uint64_t has) {
  if (r->kind == TL_K_FLAGS || (r->bit != TL_ALWAYS && !(has >> r->bit & 1)))
    return false;
  if (r->kind != TL_K_OBJ && r->kind != TL_K_CALL) return true;
  return *(const tl_obj *const *)(const void *)(o + r->off);
}

static void put_fields(printer *p, const tl_head *h, const uint8_t *o) {
  uint64_t has =
      h->flags & TL_F_HAS ? *(const uint64_t *)(const void *)(o + TL_HAS_AT) : 0;
  for (size_t i = 0; i < h->nrows && !p->err; i++) {
    const tl_row *r = p->s->rows + h->first + (i + h->nwire) % h->nrows; /* flags first */
    if (!is_there(r, o, has)) continue;
    cg_jsonw_key(&p->b, tl_name_of(p->s, r->name));
    put_value(p, r, o + r->off);
  }
}

static bool put_object(printer *p, const tl_obj *obj) {
  const tl_head *h = tl_head_of(p->s, obj);
  if (!h) return fail(p, CG_E_UNEXPECTED);
  if (p->depth == TL_DEPTH) return fail(p, CG_E_LIMIT);
  h = p->s->heads + h->newest;
  p->depth++;
  cg_jsonw_open(&p->b, '{');
  cg_jsonw_key(&p->b, "_");
  cg_jsonw_string(&p->b, cg_bytes_of(tl_head_name(p->s, h)));
  put_fields(p, h, (const uint8_t *)obj);
  cg_jsonw_close(&p->b, '}');
  p->depth--;
  return !p->err;
}

static void put_any(printer *p, const tl_obj *obj) {
  if (!obj) fail(p, CG_E_MISSING);
  else if (obj->id == TL_ID_boolTrue) cg_jsonw_bool(&p->b, true);
  else if (obj->id == TL_ID_boolFalse) cg_jsonw_bool(&p->b, false);
  else if (obj->id == TL_ID_vector) {
    const tl_vector *v = (const void *)obj;
    put_vector(p, v->of, v);
  } else put_object(p, obj);
}

cg_err cg_tl_to_json(const cg_tl_schema *s, const tl_obj *obj, cg_arena *arena,
                     cg_bytes *out, cg_fault *fault) {
  printer p = { .s = s, .arena = arena };
  put_any(&p, obj);
  cg_err err = p.err ? p.err : p.b.err;
  cg_bytes text = err ? (cg_bytes){ 0 } : cg_arena_copy(arena, cg_buf_view(&p.b));
  cg_buf_free(&p.b);
  if (!err && !text.at) err = CG_E_MEMORY;
  if (err) return cg_fail(fault, err, "%s", cg_err_text(err));
  *out = text;
  return CG_OK;
}
