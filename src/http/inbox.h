/* SPDX-License-Identifier: MIT */
/*
 * inbox.h - the HTTP side of a local server: codes, accounts, the clock.
 *
 * Bytes of connections go in, bytes come out. The driver, for each turn of the loop:
 *
 *   opened: return cg_inbox_open(inbox, stream);
 *   data:   cg_inbox_feed(conn, in, now_us);
 *   closed: cg_inbox_gone(conn);
 *   turn:   cg_inbox_tick(inbox, now_us);
 *           if (cg_server_turn(server, now_us)) cg_inbox_drop(inbox);
 *           while (cg_inbox_next(inbox, &out)) {
 *             cg_stream_write(out.stream, out.bytes);
 *             if (out.close) cg_stream_close_after(out.stream);
 *           }
 *
 * so that no answer leaves before what it tells is durable.
 */
#ifndef CG_INBOX_H
#define CG_INBOX_H

#include "hub.h"

#include <centigram/server.h>

typedef struct cg_inbox cg_inbox;
typedef cg_hub_conn cg_inbox_conn;

typedef struct {
  const char *host; /* that it listens on, without the port ("::1", "[::1]"); copied */
  bool private_profile;
  uint64_t (*memory)(void); /* resident bytes of the process; NULL: not known */
} cg_inbox_options;

/* Requests need the server's inbox token, except in profile test on a loopback
 * address. `server` must outlive the inbox. MEMORY. */
cg_err cg_inbox_new(cg_inbox **out, cg_server *server, const cg_inbox_options *options);
void cg_inbox_free(cg_inbox *inbox); /* NULL is allowed */

/* A new connection; NULL when memory is out: close it. Feeding NULL does nothing. */
cg_inbox_conn *cg_inbox_open(cg_inbox *inbox, void *stream, uint64_t now_us);
void cg_inbox_feed(cg_inbox_conn *conn, cg_bytes in, uint64_t now_us);
void cg_inbox_gone(cg_inbox_conn *conn);

/* Goes on with requests that were sent ahead, and ends connections that have said
 * nothing whole for a minute. To be called before every cg_server_turn(), and at
 * cg_inbox_deadline() (UINT64_MAX: never). */
void cg_inbox_tick(cg_inbox *inbox, uint64_t now_us);
uint64_t cg_inbox_deadline(const cg_inbox *inbox);

/* The turn failed: its answers must not leave; their connections are closed. */
void cg_inbox_drop(cg_inbox *inbox);

typedef cg_hub_output cg_inbox_output;
bool cg_inbox_next(cg_inbox *inbox, cg_inbox_output *out);

#endif
