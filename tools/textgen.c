/* SPDX-License-Identifier: MIT */
/*
 * textgen.c - what the documentation says besides the rows, as one compressed constant.
 *
 *   textgen texts OUT.c NEWEST LICENSE package.json raw-errors.json LAYER TEXT legacy.tl
 *                 SCHEMA.json...
 *   textgen embed OUT.c NAME=FILE...
 *
 * NEWEST is the schema with the texts; LAYER is that of TEXT. Among the older ones must be
 * layer 216, which alone says who may call a method. src/docs/texts.h has the form of what
 * comes out. Fails on a link that leads nowhere. Frees nothing: it lives for a moment.
 */
#include "c_names.h"
#include "history.h"
#include "markup.h"
#include "schema.h"

#include "json.h"

#include <libdeflate.h>
#include <stdarg.h>
#include <stdlib.h>

enum { MAX_LISTS = 32, MAX_ERRORS = 4000, LAYER_OF_CALLERS = 216 };
typedef enum { WHO_UNKNOWN, WHO_USER, WHO_BOT, WHO_BOTH } who;

typedef struct {
  int32_t code;
  const char *name, *text;
  bool general;
} error;

typedef struct {
  const tl_defs *lists[MAX_LISTS]; /* the newest one first */
  size_t nlists;
  cg_bytes newest_json, callers_json, errors_json;
  error errors[MAX_ERRORS];
  size_t nerrors;
  cg_arena *arena;
  size_t unresolved;
  size_t nnamed; /* errors that methods name: the first ones */
} gen;

static _Noreturn void die(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("textgen: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  exit(1);
}

static cg_bytes read_file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!f) die("%s: cannot be opened; run `make deps`", path);
  size_t cap = 1 << 22, len = 0;
  uint8_t *at = malloc(cap);
  while (at && (len += fread(at + len, 1, cap - len, f)) == cap)
    at = realloc(at, cap *= 2);
  if (!at || ferror(f)) die("%s: cannot be read", path);
  fclose(f);
  return (cg_bytes){ at, len };
}

static bool is(cg_bytes word, const char *literal) {
  return cg_bytes_equal(word, cg_bytes_of(literal));
}

static const char *kept(gen *g, cg_bytes text) {
  const char *copy = (const char *)cg_arena_copy(g->arena, text).at;
  if (!copy) die("out of memory");
  return copy;
}

static cg_json *start_json(const gen *g, cg_bytes text) {
  cg_json *j = calloc(1, sizeof *j);
  if (!j) die("out of memory");
  cg_json_init(j, text, g->arena);
  return j;
}

/* --- markup ----------------------------------------------------------------- */

static bool has_name(void *ctx, link_kind kind, cg_bytes name) {
  const tl_defs *d = ((const gen *)ctx)->lists[0];
  if (kind != LINK_TYPE) return history_find(d, name, kind == LINK_METHOD) != NULL;
  for (size_t i = 0; i < d->ndefs; i++)
    if (!d->defs[i].method && cg_bytes_equal(d->defs[i].result.type, name)) return true;
  return false;
}

static const char *marked(gen *g, cg_bytes text) {
  cg_buf b = { 0 };
  markup_put(&b, text, &(link_names){ has_name, g }, &g->unresolved);
  const char *copy = kept(g, cg_buf_view(&b));
  cg_buf_free(&b);
  return copy;
}

/* --- output ----------------------------------------------------------------- */

/* Strings carry their NUL, so that what reads them can point to them. */
static void put_str(cg_buf *b, const char *text) {
  cg_buf_str(b, (cg_bytes){ (const uint8_t *)text, strlen(text) + 1 });
}

static FILE *create(const char *path) {
  FILE *f = fopen(path, "wb");
  if (!f) die("%s: cannot be created", path);
  fprintf(f, "/* SPDX-License-Identifier: MIT */\n"
             "/* Made by textgen: do not edit. */\n");
  return f;
}

