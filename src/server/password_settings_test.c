/* SPDX-License-Identifier: MIT */
/*
 * password_settings_test.c - the table of login.md 4.4: setting, changing and removing a
 * password, its recovery address, recovery by email, and the reset in a week. All of it
 * runs twice, with a store that answers at once and with one that takes its time.
 */
#include "login_fixture.h"
#include "password_test.h"

/* A client that is logged in to an account without a password. */
static cg_tester *start(void) {
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  log_in(c, KNOWN);
  return c;
}

CALL_EMPTY(account_resendPasswordEmail)
CALL_EMPTY(account_cancelPasswordEmail)
CALL_EMPTY(auth_requestPasswordRecovery)
CALL_EMPTY(account_resetPassword)
CALL_EMPTY(account_declinePasswordReset)
CALL_CODE(account_confirmPasswordEmail)
CALL_CODE(auth_checkRecoveryPassword)

#define PW    "first password"
#define EMAIL "ada@example.com"

/* --- account.updatePasswordSettings --------------------------------------- */

static void a_password_is_set(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  told_algo before = algo_of(get_password(c));
  is_true(update(c, NULL, (wish){ .password = PW, .hint = "h\xc3\xb6rt" }));
  told_algo t = algo_of(get_password(c));
  assert_true(t.has && !t.recovers);
  assert_string_equal(t.hint, "h\xc3\xb6rt");
  assert_memory_equal(t.salt1, before.new_salt1, 8);
  assert_memory_equal(t.salt2, before.new_salt2, 16);
  assert_memory_not_equal(t.new_salt1, before.new_salt1, 8);
  user_of(check_password(c, prove_to(&t, PW))); /* who is logged in may prove it, too */
  up_to_password(d, KNOWN);
  is_error(check_password(d, prove(d, "other")), 400, "PASSWORD_HASH_INVALID");
  user_of(check_password(d, prove(d, PW)));
}

static void a_password_is_changed_and_removed(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  is_true(update(c, NULL, (wish){ .password = PW, .hint = "one" }));
  told_algo one = algo_of(get_password(c));
  is_error(update_with(c, &one, no_proof, (wish){ .password = "second" }), 400,
           "PASSWORD_HASH_INVALID");
  is_error(update(c, "wrong", (wish){ .password = "second" }), 400,
           "PASSWORD_HASH_INVALID");
  is_true(update(c, PW, (wish){ .password = "second" }));
  told_algo two = algo_of(get_password(c));
  assert_memory_not_equal(one.salt1, two.salt1, 40);
  assert_string_equal(two.hint, "");
  up_to_password(d, KNOWN);
  is_error(check_password(d, prove(d, PW)), 400, "PASSWORD_HASH_INVALID");
  user_of(check_password(d, prove(d, "second")));
  is_true(update(c, "second", (wish){ .password = "" }));
  assert_false(algo_of(get_password(c)).has);
  assert_true(log_out(d).id == TL_ID_auth_loggedOut);
  log_in(d, KNOWN); /* no password is asked for any more */
}

static void an_empty_wish(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(update(c, NULL, (wish){ 0 }), 400, "NEW_SETTINGS_EMPTY");
}

static void a_password_where_there_is_none(void **state) {
  (void)state;
  cg_tester *c = start();
  told_algo t = algo_of(get_password(c));
  proof made_up = { .id = 77, .a_len = 256, .m1_len = 32 };
  is_error(update_with(c, &t, made_up, (wish){ .password = PW }), 400, "SRP_ID_INVALID");
}

/* Of two sessions that change it at the same time one loses. */
static void a_password_changed_elsewhere(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  log_in(d, KNOWN);
  told_algo t = algo_of(get_password(d));
  is_true(update(c, NULL, (wish){ .password = PW }));
  is_error(update_with(d, &t, no_proof, (wish){ .password = "mine" }), 400,
           "PASSWORD_HASH_INVALID");
  told_algo now = algo_of(get_password(d));
  proof p = prove_to(&now, PW);
  is_true(update(c, PW, (wish){ .password = "third" }));
  is_error(update_with(d, &now, p, (wish){ .password = "mine" }), 400,
           "SRP_PASSWORD_CHANGED");
}

