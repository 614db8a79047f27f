/* SPDX-License-Identifier: MIT */
/*
 * client_driver.c - a client on the loop: sockets, timer, session file and callbacks
 * around the client without sockets; see centigram/client.h.
 *
 * cg_client_pump() is the only place that acts on events. It never runs inside itself:
 * what callbacks begin is carried out by the pump that called them.
 */
#include "client_driver.h"

#include "dc.h"
#include "mem.h"
#include "session_file.h"
#include "wipe.h"

#include <centigram/api.h>

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { DEFAULT_TIMEOUT_MS = 30000, DEFAULT_LOCK_WAIT_MS = 10000, LOCK_STEP_MS = 20 };

static const char local_api_hash[] = "00000000000000000000000000000000";

static uint64_t now(const cg_client *c) {
  return cg_loop_now(c->loop);
}

/* --- the connection -------------------------------------------------------- */

static void *on_opened(void *ctx, cg_stream *stream, const char *peer_ip) {
  cg_client_link *link = ctx;
  (void)peer_ip;
  link->stream = stream;
  if (!link->client) {
    cg_stream_close(stream);
    return link;
  }
  cg_core_connected(link->client->core, now(link->client));
  cg_client_pump(link->client);
  return link;
}

static void on_data(void *ctx, cg_bytes in) {
  cg_client_link *link = ctx;
  if (!link->client) return;
  cg_core_feed(link->client->core, in, now(link->client));
  cg_client_pump(link->client);
}

/* The connection is over, or was never made. */
static void on_ended(void *ctx, cg_err why) {
  cg_client_link *link = ctx;
  cg_client *c = link->client;
  cg_free(link);
  if (!c) return;
  c->link = NULL;
  cg_core_closed(c->core, why, now(c));
  cg_client_pump(c);
}

static void connect_to(cg_client *c, const char *host, uint16_t port) {
  static const cg_stream_ops ops = { on_opened, on_data, on_ended };
  cg_client_link *link = cg_alloc(sizeof *link);
  cg_err err = CG_E_MEMORY;
  if (link) {
    link->client = c;
    c->link = link;
    err = cg_loop_connect(c->loop, host, port, &ops, link, on_ended, NULL);
  }
  if (!err) return;
  c->link = NULL;
  cg_free(link);
  cg_core_closed(c->core, err, now(c));
}

static void disconnect(cg_client *c) {
  if (!c->link) return;
  c->link->client = NULL;
  if (c->link->stream) cg_stream_close(c->link->stream);
  c->link = NULL;
}

/* --- events ---------------------------------------------------------------- */

static void save(cg_client *c) {
  cg_fault fault = { 0 };
  cg_err err = CG_OK;
  if (c->path && c->data.made)
    err = cg_session_write(c->path, &c->seal, &c->data, &c->rng, &fault);
  else if (c->path)
    err = cg_session_remove(c->path, &fault);
  if (err) cg_log_write(&c->log, CG_LOG_ERROR, "%s", fault.text);
  cg_core_saved(c->core, err, fault.text, now(c));
}

static cg_client_waiter *take_waiter(cg_client *c, uint64_t tag) {
  cg_client_waiter **at = &c->waiters;
  while (*at && (*at)->tag != tag) at = &(*at)->next;
  cg_client_waiter *w = *at;
  if (w) *at = w->next;
  return w;
}

/* The answer as an object, in `arena`, which also takes the bytes. */
static cg_err decode(const cg_core_event *ev, cg_arena *arena, cg_result *out) {
  const tl_obj *request;
  cg_bytes bytes = cg_arena_copy(arena, ev->body);
  cg_fault why;
  if (!bytes.at) return cg_fail(&out->fault, CG_E_MEMORY, "out of memory for the answer");
  cg_err err = cg_tl_decode(cg_tl_api(), ev->request, arena, &request, &out->fault);
  if (err) return err;
  err = cg_tl_decode_result(cg_tl_api(), request, bytes, arena, &out->object, &why);
  return err ? cg_fail(&out->fault, err, "the answer to %s: %s",
                       cg_tl_name(cg_tl_api(), request), why.text)
             : CG_OK;
}

