/* SPDX-License-Identifier: MIT */
/* store_password_test.c - what every kind of store must do with passwords. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_fixture.h"

#include <stdio.h>
#include <string.h>

/* Every field another value. */
static cg_store_password full_row(void) {
  cg_store_password p = { .user_id = 77, .version = 5, .changed_at = NOW,
                          .reset_at = NOW + 1, .retry_at = NOW + 2 };
  p.now.set = p.pending.set = true;
  memset(p.now.v, 1, sizeof p.now.v);
  memset(p.now.salt1, 2, sizeof p.now.salt1);
  memset(p.now.salt2, 3, sizeof p.now.salt2);
  memset(p.pending.v, 4, sizeof p.pending.v);
  memset(p.pending.salt1, 5, sizeof p.pending.salt1);
  memset(p.pending.salt2, 6, sizeof p.pending.salt2);
  strcpy(p.now.hint, "h\xc3\xb6rt");
  strcpy(p.now.email, "a@example.com");
  strcpy(p.pending.hint, "next");
  strcpy(p.pending.email, "b@example.com");
  return p;
}

static cg_err put(void **state, const cg_store_password *row) {
  return ASK(.op = CG_STORE_PASSWORD_PUT, .password = row, .now = NOW + 9);
}

static void test_passwords(void **state) {
  cg_store_password p = full_row();
  assert_int_equal(ASK(.op = CG_STORE_PASSWORD_GET, .id = 77), CG_E_NOT_FOUND);
  assert_int_equal(put(state, &p), CG_OK);
  p.revision = 1;
  assert_memory_equal(&got.password, &p, sizeof p);
  assert_int_equal(ASK(.op = CG_STORE_PASSWORD_GET, .id = 77), CG_OK);
  assert_memory_equal(&got.password, &p, sizeof p);
  assert_int_equal(ASK(.op = CG_STORE_PASSWORD_GET, .id = 78), CG_E_NOT_FOUND);
  memset(&p.now, 0, sizeof p.now);
  memset(&p.pending, 0, sizeof p.pending);
  p.version = 6;
  assert_int_equal(put(state, &p), CG_OK);
  p.revision = 2;
  assert_int_equal(ASK(.op = CG_STORE_PASSWORD_GET, .id = 77), CG_OK);
  assert_memory_equal(&got.password, &p, sizeof p);
}

/* Who has read an older row loses, as does who has read none. */
static void test_revisions(void **state) {
  cg_store_password p = full_row();
  p.revision = 1;
  assert_int_equal(put(state, &p), CG_E_NOT_FOUND);
  p.revision = 0;
  assert_int_equal(put(state, &p), CG_OK);
  assert_int_equal(put(state, &p), CG_E_NOT_FOUND);
  p.revision = 2;
  assert_int_equal(put(state, &p), CG_E_NOT_FOUND);
  p.revision = 1;
  assert_int_equal(put(state, &p), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_PASSWORD_GET, .id = 77), CG_OK);
  assert_int_equal(got.password.revision, 2);
}

static void add_purpose(void **state, const char *hash, int64_t user,
                        cg_code_purpose purpose) {
  cg_store_code code = code_of(hash, 1, hash);
  code.user_id = user;
  code.purpose = purpose;
  assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &code), CG_OK);
}

static cg_code_state state_of(void **state, const char *hash) {
  assert_int_equal(ASK(.op = CG_STORE_CODE_GET, .text = hash), CG_OK);
  return got.codes[0].state;
}

