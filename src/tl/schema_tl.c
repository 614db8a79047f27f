/* SPDX-License-Identifier: MIT */
/*
 * schema_tl.c - reads TL text: statements that end in `;`, `//` comments, and the
 * markers ---functions--- and ---types---. A text inside a JavaScript template
 * string is one between back quotes; the rest of such a file is skipped.
 *
 * Comments with a meaning: "LAYER N"; "layers A-B" (the definitions up to the next
 * such line are of layer A on); "since N name#id"; "fallback Type constructor".
 */
#include "schema.h"

#include <ctype.h>
#include <string.h>

typedef struct {
  tl_defs *d;
  const char *file;
  cg_fault *fault;
  const uint8_t *pos, *end;
  size_t line;
  bool functions;
  int since; /* of a "layers" line, 0 if there is none */
} text;

static cg_err fail(text *t, const char *what, cg_bytes word) {
  return cg_fail(t->fault, CG_E_MALFORMED, "%s:%zu: %s%s%.*s", t->file, t->line, what,
                 word.len ? ": " : "", (int)(word.len < 80 ? word.len : 80),
                 word.len ? (const char *)word.at : "");
}

/* Next word of `in` up to white space; empty at its end. Counts lines. */
static cg_bytes next_word(text *t, cg_bytes *in) {
  while (in->len && isspace(*in->at)) {
    if (*in->at == '\n') t->line++;
    in->at++;
    in->len--;
  }
  cg_bytes word = { in->at, 0 };
  while (word.len < in->len && !isspace(in->at[word.len])) word.len++;
  in->at += word.len;
  in->len -= word.len;
  return word;
}

static bool is(cg_bytes word, const char *literal) {
  return cg_bytes_equal(word, cg_bytes_of(literal));
}

static bool number(cg_bytes word, int base, uint32_t *out) {
  uint64_t v = 0;
  if (!word.len || word.len > 9) return false;
  for (size_t i = 0; i < word.len; i++) {
    int c = tolower(word.at[i]), digit = isdigit(c) ? c - '0' : c - 'a' + 10;
    if (!isxdigit(c) || digit >= base) return false;
    v = v * (uint64_t)base + (uint64_t)digit;
  }
  *out = (uint32_t)v;
  return v <= UINT32_MAX;
}

/* Splits `word` at the first `c`; false and untouched if there is none. */
static bool split(cg_bytes word, char c, cg_bytes *before, cg_bytes *after) {
  const uint8_t *p = word.len ? memchr(word.at, c, word.len) : NULL;
  if (!p) return false;
  size_t n = (size_t)(p - word.at);
  *before = (cg_bytes){ word.at, n };
  *after = (cg_bytes){ p + 1, word.len - n - 1 };
  return true;
}

static bool is_name(cg_bytes word) {
  if (!word.len || !isalpha(*word.at)) return false;
  for (size_t i = 0; i < word.len; i++)
    if (!isalnum(word.at[i]) && word.at[i] != '_' && word.at[i] != '.') return false;
  return true;
}

/* --- directives ------------------------------------------------------------ */

static cg_err add_since(text *t, cg_bytes rest) {
  tl_defs *d = t->d;
  uint32_t layer, id;
  cg_bytes name, hex;
  if (!number(next_word(t, &rest), 10, &layer) || layer > 9999 ||
      !split(next_word(t, &rest), '#', &name, &hex) || !number(hex, 16, &id))
    return fail(t, "\"since LAYER name#id\" is wanted", (cg_bytes){ 0 });
  if (!tl_defs_grow((void **)&d->since, d->nsince, &d->since_cap, sizeof *d->since))
    return cg_fail(t->fault, CG_E_MEMORY, "%s: out of memory", t->file);
  d->since[d->nsince++] = (tl_since){ (int)layer, id };
  return CG_OK;
}

