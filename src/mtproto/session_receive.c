/* SPDX-License-Identifier: MIT */
/*
 * session_receive.c - from an opened message to the functions of a role: containers,
 * packed objects, copies, duplicates; and the service messages that both roles take.
 *
 * https://core.telegram.org/mtproto/service_messages_about_messages
 */
#include "gzip.h"
#include "mtproto_api.h"
#include "session_state.h"

enum { CONTAINER_MOST = 1024, INNER_MIN = 16 + 4 };

/* State of a message, as msgs_state_info has it (protocol.md 202). */
enum {
  STATE_UNKNOWN = 1,
  STATE_MISSING = 2,
  STATE_AHEAD = 3,
  STATE_RECEIVED = 4,
  STATE_AT_WORK = 32,
  STATE_ANSWERED = 64
};

uint32_t cg__body_id(cg_bytes body) {
  cg_reader r;
  cg_reader_init(&r, body.at, body.len);
  return cg_reader_u32(&r);
}

cg_reader cg__fields(cg_bytes body) {
  cg_reader r;
  cg_reader_init(&r, body.at, body.len);
  cg_reader_u32(&r);
  return r;
}

cg_err cg__fields_end(const cg_session *s, cg_reader *r) {
  cg_err err = cg_reader_end(r);
  return err == CG_E_TRAILING && s->client ? CG_OK : err;
}

cg_err cg__unpack(cg_bytes body, cg_buf *out) {
  cg_reader r = cg__fields(body);
  cg_bytes packed = cg_reader_str(&r);
  cg_err err = cg_reader_end(&r);
  if (!err) err = cg_gunzip(packed, out);
  uint32_t id = cg__body_id(cg_buf_view(out));
  if (!err && (id == MT_ID_gzip_packed || id == MT_ID_msg_container || out->len % 4))
    err = CG_E_PROTOCOL;
  return err;
}

/* ---- containers ------------------------------------------------------------ */

/* Reads a message of a container; one that is cut or too short fails the reader. */
static cg__in next_inner(cg_reader *r) {
  cg__in in = { .msg_id = cg_reader_u64(r), .seqno = cg_reader_u32(r) };
  uint32_t len = cg_reader_u32(r);
  if (len < 4 || len % 4) cg_reader_fail(r, CG_E_MALFORMED);
  in.body = cg_reader_take(r, len);
  return in;
}

static cg_reader inner_messages(const cg__in *container, uint32_t *count) {
  cg_reader r = cg__fields(container->body);
  *count = cg_reader_count(&r, INNER_MIN);
  if (*count > CONTAINER_MOST) cg_reader_fail(&r, CG_E_LIMIT);
  return r;
}

bool cg__container_good(const cg_session *s, const cg__in *in, uint64_t *lowest) {
  uint32_t count;
  cg_reader r = inner_messages(in, &count);
  *lowest = in->msg_id;
  for (uint32_t i = 0; i < count && !r.err; i++) {
    cg__in inner = next_inner(&r);
    if (inner.msg_id >= in->msg_id || (s->client && !(inner.msg_id & 1)) ||
        cg__body_id(inner.body) == MT_ID_msg_container)
      cg_reader_fail(&r, CG_E_PROTOCOL);
    if (inner.msg_id < *lowest) *lowest = inner.msg_id;
  }
  return cg_reader_end(&r) == CG_OK;
}

/* Makes room in the store of ids; a server's forgets what its window refuses anyway. */
static cg_err reserve(cg_session *s) {
  return cg_replay_reserve(&s->replay, cg_msgid_earliest(cg__server_time(s)));
}

/* Remembers a container, on a server as what it was: one that comes again is told from
 * one that took another message's id. */
static cg_err remember_container(cg_session *s, const cg__in *in) {
  if (cg_replay_look(&s->replay, in->msg_id) != CG_REPLAY_NEW) return CG_OK;
  cg_err err = reserve(s);
  if (err) return err;
  cg_replay_add(&s->replay, in->msg_id | (s->client ? 0 : CG_REPLAY_OTHER));
  s->taken = true;
  return CG_OK;
}

