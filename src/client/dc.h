/* SPDX-License-Identifier: MIT */
/* dc.h - copies, looks up and names the data centres of <centigram/client.h>. */
#ifndef CG_DC_H
#define CG_DC_H

#include "session_data.h"

/* A deep copy, freed with cg_dc_free(). */
cg_err cg_dc_copy(cg_dc **out, const cg_dc *dc);

/* The `nth` address of data centre `id`; NULL if it has fewer. */
const cg_dc_address *cg_dc_find(const cg_dc *dc, int32_t id, size_t nth);

/* Names the service in a session: Telegram's by its name, one's own by its keys in any
 * order. MALFORMED (a key), MEMORY, CRYPTO. */
cg_err cg_dc_realm(const cg_dc *dc, uint8_t out[CG_SESSION_REALM], cg_fault *fault);

#endif
