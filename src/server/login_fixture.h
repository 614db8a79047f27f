/* SPDX-License-Identifier: MIT */
/*
 * login_fixture.h - a harness for each test. A test's main() runs all of them twice: with
 * a store that answers at once and, `late` set, with one that answers later. For tests
 * only.
 */
#ifndef CG_SERVER_LOGIN_FIXTURE_H
#define CG_SERVER_LOGIN_FIXTURE_H

#include "login_test.h"

static bool late;

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, late);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

#endif
