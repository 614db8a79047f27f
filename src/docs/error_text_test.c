/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "error_text.h"
#include "mem.h"

#include <string.h>

static const char *text(void **state, const char *method, int32_t code,
                        const char *name) {
  return cg_error_text(*state, method, code, name);
}

static void test_names(void **state) {
  assert_string_equal(text(state, "auth.signIn", 400, "PHONE_CODE_INVALID"),
                      "The provided phone code is invalid.");
  assert_string_equal(text(state, NULL, 406, "PHONE_NUMBER_INVALID"),
                      text(state, NULL, 400, "PHONE_NUMBER_INVALID"));
  assert_non_null(strstr(text(state, NULL, 400, "CONNECTION_LAYER_INVALID"), "layer"));
}

/* A method's own error is preferred, and one of the general list is found at all. */
static void test_methods(void **state) {
  assert_string_equal(text(state, "auth.signIn", 401, "SESSION_PASSWORD_NEEDED"),
                      text(state, NULL, 401, "SESSION_PASSWORD_NEEDED"));
  assert_string_equal(text(state, "no.such", 401, "AUTH_KEY_UNREGISTERED"),
                      "This session is not logged in.");
}

/* A dead code may never have run out: it was cancelled, or is another session's. */
static void test_better(void **state) {
  const char *expired = "The code is not valid any more, or was never sent to this "
                        "session: ask for a new one.";
  assert_string_equal(text(state, "auth.signIn", 400, "PHONE_CODE_EXPIRED"), expired);
  assert_string_equal(text(state, NULL, 400, "PHONE_CODE_EXPIRED"), expired);
}

static void test_numbers(void **state) {
  assert_non_null(strstr(text(state, NULL, 420, "FLOOD_WAIT_86400"), " 86400 seconds"));
  const char *unlisted = text(state, NULL, 420, "SOMETHING_NEW");
  assert_string_equal(text(state, NULL, 420, "FLOOD_WAIT_"), unlisted);
  assert_string_equal(text(state, NULL, 420, "FLOOD_WAIT_7Y"), unlisted);
  const char *two = text(state, NULL, 400, "ALLOW_PAYMENT_REQUIRED_42");
  assert_non_null(strstr(two, "charges 42 "));
  assert_non_null(strstr(two, "smaller than 42."));
  assert_non_null(strstr(text(state, NULL, 420, "2FA_CONFIRM_WAIT_9"), " 9 seconds"));
  assert_string_equal(text(state, NULL, 400, "FILE_PART_0_MISSING"), "File part 0 missing");
}

static void test_unlisted(void **state) {
  assert_string_equal(text(state, NULL, 400, "SOMETHING_NEW"),
                      text(state, NULL, 400, "ELSE_NEW"));
  assert_string_not_equal(text(state, NULL, 400, "X"), text(state, NULL, 401, "X"));
  assert_string_not_equal(text(state, NULL, -503, "Timeout"), "");
}

/* Markup never reaches a terminal, and a line is a line. */
static void test_plain(void **state) {
  const char *card = text(state, NULL, 400, "BOOST_NOT_MODIFIED");
  assert_non_null(strstr(card, "already boosting the"));
  assert_null(strchr(card, '<'));
}

static void test_memory(void **state) {
  for (long n = 0; n < 40; n++) {
    cg_arena *arena = cg_arena_new(0);
    cg_mem_fail_after(n);
    const char *got = cg_error_text(arena, NULL, 420, "FLOOD_WAIT_5");
    cg_mem_fail_after(-1);
    assert_non_null(got);
    cg_arena_free(arena);
  }
  (void)state;
}

static int set_up(void **state) {
  return (*state = cg_arena_new((size_t)1 << 30)) ? 0 : -1;
}

static int tear_down(void **state) {
  cg_arena_free(*state);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_names),    cmocka_unit_test(test_methods),
    cmocka_unit_test(test_better),
    cmocka_unit_test(test_numbers),  cmocka_unit_test(test_unlisted),
    cmocka_unit_test(test_plain),    cmocka_unit_test(test_memory) };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
