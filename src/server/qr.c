/* SPDX-License-Identifier: MIT */
/*
 * qr.c - logging in with a QR code: auth.exportLoginToken, acceptLoginToken and
 * importLoginToken (login.md 4.7; protocol.md 310-312).
 *
 * The token that is shown is made of a drawn seed under the server's secret. The store
 * has the seed and the token's SHA-256: the same token is given out until it is over, and
 * a copy of the store logs nobody in. Only the key that exported a token gets in by it;
 * in another data centre, by a token that took its place.
 */
#include "account.h"
#include "auth_tx.h"
#include "enter.h"
#include "home.h"
#include "methods.h"
#include "notice.h"
#include "password.h"
#include "push.h"

#include "hash.h"

#include <string.h>

enum {
  PENDING,  /* shown, nobody has accepted it */
  ACCEPTED, /* by user_id; the next export logs the key in */
  LIFE_S = 30,
  SEED = 16,
  EXCEPT_MOST = (CG_STORE_TOKEN_EXTRA - SEED) / 8 /* ids of accounts, behind the seed */
};

typedef struct {
  cg_store_token row;
  uint8_t token[32];
  cg_store_user user;
  bool needs_password;
} qr;

/* --- auth.exportLoginToken, importLoginToken --------------------------------- */

static void answer_token(cg_op *op) {
  qr *q = op->state;
  tl_auth_loginToken t = { TL_INIT(auth_loginToken), .expires = (int32_t)q->row.expires,
                           .token = { q->token, sizeof q->token } };
  cg_op_answer(op, &t.o);
}

static void on_put(cg_op *op, const cg_store_reply *r) {
  if (r->err) cg_op_internal(op, r->err);
  else answer_token(op);
}

/* Ids of accounts that the client has logged in already: the first ones. */
static void keep_excepted(qr *q, const tl_vec_long *ids) {
  uint32_t n = ids->len < EXCEPT_MOST ? ids->len : EXCEPT_MOST;
  if (n) memcpy(q->row.extra + SEED, ids->at, n * sizeof *ids->at);
  q->row.extra_len = (int32_t)(SEED + n * sizeof *ids->at);
}

static cg_err remake(const cg_op *op, qr *q) {
  return cg_secret_token(&op->s->secret, (cg_bytes){ q->row.extra, SEED }, q->token);
}

static void put_new(cg_op *op) {
  qr *q = op->state;
  const tl_auth_exportLoginToken *rq = TL_AS(auth_exportLoginToken, op->request);
  q->row = (cg_store_token){ .kind = CG_TOKEN_QR, .key_id = cg_op_key(op),
                             .dc = cg_dc_of_op(op), .state = PENDING,
                             .expires = cg_op_now(op) + LIFE_S };
  cg_err err = cg_rng_fill(&op->s->rng, q->row.extra, SEED);
  keep_excepted(q, &rq->except_ids);
  if (!err) err = remake(op, q);
  if (!err) err = cg_sha256(&(cg_bytes){ q->token, 32 }, 1, q->row.hash);
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_PUT, .token = &q->row },
                    on_put);
}

static void answer_success(cg_op *op) {
  const qr *q = op->state;
  tl_auth_loginTokenSuccess done = { TL_INIT(auth_loginTokenSuccess) };
  done.authorization = cg_enter_authorization(op, &q->user);
  if (done.authorization) cg_op_answer(op, &done.o);
}

static void on_entered(cg_op *op, const cg_store_reply *r) {
  cg_enter_bound(op, r->auth);
  cg_log_write(&op->s->log, CG_LOG_INFO, "logged in with a QR code");
  cg_notice_login(op, r->auth, answer_success);
}

/* The token is spent: nobody else can come in by it. */
static void on_taken(cg_op *op, const cg_store_reply *r) {
  const qr *q = op->state;
  cg_store_auth auth;
  cg_err err = cg_enter_draw(op, q->user.id, &auth);
  auth.flags = CG_AUTH_APPROVED;
  if (r->err) cg_op_error(op, 400, "AUTH_TOKEN_EXPIRED");
  else if (q->needs_password) cg_password_demand(op, &q->user);
  else if (err) cg_op_internal(op, err);
  else cg_enter(op, &auth, on_entered);
}

