/* SPDX-License-Identifier: MIT */
/* msgid.c - see msgid.h for the contract. */
#include "msgid.h"

#include "clock.h"
#include "mem.h"

#include <string.h>

/* Room behind a full store, so that it is moved down once in so many additions. */
enum { FIRST_CAP = 4, LARGEST_CAP = CG_REPLAY_MAX + 24, MARKS = 3 };

static uint64_t id_at(uint64_t time_us) {
  return time_us / CG_SECOND << 32 | (time_us % CG_SECOND << 32) / CG_SECOND;
}

uint64_t cg_msgid_next(uint64_t *last, uint64_t time_us, unsigned kind) {
  uint64_t id = id_at(time_us) & ~UINT64_C(3), before = *last & ~UINT64_C(3);
  if (id <= before) id = before + 4;
  if ((uint32_t)id == 0) id += 4;
  *last = id | kind;
  return *last;
}

uint64_t cg_msgid_earliest(uint64_t time_us) {
  uint64_t now = id_at(time_us), span = (uint64_t)CG_MSGID_PAST_S << 32;
  return now > span ? now - span : 0;
}

int64_t cg_msgid_seconds(uint64_t id) {
  return (int64_t)(id >> 32);
}

cg_msgid_time cg_msgid_window(uint64_t id, uint64_t time_us) {
  uint64_t now = id_at(time_us);
  if (id > now && id - now > (uint64_t)CG_MSGID_AHEAD_S << 32) return CG_MSGID_AHEAD;
  if (id < now && now - id > (uint64_t)CG_MSGID_PAST_S << 32) return CG_MSGID_PAST;
  return CG_MSGID_TIMELY;
}

/* How many of the stored ids are lower than `id`. */
static uint16_t rank(const cg_replay *r, uint64_t id) {
  const uint64_t *ids = r->ids + r->first;
  uint16_t low = 0, high = r->count;
  if (high && ids[high - 1] < id) return high; /* the usual case: in order */
  while (low < high) {
    uint16_t middle = (uint16_t)((low + high) / 2);
    if (ids[middle] < id)
      low = (uint16_t)(middle + 1);
    else
      high = middle;
  }
  return low;
}

/* Where an id stands in the store, NULL if it is not there. */
static const uint64_t *place(const cg_replay *r, uint64_t id) {
  uint64_t mask = r->marks ? MARKS : 0;
  uint16_t at = r->count ? rank(r, id & ~mask) : 0;
  const uint64_t *found = at < r->count ? &r->ids[r->first + at] : NULL;
  return found && (*found | mask) == (id | mask) ? found : NULL;
}

cg_replay_verdict cg_replay_look(const cg_replay *r, uint64_t id) {
  if (place(r, id)) return CG_REPLAY_SEEN;
  bool below = r->count == CG_REPLAY_MAX && id < r->ids[r->first];
  return below || (r->floor && id <= r->floor) ? CG_REPLAY_STALE : CG_REPLAY_NEW;
}

unsigned cg_replay_marks(const cg_replay *r, uint64_t id) {
  const uint64_t *found = r->marks ? place(r, id) : NULL;
  return found ? (unsigned)(*found & MARKS) : 0;
}

/* Moves the ids to the front, without those that may be forgotten. */
static void tidy(cg_replay *r, uint64_t before) {
  uint16_t kept = 0;
  for (uint16_t i = r->first; i < r->first + r->count; i++) {
    uint64_t id = r->ids[i];
    if (!r->marks || id >= before || id & CG_REPLAY_KEEP) r->ids[kept++] = id;
  }
  r->first = 0;
  r->count = kept;
}

cg_err cg_replay_reserve(cg_replay *r, uint64_t before) {
  if (r->first + r->count < r->cap) return CG_OK;
  tidy(r, before);
  size_t cap = r->cap;
  if (r->count >= cap - cap / 4)
    cap = cap ? cap * 2 : FIRST_CAP;
  else if (r->count < cap / 4 && cap > FIRST_CAP)
    cap /= 2;
  if (cap > LARGEST_CAP) cap = LARGEST_CAP;
  if (cap == r->cap) return CG_OK;
  uint64_t *ids = cg_realloc(r->ids, cap * sizeof *ids);
  if (!ids) return r->count < r->cap ? CG_OK : CG_E_MEMORY;
  r->ids = ids;
  r->cap = (uint16_t)cap;
  return CG_OK;
}

void cg_replay_add(cg_replay *r, uint64_t id) {
  if (r->count == CG_REPLAY_MAX) {
    r->floor = r->ids[r->first++] | (r->marks ? MARKS : 0);
    r->count--;
  }
  uint64_t *at = r->ids + r->first + rank(r, id);
  uint64_t *end = r->ids + r->first + r->count;
  memmove(at + 1, at, (size_t)(end - at) * sizeof *at);
  *at = id;
  r->count++;
}

uint64_t cg_replay_highest(const cg_replay *r) {
  return r->count ? r->ids[r->first + r->count - 1] : 0;
}

void cg_replay_free(cg_replay *r) {
  cg_free(r->ids);
  *r = (cg_replay){ 0 };
}
