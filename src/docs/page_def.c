/* SPDX-License-Identifier: MIT */
/* page_def.c - the page of a method or a constructor; see pages.h. */
#include "example.h"
#include "pages.h"

#include <stdio.h>
#include <string.h>

static void put_tl(const cg_html *h, const cg_docs_def *def) {
  cg_html_put(h, "<pre class=\"tl\"><code>%s#%x", def->name, def->id);
  if (def->generic) cg_html_put(h, " {X:Type}");
  for (size_t i = 0; i < def->nfields; i++) {
    const cg_docs_field *f = def->fields + i;
    cg_html_put(h, " %s:", f->name);
    if (f->word) cg_html_put(h, "%s.%d?", f->word, (int)f->bit);
    if (!strcmp(f->type, "X")) cg_html_put(h, "!");
    cg_html_field_type(h, f);
  }
  cg_html_put(h, " = ");
  cg_html_field_type(h, &def->result);
  cg_html_put(h, ";</code></pre>\n");
}

static void put_required(const cg_html *h, const cg_docs_field *f) {
  if (!f->word) cg_html_put(h, "yes");
  else cg_html_put(h, "no, <code>%s.%d</code>", f->word, (int)f->bit);
}

static void put_fields(const cg_html *h, const cg_docs_def *def) {
  size_t rows = 0;
  cg_html_put(h, "<h2 id=\"fields\">%r</h2>\n", def->method ? "Parameters" : "Fields");
  for (size_t i = 0; i < def->nfields; i++) {
    const cg_docs_field *f = def->fields + i;
    if (!strcmp(f->type, "#")) continue;
    if (!rows++)
      cg_html_put(h, "<table class=\"fields\">\n<thead><tr><th>Name<th>Type<th>Required"
                     "<th>Description</thead>\n<tbody>\n");
    cg_html_put(h, "<tr id=\"field-%s\"><td><code>%s</code><td>", f->name, f->name);
    cg_html_field_type(h, f);
    cg_html_put(h, "<td>");
    put_required(h, f);
    cg_html_put(h, "<td>%m\n", f->text);
  }
  cg_html_put(h, rows ? "</tbody>\n</table>\n" : "<p>None.</p>\n");
}

static void put_result(const cg_html *h, const cg_docs_def *def) {
  cg_html_put(h, "<h2 id=\"result\">%r</h2>\n<p>", def->method ? "Result" : "Type");
  cg_html_field_type(h, &def->result);
  const cg_docs_type *t = cg_docs_find_type(h->d, def->result.type);
  if (t && *t->text) cg_html_put(h, "<br>%m", t->text);
  cg_html_put(h, "</p>\n");
}

static void put_errors(const cg_html *h, const cg_docs_def *def) {
  cg_html_put(h, "<h2 id=\"errors\">Errors</h2>\n");
  if (def->known->nerrors)
    cg_html_put(h, "<table class=\"errors\">\n<thead><tr><th>Code<th>Name<th>Meaning"
                   "</thead>\n<tbody>\n");
  for (uint32_t i = 0; i < def->known->nerrors; i++) {
    const cg_texts_error *e = h->d->texts->errors + def->known->errors[i];
    cg_html_put(h, "<tr><td>%d<td>", (int)e->code);
    cg_html_error(h, h->d->error_of[def->known->errors[i]]);
    cg_html_put(h, "<td>%m\n", h->d->error_text[def->known->errors[i]]);
  }
  if (def->known->nerrors) cg_html_put(h, "</tbody>\n</table>\n");
  cg_html_put(h, "<p>%rAny method may answer one of the <a href=\"%rerrors/index.html"
                 "#general\">general errors</a>.</p>\n",
              def->known->nerrors ? "" : "None of its own is known. ", h->root);
}

static void put_who(const cg_html *h, const cg_docs_def *def) {
  const char *who = cg_docs_who_text(def->who);
  if (who)
    cg_html_put(h, "<h2 id=\"who\">Who may call it</h2>\n<p class=\"who\">%r</p>\n", who);
}

/* --- examples ----------------------------------------------------------------- */

static void put_bytes(const cg_html *h, cg_bytes wire) {
  char hex[8];
  cg_html_put(h, "<p>%d bytes on the wire%r:</p>\n<pre class=\"wire\"><code>",
              (int)wire.len, ", without the headers of a message");
  for (size_t i = 0; i < wire.len; i++) {
    snprintf(hex, sizeof hex, "%02x%s", wire.at[i],
             i % 16 == 15 ? "\n" : i % 4 == 3 ? " " : "");
    cg_buf_text(h->b, hex);
  }
  cg_html_put(h, "</code></pre>\n");
}

static void put_code(const cg_html *h, const char *title, const char *class,
                     cg_buf *code) {
  cg_buf_put(code, "", 1);
  if (code->err) h->b->err = code->err;
  else
    cg_html_put(h, "<h3>%r</h3>\n<pre class=\"%r\"><code>%s</code></pre>\n", title, class,
                (const char *)code->at);
  cg_buf_free(code);
}

