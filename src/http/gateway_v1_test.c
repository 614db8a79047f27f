/* SPDX-License-Identifier: MIT */
/* gateway_v1_test.c - /v1, and what becomes of accounts in time. */
#include "gateway_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- /v1
 * ------------------------------------------------------------------------------------ */

static char id[17], header[160];

static void create(void) {
  char token[44];
  ask("POST /v1/accounts", "", "");
  assert_int_equal(atoi(w.sent + 9), 201);
  assert_int_equal(
      sscanf(body(), "{\"id\":\"%16[0-9a-f]\",\"token\":\"%43[^\"]\"", id, token), 2);
  snprintf(header, sizeof header, "Centigram-Token: %s\r\n" JSON, token);
}

static void v1(const char *verb, const char *rest, const char *text) {
  char line[200];
  snprintf(line, sizeof line, "%s /v1/accounts/%s%s", verb, id, rest);
  ask(line, header, text);
}

static void test_v1_login(void **state) {
  (void)state;
  char want[400];
  create();
  v1("POST", "/login", "{\"phone\":\"9996620001\"}");
  assert_string_equal(fake.asked, SEND_CODE);
  wait_for_code();
  fake.login.resend_in = 20;
  answer_object(SENT_CODE);
  snprintf(want, sizeof want,
           "{\"id\":\"%s\",\"state\":\"authorizationStateWaitCode\",\"code\":{\"phone\":"
           "\"9996620001\",\"type\":\"sms\",\"length\":5,\"next_type\":\"call\","
           "\"resend_in\":20,\"expires_at\":0,\"wrong_codes\":0}}",
           id);
  was(200, want);
  v1("POST", "/resend", "");
  was(429, "{\"error\":{\"code\":429,\"type\":\"RESEND_TOO_EARLY\",\"value\":20,"
           "\"retry_after\":20,\"text\":"
           "\"the code cannot be sent again yet\"}}");
  assert_non_null(strstr(w.sent, "\r\nRetry-After: 20\r\n"));
  v1("POST", "/resend", "{\"force\":true}");
  assert_string_equal(fake.asked,
                      "{\"_\":\"auth.resendCode\",\"phone_number\":\"9996620001\","
                      "\"phone_code_hash\":\"hash\"}");
  answer_error(420, "FLOOD_WAIT_9", 9, 9);
  was(429, "{\"error\":{\"code\":420,\"type\":\"FLOOD_WAIT\",\"value\":9,"
           "\"retry_after\":9,\"text\":"
           "\"FLOOD_WAIT_9\"}}");
  assert_non_null(strstr(w.sent, "\r\nRetry-After: 9\r\n"));
  fake.login.next_type[0] = 0;
  v1("POST", "/resend", "{\"force\":true}");
  turn();
  assert_int_equal(atoi(w.sent + 9), 406);
  v1("POST", "/log-out", "");
  assert_string_equal(fake.asked,
                      "{\"_\":\"auth.cancelCode\",\"phone_number\":\"9996620001\","
                      "\"phone_code_hash\":\"hash\"}");
  fake.login = (cg_login_info){ .state = CG_LOGIN_WAIT_PHONE_NUMBER };
  answer_object("true");
  snprintf(want, sizeof want,
           "{\"id\":\"%s\",\"state\":\"authorizationStateWaitPhoneNumber\"}", id);
  was(200, want);
}

static void test_v1_order(void **state) {
  (void)state;
  static const char *const steps[] = { "/code", "/resend", "/cancel", "/sign-up",
                                       "/log-out" };
  create();
  int before = fake.asks;
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    v1("POST", steps[i], "{\"code\":\"1\",\"first_name\":\"A\"}");
    was(409, "{\"error\":{\"code\":409,\"type\":\"WRONG_STATE\",\"value\":null,\"text\":"
             "\"not possible in the state authorizationStateWaitPhoneNumber\",\"state\":"
             "\"authorizationStateWaitPhoneNumber\"}}");
  }
  fake.login.state = CG_LOGIN_READY;
  v1("POST", "/login", "{\"phone\":\"9996620001\"}");
  turn();
  assert_int_equal(atoi(w.sent + 9), 409);
  assert_int_equal(fake.asks, before);
}

/* A login of another number gives the pending one up, whatever the server says. */
static void test_v1_other_number(void **state) {
  (void)state;
  create();
  wait_for_code();
  strcpy(fake.login.phone, "9996620002");
  v1("POST", "/login", "{\"phone\":\"9996620001\"}");
  assert_string_equal(fake.asked,
                      "{\"_\":\"auth.cancelCode\",\"phone_number\":\"9996620002\","
                      "\"phone_code_hash\":\"hash\"}");
  answer_error(400, "PHONE_CODE_EXPIRED", 0, -1);
  assert_string_equal(fake.asked, SEND_CODE);
  for (int i = 0; i < 2; i++) {
    answer_error(500, "AUTH_RESTART", 0, -1);
    assert_string_equal(fake.asked, SEND_CODE);
  }
  answer_error(500, "AUTH_RESTART", 0, -1);
  was(500, "{\"error\":{\"code\":500,\"type\":\"AUTH_RESTART\",\"value\":null,\"text\":"
           "\"AUTH_RESTART\"}}");
}

