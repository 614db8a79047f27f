/* SPDX-License-Identifier: MIT */
/*
 * updates.c - updates.getState and getDifference (login.md 6.2): what a client missed
 * of its account's history.
 */
#include "account.h"
#include "box.h"
#include "methods.h"

enum { SLICE = 100 };

static void on_state(cg_op *op, const cg_store_reply *r) {
  tl_updates_state state = cg_box_state(op, r);
  cg_op_answer(op, &state.o);
}

void cg_updates_get_state(cg_op *op) {
  cg_box_get(op, on_state);
}

/* --- updates.getDifference ------------------------------------------------ */

/* The state of the call: the box as it was when it came. */
typedef struct {
  int32_t pts, unread;
  const cg_store_chat *chats;
  uint32_t chat_count, limit;
  const tl_User *self;
} difference;

static uint32_t limit_of(const tl_updates_getDifference *q) {
  bool given = TL_HAS(updates_getDifference, q, pts_limit);
  return given && q->pts_limit > 0 && q->pts_limit < SLICE ? (uint32_t)q->pts_limit
                                                           : SLICE;
}

/* Adds what was read between the caller's pts and `pts`. False when memory is out. */
static bool add_reads(cg_op *op, int32_t pts, const tl_obj **list, uint32_t *count) {
  const difference *d = op->state;
  const tl_updates_getDifference *q = TL_AS(updates_getDifference, op->request);
  for (uint32_t i = 0; i < d->chat_count; i++) {
    const cg_store_chat *c = &d->chats[i];
    if (c->read_pts <= q->pts || c->read_pts > pts) continue;
    tl_updateReadHistoryInbox *u = cg_arena_alloc(op->arena, sizeof *u);
    const tl_Peer *peer = cg_box_peer(op, c->peer_id);
    if (!u || !peer) return false;
    *u = (tl_updateReadHistoryInbox){ TL_INIT(updateReadHistoryInbox), .peer = peer,
                                      .max_id = c->read_id, .pts = c->read_pts,
                                      .still_unread_count = c->unread, .pts_count = 1 };
    list[(*count)++] = &u->o;
  }
  return true;
}

/* The lists that a difference and a slice of it have alike. */
typedef struct {
  const tl_obj **messages, **updates, *users[2];
  uint32_t message_count, update_count;
} difference_lists;

static bool fill_lists(cg_op *op, const cg_store_reply *r, uint32_t count, int32_t pts,
                       difference_lists *l) {
  const difference *d = op->state;
  const tl_User *service = cg_box_service(op);
  l->messages = cg_arena_alloc(op->arena, (count + 1) * sizeof *l->messages);
  l->updates = cg_arena_alloc(op->arena, (d->chat_count + 1) * sizeof *l->updates);
  if (!service || !l->messages || !l->updates) return false;
  l->users[0] = &service->o;
  l->users[1] = &d->self->o;
  for (uint32_t i = 0; i < count; i++) {
    const tl_Message *m = cg_box_message(op, &r->message[i]);
    if (!m) return false;
    l->messages[l->message_count++] = &m->o;
  }
  return add_reads(op, pts, l->updates, &l->update_count);
}

static void answer_all(cg_op *op, const difference_lists *l) {
  const difference *d = op->state;
  tl_updates_state state = cg_box_state_at(op, d->pts, d->unread);
  tl_updates_difference a = { TL_INIT(updates_difference),
                              .new_messages = { l->messages, l->message_count },
                              .other_updates = { l->updates, l->update_count },
                              .users = { l->users, 2 }, .state = &state.updates_State };
  cg_op_answer(op, &a.o);
}

static void answer_slice(cg_op *op, const difference_lists *l, int32_t pts) {
  const difference *d = op->state;
  tl_updates_state state = cg_box_state_at(op, pts, d->unread);
  tl_updates_differenceSlice a = { TL_INIT(updates_differenceSlice),
                                   .new_messages = { l->messages, l->message_count },
                                   .other_updates = { l->updates, l->update_count },
                                   .users = { l->users, 2 },
                                   .intermediate_state = &state.updates_State };
  cg_op_answer(op, &a.o);
}

static void on_missed(cg_op *op, const cg_store_reply *r) {
  difference *d = op->state;
  difference_lists l = { 0 };
  bool more = r->count > d->limit;
  uint32_t count = more ? d->limit : r->count;
  /* What came in meanwhile is part of it already. */
  if (count && r->message[count - 1].pts > d->pts) d->pts = r->message[count - 1].pts;
  int32_t pts = more ? r->message[count - 1].pts : d->pts;
  if (!fill_lists(op, r, count, pts, &l)) cg_op_internal(op, CG_E_MEMORY);
  else if (more) answer_slice(op, &l, pts);
  else answer_all(op, &l);
}

static void on_difference_self(cg_op *op, const cg_store_reply *r) {
  difference *d = op->state;
  const tl_updates_getDifference *q = TL_AS(updates_getDifference, op->request);
  d->self = cg_account_self(op, r->user);
  if (!d->self) {
    cg_op_internal(op, CG_E_MEMORY);
    return;
  }
  cg_store_request s = { .op = CG_STORE_MESSAGE_SINCE, .number = q->pts,
                         .id = (uint64_t)cg_op_login(op)->user_id,
                         .limit = d->limit + 1 };
  cg_op_submit(op, &s, on_missed);
}

static void answer_empty(cg_op *op) {
  tl_updates_differenceEmpty a = { TL_INIT(updates_differenceEmpty), .seq = CG_BOX_SEQ,
                                   .date = (int32_t)cg_unix(op->s->now_us) };
  cg_op_answer(op, &a.o);
}

/* True if it is more than the client wants to hear, or it is ahead of us: this server
 * is not the one that it knew. Then it starts over from here. */
static bool too_long(const tl_updates_getDifference *q, int32_t pts) {
  bool limited = TL_HAS(updates_getDifference, q, pts_total_limit);
  return q->pts > pts || (limited && pts - q->pts > q->pts_total_limit);
}

static void on_box(cg_op *op, const cg_store_reply *r) {
  const tl_updates_getDifference *q = TL_AS(updates_getDifference, op->request);
  difference *d = cg_op_alloc(op, sizeof *d);
  if (!d) return;
  op->state = d;
  cg_bytes chats = { (const uint8_t *)r->chat, r->count * sizeof *r->chat };
  chats = cg_arena_copy(op->arena, chats);
  tl_updates_state state = cg_box_state(op, r);
  *d = (difference){ .pts = state.pts, .unread = state.unread_count,
                     .chats = (const void *)chats.at, .chat_count = r->count,
                     .limit = limit_of(q) };
  if (!chats.at) {
    cg_op_internal(op, CG_E_MEMORY);
  } else if (q->pts == d->pts) {
    answer_empty(op);
  } else if (too_long(q, d->pts)) {
    tl_updates_differenceTooLong a = { TL_INIT(updates_differenceTooLong),
                                       .pts = d->pts };
    cg_op_answer(op, &a.o);
  } else {
    cg_account_load_self(op, on_difference_self);
  }
}

void cg_updates_get_difference(cg_op *op) {
  const tl_updates_getDifference *q = TL_AS(updates_getDifference, op->request);
  if (q->pts <= 0) cg_op_error(op, 400, "PERSISTENT_TIMESTAMP_EMPTY");
  else cg_box_get(op, on_box);
}
