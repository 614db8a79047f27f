/* SPDX-License-Identifier: MIT */
/*
 * auth_export.c - auth.exportAuthorization, importAuthorization: a login goes along to
 * another data centre (login.md 5.3, protocol.md 314, 315).
 *
 * What is exported are 32 drawn bytes, of which the store has the SHA-256: good once, for
 * a minute, for this account in that data centre, as long as the exporting key lives.
 */
#include "account.h"
#include "auth_tx.h"
#include "enter.h"
#include "home.h"
#include "methods.h"

#include "hash.h"

enum { LIFE_S = 60, SIZE = 32 };

/* --- auth.exportAuthorization ---------------------------------------------- */

typedef struct {
  uint8_t bytes[SIZE];
  cg_store_token row;
} exported;

static void on_put(cg_op *op, const cg_store_reply *r) {
  exported *e = op->state;
  tl_auth_exportedAuthorization a = { TL_INIT(auth_exportedAuthorization),
                                      .id = e->row.user_id,
                                      .bytes = { e->bytes, sizeof e->bytes } };
  if (r->err)
    cg_op_internal(op, r->err);
  else
    cg_op_answer(op, &a.o);
}

void cg_auth_export_authorization(cg_op *op) {
  const tl_auth_exportAuthorization *q = TL_AS(auth_exportAuthorization, op->request);
  exported *e = cg_op_alloc(op, sizeof *e);
  if (!e) return;
  op->state = e;
  if (!cg_dc_exists(op->s, q->dc_id) || q->dc_id == cg_dc_of_op(op)) {
    cg_op_error(op, 400, "DC_ID_INVALID");
    return;
  }
  e->row = (cg_store_token){ .kind = CG_TOKEN_EXPORT,
                             .key_id = cg_op_key(op),
                             .user_id = cg_op_login(op)->user_id,
                             .dc = q->dc_id,
                             .expires = cg_op_now(op) + LIFE_S };
  cg_err err = cg_rng_fill(&op->s->rng, e->bytes, sizeof e->bytes);
  if (!err) err = cg_sha256(&(cg_bytes){ e->bytes, SIZE }, 1, e->row.hash);
  if (err)
    cg_op_internal(op, err);
  else
    cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_TOKEN_PUT, .token = &e->row },
                 on_put);
}

/* --- auth.importAuthorization ---------------------------------------------- */

typedef struct {
  cg_store_token row;
  cg_store_user user;
} imported;

static void on_confirmed(cg_op *op, const cg_store_reply *r) {
  const imported *i = op->state;
  const tl_auth_Authorization *a = cg_enter_authorization(op, &i->user);
  (void)r;
  if (a) cg_op_answer(op, &a->o);
}

/* It is no new device: its owner confirmed it when he logged in. */
static void on_entered(cg_op *op, const cg_store_reply *r) {
  const imported *i = op->state;
  cg_enter_bound(op, r->auth);
  cg_op_login(op)->home = cg_home_of_user(op->s, &i->user);
  cg_log_write(&op->s->log, CG_LOG_INFO, "a login was brought along from another DC");
  cg_store_auth confirmed = *r->auth;
  confirmed.flags = 0;
  cg_op_submit(op,
               &(cg_store_request){ .op = CG_STORE_AUTH_SET,
                                    .auth = &confirmed,
                                    .from = CG_AUTH_UNCONFIRMED },
               on_confirmed);
}

/* The bytes are spent: nobody else comes in by them. */
static void on_taken(cg_op *op, const cg_store_reply *r) {
  const imported *i = op->state;
  cg_store_auth auth;
  cg_err err = cg_enter_draw(op, i->user.id, &auth);
  if (r->err)
    cg_op_error(op, 400, "AUTH_BYTES_INVALID");
  else if (err)
    cg_op_internal(op, err);
  else
    cg_enter(op, &auth, on_entered);
}

static void on_user(cg_op *op, const cg_store_reply *r) {
  imported *i = op->state;
  if (r->err || r->user->state == CG_USER_DELETED) {
    cg_op_error(op, 401, "USER_DEACTIVATED");
  } else if (r->user->state != CG_USER_ACTIVE) {
    cg_op_error(op, 401, "USER_DEACTIVATED_BAN");
  } else {
    i->user = *r->user;
    if (cg_enter_refuse(op, &i->user)) return;
    cg_op_submit(op,
                 &(cg_store_request){
                     .op = CG_STORE_TOKEN_TAKE, .token = &i->row, .now = cg_op_now(op) },
                 on_taken);
  }
}

static void on_found(cg_op *op, const cg_store_reply *r) {
  const tl_auth_importAuthorization *q = TL_AS(auth_importAuthorization, op->request);
  imported *i = op->state;
  if (r->err || r->token->dc != cg_dc_of_op(op)) {
    cg_op_error(op, 400, "AUTH_BYTES_INVALID");
  } else if (r->token->user_id != q->id) {
    cg_op_error(op, 400, "USER_ID_INVALID");
  } else {
    i->row = *r->token;
    cg_op_submit(op,
                 &(cg_store_request){ .op = CG_STORE_USER_GET, .id = (uint64_t)q->id },
                 on_user);
  }
}

void cg_auth_import_authorization(cg_op *op) {
  const tl_auth_importAuthorization *q = TL_AS(auth_importAuthorization, op->request);
  if (cg_tx_refuse_layer(op)) return;
  imported *i = cg_op_alloc(op, sizeof *i);
  if (!i) return;
  op->state = i;
  i->row.kind = CG_TOKEN_EXPORT;
  cg_err err = cg_sha256(&q->bytes, 1, i->row.hash);
  if (err)
    cg_op_internal(op, err);
  else
    cg_op_submit(op,
                 &(cg_store_request){
                     .op = CG_STORE_TOKEN_GET, .token = &i->row, .now = cg_op_now(op) },
                 on_found);
}
