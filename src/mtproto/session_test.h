/* SPDX-License-Identifier: MIT */
/*
 * session_test.h - one session under test and the hand that plays its peer: messages
 * go in unsealed, packets come out opened and taken apart.
 */
#ifndef CG_SESSION_TEST_H
#define CG_SESSION_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gzip.h"
#include "mem.h"
#include "mtproto_api.h"
#include "mtproto_test.h"
#include "msgid.h"
#include "reader.h"
#include "session.h"

#include <centigram/tl.h>
#include <stdlib.h>

static const uint64_t NOON =
    UINT64_C(1700000000) * CG_SECOND; /* 1700000000 % 1800 = 800 */
enum { SESSION_ID = 0x5e5510, SALT = 0x5a17 };
enum { METHOD = 0x0badca11, UPDATE = 0x0bdabd47 }; /* a call, an API object */

/* What a session has sent: messages, whether they came alone or in a container. */
typedef struct {
  uint64_t msg_id, packet_id, salt, session_id;
  uint32_t seqno, packet_seqno;
  bool boxed; /* it came in a container */
  cg_buf body;
} sent_message;

typedef struct {
  cg_session *s;
  cg_auth_key key;
  test_rng rng;
  cg_role role;
  uint64_t now, last_id, salt;
  sent_message sent[256];
  int count, packets;
  cg_session_event event; /* the last one taken */
} peer;

/* Little-endian TL from a format: i 32 bits, l 64 bits, s a C string. */
static inline cg_buf tl(const char *format, ...) {
  cg_buf b = { 0 };
  va_list args;
  va_start(args, format);
  for (const char *f = format; *f; f++) {
    if (*f == 'i')
      cg_buf_u32(&b, va_arg(args, uint32_t));
    else if (*f == 'l')
      cg_buf_u64(&b, va_arg(args, uint64_t));
    else
      cg_buf_str(&b, cg_bytes_of(va_arg(args, const char *)));
  }
  va_end(args);
  return b;
}

#define L(x) ((uint64_t)(x))
#define I(x) ((uint32_t)(x))

static inline uint64_t id_after(const peer *p, int64_t seconds) {
  return (uint64_t)(cg_unix(p->now) + seconds) << 32;
}

/* The next msg_id of the session's peer. */
static inline uint64_t next_id(peer *p) {
  unsigned low = p->role == CG_SERVER ? CG_MSGID_CLIENT : CG_MSGID_ANSWER;
  return cg_msgid_next(&p->last_id, p->now, low);
}

static inline void forget_sent(peer *p) {
  for (int i = 0; i < p->count; i++) cg_buf_free(&p->sent[i].body);
  p->count = p->packets = 0;
}

static inline void done(peer *p) {
  forget_sent(p);
  cg_session_free(p->s);
  free(p);
}

static inline cg_err receive_with(peer *p, uint64_t salt, uint64_t msg_id, uint32_t seqno,
                                  cg_buf body) {
  cg_message m = { salt, cg_session_id(p->s), msg_id, seqno, cg_buf_view(&body) };
  cg_err err = cg_session_receive(p->s, &m, p->now);
  cg_buf_free(&body);
  return err;
}

/* Gives the session a message and frees `body`. */
static inline cg_err receive(peer *p, uint64_t msg_id, uint32_t seqno, cg_buf body) {
  return receive_with(p, p->salt, msg_id, seqno, body);
}

/* The same under the next msg_id, which is returned. */
static inline uint64_t accept(peer *p, uint32_t seqno, cg_buf body) {
  uint64_t id = next_id(p);
  assert_int_equal(receive(p, id, seqno, body), CG_OK);
  return id;
}

static inline void keep(peer *p, const cg_message *packet, uint64_t msg_id,
                        uint32_t seqno, cg_bytes body, bool boxed) {
  assert_true(p->count < 256);
  sent_message *m = &p->sent[p->count++];
  *m = (sent_message){ msg_id, packet->msg_id, packet->salt, packet->session_id,
                       seqno,  packet->seqno,  boxed,        { 0 } };
  cg_buf_bytes(&m->body, body);
}

static inline void take_apart(peer *p, const cg_message *m) {
  cg_reader r;
  cg_reader_init(&r, m->body.at, m->body.len);
  if (cg_reader_u32(&r) != MT_ID_msg_container) {
    keep(p, m, m->msg_id, m->seqno, m->body, false);
    return;
  }
  uint32_t count = cg_reader_u32(&r);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t id = cg_reader_u64(&r);
    uint32_t seqno = cg_reader_u32(&r);
    assert_true(id < m->msg_id); /* 172 */
    assert_true(seqno <= m->seqno);
    keep(p, m, id, seqno, cg_reader_take(&r, cg_reader_u32(&r)), true);
  }
  assert_int_equal(cg_reader_end(&r), CG_OK);
}

