/* SPDX-License-Identifier: MIT */
/*
 * auth_signin.c - auth.signIn, signUp, logOut
 * (login.md 3.3, 4.1, 4.2, 4.10 and rows 27-45 of 3.4).
 */
#include "account.h"
#include "auth_tx.h"
#include "email.h"
#include "enter.h"
#include "ladder.h"
#include "limits.h"
#include "methods.h"
#include "password.h"
#include "notice.h"
#include "tokens.h"

#include <string.h>

enum {
  REPEAT_S = 60,            /* a lost answer may be asked for again, row 38 */
  VERIFIED_S = 86400,       /* life of what is verified and waits for more */
  PENDING = CG_CODE_BIT(CG_CODE_ISSUED) | CG_CODE_BIT(CG_CODE_NEED_SIGNUP) |
            CG_CODE_BIT(CG_CODE_NEED_PASSWORD)
};

/* --- the answers of a login ----------------------------------------------- */

void cg_auth_answer(cg_op *op) {
  const tl_auth_Authorization *a = cg_enter_authorization(op, &cg_tx_of(op)->user);
  if (a) cg_op_answer(op, &a->o);
}

static void answer_sign_up_required(cg_op *op) {
  if (op->layer < CG_SIGN_UP_REQUIRED_SINCE) {
    cg_op_error(op, 400, "PHONE_NUMBER_UNOCCUPIED");
    return;
  }
  static const char id_text[] = "{\"country\":\"XX\",\"min_age\":false,"
                                "\"terms_key\":\"LOCAL_1\"}";
  tl_dataJSON id = { TL_INIT(dataJSON), .data = cg_bytes_of(id_text) };
  tl_help_termsOfService terms = { TL_INIT(help_termsOfService), .id = &id.DataJSON,
                                   .text = CG_LIT("This is a local test server.") };
  tl_auth_authorizationSignUpRequired a = { TL_INIT(auth_authorizationSignUpRequired) };
  TL_SET(auth_authorizationSignUpRequired, &a, terms_of_service,
         &terms.help_TermsOfService);
  cg_op_answer(op, &a.o);
}

static void on_failures_cleared(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_tx_log(op, "logged in");
  cg_tokens_issue(op, cg_tx_of(op)->user.id, cg_auth_answer);
}

static void clear_failures(cg_op *op) {
  cg_limit_success(op, on_failures_cleared);
}

static void logged_in(cg_op *op, const cg_store_auth *auth) {
  cg_enter_bound(op, auth);
  cg_notice_login(op, auth, clear_failures);
}

/* --- auth.signIn ---------------------------------------------------------- */

static void on_sign_in_found(cg_op *op);

/* The code that went to the email of a signIn; nothing if there is none. */
static cg_bytes email_code(const tl_auth_signIn *q) {
  const tl_emailVerificationCode *by = cg_email_given(q);
  return by ? by->code : (cg_bytes){ 0 };
}

static void on_login(cg_op *op, const cg_store_reply *r) {
  if (r->err) cg_tx_lost_race(op, cg_tx_of(op)->lost);
  else logged_in(op, r->auth);
}

void cg_auth_log_in(cg_op *op, cg_op_run *lost) {
  cg_tx *tx = cg_tx_of(op);
  cg_store_auth auth;
  tx->lost = lost;
  if (cg_enter_refuse(op, &tx->user)) return;
  cg_err err = cg_enter_draw(op, tx->user.id, &auth);
  if (err) {
    cg_op_internal(op, err);
    return;
  }
  cg_store_request q = { .op = CG_STORE_CODE_LOGIN, .text = tx->hash, .from = PENDING,
                         .now = auth.created, .auth = &auth };
  cg_op_submit(op, &q, on_login);
}

static void on_need_sign_up(cg_op *op, const cg_store_reply *r) {
  if (r->err) {
    cg_tx_lost_race(op, on_sign_in_found);
    return;
  }
  cg_tx_log(op, "right code, sign-up required");
  answer_sign_up_required(op);
}

static void on_need_password(cg_op *op, const cg_store_reply *r) {
  if (r->err) {
    cg_tx_lost_race(op, on_sign_in_found);
    return;
  }
  cg_tx_log(op, "right code, a password is needed");
  cg_op_error(op, 401, "SESSION_PASSWORD_NEEDED");
}

