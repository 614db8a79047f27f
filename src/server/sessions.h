/* SPDX-License-Identifier: MIT */
/*
 * sessions.h - the logins of an account: when they were active, and what becomes of
 * those that another session, or time, has ended (login.md 4.10).
 */
#ifndef CG_SERVER_SESSIONS_H
#define CG_SERVER_SESSIONS_H

#include "op.h"

/* The caller, who is logged in, makes a call: keeps when, to the minute. */
void cg_session_active(cg_op *op);

/* The caller's login was ended by another session, and it does not know yet: says
 * SESSION_REVOKED, this once. Ends the step. */
void cg_session_refuse_revoked(cg_op *op);

/* Ends what was not active for as long as its account, or the setting, allows. */
void cg_sessions_expire(cg_server *s);

#endif