static void done(cg_client *c, const cg_core_event *ev) {
  cg_client_waiter *w = take_waiter(c, ev->tag);
  if (!w) return;
  cg_result result = { .error = ev->error, .fault = ev->fault };
  cg_arena *own = w->arena ? NULL : cg_arena_new(0);
  if (!ev->fault.err && !ev->error.code) {
    if (w->arena || own)
      decode(ev, w->arena ? w->arena : own, &result);
    else
      cg_fail(&result.fault, CG_E_MEMORY, "out of memory for the answer");
  }
  w->answer(w->ctx, result.fault.err, &result);
  cg_arena_free(own);
  cg_free(w);
}

static void updated(cg_client *c, cg_bytes body) {
  const tl_obj *object;
  cg_arena *arena = c->update ? cg_arena_new(0) : NULL;
  if (!arena) return;
  cg_fault fault;
  if (!cg_tl_decode(cg_tl_api(), body, arena, &object, &fault))
    c->update(c->update_ctx, object);
  else
    cg_log_write(&c->log, CG_LOG_WARN, "an update was dropped: %s", fault.text);
  cg_arena_free(arena);
}

static void act(cg_client *c, const cg_core_event *ev) {
  switch (ev->kind) {
  case CG_CORE_CONNECT: connect_to(c, ev->host, ev->port); break;
  case CG_CORE_DISCONNECT: disconnect(c); break;
  case CG_CORE_SAVE: save(c); break;
  case CG_CORE_DONE: done(c, ev); break;
  case CG_CORE_UPDATE: updated(c, ev->body); break;
  case CG_CORE_LOGIN:
    cg_client_moved(c, &(cg_result){ .error = ev->error, .fault = ev->fault });
    break;
  }
}

/* True if something may have happened since. */
static bool flush(cg_client *c) {
  cg_buf out = { 0 };
  cg_err err = cg_core_pull(c->core, now(c), &out);
  if (!err && out.len && c->link && c->link->stream)
    err = cg_stream_write(c->link->stream, cg_buf_view(&out));
  bool sent = out.len > 0;
  cg_buf_wipe(&out);
  if (!err) return sent;
  disconnect(c);
  cg_core_closed(c->core, err, now(c));
  return true;
}

void cg_client_pump(cg_client *c) {
  cg_core_event ev;
  if (c->pumping) return;
  c->pumping = true;
  do
    while (cg_core_next(c->core, &ev)) act(c, &ev);
  while (flush(c));
  cg_timer_at(c->timer, cg_core_deadline(c->core));
  c->pumping = false;
  if (c->doomed) cg_close(c);
}

static void on_timer(void *ctx) {
  cg_client *c = ctx;
  cg_core_tick(c->core, now(c));
  cg_client_pump(c);
}

/* --- opening --------------------------------------------------------------- */

static void write_log(void *ctx, cg_log_level level, const char *line) {
  const cg_client *c = ctx;
  c->log_line(c->log_ctx, (int)level, line);
}

static const char *keep(cg_client *c, const char *text, const char *otherwise) {
  cg_bytes from = cg_bytes_of(text && *text ? text : otherwise);
  return (const char *)cg_arena_copy(c->arena, from).at;
}

static cg_err take_app(cg_client *c, const cg_client_options *o, cg_fault *fault) {
  if (!o->dc->is_local && (!o->api_id || !o->api_hash))
    return cg_fail(fault, CG_E_USAGE, "%s needs an api_id and an api_hash", o->dc->name);
  c->api_id = o->api_id ? o->api_id : 1;
  c->api_hash = (char *)(uintptr_t)keep(c, o->api_hash, local_api_hash);
  return c->api_hash ? CG_OK : cg_fail(fault, CG_E_MEMORY, "out of memory");
}

