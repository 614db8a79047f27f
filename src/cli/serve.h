/* SPDX-License-Identifier: MIT */
/* serve.h - what the two ports of `centigram serve` share. */
#ifndef CG_SERVE_H
#define CG_SERVE_H

#include "cli.h"
#include "conns.h"
#include "mem.h"

#include <centigram/loop.h>
#include <centigram/server.h>

enum { SERVE_DCS_MAX = 9 };

/* A data centre, on a port of its own. */
typedef struct {
  struct serve *serve;
  int32_t id;
  cg_listener *listener;
} serve_dc;

typedef struct serve {
  const char *data, *listen, *inbox;
  bool needs_token, json, verbose;
  bool child;         /* the command behind `--` runs */
  bool stopping;      /* no new connections; the loop ends soon, at stop_at at the latest */
  uint64_t stop_at;
  int status; /* of the process, once the loop ends */
  cg_loop *loop;
  cg_server *server;
  serve_dc dcs[SERVE_DCS_MAX]; /* the first one first, then by their ids */
  int32_t dc_count;
  cg_listener *inbox_listener;
  cg_timer *timer;
  cg_conns conns;     /* MTProto connections by number */
  cg_arena *arena;
  char *host, *inbox_url, *dc_path;
  struct cg_inbox *web;             /* NULL: off */
} serve;

/* The host of a HOST:PORT, without the brackets of an IPv6 address. */
char *serve_host(const char *address);
/* Whether a HOST:PORT names this machine only. */
bool serve_is_loopback(const char *address);

/* Opens the inbox's port, unless it is off, and sets inbox_url. */
cg_err serve_inbox_listen(serve *s, cg_fault *fault);
/* Before every cg_server_turn(), and at the deadline. */
void serve_inbox_tick(serve *s);
uint64_t serve_inbox_deadline(const serve *s);
/* After a turn: sends its answers, or drops them if it `failed`. */
void serve_inbox_flush(serve *s, bool failed);
/* Once the loop is gone. */
void serve_inbox_free(serve *s);

#endif
