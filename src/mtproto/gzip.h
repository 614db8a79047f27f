/* SPDX-License-Identifier: MIT */
/*
 * gzip.h - what gzip_packed holds: made as gzip, read as gzip or zlib, because some
 * clients send the latter. What comes out is bounded before it is written.
 *
 * https://core.telegram.org/mtproto/service_messages#packed-object (protocol.md 178,
 * 215-217; clients.md 7)
 */
#ifndef CG_GZIP_H
#define CG_GZIP_H

#include "buf.h"

enum {
  CG_GUNZIP_MAX = 16 << 20, /* largest output, bytes */
  CG_GUNZIP_FREE = 1 << 20, /* output that any input may have, bytes */
  CG_GUNZIP_RATIO = 64,     /* above that, output bytes for one of input */
  CG_GZIP_MIN = 512         /* shorter objects are not worth packing, bytes */
};

/* Appends the object that `in` packs to `out`. MALFORMED: neither gzip nor zlib, a bad
 * checksum, or bytes behind the stream; LIMIT: it is larger than the bounds above;
 * MEMORY. After an error `out` is as it was before. */
CG_MUST_USE cg_err cg_gunzip(cg_bytes in, cg_buf *out);

/* Appends `in` to `out` as the TL object gzip_packed, if that is shorter and the
 * peer's bounds allow it, or else as it is. An error stays in out->err. */
void cg_gzip_object(cg_bytes in, cg_buf *out);

#endif
