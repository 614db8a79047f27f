/* SPDX-License-Identifier: MIT */
/*
 * conn.c - connections: bytes to packets, packets to the key exchange or to sessions,
 * and back. Nothing leaves before cg_server_turn() has made it durable.
 *
 * protocol.md 102-119, 138-162
 */
#include "core.h"
#include "home.h"

#include "mem.h"
#include "wipe.h"

#include <stdio.h>
#include <string.h>

enum {
  FIRST_PACKET_S = 10,  /* a connection that says nothing whole ends */
  SILENT_S = 900,       /* so does one that says nothing more */
  HANDSHAKE_KEEP_S = 60,
  REFUSED_MAX = 10,     /* packets in a row that were no good */
  KEYS_MAX = 16,        /* keys that one connection may agree on */
  BACKLOG_MAX = 2 << 20,
  TEMP_KEY_MAX_S = 30 * 86400
};

cg_conn *cg_conn_find(cg_server *s, uint64_t id) {
  return cg_map_get(&s->conns, id);
}

static bool is_loopback(const char *ip) {
  return !strncmp(ip, "127.", 4) || !strcmp(ip, "::1") || !strncmp(ip, "::ffff:127.", 11);
}

static uint64_t next_due(const cg_conn *c) {
  if (!c->spoke) return c->opened_us + FIRST_PACKET_S * CG_SECOND;
  uint64_t silent = c->disconnect_s ? c->disconnect_s : SILENT_S;
  uint64_t at = c->heard_us + silent * CG_SECOND;
  uint64_t handshake = c->handshake_us + HANDSHAKE_KEEP_S * CG_SECOND;
  return c->handshake && handshake < at ? handshake : at;
}

cg_err cg_server_accept(cg_server *s, uint64_t conn, const char *peer_ip,
                        uint64_t now_us) {
  return cg_server_accept_at(s, conn, s->dc_id, peer_ip, now_us);
}

cg_err cg_server_accept_at(cg_server *s, uint64_t conn, int32_t dc, const char *peer_ip,
                           uint64_t now_us) {
  s->now_us = now_us;
  if (!cg_dc_exists(s, dc)) return CG_E_USAGE;
  if (!s->set.private_profile && !s->set.public_test && !is_loopback(peer_ip))
    return CG_E_REFUSED;
  if (s->conns.count >= (size_t)s->set.max_connections) return CG_E_LIMIT;
  if (cg_conn_find(s, conn)) return CG_E_USAGE;
  cg_conn *c = cg_alloc(sizeof *c);
  if (!c) return CG_E_MEMORY;
  *c = (cg_conn){ .s = s, .id = conn, .dc = dc, .opened_us = now_us, .heard_us = now_us };
  snprintf(c->ip, sizeof c->ip, "%s", peer_ip);
  cg_err err = cg_framing_server(&c->framing, &s->rng);
  if (!err) err = cg_dues_add(&s->dues, &c->due, CG_DUE_CONN, next_due(c));
  if (!err) err = cg_map_put(&s->conns, conn, c);
  if (err) cg_conn_free(c);
  return err;
}

void cg_server_reached_at(cg_server *s, uint64_t conn, const char *local_ip) {
  cg_conn *c = cg_conn_find(s, conn);
  if (c) snprintf(c->local_ip, sizeof c->local_ip, "%s", local_ip);
}

static void unlink_conn(cg_conn *c) {
  cg_server *s = c->s;
  for (cg_conn **at = &s->written; *at; at = &(*at)->written_next)
    if (*at == c) {
      *at = c->written_next;
      break;
    }
  for (cg_conn **at = &s->queue; *at; at = &(*at)->queued_next)
    if (*at == c) {
      *at = c->queued_next;
      if (!*at) s->queue_end = at;
      break;
    }
}

void cg_conn_free(cg_conn *c) {
  if (c->written || c->queued) unlink_conn(c);
  while (c->links) cg_link_detach(c->links);
  cg_map_remove(&c->s->conns, c->id);
  cg_dues_remove(&c->s->dues, &c->due);
  cg_framing_free(c->framing);
  cg_handshake_server_free(c->handshake);
  cg_buf_free(&c->out);
  cg_buf_free(&c->held);
  cg_free(c);
}

