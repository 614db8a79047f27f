/* SPDX-License-Identifier: MIT */
/*
 * auth.c - TDLib's functions of the login, under the names of today and of its first
 * years. Texts of errors are TDLib's where it has one: programs compare them.
 */
#include "client.h"
#include "logs.h"
#include "params.h"

#include "json.h"

#include <centigram/api.h>

#include <string.h>

#define IN(state) (1u << CG_LOGIN_##state)

static const unsigned pending = IN(WAIT_PREMIUM_PURCHASE) | IN(WAIT_EMAIL_ADDRESS) |
                                IN(WAIT_EMAIL_CODE) | IN(WAIT_CODE) |
                                IN(WAIT_REGISTRATION) | IN(WAIT_PASSWORD);

static cg_login_state state_of(const cg_td_request *r) {
  cg_login_info info;
  cg_td_login(r->client, &info);
  return info.state;
}

/* False, and answered, if the login is in none of the states of `mask`. */
static bool expects(cg_td_request *r, unsigned mask) {
  if (r->client->phase == CG_TD_OPEN && mask & 1u << state_of(r)) return true;
  cg_td_error(r, 400, "Call to %s unexpected", r->type);
  return false;
}

/* Counts `r` as a step of the login from here on. */
static void begin(cg_td_request *r) {
  r->client->running++;
  r->client->logging_in = r->is_login = true;
}

static const char *text_or(const cg_td_request *r, const char *key, const char *other) {
  const char *text = cg_td_text(r, r->json, key);
  return text ? text : other;
}

/* --- the state ---------------------------------------------------------------- */

static void get_state(cg_td_request *r) {
  cg_buf b = { 0 };
  if (r->old)
    cg_td_put_old_state(r->client, &b);
  else
    cg_td_put_state(r->client, &b);
  if (b.len) b.len--; /* the answer ends it */
  cg_td_answer(r, &b);
}

static void get_current_state(cg_td_request *r) {
  cg_buf b = { 0 };
  cg_td_begin(&b, "updates");
  cg_jsonw_key(&b, "updates");
  cg_jsonw_open(&b, '[');
  cg_td_begin(&b, "updateAuthorizationState");
  cg_jsonw_key(&b, "authorization_state");
  cg_td_put_state(r->client, &b);
  cg_jsonw_close(&b, '}');
  cg_jsonw_close(&b, ']');
  cg_td_answer(r, &b);
}

/* --- parameters ----------------------------------------------------------------- */

/* A reset that an earlier process began goes on by itself. */
static void on_resumed(void *ctx, cg_err err, const cg_result *result) {
  cg_td_client *c = ctx;
  (void)result;
  if (err == CG_E_CLOSED || !c->client) return;
  cg_td_sync(c);
}

static void set_parameters(cg_td_request *r) {
  cg_fault fault = { 0 };
  cg_td_client *c = r->client;
  if (c->phase != CG_TD_WAITS) {
    cg_td_error(r, 400, "Unexpected setTdlibParameters");
    return;
  }
  if (cg_td_open(r, &fault)) {
    cg_td_error(r, 400, "%s", fault.text);
    return;
  }
  c->phase = CG_TD_OPEN;
  bool leaves = state_of(r) == CG_LOGIN_LOGGING_OUT;
  if (leaves && !cg_reset_auth_send(c->client, false, on_resumed, c, &fault))
    c->phase = CG_TD_LEAVES;
  cg_td_sync(c);
  cg_td_ok(r);
}

/* Session files are not encrypted: whatever the key, it opens them. */
static void check_key(cg_td_request *r) {
  cg_td_ok(r);
}

/* --- phone number, code ----------------------------------------------------------- */

static void read_settings(const cg_td_request *r, cg_login_settings *s) {
  cg_bytes o;
  if (r->old)
    o = r->json;
  else if (!cg_td_field(r, r->json, "settings", &o))
    return;
  s->allow_flashcall = cg_td_flag(r, o, "allow_flash_call");
  s->allow_missed_call = cg_td_flag(r, o, "allow_missed_call");
  s->current_number = cg_td_flag(r, o, "is_current_phone_number");
  s->unknown_number = cg_td_flag(r, o, "has_unknown_phone_number");
  s->allow_app_hash = cg_td_flag(r, o, "allow_sms_retriever_api");
}

