/* SPDX-License-Identifier: MIT */
/*
 * gateway_v1.c - the gateway's own form: accounts by id, their tokens in a header, steps
 * that mirror the states of a login, calls with JSON. Described by /v1/openapi.json.
 *
 * Whoever shows an id without its token is answered as if there were no such account,
 * after the same work. protocol.md 340-345
 */
#include "gateway_steps.h"

#include "clock.h"

#include <centigram/api.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- what is shown of an account --------------------------------------------------- */

static void put_text(cg_buf *b, const char *key, const char *text) {
  if (!text[0]) return;
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, cg_bytes_of(text));
}

static void put_number(cg_buf *b, const char *key, int64_t v) {
  cg_jsonw_key(b, key);
  cg_jsonw_i64(b, v);
}

static void put_code(cg_buf *b, const cg_login_info *info) {
  cg_jsonw_key(b, "code");
  cg_jsonw_open(b, '{');
  put_text(b, "phone", info->phone);
  put_text(b, "type", info->type);
  if (info->length) put_number(b, "length", info->length);
  put_text(b, "hint", info->hint);
  put_text(b, "next_type", info->next_type);
  put_number(b, "resend_in", info->resend_in > 0 ? info->resend_in : 0);
  put_number(b, "expires_at", info->expires_at);
  put_number(b, "wrong_codes", info->wrong_codes);
  cg_jsonw_close(b, '}');
}

static void put_terms(cg_exchange *x, cg_buf *b) {
  cg_login_terms terms;
  if (cg_login_get_terms(x->account->client, x->arena, &terms)) return;
  cg_jsonw_key(b, "terms");
  cg_jsonw_open(b, '{');
  put_text(b, "text", terms.text);
  if (terms.min_age) put_number(b, "min_age", terms.min_age);
  cg_jsonw_close(b, '}');
}

static void put_state(cg_buf *b, const cg_account *account, const cg_login_info *info) {
  char id[24];
  put_text(b, "id", account->id);
  put_text(b, "session", account->name);
  put_text(b, "state", cg_login_state_name(info->state));
  if (!info->user_id) return;
  snprintf(id, sizeof id, "%" PRId64, info->user_id);
  put_text(b, "user_id", id);
}

static void answer_with(cg_exchange *x, int status, cg_buf *b) {
  if (b->err)
    cg_exchange_fail(x, 503, "MEMORY", "out of memory");
  else
    cg_exchange_reply(x, status, NULL, NULL, cg_buf_view(b));
  cg_buf_wipe(b);
}

/* The state of the exchange's account, and what its next step has to know. */
static void put_account(cg_exchange *x, cg_buf *b) {
  cg_login_info info;
  cg_exchange_login(x, &info);
  put_state(b, x->account, &info);
  if (info.type[0]) put_code(b, &info);
  if (info.state == CG_LOGIN_WAIT_REGISTRATION) put_terms(x, b);
}

static void show(cg_exchange *x) {
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  put_account(x, &b);
  cg_jsonw_close(&b, '}');
  answer_with(x, 200, &b);
}

/* --- steps ------------------------------------------------------------------------- */

static void on_step(cg_exchange *x, const cg_result *result) {
  (void)result;
  cg_login_info info;
  cg_fault fault = { 0 };
  cg_exchange_login(x, &info);
  if (cg_accounts_entered(&x->g->accounts, x->account, info.user_id, &fault))
    cg_exchange_fault(x, &fault);
  else
    show(x);
}

/* What the server said to cancelCode may be no; the code is forgotten here. */
static void on_cancelled(cg_exchange *x, const cg_result *none) {
  (void)none;
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  put_account(x, &b);
  cg_jsonw_key(&b, "cancelled");
  cg_jsonw_bool(&b, x->said);
  put_text(&b, "error", x->said_error.text);
  cg_jsonw_close(&b, '}');
  answer_with(x, 200, &b);
}

/* True if the request is a second one with the same key, which is then answered. */
static bool is_replay(cg_exchange *x) {
  const char *key = x->rq->idempotency_key;
  cg_account *a = x->account;
  if (!key) return false;
  if (a->replay_key && !a->replay_status) {
    cg_exchange_fail(x, 409, "IN_PROGRESS", "the request before this one still runs");
    return true;
  }
  if (a->replay_key && !strcmp(a->replay_key, key)) {
    cg_exchange_reply(x, a->replay_status, NULL, NULL, cg_bytes_of(a->replay));
    return true;
  }
  x->keyed = cg_account_begin_replay(a, key);
  return false;
}

static void do_login(cg_exchange *x) {
  if (!is_replay(x)) cg_step_start(x, cg_exchange_text(x, "phone"), on_step);
}

static void do_code(cg_exchange *x) {
  cg_step_code(x, cg_exchange_text(x, "code"), on_step);
}

static void do_resend(cg_exchange *x) {
  cg_step_resend(x, cg_exchange_flag(x, "force"), on_step);
}

static void do_cancel(cg_exchange *x) {
  cg_step_cancel(x, on_cancelled);
}

static void do_sign_up(cg_exchange *x) {
  cg_login_terms terms;
  const char *first = cg_exchange_text(x, "first_name");
  const char *last = cg_exchange_text(x, "last_name");
  bool asked = !cg_login_get_terms(x->account->client, x->arena, &terms);
  if (asked && !cg_exchange_flag(x, "accept_terms"))
    cg_exchange_fail(x, 400, "TERMS_NOT_ACCEPTED",
                     "accept_terms must say that a person agreed to the terms");
  else
    cg_step_sign_up(x, first ? first : "", last ? last : "", on_step);
}

