/* SPDX-License-Identifier: MIT */
/*
 * updates.h - updates of one account that wait for who asks for them: numbered, oldest
 * first, bounded. What does not fit pushes the oldest out; the gap in the numbers tells.
 *
 * The numbers go on from the clock when it is turned on, so that one that a reader kept
 * from before a restart is never ahead of them.
 */
#ifndef CG_UPDATES_H
#define CG_UPDATES_H

#include "err.h"

enum {
  CG_UPDATES_MOST = 1000,
  CG_UPDATES_BYTES = 256 << 10,
  CG_UPDATES_KEPT_S = 86400 /* it is turned off if nobody asks for so long */
};

typedef struct cg_update {
  struct cg_update *next;
  int64_t id;
  cg_bytes json;  /* an Update */
  cg_bytes peers; /* "users":[...],"chats":[...] of the first of those that came in one
                     object, or empty */
} cg_update;

/* Zeroed: off. */
typedef struct {
  bool on;
  cg_update *first, *last;
  size_t count, bytes;
  int64_t last_id;
  uint64_t asked_us; /* when somebody last asked */
} cg_updates;

/* Nothing, if it is on. */
void cg_updates_turn_on(cg_updates *u, uint64_t now_us);
/* Forgets what waits. */
void cg_updates_turn_off(cg_updates *u);
void cg_updates_clear(cg_updates *u);

/* Appends copies; nothing if it is off. One that memory is out for is lost, and its
 * number with it. */
void cg_updates_put(cg_updates *u, cg_bytes json, cg_bytes peers);

/* Forgets those below `offset`, which their reader has; one below zero counts from the
 * end, as MadelineProto has it. */
void cg_updates_confirm(cg_updates *u, int64_t offset);

#endif
