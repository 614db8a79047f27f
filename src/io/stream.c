/* SPDX-License-Identifier: MIT */
/*
 * stream.c - connected sockets: reading, writing, closing.
 *
 * `closed` comes from libuv's close callback only: once, never from within another
 * call, and nothing touches the stream after it.
 */
#include "loop_impl.h"

#include "mem.h"

#include <stdio.h>
#include <string.h>

enum {
  WRITE_MOST = 64 << 20,   /* what one peer may let wait in all */
  ACCEPTED_MOST = 2 << 20, /* a stranger's may have no more waiting to be given more */
  LINGER_US = 10000000     /* how long a peer may take to read what is said last */
};

typedef struct {
  uv_write_t request;
  char bytes[];
} pending;

static uv_stream_t *as_uv(cg_stream *s) {
  return (uv_stream_t *)&s->socket.tcp;
}

static bool is_closing(cg_stream *s) {
  return uv_is_closing((uv_handle_t *)&s->socket.tcp);
}

static cg_err why_of(int rc) {
  switch (rc) {
  case UV_EOF:
  case UV_EPIPE:
  case UV_ECONNRESET: return CG_E_CLOSED;
  case UV_ETIMEDOUT: return CG_E_TIMEOUT;
  default: return CG_E_IO;
  }
}

cg_stream *cg_stream_new(cg_loop *loop, const cg_stream_ops *ops) {
  cg_stream *s = cg_alloc(sizeof *s);
  if (!s) return NULL;
  uv_tcp_init(&loop->uv, &s->socket.tcp);
  s->socket.loop = loop;
  s->socket.ops = ops;
  return s;
}

/* --- closing ------------------------------------------------------------------ */

static void on_closed(uv_handle_t *handle) {
  cg_stream *s = (cg_stream *)handle;
  if (s->opened) {
    s->socket.loop->called = true;
    s->socket.ops->closed(s->socket.ctx, s->why);
  }
  cg_free(s);
}

void cg_stream_drop(cg_stream *s, cg_err why) {
  if (is_closing(s)) return;
  if (!s->why) s->why = why;
  if (!s->socket.loop->closing) cg_timer_free(s->linger); /* else it is closed already */
  uv_close((uv_handle_t *)&s->socket.tcp, on_closed);
}

void cg_stream_close(cg_stream *s) {
  cg_stream_drop(s, CG_OK);
}

static void on_shutdown(uv_shutdown_t *request, int status) {
  (void)status;
  cg_stream_drop((cg_stream *)request->handle, CG_OK);
}

static void on_linger(void *ctx) {
  cg_stream_drop(ctx, CG_E_TIMEOUT);
}

/* The shutdown waits for what is queued, but not for ever. */
void cg_stream_close_after(cg_stream *s) {
  if (is_closing(s) || s->finishing) return;
  s->finishing = true;
  cg_loop *loop = s->socket.loop;
  if (uv_stream_get_write_queue_size(as_uv(s))) {
    if (cg_timer_new(loop, on_linger, s, &s->linger)) {
      cg_stream_drop(s, CG_E_MEMORY);
      return;
    }
    uint64_t linger = loop->linger_us ? loop->linger_us : LINGER_US;
    cg_timer_at(s->linger, cg_loop_now(loop) + linger);
  }
  if (uv_shutdown(&s->shutdown, as_uv(s), on_shutdown)) cg_stream_drop(s, CG_OK);
}

void cg_stream_finish_ended(cg_loop *loop) {
  while (loop->ended) {
    cg_stream *s = loop->ended;
    loop->ended = s->next_ended;
    if (!s->finishing) s->why = CG_E_CLOSED;
    cg_stream_close_after(s);
  }
}

/* --- reading ------------------------------------------------------------------ */

static void on_alloc(uv_handle_t *handle, size_t hint, uv_buf_t *out) {
  (void)hint;
  cg_loop *loop = ((cg_socket *)handle)->loop;
  *out = uv_buf_init(loop->buffer, sizeof loop->buffer);
}

