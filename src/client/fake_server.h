/* SPDX-License-Identifier: MIT */
/*
 * fake_server.h - a server for the tests of the client: the real server side of
 * framing, key exchange and session, with a script in place of the API.
 */
#ifndef CG_FAKE_SERVER_H
#define CG_FAKE_SERVER_H

#include "envelope.h"
#include "framing.h"
#include "handshake.h"
#include "session.h"

#include <centigram/tl.h>

typedef struct fake_server fake_server;

/* Appends the answer to `q`, which came without its wrappers; nothing: no answer. */
typedef void fake_script(fake_server *s, const tl_obj *q, cg_buf *out);

struct fake_server {
  int32_t dc;
  cg_rsa_key *rsa; /* borrowed */
  const cg_rng *rng;
  uint64_t salt; /* the only one that is valid */
  fake_script *script;
  void *ctx;
  bool has_key, knows_key; /* without the latter: -404 */
  bool forgets;            /* knows no key for longer than its exchange */
  cg_auth_key key;
  uint64_t session_id;
  cg_session *session; /* of the key; outlives connections */
  cg_framing *framing; /* of the connection; NULL: none */
  cg_handshake_server *handshake;
  cg_buf out, plain;
  int connections, handshakes, inits, calls, drops;
  bool heard;   /* the session spoke on this connection */
  bool wrapped; /* the call that the script sees came in initConnection */
  uint64_t msg_id; /* its own */
};

void fake_init(fake_server *s, int32_t dc, cg_rsa_key *rsa, const cg_rng *rng);
void fake_free(fake_server *s);
void fake_connect(fake_server *s);
void fake_disconnect(fake_server *s);
void fake_feed(fake_server *s, cg_bytes in, uint64_t now_us);
/* Takes what is to be sent to the client; the caller frees it. */
cg_buf fake_take(fake_server *s, uint64_t now_us);

/* Appends an object, or an rpc_error, as an answer. */
void fake_answer(cg_buf *out, const tl_obj *answer);
void fake_refuse(cg_buf *out, int32_t code, const char *text);

#endif
