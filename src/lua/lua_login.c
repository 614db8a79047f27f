/* SPDX-License-Identifier: MIT */
/*
 * lua_login.c - logging in step by step, under MadelineProto's names where it had one.
 * Raw calls of login methods move the same state.
 */
#include "lua_session.h"

#include <centigram/login.h>

#include <lauxlib.h>

#include <string.h>

/* A text argument; NULL with an error pushed (`n` values) if it is something else. */
static const char *text_at(lua_State *L, const cg_lua_session *s, int index,
                           const char *what, int *n) {
  if (lua_type(L, index) == LUA_TSTRING) return lua_tostring(L, index);
  lua_pushfstring(L, "%s is wanted as a string, not %s", what, luaL_typename(L, index));
  *n = cg_lua_fail(L, s, CG_E_USAGE, lua_tostring(L, -1));
  return NULL;
}

/* The running step: its session and what it may use; NULL with an error pushed. */
static cg_lua_scratch *begin(lua_State *L, cg_lua_session **s, int *n) {
  *s = cg_lua_self(L);
  cg_lua_scratch *scratch = (*s)->client ? cg_lua_scratch_new(L) : NULL;
  if (scratch) return scratch;
  *n = (*s)->client ? cg_lua_out_of_memory(L, *s) : cg_lua_closed(L, *s);
  return NULL;
}

static int phone_login(lua_State *L) {
  int n = 0;
  cg_lua_session *s;
  cg_result result = { 0 };
  const char *phone = text_at(L, cg_lua_self(L), 1, "a phone number", &n);
  cg_lua_scratch *scratch = phone ? begin(L, &s, &n) : NULL;
  if (!scratch) return n;
  cg_err err = cg_login_start(s->client, phone, NULL, scratch->arena, &result);
  return cg_lua_answer(L, s, scratch, err, &result);
}

static int complete_phone_login(lua_State *L) {
  int n = 0;
  cg_lua_session *s;
  cg_result result = { 0 };
  const char *code = text_at(L, cg_lua_self(L), 1, "the code", &n);
  cg_lua_scratch *scratch = code ? begin(L, &s, &n) : NULL;
  if (!scratch) return n;
  cg_err err = cg_login_code(s->client, code, scratch->arena, &result);
  return cg_lua_answer(L, s, scratch, err, &result);
}

/* complete_signup(first_name, last_name, accept_terms) */
static int complete_signup(lua_State *L) {
  int n = 0;
  cg_lua_session *s;
  cg_result result = { 0 };
  lua_settop(L, 3);
  const char *first = text_at(L, cg_lua_self(L), 1, "the first name", &n);
  const char *last =
      first && !lua_isnil(L, 2) ? text_at(L, cg_lua_self(L), 2, "the last name", &n) : "";
  cg_lua_scratch *scratch = first && last ? begin(L, &s, &n) : NULL;
  if (!scratch) return n;
  cg_err err = cg_login_sign_up(s->client, first, last, lua_toboolean(L, 3),
                                scratch->arena, &result);
  return cg_lua_answer(L, s, scratch, err, &result);
}

/* The terms that a sign-up accepts, or nil. */
static int get_terms(lua_State *L) {
  int n = 0;
  cg_lua_session *s;
  cg_login_terms terms;
  cg_lua_scratch *scratch = begin(L, &s, &n);
  if (!scratch) return n;
  cg_err err = cg_login_get_terms(s->client, scratch->arena, &terms);
  if (err) {
    cg_lua_scratch_free(scratch);
    lua_pushnil(L);
    return err == CG_E_NOT_FOUND ? 1 : cg_lua_out_of_memory(L, s);
  }
  lua_createtable(L, 0, 4);
  lua_pushstring(L, terms.id);
  lua_setfield(L, -2, "id");
  lua_pushstring(L, terms.text);
  lua_setfield(L, -2, "text");
  lua_pushinteger(L, terms.min_age);
  lua_setfield(L, -2, "min_age");
  lua_pushboolean(L, terms.popup);
  lua_setfield(L, -2, "popup");
  cg_lua_scratch_free(scratch);
  return 1;
}

/* The named arguments of a step that has few: `force`, and `reason` if it is wanted. */
static cg_err take_named(lua_State *L, const char *step, bool *force, const char **reason,
                         cg_fault *fault) {
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) return CG_OK;
  if (!lua_istable(L, 1))
    return cg_fail(fault, CG_E_USAGE, "%s: one table of named fields is wanted", step);
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    bool is_force = !strcmp(key, "force"), is_reason = reason && !strcmp(key, "reason");
    if (!is_force && !is_reason)
      return cg_fail(fault, CG_E_UNKNOWN_NAME, "%s: no field \"%.60s\" (fields: force%s)",
                     step, key, reason ? ", reason" : "");
    if (lua_type(L, -1) != (is_force ? LUA_TBOOLEAN : LUA_TSTRING))
      return cg_fail(fault, CG_E_UNEXPECTED, "%s.%s: a %s is wanted, not a %s", step, key,
                     is_force ? "boolean" : "string", luaL_typename(L, -1));
    if (is_force)
      *force = lua_toboolean(L, -1);
    else
      *reason = lua_tostring(L, -1); /* the table keeps it alive */
  }
  return CG_OK;
}

