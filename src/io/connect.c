/* SPDX-License-Identifier: MIT */
/* connect.c - how streams come to be: listeners and connections made. */
#include "loop_impl.h"

#include "mem.h"

#include <stdio.h>
#include <string.h>

enum { BACKLOG = 511 };

struct cg_listener {
  cg_socket socket;
  uv_tcp_t spare; /* takes a connection that there is no memory for, to close it */
  bool spare_used, refused, closed;
};

/* --- listening ----------------------------------------------------------------- */

static void on_listener_closed(uv_handle_t *handle) {
  cg_listener *l = (cg_listener *)handle;
  l->closed = true;
  if (!l->spare_used) cg_free(l);
}

void cg_listener_close(cg_listener *l) {
  if (l) uv_close((uv_handle_t *)&l->socket.tcp, on_listener_closed);
}

static void on_spare_closed(uv_handle_t *handle);

/* Accepts a connection that waits and closes it: one that nobody accepts would stop
 * the listener for good. */
static void refuse_waiting(cg_listener *l) {
  if (l->spare_used) return; /* goes on when the spare one is closed */
  uv_tcp_init(l->socket.tcp.loop, &l->spare);
  l->spare.data = l;
  l->spare_used = true;
  l->refused = !uv_accept((uv_stream_t *)&l->socket.tcp, (uv_stream_t *)&l->spare);
  uv_close((uv_handle_t *)&l->spare, on_spare_closed);
}

static void on_spare_closed(uv_handle_t *handle) {
  cg_listener *l = handle->data;
  l->spare_used = false;
  if (l->closed) cg_free(l);
  else if (l->refused && !uv_is_closing((uv_handle_t *)&l->socket.tcp)) refuse_waiting(l);
}

static void on_connection(uv_stream_t *server, int status) {
  cg_listener *l = (cg_listener *)server;
  if (status < 0) return;
  cg_stream *s = cg_stream_new(l->socket.loop, l->socket.ops);
  if (!s) refuse_waiting(l);
  else if (uv_accept(server, (uv_stream_t *)&s->socket.tcp)) cg_stream_drop(s, CG_E_IO);
  else {
    s->accepted = true;
    cg_stream_begin(s, l->socket.ctx);
  }
}

/* The first address of a name; waits for the resolver, which is right at a start. */
static cg_err look_up(cg_loop *loop, const char *host, uint16_t port,
                      struct sockaddr_storage *out) {
  if (cg_address_parse(host, port, out)) return CG_OK;
  uv_getaddrinfo_t request;
  char service[8];
  snprintf(service, sizeof service, "%u", port);
  const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
  if (uv_getaddrinfo(&loop->uv, &request, NULL, host, service, &hints)) return CG_E_IO;
  memcpy(out, request.addrinfo->ai_addr, request.addrinfo->ai_addrlen);
  uv_freeaddrinfo(request.addrinfo);
  return CG_OK;
}

static int start_listening(cg_listener *l, const struct sockaddr_storage *at) {
  int rc = uv_tcp_bind(&l->socket.tcp, (const struct sockaddr *)at, 0);
  return rc ? rc : uv_listen((uv_stream_t *)&l->socket.tcp, BACKLOG, on_connection);
}

cg_err cg_loop_listen(cg_loop *loop, const char *address, const cg_stream_ops *ops,
                      void *ctx, cg_listener **out, cg_fault *fault) {
  char host[256];
  uint16_t port;
  struct sockaddr_storage at;
  if (loop->closing) return cg_fail(fault, CG_E_STATE, "the loop is being freed");
  cg_err err = cg_address_split(address, host, &port, fault);
  if (err) return err;
  if (look_up(loop, host, port, &at))
    return cg_fail(fault, CG_E_IO, "cannot listen on %s: no such address", address);
  cg_listener *l = cg_alloc(sizeof *l);
  if (!l) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  uv_tcp_init(&loop->uv, &l->socket.tcp);
  l->socket.loop = loop;
  l->socket.ops = ops;
  l->socket.ctx = ctx;
  l->socket.listens = true;
  int rc = start_listening(l, &at);
  if (rc) {
    cg_listener_close(l);
    return cg_fail(fault, CG_E_IO, "cannot listen on %s: %s", address, uv_strerror(rc));
  }
  *out = l;
  return CG_OK;
}

