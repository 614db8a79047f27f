/* SPDX-License-Identifier: MIT */
/*
 * loop_impl.h - the inside of the loop, shared by its files.
 *
 * Rules of libuv that these files obey: a handle that was initialised is closed with
 * uv_close(), its memory goes in the close callback, which never runs from within the
 * call that asked for it; requests always end by their own callback.
 * Each handle is the first member of its struct, so that one leads to the other.
 */
#ifndef CG_LOOP_IMPL_H
#define CG_LOOP_IMPL_H

#include <centigram/loop.h>

#include <uv.h>

enum { CG_LOOP_BUFFER = 65536 };

struct cg_loop {
  uv_loop_t uv;
  uv_prepare_t prepare; /* these two end turns: before waiting, and after */
  uv_check_t check;
  uv_signal_t signals[2];
  uv_async_t wake;
  void (*woken)(void *ctx);
  void *woken_ctx;
  void (*turn)(void *ctx);
  void *turn_ctx;
  void (*hit)(void *ctx, int signal);
  void *hit_ctx;
  uint64_t start_us, start_ns; /* wall clock and monotonic clock at the start */
  cg_stream *ended;            /* streams whose peer ended them in this turn */
  bool called;                 /* a callback ran in this turn */
  bool running;                /* in cg_loop_run() */
  bool inside;                 /* in uv_run(), which then ends and forgets a stop */
  bool stopped;
  bool closing;                /* in cg_loop_free() */
  uint64_t linger_us;          /* what cg_stream_close_after() waits; 0: as loop.h says */
  char buffer[CG_LOOP_BUFFER]; /* what was read; one stream at a time uses it */
};

/* What streams and listeners have in common. */
typedef struct {
  uv_tcp_t tcp;
  cg_loop *loop;
  const cg_stream_ops *ops;
  void *ctx;
  bool listens;
} cg_socket;

struct cg_stream {
  cg_socket socket;        /* its ctx is the stream's own */
  uv_shutdown_t shutdown;
  cg_stream *next_ended;
  cg_err why;              /* told to `closed` */
  cg_timer *linger;        /* ends the stream while it is finishing; NULL: not needed */
  bool accepted, opened, finishing;
};

/* A new stream that is not yet connected; NULL when memory is out. */
cg_stream *cg_stream_new(cg_loop *loop, const cg_stream_ops *ops);

/* Tells the owner of a stream that is now connected, and starts to read. */
void cg_stream_begin(cg_stream *s, void *ctx);

/* Closes at once and tells `why`; nothing if it is closing already. */
void cg_stream_drop(cg_stream *s, cg_err why);

/* Closes, once all is written, the streams whose peers have ended them. */
void cg_stream_finish_ended(cg_loop *loop);

/* An address literal or "localhost"; false for any other name. */
bool cg_address_parse(const char *host, uint16_t port, struct sockaddr_storage *out);

/* Splits "HOST:PORT" or "[HOST]:PORT". USAGE, named in `fault`. */
cg_err cg_address_split(const char *text, char host[256], uint16_t *port,
                        cg_fault *fault);

#endif
