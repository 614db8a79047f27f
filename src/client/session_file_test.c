/* SPDX-License-Identifier: MIT */
/*
 * session_file_test.c - the module is compiled into the test with its system calls
 * behind a door, so that each of them in turn can fail or be the last of its process.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int left;      /* system calls until the bad one; -1: none is bad */
static bool crashing; /* the bad one ends the process; else it fails */

/* True if this system call is to fail. */
static bool bad(void) {
  if (left < 0 || left-- > 0) return false;
  if (crashing) _exit(9);
  errno = EIO;
  return true;
}

static int door_open(const char *path, int flags, int mode) {
  return bad() ? -1 : open(path, flags, mode);
}

/* Half of it gets to the disk before the accident. */
static ssize_t door_write(int fd, const void *at, size_t len) {
  if (!left && len > 1 && write(fd, at, len / 2) < 0) return -1;
  return bad() ? -1 : write(fd, at, len);
}

static int door_fsync(int fd) {
  return bad() ? -1 : fsync(fd);
}

static int door_close(int fd) {
  int rc = close(fd);
  return bad() ? -1 : rc;
}

static int door_rename(const char *from, const char *to) {
  return bad() ? -1 : rename(from, to);
}

#define PICK(a, b, c, name, ...) name
#define open2(path, flags)       door_open(path, flags, 0)
#define open(...)                PICK(__VA_ARGS__, door_open, open2, )(__VA_ARGS__)
#define write                    door_write
#define fsync                    door_fsync
#define close                    door_close
#define rename                   door_rename
#include "session_file.c"
#undef open
#undef write
#undef fsync
#undef close
#undef rename

#include "client_test.h"

static uint64_t seed = 1;
static const cg_rng rng = { test_fill, &seed };
static char folder[64], path[100];

static int set_up(void **state) {
  (void)state;
  left = -1;
  test_folder(folder);
  snprintf(path, sizeof path, "%s/me.session", folder);
  return 0;
}

/* Removes what is in the folder and returns how much that was. */
static int empty_folder(void) {
  int count = 0;
  DIR *dir = opendir(folder);
  for (const struct dirent *e = readdir(dir); e; e = readdir(dir))
    if (e->d_name[0] != '.') {
      assert_int_equal(unlinkat(dirfd(dir), e->d_name, 0), 0);
      count++;
    }
  closedir(dir);
  return count;
}

static int tear_down(void **state) {
  (void)state;
  empty_folder();
  return rmdir(folder);
}

static cg_err write_seed(uint8_t with, cg_fault *fault) {
  cg_session_data d;
  test_session(&d, with);
  cg_err err = cg_session_write(path, NULL, &d, &rng, fault);
  cg_session_data_wipe(&d);
  return err;
}

/* Which session the file holds, 0 if none; fails the test if it is not whole. */
static int read_seed(void) {
  cg_session_data d;
  cg_fault fault = { 0 };
  cg_err err = cg_session_read(path, NULL, &d, &fault);
  if (err == CG_E_NOT_FOUND) return 0;
  if (err) fail_msg("%s", fault.text);
  int found = d.realm[0];
  cg_session_data_wipe(&d);
  return found;
}

static void test_mode(void **state) {
  (void)state;
  struct stat st;
  mode_t old = umask(0);
  assert_int_equal(write_seed(1, NULL), CG_OK);
  umask(old);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0600);
  assert_int_equal(read_seed(), 1);
  assert_int_equal(empty_folder(), 1);
}

/* A crash in any system call leaves the old or the new file, and the next lock sweeps
 * up what else was left. */
