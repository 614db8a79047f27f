/* SPDX-License-Identifier: MIT */
/*
 * push_test.c - which sessions get an update, in which form, when, and how many. With a
 * store that answers at once and with one that takes its time.
 */
#include "login_fixture.h"

#include "push.h"

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

static const tl_obj *login_token(void) {
  static const tl_updateLoginToken token = { TL_INIT(updateLoginToken) };
  static const tl_updateShort update = { TL_INIT(updateShort), .date = 1700000000,
                                         .update = &token.Update };
  return &update.o;
}

/* An update with a user, whose form depends on the layer. */
static const tl_obj *with_user(void) {
  static tl_user user = { TL_INIT(user), .id = 777000 };
  static const tl_obj *users[] = { &user.o };
  static tl_updates u = { TL_INIT(updates), .users = { users, 1 } };
  TL_SET(user, &user, first_name, CG_LIT("Ann"));
  return &u.o;
}

static void got(cg_tester *c, uint32_t id) {
  cg_told told = cg_tester_update(c);
  if (told.id != id)
    fail_msg("update %08x %s, not %08x", (unsigned)told.id, told.error, (unsigned)id);
}

static void got_none(cg_tester *c) {
  assert_null(cg_tester_update(c).obj);
}

static void without_updates(cg_tester *c) {
  cg_buf b = { 0 };
  tl_help_getConfig q = { TL_INIT(help_getConfig) };
  cg_buf_u32(&b, TL_ID_invokeWithoutUpdates);
  if (!c->inited) cg_tester_put_init(c, &b);
  c->inited = true;
  cg_buf_bytes(&b, cg_tester_encode(c, &q.o));
  is_object(cg_tester_call_raw(c, cg_buf_view(&b)), TL_ID_config);
  cg_buf_free(&b);
}

static void config(cg_tester *c) {
  tl_help_getConfig q = { TL_INIT(help_getConfig) };
  assert_non_null(TL_AS(config, cg_tester_call(c, &q.o).obj));
}

static void goes_to_a_key_before_login(void **state) {
  (void)state;
  cg_tester *c = start(), *other = cg_tester_new(&H);
  config(c);
  config(other);
  cg_push_key(H.server, c->key.id, login_token());
  cg_push_key(H.server, c->key.id + 1, login_token()); /* known to nobody */
  cg_harness_pump(&H);
  got(c, TL_ID_updateShort);
  got_none(c);
  got_none(other);
}

static void goes_to_every_key_of_the_account_but_one(void **state) {
  (void)state;
  cg_tester *c = start(), *second = cg_tester_new(&H), *third = cg_tester_new(&H),
            *other = cg_tester_new(&H);
  log_in(c, KNOWN);
  log_in(other, KNOWN_TOO);
  sent s = sent_of(send_code(second, KNOWN));
  is_object(sign_in(second, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  int64_t id = cg_peer_find(H.server, c->key.id)->login.user_id;
  config(third); /* logged in by nobody */
  while (cg_tester_update(c).obj) {}
  while (cg_tester_update(second).obj) {}
  cg_push_user(H.server, id, second->key.id, login_token());
  cg_harness_pump(&H);
  got(c, TL_ID_updateShort);
  got_none(second);
  got_none(third);
  got_none(other);
  cg_push_user(H.server, id, 0, login_token());
  cg_harness_pump(&H);
  got(c, TL_ID_updateShort);
  got(second, TL_ID_updateShort);
  is_object(log_out(c), TL_ID_auth_loggedOut);
  cg_push_user(H.server, id, 0, login_token());
  cg_harness_pump(&H);
  got_none(c);
  got(second, TL_ID_updateShort);
}

static void not_to_sessions_that_call_without(void **state) {
  (void)state;
  cg_tester *c = start();
  without_updates(c);
  cg_push_key(H.server, c->key.id, login_token());
  cg_harness_pump(&H);
  got_none(c);
  config(c);
  without_updates(c); /* once with is with */
  cg_push_key(H.server, c->key.id, login_token());
  cg_harness_pump(&H);
  got(c, TL_ID_updateShort);
}

static void has_the_form_of_the_layer(void **state) {
  (void)state;
  cg_tester *c = start(), *old = cg_tester_new(&H);
  old->layer = 144;
  config(c);
  config(old);
  cg_push_key(H.server, c->key.id, with_user());
  cg_push_key(H.server, old->key.id, with_user());
  cg_harness_pump(&H);
  static const uint8_t now_id[] = { 0x83, 0xcc, 0xb8, 0xb1 }, /* user#b1b8cc83 */
                       old_id[] = { 0xb0, 0xec, 0xf6, 0x3f }; /* user#3ff6ecb0 */
  cg_told told = cg_tester_update(c);
  assert_non_null(memmem(told.raw.at, told.raw.len, now_id, 4));
  told = cg_tester_update(old);
  assert_non_null(memmem(told.raw.at, told.raw.len, old_id, 4));
}

static void waits_for_a_durable_turn(void **state) {
  (void)state;
  cg_tester *c = start();
  config(c);
  H.store_fails = true;
  cg_push_key(H.server, c->key.id, login_token());
  cg_harness_pump(&H);
  H.store_fails = false;
  assert_true(c->closed);
  got_none(c);
  cg_tester_reconnect(c, true);
  config(c);
  got_none(c);
}

static void waits_for_a_connection(void **state) {
  (void)state;
  cg_tester *c = start();
  config(c);
  cg_tester_disconnect(c);
  cg_push_key(H.server, c->key.id, login_token());
  cg_harness_pump(&H);
  cg_tester_reconnect(c, false);
  config(c);
  got(c, TL_ID_updateShort);
  got_none(c);
}

/* About 100 KB that no packing makes smaller. */
static const tl_obj *large(void) {
  static uint8_t noise[100000];
  static tl_user user = { TL_INIT(user), .id = 1 };
  static const tl_obj *users[] = { &user.o };
  static tl_updates u = { TL_INIT(updates), .users = { users, 1 } };
  assert_int_equal(cg_rng_fill(&H.rng.rng, noise, sizeof noise), CG_OK);
  TL_SET(user, &user, first_name, ((cg_bytes){ noise, sizeof noise }));
  return &u.o;
}

static void is_bounded(void **state) {
  (void)state;
  cg_tester *c = start();
  config(c);
  cg_tester_disconnect(c);
  for (int i = 0; i < 30; i++) cg_push_key(H.server, c->key.id, large());
  cg_harness_pump(&H);
  cg_tester_reconnect(c, false);
  config(c);
  cg_told told;
  int count = 0, too_long = 0;
  while ((told = cg_tester_update(c)).obj) {
    assert_int_equal(too_long, 0); /* it is the last word */
    count += told.id == TL_ID_updates;
    too_long += told.id == TL_ID_updatesTooLong;
  }
  assert_true(count >= 5 && count <= 10);
  assert_int_equal(too_long, 1);
  cg_push_key(H.server, c->key.id, login_token()); /* there is room again */
  cg_harness_pump(&H);
  got(c, TL_ID_updateShort);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    T(goes_to_a_key_before_login),
    T(goes_to_every_key_of_the_account_but_one),
    T(not_to_sessions_that_call_without),
    T(has_the_form_of_the_layer),
    T(waits_for_a_durable_turn),
    T(waits_for_a_connection),
    T(is_bounded),
  };
  int failed = cmocka_run_group_tests_name("push", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("push, late store", tests, NULL, NULL);
}
