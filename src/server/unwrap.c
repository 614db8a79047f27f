/* SPDX-License-Identifier: MIT */
/* unwrap.c - see unwrap.h for the contract. */
#include "unwrap.h"

#include "gzip.h"
#include "reader.h"

#include <centigram/api.h>

enum { SHELLS_MAX = 16, JSON_DEPTH = 16 };
#define GZIP_PACKED 0x3072cfa1u

static void skip_json(cg_reader *r, int depth);

static void skip_vector(cg_reader *r, bool of_pairs, int depth) {
  if (cg_reader_u32(r) != TL_ID_vector) cg_reader_fail(r, CG_E_UNEXPECTED);
  uint32_t count = cg_reader_count(r, 4);
  for (uint32_t i = 0; i < count && !r->err; i++) {
    if (of_pairs) {
      if (cg_reader_u32(r) != TL_ID_jsonObjectValue) cg_reader_fail(r, CG_E_UNEXPECTED);
      cg_reader_str(r);
    }
    skip_json(r, depth + 1);
  }
}

/* Steps over the params of initConnection, which nothing here reads. */
static void skip_json(cg_reader *r, int depth) {
  if (depth > JSON_DEPTH) cg_reader_fail(r, CG_E_LIMIT);
  switch (cg_reader_u32(r)) {
  case TL_ID_jsonNull: return;
  case TL_ID_jsonBool: cg_reader_u32(r); return;
  case TL_ID_jsonNumber: cg_reader_u64(r); return;
  case TL_ID_jsonString: cg_reader_str(r); return;
  case TL_ID_jsonArray: skip_vector(r, false, depth); return;
  case TL_ID_jsonObject: skip_vector(r, true, depth); return;
  default: cg_reader_fail(r, CG_E_UNEXPECTED);
  }
}

static void skip_proxy(cg_reader *r) {
  if (cg_reader_u32(r) != TL_ID_inputClientProxy) cg_reader_fail(r, CG_E_UNEXPECTED);
  cg_reader_str(r);
  cg_reader_u32(r);
}

static void read_init(cg_reader *r, cg_unwrapped *out) {
  uint32_t flags = cg_reader_u32(r);
  out->has_init = true;
  out->api_id = (int32_t)cg_reader_u32(r);
  out->device = cg_reader_str(r);
  out->system = cg_reader_str(r);
  out->app = cg_reader_str(r);
  out->system_lang = cg_reader_str(r);
  out->lang_pack = cg_reader_str(r);
  out->lang = cg_reader_str(r);
  if (flags & 1) skip_proxy(r);
  if (flags & 2) skip_json(r, 0);
}

static void read_after(cg_reader *r, uint32_t count, cg_unwrapped *out) {
  if (count > CG_AFTER_MAX - out->after_count) cg_reader_fail(r, CG_E_LIMIT);
  for (uint32_t i = 0; i < count && !r->err; i++)
    out->after[out->after_count++] = cg_reader_u64(r);
}

/* Goes on in what a gzip_packed holds. */
static void unpack(cg_reader *r, cg_arena *arena) {
  cg_bytes packed = cg_reader_str(r);
  cg_err err = cg_reader_end(r);
  cg_buf plain = { 0 };
  if (!err) err = cg_gunzip(packed, &plain);
  cg_bytes copy = err ? (cg_bytes){ 0 } : cg_arena_copy(arena, cg_buf_view(&plain));
  if (!err && !copy.at) err = CG_E_MEMORY;
  cg_buf_wipe(&plain); /* there may be a code in it */
  cg_reader_init(r, copy.at, copy.len);
  if (err) cg_reader_fail(r, err);
}

/* Takes one shell off; false if there is none, with the method's id in `out`. */
static bool peel(cg_reader *r, cg_arena *arena, bool *unpacked, cg_unwrapped *out) {
  out->query = (cg_bytes){ r->pos, cg_reader_left(r) };
  uint32_t id = cg_reader_u32(r);
  switch (id) {
  case TL_ID_invokeWithLayer: out->layer = (int32_t)cg_reader_u32(r); return true;
  case TL_ID_initConnection: read_init(r, out); return true;
  case TL_ID_invokeWithoutUpdates: out->without_updates = true; return true;
  case TL_ID_invokeAfterMsg: read_after(r, 1, out); return true;
  case TL_ID_invokeAfterMsgs:
    if (cg_reader_u32(r) != TL_ID_vector) cg_reader_fail(r, CG_E_UNEXPECTED);
    read_after(r, cg_reader_count(r, 8), out);
    return true;
  case GZIP_PACKED:
    if (*unpacked) cg_reader_fail(r, CG_E_MALFORMED);
    *unpacked = true;
    unpack(r, arena);
    return true;
  default: out->method = id; return false;
  }
}

cg_err cg_unwrap(cg_bytes body, cg_arena *arena, cg_unwrapped *out) {
  cg_reader r;
  bool unpacked = false;
  *out = (cg_unwrapped){ 0 };
  cg_reader_init(&r, body.at, body.len);
  for (int shells = 0; peel(&r, arena, &unpacked, out) && !r.err; shells++)
    if (shells == SHELLS_MAX) cg_reader_fail(&r, CG_E_LIMIT);
  return r.err;
}
