/* SPDX-License-Identifier: MIT */
/*
 * account_password.c - account.getPassword, getPasswordSettings,
 * updatePasswordSettings, confirmPasswordEmail, resendPasswordEmail,
 * cancelPasswordEmail, getTmpPassword (login.md 4.3, 4.4).
 */
#include "methods.h"
#include "password.h"

#include <stdio.h>
#include <string.h>

typedef tl_passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow kdf_algo;
typedef tl_securePasswordKdfAlgoPBKDF2HMACSHA512iter100000 secure_algo;

/* --- account.getPassword -------------------------------------------------- */

/* What the answer is made of; it lives until that is encoded. */
typedef struct {
  tl_account_password out;
  kdf_algo current, new;
  secure_algo secure;
  uint8_t salt1[CG_SRP_SALT1_PREFIX], salt2[CG_SRP_SALT2], salt3[8], random[256];
} told_password;

static kdf_algo algo_of(cg_bytes salt1, cg_bytes salt2) {
  return (kdf_algo){ TL_INIT(passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow),
                     .salt1 = salt1, .salt2 = salt2, .g = CG_DH_G,
                     .p = { cg_dh_prime, CG_SRP_SIZE } };
}

/* How a new password, or a secret of Telegram Passport, is to be hashed. */
static cg_err put_new(cg_op *op, told_password *t) {
  const cg_password *pw = op->state;
  cg_err err = cg_password_salts(op, &pw->row, t->salt1, t->salt2);
  if (!err) err = cg_rng_fill(&op->s->rng, t->salt3, sizeof t->salt3);
  if (!err) err = cg_rng_fill(&op->s->rng, t->random, sizeof t->random);
  t->new = algo_of((cg_bytes){ t->salt1, sizeof t->salt1 },
                   (cg_bytes){ t->salt2, sizeof t->salt2 });
  t->secure = (secure_algo){ TL_INIT(securePasswordKdfAlgoPBKDF2HMACSHA512iter100000),
                             .salt = { t->salt3, sizeof t->salt3 } };
  t->out = (tl_account_password){ TL_INIT(account_password),
                                  .new_algo = &t->new.PasswordKdfAlgo,
                                  .new_secure_algo = &t->secure.SecurePasswordKdfAlgo,
                                  .secure_random = { t->random, sizeof t->random } };
  return err;
}

/* The password that there is, with an offer to prove that one knows it. */
static cg_err put_current(cg_op *op, told_password *t) {
  const cg_store_password *row = &cg_password_of(op)->row;
  cg_err err = CG_OK;
  const cg_offer *o = cg_offer_make(op, row, &err);
  if (!o) return err;
  cg_srp_algo algo = cg_password_algo(&row->now);
  t->current = algo_of(algo.salt1, algo.salt2);
  TL_ON(account_password, &t->out, has_password);
  TL_SET(account_password, &t->out, current_algo, &t->current.PasswordKdfAlgo);
  TL_SET(account_password, &t->out, srp_B, ((cg_bytes){ o->b_pub, sizeof o->b_pub }));
  TL_SET(account_password, &t->out, srp_id, o->id);
  if (row->now.email[0]) TL_ON(account_password, &t->out, has_recovery);
  if (row->now.hint[0])
    TL_SET(account_password, &t->out, hint, cg_bytes_of(row->now.hint));
  if (row->reset_at)
    TL_SET(account_password, &t->out, pending_reset_date, (int32_t)row->reset_at);
  return CG_OK;
}

static void answer_password(cg_op *op) {
  const cg_store_password *row = &cg_password_of(op)->row;
  told_password *t = cg_op_alloc(op, sizeof *t);
  if (!t) return;
  cg_err err = put_new(op, t);
  if (!err && row->now.set) err = put_current(op, t);
  if (!err && row->pending.email[0]) {
    cg_bytes pattern = cg_email_pattern(op, row->pending.email);
    TL_SET(account_password, &t->out, email_unconfirmed_pattern, pattern);
    if (!pattern.at) err = CG_E_MEMORY;
  }
  if (err) cg_op_internal(op, err);
  else cg_op_answer(op, &t->out.o);
}

