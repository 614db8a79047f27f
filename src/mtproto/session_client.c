/* SPDX-License-Identifier: MIT */
/*
 * session_client.c - the client's side of a session: calls and their answers, pings,
 * salts ahead of time, a new session where the old one is beyond repair.
 *
 * A call stands in the queue until it is packed, then in `sent` until it is answered;
 * it leaves both in the same moment in which its one event is queued.
 */
#include "gzip.h"
#include "mtproto_api.h"
#include "session_state.h"

#include "mem.h"

#include <string.h>

static const uint64_t PING_EVERY = 60 * CG_SECOND, PONG_WITHIN = 15 * CG_SECOND;
static const uint64_t SALTS_EVERY = 60 * CG_SECOND; /* asked for at most so often */
enum {
  DISCONNECT_S = 75,        /* more than PING_EVERY and PONG_WITHIN (protocol.md 210) */
  SALTS_AHEAD_S = 2 * 3600, /* salts are known for so long (179) */
  SALT_SETTLE_S = 60,       /* a new salt is used once the server must know it too */
  AHEAD_S = 30,             /* ids this far ahead call for a new session (167) */
  OFFSET_S = 5              /* how wrong a clock may be that nobody knows better */
};

/* ---- life ------------------------------------------------------------------ */

/* 177: random, not zero, and another one than before. */
static cg_err draw_session_id(cg_session *s) {
  uint64_t id;
  cg_err err = cg_rng_fill(s->o.rng, &id, sizeof id);
  if (err) return err;
  if (!id || id == s->o.session_id) return CG_E_RANDOM; /* no chance does that */
  s->o.session_id = id;
  return CG_OK;
}

static void reset_timers(cg_session *s) {
  cg__client *c = s->client;
  c->heard_us = s->now_us;
  c->ping_at = s->now_us + PING_EVERY;
  c->pong_due = CG_NEVER;
  c->ping_msg_id = c->salts_msg_id = 0;
}

cg_err cg__client_new(cg_session *s) {
  cg__client *c = s->client = cg_alloc(sizeof *c);
  if (!c) return CG_E_MEMORY;
  /* a msg_id holds no more than that: such an offset is no offset */
  if (s->o.time_offset > UINT32_MAX || s->o.time_offset < -(int64_t)UINT32_MAX)
    s->o.time_offset = 0;
  c->time_known = s->o.salt || s->o.time_offset;
  reset_timers(s);
  return s->o.session_id ? CG_OK : draw_session_id(s);
}

void cg__client_free(cg_session *s) {
  cg__ids_free(&s->client->state_ids);
  cg_free(s->client->salts);
  cg_free(s->client);
}

/* Gives a call back to the front of the queue, to get another msg_id there. */
static void renumber(cg_session *s, cg__out *call) {
  cg__table_remove(&s->sent, call);
  cg__dequeue(s, call);
  call->msg_id = call->packet_id = 0;
  call->sends = 0;
  call->acked = false;
  cg__enqueue_first(s, call);
}

/* 167: whether the next msg_id would lie ahead of the server's window. */
static bool ids_ahead(const cg_session *s) {
  return cg_msgid_seconds(s->last_id) > cg_unix(cg__server_time(s)) + AHEAD_S;
}

/* Whether the server may have carried out what it was sent, and would do so once more
 * under another msg_id. One from beyond its window it has refused for certain (187). */
static bool may_have_run(const cg_session *s, const cg__out *call) {
  if (!call->sends || call->purpose == CG__DESTROY) return false;
  int64_t window = cg_unix(cg__server_time(s)) + AHEAD_S + OFFSET_S;
  return call->acked || cg_msgid_seconds(call->msg_id) <= window;
}

/* Ends the calls that only the old session could tell about: running them again is not
 * ours to decide (200, 256). */
static cg_err fail_doubtful(cg_session *s) {
  cg_err err = CG_OK;
  for (uint32_t i = s->sent.count; i && !err; i--)
    if (may_have_run(s, s->sent.at[i - 1]))
      err = cg__client_fail(s, s->sent.at[i - 1], CG_E_TIMEOUT);
  return err;
}