static void put_array(FILE *f, const char *name, const uint8_t *at, size_t len) {
  fprintf(f, "static const unsigned char %s[] = {\n", name);
  for (size_t i = 0; i < len; i++) fprintf(f, "%u,%s", at[i], i % 24 == 23 ? "\n" : "");
  fprintf(f, "0};\n");
}

static void close_file(FILE *f, const char *path) {
  if (ferror(f) | fclose(f)) die("%s: cannot be written", path);
}

static void write_compressed(const char *path, cg_bytes text) {
  struct libdeflate_compressor *c = libdeflate_alloc_compressor(12);
  size_t cap = libdeflate_deflate_compress_bound(c, text.len);
  uint8_t *out = malloc(cap);
  size_t len = c && out ? libdeflate_deflate_compress(c, text.at, text.len, out, cap) : 0;
  if (!len) die("out of memory");
  FILE *f = create(path);
  fprintf(f, "/* The prose is that of the npm package @mtcute/core, MIT, Copyright 2023\n"
             " * alina sireneva. */\n#include \"texts_data.h\"\n");
  put_array(f, "data", out, len);
  fprintf(f, "const cg_texts_data cg_docs_texts_data = { data, %zu, %zu };\n", len,
          text.len);
  close_file(f, path);
}

/* --- errors ----------------------------------------------------------------- */

static size_t add_error(gen *g, int32_t code, cg_bytes name, cg_bytes text,
                        bool general) {
  for (size_t i = 0; i < g->nerrors; i++)
    if (g->errors[i].code == code && is(name, g->errors[i].name)) return i;
  if (g->nerrors == MAX_ERRORS) die("too many errors");
  bool none = !text.len || is(text, "undefined");
  g->errors[g->nerrors] =
      (error){ code, kept(g, name), marked(g, none ? CG_LIT("") : text), general };
  return g->nerrors++;
}

typedef size_t each_error(gen *g, int32_t code, cg_bytes name, cg_bytes text);

static size_t add_named(gen *g, int32_t code, cg_bytes name, cg_bytes text) {
  return add_error(g, code, name, text, false);
}

/* Reads {code, name, comment or description, ...}. */
static size_t read_error(gen *g, cg_json *j, each_error *take) {
  cg_bytes key, name = { 0 }, text = { 0 };
  int64_t code = 0;
  if (!cg_json_object(j)) return 0;
  while (cg_json_key(j, &key)) {
    if (is(key, "code")) cg_json_i64(j, &code);
    else if (is(key, "name")) cg_json_string(j, &name);
    else if (is(key, "comment") || is(key, "description")) cg_json_string(j, &text);
    else cg_json_skip(j);
  }
  return take(g, (int32_t)code, name, text);
}

/* Of the coarser list only what no method names, and no notices of the transport. */
static size_t add_general(gen *g, int32_t code, cg_bytes name, cg_bytes text) {
  for (size_t i = 0; i < g->nnamed; i++)
    if (is(name, g->errors[i].name)) return 0;
  return code > 0 ? add_error(g, code, name, text, true) : 0;
}

static void read_general_errors(gen *g) {
  cg_json *j = start_json(g, g->errors_json);
  cg_bytes key;
  g->nnamed = g->nerrors;
  cg_json_object(j);
  while (cg_json_key(j, &key)) {
    if (!is(key, "errors")) cg_json_skip(j);
    else if (cg_json_object(j))
      while (cg_json_key(j, &key)) read_error(g, j, add_general);
  }
  if (cg_json_end(j)) die("raw-errors.json: byte %zu: %s", j->err_at, j->why);
}

/* --- who may call ----------------------------------------------------------- */

typedef struct { cg_bytes name; who may; } caller;
typedef struct { caller at[2000]; size_t n; } callers;