static cg_err add_fallback(text *t, cg_bytes rest) {
  tl_defs *d = t->d;
  cg_bytes type = next_word(t, &rest), constructor = next_word(t, &rest);
  if (!is_name(type) || !is_name(constructor))
    return fail(t, "\"fallback Type constructor\" is wanted", (cg_bytes){ 0 });
  if (!tl_defs_grow((void **)&d->fallbacks, d->nfallbacks, &d->fallbacks_cap,
                    sizeof *d->fallbacks))
    return cg_fail(t->fault, CG_E_MEMORY, "%s: out of memory", t->file);
  d->fallbacks[d->nfallbacks++] = (tl_fallback){ type, constructor };
  return CG_OK;
}

static cg_err set_range(text *t, cg_bytes rest) {
  cg_bytes from = { 0 }, to = { 0 };
  uint32_t a, b;
  if (!split(next_word(t, &rest), '-', &from, &to) || !number(from, 10, &a) ||
      !number(to, 10, &b) || a > b || b > 9999)
    return fail(t, "\"layers FROM-TO\" is wanted", (cg_bytes){ 0 });
  t->since = (int)a;
  return CG_OK;
}

/* A comment: anything that is no directive is skipped. */
static cg_err read_comment(text *t, cg_bytes line) {
  cg_bytes word = next_word(t, &line);
  uint32_t layer;
  if (is(word, "since")) return add_since(t, line);
  if (is(word, "fallback")) return add_fallback(t, line);
  if (is(word, "layers")) return set_range(t, line);
  if (is(word, "LAYER") && number(next_word(t, &line), 10, &layer) && layer < 10000)
    t->d->layer = (int)layer;
  return CG_OK;
}

/* --- definitions ----------------------------------------------------------- */

/* "Vector<T>", "vector<T>" or "T". */
static bool read_type(tl_arg *a, cg_bytes word) {
  cg_bytes head, inner;
  if (split(word, '<', &head, &inner)) {
    if (!inner.len || inner.at[--inner.len] != '>') return false;
    if (!is(head, "Vector") && !is(head, "vector")) return false;
    a->vector = is(head, "Vector") ? TL_BOXED_VECTOR : TL_BARE_VECTOR;
    word = inner;
  }
  tl_arg_type(a, word);
  return is_name(a->type) || a->base == TL_T_NAT;
}

/* "name:flags.3?Vector<T>"; `args` are those before it. */
static bool read_arg(tl_arg *a, cg_bytes word, const tl_arg *args, size_t nargs) {
  cg_bytes predicate, type;
  *a = (tl_arg){ .bit = -1 };
  if (!split(word, ':', &a->name, &word) || !is_name(a->name)) return false;
  if (split(word, '?', &predicate, &type)) {
    if (!tl_arg_predicate(a, predicate, args, nargs)) return false;
    word = type;
  }
  return read_type(a, word);
}

static cg_err read_args(text *t, tl_def *def, cg_bytes *in) {
  for (;;) {
    cg_bytes word = next_word(t, in);
    if (is(word, "=")) return CG_OK;
    if (!word.len) return fail(t, "a definition without `=`", def->name);
    if (is(word, "{X:Type}")) {
      def->generic = true;
      continue;
    }
    if (def->nargs == TL_MAX_ARGS) return fail(t, "too many fields", def->name);
    if (!read_arg(def->args + def->nargs, word, def->args, def->nargs))
      return fail(t, "not a field", word);
    def->nargs++;
  }
}

