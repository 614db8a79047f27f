/* SPDX-License-Identifier: MIT */
/*
 * session_fuzz.c - a session of either role and a peer that says anything. The input
 * is a list of steps; an id of eight 0xee bytes in a body stands for a msg_id that the
 * session has sent or received, so that answers and notices find something to bite on.
 * No call is reported twice and none ends twice, whatever comes.
 */
#include "reader.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>

enum { CALLS = 64, RECENT = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
  cg_session *s;
  cg_role role;
  cg_auth_key key;
  uint64_t now, salt, random;
  uint64_t recent[RECENT];
  unsigned recent_at, calls, called;
  bool ended[CALLS + 1];
  uint64_t reported[CALLS];
} peer;

static cg_err fill(void *ctx, void *out, size_t len) {
  uint64_t *state = ctx;
  for (size_t i = 0; i < len; i++)
    ((uint8_t *)out)[i] = (uint8_t)((*state = *state * 6364136223846793005u + 1) >> 56);
  return CG_OK;
}

static uint64_t salt_at(void *ctx, uint64_t key_id, int64_t unix_s) {
  (void)ctx;
  return key_id ^ (uint64_t)(unix_s / 1800);
}

static void remember(peer *p, uint64_t id) {
  p->recent[p->recent_at++ % RECENT] = id;
}

/* Puts known ids where the input asks for them. */
static void patch(const peer *p, cg_buf *body) {
  for (size_t i = 0; i + 8 <= body->len; i += 4) {
    static const uint8_t mark[7] = { 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee };
    if (!memcmp(body->at + i + 1, mark, sizeof mark))
      memcpy(body->at + i, &p->recent[body->at[i] % RECENT], 8);
  }
}

/* `how`: low bits of the msg_id, a wrong salt, an id that was there before, time. */
static void receive(peer *p, cg_reader *r, uint32_t how) {
  uint32_t seqno = cg_reader_u32(r);
  size_t len = cg_reader_u32(r) % 4096 * 4;
  if (len > cg_reader_left(r)) len = cg_reader_left(r) & ~(size_t)3;
  cg_buf body = { 0 };
  cg_buf_bytes(&body, cg_reader_take(r, len));
  patch(p, &body);
  uint64_t time = p->now / CG_SECOND + (how >> 8 & 0xff) - 128;
  cg_message m = { p->salt, cg_session_id(p->s), time << 32 | how >> 16 << 4, seqno,
                   cg_buf_view(&body) };
  m.msg_id |= p->role == CG_SERVER ? how >> 1 & 3 : 1 | (how & 2);
  if (how & 8) m.salt ^= 1;
  if (how & 16) m.msg_id = p->recent[how >> 16 & (RECENT - 1)];
  (void)!cg_session_receive(p->s, &m, p->now);
  remember(p, m.msg_id);
  cg_buf_free(&body);
}

static void take_call(peer *p, const cg_session_event *event) {
  for (unsigned i = 0; i < p->called && i < CALLS; i++)
    if (p->reported[i] == event->msg_id) abort();
  p->reported[p->called++ % CALLS] = event->msg_id;
  static const uint8_t answer[8] = { 0xb5, 0x75, 0x72, 0x99 };
  if (p->called % 3) /* some are never answered */
    (void)!cg_session_reply(p->s, event->msg_id, (cg_bytes){ answer, 8 }, p->now);
}

static void events(peer *p) {
  cg_session_event event;
  while (cg_session_next(p->s, &event)) {
    uint8_t sum = 0;
    for (size_t i = 0; i < event.body.len; i++) sum ^= event.body.at[i];
    switch (event.kind) {
    case CG_SESSION_CALL: take_call(p, &event); break;
    case CG_SESSION_RESULT:
    case CG_SESSION_FAILED:
      if (!event.tag || event.tag > CALLS || p->ended[event.tag]) abort();
      p->ended[event.tag] = true;
      break;
    case CG_SESSION_DESTROY_KEY:
      (void)!cg_session_key_destroyed(p->s, event.msg_id, sum & 1, p->now);
      break;
    case CG_SESSION_DESTROY_SESSION:
      (void)!cg_session_destroyed(p->s, event.msg_id, (uint64_t)event.value, true,
                                  p->now);
      break;
    default: break;
    }
  }
}

static void pull(peer *p) {
  for (int i = 0; i < 1000; i++) {
    cg_buf packet = { 0 }, plain = { 0 };
    cg_message m;
    (void)!cg_session_pull(p->s, p->now, &packet);
    size_t len = packet.len;
    if (len &&
        cg_envelope_open(&p->key, p->role, cg_buf_view(&packet), false, &plain, &m))
      abort();
    if (len) remember(p, m.msg_id);
    cg_buf_free(&packet);
    cg_buf_free(&plain);
    if (!len) return;
  }
  abort(); /* always something more to say */
}

static void act(peer *p, uint32_t what) {
  static const uint8_t body[8] = { 0x11, 0xca, 0xad, 0x0b };
  bool client = p->role == CG_CLIENT;
  switch (what >> 8 & 7) {
  case 0: pull(p); break;
  case 1: p->now += (what >> 12) * (uint64_t)1000; break;
  case 2: (void)!cg_session_tick(p->s, p->now); break;
  case 3: cg_session_reconnected(p->s, p->now); break;
  case 4:
    if (!client)
      (void)!cg_session_push(p->s, (cg_bytes){ body, 8 }, p->now);
    else if (p->calls < CALLS)
      (void)!cg_session_call(p->s, ++p->calls, (cg_bytes){ body, 8 });
    break;
  case 5:
    if (client) (void)!cg_session_drop(p->s, what >> 16 & 63);
    break;
  case 6:
    if (client) (void)!cg_session_ping(p->s, (int32_t)(what >> 16));
    break;
  default:
    if (client) (void)!cg_session_destroy_key(p->s);
    break;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  peer p = { .now = UINT64_C(1700000000) * CG_SECOND, .key.id = 0x1d };
  cg_reader r;
  cg_reader_init(&r, data, size);
  uint32_t start = cg_reader_u32(&r);
  p.role = start & 1 ? CG_SERVER : CG_CLIENT;
  p.salt = p.role == CG_SERVER ? salt_at(NULL, 0x1d, cg_unix(p.now)) : start >> 8;
  const cg_rng rng = { fill, &p.random };
  const cg_session_options o = { .role = p.role,
                                 .key = &p.key,
                                 .rng = &rng,
                                 .session_id = 0x5e5,
                                 .salt = start >> 8,
                                 .salt_at = salt_at };
  if (cg_session_new(&p.s, &o, p.now)) return 0;
  while (cg_reader_left(&r) >= 4) {
    uint32_t what = cg_reader_u32(&r);
    if (what & 1)
      receive(&p, &r, what);
    else
      act(&p, what);
    events(&p);
    if (cg_session_deadline(p.s) < p.now && what & 2) pull(&p);
  }
  pull(&p);
  events(&p);
  cg_session_free(p.s);
  return 0;
}
