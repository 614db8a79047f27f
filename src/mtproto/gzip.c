/* SPDX-License-Identifier: MIT */
/* gzip.c - see gzip.h for the contract. */
#include "gzip.h"

#include "mtproto_api.h"

#include <libdeflate.h>

enum { LEVEL = 6, STREAM_MIN = 6, TL_HEAD = 8, PROBE = 4096 };

static size_t bound(size_t packed) {
  if (packed > CG_GUNZIP_MAX / CG_GUNZIP_RATIO) return CG_GUNZIP_MAX;
  size_t room = packed * CG_GUNZIP_RATIO;
  return room < CG_GUNZIP_FREE ? CG_GUNZIP_FREE : room;
}

static bool is_gzip(cg_bytes in) {
  return in.at[0] == 0x1f && in.at[1] == 0x8b;
}

/* A first guess at the size of the output: gzip says it at its end, and lies at no
 * cost of ours, because the guess is bounded. */
static size_t guess(cg_bytes in, size_t most) {
  const uint8_t *p = in.at + in.len - 4;
  size_t said = p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
  size_t size = is_gzip(in) ? said : in.len * 4;
  if (size < 64) size = 64;
  return size < most ? size : most;
}

typedef struct {
  struct libdeflate_decompressor *engine;
  cg_bytes in;
} stream;

/* Inflates into `room` bytes at the end of `out`. UNEXPECTED if that is too little. */
static cg_err inflate_into(const stream *s, size_t room, cg_buf *out) {
  size_t before = out->len, used = 0, made = 0;
  uint8_t *at = cg_buf_grow(out, room);
  if (!at) return out->err;
  enum libdeflate_result result =
      is_gzip(s->in) ? libdeflate_gzip_decompress_ex(s->engine, s->in.at, s->in.len, at,
                                                     room, &used, &made)
                     : libdeflate_zlib_decompress_ex(s->engine, s->in.at, s->in.len, at,
                                                     room, &used, &made);
  out->len = before;
  if (result == LIBDEFLATE_INSUFFICIENT_SPACE) return CG_E_UNEXPECTED;
  if (result != LIBDEFLATE_SUCCESS || used != s->in.len) return CG_E_MALFORMED;
  out->len = before + made;
  return CG_OK;
}

cg_err cg_gunzip(cg_bytes in, cg_buf *out) {
  if (in.len < STREAM_MIN) return CG_E_MALFORMED;
  stream s = { libdeflate_alloc_decompressor(), in };
  if (!s.engine) return CG_E_MEMORY;
  size_t most = bound(in.len), room = guess(in, most);
  cg_err err;
  while ((err = inflate_into(&s, room, out)) == CG_E_UNEXPECTED && room < most)
    room = room > most / 2 ? most : room * 2;
  libdeflate_free_decompressor(s.engine);
  return err == CG_E_UNEXPECTED ? CG_E_LIMIT : err;
}

/* Packs `in` into `at`, where it must become shorter; 0 if it does not. */
static size_t deflate_into(cg_bytes in, uint8_t *at, size_t room) {
  struct libdeflate_compressor *engine = libdeflate_alloc_compressor(LEVEL);
  if (!engine) return 0; /* goes out unpacked */
  size_t made = libdeflate_gzip_compress(engine, in.at, in.len, at, room);
  libdeflate_free_compressor(engine);
  return in.len <= bound(made) ? made : 0;
}

/* Whether packing is worth a try: parts of files mostly are packed in their own way, and
 * a piece of their middle tells that for a fraction of the time. */
static bool promising(cg_bytes in, uint8_t *scratch) {
  cg_bytes piece = { in.at + in.len / 2, PROBE };
  return in.len < 4 * PROBE || deflate_into(piece, scratch, PROBE - PROBE / 8);
}

void cg_gzip_object(cg_bytes in, cg_buf *out) {
  size_t made = 0;
  if (in.len >= CG_GZIP_MIN && in.len <= CG_GUNZIP_MAX) {
    size_t room = in.len - TL_HEAD - 4; /* shorter with its head and padding too */
    cg_buf packed = { 0 };
    uint8_t *at = cg_buf_grow(&packed, room);
    made = at && promising(in, at) ? deflate_into(in, at, room) : 0;
    if (made) {
      cg_buf_u32(out, MT_ID_gzip_packed);
      cg_buf_str(out, (cg_bytes){ at, made });
    }
    cg_buf_free(&packed);
  }
  if (!made) cg_buf_bytes(out, in);
}
