/* SPDX-License-Identifier: MIT */
/*
 * hub.h - where threads meet: requests go in from any of them, answers and updates come
 * out, one loop thread stands between. All that the process has of it is one hub.
 *
 * Every request ends in one answer. Those that are not received yet are counted, so that
 * the queues stay bounded: see CG_TD_OWED.
 */
#ifndef CG_TD_HUB_H
#define CG_TD_HUB_H

#include <centigram/loop.h>

enum {
  CG_TD_REQUEST_MAX = 1 << 20, /* bytes */
  CG_TD_OWED = 16384,          /* requests whose answers were not received */
  CG_TD_UPDATES = 4096         /* events waiting, beyond which updates are dropped */
};

/* An event on its way out; its maker allocates it, so that giving it cannot fail. */
typedef struct cg_td_event {
  struct cg_td_event *next;
  int client;
  bool own_queue; /* the client was made by the older interface */
  bool answers;   /* a request; else an update */
  size_t len, cap;
  char text[]; /* NUL-terminated */
} cg_td_event;

cg_td_event *cg_td_event_new(size_t cap); /* room for `cap` bytes and a NUL; or NULL */

/* --- any thread ------------------------------------------------------------- */

/* A new client's number; the first call starts the thread. */
int cg_td_hub_create(bool own_queue);
/* A request, or with NULL the end of a client, which nobody listens to any more. */
void cg_td_hub_send(int client, const char *request);
/* The next event of `client`, or with 0 of those without a queue of their own; wiped and
 * freed by cg_td_event_free(). NULL after `timeout` seconds. */
cg_td_event *cg_td_hub_receive(int client, double timeout);
void cg_td_event_free(cg_td_event *e); /* NULL is allowed */

/* --- the loop thread -------------------------------------------------------- */

cg_loop *cg_td_hub_loop(void);
/* Takes the event over. */
void cg_td_hub_give(cg_td_event *e);
/* True if client `id` was made by the older interface. */
bool cg_td_hub_own_queue(int id);
/* True if an update would find too many events waiting. */
bool cg_td_hub_is_full(void);
/* Calls cg_td_client_finish() for the client at the end of this turn. */
struct cg_td_client;
void cg_td_hub_finish_later(struct cg_td_client *client);

#endif
