/* SPDX-License-Identifier: MIT */
/* gateway_test.c - the two old forms, pages and metrics. */
#include "gateway_rig.h"

#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- PWRTelegram
 * ------------------------------------------------------------------------ */

/* Begins a login; gives its token, which lives until the next one. */
static const char *phone_login(void) {
  static char token[64];
  ask("GET /phonelogin?phone=%2B999-662-0001", "", "");
  assert_string_equal(fake.asked, SEND_CODE);
  wait_for_code();
  answer_object(SENT_CODE);
  turn();
  assert_int_equal(sscanf(body(), "{\"ok\":true,\"result\":\"%43[A-Za-z0-9_-]\"}", token),
                   1);
  assert_int_equal(strlen(token), 43);
  return token;
}

/* "GET /userTOKEN/rest" */
static const char *line_of(const char *verb, const char *prefix, const char *token,
                           const char *rest) {
  static char line[400];
  snprintf(line, sizeof line, "%s /%s%s/%s", verb, prefix, token, rest);
  return line;
}

static void test_user_login(void **state) {
  (void)state;
  char line[200], want[100];
  const char *token = phone_login();
  ask(line_of("GET", "user", token, "completePhoneLogin?code=22-2%2022"), "", "");
  assert_string_equal(fake.asked,
                      "{\"_\":\"auth.signIn\",\"phone_number\":\"9996620001\","
                      "\"phone_code_hash\":\"hash\",\"phone_code\":\"22222\"}");
  fake.login = (cg_login_info){ .state = CG_LOGIN_READY, .user_id = 77 };
  answer_object(
      "{\"_\":\"auth.authorization\",\"user\":{\"_\":\"userEmpty\",\"id\":77}}");
  snprintf(want, sizeof want, "{\"ok\":true,\"result\":\"77:%s\"}", token);
  was(200, want);
  assert_null(strstr(w.log, token));
  /* the temporary one is good until the other was used */
  ask(line_of("GET", "user", token, "help.getNearestDc"), "", "");
  answer_object(
      "{\"_\":\"nearestDc\",\"country\":\"XX\",\"this_dc\":2,\"nearest_dc\":2}");
  was(200,
      "{\"ok\":true,\"result\":{\"_\":\"nearestDc\",\"country\":\"XX\",\"this_dc\":2,"
      "\"nearest_dc\":2}}");
  snprintf(line, sizeof line, "POST /bot77:%s/madeline", token);
  ask(line, "", "method=auth->logOut");
  assert_string_equal(fake.asked, "{\"_\":\"auth.logOut\"}");
  answer_object("{\"_\":\"auth.loggedOut\"}");
  was(200, "{\"ok\":true,\"result\":{\"_\":\"auth.loggedOut\"}}");
  is(line_of("GET", "user", token, "help.getNearestDc"), "", "", 401,
     "{\"ok\":false,\"error_code\":401,\"description\":\"Unauthorized\"}");
  rig_end();
  assert_int_equal(rig_begin(NULL), CG_OK);
  is(line, "", "method=x", 400,
     "{\"ok\":false,\"error_code\":400,\"description\":"
     "\"unknown method \\\"x\\\"\"}");
  assert_string_equal(w.log + strlen(w.log) - 4, " 400");
}

#define UNAUTHORIZED "{\"ok\":false,\"error_code\":401,\"description\":\"Unauthorized\"}"

