/* SPDX-License-Identifier: MIT */
/* json_fuzz.c - any bytes as JSON; what is accepted must come out of raw unchanged. */
#include "json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cg_arena *arena = cg_arena_new(1 << 20);
  if (!arena) return 0;
  cg_json j;
  cg_bytes raw, again;
  cg_json_init(&j, (cg_bytes){ data, size }, arena);
  if (cg_json_raw(&j, &raw) && !cg_json_end(&j)) {
    cg_json_init(&j, raw, arena);
    if (!cg_json_raw(&j, &again) || !cg_bytes_equal(raw, again)) abort();
  }
  cg_arena_free(arena);
  return 0;
}
