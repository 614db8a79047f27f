/* SPDX-License-Identifier: MIT */
/*
 * tlgen.c - prints a schema as C: rows as constants and, for the newest forms, a
 * header of structs.
 *
 *   tlgen api     api.h api_rows.c SCHEMA.json
 *   tlgen service mtproto_api.h mtproto_rows.c mtproto.tl
 *   tlgen all     all_rows.c LAYER TEXT legacy.tl SCHEMA.json...
 *
 * LAYER is that of TEXT, which does not say it. Fails when an id is not the crc32 of
 * its definition or a pin has unexpected counts. Frees nothing: it lives for a moment.
 */
#include "c_names.h"
#include "layout.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LISTS = 32 };

static _Noreturn void die(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("tlgen: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  exit(1);
}

/* --- reading ---------------------------------------------------------------- */

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

static bool ends_in(const char *path, const char *end) {
  size_t n = strlen(path), k = strlen(end);
  return n > k && !strcmp(path + n - k, end);
}

/* What each pin is known to hold. */
typedef struct {
  int layer;
  size_t constructors, methods, fields, words, flags, int53, types;
} counts;

static const counts known[] = {
  { 167, 1194, 567, 5237, 445, 708, 185, 436 },
  { 179, 1294, 628, 5761, 511, 790, 194, 485 },
  { 181, 1313, 640, 5866, 523, 797, 197, 492 },
  { 185, 1338, 654, 6017, 539, 815, 198, 504 },
  { 189, 1360, 665, 6184, 559, 845, 199, 512 },
  { 198, 1397, 689, 6471, 587, 895, 0, 530 },
  { 204, 1441, 711, 6717, 609, 944, 206, 544 },
  { 216, 1487, 741, 7011, 638, 988, 207, 555 },
  { 218, 1512, 747, 7149, 651, 1012, 205, 568 },
  { 220, 1525, 756, 7222, 658, 1018, 205, 577 },
  { 221, 1531, 758, 7243, 661, 1018, 205, 579 },
  { 223, 1545, 766, 7359, 683, 1042, 211, 581 },
  { 227, 1619, 798, 7718, 722, 1109, 220, 598 },
  { 228, 1641, 807, 7850, 740, 1132, 233, 605 },
};

static size_t count_types(const tl_defs *d) {
  size_t n = 0;
  for (size_t i = 0; i < d->ndefs; i++) {
    bool seen = d->defs[i].method;
    for (size_t k = 0; k < i && !seen; k++)
      seen = !d->defs[k].method &&
             cg_bytes_equal(d->defs[i].result.type, d->defs[k].result.type);
    n += !seen;
  }
  return n;
}

static counts count(const tl_defs *d) {
  counts c = { .layer = d->layer, .types = count_types(d) };
  for (size_t i = 0; i < d->ndefs; i++) {
    const tl_def *def = d->defs + i;
    if (def->method) c.methods++;
    else c.constructors++;
    c.fields += def->nargs;
    for (size_t k = 0; k < def->nargs; k++) {
      c.words += def->args[k].base == TL_T_NAT;
      c.flags += def->args[k].base == TL_T_TRUE;
      c.int53 += cg_bytes_equal(def->args[k].type, CG_LIT("int53"));
    }
  }
  return c;
}

static void check_counts(const tl_defs *d, const char *path) {
  counts c = count(d);
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (known[i].layer == c.layer && !memcmp(known + i, &c, sizeof c)) return;
  die("%s: layer %d has %zu constructors, %zu methods, %zu fields, %zu flag words, "
      "%zu flags, %zu int53 and %zu types, which is not what is known of it", path,
      c.layer, c.constructors, c.methods, c.fields, c.words, c.flags, c.int53, c.types);
}

/* `layer` is that of a text that does not say it, else 0. */
static tl_defs *read_defs(const char *path, int layer) {
  tl_defs *d = calloc(1, sizeof *d);
  cg_fault fault = { 0 };
  cg_bytes text = read_file(path);
  if (!d) die("out of memory");
  cg_err err = ends_in(path, ".json") ? tl_defs_read_json(d, path, text, &fault)
                                      : tl_defs_read_text(d, path, text, &fault);
  if (err) die("%s", fault.text);
  if (layer) d->layer = layer;
  if (d->layer) check_counts(d, path);
  return d;
}

static cg_tl_schema *lay_out(const tl_defs *const *lists, size_t n) {
  cg_tl_schema *s;
  cg_fault fault = { 0 };
  if (tl_layout(NULL, lists, n, &s, &fault)) die("%s", fault.text);
  return s;
}

/* --- rows ------------------------------------------------------------------- */

static FILE *create(const char *path, const char *what) {
  FILE *f = fopen(path, "wb");
  if (!f) die("%s: cannot be created", path);
  fprintf(f,
          "/* SPDX-License-Identifier: MIT */\n"
          "/* %s Made by tlgen: do not edit.\n"
          " * Made from the schema of the npm package @mtcute/core (MIT, Copyright 2023\n"
          " * alina sireneva) or from our own files in schema/. */\n",
          what);
  return f;
}

static void close_file(FILE *f, const char *path) {
  if (ferror(f) | fclose(f)) die("%s: cannot be written", path);
}

static void print_heads(FILE *f, const cg_tl_schema *s) {
  fprintf(f, "static const tl_head heads[] = {\n");
  for (size_t i = 0; i < s->nheads; i++) {
    const tl_head *h = s->heads + i;
    fprintf(f, "{{0x%08xu,%zu},%u,%u,%u,%u,%u,%u,%u,%u,%u,%u}, /* %s */\n", h->o.id, i,
            h->name, h->first, h->type, h->size, h->newest, h->result_sub, h->result,
            h->nwire, h->nrows, h->flags, tl_head_name(s, h));
  }
  fprintf(f, "};\n");
}

static void print_rows(FILE *f, const cg_tl_schema *s) {
  fprintf(f, "static const tl_row rows[] = {\n");
  for (size_t i = 0; i < s->nrows; i++) {
    const tl_row *r = s->rows + i;
    fprintf(f, "{%u,%u,%u,%u,%u},%c", r->off, r->kind, r->bit, r->sub, r->name,
            i % 4 == 3 ? '\n' : ' ');
  }
  fprintf(f, "};\nstatic const tl_type types[] = {\n");
  for (size_t i = 0; i < s->ntypes; i++)
    fprintf(f, "{%u,%u,%u},%c", s->types[i].name, s->types[i].only, s->types[i].fallback,
            i % 6 == 5 ? '\n' : ' ');
  fprintf(f, "};\nstatic const tl_form forms[] = {\n");
  for (size_t i = 0; i < s->nforms; i++)
    fprintf(f, "{%u,%u,%u},%c", s->forms[i].newest, s->forms[i].since, s->forms[i].head,
            i % 6 == 5 ? '\n' : ' ');
  fprintf(f, "%s};\n", s->nforms ? "" : "{0,0,0}");
}

static void print_numbers(FILE *f, const char *type, const char *name, const void *at,
                          size_t size, size_t n) {
  fprintf(f, "static const %s %s[] = {\n", type, name);
  for (size_t i = 0; i < n; i++) {
    uint32_t v = size == 1   ? ((const uint8_t *)at)[i]
                 : size == 2 ? ((const uint16_t *)at)[i]
                             : ((const uint32_t *)at)[i];
    fprintf(f, "%u,%c", v, i % 16 == 15 ? '\n' : ' ');
  }
  fprintf(f, "%s};\n", n ? "" : "0");
}

static void print_text(FILE *f, const cg_tl_schema *s) {
  fprintf(f, "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
             "static const char text[] =\n");
  for (size_t i = 0; i < s->nnames; i++)
    fprintf(f, "\"%s\\0\"%c", tl_name_of(s, (unsigned)i), i % 4 == 3 ? '\n' : ' ');
  fprintf(f, ";\n");
}

static void print_schema(FILE *f, const cg_tl_schema *s, const char *function) {
  print_heads(f, s);
  print_rows(f, s);
  print_numbers(f, "uint8_t", "mem_bit", s->mem_bit, 1, s->nrows - s->first_old_row);
  print_numbers(f, "uint16_t", "hash", s->hash, 2, s->hash_mask + 1);
  print_numbers(f, "uint16_t", "sorted", s->sorted, 2, s->nsorted);
  print_numbers(f, "uint32_t", "name_at", s->name_at, 4, s->nnames);
  print_text(f, s);
  fprintf(f,
          "static const cg_tl_schema schema = {\n  %d, %d, %u, %u, %u, %u, %u, %u, %u,"
          " %u, %u,\n  heads, rows, mem_bit, types, forms, hash, sorted, name_at, text,"
          " 0\n};\n",
          s->layer, s->oldest_layer, s->nheads, s->nrows, s->ntypes, s->nnames, s->nforms,
          s->nsorted, s->text_len, s->first_old_row, s->hash_mask);
  fprintf(f, "const cg_tl_schema *%s(void) { return &schema; }\n", function);
}

/* --- header ----------------------------------------------------------------- */

typedef struct {
  FILE *f;
  const cg_tl_schema *s;
  const char *p, *P; /* "tl", "TL" */
} header;

static const char *c_type(const header *w, const tl_row *r) {
  static char pointer[160];
  switch (r->kind) {
  case TL_K_INT: return "int32_t ";
  case TL_K_LONG: return "int64_t ";
  case TL_K_DOUBLE: return "double ";
  case TL_K_BOOL: return "bool ";
  case TL_K_INT128: return "tl_int128 ";
  case TL_K_INT256: return "tl_int256 ";
  case TL_K_STRING: case TL_K_BYTES: case TL_K_REST: case TL_K_SIZED: return "cg_bytes ";
  case TL_K_CALL: return "const tl_obj *";
  case TL_K_VEC_INT: return "tl_vec_int ";
  case TL_K_VEC_LONG: return "tl_vec_long ";
  case TL_K_VEC_DOUBLE: return "tl_vec_double ";
  case TL_K_VEC_STRING: case TL_K_VEC_BYTES: return "tl_vec_bytes ";
  case TL_K_VEC_OBJ: case TL_K_LIST: return "tl_vec_obj ";
  default: break;
  }
  snprintf(pointer, sizeof pointer, "const %s_%s *", w->p,
           c_name(tl_name_of(w->s, w->s->types[r->sub].name)).at);
  return pointer;
}

static void print_type(FILE *f, const tl_arg *a) {
  const char *vector = a->vector == TL_BOXED_VECTOR ? "Vector<"
                       : a->vector                  ? "vector<"
                                                    : "";
  cg_bytes type = a->base == TL_T_LONG ? CG_LIT("long") : a->type;
  fprintf(f, "%s%s%.*s%s", vector, a->base == TL_T_QUERY ? "!" : "", (int)type.len,
          type.at, a->vector ? ">" : "");
}

/* The definition itself, as a comment above its struct. */
static void print_definition(FILE *f, const tl_def *def) {
  fprintf(f, "\n/* %.*s", (int)def->name.len, def->name.at);
  for (size_t i = 0; i < def->nargs; i++) {
    const tl_arg *a = def->args + i, *word = def->args + a->word;
    fprintf(f, " %.*s:", (int)a->name.len, a->name.at);
    if (a->bit >= 0) fprintf(f, "%.*s.%d?", (int)word->name.len, word->name.at, a->bit);
    print_type(f, a);
  }
  fprintf(f, " = ");
  print_type(f, &def->result);
  fprintf(f, " */\n");
}

static void print_struct(const header *w, const tl_head *h) {
  const cg_tl_schema *s = w->s;
  identifier name = c_name(tl_head_name(s, h));
  fprintf(w->f, "typedef struct {\n");
  if (h->type == TL_NOWHERE) {
    fprintf(w->f, "  tl_obj o;\n");
  } else {
    identifier type = c_name(tl_name_of(s, s->types[h->type].name));
    fprintf(w->f, "  union { tl_obj o; %s_%s %s; };\n", w->p, type.at, type.at);
  }
  if (h->flags & TL_F_HAS) fprintf(w->f, "  uint64_t has;\n");
  for (size_t i = 0; i < h->nwire; i++) {
    const tl_row *r = s->rows + h->first + i;
    if (r->kind == TL_K_FLAGS) continue;
    fprintf(w->f, "  %s%s;\n", c_type(w, r), c_field(tl_name_of(s, r->name)).at);
  }
  fprintf(w->f, "} %s_%s;\n", w->p, name.at);
  fprintf(w->f, "#define %s_ID_%s 0x%08xu\n#define %s_IX_%s %uu\n", w->P, name.at,
          h->o.id, w->P, name.at, h->o.ix);
  for (size_t i = 0; i < h->nrows; i++) {
    const tl_row *r = s->rows + h->first + i;
    if (r->bit == TL_ALWAYS) continue;
    fprintf(w->f, "#define %s_%s_has_%s (UINT64_C(1) << %u)\n", w->p, name.at,
            c_field(tl_name_of(s, r->name)).at, r->bit);
  }
}

static void print_header(const header *w, const tl_defs *d, const char *includes) {
  const cg_tl_schema *s = w->s;
  fprintf(w->f, "%s\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n", includes);
  for (size_t i = 0; i < s->ntypes; i++)
    fprintf(w->f, "typedef struct { tl_obj o; } %s_%s;\n", w->p,
            c_name(tl_name_of(s, s->types[i].name)).at);
  for (size_t i = 0; i < s->nheads; i++) {
    print_definition(w->f, d->defs + i);
    print_struct(w, s->heads + i);
  }
  fprintf(w->f, "\n#ifdef __cplusplus\n}\n#endif\n#endif\n");
}

/* The rows were laid out for this machine: a compiler that disagrees must say so. */
static void print_checks(const header *w, FILE *f) {
  for (size_t i = 0; i < w->s->nheads; i++) {
    const tl_head *h = w->s->heads + i;
    identifier name = c_name(tl_head_name(w->s, h));
    fprintf(f, "_Static_assert(sizeof(%s_%s) == %u, \"layout\");\n", w->p, name.at,
            h->size);
    const tl_row *last = h->nwire ? w->s->rows + h->first + h->nwire - 1 : NULL;
    if (last && last->kind != TL_K_FLAGS)
      fprintf(f, "_Static_assert(offsetof(%s_%s, %s) == %u, \"layout\");\n", w->p,
              name.at, c_field(tl_name_of(w->s, last->name)).at, last->off);
  }
}

/* --- commands --------------------------------------------------------------- */

typedef struct {
  const char *prefix, *PREFIX, *includes, *own_include, *function, *about;
} form;

static const form api_form = {
  "tl", "TL",
  "#ifndef CENTIGRAM_API_H\n#define CENTIGRAM_API_H\n\n#include <centigram/tl.h>\n",
  "#include <centigram/api.h>\n", "cg_tl_api",
  "Every constructor and method of the API layer.",
};

static const form service_form = {
  "mt", "MT",
  "#ifndef CG_MTPROTO_API_H\n#define CG_MTPROTO_API_H\n\n#include \"service.h\"\n",
  "#include \"mtproto_api.h\"\n", "cg_tl_service",
  "MTProto's own messages.",
};

static void generate(const form *how, const char *header_path, const char *rows_path,
                     const char *schema) {
  const tl_defs *d = read_defs(schema, 0);
  cg_tl_schema *s = lay_out(&d, 1);
  header w = { create(header_path, how->about), s, how->prefix, how->PREFIX };
  if (s->nheads != d->ndefs) die("%s: an id stands twice", schema);
  print_header(&w, d, how->includes);
  close_file(w.f, header_path);
  FILE *f = create(rows_path, "Rows of a schema.");
  fprintf(f, "#include \"rows.h\"\n%s", how->own_include);
  print_checks(&w, f);
  print_schema(f, s, how->function);
  close_file(f, rows_path);
}

static int newest_first(const void *a, const void *b) {
  const tl_defs *x = *(const tl_defs *const *)a, *y = *(const tl_defs *const *)b;
  return y->layer - x->layer;
}

static void generate_all(const char *rows_path, int layer, char **paths, int n) {
  const tl_defs *lists[MAX_LISTS];
  if (n > MAX_LISTS) die("too many schemas");
  for (int i = 0; i < n; i++) lists[i] = read_defs(paths[i], i ? 0 : layer);
  qsort(lists, (size_t)n, sizeof *lists, newest_first);
  cg_tl_schema *s = lay_out(lists, (size_t)n);
  FILE *f = create(rows_path, "Rows of the API layer and of older forms.");
  fprintf(f, "#include \"layer.h\"\n#include \"rows.h\"\n");
  print_schema(f, s, "cg_tl_api_all");
  close_file(f, rows_path);
}

int main(int argc, char **argv) {
  if (argc == 5 && !strcmp(argv[1], "api"))
    generate(&api_form, argv[2], argv[3], argv[4]);
  else if (argc == 5 && !strcmp(argv[1], "service"))
    generate(&service_form, argv[2], argv[3], argv[4]);
  else if (argc > 6 && !strcmp(argv[1], "all"))
    generate_all(argv[2], atoi(argv[3]), argv + 4, argc - 4);
  else die("usage: tlgen api|service HEADER ROWS SCHEMA | all ROWS LAYER TEXT SCHEMA...");
  return 0;
}
