/* SPDX-License-Identifier: MIT */
/*
 * inbox.c - see inbox.h for the contract.
 *
 * A connection is in one of three lists: busy if it has output, waiting if requests
 * that were sent ahead may go on, else idle. It asks the server at most one thing at a
 * time; one whose client leaves before an answer that cannot be forgotten stays
 * behind, outside the lists, to take it.
 */
#include "inbox.h"

#include "clock.h"
#include "inbox_guard.h"
#include "mem.h"

#include <string.h>
#include <strings.h>

/* How long a connection may take for its next request, and how often to look. */
#define PATIENCE (60 * CG_SECOND)
#define LOOK_EVERY (10 * CG_SECOND)

enum { PHONE_MOST = 20, WAIT_DEFAULT = 30, WAIT_MOST = 3600 };

typedef struct link {
  struct link *prev, *next;
} link;

struct cg_inbox_conn {
  link link; /* the first member: a link leads to its connection */
  cg_inbox *inbox;
  void *stream;
  cg_http *http;
  uint64_t since;  /* when it began to wait for its next request */
  uint64_t ticket; /* of what it asks the server; 0: cannot be forgotten */
  bool asking, gone;
};

struct cg_inbox {
  cg_server *server;
  cg_inbox_guard guard;
  char host[256];
  link busy, waiting, idle;
  cg_inbox_conn *given; /* whose output the driver has */
  uint64_t look_at;
};

/* --- lists --------------------------------------------------------------------- */

static void unlink_conn(cg_inbox_conn *c) {
  c->link.prev->next = c->link.next;
  c->link.next->prev = c->link.prev;
}

static void append(link *list, cg_inbox_conn *c) {
  c->link.prev = list->prev;
  c->link.next = list;
  list->prev->next = &c->link;
  list->prev = &c->link;
}

static void move_to(link *list, cg_inbox_conn *c) {
  unlink_conn(c);
  append(list, c);
}

static void clear(link *list) {
  list->prev = list->next = list;
}

static bool is_empty(const link *list) {
  return list->next == list;
}

/* Moves all of `from` behind what `to` holds. */
static void splice(link *to, link *from) {
  if (is_empty(from)) return;
  to->prev->next = from->next;
  from->next->prev = to->prev;
  from->prev->next = to;
  to->prev = from->prev;
  clear(from);
}

static cg_inbox_conn *conn_of(link *l) {
  return (cg_inbox_conn *)l;
}

/* --- answers of the server ------------------------------------------------------ */

static void free_conn(cg_inbox_conn *c) {
  cg_http_free(c->http);
  cg_free(c);
}

static void on_answer(void *ctx, int status, cg_bytes json) {
  cg_inbox_conn *c = ctx;
  c->asking = false;
  c->ticket = 0;
  if (c->gone) {
    free_conn(c);
    return;
  }
  cg_http_reply(c->http, &(cg_http_answer){ .status = status, .body = json });
  move_to(&c->inbox->busy, c);
}

/* --- requests --------------------------------------------------------------------- */

/* The digits of a phone, which may come with blanks and signs. False, and refused, if
 * there is none or too many. `*out` is NULL if no phone was given. */
static bool read_phone(cg_inbox_conn *c, const cg_http_request *rq,
                       char digits[PHONE_MOST + 1], const char **out) {
  const char *text = cg_http_get(rq, "phone");
  size_t n = 0;
  *out = text ? digits : NULL;
  if (!text) return true;
  for (; *text; text++)
    if (*text >= '0' && *text <= '9' && n++ < PHONE_MOST) digits[n - 1] = *text;
  if (n > 0 && n <= PHONE_MOST) {
    digits[n] = 0;
    return true;
  }
  cg_http_refuse(c->http, 400, NULL, "phone must have 1 to 20 digits");
  return false;
}

/* Seconds to wait, or -1 and refused. */
static int read_timeout(cg_inbox_conn *c, const cg_http_request *rq) {
  const char *text = cg_http_get(rq, "timeout");
  int v = 0;
  if (!text) return WAIT_DEFAULT;
  if (!*text) v = WAIT_MOST + 1;
  for (; *text >= '0' && *text <= '9' && v <= WAIT_MOST; text++) v = v * 10 + *text - '0';
  if (!*text && v <= WAIT_MOST) return v;
  cg_http_refuse(c->http, 400, NULL, "timeout must be 0 to 3600 seconds");
  return -1;
}

