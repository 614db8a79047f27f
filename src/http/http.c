/* SPDX-License-Identifier: MIT */
/*
 * http.c - see http.h for the contract; http_parser finds the parts of a message.
 *
 * The parser is paused at the end of each request. A callback that refuses a request
 * leaves the status behind, and the parser then stops by itself.
 */
#include "http.h"

#include "buf.h"
#include "mem.h"
#include "url.h"
#include "ws.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <http_parser.h>

/* Bytes that may be sent ahead of an answer. */
enum { AHEAD_MOST = CG_HTTP_BODY_MOST + (64 << 10) };

typedef enum {
  HOST, ORIGIN, AUTHORIZATION, CONTENT_TYPE, EXPECT, FETCH_SITE, ACCOUNT_TOKEN,
  IDEMPOTENCY_KEY, TRANSFER_ENCODING, UPGRADE, WS_KEY, WS_VERSION, WANTED, OTHER
} header;

static const char *const names[WANTED] = {
  "host", "origin", "authorization", "content-type", "expect", "sec-fetch-site",
  "centigram-token", "idempotency-key", "transfer-encoding", "upgrade",
  "sec-websocket-key", "sec-websocket-version"
};

struct cg_http {
  http_parser parser;
  enum { READING, ASKING, SOCKET, OVER } state;
  cg_buf ahead;   /* what was sent behind the request that is being answered */
  size_t ahead_at;
  cg_buf out;
  cg_buf head;    /* the target and the wanted header values, each with a NUL */
  cg_buf body;
  cg_arena *arena; /* of the request; NULL until there is one */
  cg_http_request request;
  cg_ws *ws; /* SOCKET: writes into `out`; else NULL */
  bool keep_alive, too_much;
  int refused;     /* status that a callback refuses the request with; 0: none */
  /* The header that is being read. */
  char name[24];
  size_t name_len;
  bool in_value, in_trailer;
  header current;
  size_t at[WANTED]; /* where in `head` the values are; 0: not given */
  size_t header_count, header_bytes;
};

/* --- answers --------------------------------------------------------------------- */

static const struct {
  int status;
  const char *text;
} reasons[] = {
  { 101, "Switching Protocols" },
  { 200, "OK" },
  { 201, "Created" },
  { 202, "Accepted" },
  { 204, "No Content" },
  { 400, "Bad Request" },
  { 401, "Unauthorized" },
  { 403, "Forbidden" },
  { 404, "Not Found" },
  { 405, "Method Not Allowed" },
  { 406, "Not Acceptable" },
  { 408, "Request Timeout" },
  { 409, "Conflict" },
  { 413, "Content Too Large" },
  { 414, "URI Too Long" },
  { 415, "Unsupported Media Type" },
  { 417, "Expectation Failed" },
  { 420, "Flood Wait" },
  { 421, "Misdirected Request" },
  { 422, "Unprocessable Content" },
  { 426, "Upgrade Required" },
  { 429, "Too Many Requests" },
  { 431, "Request Header Fields Too Large" },
  { 500, "Internal Server Error" },
  { 501, "Not Implemented" },
  { 502, "Bad Gateway" },
  { 503, "Service Unavailable" },
  { 504, "Gateway Timeout" },
  { 505, "HTTP Version Not Supported" },
};

static const char *reason_of(int status) {
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].status == status) return reasons[i].text;
  return "";
}

