/* SPDX-License-Identifier: MIT */
/* box.c - see box.h for the contract. */
#include "box.h"

#include "push.h"

#include <string.h>

const tl_User *cg_box_service(cg_op *op) {
  tl_user *u = cg_arena_alloc(op->arena, sizeof *u);
  if (!u) return NULL;
  *u = (tl_user){ TL_INIT(user), .id = CG_SERVICE_USER };
  TL_ON(user, u, verified);
  TL_SET(user, u, access_hash, CG_SERVICE_USER);
  TL_SET(user, u, first_name, cg_bytes_of(op->s->set.service_name));
  TL_SET(user, u, phone, CG_LIT("42777"));
  return &u->User;
}

const tl_Peer *cg_box_peer(cg_op *op, int64_t user_id) {
  tl_peerUser *p = cg_arena_alloc(op->arena, sizeof *p);
  if (!p) return NULL;
  *p = (tl_peerUser){ TL_INIT(peerUser), .user_id = user_id };
  return &p->Peer;
}

/* A message with all that hangs on it. */
typedef struct {
  tl_message m;
  tl_messageEntityBold bold;
  const tl_obj *entities[1];
} message_parts;

const tl_Message *cg_box_message(cg_op *op, const cg_store_message *row) {
  message_parts *p = cg_arena_alloc(op->arena, sizeof *p);
  const tl_Peer *peer = cg_box_peer(op, row->peer_id);
  const tl_Peer *from = cg_box_peer(op, row->out ? row->user_id : row->peer_id);
  cg_bytes text = cg_arena_copy(op->arena, row->text);
  if (!p || !peer || !from || !text.at) return NULL;
  p->m = (tl_message){ TL_INIT(message), .id = row->id, .peer_id = peer,
                       .date = (int32_t)row->date, .message = text };
  TL_SET(message, &p->m, from_id, from);
  if (row->out) TL_ON(message, &p->m, out);
  if (row->peer_id == row->user_id) TL_SET(message, &p->m, saved_peer_id, peer);
  if (row->bold) {
    p->bold = (tl_messageEntityBold){ TL_INIT(messageEntityBold), .length = row->bold };
    p->entities[0] = &p->bold.o;
    TL_SET(message, &p->m, entities, ((tl_vec_obj){ p->entities, 1 }));
  }
  return &p->m.Message;
}

int64_t cg_box_chat(const cg_op *op, const void *peer) {
  const tl_inputPeerUser *user = TL_AS(inputPeerUser, peer);
  int64_t self = cg_op_login(op)->user_id;
  if (TL_AS(inputPeerSelf, peer)) return self;
  if (!user) return 0;
  return user->user_id == self || user->user_id == CG_SERVICE_USER ? user->user_id : 0;
}

tl_updates_state cg_box_state_at(const cg_op *op, int32_t pts, int32_t unread) {
  return (tl_updates_state){ TL_INIT(updates_state), .pts = pts,
                             .date = (int32_t)cg_unix(op->s->now_us), .seq = CG_BOX_SEQ,
                             .unread_count = unread };
}

tl_updates_state cg_box_state(const cg_op *op, const cg_store_reply *box) {
  int32_t unread = 0;
  for (uint32_t i = 0; i < box->count; i++) unread += box->chat[i].unread;
  return cg_box_state_at(op, (int32_t)box->number, unread);
}

void cg_box_get(cg_op *op, cg_op_step *step) {
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_BOX_GET,
                                        .id = (uint64_t)cg_op_login(op)->user_id }, step);
}

bool cg_box_push(cg_op *op, const cg_store_message *row, const tl_User *const *users,
                 uint32_t user_count, uint64_t except_key) {
  const tl_obj *list[2] = { NULL };
  tl_updateNewMessage news = { TL_INIT(updateNewMessage),
                               .message = cg_box_message(op, row), .pts = row->pts,
                               .pts_count = 1 };
  const tl_obj *update[] = { &news.o };
  bool complete = news.message != NULL && user_count <= 2;
  for (uint32_t i = 0; complete && i < user_count; i++) {
    complete = users[i] != NULL;
    list[i] = complete ? &users[i]->o : NULL;
  }
  tl_updates u = { TL_INIT(updates), .updates = { update, 1 },
                   .users = { list, user_count },
                   .date = (int32_t)cg_unix(op->s->now_us) };
  if (complete) cg_push_user(op->s, row->user_id, except_key, &u.o);
  return complete;
}
