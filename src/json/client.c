/* SPDX-License-Identifier: MIT */
/* client.c - see client.h for the contract. */
#include "client.h"

#include "json.h"
#include "logs.h"
#include "mem.h"

#include <centigram/api.h>

#include <stdio.h>
#include <string.h>

/* --- life ------------------------------------------------------------------- */

cg_td_client *cg_td_client_new(int id) {
  cg_td_client *c = cg_alloc(sizeof *c);
  if (c) c->id = id;
  return c;
}

void cg_td_client_free(cg_td_client *c) {
  if (c->api_hash) explicit_bzero(c->api_hash, strlen(c->api_hash));
  cg_free(c->api_hash);
  explicit_bzero(c, sizeof *c);
  cg_free(c);
}

void cg_td_finish_soon(cg_td_client *c) {
  if (c->finishing) return;
  c->finishing = true;
  cg_td_hub_finish_later(c);
}

static void show(cg_td_client *c);

void cg_td_client_finish(cg_td_client *c) {
  c->phase = CG_TD_CLOSES;
  show(c);
  cg_client *client = c->client;
  c->client = NULL; /* what is answered now begins nothing new */
  cg_close(client);
  c->phase = CG_TD_CLOSED;
  show(c);
}

/* --- what is told ----------------------------------------------------------- */

void cg_td_login(const cg_td_client *c, cg_login_info *out) {
  memset(out, 0, sizeof *out);
  if (c->client) cg_login_get(c->client, out);
}

static void tell_option(cg_td_client *c, const char *name, const char *type,
                        const char *value) {
  cg_buf b = { 0 };
  cg_td_begin(&b, "updateOption");
  cg_jsonw_key(&b, "name");
  cg_jsonw_string(&b, cg_bytes_of(name));
  cg_jsonw_key(&b, "value");
  cg_td_begin(&b, type);
  cg_jsonw_key(&b, "value");
  cg_jsonw_string(&b, cg_bytes_of(value));
  cg_jsonw_close(&b, '}');
  cg_td_update(c->id, &b);
}

static void tell_state(cg_td_client *c, bool old) {
  cg_buf b = { 0 };
  cg_td_begin(&b, old ? "updateAuthState" : "updateAuthorizationState");
  cg_jsonw_key(&b, old ? "auth_state" : "authorization_state");
  if (old)
    cg_td_put_old_state(c, &b);
  else
    cg_td_put_state(c, &b);
  cg_td_update(c->id, &b);
}

static void greet(cg_td_client *c) {
  if (c->greeted) return;
  c->greeted = true;
  tell_option(c, "version", "optionValueString", CG_VERSION);
  tell_state(c, false);
}

/* True if an update would tell something new: not that seconds have passed. */
static bool differs(const cg_td_client *c, const cg_login_info *now) {
  const cg_login_info *was = &c->shown;
  return c->phase != c->shown_phase || now->state != was->state ||
         now->sent_at != was->sent_at || now->resend_at != was->resend_at ||
         strcmp(now->phone, was->phone) || strcmp(now->type, was->type) ||
         strcmp(now->next_type, was->next_type) || strcmp(now->hint, was->hint);
}

static void show(cg_td_client *c) {
  cg_login_info now;
  cg_td_login(c, &now);
  if (!differs(c, &now)) return;
  bool entered = now.state == CG_LOGIN_READY && c->shown.state != CG_LOGIN_READY;
  c->shown = now;
  c->shown_phase = c->phase;
  greet(c);
  tell_state(c, false);
  if (c->old_names) tell_state(c, true);
  if (!entered || c->phase != CG_TD_OPEN) return;
  char id[24];
  snprintf(id, sizeof id, "%lld", (long long)now.user_id);
  tell_option(c, "my_id", "optionValueInteger", id);
}

/* --- the password's hint ------------------------------------------------------ */

static void keep(char *out, size_t size, cg_bytes text) {
  snprintf(out, size, "%.*s", (int)text.len, text.len ? (const char *)text.at : "");
}

/* TDLib tells the hint together with the state. A server that has none to tell is no
 * reason to keep the state back. */
static void on_password(void *ctx, cg_err err, const cg_result *result) {
  cg_td_client *c = ctx;
  const tl_account_password *p = err ? NULL : TL_AS(account_password, result->object);
  if (err == CG_E_CLOSED || !c->client) return;
  c->asks_password = false;
  c->knows_password = true;
  if (p) {
    if (TL_HAS(account_password, p, hint))
      keep(c->password_hint, sizeof c->password_hint, p->hint);
    c->has_recovery = TL_HAS(account_password, p, has_recovery);
    c->has_passport = TL_HAS(account_password, p, has_secure_values);
  }
  cg_td_sync(c);
}

