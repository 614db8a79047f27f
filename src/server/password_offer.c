/* SPDX-License-Identifier: MIT */
/* password_offer.c - see password.h: what the server has offered for a proof. */
#include "password.h"

#include "mem.h"
#include "wipe.h"

enum { LIFE_S = 600, OFFERS_MAX = 1024, OF_ONE_MAX = 4 };

void cg_offer_free(cg_offer *o) {
  if (o) cg_wipe(o, sizeof *o);
  cg_free(o);
}

static void drop(cg_offer **at) {
  cg_offer *o = *at;
  *at = o->next;
  cg_offer_free(o);
}

void cg_offers_free(cg_server *s) {
  while (s->offers) drop(&s->offers);
}

/* Drops what is dead, and the oldest beyond what one key, and all, may have when `o` is
 * put before them. */
static void tidy(cg_server *s, const cg_offer *o) {
  size_t all = 1, same = 1;
  for (cg_offer **at = &s->offers; *at;) {
    const cg_offer *old = *at;
    bool own = old->key_id == o->key_id && old->user_id == o->user_id;
    if (old->until <= cg_server_clock(s) || all >= OFFERS_MAX ||
        (own && same >= OF_ONE_MAX)) {
      drop(at);
    } else {
      all++;
      same += own;
      at = &(*at)->next;
    }
  }
}

const cg_offer *cg_offer_make(cg_op *op, const cg_store_password *row, cg_err *err) {
  cg_server *s = op->s;
  cg_srp_algo algo = cg_password_algo(&row->now);
  cg_offer *o = cg_alloc(sizeof *o);
  *err = o ? cg_rng_fill(&s->rng, &o->id, sizeof o->id) : CG_E_MEMORY;
  if (!*err) *err = cg_srp_offer(&algo, row->now.v, &s->rng, o->b, o->b_pub);
  if (*err) {
    cg_offer_free(o);
    return NULL;
  }
  o->id |= 1; /* 0 is no id to some clients */
  o->key_id = cg_op_key(op);
  o->user_id = row->user_id;
  o->version = row->version;
  o->until = cg_op_now(op) + LIFE_S;
  tidy(s, o);
  o->next = s->offers;
  return s->offers = o;
}

cg_offer *cg_offer_find(const cg_op *op, int64_t user_id, int64_t id) {
  for (cg_offer *o = op->s->offers; o; o = o->next)
    if (o->id == id)
      return o->key_id == cg_op_key(op) && o->user_id == user_id &&
                     cg_op_now(op) < o->until
                 ? o
                 : NULL;
  return NULL;
}

void cg_offer_take(cg_server *s, cg_offer *o) {
  cg_offer **at = &s->offers;
  while (*at != o) at = &(*at)->next;
  *at = o->next;
}
