/* SPDX-License-Identifier: MIT */
/* model.c - see model.h. */
#include "model.h"

#include "buf.h"
#include "parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 80, KIN_MOST = 16, DEAR = 1000000, EMPTY_COST = 8 };

typedef struct {
  cg_docs d;
  cg_err err;
  cg_fault *fault;
} loader;

static void *take(loader *l, size_t size) {
  void *at = l->err ? NULL : cg_arena_alloc(l->d.arena, size);
  if (!at && !l->err) l->err = cg_fail(l->fault, CG_E_MEMORY, "out of memory");
  return at;
}

/* --- definitions ------------------------------------------------------------ */

static void add_texts(loader *l, cg_docs_def *def, cg_docs_field *fields) {
  def->known = cg_texts_find(l->d.texts, def->name);
  if (!def->known) {
    l->err = cg_fail(l->fault, CG_E_CORRUPT, "texts: nothing about %s", def->name);
    return;
  }
  def->text = def->known->text;
  def->who = def->known->who;
  for (size_t i = 0; i < def->nfields; i++)
    for (uint32_t k = 0; k < def->known->nfields; k++)
      if (!strcmp(def->known->fields[k].name, fields[i].name)) {
        fields[i].c_name = def->known->fields[k].c_name;
        fields[i].text = def->known->fields[k].text;
      }
}

static void add_def(loader *l, const char *name, bool method) {
  cg_docs_def *def = l->d.defs + l->d.ndefs;
  cg_bytes tl;
  if (l->err) return;
  l->err = cg_tl_describe(l->d.schema, name, l->d.arena, &tl, l->fault);
  if (l->err) return;
  *def = (cg_docs_def){ .name = name, .method = method, .tl = (const char *)tl.at };
  def->c_name = cg_docs_c_name(l->d.arena, name);
  cg_docs_field *fields = cg_docs_parse(l->d.arena, def);
  if (!fields || !def->c_name)
    l->err = cg_fail(l->fault, CG_E_MEMORY, "out of memory");
  else add_texts(l, def, fields);
  l->d.ndefs++;
  l->d.nmethods += method;
}

static int def_order(const void *a, const void *b) {
  return strcmp(((const cg_docs_def *)a)->name, ((const cg_docs_def *)b)->name);
}

static void add_defs(loader *l) {
  size_t n = 0;
  if (l->err) return;
  for (int methods = 0; methods <= 1; methods++)
    for (const char *name = NULL;
         (name = cg_tl_next_name(l->d.schema, methods != 0, name));)
      n++;
  l->d.defs = take(l, (n + 1) * sizeof *l->d.defs);
  for (int methods = 0; methods <= 1 && !l->err; methods++)
    for (const char *name = NULL;
         (name = cg_tl_next_name(l->d.schema, methods != 0, name)) && !l->err;)
      add_def(l, name, methods != 0);
  if (!l->err) qsort(l->d.defs, l->d.ndefs, sizeof *l->d.defs, def_order);
}

/* --- types ------------------------------------------------------------------ */

static const struct { const char *name, *text; } plain[] = {
  { "Bool", "<code>true</code> or <code>false</code>: on the wire the id "
            "<code>0x997275b5</code> or <code>0xbc799737</code>." },
  { "X", "The answer of the method that was given as <code>query</code>." },
  { "bytes", "Bytes. In JSON they are written in base64." },
  { "double", "A 64-bit floating-point number (IEEE 754)." },
  { "int", "A 32-bit signed number." },
  { "int128", "128 bits. In JSON they are written as 32 hexadecimal digits." },
  { "int256", "256 bits. In JSON they are written as 64 hexadecimal digits." },
  { "long", "A 64-bit signed number. In JSON it is written as a string, since many "
            "readers of JSON keep 53 bits only; a number is taken, too." },
  { "string", "Text in UTF-8." },
  { "true", "A flag: its bit says yes, and it takes no further bytes." },
};

static int type_order(const void *a, const void *b) {
  return strcmp(((const cg_docs_type *)a)->name, ((const cg_docs_type *)b)->name);
}

static const char *type_text(const cg_texts *t, const char *name) {
  for (uint32_t i = 0; i < t->ntypes; i++)
    if (!strcmp(t->types[i].name, name)) return t->types[i].text;
  return "";
}