/* Waits for another process that is done soon, as the steps of a script are. */
static cg_err lock_file(cg_client *c, int wait_ms, cg_fault *fault) {
  for (int waited = 0;; waited += LOCK_STEP_MS) {
    cg_err err = cg_session_lock(c->path, &c->lock, fault);
    if (err) c->lock = -1;
    if (err != CG_E_LOCKED || waited >= wait_ms) return err;
    struct timespec step = { .tv_nsec = LOCK_STEP_MS * 1000000L };
    nanosleep(&step, NULL);
  }
}

static cg_err open_file(cg_client *c, const cg_client_options *o, cg_fault *fault) {
  if (!o->session) return CG_OK;
  c->path = (char *)(uintptr_t)keep(c, o->session, "");
  if (!c->path) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  cg_err err = cg_session_seal(c->path, o->passphrase, &c->seal, fault);
  if (!err) err = cg_session_look(c->path, &c->seal, fault);
  if (!err)
    err = lock_file(c, o->lock_wait_ms ? o->lock_wait_ms : DEFAULT_LOCK_WAIT_MS, fault);
  if (err) return err;
  err = cg_session_read(c->path, &c->seal, &c->data, fault);
  return err == CG_E_NOT_FOUND ? CG_OK : err;
}

static cg_err open_core(cg_client *c, const cg_client_options *o, cg_fault *fault) {
  struct utsname system;
  cg_fault why;
  if (uname(&system)) memset(&system, 0, sizeof system);
  cg_core_options core = {
    .dc = c->dc,
    .data = &c->data,
    .api_id = c->api_id,
    .api_hash = c->api_hash,
    .device_model = keep(c, o->device_model, system.machine[0] ? system.machine : "PC"),
    .system_version =
        keep(c, o->system_version, system.sysname[0] ? system.sysname : "unknown"),
    .app_version = keep(c, o->app_version, CG_VERSION),
    .lang_code = keep(c, o->lang_code, "en"),
    .framing = c->dc->is_local ? CG_FRAMING_INTERMEDIATE : CG_FRAMING_PADDED,
    .obfuscated = !c->dc->is_local,
    .rng = &c->rng,
    .log = &c->log
  };
  if (!core.device_model || !core.system_version || !core.app_version || !core.lang_code)
    return cg_fail(fault, CG_E_MEMORY, "out of memory");
  cg_err err = cg_core_new(&c->core, &core, &why);
  if (!err) return CG_OK;
  return cg_fail(fault, err, "%s%s%s", c->path ? c->path : "", c->path ? ": " : "",
                 why.text);
}

static cg_err open_loop(cg_client *c, const cg_client_options *o, cg_fault *fault) {
  cg_err err = CG_OK;
  c->loop = o->loop;
  if (!c->loop) {
    err = cg_loop_new(&c->loop);
    c->own_loop = !err;
  }
  if (!err) err = cg_timer_new(c->loop, on_timer, c, &c->timer);
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}

static void take_hooks(cg_client *c, const cg_client_options *o) {
  c->timeout_us =
      (uint64_t)(o->timeout_ms > 0 ? o->timeout_ms : DEFAULT_TIMEOUT_MS) * 1000;
  c->rng = (cg_rng){ cg_random, NULL };
  c->log_line = o->log;
  c->log_ctx = o->log_ctx;
  c->log = (cg_log){ o->log ? write_log : NULL, c, (cg_log_level)o->log_level };
  c->update = o->update;
  c->update_ctx = o->update_ctx;
  c->login = o->login;
  c->login_ctx = o->login_ctx;
}

static cg_err open_all(cg_client *c, const cg_client_options *o, cg_fault *fault) {
  take_hooks(c, o);
  c->arena = cg_arena_new(0);
  c->step = cg_arena_new(0);
  if (!c->arena || !c->step || cg_dc_copy(&c->dc, o->dc))
    return cg_fail(fault, CG_E_MEMORY, "out of memory");
  cg_err err = take_app(c, o, fault);
  if (!err) err = open_loop(c, o, fault);
  if (!err) err = open_file(c, o, fault);
  if (!err) err = open_core(c, o, fault);
  if (!err) cg_timer_at(c->timer, cg_core_deadline(c->core)); /* a reset to go on with */
  return err;
}

