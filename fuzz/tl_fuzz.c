/* SPDX-License-Identifier: MIT */
/*
 * tl_fuzz.c - bytes and JSON that become objects. What was read must be writable, and
 * what was written must be read and written again as the same bytes. First byte: which
 * schema, and whether the rest is wire data, an answer, JSON or the arguments of a call.
 */
#include <centigram/api.h>

#include "codec.h"
#include "layer.h"
#include "mtproto_api.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAP = 8 << 20 };

static bool zeros(void *ctx, void *out, size_t len) {
  (void)ctx;
  memset(out, 0, len);
  return true;
}

static const cg_tl_defaults defaults = { .api_id = 1, .api_hash = "0", .random = zeros };

static void check(bool ok) {
  if (!ok) abort();
}

/* Bytes of `obj`; none if it cannot be written for want of memory. */
static cg_bytes write_out(const cg_tl_schema *s, const tl_obj *obj, cg_arena *a) {
  cg_bytes out = { 0 };
  cg_fault fault;
  cg_err err = cg_tl_encode(s, obj, a, &out, &fault);
  check(!err || err == CG_E_MEMORY || err == CG_E_MISSING || err == CG_E_MALFORMED ||
        err == CG_E_NO_VARIANT || err == CG_E_LIMIT);
  return out;
}

static void through_json(const cg_tl_schema *s, const tl_obj *obj, cg_arena *a) {
  cg_bytes json;
  const tl_obj *back;
  cg_fault fault;
  if (cg_tl_to_json(s, obj, a, &json, &fault)) return;
  cg_err err = cg_tl_from_json(s, json, a, &back, &fault);
  if (!err) write_out(s, back, a);
}

static void again(const cg_tl_schema *s, const tl_obj *obj, cg_arena *a) {
  const tl_obj *back;
  cg_bytes first = write_out(s, obj, a);
  if (!first.at || obj->id == TL_ID_vector) return;
  if (cg_tl_decode(s, first, a, &back, NULL)) return;
  cg_bytes second = write_out(s, back, a);
  check(!second.at || cg_bytes_equal(first, second));
}

static void in_old_layers(const tl_obj *obj) {
  static const int layers[] = { 144, 167, 198 };
  for (size_t i = 0; i < 3; i++) {
    cg_buf out = { 0 };
    cg_fault fault;
    cg_err err = cg_tl_encode_layer(cg_tl_api_all(), layers[i], obj, &out, &fault);
    check(!err || !out.len);
    cg_buf_free(&out);
  }
}

/* The method for an answer is that whose head the next two bytes name. */
static cg_err read_answer(const cg_tl_schema *s, cg_bytes in, cg_arena *a,
                          const tl_obj **out, cg_fault *fault) {
  if (in.len < 2) return CG_E_TRUNCATED;
  const tl_head *h = s->heads + (in.at[0] | (size_t)in.at[1] << 8) % s->nheads;
  tl_obj *request = cg_arena_alloc(a, h->size);
  if (!request) return CG_E_MEMORY;
  *request = (tl_obj){ s->heads[h->newest].o.id, h->o.ix };
  return cg_tl_decode_result(s, request, (cg_bytes){ in.at + 2, in.len - 2 }, a, out,
                             fault);
}

static cg_err read_in(int how, const cg_tl_schema *s, cg_bytes in, cg_arena *a,
                      const tl_obj **out) {
  cg_fault fault = { 0 };
  cg_err err;
  switch (how) {
  case 0: err = cg_tl_decode(s, in, a, out, &fault); break;
  case 1: err = read_answer(s, in, a, out, &fault); break;
  case 2: err = cg_tl_from_json(s, in, a, out, &fault); break;
  default:
    err = cg_tl_call_from_json(s, "messages.sendMedia", in, &defaults, a, out, &fault);
  }
  check(memchr(fault.text, 0, sizeof fault.text) != NULL);
  return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size) return 0;
  const cg_tl_schema *const schemas[] = { cg_tl_api(), cg_tl_service(), cg_tl_api_all() };
  const cg_tl_schema *s = schemas[data[0] / 4 % 3];
  cg_arena *a = cg_arena_new(CAP);
  const tl_obj *obj = NULL;
  if (a && !read_in(data[0] % 4, s, (cg_bytes){ data + 1, size - 1 }, a, &obj)) {
    check(obj != NULL);
    again(s, obj, a);
    through_json(s, obj, a);
    if (s == cg_tl_api_all()) in_old_layers(obj);
  }
  cg_arena_free(a);
  return 0;
}