static void put_http(const cg_html *h, const cg_example *e) {
  static const char *const titles[] = { "HTTP", "HTTP, as a bot",
                                        "HTTP, by the name of a session", "HTTP, /v1" };
  static const char *const classes[] = { "http", "http-bot", "http-api", "http-v1" };
  for (int form = CG_HTTP_USER; form <= CG_HTTP_V1; form++) {
    cg_buf code = { 0 };
    cg_example_http(&code, e, (cg_http_form)form);
    put_code(h, titles[form], classes[form], &code);
  }
}

static void put_examples(const cg_html *h, const cg_example *e) {
  cg_buf c = { 0 }, json = { 0 }, cli = { 0 }, lua = { 0 };
  cg_example_c(&c, e);
  put_code(h, "C", "c", &c);
  if (!e->def->method) {
    cg_example_json(&json, e);
    put_code(h, "JSON", "json", &json);
    return;
  }
  cg_example_cli(&cli, e);
  put_code(h, "Command line", "cli", &cli);
  cg_example_lua(&lua, e);
  put_code(h, "Lua", "lua", &lua);
  put_http(h, e);
}

static cg_err put_example(const cg_html *h, const cg_docs_def *def, cg_fault *fault) {
  cg_bytes wire;
  cg_arena *arena = cg_arena_new(0);
  const cg_example *e = arena ? cg_example_make(h->d, arena, def) : NULL;
  cg_err err = e ? cg_example_wire(h->d, arena, e, &wire, fault)
                 : cg_fail(fault, CG_E_MEMORY, "out of memory");
  if (!err) {
    cg_html_put(h, "<h2 id=\"example\">Example</h2>\n");
    put_examples(h, e);
    put_bytes(h, wire);
  }
  cg_arena_free(arena);
  return err;
}

/* --- what else ---------------------------------------------------------------- */

static void put_history(const cg_html *h, const cg_docs_def *def) {
  const cg_texts_def *k = def->known;
  cg_html_put(h, "<h2 id=\"history\">Layers</h2>\n<ul class=\"history\">\n");
  for (uint32_t i = 0; i < k->nchanges; i++) {
    const cg_texts_change *c = k->changes + i;
    cg_html_put(h, "<li>%r %d: %r\n", c->exact ? "since layer" : "layer", (int)c->layer,
                cg_docs_change_text(h->d, c));
  }
  cg_html_put(h, "</ul>\n<p class=\"note\">Layers looked at: %r. Without \"since\", a "
                 "change stands at the first of them that has it.</p>\n",
              cg_docs_layers_text(h->d));
}

/* One entry of a list of links; the first one opens it. */
static void put_related_def(const cg_html *h, const cg_docs_def *def, size_t *n,
                            const char *title) {
  cg_html_put(h, (*n)++ ? ", " : "<li>%r: ", title);
  cg_html_def(h, def);
}

static void put_siblings(const cg_html *h, const cg_docs_def *def) {
  size_t n = 0;
  if (!def->result.boxed) return;
  for (size_t i = 0; i < h->d->ndefs; i++) {
    const cg_docs_def *other = h->d->defs + i;
    if (other == def || other->method != def->method ||
        !cg_docs_gives(other, def->result.type))
      continue;
    put_related_def(h, other, &n, def->method ? "Same result" : "Same type");
  }
  if (n) cg_html_put(h, "\n");
}

static void put_kin(const cg_html *h, const cg_docs_def *def) {
  size_t n = 0, at = 0;
  for (const cg_docs_def *other; (other = cg_docs_kin(h->d, def, &at));)
    put_related_def(h, other, &n, "With a field that few have");
  if (n) cg_html_put(h, "\n");
}

/* Methods that give the type of this constructor. */
static void put_givers(const cg_html *h, const cg_docs_def *def) {
  size_t n = 0;
  if (def->method) return;
  for (size_t i = 0; i < h->d->ndefs; i++)
    if (h->d->defs[i].method && cg_docs_gives(h->d->defs + i, def->result.type))
      put_related_def(h, h->d->defs + i, &n, "From these methods");
  if (n) cg_html_put(h, "\n");
}

static void put_related(const cg_html *h, const cg_docs_def *def) {
  cg_html_put(h, "<h2 id=\"related\">Related</h2>\n<ul class=\"related\">\n<li>Type: ");
  cg_html_type(h, def->result.type);
  cg_html_put(h, "\n");
  put_siblings(h, def);
  put_kin(h, def);
  put_givers(h, def);
  cg_html_put(h, "</ul>\n");
}

cg_err cg_page_def(const cg_html *h, const cg_docs_def *def, cg_fault *fault) {
  cg_html_begin(h, def->name, def->method ? "Method" : "Constructor");
  cg_html_put(h, "<p class=\"text\">%m</p>\n", def->text);
  cg_html_put(h, "<p class=\"id\">Id <code>0x%x</code></p>\n", def->id);
  put_tl(h, def);
  put_fields(h, def);
  put_result(h, def);
  if (def->method) put_errors(h, def);
  if (def->method) put_who(h, def);
  cg_err err = put_example(h, def, fault);
  put_history(h, def);
  put_related(h, def);
  cg_html_end(h);
  return err;
}