/* A new session id, and calls that surely have not run go out again in it. */
static cg_err renew(cg_session *s) {
  cg_err err = fail_doubtful(s);
  if (!err) err = draw_session_id(s);
  if (err) return err;
  cg_log_write(s->o.log, CG_LOG_INFO, "session: goes on as a new one");
  while (s->sent.count) renumber(s, s->sent.at[s->sent.count - 1]);
  for (cg__out *o = s->head; o; o = o->next) o->msg_id = 0;
  cg_replay_free(&s->replay);
  cg__ids_free(&s->acks);
  cg__ids_free(&s->client->state_ids);
  s->acks_due = CG_NEVER;
  if (ids_ahead(s)) s->last_id = 0;
  s->top_id = 0;
  s->content = s->top_seqno = 0;
  memset(s->client->recent, 0, sizeof s->client->recent);
  s->client->renew = false;
  reset_timers(s);
  return CG_OK;
}

/* ---- calls ----------------------------------------------------------------- */

cg_err cg_session_call(cg_session *s, uint64_t tag, cg_bytes body) {
  if (!s->client || !tag || !body.len || body.len % 4) return CG_E_USAGE;
  if (body.len > CG__CALL_BYTES) return CG_E_LIMIT;
  cg_buf b = { 0 };
  cg_gzip_object(body, &b);
  cg__out *call = cg__out_of(CG__CALL, &b);
  cg_buf_wipe(&b);
  if (!call) return CG_E_MEMORY;
  call->tag = tag;
  cg__enqueue(s, call);
  return CG_OK;
}

cg_err cg_session_destroy_key(cg_session *s) {
  cg_buf b = { 0 };
  cg_buf_u32(&b, MT_ID_destroy_auth_key);
  cg__out *call = cg__out_of(CG__CALL, &b);
  cg_buf_wipe(&b);
  if (!call) return CG_E_MEMORY;
  call->purpose = CG__DESTROY;
  cg__enqueue(s, call);
  return CG_OK;
}

cg_err cg__client_fail(cg_session *s, cg__out *call, cg_err why) {
  const cg_session_event failed = {
    .kind = CG_SESSION_FAILED, .msg_id = call->msg_id, .tag = call->tag, .err = why
  };
  const cg_session_event kept = { .kind = CG_SESSION_KEY_DESTROYED,
                                  .msg_id = call->msg_id,
                                  .value = -1 };
  cg_err err =
      cg__emit(s, call->purpose == CG__DESTROY ? &kept : &failed, (cg_bytes){ 0 });
  if (!err) cg__forget(s, call);
  return err;
}

static cg__out *call_of(const cg_session *s, uint64_t tag) {
  for (uint32_t i = 0; i < s->sent.count; i++)
    if (s->sent.at[i]->tag == tag) return s->sent.at[i];
  for (cg__out *o = s->head; o; o = o->next)
    if (o->tag == tag) return o;
  return NULL;
}

cg_err cg_session_drop(cg_session *s, uint64_t tag) {
  cg__out *call = tag ? call_of(s, tag) : NULL;
  if (!call) return CG_E_STATE;
  uint64_t msg_id = call->sends ? call->msg_id : 0;
  cg_buf b = { 0 };
  cg_buf_u32(&b, MT_ID_rpc_drop_answer);
  cg_buf_u64(&b, msg_id);
  cg_err err = b.err ? b.err : cg__client_fail(s, call, CG_E_CANCELLED);
  if (!err && msg_id) err = cg__send_query(s, &b, CG__PLAIN);
  cg_buf_wipe(&b);
  return err;
}

/* Ends a call with its answer, which may be packed. */
static cg_err finish(cg_session *s, const cg__in *in, cg__out *call, cg_bytes result) {
  const cg_session_event event = { .kind = CG_SESSION_RESULT,
                                   .msg_id = in->msg_id,
                                   .tag = call->tag };
  cg_buf body = { 0 };
  cg_err err;
  if (cg__body_id(result) == MT_ID_gzip_packed) {
    err = cg__unpack(result, &body);
    if (!err) err = cg__emit_owned(s, &event, &body);
    cg_buf_wipe(&body);
  } else {
    err = cg__emit(s, &event, result);
  }
  if (err && err != CG_E_MEMORY) return cg__client_fail(s, call, err);
  if (!err) cg__forget(s, call);
  return err;
}

