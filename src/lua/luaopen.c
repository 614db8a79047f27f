/* SPDX-License-Identifier: MIT */
/* luaopen.c - the one function that Lua looks for in centigram.so. */
#include "lua_session.h"

CG_API int luaopen_centigram(lua_State *L);

CG_API int luaopen_centigram(lua_State *L) {
  return cg_lua_module(L);
}
