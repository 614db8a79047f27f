/* SPDX-License-Identifier: MIT */
/*
 * gateway_params.c - see gateway_params.h for the contract.
 *
 * Values are rewritten, never checked: what does not fit is left as it came, and the
 * codec then says what is wrong with it, by the name of the field.
 */
#include "gateway_params.h"

#include "json.h"
#include "mem.h"
#include "multipart.h"
#include "url.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef struct {
  const cg_tl_schema *s;
  cg_arena *arena;
  cg_buf *out;
} writer;

/* --- gathering -------------------------------------------------------------------- */

typedef struct {
  cg_arena *arena;
  cg_param *at;
  size_t count, cap;
} gathering;

/* "data[name]" is another way to write "name". */
static cg_bytes unfold(cg_bytes name) {
  if (name.len > 6 && !memcmp(name.at, "data[", 5) && name.at[name.len - 1] == ']')
    return (cg_bytes){ name.at + 5, name.len - 6 };
  return name;
}

static bool grow(gathering *g) {
  size_t cap = g->cap ? g->cap * 2 : 8;
  cg_param *at = cg_arena_alloc(g->arena, cap * sizeof *at);
  if (!at) return false;
  if (g->count) memcpy(at, g->at, g->count * sizeof *at);
  g->at = at;
  g->cap = cap;
  return true;
}

static cg_err gather(gathering *g, cg_bytes name, cg_bytes value, bool json) {
  name = unfold(name);
  for (size_t i = 0; i < g->count; i++)
    if (cg_bytes_equal(g->at[i].name, name)) {
      g->at[i] = (cg_param){ name, value, json };
      return CG_OK;
    }
  if (g->count == CG_PARAMS_MOST) return CG_E_LIMIT;
  if (g->count == g->cap && !grow(g)) return CG_E_MEMORY;
  g->at[g->count++] = (cg_param){ name, value, json };
  return CG_OK;
}

static cg_err gather_query(gathering *g, const cg_http_request *rq) {
  cg_err err = CG_OK;
  for (size_t i = 0; !err && i < rq->param_count; i++)
    err = gather(g, cg_bytes_of(rq->params[i].name), cg_bytes_of(rq->params[i].value),
                 false);
  return err;
}

static cg_err gather_json(gathering *g, cg_bytes text) {
  cg_json j;
  cg_bytes key, value;
  cg_err err = CG_OK;
  cg_json_init(&j, text, g->arena);
  if (cg_json_object(&j))
    while (!err && cg_json_key(&j, &key))
      if (cg_json_raw(&j, &value)) err = gather(g, key, value, true);
  return err ? err : cg_json_end(&j);
}

static cg_err gather_form(gathering *g, cg_bytes body) {
  cg_http_request rq = { 0 };
  if (memchr(body.at, 0, body.len)) return CG_E_MALFORMED;
  char *target = cg_arena_alloc(g->arena, body.len + 3);
  if (!target) return CG_E_MEMORY;
  memcpy(target, "/?", 2);
  memcpy(target + 2, body.at, body.len);
  cg_err err = cg_url_parse(target, g->arena, &rq);
  return err ? err : gather_query(g, &rq);
}

static cg_err gather_multipart(gathering *g, const cg_http_request *rq) {
  cg_multipart m;
  cg_bytes name, value;
  cg_err err = CG_OK;
  cg_multipart_begin(&m, rq->content_type, rq->body);
  while (!err && cg_multipart_next(&m, &name, &value))
    err = value.len && memchr(value.at, 0, value.len) ? CG_E_MALFORMED
                                                      : gather(g, name, value, false);
  return err ? err : m.err;
}

static bool is_type(const cg_http_request *rq, const char *type) {
  size_t len = rq->content_type ? strcspn(rq->content_type, "; \t") : 0;
  return len == strlen(type) && !strncasecmp(rq->content_type, type, len);
}

/* Many send JSON under the type that their tool puts there by itself. */
static cg_err gather_body(gathering *g, const cg_http_request *rq) {
  bool form = is_type(rq, "application/x-www-form-urlencoded");
  bool json = is_type(rq, "application/json");
  size_t at = 0;
  if (is_type(rq, "multipart/form-data")) return gather_multipart(g, rq);
  while (at < rq->body.len && strchr(" \t\r\n", rq->body.at[at])) at++;
  if (at == rq->body.len) return CG_OK;
  if (json || rq->body.at[at] == '{') return gather_json(g, rq->body);
  return form || !rq->content_type ? gather_form(g, rq->body) : CG_E_UNEXPECTED;
}

