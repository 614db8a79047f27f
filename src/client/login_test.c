/* SPDX-License-Identifier: MIT */
/*
 * login_test.c - the login state machine as a table: a state, what is asked, what is
 * answered, the state after it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "login_state.h"

#include "mem.h"

#include <centigram/api.h>

#include <stdio.h>
#include <string.h>

#define PHONE CG_LIT("+999 662-1234")
#define HASH  CG_LIT("f4318de66cb2db3f10")

static const int64_t now = 1700000000;

/* --- requests and answers -------------------------------------------------- */

static tl_auth_sentCodeTypeSms sms = { TL_INIT(auth_sentCodeTypeSms), .length = 5 };
static tl_auth_codeTypeCall next_call = { TL_INIT(auth_codeTypeCall) };
static tl_user self = { TL_INIT(user), .id = 77 };
static tl_dataJSON terms_id;
static tl_help_termsOfService terms;

static tl_codeSettings settings = { TL_INIT(codeSettings) };
static tl_auth_sendCode send_code;
static tl_auth_resendCode resend_code;
static tl_auth_cancelCode cancel_code, cancel_other;
static tl_auth_signIn sign_in, sign_in_other;
static tl_auth_signUp sign_up;
static tl_auth_checkPassword check_password;
static tl_auth_logOut log_out = { TL_INIT(auth_logOut) };
static tl_help_getConfig get_config = { TL_INIT(help_getConfig) };
static tl_invokeWithLayer wrapped;

static tl_auth_sentCode sent, sent_email, sent_last;
static tl_auth_sentCodeTypeEmailCode email = { TL_INIT(auth_sentCodeTypeEmailCode),
                                               .length = 6 };
static tl_auth_authorization in;
static tl_auth_sentCodeSuccess sent_success;
static tl_auth_authorizationSignUpRequired unknown;
static tl_auth_loggedOut out;
static const tl_obj yes = { TL_ID_boolTrue, 0 }, no = { TL_ID_boolFalse, 0 };

static void make_requests(void) {
  send_code = (tl_auth_sendCode){ TL_INIT(auth_sendCode), .phone_number = PHONE,
                                  .settings = &settings.CodeSettings };
  resend_code = (tl_auth_resendCode){ TL_INIT(auth_resendCode), .phone_number = PHONE,
                                      .phone_code_hash = HASH };
  cancel_code = (tl_auth_cancelCode){ TL_INIT(auth_cancelCode), .phone_number = PHONE,
                                      .phone_code_hash = HASH };
  cancel_other = cancel_code;
  cancel_other.phone_code_hash = CG_LIT("another");
  sign_in = (tl_auth_signIn){ TL_INIT(auth_signIn), .phone_number = PHONE,
                              .phone_code_hash = HASH };
  sign_in_other = sign_in;
  sign_in_other.phone_code_hash = CG_LIT("another");
  sign_up = (tl_auth_signUp){ TL_INIT(auth_signUp), .phone_number = PHONE,
                              .phone_code_hash = HASH };
  check_password = (tl_auth_checkPassword){ TL_INIT(auth_checkPassword) };
  wrapped = (tl_invokeWithLayer){ TL_INIT(invokeWithLayer), .query = &sign_in.o };
}

static void make_answers(void) {
  sent = (tl_auth_sentCode){ TL_INIT(auth_sentCode), .type = &sms.auth_SentCodeType,
                             .phone_code_hash = HASH };
  sent_last = sent;
  TL_SET(auth_sentCode, &sent, next_type, &next_call.auth_CodeType);
  TL_SET(auth_sentCode, &sent, timeout, 60);
  sent_email = sent;
  sent_email.type = &email.auth_SentCodeType;
  TL_SET(user, &self, phone, CG_LIT("9996621234"));
  in = (tl_auth_authorization){ TL_INIT(auth_authorization), .user = &self.User };
  sent_success = (tl_auth_sentCodeSuccess){ TL_INIT(auth_sentCodeSuccess),
                                            .authorization = &in.auth_Authorization };
  terms_id = (tl_dataJSON){ TL_INIT(dataJSON), .data = CG_LIT("{\"k\":1}") };
  terms = (tl_help_termsOfService){ TL_INIT(help_termsOfService),
                                    .id = &terms_id.DataJSON,
                                    .text = CG_LIT("Be nice.") };
  unknown = (tl_auth_authorizationSignUpRequired){
    TL_INIT(auth_authorizationSignUpRequired)
  };
  TL_SET(auth_authorizationSignUpRequired, &unknown, terms_of_service,
         &terms.help_TermsOfService);
  out = (tl_auth_loggedOut){ TL_INIT(auth_loggedOut) };
  TL_SET(auth_loggedOut, &out, future_auth_token, CG_LIT("token-1"));
}

