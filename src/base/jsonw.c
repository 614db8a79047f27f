/* SPDX-License-Identifier: MIT */
/* jsonw.c - the JSON writer; see json.h for the contract. */
#include "json.h"

#include "utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A comma, unless this is the first value of its object or array. */
static void separate(cg_buf *b) {
  uint8_t last = b->len ? b->at[b->len - 1] : 0;
  if (b->len && last != '{' && last != '[' && last != ':') cg_buf_put(b, ",", 1);
}

void cg_jsonw_open(cg_buf *b, char bracket) {
  separate(b);
  cg_buf_put(b, &bracket, 1);
}

void cg_jsonw_close(cg_buf *b, char bracket) {
  cg_buf_put(b, &bracket, 1);
}

static void put_escaped(cg_buf *b, uint8_t c) {
  static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
  const char *at = memchr(from, c, sizeof from - 1);
  char text[8];
  if (at) snprintf(text, sizeof text, "\\%c", to[at - from]);
  else snprintf(text, sizeof text, "\\u%04x", c);
  cg_buf_text(b, text);
}

static void put_string(cg_buf *b, cg_bytes text) {
  cg_buf_put(b, "\"", 1);
  while (text.len) {
    size_t n = cg_utf8_step(text);
    if (!n) cg_buf_text(b, "\xef\xbf\xbd");
    else if (text.at[0] < 0x20 || text.at[0] == '"' || text.at[0] == '\\')
      put_escaped(b, text.at[0]);
    else cg_buf_put(b, text.at, n);
    if (!n) n = 1;
    text = (cg_bytes){ text.at + n, text.len - n };
  }
  cg_buf_put(b, "\"", 1);
}

void cg_jsonw_key(cg_buf *b, const char *key) {
  separate(b);
  put_string(b, cg_bytes_of(key));
  cg_buf_put(b, ":", 1);
}

void cg_jsonw_string(cg_buf *b, cg_bytes text) {
  separate(b);
  put_string(b, text);
}

void cg_jsonw_i64(cg_buf *b, int64_t v) {
  char text[24];
  snprintf(text, sizeof text, "%" PRId64, v);
  separate(b);
  cg_buf_text(b, text);
}

void cg_jsonw_double(cg_buf *b, double v) {
  if (v - v != 0) {
    cg_jsonw_null(b);
    return;
  }
  char text[40];
  snprintf(text, sizeof text, "%.17g", v);
  for (char *p = text; *p; p++)
    if (!strchr("0123456789+-eE", *p)) *p = '.'; /* whatever the locale's point is */
  separate(b);
  cg_buf_text(b, text);
}

void cg_jsonw_bool(cg_buf *b, bool v) {
  separate(b);
  cg_buf_text(b, v ? "true" : "false");
}

void cg_jsonw_null(cg_buf *b) {
  separate(b);
  cg_buf_text(b, "null");
}
