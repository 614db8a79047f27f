/* SPDX-License-Identifier: MIT */
/*
 * store_test.c - what every kind of store must do, written against store.h alone.
 * Each test runs for each opener of store_fixture.c.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "mem.h"
#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- samples ----------------------------------------------------------------- */

static cg_store_user user_of(int64_t id, const char *phone) {
  cg_store_user user = { .id = id, .access_hash = -id, .created = NOW, .dc = 3 };
  snprintf(user.phone, sizeof user.phone, "%s", phone);
  snprintf(user.first_name, sizeof user.first_name, "Ada \xc3\xa9");
  snprintf(user.last_name, sizeof user.last_name, "L");
  return user;
}

static cg_code_state state_of(void **state, const char *hash) {
  assert_int_equal(ASK(.op = CG_STORE_CODE_GET, .text = hash), CG_OK);
  return got.codes[0].state;
}

static cg_err move(void **state, const char *hash, uint32_t from, cg_code_state to) {
  return ASK(.op = CG_STORE_CODE_MOVE, .text = hash, .from = from, .number = to,
             .now = NOW + 1);
}

/* --- keys, users, auths ---------------------------------------------------------- */

static void test_keys(void **state) {
  cg_store_key key = key_of(UINT64_C(0xfedcba9876543210)), init = { 0 };
  assert_int_equal(ASK(.op = CG_STORE_KEY_GET, .id = key.id), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_KEY_PUT, .key = &key), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_KEY_PUT, .key = &key), CG_E_EXISTS);
  assert_int_equal(ASK(.op = CG_STORE_KEY_GET, .id = key.id), CG_OK);
  assert_memory_equal(&got.key, &key, sizeof key);
  init.init = (cg_store_init){ 228, 1, "Pixel", "14", "1.0", "en", "android" };
  assert_int_equal(ASK(.op = CG_STORE_KEY_INIT, .id = 5, .key = &init), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_KEY_INIT, .id = key.id, .key = &init), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_KEY_GET, .id = key.id), CG_OK);
  assert_memory_equal(&got.key.init, &init.init, sizeof init.init);
  assert_memory_equal(got.key.key, key.key, sizeof key.key);
}

static void test_key_delete(void **state) {
  cg_store_key key = key_of(1), other = key_of(2);
  cg_store_auth auth = { .key_id = 1, .user_id = 77, .hash = 5, .created = NOW };
  ASK(.op = CG_STORE_KEY_PUT, .key = &key);
  ASK(.op = CG_STORE_KEY_PUT, .key = &other);
  add_code(state, "used", 1, "100");
  assert_int_equal(ASK(.op = CG_STORE_CODE_LOGIN, .text = "used",
                       .from = CG_CODE_BIT(CG_CODE_ISSUED), .now = NOW, .auth = &auth),
                   CG_OK);
  add_code(state, "live", 1, "100");
  add_code(state, "elsewhere", 2, "100");
  cg_store_token bound = token_of(1, CG_TOKEN_QR), free_one = token_of(2, CG_TOKEN_FUTURE);
  bound.key_id = 1;
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &bound);
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &free_one);
  assert_int_equal(ASK(.op = CG_STORE_KEY_DELETE, .id = 1), CG_OK);
  assert_int_equal(token_get(state, &bound, NOW), CG_E_NOT_FOUND);
  assert_int_equal(token_get(state, &free_one, NOW), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_KEY_GET, .id = 1), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_GET, .id = 1), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_CODE_GET, .text = "live"), CG_E_NOT_FOUND);
  assert_int_equal(state_of(state, "used"), CG_CODE_CONSUMED);
  assert_int_equal(state_of(state, "elsewhere"), CG_CODE_ISSUED);
  assert_int_equal(ASK(.op = CG_STORE_KEY_GET, .id = 2), CG_OK);
}

static void test_users(void **state) {
  cg_store_user ada = user_of(10, "9996612345"), bob = user_of(5, "9996612346");
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &ada), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &bob), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_USER_GET, .id = 10), CG_OK);
  assert_memory_equal(&got.users[0], &ada, sizeof ada);
  assert_int_equal(ASK(.op = CG_STORE_USER_FIND, .text = "9996612346"), CG_OK);
  assert_memory_equal(&got.users[0], &bob, sizeof bob);
  assert_int_equal(ASK(.op = CG_STORE_USER_GET, .id = 11), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_USER_FIND, .text = "1"), CG_E_NOT_FOUND);
  cg_store_user same_phone = user_of(11, "9996612345"), same_id = user_of(10, "1");
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &same_phone), CG_E_EXISTS);
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &same_id), CG_E_EXISTS);
  assert_int_equal(ASK(.op = CG_STORE_USER_STATE, .id = 5, .number = CG_USER_BANNED),
                   CG_OK);
  assert_int_equal(got.users[0].state, CG_USER_BANNED);
  assert_int_equal(ASK(.op = CG_STORE_USER_STATE, .id = 6, .number = CG_USER_BANNED),
                   CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_USER_LIST), CG_OK);
  assert_int_equal(got.count, 2);
  assert_int_equal(got.users[0].id, 5);
  assert_int_equal(got.users[0].state, CG_USER_BANNED);
  assert_int_equal(got.users[1].id, 10);
  assert_int_equal(ASK(.op = CG_STORE_USER_LIST, .limit = 1), CG_OK);
  assert_int_equal(got.count, 1);
}

