/* SPDX-License-Identifier: MIT */
/* hub.c - see hub.h for the contract. */
#include "hub.h"

#include "client.h"
#include "logs.h"
#include "mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct order {
  struct order *next;
  int client;
  bool ends; /* the client; nobody listens any more */
  size_t len;
  char text[];
} order;

static struct {
  pthread_mutex_t lock;
  pthread_cond_t arrived;
  bool ready;    /* `arrived` is made */
  cg_loop *loop; /* NULL: the thread does not run */
  order *orders, **orders_end;
  cg_td_event *events, **events_end;
  size_t event_count, owed;
  bool *own_queue; /* by client number - 1 */
  int client_count, client_cap;
  /* the loop thread's own */
  cg_td_client **clients; /* by number - 1; NULL: new, or over */
  bool *over;
  int known;
  cg_td_client *finishing;
} hub = { .lock = PTHREAD_MUTEX_INITIALIZER,
          .orders_end = &hub.orders,
          .events_end = &hub.events };

cg_td_event *cg_td_event_new(size_t cap) {
  cg_td_event *e = cg_alloc(sizeof *e + cap + 1);
  if (e) e->cap = cap;
  return e;
}

void cg_td_event_free(cg_td_event *e) {
  if (!e) return;
  explicit_bzero(e->text, e->len);
  cg_free(e);
}

/* --- the loop thread -------------------------------------------------------- */

cg_loop *cg_td_hub_loop(void) {
  return hub.loop;
}

void cg_td_hub_give(cg_td_event *e) {
  pthread_mutex_lock(&hub.lock);
  e->own_queue = hub.own_queue[e->client - 1];
  *hub.events_end = e;
  hub.events_end = &e->next;
  hub.event_count++;
  pthread_cond_broadcast(&hub.arrived);
  pthread_mutex_unlock(&hub.lock);
}

bool cg_td_hub_own_queue(int id) {
  pthread_mutex_lock(&hub.lock);
  bool own = hub.own_queue[id - 1];
  pthread_mutex_unlock(&hub.lock);
  return own;
}

bool cg_td_hub_is_full(void) {
  pthread_mutex_lock(&hub.lock);
  bool full = hub.event_count >= CG_TD_UPDATES;
  pthread_mutex_unlock(&hub.lock);
  return full;
}

void cg_td_hub_finish_later(cg_td_client *client) {
  client->next_finishing = hub.finishing;
  hub.finishing = client;
}

static void drop_events(int client);

static void forget(cg_td_client *client) {
  int id = client->id;
  bool deaf = client->deaf;
  cg_td_client_free(client);
  hub.clients[id - 1] = NULL;
  hub.over[id - 1] = true;
  if (deaf) drop_events(id);
}

static void end_turn(void *ctx) {
  (void)ctx;
  while (hub.finishing) {
    cg_td_client *client = hub.finishing;
    hub.finishing = client->next_finishing;
    cg_td_client_finish(client);
    forget(client);
  }
}

/* Makes room for what the loop thread knows of the client. */
static bool know(int id) {
  if (id <= hub.known) return true;
  int count = id > 2 * hub.known ? id : 2 * hub.known;
  cg_td_client **clients = cg_realloc(hub.clients, (size_t)count * sizeof *clients);
  if (clients) hub.clients = clients;
  bool *over = clients ? cg_realloc(hub.over, (size_t)count * sizeof *over) : NULL;
  if (!over) return false;
  hub.over = over;
  for (int i = hub.known; i < count; i++) hub.clients[i] = NULL, hub.over[i] = false;
  hub.known = count;
  return true;
}

/* NULL if it is over, or memory is out. */
static cg_td_client *client_of(int id) {
  if (!know(id) || hub.over[id - 1]) return NULL;
  if (!hub.clients[id - 1]) hub.clients[id - 1] = cg_td_client_new(id);
  return hub.clients[id - 1];
}

/* Whoever made it does not listen any more. */
static void end_client(int id) {
  cg_td_client *client = know(id) ? hub.clients[id - 1] : NULL;
  if (client) {
    client->deaf = true;
    cg_td_finish_soon(client);
  } else {
    if (id <= hub.known) hub.over[id - 1] = true;
    drop_events(id);
  }
}

static void carry_out(order *o) {
  cg_td_client *client;
  cg_bytes text = { (const uint8_t *)o->text, o->len };
  if (o->ends)
    end_client(o->client);
  else if ((client = client_of(o->client)))
    cg_td_client_take(client, text);
  else
    cg_td_refuse(o->client, text, 500, "Request aborted");
  explicit_bzero(o->text, o->len);
  cg_free(o);
}

static void take_orders(void *ctx) {
  (void)ctx;
  pthread_mutex_lock(&hub.lock);
  order *first = hub.orders;
  hub.orders = NULL;
  hub.orders_end = &hub.orders;
  pthread_mutex_unlock(&hub.lock);
  for (order *next; first; first = next) {
    next = first->next;
    carry_out(first);
  }
}

static void *run(void *loop) {
  cg_loop_run(loop);
  return NULL;
}