static void ask_codes(cg_inbox_conn *c, const cg_http_request *rq, int wait_s,
                      uint64_t now_us) {
  char digits[PHONE_MOST + 1];
  const char *phone;
  if (!read_phone(c, rq, digits, &phone)) return;
  c->asking = true;
  uint64_t ticket =
      cg_server_codes(c->inbox->server, phone, wait_s, now_us, on_answer, c);
  if (c->asking) c->ticket = ticket;
}

static void get_codes(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  ask_codes(c, rq, 0, now_us);
}

static void get_codes_wait(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  int wait_s = read_timeout(c, rq);
  if (wait_s >= 0) ask_codes(c, rq, wait_s, now_us);
}

static void get_users(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  (void)rq, (void)now_us;
  c->asking = true;
  cg_server_users(c->inbox->server, on_answer, c);
}

static void post_users(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  c->asking = true;
  cg_server_user_add(c->inbox->server, rq->body, now_us, on_answer, c);
}

static void post_users_ban(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  c->asking = true;
  cg_server_user_ban(c->inbox->server, rq->body, now_us, on_answer, c);
}

static void post_clock(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  c->asking = true;
  cg_server_advance(c->inbox->server, rq->body, now_us, on_answer, c);
}

static void post_reset(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  (void)rq;
  c->asking = true;
  cg_server_reset(c->inbox->server, now_us, on_answer, c);
}

static void get_missing(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  (void)rq, (void)now_us;
  c->asking = true;
  cg_server_missing(c->inbox->server, on_answer, c);
}

static void get_healthz(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  (void)rq, (void)now_us;
  static const char json[] = "{\"ok\":true}";
  cg_http_reply(c->http, &(cg_http_answer){ .status = 200, .body = cg_bytes_of(json) });
}

typedef void handler(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us);

/* HEAD stands for GET where asking changes nothing: a code that was waited for is not
 * shown again. */
static const struct {
  const char *path;
  handler *get, *head, *post;
  const char *allow;
} routes[] = {
  { "/codes", get_codes, get_codes, NULL, "Allow: GET, HEAD\r\n" },
  { "/codes/wait", get_codes_wait, NULL, NULL, "Allow: GET\r\n" },
  { "/users", get_users, get_users, post_users, "Allow: GET, HEAD, POST\r\n" },
  { "/users/ban", NULL, NULL, post_users_ban, "Allow: POST\r\n" },
  { "/clock", NULL, NULL, post_clock, "Allow: POST\r\n" },
  { "/reset", NULL, NULL, post_reset, "Allow: POST\r\n" },
  { "/methods/missing", get_missing, get_missing, NULL, "Allow: GET, HEAD\r\n" },
  { "/healthz", get_healthz, get_healthz, NULL, "Allow: GET, HEAD\r\n" },
};

/* A page of another site can send a body only as a form or as plain text. */
static bool is_json(const cg_http_request *rq) {
  static const char json[] = "application/json";
  const char *type = rq->content_type;
  if (!type) return true;
  size_t len = strcspn(type, "; \t");
  return len == strlen(json) && !strncasecmp(type, json, len);
}

static void run_route(cg_inbox_conn *c, size_t i, const cg_http_request *rq,
                      uint64_t now_us) {
  handler *run = !strcmp(rq->method, "GET")    ? routes[i].get
                 : !strcmp(rq->method, "HEAD") ? routes[i].head
                 : !strcmp(rq->method, "POST") ? routes[i].post
                                               : NULL;
  if (!run) cg_http_refuse(c->http, 405, routes[i].allow, "not a method of this page");
  else if (run == routes[i].post && !is_json(rq))
    cg_http_refuse(c->http, 415, NULL, "the body must be application/json");
  else run(c, rq, now_us);
}

static void dispatch(cg_inbox_conn *c, const cg_http_request *rq, uint64_t now_us) {
  if (!cg_inbox_admit(&c->inbox->guard, rq, c->http)) return;
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
    if (!strcmp(routes[i].path, rq->path)) {
      run_route(c, i, rq, now_us);
      return;
    }
  cg_http_refuse(c->http, 404, NULL, "no such page");
}

/* Answers what can be answered. */
static void serve(cg_inbox_conn *c, uint64_t now_us) {
  const cg_http_request *rq;
  while (!c->asking && (rq = cg_http_next(c->http))) {
    c->since = now_us;
    dispatch(c, rq, now_us);
  }
  if (cg_http_output(c->http).len || cg_http_over(c->http)) move_to(&c->inbox->busy, c);
}

/* --- the inbox --------------------------------------------------------------------- */

