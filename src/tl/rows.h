/* SPDX-License-Identifier: MIT */
/*
 * rows.h - the one table: what a schema is in memory.
 *
 * A definition is a head and a run of rows. Everything refers to everything else
 * by index, so that the tables are plain constants without relocations. Older
 * forms of a definition are further heads over the same struct: their rows have
 * the wire's order and presence bits and the newest struct's offsets.
 *
 * Rows that take bytes on the wire come first, in wire order; the `true` flags
 * stand behind them.
 */
#ifndef CG_TL_ROWS_H
#define CG_TL_ROWS_H

#include <centigram/tl.h>

typedef enum {
  TL_K_FLAGS, /* a flag word; sub is its number, 0 or 1 */
  TL_K_INT, TL_K_LONG, TL_K_DOUBLE, TL_K_BOOL, TL_K_STRING, TL_K_BYTES,
  TL_K_INT128, TL_K_INT256,
  TL_K_OBJ,   /* boxed; sub is the type */
  TL_K_CALL,  /* !X: any method */
  TL_K_REST,  /* Object: all bytes that are left, as they are */
  TL_K_SIZED, /* Object: as many bytes as the int at offset `sub` says */
  TL_K_VEC_INT, TL_K_VEC_LONG, TL_K_VEC_DOUBLE, TL_K_VEC_STRING, TL_K_VEC_BYTES,
  TL_K_VEC_OBJ, /* sub is the type */
  TL_K_LIST,    /* bare vector of bare elements; sub is their head */
  TL_K_INT_AS_LONG, TL_K_VEC_INT_AS_LONG, /* older forms: int on the wire, long here */
  TL_K_TRUE,    /* no bytes, no memory: a bit */
  TL_K_SAME,    /* a result only: that of the query inside */
  TL_K_NONE
} tl_kind;

enum {
  TL_ALWAYS = 63,    /* `bit` of a row that is always there; no flag has this bit */
  TL_NOWHERE = 0xffff, /* no head, no type */
  TL_DEPTH = 64,     /* objects within objects */
  TL_SPARE = 32,     /* bytes behind an older form's struct, for what it lost */
  TL_HAS_AT = 8      /* offset of the presence word in every struct that has one */
};

typedef struct {
  uint16_t off;  /* of the field in its struct; at or behind the newest form's size:
                    the struct no longer has the field */
  uint8_t kind;  /* tl_kind */
  uint8_t bit;   /* presence bit on the wire, or TL_ALWAYS */
  uint16_t sub;
  uint16_t name;
} tl_row;

enum {
  TL_F_METHOD = 1,
  TL_F_HAS = 2,    /* the struct has a presence word */
  TL_F_OLD = 4,    /* an older form: look into mem_bit, too */
  TL_F_NO_DOWN = 8 /* cannot be encoded: a mandatory field has no value in the struct */
};

typedef struct {
  tl_obj o; /* id on the wire and own index; is the object if there are no fields */
  uint16_t name;
  uint16_t first;   /* row */
  uint16_t type;    /* boxed type of a constructor, TL_NOWHERE for a method */
  uint16_t size;    /* bytes of the struct (and of the spare room) */
  uint16_t newest;  /* head of the newest form, which names the C struct */
  uint16_t result_sub;
  uint8_t result;   /* tl_kind of a method's answer, else TL_K_NONE */
  uint8_t nwire, nrows;
  uint8_t flags;
} tl_head;

typedef struct {
  uint16_t name;
  uint16_t only;     /* head of its one constructor, TL_NOWHERE if it has several */
  uint16_t fallback; /* head that stands for what a peer cannot know, or TL_NOWHERE */
} tl_type;

/* `head` is the form of `newest` from layer `since` on. Sorted by both. */
typedef struct { uint16_t newest, since, head; } tl_form;

struct cg_tl_schema {
  int layer;
  int oldest_layer;        /* of the first pinned layer: what has no form is older */
  uint32_t nheads, nrows, ntypes, nnames, nforms, nsorted, text_len, first_old_row;
  uint32_t hash_mask;      /* slots - 1 */
  const tl_head *heads;
  const tl_row *rows;
  const uint8_t *mem_bit;  /* by row - first_old_row: presence bit in the struct */
  const tl_type *types;
  const tl_form *forms;    /* none: every definition has one form */
  const uint16_t *hash;    /* slot -> head + 1, 0 is empty; next slot on collision */
  const uint16_t *sorted;  /* newest forms by name */
  const uint32_t *name_at;
  const char *text;
  cg_arena *arena;         /* holds all of it; NULL for constants */
};

static inline const char *tl_name_of(const cg_tl_schema *s, unsigned name) {
  return s->text + s->name_at[name];
}

static inline const char *tl_head_name(const cg_tl_schema *s, const tl_head *h) {
  return tl_name_of(s, h->name);
}

/* Head with this id on the wire, or NULL. */
static inline const tl_head *tl_find(const cg_tl_schema *s, uint32_t id) {
  for (uint32_t i = id & s->hash_mask; s->hash[i]; i = (i + 1) & s->hash_mask) {
    const tl_head *h = s->heads + s->hash[i] - 1;
    if (h->o.id == id) return h;
  }
  return NULL;
}

/* Head that a decoded or built object carries; NULL if it is of another schema. */
static inline const tl_head *tl_head_of(const cg_tl_schema *s, const tl_obj *obj) {
  if (obj->ix >= s->nheads) return NULL;
  const tl_head *h = s->heads + obj->ix;
  return s->heads[h->newest].o.id == obj->id ? h : NULL;
}

static inline bool tl_is_method(const tl_head *h) {
  return h->flags & TL_F_METHOD;
}

/* The newest head called `name` of that kind, or NULL. */
const tl_head *tl_head_named(const cg_tl_schema *s, cg_bytes name, bool method);

#endif
