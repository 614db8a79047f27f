/* SPDX-License-Identifier: MIT */
/*
 * session_string_read.c - reading what other clients print: see session_string.h.
 *
 * A "1" in front is GramJS's or Telethon's, told apart by their lengths; of the others
 * Pyrogram's have three fixed lengths and mtcute's begin with their version.
 */
#include "session_string.h"

#include "base64.h"
#include "reader.h"
#include "wipe.h"

#include <centigram/tl.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
  KEY = CG_SESSION_STRING_KEY,
  MAX_TEXT = 4096,
  TELETHON_V4 = 1 + 4 + 2 + KEY,
  TELETHON_V6 = 1 + 16 + 2 + KEY,
  PYROGRAM_OLD_32 = 1 + 1 + KEY + 4 + 1,
  PYROGRAM_OLD_64 = 1 + 1 + KEY + 8 + 1,
  PYROGRAM = 1 + 4 + 1 + KEY + 8 + 1,
  MTCUTE_VERSION = 3,
  MTCUTE_SELF = 1,
  MTCUTE_TEST = 2,
  MTCUTE_MEDIA = 4,
  MTCUTE_DC_VERSION = 2,
  MTCUTE_DC_TEST = 4
};

static cg_err bad(cg_fault *fault, const char *why) {
  return cg_fail(fault, CG_E_MALFORMED, "the session string %s", why);
}

/* --- values ---------------------------------------------------------------- */

static uint64_t get_be(cg_reader *r, size_t size) {
  cg_bytes v = cg_reader_take(r, size);
  uint64_t out = 0;
  for (size_t i = 0; i < v.len; i++) out = out << 8 | v.at[i];
  return out;
}

static bool get_flag(cg_reader *r) {
  uint64_t v = get_be(r, 1);
  if (v > 1) cg_reader_fail(r, CG_E_MALFORMED);
  return v == 1;
}

static void get_key(cg_reader *r, cg_session_string *s) {
  cg_bytes key = cg_reader_take(r, KEY);
  if (key.at) memcpy(s->key, key.at, KEY);
}

/* A host is what a name or an address may hold, so that it can be shown. */
static void get_host(cg_reader *r, cg_bytes v, cg_session_string *s) {
  bool fits = v.len > 0 && v.len < sizeof s->host;
  for (size_t i = 0; fits && i < v.len; i++) fits = v.at[i] > ' ' && v.at[i] < 127;
  if (!fits)
    cg_reader_fail(r, CG_E_MALFORMED);
  else
    memcpy(s->host, v.at, v.len);
}

/* --- forms ----------------------------------------------------------------- */

static void get_gramjs(cg_reader *r, cg_session_string *s) {
  s->format = CG_SESSION_FORMAT_GRAMJS;
  s->dc = (int32_t)get_be(r, 1);
  size_t len = (size_t)get_be(r, 2);
  get_host(r, cg_reader_take(r, len), s);
  s->port = (uint16_t)get_be(r, 2);
  get_key(r, s);
}

static void get_telethon(cg_reader *r, size_t len, cg_session_string *s) {
  bool v6 = len == TELETHON_V6;
  s->format = CG_SESSION_FORMAT_TELETHON;
  s->dc = (int32_t)get_be(r, 1);
  cg_bytes ip = cg_reader_take(r, v6 ? 16 : 4);
  if (ip.at) inet_ntop(v6 ? AF_INET6 : AF_INET, ip.at, s->host, sizeof s->host);
  s->port = (uint16_t)get_be(r, 2);
  get_key(r, s);
}

static void get_pyrogram(cg_reader *r, size_t len, cg_session_string *s) {
  s->format = CG_SESSION_FORMAT_PYROGRAM;
  s->dc = (int32_t)get_be(r, 1);
  if (len == PYROGRAM) s->api_id = (int32_t)(uint32_t)get_be(r, 4);
  s->says_test = true;
  s->test = get_flag(r);
  get_key(r, s);
  s->user_id = (int64_t)get_be(r, len == PYROGRAM_OLD_32 ? 4 : 8);
  s->is_bot = get_flag(r);
}

static void get_mtcute_dc(cg_reader *outer, cg_session_string *s) {
  cg_bytes v = cg_reader_str(outer);
  cg_reader r;
  cg_reader_init(&r, v.at, v.len);
  uint64_t version = get_be(&r, 1);
  s->dc = (int32_t)get_be(&r, 1);
  uint64_t flags = get_be(&r, 1);
  get_host(&r, cg_reader_str(&r), s);
  uint32_t port = cg_reader_u32(&r);
  bool good = version >= 1 && version <= MTCUTE_DC_VERSION && port <= UINT16_MAX;
  if (!good || cg_reader_end(&r)) cg_reader_fail(outer, CG_E_MALFORMED);
  s->port = (uint16_t)port;
  s->test = s->test || (version > 1 && flags & MTCUTE_DC_TEST);
}

