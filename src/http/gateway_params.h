/* SPDX-License-Identifier: MIT */
/*
 * gateway_params.h - what callers of the gateway send: found in query, form or JSON,
 * and made fit for a method by the rows of its definition.
 *
 * The two old forms send values raw or JSON-encoded, give numbers as text and leave out
 * what has an empty value; /v1 sends one JSON object that is taken as it is.
 * faces.md 1a and 1c
 */
#ifndef CG_GATEWAY_PARAMS_H
#define CG_GATEWAY_PARAMS_H

#include "http.h"

#include <centigram/tl.h>

enum { CG_PARAMS_MOST = 256 };

typedef struct {
  cg_bytes name, value; /* value: the text as it came, or JSON */
  bool json;
} cg_param;

typedef struct {
  const cg_param *at;
  size_t count;
} cg_params;

/* Gathers the parameters of the query and the body, a form of either kind or a JSON
 * object; later ones win. What lives in `arena` and in `rq` must outlive them. MALFORMED,
 * LIMIT, UNEXPECTED for a body of another type, USAGE for a file, named in `fault`;
 * MEMORY. */
cg_err cg_params_read(const cg_http_request *rq, cg_arena *arena, cg_params *out,
                      cg_fault *fault);

/* The members of a JSON object as parameters. MALFORMED, LIMIT, MEMORY. */
cg_err cg_params_of_json(cg_bytes json, cg_arena *arena, cg_params *out, cg_fault *fault);

/* The parameter of that name, or NULL. */
const cg_param *cg_params_find(const cg_params *p, const char *name);

/* A parameter that is one word, number or text, NUL-terminated: JSON strings without
 * their quotes. NULL if there is none, or it is no such thing. */
const char *cg_params_text(const cg_params *p, const char *name, cg_arena *arena);

/* The arguments of the method with that id as a JSON object, typed by its rows; what is
 * no field of it is left out, what is missing gets its empty value. MEMORY. */
cg_err cg_params_call(const cg_tl_schema *s, uint32_t method, const cg_params *p,
                      cg_arena *arena, cg_bytes *out);

/* `json`, an answer of a call, with each long below 2^53 as a number. `longs` says that
 * it is a vector of long. MEMORY. */
cg_err cg_params_small_longs(const cg_tl_schema *s, cg_bytes json, bool longs,
                             cg_arena *arena, cg_bytes *out);

#endif
