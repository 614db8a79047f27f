/* SPDX-License-Identifier: MIT */
/*
 * dialogs.c - messages.getDialogs, getPeerDialogs and getPinnedDialogs: the chats of
 * box.h that have messages (login.md 6.2).
 */
#include "account.h"
#include "box.h"
#include "methods.h"

enum { PEERS_MAX = 100 };

/* The state of the call. */
typedef struct {
  const tl_User *self;
  int32_t pts, unread;
  const cg_store_chat *chats; /* newest first; those that are asked for */
  uint32_t count, at;         /* `at`: whose newest message is on its way */
  const tl_obj **dialogs, **messages;
  uint32_t total;             /* of which `chats` are a page */
} dialogs;

static bool in_page(const cg_op *op, const cg_store_chat *c) {
  const tl_messages_getDialogs *q = TL_AS(messages_getDialogs, op->request);
  return !q || !q->offset_id || c->top_id < q->offset_id;
}

/* True if getPeerDialogs asks for this chat. */
static bool is_named(const cg_op *op, const cg_store_chat *c) {
  const tl_messages_getPeerDialogs *q = TL_AS(messages_getPeerDialogs, op->request);
  for (uint32_t i = 0; q && i < q->peers.len; i++) {
    const tl_inputDialogPeer *p = TL_AS(inputDialogPeer, q->peers.at[i]);
    if (p && cg_box_chat(op, p->peer) == c->peer_id) return true;
  }
  return !q;
}

static bool add_dialog(cg_op *op, const cg_store_message *top) {
  dialogs *d = op->state;
  const cg_store_chat *c = &d->chats[d->at];
  static const tl_peerNotifySettings notify = { TL_INIT(peerNotifySettings) };
  tl_dialog *row = cg_arena_alloc(op->arena, sizeof *row);
  const tl_Message *message = cg_box_message(op, top);
  const tl_Peer *peer = cg_box_peer(op, c->peer_id);
  if (!row || !message || !peer) return false;
  *row = (tl_dialog){ TL_INIT(dialog), .peer = peer, .top_message = c->top_id,
                      .read_inbox_max_id = c->read_id, .unread_count = c->unread,
                      .read_outbox_max_id = c->top_id, /* whoever it is: read at once */
                      .notify_settings = &notify.PeerNotifySettings };
  if (c->peer_id == top->user_id) row->read_inbox_max_id = c->top_id;
  d->dialogs[d->at] = &row->o;
  d->messages[d->at] = &message->o;
  return true;
}

static void answer_peer_dialogs(cg_op *op, const tl_obj *const *users, uint32_t count) {
  const dialogs *d = op->state;
  tl_updates_state state = cg_box_state_at(op, d->pts, d->unread);
  tl_messages_peerDialogs a = { TL_INIT(messages_peerDialogs),
                                .dialogs = { d->dialogs, d->count },
                                .messages = { d->messages, d->count },
                                .users = { users, count },
                                .state = &state.updates_State };
  cg_op_answer(op, &a.o);
}

static void answer_dialogs(cg_op *op, const tl_obj *const *users, uint32_t count) {
  const dialogs *d = op->state;
  tl_messages_dialogs all = { TL_INIT(messages_dialogs),
                              .dialogs = { d->dialogs, d->count },
                              .messages = { d->messages, d->count },
                              .users = { users, count } };
  tl_messages_dialogsSlice page = { TL_INIT(messages_dialogsSlice),
                                    .count = (int32_t)d->total, .dialogs = all.dialogs,
                                    .messages = all.messages, .users = all.users };
  cg_op_answer(op, d->count < d->total ? &page.o : &all.o);
}

static void answer(cg_op *op) {
  const dialogs *d = op->state;
  const tl_User *service = cg_box_service(op);
  const tl_obj *users[] = { service ? &service->o : NULL, d->self ? &d->self->o : NULL };
  uint32_t count = d->count ? 2 : 0;
  if (!service) cg_op_internal(op, CG_E_MEMORY);
  else if (TL_AS(messages_getDialogs, op->request)) answer_dialogs(op, users, count);
  else answer_peer_dialogs(op, users, count);
}

