/* SPDX-License-Identifier: MIT */
/*
 * client_login.c - the login steps of centigram/login.h: each looks whether it is
 * allowed, makes its request and calls. The state moves where every answer passes, in
 * the client without sockets.
 */
#include "client_driver.h"

#include "clock.h"
#include "login_request.h"
#include "wipe.h"

#include <string.h>

static int64_t now_s(const cg_client *c) {
  return cg_unix(cg_loop_now(c->loop));
}

/* The login as it is now. */
static cg_login *fresh(cg_client *c) {
  cg_login_expire(&c->data.login, now_s(c));
  return &c->data.login;
}

/* Where the request of a step is made. */
static cg_arena *scratch(cg_client *c) {
  cg_arena_reset(c->step);
  return c->step;
}

/* What came of making a request, with its line. */
static cg_err asked(cg_fault *fault, cg_err err) {
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}

/* A reset that an earlier process began ends before any step. */
static cg_err settle(cg_client *c, cg_result *result) {
  *result = (cg_result){ 0 };
  cg_err err = c->data.login.reset ? cg_reset_auth(c, false, NULL, result) : CG_OK;
  if (!err) *result = (cg_result){ 0 };
  return err;
}

void cg_login_get(const cg_client *c, cg_login_info *out) {
  cg_login_describe(&c->data.login, now_s(c), out);
}

cg_err cg_login_hash(const cg_client *c, char out[CG_LOGIN_HASH_MAX]) {
  const cg_login *l = &c->data.login;
  if (!cg_login_is_pending(l) || !l->hash[0]) return CG_E_NOT_FOUND;
  memcpy(out, l->hash, CG_LOGIN_HASH_MAX);
  return CG_OK;
}

cg_err cg_login_get_terms(cg_client *c, cg_arena *arena, cg_login_terms *out) {
  cg_err err = cg_login_read_terms(&c->data.login, arena, out);
  if (!err) c->data.login.terms_shown = true;
  return err;
}

/* --- requests -------------------------------------------------------------- */

cg_err cg_client_ask_start(cg_client *c, const char *phone,
                           const cg_login_settings *settings, const tl_obj **request,
                           cg_fault *fault) {
  cg_err err = cg_login_allow(fresh(c), CG_LOGIN_DO_START, fault);
  return err ? err
             : asked(fault, cg_login_ask_send(&c->data.login, phone, c->api_id,
                                              c->api_hash, settings, scratch(c), request));
}

cg_err cg_client_ask_resend(cg_client *c, const char *reason, bool force,
                            const tl_obj **request, cg_fault *fault) {
  cg_err err = cg_login_may_resend(fresh(c), now_s(c), force, fault);
  return err ? err
             : asked(fault,
                     cg_login_ask_resend(&c->data.login, reason, scratch(c), request));
}

cg_err cg_client_ask_cancel(cg_client *c, const tl_obj **request, cg_fault *fault) {
  cg_err err = cg_login_allow(fresh(c), CG_LOGIN_DO_CANCEL, fault);
  *request = NULL;
  if (err || !c->data.login.hash[0]) return err;
  return asked(fault, cg_login_ask_cancel(&c->data.login, scratch(c), request));
}

cg_err cg_client_ask_code(cg_client *c, const char *code, const tl_obj **request,
                          cg_fault *fault) {
  char clean[CG_CODE_TEXT_MAX] = "";
  cg_err err = cg_login_allow(fresh(c), CG_LOGIN_DO_CODE, fault);
  if (!err) err = cg_login_clean_code(&c->data.login, code, clean, fault);
  cg_bytes kept = { 0 };
  cg_arena *arena = scratch(c);
  if (!err) kept = cg_arena_copy(arena, cg_bytes_of(clean));
  cg_wipe(clean, sizeof clean);
  if (err) return err;
  err = kept.at ? cg_login_ask_code(&c->data.login, (const char *)kept.at, arena, request)
                : CG_E_MEMORY;
  return asked(fault, err);
}

static cg_err check_terms(const cg_client *c, bool accepted, cg_fault *fault) {
  if (c->data.login.terms.len && !c->data.login.terms_shown)
    return cg_fail(fault, CG_E_REFUSED, "the terms have not been shown");
  if (!accepted)
    return cg_fail(fault, CG_E_REFUSED, "the terms have not been accepted");
  return CG_OK;
}

cg_err cg_client_ask_sign_up(cg_client *c, const char *first_name, const char *last_name,
                             bool accept_terms, const tl_obj **request, cg_fault *fault) {
  cg_err err = cg_login_allow(fresh(c), CG_LOGIN_DO_SIGN_UP, fault);
  if (!err) err = check_terms(c, accept_terms, fault);
  return err ? err
             : asked(fault, cg_login_ask_sign_up(&c->data.login, first_name, last_name,
                                                 scratch(c), request));
}

