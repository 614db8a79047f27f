/* SPDX-License-Identifier: MIT */
/*
 * client_reset.c - an account is given up: softly, with the server's knowledge, or by
 * force, here alone; see cg_core_reset() in client_core.h.
 *
 * Soft: auth.cancelCode if a code is awaited; then the marker goes to disk; then
 * auth.logOut; what it is answered with ends in the wipe. The marker outlives a crash,
 * and calls wait behind it. A phase that ends in the midst of other work is followed up
 * when events are asked for: cg_core_reset_go_on().
 *
 * protocol.md 266
 */
#include "client_state.h"

#include "clock.h"
#include "login_request.h"
#include "mem.h"
#include "wipe.h"

#include <centigram/api.h>

#include <stdio.h>

static const uint64_t CANCEL_LIMIT = 2 * CG_SECOND, RESUME_LIMIT = 30 * CG_SECOND;

static const cg_rpc_error unauthorized = { 401, -1, 0, "Unauthorized" };

/* --- its calls ------------------------------------------------------------- */

typedef cg_err make_request(const cg_login *l, cg_arena *arena, const tl_obj **out);

static cg_err log_out(const cg_login *l, cg_arena *arena, const tl_obj **out) {
  (void)l;
  return cg_login_ask_log_out(arena, out);
}

/* A call of the reset, not yet in the list; NULL when memory is out. */
static cg_core_item *new_call(cg_core *c, make_request *make, uint64_t timeout_us,
                              uint64_t now_us) {
  const tl_obj *request = NULL;
  cg_core_item *call = NULL;
  cg_arena *arena = cg_arena_new(0);
  if (arena && !make(&c->data->login, arena, &request))
    call = cg_core_make_call(c, request, timeout_us, now_us);
  if (call) call->of_reset = true;
  cg_arena_free(arena);
  return call;
}

static void queue(cg_core *c, cg_core_item *call) {
  cg_core_append(&c->calls, call);
  if (!c->wanted && c->link == CG_LINK_DOWN) c->retry_at = 0;
  c->wanted = true;
}

static void end(cg_core *c) {
  cg_core_item *call = c->reset.call;
  c->reset.phase = CG_RESET_NONE;
  c->reset.call = NULL;
  cg_core_deliver(c, call);
}

/* --- its end --------------------------------------------------------------- */

/* Nothing stays but the tokens that later log-ins may show. */
static void wipe_data(cg_session_data *d, int32_t first_dc) {
  cg_login_end(&d->login);
  cg_wipe(d->dcs, sizeof d->dcs);
  d->dc_count = 0;
  d->main_dc = first_dc;
  d->made = d->login.token_count > 0;
}

/* Calls that the old key carried are refused, or all of them. */
static void wipe(cg_core *c, bool all) {
  cg_core_refuse(c, &unauthorized, all);
  cg_core_end_session(c);
  cg_core_reconnect(c, 0, 0);
  wipe_data(c->data, c->o.dc->this_dc);
  c->wanted = c->calls.first != NULL;
  c->was_up = c->proving = false;
  c->tries = c->unknown_key = 0;
}

/* The answer of a server that has nothing to log out. */
static void answer_here(cg_core_item *call) {
  call->error = (cg_rpc_error){ 0 };
  cg_buf_u32(&call->body, TL_ID_auth_loggedOut);
  cg_buf_u32(&call->body, 0);
  if (call->body.err)
    cg_fail(&call->fault, call->body.err, "%s", cg_err_text(call->body.err));
}

/* --- the way there --------------------------------------------------------- */

/* No code is awaited any more. */
static void begin(cg_core *c) {
  cg_login *l = &c->data->login;
  cg_login_forget(l);
  if (!l->logged_in) {
    answer_here(c->reset.call);
    c->reset.phase = CG_RESET_WIPE;
    return;
  }
  l->state = CG_LOGIN_LOGGING_OUT;
  l->reset = true;
  c->reset.phase = CG_RESET_MARK;
  cg_core_emit(c, CG_CORE_SAVE);
}

static void leave(cg_core *c) {
  c->reset.phase = CG_RESET_LEAVE;
  queue(c, c->reset.call);
}

void cg_core_reset_saved(cg_core *c, cg_err err, const char *why, uint64_t now_us) {
  if (c->reset.phase != CG_RESET_MARK) return;
  if (!err) {
    leave(c);
    cg_core_flush(c, now_us);
    cg_core_link_tick(c, now_us);
    return;
  }
  c->data->login.reset = false;
  cg_login_forget(&c->data->login);
  cg_fail(&c->reset.call->fault, err, "%s", why);
  end(c);
}