static void mark_written(cg_conn *c) {
  if (c->written) return;
  c->written = true;
  c->written_next = c->s->written;
  c->s->written = c;
}

void cg_conn_close(cg_conn *c) {
  if (c->closing) return;
  c->closing = true;
  mark_written(c);
}

/* What could not be written whole leaves a stream that nobody can read. */
static void after_write(cg_conn *c, cg_err err) {
  mark_written(c);
  if (!err && !c->out.err) return;
  c->out.err = CG_OK;
  c->out.len = c->ready;
  cg_conn_close(c);
}

void cg_conn_send(cg_conn *c, cg_bytes payload) {
  if (!c->closing) after_write(c, cg_framing_send(c->framing, payload, &c->out));
}

void cg_conn_send_error(cg_conn *c, int32_t code) {
  if (c->closing) return;
  after_write(c, cg_framing_send_error(c->framing, code, &c->out));
  if (++c->refused >= REFUSED_MAX) cg_conn_close(c);
}

/* --- key exchange --------------------------------------------------------- */

typedef struct {
  cg_server *s;
  uint64_t conn;
  cg_handshake_key agreed;
} new_key;

static void free_new_key(new_key *k) {
  cg_wipe(k, sizeof *k);
  cg_free(k);
}

static cg_key_outcome keep_peer(const new_key *k) {
  cg_server *s = k->s;
  if (cg_peer_find(s, k->agreed.key.id)) return CG_KEY_TAKEN;
  cg_peer *p = cg_peer_add(s, &k->agreed.key, k->agreed.expires_at);
  if (!p) return CG_KEY_FAILED;
  p->dc = k->agreed.dc;
  p->first_salt = k->agreed.salt;
  p->first_salt_half_hour = cg_unix(s->now_us) / 1800;
  return CG_KEY_STORED;
}

static void key_stored(void *ctx, const cg_store_reply *r) {
  new_key *k = ctx;
  cg_conn *c = cg_conn_find(k->s, k->conn);
  cg_key_outcome outcome = r->err == CG_E_EXISTS ? CG_KEY_TAKEN
                           : r->err ? CG_KEY_FAILED : keep_peer(k);
  if (c && !c->closing && c->handshake) {
    cg_buf out = { 0 };
    cg_err err = cg_handshake_server_stored(c->handshake, k->agreed.key.id, outcome,
                                            k->s->now_us, &out);
    if (err) cg_conn_close(c);
    else cg_conn_send(c, cg_buf_view(&out));
    cg_buf_free(&out);
  }
  if (outcome == CG_KEY_STORED)
    cg_log_write(&k->s->log, CG_LOG_DEBUG, "a %s key was agreed%s",
                 k->agreed.expires_at ? "temporary" : "permanent",
                 k->agreed.legacy ? " (old padding or no dc)" : "");
  free_new_key(k);
  if (c) cg_conn_unblock(c);
}

static void store_key(cg_conn *c, const cg_handshake_key *agreed) {
  bool many = ++c->keys > KEYS_MAX;
  new_key *k = many ? NULL : cg_alloc(sizeof *k);
  if (!k) {
    if (many) cg_conn_send_error(c, -429);
    cg_conn_close(c);
    return;
  }
  *k = (new_key){ c->s, c->id, *agreed };
  if (!agreed->dc && c->s->dcs > 1) k->agreed.dc = c->dc; /* where it was made */
  c->blocked = true;
  if (agreed->expires_at) { /* temporary keys live in memory only */
    key_stored(k, &(cg_store_reply){ .err = CG_OK });
    return;
  }
  cg_store_key row = { .id = agreed->key.id, .aux_hash = agreed->key.aux_hash,
                       .dc = k->agreed.dc, .created = cg_unix(c->s->now_us) };
  memcpy(row.key, agreed->key.key, sizeof row.key);
  cg_store_request put = { .op = CG_STORE_KEY_PUT, .key = &row };
  cg_err err = cg_secret_mask_key(&c->s->secret, &row);
  if (err) key_stored(k, &(cg_store_reply){ .err = err });
  else cg_store_submit(c->s->store, &put, key_stored, k);
  cg_wipe(&row, sizeof row);
}

