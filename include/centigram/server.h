/* SPDX-License-Identifier: MIT */
/*
 * server.h - a local Telegram: the server as an object without sockets.
 *
 * Bytes of connections go in, bytes come out; `now_us` is unix time in
 * microseconds that never goes back. After everything that belongs to one turn of
 * the loop was fed, cg_server_turn() makes it durable; only then does
 * cg_server_next() give out what the turn wrote. <centigram/loop.h> has a driver.
 */
#ifndef CENTIGRAM_SERVER_H
#define CENTIGRAM_SERVER_H

#include "base.h"
#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cg_server cg_server;

typedef struct {
  const char *data_dir;     /* server.key, server.pub.pem and centigram.db live here */
  const char *store_url;    /* NULL: sqlite: centigram.db in data_dir */
  const char *profile;      /* "test" (NULL) or "private" */
  int32_t dc_id;            /* the first data centre; 0: 2 */
  int32_t dcs;              /* how many there are, up to 9; 0: 1. Several have the ids
                               from 1 on, and clients are sent to the right one */
  const char *const *set;   /* "NAME=VALUE" ..., NULL-terminated; NULL: none */
  const char *const *schemas; /* further .tl files, NULL-terminated; NULL: none */
  bool virtual_clock;       /* let cg_server_advance() move the time of codes */
  uint64_t now_us;          /* time at the start */
  void (*log)(void *ctx, int level, const char *line); /* NULL: silent */
  void *log_ctx;
  cg_err (*random)(void *ctx, void *out, size_t len); /* NULL: the system's */
  void *random_ctx;
} cg_server_options;

/* One of the settings that `set` reaches. */
typedef struct {
  const char *name, *about;
  char takes[80];             /* "1 to 100", "on|off"; and what `private` takes if less */
  char test[40], strict[40];  /* its value in profile test, in private, if nobody says */
} cg_server_setting;

/* The settings, by name, from i = 0 on; false behind the last one. */
CG_API bool cg_server_setting_at(size_t i, cg_server_setting *out);

/* Opens the server's folder (created with 0700, its files with 0600) under a lock
 * that dies with the process. Errors name the file: LOCKED, IO, CORRUPT, USAGE (an
 * unknown --set name or value, a bad schema). */
CG_API CG_MUST_USE cg_err cg_server_open(cg_server **out, const cg_server_options *options,
                                         cg_fault *fault);
CG_API void cg_server_close(cg_server *s); /* NULL is allowed */

/* Tells where the server listens, so that help.getConfig and dc.json can say it: for its
 * first data centre, or for another one on the same host. For an address that stands for
 * all (0.0.0.0, ::) they name the loopback. */
CG_API void cg_server_endpoint(cg_server *s, const char *host, uint16_t port);
CG_API void cg_server_endpoint_at(cg_server *s, int32_t dc, const char *host,
                                  uint16_t port);

/* dc.json, which tells a client how to find and trust the server, without a newline, in
 * `arena`. `inbox` is the inbox's http address, NULL if it is off. */
CG_API cg_err cg_server_dc_json(cg_server *s, const char *inbox, cg_arena *arena,
                                cg_bytes *out);

/* What the inbox asks callers for; NUL-terminated, lives as long as the server. */
CG_API const char *cg_server_inbox_token(const cg_server *s);

/* --- connections; `conn` is the driver's number, never used twice --------- */

CG_API cg_err cg_server_accept(cg_server *s, uint64_t conn, const char *peer_ip,
                               uint64_t now_us);
/* The same for one that came to data centre `dc`. USAGE if there is none of that id. */
CG_API cg_err cg_server_accept_at(cg_server *s, uint64_t conn, int32_t dc,
                                  const char *peer_ip, uint64_t now_us);
/* Tells which address of this machine the connection came in on: help.getConfig names
 * that one, for its client can reach it. Without it the server's endpoint is named. */
CG_API void cg_server_reached_at(cg_server *s, uint64_t conn, const char *local_ip);
CG_API void cg_server_feed(cg_server *s, uint64_t conn, cg_bytes in, uint64_t now_us);
CG_API void cg_server_gone(cg_server *s, uint64_t conn);

/* Ends a turn: see above. STORE: the store failed; the turn's answers are dropped
 * and its connections closed; the server goes on. */
