/* SPDX-License-Identifier: MIT */
/* email.c - see email.h for the contract; and auth.resetLoginEmail (login.md 3.4 rows
 * 52-55). */
#include "email.h"

#include "auth_tx.h"
#include "ladder.h"
#include "limits.h"
#include "methods.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LOCAL_MAX = 64 };

/* --- addresses ------------------------------------------------------------ */

static bool is_sign(uint8_t c) {
  return c > ' ' && c <= '~' && !strchr("\"(),:;<>@[\\]", c);
}

static bool is_label_sign(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '-';
}

/* Labels with dots between them, two at least. */
static bool domain_good(cg_bytes domain) {
  size_t dots = 0, label = 0;
  for (size_t i = 0; i < domain.len; i++) {
    bool dot = domain.at[i] == '.';
    if (!dot && !is_label_sign(domain.at[i])) return false;
    if (dot && !label) return false;
    label = dot ? 0 : label + 1;
    dots += dot;
  }
  return dots && label;
}

bool cg_address_good(cg_bytes text) {
  const uint8_t *at = text.len ? memchr(text.at, '@', text.len) : NULL;
  if (!at || text.len >= CG_STORE_EMAIL) return false;
  size_t local = (size_t)(at - text.at);
  if (!local || local > LOCAL_MAX) return false;
  for (size_t i = 0; i < local; i++)
    if (!is_sign(text.at[i])) return false;
  return domain_good((cg_bytes){ at + 1, text.len - local - 1 });
}

/* True if `domain` is `blocked`, or below it. */
static bool is_below(const char *domain, const char *blocked, size_t len) {
  size_t have = strlen(domain);
  if (!len || have < len || strncasecmp(domain + have - len, blocked, len)) return false;
  return have == len || domain[have - len - 1] == '.';
}

bool cg_address_blocked(const cg_settings *set, const char *address) {
  const char *domain = strchr(address, '@') + 1;
  for (const char *b = set->email_blocked; *b; b += *b == ',') {
    size_t len = strcspn(b, ",");
    if (is_below(domain, b, len)) return true;
    b += len;
  }
  return false;
}

void cg_address_pattern(const char *address, char out[CG_STORE_EMAIL]) {
  const char *at = strchr(address, '@');
  size_t local = at ? (size_t)(at - address) : 0;
  if (!local) out[0] = '\0';
  else if (local == 1) snprintf(out, CG_STORE_EMAIL, "%c***%s", address[0], at);
  else
    snprintf(out, CG_STORE_EMAIL, "%c***%c%s", address[0], address[local - 1], at);
}

/* --- auth.resetLoginEmail ------------------------------------------------- */

static void on_reset_found(cg_op *op);

static void lost_reset(cg_op *op) {
  cg_tx_lost_race(op, on_reset_found);
}

static void on_removed(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  (void)r;
  cg_tx_log(op, "the login email is removed");
  memset(tx->row.email, 0, sizeof tx->row.email);
  cg_tx_next_rung(op, CG_CODE_BIT(CG_CODE_ISSUED), cg_tx_answer_sent, lost_reset);
}

static void remove_email(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  cg_store_email none = { .user_id = tx->user.id };
  if (cg_ladder_next(&tx->row))
    cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_EMAIL_PUT, .email = &none },
                 on_removed);
  else cg_op_error(op, 406, "SEND_CODE_UNAVAILABLE");
}

/* NOT_FOUND: another call was faster. */
static void on_reset_begun(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err) {
    cg_op_error(op, 400, "TASK_ALREADY_EXISTS");
    return;
  }
  tx->email = *r->email;
  cg_tx_log(op, "the login email will be removed");
  cg_tx_answer_sent(op);
}

static void on_reset_email(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  int64_t period = op->s->set.email_reset_period, now = cg_op_now(op);
  int64_t at = tx->email.reset_at;
  if (!tx->email.login_email[0]) {
    cg_op_error(op, 400, "EMAIL_INSTALL_MISSING");
  } else if (!period || (at && at <= now)) {
    cg_limit_deliveries(op, remove_email);
  } else if (at) {
    cg_op_error(op, 400, "TASK_ALREADY_EXISTS");
  } else {
    cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_EMAIL_RESET,
                                          .id = (uint64_t)tx->user.id,
                                          .number = now + period }, on_reset_begun);
  }
}

static void on_reset_account(cg_op *op) {
  cg_tx_email(op, on_reset_email);
}

static void on_reset_found(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  if (!cg_tx_is_issued(op)) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else if (cg_ladder_rung(&tx->row) != CG_RUNG_EMAIL)
    cg_op_error(op, 400, "EMAIL_INSTALL_MISSING");
  else cg_tx_account(op, false, on_reset_account);
}

static void look_for_reset(cg_op *op) {
  const tl_auth_resetLoginEmail *q = TL_AS(auth_resetLoginEmail, op->request);
  cg_tx_find(op, q->phone_code_hash, on_reset_found);
}

void cg_auth_reset_login_email(cg_op *op) {
  const tl_auth_resetLoginEmail *q = TL_AS(auth_resetLoginEmail, op->request);
  if (!cg_tx_new(op, q->phone_number, 400)) return;
  if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_HASH_EMPTY");
  else cg_limit_requests(op, look_for_reset);
}