bool cg_client_waits_for_other(cg_client *c, const char *phone) {
  const cg_login *l = fresh(c);
  return cg_login_is_pending(l) && strcmp(l->phone, phone);
}

void cg_client_forget_login(cg_client *c) {
  cg_core_forget_login(c->core);
  cg_client_pump(c);
}

bool cg_client_is_restart(const cg_rpc_error *error) {
  return error->code == 500 && !strncmp(error->text, "AUTH_RESTART", 12);
}

/* --- cancel ---------------------------------------------------------------- */

static cg_err cancel(cg_client *c, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_err err = cg_client_ask_cancel(c, &request, &result->fault);
  if (err == CG_E_REFUSED) return err;
  if (!err && request)
    err = cg_client_call(c, request, CG_CLIENT_CANCEL_LIMIT, arena, result);
  cg_client_forget_login(c);
  return err;
}

cg_err cg_login_cancel(cg_client *c, cg_arena *arena, cg_result *result) {
  cg_client_hold(c);
  cg_err err = settle(c, result);
  if (!err) err = cancel(c, arena, result);
  cg_client_release(c);
  return err;
}

/* --- start ----------------------------------------------------------------- */

static cg_err start(cg_client *c, const char *phone, const cg_login_settings *settings,
                    cg_arena *arena, cg_result *result) {
  char digits[CG_PHONE_MAX];
  const tl_obj *request;
  cg_err err = settle(c, result);
  if (!err) err = cg_login_allow(fresh(c), CG_LOGIN_DO_START, &result->fault);
  if (!err) err = cg_phone_normalise(phone, digits, &result->fault);
  if (err) return err;
  if (cg_client_waits_for_other(c, digits)) {
    cg_result ignored = { 0 }; /* best effort: that login is given up either way */
    (void)!cancel(c, NULL, &ignored);
  }
  err = cg_client_ask_start(c, digits, settings, &request, &result->fault);
  for (int i = 0; !err && i < CG_CLIENT_RESTARTS; i++) {
    err = cg_call(c, request, arena, result);
    if (!cg_client_is_restart(&result->error)) break;
  }
  return err;
}

cg_err cg_login_start(cg_client *c, const char *phone, const cg_login_settings *settings,
                      cg_arena *arena, cg_result *result) {
  cg_client_hold(c);
  cg_err err = start(c, phone, settings, arena, result);
  cg_client_release(c);
  return err;
}

/* --- the other steps ------------------------------------------------------- */

cg_err cg_login_resend(cg_client *c, const char *reason, bool force, cg_arena *arena,
                       cg_result *result) {
  const tl_obj *request;
  cg_client_hold(c);
  cg_err err = settle(c, result);
  if (!err) err = cg_client_ask_resend(c, reason, force, &request, &result->fault);
  if (!err) err = cg_call(c, request, arena, result);
  cg_client_release(c);
  return err;
}

cg_err cg_login_code(cg_client *c, const char *code, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_client_hold(c);
  cg_err err = settle(c, result);
  if (!err) err = cg_client_ask_code(c, code, &request, &result->fault);
  if (!err) err = cg_call(c, request, arena, result);
  cg_arena_reset(c->step); /* it holds the code */
  cg_client_release(c);
  return err;
}

cg_err cg_login_sign_up(cg_client *c, const char *first_name, const char *last_name,
                        bool accept_terms, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_client_hold(c);
  cg_err err = settle(c, result);
  if (!err)
    err = cg_client_ask_sign_up(c, first_name, last_name, accept_terms, &request,
                                &result->fault);
  if (!err) err = cg_call(c, request, arena, result);
  cg_client_release(c);
  return err;
}

static cg_err log_out(cg_client *c, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  if (c->data.login.reset) return cg_reset_auth(c, false, arena, result);
  *result = (cg_result){ 0 };
  if (cg_login_is_pending(fresh(c))) return cancel(c, arena, result);
  cg_err err = cg_login_allow(fresh(c), CG_LOGIN_DO_LOG_OUT, &result->fault);
  if (!err) err = asked(&result->fault, cg_login_ask_log_out(scratch(c), &request));
  return err ? err : cg_call(c, request, arena, result);
}

cg_err cg_login_log_out(cg_client *c, cg_arena *arena, cg_result *result) {
  cg_client_hold(c);
  cg_err err = log_out(c, arena, result);
  cg_client_release(c);
  return err;
}