/* An object called "data" holds further parameters. */
static cg_err gather_data(gathering *g) {
  cg_params p = { g->at, g->count };
  const cg_param *data = cg_params_find(&p, "data");
  cg_json j;
  if (!data) return CG_OK;
  cg_json_init(&j, data->value, g->arena);
  return cg_json_peek(&j) == CG_JSON_OBJECT ? gather_json(g, data->value) : CG_OK;
}

static cg_err told(cg_err err, cg_fault *fault) {
  if (!err) return CG_OK;
  if (err == CG_E_REFUSED) return cg_fail(fault, CG_E_USAGE, "files are not taken");
  return cg_fail(fault, err, "%s",
                 err == CG_E_MEMORY       ? "out of memory"
                 : err == CG_E_LIMIT      ? "too many parameters"
                 : err == CG_E_UNEXPECTED ? "the body must be JSON or a form"
                                          : "the parameters cannot be parsed");
}

cg_err cg_params_read(const cg_http_request *rq, cg_arena *arena, cg_params *out,
                      cg_fault *fault) {
  gathering g = { .arena = arena };
  cg_err err = gather_query(&g, rq);
  if (!err) err = gather_body(&g, rq);
  if (!err) err = gather_data(&g);
  *out = (cg_params){ g.at, g.count };
  return told(err, fault);
}

cg_err cg_params_of_json(cg_bytes json, cg_arena *arena, cg_params *out,
                         cg_fault *fault) {
  gathering g = { .arena = arena };
  cg_err err = gather_json(&g, json);
  *out = (cg_params){ g.at, g.count };
  return told(err, fault);
}

const cg_param *cg_params_find(const cg_params *p, const char *name) {
  for (size_t i = 0; i < p->count; i++)
    if (cg_bytes_equal(p->at[i].name, cg_bytes_of(name))) return p->at + i;
  return NULL;
}

/* --- single values ---------------------------------------------------------------- */

/* The kind of `text` if it is one whole JSON value, else NONE. */
static cg_json_kind kind_of(cg_bytes text, cg_arena *arena) {
  cg_json j;
  cg_json_init(&j, text, arena);
  cg_json_kind kind = cg_json_peek(&j);
  cg_json_skip(&j);
  return cg_json_end(&j) ? CG_JSON_NONE : kind;
}

/* The text inside a JSON string. */
static cg_bytes inside(cg_bytes json, cg_arena *arena) {
  cg_json j;
  cg_bytes text = { 0 };
  cg_json_init(&j, json, arena);
  cg_json_string(&j, &text);
  return text;
}

const char *cg_params_text(const cg_params *p, const char *name, cg_arena *arena) {
  const cg_param *param = cg_params_find(p, name);
  if (!param) return NULL;
  cg_json_kind kind = kind_of(param->value, arena);
  cg_bytes text = param->value;
  if (kind == CG_JSON_STRING)
    text = inside(text, arena);
  else if (param->json && kind != CG_JSON_NUMBER && kind != CG_JSON_BOOL)
    return NULL;
  if (text.len && memchr(text.at, 0, text.len)) return NULL;
  return (const char *)cg_arena_copy(arena, text).at;
}

/* --- rewriting -------------------------------------------------------------------- */

static void write_raw(cg_buf *b, cg_bytes json) {
  uint8_t last = b->len ? b->at[b->len - 1] : 0;
  if (last && !strchr("{[:", last)) cg_buf_put(b, ",", 1);
  cg_buf_bytes(b, json);
}

static void write_value(writer *w, const cg_tl_field *f, cg_bytes json);

static bool is_text(const cg_tl_field *f) {
  return !strcmp(f->type, "string") || !strcmp(f->type, "bytes");
}

static bool is_number(const cg_tl_field *f) {
  return !strcmp(f->type, "int") || !strcmp(f->type, "long") ||
         !strcmp(f->type, "double");
}

static bool is_bool(const cg_tl_field *f) {
  return !strcmp(f->type, "Bool") || !strcmp(f->type, "true");
}

/* Fields that the codec fills by itself. */
static bool is_filled(const cg_tl_field *f) {
  static const char *const names[] = { "api_id", "api_hash", "random_id", NULL };
  for (const char *const *n = names; *n; n++)
    if (!strcmp(f->name, *n)) return true;
  return f->vector || f->type[0] == '!';
}

/* The constructor that stands for nothing: of User userEmpty, of InputUser
 * inputUserEmpty, of Foo inputFooEmpty. */
static bool empty_of(const cg_tl_schema *s, const char *type, char name[128]) {
  const char *dot = strrchr(type, '.');
  int space = dot ? (int)(dot - type) + 1 : 0;
  static const char *const forms[] = { "", "input" };
  for (size_t i = 0; i < 2; i++) {
    int len = snprintf(name, 128, "%.*s%s%sEmpty", space, type, forms[i], type + space);
    if (len >= 128) return false;
    if (!i) name[space] = (char)(name[space] | 0x20);
    if (cg_tl_constructor_id(s, name)) return true;
  }
  return false;
}

