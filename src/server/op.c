/* SPDX-License-Identifier: MIT */
/* op.c - see op.h for the contract. */
#include "op.h"

#include "layer.h"
#include "mem.h"
#include "notice.h"

#include <stdio.h>
#include <string.h>

enum {
  ARENA_MAX = 8 << 20,
  LARGE = 1024 /* an answer of that size is of a call that only reads: it may come again */
};
#define RPC_ERROR 0x2144ca19u

cg_link *cg_op_link(const cg_op *op) {
  return cg_link_by_serial(op->peer, op->link);
}

static void enlist(cg_op *op) {
  op->next = op->s->ops;
  if (op->next) op->next->prev = op;
  op->s->ops = op;
}

static void free_op(cg_op *op) {
  op->s->ops_waiting -= op->waiting;
  op->peer->inits -= op->initialising;
  op->peer->binds -= op->binding;
  if (op->next) op->next->prev = op->prev;
  *(op->prev ? &op->prev->next : &op->s->ops) = op->next;
  cg_peer_unref(op->owner);
  cg_peer_unref(op->peer);
  cg_arena_free(op->arena);
  cg_free(op);
}

cg_op *cg_op_new(cg_link *l, uint64_t msg_id, cg_bytes body, cg_err *err) {
  cg_op *op = cg_alloc(sizeof *op);
  cg_arena *arena = cg_arena_new(ARENA_MAX);
  cg_bytes copy = arena ? cg_arena_copy(arena, body) : (cg_bytes){ 0 };
  if (!op || !copy.at) {
    cg_arena_free(arena);
    cg_free(op);
    return NULL;
  }
  *op = (cg_op){ .s = l->peer->s, .arena = arena, .peer = l->peer, .link = l->serial,
                 .owner = l->peer, .msg_id = msg_id };
  if (l->conn) memcpy(op->ip, l->conn->ip, sizeof op->ip);
  cg_peer_ref(op->peer);
  cg_peer_ref(op->owner);
  enlist(op);
  *err = cg_unwrap(copy, arena, &op->call);
  return op;
}

static bool names(const cg_op *op, uint64_t msg_id) {
  for (uint32_t i = 0; i < op->call.after_count; i++)
    if (op->call.after[i] == msg_id) return true;
  return false;
}

/* True while a call that `op` must follow is in flight, its key is being bound, or what
 * its key says about itself is on its way to the store. Only calls that came before it
 * count: two that name each other would wait for ever. */
static bool must_wait(const cg_op *op) {
  if (op->peer->binds) return true;
  if (op->peer->inits && !op->call.has_init) return true;
  if (!op->call.after_count) return false;
  for (const cg_op *o = op->next; o; o = o->next)
    if (o->link == op->link && names(op, o->msg_id)) return true;
  return false;
}

void cg_op_start(cg_op *op, cg_op_run *run) {
  op->run = run;
  op->s->ops_waiting -= op->waiting;
  op->waiting = must_wait(op);
  op->s->ops_waiting += op->waiting;
  if (!op->waiting) op->run(op);
}

/* The oldest call on this peer that waits for nothing any more; NULL if none does. */
static cg_op *ready(const cg_peer *p) {
  cg_op *oldest = NULL;
  for (cg_op *op = p->s->ops; op; op = op->next)
    if (op->waiting && op->peer == p && !must_wait(op)) oldest = op;
  return oldest;
}

/* Starts what waited for something of this peer that is over now, one after the other
 * as they came: what is ready may be another after each. */
static void start_waiting(const cg_peer *p) {
  for (cg_op *op; p->s->ops_waiting && (op = ready(p));) cg_op_start(op, op->run);
}

void cg_op_end(cg_op *op) {
  cg_peer *p = op->peer;
  cg_peer_ref(p);
  free_op(op);
  start_waiting(p);
  cg_peer_unref(p);
}

void cg_op_own(cg_op *op) {
  cg_peer *owner = cg_peer_owner(op->peer);
  cg_peer_ref(owner);
  cg_peer_unref(op->owner);
  op->owner = owner;
}

void cg_op_binding(cg_op *op) {
  op->peer->binds += !op->binding;
  op->binding = true;
}

void cg_op_initialising(cg_op *op, bool begins) {
  if (begins) op->peer->inits++;
  else op->peer->inits -= op->initialising;
  op->initialising = begins;
  if (!begins) start_waiting(op->peer);
}

