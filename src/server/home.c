/* SPDX-License-Identifier: MIT */
/* home.c - see home.h for the contract. */
#include "home.h"

#include "phone.h"

#include <stdio.h>
#include <stdlib.h>

enum { TEST_DC = 10000 }; /* added to the id by clients that mean a test server */

static bool is_single(const cg_server *s) {
  return s->dcs == 1;
}

bool cg_dc_exists(const cg_server *s, int32_t id) {
  return is_single(s) ? id == s->dc_id : id >= 1 && id <= s->dcs;
}

uint16_t cg_dc_port(const cg_server *s, int32_t id) {
  return s->ports[is_single(s) || !cg_dc_exists(s, id) ? 0 : id - 1];
}

int32_t cg_dc_of_peer(const cg_peer *p) {
  int32_t named = abs(p->dc % TEST_DC);
  return !is_single(p->s) && cg_dc_exists(p->s, named) ? named : p->s->dc_id;
}

int32_t cg_dc_of_op(const cg_op *op) {
  return cg_dc_of_peer(op->peer);
}

bool cg_dc_knows(const cg_peer *p, int32_t dc) {
  return is_single(p->s) || cg_dc_of_peer(p) == dc;
}

/* A test number of a data centre that is not there may have its home in any. */
static int32_t home_of_number(const cg_server *s, const char *phone) {
  int32_t dc = s->set.test_numbers && s->set.test_dc_check ? cg_phone_test(phone).dc : 0;
  return is_single(s) || cg_dc_exists(s, dc) ? dc : 0;
}

int32_t cg_home_of_user(const cg_server *s, const cg_store_user *user) {
  int32_t dc = home_of_number(s, user->phone);
  if (!dc) dc = user->dc;
  return cg_dc_exists(s, dc) ? dc : s->dc_id;
}

/* True, and answered, if `home` is another data centre; 0 is everywhere. */
static bool refuse(cg_op *op, const char *what, int32_t home) {
  char text[40];
  if (!home || home == cg_dc_of_op(op)) return false;
  snprintf(text, sizeof text, "%s_MIGRATE_%d", what, (int)home);
  cg_op_error(op, 303, text);
  return true;
}

bool cg_home_refuse_number(cg_op *op, const char *phone) {
  return refuse(op, "PHONE", home_of_number(op->s, phone));
}

bool cg_home_refuse_phone(cg_op *op, const cg_store_user *user, bool for_show) {
  if (is_single(op->s)) return false;
  if (user) return refuse(op, "PHONE", cg_home_of_user(op->s, user));
  if (for_show) return refuse(op, "PHONE", op->s->dc_id);
  return refuse(op, "NETWORK", (int32_t)op->s->set.home_dc);
}

bool cg_home_refuse_user(cg_op *op, int32_t home) {
  return !is_single(op->s) && refuse(op, "USER", home);
}
