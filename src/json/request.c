/* SPDX-License-Identifier: MIT */
/* request.c - see request.h for the contract. */
#include "request.h"

#include "json.h"
#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAIL = 64, SPARE = 64 }; /* bytes of "@client_id"; of the error for no memory */

/* --- reading ---------------------------------------------------------------- */

/* Looks at the whole text once: what is read later is known to be well formed. */
static const char *look(cg_td_request *r, cg_bytes *type) {
  cg_json j;
  cg_bytes key, raw;
  bool named = false;
  cg_json_init(&j, r->json, r->arena);
  if (cg_json_object(&j))
    while (cg_json_key(&j, &key)) {
      bool is_type = cg_bytes_equal(key, CG_LIT("@type"));
      bool is_extra = cg_bytes_equal(key, CG_LIT("@extra"));
      if (is_type)
        named = cg_json_string(&j, type);
      else if (cg_json_raw(&j, &raw) && is_extra)
        r->extra = raw;
    }
  if (cg_json_end(&j)) return j.why ? j.why : "it is no JSON object";
  return named && type->len ? NULL : "\"@type\" is missing";
}

static cg_td_request *fill(cg_td_request *r, cg_bytes text, const char **why) {
  cg_bytes type = CG_LIT("unknown");
  r->json = cg_arena_copy(r->arena, text);
  if (!r->json.at) return NULL;
  *why = look(r, &type);
  r->type = (const char *)cg_arena_copy(r->arena, type).at;
  r->spare = cg_td_event_new(SPARE + TAIL + r->extra.len + sizeof ",\"@extra\":}");
  return r->type && r->spare ? r : NULL;
}

cg_td_request *cg_td_request_new(int id, cg_bytes text, const char **why) {
  cg_td_request *r = cg_alloc(sizeof *r);
  if (!r) return NULL;
  r->id = id;
  r->arena = cg_arena_new(16 * CG_TD_REQUEST_MAX);
  if (r->arena && fill(r, text, why)) return r;
  cg_td_request_free(r);
  return NULL;
}

void cg_td_request_free(cg_td_request *r) {
  if (!r) return;
  cg_arena_free(r->arena);
  cg_td_event_free(r->spare);
  cg_free(r);
}

bool cg_td_field(const cg_td_request *r, cg_bytes object, const char *key,
                 cg_bytes *out) {
  cg_json j;
  cg_bytes name, raw;
  bool found = false;
  cg_json_init(&j, object, r->arena);
  if (cg_json_object(&j))
    while (cg_json_key(&j, &name))
      if (cg_json_raw(&j, &raw) && cg_bytes_equal(name, cg_bytes_of(key))) {
        found = !cg_bytes_equal(raw, CG_LIT("null"));
        *out = raw;
      }
  return found && !j.err;
}

const char *cg_td_text(const cg_td_request *r, cg_bytes object, const char *key) {
  cg_json j;
  cg_bytes raw, text;
  if (!cg_td_field(r, object, key, &raw)) return NULL;
  cg_json_init(&j, raw, r->arena);
  if (!cg_json_string(&j, &text) || (text.len && memchr(text.at, 0, text.len)))
    return NULL;
  return (const char *)cg_arena_copy(r->arena, text).at;
}

int64_t cg_td_int(const cg_td_request *r, cg_bytes object, const char *key) {
  cg_json j;
  cg_bytes raw;
  int64_t v = 0;
  const char *digits = cg_td_text(r, object, key);
  if (digits) return strtoll(digits, NULL, 10);
  if (!cg_td_field(r, object, key, &raw)) return 0;
  cg_json_init(&j, raw, r->arena);
  return cg_json_i64(&j, &v) ? v : 0;
}

bool cg_td_flag(const cg_td_request *r, cg_bytes object, const char *key) {
  cg_bytes raw;
  return cg_td_field(r, object, key, &raw) && cg_bytes_equal(raw, CG_LIT("true"));
}

/* --- writing ---------------------------------------------------------------- */

