/* SPDX-License-Identifier: MIT */
/*
 * auth_code.c - auth.sendCode, resendCode, cancelCode, reportMissingCode
 * (login.md 2 and rows 1-26, 47, 48 of 3.4).
 */
#include "auth_tx.h"
#include "home.h"
#include "enter.h"
#include "ladder.h"
#include "limits.h"
#include "methods.h"
#include "notice.h"

#include "wipe.h"

#include <stdio.h>
#include <string.h>

enum {
  LIVE_PER_KEY = 3,
  OTHERS_LOOKED_AT = 32,
  DRAWS_MAX = 16,
  TEST_FLOOD_S = 5,
  EVER_S = 10 * 365 * 86400
};

static void log_code(const cg_op *op, const char *what) {
  const cg_tx *tx = op->state;
  char phone[32];
  cg_mask_phone(tx->phone, phone);
  cg_log_write(&op->s->log, CG_LOG_INFO, "%s: %s", phone, what);
}

/* --- auth.sendCode: a new transaction ------------------------------------- */

/* Nobody has this number and nobody may take it: the transaction is for show. */
static bool for_show(const cg_op *op) {
  const cg_tx *tx = op->state;
  return !tx->has_user && !cg_tx_may_sign_up(op);
}

/* The code exists: rung App brings it to the other sessions as a message. */
static void deliver(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  char code[CG_CODE_SIZE];
  cg_inbox_delivered(op->s, &tx->row);
  bool app = cg_ladder_rung(&tx->row) == CG_RUNG_APP;
  if (app && !cg_code_show(&op->s->secret, &tx->row, code))
    cg_code_message(op, &tx->row, code, cg_tx_answer_sent);
  else cg_tx_answer_sent(op);
  cg_wipe(code, sizeof code);
}

static void look_for_live(cg_op *op);

/* EXISTS: another call of this key was faster, and its code is the one. */
static void on_code_added(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err == CG_E_EXISTS && tx->rounds++ < CG_TX_ROUNDS) {
    look_for_live(op);
    return;
  }
  if (r->err) {
    cg_op_internal(op, r->err);
    return;
  }
  log_code(op, "a code was made");
  deliver(op);
}

static void add_code(cg_op *op, const char *code) {
  cg_tx *tx = cg_tx_of(op);
  cg_store_code *row = &tx->row;
  cg_err err = cg_code_hash_draw(&op->s->rng, row->hash);
  if (!err) err = cg_code_keep(&op->s->secret, &op->s->rng, code, row);
  if (!err && for_show(op)) err = cg_code_keep_none(&op->s->rng, row->length, row);
  if (err) {
    cg_op_internal(op, err);
    return;
  }
  cg_store_request q = { .op = CG_STORE_CODE_ADD, .code = row, .now = cg_op_now(op),
                         .limit = LIVE_PER_KEY };
  cg_op_submit(op, &q, on_code_added);
}

static bool is_test_number(const cg_op *op) {
  const cg_tx *tx = op->state;
  return op->s->set.test_numbers && cg_phone_test(tx->phone).dc;
}

/* True if a live code of this phone, made for another key, is the same. */
static bool taken(const cg_op *op, const cg_store_reply *r, const char *code) {
  char other[CG_CODE_SIZE];
  bool same = false;
  for (uint32_t i = 0; i < r->count && !same; i++)
    same = r->code[i].state == CG_CODE_ISSUED &&
           !cg_code_show(&op->s->secret, &r->code[i], other) && !strcmp(other, code);
  cg_wipe(other, sizeof other);
  return same;
}

/* The codes of the phone are known: draw one that tells this login from the others. */
static void on_others(cg_op *op, const cg_store_reply *r) {
  char code[CG_CODE_SIZE];
  cg_err err = CG_OK;
  bool found = false;
  for (int i = 0; i < DRAWS_MAX && !err && !found; i++) {
    err = cg_code_draw(&op->s->rng, (int32_t)op->s->set.code_length, code);
    found = !err && !taken(op, r, code);
  }
  if (found) add_code(op, code);
  else cg_op_internal(op, CG_E_RANDOM);
  cg_wipe(code, sizeof code);
}

static void draw_code(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  if (is_test_number(op)) {
    char code[CG_CODE_SIZE] = { 0 };
    memset(code, tx->phone[5], (size_t)op->s->set.test_code_length);
    add_code(op, code);
    return;
  }
  cg_store_request q = { .op = CG_STORE_CODE_LIST, .text = tx->phone,
                         .limit = OTHERS_LOOKED_AT, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_others);
}

