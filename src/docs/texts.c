/* SPDX-License-Identifier: MIT */
/* texts.c - see texts.h. */
#include "texts.h"

#include "reader.h"
#include "texts_data.h"

#include <ctype.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  cg_reader r;
  cg_arena *arena;
} source;

static void *list(source *s, uint32_t n, size_t size) {
  void *at = cg_arena_alloc(s->arena, (n + 1u) * size);
  if (!at) cg_reader_fail(&s->r, CG_E_MEMORY);
  return at;
}

static const char *string(source *s) {
  cg_bytes v = cg_reader_str(&s->r);
  if (s->r.err) return "";
  if (v.len && !v.at[v.len - 1]) return (const char *)v.at;
  cg_reader_fail(&s->r, CG_E_MALFORMED);
  return "";
}

static const uint32_t *numbers(source *s, uint32_t *n) {
  *n = cg_reader_count(&s->r, 4);
  uint32_t *at = list(s, *n, sizeof *at);
  for (uint32_t i = 0; at && i < *n; i++) at[i] = cg_reader_u32(&s->r);
  return at;
}

/* Where the package's words do not say what is the case, or what to do then. */
static const struct { const char *name, *text; } better[] = {
  { "AUTH_KEY_UNREGISTERED", "This session is not logged in." },
  { "CONNECTION_API_ID_INVALID",
    "The api_id given at the start of the connection is wrong." },
  { "CONNECTION_LAYER_INVALID", "The server does not speak this layer." },
  { "INPUT_METHOD_INVALID", "The server does not have this method." },
  { "PHONE_CODE_EXPIRED", "The code is not valid any more, or was never sent to this "
                          "session: ask for a new one." },
  { "SEND_CODE_UNAVAILABLE", "There is no further way to send the code." },
};

static const char *error_text(source *s, const char *name) {
  const char *text = string(s);
  for (size_t i = 0; i < sizeof better / sizeof *better; i++)
    if (!strcmp(better[i].name, name)) return better[i].text;
  return text;
}

static void read_errors(source *s, cg_texts *t) {
  t->nerrors = cg_reader_count(&s->r, 16);
  cg_texts_error *at = list(s, t->nerrors, sizeof *at);
  t->errors = at;
  for (uint32_t i = 0; at && i < t->nerrors; i++) {
    at[i].code = (int32_t)cg_reader_u32(&s->r);
    at[i].general = cg_reader_u32(&s->r);
    at[i].name = string(s);
    at[i].text = error_text(s, at[i].name);
  }
}

static const cg_texts_field *read_fields(source *s, uint32_t *n) {
  *n = cg_reader_count(&s->r, 12);
  cg_texts_field *at = list(s, *n, sizeof *at);
  for (uint32_t i = 0; at && i < *n; i++) {
    at[i].name = string(s);
    at[i].c_name = string(s);
    at[i].text = string(s);
  }
  return at;
}

static const cg_texts_change *read_changes(source *s, uint32_t *n) {
  *n = cg_reader_count(&s->r, 12);
  cg_texts_change *at = list(s, *n, sizeof *at);
  for (uint32_t i = 0; at && i < *n; i++) {
    at[i].layer = cg_reader_u32(&s->r);
    at[i].exact = cg_reader_u32(&s->r);
    at[i].what = string(s);
  }
  return at;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const cg_texts_def *)a)->name, ((const cg_texts_def *)b)->name);
}

static void read_defs(source *s, cg_texts *t) {
  t->ndefs = cg_reader_count(&s->r, 28);
  cg_texts_def *at = list(s, t->ndefs, sizeof *at);
  t->defs = at;
  for (uint32_t i = 0; at && i < t->ndefs; i++) {
    cg_texts_def *d = at + i;
    d->name = string(s);
    d->method = cg_reader_u32(&s->r);
    d->who = (cg_texts_who)cg_reader_u32(&s->r);
    d->text = string(s);
    d->fields = read_fields(s, &d->nfields);
    d->errors = numbers(s, &d->nerrors);
    d->changes = read_changes(s, &d->nchanges);
    for (uint32_t k = 0; d->errors && k < d->nerrors; k++)
      if (d->errors[k] >= t->nerrors) cg_reader_fail(&s->r, CG_E_MALFORMED);
  }
  if (!s->r.err) qsort(at, t->ndefs, sizeof *at, by_name);
}

static void read_types(source *s, cg_texts *t) {
  t->ntypes = cg_reader_count(&s->r, 8);
  cg_texts_type *at = list(s, t->ntypes, sizeof *at);
  t->types = at;
  for (uint32_t i = 0; at && i < t->ntypes; i++) {
    at[i].name = string(s);
    at[i].text = string(s);
  }
}

static cg_err inflate(cg_arena *arena, cg_bytes *out) {
  const cg_texts_data *in = &cg_docs_texts_data;
  struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
  uint8_t *at = cg_arena_alloc(arena, in->full);
  cg_err err = d && at ? CG_OK : CG_E_MEMORY;
  if (!err && libdeflate_deflate_decompress(d, in->at, in->len, at, in->full, NULL))
    err = CG_E_CORRUPT;
  libdeflate_free_decompressor(d);
  *out = (cg_bytes){ at, in->full };
  return err;
}

cg_err cg_texts_load(cg_arena *arena, const cg_texts **out, cg_fault *fault) {
  source s = { .arena = arena };
  cg_bytes data;
  cg_err err = inflate(arena, &data);
  cg_texts *t = err ? NULL : cg_arena_alloc(arena, sizeof *t);
  if (!t) return cg_fail(fault, err ? err : CG_E_MEMORY, "texts: %s",
                         cg_err_text(err ? err : CG_E_MEMORY));
  cg_reader_init(&s.r, data.at, data.len);
  t->version = string(&s);
  t->licence = string(&s);
  t->layers = numbers(&s, &t->nlayers);
  read_errors(&s, t);
  read_defs(&s, t);
  read_types(&s, t);
  *out = t;
  err = cg_reader_end(&s.r);
  if (err && err != CG_E_MEMORY) err = CG_E_CORRUPT;
  return err ? cg_fail(fault, err, "texts: %s", cg_err_text(err)) : CG_OK;
}

const cg_texts_def *cg_texts_find(const cg_texts *t, const char *name) {
  cg_texts_def key = { .name = name };
  return bsearch(&key, t->defs, t->ndefs, sizeof key, by_name);
}

bool cg_texts_matches(const char *pattern, const char *name) {
  for (; *pattern; pattern++) {
    if (pattern[0] != '%' || pattern[1] != 'd') {
      if (*pattern != *name++) return false;
      continue;
    }
    pattern++;
    if (*name == 'X') name++;
    else if (!isdigit((unsigned char)*name)) return false;
    else
      while (isdigit((unsigned char)*name)) name++;
  }
  return !*name;
}

/* --- plain text ------------------------------------------------------------- */

static size_t entity(const char *at, char *out) {
  static const struct { const char *name; char c; } all[] = {
    { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' }, { "&quot;", '"' },
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    size_t n = strlen(all[i].name);
    if (strncmp(at, all[i].name, n)) continue;
    *out = all[i].c;
    return n;
  }
  *out = *at;
  return 1;
}

const char *cg_texts_plain(cg_arena *arena, const char *markup) {
  char *out = cg_arena_alloc(arena, strlen(markup) + 1), *p = out;
  while (out && *markup) {
    if (*markup == '<') {
      if (!strncmp(markup, "<br>", 4)) *p++ = '\n';
      markup += strcspn(markup, ">");
      markup += *markup == '>';
    } else {
      markup += entity(markup, p++);
    }
  }
  return out;
}
