/* SPDX-License-Identifier: MIT */
/*
 * value_in.c - Lua values become JSON; see lua_value.h.
 *
 * Tables are read raw, so no code of the script runs on the way. What has the wrong type
 * is written as it is: the codec, which checks every field, then names it.
 */
#include "lua_value.h"

#include "json.h"
#include "octets.h"
#include "utf8.h"

#include <lauxlib.h>

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH = 60, SLOTS = 8 /* of the Lua stack, at each depth */ };

/* Where the reader is: a field, or an element if name is NULL. */
typedef struct place {
  const struct place *up;
  const char *name;
  lua_Integer index;
  int depth;
} place;

typedef struct {
  lua_State *L;
  const cg_tl_schema *s;
  cg_arena *arena;
  cg_buf *out;
  cg_fault *fault;
  cg_err err;
} reader;

static size_t write_place(const place *at, char *out, size_t size) {
  size_t n = at->up ? write_place(at->up, out, size) : 0;
  if (n >= size) return n;
  int more = at->name ? snprintf(out + n, size - n, "%s%s", n ? "." : "", at->name)
                      : snprintf(out + n, size - n, "[%lld]", (long long)at->index);
  return n + (more > 0 ? (size_t)more : 0);
}

/* Records "path: text"; always false. */
__attribute__((format(printf, 4, 5))) static bool
fail(reader *r, const place *at, cg_err err, const char *format, ...) {
  char path[120], text[120];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  write_place(at, path, sizeof path);
  r->err = cg_fail(r->fault, err, "%s: %s", path, text);
  return false;
}

bool cg_lua_is_keyword(const char *name) {
  static const char *const words[] = { "and",   "break",  "do",     "else",     "elseif",
                                       "end",   "false",  "for",    "function", "goto",
                                       "if",    "in",     "local",  "nil",      "not",
                                       "or",    "repeat", "return", "then",     "true",
                                       "until", "while" };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (!strcmp(name, words[i])) return true;
  return false;
}

/* --- plain values; the value is on top of the stack -------------------------- */

static bool put_number(reader *r, const place *at, const char *type) {
  int whole;
  lua_Integer i = lua_tointegerx(r->L, -1, &whole);
  double d = (double)lua_tonumber(r->L, -1);
  if (whole && (lua_isinteger(r->L, -1) || strcmp(type, "double")))
    cg_jsonw_i64(r->out, i);
  else if (isfinite(d))
    cg_jsonw_double(r->out, d);
  else
    return fail(r, at, CG_E_UNEXPECTED, "a finite number is wanted");
  return true;
}

static void put_quoted(reader *r, void (*spell)(cg_buf *, cg_bytes), cg_bytes v) {
  cg_buf *text = r->out;
  cg_jsonw_string(text, (cg_bytes){ 0 }); /* the commas, and "" to be filled */
  if (text->err) return;
  text->len--;
  spell(text, v);
  cg_buf_text(text, "\"");
}

static bool put_octets(reader *r, const place *at, cg_bytes v, size_t size) {
  if (v.len != size) return fail(r, at, CG_E_UNEXPECTED, "%zu bytes are wanted", size);
  put_quoted(r, cg_octets_hex, v);
  return true;
}

static bool put_string(reader *r, const place *at, const char *type) {
  cg_bytes v;
  v.at = (const uint8_t *)lua_tolstring(r->L, -1, &v.len);
  if (!strcmp(type, "int128")) return put_octets(r, at, v, 16);
  if (!strcmp(type, "int256")) return put_octets(r, at, v, 32);
  if (!strcmp(type, "bytes"))
    put_quoted(r, cg_octets_base64, v);
  else if (cg_utf8_valid(v))
    cg_jsonw_string(r->out, v);
  else
    return fail(r, at, CG_E_MALFORMED, "the text is not UTF-8");
  return true;
}

/* --- what is left out ------------------------------------------------------- */

static bool is_scalar(const char *type) {
  return (*type >= 'a' && *type <= 'z' && !strchr(type, '.')) || !strcmp(type, "Bool");
}

/* The first word of the only definition of `name`, or NULL: a type with one constructor
 * leads to that. `result` (may be NULL) is what must stand at the end of the line. */
static const char *only_line(reader *r, const char *name, const char *result) {
  cg_bytes text;
  cg_err err = cg_tl_describe(r->s, name, r->arena, &text, NULL);
  if (err == CG_E_MEMORY) r->err = cg_fail(r->fault, err, "%s", cg_err_text(err));
  if (err) return NULL;
  char *line = (char *)(uintptr_t)text.at, *end = strstr(line, " = ");
  if (!end || strchr(line, '\n') || (result && strcmp(end + 3, result))) return NULL;
  line[strcspn(line, "#")] = '\0';
  return line;
}

