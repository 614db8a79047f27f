/* SPDX-License-Identifier: MIT */
/*
 * lua_update.c - what the server sends by itself: kept as text while the client runs,
 * given to the script by run(), where it may make calls.
 */
#include "lua_session.h"

#include "lua_value.h"
#include "mem.h"

#include <lauxlib.h>

#include <math.h>
#include <string.h>

static const size_t MAX_WAITING = (size_t)16 << 20; /* bytes; the oldest go then */

static cg_lua_update *take_update(cg_lua_session *s) {
  cg_lua_update *u = s->first;
  if (!u) return NULL;
  s->first = u->next;
  if (!s->first) s->last = &s->first;
  s->waiting -= u->json.len;
  return u;
}

void cg_lua_drop_updates(cg_lua_session *s) {
  while (s->first) cg_free(take_update(s));
}

static void append(cg_lua_session *s, cg_bytes json) {
  cg_lua_update *u = json.len <= MAX_WAITING ? cg_alloc(sizeof *u + json.len) : NULL;
  if (!u) return;
  memcpy(u + 1, json.at, json.len);
  *u = (cg_lua_update){ .json = { (const uint8_t *)(u + 1), json.len } };
  *s->last = u;
  s->last = &u->next;
  s->waiting += json.len;
  while (s->waiting > MAX_WAITING) cg_free(take_update(s));
}

void cg_lua_keep_update(void *session, const tl_obj *update) {
  cg_lua_session *s = session;
  cg_bytes json;
  cg_arena *arena = cg_arena_new(0);
  if (arena && !cg_tl_to_json(cg_tl_api(), update, arena, &json, NULL)) append(s, json);
  cg_arena_free(arena);
  if (s->waits) cg_loop_stop(s->loop);
}

/* --- in the script's time ---------------------------------------------------- */

/* Pushes the script's handler; false (nothing is pushed) if it has none. */
static bool push_handler(lua_State *L) {
  if (lua_getiuservalue(L, lua_upvalueindex(1), CG_LUA_HANDLER) == LUA_TFUNCTION)
    return true;
  lua_pop(L, 1);
  if (lua_getglobal(L, "madeline_update_callback") == LUA_TFUNCTION) return true;
  lua_pop(L, 1);
  return false;
}

/* Gives the oldest update to the handler. An error in there is the script's own: it
 * leaves run() as an error. */
static cg_err deliver(lua_State *L, cg_lua_session *s) {
  int top = lua_gettop(L);
  cg_lua_scratch *scratch = cg_lua_scratch_new(L);
  if (!scratch) return CG_E_MEMORY;
  cg_err err = CG_OK;
  scratch->update = take_update(s);
  bool listens = push_handler(L);
  if (listens)
    err = cg_lua_push(L, cg_tl_api(), scratch->update->json, NULL, scratch->arena);
  cg_lua_scratch_free(scratch);
  if (listens && !err) lua_call(L, 1, 0);
  lua_settop(L, top);
  return err;
}

static cg_err deliver_all(lua_State *L, cg_lua_session *s, lua_Integer *count) {
  cg_err err = CG_OK;
  for (; !err && s->client && !s->stopped && s->first; ++*count) err = deliver(L, s);
  return err;
}

/* Waits until an update is there or the time `end` has come. */
static void wait_until(cg_lua_session *s, uint64_t end) {
  cg_timer_at(s->timer, end);
  s->waits = true;
  cg_loop_run(s->loop);
  s->waits = false;
  cg_timer_at(s->timer, UINT64_MAX);
}

/* run([seconds]): gives updates to the handler until the time is over, stop() was
 * called, or nothing is left to wait for. Returns how many there were. */
static int run(lua_State *L) {
  cg_lua_session *s = cg_lua_self(L);
  lua_Integer count = 0;
  if (!s->client) return cg_lua_closed(L, s);
  if (!lua_isnoneornil(L, 1) && !lua_isnumber(L, 1))
    return cg_lua_fail(L, s, CG_E_USAGE, "run: a number of seconds is wanted");
  lua_Number seconds = lua_isnumber(L, 1) ? lua_tonumber(L, 1) : (lua_Number)INFINITY;
  uint64_t end = cg_loop_now(s->loop);
  if (seconds > 0) end = seconds > 1e9 ? UINT64_MAX : end + (uint64_t)(seconds * 1e6);
  s->stopped = false;
  cg_err err = deliver_all(L, s, &count);
  while (!err && s->client && !s->stopped && cg_loop_now(s->loop) < end) {
    wait_until(s, end);
    if (!s->first) break;
    err = deliver_all(L, s, &count);
  }
  if (err) return cg_lua_fail(L, s, err, cg_err_text(err));
  lua_pushinteger(L, count);
  return 1;
}

static int stop(lua_State *L) {
  cg_lua_self(L)->stopped = true;
  return 0;
}

static int on_update(lua_State *L) {
  const cg_lua_session *s = cg_lua_self(L);
  lua_settop(L, 1);
  if (!lua_isnil(L, 1) && !lua_isfunction(L, 1))
    return cg_lua_fail(L, s, CG_E_USAGE, "on_update: a function is wanted");
  lua_setiuservalue(L, lua_upvalueindex(1), CG_LUA_HANDLER);
  return 0;
}

const cg_lua_member cg_lua_update_members[] = {
  { "run", run }, { "stop", stop }, { "on_update", on_update }, { NULL, NULL }
};
