/* SPDX-License-Identifier: MIT */
/*
 * qr_test.c - logging in with a QR code and as a bot (login.md 4.7, 4.8). With a store
 * that answers at once and with one that takes its time.
 */
#include "login_test.h"

#include "bot.h"

#define BOT "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI"

static bool late;

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, late);
  cg_harness_open(&H);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

static cg_told export_except(cg_tester *c, const int64_t *ids, uint32_t count) {
  tl_auth_exportLoginToken q = { TL_INIT(auth_exportLoginToken), .api_id = 1,
                                 .api_hash = CG_LIT(ZERO_HASH),
                                 .except_ids = { ids, count } };
  return cg_tester_call(c, &q.o);
}

static cg_told export(cg_tester *c) {
  return export_except(c, NULL, 0);
}

static cg_told import(cg_tester *c, cg_bytes token) {
  tl_auth_importLoginToken q = { TL_INIT(auth_importLoginToken), .token = token };
  return cg_tester_call(c, &q.o);
}

static cg_told accept_token(cg_tester *c, cg_bytes token) {
  tl_auth_acceptLoginToken q = { TL_INIT(auth_acceptLoginToken), .token = token };
  return cg_tester_call(c, &q.o);
}

/* A copy of the token of an answer. */
typedef struct { uint8_t at[32]; int32_t expires; } shown;
#define TOKEN(t) ((cg_bytes){ (t).at, 32 })

static shown shown_of(cg_told told) {
  shown t;
  is_object(told, TL_ID_auth_loginToken);
  const tl_auth_loginToken *a = TL_AS(auth_loginToken, told.obj);
  assert_int_equal(a->token.len, 32);
  memcpy(t.at, a->token.at, 32);
  t.expires = a->expires;
  return t;
}

static const tl_user *success_user(cg_told told) {
  is_object(told, TL_ID_auth_loginTokenSuccess);
  const tl_auth_loginTokenSuccess *a = TL_AS(auth_loginTokenSuccess, told.obj);
  return TL_AS(user, TL_AS(auth_authorization, a->authorization)->user);
}

static void test_export_is_accepted(void **state) {
  (void)state;
  cg_tester *waiting = cg_tester_new(&H), *owner = cg_tester_new(&H);
  log_in(owner, KNOWN);
  shown t = shown_of(export(waiting));
  is_error(get_users(waiting), 401, "AUTH_KEY_UNREGISTERED");
  cg_told told = accept_token(owner, TOKEN(t));
  is_object(told, TL_ID_authorization);
  const tl_authorization *a = TL_AS(authorization, told.obj);
  assert_true(a->device_model.len > 0 && a->api_id > 0);
  cg_harness_pump(&H);
  told = cg_tester_update(waiting);
  is_object(told, TL_ID_updateShort);
  assert_non_null(TL_AS(updateLoginToken, TL_AS(updateShort, told.obj)->update));
  const tl_user *u = success_user(export(waiting));
  assert_int_equal(u->phone.len, strlen(KNOWN));
  is_object(get_users(waiting), TL_ID_vector);
  assert_true(shown_of(export(waiting)).expires > 0); /* a new one: the old is spent */
}

/* Who was let in by the account is told of, but needs no confirmation. */
static void test_the_others_are_told(void **state) {
  (void)state;
  cg_tester *waiting = cg_tester_new(&H), *owner = cg_tester_new(&H);
  log_in(owner, KNOWN);
  shown t = shown_of(export(waiting));
  is_object(accept_token(owner, TOKEN(t)), TL_ID_authorization);
  assert_null(cg_tester_update(owner).obj); /* it is not in yet */
  success_user(export(waiting));
  cg_told told = cg_tester_update(owner);
  const tl_updateNewAuthorization *a =
      TL_AS(updateNewAuthorization, TL_AS(updateShort, told.obj)->update);
  assert_non_null(a);
  assert_true(a->hash != 0 && !TL_HAS(updateNewAuthorization, a, unconfirmed));
  told = cg_tester_update(owner);
  assert_non_null(TL_AS(updateServiceNotification,
                        TL_AS(updateShort, told.obj)->update));
  assert_null(cg_tester_update(owner).obj);
}

