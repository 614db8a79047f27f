/* SPDX-License-Identifier: MIT */
/* sent_code.c - what a client is told about a code on its way (login.md 2.1, 2.2, 2.5). */
#include "auth_tx.h"
#include "email.h"
#include "ladder.h"

#include <string.h>

/* Where a type of auth.SentCodeType is made: one at a time. */
typedef union {
  tl_auth_SentCodeType any;
  tl_auth_sentCodeTypeApp app;
  tl_auth_sentCodeTypeSms sms;
  tl_auth_sentCodeTypeCall call;
  tl_auth_sentCodeTypeFlashCall flash;
  tl_auth_sentCodeTypeMissedCall missed;
  tl_auth_sentCodeTypeEmailCode email;
  tl_auth_sentCodeTypeSetUpEmailRequired setup;
  tl_auth_sentCodeTypeFragmentSms fragment;
  tl_auth_sentCodeTypeFirebaseSms firebase;
  tl_auth_sentCodeTypeSmsWord word;
  tl_auth_sentCodeTypeSmsPhrase phrase;
} sent_type;

static void put_email(const cg_op *op, const cg_store_code *row, char *pattern,
                      sent_type *out) {
  const cg_tx *tx = op->state;
  int64_t period = op->s->set.email_reset_period, at = tx->email.reset_at;
  cg_address_pattern(row->email, pattern);
  out->email = (tl_auth_sentCodeTypeEmailCode){ TL_INIT(auth_sentCodeTypeEmailCode),
                                                .email_pattern = cg_bytes_of(pattern),
                                                .length = row->length };
  if (at)
    TL_SET(auth_sentCodeTypeEmailCode, &out->email, reset_pending_date, (int32_t)at);
  else
    TL_SET(auth_sentCodeTypeEmailCode, &out->email, reset_available_period,
           (int32_t)period);
}

static void put_firebase(const cg_op *op, const cg_store_code *row, sent_type *out) {
  const cg_settings *set = &op->s->set;
  cg_bytes hint = cg_bytes_of(row->hint);
  out->firebase = (tl_auth_sentCodeTypeFirebaseSms){ TL_INIT(auth_sentCodeTypeFirebaseSms),
                                                     .length = row->length };
  if (cg_ladder_rung(row) == CG_RUNG_FIREBASE_IOS) {
    TL_SET(auth_sentCodeTypeFirebaseSms, &out->firebase, receipt, hint);
    TL_SET(auth_sentCodeTypeFirebaseSms, &out->firebase, push_timeout,
           (int32_t)set->push_timeout);
  } else if (set->firebase_project) {
    TL_SET(auth_sentCodeTypeFirebaseSms, &out->firebase, play_integrity_project_id,
           set->firebase_project);
    TL_SET(auth_sentCodeTypeFirebaseSms, &out->firebase, play_integrity_nonce, hint);
  } else {
    TL_SET(auth_sentCodeTypeFirebaseSms, &out->firebase, nonce, hint);
  }
}

/* The calls: what is told of the number that will call. */
static void put_call(const cg_store_code *row, sent_type *out) {
  cg_bytes hint = cg_bytes_of(row->hint);
  int32_t length = row->length;
  char rung = cg_ladder_rung(row);
  if (rung == CG_RUNG_CALL)
    out->call = (tl_auth_sentCodeTypeCall){ TL_INIT(auth_sentCodeTypeCall),
                                            .length = length };
  else if (rung == CG_RUNG_FLASH)
    out->flash = (tl_auth_sentCodeTypeFlashCall){ TL_INIT(auth_sentCodeTypeFlashCall),
                                                  .pattern = hint };
  else
    out->missed = (tl_auth_sentCodeTypeMissedCall){ TL_INIT(auth_sentCodeTypeMissedCall),
                                                    .prefix = hint, .length = length };
}

static void put_message(const cg_op *op, const cg_store_code *row, sent_type *out) {
  cg_bytes hint = cg_bytes_of(row->hint);
  int32_t length = row->length;
  switch (cg_ladder_rung(row)) {
  case CG_RUNG_APP:
    out->app = (tl_auth_sentCodeTypeApp){ TL_INIT(auth_sentCodeTypeApp),
                                          .length = length };
    break;
  case CG_RUNG_FRAGMENT:
    out->fragment = (tl_auth_sentCodeTypeFragmentSms){
      TL_INIT(auth_sentCodeTypeFragmentSms), .length = length,
      .url = cg_bytes_of(op->s->set.fragment_url)
    };
    break;
  case CG_RUNG_WORD:
    out->word = (tl_auth_sentCodeTypeSmsWord){ TL_INIT(auth_sentCodeTypeSmsWord) };
    TL_SET(auth_sentCodeTypeSmsWord, &out->word, beginning, hint);
    break;
  case CG_RUNG_PHRASE:
    out->phrase = (tl_auth_sentCodeTypeSmsPhrase){ TL_INIT(auth_sentCodeTypeSmsPhrase) };
    TL_SET(auth_sentCodeTypeSmsPhrase, &out->phrase, beginning, hint);
    break;
  default:
    out->sms = (tl_auth_sentCodeTypeSms){ TL_INIT(auth_sentCodeTypeSms),
                                          .length = length };
  }
}