/* The key is not bound to the account: it waits, for a day from the first time on. */
static void on_password(cg_op *op, const cg_store_reply *r) {
  const cg_tx *tx = cg_tx_of(op);
  if (!cg_password_is_set(r)) {
    cg_auth_log_in(op, on_sign_in_found);
    return;
  }
  int64_t now = cg_op_now(op);
  bool waits = tx->row.state == CG_CODE_NEED_PASSWORD;
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = tx->hash, .from = PENDING,
                         .number = CG_CODE_NEED_PASSWORD, .now = now,
                         .expires_at = waits ? 0 : now + VERIFIED_S };
  cg_op_submit(op, &q, on_need_password);
}

static void look_for_password(cg_op *op) {
  cg_store_request q = { .op = CG_STORE_PASSWORD_GET,
                         .id = (uint64_t)cg_tx_of(op)->user.id };
  cg_op_submit(op, &q, on_password);
}

/* Row 37: the account is not what it was. */
static void refuse_state(cg_op *op) {
  if (cg_tx_of(op)->user.state == CG_USER_BANNED)
    cg_op_error(op, 400, "PHONE_NUMBER_BANNED");
  else cg_op_error(op, 401, "USER_DEACTIVATED");
}

/* The code was right: what follows depends on the account as it is now. */
static void on_right_code(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  if (tx->has_user && tx->user.state != CG_USER_ACTIVE) {
    refuse_state(op);
  } else if (tx->has_user) {
    look_for_password(op);
  } else if (!cg_tx_may_sign_up(op)) {
    cg_op_error(op, 400, "PHONE_CODE_INVALID");
  } else {
    int64_t now = cg_op_now(op);
    cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = tx->hash, .from = PENDING,
                           .number = CG_CODE_NEED_SIGNUP, .now = now,
                           .expires_at = now + VERIFIED_S };
    cg_op_submit(op, &q, on_need_sign_up);
  }
}

static void on_exhausted(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_op_error(op, 400, "PHONE_CODE_INVALID");
}

/* The failure is counted. The last try of the code, or one too many for its number,
 * ends the transaction. */
static void on_failure(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (tx->row.attempts < tx->row.max_attempts && r->number <= 0) {
    cg_op_error(op, 400, "PHONE_CODE_INVALID");
    return;
  }
  cg_tx_log(op, "wrong codes, the tries are used up");
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = tx->hash, .from = PENDING,
                         .number = CG_CODE_EXHAUSTED, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_exhausted);
}

/* The try is counted: now the code may be looked at. */
static void on_attempt(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err) {
    cg_tx_lost_race(op, on_sign_in_found);
    return;
  }
  tx->row = *r->code;
  if (cg_code_fits(&op->s->secret, &tx->row, tx->typed))
    cg_tx_account(op, false, on_right_code);
  else cg_limit_failures(op, on_failure);
}

static void on_repeat_account(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  bool same = tx->has_user && tx->user.id == tx->row.won_user_id;
  if (!same) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else if (tx->user.state != CG_USER_ACTIVE) refuse_state(op);
  else cg_tokens_issue(op, tx->user.id, cg_auth_answer);
}

/* Row 38: the same key with the same code soon after it won, and still logged in by it.
 * Its answer was lost, or it raced with itself. */
static bool is_repeat(const cg_op *op, cg_bytes code) {
  const cg_tx *tx = op->state;
  const cg_login *login = cg_op_login(op);
  return tx->found && tx->row.state == CG_CODE_CONSUMED && tx->row.won_user_id &&
         cg_op_now(op) - tx->row.changed_at <= REPEAT_S &&
         login->user_id == tx->row.won_user_id && login->created == tx->row.changed_at &&
         cg_code_fits(&op->s->secret, &tx->row, code);
}

/* The email that was being set up is proven, and the setting lets that do. */
static void on_sign_in_granted(cg_op *op) {
  cg_tx_account(op, false, on_right_code);
}

static void count_attempt(cg_op *op) {
  cg_store_request a = { .op = CG_STORE_CODE_ATTEMPT, .text = cg_tx_of(op)->hash,
                         .now = cg_op_now(op) };
  cg_op_submit(op, &a, on_attempt);
}

/* What the current rung reads: the code that went to the email, or to the phone. */
static cg_bytes typed(const cg_op *op) {
  const cg_tx *tx = op->state;
  const tl_auth_signIn *q = TL_AS(auth_signIn, op->request);
  bool by_email = cg_ladder_rung(&tx->row) == CG_RUNG_EMAIL;
  if (by_email) return email_code(q);
  return TL_HAS(auth_signIn, q, phone_code) ? q->phone_code : (cg_bytes){ 0 };
}