static int make_all(void **state) {
  (void)state;
  make_requests();
  make_answers();
  return 0;
}

/* --- the machine under test ------------------------------------------------ */

static cg_login_change ask(cg_login *l, const tl_obj *request, const tl_obj *answer) {
  cg_login_step step;
  cg_login_change change;
  cg_login_step_of(request, &step);
  cg_login_requested(l, &step);
  assert_int_equal(cg_login_answered(l, &step, answer, 2, now, &change), CG_OK);
  return change;
}

static cg_login_change ask_refused(cg_login *l, const tl_obj *request, int32_t code,
                                   const char *text, int32_t seconds) {
  cg_login_step step;
  cg_rpc_error e = { .code = code, .value = seconds, .seconds = seconds };
  snprintf(e.text, sizeof e.text, "%s", text);
  cg_login_step_of(request, &step);
  cg_login_requested(l, &step);
  return cg_login_refused(l, &step, &e, now);
}

/* A login in `state`, come to by the way that leads there. */
static void go_to(cg_login *l, cg_login_state state) {
  memset(l, 0, sizeof *l);
  if (state == CG_LOGIN_WAIT_PHONE_NUMBER) return;
  ask(l, &send_code.o, state == CG_LOGIN_WAIT_EMAIL_CODE ? &sent_email.o : &sent.o);
  if (state == CG_LOGIN_WAIT_REGISTRATION) ask(l, &sign_in.o, &unknown.o);
  if (state == CG_LOGIN_WAIT_PASSWORD)
    ask_refused(l, &sign_in.o, 401, "SESSION_PASSWORD_NEEDED", 0);
  if (state == CG_LOGIN_READY) ask(l, &sign_in.o, &in.o);
  if (state == CG_LOGIN_CLOSED) {
    ask(l, &sign_in.o, &in.o);
    ask(l, &log_out.o, &out.o);
  }
  assert_int_equal(l->state, state);
}

/* --- tables ---------------------------------------------------------------- */

#define S(name) CG_LOGIN_##name
#define START   CG_LOGIN_WAIT_PHONE_NUMBER
#define SIGN_UP CG_LOGIN_WAIT_REGISTRATION
#define PASSWORD CG_LOGIN_WAIT_PASSWORD
#define MOVED   CG_LOGIN_CHANGED
#define SAME    CG_LOGIN_SAME

static void test_answers(void **state) {
  (void)state;
  const struct {
    cg_login_state before;
    const tl_obj *request, *answer;
    cg_login_state after;
    cg_login_change change;
  } rows[] = {
    { START, &send_code.o, &sent.o, S(WAIT_CODE), MOVED },
    { START, &send_code.o, &sent_email.o, S(WAIT_EMAIL_CODE), MOVED },
    { START, &send_code.o, &sent_success.o, S(READY), MOVED },
    { START, &get_config.o, &sent.o, START, SAME },
    { S(WAIT_CODE), &resend_code.o, &sent_last.o, S(WAIT_CODE), MOVED },
    { S(WAIT_CODE), &cancel_code.o, &yes, START, MOVED },
    { S(WAIT_CODE), &cancel_code.o, &no, S(WAIT_CODE), SAME },
    { S(WAIT_CODE), &cancel_other.o, &yes, S(WAIT_CODE), SAME },
    { S(WAIT_CODE), &sign_in.o, &in.o, S(READY), MOVED },
    { S(WAIT_CODE), &wrapped.o, &in.o, S(READY), MOVED },
    { S(WAIT_CODE), &sign_in.o, &unknown.o, SIGN_UP, MOVED },
    { S(WAIT_CODE), &log_out.o, &out.o, S(WAIT_CODE), SAME },
    { SIGN_UP, &cancel_code.o, &yes, SIGN_UP, SAME },
    { SIGN_UP, &sign_up.o, &in.o, S(READY), MOVED },
    { SIGN_UP, &send_code.o, &sent.o, S(WAIT_CODE), MOVED },
    { PASSWORD, &cancel_code.o, &yes, PASSWORD, SAME },
    { PASSWORD, &check_password.o, &in.o, S(READY), MOVED },
    { PASSWORD, &sign_in.o, &in.o, S(READY), MOVED },
    { S(READY), &log_out.o, &out.o, S(CLOSED), MOVED },
    { S(READY), &send_code.o, &sent.o, S(WAIT_CODE), MOVED },
    { S(CLOSED), &send_code.o, &sent.o, S(WAIT_CODE), MOVED },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_login l;
    go_to(&l, rows[i].before);
    cg_login_change change = ask(&l, rows[i].request, rows[i].answer);
    if (l.state != rows[i].after || change != rows[i].change)
      fail_msg("row %zu: %s, %d", i, cg_login_state_name(l.state), change);
    cg_login_wipe(&l);
  }
}

