/* SPDX-License-Identifier: MIT */
/*
 * sessions_test.c - the sessions of an account: who sees which, who ends which, and
 * what time does to them (login.md 4.10). With a store that answers at once and with
 * one that takes its time.
 */
#include "login_test.h"

static bool late;

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, late);
  H.virtual_clock = true;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

/* One more session of the account. */
static cg_tester *join(void) {
  cg_tester *c = cg_tester_new(&H);
  sent s = sent_of(send_code(c, KNOWN));
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  return c;
}

static cg_tester *start(void) {
  cg_harness_open(&H);
  return join();
}

static void advance_clock(long long seconds) {
  char json[64];
  cg_said said = { 0 };
  snprintf(json, sizeof json, "{\"advance_s\":%lld}", seconds);
  cg_server_advance(H.server, cg_bytes_of(json), H.now_us, cg_harness_hear, &said);
  cg_harness_pump(&H);
  assert_int_equal(said.status, 200);
}

static int64_t now(void) {
  return cg_server_clock(H.server);
}

static void no_updates_left(cg_tester *c) {
  while (cg_tester_update(c).obj) {}
}

/* --- calls ---------------------------------------------------------------- */

static const tl_account_authorizations *list(cg_tester *c) {
  tl_account_getAuthorizations q = { TL_INIT(account_getAuthorizations) };
  cg_told told = cg_tester_call(c, &q.o);
  is_object(told, TL_ID_account_authorizations);
  return TL_AS(account_authorizations, told.obj);
}

/* The caller's own row, or the only other one. */
static const tl_authorization *row(cg_tester *c, bool current) {
  const tl_account_authorizations *l = list(c);
  for (uint32_t i = 0; i < l->authorizations.len; i++) {
    const tl_authorization *a = TL_AS(authorization, l->authorizations.at[i]);
    if (!!TL_HAS(authorization, a, current) == current) return a;
  }
  fail_msg("no such session");
  return NULL;
}

static cg_told end_one(cg_tester *c, int64_t hash) {
  tl_account_resetAuthorization q = { TL_INIT(account_resetAuthorization),
                                      .hash = hash };
  return cg_tester_call(c, &q.o);
}

static cg_told end_all(cg_tester *c) {
  tl_auth_resetAuthorizations q = { TL_INIT(auth_resetAuthorizations) };
  return cg_tester_call(c, &q.o);
}

static cg_told set_ttl(cg_tester *c, int32_t days) {
  tl_account_setAuthorizationTTL q = { TL_INIT(account_setAuthorizationTTL),
                                       .authorization_ttl_days = days };
  return cg_tester_call(c, &q.o);
}

static cg_told confirm(cg_tester *c, int64_t hash) {
  tl_account_changeAuthorizationSettings q = {
    TL_INIT(account_changeAuthorizationSettings), .hash = hash
  };
  TL_ON(account_changeAuthorizationSettings, &q, confirmed);
  return cg_tester_call(c, &q.o);
}

static bool same(cg_bytes a, const char *b) {
  return cg_bytes_equal(a, cg_bytes_of(b));
}

/* --- the list ------------------------------------------------------------- */

static void all_of_them_are_listed(void **state) {
  (void)state;
  cg_tester *c = start();
  int64_t first = now();
  cg_harness_advance(&H, 100);
  cg_tester *d = join(), *other = cg_tester_new(&H);
  log_in(other, KNOWN_TOO);
  const tl_account_authorizations *l = list(c);
  assert_int_equal(l->authorizations.len, 2);
  assert_int_equal(l->authorization_ttl_days, 183);
  const tl_authorization *a = row(c, true);
  assert_true(a->hash == 0 && a->date_created == first);
  assert_false(TL_HAS(authorization, a, unconfirmed));
  a = row(c, false);
  assert_true(a->hash != 0 && a->date_created == first + 100);
  assert_true(TL_HAS(authorization, a, unconfirmed));
  assert_true(same(a->device_model, "Box") && same(a->system_version, "Linux"));
  assert_true(same(a->app_version, "1.0") && same(a->app_name, "app 1"));
  assert_true(a->api_id == 1 && same(a->ip, "127.0.0.1") && same(a->country, "XX"));
  a = row(d, true); /* who is new is not asked about himself */
  assert_false(TL_HAS(authorization, a, unconfirmed));
  assert_int_equal(list(other)->authorizations.len, 1);
}

static void it_says_when_they_were_active(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start(), *d = join();
  int64_t first = now();
  cg_harness_advance(&H, 59);
  is_object(get_users(d), TL_ID_vector);
  assert_int_equal(row(c, false)->date_active, first);
  cg_harness_advance(&H, 41);
  is_object(get_users(d), TL_ID_vector);
  assert_int_equal(row(c, false)->date_active, first + 100);
  assert_int_equal(row(c, false)->date_created, first);
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(c, true);
  assert_int_equal(row(c, false)->date_active, first + 100);
}

