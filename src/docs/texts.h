/* SPDX-License-Identifier: MIT */
/*
 * texts.h - what is known about the schema besides its rows: descriptions, errors, who
 * may call, history. Made by tools/textgen.c, compressed, part of the program.
 *
 * Form: package version, licence; layers looked at; errors {code, general, name, text};
 * definitions {name, method, who, text, fields {name, C name, text}, errors {number},
 * history {layer, exact, what}}; types {name, text}. Numbers are 32 bits, lists begin
 * with their count, strings are TL strings that hold their NUL.
 *
 * A `text` is markup with the tags a, code, strong, em, del, u and br; links to pages are
 * relative to the folder of the site ("methods/auth.signIn.html").
 */
#ifndef CG_DOCS_TEXTS_H
#define CG_DOCS_TEXTS_H

#include <centigram/base.h>
#include <centigram/error.h>

typedef enum { CG_WHO_UNKNOWN, CG_WHO_USER, CG_WHO_BOT, CG_WHO_BOTH } cg_texts_who;

typedef struct {
  int32_t code;
  bool general;     /* any method may answer it */
  const char *name; /* "%d" stands for a number */
  const char *text; /* empty: nothing is known; a few are ours, not the package's */
} cg_texts_error;

typedef struct { const char *name, *c_name, *text; } cg_texts_field;

typedef struct {
  uint32_t layer;
  bool exact;       /* else the layer is the first one looked at that has the change */
  const char *what; /* empty for the first entry */
} cg_texts_change;

typedef struct {
  const char *name, *text;
  bool method;
  cg_texts_who who;
  uint32_t nfields, nerrors, nchanges;
  const cg_texts_field *fields; /* flag words, too */
  const uint32_t *errors;       /* numbers in cg_texts.errors */
  const cg_texts_change *changes;
} cg_texts_def;

typedef struct { const char *name, *text; } cg_texts_type;

typedef struct {
  const char *version, *licence; /* of the package that the prose is from */
  uint32_t nlayers, nerrors, ndefs, ntypes;
  const uint32_t *layers; /* newest first */
  const cg_texts_error *errors;
  const cg_texts_def *defs; /* by name */
  const cg_texts_type *types;
} cg_texts;

/* The texts, in memory of `arena` (about 5 MB). CORRUPT, MEMORY. */
CG_MUST_USE cg_err cg_texts_load(cg_arena *arena, const cg_texts **out, cg_fault *fault);

/* The definition called `name`, or NULL. */
const cg_texts_def *cg_texts_find(const cg_texts *t, const char *name);

/* True if `name` ("FLOOD_WAIT_5") is what the template ("FLOOD_WAIT_%d", or also
 * "FLOOD_WAIT_X") stands for. */
bool cg_texts_matches(const char *pattern, const char *name);

/* Markup as plain text for a terminal, in memory of `arena`; NULL when memory is out. */
const char *cg_texts_plain(cg_arena *arena, const char *markup);

#endif
