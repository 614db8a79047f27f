/* SPDX-License-Identifier: MIT */
/* tokens.c - see tokens.h for the contract. */
#include "tokens.h"

#include "auth_tx.h"
#include "enter.h"
#include "home.h"
#include "limits.h"
#include "notice.h"

#include "hash.h"
#include "wipe.h"

enum {
  VERSION = 1,
  TOKEN = 33,          /* a byte that is its version, and 32 at random */
  LOOKED_AT = 20,      /* in one call */
  WAITS_S = 86400,     /* for a password */
  TOLD_SINCE = 152     /* the layer whose answers have room for one */
};

/* --- giving out ----------------------------------------------------------- */

static void on_issued(cg_op *op, const cg_store_reply *r) {
  if (r->err) op->future_token = (cg_bytes){ 0 };
  op->after_token(op);
}

static cg_err draw_token(const cg_op *op, uint8_t out[TOKEN], cg_store_token *row) {
  cg_bytes all = { out, TOKEN };
  out[0] = VERSION;
  cg_err err = cg_rng_fill(&op->s->rng, out + 1, TOKEN - 1);
  return err ? err : cg_sha256(&all, 1, row->hash);
}

void cg_tokens_issue(cg_op *op, int64_t user_id, cg_op_run *then) {
  op->after_token = then;
  op->future_token = (cg_bytes){ 0 };
  if (!op->s->set.future_tokens || op->layer < TOLD_SINCE || !user_id) {
    then(op);
    return;
  }
  uint8_t *token = cg_op_alloc(op, TOKEN);
  if (!token) return;
  /* No key_id: it is for the time after this key. */
  cg_store_token row = { .kind = CG_TOKEN_FUTURE, .user_id = user_id,
                         .dc = cg_dc_of_op(op),
                         .expires = cg_op_now(op) + op->s->set.token_ttl };
  cg_err err = draw_token(op, token, &row);
  op->future_token = (cg_bytes){ token, TOKEN };
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_PUT, .token = &row },
                    on_issued);
}

static void on_dropped(cg_op *op, const cg_store_reply *r) {
  (void)r;
  op->after_token(op);
}

void cg_tokens_drop(cg_op *op, int64_t user_id, cg_op_run *then) {
  cg_store_token of = { .kind = CG_TOKEN_FUTURE, .user_id = user_id };
  op->after_token = then;
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_DROP, .token = &of },
               on_dropped);
}

/* --- logging in with one -------------------------------------------------- */

static const tl_codeSettings *settings_of(const cg_op *op) {
  return TL_AS(codeSettings, TL_AS(auth_sendCode, op->request)->settings);
}

static void look_at(cg_op *op);

static void look_at_next(cg_op *op) {
  cg_tx_of(op)->token++;
  look_at(op);
}

static void answer_success(cg_op *op) {
  tl_auth_sentCodeSuccess s = { TL_INIT(auth_sentCodeSuccess),
                                .authorization =
                                    cg_enter_authorization(op, &cg_tx_of(op)->user) };
  if (s.authorization) cg_op_answer(op, &s.o);
}

static void on_cleared(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_tx_log(op, "logged in by a token");
  cg_tokens_issue(op, cg_tx_of(op)->user.id, answer_success);
}

static void clear_failures(cg_op *op) {
  cg_limit_success(op, on_cleared);
}

static void on_entered(cg_op *op, const cg_store_reply *r) {
  cg_enter_bound(op, r->auth);
  cg_notice_login(op, r->auth, clear_failures);
}

static void log_in(cg_op *op) {
  cg_store_auth auth;
  cg_err err = cg_enter_draw(op, cg_tx_of(op)->user.id, &auth);
  if (err) cg_op_internal(op, err);
  else cg_enter(op, &auth, on_entered);
}

/* EXISTS: a code of this key for the number is alive; it will do. */
static void on_waiting(cg_op *op, const cg_store_reply *r) {
  if (r->err) cg_tx_of(op)->otherwise(op);
  else cg_op_error(op, 401, "SESSION_PASSWORD_NEEDED");
}

/* A token stands for a code, not for a password: a transaction that is verified waits. */
static void wait_for_password(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  cg_tx_begin(op, CG_CODE_LOGIN);
  tx->row.state = CG_CODE_NEED_PASSWORD;
  tx->row.expires_at = cg_op_now(op) + WAITS_S;
  cg_err err = cg_code_hash_draw(&op->s->rng, tx->row.hash);
  if (!err) err = cg_code_keep_none(&op->s->rng, 0, &tx->row);
  cg_store_request q = { .op = CG_STORE_CODE_ADD, .code = &tx->row,
                         .now = cg_op_now(op) };
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &q, on_waiting);
}

/* NOT_FOUND: somebody was faster; each works once. */
static void on_taken(cg_op *op, const cg_store_reply *r) {
  if (r->err) look_at_next(op);
  else if (cg_tx_of(op)->has_password) wait_for_password(op);
  else log_in(op);
}

static cg_err row_of(cg_op *op, cg_store_token *row) {
  cg_bytes token = settings_of(op)->logout_tokens.at[cg_tx_of(op)->token];
  *row = (cg_store_token){ .kind = CG_TOKEN_FUTURE };
  return cg_sha256(&token, 1, row->hash);
}

static void on_password(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  cg_store_token row;
  tx->has_password = !r->err && r->password->now.set;
  if (cg_enter_refuse(op, &tx->user)) return;
  cg_err err = row_of(op, &row);
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_TAKE, .token = &row,
                                             .now = cg_op_now(op) }, on_taken);
}

/* One of another account is not used up: its owner may still need it. */
static void on_known(cg_op *op, const cg_store_reply *r) {
  const cg_tx *tx = cg_tx_of(op);
  if (r->err || !tx->has_user || r->token->user_id != tx->user.id) {
    look_at_next(op);
    return;
  }
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_PASSWORD_GET,
                                        .id = (uint64_t)tx->user.id }, on_password);
}

static void look_at(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  cg_store_token row;
  uint32_t count = settings_of(op)->logout_tokens.len;
  if (tx->token >= count || tx->token >= LOOKED_AT) {
    tx->otherwise(op);
    return;
  }
  cg_err err = row_of(op, &row);
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_GET, .token = &row,
                                             .now = cg_op_now(op) }, on_known);
}

void cg_tokens_use(cg_op *op, cg_op_run *otherwise) {
  cg_tx *tx = cg_tx_of(op);
  const tl_codeSettings *s = settings_of(op);
  tx->otherwise = otherwise;
  tx->token = 0;
  bool any = s && TL_HAS(codeSettings, s, logout_tokens) && op->s->set.future_tokens;
  if (any) look_at(op);
  else otherwise(op);
}
