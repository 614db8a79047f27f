/* SPDX-License-Identifier: MIT */
/* ladder.c - see ladder.h for the contract. */
#include "ladder.h"

#include <string.h>

static const struct {
  char rung;
  const char *name;
  cg_code_kind kind;
  bool timed;
} rungs[] = {
  { CG_RUNG_APP, "app", CG_KIND_DIGITS, false },
  { CG_RUNG_SMS, "sms", CG_KIND_DIGITS, true },
  { CG_RUNG_CALL, "call", CG_KIND_DIGITS, true },
  { CG_RUNG_FLASH, "flash_call", CG_KIND_NUMBER, true },
  { CG_RUNG_MISSED, "missed_call", CG_KIND_CALLER, true },
  { CG_RUNG_EMAIL, "email", CG_KIND_EMAIL, false },
  { CG_RUNG_SETUP_EMAIL, "email", CG_KIND_NONE, false },
  { CG_RUNG_FRAGMENT, "fragment", CG_KIND_DIGITS, false },
  { CG_RUNG_FIREBASE, "firebase", CG_KIND_DIGITS, true },
  { CG_RUNG_FIREBASE_IOS, "firebase", CG_KIND_DIGITS, true },
  { CG_RUNG_WORD, "word", CG_KIND_WORD, true },
  { CG_RUNG_PHRASE, "phrase", CG_KIND_PHRASE, true },
};

void cg_ladder_build(const cg_ladder_ways *w, char out[12]) {
  size_t n = 0;
  if (w->setup_email) out[n++] = CG_RUNG_SETUP_EMAIL;
  else if (w->email) out[n++] = CG_RUNG_EMAIL;
  if (w->fragment) {
    out[n++] = CG_RUNG_FRAGMENT;
    out[n] = '\0';
    return;
  }
  if (w->app) out[n++] = CG_RUNG_APP;
  if (w->firebase) out[n++] = w->firebase;
  if (w->missed_call) out[n++] = CG_RUNG_MISSED;
  else if (w->flash_call) out[n++] = CG_RUNG_FLASH;
  if (w->sms) out[n++] = w->sms;
  if (w->call) out[n++] = CG_RUNG_CALL;
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

cg_code_kind cg_rung_kind(char rung) {
  for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
    if (rungs[i].rung == rung) return rungs[i].kind;
  return CG_KIND_DIGITS;
}

bool cg_rung_is_timed(char rung) {
  for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
    if (rungs[i].rung == rung) return rungs[i].timed;
  return false;
}

bool cg_rung_is_firebase(char rung) {
  return rung == CG_RUNG_FIREBASE || rung == CG_RUNG_FIREBASE_IOS;
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
