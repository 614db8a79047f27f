/* SPDX-License-Identifier: MIT */
/*
 * email_verify.c - account.sendVerifyEmailCode and verifyEmail (login.md 3.5, 3.4 rows
 * 56-61).
 *
 * The code of an email is a transaction of its own: its purpose is what the email is for,
 * its phone and its key are those of the login, or of the account. An email that is set up
 * during a login is attached by the end of that login and by nothing before: until then
 * nobody has proven that the phone is his.
 */
#include "account.h"
#include "auth_tx.h"
#include "email.h"
#include "ladder.h"
#include "limits.h"
#include "methods.h"

#include <string.h>

/* --- what both begin with ------------------------------------------------- */

static const tl_EmailVerifyPurpose *purpose_of(const cg_op *op) {
  const tl_account_sendVerifyEmailCode *send =
      TL_AS(account_sendVerifyEmailCode, op->request);
  return send ? send->purpose : TL_AS(account_verifyEmail, op->request)->purpose;
}

static cg_code_purpose email_for(const void *purpose) {
  if (TL_AS(emailVerifyPurposeLoginSetup, purpose)) return CG_CODE_EMAIL_SETUP;
  return TL_AS(emailVerifyPurposeLoginChange, purpose) ? CG_CODE_EMAIL_CHANGE
                                                       : CG_CODE_EMAIL_PASSPORT;
}

static void on_own_account(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  tx->user = *r->user;
  tx->has_user = true;
  memcpy(tx->phone, tx->user.phone, sizeof tx->phone);
  tx->verified(op);
}

/* A login's transaction is looked for, or the caller's account. `then` runs with it. */
static void begin_setup(cg_op *op, const tl_emailVerifyPurposeLoginSetup *p,
                        const char *no_hash, cg_op_run *then) {
  if (!cg_tx_new(op, p->phone_number, 400)) return;
  cg_tx_of(op)->email_for = CG_CODE_EMAIL_SETUP;
  if (!p->phone_code_hash.len) cg_op_error(op, 400, no_hash);
  else cg_tx_find(op, p->phone_code_hash, then);
}

static void begin_own(cg_op *op, cg_code_purpose purpose, cg_op_run *then) {
  cg_tx *tx = cg_op_alloc(op, sizeof *tx);
  if (!tx) return;
  op->state = tx;
  tx->email_for = purpose;
  tx->verified = then;
  if (cg_op_login(op)->user_id) cg_account_load_self(op, on_own_account);
  else cg_op_error(op, 401, "AUTH_KEY_UNREGISTERED");
}

/* --- account.sendVerifyEmailCode ------------------------------------------ */

static void answer_sent(cg_op *op) {
  char pattern[CG_STORE_EMAIL];
  cg_address_pattern(cg_tx_of(op)->row.email, pattern);
  tl_account_sentEmailCode a = { TL_INIT(account_sentEmailCode),
                                 .email_pattern = cg_bytes_of(pattern),
                                 .length = cg_tx_of(op)->row.length };
  cg_op_answer(op, &a.o);
}

static void look_for_older(cg_op *op);

static void on_added(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err == CG_E_EXISTS && tx->rounds++ < CG_TX_ROUNDS) look_for_older(op);
  else if (r->err) cg_op_internal(op, r->err);
  else cg_tx_deliver(op, answer_sent);
}

static void add_code(cg_op *op) {
  cg_store_request q = { .op = CG_STORE_CODE_ADD, .code = &cg_tx_of(op)->row,
                         .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_added);
}

static void draw(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  const tl_account_sendVerifyEmailCode *q =
      TL_AS(account_sendVerifyEmailCode, op->request);
  int64_t user_id = tx->has_user ? tx->user.id : tx->row.user_id;
  cg_tx_begin(op, tx->email_for);
  tx->row.user_id = user_id;
  tx->row.ladder[0] = CG_RUNG_EMAIL;
  memcpy(tx->row.email, q->email.at, q->email.len);
  cg_tx_draw(op, false, add_code);
}

static void on_older_ended(cg_op *op, const cg_store_reply *r) {
  (void)r;
  draw(op);
}

/* Every request has a code of its own, for its own address. */
static void on_older(cg_op *op, const cg_store_reply *r) {
  if (r->err) {
    draw(op);
    return;
  }
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = r->code->hash,
                         .from = CG_CODE_BIT(CG_CODE_ISSUED),
                         .number = CG_CODE_CANCELLED, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_older_ended);
}

static void look_for_older(cg_op *op) {
  cg_tx_find_live(op, cg_tx_of(op)->email_for, on_older);
}

