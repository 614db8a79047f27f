/* SPDX-License-Identifier: MIT */
/*
 * login_ways_test.c - the login state machine on the ways that need no code by phone: QR,
 * password, email, bot; and what is not to be asked again for a while.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "link.h"
#include "login_request.h"

#include <centigram/api.h>

#include <stdio.h>
#include <string.h>

#define PHONE CG_LIT("9996621234")
#define HASH  CG_LIT("f4318de66cb2db3f10")

static const int64_t now = 1700000000;
enum { AHEAD = 100 }; /* the server's clock */

/* --- the machine under test ------------------------------------------------ */

static cg_login_change ask_as(cg_login *l, const tl_obj *request, const tl_obj *answer,
                              bool by_itself) {
  cg_login_step step;
  cg_login_change change;
  cg_login_step_of(request, &step);
  step.ahead_s = AHEAD;
  step.by_itself = by_itself;
  cg_login_requested(l, &step);
  assert_int_equal(cg_login_answered(l, &step, answer, 2, now, &change), CG_OK);
  return change;
}

static cg_login_change ask(cg_login *l, const tl_obj *request, const tl_obj *answer) {
  return ask_as(l, request, answer, false);
}

static cg_login_change refuse(cg_login *l, const tl_obj *request, int32_t code,
                              const char *text, int32_t seconds) {
  cg_login_step step;
  cg_rpc_error e = { .code = code, .value = seconds, .seconds = seconds };
  snprintf(e.text, sizeof e.text, "%s", text);
  cg_login_step_of(request, &step);
  cg_login_requested(l, &step);
  return cg_login_refused(l, &step, &e, now);
}

static cg_login_info info_at(const cg_login *l, int64_t at) {
  cg_login_info info;
  cg_login_describe(l, at, &info);
  return info;
}

/* --- QR codes ---------------------------------------------------------------- */

static const int64_t ids[] = { 77, 78 };
static tl_auth_exportLoginToken export = { TL_INIT(auth_exportLoginToken),
                                           .except_ids = { ids, 2 } };
static tl_auth_loginToken token = { TL_INIT(auth_loginToken),
                                    .expires = 1700000000 + AHEAD + 30 };

static void show(cg_login *l) {
  memset(l, 0, sizeof *l);
  token.token = CG_LIT("\x00\xff\xfe token");
  assert_int_equal(ask(l, &export.o, &token.o), CG_LOGIN_CHANGED);
}

static void test_qr(void **state) {
  (void)state;
  cg_login l;
  show(&l);
  cg_login_info info = info_at(&l, now + 10);
  assert_int_equal(info.state, CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION);
  assert_string_equal(info.link, "tg://login?token=AP_-IHRva2Vu");
  assert_int_equal(info.link_expires_at, now + 30); /* by our clock */
  assert_int_equal(info.link_expires_in, 20);
  assert_int_equal(info.expires_at, now + 300);
  assert_int_equal(l.except_count, 2);
  assert_int_equal(l.except[1], 78);
  info = info_at(&l, now + 30);
  assert_string_equal(info.link, "");
  assert_int_equal(info.link_expires_in, 0);
  info = info_at(&l, now + 300);
  assert_int_equal(info.state, CG_LOGIN_WAIT_PHONE_NUMBER);
}

/* The same token again is no news; an answer that comes too late is none either. */
static void test_qr_again(void **state) {
  (void)state;
  cg_login l;
  show(&l);
  assert_int_equal(ask_as(&l, &export.o, &token.o, true), CG_LOGIN_SAME);
  token.token = CG_LIT("another");
  assert_int_equal(ask_as(&l, &export.o, &token.o, true), CG_LOGIN_CHANGED);
  cg_login_forget(&l);
  assert_int_equal(l.qr_len, 0);
  assert_int_equal(ask_as(&l, &export.o, &token.o, true), CG_LOGIN_SAME);
  assert_int_equal(l.state, CG_LOGIN_WAIT_PHONE_NUMBER);
}

