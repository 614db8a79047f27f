/* SPDX-License-Identifier: MIT */
/*
 * value_test.c - Lua tables to JSON and back: types, defaults, errors with their paths,
 * 64-bit numbers, raw bytes, nesting, and memory running out on either side.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec.h"
#include "fill.h"
#include "lua_value.h"
#include "mem.h"
#include "octets.h"

#include <lauxlib.h>
#include <lualib.h>

#include <stdlib.h>
#include <string.h>

static int open_lua(void **state) {
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  *state = L;
  return 0;
}

static int close_lua(void **state) {
  lua_close(*state);
  return 0;
}

static bool sevens(void *ctx, void *out, size_t len) {
  (void)ctx;
  memset(out, 7, len);
  return true;
}

/* What the client sends for `method` with the table on top of the stack, as JSON. */
static cg_err canonical(lua_State *L, const char *method, cg_arena *arena, cg_buf *out,
                        cg_bytes *json, cg_fault *fault) {
  static const cg_tl_defaults defaults = { 4, "abcd", sevens, NULL };
  const tl_obj *request;
  int top = lua_gettop(L);
  cg_err err = cg_lua_read(L, top, cg_tl_api(), method, arena, out, fault);
  assert_int_equal(lua_gettop(L), top);
  if (!err)
    err = cg_tl_call_from_json(cg_tl_api(), method, cg_buf_view(out), &defaults, arena,
                               &request, fault);
  return err ? err : cg_tl_to_json(cg_tl_api(), request, arena, json, fault);
}

/* Pushes the value of the expression `lua`. */
static void evaluate(lua_State *L, const char *lua) {
  const char *chunk = lua_pushfstring(L, "return %s", lua);
  if (luaL_dostring(L, chunk)) fail_msg("%s", lua_tostring(L, -1));
  lua_remove(L, -2);
}

static void gives(lua_State *L, const char *method, const char *lua, const char *fields) {
  cg_buf out = { 0 };
  cg_bytes json;
  cg_fault fault = { 0 };
  cg_arena *arena = cg_arena_new(0);
  evaluate(L, lua);
  if (canonical(L, method, arena, &out, &json, &fault)) fail_msg("%s", fault.text);
  const char *want = lua_pushfstring(L, "{\"_\":\"%s\"%s}", method, fields);
  assert_string_equal((const char *)json.at, want);
  lua_settop(L, 0);
  cg_buf_free(&out);
  cg_arena_free(arena);
}

static void refuses(lua_State *L, const char *method, const char *lua, cg_err err,
                    const char *text) {
  cg_buf out = { 0 };
  cg_bytes json;
  cg_fault fault = { 0 };
  cg_arena *arena = cg_arena_new(0);
  evaluate(L, lua);
  assert_int_equal(canonical(L, method, arena, &out, &json, &fault), err);
  assert_string_equal(fault.text, text);
  lua_settop(L, 0);
  cg_buf_free(&out);
  cg_arena_free(arena);
}

/* --- Lua to JSON ------------------------------------------------------------- */

static void values(void **state) {
  lua_State *L = *state;
  gives(L, "auth.cancelCode", "{phone_code_hash='h', phone_number='+1'}",
        ",\"phone_number\":\"+1\",\"phone_code_hash\":\"h\"");
  gives(L, "account.setContactSignUpNotification", "{silent=true}", ",\"silent\":true");
  gives(L, "auth.cancelCode", "{phone_number='a\\0b\\u{20ac}\"'}",
        ",\"phone_number\":\"a\\u0000b\xe2\x82\xac\\\"\",\"phone_code_hash\":\"\"");
  gives(L, "auth.importLoginToken", "{token='\\0\\255\\1\\254'}",
        ",\"token\":\"AP8B/g==\"");
  gives(L, "contacts.getLocated",
        "{geo_point={_='inputGeoPoint', lat=1, long=2.5}, self_expires=3.0}",
        ",\"geo_point\":{\"_\":\"inputGeoPoint\",\"lat\":1,\"long\":2.5},"
        "\"self_expires\":3");
}

