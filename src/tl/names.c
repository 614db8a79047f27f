/* SPDX-License-Identifier: MIT */
/* names.c - looks things up by name and tells their names; see <centigram/tl.h>. */
#include "codec.h"

#include <string.h>

/* Order of `name` against the name of `h`, as strcmp(). */
static int compare(const cg_tl_schema *s, cg_bytes name, const tl_head *h) {
  const char *other = tl_head_name(s, h);
  int order = name.len ? strncmp((const char *)name.at, other, name.len) : 0;
  return order ? order : -(other[name.len] != 0);
}

const tl_head *tl_head_named(const cg_tl_schema *s, cg_bytes name, bool method) {
  size_t low = 0, high = s->nsorted;
  if (name.len && memchr(name.at, 0, name.len)) return NULL;
  while (low < high) {
    size_t mid = (low + high) / 2;
    const tl_head *h = s->heads + s->sorted[mid];
    int order = compare(s, name, h);
    if (!order) order = method - tl_is_method(h);
    if (!order) return h;
    if (order > 0) low = mid + 1;
    else high = mid;
  }
  return NULL;
}

static uint32_t id_named(const cg_tl_schema *s, const char *name, bool method) {
  const tl_head *h = tl_head_named(s, cg_bytes_of(name), method);
  return h ? h->o.id : 0;
}

uint32_t cg_tl_method_id(const cg_tl_schema *s, const char *name) {
  return id_named(s, name, true);
}

uint32_t cg_tl_constructor_id(const cg_tl_schema *s, const char *name) {
  return id_named(s, name, false);
}

int cg_tl_layer(const cg_tl_schema *s) {
  return s->layer;
}

const char *cg_tl_name(const cg_tl_schema *s, const tl_obj *obj) {
  if (obj->id == TL_ID_boolTrue) return "boolTrue";
  if (obj->id == TL_ID_boolFalse) return "boolFalse";
  if (obj->id == TL_ID_vector) return "vector";
  const tl_head *h = tl_head_of(s, obj);
  return h ? tl_head_name(s, h) : "unknown";
}

const void *cg_tl_as(const void *obj, uint32_t id) {
  return obj && ((const tl_obj *)obj)->id == id ? obj : NULL;
}

uint32_t cg_tl_wire_id(const cg_tl_schema *s, const tl_obj *obj) {
  const tl_head *h = tl_head_of(s, obj);
  return h ? h->o.id : 0;
}
