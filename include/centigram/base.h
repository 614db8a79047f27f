/* SPDX-License-Identifier: MIT */
/*
 * base.h - the two small things that every other header speaks of: a slice of
 * bytes and an arena.
 *
 * None of the objects of this library is thread-safe; two threads may use two
 * clients at the same time.
 */
#ifndef CENTIGRAM_BASE_H
#define CENTIGRAM_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define CG_API __attribute__((visibility("default")))
#define CG_MUST_USE __attribute__((warn_unused_result))
#else
#define CG_API
#define CG_MUST_USE
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that somebody else owns. Not NUL-terminated. */
typedef struct {
  const uint8_t *at; /* may be NULL when len is 0 */
  size_t len;        /* bytes */
} cg_bytes;

/* The bytes of a string literal, without its NUL. */
#define CG_LIT(s) ((cg_bytes){ (const uint8_t *)("" s), sizeof(s) - 1 })

/* The bytes of a C string, without its NUL; NULL gives no bytes. */
CG_API cg_bytes cg_bytes_of(const char *text);

/* True if `a` and `b` hold the same bytes. Not constant-time: not for secrets. */
CG_API bool cg_bytes_equal(cg_bytes a, cg_bytes b);

/* An arena gives out memory that is freed as a whole. Objects that are decoded
 * together live and die together in one. */
typedef struct cg_arena cg_arena;

/* A new arena that never holds more than `cap` bytes in all (0: 64 MiB).
 * NULL when memory is out. Free it with cg_arena_free(). */
CG_API cg_arena *cg_arena_new(size_t cap);

/* Wipes and frees the arena and everything that came from it. NULL is allowed. */
CG_API void cg_arena_free(cg_arena *a);

/* Wipes everything that came from the arena, and keeps its first block. */
CG_API void cg_arena_reset(cg_arena *a);

/* `size` zeroed bytes, aligned for any object. NULL when memory is out or the
 * cap is reached. */
CG_API void *cg_arena_alloc(cg_arena *a, size_t size);

/* A copy of `bytes` with a NUL behind it, which len does not count. at is NULL
 * on failure only. */
CG_API cg_bytes cg_arena_copy(cg_arena *a, cg_bytes bytes);

#ifdef __cplusplus
}
#endif
#endif
