/* SPDX-License-Identifier: MIT */
/*
 * limit_rows_test.c - the table of login.md 3.4, row by row: what is too much (rows 5, 6,
 * 7, 46; login.md 2.8, 7.1), and which of two faults is told. All of it runs twice, with
 * a store that answers at once and with one that takes its time.
 */
#include "login_fixture.h"

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

static cg_tester *start_limited(void) {
  cg_harness_set(&H, "limits=on");
  return start();
}

static void on_stored(void *ctx, const cg_store_reply *r) {
  *(cg_err *)ctx = r->err;
}

static void hit(const char *name, int64_t window_s, int times) {
  for (int i = 0; i < times; i++) {
    cg_err err = CG_E_STORE;
    cg_store_request rq = { .op = CG_STORE_COUNTER_HIT, .text = name, .limit = 1000,
                            .number = window_s, .now = cg_server_clock(H.server) };
    cg_store_submit(H.server->store, &rq, on_stored, &err);
    cg_harness_pump(&H);
    assert_int_equal(err, CG_OK);
  }
}

static void restart(cg_tester *c) {
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(c, true);
}

/* --- row 5 ---------------------------------------------------------------- */

static void row_05_send_code_quota_of_a_number(void **state) {
  (void)state;
  cg_tester *c = start_limited();
  for (int i = 0; i < 5; i++) {
    sent s = sent_of(send_code(c, KNOWN));
    is_true(cancel_code(c, KNOWN, s.hash));
  }
  is_error(send_code(c, KNOWN), 400, "PHONE_NUMBER_FLOOD");
  is_error(send_code(cg_tester_new(&H), KNOWN), 400, "PHONE_NUMBER_FLOOD");
  sent_of(send_code(c, KNOWN_TOO));
  cg_harness_advance(&H, 3600);
  sent s = sent_of(send_code(c, KNOWN));
  sent_of(resend_code(c, KNOWN, s.hash));
}

static void row_05_the_day_of_a_number(void **state) {
  (void)state;
  cg_harness_set(&H, "resend_timeout=0");
  cg_tester *c = start_limited();
  hit("sent-day:" KNOWN, 86400, 9);
  sent s = sent_of(send_code(c, KNOWN));
  is_error(resend_code(c, KNOWN, s.hash), 400, "PHONE_NUMBER_FLOOD");
  cg_harness_advance(&H, 86400);
  sent_of(send_code(c, KNOWN));
}

/* --- row 6 ---------------------------------------------------------------- */

static void fail_times(cg_tester *c, const char *hash, int times) {
  for (int i = 0; i < times; i++)
    is_error(sign_in(c, KNOWN, hash, WRONG), 400, "PHONE_CODE_INVALID");
}

/* After every five failures the number waits twice as long: 30 s, 60 s, 120 s. Neither a
 * new code nor a restart makes it forget. */
static void row_06_failures_make_a_number_wait(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start_limited();
  static const int waits[] = { 30, 60, 120 };
  for (int i = 0; i < 3; i++) {
    char text[32];
    sent s = sent_of(send_code(c, KNOWN));
    fail_times(c, s.hash, 5);
    snprintf(text, sizeof text, "FLOOD_WAIT_%d", waits[i]);
    is_error(send_code(c, KNOWN), 420, text);
    restart(c);
    is_error(send_code(c, KNOWN), 420, text);
    cg_harness_advance(&H, (uint64_t)waits[i]);
  }
  sent s = sent_of(send_code(c, KNOWN));
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  s = sent_of(send_code(cg_tester_new(&H), KNOWN)); /* a success: from the beginning */
}

/* Who is at the same number with another code waits with it. */
static void row_06_a_check_waits_too(void **state) {
  (void)state;
  cg_tester *c = start_limited(), *d = cg_tester_new(&H);
  sent s = sent_of(send_code(c, KNOWN)), t = sent_of(send_code(d, KNOWN));
  fail_times(c, s.hash, 5);
  is_error(sign_in(d, KNOWN, t.hash, CODE), 420, "FLOOD_WAIT_30");
  cg_harness_advance(&H, 30);
  is_object(sign_in(d, KNOWN, t.hash, CODE), TL_ID_auth_authorization);
  /* The failures are forgotten. */
  t = sent_of(send_code(c, KNOWN));
  fail_times(c, t.hash, 5);
  is_error(send_code(c, KNOWN), 420, "FLOOD_WAIT_30");
}

static void row_06_the_wait_grows_up_to_an_hour(void **state) {
  (void)state;
  cg_tester *c = start_limited();
  hit("failed:" KNOWN, 1000000, 49);
  sent s = sent_of(send_code(c, KNOWN));
  fail_times(c, s.hash, 1);
  is_error(send_code(c, KNOWN), 420, "FLOOD_WAIT_3600");
}

