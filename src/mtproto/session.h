/* SPDX-License-Identifier: MIT */
/*
 * session.h - an MTProto session: everything between opened messages and API calls.
 *
 * Message ids and sequence numbers, replay store and time window, salts, acks,
 * containers, gzip, bad_msg_notification, state and resend queries, ping,
 * new_session_created, destroy_session: for both roles. A session outlives its
 * connections. Sans-IO: messages in, packets out, events polled.
 *
 * https://core.telegram.org/mtproto/service_messages (protocol.md 145-221)
 */
#ifndef CG_SESSION_INTERNAL_H
#define CG_SESSION_INTERNAL_H

#include "auth_key.h"
#include "buf.h"
#include "clock.h"
#include "envelope.h"
#include "log.h"
#include "rng.h"

typedef struct {
  cg_role role;
  const cg_auth_key *key; /* borrowed; outlives the session */
  const cg_rng *rng;
  const cg_log *log;   /* may be NULL */
  uint64_t session_id; /* server: the client's; client: 0 draws one */
  uint64_t salt;       /* client: the salt to begin with, 0 if none is known */
  int64_t time_offset; /* client: server's unix time minus ours, seconds. With neither
                          salt nor offset the first packet tells the server's time */
  /* server: the salt of this key that is valid at a moment (unix seconds); another one
   * from each multiple of 1800 s on */
  uint64_t (*salt_at)(void *ctx, uint64_t key_id, int64_t unix_s);
  void *salt_ctx;
} cg_session_options;

typedef struct cg_session cg_session;

/* MEMORY, RANDOM. The connection is there: cg_session_reconnected() is for later ones. */
cg_err cg_session_new(cg_session **out, const cg_session_options *options,
                      uint64_t now_us);
void cg_session_free(cg_session *s); /* NULL is allowed */

uint64_t cg_session_id(const cg_session *s);
uint64_t cg_session_salt(const cg_session *s);       /* client: to be kept on disk */
int64_t cg_session_time_offset(const cg_session *s); /* client: likewise */

/* Takes one opened message whose session id is this session's. Errors mean:
 * discarded, nothing changed, close the connection (PROTOCOL, REPLAY and TIME may
 * be survived on the server: it has queued its bad_msg_notification; LIMIT, after too
 * many of them in a row, may not). A client that has discarded too many goes on as a
 * new session with the next packet. */
cg_err cg_session_receive(cg_session *s, const cg_message *m, uint64_t now_us);

/* server: whether the last packet was taken. It was not if it was discarded, if nothing in
 * it was new or still waits for an answer, or if it had to be sent again with another
 * salt: such a packet may be an old one that a stranger repeats. */
bool cg_session_has_taken(const cg_session *s);

/* server: appends the notice about the last packet, if that was not taken and is told so,
 * sealed by itself: it belongs where the packet came from, and nothing else does. MEMORY,
 * RANDOM, CRYPTO: nothing was appended. */
cg_err cg_session_pull_refusal(cg_session *s, uint64_t now_us, cg_buf *out);

typedef enum {
  CG_SESSION_NONE,
  /* server: an API call `body` came in `msg_id`, once; answer with
   * cg_session_reply(). A repeated msg_id never shows up twice. */
  CG_SESSION_CALL,
  /* server: destroy_auth_key came in `msg_id`: erase the key, then answer. */
  CG_SESSION_DESTROY_KEY,
  /* server: destroy_session of `value` came in `msg_id`; answer with
   * cg_session_destroyed(). */
  CG_SESSION_DESTROY_SESSION,
  /* server: close the connection unless heard from again within `value` seconds. */
  CG_SESSION_DISCONNECT_IN,
  /* server: rpc_drop_answer: the running call `msg_id` is not waited for any more. */
  CG_SESSION_DROPPED,
  /* client: the answer `body` to call `tag`; an rpc_error is left in it. */
  CG_SESSION_RESULT,
  /* client: call `tag` ended without an answer: CANCELLED (dropped); PROTOCOL (refused
   * again and again); TIMEOUT (nobody can tell whether it has run: it is too late to ask,
   * or the session that had it is over);
   * MALFORMED, LIMIT (a packed answer that cannot be opened). */
  CG_SESSION_FAILED,
  /* client: the server knows call `tag` (ack). */
  CG_SESSION_ACKED,
  /* client: an update or other API object `body` came by itself. */
  CG_SESSION_UPDATE,
  /* client: the server lost the session's state: fetch updates anew. */
  CG_SESSION_RENEWED,
  /* client: salt or time offset changed: keep them. `value`: by how many seconds the
   * clock was found wrong, if that is more than 300. */
  CG_SESSION_SALT,
  /* client: destroy_auth_key was answered; value 1 ok, 0 none, -1 fail. */
  CG_SESSION_KEY_DESTROYED
} cg_session_event_kind;

