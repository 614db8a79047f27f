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

static void private_ends_codes_of_a_number_with_many_failures(void **state) {
  (void)state;
  cg_tester *c = start_private();
  for (int i = 0; i < 4; i++) {
    sent s = sent_of(send_code(c, ORDINARY));
    for (int j = 0; j < 5; j++)
      is_error(sign_in(c, ORDINARY, s.hash, "x"), 400, "PHONE_CODE_INVALID");
  }
  sent s = sent_of(send_code(c, ORDINARY));
  const char *code = cg_harness_code(&H, ORDINARY);
  is_error(sign_in(c, ORDINARY, s.hash, "x"), 400, "PHONE_CODE_INVALID");
  is_error(sign_in(c, ORDINARY, s.hash, code), 400, "PHONE_CODE_EXPIRED");
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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
