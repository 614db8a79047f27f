/* SPDX-License-Identifier: MIT */
/* hub.c - see hub.h for the contract. */
#include "hub.h"

#include "clock.h"
#include "mem.h"

/* How long a connection may take for its next request, and how often to look. */
#define PATIENCE   (60 * CG_SECOND)
#define LOOK_EVERY (10 * CG_SECOND)

/* A connection with more output than this gets the rest of its answers next turn. */
enum { OUTPUT_MOST = 256 << 10 };

typedef struct link {
  struct link *prev, *next;
} link;

struct cg_hub_conn {
  link link; /* the first member: a link leads to its connection */
  cg_hub *hub;
  void *stream;
  cg_http *http;
  uint64_t since; /* when it began to wait for its next request; a socket: heard of */
  uint64_t number;
  void *what;
  bool asking, gone;
};

struct cg_hub {
  cg_hub_options options;
  link busy, waiting, idle;
  cg_hub_conn *given; /* whose output the driver has */
  uint64_t look_at;
  size_t count;
};

/* --- lists --------------------------------------------------------------------- */

static void unlink_conn(cg_hub_conn *c) {
  c->link.prev->next = c->link.next;
  c->link.next->prev = c->link.prev;
}

static void append(link *list, cg_hub_conn *c) {
  c->link.prev = list->prev;
  c->link.next = list;
  list->prev->next = &c->link;
  list->prev = &c->link;
}

