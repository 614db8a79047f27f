/* SPDX-License-Identifier: MIT */
/* terminal.c - a page as text; see docs.h. */
#include "docs.h"

#include "example.h"
#include "pages.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 78 };

typedef struct {
  cg_buf *b;
  const cg_docs *d;
  cg_arena *arena;
} printer;

static void put(const printer *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(const printer *p, const char *format, ...) {
  char line[512];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  cg_buf_text(p->b, line);
}

static void put_spaces(const printer *p, int n) {
  for (; n > 0; n--) cg_buf_text(p->b, " ");
}

/* One word with what belongs before it; returns the column behind it. */
static int put_word(const printer *p, const char *word, int len, int column, int indent) {
  if (column > indent && column + 1 + len > WIDTH) {
    cg_buf_text(p->b, "\n");
    put_spaces(p, indent);
    column = indent;
  }
  if (column > indent) cg_buf_text(p->b, " "), column++;
  cg_buf_put(p->b, word, (size_t)len);
  return column + len;
}

/* Plain text in lines of WIDTH columns; every line begins at `indent`. */
static void put_wrapped(const printer *p, const char *text, int indent) {
  int column = indent;
  put_spaces(p, indent);
  while (*text) {
    size_t len = strcspn(text, " \n");
    if (len) column = put_word(p, text, (int)len, column, indent);
    text += len;
    if (*text == '\n') {
      cg_buf_text(p->b, "\n");
      put_spaces(p, indent);
      column = indent;
    }
    text += *text != '\0';
  }
  cg_buf_text(p->b, "\n");
}

static void put_text(const printer *p, const char *markup, int indent) {
  const char *plain = cg_texts_plain(p->arena, markup);
  if (!plain) p->b->err = CG_E_MEMORY;
  else if (*plain) put_wrapped(p, plain, indent);
}

static void put_title(const printer *p, const char *title) {
  put(p, "\n%s\n", title);
}

/* --- definitions ------------------------------------------------------------------ */

static void put_field(const printer *p, const cg_docs_field *f) {
  put(p, "  %s: %s%s%s", f->name, f->vector ? f->bare ? "vector<" : "Vector<" : "",
      f->type, f->vector ? ">" : "");
  if (f->word) put(p, ", optional (%s.%u)\n", f->word, f->bit);
  else put(p, ", required\n");
  put_text(p, f->text, 6);
}

static void put_fields(const printer *p, const cg_docs_def *def) {
  size_t n = 0;
  for (size_t i = 0; i < def->nfields; i++) {
    if (!strcmp(def->fields[i].type, "#")) continue;
    if (!n++) put_title(p, def->method ? "Parameters" : "Fields");
    put_field(p, def->fields + i);
  }
}

static void put_errors(const printer *p, const cg_docs_def *def) {
  if (!def->known->nerrors) return;
  put_title(p, "Errors");
  for (uint32_t i = 0; i < def->known->nerrors; i++) {
    const cg_texts_error *e = p->d->texts->errors + def->known->errors[i];
    put(p, "  %d %s\n", (int)e->code, p->d->error_of[def->known->errors[i]]->name);
    put_text(p, p->d->error_text[def->known->errors[i]], 6);
  }
}

static void put_indented(const printer *p, const char *title, cg_buf *code) {
  cg_buf_put(code, "", 1);
  if (code->err) p->b->err = code->err;
  put(p, "  %s\n", title);
  for (const char *line = code->err ? "" : (const char *)code->at; *line;) {
    size_t n = strcspn(line, "\n");
    put_spaces(p, 6);
    cg_buf_put(p->b, line, n);
    cg_buf_text(p->b, "\n");
    line += n + (line[n] == '\n');
  }
  cg_buf_free(code);
}

static void put_wire(const printer *p, cg_bytes wire) {
  put(p, "  %zu bytes on the wire\n", wire.len);
  for (size_t i = 0; i < wire.len; i++)
    put(p, "%s%02x%s", i % 16 ? "" : "      ", wire.at[i],
        i % 16 == 15 || i + 1 == wire.len ? "\n" : i % 4 == 3 ? " " : "");
}

static cg_err put_example(const printer *p, const cg_docs_def *def, cg_fault *fault) {
  const cg_example *e = cg_example_make(p->d, p->arena, def);
  cg_buf code = { 0 };
  cg_bytes wire;
  if (!e) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  cg_err err = cg_example_wire(p->d, p->arena, e, &wire, fault);
  if (err) return err;
  put_title(p, "Example");
  if (def->method) {
    cg_example_cli(&code, e);
    put_indented(p, "Command line", &code);
    cg_example_c(&code, e);
    put_indented(p, "C", &code);
    cg_example_lua(&code, e);
    put_indented(p, "Lua", &code);
    cg_example_http(&code, e, CG_HTTP_USER);
    put_indented(p, "HTTP", &code);
  } else {
    cg_example_json(&code, e);
    put_indented(p, "JSON", &code);
    cg_example_c(&code, e);
    put_indented(p, "C", &code);
  }
  put_wire(p, wire);
  return CG_OK;
}

static void put_history(const printer *p, const cg_docs_def *def) {
  put_title(p, "Layers");
  for (uint32_t i = 0; i < def->known->nchanges; i++) {
    const cg_texts_change *c = def->known->changes + i;
    put(p, "  %s %u\n", c->exact ? "since layer" : "layer", c->layer);
    put_text(p, cg_docs_change_text(p->d, c), 6);
  }
  cg_buf line = { 0 };
  cg_buf_text(&line, "Looked at: ");
  cg_buf_text(&line, cg_docs_layers_text(p->d));
  cg_buf_put(&line, "", 1);
  if (line.err) p->b->err = line.err;
  else put_wrapped(p, (const char *)line.at, 2);
  cg_buf_free(&line);
}

static void put_related(const printer *p, const cg_docs_def *def) {
  size_t at = 0;
  put_title(p, "Related");
  put(p, "  %s", def->result.type);
  for (const cg_docs_def *other; (other = cg_docs_kin(p->d, def, &at));)
    put(p, "\n  %s", other->name);
  cg_buf_text(p->b, "\n");
}

static cg_err put_def(const printer *p, const cg_docs_def *def, cg_fault *fault) {
  put(p, "%s %s, id 0x%08x\n", def->method ? "Method" : "Constructor", def->name,
      def->id);
  put_text(p, def->text, 0);
  cg_buf_text(p->b, "\n");
  put_wrapped(p, def->tl, 2);
  put_fields(p, def);
  put_title(p, def->method ? "Result" : "Type");
  put(p, "  %s%s%s\n", def->result.vector ? "Vector<" : "", def->result.type,
      def->result.vector ? ">" : "");
  if (def->method) put_errors(p, def);
  const char *who = cg_docs_who_text(def->who);
  if (def->method && who) {
    put_title(p, "Who may call it");
    put(p, "  %s\n", who);
  }
  cg_err err = put_example(p, def, fault);
  put_history(p, def);
  put_related(p, def);
  return err;
}

/* --- types and errors --------------------------------------------------------------- */

static void put_list(const printer *p, const char *title, const char *type, bool method,
                     bool (*wanted)(const cg_docs_def *def, const char *type)) {
  size_t n = 0;
  for (size_t i = 0; i < p->d->ndefs; i++) {
    const cg_docs_def *def = p->d->defs + i;
    if (def->method != method || !wanted(def, type)) continue;
    if (!n++) put_title(p, title);
    put(p, "  %s\n", def->name);
  }
}

static void put_type(const printer *p, const cg_docs_type *type) {
  put(p, "Type %s\n", type->name);
  put_text(p, type->text, 0);
  size_t n = 0;
  for (size_t i = 0; i < p->d->ndefs; i++) {
    const cg_docs_def *def = p->d->defs + i;
    if (def->method || !cg_docs_gives(def, type->name)) continue;
    if (!n++) put_title(p, "Constructors");
    put_wrapped(p, def->tl, 2);
    put_text(p, def->text, 6);
  }
  if (!type->boxed) return;
  put_list(p, "Methods that return it", type->name, true, cg_docs_gives);
  put_list(p, "Methods that take it", type->name, true, cg_docs_takes);
  put_list(p, "Constructors that hold it", type->name, false, cg_docs_takes);
}

static void put_error(const printer *p, const cg_docs_error *error) {
  put(p, "Error %s\n", error->name);
  for (size_t i = 0; i < error->count; i++) {
    const cg_texts_error *e = p->d->texts->errors + error->at[i];
    put(p, "\n  %d\n", (int)e->code);
    put_text(p, *e->text ? p->d->error_text[error->at[i]] : "Nothing is known about it.", 6);
  }
  if (error->general) put(p, "\nA general error: it is not bound to certain methods.\n");
  size_t n = 0;
  for (size_t i = 0; i < p->d->ndefs; i++) {
    if (!cg_docs_throws(p->d, p->d->defs + i, error)) continue;
    if (!n++) put_title(p, "Methods");
    put(p, "  %s\n", p->d->defs[i].name);
  }
}

cg_err cg_docs_print_from(const cg_docs *d, cg_arena *arena, const char *name,
                          const char *const *others, cg_buf *out, const char **similar,
                          cg_fault *fault) {
  printer p = { out, d, arena };
  const cg_docs_def *def = cg_docs_find_def(d, name);
  const cg_docs_type *type = def ? NULL : cg_docs_find_type(d, name);
  const cg_docs_error *error = def || type ? NULL : cg_docs_find_error(d, name);
  cg_err err = CG_OK;
  *similar = NULL;
  if (def) err = put_def(&p, def, fault);
  else if (type) put_type(&p, type);
  else if (error) put_error(&p, error);
  else {
    *similar = cg_docs_similar(d, others, name);
    return cg_fail(fault, CG_E_UNKNOWN_NAME, "nothing is called \"%.60s\"", name);
  }
  return err ? err : out->err;
}

cg_err cg_docs_print(cg_arena *arena, const char *name, const char *const *others,
                     cg_buf *out, const char **similar, cg_fault *fault) {
  const cg_docs *d;
  cg_err err = cg_docs_load(arena, &d, fault);
  return err ? err : cg_docs_print_from(d, arena, name, others, out, similar, fault);
}

cg_err cg_docs_names(cg_arena *arena, cg_buf *out, cg_fault *fault) {
  const cg_docs *d;
  cg_err err = cg_docs_load(arena, &d, fault);
  if (err) return err;
  printer p = { out, d, arena };
  for (size_t i = 0; i < d->ndefs; i++)
    put(&p, "%s %s\n", d->defs[i].method ? "method" : "constructor", d->defs[i].name);
  for (size_t i = 0; i < d->ntypes; i++) put(&p, "type %s\n", d->types[i].name);
  for (size_t i = 0; i < d->nerrors; i++) put(&p, "error %s\n", d->errors[i].name);
  return out->err ? cg_fail(fault, out->err, "out of memory") : CG_OK;
}
