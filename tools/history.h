/* SPDX-License-Identifier: MIT */
/* history.h - in which layers a definition came and changed. */
#ifndef CG_TOOLS_HISTORY_H
#define CG_TOOLS_HISTORY_H

#include "schema.h"

#include "buf.h"

enum { HISTORY_MAX = 64 };

typedef struct {
  int layer;
  bool exact;      /* the layer itself; else the first one looked at that has it */
  const char *what; /* safe markup; empty for the first entry */
} history_entry;

/* Fills `out` with what `lists` (those with a layer are whole layers; one without holds
 * older definitions and first layers) say about the definition `name`, oldest first.
 * Returns how many. Call history_index() on the lists before. */
size_t history_of(const tl_defs *const *lists, size_t nlists, cg_bytes name, bool method,
                  history_entry out[HISTORY_MAX]);

/* Sorts a list's definitions by name, then by layer. */
void history_index(tl_defs *list);

/* The definition called `name`, or NULL; the list is sorted. */
const tl_def *history_find(const tl_defs *list, cg_bytes name, bool method);

#endif