static void add_caller(callers *c, cg_bytes name, who may) {
  for (size_t i = 0; i < c->n; i++)
    if (cg_bytes_equal(c->at[i].name, name)) return;
  if (c->n == sizeof c->at / sizeof *c->at) die("too many methods");
  c->at[c->n++] = (caller){ name, may };
}

static void read_available(cg_json *j, callers *c) {
  cg_bytes key, name = { 0 }, may = { 0 };
  if (!cg_json_object(j)) return;
  while (cg_json_key(j, &key)) {
    if (is(key, "name")) cg_json_string(j, &name);
    else if (is(key, "available")) cg_json_string(j, &may);
    else cg_json_skip(j);
  }
  if (may.len)
    add_caller(c, name, is(may, "both") ? WHO_BOTH : is(may, "bot") ? WHO_BOT : WHO_USER);
}

static void read_only(cg_json *j, callers *c, who may) {
  cg_bytes name;
  if (!cg_json_object(j)) return;
  while (cg_json_key(j, &name)) {
    cg_json_skip(j);
    add_caller(c, name, may);
  }
}

/* Layer 216 is right about this; later ones say "user" everywhere, so the lists of
 * raw-errors.json have to do for what is newer. */
static callers *read_callers(gen *g) {
  callers *c = calloc(1, sizeof *c);
  cg_json *j = start_json(g, g->callers_json), *k = start_json(g, g->errors_json);
  cg_bytes key;
  if (!c) die("out of memory");
  for (cg_json_object(j); cg_json_key(j, &key);) {
    if (!is(key, "e")) cg_json_skip(j);
    else if (cg_json_array(j))
      while (cg_json_item(j)) read_available(j, c);
  }
  for (cg_json_object(k); cg_json_key(k, &key);) {
    if (is(key, "botOnly")) read_only(k, c, WHO_BOT);
    else if (is(key, "userOnly")) read_only(k, c, WHO_USER);
    else cg_json_skip(k);
  }
  if (cg_json_end(j) || cg_json_end(k)) die("who may call cannot be read");
  return c;
}

static who may_call(const callers *c, cg_bytes name) {
  for (size_t i = 0; i < c->n; i++)
    if (cg_bytes_equal(c->at[i].name, name)) return c->at[i].may;
  return WHO_UNKNOWN;
}

/* --- definitions ------------------------------------------------------------ */

typedef struct {
  cg_bytes name, comment;
  struct { cg_bytes name, comment; } args[TL_MAX_ARGS];
  size_t nargs;
  size_t errors[500];
  size_t nerrors;
} text;

static void read_arg(cg_json *j, text *t) {
  cg_bytes key;
  if (t->nargs == TL_MAX_ARGS || !cg_json_object(j)) die("%.*s: too many fields",
                                                        (int)t->name.len, t->name.at);
  t->args[t->nargs].name = t->args[t->nargs].comment = (cg_bytes){ 0 };
  while (cg_json_key(j, &key)) {
    if (is(key, "name")) cg_json_string(j, &t->args[t->nargs].name);
    else if (is(key, "comment")) cg_json_string(j, &t->args[t->nargs].comment);
    else cg_json_skip(j);
  }
  t->nargs++;
}

static void read_throws(gen *g, cg_json *j, text *t) {
  if (!cg_json_array(j)) return;
  while (cg_json_item(j)) {
    if (t->nerrors == sizeof t->errors / sizeof *t->errors) die("too many errors");
    t->errors[t->nerrors++] = read_error(g, j, add_named);
  }
}

static void read_text(gen *g, cg_json *j, text *t) {
  cg_bytes key;
  t->name = t->comment = (cg_bytes){ 0 };
  t->nargs = t->nerrors = 0;
  if (!cg_json_object(j)) return;
  while (cg_json_key(j, &key)) {
    if (is(key, "name")) cg_json_string(j, &t->name);
    else if (is(key, "comment")) cg_json_string(j, &t->comment);
    else if (is(key, "throws")) read_throws(g, j, t);
    else if (!is(key, "arguments")) cg_json_skip(j);
    else if (cg_json_array(j))
      while (cg_json_item(j)) read_arg(j, t);
  }
}