/* Another session, or, for a number that is only for show, a coin that always falls the
 * same way: an answer "App" then proves no account. */
static bool has_other_session(const cg_op *op, const cg_store_reply *r) {
  const cg_tx *tx = op->state;
  if (for_show(op)) return cg_secret_coin(&op->s->secret, tx->phone);
  for (uint32_t i = 0; i < r->count; i++)
    if (r->auth[i].key_id != cg_op_key(op)) return true;
  return false;
}

/* When the next rung may be asked for; 0: at once. */
static int64_t resend_time(const cg_op *op, const cg_store_code *row) {
  int64_t wait = op->s->set.resend_timeout;
  return wait && cg_rung_is_timed(cg_ladder_rung(row)) ? cg_op_now(op) + wait : 0;
}

static void on_sessions(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  const cg_settings *set = &op->s->set;
  const tl_auth_sendCode *q = TL_AS(auth_sendCode, op->request);
  int64_t now = cg_op_now(op);
  tx->row = (cg_store_code){ .key_id = cg_op_key(op), .purpose = CG_CODE_LOGIN,
                             .user_id = tx->has_user ? tx->user.id : 0,
                             .max_attempts = (int32_t)set->max_attempts,
                             .state = CG_CODE_ISSUED, .sent_at = now, .changed_at = now,
                             .expires_at = now + set->code_ttl, .api_id = q->api_id };
  memcpy(tx->row.phone, tx->phone, sizeof tx->row.phone);
  memcpy(tx->row.ip, op->ip, sizeof tx->row.ip);
  cg_ladder_build(has_other_session(op, r), set->third_party_sms, tx->row.ladder);
  tx->row.resend_at = resend_time(op, &tx->row);
  if (cg_ladder_rung(&tx->row)) draw_code(op);
  else cg_op_error(op, 400, "SMS_CODE_CREATE_FAILED");
}

static void start_new(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  /* The same request for a number without an account: no user has this id. */
  cg_store_request q = { .op = CG_STORE_AUTH_LIST,
                         .id = tx->has_user ? (uint64_t)tx->user.id : UINT64_MAX };
  cg_op_submit(op, &q, on_sessions);
}

static void on_live(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (!r->err && r->code->state == CG_CODE_ISSUED) {
    tx->row = *r->code;
    log_code(op, "asked again, nothing sent");
    cg_tx_answer_sent(op);
  } else {
    cg_limit_deliveries(op, start_new);
  }
}

static void look_for_live(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  cg_store_code key = { .key_id = cg_op_key(op), .purpose = CG_CODE_LOGIN };
  memcpy(key.phone, tx->phone, sizeof key.phone);
  cg_store_request q = { .op = CG_STORE_CODE_LIVE, .code = &key, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_live);
}

static void on_send_account(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  if (cg_home_refuse_phone(op, tx->has_user ? &tx->user : NULL, for_show(op))) return;
  if (tx->has_user && tx->user.state == CG_USER_BANNED)
    cg_op_error(op, 400, "PHONE_NUMBER_BANNED");
  else if (for_show(op) && !op->s->set.enumeration_safe)
    cg_op_error(op, 400, "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN");
  else cg_limit_requests(op, look_for_live);
}

/* What can be said against the number before it is looked up; true if the op was
 * answered. */
static bool refuse_number(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  cg_test_number n = cg_phone_test(tx->phone);
  if (cg_home_refuse_number(op, tx->phone)) return true;
  if (!op->s->set.test_numbers) n = (cg_test_number){ 0 };
  if (cg_phone_is_service(tx->phone) || (n.dc && n.kind == CG_TEST_BANNED)) {
    cg_op_error(op, 400, "PHONE_NUMBER_BANNED");
  } else {
    return false;
  }
  return true;
}

static void look_for_account(cg_op *op) {
  cg_tx_account(op, true, on_send_account);
}

static void on_flood_counted(cg_op *op, const cg_store_reply *r) {
  if (r->number > 0) look_for_account(op);
  else cg_op_wait(op, TEST_FLOOD_S);
}

/* The first call for such a number is told to wait, all others are not (login.md 1.4). */
static void flood_once(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  char name[40];
  snprintf(name, sizeof name, "test-flood:%s", tx->phone);
  cg_store_request q = { .op = CG_STORE_COUNTER_HIT, .text = name, .number = EVER_S,
                         .limit = 1, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_flood_counted);
}

