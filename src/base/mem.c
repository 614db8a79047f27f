/* SPDX-License-Identifier: MIT */
/* mem.c - see mem.h for the contract. */
#include "mem.h"

#include <stdlib.h>

#ifdef CG_TESTING
static _Thread_local long left = -1, asked;

long cg_mem_fail_after(long n) {
  long before = asked;
  left = n;
  asked = 0;
  return before;
}

static int refused(void) {
  asked++;
  if (left < 0) return 0;
  if (left == 0) return 1;
  left--;
  return 0;
}
#else
static int refused(void) {
  return 0;
}
#endif

void *cg_alloc(size_t size) {
  return refused() ? NULL : calloc(1, size ? size : 1);
}

void *cg_realloc(void *p, size_t size) {
  return refused() ? NULL : realloc(p, size ? size : 1);
}

void cg_free(void *p) {
  free(p);
}
