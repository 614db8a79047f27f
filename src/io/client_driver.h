/* SPDX-License-Identifier: MIT */
/*
 * client_driver.h - the inside of a cg_client, shared by client_driver.c (connection,
 * file, calls), client_login.c (the login steps, which wait) and client_steps.c (the same
 * on the loop).
 */
#ifndef CG_CLIENT_DRIVER_H
#define CG_CLIENT_DRIVER_H

#include "client_core.h"
#include "session_seal.h"

#include <centigram/login.h>

enum { CG_CLIENT_RESTARTS = 3 }; /* of a sendCode that is answered with AUTH_RESTART */

/* What auth.cancelCode may take; microseconds. */
#define CG_CLIENT_CANCEL_LIMIT UINT64_C(2000000)

/* One connection, or the attempt to make one. The loop's callbacks own it; `client` is
 * NULL once the client has turned away from it. */
typedef struct {
  cg_client *client;
  cg_stream *stream; /* NULL while connecting */
} cg_client_link;

/* Somebody who waits for an answer. */
typedef struct cg_client_waiter {
  struct cg_client_waiter *next;
  uint64_t tag;
  cg_answer *answer;
  void *ctx;
  cg_arena *arena; /* the caller's; NULL: one is made */
} cg_client_waiter;

/* Somebody who waits for a QR login to go on. */
typedef struct {
  cg_client *client;
  cg_result *result;
  bool running, over;
} cg_client_watch;

struct cg_client {
  cg_loop *loop;
  bool own_loop;
  cg_timer *timer;
  cg_dc *dc;
  cg_session_data data;
  cg_core *core;
  cg_client_link *link;
  cg_client_waiter *waiters;
  cg_arena *arena; /* of copied options */
  cg_arena *step;  /* of the login step that is being made */
  char *path, *api_hash;
  cg_seal seal; /* of the session file */
  int32_t api_id;
  int lock; /* descriptor; -1: none */
  uint64_t timeout_us;
  cg_rng rng;
  cg_log log;
  void (*log_line)(void *ctx, int level, const char *line);
  void *log_ctx;
  void (*update)(void *ctx, const tl_obj *update);
  void *update_ctx;
  void (*login)(void *ctx, cg_err err, const cg_result *result);
  void *login_ctx;
  cg_client_watch *watch; /* NULL: nobody */
  bool pumping; /* inside callbacks */
  bool waiting; /* a blocking call runs the loop */
  bool doomed;  /* cg_close() was called from a callback */
  int held;     /* blocking functions that still need the client */
};

/* cg_call() with a time limit of its own. `arena` may be NULL: no object is wanted. */
cg_err cg_client_call(cg_client *c, const tl_obj *request, uint64_t timeout_us,
                      cg_arena *arena, cg_result *result);

/* cg_send() with a time limit of its own. */
cg_err cg_client_send(cg_client *c, const tl_obj *request, uint64_t timeout_us,
                      cg_answer *answer, void *ctx, cg_fault *fault);

/* --- client_login.c: the request of each step, if it is allowed now; it lives until the
 * next one is made. REFUSED, USAGE, MEMORY ------------------------------------------ */

/* `phone` has digits only. */
cg_err cg_client_ask_start(cg_client *c, const char *phone,
                           const cg_login_settings *settings, const tl_obj **request,
                           cg_fault *fault);
cg_err cg_client_ask_resend(cg_client *c, const char *reason, bool force,
                            const tl_obj **request, cg_fault *fault);
/* *request is NULL if there is a login to be given up of which the server knows nothing,
 * or a sign-in is under way; for a QR code it asks what has come of it. */
cg_err cg_client_ask_cancel(cg_client *c, const tl_obj **request, cg_fault *fault);
cg_err cg_client_ask_code(cg_client *c, const char *code, const tl_obj **request,
                          cg_fault *fault);
cg_err cg_client_ask_sign_up(cg_client *c, const char *first_name, const char *last_name,
                             bool accept_terms, const tl_obj **request, cg_fault *fault);

cg_err cg_client_ask_qr(cg_client *c, const int64_t *except_ids, size_t count,
                        const tl_obj **request, cg_fault *fault);
cg_err cg_client_ask_bot(cg_client *c, const char *token, const tl_obj **request,
                         cg_fault *fault);

/* The login as it is now: what is too old is gone. */
cg_login *cg_client_login(cg_client *c);
int64_t cg_client_now_s(const cg_client *c);
/* An empty arena for the request of a step. */
cg_arena *cg_client_scratch(cg_client *c);
/* A reset that an earlier process began ends before any step. */
cg_err cg_client_settle(cg_client *c, cg_result *result);

/* True if a login of another number than `phone` is pending. */
bool cg_client_waits_for_other(cg_client *c, const char *phone);
/* The pending login is given up, whatever the server said to it. */
void cg_client_forget_login(cg_client *c);
/* The server asks for a new sendCode. */
bool cg_client_is_restart(const cg_rpc_error *error);

/* Keeps the client in memory, whatever a callback does, until it is released as often as
 * it was held. One that was closed meanwhile is gone after the last release. */
void cg_client_hold(cg_client *c);
void cg_client_release(cg_client *c);

/* client_wait.c: the login went on by itself. Ends the wait for it. */
void cg_client_moved(cg_client *c, const cg_result *result);

/* Does what the core has to say, sends, and sets the timer. */
void cg_client_pump(cg_client *c);

#endif
