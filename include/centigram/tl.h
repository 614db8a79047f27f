/* SPDX-License-Identifier: MIT */
/*
 * tl.h - TL objects: what they look like in C, and how they become bytes or
 * JSON and back.
 *
 * Every constructor and method of the schema is a struct in <centigram/api.h>,
 * made at build time. A struct begins with a tl_obj head; a constructor's head
 * is also the head of its boxed type, so `&x.InputPeer` goes where an
 * InputPeer is wanted and nothing else does. Presence of optional fields is one
 * 64-bit word `has` (bit N for flags.N, 32+N for flags2.N), always the first
 * member after the head. Strings are slices; a decoded object aliases the input
 * and lives in its arena.
 *
 *   tl_inputPeerSelf self = { TL_INIT(inputPeerSelf) };
 *   tl_messages_sendMessage q = { TL_INIT(messages_sendMessage),
 *                                 .peer = &self.InputPeer, .message = CG_LIT("hi") };
 *   TL_ON(messages_sendMessage, &q, silent);
 *   TL_SET(messages_sendMessage, &q, schedule_date, when);
 *
 * Layout rules: https://core.telegram.org/mtproto/serialize
 */
#ifndef CENTIGRAM_TL_H
#define CENTIGRAM_TL_H

#include "base.h"
#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Head of every object. `ix` is the row of its definition in its schema. */
typedef struct {
  uint32_t id; /* constructor or method id; 0 in no object */
  uint32_t ix;
} tl_obj;

typedef struct { uint8_t b[16]; } tl_int128; /* byte order of the wire */
typedef struct { uint8_t b[32]; } tl_int256;

typedef struct { const int32_t *at; uint32_t len; } tl_vec_int;
typedef struct { const int64_t *at; uint32_t len; } tl_vec_long;
typedef struct { const double *at; uint32_t len; } tl_vec_double;
typedef struct { const cg_bytes *at; uint32_t len; } tl_vec_bytes; /* also strings */
typedef struct { const tl_obj *const *at; uint32_t len; } tl_vec_obj;

