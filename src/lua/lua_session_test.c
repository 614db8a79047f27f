/* SPDX-License-Identifier: MIT */
/*
 * lua_session_test.c - sessions without a server: members and their errors, updates and
 * run(), sessions that end in any order, collections at every step, memory that runs out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lua_session.h"
#include "mem.h"

#include <centigram/api.h>

#include <lauxlib.h>
#include <lualib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Nobody listens at port 1 of this machine. */
static const char dc_json[] =
    "{\"test_mode\":false,\"this_dc\":2,\"layer\":228,\"dcs\":[{\"id\":2,\"host\":"
    "\"127.0.0.1\",\"port\":1}],\"public_keys\":[\""
    "-----BEGIN RSA PUBLIC KEY-----\\n"
    "MIIBCgKCAQEAygy2j1jvJbTFTOYK9S7zn4sSV9SCsRg+mWeUIUjeIrLm2k9uEYGK\\n"
    "8c5gyu2zXyLT7eLLT37GSEcdBWaKUr6gzCig7Cz7Ttdqmd1rg3d/6v/LXpnB5kzO\\n"
    "/Q7Qb3/OKqvkV4yMdj1XUfRUVwkpyPZ0Ofy9f01ZhzCOanO1sn1XvkOWMepGRIkk\\n"
    "Rgc6qMqsjoxiSDcGr80CidFvMntGGZAAMye9C/x3/Bu/pFyvCnLBnIXbJ2dvWiOL\\n"
    "r6lhEq1MldalSt+JzADy4u5hdpSMTWUPF4MBwmWZfN2FHvwNjqxSpw4wd9ZOhAUL\\n"
    "dOxSVwk8MCU1wJCKCuOpackGCttu7AtQBwIDAQAB\\n"
    "-----END RSA PUBLIC KEY-----\\n"
    "\"]}";

static char dc_path[] = "/tmp/lua_session_test.XXXXXX";

static int write_dc(void **state) {
  (void)state;
  int fd = mkstemp(dc_path);
  ssize_t n = write(fd, dc_json, sizeof dc_json - 1);
  return close(fd) || n != (ssize_t)(sizeof dc_json - 1) ? -1 : 0;
}

static int remove_dc(void **state) {
  (void)state;
  return unlink(dc_path);
}

/* The module as `require` finds it, and the path of the dc.json as `dc`. */
static void add_module(lua_State *L) {
  luaL_openlibs(L);
  luaL_requiref(L, "centigram", cg_lua_module, 1);
  lua_pushstring(L, dc_path);
  lua_setglobal(L, "dc");
  lua_settop(L, 0);
}

static int open_lua(void **state) {
  lua_State *L = luaL_newstate();
  add_module(L);
  *state = L;
  return 0;
}

static int close_lua(void **state) {
  lua_close(*state);
  return 0;
}

static void run(lua_State *L, const char *chunk) {
  if (luaL_dostring(L, chunk)) fail_msg("%s", luaL_tolstring(L, -1, NULL));
  lua_settop(L, 0);
}

/* --- members ----------------------------------------------------------------- */

static void members(void **state) {
  run(*state,
      "local tg = assert(centigram.open{dc=dc})\n"
      "assert(tostring(tg) == 'centigram session')\n"
      "assert(type(tg.auth.cancelCode) == 'function')\n"
      "assert(tg.auth == tg.auth and tg.auth.cancelCode == tg.auth.cancelCode)\n"
      "assert(tg.initConnection and tg.run and tg.resetAuth)\n"
      "assert(tg.nothing == nil and tg.auth.nothing == nil and tg[1] == nil)\n"
      "assert(tg['auth.'] == nil and tg['auth.cancelCode'] == nil and tg[''] == nil)\n"
      "assert(tg.auth[1] == nil and centigram.layer == 228)\n"
      "local r = tg.auth.cancelCode{phone_number='1', phone_code_hash='x'}\n"
      "assert(r.error_code == -403 and tostring(r) == r.error, r.error)\n"
      "tg.nil_errors(true)\n"
      "local a, b = tg.auth.cancelCode{x=1}\n"
      "assert(a == nil and b.error_code == -108)\n"
      "a, b = tg.madeline_function({_='auth.cancelCode', x=1}, function(r, x)\n"
      "  assert(r.error_code == -108 and x == 5) end, 5)\n"
      "assert(a == nil and b.error_code == -108)\n"
      "a, b = tg.madeline_function({})\n"
      "assert(a == nil and b.error_code == -501)\n"
      "a, b = tg.madeline_function()\n"
      "assert(a == nil and b.error_code == -501)\n");
}

