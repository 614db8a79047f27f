/* SPDX-License-Identifier: MIT */
/*
 * session_notice.c - what a server says about a client's messages: refused, forgotten,
 * received, answered at length; and about salts and the session.
 *
 * Nothing here is believed that does not name a message of ours (protocol.md 150, 181,
 * 185): whoever could replay or guess could otherwise turn clock and salt.
 *
 * https://core.telegram.org/mtproto/service_messages_about_messages
 */
#include "mtproto_api.h"
#include "session_state.h"

#include "mem.h"

enum { STATE_LOW = 7, STATE_RECEIVED = 4 };

cg_err cg__emit_salt(cg_session *s, int64_t wrong_by) {
  const cg_session_event event = { .kind = CG_SESSION_SALT, .value = wrong_by };
  return cg__emit(s, &event, (cg_bytes){ 0 });
}

static void forget_salts(cg__client *c) {
  cg_free(c->salts);
  c->salts = NULL;
  c->salt_count = 0;
}

/* A salt that the server names itself outdoes those that it told ahead. */
static cg_err take_salt(cg_session *s, uint64_t salt) {
  if (salt == s->o.salt) return CG_OK;
  cg_err err = cg__emit_salt(s, 0);
  if (err) return err;
  s->o.salt = salt;
  forget_salts(s->client);
  return CG_OK;
}

/* ---- refused messages ------------------------------------------------------ */

static bool is_ours(const cg_session *s, uint64_t bad_msg_id) {
  for (uint32_t i = 0; i < CG__RECENT; i++)
    if (bad_msg_id && s->client->recent[i] == bad_msg_id) return true;
  for (uint32_t i = 0; i < s->sent.count; i++)
    if (s->sent.at[i]->msg_id == bad_msg_id || s->sent.at[i]->packet_id == bad_msg_id)
      return true;
  return false;
}

typedef struct {
  uint64_t msg_id, salt;
  int32_t code;
} bad_msg;

static cg_err read_bad_msg(const cg_session *s, const cg__in *in, bad_msg *out) {
  cg_reader r = cg__fields(in->body);
  out->msg_id = cg_reader_u64(&r);
  cg_reader_u32(&r); /* bad_msg_seqno: the id says it all */
  out->code = (int32_t)cg_reader_u32(&r);
  bool salt = cg__body_id(in->body) == MT_ID_bad_server_salt;
  out->salt = salt ? cg_reader_u64(&r) : 0;
  if (salt != (out->code == 48)) cg_reader_fail(&r, CG_E_MALFORMED);
  return cg__fields_end(s, &r);
}

bool cg__bad_msg_exempt(const cg_session *s, const cg__in *in) {
  uint32_t id = cg__body_id(in->body);
  bad_msg bad;
  if (id != MT_ID_bad_msg_notification && id != MT_ID_bad_server_salt) return false;
  if (read_bad_msg(s, in, &bad) || !is_ours(s, bad.msg_id)) return false;
  return bad.code == 16 || bad.code == 17 || bad.code == 48;
}

/* Sends a refused call again: under another msg_id, unless an earlier packet with it may
 * have been taken, for then that id is what keeps it from running twice. */
static cg_err send_again(cg_session *s, cg__out *call, uint64_t bad_msg_id) {
  if (++call->tries > CG__TRIES_MAX) return cg__client_fail(s, call, CG_E_PROTOCOL);
  bool keep = call->msg_id != bad_msg_id && call->sends > 1;
  if (!keep) {
    cg__table_remove(&s->sent, call);
    call->msg_id = 0;
    call->sends = 0;
    call->acked = false;
  } else {
    call->sends--;
  }
  call->packet_id = 0;
  if (!call->queued) cg__enqueue_first(s, call);
  return CG_OK;
}

/* Every call that went in the refused message, itself or as a container, last first. */
static cg_err send_all_again(cg_session *s, uint64_t bad_msg_id) {
  cg_err err = CG_OK;
  for (uint32_t i = s->sent.count; i && !err; i--) {
    cg__out *call = s->sent.at[i - 1];
    if (call->msg_id == bad_msg_id || call->packet_id == bad_msg_id)
      err = send_again(s, call, bad_msg_id);
  }
  return err;
}

/* 187: the server cannot tell whether the call has run. Neither can we, and running it
 * again is not ours to decide. */
static cg_err fail_forgotten(cg_session *s, uint64_t bad_msg_id) {
  cg__out *call = cg__table_find(&s->sent, bad_msg_id);
  return call ? cg__client_fail(s, call, CG_E_TIMEOUT) : CG_OK;
}

cg_err cg__on_bad_msg(cg_session *s, const cg__in *in) {
  bad_msg bad;
  cg_err err = read_bad_msg(s, in, &bad);
  if (err || !is_ours(s, bad.msg_id)) return err;
  switch (bad.code) {
  case 48: err = take_salt(s, bad.salt); break;
  case 16:
  case 17: err = cg__set_offset(s, cg__offset_of(s, in->msg_id), 0); break; /* 185 */
  case 20: err = fail_forgotten(s, bad.msg_id); break;
  default: /* 189: a fault of our own; everything starts over in a new session */
    cg_log_write(s->o.log, CG_LOG_WARN, "session: refused with code %d", (int)bad.code);
    s->client->renew = true;
  }
  return err ? err : send_all_again(s, bad.msg_id);
}

