/* SPDX-License-Identifier: MIT */
/*
 * hub.h - the connections of an HTTP server: each asks one thing at a time, is dropped
 * when it is slow, and gives its answers to the driver.
 *
 * A connection is in one of three lists: busy if it has output, waiting if requests
 * that were sent ahead may go on, else idle. One whose client leaves before an answer
 * that cannot be called off stays behind, outside the lists, to take it.
 */
#ifndef CG_HUB_H
#define CG_HUB_H

#include "http.h"

typedef struct cg_hub cg_hub;
typedef struct cg_hub_conn cg_hub_conn;

typedef struct {
  /* A request came. Answers it at once through cg_hub_http(), or calls cg_hub_ask(). */
  void (*request)(void *ctx, cg_hub_conn *conn, const cg_http_request *rq,
                  uint64_t now_us);
  /* The client of `conn`, which asked, is gone: true if no answer will come any more,
   * false if cg_hub_answer() will be called all the same. */
  bool (*leave)(void *ctx, cg_hub_conn *conn);
  void *ctx;
  size_t most; /* connections at a time; 0: no limit */
} cg_hub_options;

/* NULL when memory is out. */
cg_hub *cg_hub_new(const cg_hub_options *options);
/* Ends all connections, as cg_hub_gone() does. NULL is allowed. */
void cg_hub_free(cg_hub *hub);

/* --- for the driver -------------------------------------------------------------- */

/* A new connection; NULL when memory is out or there are too many: close it. Feeding
 * NULL does nothing. */
cg_hub_conn *cg_hub_open(cg_hub *hub, void *stream, uint64_t now_us);
void cg_hub_feed(cg_hub_conn *conn, cg_bytes in, uint64_t now_us);
void cg_hub_gone(cg_hub_conn *conn);

/* Goes on with requests that were sent ahead, and ends connections that have said
 * nothing whole for a minute; a WebSocket that is pinged, nothing at all. To be called in
 * every turn of the loop, and at cg_hub_deadline() (UINT64_MAX: never). */
void cg_hub_tick(cg_hub *hub, uint64_t now_us);
uint64_t cg_hub_deadline(const cg_hub *hub);

/* What is to be sent must not leave; its connections are closed. */
void cg_hub_drop(cg_hub *hub);

typedef struct {
  void *stream;
  cg_bytes bytes; /* to be sent; valid until the next call on the hub */
  bool close;     /* close once the bytes are sent */
} cg_hub_output;
bool cg_hub_next(cg_hub *hub, cg_hub_output *out);

size_t cg_hub_count(const cg_hub *hub); /* connections that are open */

/* --- for the one who answers ------------------------------------------------------- */

/* Where a request is answered at once. */
cg_http *cg_hub_http(cg_hub_conn *conn);

/* The answer comes later, by cg_hub_answer(). */
void cg_hub_ask(cg_hub_conn *conn);
bool cg_hub_is_asking(const cg_hub_conn *conn);
/* Gives that answer. The connection may be gone afterwards. */
void cg_hub_answer(cg_hub_conn *conn, const cg_http_answer *answer);

/* Makes a WebSocket of a connection instead of an answer, as cg_http_upgrade(). It counts
 * as one that asks until `leave`, which answers true. */
bool cg_hub_upgrade(cg_hub_conn *conn);
void cg_hub_text(cg_hub_conn *conn, cg_bytes text);
void cg_hub_ping(cg_hub_conn *conn);
/* Closes it at once; `leave` follows when the driver has done so. */
void cg_hub_abort(cg_hub_conn *conn);

/* A number and a pointer that belong to what is asked; zero after the answer. */
void cg_hub_note(cg_hub_conn *conn, uint64_t number, void *what);
uint64_t cg_hub_number(const cg_hub_conn *conn);
void *cg_hub_what(const cg_hub_conn *conn);

#endif
