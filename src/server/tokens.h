/* SPDX-License-Identifier: MIT */
/*
 * tokens.h - future auth tokens: a client that was logged in once shows one instead of a
 * code (login.md 2.12). The store has their hashes. Each works once, for its account.
 */
#ifndef CG_SERVER_TOKENS_H
#define CG_SERVER_TOKENS_H

#include "op.h"

/* auth.sendCode, its account known: logs in by the first of its logout_tokens that is one
 * of that account, which answers the op; `otherwise` runs if there is none. Ends the
 * step. */
void cg_tokens_use(cg_op *op, cg_op_run *otherwise);

/* Makes a token for the account, in op->future_token, and runs `then`. With the setting
 * future_tokens off, or in a layer that has no place for it, there is none. Ends the
 * step. */
void cg_tokens_issue(cg_op *op, int64_t user_id, cg_op_run *then);

/* Makes all tokens of the account void, and runs `then`: to be called when its password
 * changes, when it is reset, and when it ends its sessions. Ends the step. */
void cg_tokens_drop(cg_op *op, int64_t user_id, cg_op_run *then);

#endif
