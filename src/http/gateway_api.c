/* SPDX-License-Identifier: MIT */
/*
 * gateway_api.c - the form of TelegramApiServer: /api/<session>/<method> and
 * /system/<method>. A session is an account with a name. faces.md 1c
 */
#include "gateway_steps.h"

#include "clock.h"

#include <centigram/api.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char default_session[] = "session";

/* --- helpers of MadelineProto ------------------------------------------------------ */

static void on_object(cg_exchange *x, const cg_result *result) {
  cg_exchange_object(x, result->object);
}

/* Remembers whose account it is, so that a later step does not wipe it. */
static void on_entered(cg_exchange *x, const cg_result *result) {
  cg_login_info info;
  cg_fault fault = { 0 };
  cg_exchange_login(x, &info);
  if (cg_accounts_entered(&x->g->accounts, x->account, info.user_id, &fault))
    cg_exchange_fault(x, &fault);
  else
    cg_exchange_object(x, result->object);
}

static void on_code(cg_exchange *x, const cg_result *result) {
  if (TL_AS(auth_authorizationSignUpRequired, result->object))
    cg_exchange_result(x, CG_LIT("{\"_\":\"account.needSignup\"}"));
  else
    on_entered(x, result);
}

static void on_left(cg_exchange *x, const cg_result *result) {
  (void)result;
  cg_exchange_result(x, CG_LIT("null"));
}

/* The first of both parameters that was given, or "". */
static const char *either(cg_exchange *x, const char *one, const char *other) {
  const char *text = cg_exchange_text(x, one);
  if (!text) text = cg_exchange_text(x, other);
  return text ? text : "";
}

static void phone_login(cg_exchange *x) {
  cg_step_start(x, either(x, "number", "phone"), on_object);
}

static void complete_phone_login(cg_exchange *x) {
  cg_step_code(x, cg_exchange_text(x, "code"), on_code);
}

static void complete_2fa_login(cg_exchange *x) {
  cg_exchange_fail(x, 501, "NOT_IMPLEMENTED",
                   "passwords cannot be checked by this version");
}

static void complete_signup(cg_exchange *x) {
  cg_step_sign_up(x, either(x, "first_name", "firstName"),
                  either(x, "last_name", "lastName"), on_entered);
}

static void resend_code(cg_exchange *x) {
  cg_step_resend(x, cg_exchange_flag(x, "force"), on_object);
}

static void cancel_code(cg_exchange *x) {
  cg_step_cancel(x, cg_exchange_said);
}

static void logout(cg_exchange *x) {
  cg_step_log_out(x, on_left);
}

static void get_self(cg_exchange *x) {
  cg_step_self(x);
}

/* Its token, as any, may come under the name that the method has for it. */
static void bot_login(cg_exchange *x) {
  cg_step_bot(x, either(x, "token", "bot_auth_token"), on_entered);
}

static void unsubscribe(cg_exchange *x) {
  cg_updates_turn_off(&x->account->updates);
  cg_exchange_result(x, CG_LIT("null"));
}

static void reset_auth(cg_exchange *x) {
  cg_step_reset(x, cg_exchange_flag(x, "force"));
}

static const cg_named_step helpers[] = {
  { "phoneLogin", phone_login },
  { "completePhoneLogin", complete_phone_login },
  { "complete2faLogin", complete_2fa_login },
  { "completeSignup", complete_signup },
  { "resendCode", resend_code },
  { "cancelCode", cancel_code },
  { "logout", logout },
  { "resetAuth", reset_auth },
  { "botLogin", bot_login },
  { "getSelf", get_self },
  { "getUpdates", cg_gateway_get_updates },
  { "unsubscribeFromUpdates", unsubscribe },
};

/* --- /api -------------------------------------------------------------------------- */

/* The session of that name. The default one is made when it is first used. */
static cg_account *session_of(cg_exchange *x, const char *name) {
  cg_fault fault = { 0 };
  cg_account *account = cg_accounts_by_name(&x->g->accounts, name);
  if (account && !account->parked) return account;
  if (account || strcmp(name, default_session)) {
    cg_exchange_fail(x, 404, "NOT_FOUND", "Session not found");
    return NULL;
  }
  if (!cg_accounts_add(&x->g->accounts, CG_BY_SESSION, name, cg_unix(x->g->now_us), NULL,
                       &account, &fault))
    return account;
  cg_exchange_fault(x, &fault);
  return NULL;
}

char *cg_gateway_trimmed(cg_exchange *x, const char *path) {
  size_t len = strlen(path);
  if (len && path[len - 1] == '/') len--;
  return (char *)(uintptr_t)cg_arena_copy(x->arena,
                                          (cg_bytes){ (const uint8_t *)path, len })
      .at;
}

void cg_gateway_api(cg_exchange *x, const char *path) {
  char *session = cg_gateway_trimmed(x, path);
  char *slash = session ? strrchr(session, '/') : NULL;
  const char *method = slash ? slash + 1 : session;
  if (slash) *slash = 0;
  cg_account *account = session_of(x, slash ? session : default_session);
  if (!account || !cg_exchange_take(x, account)) return;
  if (!cg_exchange_step(x, helpers, sizeof helpers / sizeof *helpers, method))
    cg_step_call(x, method, 404);
}

