/* SPDX-License-Identifier: MIT */
/*
 * init.h - what a client says about itself in initConnection (login.md 1.3).
 */
#ifndef CG_SERVER_INIT_H
#define CG_SERVER_INIT_H

#include "settings.h"
#include "store.h"
#include "unwrap.h"

/* The text of the error that its fields deserve, NULL if they are good. */
const char *cg_init_fault(const cg_settings *set, const cg_unwrapped *u);

/* The fields as the store keeps them, cut to its sizes between characters. */
void cg_init_fill(const cg_unwrapped *u, int32_t layer, cg_store_init *out);

/* Changes when any field does. */
uint64_t cg_init_digest(const cg_store_init *init);

#endif
