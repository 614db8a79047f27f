/* SPDX-License-Identifier: MIT */
/* gateway_steps.c - see gateway_steps.h for the contract. */
#include "gateway_steps.h"

#include <centigram/api.h>

#include <stdio.h>
#include <string.h>

enum { RESTARTS = 3, CODE_MOST = 64 };

/* The api_hash of a server that asks for none. */
static const char no_hash[] = "00000000000000000000000000000000";

#define STATE(name) (1u << CG_LOGIN_##name)

static const unsigned pending = STATE(WAIT_PREMIUM_PURCHASE) | STATE(WAIT_EMAIL_ADDRESS) |
                                STATE(WAIT_EMAIL_CODE) | STATE(WAIT_CODE) |
                                STATE(WAIT_REGISTRATION) | STATE(WAIT_PASSWORD);

/* --- sending ---------------------------------------------------------------------- */

bool cg_exchange_take(cg_exchange *x, cg_account *account) {
  cg_fault fault = { 0 };
  account->calls++;
  account->used_us = x->g->now_us;
  x->account = account;
  if (cg_accounts_client(&x->g->accounts, account, &fault)) {
    cg_exchange_fault(x, &fault);
    return false;
  }
  cg_login_info info;
  cg_exchange_login(x, &info);
  if (!(1u << info.state & pending)) account->active = info.state == CG_LOGIN_READY;
  /* however it came to be logged in; if that cannot be kept, the next request tries */
  if (account->active)
    (void)!cg_accounts_entered(&x->g->accounts, account, info.user_id, NULL);
  return true;
}

void cg_exchange_login(const cg_exchange *x, cg_login_info *out) {
  cg_login_get(x->account->client, out);
}

/* The server asks for one new sendCode; without end that would be a trap. */
static bool begins_again(cg_exchange *x, const cg_result *result) {
  cg_fault fault = { 0 };
  return x->again && ++x->tries < RESTARTS && result->error.code == 500 &&
         !strncmp(result->error.text, "AUTH_RESTART", 12) && !x->again(x, &fault);
}

/* An answer that cannot be read is not the caller's fault, as a request would be. */
static bool is_about_bytes(cg_err err) {
  return err <= CG_E_TRUNCATED && err >= CG_E_NO_VARIANT;
}

static void on_answer(void *ctx, cg_err err, const cg_result *result) {
  cg_exchange *x = ctx;
  if (is_about_bytes(err))
    cg_exchange_fail(x, 502, "BAD_ANSWER", "the server's answer cannot be read");
  else if (err)
    cg_exchange_fault(x, &result->fault);
  else if (!result->error.code)
    x->done(x, result);
  else if (!begins_again(x, result))
    cg_exchange_rpc(x, &result->error);
}

static cg_err send_with(cg_exchange *x, const tl_obj *request, cg_answer *answer,
                        cg_fault *fault) {
  return cg_send(x->account->client, request, answer, x, NULL, fault);
}

/* Sends, or answers why not. */
static void send_to(cg_exchange *x, const tl_obj *request, cg_exchange_done *done) {
  cg_fault fault = { 0 };
  x->done = done;
  if (send_with(x, request, on_answer, &fault)) cg_exchange_fault(x, &fault);
}

/* The login if it is in one of the states of `mask`; else it is answered. */
static bool in_state(cg_exchange *x, unsigned mask, cg_login_info *info) {
  cg_exchange_login(x, info);
  if (mask & 1u << info->state) return true;
  cg_exchange_wrong_state(x, info->state);
  return false;
}

/* The hash of the pending code, in the exchange's arena; empty if there is none. */
static cg_bytes pending_hash(cg_exchange *x) {
  char hash[CG_LOGIN_HASH_MAX];
  cg_bytes kept = { 0 };
  if (!cg_login_hash(x->account->client, hash))
    kept = cg_arena_copy(x->arena, cg_bytes_of(hash));
  cg_token_wipe(hash, sizeof hash);
  return kept;
}

static cg_bytes phone_of(cg_exchange *x, const cg_login_info *info) {
  return cg_arena_copy(x->arena, cg_bytes_of(info->phone));
}

/* --- start ------------------------------------------------------------------------ */

static cg_err send_code(cg_exchange *x, cg_fault *fault) {
  char json[CG_PHONE_MAX + 32];
  const tl_obj *request;
  const cg_gateway_options *o = &x->g->options;
  cg_tl_defaults defaults = { o->api_id ? o->api_id : 1,
                              o->api_hash ? o->api_hash : no_hash, NULL, NULL };
  int len = snprintf(json, sizeof json, "{\"phone_number\":\"%s\"}", x->phone);
  cg_err err = cg_tl_call_from_json(x->g->schema, "auth.sendCode",
                                    (cg_bytes){ (const uint8_t *)json, (size_t)len },
                                    &defaults, x->arena, &request, fault);
  return err ? err : send_with(x, request, on_answer, fault);
}

/* The number is another one than the pending login's: that one is given up, whatever
 * the server says to it. */
