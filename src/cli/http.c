/* SPDX-License-Identifier: MIT */
/*
 * http.c - `centigram http`: the gateway on a port.
 *
 * One loop carries the HTTP connections and the clients of all accounts.
 */
#include "commands.h"
#include "session.h"

#include "gateway.h"
#include "guard.h"
#include "mem.h"

#include <centigram/loop.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PASSWORD_LEAST = 16 };

typedef struct {
  cg_loop *loop;
  cg_gateway *gateway;
  cg_listener *listener;
  cg_timer *timer;
  bool quiet;
} http;

typedef struct {
  http *http;
  cg_hub_conn *conn; /* NULL: memory was out, or there are too many */
} http_stream;

/* --- the port --------------------------------------------------------------------- */

static void *on_open(void *ctx, cg_stream *stream, const char *peer_ip) {
  (void)peer_ip;
  http *h = ctx;
  http_stream *s = cg_alloc(sizeof *s);
  cg_hub *hub = cg_gateway_hub(h->gateway);
  cg_hub_conn *conn = s ? cg_hub_open(hub, stream, cg_loop_now(h->loop)) : NULL;
  if (!conn) cg_stream_close(stream);
  if (s) *s = (http_stream){ h, conn };
  return s;
}

static void on_data(void *ctx, cg_bytes in) {
  http_stream *s = ctx;
  if (s) cg_hub_feed(s->conn, in, cg_loop_now(s->http->loop));
}

static void on_closed(void *ctx, cg_err why) {
  (void)why;
  http_stream *s = ctx;
  if (s && s->http->gateway) cg_hub_gone(s->conn);
  cg_free(s);
}

static void on_turn(void *ctx) {
  http *h = ctx;
  cg_hub_output out;
  cg_gateway_tick(h->gateway, cg_loop_now(h->loop));
  while (cg_hub_next(cg_gateway_hub(h->gateway), &out)) {
    if (out.bytes.len && cg_stream_write(out.stream, out.bytes))
      cg_stream_close(out.stream);
    else if (out.close)
      cg_stream_close_after(out.stream);
  }
  cg_timer_at(h->timer, cg_gateway_deadline(h->gateway));
}

static void on_timer(void *ctx) {
  (void)ctx; /* the turn that it is part of does the work */
}

static void on_signal(void *ctx, int signal) {
  (void)signal;
  http *h = ctx;
  cg_listener_close(h->listener);
  cg_loop_stop(h->loop);
}

/* --- what the gateway asks for ------------------------------------------------------ */

static void log_line(void *ctx, const char *line) {
  const http *h = ctx;
  if (!h->quiet) fprintf(stderr, "%s\n", line);
}

static uint64_t memory(void *ctx) {
  (void)ctx;
  return cg_cli_memory();
}

/* --- start and end ------------------------------------------------------------------ */

static cg_err start(http *h, const char *listen, cg_gateway_options *o, cg_fault *fault) {
  static const cg_stream_ops ops = { on_open, on_data, on_closed };
  cg_err err = cg_loop_new(&h->loop);
  o->loop = h->loop;
  if (!err) err = cg_timer_new(h->loop, on_timer, h, &h->timer);
  if (!err) err = cg_loop_on_signal(h->loop, on_signal, h);
  if (err) return cg_fail(fault, err, "no event loop: %s", cg_err_text(err));
  err = cg_gateway_new(&h->gateway, o, cg_loop_now(h->loop), fault);
  if (err) return err;
  err = cg_loop_listen(h->loop, listen, &ops, h, &h->listener, fault);
  if (!err) cg_loop_on_turn(h->loop, on_turn, h);
  return err;
}

static int run(http *h, const char *listen, cg_gateway_options *o) {
  cg_fault fault = { 0 };
  cg_err err = start(h, listen, o, &fault);
  if (!err) {
    printf("http http://%s:%u\nready\n", o->host, cg_listener_port(h->listener));
    fflush(stdout);
    cg_loop_run(h->loop);
  }
  cg_gateway *gateway = h->gateway;
  h->gateway = NULL; /* its connections go with it */
  cg_gateway_free(gateway);
  cg_loop_free(h->loop);
  return err ? cg_cli_fault(&fault) : CG_EXIT_OK;
}

/* --- options ------------------------------------------------------------------------ */

static bool is_loopback(const char *host) {
  char name[256];
  return cg_guard_copy_host(host, name, sizeof name) && cg_guard_is_loopback(name);
}

/* Whoever reaches the port has the accounts: more than this machine needs a password
 * that cannot be guessed. protocol.md 339 */
static int check_exposure(const char *host, const char *password) {
  if (password && strlen(password) < PASSWORD_LEAST)
    return cg_cli_fail(CG_EXIT_USAGE,
                       "http: --password: at least %d characters are wanted",
                       PASSWORD_LEAST);
  if (password || is_loopback(host)) return CG_EXIT_OK;
  return cg_cli_fail(CG_EXIT_LOCAL,
                     "http: %s is not a loopback address: --password is "
                     "wanted",
                     host);
}

int cg_run_http(int argc, char **argv) {
  const char *listen = "127.0.0.1:4490", *data = NULL, *password = NULL;
  const cg_cli_option own[] = { { "listen", CG_OPT_TEXT, &listen },
                                { "data", CG_OPT_TEXT, &data },
                                { "password", CG_OPT_TEXT, &password },
                                { NULL, CG_OPT_FLAG, NULL } };
  cg_cli cli = { .command = "http" };
  cg_cli_parse(&cli, argc, argv, own);
  cg_cli_count(&cli, 0, 0);
  const char *colon = strrchr(listen, ':');
  if (!colon) return cg_cli_fail(CG_EXIT_USAGE, "http: --listen: HOST:PORT is wanted");
  if (password && !strcmp(password, "-")) password = cg_cli_read_line();
  if (!data) data = cg_cli_data_path("gateway");
  cg_fault fault = { 0 };
  cg_cli_session session;
  cg_client_options client = { 0 };
  http h = { .quiet = cli.global.quiet };
  cg_gateway_options o = { .host = cg_cli_text("%.*s", (int)(colon - listen), listen),
                           .dir = data,
                           .password = password,
                           .rng = { cg_random, NULL },
                           .memory = memory,
                           .log = log_line,
                           .log_ctx = &h };
  int status = check_exposure(o.host, password);
  if (!status && cg_cli_make_parents(cg_cli_text("%s/", data), &fault))
    status = cg_cli_fault(&fault);
  if (status) return status;
  status = cg_cli_prepare(&session, &cli, &client);
  o.dc = client.dc;
  o.api_id = client.api_id;
  o.api_hash = client.api_hash;
  o.passphrase = client.passphrase;
  if (!status) status = run(&h, listen, &o);
  cg_cli_close(&session);
  return status;
}