/* Any number of bots have no phone, and none is found by it. */
static void test_bots(void **state) {
  cg_store_user one = user_of(1, ""), two = user_of(2, "");
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &one), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &two), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_USER_FIND, .text = ""), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_USER_GET, .id = 2), CG_OK);
  assert_string_equal(got.users[0].phone, "");
}

/* The longest values of a row come back whole. */
static void test_wide_user(void **state) {
  cg_store_user wide = user_of(INT64_MAX, "123456789012345");
  memset(wide.first_name, 'x', sizeof wide.first_name - 1);
  memset(wide.last_name, 'y', sizeof wide.last_name - 1);
  wide.access_hash = INT64_MIN;
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &wide), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_USER_GET, .id = INT64_MAX), CG_OK);
  assert_memory_equal(&got.users[0], &wide, sizeof wide);
}

static void test_auths(void **state) {
  log_in(state, "a", 1, 77, NOW);
  log_in(state, "b", 2, 77, NOW + 2);
  log_in(state, "c", UINT64_MAX, 88, NOW + 1);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_GET, .id = UINT64_MAX), CG_OK);
  assert_int_equal(got.auths[0].user_id, 88);
  assert_true(got.auths[0].key_id == UINT64_MAX);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_LIST, .id = 77), CG_OK);
  assert_int_equal(got.count, 2);
  assert_int_equal(got.auths[0].key_id, 2);
  assert_int_equal(got.auths[1].key_id, 1);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_LIST), CG_OK);
  assert_int_equal(got.count, 3);
  assert_int_equal(got.auths[1].user_id, 88);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_DELETE, .id = 2), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_DELETE, .id = 2), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_LIST, .id = 77), CG_OK);
  assert_int_equal(got.count, 1);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_LIST, .id = 99), CG_OK);
  assert_int_equal(got.count, 0);
}

/* --- codes ------------------------------------------------------------------------ */

static void test_code_get(void **state) {
  cg_store_code code = code_of("0123456789abcdef01", 1, "9996612345");
  code.purpose = CG_CODE_CHANGE_PHONE;
  strcpy(code.hint, "12345");
  memset(code.email, 'e', sizeof code.email - 1);
  code.user_id = 42;
  code.rung = 2;
  code.attempts = 1;
  code.resends = 3;
  code.sealed_len = CG_STORE_SEALED;
  memset(code.sealed, 0xa5, sizeof code.sealed);
  assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &code), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_CODE_GET, .text = code.hash), CG_OK);
  assert_memory_equal(&got.codes[0], &code, sizeof code);
  assert_int_equal(ASK(.op = CG_STORE_CODE_GET, .text = "other"), CG_E_NOT_FOUND);
  code.key_id = 2;
  assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &code), CG_E_EXISTS);
}

static cg_err live(void **state, uint64_t key, const char *phone, int64_t now) {
  cg_store_code code = code_of("", key, phone);
  return ASK(.op = CG_STORE_CODE_LIVE, .code = &code, .now = now);
}

static void test_code_live(void **state) {
  add_code(state, "a", 1, "100");
  assert_int_equal(live(state, 1, "100", NOW + 299), CG_OK);
  assert_string_equal(got.codes[0].hash, "a");
  assert_int_equal(live(state, 1, "100", NOW + 300), CG_E_NOT_FOUND);
  assert_int_equal(live(state, 2, "100", NOW), CG_E_NOT_FOUND);
  assert_int_equal(live(state, 1, "101", NOW), CG_E_NOT_FOUND);
  static const cg_code_state still[] = { CG_CODE_SETUP_EMAIL, CG_CODE_NEED_SIGNUP,
                                         CG_CODE_NEED_PASSWORD, CG_CODE_ISSUED };
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(move(state, "a", ~0u, still[i]), CG_OK);
    assert_int_equal(live(state, 1, "100", NOW), CG_OK);
  }
  assert_int_equal(move(state, "a", ~0u, CG_CODE_INVALIDATED), CG_OK);
  assert_int_equal(live(state, 1, "100", NOW), CG_E_NOT_FOUND);
}

/* A new code ends what waits for more of the same key, phone and purpose, and no
 * other. */
static void test_code_replaces(void **state) {
  add_code(state, "old", 1, "100");
  assert_int_equal(move(state, "old", ~0u, CG_CODE_NEED_SIGNUP), CG_OK);
  add_code(state, "other key", 2, "100");
  add_code(state, "other phone", 1, "101");
  cg_store_code other = code_of("other purpose", 1, "100");
  other.purpose = CG_CODE_VERIFY_PHONE;
  assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &other), CG_OK);
  assert_int_equal(add_code(state, "new", 1, "100"), CG_OK);
  assert_int_equal(state_of(state, "old"), CG_CODE_EXPIRED);
  assert_int_equal(got.codes[0].sealed_len, 0);
  assert_int_equal(state_of(state, "other key"), CG_CODE_ISSUED);
  assert_int_equal(state_of(state, "other phone"), CG_CODE_ISSUED);
  assert_int_equal(state_of(state, "other purpose"), CG_CODE_ISSUED);
}