cg_err cg__container_accept(cg_session *s, const cg__in *in) {
  uint32_t count;
  cg_reader r = inner_messages(in, &count);
  for (uint32_t i = 0; i < count; i++) {
    cg__in inner = next_inner(&r);
    cg_err err = cg__accept(s, &inner);
    /* A message that is no good takes no other one with it; want of memory does: what
     * comes behind it must not count as received. */
    if (err == CG_E_MEMORY || err == CG_E_RANDOM) return err;
  }
  return remember_container(s, in);
}

/* ---- one message ----------------------------------------------------------- */

static cg_err dispatch(cg_session *s, const cg__in *in) {
  return s->client ? cg__client_dispatch(s, in) : cg__server_dispatch(s, in);
}

/* What one packet unpacks to is bounded as a whole, however many objects it packs
 * (protocol.md 215). */
static cg_err dispatch_packed(cg_session *s, const cg__in *in) {
  if (s->unpacked >= CG_GUNZIP_MAX) return CG_E_LIMIT;
  cg_buf plain = { 0 };
  cg_err err = cg__unpack(in->body, &plain);
  s->unpacked += (uint32_t)plain.len;
  if (!err && s->unpacked > CG_GUNZIP_MAX) err = CG_E_LIMIT;
  cg__in open = { in->msg_id, in->seqno, cg_buf_view(&plain) };
  if (!err) err = dispatch(s, &open);
  cg_buf_wipe(&plain);
  return err;
}

/* The message in a msg_copy counts as if it had come by itself (protocol.md 207). */
static cg_err accept_copy(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  if (cg_reader_u32(&r) != MT_ID_message) cg_reader_fail(&r, CG_E_UNEXPECTED);
  cg__in original = next_inner(&r);
  cg_err err = cg_reader_end(&r);
  if (err) return err;
  if (original.msg_id >= in->msg_id || cg__body_id(original.body) == MT_ID_msg_copy)
    return CG_E_PROTOCOL;
  if (s->client && !(original.msg_id & 1)) return CG_E_PROTOCOL;
  return cg__accept(s, &original);
}

static cg_err open_body(cg_session *s, const cg__in *in) {
  switch (cg__body_id(in->body)) {
  case MT_ID_msg_container: return CG_E_PROTOCOL; /* in a copy */
  case MT_ID_gzip_packed: return dispatch_packed(s, in);
  case MT_ID_msg_copy: return accept_copy(s, in);
  default: return dispatch(s, in);
  }
}

/* Remembers a message, and a server that it was a call, which never runs again. */
static void remember(cg_session *s, const cg__in *in) {
  bool call = !s->client && cg__table_find(&s->calls, in->msg_id);
  cg_replay_add(&s->replay, in->msg_id | (call ? CG_REPLAY_KEEP : 0));
  s->taken = true;
  if (in->msg_id < s->top_id) return;
  s->top_id = in->msg_id;
  s->top_seqno = in->seqno;
}

cg_err cg__accept(cg_session *s, const cg__in *in) {
  cg_replay_verdict seen = cg_replay_look(&s->replay, in->msg_id);
  cg_err err = s->client ? cg__client_admit(s, in, seen) : cg__server_admit(s, in, seen);
  if (err || seen != CG_REPLAY_NEW) return err;
  err = reserve(s);
  if (!err) err = open_body(s, in);
  /* A copy's original may have taken the place that was reserved. */
  if (!err) err = reserve(s);
  if (err) return err;
  remember(s, in);
  bool ack = in->seqno & 1 && cg__body_id(in->body) != MT_ID_msgs_ack;
  return ack ? cg__ack_later(s, in->msg_id) : CG_OK;
}

/* ---- service messages of both roles ---------------------------------------- */