/* ---- the session and its salts --------------------------------------------- */

/* Has a call that the server does not know go out again as it is. */
static void resend(cg_session *s, cg__out *call) {
  call->acked = false;
  if (!call->queued) cg__enqueue(s, call);
}

cg_err cg__on_new_session(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  uint64_t first = cg_reader_u64(&r), unique_id = cg_reader_u64(&r);
  uint64_t salt = cg_reader_u64(&r);
  cg_err err = cg__fields_end(s, &r);
  if (err || unique_id == s->client->unique_id) return err;
  const cg_session_event event = { .kind = CG_SESSION_RENEWED, .msg_id = in->msg_id };
  err = cg__emit(s, &event, (cg_bytes){ 0 });
  if (!err) err = take_salt(s, salt);
  if (err) return err;
  s->client->unique_id = unique_id;
  for (uint32_t i = 0; i < s->sent.count && s->sent.at[i]->msg_id < first; i++)
    resend(s, s->sent.at[i]);
  return CG_OK;
}

/* 180: in order, each for some time. */
static bool read_salts(cg_reader *r, cg__salt *out, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    out[i].since = cg_reader_u32(r);
    out[i].until = cg_reader_u32(r);
    out[i].salt = cg_reader_u64(r);
    if (out[i].until <= out[i].since || (i && out[i].since <= out[i - 1].since))
      return false;
  }
  return true;
}

cg_err cg__on_future_salts(cg_session *s, const cg__in *in) {
  cg__client *c = s->client;
  cg_reader r = cg__fields(in->body);
  uint64_t request = cg_reader_u64(&r);
  cg_reader_u32(&r); /* now: the msg_id says it better */
  uint32_t count = cg_reader_count(&r, 16);
  if (r.err) return r.err;
  if (!request || request != c->salts_msg_id) return CG_OK;
  if (!count || count > CG__SALTS_MAX) return CG_E_LIMIT;
  cg__salt *salts = cg_alloc(count * sizeof *salts);
  if (!salts) return CG_E_MEMORY;
  cg_err err = read_salts(&r, salts, count) ? cg__fields_end(s, &r) : CG_E_MALFORMED;
  if (err) {
    cg_free(salts);
    return err;
  }
  forget_salts(c);
  c->salts = salts;
  c->salt_count = count;
  c->salts_msg_id = 0;
  return CG_OK;
}

/* ---- what became of our messages ------------------------------------------- */

/* 203: what was not received goes out again; the rest is waited for. */
static void take_state(cg_session *s, uint64_t msg_id, uint8_t state) {
  cg__out *call = cg__table_find(&s->sent, msg_id);
  if (call && (state & STATE_LOW) < STATE_RECEIVED) resend(s, call);
}

cg_err cg__on_state_info(cg_session *s, const cg__in *in) {
  cg__client *c = s->client;
  cg_reader r = cg__fields(in->body);
  uint64_t request = cg_reader_u64(&r);
  cg_bytes states = cg_reader_str(&r);
  cg_err err = cg__fields_end(s, &r);
  if (err || !c->state_ids.count || request != c->state_msg_id) return err;
  if (states.len != c->state_ids.count) return CG_E_MALFORMED;
  for (uint32_t i = 0; i < c->state_ids.count; i++)
    take_state(s, c->state_ids.at[i], states.at[i]);
  cg__ids_free(&c->state_ids);
  return CG_OK;
}

cg_err cg__on_all_info(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  if (cg_reader_u32(&r) != TL_ID_vector) cg_reader_fail(&r, CG_E_UNEXPECTED);
  uint32_t count = cg_reader_count(&r, 8);
  cg_bytes raw = cg_reader_take(&r, (size_t)count * 8);
  cg_bytes states = cg_reader_str(&r);
  cg_err err = cg__fields_end(s, &r);
  if (err) return err;
  if (states.len != count) return CG_E_MALFORMED;
  cg_reader ids;
  cg_reader_init(&ids, raw.at, raw.len);
  for (uint32_t i = 0; i < count; i++) take_state(s, cg_reader_u64(&ids), states.at[i]);
  return CG_OK;
}

/* 205: an answer that is here already is acked, one that is not is asked for. */
cg_err cg__on_detailed_info(cg_session *s, const cg__in *in) {
  cg_reader r = cg__fields(in->body);
  if (cg__body_id(in->body) == MT_ID_msg_detailed_info) cg_reader_u64(&r);
  uint64_t answer = cg_reader_u64(&r);
  cg_reader_u64(&r); /* bytes, status */
  cg_err err = cg__fields_end(s, &r);
  if (err) return err;
  if (cg_replay_look(&s->replay, answer) != CG_REPLAY_NEW)
    return cg__ack_again(s, answer);
  cg_buf b = { 0 };
  cg__put_ids(&b, MT_ID_msg_resend_req, &answer, 1);
  return cg__send_query(s, &b, CG__PLAIN);
}
