/* SPDX-License-Identifier: MIT */
/* enter.c - see enter.h for the contract. */
#include "enter.h"

#include "account.h"
#include "auth_tx.h"
#include "home.h"

#include <string.h>

bool cg_enter_refuse_app(cg_op *op, int32_t api_id, cg_bytes api_hash) {
  const cg_settings *set = &op->s->set;
  cg_app_verdict app = cg_settings_app(set, api_id, api_hash);
  bool agrees = set->any_api_id || api_id == op->peer->api_id;
  if (cg_op_login(op)->user_id && set->strict_reauth)
    cg_op_error(op, 400, "INPUT_REQUEST_INVALID");
  else if (app == CG_APP_PUBLISHED) cg_op_error(op, 400, "API_ID_PUBLISHED_FLOOD");
  else if (app == CG_APP_UNKNOWN || !agrees) cg_op_error(op, 400, "API_ID_INVALID");
  else return false;
  return true;
}

const tl_auth_Authorization *cg_enter_authorization(cg_op *op,
                                                    const cg_store_user *user) {
  tl_auth_authorization *a = cg_op_alloc(op, sizeof *a);
  if (!a) return NULL;
  *a = (tl_auth_authorization){ TL_INIT(auth_authorization),
                                .user = cg_account_self(op, user) };
  if (op->future_token.len)
    TL_SET(auth_authorization, a, future_auth_token, op->future_token);
  if (a->user) return &a->auth_Authorization;
  cg_op_internal(op, CG_E_MEMORY);
  return NULL;
}

bool cg_enter_refuse(cg_op *op, const cg_store_user *user) {
  const tl_auth_Authorization *a = cg_enter_authorization(op, user);
  return !a || cg_tx_refuse_unsayable(op, &a->o);
}

cg_err cg_enter_draw(const cg_op *op, int64_t user_id, cg_store_auth *out) {
  int64_t now = cg_op_now(op), hash;
  cg_err err = cg_rng_fill(&op->s->rng, &hash, sizeof hash);
  *out = (cg_store_auth){ .key_id = cg_op_key(op), .user_id = user_id, .hash = hash | 1,
                          .created = now, .active = now };
  memcpy(out->ip, op->ip, sizeof out->ip);
  return err;
}

void cg_enter_bound(cg_op *op, const cg_store_auth *auth) {
  *cg_op_login(op) = (cg_login){ .user_id = auth->user_id, .created = auth->created,
                                 .active = auth->active, .state = CG_USER_ACTIVE,
                                 .home = cg_dc_of_op(op) };
  op->peer->turn = op->s->turn;
}

void cg_enter(cg_op *op, const cg_store_auth *auth, cg_op_step *step) {
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_AUTH_PUT, .auth = auth }, step);
}
