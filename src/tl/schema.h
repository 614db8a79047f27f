/* SPDX-License-Identifier: MIT */
/*
 * schema.h - definitions as they are written in a schema file, before they become
 * rows. Two readers (TL text, the pinned JSON) fill the same list; every id is
 * proven by the crc32 of its definition.
 *
 * https://core.telegram.org/mtproto/TL
 */
#ifndef CG_TL_SCHEMA_H
#define CG_TL_SCHEMA_H

#include "err.h"

enum { TL_MAX_ARGS = 200 };

typedef enum {
  TL_T_NAT, TL_T_TRUE, TL_T_BOOL, TL_T_INT, TL_T_LONG, TL_T_DOUBLE, TL_T_STRING,
  TL_T_BYTES, TL_T_INT128, TL_T_INT256,
  TL_T_BOXED,  /* a type: "Peer", "auth.SentCode" */
  TL_T_BARE,   /* a constructor: "future_salt" */
  TL_T_QUERY,  /* !X */
  TL_T_X,      /* X as a result */
  TL_T_OBJECT
} tl_base;

typedef enum { TL_NO_VECTOR, TL_BOXED_VECTOR, TL_BARE_VECTOR } tl_vecness;

typedef struct {
  cg_bytes name;  /* none in a result */
  cg_bytes type;  /* the word itself */
  uint8_t base;   /* tl_base */
  uint8_t vector; /* tl_vecness */
  uint8_t word;   /* if optional: argument that is its flag word */
  int8_t bit;     /* 0..31 of that word; -1 if always there */
} tl_arg;

typedef struct {
  cg_bytes name;
  uint32_t id;
  bool method, generic;
  uint16_t nargs;
  tl_arg *args;
  tl_arg result;
  int since;   /* layer that a directive gives, 0 if none does */
  size_t line; /* in TL text, from 1; 0 in JSON */
} tl_def;

/* What a comment line of our own TL text says: "since 185 user#83314fca" and
 * "fallback MessageMedia messageMediaUnsupported". */
typedef struct { int layer; uint32_t id; } tl_since;
typedef struct { cg_bytes type, constructor; } tl_fallback;

typedef struct {
  cg_arena *arena; /* what the lists point to, besides the text that was read */
  int layer;       /* 0 if the file does not say */
  tl_def *defs;
  tl_since *since;
  tl_fallback *fallbacks;
  size_t ndefs, nsince, nfallbacks;
  size_t defs_cap, since_cap, fallbacks_cap;
} tl_defs;

void tl_defs_free(tl_defs *d);

/* Appends the definitions of `text`, which the list then aliases. `file` names it
 * in errors ("file:line: what"). Left out are the definitions of boolTrue, boolFalse,
 * true, vector and null, which are built in, and the private ones of the encrypted
 * DNS configuration, whose ids are no crc32. Errors: MALFORMED, VERIFY (an id is
 * not the crc32 of its definition), LIMIT, MEMORY. */
cg_err tl_defs_read_text(tl_defs *d, const char *file, cg_bytes text, cg_fault *fault);

/* The same for the pinned JSON: {"l":layer,"e":[definitions]}. What the package
 * adds to Telegram's schema is undone. */
cg_err tl_defs_read_json(tl_defs *d, const char *file, cg_bytes text, cg_fault *fault);

/* crc32 of the definition's canonical text, which is its id. */
uint32_t tl_def_crc(const tl_def *def);

/* For the two readers. tl_defs_add copies `args` and checks the id (or sets it, if
 * it is 0); it drops what is built in. */
cg_err tl_defs_add(tl_defs *d, tl_def *def, const char *file, cg_fault *fault);
bool tl_defs_grow(void **list, size_t count, size_t *cap, size_t size);
/* Fills type and base from a word such as "int", "!X", "%Message" or "auth.SentCode". */
void tl_arg_type(tl_arg *a, cg_bytes word);
/* Resolves a predicate such as "flags2.7" against the arguments before it. */
bool tl_arg_predicate(tl_arg *a, cg_bytes predicate, const tl_arg *args, size_t nargs);

#endif
