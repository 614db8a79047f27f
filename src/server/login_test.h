/* SPDX-License-Identifier: MIT */
/* login_test.h - the steps of a login as tests take them. For tests only. */
#ifndef CG_SERVER_LOGIN_TEST_H
#define CG_SERVER_LOGIN_TEST_H

#include "harness.h"

#include <stdio.h>
#include <string.h>

/* Numbers of DC 2 whose last digits say what they are (login.md 1.4). */
#define KNOWN "9996621234"
#define KNOWN_TOO "9996625678"
#define NEW_NUMBER "9996628001"
#define BANNED "9996629100"
#define ORDINARY "4930123456"
#define CODE "22222"
#define WRONG "11111"
#define ZERO_HASH "00000000000000000000000000000000"

static cg_harness H;

static inline void is_error(cg_told told, int32_t code, const char *text) {
  if (told.code != code || strcmp(told.error, text))
    fail_msg("told %d '%s' (id %08x), not %d '%s'", (int)told.code, told.error,
             (unsigned)told.id, (int)code, text);
}

static inline void is_object(cg_told told, uint32_t id) {
  if (told.id != id || told.code)
    fail_msg("told %d '%s' (id %08x), not an object %08x", (int)told.code, told.error,
             (unsigned)told.id, (unsigned)id);
}

#define is_true(told) is_object((told), TL_ID_boolTrue)

/* With what the client says that it can do. */
static inline cg_told send_code_with(cg_tester *c, const char *phone,
                                     const tl_codeSettings *can) {
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = cg_bytes_of(phone),
                         .api_id = 1, .api_hash = CG_LIT(ZERO_HASH),
                         .settings = &can->CodeSettings };
  return cg_tester_call(c, &q.o);
}

static inline cg_told send_code_api(cg_tester *c, const char *phone, int32_t id,
                                    const char *hash) {
  tl_codeSettings settings = { TL_INIT(codeSettings) };
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = cg_bytes_of(phone),
                         .api_id = id, .api_hash = cg_bytes_of(hash),
                         .settings = &settings.CodeSettings };
  return cg_tester_call(c, &q.o);
}

static inline cg_told send_code(cg_tester *c, const char *phone) {
  return send_code_api(c, phone, 1, ZERO_HASH);
}

static inline cg_told resend_code(cg_tester *c, const char *phone, const char *hash) {
  tl_auth_resendCode q = { TL_INIT(auth_resendCode), .phone_number = cg_bytes_of(phone),
                           .phone_code_hash = cg_bytes_of(hash) };
  return cg_tester_call(c, &q.o);
}

static inline cg_told cancel_code(cg_tester *c, const char *phone, const char *hash) {
  tl_auth_cancelCode q = { TL_INIT(auth_cancelCode), .phone_number = cg_bytes_of(phone),
                           .phone_code_hash = cg_bytes_of(hash) };
  return cg_tester_call(c, &q.o);
}

/* `code` NULL: the field is left out. */
static inline cg_told sign_in(cg_tester *c, const char *phone, const char *hash,
                              const char *code) {
  tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = cg_bytes_of(phone),
                       .phone_code_hash = cg_bytes_of(hash) };
  if (code) TL_SET(auth_signIn, &q, phone_code, cg_bytes_of(code));
  return cg_tester_call(c, &q.o);
}

static inline cg_told sign_up(cg_tester *c, const char *phone, const char *hash,
                              const char *first, const char *last) {
  tl_auth_signUp q = { TL_INIT(auth_signUp), .phone_number = cg_bytes_of(phone),
                       .phone_code_hash = cg_bytes_of(hash),
                       .first_name = cg_bytes_of(first), .last_name = cg_bytes_of(last) };
  return cg_tester_call(c, &q.o);
}

static inline cg_told report_missing(cg_tester *c, const char *phone, const char *hash) {
  tl_auth_reportMissingCode q = { TL_INIT(auth_reportMissingCode),
                                  .phone_number = cg_bytes_of(phone),
                                  .phone_code_hash = cg_bytes_of(hash),
                                  .mnc = CG_LIT("01") };
  return cg_tester_call(c, &q.o);
}

static inline cg_told log_out(cg_tester *c) {
  tl_auth_logOut q = { TL_INIT(auth_logOut) };
  return cg_tester_call(c, &q.o);
}

static inline cg_told get_users(cg_tester *c) {
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  const tl_obj *list[] = { &self.o };
  tl_users_getUsers q = { TL_INIT(users_getUsers), .id = { list, 1 } };
  return cg_tester_call(c, &q.o);
}

/* What an auth.sentCode says; its hash is copied. */
typedef struct {
  char hash[40];
  uint32_t type, next; /* constructor ids; next 0: none */
  int32_t length;
  int32_t timeout;     /* -1: not there */
  char hint[128];      /* what the type tells beside its length */
  int32_t reset_in, reset_at; /* of an email; -1: not there */
} sent;

static inline void copy_hint(sent *s, cg_bytes hint) {
  assert_true(hint.len < sizeof s->hint);
  if (hint.len) memcpy(s->hint, hint.at, hint.len);
}

static inline void sent_by_email(sent *s, const tl_auth_sentCodeTypeEmailCode *e) {
  s->length = e->length;
  copy_hint(s, e->email_pattern);
  if (TL_HAS(auth_sentCodeTypeEmailCode, e, reset_available_period))
    s->reset_in = e->reset_available_period;
  if (TL_HAS(auth_sentCodeTypeEmailCode, e, reset_pending_date))
    s->reset_at = e->reset_pending_date;
  assert_false(TL_HAS(auth_sentCodeTypeEmailCode, e, google_signin_allowed));
  assert_false(TL_HAS(auth_sentCodeTypeEmailCode, e, apple_signin_allowed));
}

