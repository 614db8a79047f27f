/* SPDX-License-Identifier: MIT */
/*
 * client_rig.h - the bench of client_test.c and client_reset_test.c: a client without
 * sockets, two fake data centres, and a clock that only the test moves.
 */
#ifndef CG_CLIENT_RIG_H
#define CG_CLIENT_RIG_H

#include "client_core.h"
#include "client_test.h"
#include "clock.h"
#include "fake_server.h"
#include "mem.h"
#include "rsa.h"

enum { MAX_DONE = 64 };

typedef struct {
  uint64_t tag;
  cg_err err;
  int32_t code;
  char text[128];
  char fault[240];
  uint32_t id; /* of the answer */
  int times;
} outcome;

typedef struct {
  uint64_t now, seed;
  cg_rng rng;
  cg_dc dc;
  cg_session_data data;
  cg_core *core;
  fake_server servers[2]; /* data centres 2 and 4, ports 2 and 4 */
  fake_server *on;        /* the one that it is connected to */
  bool refuse;            /* connections are refused */
  bool deaf;              /* servers hear nothing */
  cg_err save_err;        /* what becomes of a SAVE */
  int connects, saves;
  bool saved_login; /* state when it was saved last */
  cg_login_state saved_state;
  bool saved_made, saved_reset;
  outcome done[MAX_DONE];
  int done_count;
  int logins; /* how often the login went on by itself, and how it was last */
  cg_err login_err;
  char login_text[128];
  size_t piece; /* bytes at a time; 0: all */
  long memory;  /* allocations that the client still gets; -1: all */
} rig;

static cg_rsa_key *key;
static char pem[1024];
static const char *pems[] = { pem };
static const cg_dc_address addresses[] = { { 2, "10.0.0.2", 2 }, { 4, "10.0.0.4", 4 } };

static int make_key(void **state) {
  (void)state;
  cg_buf text = { 0 };
  if (cg_rsa_generate(&key) || cg_rsa_public_pem(key, &text)) return -1;
  memcpy(pem, text.at, text.len);
  cg_buf_free(&text);
  return 0;
}

static int free_key(void **state) {
  (void)state;
  cg_rsa_free(key);
  return 0;
}

/* Carries out a call on the client, and on nothing else, with the memory that it gets. */
#define CLIENT(r, e)                                                                     \
  do {                                                                                   \
    cg_mem_fail_after((r)->memory);                                                      \
    e;                                                                                   \
    long asked = cg_mem_fail_after(-1);                                                  \
    if ((r)->memory >= 0) (r)->memory = asked < (r)->memory ? (r)->memory - asked : 0;   \
  } while (0)

/* --- the rig --------------------------------------------------------------- */

static void rig_init(rig *r, fake_script *script) {
  memset(r, 0, sizeof *r);
  r->memory = -1;
  r->now = 1700000000 * CG_SECOND;
  r->seed = 42;
  r->rng = (cg_rng){ test_fill, &r->seed };
  r->dc = (cg_dc){ .name = "dc.json",
                   .is_local = true,
                   .this_dc = 2,
                   .dcs = addresses,
                   .dc_count = 2,
                   .public_keys = pems,
                   .public_key_count = 1 };
  for (int i = 0; i < 2; i++) {
    fake_init(&r->servers[i], i ? 4 : 2, key, &r->rng);
    r->servers[i].script = script;
    r->servers[i].ctx = r;
  }
}

static cg_err rig_open(rig *r, cg_fault *fault) {
  cg_core_options o = { .dc = &r->dc,
                        .data = &r->data,
                        .api_id = 1,
                        .device_model = "test",
                        .system_version = "1",
                        .app_version = "1",
                        .lang_code = "en",
                        .framing = CG_FRAMING_PADDED,
                        .obfuscated = true,
                        .rng = &r->rng };
  return cg_core_new(&r->core, &o, fault);
}

static void rig_free(rig *r) {
  cg_core_free(r->core);
  cg_session_data_wipe(&r->data);
  for (int i = 0; i < 2; i++) fake_free(&r->servers[i]);
}

/* A client whose key the server knows already. */
static inline void rig_with_key(rig *r, fake_script *script) {
  uint8_t bytes[256];
  uint64_t seed = 9;
  rig_init(r, script);
  assert_int_equal(rig_open(r, NULL), CG_OK);
  assert_int_equal(test_fill(&seed, bytes, sizeof bytes), CG_OK);
  cg_session_dc *dc = cg_session_dc_of(&r->data, 2);
  assert_int_equal(cg_auth_key_init(&dc->key, bytes), CG_OK);
  dc->has_key = true;
  dc->salt = r->servers[0].salt;
  r->servers[0].key = dc->key;
  r->servers[0].has_key = true;
}