static void test_the_same_until_it_is_over(void **state) {
  (void)state;
  cg_tester *c = cg_tester_new(&H);
  shown first = shown_of(export(c));
  cg_harness_advance(&H, 29);
  shown again = shown_of(export(c));
  assert_memory_equal(&again, &first, sizeof first);
  again = shown_of(import(c, TOKEN(first)));
  assert_memory_equal(&again, &first, sizeof first);
  cg_harness_advance(&H, 1);
  shown next = shown_of(export(c));
  assert_memory_not_equal(next.at, first.at, 32);
  assert_int_equal(next.expires, first.expires + 30);
}

static void test_a_restart_keeps_it(void **state) {
  (void)state;
  cg_harness_close(&H);
  H.store_url = NULL; /* a file */
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  shown t = shown_of(export(c));
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(c, true);
  shown again = shown_of(export(c));
  assert_memory_equal(again.at, t.at, 32);
}

static void test_who_may_accept(void **state) {
  (void)state;
  cg_tester *waiting = cg_tester_new(&H), *owner = cg_tester_new(&H);
  shown t = shown_of(export(waiting));
  is_error(accept_token(owner, TOKEN(t)), 401, "AUTH_KEY_UNREGISTERED");
  log_in(owner, KNOWN);
  is_error(accept_token(owner, CG_LIT("nothing")), 400, "AUTH_TOKEN_INVALIDX");
  shown own = shown_of(export(owner));
  is_error(accept_token(owner, TOKEN(own)), 400, "AUTH_TOKEN_INVALIDX");
  is_object(accept_token(owner, TOKEN(t)), TL_ID_authorization);
  is_error(accept_token(owner, TOKEN(t)), 400, "AUTH_TOKEN_ALREADY_ACCEPTED");
  cg_harness_advance(&H, 30);
  is_error(accept_token(owner, TOKEN(t)), 400, "AUTH_TOKEN_EXPIRED");
  shown_of(export(waiting)); /* accepted too late to be used: a new one */
  is_error(get_users(waiting), 401, "AUTH_KEY_UNREGISTERED");
}

static void test_only_the_key_that_showed_it(void **state) {
  (void)state;
  cg_tester *waiting = cg_tester_new(&H), *owner = cg_tester_new(&H);
  cg_tester *thief = cg_tester_new(&H);
  log_in(owner, KNOWN);
  shown t = shown_of(export(waiting));
  is_object(accept_token(owner, TOKEN(t)), TL_ID_authorization);
  is_error(import(thief, TOKEN(t)), 400, "AUTH_TOKEN_INVALIDX");
  success_user(import(waiting, TOKEN(t)));
  is_error(import(waiting, TOKEN(t)), 400, "AUTH_TOKEN_INVALIDX");
}

static void test_excepted_accounts(void **state) {
  (void)state;
  cg_tester *waiting = cg_tester_new(&H), *owner = cg_tester_new(&H);
  sent s = sent_of(send_code(owner, KNOWN));
  int64_t ids[40] = { 1, 2 };
  ids[2] = user_of(sign_in(owner, KNOWN, s.hash, CODE))->id;
  shown t = shown_of(export_except(waiting, ids, 40));
  is_error(accept_token(owner, TOKEN(t)), 400, "AUTH_TOKEN_EXCEPTION");
}

static void test_a_banned_account_lets_nobody_in(void **state) {
  (void)state;
  cg_tester *waiting = cg_tester_new(&H), *owner = cg_tester_new(&H);
  cg_said said = { 0 };
  log_in(owner, KNOWN);
  shown t = shown_of(export(waiting));
  is_object(accept_token(owner, TOKEN(t)), TL_ID_authorization);
  cg_server_user_ban(H.server, CG_LIT("{\"phone\":\"" KNOWN "\"}"), H.now_us,
                     cg_harness_hear, &said);
  cg_harness_pump(&H);
  assert_int_equal(said.status, 200);
  is_error(export(waiting), 401, "USER_DEACTIVATED_BAN");
}

