/* SPDX-License-Identifier: MIT */
/* client_calls.c - calls from the request to the answer; see client_core.h. */
#include "client_state.h"

#include "clock.h"
#include "dc.h"
#include "mem.h"
#include "reader.h"
#include "rpc_error.h"
#include "wipe.h"

#include <centigram/api.h>

#include <string.h>

/* --- the list of calls ----------------------------------------------------- */

static cg_core_item *find(cg_core *c, uint64_t tag) {
  cg_core_item *call = c->calls.first;
  while (call && call->tag != tag) call = call->next;
  return call;
}

void cg_core_deliver(cg_core *c, cg_core_item *call) {
  if (call->quiet)
    cg_core_item_free(call);
  else if (call->alone)
    cg_core_qr_stepped(c, call);
  else
    cg_core_append(&c->events, call);
}

static void finish(cg_core *c, cg_core_item *call) {
  if (call->sent && c->session && call->fault.err) {
    cg_err ignored = cg_session_drop(c->session, call->tag); /* ended there already */
    (void)ignored;
  }
  if (call->fault.err) cg_login_unanswered(&c->data->login, &call->step);
  cg_wipe(&call->step, sizeof call->step);
  cg_core_remove(&c->calls, call);
  if (call->of_reset)
    cg_core_reset_stepped(c, call);
  else
    cg_core_deliver(c, call);
}

static const char doubtful[] = "it is not known whether the server carried the call out";

/* Carried out twice it does no more than once: a call that reads, a log-out. */
static bool is_harmless(const cg_core_item *call) {
  return call->reads || call->step.kind == CG_STEP_LOG_OUT;
}

void cg_core_fail_all(cg_core *c) {
  while (c->calls.first) {
    c->calls.first->fault = c->trouble;
    finish(c, c->calls.first);
  }
}

void cg_core_refuse(cg_core *c, const cg_rpc_error *error, bool all) {
  for (cg_core_item *call = c->calls.first, *next; call; call = next) {
    next = call->next;
    if (!all && !call->sent) continue;
    call->error = *error;
    finish(c, call);
  }
}

void cg_core_fail_doubtful(cg_core *c) {
  for (cg_core_item *call = c->calls.first, *next; call; call = next) {
    next = call->next;
    if (!call->exposed || is_harmless(call)) continue;
    cg_fail(&call->fault, CG_E_CLOSED, "%s", doubtful);
    finish(c, call);
  }
}

void cg_core_refuse_attempts(cg_core *c, const cg_rpc_error *error) {
  for (cg_core_item *call = c->calls.first, *next; call; call = next) {
    next = call->next;
    if (!call->step.hash[0]) continue;
    call->error = *error;
    finish(c, call);
  }
}

bool cg_core_holds(const cg_core *c, const cg_core_item *call) {
  bool leaves = c->data->login.reset || c->reset.phase == CG_RESET_BEGIN;
  return leaves && !call->of_reset;
}

/* --- requests -------------------------------------------------------------- */

cg_err cg_core_encode(const tl_obj *request, cg_buf *out, cg_fault *fault) {
  cg_bytes bytes;
  cg_arena *arena = cg_arena_new(0);
  if (!arena) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  cg_err err = cg_tl_encode(cg_tl_api(), request, arena, &bytes, fault);
  if (!err) {
    cg_buf_bytes(out, bytes);
    cg_wipe((void *)(uintptr_t)bytes.at, bytes.len); /* may hold a code */
    if (out->err) err = cg_fail(fault, out->err, "%s", cg_err_text(out->err));
  }
  cg_arena_free(arena);
  return err;
}

/* True for a method that is named after what it gets, "help.getConfig", and that does
 * nothing besides. */
static bool only_reads(const tl_obj *request) {
  if (request->id == TL_ID_messages_getBotCallbackAnswer)
    return false;                                                   /* a key pressed */
  if (request->id == TL_ID_messages_getMessagesViews) return false; /* counts a view */
  const char *name = cg_tl_name(cg_tl_api(), request), *dot = strchr(name, '.');
  return !strncmp(dot ? dot + 1 : name, "get", 3);
}

