/* SPDX-License-Identifier: MIT */
/*
 * password_code.c - see password.h: codes that go to an email address, which is the
 * inbox here. They are rows like login codes, of a purpose of their own. One that
 * recovers belongs to the key that asked for it; one that confirms an address belongs
 * to the user, who may have more keys: its key is 0.
 */
#include "password.h"

#include "wipe.h"

#include <stdio.h>
#include <string.h>

enum {
  CODE_LENGTH = 6,
  SENT_WINDOW_S = 3600,
  SENT_MOST = 5,
  ISSUED = CG_CODE_BIT(CG_CODE_ISSUED)
};

static const char *purpose_name(cg_code_purpose purpose) {
  return purpose == CG_CODE_RECOVERY ? "recovery" : "password-email";
}

static void look_for_live(cg_op *op, cg_code_purpose purpose, cg_op_step *step) {
  cg_password *pw = cg_password_of(op);
  cg_store_code *row = &pw->code;
  pw->purpose = purpose;
  *row = (cg_store_code){ .purpose = purpose, .user_id = pw->row.user_id };
  row->key_id = purpose == CG_CODE_RECOVERY ? cg_op_key(op) : 0;
  memcpy(row->phone, pw->tx.phone, sizeof row->phone);
  cg_store_request q = { .op = CG_STORE_CODE_LIVE, .code = row, .now = cg_op_now(op) };
  cg_op_submit(op, &q, step);
}

/* --- sending -------------------------------------------------------------- */

static void delivered(cg_op *op) {
  cg_password *pw = cg_password_of(op);
  cg_log_write(&op->s->log, CG_LOG_INFO, "a code went out by email (%s)",
               purpose_name(pw->purpose));
  cg_inbox_delivered(op->s, &pw->code);
  pw->then(op);
}

static void on_added(cg_op *op, const cg_store_reply *r) {
  if (r->err) cg_op_internal(op, r->err); /* a twin of this call was faster */
  else delivered(op);
}

static cg_err draw_code(cg_op *op) {
  cg_store_code *row = &cg_password_of(op)->code;
  int64_t now = cg_op_now(op);
  char code[CG_CODE_SIZE];
  cg_err err = cg_code_hash_draw(&op->s->rng, row->hash);
  if (!err) err = cg_code_draw(&op->s->rng, CODE_LENGTH, code);
  if (!err) err = cg_code_keep(&op->s->secret, &op->s->rng, code, row);
  cg_wipe(code, sizeof code);
  row->ladder[0] = CG_RUNG_EMAIL;
  row->max_attempts = (int32_t)op->s->set.max_attempts;
  row->sent_at = row->changed_at = now;
  row->expires_at = now + op->s->set.code_ttl;
  row->api_id = op->peer->api_id;
  memcpy(row->ip, op->ip, sizeof row->ip);
  return err;
}

static void add_code(cg_op *op) {
  cg_err err = draw_code(op);
  cg_store_request q = { .op = CG_STORE_CODE_ADD, .code = &cg_password_of(op)->code,
                         .now = cg_op_now(op) };
  if (err) cg_op_internal(op, err);
  else cg_op_submit(op, &q, on_added);
}

static void on_sent_counted(cg_op *op, const cg_store_reply *r) {
  const cg_password *pw = cg_password_of(op);
  if (r->number > 0) cg_op_wait(op, r->number);
  else if (pw->code.hash[0]) delivered(op);
  else add_code(op);
}

static void on_live(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  char name[64];
  if (!r->err && r->code->attempts < r->code->max_attempts) pw->code = *r->code;
  snprintf(name, sizeof name, "%s:%lld", purpose_name(pw->purpose),
           (long long)pw->row.user_id);
  cg_store_request q = { .op = CG_STORE_COUNTER_HIT, .text = name, .now = cg_op_now(op),
                         .number = SENT_WINDOW_S, .limit = SENT_MOST };
  if (op->s->set.limits) cg_op_submit(op, &q, on_sent_counted);
  else on_sent_counted(op, &(cg_store_reply){ .err = CG_OK });
}

void cg_password_code_send(cg_op *op, cg_code_purpose purpose, cg_op_run *then) {
  cg_password_of(op)->then = then;
  look_for_live(op, purpose, on_live);
}

/* --- checking ------------------------------------------------------------- */

static void on_exhausted(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_op_error(op, 400, "CODE_INVALID");
}

static void on_consumed(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  if (r->err) cg_op_error(op, 400, pw->gone); /* a twin of this call was faster */
  else pw->then(op);
}

static void end_code(cg_op *op, cg_code_state state, cg_op_step *step) {
  cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = cg_password_of(op)->code.hash,
                         .from = ISSUED, .number = state, .now = cg_op_now(op) };
  cg_op_submit(op, &q, step);
}

static void on_attempt(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  if (r->err) {
    cg_op_error(op, 400, pw->gone);
    return;
  }
  pw->code = *r->code;
  bool fits = cg_code_fits(&op->s->secret, &pw->code, pw->typed);
  bool last = pw->code.attempts >= pw->code.max_attempts;
  if (fits && pw->consume) end_code(op, CG_CODE_CONSUMED, on_consumed);
  else if (fits) pw->then(op);
  else if (last) end_code(op, CG_CODE_EXHAUSTED, on_exhausted);
  else cg_op_error(op, 400, "CODE_INVALID");
}

static void on_tried(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  if (r->err) {
    cg_op_error(op, 400, pw->gone);
    return;
  }
  pw->code = *r->code;
  cg_store_request q = { .op = CG_STORE_CODE_ATTEMPT, .text = pw->code.hash,
                         .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_attempt);
}

void cg_password_code_check(cg_op *op, cg_code_purpose purpose, cg_bytes typed,
                            bool consume, const char *gone, cg_op_run *then) {
  cg_password *pw = cg_password_of(op);
  pw->typed = typed;
  pw->consume = consume;
  pw->gone = gone;
  pw->then = then;
  look_for_live(op, purpose, on_tried);
}

static void on_cancelled(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_password_of(op)->then(op);
}

static void on_to_cancel(cg_op *op, const cg_store_reply *r) {
  cg_password *pw = cg_password_of(op);
  if (r->err) {
    pw->then(op);
    return;
  }
  pw->code = *r->code;
  end_code(op, CG_CODE_CANCELLED, on_cancelled);
}

void cg_password_code_cancel(cg_op *op, cg_code_purpose purpose, cg_op_run *then) {
  cg_password_of(op)->then = then;
  look_for_live(op, purpose, on_to_cancel);
}

/* --- addresses ------------------------------------------------------------ */

bool cg_email_good(cg_bytes text) {
  size_t at = 0, ats = 0, dot = 0;
  if (text.len < 3 || text.len >= sizeof ((cg_store_secret *)0)->email) return false;
  for (size_t i = 0; i < text.len; i++) {
    if (text.at[i] <= ' ' || text.at[i] >= 0x7f) return false;
    if (text.at[i] == '@') at = i, ats++;
    if (text.at[i] == '.') dot = i;
  }
  return ats == 1 && at > 0 && dot > at + 1 && dot + 1 < text.len;
}

cg_bytes cg_email_pattern(cg_op *op, const char *email) {
  const char *at = strchr(email, '@');
  char out[sizeof ((cg_store_secret *)0)->email + 4];
  if (!at || at == email) return cg_arena_copy(op->arena, CG_LIT("***"));
  snprintf(out, sizeof out, "%c***%s", email[0], at > email + 1 ? at - 1 : at);
  return cg_arena_copy(op->arena, cg_bytes_of(out));
}
