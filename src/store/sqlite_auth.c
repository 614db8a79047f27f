/* SPDX-License-Identifier: MIT */
/* sqlite_auth.c - who is logged in on auth keys, and for how long. */
#include "sqlite.h"

static void read_auth(cg_sql *q, cg_store_auth *auth) {
  *auth = (cg_store_auth){ 0 };
  auth->key_id = (uint64_t)cg_sql_get_int(q);
  auth->user_id = cg_sql_get_int(q);
  auth->hash = cg_sql_get_int(q);
  auth->created = cg_sql_get_int(q);
  auth->active = cg_sql_get_int(q);
  cg_sql_get_text(q, auth->ip, sizeof auth->ip);
  auth->flags = (uint32_t)cg_sql_get_int(q);
}

/* A row of the view, which has what initConnection said too. */
static void read_session(cg_sql *q, cg_store_auth *auth) {
  read_auth(q, auth);
  cg_sqlite_read_init(q, &auth->init);
}

/* Ends a run that gives a list. */
static cg_err auths(cg_sql *q, void (*read)(cg_sql *q, cg_store_auth *auth),
                    cg_sqlite_answer *out) {
  while (cg_sql_row(q)) {
    cg_store_auth row;
    read(q, &row);
    cg_buf_put(&out->list, &row, sizeof row);
    out->reply.count++;
  }
  out->reply.auth = (const cg_store_auth *)(const void *)out->list.at;
  return cg_sql_end(q);
}

/* The key is logged in: what else it wanted to log in as is over. */
static cg_err end_pending(cg_sqlite *s, const cg_store_auth *auth) {
  cg_sql q = cg_sql_start(s, SQL_CODE_UNPEND);
  cg_sql_int(&q, (int64_t)auth->key_id);
  cg_sql_int(&q, auth->created);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_auth_write(cg_sqlite *s, cg_store_auth *auth) {
  cg_sql q = cg_sql_start(s, SQL_AUTH_PUT);
  cg_sql_int(&q, (int64_t)auth->key_id);
  cg_sql_int(&q, auth->user_id);
  cg_sql_int(&q, auth->hash);
  cg_sql_int(&q, auth->created);
  cg_sql_int(&q, auth->active);
  cg_sql_text(&q, auth->ip);
  cg_sql_int(&q, auth->flags);
  if (cg_sql_row(&q)) auth->flags = (uint32_t)cg_sql_get_int(&q);
  cg_err err = cg_sql_end(&q);
  return err ? err : end_pending(s, auth);
}

cg_err cg_sqlite_auth_put(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  out->auth = *rq->auth;
  out->reply.auth = &out->auth;
  out->reply.count = 1;
  return cg_sqlite_auth_write(s, &out->auth);
}

cg_err cg_sqlite_auth_get(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_AUTH_GET);
  cg_sql_int(&q, (int64_t)rq->id);
  bool found = cg_sql_row(&q);
  if (found) {
    read_session(&q, &out->auth);
    out->reply.auth = &out->auth;
    out->reply.count = 1;
  }
  cg_err err = cg_sql_end(&q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_auth_delete(cg_sqlite *s, const cg_store_request *rq,
                             cg_sqlite_answer *out) {
  (void)out;
  cg_sql q = cg_sql_start(s, SQL_AUTH_DELETE);
  cg_sql_int(&q, (int64_t)rq->id);
  bool found = cg_sql_row(&q);
  cg_err err = cg_sql_end(&q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_auth_list(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, rq->id ? SQL_AUTH_USER : SQL_AUTH_ALL);
  if (rq->id) cg_sql_int(&q, (int64_t)rq->id);
  return auths(&q, read_session, out);
}

cg_err cg_sqlite_auth_end(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_AUTH_END);
  cg_sql_int(&q, rq->auth->user_id);
  cg_sql_int(&q, (int64_t)rq->auth->key_id);
  cg_sql_int(&q, rq->auth->hash);
  return auths(&q, read_auth, out);
}

cg_err cg_sqlite_auth_set(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_AUTH_SET);
  cg_sql_int(&q, rq->auth->user_id);
  cg_sql_int(&q, rq->auth->hash);
  cg_sql_int(&q, (int64_t)rq->auth->key_id);
  cg_sql_int(&q, rq->from);
  cg_sql_int(&q, rq->auth->flags);
  cg_store_request found = { .op = CG_STORE_AUTH_GET };
  bool any = cg_sql_row(&q);
  if (any) found.id = (uint64_t)cg_sql_get_int(&q);
  cg_err err = cg_sql_end(&q);
  if (err) return err;
  return any ? cg_sqlite_auth_get(s, &found, out) : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_auth_touch(cg_sqlite *s, const cg_store_request *rq,
                            cg_sqlite_answer *out) {
  (void)out;
  cg_sql q = cg_sql_start(s, SQL_AUTH_TOUCH);
  cg_sql_int(&q, (int64_t)rq->auth->key_id);
  cg_sql_int(&q, rq->now);
  cg_sql_text(&q, rq->auth->ip);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_auth_ttl(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, rq->number ? SQL_AUTH_TTL_SET : SQL_AUTH_TTL_GET);
  cg_sql_int(&q, (int64_t)rq->id);
  if (rq->number) cg_sql_int(&q, rq->number);
  out->reply.number = rq->number;
  if (cg_sql_row(&q)) out->reply.number = cg_sql_get_int(&q);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_auth_expire(cg_sqlite *s, const cg_store_request *rq,
                             cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_AUTH_EXPIRE);
  cg_sql_int(&q, rq->now);
  cg_sql_int(&q, rq->number);
  return auths(&q, read_auth, out);
}