static void on_given_up(void *ctx, cg_err err, const cg_result *result) {
  cg_exchange *x = ctx;
  cg_fault fault = { 0 };
  (void)result;
  if (err)
    cg_exchange_fault(x, &result->fault);
  else if (send_code(x, &fault))
    cg_exchange_fault(x, &fault);
}

static cg_err give_up(cg_exchange *x, const cg_login_info *info, cg_fault *fault) {
  tl_auth_cancelCode request = { TL_INIT(auth_cancelCode),
                                 .phone_number = phone_of(x, info),
                                 .phone_code_hash = pending_hash(x) };
  return send_with(x, &request.o, on_given_up, fault);
}

void cg_step_start(cg_exchange *x, const char *phone, cg_exchange_done *done) {
  char digits[CG_PHONE_MAX];
  cg_login_info info;
  cg_fault fault = { 0 };
  if (!in_state(x, STATE(WAIT_PHONE_NUMBER) | STATE(CLOSED) | pending, &info)) return;
  if (cg_phone_normalise(phone ? phone : "", digits, &fault)) {
    cg_exchange_fault(x, &fault);
    return;
  }
  x->phone = (const char *)cg_arena_copy(x->arena, cg_bytes_of(digits)).at;
  x->done = done;
  x->again = send_code;
  bool other = 1u << info.state & pending && strcmp(info.phone, digits);
  cg_err err = !x->phone ? cg_fail(&fault, CG_E_MEMORY, "out of memory")
               : other   ? give_up(x, &info, &fault)
                         : send_code(x, &fault);
  if (err) cg_exchange_fault(x, &fault);
}

/* --- the other steps -------------------------------------------------------------- */

/* The code as it is sent: without the blanks and dashes that people type, unless it is
 * made of words. */
static bool clean_code(const char *code, const char *type, char out[CODE_MOST]) {
  bool words = !strcmp(type, "word") || !strcmp(type, "phrase");
  size_t n = 0;
  for (; *code; code++) {
    if (!words && strchr(" \t-", *code)) continue;
    if (n == CODE_MOST - 1) return false;
    out[n++] = *code;
  }
  out[n] = 0;
  return n > 0;
}

void cg_step_code(cg_exchange *x, const char *code, cg_exchange_done *done) {
  char clean[CODE_MOST] = "";
  cg_login_info info;
  if (!in_state(x, STATE(WAIT_CODE), &info)) return;
  if (!code || !clean_code(code, info.type, clean)) {
    cg_exchange_fail(x, 400, "PHONE_CODE_EMPTY", "the code is missing");
    return;
  }
  tl_auth_signIn request = { TL_INIT(auth_signIn), .phone_number = phone_of(x, &info),
                             .phone_code_hash = pending_hash(x) };
  TL_SET(auth_signIn, &request, phone_code, cg_bytes_of(clean));
  send_to(x, &request.o, done);
  cg_token_wipe(clean, sizeof clean);
}

void cg_step_resend(cg_exchange *x, bool force, cg_exchange_done *done) {
  cg_login_info info;
  if (!in_state(x, STATE(WAIT_CODE), &info)) return;
  if (!info.next_type[0]) {
    cg_exchange_fail(x, 406, "SEND_CODE_UNAVAILABLE", "the code cannot be sent again");
    return;
  }
  if (info.resend_in > 0 && !force) {
    cg_exchange_problem(x, &(cg_problem){ .status = 429,
                                          .code = 429,
                                          .type = "RESEND_TOO_EARLY",
                                          .text = "the code cannot be sent again yet",
                                          .seconds = info.resend_in,
                                          .value = info.resend_in });
    return;
  }
  tl_auth_resendCode request = { TL_INIT(auth_resendCode),
                                 .phone_number = phone_of(x, &info),
                                 .phone_code_hash = pending_hash(x) };
  send_to(x, &request.o, done);
}

static void on_wiped(void *ctx, cg_err err, const cg_result *result) {
  (void)err, (void)result;
  cg_exchange *x = ctx;
  x->done(x, NULL);
}

/* cancelCode has no say over a code that was verified, and none once the server has
 * forgotten it: what is then still pending here goes with the key that it hangs on. */
static void on_cancelled(void *ctx, cg_err err, const cg_result *result) {
  cg_exchange *x = ctx;
  cg_login_info info;
  cg_fault fault = { 0 };
  if (err == CG_E_CLOSED) {
    cg_exchange_fault(x, &result->fault);
    return;
  }
  x->said = !err && result->object && result->object->id == TL_ID_boolTrue;
  x->said_error = result->error;
  cg_exchange_login(x, &info);
  if (!(1u << info.state & pending) || x->account->active ||
      cg_reset_auth_send(x->account->client, true, on_wiped, x, &fault))
    x->done(x, NULL);
}

void cg_exchange_said(cg_exchange *x, const cg_result *none) {
  (void)none;
  if (x->said_error.code)
    cg_exchange_rpc(x, &x->said_error);
  else
    cg_exchange_result(x, x->said ? CG_LIT("true") : CG_LIT("false"));
}

