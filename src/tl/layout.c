/* SPDX-License-Identifier: MIT */
/*
 * layout.c - heads, names, types and the hash of a schema; rows.c lays out the
 * fields, forms.c says which layer has which form. See layout.h.
 */
#include "build.h"

#include "mem.h"

#include <string.h>

enum { SLOTS = 65536, MOST = 65000 };

cg_err tl_build_memory(builder *b) {
  return cg_fail(b->fault, CG_E_MEMORY, "out of memory");
}

cg_err tl_build_limit(builder *b, const char *what) {
  return cg_fail(b->fault, CG_E_LIMIT, "too many %s in the schema", what);
}

/* --- names ----------------------------------------------------------------- */

static uint32_t hash_word(cg_bytes w) {
  uint32_t h = 2166136261u;
  for (size_t i = 0; i < w.len; i++) h = (h ^ w.at[i]) * 16777619u;
  return (h ^ h >> 16) & (SLOTS - 1);
}

static bool is_name(const builder *b, size_t name, cg_bytes w) {
  const char *at = b->text + b->name_at[name];
  return !strncmp(at, (const char *)w.at, w.len) && !at[w.len];
}

/* Slot that holds `w`, or the empty one where it belongs. */
static uint16_t *word_slot(const builder *b, cg_bytes w) {
  uint32_t i = hash_word(w);
  while (b->words[i] && !is_name(b, b->words[i] - 1u, w)) i = (i + 1) & (SLOTS - 1);
  return b->words + i;
}

static bool add_text(builder *b, cg_bytes w) {
  while (b->text_cap - b->text_len <= w.len) {
    size_t more = b->text_cap ? b->text_cap * 2 : 4096;
    char *at = cg_realloc(b->text, more);
    if (!at) return false;
    b->text = at;
    b->text_cap = more;
  }
  memcpy(b->text + b->text_len, w.at, w.len);
  b->text_len += w.len;
  b->text[b->text_len++] = 0;
  return true;
}

int tl_build_name(builder *b, cg_bytes w) {
  uint16_t *slot = word_slot(b, w);
  if (*slot) return *slot - 1;
  if (b->nnames >= MOST ||
      !tl_defs_grow((void **)&b->name_at, b->nnames, &b->names_cap, sizeof *b->name_at))
    return -1;
  b->name_at[b->nnames] = (uint32_t)b->text_len;
  if (!add_text(b, w)) return -1;
  *slot = (uint16_t)++b->nnames;
  return (int)b->nnames - 1;
}

/* --- heads ----------------------------------------------------------------- */

const tl_head *tl_build_find(const builder *b, uint32_t id) {
  for (uint32_t i = id & (SLOTS - 1); b->ids[i]; i = (i + 1) & (SLOTS - 1))
    if (b->heads[b->ids[i] - 1].o.id == id) return b->heads + b->ids[i] - 1;
  return NULL;
}

const tl_head *tl_build_constructor(builder *b, cg_bytes name) {
  uint16_t slot = *word_slot(b, name);
  return slot && b->constructors[slot - 1] ? b->heads + b->constructors[slot - 1] - 1
                                           : NULL;
}

static int compare_names(const builder *b, const tl_head *x, const tl_head *y) {
  int order = strcmp(b->text + b->name_at[x->name], b->text + b->name_at[y->name]);
  return order ? order : (x->flags & TL_F_METHOD) - (y->flags & TL_F_METHOD);
}

/* Notes a newest form under its name, in order. */
static cg_err sort_in(builder *b, size_t ix) {
  if (!tl_defs_grow((void **)&b->sorted, b->nsorted, &b->sorted_cap, sizeof *b->sorted))
    return tl_build_memory(b);
  size_t low = 0, high = b->nsorted;
  while (low < high) {
    size_t mid = (low + high) / 2;
    if (compare_names(b, b->heads + b->sorted[mid], b->heads + ix) < 0) low = mid + 1;
    else high = mid;
  }
  memmove(b->sorted + low + 1, b->sorted + low, (b->nsorted - low) * sizeof *b->sorted);
  b->sorted[low] = (uint16_t)ix;
  b->nsorted++;
  return CG_OK;
}

