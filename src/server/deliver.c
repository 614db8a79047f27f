/* SPDX-License-Identifier: MIT */
/* deliver.c - see deliver.h for the contract. */
#include "deliver.h"

#include "ladder.h"

static void on_sent(void *ctx, cg_err err) {
  cg_op *op = ctx;
  op->sent(op, err);
}

void cg_deliver(cg_op *op, const cg_store_code *row, const char *code, cg_op_sent *then) {
  const cg_receiver *r = &op->s->receiver;
  cg_delivery what = { .row = row, .type = cg_rung_name(cg_ladder_rung(row)),
                       .code = code };
  op->sent = then;
  if (r->send) r->send(r->ctx, &what, on_sent, op);
  else then(op, CG_OK);
}
