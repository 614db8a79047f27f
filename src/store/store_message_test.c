/* SPDX-License-Identifier: MIT */
/* store_message_test.c - what every kind of store must do with histories. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_fixture.h"


static cg_err add_message(void **state, int64_t user, int64_t peer, const char *text,
                          int64_t random_id) {
  cg_store_message m = { .user_id = user, .peer_id = peer, .out = peer == user,
                         .date = NOW, .bold = 3, .random_id = random_id,
                         .text = cg_bytes_of(text) };
  return ASK(.op = CG_STORE_MESSAGE_ADD, .message = &m);
}

static void test_messages(void **state) {
  ASK(.op = CG_STORE_BOX_GET, .id = 77);
  assert_int_equal(got.number, 1);
  assert_int_equal(got.count, 0);
  assert_int_equal(add_message(state, 77, 777000, "one", 0), CG_OK);
  assert_int_equal(got.messages[0].id, 1);
  assert_int_equal(got.messages[0].pts, 2);
  assert_int_equal(add_message(state, 77, 77, "two", 5), CG_OK);
  assert_int_equal(got.messages[0].id, 2);
  assert_int_equal(got.messages[0].pts, 3);
  assert_int_equal(add_message(state, 77, 77, "again", 5), CG_E_EXISTS);
  assert_int_equal(add_message(state, 88, 777000, "", 5), CG_OK); /* each his own */
  assert_int_equal(got.messages[0].id, 1);
  assert_int_equal(add_message(state, 77, 777000, "three", 0), CG_OK);
  assert_int_equal(got.messages[0].id, 3); /* the refused one left no hole */
  assert_int_equal(got.messages[0].pts, 4);
  ASK(.op = CG_STORE_MESSAGE_SINCE, .id = 77, .number = 2);
  assert_int_equal(got.count, 2);
  assert_string_equal(got.texts[0], "two");
  assert_true(got.messages[0].out && got.messages[0].random_id == 5);
  assert_int_equal(got.messages[0].bold, 3);
  assert_int_equal(got.messages[0].date, NOW);
  assert_string_equal(got.texts[1], "three");
  ASK(.op = CG_STORE_MESSAGE_SINCE, .id = 77, .number = 1, .limit = 1);
  assert_int_equal(got.count, 1);
  assert_string_equal(got.texts[0], "one");
  ASK(.op = CG_STORE_MESSAGE_SINCE, .id = 77, .number = 4);
  assert_int_equal(got.count, 0);
}

/* What MESSAGE_LIST gives, as letters. */
static const char *listed(void **state, int32_t id, int64_t skip, uint32_t limit) {
  static char all[MOST + 1];
  cg_store_message m = { .user_id = 77, .peer_id = 777000, .id = id };
  assert_int_equal(ASK(.op = CG_STORE_MESSAGE_LIST, .message = &m, .number = skip,
                       .limit = limit),
                   CG_OK);
  for (uint32_t i = 0; i < got.count; i++) all[i] = got.texts[i][0];
  all[got.count] = '\0';
  return all;
}

static void test_message_list(void **state) {
  for (char c = 'a'; c <= 'f'; c++)
    add_message(state, 77, 777000, (const char[]){ c, 0 }, 0);
  add_message(state, 77, 77, "x", 0);
  assert_string_equal(listed(state, 0, 0, 0), "fedcba");
  assert_string_equal(listed(state, 0, 0, 2), "fe");
  assert_string_equal(listed(state, 0, 4, 9), "ba");
  assert_string_equal(listed(state, 4, 0, 2), "cb");
  assert_string_equal(listed(state, 4, 1, 2), "ba");
  assert_string_equal(listed(state, 4, -2, 3), "edc");
  assert_string_equal(listed(state, 4, -4, 5), "fedc"); /* one of them is not there */
  assert_string_equal(listed(state, 4, -9, 3), "");
  assert_string_equal(listed(state, 0, 9, 3), "");
}

static cg_err read_to(void **state, int64_t peer, int32_t id) {
  cg_store_message m = { .user_id = 77, .peer_id = peer, .id = id };
  return ASK(.op = CG_STORE_MESSAGE_READ, .message = &m);
}

static void test_message_read(void **state) {
  for (char c = 'a'; c <= 'd'; c++)
    add_message(state, 77, 777000, (const char[]){ c, 0 }, 0);
  add_message(state, 77, 77, "own", 0);
  ASK(.op = CG_STORE_BOX_GET, .id = 77);
  assert_int_equal(got.number, 6);
  assert_int_equal(got.count, 2);
  assert_int_equal(got.chats[0].peer_id, 77);
  assert_int_equal(got.chats[0].unread, 0); /* own words are read */
  assert_int_equal(got.chats[1].top_id, 4);
  assert_int_equal(got.chats[1].count, 4);
  assert_int_equal(got.chats[1].unread, 4);
  assert_int_equal(read_to(state, 777000, 3), CG_OK);
  assert_int_equal(got.number, 7);
  assert_int_equal(got.count, 1);
  assert_int_equal(got.chats[0].read_id, 3);
  assert_int_equal(got.chats[0].unread, 1);
  assert_int_equal(read_to(state, 777000, 2), CG_OK); /* no news */
  assert_int_equal(got.number, 7);
  assert_int_equal(got.count, 0);
  assert_int_equal(read_to(state, 777000, INT32_MAX), CG_OK);
  assert_int_equal(got.number, 8);
  assert_int_equal(got.chats[0].read_id, 4);
  assert_int_equal(read_to(state, 77, INT32_MAX), CG_OK);
  assert_int_equal(got.count, 0);
  ASK(.op = CG_STORE_BOX_GET, .id = 77);
  assert_int_equal(got.chats[1].read_pts, 8);
  assert_int_equal(got.chats[1].unread, 0);
  assert_int_equal(add_message(state, 77, 777000, "e", 0), CG_OK);
  assert_int_equal(got.messages[0].pts, 9);
}

static void test_message_reset(void **state) {
  add_message(state, 42, 777000, "one", 0);
  ASK(.op = CG_STORE_AUTH_TTL, .id = 42, .number = 3);
  assert_int_equal(ASK(.op = CG_STORE_RESET), CG_OK);
  ASK(.op = CG_STORE_BOX_GET, .id = 42);
  assert_int_equal(got.number, 1);
  assert_int_equal(got.count, 0);
  ASK(.op = CG_STORE_AUTH_TTL, .id = 42);
  assert_int_equal(got.number, 0);
}

#define EACH(X) X(messages) X(message_list) X(message_read) X(message_reset)

int main(void) {
  const struct CMUnitTest tests[] = { EACH(IN_MEMORY) EACH(IN_FILE) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
