/* SPDX-License-Identifier: MIT */
/*
 * value_out.c - JSON becomes Lua values; see lua_value.h. The text comes from the
 * library's own writer: "_" is the first key of every object.
 */
#include "lua_value.h"

#include "json.h"
#include "octets.h"

#include <lauxlib.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 6 };

typedef struct {
  lua_State *L;
  const cg_tl_schema *s;
  cg_arena *arena;
  cg_json j;
} pusher;

static cg_err push_value(pusher *p, const char *type);

static void push_bytes(lua_State *L, cg_bytes v) {
  lua_pushlstring(L, (const char *)v.at, v.len);
}

static cg_err push_string(pusher *p, const char *type) {
  cg_bytes text;
  cg_err err = CG_OK;
  if (!cg_json_string(&p->j, &text)) return p->j.err;
  if (!strcmp(type, "long")) {
    /* the quote behind the digits ends the number */
    lua_pushinteger(p->L, strtoll((const char *)text.at, NULL, 10));
    return CG_OK;
  }
  if (!strcmp(type, "bytes"))
    err = cg_octets_of_base64(text, p->arena, &text);
  else if (!strcmp(type, "int128") || !strcmp(type, "int256"))
    err = cg_octets_of_hex(text, p->arena, &text);
  if (!err) push_bytes(p->L, text);
  return err;
}

static cg_err push_number(pusher *p, const char *type) {
  int64_t i;
  double d;
  if (!strcmp(type, "double")) {
    if (!cg_json_double(&p->j, &d)) return p->j.err;
    lua_pushnumber(p->L, d);
  } else {
    if (!cg_json_i64(&p->j, &i)) return p->j.err;
    lua_pushinteger(p->L, i);
  }
  return CG_OK;
}

static cg_err push_list(pusher *p, const char *type) {
  cg_err err = CG_OK;
  if (!cg_json_array(&p->j)) return p->j.err;
  lua_newtable(p->L);
  for (lua_Integer i = 1; !err && cg_json_item(&p->j); i++) {
    err = push_value(p, type);
    if (!err) lua_rawseti(p->L, -2, i);
  }
  return err ? err : p->j.err;
}

/* The field `key`, looked for from the place behind the one that was found last. */
static const char *type_of(const pusher *p, uint32_t id, unsigned *from, cg_bytes key) {
  cg_tl_field f;
  for (int pass = 0; pass < 2; pass++, *from = 0)
    for (; cg_tl_field_at(p->s, id, *from, &f); ++*from)
      if (cg_bytes_equal(key, cg_bytes_of(f.name))) {
        ++*from;
        return f.type;
      }
  return NULL;
}

/* Sets the value on top as the field `key` of the table below it. */
static void set_field(lua_State *L, const char *key) {
  char alias[16];
  if (cg_lua_is_keyword(key)) {
    snprintf(alias, sizeof alias, "%s_", key);
    lua_pushstring(L, alias);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
  }
  lua_pushstring(L, key);
  lua_insert(L, -2);
  lua_rawset(L, -3);
}

static cg_err push_field(pusher *p, uint32_t id, unsigned *from, cg_bytes key) {
  const char *type = type_of(p, id, from, key);
  cg_bytes name = cg_arena_copy(p->arena, key);
  if (!name.at) return CG_E_MEMORY;
  if (!type) return CG_E_MALFORMED;
  cg_err err = push_value(p, type);
  if (!err) set_field(p->L, (const char *)name.at);
  return err;
}

/* Sets "_" of the table on top, which stands next, and finds the definition. */
static cg_err push_name(pusher *p, uint32_t *id) {
  cg_bytes key, name;
  if (!cg_json_key(&p->j, &key) || !cg_bytes_equal(key, CG_LIT("_")) ||
      !cg_json_string(&p->j, &name))
    return p->j.err ? p->j.err : CG_E_MALFORMED;
  push_bytes(p->L, name);
  *id = cg_tl_constructor_id(p->s, lua_tostring(p->L, -1));
  if (!*id) *id = cg_tl_method_id(p->s, lua_tostring(p->L, -1));
  lua_setfield(p->L, -2, "_");
  return CG_OK;
}

static cg_err push_object(pusher *p) {
  cg_bytes key;
  uint32_t id;
  unsigned from = 0;
  if (!cg_json_object(&p->j)) return p->j.err;
  lua_newtable(p->L);
  cg_err err = push_name(p, &id);
  while (!err && cg_json_key(&p->j, &key)) err = push_field(p, id, &from, key);
  return err ? err : p->j.err;
}

static cg_err push_value(pusher *p, const char *type) {
  bool v;
  luaL_checkstack(p->L, SLOTS, "too many nested objects");
  switch (cg_json_peek(&p->j)) {
  case CG_JSON_STRING: return push_string(p, type);
  case CG_JSON_NUMBER: return push_number(p, type);
  case CG_JSON_ARRAY: return push_list(p, type);
  case CG_JSON_OBJECT: return push_object(p);
  case CG_JSON_BOOL:
    if (!cg_json_bool(&p->j, &v)) return p->j.err;
    lua_pushboolean(p->L, v);
    return CG_OK;
  default: /* a double that is no number */
    if (!cg_json_null(&p->j)) return p->j.err;
    lua_pushnumber(p->L, (lua_Number)NAN);
    return CG_OK;
  }
}

cg_err cg_lua_push(lua_State *L, const cg_tl_schema *s, cg_bytes json,
                   const char *element, cg_arena *arena) {
  pusher p = { .L = L, .s = s, .arena = arena };
  int top = lua_gettop(L);
  cg_json_init(&p.j, json, arena);
  cg_err err = push_value(&p, element ? element : "");
  if (!err) err = cg_json_end(&p.j);
  if (err) lua_settop(L, top);
  return err;
}