typedef struct {
  cg_session_event_kind kind;
  uint64_t msg_id; /* of the message that carried it */
  uint64_t tag;
  int64_t value;
  cg_err err;
  cg_bytes body; /* ungzipped; borrowed until the next call of cg_session_next() */
} cg_session_event;

/* The next thing that happened; false when there is nothing. */
bool cg_session_next(cg_session *s, cg_session_event *event);

/* client: queues an API call (the bytes of a method, wrappers included). `tag` is
 * the caller's, unique and not 0. It ends in exactly one RESULT or FAILED. USAGE (no
 * tag, no whole words), LIMIT (larger than a server takes), MEMORY: it did not begin. */
cg_err cg_session_call(cg_session *s, uint64_t tag, cg_bytes body);

/* client: gives a call up: FAILED with CANCELLED, rpc_drop_answer to the server. STATE
 * if there is no such call; MEMORY. */
cg_err cg_session_drop(cg_session *s, uint64_t tag);

/* client: asks the server to erase the key (bare or in rpc_result: both are read).
 * MEMORY. */
cg_err cg_session_destroy_key(cg_session *s);

/* client: asks to ping; `disconnect_s` > 0 sends ping_delay_disconnect. The session
 * does so by itself every 60 s. MEMORY, RANDOM. */
cg_err cg_session_ping(cg_session *s, int32_t disconnect_s);

/* server: the answer to the CALL in `msg_id`: rpc_result around `result` (a boxed
 * object or rpc_error). Kept for repeats until acked. Large ones are gzipped. STATE if
 * no such call runs; USAGE, LIMIT: answer with something else; MEMORY: it runs still. */
cg_err cg_session_reply(cg_session *s, uint64_t msg_id, cg_bytes result, uint64_t now_us);

/* server: more waits for this client than it should: ask nothing large for it. Its
 * calls are answered with FLOOD_WAIT_1 meanwhile. */
bool cg_session_is_full(const cg_session *s);

/* server: pushes an update. LIMIT: too many wait for the client already; it will ask
 * for the difference. MEMORY. */
cg_err cg_session_push(cg_session *s, cg_bytes update, uint64_t now_us);

/* server: answers DESTROY_SESSION (ok, or none) and DESTROY_KEY (ok, or fail; bare, and
 * inside rpc_result: clients.md 10). MEMORY; STATE if no DESTROY_KEY runs. */
cg_err cg_session_destroyed(cg_session *s, uint64_t msg_id, uint64_t session_id, bool ok,
                            uint64_t now_us);
cg_err cg_session_key_destroyed(cg_session *s, uint64_t msg_id, bool ok, uint64_t now_us);

/* Appends the next sealed packet to `out`; nothing if there is nothing to send.
 * Asked again until it appends nothing. MEMORY, RANDOM, CRYPTO: nothing was appended,
 * nothing is lost. */
cg_err cg_session_pull(cg_session *s, uint64_t now_us, cg_buf *out);

/* The connection is new: what was not acked goes out again, byte for byte, under
 * its old msg_id; a client asks what became of the calls that were. */
void cg_session_reconnected(cg_session *s, uint64_t now_us);

/* When to call cg_session_tick() and cg_session_pull(), as long as there is a
 * connection; CG_NEVER if nothing is due. */
uint64_t cg_session_deadline(const cg_session *s);
/* CLOSED: the peer is silent beyond its time (a ping went unanswered): reconnect. */
cg_err cg_session_tick(cg_session *s, uint64_t now_us);

#endif
