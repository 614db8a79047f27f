/* SPDX-License-Identifier: MIT */
/*
 * limits.h - how often codes may be asked for (login.md 2.8). With the setting `limits`
 * off nothing is counted and nobody is refused.
 */
#ifndef CG_SERVER_LIMITS_H
#define CG_SERVER_LIMITS_H

#include "auth_tx.h"

/* Counts a call for a code against its key and its address: `then` runs, or the op is
 * answered with FLOOD_WAIT_X. Ends the step. */
void cg_limit_requests(cg_op *op, cg_op_run *then);

/* Counts a delivery against the phone: `then` runs, or the op is answered with
 * PHONE_NUMBER_FLOOD. Ends the step. */
void cg_limit_deliveries(cg_op *op, cg_op_run *then);

/* Counts a failed check against the phone. `step` gets a reply whose number is over 0
 * if that were too many for one day. Ends the step. */
void cg_limit_failures(cg_op *op, cg_op_step *step);

/* Forgets the phone's failed checks. Ends the step. */
void cg_limit_success(cg_op *op, cg_op_step *step);

#endif
