/* SPDX-License-Identifier: MIT */
/* history.c - see history.h. */
#include "history.h"

#include "markup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { const tl_def *def; int layer; bool exact; } sighting;

static int compare_names(cg_bytes a, cg_bytes b) {
  size_t n = a.len < b.len ? a.len : b.len;
  int order = memcmp(a.at, b.at, n);
  return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_name(const void *a, const void *b) {
  const tl_def *x = a, *y = b;
  int order = compare_names(x->name, y->name);
  return order ? order : x->since - y->since;
}

void history_index(tl_defs *list) {
  qsort(list->defs, list->ndefs, sizeof *list->defs, by_name);
}

/* The first of the definitions called `name`; list->ndefs if there is none. */
static size_t first_named(const tl_defs *list, cg_bytes name) {
  size_t low = 0, high = list->ndefs;
  while (low < high) {
    size_t mid = (low + high) / 2;
    if (compare_names(list->defs[mid].name, name) < 0) low = mid + 1;
    else high = mid;
  }
  return low;
}

const tl_def *history_find(const tl_defs *list, cg_bytes name, bool method) {
  for (size_t i = first_named(list, name);
       i < list->ndefs && cg_bytes_equal(list->defs[i].name, name); i++)
    if (list->defs[i].method == method) return list->defs + i;
  return NULL;
}

/* --- what changed ----------------------------------------------------------- */

static void put_type(cg_buf *b, const tl_def *def, const tl_arg *a) {
  char bit[8];
  if (a->bit >= 0) {
    snprintf(bit, sizeof bit, ".%d?", a->bit);
    cg_buf_bytes(b, def->args[a->word].name);
    cg_buf_text(b, bit);
  }
  if (a->vector) cg_buf_text(b, a->vector == TL_BOXED_VECTOR ? "Vector&lt;" : "vector&lt;");
  if (a->base == TL_T_QUERY) cg_buf_text(b, "!");
  if (a->base == TL_T_LONG) cg_buf_text(b, "long");
  else markup_escape(b, a->type);
  if (a->vector) cg_buf_text(b, "&gt;");
}

static bool same_type(const tl_def *x, const tl_arg *a, const tl_def *y,
                      const tl_arg *b) {
  if (a->base != b->base || a->vector != b->vector || a->bit != b->bit) return false;
  if (a->base == TL_T_BOXED && !cg_bytes_equal(a->type, b->type)) return false;
  return a->bit < 0 || cg_bytes_equal(x->args[a->word].name, y->args[b->word].name);
}

static const tl_arg *arg_named(const tl_def *def, cg_bytes name) {
  for (size_t i = 0; i < def->nargs; i++)
    if (cg_bytes_equal(def->args[i].name, name)) return def->args + i;
  return NULL;
}

static void begin(cg_buf *b, const char *what) {
  if (b->len) cg_buf_text(b, "; ");
  cg_buf_text(b, what);
  cg_buf_text(b, " <code>");
}

static void put_field(cg_buf *b, const char *what, const tl_def *def, const tl_arg *a) {
  begin(b, what);
  cg_buf_bytes(b, a->name);
  cg_buf_text(b, ":");
  put_type(b, def, a);
  cg_buf_text(b, "</code>");
}

static void put_change(cg_buf *b, const tl_def *old, const tl_arg *before,
                       const tl_def *now, const tl_arg *after) {
  begin(b, after->name.len ? "changed" : "result changed from");
  cg_buf_bytes(b, after->name);
  cg_buf_text(b, after->name.len ? "</code> from <code>" : "");
  put_type(b, old, before);
  cg_buf_text(b, "</code> to <code>");
  put_type(b, now, after);
  cg_buf_text(b, "</code>");
}

/* Flag words are left out: what uses them is named. */
static void put_difference(cg_buf *b, const tl_def *old, const tl_def *now) {
  for (size_t i = 0; i < now->nargs; i++) {
    const tl_arg *a = now->args + i, *before = arg_named(old, a->name);
    if (a->base == TL_T_NAT) continue;
    if (!before) put_field(b, "new", now, a);
    else if (!same_type(old, before, now, a)) put_change(b, old, before, now, a);
  }
  for (size_t i = 0; i < old->nargs; i++) {
    const tl_arg *a = old->args + i;
    if (a->base != TL_T_NAT && !arg_named(now, a->name)) put_field(b, "gone", old, a);
  }
  if (!same_type(old, &old->result, now, &now->result))
    put_change(b, old, &old->result, now, &now->result);
  if (!b->len && old->id != now->id) cg_buf_text(b, "the wire's order of the fields");
}

/* --- sightings -------------------------------------------------------------- */

static int by_layer(const void *a, const void *b) {
  const sighting *x = a, *y = b;
  return x->layer - y->layer;
}

/* First layer of the id, where a directive says it, if that is not behind `layer`. */
static int first_layer(const tl_defs *const *lists, size_t nlists, uint32_t id,
                       int layer) {
  for (size_t i = 0; i < nlists; i++)
    for (size_t k = 0; k < lists[i]->nsince; k++)
      if (lists[i]->since[k].id == id && lists[i]->since[k].layer <= layer)
        return lists[i]->since[k].layer;
  return 0;
}

static size_t collect(const tl_defs *const *lists, size_t nlists, cg_bytes name,
                      bool method, sighting out[HISTORY_MAX]) {
  size_t n = 0;
  for (size_t i = 0; i < nlists; i++) {
    const tl_defs *list = lists[i];
    for (size_t k = first_named(list, name);
         k < list->ndefs && cg_bytes_equal(list->defs[k].name, name); k++) {
      const tl_def *def = list->defs + k;
      int layer = def->since ? def->since : list->layer;
      if (def->method != method || !layer || n == HISTORY_MAX) continue;
      out[n++] = (sighting){ def, layer, def->since != 0 };
    }
  }
  qsort(out, n, sizeof *out, by_layer);
  return n;
}

size_t history_of(const tl_defs *const *lists, size_t nlists, cg_bytes name, bool method,
                  history_entry out[HISTORY_MAX]) {
  sighting seen[HISTORY_MAX];
  size_t n = collect(lists, nlists, name, method, seen), count = 0;
  for (size_t i = 0; i < n; i++) {
    const tl_def *def = seen[i].def, *old = i ? seen[i - 1].def : NULL;
    cg_buf what = { 0 };
    if (old) put_difference(&what, old, def);
    if (old && !what.len) continue;
    int since = old && old->id == def->id ? 0
                                          : first_layer(lists, nlists, def->id,
                                                        seen[i].layer);
    cg_buf_put(&what, "", 1);
    out[count++] = (history_entry){ since ? since : seen[i].layer,
                                    seen[i].exact || since, (const char *)what.at };
  }
  return count;
}
