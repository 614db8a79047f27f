/* SPDX-License-Identifier: MIT */
/* markup.c - see markup.h. */
#include "markup.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH = 16 };

typedef struct {
  cg_buf *out;
  const link_names *names;
  size_t *unresolved;
  const char *pos, *end;
  const char *open[DEPTH]; /* tags to close; "" is a link that was dropped */
  size_t depth;
  bool blank; /* white space is due before the next word */
  size_t start;
} writer;

static void put_char(cg_buf *b, char c) {
  switch (c) {
  case '&': cg_buf_text(b, "&amp;"); break;
  case '<': cg_buf_text(b, "&lt;"); break;
  case '>': cg_buf_text(b, "&gt;"); break;
  case '"': cg_buf_text(b, "&quot;"); break;
  default: cg_buf_put(b, &c, 1);
  }
}

void markup_escape(cg_buf *out, cg_bytes text) {
  for (size_t i = 0; i < text.len; i++) put_char(out, (char)text.at[i]);
}

static bool starts(const writer *w, const char *with) {
  size_t n = strlen(with);
  return (size_t)(w->end - w->pos) >= n && !memcmp(w->pos, with, n);
}

static void word(writer *w) {
  if (w->blank && w->out->len > w->start) cg_buf_text(w->out, " ");
  w->blank = false;
}

/* --- links ------------------------------------------------------------------ */

static void open_tag(writer *w, const char *name) {
  if (w->depth < DEPTH) w->open[w->depth++] = name;
}

static void put_page(cg_buf *b, link_kind kind, cg_bytes name) {
  static const char *const folders[] = { "", "methods/", "constructors/", "types/" };
  cg_buf_text(b, folders[kind]);
  cg_buf_bytes(b, name);
  cg_buf_text(b, ".html");
}

static void put_reference(writer *w, link_kind kind, cg_bytes name) {
  cg_buf_text(w->out, "<a href=\"");
  put_page(w->out, kind, name);
  cg_buf_text(w->out, "\">");
  cg_buf_bytes(w->out, name);
  cg_buf_text(w->out, "</a>");
}

/* "auth.RawSendCodeRequest" as the schema has it: a method if there is one, because four
 * constructors end in Request themselves. */
static bool put_raw(writer *w, const char *at, size_t len) {
  static const char raw[] = "Raw", tail[] = "Request";
  const char *dot = memrchr(at, '.', len);
  size_t space = dot ? (size_t)(dot - at) + 1 : 0;
  char name[128];
  if (len >= sizeof name || len < space + 4 || memcmp(at + space, raw, 3)) return false;
  memcpy(name, at, space);
  memcpy(name + space, at + space + 3, len - space - 3);
  name[space] = (char)tolower((unsigned char)name[space]);
  cg_bytes whole = { (const uint8_t *)name, len - 3 };
  size_t n = sizeof tail - 1;
  cg_bytes cut = { whole.at, whole.len > n ? whole.len - n : 0 };
  bool request = cut.len && !memcmp(name + cut.len, tail, n);
  if (request && w->names->has(w->names->ctx, LINK_METHOD, cut))
    put_reference(w, LINK_METHOD, cut);
  else if (w->names->has(w->names->ctx, LINK_CONSTRUCTOR, whole))
    put_reference(w, LINK_CONSTRUCTOR, whole);
  else return false;
  return true;
}

/* {@link ns.RawName}; any other brace is text. */
static bool take_link(writer *w) {
  static const char start[] = "{@link ";
  if (!starts(w, start)) return false;
  const char *at = w->pos + sizeof start - 1;
  const char *close = memchr(at, '}', (size_t)(w->end - at));
  if (!close) return false;
  word(w);
  if (!put_raw(w, at, (size_t)(close - at))) {
    ++*w->unresolved;
    markup_escape(w->out, (cg_bytes){ (const uint8_t *)at, (size_t)(close - at) });
  }
  w->pos = close + 1;
  return true;
}

/* A page of core.telegram.org about a definition that we have, as a page of ours. */
static bool put_own_page(writer *w, const char *href, size_t len) {
  static const char *const paths[] = { NULL, "method/", "constructor/", "type/" };
  static const char host[] = "https://core.telegram.org/";
  size_t n = sizeof host - 1;
  if (len < n || memcmp(href, host, n)) return false;
  for (int kind = LINK_METHOD; kind <= LINK_TYPE; kind++) {
    size_t k = strlen(paths[kind]);
    if (len <= n + k || memcmp(href + n, paths[kind], k)) continue;
    cg_bytes name = { (const uint8_t *)href + n + k, len - n - k };
    if (!w->names->has(w->names->ctx, (link_kind)kind, name)) return false;
    put_page(w->out, (link_kind)kind, name);
    return true;
  }
  return false;
}

static void put_address(writer *w, const char *href, size_t len) {
  static const char old[] = "https://corefork.telegram.org/";
  static const char now[] = "https://core.telegram.org/";
  char copy[512];
  size_t n = sizeof old - 1;
  if (len >= n && !memcmp(href, old, n)) {
    int k = snprintf(copy, sizeof copy, "%s%.*s", now, (int)(len - n), href + n);
    href = copy;
    len = k > 0 && (size_t)k < sizeof copy ? (size_t)k : 0;
  }
  if (put_own_page(w, href, len)) return;
  for (size_t i = 0; i < len; i++)
    if (href[i] == '&' && len - i > 4 && !memcmp(href + i, "&amp;", 5)) {
      cg_buf_text(w->out, "&amp;");
      i += 4;
    } else {
      put_char(w->out, href[i]);
    }
}