void cg_account_get_password(cg_op *op) {
  cg_password_load(op, false, answer_password);
}

/* --- account.getPasswordSettings ------------------------------------------ */

static void answer_settings(cg_op *op) {
  const cg_password *pw = cg_password_of(op);
  tl_account_passwordSettings out = { TL_INIT(account_passwordSettings) };
  if (pw->row.now.email[0])
    TL_SET(account_passwordSettings, &out, email, cg_bytes_of(pw->row.now.email));
  cg_op_answer(op, &out.o);
}

static void settings_loaded(cg_op *op) {
  const tl_account_getPasswordSettings *q =
      TL_AS(account_getPasswordSettings, op->request);
  cg_password_check(op, q->password, answer_settings);
}

void cg_account_get_password_settings(cg_op *op) {
  cg_password_load(op, true, settings_loaded);
}

/* --- account.updatePasswordSettings --------------------------------------- */

static void on_changed(cg_op *op) {
  cg_tx_log(op, "the password settings were changed");
  cg_op_true(op);
}

static void put_changed(cg_op *op) {
  cg_password_put(op, on_changed);
}

static void answer_unconfirmed(cg_op *op) {
  char text[40];
  snprintf(text, sizeof text, "EMAIL_UNCONFIRMED_%d", (int)cg_password_of(op)->code.length);
  cg_op_error(op, 400, text);
}

static void send_confirmation(cg_op *op) {
  cg_password_code_send(op, CG_CODE_PASSWORD_EMAIL, answer_unconfirmed);
}

static void put_unconfirmed(cg_op *op) {
  cg_password_put(op, send_confirmation);
}

static const tl_account_passwordInputSettings *new_settings(const cg_op *op) {
  const tl_account_updatePasswordSettings *q =
      TL_AS(account_updatePasswordSettings, op->request);
  return TL_AS(account_passwordInputSettings, q->new_settings);
}

/* What is wrong with the new settings for an account like this; NULL for nothing. */
static const char *settings_fault(const cg_op *op, const cg_new_password *new) {
  const cg_password *pw = op->state;
  const tl_account_passwordInputSettings *in = new_settings(op);
  bool changes = TL_HAS(account_passwordInputSettings, in, new_algo);
  bool has_email = TL_HAS(account_passwordInputSettings, in, email) && in->email.len;
  bool stays = changes ? !new->removes : pw->row.now.set;
  if (changes && new->fault) return new->fault;
  if (has_email && !stays) return "NEW_SETTINGS_INVALID"; /* nothing to recover */
  if (has_email && !cg_email_good(in->email)) return "EMAIL_INVALID";
  /* Secrets of Telegram Passport, which this server does not keep. */
  if (TL_HAS(account_passwordInputSettings, in, new_secure_settings))
    return "NEW_SETTINGS_INVALID";
  return NULL;
}

/* Puts the new settings in the row; false if they wait for an address to be confirmed. */
static bool apply_settings(cg_op *op, const cg_new_password *new) {
  cg_store_password *row = &cg_password_of(op)->row;
  const tl_account_passwordInputSettings *in = new_settings(op);
  cg_store_secret next = row->now;
  bool changes = TL_HAS(account_passwordInputSettings, in, new_algo);
  bool has_email = TL_HAS(account_passwordInputSettings, in, email);
  if (changes) next = new->secret;
  memset(next.email, 0, sizeof next.email);
  if (has_email && in->email.len) memcpy(next.email, in->email.at, in->email.len);
  else if (!has_email && !new->removes) strcpy(next.email, row->now.email);
  if (next.email[0] && strcmp(next.email, row->now.email)) {
    row->pending = next;
    row->pending.set = changes;
    return false;
  }
  if (changes) cg_password_replace(row, &next, cg_op_now(op));
  else row->now = next;
  row->pending = (cg_store_secret){ 0 };
  return true;
}

