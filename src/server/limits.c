/* SPDX-License-Identifier: MIT */
/* limits.c - see limits.h for the contract; the table is login.md 2.8. */
#include "limits.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum {
  EVER_S = 10 * 365 * 86400,
  STEP = 5,          /* failures after which the phone has to wait */
  FIRST_WAIT_S = 30, /* ... for twice as long each time */
  WAIT_MAX_S = 3600,
  LOCK = 100,        /* failures without a success in between */
  ANY = INT32_MAX
};

typedef enum { OF_KEY, OF_ADDRESS, OF_PHONE, OF_PHONE_AND_ADDRESS } scope;
typedef enum {
  KEY, ADDRESS, SEEN, PHONES, LOCKED, FAILED_DAY, WAITING, LOCKED_CODE, SENT_HOUR,
  SENT_DAY, QUOTA, SIGN_UPS, END
} limit;

/* Counters of one name are one. */
static const struct {
  const char *name;
  scope of;
  int64_t window_s; /* 0: only looked at */
  uint32_t most;
  int32_t code;
  const char *error; /* NULL: FLOOD_WAIT_X */
} table[] = {
  [KEY] = { "key", OF_KEY, 600, 10, 420, NULL },
  [ADDRESS] = { "address", OF_ADDRESS, 3600, 30, 420, NULL },
  [SEEN] = { "seen", OF_PHONE_AND_ADDRESS, 3600, ANY, 420, NULL },
  [PHONES] = { "phones", OF_ADDRESS, 3600, 20, 420, NULL },
  [LOCKED] = { "failed", OF_PHONE, 0, LOCK - 1, 406, "PHONE_PASSWORD_FLOOD" },
  [FAILED_DAY] = { "failed-day", OF_PHONE, 0, 19, 406, "PHONE_PASSWORD_FLOOD" },
  [WAITING] = { "wait", OF_PHONE, 0, 0, 420, NULL },
  [LOCKED_CODE] = { "failed", OF_PHONE, 0, LOCK - 1, 400, "PHONE_CODE_EXPIRED" },
  [SENT_HOUR] = { "sent-hour", OF_PHONE, 3600, 5, 400, "PHONE_NUMBER_FLOOD" },
  [SENT_DAY] = { "sent-day", OF_PHONE, 86400, 10, 400, "PHONE_NUMBER_FLOOD" },
  [QUOTA] = { "test-day", OF_PHONE, 86400, 0, 420, "FLOOD_TEST_PHONE_WAIT_" },
  [SIGN_UPS] = { "sign-up", OF_PHONE, 3600, 5, 400, "PHONE_NUMBER_FLOOD" },
};

/* --- names ---------------------------------------------------------------- */

/* An IPv4 address as it is, the first 56 bits of another: what one customer has. */
static void put_address(char *out, size_t size, const char *ip) {
  static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
  uint8_t raw[16];
  bool is_6 = inet_pton(AF_INET6, ip, raw) == 1;
  if (is_6 && !memcmp(raw, mapped, sizeof mapped))
    snprintf(out, size, "%u.%u.%u.%u", raw[12], raw[13], raw[14], raw[15]);
  else if (is_6)
    snprintf(out, size, "%02x%02x:%02x%02x:%02x%02x:%02x", raw[0], raw[1], raw[2], raw[3],
             raw[4], raw[5], raw[6]);
  else snprintf(out, size, "%s", ip);
}

static void put_name(const cg_op *op, const char *name, scope of, char *out,
                     size_t size) {
  const cg_tx *tx = op->state;
  char address[48];
  put_address(address, sizeof address, op->ip);
  switch (of) {
  case OF_KEY:
    snprintf(out, size, "%s:%016llx", name, (unsigned long long)cg_op_key(op));
    break;
  case OF_ADDRESS: snprintf(out, size, "%s:%s", name, address); break;
  case OF_PHONE: snprintf(out, size, "%s:%s", name, tx->phone); break;
  case OF_PHONE_AND_ADDRESS:
    snprintf(out, size, "%s:%s %s", name, address, tx->phone);
    break;
  }
}

/* --- asking --------------------------------------------------------------- */

/* A store that cannot count stops those who must be stopped, and no tests. */
static void stored(void *ctx, const cg_store_reply *r) {
  cg_op *op = ctx;
  bool open = !op->s->set.private_profile;
  if (!r->err) op->step(op, r);
  else if (open) op->step(op, &(cg_store_reply){ .err = CG_OK });
  else cg_op_internal(op, r->err);
}

static void ask_of(cg_op *op, scope of, cg_store_op what, const char *name,
                   int64_t window_s, uint32_t most, cg_op_step *step) {
  char text[96];
  put_name(op, name, of, text, sizeof text);
  cg_store_request q = { .op = what, .text = text, .now = cg_op_now(op),
                         .number = window_s, .limit = most };
  op->step = step;
  cg_store_submit(op->s->store, &q, stored, op);
}

static void ask(cg_op *op, cg_store_op what, const char *name, int64_t window_s,
                uint32_t most, cg_op_step *step) {
  ask_of(op, OF_PHONE, what, name, window_s, most, step);
}