static void send_code(cg_op *op) {
  cg_limit_deliveries(op, look_for_older);
}

static void on_prolonged(cg_op *op, const cg_store_reply *r) {
  if (r->err) cg_op_error(op, 400, "PHONE_HASH_EXPIRED");
  else send_code(op);
}

/* The login waits for as long as the email's code lives. */
static void on_setup_found(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  int64_t now = cg_op_now(op);
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = tx->hash,
                         .from = CG_CODE_BIT(CG_CODE_SETUP_EMAIL),
                         .number = CG_CODE_SETUP_EMAIL, .now = now,
                         .expires_at = now + op->s->set.code_ttl };
  if (cg_tx_is_setup(op)) cg_op_submit(op, &q, on_prolonged);
  else cg_op_error(op, 400, "PHONE_HASH_EXPIRED");
}

static void on_own_email(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  bool change = tx->email_for == CG_CODE_EMAIL_CHANGE;
  if (change && !tx->email.login_email[0]) cg_op_error(op, 400, "EMAIL_NOT_SETUP");
  else send_code(op);
}

static void on_own_found(cg_op *op) {
  cg_tx_email(op, on_own_email);
}

/* True, and answered, if nothing can be sent there. */
static bool refuse_address(cg_op *op, cg_bytes email) {
  char address[CG_STORE_EMAIL] = "";
  if (!cg_address_good(email)) {
    cg_op_error(op, 400, "EMAIL_INVALID");
    return true;
  }
  memcpy(address, email.at, email.len);
  if (!cg_address_blocked(&op->s->set, address)) return false;
  cg_op_error(op, 400, "EMAIL_NOT_ALLOWED");
  return true;
}

static void on_setup_wanted(cg_op *op) {
  const tl_account_sendVerifyEmailCode *q =
      TL_AS(account_sendVerifyEmailCode, op->request);
  if (!refuse_address(op, q->email)) on_setup_found(op);
}

static void on_own_wanted(cg_op *op) {
  const tl_account_sendVerifyEmailCode *q =
      TL_AS(account_sendVerifyEmailCode, op->request);
  if (!refuse_address(op, q->email)) on_own_found(op);
}

void cg_account_send_verify_email(cg_op *op) {
  const void *purpose = purpose_of(op);
  const tl_emailVerifyPurposeLoginSetup *setup =
      TL_AS(emailVerifyPurposeLoginSetup, purpose);
  if (setup) begin_setup(op, setup, "PHONE_CODE_EMPTY", on_setup_wanted);
  else begin_own(op, email_for(purpose), on_own_wanted);
}

/* --- checking an email's code --------------------------------------------- */

static void on_ended(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_op_error(op, 400, cg_tx_of(op)->wrong);
}

static void on_failure(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = tx->email_code.hash,
                         .from = CG_CODE_BIT(CG_CODE_ISSUED),
                         .number = CG_CODE_EXHAUSTED, .now = cg_op_now(op) };
  bool last = tx->email_code.attempts >= tx->email_code.max_attempts;
  if (last || r->number > 0) cg_op_submit(op, &q, on_ended);
  else cg_op_error(op, 400, tx->wrong);
}

/* NOT_FOUND: somebody else has used it. */
static void on_used(cg_op *op, const cg_store_reply *r) {
  if (r->err) cg_op_error(op, 400, cg_tx_of(op)->gone);
  else cg_tx_of(op)->verified(op);
}

static void on_attempt(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err) {
    cg_op_error(op, 400, tx->gone);
    return;
  }
  tx->email_code = *r->code;
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = tx->email_code.hash,
                         .from = CG_CODE_BIT(CG_CODE_ISSUED),
                         .number = CG_CODE_CONSUMED, .now = cg_op_now(op) };
  if (cg_code_fits(&op->s->secret, &tx->email_code, tx->typed))
    cg_op_submit(op, &q, on_used);
  else cg_limit_failures(op, on_failure);
}

static void count_attempt(cg_op *op) {
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_CODE_ATTEMPT,
                                        .text = cg_tx_of(op)->email_code.hash,
                                        .now = cg_op_now(op) }, on_attempt);
}

static void on_live(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (!r->err) tx->email_code = *r->code;
  if (r->err) cg_op_error(op, 400, tx->gone);
  else cg_limit_checks(op, count_attempt);
}

/* Checks tx->typed against the live code of this key and phone for tx->email_for. Right:
 * `verified` runs, the code is used. Else the error `wrong` or `gone`. */
