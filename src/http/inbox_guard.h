/* SPDX-License-Identifier: MIT */
/*
 * inbox_guard.h - who may talk to the inbox: what a browser on the same machine can
 * be made to send must not pass (DNS rebinding, foreign pages). protocol.md 341.
 */
#ifndef CG_INBOX_GUARD_H
#define CG_INBOX_GUARD_H

#include "http.h"

typedef struct {
  const char *host;  /* that it listens on */
  const char *token; /* NULL: none is asked for */
} cg_inbox_guard;

/* True for an address or name that only this machine has. */
bool cg_inbox_is_loopback(const char *host);

/* Refuses the request on `h` with 421, 403 or 401; true if it may go on. */
bool cg_inbox_admit(const cg_inbox_guard *guard, const cg_http_request *rq, cg_http *h);

#endif