/* Pulls everything into `sent`, which is emptied before. Returns how many messages. */
static inline int pull(peer *p) {
  forget_sent(p);
  for (;;) {
    cg_buf packet = { 0 }, plain = { 0 };
    cg_message m;
    assert_int_equal(cg_session_pull(p->s, p->now, &packet), CG_OK);
    if (!packet.len) break;
    p->packets++;
    assert_int_equal(
        cg_envelope_open(&p->key, p->role, cg_buf_view(&packet), false, &plain, &m),
        CG_OK);
    take_apart(p, &m);
    cg_buf_free(&packet);
    cg_buf_free(&plain);
  }
  return p->count;
}

/* Whether `m` holds exactly `want`, which is freed. */
static inline void expect_body(const sent_message *m, cg_buf want) {
  assert_int_equal(m->body.len, want.len);
  assert_memory_equal(m->body.at, want.at, want.len);
  cg_buf_free(&want);
}

/* The one message of a kind among those pulled, NULL if there is none. */
static inline const sent_message *find(const peer *p, uint32_t id) {
  const sent_message *found = NULL;
  for (int i = 0; i < p->count; i++) {
    uint32_t head;
    memcpy(&head, p->sent[i].body.at, 4);
    if (head != id) continue;
    assert_null(found);
    found = &p->sent[i];
  }
  return found;
}

static inline const sent_message *must_find(const peer *p, uint32_t id) {
  const sent_message *m = find(p, id);
  assert_non_null(m);
  return m;
}

/* The next event, of this kind. */
static inline void expect_event(peer *p, cg_session_event_kind kind) {
  assert_true(cg_session_next(p->s, &p->event));
  assert_int_equal(p->event.kind, kind);
}

static inline void expect_no_event(peer *p) {
  assert_false(cg_session_next(p->s, &p->event));
}

static inline void drain(peer *p) {
  while (cg_session_next(p->s, &p->event)) continue;
}

/* A container of messages in the form "msg_id, seqno, body". */
static inline cg_buf container(int count, ...) {
  cg_buf b = tl("ii", MT_ID_msg_container, I(count));
  va_list args;
  va_start(args, count);
  for (int i = 0; i < count; i++) {
    cg_buf_u64(&b, va_arg(args, uint64_t));
    cg_buf_u32(&b, va_arg(args, uint32_t));
    cg_buf body = va_arg(args, cg_buf);
    cg_buf_u32(&b, I(body.len));
    cg_buf_bytes(&b, cg_buf_view(&body));
    cg_buf_free(&body);
  }
  va_end(args);
  return b;
}

/* `body` as gzip_packed; freed. */
static inline cg_buf packed(cg_buf body) {
  while (body.len < 2 * CG_GZIP_MIN) cg_buf_u32(&body, 0);
  cg_buf b = { 0 };
  cg_gzip_object(cg_buf_view(&body), &b);
  assert_true(b.len < body.len);
  cg_buf_free(&body);
  return b;
}

static inline cg_buf id_list(uint32_t id, int count, ...) {
  cg_buf b = tl("iii", id, TL_ID_vector, I(count));
  va_list args;
  va_start(args, count);
  for (int i = 0; i < count; i++) cg_buf_u64(&b, va_arg(args, uint64_t));
  va_end(args);
  return b;
}

/* ---- a server under test --------------------------------------------------- */

static inline uint64_t salt_at(void *ctx, uint64_t key_id, int64_t unix_s) {
  (void)ctx;
  assert_int_equal(key_id, 0x1d);
  return (uint64_t)(unix_s / 1800) * 7;
}

static inline peer *new_server(void) {
  peer *p = calloc(1, sizeof *p);
  assert_non_null(p);
  p->role = CG_SERVER;
  p->now = NOON;
  test_rng_init(&p->rng, 1);
  test_rng_fill(&p->rng, p->key.key, sizeof p->key.key);
  p->key.id = 0x1d;
  p->salt = salt_at(NULL, 0x1d, cg_unix(p->now));
  const cg_session_options o = { .role = CG_SERVER,
                                 .key = &p->key,
                                 .rng = &p->rng.rng,
                                 .session_id = SESSION_ID,
                                 .salt_at = salt_at };
  assert_int_equal(cg_session_new(&p->s, &o, p->now), CG_OK);
  return p;
}

/* A session that has said that it is new, with `count` content-related messages in. */
static inline peer *used_server(void) {
  peer *p = new_server();
  accept(p, 0, tl("il", MT_ID_ping, L(1)));
  pull(p);
  return p;
}

