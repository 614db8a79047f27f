/* SPDX-License-Identifier: MIT */
/* json_test.c - JSON and calls: what is taken, what is defaulted, what errors say. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <centigram/api.h>

#include "base64.h"
#include "codec.h"
#include "mtproto_api.h"

static bool count_up(void *ctx, void *out, size_t len) {
  uint8_t *next = ctx;
  for (size_t i = 0; i < len; i++) ((uint8_t *)out)[i] = ++*next;
  return true;
}

static uint8_t next_random;
static const cg_tl_defaults defaults = { .api_id = 4, .api_hash = "abcd",
                                         .random = count_up, .random_ctx = &next_random };

static const tl_obj *call(cg_arena *a, const char *name, const char *args) {
  const tl_obj *out = NULL;
  cg_fault fault = { 0 };
  if (cg_tl_call_from_json(cg_tl_api(), name, cg_bytes_of(args), &defaults, a, &out,
                           &fault))
    fail_msg("%s", fault.text);
  return out;
}

static void refuse_call(const char *name, const char *args, cg_err err,
                        const char *text) {
  cg_arena *a = cg_arena_new(0);
  const tl_obj *out;
  cg_fault fault = { 0 };
  assert_int_equal(cg_tl_call_from_json(cg_tl_api(), name, cg_bytes_of(args), &defaults,
                                        a, &out, &fault),
                   err);
  assert_string_equal(fault.text, text);
  cg_arena_free(a);
}

static void refuse(const char *json, cg_err err, const char *text) {
  cg_arena *a = cg_arena_new(0);
  const tl_obj *out;
  cg_fault fault = { 0 };
  assert_int_equal(cg_tl_from_json(cg_tl_api(), cg_bytes_of(json), a, &out, &fault), err);
  assert_string_equal(fault.text, text);
  cg_arena_free(a);
}

static void assert_text(cg_bytes a, const char *b) {
  assert_int_equal(a.len, strlen(b));
  assert_memory_equal(a.at, b, a.len);
}

static void defaults_of_calls(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  const tl_auth_sendCode *q =
    TL_AS(auth_sendCode, call(a, "auth.sendCode", "{\"phone_number\":\"+9996612345\"}"));
  assert_non_null(q);
  assert_text(q->phone_number, "+9996612345");
  assert_int_equal(q->api_id, 4);
  assert_text(q->api_hash, "abcd");
  assert_non_null(TL_AS(codeSettings, q->settings));
  next_random = 0;
  const tl_messages_forwardMessages *f = TL_AS(messages_forwardMessages,
    call(a, "messages.forwardMessages",
         "{\"from_peer\":{\"_\":\"inputPeerSelf\"},\"to_peer\":{\"_\":\"inputPeerSelf\"},"
         "\"id\":[1,2]}"));
  assert_int_equal(f->random_id.len, 2);
  assert_int_equal(f->random_id.at[0], 0x0807060504030201);
  assert_int_equal(f->random_id.at[1], 0x100f0e0d0c0b0a09);
  assert_non_null(TL_AS(help_getConfig, call(a, "help.getConfig", "")));
  assert_int_equal(
      TL_AS(contacts_getContacts, call(a, "contacts.getContacts", " "))->hash, 0);
  assert_int_equal(TL_AS(auth_exportLoginToken,
                         call(a, "auth.exportLoginToken", "{}"))->except_ids.len, 0);
  cg_arena_free(a);
}

static void errors_of_calls(void **state) {
  (void)state;
  refuse_call("auth.sendcode", "{}", CG_E_UNKNOWN_NAME,
              "unknown method \"auth.sendcode\" (did you mean auth.sendCode?)");
  refuse_call("zzzzzzzzzzzz", "{}", CG_E_UNKNOWN_NAME, "unknown method \"zzzzzzzzzzzz\"");
  refuse_call(
      "auth.sendCode", "{\"phone\":\"1\"}", CG_E_UNKNOWN_NAME,
      "auth.sendCode: no field \"phone\" (fields: phone_number, api_id, api_hash, "
      "settings)");
  refuse_call("auth.sendCode", "{}", CG_E_MISSING,
              "auth.sendCode.phone_number: is missing");
  refuse_call("auth.sendCode", "{\"api_id\":\"5\"}", CG_E_UNEXPECTED,
              "auth.sendCode.api_id: a number is wanted, not a string");
  refuse_call("auth.sendCode", "{\"api_id\":5000000000}", CG_E_LIMIT,
              "auth.sendCode.api_id: does not fit into 32 bits");
  refuse_call("auth.sendCode", "{\"api_id\":1.5}", CG_E_LIMIT,
              "auth.sendCode.api_id: a whole number is wanted");
  refuse_call("auth.sendCode", "[]", CG_E_UNEXPECTED,
              "auth.sendCode: an object is wanted, not an array");
  refuse_call("auth.logOut", "{\"x\":1}", CG_E_UNKNOWN_NAME,
              "auth.logOut: no field \"x\" (it has none)");
  refuse_call("users.getUsers",
              "{\"id\":[{\"_\":\"inputUserSelf\"},{\"_\":\"inputUser\"}]}", CG_E_MISSING,
              "users.getUsers.id[1].user_id: is missing");
  refuse_call("users.getUsers", "{\"id\":[{}]}", CG_E_MISSING,
              "users.getUsers.id[0]: \"_\" is missing: one of inputUser, inputUserEmpty, "
              "inputUserFromMessage, inputUserSelf");
  refuse_call(
      "users.getUsers", "{\"id\":[{\"_\":\"inputPeerSelf\"}]}", CG_E_UNEXPECTED,
      "users.getUsers.id[0]: inputPeerSelf does not belong here: one of inputUser, "
      "inputUserEmpty, inputUserFromMessage, inputUserSelf");
  refuse_call("auth.logOut", "{", CG_E_TRUNCATED, "JSON, byte 1: a key is missing");
  refuse_call("auth.logOut", "{} x", CG_E_TRAILING,
              "JSON, byte 3: text behind the value");
  refuse_call("auth.signIn",
              "{\"phone_number\":\"1\",\"phone_number\":\"2\"}", CG_E_MALFORMED,
              "JSON, byte 34: a key stands twice in one object");
}

static void objects(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  const tl_obj *out;
  cg_fault fault = { 0 };
  /* "_" behind the fields, type inferred, long as number and as string, null */
  static const char json[] =
    "{\"phone_number\":\"1\",\"api_id\":1,\"api_hash\":\"h\",\"settings\":"
    "{\"allow_flashcall\":true,\"current_number\":false,\"token\":null,"
    "\"logout_tokens\":[\"-_8\",\"+/8=\"]},\"_\":\"auth.sendCode\"}";
  assert_int_equal(cg_tl_from_json(cg_tl_api(), cg_bytes_of(json), a, &out, &fault),
                   CG_OK);
  const tl_codeSettings *s = TL_AS(codeSettings, TL_AS(auth_sendCode, out)->settings);
  assert_true(TL_HAS(codeSettings, s, allow_flashcall));
  assert_false(TL_HAS(codeSettings, s, current_number));
  assert_false(TL_HAS(codeSettings, s, token));
  assert_int_equal(s->logout_tokens.len, 2);
  assert_text(s->logout_tokens.at[0], "\xfb\xff");
  assert_text(s->logout_tokens.at[1], "\xfb\xff");
  static const char longs[] =
      "{\"_\":\"auth.exportLoginToken\",\"api_id\":1,\"api_hash\":"
      "\"\",\"except_ids\":[9007199254740993,\"-9223372036854775808\",\"5\"]}";
  assert_int_equal(cg_tl_from_json(cg_tl_api(), cg_bytes_of(longs), a, &out, &fault),
                   CG_OK);
  const tl_auth_exportLoginToken *t = TL_AS(auth_exportLoginToken, out);
  assert_true(t->except_ids.at[0] == INT64_C(9007199254740993));
  assert_true(t->except_ids.at[1] == INT64_MIN);
  cg_bytes back;
  assert_int_equal(cg_tl_to_json(cg_tl_api(), out, a, &back, NULL), CG_OK);
  assert_text(back,
              "{\"_\":\"auth.exportLoginToken\",\"api_id\":1,\"api_hash\":\"\","
              "\"except_ids\":[\"9007199254740993\",\"-9223372036854775808\",\"5\"]}");
  assert_int_equal(back.at[back.len], 0);
  cg_arena_free(a);
}

