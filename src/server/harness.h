/* SPDX-License-Identifier: MIT */
/*
 * harness.h - for tests only: the real server with a real store, and clients that reach
 * it through the client's halves of framing, key exchange and session, on one fake
 * clock. Everything that a client is told is told through the wire.
 *
 * With `late` set the store answers a request only when the loop comes round again, as
 * a database over the network would.
 */
#ifndef CG_SERVER_HARNESS_H
#define CG_SERVER_HARNESS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "op.h"
#include "mtproto_test.h"

#include <centigram/api.h>

enum { CG_HARNESS_CLIENTS = 8, CG_HARNESS_CALLS = 8, CG_HARNESS_UPDATES = 64 };

typedef struct cg_tester cg_tester;

typedef struct {
  cg_server *server;
  uint64_t now_us;
  char dir[64];
  const char *store_url;       /* NULL: a file in the folder */
  const char *profile;
  const char *set[16];
  int32_t dcs;                 /* how many data centres there are; 0: one, of id 2 */
  int32_t dc;                  /* where new clients go; 0: to 2 */
  bool virtual_clock, late;
  bool store_fails;            /* the end of a turn cannot be made durable */
  bool writes_fail;            /* that of a turn that has written anything */
  bool submits_fail;           /* every request is answered with STORE */
  bool counters_fail;          /* those about counters are */
  bool deaf;                   /* what the server sends is lost */
  uint64_t lag_us;             /* that a late store takes for an answer */
  test_rng rng, client_rng;    /* the server's, the clients' */
  cg_buf log;                  /* every line that was logged */
  cg_tester *clients[CG_HARNESS_CLIENTS];
  uint64_t last_conn;
  int turn_errors;
} cg_harness;

/* A client with one connection, one key and one session. */
struct cg_tester {
  cg_harness *h;
  uint64_t conn;               /* 0: none now */
  int32_t dc;                  /* where it connects */
  cg_framing *framing;
  cg_auth_key key;
  uint64_t salt;
  cg_session *session;
  int32_t layer;
  bool inited;                 /* its next call needs no initConnection */
  bool closed;                 /* the server closed the connection */
  int32_t transport_error;     /* the last one, 0: none */
  cg_arena *arena;             /* answers live in it until the next call */
  uint64_t last_tag;
  struct {
    uint64_t tag;
    cg_buf body;
    cg_err failed;
  } results[CG_HARNESS_CALLS]; /* by tag */
  bool renewed;                /* new_session_created came since it was cleared */
  cg_buf updates[CG_HARNESS_UPDATES]; /* that came by themselves, in a ring */
  size_t updates_came, updates_read;
};

/* What a call came to: an error (code and text) or an object. */
typedef struct {
  int32_t code;
  const char *error;  /* "" for none */
  const tl_obj *obj;
  uint32_t id;        /* constructor id on the wire */
  cg_bytes raw;
} cg_told;

/* A harness over a folder of its own; the server is not running yet. */
void cg_harness_init(cg_harness *h, bool late);
void cg_harness_open(cg_harness *h); /* starts the server */
void cg_harness_close(cg_harness *h); /* ends the server; the folder stays */
void cg_harness_end(cg_harness *h);  /* ends everything and removes the folder */
void cg_harness_set(cg_harness *h, const char *setting); /* before open */

/* Moves the clock and lets everything happen that is due. */
void cg_harness_advance(cg_harness *h, uint64_t seconds);
/* Carries bytes to and fro until nobody has any. */
void cg_harness_pump(cg_harness *h);

/* A client with a new key, of layer 228. */
cg_tester *cg_tester_new(cg_harness *h);
/* The same with a temporary key that lives for so many seconds. */
cg_tester *cg_tester_new_temporary(cg_harness *h, int32_t seconds);
void cg_tester_free(cg_tester *c);
/* Agrees on one more key over the same connection, with a session of its own; false if
 * the server refuses. */
bool cg_tester_new_key(cg_tester *c);
/* A new connection, with the same session or a new one. */
void cg_tester_reconnect(cg_tester *c, bool new_session);
void cg_tester_disconnect(cg_tester *c);
/* A new connection of which the client's session knows nothing. */
void cg_tester_connect(cg_tester *c);

/* Makes a call and gives what came back. The first of a session is wrapped in
 * invokeWithLayer(initConnection). */
cg_told cg_tester_call(cg_tester *c, const tl_obj *request);
/* The same with the bytes as they are, wrapped in nothing. */
cg_told cg_tester_call_raw(cg_tester *c, cg_bytes body);
/* The same in two steps, so that several calls are under way: queue, pump, take. */
uint64_t cg_tester_queue(cg_tester *c, const tl_obj *request);
cg_told cg_tester_take(cg_tester *c, uint64_t tag);
/* The next update that was pushed to it; .obj is NULL when there is none left. */
cg_told cg_tester_update(cg_tester *c);
/* Appends invokeWithLayer(initConnection( to `b`; the query follows. */
void cg_tester_put_init(const cg_tester *c, cg_buf *b);
/* The bytes of a request, in the arena of the client. */
cg_bytes cg_tester_encode(cg_tester *c, const tl_obj *request);

/* An answer of the inbox. */
typedef struct {
  int calls, status;
  char json[8192];
} cg_said;
void cg_harness_hear(void *ctx, int status, cg_bytes json); /* a cg_server_answer */
/* GET /codes?phone=, as text. */
const char *cg_harness_codes(cg_harness *h, const char *phone);
/* The newest live code of a phone, "" if there is none. */
const char *cg_harness_code(cg_harness *h, const char *phone);

#endif