static void test_bad_app(void **state) {
  (void)state;
  tl_auth_exportLoginToken q = { TL_INIT(auth_exportLoginToken), .api_id = -1,
                                 .api_hash = CG_LIT(ZERO_HASH) };
  is_error(cg_tester_call(cg_tester_new(&H), &q.o), 400, "API_ID_INVALID");
}

/* --- bots --------------------------------------------------------------------- */

static cg_told import_bot(cg_tester *c, const char *token) {
  tl_auth_importBotAuthorization q = { TL_INIT(auth_importBotAuthorization), .api_id = 1,
                                       .api_hash = CG_LIT(ZERO_HASH),
                                       .bot_auth_token = cg_bytes_of(token) };
  return cg_tester_call(c, &q.o);
}

static int add(const char *json) {
  cg_said said = { 0 };
  cg_server_user_add(H.server, cg_bytes_of(json), H.now_us, cg_harness_hear, &said);
  cg_harness_pump(&H);
  assert_int_equal(said.calls, 1);
  assert_null(strstr(said.json, "abcdefghij")); /* the token is not shown again */
  return said.status;
}

static void test_bot(void **state) {
  (void)state;
  cg_tester *c = cg_tester_new(&H);
  is_error(import_bot(c, BOT), 400, "ACCESS_TOKEN_INVALID");
  assert_int_equal(add("{\"bot_token\":\"" BOT "\",\"first_name\":\"Helper\"}"), 200);
  const tl_user *u = user_of(import_bot(c, BOT));
  assert_int_equal(u->id, 123456);
  assert_true(TL_HAS(user, u, bot) && !TL_HAS(user, u, phone));
  is_object(get_users(c), TL_ID_vector);
  assert_int_equal(add("{\"bot_token\":\"" BOT "\"}"), 409);
  is_error(import_bot(c, "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHJ"), 400,
           "ACCESS_TOKEN_INVALID");
}

static void test_bot_faults(void **state) {
  (void)state;
  static const char *const bad[] = { "", ":", "123456", "0:abcdefghijklmnopqrstuvwxyzABCDEFGHI",
                                     "1:abcdefghijklmnopqrstuvwxyzABCDEFGH",
                                     "1:abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
                                     "x:abcdefghijklmnopqrstuvwxyzABCDEFGHI" };
  int64_t id;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_false(cg_bot_token_id(cg_bytes_of(bad[i]), &id));
    is_error(import_bot(cg_tester_new(&H), bad[i]), 400, "ACCESS_TOKEN_INVALID");
  }
  assert_int_equal(add("{\"bot_token\":\"1:2\"}"), 400);
  assert_int_equal(add("{\"bot_token\":\"" BOT "\",\"phone\":\"" KNOWN "\"}"), 400);
}

static void test_log_has_no_token(void **state) {
  (void)state;
  assert_int_equal(add("{\"bot_token\":\"" BOT "\"}"), 200);
  import_bot(cg_tester_new(&H), BOT);
  assert_null(memmem(H.log.at, H.log.len, "abcdefghij", 10));
}

#define EACH(X)                                                                          \
  X(export_is_accepted) X(the_others_are_told) X(the_same_until_it_is_over)              \
  X(a_restart_keeps_it) X(who_may_accept) X(only_the_key_that_showed_it)                 \
  X(excepted_accounts) X(a_banned_account_lets_nobody_in) X(bad_app) X(bot)              \
  X(bot_faults) X(log_has_no_token)
#define T(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down),

int main(void) {
  const struct CMUnitTest tests[] = { EACH(T) };
  int failed = cmocka_run_group_tests_name("store at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store late", tests, NULL, NULL);
}
