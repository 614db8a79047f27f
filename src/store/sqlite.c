/* SPDX-License-Identifier: MIT */
/*
 * sqlite.c - the SQLite store: connection, transactions, dispatch of requests.
 *
 * The first write since the last sync begins a transaction, each write runs in a
 * savepoint of its own, and cg_store_sync() commits them all. Once SQLite has rolled
 * the transaction back by itself, every request fails until the sync that says so.
 */
#include "sqlite.h"

#include "mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How long another process (a backup, somebody's sqlite3) may hold the file. */
enum { BUSY_MS = 500 };

/* --- opening ----------------------------------------------------------------- */

static cg_err open_error(cg_sqlite *s, int rc, const char *name, cg_fault *fault) {
  switch (rc & 0xff) {
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return cg_fail(fault, CG_E_LOCKED, "%s is in use by another process", name);
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return cg_fail(fault, CG_E_CORRUPT, "%s is damaged or no database", name);
  case SQLITE_NOMEM: return cg_fail(fault, CG_E_MEMORY, "out of memory");
  default:
    return cg_fail(fault, CG_E_IO, "cannot open %s: %s", name,
                   s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc));
  }
}

/* Creates the file for its owner alone: SQLite would follow the umask, and gives its
 * side files the mode of the main one. */
static cg_err create_file(const char *name, cg_fault *fault) {
  int fd = open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) close(fd);
  else if (errno != EEXIST)
    return cg_fail(fault, CG_E_IO, "cannot create %s: %s", name, strerror(errno));
  return CG_OK;
}

/* Runs one pragma and gives its value as a number, or -1. */
static int64_t ask(cg_sqlite *s, const char *sql, int *rc) {
  sqlite3_stmt *q = NULL;
  int64_t v = -1;
  if (*rc) return v;
  *rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
  if (!*rc && sqlite3_step(q) == SQLITE_ROW) v = sqlite3_column_int64(q, 0);
  if (!*rc) *rc = sqlite3_finalize(q);
  return v;
}

static void run(cg_sqlite *s, const char *sql, int *rc) {
  if (!*rc) *rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
}

/* Makes the tables in an empty file; refuses a file of another make. */
static cg_err prepare_tables(cg_sqlite *s, const char *name, cg_fault *fault) {
  int rc = SQLITE_OK;
  int64_t tables = ask(s, "SELECT count(*) FROM sqlite_schema", &rc);
  int64_t maker = ask(s, "PRAGMA application_id", &rc);
  int64_t version = ask(s, "PRAGMA user_version", &rc);
  if (!rc && tables == 0) {
    run(s, SQL_SCHEMA, &rc);
    run(s, SQL_SCHEMA_LOGIN, &rc);
  } else if (!rc) {
    if (maker != atoll(SQL_APPLICATION))
      return cg_fail(fault, CG_E_CORRUPT, "%s is not a store of centigram", name);
    if (version != atoll(SQL_VERSION))
      return cg_fail(fault, CG_E_CORRUPT,
                     "%s has tables of version %lld, this program knows " SQL_VERSION,
                     name, (long long)version);
    run(s, "BEGIN IMMEDIATE; COMMIT", &rc); /* can it be written? */
  }
  return rc ? open_error(s, rc, name, fault) : CG_OK;
}

static cg_err configure(cg_sqlite *s, const char *name, cg_fault *fault) {
  int rc = sqlite3_busy_timeout(s->db, BUSY_MS);
  if (!rc) rc = sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  if (!rc) rc = sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
  run(s,
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY",
      &rc);
  return rc ? open_error(s, rc, name, fault) : prepare_tables(s, name, fault);
}

static void close_sqlite(cg_store *base) {
  cg_sqlite *s = (cg_sqlite *)base;
  for (size_t i = 0; i < SQL_COUNT; i++) sqlite3_finalize(s->statements[i]);
  sqlite3_close(s->db);
  cg_free(s);
}