void *cg_op_alloc(cg_op *op, size_t size) {
  void *p = cg_arena_alloc(op->arena, size);
  if (!p) cg_op_internal(op, CG_E_MEMORY);
  return p;
}

static void stored(void *ctx, const cg_store_reply *r) {
  cg_op *op = ctx;
  if (r->err && r->err != CG_E_NOT_FOUND && r->err != CG_E_EXISTS)
    cg_op_internal(op, r->err);
  else op->step(op, r);
}

void cg_op_submit(cg_op *op, const cg_store_request *request, cg_op_step *step) {
  op->step = step;
  cg_store_submit(op->s->store, request, stored, op);
}

/* Hands the bytes of the answer to the session, if it is still there. `code` is that of
 * an error; 0: it is none. */
static void reply(cg_op *op, int32_t code, const cg_buf *b) {
  cg_link *l = cg_op_link(op);
  if (l && b->len > LARGE && cg_session_is_full(l->session)) {
    cg_op_wait(op, 1);
    return;
  }
  cg_count_call(op->s, code);
  if (l && !op->muted) {
    cg_err err = b->err ? b->err
                        : cg_session_reply(l->session, op->msg_id, cg_buf_view(b),
                                           op->s->now_us);
    cg_link_touch(l);
    /* A call without an answer would hang: a new connection asks again. */
    if (err && l->conn) cg_conn_close(l->conn);
  }
  cg_op_end(op);
}

void cg_op_error(cg_op *op, int32_t code, const char *text) {
  cg_buf b = { 0 };
  if (code == 406 && op->s->set.explain_406) cg_notice_explain(op, text);
  cg_log_write(&op->s->log, CG_LOG_DEBUG, "%s: %d %s",
               op->request ? cg_tl_name(op->s->schema, op->request) : "call", (int)code,
               text);
  cg_buf_u32(&b, RPC_ERROR);
  cg_buf_u32(&b, (uint32_t)code);
  cg_buf_str(&b, cg_bytes_of(text));
  reply(op, code, &b);
  cg_buf_free(&b);
}

void cg_op_wait(cg_op *op, int64_t seconds) {
  char text[40];
  snprintf(text, sizeof text, "FLOOD_WAIT_%lld", (long long)(seconds > 0 ? seconds : 1));
  cg_op_error(op, 420, text);
}

void cg_op_internal(cg_op *op, cg_err why) {
  cg_log_write(&op->s->log, CG_LOG_ERROR, "a call failed: %s", cg_err_text(why));
  cg_op_error(op, 500, "INTERNAL");
}

bool cg_op_can_answer(const cg_op *op, const tl_obj *answer) {
  cg_buf b = { 0 };
  cg_err err = cg_tl_encode_layer(op->s->schema, op->layer, answer, &b, NULL);
  cg_buf_free(&b);
  return err != CG_E_NO_VARIANT;
}

void cg_op_answer(cg_op *op, const tl_obj *answer) {
  cg_buf b = { 0 };
  cg_fault fault = { 0 };
  cg_err err = cg_tl_encode_layer(op->s->schema, op->layer, answer, &b, &fault);
  if (err == CG_E_NO_VARIANT) {
    cg_log_write(&op->s->log, CG_LOG_INFO, "no answer for layer %d: %s", (int)op->layer,
                 fault.text);
    cg_op_error(op, 400, "CONNECTION_LAYER_INVALID");
  } else if (err) {
    cg_log_write(&op->s->log, CG_LOG_ERROR, "an answer for layer %d: %s", (int)op->layer,
                 fault.text);
    cg_op_internal(op, err);
  } else {
    cg_log_write(&op->s->log, CG_LOG_DEBUG, "%s: done",
                 cg_tl_name(op->s->schema, op->request));
    reply(op, 0, &b);
  }
  cg_buf_free(&b);
}

static void answer_bool(cg_op *op, uint32_t id) {
  cg_buf b = { 0 };
  cg_buf_u32(&b, id);
  reply(op, 0, &b);
  cg_buf_free(&b);
}

void cg_op_true(cg_op *op) {
  answer_bool(op, TL_ID_boolTrue);
}

void cg_op_false(cg_op *op) {
  answer_bool(op, TL_ID_boolFalse);
}

void cg_op_mute(const cg_link *l, uint64_t msg_id) {
  for (cg_op *op = l->peer->s->ops; op; op = op->next)
    if (op->link == l->serial && op->msg_id == msg_id) op->muted = true;
}

void cg_ops_free(cg_server *s) {
  while (s->ops) free_op(s->ops);
}
