/* SPDX-License-Identifier: MIT */
/*
 * code_rows_test.c - the table of login.md 3.4, row by row: codes asked for and ended.
 * Each test has the number of its row and tests the row's whole sentence. All of it
 * runs twice, with a store that answers at once and with one that takes its time.
 */
#include "login_fixture.h"

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

/* --- auth.sendCode -------------------------------------------------------- */

static void row_01_send_code_good_number(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeSms);
  assert_int_equal(s.next, TL_ID_auth_codeTypeCall);
  assert_int_equal(s.length, 5);
  assert_int_equal(s.timeout, -1);
  assert_int_equal(strspn(s.hash, "0123456789abcdef"), 18);
  assert_string_equal(cg_harness_code(&H, KNOWN), CODE);
}

static void bad_numbers(cg_tester *c, int32_t code) {
  is_error(send_code(c, ""), code, "PHONE_NUMBER_INVALID");
  is_error(send_code(c, "12"), code, "PHONE_NUMBER_INVALID");
  is_error(send_code(c, "99966x1234"), code, "PHONE_NUMBER_INVALID");
  is_error(send_code(c, "1234567890123456"), code, "PHONE_NUMBER_INVALID");
}

static void row_02_send_code_bad_number(void **state) {
  (void)state;
  bad_numbers(start(), 406);
}

static void row_02_send_code_bad_number_is_400_if_set(void **state) {
  (void)state;
  cg_harness_set(&H, "phone_invalid=400");
  bad_numbers(start(), 400);
}

static void row_03_send_code_bad_api_pair(void **state) {
  (void)state;
  cg_harness_set(&H, "any_api_id=off");
  cg_harness_set(&H, "apps=1:" ZERO_HASH ",6:eb06d4abfb49dc3eeb1aeb98ae0f581e:published,"
                     "7:0123456789abcdef0123456789abcdef");
  cg_tester *c = start();
  is_error(send_code_api(c, KNOWN, 5, ZERO_HASH), 400, "API_ID_INVALID");
  is_error(send_code_api(c, KNOWN, 1, "00000000000000000000000000000001"), 400,
           "API_ID_INVALID");
  is_error(send_code_api(c, KNOWN, 1, ""), 400, "API_ID_INVALID");
  is_error(send_code_api(c, KNOWN, 6, "eb06d4abfb49dc3eeb1aeb98ae0f581e"), 400,
           "API_ID_PUBLISHED_FLOOD");
  /* A good pair, but not the one that initConnection named. */
  is_error(send_code_api(c, KNOWN, 7, "0123456789abcdef0123456789abcdef"), 400,
           "API_ID_INVALID");
  sent_of(send_code_api(c, KNOWN, 1, ZERO_HASH));
}

static void row_03_send_code_any_api_pair_if_set(void **state) {
  (void)state;
  cg_tester *c = start();
  sent_of(send_code_api(c, KNOWN, 50322, "9ff1a639196c0779c86dd661af8522ba"));
  is_error(send_code_api(c, KNOWN, 0, ZERO_HASH), 400, "API_ID_INVALID");
}

static void row_04_send_code_banned_number(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(send_code(c, BANNED), 400, "PHONE_NUMBER_BANNED");
  is_error(send_code(c, "9996629199"), 400, "PHONE_NUMBER_BANNED");
  is_error(send_code(c, "42777"), 400, "PHONE_NUMBER_BANNED");
  sent_of(send_code(c, KNOWN));
  cg_said said = { 0 };
  cg_server_user_ban(H.server, CG_LIT("{\"phone\":\"" KNOWN "\"}"), H.now_us,
                     cg_harness_hear, &said);
  cg_harness_pump(&H);
  assert_int_equal(said.status, 200);
  is_error(send_code(c, KNOWN), 400, "PHONE_NUMBER_BANNED");
}

/* Nobody can tell before the code was right that a password will be asked for. */
static void row_01_send_code_of_an_account_with_a_password(void **state) {
  (void)state;
  cg_tester *c = start();
  sent plain = sent_of(send_code(c, KNOWN)), s = sent_of(send_code(c, "9996629099"));
  assert_int_equal(s.type, plain.type);
  assert_int_equal(s.next, plain.next);
  is_error(sign_in(c, "9996629099", s.hash, WRONG), 400, "PHONE_CODE_INVALID");
  is_error(sign_in(c, "9996629099", s.hash, CODE), 401, "SESSION_PASSWORD_NEEDED");
}

