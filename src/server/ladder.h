/* SPDX-License-Identifier: MIT */
/*
 * ladder.h - the ways by which a code travels, one after the other (login.md 2.2,
 * 2.4, 2.5), and how states and ways are called. Pure functions.
 */
#ifndef CG_SERVER_LADDER_H
#define CG_SERVER_LADDER_H

#include "store.h"

/* What a ladder is built of: what the account has, what the client can do, and what the
 * server does. */
typedef struct {
  bool setup_email, email, fragment, app, missed_call, flash_call, call;
  char firebase, sms; /* CG_RUNG_FIREBASE or _IOS; _SMS, _WORD or _PHRASE; 0: none */
} cg_ladder_ways;

/* Writes the rungs in their order. May end up empty: there is no way then. */
void cg_ladder_build(const cg_ladder_ways *ways, char out[12]);

char cg_ladder_rung(const cg_store_code *c); /* the current one */
char cg_ladder_next(const cg_store_code *c); /* the one behind it, 0 if there is none */

/* What a code is made of. A code goes on to the next rung if that is of the same kind; of
 * another kind it is drawn anew, and the old one is dead. */
typedef enum {
  CG_KIND_DIGITS,
  CG_KIND_EMAIL,  /* digits, too, but never those that went to the phone */
  CG_KIND_CALLER, /* the last digits of a number that calls */
  CG_KIND_NUMBER, /* the whole of it */
  CG_KIND_WORD,
  CG_KIND_PHRASE,
  CG_KIND_NONE    /* nothing is sent */
} cg_code_kind;

cg_code_kind cg_rung_kind(char rung);

/* True if a client must wait before it asks for the next rung. */
bool cg_rung_is_timed(char rung);

/* True if an app is vouched for by Firebase before the code goes out. */
bool cg_rung_is_firebase(char rung);

const char *cg_rung_name(char rung);             /* "sms"; as the inbox writes it */
const char *cg_code_state_name(cg_code_state s); /* "live"; likewise */

#endif
