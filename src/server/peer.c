/* SPDX-License-Identifier: MIT */
/*
 * peer.c - who is behind authorization keys, and their sessions. Keys come from the
 * store when they are first heard of and stay while they have sessions; of the others
 * a bounded number is remembered.
 */
#include "core.h"
#include "home.h"
#include "init.h"

#include "mem.h"
#include "wipe.h"

#include <string.h>

enum {
  IDLE_PEERS = 1024,
  IDLE_TEMPORARY = 65536, /* what is forgotten of them is lost */
  LINKS_MAX = 64,     /* sessions of one key */
  DETACHED_S = 900    /* life of a session that nobody talks in */
};

cg_peer *cg_peer_find(cg_server *s, uint64_t key_id) {
  return cg_map_get(&s->peers, key_id);
}

static cg_idle_peers *idle_peers(const cg_peer *p) {
  return &p->s->idle[p->temp_until != 0];
}

static void leave_idle(cg_peer *p) {
  cg_idle_peers *all = idle_peers(p);
  if (!p->idle) return;
  *(p->newer ? &p->newer->older : &all->newest) = p->older;
  *(p->older ? &p->older->newer : &all->oldest) = p->newer;
  p->newer = p->older = NULL;
  p->idle = false;
  all->count--;
}

static void free_peer(cg_peer *p) {
  leave_idle(p);
  cg_dues_remove(&p->s->dues, &p->due);
  cg_auth_key_wipe(&p->key);
  cg_free(p);
}

/* Takes a temporary key from its owner; returns the owner, still held. */
static cg_peer *unlink_bound(cg_peer *p) {
  cg_peer *owner = p->permanent, **at = &owner->bound;
  while (*at != p) at = &(*at)->bound_next;
  *at = p->bound_next;
  p->permanent = p->bound_next = NULL;
  return owner;
}

void cg_peer_forget(cg_peer *p) {
  if (p->forgotten) return;
  cg_map_remove(&p->s->peers, p->key.id);
  p->forgotten = true;
  cg_peer_ref(p);
  while (p->links) cg_link_free(p->links);
  while (p->bound) cg_peer_forget(p->bound);
  if (p->permanent) cg_peer_unref(unlink_bound(p));
  cg_dues_remove(&p->s->dues, &p->due);
  cg_peer_unref(p);
}

static void become_idle(cg_peer *p) {
  cg_idle_peers *all = idle_peers(p);
  p->idle = true;
  p->older = all->newest;
  *(p->older ? &p->older->newer : &all->oldest) = p;
  all->newest = p;
  if (++all->count > (p->temp_until ? IDLE_TEMPORARY : IDLE_PEERS))
    cg_peer_forget(all->oldest);
}

void cg_peer_ref(cg_peer *p) {
  p->refs++;
  leave_idle(p);
}

void cg_peer_unref(cg_peer *p) {
  if (--p->refs || p->links) return;
  if (p->forgotten) free_peer(p);
  else become_idle(p);
}

void cg_peers_free(cg_server *s) {
  size_t at = 0;
  for (cg_peer *p; (p = cg_map_each(&s->peers, &at));)
    if (p->permanent) unlink_bound(p)->refs--;
  at = 0;
  for (cg_peer *p; (p = cg_map_each(&s->peers, &at));) {
    cg_peer_ref(p);
    while (p->links) cg_link_free(p->links);
    free_peer(p);
  }
  cg_map_free(&s->peers);
}

cg_peer *cg_peer_add(cg_server *s, const cg_auth_key *key, int64_t temp_until) {
  cg_peer *p = cg_alloc(sizeof *p);
  if (!p) return NULL;
  *p = (cg_peer){ .s = s, .key = *key, .turn = s->turn, .temp_until = temp_until };
  uint64_t end = (uint64_t)temp_until * CG_SECOND;
  if ((temp_until && cg_dues_add(&s->dues, &p->due, CG_DUE_PEER, end)) ||
      cg_map_put(&s->peers, key->id, p)) {
    free_peer(p);
    return NULL;
  }
  become_idle(p);
  return p;
}

/* --- binding -------------------------------------------------------------- */

static bool is_for_media(const cg_peer *p) {
  return p->dc < 0;
}

/* Those that must give way to `p`; it is one of them itself if it was bound before. */
static void unbind_kind_of(const cg_peer *p, cg_peer *owner) {
  cg_peer *next;
  for (cg_peer *other = owner->bound; other; other = next) {
    next = other->bound_next;
    if (is_for_media(other) == is_for_media(p)) unlink_bound(other)->refs--;
  }
}