static void check(cg_op *op, const char *wrong, const char *gone, cg_op_run *verified) {
  cg_tx *tx = cg_tx_of(op);
  tx->wrong = wrong;
  tx->gone = gone;
  tx->verified = verified;
  cg_tx_find_live(op, cg_tx_of(op)->email_for, on_live);
}

/* --- account.verifyEmail -------------------------------------------------- */

static void answer_login(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  tl_account_emailVerifiedLogin a = { TL_INIT(account_emailVerifiedLogin),
                                      .email = cg_bytes_of(tx->row.email),
                                      .sent_code = cg_tx_sent(op) };
  if (a.sent_code) cg_op_answer(op, &a.o);
}

static void lost_setup(cg_op *op) {
  cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
}

/* The login goes on with a way that proves the phone. */
static void on_setup_verified(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  memcpy(tx->row.email, tx->email_code.email, sizeof tx->row.email);
  cg_tx_next_rung(op, CG_CODE_BIT(CG_CODE_SETUP_EMAIL), answer_login, lost_setup);
}

static void answer_verified(cg_op *op) {
  tl_account_emailVerified a = { TL_INIT(account_emailVerified),
                                 .email = cg_bytes_of(cg_tx_of(op)->email_code.email) };
  cg_op_answer(op, &a.o);
}

static void on_changed(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_tx_log(op, "the login email was changed");
  answer_verified(op);
}

static void on_own_verified(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  cg_store_email row = { .user_id = tx->user.id };
  memcpy(row.login_email, tx->email_code.email, sizeof row.login_email);
  if (tx->email_for == CG_CODE_EMAIL_CHANGE)
    cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_EMAIL_PUT, .email = &row },
                 on_changed);
  else answer_verified(op);
}

/* Takes what was typed; false, and answered, if others are to vouch for the email. */
static bool take_typed(cg_op *op) {
  const tl_account_verifyEmail *q = TL_AS(account_verifyEmail, op->request);
  const tl_emailVerificationCode *by = TL_AS(emailVerificationCode, q->verification);
  if (by) cg_tx_of(op)->typed = by->code;
  else cg_op_error(op, 400, "EMAIL_NOT_ALLOWED");
  return by != NULL;
}

static void on_verify_setup(cg_op *op) {
  if (!take_typed(op)) return;
  if (cg_tx_is_setup(op)) check(op, "CODE_INVALID", "EMAIL_VERIFY_EXPIRED",
                                on_setup_verified);
  else cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
}

static void on_verify_own(cg_op *op) {
  if (take_typed(op)) check(op, "CODE_INVALID", "EMAIL_VERIFY_EXPIRED", on_own_verified);
}

void cg_account_verify_email(cg_op *op) {
  const void *purpose = purpose_of(op);
  const tl_emailVerifyPurposeLoginSetup *setup =
      TL_AS(emailVerifyPurposeLoginSetup, purpose);
  if (setup) begin_setup(op, setup, "PHONE_CODE_EXPIRED", on_verify_setup);
  else begin_own(op, email_for(purpose), on_verify_own);
}

/* --- auth.signIn with it -------------------------------------------------- */

static void on_granted(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err) {
    lost_setup(op);
    return;
  }
  tx->row = *r->code;
  tx->granted(op);
}

/* Its place on the ladder is that of a code which nobody was sent. */
static void on_grant_verified(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  cg_store_code row = tx->row;
  cg_err err = cg_code_keep_none(&op->s->rng, row.length, &row);
  row.rung++;
  memcpy(row.email, tx->email_code.email, sizeof row.email);
  cg_store_request q = { .op = CG_STORE_CODE_RESEND, .code = &row,
                         .from = CG_CODE_BIT(CG_CODE_SETUP_EMAIL),
                         .number = tx->row.rung, .now = cg_op_now(op) };
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &q, on_granted);
}

const tl_emailVerificationCode *cg_email_given(const tl_auth_signIn *q) {
  bool has = TL_HAS(auth_signIn, q, email_verification);
  return has ? TL_AS(emailVerificationCode, q->email_verification) : NULL;
}

void cg_email_grant(cg_op *op, cg_op_run *then) {
  cg_tx *tx = cg_tx_of(op);
  const tl_emailVerificationCode *by = cg_email_given(TL_AS(auth_signIn, op->request));
  tx->granted = then;
  tx->email_for = CG_CODE_EMAIL_SETUP;
  tx->typed = by ? by->code : (cg_bytes){ 0 };
  if (by) check(op, "PHONE_CODE_INVALID", "PHONE_CODE_EXPIRED", on_grant_verified);
  else cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
}
