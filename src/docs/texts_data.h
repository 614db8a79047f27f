/* SPDX-License-Identifier: MIT */
/* texts_data.h - what tools/textgen.c puts into the program. */
#ifndef CG_DOCS_TEXTS_DATA_H
#define CG_DOCS_TEXTS_DATA_H

#include <stddef.h>

typedef struct {
  const unsigned char *at;
  size_t len;  /* bytes at `at` */
  size_t full; /* bytes when inflated; `len` if it is not compressed */
} cg_texts_data;

extern const cg_texts_data cg_docs_texts_data; /* raw deflate; form: texts.h */
extern const cg_texts_data cg_docs_style_css, cg_docs_search_js;

#endif
