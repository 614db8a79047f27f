/* SPDX-License-Identifier: MIT */
/* error_text.h - what an error of the server means, for people. */
#ifndef CG_ERROR_TEXT_H
#define CG_ERROR_TEXT_H

#include <stdint.h>

/* One English sentence about the RPC error `text` ("FLOOD_WAIT_5") with `code`. A
 * text that is not listed gets the meaning of its code. Static. */
const char *cg_error_text(int32_t code, const char *text);

#endif