static cg_err need_handshake(cg_conn *c) {
  cg_server *s = c->s;
  c->handshake_us = s->now_us;
  if (c->handshake) return CG_OK;
  cg_handshake_server_options o = { .rsa = s->folder.rsa, .rng = &s->rng, .dc = c->dc,
                                    .any_dc = s->dcs == 1, .legacy_rsa = s->set.legacy_rsa,
                                    .max_expires_in = TEMP_KEY_MAX_S };
  return cg_handshake_server_new(&c->handshake, &o);
}

static void take_plain(cg_conn *c, cg_bytes packet) {
  cg_buf out = { 0 };
  cg_handshake_verdict verdict = CG_HANDSHAKE_REFUSE;
  cg_handshake_key agreed = { 0 };
  int32_t code = 0;
  cg_err err = need_handshake(c);
  if (!err)
    err = cg_handshake_server_feed(c->handshake, packet, c->s->now_us, &out, &verdict,
                                   &agreed, &code);
  if (err) cg_conn_close(c);
  else if (verdict == CG_HANDSHAKE_REPLY) cg_conn_send(c, cg_buf_view(&out));
  else if (verdict == CG_HANDSHAKE_STORE) store_key(c, &agreed);
  else cg_conn_send_error(c, code);
  cg_wipe(&agreed, sizeof agreed);
  cg_buf_free(&out);
}

/* --- encrypted packets ---------------------------------------------------- */

static void destroy_session(cg_link *l, uint64_t msg_id, uint64_t id) {
  cg_link *other = cg_link_by_id(l->peer, id);
  bool ok = other && other != l;
  if (ok) cg_link_free(other);
  if (cg_session_destroyed(l->session, msg_id, id, ok, l->peer->s->now_us))
    cg_conn_close(l->conn);
}

static void take_event(cg_link *l, const cg_session_event *e) {
  switch (e->kind) {
  case CG_SESSION_CALL: cg_dispatch(l, e->msg_id, e->body); break;
  case CG_SESSION_DESTROY_KEY: cg_dispatch_destroy_key(l, e->msg_id); break;
  case CG_SESSION_DESTROY_SESSION:
    destroy_session(l, e->msg_id, (uint64_t)e->value);
    break;
  case CG_SESSION_DISCONNECT_IN:
    l->conn->disconnect_s = e->value > 0 && e->value < SILENT_S ? (uint32_t)e->value : 0;
    break;
  case CG_SESSION_DROPPED: cg_op_mute(l, e->msg_id); break;
  default: break; /* the others are a client's */
  }
}

/* What a session does not take is told so where it came from, and changes nothing else:
 * it may be an old packet that a stranger repeats (protocol.md 145-160). */
static void refuse_message(cg_conn *c, cg_link *l) {
  cg_buf notice = { 0 };
  if (cg_session_pull_refusal(l->session, c->s->now_us, &notice)) cg_conn_close(c);
  else if (notice.len) cg_conn_send(c, cg_buf_view(&notice));
  cg_buf_free(&notice);
}

static void take_events(cg_link *l) {
  cg_session_event e;
  while (cg_session_next(l->session, &e)) take_event(l, &e);
}

/* Gives an opened message to its session, which only now moves here, or begins. */
static void take_message(cg_conn *c, cg_peer *p, const cg_message *m) {
  cg_link *l = m->session_id ? cg_link_get(p, m->session_id) : NULL;
  if (!l) {
    cg_conn_send_error(c, -404);
    return;
  }
  cg_err err = cg_session_receive(l->session, m, c->s->now_us);
  bool mild = err == CG_E_PROTOCOL || err == CG_E_REPLAY || err == CG_E_TIME;
  bool taken = !err && cg_session_has_taken(l->session);
  if (taken) cg_link_heard(l, c);
  else if (err && (!mild || ++c->refused >= REFUSED_MAX)) cg_conn_close(c);
  else refuse_message(c, l);
  if (!l->heard_us) {
    cg_link_free(l);
    return;
  }
  cg_link_touch(l);
  if (!taken) return;
  c->refused = 0;
  take_events(l);
}

