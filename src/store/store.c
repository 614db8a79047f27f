/* SPDX-License-Identifier: MIT */
/* store.c - see store.h for the contract: picks the driver and hands over to it. */
#include "store.h"

#include "driver.h"

#include <string.h>

static const cg_store_driver *const drivers[] = { &cg_sqlite_driver };

cg_err cg_store_open(cg_store **out, const char *url, cg_fault *fault) {
  for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
    size_t len = strlen(drivers[i]->scheme);
    if (!strncmp(url, drivers[i]->scheme, len))
      return drivers[i]->open(out, url + len, fault);
  }
  return cg_fail(fault, CG_E_USAGE, "no store is called %.60s: use sqlite:FILE", url);
}

void cg_store_close(cg_store *s) {
  if (!s) return;
  (void)s->driver->sync(s);
  s->driver->close(s);
}

void cg_store_submit(cg_store *s, const cg_store_request *request, cg_store_done *done,
                     void *ctx) {
  s->driver->submit(s, request, done, ctx);
}

cg_err cg_store_sync(cg_store *s) {
  return s->driver->sync(s);
}