cg_err cg_client_open(cg_client **out, const cg_client_options *options,
                      cg_fault *fault) {
  if (!options->dc) return cg_fail(fault, CG_E_USAGE, "no server is named");
  cg_client *c = cg_alloc(sizeof *c);
  if (!c) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  c->lock = -1;
  cg_err err = open_all(c, options, fault);
  if (err) {
    cg_close(c);
    return err;
  }
  *out = c;
  return CG_OK;
}

static void shut(cg_client *c) {
  cg_core_event ev;
  c->pumping = true;
  cg_core_shut(c->core);
  disconnect(c);
  while (cg_core_next(c->core, &ev))
    if (ev.kind == CG_CORE_DONE || ev.kind == CG_CORE_SAVE) act(c, &ev);
  if (c->watch) {
    cg_result closed = { 0 };
    cg_fail(&closed.fault, CG_E_CLOSED, "the client was closed");
    cg_client_moved(c, &closed);
  }
  c->pumping = false;
}

void cg_close(cg_client *c) {
  if (!c) return;
  c->doomed = true;
  if (c->pumping) return; /* the pump closes it when it is done */
  if (c->core) shut(c);
  if (c->held) return; /* the last release does the rest */
  cg_core_free(c->core);
  if (c->timer) cg_timer_free(c->timer);
  if (c->own_loop) cg_loop_free(c->loop);
  cg_session_data_wipe(&c->data);
  cg_seal_wipe(&c->seal);
  if (c->lock >= 0) close(c->lock);
  cg_dc_free(c->dc);
  cg_arena_free(c->step);
  cg_arena_free(c->arena);
  cg_wipe(c, sizeof *c);
  cg_free(c);
}

void cg_client_hold(cg_client *c) {
  c->held++;
}

void cg_client_release(cg_client *c) {
  if (!--c->held && c->doomed) cg_close(c);
}

/* --- calls ----------------------------------------------------------------- */

/* What is asked of the core: a call, or a reset if there is no request. */
typedef struct {
  const tl_obj *request;
  uint64_t timeout_us;
  bool force;
} question;

static cg_err ask(cg_client *c, const question *q, uint64_t *tag, cg_fault *fault) {
  if (q->request)
    return cg_core_call(c->core, q->request, q->timeout_us, now(c), tag, fault);
  cg_err err = cg_core_reset(c->core, q->force, q->timeout_us, now(c), tag);
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}

static cg_err begin(cg_client *c, const question *q, const cg_client_waiter *how,
                    uint64_t *tag, cg_fault *fault) {
  cg_client_waiter *w = cg_alloc(sizeof *w);
  if (!w) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  *w = *how;
  cg_err err = ask(c, q, &w->tag, fault);
  if (err) {
    cg_free(w);
    return err;
  }
  w->next = c->waiters;
  c->waiters = w;
  *tag = w->tag;
  return CG_OK;
}

static cg_err send(cg_client *c, const question *q, cg_answer *answer, void *ctx,
                   uint64_t *ticket, cg_fault *fault) {
  uint64_t tag = 0;
  cg_client_waiter how = { .answer = answer, .ctx = ctx };
  if (c->doomed) return cg_fail(fault, CG_E_CLOSED, "the client is closed");
  cg_err err = begin(c, q, &how, &tag, fault);
  if (err) return err;
  if (ticket) *ticket = tag;
  /* a failure of the connection must not call back from in here */
  if (!c->pumping) cg_timer_at(c->timer, 0);
  return CG_OK;
}

cg_err cg_send(cg_client *c, const tl_obj *request, cg_answer *answer, void *ctx,
               uint64_t *ticket, cg_fault *fault) {
  question q = { .request = request, .timeout_us = c->timeout_us };
  return send(c, &q, answer, ctx, ticket, fault);
}