static void put_history(gen *g, cg_buf *b, const tl_def *def) {
  history_entry entries[HISTORY_MAX];
  size_t n = history_of(g->lists, g->nlists, def->name, def->method, entries);
  cg_buf_u32(b, (uint32_t)n);
  for (size_t i = 0; i < n; i++) {
    cg_buf_u32(b, (uint32_t)entries[i].layer);
    cg_buf_u32(b, entries[i].exact);
    put_str(b, entries[i].what);
  }
}

static void put_definition(gen *g, cg_buf *b, const text *t, const tl_def *def,
                           who may) {
  put_str(b, kept(g, t->name));
  cg_buf_u32(b, def->method);
  cg_buf_u32(b, may);
  put_str(b, marked(g, t->comment));
  cg_buf_u32(b, (uint32_t)t->nargs);
  for (size_t i = 0; i < t->nargs; i++) {
    const char *name = kept(g, t->args[i].name);
    put_str(b, name);
    put_str(b, c_field(name).at);
    put_str(b, marked(g, t->args[i].comment));
  }
  cg_buf_u32(b, (uint32_t)t->nerrors);
  for (size_t i = 0; i < t->nerrors; i++) cg_buf_u32(b, (uint32_t)t->errors[i]);
  put_history(g, b, def);
}

static void put_definitions(gen *g, cg_json *j, cg_buf *b) {
  const callers *c = read_callers(g);
  cg_buf_u32(b, (uint32_t)g->lists[0]->ndefs);
  size_t n = 0;
  text *t = calloc(1, sizeof *t);
  if (!t || !cg_json_array(j)) die("no definitions");
  while (cg_json_item(j)) {
    read_text(g, j, t);
    const tl_def *def = history_find(g->lists[0], t->name, true);
    if (!def) def = history_find(g->lists[0], t->name, false);
    if (!def) continue; /* the package's own */
    put_definition(g, b, t, def, def->method ? may_call(c, t->name) : WHO_UNKNOWN);
    n++;
  }
  if (n != g->lists[0]->ndefs) die("%zu definitions with texts, not %zu", n,
                                   g->lists[0]->ndefs);
}

static void put_types(gen *g, cg_json *j, cg_buf *b) {
  cg_bytes key, value;
  cg_buf types = { 0 };
  uint32_t n = 0;
  cg_json_object(j);
  while (cg_json_key(j, &key) && cg_json_string(j, &value)) {
    put_str(&types, kept(g, key));
    put_str(&types, marked(g, value));
    n++;
  }
  cg_buf_u32(b, n);
  cg_buf_bytes(b, cg_buf_view(&types));
}

/* --- all of it -------------------------------------------------------------- */

static void put_errors(const gen *g, cg_buf *b) {
  cg_buf_u32(b, (uint32_t)g->nerrors);
  for (size_t i = 0; i < g->nerrors; i++) {
    cg_buf_u32(b, (uint32_t)g->errors[i].code);
    cg_buf_u32(b, g->errors[i].general);
    put_str(b, g->errors[i].name);
    put_str(b, g->errors[i].text);
  }
}

static void put_layers(const gen *g, cg_buf *b) {
  uint32_t n = 0;
  for (size_t i = 0; i < g->nlists; i++) n += g->lists[i]->layer != 0;
  cg_buf_u32(b, n);
  for (size_t i = 0; i < g->nlists; i++)
    if (g->lists[i]->layer) cg_buf_u32(b, (uint32_t)g->lists[i]->layer);
}

static const char *package_version(gen *g, cg_bytes json) {
  cg_json *j = start_json(g, json);
  cg_bytes key, version = { 0 };
  for (cg_json_object(j); cg_json_key(j, &key);)
    if (is(key, "version")) cg_json_string(j, &version);
    else cg_json_skip(j);
  if (!version.len) die("package.json: no version");
  return kept(g, version);
}