/* ---- what the server sends ------------------------------------------------- */

static cg_err emit_key_destroyed(cg_session *s, const cg__in *in, uint32_t id) {
  cg__out *call = NULL;
  for (uint32_t i = 0; i < s->sent.count && !call; i++)
    if (s->sent.at[i]->purpose == CG__DESTROY) call = s->sent.at[i];
  if (!call) return CG_OK; /* answered already, in the other form */
  int64_t value = id == MT_ID_destroy_auth_key_ok     ? 1
                  : id == MT_ID_destroy_auth_key_none ? 0
                                                      : -1;
  const cg_session_event event = { .kind = CG_SESSION_KEY_DESTROYED,
                                   .msg_id = in->msg_id,
                                   .value = value };
  cg_err err = cg__emit(s, &event, (cg_bytes){ 0 });
  if (!err) cg__forget(s, call);
  return err;
}

static cg_err on_result(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  uint64_t request = cg_reader_u64(&r);
  cg_bytes result = cg_reader_take(&r, cg_reader_left(&r));
  if (r.err || result.len < 4) return CG_E_TRUNCATED;
  cg__out *call = cg__table_find(&s->sent, request);
  if (!call) return CG_OK; /* 212, 213: not of ours, or answered before */
  /* 214: a server takes calls from 30 s ahead, so no answer is older than that. */
  if (cg_msgid_seconds(in->msg_id) + AHEAD_S + 1 < cg_msgid_seconds(request))
    return CG_E_PROTOCOL;
  return call->purpose == CG__DESTROY ? emit_key_destroyed(s, in, cg__body_id(result))
                                      : finish(s, in, call, result);
}

static cg_err on_pong(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  uint64_t msg_id = cg_reader_u64(&r), ping_id = cg_reader_u64(&r);
  cg_err err = cg__fields_end(s, &r);
  cg__client *c = s->client;
  if (err || !c->ping_msg_id || msg_id != c->ping_msg_id || ping_id != c->ping_id)
    return err;
  c->ping_msg_id = 0;
  c->pong_due = CG_NEVER;
  return CG_OK;
}

static cg_err on_update(cg_session *s, const cg__in *in) {
  const cg_session_event event = { .kind = CG_SESSION_UPDATE, .msg_id = in->msg_id };
  return cg__emit(s, &event, in->body);
}

/* 148, 156: what the server should not do, and what nothing depends on. */
static void log_oddities(const cg_session *s, const cg__in *in) {
  if (cg__body_id(in->body) != MT_ID_rpc_result) return;
  if (!(in->seqno & 1) || (in->msg_id & 3) != CG_MSGID_ANSWER)
    cg_log_write(s->o.log, CG_LOG_DEBUG, "session: an answer is numbered as none");
}

cg_err cg__client_dispatch(cg_session *s, const cg__in *in) {
  log_oddities(s, in);
  switch (cg__body_id(in->body)) {
  case MT_ID_rpc_result: return on_result(s, in);
  case MT_ID_msgs_ack: return cg__on_acks(s, in);
  case MT_ID_bad_msg_notification:
  case MT_ID_bad_server_salt: return cg__on_bad_msg(s, in);
  case MT_ID_new_session_created: return cg__on_new_session(s, in);
  case MT_ID_pong: return on_pong(s, in);
  case MT_ID_future_salts: return cg__on_future_salts(s, in);
  case MT_ID_msgs_state_req: return cg__on_state_req(s, in);
  case MT_ID_msgs_state_info: return cg__on_state_info(s, in);
  case MT_ID_msgs_all_info: return cg__on_all_info(s, in);
  case MT_ID_msg_resend_req: return cg__on_resend_req(s, in);
  case MT_ID_msg_detailed_info:
  case MT_ID_msg_new_detailed_info: return cg__on_detailed_info(s, in);
  case MT_ID_destroy_auth_key_ok:
  case MT_ID_destroy_auth_key_none:
  case MT_ID_destroy_auth_key_fail:
    return emit_key_destroyed(s, in, cg__body_id(in->body));
  case MT_ID_destroy_session_ok: /* no session is destroyed from here */
  case MT_ID_destroy_session_none: return CG_OK;
  default: return on_update(s, in);
  }
}

