/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "session_file.h"

#include "client_test.h"
#include "hash.h"
#include "mem.h"

#include <unistd.h>

#define PASS "correct horse"

static uint64_t seed = 5;
static const cg_rng rng = { test_fill, &seed };

static cg_buf closed(const char *passphrase) {
  cg_seal s;
  cg_buf out = { 0 };
  assert_int_equal(cg_seal_init(&s, passphrase), CG_OK);
  assert_int_equal(cg_seal_close(&s, &rng, CG_LIT("what is secret"), &out), CG_OK);
  cg_seal_wipe(&s);
  return out;
}

/* Opens an exact heap copy, so that ASan sees overruns. */
static cg_err open_with(const char *passphrase, const uint8_t *at, size_t len,
                        cg_fault *fault) {
  cg_seal s;
  cg_buf out = { 0 };
  uint8_t *copy = malloc(len ? len : 1);
  if (len) memcpy(copy, at, len);
  assert_int_equal(cg_seal_init(&s, passphrase), CG_OK);
  cg_err err = cg_seal_open(&s, (cg_bytes){ copy, len }, &out, fault);
  if (!err) assert_true(cg_bytes_equal(cg_buf_view(&out), CG_LIT("what is secret")));
  if (err) assert_int_equal(out.len, 0);
  cg_buf_free(&out);
  cg_seal_wipe(&s);
  free(copy);
  return err;
}

static void test_round_trip(void **state) {
  (void)state;
  cg_fault fault;
  cg_buf file = closed(PASS);
  assert_true(cg_seal_is(cg_buf_view(&file)));
  assert_int_equal(open_with(PASS, file.at, file.len, &fault), CG_OK);
  assert_int_equal(open_with("correct horsf", file.at, file.len, &fault), CG_E_VERIFY);
  assert_string_equal(fault.text, "the passphrase is wrong");
  assert_int_equal(open_with(NULL, file.at, file.len, &fault), CG_E_REFUSED);
  cg_buf_free(&file);
}

/* A salt and a nonce of its own for each: nothing repeats. */
static void test_nothing_repeats(void **state) {
  (void)state;
  cg_buf a = closed(PASS), b = closed(PASS);
  assert_int_equal(a.len, b.len);
  assert_memory_not_equal(a.at + 24, b.at + 24, 16); /* salt */
  assert_memory_not_equal(a.at + 40, b.at + 40, 12); /* nonce */
  cg_buf_free(&a);
  cg_buf_free(&b);
  cg_seal s;
  assert_int_equal(cg_seal_init(&s, PASS), CG_OK);
  assert_int_equal(cg_seal_close(&s, &rng, CG_LIT("x"), &a), CG_OK);
  assert_null(s.passphrase); /* the key is enough */
  assert_int_equal(cg_seal_close(&s, &rng, CG_LIT("x"), &b), CG_OK);
  assert_memory_equal(a.at + 24, b.at + 24, 16);
  assert_memory_not_equal(a.at + 40, b.at + 40, 12);
  cg_buf_free(&a);
  cg_buf_free(&b);
  cg_seal_wipe(&s);
}

/* A wrong byte anywhere, a byte too few or too many is damage, not a wrong passphrase. */
static void test_damage(void **state) {
  (void)state;
  cg_fault fault;
  cg_buf file = closed(PASS);
  for (size_t i = 8; i < file.len; i++) {
    file.at[i] ^= 1;
    assert_int_equal(open_with(PASS, file.at, file.len, &fault), CG_E_CORRUPT);
    file.at[i] ^= 1;
    assert_int_equal(open_with(PASS, file.at, i, &fault), CG_E_CORRUPT);
  }
  cg_buf_put(&file, "", 1);
  assert_int_equal(open_with(PASS, file.at, file.len, &fault), CG_E_CORRUPT);
  cg_buf_free(&file);
}

/* Whoever can make a check sum gets nothing by it: not a key from less, not one that
 * costs more than a machine has. */