static void test_crash(void **state) {
  (void)state;
  int status = -1, old = 0, new = 0;
  for (int n = 0; status; n++) {
    assert_int_equal(write_seed(1, NULL), CG_OK);
    pid_t pid = fork();
    if (!pid) {
      left = n;
      crashing = true;
      _exit(write_seed(2, NULL) ? 8 : 0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && (!status || WEXITSTATUS(status) == 9));
    int found = read_seed();
    assert_true(found == 1 || found == 2);
    old += found == 1;
    new += found == 2;
    int lock;
    assert_int_equal(cg_session_lock(path, &lock, NULL), CG_OK);
    close(lock);
    assert_int_equal(empty_folder(), 2); /* the file and its lock */
  }
  assert_true(old >= 4 && new >= 2);
}

static void test_remove(void **state) {
  (void)state;
  cg_fault fault;
  assert_int_equal(write_seed(1, NULL), CG_OK);
  assert_int_equal(cg_session_remove(path, &fault), CG_OK);
  assert_int_equal(read_seed(), 0);
  assert_int_equal(empty_folder(), 0);
  assert_int_equal(cg_session_remove(path, &fault), CG_OK); /* nothing is there */
  assert_int_equal(mkdir(path, 0700), 0);
  assert_int_equal(cg_session_remove(path, &fault), CG_E_IO);
  assert_non_null(strstr(fault.text, path));
  assert_int_equal(rmdir(path), 0);
}

/* A failing system call is told of, names the file and leaves no temporary one. */
static void test_failure(void **state) {
  (void)state;
  cg_err err = CG_E_IO;
  for (int n = 0; err; n++) {
    cg_fault fault = { 0 };
    assert_int_equal(write_seed(1, NULL), CG_OK);
    left = n;
    err = write_seed(2, &fault);
    left = -1;
    if (err) {
      assert_int_equal(err, CG_E_IO);
      assert_non_null(strstr(fault.text, folder));
      assert_true(read_seed() == 1 || n > 4); /* only the folder's sync comes after */
    }
    assert_int_equal(empty_folder(), 1);
  }
}

static void test_damaged(void **state) {
  (void)state;
  cg_session_data d;
  cg_fault fault;
  int fd = open(path, O_CREAT | O_WRONLY, 0600);
  assert_int_equal(write(fd, "hello", 5), 5);
  close(fd);
  assert_int_equal(cg_session_read(path, NULL, &d, &fault), CG_E_CORRUPT);
  assert_non_null(strstr(fault.text, path));
  assert_int_equal(truncate(path, CG_SESSION_MAX + 1), 0);
  assert_int_equal(cg_session_read(path, NULL, &d, &fault), CG_E_CORRUPT);
  assert_int_equal(cg_session_read(folder, NULL, &d, &fault), CG_E_CORRUPT);
  assert_int_equal(cg_session_look(folder, NULL, &fault), CG_E_CORRUPT);
  unlink(path);
  assert_int_equal(cg_session_read(path, NULL, &d, &fault), CG_E_NOT_FOUND);
  assert_int_equal(cg_session_look(path, NULL, &fault), CG_OK);
}

/* A link is neither read nor written through. */
static void test_link(void **state) {
  (void)state;
  cg_session_data d;
  char target[110];
  snprintf(target, sizeof target, "%s.target", path);
  assert_int_equal(write_seed(1, NULL), CG_OK);
  assert_int_equal(rename(path, target), 0);
  assert_int_equal(symlink(target, path), 0);
  assert_int_equal(cg_session_read(path, NULL, &d, NULL), CG_E_IO);
  assert_int_equal(write_seed(2, NULL), CG_OK);
  assert_int_equal(read_seed(), 2);
  assert_int_equal(rename(target, path), 0);
  assert_int_equal(read_seed(), 1);
}

/* The lock keeps out another process and another client of this one, and dies with a
 * process that is killed. */
static void test_lock(void **state) {
  (void)state;
  int ready[2], lock;
  char byte;
  cg_fault fault;
  assert_int_equal(pipe(ready), 0);
  pid_t pid = fork();
  if (!pid) {
    cg_err err = cg_session_lock(path, &lock, NULL);
    if (write(ready[1], err ? "n" : "y", 1) == 1) pause();
    _exit(1);
  }
  assert_int_equal(read(ready[0], &byte, 1), 1);
  assert_int_equal(byte, 'y');
  assert_int_equal(cg_session_lock(path, &lock, &fault), CG_E_LOCKED);
  assert_non_null(strstr(fault.text, path));
  kill(pid, SIGKILL);
  waitpid(pid, NULL, 0);
  assert_int_equal(cg_session_lock(path, &lock, NULL), CG_OK);
  int second;
  assert_int_equal(cg_session_lock(path, &second, NULL), CG_E_LOCKED);
  close(lock);
  assert_int_equal(cg_session_lock(path, &second, NULL), CG_OK);
  close(second);
  close(ready[0]);
  close(ready[1]);
}

/* Only what is a temporary file of this session is swept up. */
static void test_sweep(void **state) {
  (void)state;
  static const char *const names[] = { "me.session.0123456789abcdef.tmp", /* ours */
                                       "me.session.0123456789abcdeX.tmp",
                                       "me.session.0123456789abcdef.tmp2",
                                       "xe.session.0123456789abcdef.tmp", "me.session" };
  int lock;
  for (size_t i = 0; i < 5; i++) {
    char name[200];
    snprintf(name, sizeof name, "%s/%s", folder, names[i]);
    close(open(name, O_CREAT | O_WRONLY, 0600));
  }
  assert_int_equal(cg_session_lock(path, &lock, NULL), CG_OK);
  close(lock);
  assert_int_equal(empty_folder(), 5); /* four and the lock */
}

static cg_err fill_zeros(void *ctx, void *out, size_t len) {
  (void)ctx;
  memset(out, 0, len);
  return CG_OK;
}

/* A file or link that waits under the temporary name is neither used nor removed. */
static void test_planted(void **state) {
  (void)state;
  static const cg_rng zeros = { fill_zeros, NULL };
  cg_session_data d;
  struct stat st;
  char temp[140], target[110];
  snprintf(temp, sizeof temp, "%s.0000000000000000.tmp", path);
  snprintf(target, sizeof target, "%s.target", path);
  close(open(target, O_CREAT | O_WRONLY, 0600));
  test_session(&d, 1);
  assert_int_equal(symlink(target, temp), 0);
  assert_int_equal(cg_session_write(path, NULL, &d, &zeros, NULL), CG_E_IO);
  assert_int_equal(lstat(temp, &st), 0);
  unlink(temp);
  assert_int_equal(rename(target, temp), 0);
  assert_int_equal(cg_session_write(path, NULL, &d, &zeros, NULL), CG_E_IO);
  assert_int_equal(stat(temp, &st), 0);
  assert_int_equal(st.st_size, 0);
  cg_session_data_wipe(&d);
}

static void test_no_folder(void **state) {
  (void)state;
  cg_fault fault;
  int lock;
  assert_int_equal(cg_session_lock("/nonexistent/x/me", &lock, &fault), CG_E_NOT_FOUND);
  assert_non_null(strstr(fault.text, "/nonexistent/x/me"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_mode), TEST(test_crash), TEST(test_remove),
    TEST(test_failure), TEST(test_damaged),
    TEST(test_link), TEST(test_lock),  TEST(test_sweep),   TEST(test_no_folder),
    TEST(test_planted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
