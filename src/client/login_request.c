/* SPDX-License-Identifier: MIT */
/* login_request.c - see login_request.h for the contract. */
#include "login_request.h"

#include "link.h"

#include <centigram/api.h>

#include <string.h>

/* The tokens that log this number in again, NULL when memory is out. */
static const cg_bytes *tokens_of(const cg_login *l, const char *phone, cg_arena *arena,
                                 uint32_t *count) {
  cg_bytes *list = cg_arena_alloc(arena, CG_LOGIN_TOKENS * sizeof *list);
  *count = 0;
  for (size_t i = 0; list && i < l->token_count; i++)
    if (!strcmp(l->tokens[i].phone, phone))
      list[(*count)++] = (cg_bytes){ l->tokens[i].bytes, l->tokens[i].len };
  return list;
}

static void apply(tl_codeSettings *out, const cg_login_settings *s) {
  if (s->allow_flashcall) TL_ON(codeSettings, out, allow_flashcall);
  if (s->current_number) TL_ON(codeSettings, out, current_number);
  if (s->allow_app_hash) TL_ON(codeSettings, out, allow_app_hash);
  if (s->allow_missed_call) TL_ON(codeSettings, out, allow_missed_call);
  if (s->allow_firebase) TL_ON(codeSettings, out, allow_firebase);
  if (s->unknown_number) TL_ON(codeSettings, out, unknown_number);
  if (!s->token) return;
  TL_SET(codeSettings, out, token, cg_bytes_of(s->token));
  TL_SET(codeSettings, out, app_sandbox, s->app_sandbox);
}