/* --- an account whose home is elsewhere --------------------------------------- */

static void on_handed_on(cg_op *op, const cg_store_reply *r) {
  qr *q = op->state;
  tl_auth_loginTokenMigrateTo to = { TL_INIT(auth_loginTokenMigrateTo),
                                     .dc_id = q->row.dc,
                                     .token = { q->token, sizeof q->token } };
  if (r->err) cg_op_internal(op, r->err);
  else cg_op_answer(op, &to.o);
}

/* What was shown to a camera is spent; the new token is for whoever asked, and good where
 * the account is at home, on a key that the client has there. */
static void hand_on(cg_op *op, const cg_store_reply *r) {
  qr *q = op->state;
  if (r->err) {
    cg_op_error(op, 400, "AUTH_TOKEN_EXPIRED");
    return;
  }
  q->row = (cg_store_token){ .kind = CG_TOKEN_QR, .user_id = q->user.id,
                             .dc = cg_home_of_user(op->s, &q->user), .state = ACCEPTED,
                             .expires = cg_op_now(op) + LIFE_S };
  cg_err err = cg_rng_fill(&op->s->rng, q->token, sizeof q->token);
  if (!err) err = cg_sha256(&(cg_bytes){ q->token, 32 }, 1, q->row.hash);
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_PUT, .token = &q->row },
                    on_handed_on);
}

static bool is_elsewhere(const cg_op *op, const cg_store_user *user) {
  return op->s->dcs > 1 && cg_home_of_user(op->s, user) != cg_dc_of_op(op);
}

static void on_password(cg_op *op, const cg_store_reply *r) {
  qr *q = op->state;
  q->needs_password = cg_password_is_set(r);
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_TAKE, .token = &q->row,
                                        .from = 1u << ACCEPTED, .now = cg_op_now(op) },
               is_elsewhere(op, &q->user) ? hand_on : on_taken);
}

static void on_accepter(cg_op *op, const cg_store_reply *r) {
  qr *q = op->state;
  if (r->err || r->user->state == CG_USER_DELETED) {
    cg_op_error(op, 401, "USER_DEACTIVATED");
  } else if (r->user->state != CG_USER_ACTIVE) {
    cg_op_error(op, 401, "USER_DEACTIVATED_BAN");
  } else {
    q->user = *r->user;
    if (cg_enter_refuse(op, &q->user)) return;
    cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_PASSWORD_GET,
                                          .id = (uint64_t)q->user.id }, on_password);
  }
}

static void find_accepter(cg_op *op) {
  const qr *q = op->state;
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_USER_GET,
                                        .id = (uint64_t)q->row.user_id }, on_accepter);
}

/* What the token of this key has come to. */
static void go_on(cg_op *op) {
  qr *q = op->state;
  cg_err err = remake(op, q);
  if (err) cg_op_internal(op, err);
  else if (q->row.state == PENDING) answer_token(op);
  else find_accepter(op);
}

static void on_mine(cg_op *op, const cg_store_reply *r) {
  qr *q = op->state;
  if (!r->err) q->row = *r->token;
  if (r->err) put_new(op);
  else go_on(op);
}

void cg_auth_export_login_token(cg_op *op) {
  const tl_auth_exportLoginToken *q = TL_AS(auth_exportLoginToken, op->request);
  if (cg_tx_refuse_layer(op)) return;
  if (cg_enter_refuse_app(op, q->api_id, q->api_hash)) return;
  if (!(op->state = cg_op_alloc(op, sizeof(qr)))) return;
  cg_store_token mine = { .kind = CG_TOKEN_QR, .key_id = cg_op_key(op) };
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_FIND, .token = &mine,
                                        .now = cg_op_now(op) }, on_mine);
}

/* Looks a token up that a client has shown, dead ones too; false: answered. */
static bool look_up(cg_op *op, cg_bytes token, cg_op_step *step) {
  qr *q = cg_op_alloc(op, sizeof *q);
  if (!q) return false;
  op->state = q;
  q->row.kind = CG_TOKEN_QR;
  cg_err err = cg_sha256(&token, 1, q->row.hash);
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_GET,
                                             .token = &q->row }, step);
  return !err;
}