cg_err cg_core_call(cg_core *c, const tl_obj *request, uint64_t timeout_us,
                    uint64_t now_us, uint64_t *tag, cg_fault *fault) {
  cg_core_item *call = cg_alloc(sizeof *call);
  if (!call) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  call->kind = CG_CORE_DONE;
  cg_err err = cg_core_encode(request, &call->request, fault);
  if (!err && cg_core_reset_resume(c, now_us))
    err = cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  if (err) {
    cg_core_item_free(call);
    return err;
  }
  call->tag = *tag = ++c->last_tag;
  call->timeout = timeout_us;
  call->deadline = now_us + timeout_us;
  call->reads = only_reads(request);
  cg_login_step_of(request, &call->step);
  cg_login_requested(&c->data->login, &call->step);
  cg_core_append(&c->calls, call);
  if (!c->wanted && c->link == CG_LINK_DOWN) c->retry_at = now_us;
  c->wanted = true;
  cg_core_flush(c, now_us);
  cg_core_link_tick(c, now_us);
  return CG_OK;
}

void cg_core_drop(cg_core *c, uint64_t tag) {
  cg_core_item *call = find(c, tag);
  if (!call) return;
  cg_fail(&call->fault, CG_E_CANCELLED, "%s", cg_err_text(CG_E_CANCELLED));
  finish(c, call);
  cg_core_remove(&c->events, call); /* nobody is to hear of it */
  cg_core_item_free(call);
}

cg_core_item *cg_core_make_call(cg_core *c, const tl_obj *request, uint64_t timeout_us,
                                uint64_t now_us) {
  cg_core_item *call = cg_alloc(sizeof *call);
  if (!call) return NULL;
  call->kind = CG_CORE_DONE;
  if (cg_core_encode(request, &call->request, NULL)) {
    cg_core_item_free(call);
    return NULL;
  }
  call->tag = ++c->last_tag;
  call->timeout = timeout_us;
  call->deadline = now_us + timeout_us;
  cg_login_step_of(request, &call->step);
  return call;
}

/* Appends the request in invokeWithLayer(initConnection(...)). */
static void wrap(const cg_core *c, cg_bytes request, cg_buf *out) {
  cg_buf_u32(out, TL_ID_invokeWithLayer);
  cg_buf_u32(out, (uint32_t)cg_tl_layer(cg_tl_api()));
  cg_buf_u32(out, TL_ID_initConnection);
  cg_buf_u32(out, 0);
  cg_buf_u32(out, (uint32_t)c->o.api_id);
  cg_buf_str(out, cg_bytes_of(c->o.device_model));
  cg_buf_str(out, cg_bytes_of(c->o.system_version));
  cg_buf_str(out, cg_bytes_of(c->o.app_version));
  cg_buf_str(out, cg_bytes_of(c->o.lang_code)); /* of the system */
  cg_buf_str(out, CG_LIT(""));                  /* language pack */
  cg_buf_str(out, cg_bytes_of(c->o.lang_code));
  cg_buf_bytes(out, request);
}

/* Gives one call to the session. */
static void send(cg_core *c, cg_core_item *call) {
  cg_buf body = { 0 };
  call->wrapped = !c->inited;
  if (call->wrapped)
    wrap(c, cg_buf_view(&call->request), &body);
  else
    cg_buf_bytes(&body, cg_buf_view(&call->request));
  cg_err err = body.err;
  if (!err) err = cg_session_call(c->session, call->tag, cg_buf_view(&body));
  cg_buf_wipe(&body);
  call->sent = !err;
  if (!err) return;
  cg_fail(&call->fault, err, "the call cannot be sent: %s", cg_err_text(err));
  finish(c, call);
}

void cg_core_flush(cg_core *c, uint64_t now_us) {
  if (c->link != CG_LINK_UP) return;
  for (cg_core_item *call = c->calls.first, *next; call; call = next) {
    next = call->next;
    if (!call->sent && now_us >= call->not_before && !cg_core_holds(c, call))
      send(c, call);
  }
}

