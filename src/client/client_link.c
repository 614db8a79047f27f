/* SPDX-License-Identifier: MIT */
/*
 * client_link.c - the connection and the key: from a call that waits to a session that
 * runs, and back when something breaks; see client_core.h.
 *
 * Whoever closes the connection emits DISCONNECT and leaves the link DOWN with
 * retry_at set; only the tick and the first call emit CONNECT.
 */
#include "client_state.h"

#include "clock.h"
#include "dc.h"
#include "mem.h"
#include "reader.h"
#include "rsa.h"
#include "wipe.h"

#include <stdio.h>
#include <string.h>

enum { PROVE_AT = 2 }; /* transport errors -404 */

static const uint64_t CONNECT_LIMIT = 10 * CG_SECOND;
static const uint64_t FIRST_WAIT = CG_SECOND / 10, LONGEST_WAIT = 5 * CG_SECOND;

/* --- down ------------------------------------------------------------------ */

/* What a server that does not know the key was sent it has not carried out. */
static void expose(cg_core *c) {
  for (cg_core_item *call = c->calls.first; call; call = call->next) {
    if (call->sent && c->link == CG_LINK_UP && !c->denied) call->exposed = true;
    call->wrapped = false;
  }
  c->heard = c->denied = false;
}

static void drop_connection(cg_core *c) {
  expose(c);
  cg_framing_free(c->framing);
  cg_handshake_free(c->handshake);
  c->framing = NULL;
  c->handshake = NULL;
  c->inited = false;
  cg_buf_wipe(&c->out);
}

void cg_core_free_link(cg_core *c) {
  drop_connection(c);
  cg_session_free(c->session);
  c->session = NULL;
}

void cg_core_reconnect(cg_core *c, uint64_t wait_us, uint64_t now_us) {
  bool open = c->link != CG_LINK_DOWN;
  drop_connection(c);
  c->link = CG_LINK_DOWN;
  c->retry_at = now_us + wait_us;
  if (open) cg_core_emit(c, CG_CORE_DISCONNECT);
}

void cg_core_end_session(cg_core *c) {
  cg_session_free(c->session);
  c->session = NULL;
  cg_auth_key_wipe(&c->key);
  for (cg_core_item *call = c->calls.first; call; call = call->next)
    call->sent = call->exposed = false;
}

void cg_core_drop_key(cg_core *c) {
  cg_session_dc *dc = cg_core_dc(c);
  cg_core_end_session(c);
  cg_auth_key_wipe(&dc->key);
  dc->has_key = false;
  dc->salt = 0;
  cg_core_emit(c, CG_CORE_SAVE);
}

/* Twice as long from try to try, and up to a quarter more: clients that lost the same
 * server are not to come back in step. */
static uint64_t back_off(const cg_core *c) {
  uint64_t wait = FIRST_WAIT, jitter = 0;
  for (int i = 1; i < c->tries && wait < LONGEST_WAIT; i++) wait *= 2;
  if (wait > LONGEST_WAIT) wait = LONGEST_WAIT;
  if (cg_rng_fill(c->o.rng, &jitter, sizeof jitter)) jitter = 0;
  return wait + jitter % (wait / 4);
}

void cg_core_retry(cg_core *c, uint64_t now_us) {
  c->tries++;
  cg_core_reconnect(c, back_off(c), now_us);
  if (c->tries < CG_CORE_TRIES) return;
  cg_core_fail_all(c);
  if (c->was_up) return; /* updates are waited for */
  c->wanted = false;
  c->tries = 0;
}

/* Nothing that is tried again will help: ends all calls with c->trouble. */
static void give_up(cg_core *c, uint64_t now_us) {
  cg_core_reconnect(c, 0, now_us);
  c->wanted = c->proving = false;
  c->tries = c->unknown_key = 0; /* a later call looks into it anew */
  cg_core_fail_all(c);
}

/* --- the address in texts -------------------------------------------------- */

void cg_core_where(const cg_core *c, char out[CG_CORE_WHERE]) {
  const cg_dc_address *a = cg_dc_find(c->o.dc, c->data->main_dc, 0);
  snprintf(out, CG_CORE_WHERE, strchr(a->host, ':') ? "[%s]:%u" : "%s:%u", a->host, a->port);
}

static const char *reason(cg_err why) {
  if (why == CG_E_CONNECT) return "connection refused";
  return why == CG_E_NOT_FOUND ? "no such host" : cg_err_text(why);
}

/* --- up -------------------------------------------------------------------- */