CG_API cg_err cg_server_turn(cg_server *s, uint64_t now_us);

typedef struct {
  uint64_t conn;
  cg_bytes bytes; /* to be sent; valid until the next call on the server */
  bool close;     /* close once the bytes are sent */
} cg_server_output;
CG_API bool cg_server_next(cg_server *s, cg_server_output *out);

/* When to call cg_server_tick() and then cg_server_turn(); UINT64_MAX: never. */
CG_API uint64_t cg_server_deadline(const cg_server *s);
CG_API void cg_server_tick(cg_server *s, uint64_t now_us);

/* --- the inbox ------------------------------------------------------------ */

/* An answer for the inbox: HTTP status and a JSON text that lives until the
 * callback returns. Called exactly once, perhaps before the asking call returns;
 * the caller sends it after the next cg_server_turn(). */
typedef void cg_server_answer(void *ctx, int status, cg_bytes json);

/* Codes of `phone` (NULL: of all), newest first. With wait_s > 0 only live ones, however
 * often they were shown before: at once if there are any, else when the next one comes;
 * `[]` when the time is over. Returns a ticket for cg_server_forget(), 0 if it was
 * answered at once. */
CG_API uint64_t cg_server_codes(cg_server *s, const char *phone, int wait_s, uint64_t now_us,
                                cg_server_answer *answer, void *ctx);
/* The asker is gone: its answer will not be called. */
CG_API void cg_server_forget(cg_server *s, uint64_t ticket);

/* GET and POST /users: list; add {"phone","first_name","last_name"}; POST
 * /users/ban {"phone"}. `json` is the body. */
CG_API void cg_server_users(cg_server *s, cg_server_answer *answer, void *ctx);
CG_API void cg_server_user_add(cg_server *s, cg_bytes json, uint64_t now_us,
                               cg_server_answer *answer, void *ctx);
CG_API void cg_server_user_ban(cg_server *s, cg_bytes json, uint64_t now_us,
                               cg_server_answer *answer, void *ctx);

/* POST /users/password {"phone","verifier","salt1","salt2","hint"}: gives the account a
 * password of two-step verification, without the middle three none. */
CG_API void cg_server_user_password(cg_server *s, cg_bytes json, uint64_t now_us,
                                    cg_server_answer *answer, void *ctx);

/* A password as that question has it, in hex. */
typedef struct {
  char verifier[513], salt1[81], salt2[33];
} cg_password_hash;

/* Hashes a password in UTF-8, with salts of its own; takes 50 ms. What comes out is good
 * for guessing: wipe it. RANDOM, MEMORY, CRYPTO: `out` is zeroed. */
CG_API CG_MUST_USE cg_err cg_hash_password(const char *password, cg_password_hash *out);

/* POST /clock {"advance_s":N}: 409 without a virtual clock. POST /reset. GET
 * /methods/missing: [{"method","id","count"}]. */
CG_API void cg_server_advance(cg_server *s, cg_bytes json, uint64_t now_us,
                              cg_server_answer *answer, void *ctx);
CG_API void cg_server_reset(cg_server *s, uint64_t now_us, cg_server_answer *answer,
                            void *ctx);
CG_API void cg_server_missing(cg_server *s, cg_server_answer *answer, void *ctx);

/* GET /metrics. */
enum { CG_SERVER_CODE_STATES = 7, CG_SERVER_RESULTS = 10 };
typedef struct {
  const char *name;
  uint64_t count;
} cg_server_count;
typedef struct {
  uint64_t uptime_s;
  uint64_t connections, sessions; /* of MTProto, now */
  uint64_t keys, users, logins;   /* in the store; logins: keys that are logged in */
  uint64_t missing;   /* calls of methods that the server lacks, since the last reset */
  uint64_t delivered; /* codes, since the start */
  cg_server_count codes[CG_SERVER_CODE_STATES]; /* in the store, by state */
  cg_server_count calls[CG_SERVER_RESULTS]; /* answered since the start: "ok", "400" ... */
} cg_server_metrics;

/* Called exactly once, as a cg_server_answer is; NULL if the store or memory failed. */
typedef void cg_server_measured(void *ctx, const cg_server_metrics *metrics);
CG_API void cg_server_measure(cg_server *s, uint64_t now_us, cg_server_measured *measured,
                              void *ctx);

#ifdef __cplusplus
}
#endif
#endif
