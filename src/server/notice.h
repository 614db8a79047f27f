/* SPDX-License-Identifier: MIT */
/*
 * notice.h - what the server tells people of its own accord: codes as messages, new
 * logins, errors that apps keep silent about (login.md 6.3, 6.4, 1.2).
 */
#ifndef CG_SERVER_NOTICE_H
#define CG_SERVER_NOTICE_H

#include "op.h"

/* Rung App: puts `code` into the history of the account that `row` is for, as a message
 * of the service account, and pushes it to all its sessions; then runs `then`. A row
 * without an account gives no message. Ends the step. */
void cg_code_message(cg_op *op, const cg_store_code *row, const char *code,
                     cg_op_run *then);

/* The caller's key has just logged in, as `auth` says: tells the account's other
 * sessions, if there are any; then runs `then`. Ends the step. */
void cg_notice_login(cg_op *op, const cg_store_auth *auth, cg_op_run *then);

/* updateNewAuthorization for `auth`, which its account has not confirmed or just has. */
void cg_notice_authorization(cg_op *op, const cg_store_auth *auth, uint64_t except_key);

/* With the setting explain_406: a pop-up for the caller that says what `error` means, to
 * precede it. */
void cg_notice_explain(cg_op *op, const char *error);

#endif