/* --- starting --------------------------------------------------------------- */

/* Signals are for the program's own threads. */
static bool start_thread(cg_loop *loop) {
  sigset_t all, before;
  pthread_t thread;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool done = !pthread_create(&thread, NULL, run, loop);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (done) pthread_detach(thread);
  return done;
}

static bool make_ready(void) {
  pthread_condattr_t attr;
  if (hub.ready) return true;
  if (pthread_condattr_init(&attr)) return false;
  pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
  hub.ready = !pthread_cond_init(&hub.arrived, &attr);
  pthread_condattr_destroy(&attr);
  return hub.ready;
}

/* With the lock held; tried again with every request. */
static bool start(void) {
  cg_loop *loop;
  if (hub.loop) return true;
  if (!make_ready() || cg_loop_new(&loop)) return false;
  cg_loop_on_turn(loop, end_turn, NULL);
  if (!cg_loop_on_wake(loop, take_orders, NULL)) hub.loop = loop;
  if (hub.loop && start_thread(loop)) return true;
  cg_loop_free(loop);
  hub.loop = NULL;
  return false;
}

/* With the lock held. */
static bool add_client(bool own_queue) {
  if (hub.client_count == hub.client_cap) {
    int cap = hub.client_cap ? hub.client_cap * 2 : 16;
    bool *at = cg_realloc(hub.own_queue, (size_t)cap * sizeof *at);
    if (!at) return false;
    hub.own_queue = at;
    hub.client_cap = cap;
  }
  hub.own_queue[hub.client_count++] = own_queue;
  return true;
}

int cg_td_hub_create(bool own_queue) {
  pthread_mutex_lock(&hub.lock);
  int id = start() && add_client(own_queue) ? hub.client_count : 0;
  pthread_mutex_unlock(&hub.lock);
  if (!id) cg_td_log(CG_TD_LOG_ERROR, "no client: the loop cannot be started");
  return id;
}

/* --- any thread ------------------------------------------------------------- */

static order *new_order(int client, const char *request) {
  size_t len = request ? strnlen(request, CG_TD_REQUEST_MAX + 1) : 0;
  order *o = cg_alloc(sizeof *o + len + 1);
  if (!o) return NULL;
  o->client = client;
  o->ends = !request;
  o->len = len;
  if (len) memcpy(o->text, request, len);
  return o;
}

/* With the lock held. */
static const char *refusal(const order *o) {
  if (o->client < 1 || o->client > hub.client_count) return "no such client";
  if (o->ends) return NULL;
  if (o->len > CG_TD_REQUEST_MAX) return "it is larger than 1 MiB";
  return hub.owed >= CG_TD_OWED ? "nobody receives the answers" : NULL;
}

void cg_td_hub_send(int client, const char *request) {
  char line[120];
  order *o = new_order(client, request);
  pthread_mutex_lock(&hub.lock);
  const char *why = o ? refusal(o) : "out of memory";
  if (!why) {
    hub.owed += !o->ends;
    *hub.orders_end = o;
    hub.orders_end = &o->next;
    cg_loop_wake(hub.loop);
  }
  pthread_mutex_unlock(&hub.lock);
  if (!why) return;
  if (o) explicit_bzero(o->text, o->len);
  cg_free(o);
  snprintf(line, sizeof line, "client %d: a request was dropped: %s", client, why);
  cg_td_log(CG_TD_LOG_ERROR, line);
}

/* With the lock held: takes the first event that is for `client`. */
static cg_td_event *take_event(int client) {
  cg_td_event **at = &hub.events;
  while (*at && (client ? (*at)->client != client : (*at)->own_queue)) at = &(*at)->next;
  cg_td_event *e = *at;
  if (!e) return NULL;
  *at = e->next;
  if (!e->next) hub.events_end = at;
  hub.event_count--;
  hub.owed -= e->answers;
  return e;
}

static void drop_events(int client) {
  pthread_mutex_lock(&hub.lock);
  for (cg_td_event *e = take_event(client); e; e = take_event(client))
    cg_td_event_free(e);
  pthread_mutex_unlock(&hub.lock);
}

/* With the lock held; false when the time is over. */
static bool wait_until(uint64_t end_us) {
  struct timespec at = { .tv_sec = (time_t)(end_us / 1000000),
                         .tv_nsec = (long)(end_us % 1000000) * 1000 };
  return !pthread_cond_timedwait(&hub.arrived, &hub.lock, &at);
}

cg_td_event *cg_td_hub_receive(int client, double timeout) {
  static const double longest = 1e9; /* seconds; a number that is none waits not at all */
  uint64_t wait_us =
      timeout > 0 ? (uint64_t)((timeout < longest ? timeout : longest) * 1e6) : 0;
  uint64_t end = cg_monotonic() + wait_us;
  pthread_mutex_lock(&hub.lock);
  bool more = wait_us > 0 && make_ready();
  cg_td_event *e = take_event(client);
  while (!e && more) {
    more = wait_until(end);
    e = take_event(client);
  }
  pthread_mutex_unlock(&hub.lock);
  return e;
}
