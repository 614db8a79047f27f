/* SPDX-License-Identifier: MIT */
/*
 * json.h - a strict pull reader of JSON, and a writer.
 *
 * The reader walks one text that it borrows. It has a sticky error with its
 * offset, as cg_reader has: after a failure every call returns false or zero and
 * loops stop. Refused: duplicate keys, depth over 64, bad UTF-8, lone surrogates,
 * \u0000 in keys, control characters in strings, leading zeros, NaN, text behind
 * the value. The caller walks by type:
 *
 *   if (cg_json_object(&j))
 *     while (cg_json_key(&j, &key))
 *       if (cg_bytes_equal(key, CG_LIT("id"))) cg_json_i64(&j, &id);
 *       else cg_json_skip(&j);
 *
 * https://www.rfc-editor.org/rfc/rfc8259
 */
#ifndef CG_JSON_H
#define CG_JSON_H

#include "buf.h"

enum { CG_JSON_DEPTH = 64 };

typedef struct {
  const uint8_t *pos, *end, *start;
  cg_arena *arena;        /* strings with escapes are unescaped into it */
  cg_err err;
  size_t err_at;
  const char *why;        /* what was wrong; static; NULL while err is CG_OK */
  int depth;
  uint64_t more;          /* bit per depth: a value was read at that depth */
  uint64_t objects;       /* bit per depth: 1 is an object, 0 an array */
  struct cg_json_keys *keys[CG_JSON_DEPTH]; /* keys seen, to refuse duplicates */
} cg_json;

typedef enum {
  CG_JSON_NONE, CG_JSON_NULL, CG_JSON_BOOL, CG_JSON_NUMBER, CG_JSON_STRING,
  CG_JSON_ARRAY, CG_JSON_OBJECT
} cg_json_kind;

/* Starts on `text`, which must outlive what is read from it. */
void cg_json_init(cg_json *j, cg_bytes text, cg_arena *arena);

/* Kind of the value that stands next; NONE at the end and after a failure. */
cg_json_kind cg_json_peek(cg_json *j);

/* Enter an object or array; false with the error set if something else stands
 * there. cg_json_key and cg_json_item are then asked until they return false,
 * which also leaves it; after each true exactly one value is read. */
bool cg_json_object(cg_json *j);
bool cg_json_key(cg_json *j, cg_bytes *key);
bool cg_json_array(cg_json *j);
bool cg_json_item(cg_json *j);

/* Read one value; false with the error set (UNEXPECTED for another kind, LIMIT
 * for a number out of range or with a fraction where an integer is wanted). */
bool cg_json_string(cg_json *j, cg_bytes *out); /* UTF-8; aliases text or arena */
bool cg_json_i64(cg_json *j, int64_t *out);
bool cg_json_double(cg_json *j, double *out);
bool cg_json_bool(cg_json *j, bool *out);
bool cg_json_null(cg_json *j);
bool cg_json_skip(cg_json *j); /* any value; checked all the same */

/* The text of the next value, checked and stepped over. */
bool cg_json_raw(cg_json *j, cg_bytes *out);

/* The first failure; TRAILING if anything but white space is left; else CG_OK. */
cg_err cg_json_end(cg_json *j);

/* --- writer: appends to a buf; commas are the writer's own affair ---------- */

void cg_jsonw_open(cg_buf *b, char bracket);   /* '{' or '[' */
void cg_jsonw_close(cg_buf *b, char bracket);  /* '}' or ']' */
void cg_jsonw_key(cg_buf *b, const char *key);
void cg_jsonw_string(cg_buf *b, cg_bytes text); /* bad UTF-8 becomes U+FFFD */
void cg_jsonw_i64(cg_buf *b, int64_t v);
void cg_jsonw_double(cg_buf *b, double v);      /* not finite: null */
void cg_jsonw_bool(cg_buf *b, bool v);
void cg_jsonw_null(cg_buf *b);

#endif
