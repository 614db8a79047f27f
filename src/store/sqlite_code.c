/* SPDX-License-Identifier: MIT */
/*
 * sqlite_code.c - transactions of login codes (login.md 3). Every change compares
 * and sets in one statement; a row that it gives is believed once it is complete.
 */
#include "sqlite.h"

#include <string.h>

static void read_sealed(cg_sql *q, cg_store_code *code) {
  cg_bytes v = cg_sql_get_bytes(q);
  if (v.len > sizeof code->sealed) {
    if (!q->rc) q->rc = SQLITE_CORRUPT;
    return;
  }
  if (v.len) memcpy(code->sealed, v.at, v.len);
  code->sealed_len = (int32_t)v.len;
}

static void read_code(cg_sql *q, cg_store_code *code) {
  memset(code, 0, sizeof *code);
  cg_sql_get_text(q, code->hash, sizeof code->hash);
  code->key_id = (uint64_t)cg_sql_get_int(q);
  code->purpose = (cg_code_purpose)cg_sql_get_int(q);
  cg_sql_get_text(q, code->phone, sizeof code->phone);
  code->user_id = cg_sql_get_int(q);
  cg_sql_get_blob(q, code->mac, sizeof code->mac);
  code->secret_version = cg_sql_get_i32(q);
  code->length = cg_sql_get_i32(q);
  cg_sql_get_text(q, code->ladder, sizeof code->ladder);
  code->rung = cg_sql_get_i32(q);
  code->attempts = cg_sql_get_i32(q);
  code->max_attempts = cg_sql_get_i32(q);
  code->resends = cg_sql_get_i32(q);
  code->sent_at = cg_sql_get_int(q);
  code->resend_at = cg_sql_get_int(q);
  code->expires_at = cg_sql_get_int(q);
  code->changed_at = cg_sql_get_int(q);
  code->api_id = cg_sql_get_i32(q);
  cg_sql_get_text(q, code->ip, sizeof code->ip);
  code->won_user_id = cg_sql_get_int(q);
  cg_sql_get_text(q, code->hint, sizeof code->hint);
  cg_sql_get_text(q, code->email, sizeof code->email);
  code->state = (cg_code_state)cg_sql_get_int(q);
  read_sealed(q, code);
}

/* Ends a run that gives one code or none. */
static cg_err one_code(cg_sql *q, cg_sqlite_answer *out) {
  bool found = cg_sql_row(q);
  if (found) {
    read_code(q, &out->code);
    out->reply.code = &out->code;
    out->reply.count = 1;
  }
  cg_err err = cg_sql_end(q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

static void bind_sealed(cg_sql *q, const cg_store_code *code) {
  if (code->sealed_len > 0) cg_sql_blob(q, code->sealed, (size_t)code->sealed_len);
  else cg_sql_null(q);
}

static cg_err insert_code(cg_sqlite *s, const cg_store_code *code) {
  cg_sql q = cg_sql_start(s, SQL_CODE_ADD);
  cg_sql_text(&q, code->hash);
  cg_sql_int(&q, (int64_t)code->key_id);
  cg_sql_int(&q, code->purpose);
  cg_sql_text(&q, code->phone);
  cg_sql_int(&q, code->user_id);
  cg_sql_blob(&q, code->mac, sizeof code->mac);
  cg_sql_int(&q, code->secret_version);
  cg_sql_int(&q, code->length);
  cg_sql_text(&q, code->ladder);
  cg_sql_int(&q, code->rung);
  cg_sql_int(&q, code->attempts);
  cg_sql_int(&q, code->max_attempts);
  cg_sql_int(&q, code->resends);
  cg_sql_int(&q, code->sent_at);
  cg_sql_int(&q, code->resend_at);
  cg_sql_int(&q, code->expires_at);
  cg_sql_int(&q, code->changed_at);
  cg_sql_int(&q, code->api_id);
  cg_sql_text(&q, code->ip);
  cg_sql_int(&q, code->won_user_id);
  cg_sql_text(&q, code->hint);
  cg_sql_text(&q, code->email);
  cg_sql_int(&q, code->state);
  bind_sealed(&q, code);
  return cg_sql_end(&q);
}

/* Ends what the new code takes the place of, and what has run out by now. A code that
 * can still be checked stays, and stands in the way of the new one. */
static cg_err end_older(cg_sqlite *s, const cg_store_code *code) {
  cg_sql q = cg_sql_start(s, SQL_CODE_END);
  cg_sql_int(&q, (int64_t)code->key_id);
  cg_sql_text(&q, code->phone);
  cg_sql_int(&q, code->purpose);
  cg_sql_int(&q, code->sent_at);
  return cg_sql_end(&q);
}

/* Cancels the oldest live codes of the key, so that `limit` stay with the new one. */
static cg_err cap_key(cg_sqlite *s, const cg_store_code *code, uint32_t limit) {
  cg_sql q = cg_sql_start(s, SQL_CODE_CAP);
  cg_sql_int(&q, (int64_t)code->key_id);
  cg_sql_int(&q, code->sent_at);
  cg_sql_text(&q, code->hash);
  cg_sql_int(&q, (int64_t)limit - 1);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_code_add(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  (void)out;
  cg_err err = end_older(s, rq->code);
  if (!err) err = insert_code(s, rq->code);
  if (!err && rq->limit) err = cap_key(s, rq->code, rq->limit);
  return err;
}

cg_err cg_sqlite_code_get(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_CODE_GET);
  cg_sql_text(&q, rq->text);
  return one_code(&q, out);
}

cg_err cg_sqlite_code_live(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_CODE_LIVE);
  cg_sql_int(&q, (int64_t)rq->code->key_id);
  cg_sql_text(&q, rq->code->phone);
  cg_sql_int(&q, rq->code->purpose);
  cg_sql_int(&q, rq->now);
  return one_code(&q, out);
}

cg_err cg_sqlite_code_attempt(cg_sqlite *s, const cg_store_request *rq,
                              cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_CODE_ATTEMPT);
  cg_sql_text(&q, rq->text);
  cg_sql_int(&q, rq->now);
  return one_code(&q, out);
}