static void put_type(const cg_op *op, const cg_store_code *row, char *pattern,
                     sent_type *out) {
  switch (cg_ladder_rung(row)) {
  case CG_RUNG_CALL:
  case CG_RUNG_FLASH:
  case CG_RUNG_MISSED: put_call(row, out); break;
  case CG_RUNG_EMAIL: put_email(op, row, pattern, out); break;
  case CG_RUNG_SETUP_EMAIL:
    out->setup = (tl_auth_sentCodeTypeSetUpEmailRequired){
      TL_INIT(auth_sentCodeTypeSetUpEmailRequired)
    };
    break;
  case CG_RUNG_FIREBASE:
  case CG_RUNG_FIREBASE_IOS: put_firebase(op, row, out); break;
  default: put_message(op, row, out);
  }
}

/* How a rung is announced; NULL: it has no name there. Words, and what Firebase vouches
 * for, come by SMS. */
static const tl_auth_CodeType *code_type(char rung) {
  static const tl_auth_codeTypeSms sms = { TL_INIT(auth_codeTypeSms) };
  static const tl_auth_codeTypeCall call = { TL_INIT(auth_codeTypeCall) };
  static const tl_auth_codeTypeFlashCall flash = { TL_INIT(auth_codeTypeFlashCall) };
  static const tl_auth_codeTypeMissedCall missed = { TL_INIT(auth_codeTypeMissedCall) };
  static const tl_auth_codeTypeFragmentSms frag = { TL_INIT(auth_codeTypeFragmentSms) };
  switch (rung) {
  case CG_RUNG_SMS:
  case CG_RUNG_WORD:
  case CG_RUNG_PHRASE:
  case CG_RUNG_FIREBASE:
  case CG_RUNG_FIREBASE_IOS: return &sms.auth_CodeType;
  case CG_RUNG_CALL: return &call.auth_CodeType;
  case CG_RUNG_FLASH: return &flash.auth_CodeType;
  case CG_RUNG_MISSED: return &missed.auth_CodeType;
  case CG_RUNG_FRAGMENT: return &frag.auth_CodeType;
  default: return NULL;
  }
}

/* The first rung behind the current one that can be announced: nobody would ask for the
 * next of an email if App, which is first, hid the others. */
static const tl_auth_CodeType *next_type(const cg_store_code *row) {
  cg_store_code at = *row;
  while (cg_ladder_next(&at)) {
    const tl_auth_CodeType *type = code_type(cg_ladder_next(&at));
    if (type) return type;
    at.rung++;
  }
  return NULL;
}

static bool put_sent(const cg_op *op, cg_arena *arena, const cg_store_code *row,
                     tl_auth_sentCode *out) {
  sent_type *type = cg_arena_alloc(arena, sizeof *type);
  char *pattern = cg_arena_alloc(arena, CG_STORE_EMAIL);
  const cg_store_code *kept = cg_arena_alloc(arena, sizeof *kept);
  if (!type || !pattern || !kept) return false;
  memcpy((void *)(uintptr_t)kept, row, sizeof *row);
  put_type(op, kept, pattern, type);
  *out = (tl_auth_sentCode){ TL_INIT(auth_sentCode), .type = &type->any,
                             .phone_code_hash = cg_bytes_of(kept->hash) };
  const tl_auth_CodeType *next = next_type(row);
  int64_t wait = row->resend_at - cg_op_now(op);
  if (next) TL_SET(auth_sentCode, out, next_type, next);
  if (row->resend_at && wait > 0) TL_SET(auth_sentCode, out, timeout, (int32_t)wait);
  return true;
}

const tl_auth_SentCode *cg_tx_sent(cg_op *op) {
  tl_auth_sentCode *sent = cg_op_alloc(op, sizeof *sent);
  if (!sent) return NULL;
  if (put_sent(op, op->arena, &cg_tx_of(op)->row, sent)) return &sent->auth_SentCode;
  cg_op_internal(op, CG_E_MEMORY);
  return NULL;
}

void cg_tx_answer_sent(cg_op *op) {
  const tl_auth_SentCode *sent = cg_tx_sent(op);
  if (sent && !cg_tx_refuse_unsayable(op, &sent->o)) cg_op_answer(op, &sent->o);
}

bool cg_tx_can_say(cg_op *op, char rung) {
  cg_store_code row = { .hash = "0", .ladder = { rung }, .length = 1 };
  cg_tx *tx = cg_tx_of(op);
  tl_auth_sentCode sent;
  memcpy(row.email, tx->email.login_email, sizeof row.email);
  return put_sent(op, op->arena, &row, &sent) && cg_op_can_answer(op, &sent.o);
}
