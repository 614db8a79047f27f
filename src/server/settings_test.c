/* SPDX-License-Identifier: MIT */
/* settings_test.c - defaults per profile, and that nothing wrong gets through. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "settings.h"

#include <centigram/server.h>

#include <stdio.h>
#include <string.h>

#define SET(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void refused(const char *profile, const char *set, const char *names) {
  cg_settings s;
  cg_fault fault = { 0 };
  assert_int_equal(cg_settings_init(&s, profile, SET(set), &fault), CG_E_USAGE);
  if (!strstr(fault.text, names)) fail_msg("'%s' does not name %s", fault.text, names);
}

static void defaults_differ_by_profile(void **state) {
  (void)state;
  cg_settings s;
  assert_int_equal(cg_settings_init(&s, NULL, NULL, NULL), CG_OK);
  assert_int_equal(s.code_length, 5);
  assert_int_equal(s.resend_timeout, 0);
  assert_int_equal(s.max_attempts, 5);
  assert_int_equal(s.code_ttl, 300);
  assert_int_equal(s.signup, CG_SIGNUP_OPEN);
  assert_true(s.any_api_id && s.test_numbers && s.legacy_rsa);
  assert_false(s.private_profile || s.enumeration_safe || s.limits);
  assert_string_equal(s.country, "XX");
  assert_string_equal(s.service_name, "Local login");
  assert_true(s.session_ttl == 183 && !s.fresh_session && !s.explain_406);
  assert_int_equal(cg_settings_init(&s, "private", NULL, NULL), CG_OK);
  assert_int_equal(s.code_length, 6);
  assert_int_equal(s.resend_timeout, 60);
  assert_int_equal(s.fresh_session, 86400);
  assert_int_equal(s.signup, CG_SIGNUP_CLOSED);
  assert_true(s.private_profile && s.enumeration_safe && s.limits);
  assert_false(s.any_api_id || s.test_numbers || s.legacy_rsa);
}

static void values_are_taken(void **state) {
  (void)state;
  cg_settings s;
  const char *const *set = SET("code_length=7", "signup=test_numbers", "any_api_id=off",
                               "phone_invalid=400", "country=DE", "code_length=6",
                               "service_name=Acme \xc3\xa9");
  assert_int_equal(cg_settings_init(&s, "test", set, NULL), CG_OK);
  assert_int_equal(s.code_length, 6);
  assert_int_equal(s.signup, CG_SIGNUP_TEST_NUMBERS);
  assert_false(s.any_api_id);
  assert_true(s.phone_invalid_400);
  assert_string_equal(s.country, "DE");
  assert_string_equal(s.service_name, "Acme \xc3\xa9");
}

static void wrong_ones_are_named(void **state) {
  (void)state;
  refused("test", "code_lenght=5", "code_lenght");
  refused("test", "code_length=4", "5 to 7");
  refused("test", "code_length=5x", "code_length");
  refused("test", "code_length=", "code_length");
  refused("test", "code_length=-5", "code_length");
  refused("test", "code_ttl=99999999999999999999", "code_ttl");
  refused("test", "any_api_id=maybe", "on|off");
  refused("test", "signup=clo", "open|test_numbers|closed");
  refused("test", "signup=", "open|test_numbers|closed");
  refused("test", "phone_mode=strict", "loose");
  refused("test", "country=de", "country");
  refused("test", "service_name=", "service_name");
  refused("test", "service_name=\xff", "service_name");
  refused("test",
          "service_name=0123456789012345678901234567890123456789012345678901234567890123"
          "4",
          "service_name");
  refused("test", "session_ttl=367", "1 to 366");
  refused("test", "apps=7", "apps");
  refused("test", "apps=7:00", "apps");
  refused("test", "apps=0:00000000000000000000000000000000", "apps");
  refused("test", "apps=7:00000000000000000000000000000000,", "apps");
  refused("test", "code_length", "NAME=VALUE");
  refused("test", "", "NAME=VALUE");
  refused("secret", "code_length=5", "secret");
}

static void private_refuses_what_is_unsafe(void **state) {
  (void)state;
  refused("private", "test_numbers=on", "test_numbers");
  refused("private", "code_length=5", "code_length");
  refused("private", "code_ttl=601", "code_ttl");
  refused("private", "max_attempts=11", "max_attempts");
}

static void apps_are_judged(void **state) {
  (void)state;
  cg_settings s;
  const char *pairs = "apps=7:0123456789abcdef0123456789abcdef,"
                      "8:ffffffffffffffffffffffffffffffff:published";
  cg_bytes good = CG_LIT("0123456789abcdef0123456789abcdef");
  cg_bytes leaked = CG_LIT("ffffffffffffffffffffffffffffffff");
  assert_int_equal(cg_settings_init(&s, "test", SET(pairs), NULL), CG_OK);
  assert_int_equal(cg_settings_app(&s, 7, good), CG_APP_GOOD);
  assert_int_equal(cg_settings_app(&s, 8, leaked), CG_APP_PUBLISHED);
  assert_int_equal(cg_settings_app(&s, 9, CG_LIT("any")), CG_APP_GOOD);
  assert_int_equal(cg_settings_app(&s, 0, good), CG_APP_UNKNOWN);
  assert_true(cg_settings_app_known(&s, 9));
  s.any_api_id = 0;
  assert_int_equal(cg_settings_app(&s, 7, good), CG_APP_GOOD);
  assert_int_equal(cg_settings_app(&s, 7, leaked), CG_APP_UNKNOWN);
  assert_int_equal(cg_settings_app(&s, 9, good), CG_APP_UNKNOWN);
  assert_true(cg_settings_app_known(&s, 7));
  assert_false(cg_settings_app_known(&s, 9));
}

/* What is told of a setting is what it does: its value can be set, in either profile. */
static void all_are_told_of(void **state) {
  (void)state;
  cg_server_setting one, last = { .name = "" }, code_length = { 0 };
  cg_settings s;
  for (size_t n = 0; cg_server_setting_at(n, &one); last = one, n++) {
    char set[2][120];
    assert_true(strcmp(last.name, one.name) < 0);
    assert_true(*one.about && *one.takes);
    if (!strcmp(one.name, "code_length")) code_length = one;
    snprintf(set[0], sizeof set[0], "%s=%s", one.name, one.test);
    snprintf(set[1], sizeof set[1], "%s=%s", one.name, one.strict);
    if (!strcmp(one.test, "auto")) continue;
    assert_int_equal(cg_settings_init(&s, "test", SET(set[0]), NULL), CG_OK);
    assert_int_equal(cg_settings_init(&s, "private", SET(set[1]), NULL), CG_OK);
  }
  assert_string_equal(code_length.takes, "5 to 7, private 6 to 7");
  assert_string_equal(code_length.test, "5");
  assert_string_equal(code_length.strict, "6");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(defaults_differ_by_profile),
    cmocka_unit_test(values_are_taken),
    cmocka_unit_test(wrong_ones_are_named),
    cmocka_unit_test(private_refuses_what_is_unsafe),
    cmocka_unit_test(apps_are_judged),
    cmocka_unit_test(all_are_told_of),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