static void index_head(builder *b, size_t ix) {
  const tl_head *h = b->heads + ix;
  uint32_t i = h->o.id & (SLOTS - 1);
  while (b->ids[i]) i = (i + 1) & (SLOTS - 1);
  b->ids[i] = (uint16_t)(ix + 1);
  uint16_t *by_name = h->flags & TL_F_METHOD ? b->methods : b->constructors;
  if (h->newest == ix) by_name[h->name] = (uint16_t)(ix + 1);
}

static cg_err add_head(builder *b, const tl_def *def) {
  int name = tl_build_name(b, def->name);
  if (b->nheads >= MOST) return tl_build_limit(b, "definitions");
  if (name < 0 ||
      !tl_defs_grow((void **)&b->heads, b->nheads, &b->heads_cap, sizeof *b->heads) ||
      !tl_defs_grow((void **)&b->defs, b->nheads, &b->defs_cap, sizeof *b->defs))
    return tl_build_memory(b);
  size_t ix = b->nheads++;
  uint16_t newest = (def->method ? b->methods : b->constructors)[name];
  b->defs[ix] = def;
  b->heads[ix] = (tl_head){ .o = { def->id, (uint32_t)ix },
    .name = (uint16_t)name, .newest = (uint16_t)(newest ? newest - 1u : ix),
    .result = TL_K_NONE, .flags = (uint8_t)((def->method ? TL_F_METHOD : 0) |
                                            (newest ? TL_F_OLD : 0)) };
  index_head(b, ix);
  return newest ? CG_OK : sort_in(b, ix);
}

static cg_err add_heads(builder *b) {
  for (size_t i = 0; i < b->nlists; i++)
    for (size_t k = 0; k < b->lists[i]->ndefs; k++) {
      const tl_def *def = b->lists[i]->defs + k;
      if (tl_build_find(b, def->id)) continue;
      cg_err err = add_head(b, def);
      if (err) return err;
    }
  return CG_OK;
}

/* --- what base brings ------------------------------------------------------ */

static bool copy(void **to, size_t *cap, const void *from, size_t count, size_t size) {
  *to = cg_alloc((count + 1) * size);
  *cap = count + 1;
  if (*to && count) memcpy(*to, from, count * size);
  return *to;
}

static bool copy_tables(builder *b) {
  const cg_tl_schema *s = b->base;
  b->nheads = s->nheads, b->nrows = s->nrows, b->ntypes = s->ntypes;
  b->nnames = s->nnames, b->nforms = s->nforms, b->nsorted = s->nsorted;
  b->text_len = s->text_len, b->first_old_row = s->first_old_row;
  if (!copy((void **)&b->heads, &b->heads_cap, s->heads, s->nheads, sizeof *b->heads) ||
      !copy((void **)&b->rows, &b->rows_cap, s->rows, s->nrows, sizeof *b->rows) ||
      !copy((void **)&b->types, &b->types_cap, s->types, s->ntypes, sizeof *b->types) ||
      !copy((void **)&b->forms, &b->forms_cap, s->forms, s->nforms, sizeof *b->forms) ||
      !copy((void **)&b->sorted, &b->sorted_cap, s->sorted, s->nsorted,
            sizeof *b->sorted) ||
      !copy((void **)&b->name_at, &b->names_cap, s->name_at, s->nnames,
            sizeof *b->name_at) ||
      !copy((void **)&b->text, &b->text_cap, s->text, s->text_len, 1))
    return false;
  b->mem_bit = cg_alloc(s->nrows + 1);
  b->mem_bit_cap = s->nrows + 1;
  b->defs = cg_alloc((s->nheads + 1) * sizeof *b->defs);
  b->defs_cap = s->nheads + 1;
  if (b->mem_bit && s->nrows > s->first_old_row)
    memcpy(b->mem_bit + s->first_old_row, s->mem_bit, s->nrows - s->first_old_row);
  return b->mem_bit && b->defs;
}

static cg_err start(builder *b) {
  b->ids = cg_alloc(SLOTS * sizeof *b->ids);
  b->words = cg_alloc(SLOTS * sizeof *b->words);
  b->constructors = cg_alloc(SLOTS * sizeof *b->constructors);
  b->methods = cg_alloc(SLOTS * sizeof *b->methods);
  b->kinds = cg_alloc(SLOTS * sizeof *b->kinds);
  if (!b->ids || !b->words || !b->constructors || !b->methods || !b->kinds)
    return tl_build_memory(b);
  if (!b->base) return CG_OK;
  if (!copy_tables(b)) return tl_build_memory(b);
  for (size_t i = 0; i < b->nnames; i++)
    *word_slot(b, cg_bytes_of(b->text + b->name_at[i])) = (uint16_t)(i + 1);
  for (size_t i = 0; i < b->nheads; i++) index_head(b, i);
  for (size_t i = 0; i < b->ntypes; i++) b->kinds[b->types[i].name] = (uint16_t)(i + 1);
  return CG_OK;
}