static void password_checked(cg_op *op) {
  cg_password *pw = cg_password_of(op);
  cg_new_password new = { 0 };
  if (TL_HAS(account_passwordInputSettings, new_settings(op), new_algo))
    new = cg_password_read(op, &pw->row, new_settings(op));
  const char *fault = settings_fault(op, &new);
  if (fault) {
    cg_op_error(op, 400, fault);
    return;
  }
  bool at_once = apply_settings(op, &new);
  /* A code that confirms another address than the newest is worth nothing. */
  cg_password_code_cancel(op, CG_CODE_PASSWORD_EMAIL,
                          at_once ? put_changed : put_unconfirmed);
}

static void update_loaded(cg_op *op) {
  const tl_account_updatePasswordSettings *q =
      TL_AS(account_updatePasswordSettings, op->request);
  cg_password_check(op, q->password, password_checked);
}

void cg_account_update_password_settings(cg_op *op) {
  const tl_account_passwordInputSettings *in = new_settings(op);
  if (!in->has) cg_op_error(op, 400, "NEW_SETTINGS_EMPTY");
  else cg_password_load(op, true, update_loaded);
}

/* --- the address of an account's password --------------------------------- */

/* Confirmed: what waited for it comes true. */
static void email_confirmed(cg_op *op) {
  cg_store_password *row = &cg_password_of(op)->row;
  cg_store_secret next = row->pending;
  if (next.set) {
    cg_password_replace(row, &next, cg_op_now(op));
  } else {
    memcpy(row->now.email, next.email, sizeof next.email);
    row->pending = (cg_store_secret){ 0 };
  }
  put_changed(op);
}

/* True, and answered, if no address waits to be confirmed. */
static bool refuse_without_email(cg_op *op) {
  bool none = !cg_password_of(op)->row.pending.email[0];
  if (none) cg_op_error(op, 400, "EMAIL_HASH_EXPIRED");
  return none;
}

static void confirm_loaded(cg_op *op) {
  const tl_account_confirmPasswordEmail *q =
      TL_AS(account_confirmPasswordEmail, op->request);
  if (refuse_without_email(op)) return;
  cg_password_code_check(op, CG_CODE_PASSWORD_EMAIL, q->code, true, "EMAIL_HASH_EXPIRED",
                         email_confirmed);
}

void cg_account_confirm_password_email(cg_op *op) {
  const tl_account_confirmPasswordEmail *q =
      TL_AS(account_confirmPasswordEmail, op->request);
  if (cg_code_is_empty(q->code)) cg_op_error(op, 400, "CODE_INVALID");
  else cg_password_load(op, true, confirm_loaded);
}

static void resend_loaded(cg_op *op) {
  if (!refuse_without_email(op))
    cg_password_code_send(op, CG_CODE_PASSWORD_EMAIL, cg_op_true);
}

void cg_account_resend_password_email(cg_op *op) {
  cg_password_load(op, true, resend_loaded);
}

static void cancel_loaded(cg_op *op) {
  if (refuse_without_email(op)) return;
  cg_password_of(op)->row.pending = (cg_store_secret){ 0 };
  cg_password_code_cancel(op, CG_CODE_PASSWORD_EMAIL, put_changed);
}

void cg_account_cancel_password_email(cg_op *op) {
  cg_password_load(op, true, cancel_loaded);
}

/* --- account.getTmpPassword ----------------------------------------------- */

/* Nothing that this server does asks for a temporary password: none is given out. */
static void tmp_disabled(cg_op *op) {
  cg_op_error(op, 400, "TMP_PASSWORD_DISABLED");
}

static void tmp_loaded(cg_op *op) {
  const tl_account_getTmpPassword *q = TL_AS(account_getTmpPassword, op->request);
  cg_password_check(op, q->password, tmp_disabled);
}

void cg_account_get_tmp_password(cg_op *op) {
  cg_password_load(op, true, tmp_loaded);
}