/* --- one limit after the other -------------------------------------------- */

static uint32_t most_of(const cg_op *op, limit row) {
  return row == QUOTA ? (uint32_t)op->s->set.test_quota : table[row].most;
}

static void refuse(cg_op *op, limit row, int64_t wait) {
  char text[48];
  if (row == QUOTA) {
    snprintf(text, sizeof text, "%s%lld", table[row].error, (long long)wait);
    cg_op_error(op, table[row].code, text);
  } else if (table[row].error) {
    cg_op_error(op, table[row].code, table[row].error);
  } else {
    cg_op_wait(op, wait);
  }
}

static void go_on(cg_op *op);

static void on_count(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  limit row = (limit)tx->limits[tx->limit];
  if (r->count > most_of(op, row)) {
    refuse(op, row, r->number);
    return;
  }
  /* A phone that this address has asked for before is no further one. */
  tx->limit += row == SEEN && r->count > 1 ? 2 : 1;
  go_on(op);
}

/* With limits off, test numbers may still have their quota. */
static bool applies(const cg_op *op, limit row) {
  if (row == QUOTA) return op->s->set.test_quota && cg_tx_is_test(op);
  return op->s->set.limits;
}

static void go_on(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  while (tx->limits[tx->limit] != END && !applies(op, (limit)tx->limits[tx->limit]))
    tx->limit++;
  limit row = (limit)tx->limits[tx->limit];
  if (row == END) {
    tx->within(op);
    return;
  }
  ask_of(op, table[row].of,
         table[row].window_s ? CG_STORE_COUNTER_HIT : CG_STORE_COUNTER_GET,
         table[row].name, table[row].window_s, most_of(op, row), on_count);
}

static void count_all(cg_op *op, const uint8_t *limits, cg_op_run *then) {
  cg_tx *tx = cg_tx_of(op);
  tx->limits = limits;
  tx->limit = 0;
  tx->within = then;
  go_on(op);
}

void cg_limit_requests(cg_op *op, cg_op_run *then) {
  static const uint8_t all[] = { LOCKED, FAILED_DAY, WAITING, KEY,
                                 ADDRESS, SEEN, PHONES, END };
  count_all(op, all, then);
}

void cg_limit_deliveries(cg_op *op, cg_op_run *then) {
  static const uint8_t all[] = { SENT_HOUR, SENT_DAY, QUOTA, END };
  count_all(op, all, then);
}

void cg_limit_checks(cg_op *op, cg_op_run *then) {
  static const uint8_t all[] = { LOCKED_CODE, WAITING, END };
  count_all(op, all, then);
}

void cg_limit_sign_ups(cg_op *op, cg_op_run *then) {
  static const uint8_t all[] = { SIGN_UPS, END };
  count_all(op, all, then);
}

/* --- failures ------------------------------------------------------------- */

static void tell(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  tx->failed(op, &(cg_store_reply){ .number = tx->too_many });
}

static void on_wait(cg_op *op, const cg_store_reply *r) {
  (void)r;
  tell(op);
}

/* The old wait is over, or a shorter one: the new one begins now. */
static void on_wait_cleared(cg_op *op, const cg_store_reply *r) {
  (void)r;
  int64_t steps = cg_tx_of(op)->failures / STEP - 1, wait = WAIT_MAX_S;
  if (steps < 7) wait = (int64_t)FIRST_WAIT_S << steps;
  ask(op, CG_STORE_COUNTER_HIT, "wait", wait < WAIT_MAX_S ? wait : WAIT_MAX_S, 0,
      on_wait);
}

static void on_failed(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  tx->failures = r->count;
  if (r->count >= LOCK) tx->too_many = 1;
  if (r->count && r->count % STEP == 0)
    ask(op, CG_STORE_COUNTER_CLEAR, "wait", 0, 0, on_wait_cleared);
  else tell(op);
}

static void on_failed_day(cg_op *op, const cg_store_reply *r) {
  cg_tx_of(op)->too_many = r->number > 0;
  ask(op, CG_STORE_COUNTER_HIT, "failed", EVER_S, LOCK, on_failed);
}

void cg_limit_failures(cg_op *op, cg_op_step *step) {
  cg_tx *tx = cg_tx_of(op);
  tx->failed = step;
  tx->too_many = 0;
  if (op->s->set.limits)
    ask(op, CG_STORE_COUNTER_HIT, "failed-day", 86400, 20, on_failed_day);
  else tell(op);
}

static void on_day_cleared(cg_op *op, const cg_store_reply *r) {
  (void)r;
  ask(op, CG_STORE_COUNTER_CLEAR, "failed", 0, 0, cg_tx_of(op)->failed);
}

static void on_no_wait(cg_op *op, const cg_store_reply *r) {
  (void)r;
  ask(op, CG_STORE_COUNTER_CLEAR, "failed-day", 0, 0, on_day_cleared);
}

void cg_limit_success(cg_op *op, cg_op_step *step) {
  cg_tx_of(op)->failed = step;
  if (op->s->set.limits) ask(op, CG_STORE_COUNTER_CLEAR, "wait", 0, 0, on_no_wait);
  else step(op, &(cg_store_reply){ .err = CG_OK });
}
