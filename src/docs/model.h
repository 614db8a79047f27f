/* SPDX-License-Identifier: MIT */
/*
 * model.h - the built-in layer as the documentation sees it: definitions out of the TL
 * text that the library makes of its rows, joined with their descriptions.
 *
 * Everything lives in one arena and points into it; definitions, types and errors are
 * sorted by name.
 */
#ifndef CG_DOCS_MODEL_H
#define CG_DOCS_MODEL_H

#include <centigram/tl.h>

#include "texts.h"

typedef struct cg_docs_type cg_docs_type;

typedef struct {
  const char *name, *c_name, *text;
  const char *word;          /* flag word that its bit is in; NULL: always there */
  unsigned bit;
  const char *type;          /* of the elements, if it is a vector; "#" for a flag word */
  bool vector, bare;         /* bare: without the vector's id */
  bool rare;                 /* few definitions have a field of that name */
  cg_docs_type *boxed;       /* NULL: a plain value */
} cg_docs_field;

typedef struct {
  const char *name, *c_name, *text;
  const char *tl;        /* the definition as TL text */
  uint32_t id;
  bool method, generic;  /* generic: {X:Type} */
  cg_texts_who who;
  size_t nfields;
  cg_docs_field *fields;
  cg_docs_field result;  /* without a name */
  const cg_texts_def *known;
} cg_docs_def;

struct cg_docs_type {
  const char *name, *text, *c_name;
  bool boxed; /* false: int, string and the like, which have no constructor */
  const cg_docs_def *example; /* the constructor that examples use; NULL for plain ones */
  unsigned cost;              /* fields of the example, counted through */
};

/* All errors of one name. */
typedef struct {
  const char *name;    /* as Telegram writes it: FLOOD_WAIT_X */
  const char *pattern; /* "%d" for X */
  const uint32_t *at;  /* numbers in cg_texts.errors, one for each code */
  size_t count;
  bool general;
} cg_docs_error;

typedef struct {
  cg_arena *arena;
  const cg_tl_schema *schema;
  const cg_texts *texts;
  int layer;
  size_t ndefs, ntypes, nerrors, nmethods;
  cg_docs_def *defs;
  cg_docs_type *types;
  cg_docs_error *errors;
  /* By number in cg_texts.errors: its name's entry, and its text with X for the number. */
  const cg_docs_error **error_of;
  const char **error_text;
} cg_docs;

/* Reads everything into `arena` (about 10 MB). MEMORY, CORRUPT. */
CG_MUST_USE cg_err cg_docs_load(cg_arena *arena, const cg_docs **out, cg_fault *fault);

/* NULL: there is none. An error is also found by what was received: FLOOD_WAIT_5. */
const cg_docs_def *cg_docs_find_def(const cg_docs *d, const char *name);
const cg_docs_type *cg_docs_find_type(const cg_docs *d, const char *name);
const cg_docs_error *cg_docs_find_error(const cg_docs *d, const char *name);

/* The name among `names` (NULL-terminated; commands, say) and everything in the model
 * that is most like `name`; NULL if nothing is. */
const char *cg_docs_similar(const cg_docs *d, const char *const *names, const char *name);

/* Whether the definition has a field of that type, or gives one as a result. */
bool cg_docs_takes(const cg_docs_def *def, const char *type);
bool cg_docs_gives(const cg_docs_def *def, const char *type);
/* Whether the method may answer the error. */
bool cg_docs_throws(const cg_docs *d, const cg_docs_def *def, const cg_docs_error *error);

/* Another definition that has a field which few have: they belong together. Gives the
 * first one from number `*at` on and moves `*at` behind it; NULL at the end. */
const cg_docs_def *cg_docs_kin(const cg_docs *d, const cg_docs_def *def, size_t *at);

const char *cg_docs_who_text(cg_texts_who who); /* NULL: unknown */
/* What a change is, as markup; of the first entry, how sure it is. */
const char *cg_docs_change_text(const cg_docs *d, const cg_texts_change *c);
const char *cg_docs_layers_text(const cg_docs *d); /* "167, 179, ..."; in the arena */

#endif
