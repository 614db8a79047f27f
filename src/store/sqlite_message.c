/* SPDX-License-Identifier: MIT */
/* sqlite_message.c - the histories of accounts: messages, and how far they are read. */
#include "sqlite.h"

static void read_message(cg_sql *q, cg_store_message *m, cg_sqlite_answer *out) {
  *m = (cg_store_message){ 0 };
  m->user_id = cg_sql_get_int(q);
  m->id = cg_sql_get_i32(q);
  m->pts = cg_sql_get_i32(q);
  m->peer_id = cg_sql_get_int(q);
  m->out = cg_sql_get_int(q) != 0;
  m->date = cg_sql_get_int(q);
  m->random_id = cg_sql_get_int(q);
  m->bold = cg_sql_get_i32(q);
  m->text = cg_sqlite_keep(out, cg_sql_get_bytes(q));
  if (!m->text.at && !q->rc) q->rc = SQLITE_NOMEM;
}

/* Ends a run that gives a list. */
static cg_err messages(cg_sql *q, cg_sqlite_answer *out) {
  while (cg_sql_row(q)) {
    cg_store_message row;
    read_message(q, &row, out);
    cg_buf_put(&out->list, &row, sizeof row);
    out->reply.count++;
  }
  out->reply.message = (const cg_store_message *)(const void *)out->list.at;
  return cg_sql_end(q);
}

/* The next pts of a user, and with `messages` 1 the next id of a message. */
static cg_err move_box(cg_sqlite *s, int64_t user_id, int messages, int32_t *pts,
                       int32_t *id) {
  cg_sql q = cg_sql_start(s, SQL_BOX_MOVE);
  cg_sql_int(&q, user_id);
  cg_sql_int(&q, messages);
  if (cg_sql_row(&q)) {
    *pts = cg_sql_get_i32(&q);
    *id = cg_sql_get_i32(&q);
  }
  return cg_sql_end(&q);
}

static cg_err box_pts(cg_sqlite *s, int64_t user_id, int64_t *pts) {
  cg_sql q = cg_sql_start(s, SQL_BOX_PTS);
  cg_sql_int(&q, user_id);
  *pts = cg_sql_row(&q) ? cg_sql_get_int(&q) : 1;
  return cg_sql_end(&q);
}

cg_err cg_sqlite_message_add(cg_sqlite *s, const cg_store_request *rq,
                             cg_sqlite_answer *out) {
  cg_store_message *m = &out->message;
  *m = *rq->message;
  cg_err err = move_box(s, m->user_id, 1, &m->pts, &m->id);
  if (err) return err;
  cg_sql q = cg_sql_start(s, SQL_MESSAGE_ADD);
  cg_sql_int(&q, m->user_id);
  cg_sql_int(&q, m->id);
  cg_sql_int(&q, m->pts);
  cg_sql_int(&q, m->peer_id);
  cg_sql_int(&q, m->out);
  cg_sql_int(&q, m->date);
  cg_sql_int(&q, m->random_id);
  cg_sql_int(&q, m->bold);
  cg_sql_blob(&q, m->text.at, m->text.len);
  out->reply.message = m;
  out->reply.count = 1;
  return cg_sql_end(&q);
}

cg_err cg_sqlite_message_since(cg_sqlite *s, const cg_store_request *rq,
                               cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_MESSAGE_SINCE);
  cg_sql_int(&q, (int64_t)rq->id);
  cg_sql_int(&q, rq->number);
  cg_sql_int(&q, cg_sqlite_limit(rq));
  return messages(&q, out);
}

/* How many messages of the chat are not older than the one that is asked for. */
static cg_err count_newer(cg_sqlite *s, const cg_store_message *m, int64_t *count) {
  cg_sql q = cg_sql_start(s, SQL_MESSAGE_NEWER);
  cg_sql_int(&q, m->user_id);
  cg_sql_int(&q, m->peer_id);
  cg_sql_int(&q, m->id);
  if (cg_sql_row(&q)) *count = cg_sql_get_int(&q);
  return cg_sql_end(&q);
}