void cg_core_reset_stepped(cg_core *c, cg_core_item *call) {
  if (call != c->reset.call) {
    cg_core_item_free(call); /* cancelCode: whatever came of it */
    c->reset.phase = CG_RESET_BEGIN;
  } else if (call->fault.err) {
    end(c); /* the marker stays: who comes next goes on */
  } else {
    if (call->error.code == 401) answer_here(call); /* it was logged out before */
    c->reset.phase = CG_RESET_WIPE;
  }
}

void cg_core_reset_go_on(cg_core *c) {
  if (c->reset.phase == CG_RESET_BEGIN) begin(c);
  if (c->reset.phase != CG_RESET_WIPE) return;
  cg_core_emit(c, CG_CORE_SAVE);
  wipe(c, false);
  c->reset.call->moved = true;
  end(c);
}

/* --- what is asked for ----------------------------------------------------- */

cg_err cg_core_reset_resume(cg_core *c, uint64_t now_us) {
  c->resume = false;
  if (!c->data->login.reset || c->reset.phase != CG_RESET_NONE) return CG_OK;
  c->reset.call = new_call(c, log_out, RESUME_LIMIT, now_us);
  if (!c->reset.call) return CG_E_MEMORY;
  c->reset.call->quiet = true;
  leave(c);
  return CG_OK;
}

void cg_core_reset_abandon(cg_core *c) {
  cg_core_item *call = c->reset.call;
  bool queued = c->reset.phase == CG_RESET_LEAVE;
  for (cg_core_item *i = c->calls.first; i; i = i->next) i->of_reset = false;
  c->resume = false;
  c->reset.phase = CG_RESET_NONE;
  c->reset.call = NULL;
  if (!call) return;
  call->of_reset = false;
  if (!queued) cg_core_append(&c->calls, call);
}

static void force(cg_core *c, cg_core_item *call) {
  cg_core_reset_abandon(c);
  cg_core_emit(c, CG_CORE_SAVE);
  wipe(c, true);
  call->error = unauthorized;
  call->moved = true;
  cg_core_deliver(c, call);
}

/* Why there is nothing to do, or NULL. */
static const char *needless(const cg_core *c) {
  if (c->reset.call && !c->reset.call->quiet) return "Already logging out";
  bool wiped = c->data->login.state == CG_LOGIN_CLOSED && !c->data->made;
  return wiped ? "Already logged out" : NULL;
}

static cg_err soft(cg_core *c, cg_core_item *call, uint64_t now_us) {
  const cg_login *l = &c->data->login;
  cg_core_item *cancel = NULL;
  bool cancels = !l->reset && cg_login_is_pending(l) && l->hash[0];
  if (cancels) cancel = new_call(c, cg_login_ask_cancel, CANCEL_LIMIT, now_us);
  if (cancels && !cancel) return CG_E_MEMORY;
  c->resume = false;
  c->reset.call = call;
  if (l->reset) {
    leave(c);
  } else if (cancels) {
    cancel->quiet = true;
    call->deadline += CANCEL_LIMIT;
    c->reset.phase = CG_RESET_CANCEL;
    queue(c, cancel);
  } else {
    c->reset.phase = CG_RESET_BEGIN;
  }
  cg_core_flush(c, now_us);
  cg_core_link_tick(c, now_us);
  return CG_OK;
}

cg_err cg_core_reset(cg_core *c, bool by_force, uint64_t timeout_us, uint64_t now_us,
                     uint64_t *tag) {
  const char *why = by_force ? NULL : needless(c);
  if (!by_force && !why && c->reset.call) { /* went on by itself so far */
    c->reset.call->quiet = false;
    c->reset.call->timeout = timeout_us;
    c->reset.call->deadline = now_us + timeout_us;
    *tag = c->reset.call->tag;
    return CG_OK;
  }
  cg_core_item *call = new_call(c, log_out, timeout_us, now_us);
  if (!call) return CG_E_MEMORY;
  *tag = call->tag;
  if (by_force) {
    force(c, call);
  } else if (why) {
    call->error = (cg_rpc_error){ .code = 400, .value = -1 };
    snprintf(call->error.text, sizeof call->error.text, "%s", why);
    cg_core_deliver(c, call);
  } else if (soft(c, call, now_us)) {
    cg_core_item_free(call);
    return CG_E_MEMORY;
  }
  return CG_OK;
}
