/* SPDX-License-Identifier: MIT */
/* store_session_test.c - what every kind of store must do with sessions of accounts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "mem.h"
#include "store_fixture.h"

#include <stdio.h>
/* Who logs in beside another is not confirmed by the account yet. */
static void test_auth_flags(void **state) {
  log_in(state, "a", 1, 77, NOW);
  assert_int_equal(got.auths[0].flags, 0);
  log_in(state, "b", 2, 77, NOW + 2);
  assert_int_equal(got.auths[0].flags, CG_AUTH_UNCONFIRMED);
  log_in(state, "c", 3, 88, NOW);
  assert_int_equal(got.auths[0].flags, 0);
  log_in(state, "a2", 1, 77, NOW + 3); /* again, beside 2 */
  assert_int_equal(got.auths[0].flags, CG_AUTH_UNCONFIRMED);
  cg_store_auth a = { .user_id = 77, .hash = 3, .flags = CG_AUTH_NO_CALLS };
  assert_int_equal(ASK(.op = CG_STORE_AUTH_SET, .auth = &a,
                       .from = CG_AUTH_NO_CALLS | CG_AUTH_UNCONFIRMED),
                   CG_OK);
  assert_int_equal(got.auths[0].flags, CG_AUTH_NO_CALLS);
  assert_int_equal(got.auths[0].key_id, 1);
  a = (cg_store_auth){ .user_id = 77, .key_id = 2, .flags = CG_AUTH_NO_ENCRYPTED };
  assert_int_equal(ASK(.op = CG_STORE_AUTH_SET, .auth = &a, .from = CG_AUTH_NO_ENCRYPTED),
                   CG_OK);
  assert_int_equal(got.auths[0].flags, CG_AUTH_NO_ENCRYPTED | CG_AUTH_UNCONFIRMED);
  a = (cg_store_auth){ .user_id = 88, .hash = 3 };
  assert_int_equal(ASK(.op = CG_STORE_AUTH_SET, .auth = &a, .from = 7), CG_E_NOT_FOUND);
  ASK(.op = CG_STORE_AUTH_GET, .id = 1);
  assert_int_equal(got.auths[0].flags, CG_AUTH_NO_CALLS);
}

static void test_auth_of_a_key(void **state) {
  cg_store_key key = key_of(1);
  ASK(.op = CG_STORE_KEY_PUT, .key = &key);
  key.init = (cg_store_init){ .layer = 228, .api_id = 6, .device = "Box", .system = "L",
                              .app = "1", .lang = "en", .lang_pack = "x" };
  ASK(.op = CG_STORE_KEY_INIT, .id = 1, .key = &key);
  log_in(state, "a", 1, 77, NOW);
  log_in(state, "b", 2, 77, NOW - 1); /* of a key that nobody knows */
  ASK(.op = CG_STORE_AUTH_GET, .id = 1);
  assert_memory_equal(&got.auths[0].init, &key.init, sizeof key.init);
  ASK(.op = CG_STORE_AUTH_LIST, .id = 77);
  assert_int_equal(got.count, 2);
  assert_string_equal(got.auths[0].init.device, "Box");
  assert_int_equal(got.auths[1].init.layer, 0);
}

static void test_auth_put(void **state) {
  cg_store_auth a = { .key_id = 1, .user_id = 77, .hash = 5, .created = NOW,
                      .active = NOW, .ip = "127.0.0.1" };
  assert_int_equal(ASK(.op = CG_STORE_AUTH_PUT, .auth = &a), CG_OK);
  assert_int_equal(got.auths[0].flags, 0);
  a.user_id = 88;
  ASK(.op = CG_STORE_AUTH_PUT, .auth = &a);
  ASK(.op = CG_STORE_AUTH_LIST, .id = 77);
  assert_int_equal(got.count, 0);
  ASK(.op = CG_STORE_AUTH_GET, .id = 1);
  assert_int_equal(got.auths[0].user_id, 88);
  a.key_id = 2;
  a.hash = 6;
  ASK(.op = CG_STORE_AUTH_PUT, .auth = &a);
  assert_int_equal(got.auths[0].flags, CG_AUTH_UNCONFIRMED);
  a.flags = CG_AUTH_APPROVED;
  ASK(.op = CG_STORE_AUTH_PUT, .auth = &a);
  assert_int_equal(got.auths[0].flags, CG_AUTH_APPROVED);
}

