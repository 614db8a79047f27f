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

enum { RESTARTS = 3 }; /* of a sendCode that is answered with AUTH_RESTART */

static const uint64_t CANCEL_LIMIT = 2 * CG_SECOND;

static int64_t now_s(const cg_client *c) {
  return cg_unix(cg_loop_now(c->loop));
}

/* The login as it is now. */
static cg_login *fresh(cg_client *c) {
  cg_login_expire(&c->data.login, now_s(c));
  return &c->data.login;
}

/* Looks whether `action` is allowed; empties the result. A reset that an earlier process
 * began ends first. */
static cg_err check(cg_client *c, cg_login_action action, cg_result *result) {
  if (c->data.login.reset) {
    cg_err err = cg_reset_auth(c, false, NULL, result);
    if (err) return err;
  }
  *result = (cg_result){ 0 };
  return cg_login_allow(fresh(c), action, &result->fault);
}

/* Where the request of a step is made. */
static cg_arena *scratch(cg_client *c) {
  cg_arena_reset(c->step);
  return c->step;
}

/* What came of making a request, with its line. */
static cg_err asked(cg_result *result, cg_err err) {
  return err ? cg_fail(&result->fault, err, "%s", cg_err_text(err)) : CG_OK;
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

/* --- cancel ---------------------------------------------------------------- */

static cg_err cancel(cg_client *c, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_err err = asked(result, cg_login_ask_cancel(&c->data.login, scratch(c), &request));
  if (!err && c->data.login.hash[0])
    err = cg_client_call(c, request, CANCEL_LIMIT, arena, result);
  cg_core_forget_login(c->core);
  cg_client_pump(c);
  return err;
}

cg_err cg_login_cancel(cg_client *c, cg_arena *arena, cg_result *result) {
  cg_client_hold(c);
  cg_err err = check(c, CG_LOGIN_DO_CANCEL, result);
  if (!err) err = cancel(c, arena, result);
  cg_client_release(c);
  return err;
}

/* --- start ----------------------------------------------------------------- */

static bool is_restart(const cg_result *result) {
  return result->error.code == 500 && !strncmp(result->error.text, "AUTH_RESTART", 12);
}

static cg_err start(cg_client *c, const char *phone, const cg_login_settings *settings,
                    cg_arena *arena, cg_result *result) {
  char digits[CG_PHONE_MAX];
  const tl_obj *request;
  cg_err err = check(c, CG_LOGIN_DO_START, result);
  if (!err) err = cg_phone_normalise(phone, digits, &result->fault);
  if (err) return err;
  const cg_login *l = &c->data.login;
  if (cg_login_is_pending(l) && strcmp(l->phone, digits)) {
    cg_result ignored; /* best effort: that login is given up either way */
    (void)!cancel(c, NULL, &ignored);
  }
  err = asked(result, cg_login_ask_send(l, digits, c->api_id, c->api_hash, settings,
                                        scratch(c), &request));
  for (int i = 0; !err && i < RESTARTS; i++) {
    err = cg_call(c, request, arena, result);
    if (!is_restart(result)) break;
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
  const cg_login *l = &c->data.login;
  cg_client_hold(c);
  cg_err err = check(c, CG_LOGIN_DO_RESEND, result);
  if (!err) err = cg_login_may_resend(l, now_s(c), force, &result->fault);
  if (!err) err = asked(result, cg_login_ask_resend(l, reason, scratch(c), &request));
  if (!err) err = cg_call(c, request, arena, result);
  cg_client_release(c);
  return err;
}

cg_err cg_login_code(cg_client *c, const char *code, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  char clean[CG_CODE_TEXT_MAX] = "";
  const cg_login *l = &c->data.login;
  cg_client_hold(c);
  cg_err err = check(c, CG_LOGIN_DO_CODE, result);
  if (!err) err = cg_login_clean_code(l, code, clean, &result->fault);
  if (!err) err = asked(result, cg_login_ask_code(l, clean, scratch(c), &request));
  if (!err) err = cg_call(c, request, arena, result);
  cg_client_release(c);
  cg_wipe(clean, sizeof clean);
  return err;
}

static cg_err check_terms(const cg_client *c, bool accepted, cg_result *result) {
  if (c->data.login.terms.len && !c->data.login.terms_shown)
    return cg_fail(&result->fault, CG_E_REFUSED, "the terms have not been shown");
  if (!accepted)
    return cg_fail(&result->fault, CG_E_REFUSED, "the terms have not been accepted");
  return CG_OK;
}

cg_err cg_login_sign_up(cg_client *c, const char *first_name, const char *last_name,
                        bool accept_terms, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_client_hold(c);
  cg_err err = check(c, CG_LOGIN_DO_SIGN_UP, result);
  if (!err) err = check_terms(c, accept_terms, result);
  if (!err)
    err = asked(result, cg_login_ask_sign_up(&c->data.login, first_name, last_name,
                                             scratch(c), &request));
  if (!err) err = cg_call(c, request, arena, result);
  cg_client_release(c);
  return err;
}

static cg_err log_out(cg_client *c, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  if (c->data.login.reset) return cg_reset_auth(c, false, arena, result);
  *result = (cg_result){ 0 };
  if (cg_login_is_pending(fresh(c))) return cancel(c, arena, result);
  cg_err err = check(c, CG_LOGIN_DO_LOG_OUT, result);
  if (!err) err = asked(result, cg_login_ask_log_out(scratch(c), &request));
  return err ? err : cg_call(c, request, arena, result);
}

cg_err cg_login_log_out(cg_client *c, cg_arena *arena, cg_result *result) {
  cg_client_hold(c);
  cg_err err = log_out(c, arena, result);
  cg_client_release(c);
  return err;
}
