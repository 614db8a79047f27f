/* SPDX-License-Identifier: MIT */
/*
 * handshake.h - how client and server come to share an authorization key.
 *
 * Both sides are sans-IO and work on packet payloads as cg_framing gives and takes
 * them (auth_key_id 0, msg_id, length, TL object). Every check of protocol.md
 * 61-101 (client) and 102-119 (server) is made; secrets are wiped on every way out.
 *
 * https://core.telegram.org/mtproto/auth_key
 */
#ifndef CG_HANDSHAKE_H
#define CG_HANDSHAKE_H

#include "auth_key.h"
#include "buf.h"
#include "rng.h"
#include "rsa.h"

/* ---- client ------------------------------------------------------------- */

typedef struct {
  const cg_rsa_key *const *keys; /* RSA keys of this kind of DC; borrowed */
  size_t key_count;
  int32_t dc;         /* as in p_q_inner_data_dc: +10000 for test, negative for media */
  int32_t expires_in; /* seconds for a temporary key; 0: a permanent one */
  const cg_rng *rng;
} cg_handshake_options;

typedef struct {
  cg_auth_key key;
  uint64_t salt;       /* first server salt */
  int64_t time_offset; /* server's unix time minus ours, in seconds */
} cg_handshake_result;

typedef struct cg_handshake cg_handshake;

cg_err cg_handshake_new(cg_handshake **out, const cg_handshake_options *options);
void cg_handshake_free(cg_handshake *h); /* wipes; NULL is allowed */

/* Appends the first payload to send. STATE if called twice; RANDOM, MEMORY. */
cg_err cg_handshake_start(cg_handshake *h, uint64_t now_us, cg_buf *out);

/* Takes one payload and appends the next one to send, if any. On success with
 * *done set the key is agreed and `result` filled; the caller wipes it. Errors:
 * PROTOCOL (also when the server itself gave up: server_DH_params_fail, dh_gen_fail,
 * too many dh_gen_retry), VERIFY, WEAK, NO_KEY, TIMEOUT, MEMORY, RANDOM, CRYPTO,
 * STATE: the handshake is dead, its secrets are wiped and `out` is as it was; free
 * it, close the connection, try again with a new one. */
cg_err cg_handshake_feed(cg_handshake *h, cg_bytes payload, uint64_t now_us, cg_buf *out,
                         bool *done, cg_handshake_result *result);

/* When to give up (30 s after start); CG_NEVER before it. */
uint64_t cg_handshake_deadline(const cg_handshake *h);

/* ---- server ------------------------------------------------------------- */

typedef struct {
  cg_rsa_key *rsa; /* with the private half; borrowed */
  const cg_rng *rng;
  int32_t dc;             /* own id */
  bool any_dc;            /* one DC only: take any dc id (clients.md 4) */
  bool legacy_rsa;        /* also take old clients: SHA-1 padding, no dc */
  int32_t max_expires_in; /* longest life of a temporary key, seconds */
} cg_handshake_server_options;

/* State of one connection; remembers its exchanges, finished and failed ones too, for
 * 10 minutes and never more than a few. Several exchanges may follow each other. */
typedef struct cg_handshake_server cg_handshake_server;

/* Copies the options. MEMORY. */
cg_err cg_handshake_server_new(cg_handshake_server **out,
                               const cg_handshake_server_options *options);
void cg_handshake_server_free(cg_handshake_server *h); /* wipes; NULL is allowed */

typedef struct {
  cg_auth_key key;
  uint64_t salt;      /* first salt, as the client computes it */
  int32_t dc;         /* as the client said it; 0 if its inner data has none */
  int64_t expires_at; /* unix seconds for a temporary key, 0: permanent */
  bool legacy;        /* SHA-1 padding or inner data without a dc */
} cg_handshake_key;

typedef enum {
  CG_HANDSHAKE_REPLY, /* `out` holds a payload to send; nothing was appended if the
                         key that was asked about is still being stored */
  CG_HANDSHAKE_STORE, /* store *key, wipe it, call cg_handshake_server_stored() */
  CG_HANDSHAKE_REFUSE /* send transport error `error` (-404, -444) and go on */
} cg_handshake_verdict;

/* Takes one unencrypted payload. A failed check of any kind is REFUSE with -404
 * and never says which; the exchange that it belongs to is then over for good.
 * Errors (MEMORY, RANDOM, CRYPTO) are our own: close the connection. */
cg_err cg_handshake_server_feed(cg_handshake_server *h, cg_bytes payload, uint64_t now_us,
                                cg_buf *out, cg_handshake_verdict *verdict,
                                cg_handshake_key *key, int32_t *error);

typedef enum { CG_KEY_STORED, CG_KEY_TAKEN, CG_KEY_FAILED } cg_key_outcome;

/* Says how storing the key with id `key_id` went: appends dh_gen_ok, dh_gen_retry
 * (the id is taken) or dh_gen_fail. STATE if no exchange waits for that id. */
cg_err cg_handshake_server_stored(cg_handshake_server *h, uint64_t key_id,
                                  cg_key_outcome outcome, uint64_t now_us, cg_buf *out);

/* Forgets what is older than 10 minutes; true if nothing is left, so that an idle
 * connection may free the object and make a new one when it is needed. */
bool cg_handshake_server_expire(cg_handshake_server *h, uint64_t now_us);

#endif
