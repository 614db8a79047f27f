/* SPDX-License-Identifier: MIT */
/*
 * guard.h - who may talk to an HTTP port of ours: what a browser on the same machine
 * can be made to send must not pass (DNS rebinding, foreign pages). protocol.md 341.
 */
#ifndef CG_GUARD_H
#define CG_GUARD_H

#include "http.h"

typedef struct {
  const char *host;  /* that it listens on */
  const char *token; /* what Authorization must hold; NULL: nothing */
  bool basic;        /* takes it also as the password of Basic, whatever the user */
} cg_guard;

/* True for an address or name that only this machine has. */
bool cg_guard_is_loopback(const char *host);

/* Copies the name of a host without the brackets that an IPv6 address may have; false
 * if it does not fit. */
bool cg_guard_copy_host(const char *host, char *out, size_t size);

/* 0 if the request may go on, else the status to refuse it with; `text` then says
 * why, and `headers` go along (NULL: none). */
int cg_guard_check(const cg_guard *guard, const cg_http_request *rq, const char **text,
                   const char **headers);

/* True if both texts are the same. The time that it takes depends on `a`'s length, which
 * is the caller's, and on nothing else. */
bool cg_guard_same(const char *a, const char *b);

#endif
