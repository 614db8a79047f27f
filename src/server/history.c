/* SPDX-License-Identifier: MIT */
/*
 * history.c - messages.getHistory, readHistory and sendMessage in the two chats of
 * box.h: as much of a messenger as logins need (login.md 6.2, 6.3).
 */
#include "account.h"
#include "box.h"
#include "leak.h"
#include "methods.h"
#include "push.h"

#include "utf8.h"

#include <stdlib.h>

enum { HISTORY_MAX = 100, TEXT_MAX_CHARS = 4096 };

/* The state of a call. */
typedef struct {
  int64_t chat;
  int32_t total;
  const tl_User *self;
  cg_store_message sent;
} history;

/* The state for the chat `peer`, or NULL and the op was answered. */
static history *begin(cg_op *op, const void *peer) {
  int64_t chat = cg_box_chat(op, peer);
  if (!chat) {
    cg_op_error(op, 400, "PEER_ID_INVALID");
    return NULL;
  }
  history *h = cg_op_alloc(op, sizeof *h);
  if (h) h->chat = chat;
  op->state = h;
  return h;
}

/* --- messages.getHistory -------------------------------------------------- */

static bool wanted(const tl_messages_getHistory *q, const cg_store_message *m) {
  return (!q->max_id || m->id < q->max_id) && (!q->min_id || m->id > q->min_id) &&
         (!q->offset_date || q->offset_id || m->date < q->offset_date);
}

static void answer_history(cg_op *op, const tl_obj *const *list, uint32_t count) {
  const history *h = op->state;
  const tl_User *service = cg_box_service(op);
  const tl_obj *users[] = { service ? &service->o : NULL, &h->self->o };
  tl_messages_messages all = { TL_INIT(messages_messages), .messages = { list, count },
                               .users = { users, 2 } };
  tl_messages_messagesSlice part = { TL_INIT(messages_messagesSlice), .count = h->total,
                                     .messages = all.messages, .users = all.users };
  if (!service) cg_op_internal(op, CG_E_MEMORY);
  else cg_op_answer(op, (int32_t)count < h->total ? &part.o : &all.o);
}

static void on_history(cg_op *op, const cg_store_reply *r) {
  const tl_messages_getHistory *q = TL_AS(messages_getHistory, op->request);
  const tl_obj **list = cg_op_alloc(op, (r->count + 1) * sizeof *list);
  uint32_t count = 0;
  if (!list) return;
  for (uint32_t i = 0; i < r->count; i++) {
    if (!wanted(q, &r->message[i])) continue;
    const tl_Message *m = cg_box_message(op, &r->message[i]);
    if (!m) {
      cg_op_internal(op, CG_E_MEMORY);
      return;
    }
    list[count++] = &m->o;
  }
  answer_history(op, list, count);
}

static void on_history_self(cg_op *op, const cg_store_reply *r) {
  history *h = op->state;
  const tl_messages_getHistory *q = TL_AS(messages_getHistory, op->request);
  h->self = cg_account_self(op, r->user);
  if (!h->self) {
    cg_op_internal(op, CG_E_MEMORY);
  } else if (q->limit <= 0) { /* how many are there? */
    answer_history(op, NULL, 0);
  } else {
    cg_store_message from = { .user_id = cg_op_login(op)->user_id, .peer_id = h->chat,
                              .id = q->offset_id };
    cg_store_request s = { .op = CG_STORE_MESSAGE_LIST, .message = &from,
                           .number = q->add_offset,
                           .limit = q->limit < HISTORY_MAX ? (uint32_t)q->limit
                                                           : HISTORY_MAX };
    cg_op_submit(op, &s, on_history);
  }
}

static void on_history_box(cg_op *op, const cg_store_reply *r) {
  history *h = op->state;
  for (uint32_t i = 0; i < r->count; i++)
    if (r->chat[i].peer_id == h->chat) h->total = r->chat[i].count;
  cg_account_load_self(op, on_history_self);
}

void cg_messages_get_history(cg_op *op) {
  const tl_messages_getHistory *q = TL_AS(messages_getHistory, op->request);
  if (begin(op, q->peer)) cg_box_get(op, on_history_box);
}

/* --- messages.readHistory ------------------------------------------------- */