/* While a code can be checked there is no second one beside it; nothing is ended. */
static void test_code_exists(void **state) {
  add_code(state, "old", 1, "100");
  add_code(state, "other", 1, "101");
  cg_store_code code = code_of("new", 1, "100");
  code.sent_at = NOW + 299;
  assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &code, .limit = 1), CG_E_EXISTS);
  assert_int_equal(state_of(state, "old"), CG_CODE_ISSUED);
  assert_int_equal(state_of(state, "other"), CG_CODE_ISSUED);
  assert_int_equal(ASK(.op = CG_STORE_CODE_GET, .text = "new"), CG_E_NOT_FOUND);
  code.sent_at = NOW + 300;
  assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &code), CG_OK);
  assert_int_equal(state_of(state, "old"), CG_CODE_EXPIRED);
}

static void test_code_cap(void **state) {
  static const char *const names[] = { "a", "b", "c", "d" };
  for (int i = 0; i < 4; i++) {
    char phone[16];
    snprintf(phone, sizeof phone, "10%d", i);
    cg_store_code code = code_of(names[i], 1, phone);
    assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &code, .limit = 3), CG_OK);
  }
  assert_int_equal(state_of(state, "a"), CG_CODE_CANCELLED);
  assert_int_equal(got.codes[0].sealed_len, 0);
  for (int i = 1; i < 4; i++) assert_int_equal(state_of(state, names[i]), CG_CODE_ISSUED);
  assert_int_equal(add_code(state, "elsewhere", 2, "100"), CG_OK);
  cg_store_code late = code_of("late", 1, "109"); /* a, b, c are over by then */
  late.sent_at = NOW + 1000;
  late.expires_at = NOW + 1300;
  assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &late, .limit = 1), CG_OK);
  assert_int_equal(state_of(state, "b"), CG_CODE_EXPIRED);
  assert_int_equal(state_of(state, "elsewhere"), CG_CODE_ISSUED);
}

static cg_err attempt(void **state, const char *hash, int64_t now) {
  return ASK(.op = CG_STORE_CODE_ATTEMPT, .text = hash, .now = now);
}

static void test_code_attempts(void **state) {
  add_code(state, "a", 1, "100");
  assert_int_equal(attempt(state, "a", NOW + 300), CG_E_NOT_FOUND);
  for (int i = 1; i <= 5; i++) {
    assert_int_equal(attempt(state, "a", NOW + 299), CG_OK);
    assert_int_equal(got.codes[0].attempts, i);
  }
  assert_int_equal(attempt(state, "a", NOW), CG_E_NOT_FOUND);
  assert_int_equal(state_of(state, "a"), CG_CODE_ISSUED);
  assert_int_equal(got.codes[0].attempts, 5);
  assert_int_equal(attempt(state, "none", NOW), CG_E_NOT_FOUND);
  static const cg_code_state counted[] = { CG_CODE_NEED_SIGNUP, CG_CODE_NEED_PASSWORD };
  for (int i = 0; i < 2; i++) {
    add_code(state, i ? "p" : "s", 1, "101");
    assert_int_equal(move(state, i ? "p" : "s", ~0u, counted[i]), CG_OK);
    assert_int_equal(attempt(state, i ? "p" : "s", NOW), CG_OK);
  }
  assert_int_equal(move(state, "p", ~0u, CG_CODE_CANCELLED), CG_OK);
  assert_int_equal(attempt(state, "p", NOW), CG_E_NOT_FOUND);
}

static void test_code_move(void **state) {
  add_code(state, "a", 1, "100");
  uint32_t issued = CG_CODE_BIT(CG_CODE_ISSUED);
  assert_int_equal(move(state, "a", issued, CG_CODE_ISSUED), CG_OK);
  assert_int_equal(got.codes[0].sealed_len, 33);
  assert_int_equal(ASK(.op = CG_STORE_CODE_MOVE, .text = "a", .from = issued,
                       .number = CG_CODE_NEED_SIGNUP, .now = NOW + 9,
                       .expires_at = NOW + 86400),
                   CG_OK);
  assert_int_equal(got.codes[0].state, CG_CODE_NEED_SIGNUP);
  assert_int_equal(got.codes[0].sealed_len, 0);
  assert_int_equal(got.codes[0].changed_at, NOW + 9);
  assert_int_equal(got.codes[0].expires_at, NOW + 86400);
  assert_int_equal(move(state, "a", issued, CG_CODE_CANCELLED), CG_E_NOT_FOUND);
  assert_int_equal(state_of(state, "a"), CG_CODE_NEED_SIGNUP);
  assert_int_equal(move(state, "a", issued | CG_CODE_BIT(CG_CODE_NEED_SIGNUP),
                        CG_CODE_CANCELLED),
                   CG_OK);
  assert_int_equal(got.codes[0].expires_at, NOW + 86400);
  assert_int_equal(move(state, "none", ~0u, CG_CODE_CANCELLED), CG_E_NOT_FOUND);
}

