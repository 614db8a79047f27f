/* SPDX-License-Identifier: MIT */
/*
 * gateway_answer.c - what the gateway answers, in the envelope of each form; see
 * gateway_core.h. No answer holds a path, a stack or a secret.
 */
#include "gateway_core.h"

#include "mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void put_raw(cg_buf *b, const char *key, cg_bytes json) {
  cg_jsonw_key(b, key);
  cg_buf_bytes(b, json);
}

static void put_text(cg_buf *b, const char *key, const char *text) {
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, cg_bytes_of(text));
}

static void put_number(cg_buf *b, const char *key, int64_t v) {
  cg_jsonw_key(b, key);
  cg_jsonw_i64(b, v);
}

static void put_bool(cg_buf *b, const char *key, bool v) {
  cg_jsonw_key(b, key);
  cg_jsonw_bool(b, v);
}

static int as_status(int code, int otherwise) {
  return code >= 400 && code <= 599 ? code : otherwise;
}

static bool is_flood(const cg_problem *p) {
  return p->seconds > 0 && (p->code == 420 || p->code == 429);
}

/* --- pages: the error alone -------------------------------------------------------- */

static void plain_result(cg_buf *b, cg_bytes json) {
  cg_buf_bytes(b, json);
}

static int plain_problem(cg_buf *b, const cg_problem *p) {
  cg_jsonw_open(b, '{');
  put_text(b, "error", p->text);
  cg_jsonw_close(b, '}');
  return p->status;
}

/* --- PWRTelegram ------------------------------------------------------------------- */

static void user_result(cg_buf *b, cg_bytes json) {
  cg_jsonw_open(b, '{');
  put_bool(b, "ok", true);
  put_raw(b, "result", json);
  cg_jsonw_close(b, '}');
}

/* Its callers know no other code for a wrong order than 400. */
static int user_problem(cg_buf *b, const cg_problem *p) {
  char text[80], seconds[16];
  bool flood = is_flood(p);
  int code = flood ? 429 : p->state ? 400 : as_status(p->code, 500);
  snprintf(seconds, sizeof seconds, "%" PRId32, p->seconds);
  snprintf(text, sizeof text, "Too Many Requests: retry after %s", seconds);
  cg_jsonw_open(b, '{');
  put_bool(b, "ok", false);
  put_number(b, "error_code", code);
  put_text(b, "description", flood ? text : p->text);
  if (flood) {
    cg_jsonw_key(b, "params");
    cg_jsonw_open(b, '{');
    put_text(b, "retry_after", seconds);
    cg_jsonw_close(b, '}');
  }
  cg_jsonw_close(b, '}');
  return code;
}

/* --- TelegramApiServer ---------------------------------------------------------------
 */

static void api_result(cg_buf *b, cg_bytes json) {
  cg_jsonw_open(b, '{');
  put_bool(b, "success", true);
  put_raw(b, "response", json);
  put_raw(b, "errors", CG_LIT("[]"));
  cg_jsonw_close(b, '}');
}

static int api_problem(cg_buf *b, const cg_problem *p) {
  int code = is_flood(p) ? 420 : p->state ? 400 : p->code;
  cg_jsonw_open(b, '{');
  put_bool(b, "success", false);
  put_raw(b, "response", CG_LIT("null"));
  cg_jsonw_key(b, "errors");
  cg_jsonw_open(b, '[');
  cg_jsonw_open(b, '{');
  put_text(b, "exception", p->rpc ? "RPCErrorException" : "Exception");
  put_text(b, "message", p->text);
  put_number(b, "code", code);
  cg_jsonw_close(b, '}');
  cg_jsonw_close(b, ']');
  cg_jsonw_close(b, '}');
  return as_status(code, 400);
}

/* --- /v1 -----------------------------------------------------------------------------
 */

static int v1_problem(cg_buf *b, const cg_problem *p) {
  cg_jsonw_open(b, '{');
  cg_jsonw_key(b, "error");
  cg_jsonw_open(b, '{');
  put_number(b, "code", p->code);
  put_text(b, "type", p->type);
  cg_jsonw_key(b, "value");
  if (p->value < 0)
    cg_jsonw_null(b);
  else
    cg_jsonw_i64(b, p->value);
  if (is_flood(p)) put_number(b, "retry_after", p->seconds);
  put_text(b, "text", p->text);
  if (p->state) put_text(b, "state", p->state);
  cg_jsonw_close(b, '}');
  cg_jsonw_close(b, '}');
  return is_flood(p) ? 429 : p->status;
}

