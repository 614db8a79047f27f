/* SPDX-License-Identifier: MIT */
/*
 * ws.h - the server's end of a WebSocket that only tells: bytes in, bytes out. What the
 * client says is read over; its pings and its close are answered.
 *
 * wslay, which makes the frames, has no handshake: that is http.c's.
 * https://www.rfc-editor.org/rfc/rfc6455
 */
#ifndef CG_WS_H
#define CG_WS_H

#include "buf.h"

enum {
  CG_WS_ACCEPT_SIZE = 29,       /* with the NUL */
  CG_WS_MESSAGE_MOST = 64 << 10 /* bytes that a client may say at a time; else 1009 */
};

typedef struct cg_ws cg_ws;

/* The Sec-WebSocket-Accept that answers `key`. False if that is none (4.1: 16 bytes in
 * base64), or for want of crypto. */
bool cg_ws_accept(const char *key, char out[CG_WS_ACCEPT_SIZE]);

/* What is to be sent is appended to `out`, which must outlive it. NULL when memory is
 * out. */
cg_ws *cg_ws_new(cg_buf *out);
void cg_ws_free(cg_ws *ws); /* NULL is allowed */

/* Takes bytes that the client sent. */
void cg_ws_feed(cg_ws *ws, cg_bytes in);
/* Sends a text, which is UTF-8; sends a ping. Nothing is sent after a close. */
void cg_ws_text(cg_ws *ws, cg_bytes text);
void cg_ws_ping(cg_ws *ws);

/* True once both sides closed, or it broke: the connection is to be closed. */
bool cg_ws_over(const cg_ws *ws);

#endif