static void add_types(loader *l) {
  cg_docs *d = &l->d;
  enum { NPLAIN = sizeof plain / sizeof *plain };
  if (l->err) return;
  d->types = take(l, (d->ndefs + NPLAIN) * sizeof *d->types);
  if (l->err) return;
  for (size_t i = 0; i < NPLAIN; i++)
    d->types[d->ntypes++] = (cg_docs_type){ .name = plain[i].name, .text = plain[i].text };
  for (size_t i = 0; i < d->ndefs; i++)
    if (!d->defs[i].method)
      d->types[d->ntypes++] =
          (cg_docs_type){ .name = d->defs[i].result.type, .boxed = true };
  qsort(d->types, d->ntypes, sizeof *d->types, type_order);
  size_t n = 0;
  for (size_t i = 0; i < d->ntypes; i++)
    if (!n || strcmp(d->types[n - 1].name, d->types[i].name)) d->types[n++] = d->types[i];
  d->ntypes = n;
  for (size_t i = 0; i < n; i++) {
    cg_docs_type *t = d->types + i;
    t->cost = DEAR;
    t->c_name = cg_docs_c_name(d->arena, t->name);
    if (t->boxed) t->text = type_text(d->texts, t->name);
    if (!t->c_name) l->err = cg_fail(l->fault, CG_E_MEMORY, "out of memory");
  }
}

static void join_field(const cg_docs *d, cg_docs_field *f) {
  cg_docs_type key = { .name = f->type };
  cg_docs_type *t = bsearch(&key, d->types, d->ntypes, sizeof key, type_order);
  f->boxed = t && t->boxed ? t : NULL;
}

static void join_types(loader *l) {
  for (size_t i = 0; i < l->d.ndefs && !l->err; i++) {
    cg_docs_def *def = l->d.defs + i;
    join_field(&l->d, &def->result);
    for (size_t k = 0; k < def->nfields; k++)
      join_field(&l->d, def->fields + k);
  }
}

/* --- which fields are rare -------------------------------------------------------- */

static int field_order(const void *a, const void *b) {
  return strcmp((*(cg_docs_field *const *)a)->name, (*(cg_docs_field *const *)b)->name);
}

static void find_rare_fields(loader *l) {
  size_t n = 0, all = 0;
  for (size_t i = 0; i < l->d.ndefs; i++) all += l->d.defs[i].nfields;
  cg_docs_field **fields = take(l, (all + 1) * sizeof *fields);
  if (!fields) return;
  for (size_t i = 0; i < l->d.ndefs; i++)
    for (size_t k = 0; k < l->d.defs[i].nfields; k++)
      fields[n++] = l->d.defs[i].fields + k;
  qsort(fields, n, sizeof *fields, field_order);
  for (size_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && !strcmp(fields[i]->name, fields[end]->name);) end++;
    for (size_t k = i; k < end; k++) fields[k]->rare = end - i <= KIN_MOST;
  }
}

/* --- which constructor an example uses ------------------------------------------ */

static bool ends_in(const char *name, const char *end) {
  size_t n = strlen(name), k = strlen(end);
  return n >= k && !strcmp(name + n - k, end);
}

/* What it takes to fill the object in; "nothing" is a poor example. */
static unsigned cost_of(const cg_docs_def *def) {
  unsigned cost = 1;
  if (ends_in(def->name, "Empty")) cost += EMPTY_COST;
  for (size_t i = 0; i < def->nfields && cost < DEAR; i++) {
    const cg_docs_field *f = def->fields + i;
    if (f->word || !strcmp(f->type, "#")) continue;
    cost += f->boxed ? f->boxed->cost : 1;
  }
  return cost < DEAR ? cost : DEAR;
}

static bool choose(cg_docs_type *t, const cg_docs_def *def) {
  unsigned cost = cost_of(def);
  bool self = cost == t->cost && ends_in(def->name, "Self") &&
              !ends_in(t->example->name, "Self");
  if (cost >= t->cost && !self) return false;
  t->cost = cost;
  t->example = def;
  return true;
}

