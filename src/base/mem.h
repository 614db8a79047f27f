/* SPDX-License-Identifier: MIT */
/*
 * mem.h - the one door to the heap, so that tests can fail every allocation in
 * turn.
 */
#ifndef CG_MEM_H
#define CG_MEM_H

#include <stddef.h>

/* As malloc (zeroed), realloc and free. NULL when memory is out. */
void *cg_alloc(size_t size);
void *cg_realloc(void *p, size_t size);
void cg_free(void *p);

/* Tests only: lets `n` allocations succeed and fails every one after them, until
 * called with -1. Returns how many were asked for since the last call. */
long cg_mem_fail_after(long n);

#endif