/* Writes what stands for an object of `type` that was not given, if there is one. */
static void put_empty(reader *r, const cg_tl_field *f) {
  char name[80];
  int n = snprintf(name, sizeof name, "%sEmpty", f->type);
  char *first = strrchr(name, '.') ? strrchr(name, '.') + 1 : name;
  if (n < 0 || (size_t)n >= sizeof name || *first < 'A' || *first > 'Z') return;
  *first = (char)(*first - 'A' + 'a');
  if (!cg_tl_constructor_id(r->s, name) || !only_line(r, name, f->type)) return;
  cg_jsonw_key(r->out, f->name);
  cg_jsonw_open(r->out, '{');
  cg_jsonw_key(r->out, "_");
  cg_jsonw_string(r->out, cg_bytes_of(name));
  cg_jsonw_close(r->out, '}');
}

/* Fields that the library fills by what it knows or draws. */
static bool is_filled(const char *name) {
  return !strcmp(name, "api_id") || !strcmp(name, "api_hash") ||
         !strcmp(name, "random_id");
}

static void put_default(reader *r, const cg_tl_field *f) {
  if (f->optional || f->vector || is_filled(f->name)) return;
  if (!is_scalar(f->type)) {
    put_empty(r, f);
    return;
  }
  bool text = !strcmp(f->type, "string") || !strcmp(f->type, "bytes");
  bool number =
      !strcmp(f->type, "int") || !strcmp(f->type, "long") || !strcmp(f->type, "double");
  if (!text && !number && strcmp(f->type, "Bool")) return;
  cg_jsonw_key(r->out, f->name);
  if (text)
    cg_jsonw_string(r->out, (cg_bytes){ 0 });
  else if (number)
    cg_jsonw_i64(r->out, 0);
  else
    cg_jsonw_bool(r->out, false);
}

/* --- objects ---------------------------------------------------------------- */

static bool read_value(reader *r, const place *at, const cg_tl_field *f);

/* True if the table on top of the stack has something by that name. */
static bool has_key(reader *r, const char *name) {
  lua_pushstring(r->L, name);
  bool there = lua_rawget(r->L, -2) != LUA_TNIL;
  lua_pop(r->L, 1);
  return there;
}

static bool is_given(reader *r, const char *name) {
  char alias[16];
  if (has_key(r, name)) return true;
  if (!cg_lua_is_keyword(name)) return false;
  snprintf(alias, sizeof alias, "%s_", name);
  return has_key(r, alias);
}

/* True if `key` is the spelling of `name` for words that are Lua's own. */
static bool is_alias(const char *key, const char *name) {
  size_t n = strlen(name);
  return !strncmp(key, name, n) && !strcmp(key + n, "_") && cg_lua_is_keyword(name);
}

static bool find_field(const reader *r, uint32_t id, const char *key, cg_tl_field *f) {
  for (unsigned i = 0; cg_tl_field_at(r->s, id, i, f); i++)
    if (!strcmp(f->name, key) || is_alias(key, f->name)) return true;
  return false;
}

/* One field: its key is below its value, which is on top; the table is below both. */
static bool read_field(reader *r, const place *at, uint32_t id) {
  cg_tl_field f;
  size_t len;
  if (lua_type(r->L, -2) != LUA_TSTRING)
    return fail(r, at, CG_E_UNEXPECTED, "a table of named fields is wanted, not a list");
  const char *key = lua_tolstring(r->L, -2, &len);
  if (!strcmp(key, "_")) return true;
  if (strlen(key) != len || !cg_utf8_valid((cg_bytes){ (const uint8_t *)key, len }))
    return fail(r, at, CG_E_UNKNOWN_NAME, "the name of a field is not text");
  if (!find_field(r, id, key, &f)) {
    cg_jsonw_key(r->out, key); /* the codec lists the fields that there are */
    cg_jsonw_null(r->out);
    return true;
  }
  if (strcmp(key, f.name)) {
    lua_pushvalue(r->L, -3);
    bool both = has_key(r, f.name);
    lua_pop(r->L, 1);
    if (both) return true; /* an answer that is sent back has both spellings */
  }
  place here = { at, f.name, 0, at->depth + 1 };
  cg_jsonw_key(r->out, f.name);
  return read_value(r, &here, &f);
}