static void test_refusals(void **state) {
  (void)state;
  const struct {
    cg_login_state before;
    const tl_obj *request;
    int32_t code;
    const char *text;
    cg_login_state after;
    cg_login_change change;
  } rows[] = {
    { S(WAIT_CODE), &sign_in.o, 400, "PHONE_CODE_INVALID", S(WAIT_CODE), MOVED },
    { S(WAIT_CODE), &sign_in.o, 400, "PHONE_CODE_EMPTY", S(WAIT_CODE), SAME },
    { S(WAIT_CODE), &sign_in.o, 400, "PHONE_CODE_EXPIRED", START, MOVED },
    { S(WAIT_CODE), &sign_in_other.o, 400, "PHONE_CODE_EXPIRED", S(WAIT_CODE), SAME },
    { S(WAIT_CODE), &sign_in.o, 400, "PHONE_NUMBER_UNOCCUPIED", SIGN_UP, MOVED },
    { S(WAIT_CODE), &sign_in.o, 400, "PHONE_NUMBER_BANNED", START, MOVED },
    { S(WAIT_CODE), &sign_in.o, 401, "SESSION_PASSWORD_NEEDED", PASSWORD, MOVED },
    { S(WAIT_CODE), &get_config.o, 401, "SESSION_PASSWORD_NEEDED", S(WAIT_CODE), SAME },
    { S(WAIT_CODE), &get_config.o, 401, "AUTH_KEY_UNREGISTERED", S(WAIT_CODE), SAME },
    { S(WAIT_CODE), &sign_in.o, 500, "INTERNAL", S(WAIT_CODE), SAME },
    { S(WAIT_CODE), &sign_in.o, 406, "PHONE_NUMBER_INVALID", S(WAIT_CODE), SAME },
    { S(WAIT_CODE), &resend_code.o, 400, "PHONE_CODE_EXPIRED", START, MOVED },
    { S(WAIT_CODE), &resend_code.o, 406, "SEND_CODE_UNAVAILABLE", S(WAIT_CODE), MOVED },
    { S(WAIT_CODE), &cancel_code.o, 400, "PHONE_CODE_EXPIRED", START, MOVED },
    { S(WAIT_CODE), &cancel_code.o, 406, "PHONE_NUMBER_INVALID", S(WAIT_CODE), SAME },
    { S(WAIT_CODE), &send_code.o, 400, "PHONE_NUMBER_FLOOD", S(WAIT_CODE), SAME },
    { START, &send_code.o, 401, "SESSION_PASSWORD_NEEDED", PASSWORD, MOVED },
    { START, &get_config.o, 401, "AUTH_KEY_UNREGISTERED", START, SAME },
    { PASSWORD, &check_password.o, 400, "PASSWORD_HASH_INVALID", PASSWORD, MOVED },
    { PASSWORD, &get_config.o, 401, "AUTH_KEY_UNREGISTERED", PASSWORD, SAME },
    { SIGN_UP, &sign_up.o, 400, "FIRSTNAME_INVALID", SIGN_UP, SAME },
    { SIGN_UP, &sign_up.o, 400, "PHONE_CODE_EXPIRED", START, MOVED },
    { SIGN_UP, &sign_up.o, 400, "PHONE_NUMBER_OCCUPIED", START, MOVED },
    { S(READY), &get_config.o, 401, "AUTH_KEY_UNREGISTERED", S(CLOSED), CG_LOGIN_LOST },
    { S(READY), &get_config.o, 401, "SESSION_REVOKED", S(CLOSED), CG_LOGIN_LOST },
    { S(READY), &get_config.o, 401, "USER_DEACTIVATED", S(CLOSED), CG_LOGIN_LOST },
    { S(READY), &get_config.o, 406, "AUTH_KEY_DUPLICATED", S(CLOSED), CG_LOGIN_LOST },
    { S(READY), &get_config.o, 401, "AUTH_KEY_PERM_EMPTY", S(READY), SAME },
    { S(READY), &get_config.o, 400, "SESSION_REVOKED", S(READY), SAME },
    { S(READY), &log_out.o, 401, "AUTH_KEY_UNREGISTERED", S(CLOSED), MOVED },
    { S(READY), &log_out.o, 500, "INTERNAL", S(READY), SAME },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_login l;
    go_to(&l, rows[i].before);
    cg_login_change change =
        ask_refused(&l, rows[i].request, rows[i].code, rows[i].text, 0);
    if (l.state != rows[i].after || change != rows[i].change)
      fail_msg("row %zu: %s, %d", i, cg_login_state_name(l.state), change);
    cg_login_wipe(&l);
  }
}

