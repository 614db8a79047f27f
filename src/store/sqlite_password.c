/* SPDX-License-Identifier: MIT */
/* sqlite_password.c - passwords of two-step verification. */
#include "sqlite.h"

#include <string.h>

/* What is empty in the table is zero in the row. */
static void read_blob(cg_sql *q, uint8_t *out, size_t size) {
  cg_bytes v = cg_sql_get_bytes(q);
  memset(out, 0, size);
  if (v.len == size)
    memcpy(out, v.at, size);
  else if (v.len && !q->rc)
    q->rc = SQLITE_CORRUPT;
}

static void read_settings(cg_sql *q, cg_store_secret *out) {
  out->set = cg_sql_get_int(q) != 0;
  read_blob(q, out->v, sizeof out->v);
  read_blob(q, out->salt1, sizeof out->salt1);
  read_blob(q, out->salt2, sizeof out->salt2);
  cg_sql_get_text(q, out->hint, sizeof out->hint);
  cg_sql_get_text(q, out->email, sizeof out->email);
}

static void bind_settings(cg_sql *q, const cg_store_secret *in) {
  cg_sql_int(q, in->set);
  cg_sql_blob(q, in->v, in->set ? sizeof in->v : 0);
  cg_sql_blob(q, in->salt1, in->set ? sizeof in->salt1 : 0);
  cg_sql_blob(q, in->salt2, in->set ? sizeof in->salt2 : 0);
  cg_sql_text(q, in->hint);
  cg_sql_text(q, in->email);
}

static void read_password(cg_sql *q, cg_store_password *out) {
  memset(out, 0, sizeof *out);
  out->user_id = cg_sql_get_int(q);
  out->revision = cg_sql_get_int(q);
  out->version = cg_sql_get_int(q);
  out->changed_at = cg_sql_get_int(q);
  out->reset_at = cg_sql_get_int(q);
  out->retry_at = cg_sql_get_int(q);
  read_settings(q, &out->now);
  read_settings(q, &out->pending);
}

/* Binds what read_password() reads, with the revision that the row will have. */
static void bind_password(cg_sql *q, const cg_store_password *in, int64_t revision) {
  cg_sql_int(q, in->user_id);
  cg_sql_int(q, revision);
  cg_sql_int(q, in->version);
  cg_sql_int(q, in->changed_at);
  cg_sql_int(q, in->reset_at);
  cg_sql_int(q, in->retry_at);
  bind_settings(q, &in->now);
  bind_settings(q, &in->pending);
}

static cg_err one_password(cg_sql *q, cg_sqlite_answer *out) {
  bool found = cg_sql_row(q);
  if (found) {
    read_password(q, &out->password);
    out->reply.password = &out->password;
    out->reply.count = 1;
  }
  cg_err err = cg_sql_end(q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_password_get(cg_sqlite *s, const cg_store_request *rq,
                              cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_PASSWORD_GET);
  cg_sql_int(&q, (int64_t)rq->id);
  return one_password(&q, out);
}

/* What was handed out to come in beside the password, or in its place, ends with it. */
static cg_err end_ways_round(cg_sqlite *s, int64_t user_id, int64_t now) {
  cg_sql q = cg_sql_start(s, SQL_PASSWORD_CODES);
  cg_sql_int(&q, user_id);
  cg_sql_int(&q, now);
  cg_err err = cg_sql_end(&q);
  if (err) return err;
  q = cg_sql_start(s, SQL_PASSWORD_TOKENS);
  cg_sql_int(&q, user_id);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_password_put(cg_sqlite *s, const cg_store_request *rq,
                              cg_sqlite_answer *out) {
  const cg_store_password *row = rq->password;
  cg_sqlite_answer old = { 0 };
  cg_store_request get = { .op = CG_STORE_PASSWORD_GET, .id = (uint64_t)row->user_id };
  cg_err err = cg_sqlite_password_get(s, &get, &old);
  int64_t revision = old.password.revision, version = old.password.version;
  explicit_bzero(&old, sizeof old);
  if (err && err != CG_E_NOT_FOUND) return err;
  if (revision != row->revision) return CG_E_NOT_FOUND;
  cg_sql q = cg_sql_start(s, SQL_PASSWORD_PUT);
  bind_password(&q, row, row->revision + 1);
  err = one_password(&q, out);
  if (!err && version != row->version) err = end_ways_round(s, row->user_id, rq->now);
  return err;
}
