/* SPDX-License-Identifier: MIT */
/* users.c - users.getUsers and getFullUser, for the caller himself and, the former,
 * for the service account (login.md 6.2). */
#include "account.h"
#include "box.h"
#include "methods.h"

enum { USERS_MAX = 200 }; /* in one call */

static bool is_self(const cg_op *op, const void *who) {
  const tl_inputUser *by_id = TL_AS(inputUser, who);
  if (by_id) return by_id->user_id == cg_op_login(op)->user_id;
  return TL_AS(inputUserSelf, who) != NULL;
}

static bool is_service(const void *who) {
  const tl_inputUser *by_id = TL_AS(inputUser, who);
  return by_id && by_id->user_id == CG_SERVICE_USER;
}

/* One that is not known here: userEmpty with the id that was asked for. */
static const tl_obj *empty_user(cg_op *op, const void *who) {
  const tl_inputUser *by_id = TL_AS(inputUser, who);
  tl_userEmpty *u = cg_arena_alloc(op->arena, sizeof *u);
  if (!u) return NULL;
  *u = (tl_userEmpty){ TL_INIT(userEmpty), .id = by_id ? by_id->user_id : 0 };
  return &u->o;
}

static void on_get_users(cg_op *op, const cg_store_reply *r) {
  const tl_users_getUsers *q = TL_AS(users_getUsers, op->request);
  const tl_User *self = cg_account_self(op, r->user);
  const tl_obj **list = cg_op_alloc(op, (q->id.len + 1) * sizeof *list);
  if (!list) return;
  bool complete = self != NULL;
  if (complete && !cg_op_can_answer(op, &self->o)) { /* it must not fall out of the list */
    cg_op_error(op, 400, "CONNECTION_LAYER_INVALID");
    return;
  }
  for (uint32_t i = 0; i < q->id.len && complete; i++) {
    const tl_obj *who = q->id.at[i];
    const tl_User *service = is_service(who) ? cg_box_service(op) : NULL;
    list[i] = is_self(op, who) ? &self->o
              : service ? &service->o : empty_user(op, who);
    complete = list[i] != NULL;
  }
  tl_vector answer = { .o = { TL_ID_vector, 0 }, .of = TL_OF_OBJ, .len = q->id.len,
                       .objs = list };
  if (complete) cg_op_answer(op, &answer.o);
  else cg_op_internal(op, CG_E_MEMORY);
}

void cg_users_get_users(cg_op *op) {
  const tl_users_getUsers *q = TL_AS(users_getUsers, op->request);
  if (q->id.len > USERS_MAX) cg_op_error(op, 400, "INPUT_REQUEST_TOO_LONG");
  else cg_account_load_self(op, on_get_users);
}

static void on_get_full_user(cg_op *op, const cg_store_reply *r) {
  const tl_User *self = cg_account_self(op, r->user);
  tl_peerSettings settings = { TL_INIT(peerSettings) };
  tl_peerNotifySettings notify = { TL_INIT(peerNotifySettings) };
  tl_userFull full = { TL_INIT(userFull), .id = r->user->id,
                       .settings = &settings.PeerSettings,
                       .notify_settings = &notify.PeerNotifySettings };
  const tl_obj *users[] = { self ? &self->o : NULL };
  tl_users_userFull answer = { TL_INIT(users_userFull), .full_user = &full.UserFull,
                               .users = { users, 1 } };
  if (self) cg_op_answer(op, &answer.o);
  else cg_op_internal(op, CG_E_MEMORY);
}

void cg_users_get_full_user(cg_op *op) {
  const tl_users_getFullUser *q = TL_AS(users_getFullUser, op->request);
  if (is_self(op, q->id)) cg_account_load_self(op, on_get_full_user);
  else cg_op_error(op, 400, "USER_ID_INVALID");
}