/* Copies the name of a host without the brackets that an IPv6 address may have. */
static bool copy_host(const char *host, char *out, size_t size) {
  size_t len = strlen(host);
  if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
    host++;
    len -= 2;
  }
  if (len >= size) return false;
  memcpy(out, host, len);
  out[len] = 0;
  return true;
}

cg_err cg_inbox_new(cg_inbox **out, cg_server *server, const cg_inbox_options *options) {
  cg_inbox *inbox = cg_alloc(sizeof *inbox);
  if (!inbox) return CG_E_MEMORY;
  inbox->server = server;
  clear(&inbox->busy);
  clear(&inbox->waiting);
  clear(&inbox->idle);
  if (!copy_host(options->host, inbox->host, sizeof inbox->host)) {
    cg_free(inbox);
    return CG_E_LIMIT;
  }
  inbox->guard.host = inbox->host;
  if (options->private_profile || !cg_inbox_is_loopback(inbox->host))
    inbox->guard.token = cg_server_inbox_token(server);
  *out = inbox;
  return CG_OK;
}

void cg_inbox_free(cg_inbox *inbox) {
  if (!inbox) return;
  splice(&inbox->idle, &inbox->busy);
  splice(&inbox->idle, &inbox->waiting);
  while (!is_empty(&inbox->idle)) cg_inbox_gone(conn_of(inbox->idle.next));
  cg_free(inbox);
}

cg_inbox_conn *cg_inbox_open(cg_inbox *inbox, void *stream, uint64_t now_us) {
  cg_inbox_conn *c = cg_alloc(sizeof *c);
  cg_http *http = c ? cg_http_new() : NULL;
  if (!http) {
    cg_free(c);
    return NULL;
  }
  c->inbox = inbox;
  c->stream = stream;
  c->http = http;
  c->since = now_us;
  if (cg_inbox_deadline(inbox) == CG_NEVER) inbox->look_at = now_us + LOOK_EVERY;
  append(&inbox->idle, c);
  return c;
}

void cg_inbox_feed(cg_inbox_conn *c, cg_bytes in, uint64_t now_us) {
  if (!c) return;
  cg_http_feed(c->http, in);
  serve(c, now_us);
}

void cg_inbox_gone(cg_inbox_conn *c) {
  if (!c) return;
  if (c->inbox->given == c) c->inbox->given = NULL;
  unlink_conn(c);
  if (c->asking && c->ticket) {
    cg_server_forget(c->inbox->server, c->ticket);
    c->asking = false;
  }
  if (c->asking) c->gone = true;
  else free_conn(c);
}

uint64_t cg_inbox_deadline(const cg_inbox *inbox) {
  if (!is_empty(&inbox->waiting)) return 0;
  return is_empty(&inbox->busy) && is_empty(&inbox->idle) ? CG_NEVER : inbox->look_at;
}

static void end_slow(cg_inbox *inbox, uint64_t now_us) {
  for (link *l = inbox->idle.next, *next; l != &inbox->idle; l = next) {
    cg_inbox_conn *c = conn_of(l);
    next = l->next;
    if (c->asking || now_us - c->since < PATIENCE) continue;
    cg_http_abort(c->http);
    move_to(&inbox->busy, c);
  }
  inbox->look_at = now_us + LOOK_EVERY;
}

void cg_inbox_tick(cg_inbox *inbox, uint64_t now_us) {
  link work;
  clear(&work);
  splice(&work, &inbox->busy); /* they were answered since: their time starts anew */
  splice(&work, &inbox->waiting);
  while (!is_empty(&work)) {
    cg_inbox_conn *c = conn_of(work.next);
    c->since = now_us;
    move_to(&inbox->idle, c);
    serve(c, now_us);
  }
  if (now_us >= inbox->look_at) end_slow(inbox, now_us);
}

void cg_inbox_drop(cg_inbox *inbox) {
  for (link *l = inbox->busy.next; l != &inbox->busy; l = l->next)
    cg_http_abort(conn_of(l)->http);
}

bool cg_inbox_next(cg_inbox *inbox, cg_inbox_output *out) {
  if (inbox->given) cg_http_sent(inbox->given->http);
  inbox->given = NULL;
  if (is_empty(&inbox->busy)) return false;
  cg_inbox_conn *c = conn_of(inbox->busy.next);
  move_to(cg_http_has_more(c->http) ? &inbox->waiting : &inbox->idle, c);
  inbox->given = c;
  *out = (cg_inbox_output){ c->stream, cg_http_output(c->http), cg_http_over(c->http) };
  return true;
}
