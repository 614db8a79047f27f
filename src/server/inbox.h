/* SPDX-License-Identifier: MIT */
/* inbox.h - what the files of the inbox share. */
#ifndef CG_SERVER_INBOX_H
#define CG_SERVER_INBOX_H

#include "core.h"

/* Answers with the JSON text in `b`, and empties it. */
void cg_inbox_say(cg_buf *b, cg_server_answer *answer, void *ctx, int status);

/* Answers {"error":why}. */
void cg_inbox_refuse(cg_server_answer *answer, void *ctx, int status, const char *why);

#endif
