/* SPDX-License-Identifier: MIT */
/*
 * conns.h - numbers for open connections: never used twice, found again in one step.
 *
 * A number is a slot and how often the slot was used before.
 */
#ifndef CG_CONNS_H
#define CG_CONNS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  struct cg_conn_slot *slots;
  uint32_t len, cap, free; /* free: first free slot + 1, 0 if there is none */
  uint32_t open;           /* numbers that stand for something */
} cg_conns;

/* Keeps `what` (not NULL) and returns its number, 0 when memory is out. */
uint64_t cg_conns_add(cg_conns *c, void *what);
/* What the number stands for, or NULL if it was removed. */
void *cg_conns_get(const cg_conns *c, uint64_t number);
void cg_conns_remove(cg_conns *c, uint64_t number);
/* What the number in slot `i` (0 .. len - 1) stands for, NULL if the slot is free. */
void *cg_conns_at(const cg_conns *c, uint32_t i);
void cg_conns_free(cg_conns *c);

#endif
