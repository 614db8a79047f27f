/* SPDX-License-Identifier: MIT */
/* private_test.c - the private profile: longer codes, no fixed ones, limits, and no
 * telling who has an account. */
#include "login_test.h"

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, false);
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

static cg_tester *start_private(void) {
  H.profile = "private";
  cg_tester *c = start();
  cg_said said = { 0 };
  cg_server_user_add(H.server, CG_LIT("{\"phone\":\"" ORDINARY "\"}"), H.now_us,
                     cg_harness_hear, &said);
  cg_harness_pump(&H);
  assert_int_equal(said.status, 200);
  return c;
}

static void private_codes_have_six_digits_and_wait(void **state) {
  (void)state;
  cg_tester *c = start_private();
  sent s = sent_of(send_code(c, ORDINARY));
  assert_int_equal(s.length, 6);
  assert_int_equal(s.timeout, 60);
  const char *code = cg_harness_code(&H, ORDINARY);
  assert_int_equal(strlen(code), 6);
  is_error(resend_code(c, ORDINARY, s.hash), 420, "FLOOD_WAIT_60");
  is_object(sign_in(c, ORDINARY, s.hash, code), TL_ID_auth_authorization);
}

static void private_knows_no_test_numbers(void **state) {
  (void)state;
  cg_tester *c = start_private();
  sent s = sent_of(send_code(c, KNOWN));
  assert_int_equal(s.length, 6);
  is_error(sign_in(c, KNOWN, s.hash, "222222"), 400, "PHONE_CODE_INVALID");
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_INVALID");
}

static void private_tells_nobody_who_has_an_account(void **state) {
  (void)state;
  cg_tester *c = start_private(), *d = cg_tester_new(&H);
  static const char *const numbers[] = { "4930000001", "4930000002", "4930000003",
                                         "4930000004" };
  for (int i = 0; i < 4; i++) {
    cg_tester *who = i % 2 ? c : d;
    sent s = sent_of(send_code(who, numbers[i]));
    bool app = cg_secret_coin(&H.server->secret, numbers[i]);
    assert_int_equal(s.type,
                     app ? TL_ID_auth_sentCodeTypeApp : TL_ID_auth_sentCodeTypeSms);
    assert_int_equal(s.length, 6);
    assert_true(s.next != 0);
    assert_string_equal(cg_harness_codes(&H, numbers[i]), "[]");
    for (int j = 0; j < 5; j++)
      is_error(sign_in(who, numbers[i], s.hash, "123456"), 400, "PHONE_CODE_INVALID");
    is_error(sign_in(who, numbers[i], s.hash, "123456"), 400, "PHONE_CODE_EXPIRED");
  }
  sent s = sent_of(send_code(c, "4930000005"));
  is_true(cancel_code(c, "4930000005", s.hash));
}

static void private_limits_deliveries_per_number(void **state) {
  (void)state;
  cg_tester *c = start_private();
  for (int i = 0; i < 5; i++) {
    sent s = sent_of(send_code(c, ORDINARY));
    is_true(cancel_code(c, ORDINARY, s.hash));
  }
  is_error(send_code(c, ORDINARY), 400, "PHONE_NUMBER_FLOOD");
  cg_harness_advance(&H, 3600);
  sent_of(send_code(c, ORDINARY));
}

static void private_limits_calls_per_key(void **state) {
  (void)state;
  cg_tester *c = start_private();
  for (int i = 0; i < 10; i++) sent_of(send_code(c, ORDINARY));
  cg_told told = send_code(c, ORDINARY);
  assert_int_equal(told.code, 420);
  assert_int_equal(strncmp(told.error, "FLOOD_WAIT_", 11), 0);
  cg_harness_advance(&H, 300);
  cg_tester *d = cg_tester_new(&H);
  sent_of(send_code(d, ORDINARY));
}