static inline void sent_by_firebase(sent *s, const tl_auth_sentCodeTypeFirebaseSms *f) {
  s->length = f->length;
  if (TL_HAS(auth_sentCodeTypeFirebaseSms, f, nonce)) copy_hint(s, f->nonce);
  if (TL_HAS(auth_sentCodeTypeFirebaseSms, f, play_integrity_nonce))
    copy_hint(s, f->play_integrity_nonce);
  if (TL_HAS(auth_sentCodeTypeFirebaseSms, f, receipt)) copy_hint(s, f->receipt);
}

static inline void sent_type_of(sent *s, const void *type) {
  const tl_auth_sentCodeTypeApp *app = TL_AS(auth_sentCodeTypeApp, type);
  const tl_auth_sentCodeTypeSms *sms = TL_AS(auth_sentCodeTypeSms, type);
  const tl_auth_sentCodeTypeCall *call = TL_AS(auth_sentCodeTypeCall, type);
  const tl_auth_sentCodeTypeMissedCall *missed =
      TL_AS(auth_sentCodeTypeMissedCall, type);
  const tl_auth_sentCodeTypeFragmentSms *fragment =
      TL_AS(auth_sentCodeTypeFragmentSms, type);
  s->length = app ? app->length : sms ? sms->length : call ? call->length
              : missed ? missed->length : fragment ? fragment->length : -1;
  if (missed) copy_hint(s, missed->prefix);
  if (fragment) copy_hint(s, fragment->url);
  if (TL_AS(auth_sentCodeTypeFlashCall, type))
    copy_hint(s, TL_AS(auth_sentCodeTypeFlashCall, type)->pattern);
  if (TL_AS(auth_sentCodeTypeSmsWord, type))
    copy_hint(s, TL_AS(auth_sentCodeTypeSmsWord, type)->beginning);
  if (TL_AS(auth_sentCodeTypeSmsPhrase, type))
    copy_hint(s, TL_AS(auth_sentCodeTypeSmsPhrase, type)->beginning);
  if (TL_AS(auth_sentCodeTypeEmailCode, type))
    sent_by_email(s, TL_AS(auth_sentCodeTypeEmailCode, type));
  if (TL_AS(auth_sentCodeTypeFirebaseSms, type))
    sent_by_firebase(s, TL_AS(auth_sentCodeTypeFirebaseSms, type));
}

static inline sent sent_of_object(const void *obj) {
  const tl_auth_sentCode *c = TL_AS(auth_sentCode, obj);
  assert_non_null(c);
  sent s = { .type = c->type->o.id, .timeout = -1, .reset_in = -1, .reset_at = -1 };
  assert_int_equal(c->phone_code_hash.len, 18);
  memcpy(s.hash, c->phone_code_hash.at, 18);
  if (TL_HAS(auth_sentCode, c, next_type)) s.next = c->next_type->o.id;
  if (TL_HAS(auth_sentCode, c, timeout)) s.timeout = c->timeout;
  sent_type_of(&s, c->type);
  return s;
}

static inline sent sent_of(cg_told told) {
  is_object(told, TL_ID_auth_sentCode);
  return sent_of_object(told.obj);
}

/* Adds an account, as POST /users does. */
static inline void add_user(const char *json) {
  cg_said said = { 0 };
  cg_server_user_add(H.server, cg_bytes_of(json), H.now_us, cg_harness_hear, &said);
  cg_harness_pump(&H);
  if (said.status != 200) fail_msg("POST /users: %d %s", said.status, said.json);
}

/* The user of an auth.authorization. */
static inline const tl_user *user_of(cg_told told) {
  is_object(told, TL_ID_auth_authorization);
  const tl_user *u = TL_AS(user, TL_AS(auth_authorization, told.obj)->user);
  assert_non_null(u);
  return u;
}

/* Logs a client in to a registered test number. */
static inline void log_in(cg_tester *c, const char *phone) {
  sent s = sent_of(send_code(c, phone));
  is_object(sign_in(c, phone, s.hash, CODE), TL_ID_auth_authorization);
}

/* A hash that is dead in every way that login.md knows; the caller tries each. */
typedef cg_told use_hash(cg_tester *c, const char *phone, const char *hash);

static inline void dead_hashes(use_hash *use, bool verified_is_dead) {
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H), *other = cg_tester_new(&H);
  is_error(use(c, KNOWN, "0123456789abcdef01"), 400, "PHONE_CODE_EXPIRED");
  is_error(use(c, KNOWN, "no hash of ours, and longer than any of them can be"), 400,
           "PHONE_CODE_EXPIRED");
  sent s = sent_of(send_code(c, KNOWN));
  is_error(use(other, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  is_error(use(c, KNOWN_TOO, s.hash), 400, "PHONE_CODE_EXPIRED");
  is_true(cancel_code(c, KNOWN, s.hash));
  is_error(use(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  s = sent_of(send_code(c, KNOWN));
  cg_harness_advance(&H, 300);
  is_error(use(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  s = sent_of(send_code(c, KNOWN));
  for (int i = 0; i < 5; i++)
    is_error(sign_in(c, KNOWN, s.hash, WRONG), 400, "PHONE_CODE_INVALID");
  is_error(use(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  if (!verified_is_dead) return;
  s = sent_of(send_code(c, KNOWN));
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  cg_harness_advance(&H, 61);
  is_error(use(c, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
}

#endif