static void errors_of_objects(void **state) {
  (void)state;
  refuse("{\"_\":\"nothing\"}", CG_E_UNKNOWN_NAME,
         "unknown constructor or method \"nothing\"");
  refuse("{}", CG_E_MISSING, "\"_\" is missing: the name of a constructor or method");
  refuse("1", CG_E_UNEXPECTED, "an object is wanted, not a number");
  refuse("", CG_E_TRUNCATED, "JSON, byte 0: a value is missing");
  refuse("{\"_\":\"auth.importLoginToken\",\"token\":\"a\"}", CG_E_MALFORMED,
         "auth.importLoginToken.token: base64 is wanted");
  refuse("{\"_\":\"contacts.getContacts\",\"hash\":\"1e5\"}", CG_E_UNEXPECTED,
         "contacts.getContacts.hash: a 64-bit number is wanted, as a number or a string");
  refuse("{\"_\":\"contacts.getContacts\"}", CG_E_MISSING,
         "contacts.getContacts.hash: is missing");
  /* the flag is there, so what shares its bit must be, too */
  refuse("{\"_\":\"user\",\"id\":1,\"bot\":true}", CG_E_MISSING,
         "user.bot_info_version: is missing (another field needs it)");
}

static void keywords_of_lua(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  const tl_obj *x, *y;
  cg_bytes one = CG_LIT("{\"_\":\"emojiStatus\",\"document_id\":1,\"until\":7}");
  cg_bytes two = CG_LIT("{\"_\":\"emojiStatus\",\"document_id\":1,\"until_\":7}");
  assert_int_equal(cg_tl_from_json(cg_tl_api(), one, a, &x, NULL), CG_OK);
  assert_int_equal(cg_tl_from_json(cg_tl_api(), two, a, &y, NULL), CG_OK);
  assert_int_equal(TL_AS(emojiStatus, x)->until, 7);
  assert_int_equal(TL_AS(emojiStatus, y)->until, 7);
  refuse("{\"_\":\"emojiStatus\",\"document_id\":1,\"until\":7,\"until_\":7}",
         CG_E_MALFORMED, "emojiStatus.until: stands twice");
  cg_arena_free(a);
}

