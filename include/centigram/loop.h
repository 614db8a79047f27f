/* SPDX-License-Identifier: MIT */
/*
 * loop.h - an event loop for programs that bring none: sockets, timers, child
 * processes and signals, on libuv. Everything else in the library is without it.
 *
 * Callbacks run inside cg_loop_run() and may call any function here but
 * cg_loop_run() and cg_loop_free(). A stream's owner never frees it: after `closed`
 * it is gone. Making a loop lets the process ignore SIGPIPE, unless it handles it.
 */
#ifndef CENTIGRAM_LOOP_H
#define CENTIGRAM_LOOP_H

#include "base.h"
#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cg_loop cg_loop;
typedef struct cg_listener cg_listener;
typedef struct cg_stream cg_stream;
typedef struct cg_timer cg_timer;

CG_API CG_MUST_USE cg_err cg_loop_new(cg_loop **out);
/* Closes and frees what is open, with a last call of `closed` or `failed` (CANCELLED);
 * children run on. NULL is allowed. */
CG_API void cg_loop_free(cg_loop *loop);

/* Runs until cg_loop_stop() or until nothing is left to wait for. A stop outside of a
 * run does nothing. */
CG_API void cg_loop_run(cg_loop *loop);
CG_API void cg_loop_stop(cg_loop *loop);

/* Unix time in microseconds, carried on by the monotonic clock: never goes back. */
CG_API uint64_t cg_loop_now(const cg_loop *loop);

/* Calls `turn` once at the end of every turn in which any callback ran. */
CG_API void cg_loop_on_turn(cg_loop *loop, void (*turn)(void *ctx), void *ctx);

/* --- streams -------------------------------------------------------------- */

typedef struct {
  /* A connection was accepted or made; returns its context for the calls below. */
  void *(*opened)(void *ctx, cg_stream *stream, const char *peer_ip);
  void (*data)(void *stream_ctx, cg_bytes in);
  /* Called once, also after cg_stream_close(): the last call for this stream. `why`:
   * OK closed by us, CLOSED by the peer, LIMIT it let too much wait for it (64 MB; it was
   * given more while 2 MB waited, if it was accepted), IO, TIMEOUT. */
  void (*closed)(void *stream_ctx, cg_err why);
} cg_stream_ops; /* must live as long as the loop */

/* Listens on "HOST:PORT" ("[::1]:443", port 0 takes a free one), SO_REUSEADDR set.
 * IO (port in use, no such address) is named in `fault`. */
CG_API CG_MUST_USE cg_err cg_loop_listen(cg_loop *loop, const char *address,
                                         const cg_stream_ops *ops, void *ctx,
                                         cg_listener **out, cg_fault *fault);
CG_API uint16_t cg_listener_port(const cg_listener *l);
CG_API void cg_listener_close(cg_listener *l); /* open streams stay */

/* Connects to an address or name. After OK `opened` or `failed` (CONNECT, TIMEOUT)
 * follows, once and later; after an error neither. */
CG_API CG_MUST_USE cg_err cg_loop_connect(cg_loop *loop, const char *host, uint16_t port,
                                          const cg_stream_ops *ops, void *ctx,
                                          void (*failed)(void *ctx, cg_err why),
                                          cg_fault *fault);

/* The address of this machine that the stream came in on or goes out from, "" if it has
 * none any more. */
CG_API void cg_stream_local_ip(const cg_stream *s, char out[64]);

/* Queues a copy of `bytes`. After an error (CLOSED: it is being closed) the stream is
 * closed, which `closed` tells. */
CG_API cg_err cg_stream_write(cg_stream *s, cg_bytes bytes);
CG_API void cg_stream_close(cg_stream *s);        /* at once */
CG_API void cg_stream_close_after(cg_stream *s);  /* once all is written, or in 10 s */

/* --- other threads -------------------------------------------------------- */

/* Lets cg_loop_wake() call `woken` on the loop. The loop then has something to wait for
 * until it is stopped. */
CG_API CG_MUST_USE cg_err cg_loop_on_wake(cg_loop *loop, void (*woken)(void *ctx),
                                          void *ctx);

/* The one function here that any thread may call, from cg_loop_on_wake() until the loop
 * is freed: `woken` is called soon, once for all calls until then. */
CG_API void cg_loop_wake(cg_loop *loop);

/* CLOCK_MONOTONIC in microseconds, for threads that wait for a loop. */
CG_API uint64_t cg_monotonic(void);

/* --- timers, signals, children --------------------------------------------- */

CG_API CG_MUST_USE cg_err cg_timer_new(cg_loop *loop, void (*due)(void *ctx), void *ctx,
                                       cg_timer **out);
CG_API void cg_timer_at(cg_timer *t, uint64_t at_us); /* UINT64_MAX: stop */
CG_API void cg_timer_free(cg_timer *t);

/* Calls `hit` for SIGINT and SIGTERM. */
CG_API CG_MUST_USE cg_err cg_loop_on_signal(cg_loop *loop, void (*hit)(void *ctx, int signal),
                                            void *ctx);

/* Runs argv[0] from the PATH with stdin, stdout and stderr of this process and
 * NAME=VALUE pairs added to its environment; `ended` gets its exit status, or 128 +
 * signal. NOT_FOUND names the command. */
CG_API CG_MUST_USE cg_err cg_loop_spawn(cg_loop *loop, char *const argv[],
                                        const char *const env[],
                                        void (*ended)(void *ctx, int status), void *ctx,
                                        cg_fault *fault);

/* Sends `signal` to every child that still runs. */
CG_API void cg_loop_signal_children(cg_loop *loop, int signal);

/* System randomness, for the objects that take it as an argument. */
CG_API cg_err cg_random(void *ctx, void *out, size_t len);

#ifdef __cplusplus
}
#endif
#endif
