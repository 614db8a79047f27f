/* SPDX-License-Identifier: MIT */
/* code_draw.c - the code of a transaction, for the rung that it is on (login.md 2.4 to
 * 2.7). */
#include "auth_tx.h"
#include "ladder.h"
#include "words.h"

#include "base64.h"
#include "wipe.h"

#include <string.h>

enum {
  OTHERS_LOOKED_AT = 32,
  DRAWS_MAX = 16,
  CALLER_PREFIX = 6, /* digits of a calling number that its owner is told */
  NONCE = 16         /* bytes */
};

bool cg_tx_for_show(const cg_op *op) {
  const cg_tx *tx = op->state;
  return !tx->has_user && !tx->row.user_id && !cg_tx_may_sign_up(op);
}

bool cg_tx_is_test(const cg_op *op) {
  const cg_tx *tx = op->state;
  return op->s->set.test_numbers && cg_phone_test(tx->phone).dc;
}

void cg_tx_begin(cg_op *op, cg_code_purpose purpose) {
  cg_tx *tx = cg_tx_of(op);
  int64_t now = cg_op_now(op);
  tx->row = (cg_store_code){ .key_id = cg_op_key(op), .purpose = purpose,
                             .user_id = tx->has_user ? tx->user.id : 0,
                             .max_attempts = (int32_t)op->s->set.max_attempts,
                             .state = CG_CODE_ISSUED, .sent_at = now,
                             .changed_at = now };
  memcpy(tx->row.phone, tx->phone, sizeof tx->row.phone);
  memcpy(tx->row.ip, op->ip, sizeof tx->row.ip);
}

/* --- one draw ------------------------------------------------------------- */

/* A number from which somebody could call: never with a zero in front. */
static cg_err draw_number(const cg_op *op, int32_t length, char out[CG_CODE_SIZE]) {
  cg_err err = cg_code_draw(&op->s->rng, CALLER_PREFIX + length, out);
  if (!err && out[0] == '0') out[0] = '1';
  return err;
}

/* Every digit of a test number's code is its sixth. */
static void set_test_digits(const cg_op *op, char *out) {
  const cg_tx *tx = op->state;
  size_t length = (size_t)op->s->set.test_code_length;
  memset(out, tx->phone[5], length);
  out[length] = '\0';
}

static cg_err draw_one(const cg_op *op, cg_code_kind kind, char out[CG_CODE_SIZE]) {
  int32_t length = (int32_t)op->s->set.code_length;
  bool fixed = cg_tx_is_test(op) && (kind == CG_KIND_DIGITS || kind == CG_KIND_CALLER);
  if (fixed) set_test_digits(op, out);
  if (fixed) return CG_OK;
  if (kind == CG_KIND_WORD) return cg_word_draw(&op->s->rng, out);
  if (kind == CG_KIND_PHRASE) return cg_phrase_draw(&op->s->rng, out);
  if (kind == CG_KIND_NUMBER) return draw_number(op, length, out);
  return cg_code_draw(&op->s->rng, length, out);
}

/* --- what is told of it --------------------------------------------------- */

static cg_err draw_nonce(const cg_op *op, char *out) {
  uint8_t raw[NONCE];
  cg_err err = cg_rng_fill(&op->s->rng, raw, sizeof raw);
  if (!err) cg_hex_write((cg_bytes){ raw, sizeof raw }, out);
  return err;
}

/* The number that will call, its last digits hidden. */
static void set_pattern(const char *number, char *out) {
  size_t len = strlen(number);
  memcpy(out, number, CALLER_PREFIX);
  memset(out + CALLER_PREFIX, '*', len - CALLER_PREFIX);
  out[len] = '\0';
}

static cg_err set_hint(const cg_op *op, const char *code, cg_store_code *row) {
  char rung = cg_ladder_rung(row);
  memset(row->hint, 0, sizeof row->hint);
  if (cg_rung_is_firebase(rung)) return draw_nonce(op, row->hint);
  if (rung == CG_RUNG_WORD) row->hint[0] = code[0];
  else if (rung == CG_RUNG_PHRASE) memcpy(row->hint, code, strcspn(code, " "));
  else if (rung == CG_RUNG_FLASH) set_pattern(code, row->hint);
  else if (rung == CG_RUNG_MISSED) {
    char number[CG_CODE_SIZE];
    cg_err err = draw_number(op, 0, number);
    memcpy(row->hint, number, CALLER_PREFIX);
    return err;
  }
  return CG_OK;
}

static void set_times(const cg_op *op, cg_store_code *row) {
  int64_t now = cg_op_now(op), wait = op->s->set.resend_timeout;
  row->sent_at = now;
  row->expires_at = now + op->s->set.code_ttl;
  row->resend_at = wait && cg_rung_is_timed(cg_ladder_rung(row)) ? now + wait : 0;
}

/* --- the whole of it ------------------------------------------------------ */

static void keep_code(cg_op *op, const char *code) {
  cg_tx *tx = cg_tx_of(op);
  cg_store_code *row = &tx->row;
  bool none = cg_tx_for_show(op) || cg_ladder_rung(row) == CG_RUNG_SETUP_EMAIL;
  cg_err err = row->hash[0] ? CG_OK : cg_code_hash_draw(&op->s->rng, row->hash);
  if (!err) err = set_hint(op, code, row);
  if (!err) err = cg_code_keep(&op->s->secret, &op->s->rng, code, row);
  if (!err && none) err = cg_code_keep_none(&op->s->rng, row->length, row);
  set_times(op, row);
  if (err) cg_op_internal(op, err);
  else tx->then(op);
}

/* True if a live code of this phone, made for another key, is the same. */
static bool taken(const cg_op *op, const cg_store_reply *r, const char *code) {
  char other[CG_CODE_SIZE];
  bool same = false;
  for (uint32_t i = 0; i < r->count && !same; i++)
    same = r->code[i].state == CG_CODE_ISSUED &&
           !cg_code_show(&op->s->secret, &r->code[i], other) && !strcmp(other, code);
  cg_wipe(other, sizeof other);
  return same;
}

/* The codes of the phone are known: draw one that tells this login from the others. The
 * fixed one of a test number has no choice. */
static void on_others(cg_op *op, const cg_store_reply *r) {
  cg_code_kind kind = cg_rung_kind(cg_ladder_rung(&cg_tx_of(op)->row));
  char code[CG_CODE_SIZE];
  cg_err err = CG_OK;
  bool found = false;
  for (int i = 0; i < DRAWS_MAX && !err && !found; i++) {
    err = draw_one(op, kind, code);
    found = !err && (cg_tx_is_test(op) || !taken(op, r, code));
  }
  if (found) keep_code(op, code);
  else cg_op_internal(op, CG_E_RANDOM);
  cg_wipe(code, sizeof code);
}

/* The code stays; only what is told of it is new. */
static void keep_old(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  cg_err err = set_hint(op, "", &tx->row);
  set_times(op, &tx->row);
  if (err) cg_op_internal(op, err);
  else tx->then(op);
}

void cg_tx_draw(cg_op *op, bool keep, cg_op_run *then) {
  cg_tx *tx = cg_tx_of(op);
  tx->then = then;
  if (keep) {
    keep_old(op);
    return;
  }
  cg_store_request q = { .op = CG_STORE_CODE_LIST, .text = tx->phone,
                         .limit = OTHERS_LOOKED_AT, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_others);
}