static void test_hostile(void **state) {
  (void)state;
  cg_buf file = closed(PASS);
  static const struct {
    size_t at;
    uint8_t value;
    cg_err err;
  } rows[] = { { 8, 2, CG_E_CORRUPT },  { 12, 0, CG_E_CORRUPT },
               { 16, 0, CG_E_CORRUPT }, { 16, 21, CG_E_CORRUPT },
               { 16, 10, CG_E_VERIFY }, { 19, 1, CG_E_CORRUPT },
               { 20, 0, CG_E_CORRUPT }, { 20, 17, CG_E_CORRUPT },
               { 24, 0, CG_E_VERIFY },  { 50, 0, CG_E_VERIFY },
               { 60, 0, CG_E_VERIFY } };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    uint8_t was = file.at[rows[i].at];
    cg_bytes all = { file.at, file.len - 32 };
    file.at[rows[i].at] = rows[i].value == was ? (uint8_t)~was : rows[i].value;
    assert_int_equal(cg_sha256(&all, 1, file.at + file.len - 32), CG_OK);
    assert_int_equal(open_with(PASS, file.at, file.len, NULL), rows[i].err);
    file.at[rows[i].at] = was;
  }
  cg_buf_free(&file);
}

static void test_empty(void **state) {
  (void)state;
  cg_seal s;
  assert_int_equal(cg_seal_init(&s, ""), CG_E_USAGE);
  assert_int_equal(cg_seal_init(&s, NULL), CG_OK);
  assert_false(cg_seal_is_on(&s));
  assert_false(cg_seal_is(CG_LIT("CGSESSN\n")));
  assert_false(cg_seal_is(CG_LIT("CGSEAL")));
}

/* --- as a file ---------------------------------------------------------------------- */

static cg_err read_as(const char *path, const char *passphrase, cg_fault *fault) {
  cg_seal s;
  cg_session_data d;
  assert_int_equal(cg_seal_init(&s, passphrase), CG_OK);
  cg_err err = cg_session_read(path, &s, &d, fault);
  if (!err) assert_string_equal(d.login.phone, "9996621234");
  cg_session_data_wipe(&d);
  cg_seal_wipe(&s);
  return err;
}

static void write_as(const char *path, const char *passphrase) {
  cg_seal s;
  cg_session_data d;
  test_session(&d, 7);
  assert_int_equal(cg_seal_init(&s, passphrase), CG_OK);
  assert_int_equal(cg_session_write(path, &s, &d, &rng, NULL), CG_OK);
  cg_session_data_wipe(&d);
  cg_seal_wipe(&s);
}

static void test_file(void **state) {
  (void)state;
  char folder[64], path[80];
  cg_fault fault;
  test_folder(folder);
  snprintf(path, sizeof path, "%s/me.session", folder);
  write_as(path, NULL);
  assert_int_equal(read_as(path, PASS, &fault), CG_OK); /* not sealed yet */
  write_as(path, PASS);
  assert_int_equal(read_as(path, PASS, &fault), CG_OK);
  assert_int_equal(read_as(path, "another", &fault), CG_E_VERIFY);
  assert_non_null(strstr(fault.text, path));
  assert_null(strstr(fault.text, "another"));
  assert_int_equal(read_as(path, NULL, &fault), CG_E_REFUSED);
  assert_non_null(strstr(fault.text, path));
  unlink(path);
  rmdir(folder);
}

static void test_memory(void **state) {
  (void)state;
  cg_err err = CG_E_MEMORY;
  for (long n = 0; err; n++) {
    cg_seal s;
    cg_buf out = { 0 }, back = { 0 };
    cg_mem_fail_after(n);
    err = cg_seal_init(&s, PASS);
    if (!err) err = cg_seal_close(&s, &rng, CG_LIT("x"), &out);
    if (!err) err = cg_seal_open(&s, cg_buf_view(&out), &back, NULL);
    cg_mem_fail_after(-1);
    if (err) assert_int_equal(err, CG_E_MEMORY);
    cg_buf_free(&out);
    cg_buf_free(&back);
    cg_seal_wipe(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_round_trip), cmocka_unit_test(test_nothing_repeats),
    cmocka_unit_test(test_damage),     cmocka_unit_test(test_hostile),
    cmocka_unit_test(test_empty),      cmocka_unit_test(test_file),
    cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