static void test_allowed(void **state) {
  (void)state;
  const struct {
    cg_login_state state;
    /* Start, Resend, Cancel, cOde, sign Up, Log out, Report; Email: address, code, reset;
     * Password: get, check, recovery, check and recover with it; set, reset, decline; Qr,
     * Wait, Accept, Bot */
    const char *allowed;
  } rows[] = {
    { START, "s.................q..b" },
    { S(WAIT_CODE), "srco..r...........q..b" },
    { S(WAIT_EMAIL_CODE), "srco...ecr........q..b" },
    { S(WAIT_EMAIL_ADDRESS), "s.c....e..........q..b" },
    { S(WAIT_OTHER_DEVICE_CONFIRMATION), "s.c...............qw.b" },
    { S(WAIT_PREMIUM_PURCHASE), "s.c...............q..b" },
    { SIGN_UP, "s.c.u.............q..b" },
    { PASSWORD, "s.c.......gprcr...q..b" },
    { S(READY), ".....l....g....srd..a." },
    { S(LOGGING_OUT), "......................" },
    { S(CLOSING), "......................" },
    { S(CLOSED), "s.................q..b" },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int a = CG_LOGIN_DO_START; a <= CG_LOGIN_DO_BOT; a++) {
      cg_login l = { .state = rows[i].state };
      cg_fault fault = { 0 };
      cg_err err = cg_login_allow(&l, (cg_login_action)a, &fault);
      assert_int_equal(err, rows[i].allowed[a] == '.' ? CG_E_REFUSED : CG_OK);
      if (err) assert_non_null(strstr(fault.text, cg_login_state_name(rows[i].state)));
    }
}

static void test_names(void **state) {
  (void)state;
  assert_string_equal(cg_login_state_name(S(WAIT_CODE)), "authorizationStateWaitCode");
  assert_string_equal(cg_login_state_old_name(START), "authStateWaitPhoneNumber");
  assert_string_equal(cg_login_state_old_name(S(WAIT_CODE)), "authStateWaitCode");
  assert_string_equal(cg_login_state_old_name(SIGN_UP), "authStateWaitCode");
  assert_string_equal(cg_login_state_old_name(PASSWORD), "authStateWaitPassword");
  assert_string_equal(cg_login_state_old_name(S(READY)), "authStateOk");
  assert_string_equal(cg_login_state_old_name(S(CLOSED)), "authStateLoggingOut");
  assert_int_equal(cg_login_state_number(START), 0);
  assert_int_equal(cg_login_state_number(S(WAIT_CODE)), 1);
  assert_int_equal(cg_login_state_number(SIGN_UP), -1);
  assert_int_equal(cg_login_state_number(PASSWORD), 2);
  assert_int_equal(cg_login_state_number(S(READY)), 3);
  assert_int_equal(cg_login_state_number(S(CLOSED)), 4);
}

