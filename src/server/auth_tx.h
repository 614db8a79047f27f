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
  cg_bytes typed;      /* what its current rung reads of the call; at NULL: nothing */
  bool has_user;
  cg_store_user user;  /* the account of `phone` */
  cg_store_email email; /* by which it logs in; all zero: it does not */
  bool provision;      /* make the account of a test number */
  cg_op_run *then;
  cg_op_run *moved, *lost;        /* code_move.c */
  cg_op_run *otherwise;           /* tokens.c: no token is good */
  uint32_t token;                 /* ... the one that is looked at */
  bool has_password;              /* ... the account */
  uint32_t from;       /* states that it may be moved from */
  bool hurried;        /* the next rung needs no waiting for */
  bool vouched;        /* firebase.c: the code may go out */
  int rounds;          /* times that a race was lost */
  const uint8_t *limits;       /* limits.c: those that apply */
  size_t limit;                /* ... the one that is asked */
  cg_op_run *within;
  cg_op_step *failed;
  int64_t too_many, failures;
  cg_code_purpose email_for;   /* email_verify.c */
  cg_store_code email_code;
  const char *wrong, *gone;    /* errors for its code */
  cg_op_run *verified, *granted;
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

/* Somebody else has moved the transaction meanwhile: looks at it as it is now, but not
 * for ever: then PHONE_CODE_EXPIRED. */
void cg_tx_lost_race(cg_op *op, cg_op_run *again);

/* The live transaction of this key, phone and purpose -> code, NOT_FOUND. */
void cg_tx_find_live(cg_op *op, cg_code_purpose purpose, cg_op_step *step);

/* True if a code can still be checked or an outcome is still pending. */
bool cg_tx_is_live(const cg_op *op);
bool cg_tx_is_issued(const cg_op *op); /* live, and its code not verified yet */

bool cg_tx_is_setup(const cg_op *op);  /* alive, and waits for an email to be set up */

/* Looks for the account of the phone: has_user, user. `provision` makes one for a test
 * number that has one by convention. */
void cg_tx_account(cg_op *op, bool provision, cg_op_run *then);

/* Looks for the login email of the account: email. With the setting login_email off there
 * is none. */
void cg_tx_email(cg_op *op, cg_op_run *then);

/* --- code_draw.c ------------------------------------------------------------ */

/* Begins tx->row, a transaction of this key, phone and purpose, on the rungs in its
 * ladder. */
void cg_tx_begin(cg_op *op, cg_code_purpose purpose);

/* Makes the code of tx->row for the rung it is on, with its hint, and sets its times.
 * `keep`: it has one of the same kind already, which stays. A row that is for show gets a
 * code that nothing fits. Ends the step. */
void cg_tx_draw(cg_op *op, bool keep, cg_op_run *then);

/* True if nobody has the number and nobody may take it: nothing is ever sent to it. */
bool cg_tx_for_show(const cg_op *op);

/* True if the number has a fixed code. */
bool cg_tx_is_test(const cg_op *op);

/* --- sent_code.c ------------------------------------------------------------ */

/* auth.sentCode for tx->row as it stands now, in the op's memory. NULL when that is out:
 * the op was answered. */
const tl_auth_SentCode *cg_tx_sent(cg_op *op);
void cg_tx_answer_sent(cg_op *op); /* answers with it. Ends the step. */

/* True if the caller's layer has words for a code on this rung. */
bool cg_tx_can_say(cg_op *op, char rung);

/* --- code_move.c ------------------------------------------------------------ */

/* Moves tx->row, which is in a state of `from` (bits), to its next rung, delivers, and
 * runs `then`. `lost` runs, with the row unspecified, if somebody else was faster. A rung
 * of tx->hurried tells no time to wait. Ends the step. */
void cg_tx_next_rung(cg_op *op, uint32_t from, cg_op_run *then, cg_op_run *lost);

/* Delivers the code of tx->row, which the store has, and runs `then`. A code that cannot
 * be delivered is dead, and the op answered with SMS_CODE_CREATE_FAILED. Nothing goes out
 * for a row that is for show, that waits for an email to be set up, or for Firebase to
 * vouch for the app. Ends the step. */
void cg_tx_deliver(cg_op *op, cg_op_run *then);

/* Counts and logs that the code was made, or something about it. */
void cg_tx_log(const cg_op *op, const char *what);

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