/* Its time is over. */
static void too_late(cg_core *c, cg_core_item *call) {
  char at[CG_CORE_WHERE];
  cg_core_where(c, at);
  if (c->link == CG_LINK_UP || !c->trouble.err)
    cg_fail(&call->fault, CG_E_TIMEOUT, "no answer from %s within %u ms", at,
            (unsigned)(call->timeout / 1000));
  else
    call->fault = c->trouble;
  finish(c, call);
}

void cg_core_calls_tick(cg_core *c, uint64_t now_us) {
  for (cg_core_item *call = c->calls.first, *next; call; call = next) {
    next = call->next;
    if (now_us >= call->deadline) too_late(c, call);
  }
  cg_core_flush(c, now_us);
}

/* --- answers --------------------------------------------------------------- */

/* Moves the login by the answer in `body`. An answer that cannot be read moves nothing:
 * whoever called reads it again and gets the error. */
static cg_err read_answer(cg_core *c, cg_core_item *call, cg_bytes body, uint64_t now_us,
                          cg_login_change *change) {
  const tl_obj *request, *answer;
  cg_arena *arena = cg_arena_new(0);
  if (!arena) return CG_E_MEMORY;
  cg_err err =
      cg_tl_decode(cg_tl_api(), cg_buf_view(&call->request), arena, &request, NULL);
  if (!err) err = cg_tl_decode_result(cg_tl_api(), request, body, arena, &answer, NULL);
  if (!err)
    err = cg_login_answered(&c->data->login, &call->step, answer, c->data->main_dc,
                            cg_unix(now_us), change);
  cg_arena_free(arena);
  return err == CG_E_MEMORY ? err : CG_OK;
}

static void answered(cg_core *c, cg_core_item *call, cg_bytes body, uint64_t now_us) {
  cg_login_change change = CG_LOGIN_SAME;
  cg_err err = CG_OK;
  if (cg_core_qr_follow(c, call, body, now_us)) return;
  call->step.ahead_s = cg_core_dc(c)->time_offset;
  if (call->step.kind != CG_STEP_NONE) err = read_answer(c, call, body, now_us, &change);
  cg_buf_bytes(&call->body, body);
  if (!err) err = call->body.err;
  if (err) cg_fail(&call->fault, err, "%s", cg_err_text(err));
  call->moved = change != CG_LOGIN_SAME;
  if (call->moved) cg_core_emit(c, CG_CORE_SAVE);
  finish(c, call);
}

/* --- refusals -------------------------------------------------------------- */

/* The other calls end, they belong to the old data centre. */
void cg_core_migrate(cg_core *c, cg_core_item *call, int32_t to, uint64_t now_us) {
  call->migrations++;
  call->sent = false;
  cg_core_remove(&c->calls, call);
  cg_fail(&c->trouble, CG_E_CLOSED, "the account lives in data centre %d", (int)to);
  cg_core_fail_all(c);
  cg_core_append(&c->calls, call);
  cg_log_write(c->o.log, CG_LOG_INFO, "data centre %d sends us to %d",
               (int)c->data->main_dc, (int)to);
  c->data->main_dc = to;
  if (cg_login_is_pending(&c->data->login)) cg_login_forget(&c->data->login);
  cg_core_end_session(c);
  cg_core_emit(c, CG_CORE_SAVE);
  cg_core_reconnect(c, 0, now_us);
}

/* A code attempt does not go on in another data centre (protocol.md 244). */
bool cg_core_may_migrate(const cg_core *c, const cg_core_item *call, int32_t to) {
  return to && to != c->data->main_dc && cg_dc_find(c->o.dc, to, 0) &&
         call->migrations < CG_CORE_MIGRATIONS && !call->step.hash[0];
}

static bool wants_init(const cg_rpc_error *e) {
  return e->code == 400 && (!strcmp(e->text, "CONNECTION_NOT_INITED") ||
                            !strcmp(e->text, "CONNECTION_LAYER_INVALID"));
}

/* The server failed by itself: what only reads is asked again after 1, 2 and 4 seconds,
 * if there is time for it (protocol.md 230). */
