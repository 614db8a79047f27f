/* SPDX-License-Identifier: MIT */
/*
 * docs.h - the reference of the built-in layer: as a site of static files, and as text for
 * a terminal. Both are made from the same model, so they say the same.
 */
#ifndef CG_DOCS_H
#define CG_DOCS_H

#include "buf.h"

/* Where the files go. `path` is relative, with "/" between its parts. An error ends the
 * making of the site and is what cg_docs_site() returns. */
typedef struct {
  cg_err (*write)(void *ctx, const char *path, cg_bytes content, cg_fault *fault);
  void (*progress)(void *ctx, size_t done, size_t all); /* may be NULL */
  void *ctx;
} cg_docs_sink;

/* Makes the whole site: index.html, methods/, constructors/, types/, errors/ and what they
 * need. MEMORY, CORRUPT, or what the sink answered. */
CG_MUST_USE cg_err cg_docs_site(const cg_docs_sink *sink, cg_fault *fault);

/* Appends what the site says about the method, constructor, type or error `name` (an error
 * also as it is received: FLOOD_WAIT_5). UNKNOWN_NAME: nothing is called so; *similar is
 * then the name that may have been meant, among `others` (NULL-terminated) too, in `arena`,
 * or NULL. MEMORY, CORRUPT. */
CG_MUST_USE cg_err cg_docs_print(cg_arena *arena, const char *name,
                                 const char *const *others, cg_buf *out,
                                 const char **similar, cg_fault *fault);

/* Appends every name with its kind, one a line: "method auth.signIn". MEMORY, CORRUPT. */
CG_MUST_USE cg_err cg_docs_names(cg_arena *arena, cg_buf *out, cg_fault *fault);

#endif
