/* SPDX-License-Identifier: MIT */
/* lua_module.c - require "centigram": opens sessions of a script's own. */
#include "lua_session.h"

#include <lauxlib.h>

#include <stdio.h>
#include <string.h>

typedef struct {
  const char *dc;
  cg_client_options client;
} options;

static bool take_text(lua_State *L, const char **to) {
  *to = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  return *to;
}

static bool take_id(lua_State *L, int32_t *to) {
  int whole;
  lua_Integer v = lua_tointegerx(L, -1, &whole);
  if (!whole || v <= 0 || v > INT32_MAX) return false;
  *to = (int32_t)v;
  return true;
}

static bool take_timeout(lua_State *L, int *ms) {
  lua_Number v = lua_tonumber(L, -1);
  if (!(v > 0) || v > 1e6) return false;
  *ms = (int)(v * 1000);
  return true;
}

/* The option `name` from the value on top; false if it has the wrong type. */
static bool take_option(lua_State *L, const char *name, options *o, bool *known) {
  const struct {
    const char *name, **to;
  } texts[] = {
    { "dc", &o->dc },
    { "session", &o->client.session },
    { "api_hash", &o->client.api_hash },
    { "device_model", &o->client.device_model },
    { "system_version", &o->client.system_version },
    { "app_version", &o->client.app_version },
    { "lang_code", &o->client.lang_code },
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (!strcmp(texts[i].name, name)) return take_text(L, texts[i].to);
  if (!strcmp(name, "api_id")) return take_id(L, &o->client.api_id);
  if (!strcmp(name, "timeout")) return take_timeout(L, &o->client.timeout_ms);
  *known = false;
  return false;
}

/* The options from the table at 1, which keeps their texts alive. */
static cg_err take_options(lua_State *L, options *o, cg_fault *fault) {
  if (!lua_istable(L, 1))
    return cg_fail(fault, CG_E_USAGE, "open: a table of options is wanted");
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    bool known = true;
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    if (take_option(L, name, o, &known)) continue;
    return cg_fail(fault, CG_E_USAGE,
                   known ? "open: %s: a value of another type is wanted"
                         : "open: no option \"%.60s\"",
                   name);
  }
  return o->dc ? CG_OK : cg_fail(fault, CG_E_MISSING, "open: dc: is missing");
}

/* open{dc=, session=, ...}: a session, or nil and the error. */
static int open_session(lua_State *L) {
  options o = { 0 };
  cg_fault fault = { 0 };
  lua_settop(L, 1);
  cg_err err = take_options(L, &o, &fault);
  cg_lua_scratch *scratch = err ? NULL : cg_lua_scratch_new(L);
  if (!err && !scratch) err = cg_fail(&fault, CG_E_MEMORY, "out of memory");
  if (!err) err = cg_dc_load(&scratch->dc, o.dc, &fault);
  if (!err) {
    o.client.dc = scratch->dc;
    err = cg_lua_open(L, &o.client, &fault);
  }
  if (scratch) cg_lua_scratch_free(scratch);
  if (!err) return 1;
  lua_pushnil(L);
  return 1 + cg_lua_push_fault(L, NULL, &fault);
}

int cg_lua_module(lua_State *L) {
  static const luaL_Reg functions[] = { { "open", open_session }, { NULL, NULL } };
  luaL_checkversion(L);
  luaL_newlib(L, functions);
  lua_pushliteral(L, CG_VERSION);
  lua_setfield(L, -2, "version");
  lua_pushinteger(L, cg_tl_layer(cg_tl_api()));
  lua_setfield(L, -2, "layer");
  return 1;
}
