/* SPDX-License-Identifier: MIT */
/* leak.c - see leak.h for the contract; and account.invalidateSignInCodes. */
#include "leak.h"

#include "account.h"
#include "ladder.h"
#include "methods.h"

#include "wipe.h"

#include <string.h>

enum { CODES_MAX = 100, ROWS_MAX = 64 };

typedef struct {
  cg_bytes text;             /* that may hold codes; at NULL: */
  const tl_vec_bytes *codes; /* the codes themselves */
  cg_op_run *then;
  char (*hashes)[CG_CODE_HASH_SIZE]; /* of the transactions that end */
  uint32_t count, at;
} leak;

/* --- which codes ---------------------------------------------------------- */

static bool is_digit(const uint8_t *at, const uint8_t *end) {
  return at < end && *at >= '0' && *at <= '9';
}

/* True if the code stands at `at`, with blanks and hyphens between its digits or
 * without. */
static bool stands_at(const uint8_t *at, const uint8_t *end, const char *code) {
  for (const char *c = code; *c; c++) {
    while (c != code && at < end && (*at == '-' || *at == ' ')) at++;
    if (at >= end || *at++ != (uint8_t)*c) return false;
  }
  return !is_digit(at, end);
}

static bool is_in(cg_bytes text, const char *code) {
  const uint8_t *end = text.at + text.len;
  for (const uint8_t *at = text.at; at < end; at++) {
    bool begins = at == text.at || !is_digit(at - 1, end);
    if (begins && stands_at(at, end, code)) return true;
  }
  return false;
}

static bool has_digits(const cg_store_code *row) {
  cg_code_kind kind = cg_rung_kind(cg_ladder_rung(row));
  return kind == CG_KIND_DIGITS || kind == CG_KIND_EMAIL || kind == CG_KIND_CALLER;
}

static bool is_told(const cg_op *op, const leak *l, const cg_store_code *row) {
  char code[CG_CODE_SIZE];
  if (row->state != CG_CODE_ISSUED || !has_digits(row)) return false;
  bool told = !cg_code_show(&op->s->secret, row, code) && is_in(l->text, code);
  cg_wipe(code, sizeof code);
  return told;
}

static bool is_named(const cg_op *op, const leak *l, const cg_store_code *row) {
  bool named = false;
  if (row->state != CG_CODE_ISSUED) return false;
  for (uint32_t i = 0; i < l->codes->len && i < CODES_MAX; i++)
    if (cg_code_fits(&op->s->secret, row, l->codes->at[i])) named = true;
  return named;
}

/* --- ending them ---------------------------------------------------------- */

static void end_next(cg_op *op);

static void on_ended(cg_op *op, const cg_store_reply *r) {
  (void)r; /* NOT_FOUND: it has ended otherwise */
  end_next(op);
}

static void end_next(cg_op *op) {
  leak *l = op->leak;
  if (l->at == l->count) {
    l->then(op);
    return;
  }
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = l->hashes[l->at++],
                         .from = CG_CODE_BIT(CG_CODE_ISSUED),
                         .number = CG_CODE_INVALIDATED, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_ended);
}

static void on_codes(cg_op *op, const cg_store_reply *r) {
  leak *l = op->leak;
  l->hashes = cg_op_alloc(op, (r->count + 1) * sizeof *l->hashes);
  if (!l->hashes) return;
  for (uint32_t i = 0; i < r->count; i++) {
    const cg_store_code *row = &r->code[i];
    if (l->codes ? is_named(op, l, row) : is_told(op, l, row))
      memcpy(l->hashes[l->count++], row->hash, CG_CODE_HASH_SIZE);
  }
  if (l->count)
    cg_log_write(&op->s->log, CG_LOG_INFO, "%u codes were given away and are dead",
                 (unsigned)l->count);
  end_next(op);
}

static void on_owner(cg_op *op, const cg_store_reply *r) {
  cg_store_request q = { .op = CG_STORE_CODE_LIST, .text = r->user->phone,
                         .limit = ROWS_MAX, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_codes);
}

static void begin(cg_op *op, cg_bytes text, const tl_vec_bytes *codes, cg_op_run *then) {
  leak *l = cg_op_alloc(op, sizeof *l);
  if (!l) return;
  *l = (leak){ .text = text, .codes = codes, .then = then };
  op->leak = l;
  cg_account_load_self(op, on_owner);
}

void cg_leak_check(cg_op *op, cg_bytes text, cg_op_run *then) {
  if (op->s->set.leak_check) begin(op, text, NULL, then);
  else then(op);
}

/* --- account.invalidateSignInCodes ---------------------------------------- */

void cg_account_invalidate_codes(cg_op *op) {
  const tl_account_invalidateSignInCodes *q =
      TL_AS(account_invalidateSignInCodes, op->request);
  begin(op, (cg_bytes){ 0 }, &q->codes, cg_op_true);
}
