/* SPDX-License-Identifier: MIT */
/* limits.c - see limits.h for the contract; the table is login.md 2.8. */
#include "limits.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

typedef enum { OF_KEY, OF_ADDRESS, OF_PHONE } scope;

static const struct {
  const char *name;
  scope of;
  int64_t window_s;
  uint32_t most;
  const char *error; /* NULL: FLOOD_WAIT_X */
} table[] = {
  { "key", OF_KEY, 600, 10, NULL },
  { "address", OF_ADDRESS, 3600, 30, NULL },
  { "sent-hour", OF_PHONE, 3600, 5, "PHONE_NUMBER_FLOOD" },
  { "sent-day", OF_PHONE, 86400, 10, "PHONE_NUMBER_FLOOD" },
  { "failed-day", OF_PHONE, 86400, 20, NULL },
};
enum { REQUESTS = 0, DELIVERIES = 2, FAILURES = 4 };

/* An IPv4 address as it is, the first 56 bits of another: what one customer has. */
static void put_address(char *out, size_t size, const char *ip) {
  uint8_t raw[16];
  if (inet_pton(AF_INET6, ip, raw) == 1)
    snprintf(out, size, "%02x%02x:%02x%02x:%02x%02x:%02x", raw[0], raw[1], raw[2], raw[3],
             raw[4], raw[5], raw[6]);
  else snprintf(out, size, "%s", ip);
}

static void counter_name(const cg_op *op, int row, char *out, size_t size) {
  const cg_tx *tx = op->state;
  char id[64];
  if (table[row].of == OF_PHONE) snprintf(id, sizeof id, "%s", tx->phone);
  else if (table[row].of == OF_ADDRESS) put_address(id, sizeof id, op->ip);
  else snprintf(id, sizeof id, "%016llx", (unsigned long long)cg_op_key(op));
  snprintf(out, size, "%s:%s", table[row].name, id);
}

static void hit(cg_op *op, int row, cg_op_step *step) {
  char name[96];
  counter_name(op, row, name, sizeof name);
  cg_store_request q = { .op = CG_STORE_COUNTER_HIT, .text = name, .now = cg_op_now(op),
                         .number = table[row].window_s, .limit = table[row].most };
  cg_op_submit(op, &q, step);
}

static void on_hit(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  const char *error = table[tx->limit].error;
  if (r->number > 0 && error) cg_op_error(op, 400, error);
  else if (r->number > 0) cg_op_wait(op, r->number);
  else if (++tx->limit < tx->limit_end) hit(op, tx->limit, on_hit);
  else tx->then(op);
}

static void count_all(cg_op *op, int from, int end, cg_op_run *then) {
  cg_tx *tx = cg_tx_of(op);
  tx->then = then;
  tx->limit = from;
  tx->limit_end = end;
  if (op->s->set.limits) hit(op, from, on_hit);
  else then(op);
}

void cg_limit_requests(cg_op *op, cg_op_run *then) {
  count_all(op, REQUESTS, DELIVERIES, then);
}

void cg_limit_deliveries(cg_op *op, cg_op_run *then) {
  count_all(op, DELIVERIES, FAILURES, then);
}

void cg_limit_failures(cg_op *op, cg_op_step *step) {
  if (op->s->set.limits) hit(op, FAILURES, step);
  else step(op, &(cg_store_reply){ .err = CG_OK });
}

void cg_limit_success(cg_op *op, cg_op_step *step) {
  char name[96];
  counter_name(op, FAILURES, name, sizeof name);
  cg_store_request q = { .op = CG_STORE_COUNTER_CLEAR, .text = name };
  if (op->s->set.limits) cg_op_submit(op, &q, step);
  else step(op, &(cg_store_reply){ .err = CG_OK });
}