/* True if the state has to wait for it. */
static bool ask_password(cg_td_client *c) {
  static const tl_account_getPassword q = { TL_INIT(account_getPassword) };
  if (c->asks_password) return true;
  if (c->knows_password) return false;
  c->asks_password = !cg_send(c->client, &q.o, on_password, c, NULL, NULL);
  return c->asks_password;
}

void cg_td_sync(cg_td_client *c) {
  cg_login_info now;
  if (!c->client || c->phase == CG_TD_CLOSES) return;
  cg_td_login(c, &now);
  if (now.state == CG_LOGIN_CLOSED) { /* an account, or a key, that is no more */
    c->phase = CG_TD_LEAVES;
    cg_td_finish_soon(c);
  } else if (now.state == CG_LOGIN_WAIT_PASSWORD) {
    if (ask_password(c)) return;
  } else {
    c->knows_password = false;
  }
  show(c);
}

/* --- requests ----------------------------------------------------------------- */

void cg_td_well(cg_td_request *r) {
  if (!r->old) {
    cg_td_ok(r);
    return;
  }
  cg_buf b = { 0 };
  cg_td_put_old_state(r->client, &b);
  if (b.len) b.len--; /* the answer ends it */
  cg_td_answer(r, &b);
}

/* Nothing of the request runs any more. */
static void end(cg_td_request *r) {
  r->client->running--;
  if (r->is_login) r->client->logging_in = false;
}

void cg_td_begun(cg_td_request *r, cg_err err, const cg_fault *fault) {
  if (!err) return;
  end(r);
  cg_td_failed(r, fault);
}

/* A password that is asked for is a step that went well. */
static bool went_well(const cg_td_request *r, const cg_result *result) {
  return !result->error.code || (r->is_login && result->error.code == 401 &&
                                 !strcmp(result->error.text, "SESSION_PASSWORD_NEEDED"));
}

void cg_td_done(void *ctx, cg_err err, const cg_result *result) {
  cg_td_request *r = ctx;
  end(r);
  cg_td_sync(r->client);
  if (result->error.code && !went_well(r, result))
    cg_td_refused(r, &result->error);
  else if (err && !result->error.code)
    cg_td_failed(r, &result->fault);
  else if (r->then)
    r->then(r);
  else
    cg_td_well(r);
}

void cg_td_refuse(int id, cg_bytes text, int code, const char *message) {
  const char *why = NULL;
  cg_td_request *r = cg_td_request_new(id, text, &why);
  if (r) cg_td_error(r, code, "%s", message);
}

/* What is wrong with asking for `f` now; NULL if nothing. */
static const char *refusal(const cg_td_client *c, const cg_td_entry *f) {
  if (f->flags & CG_TD_STATIC) return NULL;
  if (c->phase == CG_TD_WAITS && !(f->flags & CG_TD_ANY))
    return "Initialization parameters are needed: call setTdlibParameters first";
  if (c->running >= CG_TD_STEPS) return "Too many requests are running";
  if (f->flags & CG_TD_STEP && c->logging_in)
    return "Another authorization query has started";
  return NULL;
}

static void dispatch(cg_td_client *c, cg_td_request *r) {
  const cg_td_entry *f = cg_td_find(r->type);
  const char *why = f ? refusal(c, f) : NULL;
  if (!f) {
    cg_td_error(r, 400, "The function \"%.100s\" is not supported", r->type);
  } else if (c->phase == CG_TD_CLOSES || c->finishing) {
    cg_td_error(r, 500, "Request aborted");
  } else if (why) {
    cg_td_error(r, 400, "%s", why);
  } else {
    r->client = c;
    r->old = f->flags & CG_TD_OLD;
    c->old_names |= r->old;
    f->call(r);
  }
}

void cg_td_client_take(cg_td_client *c, cg_bytes text) {
  const char *why = NULL;
  cg_td_request *r = cg_td_request_new(c->id, text, &why);
  greet(c);
  cg_td_sync(c); /* a step that was waited for may be too old by now */
  if (!r)
    cg_td_log(CG_TD_LOG_ERROR, "a request was dropped: out of memory");
  else if (why)
    cg_td_error(r, 400, "Failed to parse the request: %s", why);
  else
    dispatch(c, r);
}

const cg_td_entry *cg_td_find(const char *name) {
  const cg_td_entry *const tables[] = { cg_td_auth_functions, cg_td_common_functions,
                                        cg_td_log_functions };
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    for (const cg_td_entry *f = tables[i]; f->name; f++)
      if (!strcmp(f->name, name)) return f;
  return NULL;
}
