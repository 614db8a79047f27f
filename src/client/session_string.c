/* SPDX-License-Identifier: MIT */
/* session_string.c - writing; reading is in session_string_read.c. */
#include "session_string.h"

#include "base64.h"
#include "buf.h"
#include "wipe.h"

#include <centigram/tl.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
  MTCUTE_VERSION = 3,
  MTCUTE_SELF = 1,
  MTCUTE_DC_VERSION = 2,
  MTCUTE_DC_IPV6 = 1,
  MTCUTE_DC_TEST = 4
};

const char *cg_session_format_name(cg_session_format format) {
  static const char *const names[] = {
#define X(name, text) text,
    CG_SESSION_FORMAT_MAP(X)
#undef X
  };
  return names[format];
}

bool cg_session_format_find(const char *name, cg_session_format *out) {
  static const cg_session_format all[] = {
#define X(name, text) CG_SESSION_FORMAT_##name,
    CG_SESSION_FORMAT_MAP(X)
#undef X
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (strcmp(cg_session_format_name(all[i]), name)) continue;
    *out = all[i];
    return true;
  }
  return false;
}

/* --- bytes ----------------------------------------------------------------- */

static void put_u8(cg_buf *b, unsigned v) {
  uint8_t byte = (uint8_t)v;
  cg_buf_put(b, &byte, 1);
}

static void put_be(cg_buf *b, uint64_t v, int size) {
  for (int i = size - 1; i >= 0; i--) put_u8(b, v >> (8 * i) & 255);
}

static void put_key(cg_buf *b, const cg_session_string *s) {
  cg_buf_put(b, s->key, sizeof s->key);
}

/* The address as 4 or 16 bytes; 0: it is a name. */
static size_t ip_of(const char *host, uint8_t out[16]) {
  if (inet_pton(AF_INET, host, out) == 1) return 4;
  return inet_pton(AF_INET6, host, out) == 1 ? 16 : 0;
}

static void put_gramjs(cg_buf *b, const cg_session_string *s) {
  put_u8(b, (unsigned)s->dc);
  put_be(b, strlen(s->host), 2);
  cg_buf_text(b, s->host);
  put_be(b, s->port, 2); /* which GramJS takes for a signed number */
  put_key(b, s);
}

static void put_telethon(cg_buf *b, const cg_session_string *s) {
  uint8_t ip[16];
  size_t len = ip_of(s->host, ip);
  put_u8(b, (unsigned)s->dc);
  cg_buf_put(b, ip, len);
  put_be(b, s->port, 2);
  put_key(b, s);
}

static void put_pyrogram(cg_buf *b, const cg_session_string *s) {
  put_u8(b, (unsigned)s->dc);
  put_be(b, (uint32_t)s->api_id, 4);
  put_u8(b, s->test);
  put_key(b, s);
  put_be(b, (uint64_t)s->user_id, 8);
  put_u8(b, s->is_bot);
}

static void put_mtcute_dc(cg_buf *b, const cg_session_string *s) {
  uint8_t ip[16];
  cg_buf dc = { 0 };
  put_u8(&dc, MTCUTE_DC_VERSION);
  put_u8(&dc, (unsigned)s->dc);
  put_u8(&dc, (ip_of(s->host, ip) == 16 ? MTCUTE_DC_IPV6 : 0u) |
                  (s->test ? MTCUTE_DC_TEST : 0u));
  cg_buf_str(&dc, cg_bytes_of(s->host));
  cg_buf_u32(&dc, s->port);
  cg_buf_str(b, cg_buf_view(&dc));
  if (dc.err) b->err = dc.err;
  cg_buf_free(&dc);
}

static void put_mtcute(cg_buf *b, const cg_session_string *s) {
  put_u8(b, MTCUTE_VERSION);
  cg_buf_u32(b, s->user_id ? MTCUTE_SELF : 0);
  put_mtcute_dc(b, s);
  if (s->user_id) {
    cg_buf_u64(b, (uint64_t)s->user_id);
    cg_buf_u32(b, s->is_bot ? TL_ID_boolTrue : TL_ID_boolFalse);
  }
  cg_buf_str(b, (cg_bytes){ s->key, sizeof s->key });
}

