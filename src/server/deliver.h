/* SPDX-License-Identifier: MIT */
/*
 * deliver.h - the way of a code out of the server, by request and completion.
 *
 * The inbox always has every code, for it reads the store. Beyond it a server may have
 * one receiver: it is handed what is to be sent, and says, at once or later, whether that
 * went well. What a code for a number without an account costs in time must be the
 * receiver's care where enumeration_safe is on: such a code never gets here.
 */
#ifndef CG_SERVER_DELIVER_H
#define CG_SERVER_DELIVER_H

#include "op.h"

/* What is to be sent. All of it is valid during the call only. */
typedef struct cg_delivery {
  const cg_store_code *row; /* phone, email, rung, when it dies */
  const char *type;         /* of the rung, as the inbox calls it */
  const char *code;
} cg_delivery;

/* The receiver is cg_server.receiver. Its `send` calls `done` exactly once, with OK if the
 * code is on its way. */

typedef void cg_op_sent(cg_op *op, cg_err err);

/* Sends `code` of `row`, and then runs `then` with what came of it. Ends the step. */
void cg_deliver(cg_op *op, const cg_store_code *row, const char *code, cg_op_sent *then);

#endif