static void test_qr_ends(void **state) {
  (void)state;
  cg_login l;
  tl_user self = { TL_INIT(user), .id = 77 };
  tl_auth_authorization in = { TL_INIT(auth_authorization), .user = &self.User };
  tl_auth_loginTokenSuccess success = { TL_INIT(auth_loginTokenSuccess),
                                        .authorization = &in.auth_Authorization };
  TL_ON(auth_authorization, &in, setup_password_required);
  TL_SET(auth_authorization, &in, otherwise_relogin_days, 7);
  TL_SET(auth_authorization, &in, tmp_sessions, 3);
  show(&l);
  refuse(&l, &export.o, 401, "SESSION_PASSWORD_NEEDED", 0);
  assert_int_equal(l.state, CG_LOGIN_WAIT_PASSWORD);
  assert_int_equal(info_at(&l, now + 3600).state, CG_LOGIN_WAIT_PASSWORD);
  show(&l);
  ask(&l, &export.o, &success.o);
  cg_login_info info = info_at(&l, now);
  assert_int_equal(info.state, CG_LOGIN_READY);
  assert_int_equal(info.user_id, 77);
  assert_true(info.wants_password);
  assert_int_equal(info.relogin_days, 7);
  assert_int_equal(info.tmp_sessions, 3);
}

/* A token that is too long to be kept, or none, cannot be shown. */
static void test_qr_unusable(void **state) {
  (void)state;
  static uint8_t big[CG_LOGIN_QR_MAX + 1];
  cg_login l = { 0 };
  token.token = (cg_bytes){ big, sizeof big };
  assert_int_equal(ask(&l, &export.o, &token.o), CG_LOGIN_SAME);
  token.token = (cg_bytes){ 0 };
  assert_int_equal(ask(&l, &export.o, &token.o), CG_LOGIN_SAME);
  token.token = (cg_bytes){ big, CG_LOGIN_QR_MAX };
  assert_int_equal(ask(&l, &export.o, &token.o), CG_LOGIN_CHANGED);
  assert_true(strlen(info_at(&l, now).link) < CG_LOGIN_LINK_MAX);
}

static void test_link(void **state) {
  (void)state;
  char link[CG_LOGIN_LINK_MAX];
  cg_arena *arena = cg_arena_new(0);
  cg_bytes back;
  for (size_t n = 1; n <= CG_LOGIN_QR_MAX; n++) {
    uint8_t bytes[CG_LOGIN_QR_MAX];
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)(i * 37 + n);
    cg_link_write((cg_bytes){ bytes, n }, link);
    assert_null(strpbrk(link + 17, "+/="));
    assert_int_equal(cg_link_read(link, arena, &back, NULL), CG_OK);
    assert_int_equal(back.len, n);
    assert_memory_equal(back.at, bytes, n);
  }
  static const char *const good[] = { "TG://login?token=_-8", "_-8", " /+8= \n", "_-8=" };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_int_equal(cg_link_read(good[i], arena, &back, NULL), CG_OK);
    assert_int_equal(back.len, 2);
    assert_memory_equal(back.at, "\xff\xef", 2);
  }
  static const char *const bad[] = { "",    "tg://login?token=",    "_", "_-9", "_ -8",
                                     "a.b", "tg://resolve?domain=x" };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_int_equal(cg_link_read(bad[i], arena, &back, NULL), CG_E_REFUSED);
  char long_one[400];
  memset(long_one, 'A', 399);
  long_one[399] = '\0';
  assert_int_equal(cg_link_read(long_one, arena, &back, NULL), CG_E_REFUSED);
  cg_arena_free(arena);
}

/* --- passwords ----------------------------------------------------------------- */

static tl_auth_signIn sign_in = { TL_INIT(auth_signIn) };
static tl_auth_checkPassword check = { TL_INIT(auth_checkPassword) };
static tl_auth_recoverPassword recover = { TL_INIT(auth_recoverPassword) };
static tl_auth_requestPasswordRecovery request = { TL_INIT(
    auth_requestPasswordRecovery) };