/* Head initialiser: first thing in a struct's braces. */
#define TL_INIT(name) .o = { TL_ID_##name, TL_IX_##name }
/* Sets a `true` flag; sets an optional field together with its bit; tests. */
#define TL_ON(name, ptr, flag) ((void)((ptr)->has |= tl_##name##_has_##flag))
#define TL_SET(name, ptr, field, value) \
  ((void)((ptr)->has |= tl_##name##_has_##field, (ptr)->field = (value)))
#define TL_HAS(name, ptr, field) (((ptr)->has & tl_##name##_has_##field) != 0)
/* `obj` (any pointer to a head or boxed type) as a `const tl_NAME *`, or NULL if it
 * is NULL or something else. */
#define TL_AS(name, obj) ((const tl_##name *)cg_tl_as((const void *)(obj), TL_ID_##name))
CG_API const void *cg_tl_as(const void *obj, uint32_t id);

/* Objects that no schema file defines. boolTrue and boolFalse stand alone only
 * as the result of a method; inside an object a Bool is a C bool. A vector
 * stands alone only as a result. */
#define TL_ID_vector 0x1cb5c415u
#define TL_ID_boolTrue 0x997275b5u
#define TL_ID_boolFalse 0xbc799737u
typedef enum { TL_OF_INT, TL_OF_LONG, TL_OF_BYTES, TL_OF_STRING, TL_OF_OBJ } tl_element;
typedef struct {
  tl_obj o;       /* id TL_ID_vector, ix 0 */
  tl_element of;
  uint32_t len;
  union {
    const int32_t *ints;
    const int64_t *longs;
    const cg_bytes *bytes; /* TL_OF_BYTES and TL_OF_STRING */
    const tl_obj *const *objs;
  };
} tl_vector;

/* A set of definitions: the built-in layer, or one that was loaded. */
typedef struct cg_tl_schema cg_tl_schema;
CG_API const cg_tl_schema *cg_tl_api(void); /* the built-in API layer */
CG_API int cg_tl_layer(const cg_tl_schema *s);

/* Name of the object's definition as in the schema ("auth.sentCode"), or
 * "unknown". Static. */
CG_API const char *cg_tl_name(const cg_tl_schema *s, const tl_obj *obj);

/* Id of the method or constructor called `name`, 0 if there is none. */
CG_API uint32_t cg_tl_method_id(const cg_tl_schema *s, const char *name);
CG_API uint32_t cg_tl_constructor_id(const cg_tl_schema *s, const char *name);

/* One field of a definition. `type` is a name of the schema ("int", "InputPeer"); for a
 * vector it is that of the elements. Static. */
typedef struct {
  const char *name, *type;
  bool vector, optional;
} cg_tl_field;

/* Field number `i` of the method or constructor with this id, flag words left out;
 * false behind the last one, and for an id that the schema does not have. */
CG_API bool cg_tl_field_at(const cg_tl_schema *s, uint32_t id, unsigned i,
                           cg_tl_field *out);

/* The name that follows `after` (NULL: the first one) in the order of strcmp() among
 * the methods or the constructors; NULL at the end. Static. */
CG_API const char *cg_tl_next_name(const cg_tl_schema *s, bool methods,
                                   const char *after);

/* TL text of what is called `name`, in memory of `arena`: the method or constructor, or
 * one line for each constructor of the type. UNKNOWN_NAME: `fault` has what may have
 * been meant. MEMORY. */
CG_API CG_MUST_USE cg_err cg_tl_describe(const cg_tl_schema *s, const char *name,
                                         cg_arena *arena, cg_bytes *out, cg_fault *fault);

/* Decodes exactly one boxed object or method call, which must fill `in`. The
 * object aliases `in` and lives in `arena`. Errors: TRUNCATED, TRAILING,
 * MALFORMED, UNKNOWN_ID, UNEXPECTED, LIMIT, MEMORY, with offset and field path
 * in `fault`. */
CG_API CG_MUST_USE cg_err cg_tl_decode(const cg_tl_schema *s, cg_bytes in,
                                       cg_arena *arena, const tl_obj **out,
                                       cg_fault *fault);

/* As cg_tl_decode, for the answer to `request`: also takes the vector or Bool
 * that the method promises, and refuses an object of another type. */
CG_API CG_MUST_USE cg_err cg_tl_decode_result(const cg_tl_schema *s,
                                              const tl_obj *request, cg_bytes in,
                                              cg_arena *arena, const tl_obj **out,
                                              cg_fault *fault);

/* Encodes `obj` into memory of `arena`. Errors: UNEXPECTED (an object of the
 * wrong type in a field), MISSING (a required object or one whose bit is set is
 * NULL), LIMIT, MEMORY. */
CG_API CG_MUST_USE cg_err cg_tl_encode(const cg_tl_schema *s, const tl_obj *obj,
                                       cg_arena *arena, cg_bytes *out, cg_fault *fault);

/* JSON text of `obj`, NUL-terminated, in memory of `arena`:
 * {"_":"auth.sentCode",...}; absent optionals left out; long as a string; bytes
 * in base64; int128/int256 in hex; true, false and arrays for Bool and vectors. */
CG_API CG_MUST_USE cg_err cg_tl_to_json(const cg_tl_schema *s, const tl_obj *obj,
                                        cg_arena *arena, cg_bytes *out, cg_fault *fault);

/* The object that a JSON text with a "_" describes. Copies what it needs into
 * `arena`. MISSING, UNKNOWN_NAME and UNEXPECTED name the field in `fault`. */
CG_API CG_MUST_USE cg_err cg_tl_from_json(const cg_tl_schema *s, cg_bytes json,
                                          cg_arena *arena, const tl_obj **out,
                                          cg_fault *fault);

/* What fills the fields of a call that JSON leaves out: only api_id, api_hash,
 * random_id, settings, hash, objects of flags only, and vectors. */
typedef struct {
  int32_t api_id;
  const char *api_hash;             /* NULL: the field must be given */
  bool (*random)(void *ctx, void *out, size_t len);
  void *random_ctx;
} cg_tl_defaults;

/* As cg_tl_from_json for the method `name` with its arguments as a JSON object
 * (empty text counts as {}); UNKNOWN_NAME if there is no such method. */
CG_API CG_MUST_USE cg_err cg_tl_call_from_json(const cg_tl_schema *s, const char *name,
                                               cg_bytes args,
                                               const cg_tl_defaults *defaults,
                                               cg_arena *arena, const tl_obj **out,
                                               cg_fault *fault);

#ifdef __cplusplus
}
#endif
#endif
