/* SPDX-License-Identifier: MIT */
/*
 * unwrap.h - the shells around an API call: invokeWithLayer, initConnection,
 * invokeWithoutUpdates, invokeAfterMsg(s) and gzip_packed, in any nesting
 * (clients.md 6, 11).
 *
 * They are taken off by hand and before anything is decoded, so that an unknown
 * method inside them is told from arguments that cannot be read.
 *
 * https://core.telegram.org/api/invoking
 */
#ifndef CG_SERVER_UNWRAP_H
#define CG_SERVER_UNWRAP_H

#include "err.h"

enum { CG_AFTER_MAX = 32 };

typedef struct {
  int32_t layer; /* of the innermost invokeWithLayer; 0: there was none */
  bool without_updates; /* an invokeWithoutUpdates was among them */
  bool has_init; /* the fields of initConnection follow */
  int32_t api_id;
  cg_bytes device, system, app, system_lang, lang_pack, lang;
  uint64_t after[CG_AFTER_MAX]; /* msg_ids to be waited for */
  uint32_t after_count;
  cg_bytes query;               /* the method with its arguments */
  uint32_t method;              /* its id */
} cg_unwrapped;

/* Takes the shells off `body`, which `out` then points into; what had to be unpacked is
 * in `arena`. Errors: TRUNCATED, MALFORMED, UNEXPECTED (a constructor in a shell's
 * field that does not belong there), LIMIT, MEMORY. */
CG_MUST_USE cg_err cg_unwrap(cg_bytes body, cg_arena *arena, cg_unwrapped *out);

#endif