static cg_err open_session(cg_core *c, uint64_t now_us) {
  const cg_session_dc *dc = cg_core_dc(c);
  c->key = dc->key;
  cg_session_options o = { .role = CG_CLIENT,
                           .key = &c->key,
                           .rng = c->o.rng,
                           .log = c->o.log,
                           .salt = dc->salt,
                           .time_offset = dc->time_offset };
  return cg_session_new(&c->session, &o, now_us);
}

/* The key is there and on disk. */
static void go_up(cg_core *c, uint64_t now_us) {
  cg_err err = CG_OK;
  c->link = CG_LINK_UP;
  if (c->session)
    cg_session_reconnected(c->session, now_us);
  else
    err = open_session(c, now_us);
  if (err) {
    cg_fail(&c->trouble, err, "no session: %s", cg_err_text(err));
    give_up(c, now_us);
    return;
  }
  cg_core_qr_connected(c);
  cg_core_flush(c, now_us);
}

static cg_err begin_handshake(cg_core *c, uint64_t now_us) {
  cg_buf payload = { 0 };
  int32_t dc = c->data->main_dc + (c->o.dc->test_mode ? 10000 : 0);
  cg_handshake_options o = { .keys = (const cg_rsa_key *const *)c->keys,
                             .key_count = c->key_count,
                             .dc = dc,
                             .rng = c->o.rng };
  cg_err err = cg_handshake_new(&c->handshake, &o);
  if (!err) err = cg_handshake_start(c->handshake, now_us, &payload);
  if (!err) err = cg_framing_send(c->framing, cg_buf_view(&payload), &c->out);
  cg_buf_wipe(&payload);
  c->link = CG_LINK_HANDSHAKE;
  return err;
}

void cg_core_connected(cg_core *c, uint64_t now_us) {
  if (c->link != CG_LINK_CONNECTING) return;
  c->refusals = 0;
  int16_t dc = (int16_t)(c->data->main_dc + (c->o.dc->test_mode ? 10000 : 0));
  cg_err err =
      cg_framing_client(&c->framing, c->o.framing, c->o.obfuscated, dc, c->o.rng);
  if (!err && cg_core_dc(c)->has_key && !c->proving) {
    go_up(c, now_us);
    return;
  }
  if (!err) err = begin_handshake(c, now_us);
  if (!err) return;
  cg_fail(&c->trouble, err, "no key exchange: %s", cg_err_text(err));
  give_up(c, now_us);
}

void cg_core_closed(cg_core *c, cg_err why, uint64_t now_us) {
  char at[CG_CORE_WHERE];
  bool refused = c->link == CG_LINK_CONNECTING;
  if (c->link == CG_LINK_DOWN) return;
  cg_core_where(c, at);
  cg_fail(&c->trouble, refused ? CG_E_CONNECT : CG_E_CLOSED,
          refused ? "no server at %s: %s" : "%s closed the connection (%s)", at,
          reason(why));
  drop_connection(c);
  c->link = CG_LINK_DOWN;
  c->tries++;
  c->retry_at = now_us + back_off(c);
  /* A server that was there may be starting again: calls wait for it, but not when it
   * refuses time after time. One that never answered is told of at once. */
  if (!c->was_up && (refused || c->tries >= CG_CORE_TRIES))
    give_up(c, now_us);
  else if (refused && ++c->refusals >= CG_CORE_TRIES)
    cg_core_fail_all(c); /* updates are waited for still */
}

static void connect(cg_core *c, uint64_t now_us) {
  c->link = CG_LINK_CONNECTING;
  c->give_up_at = now_us + CONNECT_LIMIT;
  cg_core_emit(c, CG_CORE_CONNECT);
}

/* The server that is there says nothing. */
static void silent(cg_core *c, cg_err err, const char *what, uint64_t now_us) {
  char at[CG_CORE_WHERE];
  cg_core_where(c, at);
  cg_fail(&c->trouble, err, "%s %s", at, what);
  cg_core_retry(c, now_us);
}

void cg_core_link_tick(cg_core *c, uint64_t now_us) {
  switch (c->link) {
  case CG_LINK_DOWN:
    if (c->wanted && now_us >= c->retry_at) connect(c, now_us);
    return;
  case CG_LINK_CONNECTING:
    if (now_us < c->give_up_at) return;
    cg_core_emit(c, CG_CORE_DISCONNECT);
    cg_core_closed(c, CG_E_TIMEOUT, now_us);
    return;
  case CG_LINK_HANDSHAKE:
    if (now_us < cg_handshake_deadline(c->handshake)) return;
    silent(c, CG_E_TIMEOUT, "did not answer the key exchange", now_us);
    return;
  case CG_LINK_SAVING: return;
  case CG_LINK_UP:
    if (!cg_session_tick(c->session, now_us))
      cg_core_drain(c, now_us);
    else
      silent(c, CG_E_CLOSED, "is silent", now_us);
  }
}