static void big_numbers(void **state) {
  lua_State *L = *state;
  gives(L, "contacts.getContacts", "{hash=math.mininteger}",
        ",\"hash\":\"-9223372036854775808\"");
  gives(L, "contacts.getContacts", "{hash='9223372036854775807'}",
        ",\"hash\":\"9223372036854775807\"");
  gives(L, "auth.exportLoginToken", "{except_ids={9007199254740993, '-5', 7.0}}",
        ",\"api_id\":4,\"api_hash\":\"abcd\",\"except_ids\":[\"9007199254740993\",\"-5\","
        "\"7\"]");
  refuses(L, "contacts.getContacts", "{hash=1.5}", CG_E_LIMIT,
          "contacts.getContacts.hash: a whole number is wanted");
  refuses(
      L, "contacts.getContacts", "{hash='x'}", CG_E_UNEXPECTED,
      "contacts.getContacts.hash: a 64-bit number is wanted, as a number or a string");
  refuses(L, "contacts.getContacts", "{hash=0/0}", CG_E_UNEXPECTED,
          "contacts.getContacts.hash: a finite number is wanted");
  refuses(L, "contacts.getContacts", "{hash=1e300}", CG_E_LIMIT,
          "contacts.getContacts.hash: a whole number is wanted");
  refuses(L, "account.setAccountTTL", "{ttl={_='accountDaysTTL', days=1<<31}}",
          CG_E_LIMIT, "account.setAccountTTL.ttl.days: does not fit into 32 bits");
}

/* MadelineProto's rules for what is left out. */
static void defaults(void **state) {
  lua_State *L = *state;
  gives(L, "auth.cancelCode", "{}", ",\"phone_number\":\"\",\"phone_code_hash\":\"\"");
  gives(L, "auth.sendCode", "{phone_number='1'}",
        ",\"phone_number\":\"1\",\"api_id\":4,\"api_hash\":\"abcd\",\"settings\":"
        "{\"_\":\"codeSettings\"}");
  gives(L, "messages.sendMessage", "{}",
        ",\"peer\":{\"_\":\"inputPeerEmpty\"},\"message\":\"\",\"random_id\":"
        "\"506381209866536711\"");
  gives(L, "users.getUsers", "{id={{_='inputUser'}}}",
        ",\"id\":[{\"_\":\"inputUser\",\"user_id\":\"0\",\"access_hash\":\"0\"}]");
  gives(L, "account.setContactSignUpNotification", "{}", ",\"silent\":false");
  refuses(L, "account.setPrivacy", "{}", CG_E_MISSING,
          "account.setPrivacy.key: is missing");
}

static void objects(void **state) {
  lua_State *L = *state;
  gives(L, "auth.sendCode", "{settings={allow_flashcall=true, logout_tokens={'\\255'}}}",
        ",\"phone_number\":\"\",\"api_id\":4,\"api_hash\":\"abcd\",\"settings\":{\"_\":"
        "\"codeSettings\",\"allow_flashcall\":true,\"logout_tokens\":[\"/w==\"]}");
  gives(L, "invokeWithoutUpdates", "{query={_='auth.importLoginToken', token='\\255'}}",
        ",\"query\":{\"_\":\"auth.importLoginToken\",\"token\":\"/w==\"}");
  static const char status[] =
      ",\"emoji_status\":{\"_\":\"emojiStatus\",\"document_id\":\"1\",\"until\":5}";
  gives(L, "account.updateEmojiStatus",
        "{emoji_status={_='emojiStatus', document_id=1, until_=5}}", status);
  gives(L, "account.updateEmojiStatus",
        "{emoji_status={_='emojiStatus', document_id=1, ['until']=5, until_=6}}", status);
  gives(
      L, "messages.sendMessage",
      "{peer={_='inputPeerSelf'}, random_id=1, reply_markup={_='replyKeyboardMarkup', "
      "rows={{buttons={{_='keyboardButton', text='a'}, {_='keyboardButton', text='b'}}}, "
      "{buttons={}}}}}",
      ",\"peer\":{\"_\":\"inputPeerSelf\"},\"message\":\"\",\"random_id\":\"1\","
      "\"reply_markup\":{\"_\":\"replyKeyboardMarkup\",\"rows\":[{\"_\":"
      "\"keyboardButtonRow\",\"buttons\":[{\"_\":\"keyboardButton\",\"text\":\"a\"},"
      "{\"_\":\"keyboardButton\",\"text\":\"b\"}]},{\"_\":\"keyboardButtonRow\","
      "\"buttons\":[]}]}");
}

