/* SPDX-License-Identifier: MIT */
/* dc.h - copies, looks up and names the data centres of <centigram/client.h>. */
#ifndef CG_DC_H
#define CG_DC_H

#include <centigram/client.h>

/* A deep copy, freed with cg_dc_free(). */
cg_err cg_dc_copy(cg_dc **out, const cg_dc *dc);

/* The `nth` address of data centre `id`; NULL if it has fewer. */
const cg_dc_address *cg_dc_find(const cg_dc *dc, int32_t id, size_t nth);

#endif
