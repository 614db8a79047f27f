/* SPDX-License-Identifier: MIT */
/* page_index.c - the first page, the lists, and the index of the search; see pages.h. */
#include "pages.h"

#include "json.h"

#include <string.h>

/* Length of the namespace in "auth.signIn"; 0 if there is none. */
static size_t space_of(const char *name) {
  const char *dot = strchr(name, '.');
  return dot ? (size_t)(dot - name) : 0;
}

static bool same_space(const char *a, const char *b) {
  return space_of(a) == space_of(b) && !strncmp(a, b, space_of(a));
}

static void put_space(const cg_html *h, const char *name) {
  if (space_of(name)) cg_buf_put(h->b, name, space_of(name));
  else cg_buf_text(h->b, "general");
}

/* The namespaces of the methods, each a link into their list. */
static void put_spaces(const cg_html *h, const char *page, bool methods) {
  const char *last = NULL;
  cg_html_put(h, "<p class=\"spaces\">");
  for (size_t i = 0; i < h->d->ndefs; i++) {
    const cg_docs_def *def = h->d->defs + i;
    if (def->method != methods || (last && same_space(last, def->name))) continue;
    if (!space_of(def->name)) continue;
    cg_html_put(h, "<a href=\"%r#", page);
    put_space(h, def->name);
    cg_html_put(h, "\">");
    put_space(h, def->name);
    cg_html_put(h, "</a> ");
    last = def->name;
  }
  cg_html_put(h, "<a href=\"%r#general\">others</a></p>\n", page);
}

static void put_row(const cg_html *h, const cg_docs_def *def) {
  cg_html_put(h, "<tr><td>");
  cg_html_def(h, def);
  cg_html_put(h, "<td>%m\n", def->text);
}

/* One table per namespace: `name` names it, or is one without. */
static void put_group(const cg_html *h, const char *name, bool methods) {
  cg_html_put(h, "<h2 id=\"");
  put_space(h, name);
  cg_html_put(h, "\">");
  put_space(h, name);
  cg_html_put(h, "</h2>\n<table class=\"list\">\n<tbody>\n");
  for (size_t i = 0; i < h->d->ndefs; i++)
    if (h->d->defs[i].method == methods && same_space(h->d->defs[i].name, name))
      put_row(h, h->d->defs + i);
  cg_html_put(h, "</tbody>\n</table>\n");
}

void cg_page_defs(const cg_html *h, bool methods) {
  const char *last = NULL;
  cg_html_begin(h, methods ? "Methods" : "Constructors", "List");
  put_spaces(h, "", methods);
  for (size_t i = 0; i < h->d->ndefs; i++) {
    const cg_docs_def *def = h->d->defs + i;
    if (def->method != methods || !space_of(def->name)) continue;
    if (last && same_space(last, def->name)) continue;
    put_group(h, def->name, methods);
    last = def->name;
  }
  put_group(h, "", methods);
  cg_html_end(h);
}

void cg_page_types(const cg_html *h) {
  cg_html_begin(h, "Types", "List");
  cg_html_put(h, "<table class=\"list\">\n<tbody>\n");
  for (size_t i = 0; i < h->d->ntypes; i++) {
    cg_html_put(h, "<tr><td>");
    cg_html_type(h, h->d->types[i].name);
    cg_html_put(h, "<td>%m\n", h->d->types[i].text);
  }
  cg_html_put(h, "</tbody>\n</table>\n");
  cg_html_end(h);
}

static void put_error_rows(const cg_html *h, bool general) {
  cg_html_put(h, "<table class=\"list\">\n<tbody>\n");
  for (size_t i = 0; i < h->d->nerrors; i++) {
    const cg_docs_error *e = h->d->errors + i;
    if (e->general != general) continue;
    cg_html_put(h, "<tr><td>");
    for (size_t k = 0; k < e->count; k++)
      cg_html_put(h, "%r%d", k ? ", " : "", (int)h->d->texts->errors[e->at[k]].code);
    cg_html_put(h, "<td>");
    cg_html_error(h, e);
    cg_html_put(h, "<td>%m\n", h->d->error_text[e->at[0]]);
  }
  cg_html_put(h, "</tbody>\n</table>\n");
}