static void salts_must_be_those_of_the_server(void **state) {
  (void)state;
  cg_tester *c = start();
  const uint8_t zero[16] = { 0 };
  told_algo t = algo_of(get_password(c));
  const wish bad[] = { { .password = PW, .quick = true, .salt1 = zero },
                       { .password = PW, .quick = true, .salt2 = zero },
                       { .password = PW, .quick = true, .salt1_len = 8 },
                       { .password = PW, .quick = true, .salt1_len = 39 },
                       { .password = PW, .quick = true, .salt1_len = 41 } };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    is_error(update_with(c, &t, no_proof, bad[i]), 400, "NEW_SALT_INVALID");
  is_true(update_with(c, &t, no_proof, (wish){ .password = PW }));
  /* Those of the password before are no good for the next one. */
  told_algo next = algo_of(get_password(c));
  proof p = prove_to(&next, PW);
  is_error(update_with(c, &t, p, (wish){ .password = "second" }), 400,
           "NEW_SALT_INVALID");
}

static void bad_new_settings(void **state) {
  (void)state;
  cg_tester *c = start();
  char long_hint[300];
  memset(long_hint, 'h', 299);
  long_hint[299] = '\0';
  const wish bad[] = { { .password = PW, .quick = true, .bad_v = true },
                       { .password = PW, .quick = true, .other_prime = true },
                       { .password = PW, .quick = true, .hint = long_hint },
                       { .password = PW, .quick = true, .hint = "\xff" },
                       { .password = PW, .quick = true, .secure = true },
                       { .email = EMAIL }, /* nothing to recover */
                       { .password = "", .email = EMAIL } };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    is_error(update(c, NULL, bad[i]), 400, "NEW_SETTINGS_INVALID");
  assert_false(algo_of(get_password(c)).has);
}

/* --- the recovery address ------------------------------------------------- */

static void bad_addresses(void **state) {
  (void)state;
  cg_tester *c = start();
  static const char *const bad[] = {
    "a",    "@b.c",    "a@",      "a@b",          "a@b.",
    "a@.b", "a b@c.d", "a@b@c.d", "\xc3\xa9@b.c", "a.b@c"
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    is_error(update(c, NULL, (wish){ .password = PW, .quick = true, .email = bad[i] }),
             400, "EMAIL_INVALID");
}

static void a_password_waits_for_its_address(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(call_account_confirmPasswordEmail(c, "123456"), 400, "EMAIL_HASH_EXPIRED");
  is_error(update(c, NULL, (wish){ .password = PW, .hint = "hint", .email = EMAIL }), 400,
           "EMAIL_UNCONFIRMED_6");
  told_algo t = algo_of(get_password(c));
  assert_false(t.has);
  assert_string_equal(t.unconfirmed, "a***a@example.com");
  const char *code = emailed(KNOWN);
  is_error(call_account_confirmPasswordEmail(c, ""), 400, "CODE_INVALID");
  is_error(call_account_confirmPasswordEmail(c, not_code(code)), 400, "CODE_INVALID");
  is_true(call_account_confirmPasswordEmail(c, code));
  t = algo_of(get_password(c));
  assert_true(t.has && t.recovers);
  assert_string_equal(t.hint, "hint");
  assert_string_equal(t.unconfirmed, "");
  user_of(check_password(c, prove_to(&t, PW)));
  is_error(call_account_confirmPasswordEmail(c, code), 400, "EMAIL_HASH_EXPIRED");
}

static void any_session_of_the_user_may_confirm(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H), *stranger = cg_tester_new(&H);
  log_in(d, KNOWN);
  log_in(stranger, KNOWN_TOO);
  is_error(update(c, NULL, (wish){ .password = PW, .quick = true, .email = EMAIL }), 400,
           "EMAIL_UNCONFIRMED_6");
  const char *code = emailed(KNOWN);
  is_error(call_account_confirmPasswordEmail(stranger, code), 400, "EMAIL_HASH_EXPIRED");
  is_true(call_account_confirmPasswordEmail(d, code));
  assert_true(algo_of(get_password(c)).recovers);
}

