/* SPDX-License-Identifier: MIT */
/*
 * session_send.c - from the queue to sealed packets: acks that travel along, msg_ids
 * and seqnos, containers, and what goes out again on a new connection.
 *
 * A record gets its msg_id and seqno once, when it is packed first, and keeps body,
 * id and seqno together from then on (protocol.md 175, 176).
 */
#include "mtproto_api.h"
#include "session_state.h"

/* A message older than this travels in a container, whose own id is new. */
static const int64_t STALE_S = 60;

/* ---- acks ------------------------------------------------------------------ */

/* Queues the acks that are due, or for which there is a packet anyway. */
static cg_err queue_acks(cg_session *s) {
  if (!s->acks.count || (!s->head && s->now_us < s->acks_due)) return CG_OK;
  uint32_t count = s->acks.count < CG__IDS_MAX ? s->acks.count : CG__IDS_MAX;
  cg_buf b = { 0 };
  cg__put_ids(&b, MT_ID_msgs_ack, s->acks.at, count);
  cg__out *o = cg__out_of(CG__SERVICE, &b);
  cg_buf_wipe(&b);
  if (!o) return CG_E_MEMORY;
  o->low = s->client ? CG_MSGID_CLIENT : CG_MSGID_NOTICE;
  cg__enqueue_first(s, o);
  cg__ids_drop(&s->acks, count);
  if (!s->acks.count) s->acks_due = CG_NEVER;
  return CG_OK;
}

/* ---- one packet ------------------------------------------------------------ */

/* How many records from the head of the queue fit into one packet; at least one. */
static uint32_t batch_size(const cg_session *s) {
  uint32_t count = 0;
  size_t bytes = 0;
  for (const cg__out *o = s->head; o && count < CG__CONTAINER_MAX; o = o->next) {
    bytes += 16 + o->len;
    if (count && bytes > CG__PACKET_BYTES) break;
    count++;
  }
  return count;
}

static uint64_t next_id(cg_session *s, unsigned low) {
  return cg_msgid_next(&s->last_id, cg__server_time(s), low);
}

/* Gives a record its msg_id and seqno, and its place among what was sent. */
static cg_err number(cg_session *s, cg__out *o) {
  if (o->msg_id) return CG_OK;
  bool kept = o->kind != CG__SERVICE;
  cg_err err = kept ? cg__table_reserve(&s->sent) : CG_OK;
  if (err) return err;
  o->msg_id = next_id(s, o->low);
  o->seqno = 2 * s->content + kept;
  s->content += kept;
  if (kept) cg__table_add(&s->sent, o);
  if (s->client) cg__client_numbered(s, o);
  return CG_OK;
}

static cg_err number_batch(cg_session *s, uint32_t count) {
  cg_err err = CG_OK;
  for (cg__out *o = s->head; count && !err; o = o->next, count--) err = number(s, o);
  return err;
}

static bool is_stale(const cg_session *s, const cg__out *o) {
  return cg_msgid_seconds(o->msg_id) + STALE_S < cg_unix(cg__server_time(s));
}

/* Writes the first `count` records as a container and gives it its ids. */
static void put_container(cg_session *s, uint32_t count, cg_buf *b, cg_message *m) {
  unsigned low = s->client ? CG_MSGID_CLIENT : CG_MSGID_NOTICE;
  cg_buf_u32(b, MT_ID_msg_container);
  cg_buf_u32(b, count);
  for (const cg__out *o = s->head; count; o = o->next, count--) {
    cg_buf_u64(b, o->msg_id);
    cg_buf_u32(b, o->seqno);
    cg_buf_u32(b, o->len);
    cg_buf_put(b, o->body, o->len);
    if (o->low == CG_MSGID_ANSWER) low = CG_MSGID_ANSWER;
  }
  m->msg_id = next_id(s, low);
  m->seqno = 2 * s->content;
  m->body = cg_buf_view(b);
}

/* The batch is in a packet: what nobody has to acknowledge is over and done with. */
static void finish_batch(cg_session *s, uint32_t count, uint64_t packet_id) {
  for (; count; count--) {
    cg__out *o = s->head;
    o->packet_id = packet_id;
    if (o->sends < UINT8_MAX) o->sends++;
    if (o->kind == CG__SERVICE)
      cg__forget(s, o);
    else
      cg__dequeue(s, o);
  }
  if (s->client)
    cg__client_sealed(s, packet_id);
  else
    cg__server_trim(s);
}

static cg_err seal_batch(cg_session *s, uint32_t count, cg_buf *out) {
  const cg__out *o = s->head;
  cg_message m = { s->o.salt, s->o.session_id, o->msg_id, o->seqno, { o->body, o->len } };
  cg_buf container = { 0 };
  if (count > 1 || is_stale(s, o)) put_container(s, count, &container, &m);
  cg_err err = container.err;
  if (!err)
    err =
        cg_envelope_seal(s->o.key, s->client ? CG_CLIENT : CG_SERVER, &m, s->o.rng, out);
  cg_buf_wipe(&container);
  if (!err) finish_batch(s, count, m.msg_id);
  return err;
}

cg_err cg_session_pull(cg_session *s, uint64_t now_us, cg_buf *out) {
  s->now_us = now_us;
  cg_err err = CG_OK;
  if (s->client)
    err = cg__client_prepare(s);
  else
    cg__server_salt(s);
  if (!err) err = queue_acks(s);
  if (err || !s->head) return err;
  uint32_t count = batch_size(s);
  err = number_batch(s, count);
  return err ? err : seal_batch(s, count, out);
}

cg_err cg_session_pull_refusal(cg_session *s, uint64_t now_us, cg_buf *out) {
  s->now_us = now_us;
  cg__out *notice = s->refusal;
  if (s->taken || !notice) return CG_OK;
  cg__dequeue(s, notice);
  cg__enqueue_first(s, notice);
  cg_err err = number_batch(s, 1);
  return err ? err : seal_batch(s, 1, out);
}

void cg_session_reconnected(cg_session *s, uint64_t now_us) {
  s->now_us = now_us;
  if (s->client) {
    cg__client_reconnected(s);
    return;
  }
  for (uint32_t i = s->sent.count; i; i--)
    if (!s->sent.at[i - 1]->queued) cg__enqueue_first(s, s->sent.at[i - 1]);
}
