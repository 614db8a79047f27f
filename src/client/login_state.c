/* SPDX-License-Identifier: MIT */
/*
 * login_state.c - the value: its life and its names. What is said of it and which steps
 * it allows is in login_rules.c, what calls do to it in login_calls.c.
 */
#include "login_state.h"

#include "wipe.h"

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

cg_login_state cg_login_at_rest(const cg_login *l) {
  return l->logged_in ? CG_LOGIN_READY : CG_LOGIN_WAIT_PHONE_NUMBER;
}

static void forget_qr(cg_login *l) {
  cg_wipe(l->qr_token, sizeof l->qr_token);
  cg_wipe(l->except, sizeof l->except);
  l->qr_len = l->except_count = 0;
  l->qr_expires = 0;
}

static void forget_password(cg_login *l) {
  l->password_known = l->has_recovery = false;
  cg_wipe(l->password_hint, sizeof l->password_hint);
  cg_wipe(l->recovery, sizeof l->recovery);
  l->password_reset_at = 0;
}

void cg_login_forget(cg_login *l) {
  l->state = cg_login_at_rest(l);
  cg_wipe(l->phone, sizeof l->phone);
  cg_wipe(l->hash, sizeof l->hash);
  cg_wipe(l->hint, sizeof l->hint);
  cg_buf_wipe(&l->terms);
  l->terms_shown = false;
  l->type = l->next_type = CG_CODE_NONE;
  l->length = l->wrong_codes = 0;
  l->sent_at = l->resend_at = 0;
  l->email_resettable = false;
  l->email_period = 0;
  l->email_reset_at = 0;
  forget_qr(l);
  forget_password(l);
}

void cg_login_end(cg_login *l) {
  l->logged_in = l->reset = false;
  l->user_id = 0;
  l->wants_password = false;
  l->relogin_days = l->tmp_sessions = 0;
  cg_wipe(l->waits, sizeof l->waits);
  cg_wipe(l->waits_phone, sizeof l->waits_phone);
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

bool cg_login_is_over(const cg_login *l, int64_t now_s) {
  int64_t at = cg_login_expires_at(l);
  /* A step from the future was kept by a clock that has been set back since. */
  return at && (now_s >= at || now_s < l->sent_at - CODE_LIFE_S);
}

bool cg_login_expire(cg_login *l, int64_t now_s) {
  if (!cg_login_is_over(l, now_s)) return false;
  cg_login_forget(l);
  return true;
}