static void get_mtcute(cg_reader *r, cg_session_string *s) {
  s->format = CG_SESSION_FORMAT_MTCUTE;
  cg_reader_take(r, 1);
  uint32_t flags = cg_reader_u32(r);
  if (flags & ~(uint32_t)(MTCUTE_SELF | MTCUTE_TEST | MTCUTE_MEDIA))
    cg_reader_fail(r, CG_E_MALFORMED);
  s->says_test = true;
  s->test = flags & MTCUTE_TEST;
  get_mtcute_dc(r, s);
  if (flags & MTCUTE_MEDIA) cg_reader_str(r);
  if (flags & MTCUTE_SELF) {
    s->user_id = (int64_t)cg_reader_u64(r);
    uint32_t is_bot = cg_reader_u32(r);
    if (is_bot != TL_ID_boolTrue && is_bot != TL_ID_boolFalse)
      cg_reader_fail(r, CG_E_MALFORMED);
    s->is_bot = is_bot == TL_ID_boolTrue;
  }
  cg_bytes key = cg_reader_str(r);
  if (key.len == KEY)
    memcpy(s->key, key.at, KEY);
  else
    cg_reader_fail(r, CG_E_MALFORMED);
}

/* --- which form ------------------------------------------------------------ */

static bool is_gramjs(cg_bytes b) {
  return b.len > 3 && 1 + 2 + ((size_t)b.at[1] << 8 | b.at[2]) + 2 + KEY == b.len;
}

static bool is_pyrogram(size_t len) {
  return len == PYROGRAM || len == PYROGRAM_OLD_64 || len == PYROGRAM_OLD_32;
}

static cg_err read_bytes(cg_bytes b, bool one, cg_session_string *s, cg_fault *fault) {
  char why[160];
  cg_reader r;
  cg_reader_init(&r, b.at, b.len);
  if (one && (b.len == TELETHON_V4 || (b.len == TELETHON_V6 && !is_gramjs(b))))
    get_telethon(&r, b.len, s);
  else if (one && is_gramjs(b))
    get_gramjs(&r, s);
  else if (!one && is_pyrogram(b.len))
    get_pyrogram(&r, b.len, s);
  else if (!one && b.len && b.at[0] == MTCUTE_VERSION)
    get_mtcute(&r, s);
  else {
    snprintf(why, sizeof why,
             one ? "has %zu bytes behind its 1: Telethon's have 263 or 275, and for one "
                   "of GramJS its length is not what it says"
                 : "has %zu bytes: Pyrogram's have 263, 267 or 271, and mtcute's begin "
                   "with a 3",
             b.len);
    return bad(fault, why);
  }
  if (!cg_reader_end(&r)) return CG_OK;
  snprintf(why, sizeof why, "looks like one of %s, but is damaged at byte %zu",
           cg_session_format_name(s->format), r.err_at);
  return bad(fault, why);
}

static cg_err read_base64(cg_bytes text, cg_session_string *s, cg_fault *fault) {
  bool one = text.at[0] == '1';
  cg_bytes bytes, base64 = { text.at + one, text.len - one };
  cg_arena *arena = cg_arena_new(0);
  if (!arena) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  cg_err err = cg_base64_read(base64, arena, &bytes);
  if (err == CG_E_MEMORY) cg_fail(fault, err, "%s", cg_err_text(err));
  else if (err) bad(fault, "is not base64: it is cut short, or has foreign characters");
  if (!err) {
    err = read_bytes(bytes, one, s, fault);
    cg_wipe((void *)(uintptr_t)bytes.at, bytes.len);
  }
  cg_arena_free(arena);
  return err;
}

/* DC:HEX */
static cg_err read_raw(cg_bytes text, const uint8_t *colon, cg_session_string *s,
                       cg_fault *fault) {
  size_t digits = (size_t)(colon - text.at);
  s->format = CG_SESSION_FORMAT_RAW;
  for (size_t i = 0; i < digits && s->dc < 1000; i++) {
    if (text.at[i] < '0' || text.at[i] > '9') return bad(fault, "has no number before :");
    s->dc = s->dc * 10 + (text.at[i] - '0');
  }
  cg_bytes hex = { colon + 1, text.len - digits - 1 };
  return cg_hex_read(hex, s->key, KEY)
             ? CG_OK
             : bad(fault, "does not have the 512 hex digits of a key behind :");
}

/* What holds for every form. */
static cg_err check(const cg_session_string *s, cg_fault *fault) {
  uint8_t any = 0;
  for (size_t i = 0; i < KEY; i++) any |= s->key[i];
  if (!any) return bad(fault, "holds no key: it is all zeros");
  if (s->dc < 1 || s->dc > 255) return bad(fault, "names no data centre");
  if (*s->host && !s->port) return bad(fault, "has port 0");
  return s->user_id >= 0 ? CG_OK : bad(fault, "has a user id below zero");
}

static bool is_blank(uint8_t c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

cg_err cg_session_string_read(cg_bytes text, cg_session_string *out, cg_fault *fault) {
  memset(out, 0, sizeof *out);
  while (text.len && is_blank(text.at[text.len - 1])) text.len--;
  while (text.len && is_blank(*text.at)) {
    text.at++;
    text.len--;
  }
  if (!text.len) return bad(fault, "is empty");
  if (text.len > MAX_TEXT) return bad(fault, "is too long to be one");
  const uint8_t *colon = memchr(text.at, ':', text.len);
  cg_err err = colon ? read_raw(text, colon, out, fault) : read_base64(text, out, fault);
  if (!err) err = check(out, fault);
  if (err) cg_wipe(out, sizeof *out);
  return err;
}
