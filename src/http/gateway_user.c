/* SPDX-License-Identifier: MIT */
/*
 * gateway_user.c - the form of the PWRTelegram API: /phonelogin, /user<TOKEN>/<method>
 * and /bot<TOKEN>/madeline. faces.md 1c
 */
#include "gateway_steps.h"

#include "clock.h"

#include <centigram/api.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- the login -------------------------------------------------------------------- */

static void on_phone(cg_exchange *x, const cg_result *result) {
  (void)result;
  char token[CG_TOKEN_SIZE];
  memcpy(token, x->token, sizeof token);
  cg_exchange_result_text(x, token);
  cg_token_wipe(token, sizeof token);
}

void cg_gateway_phonelogin(cg_exchange *x) {
  cg_account *account;
  cg_fault fault = { 0 };
  const char *phone = cg_exchange_text(x, "phone");
  x->label = "/phonelogin";
  if (!phone) phone = cg_exchange_text(x, "number");
  if (cg_accounts_add(&x->g->accounts, CG_BY_PHONE, NULL, cg_unix(x->g->now_us), x->token,
                      &account, &fault)) {
    cg_exchange_fault(x, &fault);
    return;
  }
  x->fresh = true;
  if (cg_exchange_take(x, account)) cg_step_start(x, phone, on_phone);
}

/* The permanent token is the one that was used, behind the user's id. */
static void entered(cg_exchange *x) {
  char token[CG_TOKEN_SIZE + 24];
  cg_login_info info;
  cg_fault fault = { 0 };
  cg_exchange_login(x, &info);
  if (cg_accounts_entered(&x->g->accounts, x->account, info.user_id, &fault)) {
    cg_exchange_fault(x, &fault);
    return;
  }
  snprintf(token, sizeof token, "%" PRId64 ":%s", info.user_id, x->token);
  cg_exchange_result_text(x, token);
  cg_token_wipe(token, sizeof token);
}

static void on_code(cg_exchange *x, const cg_result *result) {
  if (TL_AS(auth_authorizationSignUpRequired, result->object))
    cg_exchange_fail(x, 401, "SIGN_UP_REQUIRED",
                     "Need to signup: call the completesignup method.");
  else
    entered(x);
}

static void on_signed_up(cg_exchange *x, const cg_result *result) {
  (void)result;
  entered(x);
}

static const char no_password[] =
    "2FA is enabled: this account needs its password, which this version of the gateway "
    "cannot check.";

static void do_code(cg_exchange *x) {
  x->if_password = no_password;
  cg_step_code(x, cg_exchange_text(x, "code"), on_code);
}

static void do_password(cg_exchange *x) {
  cg_exchange_fail(x, 501, "NOT_IMPLEMENTED", no_password);
}

static void do_sign_up(cg_exchange *x) {
  const char *first = cg_exchange_text(x, "first_name"),
             *last = cg_exchange_text(x, "last_name");
  cg_step_sign_up(x, first ? first : "", last ? last : "", on_signed_up);
}

static void on_object(cg_exchange *x, const cg_result *result) {
  cg_exchange_object(x, result->object);
}

static void do_resend(cg_exchange *x) {
  cg_step_resend(x, cg_exchange_flag(x, "force"), on_object);
}

static void do_cancel(cg_exchange *x) {
  cg_step_cancel(x, cg_exchange_said);
}

static void do_reset(cg_exchange *x) {
  cg_step_reset(x, cg_exchange_flag(x, "force"));
}

static void do_self(cg_exchange *x) {
  cg_step_self(x);
}

static void do_enable(cg_exchange *x) {
  cg_updates_turn_on(&x->account->updates, x->g->now_us);
  cg_exchange_result(x, CG_LIT("true"));
}

static void do_disable(cg_exchange *x) {
  cg_updates_turn_off(&x->account->updates);
  cg_exchange_result(x, CG_LIT("true"));
}

static void do_updates(cg_exchange *x) {
  if (x->account->updates.on)
    cg_gateway_get_updates(x);
  else
    cg_exchange_fail(x, 400, "UPDATES_OFF",
                     "Updates are off: call the enablegetupdates method.");
}

static const cg_named_step steps[] = {
  { "completephonelogin", do_code },
  { "complete2falogin", do_password },
  { "completesignup", do_sign_up },
  { "resendcode", do_resend },
  { "cancelcode", do_cancel },
  { "resetauth", do_reset },
  { "getself", do_self },
  { "getme", do_self },
  { "getupdates", do_updates },
  { "enablegetupdates", do_enable },
  { "disablegetupdates", do_disable },
};

/* --- routes ----------------------------------------------------------------------- */

/* "auth->cancelCode" is another way to write "auth.cancelCode". */
static const char *method_name(cg_exchange *x, const char *name) {
  cg_bytes copy = cg_arena_copy(x->arena, cg_bytes_of(name));
  char *text = (char *)(uintptr_t)copy.at;
  for (char *at = text; at && (at = strstr(at, "->"));) {
    *at++ = '.';
    memmove(at, at + 1, strlen(at));
  }
  return text ? text : "";
}

static void run(cg_exchange *x, const char *name) {
  if (!cg_exchange_step(x, steps, sizeof steps / sizeof *steps, name))
    cg_step_call(x, method_name(x, name), 400);
}

/* `method` and `params` of /bot<TOKEN>/madeline become the exchange's own. */
static void madeline(cg_exchange *x) {
  const char *method = cg_exchange_text(x, "method");
  const cg_param *params = cg_params_find(&x->params, "params");
  cg_bytes json = params ? params->value : CG_LIT("{}");
  const char *inside = params ? cg_exchange_text(x, "params") : NULL;
  if (params && params->json && inside) json = cg_bytes_of(inside);
  if (!method)
    cg_exchange_fail(x, 400, "BAD_REQUEST", "Missing method to call.");
  else if (cg_params_of_json(json, x->arena, &x->params, NULL))
    cg_exchange_fail(x, 400, "BAD_REQUEST", "Could not parse parameters.");
  else
    run(x, method);
}

/* The token's part that the temporary and the permanent form share. */
static void keep_token(cg_exchange *x, const char *token) {
  const char *colon = strchr(token, ':');
  snprintf(x->token, sizeof x->token, "%s", colon ? colon + 1 : token);
}

void cg_gateway_user(cg_exchange *x, const char *path) {
  bool bot = x->rq->path[1] == 'b';
  const char *slash = strchr(path, '/');
  cg_bytes token = cg_arena_copy(
      x->arena, (cg_bytes){ (const uint8_t *)path, slash ? (size_t)(slash - path) : 0 });
  cg_account *account =
      token.at ? cg_accounts_by_token(&x->g->accounts, (const char *)token.at) : NULL;
  x->label = bot ? "/bot***" : "/user***";
  if (!slash)
    cg_exchange_fail(x, 404, "NOT_FOUND", "Not Found");
  else if (!account)
    cg_exchange_fail(x, 401, "UNAUTHORIZED", "Unauthorized");
  else if (bot && strcasecmp(slash + 1, "madeline"))
    cg_exchange_fail(x, 400, "METHOD_UNKNOWN",
                     "The Bot API is not served: call the madeline method.");
  else if (cg_exchange_take(x, account)) {
    keep_token(x, (const char *)token.at);
    if (bot)
      madeline(x);
    else
      run(x, slash + 1);
  }
}
