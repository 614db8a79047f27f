/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "error_text.h"

static void test_names(void **state) {
  (void)state;
  assert_string_equal(cg_error_text(400, "PHONE_CODE_INVALID"), "The code is wrong.");
  assert_string_equal(cg_error_text(406, "PHONE_NUMBER_INVALID"),
                      cg_error_text(400, "PHONE_NUMBER_INVALID"));
}

static void test_numbers(void **state) {
  (void)state;
  const char *flood = cg_error_text(420, "FLOOD_WAIT_7");
  assert_string_equal(cg_error_text(420, "FLOOD_WAIT_86400"), flood);
  assert_string_not_equal(cg_error_text(420, "FLOOD_WAIT_"), flood);
  assert_string_not_equal(cg_error_text(420, "FLOOD_WAIT_7X"), flood);
}

static void test_unlisted(void **state) {
  (void)state;
  assert_string_equal(cg_error_text(400, "SOMETHING_NEW"), cg_error_text(400, "ELSE_NEW"));
  assert_string_not_equal(cg_error_text(400, "X"), cg_error_text(401, "X"));
  assert_string_not_equal(cg_error_text(-503, "Timeout"), "");
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_names),
                                      cmocka_unit_test(test_numbers),
                                      cmocka_unit_test(test_unlisted) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
