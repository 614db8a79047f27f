/* SPDX-License-Identifier: MIT */
/*
 * email_rows_test.c - the table of login.md 3.4, row by row: logins by email. All of it
 * runs twice, with a store that answers at once and with one that takes its time.
 */
#include "login_fixture.h"

#define EMAIL "ada@example.com"
#define OWNER "{\"phone\":\"" ORDINARY "\",\"login_email\":\"" EMAIL "\"}"
#define DUE "{\"phone\":\"" ORDINARY "\",\"email_setup_due\":true}"

/* A client at a server that has the account `json`. */
static cg_tester *start(const char *json) {
  cg_harness_open(&H);
  if (json) add_user(json);
  return cg_tester_new(&H);
}

/* --- calls ---------------------------------------------------------------- */

static cg_told sign_in_by_email(cg_tester *c, const char *phone, const char *hash,
                                const char *code) {
  tl_emailVerificationCode by = { TL_INIT(emailVerificationCode),
                                  .code = cg_bytes_of(code) };
  tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = cg_bytes_of(phone),
                       .phone_code_hash = cg_bytes_of(hash) };
  TL_SET(auth_signIn, &q, email_verification, &by.EmailVerification);
  return cg_tester_call(c, &q.o);
}

static cg_told reset_email(cg_tester *c, const char *phone, const char *hash) {
  tl_auth_resetLoginEmail q = { TL_INIT(auth_resetLoginEmail),
                                .phone_number = cg_bytes_of(phone),
                                .phone_code_hash = cg_bytes_of(hash) };
  return cg_tester_call(c, &q.o);
}

static cg_told send_to(cg_tester *c, const tl_EmailVerifyPurpose *purpose,
                       const char *email) {
  tl_account_sendVerifyEmailCode q = { TL_INIT(account_sendVerifyEmailCode),
                                       .purpose = purpose,
                                       .email = cg_bytes_of(email) };
  return cg_tester_call(c, &q.o);
}

static cg_told send_setup(cg_tester *c, const char *phone, const char *hash,
                          const char *email) {
  tl_emailVerifyPurposeLoginSetup p = { TL_INIT(emailVerifyPurposeLoginSetup),
                                        .phone_number = cg_bytes_of(phone),
                                        .phone_code_hash = cg_bytes_of(hash) };
  return send_to(c, &p.EmailVerifyPurpose, email);
}

static cg_told send_change(cg_tester *c, const char *email) {
  tl_emailVerifyPurposeLoginChange p = { TL_INIT(emailVerifyPurposeLoginChange) };
  return send_to(c, &p.EmailVerifyPurpose, email);
}

static cg_told verify(cg_tester *c, const tl_EmailVerifyPurpose *purpose,
                      const char *code) {
  tl_emailVerificationCode by = { TL_INIT(emailVerificationCode),
                                  .code = cg_bytes_of(code) };
  tl_account_verifyEmail q = { TL_INIT(account_verifyEmail), .purpose = purpose,
                               .verification = &by.EmailVerification };
  return cg_tester_call(c, &q.o);
}

static cg_told verify_setup(cg_tester *c, const char *phone, const char *hash,
                            const char *code) {
  tl_emailVerifyPurposeLoginSetup p = { TL_INIT(emailVerifyPurposeLoginSetup),
                                        .phone_number = cg_bytes_of(phone),
                                        .phone_code_hash = cg_bytes_of(hash) };
  return verify(c, &p.EmailVerifyPurpose, code);
}

static cg_told verify_change(cg_tester *c, const char *code) {
  tl_emailVerifyPurposeLoginChange p = { TL_INIT(emailVerifyPurposeLoginChange) };
  return verify(c, &p.EmailVerifyPurpose, code);
}

static const char *live_code(void) {
  static char code[CG_CODE_SIZE];
  strcpy(code, cg_harness_code(&H, ORDINARY));
  return code;
}

/* --- logging in by email: rows 15, 31, 39 ---------------------------------- */