void cg_auth_send_code(cg_op *op) {
  const tl_auth_sendCode *q = TL_AS(auth_sendCode, op->request);
  if (cg_tx_refuse_layer(op)) return;
  if (cg_enter_refuse_app(op, q->api_id, q->api_hash)) return;
  if (!cg_tx_new(op, q->phone_number, 0)) return;
  if (refuse_number(op)) return;
  const cg_tx *tx = cg_tx_of(op);
  if (is_test_number(op) && cg_phone_test(tx->phone).kind == CG_TEST_FLOOD)
    flood_once(op);
  else look_for_account(op);
}

/* --- auth.resendCode ------------------------------------------------------ */

static void on_resend_found(cg_op *op);

static void on_moved_on(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err && tx->rounds++ < CG_TX_ROUNDS) {
    cg_tx_find_again(op, on_resend_found);
  } else if (r->err) {
    cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  } else {
    tx->row = *r->code;
    log_code(op, "the code was sent again");
    deliver(op);
  }
}

/* The next rung has the same kind of code, so the code stays. */
static void move_on(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  cg_store_code row = tx->row;
  int64_t now = cg_op_now(op);
  row.rung++;
  row.sent_at = now;
  row.expires_at = now + op->s->set.code_ttl;
  row.resend_at = resend_time(op, &row);
  cg_store_request q = { .op = CG_STORE_CODE_RESEND, .code = &row, .number = tx->row.rung,
                         .from = CG_CODE_BIT(CG_CODE_ISSUED), .now = now };
  cg_op_submit(op, &q, on_moved_on);
}

static void on_resend_found(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  int64_t wait = tx->row.resend_at - cg_op_now(op);
  if (!cg_tx_is_issued(op)) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else if (!cg_ladder_next(&tx->row)) cg_op_error(op, 406, "SEND_CODE_UNAVAILABLE");
  else if (tx->row.resend_at && wait > 0) cg_op_wait(op, wait);
  else cg_limit_deliveries(op, move_on);
}

static void resend_allowed(cg_op *op) {
  const tl_auth_resendCode *q = TL_AS(auth_resendCode, op->request);
  cg_tx_find(op, q->phone_code_hash, on_resend_found);
}

void cg_auth_resend_code(cg_op *op) {
  const tl_auth_resendCode *q = TL_AS(auth_resendCode, op->request);
  if (!cg_tx_new(op, q->phone_number, 0)) return;
  if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_HASH_EMPTY");
  else cg_limit_requests(op, resend_allowed);
}

/* --- auth.cancelCode ------------------------------------------------------ */

static void on_cancel_found(cg_op *op);

static void on_cancelled(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err && tx->rounds++ < CG_TX_ROUNDS) {
    cg_tx_find_again(op, on_cancel_found);
  } else if (r->err) {
    cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  } else {
    log_code(op, "the code was cancelled");
    cg_op_true(op);
  }
}

static void on_cancel_found(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  bool used = tx->found && tx->row.state == CG_CODE_CONSUMED;
  if (cg_tx_is_issued(op)) {
    cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = tx->hash,
                           .from = CG_CODE_BIT(CG_CODE_ISSUED),
                           .number = CG_CODE_CANCELLED, .now = cg_op_now(op) };
    cg_op_submit(op, &q, on_cancelled);
  } else if (used || cg_tx_is_live(op)) {
    cg_op_true(op); /* verified: a client that leaves its code page says so, too */
  } else {
    cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  }
}

void cg_auth_cancel_code(cg_op *op) {
  const tl_auth_cancelCode *q = TL_AS(auth_cancelCode, op->request);
  if (!cg_tx_new(op, q->phone_number, 0)) return;
  if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else cg_tx_find(op, q->phone_code_hash, on_cancel_found);
}

/* --- auth.reportMissingCode ----------------------------------------------- */

static void on_report_found(cg_op *op) {
  if (!cg_tx_is_live(op)) {
    cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
    return;
  }
  log_code(op, "the client says that no code came");
  cg_op_true(op);
}

void cg_auth_report_missing_code(cg_op *op) {
  const tl_auth_reportMissingCode *q = TL_AS(auth_reportMissingCode, op->request);
  if (!cg_tx_new(op, q->phone_number, 400)) return;
  if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else cg_tx_find(op, q->phone_code_hash, on_report_found);
}
