/* SPDX-License-Identifier: MIT */
/*
 * session_string_fuzz.c - any text as a session of another client; what is accepted is
 * written in every form that can say it, and read again as the same.
 */
#include "session_string.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* GramJS's and Telethon's are told apart by length alone, which some addresses fool. */
static bool begins_with_one(cg_session_format format) {
  return format == CG_SESSION_FORMAT_GRAMJS || format == CG_SESSION_FORMAT_TELETHON;
}

static void round_trip(cg_session_string s, cg_session_format format, cg_arena *arena) {
  cg_session_string again;
  cg_bytes text;
  cg_fault fault;
  s.format = format;
  if (cg_session_string_write(&s, arena, &text, &fault)) return;
  if (cg_session_string_read(text, &again, &fault)) abort();
  if (again.dc != s.dc) abort();
  if (again.format != format && !begins_with_one(format)) abort();
  if (again.format != format) return;
  if (memcmp(again.key, s.key, sizeof s.key)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  cg_session_string s;
  cg_fault fault;
  if (cg_session_string_read((cg_bytes){ data, size }, &s, &fault)) return 0;
  cg_arena *arena = cg_arena_new(0);
  if (!arena) return 0;
#define X(name, text) round_trip(s, CG_SESSION_FORMAT_##name, arena);
  CG_SESSION_FORMAT_MAP(X)
#undef X
  cg_arena_free(arena);
  return 0;
}