/* The cheapest, until nothing gets cheaper. */
static void choose_examples(loader *l) {
  bool changed = !l->err;
  while (changed) {
    changed = false;
    for (size_t i = 0; i < l->d.ndefs; i++) {
      const cg_docs_def *def = l->d.defs + i;
      if (!def->method) changed |= choose(def->result.boxed, def);
    }
  }
}

/* --- errors ------------------------------------------------------------------- */

typedef struct { const cg_texts *t; uint32_t at; } numbered;

static int error_order(const void *a, const void *b) {
  const numbered *x = a, *y = b;
  const cg_texts_error *e = x->t->errors + x->at, *f = y->t->errors + y->at;
  int order = strcmp(e->name, f->name);
  return order ? order : (e->code > f->code) - (e->code < f->code);
}

static int name_order(const void *a, const void *b) {
  return strcmp(((const cg_docs_error *)a)->name, ((const cg_docs_error *)b)->name);
}

/* X for "%d". */
static const char *with_x(loader *l, const char *pattern) {
  char *name = take(l, strlen(pattern) + 1), *p = name;
  for (; name && *pattern; pattern++)
    if (pattern[0] == '%' && pattern[1] == 'd') *p++ = 'X', pattern++;
    else *p++ = *pattern;
  return name;
}

static void add_errors(loader *l) {
  const cg_texts *t = l->d.texts;
  if (l->err) return;
  numbered *order = take(l, (t->nerrors + 1) * sizeof *order);
  uint32_t *numbers = take(l, (t->nerrors + 1) * sizeof *numbers);
  l->d.errors = take(l, (t->nerrors + 1) * sizeof *l->d.errors);
  l->d.error_of = take(l, (t->nerrors + 1) * sizeof *l->d.error_of);
  l->d.error_text = take(l, (t->nerrors + 1) * sizeof *l->d.error_text);
  if (l->err) return;
  for (uint32_t i = 0; i < t->nerrors; i++) order[i] = (numbered){ t, i };
  qsort(order, t->nerrors, sizeof *order, error_order);
  cg_docs_error *e = NULL;
  for (uint32_t i = 0; i < t->nerrors; i++) {
    const char *pattern = t->errors[order[i].at].name;
    numbers[i] = order[i].at;
    l->d.error_text[order[i].at] = with_x(l, t->errors[order[i].at].text);
    if (!e || strcmp(e->pattern, pattern)) {
      e = l->d.errors + l->d.nerrors++;
      *e = (cg_docs_error){ .name = with_x(l, pattern), .pattern = pattern,
                            .at = numbers + i };
    }
    e->count++;
    e->general |= t->errors[order[i].at].general;
  }
  if (l->err) return;
  qsort(l->d.errors, l->d.nerrors, sizeof *l->d.errors, name_order);
  for (size_t i = 0; i < l->d.nerrors; i++)
    for (size_t k = 0; k < l->d.errors[i].count; k++)
      l->d.error_of[l->d.errors[i].at[k]] = l->d.errors + i;
}

/* --- all of it ------------------------------------------------------------------ */

cg_err cg_docs_load(cg_arena *arena, const cg_docs **out, cg_fault *fault) {
  loader *l = cg_arena_alloc(arena, sizeof *l);
  if (!l) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  const cg_tl_schema *s = cg_tl_api();
  *l = (loader){ { .arena = arena, .schema = s, .layer = cg_tl_layer(s) }, CG_OK, fault };
  l->err = cg_texts_load(arena, &l->d.texts, fault);
  add_defs(l);
  add_types(l);
  join_types(l);
  find_rare_fields(l);
  choose_examples(l);
  add_errors(l);
  *out = &l->d;
  return l->err;
}

const cg_docs_def *cg_docs_find_def(const cg_docs *d, const char *name) {
  cg_docs_def key = { .name = name };
  return bsearch(&key, d->defs, d->ndefs, sizeof key, def_order);
}

const cg_docs_type *cg_docs_find_type(const cg_docs *d, const char *name) {
  cg_docs_type key = { .name = name };
  return bsearch(&key, d->types, d->ntypes, sizeof key, type_order);
}

