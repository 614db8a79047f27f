/* SPDX-License-Identifier: MIT */
/* dues.c - see dues.h for the contract. */
#include "dues.h"

#include "mem.h"

void cg_dues_free(cg_dues *d) {
  cg_free(d->heap);
  *d = (cg_dues){ 0 };
}

static void put(cg_dues *d, size_t place, cg_due *due) {
  d->heap[place] = due;
  due->place = place;
}

/* Lets `due` rise or sink from `place`, which is free, to where it belongs. */
static void settle(cg_dues *d, size_t place, cg_due *due) {
  for (; place > 1 && d->heap[place / 2]->at > due->at; place /= 2)
    put(d, place, d->heap[place / 2]);
  for (size_t child; (child = place * 2) <= d->count; place = child) {
    if (child < d->count && d->heap[child + 1]->at < d->heap[child]->at) child++;
    if (d->heap[child]->at >= due->at) break;
    put(d, place, d->heap[child]);
  }
  put(d, place, due);
}

cg_err cg_dues_add(cg_dues *d, cg_due *due, int kind, uint64_t at) {
  if (d->count + 2 > d->cap) {
    size_t cap = d->cap ? d->cap * 2 : 16;
    cg_due **heap = cg_realloc(d->heap, cap * sizeof *heap);
    if (!heap) return CG_E_MEMORY;
    d->heap = heap;
    d->cap = cap;
  }
  *due = (cg_due){ .at = at, .kind = kind };
  d->count++;
  settle(d, d->count, due);
  return CG_OK;
}

void cg_dues_move(cg_dues *d, cg_due *due, uint64_t at) {
  if (due->at == at) return;
  due->at = at;
  settle(d, due->place, due);
}

void cg_dues_remove(cg_dues *d, cg_due *due) {
  if (!due->place) return;
  size_t place = due->place;
  cg_due *last = d->heap[d->count--];
  due->place = 0;
  if (last != due) settle(d, place, last);
}

cg_due *cg_dues_first(const cg_dues *d) {
  return d->count ? d->heap[1] : NULL;
}
