/* SPDX-License-Identifier: MIT */
/* email.h - email addresses that accounts log in by (login.md 3.5). */
#ifndef CG_SERVER_EMAIL_H
#define CG_SERVER_EMAIL_H

#include "op.h"

/* True for an address as people have them: ASCII, one @, letters and a dot behind it. */
bool cg_address_good(cg_bytes text);

/* True if its domain, or one above it, is in the setting email_blocked. */
bool cg_address_blocked(const cg_settings *set, const char *address);

/* "a***z@example.com": what somebody may be told who does not know the address. */
void cg_address_pattern(const char *address, char out[CG_STORE_EMAIL]);

/* The code that came with an auth.signIn for the email; NULL if none did, or others are to
 * vouch for it. */
const tl_emailVerificationCode *cg_email_given(const tl_auth_signIn *q);

/* auth.signIn of a transaction that waits for an email to be set up: checks the email's
 * code, moves the transaction on, and runs `then`, or answers. Ends the step. For the
 * setting setup_email_grants_login alone: nothing proves the phone. */
void cg_email_grant(cg_op *op, cg_op_run *then);

#endif
