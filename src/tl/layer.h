/* SPDX-License-Identifier: MIT */
/*
 * layer.h - older layers, for the server: decoding needs no layer, since an id has
 * one layout; encoding picks the form that the peer's layer has.
 */
#ifndef CG_TL_LAYER_H
#define CG_TL_LAYER_H

#include "buf.h"

#include <centigram/tl.h>

/* The built-in layer and every older form that the pins and schema/legacy.tl have.
 * An object's id and struct are those of the newest form: a handler sees one struct
 * per method; cg_tl_wire_id() (codec.h) says what was sent. What TL_INIT makes fits
 * this schema and cg_tl_api() alike. A mandatory object that an older form lacks is
 * NULL, which TL_AS() takes. */
const cg_tl_schema *cg_tl_api_all(void);

/* Appends `obj` as a peer of `layer` knows it (0: in the form it has). Values that the
 * layer has no room for are left out; what the layer cannot know becomes its type's
 * fallback, or an absent field, or falls out of its vector. NO_VARIANT names what cannot
 * be said in that layer at all. Other errors as cg_tl_encode; `out` is then as before. */
CG_MUST_USE cg_err cg_tl_encode_layer(const cg_tl_schema *s, int layer, const tl_obj *obj,
                                      cg_buf *out, cg_fault *fault);

/* Id that the method or constructor `name` has in `layer`; 0 if that layer has none. */
uint32_t cg_tl_id_in_layer(const cg_tl_schema *s, const char *name, bool method,
                           int layer);

/* A schema that also knows the definitions of a client's own TL text, whose layer
 * stands in a line "// LAYER N" (or LAYER = N in JavaScript). `file` names it in
 * errors: file, line and what is wrong. Free it with cg_tl_schema_free(); objects
 * decoded with it must not outlive it. */
CG_MUST_USE cg_err cg_tl_schema_load(const cg_tl_schema *base, const char *file,
                                     cg_bytes text, cg_tl_schema **out, cg_fault *fault);

/* The same from a file; IO, NOT_FOUND if it cannot be read. */
CG_MUST_USE cg_err cg_tl_schema_load_file(const cg_tl_schema *base, const char *path,
                                          cg_tl_schema **out, cg_fault *fault);

/* Frees a loaded schema; NULL and built-in ones are left alone. */
void cg_tl_schema_free(cg_tl_schema *s);

#endif