static tl_account_getPassword get_password = { TL_INIT(account_getPassword) };
static const tl_obj yes = { TL_ID_boolTrue, 0 };

static void need_password(cg_login *l) {
  memset(l, 0, sizeof *l);
  sign_in.phone_number = PHONE;
  sign_in.phone_code_hash = HASH;
  refuse(l, &sign_in.o, 401, "SESSION_PASSWORD_NEEDED", 0);
  assert_int_equal(l->state, CG_LOGIN_WAIT_PASSWORD);
}

static void test_password_told(void **state) {
  (void)state;
  cg_login l;
  tl_account_password told = { TL_INIT(account_password) };
  TL_ON(account_password, &told, has_recovery);
  TL_ON(account_password, &told, has_password);
  TL_SET(account_password, &told, hint, CG_LIT("the usual"));
  TL_SET(account_password, &told, pending_reset_date, 1700000000 + AHEAD + 60);
  need_password(&l);
  assert_false(info_at(&l, now).password_known);
  assert_int_equal(ask(&l, &get_password.o, &told.o), CG_LOGIN_CHANGED);
  cg_login_info info = info_at(&l, now);
  assert_true(info.password_known && info.has_recovery);
  assert_string_equal(info.password_hint, "the usual");
  assert_int_equal(info.password_reset_in, 60);
  tl_auth_passwordRecovery sent = { TL_INIT(auth_passwordRecovery),
                                    .email_pattern = CG_LIT("a***z@b.c") };
  ask(&l, &request.o, &sent.o);
  assert_string_equal(info_at(&l, now).recovery_pattern, "a***z@b.c");
  l.state = CG_LOGIN_READY;
  assert_int_equal(ask(&l, &get_password.o, &told.o), CG_LOGIN_SAME);
}

static void test_password_refused(void **state) {
  (void)state;
  static const struct {
    const tl_obj *request;
    int32_t code;
    const char *text;
    cg_login_state after;
    int32_t wrong;
  } rows[] = {
    { &check.o, 400, "PASSWORD_HASH_INVALID", CG_LOGIN_WAIT_PASSWORD, 1 },
    { &check.o, 400, "SRP_ID_INVALID", CG_LOGIN_WAIT_PASSWORD, 0 },
    { &check.o, 401, "AUTH_KEY_UNREGISTERED", CG_LOGIN_WAIT_PHONE_NUMBER, 0 },
    { &recover.o, 400, "CODE_INVALID", CG_LOGIN_WAIT_PASSWORD, 1 },
    { &recover.o, 400, "PASSWORD_RECOVERY_EXPIRED", CG_LOGIN_WAIT_PASSWORD, 0 },
    { &request.o, 400, "PASSWORD_RECOVERY_NA", CG_LOGIN_WAIT_PASSWORD, 0 },
    { &get_password.o, 401, "AUTH_KEY_UNREGISTERED", CG_LOGIN_WAIT_PHONE_NUMBER, 0 },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_login l;
    need_password(&l);
    refuse(&l, rows[i].request, rows[i].code, rows[i].text, 0);
    assert_int_equal(l.state, rows[i].after);
    assert_int_equal(l.wrong_codes, rows[i].wrong);
  }
}

/* That there is nothing to recover by is asked once. */
static void test_no_recovery(void **state) {
  (void)state;
  cg_login l;
  need_password(&l);
  assert_int_equal(cg_login_may(&l, CG_LOGIN_DO_RECOVERY, NULL, now, NULL), CG_OK);
  l.password_known = true;
  assert_int_equal(cg_login_may(&l, CG_LOGIN_DO_RECOVERY, NULL, now, NULL), CG_E_REFUSED);
}

