/* SPDX-License-Identifier: MIT */
/*
 * login_rows_test.c - the table of login.md 3.4, row by row: logins, and calls of any kind.
 * Each test has the number of its row and tests the row's whole sentence. All of it
 * runs twice, with a store that answers at once and with one that takes its time.
 */
#include "login_fixture.h"

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

/* --- auth.signIn ---------------------------------------------------------- */

static void row_27_sign_in_right_code(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, "+" KNOWN));
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  const tl_user *u = user_of(sign_in(c, KNOWN, s.hash, "22-222"));
  assert_true(TL_HAS(user, u, self) && u->id > 0);
  assert_true(TL_HAS(user, u, access_hash) && u->access_hash != 0);
  assert_true(TL_HAS(user, u, first_name) && u->first_name.len > 0);
  assert_true(TL_HAS(user, u, phone) && cg_bytes_equal(u->phone, CG_LIT(KNOWN)));
  is_object(get_users(c), TL_ID_vector);
  assert_non_null(strstr(cg_harness_codes(&H, KNOWN), "\"state\":\"used\""));
  assert_string_equal(cg_harness_code(&H, KNOWN), "");
}

static void row_27_sign_in_again_replaces_the_user(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  sent s = sent_of(send_code(c, KNOWN_TOO));
  const tl_user *u = user_of(sign_in(c, KNOWN_TOO, s.hash, CODE));
  assert_true(cg_bytes_equal(u->phone, CG_LIT(KNOWN_TOO)));
  /* The first account has no session left: no App rung for it. */
  cg_tester *d = cg_tester_new(&H);
  assert_int_equal(sent_of(send_code(d, KNOWN)).type, TL_ID_auth_sentCodeTypeSms);
  assert_int_equal(sent_of(send_code(d, KNOWN_TOO)).type, TL_ID_auth_sentCodeTypeApp);
}

static void row_29_sign_in_without_account(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, NEW_NUMBER));
  cg_told told = sign_in(c, NEW_NUMBER, s.hash, CODE);
  is_object(told, TL_ID_auth_authorizationSignUpRequired);
  const tl_auth_authorizationSignUpRequired *r =
      TL_AS(auth_authorizationSignUpRequired, told.obj);
  assert_true(TL_HAS(auth_authorizationSignUpRequired, r, terms_of_service));
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  assert_non_null(strstr(cg_harness_codes(&H, NEW_NUMBER), "\"state\":\"verified\""));
  /* The code stays checkable while the sign-up is pending. */
  is_object(sign_in(c, NEW_NUMBER, s.hash, CODE), TL_ID_auth_authorizationSignUpRequired);
  is_error(sign_in(c, NEW_NUMBER, s.hash, WRONG), 400, "PHONE_CODE_INVALID");
}

static void row_29_sign_in_without_account_in_old_layers(void **state) {
  (void)state;
  cg_harness_set(&H, "min_layer=99");
  cg_tester *c = start();
  sent s = sent_of(send_code(c, NEW_NUMBER));
  c->inited = false;
  c->layer = 103; /* only said so: no client of that age sends what we have forms for */
  cg_buf b = { 0 };
  cg_arena_reset(c->arena);
  cg_tester_put_init(c, &b);
  cg_buf_u32(&b, 0xbcd51581); /* auth.signIn of up to layer 144 */
  cg_buf_str(&b, CG_LIT(NEW_NUMBER));
  cg_buf_str(&b, cg_bytes_of(s.hash));
  cg_buf_str(&b, CG_LIT(CODE));
  is_error(cg_tester_call_raw(c, cg_buf_view(&b)), 400, "PHONE_NUMBER_UNOCCUPIED");
  cg_buf_free(&b);
}

static void row_29_account_made_meanwhile(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, NEW_NUMBER));
  is_object(sign_in(c, NEW_NUMBER, s.hash, CODE), TL_ID_auth_authorizationSignUpRequired);
  cg_said said = { 0 };
  cg_server_user_add(H.server, CG_LIT("{\"phone\":\"+" NEW_NUMBER "\"}"), H.now_us,
                     cg_harness_hear, &said);
  cg_harness_pump(&H);
  assert_int_equal(said.status, 200);
  is_object(sign_in(c, NEW_NUMBER, s.hash, CODE), TL_ID_auth_authorization);
}