cg_err cg__client_admit(cg_session *s, const cg__in *in, cg_replay_verdict seen) {
  if (seen == CG_REPLAY_STALE) return CG_E_REPLAY;
  if (seen == CG_REPLAY_NEW) return CG_OK;
  /* 155: what the server sends again it has had no ack for. */
  return in->seqno & 1 ? cg__ack_again(s, in->msg_id) : CG_E_REPLAY;
}

/* 149, 150. A message from our future is discarded, yet it proves that the server's
 * clock is ahead of what we think: the next connection starts with that. */
static cg_err judge_time(cg_session *s, const cg__in *in) {
  cg__client *c = s->client;
  cg_msgid_time time = cg_msgid_window(in->msg_id, cg__server_time(s));
  if (time == CG_MSGID_TIMELY || !c->time_known || cg__bad_msg_exempt(s, in))
    return CG_OK;
  if (time == CG_MSGID_AHEAD) {
    c->hinted = true;
    c->hint = cg__offset_of(s, in->msg_id);
  }
  return CG_E_TIME;
}

static cg_err accept_container(cg_session *s, const cg__in *in) {
  uint64_t lowest;
  cg_err err = cg__client_admit(s, in, cg_replay_look(&s->replay, in->msg_id));
  if (!err && !cg__container_good(s, in, &lowest)) err = CG_E_PROTOCOL;
  return err ? err : cg__container_accept(s, in);
}

int64_t cg__offset_of(const cg_session *s, uint64_t msg_id) {
  return cg_msgid_seconds(msg_id) - cg_unix(s->now_us);
}

cg_err cg__set_offset(cg_session *s, int64_t offset, int64_t tolerance_s) {
  int64_t change = offset - s->o.time_offset;
  int64_t size = change < 0 ? -change : change;
  if (size > CG_MSGID_PAST_S) /* 186 */
    cg_log_write(s->o.log, CG_LOG_WARN, "session: the clock was wrong by %lld s",
                 (long long)change);
  cg_err err = CG_OK;
  if (size > tolerance_s) err = cg__emit_salt(s, size > CG_MSGID_PAST_S ? change : 0);
  if (err) return err;
  if (size > tolerance_s) s->o.time_offset = offset;
  s->client->time_known = true;
  return CG_OK;
}

cg_err cg__client_receive(cg_session *s, const cg_message *m) {
  cg__in in = { m->msg_id, m->seqno, m->body };
  if (!(in.msg_id & 1)) return CG_E_PROTOCOL;
  cg_err err = judge_time(s, &in);
  if (err) return err;
  if (m->salt != s->o.salt)
    cg_log_write(s->o.log, CG_LOG_DEBUG, "session: the server uses another salt");
  if (cg__body_id(in.body) == MT_ID_msg_container)
    err = accept_container(s, &in);
  else
    err = cg__accept(s, &in);
  if (err) return err;
  s->client->heard_us = s->now_us;
  /* The first packet of a session cannot be older than the session: what it says of the
   * time is right, if nothing better is known. */
  return s->client->time_known ? CG_OK
                               : cg__set_offset(s, cg__offset_of(s, in.msg_id), OFFSET_S);
}

/* ---- before a packet ------------------------------------------------------- */

cg_err cg_session_ping(cg_session *s, int32_t disconnect_s) {
  uint64_t ping_id;
  cg_err err = cg_rng_fill(s->o.rng, &ping_id, sizeof ping_id);
  if (err) return err;
  cg_buf b = { 0 };
  cg_buf_u32(&b, disconnect_s > 0 ? MT_ID_ping_delay_disconnect : MT_ID_ping);
  cg_buf_u64(&b, ping_id);
  if (disconnect_s > 0) cg_buf_u32(&b, (uint32_t)disconnect_s);
  err = cg__send_query(s, &b, CG__PING);
  if (!err) s->client->ping_id = ping_id;
  return err;
}

/* When what is known of the salts ends, server's unix seconds. */
static int64_t salts_end(const cg__client *c) {
  return c->salt_count ? c->salts[c->salt_count - 1].until : 0;
}