const cg_form cg_gateway_forms[CG_FORMS] = {
  [CG_FORM_PLAIN] = { "page", false, plain_result, plain_problem },
  [CG_FORM_USER] = { "user", true, user_result, user_problem },
  [CG_FORM_API] = { "api", true, api_result, api_problem },
  [CG_FORM_V1] = { "v1", false, plain_result, v1_problem },
};

/* --- the end of an exchange --------------------------------------------------------- */

static void write_log(const cg_exchange *x, int status) {
  char line[200];
  const cg_gateway_options *o = &x->g->options;
  if (!o->log) return;
  snprintf(line, sizeof line, "%s %s%s%s%s%s %d", x->rq ? x->rq->method : "-", x->label,
           x->method ? " " : "", x->method ? x->method : "",
           x->account ? " account=" : "", x->account ? x->account->id : "", status);
  o->log(o->log_ctx, line);
}

static void end(cg_exchange *x) {
  if (x->account) x->account->calls--;
  *x->at = x->next;
  if (x->next) x->next->at = x->at;
  cg_arena_free(x->arena);
  cg_token_wipe(x->token, sizeof x->token);
  cg_free(x);
}

void cg_exchange_reply(cg_exchange *x, int status, const char *type, const char *headers,
                       cg_bytes body) {
  cg_hub_conn *conn = x->conn;
  cg_http_answer answer = { status, type, headers, body };
  write_log(x, status);
  x->g->requests[x->form]++;
  if (status >= 400) x->g->refused++;
  /* an account that nobody can have learnt of */
  if (x->fresh && (status >= 400 || !conn)) cg_accounts_kill(&x->g->accounts, x->account);
  if (x->keyed) cg_account_keep_replay(x->account, status, body);
  if (conn) cg_hub_answer(conn, &answer);
  end(x);
}

bool cg_exchange_upgrade(cg_exchange *x, void *what) {
  cg_hub_conn *conn = x->conn;
  if (!cg_hub_upgrade(conn)) {
    cg_exchange_fail(x, 400, "BAD_REQUEST", "not a proper request for a WebSocket");
    return false;
  }
  cg_hub_note(conn, 1, what);
  x->rq = NULL; /* it went with the upgrade */
  write_log(x, 101);
  x->g->requests[x->form]++;
  end(x);
  return true;
}

static void reply_with(cg_exchange *x, int status, const char *headers, cg_buf *b) {
  static const char memory[] = "{\"error\":\"out of memory\"}";
  if (b->err)
    cg_exchange_reply(x, 503, NULL, NULL, cg_bytes_of(memory));
  else
    cg_exchange_reply(x, status, NULL, headers, cg_buf_view(b));
  cg_buf_wipe(b);
}

void cg_exchange_result(cg_exchange *x, cg_bytes json) {
  cg_buf b = { 0 };
  cg_gateway_forms[x->form].result(&b, json);
  reply_with(x, 200, NULL, &b);
}

void cg_exchange_result_text(cg_exchange *x, const char *text) {
  cg_buf json = { 0 };
  cg_jsonw_string(&json, cg_bytes_of(text));
  cg_exchange_result(x, cg_buf_view(&json));
  cg_buf_wipe(&json);
}

void cg_exchange_problem(cg_exchange *x, const cg_problem *p) {
  cg_buf b = { 0 };
  char header[48];
  int status = cg_gateway_forms[x->form].problem(&b, p);
  snprintf(header, sizeof header, "Retry-After: %" PRId32 "\r\n", p->seconds);
  reply_with(x, status, is_flood(p) ? header : p->headers, &b);
}

void cg_exchange_fail(cg_exchange *x, int code, const char *type, const char *text) {
  cg_exchange_problem(
      x, &(cg_problem){
             .status = code, .code = code, .type = type, .text = text, .value = -1 });
}

void cg_exchange_wrong_state(cg_exchange *x, cg_login_state state) {
  char text[120];
  const char *name = cg_login_state_name(state);
  snprintf(text, sizeof text, "not possible in the state %s", name);
  cg_exchange_problem(x, &(cg_problem){ .status = 409,
                                        .code = 409,
                                        .value = -1,
                                        .type = "WRONG_STATE",
                                        .text = text,
                                        .state = name });
}