/* --- the key exchange ------------------------------------------------------ */

/* Appends the fingerprints that a resPQ lists to `out`. */
static void list_theirs(cg_bytes payload, char *out, size_t size) {
  enum { HEAD = 8 + 8 + 4, NONCES = 4 + 16 + 16 };
  cg_reader r;
  cg_reader_init(&r, payload.at, payload.len);
  cg_reader_take(&r, HEAD + NONCES);
  cg_reader_str(&r);
  cg_reader_u32(&r);
  uint32_t count = cg_reader_count(&r, 8);
  for (uint32_t i = 0; i < count && i < 3; i++) {
    size_t len = strlen(out);
    snprintf(out + len, size - len, "%s%016llx", i ? ", " : "",
             (unsigned long long)cg_reader_u64(&r));
  }
}

static void name_keys(cg_core *c, cg_bytes payload) {
  char theirs[64] = "", at[300];
  list_theirs(payload, theirs, sizeof theirs);
  cg_core_where(c, at);
  cg_fail(&c->trouble, CG_E_NO_KEY,
          "%s is another server than that of %s: its key is %s, expected %016llx", at,
          c->o.dc->name, theirs, (unsigned long long)cg_rsa_fingerprint(c->keys[0]));
}

static void keep_key(cg_core *c, cg_handshake_result *result) {
  cg_session_dc *dc = cg_core_dc(c);
  const cg_dc_address *a = cg_dc_find(c->o.dc, c->data->main_dc, 0);
  snprintf(dc->host, sizeof dc->host, "%s", a->host);
  dc->port = a->port;
  dc->key = result->key;
  dc->has_key = true;
  c->data->made = true;
  dc->salt = result->salt;
  cg_core_set_offset(c, result->time_offset);
  c->key_unsaved = true;
  c->link = CG_LINK_SAVING;
  cg_core_emit(c, CG_CORE_SAVE);
}

/* The server that does not know our key has proved itself with a key exchange: the old
 * key is lost. An account that was on it is told so, and the new key is not taken. */
static bool account_lost(cg_core *c, uint64_t now_us) {
  cg_rpc_error gone = { .code = 401, .value = -1, .text = "AUTH_KEY_UNREGISTERED" };
  cg_login_step none = { .kind = CG_STEP_NONE };
  c->proving = false;
  bool lost =
      cg_login_refused(&c->data->login, &none, &gone, cg_unix(now_us)) == CG_LOGIN_LOST;
  cg_login_forget(&c->data->login);
  cg_core_refuse_attempts(c, &gone);
  if (!lost) cg_core_fail_doubtful(c);
  cg_core_drop_key(c);
  if (!lost) return false;
  c->data->login.state = CG_LOGIN_CLOSED;
  cg_core_refuse(c, &gone, true);
  cg_core_reconnect(c, 0, now_us);
  return true;
}

static void feed_handshake(cg_core *c, cg_bytes payload, uint64_t now_us) {
  cg_buf reply = { 0 };
  cg_handshake_result result;
  bool done = false;
  cg_err err = cg_handshake_feed(c->handshake, payload, now_us, &reply, &done, &result);
  if (!err && reply.len) err = cg_framing_send(c->framing, cg_buf_view(&reply), &c->out);
  cg_buf_wipe(&reply);
  if (err == CG_E_NO_KEY) {
    name_keys(c, payload);
    give_up(c, now_us);
  } else if (err) {
    cg_fail(&c->trouble, err, "the key exchange failed: %s", cg_err_text(err));
    cg_core_retry(c, now_us);
  } else if (done && !(c->proving && account_lost(c, now_us))) {
    keep_key(c, &result);
  }
  cg_wipe(&result, sizeof result);
}

static void fail_moved(cg_core *c, cg_err err, const char *why) {
  for (cg_core_item *i = c->events.first; i; i = i->next)
    if ((i->kind == CG_CORE_DONE || i->kind == CG_CORE_LOGIN) && i->moved)
      cg_fail(&i->fault, err, "%s", why);
}

/* The connection may be gone by the time it is known that the key was not saved. */
static void forget_unsaved(cg_core *c) {
  cg_auth_key_wipe(&cg_core_dc(c)->key);
  cg_core_dc(c)->has_key = c->key_unsaved = false;
}

