/* SPDX-License-Identifier: MIT */
/*
 * rows.c - lays out the fields of definitions: those of a newest form make a C
 * struct, those of an older form are matched with it by name. See rows.h.
 */
#include "build.h"

#include <string.h>

/* Alignment inside a struct, which on some machines is less than _Alignof says. */
struct probe_long { char c; int64_t v; };
struct probe_double { char c; double v; };

static size_t field_size(unsigned kind) {
  switch (kind) {
  case TL_K_INT: return 4;
  case TL_K_LONG: case TL_K_DOUBLE: return 8;
  case TL_K_BOOL: return sizeof(bool);
  case TL_K_INT128: return 16;
  case TL_K_INT256: return 32;
  case TL_K_STRING: case TL_K_BYTES: case TL_K_REST: case TL_K_SIZED:
    return sizeof(cg_bytes);
  case TL_K_OBJ: case TL_K_CALL: return sizeof(void *);
  case TL_K_FLAGS: case TL_K_TRUE: return 0;
  default: return sizeof(tl_vec_obj);
  }
}

static size_t field_align(unsigned kind) {
  switch (kind) {
  case TL_K_INT: return _Alignof(int32_t);
  case TL_K_LONG: return offsetof(struct probe_long, v);
  case TL_K_DOUBLE: return offsetof(struct probe_double, v);
  case TL_K_BOOL: case TL_K_INT128: case TL_K_INT256: return 1;
  case TL_K_FLAGS: case TL_K_TRUE: return 1;
  default: return _Alignof(void *);
  }
}

/* --- kinds ----------------------------------------------------------------- */

static cg_err unsupported(builder *b, const tl_def *def, const tl_arg *a) {
  return cg_fail(b->fault, CG_E_UNEXPECTED,
                 "%.*s: this use of type %.*s is not supported", (int)def->name.len,
                 def->name.at, (int)a->type.len, a->type.at);
}

/* Number of the boxed type `word`, which need not have a constructor. */
static int type_of(builder *b, cg_bytes word) {
  int name = tl_build_name(b, word);
  if (name < 0) return -1;
  if (b->kinds[name]) return b->kinds[name] - 1;
  if (!tl_defs_grow((void **)&b->types, b->ntypes, &b->types_cap, sizeof *b->types))
    return -1;
  b->types[b->ntypes] = (tl_type){ (uint16_t)name, TL_NOWHERE, TL_NOWHERE };
  b->kinds[name] = (uint16_t)++b->ntypes;
  return (int)b->ntypes - 1;
}

static int plain_kind(unsigned base) {
  switch (base) {
  case TL_T_NAT: return TL_K_FLAGS;
  case TL_T_TRUE: return TL_K_TRUE;
  case TL_T_BOOL: return TL_K_BOOL;
  case TL_T_INT: return TL_K_INT;
  case TL_T_LONG: return TL_K_LONG;
  case TL_T_DOUBLE: return TL_K_DOUBLE;
  case TL_T_STRING: return TL_K_STRING;
  case TL_T_BYTES: return TL_K_BYTES;
  case TL_T_INT128: return TL_K_INT128;
  case TL_T_INT256: return TL_K_INT256;
  case TL_T_BOXED: return TL_K_OBJ;
  case TL_T_QUERY: return TL_K_CALL;
  case TL_T_X: return TL_K_SAME;
  default: return TL_K_NONE;
  }
}

static int vector_kind(unsigned base) {
  switch (base) {
  case TL_T_INT: return TL_K_VEC_INT;
  case TL_T_LONG: return TL_K_VEC_LONG;
  case TL_T_DOUBLE: return TL_K_VEC_DOUBLE;
  case TL_T_STRING: return TL_K_VEC_STRING;
  case TL_T_BYTES: return TL_K_VEC_BYTES;
  case TL_T_BOXED: return TL_K_VEC_OBJ;
  default: return TL_K_NONE;
  }
}