static void test_code_setup_email(void **state) {
  cg_store_code code = code_of("a", 1, "100");
  code.state = CG_CODE_SETUP_EMAIL;
  assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &code), CG_OK);
  assert_int_equal(attempt(state, "a", NOW), CG_E_NOT_FOUND);
  code.rung = 1;
  assert_int_equal(ASK(.op = CG_STORE_CODE_RESEND, .code = &code, .now = NOW,
                       .from = CG_CODE_BIT(CG_CODE_ISSUED)),
                   CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_CODE_RESEND, .code = &code, .now = NOW,
                       .from = CG_CODE_BIT(CG_CODE_SETUP_EMAIL)),
                   CG_OK);
  assert_int_equal(got.codes[0].state, CG_CODE_ISSUED);
  assert_int_equal(got.codes[0].rung, 1);
  assert_int_equal(got.codes[0].sealed_len, 33);
}

static void test_code_resend(void **state) {
  add_code(state, "a", 1, "100");
  attempt(state, "a", NOW);
  uint32_t issued = CG_CODE_BIT(CG_CODE_ISSUED);
  cg_store_code next = code_of("a", 1, "100");
  strcpy(next.hint, "+4930");
  strcpy(next.email, "a@example.com");
  next.rung = 1;
  next.length = 6;
  next.sent_at = NOW + 70;
  next.resend_at = NOW + 130;
  next.expires_at = NOW + 370;
  next.sealed_len = 34;
  memset(next.sealed, 8, 34);
  memset(next.mac, 6, sizeof next.mac);
  assert_int_equal(ASK(.op = CG_STORE_CODE_RESEND, .code = &next, .from = issued,
                       .now = NOW + 300),
                   CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_CODE_RESEND, .code = &next, .from = issued,
                       .now = NOW + 70),
                   CG_OK);
  next.resends = 1;
  next.attempts = 1; /* as they were counted, not as the caller had seen them */
  assert_memory_equal(&got.codes[0], &next, sizeof next);
  assert_int_equal(ASK(.op = CG_STORE_CODE_RESEND, .code = &next, .from = issued,
                       .number = 0),
                   CG_E_NOT_FOUND);
  assert_int_equal(state_of(state, "a"), CG_CODE_ISSUED);
  assert_int_equal(got.codes[0].resends, 1);
  move(state, "a", ~0u, CG_CODE_CANCELLED);
  assert_int_equal(ASK(.op = CG_STORE_CODE_RESEND, .code = &next, .from = issued,
                       .number = 1),
                   CG_E_NOT_FOUND);
}

static cg_err login(void **state, cg_store_op op, const char *hash, uint32_t from,
                    const cg_store_user *user) {
  cg_store_auth auth = { .key_id = 1, .user_id = user->id, .hash = 4, .created = NOW,
                         .active = NOW, .ip = "::1" };
  return ASK(.op = op, .text = hash, .from = from, .now = NOW + 3, .auth = &auth,
             .user = user);
}

static void test_code_login(void **state) {
  cg_store_user user = user_of(42, "100"), next = user_of(43, "101");
  uint32_t issued = CG_CODE_BIT(CG_CODE_ISSUED);
  add_code(state, "a", 1, "100");
  assert_int_equal(login(state, CG_STORE_CODE_LOGIN, "a",
                         CG_CODE_BIT(CG_CODE_NEED_PASSWORD), &user),
                   CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_GET, .id = 1), CG_E_NOT_FOUND);
  assert_int_equal(login(state, CG_STORE_CODE_LOGIN, "a", issued, &user), CG_OK);
  assert_int_equal(got.codes[0].state, CG_CODE_CONSUMED);
  assert_int_equal(got.codes[0].won_user_id, 42);
  assert_int_equal(got.codes[0].sealed_len, 0);
  assert_int_equal(got.codes[0].changed_at, NOW + 3);
  assert_int_equal(got.auths[0].user_id, 42);
  assert_string_equal(got.auths[0].ip, "::1");
  /* The loser of a race changes nothing. */
  assert_int_equal(login(state, CG_STORE_CODE_LOGIN, "a", issued, &next), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_GET, .id = 1), CG_OK);
  assert_int_equal(got.auths[0].user_id, 42);
  /* A later login takes the place of the key's auth. */
  add_code(state, "b", 1, "101");
  assert_int_equal(login(state, CG_STORE_CODE_LOGIN, "b", issued, &next), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_LIST), CG_OK);
  assert_int_equal(got.count, 1);
  assert_int_equal(got.auths[0].user_id, 43);
}

