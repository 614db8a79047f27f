/* SPDX-License-Identifier: MIT */
/*
 * account.h - an account of the store as TL shows it.
 */
#ifndef CG_SERVER_ACCOUNT_H
#define CG_SERVER_ACCOUNT_H

#include "op.h"

enum { CG_NAME_SIZE = 260 }; /* of the names in cg_store_user */

/* Trims a first or last name and copies it to `out`. False unless it then has `least` to
 * 64 characters. */
bool cg_account_name(cg_bytes name, size_t least, char out[CG_NAME_SIZE]);

/* The account as its own `user`, in the op's memory; NULL when that is out (the op is
 * not answered). Copies what it needs of `row`. */
const tl_User *cg_account_self(cg_op *op, const cg_store_user *row);

/* Loads the caller's own account; `step` gets it in the reply. An account that is gone
 * is answered with 401. Ends the step. */
void cg_account_load_self(cg_op *op, cg_op_step *step);

#endif