static void errors(void **state) {
  lua_State *L = *state;
  refuses(L, "auth.cancelcode", "{x=1}", CG_E_UNKNOWN_NAME,
          "unknown method \"auth.cancelcode\" (did you mean auth.cancelCode?)");
  refuses(L, "auth.cancelCode", "{phone=1}", CG_E_UNKNOWN_NAME,
          "auth.cancelCode: no field \"phone\" (fields: phone_number, phone_code_hash)");
  refuses(L, "auth.cancelCode", "{['phone_number\\0']='1'}", CG_E_UNKNOWN_NAME,
          "auth.cancelCode: the name of a field is not text");
  refuses(L, "auth.cancelCode", "{'1'}", CG_E_UNEXPECTED,
          "auth.cancelCode: a table of named fields is wanted, not a list");
  refuses(L, "auth.cancelCode", "{phone_number=1}", CG_E_UNEXPECTED,
          "auth.cancelCode.phone_number: a string is wanted, not a number");
  refuses(L, "auth.cancelCode", "{phone_number={}}", CG_E_UNEXPECTED,
          "auth.cancelCode.phone_number: a value of type string is wanted, not a table");
  refuses(L, "auth.cancelCode", "{phone_number=print}", CG_E_UNEXPECTED,
          "auth.cancelCode.phone_number: a function has no place here");
  refuses(L, "auth.cancelCode", "{phone_number='\\255'}", CG_E_MALFORMED,
          "auth.cancelCode.phone_number: the text is not UTF-8");
  refuses(L, "users.getUsers", "{id={{_='inputUserSelf'}, x=1}}", CG_E_UNEXPECTED,
          "users.getUsers.id: a list is wanted: values from 1 on, no names");
  refuses(L, "users.getUsers", "{id={[2]={_='inputUserSelf'}}}", CG_E_UNEXPECTED,
          "users.getUsers.id: a list is wanted: values from 1 on, no names");
  refuses(L, "users.getUsers", "{id={{_='inputUserSelf'}, print}}", CG_E_UNEXPECTED,
          "users.getUsers.id[2]: a function has no place here");
  refuses(L, "users.getUsers", "{id={{_=1}}}", CG_E_UNEXPECTED,
          "users.getUsers.id[1]: \"_\" is the name of a constructor");
  refuses(L, "users.getFullUser", "{id={{}}}", CG_E_MISSING,
          "users.getFullUser.id: \"_\" is missing: one of inputUser, inputUserEmpty, "
          "inputUserFromMessage, inputUserSelf");
}

/* A table that contains itself, and one whose metamethods must not run. */
static void strange_tables(void **state) {
  lua_State *L = *state;
  cg_buf out = { 0 };
  cg_fault fault = { 0 };
  cg_arena *arena = cg_arena_new(0);
  evaluate(
      L, "(function() local q = {_='invokeWithoutUpdates'} q.query = q return q end)()");
  assert_int_equal(
      cg_lua_read(L, 1, cg_tl_api(), "invokeWithoutUpdates", arena, &out, &fault),
      CG_E_LIMIT);
  assert_non_null(strstr(fault.text, "tables are nested too deep"));
  cg_buf_free(&out);
  cg_arena_free(arena);
  lua_settop(L, 0);
  gives(L, "auth.cancelCode",
        "setmetatable({}, {__index=error, __pairs=error, __len=error})",
        ",\"phone_number\":\"\",\"phone_code_hash\":\"\"");
}

/* --- JSON to Lua ------------------------------------------------------------- */

/* Pushes the object that `json` describes and asks Lua whether `test` holds for it. */
static void becomes(lua_State *L, const char *json, const char *test) {
  const tl_obj *object;
  cg_bytes text = { 0 };
  cg_fault fault = { 0 };
  cg_arena *arena = cg_arena_new(0);
  if (cg_tl_from_json(cg_tl_api(), cg_bytes_of(json), arena, &object, &fault) ||
      cg_tl_to_json(cg_tl_api(), object, arena, &text, &fault))
    fail_msg("%s", fault.text);
  assert_int_equal(cg_lua_push(L, cg_tl_api(), text, NULL, arena), CG_OK);
  cg_arena_free(arena);
  assert_int_equal(lua_gettop(L), 1);
  lua_setglobal(L, "v");
  evaluate(L, test);
  if (!lua_toboolean(L, -1)) fail_msg("%s", test);
  lua_settop(L, 0);
}

