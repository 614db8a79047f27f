/* SPDX-License-Identifier: MIT */
/*
 * msgid.h - message ids: making them, their time window, and the store of those
 * that were received.
 *
 * A message id is unix time in units of 2^-32 seconds; its two low bits tell whose
 * message it is. The store holds at most CG_REPLAY_MAX ids that were accepted, in
 * ascending order; what it forgets for want of room is lower than what it keeps, and
 * from then on everything that low counts as seen.
 *
 * https://core.telegram.org/mtproto/description (protocol.md 146-153, 165-169)
 */
#ifndef CG_MSGID_H
#define CG_MSGID_H

#include "err.h"

/* What the two low bits of an id say (protocol.md 147, 148, 165, 169). */
enum { CG_MSGID_CLIENT = 0, CG_MSGID_ANSWER = 1, CG_MSGID_NOTICE = 3 };

enum {
  CG_MSGID_AHEAD_S = 30, /* furthest ahead of the server's time, seconds */
  CG_MSGID_PAST_S = 300, /* furthest behind it, seconds */
  CG_REPLAY_MAX = 1000
};

/* The id of a message sent at `time_us` (server's time, unix microseconds) with the
 * low bits `kind`. Higher than *last, which it replaces, whatever the time does;
 * the fraction of a second is never zero. */
uint64_t cg_msgid_next(uint64_t *last, uint64_t time_us, unsigned kind);

/* The lowest id within the window before `time_us`. */
uint64_t cg_msgid_earliest(uint64_t time_us);

/* Unix seconds of the moment that an id names. */
int64_t cg_msgid_seconds(uint64_t id);

typedef enum { CG_MSGID_TIMELY, CG_MSGID_PAST, CG_MSGID_AHEAD } cg_msgid_time;

/* Where an id lies against the window around `time_us` (server's time). */
cg_msgid_time cg_msgid_window(uint64_t id, uint64_t time_us);

/* A zeroed store is an empty one; it takes memory as it fills. With `marks` the two low
 * bits of what is stored are marks and no part of the id. */
typedef struct {
  uint64_t *ids;  /* ascending from `first` on */
  uint64_t floor; /* the highest id that was forgotten for want of room */
  uint16_t first, count, cap;
  bool marks;
} cg_replay;

typedef enum {
  CG_REPLAY_NEW,
  CG_REPLAY_SEEN,
  CG_REPLAY_STALE /* lower than all that a full store holds: nobody can tell */
} cg_replay_verdict;

cg_replay_verdict cg_replay_look(const cg_replay *r, uint64_t id);

enum {
  CG_REPLAY_OTHER = 1, /* the owner's to give a meaning */
  CG_REPLAY_KEEP = 2   /* not forgotten for its age */
};

/* The marks of an id that was SEEN, else 0. */
unsigned cg_replay_marks(const cg_replay *r, uint64_t id);

/* Makes sure that one cg_replay_add() will find room. A store with marks first forgets
 * the ids below `before` that are not to KEEP, so that it need not grow: their messages
 * are refused for their age. MEMORY: nothing is lost. */
CG_MUST_USE cg_err cg_replay_reserve(cg_replay *r, uint64_t before);

/* Adds an id that is NEW, with its marks, after cg_replay_reserve(); a full store
 * forgets its lowest one. */
void cg_replay_add(cg_replay *r, uint64_t id);

/* The highest id in the store, 0 if it is empty. */
uint64_t cg_replay_highest(const cg_replay *r);

void cg_replay_free(cg_replay *r);

#endif