static bool repeat(cg_core_item *call, uint64_t now_us) {
  bool ails = call->error.code >= 500 || call->error.code == -503;
  uint64_t wait_us = CG_SECOND << call->repeats;
  if (!ails || !call->reads || call->repeats == CG_CORE_REPEATS) return false;
  if (now_us + wait_us >= call->deadline) return false;
  call->repeats++;
  call->not_before = now_us + wait_us;
  call->sent = false;
  return true;
}

static void refused(cg_core *c, cg_core_item *call, uint64_t now_us) {
  int32_t to = cg_rpc_error_migrate(&call->error);
  if (wants_init(&call->error) && call->inits++ == 0) {
    c->inited = false;
    send(c, call);
    return;
  }
  if (repeat(call, now_us)) return;
  if (cg_core_may_migrate(c, call, to)) {
    cg_core_migrate(c, call, to, now_us);
    return;
  }
  cg_rpc_error error = call->error;
  cg_login_change change =
      cg_login_refused(&c->data->login, &call->step, &error, cg_unix(now_us));
  call->moved = change != CG_LOGIN_SAME;
  if (call->moved) cg_core_emit(c, CG_CORE_SAVE);
  finish(c, call);
  if (change != CG_LOGIN_LOST) return;
  cg_core_drop_key(c);
  cg_core_refuse(c, &error, true);
  cg_core_reconnect(c, 0, now_us);
}

/* --- what the session says ------------------------------------------------- */

static void result(cg_core *c, const cg_session_event *ev, uint64_t now_us) {
  cg_core_item *call = find(c, ev->tag);
  if (!call) return;
  bool wrapped = call->wrapped;
  call->error = (cg_rpc_error){ 0 };
  bool error = cg_rpc_error_read(ev->body, &call->error);
  if (wrapped && !(error && wants_init(&call->error))) c->inited = true;
  if (error)
    refused(c, call, now_us);
  else
    answered(c, call, ev->body, now_us);
}

/* TIMEOUT: it may have run; what only reads is asked again all the same. */
static void failed(cg_core *c, const cg_session_event *ev) {
  cg_core_item *call = find(c, ev->tag);
  if (!call) return;
  call->sent = false;
  if (ev->err == CG_E_TIMEOUT) {
    if (is_harmless(call) && call->repeats++ < CG_CORE_REPEATS) return;
    cg_fail(&call->fault, ev->err, "%s", doubtful);
  } else {
    cg_fail(&call->fault, ev->err, "the call failed: %s", cg_err_text(ev->err));
  }
  finish(c, call);
}

static void update(cg_core *c, const cg_session_event *ev) {
  cg_core_qr_saw(c, ev->body);
  cg_core_item *item = cg_alloc(sizeof *item);
  if (!item) return; /* updates are fetched again when some are missing */
  item->kind = CG_CORE_UPDATE;
  cg_buf_bytes(&item->body, ev->body);
  if (item->body.err)
    cg_core_item_free(item);
  else
    cg_core_append(&c->events, item);
}

static void keep_salt(cg_core *c) {
  cg_session_dc *dc = cg_core_dc(c);
  uint64_t salt = cg_session_salt(c->session);
  int64_t offset = cg_session_time_offset(c->session);
  if (dc->salt == salt && dc->time_offset == offset) return;
  dc->salt = salt;
  cg_core_set_offset(c, offset);
  cg_core_emit(c, CG_CORE_SAVE);
}

void cg_core_drain(cg_core *c, uint64_t now_us) {
  cg_session_event ev;
  /* an answer may end the session: a migration, a lost account */
  while (c->link == CG_LINK_UP && cg_session_next(c->session, &ev)) {
    switch (ev.kind) {
    case CG_SESSION_RESULT: result(c, &ev, now_us); break;
    case CG_SESSION_FAILED: failed(c, &ev); break;
    case CG_SESSION_UPDATE: update(c, &ev); break;
    case CG_SESSION_SALT: keep_salt(c); break;
    default: break;
    }
  }
}