static void set_phone(cg_td_request *r) {
  cg_fault fault = { 0 };
  cg_login_settings settings = { 0 };
  const char *phone = text_or(r, "phone_number", "");
  if (!expects(r, IN(WAIT_PHONE_NUMBER) | pending)) return;
  if (!*phone) {
    cg_td_error(r, 400, "Phone number must be non-empty");
    return;
  }
  read_settings(r, &settings);
  begin(r);
  cg_err err =
      cg_login_start_send(r->client->client, phone, &settings, cg_td_done, r, &fault);
  cg_td_begun(r, err, &fault);
}

/* ResendCodeReasonVerificationFailed has the text that the server wants. */
static const char *resend_reason(const cg_td_request *r) {
  cg_bytes o;
  if (!cg_td_field(r, r->json, "reason", &o)) return NULL;
  const char *type = cg_td_text(r, o, "@type");
  bool failed = type && !strcmp(type, "resendCodeReasonVerificationFailed");
  return failed ? cg_td_text(r, o, "error_message") : NULL;
}

static void resend(cg_td_request *r) {
  cg_fault fault = { 0 };
  cg_login_info info;
  if (!expects(r, IN(WAIT_CODE) | IN(WAIT_EMAIL_CODE))) return;
  cg_td_login(r->client, &info);
  if (!info.next_type[0]) {
    cg_td_error(r, 400, "Authentication code can't be resend");
    return;
  }
  begin(r);
  cg_err err = cg_login_resend_send(r->client->client, resend_reason(r), false,
                                    cg_td_done, r, &fault);
  cg_td_begun(r, err, &fault);
}

static void check(cg_td_request *r, const char *code) {
  cg_fault fault = { 0 };
  begin(r);
  cg_err err =
      cg_login_code_send(r->client->client, code ? code : "", cg_td_done, r, &fault);
  cg_td_begun(r, err, &fault);
}

static void check_code(cg_td_request *r) {
  if (expects(r, IN(WAIT_CODE))) check(r, cg_td_text(r, r->json, "code"));
}

static void check_email_code(cg_td_request *r) {
  cg_bytes o;
  if (!expects(r, IN(WAIT_EMAIL_CODE))) return;
  bool given = cg_td_field(r, r->json, "code", &o);
  const char *type = given ? cg_td_text(r, o, "@type") : NULL;
  if (type && strcmp(type, "emailAddressAuthenticationCode"))
    cg_td_error(r, 400, "%s is not supported", type);
  else
    check(r, given ? cg_td_text(r, o, "code") : NULL);
}

static void cancel(cg_td_request *r) {
  cg_fault fault = { 0 };
  if (!expects(r, pending)) return;
  begin(r);
  cg_err err = cg_login_cancel_send(r->client->client, cg_td_done, r, &fault);
  cg_td_begun(r, err, &fault);
}

/* --- sign-up -------------------------------------------------------------------- */

static void sign_up(cg_td_request *r) {
  cg_fault fault = { 0 };
  const char *first = text_or(r, "first_name", "");
  if (!*first) {
    cg_td_error(r, 400, "First name must be non-empty");
    return;
  }
  begin(r);
  cg_err err = cg_login_sign_up_send(
      r->client->client, first, text_or(r, "last_name", ""), true, cg_td_done, r, &fault);
  cg_td_begun(r, err, &fault);
}

static void register_user(cg_td_request *r) {
  if (expects(r, IN(WAIT_REGISTRATION))) sign_up(r);
}

/* The code was right and nobody has this number: the name that came with the code signs
 * up, unless there are terms to be agreed to, which nobody has seen yet. */
static void on_old_code(cg_td_request *r) {
  cg_login_terms terms;
  r->then = NULL;
  bool asks = r->client->client && state_of(r) == CG_LOGIN_WAIT_REGISTRATION &&
              *text_or(r, "first_name", "");
  if (asks && cg_login_get_terms(r->client->client, r->arena, &terms) == CG_E_NOT_FOUND)
    sign_up(r);
  else
    cg_td_well(r);
}

static void check_old_code(cg_td_request *r) {
  if (!expects(r, IN(WAIT_CODE) | IN(WAIT_REGISTRATION))) return;
  if (state_of(r) == CG_LOGIN_WAIT_REGISTRATION) {
    sign_up(r);
    return;
  }
  r->then = on_old_code;
  check(r, cg_td_text(r, r->json, "code"));
}

/* --- passwords, bots --------------------------------------------------------------- */

static void check_password(cg_td_request *r) {
  if (!expects(r, IN(WAIT_PASSWORD))) return;
  cg_td_error(r, 400,
              "Two-step verification is not supported: the password cannot be "
              "checked");
}

