/* SPDX-License-Identifier: MIT */
/* store_email_test.c - what every kind of store must do with login emails. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

static cg_store_email email_of(int64_t user, const char *address) {
  cg_store_email email = { .user_id = user };
  snprintf(email.login_email, sizeof email.login_email, "%s", address);
  return email;
}

static void email_is(void **state, int64_t user, const char *address, int64_t reset_at) {
  assert_int_equal(ASK(.op = CG_STORE_EMAIL_GET, .id = (uint64_t)user), CG_OK);
  assert_int_equal(got.email.user_id, user);
  assert_string_equal(got.email.login_email, address);
  assert_int_equal(got.email.reset_at, reset_at);
}

static void test_email(void **state) {
  cg_store_email email = email_of(77, "a@example.com");
  email.setup_due = true;
  assert_int_equal(ASK(.op = CG_STORE_EMAIL_GET, .id = 77), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_EMAIL_PUT, .email = &email), CG_OK);
  email_is(state, 77, "a@example.com", 0);
  assert_true(got.email.setup_due);
  email = email_of(77, "b@example.com");
  assert_int_equal(ASK(.op = CG_STORE_EMAIL_PUT, .email = &email), CG_OK);
  email_is(state, 77, "b@example.com", 0);
  assert_false(got.email.setup_due);
  assert_int_equal(ASK(.op = CG_STORE_EMAIL_GET, .id = 78), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_RESET), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_EMAIL_GET, .id = 77), CG_E_NOT_FOUND);
}

static cg_err ask_reset(void **state, uint64_t user, int64_t at) {
  return ASK(.op = CG_STORE_EMAIL_RESET, .id = user, .number = at);
}

/* A reset runs once at a time, and only for who has an email. */
static void test_email_reset(void **state) {
  cg_store_email email = email_of(77, "a@example.com"), none = email_of(78, "");
  assert_int_equal(ask_reset(state, 77, NOW + 9), CG_E_NOT_FOUND);
  ASK(.op = CG_STORE_EMAIL_PUT, .email = &email);
  ASK(.op = CG_STORE_EMAIL_PUT, .email = &none);
  assert_int_equal(ask_reset(state, 78, NOW + 9), CG_E_NOT_FOUND);
  assert_int_equal(ask_reset(state, 77, NOW + 9), CG_OK);
  assert_int_equal(got.email.reset_at, NOW + 9);
  assert_int_equal(ask_reset(state, 77, NOW + 10), CG_E_NOT_FOUND);
  email_is(state, 77, "a@example.com", NOW + 9);
}

static cg_err log_in_by(void **state, const char *hash, const char *ladder, int32_t rung,
                        const char *address) {
  cg_store_auth auth = { .key_id = 1, .user_id = 77, .created = NOW, .active = NOW };
  cg_store_code code = code_of(hash, 1, "100");
  snprintf(code.ladder, sizeof code.ladder, "%s", ladder);
  snprintf(code.email, sizeof code.email, "%s", address);
  code.rung = rung;
  assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &code), CG_OK);
  return ASK(.op = CG_STORE_CODE_LOGIN, .text = hash, .auth = &auth, .now = NOW,
             .from = CG_CODE_BIT(CG_CODE_ISSUED));
}

/* An email that was verified on the way is attached by the login, and by nothing
 * before it. */
static void test_email_attached(void **state) {
  assert_int_equal(log_in_by(state, "none", "Es", 1, ""), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_EMAIL_GET, .id = 77), CG_E_NOT_FOUND);
  assert_int_equal(log_in_by(state, "other way", "s", 0, "a@example.com"), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_EMAIL_GET, .id = 77), CG_E_NOT_FOUND);
  assert_int_equal(log_in_by(state, "attached", "Es", 1, "a@example.com"), CG_OK);
  email_is(state, 77, "a@example.com", 0);
}

/* Who has logged in by his email does not need it reset. */
static void test_email_used(void **state) {
  cg_store_email email = email_of(77, "a@example.com");
  ASK(.op = CG_STORE_EMAIL_PUT, .email = &email);
  assert_int_equal(ask_reset(state, 77, NOW + 9), CG_OK);
  assert_int_equal(log_in_by(state, "a", "es", 1, ""), CG_OK);
  email_is(state, 77, "a@example.com", NOW + 9);
  assert_int_equal(log_in_by(state, "b", "es", 0, "a@example.com"), CG_OK);
  email_is(state, 77, "a@example.com", 0);
}

#define EACH(X) X(email) X(email_reset) X(email_attached) X(email_used)

int main(void) {
  const struct CMUnitTest tests[] = { EACH(IN_MEMORY) EACH(IN_FILE) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
