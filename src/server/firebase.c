/* SPDX-License-Identifier: MIT */
/* firebase.c - auth.requestFirebaseSms: an app on a phone is vouched for, and gets its
 * code by SMS (login.md 2.2, 3.4 rows 49-51). */
#include "auth_tx.h"
#include "ladder.h"
#include "limits.h"
#include "methods.h"

#include <string.h>

/* The token that was sent; empty if none was. */
static cg_bytes token_of(const cg_op *op) {
  const tl_auth_requestFirebaseSms *q = TL_AS(auth_requestFirebaseSms, op->request);
  if (TL_HAS(auth_requestFirebaseSms, q, play_integrity_token) &&
      q->play_integrity_token.len)
    return q->play_integrity_token;
  if (TL_HAS(auth_requestFirebaseSms, q, safety_net_token) && q->safety_net_token.len)
    return q->safety_net_token;
  if (TL_HAS(auth_requestFirebaseSms, q, ios_push_secret) && q->ios_push_secret.len)
    return q->ios_push_secret;
  return (cg_bytes){ 0 };
}

/* What the rung handed out must come back in the token. */
static bool echoes(cg_bytes token, const char *hint) {
  size_t len = strlen(hint);
  return len && memmem(token.at, token.len, hint, len) != NULL;
}

static bool is_vouched(const cg_op *op) {
  const cg_tx *tx = op->state;
  switch ((cg_attestation)op->s->set.attestation) {
  case CG_ATTEST_ANY: return true;
  case CG_ATTEST_ECHO: return echoes(token_of(op), tx->row.hint);
  case CG_ATTEST_NONE:
  default: return false;
  }
}

static void send_code(cg_op *op) {
  cg_tx_of(op)->vouched = true;
  cg_tx_deliver(op, cg_op_true);
}

static void on_found(cg_op *op) {
  bool current = cg_rung_is_firebase(cg_ladder_rung(&cg_tx_of(op)->row));
  if (!cg_tx_is_issued(op) || !current) {
    cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  } else if (!is_vouched(op)) {
    cg_tx_log(op, "the app was not vouched for");
    cg_op_false(op);
  } else {
    cg_limit_deliveries(op, send_code);
  }
}

void cg_auth_request_firebase_sms(cg_op *op) {
  const tl_auth_requestFirebaseSms *q = TL_AS(auth_requestFirebaseSms, op->request);
  if (!cg_tx_new(op, q->phone_number, 400)) return;
  if (!token_of(op).len) cg_op_error(op, 400, "PHONE_CODE_EMPTY");
  else if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else cg_tx_find(op, q->phone_code_hash, on_found);
}