/* A code can be used in the second before its death, and in that of its death no more. */
static void test_code_death(void **state) {
  cg_store_user user = user_of(42, "100");
  cg_store_auth auth = { .key_id = 1, .user_id = 42, .hash = 4, .created = NOW };
  cg_store_code code = code_of("a", 1, "100");
  const cg_store_request uses[] = {
    { .op = CG_STORE_CODE_LIVE, .code = &code },
    { .op = CG_STORE_CODE_ATTEMPT, .text = "a" },
    { .op = CG_STORE_CODE_MOVE, .text = "a", .from = ~0u, .number = CG_CODE_CANCELLED },
    { .op = CG_STORE_CODE_RESEND, .code = &code, .from = 1u },
    { .op = CG_STORE_CODE_LOGIN, .text = "a", .from = ~0u, .auth = &auth },
    { .op = CG_STORE_CODE_SIGNUP, .text = "a", .from = ~0u, .auth = &auth, .user = &user },
  };
  for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
    cg_store_request use = uses[i];
    assert_int_equal(ASK(.op = CG_STORE_RESET), CG_OK);
    assert_int_equal(add_code(state, "a", 1, "100"), CG_OK);
    use.now = NOW + 300;
    assert_int_equal(ask(state, use), CG_E_NOT_FOUND);
    assert_int_equal(state_of(state, "a"), CG_CODE_ISSUED);
    assert_int_equal(ASK(.op = CG_STORE_AUTH_GET, .id = 1), CG_E_NOT_FOUND);
    assert_int_equal(ASK(.op = CG_STORE_USER_GET, .id = 42), CG_E_NOT_FOUND);
    use.now = NOW + 299;
    assert_int_equal(ask(state, use), CG_OK);
  }
}

/* A sign-up is all or nothing. */
static void test_code_signup(void **state) {
  cg_store_user user = user_of(42, "100"), taken = user_of(43, "100");
  uint32_t from = CG_CODE_BIT(CG_CODE_NEED_SIGNUP);
  add_code(state, "a", 1, "100");
  assert_int_equal(login(state, CG_STORE_CODE_SIGNUP, "a", from, &user), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_USER_GET, .id = 42), CG_E_NOT_FOUND);
  move(state, "a", ~0u, CG_CODE_NEED_SIGNUP);
  assert_int_equal(login(state, CG_STORE_CODE_SIGNUP, "a", from, &user), CG_OK);
  assert_int_equal(got.codes[0].won_user_id, 42);
  assert_int_equal(ASK(.op = CG_STORE_USER_FIND, .text = "100"), CG_OK);
  add_code(state, "b", 1, "100");
  move(state, "b", ~0u, CG_CODE_NEED_SIGNUP);
  assert_int_equal(login(state, CG_STORE_CODE_SIGNUP, "b", from, &taken), CG_E_EXISTS);
  assert_int_equal(state_of(state, "b"), CG_CODE_NEED_SIGNUP);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_GET, .id = 1), CG_OK);
  assert_int_equal(got.auths[0].user_id, 42);
}

static void test_code_list(void **state) {
  for (int i = 0; i < 4; i++) {
    char hash[8];
    snprintf(hash, sizeof hash, "h%d", i);
    cg_store_code code = code_of(hash, (uint64_t)i + 1, i == 3 ? "101" : "100");
    code.sent_at = NOW + (i == 1 ? 50 : 0);
    code.expires_at = code.sent_at + 300;
    assert_int_equal(ASK(.op = CG_STORE_CODE_ADD, .code = &code), CG_OK);
  }
  assert_int_equal(ASK(.op = CG_STORE_CODE_LIST, .text = "100", .now = NOW + 300), CG_OK);
  assert_int_equal(got.count, 3);
  assert_string_equal(got.codes[0].hash, "h1");
  assert_string_equal(got.codes[1].hash, "h2"); /* as old as h0, but added later */
  assert_string_equal(got.codes[2].hash, "h0");
  assert_int_equal(got.codes[0].state, CG_CODE_ISSUED);
  assert_int_equal(got.codes[0].sealed_len, 33);
  assert_int_equal(got.codes[1].state, CG_CODE_EXPIRED);
  assert_int_equal(got.codes[1].sealed_len, 0);
  assert_int_equal(ASK(.op = CG_STORE_CODE_LIST, .now = NOW, .limit = 2), CG_OK);
  assert_int_equal(got.count, 2);
  assert_string_equal(got.codes[1].hash, "h3");
  assert_int_equal(ASK(.op = CG_STORE_CODE_LIST, .text = "1", .now = NOW), CG_OK);
  assert_int_equal(got.count, 0);
  assert_int_equal(move(state, "h1", ~0u, CG_CODE_CANCELLED), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_CODE_LIST, .text = "100", .now = NOW + 999), CG_OK);
  assert_int_equal(got.codes[0].state, CG_CODE_CANCELLED);
}

/* --- counters, meta, missing, purge, reset --------------------------------------- */

static int64_t hit(void **state, const char *name, int64_t window, uint32_t limit,
                   int64_t now) {
  assert_int_equal(ASK(.op = CG_STORE_COUNTER_HIT, .text = name, .number = window,
                       .limit = limit, .now = now),
                   CG_OK);
  return got.number;
}

