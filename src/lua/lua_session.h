/* SPDX-License-Identifier: MIT */
/*
 * lua_session.h - the Lua face: a session is a userdata that owns a client and its loop;
 * its members are the namespaces of the schema and a few helpers (docs/lua.md).
 *
 * No function of Lua that can raise runs while anything is owned by C alone: what one
 * call needs belongs to a scratch userdata, so an error, wherever it comes from, leaks
 * nothing. No Lua code runs inside the client: updates wait in a queue until run().
 */
#ifndef CG_LUA_SESSION_H
#define CG_LUA_SESSION_H

#include "buf.h"

#include <centigram/client.h>

#include <lua.h>
#include <lauxlib.h>

/* Opens a client with a loop and an update hook of the session's own (those members of
 * `options` are not looked at) and pushes the session. An error: as cg_client_open(),
 * and nothing is pushed. May raise. */
cg_err cg_lua_open(lua_State *L, const cg_client_options *options, cg_fault *fault);

/* Makes the members of the session at the top of the stack globals, as far as a script
 * does not define its own, and pops it. May raise. */
void cg_lua_make_globals(lua_State *L);

/* Pushes the table of the module `centigram`. */
int cg_lua_module(lua_State *L);

/* --- between the files of this folder --------------------------------------- */

typedef struct cg_lua_update {
  struct cg_lua_update *next;
  cg_bytes json; /* in the same block */
} cg_lua_update;

typedef struct {
  cg_client *client; /* NULL: closed */
  cg_loop *loop;
  cg_timer *timer;
  cg_lua_update *first, **last; /* updates that wait */
  size_t waiting;               /* their bytes */
  bool nil_errors;              /* errors are `nil, table` instead of a table */
  bool waits;   /* run() is in the loop: stop it when there is something */
  bool stopped; /* stop() was called */
} cg_lua_session;

enum { CG_LUA_CACHE = 1, CG_LUA_HANDLER = 2, CG_LUA_VALUES = 2 }; /* user values */

/* What one call owns. The userdata frees it if the call does not get to. */
typedef struct {
  cg_arena *arena;
  cg_buf json; /* wiped: it may hold a code */
  cg_dc *dc;
  cg_lua_update *update;
} cg_lua_scratch;

/* Gives the value on top the metatable `tag`, with these functions if it must be made.
 * It is registered only when it is whole: memory may run out in between. */
void cg_lua_set_tag(lua_State *L, const char *tag, const luaL_Reg *functions);

/* Pushes a scratch with an arena; NULL (nothing is pushed) when memory is out. */
cg_lua_scratch *cg_lua_scratch_new(lua_State *L);
void cg_lua_scratch_free(cg_lua_scratch *scratch);

/* The session that the running function is a member of, its first upvalue. Raises if
 * that is something else. */
cg_lua_session *cg_lua_self(lua_State *L);

/* Push an error as the session has it and return how many values that are. */
int cg_lua_fail(lua_State *L, const cg_lua_session *s, cg_err err, const char *text);
int cg_lua_push_fault(lua_State *L, const cg_lua_session *s, const cg_fault *fault);
/* Says that the session is closed. */
int cg_lua_closed(lua_State *L, const cg_lua_session *s);
int cg_lua_out_of_memory(lua_State *L, const cg_lua_session *s);

/* Pushes what came of a call or a step: the answer as a value, or the error. */
int cg_lua_answer(lua_State *L, const cg_lua_session *s, cg_lua_scratch *scratch,
                  cg_err err, const cg_result *result);

/* Makes the call `method` with the table at `index` and pushes what came of it. */
int cg_lua_call(lua_State *L, cg_lua_session *s, const char *method, int index);

/* The client's hook: keeps the update until run(). */
void cg_lua_keep_update(void *session, const tl_obj *update);
void cg_lua_drop_updates(cg_lua_session *s);

/* Members of every session; each has it as its first upvalue. Ends with NULL. */
typedef struct {
  const char *name;
  lua_CFunction run;
} cg_lua_member;
extern const cg_lua_member cg_lua_login_members[], cg_lua_update_members[];

#endif
