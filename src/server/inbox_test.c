/* SPDX-License-Identifier: MIT */
/* inbox_test.c - the inbox: exact JSON, waiting, accounts, clock, reset; with a store
 * that answers at once and with one that takes its time. */
#include "login_fixture.h"

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

static void is_json(const cg_said *said, int status, const char *json) {
  assert_int_equal(said->calls, 1);
  assert_int_equal(said->status, status);
  assert_string_equal(said->json, json);
}

/* --- codes ---------------------------------------------------------------- */

static void codes_are_shown_exactly(void **state) {
  (void)state;
  cg_tester *c = start();
  assert_string_equal(cg_harness_codes(&H, KNOWN), "[]");
  sent s = sent_of(send_code(c, KNOWN));
  char want[512];
  snprintf(want, sizeof want,
           "[{\"phone\":\"" KNOWN "\",\"hash\":\"%s\",\"type\":\"sms\",\"code\":\"" CODE
           "\",\"state\":\"live\",\"sent_at\":1700000000,\"expires_at\":1700000300}]",
           s.hash);
  assert_string_equal(cg_harness_codes(&H, "+" KNOWN), want);
  assert_string_equal(cg_harness_codes(&H, NULL), want);
  assert_string_equal(cg_harness_codes(&H, KNOWN_TOO), "[]");
  sent_of(resend_code(c, KNOWN, s.hash));
  assert_non_null(strstr(cg_harness_codes(&H, KNOWN), "\"type\":\"call\""));
  cg_harness_advance(&H, 300);
  snprintf(want, sizeof want,
           "[{\"phone\":\"" KNOWN "\",\"hash\":\"%s\",\"type\":\"call\",\"code\":\"\","
           "\"state\":\"expired\",\"sent_at\":1700000000,\"expires_at\":1700000300}]",
           s.hash);
  assert_string_equal(cg_harness_codes(&H, KNOWN), want);
}

static void the_newest_code_comes_first(void **state) {
  (void)state;
  cg_tester *c = start();
  sent one = sent_of(send_code(c, KNOWN));
  is_true(cancel_code(c, KNOWN, one.hash));
  cg_harness_advance(&H, 1);
  sent two = sent_of(send_code(c, KNOWN));
  const char *json = cg_harness_codes(&H, KNOWN);
  assert_true(strstr(json, two.hash) < strstr(json, one.hash));
}

static void an_app_code_is_shown_too(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  log_in(c, KNOWN);
  sent_of(send_code(d, KNOWN));
  const char *json = cg_harness_codes(&H, KNOWN);
  assert_non_null(strstr(json, "\"type\":\"app\",\"code\":\"" CODE));
}

static void a_bad_phone_is_refused(void **state) {
  (void)state;
  start();
  cg_said said = { 0 };
  uint64_t ticket = cg_server_codes(H.server, "x", 0, H.now_us, cg_harness_hear, &said);
  assert_true(ticket == 0);
  is_json(&said, 400, "{\"error\":\"phone: not a phone number\"}");
}

/* --- waiting -------------------------------------------------------------- */

static uint64_t wait_for(const char *phone, int seconds, cg_said *said) {
  *said = (cg_said){ 0 };
  uint64_t ticket =
      cg_server_codes(H.server, phone, seconds, H.now_us, cg_harness_hear, said);
  cg_harness_pump(&H);
  return ticket;
}

static void a_live_code_is_given_at_once_to_everybody(void **state) {
  (void)state;
  cg_tester *c = start();
  cg_said said;
  sent s = sent_of(send_code(c, KNOWN));
  wait_for(KNOWN, 30, &said);
  assert_int_equal(said.calls, 1);
  assert_non_null(strstr(said.json, s.hash));
  /* However often it was shown before, to whomever. */
  wait_for(KNOWN, 30, &said);
  assert_int_equal(said.calls, 1);
  assert_non_null(strstr(said.json, s.hash));
  for (int i = 0; i < 2; i++) {
    wait_for(NULL, 30, &said);
    assert_int_equal(said.calls, 1);
    assert_non_null(strstr(said.json, s.hash));
  }
  sent_of(resend_code(c, KNOWN, s.hash));
  wait_for(KNOWN, 30, &said);
  assert_non_null(strstr(said.json, "\"type\":\"call\",\"code\":\"" CODE "\""));
}

