/* SPDX-License-Identifier: MIT */
/*
 * msgid.h - message ids: making them, their time window, and the store of those
 * that were received.
 *
 * A message id is unix time in units of 2^-32 seconds; its two low bits tell whose
 * message it is. The store holds the highest CG_REPLAY_MAX ids that were accepted
 * in ascending order, so that what it forgets is always lower than what it knows.
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

/* Unix seconds of the moment that an id names. */
int64_t cg_msgid_seconds(uint64_t id);

typedef enum { CG_MSGID_TIMELY, CG_MSGID_PAST, CG_MSGID_AHEAD } cg_msgid_time;

/* Where an id lies against the window around `time_us` (server's time). */
cg_msgid_time cg_msgid_window(uint64_t id, uint64_t time_us);

/* A zeroed store is an empty one; it takes memory as it fills. */
typedef struct {
  uint64_t *ids; /* ascending from `first` on */
  uint16_t first, count, cap;
} cg_replay;

typedef enum {
  CG_REPLAY_NEW,
  CG_REPLAY_SEEN,
  CG_REPLAY_STALE /* lower than all that a full store holds: nobody can tell */
} cg_replay_verdict;

cg_replay_verdict cg_replay_look(const cg_replay *r, uint64_t id);

/* Makes sure that one cg_replay_add() will find room. MEMORY: nothing changed. */
CG_MUST_USE cg_err cg_replay_reserve(cg_replay *r);

/* Adds an id that is NEW, after cg_replay_reserve(); a full store forgets its
 * lowest one. */
void cg_replay_add(cg_replay *r, uint64_t id);

/* The highest id in the store, 0 if it is empty. */
uint64_t cg_replay_highest(const cg_replay *r);

void cg_replay_free(cg_replay *r);

#endif
