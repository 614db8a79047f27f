/* SPDX-License-Identifier: MIT */
/*
 * gateway_steps.h - logging in through the gateway: each step looks whether it is
 * allowed, makes its request and sends it; the login state moves with the answer.
 *
 * When the server has answered with an object, `done` gets it; every other end is
 * answered here.
 */
#ifndef CG_GATEWAY_STEPS_H
#define CG_GATEWAY_STEPS_H

#include "gateway_core.h"

/* Makes `account` that of the exchange, with its client open; else it is answered. */
bool cg_exchange_take(cg_exchange *x, cg_account *account);

/* The login of the exchange's account. */
void cg_exchange_login(const cg_exchange *x, cg_login_info *out);

void cg_step_start(cg_exchange *x, const char *phone, cg_exchange_done *done);
void cg_step_code(cg_exchange *x, const char *code, cg_exchange_done *done);
void cg_step_resend(cg_exchange *x, bool force, cg_exchange_done *done);
/* Whatever the server says, which `said` and `said_error` of the exchange tell, the code
 * is forgotten here; `done` gets no result. */
void cg_step_cancel(cg_exchange *x, cg_exchange_done *done);
/* Answers with what the server said to auth.cancelCode. */
void cg_exchange_said(cg_exchange *x, const cg_result *none);
void cg_step_sign_up(cg_exchange *x, const char *first_name, const char *last_name,
                     cg_exchange_done *done);
/* auth.importBotAuthorization, in whatever state that may be. */
void cg_step_bot(cg_exchange *x, const char *token, cg_exchange_done *done);
/* Answers with the user that the account is. */
void cg_step_self(cg_exchange *x);
void cg_step_log_out(cg_exchange *x, cg_exchange_done *done);
void cg_step_reset(cg_exchange *x, bool force);

/* Calls any method with the exchange's parameters, typed and completed in the old
 * forms; `missing` is the status for a method that there is not. */
void cg_step_call(cg_exchange *x, const char *method, int missing);
/* The same with a JSON object. */
void cg_step_call_json(cg_exchange *x, const char *method, cg_bytes args, int missing);

#endif