/* --- /system ----------------------------------------------------------------------- */

/* The parameter "session", which names one; else it is answered. */
static const char *name_of(cg_exchange *x) {
  const char *name = cg_exchange_text(x, "session");
  if (name && cg_accounts_name_is_good(name)) return name;
  cg_exchange_fail(x, 400, "BAD_REQUEST",
                   "session: 1 to 64 letters, digits and ._-/ are wanted");
  return NULL;
}

static void park(cg_exchange *x, cg_account *account, bool parked) {
  cg_fault fault = { 0 };
  bool before = account->parked;
  account->parked = parked;
  if (!cg_accounts_save(&x->g->accounts, &fault)) {
    cg_exchange_result(x, CG_LIT("null"));
    return;
  }
  account->parked = before;
  cg_exchange_fault(x, &fault);
}

static void add_session(cg_exchange *x) {
  cg_fault fault = { 0 };
  const char *name = name_of(x);
  if (!name) return;
  cg_account *account = cg_accounts_by_name(&x->g->accounts, name);
  if (account && !account->parked)
    cg_exchange_fail(x, 400, "EXISTS", "Session already exists");
  else if (account)
    park(x, account, false);
  else if (cg_accounts_add(&x->g->accounts, CG_BY_SESSION, name, cg_unix(x->g->now_us),
                           NULL, &account, &fault))
    cg_exchange_fault(x, &fault);
  else
    cg_exchange_result(x, CG_LIT("null"));
}

static cg_account *named(cg_exchange *x) {
  const char *name = name_of(x);
  cg_account *account = name ? cg_accounts_by_name(&x->g->accounts, name) : NULL;
  if (name && !account) cg_exchange_fail(x, 404, "NOT_FOUND", "Session not found");
  return account;
}

/* It can be added again, and is still logged in then. */
static void remove_session(cg_exchange *x) {
  cg_account *account = named(x);
  if (!account) return;
  if (account->parked)
    cg_exchange_fail(x, 404, "NOT_FOUND", "Session not found");
  else
    park(x, account, true);
}

/* Its files go, too. */
static void unlink_session(cg_exchange *x) {
  cg_account *account = named(x);
  if (!account) return;
  cg_accounts_kill(&x->g->accounts, account);
  cg_exchange_result(x, CG_LIT("null"));
}

/* MadelineProto's name of a state. */
static const char *status_of(cg_exchange *x, const cg_account *account) {
  cg_login_info info;
  if (cg_accounts_login(&x->g->accounts, account, &info, NULL)) return "UNKNOWN";
  switch (cg_login_state_number(info.state)) {
  case 0: return "NOT_LOGGED_IN";
  case 1: return "WAITING_CODE";
  case -1: return "WAITING_SIGNUP";
  case 2: return "WAITING_PASSWORD";
  case 3: return "LOGGED_IN";
  default: return "LOGGED_OUT";
  }
}

static void put_session(cg_exchange *x, cg_buf *b, const cg_account *account) {
  cg_jsonw_key(b, account->name);
  cg_jsonw_open(b, '{');
  cg_jsonw_key(b, "session");
  cg_jsonw_string(b, cg_bytes_of(account->name));
  cg_jsonw_key(b, "status");
  cg_jsonw_string(b, cg_bytes_of(status_of(x, account)));
  cg_jsonw_close(b, '}');
}

static void put_memory(cg_exchange *x, cg_buf *b) {
  char text[64];
  cg_jsonw_key(b, "memory");
  snprintf(text, sizeof text, "%" PRIu64 " KB", cg_gateway_memory(x->g) >> 10);
  cg_jsonw_string(b, cg_bytes_of(text));
  cg_jsonw_key(b, "memory_per_session");
  snprintf(text, sizeof text, "%" PRIu64 " KB", cg_gateway_account_memory(x->g) >> 10);
  cg_jsonw_string(b, cg_bytes_of(text));
}

static void answer_with(cg_exchange *x, cg_buf *b) {
  if (b->err)
    cg_exchange_fail(x, 503, "MEMORY", "out of memory");
  else
    cg_exchange_result(x, cg_buf_view(b));
  cg_buf_free(b);
}

static void session_list(cg_exchange *x) {
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "sessions");
  cg_jsonw_open(&b, '{');
  for (const cg_account *a = x->g->accounts.first; a; a = a->next)
    if (a->origin == CG_BY_SESSION && !a->dead && !a->parked) put_session(x, &b, a);
  cg_jsonw_close(&b, '}');
  put_memory(x, &b);
  cg_jsonw_close(&b, '}');
  answer_with(x, &b);
}

static void healthcheck(cg_exchange *x) {
  cg_exchange_result(x, CG_LIT("{\"ok\":true}"));
}

static const cg_named_step system_steps[] = {
  { "healthcheck", healthcheck },          { "getSessionList", session_list },
  { "addSession", add_session },           { "removeSession", remove_session },
  { "unlinkSessionFile", unlink_session },
};

void cg_gateway_system(cg_exchange *x, const char *path) {
  const char *name = cg_gateway_trimmed(x, path);
  if (!name || !cg_exchange_step(x, system_steps,
                                 sizeof system_steps / sizeof *system_steps, name))
    cg_exchange_fail(x, 404, "NOT_FOUND", "Path not found");
}
