/* SPDX-License-Identifier: MIT */
/*
 * link.h - what a QR code of a login shows: tg://login?token=..., the token in base64url
 * without padding.
 *
 * https://core.telegram.org/api/qr-login
 */
#ifndef CG_LINK_H
#define CG_LINK_H

#include "login_state.h"

/* `token` has at most CG_LOGIN_QR_MAX bytes. */
void cg_link_write(cg_bytes token, char out[CG_LOGIN_LINK_MAX]);

/* The token of a link, or of a token as it stands in one, in memory of `arena`; padding
 * and blanks around it are stepped over, and both alphabets of base64 read. REFUSED with
 * what is wrong; MEMORY. */
CG_MUST_USE cg_err cg_link_read(const char *text, cg_arena *arena, cg_bytes *out,
                                cg_fault *fault);

#endif
