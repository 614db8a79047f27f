/* SPDX-License-Identifier: MIT */
/*
 * map.h - a hash table from a 64-bit number to a pointer, for connections and keys.
 * Open addressing; numbers that a stranger chose spread like any other, because a
 * secret seed goes into the hash.
 */
#ifndef CG_SERVER_MAP_H
#define CG_SERVER_MAP_H

#include "err.h"

typedef struct { uint64_t id; void *value; } cg_map_slot; /* value NULL: free */

/* A zeroed map is an empty one; `seed` may be set while it is empty. */
typedef struct {
  cg_map_slot *slots;
  size_t count, cap; /* cap is 0 or a power of two */
  uint64_t seed;
} cg_map;

void cg_map_free(cg_map *m); /* not the values */
void *cg_map_get(const cg_map *m, uint64_t id); /* NULL if there is none */

/* Puts `value` (not NULL) in the place of `id`. MEMORY. */
CG_MUST_USE cg_err cg_map_put(cg_map *m, uint64_t id, void *value);
void *cg_map_remove(cg_map *m, uint64_t id); /* what was there, or NULL */

/* Walks over all values: begins with *at == 0, NULL at the end. Removing meanwhile may
 * make it miss some. */
void *cg_map_each(const cg_map *m, size_t *at);

#endif
