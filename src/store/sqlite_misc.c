/* SPDX-License-Identifier: MIT */
/* sqlite_misc.c - counters, meta, missing methods, counts, purge and reset. */
#include "sqlite.h"

cg_err cg_sqlite_counter_hit(cg_sqlite *s, const cg_store_request *rq,
                             cg_sqlite_answer *out) {
  int64_t count = 0, ends = 0;
  cg_sql q = cg_sql_start(s, SQL_COUNTER_HIT);
  cg_sql_text(&q, rq->text);
  cg_sql_int(&q, rq->now);
  cg_sql_int(&q, rq->number);
  if (cg_sql_row(&q)) {
    count = cg_sql_get_int(&q);
    ends = cg_sql_get_int(&q);
  }
  out->reply.number = count > (int64_t)rq->limit ? ends - rq->now : 0;
  out->reply.count = (uint32_t)count;
  return cg_sql_end(&q);
}

cg_err cg_sqlite_counter_get(cg_sqlite *s, const cg_store_request *rq,
                             cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_COUNTER_GET);
  cg_sql_text(&q, rq->text);
  cg_sql_int(&q, rq->now);
  if (cg_sql_row(&q)) {
    out->reply.count = (uint32_t)cg_sql_get_int(&q);
    out->reply.number = cg_sql_get_int(&q) - rq->now;
  }
  return cg_sql_end(&q);
}

cg_err cg_sqlite_counter_clear(cg_sqlite *s, const cg_store_request *rq,
                               cg_sqlite_answer *out) {
  (void)out;
  cg_sql q = cg_sql_start(s, SQL_COUNTER_CLEAR);
  cg_sql_text(&q, rq->text);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_meta_get(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_META_GET);
  cg_sql_text(&q, rq->text);
  bool found = cg_sql_row(&q);
  if (found) {
    out->reply.blob = cg_sqlite_keep(out, cg_sql_get_bytes(&q));
    if (!out->reply.blob.at && !q.rc) q.rc = SQLITE_NOMEM;
  }
  cg_err err = cg_sql_end(&q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_meta_put(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  (void)out;
  cg_sql q = cg_sql_start(s, SQL_META_PUT);
  cg_sql_text(&q, rq->text);
  cg_sql_blob(&q, rq->blob.at, rq->blob.len);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_missing_hit(cg_sqlite *s, const cg_store_request *rq,
                             cg_sqlite_answer *out) {
  (void)out;
  cg_sql q = cg_sql_start(s, SQL_MISSING_HIT);
  cg_sql_text(&q, rq->text);
  cg_sql_int(&q, rq->number);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_missing_list(cg_sqlite *s, const cg_store_request *rq,
                              cg_sqlite_answer *out) {
  (void)rq;
  cg_sql q = cg_sql_start(s, SQL_MISSING_LIST);
  while (cg_sql_row(&q)) {
    cg_bytes name = cg_sqlite_keep(out, cg_sql_get_bytes(&q));
    cg_store_missing row = { .method = (const char *)name.at };
    row.id = (uint32_t)cg_sql_get_int(&q);
    row.count = cg_sql_get_int(&q);
    if (!name.at && !q.rc) q.rc = SQLITE_NOMEM;
    cg_buf_put(&out->list, &row, sizeof row);
    out->reply.count++;
  }
  out->reply.missing = (const cg_store_missing *)(const void *)out->list.at;
  return cg_sql_end(&q);
}

static cg_err count_codes(cg_sqlite *s, int64_t now, cg_store_counts *counts) {
  cg_sql q = cg_sql_start(s, SQL_CODE_COUNTS);
  cg_sql_int(&q, now);
  while (cg_sql_row(&q)) {
    int64_t state = cg_sql_get_int(&q), n = cg_sql_get_int(&q);
    if (state >= 0 && state < CG_CODE_STATES) counts->codes[state] = n;
  }
  return cg_sql_end(&q);
}

cg_err cg_sqlite_counts(cg_sqlite *s, const cg_store_request *rq, cg_sqlite_answer *out) {
  cg_store_counts *counts = &out->counts;
  cg_sql q = cg_sql_start(s, SQL_COUNTS);
  if (cg_sql_row(&q)) {
    counts->keys = cg_sql_get_int(&q);
    counts->users = cg_sql_get_int(&q);
    counts->auths = cg_sql_get_int(&q);
    counts->missing = cg_sql_get_int(&q);
  }
  out->reply.counts = counts;
  cg_err err = cg_sql_end(&q);
  return err ? err : count_codes(s, rq->now, counts);
}

/* Deletes the keys that were of no use before `created`, and lists them. */
static cg_err purge_keys(cg_sqlite *s, int64_t created, cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_PURGE_KEYS);
  cg_sql_int(&q, created);
  while (cg_sql_row(&q)) {
    uint64_t id = (uint64_t)cg_sql_get_int(&q);
    cg_buf_put(&out->list, &id, sizeof id);
  }
  out->reply.blob = cg_buf_view(&out->list);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_purge(cg_sqlite *s, const cg_store_request *rq, cg_sqlite_answer *out) {
  static const cg_sql_id all[] = { SQL_PURGE_EXPIRE, SQL_PURGE_CODES,
                                   SQL_PURGE_COUNTERS, SQL_PURGE_TOKENS };
  cg_err err = CG_OK;
  for (size_t i = 0; !err && i < sizeof all / sizeof *all; i++) {
    cg_sql q = cg_sql_start(s, all[i]);
    cg_sql_int(&q, rq->now);
    err = cg_sql_end(&q);
  }
  return err ? err : purge_keys(s, rq->number, out);
}

cg_err cg_sqlite_reset(cg_sqlite *s, const cg_store_request *rq, cg_sqlite_answer *out) {
  (void)rq, (void)out;
  static const cg_sql_id all[] = { SQL_RESET_USERS,    SQL_RESET_EMAILS,
                                   SQL_RESET_AUTHS,    SQL_RESET_TTLS,
                                   SQL_RESET_BOXES,    SQL_RESET_MESSAGES,
                                   SQL_RESET_CHATS,    SQL_RESET_PASSWORDS,
                                   SQL_RESET_CODES,    SQL_RESET_TOKENS,
                                   SQL_RESET_COUNTERS, SQL_RESET_MISSING };
  cg_err err = CG_OK;
  for (size_t i = 0; !err && i < sizeof all / sizeof *all; i++)
    err = cg_sql_run(s, all[i]);
  return err;
}
