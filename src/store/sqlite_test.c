/* SPDX-License-Identifier: MIT */
/* sqlite_test.c - what is particular to the SQLite store: its file, faults, crashes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "sqlite.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  char dir[64], path[128], url[160];
} place;

static int set_up(void **state) {
  place *p = calloc(1, sizeof *p);
  assert_non_null(p);
  strcpy(p->dir, "/tmp/sqlite_test.XXXXXX");
  assert_non_null(mkdtemp(p->dir));
  snprintf(p->path, sizeof p->path, "%s/cg.db", p->dir);
  snprintf(p->url, sizeof p->url, "sqlite:%s", p->path);
  *state = p;
  return 0;
}

static int tear_down(void **state) {
  place *p = *state;
  static const char *const ends[] = { "", "-wal", "-shm" };
  for (size_t i = 0; i < 3; i++) {
    char path[160];
    snprintf(path, sizeof path, "%s%s", p->path, ends[i]);
    (void)unlink(path);
  }
  int rc = rmdir(p->dir);
  free(p);
  return rc;
}

/* Runs SQL on the file behind the store's back. */
static void sql(const place *p, const char *text) {
  sqlite3 *db;
  assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

static cg_store *open_store(const place *p) {
  cg_store *s = NULL;
  cg_fault fault;
  cg_err err = cg_store_open(&s, p->url, &fault);
  if (err) print_error("%s\n", fault.text);
  assert_int_equal(err, CG_OK);
  return s;
}

static void keep_err(void *ctx, const cg_store_reply *r) {
  *(cg_err *)ctx = r->err;
}

static cg_err ask(cg_store *s, cg_store_request rq) {
  cg_err err = CG_E_STATE;
  cg_store_submit(s, &rq, keep_err, &err);
  return err;
}

static cg_err add_user(cg_store *s, int64_t id) {
  cg_store_user user = { .id = id };
  snprintf(user.phone, sizeof user.phone, "%lld", (long long)id);
  memset(user.first_name, 'x', sizeof user.first_name - 1);
  return ask(s, (cg_store_request){ .op = CG_STORE_USER_ADD, .user = &user });
}

static cg_err get_user(cg_store *s, int64_t id) {
  return ask(s, (cg_store_request){ .op = CG_STORE_USER_GET, .id = (uint64_t)id });
}

/* Only the owner may read the file and its side files, whatever the umask is. */
static void test_mode(void **state) {
  const place *p = *state;
  mode_t old = umask(0);
  cg_store *s = open_store(p);
  umask(old);
  assert_int_equal(add_user(s, 1), CG_OK);
  assert_int_equal(cg_store_sync(s), CG_OK);
  static const char *const ends[] = { "", "-wal", "-shm" };
  for (size_t i = 0; i < 3; i++) {
    char path[160];
    struct stat st;
    snprintf(path, sizeof path, "%s%s", p->path, ends[i]);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
  }
  cg_store_close(s);
}

static void refused(const place *p, cg_err want, const char *text) {
  cg_store *s = NULL;
  cg_fault fault = { 0 };
  assert_int_equal(cg_store_open(&s, p->url, &fault), want);
  assert_int_equal(fault.err, want);
  assert_non_null(strstr(fault.text, p->path));
  assert_non_null(strstr(fault.text, text));
  assert_null(s);
}

static void test_no_database(void **state) {
  const place *p = *state;
  FILE *f = fopen(p->path, "w");
  for (int i = 0; i < 1000; i++) fputs("this is no database\n", f);
  fclose(f);
  refused(p, CG_E_CORRUPT, "damaged");
}

/* A page that holds the tables' own description is overwritten. */
static void test_damaged(void **state) {
  const place *p = *state;
  cg_store_close(open_store(p));
  int fd = open(p->path, O_WRONLY | O_CLOEXEC);
  char junk[2000];
  memset(junk, 0xff, sizeof junk);
  assert_int_equal(pwrite(fd, junk, sizeof junk, 100), sizeof junk);
  close(fd);
  refused(p, CG_E_CORRUPT, "damaged");
}

static void test_foreign(void **state) {
  const place *p = *state;
  sql(p, "CREATE TABLE cats(name TEXT)");
  refused(p, CG_E_CORRUPT, "not a store of centigram");
}

static void test_version(void **state) {
  const place *p = *state;
  cg_store_close(open_store(p));
  sql(p, "PRAGMA user_version = 99");
  refused(p, CG_E_CORRUPT, "version 99");
}

static void test_busy(void **state) {
  const place *p = *state;
  cg_store_close(open_store(p));
  sqlite3 *db;
  assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
  refused(p, CG_E_LOCKED, "in use");
  sqlite3_close(db);
}

static void test_no_folder(void **state) {
  const place *p = *state;
  place missing = *p;
  snprintf(missing.path, sizeof missing.path, "%.60s/none/cg.db", p->dir);
  snprintf(missing.url, sizeof missing.url, "sqlite:%.100s", missing.path);
  refused(&missing, CG_E_IO, "No such file");
  cg_store *s = NULL;
  assert_int_equal(cg_store_open(&s, "sqlite:", NULL), CG_E_USAGE);
}

/* A row that another program has spoilt is an error, not half a row. */
static void test_spoilt_row(void **state) {
  const place *p = *state;
  cg_store *s = open_store(p);
  assert_int_equal(add_user(s, 1), CG_OK);
  assert_int_equal(cg_store_sync(s), CG_OK);
  sql(p, "UPDATE user SET phone = '1234567890123456'");
  assert_int_equal(get_user(s, 1), CG_E_STORE);
  assert_int_equal(get_user(s, 2), CG_E_NOT_FOUND);
  cg_store_close(s);
}

/* A statement that has come to its end is not run a second time. */
static void test_once(void **state) {
  cg_store *s = open_store(*state);
  const cg_sqlite *sqlite = (const cg_sqlite *)(const void *)s;
  assert_int_equal(add_user(s, 1), CG_OK);
  assert_int_equal(get_user(s, 2), CG_E_NOT_FOUND);
  assert_int_equal(ask(s, (cg_store_request){ .op = CG_STORE_USER_LIST }), CG_OK);
  static const cg_sql_id all[] = { SQL_USER_ADD, SQL_USER_GET, SQL_USER_LIST };
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(sqlite3_stmt_status(sqlite->statements[all[i]],
                                         SQLITE_STMTSTATUS_RUN, 0), 1);
  cg_store_close(s);
}

/* While another program holds the file, writes fail; afterwards they work. */
static void test_held(void **state) {
  const place *p = *state;
  cg_store *s = open_store(p);
  sqlite3 *db;
  assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
  assert_int_equal(add_user(s, 1), CG_E_STORE);
  assert_int_equal(get_user(s, 1), CG_E_NOT_FOUND);
  assert_int_equal(cg_store_sync(s), CG_OK);
  sqlite3_close(db);
  assert_int_equal(add_user(s, 1), CG_OK);
  assert_int_equal(cg_store_sync(s), CG_OK);
  cg_store_close(s);
}

/* Lets no file of this process grow beyond `bytes`: a full disk. */
static void limit_files(rlim_t bytes) {
  struct rlimit r;
  getrlimit(RLIMIT_FSIZE, &r);
  r.rlim_cur = bytes;
  setrlimit(RLIMIT_FSIZE, &r);
}

/* When the disk is full the turn's writes are gone and sync says so; all of them, also
 * those that had succeeded; later turns work again. */
static void test_full(void **state) {
  const place *p = *state;
  signal(SIGXFSZ, SIG_IGN);
  cg_store *s = open_store(p);
  assert_int_equal(add_user(s, 1), CG_OK);
  assert_int_equal(cg_store_sync(s), CG_OK);
  struct rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  limit_files(64 << 10);
  cg_err err = CG_OK;
  int64_t id = 2;
  while (!err && id < 20000) err = add_user(s, id++);
  cg_err synced = cg_store_sync(s);
  limit_files(before.rlim_cur);
  assert_true(id > 100); /* the page cache took many before the disk was asked */
  assert_int_equal(synced, CG_E_STORE);
  assert_int_equal(get_user(s, 1), CG_OK);
  assert_int_equal(get_user(s, 2), CG_E_NOT_FOUND);
  assert_int_equal(add_user(s, 2), CG_OK);
  assert_int_equal(cg_store_sync(s), CG_OK);
  cg_store_close(s);
}

/* The child: adds users, syncs, and only then tells their number. */
static void write_until_killed(const place *p, int to) {
  cg_store *s = NULL;
  if (cg_store_open(&s, p->url, NULL)) _exit(1);
  for (int64_t id = 1;; id++) {
    if (add_user(s, id) || (id % 3 == 0 && cg_store_sync(s))) _exit(2);
    if (id % 3 == 0 && write(to, &id, sizeof id) != sizeof id) _exit(3);
  }
}

/* Whatever the child told before it was killed is there afterwards. */
static void kill_at(const place *p, int64_t at) {
  int fds[2];
  assert_int_equal(pipe(fds), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) write_until_killed(p, fds[1]);
  close(fds[1]);
  int64_t id, last = 0;
  while (read(fds[0], &id, sizeof id) == sizeof id) {
    if (last < at && id >= at) kill(child, SIGKILL);
    last = id;
  }
  close(fds[0]);
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  cg_store *s = open_store(p);
  for (id = 1; id <= last; id++) assert_int_equal(get_user(s, id), CG_OK);
  /* A turn that was cut off is there as a whole or not at all. */
  assert_int_equal(get_user(s, last + 1), get_user(s, last + 3));
  assert_int_equal(ask(s, (cg_store_request){ .op = CG_STORE_RESET }), CG_OK);
  cg_store_close(s);
}

static void test_killed(void **state) {
  static const int64_t at[] = { 3, 30, 333, 1500, 4000 };
  for (size_t i = 0; i < sizeof at / sizeof *at; i++) kill_at(*state, at[i]);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(mode),    TEST(no_database), TEST(damaged),     TEST(foreign),
    TEST(version), TEST(busy),        TEST(no_folder),   TEST(spoilt_row),
    TEST(held),    TEST(full),        TEST(killed),      TEST(once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