void cg_page_errors(const cg_html *h) {
  cg_html_begin(h, "Errors", "List");
  cg_html_put(h, "<p>The code says what kind of error it is, the name which; X in a name "
                 "stands for a number.</p>\n<h2 id=\"methods\">Errors of methods</h2>\n");
  put_error_rows(h, false);
  cg_html_put(h, "<h2 id=\"general\">General errors</h2>\n<p>These are not bound to "
                 "certain methods.</p>\n");
  put_error_rows(h, true);
  cg_html_end(h);
}

/* --- the first page --------------------------------------------------------------- */

static void put_login_methods(const cg_html *h) {
  static const char *const names[] = { "auth.sendCode", "auth.resendCode",
    "auth.cancelCode", "auth.signIn", "auth.signUp", "auth.checkPassword", "auth.logOut" };
  cg_html_put(h, "<h2>A login, call by call</h2>\n<table class=\"list\">\n<tbody>\n");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const cg_docs_def *def = cg_docs_find_def(h->d, names[i]);
    if (def) put_row(h, def);
  }
  cg_html_put(h, "</tbody>\n</table>\n");
}

void cg_page_home(const cg_html *h) {
  const cg_docs *d = h->d;
  cg_html_begin(h, "Telegram API", "Reference");
  cg_html_put(h,
    "<ol id=\"results\" hidden></ol>\n<p id=\"nothing\" hidden>Nothing was found.</p>\n"
    "<noscript><p>The search needs JavaScript; the lists do not.</p></noscript>\n"
    "<p>Layer %d: <a href=\"methods/index.html\">%d methods</a>, "
    "<a href=\"constructors/index.html\">%d constructors</a>, "
    "<a href=\"types/index.html\">%d types</a>, "
    "<a href=\"errors/index.html\">%d errors</a>.</p>\n",
    d->layer, (int)d->nmethods, (int)(d->ndefs - d->nmethods), (int)d->ntypes,
    (int)d->nerrors);
  put_login_methods(h);
  cg_html_put(h, "<h2>Methods by name</h2>\n");
  put_spaces(h, "methods/index.html", true);
  cg_html_put(h, "<h2>Constructors by name</h2>\n");
  put_spaces(h, "constructors/index.html", false);
  cg_html_put(h, "<h2>Notation</h2>\n<p>A field that is not required has a bit in a flag "
                 "word: <code>flags.3</code> is bit 3 of <code>flags</code>. Bytes stand in "
                 "the order of the wire. The examples run against "
                 "<code>centigram serve</code>.</p>\n");
  cg_html_put(h, "<script src=\"search-index.js\"></script>\n"
                 "<script src=\"search.js\"></script>\n");
  cg_html_end(h);
}

/* --- search ------------------------------------------------------------------------- */

static void put_entry(const cg_html *h, const char *kind, const char *name,
                      const char *text) {
  const char *plain = cg_texts_plain(h->d->arena, text);
  if (!plain) {
    h->b->err = CG_E_MEMORY;
    return;
  }
  size_t len = strcspn(plain, "\n");
  cg_jsonw_open(h->b, '[');
  cg_jsonw_string(h->b, cg_bytes_of(kind));
  cg_jsonw_string(h->b, cg_bytes_of(name));
  cg_jsonw_string(h->b, (cg_bytes){ (const uint8_t *)plain, len });
  cg_jsonw_close(h->b, ']');
}

void cg_page_search_index(const cg_html *h) {
  const cg_docs *d = h->d;
  cg_html_put(h, "const centigramIndex = [");
  for (size_t i = 0; i < d->ndefs; i++)
    put_entry(h, d->defs[i].method ? "methods" : "constructors", d->defs[i].name,
              d->defs[i].text);
  for (size_t i = 0; i < d->ntypes; i++)
    put_entry(h, "types", d->types[i].name, d->types[i].text);
  for (size_t i = 0; i < d->nerrors; i++)
    put_entry(h, "errors", d->errors[i].name, d->error_text[d->errors[i].at[0]]);
  cg_html_put(h, "];\n");
}