/* --- what is remembered ---------------------------------------------------- */

static void test_sent_code(void **state) {
  (void)state;
  cg_login l;
  cg_login_info info;
  go_to(&l, S(WAIT_CODE));
  cg_login_describe(&l, now + 10, &info);
  assert_string_equal(info.phone, "9996621234");
  assert_string_equal(info.type, "sms");
  assert_string_equal(info.next_type, "call");
  assert_int_equal(info.length, 5);
  assert_int_equal(info.sent_at, now);
  assert_int_equal(info.resend_in, 50);
  assert_int_equal(info.expires_at, now + 300);
  assert_int_equal(info.dc, 2);
  cg_login_describe(&l, now + 70, &info);
  assert_int_equal(info.resend_in, 0);
  ask(&l, &resend_code.o, &sent_last.o);
  assert_int_equal(l.next_type, CG_CODE_NONE);
  assert_int_equal(l.resend_at, 0);
  cg_login_wipe(&l);
}

/* The count of wrong codes belongs to the code. */
static void test_wrong_codes(void **state) {
  (void)state;
  cg_login l;
  go_to(&l, S(WAIT_CODE));
  ask_refused(&l, &sign_in.o, 400, "PHONE_CODE_INVALID", 0);
  ask_refused(&l, &sign_in_other.o, 400, "PHONE_CODE_INVALID", 0);
  assert_int_equal(l.wrong_codes, 1);
  ask(&l, &resend_code.o, &sent.o);
  assert_int_equal(l.wrong_codes, 1);
  tl_auth_sentCode fresh = sent;
  fresh.phone_code_hash = CG_LIT("a new one");
  ask(&l, &send_code.o, &fresh.o);
  assert_int_equal(l.wrong_codes, 0);
  assert_string_equal(l.hash, "a new one");
  cg_login_wipe(&l);
}

static void test_resend(void **state) {
  (void)state;
  cg_login l;
  cg_fault fault;
  go_to(&l, S(WAIT_CODE));
  assert_int_equal(cg_login_may_resend(&l, now + 59, false, &fault), CG_E_REFUSED);
  assert_non_null(strstr(fault.text, "in 1 s"));
  assert_int_equal(cg_login_may_resend(&l, now + 59, true, &fault), CG_OK);
  assert_int_equal(cg_login_may_resend(&l, now + 60, false, &fault), CG_OK);
  ask_refused(&l, &resend_code.o, 420, "FLOOD_WAIT_90", 90);
  assert_int_equal(l.resend_at, now + 90);
  ask_refused(&l, &resend_code.o, 406, "SEND_CODE_UNAVAILABLE", 0);
  assert_int_equal(cg_login_may_resend(&l, now + 999, true, &fault), CG_E_REFUSED);
  cg_login_wipe(&l);
}

static void test_expiry(void **state) {
  (void)state;
  cg_login l;
  go_to(&l, S(WAIT_CODE));
  assert_false(cg_login_expire(&l, now + 299));
  assert_true(cg_login_expire(&l, now + 300));
  assert_int_equal(l.state, START);
  assert_string_equal(l.hash, "");
  go_to(&l, PASSWORD);
  assert_false(cg_login_expire(&l, now + 86399));
  assert_true(cg_login_expire(&l, now + 86400));
  go_to(&l, S(WAIT_CODE));
  assert_true(cg_login_expire(&l, now - 301)); /* the clock was set back */
  go_to(&l, S(READY));
  assert_false(cg_login_expire(&l, now + 86400 * 365));
}

/* A second login on a key that is logged in ends where it began. */
static void test_login_while_ready(void **state) {
  (void)state;
  cg_login l;
  go_to(&l, S(READY));
  assert_int_equal(l.user_id, 77);
  ask(&l, &send_code.o, &sent.o);
  ask(&l, &cancel_code.o, &yes);
  assert_int_equal(l.state, S(READY));
  assert_int_equal(l.user_id, 77);
  ask(&l, &send_code.o, &sent.o);
  ask_refused(&l, &get_config.o, 401, "SESSION_REVOKED", 0);
  assert_int_equal(l.state, S(CLOSED));
  assert_int_equal(l.user_id, 0);
}