/* --- ending others -------------------------------------------------------- */

static void one_is_ended_by_its_hash(void **state) {
  (void)state;
  cg_tester *c = start(), *d = join();
  is_error(end_one(c, 0), 400, "HASH_INVALID");
  is_error(end_one(c, 12345), 400, "HASH_INVALID");
  int64_t own = row(d, false)->hash, hash = row(c, false)->hash;
  is_error(end_one(c, own), 400, "HASH_INVALID");
  is_true(end_one(c, hash));
  is_error(end_one(c, hash), 400, "HASH_INVALID");
  is_error(get_users(d), 401, "SESSION_REVOKED");
  is_error(get_users(d), 401, "AUTH_KEY_UNREGISTERED");
  is_object(get_users(c), TL_ID_vector);
  assert_int_equal(list(c)->authorizations.len, 1);
  log_in(d, KNOWN_TOO); /* the key is as good as any */
  is_object(get_users(d), TL_ID_vector);
}

static void the_ended_one_learns_it_after_a_restart(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start(), *d = join();
  is_true(end_one(c, row(c, false)->hash));
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(d, true);
  is_object(log_out(d), TL_ID_auth_loggedOut); /* may be asked for by who is ended */
  is_error(get_users(d), 401, "AUTH_KEY_UNREGISTERED");
  cg_tester *e = (cg_tester_reconnect(c, true), join());
  is_true(end_one(c, row(c, false)->hash));
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(e, true);
  is_error(get_users(e), 401, "SESSION_REVOKED");
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(e, true);
  is_error(get_users(e), 401, "AUTH_KEY_UNREGISTERED");
}

static void all_others_are_ended(void **state) {
  (void)state;
  cg_tester *c = start(), *d = join(), *e = join(), *other = cg_tester_new(&H);
  log_in(other, KNOWN_TOO);
  is_true(end_all(d));
  is_error(get_users(c), 401, "SESSION_REVOKED");
  is_error(get_users(e), 401, "SESSION_REVOKED");
  is_object(get_users(d), TL_ID_vector);
  is_object(get_users(other), TL_ID_vector);
  assert_int_equal(list(d)->authorizations.len, 1);
  is_true(end_all(d)); /* none is left: that is what was wanted */
}

/* What pushes go to is the session, not the key. */
static void the_ended_one_gets_no_updates(void **state) {
  (void)state;
  cg_tester *c = start(), *d = join();
  cg_harness_advance(&H, 1);
  cg_tester *e = join();
  is_true(end_one(c, row(c, false)->hash)); /* the newest: e */
  is_error(get_users(e), 401, "SESSION_REVOKED");
  no_updates_left(c), no_updates_left(d), no_updates_left(e);
  sent_of(send_code(e, KNOWN));
  assert_non_null(cg_tester_update(c).obj);
  assert_non_null(cg_tester_update(d).obj);
  assert_null(cg_tester_update(e).obj);
}

static void another_login_on_the_key_ends_its_updates(void **state) {
  (void)state;
  cg_tester *c = start(), *d = join(), *e = cg_tester_new(&H);
  log_in(d, KNOWN_TOO);
  no_updates_left(c), no_updates_left(d);
  sent_of(send_code(e, KNOWN));
  assert_non_null(cg_tester_update(c).obj);
  assert_null(cg_tester_update(d).obj);
  assert_int_equal(list(c)->authorizations.len, 1);
}

static void who_is_new_may_not_end_others(void **state) {
  (void)state;
  cg_harness_set(&H, "fresh_session=3600");
  cg_tester *c = start(), *d = join();
  int64_t hash = row(d, false)->hash;
  is_error(end_one(d, hash), 406, "FRESH_RESET_AUTHORISATION_FORBIDDEN");
  is_error(end_all(d), 406, "FRESH_RESET_AUTHORISATION_FORBIDDEN");
  advance_clock(3599);
  is_error(end_all(d), 406, "FRESH_RESET_AUTHORISATION_FORBIDDEN");
  advance_clock(1);
  is_true(end_all(d));
  is_error(get_users(c), 401, "SESSION_REVOKED");
}

static void a_lost_turn_ends_nobody(void **state) {
  (void)state;
  cg_tester *c = start(), *d = join();
  int64_t hash = row(c, false)->hash;
  H.writes_fail = true;
  assert_string_equal(end_one(c, hash).error, "no answer");
  H.writes_fail = false;
  cg_tester_reconnect(d, true);
  is_object(get_users(d), TL_ID_vector);
}