uint16_t cg_listener_port(const cg_listener *l) {
  struct sockaddr_storage at;
  int len = sizeof at;
  if (uv_tcp_getsockname(&l->socket.tcp, (struct sockaddr *)&at, &len)) return 0;
  return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                        : ((struct sockaddr_in *)&at)->sin_port);
}

/* --- connecting ---------------------------------------------------------------- */

/* One call of cg_loop_connect(), until `opened` or `failed`. */
typedef struct {
  uv_connect_t connect;
  uv_getaddrinfo_t resolve;
  cg_loop *loop;
  const cg_stream_ops *ops;
  void *ctx;
  void (*failed)(void *ctx, cg_err why);
  cg_stream *stream;
  struct addrinfo *all, *next; /* addresses of a name, and those not tried yet */
} attempt;

static void end_attempt(attempt *a) {
  uv_freeaddrinfo(a->all);
  cg_free(a);
}

static void fail_attempt(attempt *a, cg_err why) {
  a->loop->called = true;
  a->failed(a->ctx, why);
  end_attempt(a);
}

static void on_connected(uv_connect_t *request, int status);

static cg_err try_address(attempt *a, const struct sockaddr *at) {
  a->stream = cg_stream_new(a->loop, a->ops);
  if (!a->stream) return CG_E_MEMORY;
  a->connect.data = a;
  if (!uv_tcp_connect(&a->connect, &a->stream->socket.tcp, at, on_connected))
    return CG_OK;
  cg_stream_drop(a->stream, CG_E_CONNECT);
  return CG_E_CONNECT;
}

/* Tries the addresses of the name that are left. */
static void try_next(attempt *a, cg_err why) {
  while (why && a->next && !a->loop->closing) {
    why = try_address(a, a->next->ai_addr);
    a->next = a->next->ai_next;
  }
  if (why) fail_attempt(a, a->loop->closing ? CG_E_CANCELLED : why);
}

static void on_connected(uv_connect_t *request, int status) {
  attempt *a = request->data;
  if (status) {
    cg_stream_drop(a->stream, CG_E_CONNECT);
    try_next(a, status == UV_ETIMEDOUT ? CG_E_TIMEOUT : CG_E_CONNECT);
    return;
  }
  cg_stream_begin(a->stream, a->ctx);
  end_attempt(a);
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *all) {
  attempt *a = request->data;
  a->all = a->next = status ? NULL : all;
  try_next(a, CG_E_CONNECT);
}

static cg_err resolve(attempt *a, const char *host, uint16_t port) {
  char service[8];
  snprintf(service, sizeof service, "%u", port);
  const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
  a->resolve.data = a;
  return uv_getaddrinfo(&a->loop->uv, &a->resolve, on_resolved, host, service, &hints)
             ? CG_E_CONNECT
             : CG_OK;
}

cg_err cg_loop_connect(cg_loop *loop, const char *host, uint16_t port,
                       const cg_stream_ops *ops, void *ctx,
                       void (*failed)(void *ctx, cg_err why), cg_fault *fault) {
  struct sockaddr_storage at;
  if (loop->closing) return cg_fail(fault, CG_E_STATE, "the loop is being freed");
  attempt *a = cg_alloc(sizeof *a);
  if (!a) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  a->loop = loop;
  a->ops = ops;
  a->ctx = ctx;
  a->failed = failed;
  cg_err err = cg_address_parse(host, port, &at)
                   ? try_address(a, (const struct sockaddr *)&at)
                   : resolve(a, host, port);
  if (!err) return CG_OK;
  end_attempt(a);
  return cg_fail(fault, err, "cannot connect to %s port %u", host, port);
}
