/* SPDX-License-Identifier: MIT */
/*
 * fill.h - random but valid wire data, straight from the rows of a schema. For tests
 * and benchmarks: it shares no code with the encoder.
 */
#ifndef CG_TL_FILL_H
#define CG_TL_FILL_H

#include "buf.h"
#include "rows.h"

typedef struct {
  const cg_tl_schema *s;
  uint64_t state;     /* of the generator; the seed at first */
  unsigned density;   /* how many of 16 optional fields are there */
  unsigned vector;    /* elements of a vector: 0 to this */
  unsigned depth;     /* below it only the smallest constructors are chosen */
  unsigned variety;   /* shapes of a definition and constructors of a type; 0: any */
  uint16_t *height;   /* by head: levels that it needs at least */
  uint16_t *members;  /* constructors, sorted by type */
  uint32_t *first;    /* by type: its first of `members`; one more at the end */
} tl_filler;

bool tl_filler_init(tl_filler *f, const cg_tl_schema *s, uint64_t seed);
void tl_filler_free(tl_filler *f);
uint32_t tl_filler_random(tl_filler *f, uint32_t below);

/* Appends the definition `h`, with its id. */
void tl_fill(tl_filler *f, const tl_head *h, cg_buf *out);

#endif