static cg_err read_definition(text *t, cg_bytes in) {
  tl_arg args[TL_MAX_ARGS];
  tl_def def = { .method = t->functions, .args = args, .since = t->since };
  cg_bytes word = next_word(t, &in), hex;
  def.line = t->line;
  def.name = word;
  if (split(word, '#', &def.name, &hex) && !number(hex, 16, &def.id))
    return fail(t, "not an id", word);
  if (!is_name(def.name)) return fail(t, "not a definition", word);
  cg_bytes after = in;
  if (is(next_word(t, &after), "?")) return CG_OK; /* "int ? = Int": built in */
  if (is(def.name, "vector")) return CG_OK;
  cg_err err = read_args(t, &def, &in);
  if (err) return err;
  def.result.bit = -1;
  word = next_word(t, &in);
  if (!read_type(&def.result, word)) return fail(t, "not a result type", word);
  if (next_word(t, &in).len) return fail(t, "text behind the result type", def.name);
  return tl_defs_add(t->d, &def, t->file, t->fault);
}

static cg_bytes take_line(text *t) {
  cg_bytes line = { t->pos, 0 };
  while (t->pos < t->end && *t->pos != '\n') t->pos++;
  line.len = (size_t)(t->pos - line.at);
  return line;
}

/* A marker such as ---functions---. */
static cg_err read_marker(text *t) {
  cg_bytes line = take_line(t), word = next_word(t, &line);
  if (is(word, "---functions---")) t->functions = true;
  else if (is(word, "---types---")) t->functions = false;
  else return fail(t, "not a definition", word);
  return CG_OK;
}

static cg_err read_statement(text *t) {
  const uint8_t *start = t->pos;
  const uint8_t *semicolon = memchr(start, ';', (size_t)(t->end - start));
  if (!semicolon) return fail(t, "a definition without `;`", (cg_bytes){ 0 });
  t->pos = semicolon + 1;
  return read_definition(t, (cg_bytes){ start, (size_t)(semicolon - start) });
}

static cg_err read_next(text *t) {
  if (*t->pos == '\n') t->line++;
  if (isspace(*t->pos)) {
    t->pos++;
    return CG_OK;
  }
  size_t left = (size_t)(t->end - t->pos);
  if (left >= 2 && !memcmp(t->pos, "//", 2)) {
    t->pos += 2;
    return read_comment(t, take_line(t));
  }
  if (left >= 3 && !memcmp(t->pos, "---", 3)) return read_marker(t);
  return read_statement(t);
}

/* "LAYER = 198" outside the template string. */
static void find_js_layer(text *t, cg_bytes js) {
  uint32_t layer;
  cg_bytes word, before;
  while ((word = next_word(t, &js)).len) {
    if (!is(word, "LAYER") || !is(next_word(t, &js), "=")) continue;
    word = next_word(t, &js);
    if (!split(word, ';', &before, &(cg_bytes){ 0 })) before = word;
    if (number(before, 10, &layer) && layer < 10000) t->d->layer = (int)layer;
  }
}

/* The back quote of the first "= `", or NULL. */
static const uint8_t *find_template(const text *t) {
  const uint8_t *p = memchr(t->pos, '`', (size_t)(t->end - t->pos)), *before = p;
  while (before && before > t->pos && isspace(before[-1])) before--;
  return before && before > t->pos && before[-1] == '=' ? p : NULL;
}

/* Narrows `t` to the text between the first and the last back quote. */
static void enter_template(text *t) {
  const uint8_t *start = t->pos, *end = t->end, *first = find_template(t);
  if (!first) return;
  while (end[-1] != '`') end--;
  if (end - 1 == first) return;
  find_js_layer(t, (cg_bytes){ end, (size_t)(t->end - end) });
  t->line = 1;
  find_js_layer(t, (cg_bytes){ start, (size_t)(first - start) });
  t->pos = first + 1;
  t->end = end - 1;
}

cg_err tl_defs_read_text(tl_defs *d, const char *file, cg_bytes in, cg_fault *fault) {
  text t = { .d = d, .file = file, .fault = fault, .pos = in.at, .end = in.at + in.len,
             .line = 1 };
  cg_err err = CG_OK;
  if (!in.len) return CG_OK;
  enter_template(&t);
  while (!err && t.pos < t.end) err = read_next(&t);
  return err;
}
