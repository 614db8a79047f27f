/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "login_request.h"

#include <centigram/api.h>

#include <stdio.h>
#include <string.h>

static cg_arena *arena;

static int set_up(void **state) {
  (void)state;
  arena = cg_arena_new(0);
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  cg_arena_free(arena);
  return 0;
}

/* A login that waits for a code. */
static cg_login waiting(cg_code_type type, int32_t length, const char *hint) {
  cg_login l = { .state = CG_LOGIN_WAIT_CODE, .type = type, .length = length };
  snprintf(l.phone, sizeof l.phone, "9996621234");
  snprintf(l.hash, sizeof l.hash, "f4318de66cb2db3f10");
  snprintf(l.hint, sizeof l.hint, "%s", hint);
  return l;
}

static void test_codes(void **state) {
  (void)state;
  static const struct {
    cg_code_type type;
    int32_t length;
    const char *hint, *typed, *sent; /* sent NULL: refused */
  } rows[] = {
    { CG_CODE_SMS, 5, "", "12345", "12345" },
    { CG_CODE_SMS, 5, "", " 12-34 5", "12345" },
    { CG_CODE_SMS, 5, "", "1234", NULL },
    { CG_CODE_SMS, 5, "", "123456", NULL },
    { CG_CODE_SMS, 5, "", "1234a", NULL },
    { CG_CODE_SMS, 5, "", "", NULL },
    { CG_CODE_SMS, 0, "", "1234567", "1234567" },
    { CG_CODE_APP, 6, "", "01-23-45", "012345" },
    { CG_CODE_EMAIL, 6, "a***z@example.com", "123456", "123456" },
    { CG_CODE_UNKNOWN, 0, "", "99", "99" },
    { CG_CODE_FLASH_CALL, 0, "+4420*****", "+44 20 12345", "442012345" },
    { CG_CODE_FLASH_CALL, 0, "4420*****", "442112345", NULL },
    { CG_CODE_FLASH_CALL, 0, "4420*****", "44201234", NULL },
    { CG_CODE_FLASH_CALL, 0, "*", "442012345", "442012345" },
    { CG_CODE_FLASH_CALL, 0, "*", "x", NULL },
    { CG_CODE_FLASH_CALL, 0, "5", "6", NULL },
    { CG_CODE_FLASH_CALL, 0, "", "442012345", NULL },
    { CG_CODE_MISSED_CALL, 5, "+4420", "12345", "12345" },
    { CG_CODE_MISSED_CALL, 5, "+4420", "+44 20 7 12345", "12345" },
    { CG_CODE_MISSED_CALL, 5, "+4420", "+43 20 7 12345", NULL },
    { CG_CODE_MISSED_CALL, 5, "+4420", "1234", NULL },
    { CG_CODE_WORD, 0, "h", "  Horse\n", "Horse" },
    { CG_CODE_WORD, 0, "h", "cow", NULL },
    { CG_CODE_WORD, 0, "", "cow", "cow" },
    { CG_CODE_PHRASE, 0, "correct", "correct horse  battery", "correct horse  battery" },
    { CG_CODE_PHRASE, 0, "correct", "   ", NULL },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_login l = waiting(rows[i].type, rows[i].length, rows[i].hint);
    char out[CG_CODE_TEXT_MAX];
    cg_fault fault = { 0 };
    cg_err err = cg_login_clean_code(&l, rows[i].typed, out, &fault);
    if (err != (rows[i].sent ? CG_OK : CG_E_REFUSED)) fail_msg("row %zu: %d", i, err);
    assert_string_equal(out, rows[i].sent ? rows[i].sent : "");
    assert_true(!err == !fault.text[0]);
  }
  char long_code[200], out[CG_CODE_TEXT_MAX];
  memset(long_code, '1', sizeof long_code - 1);
  long_code[sizeof long_code - 1] = '\0';
  cg_login l = waiting(CG_CODE_SMS, 0, "");
  assert_int_equal(cg_login_clean_code(&l, long_code, out, NULL), CG_E_REFUSED);
  l.type = CG_CODE_WORD;
  assert_int_equal(cg_login_clean_code(&l, long_code, out, NULL), CG_E_REFUSED);
}

