/* SPDX-License-Identifier: MIT */
/* store_token_test.c - what every kind of store must do with tokens. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_fixture.h"

#include <string.h>

static void test_tokens(void **state) {
  cg_store_token token = token_of(1, CG_TOKEN_QR), other = token_of(1, CG_TOKEN_FUTURE);
  token.key_id = UINT64_MAX;
  token.extra_len = CG_STORE_TOKEN_EXTRA;
  memset(token.extra, 3, sizeof token.extra);
  assert_int_equal(token_get(state, &token, NOW), CG_E_NOT_FOUND);
  assert_int_equal(ASK(.op = CG_STORE_TOKEN_PUT, .token = &token), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_TOKEN_PUT, .token = &other), CG_E_EXISTS);
  assert_int_equal(token_get(state, &token, NOW + 29), CG_OK);
  assert_memory_equal(&got.token, &token, sizeof token);
  assert_int_equal(token_get(state, &token, NOW + 30), CG_E_NOT_FOUND);
  assert_int_equal(token_get(state, &other, NOW), CG_E_NOT_FOUND);
}

static cg_err token_find(void **state, uint64_t key, int64_t now) {
  cg_store_token which = { .kind = CG_TOKEN_QR, .key_id = key };
  return ASK(.op = CG_STORE_TOKEN_FIND, .token = &which, .now = now);
}

static void test_token_find(void **state) {
  cg_store_token token = token_of(1, CG_TOKEN_QR), longer = token_of(2, CG_TOKEN_QR);
  token.key_id = longer.key_id = 5;
  longer.expires++;
  assert_int_equal(token_find(state, 5, NOW), CG_E_NOT_FOUND);
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &longer);
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &token);
  assert_int_equal(token_find(state, 6, NOW), CG_E_NOT_FOUND);
  assert_int_equal(token_find(state, 5, NOW), CG_OK);
  assert_memory_equal(&got.token, &longer, sizeof longer);
  assert_int_equal(token_find(state, 5, NOW + 31), CG_E_NOT_FOUND);
}

static cg_err token_move(void **state, const cg_store_token *token, uint32_t from,
                         int32_t to, uint64_t user) {
  return ASK(.op = CG_STORE_TOKEN_MOVE, .token = token, .from = from, .number = to,
             .id = user, .now = NOW);
}

static void test_token_move(void **state) {
  cg_store_token token = token_of(1, CG_TOKEN_QR), other = token_of(1, CG_TOKEN_EXPORT);
  token.user_id = 0;
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &token);
  assert_int_equal(token_move(state, &other, ~0u, 1, 0), CG_E_NOT_FOUND);
  assert_int_equal(token_move(state, &token, 1u << 1, 2, 42), CG_E_NOT_FOUND);
  assert_int_equal(token_move(state, &token, 1u << 0, 1, 42), CG_OK);
  assert_int_equal(got.token.state, 1);
  assert_int_equal(got.token.user_id, 42);
  assert_int_equal(token_move(state, &token, 1u << 0, 1, 43), CG_E_NOT_FOUND);
  assert_int_equal(token_move(state, &token, ~0u, 2, 0), CG_OK);
  assert_int_equal(got.token.user_id, 42);
  assert_int_equal(ASK(.op = CG_STORE_TOKEN_MOVE, .token = &token, .from = ~0u,
                       .number = 1, .now = NOW + 30),
                   CG_E_NOT_FOUND);
  assert_int_equal(token_get(state, &token, NOW), CG_OK);
  assert_int_equal(got.token.state, 2);
}

static cg_err token_take(void **state, const cg_store_token *token, uint32_t from,
                         int64_t now) {
  return ASK(.op = CG_STORE_TOKEN_TAKE, .token = token, .from = from, .now = now);
}

static void test_token_take(void **state) {
  cg_store_token token = token_of(1, CG_TOKEN_QR), other = token_of(1, CG_TOKEN_EXPORT);
  token.state = 2;
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &token);
  assert_int_equal(token_take(state, &other, 0, NOW), CG_E_NOT_FOUND);
  assert_int_equal(token_take(state, &token, 0, NOW + 30), CG_E_NOT_FOUND);
  assert_int_equal(token_take(state, &token, 1u << 1, NOW), CG_E_NOT_FOUND);
  assert_int_equal(token_take(state, &token, 1u << 2, NOW), CG_OK);
  assert_memory_equal(&got.token, &token, sizeof token);
  assert_int_equal(token_take(state, &token, 0, NOW), CG_E_NOT_FOUND);
  ASK(.op = CG_STORE_TOKEN_PUT, .token = &token);
  assert_int_equal(token_take(state, &token, 0, NOW), CG_OK);
}

static int64_t token_drop(void **state, cg_token_kind kind, int64_t user, uint64_t key) {
  cg_store_token which = { .kind = kind, .user_id = user, .key_id = key };
  assert_int_equal(ASK(.op = CG_STORE_TOKEN_DROP, .token = &which), CG_OK);
  return got.number;
}

static void test_token_drop(void **state) {
  for (int i = 0; i < 6; i++) {
    cg_store_token token = token_of(i, i < 4 ? CG_TOKEN_FUTURE : CG_TOKEN_QR);
    token.user_id = i == 3 ? 88 : 77;
    token.key_id = (uint64_t)i % 2 + 1;
    ASK(.op = CG_STORE_TOKEN_PUT, .token = &token);
  }
  assert_int_equal(token_drop(state, CG_TOKEN_FUTURE, 77, 2), 1);
  assert_int_equal(token_drop(state, CG_TOKEN_FUTURE, 77, 0), 2);
  assert_int_equal(token_drop(state, CG_TOKEN_FUTURE, 77, 0), 0);
  assert_int_equal(token_drop(state, CG_TOKEN_QR, 0, 1), 1);
  assert_int_equal(token_drop(state, CG_TOKEN_QR, 0, 0), 1);
  assert_int_equal(token_drop(state, CG_TOKEN_FUTURE, 0, 0), 1);
}

#define EACH(X) X(tokens) X(token_find) X(token_move) X(token_take) X(token_drop)

int main(void) {
  const struct CMUnitTest tests[] = { EACH(IN_MEMORY) EACH(IN_FILE) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