static void on_sign_in_found(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  bool tries_left = tx->found && tx->row.attempts < tx->row.max_attempts;
  tx->typed = tx->found ? typed(op) : (cg_bytes){ 0 };
  if (tx->typed.len && is_repeat(op, tx->typed))
    cg_tx_account(op, false, on_repeat_account);
  else if (cg_tx_is_setup(op) && op->s->set.setup_email_grants_login)
    cg_email_grant(op, on_sign_in_granted);
  else if (!tx->typed.len || !tries_left || !cg_tx_is_live(op))
    cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else cg_limit_checks(op, count_attempt);
}

static bool is_given(cg_bytes code) {
  return code.len && !cg_code_is_empty(code);
}

void cg_auth_sign_in(cg_op *op) {
  const tl_auth_signIn *q = TL_AS(auth_signIn, op->request);
  bool has_code = TL_HAS(auth_signIn, q, phone_code) && is_given(q->phone_code);
  bool has_email = TL_HAS(auth_signIn, q, email_verification);
  if (cg_tx_refuse_layer(op)) return;
  if (!cg_tx_new(op, q->phone_number, 0)) return;
  if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_HASH_EMPTY");
  else if (has_email && !has_code && !cg_email_given(q))
    cg_op_error(op, 400, "EMAIL_NOT_ALLOWED"); /* who vouches for it is not asked here */
  else if (!has_code && !is_given(email_code(q)))
    cg_op_error(op, 400, "PHONE_CODE_EMPTY");
  else cg_tx_find(op, q->phone_code_hash, on_sign_in_found);
}

/* --- auth.signUp ---------------------------------------------------------- */

static void on_sign_up_found(cg_op *op);

static void on_signed_up(cg_op *op, const cg_store_reply *r) {
  /* the number, or the drawn id, is taken */
  if (r->err) cg_tx_lost_race(op, on_sign_up_found);
  else logged_in(op, r->auth);
}

static void add_account(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  const tl_auth_signUp *q = TL_AS(auth_signUp, op->request);
  cg_store_user *u = &tx->user;
  cg_store_auth auth;
  cg_err err = cg_tx_draw_user(op, u);
  if (!err) err = cg_enter_draw(op, u->id, &auth);
  if (err) {
    cg_op_internal(op, err);
  } else if (!cg_account_name(q->first_name, 1, u->first_name)) {
    cg_op_error(op, 400, "FIRSTNAME_INVALID");
  } else if (!cg_account_name(q->last_name, 0, u->last_name)) {
    cg_op_error(op, 400, "LASTNAME_INVALID");
  } else if (!cg_enter_refuse(op, u)) {
    cg_store_request s = { .op = CG_STORE_CODE_SIGNUP, .text = tx->hash, .auth = &auth,
                           .from = CG_CODE_BIT(CG_CODE_NEED_SIGNUP), .user = u,
                           .now = auth.created };
    cg_op_submit(op, &s, on_signed_up);
  }
}

static void on_sign_up_account(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  if (tx->has_user) cg_op_error(op, 400, "PHONE_NUMBER_OCCUPIED");
  else if (tx->row.state != CG_CODE_NEED_SIGNUP)
    cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else add_account(op);
}

static void look_for_sign_up(cg_op *op) {
  cg_tx_account(op, false, on_sign_up_account);
}

static void on_sign_up_found(cg_op *op) {
  if (cg_tx_is_issued(op)) cg_op_error(op, 400, "PHONE_CODE_INVALID");
  else if (!cg_tx_is_live(op)) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else cg_limit_sign_ups(op, look_for_sign_up);
}

void cg_auth_sign_up(cg_op *op) {
  const tl_auth_signUp *q = TL_AS(auth_signUp, op->request);
  if (cg_tx_refuse_layer(op)) return;
  if (!cg_tx_new(op, q->phone_number, 0)) return;
  if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_HASH_EMPTY");
  else cg_tx_find(op, q->phone_code_hash, on_sign_up_found);
}

/* --- auth.logOut ---------------------------------------------------------- */

static void on_logged_out(cg_op *op, const cg_store_reply *r) {
  tl_auth_loggedOut out = { TL_INIT(auth_loggedOut) };
  *cg_op_login(op) = (cg_login){ 0 };
  op->peer->turn = op->s->turn;
  if (!r->err) cg_log_write(&op->s->log, CG_LOG_INFO, "a session was logged out");
  if (op->future_token.len)
    TL_SET(auth_loggedOut, &out, future_auth_token, op->future_token);
  cg_op_answer(op, &out.o);
}

static void end_login(cg_op *op) {
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_AUTH_DELETE,
                                        .id = cg_op_key(op) }, on_logged_out);
}

void cg_auth_log_out(cg_op *op) {
  cg_tokens_issue(op, cg_op_login(op)->user_id, end_login);
}
