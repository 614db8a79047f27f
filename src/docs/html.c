/* SPDX-License-Identifier: MIT */
/* html.c - see html.h. */
#include "html.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void put_escaped(cg_buf *b, const char *text) {
  for (; *text; text++) switch (*text) {
    case '&': cg_buf_text(b, "&amp;"); break;
    case '<': cg_buf_text(b, "&lt;"); break;
    case '>': cg_buf_text(b, "&gt;"); break;
    case '"': cg_buf_text(b, "&quot;"); break;
    default: cg_buf_put(b, text, 1);
    }
}

/* Links without a scheme lead to pages of ours. */
static void put_markup(const cg_html *h, const char *text) {
  static const char link[] = "<a href=\"";
  for (const char *at; (at = strstr(text, link));) {
    at += sizeof link - 1;
    cg_buf_put(h->b, text, (size_t)(at - text));
    if (strncmp(at, "http", 4)) cg_buf_text(h->b, h->root);
    text = at;
  }
  cg_buf_text(h->b, text);
}

void cg_html_put(const cg_html *h, const char *format, ...) {
  va_list args;
  char number[16];
  va_start(args, format);
  for (const char *percent; (percent = strchr(format, '%')); format = percent + 2) {
    cg_buf_put(h->b, format, (size_t)(percent - format));
    switch (percent[1]) {
    case 's': put_escaped(h->b, va_arg(args, const char *)); break;
    case 'r': cg_buf_text(h->b, va_arg(args, const char *)); break;
    case 'm': put_markup(h, va_arg(args, const char *)); break;
    case 'd':
      snprintf(number, sizeof number, "%d", va_arg(args, int));
      cg_buf_text(h->b, number);
      break;
    case 'x':
      snprintf(number, sizeof number, "%08x", va_arg(args, uint32_t));
      cg_buf_text(h->b, number);
      break;
    default: cg_buf_text(h->b, "%"); break;
    }
  }
  cg_buf_text(h->b, format);
  va_end(args);
}

void cg_html_begin(const cg_html *h, const char *title, const char *kind) {
  const char *r = h->root;
  cg_html_put(h,
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>%s - Telegram API, layer %d</title>\n"
    "<link rel=\"stylesheet\" href=\"%rstyle.css\">\n</head>\n<body>\n<header>\n<nav>\n"
    "<a href=\"%rindex.html\">Layer %d</a> <a href=\"%rmethods/index.html\">Methods</a>\n"
    "<a href=\"%rconstructors/index.html\">Constructors</a>\n"
    "<a href=\"%rtypes/index.html\">Types</a> <a href=\"%rerrors/index.html\">Errors</a>\n"
    "</nav>\n<form action=\"%rindex.html\" role=\"search\">"
    "<input type=\"search\" name=\"q\" aria-label=\"Search\" placeholder=\"Search\">"
    "</form>\n</header>\n<main>\n<p class=\"kind\">%s</p>\n<h1>%s</h1>\n",
    title, h->d->layer, r, r, h->d->layer, r, r, r, r, r, kind, title);
}

void cg_html_end(const cg_html *h) {
  cg_html_put(h,
    "</main>\n<footer>\n<p>Descriptions: npm package <code>@mtcute/core</code> %s, MIT, "
    "Copyright 2023 alina sireneva (<a href=\"%rLICENSE.txt\">licence</a>). "
    "Made by <code>centigram docs</code>.</p>\n</footer>\n</body>\n</html>\n",
    h->d->texts->version, h->root);
}

void cg_html_def(const cg_html *h, const cg_docs_def *def) {
  cg_html_put(h, "<a href=\"%r%r/%s.html\">%s</a>", h->root,
              def->method ? "methods" : "constructors", def->name, def->name);
}

void cg_html_type(const cg_html *h, const char *type) {
  if (cg_docs_find_type(h->d, type))
    cg_html_put(h, "<a href=\"%rtypes/%s.html\">%s</a>", h->root, type, type);
  else cg_html_put(h, "%s", type);
}

void cg_html_error(const cg_html *h, const cg_docs_error *error) {
  cg_html_put(h, "<a href=\"%rerrors/%s.html\">%s</a>", h->root, error->name,
              error->name);
}

void cg_html_field_type(const cg_html *h, const cg_docs_field *f) {
  if (f->vector) cg_html_put(h, f->bare ? "vector&lt;" : "Vector&lt;");
  cg_html_type(h, f->type);
  if (f->vector) cg_html_put(h, "&gt;");
}
