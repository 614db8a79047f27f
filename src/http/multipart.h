/* SPDX-License-Identifier: MIT */
/*
 * multipart.h - the fields of a form that came as multipart/form-data. Files are not
 * taken.
 *
 *   cg_multipart_begin(&m, content_type, body);
 *   while (cg_multipart_next(&m, &name, &value)) ...
 *   if (m.err) ...
 *
 * https://www.rfc-editor.org/rfc/rfc7578
 */
#ifndef CG_MULTIPART_H
#define CG_MULTIPART_H

#include "err.h"

enum { CG_MULTIPART_BOUNDARY = 70 }; /* RFC 2046, 5.1.1 */

typedef struct {
  cg_bytes rest;
  char line[CG_MULTIPART_BOUNDARY + 8]; /* CRLF, two dashes and the boundary */
  size_t line_len;
  cg_err err; /* MALFORMED; REFUSED: a file */
} cg_multipart;

/* `body` must outlive what is read from it. */
void cg_multipart_begin(cg_multipart *m, const char *content_type, cg_bytes body);
/* The next field; false at the end and after a failure. */
bool cg_multipart_next(cg_multipart *m, cg_bytes *name, cg_bytes *value);

#endif