static void finish(builder *b) {
  void *parts[] = { b->heads, b->defs, b->rows, b->mem_bit, b->types, b->forms, b->sorted,
                    b->name_at, b->text, b->ids, b->words, b->constructors, b->methods,
                    b->kinds };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) cg_free(parts[i]);
}

/* --- the result ------------------------------------------------------------ */

static const void *keep(cg_arena *a, const void *from, size_t size) {
  return cg_arena_copy(a, (cg_bytes){ from, from ? size : 0 }).at;
}

/* Slots at most a third full: a second look costs a cache line. */
static const uint16_t *make_hash(cg_tl_schema *s) {
  uint32_t slots = 64;
  while (slots < s->nheads * 3) slots *= 2;
  s->hash_mask = slots - 1;
  uint16_t *hash = cg_arena_alloc(s->arena, slots * sizeof *hash);
  for (size_t ix = 0; hash && ix < s->nheads; ix++) {
    uint32_t i = s->heads[ix].o.id & s->hash_mask;
    while (hash[i]) i = (i + 1) & s->hash_mask;
    hash[i] = (uint16_t)(ix + 1);
  }
  return hash;
}

static void set_counts(cg_tl_schema *s, const builder *b) {
  s->nheads = (uint32_t)b->nheads, s->nrows = (uint32_t)b->nrows;
  s->ntypes = (uint32_t)b->ntypes, s->nforms = (uint32_t)b->nforms;
  s->nsorted = (uint32_t)b->nsorted, s->nnames = (uint32_t)b->nnames;
  s->text_len = (uint32_t)b->text_len;
  s->first_old_row = (uint32_t)b->first_old_row;
  s->layer = b->base ? b->base->layer : b->lists[0]->layer;
  s->oldest_layer = b->base ? b->base->oldest_layer : s->layer;
  for (size_t i = 0; i < b->nlists; i++) {
    int layer = b->lists[i]->layer;
    if (layer && layer < s->oldest_layer) s->oldest_layer = layer;
  }
}

static cg_err give(builder *b, cg_tl_schema **out) {
  cg_arena *a = cg_arena_new(0);
  cg_tl_schema *s = a ? cg_arena_alloc(a, sizeof *s) : NULL;
  if (!s) {
    cg_arena_free(a);
    return tl_build_memory(b);
  }
  s->arena = a;
  set_counts(s, b);
  size_t old_rows = b->nrows - b->first_old_row;
  s->heads = keep(a, b->heads, b->nheads * sizeof *b->heads);
  s->rows = keep(a, b->rows, b->nrows * sizeof *b->rows);
  s->mem_bit = keep(a, b->mem_bit ? b->mem_bit + b->first_old_row : NULL, old_rows);
  s->types = keep(a, b->types, b->ntypes * sizeof *b->types);
  s->forms = keep(a, b->forms, b->nforms * sizeof *b->forms);
  s->sorted = keep(a, b->sorted, b->nsorted * sizeof *b->sorted);
  s->name_at = keep(a, b->name_at, b->nnames * sizeof *b->name_at);
  s->text = keep(a, b->text, b->text_len);
  s->hash = s->heads ? make_hash(s) : NULL;
  if (!s->heads || !s->rows || !s->mem_bit || !s->types || !s->forms || !s->sorted ||
      !s->name_at || !s->text || !s->hash) {
    cg_arena_free(a);
    return tl_build_memory(b);
  }
  *out = s;
  return CG_OK;
}

cg_err tl_layout(const cg_tl_schema *base, const tl_defs *const *lists, size_t nlists,
                 cg_tl_schema **out, cg_fault *fault) {
  builder b = { .base = base, .lists = lists, .nlists = nlists, .fault = fault };
  cg_err err = start(&b);
  if (!err) err = add_heads(&b);
  if (!err) err = tl_build_rows(&b);
  if (!err) err = tl_build_forms(&b);
  if (!err) err = give(&b, out);
  finish(&b);
  return err;
}