static void test_user_refusals(void **state) {
  (void)state;
  char line[200];
  const char *token = phone_login();
  int before = fake.asks;
  is("GET /userAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/help.getConfig", "", "", 401,
     UNAUTHORIZED);
  is("GET /user/help.getConfig", "", "", 401, UNAUTHORIZED);
  snprintf(line, sizeof line, "GET /user1:%s/help.getConfig", token);
  is(line, "", "", 401, UNAUTHORIZED);
  snprintf(line, sizeof line, "GET /user:%s/help.getConfig", token);
  is(line, "", "", 401, UNAUTHORIZED);
  is("GET /user", "", "", 404,
     "{\"ok\":false,\"error_code\":404,\"description\":\"Not Found\"}");
  is(line_of("GET", "bot", token, "getUpdates"), "", "", 400,
     "{\"ok\":false,\"error_code\":400,\"description\":\"The Bot API is not served: call "
     "the madeline method.\"}");
  is(line_of("POST", "bot", token, "madeline"), "", "method=help.getConfig&params=[]",
     400,
     "{\"ok\":false,\"error_code\":400,\"description\":\"Could not parse parameters.\"}");
  is(line_of("GET", "bot", token, "madeline"), "", "", 400,
     "{\"ok\":false,\"error_code\":400,\"description\":\"Missing method to call.\"}");
  is(line_of("GET", "user", token, "complete2FALogin?password=x"), "", "", 501,
     "{\"ok\":false,\"error_code\":501,\"description\":\"2FA is enabled: this account "
     "needs "
     "its password, which this version of the gateway cannot check.\"}");
  is(line_of("GET", "user", token, "completesignup?first_name=A"), "", "", 400,
     "{\"ok\":false,\"error_code\":400,\"description\":\"not possible in the state "
     "authorizationStateWaitCode\"}");
  is(line_of("PUT", "user", token, "help.getConfig"), "", "", 405,
     "{\"error\":\"GET or POST is wanted\"}");
  is(line_of("POST", "user", token, "auth.cancelCode"), JSON, "{\"a\":", 400,
     "{\"ok\":false,\"error_code\":400,\"description\":\"the parameters cannot be "
     "parsed\"}");
  assert_int_equal(fake.asks, before);
}

/* What the server and the client fail with, in the words of this form. */
static void test_user_errors(void **state) {
  (void)state;
  const char *token = phone_login();
  const char *line = line_of("GET", "user", token, "auth.cancelCode");
  ask(line, "", "");
  assert_string_equal(fake.asked, "{\"_\":\"auth.cancelCode\",\"phone_number\":\"\","
                                  "\"phone_code_hash\":\"\"}");
  answer_error(400, "PHONE_CODE_EXPIRED", 0, -1);
  was(400, "{\"ok\":false,\"error_code\":400,\"description\":\"PHONE_CODE_EXPIRED\"}");
  ask(line, "", "");
  answer_error(420, "FLOOD_WAIT_30", 30, 30);
  was(429, "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry "
           "after 30\",\"params\":{\"retry_after\":\"30\"}}");
  assert_non_null(strstr(w.sent, "\r\nRetry-After: 30\r\n"));
  ask(line, "", "");
  answer_error(303, "PHONE_MIGRATE_2", 0, 2);
  turn();
  assert_int_equal(atoi(w.sent + 9), 502);
  ask(line, "", "");
  answer_error(-503, "Timeout", 0, -1);
  was(500, "{\"ok\":false,\"error_code\":500,\"description\":\"Timeout\"}");
  fake.login.resend_in = 12;
  ask(line_of("GET", "user", token, "resendcode"), "", "");
  was(429, "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry "
           "after 12\",\"params\":{\"retry_after\":\"12\"}}");
  line = line_of("GET", "user", token, "auth.cancelCode");
  static const struct {
    cg_err err;
    int status;
  } faults[] = { { CG_E_CONNECT, 502 },    { CG_E_TIMEOUT, 504 }, { CG_E_IO, 500 },
                 { CG_E_UNKNOWN_ID, 502 }, { CG_E_NO_KEY, 500 },  { CG_E_MEMORY, 503 } };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    ask(line, "", "");
    answer_fault(faults[i].err);
    turn();
    assert_int_equal(atoi(w.sent + 9), faults[i].status);
    assert_null(strstr(w.sent, "secret"));
  }
}

static void test_password_is_told(void **state) {
  (void)state;
  const char *token = phone_login();
  ask(line_of("GET", "user", token, "completephonelogin?code=12345"), "", "");
  answer_error(401, "SESSION_PASSWORD_NEEDED", 0, -1);
  turn();
  assert_non_null(
      strstr(body(), "\"error_code\":401,\"description\":\"2FA is enabled: "));
  ask(line_of("GET", "user", token, "auth.signIn?phone_code=12345"), "", "");
  answer_error(401, "SESSION_PASSWORD_NEEDED", 0, -1);
  was(401,
      "{\"ok\":false,\"error_code\":401,\"description\":\"SESSION_PASSWORD_NEEDED\"}");
}

/* An account whose token nobody got is no account. */
static void test_user_lost(void **state) {
  (void)state;
  ask("GET /phonelogin?phone=12", "", "");
  turn();
  assert_int_equal(atoi(w.sent + 9), 400);
  ask("GET /phonelogin?phone=9996620001", "", "");
  answer_error(400, "PHONE_NUMBER_BANNED", 0, -1);
  was(400, "{\"ok\":false,\"error_code\":400,\"description\":\"PHONE_NUMBER_BANNED\"}");
  ask("GET /phonelogin?phone=9996620001", "", "");
  cg_hub_gone(w.conn);
  answer_object(SENT_CODE);
  turn();
  assert_int_equal(fake.opened, 3);
  assert_int_equal(fake.closed, 3);
  rig_connect();
  is("GET /v1/accounts", "", "", 200, "{\"accounts\":[]}");
}

