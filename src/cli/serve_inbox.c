/* SPDX-License-Identifier: MIT */
/* serve_inbox.c - the HTTP port of `centigram serve`; see serve.h. */
#include "serve.h"

#include "inbox.h"

#include <stdlib.h>
#include <string.h>

char *serve_host(const char *address) {
  const char *colon = strrchr(address, ':');
  size_t len = (size_t)(colon - address);
  bool brackets = len > 2 && address[0] == '[' && address[len - 1] == ']';
  return cg_cli_text("%.*s", (int)(len - (brackets ? 2 : 0)), address + brackets);
}

bool serve_is_loopback(const char *address) {
  return !strncmp(address, "127.", 4) || !strncmp(address, "[::1]:", 6) ||
         !strncmp(address, "localhost:", 10);
}

typedef struct {
  serve *serve;
  cg_inbox_conn *conn; /* NULL: memory was out */
} http_stream;

static void *on_open(void *ctx, cg_stream *stream, const char *peer_ip) {
  (void)peer_ip;
  serve *s = ctx;
  http_stream *h = cg_alloc(sizeof *h);
  cg_inbox_conn *conn = h ? cg_inbox_open(s->web, stream, cg_loop_now(s->loop)) : NULL;
  if (!conn) cg_stream_close(stream);
  if (h) *h = (http_stream){ s, conn };
  return h;
}

static void on_data(void *ctx, cg_bytes in) {
  http_stream *h = ctx;
  if (h) cg_inbox_feed(h->conn, in, cg_loop_now(h->serve->loop));
}

static void on_closed(void *ctx, cg_err why) {
  (void)why;
  http_stream *h = ctx;
  if (h && h->conn) cg_inbox_gone(h->conn);
  cg_free(h);
}

/* The inbox's address for who is on this machine: "all addresses" is none to go to. */
static char *url(const char *host, uint16_t port) {
  if (!strcmp(host, "0.0.0.0")) host = "127.0.0.1";
  if (!strcmp(host, "[::]")) host = "[::1]";
  return cg_cli_text("http://%s:%u", host, port);
}

cg_err serve_inbox_listen(serve *s, cg_fault *fault) {
  static const cg_stream_ops ops = { on_open, on_data, on_closed };
  if (!strcmp(s->inbox, "off")) return CG_OK;
  const char *colon = strrchr(s->inbox, ':');
  if (!colon) return cg_fail(fault, CG_E_USAGE, "serve: --inbox: HOST:PORT or off is wanted");
  char *host = cg_cli_text("%.*s", (int)(colon - s->inbox), s->inbox);
  cg_inbox_options options = { .host = host, .private_profile = s->needs_token,
                               .memory = cg_cli_memory };
  cg_err err = cg_inbox_new(&s->web, s->server, &options);
  if (err) cg_fail(fault, err, "%s", cg_err_text(err));
  else err = cg_loop_listen(s->loop, s->inbox, &ops, s, &s->inbox_listener, fault);
  if (!err) s->inbox_url = url(host, cg_listener_port(s->inbox_listener));
  free(host);
  return err;
}

void serve_inbox_tick(serve *s) {
  if (s->web) cg_inbox_tick(s->web, cg_loop_now(s->loop));
}

void serve_inbox_flush(serve *s, bool failed) {
  if (!s->web) return;
  if (failed) cg_inbox_drop(s->web);
  cg_inbox_output out;
  while (cg_inbox_next(s->web, &out)) {
    if (out.bytes.len && cg_stream_write(out.stream, out.bytes)) cg_stream_close(out.stream);
    else if (out.close) cg_stream_close_after(out.stream);
  }
}

uint64_t serve_inbox_deadline(const serve *s) {
  return s->web ? cg_inbox_deadline(s->web) : UINT64_MAX;
}

void serve_inbox_free(serve *s) {
  cg_inbox_free(s->web);
}