static void write_missing(writer *w, const cg_tl_field *f) {
  char name[128];
  if (f->optional || is_filled(f)) return;
  bool object = !is_text(f) && !is_number(f) && !is_bool(f);
  if (object && !empty_of(w->s, f->type, name)) return;
  cg_jsonw_key(w->out, f->name);
  if (is_text(f))
    cg_jsonw_string(w->out, (cg_bytes){ 0 });
  else if (is_number(f))
    cg_jsonw_i64(w->out, 0);
  else if (is_bool(f))
    cg_jsonw_bool(w->out, false);
  if (!object) return;
  cg_jsonw_open(w->out, '{');
  cg_jsonw_key(w->out, "_");
  cg_jsonw_string(w->out, cg_bytes_of(name));
  cg_jsonw_close(w->out, '}');
}

/* The fields of a definition, each from `p` or with its empty value. */
static void write_fields(writer *w, uint32_t id, const cg_params *p) {
  cg_tl_field f;
  for (unsigned i = 0; cg_tl_field_at(w->s, id, i, &f); i++) {
    const cg_param *param = cg_params_find(p, f.name);
    if (!param) {
      write_missing(w, &f);
      continue;
    }
    cg_jsonw_key(w->out, f.name);
    cg_json_kind kind = param->json ? CG_JSON_OBJECT : kind_of(param->value, w->arena);
    if (kind == CG_JSON_NONE ||
        (kind != CG_JSON_STRING && is_text(&f) && !f.vector && !param->json)) {
      cg_buf quoted = { 0 };
      cg_jsonw_string(&quoted, param->value);
      write_value(w, &f, cg_arena_copy(w->arena, cg_buf_view(&quoted)));
      if (quoted.err) w->out->err = quoted.err;
      cg_buf_wipe(&quoted);
    } else {
      write_value(w, &f, param->value);
    }
  }
}

/* The object that `json` describes, its own fields looked at in the same way. */
static void write_object(writer *w, cg_bytes json) {
  cg_params p;
  cg_err err = cg_params_of_json(json, w->arena, &p, NULL);
  const char *name = err ? NULL : cg_params_text(&p, "_", w->arena);
  uint32_t id = name ? cg_tl_constructor_id(w->s, name) : 0;
  if (!id) {
    write_raw(w->out, json);
    return;
  }
  cg_jsonw_open(w->out, '{');
  cg_jsonw_key(w->out, "_");
  cg_jsonw_string(w->out, cg_bytes_of(name));
  write_fields(w, id, &p);
  cg_jsonw_close(w->out, '}');
}

static void write_array(writer *w, const cg_tl_field *f, cg_bytes json) {
  cg_json j;
  cg_bytes item;
  cg_tl_field of = { f->name, f->type, false, false };
  cg_json_init(&j, json, w->arena);
  cg_json_array(&j);
  cg_jsonw_open(w->out, '[');
  while (cg_json_item(&j))
    if (cg_json_raw(&j, &item)) write_value(w, &of, item);
  cg_jsonw_close(w->out, ']');
}

/* {"_":"bytes","bytes":"<base64>"} is MadelineProto's way to write bytes. */
static void write_text(writer *w, const cg_tl_field *f, cg_bytes json,
                       cg_json_kind kind) {
  cg_params p;
  if (kind == CG_JSON_NUMBER || kind == CG_JSON_BOOL) {
    cg_jsonw_string(w->out, json);
    return;
  }
  if (kind == CG_JSON_OBJECT && !strcmp(f->type, "bytes") &&
      !cg_params_of_json(json, w->arena, &p, NULL)) {
    const char *text = cg_params_text(&p, "bytes", w->arena);
    if (text) {
      cg_jsonw_string(w->out, cg_bytes_of(text));
      return;
    }
  }
  write_raw(w->out, json);
}

static void write_number(writer *w, cg_bytes json, cg_json_kind kind) {
  cg_bytes text = kind == CG_JSON_STRING ? inside(json, w->arena) : json;
  write_raw(w->out, kind_of(text, w->arena) == CG_JSON_NUMBER ? text : json);
}

static void write_bool(writer *w, cg_bytes json, cg_json_kind kind) {
  static const struct {
    const char *text;
    bool value;
  } words[] = {
    { "1", true }, { "true", true }, { "0", false }, { "false", false }, { "", false }
  };
  cg_bytes text = kind == CG_JSON_STRING ? inside(json, w->arena) : json;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (cg_bytes_equal(text, cg_bytes_of(words[i].text))) {
      cg_jsonw_bool(w->out, words[i].value);
      return;
    }
  write_raw(w->out, json);
}