/* Starts on a message that holds one Vector long. */
static cg_reader id_list(const cg__in *in, uint32_t *count) {
  cg_reader r = cg__fields(in->body);
  if (cg_reader_u32(&r) != TL_ID_vector) cg_reader_fail(&r, CG_E_UNEXPECTED);
  *count = cg_reader_count(&r, 8);
  if (*count > CG__IDS_MAX) cg_reader_fail(&r, CG_E_LIMIT);
  return r;
}

/* Checks such a list to its end, before anything is done about it. */
static cg_err check_ids(const cg_session *s, const cg__in *in) {
  uint32_t count;
  cg_reader r = id_list(in, &count);
  cg_reader_take(&r, (size_t)count * 8);
  return cg__fields_end(s, &r);
}

static cg_err on_ack(cg_session *s, uint64_t msg_id) {
  cg__out *o = cg__table_find(&s->sent, msg_id);
  if (!o || o->acked) return CG_OK;
  if (o->kind != CG__CALL) {
    cg__forget(s, o);
    return CG_OK;
  }
  const cg_session_event event = { .kind = CG_SESSION_ACKED,
                                   .msg_id = msg_id,
                                   .tag = o->tag };
  cg_err err = o->tag ? cg__emit(s, &event, (cg_bytes){ 0 }) : CG_OK;
  if (!err) o->acked = true;
  return err;
}

cg_err cg__on_acks(cg_session *s, const cg__in *in) {
  cg_err err = check_ids(s, in);
  uint32_t count;
  cg_reader r = id_list(in, &count);
  for (uint32_t i = 0; i < count && !err; i++) err = on_ack(s, cg_reader_u64(&r));
  return err;
}

/* What we know of a message of the peer's, or of our own. */
static uint8_t state_of(const cg_session *s, uint64_t msg_id) {
  if (cg__table_find(&s->sent, msg_id)) return STATE_RECEIVED;
  switch (cg_replay_look(&s->replay, msg_id)) {
  case CG_REPLAY_STALE: return STATE_UNKNOWN;
  case CG_REPLAY_NEW:
    return msg_id > cg_replay_highest(&s->replay) ? STATE_AHEAD : STATE_MISSING;
  default: break;
  }
  const cg__out *call = cg__table_find(&s->calls, msg_id);
  if (!call) return STATE_RECEIVED;
  return STATE_RECEIVED | STATE_AT_WORK | (call->len ? STATE_ANSWERED : 0);
}

static cg_err send_states(cg_session *s, const cg__in *in) {
  uint32_t count;
  cg_reader r = id_list(in, &count);
  cg_buf states = { 0 }, b = { 0 };
  for (uint32_t i = 0; i < count; i++) {
    uint8_t state = state_of(s, cg_reader_u64(&r));
    cg_buf_put(&states, &state, 1);
  }
  cg_buf_u32(&b, MT_ID_msgs_state_info);
  cg_buf_u64(&b, in->msg_id);
  cg_buf_str(&b, cg_buf_view(&states));
  if (states.err) b.err = states.err;
  cg_buf_wipe(&states);
  return cg__send_service(s, &b, s->client ? CG_MSGID_CLIENT : CG_MSGID_ANSWER);
}

cg_err cg__on_state_req(cg_session *s, const cg__in *in) {
  cg_err err = check_ids(s, in);
  return err ? err : send_states(s, in);
}

cg_err cg__on_resend_req(cg_session *s, const cg__in *in) {
  cg_err err = check_ids(s, in);
  if (err) return err;
  uint32_t count;
  cg_reader r = id_list(in, &count);
  bool all = true;
  for (uint32_t i = 0; i < count; i++) {
    cg__out *o = cg__table_find(&s->sent, cg_reader_u64(&r));
    if (o && !o->queued) cg__enqueue(s, o);
    all = all && o;
  }
  return all ? CG_OK : send_states(s, in);
}