static void row_07_send_code_of_a_flooded_test_number(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start();
  is_error(send_code(c, "9996629200"), 420, "FLOOD_WAIT_5");
  is_error(send_code(c, "9996629299"), 420, "FLOOD_WAIT_5");
  cg_harness_close(&H); /* once is once, whoever is restarted */
  cg_harness_open(&H);
  cg_tester_reconnect(c, true);
  sent s = sent_of(send_code(c, "9996629200"));
  is_object(sign_in(c, "9996629200", s.hash, CODE), TL_ID_auth_authorization);
  cg_harness_advance(&H, 86400);
  sent_of(send_code(cg_tester_new(&H), "9996629299"));
}

static void row_10_send_code_repeated_while_live(void **state) {
  (void)state;
  cg_harness_set(&H, "resend_timeout=60");
  cg_tester *c = start();
  sent first = sent_of(send_code(c, ORDINARY));
  assert_int_equal(first.timeout, 60);
  char code[16];
  strcpy(code, cg_harness_code(&H, ORDINARY));
  is_error(sign_in(c, ORDINARY, first.hash, "xxxxx"), 400, "PHONE_CODE_INVALID");
  cg_harness_advance(&H, 20);
  sent again = sent_of(send_code(c, "+49 30 123-456"));
  assert_string_equal(again.hash, first.hash);
  assert_int_equal(again.type, first.type);
  assert_int_equal(again.next, first.next);
  assert_int_equal(again.timeout, 40);
  assert_string_equal(cg_harness_code(&H, ORDINARY), code);
  /* The tries that were made still count: four are left. */
  for (int i = 0; i < 4; i++)
    is_error(sign_in(c, ORDINARY, first.hash, "xxxxx"), 400, "PHONE_CODE_INVALID");
  is_error(sign_in(c, ORDINARY, first.hash, code), 400, "PHONE_CODE_EXPIRED");
}

/* No delivery is counted, and sent_at stays. */
static void row_10_send_code_nothing_is_delivered_again(void **state) {
  (void)state;
  cg_tester *c = start();
  sent_of(send_code(c, ORDINARY));
  char before[8192];
  strcpy(before, cg_harness_codes(&H, ORDINARY));
  cg_harness_advance(&H, 20);
  uint64_t delivered = H.server->counts.delivered;
  sent_of(send_code(c, ORDINARY));
  assert_int_equal(H.server->counts.delivered, delivered);
  assert_string_equal(cg_harness_codes(&H, ORDINARY), before);
}

static void row_10_send_code_twice_at_once(void **state) {
  (void)state;
  cg_tester *c = start();
  tl_codeSettings settings = { TL_INIT(codeSettings) };
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = CG_LIT(ORDINARY),
                         .api_id = 1, .api_hash = CG_LIT(ZERO_HASH),
                         .settings = &settings.CodeSettings };
  uint64_t one = cg_tester_queue(c, &q.o), two = cg_tester_queue(c, &q.o);
  cg_harness_pump(&H);
  sent a = sent_of(cg_tester_take(c, one)), b = sent_of(cg_tester_take(c, two));
  assert_string_equal(a.hash, b.hash);
  const char *json = cg_harness_codes(&H, ORDINARY);
  assert_null(strstr(strstr(json, "\"hash\"") + 1, "\"hash\""));
}

static void row_03_and_02_the_api_pair_is_judged_first(void **state) {
  (void)state;
  cg_harness_set(&H, "any_api_id=off");
  is_error(send_code_api(start(), "12", 5, ZERO_HASH), 400, "API_ID_INVALID");
}

static void row_10_send_code_after_resend_keeps_the_rung(void **state) {
  (void)state;
  cg_tester *c = start();
  sent first = sent_of(send_code(c, KNOWN));
  sent call = sent_of(resend_code(c, KNOWN, first.hash));
  sent again = sent_of(send_code(c, KNOWN));
  assert_int_equal(again.type, call.type);
  assert_int_equal(again.next, 0);
  assert_string_equal(again.hash, first.hash);
}