/* A step goes on when its client leaves. */
static void test_client_leaves(void **state) {
  (void)state;
  const char *token = phone_login();
  ask(line_of("GET", "user", token, "completephonelogin?code=22222"), "", "");
  cg_hub_gone(w.conn);
  fake.login = (cg_login_info){ .state = CG_LOGIN_READY, .user_id = 77 };
  answer_object(
      "{\"_\":\"auth.authorization\",\"user\":{\"_\":\"userEmpty\",\"id\":77}}");
  turn();
  rig_connect();
  ask(line_of("GET", "user", token, "resetAuth?force=true"), "", "");
  assert_string_equal(fake.asked, "reset 1");
  answer_error(401, "Unauthorized", 0, -1);
  was(401, UNAUTHORIZED);
}

/* --- TelegramApiServer
 * -------------------------------------------------------------------- */

#define OK_NULL "{\"success\":true,\"response\":null,\"errors\":[]}"

static void test_api(void **state) {
  (void)state;
  is("GET /system/addSession?session=a/b", "", "", 200, OK_NULL);
  ask("GET /api/a/b/PHONELOGIN/?number=9996620001", "", "");
  assert_string_equal(fake.asked, SEND_CODE);
  answer_object(SENT_CODE);
  was(200, "{\"success\":true,\"response\":" SENT_CODE ",\"errors\":[]}");
  wait_for_code();
  ask("POST /api/a/b/completePhoneLogin", JSON, "{\"code\":12345}");
  answer_object("{\"_\":\"auth.authorizationSignUpRequired\"}");
  was(200,
      "{\"success\":true,\"response\":{\"_\":\"account.needSignup\"},\"errors\":[]}");
  fake.login.state = CG_LOGIN_WAIT_REGISTRATION;
  ask("GET /api/a/b/completeSignup?firstName=A&lastName=B", "", "");
  assert_string_equal(fake.asked,
                      "{\"_\":\"auth.signUp\",\"phone_number\":\"9996620001\","
                      "\"phone_code_hash\":\"hash\",\"first_name\":\"A\",\"last_name\":"
                      "\"B\"}");
  answer_error(420, "FLOOD_WAIT_7", 7, 7);
  was(420, "{\"success\":false,\"response\":null,\"errors\":[{\"exception\":"
           "\"RPCErrorException\",\"message\":\"FLOOD_WAIT_7\",\"code\":420}]}");
  assert_non_null(strstr(w.sent, "\r\nRetry-After: 7\r\n"));
  fake.login.state = CG_LOGIN_READY;
  ask("GET /api/a/b/logout", "", "");
  answer_object("{\"_\":\"auth.loggedOut\"}");
  was(200, OK_NULL);
}

static void api_refuses(const char *line, int status, const char *message) {
  char want[300];
  int before = fake.asks;
  snprintf(want, sizeof want,
           "{\"success\":false,\"response\":null,\"errors\":[{"
           "\"exception\":\"Exception\",\"message\":\"%s\",\"code\":%d}]}",
           message, status);
  is(line, "", "", status, want);
  assert_int_equal(fake.asks, before);
}

static void test_api_refusals(void **state) {
  (void)state;
  api_refuses("GET /api/a/help.getConfig", 404, "Session not found");
  api_refuses("GET /api/help.getNone", 404, "unknown method \\\"help.getNone\\\"");
  api_refuses("GET /api/completephonelogin?code=1", 400,
              "not possible in the state authorizationStateWaitPhoneNumber");
  api_refuses("GET /system/none", 404, "Path not found");
  api_refuses("GET /system/removeSession?session=b", 404, "Session not found");
  api_refuses("GET /system/addSession?session=../%0a", 400,
              "session: 1 to 64 letters, digits and ._-/ are wanted");
  is("GET /log", "", "", 404, "{\"error\":\"no such page\"}");
  fake.refuse = CG_E_LOCKED;
  w.now += 120 * CG_SECOND;
  turn();
  rig_connect();
  api_refuses("GET /api/help.getConfig", 503, "another process uses this account");
}

