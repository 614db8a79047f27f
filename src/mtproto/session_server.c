/* SPDX-License-Identifier: MIT */
/*
 * session_server.c - the server's side of a session: which messages it refuses and
 * how it says so, calls that run once however often they come, salts, farewells.
 *
 * A call stands in `calls` from its arrival until the client has acked the answer;
 * its msg_id stays in the replay store for longer, so that it never runs again.
 */
#include "gzip.h"
#include "mtproto_api.h"
#include "session_state.h"

#include "mem.h"

/* Codes of bad_msg_notification and bad_server_salt (protocol.md 187). */
enum {
  BAD_PAST = 16,
  BAD_AHEAD = 17,
  BAD_LOW_BITS = 18,
  BAD_CONTAINER_ID = 19,
  BAD_FORGOTTEN = 20,
  BAD_SEQNO_LOW = 32,
  BAD_SEQNO_HIGH = 33,
  BAD_ODD = 34,
  BAD_EVEN = 35,
  BAD_SALT = 48,
  BAD_CONTAINER = 64
};

static uint64_t salt_at(const cg_session *s, int64_t unix_s) {
  return s->o.salt_at(s->o.salt_ctx, s->o.key->id, unix_s);
}

void cg__server_salt(cg_session *s) {
  s->o.salt = salt_at(s, cg_unix(s->now_us));
}

/* ---- refusing -------------------------------------------------------------- */

/* Says that a message was refused and returns `why`; says nothing about a message that
 * is such a notice itself (188). */
static cg_err refuse(cg_session *s, const cg__in *in, int code, cg_err why) {
  uint32_t id = cg__body_id(in->body);
  if (id == MT_ID_bad_msg_notification || id == MT_ID_bad_server_salt) return why;
  cg_buf b = { 0 };
  cg_buf_u32(&b, code == BAD_SALT ? MT_ID_bad_server_salt : MT_ID_bad_msg_notification);
  cg_buf_u64(&b, in->msg_id);
  cg_buf_u32(&b, in->seqno);
  cg_buf_u32(&b, (uint32_t)code);
  if (code == BAD_SALT) cg_buf_u64(&b, s->o.salt);
  cg_log_write(s->o.log, CG_LOG_DEBUG, "session: message refused with code %d", code);
  cg_err err = cg__send_service(s, &b, CG_MSGID_ANSWER);
  if (!err) s->refusal = s->tail;
  return err ? err : why;
}

/* 187, with its precedence: only a seqno that falls against an earlier msg_id. */
static int seqno_fault(const cg_session *s, const cg__in *in) {
  bool same = in->seqno == s->top_seqno && in->seqno & 1;
  if (in->msg_id > s->top_id) return in->seqno < s->top_seqno || same ? BAD_SEQNO_LOW : 0;
  return in->seqno > s->top_seqno || same ? BAD_SEQNO_HIGH : 0;
}

/* ---- calls and answers ----------------------------------------------------- */

static cg_buf rpc_result(uint64_t request, cg_bytes result) {
  cg_buf b = { 0 };
  cg_buf_u32(&b, MT_ID_rpc_result);
  cg_buf_u64(&b, request);
  cg_gzip_object(result, &b);
  return b;
}

/* A record with the rpc_result to `request`, queued; NULL without memory. */
static cg__out *new_answer(cg_session *s, uint64_t request, cg_bytes result) {
  cg_buf b = rpc_result(request, result);
  cg__out *answer = cg__out_of(CG__ANSWER, &b);
  cg_buf_wipe(&b);
  if (!answer) return NULL;
  answer->tag = request;
  answer->low = CG_MSGID_ANSWER;
  s->stored += answer->len;
  cg__ack_given(s, request); /* an answer says that the request has come */
  cg__enqueue(s, answer);
  return answer;
}

/* Answers a request that is not in the table of calls. */
static cg_err answer_now(cg_session *s, uint64_t request, cg_bytes result) {
  cg_err err = cg__table_reserve(&s->calls);
  if (err) return err;
  cg__out *answer = new_answer(s, request, result);
  if (!answer) return CG_E_MEMORY;
  cg__table_add(&s->calls, answer);
  return CG_OK;
}

