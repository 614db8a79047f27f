/* SPDX-License-Identifier: MIT */
/* lua_call.c - one call: arguments in, an answer or an error out; see lua_session.h. */
#include "lua_session.h"

#include "lua_value.h"
#include "mem.h"

#include <lauxlib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char scratch_tag[] = "centigram.scratch", error_tag[] = "centigram.error";

void cg_lua_set_tag(lua_State *L, const char *tag, const luaL_Reg *functions) {
  if (luaL_getmetatable(L, tag) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 6);
    luaL_setfuncs(L, functions, 0);
    lua_pushstring(L, tag);
    lua_setfield(L, -2, "__name"); /* in the texts of Lua's own errors */
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable"); /* scripts do not get at the functions */
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, tag);
  }
  lua_setmetatable(L, -2);
}

/* --- scratch ----------------------------------------------------------------- */

void cg_lua_scratch_free(cg_lua_scratch *scratch) {
  cg_arena_free(scratch->arena);
  cg_buf_wipe(&scratch->json);
  cg_dc_free(scratch->dc);
  cg_free(scratch->update);
  memset(scratch, 0, sizeof *scratch);
}

static int collect_scratch(lua_State *L) {
  cg_lua_scratch_free(luaL_checkudata(L, 1, scratch_tag));
  return 0;
}

cg_lua_scratch *cg_lua_scratch_new(lua_State *L) {
  static const luaL_Reg functions[] = { { "__gc", collect_scratch }, { NULL, NULL } };
  luaL_checkstack(L, 6, NULL);
  cg_lua_scratch *scratch = lua_newuserdatauv(L, sizeof *scratch, 0);
  memset(scratch, 0, sizeof *scratch);
  cg_lua_set_tag(L, scratch_tag, functions);
  scratch->arena = cg_arena_new(0);
  if (scratch->arena) return scratch;
  lua_pop(L, 1);
  return NULL;
}

/* --- errors ------------------------------------------------------------------ */

static int show_error(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_pushliteral(L, "error");
  if (lua_rawget(L, 1) != LUA_TSTRING) lua_pushliteral(L, "centigram error");
  return 1;
}

/* Pushes {error_code=, error=}; `seconds` if the server wants a wait. */
static int push_error(lua_State *L, const cg_lua_session *s, int32_t code,
                      const char *text, int32_t seconds) {
  static const luaL_Reg functions[] = { { "__tostring", show_error }, { NULL, NULL } };
  luaL_checkstack(L, 6, NULL);
  if (s && s->nil_errors) lua_pushnil(L);
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, code);
  lua_setfield(L, -2, "error_code");
  lua_pushstring(L, text);
  lua_setfield(L, -2, "error");
  if (seconds) {
    lua_pushinteger(L, seconds);
    lua_setfield(L, -2, "seconds");
  }
  cg_lua_set_tag(L, error_tag, functions);
  return s && s->nil_errors ? 2 : 1;
}

int cg_lua_fail(lua_State *L, const cg_lua_session *s, cg_err err, const char *text) {
  return push_error(L, s, (int32_t)err, text, 0);
}

int cg_lua_push_fault(lua_State *L, const cg_lua_session *s, const cg_fault *fault) {
  return push_error(L, s, (int32_t)fault->err, fault->text, 0);
}

int cg_lua_closed(lua_State *L, const cg_lua_session *s) {
  return cg_lua_fail(L, s, CG_E_CLOSED, "the session is closed");
}

int cg_lua_out_of_memory(lua_State *L, const cg_lua_session *s) {
  return cg_lua_fail(L, s, CG_E_MEMORY, cg_err_text(CG_E_MEMORY));
}

/* --- answers ----------------------------------------------------------------- */

/* Type of the elements of an answer that is a vector. */
static const char *element_type(const tl_obj *answer) {
  if (answer->id != TL_ID_vector) return NULL;
  switch (((const tl_vector *)(const void *)answer)->of) {
  case TL_OF_LONG: return "long";
  case TL_OF_BYTES: return "bytes";
  default: return "";
  }
}

static cg_err push_object(lua_State *L, cg_lua_scratch *scratch, const cg_result *result,
                          cg_fault *fault) {
  cg_bytes json = result->json;
  const cg_tl_schema *schema = cg_tl_api();
  if (!json.at) {
    cg_err err = cg_tl_to_json(schema, result->object, scratch->arena, &json, fault);
    if (err) return err;
  }
  cg_err err = cg_lua_push(L, schema, json, element_type(result->object), scratch->arena);
  return err ? cg_fail(fault, err, "the answer: %s", cg_err_text(err)) : CG_OK;
}

int cg_lua_answer(lua_State *L, const cg_lua_session *s, cg_lua_scratch *scratch,
                  cg_err err, const cg_result *result) {
  cg_fault fault = result->fault;
  const cg_rpc_error *error = &result->error;
  int n = 1;
  if (!err && error->code) {
    n = push_error(L, s, error->code, error->text, error->seconds);
  } else if (!err && !result->object) {
    lua_pushboolean(L, 1); /* a step that had nothing to ask for */
  } else if (err || push_object(L, scratch, result, &fault)) {
    n = cg_lua_push_fault(L, s, &fault);
  }
  cg_lua_scratch_free(scratch);
  return n;
}

/* The codec counts elements from 0, Lua from 1: moves the [N] of the path that the fault
 * begins with. */
static void count_from_one(cg_fault *fault) {
  char text[sizeof fault->text + 16], *end = strstr(fault->text, ": ");
  size_t n = 0;
  for (const char *at = fault->text; *at && n < sizeof fault->text; at++) {
    text[n++] = *at;
    if (*at != '[' || !end || at > end) continue;
    char *behind;
    unsigned long i = strtoul(at + 1, &behind, 10);
    if (*behind != ']' || behind == at + 1) continue;
    n += (size_t)snprintf(text + n, 16, "%lu", (i + 1) & UINT32_MAX);
    at = behind - 1;
  }
  text[n < sizeof fault->text ? n : sizeof fault->text - 1] = '\0';
  memcpy(fault->text, text, sizeof fault->text);
}

int cg_lua_call(lua_State *L, cg_lua_session *s, const char *method, int index) {
  cg_result result = { 0 };
  if (!s->client) return cg_lua_closed(L, s);
  if (lua_isnil(L, index)) {
    lua_newtable(L);
    lua_replace(L, index);
  }
  cg_lua_scratch *scratch = cg_lua_scratch_new(L);
  if (!scratch) return cg_lua_out_of_memory(L, s);
  cg_err err;
  if (lua_istable(L, index))
    err = cg_lua_read(L, index, cg_tl_api(), method, scratch->arena, &scratch->json,
                      &result.fault);
  else
    err = cg_fail(&result.fault, CG_E_USAGE,
                  "%s: one table of named fields is wanted, not "
                  "a %s",
                  method, luaL_typename(L, index));
  if (!err) {
    err = cg_call_json(s->client, method, cg_buf_view(&scratch->json), scratch->arena,
                       &result);
    if (err <= CG_E_TRUNCATED && err >= CG_E_NO_VARIANT) count_from_one(&result.fault);
  }
  return cg_lua_answer(L, s, scratch, err, &result);
}