static void move_to(link *list, cg_hub_conn *c) {
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

static cg_hub_conn *conn_of(link *l) {
  return (cg_hub_conn *)l;
}

/* --- requests and answers -------------------------------------------------------- */

static void free_conn(cg_hub_conn *c) {
  cg_http_free(c->http);
  cg_free(c);
}

cg_http *cg_hub_http(cg_hub_conn *c) {
  return c->http;
}

void cg_hub_ask(cg_hub_conn *c) {
  c->asking = true;
}

bool cg_hub_is_asking(const cg_hub_conn *c) {
  return c->asking;
}

void cg_hub_answer(cg_hub_conn *c, const cg_http_answer *answer) {
  c->asking = false;
  c->number = 0;
  c->what = NULL;
  if (c->gone) {
    free_conn(c);
    return;
  }
  cg_http_reply(c->http, answer);
  move_to(&c->hub->busy, c);
}

bool cg_hub_upgrade(cg_hub_conn *c) {
  if (!cg_http_upgrade(c->http)) return false;
  c->asking = true;
  move_to(&c->hub->busy, c);
  return true;
}

void cg_hub_text(cg_hub_conn *c, cg_bytes text) {
  cg_http_text(c->http, text);
  move_to(&c->hub->busy, c);
}

void cg_hub_ping(cg_hub_conn *c) {
  cg_http_ping(c->http);
  move_to(&c->hub->busy, c);
}

void cg_hub_abort(cg_hub_conn *c) {
  cg_http_abort(c->http);
  move_to(&c->hub->busy, c);
}

void cg_hub_note(cg_hub_conn *c, uint64_t number, void *what) {
  c->number = number;
  c->what = what;
}

uint64_t cg_hub_number(const cg_hub_conn *c) {
  return c->number;
}

void *cg_hub_what(const cg_hub_conn *c) {
  return c->what;
}

/* Answers what can be answered. */
static void serve(cg_hub_conn *c, uint64_t now_us) {
  const cg_http_request *rq;
  while (!c->asking && cg_http_output(c->http).len <= OUTPUT_MOST &&
         (rq = cg_http_next(c->http))) {
    c->since = now_us;
    c->hub->options.request(c->hub->options.ctx, c, rq, now_us);
  }
  if (cg_http_output(c->http).len || cg_http_over(c->http)) move_to(&c->hub->busy, c);
}

/* --- the hub ----------------------------------------------------------------------- */

cg_hub *cg_hub_new(const cg_hub_options *options) {
  cg_hub *hub = cg_alloc(sizeof *hub);
  if (!hub) return NULL;
  hub->options = *options;
  clear(&hub->busy);
  clear(&hub->waiting);
  clear(&hub->idle);
  return hub;
}

void cg_hub_free(cg_hub *hub) {
  if (!hub) return;
  splice(&hub->idle, &hub->busy);
  splice(&hub->idle, &hub->waiting);
  while (!is_empty(&hub->idle)) cg_hub_gone(conn_of(hub->idle.next));
  cg_free(hub);
}

size_t cg_hub_count(const cg_hub *hub) {
  return hub->count;
}

cg_hub_conn *cg_hub_open(cg_hub *hub, void *stream, uint64_t now_us) {
  if (hub->options.most && hub->count >= hub->options.most) return NULL;
  cg_hub_conn *c = cg_alloc(sizeof *c);
  cg_http *http = c ? cg_http_new() : NULL;
  if (!http) {
    cg_free(c);
    return NULL;
  }
  c->hub = hub;
  c->stream = stream;
  c->http = http;
  c->since = now_us;
  if (cg_hub_deadline(hub) == CG_NEVER) hub->look_at = now_us + LOOK_EVERY;
  append(&hub->idle, c);
  hub->count++;
  return c;
}

void cg_hub_feed(cg_hub_conn *c, cg_bytes in, uint64_t now_us) {
  if (!c) return;
  cg_http_feed(c->http, in);
  if (cg_http_is_socket(c->http)) c->since = now_us;
  serve(c, now_us);
}

void cg_hub_gone(cg_hub_conn *c) {
  if (!c) return;
  cg_hub *hub = c->hub;
  if (hub->given == c) hub->given = NULL;
  hub->count--;
  unlink_conn(c);
  if (c->asking && hub->options.leave(hub->options.ctx, c)) c->asking = false;
  if (c->asking)
    c->gone = true;
  else
    free_conn(c);
}

uint64_t cg_hub_deadline(const cg_hub *hub) {
  if (!is_empty(&hub->waiting)) return 0;
  return is_empty(&hub->busy) && is_empty(&hub->idle) ? CG_NEVER : hub->look_at;
}

static void end_slow(cg_hub *hub, uint64_t now_us) {
  for (link *l = hub->idle.next, *next; l != &hub->idle; l = next) {
    cg_hub_conn *c = conn_of(l);
    next = l->next;
    if (c->asking || now_us - c->since < PATIENCE) continue;
    cg_http_abort(c->http);
    move_to(&hub->busy, c);
  }
  hub->look_at = now_us + LOOK_EVERY;
}

void cg_hub_tick(cg_hub *hub, uint64_t now_us) {
  link work;
  clear(&work);
  splice(&work, &hub->busy); /* they were answered since: their time starts anew */
  splice(&work, &hub->waiting);
  while (!is_empty(&work)) {
    cg_hub_conn *c = conn_of(work.next);
    if (!cg_http_is_socket(c->http))
      c->since = now_us;
    else if (now_us - c->since >= PATIENCE)
      cg_http_abort(c->http); /* not even a pong came */
    move_to(&hub->idle, c);
    serve(c, now_us);
  }
  if (now_us >= hub->look_at) end_slow(hub, now_us);
}

void cg_hub_drop(cg_hub *hub) {
  for (link *l = hub->busy.next; l != &hub->busy; l = l->next)
    cg_http_abort(conn_of(l)->http);
}

bool cg_hub_next(cg_hub *hub, cg_hub_output *out) {
  if (hub->given) cg_http_sent(hub->given->http);
  hub->given = NULL;
  if (is_empty(&hub->busy)) return false;
  cg_hub_conn *c = conn_of(hub->busy.next);
  move_to(cg_http_has_more(c->http) ? &hub->waiting : &hub->idle, c);
  hub->given = c;
  *out = (cg_hub_output){ c->stream, cg_http_output(c->http), cg_http_over(c->http) };
  return true;
}
