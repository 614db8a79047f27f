/* SPDX-License-Identifier: MIT */
/* conns.c - see conns.h for the contract. */
#include "conns.h"

#include "mem.h"

struct cg_conn_slot {
  void *what;    /* NULL: free */
  uint32_t uses; /* of the slot so far */
  uint32_t next; /* free slots: the next one + 1 */
};

static int grow(cg_conns *c) {
  uint32_t cap = c->cap ? c->cap * 2 : 64;
  struct cg_conn_slot *slots = cg_realloc(c->slots, cap * sizeof *slots);
  if (!slots) return 0;
  c->slots = slots;
  c->cap = cap;
  return 1;
}

uint64_t cg_conns_add(cg_conns *c, void *what) {
  uint32_t slot = c->free - 1;
  if (c->free) {
    c->free = c->slots[slot].next;
  } else {
    if (c->len == c->cap && !grow(c)) return 0;
    slot = c->len++;
    c->slots[slot].uses = 0;
  }
  struct cg_conn_slot *s = &c->slots[slot];
  s->what = what;
  s->uses++;
  c->open++;
  return (uint64_t)s->uses << 32 | slot;
}

static struct cg_conn_slot *find(const cg_conns *c, uint64_t number) {
  uint32_t slot = (uint32_t)number;
  if (slot >= c->len) return NULL;
  struct cg_conn_slot *s = &c->slots[slot];
  return s->what && s->uses == number >> 32 ? s : NULL;
}

void *cg_conns_get(const cg_conns *c, uint64_t number) {
  struct cg_conn_slot *s = find(c, number);
  return s ? s->what : NULL;
}

void cg_conns_remove(cg_conns *c, uint64_t number) {
  struct cg_conn_slot *s = find(c, number);
  if (!s) return;
  s->what = NULL;
  c->open--;
  s->next = c->free;
  c->free = (uint32_t)number + 1;
}

void *cg_conns_at(const cg_conns *c, uint32_t i) {
  return c->slots[i].what;
}

void cg_conns_free(cg_conns *c) {
  cg_free(c->slots);
  *c = (cg_conns){ 0 };
}