static void an_address_is_changed_and_removed(void **state) {
  (void)state;
  cg_tester *c = start();
  is_true(update(c, NULL, (wish){ .password = PW, .hint = "hint" }));
  is_error(update(c, PW, (wish){ .email = EMAIL }), 400, "EMAIL_UNCONFIRMED_6");
  told_algo t = algo_of(get_password(c));
  assert_true(t.has && !t.recovers); /* the password itself is not touched */
  is_true(call_account_confirmPasswordEmail(c, emailed(KNOWN)));
  t = algo_of(get_password(c));
  assert_true(t.recovers);
  assert_string_equal(t.hint, "hint");
  is_true(update(c, PW, (wish){ .email = EMAIL })); /* nothing new to be confirmed */
  is_true(update(c, PW, (wish){ .password = "second" }));
  assert_true(algo_of(get_password(c)).recovers); /* stays with another password */
  is_true(update(c, "second", (wish){ .email = "" }));
  assert_false(algo_of(get_password(c)).recovers);
}

static void the_newest_address_counts(void **state) {
  (void)state;
  cg_tester *c = start();
  is_true(update(c, NULL, (wish){ .password = PW }));
  is_error(update(c, PW, (wish){ .email = EMAIL }), 400, "EMAIL_UNCONFIRMED_6");
  char old[8];
  strcpy(old, emailed(KNOWN));
  cg_harness_advance(&H, 1);
  is_error(update(c, PW, (wish){ .email = "x@y.zz" }), 400, "EMAIL_UNCONFIRMED_6");
  assert_string_equal(algo_of(get_password(c)).unconfirmed, "x***@y.zz");
  const char *code = emailed(KNOWN);
  assert_string_not_equal(code, old);
  is_error(call_account_confirmPasswordEmail(c, old), 400, "CODE_INVALID");
  is_true(call_account_confirmPasswordEmail(c, code));
}

static void a_confirmation_is_sent_again(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(call_account_resendPasswordEmail(c), 400, "EMAIL_HASH_EXPIRED");
  is_error(update(c, NULL, (wish){ .password = PW, .quick = true, .email = EMAIL }), 400,
           "EMAIL_UNCONFIRMED_6");
  char first[8];
  strcpy(first, emailed(KNOWN));
  is_true(call_account_resendPasswordEmail(c));
  assert_string_equal(emailed(KNOWN), first);
  cg_harness_advance(&H, 300);
  is_error(call_account_confirmPasswordEmail(c, first), 400, "EMAIL_HASH_EXPIRED");
  is_true(call_account_resendPasswordEmail(c));
  const char *code = emailed(KNOWN);
  assert_string_not_equal(code, first);
  for (int i = 0; i < 5; i++)
    is_error(call_account_confirmPasswordEmail(c, not_code(code)), 400, "CODE_INVALID");
  is_error(call_account_confirmPasswordEmail(c, code), 400, "EMAIL_HASH_EXPIRED");
  cg_harness_advance(&H, 1);
  is_true(call_account_resendPasswordEmail(c));
  is_true(call_account_confirmPasswordEmail(c, emailed(KNOWN)));
}

static void a_confirmation_is_cancelled(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(call_account_cancelPasswordEmail(c), 400, "EMAIL_HASH_EXPIRED");
  is_error(update(c, NULL, (wish){ .password = PW, .quick = true, .email = EMAIL }), 400,
           "EMAIL_UNCONFIRMED_6");
  char code[8];
  strcpy(code, emailed(KNOWN));
  is_true(call_account_cancelPasswordEmail(c));
  assert_non_null(strstr(cg_harness_codes(&H, KNOWN), "\"state\":\"cancelled\""));
  told_algo t = algo_of(get_password(c));
  assert_true(!t.has && !t.unconfirmed[0]);
  is_error(call_account_confirmPasswordEmail(c, code), 400, "EMAIL_HASH_EXPIRED");
}

