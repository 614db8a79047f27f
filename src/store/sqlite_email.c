/* SPDX-License-Identifier: MIT */
/* sqlite_email.c - by which email an account logs in. */
#include "sqlite.h"

#include <stdio.h>
#include <string.h>

/* Ends a run that gives one row or none. */
static cg_err one_email(cg_sql *q, cg_sqlite_answer *out) {
  bool found = cg_sql_row(q);
  if (found) {
    out->email = (cg_store_email){ .user_id = cg_sql_get_int(q) };
    cg_sql_get_text(q, out->email.login_email, sizeof out->email.login_email);
    out->email.setup_due = cg_sql_get_int(q) != 0;
    out->email.reset_at = cg_sql_get_int(q);
    out->reply.email = &out->email;
    out->reply.count = 1;
  }
  cg_err err = cg_sql_end(q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_email_get(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_EMAIL_GET);
  cg_sql_int(&q, (int64_t)rq->id);
  return one_email(&q, out);
}

static cg_err put(cg_sqlite *s, const cg_store_email *row) {
  cg_sql q = cg_sql_start(s, SQL_EMAIL_PUT);
  cg_sql_int(&q, row->user_id);
  cg_sql_text(&q, row->login_email);
  cg_sql_int(&q, row->setup_due);
  cg_sql_int(&q, row->reset_at);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_email_put(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  (void)out;
  return put(s, rq->email);
}

cg_err cg_sqlite_email_reset(cg_sqlite *s, const cg_store_request *rq,
                             cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_EMAIL_RESET);
  cg_sql_int(&q, (int64_t)rq->id);
  cg_sql_int(&q, rq->number);
  return one_email(&q, out);
}

/* The code was right, so the email was, or is from now on, the owner's. */
cg_err cg_sqlite_email_login(cg_sqlite *s, const cg_store_code *code, int64_t user_id) {
  if (code->ladder[0] == CG_RUNG_SETUP_EMAIL && code->email[0]) {
    cg_store_email row = { .user_id = user_id };
    memcpy(row.login_email, code->email, sizeof row.login_email);
    return put(s, &row);
  }
  size_t rungs = strlen(code->ladder);
  bool by_email = code->rung >= 0 && (size_t)code->rung < rungs &&
                  code->ladder[code->rung] == CG_RUNG_EMAIL;
  if (!by_email) return CG_OK;
  cg_sql q = cg_sql_start(s, SQL_EMAIL_USED);
  cg_sql_int(&q, user_id);
  return cg_sql_end(&q);
}