static cg_err answer_error(cg_session *s, uint64_t request, int code, const char *text) {
  cg_buf b = { 0 };
  cg_buf_u32(&b, MT_ID_rpc_error);
  cg_buf_u32(&b, (uint32_t)code);
  cg_buf_str(&b, cg_bytes_of(text));
  cg_err err = b.err ? b.err : answer_now(s, request, cg_buf_view(&b));
  cg_buf_wipe(&b);
  return err;
}

/* Enters a request into the table of calls and reports it. */
static cg_err begin_call(cg_session *s, const cg__in *in, const cg_session_event *event,
                         cg_bytes body) {
  cg_err err = cg__table_reserve(&s->calls);
  if (err) return err;
  cg__out *call = cg__out_new(CG__ANSWER, 0);
  if (!call) return CG_E_MEMORY;
  err = cg__emit(s, event, body);
  if (err) {
    cg_free(call);
    return err;
  }
  call->tag = in->msg_id;
  cg__table_add(&s->calls, call);
  s->running++;
  return CG_OK;
}

bool cg_session_is_full(const cg_session *s) {
  return s->stored > CG__QUEUED_BYTES;
}

static cg_err on_call(cg_session *s, const cg__in *in) {
  if (!(in->seqno & 1)) return refuse(s, in, BAD_EVEN, CG_E_PROTOCOL);
  if (s->running >= CG__RUNNING_MAX || cg_session_is_full(s))
    return answer_error(s, in->msg_id, 420, "FLOOD_WAIT_1");
  const cg_session_event event = { .kind = CG_SESSION_CALL, .msg_id = in->msg_id };
  return begin_call(s, in, &event, in->body);
}

static cg__out *running_call(const cg_session *s, uint64_t request) {
  cg__out *call = cg__table_find(&s->calls, request);
  return call && !call->len ? call : NULL;
}

cg_err cg_session_reply(cg_session *s, uint64_t msg_id, cg_bytes result,
                        uint64_t now_us) {
  s->now_us = now_us;
  if (result.len % 4 || !result.len) return CG_E_USAGE;
  if (result.len > CG__ANSWER_BYTES) return CG_E_LIMIT;
  cg__out *call = running_call(s, msg_id);
  if (!call) return CG_E_STATE;
  if (call->dropped) {
    cg__forget(s, call);
    s->running--;
    return CG_OK;
  }
  cg__out *answer = new_answer(s, msg_id, result);
  if (!answer) return CG_E_MEMORY;
  cg__table_replace(&s->calls, call, answer);
  s->running--;
  cg_free(call);
  return CG_OK;
}

cg_err cg_session_push(cg_session *s, cg_bytes update, uint64_t now_us) {
  s->now_us = now_us;
  if (update.len % 4 || !update.len) return CG_E_USAGE;
  if (s->stored + update.len > CG__STORED_BYTES) return CG_E_LIMIT;
  cg_buf b = { 0 };
  cg_gzip_object(update, &b);
  cg__out *o = cg__out_of(CG__NOTICE, &b);
  cg_buf_wipe(&b);
  if (!o) return CG_E_MEMORY;
  o->low = CG_MSGID_NOTICE;
  s->stored += o->len;
  cg__enqueue(s, o);
  return CG_OK;
}

void cg__server_trim(cg_session *s) {
  uint32_t i = 0;
  while (i + 1 < s->sent.count &&
         (s->stored > CG__STORED_BYTES || s->sent.count > CG__STORED_COUNT)) {
    if (s->sent.at[i]->queued)
      i++;
    else
      cg__forget(s, s->sent.at[i]);
  }
}

/* ---- service requests ------------------------------------------------------ */

static cg_err send_pong(cg_session *s, uint64_t msg_id, uint64_t ping_id) {
  cg_buf b = { 0 };
  cg_buf_u32(&b, MT_ID_pong);
  cg_buf_u64(&b, msg_id);
  cg_buf_u64(&b, ping_id);
  return cg__send_service(s, &b, CG_MSGID_ANSWER);
}

static cg_err on_ping(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  uint64_t ping_id = cg_reader_u64(&r);
  cg_err err = cg__fields_end(s, &r);
  return err ? err : send_pong(s, in->msg_id, ping_id);
}