static void on_top(cg_op *op, const cg_store_reply *r);

/* Fetches the newest message of each chat, one after the other. */
static void next_chat(cg_op *op) {
  const dialogs *d = op->state;
  if (d->at == d->count) {
    answer(op);
    return;
  }
  cg_store_message m = { .user_id = cg_op_login(op)->user_id,
                         .peer_id = d->chats[d->at].peer_id,
                         .id = d->chats[d->at].top_id + 1 };
  cg_store_request q = { .op = CG_STORE_MESSAGE_LIST, .message = &m, .limit = 1 };
  cg_op_submit(op, &q, on_top);
}

static void on_top(cg_op *op, const cg_store_reply *r) {
  dialogs *d = op->state;
  if (!r->count || !add_dialog(op, r->message)) {
    cg_op_internal(op, r->count ? CG_E_MEMORY : CG_E_STORE);
    return;
  }
  d->at++;
  next_chat(op);
}

static void on_self(cg_op *op, const cg_store_reply *r) {
  dialogs *d = op->state;
  d->self = cg_account_self(op, r->user);
  if (d->self) next_chat(op);
  else cg_op_internal(op, CG_E_MEMORY);
}

static uint32_t limit_of(const cg_op *op) {
  const tl_messages_getDialogs *q = TL_AS(messages_getDialogs, op->request);
  return q && q->limit > 0 ? (uint32_t)q->limit : UINT32_MAX;
}

static void on_box(cg_op *op, const cg_store_reply *r) {
  dialogs *d = cg_op_alloc(op, sizeof *d);
  if (!d) return;
  op->state = d;
  size_t room = r->count + 1;
  cg_store_chat *chats = cg_arena_alloc(op->arena, room * sizeof *chats);
  tl_updates_state state = cg_box_state(op, r);
  *d = (dialogs){ .pts = state.pts, .unread = state.unread_count, .total = r->count,
                  .chats = chats,
                  .dialogs = cg_arena_alloc(op->arena, room * sizeof *d->dialogs),
                  .messages = cg_arena_alloc(op->arena, room * sizeof *d->messages) };
  if (!chats || !d->dialogs || !d->messages) {
    cg_op_internal(op, CG_E_MEMORY);
    return;
  }
  for (uint32_t i = 0; i < r->count && d->count < limit_of(op); i++)
    if (in_page(op, &r->chat[i]) && is_named(op, &r->chat[i]))
      chats[d->count++] = r->chat[i];
  if (d->count) cg_account_load_self(op, on_self);
  else answer(op);
}

/* Nothing is archived or pinned: these lists are empty, whatever else is asked. */
static void on_empty(cg_op *op, const cg_store_reply *r) {
  dialogs *d = cg_op_alloc(op, sizeof *d);
  if (!d) return;
  tl_updates_state state = cg_box_state(op, r);
  *d = (dialogs){ .pts = state.pts, .unread = state.unread_count };
  op->state = d;
  answer(op);
}

void cg_messages_get_dialogs(cg_op *op) {
  const tl_messages_getDialogs *q = TL_AS(messages_getDialogs, op->request);
  bool archive = TL_HAS(messages_getDialogs, q, folder_id) && q->folder_id != 0;
  cg_box_get(op, archive ? on_empty : on_box);
}

void cg_messages_get_peer_dialogs(cg_op *op) {
  const tl_messages_getPeerDialogs *q = TL_AS(messages_getPeerDialogs, op->request);
  if (q->peers.len > PEERS_MAX) cg_op_error(op, 400, "INPUT_REQUEST_TOO_LONG");
  else cg_box_get(op, on_box);
}

void cg_messages_get_pinned_dialogs(cg_op *op) {
  cg_box_get(op, on_empty);
}
