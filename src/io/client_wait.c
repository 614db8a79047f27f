/* SPDX-License-Identifier: MIT */
/* client_wait.c - waiting for what a login does by itself; see centigram/login.h. */
#include "client_driver.h"

void cg_client_moved(cg_client *c, const cg_result *result) {
  cg_client_watch *w = c->watch;
  c->watch = NULL;
  if (w) {
    *w->result = *result;
    w->over = true;
    if (w->running) cg_loop_stop(c->loop);
  }
  if (c->login && !c->doomed) c->login(c->login_ctx, result->fault.err, result);
}

static void on_time(void *ctx) {
  cg_client_watch *w = ctx;
  cg_result late = { 0 };
  cg_fail(&late.fault, CG_E_TIMEOUT, "no other device has accepted the QR code yet");
  w->client->watch = NULL;
  *w->result = late;
  w->over = true;
  if (w->running) cg_loop_stop(w->client->loop);
}

/* Runs the loop until it is over. */
static void run(cg_client *c, cg_client_watch *w) {
  c->watch = w;
  c->waiting = true;
  cg_core_qr_go(c->core, cg_loop_now(c->loop));
  cg_client_pump(c);
  w->running = true;
  if (!w->over) cg_loop_run(c->loop);
  c->waiting = false;
  c->watch = NULL;
  if (!w->over) cg_fail(&w->result->fault, CG_E_CANCELLED, "the loop was stopped");
}

static cg_err watch(cg_client *c, int timeout_ms, cg_result *result) {
  cg_client_watch w = { .client = c, .result = result };
  cg_timer *timer;
  cg_err err = cg_timer_new(c->loop, on_time, &w, &timer);
  if (err) return cg_fail(&result->fault, err, "%s", cg_err_text(err));
  if (timeout_ms > 0)
    cg_timer_at(timer, cg_loop_now(c->loop) + (uint64_t)timeout_ms * 1000);
  run(c, &w);
  cg_timer_free(timer);
  return result->fault.err;
}

cg_err cg_login_wait(cg_client *c, int timeout_ms, cg_result *result) {
  if (c->pumping || c->waiting) {
    *result = (cg_result){ 0 };
    return cg_fail(&result->fault, CG_E_STATE, "not from inside a callback");
  }
  cg_client_hold(c);
  cg_err err = cg_client_settle(c, result);
  if (!err)
    err = cg_login_may(cg_client_login(c), CG_LOGIN_DO_WAIT, NULL, cg_client_now_s(c),
                       &result->fault);
  if (!err) err = watch(c, timeout_ms, result);
  cg_client_release(c);
  return err;
}