void cg_peer_bind(cg_peer *p, cg_peer *owner, int64_t expires_at) {
  cg_peer_ref(owner);
  unbind_kind_of(p, owner);
  p->permanent = owner;
  p->bound_id = owner->key.id;
  p->bound_next = owner->bound;
  owner->bound = p;
  p->layer = p->api_id = 0;
  p->turn = p->s->turn;
  if (expires_at < p->temp_until) p->temp_until = expires_at;
  cg_dues_move(&p->s->dues, &p->due, (uint64_t)p->temp_until * CG_SECOND);
}

/* --- loading -------------------------------------------------------------- */

typedef struct {
  cg_server *s;
  cg_peer_loaded *done;
  cg_peer_asker who;
  cg_auth_key key;
  int32_t dc, layer, api_id;
  uint64_t init_digest;
  cg_login login;
} loading;

/* The end of it, found or not. */
static void loaded(loading *l, cg_err err) {
  cg_server *s = l->s;
  cg_peer_loaded *done = l->done;
  cg_peer_asker who = l->who;
  cg_peer *p = err ? NULL : cg_peer_find(s, l->key.id);
  if (!err && !p && (p = cg_peer_add(s, &l->key, 0))) {
    p->dc = l->dc;
    p->layer = l->layer;
    p->api_id = l->api_id;
    p->init_digest = l->init_digest;
    p->login = l->login;
  }
  cg_wipe(l, sizeof *l);
  cg_free(l);
  done(s, p, err || p ? err : CG_E_MEMORY, who);
}

static void user_loaded(void *ctx, const cg_store_reply *r) {
  loading *l = ctx;
  l->login.state = r->err == CG_E_NOT_FOUND ? CG_USER_DELETED
                   : r->err ? CG_USER_ACTIVE : r->user->state;
  l->login.home = r->err ? l->s->dc_id : cg_home_of_user(l->s, r->user);
  loaded(l, r->err == CG_E_NOT_FOUND ? CG_OK : r->err);
}

static void auth_loaded(void *ctx, const cg_store_reply *r) {
  loading *l = ctx;
  if (r->err) {
    loaded(l, r->err == CG_E_NOT_FOUND ? CG_OK : r->err);
    return;
  }
  if (!r->auth->user_id) {
    l->login.revoked = true;
    loaded(l, CG_OK);
    return;
  }
  l->login.user_id = r->auth->user_id;
  l->login.created = r->auth->created;
  l->login.active = r->auth->active;
  cg_store_request q = { .op = CG_STORE_USER_GET, .id = (uint64_t)l->login.user_id };
  cg_store_submit(l->s->store, &q, user_loaded, l);
}

static void key_loaded(void *ctx, const cg_store_reply *r) {
  loading *l = ctx;
  cg_err err = r->err;
  cg_store_key row = { 0 };
  if (!err) {
    row = *r->key;
    err = cg_secret_mask_key(&l->s->secret, &row);
  }
  if (err) {
    loaded(l, err);
    return;
  }
  memcpy(l->key.key, row.key, sizeof row.key);
  l->key.id = row.id;
  l->key.aux_hash = row.aux_hash;
  l->dc = row.dc;
  l->layer = row.init.layer;
  l->api_id = row.init.api_id;
  l->init_digest = cg_init_digest(&row.init);
  cg_wipe(&row, sizeof row);
  cg_store_request q = { .op = CG_STORE_AUTH_GET, .id = l->key.id };
  cg_store_submit(l->s->store, &q, auth_loaded, l);
}

void cg_peer_load(cg_server *s, uint64_t key_id, cg_peer_loaded *done,
                  cg_peer_asker who) {
  loading *l = cg_alloc(sizeof *l);
  if (!l) {
    done(s, NULL, CG_E_MEMORY, who);
    return;
  }
  *l = (loading){ .s = s, .done = done, .who = who };
  cg_store_request q = { .op = CG_STORE_KEY_GET, .id = key_id };
  cg_store_submit(s->store, &q, key_loaded, l);
}

/* --- links ---------------------------------------------------------------- */

cg_link *cg_link_by_id(const cg_peer *p, uint64_t session_id) {
  cg_link *l = p->links;
  while (l && l->id != session_id) l = l->next;
  return l;
}

cg_link *cg_link_by_serial(const cg_peer *p, uint64_t serial) {
  cg_link *l = p->links;
  while (l && l->serial != serial) l = l->next;
  return l;
}

void cg_link_detach(cg_link *l) {
  cg_link **at = l->conn ? &l->conn->links : NULL;
  while (at && *at != l) at = &(*at)->conn_next;
  if (at) *at = l->conn_next;
  if (at && l->due.place)
    cg_dues_move(&l->peer->s->dues, &l->due, l->heard_us + DETACHED_S * CG_SECOND);
  l->conn = NULL;
  l->conn_next = NULL;
}

