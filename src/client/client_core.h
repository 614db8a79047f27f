/* SPDX-License-Identifier: MIT */
/*
 * client_core.h - a client without sockets: calls go in, bytes and events come out.
 *
 * It connects to the main data centre, agrees on a key, keeps one MTProto session over
 * all connections, wraps first calls in initConnection, follows migrations, and moves
 * the login state. The driver does what the events say, in their order. Whatever a
 * function does, cg_core_next() and cg_core_pull() are asked afterwards until they give
 * nothing, and cg_core_deadline() is looked at again. Time never goes back.
 *
 * protocol.md 222-242
 */
#ifndef CG_CLIENT_CORE_H
#define CG_CLIENT_CORE_H

#include "framing.h"
#include "log.h"
#include "session_data.h"

typedef struct {
  const cg_dc *dc;       /* borrowed, as everything here */
  cg_session_data *data; /* what the session file says; changed as things happen */
  int32_t api_id;
  const char *api_hash; /* for the QR codes that it renews; NULL: empty */
  const char *device_model, *system_version, *app_version, *lang_code;
  cg_framing_kind framing;
  bool obfuscated;
  const cg_rng *rng;
  const cg_log *log;
} cg_core_options;

typedef struct cg_core cg_core;

/* Begins with `data`, which is made new if it holds nothing or belongs to another
 * service and has no account. REFUSED: it has one; RANDOM, MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_core_new(cg_core **out, const cg_core_options *options,
                               cg_fault *fault);
void cg_core_free(cg_core *c); /* wipes; NULL is allowed */

/* Queues a call, which ends in exactly one DONE event with *tag, at the latest when
 * `timeout_us` are over. A failure to encode is named in `fault`. */
CG_MUST_USE cg_err cg_core_call(cg_core *c, const tl_obj *request, uint64_t timeout_us,
                                uint64_t now_us, uint64_t *tag, cg_fault *fault);

/* Gives the account up; ends in exactly one DONE event with *tag. Softly: a code that is
 * awaited is cancelled (2 s at most), a marker is saved, auth.logOut is called, and its
 * answer, whatever it says, ends in the wipe of `data`; without an answer the marker
 * stays, calls are held back, and the next call or client goes on with it. By force:
 * wipes at once, and all calls end with the error 401 Unauthorized. The tokens of
 * log-outs stay; without any, `data` is not `made` and SAVE removes the file. MEMORY. */
CG_MUST_USE cg_err cg_core_reset(cg_core *c, bool by_force, uint64_t timeout_us,
                                 uint64_t now_us, uint64_t *tag);

/* Gives a call up; no DONE follows, unless it is in the queue of events already. */
void cg_core_drop(cg_core *c, uint64_t tag);

typedef enum {
  CG_CORE_CONNECT,    /* connect to `host` and `port`; then connected() or closed() */
  CG_CORE_DISCONNECT, /* close the connection; closed() is not called for it */
  CG_CORE_SAVE,       /* write `data` to the session file, or remove the file if it is not
                       `made`; then call saved() */
  CG_CORE_DONE,       /* the call `tag` is over: `fault.err`, or `error`, or `body` */
  CG_CORE_UPDATE,     /* the server sent `body` by itself */
  CG_CORE_LOGIN       /* a login by QR code went on by itself: a new link or another
                       state, or else `fault.err` or `error` say why not */
} cg_core_kind;

typedef struct {
  cg_core_kind kind;
  const char *host;
  uint16_t port;
  uint64_t tag;
  cg_bytes request; /* DONE: the call as it was encoded */
  cg_bytes body;    /* DONE: the answer, to be read with cg_tl_decode_result() */
  cg_rpc_error error;
  cg_fault fault;
} cg_core_event;

/* The next event; what it points to lives until the next call of this function. */
bool cg_core_next(cg_core *c, cg_core_event *out);

/* What became of a SAVE. On failure the key is not used and calls that moved the login
 * end with `err` and `why`. */
void cg_core_saved(cg_core *c, cg_err err, const char *why, uint64_t now_us);

void cg_core_connected(cg_core *c, uint64_t now_us);
/* The connection, or the attempt to make one, is over. */
void cg_core_closed(cg_core *c, cg_err why, uint64_t now_us);
void cg_core_feed(cg_core *c, cg_bytes in, uint64_t now_us);

/* Appends what is to be sent. MEMORY: close the connection. */
CG_MUST_USE cg_err cg_core_pull(cg_core *c, uint64_t now_us, cg_buf *out);

/* When to call cg_core_tick(); CG_NEVER if nothing is due. */
uint64_t cg_core_deadline(const cg_core *c);
void cg_core_tick(cg_core *c, uint64_t now_us);

/* A login by QR code, perhaps of an earlier process, is to go on: connects for it. Where a
 * connection is there anyhow, it goes on without being told. */
void cg_core_qr_go(cg_core *c, uint64_t now_us);

/* True while an auth.signIn is under way: the code is not to be cancelled then. */
bool cg_core_signs_in(const cg_core *c);

/* Gives the pending login up, whatever the server thinks of it. */
void cg_core_forget_login(cg_core *c);

/* Ends every call with CLOSED, and with the error 500 Request aborted. */
void cg_core_shut(cg_core *c);

#endif
