/* SPDX-License-Identifier: MIT */
/* session.c - life, events and time of a session: see session.h for the contract. */
#include "session_state.h"

#include "mem.h"

#include <string.h>

/* How long an ack waits for something to travel with (protocol.md 196). */
static const uint64_t CLIENT_ACK_DELAY = 30 * CG_SECOND, SERVER_ACK_DELAY = 5 * CG_SECOND;

cg_err cg_session_new(cg_session **out, const cg_session_options *options,
                      uint64_t now_us) {
  cg_session *s = cg_alloc(sizeof *s);
  if (!s) return CG_E_MEMORY;
  s->o = *options;
  s->now_us = now_us;
  s->calls.by_tag = true;
  s->replay.marks = options->role == CG_SERVER;
  s->acks_due = CG_NEVER;
  cg_err err = CG_OK;
  if (options->role == CG_CLIENT) err = cg__client_new(s);
  if (err) {
    cg_session_free(s);
    return err;
  }
  *out = s;
  return CG_OK;
}

static void free_events(cg_session *s) {
  for (uint32_t i = s->first; i < s->first + s->count; i++)
    cg_buf_wipe(&s->events[i].body);
  cg_free(s->events);
}

void cg_session_free(cg_session *s) {
  if (!s) return;
  while (s->calls.count) cg__forget(s, s->calls.at[s->calls.count - 1]);
  while (s->sent.count) cg__forget(s, s->sent.at[s->sent.count - 1]);
  while (s->head) cg__forget(s, s->head);
  cg_free(s->calls.at); /* reserved, perhaps, and never filled */
  cg_free(s->sent.at);
  free_events(s);
  cg__ids_free(&s->acks);
  cg_replay_free(&s->replay);
  if (s->client) cg__client_free(s);
  cg_free(s);
}

uint64_t cg_session_id(const cg_session *s) {
  return s->o.session_id;
}

uint64_t cg_session_salt(const cg_session *s) {
  return s->o.salt;
}

int64_t cg_session_time_offset(const cg_session *s) {
  return s->o.time_offset;
}

uint64_t cg__server_time(const cg_session *s) {
  int64_t offset = s->o.time_offset;
  if (offset >= 0) return s->now_us + (uint64_t)offset * CG_SECOND;
  uint64_t back = (uint64_t)-offset * CG_SECOND;
  return back < s->now_us ? s->now_us - back : 0;
}

/* ---- events ---------------------------------------------------------------- */

/* Room for one more event behind the last one. */
static cg_err reserve_event(cg_session *s) {
  if (s->first + s->count < s->cap) return CG_OK;
  uint32_t cap = s->count ? s->count * 2 : 2;
  cg__event *events = cg_alloc(cap * sizeof *events);
  if (!events) return CG_E_MEMORY;
  if (s->count) memcpy(events, s->events + s->first, s->count * sizeof *events);
  cg_free(s->events);
  s->events = events;
  s->first = 0;
  s->cap = cap;
  return CG_OK;
}

cg_err cg__emit_owned(cg_session *s, const cg_session_event *event, cg_buf *body) {
  cg_err err = body->err ? body->err : reserve_event(s);
  if (err) return err;
  s->events[s->first + s->count++] = (cg__event){ *event, *body };
  *body = (cg_buf){ 0 };
  return CG_OK;
}

cg_err cg__emit(cg_session *s, const cg_session_event *event, cg_bytes body) {
  cg_buf copy = { 0 };
  cg_buf_bytes(&copy, body);
  cg_err err = cg__emit_owned(s, event, &copy);
  cg_buf_wipe(&copy);
  return err;
}

/* Ends the loan of the event that was given out last. */
static void take_back(cg_session *s) {
  s->lent = false;
  cg_buf_wipe(&s->events[s->first].body); /* it may hold a code or a token */
  s->first++;
  if (--s->count) return;
  cg_free(s->events);
  s->events = NULL;
  s->first = s->cap = 0;
}

bool cg_session_next(cg_session *s, cg_session_event *event) {
  if (s->lent) take_back(s);
  if (!s->count) return false;
  cg__event *e = &s->events[s->first];
  *event = e->event;
  event->body = cg_buf_view(&e->body);
  s->lent = true;
  return true;
}

/* ---- receiving ------------------------------------------------------------- */

static cg_err count_discards(cg_session *s, cg_err err) {
  if (err != CG_E_PROTOCOL && err != CG_E_REPLAY && err != CG_E_TIME) {
    s->discards = 0;
    return err;
  }
  if (++s->discards <= CG__DISCARDS_MAX) return err;
  s->discards = 0;
  cg_log_write(s->o.log, CG_LOG_WARN, "session: too many messages were discarded");
  if (!s->client) return CG_E_LIMIT;
  s->client->renew = true;
  return err;
}

/* Errors that are ours; every other one means that the message was no good. */
static cg_err verdict(cg_err err) {
  switch (err) {
  case CG_OK:
  case CG_E_MEMORY:
  case CG_E_RANDOM:
  case CG_E_TIME:
  case CG_E_REPLAY: return err;
  default: return CG_E_PROTOCOL;
  }
}

cg_err cg_session_receive(cg_session *s, const cg_message *m, uint64_t now_us) {
  cg_err err = CG_E_PROTOCOL;
  s->now_us = now_us;
  s->unpacked = 0;
  if (m->session_id == s->o.session_id)
    err = s->client ? cg__client_receive(s, m) : cg__server_receive(s, m);
  return count_discards(s, verdict(err));
}

bool cg_session_has_taken(const cg_session *s) {
  return s->taken;
}

/* ---- time ------------------------------------------------------------------ */

cg_err cg__ack_later(cg_session *s, uint64_t msg_id) {
  cg_err err = cg__ids_add(&s->acks, msg_id);
  if (err) return err;
  uint64_t due = s->now_us + (s->client ? CLIENT_ACK_DELAY : SERVER_ACK_DELAY);
  if (s->acks.count >= CG__ACKS_MAX) due = s->now_us;
  if (due < s->acks_due) s->acks_due = due;
  return CG_OK;
}

void cg__ack_given(cg_session *s, uint64_t msg_id) {
  cg__ids_remove(&s->acks, msg_id);
  if (!s->acks.count) s->acks_due = CG_NEVER;
}

cg_err cg__ack_again(cg_session *s, uint64_t msg_id) {
  cg__ack_given(s, msg_id);
  return cg__ack_later(s, msg_id);
}

uint64_t cg_session_deadline(const cg_session *s) {
  uint64_t due = s->acks_due;
  if (!s->client) return due;
  if (s->client->ping_at < due) due = s->client->ping_at;
  if (s->client->pong_due < due) due = s->client->pong_due;
  return due;
}