static void wrong_arguments(void **state) {
  run(*state,
      "local tg = assert(centigram.open{dc=dc})\n"
      "local function refused(r, code, text)\n"
      "  assert(r.error_code == code and r.error:find(text, 1, true), r.error) end\n"
      "refused(tg.phone_login(), -501, 'phone number')\n"
      "refused(tg.phone_login('x'), -501, 'phone number')\n"
      "refused(tg.complete_phone_login(22222), -501, 'the code is wanted')\n"
      "refused(tg.complete_signup(), -501, 'first name')\n"
      "refused(tg.complete_signup('a', {}), -501, 'last name')\n"
      "refused(tg.resend_code{force=1}, -105, 'resend_code.force: a boolean')\n"
      "refused(tg.resend_code{reason=true}, -105, 'resend_code.reason: a string')\n"
      "refused(tg.resetAuth{force='false'}, -105, 'resetAuth.force: a boolean')\n"
      "refused(tg.resetAuth{reason='x'}, -108, 'no field \"reason\"')\n"
      "refused(tg.resetAuth('force'), -501, 'resetAuth')\n"
      "refused(tg.run('x'), -501, 'run')\n"
      "refused(tg.on_update(1), -501, 'on_update')\n"
      "assert(tg.get_authorization() == 0 and tg.get_terms() == nil)\n"
      "for _, o in ipairs{{}, {dc=1}, {dc=dc, api_id=-1}, {dc=dc, timeout=0}, {dc=dc, "
      "x=1},\n"
      "                   {dc='/nowhere'}, {dc=dc, session='/nowhere/x'}, {dc=dc, "
      "[1]=2}} do\n"
      "  local none, why = centigram.open(o)\n"
      "  assert(none == nil and why.error_code < 0 and #why.error > 0) end\n"
      "assert(select(2, centigram.open()).error_code == -501)\n");
}

/* Nothing that a script can reach takes the place of a session. */
static void tags(void **state) {
  run(*state,
      "local tg = assert(centigram.open{dc=dc})\n"
      "assert(getmetatable(tg) == false)\n"
      "assert(not pcall(setmetatable, tg, {}))\n"
      "local meta = debug.getmetatable(tg)\n"
      "assert(not pcall(meta.__index, {}, 'auth'))\n"
      "assert(not pcall(meta.__index, io.stdout, 'auth'))\n"
      "assert(not pcall(meta.__tostring, io.stdout))\n"
      "meta.__gc(io.stdout) meta.__gc(tg) meta.__gc(tg)\n"
      "assert(tostring(tg) == 'centigram session (closed)')\n"
      "local f = centigram.open{dc=dc}.auth.cancelCode\n"
      "debug.setupvalue(f, 1, io.stdout)\n"
      "assert(not pcall(f, {}))\n"
      "f = tg.auth.resendCode debug.setupvalue(f, 2, nil)\n"
      "assert(not pcall(f, {}))\n"
      "assert(not pcall(debug.getmetatable(tg.auth).__index, 1, 'cancelCode'))\n");
}