static void row_10_send_code_after_the_end_is_new(void **state) {
  (void)state;
  cg_tester *c = start();
  sent cancelled = sent_of(send_code(c, KNOWN));
  is_true(cancel_code(c, KNOWN, cancelled.hash));
  sent second = sent_of(send_code(c, KNOWN));
  assert_string_not_equal(second.hash, cancelled.hash);
  is_error(sign_in(c, KNOWN, cancelled.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  cg_harness_advance(&H, 300);
  sent third = sent_of(send_code(c, KNOWN));
  assert_string_not_equal(third.hash, second.hash);
  is_error(sign_in(c, KNOWN, second.hash, CODE), 400, "PHONE_CODE_EXPIRED");
}

static void row_10_send_code_ends_what_waits_for_sign_up(void **state) {
  (void)state;
  cg_tester *c = start();
  sent first = sent_of(send_code(c, NEW_NUMBER));
  is_object(sign_in(c, NEW_NUMBER, first.hash, CODE),
            TL_ID_auth_authorizationSignUpRequired);
  sent second = sent_of(send_code(c, NEW_NUMBER));
  assert_string_not_equal(second.hash, first.hash);
  is_error(sign_up(c, NEW_NUMBER, first.hash, "A", ""), 400, "PHONE_CODE_EXPIRED");
}

static void row_12_send_code_old_layer(void **state) {
  (void)state;
  cg_harness_set(&H, "min_layer=150");
  cg_tester *c = start();
  c->layer = 149;
  is_error(send_code(c, KNOWN), 406, "UPDATE_APP_TO_LOGIN");
  is_error(sign_in(c, KNOWN, "abc", CODE), 406, "UPDATE_APP_TO_LOGIN");
  cg_tester *d = cg_tester_new(&H);
  d->layer = 150;
  sent_of(send_code(d, KNOWN));
}

/* --- auth.resendCode ------------------------------------------------------ */

static void row_13_resend_code_next_rung(void **state) {
  (void)state;
  cg_harness_set(&H, "resend_timeout=60");
  cg_tester *c = start();
  sent s = sent_of(send_code(c, ORDINARY));
  char code[16];
  strcpy(code, cg_harness_code(&H, ORDINARY));
  cg_harness_advance(&H, 60);
  sent r = sent_of(resend_code(c, ORDINARY, s.hash));
  assert_string_equal(r.hash, s.hash);
  assert_int_equal(r.type, TL_ID_auth_sentCodeTypeCall);
  assert_int_equal(r.length, 5);
  assert_int_equal(r.next, 0);
  assert_string_equal(cg_harness_code(&H, ORDINARY), code);
  is_object(sign_in(c, ORDINARY, s.hash, code), TL_ID_auth_authorizationSignUpRequired);
}

static void row_13_resend_code_gives_the_code_new_time(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  cg_harness_advance(&H, 200);
  sent_of(resend_code(c, KNOWN, s.hash));
  cg_harness_advance(&H, 290);
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static void row_14_resend_code_too_early(void **state) {
  (void)state;
  cg_harness_set(&H, "resend_timeout=60");
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  is_error(resend_code(c, KNOWN, s.hash), 420, "FLOOD_WAIT_60");
  cg_harness_advance(&H, 59);
  is_error(resend_code(c, KNOWN, s.hash), 420, "FLOOD_WAIT_1");
  cg_harness_advance(&H, 1);
  sent_of(resend_code(c, KNOWN, s.hash));
}

static void row_15_resend_code_from_app_at_once(void **state) {
  (void)state;
  cg_harness_set(&H, "resend_timeout=60");
  cg_tester *c = start();
  log_in(c, KNOWN);
  cg_tester *d = cg_tester_new(&H);
  sent app = sent_of(send_code(d, KNOWN));
  assert_int_equal(app.type, TL_ID_auth_sentCodeTypeApp);
  assert_int_equal(app.next, TL_ID_auth_codeTypeSms);
  assert_int_equal(app.timeout, -1);
  assert_int_equal(app.length, 5);
  sent sms = sent_of(resend_code(d, KNOWN, app.hash));
  assert_int_equal(sms.type, TL_ID_auth_sentCodeTypeSms);
  assert_int_equal(sms.next, TL_ID_auth_codeTypeCall);
  assert_int_equal(sms.timeout, 60);
  assert_string_equal(sms.hash, app.hash);
}

static void row_15_the_own_session_is_no_other(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  assert_int_equal(sent_of(send_code(c, KNOWN)).type, TL_ID_auth_sentCodeTypeSms);
}

static void row_16_resend_code_nothing_left(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  sent call = sent_of(resend_code(c, KNOWN, s.hash));
  assert_int_equal(call.next, 0);
  is_error(resend_code(c, KNOWN, s.hash), 406, "SEND_CODE_UNAVAILABLE");
  /* The code is as good as before. */
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static void row_17_resend_code_empty_hash(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(resend_code(c, KNOWN, ""), 400, "PHONE_CODE_HASH_EMPTY");
}

static void row_18_resend_code_dead_hash(void **state) {
  (void)state;
  dead_hashes(resend_code, true);
}

static void row_18_resend_code_at_the_last_second(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  cg_harness_advance(&H, 299);
  sent_of(resend_code(c, KNOWN, s.hash));
  cg_harness_advance(&H, 300);
  is_error(resend_code(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
}

static void row_19_resend_code_bad_number(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(resend_code(c, "", "abc"), 406, "PHONE_NUMBER_INVALID");
  is_error(resend_code(c, "12", ""), 406, "PHONE_NUMBER_INVALID");
}

static void row_21_resend_code_verified(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, NEW_NUMBER));
  is_object(sign_in(c, NEW_NUMBER, s.hash, CODE), TL_ID_auth_authorizationSignUpRequired);
  is_error(resend_code(c, NEW_NUMBER, s.hash), 400, "PHONE_CODE_EXPIRED");
}

/* --- auth.cancelCode ------------------------------------------------------ */

static void row_23_cancel_code_live(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  is_true(cancel_code(c, "+" KNOWN, s.hash));
  assert_non_null(strstr(cg_harness_codes(&H, KNOWN), "\"state\":\"cancelled\""));
  assert_null(strstr(cg_harness_codes(&H, KNOWN), CODE));
}

static void row_24_cancel_code_dead_hash(void **state) {
  (void)state;
  dead_hashes(cancel_code, false);
}

static void row_24_cancel_code_empty_hash(void **state) {
  (void)state;
  is_error(cancel_code(start(), KNOWN, ""), 400, "PHONE_CODE_EXPIRED");
}

static void row_24_cancel_code_at_the_last_second(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  cg_harness_advance(&H, 300);
  is_error(cancel_code(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  s = sent_of(send_code(c, KNOWN));
  cg_harness_advance(&H, 299);
  is_true(cancel_code(c, KNOWN, s.hash));
}

static void row_25_cancel_code_bad_number(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(cancel_code(c, "", "abc"), 406, "PHONE_NUMBER_INVALID");
  is_error(cancel_code(c, "12", ""), 406, "PHONE_NUMBER_INVALID");
}

static void row_26_cancel_code_after_success_has_no_effect(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, NEW_NUMBER));
  is_object(sign_in(c, NEW_NUMBER, s.hash, CODE), TL_ID_auth_authorizationSignUpRequired);
  is_true(cancel_code(c, NEW_NUMBER, s.hash));
  is_object(sign_up(c, NEW_NUMBER, s.hash, "Ada", ""), TL_ID_auth_authorization);
  is_true(cancel_code(c, NEW_NUMBER, s.hash));
  is_object(get_users(c), TL_ID_vector);
  cg_tester *other = cg_tester_new(&H);
  is_error(cancel_code(other, NEW_NUMBER, s.hash), 400, "PHONE_CODE_EXPIRED");
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    ROW(row_01_send_code_good_number),
    ROW(row_02_send_code_bad_number),
    ROW(row_02_send_code_bad_number_is_400_if_set),
    ROW(row_03_send_code_bad_api_pair),
    ROW(row_03_send_code_any_api_pair_if_set),
    ROW(row_04_send_code_banned_number),
    ROW(row_01_send_code_of_an_account_with_a_password),
    ROW(row_07_send_code_of_a_flooded_test_number),
    ROW(row_10_send_code_repeated_while_live),
    ROW(row_10_send_code_nothing_is_delivered_again),
    ROW(row_10_send_code_twice_at_once),
    ROW(row_03_and_02_the_api_pair_is_judged_first),
    ROW(row_10_send_code_after_resend_keeps_the_rung),
    ROW(row_10_send_code_after_the_end_is_new),
    ROW(row_10_send_code_ends_what_waits_for_sign_up),
    ROW(row_12_send_code_old_layer),
    ROW(row_13_resend_code_next_rung),
    ROW(row_13_resend_code_gives_the_code_new_time),
    ROW(row_14_resend_code_too_early),
    ROW(row_15_resend_code_from_app_at_once),
    ROW(row_15_the_own_session_is_no_other),
    ROW(row_16_resend_code_nothing_left),
    ROW(row_17_resend_code_empty_hash),
    ROW(row_18_resend_code_dead_hash),
    ROW(row_18_resend_code_at_the_last_second),
    ROW(row_19_resend_code_bad_number),
    ROW(row_21_resend_code_verified),
    ROW(row_23_cancel_code_live),
    ROW(row_24_cancel_code_dead_hash),
    ROW(row_24_cancel_code_empty_hash),
    ROW(row_24_cancel_code_at_the_last_second),
    ROW(row_25_cancel_code_bad_number),
    ROW(row_26_cancel_code_after_success_has_no_effect),
  };
  int failed = cmocka_run_group_tests_name("store answers at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store answers later", tests, NULL, NULL);
}
