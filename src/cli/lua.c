/* SPDX-License-Identifier: MIT */
/* lua.c - `centigram lua FILE`: a script for which the session's methods are globals. */
#include "commands.h"
#include "lua_session.h"
#include "session.h"

#include <lauxlib.h>
#include <lualib.h>

#include <string.h>

typedef struct {
  const cg_cli *cli;
  const cg_client_options *options;
  int status;
} script;

/* The table `arg`: the file is 0, as in the interpreter. */
static void set_arg(lua_State *L, const cg_cli *cli) {
  int n = 0;
  lua_createtable(L, cli->count, 1);
  for (; n < cli->count; n++) {
    lua_pushstring(L, cli->args[n]);
    lua_rawseti(L, -2, n);
  }
  for (char **more = cli->rest; more && *more; more++, n++) {
    lua_pushstring(L, *more);
    lua_rawseti(L, -2, n);
  }
  lua_setglobal(L, "arg");
}

/* Pushes the arguments of the script's `...`; returns how many they are. */
static int push_arguments(lua_State *L) {
  lua_getglobal(L, "arg");
  int n = (int)lua_rawlen(L, -1), table = lua_gettop(L);
  luaL_checkstack(L, n, "too many arguments");
  for (int i = 1; i <= n; i++) lua_rawgeti(L, table, i);
  lua_remove(L, table);
  return n;
}

/* Runs in protected mode: whatever raises ends here. */
static int run_script(lua_State *L) {
  script *s = lua_touserdata(L, 1);
  cg_fault fault = { 0 };
  const char *file = s->cli->args[0];
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, cg_lua_module);
  lua_setfield(L, -2, "centigram");
  if (cg_lua_open(L, s->options, &fault)) {
    s->status = cg_cli_fault(&fault);
    return 0;
  }
  cg_lua_make_globals(L);
  set_arg(L, s->cli);
  if (luaL_loadfile(L, strcmp(file, "-") ? file : NULL)) {
    s->status = cg_cli_fail(CG_EXIT_LOCAL, "%s", lua_tostring(L, -1));
    return 0;
  }
  lua_call(L, push_arguments(L), 0);
  return 0;
}

/* The message of an error with where it came from. */
static int add_traceback(lua_State *L) {
  const char *text = luaL_tolstring(L, 1, NULL);
  luaL_traceback(L, L, text, 1);
  return 1;
}

static void run(script *s) {
  lua_State *L = luaL_newstate();
  if (!L) {
    s->status = cg_cli_fail(CG_EXIT_LOCAL, "out of memory");
    return;
  }
  lua_pushcfunction(L, add_traceback);
  lua_pushcfunction(L, run_script);
  lua_pushlightuserdata(L, s);
  if (lua_pcall(L, 1, 0, 1)) {
    const char *text = lua_tostring(L, -1);
    s->status = cg_cli_fail(CG_EXIT_LOCAL, "%s", text ? text : "the script failed");
  }
  lua_close(L);
}

int cg_run_lua(int argc, char **argv) {
  cg_cli cli = { .command = "lua" };
  cg_cli_parse(&cli, argc, argv, NULL);
  cg_cli_count(&cli, 1, 10000);
  cg_cli_session session;
  cg_client_options options;
  int status = cg_cli_prepare(&session, &cli, &options);
  if (!status) {
    script s = { &cli, &options, CG_EXIT_OK };
    run(&s);
    status = s.status;
  }
  cg_cli_close(&session);
  return status;
}
