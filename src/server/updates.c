/* SPDX-License-Identifier: MIT */
/* updates.c - updates.getState. Nothing is pushed yet, so every account stands at the
 * beginning of its updates. */
#include "methods.h"

void cg_updates_get_state(cg_op *op) {
  tl_updates_state state = { TL_INIT(updates_state), .pts = 1, .seq = 1,
                             .date = (int32_t)cg_unix(op->s->now_us) };
  cg_op_answer(op, &state.o);
}
