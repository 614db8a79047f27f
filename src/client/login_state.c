/* SPDX-License-Identifier: MIT */
/*
 * login_state.c - the value: its life, its names, which steps it allows. What calls do
 * to it is in login_calls.c.
 */
#include "login_state.h"

#include "wipe.h"

#include <stdio.h>
#include <string.h>

/* How long a step is remembered, as TDLib does (login.md 3.1). */
enum { CODE_LIFE_S = 300, STEP_LIFE_S = 86400 };

static const char *const state_names[] = {
#define X(name, tdlib, number) tdlib,
  CG_LOGIN_MAP(X)
#undef X
};

const char *cg_login_state_name(cg_login_state state) {
  return state_names[state];
}

const char *cg_login_state_old_name(cg_login_state state) {
  switch (state) {
  case CG_LOGIN_WAIT_PHONE_NUMBER:
  case CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION: return "authStateWaitPhoneNumber";
  case CG_LOGIN_WAIT_PASSWORD: return "authStateWaitPassword";
  case CG_LOGIN_READY: return "authStateOk";
  case CG_LOGIN_LOGGING_OUT:
  case CG_LOGIN_CLOSING:
  case CG_LOGIN_CLOSED: return "authStateLoggingOut";
  default: return "authStateWaitCode";
  }
}

int cg_login_state_number(cg_login_state state) {
  static const int numbers[] = {
#define X(name, tdlib, number) number,
    CG_LOGIN_MAP(X)
#undef X
  };
  return numbers[state];
}

const char *cg_code_type_name(cg_code_type type) {
  static const char *const names[] = { "",         "app",         "sms",
                                       "call",     "flash_call",  "missed_call",
                                       "email",    "setup_email", "fragment",
                                       "firebase", "word",        "phrase",
                                       "unknown" };
  return names[type];
}

void cg_login_wipe(cg_login *l) {
  cg_buf_wipe(&l->terms);
  cg_wipe(l, sizeof *l);
}

/* Where the login is when nothing is pending. */
static cg_login_state state_at_rest(const cg_login *l) {
  return l->logged_in ? CG_LOGIN_READY : CG_LOGIN_WAIT_PHONE_NUMBER;
}

void cg_login_forget(cg_login *l) {
  l->state = state_at_rest(l);
  cg_wipe(l->phone, sizeof l->phone);
  cg_wipe(l->hash, sizeof l->hash);
  cg_wipe(l->hint, sizeof l->hint);
  cg_buf_wipe(&l->terms);
  l->terms_shown = false;
  l->type = l->next_type = CG_CODE_NONE;
  l->length = l->wrong_codes = 0;
  l->sent_at = l->resend_at = 0;
}

void cg_login_end(cg_login *l) {
  l->logged_in = l->reset = false;
  l->user_id = 0;
  cg_login_forget(l);
  cg_wipe(l->user_phone, sizeof l->user_phone);
  l->state = CG_LOGIN_CLOSED;
}

bool cg_login_is_pending(const cg_login *l) {
  return l->state > CG_LOGIN_WAIT_PHONE_NUMBER && l->state < CG_LOGIN_READY;
}

int64_t cg_login_expires_at(const cg_login *l) {
  switch (l->state) {
  case CG_LOGIN_WAIT_EMAIL_ADDRESS:
  case CG_LOGIN_WAIT_EMAIL_CODE:
  case CG_LOGIN_WAIT_CODE:
  case CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION: return l->sent_at + CODE_LIFE_S;
  case CG_LOGIN_WAIT_PREMIUM_PURCHASE:
  case CG_LOGIN_WAIT_REGISTRATION:
  case CG_LOGIN_WAIT_PASSWORD: return l->sent_at + STEP_LIFE_S;
  default: return 0;
  }
}

static bool has_expired(const cg_login *l, int64_t now_s) {
  int64_t at = cg_login_expires_at(l);
  /* A step from the future was kept by a clock that has been set back since. */
  return at && (now_s >= at || now_s < l->sent_at - CODE_LIFE_S);
}

bool cg_login_expire(cg_login *l, int64_t now_s) {
  if (!has_expired(l, now_s)) return false;
  cg_login_forget(l);
  return true;
}

void cg_login_describe(const cg_login *l, int64_t now_s, cg_login_info *out) {
  *out = (cg_login_info){ .state = l->state, .user_id = l->user_id };
  bool gone = has_expired(l, now_s);
  if (gone) out->state = state_at_rest(l);
  bool pending = !gone && cg_login_is_pending(l);
  snprintf(out->phone, sizeof out->phone, "%s", pending ? l->phone : l->user_phone);
  if (!pending) return;
  out->dc = l->dc;
  out->length = l->length;
  out->sent_at = l->sent_at;
  out->resend_at = l->resend_at;
  out->expires_at = cg_login_expires_at(l);
  out->wrong_codes = l->wrong_codes;
  if (l->resend_at > now_s) out->resend_in = (int32_t)(l->resend_at - now_s);
  snprintf(out->type, sizeof out->type, "%s", cg_code_type_name(l->type));
  snprintf(out->next_type, sizeof out->next_type, "%s", cg_code_type_name(l->next_type));
  snprintf(out->hint, sizeof out->hint, "%s", l->hint);
}

/* --- what is allowed ------------------------------------------------------- */

#define IN(state) (1u << CG_LOGIN_##state)

/* A step, the states that it is possible in. */
static const struct {
  const char *name;
  unsigned states;
} actions[] = {
  [CG_LOGIN_DO_START] = { "sendCode", IN(WAIT_PHONE_NUMBER) | IN(WAIT_PREMIUM_PURCHASE) |
                                          IN(WAIT_EMAIL_ADDRESS) | IN(WAIT_EMAIL_CODE) |
                                          IN(WAIT_CODE) | IN(WAIT_REGISTRATION) |
                                          IN(WAIT_PASSWORD) | IN(CLOSED) },
  [CG_LOGIN_DO_RESEND] = { "resendCode", IN(WAIT_CODE) | IN(WAIT_EMAIL_CODE) },
  [CG_LOGIN_DO_CANCEL] = { "cancelCode", IN(WAIT_PREMIUM_PURCHASE) |
                                             IN(WAIT_EMAIL_ADDRESS) |
                                             IN(WAIT_EMAIL_CODE) | IN(WAIT_CODE) |
                                             IN(WAIT_REGISTRATION) | IN(WAIT_PASSWORD) },
  [CG_LOGIN_DO_CODE] = { "signIn", IN(WAIT_CODE) | IN(WAIT_EMAIL_CODE) },
  [CG_LOGIN_DO_SIGN_UP] = { "signUp", IN(WAIT_REGISTRATION) },
  [CG_LOGIN_DO_LOG_OUT] = { "logOut", IN(READY) },
};

cg_err cg_login_allow(const cg_login *l, cg_login_action action, cg_fault *fault) {
  if (actions[action].states & 1u << l->state) return CG_OK;
  return cg_fail(fault, CG_E_REFUSED, "%s is not possible in %s", actions[action].name,
                 cg_login_state_name(l->state));
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
