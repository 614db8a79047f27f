/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "session_data.h"

#include "client_test.h"
#include "hash.h"
#include "mem.h"

static cg_buf encoded(uint8_t seed) {
  cg_session_data d;
  cg_buf out = { 0 };
  test_session(&d, seed);
  assert_int_equal(cg_session_encode(&d, &out), CG_OK);
  cg_session_data_wipe(&d);
  return out;
}

/* Decodes an exact heap copy, so that ASan sees overruns. */
static cg_err decode(const uint8_t *at, size_t len, cg_fault *fault) {
  cg_session_data d;
  uint8_t *copy = malloc(len ? len : 1);
  if (len) memcpy(copy, at, len);
  cg_err err = cg_session_decode((cg_bytes){ copy, len }, &d, fault);
  if (!err) cg_session_data_wipe(&d);
  free(copy);
  return err;
}

static void test_round_trip(void **state) {
  (void)state;
  cg_session_data a, b;
  cg_buf one = { 0 }, two = { 0 };
  test_session(&a, 7);
  assert_int_equal(cg_session_encode(&a, &one), CG_OK);
  assert_int_equal(cg_session_decode(cg_buf_view(&one), &b, NULL), CG_OK);
  assert_int_equal(cg_session_encode(&b, &two), CG_OK);
  assert_true(cg_bytes_equal(cg_buf_view(&one), cg_buf_view(&two)));
  assert_string_equal(b.login.phone, "9996621234");
  assert_string_equal(b.login.hash, a.login.hash);
  assert_int_equal(b.login.resend_at, 1700000060);
  assert_int_equal(b.dc_count, 2);
  assert_int_equal(b.dcs[0].time_offset, -3);
  assert_memory_equal(b.dcs[0].key.key, a.dcs[0].key.key, 256);
  assert_true(b.dcs[0].key.id == a.dcs[0].key.id);
  assert_true(b.made);
  cg_session_data_wipe(&a);
  cg_session_data_wipe(&b);
  cg_buf_free(&one);
  cg_buf_free(&two);
}

/* What does not outlive a process is not written as it is. */
static void test_passing_states(void **state) {
  (void)state;
  static const struct {
    cg_login_state is, kept;
  } rows[] = { { CG_LOGIN_CLOSED, CG_LOGIN_WAIT_PHONE_NUMBER },
               { CG_LOGIN_LOGGING_OUT, CG_LOGIN_READY },
               { CG_LOGIN_CLOSING, CG_LOGIN_READY },
               { CG_LOGIN_READY, CG_LOGIN_READY },
               { CG_LOGIN_WAIT_PASSWORD, CG_LOGIN_WAIT_PASSWORD } };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_session_data d;
    cg_buf out = { 0 };
    memset(&d, 0, sizeof d);
    d.login.state = rows[i].is;
    assert_int_equal(cg_session_encode(&d, &out), CG_OK);
    assert_int_equal(cg_session_decode(cg_buf_view(&out), &d, NULL), CG_OK);
    assert_int_equal(d.login.state, rows[i].kept);
    cg_buf_free(&out);
  }
}

/* The marker of a reset does, whatever became of the account meanwhile. */
static void test_marker(void **state) {
  (void)state;
  static const cg_login_state states[] = { CG_LOGIN_LOGGING_OUT, CG_LOGIN_CLOSED };
  for (size_t i = 0; i < 2; i++) {
    cg_session_data d;
    cg_buf out = { 0 };
    memset(&d, 0, sizeof d);
    d.login.state = states[i];
    d.login.reset = true;
    assert_int_equal(cg_session_encode(&d, &out), CG_OK);
    assert_int_equal(cg_session_decode(cg_buf_view(&out), &d, NULL), CG_OK);
    assert_int_equal(d.login.state, CG_LOGIN_LOGGING_OUT);
    assert_true(d.login.reset);
    cg_buf_free(&out);
  }
}

/* A wrong byte anywhere, a byte too few or too many: CORRUPT, never something else. */
static void test_damage(void **state) {
  (void)state;
  cg_buf file = encoded(7);
  cg_fault fault;
  for (size_t i = 0; i < file.len; i++) {
    for (int bit = 0; bit < 8; bit += 7) {
      file.at[i] ^= (uint8_t)(1 << bit);
      assert_int_equal(decode(file.at, file.len, &fault), CG_E_CORRUPT);
      file.at[i] ^= (uint8_t)(1 << bit);
    }
    assert_int_equal(decode(file.at, i, &fault), CG_E_CORRUPT);
  }
  assert_int_equal(decode(file.at, file.len, &fault), CG_OK);
  cg_buf_put(&file, "", 1);
  assert_int_equal(decode(file.at, file.len, &fault), CG_E_CORRUPT);
  cg_buf_free(&file);
}

