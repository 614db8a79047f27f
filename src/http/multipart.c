/* SPDX-License-Identifier: MIT */
/* multipart.c - see multipart.h for the contract. */
#include "multipart.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool fail(cg_multipart *m, cg_err err) {
  if (!m->err) m->err = err;
  m->rest.len = 0;
  return false;
}

/* --- "; name=value" -------------------------------------------------------------------
 */

static bool is_blank(uint8_t c) {
  return c == ' ' || c == '\t';
}

static void skip_blanks(cg_bytes *text) {
  while (text->len && is_blank(text->at[0])) text->at++, text->len--;
}

/* Cuts off what stands before `end`, a byte, or all if that is not there. */
static cg_bytes cut(cg_bytes *text, char end) {
  const uint8_t *at = text->len ? memchr(text->at, end, text->len) : NULL;
  size_t len = at ? (size_t)(at - text->at) : text->len;
  cg_bytes part = { text->at, len };
  *text = (cg_bytes){ text->at + len, text->len - len };
  return part;
}

static cg_bytes without_blanks(cg_bytes text) {
  skip_blanks(&text);
  while (text.len && is_blank(text.at[text.len - 1])) text.len--;
  return text;
}

typedef enum { NONE, PARAM, BROKEN } found;

/* Reads the parameter that stands next, behind a semicolon. A quoted value with a
 * backslash is broken: its writers do not agree on what it means. */
static found next_param(cg_bytes *text, cg_bytes *name, cg_bytes *value) {
  *text = without_blanks(*text);
  if (!text->len) return NONE;
  if (text->at[0] != ';') return BROKEN;
  *text = without_blanks((cg_bytes){ text->at + 1, text->len - 1 });
  if (!text->len) return NONE;
  *name = cut(text, '=');
  if (!name->len || !text->len) return BROKEN;
  text->at++, text->len--;
  if (!text->len || text->at[0] != '"') {
    *value = without_blanks(cut(text, ';'));
    return PARAM;
  }
  text->at++, text->len--;
  *value = cut(text, '"');
  if (!text->len || (value->len && memchr(value->at, '\\', value->len))) return BROKEN;
  text->at++, text->len--;
  return PARAM;
}

static bool is_called(cg_bytes name, const char *what) {
  return name.len == strlen(what) && !strncasecmp((const char *)name.at, what, name.len);
}

/* --- parts ----------------------------------------------------------------------------
 */

void cg_multipart_begin(cg_multipart *m, const char *content_type, cg_bytes body) {
  cg_bytes text = cg_bytes_of(content_type), name, value, boundary = { 0 };
  *m = (cg_multipart){ .rest = body };
  found next;
  cut(&text, ';');
  while ((next = next_param(&text, &name, &value)) == PARAM)
    if (is_called(name, "boundary")) boundary = value;
  if (next == BROKEN || !boundary.len || boundary.len > CG_MULTIPART_BOUNDARY) {
    fail(m, CG_E_MALFORMED);
    return;
  }
  int len = snprintf(m->line, sizeof m->line, "\r\n--%.*s", (int)boundary.len,
                     (const char *)boundary.at);
  m->line_len = (size_t)len;
  size_t first = m->line_len - 2; /* nothing stands before it */
  if (body.len < first || memcmp(body.at, m->line + 2, first))
    fail(m, CG_E_MALFORMED);
  else
    m->rest = (cg_bytes){ body.at + first, body.len - first };
}

/* Steps over `text`; false if something else stands there. */
static bool skip(cg_multipart *m, const char *text) {
  size_t len = strlen(text);
  if (m->rest.len < len || memcmp(m->rest.at, text, len)) return false;
  m->rest = (cg_bytes){ m->rest.at + len, m->rest.len - len };
  return true;
}

/* What stands before `end`, which is stepped over. */
static bool cut_text(cg_multipart *m, const char *end, size_t end_len, cg_bytes *out) {
  const uint8_t *at = memmem(m->rest.at, m->rest.len, end, end_len);
  if (!at) return false;
  size_t len = (size_t)(at - m->rest.at);
  *out = (cg_bytes){ m->rest.at, len };
  m->rest = (cg_bytes){ at + end_len, m->rest.len - len - end_len };
  return true;
}

/* Content-Disposition says what the part is. */
static cg_err read_disposition(cg_bytes text, cg_bytes *name) {
  cg_bytes key, value;
  found next;
  if (!is_called(without_blanks(cut(&text, ';')), "form-data")) return CG_E_MALFORMED;
  while ((next = next_param(&text, &key, &value)) == PARAM) {
    if (is_called(key, "filename") || is_called(key, "filename*")) return CG_E_REFUSED;
    if (is_called(key, "name")) *name = value;
  }
  return next == BROKEN ? CG_E_MALFORMED : CG_OK;
}

/* Reads the header lines of a part, up to the empty one. */
static cg_err read_head(cg_multipart *m, cg_bytes *name) {
  cg_bytes line;
  cg_err err = CG_OK;
  while (!err) {
    if (!cut_text(m, "\r\n", 2, &line)) return CG_E_MALFORMED;
    if (!line.len) break;
    if (is_called(cut(&line, ':'), "content-disposition") && line.len)
      err = read_disposition((cg_bytes){ line.at + 1, line.len - 1 }, name);
  }
  return err ? err : name->len ? CG_OK : CG_E_MALFORMED;
}

bool cg_multipart_next(cg_multipart *m, cg_bytes *name, cg_bytes *value) {
  if (m->err || skip(m, "--")) { /* behind the last one anything may stand */
    m->rest.len = 0;
    return false;
  }
  *name = (cg_bytes){ 0 };
  if (!skip(m, "\r\n")) return fail(m, CG_E_MALFORMED);
  cg_err err = read_head(m, name);
  if (err) return fail(m, err);
  return cut_text(m, m->line, m->line_len, value) || fail(m, CG_E_MALFORMED);
}