static void row_15_resend_code_from_email_at_once(void **state) {
  (void)state;
  cg_harness_set(&H, "resend_timeout=60");
  cg_tester *c = start(OWNER);
  sent s = sent_of(send_code(c, ORDINARY));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeEmailCode);
  assert_string_equal(s.hint, "a***a@example.com");
  assert_int_equal(s.length, 5);
  assert_int_equal(s.next, TL_ID_auth_codeTypeSms);
  assert_int_equal(s.timeout, -1);
  assert_int_equal(s.reset_in, 0);
  assert_int_equal(s.reset_at, -1);
  assert_non_null(strstr(cg_harness_codes(&H, ORDINARY), "\"type\":\"email\""));
  char old[CG_CODE_SIZE];
  strcpy(old, live_code());
  sent next = sent_of(resend_code(c, ORDINARY, s.hash));
  assert_int_equal(next.type, TL_ID_auth_sentCodeTypeSms);
  assert_string_equal(next.hash, s.hash);
  /* Row 13: what went to the email is no code of the phone. */
  is_error(sign_in(c, ORDINARY, s.hash, old), 400, "PHONE_CODE_INVALID");
  is_error(sign_in_by_email(c, ORDINARY, s.hash, old), 400, "PHONE_CODE_EXPIRED");
  is_object(sign_in(c, ORDINARY, s.hash, live_code()), TL_ID_auth_authorization);
}

/* App cannot be announced: Sms, which follows it, is. */
static void row_15_email_then_app(void **state) {
  (void)state;
  cg_tester *c = start(OWNER), *d = cg_tester_new(&H);
  sent s = sent_of(send_code(c, ORDINARY));
  is_object(sign_in_by_email(c, ORDINARY, s.hash, live_code()), TL_ID_auth_authorization);
  s = sent_of(send_code(d, ORDINARY));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeEmailCode);
  assert_int_equal(s.next, TL_ID_auth_codeTypeSms);
  assert_int_equal(sent_of(resend_code(d, ORDINARY, s.hash)).type,
                   TL_ID_auth_sentCodeTypeApp);
}

static void row_31_sign_in_without_any_code(void **state) {
  (void)state;
  cg_tester *c = start(OWNER);
  sent s = sent_of(send_code(c, ORDINARY));
  is_error(sign_in(c, ORDINARY, s.hash, NULL), 400, "PHONE_CODE_EMPTY");
  is_error(sign_in_by_email(c, ORDINARY, s.hash, ""), 400, "PHONE_CODE_EMPTY");
  is_object(sign_in_by_email(c, ORDINARY, s.hash, live_code()), TL_ID_auth_authorization);
}

static void row_39_sign_in_by_email(void **state) {
  (void)state;
  cg_tester *c = start(OWNER);
  sent s = sent_of(send_code(c, ORDINARY));
  is_error(sign_in_by_email(c, ORDINARY, s.hash, WRONG), 400, "PHONE_CODE_INVALID");
  is_error(sign_in(c, ORDINARY, s.hash, live_code()), 400, "PHONE_CODE_EXPIRED");
  char code[CG_CODE_SIZE];
  strcpy(code, live_code());
  is_object(sign_in_by_email(c, ORDINARY, s.hash, code), TL_ID_auth_authorization);
  is_object(sign_in_by_email(c, ORDINARY, s.hash, code), TL_ID_auth_authorization);
  cg_harness_advance(&H, 61); /* row 38 */
  is_error(sign_in_by_email(c, ORDINARY, s.hash, code), 400, "PHONE_CODE_EXPIRED");
}

static void row_39_both_codes_given(void **state) {
  (void)state;
  cg_tester *c = start(OWNER);
  sent s = sent_of(send_code(c, ORDINARY));
  tl_emailVerificationCode by = { TL_INIT(emailVerificationCode),
                                  .code = cg_bytes_of(live_code()) };
  tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = CG_LIT(ORDINARY),
                       .phone_code_hash = cg_bytes_of(s.hash) };
  TL_SET(auth_signIn, &q, email_verification, &by.EmailVerification);
  TL_SET(auth_signIn, &q, phone_code, CG_LIT("")); /* not read */
  is_object(cg_tester_call(c, &q.o), TL_ID_auth_authorization);
}

static void row_39_others_do_not_vouch(void **state) {
  (void)state;
  cg_tester *c = start(OWNER);
  sent s = sent_of(send_code(c, ORDINARY));
  tl_emailVerificationGoogle by = { TL_INIT(emailVerificationGoogle),
                                    .token = CG_LIT("token") };
  tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = CG_LIT(ORDINARY),
                       .phone_code_hash = cg_bytes_of(s.hash) };
  TL_SET(auth_signIn, &q, email_verification, &by.EmailVerification);
  is_error(cg_tester_call(c, &q.o), 400, "EMAIL_NOT_ALLOWED");
}