/* Asks for salts together with something else, never for their own sake. */
static cg_err ask_salts(cg_session *s) {
  cg__client *c = s->client;
  bool known = salts_end(c) > cg_unix(cg__server_time(s)) + SALTS_AHEAD_S;
  bool asked = c->salts_asked_us && s->now_us < c->salts_asked_us + SALTS_EVERY;
  if (known || asked || !s->head || !s->o.salt || !c->time_known) return CG_OK;
  cg_buf b = { 0 };
  cg_buf_u32(&b, MT_ID_get_future_salts);
  cg_buf_u32(&b, CG__SALTS_MAX);
  cg_err err = cg__send_query(s, &b, CG__SALTS);
  if (!err) c->salts_asked_us = s->now_us;
  return err;
}

/* The newest salt that the server, whose clock may be a little behind, uses by now; the
 * last one when they have run out, until the server tells another. */
static cg_err pick_salt(cg_session *s) {
  const cg__client *c = s->client;
  int64_t now = cg_unix(cg__server_time(s));
  uint64_t salt = s->o.salt;
  for (uint32_t i = 0; i < c->salt_count; i++)
    if (c->salts[i].since + SALT_SETTLE_S <= now) salt = c->salts[i].salt;
  cg_err err = salt == s->o.salt ? CG_OK : cg__emit_salt(s, 0);
  if (!err) s->o.salt = salt;
  return err;
}

cg_err cg__client_prepare(cg_session *s) {
  cg__client *c = s->client;
  cg_err err = c->renew || ids_ahead(s) ? renew(s) : CG_OK;
  if (!err && s->now_us >= c->ping_at) {
    err = cg_session_ping(s, DISCONNECT_S);
    if (!err) c->ping_at = s->now_us + PING_EVERY;
  }
  if (!err) err = ask_salts(s);
  return err ? err : pick_salt(s);
}

void cg__client_numbered(cg_session *s, const cg__out *o) {
  cg__client *c = s->client;
  if (o->purpose == CG__PING) {
    c->ping_msg_id = o->msg_id;
    c->pong_due = s->now_us + PONG_WITHIN;
  } else if (o->purpose == CG__SALTS) {
    c->salts_msg_id = o->msg_id;
  } else if (o->purpose == CG__STATE) {
    c->state_msg_id = o->msg_id;
  }
}

void cg__client_sealed(cg_session *s, uint64_t packet_id) {
  cg__client *c = s->client;
  c->recent[c->recent_at] = packet_id;
  c->recent_at = (c->recent_at + 1) % CG__RECENT;
}

/* ---- time ------------------------------------------------------------------ */

cg_err cg_session_tick(cg_session *s, uint64_t now_us) {
  s->now_us = now_us;
  cg__client *c = s->client;
  if (!c || now_us < c->pong_due) return CG_OK;
  if (now_us < c->heard_us + PONG_WITHIN) { /* a pong may stand behind much else */
    c->pong_due = c->heard_us + PONG_WITHIN;
    return CG_OK;
  }
  c->pong_due = c->ping_at = CG_NEVER;
  return CG_E_CLOSED;
}

/* Asks about the calls that the server is known to have (201). */
static cg_err ask_states(cg_session *s) {
  cg__ids *ids = &s->client->state_ids;
  cg__ids_free(ids);
  cg_err err = CG_OK;
  for (uint32_t i = 0; i < s->sent.count && ids->count < CG__IDS_MAX && !err; i++)
    if (s->sent.at[i]->acked) err = cg__ids_add(ids, s->sent.at[i]->msg_id);
  if (err || !ids->count) return err;
  cg_buf b = { 0 };
  cg__put_ids(&b, MT_ID_msgs_state_req, ids->at, ids->count);
  return cg__send_query(s, &b, CG__STATE);
}

void cg__client_reconnected(cg_session *s) {
  cg__client *c = s->client;
  if (c->hinted && !cg__set_offset(s, c->hint, 0)) c->hinted = false;
  reset_timers(s);
  bool asked = ask_states(s) == CG_OK;
  for (uint32_t i = s->sent.count; i; i--) {
    cg__out *o = s->sent.at[i - 1];
    if (!o->queued && !(asked && o->acked)) cg__enqueue_first(s, o);
  }
}