static cg_err open_sqlite(cg_store **out, const char *name, cg_fault *fault) {
  bool memory = !strcmp(name, ":memory:");
  if (!*name) return cg_fail(fault, CG_E_USAGE, "sqlite: names no file");
  cg_err err = memory ? CG_OK : create_file(name, fault);
  if (err) return err;
  cg_sqlite *s = cg_alloc(sizeof *s);
  if (!s) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  s->base.driver = &cg_sqlite_driver;
  int rc = sqlite3_open_v2(name, &s->db,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                               SQLITE_OPEN_EXRESCODE | (memory ? SQLITE_OPEN_MEMORY : 0),
                           NULL);
  err = rc ? open_error(s, rc, name, fault) : configure(s, name, fault);
  if (err) {
    close_sqlite(&s->base);
    return err;
  }
  *out = &s->base;
  return CG_OK;
}

/* --- transactions ------------------------------------------------------------ */

static cg_err sync_sqlite(cg_store *base) {
  cg_sqlite *s = (cg_sqlite *)base;
  if (!s->turn) return CG_OK;
  bool lost = s->lost;
  s->turn = s->lost = false;
  if (!lost && !cg_sql_run(s, SQL_COMMIT)) return CG_OK;
  if (!sqlite3_get_autocommit(s->db)) (void)cg_sql_run(s, SQL_ROLLBACK);
  return CG_E_STORE;
}

static cg_err begin_turn(cg_sqlite *s) {
  if (s->turn) return CG_OK;
  cg_err err = cg_sql_run(s, SQL_BEGIN);
  if (!err) s->turn = true;
  return err ? CG_E_STORE : CG_OK;
}

/* Runs a write in a savepoint, which keeps all of it or nothing. */
static cg_err run_write(cg_sqlite *s, cg_sqlite_op *op, const cg_store_request *rq,
                        cg_sqlite_answer *out) {
  cg_err err = begin_turn(s);
  if (!err) err = cg_sql_run(s, SQL_SAVE);
  if (err) return err;
  cg_err result = op(s, rq, out);
  if (!result && out->list.err) result = CG_E_STORE; /* who it was about cannot be told */
  if (result) err = cg_sql_run(s, SQL_UNDO);
  if (!err) err = cg_sql_run(s, SQL_KEEP);
  /* A savepoint that cannot be closed leaves the turn in an unknown state. */
  if (err) s->lost = true;
  return err ? err : result;
}

/* --- requests ---------------------------------------------------------------- */