static void counter_is(void **state, const char *name, int64_t now, uint32_t count,
                       int64_t left) {
  assert_int_equal(ASK(.op = CG_STORE_COUNTER_GET, .text = name, .now = now), CG_OK);
  assert_int_equal(got.count, count);
  assert_int_equal(got.number, left);
}

static void test_counters(void **state) {
  assert_int_equal(hit(state, "ip:a", 60, 2, NOW), 0);
  assert_int_equal(got.count, 1);
  assert_int_equal(hit(state, "ip:a", 60, 2, NOW + 10), 0);
  assert_int_equal(hit(state, "ip:a", 60, 2, NOW + 20), 40);
  assert_int_equal(hit(state, "ip:a", 60, 2, NOW + 59), 1);
  assert_int_equal(got.count, 4);
  counter_is(state, "ip:a", NOW + 59, 4, 1);
  counter_is(state, "ip:a", NOW + 60, 0, 0);
  counter_is(state, "ip:b", NOW + 59, 0, 0);
  assert_int_equal(hit(state, "ip:b", 60, 2, NOW + 59), 0);
  assert_int_equal(hit(state, "ip:a", 60, 2, NOW + 60), 0); /* the next window */
  assert_int_equal(hit(state, "ip:a", 60, 2, NOW + 61), 0);
  assert_int_equal(hit(state, "ip:a", 60, 2, NOW + 62), 58);
  assert_int_equal(ASK(.op = CG_STORE_COUNTER_CLEAR, .text = "ip:a"), CG_OK);
  assert_int_equal(hit(state, "ip:a", 60, 2, NOW + 63), 0);
  assert_int_equal(hit(state, "ip:none", 60, 0, NOW), 60);
  assert_int_equal(ASK(.op = CG_STORE_COUNTER_CLEAR, .text = "ip:c"), CG_OK);
}

static void test_meta(void **state) {
  assert_int_equal(ASK(.op = CG_STORE_META_GET, .text = "secret"), CG_E_NOT_FOUND);
  static const uint8_t bytes[] = { 0, 1, 0, 255 };
  assert_int_equal(ASK(.op = CG_STORE_META_PUT, .text = "secret", .blob = { bytes, 4 }),
                   CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_META_GET, .text = "secret"), CG_OK);
  assert_int_equal(got.blob_len, 4);
  assert_memory_equal(got.blob, bytes, 4);
  assert_int_equal(ASK(.op = CG_STORE_META_PUT, .text = "secret"), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_META_GET, .text = "secret"), CG_OK);
  assert_int_equal(got.blob_len, 0);
}

static void test_missing(void **state) {
  assert_int_equal(ASK(.op = CG_STORE_MISSING_LIST), CG_OK);
  assert_int_equal(got.count, 0);
  static const char *const hits[] = { "b.two", "a.one", "b.two", "c.one" };
  for (int i = 0; i < 4; i++)
    assert_int_equal(
        ASK(.op = CG_STORE_MISSING_HIT, .text = hits[i], .number = 0xf0000000), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_MISSING_LIST), CG_OK);
  assert_int_equal(got.count, 3);
  assert_string_equal(got.methods[0], "b.two");
  assert_int_equal(got.missing[0].count, 2);
  assert_true(got.missing[0].id == 0xf0000000);
  assert_string_equal(got.methods[1], "a.one");
  assert_string_equal(got.methods[2], "c.one");
}

/* Marks of ended sessions, and what only looks like a code, do not count. */
static void test_counts(void **state) {
  cg_store_counts none = { 0 };
  assert_int_equal(ASK(.op = CG_STORE_COUNTS, .now = NOW), CG_OK);
  assert_memory_equal(&got.counts, &none, sizeof none);
  cg_store_key key = key_of(5);
  cg_store_user user = user_of(1, "100");
  cg_store_code unsent = code_of("unsent", 9, "109");
  unsent.sealed_len = 0;
  ASK(.op = CG_STORE_KEY_PUT, .key = &key);
  ASK(.op = CG_STORE_USER_ADD, .user = &user);
  for (int i = 0; i < 3; i++) ASK(.op = CG_STORE_MISSING_HIT, .text = i ? "a.b" : "c.d");
  ASK(.op = CG_STORE_CODE_ADD, .code = &unsent);
  add_code(state, "live", 3, "103");
  log_in(state, "a", 1, 42, NOW);
  log_in(state, "b", 2, 42, NOW);
  cg_store_auth end = { .user_id = 42, .key_id = 2 };
  assert_int_equal(ASK(.op = CG_STORE_AUTH_END, .auth = &end), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_COUNTS, .now = NOW), CG_OK);
  assert_true(got.counts.keys == 1 && got.counts.users == 1 && got.counts.auths == 1);
  assert_int_equal(got.counts.missing, 3);
  assert_int_equal(got.counts.codes[CG_CODE_ISSUED], 1);
  assert_int_equal(got.counts.codes[CG_CODE_CONSUMED], 2);
  assert_int_equal(ASK(.op = CG_STORE_COUNTS, .now = NOW + 300), CG_OK);
  assert_int_equal(got.counts.codes[CG_CODE_ISSUED], 0);
  assert_int_equal(got.counts.codes[CG_CODE_EXPIRED], 2); /* as CODE_LIST has them */
}