static void closed(void **state) {
  run(*state,
      "local tg = assert(centigram.open{dc=dc})\n"
      "local auth, cancel = tg.auth, tg.auth.cancelCode\n"
      "tg.close() tg.close()\n"
      "for _, f in ipairs{cancel, auth.signIn, tg.users.getUsers, tg.run, tg.logout,\n"
      "                   tg.get_authorization, tg.get_self, tg.cancel_code, "
      "tg.resend_code,\n"
      "                   tg.resetAuth, tg.get_terms} do\n"
      "  local r = f()\n"
      "  assert(r.error_code == -404 and r.error:find 'closed') end\n"
      "assert(tg.phone_login('+1 234567').error_code == -404)\n"
      "do local other <close> = centigram.open{dc=dc} tg = other end\n"
      "assert(tg.run().error_code == -404)\n");
}

/* --- updates ----------------------------------------------------------------- */

/* Lets the client's hook see an update, `count` times. */
static void deliver(lua_State *L, const char *name, const char *text, int count) {
  tl_updateServiceNotification u = { TL_INIT(updateServiceNotification),
                                     .type = CG_LIT("T"), .message = cg_bytes_of(text) };
  tl_messageMediaEmpty media = { TL_INIT(messageMediaEmpty) };
  u.media = &media.MessageMedia;
  lua_getglobal(L, name);
  void *session = luaL_checkudata(L, -1, "centigram.session");
  for (int i = 0; i < count; i++) cg_lua_keep_update(session, &u.o);
  lua_settop(L, 0);
}

static void updates(void **state) {
  lua_State *L = *state;
  run(L, "tg = assert(centigram.open{dc=dc}) seen = {}\n"
         "tg.on_update(function(u)\n"
         "  seen[#seen + 1] = u.message\n"
         "  assert(u._ == 'updateServiceNotification')\n"
         "  assert(tg.help.getConfig().error_code == -403) end)\n");
  deliver(L, "tg", "one", 2);
  run(L, "assert(tg.run(0) == 2 and #seen == 2 and seen[2] == 'one')\n"
         "assert(tg.run(0) == 0)\n"
         "assert(tg.run(0.01) == 0)\n"
         "tg.on_update(function(u) seen[#seen + 1] = u.message tg.stop() end)\n");
  deliver(L, "tg", "two", 2);
  run(L, "assert(tg.run() == 1 and #seen == 3)\n"
         "assert(tg.run() == 1 and #seen == 4)\n"
         "tg.on_update(nil)\n"
         "function madeline_update_callback(u) seen[#seen + 1] = u.message .. '!' end\n");
  deliver(L, "tg", "three", 1);
  run(L, "assert(tg.run(0) == 1 and seen[5] == 'three!')\n"
         "madeline_update_callback = nil\n");
  deliver(L, "tg", "nobody listens", 1);
  run(L, "assert(tg.run(0) == 1 and #seen == 5)\n"
         "tg.on_update(function(u) error('mine') end)\n");
  deliver(L, "tg", "four", 2);
  run(L, "local ok, why = pcall(tg.run, 0)\n"
         "assert(not ok and why:find 'mine')\n"
         "tg.on_update(function(u) tg.close() end)\n");
  deliver(L, "tg", "five", 3);
  run(L, "assert(tg.run() == 1)\n"
         "assert(tg.run().error_code == -404)\n");
}

static void updates_are_bounded(void **state) {
  lua_State *L = *state;
  char *text = malloc((1 << 20) + 1);
  memset(text, 'x', 1 << 20);
  text[1 << 20] = '\0';
  run(L, "tg = assert(centigram.open{dc=dc})");
  deliver(L, "tg", "first", 1);
  deliver(L, "tg", text, 20);
  deliver(L, "tg", "last", 1);
  run(L, "local seen = {}\n"
         "tg.on_update(function(u) seen[#seen + 1] = u.message:sub(1, 5) end)\n"
         "assert(tg.run(0) == #seen and #seen < 17 and #seen > 14)\n"
         "assert(seen[1] == 'xxxxx' and seen[#seen] == 'last')\n");
  free(text);
}

/* --- collections ------------------------------------------------------------- */

