/* SPDX-License-Identifier: MIT */
/*
 * bot.c - auth.importBotAuthorization (login.md 4.8). A bot is an account without a phone
 * number; its token is in the store by its SHA-256 and lasts until it is revoked.
 */
#include "auth_tx.h"
#include "bot.h"
#include "enter.h"
#include "home.h"
#include "methods.h"

#include "hash.h"

#include <string.h>

enum { SECRET_CHARS = 35, ID_DIGITS_MOST = 18 };

bool cg_bot_token_id(cg_bytes token, int64_t *id) {
  size_t at = 0;
  *id = 0;
  while (at < token.len && at < ID_DIGITS_MOST && token.at[at] >= '0' &&
         token.at[at] <= '9')
    *id = *id * 10 + (token.at[at++] - '0');
  return *id > 0 && token.at[0] != '0' && token.len == at + 1 + SECRET_CHARS &&
         token.at[at] == ':';
}

cg_err cg_bot_token_row(cg_bytes token, cg_store_token *out) {
  *out = (cg_store_token){ .kind = CG_TOKEN_BOT, .expires = INT64_MAX };
  if (!cg_bot_token_id(token, &out->user_id)) return CG_E_MALFORMED;
  return cg_sha256(&token, 1, out->hash);
}

static void on_entered(cg_op *op, const cg_store_reply *r) {
  const cg_store_user *bot = op->state;
  cg_enter_bound(op, r->auth);
  cg_log_write(&op->s->log, CG_LOG_INFO, "a bot logged in");
  const tl_auth_Authorization *a = cg_enter_authorization(op, bot);
  if (a) cg_op_answer(op, &a->o);
}

static void on_bot(cg_op *op, const cg_store_reply *r) {
  cg_store_user *bot = cg_op_alloc(op, sizeof *bot);
  cg_store_auth auth;
  if (!bot) return;
  if (r->err || r->user->state != CG_USER_ACTIVE) {
    cg_op_error(op, 400, "ACCESS_TOKEN_EXPIRED");
    return;
  }
  *bot = *r->user;
  op->state = bot;
  if (cg_home_refuse_user(op, cg_home_of_user(op->s, bot))) return;
  if (cg_enter_refuse(op, bot)) return;
  cg_err err = cg_enter_draw(op, bot->id, &auth);
  if (err) cg_op_internal(op, err);
  else cg_enter(op, &auth, on_entered);
}

static void on_token(cg_op *op, const cg_store_reply *r) {
  if (r->err) cg_op_error(op, 400, "ACCESS_TOKEN_INVALID");
  else cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_USER_GET,
                                             .id = (uint64_t)r->token->user_id }, on_bot);
}

void cg_auth_import_bot(cg_op *op) {
  const tl_auth_importBotAuthorization *q =
      TL_AS(auth_importBotAuthorization, op->request);
  cg_store_token row;
  if (cg_tx_refuse_layer(op)) return;
  if (cg_enter_refuse_app(op, q->api_id, q->api_hash)) return;
  if (cg_bot_token_row(q->bot_auth_token, &row)) {
    cg_op_error(op, 400, "ACCESS_TOKEN_INVALID");
    return;
  }
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_GET, .token = &row,
                                        .now = cg_op_now(op) }, on_token);
}
