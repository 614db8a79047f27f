/* SPDX-License-Identifier: MIT */
/* sqlite_user.c - accounts. A bot has no phone: NULL in the table, "" in the row. */
#include "sqlite.h"

static void read_user(cg_sql *q, cg_store_user *user) {
  *user = (cg_store_user){ 0 };
  user->id = cg_sql_get_int(q);
  cg_sql_get_text(q, user->phone, sizeof user->phone);
  user->access_hash = cg_sql_get_int(q);
  user->created = cg_sql_get_int(q);
  cg_sql_get_text(q, user->first_name, sizeof user->first_name);
  cg_sql_get_text(q, user->last_name, sizeof user->last_name);
  user->state = (cg_user_state)cg_sql_get_int(q);
  user->dc = cg_sql_get_i32(q);
}

/* Ends a run that gives one user or none. */
static cg_err one_user(cg_sql *q, cg_sqlite_answer *out) {
  bool found = cg_sql_row(q);
  if (found) {
    read_user(q, &out->user);
    out->reply.user = &out->user;
    out->reply.count = 1;
  }
  cg_err err = cg_sql_end(q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_user_get(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_USER_GET);
  cg_sql_int(&q, (int64_t)rq->id);
  return one_user(&q, out);
}

cg_err cg_sqlite_user_find(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_USER_FIND);
  cg_sql_text(&q, rq->text);
  return one_user(&q, out);
}

cg_err cg_sqlite_user_add(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_USER_ADD);
  cg_sql_int(&q, rq->user->id);
  cg_sql_text(&q, rq->user->phone);
  cg_sql_int(&q, rq->user->access_hash);
  cg_sql_int(&q, rq->user->created);
  cg_sql_text(&q, rq->user->first_name);
  cg_sql_text(&q, rq->user->last_name);
  cg_sql_int(&q, rq->user->state);
  cg_sql_int(&q, rq->user->dc);
  cg_err err = cg_sql_end(&q);
  return !err && rq->password ? cg_sqlite_password_put(s, rq, out) : err;
}

cg_err cg_sqlite_user_state(cg_sqlite *s, const cg_store_request *rq,
                            cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_USER_STATE);
  cg_sql_int(&q, (int64_t)rq->id);
  cg_sql_int(&q, rq->number);
  return one_user(&q, out);
}

cg_err cg_sqlite_user_list(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_USER_LIST);
  cg_sql_int(&q, cg_sqlite_limit(rq));
  while (cg_sql_row(&q)) {
    cg_store_user row;
    read_user(&q, &row);
    cg_buf_put(&out->list, &row, sizeof row);
    out->reply.count++;
  }
  out->reply.user = (const cg_store_user *)(const void *)out->list.at;
  return cg_sql_end(&q);
}