static void bad_utf8_is_replaced(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  tl_error e = { TL_INIT(error), .code = -1, .text = CG_LIT("a\xff\"\n") };
  cg_bytes json;
  assert_int_equal(cg_tl_to_json(cg_tl_api(), &e.o, a, &json, NULL), CG_OK);
  assert_text(json, "{\"_\":\"error\",\"code\":-1,\"text\":\"a\xef\xbf\xbd\\\"\\n\"}");
  cg_arena_free(a);
}

static void int128_is_hex(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  mt_req_pq q = { MT_INIT(req_pq), .nonce = { { 0xab, 1 } } };
  cg_bytes json;
  const tl_obj *back;
  assert_int_equal(cg_tl_to_json(cg_tl_service(), &q.o, a, &json, NULL), CG_OK);
  assert_text(json, "{\"_\":\"req_pq\",\"nonce\":\"ab010000000000000000000000000000\"}");
  assert_int_equal(cg_tl_from_json(cg_tl_service(), json, a, &back, NULL), CG_OK);
  assert_memory_equal(&MT_AS(req_pq, back)->nonce, &q.nonce, 16);
  cg_arena_free(a);
}

static void describe(const char *name, const char *want) {
  cg_arena *a = cg_arena_new(0);
  cg_bytes text;
  assert_int_equal(cg_tl_describe(cg_tl_api(), name, a, &text, NULL), CG_OK);
  assert_text(text, want);
  cg_arena_free(a);
}