/* What cancelCode leaves pending goes with its key, but not if that is logged in. */
static void test_v1_cancel(void **state) {
  (void)state;
  create();
  fake.login.state = CG_LOGIN_WAIT_REGISTRATION;
  v1("POST", "/cancel", "");
  answer_error(400, "PHONE_CODE_EXPIRED", 0, -1);
  assert_string_equal(fake.asked, "reset 1");
  fake.login.state = CG_LOGIN_WAIT_PHONE_NUMBER;
  answer_error(401, "Unauthorized", 0, -1);
  turn();
  assert_int_equal(atoi(w.sent + 9), 200);
  assert_non_null(
      strstr(body(), "\"cancelled\":false,\"error\":\"PHONE_CODE_EXPIRED\"}"));
  fake.login.state = CG_LOGIN_READY;
  v1("GET", "", "");
  fake.login.state = CG_LOGIN_WAIT_REGISTRATION;
  v1("POST", "/cancel", "");
  answer_object("true");
  turn();
  assert_int_equal(strncmp(fake.asked, "{\"_\":\"auth.cancelCode\"", 22), 0);
  assert_non_null(strstr(body(), "\"cancelled\":true}"));
}

static void test_v1_terms(void **state) {
  (void)state;
  create();
  fake.login.state = CG_LOGIN_WAIT_REGISTRATION;
  fake.terms = "Be \"good\".";
  v1("GET", "", "");
  assert_non_null(strstr(body(), "\"terms\":{\"text\":\"Be \\\"good\\\".\"}"));
  v1("POST", "/sign-up", "{\"first_name\":\"A\"}");
  turn();
  assert_non_null(strstr(body(), "\"type\":\"TERMS_NOT_ACCEPTED\""));
  int before = fake.asks;
  v1("POST", "/sign-up", "{\"first_name\":\"A\",\"accept_terms\":true}");
  assert_int_equal(fake.asks, before + 1);
  answer_error(400, "FIRSTNAME_INVALID", 0, -1);
  turn();
  assert_int_equal(atoi(w.sent + 9), 400);
}

static void test_v1_calls(void **state) {
  (void)state;
  create();
  v1("POST", "/call/users.getUsers", "{\"id\":[{\"_\":\"inputUserSelf\"}]}");
  assert_string_equal(fake.asked,
                      "{\"_\":\"users.getUsers\",\"id\":[{\"_\":\"inputUserSelf\"}]}");
  answer_object("{\"_\":\"userEmpty\",\"id\":\"77\"}");
  was(200, "{\"_\":\"userEmpty\",\"id\":\"77\"}");
  assert_non_null(strstr(w.log, "POST /v1 users.getUsers account="));
  v1("POST", "/call/auth.cancelCode", "{\"phone_number\":\"1\"}");
  was(400, "{\"error\":{\"code\":400,\"type\":\"BAD_REQUEST\",\"value\":null,\"text\":"
           "\"auth.cancelCode.phone_code_hash: is missing\"}}");
  v1("POST", "/call/none", "{}");
  was(404, "{\"error\":{\"code\":404,\"type\":\"METHOD_UNKNOWN\",\"value\":null,\"text\":"
           "\"unknown method \\\"none\\\"\"}}");
  v1("GET", "/call/help.getConfig", "");
  turn();
  assert_int_equal(atoi(w.sent + 9), 405);
  v1("POST", "/call/resetAuth", "");
  assert_string_equal(fake.asked, "reset 0");
  answer_object("{\"_\":\"auth.loggedOut\"}");
  was(200, "{\"_\":\"authStateLoggingOut\"}");
}

#define NO_ACCOUNT                                                                       \
  "{\"error\":{\"code\":404,\"type\":\"NOT_FOUND\",\"value\":null,\"text\":"             \
  "\"no such account\"}}"

static void test_v1_tenants(void **state) {
  (void)state;
  char first[17], mine[160], line[100];
  create();
  strcpy(first, id);
  strcpy(mine, header);
  create();
  snprintf(line, sizeof line, "GET /v1/accounts/%s", first);
  is(line, header, "", 404, NO_ACCOUNT);
  is("GET /v1/accounts/0000000000000000", header, "", 404, NO_ACCOUNT);
  is(line, "", "", 404, NO_ACCOUNT);
  is(line, "Centigram-Token: x\r\n", "", 404, NO_ACCOUNT);
  ask(line, mine, "");
  assert_int_equal(atoi(w.sent + 9), 200);
  v1("DELETE", "", "");
  was(200, "{\"removed\":true}");
  v1("GET", "", "");
  was(404, NO_ACCOUNT);
  is("GET /v1/none", "", "", 404,
     "{\"error\":{\"code\":404,\"type\":\"NOT_FOUND\",\"value\":null,\"text\":"
     "\"no such page\"}}");
}