cg_err cg_client_send(cg_client *c, const tl_obj *request, uint64_t timeout_us,
                      cg_answer *answer, void *ctx, cg_fault *fault) {
  question q = { .request = request, .timeout_us = timeout_us };
  return send(c, &q, answer, ctx, NULL, fault);
}

cg_err cg_reset_auth_send(cg_client *c, bool force, cg_answer *answer, void *ctx,
                          cg_fault *fault) {
  question q = { .force = force, .timeout_us = c->timeout_us };
  return send(c, &q, answer, ctx, NULL, fault);
}

void cg_cancel(cg_client *c, uint64_t ticket) {
  cg_client_waiter *w = take_waiter(c, ticket);
  if (!w) return;
  cg_free(w);
  cg_core_drop(c->core, ticket);
  if (!c->pumping) cg_timer_at(c->timer, 0);
}

typedef struct {
  cg_client *client;
  cg_result *result;
  bool running, over;
} blocking;

static void on_answer(void *ctx, cg_err err, const cg_result *result) {
  blocking *b = ctx;
  (void)err;
  *b->result = *result;
  b->over = true;
  if (b->running) cg_loop_stop(b->client->loop);
}

/* Does not touch the client at its end: a callback may have closed it. */
static cg_err wait_for(cg_client *c, blocking *b, uint64_t tag) {
  cg_client_hold(c);
  c->waiting = true;
  cg_client_pump(c);
  b->running = true;
  if (!b->over) cg_loop_run(c->loop);
  c->waiting = false;
  if (!b->over) {
    cg_cancel(c, tag);
    cg_fail(&b->result->fault, CG_E_CANCELLED, "the loop was stopped");
  }
  cg_client_release(c);
  return b->result->fault.err;
}

static cg_err ask_and_wait(cg_client *c, const question *q, cg_arena *arena,
                           cg_result *result) {
  blocking b = { .client = c, .result = result };
  cg_client_waiter how = { .answer = on_answer, .ctx = &b, .arena = arena };
  uint64_t tag = 0;
  *result = (cg_result){ 0 };
  if (c->pumping || c->waiting)
    return cg_fail(&result->fault, CG_E_STATE, "not from inside a callback");
  if (c->doomed) return cg_fail(&result->fault, CG_E_CLOSED, "the client is closed");
  cg_err err = begin(c, q, &how, &tag, &result->fault);
  if (!err) err = wait_for(c, &b, tag);
  if (!arena) result->object = NULL;
  return err;
}

cg_err cg_client_call(cg_client *c, const tl_obj *request, uint64_t timeout_us,
                      cg_arena *arena, cg_result *result) {
  question q = { .request = request, .timeout_us = timeout_us };
  return ask_and_wait(c, &q, arena, result);
}

cg_err cg_reset_auth(cg_client *c, bool force, cg_arena *arena, cg_result *result) {
  question q = { .force = force, .timeout_us = c->timeout_us };
  return ask_and_wait(c, &q, arena, result);
}

cg_err cg_call(cg_client *c, const tl_obj *request, cg_arena *arena, cg_result *result) {
  return cg_client_call(c, request, c->timeout_us, arena, result);
}

static bool random_bytes(void *ctx, void *out, size_t len) {
  return !cg_random(ctx, out, len);
}

cg_err cg_call_json(cg_client *c, const char *method, cg_bytes args, cg_arena *arena,
                    cg_result *result) {
  const tl_obj *request;
  cg_tl_defaults defaults = { c->api_id, c->api_hash, random_bytes, NULL };
  *result = (cg_result){ 0 };
  cg_err err = cg_tl_call_from_json(cg_tl_api(), method, args, &defaults, arena, &request,
                                    &result->fault);
  if (!err) err = cg_call(c, request, arena, result);
  if (err || result->error.code) return err;
  return cg_tl_to_json(cg_tl_api(), result->object, arena, &result->json, &result->fault);
}

const cg_tl_schema *cg_client_schema(const cg_client *c) {
  (void)c;
  return cg_tl_api();
}