static void test_purge(void **state) {
  add_code(state, "expired", 1, "100");
  add_code(state, "ended", 2, "100");
  add_code(state, "live", 3, "100");
  assert_int_equal(ASK(.op = CG_STORE_CODE_MOVE, .text = "live", .from = ~0u,
                       .number = CG_CODE_NEED_PASSWORD, .now = NOW,
                       .expires_at = NOW + 200000),
                   CG_OK);
  assert_int_equal(move(state, "ended", ~0u, CG_CODE_CANCELLED), CG_OK); /* NOW + 1 */
  hit(state, "x:long", 200000, 1, NOW);
  hit(state, "x:short", 60, 1, NOW);
  cg_store_token token = token_of(1, CG_TOKEN_QR);
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &token);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW + 299), CG_OK);
  assert_int_equal(state_of(state, "expired"), CG_CODE_ISSUED);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW + 300), CG_OK);
  assert_int_equal(state_of(state, "expired"), CG_CODE_EXPIRED);
  assert_int_equal(got.codes[0].sealed_len, 0);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW + 30 + 3599), CG_OK);
  assert_int_equal(token_get(state, &token, 0), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW + 30 + 3600), CG_OK);
  assert_int_equal(token_get(state, &token, 0), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW + 86401), CG_OK);
  assert_int_equal(state_of(state, "ended"), CG_CODE_CANCELLED);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW + 86402), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_CODE_GET, .text = "ended"), CG_E_NOT_FOUND);
  assert_int_equal(state_of(state, "expired"), CG_CODE_EXPIRED);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW + 86701), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_CODE_GET, .text = "expired"), CG_E_NOT_FOUND);
  assert_int_equal(state_of(state, "live"), CG_CODE_NEED_PASSWORD);
  assert_int_equal(hit(state, "x:long", 200000, 1, NOW + 86701), 200000 - 86701);
}

/* Keys that nobody ever came back with go, and their ids are told; no other key does. */
static void test_purge_keys(void **state) {
  cg_store_key init = { .init = { 228, 1, "Pixel", "14", "1.0", "en", "" } };
  for (uint64_t id = 1; id <= 5; id++) {
    cg_store_key key = key_of(id);
    key.init.layer = id == 4 ? 228 : 0;
    key.created = NOW + (id == 5);
    assert_int_equal(ASK(.op = CG_STORE_KEY_PUT, .key = &key), CG_OK);
  }
  assert_int_equal(ASK(.op = CG_STORE_KEY_INIT, .id = 2, .key = &init), CG_OK);
  log_in(state, "a", 3, 42, NOW); /* and out again: it was of use */
  assert_int_equal(ASK(.op = CG_STORE_AUTH_DELETE, .id = 3), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW), CG_OK);
  assert_int_equal(got.blob_len, 0);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW, .number = NOW), CG_OK);
  assert_int_equal(got.blob_len, 0);
  assert_int_equal(ASK(.op = CG_STORE_PURGE, .now = NOW, .number = NOW + 1), CG_OK);
  const uint64_t first = 1;
  assert_int_equal(got.blob_len, sizeof first);
  assert_memory_equal(got.blob, &first, sizeof first);
  for (uint64_t id = 1; id <= 5; id++)
    assert_int_equal(ASK(.op = CG_STORE_KEY_GET, .id = id),
                     id == 1 ? CG_E_NOT_FOUND : CG_OK);
}

static void test_reset(void **state) {
  cg_store_key key = key_of(1);
  cg_store_user user = user_of(42, "100");
  ASK(.op = CG_STORE_KEY_PUT, .key = &key);
  ASK(.op = CG_STORE_USER_ADD, .user = &user);
  ASK(.op = CG_STORE_META_PUT, .text = "m", .blob = CG_LIT("v"));
  ASK(.op = CG_STORE_MISSING_HIT, .text = "a.b", .number = 1);
  hit(state, "x:y", 60, 1, NOW);
  log_in(state, "a", 1, 42, NOW);
  cg_store_token token = token_of(1, CG_TOKEN_FUTURE);
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &token);
  assert_int_equal(ASK(.op = CG_STORE_RESET), CG_OK);
  assert_int_equal(token_get(state, &token, NOW), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_USER_GET, .id = 42), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_GET, .id = 1), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_CODE_GET, .text = "a"), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_MISSING_LIST), CG_OK);
  assert_int_equal(got.count, 0);
  assert_int_equal(hit(state, "x:y", 60, 1, NOW), 0);
  assert_int_equal(ASK(.op = CG_STORE_KEY_GET, .id = 1), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_META_GET, .text = "m"), CG_OK);
}

/* --- turns, nesting, memory -------------------------------------------------------- */

/* Reads see what the turn wrote, before and after the sync, and a refused write does
 * not take the others of its turn with it. */
