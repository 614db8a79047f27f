/* SPDX-License-Identifier: MIT */
/*
 * buf.h - a growing run of bytes with a sticky error, and the writer of TL wire
 * data on top of it.
 *
 * The first failure (memory, a string that TL cannot hold) is kept; later calls
 * do nothing. Code that writes an object writes all of it and looks at `err`
 * once. A zeroed cg_buf is an empty one.
 */
#ifndef CG_BUF_H
#define CG_BUF_H

#include "err.h"

typedef struct {
  uint8_t *at;
  size_t len, cap; /* bytes */
  cg_err err;
} cg_buf;

/* Frees the memory and leaves an empty buf. `wipe` also clears it first: for secrets. */
void cg_buf_free(cg_buf *b);
void cg_buf_wipe(cg_buf *b);

/* Appends room for `n` bytes and returns it uninitialised, or NULL with err set. */
uint8_t *cg_buf_grow(cg_buf *b, size_t n);

/* Appends bytes as they are. */
void cg_buf_put(cg_buf *b, const void *bytes, size_t n);
void cg_buf_bytes(cg_buf *b, cg_bytes bytes);
void cg_buf_text(cg_buf *b, const char *text); /* without its NUL */

/* Appends little-endian values. */
void cg_buf_u32(cg_buf *b, uint32_t v);
void cg_buf_u64(cg_buf *b, uint64_t v);

/* Appends a TL `string` or `bytes` in canonical form. LIMIT from 2^24 bytes up. */
void cg_buf_str(cg_buf *b, cg_bytes v);

/* Removes the first `n` bytes. */
void cg_buf_drop(cg_buf *b, size_t n);

/* What the buffer holds, valid until it is changed. */
cg_bytes cg_buf_view(const cg_buf *b);

#endif
