/* SPDX-License-Identifier: MIT */
/* bot.h - tokens of bots: "ID:" and 35 characters (login.md 4.8). */
#ifndef CG_SERVER_BOT_H
#define CG_SERVER_BOT_H

#include "store.h"

/* The account that a token names. False: it has not the form of one. */
bool cg_bot_token_id(cg_bytes token, int64_t *id);

/* The row that the store keeps for a token, of which it has the SHA-256 only. MALFORMED,
 * CRYPTO. */
CG_MUST_USE cg_err cg_bot_token_row(cg_bytes token, cg_store_token *out);

#endif