/* Failed checks of one number, whoever makes them, are counted over its codes. */
static void private_ends_codes_of_a_number_with_many_failures(void **state) {
  (void)state;
  cg_tester *c = start_private(), *d = cg_tester_new(&H);
  uint64_t wait = 30;
  for (int i = 0; i < 4; i++, wait *= 2) {
    sent s = sent_of(send_code(c, ORDINARY));
    for (int j = 0; j < 5; j++)
      is_error(sign_in(c, ORDINARY, s.hash, "x"), 400, "PHONE_CODE_INVALID");
    if (i < 3) cg_harness_advance(&H, wait);
  }
  is_error(send_code(d, ORDINARY), 406, "PHONE_PASSWORD_FLOOD");
  cg_harness_advance(&H, 86400);
  sent_of(send_code(d, ORDINARY));
}

/* An unknown number fails, waits and is locked like a known one. */
static void private_counts_failures_of_unknown_numbers(void **state) {
  (void)state;
  cg_tester *c = start_private();
  sent s = sent_of(send_code(c, "4930000006"));
  for (int j = 0; j < 5; j++)
    is_error(sign_in(c, "4930000006", s.hash, "x"), 400, "PHONE_CODE_INVALID");
  is_error(send_code(c, "4930000006"), 420, "FLOOD_WAIT_30");
}

/* Whatever way a code takes, an unknown number is told of the same. */
static void private_ways_are_the_same_for_unknown_numbers(void **state) {
  (void)state;
  static const char *const kinds[] = { "sms_kind=sms", "sms_kind=word",
                                       "sms_kind=phrase" };
  tl_codeSettings can = { TL_INIT(codeSettings) };
  TL_ON(codeSettings, &can, allow_missed_call);
  for (size_t i = 0; i < 3; i++) {
    cg_harness_set(&H, kinds[i]);
    cg_tester *c = start_private();
    sent known = sent_of(send_code_with(c, ORDINARY, &can)), fake;
    char unknown[] = "4930000100"; /* one that the coin gives no session */
    while (cg_secret_coin(&H.server->secret, unknown)) unknown[9]++;
    fake = sent_of(send_code_with(c, unknown, &can));
    for (int rung = 0; rung < 3; rung++) {
      assert_int_equal(fake.type, known.type);
      assert_int_equal(fake.next, known.next);
      assert_int_equal(fake.length, known.length);
      assert_int_equal(fake.timeout, known.timeout);
      if (i < 2) assert_int_equal(strlen(fake.hint), strlen(known.hint));
      assert_int_equal(!fake.hint[0], !known.hint[0]);
      if (rung == 2) break;
      cg_harness_advance(&H, 60);
      known = sent_of(resend_code(c, ORDINARY, known.hash));
      fake = sent_of(resend_code(c, unknown, fake.hash));
    }
    assert_string_equal(cg_harness_codes(&H, unknown), "[]");
    tear_down(NULL);
    set_up(NULL);
  }
}

/* Who has a login email is told to nobody, unless it is set. */
static void private_tells_nobody_who_has_an_email(void **state) {
  (void)state;
  cg_tester *c = start_private();
  add_user("{\"phone\":\"4930000200\",\"login_email\":\"a@b.example\"}");
  add_user("{\"phone\":\"4930000201\",\"email_setup_due\":true}");
  assert_int_equal(sent_of(send_code(c, "4930000200")).type, TL_ID_auth_sentCodeTypeSms);
  assert_int_equal(sent_of(send_code(c, "4930000201")).type, TL_ID_auth_sentCodeTypeSms);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(private_codes_have_six_digits_and_wait),
    T(private_knows_no_test_numbers),
    T(private_tells_nobody_who_has_an_account),
    T(private_limits_deliveries_per_number),
    T(private_limits_calls_per_key),
    T(private_ends_codes_of_a_number_with_many_failures),
    T(private_counts_failures_of_unknown_numbers),
    T(private_ways_are_the_same_for_unknown_numbers),
    T(private_tells_nobody_who_has_an_email),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