static void write_answer(cg_http *h, const cg_http_answer *answer, bool keep_alive) {
  char line[128];
  snprintf(line, sizeof line, "HTTP/1.1 %d %s\r\nContent-Type: ", answer->status,
           reason_of(answer->status));
  cg_buf_text(&h->out, line);
  cg_buf_text(&h->out, answer->content_type ? answer->content_type : "application/json");
  snprintf(line, sizeof line, "\r\nContent-Length: %zu\r\n", answer->body.len);
  cg_buf_text(&h->out, line);
  cg_buf_text(&h->out, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
  if (answer->headers) cg_buf_text(&h->out, answer->headers);
  if (!keep_alive) cg_buf_text(&h->out, "Connection: close\r\n");
  else if (h->parser.http_minor == 0) cg_buf_text(&h->out, "Connection: keep-alive\r\n");
  cg_buf_text(&h->out, "\r\n");
  if (h->parser.method != HTTP_HEAD) cg_buf_bytes(&h->out, answer->body);
}

/* Makes ready for the next request; what the last one held may be secret. */
static void forget_request(cg_http *h) {
  cg_buf_wipe(&h->head);
  cg_buf_wipe(&h->body);
  cg_arena_free(h->arena);
  h->arena = NULL;
  h->request = (cg_http_request){ 0 };
}

static void end(cg_http *h) {
  h->state = OVER;
  cg_buf_wipe(&h->ahead);
  forget_request(h);
  cg_ws_free(h->ws);
  h->ws = NULL;
}

void cg_http_reply(cg_http *h, const cg_http_answer *answer) {
  if (h->state != ASKING) return;
  bool keep = h->keep_alive && !h->too_much;
  write_answer(h, answer, keep);
  if (!keep) {
    end(h);
    return;
  }
  forget_request(h);
  h->state = READING;
  http_parser_pause(&h->parser, 0);
}

static cg_http_answer error_answer(int status, const char *headers, const char *text,
                                   char json[200]) {
  int len = snprintf(json, 200, "{\"error\":\"%.180s\"}", text);
  return (cg_http_answer){ .status = status, .headers = headers,
                           .body = { (const uint8_t *)json, (size_t)len } };
}

void cg_http_refuse(cg_http *h, int status, const char *headers, const char *text) {
  char json[200];
  cg_http_answer answer = error_answer(status, headers, text, json);
  cg_http_reply(h, &answer);
}

/* Answers a request that cannot be read to its end. */
static void fail(cg_http *h, int status) {
  char json[200];
  const char *text = status == 400 ? "not a proper HTTP request" : reason_of(status);
  cg_http_answer answer = error_answer(status, NULL, text, json);
  write_answer(h, &answer, false);
  end(h);
}

/* --- callbacks of the parser ------------------------------------------------------ */

static int refuse(cg_http *h, int status) {
  if (!h->refused) h->refused = status;
  return -1;
}

static int on_begin(http_parser *p) {
  cg_http *h = p->data;
  h->refused = 0;
  h->in_value = h->in_trailer = false;
  h->current = OTHER;
  h->name_len = h->header_count = h->header_bytes = 0;
  memset(h->at, 0, sizeof h->at);
  return 0;
}

static int on_url(http_parser *p, const char *at, size_t len) {
  cg_http *h = p->data;
  if (h->head.len + len > CG_HTTP_URL_MOST) return refuse(h, 414);
  cg_buf_put(&h->head, at, len);
  return 0;
}

static bool count_header(cg_http *h, size_t bytes, bool starts) {
  h->header_count += starts;
  h->header_bytes += bytes + (starts ? strlen(": \r\n") : 0);
  return h->header_count <= CG_HTTP_HEADER_COUNT &&
         h->header_bytes <= CG_HTTP_HEADERS_MOST;
}

static int on_field(http_parser *p, const char *at, size_t len) {
  cg_http *h = p->data;
  bool starts = h->in_value || h->name_len == 0;
  if (!count_header(h, len, starts)) return refuse(h, 431);
  if (memchr(at, ' ', len)) return refuse(h, 400); /* others may read another name */
  if (starts) h->name_len = 0;
  h->in_value = false;
  for (size_t i = 0; i < len; i++, h->name_len++)
    if (h->name_len < sizeof h->name) h->name[h->name_len] = at[i];
  return 0;
}

static header header_of(const cg_http *h) {
  for (header i = 0; i < WANTED; i++)
    if (strlen(names[i]) == h->name_len && !strncasecmp(names[i], h->name, h->name_len))
      return i;
  return OTHER;
}

/* Ends the text that stands last in `head`, without blanks behind a value. */
static void end_text(cg_http *h) {
  size_t from = h->current == OTHER ? h->head.len : h->at[h->current];
  while (h->head.len > from && strchr(" \t", h->head.at[h->head.len - 1])) h->head.len--;
  cg_buf_put(&h->head, "", 1);
  h->current = OTHER;
}

/* Trailers may not say what headers must. */
static int begin_value(cg_http *h) {
  h->in_value = true;
  end_text(h);
  header now = h->in_trailer ? OTHER : header_of(h);
  if (now == OTHER) return 0;
  if (h->at[now]) return refuse(h, 400);
  h->current = now;
  h->at[now] = h->head.len;
  return 0;
}

static int on_value(http_parser *p, const char *at, size_t len) {
  cg_http *h = p->data;
  if (!count_header(h, len, false)) return refuse(h, 431);
  if (!h->in_value && begin_value(h)) return -1;
  if (h->current != OTHER) cg_buf_put(&h->head, at, len);
  return 0;
}

/* The text of a header; valid once `head` has its last NUL. */
static const char *value_of(const cg_http *h, header i) {
  return h->at[i] ? (const char *)h->head.at + h->at[i] : NULL;
}

static int expect(cg_http *h) {
  const char *what = value_of(h, EXPECT);
  if (!what || h->parser.http_minor == 0) return 0;
  if (strcasecmp(what, "100-continue")) return refuse(h, 417);
  cg_buf_text(&h->out, "HTTP/1.1 100 Continue\r\n\r\n");
  return 0;
}

/* The parser takes "gzip, chunked", too, and any coding of HTTP/1.0, which has none. */
static bool coding_is_right(const cg_http *h) {
  const char *coding = value_of(h, TRANSFER_ENCODING);
  return !coding || (!strcasecmp(coding, "chunked") && h->parser.http_minor == 1);
}

static int on_headers_complete(http_parser *p) {
  cg_http *h = p->data;
  h->in_trailer = true;
  h->name_len = 0;
  end_text(h);
  if (h->head.err) return refuse(h, 503);
  if (p->http_major != 1 || p->http_minor > 1) return refuse(h, 505);
  if (!h->at[HOST]) return refuse(h, 400);
  if (!coding_is_right(h)) return refuse(h, 400);
  if ((p->flags & F_CONTENTLENGTH) && p->content_length > CG_HTTP_BODY_MOST)
    return refuse(h, 413);
  return expect(h);
}

static int on_body(http_parser *p, const char *at, size_t len) {
  cg_http *h = p->data;
  if (len > CG_HTTP_BODY_MOST - h->body.len) return refuse(h, 413);
  cg_buf_put(&h->body, at, len);
  return h->body.err ? refuse(h, 503) : 0;
}

static bool asks_for_socket(const cg_http *h) {
  const http_parser *p = &h->parser;
  return p->upgrade && p->method == HTTP_GET && p->http_minor == 1 && h->at[UPGRADE] &&
         !strcasecmp(value_of(h, UPGRADE), "websocket");
}

static int on_complete(http_parser *p) {
  cg_http *h = p->data;
  h->request = (cg_http_request){
    .method = http_method_str((enum http_method)p->method),
    .host = value_of(h, HOST),
    .origin = value_of(h, ORIGIN),
    .authorization = value_of(h, AUTHORIZATION),
    .content_type = value_of(h, CONTENT_TYPE),
    .fetch_site = value_of(h, FETCH_SITE),
    .account_token = value_of(h, ACCOUNT_TOKEN),
    .idempotency_key = value_of(h, IDEMPOTENCY_KEY),
    .ws_key = value_of(h, WS_KEY),
    .ws_version = value_of(h, WS_VERSION),
    .ws_wanted = asks_for_socket(h),
    .body = cg_buf_view(&h->body),
  };
  h->arena = cg_arena_new(0);
  if (!h->arena) return refuse(h, 503);
  cg_err err = cg_url_parse((const char *)h->head.at, h->arena, &h->request);
  if (err) return refuse(h, err == CG_E_MEMORY ? 503 : 400);
  h->keep_alive = http_should_keep_alive(p);
  h->state = ASKING;
  http_parser_pause(p, 1);
  return 0;
}

static const http_parser_settings settings = {
  .on_message_begin = on_begin,
  .on_url = on_url,
  .on_header_field = on_field,
  .on_header_value = on_value,
  .on_headers_complete = on_headers_complete,
  .on_body = on_body,
  .on_message_complete = on_complete,
};

/* --- the connection --------------------------------------------------------------- */

cg_http *cg_http_new(void) {
  cg_http *h = cg_alloc(sizeof *h);
  if (!h) return NULL;
  http_parser_init(&h->parser, HTTP_REQUEST);
  h->parser.data = h;
  return h;
}

void cg_http_free(cg_http *h) {
  if (!h) return;
  end(h);
  cg_buf_wipe(&h->out);
  cg_free(h);
}

/* Parses up to the end of a request; gives how many bytes that took. */
static size_t parse(cg_http *h, cg_bytes in) {
  size_t used = http_parser_execute(&h->parser, &settings, (const char *)in.at, in.len);
  enum http_errno err = HTTP_PARSER_ERRNO(&h->parser);
  if (err != HPE_OK && err != HPE_PAUSED) fail(h, h->refused ? h->refused : 400);
  return used;
}

static void keep(cg_http *h, cg_bytes in) {
  if (in.len > AHEAD_MOST - (h->ahead.len - h->ahead_at)) h->too_much = true;
  if (h->too_much) return;
  cg_buf_bytes(&h->ahead, in);
  if (h->ahead.err) h->too_much = true;
}

/* A reader that lets this much wait is not waited for. */
static void check_socket(cg_http *h) {
  if (h->out.len > CG_HTTP_SOCKET_MOST)
    cg_http_abort(h);
  else if (cg_ws_over(h->ws))
    end(h);
}

void cg_http_feed(cg_http *h, cg_bytes in) {
  if (h->state == SOCKET) {
    cg_ws_feed(h->ws, in);
    check_socket(h);
    return;
  }
  if (h->state == READING && !h->ahead.len && in.len) {
    size_t used = parse(h, in);
    in = (cg_bytes){ in.at + used, in.len - used };
  }
  if (h->state != OVER && in.len) keep(h, in);
}

bool cg_http_has_more(const cg_http *h) {
  return h->state == READING && h->ahead.len;
}

const cg_http_request *cg_http_next(cg_http *h) {
  if (cg_http_has_more(h)) {
    h->ahead_at += parse(h, (cg_bytes){ h->ahead.at + h->ahead_at,
                                        h->ahead.len - h->ahead_at });
    if (h->ahead_at >= h->ahead.len) {
      cg_buf_wipe(&h->ahead);
      h->ahead_at = 0;
    }
  }
  if (h->state == READING && h->too_much) fail(h, 413);
  return h->state == ASKING ? &h->request : NULL;
}

/* --- WebSockets ------------------------------------------------------------------- */

bool cg_http_upgrade(cg_http *h) {
  char accept[CG_WS_ACCEPT_SIZE], text[160];
  const char *key = h->request.ws_key;
  if (h->state != ASKING || !h->request.ws_wanted || h->too_much || !key ||
      !cg_ws_accept(key, accept))
    return false;
  h->ws = cg_ws_new(&h->out);
  if (!h->ws) return false;
  snprintf(text, sizeof text,
           "HTTP/1.1 101 %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: %s\r\n\r\n",
           reason_of(101), accept);
  cg_buf_text(&h->out, text);
  cg_buf ahead = h->ahead;
  h->ahead = (cg_buf){ 0 };
  forget_request(h);
  h->state = SOCKET;
  if (ahead.len > h->ahead_at)
    cg_http_feed(h, (cg_bytes){ ahead.at + h->ahead_at, ahead.len - h->ahead_at });
  cg_buf_wipe(&ahead);
  return true;
}

bool cg_http_is_socket(const cg_http *h) {
  return h->state == SOCKET;
}

void cg_http_text(cg_http *h, cg_bytes text) {
  if (h->state != SOCKET) return;
  cg_ws_text(h->ws, text);
  check_socket(h);
}

void cg_http_ping(cg_http *h) {
  if (h->state != SOCKET) return;
  cg_ws_ping(h->ws);
  check_socket(h);
}

/* --- the end ---------------------------------------------------------------------- */

void cg_http_abort(cg_http *h) {
  cg_buf_wipe(&h->out);
  end(h);
}

cg_bytes cg_http_output(const cg_http *h) {
  return h->out.err ? (cg_bytes){ 0 } : cg_buf_view(&h->out);
}

void cg_http_sent(cg_http *h) {
  cg_err err = h->out.err;
  cg_buf_wipe(&h->out);
  h->out.err = err; /* part of an answer is missing */
}

bool cg_http_over(const cg_http *h) {
  return h->state == OVER || h->out.err;
}

const char *cg_http_get(const cg_http_request *rq, const char *name) {
  for (size_t i = 0; i < rq->param_count; i++)
    if (!strcmp(rq->params[i].name, name)) return rq->params[i].value;
  return NULL;
}