/* resend_code{force=, reason=} */
static int resend_code(lua_State *L) {
  int n = 0;
  cg_lua_session *s = cg_lua_self(L);
  cg_result result = { 0 };
  bool force = false;
  const char *reason = NULL;
  if (take_named(L, "resend_code", &force, &reason, &result.fault))
    return cg_lua_push_fault(L, s, &result.fault);
  cg_lua_scratch *scratch = begin(L, &s, &n);
  if (!scratch) return n;
  cg_err err = cg_login_resend(s->client, reason, force, scratch->arena, &result);
  return cg_lua_answer(L, s, scratch, err, &result);
}

static int cancel_code(lua_State *L) {
  int n = 0;
  cg_lua_session *s;
  cg_result result = { 0 };
  cg_lua_scratch *scratch = begin(L, &s, &n);
  if (!scratch) return n;
  cg_err err = cg_login_cancel(s->client, scratch->arena, &result);
  return cg_lua_answer(L, s, scratch, err, &result);
}

static int logout(lua_State *L) {
  int n = 0;
  cg_lua_session *s;
  cg_result result = { 0 };
  cg_lua_scratch *scratch = begin(L, &s, &n);
  if (!scratch) return n;
  cg_err err = cg_login_log_out(s->client, scratch->arena, &result);
  return cg_lua_answer(L, s, scratch, err, &result);
}

/* resetAuth{force=}: TDLib's of its first years. false logs out and answers its state;
 * true forgets everything here and answers the error 401, as the old one did. */
static int reset_auth(lua_State *L) {
  int n = 0;
  cg_lua_session *s = cg_lua_self(L);
  cg_result result = { 0 };
  bool force = false;
  if (take_named(L, "resetAuth", &force, NULL, &result.fault))
    return cg_lua_push_fault(L, s, &result.fault);
  cg_lua_scratch *scratch = begin(L, &s, &n);
  if (!scratch) return n;
  cg_err err = cg_reset_auth(s->client, force, scratch->arena, &result);
  if (err || result.error.code) return cg_lua_answer(L, s, scratch, err, &result);
  cg_lua_scratch_free(scratch);
  lua_createtable(L, 0, 1);
  lua_pushstring(L, cg_login_state_old_name(CG_LOGIN_LOGGING_OUT));
  lua_setfield(L, -2, "_");
  return 1;
}

static void set_text(lua_State *L, const char *key, const char *text) {
  if (!*text) return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, key);
}

static void set_number(lua_State *L, const char *key, int64_t v) {
  if (!v) return;
  lua_pushinteger(L, v);
  lua_setfield(L, -2, key);
}

/* get_authorization(): MadelineProto's number, and a table of what else is known. */
static int get_authorization(lua_State *L) {
  const cg_lua_session *s = cg_lua_self(L);
  cg_login_info info;
  char hash[CG_LOGIN_HASH_MAX] = "";
  if (!s->client) return cg_lua_closed(L, s);
  cg_login_get(s->client, &info);
  if (cg_login_hash(s->client, hash)) *hash = '\0';
  lua_pushinteger(L, cg_login_state_number(info.state));
  lua_createtable(L, 0, 12);
  set_text(L, "state", cg_login_state_name(info.state));
  set_text(L, "phone_number", info.phone);
  set_text(L, "phone_code_hash", hash);
  set_text(L, "type", info.type);
  set_text(L, "hint", info.hint);
  set_text(L, "next_type", info.next_type);
  set_number(L, "dc", info.dc);
  set_number(L, "length", info.length);
  set_number(L, "sent_at", info.sent_at);
  set_number(L, "resend_in", info.resend_in);
  set_number(L, "expires_at", info.expires_at);
  set_number(L, "wrong_codes", info.wrong_codes);
  set_number(L, "user_id", info.user_id);
  return 2;
}

/* The user that the session belongs to. */
static int get_self(lua_State *L) {
  cg_lua_session *s = cg_lua_self(L);
  lua_settop(L, 0);
  lua_createtable(L, 0, 1);
  lua_createtable(L, 1, 0);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "inputUserSelf");
  lua_setfield(L, -2, "_");
  lua_rawseti(L, -2, 1);
  lua_setfield(L, -2, "id");
  int n = cg_lua_call(L, s, "users.getUsers", 1);
  if (n == 1 && lua_istable(L, -1) && lua_rawlen(L, -1) == 1) lua_rawgeti(L, -1, 1);
  return n;
}

const cg_lua_member cg_lua_login_members[] = { { "phone_login", phone_login },
                                               { "complete_phone_login",
                                                 complete_phone_login },
                                               { "complete_signup", complete_signup },
                                               { "get_terms", get_terms },
                                               { "resend_code", resend_code },
                                               { "cancel_code", cancel_code },
                                               { "logout", logout },
                                               { "resetAuth", reset_auth },
                                               { "get_authorization", get_authorization },
                                               { "get_self", get_self },
                                               { NULL, NULL } };
