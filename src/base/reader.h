/* SPDX-License-Identifier: MIT */
/*
 * reader.h - bounds-checked reader of TL wire data, with a sticky error.
 *
 * A reader walks one buffer that it borrows and never writes to. The first
 * failure is kept with its offset; from then on every call returns zero and
 * consumes nothing. Code that decodes an object therefore reads all its fields
 * without a test between them and asks cg_reader_end() once.
 *
 * Layout rules: https://core.telegram.org/mtproto/serialize
 */
#ifndef CG_READER_H
#define CG_READER_H

#include <stddef.h>
#include <stdint.h>

#include "err.h"

typedef struct {
  const uint8_t *pos, *end, *start;
  size_t err_at;      /* offset of the first failure; valid if err is set */
  cg_err err;
} cg_reader;

/* Starts on `len` bytes at `buf`, which must outlive the reader and every
 * cg_bytes taken from it. */
void cg_reader_init(cg_reader *r, const void *buf, size_t len);

/* Records `err` at the current offset, unless a failure is already recorded. */
void cg_reader_fail(cg_reader *r, cg_err err);

/* Fixed-size values, little-endian. Return 0 after a failure. */
uint32_t cg_reader_u32(cg_reader *r);
uint64_t cg_reader_u64(cg_reader *r);

/* The next `n` bytes as they are; at is NULL after a failure. */
cg_bytes cg_reader_take(cg_reader *r, size_t n);

/* Bytes that are left; 0 after a failure. */
size_t cg_reader_left(const cg_reader *r);

/* TL `string` or `bytes`, padding consumed. Not NUL-terminated. */
cg_bytes cg_reader_str(cg_reader *r);

/* Count of a vector whose elements take at least `min_size` (>= 1) bytes each.
 * A count that cannot fit in the rest of the input fails here, so the result
 * is safe to size an allocation with. */
uint32_t cg_reader_count(cg_reader *r, size_t min_size);

/* The first failure; CG_E_TRAILING if input is left over; else CG_OK. */
cg_err cg_reader_end(cg_reader *r);

#endif
