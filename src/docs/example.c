/* SPDX-License-Identifier: MIT */
/* example.c - the values of an example, its JSON and its bytes; see example.h. */
#include "example.h"

#include "json.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH = 16 };

/* Values that say more than the name of their field. Of strings unless it is a number. */
static const struct { const char *field, *value; } values[] = {
  { "address", "ada@example.org" },
  { "api_hash", "00000000000000000000000000000000" },
  { "api_id", "1" },
  { "app_version", "1.0" },
  { "currency", "EUR" },
  { "device_model", "PC" },
  { "dc_id", "2" },
  { "email", "ada@example.org" },
  { "emoticon", "👍" },
  { "file_name", "file.txt" },
  { "first_name", "Ada" },
  { "hash", "0" },
  { "lang_code", "en" },
  { "lang_pack", "" },
  { "last_name", "Lovelace" },
  { "layer", "228" },
  { "limit", "20" },
  { "max_date", "0" },
  { "max_id", "0" },
  { "message", "Hello" },
  { "mime_type", "text/plain" },
  { "min_id", "0" },
  { "offset", "0" },
  { "offset_date", "0" },
  { "offset_id", "0" },
  { "phone", "9996621234" },
  { "phone_code", "22222" },
  { "phone_code_hash", "f4318de66cb2db3f10" },
  { "phone_number", "9996621234" },
  { "random_id", "1234567890123456789" },
  { "system_lang_code", "en" },
  { "system_version", "Linux" },
  { "title", "Title" },
  { "url", "https://example.org/" },
  { "username", "ada" },
};

/* Optional fields without which a call would not do what it is known for. */
static const struct { const char *def, *field; } shown[] = {
  { "auth.signIn", "phone_code" },
};

typedef struct {
  const cg_docs *d;
  cg_arena *arena;
  bool failed;
  unsigned variables;
} maker;

static bool is_shown(const cg_docs_def *def, const cg_docs_field *f) {
  if (!strcmp(f->type, "#")) return false;
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
    if (!strcmp(shown[i].def, def->name) && !strcmp(shown[i].field, f->name)) return true;
  return !f->word;
}

static const char *listed(const char *field) {
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    if (!strcmp(values[i].field, field)) return values[i].value;
  return NULL;
}

static bool is_number(const char *text) {
  return *text && strspn(text, "0123456789") == strlen(text);
}

static const char *plain_value(const cg_docs_field *f) {
  static const char zeros[] =
      "0000000000000000000000000000000000000000000000000000000000000000";
  const char *value = listed(f->name), *type = f->type;
  if (!strcmp(type, "string")) return value ? value : f->name;
  if (!strcmp(type, "bytes")) return "AQID";
  if (!strcmp(type, "Bool")) return "true";
  if (!strcmp(type, "double")) return "1.5";
  if (!strcmp(type, "int256")) return zeros;
  if (!strcmp(type, "int128")) return zeros + 32;
  if (!value || !is_number(value)) return "1";
  return !strcmp(type, "int") && strlen(value) > 9 ? "1" : value;
}

static cg_example *items(maker *m, size_t n) {
  cg_example *at = cg_arena_alloc(m->arena, (n + 1) * sizeof *at);
  if (!at) m->failed = true;
  return at;
}

/* What the C example itself declares. */
static bool is_taken(const char *name) {
  static const char *const names[] = { "arena", "client", "object", "request", "result" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(names[i], name)) return true;
  return false;
}

/* A name for C: that of the field, and a number from the second variable on. */
static const char *variable(maker *m, const cg_docs_field *f, bool vector) {
  char name[160];
  int n = snprintf(name, sizeof name, "%s%s", f->c_name, vector ? "_list" : "");
  if (m->variables++ || is_taken(name))
    snprintf(name + n, sizeof name - (size_t)n, "_%u", m->variables);
  cg_bytes copy = cg_arena_copy(m->arena, cg_bytes_of(name));
  if (!copy.at) m->failed = true;
  return (const char *)copy.at;
}

static void fill_object(maker *m, cg_example *e, const cg_docs_def *def, int depth);

static void fill_value(maker *m, cg_example *e, const cg_docs_field *f, int depth) {
  e->field = f;
  if (!strcmp(f->type, "X")) {
    e->variable = variable(m, f, false);
    fill_object(m, e, cg_docs_find_def(m->d, "help.getConfig"), depth);
  } else if (f->boxed) {
    e->variable = variable(m, f, false);
    fill_object(m, e, f->boxed->example, depth);
  } else {
    e->text = plain_value(f);
  }
}

static void fill_field(maker *m, cg_example *e, const cg_docs_field *f, int depth) {
  if (!f->vector) {
    fill_value(m, e, f, depth);
    return;
  }
  e->field = f;
  e->variable = variable(m, f, true);
  e->items = items(m, 1);
  if (!e->items) return;
  e->count = 1;
  fill_value(m, e->items, f, depth);
}

static void fill_object(maker *m, cg_example *e, const cg_docs_def *def, int depth) {
  e->def = def;
  if (!def || depth > DEPTH || !(e->items = items(m, def->nfields))) {
    m->failed = true;
    return;
  }
  for (size_t i = 0; i < def->nfields && !m->failed; i++)
    if (is_shown(def, def->fields + i))
      fill_field(m, e->items + e->count++, def->fields + i, depth + 1);
}

const cg_example *cg_example_make(const cg_docs *d, cg_arena *arena,
                                  const cg_docs_def *def) {
  maker m = { .d = d, .arena = arena };
  cg_example *root = items(&m, 1);
  if (!root) return NULL;
  fill_object(&m, root, def, 0);
  return m.failed ? NULL : root;
}

/* --- JSON --------------------------------------------------------------------- */

/* What JSON writes in quotes. */
static bool is_quoted(const char *type) {
  static const char *const bare[] = { "int", "double", "Bool" };
  for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
    if (!strcmp(bare[i], type)) return false;
  return true;
}

void cg_example_json(cg_buf *b, const cg_example *e) {
  bool vector = e->field && !e->def && !e->text;
  if (e->text) {
    if (is_quoted(e->field->type)) cg_jsonw_string(b, cg_bytes_of(e->text));
    else cg_buf_text(b, e->text);
    return;
  }
  cg_jsonw_open(b, vector ? '[' : '{');
  if (e->def && (e->field || !e->def->method)) {
    cg_jsonw_key(b, "_");
    cg_jsonw_string(b, cg_bytes_of(e->def->name));
  }
  for (size_t i = 0; i < e->count; i++) {
    if (!vector) cg_jsonw_key(b, e->items[i].field->name);
    cg_example_json(b, e->items + i);
  }
  cg_jsonw_close(b, vector ? ']' : '}');
}

cg_err cg_example_wire(const cg_docs *d, cg_arena *arena, const cg_example *e,
                       cg_bytes *out, cg_fault *fault) {
  cg_buf json = { 0 };
  const tl_obj *obj;
  cg_example_json(&json, e);
  cg_err err = json.err;
  if (!err && e->def->method)
    err = cg_tl_call_from_json(d->schema, e->def->name, cg_buf_view(&json), NULL, arena,
                               &obj, fault);
  else if (!err) err = cg_tl_from_json(d->schema, cg_buf_view(&json), arena, &obj, fault);
  cg_buf_free(&json);
  return err ? err : cg_tl_encode(d->schema, obj, arena, out, fault);
}