static void unlink_touched(cg_link *l) {
  cg_link **at = &l->peer->s->touched;
  while (*at && *at != l) at = &(*at)->touched_next;
  if (*at) *at = l->touched_next;
  l->touched = false;
}

static void unlink_from_peer(cg_link *l) {
  cg_link **at = &l->peer->links;
  while (*at != l) at = &(*at)->next;
  *at = l->next;
  l->peer->link_count--;
}

void cg_link_free(cg_link *l) {
  cg_peer *p = l->peer;
  cg_link_detach(l);
  if (l->touched) unlink_touched(l);
  unlink_from_peer(l);
  cg_dues_remove(&p->s->dues, &l->due);
  cg_session_free(l->session);
  cg_free(l);
  if (!p->links && !p->refs) {
    cg_peer_ref(p);
    cg_peer_unref(p);
  }
}

/* The salt that is valid for a key at a moment. The first one, on which both sides
 * agreed in the key exchange, holds for its own half hour. */
static uint64_t salt_at(void *ctx, uint64_t key_id, int64_t unix_s) {
  const cg_peer *p = ctx;
  int64_t half_hour = unix_s / 1800;
  if (p->first_salt && half_hour == p->first_salt_half_hour) return p->first_salt;
  return cg_secret_salt(&p->s->secret, key_id, half_hour);
}

/* Ends the session of the peer that was silent longest, but for `keep`. */
static void drop_quietest(cg_peer *p, const cg_link *keep) {
  cg_link *quiet = NULL;
  for (cg_link *l = p->links; l; l = l->next)
    if (l != keep && (!quiet || !l->conn || (quiet->conn && l->heard_us < quiet->heard_us)))
      quiet = l;
  if (quiet) cg_link_free(quiet);
}

static cg_link *new_link(cg_peer *p, uint64_t session_id) {
  cg_server *s = p->s;
  cg_session_options o = { .role = CG_SERVER, .key = &p->key, .rng = &s->rng,
                           .log = &s->log, .session_id = session_id,
                           .salt_at = salt_at, .salt_ctx = p };
  cg_link *l = cg_alloc(sizeof *l);
  if (!l) return NULL;
  *l = (cg_link){ .peer = p, .id = session_id };
  if (cg_session_new(&l->session, &o, s->now_us) ||
      cg_dues_add(&s->dues, &l->due, CG_DUE_LINK, CG_NEVER)) {
    cg_session_free(l->session);
    cg_free(l);
    return NULL;
  }
  l->serial = ++s->last_serial;
  l->next = p->links;
  p->links = l;
  p->link_count++;
  leave_idle(p);
  return l;
}

static void attach(cg_link *l, cg_conn *c) {
  if (l->conn == c) return;
  bool moved = l->heard_us != 0;
  cg_link_detach(l);
  l->conn = c;
  l->conn_next = c->links;
  c->links = l;
  if (moved) cg_session_reconnected(l->session, c->s->now_us);
}

cg_link *cg_link_get(cg_peer *p, uint64_t session_id) {
  cg_link *l = cg_link_by_id(p, session_id);
  return l ? l : new_link(p, session_id);
}

void cg_link_heard(cg_link *l, cg_conn *c) {
  if (l->peer->link_count > LINKS_MAX) drop_quietest(l->peer, l);
  attach(l, c);
  l->heard_us = c->s->now_us;
}

void cg_link_touch(cg_link *l) {
  l->peer->turn = l->peer->s->turn;
  if (l->touched) return;
  l->touched = true;
  l->touched_next = l->peer->s->touched;
  l->peer->s->touched = l;
}

static void set_due(cg_link *l) {
  uint64_t at = l->conn ? cg_session_deadline(l->session)
                        : l->heard_us + DETACHED_S * CG_SECOND;
  cg_dues_move(&l->peer->s->dues, &l->due, at);
}

void cg_link_flush(cg_link *l) {
  cg_server *s = l->peer->s;
  cg_conn *c = l->conn;
  while (c && !c->closing) {
    s->packet.len = 0;
    s->packet.err = CG_OK;
    if (cg_session_pull(l->session, s->now_us, &s->packet)) cg_conn_close(c);
    else if (!s->packet.len) break;
    else cg_conn_send(c, cg_buf_view(&s->packet));
  }
  set_due(l);
}

void cg_link_due(cg_link *l) {
  if (!l->conn) {
    if (l->heard_us + DETACHED_S * CG_SECOND <= l->peer->s->now_us) cg_link_free(l);
    else set_due(l);
    return;
  }
  if (cg_session_tick(l->session, l->peer->s->now_us)) cg_conn_close(l->conn);
  cg_link_touch(l);
  cg_dues_move(&l->peer->s->dues, &l->due, CG_NEVER);
}