static void test_auth_end(void **state) {
  for (uint64_t key = 1; key <= 4; key++)
    log_in(state, (const char[]){ (char)('a' + key), 0 }, key, 77, NOW + (int64_t)key);
  log_in(state, "other", 9, 88, NOW);
  cg_store_auth a = { .user_id = 77, .hash = 6, .key_id = 1 };
  assert_int_equal(ASK(.op = CG_STORE_AUTH_END, .auth = &a), CG_OK);
  assert_int_equal(got.count, 1);
  assert_int_equal(got.auths[0].key_id, 2);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_END, .auth = &a), CG_OK);
  assert_int_equal(got.count, 0); /* it is over */
  a.hash = 3;
  ASK(.op = CG_STORE_AUTH_END, .auth = &a);
  assert_int_equal(got.count, 0); /* never the one that asks */
  assert_int_equal(ASK(.op = CG_STORE_AUTH_GET, .id = 2), CG_OK);
  assert_int_equal(got.auths[0].user_id, 0); /* the mark */
  a.hash = 0;
  assert_int_equal(ASK(.op = CG_STORE_AUTH_END, .auth = &a), CG_OK);
  assert_int_equal(got.count, 2);
  ASK(.op = CG_STORE_AUTH_LIST);
  assert_int_equal(got.count, 2); /* marks are no logins */
  assert_int_equal(got.auths[0].key_id, 1);
  assert_int_equal(got.auths[1].key_id, 9);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_DELETE, .id = 2), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_GET, .id = 2), CG_E_NOT_FOUND);
}

/* Whoever cannot be told has not been ended. */
static void test_auth_end_without_memory(void **state) {
  log_in(state, "a", 1, 77, NOW);
  log_in(state, "b", 2, 77, NOW);
  cg_store_auth a = { .user_id = 77, .key_id = 1 };
  cg_mem_fail_after(0);
  cg_err err = ASK(.op = CG_STORE_AUTH_END, .auth = &a);
  cg_mem_fail_after(-1);
  assert_int_equal(err, CG_E_STORE);
  ASK(.op = CG_STORE_AUTH_LIST, .id = 77);
  assert_int_equal(got.count, 2);
  sync_ok(state);
}

static void test_auth_expires(void **state) {
  log_in(state, "a", 1, 77, NOW);
  log_in(state, "b", 2, 77, NOW);
  log_in(state, "c", 3, 88, NOW);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_TTL, .id = 88), CG_OK);
  assert_int_equal(got.number, 0);
  ASK(.op = CG_STORE_AUTH_TTL, .id = 88, .number = 10);
  assert_int_equal(got.number, 10);
  ASK(.op = CG_STORE_AUTH_TTL, .id = 88);
  assert_int_equal(got.number, 10);
  cg_store_auth a = { .key_id = 2, .ip = "10.0.0.9" };
  assert_int_equal(ASK(.op = CG_STORE_AUTH_TOUCH, .auth = &a, .now = NOW + 100), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_AUTH_TOUCH, .auth = &a, .now = NOW + 50), CG_OK);
  ASK(.op = CG_STORE_AUTH_GET, .id = 2);
  assert_int_equal(got.auths[0].active, NOW + 100);
  assert_string_equal(got.auths[0].ip, "10.0.0.9");
  ASK(.op = CG_STORE_AUTH_EXPIRE, .now = NOW + 5 * 86400 - 1, .number = 5);
  assert_int_equal(got.count, 0);
  ASK(.op = CG_STORE_AUTH_EXPIRE, .now = NOW + 5 * 86400, .number = 5);
  assert_int_equal(got.count, 1);
  assert_int_equal(got.auths[0].key_id, 1);
  ASK(.op = CG_STORE_AUTH_EXPIRE, .now = NOW + 10 * 86400, .number = 20);
  assert_int_equal(got.count, 1);
  assert_int_equal(got.auths[0].key_id, 3);
  ASK(.op = CG_STORE_AUTH_LIST);
  assert_int_equal(got.count, 1);
}

#define EACH(X)                                                                          \
  X(auth_flags) X(auth_of_a_key) X(auth_put) X(auth_end) X(auth_end_without_memory)      \
  X(auth_expires)

int main(void) {
  const struct CMUnitTest tests[] = { EACH(IN_MEMORY) EACH(IN_FILE) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
