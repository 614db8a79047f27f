/* SPDX-License-Identifier: MIT */
/*
 * client_driver.h - the inside of a cg_client, shared by client_driver.c (connection,
 * file, calls) and client_login.c (the login steps).
 */
#ifndef CG_CLIENT_DRIVER_H
#define CG_CLIENT_DRIVER_H

#include "client_core.h"

#include <centigram/login.h>

/* One connection, or the attempt to make one. The loop's callbacks own it; `client` is
 * NULL once the client has turned away from it. */
typedef struct {
  cg_client *client;
  cg_stream *stream; /* NULL while connecting */
} cg_client_link;

/* Somebody who waits for an answer. */
typedef struct cg_client_waiter {
  struct cg_client_waiter *next;
  uint64_t tag;
  cg_answer *answer;
  void *ctx;
  cg_arena *arena; /* the caller's; NULL: one is made */
} cg_client_waiter;

struct cg_client {
  cg_loop *loop;
  bool own_loop;
  cg_timer *timer;
  cg_dc *dc;
  cg_session_data data;
  cg_core *core;
  cg_client_link *link;
  cg_client_waiter *waiters;
  cg_arena *arena; /* of copied options */
  cg_arena *step;  /* of the login step that is being made */
  char *path, *api_hash;
  int32_t api_id;
  int lock; /* descriptor; -1: none */
  uint64_t timeout_us;
  cg_rng rng;
  cg_log log;
  void (*log_line)(void *ctx, int level, const char *line);
  void *log_ctx;
  void (*update)(void *ctx, const tl_obj *update);
  void *update_ctx;
  bool pumping; /* inside callbacks */
  bool waiting; /* a blocking call runs the loop */
  bool doomed;  /* cg_close() was called from a callback */
  int held;     /* blocking functions that still need the client */
};

/* cg_call() with a time limit of its own. `arena` may be NULL: no object is wanted. */
cg_err cg_client_call(cg_client *c, const tl_obj *request, uint64_t timeout_us,
                      cg_arena *arena, cg_result *result);

/* Keeps the client in memory, whatever a callback does, until it is released as often as
 * it was held. One that was closed meanwhile is gone after the last release. */
void cg_client_hold(cg_client *c);
void cg_client_release(cg_client *c);

/* Does what the core has to say, sends, and sets the timer. */
void cg_client_pump(cg_client *c);

#endif