static int newest_first(const void *a, const void *b) {
  const tl_defs *x = *(const tl_defs *const *)a, *y = *(const tl_defs *const *)b;
  return y->layer - x->layer;
}

static void add_list(gen *g, const char *path, int layer) {
  tl_defs *d = calloc(1, sizeof *d);
  cg_fault fault = { 0 };
  cg_bytes in = read_file(path);
  size_t n = strlen(path);
  if (!d || g->nlists == MAX_LISTS) die("too many schemas");
  cg_err err = n > 5 && !strcmp(path + n - 5, ".json")
                   ? tl_defs_read_json(d, path, in, &fault)
                   : tl_defs_read_text(d, path, in, &fault);
  if (err) die("%s", fault.text);
  if (layer) d->layer = layer;
  if (d->layer == LAYER_OF_CALLERS) g->callers_json = in;
  history_index(d);
  g->lists[g->nlists++] = d;
}

/* The errors are known after the definitions, and stand before them. */
static void put_all(gen *g, cg_buf *out) {
  cg_buf definitions = { 0 }, types = { 0 };
  cg_json *j = start_json(g, g->newest_json);
  cg_bytes key;
  for (cg_json_object(j); cg_json_key(j, &key);) {
    if (is(key, "e")) put_definitions(g, j, &definitions);
    else if (is(key, "u")) put_types(g, j, &types);
    else cg_json_skip(j);
  }
  if (cg_json_end(j)) die("texts: byte %zu: %s", j->err_at, j->why);
  read_general_errors(g);
  put_layers(g, out);
  put_errors(g, out);
  cg_buf_bytes(out, cg_buf_view(&definitions));
  cg_buf_bytes(out, cg_buf_view(&types));
  if (g->unresolved) die("%zu links lead nowhere", g->unresolved);
  if (definitions.err || types.err || out->err) die("out of memory");
}

static void write_texts(char **argv, int argc) {
  gen *g = calloc(1, sizeof *g);
  if (!g || !(g->arena = cg_arena_new((size_t)1 << 30))) die("out of memory");
  for (int i = 7; i < argc; i++) add_list(g, argv[i], i == 7 ? atoi(argv[6]) : 0);
  qsort(g->lists, g->nlists, sizeof *g->lists, newest_first);
  if (!g->callers_json.len) die("layer %d is not among the schemas", LAYER_OF_CALLERS);
  g->newest_json = read_file(argv[2]);
  g->errors_json = read_file(argv[5]);
  cg_buf out = { 0 };
  put_str(&out, package_version(g, read_file(argv[4])));
  put_str(&out, kept(g, read_file(argv[3])));
  put_all(g, &out);
  write_compressed(argv[1], cg_buf_view(&out));
}

static void write_embedded(char **argv, int argc) {
  FILE *f = create(argv[1]);
  fprintf(f, "#include \"texts_data.h\"\n");
  for (int i = 2; i < argc; i++) {
    char *file = strchr(argv[i], '=');
    if (!file) die("%s: NAME=FILE is wanted", argv[i]);
    *file++ = '\0';
    cg_bytes in = read_file(file);
    put_array(f, argv[i], in.at, in.len);
    fprintf(f, "const cg_texts_data cg_docs_%s = { %s, %zu, %zu };\n", argv[i], argv[i],
            in.len, in.len);
  }
  close_file(f, argv[1]);
}

int main(int argc, char **argv) {
  if (argc > 8 && !strcmp(argv[1], "texts")) write_texts(argv + 1, argc - 1);
  else if (argc > 3 && !strcmp(argv[1], "embed")) write_embedded(argv + 1, argc - 1);
  else die("usage: textgen texts OUT NEWEST LICENSE PACKAGE ERRORS LAYER TEXT SCHEMA..."
           " | embed OUT NAME=FILE...");
  return 0;
}
