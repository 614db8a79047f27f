/* SPDX-License-Identifier: MIT */
/*
 * password_test.c - logging in with two-step verification: rows 11 and 26-28 of login.md
 * 3.4 as far as passwords go, 4.1, account.getPassword and auth.checkPassword (4.3), and
 * what an attacker tries (protocol.md 304-308). All of it runs twice, with a store that
 * answers at once and with one that takes its time.
 */
#include "login_fixture.h"
#include "password_test.h"

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

/* --- auth.signIn ---------------------------------------------------------- */

static void row_28_sign_in_with_password(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = up_to_password(c, GUARDED);
  assert_non_null(strstr(cg_harness_codes(&H, GUARDED), "\"state\":\"verified\""));
  const tl_user *u = user_of(check_password(c, prove(c, TEST_PASSWORD)));
  assert_true(TL_HAS(user, u, self));
  assert_true(cg_bytes_equal(u->phone, CG_LIT(GUARDED)));
  is_object(get_users(c), TL_ID_vector);
  assert_non_null(strstr(cg_harness_codes(&H, GUARDED), "\"state\":\"used\""));
  is_error(sign_in(c, GUARDED, s.hash, WRONG), 400, "PHONE_CODE_EXPIRED");
}

static void a_waiting_key_may_do_little(void **state) {
  (void)state;
  cg_tester *c = start(), *other = cg_tester_new(&H);
  up_to_password(c, GUARDED);
  is_error(get_users(c), 401, "SESSION_PASSWORD_NEEDED");
  is_error(get_users(other), 401, "AUTH_KEY_UNREGISTERED");
  tl_account_resetPassword reset = { TL_INIT(account_resetPassword) };
  is_error(cg_tester_call(c, &reset.o), 401, "SESSION_PASSWORD_NEEDED");
  tl_help_getConfig config = { TL_INIT(help_getConfig) };
  is_object(cg_tester_call(c, &config.o), TL_ID_config);
}

