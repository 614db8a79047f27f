/* SPDX-License-Identifier: MIT */
/*
 * login_request.h - the requests of the login steps, made from the pending login.
 *
 * The state itself is looked at with cg_login_allow() before. Objects live in `arena`
 * and point into the login: they are sent before it changes. All return MEMORY.
 */
#ifndef CG_LOGIN_REQUEST_H
#define CG_LOGIN_REQUEST_H

#include "login_state.h"

/* `phone` is normalised; both strings must outlive the request. `settings` may be NULL.
 */
cg_err cg_login_ask_send(const cg_login *l, const char *phone, int32_t api_id,
                         const char *api_hash, const cg_login_settings *settings,
                         cg_arena *arena, const tl_obj **out);

/* `reason` may be NULL. */
cg_err cg_login_ask_resend(const cg_login *l, const char *reason, cg_arena *arena,
                           const tl_obj **out);

cg_err cg_login_ask_cancel(const cg_login *l, cg_arena *arena, const tl_obj **out);

/* auth.signIn, or account.verifyEmail of an address that is set up. `code` is clean, see
 * below, and must outlive the request. */
cg_err cg_login_ask_code(const cg_login *l, const char *code, cg_arena *arena,
                         const tl_obj **out);

cg_err cg_login_ask_sign_up(const cg_login *l, const char *first_name,
                            const char *last_name, cg_arena *arena, const tl_obj **out);

cg_err cg_login_ask_log_out(cg_arena *arena, const tl_obj **out);

/* The strings of these must outlive the request. */
cg_err cg_login_ask_email(const cg_login *l, const char *address, cg_arena *arena,
                          const tl_obj **out);
cg_err cg_login_ask_reset_email(const cg_login *l, cg_arena *arena, const tl_obj **out);
cg_err cg_login_ask_report(const cg_login *l, const char *mnc, cg_arena *arena,
                           const tl_obj **out);
cg_err cg_login_ask_get_password(cg_arena *arena, const tl_obj **out);
cg_err cg_login_ask_recovery(cg_arena *arena, const tl_obj **out);
cg_err cg_login_ask_check_recovery(const char *code, cg_arena *arena, const tl_obj **out);
cg_err cg_login_ask_reset_password(cg_arena *arena, const tl_obj **out);
cg_err cg_login_ask_decline_reset(cg_arena *arena, const tl_obj **out);
cg_err cg_login_ask_qr(int32_t api_id, const char *api_hash, const int64_t *except_ids,
                       size_t count, cg_arena *arena, const tl_obj **out);
cg_err cg_login_ask_bot(int32_t api_id, const char *api_hash, const char *token,
                        cg_arena *arena, const tl_obj **out);

/* `link` is needed no longer. REFUSED: it is none. */
cg_err cg_login_ask_accept(const char *link, cg_arena *arena, const tl_obj **out,
                           cg_fault *fault);

enum { CG_CODE_TEXT_MAX = 65 };

/* What is sent for `code` as it was typed: digits without blanks and dashes, the last
 * digits of a calling number, a word without blanks around it. REFUSED if it cannot be
 * right (protocol.md 248). The caller wipes `out`. */
cg_err cg_login_clean_code(const cg_login *l, const char *code,
                           char out[CG_CODE_TEXT_MAX], cg_fault *fault);

/* REFUSED with what is wrong: no email address; no bot's token; no code of a mobile
 * network. */
cg_err cg_login_check_email(const char *address, cg_fault *fault);
cg_err cg_login_check_bot(const char *token, cg_fault *fault);
cg_err cg_login_check_mnc(const char *mnc, cg_fault *fault);

/* Terms out of their bytes. NOT_FOUND if there are none. */
cg_err cg_login_read_terms(const cg_login *l, cg_arena *arena, cg_login_terms *out);

#endif