void cg_step_cancel(cg_exchange *x, cg_exchange_done *done) {
  cg_login_info info;
  cg_fault fault = { 0 };
  if (!in_state(x, pending, &info)) return;
  tl_auth_cancelCode request = { TL_INIT(auth_cancelCode),
                                 .phone_number = phone_of(x, &info),
                                 .phone_code_hash = pending_hash(x) };
  x->done = done;
  if (send_with(x, &request.o, on_cancelled, &fault)) cg_exchange_fault(x, &fault);
}

void cg_step_sign_up(cg_exchange *x, const char *first_name, const char *last_name,
                     cg_exchange_done *done) {
  cg_login_info info;
  if (!in_state(x, STATE(WAIT_REGISTRATION), &info)) return;
  tl_auth_signUp request = { TL_INIT(auth_signUp), .phone_number = phone_of(x, &info),
                             .phone_code_hash = pending_hash(x),
                             .first_name = cg_bytes_of(first_name),
                             .last_name = cg_bytes_of(last_name) };
  send_to(x, &request.o, done);
}

void cg_step_log_out(cg_exchange *x, cg_exchange_done *done) {
  cg_login_info info;
  tl_auth_logOut request = { TL_INIT(auth_logOut) };
  if (!in_state(x, STATE(READY) | pending, &info)) return;
  if (1u << info.state & pending)
    cg_step_cancel(x, done);
  else
    send_to(x, &request.o, done);
}

void cg_step_bot(cg_exchange *x, const char *token, cg_exchange_done *done) {
  cg_login_info info;
  const cg_gateway_options *o = &x->g->options;
  if (!in_state(x, STATE(WAIT_PHONE_NUMBER) | STATE(CLOSED) | pending, &info)) return;
  tl_auth_importBotAuthorization request = {
    TL_INIT(auth_importBotAuthorization), .api_id = o->api_id ? o->api_id : 1,
    .api_hash = cg_bytes_of(o->api_hash ? o->api_hash : no_hash),
    .bot_auth_token = cg_bytes_of(token)
  };
  send_to(x, &request.o, done);
}

static void on_self(cg_exchange *x, const cg_result *result) {
  const tl_vector *users = (const tl_vector *)(const void *)result->object;
  if (users->o.id == TL_ID_vector && users->of == TL_OF_OBJ && users->len)
    cg_exchange_object(x, users->objs[0]);
  else
    cg_exchange_fail(x, 502, "BAD_ANSWER", "the server's answer cannot be read");
}

void cg_step_self(cg_exchange *x) {
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  const tl_obj *ids[] = { &self.o };
  tl_users_getUsers request = { TL_INIT(users_getUsers), .id = { ids, 1 } };
  send_to(x, &request.o, on_self);
}

static void on_reset(void *ctx, cg_err err, const cg_result *result) {
  cg_exchange *x = ctx;
  if (err)
    cg_exchange_fault(x, &result->fault);
  else if (result->error.code)
    cg_exchange_rpc(x, &result->error);
  else
    cg_exchange_result(x, CG_LIT("{\"_\":\"authStateLoggingOut\"}"));
}

void cg_step_reset(cg_exchange *x, bool force) {
  cg_fault fault = { 0 };
  if (cg_reset_auth_send(x->account->client, force, on_reset, x, &fault))
    cg_exchange_fault(x, &fault);
}

/* --- calls ------------------------------------------------------------------------ */

static void on_called(cg_exchange *x, const cg_result *result) {
  cg_exchange_object(x, result->object);
}

static bool random_bytes(void *ctx, void *out, size_t len) {
  return !cg_rng_fill(ctx, out, len);
}

static void no_method(cg_exchange *x, const char *method, int missing) {
  cg_fault fault = { 0 };
  const tl_obj *none;
  (void)!cg_tl_call_from_json(x->g->schema, method, CG_LIT("{}"), NULL, x->arena, &none,
                              &fault);
  cg_exchange_fail(x, missing, "METHOD_UNKNOWN", fault.text);
}

void cg_step_call_json(cg_exchange *x, const char *method, cg_bytes args, int missing) {
  const cg_gateway_options *o = &x->g->options;
  cg_tl_defaults defaults = { o->api_id ? o->api_id : 1,
                              o->api_hash ? o->api_hash : no_hash, random_bytes,
                              &x->g->options.rng };
  const tl_obj *request;
  cg_fault fault = { 0 };
  if (!cg_tl_method_id(x->g->schema, method))
    no_method(x, method, missing);
  else if (cg_tl_call_from_json(x->g->schema, method, args, &defaults, x->arena, &request,
                                &fault))
    cg_exchange_fault(x, &fault);
  else {
    x->method = cg_tl_name(x->g->schema, request);
    send_to(x, request, on_called);
  }
}

void cg_step_call(cg_exchange *x, const char *method, int missing) {
  cg_bytes args;
  uint32_t id = cg_tl_method_id(x->g->schema, method);
  if (!id)
    no_method(x, method, missing);
  else if (cg_params_call(x->g->schema, id, &x->params, x->arena, &args))
    cg_exchange_fault(x, &(cg_fault){ CG_E_MEMORY, "out of memory" });
  else
    cg_step_call_json(x, method, args, missing);
}