/* Kind and sub of a field or result. */
static cg_err set_kind(builder *b, const tl_def *def, const tl_arg *a, uint8_t *kind,
                       uint16_t *sub) {
  *sub = 0;
  *kind = (uint8_t)(a->vector ? vector_kind(a->base) : plain_kind(a->base));
  if (a->vector == TL_BARE_VECTOR) {
    const tl_head *h = a->base == TL_T_BARE ? tl_build_constructor(b, a->type) : NULL;
    if (!h) return unsupported(b, def, a);
    *kind = TL_K_LIST;
    *sub = (uint16_t)h->o.ix;
    return CG_OK;
  }
  if (*kind == TL_K_NONE && a->base == TL_T_OBJECT && !a->vector) *kind = TL_K_REST;
  if (*kind == TL_K_NONE) return unsupported(b, def, a);
  if (a->base != TL_T_BOXED) return CG_OK;
  int type = type_of(b, a->type);
  if (type < 0) return tl_build_memory(b);
  *sub = (uint16_t)type;
  return CG_OK;
}

/* --- rows of a newest form -------------------------------------------------- */

static cg_err add_row(builder *b, tl_row row, unsigned mem_bit) {
  if (b->nrows >= 65000) return tl_build_limit(b, "fields");
  if (!tl_defs_grow((void **)&b->rows, b->nrows, &b->rows_cap, sizeof *b->rows) ||
      !tl_defs_grow((void **)&b->mem_bit, b->nrows, &b->mem_bit_cap, 1))
    return tl_build_memory(b);
  b->mem_bit[b->nrows] = (uint8_t)mem_bit;
  b->rows[b->nrows++] = row;
  return CG_OK;
}

/* Which flag word of its definition argument `at` is: 0 or 1. */
static unsigned word_number(const tl_def *def, size_t at) {
  unsigned n = 0;
  for (size_t i = 0; i < at; i++) n += def->args[i].base == TL_T_NAT;
  return n;
}

static unsigned bit_of(const tl_def *def, const tl_arg *a) {
  if (a->bit < 0) return TL_ALWAYS;
  return 32 * word_number(def, a->word) + (unsigned)a->bit;
}

/* Kind, bit, sub and name of the row of an argument; its place comes later. */
static cg_err describe(builder *b, const tl_def *def, size_t i, tl_row *row) {
  const tl_arg *a = def->args + i;
  int name = tl_build_name(b, a->name);
  if (name < 0) return tl_build_memory(b);
  unsigned bit = bit_of(def, a);
  *row = (tl_row){ .bit = (uint8_t)bit, .name = (uint16_t)name };
  cg_err err = set_kind(b, def, a, &row->kind, &row->sub);
  if (err) return err;
  bool flag = row->kind == TL_K_TRUE, word = row->kind == TL_K_FLAGS;
  if (word) row->sub = (uint16_t)word_number(def, i);
  if (row->kind == TL_K_REST && i && def->args[i - 1].base == TL_T_INT)
    row->kind = TL_K_SIZED;
  if ((a->bit >= 0 && (bit >= TL_ALWAYS || word)) || (flag && a->bit < 0) ||
      (word && row->sub > 1) || row->kind == TL_K_SAME ||
      (row->kind == TL_K_REST && i + 1 < def->nargs))
    return unsupported(b, def, a);
  return CG_OK;
}

static void place(tl_row *row, size_t *size, size_t last_int) {
  size_t align = field_align(row->kind);
  *size = (*size + align - 1) / align * align;
  row->off = (uint16_t)*size;
  *size += field_size(row->kind);
  if (row->kind == TL_K_SIZED) row->sub = (uint16_t)last_int;
}

static bool has_words(const tl_def *def) {
  return word_number(def, def->nargs) > 0;
}