static cg_err on_ping_delay(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  uint64_t ping_id = cg_reader_u64(&r);
  int32_t delay = (int32_t)cg_reader_u32(&r);
  cg_err err = cg__fields_end(s, &r);
  const cg_session_event event = { .kind = CG_SESSION_DISCONNECT_IN,
                                   .msg_id = in->msg_id,
                                   .value = delay > 0 ? delay : 0 };
  if (!err) err = cg__emit(s, &event, (cg_bytes){ 0 });
  return err ? err : send_pong(s, in->msg_id, ping_id);
}

/* 184: without holes, each salt good for twice the time until the next one. */
static cg_err on_get_salts(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  int32_t count = (int32_t)cg_reader_u32(&r);
  cg_err err = cg__fields_end(s, &r);
  if (err) return err;
  if (count < 1) count = 1;
  if (count > CG__SALTS_MAX) count = CG__SALTS_MAX;
  int64_t now = cg_unix(s->now_us), since = now - now % CG__SALT_S;
  cg_buf b = { 0 };
  cg_buf_u32(&b, MT_ID_future_salts);
  cg_buf_u64(&b, in->msg_id);
  cg_buf_u32(&b, (uint32_t)now);
  cg_buf_u32(&b, (uint32_t)count);
  for (; count; count--, since += CG__SALT_S) {
    cg_buf_u32(&b, (uint32_t)since);
    cg_buf_u32(&b, (uint32_t)(since + 2 * CG__SALT_S));
    cg_buf_u64(&b, salt_at(s, since));
  }
  return cg__send_service(s, &b, CG_MSGID_ANSWER);
}

/* As if every request had come again. */
static cg_err on_resend_answers(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  if (cg_reader_u32(&r) != TL_ID_vector) cg_reader_fail(&r, CG_E_UNEXPECTED);
  uint32_t count = cg_reader_count(&r, 8);
  cg_reader ids = r;
  cg_reader_take(&r, (size_t)count * 8);
  cg_err err = cg__fields_end(s, &r); /* a list that is no good resends nothing */
  for (uint32_t i = 0; !err && i < count; i++) {
    cg__out *answer = cg__table_find(&s->calls, cg_reader_u64(&ids));
    if (answer && answer->len && !answer->queued) cg__enqueue(s, answer);
  }
  return err;
}

/* rpc_answer_dropped names the answer that will not come; one without a msg_id was
 * never sent. */
static cg_buf dropped_answer(const cg__out *answer) {
  cg_buf b = { 0 };
  cg_buf_u32(&b, MT_ID_rpc_answer_dropped);
  cg_buf_u64(&b, answer->msg_id);
  cg_buf_u32(&b, answer->seqno);
  cg_buf_u32(&b, answer->len);
  return b;
}

static cg_err drop_running(cg_session *s, cg__out *call) {
  const cg_session_event event = { .kind = CG_SESSION_DROPPED, .msg_id = call->tag };
  cg_err err = call->dropped ? CG_OK : cg__emit(s, &event, (cg_bytes){ 0 });
  if (!err) call->dropped = true;
  return err;
}

/* 209: dropped_running while the call runs, dropped while its answer is not acked. */
static cg_err on_drop(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  uint64_t request = cg_reader_u64(&r);
  cg_err err = cg__fields_end(s, &r);
  if (err) return err;
  cg__out *call = cg__table_find(&s->calls, request);
  cg_buf b = { 0 };
  if (call && call->len) {
    b = dropped_answer(call);
  } else {
    cg_buf_u32(&b, call ? MT_ID_rpc_answer_dropped_running : MT_ID_rpc_answer_unknown);
    if (call) err = drop_running(s, call);
  }
  if (!err) err = b.err ? b.err : answer_now(s, in->msg_id, cg_buf_view(&b));
  cg_buf_wipe(&b);
  if (!err && call && call->len) cg__forget(s, call);
  return err;
}

static cg_err on_destroy_session(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  uint64_t session_id = cg_reader_u64(&r);
  cg_err err = cg__fields_end(s, &r);
  if (err || session_id == s->o.session_id) return err; /* 193: not the one in use */
  const cg_session_event event = { .kind = CG_SESSION_DESTROY_SESSION,
                                   .msg_id = in->msg_id,
                                   .value = (int64_t)session_id };
  return cg__emit(s, &event, (cg_bytes){ 0 });
}