static void answers(void **state) {
  lua_State *L = *state;
  becomes(L, "{\"_\":\"auth.loggedOut\",\"future_auth_token\":\"AP8B/g==\"}",
          "v._ == 'auth.loggedOut' and v.future_auth_token == '\\0\\255\\1\\254'");
  becomes(L, "{\"_\":\"auth.loggedOut\"}", "v.future_auth_token == nil");
  becomes(L,
          "{\"_\":\"inputUser\",\"user_id\":\"9007199254740993\",\"access_hash\":"
          "\"-9223372036854775808\"}",
          "v.user_id == 9007199254740993 and v.access_hash == math.mininteger and "
          "math.type(v.user_id) == 'integer'");
  becomes(L, "{\"_\":\"inputGeoPoint\",\"lat\":1,\"long\":2.5}",
          "math.type(v.lat) == 'float' and v.lat == 1 and v.long == 2.5");
  becomes(L, "{\"_\":\"emojiStatus\",\"document_id\":1,\"until\":5}",
          "v['until'] == 5 and v.until_ == 5");
  becomes(L,
          "{\"_\":\"help.termsOfService\",\"popup\":true,\"id\":{\"_\":\"dataJSON\","
          "\"data\":\"\\u0000x\"},\"text\":\"\",\"entities\":[{\"_\":"
          "\"messageEntityBold\",\"offset\":1,\"length\":2}]}",
          "v.popup == true and v.id.data == '\\0x' and #v.entities == 1 and "
          "v.entities[1].length == 2");
}

static void vectors_alone(void **state) {
  lua_State *L = *state;
  cg_arena *arena = cg_arena_new(0);
  assert_int_equal(
      cg_lua_push(L, cg_tl_api(), CG_LIT("[\"9007199254740993\",\"1\"]"), "long", arena),
      CG_OK);
  lua_rawgeti(L, 1, 1);
  assert_true(lua_isinteger(L, -1) && lua_tointeger(L, -1) == INT64_C(9007199254740993));
  lua_settop(L, 0);
  assert_int_equal(cg_lua_push(L, cg_tl_api(), CG_LIT("true"), NULL, arena), CG_OK);
  assert_true(lua_isboolean(L, 1) && lua_toboolean(L, 1));
  lua_settop(L, 0);
  assert_int_equal(cg_lua_push(L, cg_tl_api(), CG_LIT("[1,"), NULL, arena),
                   CG_E_TRUNCATED);
  assert_int_equal(cg_lua_push(L, cg_tl_api(), CG_LIT("{\"a\":1}"), NULL, arena),
                   CG_E_MALFORMED);
  assert_int_equal(lua_gettop(L), 0);
  cg_arena_free(arena);
}

/* --- there and back ---------------------------------------------------------- */

/* A random call of the method `h`: into Lua and out of it, it stays what it was. */
static void round_trip(lua_State *L, tl_filler *f, const tl_head *h) {
  cg_buf wire = { 0 }, out = { 0 };
  const tl_obj *object;
  cg_bytes before, after;
  cg_fault fault = { 0 };
  cg_arena *arena = cg_arena_new(0);
  const char *name = tl_head_name(cg_tl_api(), h);
  tl_fill(f, h, &wire);
  assert_int_equal(wire.err, CG_OK);
  assert_int_equal(cg_tl_decode(cg_tl_api(), cg_buf_view(&wire), arena, &object, &fault),
                   0);
  assert_int_equal(cg_tl_to_json(cg_tl_api(), object, arena, &before, &fault), CG_OK);
  assert_int_equal(cg_lua_push(L, cg_tl_api(), before, NULL, arena), CG_OK);
  if (canonical(L, name, arena, &out, &after, &fault)) fail_msg("%s", fault.text);
  assert_string_equal((const char *)after.at, (const char *)before.at);
  lua_settop(L, 0);
  cg_buf_free(&wire);
  cg_buf_free(&out);
  cg_arena_free(arena);
}

static void every_method(void **state) {
  tl_filler f;
  const cg_tl_schema *s = cg_tl_api();
  assert_true(tl_filler_init(&f, s, 228));
  int count = 0;
  for (size_t i = 0; i < s->nheads; i++) {
    const tl_head *h = s->heads + i;
    if (!tl_is_method(h) || h->newest != i || h->flags & TL_F_OLD) continue;
    if (f.height[i] >= 100) continue; /* it needs a type without constructors */
    round_trip(*state, &f, h);
    count++;
  }
  assert_true(count > 800);
  tl_filler_free(&f);
}

/* --- memory ------------------------------------------------------------------ */

static const char call_text[] =
    "{settings={allow_flashcall=true, logout_tokens={'\\255', ('x'):rep(3000)}}}";

