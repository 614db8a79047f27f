/* SPDX-License-Identifier: MIT */
/* site.c - all files of the site; see docs.h. */
#include "docs.h"

#include "pages.h"
#include "texts_data.h"

#include <stdio.h>

enum { FEW_FILES = 10 }; /* besides one for each name */

typedef struct {
  const cg_docs *d;
  const cg_docs_sink *sink;
  cg_fault *fault;
  cg_err err;
  size_t done, all;
  cg_buf b;
} site;

static void write_file(site *s, const char *folder, const char *name, const char *end) {
  char path[256];
  int n = snprintf(path, sizeof path, "%s%s%s", folder, name, end);
  if (!s->err && s->b.err) s->err = cg_fail(s->fault, s->b.err, "out of memory");
  if (!s->err && (n < 0 || (size_t)n >= sizeof path))
    s->err = cg_fail(s->fault, CG_E_LIMIT, "%s: the name is too long", name);
  if (!s->err)
    s->err = s->sink->write(s->sink->ctx, path, cg_buf_view(&s->b), s->fault);
  s->b.len = 0;
  s->done++;
  if (!s->err && s->sink->progress) s->sink->progress(s->sink->ctx, s->done, s->all);
}

static cg_html page(site *s, const char *root) {
  return (cg_html){ &s->b, s->d, root };
}

static void write_defs(site *s) {
  cg_html h = page(s, "../");
  for (size_t i = 0; i < s->d->ndefs && !s->err; i++) {
    const cg_docs_def *def = s->d->defs + i;
    cg_fault why = { 0 };
    if (cg_page_def(&h, def, &why))
      s->err = cg_fail(s->fault, why.err, "%s: %s", def->name, why.text);
    write_file(s, def->method ? "methods/" : "constructors/", def->name, ".html");
  }
}

static void write_others(site *s) {
  cg_html h = page(s, "../");
  for (size_t i = 0; i < s->d->ntypes && !s->err; i++) {
    cg_page_type(&h, s->d->types + i);
    write_file(s, "types/", s->d->types[i].name, ".html");
  }
  for (size_t i = 0; i < s->d->nerrors && !s->err; i++) {
    cg_page_error(&h, s->d->errors + i);
    write_file(s, "errors/", s->d->errors[i].name, ".html");
  }
}

static void write_lists(site *s) {
  cg_html h = page(s, "../"), top = page(s, "");
  cg_page_defs(&h, true);
  write_file(s, "methods/", "index", ".html");
  cg_page_defs(&h, false);
  write_file(s, "constructors/", "index", ".html");
  cg_page_types(&h);
  write_file(s, "types/", "index", ".html");
  cg_page_errors(&h);
  write_file(s, "errors/", "index", ".html");
  cg_page_home(&top);
  write_file(s, "", "index", ".html");
  cg_page_search_index(&top);
  write_file(s, "", "search-index", ".js");
}

static void write_asset(site *s, const cg_texts_data *data, const char *name) {
  cg_buf_put(&s->b, data->at, data->len);
  write_file(s, "", name, "");
}

cg_err cg_docs_site(const cg_docs_sink *sink, cg_fault *fault) {
  cg_arena *arena = cg_arena_new(0);
  const cg_docs *d;
  if (!arena) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  site s = { .sink = sink, .fault = fault, .err = cg_docs_load(arena, &d, fault) };
  if (!s.err) {
    s.d = d;
    s.all = d->ndefs + d->ntypes + d->nerrors + FEW_FILES - 1;
    write_defs(&s);
    write_others(&s);
    write_lists(&s);
    write_asset(&s, &cg_docs_style_css, "style.css");
    write_asset(&s, &cg_docs_search_js, "search.js");
    cg_buf_text(&s.b, d->texts->licence);
    write_file(&s, "", "LICENSE", ".txt");
  }
  cg_buf_free(&s.b);
  cg_arena_free(arena);
  return s.err;
}
