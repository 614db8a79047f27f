/* SPDX-License-Identifier: MIT */
/* dc_public.h - the public service's data centres. */
#ifndef CG_DC_PUBLIC_H
#define CG_DC_PUBLIC_H

#include <centigram/client.h>

/* What "production" and "test" stand for; NULL for any other name. Static. */
const cg_dc *cg_dc_public(const char *name);

#endif