cg_err cg_session_destroyed(cg_session *s, uint64_t msg_id, uint64_t session_id, bool ok,
                            uint64_t now_us) {
  s->now_us = now_us;
  cg_buf b = { 0 };
  cg_buf_u32(&b, ok ? MT_ID_destroy_session_ok : MT_ID_destroy_session_none);
  cg_buf_u64(&b, session_id);
  cg_err err = cg__send_service(s, &b, CG_MSGID_ANSWER);
  if (!err) cg__ack_given(s, msg_id);
  return err;
}

static cg_err on_destroy_key(cg_session *s, const cg__in *in) {
  const cg_session_event event = { .kind = CG_SESSION_DESTROY_KEY, .msg_id = in->msg_id };
  return begin_call(s, in, &event, (cg_bytes){ 0 });
}

cg_err cg_session_key_destroyed(cg_session *s, uint64_t msg_id, bool ok,
                                uint64_t now_us) {
  if (!running_call(s, msg_id)) return CG_E_STATE;
  cg_buf bare = { 0 }, result = { 0 };
  cg_buf_u32(&bare, ok ? MT_ID_destroy_auth_key_ok : MT_ID_destroy_auth_key_fail);
  cg_buf_bytes(&result, cg_buf_view(&bare));
  cg_err err = result.err;
  if (!err) err = cg__send_service(s, &bare, CG_MSGID_ANSWER);
  if (!err) err = cg_session_reply(s, msg_id, cg_buf_view(&result), now_us);
  cg_buf_wipe(&bare);
  cg_buf_wipe(&result);
  return err;
}

/* What needs no answer from a server: http_wait on TCP (58), notices of the client. */
static cg_err on_nothing(cg_session *s, const cg__in *in) {
  (void)s;
  (void)in;
  return CG_OK;
}

/* ---- receiving ------------------------------------------------------------- */

static const struct {
  uint32_t id;
  cg_err (*take)(cg_session *s, const cg__in *in);
} services[] = {
  { MT_ID_msgs_ack, cg__on_acks }, /* also odd ones, as mtcute sends: no 34 for them */
  { MT_ID_ping, on_ping },
  { MT_ID_ping_delay_disconnect, on_ping_delay },
  { MT_ID_get_future_salts, on_get_salts },
  { MT_ID_msgs_state_req, cg__on_state_req },
  { MT_ID_msg_resend_req, cg__on_resend_req },
  { MT_ID_msg_resend_ans_req, on_resend_answers },
  { MT_ID_rpc_drop_answer, on_drop },
  { MT_ID_destroy_session, on_destroy_session },
  { MT_ID_destroy_auth_key, on_destroy_key },
  { MT_ID_http_wait, on_nothing },
  { MT_ID_msgs_state_info, on_nothing },
  { MT_ID_msgs_all_info, on_nothing },
  { MT_ID_bad_msg_notification, on_nothing },
  { MT_ID_bad_server_salt, on_nothing },
};

enum { SERVICES = sizeof services / sizeof *services };

static size_t service_of(cg_bytes body) {
  uint32_t id = cg__body_id(body);
  size_t i = 0;
  while (i < SERVICES && services[i].id != id) i++;
  return i;
}

cg_err cg__server_dispatch(cg_session *s, const cg__in *in) {
  size_t service = service_of(in->body);
  return service < SERVICES ? services[service].take(s, in) : on_call(s, in);
}

/* A call that was answered, and whose answer is no longer kept, can only be told so. */
static cg_err answer_lost(cg_session *s, uint64_t request) {
  cg_err err = answer_error(s, request, 400, "ANSWER_LOST");
  if (!err) cg__table_find(&s->calls, request)->lost = true;
  return err;
}

/* A message that came before: its answer goes out again, or is still being made. */
static cg_err repeat(cg_session *s, const cg__in *in) {
  cg__out *call = cg__table_find(&s->calls, in->msg_id);
  if (!call && service_of(in->body) == SERVICES && in->seqno & 1)
    return answer_lost(s, in->msg_id);
  if (!call) return CG_E_REPLAY;
  if (!call->lost) s->taken = true;
  if (!call->len) return cg__ack_again(s, in->msg_id);
  if (!call->queued) cg__enqueue(s, call);
  return CG_OK;
}

