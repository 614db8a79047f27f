/* SPDX-License-Identifier: MIT */
/* error_text.h - what an error of the server means, for people. */
#ifndef CG_ERROR_TEXT_H
#define CG_ERROR_TEXT_H

#include <centigram/base.h>

/* English text about the RPC error `text` ("FLOOD_WAIT_5") with `code`, as the answer to
 * `method` (NULL: not known which). What is said about that method's error comes first,
 * then what is said about this code, then about the name; a name that nobody lists gets
 * the meaning of its code. Lives in `arena`, or is static. Never NULL. */
const char *cg_error_text(cg_arena *arena, const char *method, int32_t code,
                          const char *text);

#endif
