/* SPDX-License-Identifier: MIT */
/* sqlite_run.c - runs of kept statements: see sqlite.h. */
#include "sqlite.h"

#include <assert.h>
#include <string.h>

static const char *const texts[SQL_COUNT] = {
#define X(name, text) [SQL_##name] = text,
  SQL_STATEMENTS(X)
#undef X
};

static void fail(cg_sql *q, int rc) {
  if (!q->rc) q->rc = rc;
}

cg_sql cg_sql_start(cg_sqlite *s, cg_sql_id id) {
  cg_sql q = { .s = s };
  if (!s->statements[id])
    q.rc = sqlite3_prepare_v3(s->db, texts[id], -1, SQLITE_PREPARE_PERSISTENT,
                              &s->statements[id], NULL);
  q.statement = s->statements[id];
  /* Completions may submit requests, but only after the run that led to them ended. */
  assert(!q.statement || !sqlite3_stmt_busy(q.statement));
  return q;
}

void cg_sql_int(cg_sql *q, int64_t v) {
  if (!q->rc) fail(q, sqlite3_bind_int64(q->statement, ++q->at, v));
}

void cg_sql_text(cg_sql *q, const char *text) {
  if (!q->rc) fail(q, sqlite3_bind_text(q->statement, ++q->at, text, -1, SQLITE_STATIC));
}

void cg_sql_blob(cg_sql *q, const void *at, size_t len) {
  if (q->rc) return;
  /* A NULL pointer would bind NULL, not an empty blob. */
  fail(q, sqlite3_bind_blob64(q->statement, ++q->at, len ? at : "", len, SQLITE_STATIC));
}

void cg_sql_null(cg_sql *q) {
  if (!q->rc) fail(q, sqlite3_bind_null(q->statement, ++q->at));
}

bool cg_sql_row(cg_sql *q) {
  if (q->rc || q->done) return false;
  q->at = 0;
  int rc = sqlite3_step(q->statement);
  q->done = rc == SQLITE_DONE;
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) fail(q, rc);
  return rc == SQLITE_ROW;
}

int64_t cg_sql_get_int(cg_sql *q) {
  return q->rc ? 0 : sqlite3_column_int64(q->statement, q->at++);
}

int32_t cg_sql_get_i32(cg_sql *q) {
  return (int32_t)cg_sql_get_int(q);
}

cg_bytes cg_sql_get_bytes(cg_sql *q) {
  if (q->rc) return (cg_bytes){ 0 };
  int at = q->at++;
  const void *p = sqlite3_column_blob(q->statement, at);
  int len = sqlite3_column_bytes(q->statement, at);
  if (!p && len) fail(q, SQLITE_NOMEM);
  return (cg_bytes){ p, p ? (size_t)len : 0 };
}

void cg_sql_get_text(cg_sql *q, char *out, size_t size) {
  cg_bytes v = cg_sql_get_bytes(q);
  if (v.len >= size) fail(q, SQLITE_CORRUPT);
  else if (v.len) memcpy(out, v.at, v.len);
  out[q->rc ? 0 : v.len] = 0;
}

void cg_sql_get_blob(cg_sql *q, void *out, size_t size) {
  cg_bytes v = cg_sql_get_bytes(q);
  if (v.len != size) fail(q, SQLITE_CORRUPT);
  else memcpy(out, v.at, size);
}

cg_err cg_sql_end(cg_sql *q) {
  while (cg_sql_row(q)) {}
  if (q->statement) {
    sqlite3_reset(q->statement); /* repeats the error of the step, if any */
    sqlite3_clear_bindings(q->statement);
  }
  switch (q->rc) {
  case SQLITE_OK: return CG_OK;
  case SQLITE_CONSTRAINT_PRIMARYKEY:
  case SQLITE_CONSTRAINT_ROWID:
  case SQLITE_CONSTRAINT_UNIQUE: return CG_E_EXISTS;
  default: return CG_E_STORE;
  }
}

cg_err cg_sql_run(cg_sqlite *s, cg_sql_id id) {
  cg_sql q = cg_sql_start(s, id);
  return cg_sql_end(&q);
}