static void allocations_fail(void **state) {
  lua_State *L = *state;
  cg_err err = CG_E_MEMORY;
  evaluate(L, call_text);
  for (long n = 0; err && n < 1000; n++) {
    cg_buf out = { 0 };
    cg_fault fault = { 0 };
    cg_mem_fail_after(n);
    cg_arena *arena = cg_arena_new(0);
    err = arena ? cg_lua_read(L, 1, cg_tl_api(), "auth.sendCode", arena, &out, &fault)
                : CG_E_MEMORY;
    if (!err)
      err = cg_lua_push(L, cg_tl_api(), CG_LIT("{\"_\":\"dataJSON\",\"data\":\"\"}"),
                        NULL, arena);
    cg_mem_fail_after(-1);
    cg_arena_free(arena);
    cg_buf_free(&out);
    if (err) assert_int_equal(err, CG_E_MEMORY);
  }
  assert_int_equal(err, CG_OK);
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

typedef struct {
  cg_arena *arena;
  cg_buf out;
  bool done;
} job;

static int there_and_back(lua_State *L) {
  job *j = lua_touserdata(L, 1);
  luaL_loadstring(L, "return {settings={allow_flashcall=true, logout_tokens={'\\255'}}}");
  lua_call(L, 0, 1);
  assert_int_equal(
      cg_lua_read(L, -1, cg_tl_api(), "auth.sendCode", j->arena, &j->out, NULL), CG_OK);
  assert_int_equal(
      cg_lua_push(L, cg_tl_api(),
                  CG_LIT("{\"_\":\"auth.loggedOut\",\"future_auth_token\":\"AA==\"}"),
                  NULL, j->arena),
      CG_OK);
  j->done = true;
  return 0;
}

/* Lua raises wherever it likes; nothing is lost, and the state is still good. */
static void lua_memory_fails(void **state) {
  (void)state;
  job j = { 0 };
  for (long n = 0; !j.done && n < 5000; n++) {
    quota q = { -1 };
    lua_State *L = lua_newstate(limited, &q);
    j.arena = cg_arena_new(0);
    lua_pushcfunction(L, there_and_back);
    lua_pushlightuserdata(L, &j);
    q.left = n;
    int status = lua_pcall(L, 1, 0, 0);
    q.left = -1;
    assert_true(status == LUA_OK || status == LUA_ERRMEM);
    assert_int_equal(j.done, status == LUA_OK);
    lua_close(L);
    cg_buf_free(&j.out);
    cg_arena_free(j.arena);
  }
  assert_true(j.done);
}

/* RFC 4648, section 10. */
static void octets(void **state) {
  (void)state;
  static const char *const pairs[][2] = {
    { "", "" },        { "f", "Zg==" },        { "fo", "Zm8=" },
    { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }
  };
  static const char *const bad[] = { "Z", "Zg=", "Zg", "====", "Z===", "Zm 9" };
  cg_arena *arena = cg_arena_new(0);
  cg_bytes back;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    cg_buf b = { 0 };
    cg_octets_base64(&b, cg_bytes_of(pairs[i][0]));
    assert_true(cg_bytes_equal(cg_buf_view(&b), cg_bytes_of(pairs[i][1])));
    cg_buf_free(&b);
    assert_int_equal(cg_octets_of_base64(cg_bytes_of(pairs[i][1]), arena, &back), CG_OK);
    assert_true(cg_bytes_equal(back, cg_bytes_of(pairs[i][0])));
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(cg_octets_of_base64(cg_bytes_of(bad[i]), arena, &back),
                     CG_E_MALFORMED);
  assert_int_equal(cg_octets_of_hex(CG_LIT("00ff7f"), arena, &back), CG_OK);
  assert_true(cg_bytes_equal(back, CG_LIT("\0\xff\x7f")));
  assert_int_equal(cg_octets_of_hex(CG_LIT("0"), arena, &back), CG_E_MALFORMED);
  assert_int_equal(cg_octets_of_hex(CG_LIT("0G"), arena, &back), CG_E_MALFORMED);
  cg_arena_free(arena);
}

#define LUA_TEST(name) cmocka_unit_test_setup_teardown(name, open_lua, close_lua)

int main(void) {
  const struct CMUnitTest tests[] = {
    LUA_TEST(values),
    LUA_TEST(big_numbers),
    LUA_TEST(defaults),
    LUA_TEST(objects),
    LUA_TEST(errors),
    LUA_TEST(strange_tables),
    LUA_TEST(answers),
    LUA_TEST(vectors_alone),
    LUA_TEST(every_method),
    LUA_TEST(allocations_fail),
    cmocka_unit_test(lua_memory_fails),
    cmocka_unit_test(octets),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