/* Another password ends what leads round it; another hint or email does not. */
static void test_ways_round(void **state) {
  cg_store_password p = full_row();
  cg_store_token future = token_of(1, CG_TOKEN_FUTURE), qr = token_of(2, CG_TOKEN_QR),
                 others = token_of(3, CG_TOKEN_FUTURE);
  others.user_id = 78;
  assert_int_equal(put(state, &p), CG_OK);
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &future);
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &qr);
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &others);
  add_purpose(state, "recovery", 77, CG_CODE_RECOVERY);
  add_purpose(state, "login", 77, CG_CODE_LOGIN);
  add_purpose(state, "email", 77, CG_CODE_PASSWORD_EMAIL);
  add_purpose(state, "others", 78, CG_CODE_RECOVERY);
  p.revision = 1;
  strcpy(p.now.hint, "other");
  assert_int_equal(put(state, &p), CG_OK);
  assert_int_equal(state_of(state, "recovery"), CG_CODE_ISSUED);
  assert_int_equal(token_get(state, &future, NOW), CG_OK);
  p.revision = 2;
  p.version++;
  assert_int_equal(put(state, &p), CG_OK);
  assert_int_equal(state_of(state, "recovery"), CG_CODE_INVALIDATED);
  assert_int_equal(got.codes[0].sealed_len, 0);
  assert_int_equal(got.codes[0].changed_at, NOW + 9);
  assert_int_equal(state_of(state, "login"), CG_CODE_ISSUED);
  assert_int_equal(state_of(state, "email"), CG_CODE_ISSUED);
  assert_int_equal(state_of(state, "others"), CG_CODE_ISSUED);
  assert_int_equal(token_get(state, &future, NOW), CG_E_NOT_FOUND);
  assert_int_equal(token_get(state, &qr, NOW), CG_OK);
  assert_int_equal(token_get(state, &others, NOW), CG_OK);
}

/* An account that begins with a password has it from the first moment, or is not there. */
static void test_account_with_password(void **state) {
  cg_store_password p = full_row();
  cg_store_user user = { .id = 77, .access_hash = 1, .created = NOW, .phone = "100" };
  assert_int_equal(put(state, &p), CG_OK);
  cg_store_request add = { .op = CG_STORE_USER_ADD, .user = &user, .password = &p };
  assert_int_equal(ask(state, add), CG_E_NOT_FOUND); /* there is a row of that user */
  assert_int_equal(ASK(.op = CG_STORE_USER_GET, .id = 77), CG_E_NOT_FOUND);
  user.id = p.user_id = 78;
  assert_int_equal(ask(state, add), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_PASSWORD_GET, .id = 78), CG_OK);
  assert_int_equal(got.password.version, 5);
  assert_int_equal(ASK(.op = CG_STORE_RESET), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_PASSWORD_GET, .id = 78), CG_E_NOT_FOUND);
}

static void need_password(void **state, const char *hash, int64_t when) {
  assert_int_equal(ASK(.op = CG_STORE_CODE_MOVE, .text = hash,
                       .from = CG_CODE_BIT(CG_CODE_ISSUED), .now = when,
                       .number = CG_CODE_NEED_PASSWORD, .expires_at = NOW + 1000), CG_OK);
}

static cg_err pending(void **state, uint64_t key, int64_t now) {
  return ASK(.op = CG_STORE_CODE_PENDING, .id = key, .now = now);
}

static void test_pending(void **state) {
  add_code(state, "first", 1, "100");
  assert_int_equal(pending(state, 1, NOW), CG_E_NOT_FOUND); /* not verified yet */
  need_password(state, "first", NOW + 1);
  add_code(state, "second", 1, "200");
  need_password(state, "second", NOW + 2);
  assert_int_equal(pending(state, 1, NOW + 3), CG_OK);
  assert_string_equal(got.codes[0].hash, "second");
  assert_int_equal(pending(state, 2, NOW + 3), CG_E_NOT_FOUND);
  assert_int_equal(pending(state, 1, NOW + 1000), CG_E_NOT_FOUND); /* dead */
  add_code(state, "again", 1, "200"); /* lifts the mark of that number */
  assert_int_equal(pending(state, 1, NOW + 3), CG_OK);
  assert_string_equal(got.codes[0].hash, "first");
}

static void test_login_ends_pending(void **state) {
  add_code(state, "wanted", 1, "100");
  need_password(state, "wanted", NOW);
  add_code(state, "elsewhere", 2, "100");
  need_password(state, "elsewhere", NOW);
  log_in(state, "done", 1, 88, NOW + 1);
  assert_int_equal(pending(state, 1, NOW + 1), CG_E_NOT_FOUND);
  assert_int_equal(state_of(state, "wanted"), CG_CODE_EXPIRED);
  assert_int_equal(state_of(state, "done"), CG_CODE_CONSUMED);
  assert_int_equal(pending(state, 2, NOW + 1), CG_OK);
}

#define TESTS(X)                                                                         \
  X(passwords) X(revisions) X(ways_round) X(account_with_password) X(pending)            \
  X(login_ends_pending)

int main(void) {
  const struct CMUnitTest tests[] = { TESTS(IN_MEMORY) TESTS(IN_FILE) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
