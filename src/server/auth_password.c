/* SPDX-License-Identifier: MIT */
/*
 * auth_password.c - auth.checkPassword, requestPasswordRecovery, checkRecoveryPassword,
 * recoverPassword, account.resetPassword, declinePasswordReset (login.md 4.3, 4.4).
 */
#include "methods.h"
#include "password.h"

/* --- auth.checkPassword --------------------------------------------------- */

/* The login that waited is gone: another call of this key has finished it, or ended it. */
static void lost_login(cg_op *op) {
  bool same = cg_op_login(op)->user_id == cg_tx_of(op)->user.id;
  if (same) cg_auth_answer(op);
  else cg_op_error(op, 401, "AUTH_KEY_UNREGISTERED");
}

/* The user is who he says he is. */
static void admit(cg_op *op) {
  cg_password *pw = cg_password_of(op);
  if (pw->pending) cg_auth_log_in(op, lost_login);
  else cg_auth_answer(op);
}

static void check_loaded(cg_op *op) {
  const tl_auth_checkPassword *q = TL_AS(auth_checkPassword, op->request);
  if (cg_password_of(op)->row.now.set) cg_password_check(op, q->password, admit);
  else cg_op_error(op, 400, "PASSWORD_EMPTY");
}

void cg_auth_check_password(cg_op *op) {
  cg_password_load(op, false, check_loaded);
}

/* --- recovery ------------------------------------------------------------- */

static void recovery_sent(cg_op *op) {
  cg_bytes pattern = cg_email_pattern(op, cg_password_of(op)->row.now.email);
  tl_auth_passwordRecovery out = { TL_INIT(auth_passwordRecovery),
                                   .email_pattern = pattern };
  if (pattern.at) cg_op_answer(op, &out.o);
  else cg_op_internal(op, CG_E_MEMORY);
}

static void request_loaded(cg_op *op) {
  const cg_store_secret *now = &cg_password_of(op)->row.now;
  if (!now->set) cg_op_error(op, 400, "PASSWORD_EMPTY");
  else if (!now->email[0]) cg_op_error(op, 400, "PASSWORD_RECOVERY_NA");
  else cg_password_code_send(op, CG_CODE_RECOVERY, recovery_sent);
}

void cg_auth_request_password_recovery(cg_op *op) {
  cg_password_load(op, false, request_loaded);
}

static void check_recovery_loaded(cg_op *op) {
  const tl_auth_checkRecoveryPassword *q = TL_AS(auth_checkRecoveryPassword, op->request);
  cg_password_code_check(op, CG_CODE_RECOVERY, q->code, false,
                         "PASSWORD_RECOVERY_EXPIRED", cg_op_true);
}

void cg_auth_check_recovery_password(cg_op *op) {
  const tl_auth_checkRecoveryPassword *q = TL_AS(auth_checkRecoveryPassword, op->request);
  if (cg_code_is_empty(q->code)) cg_op_error(op, 400, "CODE_EMPTY");
  else cg_password_load(op, false, check_recovery_loaded);
}

/* The settings that come with auth.recoverPassword; NULL: the password is to go. */
static const tl_account_passwordInputSettings *replacement(const cg_op *op) {
  const tl_auth_recoverPassword *q = TL_AS(auth_recoverPassword, op->request);
  const tl_account_passwordInputSettings *in =
      TL_HAS(auth_recoverPassword, q, new_settings)
          ? TL_AS(account_passwordInputSettings, q->new_settings)
          : NULL;
  return in && TL_HAS(account_passwordInputSettings, in, new_algo) ? in : NULL;
}

static void replace_password(cg_op *op) {
  cg_password *pw = cg_password_of(op);
  cg_new_password new = { .removes = true };
  if (replacement(op)) new = cg_password_read(op, &pw->row, replacement(op));
  if (!new.removes)
    for (size_t i = 0; i < sizeof new.secret.email; i++)
      new.secret.email[i] = pw->row.now.email[i];
  cg_password_replace(&pw->row, &new.secret, cg_op_now(op));
  cg_password_put(op, admit);
}

static void recover_loaded(cg_op *op) {
  const tl_auth_recoverPassword *q = TL_AS(auth_recoverPassword, op->request);
  cg_new_password new = { 0 };
  if (replacement(op)) new = cg_password_read(op, &cg_password_of(op)->row,
                                              replacement(op));
  if (new.fault) cg_op_error(op, 400, "NEW_SETTINGS_INVALID");
  else cg_password_code_check(op, CG_CODE_RECOVERY, q->code, true,
                              "PASSWORD_RECOVERY_EXPIRED", replace_password);
}

void cg_auth_recover_password(cg_op *op) {
  const tl_auth_recoverPassword *q = TL_AS(auth_recoverPassword, op->request);
  if (cg_code_is_empty(q->code)) cg_op_error(op, 400, "CODE_EMPTY");
  else cg_password_load(op, false, recover_loaded);
}

/* --- account.resetPassword, declinePasswordReset -------------------------- */

static void reset_done(cg_op *op) {
  tl_account_resetPasswordOk out = { TL_INIT(account_resetPasswordOk) };
  cg_log_write(&op->s->log, CG_LOG_INFO, "a password was reset");
  cg_op_answer(op, &out.o);
}

static void reset_requested(cg_op *op) {
  const cg_store_password *row = &cg_password_of(op)->row;
  tl_account_resetPasswordRequestedWait out = {
    TL_INIT(account_resetPasswordRequestedWait), .until_date = (int32_t)row->reset_at
  };
  cg_op_answer(op, &out.o);
}

static void reset_too_soon(cg_op *op) {
  const cg_store_password *row = &cg_password_of(op)->row;
  tl_account_resetPasswordFailedWait out = {
    TL_INIT(account_resetPasswordFailedWait), .retry_date = (int32_t)row->retry_at
  };
  cg_op_answer(op, &out.o);
}

static void reset_loaded(cg_op *op) {
  cg_store_password *row = &cg_password_of(op)->row;
  int64_t now = cg_op_now(op);
  if (!row->now.set) {
    cg_op_error(op, 400, "PASSWORD_EMPTY");
  } else if (row->reset_at && now >= row->reset_at) {
    cg_password_replace(row, &(cg_store_secret){ 0 }, now);
    cg_password_put(op, reset_done);
  } else if (row->reset_at) {
    reset_requested(op);
  } else if (now < row->retry_at) {
    reset_too_soon(op);
  } else {
    row->reset_at = now + op->s->set.password_reset_wait;
    cg_password_put(op, reset_requested);
  }
}

void cg_account_reset_password(cg_op *op) {
  cg_password_load(op, true, reset_loaded);
}

static void decline_loaded(cg_op *op) {
  cg_store_password *row = &cg_password_of(op)->row;
  if (!row->reset_at) {
    cg_op_error(op, 400, "RESET_REQUEST_MISSING");
    return;
  }
  row->reset_at = 0;
  row->retry_at = cg_op_now(op) + op->s->set.password_reset_retry;
  cg_password_put(op, cg_op_true);
}

void cg_account_decline_password_reset(cg_op *op) {
  cg_password_load(op, true, decline_loaded);
}