static const char many_sessions[] =
    "math.randomseed(7)\n"
    "local kept = {}\n"
    "for i = 1, 12 do\n"
    "  local tg = assert(centigram.open{dc=dc})\n"
    "  kept[#kept + 1] = ({tg, tg.auth, tg.auth.cancelCode, tg.run})[i % 4 + 1]\n"
    "  tg.on_update(function() return tg end)\n"
    "  tg.users.getUsers{id={{_='inputUserSelf'}, {_='nothing'}}}\n"
    "  if i % 3 == 0 then tg.close() end\n"
    "  if i > 4 then table.remove(kept, math.random(#kept)) end\n"
    "  collectgarbage()\n"
    "end\n"
    "last = setmetatable({centigram.open{dc=dc}}, {__gc = function(t)\n"
    "  local r = t[1].auth.cancelCode{phone_number='1'}\n"
    "  assert(r.error_code < 0) end})\n";

static void any_order(void **state) {
  run(*state, many_sessions);
}

static void at_every_step(lua_State *L, lua_Debug *ar) {
  (void)ar;
  lua_gc(L, LUA_GCCOLLECT);
}

static void collected_at_every_step(void **state) {
  lua_State *L = *state;
  lua_sethook(L, at_every_step, LUA_MASKCOUNT, 1);
  run(L, many_sessions);
  lua_sethook(L, NULL, 0, 0);
  lua_gc(L, LUA_GCINC, 1, 1000, 1); /* a collector that never rests */
  run(L, many_sessions);
}

/* --- memory ------------------------------------------------------------------ */

static const char life[] = "local tg, why = centigram.open{dc=dc}\n"
                           "if not tg then return why.error_code end\n"
                           "local r = tg.auth.sendCode{phone_number='+1 2345678'}\n"
                           "local n = tg.run(0)\n"
                           "tg.close()\n"
                           "return type(n) == 'table' and n.error_code or r.error_code\n";

static void allocations_fail(void **state) {
  lua_State *L = *state;
  lua_Integer code = CG_E_MEMORY;
  for (long n = 0; code != CG_E_CONNECT && n < 3000; n++) {
    cg_mem_fail_after(n);
    int status = luaL_dostring(L, life);
    cg_mem_fail_after(-1);
    if (status) fail_msg("%s", lua_tostring(L, -1));
    code = lua_tointeger(L, -1);
    lua_settop(L, 0);
    assert_true(code == CG_E_MEMORY || code == CG_E_CONNECT || code == CG_E_IO);
  }
  assert_int_equal(code, CG_E_CONNECT);
}

typedef struct {
  long left; /* -1: no limit */
} quota;

static void *limited(void *ud, void *p, size_t old, size_t size) {
  quota *q = ud;
  (void)old;
  if (!size) {
    free(p);
    return NULL;
  }
  if (q->left == 0) return NULL;
  if (q->left > 0) q->left--;
  return realloc(p, size);
}

/* Lua's own memory runs out wherever it likes, again and again in one state. */
static void lua_memory_fails(void **state) {
  (void)state;
  quota q = { -1 };
  lua_State *L = lua_newstate(limited, &q);
  int status = LUA_ERRMEM;
  add_module(L);
  for (long n = 0; status && n < 5000; n++) {
    luaL_loadstring(L, life);
    q.left = n;
    status = lua_pcall(L, 0, 1, 0);
    q.left = -1;
    assert_true(status == LUA_OK || status == LUA_ERRMEM);
    lua_settop(L, 0);
  }
  assert_int_equal(status, LUA_OK);
  lua_close(L);
}

#define LUA_TEST(name) cmocka_unit_test_setup_teardown(name, open_lua, close_lua)

int main(void) {
  const struct CMUnitTest tests[] = {
    LUA_TEST(members),
    LUA_TEST(wrong_arguments),
    LUA_TEST(tags),
    LUA_TEST(closed),
    LUA_TEST(updates),
    LUA_TEST(updates_are_bounded),
    LUA_TEST(any_order),
    LUA_TEST(collected_at_every_step),
    LUA_TEST(allocations_fail),
    cmocka_unit_test(lua_memory_fails),
  };
  return cmocka_run_group_tests(tests, write_dc, remove_dc);
}
