/* SPDX-License-Identifier: MIT */
/* dc_fuzz.c - any text as a dc.json; what is accepted can be copied and asked. */
#include "dc.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cg_dc *dc, *copy;
  cg_fault fault;
  uint8_t realm[CG_SESSION_REALM];
  if (cg_dc_parse(&dc, "dc.json", (cg_bytes){ data, size }, &fault)) return 0;
  if (!cg_dc_find(dc, dc->this_dc, 0)) abort();
  cg_err ignored = cg_dc_realm(dc, realm, &fault); /* its keys may be none */
  (void)ignored;
  if (!cg_dc_copy(&copy, dc)) cg_dc_free(copy);
  cg_dc_free(dc);
  return 0;
}
