/* SPDX-License-Identifier: MIT */
/*
 * markup.h - the package's texts as markup that is safe to print.
 *
 * What comes out holds the tags a (only href), code, strong, em, del, u and br, all
 * closed, and the entities amp, lt, gt and quot; every other `<`, `>` and `&` is an
 * entity. A link to a page of ours is "methods/NAME.html" or the like, without "../";
 * any other begins with "https://" or "http://".
 */
#ifndef CG_TOOLS_MARKUP_H
#define CG_TOOLS_MARKUP_H

#include "buf.h"

typedef enum { LINK_NONE, LINK_METHOD, LINK_CONSTRUCTOR, LINK_TYPE } link_kind;

/* Says whether the schema has a method, constructor or type called `name`. */
typedef struct {
  bool (*has)(void *ctx, link_kind kind, cg_bytes name);
  void *ctx;
} link_names;

/* Appends `text` to `out`. `unresolved` counts the {@link}s that lead nowhere. */
void markup_put(cg_buf *out, cg_bytes text, const link_names *names, size_t *unresolved);

/* Appends `text` with the characters that mean something in HTML as entities. */
void markup_escape(cg_buf *out, cg_bytes text);

#endif
