/* SPDX-License-Identifier: MIT */
/* schema.c - the list of definitions and the proof of their ids; see schema.h. */
#include "schema.h"

#include "mem.h"

#include <ctype.h>
#include <string.h>

void tl_defs_free(tl_defs *d) {
  cg_arena_free(d->arena);
  cg_free(d->defs);
  cg_free(d->since);
  cg_free(d->fallbacks);
  *d = (tl_defs){ 0 };
}

bool tl_defs_grow(void **list, size_t count, size_t *cap, size_t size) {
  if (count < *cap) return true;
  size_t more = *cap ? *cap * 2 : 64;
  void *at = cg_realloc(*list, more * size);
  if (!at) return false;
  *list = at;
  *cap = more;
  return true;
}

/* --- types ---------------------------------------------------------------- */

static const struct { const char *word; tl_base base; } words[] = {
  { "#", TL_T_NAT }, { "true", TL_T_TRUE }, { "Bool", TL_T_BOOL }, { "int", TL_T_INT },
  { "long", TL_T_LONG }, { "int53", TL_T_LONG }, { "double", TL_T_DOUBLE },
  { "string", TL_T_STRING }, { "bytes", TL_T_BYTES }, { "int128", TL_T_INT128 },
  { "int256", TL_T_INT256 }, { "X", TL_T_X }, { "Object", TL_T_OBJECT },
};

static bool is_constructor_word(cg_bytes w) {
  size_t start = 0;
  for (size_t i = 0; i < w.len; i++)
    if (w.at[i] == '.') start = i + 1;
  return start < w.len && islower(w.at[start]);
}

void tl_arg_type(tl_arg *a, cg_bytes word) {
  bool query = word.len && word.at[0] == '!', bare = word.len && word.at[0] == '%';
  if (query || bare) word = (cg_bytes){ word.at + 1, word.len - 1 };
  a->type = word;
  a->base = TL_T_BOXED;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (cg_bytes_equal(word, cg_bytes_of(words[i].word)))
      a->base = (uint8_t)words[i].base;
  if (a->base == TL_T_BOXED && (bare || is_constructor_word(word))) a->base = TL_T_BARE;
  if (query) a->base = TL_T_QUERY;
}

bool tl_arg_predicate(tl_arg *a, cg_bytes predicate, const tl_arg *args, size_t nargs) {
  size_t dot = 0, bit = 0;
  while (dot < predicate.len && predicate.at[dot] != '.') dot++;
  if (dot + 1 >= predicate.len || predicate.len - dot > 3) return false;
  for (size_t i = dot + 1; i < predicate.len; i++) {
    if (!isdigit(predicate.at[i])) return false;
    bit = bit * 10 + (size_t)(predicate.at[i] - '0');
  }
  a->bit = (int8_t)bit;
  for (size_t i = 0; i < nargs && bit < 32; i++) {
    if (args[i].base != TL_T_NAT) continue;
    a->word = (uint8_t)i;
    if (cg_bytes_equal(args[i].name, (cg_bytes){ predicate.at, dot })) return true;
  }
  return false;
}

/* --- the id is the crc32 of the text --------------------------------------- */

static void crc_put(uint32_t *crc, cg_bytes text) {
  for (size_t i = 0; i < text.len; i++) {
    *crc ^= text.at[i];
    for (int k = 0; k < 8; k++) *crc = *crc >> 1 ^ (*crc & 1 ? 0xedb88320u : 0);
  }
}

static void crc_text(uint32_t *crc, const char *text) {
  crc_put(crc, cg_bytes_of(text));
}

static void crc_number(uint32_t *crc, int n) {
  char digits[2] = { (char)('0' + n / 10), (char)('0' + n % 10) };
  crc_put(crc, n < 10 ? (cg_bytes){ (uint8_t *)digits + 1, 1 }
                      : (cg_bytes){ (uint8_t *)digits, 2 });
}

/* A scalar `bytes` counts as `string`, the package's int53 as long, `%` as nothing. */
static void crc_type(uint32_t *crc, const tl_arg *a) {
  if (a->vector) crc_text(crc, a->vector == TL_BOXED_VECTOR ? "Vector " : "vector ");
  if (a->base == TL_T_QUERY) crc_text(crc, "!");
  if (a->base == TL_T_LONG) crc_text(crc, "long");
  else if (a->base == TL_T_BYTES && !a->vector) crc_text(crc, "string");
  else crc_put(crc, a->type);
}

static cg_bytes name_for_crc(cg_bytes name) {
  static const char old[] = "Legacy"; /* added by the package to two old names */
  size_t n = sizeof old - 1;
  if (name.len > n && !memcmp(name.at + name.len - n, old, n)) name.len -= n;
  return name;
}

uint32_t tl_def_crc(const tl_def *def) {
  uint32_t crc = 0xffffffffu;
  crc_put(&crc, name_for_crc(def->name));
  if (def->generic) crc_text(&crc, " X:Type");
  for (size_t i = 0; i < def->nargs; i++) {
    const tl_arg *a = def->args + i;
    if (a->base == TL_T_TRUE && a->bit >= 0) continue;
    crc_text(&crc, " ");
    crc_put(&crc, a->name);
    crc_text(&crc, ":");
    if (a->bit >= 0) {
      crc_put(&crc, def->args[a->word].name);
      crc_text(&crc, ".");
      crc_number(&crc, a->bit);
      crc_text(&crc, "?");
    }
    crc_type(&crc, a);
  }
  crc_text(&crc, " = ");
  crc_type(&crc, &def->result);
  return ~crc;
}

/* --- adding ---------------------------------------------------------------- */

static bool is_built_in(cg_bytes name) {
  static const char *const names[] = {
    "boolTrue", "boolFalse", "true", "vector", "null",
    "ipPort", "ipPortSecret", "accessPointRule", "help.configSimple",
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (cg_bytes_equal(name, cg_bytes_of(names[i]))) return true;
  return false;
}

cg_err tl_defs_add(tl_defs *d, tl_def *def, const char *file, cg_fault *fault) {
  if (is_built_in(def->name)) return CG_OK;
  uint32_t crc = tl_def_crc(def);
  if (!def->id) def->id = crc;
  if (def->id != crc)
    return cg_fail(fault, CG_E_VERIFY,
                   "%s:%zu: %.*s#%08x is not the crc32 of its text, "
                   "%08x",
                   file, def->line, (int)def->name.len, def->name.at, def->id, crc);
  if (!tl_defs_grow((void **)&d->defs, d->ndefs, &d->defs_cap, sizeof *d->defs))
    return cg_fail(fault, CG_E_MEMORY, "%s: out of memory", file);
  if (!d->arena && !(d->arena = cg_arena_new(0)))
    return cg_fail(fault, CG_E_MEMORY, "%s: out of memory", file);
  tl_arg *args = cg_arena_alloc(d->arena, sizeof *args * (def->nargs + 1u));
  if (!args) return cg_fail(fault, CG_E_MEMORY, "%s: out of memory", file);
  if (def->nargs) memcpy(args, def->args, sizeof *args * def->nargs);
  d->defs[d->ndefs] = *def;
  d->defs[d->ndefs++].args = args;
  return CG_OK;
}