cg_err cg_sqlite_message_list(cg_sqlite *s, const cg_store_request *rq,
                              cg_sqlite_answer *out) {
  int64_t skip = 0, limit = cg_sqlite_limit(rq);
  cg_err err = count_newer(s, rq->message, &skip);
  if (err) return err;
  skip += rq->number;
  if (skip < 0 && limit >= 0) limit = limit + skip > 0 ? limit + skip : 0;
  cg_sql q = cg_sql_start(s, SQL_MESSAGE_LIST);
  cg_sql_int(&q, rq->message->user_id);
  cg_sql_int(&q, rq->message->peer_id);
  cg_sql_int(&q, limit);
  cg_sql_int(&q, skip > 0 ? skip : 0);
  return messages(&q, out);
}

/* --- chats -------------------------------------------------------------------- */

static void read_chat(cg_sql *q, cg_store_chat *c) {
  c->peer_id = cg_sql_get_int(q);
  c->top_id = cg_sql_get_i32(q);
  c->count = cg_sql_get_i32(q);
  c->unread = cg_sql_get_i32(q);
  c->read_id = cg_sql_get_i32(q);
  c->read_pts = cg_sql_get_i32(q);
}

cg_err cg_sqlite_box_get(cg_sqlite *s, const cg_store_request *rq,
                         cg_sqlite_answer *out) {
  cg_err err = box_pts(s, (int64_t)rq->id, &out->reply.number);
  if (err) return err;
  cg_sql q = cg_sql_start(s, SQL_BOX_CHATS);
  cg_sql_int(&q, (int64_t)rq->id);
  while (cg_sql_row(&q)) {
    cg_store_chat row;
    read_chat(&q, &row);
    cg_buf_put(&out->list, &row, sizeof row);
    out->reply.count++;
  }
  out->reply.chat = (const cg_store_chat *)(const void *)out->list.at;
  return cg_sql_end(&q);
}

/* The newest message up to the one that is asked for, if it is not read yet; else 0. */
static cg_err newest_unread(cg_sqlite *s, const cg_store_message *m, int32_t *id) {
  cg_sql q = cg_sql_start(s, SQL_MESSAGE_UNREAD);
  cg_sql_int(&q, m->user_id);
  cg_sql_int(&q, m->peer_id);
  cg_sql_int(&q, m->id);
  if (cg_sql_row(&q)) *id = cg_sql_get_i32(&q);
  return cg_sql_end(&q);
}

static cg_err put_read(cg_sqlite *s, const cg_store_message *m, int32_t id, int32_t pts) {
  cg_sql q = cg_sql_start(s, SQL_CHAT_READ);
  cg_sql_int(&q, m->user_id);
  cg_sql_int(&q, m->peer_id);
  cg_sql_int(&q, id);
  cg_sql_int(&q, pts);
  return cg_sql_end(&q);
}

static cg_err get_chat(cg_sqlite *s, const cg_store_message *m, cg_sqlite_answer *out) {
  cg_sql q = cg_sql_start(s, SQL_BOX_CHAT);
  cg_sql_int(&q, m->user_id);
  cg_sql_int(&q, m->peer_id);
  if (cg_sql_row(&q)) {
    read_chat(&q, &out->chat);
    out->reply.chat = &out->chat;
    out->reply.count = 1;
  }
  return cg_sql_end(&q);
}

cg_err cg_sqlite_message_read(cg_sqlite *s, const cg_store_request *rq,
                              cg_sqlite_answer *out) {
  const cg_store_message *m = rq->message;
  int32_t id = 0, pts = 0, last;
  cg_err err = newest_unread(s, m, &id);
  if (err) return err;
  if (!id) return box_pts(s, m->user_id, &out->reply.number);
  err = move_box(s, m->user_id, 0, &pts, &last);
  if (!err) err = put_read(s, m, id, pts);
  out->reply.number = pts;
  return err ? err : get_chat(s, m, out);
}