static cg_err rows_of_newest(builder *b, size_t ix) {
  const tl_def *def = b->defs[ix];
  tl_row rows[TL_MAX_ARGS], row;
  size_t size = has_words(def) ? TL_HAS_AT + 8 : TL_HAS_AT, first = b->nrows, last = 0;
  size_t align = has_words(def) ? field_align(TL_K_LONG) : _Alignof(tl_obj);
  for (size_t i = 0; i < def->nargs; i++) {
    cg_err err = describe(b, def, i, rows + i);
    if (err) return err;
    place(rows + i, &size, last);
    last = rows[i].off;
    if (field_align(rows[i].kind) > align) align = field_align(rows[i].kind);
  }
  for (int flags = 0; flags < 2; flags++)
    for (size_t i = 0; i < def->nargs; i++) {
      row = rows[i];
      if ((row.kind == TL_K_TRUE) != flags) continue;
      cg_err err = add_row(b, row, row.bit);
      if (err) return err;
    }
  tl_head *h = b->heads + ix;
  h->first = (uint16_t)first;
  h->size = (uint16_t)((size + align - 1) / align * align);
  if (has_words(def)) h->flags |= TL_F_HAS;
  return CG_OK;
}

/* --- rows of an older form ------------------------------------------------- */

static const tl_row *row_named(const builder *b, const tl_head *h, unsigned name) {
  for (size_t i = 0; i < h->nrows; i++)
    if (b->rows[h->first + i].name == name) return b->rows + h->first + i;
  return NULL;
}

/* Kind with which the older row `old` fills the newest row `now`, or TL_K_NONE. */
static unsigned bridge(const tl_row *old, const tl_row *now) {
  unsigned from = old->kind, to = now->kind;
  if (from == to)
    return (from == TL_K_OBJ || from == TL_K_VEC_OBJ || from == TL_K_LIST) &&
           old->sub != now->sub ? TL_K_NONE : to;
  bool text_from = from == TL_K_STRING || from == TL_K_BYTES;
  bool texts_from = from == TL_K_VEC_STRING || from == TL_K_VEC_BYTES;
  if (text_from && (to == TL_K_STRING || to == TL_K_BYTES)) return to;
  if (texts_from && (to == TL_K_VEC_STRING || to == TL_K_VEC_BYTES)) return to;
  if (from == TL_K_INT && to == TL_K_LONG) return TL_K_INT_AS_LONG;
  if (from == TL_K_VEC_INT && to == TL_K_VEC_LONG) return TL_K_VEC_INT_AS_LONG;
  return TL_K_NONE;
}

/* Finishes an older row: its place in the newest struct, or the spare room. */
static cg_err add_old_row(builder *b, tl_head *h, tl_row row) {
  const tl_head *newest = b->heads + h->newest;
  const tl_row *now = row_named(b, newest, row.name);
  unsigned kind = now ? bridge(&row, now) : (unsigned)TL_K_NONE;
  if (row.kind == TL_K_FLAGS) return add_row(b, row, TL_ALWAYS);
  if (kind != TL_K_NONE) {
    row.kind = (uint8_t)kind;
    row.off = now->off;
    return add_row(b, row, now->bit);
  }
  if (row.kind == TL_K_TRUE) return CG_OK;
  row.off = (uint16_t)((newest->size + 7) / 8 * 8);
  h->size = (uint16_t)(row.off + TL_SPARE);
  bool object = row.kind == TL_K_OBJ || row.kind == TL_K_CALL;
  if (row.bit == TL_ALWAYS && (now || object)) h->flags |= TL_F_NO_DOWN;
  return add_row(b, row, TL_ALWAYS);
}

static cg_err rows_of_older(builder *b, size_t ix) {
  const tl_def *def = b->defs[ix];
  tl_head *h = b->heads + ix;
  h->first = (uint16_t)b->nrows;
  h->size = b->heads[h->newest].size;
  if (h->size == sizeof(tl_obj)) h->size += 8; /* it has an object of its own */
  h->flags |= b->heads[h->newest].flags & TL_F_HAS;
  for (int flags = 0; flags < 2; flags++)
    for (size_t i = 0; i < def->nargs; i++) {
      tl_row row;
      if ((def->args[i].base == TL_T_TRUE) != flags) continue;
      cg_err err = describe(b, def, i, &row);
      if (!err && (row.kind == TL_K_SIZED || row.kind == TL_K_REST))
        err = unsupported(b, def, def->args + i);
      if (!err) err = add_old_row(b, h, row);
      if (err) return err;
    }
  return CG_OK;
}

