/* SPDX-License-Identifier: MIT */
/*
 * turn.c - what happens between the turns of the loop: deadlines, and the one door
 * through which bytes leave. They wait until the store has made the turn durable; if it
 * cannot, they are dropped, and with them everything in memory that depends on them.
 */
#include "sessions.h"

#include <string.h>

static const uint64_t PURGE_EVERY = 60 * CG_SECOND;
enum { UNUSED_KEY_S = 30 * 86400 }; /* life of a key that nobody came back with */

static void flush_links(cg_server *s) {
  while (s->touched) {
    cg_link *l = s->touched;
    cg_peer *p = l->peer;
    s->touched = l->touched_next;
    l->touched = false;
    cg_peer_ref(p);
    cg_link_flush(l);
    if (p->doomed) cg_peer_forget(p);
    cg_peer_unref(p);
  }
}

static void enqueue(cg_conn *c) {
  cg_server *s = c->s;
  c->ready = c->out.len;
  c->close_ready = c->closing;
  if (c->queued) return;
  c->queued = true;
  c->queued_next = NULL;
  if (!s->queue) s->queue_end = &s->queue;
  *s->queue_end = c;
  s->queue_end = &c->queued_next;
}

/* Lets out what the turn wrote, or drops it and closes the connection. */
static void release(cg_server *s, bool durable) {
  while (s->written) {
    cg_conn *c = s->written;
    s->written = c->written_next;
    c->written = false;
    if (!durable) {
      c->out.len = c->ready;
      c->closing = true;
    }
    enqueue(c);
  }
}

/* Nobody knows which of the turn's changes its sessions have taken in already. */
static void forget_turn(cg_server *s) {
  for (cg_link *l = s->touched; l; l = l->touched_next)
    if (l->conn) cg_conn_close(l->conn);
  for (bool any = true; any;) {
    size_t at = 0;
    any = false;
    for (cg_peer *p; (p = cg_map_each(&s->peers, &at));) {
      if (p->turn != s->turn) continue;
      cg_peer_forget(cg_peer_owner(p)); /* the login that it changed is the owner's */
      any = true; /* removing may have hidden others */
    }
  }
  s->clock.shift = s->clock.asked = s->clock.durable;
}

cg_err cg_server_turn(cg_server *s, uint64_t now_us) {
  s->now_us = now_us;
  cg_err err = cg_store_sync(s->store);
  if (err) {
    cg_log_write(&s->log, CG_LOG_ERROR, "the store failed: %s", cg_err_text(err));
    forget_turn(s);
  } else {
    s->clock.durable = s->clock.shift;
    flush_links(s);
  }
  release(s, !err);
  s->turn++;
  return err ? CG_E_STORE : CG_OK;
}

static cg_conn *dequeue(cg_server *s) {
  cg_conn *c = s->queue;
  if (!c) return NULL;
  s->queue = c->queued_next;
  if (!s->queue) s->queue_end = &s->queue;
  c->queued = false;
  return c;
}

/* Moves what is ready out of the connection; all of it, as a rule. */
static void give(cg_server *s, cg_conn *c) {
  cg_buf_free(&s->given);
  if (c->ready == c->out.len) {
    s->given = c->out;
    c->out = (cg_buf){ 0 };
  } else {
    cg_buf_put(&s->given, c->out.at, c->ready);
    if (!s->given.err) cg_buf_drop(&c->out, c->ready);
    else cg_conn_close(c);
  }
  c->ready = 0;
}

bool cg_server_next(cg_server *s, cg_server_output *out) {
  cg_conn *c = dequeue(s);
  if (!c) return false;
  give(s, c);
  *out = (cg_server_output){ .conn = c->id, .bytes = cg_buf_view(&s->given),
                             .close = c->close_ready };
  if (c->close_ready) cg_conn_free(c);
  return true;
}

uint64_t cg_server_deadline(const cg_server *s) {
  const cg_due *first = cg_dues_first(&s->dues);
  return first ? first->at : CG_NEVER;
}

static void purged(void *ctx, const cg_store_reply *r) {
  cg_server *s = ctx;
  if (r->err) cg_log_write(&s->log, CG_LOG_WARN, "purge: %s", cg_err_text(r->err));
  for (size_t at = 0; at + 8 <= r->blob.len; at += 8) {
    uint64_t id;
    memcpy(&id, r->blob.at + at, sizeof id);
    cg_peer *p = cg_peer_find(s, id);
    if (p) cg_peer_forget(p); /* the next packet under it is told -404 */
  }
}

void cg_server_purge(cg_server *s) {
  cg_sessions_expire(s);
  cg_dues_move(&s->dues, &s->purge, s->now_us + PURGE_EVERY);
  cg_store_request q = { .op = CG_STORE_PURGE, .now = cg_server_clock(s),
                         .number = cg_unix(s->now_us) - UNUSED_KEY_S };
  cg_store_submit(s->store, &q, purged, s);
}

void cg_server_tick(cg_server *s, uint64_t now_us) {
  s->now_us = now_us;
  for (cg_due *d; (d = cg_dues_first(&s->dues)) && d->at <= now_us;) {
    switch (d->kind) {
    case CG_DUE_CONN: cg_conn_due(CG_DUE_OWNER(d, cg_conn)); break;
    case CG_DUE_LINK: cg_link_due(CG_DUE_OWNER(d, cg_link)); break;
    case CG_DUE_WAIT: cg_inbox_due(d); break;
    case CG_DUE_PEER: cg_peer_forget(CG_DUE_OWNER(d, cg_peer)); break;
    default: cg_server_purge(s);
    }
  }
}