/* --- settings ------------------------------------------------------------- */

static void a_login_is_confirmed_by_another(void **state) {
  (void)state;
  cg_tester *c = start(), *d = join();
  cg_harness_advance(&H, 1);
  cg_tester *e = join();
  no_updates_left(c), no_updates_left(d), no_updates_left(e);
  const tl_account_authorizations *l = list(c);
  int64_t hash = TL_AS(authorization, l->authorizations.at[0])->hash;
  is_error(confirm(c, 0), 400, "HASH_INVALID");
  is_error(confirm(c, 12345), 400, "HASH_INVALID");
  is_true(confirm(c, hash));
  cg_told told = cg_tester_update(d);
  const tl_updateNewAuthorization *a =
      TL_AS(updateNewAuthorization, TL_AS(updateShort, told.obj)->update);
  assert_true(a->hash == hash);
  assert_false(TL_HAS(updateNewAuthorization, a, unconfirmed));
  assert_null(cg_tester_update(c).obj);
  l = list(c);
  for (uint32_t i = 0; i < 3; i++) {
    const tl_authorization *r = TL_AS(authorization, l->authorizations.at[i]);
    bool open = r->hash != hash && !TL_HAS(authorization, r, current);
    assert_int_equal(!!TL_HAS(authorization, r, unconfirmed), open);
  }
}

static void a_login_is_confirmed_by_time(void **state) {
  (void)state;
  cg_tester *c = start();
  join();
  advance_clock(7 * 86400 - 1);
  assert_true(TL_HAS(authorization, row(c, false), unconfirmed));
  advance_clock(1);
  assert_false(TL_HAS(authorization, row(c, false), unconfirmed));
}

static void requests_can_be_switched_off(void **state) {
  (void)state;
  cg_tester *c = start();
  join();
  tl_account_changeAuthorizationSettings q = {
    TL_INIT(account_changeAuthorizationSettings), .hash = row(c, false)->hash
  };
  TL_SET(account_changeAuthorizationSettings, &q, call_requests_disabled, true);
  is_true(cg_tester_call(c, &q.o));
  assert_true(TL_HAS(authorization, row(c, false), call_requests_disabled));
  assert_true(TL_HAS(authorization, row(c, false), unconfirmed)); /* as it was */
  assert_false(TL_HAS(authorization, row(c, true), call_requests_disabled));
  q.hash = 0; /* the caller's own */
  TL_SET(account_changeAuthorizationSettings, &q, encrypted_requests_disabled, true);
  q.call_requests_disabled = false;
  is_true(cg_tester_call(c, &q.o));
  assert_true(TL_HAS(authorization, row(c, true), encrypted_requests_disabled));
  q.encrypted_requests_disabled = false;
  is_true(cg_tester_call(c, &q.o));
  assert_false(TL_HAS(authorization, row(c, true), encrypted_requests_disabled));
}

static void idle_ones_end_by_the_clock(void **state) {
  (void)state;
  cg_tester *c = start(), *d = join(), *other = cg_tester_new(&H);
  log_in(other, KNOWN_TOO);
  is_error(set_ttl(c, 0), 400, "TTL_DAYS_INVALID");
  is_error(set_ttl(c, 367), 400, "TTL_DAYS_INVALID");
  is_true(set_ttl(c, 10));
  assert_int_equal(list(c)->authorization_ttl_days, 10);
  assert_int_equal(list(other)->authorization_ttl_days, 183);
  advance_clock(9 * 86400);
  is_object(get_users(c), TL_ID_vector); /* is active */
  advance_clock(86400);
  assert_int_equal(list(c)->authorizations.len, 1);
  is_error(get_users(d), 401, "AUTH_KEY_UNREGISTERED");
  is_object(get_users(other), TL_ID_vector);
  advance_clock(182 * 86400);
  is_object(get_users(other), TL_ID_vector);
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  advance_clock(183 * 86400);
  is_error(get_users(other), 401, "AUTH_KEY_UNREGISTERED");
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    T(all_of_them_are_listed),
    T(it_says_when_they_were_active),
    T(one_is_ended_by_its_hash),
    T(the_ended_one_learns_it_after_a_restart),
    T(all_others_are_ended),
    T(the_ended_one_gets_no_updates),
    T(another_login_on_the_key_ends_its_updates),
    T(who_is_new_may_not_end_others),
    T(a_lost_turn_ends_nobody),
    T(a_login_is_confirmed_by_another),
    T(a_login_is_confirmed_by_time),
    T(requests_can_be_switched_off),
    T(idle_ones_end_by_the_clock),
  };
  int failed = cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("sessions, late store", tests, NULL, NULL);
}
