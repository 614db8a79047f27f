/* SPDX-License-Identifier: MIT */
/* fake_server.c - see fake_server.h; a part of tests only, so it may assert. */
#include "fake_server.h"

#include "clock.h"

#include <centigram/api.h>

#include <assert.h>
#include <string.h>

static void must(cg_err err) {
  assert(!err);
  (void)err;
}

static uint64_t salt_at(void *ctx, uint64_t key_id, int64_t unix_s) {
  (void)key_id;
  (void)unix_s;
  return ((const fake_server *)ctx)->salt;
}

void fake_init(fake_server *s, int32_t dc, cg_rsa_key *rsa, const cg_rng *rng) {
  *s = (fake_server){ .dc = dc, .rsa = rsa, .rng = rng, .salt = 77, .knows_key = true };
}

void fake_disconnect(fake_server *s) {
  cg_framing_free(s->framing);
  cg_handshake_server_free(s->handshake);
  s->framing = NULL;
  s->handshake = NULL;
  s->out.len = 0;
}

void fake_free(fake_server *s) {
  fake_disconnect(s);
  cg_session_free(s->session);
  cg_buf_free(&s->out);
  cg_buf_free(&s->plain);
}

void fake_connect(fake_server *s) {
  cg_handshake_server_options o = {
    .rsa = s->rsa, .rng = s->rng, .dc = s->dc, .any_dc = true, .max_expires_in = 86400
  };
  fake_disconnect(s);
  must(cg_framing_server(&s->framing, s->rng));
  must(cg_handshake_server_new(&s->handshake, &o));
  s->heard = false;
  s->connections++;
}

/* --- key exchange ---------------------------------------------------------- */

static void shake_hands(fake_server *s, cg_bytes payload, uint64_t now_us) {
  cg_buf reply = { 0 };
  cg_handshake_verdict verdict;
  cg_handshake_key key;
  int32_t error;
  must(cg_handshake_server_feed(s->handshake, payload, now_us, &reply, &verdict, &key,
                                &error));
  assert(verdict != CG_HANDSHAKE_REFUSE);
  if (verdict == CG_HANDSHAKE_STORE) {
    s->key = key.key;
    s->salt = key.salt;
    s->has_key = true;
    s->knows_key = !s->forgets;
    s->handshakes++;
    cg_session_free(s->session);
    s->session = NULL;
    must(cg_handshake_server_stored(s->handshake, key.key.id, CG_KEY_STORED, now_us,
                                    &reply));
  }
  must(cg_framing_send(s->framing, cg_buf_view(&reply), &s->out));
  cg_buf_free(&reply);
}

/* --- calls ----------------------------------------------------------------- */

/* The call inside its wrappers. */
static const tl_obj *unwrap(fake_server *s, const tl_obj *q) {
  const tl_invokeWithLayer *layer = TL_AS(invokeWithLayer, q);
  const tl_initConnection *init = layer ? TL_AS(initConnection, layer->query) : NULL;
  s->wrapped = init != NULL;
  s->inits += s->wrapped;
  return init ? init->query : q;
}

static void call(fake_server *s, uint64_t msg_id, cg_bytes body, uint64_t now_us) {
  cg_arena *arena = cg_arena_new(0);
  const tl_obj *q;
  cg_buf answer = { 0 };
  s->calls++;
  s->msg_id = msg_id;
  must(cg_tl_decode(cg_tl_api(), body, arena, &q, NULL));
  s->script(s, unwrap(s, q), &answer);
  must(answer.err);
  if (answer.len && s->session)
    must(cg_session_reply(s->session, msg_id, cg_buf_view(&answer), now_us));
  cg_buf_free(&answer);
  cg_arena_free(arena);
}

static void drain(fake_server *s, uint64_t now_us) {
  cg_session_event ev;
  while (s->session && cg_session_next(s->session, &ev)) {
    if (ev.kind == CG_SESSION_CALL) call(s, ev.msg_id, ev.body, now_us);
    if (ev.kind == CG_SESSION_DROPPED) s->drops++;
  }
}

static void open_packet(fake_server *s, cg_bytes packet, uint64_t now_us) {
  cg_message m;
  if (!s->has_key || !s->knows_key || cg_envelope_key_id(packet) != s->key.id) {
    must(cg_framing_send_error(s->framing, -404, &s->out));
    return;
  }
  must(cg_envelope_open(&s->key, CG_CLIENT, packet, true, &s->plain, &m));
  if (s->session && cg_session_id(s->session) != m.session_id) {
    cg_session_free(s->session);
    s->session = NULL;
  }
  if (!s->session) {
    cg_session_options o = { .role = CG_SERVER,
                             .key = &s->key,
                             .rng = s->rng,
                             .session_id = m.session_id,
                             .salt_at = salt_at,
                             .salt_ctx = s };
    must(cg_session_new(&s->session, &o, now_us));
  }
  if (!s->heard) cg_session_reconnected(s->session, now_us);
  s->heard = true;
  cg_err refused = cg_session_receive(s->session, &m, now_us); /* it has said so */
  (void)refused;
  drain(s, now_us);
}

void fake_feed(fake_server *s, cg_bytes in, uint64_t now_us) {
  cg_packet p;
  if (!s->framing) return;
  must(cg_framing_feed(s->framing, in));
  while (s->framing) {
    must(cg_framing_next(s->framing, &p));
    if (p.kind != CG_PACKET_DATA) return;
    if (cg_envelope_key_id(p.data))
      open_packet(s, p.data, now_us);
    else
      shake_hands(s, p.data, now_us);
  }
}

cg_buf fake_take(fake_server *s, uint64_t now_us) {
  cg_buf out = { 0 };
  while (s->session && s->framing && s->heard) {
    cg_buf packet = { 0 };
    must(cg_session_pull(s->session, now_us, &packet));
    bool more = packet.len > 0;
    if (more) must(cg_framing_send(s->framing, cg_buf_view(&packet), &s->out));
    cg_buf_free(&packet);
    if (!more) break;
  }
  cg_buf_bytes(&out, cg_buf_view(&s->out));
  s->out.len = 0;
  return out;
}

void fake_answer(cg_buf *out, const tl_obj *answer) {
  cg_arena *arena = cg_arena_new(0);
  cg_bytes bytes;
  if (answer->id == TL_ID_boolTrue) {
    cg_buf_u32(out, answer->id);
  } else {
    must(cg_tl_encode(cg_tl_api(), answer, arena, &bytes, NULL));
    cg_buf_bytes(out, bytes);
  }
  cg_arena_free(arena);
}

void fake_refuse(cg_buf *out, int32_t code, const char *text) {
  cg_buf_u32(out, 0x2144ca19);
  cg_buf_u32(out, (uint32_t)code);
  cg_buf_str(out, cg_bytes_of(text));
}
