/* SPDX-License-Identifier: MIT */
/* account.c - see account.h for the contract. */
#include "account.h"

#include "utf8.h"

#include <string.h>

enum { NAME_MAX_CHARS = 64 };

bool cg_account_name(cg_bytes name, size_t least, char out[CG_NAME_SIZE]) {
  while (name.len && name.at[0] <= ' ') name.at++, name.len--;
  while (name.len && name.at[name.len - 1] <= ' ') name.len--;
  if (!cg_utf8_valid(name) || (name.len && memchr(name.at, 0, name.len))) return false;
  size_t chars = cg_utf8_count(name);
  if (chars < least || chars > NAME_MAX_CHARS) return false;
  if (name.len) memcpy(out, name.at, name.len);
  out[name.len] = '\0';
  return true;
}

const tl_User *cg_account_self(cg_op *op, const cg_store_user *row) {
  tl_user *u = cg_arena_alloc(op->arena, sizeof *u);
  cg_bytes first = cg_arena_copy(op->arena, cg_bytes_of(row->first_name));
  cg_bytes last = cg_arena_copy(op->arena, cg_bytes_of(row->last_name));
  cg_bytes phone = cg_arena_copy(op->arena, cg_bytes_of(row->phone));
  if (!u || !first.at || !last.at || !phone.at) return NULL;
  *u = (tl_user){ TL_INIT(user), .id = row->id };
  TL_ON(user, u, self);
  TL_SET(user, u, access_hash, row->access_hash);
  TL_SET(user, u, first_name, first);
  if (last.len) TL_SET(user, u, last_name, last);
  if (phone.len) {
    TL_SET(user, u, phone, phone);
  } else {
    TL_ON(user, u, bot);
    TL_SET(user, u, bot_info_version, 1);
  }
  return &u->User;
}

static void on_self(cg_op *op, const cg_store_reply *r) {
  if (r->err) {
    cg_op_login(op)->state = CG_USER_DELETED;
    op->peer->turn = op->s->turn;
    cg_op_error(op, 401, "USER_DEACTIVATED");
    return;
  }
  op->after_load(op, r);
}

void cg_account_load_self(cg_op *op, cg_op_step *step) {
  op->after_load = step;
  uint64_t id = (uint64_t)cg_op_login(op)->user_id;
  cg_store_request q = { .op = CG_STORE_USER_GET, .id = id };
  cg_op_submit(op, &q, on_self);
}