void cg_td_begin(cg_buf *b, const char *type) {
  cg_jsonw_open(b, '{');
  cg_jsonw_key(b, "@type");
  cg_jsonw_string(b, cg_bytes_of(type));
}

/* Ends the object: whose it is, and what it answers. */
static void put_tail(cg_buf *b, int id, cg_bytes extra, bool own_queue) {
  if (id && !own_queue) {
    cg_jsonw_key(b, "@client_id");
    cg_jsonw_i64(b, id);
  }
  if (extra.len) {
    cg_jsonw_key(b, "@extra");
    cg_buf_bytes(b, extra);
  }
  cg_jsonw_close(b, '}');
}

static cg_td_event *event_of(cg_buf *b) {
  cg_td_event *e = b->err ? NULL : cg_td_event_new(b->len);
  if (e) {
    memcpy(e->text, b->at, b->len);
    e->len = b->len;
  }
  cg_buf_wipe(b);
  return e;
}

/* The spare event becomes the error that memory is out. */
static cg_td_event *spare_of(cg_td_request *r) {
  cg_td_event *e = r->spare;
  char whose[TAIL] = "";
  r->spare = NULL;
  if (r->id && !cg_td_hub_own_queue(r->id))
    snprintf(whose, sizeof whose, ",\"@client_id\":%d", r->id);
  int len =
      snprintf(e->text, e->cap,
               "{\"@type\":\"error\",\"code\":500,\"message\":\"Out of memory\"%s%s%.*s}",
               whose, r->extra.len ? ",\"@extra\":" : "", (int)r->extra.len,
               r->extra.len ? (const char *)r->extra.at : "");
  e->len = (size_t)len < e->cap ? (size_t)len : strlen(e->text);
  return e;
}

void cg_td_answer(cg_td_request *r, cg_buf *object) {
  put_tail(object, r->id, r->extra, r->id && cg_td_hub_own_queue(r->id));
  cg_td_event *e = event_of(object);
  if (!e) e = spare_of(r);
  e->client = r->id;
  e->answers = true;
  if (!r->id) {
    r->answer = e;
    return;
  }
  cg_td_hub_give(e);
  cg_td_request_free(r);
}

void cg_td_update(int id, cg_buf *object) {
  put_tail(object, id, (cg_bytes){ 0 }, cg_td_hub_own_queue(id));
  cg_td_event *e = event_of(object);
  if (!e) return; /* the state can be asked for */
  e->client = id;
  cg_td_hub_give(e);
}

void cg_td_ok(cg_td_request *r) {
  cg_buf b = { 0 };
  cg_td_begin(&b, "ok");
  cg_td_answer(r, &b);
}

static void answer_error(cg_td_request *r, int code, const char *message) {
  cg_buf b = { 0 };
  cg_td_begin(&b, "error");
  cg_jsonw_key(&b, "code");
  cg_jsonw_i64(&b, code);
  cg_jsonw_key(&b, "message");
  cg_jsonw_string(&b, cg_bytes_of(message));
  cg_td_answer(r, &b);
}

void cg_td_error(cg_td_request *r, int code, const char *format, ...) {
  char message[400];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  answer_error(r, code, message);
}

/* 400 is the caller's fault, 500 that of the connection or the machine. */
void cg_td_failed(cg_td_request *r, const cg_fault *fault) {
  bool of_values = fault->err <= CG_E_TRUNCATED && fault->err >= CG_E_NO_VARIANT;
  bool of_caller = fault->err == CG_E_USAGE || fault->err == CG_E_REFUSED ||
                   fault->err == CG_E_LOCKED || fault->err == CG_E_CORRUPT ||
                   fault->err == CG_E_NOT_FOUND;
  answer_error(r, of_values || of_caller ? 400 : 500, fault->text);
}

/* A flood wait is told as TDLib tells it. */
void cg_td_refused(cg_td_request *r, const cg_rpc_error *error) {
  if (error->code == 420 && error->seconds > 0)
    cg_td_error(r, 429, "Too Many Requests: retry after %d", (int)error->seconds);
  else
    answer_error(r, (int)error->code, error->text);
}