/* --- text ------------------------------------------------------------------ */

/* Base64 behind `head`: in the alphabet for URLs, without padding, or neither. */
static void put_base64(cg_buf *text, const char *head, cg_bytes bytes, bool url,
                       bool padded, cg_arena *arena) {
  cg_bytes base64 = cg_base64(bytes, arena);
  if (!base64.at) text->err = CG_E_MEMORY;
  while (!padded && base64.len && base64.at[base64.len - 1] == '=') base64.len--;
  cg_buf_text(text, head);
  size_t start = text->len;
  cg_buf_bytes(text, base64);
  for (size_t i = start; url && i < text->len; i++) {
    if (text->at[i] == '+') text->at[i] = '-';
    if (text->at[i] == '/') text->at[i] = '_';
  }
  cg_wipe((void *)(uintptr_t)base64.at, base64.len);
}

static void put_raw(cg_buf *text, const cg_session_string *s, cg_arena *arena) {
  char dc[8];
  snprintf(dc, sizeof dc, "%d:", (int)s->dc);
  cg_bytes hex = cg_hex((cg_bytes){ s->key, sizeof s->key }, arena);
  if (!hex.at) text->err = CG_E_MEMORY;
  cg_buf_text(text, dc);
  cg_buf_bytes(text, hex);
  cg_wipe((void *)(uintptr_t)hex.at, hex.len);
}

static void put_text(cg_buf *text, const cg_session_string *s, cg_arena *arena) {
  cg_buf b = { 0 };
  switch (s->format) {
  case CG_SESSION_FORMAT_GRAMJS: put_gramjs(&b, s); break;
  case CG_SESSION_FORMAT_TELETHON: put_telethon(&b, s); break;
  case CG_SESSION_FORMAT_PYROGRAM: put_pyrogram(&b, s); break;
  case CG_SESSION_FORMAT_MTCUTE: put_mtcute(&b, s); break;
  case CG_SESSION_FORMAT_RAW: put_raw(text, s, arena); break;
  }
  bool gramjs = s->format == CG_SESSION_FORMAT_GRAMJS;
  bool one = gramjs || s->format == CG_SESSION_FORMAT_TELETHON;
  if (s->format != CG_SESSION_FORMAT_RAW)
    put_base64(text, one ? "1" : "", cg_buf_view(&b), !gramjs, one, arena);
  if (b.err) text->err = b.err;
  cg_buf_wipe(&b);
}

/* What the form needs and the session does not know, or NULL. */
static const char *lacks(const cg_session_string *s) {
  uint8_t ip[16];
  if (s->dc < 1 || s->dc > 255) return "a data centre from 1 to 255";
  switch (s->format) {
  case CG_SESSION_FORMAT_TELETHON:
    return ip_of(s->host, ip) ? NULL : "the server's address as numbers, not as a name";
  case CG_SESSION_FORMAT_PYROGRAM:
    return s->user_id ? NULL : "the user's id, which this session does not know";
  case CG_SESSION_FORMAT_GRAMJS:
  case CG_SESSION_FORMAT_MTCUTE: return *s->host ? NULL : "the server's address";
  case CG_SESSION_FORMAT_RAW: break;
  }
  return NULL;
}

cg_err cg_session_string_write(const cg_session_string *s, cg_arena *arena, cg_bytes *out,
                               cg_fault *fault) {
  const char *what = lacks(s);
  if (what)
    return cg_fail(fault, CG_E_REFUSED, "a string for %s needs %s",
                   cg_session_format_name(s->format), what);
  cg_buf text = { 0 };
  put_text(&text, s, arena);
  cg_err err = text.err;
  if (!err) {
    *out = cg_arena_copy(arena, cg_buf_view(&text));
    if (!out->at) err = CG_E_MEMORY;
  }
  cg_buf_wipe(&text);
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}
