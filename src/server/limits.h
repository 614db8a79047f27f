/* SPDX-License-Identifier: MIT */
/*
 * limits.h - how often codes may be asked for and tried (login.md 2.8, 7.1). With the
 * setting `limits` off nothing is counted and nobody is refused, but for the quota of test
 * numbers. Counters hang on the phone, the key and the address, not on a transaction: they
 * outlive a new code and a restart.
 *
 * Where the store cannot count, nobody gets on in profile private, and everybody in
 * profile test.
 */
#ifndef CG_SERVER_LIMITS_H
#define CG_SERVER_LIMITS_H

#include "auth_tx.h"

/* Counts a call for a code against its key and its address, and looks whether the phone
 * has failed too often: `then` runs, or the op is answered with FLOOD_WAIT_X or
 * PHONE_PASSWORD_FLOOD. Ends the step. */
void cg_limit_requests(cg_op *op, cg_op_run *then);

/* Counts a delivery against the phone: `then` runs, or the op is answered with
 * PHONE_NUMBER_FLOOD or FLOOD_TEST_PHONE_WAIT_X. Ends the step. */
void cg_limit_deliveries(cg_op *op, cg_op_run *then);

/* Before a code is checked: `then` runs, or the op is answered with FLOOD_WAIT_X while the
 * phone has to wait after failures, or PHONE_CODE_EXPIRED if it is locked. Ends the
 * step. */
void cg_limit_checks(cg_op *op, cg_op_run *then);

/* Counts an auth.signUp against the phone: `then` runs, or the op is answered with
 * PHONE_NUMBER_FLOOD. Ends the step. */
void cg_limit_sign_ups(cg_op *op, cg_op_run *then);

/* Counts a failed check against the phone. `step` gets a reply whose number is over 0
 * if those were too many. Ends the step. */
void cg_limit_failures(cg_op *op, cg_op_step *step);

/* Forgets the phone's failed checks. Ends the step. */
void cg_limit_success(cg_op *op, cg_op_step *step);

#endif
