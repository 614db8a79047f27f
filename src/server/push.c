/* SPDX-License-Identifier: MIT */
/* push.c - see push.h for the contract. */
#include "push.h"

#include "layer.h"

#include <centigram/api.h>

/* A session that has no room: the last word until it has. */
static void push_too_long(cg_link *l) {
  static const uint8_t too_long[] = { TL_ID_updatesTooLong & 0xff,
                                      TL_ID_updatesTooLong >> 8 & 0xff,
                                      TL_ID_updatesTooLong >> 16 & 0xff,
                                      TL_ID_updatesTooLong >> 24 };
  cg_bytes update = { too_long, sizeof too_long };
  if (!l->missed) l->missed = !cg_session_push(l->session, update, l->peer->s->now_us);
}

static void push_bytes(cg_link *l, cg_bytes update) {
  if (!l->updates) return;
  cg_err err = cg_session_push(l->session, update, l->peer->s->now_us);
  if (err) push_too_long(l);
  else l->missed = false;
  cg_link_touch(l);
}

static void push_peer(cg_peer *p, const tl_obj *update) {
  cg_buf b = { 0 };
  cg_fault fault = { 0 };
  if (!p->links) return;
  cg_err err = cg_tl_encode_layer(p->s->schema, p->layer, update, &b, &fault);
  if (err)
    cg_log_write(&p->s->log, CG_LOG_INFO, "no update for layer %d: %s", (int)p->layer,
                 fault.text);
  for (cg_link *l = p->links; l && !err; l = l->next) push_bytes(l, cg_buf_view(&b));
  cg_buf_wipe(&b); /* there may be a code in it */
}

void cg_push_key(cg_server *s, uint64_t key_id, const tl_obj *update) {
  cg_peer *p = cg_peer_find(s, key_id);
  if (p) push_peer(p, update);
  for (cg_peer *b = p ? p->bound : NULL; b; b = b->bound_next) push_peer(b, update);
}

void cg_push_user(cg_server *s, int64_t user_id, uint64_t except_key,
                  const tl_obj *update) {
  size_t at = 0;
  for (cg_peer *p; (p = cg_map_each(&s->peers, &at));)
    if (cg_peer_owner(p)->login.user_id == user_id &&
        cg_peer_owner(p)->key.id != except_key)
      push_peer(p, update);
}
