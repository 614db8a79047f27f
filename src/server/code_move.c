/* SPDX-License-Identifier: MIT */
/* code_move.c - a code goes out, and on to its next rung (login.md 2.4, 3.4 row 13). */
#include "auth_tx.h"
#include "deliver.h"
#include "ladder.h"
#include "notice.h"

#include "wipe.h"

enum { LIVE = CG_CODE_BIT(CG_CODE_ISSUED) | CG_CODE_BIT(CG_CODE_SETUP_EMAIL) };

void cg_tx_log(const cg_op *op, const char *what) {
  const cg_tx *tx = op->state;
  char phone[32];
  cg_mask_phone(tx->phone, phone);
  cg_log_write(&op->s->log, CG_LOG_INFO, "%s: %s", phone, what);
}

/* --- delivery ------------------------------------------------------------- */

static void on_undelivered(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_op_error(op, 400, "SMS_CODE_CREATE_FAILED");
}

static void on_moved_app(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_tx_of(op)->moved(op);
}

/* Rung App brings the code to the other sessions as a message. One that is for show costs
 * the store a write, too. */
static void tell_sessions(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  char code[CG_CODE_SIZE];
  if (!cg_code_show(&op->s->secret, &tx->row, code))
    cg_code_message(op, &tx->row, code, tx->moved);
  else
    cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_COUNTER_HIT, .text = "show:",
                                          .number = 60, .now = cg_op_now(op) },
                 on_moved_app);
  cg_wipe(code, sizeof code);
}

static void on_sent(cg_op *op, cg_err err) {
  cg_tx *tx = cg_tx_of(op);
  if (!err) {
    cg_inbox_delivered(op->s, &tx->row);
    if (cg_ladder_rung(&tx->row) == CG_RUNG_APP) tell_sessions(op);
    else tx->moved(op);
    return;
  }
  cg_tx_log(op, "the code could not be delivered");
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = tx->row.hash, .from = LIVE,
                         .number = CG_CODE_CANCELLED, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_undelivered);
}

static bool waits(const cg_tx *tx) {
  char rung = cg_ladder_rung(&tx->row);
  return rung == CG_RUNG_SETUP_EMAIL || (cg_rung_is_firebase(rung) && !tx->vouched);
}

static void send_out(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  char code[CG_CODE_SIZE];
  cg_err err = cg_code_show(&op->s->secret, &tx->row, code);
  if (err) cg_op_internal(op, err);
  else cg_deliver(op, &tx->row, code, on_sent);
  cg_wipe(code, sizeof code);
}

void cg_tx_deliver(cg_op *op, cg_op_run *then) {
  cg_tx *tx = cg_tx_of(op);
  tx->moved = then;
  if (cg_tx_for_show(op) || waits(tx)) on_sent(op, CG_OK);
  else send_out(op);
}

/* --- the next rung -------------------------------------------------------- */

static void on_moved(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err) {
    tx->lost(op);
    return;
  }
  tx->row = *r->code;
  cg_tx_log(op, "the code goes by the next way");
  cg_tx_deliver(op, tx->moved);
}

static void on_drawn(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  if (tx->hurried) tx->row.resend_at = 0;
  cg_store_request q = { .op = CG_STORE_CODE_RESEND, .code = &tx->row, .from = tx->from,
                         .number = tx->row.rung - 1, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_moved);
}

void cg_tx_next_rung(cg_op *op, uint32_t from, cg_op_run *then, cg_op_run *lost) {
  cg_tx *tx = cg_tx_of(op);
  cg_code_kind old = cg_rung_kind(cg_ladder_rung(&tx->row));
  tx->from = from;
  tx->moved = then;
  tx->lost = lost;
  tx->row.rung++;
  cg_tx_draw(op, old == cg_rung_kind(cg_ladder_rung(&tx->row)), on_drawn);
}