/* Opens a link; one that leads into the page itself or to no web page has its text only. */
static void open_link(writer *w, const char *href, size_t len) {
  bool web = (len > 8 && !memcmp(href, "https://", 8)) ||
             (len > 7 && !memcmp(href, "http://", 7));
  if (w->depth == DEPTH) return;
  open_tag(w, web ? "a" : "");
  if (!web) return;
  cg_buf_text(w->out, "<a href=\"");
  put_address(w, href, len);
  cg_buf_text(w->out, "\">");
}

/* --- tags ------------------------------------------------------------------- */

static const char *attribute(const char *tag, const char *end, const char *name,
                             size_t *len) {
  size_t n = strlen(name);
  for (const char *p = tag; p + n + 2 < end; p++) {
    if (*p != ' ' || memcmp(p + 1, name, n) || p[n + 1] != '=' || p[n + 2] != '"')
      continue;
    const char *value = p + n + 3, *close = memchr(value, '"', (size_t)(end - value));
    if (!close) return NULL;
    *len = (size_t)(close - value);
    return value;
  }
  return NULL;
}

static void close_tag(writer *w) {
  const char *name = w->open[--w->depth];
  if (!*name) return;
  cg_buf_text(w->out, "</");
  cg_buf_text(w->out, name);
  cg_buf_text(w->out, ">");
}

static void line_break(writer *w) {
  if (w->out->len > w->start) cg_buf_text(w->out, "<br>");
  w->blank = false;
}

static bool take_closing(writer *w, const char *name, size_t len) {
  if (!w->depth) return false;
  const char *open = w->open[w->depth - 1];
  if (*open ? strlen(open) != len || memcmp(open, name, len) : len != 1 || *name != 'a')
    return false;
  close_tag(w);
  return true;
}

static bool take_opening(writer *w, const char *name, size_t len, const char *end) {
  static const char *const plain[] = { "code", "strong", "em", "del", "u" };
  size_t n = 0;
  const char *value;
  if (len == 2 && !memcmp(name, "br", 2)) return line_break(w), true;
  if (len == 3 && !memcmp(name, "img", 3)) {
    word(w);
    value = attribute(name, end, "alt", &n);
    if (value) markup_escape(w->out, (cg_bytes){ (const uint8_t *)value, n });
    return true;
  }
  if (len == 1 && *name == 'a') {
    word(w);
    value = attribute(name, end, "href", &n);
    return open_link(w, value, value ? n : 0), true;
  }
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
    if (strlen(plain[i]) != len || memcmp(plain[i], name, len) || w->depth == DEPTH)
      continue;
    word(w);
    open_tag(w, plain[i]);
    cg_buf_text(w->out, "<");
    cg_buf_text(w->out, plain[i]);
    cg_buf_text(w->out, ">");
    return true;
  }
  return false;
}

/* A tag of the list; any other angle bracket is text. */
static bool take_tag(writer *w) {
  if (*w->pos != '<') return false;
  const char *end = memchr(w->pos, '>', (size_t)(w->end - w->pos));
  if (!end) return false;
  bool closing = w->pos[1] == '/';
  const char *name = w->pos + 1 + closing, *stop = name;
  while (stop < end && isalnum((unsigned char)*stop)) stop++;
  if (stop < end && *stop != ' ' && *stop != '/') return false;
  size_t len = (size_t)(stop - name);
  if (closing ? !take_closing(w, name, len) : !take_opening(w, name, len, end))
    return false;
  w->pos = end + 1;
  return true;
}

/* --- the general errors' texts have a little Markdown ------------------------ */

static bool take_markdown_link(writer *w) {
  if (*w->pos != '[') return false;
  const char *close = memchr(w->pos, ']', (size_t)(w->end - w->pos));
  if (!close || close + 1 == w->end || close[1] != '(') return false;
  const char *end = memchr(close, ')', (size_t)(w->end - close));
  if (!end) return false;
  word(w);
  open_link(w, close + 2, (size_t)(end - close - 2));
  markup_escape(w->out,
                (cg_bytes){ (const uint8_t *)w->pos + 1, (size_t)(close - w->pos - 1) });
  close_tag(w);
  w->pos = end + 1;
  return true;
}

static bool take_backticks(writer *w) {
  if (*w->pos != '`') return false;
  const char *close = memchr(w->pos + 1, '`', (size_t)(w->end - w->pos - 1));
  if (!close) return false;
  word(w);
  cg_buf_text(w->out, "<code>");
  markup_escape(w->out,
                (cg_bytes){ (const uint8_t *)w->pos + 1, (size_t)(close - w->pos - 1) });
  cg_buf_text(w->out, "</code>");
  w->pos = close + 1;
  return true;
}

/* --- text ------------------------------------------------------------------- */

static void take_space(writer *w) {
  int lines = 0;
  for (; w->pos < w->end && isspace((unsigned char)*w->pos); w->pos++)
    lines += *w->pos == '\n';
  w->blank = true;
  if (lines && w->pos < w->end) line_break(w);
}

static void take_text(writer *w) {
  word(w);
  if (starts(w, "&amp;")) {
    cg_buf_text(w->out, "&amp;");
    w->pos += 5;
  } else {
    put_char(w->out, *w->pos++);
  }
}

void markup_put(cg_buf *out, cg_bytes text, const link_names *names, size_t *unresolved) {
  const char *at = text.len ? (const char *)text.at : "";
  writer w = { .out = out, .names = names, .unresolved = unresolved, .pos = at,
               .end = at + text.len, .start = out->len };
  while (w.pos < w.end) {
    if (isspace((unsigned char)*w.pos)) take_space(&w);
    else if (!take_tag(&w) && !take_link(&w) && !take_markdown_link(&w) &&
             !take_backticks(&w))
      take_text(&w);
  }
  while (w.depth) close_tag(&w);
}
