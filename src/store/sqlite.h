/* SPDX-License-Identifier: MIT */
/*
 * sqlite.h - the inside of the SQLite store, shared by its files: runs of kept
 * statements with a sticky error, and the functions that answer requests.
 *
 * A run is bound, stepped and read in order, and always ended by cg_sql_end(); only
 * then is a statement with RETURNING complete, so only then may its row be believed.
 */
#ifndef CG_SQLITE_H
#define CG_SQLITE_H

#include "buf.h"
#include "driver.h"
#include "sqlite_sql.h"

#include <sqlite3.h>

typedef struct {
  cg_store base;
  sqlite3 *db;
  sqlite3_stmt *statements[SQL_COUNT]; /* prepared at their first use */
  bool turn; /* a transaction was begun since the last sync */
  bool lost; /* ... and SQLite has rolled it back */
} cg_sqlite;

/* --- runs of statements (sqlite_run.c) ------------------------------------- */

typedef struct {
  cg_sqlite *s;
  sqlite3_stmt *statement;
  int at; /* parameters bound, or columns read */
  int rc; /* the first failure; SQLITE_OK while there is none */
  bool done; /* there are no more rows: another step would run it anew */
} cg_sql;

cg_sql cg_sql_start(cg_sqlite *s, cg_sql_id id);

/* Bind the next parameter; what pointers lead to must live until cg_sql_end(). */
void cg_sql_int(cg_sql *q, int64_t v);
void cg_sql_text(cg_sql *q, const char *text); /* NULL matches nothing */
void cg_sql_blob(cg_sql *q, const void *at, size_t len);
void cg_sql_null(cg_sql *q);

/* Steps to the next row; false at the end and after a failure. */
bool cg_sql_row(cg_sql *q);

/* Read the next column of the row. A text that does not fit, or a blob of another
 * size, is damage and fails the run. */
int64_t cg_sql_get_int(cg_sql *q);
int32_t cg_sql_get_i32(cg_sql *q);
void cg_sql_get_text(cg_sql *q, char *out, size_t size);
void cg_sql_get_blob(cg_sql *q, void *out, size_t size);
cg_bytes cg_sql_get_bytes(cg_sql *q); /* valid until the next step */

/* Steps to the end and resets. OK, EXISTS (a unique value is taken) or STORE. */
cg_err cg_sql_end(cg_sql *q);

/* A run without parameters and rows. */
cg_err cg_sql_run(cg_sqlite *s, cg_sql_id id);

/* --- requests ---------------------------------------------------------------- */

/* What a reply's pointers lead to: one row of each kind, or a list. */
typedef struct {
  cg_store_reply reply;
  cg_store_key key;
  cg_store_user user;
  cg_store_auth auth;
  cg_store_code code;
  cg_store_token token;
  cg_store_password password;
  cg_store_email email;
  cg_store_message message;
  cg_store_chat chat;
  cg_store_counts counts;
  cg_buf list;      /* rows of one kind */
  cg_arena *texts;  /* NULL until it is needed */
} cg_sqlite_answer;

typedef cg_err cg_sqlite_op(cg_sqlite *s, const cg_store_request *rq,
                            cg_sqlite_answer *out);

cg_sqlite_op cg_sqlite_key_put, cg_sqlite_key_get, cg_sqlite_key_init,
    cg_sqlite_key_delete, cg_sqlite_auth_put, cg_sqlite_auth_get,
    cg_sqlite_auth_delete, cg_sqlite_auth_list,
    cg_sqlite_auth_end, cg_sqlite_auth_set, cg_sqlite_auth_touch, cg_sqlite_auth_ttl,
    cg_sqlite_auth_expire, cg_sqlite_box_get, cg_sqlite_message_add,
    cg_sqlite_message_since, cg_sqlite_message_list, cg_sqlite_message_read,
    cg_sqlite_user_get, cg_sqlite_user_find, cg_sqlite_user_add, cg_sqlite_user_state,
    cg_sqlite_user_list, cg_sqlite_code_add, cg_sqlite_code_get, cg_sqlite_code_live,
    cg_sqlite_code_attempt, cg_sqlite_code_move, cg_sqlite_code_resend,
    cg_sqlite_code_login, cg_sqlite_code_signup, cg_sqlite_code_list,
    cg_sqlite_code_pending, cg_sqlite_password_get, cg_sqlite_password_put,
    cg_sqlite_token_put, cg_sqlite_token_get, cg_sqlite_token_find, cg_sqlite_token_move,
    cg_sqlite_token_take, cg_sqlite_token_drop, cg_sqlite_email_get,
    cg_sqlite_email_put, cg_sqlite_email_reset, cg_sqlite_counter_hit,
    cg_sqlite_counter_get, cg_sqlite_counter_clear, cg_sqlite_meta_get,
    cg_sqlite_meta_put, cg_sqlite_missing_hit, cg_sqlite_missing_list, cg_sqlite_counts,
    cg_sqlite_purge, cg_sqlite_reset;

/* Puts the auth in the place of the key's old one; part of a login. It becomes
 * UNCONFIRMED if the user has another. */
cg_err cg_sqlite_auth_write(cg_sqlite *s, cg_store_auth *auth);

void cg_sqlite_read_init(cg_sql *q, cg_store_init *init);

/* What a login by `code` does to the emails of `user_id`; part of it. */
cg_err cg_sqlite_email_login(cg_sqlite *s, const cg_store_code *code, int64_t user_id);

/* A request's limit as SQL has it: 0 is none. */
static inline int64_t cg_sqlite_limit(const cg_store_request *rq) {
  return rq->limit ? (int64_t)rq->limit : -1;
}

/* Copies `bytes` to where they live as long as the answer; at is NULL if memory is
 * out. */
cg_bytes cg_sqlite_keep(cg_sqlite_answer *out, cg_bytes bytes);

#endif