static void take_sealed(cg_conn *c, cg_peer *p, cg_bytes packet, bool wants_ack) {
  cg_server *s = c->s;
  cg_message m;
  bool over = p->temp_until && p->temp_until <= cg_unix(s->now_us);
  if (over || p->doomed || cg_peer_owner(p)->doomed || !cg_dc_knows(p, c->dc)) {
    cg_conn_send_error(c, -404);
    return;
  }
  cg_err err = cg_envelope_open(&p->key, CG_CLIENT, packet, true, &s->plain, &m);
  if (err) {
    cg_conn_close(c);
    return;
  }
  if (wants_ack) {
    uint32_t token = cg_envelope_quick_ack(&p->key, CG_CLIENT, &s->plain);
    after_write(c, cg_framing_send_ack(c->framing, token, &c->out));
  }
  cg_peer_ref(p);
  take_message(c, p, &m);
  cg_peer_unref(p);
}

/* --- bytes ---------------------------------------------------------------- */

/* Puts a packet aside until its key is loaded. */
static void hold(cg_conn *c, cg_bytes packet, bool wants_ack, uint64_t key_id) {
  cg_buf_bytes(&c->held, packet);
  c->held_ack = wants_ack;
  c->blocked = true;
  if (c->held.err) cg_conn_close(c);
  else cg_peer_load(c->s, key_id, cg_conn_key_loaded, (cg_peer_asker){ .conn = c->id });
}

static void take_packet(cg_conn *c, cg_bytes packet, bool wants_ack) {
  uint64_t key_id = cg_envelope_key_id(packet);
  c->spoke = true;
  c->heard_us = c->s->now_us;
  if (!key_id) {
    take_plain(c, packet);
    return;
  }
  cg_peer *p = cg_peer_find(c->s, key_id);
  if (p) take_sealed(c, p, packet, wants_ack);
  else hold(c, packet, wants_ack, key_id);
}

static void pump(cg_conn *c) {
  cg_packet p;
  c->pumping = true;
  while (!c->closing && !c->blocked) {
    if (cg_framing_next(c->framing, &p)) cg_conn_close(c);
    else if (p.kind == CG_PACKET_NONE) break;
    else take_packet(c, p.data, p.wants_ack);
  }
  c->pumping = false;
  cg_dues_move(&c->s->dues, &c->due, next_due(c));
}

static void take_held(cg_conn *c) {
  cg_buf held = c->held;
  c->held = (cg_buf){ 0 };
  cg_peer *p = cg_peer_find(c->s, cg_envelope_key_id(cg_buf_view(&held)));
  if (p) take_sealed(c, p, cg_buf_view(&held), c->held_ack);
  else cg_conn_send_error(c, -404);
  cg_buf_free(&held);
}

void cg_conn_unblock(cg_conn *c) {
  c->blocked = false;
  c->backlog = 0;
  if (c->held.len && !c->closing) take_held(c);
  /* A store that answers at once calls from within the pump, which goes on itself. */
  if (!c->pumping) pump(c);
}

/* An unknown key is for the client to know; a store out of reach is not. */
void cg_conn_key_loaded(cg_server *s, cg_peer *p, cg_err err, cg_peer_asker who) {
  cg_conn *c = cg_conn_find(s, who.conn);
  if (c && (p || err == CG_E_NOT_FOUND)) cg_conn_unblock(c);
  else if (c) cg_conn_close(c);
}

void cg_server_feed(cg_server *s, uint64_t conn, cg_bytes in, uint64_t now_us) {
  cg_conn *c = cg_conn_find(s, conn);
  s->now_us = now_us;
  if (!c || c->closing) return;
  if (c->blocked) c->backlog += in.len;
  if (cg_framing_feed(c->framing, in) || c->backlog > BACKLOG_MAX) cg_conn_close(c);
  else pump(c);
}

void cg_server_gone(cg_server *s, uint64_t conn) {
  cg_conn *c = cg_conn_find(s, conn);
  if (c) cg_conn_free(c);
}

void cg_conn_due(cg_conn *c) {
  uint64_t now = c->s->now_us;
  bool over = c->handshake_us + HANDSHAKE_KEEP_S * CG_SECOND <= now;
  if (c->handshake && over && !c->blocked) {
    cg_handshake_server_free(c->handshake);
    c->handshake = NULL;
  }
  uint64_t at = c->closing ? CG_NEVER : next_due(c);
  if (at <= now) {
    cg_conn_close(c);
    at = CG_NEVER;
  }
  cg_dues_move(&c->s->dues, &c->due, at);
}