static void definitions_as_text(void **state) {
  (void)state;
  describe("auth.cancelCode", "auth.cancelCode#1f040578 phone_number:string "
                              "phone_code_hash:string = Bool");
  describe("auth.loggedOut", "auth.loggedOut#c3a2835f flags:# "
                             "future_auth_token:flags.0?bytes = auth.LoggedOut");
  describe("invokeWithLayer", "invokeWithLayer#da9b0d0d {X:Type} layer:int query:!X = X");
  describe("users.getUsers",
           "users.getUsers#0d91a548 id:Vector<InputUser> = Vector<User>");
  describe(
      "auth.SentCode",
      "auth.sentCode#5e002502 flags:# type:auth.SentCodeType phone_code_hash:string "
      "next_type:flags.1?auth.CodeType timeout:flags.2?int = auth.SentCode\n"
      "auth.sentCodePaymentRequired#f8827ebf store_product:string "
      "phone_code_hash:string support_email_address:string "
      "support_email_subject:string premium_days:int currency:string amount:long = "
      "auth.SentCode\n"
      "auth.sentCodeSuccess#2390fe44 authorization:auth.Authorization = auth.SentCode");
  cg_arena *a = cg_arena_new(0);
  cg_bytes text;
  cg_fault fault = { 0 };
  assert_int_equal(cg_tl_describe(cg_tl_api(), "auth.cancelcode", a, &text, &fault),
                   CG_E_UNKNOWN_NAME);
  assert_string_equal(fault.text, "no method, constructor or type \"auth.cancelcode\" "
                                  "(did you mean auth.cancelCode?)");
  cg_arena_free(a);
}

static void fields_and_names(void **state) {
  (void)state;
  cg_tl_field f;
  uint32_t id = cg_tl_method_id(cg_tl_api(), "auth.resendCode");
  assert_true(cg_tl_field_at(cg_tl_api(), id, 2, &f));
  assert_string_equal(f.name, "reason");
  assert_string_equal(f.type, "string");
  assert_true(f.optional && !f.vector);
  assert_false(cg_tl_field_at(cg_tl_api(), id, 3, &f));
  assert_false(cg_tl_field_at(cg_tl_api(), 1, 0, &f));
  size_t methods = 0, constructors = 0;
  for (const char *n = NULL; (n = cg_tl_next_name(cg_tl_api(), true, n));) methods++;
  for (const char *n = NULL; (n = cg_tl_next_name(cg_tl_api(), false, n));)
    constructors++;
  assert_int_equal(methods, 807);
  assert_int_equal(constructors, 1641);
}

/* RFC 4648, section 10. */
static void base64_vectors(void **state) {
  (void)state;
  static const char *const pairs[][2] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
  };
  static const char *const bad[] = {
    "Z", "Zg=", "Zg===", "Zh==", "Zm 9v", "Zm9v====", "="
  };
  cg_arena *a = cg_arena_new(0);
  cg_bytes out;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    assert_text(cg_base64(cg_bytes_of(pairs[i][0]), a), pairs[i][1]);
    assert_int_equal(cg_base64_read(cg_bytes_of(pairs[i][1]), a, &out), CG_OK);
    assert_text(out, pairs[i][0]);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(cg_base64_read(cg_bytes_of(bad[i]), a, &out), CG_E_MALFORMED);
  cg_arena_free(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(defaults_of_calls),
    cmocka_unit_test(errors_of_calls),
    cmocka_unit_test(objects),
    cmocka_unit_test(errors_of_objects),
    cmocka_unit_test(keywords_of_lua),
    cmocka_unit_test(bad_utf8_is_replaced),
    cmocka_unit_test(int128_is_hex),
    cmocka_unit_test(definitions_as_text),
    cmocka_unit_test(fields_and_names),
    cmocka_unit_test(base64_vectors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