static void test_tokens(void **state) {
  (void)state;
  cg_login l;
  go_to(&l, S(CLOSED));
  assert_int_equal(l.token_count, 1);
  assert_string_equal(l.tokens[0].phone, "9996621234");
  assert_memory_equal(l.tokens[0].bytes, "token-1", 7);
  cg_bytes token = CG_LIT("token-1");
  tl_codeSettings with = settings;
  with.has |= tl_codeSettings_has_logout_tokens;
  with.logout_tokens.at = &token;
  with.logout_tokens.len = 1;
  tl_auth_sendCode q = send_code;
  q.settings = &with.CodeSettings;
  cg_login copy = l;
  ask(&l, &q.o, &sent.o); /* the server knows none of them any more */
  assert_int_equal(l.token_count, 0);
  ask(&copy, &q.o, &sent_success.o); /* it was used */
  assert_int_equal(copy.token_count, 0);
  for (int i = 0; i < 25; i++) {
    ask(&copy, &sign_in.o, &in.o);
    ask(&copy, &log_out.o, &out.o);
  }
  assert_int_equal(copy.token_count, CG_LOGIN_TOKENS);
}

/* A hash that cannot be kept and a number that is none leave the state alone. */
static void test_unusable(void **state) {
  (void)state;
  cg_login l = { 0 };
  uint8_t long_hash[CG_LOGIN_HASH_MAX];
  memset(long_hash, 'x', sizeof long_hash);
  tl_auth_sentCode odd = sent;
  odd.phone_code_hash = (cg_bytes){ long_hash, sizeof long_hash };
  assert_int_equal(ask(&l, &send_code.o, &odd.o), CG_LOGIN_SAME);
  tl_auth_sendCode no_number = send_code;
  no_number.phone_number = CG_LIT("abc");
  assert_int_equal(ask(&l, &no_number.o, &sent.o), CG_LOGIN_SAME);
  assert_int_equal(l.state, START);
}

static void test_terms_memory(void **state) {
  (void)state;
  cg_login l;
  cg_login_step step;
  cg_login_change change;
  cg_err err = CG_E_MEMORY;
  cg_login_step_of(&sign_in.o, &step);
  for (long n = 0; err; n++) {
    go_to(&l, S(WAIT_CODE));
    cg_mem_fail_after(n);
    err = cg_login_answered(&l, &step, &unknown.o, 2, now, &change);
    cg_mem_fail_after(-1);
    assert_int_equal(l.state, err ? S(WAIT_CODE) : SIGN_UP);
    if (err) assert_int_equal(err, CG_E_MEMORY);
  }
  assert_true(l.terms.len > 0);
  cg_login_wipe(&l);
}

/* 259: nobody can agree to terms that cannot be kept to be shown. */
static void test_terms_too_long(void **state) {
  (void)state;
  static uint8_t text[CG_LOGIN_TERMS_MAX];
  cg_login l;
  cg_login_step step;
  cg_login_change change;
  tl_help_termsOfService huge = terms;
  tl_auth_authorizationSignUpRequired answer = unknown;
  huge.text = (cg_bytes){ text, sizeof text };
  answer.terms_of_service = &huge.help_TermsOfService;
  cg_login_step_of(&sign_in.o, &step);
  go_to(&l, S(WAIT_CODE));
  assert_int_equal(cg_login_answered(&l, &step, &answer.o, 2, now, &change), CG_E_LIMIT);
  assert_int_equal(l.state, S(WAIT_CODE));
  cg_login_wipe(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_answers),   cmocka_unit_test(test_refusals),
    cmocka_unit_test(test_allowed),   cmocka_unit_test(test_names),
    cmocka_unit_test(test_sent_code), cmocka_unit_test(test_wrong_codes),
    cmocka_unit_test(test_resend),    cmocka_unit_test(test_expiry),
    cmocka_unit_test(test_tokens),    cmocka_unit_test(test_unusable),
    cmocka_unit_test(test_login_while_ready), cmocka_unit_test(test_terms_memory),
    cmocka_unit_test(test_terms_too_long),
  };
  return cmocka_run_group_tests(tests, make_all, NULL);
}