/* --- all of them ------------------------------------------------------------ */

static void count_rows(builder *b, tl_head *h) {
  h->nrows = (uint8_t)(b->nrows - h->first);
  while (h->nwire < h->nrows && b->rows[h->first + h->nwire].kind != TL_K_TRUE)
    h->nwire++;
}

static cg_err set_types(builder *b) {
  for (size_t ix = 0; ix < b->nheads; ix++) {
    tl_head *h = b->heads + ix;
    const tl_def *def = b->defs[ix];
    if (!def) continue;
    h->type = TL_NOWHERE;
    cg_err err = CG_OK;
    if (def->method && def->result.vector && def->result.base == TL_T_BOOL) {
      h->result = TL_K_NONE; /* one old method; nobody decodes its answer */
    } else if (def->method) {
      err = set_kind(b, def, &def->result, &h->result, &h->result_sub);
    } else if (def->result.vector || (def->result.base != TL_T_BOXED &&
                                      def->result.base != TL_T_OBJECT)) {
      err = unsupported(b, def, &def->result);
    } else {
      int type = type_of(b, def->result.type);
      if (type < 0) err = tl_build_memory(b);
      h->type = (uint16_t)type;
    }
    if (err) return err;
  }
  return CG_OK;
}

/* The one constructor of each type, for objects that do not say what they are. */
static void set_only(builder *b) {
  for (size_t i = 0; i < b->ntypes; i++) b->types[i].only = TL_NOWHERE;
  for (size_t pass = 0; pass < 2; pass++)
    for (size_t ix = 0; ix < b->nheads; ix++) {
      const tl_head *h = b->heads + ix;
      if (h->type == TL_NOWHERE || h->newest != ix) continue;
      uint16_t *only = &b->types[h->type].only;
      if (!pass) *only = (uint16_t)ix;
      else if (*only != ix) *only = TL_NOWHERE;
    }
}

static cg_err set_fallbacks(builder *b) {
  for (size_t i = 0; i < b->nlists; i++)
    for (size_t k = 0; k < b->lists[i]->nfallbacks; k++) {
      const tl_fallback *f = b->lists[i]->fallbacks + k;
      const tl_head *h = tl_build_constructor(b, f->constructor);
      int type = type_of(b, f->type);
      if (type < 0) return tl_build_memory(b);
      if (!h || h->type != type || h->nwire)
        return cg_fail(b->fault, CG_E_UNKNOWN_NAME,
                       "fallback: %.*s is not an empty constructor of %.*s",
                       (int)f->constructor.len, f->constructor.at, (int)f->type.len,
                       f->type.at);
      b->types[type].fallback = (uint16_t)h->o.ix;
    }
  return CG_OK;
}

static cg_err sweep(builder *b, bool old) {
  for (size_t ix = 0; ix < b->nheads; ix++) {
    if (!b->defs[ix] || ((b->heads[ix].flags & TL_F_OLD) != 0) != old) continue;
    cg_err err = old ? rows_of_older(b, ix) : rows_of_newest(b, ix);
    if (err) return err;
    count_rows(b, b->heads + ix);
  }
  return CG_OK;
}

cg_err tl_build_rows(builder *b) {
  cg_err err = set_types(b);
  if (!err) err = sweep(b, false);
  if (!b->base || b->base->nrows == b->base->first_old_row) b->first_old_row = b->nrows;
  if (!err) err = sweep(b, true);
  if (!err) err = set_fallbacks(b);
  if (!err) set_only(b);
  return err;
}
