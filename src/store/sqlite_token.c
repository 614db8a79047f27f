/* SPDX-License-Identifier: MIT */
/* sqlite_token.c - tokens by their hashes: future auth, QR login, exported logins. */
#include "sqlite.h"

#include <string.h>

static void read_extra(cg_sql *q, cg_store_token *token) {
  cg_bytes v = cg_sql_get_bytes(q);
  if (v.len > sizeof token->extra) {
    if (!q->rc) q->rc = SQLITE_CORRUPT;
    return;
  }
  if (v.len) memcpy(token->extra, v.at, v.len);
  token->extra_len = (int32_t)v.len;
}

static void read_token(cg_sql *q, cg_store_token *token) {
  memset(token, 0, sizeof *token);
  cg_sql_get_blob(q, token->hash, sizeof token->hash);
  token->kind = (cg_token_kind)cg_sql_get_int(q);
  token->user_id = cg_sql_get_int(q);
  token->key_id = (uint64_t)cg_sql_get_int(q);
  token->dc = cg_sql_get_i32(q);
  token->state = cg_sql_get_i32(q);
  token->expires = cg_sql_get_int(q);
  read_extra(q, token);
}

/* Ends a run that gives one token or none. */
static cg_err one_token(cg_sql *q, cg_sqlite_answer *out) {
  bool found = cg_sql_row(q);
  if (found) {
    read_token(q, &out->token);
    out->reply.token = &out->token;
    out->reply.count = 1;
  }
  cg_err err = cg_sql_end(q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_token_put(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  (void)out;
  const cg_store_token *token = rq->token;
  cg_sql q = cg_sql_start(s, SQL_TOKEN_PUT);
  cg_sql_blob(&q, token->hash, sizeof token->hash);
  cg_sql_int(&q, token->kind);
  cg_sql_int(&q, token->user_id);
  cg_sql_int(&q, (int64_t)token->key_id);
  cg_sql_int(&q, token->dc);
  cg_sql_int(&q, token->state);
  cg_sql_int(&q, token->expires);
  cg_sql_blob(&q, token->extra, (size_t)token->extra_len);
  return cg_sql_end(&q);
}

/* Starts a run whose first parameters say which token, and that it lives. */
static cg_sql start_live(cg_sqlite *s, cg_sql_id id, const cg_store_request *rq) {
  cg_sql q = cg_sql_start(s, id);
  cg_sql_blob(&q, rq->token->hash, sizeof rq->token->hash);
  cg_sql_int(&q, rq->token->kind);
  cg_sql_int(&q, rq->now);
  return q;
}

cg_err cg_sqlite_token_get(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  cg_sql q = start_live(s, SQL_TOKEN_GET, rq);
  return one_token(&q, out);
}

cg_err cg_sqlite_token_find(cg_sqlite *s, const cg_store_request *rq,
                            cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_TOKEN_FIND);
  cg_sql_int(&q, (int64_t)rq->token->key_id);
  cg_sql_int(&q, rq->token->kind);
  cg_sql_int(&q, rq->now);
  return one_token(&q, out);
}

cg_err cg_sqlite_token_move(cg_sqlite *s, const cg_store_request *rq,
                            cg_sqlite_answer *out) {
  cg_sql q = start_live(s, SQL_TOKEN_MOVE, rq);
  cg_sql_int(&q, rq->from);
  cg_sql_int(&q, rq->number);
  cg_sql_int(&q, (int64_t)rq->id);
  return one_token(&q, out);
}

cg_err cg_sqlite_token_take(cg_sqlite *s, const cg_store_request *rq,
                            cg_sqlite_answer *out) {
  cg_sql q = start_live(s, SQL_TOKEN_TAKE, rq);
  cg_sql_int(&q, rq->from);
  return one_token(&q, out);
}

cg_err cg_sqlite_token_drop(cg_sqlite *s, const cg_store_request *rq,
                            cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_TOKEN_DROP);
  cg_sql_int(&q, rq->token->kind);
  cg_sql_int(&q, rq->token->user_id);
  cg_sql_int(&q, (int64_t)rq->token->key_id);
  while (cg_sql_row(&q)) out->reply.number++;
  return cg_sql_end(&q);
}
