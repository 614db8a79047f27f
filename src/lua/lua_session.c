/* SPDX-License-Identifier: MIT */
/* lua_session.c - the life of a session and its members; see lua_session.h. */
#include "lua_session.h"

#include "lua_value.h"

#include <lauxlib.h>

#include <string.h>

static const char session_tag[] = "centigram.session";

/* --- a session --------------------------------------------------------------- */

static void close_session(cg_lua_session *s) {
  cg_close(s->client);
  cg_loop_free(s->loop);
  s->client = NULL;
  s->loop = NULL;
  s->timer = NULL;
  cg_lua_drop_updates(s);
}

static int collect_session(lua_State *L) {
  cg_lua_session *s = luaL_testudata(L, 1, session_tag);
  if (s) close_session(s);
  return 0;
}

static int show_session(lua_State *L) {
  const cg_lua_session *s = luaL_checkudata(L, 1, session_tag);
  lua_pushstring(L, s->client ? "centigram session" : "centigram session (closed)");
  return 1;
}

cg_lua_session *cg_lua_self(lua_State *L) {
  return luaL_checkudata(L, lua_upvalueindex(1), session_tag);
}

static void wake(void *ctx) {
  cg_loop_stop(((cg_lua_session *)ctx)->loop);
}

static cg_err open_client(cg_lua_session *s, const cg_client_options *options,
                          cg_fault *fault) {
  cg_client_options own = *options;
  cg_err err = cg_loop_new(&s->loop);
  if (!err) err = cg_timer_new(s->loop, wake, s, &s->timer);
  if (err) return cg_fail(fault, err, "%s", cg_err_text(err));
  own.loop = s->loop;
  own.update = cg_lua_keep_update;
  own.update_ctx = s;
  return cg_client_open(&s->client, &own, fault);
}

/* --- members ----------------------------------------------------------------- */

static int call_method(lua_State *L) {
  cg_lua_session *s = cg_lua_self(L);
  lua_settop(L, 1);
  return cg_lua_call(L, s, luaL_checkstring(L, lua_upvalueindex(2)), 1);
}

/* madeline_function(params, callback, extra): the method's name is params._ */
static int madeline_function(lua_State *L) {
  cg_lua_session *s = cg_lua_self(L);
  lua_settop(L, 3);
  lua_pushnil(L);
  if (lua_istable(L, 1)) {
    lua_pushliteral(L, "_");
    lua_rawget(L, 1);
    lua_replace(L, -2);
  }
  int n =
      lua_type(L, 4) == LUA_TSTRING
          ? cg_lua_call(L, s, lua_tostring(L, 4), 1)
          : cg_lua_fail(L, s, CG_E_USAGE,
                        "madeline_function: a table with the method's name in \"_\" is "
                        "wanted");
  if (lua_isnil(L, 2)) return n;
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2); /* the answer, or the error */
  lua_pushvalue(L, 3);
  lua_call(L, 2, 0);
  return n;
}

static int set_nil_errors(lua_State *L) {
  cg_lua_self(L)->nil_errors = lua_toboolean(L, 1);
  return 0;
}

static int close_member(lua_State *L) {
  close_session(cg_lua_self(L));
  return 0;
}

static const cg_lua_member members[] = { { "madeline_function", madeline_function },
                                         { "nil_errors", set_nil_errors },
                                         { "close", close_member },
                                         { NULL, NULL } };

static lua_CFunction find_member(const cg_lua_member *table, const char *name) {
  for (; table->name; table++)
    if (!strcmp(table->name, name)) return table->run;
  return NULL;
}

static lua_CFunction find_helper(const char *name) {
  lua_CFunction run = find_member(members, name);
  if (!run) run = find_member(cg_lua_login_members, name);
  return run ? run : find_member(cg_lua_update_members, name);
}

/* Pushes the function that makes the call `name`. */
static void push_method(lua_State *L, int session, const char *name) {
  lua_pushvalue(L, session);
  lua_pushstring(L, name);
  lua_pushcclosure(L, call_method, 2);
}

/* __index of a namespace; upvalues: session, name. */
static int index_namespace(lua_State *L) {
  const char *space = luaL_checkstring(L, lua_upvalueindex(2));
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  const char *name = lua_pushfstring(L, "%s.%s", space, lua_tostring(L, 2));
  if (!cg_tl_method_id(cg_tl_api(), name)) return 0;
  push_method(L, lua_upvalueindex(1), name);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, 1); /* the next time it is found at once */
  return 1;
}

/* True if methods are called NAME.something. */
static bool is_namespace(lua_State *L, const char *name) {
  const char *prefix = lua_pushfstring(L, "%s.", name);
  const char *next = cg_tl_next_name(cg_tl_api(), true, prefix);
  bool found = next && !strncmp(next, prefix, strlen(prefix));
  lua_pop(L, 1);
  return found && !strchr(name, '.');
}

static void push_namespace(lua_State *L, int session, const char *name) {
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, session);
  lua_pushstring(L, name);
  lua_pushcclosure(L, index_namespace, 2);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}

/* Pushes the member `name`; false (nothing is pushed) if there is none. */
static bool push_member(lua_State *L, int session, const char *name) {
  lua_CFunction helper = find_helper(name);
  if (helper) {
    lua_pushvalue(L, session);
    lua_pushcclosure(L, helper, 1);
  } else if (!strchr(name, '.') && cg_tl_method_id(cg_tl_api(), name)) {
    push_method(L, session, name);
  } else if (is_namespace(L, name)) {
    push_namespace(L, session, name);
  } else {
    return false;
  }
  return true;
}

/* The member that index 2 names, made when it is first asked for. */
static int find(lua_State *L, int session) {
  luaL_checkudata(L, session, session_tag);
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  lua_getiuservalue(L, session, CG_LUA_CACHE);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, -2) != LUA_TNIL) return 1;
  lua_pop(L, 1);
  if (!push_member(L, session, lua_tostring(L, 2))) return 0;
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, -4);
  return 1;
}

/* __index of a session. */
static int index_session(lua_State *L) {
  return find(L, 1);
}

/* __index of the globals; upvalue: the session. */
static int index_globals(lua_State *L) {
  return find(L, lua_upvalueindex(1));
}

/* --- opening ----------------------------------------------------------------- */

cg_err cg_lua_open(lua_State *L, const cg_client_options *options, cg_fault *fault) {
  static const luaL_Reg functions[] = { { "__index", index_session },
                                        { "__gc", collect_session },
                                        { "__close", collect_session },
                                        { "__tostring", show_session },
                                        { NULL, NULL } };
  luaL_checkstack(L, 6, NULL);
  cg_lua_session *s = lua_newuserdatauv(L, sizeof *s, CG_LUA_VALUES);
  memset(s, 0, sizeof *s);
  s->last = &s->first;
  cg_lua_set_tag(L, session_tag, functions);
  lua_newtable(L);
  lua_setiuservalue(L, -2, CG_LUA_CACHE);
  cg_err err = open_client(s, options, fault);
  if (!err) return CG_OK;
  close_session(s);
  lua_pop(L, 1);
  return err;
}

void cg_lua_make_globals(lua_State *L) {
  luaL_checkstack(L, 6, NULL);
  lua_createtable(L, 0, 1);
  lua_insert(L, -2);
  lua_pushcclosure(L, index_globals, 1);
  lua_setfield(L, -2, "__index");
  lua_pushglobaltable(L);
  lua_insert(L, -2);
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}