/* Fields are checked even if the check sum is right. */
static void test_hostile(void **state) {
  (void)state;
  cg_buf file = encoded(7);
  int refused = 0;
  for (size_t i = 16; i < file.len - 32; i++) {
    uint8_t was = file.at[i];
    file.at[i] ^= 0xff;
    cg_bytes all = { file.at, file.len - 32 };
    assert_int_equal(cg_sha256(&all, 1, file.at + file.len - 32), CG_OK);
    cg_err err = decode(file.at, file.len, NULL);
    assert_true(err == CG_OK || err == CG_E_CORRUPT);
    refused += err != CG_OK;
    file.at[i] = was;
  }
  assert_true(refused > 300); /* every byte of the key at least */
  cg_buf_free(&file);
}

/* Times that sums would overflow, or that no clock shows, are damage. */
static void test_times(void **state) {
  (void)state;
  static const struct {
    int64_t sent, resend, offset;
    cg_err err;
  } rows[] = { { INT64_MAX, 0, 0, CG_E_CORRUPT },
               { -1, 0, 0, CG_E_CORRUPT },
               { INT64_C(1) << 40, 0, 0, CG_E_CORRUPT },
               { 0, INT64_MIN, 0, CG_E_CORRUPT },
               { 0, 0, INT64_C(1) << 33, CG_E_CORRUPT },
               { 0, 0, INT64_MIN, CG_E_CORRUPT },
               { (INT64_C(1) << 40) - 1, 1, 1 - (INT64_C(1) << 33), CG_OK } };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_session_data d;
    cg_buf file = { 0 };
    test_session(&d, 7);
    d.login.sent_at = rows[i].sent;
    d.login.resend_at = rows[i].resend;
    d.dcs[0].time_offset = rows[i].offset;
    assert_int_equal(cg_session_encode(&d, &file), CG_OK);
    assert_int_equal(decode(file.at, file.len, NULL), rows[i].err);
    cg_session_data_wipe(&d);
    cg_buf_free(&file);
  }
}

static void test_says_what(void **state) {
  (void)state;
  cg_fault fault;
  assert_int_equal(decode(NULL, 0, &fault), CG_E_CORRUPT);
  assert_string_equal(fault.text, "is empty");
  assert_int_equal(decode((const uint8_t *)"auth_key=1234", 13, &fault), CG_E_CORRUPT);
  assert_string_equal(fault.text, "is not a session file");
}

static void test_memory(void **state) {
  (void)state;
  cg_buf file = encoded(7);
  cg_session_data d;
  cg_err err = CG_E_MEMORY;
  for (long n = 0; err; n++) {
    cg_mem_fail_after(n);
    err = cg_session_decode(cg_buf_view(&file), &d, NULL);
    cg_mem_fail_after(-1);
    if (err) assert_int_equal(err, CG_E_MEMORY);
  }
  err = CG_E_MEMORY;
  for (long n = 0; err; n++) {
    cg_buf out = { 0 };
    cg_mem_fail_after(n);
    err = cg_session_encode(&d, &out);
    cg_mem_fail_after(-1);
    if (err) assert_int_equal(err, CG_E_MEMORY);
    cg_buf_free(&out);
  }
  cg_session_data_wipe(&d);
  cg_buf_free(&file);
}

static void test_dcs(void **state) {
  (void)state;
  cg_session_data d;
  memset(&d, 0, sizeof d);
  d.main_dc = 1;
  for (int32_t id = 1; id <= CG_SESSION_DCS; id++) cg_session_dc_of(&d, id)->port = 80;
  assert_int_equal(cg_session_dc_of(&d, 3)->port, 80);
  assert_int_equal(cg_session_dc_of(&d, 9)->port, 0); /* new: the oldest but main went */
  assert_int_equal(d.dc_count, CG_SESSION_DCS);
  assert_int_equal(d.dcs[0].id, 1);
  assert_int_equal(d.dcs[1].id, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_damage),
    cmocka_unit_test(test_passing_states),
    cmocka_unit_test(test_marker),
    cmocka_unit_test(test_hostile),
    cmocka_unit_test(test_times),
    cmocka_unit_test(test_says_what),
    cmocka_unit_test(test_memory),
    cmocka_unit_test(test_dcs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
