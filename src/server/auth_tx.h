/* SPDX-License-Identifier: MIT */
/*
 * auth_tx.h - code transactions (login.md 3): what auth.sendCode, resendCode,
 * cancelCode, signIn, signUp and reportMissingCode have in common.
 *
 * Functions that take `then` end the step: `then` runs with their result in the tx, or
 * the op is answered.
 */
#ifndef CG_SERVER_AUTH_TX_H
#define CG_SERVER_AUTH_TX_H

#include "op.h"
#include "phone.h"

/* The state of a call about a code; op->state. */
typedef struct {
  char phone[CG_PHONE_SIZE];
  const char *hash;    /* as the client gave it, cut to what a hash can be */
  bool found;          /* `row` is a transaction of this key and phone */
  cg_store_code row;
  bool has_user;
  cg_store_user user;  /* the account of `phone` */
  bool provision;      /* make the account of a test number */
  cg_op_run *then;
  cg_op_run *lost;     /* when another call was faster to log in */
  int rounds;          /* times that a race was lost */
  int limit, limit_end; /* limits.c: rows of its table that are left */
} cg_tx;

enum {
  CG_TX_ROUNDS = 4,
  CG_SIGN_UP_REQUIRED_SINCE = 104 /* layer of auth.authorizationSignUpRequired */
};

/* True, and answered with UPDATE_APP_TO_LOGIN, if the caller's layer is too old to log
 * in with: lower than min_layer, or without a form of auth.authorization. To be asked
 * before anything is changed. */
bool cg_tx_refuse_layer(cg_op *op);

/* The same if `answer`, which is about to be earned, cannot be said in it. */
bool cg_tx_refuse_unsayable(cg_op *op, const tl_obj *answer);

/* A tx for the phone number `raw`; NULL: it is none, and the op was answered with
 * `code` PHONE_NUMBER_INVALID (0: as phone_invalid is set). */
cg_tx *cg_tx_new(cg_op *op, cg_bytes raw, int32_t code);

static inline cg_tx *cg_tx_of(cg_op *op) {
  return op->state;
}

/* Looks for the transaction `hash`. tx->found is false if there is none, or it belongs
 * to another key, phone or purpose: nobody can tell which. */
void cg_tx_find(cg_op *op, cg_bytes hash, cg_op_run *then);
void cg_tx_find_again(cg_op *op, cg_op_run *then); /* after a race was lost */

/* True if a code can still be checked or an outcome is still pending. */
bool cg_tx_is_live(const cg_op *op);
bool cg_tx_is_issued(const cg_op *op); /* live, and its code not verified yet */

/* Looks for the account of the phone: has_user, user. `provision` makes one for a test
 * number that has one by convention. */
void cg_tx_account(cg_op *op, bool provision, cg_op_run *then);

/* auth.sentCode for tx->row as it stands now. Ends the step. */
void cg_tx_answer_sent(cg_op *op);

/* auth_signin.c: logs the key in as tx->user, with the transaction tx->hash, and answers.
 * `lost`: the transaction has been moved; tx->row is how it is now. Ends the step. */
void cg_auth_log_in(cg_op *op, cg_op_run *lost);

/* auth.authorization for tx->user, who is logged in. Ends the step. */
void cg_auth_answer(cg_op *op);

/* True if a number that has no account may get one. */
bool cg_tx_may_sign_up(const cg_op *op);

/* Draws a user for tx->phone, with names cut and trimmed by the caller. RANDOM. */
CG_MUST_USE cg_err cg_tx_draw_user(const cg_op *op, cg_store_user *out);

#endif