/* The vector of the reference pages: auth.cancelCode in 36 bytes. */
static void test_cancel_bytes(void **state) {
  (void)state;
  static const uint8_t want[] = "\x78\x05\x04\x1f\x0a"
                                "9996621234\0"
                                "\x12"
                                "f4318de66cb2db3f10";
  const tl_obj *request;
  cg_bytes bytes;
  cg_login l = waiting(CG_CODE_SMS, 5, "");
  assert_int_equal(cg_login_ask_cancel(&l, arena, &request), CG_OK);
  assert_int_equal(cg_tl_encode(cg_tl_api(), request, arena, &bytes, NULL), CG_OK);
  assert_int_equal(bytes.len, 36);
  assert_memory_equal(bytes.at, want, 36);
}

static void test_send(void **state) {
  (void)state;
  const tl_obj *request;
  cg_login l = { .token_count = 3 };
  for (int i = 0; i < 3; i++) {
    snprintf(l.tokens[i].phone, CG_PHONE_MAX, i == 1 ? "12345" : "9996621234");
    l.tokens[i].bytes[0] = (uint8_t)i;
    l.tokens[i].len = 1;
  }
  cg_login_settings s = { .allow_missed_call = true, .token = "t", .app_sandbox = true };
  assert_int_equal(cg_login_ask_send(&l, "9996621234", 7, "hash", &s, arena, &request),
                   CG_OK);
  const tl_auth_sendCode *q = TL_AS(auth_sendCode, request);
  const tl_codeSettings *cs = TL_AS(codeSettings, q->settings);
  assert_int_equal(q->api_id, 7);
  assert_true(cg_bytes_equal(q->phone_number, CG_LIT("9996621234")));
  assert_true(TL_HAS(codeSettings, cs, allow_missed_call));
  assert_false(TL_HAS(codeSettings, cs, allow_flashcall));
  assert_true(TL_HAS(codeSettings, cs, token) && cs->app_sandbox);
  assert_int_equal(cs->logout_tokens.len, 2); /* those of this number, newest first */
  assert_int_equal(cs->logout_tokens.at[1].at[0], 2);
  s.fresh = true;
  assert_int_equal(cg_login_ask_send(&l, "9996621234", 7, "hash", &s, arena, &request),
                   CG_OK);
  cs = TL_AS(codeSettings, TL_AS(auth_sendCode, request)->settings);
  assert_false(TL_HAS(codeSettings, cs, logout_tokens));
}

/* The code of an email goes into its own field. */
static void test_sign_in(void **state) {
  (void)state;
  const tl_obj *request;
  cg_login l = waiting(CG_CODE_SMS, 5, "");
  assert_int_equal(cg_login_ask_code(&l, "12345", arena, &request), CG_OK);
  const tl_auth_signIn *q = TL_AS(auth_signIn, request);
  assert_true(TL_HAS(auth_signIn, q, phone_code));
  assert_false(TL_HAS(auth_signIn, q, email_verification));
  l.state = CG_LOGIN_WAIT_EMAIL_CODE;
  assert_int_equal(cg_login_ask_code(&l, "12345", arena, &request), CG_OK);
  q = TL_AS(auth_signIn, request);
  assert_false(TL_HAS(auth_signIn, q, phone_code));
  assert_non_null(TL_AS(emailVerificationCode, q->email_verification));
}

static void test_terms(void **state) {
  (void)state;
  cg_login_terms out;
  cg_bytes bytes;
  cg_login l = { .state = CG_LOGIN_WAIT_REGISTRATION };
  assert_int_equal(cg_login_read_terms(&l, arena, &out), CG_E_NOT_FOUND);
  tl_dataJSON id = { TL_INIT(dataJSON), .data = CG_LIT("{}") };
  tl_help_termsOfService t = { TL_INIT(help_termsOfService), .id = &id.DataJSON,
                               .text = CG_LIT("Be nice.") };
  TL_SET(help_termsOfService, &t, min_age_confirm, 16);
  TL_ON(help_termsOfService, &t, popup);
  assert_int_equal(cg_tl_encode(cg_tl_api(), &t.o, arena, &bytes, NULL), CG_OK);
  cg_buf_bytes(&l.terms, bytes);
  assert_int_equal(cg_login_read_terms(&l, arena, &out), CG_OK);
  assert_string_equal(out.id, "{}");
  assert_string_equal(out.text, "Be nice.");
  assert_int_equal(out.min_age, 16);
  assert_true(out.popup);
  cg_login_wipe(&l);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = { TEST(test_codes), TEST(test_cancel_bytes),
                                      TEST(test_send), TEST(test_sign_in),
                                      TEST(test_terms) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
