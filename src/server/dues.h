/* SPDX-License-Identifier: MIT */
/*
 * dues.h - what is due when: a binary heap of deadlines that live inside their
 * owners. An owner is in the heap all its life, with CG_NEVER while nothing is due,
 * so that moving a deadline cannot fail.
 */
#ifndef CG_SERVER_DUES_H
#define CG_SERVER_DUES_H

#include "clock.h"
#include "err.h"

typedef struct {
  uint64_t at;   /* microseconds; read only */
  size_t place;  /* in the heap, from 1; 0: in none */
  int kind;      /* the owner's: what the deadline is a part of */
} cg_due;

/* The owner of type `type` in whose member `due` the deadline lives. */
#define CG_DUE_OWNER(d, type) ((type *)(void *)((char *)(d) - offsetof(type, due)))

typedef struct {
  cg_due **heap; /* from 1 on */
  size_t count, cap;
} cg_dues;

void cg_dues_free(cg_dues *d);
/* MEMORY: `due` is in no heap. */
CG_MUST_USE cg_err cg_dues_add(cg_dues *d, cg_due *due, int kind, uint64_t at);
void cg_dues_move(cg_dues *d, cg_due *due, uint64_t at);
void cg_dues_remove(cg_dues *d, cg_due *due); /* nothing if it is in none */
cg_due *cg_dues_first(const cg_dues *d);      /* the earliest; NULL if empty */

#endif