static void row_39_tries_are_counted(void **state) {
  (void)state;
  cg_tester *c = start(OWNER);
  sent s = sent_of(send_code(c, ORDINARY));
  char code[CG_CODE_SIZE];
  strcpy(code, live_code());
  for (int i = 0; i < 5; i++)
    is_error(sign_in_by_email(c, ORDINARY, s.hash, "x"), 400, "PHONE_CODE_INVALID");
  is_error(sign_in_by_email(c, ORDINARY, s.hash, code), 400, "PHONE_CODE_EXPIRED");
}

static void row_39_no_email_if_not_set(void **state) {
  (void)state;
  cg_harness_set(&H, "login_email=off");
  cg_tester *c = start(OWNER);
  assert_int_equal(sent_of(send_code(c, ORDINARY)).type, TL_ID_auth_sentCodeTypeSms);
}

/* --- setting one up: rows 20, 56-58, 60, 61 -------------------------------- */

static sent start_setup(cg_tester *c) {
  sent s = sent_of(send_code(c, ORDINARY));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeSetUpEmailRequired);
  return s;
}

static void row_20_resend_code_before_the_email_is_set_up(void **state) {
  (void)state;
  cg_tester *c = start(DUE);
  sent s = start_setup(c);
  assert_string_equal(live_code(), "");
  is_error(resend_code(c, ORDINARY, s.hash), 400, "EMAIL_INSTALL_MISSING");
  is_error(sign_in(c, ORDINARY, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  is_true(cancel_code(c, ORDINARY, s.hash));
  is_error(resend_code(c, ORDINARY, s.hash), 400, "PHONE_CODE_EXPIRED");
}

static void row_56_send_verify_email_code(void **state) {
  (void)state;
  cg_tester *c = start(DUE);
  sent s = start_setup(c);
  cg_told told = send_setup(c, "+" ORDINARY, s.hash, "b@new.example");
  is_object(told, TL_ID_account_sentEmailCode);
  const tl_account_sentEmailCode *a = TL_AS(account_sentEmailCode, told.obj);
  assert_true(cg_bytes_equal(a->email_pattern, CG_LIT("b***@new.example")));
  assert_int_equal(a->length, 5);
  assert_int_equal(strlen(live_code()), 5);
  assert_non_null(strstr(cg_harness_codes(&H, ORDINARY), "\"type\":\"email\""));
}

/* Every request has a code of its own; the login waits as long as the newest lives. */
static void row_56_asked_again(void **state) {
  (void)state;
  cg_tester *c = start(DUE);
  sent s = start_setup(c);
  is_object(send_setup(c, ORDINARY, s.hash, EMAIL), TL_ID_account_sentEmailCode);
  char old[CG_CODE_SIZE];
  strcpy(old, live_code());
  cg_harness_advance(&H, 299);
  is_object(send_setup(c, ORDINARY, s.hash, EMAIL), TL_ID_account_sentEmailCode);
  cg_harness_advance(&H, 299);
  if (strcmp(old, live_code()) != 0)
    is_error(verify_setup(c, ORDINARY, s.hash, old), 400, "CODE_INVALID");
  is_object(verify_setup(c, ORDINARY, s.hash, live_code()),
            TL_ID_account_emailVerifiedLogin);
}

static void row_57_send_verify_email_code_bad_address(void **state) {
  (void)state;
  static const char *const bad[] = { "", "a", "@b.c", "a@", "a@b", "a@b.", "a@.b",
                                     "a@b..c", "a b@c.d", "a@b@c.d", "\xc3\xa4@b.c",
                                     "a@b_c.d" };
  cg_harness_set(&H, "email_blocked=spam.example,other.example");
  cg_tester *c = start(DUE);
  sent s = start_setup(c);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    is_error(send_setup(c, ORDINARY, s.hash, bad[i]), 400, "EMAIL_INVALID");
  char lengthy[160] = "";
  for (int i = 0; i < 13; i++) strcat(lengthy, "0123456789");
  strcpy(lengthy + 60, "@long.example");
  is_object(send_setup(c, ORDINARY, s.hash, lengthy), TL_ID_account_sentEmailCode);
  memset(lengthy, 'a', 65);
  strcpy(lengthy + 65, "@long.example");
  is_error(send_setup(c, ORDINARY, s.hash, lengthy), 400, "EMAIL_INVALID");
  is_error(send_setup(c, ORDINARY, s.hash, "a@spam.example"), 400, "EMAIL_NOT_ALLOWED");
  is_error(send_setup(c, ORDINARY, s.hash, "a@x.OTHER.example"), 400,
           "EMAIL_NOT_ALLOWED");
  is_object(send_setup(c, ORDINARY, s.hash, "a@notspam.example"),
            TL_ID_account_sentEmailCode);
}

static void row_58_send_verify_email_code_bad_hash(void **state) {
  (void)state;
  cg_tester *c = start(DUE), *d = cg_tester_new(&H);
  sent s = start_setup(c);
  is_error(send_setup(c, "12", s.hash, EMAIL), 400, "PHONE_NUMBER_INVALID");
  is_error(send_setup(c, ORDINARY, "", EMAIL), 400, "PHONE_CODE_EMPTY");
  is_error(send_setup(c, ORDINARY, "0123456789abcdef01", EMAIL), 400,
           "PHONE_HASH_EXPIRED");
  is_error(send_setup(d, ORDINARY, s.hash, EMAIL), 400, "PHONE_HASH_EXPIRED");
  cg_harness_advance(&H, 300);
  is_error(send_setup(c, ORDINARY, s.hash, EMAIL), 400, "PHONE_HASH_EXPIRED");
  sent other = sent_of(send_code(c, KNOWN)); /* this one needs no email */
  is_error(send_setup(c, KNOWN, other.hash, EMAIL), 400, "PHONE_HASH_EXPIRED");
}

static void row_60_verify_email_of_a_login(void **state) {
  (void)state;
  cg_tester *c = start(DUE), *d = cg_tester_new(&H);
  sent s = start_setup(c);
  is_object(send_setup(c, ORDINARY, s.hash, EMAIL), TL_ID_account_sentEmailCode);
  cg_told told = verify_setup(c, ORDINARY, s.hash, live_code());
  is_object(told, TL_ID_account_emailVerifiedLogin);
  const tl_account_emailVerifiedLogin *v = TL_AS(account_emailVerifiedLogin, told.obj);
  assert_true(cg_bytes_equal(v->email, CG_LIT(EMAIL)));
  sent next = sent_of_object(v->sent_code);
  assert_string_equal(next.hash, s.hash);
  assert_int_equal(next.type, TL_ID_auth_sentCodeTypeSms);
  /* Whoever has the email has not got in, and has not got the account's email. */
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  assert_int_equal(sent_of(send_code(d, ORDINARY)).type,
                   TL_ID_auth_sentCodeTypeSetUpEmailRequired);
  is_object(sign_in(c, ORDINARY, s.hash, live_code()), TL_ID_auth_authorization);
  sent again = sent_of(send_code(cg_tester_new(&H), ORDINARY));
  assert_int_equal(again.type, TL_ID_auth_sentCodeTypeEmailCode);
  assert_string_equal(again.hint, "a***a@example.com");
}

static cg_tester *start_logged_in(const char *json) {
  cg_tester *c = start(json);
  sent s = sent_of(send_code(c, ORDINARY));
  is_object(s.type == TL_ID_auth_sentCodeTypeEmailCode
                ? sign_in_by_email(c, ORDINARY, s.hash, live_code())
                : sign_in(c, ORDINARY, s.hash, live_code()),
            TL_ID_auth_authorization);
  return c;
}

static void row_60_verify_email_of_an_account(void **state) {
  (void)state;
  cg_tester *c = start_logged_in(OWNER);
  tl_emailVerifyPurposePassport passport = { TL_INIT(emailVerifyPurposePassport) };
  is_object(send_to(c, &passport.EmailVerifyPurpose, "p@pass.example"),
            TL_ID_account_sentEmailCode);
  char code[CG_CODE_SIZE];
  strcpy(code, live_code());
  is_error(verify_change(c, code), 400, "EMAIL_VERIFY_EXPIRED"); /* another purpose */
  cg_told told = verify(c, &passport.EmailVerifyPurpose, code);
  is_object(told, TL_ID_account_emailVerified);
  is_object(send_change(c, "new@mail.example"), TL_ID_account_sentEmailCode);
  told = verify_change(c, live_code());
  is_object(told, TL_ID_account_emailVerified);
  assert_true(cg_bytes_equal(TL_AS(account_emailVerified, told.obj)->email,
                             CG_LIT("new@mail.example")));
  assert_string_equal(sent_of(send_code(cg_tester_new(&H), ORDINARY)).hint,
                      "n***w@mail.example");
}

static void row_59_change_without_login_email(void **state) {
  (void)state;
  cg_tester *c = start_logged_in("{\"phone\":\"" ORDINARY "\"}");
  is_error(send_change(c, EMAIL), 400, "EMAIL_NOT_SETUP");
  cg_tester *d = cg_tester_new(&H);
  is_error(send_change(d, EMAIL), 401, "AUTH_KEY_UNREGISTERED");
  is_error(verify_change(d, CODE), 401, "AUTH_KEY_UNREGISTERED");
}

static void row_61_verify_email_wrong(void **state) {
  (void)state;
  cg_tester *c = start(DUE);
  sent s = start_setup(c);
  is_error(verify_setup(c, ORDINARY, s.hash, CODE), 400, "EMAIL_VERIFY_EXPIRED");
  is_object(send_setup(c, ORDINARY, s.hash, EMAIL), TL_ID_account_sentEmailCode);
  char code[CG_CODE_SIZE];
  strcpy(code, live_code());
  for (int i = 0; i < 5; i++)
    is_error(verify_setup(c, ORDINARY, s.hash, "x"), 400, "CODE_INVALID");
  is_error(verify_setup(c, ORDINARY, s.hash, code), 400, "EMAIL_VERIFY_EXPIRED");
  is_object(send_setup(c, ORDINARY, s.hash, EMAIL), TL_ID_account_sentEmailCode);
  is_error(verify_setup(c, ORDINARY, "", code), 400, "PHONE_CODE_EXPIRED");
  is_error(verify_setup(c, "12", s.hash, code), 400, "PHONE_NUMBER_INVALID");
  is_true(cancel_code(c, ORDINARY, s.hash));
  is_error(verify_setup(c, ORDINARY, s.hash, live_code()), 400, "PHONE_CODE_EXPIRED");
}

static void row_61_verify_email_too_late(void **state) {
  (void)state;
  cg_tester *c = start_logged_in(OWNER);
  is_object(send_change(c, "new@mail.example"), TL_ID_account_sentEmailCode);
  char code[CG_CODE_SIZE];
  strcpy(code, live_code());
  cg_harness_advance(&H, 300);
  is_error(verify_change(c, code), 400, "EMAIL_VERIFY_EXPIRED");
}

/* Telegram Desktop signs in with the code of the email that it sets up. */
static void row_39_a_set_up_grants_no_login(void **state) {
  (void)state;
  cg_tester *c = start(DUE);
  sent s = start_setup(c);
  is_object(send_setup(c, ORDINARY, s.hash, EMAIL), TL_ID_account_sentEmailCode);
  is_error(sign_in_by_email(c, ORDINARY, s.hash, live_code()), 400,
           "PHONE_CODE_EXPIRED");
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
}

static void row_39_a_set_up_grants_a_login_if_set(void **state) {
  (void)state;
  cg_harness_set(&H, "setup_email_grants_login=on");
  cg_tester *c = start(DUE);
  sent s = start_setup(c);
  is_error(sign_in_by_email(c, ORDINARY, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  is_object(send_setup(c, ORDINARY, s.hash, EMAIL), TL_ID_account_sentEmailCode);
  is_error(sign_in_by_email(c, ORDINARY, s.hash, "x"), 400, "PHONE_CODE_INVALID");
  is_object(sign_in_by_email(c, ORDINARY, s.hash, live_code()), TL_ID_auth_authorization);
  assert_int_equal(sent_of(send_code(cg_tester_new(&H), ORDINARY)).type,
                   TL_ID_auth_sentCodeTypeEmailCode);
}

/* --- auth.resetLoginEmail: rows 52-55 -------------------------------------- */

static void row_52_reset_login_email_at_once(void **state) {
  (void)state;
  cg_tester *c = start(OWNER);
  sent s = sent_of(send_code(c, ORDINARY));
  sent next = sent_of(reset_email(c, "+" ORDINARY, s.hash));
  assert_int_equal(next.type, TL_ID_auth_sentCodeTypeSms);
  assert_string_equal(next.hash, s.hash);
  is_object(sign_in(c, ORDINARY, s.hash, live_code()), TL_ID_auth_authorization);
  assert_int_equal(sent_of(send_code(cg_tester_new(&H), ORDINARY)).type,
                   TL_ID_auth_sentCodeTypeApp);
}

static void row_53_reset_login_email_begins_to_wait(void **state) {
  (void)state;
  cg_harness_set(&H, "email_reset_period=100");
  cg_tester *c = start(OWNER);
  sent s = sent_of(send_code(c, ORDINARY));
  assert_int_equal(s.reset_in, 100);
  s = sent_of(reset_email(c, ORDINARY, s.hash));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeEmailCode);
  assert_int_equal(s.reset_in, -1);
  assert_int_equal(s.reset_at, cg_server_clock(H.server) + 100);
  assert_int_equal(sent_of(send_code(c, ORDINARY)).reset_at, s.reset_at);
  /* Row 52 again, when the time has come. */
  cg_harness_advance(&H, 100);
  assert_int_equal(sent_of(reset_email(c, ORDINARY, s.hash)).type,
                   TL_ID_auth_sentCodeTypeSms);
}

static void row_54_reset_login_email_pending(void **state) {
  (void)state;
  cg_harness_set(&H, "email_reset_period=100");
  cg_tester *c = start(OWNER), *d = cg_tester_new(&H);
  sent s = sent_of(send_code(c, ORDINARY));
  sent_of(reset_email(c, ORDINARY, s.hash));
  is_error(reset_email(c, ORDINARY, s.hash), 400, "TASK_ALREADY_EXISTS");
  cg_harness_advance(&H, 99);
  is_error(reset_email(c, ORDINARY, s.hash), 400, "TASK_ALREADY_EXISTS");
  /* Its owner logs in by it after all: the wish is void. */
  is_object(sign_in_by_email(c, ORDINARY, s.hash, live_code()), TL_ID_auth_authorization);
  assert_int_equal(sent_of(send_code(d, ORDINARY)).reset_in, 100);
}

static void row_55_reset_login_email_without_one(void **state) {
  (void)state;
  cg_tester *c = start(OWNER);
  sent s = sent_of(send_code(c, KNOWN));
  is_error(reset_email(c, KNOWN, s.hash), 400, "EMAIL_INSTALL_MISSING");
  is_error(reset_email(c, "12", s.hash), 400, "PHONE_NUMBER_INVALID");
  is_error(reset_email(c, KNOWN, ""), 400, "PHONE_CODE_HASH_EMPTY");
  is_error(reset_email(c, KNOWN, "0123456789abcdef01"), 400, "PHONE_CODE_EXPIRED");
  s = sent_of(send_code(c, ORDINARY));
  sent_of(resend_code(c, ORDINARY, s.hash));
  is_error(reset_email(c, ORDINARY, s.hash), 400, "EMAIL_INSTALL_MISSING");
}

static void users_with_emails_are_checked(void **state) {
  (void)state;
  static const char *const bad[] = {
    "{\"phone\":\"4930000001\",\"login_email\":\"x\"}",
    "{\"phone\":\"4930000001\",\"email_setup_due\":1}",
    "{\"bot_token\":\"12345:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
    "\"login_email\":\"" EMAIL "\"}",
  };
  start(NULL);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cg_said said = { 0 };
    cg_server_user_add(H.server, cg_bytes_of(bad[i]), H.now_us, cg_harness_hear, &said);
    cg_harness_pump(&H);
    assert_int_equal(said.status, 400);
  }
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    ROW(row_15_resend_code_from_email_at_once),
    ROW(row_15_email_then_app),
    ROW(row_20_resend_code_before_the_email_is_set_up),
    ROW(row_31_sign_in_without_any_code),
    ROW(row_39_sign_in_by_email),
    ROW(row_39_both_codes_given),
    ROW(row_39_others_do_not_vouch),
    ROW(row_39_tries_are_counted),
    ROW(row_39_no_email_if_not_set),
    ROW(row_39_a_set_up_grants_no_login),
    ROW(row_39_a_set_up_grants_a_login_if_set),
    ROW(row_52_reset_login_email_at_once),
    ROW(row_53_reset_login_email_begins_to_wait),
    ROW(row_54_reset_login_email_pending),
    ROW(row_55_reset_login_email_without_one),
    ROW(row_56_send_verify_email_code),
    ROW(row_56_asked_again),
    ROW(row_57_send_verify_email_code_bad_address),
    ROW(row_58_send_verify_email_code_bad_hash),
    ROW(row_59_change_without_login_email),
    ROW(row_60_verify_email_of_a_login),
    ROW(row_60_verify_email_of_an_account),
    ROW(row_61_verify_email_wrong),
    ROW(row_61_verify_email_too_late),
    ROW(users_with_emails_are_checked),
  };
  int failed = cmocka_run_group_tests_name("store answers at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store answers later", tests, NULL, NULL);
}