/* A fault may name a file, and whoever asks must not learn where it lies. */
void cg_exchange_fault(cg_exchange *x, const cg_fault *fault) {
  switch (fault->err) {
  case CG_E_USAGE:
  case CG_E_UNKNOWN_NAME:
  case CG_E_MISSING:
  case CG_E_UNEXPECTED:
  case CG_E_MALFORMED:
  case CG_E_TRUNCATED:
  case CG_E_TRAILING:
  case CG_E_NO_VARIANT:
  case CG_E_LIMIT: cg_exchange_fail(x, 400, "BAD_REQUEST", fault->text); break;
  case CG_E_REFUSED: cg_exchange_fail(x, 409, "REFUSED", "refused by the client"); break;
  case CG_E_TIMEOUT:
    cg_exchange_fail(x, 504, "TIMEOUT", "the server did not answer in time");
    break;
  case CG_E_CONNECT:
  case CG_E_TRANSPORT:
  case CG_E_CLOSED:
    cg_exchange_fail(x, 502, "NO_CONNECTION", "no connection to the server");
    break;
  case CG_E_LOCKED:
    cg_exchange_fail(x, 503, "LOCKED", "another process uses this account");
    break;
  case CG_E_MEMORY: cg_exchange_fail(x, 503, "MEMORY", "out of memory"); break;
  default: cg_exchange_fail(x, 500, "INTERNAL", cg_err_text(fault->err)); break;
  }
}

/* The error's text without the number that it ends with. */
static void type_of(const cg_rpc_error *e, char out[sizeof e->text]) {
  size_t len = strlen(e->text);
  memcpy(out, e->text, len + 1);
  if (e->value < 0) return;
  while (len && out[len - 1] >= '0' && out[len - 1] <= '9') len--;
  if (len && out[len - 1] == '_') out[len - 1] = 0;
}

/* A redirection is the client's affair and is no answer. */
void cg_exchange_rpc(cg_exchange *x, const cg_rpc_error *e) {
  char type[sizeof e->text];
  bool password = x->if_password && !strcmp(e->text, "SESSION_PASSWORD_NEEDED");
  type_of(e, type);
  int code = e->code == 303 ? 502 : e->code;
  cg_exchange_problem(x, &(cg_problem){ .status = as_status(code, 502),
                                        .code = code,
                                        .type = type,
                                        .rpc = true,
                                        .text = password ? x->if_password : e->text,
                                        .seconds = e->seconds,
                                        .value = e->value });
}

static bool holds_longs(const tl_obj *object) {
  return object->id == TL_ID_vector &&
         ((const tl_vector *)(const void *)object)->of == TL_OF_LONG;
}

void cg_exchange_object(cg_exchange *x, const tl_obj *object) {
  cg_bytes json;
  cg_fault fault = { 0 };
  cg_err err = cg_tl_to_json(x->g->schema, object, x->arena, &json, &fault);
  if (!err && cg_gateway_forms[x->form].old)
    err = cg_params_small_longs(x->g->schema, json, holds_longs(object), x->arena, &json);
  if (err)
    cg_exchange_fail(x, 500, "INTERNAL", cg_err_text(err));
  else
    cg_exchange_result(x, json);
}

bool cg_exchange_step(cg_exchange *x, const cg_named_step *steps, size_t count,
                      const char *name) {
  for (size_t i = 0; i < count; i++)
    if (!strcasecmp(name, steps[i].name)) {
      x->method = steps[i].name;
      steps[i].run(x);
      return true;
    }
  return false;
}

const char *cg_exchange_text(cg_exchange *x, const char *name) {
  return cg_params_text(&x->params, name, x->arena);
}

bool cg_exchange_flag(cg_exchange *x, const char *name) {
  const char *text = cg_exchange_text(x, name);
  return text && (!strcmp(text, "1") || !strcasecmp(text, "true"));
}

bool cg_exchange_is(cg_exchange *x, const char *method) {
  if (!strcmp(x->rq->method, method)) return true;
  cg_exchange_fail(x, 405, "METHOD_NOT_ALLOWED", "not a method of this page");
  return false;
}