static void on_left(cg_exchange *x, const cg_result *result) {
  (void)result;
  show(x);
}

static void do_log_out(cg_exchange *x) {
  cg_step_log_out(x, on_left);
}

static const cg_named_step steps[] = {
  { "login", do_login },   { "code", do_code },       { "resend", do_resend },
  { "cancel", do_cancel }, { "sign-up", do_sign_up }, { "log-out", do_log_out },
};

/* --- accounts ------------------------------------------------------------------------
 */

static void create(cg_exchange *x) {
  cg_buf b = { 0 };
  cg_account *account;
  cg_fault fault = { 0 };
  if (cg_accounts_add(&x->g->accounts, CG_BY_V1, NULL, cg_unix(x->g->now_us), x->token,
                      &account, &fault)) {
    cg_exchange_fault(x, &fault);
    return;
  }
  cg_jsonw_open(&b, '{');
  put_text(&b, "id", account->id);
  put_text(&b, "token", x->token);
  put_text(&b, "state", cg_login_state_name(CG_LOGIN_WAIT_PHONE_NUMBER));
  cg_jsonw_close(&b, '}');
  answer_with(x, 201, &b);
}

static void list(cg_exchange *x) {
  cg_buf b = { 0 };
  cg_login_info info;
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "accounts");
  cg_jsonw_open(&b, '[');
  for (const cg_account *a = x->g->accounts.first; a; a = a->next) {
    if (a->dead || a->parked || cg_accounts_login(&x->g->accounts, a, &info, NULL))
      continue;
    cg_jsonw_open(&b, '{');
    put_state(&b, a, &info);
    cg_jsonw_close(&b, '}');
  }
  cg_jsonw_close(&b, ']');
  cg_jsonw_close(&b, '}');
  answer_with(x, 200, &b);
}

static void remove_account(cg_exchange *x) {
  cg_accounts_kill(&x->g->accounts, x->account);
  cg_exchange_result(x, CG_LIT("{\"removed\":true}"));
}

/* --- routes --------------------------------------------------------------------------
 */

/* The account with this id, if the token is its own; else it is answered. */
static cg_account *account_of(cg_exchange *x, cg_bytes id) {
  const char *token = x->rq->account_token;
  cg_account *account = cg_accounts_by_token(&x->g->accounts, token ? token : "");
  if (account && cg_bytes_equal(id, cg_bytes_of(account->id))) return account;
  cg_exchange_fail(x, 404, "NOT_FOUND", "no such account");
  return NULL;
}

/* A page of another site can send a body only as a form or as plain text. */
static bool is_json(const cg_http_request *rq) {
  const char *type = rq->content_type ? rq->content_type : "";
  size_t len = strcspn(type, "; \t");
  return len == 16 && !strncasecmp(type, "application/json", 16);
}

/* The body as parameters; else it is answered. */
static bool reads_body(cg_exchange *x) {
  cg_fault fault = { 0 };
  if (x->rq->body.len && !is_json(x->rq)) {
    cg_exchange_fail(x, 415, "BAD_REQUEST", "the body must be application/json");
    return false;
  }
  cg_bytes json = x->rq->body.len ? x->rq->body : CG_LIT("{}");
  if (!cg_params_of_json(json, x->arena, &x->params, &fault)) return true;
  cg_exchange_fault(x, &fault);
  return false;
}

static void call(cg_exchange *x, const char *method) {
  if (!strcmp(method, "resetAuth"))
    cg_step_reset(x, cg_exchange_flag(x, "force"));
  else
    cg_step_call_json(x, method, x->rq->body, 404);
}

static void updates(cg_exchange *x) {
  cg_fault fault = { 0 };
  if (!strcmp(x->rq->method, "DELETE")) {
    cg_updates_turn_off(&x->account->updates);
    show(x);
  } else if (!cg_exchange_is(x, "GET"))
    return;
  else if (cg_params_read(x->rq, x->arena, &x->params, &fault))
    cg_exchange_fault(x, &fault);
  else
    cg_gateway_get_updates(x);
}

/* `what` stands behind the account's id: a step, "call/METHOD" or "updates". */
static void run(cg_exchange *x, const char *what) {
  if (!strcmp(what, "updates")) {
    updates(x);
    return;
  }
  if (!cg_exchange_is(x, "POST") || !reads_body(x)) return;
  if (!strncmp(what, "call/", 5))
    call(x, what + 5);
  else if (!cg_exchange_step(x, steps, sizeof steps / sizeof *steps, what))
    cg_exchange_fail(x, 404, "NOT_FOUND", "no such page");
}

static void on_account(cg_exchange *x, const char *path) {
  size_t len = strcspn(path, "/");
  cg_account *account = account_of(x, (cg_bytes){ (const uint8_t *)path, len });
  if (!account || !cg_exchange_take(x, account)) return;
  if (path[len])
    run(x, path + len + 1);
  else if (!strcmp(x->rq->method, "DELETE"))
    remove_account(x);
  else if (cg_exchange_is(x, "GET"))
    show(x);
}

void cg_gateway_v1(cg_exchange *x, const char *path) {
  if (!strcmp(path, "accounts")) {
    if (!strcmp(x->rq->method, "POST"))
      create(x);
    else if (cg_exchange_is(x, "GET"))
      list(x);
  } else if (!strncmp(path, "accounts/", 9)) {
    on_account(x, path + 9);
  } else if (!strcmp(path, "openapi.json")) {
    if (cg_exchange_is(x, "GET")) cg_gateway_openapi(x);
  } else {
    cg_exchange_fail(x, 404, "NOT_FOUND", "no such page");
  }
}