static void settings_are_shown_to_who_knows_the_password(void **state) {
  (void)state;
  cg_tester *c = start();
  proof_space s;
  tl_account_getPasswordSettings q = { TL_INIT(account_getPasswordSettings),
                                       .password = proof_tl(&no_proof, &s) };
  cg_told told = cg_tester_call(c, &q.o);
  is_object(told, TL_ID_account_passwordSettings);
  assert_false(
      TL_HAS(account_passwordSettings, TL_AS(account_passwordSettings, told.obj), email));
  is_error(update(c, NULL, (wish){ .password = PW, .email = EMAIL }), 400,
           "EMAIL_UNCONFIRMED_6");
  is_true(call_account_confirmPasswordEmail(c, emailed(KNOWN)));
  q.password = proof_tl(&no_proof, &s);
  is_error(cg_tester_call(c, &q.o), 400, "PASSWORD_HASH_INVALID");
  proof p = prove(c, PW);
  q.password = proof_tl(&p, &s);
  told = cg_tester_call(c, &q.o);
  is_object(told, TL_ID_account_passwordSettings);
  assert_true(
      cg_bytes_equal(TL_AS(account_passwordSettings, told.obj)->email, CG_LIT(EMAIL)));
  tl_account_getTmpPassword tmp = { TL_INIT(account_getTmpPassword), .period = 60 };
  is_error((tmp.password = proof_tl(&p, &s), cg_tester_call(c, &tmp.o)), 400,
           "SRP_ID_INVALID");
  p = prove(c, PW);
  is_error((tmp.password = proof_tl(&p, &s), cg_tester_call(c, &tmp.o)), 400,
           "TMP_PASSWORD_DISABLED");
}

/* --- recovery ------------------------------------------------------------- */

/* KNOWN has a password with an address; a second client waits for it. */
static cg_tester *forgetful(cg_tester **owner) {
  *owner = start();
  is_error(update(*owner, NULL, (wish){ .password = PW, .email = EMAIL }),
           400, "EMAIL_UNCONFIRMED_6");
  is_true(call_account_confirmPasswordEmail(*owner, emailed(KNOWN)));
  cg_harness_advance(&H, 1);
  cg_tester *c = cg_tester_new(&H);
  up_to_password(c, KNOWN);
  return c;
}

static cg_told recover(cg_tester *c, const char *code, const told_algo *t, wish w) {
  tl_auth_recoverPassword q = { TL_INIT(auth_recoverPassword),
                                .code = cg_bytes_of(code) };
  wish_space *s = calloc(1, sizeof *s);
  assert_non_null(s);
  if (w.password) TL_SET(auth_recoverPassword, &q, new_settings, wish_tl(t, &w, s));
  cg_told told = cg_tester_call(c, &q.o);
  free(s);
  return told;
}

static void ask_for_recovery(cg_tester *c) {
  cg_told told = call_auth_requestPasswordRecovery(c);
  is_object(told, TL_ID_auth_passwordRecovery);
  assert_true(cg_bytes_equal(TL_AS(auth_passwordRecovery, told.obj)->email_pattern,
                             CG_LIT("a***a@example.com")));
}

static void recovery_is_not_for_all(void **state) {
  (void)state;
  cg_tester *c = start(), *stranger = cg_tester_new(&H), *d = cg_tester_new(&H);
  is_error(call_auth_requestPasswordRecovery(c), 400, "PASSWORD_EMPTY");
  is_error(call_auth_requestPasswordRecovery(stranger), 401, "AUTH_KEY_UNREGISTERED");
  up_to_password(d, GUARDED);
  is_error(call_auth_requestPasswordRecovery(d), 400, "PASSWORD_RECOVERY_NA");
}