static void test_sessions(void **state) {
  (void)state;
  is("GET /system/addSession?session=a", "", "", 200, OK_NULL);
  api_refuses("GET /system/addSession?session=a", 400, "Session already exists");
  is("GET /system/removeSession?session=a", "", "", 200, OK_NULL);
  api_refuses("GET /api/a/help.getConfig", 404, "Session not found");
  is("GET /system/addSession?session=a", "", "", 200, OK_NULL);
  fake.login.state = CG_LOGIN_WAIT_REGISTRATION;
  ask("GET /api/a/help.getConfig", "", "");
  answer_error(400, "X", 0, -1);
  turn();
  is("GET /system/getSessionList", "", "", 200,
     "{\"success\":true,\"response\":{\"sessions\":{\"a\":{\"session\":\"a\",\"status\":"
     "\"WAITING_SIGNUP\"}},\"memory\":\"0 KB\",\"memory_per_session\":\"0 KB\"},"
     "\"errors\":[]}");
  is("GET /system/unlinkSessionFile?session=a", "", "", 200, OK_NULL);
  assert_int_equal(fake.closed, fake.opened);
  is("GET /system/getSessionList", "", "", 200,
     "{\"success\":true,\"response\":{\"sessions\":{},\"memory\":\"0 KB\","
     "\"memory_per_session\":\"0 KB\"},\"errors\":[]}");
}

/* Pages and metrics; a call that runs when the gateway ends. */
static void test_pages(void **state) {
  (void)state;
  ask("GET /metrics", "", "");
  assert_non_null(
      strstr(body(), "\ncentigram_gateway_requests_total{form=\"user\"} 0\n"));
  assert_non_null(strstr(body(), "\ncentigram_gateway_connections 1\n"));
  is("GET /healthz", "", "", 200, "{\"ok\":true}");
  is("GET /none", "", "", 404, "{\"error\":\"no such page\"}");
  is("POST /", "", "", 405, "{\"error\":\"not a method of this page\"}");
  is("GET /metrics", "Origin: http://a.b\r\n", "", 403,
     "{\"error\":\"requests of other pages are refused\"}");
  ask("GET /phonelogin?phone=9996620001", "", "");
  rig_end();
  assert_int_equal(fake.closed, 1);
}

static uint64_t resident(void *ctx) {
  (void)ctx;
  return 7000000 + 1000 * (uint64_t)(fake.opened * fake.opened);
}

/* What all accounts share is not counted: the first ones pay for it. */
static void test_account_memory(void **state) {
  (void)state;
  static const char name[] = "\ncentigram_gateway_account_memory_bytes ";
  char line[100];
  rig_end();
  w.options.memory = resident;
  assert_int_equal(rig_begin(NULL), CG_OK);
  for (int i = 1; i <= 3; i++) {
    snprintf(line, sizeof line, "GET /system/addSession?session=s%d", i);
    ask(line, "", "");
    snprintf(line, sizeof line, "GET /api/s%d/help.getConfig", i);
    ask(line, "", "");
    answer_error(400, "X", 0, -1);
    turn();
    turn();
    ask("GET /metrics", "", "");
    const char *at = strstr(body(), name);
    assert_non_null(at);
    /* one account is not one more; then it grew by (i * i - 1) thousand for i - 1 */
    assert_int_equal(atoi(at + strlen(name)), i == 1 ? 0 : 1000 * (i + 1));
  }
}

/* Whatever allocation fails: an answer, or a connection that is closed; no crash. */
static void test_memory(void **state) {
  (void)state;
  bool done = false;
  for (long n = 0; !done; n++) {
    cg_hub_conn *conn;
    rig_connect();
    assert_non_null(w.conn);
    cg_mem_fail_after(n);
    ask("POST /phonelogin", "", "phone=9996620001");
    if (fake.answer) answer_error(420, "FLOOD_WAIT_3", 3, 3);
    turn();
    done = cg_mem_fail_after(-1) <= n;
    turn();
    conn = w.conn;
    w.conn = NULL;
    cg_hub_gone(conn);
  }
  assert_int_equal(atoi(w.sent + 9), 429);
  assert_int_equal(fake.opened, fake.closed);
}

#define T(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(test_user_login),  T(test_user_refusals),
    T(test_user_errors), T(test_password_is_told),
    T(test_user_lost),   T(test_client_leaves),
    T(test_api),         T(test_api_refusals),
    T(test_sessions),    T(test_pages),
    T(test_memory),      T(test_account_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
