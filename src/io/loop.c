/* SPDX-License-Identifier: MIT */
/*
 * loop.c - the loop itself, its clock, timers and signals: see centigram/loop.h.
 *
 * Timers run before the loop waits, sockets after it: so a turn ends, if a callback
 * ran in it, both right before and right after the waiting.
 */
#include "loop_impl.h"

#include "mem.h"

#include <assert.h>
#include <signal.h>
#include <time.h>

struct cg_timer {
  uv_timer_t timer;
  cg_loop *loop;
  void (*due)(void *ctx);
  void *ctx;
  uint64_t at;
};

static void end_turn(cg_loop *loop) {
  if (loop->called && loop->turn) {
    loop->called = false;
    loop->turn(loop->turn_ctx);
  }
  loop->called = false;
  cg_stream_finish_ended(loop);
}

static void on_prepare(uv_prepare_t *handle) {
  end_turn(handle->data);
}

static void on_check(uv_check_t *handle) {
  end_turn(handle->data);
}

/* The turn's own handles must not keep the loop alive. */
static void start_turns(cg_loop *loop) {
  uv_prepare_init(&loop->uv, &loop->prepare);
  uv_check_init(&loop->uv, &loop->check);
  loop->prepare.data = loop->check.data = loop;
  uv_prepare_start(&loop->prepare, on_prepare);
  uv_check_start(&loop->check, on_check);
  uv_unref((uv_handle_t *)&loop->prepare);
  uv_unref((uv_handle_t *)&loop->check);
}

/* A peer that goes away while it is written to must not end the process. */
static void ignore_sigpipe(void) {
  struct sigaction old;
  if (!sigaction(SIGPIPE, NULL, &old) && old.sa_handler == SIG_DFL)
    signal(SIGPIPE, SIG_IGN);
}

cg_err cg_loop_new(cg_loop **out) {
  cg_loop *loop = cg_alloc(sizeof *loop);
  if (!loop) return CG_E_MEMORY;
  int rc = uv_loop_init(&loop->uv);
  if (rc) {
    cg_free(loop);
    return rc == UV_ENOMEM ? CG_E_MEMORY : CG_E_IO;
  }
  ignore_sigpipe();
  start_turns(loop);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  loop->start_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
  loop->start_ns = uv_hrtime();
  *out = loop;
  return CG_OK;
}

static void free_handle(uv_handle_t *handle) {
  cg_free(handle);
}

static void close_handle(uv_handle_t *handle, void *ctx) {
  (void)ctx;
  if (uv_is_closing(handle)) return;
  switch (handle->type) {
  case UV_TCP:
    if (((cg_socket *)handle)->listens) cg_listener_close((cg_listener *)handle);
    else cg_stream_drop((cg_stream *)handle, CG_E_CANCELLED);
    break;
  case UV_TIMER:
  case UV_PROCESS: uv_close(handle, free_handle); break;
  default: uv_close(handle, NULL); /* part of the loop */
  }
}

void cg_loop_free(cg_loop *loop) {
  if (!loop) return;
  loop->closing = true;
  loop->turn = NULL;
  uv_walk(&loop->uv, close_handle, NULL);
  uv_run(&loop->uv, UV_RUN_DEFAULT);
  int rc = uv_loop_close(&loop->uv);
  assert(rc == 0);
  (void)rc;
  cg_free(loop);
}

void cg_loop_run(cg_loop *loop) {
  loop->running = true;
  do {
    loop->inside = true;
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    loop->inside = false;
    end_turn(loop); /* for what ran while the last handles closed */
  } while (!loop->stopped && uv_loop_alive(&loop->uv));
  loop->stopped = loop->running = false;
}

void cg_loop_stop(cg_loop *loop) {
  if (!loop->running) return;
  loop->stopped = true;
  if (loop->inside) uv_stop(&loop->uv);
}

uint64_t cg_loop_now(const cg_loop *loop) {
  return loop->start_us + (uv_hrtime() - loop->start_ns) / 1000;
}

void cg_loop_on_turn(cg_loop *loop, void (*turn)(void *ctx), void *ctx) {
  loop->turn = turn;
  loop->turn_ctx = ctx;
}

/* --- other threads ----------------------------------------------------------- */

static void on_wake(uv_async_t *handle) {
  cg_loop *loop = handle->data;
  loop->called = true;
  loop->woken(loop->woken_ctx);
}

cg_err cg_loop_on_wake(cg_loop *loop, void (*woken)(void *ctx), void *ctx) {
  if (loop->closing || loop->woken) return CG_E_STATE;
  if (uv_async_init(&loop->uv, &loop->wake, on_wake)) return CG_E_IO;
  loop->wake.data = loop;
  loop->woken = woken;
  loop->woken_ctx = ctx;
  return CG_OK;
}

void cg_loop_wake(cg_loop *loop) {
  uv_async_send(&loop->wake);
}

uint64_t cg_monotonic(void) {
  return uv_hrtime() / 1000;
}

/* --- timers ------------------------------------------------------------------ */

static void on_timer(uv_timer_t *handle);

/* libuv counts in milliseconds from a time that it has cached. */
static void arm(cg_timer *t) {
  uint64_t now = cg_loop_now(t->loop);
  uint64_t wait_us = t->at > now ? t->at - now : 0;
  uv_update_time(&t->loop->uv);
  uv_timer_start(&t->timer, on_timer, wait_us / 1000 + (wait_us % 1000 != 0), 0);
}

static void on_timer(uv_timer_t *handle) {
  cg_timer *t = (cg_timer *)handle;
  if (cg_loop_now(t->loop) < t->at) {
    arm(t); /* the cached time was ahead by a fraction of a millisecond */
    return;
  }
  t->loop->called = true;
  t->due(t->ctx);
}

cg_err cg_timer_new(cg_loop *loop, void (*due)(void *ctx), void *ctx, cg_timer **out) {
  if (loop->closing) return CG_E_STATE;
  cg_timer *t = cg_alloc(sizeof *t);
  if (!t) return CG_E_MEMORY;
  uv_timer_init(&loop->uv, &t->timer);
  t->loop = loop;
  t->due = due;
  t->ctx = ctx;
  *out = t;
  return CG_OK;
}

void cg_timer_at(cg_timer *t, uint64_t at_us) {
  t->at = at_us;
  if (at_us == UINT64_MAX) uv_timer_stop(&t->timer);
  else arm(t);
}

void cg_timer_free(cg_timer *t) {
  if (t) uv_close((uv_handle_t *)&t->timer, free_handle);
}

/* --- signals ----------------------------------------------------------------- */

static void on_signal(uv_signal_t *handle, int signal) {
  cg_loop *loop = handle->data;
  loop->called = true;
  loop->hit(loop->hit_ctx, signal);
}

/* Waiting for a signal alone must not keep the loop alive. */
static cg_err watch_signal(cg_loop *loop, uv_signal_t *handle, int signal) {
  if (!handle->loop && uv_signal_init(&loop->uv, handle)) return CG_E_IO;
  handle->data = loop;
  if (uv_signal_start(handle, on_signal, signal)) return CG_E_IO;
  uv_unref((uv_handle_t *)handle);
  return CG_OK;
}

cg_err cg_loop_on_signal(cg_loop *loop, void (*hit)(void *ctx, int signal), void *ctx) {
  loop->hit = hit;
  loop->hit_ctx = ctx;
  cg_err err = watch_signal(loop, &loop->signals[0], SIGINT);
  return err ? err : watch_signal(loop, &loop->signals[1], SIGTERM);
}