static void test_turns(void **state) {
  cg_store_user one = user_of(1, "100"), again = user_of(2, "100"),
                two = user_of(2, "101");
  sync_ok(state); /* nothing to do */
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &one), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &again), CG_E_EXISTS);
  assert_int_equal(ASK(.op = CG_STORE_USER_ADD, .user = &two), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_USER_GET, .id = 1), CG_OK);
  sync_ok(state);
  sync_ok(state);
  assert_int_equal(ASK(.op = CG_STORE_USER_LIST), CG_OK);
  assert_int_equal(got.count, 2);
}

typedef struct {
  cg_store *store;
  int depth;
} nest;

/* Submits the same kind of request from within its completion; the outer reply must
 * stay as it is. */
static void nested(void *ctx, const cg_store_reply *r) {
  nest *n = ctx;
  assert_int_equal(r->err, CG_OK);
  assert_int_equal(r->user->id, 1 + n->depth % 2);
  if (++n->depth < 6) {
    cg_store_request rq = { .op = CG_STORE_USER_GET, .id = (uint64_t)(1 + n->depth % 2) };
    const cg_store_user before = *r->user;
    cg_store_submit(n->store, &rq, nested, n);
    assert_memory_equal(r->user, &before, sizeof before);
  }
}

static void test_nested(void **state) {
  cg_store_user one = user_of(1, "100"), two = user_of(2, "101");
  ASK(.op = CG_STORE_USER_ADD, .user = &one);
  ASK(.op = CG_STORE_USER_ADD, .user = &two);
  nest n = { .store = ((fixture *)*state)->store };
  cg_store_request rq = { .op = CG_STORE_USER_GET, .id = 1 };
  cg_store_submit(n.store, &rq, nested, &n);
  assert_int_equal(n.depth, 6);
}

/* A list that memory does not suffice for is an error, not a shorter list. */
static void test_list_memory(void **state) {
  cg_store_user one = user_of(1, "100");
  ASK(.op = CG_STORE_USER_ADD, .user = &one);
  ASK(.op = CG_STORE_META_PUT, .text = "m", .blob = CG_LIT("v"));
  ASK(.op = CG_STORE_MISSING_HIT, .text = "a.b", .number = 1);
  add_code(state, "a", 1, "100");
  log_in(state, "b", 2, 42, NOW);
  static const cg_store_op lists[] = { CG_STORE_USER_LIST, CG_STORE_AUTH_LIST,
                                       CG_STORE_CODE_LIST, CG_STORE_MISSING_LIST,
                                       CG_STORE_META_GET };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    cg_err err = CG_E_STORE;
    long n = 0;
    for (; err && n < 20; n++) {
      cg_mem_fail_after(n);
      err = ASK(.op = lists[i], .text = lists[i] == CG_STORE_META_GET ? "m" : NULL,
                .now = NOW);
      cg_mem_fail_after(-1);
      if (err) assert_int_equal(err, CG_E_STORE);
    }
    assert_int_equal(err, CG_OK);
    assert_true(n > 1);
  }
}

static void test_open_memory(void **state) {
  fixture *f = *state;
  cg_store_close(f->store);
  f->store = NULL;
  cg_fault fault;
  cg_mem_fail_after(0);
  cg_err err = cg_store_open(&f->store, f->url, &fault);
  cg_mem_fail_after(-1);
  assert_int_equal(err, CG_E_MEMORY);
  assert_null(f->store);
}

/* What was there is there after closing, also without a sync. */
static void test_lasts(void **state) {
  fixture *f = *state;
  if (!f->how->file) return;
  cg_store_user one = user_of(1, "100"), two = user_of(2, "101");
  ASK(.op = CG_STORE_USER_ADD, .user = &one);
  sync_ok(state);
  ASK(.op = CG_STORE_USER_ADD, .user = &two);
  cg_store_close(f->store);
  f->store = NULL;
  assert_int_equal(cg_store_open(&f->store, f->url, NULL), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_USER_LIST), CG_OK);
  assert_int_equal(got.count, 2);
  assert_memory_equal(&got.users[1], &two, sizeof two);
}

static void test_unknown_kind(void **state) {
  (void)state;
  cg_fault fault;
  cg_store *s = NULL;
  assert_int_equal(cg_store_open(&s, "oracle:x", &fault), CG_E_USAGE);
  assert_non_null(strstr(fault.text, "oracle:x"));
  cg_store_close(NULL);
}

#define EACH(X)                                                                          \
  X(keys) X(key_delete) X(users) X(bots) X(wide_user) X(auths) X(code_get) X(code_live)  \
  X(code_replaces) X(code_exists) X(code_cap) X(code_attempts) X(code_move)              \
  X(code_setup_email) X(code_resend) X(code_login) X(code_death) X(code_signup)          \
  X(code_list) X(counters) X(meta) X(missing) X(counts) X(purge) X(purge_keys) X(reset)  \
  X(turns) X(nested) X(list_memory) X(open_memory) X(lasts) X(unknown_kind)

int main(void) {
  const struct CMUnitTest tests[] = { EACH(IN_MEMORY) EACH(IN_FILE) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