static void test_deleted(void **state) {
  (void)state;
  cg_login l;
  tl_account_deleteAccount q = { TL_INIT(account_deleteAccount) };
  need_password(&l);
  refuse(&l, &q.o, 420, "2FA_CONFIRM_WAIT_604800", 604800);
  assert_int_equal(info_at(&l, now).wait_in, 0); /* nothing that a login waits for */
  assert_int_equal(ask(&l, &q.o, &yes), CG_LOGIN_CHANGED);
  assert_int_equal(l.state, CG_LOGIN_WAIT_PHONE_NUMBER);
}

/* --- email ----------------------------------------------------------------------- */

static tl_auth_sendCode send_code = { TL_INIT(auth_sendCode) };
static tl_auth_resetLoginEmail reset_email = { TL_INIT(auth_resetLoginEmail) };
static tl_emailVerifyPurposeLoginSetup purpose = { TL_INIT(
    emailVerifyPurposeLoginSetup) };
static tl_account_sendVerifyEmailCode send_email = { TL_INIT(
    account_sendVerifyEmailCode) };
static tl_account_verifyEmail verify = { TL_INIT(account_verifyEmail) };
static tl_auth_sentCodeTypeSms sms = { TL_INIT(auth_sentCodeTypeSms), .length = 5 };

static tl_auth_sentCode sent_by(const tl_auth_SentCodeType *type) {
  send_code.phone_number = reset_email.phone_number = PHONE;
  reset_email.phone_code_hash = HASH;
  purpose.phone_number = PHONE;
  purpose.phone_code_hash = HASH;
  send_email.purpose = verify.purpose = &purpose.EmailVerifyPurpose;
  return (tl_auth_sentCode){ TL_INIT(auth_sentCode), .type = type,
                             .phone_code_hash = HASH };
}

static void test_setup_email(void **state) {
  (void)state;
  cg_login l = { 0 };
  cg_fault fault;
  const tl_obj *q;
  cg_arena *arena = cg_arena_new(0);
  tl_auth_sentCodeTypeSetUpEmailRequired type = { TL_INIT(
      auth_sentCodeTypeSetUpEmailRequired) };
  tl_auth_sentCode sent = sent_by(&type.auth_SentCodeType);
  tl_account_sentEmailCode emailed = { TL_INIT(account_sentEmailCode), .length = 6,
                                       .email_pattern = CG_LIT("a***z@b.c") };
  ask(&l, &send_code.o, &sent.o);
  assert_int_equal(l.state, CG_LOGIN_WAIT_EMAIL_ADDRESS);
  assert_int_equal(cg_login_may(&l, CG_LOGIN_DO_CODE, NULL, now, &fault), CG_E_REFUSED);
  assert_int_equal(refuse(&l, &send_email.o, 400, "EMAIL_INVALID", 0), CG_LOGIN_SAME);
  assert_int_equal(ask(&l, &send_email.o, &emailed.o), CG_LOGIN_CHANGED);
  cg_login_info info = info_at(&l, now);
  assert_int_equal(info.state, CG_LOGIN_WAIT_EMAIL_CODE);
  assert_string_equal(info.type, "setup_email");
  assert_string_equal(info.hint, "a***z@b.c");
  assert_int_equal(info.length, 6);
  assert_int_equal(cg_login_ask_code(&l, "123456", arena, &q), CG_OK);
  assert_int_equal(q->id, TL_ID_account_verifyEmail);
  refuse(&l, &verify.o, 400, "CODE_INVALID", 0);
  assert_int_equal(l.wrong_codes, 1);
  refuse(&l, &verify.o, 400, "EMAIL_VERIFY_EXPIRED", 0);
  assert_int_equal(l.state, CG_LOGIN_WAIT_EMAIL_ADDRESS);
  ask(&l, &send_email.o, &emailed.o);
  tl_auth_sentCode next = sent_by(&sms.auth_SentCodeType);
  tl_account_emailVerifiedLogin verified = { TL_INIT(account_emailVerifiedLogin),
                                             .sent_code = &next.auth_SentCode };
  ask(&l, &verify.o, &verified.o);
  assert_int_equal(l.state, CG_LOGIN_WAIT_CODE);
  assert_int_equal(l.type, CG_CODE_SMS);
  cg_arena_free(arena);
}