static void row_06_too_many_failures_in_a_day(void **state) {
  (void)state;
  cg_tester *c = start_limited(), *d = cg_tester_new(&H);
  sent s = sent_of(send_code(c, KNOWN)), t = sent_of(send_code(d, KNOWN));
  hit("failed-day:" KNOWN, 86400, 19);
  fail_times(c, s.hash, 1);
  is_error(send_code(c, KNOWN), 406, "PHONE_PASSWORD_FLOOD");
  fail_times(d, t.hash, 1); /* one too many: it ends this code */
  is_error(sign_in(d, KNOWN, t.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  cg_harness_advance(&H, 86400);
  sent_of(send_code(c, KNOWN));
}

/* A hundred in a row lock the number, right codes too. */
static void row_06_a_number_is_locked(void **state) {
  (void)state;
  cg_tester *c = start_limited(), *d = cg_tester_new(&H);
  sent s = sent_of(send_code(c, KNOWN)), t = sent_of(send_code(d, KNOWN));
  hit("failed:" KNOWN, 10000000, 99);
  fail_times(c, s.hash, 1);
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  is_error(sign_in(d, KNOWN, t.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  is_error(send_code(c, KNOWN), 406, "PHONE_PASSWORD_FLOOD");
  cg_harness_advance(&H, 86400);
  is_error(send_code(d, KNOWN), 406, "PHONE_PASSWORD_FLOOD");
  sent_of(send_code(c, KNOWN_TOO));
}

/* --- row 7 ---------------------------------------------------------------- */

static void flooded(cg_told told, const char *prefix) {
  assert_int_equal(told.code, 420);
  size_t len = strlen(prefix);
  assert_int_equal(strncmp(told.error, prefix, len), 0);
  assert_true(told.error[len] >= '1' && told.error[len] <= '9');
  assert_int_equal(strspn(told.error + len, "0123456789"), strlen(told.error + len));
}

static void row_07_send_code_quota_of_a_key(void **state) {
  (void)state;
  cg_tester *c = start_limited();
  sent s = { .hash = "" };
  for (int i = 0; i < 10; i++) s = sent_of(send_code(c, KNOWN));
  flooded(send_code(c, KNOWN), "FLOOD_WAIT_");
  flooded(resend_code(c, KNOWN, s.hash), "FLOOD_WAIT_");
  sent_of(send_code(cg_tester_new(&H), KNOWN));
  cg_harness_advance(&H, 600);
  sent_of(send_code(c, KNOWN));
}

static void row_07_send_code_quota_of_an_address(void **state) {
  (void)state;
  cg_tester *c = start_limited();
  hit("address:127.0.0.1", 3600, 30);
  flooded(send_code(c, KNOWN), "FLOOD_WAIT_");
  cg_harness_advance(&H, 3600);
  sent_of(send_code(c, KNOWN));
}

/* Twenty numbers per address and hour; one that was asked for before is no further. */
static void row_07_send_code_for_too_many_numbers(void **state) {
  (void)state;
  cg_tester *c = start_limited();
  sent_of(send_code(c, KNOWN));
  hit("phones:127.0.0.1", 3600, 19);
  sent_of(send_code(c, KNOWN));
  is_error(send_code(c, KNOWN_TOO), 420, "FLOOD_WAIT_3600");
}

static void row_07_quota_of_test_numbers(void **state) {
  (void)state;
  cg_harness_set(&H, "test_number_daily_quota=2");
  cg_tester *c = start(); /* without limits otherwise */
  for (int i = 0; i < 2; i++) {
    sent s = sent_of(send_code(c, KNOWN));
    is_true(cancel_code(c, KNOWN, s.hash));
  }
  is_error(send_code(c, KNOWN), 420, "FLOOD_TEST_PHONE_WAIT_86400");
  sent_of(send_code(c, ORDINARY));
  sent_of(send_code(c, KNOWN_TOO));
  cg_harness_advance(&H, 86400);
  sent_of(send_code(c, KNOWN));
}

/* --- row 46 --------------------------------------------------------------- */

static void row_46_sign_up_quota(void **state) {
  (void)state;
  cg_tester *c = start_limited();
  sent s = sent_of(send_code(c, NEW_NUMBER));
  is_object(sign_in(c, NEW_NUMBER, s.hash, CODE), TL_ID_auth_authorizationSignUpRequired);
  for (int i = 0; i < 5; i++)
    is_error(sign_up(c, NEW_NUMBER, s.hash, "", ""), 400, "FIRSTNAME_INVALID");
  is_error(sign_up(c, NEW_NUMBER, s.hash, "Ada", ""), 400, "PHONE_NUMBER_FLOOD");
  cg_harness_advance(&H, 3600);
  is_object(sign_up(c, NEW_NUMBER, s.hash, "Ada", ""), TL_ID_auth_authorization);
}

/* --- a store that cannot count -------------------------------------------- */

static void row_07_limits_fail_open_in_test_and_closed_in_private(void **state) {
  (void)state;
  cg_tester *c = start_limited();
  H.counters_fail = true;
  sent s = sent_of(send_code(c, KNOWN));
  fail_times(c, s.hash, 1);
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  H.server->set.private_profile = true;
  is_error(send_code(c, KNOWN), 500, "INTERNAL");
}

/* --- which of two faults is told ------------------------------------------ */

typedef cg_told call(cg_tester *c, const char *phone, const char *hash,
                     const char *code);

static cg_told call_resend(cg_tester *c, const char *phone, const char *hash,
                           const char *code) {
  (void)code;
  return resend_code(c, phone, hash);
}

static cg_told call_cancel(cg_tester *c, const char *phone, const char *hash,
                           const char *code) {
  (void)code;
  return cancel_code(c, phone, hash);
}

static cg_told call_sign_up(cg_tester *c, const char *phone, const char *hash,
                            const char *code) {
  return sign_up(c, phone, hash, code, "");
}

/* The faults in their order (the end of login.md 3.4), for the calls that have them. Each
 * fault is tried with each later one. */
static const struct {
  call *run;
  const char *number, *no_hash, *no_code, *no_tx;
} ranks[] = {
  { call_resend, "PHONE_NUMBER_INVALID", "PHONE_CODE_HASH_EMPTY", NULL,
    "PHONE_CODE_EXPIRED" },
  { call_cancel, "PHONE_NUMBER_INVALID", "PHONE_CODE_EXPIRED", NULL,
    "PHONE_CODE_EXPIRED" },
  { sign_in, "PHONE_NUMBER_INVALID", "PHONE_CODE_HASH_EMPTY", "PHONE_CODE_EMPTY",
    "PHONE_CODE_EXPIRED" },
  { call_sign_up, "PHONE_NUMBER_INVALID", "PHONE_CODE_HASH_EMPTY", NULL,
    "PHONE_CODE_EXPIRED" },
};

static void is_named(cg_told told, const char *error) {
  if (strcmp(told.error, error)) fail_msg("told '%s', not '%s'", told.error, error);
}

static void row_33_the_first_of_two_faults_is_told(void **state) {
  (void)state;
  static const char dead[] = "0123456789abcdef01";
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
    call *run = ranks[i].run;
    const char *no_code = ranks[i].no_code ? ranks[i].no_code : ranks[i].no_tx;
    is_named(run(c, "12", "", WRONG), ranks[i].number);
    is_named(run(c, "12", s.hash, ""), ranks[i].number);
    is_named(run(c, "12", dead, WRONG), ranks[i].number);
    is_named(run(c, KNOWN, "", ""), ranks[i].no_hash);
    is_named(run(c, KNOWN, "", WRONG), ranks[i].no_hash);
    is_named(run(c, KNOWN, dead, ""), no_code);
    is_named(run(c, KNOWN, dead, WRONG), ranks[i].no_tx);
  }
  s = sent_of(send_code(c, KNOWN));
  for (int i = 0; i < 5; i++) sign_in(c, KNOWN, s.hash, WRONG);
  /* Tries before the value of the code. */
  is_error(sign_in(c, KNOWN, s.hash, WRONG), 400, "PHONE_CODE_EXPIRED");
  is_error(sign_in(c, KNOWN, s.hash, ""), 400, "PHONE_CODE_EMPTY");
}

/* The state of the key before all, then the app, then the number. */
static void row_64_key_before_app_before_number(void **state) {
  (void)state;
  cg_harness_set(&H, "any_api_id=off");
  cg_harness_open(&H);
  cg_tester *temporary = cg_tester_new_temporary(&H, 86400), *c = cg_tester_new(&H);
  is_error(send_code_api(temporary, "12", 5, ZERO_HASH), 401, "AUTH_KEY_PERM_EMPTY");
  c->inited = true;
  is_error(send_code_api(c, "12", 5, ZERO_HASH), 400, "CONNECTION_NOT_INITED");
  c->inited = false;
  is_error(send_code_api(c, "12", 5, ZERO_HASH), 400, "API_ID_INVALID");
  is_error(send_code_api(c, BANNED, 5, ZERO_HASH), 400, "API_ID_INVALID");
  is_error(send_code_api(c, "12", 1, ZERO_HASH), 406, "PHONE_NUMBER_INVALID");
}

/* A ban before a quota. */
static void row_04_a_ban_before_a_quota(void **state) {
  (void)state;
  cg_tester *c = start_limited();
  hit("sent-hour:" BANNED, 3600, 9);
  hit("address:127.0.0.1", 3600, 30);
  is_error(send_code(c, BANNED), 400, "PHONE_NUMBER_BANNED");
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    ROW(row_05_send_code_quota_of_a_number),
    ROW(row_05_the_day_of_a_number),
    ROW(row_06_failures_make_a_number_wait),
    ROW(row_06_a_check_waits_too),
    ROW(row_06_the_wait_grows_up_to_an_hour),
    ROW(row_06_too_many_failures_in_a_day),
    ROW(row_06_a_number_is_locked),
    ROW(row_07_send_code_quota_of_a_key),
    ROW(row_07_send_code_quota_of_an_address),
    ROW(row_07_send_code_for_too_many_numbers),
    ROW(row_07_quota_of_test_numbers),
    ROW(row_07_limits_fail_open_in_test_and_closed_in_private),
    ROW(row_46_sign_up_quota),
    ROW(row_33_the_first_of_two_faults_is_told),
    ROW(row_64_key_before_app_before_number),
    ROW(row_04_a_ban_before_a_quota),
  };
  int failed = cmocka_run_group_tests_name("store answers at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store answers later", tests, NULL, NULL);
}
