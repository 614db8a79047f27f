/* SPDX-License-Identifier: MIT */
/* arena.c - see centigram/base.h for the contract. */
#include <centigram/base.h>

#include "mem.h"

#include <string.h>

enum { FIRST = 1024, LARGEST = 1 << 20, ALIGN = 16 };
static const size_t DEFAULT_CAP = (size_t)64 << 20;

typedef struct block {
  struct block *next;
  size_t size, used;
  _Alignas(ALIGN) uint8_t at[];
} block;

struct cg_arena {
  block *blocks; /* newest first */
  size_t total, cap;
};

cg_arena *cg_arena_new(size_t cap) {
  cg_arena *a = cg_alloc(sizeof *a);
  if (a) a->cap = cap ? cap : DEFAULT_CAP;
  return a;
}

/* What is given back is wiped: requests and answers hold codes and tokens. */
static void wipe(block *b) {
  explicit_bzero(b->at, b->used);
  b->used = 0;
}

static void drop_blocks(cg_arena *a, const block *keep) {
  while (a->blocks != keep) {
    block *next = a->blocks->next;
    wipe(a->blocks);
    cg_free(a->blocks);
    a->blocks = next;
  }
}

void cg_arena_free(cg_arena *a) {
  if (!a) return;
  drop_blocks(a, NULL);
  cg_free(a);
}

void cg_arena_reset(cg_arena *a) {
  block *first = a->blocks;
  while (first && first->next) first = first->next;
  drop_blocks(a, first);
  a->total = first ? first->size : 0;
  if (first) wipe(first);
}

/* A new block with room for `size`, or NULL. Blocks double until LARGEST. */
static block *add_block(cg_arena *a, size_t size) {
  size_t want = a->blocks ? a->blocks->size * 2 : FIRST;
  if (want > LARGEST) want = LARGEST;
  if (want > a->cap - a->total) want = a->cap - a->total;
  if (want < size) want = size;
  if (want > a->cap - a->total) return NULL;
  block *b = cg_alloc(sizeof *b + want);
  if (!b) return NULL;
  b->size = want;
  b->next = a->blocks;
  a->blocks = b;
  a->total += want;
  return b;
}

void *cg_arena_alloc(cg_arena *a, size_t size) {
  if (size > a->cap) return NULL;
  size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
  block *b = a->blocks;
  if (!b || b->size - b->used < size) b = add_block(a, size);
  if (!b) return NULL;
  uint8_t *p = b->at + b->used;
  b->used += size;
  return memset(p, 0, size);
}

cg_bytes cg_arena_copy(cg_arena *a, cg_bytes bytes) {
  uint8_t *p = bytes.len < SIZE_MAX ? cg_arena_alloc(a, bytes.len + 1) : NULL;
  if (!p) return (cg_bytes){ 0 };
  if (bytes.len) memcpy(p, bytes.at, bytes.len);
  return (cg_bytes){ p, bytes.len };
}

cg_bytes cg_bytes_of(const char *text) {
  return text ? (cg_bytes){ (const uint8_t *)text, strlen(text) } : (cg_bytes){ 0 };
}

bool cg_bytes_equal(cg_bytes a, cg_bytes b) {
  return a.len == b.len && (!a.len || !memcmp(a.at, b.at, a.len));
}
