/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "rpc_error.h"

#include "buf.h"

#include <string.h>

static cg_rpc_error read_error(int32_t code, cg_bytes text) {
  cg_buf b = { 0 };
  cg_rpc_error e;
  cg_buf_u32(&b, 0x2144ca19);
  cg_buf_u32(&b, (uint32_t)code);
  cg_buf_str(&b, text);
  assert_true(cg_rpc_error_read(cg_buf_view(&b), &e));
  for (size_t len = 0; len < b.len; len++) {
    cg_rpc_error ignored;
    assert_false(cg_rpc_error_read((cg_bytes){ b.at, len }, &ignored));
  }
  cg_buf_u32(&b, 0); /* a later layer may say more */
  assert_true(cg_rpc_error_read(cg_buf_view(&b), &e));
  cg_buf_free(&b);
  return e;
}

static void test_numbers(void **state) {
  (void)state;
  static const struct {
    int32_t code;
    const char *text;
    int32_t value, seconds, dc;
  } rows[] = {
    { 420, "FLOOD_WAIT_5", 5, 5, 0 },
    { 420, "FLOOD_WAIT_0", 0, 0, 0 },
    { 420, "FLOOD_PREMIUM_WAIT_31", 31, 31, 0 },
    { 420, "FROZEN_METHOD_INVALID", -1, 0, 0 },
    { 420, "2FA_CONFIRM_WAIT_604800", 604800, 604800, 0 },
    { 420, "FLOOD_WAIT_99999999999", INT32_MAX, INT32_MAX, 0 },
    { 400, "FILE_PART_12_MISSING", 12, 0, 0 },
    { 406, "SESSION_TOO_FRESH_86400", 86400, 86400, 0 },
    { 500, "INTERDC_4_CALL_ERROR", 4, 0, 0 },
    { 400, "PHONE_CODE_EXPIRED", -1, 0, 0 },
    { 303, "PHONE_MIGRATE_4", 4, 0, 4 },
    { 303, "NETWORK_MIGRATE_1", 1, 0, 1 },
    { 303, "USER_MIGRATE_5", 5, 0, 5 },
    { 303, "FILE_MIGRATE_5", 5, 0, 0 },
    { 303, "PHONE_MIGRATE_X", -1, 0, 0 },
    { 303, "PHONE_MIGRATE_0", 0, 0, 0 },
    { 400, "PHONE_MIGRATE_4", 4, 0, 0 },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_rpc_error e = read_error(rows[i].code, cg_bytes_of(rows[i].text));
    assert_string_equal(e.text, rows[i].text);
    assert_int_equal(e.value, rows[i].value);
    assert_int_equal(e.seconds, rows[i].seconds);
    assert_int_equal(cg_rpc_error_migrate(&e), rows[i].dc);
  }
}

static void test_odd(void **state) {
  (void)state;
  assert_int_equal(read_error(0, CG_LIT("X")).code, 500);
  assert_int_equal(read_error(70000, CG_LIT("X")).code, 500);
  assert_int_equal(read_error(-503, CG_LIT("Timeout")).code, -503);
  assert_string_equal(read_error(400, CG_LIT("A\x1b[31m\xff\0B")).text, "A?[31m??B");
  uint8_t long_text[300];
  memset(long_text, 'A', sizeof long_text);
  cg_rpc_error e = read_error(400, (cg_bytes){ long_text, sizeof long_text });
  assert_int_equal(strlen(e.text), sizeof e.text - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(test_numbers),
                                      cmocka_unit_test(test_odd) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
