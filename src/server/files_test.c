/* SPDX-License-Identifier: MIT */
/* files_test.c - the server's folder: made, locked, read again, refused when damaged. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static const char *in_dir(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  return path;
}

static void put(const char *name, const char *text) {
  FILE *f = fopen(in_dir(name), "w");
  assert_non_null(f);
  assert_true(fputs(text, f) >= 0);
  assert_int_equal(fclose(f), 0);
}

static int mode_of(const char *path) {
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  return (int)(st.st_mode & 07777);
}

static int set_up(void **state) {
  (void)state;
  strcpy(dir, "/tmp/cg-folder-XXXXXX");
  if (!mkdtemp(dir)) return -1;
  strcat(dir, "/a/b");
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  static const char *const names[] = { "server.key", "server.pub.pem", "server.lock" };
  for (size_t i = 0; i < 3; i++) unlink(in_dir(names[i]));
  for (int i = 0; i < 3; i++) {
    rmdir(dir);
    *strrchr(dir, '/') = '\0';
  }
  return 0;
}

static void a_folder_is_made_and_kept(void **state) {
  (void)state;
  cg_folder f;
  cg_fault fault = { 0 };
  assert_int_equal(cg_folder_open(&f, dir, &fault), CG_OK);
  assert_true(f.fresh && cg_rsa_has_private(f.rsa));
  assert_int_equal(mode_of(dir), 0700);
  assert_int_equal(mode_of(in_dir("server.key")), 0600);
  assert_int_equal(mode_of(in_dir("server.pub.pem")), 0600);
  uint64_t fingerprint = cg_rsa_fingerprint(f.rsa);
  assert_int_not_equal(fingerprint >> 60, 0);
  cg_folder_close(&f);
  assert_int_equal(unlink(in_dir("server.pub.pem")), 0);
  assert_int_equal(cg_folder_open(&f, dir, &fault), CG_OK);
  assert_false(f.fresh);
  assert_true(cg_rsa_fingerprint(f.rsa) == fingerprint);
  assert_int_equal(access(in_dir("server.pub.pem"), R_OK), 0);
  cg_folder_close(&f);
}

static void a_folder_in_use_is_refused(void **state) {
  (void)state;
  cg_folder f, g;
  cg_fault fault = { 0 };
  assert_int_equal(cg_folder_open(&f, dir, &fault), CG_OK);
  assert_int_equal(cg_folder_open(&g, dir, &fault), CG_E_LOCKED);
  assert_non_null(strstr(fault.text, "server.lock"));
  cg_folder_close(&f);
  assert_int_equal(cg_folder_open(&g, dir, &fault), CG_OK);
  cg_folder_close(&g);
}

static void damage(const char *text) {
  cg_folder f;
  cg_fault fault = { 0 };
  put("server.key", text);
  assert_int_equal(cg_folder_open(&f, dir, &fault), CG_E_CORRUPT);
  assert_non_null(strstr(fault.text, "server.key"));
}

static void a_damaged_key_is_refused_and_left_alone(void **state) {
  (void)state;
  cg_folder f;
  assert_int_equal(cg_folder_open(&f, dir, NULL), CG_OK);
  cg_buf public_pem = { 0 };
  assert_int_equal(cg_rsa_public_pem(f.rsa, &public_pem), CG_OK);
  cg_buf_put(&public_pem, "", 1);
  cg_folder_close(&f);
  damage("");
  damage("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  damage((const char *)public_pem.at);
  struct stat st;
  assert_int_equal(stat(in_dir("server.key"), &st), 0);
  assert_int_equal((size_t)st.st_size, public_pem.len - 1);
  cg_buf_free(&public_pem);
}

static void a_path_that_cannot_be_is_named(void **state) {
  (void)state;
  cg_folder f;
  cg_fault fault = { 0 };
  assert_int_equal(cg_folder_open(&f, "/dev/null/x", &fault), CG_E_IO);
  assert_non_null(strstr(fault.text, "/dev/null"));
  assert_int_equal(cg_folder_open(&f, "", &fault), CG_E_IO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_folder_is_made_and_kept, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_folder_in_use_is_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_damaged_key_is_refused_and_left_alone, set_up,
                                    tear_down),
    cmocka_unit_test(a_path_that_cannot_be_is_named),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
