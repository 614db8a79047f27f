/* SPDX-License-Identifier: MIT */
/*
 * sessions.c - see sessions.h; and account.getAuthorizations, resetAuthorization,
 * changeAuthorizationSettings, setAuthorizationTTL, auth.resetAuthorizations.
 */
#include "sessions.h"

#include "methods.h"
#include "notice.h"
#include "tokens.h"

#include <stdio.h>
#include <string.h>

enum {
  ACTIVE_S = 60,           /* how exactly it is known when a session was active */
  CONFIRMED_S = 7 * 86400, /* a login that nobody objected to is confirmed then */
  TTL_MAX_DAYS = 366
};

/* --- activity and its end ------------------------------------------------- */

static void on_touched(void *ctx, const cg_store_reply *r) {
  const cg_server *s = ctx;
  if (r->err) cg_log_write(&s->log, CG_LOG_WARN, "activity: %s", cg_err_text(r->err));
}

void cg_session_active(cg_op *op) {
  cg_login *login = cg_op_login(op);
  int64_t now = cg_op_now(op);
  if (now - login->active < ACTIVE_S) return;
  login->active = now;
  op->peer->turn = op->s->turn;
  cg_store_auth a = { .key_id = cg_op_key(op) };
  memcpy(a.ip, op->ip, sizeof a.ip);
  cg_store_request q = { .op = CG_STORE_AUTH_TOUCH, .auth = &a, .now = now };
  cg_store_submit(op->s->store, &q, on_touched, op->s);
}

/* The store has ended these: they are nobody's from now on. */
static void forget_logins(cg_server *s, const cg_store_reply *r, bool revoked) {
  for (uint32_t i = 0; i < r->count; i++) {
    cg_peer *p = cg_peer_find(s, r->auth[i].key_id);
    if (!p) continue;
    p->login = (cg_login){ .revoked = revoked };
    p->turn = s->turn;
  }
}

static void on_refused(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_op_login(op)->revoked = false;
  op->peer->turn = op->s->turn;
  cg_op_error(op, 401, "SESSION_REVOKED");
}

void cg_session_refuse_revoked(cg_op *op) {
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_AUTH_DELETE,
                                        .id = cg_op_key(op) }, on_refused);
}

static void on_expired(void *ctx, const cg_store_reply *r) {
  cg_server *s = ctx;
  if (r->err) cg_log_write(&s->log, CG_LOG_WARN, "expiry: %s", cg_err_text(r->err));
  forget_logins(s, r, false);
}

void cg_sessions_expire(cg_server *s) {
  cg_store_request q = { .op = CG_STORE_AUTH_EXPIRE, .now = cg_server_clock(s),
                         .number = s->set.session_ttl };
  cg_store_submit(s->store, &q, on_expired, s);
}

/* --- account.getAuthorizations -------------------------------------------- */

typedef struct {
  int32_t ttl_days;
} listing;

static void put_flags(const cg_op *op, const cg_store_auth *row, tl_authorization *a) {
  bool current = row->key_id == cg_op_key(op);
  bool fresh = cg_op_now(op) - row->created < CONFIRMED_S;
  if (current) TL_ON(authorization, a, current);
  if (row->flags & CG_AUTH_NO_ENCRYPTED)
    TL_ON(authorization, a, encrypted_requests_disabled);
  if (row->flags & CG_AUTH_NO_CALLS) TL_ON(authorization, a, call_requests_disabled);
  if ((row->flags & CG_AUTH_UNCONFIRMED) && fresh && !current)
    TL_ON(authorization, a, unconfirmed);
  a->hash = current ? 0 : row->hash;
}

static cg_bytes copied(cg_op *op, const char *text) {
  return cg_arena_copy(op->arena, cg_bytes_of(text));
}

/* Nothing says on which platform a client runs, but what language pack it asks for; and
 * an app has a number here, no name. */
static const tl_obj *authorization(cg_op *op, const cg_store_auth *row) {
  char app[24];
  const cg_store_init *init = &row->init;
  snprintf(app, sizeof app, "app %d", (int)init->api_id);
  tl_authorization *a = cg_arena_alloc(op->arena, sizeof *a);
  if (!a) return NULL;
  *a = (tl_authorization){ TL_INIT(authorization), .device_model = copied(op, init->device),
                           .platform = copied(op, init->lang_pack),
                           .system_version = copied(op, init->system),
                           .api_id = init->api_id, .app_name = copied(op, app),
                           .app_version = copied(op, init->app),
                           .date_created = (int32_t)row->created,
                           .date_active = (int32_t)row->active, .ip = copied(op, row->ip),
                           .country = cg_bytes_of(op->s->set.country) };
  put_flags(op, row, a);
  bool complete = a->device_model.at && a->platform.at && a->system_version.at &&
                  a->app_name.at && a->app_version.at && a->ip.at;
  return complete ? &a->o : NULL;
}

static void on_listed(cg_op *op, const cg_store_reply *r) {
  const listing *l = op->state;
  const tl_obj **list = cg_op_alloc(op, (r->count + 1) * sizeof *list);
  if (!list) return;
  for (uint32_t i = 0; i < r->count; i++) {
    list[i] = authorization(op, &r->auth[i]);
    if (list[i]) continue;
    cg_op_internal(op, CG_E_MEMORY);
    return;
  }
  tl_account_authorizations a = { TL_INIT(account_authorizations),
                                  .authorization_ttl_days = l->ttl_days,
                                  .authorizations = { list, r->count } };
  cg_op_answer(op, &a.o);
}

