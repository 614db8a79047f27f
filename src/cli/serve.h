/* SPDX-License-Identifier: MIT */
/* serve.h - what the two ports of `centigram serve` share. */
#ifndef CG_SERVE_H
#define CG_SERVE_H

#include "cli.h"
#include "conns.h"

#include <centigram/loop.h>
#include <centigram/server.h>

typedef struct serve {
  const char *data, *listen, *inbox;
  bool needs_token, json, verbose;
  int status; /* of the process, once the loop ends */
  cg_loop *loop;
  cg_server *server;
  cg_listener *listener, *inbox_listener;
  cg_timer *timer;
  cg_conns conns;     /* MTProto connections by number */
  cg_arena *arena;
  char *host, *inbox_url, *dc_path;
  struct cg_inbox *web;             /* NULL: off */
  struct serve_http *http;          /* open HTTP connections */
} serve;

/* Whether a HOST:PORT names this machine only. */
bool serve_is_loopback(const char *address);

/* Opens the inbox's port, unless it is off, and sets inbox_url. */
cg_err serve_inbox_listen(serve *s, cg_fault *fault);
/* Sends what the inbox has to say; after a turn only. */
void serve_inbox_flush(serve *s);
void serve_inbox_close(serve *s);

#endif