cg_err cg_login_ask_send(const cg_login *l, const char *phone, int32_t api_id,
                         const char *api_hash, const cg_login_settings *settings,
                         cg_arena *arena, const tl_obj **out) {
  tl_auth_sendCode *q = cg_arena_alloc(arena, sizeof *q);
  tl_codeSettings *s = cg_arena_alloc(arena, sizeof *s);
  uint32_t count;
  const cg_bytes *tokens = tokens_of(l, phone, arena, &count);
  if (!q || !s || !tokens) return CG_E_MEMORY;
  *s = (tl_codeSettings){ TL_INIT(codeSettings) };
  if (settings) apply(s, settings);
  if (count && !(settings && settings->fresh)) {
    s->has |= tl_codeSettings_has_logout_tokens;
    s->logout_tokens.at = tokens;
    s->logout_tokens.len = count;
  }
  *q = (tl_auth_sendCode){ TL_INIT(auth_sendCode), .phone_number = cg_bytes_of(phone),
                           .api_id = api_id, .api_hash = cg_bytes_of(api_hash),
                           .settings = &s->CodeSettings };
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_ask_resend(const cg_login *l, const char *reason, cg_arena *arena,
                           const tl_obj **out) {
  tl_auth_resendCode *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return CG_E_MEMORY;
  *q = (tl_auth_resendCode){ TL_INIT(auth_resendCode),
                             .phone_number = cg_bytes_of(l->phone),
                             .phone_code_hash = cg_bytes_of(l->hash) };
  if (reason) TL_SET(auth_resendCode, q, reason, cg_bytes_of(reason));
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_ask_cancel(const cg_login *l, cg_arena *arena, const tl_obj **out) {
  tl_auth_cancelCode *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return CG_E_MEMORY;
  *q = (tl_auth_cancelCode){ TL_INIT(auth_cancelCode),
                             .phone_number = cg_bytes_of(l->phone),
                             .phone_code_hash = cg_bytes_of(l->hash) };
  *out = &q->o;
  return CG_OK;
}

/* A code of an email goes into email_verification, any other into phone_code. */
static cg_err set_code(tl_auth_signIn *q, bool email, cg_bytes code, cg_arena *arena) {
  if (!email) {
    TL_SET(auth_signIn, q, phone_code, code);
    return CG_OK;
  }
  tl_emailVerificationCode *v = cg_arena_alloc(arena, sizeof *v);
  if (!v) return CG_E_MEMORY;
  *v = (tl_emailVerificationCode){ TL_INIT(emailVerificationCode), .code = code };
  TL_SET(auth_signIn, q, email_verification, &v->EmailVerification);
  return CG_OK;
}

static const tl_EmailVerifyPurpose *purpose_of(const cg_login *l, cg_arena *arena) {
  tl_emailVerifyPurposeLoginSetup *p = cg_arena_alloc(arena, sizeof *p);
  if (!p) return NULL;
  *p = (tl_emailVerifyPurposeLoginSetup){ TL_INIT(emailVerifyPurposeLoginSetup),
                                          .phone_number = cg_bytes_of(l->phone),
                                          .phone_code_hash = cg_bytes_of(l->hash) };
  return &p->EmailVerifyPurpose;
}

/* An address that is to be the account's is verified, and logs nobody in by that. */
static cg_err verify(const cg_login *l, const char *code, cg_arena *arena,
                     const tl_obj **out) {
  tl_account_verifyEmail *q = cg_arena_alloc(arena, sizeof *q);
  tl_emailVerificationCode *v = cg_arena_alloc(arena, sizeof *v);
  const tl_EmailVerifyPurpose *purpose = purpose_of(l, arena);
  if (!q || !v || !purpose) return CG_E_MEMORY;
  *v = (tl_emailVerificationCode){ TL_INIT(emailVerificationCode),
                                   .code = cg_bytes_of(code) };
  *q = (tl_account_verifyEmail){ TL_INIT(account_verifyEmail), .purpose = purpose,
                                 .verification = &v->EmailVerification };
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_ask_code(const cg_login *l, const char *code, cg_arena *arena,
                         const tl_obj **out) {
  if (l->type == CG_CODE_SETUP_EMAIL) return verify(l, code, arena, out);
  tl_auth_signIn *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return CG_E_MEMORY;
  *q = (tl_auth_signIn){ TL_INIT(auth_signIn), .phone_number = cg_bytes_of(l->phone),
                         .phone_code_hash = cg_bytes_of(l->hash) };
  *out = &q->o;
  return set_code(q, l->state == CG_LOGIN_WAIT_EMAIL_CODE, cg_bytes_of(code), arena);
}

cg_err cg_login_ask_email(const cg_login *l, const char *address, cg_arena *arena,
                          const tl_obj **out) {
  tl_account_sendVerifyEmailCode *q = cg_arena_alloc(arena, sizeof *q);
  const tl_EmailVerifyPurpose *purpose = purpose_of(l, arena);
  if (!q || !purpose) return CG_E_MEMORY;
  *q = (tl_account_sendVerifyEmailCode){ TL_INIT(account_sendVerifyEmailCode),
                                         .purpose = purpose,
                                         .email = cg_bytes_of(address) };
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_ask_reset_email(const cg_login *l, cg_arena *arena, const tl_obj **out) {
  tl_auth_resetLoginEmail *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return CG_E_MEMORY;
  *q = (tl_auth_resetLoginEmail){ TL_INIT(auth_resetLoginEmail),
                                  .phone_number = cg_bytes_of(l->phone),
                                  .phone_code_hash = cg_bytes_of(l->hash) };
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_ask_report(const cg_login *l, const char *mnc, cg_arena *arena,
                           const tl_obj **out) {
  tl_auth_reportMissingCode *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return CG_E_MEMORY;
  *q = (tl_auth_reportMissingCode){ TL_INIT(auth_reportMissingCode),
                                    .phone_number = cg_bytes_of(l->phone),
                                    .phone_code_hash = cg_bytes_of(l->hash),
                                    .mnc = cg_bytes_of(mnc) };
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_ask_check_recovery(const char *code, cg_arena *arena,
                                   const tl_obj **out) {
  tl_auth_checkRecoveryPassword *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return CG_E_MEMORY;
  *q = (tl_auth_checkRecoveryPassword){ TL_INIT(auth_checkRecoveryPassword),
                                        .code = cg_bytes_of(code) };
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_ask_qr(int32_t api_id, const char *api_hash, const int64_t *except_ids,
                       size_t count, cg_arena *arena, const tl_obj **out) {
  tl_auth_exportLoginToken *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return CG_E_MEMORY;
  uint32_t n = count < CG_LOGIN_EXCEPT_MAX ? (uint32_t)count : CG_LOGIN_EXCEPT_MAX;
  *q = (tl_auth_exportLoginToken){ TL_INIT(auth_exportLoginToken), .api_id = api_id,
                                   .api_hash = cg_bytes_of(api_hash),
                                   .except_ids = { except_ids, n } };
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_ask_accept(const char *link, cg_arena *arena, const tl_obj **out,
                           cg_fault *fault) {
  tl_auth_acceptLoginToken *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  *q = (tl_auth_acceptLoginToken){ TL_INIT(auth_acceptLoginToken) };
  cg_err err = cg_link_read(link, arena, &q->token, fault);
  *out = &q->o;
  return err;
}

cg_err cg_login_ask_bot(int32_t api_id, const char *api_hash, const char *token,
                        cg_arena *arena, const tl_obj **out) {
  tl_auth_importBotAuthorization *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return CG_E_MEMORY;
  *q = (tl_auth_importBotAuthorization){ TL_INIT(auth_importBotAuthorization),
                                         .api_id = api_id,
                                         .api_hash = cg_bytes_of(api_hash),
                                         .bot_auth_token = cg_bytes_of(token) };
  *out = &q->o;
  return CG_OK;
}

#define PLAIN(function, name)                                                            \
  cg_err function(cg_arena *arena, const tl_obj **out) {                                 \
    tl_##name *q = cg_arena_alloc(arena, sizeof *q);                                     \
    if (!q) return CG_E_MEMORY;                                                          \
    *q = (tl_##name){ TL_INIT(name) };                                                   \
    *out = &q->o;                                                                        \
    return CG_OK;                                                                        \
  }
PLAIN(cg_login_ask_get_password, account_getPassword)
PLAIN(cg_login_ask_recovery, auth_requestPasswordRecovery)
PLAIN(cg_login_ask_reset_password, account_resetPassword)
PLAIN(cg_login_ask_decline_reset, account_declinePasswordReset)
PLAIN(cg_login_ask_log_out, auth_logOut)
#undef PLAIN

cg_err cg_login_ask_sign_up(const cg_login *l, const char *first_name,
                            const char *last_name, cg_arena *arena, const tl_obj **out) {
  tl_auth_signUp *q = cg_arena_alloc(arena, sizeof *q);
  if (!q) return CG_E_MEMORY;
  *q = (tl_auth_signUp){ TL_INIT(auth_signUp), .phone_number = cg_bytes_of(l->phone),
                         .phone_code_hash = cg_bytes_of(l->hash),
                         .first_name = cg_bytes_of(first_name),
                         .last_name = cg_bytes_of(last_name) };
  *out = &q->o;
  return CG_OK;
}

cg_err cg_login_read_terms(const cg_login *l, cg_arena *arena, cg_login_terms *out) {
  const tl_obj *object;
  if (l->state != CG_LOGIN_WAIT_REGISTRATION || !l->terms.len) return CG_E_NOT_FOUND;
  cg_bytes bytes = cg_arena_copy(arena, cg_buf_view(&l->terms));
  if (!bytes.at) return CG_E_MEMORY;
  cg_err err = cg_tl_decode(cg_tl_api(), bytes, arena, &object, NULL);
  if (err) return err;
  const tl_help_termsOfService *t = TL_AS(help_termsOfService, object);
  const tl_dataJSON *id = t ? TL_AS(dataJSON, t->id) : NULL;
  if (!t || !id) return CG_E_UNEXPECTED;
  out->id = (const char *)cg_arena_copy(arena, id->data).at;
  out->text = (const char *)cg_arena_copy(arena, t->text).at;
  out->popup = TL_HAS(help_termsOfService, t, popup);
  out->min_age = TL_HAS(help_termsOfService, t, min_age_confirm) ? t->min_age_confirm : 0;
  return out->id && out->text ? CG_OK : CG_E_MEMORY;
}
