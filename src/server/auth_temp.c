/* SPDX-License-Identifier: MIT */
/*
 * auth_temp.c - auth.bindTempAuthKey, dropTempAuthKeys: temporary keys, for perfect
 * forward secrecy (login.md 5.1).
 *
 * https://core.telegram.org/api/pfs
 */
#include "bind.h"
#include "home.h"
#include "methods.h"

/* A client counts the life of its key from when it had it, or even from its first call,
 * and by its own clock. */
enum { LATE_S = 60 };

/* The message is the permanent key's: what is left to say against its terms. The
 * temporary key may have come to its end while the other one was loaded. */
static const char *terms_fault(const cg_op *op, const cg_peer *permanent) {
  const tl_auth_bindTempAuthKey *q = TL_AS(auth_bindTempAuthKey, op->request);
  const cg_peer *p = op->peer;
  if (p->forgotten || q->expires_at <= cg_unix(op->s->now_us) ||
      q->expires_at > p->temp_until + LATE_S)
    return "EXPIRES_AT_INVALID";
  if (p->bound_id && p->bound_id != permanent->key.id)
    return "TEMP_AUTH_KEY_ALREADY_BOUND";
  return NULL;
}

static void bind_to(cg_op *op, cg_peer *permanent) {
  const tl_auth_bindTempAuthKey *q = TL_AS(auth_bindTempAuthKey, op->request);
  const char *fault = terms_fault(op, permanent);
  if (fault) {
    cg_op_error(op, 400, fault);
    return;
  }
  cg_peer_bind(op->peer, permanent, q->expires_at);
  cg_log_write(&op->s->log, CG_LOG_DEBUG, "a temporary key was bound");
  cg_op_true(op);
}

/* login.md 5.1 step 3: whatever does not fit, the answer is the same. */
static void on_permanent(cg_server *s, cg_peer *permanent, cg_err err,
                         cg_peer_asker who) {
  cg_op *op = who.op;
  const uint64_t *session_id = op->state; /* that the call was made in */
  const tl_auth_bindTempAuthKey *q = TL_AS(auth_bindTempAuthKey, op->request);
  cg_bind want = { .msg_id = op->msg_id,
                   .nonce = (uint64_t)q->nonce,
                   .temp_id = op->peer->key.id,
                   .session_id = *session_id,
                   .expires_at = q->expires_at };
  bool known = permanent && !permanent->temp_until && !permanent->doomed &&
               cg_dc_knows(permanent, cg_dc_of_op(op));
  (void)s;
  if (!err)
    err = known ? cg_bind_open(&permanent->key, &want, q->encrypted_message)
                : CG_E_NOT_FOUND;
  if (err == CG_E_VERIFY || err == CG_E_NOT_FOUND)
    cg_op_error(op, 400, "ENCRYPTED_MESSAGE_INVALID");
  else if (err)
    cg_op_internal(op, err);
  else
    bind_to(op, permanent);
}

void cg_auth_bind_temp_key(cg_op *op) {
  const tl_auth_bindTempAuthKey *q = TL_AS(auth_bindTempAuthKey, op->request);
  const cg_link *l = cg_op_link(op);
  uint64_t *session_id = cg_op_alloc(op, sizeof *session_id);
  if (!session_id) return;
  *session_id = l ? l->id : 0;
  op->state = session_id;
  if (!op->peer->temp_until) {
    cg_op_error(op, 400, "TEMP_AUTH_KEY_EMPTY");
    return;
  }
  uint64_t id = (uint64_t)q->perm_auth_key_id;
  cg_peer *permanent = cg_peer_find(op->s, id);
  cg_peer_asker who = { .op = op };
  cg_op_binding(op);
  if (permanent)
    on_permanent(op->s, permanent, CG_OK, who);
  else
    cg_peer_load(op->s, id, on_permanent, who);
}

/* --- auth.dropTempAuthKeys ------------------------------------------------ */

static bool excepted(const tl_auth_dropTempAuthKeys *q, uint64_t id) {
  for (uint32_t i = 0; i < q->except_auth_keys.len; i++)
    if ((uint64_t)q->except_auth_keys.at[i] == id) return true;
  return false;
}

/* Of the caller's permanent key; the one that asks ends once it has its answer. */
void cg_auth_drop_temp_keys(cg_op *op) {
  const tl_auth_dropTempAuthKeys *q = TL_AS(auth_dropTempAuthKeys, op->request);
  cg_peer *next;
  for (cg_peer *p = op->owner->bound; p; p = next) {
    next = p->bound_next;
    if (excepted(q, p->key.id)) continue;
    if (p == op->peer)
      p->doomed = true;
    else
      cg_peer_forget(p);
  }
  cg_op_true(op);
}
