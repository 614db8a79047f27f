/* SPDX-License-Identifier: MIT */
/*
 * http.h - one HTTP/1.1 connection of a server: bytes in, requests out, one at a time.
 *
 * A request is given out when it is whole, and the next one is not looked at before
 * it was answered; what arrives meanwhile is kept. Requests that break a limit or the
 * protocol are answered here, and their connection is over. A request may be answered by
 * making a WebSocket of the connection, which then only tells.
 *
 * https://www.rfc-editor.org/rfc/rfc9112 and protocol.md 341
 */
#ifndef CG_HTTP_H
#define CG_HTTP_H

#include "err.h"

enum {
  CG_HTTP_URL_MOST = 8 << 10,     /* bytes; 414 */
  CG_HTTP_HEADERS_MOST = 16 << 10, /* bytes of all header lines; 431 */
  CG_HTTP_HEADER_COUNT = 100,     /* 431 */
  CG_HTTP_BODY_MOST = 1 << 20,    /* bytes; 413 */
  CG_HTTP_PARAM_COUNT = 64,       /* 400 */
  CG_HTTP_SOCKET_MOST = 1 << 20   /* bytes that wait for who reads a WebSocket */
};

typedef struct cg_http cg_http;

typedef struct {
  const char *name, *value; /* decoded */
} cg_http_param;

/* All strings are NUL-terminated and live until the request is answered. */
typedef struct {
  const char *method; /* "GET" */
  const char *path;   /* decoded, begins with a slash */
  const cg_http_param *params; /* of the query, in its order */
  size_t param_count;
  /* Headers; NULL: not given. fetch_site is Sec-Fetch-Site, account_token
   * Centigram-Token. */
  const char *host, *origin, *authorization, *content_type, *fetch_site;
  const char *account_token, *idempotency_key;
  /* Sec-WebSocket-Key and -Version; ws_wanted: it asks for a WebSocket. */
  const char *ws_key, *ws_version;
  bool ws_wanted;
  cg_bytes body;
} cg_http_request;

/* The first parameter of that name, or NULL. */
const char *cg_http_get(const cg_http_request *rq, const char *name);

typedef struct {
  int status;
  const char *content_type; /* NULL: application/json */
  const char *headers;      /* further lines, each with its CRLF; NULL: none */
  cg_bytes body;            /* not sent in answer to HEAD */
} cg_http_answer;

/* NULL when memory is out. */
cg_http *cg_http_new(void);
void cg_http_free(cg_http *h); /* NULL is allowed */

/* Takes bytes that the client sent. */
void cg_http_feed(cg_http *h, cg_bytes in);

/* The request that waits for its answer, or NULL: there is none yet. */
const cg_http_request *cg_http_next(cg_http *h);

/* True if what was sent ahead has not been looked at, and may be now. */
bool cg_http_has_more(const cg_http *h);

/* Answers it. The answer to a request that asked to close, and any after too much was
 * sent ahead, ends the connection. */
void cg_http_reply(cg_http *h, const cg_http_answer *answer);

/* Answers it with the JSON object {"error": text}; `text` needs no escapes. */
void cg_http_refuse(cg_http *h, int status, const char *headers, const char *text);

/* Answers it with 101: a WebSocket. False, and not answered, if it asks for none, has no
 * proper key, too much was sent ahead, or memory is out. */
bool cg_http_upgrade(cg_http *h);
bool cg_http_is_socket(const cg_http *h);
/* Sends a text, which is UTF-8; sends a ping. Nothing happens if it is no WebSocket (any
 * more); one that CG_HTTP_SOCKET_MOST wait for is ended instead. */
void cg_http_text(cg_http *h, cg_bytes text);
void cg_http_ping(cg_http *h);

/* Ends the connection without what is left to be sent. */
void cg_http_abort(cg_http *h);

/* What is to be sent, valid until the next call; and that it was. */
cg_bytes cg_http_output(const cg_http *h);
void cg_http_sent(cg_http *h);

/* True when the connection is to be closed once the output is sent. */
bool cg_http_over(const cg_http *h);

#endif
