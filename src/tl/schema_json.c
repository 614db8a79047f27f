/* SPDX-License-Identifier: MIT */
/*
 * schema_json.c - reads the pinned JSON: {"l":228,"e":[definition...],"u":{...}}.
 *
 * The package is not Telegram's schema alone: `mtcute.*` and, in older versions,
 * pseudo-constructors invokeWith...Prefix with the id of a method are dropped.
 */
#include "schema.h"

#include "json.h"

#include <string.h>

typedef struct {
  tl_defs *d;
  const char *file;
  cg_fault *fault;
  cg_json j;
} reader;

static bool is(cg_bytes word, const char *literal) {
  return cg_bytes_equal(word, cg_bytes_of(literal));
}

static cg_err fail(reader *r) {
  cg_err err = cg_json_end(&r->j);
  return cg_fail(r->fault, err ? err : CG_E_MALFORMED, "%s: byte %zu: %s", r->file,
                 err ? r->j.err_at : (size_t)(r->j.pos - r->j.start),
                 err && r->j.why ? r->j.why : "not a schema");
}

static void read_modifiers(reader *r, tl_arg *a, cg_bytes *predicate) {
  cg_bytes key;
  bool yes;
  if (!cg_json_object(&r->j)) return;
  while (cg_json_key(&r->j, &key)) {
    if (is(key, "predicate")) cg_json_string(&r->j, predicate);
    else if (is(key, "isVector") && cg_json_bool(&r->j, &yes) && yes)
      a->vector = TL_BOXED_VECTOR;
    else if (is(key, "isBareVector") && cg_json_bool(&r->j, &yes) && yes)
      a->vector = TL_BARE_VECTOR;
    else if (!is(key, "isVector") && !is(key, "isBareVector")) cg_json_skip(&r->j);
  }
}

static bool read_arg(reader *r, tl_arg *a, const tl_arg *args, size_t nargs) {
  cg_bytes key, word = { 0 }, predicate = { 0 };
  *a = (tl_arg){ .bit = -1 };
  if (!cg_json_object(&r->j)) return false;
  while (cg_json_key(&r->j, &key)) {
    if (is(key, "name")) cg_json_string(&r->j, &a->name);
    else if (is(key, "type")) cg_json_string(&r->j, &word);
    else if (is(key, "typeModifiers")) read_modifiers(r, a, &predicate);
    else cg_json_skip(&r->j);
  }
  if (r->j.err || !word.len || !a->name.len) return false;
  tl_arg_type(a, word);
  return !predicate.len || tl_arg_predicate(a, predicate, args, nargs);
}

static bool read_args(reader *r, tl_def *def) {
  if (!cg_json_array(&r->j)) return false;
  while (cg_json_item(&r->j)) {
    if (def->nargs == TL_MAX_ARGS) return false;
    if (!read_arg(r, def->args + def->nargs, def->args, def->nargs)) return false;
    def->nargs++;
  }
  return !r->j.err;
}

static bool read_id(reader *r, tl_def *def) {
  int64_t id;
  if (!cg_json_i64(&r->j, &id) || id <= 0 || id > (int64_t)UINT32_MAX) return false;
  def->id = (uint32_t)id;
  return true;
}

static bool read_member(reader *r, tl_def *def, cg_bytes key, cg_bytes *kind) {
  cg_bytes word;
  if (is(key, "kind")) return cg_json_string(&r->j, kind);
  if (is(key, "name")) return cg_json_string(&r->j, &def->name);
  if (is(key, "id")) return read_id(r, def);
  if (is(key, "arguments")) return read_args(r, def);
  if (is(key, "typeModifiers")) {
    read_modifiers(r, &def->result, &(cg_bytes){ 0 });
    return !r->j.err;
  }
  if (is(key, "type")) {
    if (!cg_json_string(&r->j, &word)) return false;
    tl_arg_type(&def->result, word);
    return true;
  }
  def->generic |= is(key, "generics");
  return cg_json_skip(&r->j);
}

/* invokeWith...Prefix: the package's own name for the fields of a method. */
static bool is_prefix_name(cg_bytes name) {
  static const char start[] = "invoke", end[] = "Prefix";
  size_t s = sizeof start - 1, n = sizeof end - 1;
  return name.len > s + n && !memcmp(name.at, start, s) &&
         !memcmp(name.at + name.len - n, end, n);
}

static cg_err read_definition(reader *r) {
  tl_arg args[TL_MAX_ARGS];
  tl_def def = { .args = args, .result.bit = -1 };
  cg_bytes key, kind = { 0 };
  if (!cg_json_object(&r->j)) return fail(r);
  while (cg_json_key(&r->j, &key))
    if (!read_member(r, &def, key, &kind)) return fail(r);
  def.method = is(kind, "method");
  if (r->j.err || !def.id || !def.name.len || !def.result.type.len) return fail(r);
  if (def.name.len > 7 && !memcmp(def.name.at, "mtcute.", 7)) return CG_OK;
  if (is_prefix_name(def.name)) return CG_OK;
  return tl_defs_add(r->d, &def, r->file, r->fault);
}

static cg_err read_top(reader *r) {
  cg_bytes key;
  int64_t layer = 0;
  cg_err err = CG_OK;
  if (!cg_json_object(&r->j)) return fail(r);
  while (cg_json_key(&r->j, &key)) {
    if (is(key, "l")) cg_json_i64(&r->j, &layer);
    else if (!is(key, "e")) cg_json_skip(&r->j);
    else if (cg_json_array(&r->j))
      while (!err && cg_json_item(&r->j)) err = read_definition(r);
    if (err) return err;
  }
  if (cg_json_end(&r->j) || layer <= 0 || layer > 9999) return fail(r);
  r->d->layer = (int)layer;
  return CG_OK;
}

cg_err tl_defs_read_json(tl_defs *d, const char *file, cg_bytes in, cg_fault *fault) {
  reader r = { .d = d, .file = file, .fault = fault };
  if (!d->arena && !(d->arena = cg_arena_new(0)))
    return cg_fail(fault, CG_E_MEMORY, "%s: out of memory", file);
  cg_json_init(&r.j, in, d->arena);
  return read_top(&r);
}
