/* SPDX-License-Identifier: MIT */
/* load.c - a client's own schema at run time; see layer.h. */
#include "layer.h"

#include "layout.h"
#include "mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { LARGEST = 16 << 20 };

uint32_t cg_tl_id_in_layer(const cg_tl_schema *s, const char *name, bool method,
                           int layer) {
  const tl_head *h = tl_head_named(s, cg_bytes_of(name), method);
  if (h) h = tl_form_for(s, h, layer);
  return h ? h->o.id : 0;
}

cg_err cg_tl_schema_load(const cg_tl_schema *base, const char *file, cg_bytes text,
                         cg_tl_schema **out, cg_fault *fault) {
  tl_defs defs = { 0 };
  const tl_defs *list = &defs;
  cg_err err = tl_defs_read_text(&defs, file, text, fault);
  if (!err && !defs.layer)
    err = cg_fail(fault, CG_E_MISSING, "%s: a line \"// LAYER N\" is missing", file);
  if (!err) err = tl_layout(base, &list, 1, out, fault);
  tl_defs_free(&defs);
  return err;
}

/* The whole file, of at most LARGEST bytes. */
static cg_err read_all(FILE *f, cg_buf *text) {
  size_t n;
  do {
    uint8_t *to = cg_buf_grow(text, 65536);
    if (!to) return CG_E_MEMORY;
    n = fread(to, 1, 65536, f);
    text->len -= 65536 - n;
    if (text->len > LARGEST) return CG_E_LIMIT;
  } while (n);
  return ferror(f) ? CG_E_IO : CG_OK;
}

cg_err cg_tl_schema_load_file(const cg_tl_schema *base, const char *path,
                              cg_tl_schema **out, cg_fault *fault) {
  FILE *f = fopen(path, "rb");
  if (!f)
    return cg_fail(fault, errno == ENOENT ? CG_E_NOT_FOUND : CG_E_IO, "%s: %s", path,
                   strerror(errno));
  cg_buf text = { 0 };
  cg_err err = read_all(f, &text);
  fclose(f);
  err = err ? cg_fail(fault, err, "%s: %s", path, cg_err_text(err))
            : cg_tl_schema_load(base, path, cg_buf_view(&text), out, fault);
  cg_buf_free(&text);
  return err;
}

void cg_tl_schema_free(cg_tl_schema *s) {
  if (s && s->arena) cg_arena_free(s->arena);
}
