/* SPDX-License-Identifier: MIT */
/*
 * schema_fuzz.c - schema files that a user brings: TL text (first byte even) or JSON.
 * What is taken must be usable: every new definition is looked up in its layer, and
 * rubbish is decoded with it.
 */
#include "codec.h"
#include "layer.h"
#include "layout.h"
#include "schema.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const cg_tl_schema *s, size_t from) {
  static const uint8_t rubbish[256] = { 1, 0, 0, 0, 0xff, 0xff, 0, 0, 2 };
  for (size_t i = from; i < s->nheads; i++) {
    const tl_head *h = s->heads + i;
    if (tl_find(s, h->o.id) != h) abort();
    cg_arena *a = cg_arena_new(1 << 20);
    uint8_t in[sizeof rubbish + 4];
    for (size_t k = 0; k < 4; k++) in[k] = (uint8_t)(h->o.id >> 8 * k);
    for (size_t k = 0; k < sizeof rubbish; k++) in[k + 4] = rubbish[k];
    const tl_obj *obj;
    cg_bytes json;
    cg_fault fault;
    cg_err err =
        a ? cg_tl_decode_prefix(s, (cg_bytes){ in, sizeof in }, a, &obj, NULL, &fault)
          : CG_E_MEMORY;
    if (!err && cg_tl_to_json(s, obj, a, &json, &fault) == CG_E_UNEXPECTED) abort();
    cg_arena_free(a);
  }
}

static void load_text(cg_bytes text) {
  const cg_tl_schema *base = cg_tl_api_all();
  cg_tl_schema *s;
  cg_fault fault;
  if (cg_tl_schema_load(base, "fuzz.tl", text, &s, &fault)) return;
  use(s, base->nheads);
  cg_tl_schema_free(s);
}

static void load_json(cg_bytes text) {
  tl_defs d = { 0 };
  const tl_defs *list = &d;
  cg_tl_schema *s;
  cg_fault fault;
  cg_err err = tl_defs_read_json(&d, "fuzz.json", text, &fault);
  if (!err) err = tl_layout(NULL, &list, 1, &s, &fault);
  if (!err) {
    use(s, 0);
    cg_tl_schema_free(s);
  }
  tl_defs_free(&d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size) return 0;
  if (data[0] % 2) load_json((cg_bytes){ data + 1, size - 1 });
  else load_text((cg_bytes){ data + 1, size - 1 });
  return 0;
}
