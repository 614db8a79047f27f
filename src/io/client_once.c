/* SPDX-License-Identifier: MIT */
/*
 * client_once.c - the login steps of centigram/login.h that are one call each, waiting
 * and on the loop.
 */
#include "client_driver.h"

#include "login_request.h"

/* What a step is made of; what it does not need is zero. */
typedef struct {
  cg_login_action action;
  const char *text; /* a code, an address, a link, a mobile network, a reason */
  bool force;
} once;

/* --- requests ------------------------------------------------------------------ */

static cg_err may(cg_client *c, const once *o, cg_fault *fault) {
  const cg_login *l = cg_client_login(c);
  int64_t now_s = cg_client_now_s(c);
  if (o->action == CG_LOGIN_DO_RESET_EMAIL)
    return cg_login_may_reset_email(l, now_s, o->force, fault);
  cg_err err = cg_login_may(l, o->action, NULL, now_s, fault);
  if (err) return err;
  if (o->action == CG_LOGIN_DO_EMAIL) return cg_login_check_email(o->text, fault);
  if (o->action == CG_LOGIN_DO_REPORT) return cg_login_check_mnc(o->text, fault);
  if (o->action == CG_LOGIN_DO_CHECK_RECOVERY && !o->text[0])
    return cg_fail(fault, CG_E_REFUSED, "the code is empty");
  return CG_OK;
}

static cg_err make(const cg_client *c, const once *o, cg_arena *arena,
                   const tl_obj **request) {
  const cg_login *l = &c->data.login;
  switch (o->action) {
  case CG_LOGIN_DO_REPORT: return cg_login_ask_report(l, o->text, arena, request);
  case CG_LOGIN_DO_EMAIL: return cg_login_ask_email(l, o->text, arena, request);
  case CG_LOGIN_DO_RESET_EMAIL: return cg_login_ask_reset_email(l, arena, request);
  case CG_LOGIN_DO_GET_PASSWORD: return cg_login_ask_get_password(arena, request);
  case CG_LOGIN_DO_RECOVERY: return cg_login_ask_recovery(arena, request);
  case CG_LOGIN_DO_CHECK_RECOVERY:
    return cg_login_ask_check_recovery(o->text, arena, request);
  case CG_LOGIN_DO_RESET_PASSWORD: return cg_login_ask_reset_password(arena, request);
  default: return cg_login_ask_decline_reset(arena, request);
  }
}

static cg_err ask(cg_client *c, const once *o, const tl_obj **request, cg_fault *fault) {
  if (o->action == CG_LOGIN_DO_RESEND)
    return cg_client_ask_resend(c, o->text, o->force, request, fault);
  if (o->action == CG_LOGIN_DO_CODE)
    return cg_client_ask_code(c, o->text, request, fault);
  cg_err err = may(c, o, fault);
  if (err) return err;
  if (o->action == CG_LOGIN_DO_ACCEPT)
    return cg_login_ask_accept(o->text, cg_client_scratch(c), request, fault);
  if (o->action == CG_LOGIN_DO_EMAIL_CODE)
    return cg_client_ask_code(c, o->text, request, fault);
  err = make(c, o, cg_client_scratch(c), request);
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}

/* --- both ways ------------------------------------------------------------------- */

static cg_err call(cg_client *c, once o, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_client_hold(c);
  cg_err err = cg_client_settle(c, result);
  if (!err) err = ask(c, &o, &request, &result->fault);
  if (!err) err = cg_call(c, request, arena, result);
  cg_arena_reset(c->step); /* it may hold a code or a token */
  cg_client_release(c);
  return err;
}

static cg_err send(cg_client *c, once o, cg_answer *answer, void *ctx, cg_fault *fault) {
  const tl_obj *request;
  cg_err err = ask(c, &o, &request, fault);
  if (!err) err = cg_send(c, request, answer, ctx, NULL, fault);
  cg_arena_reset(c->step);
  return err;
}

/* A step without and with a text. */
#define PLAIN(name, what)                                                                \
  cg_err name(cg_client *c, cg_arena *arena, cg_result *result) {                        \
    return call(c, (once){ .action = CG_LOGIN_DO_##what }, arena, result);               \
  }                                                                                      \
  cg_err name##_send(cg_client *c, cg_answer *answer, void *ctx, cg_fault *fault) {      \
    return send(c, (once){ .action = CG_LOGIN_DO_##what }, answer, ctx, fault);          \
  }
#define TEXT(name, what)                                                                 \
  cg_err name(cg_client *c, const char *text, cg_arena *arena, cg_result *result) {      \
    return call(c, (once){ CG_LOGIN_DO_##what, text, false }, arena, result);            \
  }                                                                                      \
  cg_err name##_send(cg_client *c, const char *text, cg_answer *answer, void *ctx,       \
                     cg_fault *fault) {                                                  \
    return send(c, (once){ CG_LOGIN_DO_##what, text, false }, answer, ctx, fault);       \
  }
PLAIN(cg_login_get_password, GET_PASSWORD)
PLAIN(cg_login_request_recovery, RECOVERY)
PLAIN(cg_password_reset, RESET_PASSWORD)
PLAIN(cg_password_decline_reset, DECLINE_RESET)
TEXT(cg_login_code, CODE)
TEXT(cg_login_check_recovery, CHECK_RECOVERY)
TEXT(cg_login_report_missing, REPORT)
TEXT(cg_login_email, EMAIL)
TEXT(cg_login_email_code, EMAIL_CODE)
TEXT(cg_login_accept, ACCEPT)
#undef PLAIN
#undef TEXT

cg_err cg_login_resend(cg_client *c, const char *reason, bool force, cg_arena *arena,
                       cg_result *result) {
  return call(c, (once){ CG_LOGIN_DO_RESEND, reason, force }, arena, result);
}

cg_err cg_login_resend_send(cg_client *c, const char *reason, bool force,
                            cg_answer *answer, void *ctx, cg_fault *fault) {
  return send(c, (once){ CG_LOGIN_DO_RESEND, reason, force }, answer, ctx, fault);
}

cg_err cg_login_reset_email(cg_client *c, bool force, cg_arena *arena,
                            cg_result *result) {
  once o = { .action = CG_LOGIN_DO_RESET_EMAIL, .force = force };
  return call(c, o, arena, result);
}

cg_err cg_login_reset_email_send(cg_client *c, bool force, cg_answer *answer, void *ctx,
                                 cg_fault *fault) {
  once o = { .action = CG_LOGIN_DO_RESET_EMAIL, .force = force };
  return send(c, o, answer, ctx, fault);
}