/* The fields of the definition `id` (0: unknown) from the table on top. */
static bool read_fields(reader *r, const place *at, uint32_t id) {
  cg_tl_field f;
  luaL_checkstack(r->L, SLOTS, "too many nested tables");
  for (lua_pushnil(r->L); lua_next(r->L, -2); lua_pop(r->L, 1))
    if (!read_field(r, at, id)) return false;
  for (unsigned i = 0; cg_tl_field_at(r->s, id, i, &f); i++)
    if (!is_given(r, f.name)) put_default(r, &f);
  return !r->err;
}

/* The table on top, where an object of `type` is wanted. */
static bool read_object(reader *r, const place *at, const char *type) {
  const char *name = NULL;
  lua_pushliteral(r->L, "_");
  int kind = lua_rawget(r->L, -2);
  if (kind == LUA_TSTRING) name = lua_tostring(r->L, -1);
  lua_pop(r->L, 1); /* the table keeps it alive */
  if (kind != LUA_TSTRING && kind != LUA_TNIL)
    return fail(r, at, CG_E_UNEXPECTED, "\"_\" is the name of a constructor");
  cg_jsonw_open(r->out, '{');
  if (name) {
    cg_jsonw_key(r->out, "_");
    cg_jsonw_string(r->out, cg_bytes_of(name));
  } else {
    name = only_line(r, type, NULL);
  }
  if (r->err) return false;
  uint32_t id = name ? cg_tl_constructor_id(r->s, name) : 0;
  if (name && !strcmp(type, "!X")) id = cg_tl_method_id(r->s, name);
  if (id && !read_fields(r, at, id)) return false;
  cg_jsonw_close(r->out, '}');
  return true;
}

/* True if the table on top is a list: nothing in it but 1 to its length. */
static bool is_list(lua_State *L) {
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) count++;
  return count == lua_rawlen(L, -1);
}

static bool read_list(reader *r, const place *at, const cg_tl_field *f) {
  const cg_tl_field element = { f->name, f->type, false, false };
  luaL_checkstack(r->L, SLOTS, "too many nested tables");
  if (!is_list(r->L))
    return fail(r, at, CG_E_UNEXPECTED, "a list is wanted: values from 1 on, no names");
  lua_Integer len = (lua_Integer)lua_rawlen(r->L, -1);
  cg_jsonw_open(r->out, '[');
  for (lua_Integer i = 1; i <= len; i++) {
    place here = { at, NULL, i, at->depth + 1 };
    lua_rawgeti(r->L, -1, i);
    if (!read_value(r, &here, &element)) return false;
    lua_pop(r->L, 1);
  }
  cg_jsonw_close(r->out, ']');
  return true;
}

static bool read_table(reader *r, const place *at, const cg_tl_field *f) {
  if (at->depth >= DEPTH) return fail(r, at, CG_E_LIMIT, "tables are nested too deep");
  if (f->vector) return read_list(r, at, f);
  if (!is_scalar(f->type)) return read_object(r, at, f->type);
  return fail(r, at, CG_E_UNEXPECTED, "a value of type %s is wanted, not a table",
              f->type);
}

static bool read_value(reader *r, const place *at, const cg_tl_field *f) {
  switch (lua_type(r->L, -1)) {
  case LUA_TBOOLEAN: cg_jsonw_bool(r->out, lua_toboolean(r->L, -1)); return true;
  case LUA_TNUMBER: return put_number(r, at, f->type);
  case LUA_TSTRING: return put_string(r, at, f->type);
  case LUA_TTABLE: return read_table(r, at, f);
  default:
    return fail(r, at, CG_E_UNEXPECTED, "a %s has no place here",
                luaL_typename(r->L, -1));
  }
}

cg_err cg_lua_read(lua_State *L, int index, const cg_tl_schema *s, const char *method,
                   cg_arena *arena, cg_buf *out, cg_fault *fault) {
  reader r = { .L = L, .s = s, .arena = arena, .out = out, .fault = fault };
  place at = { NULL, method, 0, 0 };
  uint32_t id = cg_tl_method_id(s, method);
  int top = lua_gettop(L);
  luaL_checkstack(L, SLOTS, NULL);
  lua_pushvalue(L, index);
  cg_jsonw_open(out, '{');
  if (id) read_fields(&r, &at, id);
  cg_jsonw_close(out, '}');
  lua_settop(L, top);
  if (!r.err && out->err) r.err = cg_fail(fault, out->err, "%s", cg_err_text(out->err));
  return r.err;
}
