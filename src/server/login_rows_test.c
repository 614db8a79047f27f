/* SPDX-License-Identifier: MIT */
/*
 * login_rows_test.c - the table of login.md 3.4, row by row: each test has the number
 * of its row and tests the row's whole sentence. All of it runs twice, with a store that
 * answers at once and with one that takes its time.
 */
#include "login_test.h"

static bool late;

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, late);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

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

/* Until passwords are there, nobody gets in without one. */
static void row_04_send_code_of_an_account_with_a_password(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(send_code(c, "9996629000"), 400, "PHONE_PASSWORD_PROTECTED");
  is_error(send_code(c, "9996629099"), 400, "PHONE_PASSWORD_PROTECTED");
  assert_string_equal(cg_harness_codes(&H, "9996629000"), "[]");
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
  c->layer = 144;
  is_error(send_code(c, KNOWN), 406, "UPDATE_APP_TO_LOGIN");
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

/* A hash that is dead in every way that login.md knows; the caller tries each. */
typedef cg_told use_hash(cg_tester *c, const char *phone, const char *hash);

static void dead_hashes(use_hash *use, bool verified_is_dead) {
  cg_tester *c = start(), *other = cg_tester_new(&H);
  is_error(use(c, KNOWN, "0123456789abcdef01"), 400, "PHONE_CODE_EXPIRED");
  is_error(use(c, KNOWN, "no hash of ours, and longer than any of them can be"), 400,
           "PHONE_CODE_EXPIRED");
  sent s = sent_of(send_code(c, KNOWN));
  is_error(use(other, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  is_error(use(c, KNOWN_TOO, s.hash), 400, "PHONE_CODE_EXPIRED");
  is_true(cancel_code(c, KNOWN, s.hash));
  is_error(use(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  s = sent_of(send_code(c, KNOWN));
  cg_harness_advance(&H, 300);
  is_error(use(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  s = sent_of(send_code(c, KNOWN));
  for (int i = 0; i < 5; i++)
    is_error(sign_in(c, KNOWN, s.hash, WRONG), 400, "PHONE_CODE_INVALID");
  is_error(use(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  if (!verified_is_dead) return;
  s = sent_of(send_code(c, KNOWN));
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  cg_harness_advance(&H, 61);
  is_error(use(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
}

static void row_18_resend_code_dead_hash(void **state) {
  (void)state;
  dead_hashes(resend_code, true);
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
  tl_help_getCountriesList allowed = { TL_INIT(help_getCountriesList) };
  tl_contacts_getContacts other = { TL_INIT(contacts_getContacts) };
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
  assert_non_null(strstr(said.json, "{\"method\":\"contacts.getContacts\","));
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
    ROW(row_01_send_code_good_number),
    ROW(row_02_send_code_bad_number),
    ROW(row_02_send_code_bad_number_is_400_if_set),
    ROW(row_03_send_code_bad_api_pair),
    ROW(row_03_send_code_any_api_pair_if_set),
    ROW(row_04_send_code_banned_number),
    ROW(row_04_send_code_of_an_account_with_a_password),
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
    ROW(row_19_resend_code_bad_number),
    ROW(row_21_resend_code_verified),
    ROW(row_23_cancel_code_live),
    ROW(row_24_cancel_code_dead_hash),
    ROW(row_24_cancel_code_empty_hash),
    ROW(row_25_cancel_code_bad_number),
    ROW(row_26_cancel_code_after_success_has_no_effect),
    ROW(row_27_sign_in_right_code),
    ROW(row_27_sign_in_again_replaces_the_user),
    ROW(row_29_sign_in_without_account),
    ROW(row_29_sign_in_without_account_in_old_layers),
    ROW(row_29_account_made_meanwhile),
    ROW(row_30_sign_in_wrong_code),
    ROW(row_31_sign_in_empty_code),
    ROW(row_32_sign_in_empty_hash),
    ROW(row_33_sign_in_dead_hash),
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
