/* SPDX-License-Identifier: MIT */
/*
 * box.h - an account's history as TL shows it: its chat with the service account and
 * the one with itself, and how far its updates are.
 *
 * Builders give objects in the op's memory, NULL when that is out (the op is not
 * answered).
 */
#ifndef CG_SERVER_BOX_H
#define CG_SERVER_BOX_H

#include "op.h"

enum {
  CG_SERVICE_USER = 777000,
  CG_BOX_SEQ = 1 /* of all states: every update that is kept is counted by its pts */
};

/* The account that codes and notices come from. Everybody knows it, nothing hangs on
 * its access hash. */
const tl_User *cg_box_service(cg_op *op);

const tl_Message *cg_box_message(cg_op *op, const cg_store_message *row);
const tl_Peer *cg_box_peer(cg_op *op, int64_t user_id);

/* The chat that `peer`, an InputPeer, stands for: the user id of its other side, 0 if
 * the caller has no such chat. */
int64_t cg_box_chat(const cg_op *op, const void *peer);

/* updates.state for what CG_STORE_BOX_GET gave, or for `pts` alone. */
tl_updates_state cg_box_state(const cg_op *op, const cg_store_reply *box);
tl_updates_state cg_box_state_at(const cg_op *op, int32_t pts, int32_t unread);

/* Asks for the box of the caller's account. Ends the step. */
void cg_box_get(cg_op *op, cg_op_step *step);

/* Pushes a message that was just added to every session of its account but `except_key`
 * (0: to all). False when memory is out. */
bool cg_box_push(cg_op *op, const cg_store_message *row, const tl_User *const *users,
                 uint32_t user_count, uint64_t except_key);

#endif
