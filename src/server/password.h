/* SPDX-License-Identifier: MIT */
/*
 * password.h - two-step verification (login.md 4.3, 4.4): what the methods about
 * passwords have in common. Of a password the server knows only v and the salts, and
 * what a client needs to prove that it knows more is offered once, in memory.
 *
 * Functions that take `then` end the step: `then` runs with their result in the
 * cg_password, or the op is answered.
 */
#ifndef CG_SERVER_PASSWORD_H
#define CG_SERVER_PASSWORD_H

#include "auth_tx.h"
#include "srp.h"

/* The state of a call about a password; op->state. */
typedef struct {
  cg_tx tx;               /* first: user is whose password it is; if `pending`, row is
                             the login that waits for it */
  bool pending;           /* the key is not logged in as that user yet */
  cg_store_password row;  /* all zero but for user_id if there never was one */
  cg_store_code code;     /* password_code.c: a code that went to an email address */
  cg_code_purpose purpose;
  cg_bytes typed;
  bool consume;
  const char *gone;       /* error for a code that is not there */
  const tl_InputCheckPasswordSRP *check;
  cg_op_run *then;
  cg_op_run *next;        /* the caller's, while its own helpers use `then` */
} cg_password;

static inline cg_password *cg_password_of(cg_op *op) {
  return op->state;
}

/* Loads the user that a key waits to log in as, or else is logged in as, and the
 * password. 401 if there is none. `logged_in`: only the latter. */
void cg_password_load(cg_op *op, bool logged_in, cg_op_run *then);

/* Checks what the client sends to prove that it knows the password, or that there is
 * none: PASSWORD_HASH_INVALID, SRP_ID_INVALID, SRP_PASSWORD_CHANGED, SRP_A_INVALID,
 * FLOOD_WAIT_X. Every proof serves once. */
void cg_password_check(cg_op *op, const tl_InputCheckPasswordSRP *check,
                       cg_op_run *then);

/* Writes pw->row, changed by the caller, back. A race that was lost is answered with
 * SRP_PASSWORD_CHANGED. */
void cg_password_put(cg_op *op, cg_op_run *then);

/* Puts a password, or none, in the place of the one in `row`: raises its version and
 * ends what was asked for about the old one. */
void cg_password_replace(cg_store_password *row, const cg_store_secret *by, int64_t now);

/* Reads a password as clients choose one: true, or false if a field is none. With
 * `salts` both must begin as the server proposed (NULL: any). */
typedef struct {
  const char *fault;      /* the error to answer with; NULL for none */
  bool removes;           /* no password in place of the old one */
  cg_store_secret secret; /* without email */
} cg_new_password;
cg_new_password cg_password_read(const cg_op *op, const cg_store_password *row,
                                 const tl_account_passwordInputSettings *in);

/* The salts that a new password is proposed. CRYPTO, MEMORY. */
CG_MUST_USE cg_err cg_password_salts(const cg_op *op, const cg_store_password *row,
                                     uint8_t salt1[CG_SRP_SALT1_PREFIX],
                                     uint8_t salt2[CG_SRP_SALT2]);

/* The password "test" of test numbers, hashed when it is first asked for. NULL when it
 * cannot be had. */
const cg_store_secret *cg_password_of_tests(cg_server *s);

/* p, g and the salts of a password that is set. */
cg_srp_algo cg_password_algo(const cg_store_secret *secret);

/* For ways to log in without a code: the key waits for the password of `user`, for a day,
 * and the op is answered with 401 SESSION_PASSWORD_NEEDED. Ends the step. */
void cg_password_demand(cg_op *op, const cg_store_user *user);

/* True if the answer to CG_STORE_PASSWORD_GET means that one has to be asked for. */
bool cg_password_is_set(const cg_store_reply *r);

/* --- password_offer.c: b and B in memory, for ten minutes ------------------- */

/* Makes an offer for a key and a user. NULL: it failed with *err. */
typedef struct cg_offer cg_offer;
struct cg_offer {
  cg_offer *next; /* older */
  int64_t id;     /* srp_id */
  uint64_t key_id;
  int64_t user_id, version, until;
  uint8_t b[CG_SRP_SIZE], b_pub[CG_SRP_SIZE];
};
const cg_offer *cg_offer_make(cg_op *op, const cg_store_password *row, cg_err *err);

/* The offer `id` of this key and user, NULL if there is none. */
cg_offer *cg_offer_find(const cg_op *op, int64_t user_id, int64_t id);
/* Takes it out of the list; the caller frees it. */
void cg_offer_take(cg_server *s, cg_offer *o);
void cg_offer_free(cg_offer *o);
void cg_offers_free(cg_server *s);

/* --- password_code.c: codes that go to an email address --------------------- */

/* Sends a code, or the same again while it lives; pw->code has it. */
void cg_password_code_send(cg_op *op, cg_code_purpose purpose, cg_op_run *then);

/* Counts a try and compares. `consume`: a right one serves once. `gone` is the error if
 * there is no code to be tried; CODE_INVALID for a wrong one. */
void cg_password_code_check(cg_op *op, cg_code_purpose purpose, cg_bytes typed,
                            bool consume, const char *gone, cg_op_run *then);

/* Ends a code that nobody wants any more, if there is one. */
void cg_password_code_cancel(cg_op *op, cg_code_purpose purpose, cg_op_run *then);

/* True for a text that can be an email address. */
bool cg_email_good(cg_bytes text);
/* "a***z@example.com", in the op's memory; at is NULL when that is out. */
cg_bytes cg_email_pattern(cg_op *op, const char *email);

#endif