static void recovery_removes_the_password(void **state) {
  (void)state;
  cg_tester *owner, *c = forgetful(&owner);
  is_error(call_auth_checkRecoveryPassword(c, "123456"), 400,
           "PASSWORD_RECOVERY_EXPIRED");
  ask_for_recovery(c);
  const char *code = emailed(KNOWN);
  is_error(call_auth_checkRecoveryPassword(c, " "), 400, "CODE_EMPTY");
  is_error(call_auth_checkRecoveryPassword(c, not_code(code)), 400, "CODE_INVALID");
  is_true(call_auth_checkRecoveryPassword(c, code));
  is_error(recover(c, "", NULL, (wish){ 0 }), 400, "CODE_EMPTY");
  is_error(recover(c, not_code(code), NULL, (wish){ 0 }), 400, "CODE_INVALID");
  user_of(recover(c, code, NULL, (wish){ 0 }));
  is_object(get_users(c), TL_ID_vector);
  told_algo t = algo_of(get_password(owner));
  assert_true(!t.has && !t.recovers);
  is_error(recover(c, code, NULL, (wish){ 0 }), 400, "PASSWORD_RECOVERY_EXPIRED");
}

static void recovery_replaces_the_password(void **state) {
  (void)state;
  cg_tester *owner, *c = forgetful(&owner);
  ask_for_recovery(c);
  const char *code = emailed(KNOWN);
  told_algo t = algo_of(get_password(c));
  wish good = { .password = "second", .hint = "new" };
  is_error(
      recover(c, code, &t, (wish){ .password = "second", .quick = true, .bad_v = true }),
      400, "NEW_SETTINGS_INVALID");
  is_error(recover(c, code, &t,
                   (wish){ .password = "second", .quick = true, .salt1_len = 20 }),
           400, "NEW_SETTINGS_INVALID");
  user_of(recover(c, code, &t, good));
  told_algo now = algo_of(get_password(owner));
  assert_true(now.has && now.recovers);
  assert_string_equal(now.hint, "new");
  user_of(check_password(c, prove(c, "second")));
}

static void a_recovery_code_is_of_one_key_and_purpose(void **state) {
  (void)state;
  cg_tester *owner, *c = forgetful(&owner), *d = cg_tester_new(&H);
  up_to_password(d, KNOWN);
  ask_for_recovery(c);
  const char *code = emailed(KNOWN);
  is_error(recover(d, code, NULL, (wish){ 0 }), 400, "PASSWORD_RECOVERY_EXPIRED");
  is_error(call_account_confirmPasswordEmail(owner, code), 400, "EMAIL_HASH_EXPIRED");
  is_error(sign_in(c, KNOWN, "0123456789abcdef01", code), 400, "PHONE_CODE_EXPIRED");
  user_of(recover(c, code, NULL, (wish){ 0 }));
}

static void a_recovery_code_dies(void **state) {
  (void)state;
  cg_tester *owner, *c = forgetful(&owner);
  ask_for_recovery(c);
  char code[8];
  strcpy(code, emailed(KNOWN));
  ask_for_recovery(c); /* the same while it lives */
  assert_string_equal(emailed(KNOWN), code);
  for (int i = 0; i < 5; i++)
    is_error(recover(c, not_code(code), NULL, (wish){ 0 }), 400, "CODE_INVALID");
  is_error(recover(c, code, NULL, (wish){ 0 }), 400, "PASSWORD_RECOVERY_EXPIRED");
  cg_harness_advance(&H, 1);
  ask_for_recovery(c);
  strcpy(code, emailed(KNOWN));
  cg_harness_advance(&H, 300);
  is_error(recover(c, code, NULL, (wish){ 0 }), 400, "PASSWORD_RECOVERY_EXPIRED");
  ask_for_recovery(c);
  strcpy(code, emailed(KNOWN));
  is_true(update(owner, PW, (wish){ .password = "second" })); /* another password */
  is_error(recover(c, code, NULL, (wish){ 0 }), 400, "PASSWORD_RECOVERY_EXPIRED");
}

