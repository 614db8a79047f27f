/* SPDX-License-Identifier: MIT */
/* leak.h - codes that their owner has given away are dead (login.md 7.3). */
#ifndef CG_SERVER_LEAK_H
#define CG_SERVER_LEAK_H

#include "op.h"

/* The caller is about to send `text`, which lives as long as the op, to somebody: every
 * live code of his number that is in it becomes INVALIDATED; then runs `then`. Does
 * nothing with the setting leak_check off. Ends the step. */
void cg_leak_check(cg_op *op, cg_bytes text, cg_op_run *then);

#endif
