/* SPDX-License-Identifier: MIT */
/* map.c - see map.h for the contract. Linear probing, at most three quarters full. */
#include "map.h"

#include "mem.h"

static size_t home(const cg_map *m, uint64_t id) {
  uint64_t h = (id ^ m->seed) * UINT64_C(0x9e3779b97f4a7c15);
  h = (h ^ (h >> 32)) * UINT64_C(0xd6e8feb86659fd93);
  return (size_t)(h ^ (h >> 32)) & (m->cap - 1);
}

/* The slot of `id`, or the free one where it would go. */
static cg_map_slot *find(const cg_map *m, uint64_t id) {
  size_t i = home(m, id);
  while (m->slots[i].value && m->slots[i].id != id) i = (i + 1) & (m->cap - 1);
  return &m->slots[i];
}

void cg_map_free(cg_map *m) {
  cg_free(m->slots);
  *m = (cg_map){ 0 };
}

void *cg_map_get(const cg_map *m, uint64_t id) {
  return m->cap ? find(m, id)->value : NULL;
}

static cg_err grow(cg_map *m) {
  cg_map bigger = { .count = m->count, .cap = m->cap ? m->cap * 2 : 16, .seed = m->seed };
  bigger.slots = cg_alloc(bigger.cap * sizeof *bigger.slots);
  if (!bigger.slots) return CG_E_MEMORY;
  for (size_t i = 0; i < m->cap; i++)
    if (m->slots[i].value) *find(&bigger, m->slots[i].id) = m->slots[i];
  cg_free(m->slots);
  *m = bigger;
  return CG_OK;
}

cg_err cg_map_put(cg_map *m, uint64_t id, void *value) {
  if ((m->count + 1) * 4 > m->cap * 3) {
    cg_err err = grow(m);
    if (err) return err;
  }
  cg_map_slot *slot = find(m, id);
  if (!slot->value) m->count++;
  *slot = (cg_map_slot){ id, value };
  return CG_OK;
}

void *cg_map_remove(cg_map *m, uint64_t id) {
  cg_map_slot *slot = m->cap ? find(m, id) : NULL;
  if (!slot || !slot->value) return NULL;
  void *value = slot->value;
  m->count--;
  slot->value = NULL;
  /* What follows may have been pushed on by the one that left: put it anew. */
  size_t i = (size_t)(slot - m->slots);
  for (i = (i + 1) & (m->cap - 1); m->slots[i].value; i = (i + 1) & (m->cap - 1)) {
    cg_map_slot moved = m->slots[i];
    m->slots[i].value = NULL;
    *find(m, moved.id) = moved;
  }
  return value;
}

void *cg_map_each(const cg_map *m, size_t *at) {
  while (*at < m->cap) {
    void *value = m->slots[(*at)++].value;
    if (value) return value;
  }
  return NULL;
}