static void the_next_code_wakes_who_waits(void **state) {
  (void)state;
  cg_tester *c = start();
  cg_said one, two, other, all;
  assert_true(wait_for(KNOWN, 30, &one) != 0);
  assert_true(wait_for(KNOWN, 30, &two) != 0);
  assert_true(wait_for(KNOWN_TOO, 30, &other) != 0);
  assert_true(wait_for(NULL, 30, &all) != 0);
  cg_harness_advance(&H, 5);
  sent s = sent_of(send_code(c, KNOWN));
  assert_int_equal(one.calls, 1);
  assert_string_equal(one.json, two.json);
  assert_string_equal(one.json, all.json);
  assert_non_null(strstr(one.json, s.hash));
  assert_int_equal(other.calls, 0);
}

static void a_watcher_of_all_takes_nothing_from_others(void **state) {
  (void)state;
  cg_tester *c = start();
  cg_said all, one;
  wait_for(NULL, 30, &all);
  sent_of(send_code(c, KNOWN));
  assert_int_equal(all.calls, 1);
  wait_for(KNOWN, 30, &one);
  assert_int_equal(one.calls, 1);
}

static void waiting_ends(void **state) {
  (void)state;
  start();
  cg_said said;
  wait_for(KNOWN, 30, &said);
  assert_true(cg_server_deadline(H.server) <= H.now_us + 30 * CG_SECOND);
  cg_harness_advance(&H, 29);
  assert_int_equal(said.calls, 0);
  cg_harness_advance(&H, 1);
  is_json(&said, 200, "[]");
}

static void dead_codes_do_not_count(void **state) {
  (void)state;
  cg_tester *c = start();
  cg_said said;
  sent s = sent_of(send_code(c, KNOWN));
  is_true(cancel_code(c, KNOWN, s.hash));
  wait_for(KNOWN, 30, &said);
  assert_int_equal(said.calls, 0);
}

static void who_is_gone_is_not_called(void **state) {
  (void)state;
  cg_tester *c = start();
  cg_said said = { 0 };
  uint64_t ticket =
      cg_server_codes(H.server, KNOWN, 30, H.now_us, cg_harness_hear, &said);
  cg_server_forget(H.server, ticket);
  cg_server_forget(H.server, ticket);
  sent_of(send_code(c, KNOWN));
  cg_harness_advance(&H, 31);
  assert_int_equal(said.calls, 0);
}

static void who_waits_when_the_server_ends_is_not_called(void **state) {
  (void)state;
  start();
  cg_said said;
  wait_for(KNOWN, 30, &said);
  cg_harness_close(&H);
  assert_int_equal(said.calls, 0);
}

/* --- accounts ------------------------------------------------------------- */

static cg_said post_user(const char *json) {
  static cg_said said;
  said = (cg_said){ 0 };
  cg_server_user_add(H.server, cg_bytes_of(json), H.now_us, cg_harness_hear, &said);
  cg_harness_pump(&H);
  return said;
}