static void check_bot_token(cg_td_request *r) {
  cg_fault fault = { 0 };
  cg_td_client *c = r->client;
  const char *token = cg_td_text(r, r->json, "token");
  if (!expects(r, IN(WAIT_PHONE_NUMBER))) return;
  tl_auth_importBotAuthorization q = { TL_INIT(auth_importBotAuthorization),
                                       .api_id = c->api_id,
                                       .api_hash = cg_bytes_of(c->api_hash),
                                       .bot_auth_token = cg_bytes_of(token) };
  begin(r);
  cg_err err = cg_send(c->client, &q.o, cg_td_done, r, NULL, &fault);
  cg_td_begun(r, err, &fault);
}

/* --- the end ------------------------------------------------------------------------ */

/* The account is gone, here and at the server; or the server does not answer, and who
 * asks again goes on. */
static void on_logged_out(void *ctx, cg_err err, const cg_result *result) {
  cg_td_request *r = ctx;
  cg_td_client *c = r->client;
  c->running--;
  if (err || result->error.code) {
    if (c->client && !c->finishing) c->phase = CG_TD_OPEN;
    if (result->error.code)
      cg_td_refused(r, &result->error);
    else
      cg_td_failed(r, &result->fault);
    return;
  }
  cg_td_well(r);
  cg_td_finish_soon(c);
}

static void log_out(cg_td_request *r) {
  cg_fault fault = { 0 };
  cg_td_client *c = r->client;
  if (c->phase == CG_TD_LEAVES) {
    cg_td_error(r, 400, "Already logging out");
    return;
  }
  c->running++;
  cg_err err = cg_reset_auth_send(c->client, false, on_logged_out, r, &fault);
  if (err) {
    cg_td_begun(r, err, &fault);
    return;
  }
  c->phase = CG_TD_LEAVES;
  cg_td_sync(c);
}

/* The wipe is done, or has failed; the client is over either way. */
static void on_destroyed(void *ctx, cg_err err, const cg_result *result) {
  cg_td_request *r = ctx;
  cg_td_client *c = r->client;
  c->running--;
  if (err)
    cg_td_failed(r, &result->fault);
  else if (r->old)
    cg_td_error(r, 401, "Unauthorized");
  else
    cg_td_ok(r);
  cg_td_finish_soon(c);
}

static void destroy(cg_td_request *r) {
  cg_fault fault = { 0 };
  cg_td_client *c = r->client;
  if (!c->client) { /* nothing was opened */
    cg_td_finish_soon(c);
    cg_td_ok(r);
    return;
  }
  c->running++;
  cg_err err = cg_reset_auth_send(c->client, true, on_destroyed, r, &fault);
  cg_td_begun(r, err, &fault);
}

static void reset_auth(cg_td_request *r) {
  if (cg_td_flag(r, r->json, "force"))
    destroy(r);
  else
    log_out(r);
}

static void close_client(cg_td_request *r) {
  cg_td_finish_soon(r->client);
  cg_td_ok(r);
}

const cg_td_entry cg_td_auth_functions[] = {
  { "getAuthorizationState", get_state, CG_TD_ANY },
  { "getCurrentState", get_current_state, CG_TD_ANY },
  { "setTdlibParameters", set_parameters, CG_TD_ANY },
  { "checkDatabaseEncryptionKey", check_key, 0 },
  { "setAuthenticationPhoneNumber", set_phone, CG_TD_STEP },
  { "resendAuthenticationCode", resend, CG_TD_STEP },
  { "checkAuthenticationCode", check_code, CG_TD_STEP },
  { "checkAuthenticationEmailCode", check_email_code, CG_TD_STEP },
  { "registerUser", register_user, CG_TD_STEP },
  { "checkAuthenticationPassword", check_password, CG_TD_STEP },
  { "checkAuthenticationBotToken", check_bot_token, CG_TD_STEP },
  { "logOut", log_out, 0 },
  { "close", close_client, CG_TD_ANY },
  { "destroy", destroy, CG_TD_ANY },
  { "centigram.cancelCode", cancel, CG_TD_STEP }, /* ours */
  { "getAuthState", get_state, CG_TD_ANY | CG_TD_OLD },
  { "setAuthPhoneNumber", set_phone, CG_TD_STEP | CG_TD_OLD },
  { "resendAuthCode", resend, CG_TD_STEP | CG_TD_OLD },
  { "checkAuthCode", check_old_code, CG_TD_STEP | CG_TD_OLD },
  { "checkAuthPassword", check_password, CG_TD_STEP | CG_TD_OLD },
  { "checkAuthBotToken", check_bot_token, CG_TD_STEP | CG_TD_OLD },
  { "resetAuth", reset_auth, CG_TD_OLD },
  { NULL, NULL, 0 }
};