/* The other sessions are told. */
static bool push_read(cg_op *op, const cg_store_chat *c, int32_t pts) {
  tl_updateReadHistoryInbox read = { TL_INIT(updateReadHistoryInbox),
                                     .peer = cg_box_peer(op, c->peer_id),
                                     .max_id = c->read_id, .pts = pts, .pts_count = 1,
                                     .still_unread_count = c->unread };
  const tl_obj *list[] = { &read.o };
  tl_updates u = { TL_INIT(updates), .updates = { list, 1 },
                   .date = (int32_t)cg_unix(op->s->now_us) };
  if (read.peer) cg_push_user(op->s, cg_op_login(op)->user_id, cg_op_key(op), &u.o);
  return read.peer != NULL;
}

static void on_read(cg_op *op, const cg_store_reply *r) {
  tl_messages_affectedMessages a = { TL_INIT(messages_affectedMessages),
                                     .pts = (int32_t)r->number,
                                     .pts_count = (int32_t)r->count };
  if (r->count && !push_read(op, r->chat, a.pts)) cg_op_internal(op, CG_E_MEMORY);
  else cg_op_answer(op, &a.o);
}

void cg_messages_read_history(cg_op *op) {
  const tl_messages_readHistory *q = TL_AS(messages_readHistory, op->request);
  const history *h = begin(op, q->peer);
  if (!h) return;
  cg_store_message to = { .user_id = cg_op_login(op)->user_id, .peer_id = h->chat,
                          .id = q->max_id > 0 ? q->max_id : INT32_MAX };
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_MESSAGE_READ, .message = &to },
               on_read);
}

/* --- messages.sendMessage ------------------------------------------------- */

static void on_sent_self(cg_op *op, const cg_store_reply *r) {
  const history *h = op->state;
  const cg_store_message *m = &h->sent;
  const tl_User *users[] = { cg_box_service(op), cg_account_self(op, r->user) };
  tl_updateShortSentMessage a = { TL_INIT(updateShortSentMessage), .id = m->id,
                                  .pts = m->pts, .pts_count = 1,
                                  .date = (int32_t)m->date };
  TL_ON(updateShortSentMessage, &a, out);
  if (cg_box_push(op, m, users, 2, cg_op_key(op))) cg_op_answer(op, &a.o);
  else cg_op_internal(op, CG_E_MEMORY);
}

/* EXISTS: the call came twice; the first time it was done. */
static void on_sent(cg_op *op, const cg_store_reply *r) {
  history *h = op->state;
  if (r->err) {
    cg_op_error(op, 400, "RANDOM_ID_DUPLICATE");
    return;
  }
  cg_bytes text = h->sent.text;
  h->sent = *r->message;
  h->sent.text = text; /* that of the reply does not last */
  cg_account_load_self(op, on_sent_self);
}

/* What is not built is refused, not left out; true if the op was answered. */
static bool refuse_message(cg_op *op, const tl_messages_sendMessage *q) {
  if (!q->message.len) cg_op_error(op, 400, "MESSAGE_EMPTY");
  else if (!cg_utf8_valid(q->message)) cg_op_error(op, 400, "ENCODING_INVALID");
  else if (cg_utf8_count(q->message) > TEXT_MAX_CHARS)
    cg_op_error(op, 400, "MESSAGE_TOO_LONG");
  else if (TL_HAS(messages_sendMessage, q, schedule_date))
    cg_op_error(op, 400, "SCHEDULE_DATE_INVALID");
  else return false;
  return true;
}

static void add_message(cg_op *op) {
  const history *h = op->state;
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_MESSAGE_ADD, .message = &h->sent },
               on_sent);
}

void cg_messages_send_message(cg_op *op) {
  const tl_messages_sendMessage *q = TL_AS(messages_sendMessage, op->request);
  if (refuse_message(op, q)) return;
  history *h = begin(op, q->peer);
  if (!h) return;
  h->sent = (cg_store_message){ .user_id = cg_op_login(op)->user_id, .peer_id = h->chat,
                                .out = true, .date = cg_unix(op->s->now_us),
                                .random_id = q->random_id, .text = q->message };
  cg_leak_check(op, q->message, add_message);
}
