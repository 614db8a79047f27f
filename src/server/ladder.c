/* SPDX-License-Identifier: MIT */
/* ladder.c - see ladder.h for the contract. */
#include "ladder.h"

#include <string.h>

static const struct { char rung; const char *name; bool timed; } rungs[] = {
  { CG_RUNG_APP, "app", false },           { CG_RUNG_SMS, "sms", true },
  { CG_RUNG_CALL, "call", true },          { CG_RUNG_FLASH, "flash_call", true },
  { CG_RUNG_MISSED, "missed_call", true }, { CG_RUNG_EMAIL, "email", false },
  { CG_RUNG_SETUP_EMAIL, "email", false }, { CG_RUNG_FRAGMENT, "fragment", false },
  { CG_RUNG_FIREBASE, "firebase", true },  { CG_RUNG_WORD, "word", true },
  { CG_RUNG_PHRASE, "phrase", true },
};

void cg_ladder_build(bool other_session, bool phone_ways, char out[12]) {
  size_t n = 0;
  if (other_session) out[n++] = CG_RUNG_APP;
  if (phone_ways) out[n++] = CG_RUNG_SMS;
  if (phone_ways) out[n++] = CG_RUNG_CALL;
  out[n] = '\0';
}

static char rung_at(const cg_store_code *c, int32_t at) {
  size_t len = strnlen(c->ladder, sizeof c->ladder);
  return at >= 0 && (size_t)at < len ? c->ladder[at] : '\0';
}

char cg_ladder_rung(const cg_store_code *c) {
  return rung_at(c, c->rung);
}

char cg_ladder_next(const cg_store_code *c) {
  return rung_at(c, c->rung + 1);
}

bool cg_rung_is_timed(char rung) {
  for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
    if (rungs[i].rung == rung) return rungs[i].timed;
  return false;
}

const char *cg_rung_name(char rung) {
  for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
    if (rungs[i].rung == rung) return rungs[i].name;
  return "";
}

const char *cg_code_state_name(cg_code_state s) {
  switch (s) {
  case CG_CODE_NEED_SIGNUP:
  case CG_CODE_NEED_PASSWORD: return "verified";
  case CG_CODE_CONSUMED: return "used";
  case CG_CODE_CANCELLED: return "cancelled";
  case CG_CODE_EXPIRED: return "expired";
  case CG_CODE_EXHAUSTED: return "exhausted";
  case CG_CODE_INVALIDATED: return "invalidated";
  case CG_CODE_ISSUED:
  case CG_CODE_SETUP_EMAIL:
  default: return "live";
  }
}