cg_err cg__server_admit(cg_session *s, const cg__in *in, cg_replay_verdict seen) {
  if (in->msg_id & 3) return refuse(s, in, BAD_LOW_BITS, CG_E_PROTOCOL);
  if (seen == CG_REPLAY_SEEN) return repeat(s, in);
  if (seen == CG_REPLAY_STALE) return refuse(s, in, BAD_FORGOTTEN, CG_E_REPLAY);
  int fault = seqno_fault(s, in);
  return fault ? refuse(s, in, fault, CG_E_PROTOCOL) : CG_OK;
}

static cg_err on_container(cg_session *s, const cg__in *in, uint64_t *first) {
  if (in->seqno & 1) return refuse(s, in, BAD_ODD, CG_E_PROTOCOL);
  if (!cg__container_good(s, in, first))
    return refuse(s, in, BAD_CONTAINER, CG_E_PROTOCOL);
  return cg__container_accept(s, in);
}

/* 190: a session says that it is new before it says anything else. */
static cg_err announce(cg_session *s, uint64_t first_msg_id) {
  uint64_t unique_id;
  cg_err err = cg_rng_fill(s->o.rng, &unique_id, sizeof unique_id);
  if (err) return err;
  cg_buf b = { 0 };
  cg_buf_u32(&b, MT_ID_new_session_created);
  cg_buf_u64(&b, first_msg_id);
  cg_buf_u64(&b, unique_id);
  cg_buf_u64(&b, s->o.salt);
  cg__out *o = cg__out_of(CG__NOTICE, &b);
  cg_buf_wipe(&b);
  if (!o) return CG_E_MEMORY;
  o->low = CG_MSGID_NOTICE;
  s->stored += o->len;
  cg__enqueue_first(s, o);
  s->announced = true;
  return CG_OK;
}

/* What the msg_id of a packet tells: CG_OK if it is to be read on. */
static cg_err judge_packet(cg_session *s, const cg__in *in, bool container) {
  if (in->msg_id & 3) return refuse(s, in, BAD_LOW_BITS, CG_E_PROTOCOL);
  cg_replay_verdict seen = cg_replay_look(&s->replay, in->msg_id);
  bool was_container = cg_replay_marks(&s->replay, in->msg_id) & CG_REPLAY_OTHER;
  if (seen == CG_REPLAY_SEEN && container == was_container) return CG_OK;
  if (seen == CG_REPLAY_SEEN)
    return container ? refuse(s, in, BAD_CONTAINER_ID, CG_E_PROTOCOL) : CG_E_REPLAY;
  cg_msgid_time time = cg_msgid_window(in->msg_id, s->now_us);
  if (time == CG_MSGID_AHEAD) return refuse(s, in, BAD_AHEAD, CG_E_TIME);
  if (seen == CG_REPLAY_STALE) return refuse(s, in, BAD_FORGOTTEN, CG_E_REPLAY);
  if (time == CG_MSGID_PAST) return refuse(s, in, BAD_PAST, CG_E_TIME);
  return CG_OK;
}

static bool salt_good(const cg_session *s, uint64_t salt) {
  return salt == s->o.salt || salt == salt_at(s, cg_unix(s->now_us) - CG__SALT_S);
}

cg_err cg__server_receive(cg_session *s, const cg_message *m) {
  cg__in in = { m->msg_id, m->seqno, m->body };
  bool container = cg__body_id(in.body) == MT_ID_msg_container;
  s->taken = false;
  s->refusal = NULL;
  cg__server_salt(s);
  cg_err err = judge_packet(s, &in, container);
  if (err) return err;
  /* A salt is asked of what is new only: a call that has run must not be sent anew under
   * another msg_id because the salt has changed since. */
  bool new = cg_replay_look(&s->replay, in.msg_id) == CG_REPLAY_NEW;
  if (new && !salt_good(s, m->salt)) return refuse(s, &in, BAD_SALT, CG_OK);
  uint64_t first = in.msg_id;
  err = container ? on_container(s, &in, &first) : cg__accept(s, &in);
  if (err) return err;
  return s->announced ? CG_OK : announce(s, first);
}