/* The peer sends no more. What this turn still has to say to it is said first. */
static void on_end(cg_stream *s) {
  uv_read_stop(as_uv(s));
  s->next_ended = s->socket.loop->ended;
  s->socket.loop->ended = s;
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf) {
  cg_stream *s = (cg_stream *)stream;
  if (got == UV_EOF) {
    on_end(s);
  } else if (got < 0) {
    cg_stream_drop(s, why_of((int)got));
  } else if (got > 0 && !s->finishing) {
    s->socket.loop->called = true;
    s->socket.ops->data(s->socket.ctx,
                        (cg_bytes){ (const uint8_t *)buf->base, (size_t)got });
  }
}

/* An end's address as text, IPv4 also if it came through an IPv6 socket; "" if uv_tcp_get*
 * failed with `rc`. */
static void name_end(int rc, const struct sockaddr_storage *at, char *out, size_t size) {
  char name[64];
  if (rc || uv_ip_name((const struct sockaddr *)at, name, sizeof name)) name[0] = 0;
  bool mapped = !strncmp(name, "::ffff:", 7) && strchr(name, '.');
  snprintf(out, size, "%s", mapped ? name + 7 : name);
}

void cg_stream_local_ip(const cg_stream *s, char out[64]) {
  struct sockaddr_storage at;
  int len = sizeof at;
  int rc = uv_tcp_getsockname(&s->socket.tcp, (struct sockaddr *)&at, &len);
  name_end(rc, &at, out, 64);
}

void cg_stream_begin(cg_stream *s, void *ctx) {
  char peer[64];
  struct sockaddr_storage at;
  int len = sizeof at;
  int rc = uv_tcp_getpeername(&s->socket.tcp, (struct sockaddr *)&at, &len);
  name_end(rc, &at, peer, sizeof peer);
  uv_tcp_nodelay(&s->socket.tcp, 1);
  s->opened = true;
  s->socket.loop->called = true;
  s->socket.ctx = s->socket.ops->opened(ctx, s, peer);
  if (is_closing(s)) return;
  rc = uv_read_start(as_uv(s), on_alloc, on_read);
  if (rc) cg_stream_drop(s, why_of(rc));
}

/* --- writing ------------------------------------------------------------------ */

static void on_written(uv_write_t *request, int status) {
  cg_stream *s = (cg_stream *)request->handle;
  cg_free(request);
  if (status < 0) cg_stream_drop(s, why_of(status));
}

static cg_err queue(cg_stream *s, cg_bytes bytes) {
  size_t waiting = uv_stream_get_write_queue_size(as_uv(s));
  if (s->accepted && waiting > ACCEPTED_MOST) return CG_E_LIMIT;
  if (bytes.len > WRITE_MOST - waiting) return CG_E_LIMIT;
  pending *p = cg_alloc(sizeof *p + bytes.len);
  if (!p) return CG_E_MEMORY;
  memcpy(p->bytes, bytes.at, bytes.len);
  uv_buf_t buf = uv_buf_init(p->bytes, (unsigned)bytes.len);
  int rc = uv_write(&p->request, as_uv(s), &buf, 1, on_written);
  if (!rc) return CG_OK;
  cg_free(p);
  return why_of(rc);
}

/* Writes what the socket takes at once. */
static cg_err write_now(cg_stream *s, cg_bytes *bytes) {
  while (bytes->len && !uv_stream_get_write_queue_size(as_uv(s))) {
    /* The buffer is read from only: libuv's type knows no const. */
    char *at = (char *)(uintptr_t)bytes->at;
    unsigned len = bytes->len < WRITE_MOST ? (unsigned)bytes->len : WRITE_MOST;
    uv_buf_t buf = uv_buf_init(at, len);
    int rc = uv_try_write(as_uv(s), &buf, 1);
    if (rc == UV_EAGAIN) break;
    if (rc < 0) return why_of(rc);
    bytes->at += rc;
    bytes->len -= (size_t)rc;
  }
  return CG_OK;
}

cg_err cg_stream_write(cg_stream *s, cg_bytes bytes) {
  if (is_closing(s) || s->finishing) return CG_E_CLOSED;
  cg_err err = write_now(s, &bytes);
  if (!err && bytes.len) err = queue(s, bytes);
  if (err) cg_stream_drop(s, err);
  return err;
}