static inline cg_buf call(uint32_t argument) {
  return tl("ii", METHOD, argument);
}

/* A call that is reported, its msg_id. */
static inline uint64_t take_call(peer *p, uint32_t seqno) {
  uint64_t id = accept(p, seqno, call(seqno));
  expect_event(p, CG_SESSION_CALL);
  assert_int_equal(p->event.msg_id, id);
  return id;
}

static inline void reply(peer *p, uint64_t msg_id, cg_buf result) {
  assert_int_equal(cg_session_reply(p->s, msg_id, cg_buf_view(&result), p->now), CG_OK);
  cg_buf_free(&result);
}

/* The one message that went out says that `msg_id` was refused with `code`. */
static inline void expect_refusal(peer *p, uint64_t msg_id, uint32_t seqno, int code) {
  assert_int_equal(pull(p), 1);
  expect_body(&p->sent[0],
              tl("ilii", MT_ID_bad_msg_notification, msg_id, seqno, I(code)));
  assert_int_equal(p->sent[0].seqno % 2, 0); /* 188 */
  assert_int_equal(p->sent[0].msg_id % 4, 1);
  expect_no_event(p);
}

static inline void expect_salt_refusal(peer *p, uint64_t msg_id, uint32_t seqno) {
  assert_int_equal(pull(p), 1);
  expect_body(&p->sent[0], tl("iliil", MT_ID_bad_server_salt, msg_id, seqno, I(48),
                              salt_at(NULL, 0x1d, cg_unix(p->now))));
  expect_no_event(p);
}

/* ---- a client under test --------------------------------------------------- */

static inline peer *new_client(uint64_t salt) {
  peer *p = calloc(1, sizeof *p);
  assert_non_null(p);
  p->role = CG_CLIENT;
  p->now = NOON;
  p->salt = SALT;
  test_rng_init(&p->rng, 1);
  test_rng_fill(&p->rng, p->key.key, sizeof p->key.key);
  p->key.id = 0x1d;
  const cg_session_options o = {
    .role = CG_CLIENT, .key = &p->key, .rng = &p->rng.rng, .salt = salt
  };
  assert_int_equal(cg_session_new(&p->s, &o, p->now), CG_OK);
  return p;
}

static inline void start(peer *p, uint64_t tag) {
  cg_buf b = tl("ii", METHOD, I(tag));
  assert_int_equal(cg_session_call(p->s, tag, cg_buf_view(&b)), CG_OK);
  cg_buf_free(&b);
}

/* The message of call `tag` among those pulled. */
static const sent_message *sent_call(const peer *p, uint64_t tag) {
  for (int i = 0; i < p->count; i++) {
    uint32_t head[2] = { 0 };
    if (p->sent[i].body.len == 8) memcpy(head, p->sent[i].body.at, 8);
    if (head[0] == METHOD && head[1] == tag) return &p->sent[i];
  }
  return NULL;
}

/* Starts a call and sends it; its msg_id. */
static inline uint64_t send_call(peer *p, uint64_t tag) {
  start(p, tag);
  pull(p);
  assert_non_null(sent_call(p, tag));
  return sent_call(p, tag)->msg_id;
}

static inline cg_buf result(uint64_t request, uint32_t value) {
  return tl("ili", MT_ID_rpc_result, request, value);
}

static inline cg_buf new_session(uint64_t first, uint64_t unique, uint64_t salt) {
  return tl("illl", MT_ID_new_session_created, first, unique, salt);
}

static inline cg_buf bad_msg(uint64_t id, uint32_t code) {
  return tl("ilii", MT_ID_bad_msg_notification, id, I(1), code);
}

static inline cg_buf bad_salt(uint64_t id, uint64_t salt) {
  return tl("iliil", MT_ID_bad_server_salt, id, I(1), I(48), salt);
}

static inline void expect_result(peer *p, uint64_t tag, uint32_t value) {
  expect_event(p, CG_SESSION_RESULT);
  assert_int_equal(p->event.tag, tag);
  assert_int_equal(p->event.body.len, 4);
  assert_memory_equal(p->event.body.at, &value, 4);
}

static inline void expect_failed(peer *p, uint64_t tag, cg_err why) {
  expect_event(p, CG_SESSION_FAILED);
  assert_int_equal(p->event.tag, tag);
  assert_int_equal(p->event.err, why);
}

static inline void expect_discarded(peer *p, cg_err want, uint64_t id, uint32_t seqno,
                                    cg_buf body) {
  assert_int_equal(receive(p, id, seqno, body), want);
  expect_no_event(p);
}

#endif