cg_err cg_sqlite_code_move(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_CODE_MOVE);
  cg_sql_text(&q, rq->text);
  cg_sql_int(&q, rq->from);
  cg_sql_int(&q, rq->number);
  cg_sql_int(&q, rq->now);
  cg_sql_int(&q, rq->expires_at);
  return one_code(&q, out);
}

cg_err cg_sqlite_code_resend(cg_sqlite *s, const cg_store_request *rq,
                             cg_sqlite_answer *out) {
  const cg_store_code *code = rq->code;
  cg_sql q = cg_sql_start(s, SQL_CODE_RESEND);
  cg_sql_text(&q, code->hash);
  cg_sql_int(&q, rq->number);
  cg_sql_int(&q, code->rung);
  cg_sql_blob(&q, code->mac, sizeof code->mac);
  bind_sealed(&q, code);
  cg_sql_int(&q, code->secret_version);
  cg_sql_int(&q, code->length);
  cg_sql_int(&q, code->sent_at);
  cg_sql_int(&q, code->resend_at);
  cg_sql_int(&q, code->expires_at);
  cg_sql_int(&q, rq->now);
  cg_sql_int(&q, rq->from);
  cg_sql_text(&q, code->hint);
  cg_sql_text(&q, code->email);
  return one_code(&q, out);
}

cg_err cg_sqlite_code_pending(cg_sqlite *s, const cg_store_request *rq,
                              cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_CODE_PENDING);
  cg_sql_int(&q, (int64_t)rq->id);
  cg_sql_int(&q, rq->now);
  return one_code(&q, out);
}

cg_err cg_sqlite_code_login(cg_sqlite *s, const cg_store_request *rq,
                            cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_CODE_LOGIN);
  cg_sql_text(&q, rq->text);
  cg_sql_int(&q, rq->from);
  cg_sql_int(&q, rq->now);
  cg_sql_int(&q, rq->auth->user_id);
  cg_err err = one_code(&q, out);
  out->auth = *rq->auth;
  if (!err) err = cg_sqlite_email_login(s, &out->code, rq->auth->user_id);
  if (!err) err = cg_sqlite_auth_write(s, &out->auth);
  out->reply.auth = &out->auth;
  return err;
}

cg_err cg_sqlite_code_signup(cg_sqlite *s, const cg_store_request *rq,
                             cg_sqlite_answer *out) {
  cg_err err = cg_sqlite_code_login(s, rq, out);
  return err ? err : cg_sqlite_user_add(s, rq, out);
}

cg_err cg_sqlite_code_list(cg_sqlite *s, const cg_store_request *rq,
                           cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, rq->text ? SQL_CODE_LIST : SQL_CODE_ALL);
  if (rq->text) cg_sql_text(&q, rq->text);
  cg_sql_int(&q, cg_sqlite_limit(rq));
  cg_sql_int(&q, rq->now);
  while (cg_sql_row(&q)) {
    cg_store_code row;
    read_code(&q, &row);
    cg_buf_put(&out->list, &row, sizeof row);
    out->reply.count++;
  }
  out->reply.code = (const cg_store_code *)(const void *)out->list.at;
  return cg_sql_end(&q);
}