static void write_value(writer *w, const cg_tl_field *f, cg_bytes json) {
  cg_json_kind kind = kind_of(json, w->arena);
  if (kind == CG_JSON_NULL)
    write_raw(w->out, json);
  else if (f->vector && kind == CG_JSON_ARRAY)
    write_array(w, f, json);
  else if (f->vector)
    write_raw(w->out, json);
  else if (is_text(f))
    write_text(w, f, json, kind);
  else if (is_number(f))
    write_number(w, json, kind);
  else if (is_bool(f))
    write_bool(w, json, kind);
  else if (kind == CG_JSON_OBJECT)
    write_object(w, json);
  else
    write_raw(w->out, json);
}

static cg_err finish(cg_buf *b, cg_arena *arena, cg_bytes *out) {
  *out = b->err ? (cg_bytes){ 0 } : cg_arena_copy(arena, cg_buf_view(b));
  cg_err err = b->err ? b->err : out->at ? CG_OK : CG_E_MEMORY;
  cg_buf_wipe(b);
  return err;
}

cg_err cg_params_call(const cg_tl_schema *s, uint32_t method, const cg_params *p,
                      cg_arena *arena, cg_bytes *out) {
  cg_buf b = { 0 };
  writer w = { s, arena, &b };
  cg_jsonw_open(&b, '{');
  write_fields(&w, method, p);
  cg_jsonw_close(&b, '}');
  return finish(&b, arena, out);
}

/* --- answers ---------------------------------------------------------------------- */

static void copy_value(writer *w, cg_json *j, const char *type);

/* The type of the field `key` of what is called `name`; "" if there is none. */
static const char *type_of(const cg_tl_schema *s, uint32_t id, cg_bytes key) {
  cg_tl_field f;
  for (unsigned i = 0; cg_tl_field_at(s, id, i, &f); i++)
    if (cg_bytes_equal(key, cg_bytes_of(f.name))) return f.type;
  return "";
}

/* Our own answers begin each object with its "_". */
static void copy_object(writer *w, cg_json *j) {
  cg_bytes key, name;
  uint32_t id = 0;
  cg_json_object(j);
  cg_jsonw_open(w->out, '{');
  while (cg_json_key(j, &key)) {
    cg_bytes text = cg_arena_copy(w->arena, key);
    if (!text.at) w->out->err = CG_E_MEMORY;
    cg_jsonw_key(w->out, text.at ? (const char *)text.at : "");
    if (!cg_bytes_equal(key, CG_LIT("_"))) {
      copy_value(w, j, type_of(w->s, id, key));
      continue;
    }
    cg_json_string(j, &name);
    cg_bytes c = cg_arena_copy(w->arena, name);
    if (c.at) id = cg_tl_constructor_id(w->s, (const char *)c.at);
    cg_jsonw_string(w->out, name);
  }
  cg_jsonw_close(w->out, '}');
}

static void copy_string(writer *w, cg_json *j, const char *type) {
  const int64_t limit = INT64_C(1) << 53;
  cg_bytes text;
  int64_t v;
  if (!cg_json_string(j, &text)) return;
  cg_json number;
  cg_json_init(&number, text, w->arena);
  if (!strcmp(type, "long") && cg_json_i64(&number, &v) && !cg_json_end(&number) &&
      v < limit && v > -limit)
    cg_jsonw_i64(w->out, v);
  else
    cg_jsonw_string(w->out, text);
}

static void copy_value(writer *w, cg_json *j, const char *type) {
  cg_bytes raw;
  switch (cg_json_peek(j)) {
  case CG_JSON_OBJECT: copy_object(w, j); break;
  case CG_JSON_STRING: copy_string(w, j, type); break;
  case CG_JSON_ARRAY:
    cg_json_array(j);
    cg_jsonw_open(w->out, '[');
    while (cg_json_item(j)) copy_value(w, j, type);
    cg_jsonw_close(w->out, ']');
    break;
  default:
    if (cg_json_raw(j, &raw)) write_raw(w->out, raw);
    break;
  }
}

cg_err cg_params_small_longs(const cg_tl_schema *s, cg_bytes json, bool longs,
                             cg_arena *arena, cg_bytes *out) {
  cg_buf b = { 0 };
  cg_json j;
  writer w = { s, arena, &b };
  cg_json_init(&j, json, arena);
  copy_value(&w, &j, longs ? "long" : "");
  cg_err err = cg_json_end(&j);
  if (err && !b.err) b.err = err;
  return finish(&b, arena, out);
}