static void accounts_are_added_and_listed(void **state) {
  (void)state;
  cg_tester *c = start();
  cg_said said = post_user("{\"phone\":\"+49 30 123456\",\"first_name\":\"Ada\","
                          "\"last_name\":\"L\",\"note\":[1]}");
  assert_int_equal(said.status, 200);
  assert_non_null(strstr(said.json, "\"phone\":\"" ORDINARY "\",\"first_name\":\"Ada\","
                                    "\"last_name\":\"L\",\"state\":\"active\"}"));
  cg_said list = { 0 };
  cg_server_users(H.server, cg_harness_hear, &list);
  cg_harness_pump(&H);
  assert_int_equal(list.calls, 1);
  assert_int_equal(list.json[0], '[');
  assert_non_null(strstr(list.json, said.json));
  sent s = sent_of(send_code(c, ORDINARY));
  char code[16];
  strcpy(code, cg_harness_code(&H, ORDINARY));
  const tl_user *u = user_of(sign_in(c, ORDINARY, s.hash, code));
  assert_true(cg_bytes_equal(u->first_name, CG_LIT("Ada")));
  is_json(&(cg_said[]){ post_user("{\"phone\":\"" ORDINARY "\"}") }[0], 409,
          "{\"error\":\"there is an account with this phone number\"}");
}

static void bad_accounts_are_refused(void **state) {
  (void)state;
  start();
  static const char *const bad[] = {
    "", "[]", "{", "{}", "{\"phone\":1}", "{\"phone\":\"x\"}", "{\"phone\":\"12345\"} x",
    "{\"phone\":\"12345\",\"first_name\":\"\"}", "{\"phone\":\"12345\",\"first_name\":7}",
    "{\"phone\":\"12345\",\"phone\":\"12345\"}",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cg_said said = post_user(bad[i]);
    assert_int_equal(said.calls, 1);
    assert_int_equal(said.status, 400);
  }
}

static void a_ban_of_nobody(void **state) {
  (void)state;
  start();
  cg_said said = { 0 };
  cg_server_user_ban(H.server, CG_LIT("{\"phone\":\"" ORDINARY "\"}"), H.now_us,
                     cg_harness_hear, &said);
  cg_harness_pump(&H);
  is_json(&said, 404, "{\"error\":\"there is no such account\"}");
}

/* --- clock, reset --------------------------------------------------------- */

static cg_said advance(const char *json) {
  static cg_said said;
  said = (cg_said){ 0 };
  cg_server_advance(H.server, cg_bytes_of(json), H.now_us, cg_harness_hear, &said);
  cg_harness_pump(&H);
  return said;
}

static void the_clock_stands_without_leave(void **state) {
  (void)state;
  start();
  assert_int_equal(advance("{\"advance_s\":1}").status, 409);
}

static void the_clock_moves_codes_and_nothing_else(void **state) {
  (void)state;
  H.virtual_clock = true;
  H.store_url = NULL;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  is_json(&(cg_said[]){ advance("{\"advance_s\":299}") }[0], 200, "{\"now\":1700000299}");
  assert_string_equal(cg_harness_code(&H, KNOWN), CODE);
  assert_int_equal(advance("{\"advance_s\":1}").status, 200);
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  tl_help_getConfig q = { TL_INIT(help_getConfig) };
  assert_int_equal(TL_AS(config, cg_tester_call(c, &q.o).obj)->date, 1700000000);
  assert_int_equal(advance("{\"advance_s\":-1}").status, 400);
  assert_int_equal(advance("{\"advance_s\":1.5}").status, 400);
  assert_int_equal(advance("{}").status, 400);
  assert_int_equal(advance("x").status, 400);
  cg_harness_close(&H); /* codes of the future would be no use without it */
  cg_harness_open(&H);
  is_json(&(cg_said[]){ advance("{\"advance_s\":0}") }[0], 200, "{\"now\":1700000300}");
}

static void reset_ends_logins_codes_and_accounts(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  log_in(c, KNOWN);
  sent_of(send_code(d, KNOWN_TOO));
  cg_said said = { 0 };
  cg_server_reset(H.server, H.now_us, cg_harness_hear, &said);
  cg_harness_pump(&H);
  is_json(&said, 200, "{\"ok\":true}");
  assert_string_equal(cg_harness_codes(&H, NULL), "[]");
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  cg_said list = { 0 };
  cg_server_users(H.server, cg_harness_hear, &list);
  cg_harness_pump(&H);
  is_json(&list, 200, "[]");
  log_in(c, KNOWN);
}

