/* SPDX-License-Identifier: MIT */
/* sqlite_key.c - auth keys. */
#include "sqlite.h"

static void bind_init(cg_sql *q, const cg_store_init *init) {
  cg_sql_int(q, init->layer);
  cg_sql_int(q, init->api_id);
  cg_sql_text(q, init->device);
  cg_sql_text(q, init->system);
  cg_sql_text(q, init->app);
  cg_sql_text(q, init->lang);
  cg_sql_text(q, init->lang_pack);
}

void cg_sqlite_read_init(cg_sql *q, cg_store_init *init) {
  init->layer = cg_sql_get_i32(q);
  init->api_id = cg_sql_get_i32(q);
  cg_sql_get_text(q, init->device, sizeof init->device);
  cg_sql_get_text(q, init->system, sizeof init->system);
  cg_sql_get_text(q, init->app, sizeof init->app);
  cg_sql_get_text(q, init->lang, sizeof init->lang);
  cg_sql_get_text(q, init->lang_pack, sizeof init->lang_pack);
}

cg_err cg_sqlite_key_put(cg_sqlite *s, const cg_store_request *rq,
                         cg_sqlite_answer *out) {
  (void)out;
  cg_sql q = cg_sql_start(s, SQL_KEY_PUT);
  cg_sql_int(&q, (int64_t)rq->key->id);
  cg_sql_int(&q, (int64_t)rq->key->aux_hash);
  cg_sql_blob(&q, rq->key->key, CG_STORE_KEY_BYTES);
  cg_sql_int(&q, rq->key->dc);
  cg_sql_int(&q, rq->key->created);
  bind_init(&q, &rq->key->init);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_key_get(cg_sqlite *s, const cg_store_request *rq,
                         cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_KEY_GET);
  cg_sql_int(&q, (int64_t)rq->id);
  bool found = cg_sql_row(&q);
  if (found) {
    out->key.id = (uint64_t)cg_sql_get_int(&q);
    out->key.aux_hash = (uint64_t)cg_sql_get_int(&q);
    cg_sql_get_blob(&q, out->key.key, CG_STORE_KEY_BYTES);
    out->key.dc = cg_sql_get_i32(&q);
    out->key.created = cg_sql_get_int(&q);
    cg_sqlite_read_init(&q, &out->key.init);
    out->reply.key = &out->key;
  }
  cg_err err = cg_sql_end(&q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_key_init(cg_sqlite *s, const cg_store_request *rq,
                          cg_sqlite_answer *out) {
  (void)out;
  cg_sql q = cg_sql_start(s, SQL_KEY_INIT);
  bind_init(&q, &rq->key->init);
  cg_sql_int(&q, (int64_t)rq->id);
  bool found = cg_sql_row(&q);
  cg_err err = cg_sql_end(&q);
  return err ? err : found ? CG_OK : CG_E_NOT_FOUND;
}

cg_err cg_sqlite_key_delete(cg_sqlite *s, const cg_store_request *rq,
                            cg_sqlite_answer *out) {
  (void)out;
  static const cg_sql_id all[] = { SQL_KEY_DELETE, SQL_KEY_AUTH_DELETE,
                                   SQL_KEY_CODE_DELETE, SQL_KEY_TOKEN_DELETE };
  cg_err err = CG_OK;
  for (size_t i = 0; !err && i < sizeof all / sizeof *all; i++) {
    cg_sql q = cg_sql_start(s, all[i]);
    cg_sql_int(&q, (int64_t)rq->id);
    err = cg_sql_end(&q);
  }
  return err;
}
