/* SPDX-License-Identifier: MIT */
/* login_rules.c - what is said of a login, and which steps it allows; see login_state.h.
 */
#include "login_state.h"

#include "link.h"

#include <stdio.h>
#include <string.h>

/* --- what is said of it ------------------------------------------------------ */

/* Seconds until `at`, 0 if it is over. */
static int32_t left(int64_t at, int64_t now_s) {
  int64_t s = at > now_s ? at - now_s : 0;
  return s > INT32_MAX ? INT32_MAX : (int32_t)s;
}

static void describe_wait(const cg_login *l, int64_t now_s, cg_login_info *out) {
  for (int i = 0; i < CG_STEP_KINDS; i++)
    if (l->waits[i] > now_s && l->waits[i] > out->wait_until)
      out->wait_until = l->waits[i];
  out->wait_in = left(out->wait_until, now_s);
}

static void describe_code(const cg_login *l, int64_t now_s, cg_login_info *out) {
  out->length = l->length;
  out->resend_at = l->resend_at;
  out->resend_in = left(l->resend_at, now_s);
  out->email_resettable = l->email_resettable;
  out->email_reset_period = l->email_period;
  out->email_reset_at = l->email_reset_at;
  out->email_reset_in = left(l->email_reset_at, now_s);
  snprintf(out->type, sizeof out->type, "%s", cg_code_type_name(l->type));
  snprintf(out->next_type, sizeof out->next_type, "%s", cg_code_type_name(l->next_type));
  snprintf(out->hint, sizeof out->hint, "%s", l->hint);
}

static void describe_qr(const cg_login *l, int64_t now_s, cg_login_info *out) {
  if (!l->qr_len || l->qr_expires <= now_s) return;
  cg_link_write((cg_bytes){ l->qr_token, l->qr_len }, out->link);
  out->link_expires_at = l->qr_expires;
  out->link_expires_in = left(l->qr_expires, now_s);
}

static void describe_password(const cg_login *l, int64_t now_s, cg_login_info *out) {
  out->password_known = l->password_known;
  out->has_recovery = l->has_recovery;
  out->password_reset_at = l->password_reset_at;
  out->password_reset_in = left(l->password_reset_at, now_s);
  snprintf(out->password_hint, sizeof out->password_hint, "%s", l->password_hint);
  snprintf(out->recovery_pattern, sizeof out->recovery_pattern, "%s", l->recovery);
}

static void describe_account(const cg_login *l, cg_login_info *out) {
  out->wants_password = l->wants_password;
  out->relogin_days = l->relogin_days;
  out->tmp_sessions = l->tmp_sessions;
}

void cg_login_describe(const cg_login *l, int64_t now_s, cg_login_info *out) {
  *out = (cg_login_info){ .state = l->state, .user_id = l->user_id };
  bool gone = cg_login_is_over(l, now_s);
  if (gone) out->state = cg_login_at_rest(l);
  bool pending = !gone && cg_login_is_pending(l);
  snprintf(out->phone, sizeof out->phone, "%s", pending ? l->phone : l->user_phone);
  describe_wait(l, now_s, out);
  if (out->state == CG_LOGIN_READY) describe_account(l, out);
  if (!pending) return;
  out->dc = l->dc;
  out->sent_at = l->sent_at;
  out->expires_at = cg_login_expires_at(l);
  out->wrong_codes = l->wrong_codes;
  describe_code(l, now_s, out);
  describe_qr(l, now_s, out);
  describe_password(l, now_s, out);
}

/* --- what is allowed ------------------------------------------------------- */

#define IN(state) (1u << CG_LOGIN_##state)
#define REST      (IN(WAIT_PHONE_NUMBER) | IN(CLOSED))
#define PENDING                                                                          \
  (IN(WAIT_PREMIUM_PURCHASE) | IN(WAIT_EMAIL_ADDRESS) | IN(WAIT_EMAIL_CODE) |            \
   IN(WAIT_CODE) | IN(WAIT_OTHER_DEVICE_CONFIRMATION) | IN(WAIT_REGISTRATION) |          \
   IN(WAIT_PASSWORD))

