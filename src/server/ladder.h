/* SPDX-License-Identifier: MIT */
/*
 * ladder.h - the ways by which a code travels, one after the other (login.md 2.2,
 * 2.4, 2.5), and how states and ways are called.
 */
#ifndef CG_SERVER_LADDER_H
#define CG_SERVER_LADDER_H

#include "store.h"

/* Writes the rungs: App if the account has another session, then Sms and Call if
 * `phone_ways`. May end up empty: there is no way then. */
void cg_ladder_build(bool other_session, bool phone_ways, char out[12]);

char cg_ladder_rung(const cg_store_code *c); /* the current one */
char cg_ladder_next(const cg_store_code *c); /* the one behind it, 0 if there is none */

/* True if a client must wait before it asks for the next rung. */
bool cg_rung_is_timed(char rung);

const char *cg_rung_name(char rung);             /* "sms"; as the inbox writes it */
const char *cg_code_state_name(cg_code_state s); /* "live"; likewise */

#endif
