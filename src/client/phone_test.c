/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <centigram/login.h>

#include <string.h>

static void test_accepted(void **state) {
  (void)state;
  static const struct {
    const char *typed, *digits;
  } rows[] = { { "9996621234", "9996621234" },
               { "+9996621234", "9996621234" },
               { "+99 966 21-234", "9996621234" },
               { " +1 (555) 010.0199 ", "15550100199" },
               { "12345", "12345" },
               { "123456789012345", "123456789012345" },
               { "+44\xc2\xa0"
                 "7700/900",
                 "447700900" },
               { "0012345", "0012345" } };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char out[CG_PHONE_MAX];
    assert_int_equal(cg_phone_normalise(rows[i].typed, out, NULL), CG_OK);
    assert_string_equal(out, rows[i].digits);
  }
}

static void test_refused(void **state) {
  (void)state;
  static const char *const rows[] = {
    "",        "+",        "1234",    "1234567890123456",
    "12345a",  "12+345",   "++12345", "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5",
    "12345\n", "12345\xc2"
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char out[CG_PHONE_MAX];
    cg_fault fault = { 0 };
    assert_int_equal(cg_phone_normalise(rows[i], out, &fault), CG_E_USAGE);
    assert_true(fault.text[0]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_accepted),
                                      cmocka_unit_test(test_refused) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