static void recovery_of_who_is_logged_in(void **state) {
  (void)state;
  cg_tester *owner;
  forgetful(&owner);
  ask_for_recovery(owner);
  user_of(recover(owner, emailed(KNOWN), NULL, (wish){ 0 }));
  assert_false(algo_of(get_password(owner)).has);
}

static void recovery_codes_are_counted(void **state) {
  (void)state;
  cg_harness_set(&H, "limits=on");
  cg_tester *owner, *c = forgetful(&owner);
  for (int i = 0; i < 5; i++) ask_for_recovery(c);
  is_error(call_auth_requestPasswordRecovery(c), 420, "FLOOD_WAIT_3600");
  cg_harness_advance(&H, 3600);
  ask_for_recovery(c);
}

/* --- account.resetPassword ------------------------------------------------ */

enum { WEEK = 604800 };

static void is_until(cg_told told, int32_t date) {
  is_object(told, TL_ID_account_resetPasswordRequestedWait);
  assert_int_equal(TL_AS(account_resetPasswordRequestedWait, told.obj)->until_date, date);
}

static int32_t now_s(void) {
  return (int32_t)cg_server_clock(H.server);
}

static void a_reset_takes_a_week(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  is_error(call_account_resetPassword(c), 400, "PASSWORD_EMPTY");
  is_true(update(c, NULL, (wish){ .password = PW }));
  int32_t until = now_s() + WEEK;
  is_until(call_account_resetPassword(c), until);
  assert_int_equal(algo_of(get_password(c)).reset, until);
  cg_harness_advance(&H, WEEK - 1);
  is_until(call_account_resetPassword(c), until);
  cg_harness_advance(&H, 1);
  is_object(call_account_resetPassword(c), TL_ID_account_resetPasswordOk);
  told_algo t = algo_of(get_password(c));
  assert_true(!t.has && !t.reset);
  log_in(d, KNOWN);
}

static void a_reset_is_declined(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(call_account_declinePasswordReset(c), 400, "RESET_REQUEST_MISSING");
  is_true(update(c, NULL, (wish){ .password = PW }));
  is_until(call_account_resetPassword(c), now_s() + WEEK);
  is_true(call_account_declinePasswordReset(c));
  assert_int_equal(algo_of(get_password(c)).reset, 0);
  is_error(call_account_declinePasswordReset(c), 400, "RESET_REQUEST_MISSING");
  cg_told told = call_account_resetPassword(c);
  is_object(told, TL_ID_account_resetPasswordFailedWait);
  assert_int_equal(TL_AS(account_resetPasswordFailedWait, told.obj)->retry_date,
                   now_s() + 86400);
  cg_harness_advance(&H, 86400);
  is_until(call_account_resetPassword(c), now_s() + WEEK);
  /* A password that somebody has just set is not one that was forgotten. */
  is_true(update(c, PW, (wish){ .password = "second" }));
  assert_int_equal(algo_of(get_password(c)).reset, 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(a_password_is_set),
    T(a_password_is_changed_and_removed),
    T(an_empty_wish),
    T(a_password_where_there_is_none),
    T(a_password_changed_elsewhere),
    T(salts_must_be_those_of_the_server),
    T(bad_new_settings),
    T(bad_addresses),
    T(a_password_waits_for_its_address),
    T(any_session_of_the_user_may_confirm),
    T(an_address_is_changed_and_removed),
    T(the_newest_address_counts),
    T(a_confirmation_is_sent_again),
    T(a_confirmation_is_cancelled),
    T(settings_are_shown_to_who_knows_the_password),
    T(recovery_is_not_for_all),
    T(recovery_removes_the_password),
    T(recovery_replaces_the_password),
    T(a_recovery_code_is_of_one_key_and_purpose),
    T(a_recovery_code_dies),
    T(recovery_of_who_is_logged_in),
    T(recovery_codes_are_counted),
    T(a_reset_takes_a_week),
    T(a_reset_is_declined),
  };
  int failed = cmocka_run_group_tests_name("store answers at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store answers later", tests, NULL, NULL);
}