const cg_docs_error *cg_docs_find_error(const cg_docs *d, const char *name) {
  const cg_docs_error *found = NULL;
  for (size_t i = 0; i < d->nerrors; i++) {
    if (!strcmp(d->errors[i].name, name)) return d->errors + i;
    if (cg_texts_matches(d->errors[i].pattern, name)) found = d->errors + i;
  }
  return found;
}

bool cg_docs_takes(const cg_docs_def *def, const char *type) {
  for (size_t i = 0; i < def->nfields; i++)
    if (!strcmp(def->fields[i].type, type)) return true;
  return false;
}

bool cg_docs_gives(const cg_docs_def *def, const char *type) {
  return !strcmp(def->result.type, type);
}

bool cg_docs_throws(const cg_docs *d, const cg_docs_def *def, const cg_docs_error *error) {
  for (uint32_t i = 0; i < def->known->nerrors; i++)
    if (d->error_of[def->known->errors[i]] == error) return true;
  return false;
}

/* --- what is alike ---------------------------------------------------------------- */

static const cg_docs_field *field_named(const cg_docs_def *def, const char *name) {
  for (size_t i = 0; i < def->nfields; i++)
    if (!strcmp(def->fields[i].name, name)) return def->fields + i;
  return NULL;
}

const cg_docs_def *cg_docs_kin(const cg_docs *d, const cg_docs_def *def, size_t *at) {
  while (*at < d->ndefs) {
    const cg_docs_def *other = d->defs + (*at)++;
    if (other == def) continue;
    for (size_t k = 0; k < def->nfields; k++)
      if (def->fields[k].rare && field_named(other, def->fields[k].name)) return other;
  }
  return NULL;
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

static int lower(char c) {
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Edits that make one name of the other, letter case aside.
 * https://en.wikipedia.org/wiki/Levenshtein_distance */
static size_t distance(const char *a, const char *b) {
  size_t row[LONGEST + 1], n = strlen(b);
  if (strlen(a) > LONGEST || n > LONGEST) return LONGEST;
  for (size_t k = 0; k <= n; k++) row[k] = k;
  for (size_t i = 0; a[i]; i++) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t k = 0; k < n; k++) {
      size_t same = diagonal + (lower(a[i]) != lower(b[k]));
      diagonal = row[k + 1];
      row[k + 1] = least(same, least(row[k], row[k + 1]) + 1);
    }
  }
  return row[n];
}

typedef struct { const char *name, *best; size_t least; } search;

static void consider(search *s, const char *name) {
  size_t n = distance(s->name, name);
  if (n >= s->least) return;
  s->least = n;
  s->best = name;
}

const char *cg_docs_similar(const cg_docs *d, const char *const *names,
                            const char *name) {
  search s = { name, NULL, least(4, strlen(name) / 2 + 1) };
  for (; *names; names++) consider(&s, *names);
  for (size_t i = 0; i < d->ndefs; i++) consider(&s, d->defs[i].name);
  for (size_t i = 0; i < d->ntypes; i++) consider(&s, d->types[i].name);
  for (size_t i = 0; i < d->nerrors; i++) consider(&s, d->errors[i].name);
  return s.best;
}

/* --- small texts ------------------------------------------------------------------- */

const char *cg_docs_who_text(cg_texts_who who) {
  switch (who) {
  case CG_WHO_USER: return "users only";
  case CG_WHO_BOT: return "bots only";
  case CG_WHO_BOTH: return "users and bots";
  case CG_WHO_UNKNOWN: break;
  }
  return NULL;
}

const char *cg_docs_change_text(const cg_docs *d, const cg_texts_change *c) {
  bool oldest = d->texts->layers[d->texts->nlayers - 1] >= c->layer;
  if (*c->what) return c->what;
  if (c->exact) return "there";
  return oldest ? "there already, maybe long before" : "first seen";
}

const char *cg_docs_layers_text(const cg_docs *d) {
  cg_buf b = { 0 };
  char number[16];
  for (uint32_t i = d->texts->nlayers; i-- > 0;) {
    snprintf(number, sizeof number, "%s%u", b.len ? ", " : "", d->texts->layers[i]);
    cg_buf_text(&b, number);
  }
  const char *text = (const char *)cg_arena_copy(d->arena, cg_buf_view(&b)).at;
  cg_buf_free(&b);
  return text ? text : "";
}
