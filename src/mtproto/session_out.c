/* SPDX-License-Identifier: MIT */
/* session_out.c - the records of a session: see session_state.h. */
#include "session_state.h"

#include "mem.h"
#include "wipe.h"
#include "mtproto_api.h"

#include <string.h>

cg__out *cg__out_new(cg__kind kind, size_t len) {
  cg__out *o = cg_alloc(sizeof *o + len);
  if (!o) return NULL;
  o->kind = (uint8_t)kind;
  o->len = (uint32_t)len;
  return o;
}

cg__out *cg__out_of(cg__kind kind, const cg_buf *body) {
  cg__out *o = body->err ? NULL : cg__out_new(kind, body->len);
  if (o && body->len) memcpy(o->body, body->at, body->len);
  return o;
}

/* ---- tables ---------------------------------------------------------------- */

static uint64_t key_of(const cg__table *t, const cg__out *o) {
  return t->by_tag ? o->tag : o->msg_id;
}

/* How many records have a lower key. */
static uint32_t rank(const cg__table *t, uint64_t key) {
  uint32_t low = 0, high = t->count;
  if (high && key_of(t, t->at[high - 1]) < key) return high;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (key_of(t, t->at[middle]) < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

cg__out *cg__table_find(const cg__table *t, uint64_t key) {
  uint32_t at = rank(t, key);
  return at < t->count && key_of(t, t->at[at]) == key ? t->at[at] : NULL;
}

cg_err cg__table_reserve(cg__table *t) {
  if (t->count < t->cap) return CG_OK;
  uint32_t cap = t->cap ? t->cap * 2 : 4;
  cg__out **at = cg_realloc(t->at, cap * sizeof *at);
  if (!at) return CG_E_MEMORY;
  t->at = at;
  t->cap = cap;
  return CG_OK;
}

void cg__table_add(cg__table *t, cg__out *o) {
  uint32_t at = rank(t, key_of(t, o));
  memmove(t->at + at + 1, t->at + at, (t->count - at) * sizeof *t->at);
  t->at[at] = o;
  t->count++;
}

void cg__table_replace(cg__table *t, const cg__out *old, cg__out *by) {
  uint32_t at = rank(t, key_of(t, old));
  if (at < t->count && t->at[at] == old) t->at[at] = by;
}

void cg__table_remove(cg__table *t, const cg__out *o) {
  uint32_t at = rank(t, key_of(t, o));
  if (at == t->count || t->at[at] != o) return;
  t->count--;
  memmove(t->at + at, t->at + at + 1, (t->count - at) * sizeof *t->at);
  if (t->count) return;
  cg_free(t->at);
  t->at = NULL;
  t->cap = 0;
}

/* ---- lists of ids ---------------------------------------------------------- */

cg_err cg__ids_add(cg__ids *ids, uint64_t id) {
  if (ids->count == ids->cap) {
    uint32_t cap = ids->cap ? ids->cap * 2 : 4;
    uint64_t *at = cg_realloc(ids->at, cap * sizeof *at);
    if (!at) return CG_E_MEMORY;
    ids->at = at;
    ids->cap = cap;
  }
  ids->at[ids->count++] = id;
  return CG_OK;
}

void cg__ids_free(cg__ids *ids) {
  cg_free(ids->at);
  *ids = (cg__ids){ 0 };
}

void cg__ids_drop(cg__ids *ids, uint32_t count) {
  ids->count -= count;
  memmove(ids->at, ids->at + count, ids->count * sizeof *ids->at);
  if (!ids->count) cg__ids_free(ids);
}

void cg__ids_remove(cg__ids *ids, uint64_t id) {
  uint32_t i = ids->count;
  while (i && ids->at[i - 1] != id) i--;
  if (!i) return;
  ids->count--;
  memmove(ids->at + i - 1, ids->at + i, (ids->count + 1 - i) * sizeof *ids->at);
  if (!ids->count) cg__ids_free(ids);
}

/* ---- the queue ------------------------------------------------------------- */

void cg__enqueue(cg_session *s, cg__out *o) {
  o->queued = true;
  o->next = NULL;
  o->prev = s->tail;
  if (s->tail)
    s->tail->next = o;
  else
    s->head = o;
  s->tail = o;
}

void cg__enqueue_first(cg_session *s, cg__out *o) {
  o->queued = true;
  o->prev = NULL;
  o->next = s->head;
  if (s->head)
    s->head->prev = o;
  else
    s->tail = o;
  s->head = o;
}

void cg__dequeue(cg_session *s, cg__out *o) {
  if (!o->queued) return;
  o->queued = false;
  if (o->prev)
    o->prev->next = o->next;
  else
    s->head = o->next;
  if (o->next)
    o->next->prev = o->prev;
  else
    s->tail = o->prev;
  o->prev = o->next = NULL;
}

void cg__forget(cg_session *s, cg__out *o) {
  cg__dequeue(s, o);
  if (o == s->refusal) s->refusal = NULL;
  cg__table_remove(&s->sent, o);
  if (o->kind == CG__ANSWER) cg__table_remove(&s->calls, o);
  if (o->kind == CG__ANSWER || o->kind == CG__NOTICE) s->stored -= o->len;
  cg_wipe(o->body, o->len);
  cg_free(o);
}

cg_err cg__send_service(cg_session *s, cg_buf *body, unsigned low) {
  cg__out *o = cg__out_of(CG__SERVICE, body);
  cg_buf_wipe(body);
  if (!o) return CG_E_MEMORY;
  o->low = (uint8_t)low;
  cg__enqueue(s, o);
  return CG_OK;
}

cg_err cg__send_query(cg_session *s, cg_buf *body, cg__purpose purpose) {
  cg_err err = cg__send_service(s, body, CG_MSGID_CLIENT);
  if (!err) s->tail->purpose = (uint8_t)purpose;
  return err;
}

void cg__put_ids(cg_buf *b, uint32_t id, const uint64_t *ids, uint32_t count) {
  cg_buf_u32(b, id);
  cg_buf_u32(b, TL_ID_vector);
  cg_buf_u32(b, count);
  for (uint32_t i = 0; i < count; i++) cg_buf_u64(b, ids[i]);
}