static void a_waiting_key_waits_for_a_day(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = up_to_password(c, GUARDED);
  cg_harness_advance(&H, 86399);
  /* To be told so again does not make the day longer. */
  is_error(sign_in(c, GUARDED, s.hash, CODE), 401, "SESSION_PASSWORD_NEEDED");
  proof p = prove(c, TEST_PASSWORD);
  cg_harness_advance(&H, 1);
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  is_error(get_password(c), 401, "AUTH_KEY_UNREGISTERED");
  is_error(check_password(c, p), 401, "AUTH_KEY_UNREGISTERED");
  is_error(sign_in(c, GUARDED, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
}

static void a_waiting_key_survives_a_restart(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(c, true);
  is_error(get_users(c), 401, "SESSION_PASSWORD_NEEDED");
  user_of(check_password(c, prove(c, TEST_PASSWORD)));
}

static void row_26_cancel_code_does_nothing_to_it(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = up_to_password(c, GUARDED);
  is_true(cancel_code(c, GUARDED, s.hash));
  is_error(get_users(c), 401, "SESSION_PASSWORD_NEEDED");
  user_of(check_password(c, prove(c, TEST_PASSWORD)));
  is_true(cancel_code(c, GUARDED, s.hash));
}

static void send_code_lifts_the_mark(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = up_to_password(c, GUARDED), again = sent_of(send_code(c, GUARDED));
  assert_string_not_equal(s.hash, again.hash);
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  is_error(get_password(c), 401, "AUTH_KEY_UNREGISTERED");
  is_error(sign_in(c, GUARDED, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  is_error(sign_in(c, GUARDED, again.hash, CODE), 401, "SESSION_PASSWORD_NEEDED");
}

static void the_last_number_is_the_one_that_waits(void **state) {
  (void)state;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  cg_harness_advance(&H, 1);
  up_to_password(c, GUARDED_TOO);
  const tl_user *u = user_of(check_password(c, prove(c, TEST_PASSWORD)));
  assert_true(cg_bytes_equal(u->phone, CG_LIT(GUARDED_TOO)));
  /* The other login is over with it: nothing is pending behind this one's back. */
  told_algo t = algo_of(get_password(c));
  u = user_of(check_password(c, prove_to(&t, TEST_PASSWORD)));
  assert_true(cg_bytes_equal(u->phone, CG_LIT(GUARDED_TOO)));
}

static void a_login_of_another_number_ends_it(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = up_to_password(c, GUARDED);
  log_in(c, KNOWN);
  assert_false(algo_of(get_password(c)).has); /* KNOWN has none */
  is_error(sign_in(c, GUARDED, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  is_object(get_users(c), TL_ID_vector);
}

static void a_right_code_is_looked_at_again(void **state) {
  (void)state;
  cg_tester *c = start(), *owner = cg_tester_new(&H);
  log_in_guarded(owner, GUARDED);
  sent s = up_to_password(c, GUARDED);
  is_error(sign_in(c, GUARDED, s.hash, CODE), 401, "SESSION_PASSWORD_NEEDED");
  is_error(sign_in(c, GUARDED, s.hash, WRONG), 400, "PHONE_CODE_INVALID");
  is_true(update(owner, TEST_PASSWORD, (wish){ .password = "" }));
  assert_false(algo_of(get_password(c)).has);
  is_error(check_password(c, no_proof), 400, "PASSWORD_EMPTY");
  user_of(sign_in(c, GUARDED, s.hash, CODE));
  is_object(get_users(c), TL_ID_vector);
}

static void a_banned_user_stays_out(void **state) {
  (void)state;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  proof p = prove(c, TEST_PASSWORD);
  cg_said said = { 0 };
  cg_server_user_ban(H.server, CG_LIT("{\"phone\":\"" GUARDED "\"}"), H.now_us,
                     cg_harness_hear, &said);
  cg_harness_pump(&H);
  assert_int_equal(said.status, 200);
  is_error(check_password(c, p), 401, "USER_DEACTIVATED_BAN");
}

/* A way to log in without a code ends at the password, too. */
static cg_told export_token(cg_tester *c) {
  tl_auth_exportLoginToken q = { TL_INIT(auth_exportLoginToken), .api_id = 1,
                                 .api_hash = CG_LIT(ZERO_HASH) };
  return cg_tester_call(c, &q.o);
}

static void up_to_accepted(cg_tester *c, cg_tester *owner) {
  uint8_t token[32];
  cg_told told = export_token(c);
  is_object(told, TL_ID_auth_loginToken);
  memcpy(token, TL_AS(auth_loginToken, told.obj)->token.at, 32);
  tl_auth_acceptLoginToken q = { TL_INIT(auth_acceptLoginToken), .token = { token, 32 } };
  is_object(cg_tester_call(owner, &q.o), TL_ID_authorization);
}

static void a_qr_code_needs_the_password(void **state) {
  (void)state;
  cg_tester *c = start(), *owner = cg_tester_new(&H);
  log_in_guarded(owner, GUARDED);
  for (int i = 0; i < 2; i++) {
    if (i) sent_of(send_code(c, GUARDED)); /* a code that is in the way */
    up_to_accepted(c, owner);
    is_error(export_token(c), 401, "SESSION_PASSWORD_NEEDED");
    is_error(get_users(c), 401, "SESSION_PASSWORD_NEEDED");
    is_object(export_token(c), TL_ID_auth_loginToken); /* the old one is spent */
    user_of(check_password(c, prove(c, TEST_PASSWORD)));
    is_object(get_users(c), TL_ID_vector);
    is_object(log_out(c), TL_ID_auth_loggedOut);
  }
}

/* --- account.getPassword -------------------------------------------------- */

static void get_password_of_a_stranger(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(get_password(c), 401, "AUTH_KEY_UNREGISTERED");
  sent_of(send_code(c, GUARDED)); /* a code was asked for, not given */
  is_error(get_password(c), 401, "AUTH_KEY_UNREGISTERED");
  is_error(check_password(c, no_proof), 401, "AUTH_KEY_UNREGISTERED");
}

static void get_password_says_everything(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  told_algo none = algo_of(get_password(c)), twice = algo_of(get_password(c));
  assert_false(none.has || none.recovers || none.hint[0] || none.unconfirmed[0]);
  assert_memory_not_equal(none.random, twice.random, 256);
  assert_memory_equal(none.new_salt1, twice.new_salt1, 8); /* both are good */
  is_error(check_password(c, no_proof), 400, "PASSWORD_EMPTY");
  cg_tester *d = cg_tester_new(&H);
  up_to_password(d, GUARDED);
  told_algo one = algo_of(get_password(d)), two = algo_of(get_password(d));
  assert_true(one.has);
  assert_true(one.srp_id != two.srp_id);
  assert_memory_not_equal(one.b_pub, two.b_pub, 256);
  assert_memory_not_equal(one.new_salt1, none.new_salt1, 8);
  assert_int_equal(cg_dh_check_public(cg_dh_prime, one.b_pub), CG_OK);
}

static void an_old_layer_gets_its_own_form(void **state) {
  (void)state;
  cg_tester *c = start();
  c->layer = 144;
  up_to_password(c, GUARDED);
  is_object(get_password(c), 0x185b184f);
  cg_tester *d = cg_tester_new(&H);
  d->layer = 145;
  up_to_password(d, GUARDED);
  is_object(get_password(d), 0x957b50fb);
}

/* --- auth.checkPassword --------------------------------------------------- */

static void a_wrong_password_can_be_tried_again(void **state) {
  (void)state;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  for (int i = 0; i < 20; i++) /* nothing is counted in profile test */
    is_error(check_password(c, prove(c, i % 2 ? "Test" : "")), 400,
             "PASSWORD_HASH_INVALID");
  is_error(check_password(c, no_proof), 400, "PASSWORD_HASH_INVALID");
  user_of(check_password(c, prove(c, TEST_PASSWORD)));
}

static void a_proof_serves_once(void **state) {
  (void)state;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  told_algo t = algo_of(get_password(c));
  is_error(check_password(c, prove_to(&t, "wrong")), 400, "PASSWORD_HASH_INVALID");
  proof right = prove_to(&t, TEST_PASSWORD);
  is_error(check_password(c, right), 400, "SRP_ID_INVALID");
  right.id ^= 2;
  is_error(check_password(c, right), 400, "SRP_ID_INVALID");
  right.id = 0;
  is_error(check_password(c, right), 400, "SRP_ID_INVALID");
  proof p = prove(c, TEST_PASSWORD);
  user_of(check_password(c, p));
  is_error(check_password(c, p), 400, "SRP_ID_INVALID"); /* a replay */
}

static void a_proof_for_another_offer_is_none(void **state) {
  (void)state;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  proof old = prove(c, TEST_PASSWORD);
  old.id = algo_of(get_password(c)).srp_id;
  is_error(check_password(c, old), 400, "PASSWORD_HASH_INVALID");
}

static void an_offer_is_of_one_key_and_user(void **state) {
  (void)state;
  cg_tester *c = start(), *thief = cg_tester_new(&H);
  up_to_password(c, GUARDED);
  up_to_password(thief, GUARDED);
  proof p = prove(c, TEST_PASSWORD);
  is_error(check_password(thief, p), 400, "SRP_ID_INVALID");
  cg_harness_advance(&H, 1);
  up_to_password(c, GUARDED_TOO); /* the same key, now for another user */
  is_error(check_password(c, p), 400, "SRP_ID_INVALID");
}

static void an_offer_lives_ten_minutes(void **state) {
  (void)state;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  proof p = prove(c, TEST_PASSWORD);
  cg_harness_advance(&H, 600);
  is_error(check_password(c, p), 400, "SRP_ID_INVALID");
  p = prove(c, TEST_PASSWORD);
  cg_harness_advance(&H, 599);
  user_of(check_password(c, p));
}

static void a_key_has_four_offers(void **state) {
  (void)state;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  proof first = prove(c, TEST_PASSWORD), second = prove(c, TEST_PASSWORD);
  for (int i = 0; i < 3; i++) algo_of(get_password(c));
  is_error(check_password(c, first), 400, "SRP_ID_INVALID");
  user_of(check_password(c, second));
}

/* With such an A the answer would be known without the password. */
static void a_bad_number_of_the_client(void **state) {
  (void)state;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  proof p = prove(c, TEST_PASSWORD);
  memset(p.a_pub, 0, 256);
  is_error(check_password(c, p), 400, "SRP_A_INVALID"); /* 0 */
  is_error(check_password(c, p), 400, "SRP_ID_INVALID");
  p = prove(c, TEST_PASSWORD);
  memcpy(p.a_pub, cg_dh_prime, 256);
  is_error(check_password(c, p), 400, "SRP_A_INVALID"); /* p */
  p = prove(c, TEST_PASSWORD);
  memset(p.a_pub, 0, 256);
  p.a_len = 0;
  is_error(check_password(c, p), 400, "SRP_A_INVALID");
  p = prove(c, TEST_PASSWORD);
  p.m1_len = 31;
  is_error(check_password(c, p), 400, "PASSWORD_HASH_INVALID");
  is_error(get_users(c), 401, "SESSION_PASSWORD_NEEDED");
}

static void a_password_that_was_changed_meanwhile(void **state) {
  (void)state;
  cg_tester *c = start(), *owner = cg_tester_new(&H);
  log_in_guarded(owner, GUARDED);
  up_to_password(c, GUARDED);
  proof p = prove(c, TEST_PASSWORD);
  is_true(update(owner, TEST_PASSWORD, (wish){ .password = "other" }));
  is_error(check_password(c, p), 400, "SRP_PASSWORD_CHANGED");
  is_error(check_password(c, p), 400, "SRP_ID_INVALID");
  is_error(check_password(c, prove(c, TEST_PASSWORD)), 400, "PASSWORD_HASH_INVALID");
  user_of(check_password(c, prove(c, "other")));
}

/* Two calls with one proof: one of them is in, and the other learns nothing. */
static void twins(void **state) {
  (void)state;
  cg_tester *c = start();
  up_to_password(c, GUARDED);
  proof p = prove(c, TEST_PASSWORD);
  proof_space s;
  tl_auth_checkPassword q = { TL_INIT(auth_checkPassword),
                              .password = proof_tl(&p, &s) };
  uint64_t one = cg_tester_queue(c, &q.o), two = cg_tester_queue(c, &q.o);
  cg_harness_pump(&H);
  cg_told first = cg_tester_take(c, one), second = cg_tester_take(c, two);
  cg_told in = first.code ? second : first, out = first.code ? first : second;
  user_of(in);
  is_error(out, 400, "SRP_ID_INVALID");
}

static void wrong_passwords_are_counted(void **state) {
  (void)state;
  cg_harness_set(&H, "limits=on");
  cg_tester *c = start(), *other = cg_tester_new(&H);
  up_to_password(c, GUARDED);
  up_to_password(other, GUARDED);
  for (int i = 0; i < 4; i++)
    is_error(check_password(c, prove(c, "x")), 400, "PASSWORD_HASH_INVALID");
  user_of(check_password(other, prove(other, TEST_PASSWORD))); /* forgets them */
  for (int i = 0; i < 5; i++)
    is_error(check_password(c, prove(c, "x")), 400, "PASSWORD_HASH_INVALID");
  proof right = prove(c, TEST_PASSWORD);
  is_error(check_password(c, right), 420, "FLOOD_WAIT_3600");
  /* Of the user, whatever the key is. */
  is_error(check_password(other, prove(other, TEST_PASSWORD)), 420, "FLOOD_WAIT_3600");
  cg_harness_advance(&H, 3600);
  user_of(check_password(c, prove(c, TEST_PASSWORD)));
}

static void secrets_stay_out_of_the_log(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in_guarded(c, GUARDED);
  cg_buf_put(&H.log, "", 1);
  assert_null(strstr((const char *)H.log.at, GUARDED));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(row_28_sign_in_with_password),
    T(a_waiting_key_may_do_little),
    T(a_waiting_key_waits_for_a_day),
    T(a_waiting_key_survives_a_restart),
    T(row_26_cancel_code_does_nothing_to_it),
    T(send_code_lifts_the_mark),
    T(the_last_number_is_the_one_that_waits),
    T(a_login_of_another_number_ends_it),
    T(a_right_code_is_looked_at_again),
    T(a_banned_user_stays_out),
    T(a_qr_code_needs_the_password),
    T(get_password_of_a_stranger),
    T(get_password_says_everything),
    T(an_old_layer_gets_its_own_form),
    T(a_wrong_password_can_be_tried_again),
    T(a_proof_serves_once),
    T(a_proof_for_another_offer_is_none),
    T(an_offer_is_of_one_key_and_user),
    T(an_offer_lives_ten_minutes),
    T(a_key_has_four_offers),
    T(a_bad_number_of_the_client),
    T(a_password_that_was_changed_meanwhile),
    T(twins),
    T(wrong_passwords_are_counted),
    T(secrets_stay_out_of_the_log),
  };
  int failed = cmocka_run_group_tests_name("store answers at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store answers later", tests, NULL, NULL);
}
