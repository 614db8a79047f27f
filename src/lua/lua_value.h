/* SPDX-License-Identifier: MIT */
/*
 * lua_value.h - Lua tables become JSON and JSON becomes Lua tables, by the definitions
 * of the schema: `long` is a Lua integer, `bytes` and int128/256 are raw Lua strings,
 * vectors are lists from 1, objects are tables with "_".
 *
 * Everything here may leave by a Lua error (memory): what the arguments own must belong
 * to a userdata, and the functions own nothing while they touch Lua.
 */
#ifndef CG_LUA_VALUE_H
#define CG_LUA_VALUE_H

#include "buf.h"

#include <centigram/tl.h>

#include <lua.h>

/* Appends the JSON of the arguments of `method`, which the table at `index` holds.
 * Mandatory fields that are not given become 0, "", false, or the type's `...Empty`
 * constructor; what cg_call_json() fills itself is left to it. So is the check of
 * names and types. Only for what JSON could not say, `fault` names the field here:
 * UNEXPECTED, MALFORMED (text that is not UTF-8), LIMIT (depth), MEMORY. */
cg_err cg_lua_read(lua_State *L, int index, const cg_tl_schema *s, const char *method,
                   cg_arena *arena, cg_buf *out, cg_fault *fault);

/* Pushes the value that `json` describes, which cg_tl_to_json() has written. `element`
 * is the type of a vector that stands alone ("long", "bytes"), else NULL. An error
 * (MEMORY, MALFORMED): nothing is pushed. */
cg_err cg_lua_push(lua_State *L, const cg_tl_schema *s, cg_bytes json,
                   const char *element, cg_arena *arena);

/* True for a word that Lua cannot have behind a dot; such a field is also NAME_. */
bool cg_lua_is_keyword(const char *name);

#endif
