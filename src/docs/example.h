/* SPDX-License-Identifier: MIT */
/*
 * example.h - one call of a method, or one object, with values for what it needs, as
 * each face writes it.
 *
 * The values are made once, as a tree; C, JSON, Lua, the command line and HTTP are walks
 * over it, so that all of them say the same and have the same bytes on the wire.
 */
#ifndef CG_DOCS_EXAMPLE_H
#define CG_DOCS_EXAMPLE_H

#include "model.h"

#include "buf.h"

typedef struct cg_example cg_example;
struct cg_example {
  const cg_docs_field *field; /* NULL: the root */
  const cg_docs_def *def;     /* of an object; NULL: a plain value or a vector */
  const char *text;           /* of a plain value: as in JSON, strings without quotes */
  const char *variable;       /* of an object or vector: what the C example calls it */
  cg_example *items;          /* fields of an object, elements of a vector */
  size_t count;
};

/* An example for `def`, in memory of `arena`; NULL when memory is out. */
const cg_example *cg_example_make(const cg_docs *d, cg_arena *arena,
                                  const cg_docs_def *def);

/* The same tree, appended to `b` (whose error is sticky). JSON of a call is the object
 * of its arguments, without "_". */
void cg_example_json(cg_buf *b, const cg_example *e);
void cg_example_c(cg_buf *b, const cg_example *e);
void cg_example_cli(cg_buf *b, const cg_example *e);
void cg_example_lua(cg_buf *b, const cg_example *e);

/* The gateway's forms: /user<TOKEN>/METHOD, /bot<TOKEN>/madeline, /api/<SESSION>/METHOD,
 * /v1/accounts/<ID>/call/METHOD. */
typedef enum { CG_HTTP_USER, CG_HTTP_BOT, CG_HTTP_API, CG_HTTP_V1 } cg_http_form;
void cg_example_http(cg_buf *b, const cg_example *e, cg_http_form form);

/* Its bytes on the wire, in memory of `arena`. Fails where the schema does not take the
 * example, which would be a mistake of ours. */
CG_MUST_USE cg_err cg_example_wire(const cg_docs *d, cg_arena *arena, const cg_example *e,
                                   cg_bytes *out, cg_fault *fault);

#endif