/* A step, the states that it is possible in, and what its calls are to the login. */
static const struct {
  const char *name;
  unsigned states;
  cg_step_kind kind;
} actions[] = {
  [CG_LOGIN_DO_START] = { "sendCode", REST | PENDING, CG_STEP_SEND },
  [CG_LOGIN_DO_RESEND] = { "resendCode", IN(WAIT_CODE) | IN(WAIT_EMAIL_CODE),
                           CG_STEP_RESEND },
  [CG_LOGIN_DO_CANCEL] = { "cancelCode", PENDING, CG_STEP_CANCEL },
  [CG_LOGIN_DO_CODE] = { "signIn", IN(WAIT_CODE) | IN(WAIT_EMAIL_CODE), CG_STEP_SIGN_IN },
  [CG_LOGIN_DO_SIGN_UP] = { "signUp", IN(WAIT_REGISTRATION), CG_STEP_SIGN_UP },
  [CG_LOGIN_DO_LOG_OUT] = { "logOut", IN(READY), CG_STEP_NONE },
  [CG_LOGIN_DO_REPORT] = { "reportMissingCode", IN(WAIT_CODE), CG_STEP_NONE },
  [CG_LOGIN_DO_EMAIL] = { "sendVerifyEmailCode",
                          IN(WAIT_EMAIL_ADDRESS) | IN(WAIT_EMAIL_CODE),
                          CG_STEP_SEND_EMAIL },
  [CG_LOGIN_DO_EMAIL_CODE] = { "the code of an email", IN(WAIT_EMAIL_CODE),
                               CG_STEP_SIGN_IN },
  [CG_LOGIN_DO_RESET_EMAIL] = { "resetLoginEmail", IN(WAIT_EMAIL_CODE),
                                CG_STEP_RESET_EMAIL },
  [CG_LOGIN_DO_GET_PASSWORD] = { "getPassword", IN(WAIT_PASSWORD) | IN(READY),
                                 CG_STEP_GET_PASSWORD },
  [CG_LOGIN_DO_PASSWORD] = { "checkPassword", IN(WAIT_PASSWORD), CG_STEP_PASSWORD },
  [CG_LOGIN_DO_RECOVERY] = { "requestPasswordRecovery", IN(WAIT_PASSWORD),
                             CG_STEP_RECOVERY },
  [CG_LOGIN_DO_CHECK_RECOVERY] = { "checkRecoveryPassword", IN(WAIT_PASSWORD),
                                   CG_STEP_RECOVER },
  [CG_LOGIN_DO_RECOVER] = { "recoverPassword", IN(WAIT_PASSWORD), CG_STEP_RECOVER },
  [CG_LOGIN_DO_SET_PASSWORD] = { "updatePasswordSettings", IN(READY), CG_STEP_NONE },
  [CG_LOGIN_DO_RESET_PASSWORD] = { "resetPassword", IN(READY), CG_STEP_NONE },
  [CG_LOGIN_DO_DECLINE_RESET] = { "declinePasswordReset", IN(READY), CG_STEP_NONE },
  [CG_LOGIN_DO_QR] = { "exportLoginToken", REST | PENDING, CG_STEP_QR },
  [CG_LOGIN_DO_WAIT] = { "waiting for another device", IN(WAIT_OTHER_DEVICE_CONFIRMATION),
                         CG_STEP_NONE },
  [CG_LOGIN_DO_ACCEPT] = { "acceptLoginToken", IN(READY), CG_STEP_NONE },
  [CG_LOGIN_DO_BOT] = { "importBotAuthorization", REST | PENDING, CG_STEP_BOT },
};

cg_err cg_login_allow(const cg_login *l, cg_login_action action, cg_fault *fault) {
  if (actions[action].states & 1u << l->state) return CG_OK;
  return cg_fail(fault, CG_E_REFUSED, "%s is not possible in %s", actions[action].name,
                 cg_login_state_name(l->state));
}

/* REFUSED if the step is not for what is pending, though the state would do. */
static cg_err suits(const cg_login *l, cg_login_action action, cg_fault *fault) {
  bool sms =
      l->type == CG_CODE_SMS || l->type == CG_CODE_WORD || l->type == CG_CODE_PHRASE;
  bool setup = l->type == CG_CODE_SETUP_EMAIL;
  if (action == CG_LOGIN_DO_REPORT && !sms)
    return cg_fail(fault, CG_E_REFUSED, "the code was not sent by SMS");
  if (action == CG_LOGIN_DO_EMAIL && !setup)
    return cg_fail(fault, CG_E_REFUSED, "the account has an email address already");
  if (action == CG_LOGIN_DO_RECOVERY && l->password_known && !l->has_recovery)
    return cg_fail(fault, CG_E_REFUSED, "the account has no email address for recovery");
  return CG_OK;
}

/* The code of an email address that is set up goes another way than one that logs in. */
static cg_step_kind kind_of(const cg_login *l, cg_login_action action) {
  bool code = action == CG_LOGIN_DO_CODE || action == CG_LOGIN_DO_EMAIL_CODE;
  if (!code) return actions[action].kind;
  return l->type == CG_CODE_SETUP_EMAIL ? CG_STEP_EMAIL : CG_STEP_SIGN_IN;
}

cg_err cg_login_may(const cg_login *l, cg_login_action action, const char *phone,
                    int64_t now_s, cg_fault *fault) {
  cg_err err = cg_login_allow(l, action, fault);
  if (!err) err = suits(l, action, fault);
  cg_step_kind kind = kind_of(l, action);
  if (err || l->waits[kind] <= now_s) return err;
  if (kind == CG_STEP_SEND && strcmp(phone, l->waits_phone)) return CG_OK;
  return cg_fail(fault, CG_E_REFUSED, "%s is possible again in %d s",
                 actions[action].name, (int)left(l->waits[kind], now_s));
}

cg_err cg_login_may_resend(const cg_login *l, int64_t now_s, bool force,
                           cg_fault *fault) {
  cg_err err = cg_login_allow(l, CG_LOGIN_DO_RESEND, fault);
  if (err) return err;
  if (l->next_type == CG_CODE_NONE)
    return cg_fail(fault, CG_E_REFUSED,
                   "the code cannot be sent again: the server announced no other way");
  if (l->resend_at <= now_s || force) return CG_OK;
  return cg_fail(fault, CG_E_REFUSED, "the code can be sent again in %lld s",
                 (long long)(l->resend_at - now_s));
}

cg_err cg_login_may_reset_email(const cg_login *l, int64_t now_s, bool force,
                                cg_fault *fault) {
  cg_err err = cg_login_may(l, CG_LOGIN_DO_RESET_EMAIL, NULL, now_s, fault);
  if (err) return err;
  if (!l->email_resettable)
    return cg_fail(fault, CG_E_REFUSED,
                   "the server offers no reset of the email address");
  if (l->email_reset_at <= now_s || force) return CG_OK;
  return cg_fail(fault, CG_E_REFUSED, "the email address is reset in %lld s",
                 (long long)(l->email_reset_at - now_s));
}
