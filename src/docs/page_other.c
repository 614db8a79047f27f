/* SPDX-License-Identifier: MIT */
/* page_other.c - the pages of types and errors; see pages.h. */
#include "pages.h"

#include <string.h>

/* --- types -------------------------------------------------------------------- */

typedef bool is_wanted(const cg_docs_def *def, const char *type);

static bool makes(const cg_docs_def *def, const char *type) {
  return !def->method && cg_docs_gives(def, type);
}

static bool answers(const cg_docs_def *def, const char *type) {
  return def->method && cg_docs_gives(def, type);
}

static bool method_takes(const cg_docs_def *def, const char *type) {
  return def->method && cg_docs_takes(def, type);
}

static bool object_holds(const cg_docs_def *def, const char *type) {
  return !def->method && cg_docs_takes(def, type);
}

static void put_users(const cg_html *h, const char *title, const char *type,
                      is_wanted *wanted) {
  size_t n = 0;
  for (size_t i = 0; i < h->d->ndefs; i++) {
    const cg_docs_def *def = h->d->defs + i;
    if (!wanted(def, type)) continue;
    if (!n++) cg_html_put(h, "<h2>%r</h2>\n<table class=\"list\">\n<tbody>\n", title);
    cg_html_put(h, "<tr><td>");
    cg_html_def(h, def);
    cg_html_put(h, "<td>%m\n", def->text);
  }
  if (n) cg_html_put(h, "</tbody>\n</table>\n");
}

static void put_definitions(const cg_html *h, const char *type) {
  cg_html_put(h, "<pre class=\"tl\"><code>");
  for (size_t i = 0; i < h->d->ndefs; i++)
    if (makes(h->d->defs + i, type)) cg_html_put(h, "%s;\n", h->d->defs[i].tl);
  cg_html_put(h, "</code></pre>\n");
}

/* Nearly everything has an int or a string: a list of that helps nobody. */
static bool is_everywhere(const cg_docs_type *type) {
  static const char *const names[] = { "Bool", "bytes", "int", "long", "string", "true" };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(names[i], type->name)) return true;
  return false;
}

void cg_page_type(const cg_html *h, const cg_docs_type *type) {
  cg_html_begin(h, type->name, "Type");
  cg_html_put(h, "<p class=\"text\">%m</p>\n", type->text);
  put_users(h, "Constructors", type->name, makes);
  if (type->boxed) put_definitions(h, type->name);
  if (!is_everywhere(type)) {
    put_users(h, "Methods that return it", type->name, answers);
    put_users(h, "Methods that take it", type->name, method_takes);
    put_users(h, "Constructors that hold it", type->name, object_holds);
  }
  cg_html_end(h);
}

/* --- errors ------------------------------------------------------------------- */

static void put_meanings(const cg_html *h, const cg_docs_error *error) {
  cg_html_put(h, "<table class=\"errors\">\n<thead><tr><th>Code<th>Meaning</thead>\n"
                 "<tbody>\n");
  for (size_t i = 0; i < error->count; i++) {
    const cg_texts_error *e = h->d->texts->errors + error->at[i];
    cg_html_put(h, "<tr><td>%d<td>%m\n", (int)e->code,
                *e->text ? h->d->error_text[error->at[i]] : "Nothing is known about it.");
  }
  cg_html_put(h, "</tbody>\n</table>\n");
}

static int code_of(const cg_html *h, const cg_docs_def *def, const cg_docs_error *error) {
  for (uint32_t i = 0; i < def->known->nerrors; i++) {
    const cg_texts_error *e = h->d->texts->errors + def->known->errors[i];
    if (h->d->error_of[def->known->errors[i]] == error) return (int)e->code;
  }
  return 0;
}

static void put_throwers(const cg_html *h, const cg_docs_error *error) {
  size_t n = 0;
  for (size_t i = 0; i < h->d->ndefs; i++) {
    const cg_docs_def *def = h->d->defs + i;
    if (!def->method || !cg_docs_throws(h->d, def, error)) continue;
    if (!n++) cg_html_put(h, "<h2>Methods</h2>\n<table class=\"list\">\n<tbody>\n");
    cg_html_put(h, "<tr><td>%d<td>", code_of(h, def, error));
    cg_html_def(h, def);
    cg_html_put(h, "<td>%m\n", def->text);
  }
  if (n) cg_html_put(h, "</tbody>\n</table>\n");
}

void cg_page_error(const cg_html *h, const cg_docs_error *error) {
  cg_html_begin(h, error->name, "Error");
  put_meanings(h, error);
  if (strcmp(error->name, error->pattern))
    cg_html_put(h, "<p>X stands for a number.</p>\n");
  if (error->general)
    cg_html_put(h, "<p>A <a href=\"%rerrors/index.html#general\">general error</a>: it is "
                   "not bound to certain methods.</p>\n", h->root);
  put_throwers(h, error);
  cg_html_end(h);
}