static void row_30_sign_in_wrong_code(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  is_error(sign_in(c, KNOWN, s.hash, WRONG), 400, "PHONE_CODE_INVALID");
  is_error(sign_in(c, KNOWN, s.hash, "2222"), 400, "PHONE_CODE_INVALID");
  is_error(sign_in(c, KNOWN, s.hash, "222222222222222222222222222222222222222222222222222"
                                     "2222222222222222222222222222"),
           400, "PHONE_CODE_INVALID");
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static void row_31_sign_in_empty_code(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  for (int i = 0; i < 6; i++) { /* it costs no try */
    is_error(sign_in(c, KNOWN, s.hash, ""), 400, "PHONE_CODE_EMPTY");
    is_error(sign_in(c, KNOWN, s.hash, NULL), 400, "PHONE_CODE_EMPTY");
    is_error(sign_in(c, KNOWN, s.hash, " - "), 400, "PHONE_CODE_EMPTY");
  }
  is_error(sign_in(c, KNOWN, "0123456789abcdef01", ""), 400, "PHONE_CODE_EMPTY");
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static void row_32_sign_in_empty_hash(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(sign_in(c, KNOWN, "", CODE), 400, "PHONE_CODE_HASH_EMPTY");
  is_error(sign_in(c, KNOWN, "", ""), 400, "PHONE_CODE_HASH_EMPTY");
}

static cg_told sign_in_rightly(cg_tester *c, const char *phone, const char *hash) {
  return sign_in(c, phone, hash, CODE);
}

static void row_33_sign_in_dead_hash(void **state) {
  (void)state;
  dead_hashes(sign_in_rightly, true);
}

/* The second of its death is the first in which a code is of no use. */
static void row_33_sign_in_at_the_last_second(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  cg_harness_advance(&H, 300);
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  s = sent_of(send_code(c, KNOWN));
  cg_harness_advance(&H, 299);
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

/* A code that dies while the store is asked about it logs nobody in. */
static void row_33_sign_in_while_the_code_dies(void **state) {
  (void)state;
  if (!late) return; /* nothing takes time */
  cg_tester *c = start();
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  for (uint64_t before = 296; before < 298; before++) {
    sent s = sent_of(send_code(c, KNOWN));
    cg_harness_advance(&H, before);
    H.lag_us = CG_SECOND; /* the code is found, counted, believed, and enough in three */
    cg_told told = sign_in(c, KNOWN, s.hash, CODE);
    H.lag_us = 0;
    if (before == 296) is_object(told, TL_ID_auth_authorization);
    else is_error(told, 400, "PHONE_CODE_EXPIRED");
    is_object(log_out(c), TL_ID_auth_loggedOut);
  }
}

static void row_34_sign_in_bad_number(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(sign_in(c, "", "abc", CODE), 406, "PHONE_NUMBER_INVALID");
  is_error(sign_in(c, "12", "", ""), 406, "PHONE_NUMBER_INVALID");
}

static void row_35_sign_in_tries_used_up(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  for (int i = 0; i < 5; i++)
    is_error(sign_in(c, KNOWN, s.hash, WRONG), 400, "PHONE_CODE_INVALID");
  assert_non_null(strstr(cg_harness_codes(&H, KNOWN), "\"state\":\"exhausted\""));
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  sent again = sent_of(send_code(c, KNOWN));
  is_object(sign_in(c, KNOWN, again.hash, CODE), TL_ID_auth_authorization);
}

static void row_35_the_last_try_may_be_right(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  for (int i = 0; i < 4; i++)
    is_error(sign_in(c, KNOWN, s.hash, WRONG), 400, "PHONE_CODE_INVALID");
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static void row_38_sign_in_again_within_a_minute(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  int64_t id = user_of(sign_in(c, KNOWN, s.hash, CODE))->id;
  is_error(sign_in(c, KNOWN, s.hash, WRONG), 400, "PHONE_CODE_EXPIRED");
  cg_harness_advance(&H, 60);
  assert_true(user_of(sign_in(c, KNOWN, s.hash, CODE))->id == id);
  cg_tester *other = cg_tester_new(&H);
  is_error(sign_in(other, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  cg_harness_advance(&H, 1);
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
}

/* The minute begins when the store has bound the key, not when the server hears of it. */
static void row_38_with_a_slow_store(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  H.lag_us = late ? CG_SECOND : 0;
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static void ban(const char *json) {
  cg_said said = { 0 };
  cg_server_user_ban(H.server, cg_bytes_of(json), H.now_us, cg_harness_hear, &said);
  cg_harness_pump(&H);
  assert_int_equal(said.status, 200);
}

static void row_38_not_for_who_was_banned_meanwhile(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  ban("{\"phone\":\"" KNOWN "\"}");
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_NUMBER_BANNED");
}

static void row_38_not_after_log_out_or_another_login(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  is_object(log_out(c), TL_ID_auth_loggedOut);
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  log_in(c, KNOWN_TOO);
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  cg_harness_advance(&H, 1);
  log_in(c, KNOWN); /* the same account, but by another code */
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
}

static void row_39_email_is_not_the_current_rung(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  tl_emailVerificationCode by = { TL_INIT(emailVerificationCode), .code = CG_LIT(CODE) };
  tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = CG_LIT(KNOWN),
                       .phone_code_hash = cg_bytes_of(s.hash) };
  TL_SET(auth_signIn, &q, email_verification, &by.EmailVerification);
  is_error(cg_tester_call(c, &q.o), 400, "PHONE_CODE_EXPIRED");
  /* With both, the current rung decides which one is read. */
  TL_SET(auth_signIn, &q, phone_code, CG_LIT(CODE));
  is_object(cg_tester_call(c, &q.o), TL_ID_auth_authorization);
}

/* --- auth.signUp ---------------------------------------------------------- */

static sent verified(cg_tester *c, const char *phone) {
  sent s = sent_of(send_code(c, phone));
  is_object(sign_in(c, phone, s.hash, CODE), TL_ID_auth_authorizationSignUpRequired);
  return s;
}

static void row_40_sign_up(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = verified(c, NEW_NUMBER);
  const tl_user *u = user_of(sign_up(c, NEW_NUMBER, s.hash, " Ada ", "Lovelace"));
  assert_true(TL_HAS(user, u, self) && u->id > 0 && u->access_hash);
  assert_true(cg_bytes_equal(u->first_name, CG_LIT("Ada")));
  assert_true(cg_bytes_equal(u->last_name, CG_LIT("Lovelace")));
  assert_true(cg_bytes_equal(u->phone, CG_LIT(NEW_NUMBER)));
  is_object(get_users(c), TL_ID_vector);
  /* Now it has an account, and a session that is told the next code. */
  cg_tester *d = cg_tester_new(&H);
  sent again = sent_of(send_code(d, NEW_NUMBER));
  assert_int_equal(again.type, TL_ID_auth_sentCodeTypeApp);
  is_object(sign_in(d, NEW_NUMBER, again.hash, CODE), TL_ID_auth_authorization);
}

static void row_41_sign_up_number_taken(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  sent mine = verified(c, NEW_NUMBER), other = verified(d, NEW_NUMBER);
  is_object(sign_up(d, NEW_NUMBER, other.hash, "First", ""), TL_ID_auth_authorization);
  is_error(sign_up(c, NEW_NUMBER, mine.hash, "Second", ""), 400, "PHONE_NUMBER_OCCUPIED");
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
}

static void row_42_sign_up_bad_names(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = verified(c, NEW_NUMBER);
  char name[68 * 2 + 1] = "";
  for (int i = 0; i < 65; i++) strcat(name, "\xc3\xa4");
  is_error(sign_up(c, NEW_NUMBER, s.hash, "", "L"), 400, "FIRSTNAME_INVALID");
  is_error(sign_up(c, NEW_NUMBER, s.hash, "  ", "L"), 400, "FIRSTNAME_INVALID");
  is_error(sign_up(c, NEW_NUMBER, s.hash, "\xff", "L"), 400, "FIRSTNAME_INVALID");
  is_error(sign_up(c, NEW_NUMBER, s.hash, name, "L"), 400, "FIRSTNAME_INVALID");
  is_error(sign_up(c, NEW_NUMBER, s.hash, "F", name), 400, "LASTNAME_INVALID");
  const tl_user *u = user_of(sign_up(c, NEW_NUMBER, s.hash, name + 2, ""));
  assert_int_equal(u->first_name.len, 128);
  assert_false(TL_HAS(user, u, last_name));
}

static void row_43_sign_up_empty_hash(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(sign_up(c, NEW_NUMBER, "", "A", ""), 400, "PHONE_CODE_HASH_EMPTY");
  is_error(sign_up(c, "12", "", "", ""), 406, "PHONE_NUMBER_INVALID");
}

static void row_44_sign_up_before_the_code_was_verified(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, NEW_NUMBER));
  is_error(sign_up(c, NEW_NUMBER, s.hash, "A", ""), 400, "PHONE_CODE_INVALID");
}

static cg_told sign_up_somehow(cg_tester *c, const char *phone, const char *hash) {
  return sign_up(c, phone, hash, "A", "");
}

static void row_45_sign_up_dead_hash(void **state) {
  (void)state;
  dead_hashes(sign_up_somehow, true);
}

static void row_45_sign_up_after_a_day(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = verified(c, NEW_NUMBER);
  H.now_us += 86399 * CG_SECOND;
  cg_tester_reconnect(c, true);
  is_object(sign_in(c, NEW_NUMBER, s.hash, CODE), TL_ID_auth_authorizationSignUpRequired);
  H.now_us += 86400 * CG_SECOND;
  cg_tester_reconnect(c, true);
  is_error(sign_up(c, NEW_NUMBER, s.hash, "A", ""), 400, "PHONE_CODE_EXPIRED");
  s = verified(c, NEW_NUMBER);
  H.now_us += 86399 * CG_SECOND;
  cg_tester_reconnect(c, true);
  is_object(sign_up(c, NEW_NUMBER, s.hash, "A", ""), TL_ID_auth_authorization);
}

/* --- auth.reportMissingCode, and any of them ------------------------------ */

static void row_47_report_missing_code(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  is_true(report_missing(c, KNOWN, s.hash));
  cg_buf_put(&H.log, "", 1);
  assert_non_null(strstr((const char *)H.log.at, "no code came"));
}

static void row_48_report_missing_code_bad(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(report_missing(c, "12", "abc"), 400, "PHONE_NUMBER_INVALID");
  is_error(report_missing(c, KNOWN, "abc"), 400, "PHONE_CODE_EXPIRED");
  is_error(report_missing(c, KNOWN, ""), 400, "PHONE_CODE_EXPIRED");
}

static void row_62_unbound_temporary_key(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new_temporary(&H, 86400);
  c->inited = true; /* it has not said so, but the state of the key comes first */
  is_error(send_code(c, KNOWN), 401, "AUTH_KEY_PERM_EMPTY");
  c->inited = false;
  tl_help_getConfig config = { TL_INIT(help_getConfig) };
  tl_help_getNearestDc nearest = { TL_INIT(help_getNearestDc) };
  is_object(cg_tester_call(c, &config.o), TL_ID_config);
  is_object(cg_tester_call(c, &nearest.o), TL_ID_nearestDc);
  is_error(send_code(c, KNOWN), 401, "AUTH_KEY_PERM_EMPTY");
  is_error(resend_code(c, KNOWN, "abc"), 401, "AUTH_KEY_PERM_EMPTY");
  is_error(cancel_code(c, KNOWN, "abc"), 401, "AUTH_KEY_PERM_EMPTY");
  is_error(sign_in(c, KNOWN, "abc", CODE), 401, "AUTH_KEY_PERM_EMPTY");
  is_error(sign_up(c, KNOWN, "abc", "A", ""), 401, "AUTH_KEY_PERM_EMPTY");
  is_error(get_users(c), 401, "AUTH_KEY_PERM_EMPTY");
}

static cg_told call_unknown(cg_tester *c) {
  cg_buf b = { 0 };
  cg_arena_reset(c->arena);
  cg_tester_put_init(c, &b);
  cg_buf_u32(&b, 0x12345678);
  cg_told told = cg_tester_call_raw(c, cg_buf_view(&b));
  cg_buf_free(&b);
  return told;
}

static void row_63_unknown_method(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(call_unknown(c), 400, "INPUT_METHOD_INVALID");
  c->inited = true;
  tl_help_getDeepLinkInfo allowed = { TL_INIT(help_getDeepLinkInfo) };
  tl_contacts_getStatuses other = { TL_INIT(contacts_getStatuses) };
  is_error(cg_tester_call(c, &allowed.o), 400, "INPUT_METHOD_INVALID");
  is_error(cg_tester_call(c, &other.o), 401, "AUTH_KEY_UNREGISTERED");
  log_in(c, KNOWN);
  is_error(cg_tester_call(c, &other.o), 400, "INPUT_METHOD_INVALID");
  is_error(call_unknown(c), 400, "INPUT_METHOD_INVALID");
  cg_said said = { 0 };
  cg_server_missing(H.server, cg_harness_hear, &said);
  cg_harness_pump(&H);
  const char *unknown = "{\"method\":\"unknown\",\"id\":\"12345678\",\"count\":2}";
  assert_non_null(strstr(said.json, unknown));
  assert_non_null(strstr(said.json, "{\"method\":\"contacts.getStatuses\","));
}

static void row_64_no_init_connection(void **state) {
  (void)state;
  cg_tester *c = start();
  tl_help_getConfig config = { TL_INIT(help_getConfig) };
  c->inited = true;
  is_error(cg_tester_call(c, &config.o), 400, "CONNECTION_NOT_INITED");
  is_error(send_code(c, KNOWN), 400, "CONNECTION_NOT_INITED");
  c->inited = false;
  is_object(cg_tester_call(c, &config.o), TL_ID_config);
  /* It holds for the key, not for the session. */
  cg_tester_reconnect(c, true);
  c->inited = true;
  sent_of(send_code(c, KNOWN));
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    ROW(row_27_sign_in_right_code),
    ROW(row_27_sign_in_again_replaces_the_user),
    ROW(row_29_sign_in_without_account),
    ROW(row_29_sign_in_without_account_in_old_layers),
    ROW(row_29_account_made_meanwhile),
    ROW(row_30_sign_in_wrong_code),
    ROW(row_31_sign_in_empty_code),
    ROW(row_32_sign_in_empty_hash),
    ROW(row_33_sign_in_dead_hash),
    ROW(row_33_sign_in_at_the_last_second),
    ROW(row_33_sign_in_while_the_code_dies),
    ROW(row_34_sign_in_bad_number),
    ROW(row_35_sign_in_tries_used_up),
    ROW(row_35_the_last_try_may_be_right),
    ROW(row_38_sign_in_again_within_a_minute),
    ROW(row_38_with_a_slow_store),
    ROW(row_38_not_for_who_was_banned_meanwhile),
    ROW(row_38_not_after_log_out_or_another_login),
    ROW(row_39_email_is_not_the_current_rung),
    ROW(row_40_sign_up),
    ROW(row_41_sign_up_number_taken),
    ROW(row_42_sign_up_bad_names),
    ROW(row_43_sign_up_empty_hash),
    ROW(row_44_sign_up_before_the_code_was_verified),
    ROW(row_45_sign_up_dead_hash),
    ROW(row_45_sign_up_after_a_day),
    ROW(row_47_report_missing_code),
    ROW(row_48_report_missing_code_bad),
    ROW(row_62_unbound_temporary_key),
    ROW(row_63_unknown_method),
    ROW(row_64_no_init_connection),
  };
  int failed = cmocka_run_group_tests_name("store answers at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store answers later", tests, NULL, NULL);
}
