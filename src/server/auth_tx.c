/* SPDX-License-Identifier: MIT */
/* auth_tx.c - see auth_tx.h for the contract. */
#include "auth_tx.h"

#include "home.h"
#include "password.h"

#include <stdio.h>
#include <string.h>

enum { PENDING = CG_CODE_BIT(CG_CODE_ISSUED) | CG_CODE_BIT(CG_CODE_NEED_SIGNUP) |
                 CG_CODE_BIT(CG_CODE_NEED_PASSWORD) };

/* True if the caller's layer has words for what a login ends with. Up to layer 103 it may
 * end with an error, too: row 29 of login.md 3.4. */
static bool has_words(const cg_op *op) {
  static const tl_user user = { TL_INIT(user) };
  static const tl_auth_authorization a = { TL_INIT(auth_authorization),
                                           .user = &user.User };
  return op->layer < CG_SIGN_UP_REQUIRED_SINCE || cg_op_can_answer(op, &a.o);
}

bool cg_tx_refuse_layer(cg_op *op) {
  bool old = op->layer < op->s->set.min_layer || !has_words(op);
  if (old) cg_op_error(op, 406, "UPDATE_APP_TO_LOGIN");
  return old;
}

bool cg_tx_refuse_unsayable(cg_op *op, const tl_obj *answer) {
  if (cg_op_can_answer(op, answer)) return false;
  cg_op_error(op, 406, "UPDATE_APP_TO_LOGIN");
  return true;
}

cg_tx *cg_tx_new(cg_op *op, cg_bytes raw, int32_t code) {
  cg_tx *tx = cg_op_alloc(op, sizeof *tx);
  if (!tx) return NULL;
  op->state = tx;
  if (cg_phone_clean(raw, tx->phone)) return tx;
  if (!code) code = op->s->set.phone_invalid_400 ? 400 : 406;
  cg_op_error(op, code, "PHONE_NUMBER_INVALID");
  return NULL;
}

static void on_found(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  tx->found = !r->err && r->code->key_id == cg_op_key(op) &&
              r->code->purpose == CG_CODE_LOGIN && !strcmp(r->code->phone, tx->phone);
  if (tx->found) tx->row = *r->code;
  tx->then(op);
}

static void look(cg_op *op, cg_op_run *then) {
  cg_tx *tx = cg_tx_of(op);
  tx->then = then;
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_CODE_GET, .text = tx->hash },
               on_found);
}

void cg_tx_find(cg_op *op, cg_bytes hash, cg_op_run *then) {
  cg_tx *tx = cg_tx_of(op);
  /* What is longer, or has a NUL inside, is the hash of nothing. */
  bool odd = hash.len >= sizeof tx->row.hash || memchr(hash.at, 0, hash.len);
  cg_bytes copy = cg_arena_copy(op->arena, odd ? CG_LIT("-") : hash);
  tx->hash = (const char *)copy.at;
  if (tx->hash) look(op, then);
  else cg_op_internal(op, CG_E_MEMORY);
}

void cg_tx_lost_race(cg_op *op, cg_op_run *again) {
  if (cg_tx_of(op)->rounds++ < CG_TX_ROUNDS) look(op, again);
  else cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
}

void cg_tx_find_live(cg_op *op, cg_code_purpose purpose, cg_op_step *step) {
  cg_store_code key = { .key_id = cg_op_key(op), .purpose = purpose };
  memcpy(key.phone, cg_tx_of(op)->phone, sizeof key.phone);
  cg_store_request q = { .op = CG_STORE_CODE_LIVE, .code = &key, .now = cg_op_now(op) };
  cg_op_submit(op, &q, step);
}

bool cg_tx_is_live(const cg_op *op) {
  const cg_tx *tx = op->state;
  return tx->found && (CG_CODE_BIT(tx->row.state) & PENDING) &&
         cg_op_now(op) < tx->row.expires_at;
}

bool cg_tx_is_issued(const cg_op *op) {
  const cg_tx *tx = op->state;
  return cg_tx_is_live(op) && tx->row.state == CG_CODE_ISSUED;
}