static void test_v1_body(void **state) {
  (void)state;
  char form[120];
  create();
  snprintf(form, sizeof form, "%.*s", (int)(strstr(header, "\r\n") - header) + 2, header);
  char line[100];
  snprintf(line, sizeof line, "POST /v1/accounts/%s/login", id);
  ask(line, form, "phone=9996620001");
  assert_int_equal(atoi(w.sent + 9), 415);
  v1("POST", "/login", "{\"phone\":");
  assert_int_equal(atoi(w.sent + 9), 400);
  v1("POST", "/login", "{\"phone\":\"1\",\"phone\":\"2\"}");
  assert_int_equal(atoi(w.sent + 9), 400);
  assert_int_equal(fake.asks, 0);
}

static void test_v1_replay(void **state) {
  (void)state;
  char first[8192], plain[160];
  create();
  strcpy(plain, header);
  snprintf(header + strlen(header), sizeof header - strlen(header),
           "Idempotency-Key: k\r\n");
  v1("POST", "/login", "{\"phone\":\"9996620001\"}");
  cg_hub_gone(w.conn); /* this client never hears of it */
  rig_connect();
  v1("POST", "/login", "{\"phone\":\"9996620001\"}");
  turn();
  assert_non_null(strstr(body(), "\"type\":\"IN_PROGRESS\""));
  wait_for_code();
  answer_object(SENT_CODE);
  int before = fake.asks;
  v1("POST", "/login", "{\"phone\":\"9996620001\"}");
  turn();
  strcpy(first, body());
  assert_non_null(strstr(first, "authorizationStateWaitCode"));
  assert_int_equal(fake.asks, before);
  strcpy(header, plain);
  v1("POST", "/login", "{\"phone\":\"9996620001\"}");
  assert_int_equal(fake.asks, before + 1);
  answer_error(400, "X", 0, -1);
}

/* --- clients, files, limits
 * ------------------------------------------------------------------ */

static void test_idle(void **state) {
  (void)state;
  create();
  v1("GET", "", "");
  assert_int_equal(fake.opened, 1);
  assert_true(cg_gateway_deadline(w.gateway) <= w.now + 60 * CG_SECOND);
  w.now += 59 * CG_SECOND;
  turn();
  assert_int_equal(fake.closed, 0);
  v1("POST", "/call/help.getConfig", "");
  w.now += 300 * CG_SECOND;
  turn();
  assert_int_equal(fake.closed, 0); /* a call runs */
  answer_error(400, "X", 0, -1);
  w.now += 61 * CG_SECOND;
  turn();
  assert_int_equal(fake.closed, 1);
  rig_connect();
  v1("GET", "", "");
  assert_int_equal(fake.opened, 2);
}

/* Accounts outlive the process; those that nobody was logged in to do not outlive a day.
 */
static void test_restart(void **state) {
  (void)state;
  struct stat st;
  char path[100], text[4000] = "";
  create();
  snprintf(path, sizeof path, "%s/accounts.json", w.dir);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  assert_true(fread(text, 1, sizeof text - 1, f) > 0);
  fclose(f);
  assert_non_null(strstr(text, id));
  rig_end();
  assert_int_equal(rig_begin(NULL), CG_OK);
  v1("GET", "", "");
  assert_int_equal(atoi(w.sent + 9), 200);
  w.now += 86401 * CG_SECOND;
  turn();
  rig_connect();
  v1("GET", "", "");
  was(404, NO_ACCOUNT);
}

static void test_used_stay(void **state) {
  (void)state;
  create();
  fake.login = (cg_login_info){ .state = CG_LOGIN_READY, .user_id = 5 };
  v1("GET", "", "");
  fake.login = (cg_login_info){ .state = CG_LOGIN_CLOSED };
  rig_end();
  w.now += 86401 * CG_SECOND;
  assert_int_equal(rig_begin(NULL), CG_OK);
  turn();
  v1("GET", "", "");
  assert_int_equal(atoi(w.sent + 9), 200);
}

static void test_broken_files(void **state) {
  (void)state;
  static const char *const texts[] = {
    "",
    "{",
    "[]",
    "{\"accounts\":[{}]}",
    "{\"accounts\":[{\"id\":\"0123456789abcdef0\"}]}",
    "{\"accounts\":[{\"id\":\"../../etc/passwd\",\"from\":\"session\",\"name\":\"a\"}]}",
    "{\"accounts\":[{\"id\":\"0123456789abcdef\",\"from\":\"v1\",\"token_sha256\":\"1\"}]}",
  };
  char path[100];
  cg_fault fault;
  rig_end();
  snprintf(path, sizeof path, "%s/accounts.json", w.dir);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(texts[i], f);
    fclose(f);
    assert_int_equal(rig_begin(&fault), CG_E_CORRUPT);
    assert_non_null(strstr(fault.text, "accounts.json"));
  }
}

#define T(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(test_v1_login),     T(test_v1_order), T(test_v1_other_number), T(test_v1_cancel),
    T(test_v1_terms),     T(test_v1_calls), T(test_v1_tenants),      T(test_v1_body),
    T(test_v1_replay),    T(test_idle),     T(test_restart),         T(test_used_stay),
    T(test_broken_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