static void test_login_email(void **state) {
  (void)state;
  cg_login l = { 0 };
  cg_fault fault;
  const tl_obj *q;
  cg_arena *arena = cg_arena_new(0);
  tl_auth_sentCodeTypeEmailCode type = { TL_INIT(auth_sentCodeTypeEmailCode), .length = 6,
                                         .email_pattern = CG_LIT("a***z@b.c") };
  tl_auth_sentCode sent = sent_by(&type.auth_SentCodeType);
  ask(&l, &send_code.o, &sent.o);
  assert_int_equal(l.state, CG_LOGIN_WAIT_EMAIL_CODE);
  assert_int_equal(cg_login_may_reset_email(&l, now, true, NULL), CG_E_REFUSED);
  assert_int_equal(cg_login_may(&l, CG_LOGIN_DO_EMAIL, NULL, now, NULL), CG_E_REFUSED);
  assert_int_equal(cg_login_ask_code(&l, "123456", arena, &q), CG_OK);
  const tl_auth_signIn *in = TL_AS(auth_signIn, q);
  assert_true(in && TL_HAS(auth_signIn, in, email_verification));
  assert_false(TL_HAS(auth_signIn, in, phone_code));
  TL_SET(auth_sentCodeTypeEmailCode, &type, reset_available_period, 3600);
  ask(&l, &send_code.o, &sent.o);
  cg_login_info info = info_at(&l, now);
  assert_true(info.email_resettable);
  assert_int_equal(info.email_reset_period, 3600);
  assert_int_equal(cg_login_may_reset_email(&l, now, false, NULL), CG_OK);
  type.has = 0;
  TL_SET(auth_sentCodeTypeEmailCode, &type, reset_pending_date, 1700003600 + AHEAD);
  ask(&l, &reset_email.o, &sent.o);
  assert_int_equal(info_at(&l, now).email_reset_in, 3600);
  assert_int_equal(cg_login_may_reset_email(&l, now + 3590, false, &fault), CG_E_REFUSED);
  assert_non_null(strstr(fault.text, "in 10 s"));
  assert_int_equal(cg_login_may_reset_email(&l, now + 3590, true, NULL), CG_OK);
  assert_int_equal(cg_login_may_reset_email(&l, now + 3600, false, NULL), CG_OK);
  assert_int_equal(refuse(&l, &reset_email.o, 400, "TASK_ALREADY_EXISTS", 0),
                   CG_LOGIN_SAME);
  sent.type = &sms.auth_SentCodeType;
  ask(&l, &reset_email.o, &sent.o);
  assert_int_equal(l.state, CG_LOGIN_WAIT_CODE);
  assert_false(info_at(&l, now).email_resettable);
  cg_arena_free(arena);
}

/* --- what is typed ----------------------------------------------------------------- */

static void test_typed(void **state) {
  (void)state;
  static const char *const emails[] = { "a@b.c", "ada.l+x@mail.example", "ä@b.c" };
  static const char *const no_emails[] = { "",        "@",    "a@",     "@b.c",
                                           "a b@c.d", "a@.c", "a\n@b.c" };
  for (size_t i = 0; i < sizeof emails / sizeof *emails; i++)
    assert_int_equal(cg_login_check_email(emails[i], NULL), CG_OK);
  for (size_t i = 0; i < sizeof no_emails / sizeof *no_emails; i++)
    assert_int_equal(cg_login_check_email(no_emails[i], NULL), CG_E_REFUSED);
  static const char secret[] = "abcdefghijklmnopqrstuvwxyz0123-_ABC";
  char bot[80];
  static const struct {
    const char *id;
    int from;
    cg_err err;
  } bots[] = { { "1:", 0, CG_OK },
               { "123456:", 0, CG_OK },
               { ":", 0, CG_E_REFUSED },
               { "12a:", 0, CG_E_REFUSED },
               { "123456", 0, CG_E_REFUSED },
               { "123456:", 1, CG_E_REFUSED },
               { "123456:x", 0, CG_E_REFUSED },
               { "12345678901234567890:", 0, CG_E_REFUSED } };
  for (size_t i = 0; i < sizeof bots / sizeof *bots; i++) {
    snprintf(bot, sizeof bot, "%s%s", bots[i].id, secret + bots[i].from);
    assert_int_equal(cg_login_check_bot(bot, NULL), bots[i].err);
  }
  assert_int_equal(cg_login_check_mnc("01", NULL), CG_OK);
  assert_int_equal(cg_login_check_mnc("1234", NULL), CG_E_REFUSED);
  assert_int_equal(cg_login_check_mnc("o1", NULL), CG_E_REFUSED);
}