static void lose_connection(rig *r) {
  if (r->on) fake_disconnect(r->on);
  r->on = NULL;
}

static void on_connect(rig *r, const cg_core_event *ev) {
  r->connects++;
  if (r->refuse) {
    CLIENT(r, cg_core_closed(r->core, CG_E_CONNECT, r->now));
    return;
  }
  r->on = &r->servers[ev->port == 4];
  fake_connect(r->on);
  CLIENT(r, cg_core_connected(r->core, r->now));
}

static void on_save(rig *r) {
  r->saves++;
  r->saved_state = r->data.login.state;
  r->saved_made = r->data.made;
  r->saved_reset = r->data.login.reset;
  CLIENT(r, cg_core_saved(r->core, r->save_err, "the disk is full", r->now));
}

static void on_done(rig *r, const cg_core_event *ev) {
  outcome *o = NULL;
  for (int i = 0; i < r->done_count; i++)
    if (r->done[i].tag == ev->tag) o = &r->done[i];
  if (!o) o = &r->done[r->done_count++];
  *o = (outcome){
    .tag = ev->tag, .err = ev->fault.err, .code = ev->error.code, .times = o->times + 1
  };
  snprintf(o->text, sizeof o->text, "%s", ev->error.text);
  snprintf(o->fault, sizeof o->fault, "%s", ev->fault.text);
  if (ev->body.len >= 4) memcpy(&o->id, ev->body.at, 4);
}

static void on_login(rig *r, const cg_core_event *ev) {
  r->logins++;
  r->login_err = ev->fault.err;
  snprintf(r->login_text, sizeof r->login_text, "%.120s",
           ev->fault.err ? ev->fault.text : ev->error.text);
}

static bool do_events(rig *r) {
  cg_core_event ev;
  bool any = false;
  while (cg_core_next(r->core, &ev)) {
    any = true;
    switch (ev.kind) {
    case CG_CORE_CONNECT: on_connect(r, &ev); break;
    case CG_CORE_DISCONNECT: lose_connection(r); break;
    case CG_CORE_SAVE: on_save(r); break;
    case CG_CORE_DONE: on_done(r, &ev); break;
    case CG_CORE_UPDATE: break;
    case CG_CORE_LOGIN: on_login(r, &ev); break;
    }
  }
  return any;
}

/* Moves bytes both ways; true if there were any. */
static bool move_bytes(rig *r) {
  cg_buf up = { 0 };
  bool any = false;
  cg_err err;
  CLIENT(r, err = cg_core_pull(r->core, r->now, &up));
  if (err) {
    assert_true(r->memory == 0 && err == CG_E_MEMORY);
    cg_buf_free(&up);
    lose_connection(r);
    CLIENT(r, cg_core_closed(r->core, err, r->now));
    return true;
  }
  if (r->on && up.len && !r->deaf) {
    fake_feed(r->on, cg_buf_view(&up), r->now);
    any = true;
  }
  cg_buf_free(&up);
  cg_buf down = { 0 };
  if (r->on) down = fake_take(r->on, r->now);
  size_t piece = r->piece ? r->piece : down.len;
  for (size_t at = 0; at < down.len && r->on; at += piece) {
    size_t len = down.len - at < piece ? down.len - at : piece;
    CLIENT(r, cg_core_feed(r->core, (cg_bytes){ down.at + at, len }, r->now));
    any = true;
  }
  cg_buf_free(&down);
  return any;
}

/* Runs until nothing moves, without time passing. */
static void settle(rig *r) {
  for (int i = 0; i < 10000; i++) {
    bool events = do_events(r), bytes = move_bytes(r);
    if (!events && !bytes) return;
    r->now += 100;
  }
  fail_msg("it never settles");
}

/* Runs on, over waits, until `count` calls are done or a minute has passed. */
static void run_until(rig *r, int count) {
  uint64_t end = r->now + 120 * CG_SECOND;
  settle(r);
  while (r->done_count < count && r->now < end) {
    uint64_t at = cg_core_deadline(r->core);
    if (at == CG_NEVER) return;
    if (at > r->now) r->now = at;
    CLIENT(r, cg_core_tick(r->core, r->now));
    settle(r);
  }
}

static uint64_t call(rig *r, const tl_obj *q) {
  uint64_t tag = 0;
  assert_int_equal(cg_core_call(r->core, q, 30 * CG_SECOND, r->now, &tag, NULL), CG_OK);
  return tag;
}

#endif
