/* SPDX-License-Identifier: MIT */
/* phone_test.c - the number rules of login.md 1.1 and 1.4, one by one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "phone.h"

#include <string.h>

static void good(const char *raw, const char *digits) {
  char out[CG_PHONE_SIZE];
  if (!cg_phone_clean(cg_bytes_of(raw), out)) fail_msg("refused: %s", raw);
  assert_string_equal(out, digits);
}

static void bad(const char *raw) {
  char out[CG_PHONE_SIZE];
  if (cg_phone_clean(cg_bytes_of(raw), out)) fail_msg("accepted: %s", raw);
}

static void spellings_give_one_number(void **state) {
  (void)state;
  good("9996621234", "9996621234");
  good("+9996621234", "9996621234");
  good("+999 66-2 (12) 34", "9996621234");
  good(" +999.66/2\t1234", "9996621234");
  good("+999\xc2\xa0" "66\xc2\xa0" "21234", "9996621234");
  good("0049301234567", "0049301234567");
}

static void what_is_no_number_is_refused(void **state) {
  (void)state;
  bad("");
  bad("+");
  bad("++4930123456");
  bad("49+30123456");
  bad("4930a123456");
  bad("\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6");
  bad("123456\xc2");
  bad("123456\xff");
  char out[CG_PHONE_SIZE];
  assert_false(cg_phone_clean((cg_bytes){ (const uint8_t *)"12345\0" "67", 8 }, out));
  assert_false(cg_phone_clean((cg_bytes){ NULL, 0 }, out));
}

static void length_limits(void **state) {
  (void)state;
  bad("1234");
  good("12345", "12345");
  good("123456789012345", "123456789012345");
  bad("1234567890123456");
  good("12345                                                           ", "12345");
  bad("12345                                                            ");
}

static void anonymous_numbers_have_their_own_length(void **state) {
  (void)state;
  bad("888123");
  good("8881234", "8881234");
  good("888123456789", "888123456789");
  bad("8881234567890");
}

static void service_numbers(void **state) {
  (void)state;
  assert_true(cg_phone_is_service("42777"));
  assert_true(cg_phone_is_service("424001"));
  assert_false(cg_phone_is_service("427770"));
}

static void test_numbers_say_what_they_are(void **state) {
  (void)state;
  assert_int_equal(cg_phone_test("9996621234").dc, 2);
  assert_int_equal(cg_phone_test("9996621234").kind, CG_TEST_REGISTERED);
  assert_int_equal(cg_phone_test("9996617999").kind, CG_TEST_REGISTERED);
  assert_int_equal(cg_phone_test("9996618000").kind, CG_TEST_UNREGISTERED);
  assert_int_equal(cg_phone_test("9996638999").kind, CG_TEST_UNREGISTERED);
  assert_int_equal(cg_phone_test("9996639000").kind, CG_TEST_PASSWORD);
  assert_int_equal(cg_phone_test("9996639099").kind, CG_TEST_PASSWORD);
  assert_int_equal(cg_phone_test("9996639100").kind, CG_TEST_BANNED);
  assert_int_equal(cg_phone_test("9996639199").kind, CG_TEST_BANNED);
  assert_int_equal(cg_phone_test("9996639200").kind, CG_TEST_FLOOD);
  assert_int_equal(cg_phone_test("9996639299").kind, CG_TEST_FLOOD);
  assert_int_equal(cg_phone_test("9996639300").kind, CG_TEST_REGISTERED);
  assert_int_equal(cg_phone_test("9996601234").dc, 0);
  assert_int_equal(cg_phone_test("9996641234").dc, 0);
  assert_int_equal(cg_phone_test("99966212345").dc, 0);
  assert_int_equal(cg_phone_test("999662123").dc, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(spellings_give_one_number),
    cmocka_unit_test(what_is_no_number_is_refused),
    cmocka_unit_test(length_limits),
    cmocka_unit_test(anonymous_numbers_have_their_own_length),
    cmocka_unit_test(service_numbers),
    cmocka_unit_test(test_numbers_say_what_they_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
