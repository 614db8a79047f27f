/* SPDX-License-Identifier: MIT */
/*
 * enter.h - where every way to log in ends: the key is bound to an account, and its
 * client is told (login.md 4.1).
 */
#ifndef CG_SERVER_ENTER_H
#define CG_SERVER_ENTER_H

#include "op.h"

/* True, and answered, if the app may not log anybody in: its api_id and api_hash are not
 * known, or not those of its initConnection, or the key is logged in and strict_reauth is
 * set (login.md 1.3, 2.9). */
bool cg_enter_refuse_app(cg_op *op, int32_t api_id, cg_bytes api_hash);

/* The auth.authorization of an account, in the op's memory, with op->future_token if there
 * is one (tokens.h). NULL when that is out: the op
 * was answered. */
const tl_auth_Authorization *cg_enter_authorization(cg_op *op, const cg_store_user *user);

/* True, and answered, if the caller's layer has no words for a login as `user`: to be
 * asked before anything is changed. */
bool cg_enter_refuse(cg_op *op, const cg_store_user *user);

/* A session of `user_id` for the key of the call, beginning now. RANDOM. */
CG_MUST_USE cg_err cg_enter_draw(const cg_op *op, int64_t user_id, cg_store_auth *out);

/* The store has bound the key to the account: the server knows it from now on. Where that
 * is a new device of its owner, cg_notice_login() (notice.h) tells the others. */
void cg_enter_bound(cg_op *op, const cg_store_auth *auth);

/* Binds the key to the account of `auth` where no code transaction does, and runs `step`
 * with the store's reply. Ends the step. */
void cg_enter(cg_op *op, const cg_store_auth *auth, cg_op_step *step);

#endif
