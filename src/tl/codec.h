/* SPDX-License-Identifier: MIT */
/*
 * codec.h - what the layers above need of the codec beyond <centigram/tl.h>.
 */
#ifndef CG_TL_CODEC_H
#define CG_TL_CODEC_H

#include "buf.h"
#include "rows.h"

/* Appends `obj` to `out`. Errors as cg_tl_encode; `out` is then as before. */
CG_MUST_USE cg_err cg_tl_write(const cg_tl_schema *s, const tl_obj *obj, cg_buf *out,
                               cg_fault *fault);

/* What cg_tl_decode_prefix tells besides the object. */
typedef struct {
  size_t used;         /* bytes that the object took */
  uint32_t unknown_id; /* after UNKNOWN_ID: the id that nobody knows */
} cg_tl_extent;

/* As cg_tl_decode, but more bytes may follow. `extent` may be NULL. */
CG_MUST_USE cg_err cg_tl_decode_prefix(const cg_tl_schema *s, cg_bytes in,
                                       cg_arena *arena, const tl_obj **out,
                                       cg_tl_extent *extent, cg_fault *fault);

/* The standalone objects boolTrue and boolFalse. Static. */
const tl_obj *cg_tl_bool(bool value);

/* Id that a decoded object had on the wire, which an older form's differs from
 * obj->id; 0 for an object of another schema. */
uint32_t cg_tl_wire_id(const cg_tl_schema *s, const tl_obj *obj);

#endif