/* True, and answered, if there is no such token or its time is over. */
static bool refuse_token(cg_op *op, const cg_store_reply *r) {
  if (r->err) cg_op_error(op, 400, "AUTH_TOKEN_INVALIDX");
  else if (r->token->expires <= cg_op_now(op)) cg_op_error(op, 400, "AUTH_TOKEN_EXPIRED");
  else return false;
  return true;
}

static void on_import(cg_op *op, const cg_store_reply *r) {
  qr *q = op->state;
  if (refuse_token(op, r)) return;
  q->row = *r->token;
  bool handed_on = !q->row.key_id && q->row.dc == cg_dc_of_op(op);
  if (q->row.key_id == cg_op_key(op)) go_on(op);
  else if (handed_on) find_accepter(op);
  else cg_op_error(op, 400, "AUTH_TOKEN_INVALIDX");
}

void cg_auth_import_login_token(cg_op *op) {
  const tl_auth_importLoginToken *q = TL_AS(auth_importLoginToken, op->request);
  if (!cg_tx_refuse_layer(op)) look_up(op, q->token, on_import);
}

/* --- auth.acceptLoginToken ------------------------------------------------------ */

static bool is_excepted(const cg_store_token *row, int64_t user_id) {
  for (int32_t at = SEED; at + 8 <= row->extra_len; at += 8)
    if (!memcmp(row->extra + at, &user_id, 8)) return true;
  return false;
}

/* The session that is about to begin, as its owner sees it in his list. */
static void answer_session(cg_op *op, const cg_store_key *key) {
  const cg_store_init *init = &key->init;
  int32_t now = (int32_t)cg_op_now(op);
  tl_authorization a = { TL_INIT(authorization),
                         .device_model = cg_bytes_of(init->device),
                         .platform = CG_LIT(""),
                         .system_version = cg_bytes_of(init->system),
                         .api_id = init->api_id, .app_name = CG_LIT("Telegram client"),
                         .app_version = cg_bytes_of(init->app), .date_created = now,
                         .date_active = now, .ip = CG_LIT(""), .region = CG_LIT(""),
                         .country = cg_bytes_of(op->s->set.country) };
  cg_op_answer(op, &a.o);
}

static void on_waiting_key(cg_op *op, const cg_store_reply *r) {
  const qr *q = op->state;
  tl_updateLoginToken news = { TL_INIT(updateLoginToken) };
  tl_updateShort update = { TL_INIT(updateShort), .update = &news.Update,
                            .date = (int32_t)cg_op_now(op) };
  if (r->err) {
    cg_op_error(op, 400, "AUTH_TOKEN_INVALIDX"); /* the key is gone, and the token too */
    return;
  }
  cg_push_key(op->s, q->row.key_id, &update.o);
  answer_session(op, r->key);
}

static void on_accepted(cg_op *op, const cg_store_reply *r) {
  const qr *q = op->state;
  if (r->err) cg_op_error(op, 400, "AUTH_TOKEN_ALREADY_ACCEPTED");
  else cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_KEY_GET,
                                             .id = q->row.key_id }, on_waiting_key);
}

static void on_shown(cg_op *op, const cg_store_reply *r) {
  qr *q = op->state;
  int64_t me = cg_op_login(op)->user_id;
  if (refuse_token(op, r)) return;
  q->row = *r->token;
  if (q->row.key_id == cg_op_key(op)) {
    cg_op_error(op, 400, "AUTH_TOKEN_INVALIDX");
  } else if (is_excepted(&q->row, me)) {
    cg_op_error(op, 400, "AUTH_TOKEN_EXCEPTION");
  } else {
    cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_MOVE, .token = &q->row,
                                          .from = 1u << PENDING, .number = ACCEPTED,
                                          .id = (uint64_t)me, .now = cg_op_now(op) },
                 on_accepted);
  }
}

void cg_auth_accept_login_token(cg_op *op) {
  const tl_auth_acceptLoginToken *q = TL_AS(auth_acceptLoginToken, op->request);
  look_up(op, q->token, on_shown);
}