/* --- floods ------------------------------------------------------------------------- */

static void test_floods(void **state) {
  (void)state;
  cg_login l = { 0 };
  cg_fault fault;
  send_code.phone_number = PHONE;
  assert_int_equal(refuse(&l, &send_code.o, 420, "FLOOD_WAIT_30", 30), CG_LOGIN_CHANGED);
  assert_int_equal(l.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  cg_login_info info = info_at(&l, now + 10);
  assert_int_equal(info.wait_until, now + 30);
  assert_int_equal(info.wait_in, 20);
#define MAY(action, phone, at) cg_login_may(&l, CG_LOGIN_DO_##action, phone, at, &fault)
  assert_int_equal(MAY(START, "9996621234", now + 10), CG_E_REFUSED);
  assert_non_null(strstr(fault.text, "20 s"));
  assert_int_equal(MAY(START, "9996621235", now + 10), CG_OK); /* another number */
  assert_int_equal(MAY(START, "9996621234", now + 30), CG_OK);
  assert_int_equal(MAY(QR, NULL, now), CG_OK);
  assert_int_equal(info_at(&l, now + 30).wait_in, 0);
  need_password(&l);
  refuse(&l, &check.o, 420, "FLOOD_WAIT_60", 60);
  assert_int_equal(l.state, CG_LOGIN_WAIT_PASSWORD);
  assert_int_equal(MAY(PASSWORD, NULL, now + 59), CG_E_REFUSED);
  assert_int_equal(MAY(RECOVERY, NULL, now + 59), CG_OK);
  cg_login_forget(&l); /* it outlives the step */
  refuse(&l, &sign_in.o, 401, "SESSION_PASSWORD_NEEDED", 0);
  assert_int_equal(MAY(PASSWORD, NULL, now + 59), CG_E_REFUSED);
  assert_int_equal(MAY(PASSWORD, NULL, now + 60), CG_OK);
#undef MAY
}

/* A code that cannot be on its way by SMS cannot be missing there. */
static void test_report(void **state) {
  (void)state;
  cg_login l = { .state = CG_LOGIN_WAIT_CODE, .type = CG_CODE_SMS };
  assert_int_equal(cg_login_may(&l, CG_LOGIN_DO_REPORT, NULL, now, NULL), CG_OK);
  l.type = CG_CODE_CALL;
  assert_int_equal(cg_login_may(&l, CG_LOGIN_DO_REPORT, NULL, now, NULL), CG_E_REFUSED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_qr),          cmocka_unit_test(test_qr_again),
    cmocka_unit_test(test_qr_ends),     cmocka_unit_test(test_qr_unusable),
    cmocka_unit_test(test_link),        cmocka_unit_test(test_password_told),
    cmocka_unit_test(test_no_recovery), cmocka_unit_test(test_password_refused),
    cmocka_unit_test(test_deleted),     cmocka_unit_test(test_setup_email),
    cmocka_unit_test(test_login_email), cmocka_unit_test(test_typed),
    cmocka_unit_test(test_floods),      cmocka_unit_test(test_report),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
