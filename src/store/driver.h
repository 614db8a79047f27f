/* SPDX-License-Identifier: MIT */
/*
 * driver.h - what a kind of store implements. store.c picks one by the scheme of
 * the URL; everything else is the driver's own.
 */
#ifndef CG_STORE_DRIVER_H
#define CG_STORE_DRIVER_H

#include "store.h"

typedef struct {
  const char *scheme; /* with its colon */
  /* `rest` is the URL behind the scheme. The others are as in store.h. */
  cg_err (*open)(cg_store **out, const char *rest, cg_fault *fault);
  void (*submit)(cg_store *s, const cg_store_request *request, cg_store_done *done,
                 void *ctx);
  cg_err (*sync)(cg_store *s);
  void (*close)(cg_store *s); /* has been synced */
} cg_store_driver;

/* The first member of every driver's own store. */
struct cg_store {
  const cg_store_driver *driver;
};

extern const cg_store_driver cg_sqlite_driver;

#endif
