/* SPDX-License-Identifier: MIT */
/* gateway_file.h - the files of a gateway's folder; see gateway_accounts.h. */
#ifndef CG_GATEWAY_FILE_H
#define CG_GATEWAY_FILE_H

#include "gateway_accounts.h"

/* DIR/NAMESUFFIX, to be freed with cg_free(); NULL when memory is out. */
char *cg_accounts_path(const cg_accounts *a, const char *name, const char *suffix);

/* Takes DIR/lock, which dies with the process. LOCKED, IO, MEMORY. */
CG_MUST_USE cg_err cg_accounts_lock(cg_accounts *a, cg_fault *fault);

/* Reads DIR/accounts.json; that there is none is no error. IO, CORRUPT, MEMORY. */
CG_MUST_USE cg_err cg_accounts_read(cg_accounts *a, cg_fault *fault);

/* Replaces it as a whole. IO, RANDOM, MEMORY; what was there stays. */
CG_MUST_USE cg_err cg_accounts_write(cg_accounts *a, cg_fault *fault);

#endif