static const struct {
  cg_sqlite_op *run;
  bool writes;
} ops[] = {
  [CG_STORE_KEY_PUT] = { cg_sqlite_key_put, true },
  [CG_STORE_KEY_GET] = { cg_sqlite_key_get, false },
  [CG_STORE_KEY_INIT] = { cg_sqlite_key_init, true },
  [CG_STORE_KEY_DELETE] = { cg_sqlite_key_delete, true },
  [CG_STORE_USER_GET] = { cg_sqlite_user_get, false },
  [CG_STORE_USER_FIND] = { cg_sqlite_user_find, false },
  [CG_STORE_USER_ADD] = { cg_sqlite_user_add, true },
  [CG_STORE_USER_STATE] = { cg_sqlite_user_state, true },
  [CG_STORE_USER_LIST] = { cg_sqlite_user_list, false },
  [CG_STORE_AUTH_PUT] = { cg_sqlite_auth_put, true },
  [CG_STORE_AUTH_GET] = { cg_sqlite_auth_get, false },
  [CG_STORE_AUTH_DELETE] = { cg_sqlite_auth_delete, true },
  [CG_STORE_AUTH_LIST] = { cg_sqlite_auth_list, false },
  [CG_STORE_AUTH_END] = { cg_sqlite_auth_end, true },
  [CG_STORE_AUTH_SET] = { cg_sqlite_auth_set, true },
  [CG_STORE_AUTH_TOUCH] = { cg_sqlite_auth_touch, true },
  [CG_STORE_AUTH_TTL] = { cg_sqlite_auth_ttl, true },
  [CG_STORE_AUTH_EXPIRE] = { cg_sqlite_auth_expire, true },
  [CG_STORE_BOX_GET] = { cg_sqlite_box_get, false },
  [CG_STORE_MESSAGE_ADD] = { cg_sqlite_message_add, true },
  [CG_STORE_MESSAGE_SINCE] = { cg_sqlite_message_since, false },
  [CG_STORE_MESSAGE_LIST] = { cg_sqlite_message_list, false },
  [CG_STORE_MESSAGE_READ] = { cg_sqlite_message_read, true },
  [CG_STORE_CODE_ADD] = { cg_sqlite_code_add, true },
  [CG_STORE_CODE_GET] = { cg_sqlite_code_get, false },
  [CG_STORE_CODE_LIVE] = { cg_sqlite_code_live, false },
  [CG_STORE_CODE_ATTEMPT] = { cg_sqlite_code_attempt, true },
  [CG_STORE_CODE_MOVE] = { cg_sqlite_code_move, true },
  [CG_STORE_CODE_RESEND] = { cg_sqlite_code_resend, true },
  [CG_STORE_CODE_LOGIN] = { cg_sqlite_code_login, true },
  [CG_STORE_CODE_SIGNUP] = { cg_sqlite_code_signup, true },
  [CG_STORE_CODE_LIST] = { cg_sqlite_code_list, false },
  [CG_STORE_CODE_PENDING] = { cg_sqlite_code_pending, false },
  [CG_STORE_PASSWORD_GET] = { cg_sqlite_password_get, false },
  [CG_STORE_PASSWORD_PUT] = { cg_sqlite_password_put, true },
  [CG_STORE_TOKEN_PUT] = { cg_sqlite_token_put, true },
  [CG_STORE_TOKEN_GET] = { cg_sqlite_token_get, false },
  [CG_STORE_TOKEN_FIND] = { cg_sqlite_token_find, false },
  [CG_STORE_TOKEN_MOVE] = { cg_sqlite_token_move, true },
  [CG_STORE_TOKEN_TAKE] = { cg_sqlite_token_take, true },
  [CG_STORE_TOKEN_DROP] = { cg_sqlite_token_drop, true },
  [CG_STORE_EMAIL_GET] = { cg_sqlite_email_get, false },
  [CG_STORE_EMAIL_PUT] = { cg_sqlite_email_put, true },
  [CG_STORE_EMAIL_RESET] = { cg_sqlite_email_reset, true },
  [CG_STORE_COUNTER_GET] = { cg_sqlite_counter_get, false },
  [CG_STORE_COUNTER_HIT] = { cg_sqlite_counter_hit, true },
  [CG_STORE_COUNTER_CLEAR] = { cg_sqlite_counter_clear, true },
  [CG_STORE_META_GET] = { cg_sqlite_meta_get, false },
  [CG_STORE_META_PUT] = { cg_sqlite_meta_put, true },
  [CG_STORE_MISSING_HIT] = { cg_sqlite_missing_hit, true },
  [CG_STORE_MISSING_LIST] = { cg_sqlite_missing_list, false },
  [CG_STORE_COUNTS] = { cg_sqlite_counts, false },
  [CG_STORE_PURGE] = { cg_sqlite_purge, true },
  [CG_STORE_RESET] = { cg_sqlite_reset, true },
};

cg_bytes cg_sqlite_keep(cg_sqlite_answer *out, cg_bytes bytes) {
  if (!out->texts) out->texts = cg_arena_new(0);
  return out->texts ? cg_arena_copy(out->texts, bytes) : (cg_bytes){ 0 };
}

/* Some failures (disk full, I/O, memory), also of reads, make SQLite roll back the
 * whole transaction: what this turn has written before is then gone too. */
static void check_lost(cg_sqlite *s) {
  if (s->turn && sqlite3_get_autocommit(s->db)) s->lost = true;
}

static cg_err run_request(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  if (s->lost) return CG_E_STORE;
  cg_err err = ops[rq->op].writes ? run_write(s, ops[rq->op].run, rq, out)
                                  : ops[rq->op].run(s, rq, out);
  check_lost(s);
  return !err && out->list.err ? CG_E_STORE : err;
}

static void submit_sqlite(cg_store *base, const cg_store_request *rq, cg_store_done *done,
                          void *ctx) {
  assert((size_t)rq->op < sizeof ops / sizeof *ops);
  cg_sqlite_answer out = { 0 };
  cg_err err = run_request((cg_sqlite *)base, rq, &out);
  if (err) out.reply = (cg_store_reply){ .err = err };
  done(ctx, &out.reply);
  cg_buf_wipe(&out.list);
  cg_arena_free(out.texts);
  explicit_bzero(&out, sizeof out); /* keys and codes were in it */
}

const cg_store_driver cg_sqlite_driver = {
  .scheme = "sqlite:",
  .open = open_sqlite,
  .submit = submit_sqlite,
  .sync = sync_sqlite,
  .close = close_sqlite,
};