static void on_ttl(cg_op *op, const cg_store_reply *r) {
  listing *l = cg_op_alloc(op, sizeof *l);
  if (!l) return;
  op->state = l;
  l->ttl_days = (int32_t)(r->number ? r->number : op->s->set.session_ttl);
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_AUTH_LIST,
                                        .id = (uint64_t)cg_op_login(op)->user_id },
               on_listed);
}

void cg_account_get_authorizations(cg_op *op) {
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_AUTH_TTL,
                                        .id = (uint64_t)cg_op_login(op)->user_id },
               on_ttl);
}

static void on_ttl_set(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_op_true(op);
}

void cg_account_set_authorization_ttl(cg_op *op) {
  const tl_account_setAuthorizationTTL *q =
      TL_AS(account_setAuthorizationTTL, op->request);
  if (q->authorization_ttl_days < 1 || q->authorization_ttl_days > TTL_MAX_DAYS) {
    cg_op_error(op, 400, "TTL_DAYS_INVALID");
    return;
  }
  cg_store_request s = { .op = CG_STORE_AUTH_TTL,
                         .id = (uint64_t)cg_op_login(op)->user_id,
                         .number = q->authorization_ttl_days };
  cg_op_submit(op, &s, on_ttl_set);
}

/* --- ending others -------------------------------------------------------- */

/* True, and answered, if the caller's own session is too new for that. */
static bool refuse_fresh(cg_op *op) {
  bool fresh = cg_op_now(op) - cg_op_login(op)->created < op->s->set.fresh_session;
  if (fresh) cg_op_error(op, 406, "FRESH_RESET_AUTHORISATION_FORBIDDEN");
  return fresh;
}

/* Ends the session `hash` of the account, or all but the caller's (0). */
static void end_sessions(cg_op *op, int64_t hash, cg_op_step *step) {
  cg_store_auth a = { .user_id = cg_op_login(op)->user_id, .key_id = cg_op_key(op),
                      .hash = hash };
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_AUTH_END, .auth = &a }, step);
}

static void on_ended(cg_op *op, const cg_store_reply *r) {
  forget_logins(op->s, r, true);
  cg_log_write(&op->s->log, CG_LOG_INFO, "%u sessions were ended by another",
               (unsigned)r->count);
  if (r->count || TL_AS(auth_resetAuthorizations, op->request)) cg_op_true(op);
  else cg_op_error(op, 400, "HASH_INVALID");
}

void cg_account_reset_authorization(cg_op *op) {
  const tl_account_resetAuthorization *q = TL_AS(account_resetAuthorization, op->request);
  if (refuse_fresh(op)) return;
  if (q->hash) end_sessions(op, q->hash, on_ended);
  else cg_op_error(op, 400, "HASH_INVALID");
}

/* The tokens that would log in without a code end with the sessions (login.md 2.12). */
static void end_others(cg_op *op) {
  end_sessions(op, 0, on_ended);
}

void cg_auth_reset_authorizations(cg_op *op) {
  if (refuse_fresh(op)) return;
  cg_tokens_drop(op, cg_op_login(op)->user_id, end_others);
}

/* --- account.changeAuthorizationSettings ---------------------------------- */

static void on_changed(cg_op *op, const cg_store_reply *r) {
  const tl_account_changeAuthorizationSettings *q =
      TL_AS(account_changeAuthorizationSettings, op->request);
  if (r->err) {
    cg_op_error(op, 400, "HASH_INVALID");
    return;
  }
  if (TL_HAS(account_changeAuthorizationSettings, q, confirmed))
    cg_notice_authorization(op, r->auth, cg_op_key(op));
  cg_op_true(op);
}

void cg_account_change_authorization_settings(cg_op *op) {
  const tl_account_changeAuthorizationSettings *q =
      TL_AS(account_changeAuthorizationSettings, op->request);
  cg_store_auth a = { .user_id = cg_op_login(op)->user_id, .key_id = cg_op_key(op),
                      .hash = q->hash };
  uint32_t mask = 0;
  bool confirmed = TL_HAS(account_changeAuthorizationSettings, q, confirmed);
  if (confirmed && !q->hash) { /* nobody confirms himself */
    cg_op_error(op, 400, "HASH_INVALID");
    return;
  }
  if (confirmed) mask |= CG_AUTH_UNCONFIRMED;
  if (TL_HAS(account_changeAuthorizationSettings, q, encrypted_requests_disabled)) {
    mask |= CG_AUTH_NO_ENCRYPTED;
    if (q->encrypted_requests_disabled) a.flags |= CG_AUTH_NO_ENCRYPTED;
  }
  if (TL_HAS(account_changeAuthorizationSettings, q, call_requests_disabled)) {
    mask |= CG_AUTH_NO_CALLS;
    if (q->call_requests_disabled) a.flags |= CG_AUTH_NO_CALLS;
  }
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_AUTH_SET, .auth = &a,
                                        .from = mask }, on_changed);
}
