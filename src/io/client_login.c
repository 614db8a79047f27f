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

int64_t cg_client_now_s(const cg_client *c) {
  return cg_unix(cg_loop_now(c->loop));
}

cg_login *cg_client_login(cg_client *c) {
  cg_login_expire(&c->data.login, cg_client_now_s(c));
  return &c->data.login;
}

cg_arena *cg_client_scratch(cg_client *c) {
  cg_arena_reset(c->step);
  return c->step;
}

/* What came of making a request, with its line. */
static cg_err asked(cg_fault *fault, cg_err err) {
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}

cg_err cg_client_settle(cg_client *c, cg_result *result) {
  *result = (cg_result){ 0 };
  cg_err err = c->data.login.reset ? cg_reset_auth(c, false, NULL, result) : CG_OK;
  if (!err) *result = (cg_result){ 0 };
  return err;
}

void cg_login_get(const cg_client *c, cg_login_info *out) {
  cg_login_describe(&c->data.login, cg_client_now_s(c), out);
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
  cg_err err = cg_login_may(cg_client_login(c), CG_LOGIN_DO_START, phone,
                            cg_client_now_s(c), fault);
  return err ? err
             : asked(fault,
                     cg_login_ask_send(&c->data.login, phone, c->api_id, c->api_hash,
                                       settings, cg_client_scratch(c), request));
}

cg_err cg_client_ask_resend(cg_client *c, const char *reason, bool force,
                            const tl_obj **request, cg_fault *fault) {
  cg_err err = cg_login_may_resend(cg_client_login(c), cg_client_now_s(c), force, fault);
  return err ? err
             : asked(fault, cg_login_ask_resend(&c->data.login, reason,
                                                cg_client_scratch(c), request));
}

cg_err cg_client_ask_cancel(cg_client *c, const tl_obj **request, cg_fault *fault) {
  cg_login *l = cg_client_login(c);
  cg_err err = cg_login_allow(l, CG_LOGIN_DO_CANCEL, fault);
  *request = NULL;
  if (err) return err;
  if (l->state == CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION)
    return asked(fault, cg_login_ask_qr(c->api_id, c->api_hash, l->except,
                                        l->except_count, cg_client_scratch(c), request));
  if (!l->hash[0] || cg_core_signs_in(c->core)) return CG_OK;
  return asked(fault, cg_login_ask_cancel(l, cg_client_scratch(c), request));
}

cg_err cg_client_ask_code(cg_client *c, const char *code, const tl_obj **request,
                          cg_fault *fault) {
  char clean[CG_CODE_TEXT_MAX] = "";
  cg_err err =
      cg_login_may(cg_client_login(c), CG_LOGIN_DO_CODE, NULL, cg_client_now_s(c), fault);
  if (!err) err = cg_login_clean_code(&c->data.login, code, clean, fault);
  cg_bytes kept = { 0 };
  cg_arena *arena = cg_client_scratch(c);
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
  if (!accepted) return cg_fail(fault, CG_E_REFUSED, "the terms have not been accepted");
  return CG_OK;
}

cg_err cg_client_ask_sign_up(cg_client *c, const char *first_name, const char *last_name,
                             bool accept_terms, const tl_obj **request, cg_fault *fault) {
  cg_err err = cg_login_may(cg_client_login(c), CG_LOGIN_DO_SIGN_UP, NULL,
                            cg_client_now_s(c), fault);
  if (!err) err = check_terms(c, accept_terms, fault);
  return err ? err
             : asked(fault, cg_login_ask_sign_up(&c->data.login, first_name, last_name,
                                                 cg_client_scratch(c), request));
}

cg_err cg_client_ask_qr(cg_client *c, const int64_t *except_ids, size_t count,
                        const tl_obj **request, cg_fault *fault) {
  cg_err err =
      cg_login_may(cg_client_login(c), CG_LOGIN_DO_QR, NULL, cg_client_now_s(c), fault);
  return err ? err
             : asked(fault, cg_login_ask_qr(c->api_id, c->api_hash, except_ids, count,
                                            cg_client_scratch(c), request));
}

cg_err cg_client_ask_bot(cg_client *c, const char *token, const tl_obj **request,
                         cg_fault *fault) {
  cg_err err =
      cg_login_may(cg_client_login(c), CG_LOGIN_DO_BOT, NULL, cg_client_now_s(c), fault);
  if (!err) err = cg_login_check_bot(token, fault);
  return err ? err
             : asked(fault, cg_login_ask_bot(c->api_id, c->api_hash, token,
                                             cg_client_scratch(c), request));
}

bool cg_client_waits_for_other(cg_client *c, const char *phone) {
  const cg_login *l = cg_client_login(c);
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
  cg_err err = cg_client_settle(c, result);
  if (!err) err = cancel(c, arena, result);
  cg_client_release(c);
  return err;
}

/* --- start ----------------------------------------------------------------- */

static cg_err start(cg_client *c, const char *phone, const cg_login_settings *settings,
                    cg_arena *arena, cg_result *result) {
  char digits[CG_PHONE_MAX];
  const tl_obj *request;
  cg_err err = cg_client_settle(c, result);
  if (!err) err = cg_phone_normalise(phone, digits, &result->fault);
  if (!err)
    err = cg_login_may(cg_client_login(c), CG_LOGIN_DO_START, digits, cg_client_now_s(c),
                       &result->fault);
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

/* --- other ways in ----------------------------------------------------------- */

/* A pending login is given up: best effort, it is over either way. */
static void give_up(cg_client *c, bool qr_too) {
  cg_result ignored = { 0 };
  const cg_login *l = cg_client_login(c);
  bool qr = l->state == CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION;
  if (cg_login_is_pending(l) && (!qr || qr_too)) (void)!cancel(c, NULL, &ignored);
}

cg_err cg_login_qr(cg_client *c, const int64_t *except_ids, size_t except_count,
                   cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_client_hold(c);
  cg_err err = cg_client_settle(c, result);
  if (!err) err = cg_client_ask_qr(c, except_ids, except_count, &request, &result->fault);
  if (!err) give_up(c, false);
  if (!err) err = cg_client_ask_qr(c, except_ids, except_count, &request, &result->fault);
  if (!err) err = cg_call(c, request, arena, result);
  cg_client_release(c);
  return err;
}

cg_err cg_login_bot(cg_client *c, const char *token, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_client_hold(c);
  cg_err err = cg_client_settle(c, result);
  if (!err) err = cg_client_ask_bot(c, token, &request, &result->fault);
  if (!err) give_up(c, true);
  if (!err) err = cg_client_ask_bot(c, token, &request, &result->fault);
  if (!err) err = cg_call(c, request, arena, result);
  cg_arena_reset(c->step); /* it holds the token */
  cg_client_release(c);
  return err;
}

/* --- the other steps ------------------------------------------------------- */

cg_err cg_login_sign_up(cg_client *c, const char *first_name, const char *last_name,
                        bool accept_terms, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_client_hold(c);
  cg_err err = cg_client_settle(c, result);
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
  if (cg_login_is_pending(cg_client_login(c))) return cancel(c, arena, result);
  cg_err err = cg_login_allow(cg_client_login(c), CG_LOGIN_DO_LOG_OUT, &result->fault);
  if (!err)
    err = asked(&result->fault, cg_login_ask_log_out(cg_client_scratch(c), &request));
  return err ? err : cg_call(c, request, arena, result);
}

cg_err cg_login_log_out(cg_client *c, cg_arena *arena, cg_result *result) {
  cg_client_hold(c);
  cg_err err = log_out(c, arena, result);
  cg_client_release(c);
  return err;
}