bool cg_tx_is_setup(const cg_op *op) {
  const cg_tx *tx = op->state;
  return tx->found && tx->row.state == CG_CODE_SETUP_EMAIL &&
         cg_op_now(op) < tx->row.expires_at;
}

/* --- accounts ------------------------------------------------------------- */

static bool provisioned(const cg_op *op) {
  const cg_tx *tx = op->state;
  cg_test_number n = cg_phone_test(tx->phone);
  return op->s->set.test_numbers && n.dc &&
         (n.kind == CG_TEST_REGISTERED || n.kind == CG_TEST_PASSWORD ||
          n.kind == CG_TEST_FLOOD);
}

bool cg_tx_may_sign_up(const cg_op *op) {
  const cg_tx *tx = op->state;
  cg_signup who = (cg_signup)op->s->set.signup;
  return who == CG_SIGNUP_OPEN ||
         (who == CG_SIGNUP_TEST_NUMBERS && cg_phone_test(tx->phone).dc);
}

static void on_email(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  tx->email = r->err ? (cg_store_email){ 0 } : *r->email;
  tx->then(op);
}

void cg_tx_email(cg_op *op, cg_op_run *then) {
  cg_tx *tx = cg_tx_of(op);
  tx->then = then;
  /* The same request for a number without an account: no user has this id. */
  cg_store_request q = { .op = CG_STORE_EMAIL_GET,
                         .id = tx->has_user ? (uint64_t)tx->user.id : UINT64_MAX };
  if (op->s->set.login_email) cg_op_submit(op, &q, on_email);
  else then(op);
}

/* Ids of ten digits, as people's accounts have them; safe in every client's numbers. */
cg_err cg_tx_draw_user(const cg_op *op, cg_store_user *out) {
  const cg_tx *tx = op->state;
  uint64_t raw[2];
  cg_err err = cg_rng_fill(&op->s->rng, raw, sizeof raw);
  if (err) return err;
  *out = (cg_store_user){ .id = (int64_t)(1000000000 + raw[0] % UINT64_C(8000000000)),
                          .access_hash = (int64_t)(raw[1] | 1),
                          .created = cg_op_now(op), .state = CG_USER_ACTIVE,
                          .dc = cg_dc_of_op(op) };
  memcpy(out->phone, tx->phone, sizeof out->phone);
  return CG_OK;
}

static void on_account(cg_op *op, const cg_store_reply *r);

static void look_for_account(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_USER_FIND, .text = tx->phone },
               on_account);
}

static void on_added(cg_op *op, const cg_store_reply *r) {
  (void)r; /* EXISTS: somebody was faster, or the id is taken: look again */
  look_for_account(op);
}

static void provision_account(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  cg_store_user u;
  cg_err err = tx->rounds++ < CG_TX_ROUNDS ? cg_tx_draw_user(op, &u) : CG_E_STORE;
  if (err) {
    cg_op_internal(op, err);
    return;
  }
  strcpy(u.first_name, "Test");
  strcpy(u.last_name, tx->phone + 6);
  cg_store_request q = { .op = CG_STORE_USER_ADD, .user = &u, .now = u.created };
  cg_store_password password = { .user_id = u.id, .version = 1, .changed_at = u.created };
  if (cg_phone_test(tx->phone).kind == CG_TEST_PASSWORD) {
    const cg_store_secret *secret = cg_password_of_tests(op->s);
    if (!secret) {
      cg_op_internal(op, CG_E_MEMORY);
      return;
    }
    password.now = *secret;
    q.password = &password;
  }
  cg_op_submit(op, &q, on_added);
}

static void on_account(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  tx->has_user = !r->err;
  if (tx->has_user) tx->user = *r->user;
  if (!tx->has_user && tx->provision && provisioned(op)) provision_account(op);
  else tx->then(op);
}

void cg_tx_account(cg_op *op, bool provision, cg_op_run *then) {
  cg_tx *tx = cg_tx_of(op);
  tx->then = then;
  tx->provision = provision;
  look_for_account(op);
}