void cg_core_saved(cg_core *c, cg_err err, const char *why, uint64_t now_us) {
  if (err) fail_moved(c, err, why);
  cg_core_reset_saved(c, err, why, now_us);
  if (!err)
    c->key_unsaved = false;
  else if (c->key_unsaved)
    forget_unsaved(c);
  if (c->link != CG_LINK_SAVING) return;
  if (!err) {
    cg_handshake_free(c->handshake);
    c->handshake = NULL;
    go_up(c, now_us);
    return;
  }
  cg_fail(&c->trouble, err, "%s", why);
  give_up(c, now_us);
}

/* --- input ----------------------------------------------------------------- */

/* The server does not know the key: once may be an accident, twice is looked into. It is
 * at an end if the key that it agreed on then is unknown as well. */
static void key_unknown(cg_core *c, uint64_t now_us) {
  char at[CG_CORE_WHERE];
  cg_core_where(c, at);
  cg_fail(&c->trouble, CG_E_TRANSPORT, "%s answered with transport error -404", at);
  c->denied = !c->heard;
  if (++c->unknown_key > PROVE_AT) {
    give_up(c, now_us);
    return;
  }
  c->proving = c->unknown_key == PROVE_AT;
  if (c->proving)
    cg_log_write(c->o.log, CG_LOG_WARN, "the server does not know the session's key");
  c->tries++;
  cg_core_reconnect(c, back_off(c), now_us);
}

static void transport_error(cg_core *c, int32_t code, uint64_t now_us) {
  char at[CG_CORE_WHERE];
  if (code == -404 && c->link == CG_LINK_UP) {
    key_unknown(c, now_us);
    return;
  }
  cg_core_where(c, at);
  cg_fail(&c->trouble, CG_E_TRANSPORT, "%s answered with transport error %d%s", at,
          (int)code, code == -444 ? " (it is another data centre)" : "");
  if (code == -444)
    give_up(c, now_us);
  else
    cg_core_retry(c, now_us);
}

static void feed_session(cg_core *c, cg_bytes packet, uint64_t now_us) {
  cg_message m;
  bool padded = c->o.framing == CG_FRAMING_PADDED;
  cg_err err = cg_envelope_open(&c->key, CG_SERVER, packet, padded, &c->plain, &m);
  if (!err && m.session_id != cg_session_id(c->session)) err = CG_E_PROTOCOL;
  if (!err) err = cg_session_receive(c->session, &m, now_us);
  if (err) {
    cg_fail(&c->trouble, err, "a message of the server was refused: %s",
            cg_err_text(err));
    cg_core_retry(c, now_us);
    return;
  }
  c->was_up = c->heard = true;
  c->tries = c->unknown_key = 0;
  cg_core_drain(c, now_us);
}

static void take_packet(cg_core *c, const cg_packet *p, uint64_t now_us) {
  if (p->kind == CG_PACKET_ERROR)
    transport_error(c, p->value, now_us);
  else if (p->kind != CG_PACKET_DATA)
    return;
  else if (c->link == CG_LINK_HANDSHAKE)
    feed_handshake(c, p->data, now_us);
  else if (c->link == CG_LINK_UP)
    feed_session(c, p->data, now_us);
}

void cg_core_feed(cg_core *c, cg_bytes in, uint64_t now_us) {
  if (!c->framing) return;
  cg_packet packet;
  cg_err err = cg_framing_feed(c->framing, in);
  /* a packet may end the connection, and the framing with it */
  for (const cg_framing *f = c->framing; !err && c->framing == f;) {
    err = cg_framing_next(c->framing, &packet);
    if (err || packet.kind == CG_PACKET_NONE) break;
    take_packet(c, &packet, now_us);
  }
  if (!err || !c->framing) return;
  cg_fail(&c->trouble, err, "the server's stream is broken: %s", cg_err_text(err));
  cg_core_retry(c, now_us);
}

/* --- output ---------------------------------------------------------------- */

cg_err cg_core_pull(cg_core *c, uint64_t now_us, cg_buf *out) {
  cg_err err = CG_OK;
  while (c->link == CG_LINK_UP && !err) {
    cg_buf packet = { 0 };
    err = cg_session_pull(c->session, now_us, &packet);
    bool more = packet.len > 0;
    if (!err && more) err = cg_framing_send(c->framing, cg_buf_view(&packet), &c->out);
    cg_buf_free(&packet);
    if (!more) break;
  }
  cg_core_drain(c, now_us); /* sending may have moved on to another salt */
  cg_buf_bytes(out, cg_buf_view(&c->out));
  c->out.len = 0;
  return err ? err : out->err;
}