/* --- metrics -------------------------------------------------------------- */

static cg_server_metrics metrics;

static void on_measured(void *ctx, const cg_server_metrics *m) {
  *(int *)ctx += 1;
  assert_non_null(m);
  metrics = *m;
}

static void measure(void) {
  int calls = 0;
  cg_server_measure(H.server, H.now_us, on_measured, &calls);
  cg_harness_pump(&H);
  assert_int_equal(calls, 1);
}

static void shows(const cg_server_count *counts, size_t n, const char *name, int64_t want) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(counts[i].name, name)) {
      if ((int64_t)counts[i].count == want) return;
      fail_msg("%s: %d", name, (int)counts[i].count);
    }
  fail_msg("there is no %s", name);
}

static void shows_code(const char *state, int64_t want) {
  shows(metrics.codes, CG_SERVER_CODE_STATES, state, want);
}

static void shows_calls(const char *result, int64_t want) {
  shows(metrics.calls, CG_SERVER_RESULTS, result, want);
}

static void metrics_count(void **state) {
  (void)state;
  H.store_url = NULL; /* a file, to be opened again */
  cg_tester *c = start(), *d = cg_tester_new(&H);
  measure();
  assert_true(!metrics.logins && !metrics.delivered && !metrics.missing);
  shows_calls("ok", 0);
  log_in(c, KNOWN);
  sent s = sent_of(send_code(d, KNOWN_TOO));
  is_error(sign_in(d, KNOWN_TOO, s.hash, "1"), 400, "PHONE_CODE_INVALID");
  is_error(get_users(d), 401, "AUTH_KEY_UNREGISTERED");
  cg_harness_advance(&H, 7);
  measure();
  assert_int_equal(metrics.uptime_s, 7);
  assert_true(metrics.connections == 2 && metrics.sessions == 2 && metrics.keys == 2);
  assert_true(metrics.users == 2 && metrics.logins == 1 && metrics.delivered == 2);
  shows_code("live", 1);
  shows_code("used", 1);
  shows_calls("ok", 3);
  shows_calls("400", 1);
  shows_calls("401", 1);
  is_true(cancel_code(d, KNOWN_TOO, s.hash));
  tl_help_getDeepLinkInfo lacking = { TL_INIT(help_getDeepLinkInfo) };
  is_error(cg_tester_call(d, &lacking.o), 400, "INPUT_METHOD_INVALID");
  measure();
  shows_code("live", 0);
  shows_code("cancelled", 1);
  assert_int_equal(metrics.missing, 1);
  cg_harness_close(&H); /* the store has what it had */
  cg_harness_open(&H);
  measure();
  shows_code("used", 1);
  shows_calls("ok", 0);
  assert_true(metrics.logins == 1 && metrics.missing == 1 && !metrics.uptime_s);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(codes_are_shown_exactly),
    T(the_newest_code_comes_first),
    T(an_app_code_is_shown_too),
    T(a_bad_phone_is_refused),
    T(a_live_code_is_given_at_once_to_everybody),
    T(the_next_code_wakes_who_waits),
    T(a_watcher_of_all_takes_nothing_from_others),
    T(waiting_ends),
    T(dead_codes_do_not_count),
    T(who_is_gone_is_not_called),
    T(who_waits_when_the_server_ends_is_not_called),
    T(accounts_are_added_and_listed),
    T(bad_accounts_are_refused),
    T(a_ban_of_nobody),
    T(the_clock_stands_without_leave),
    T(the_clock_moves_codes_and_nothing_else),
    T(reset_ends_logins_codes_and_accounts),
    T(metrics_count),
  };
  int failed = cmocka_run_group_tests_name("store answers at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store answers later", tests, NULL, NULL);
}
