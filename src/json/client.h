/* SPDX-License-Identifier: MIT */
/*
 * client.h - one TDLib client: it waits for its parameters, has a cg_client from then on,
 * and is over after authorizationStateClosed. The loop thread's own.
 */
#ifndef CG_TD_CLIENT_H
#define CG_TD_CLIENT_H

#include "request.h"

#include <centigram/login.h>

/* How far it is, besides the login. */
typedef enum {
  CG_TD_WAITS, /* for setTdlibParameters */
  CG_TD_OPEN,
  CG_TD_LEAVES, /* logs out */
  CG_TD_CLOSES, /* nothing is begun any more */
  CG_TD_CLOSED
} cg_td_phase;

enum { CG_TD_STEPS = 4096 }; /* requests of one client that run */

struct cg_td_client {
  int id;
  cg_td_phase phase;
  cg_client *client; /* from OPEN to CLOSED */
  int32_t api_id;
  char *api_hash;
  bool test_dc;
  bool greeted;   /* the first events have been given */
  bool old_names; /* it uses functions of TDLib's first years */
  bool wants_updates;
  bool asks_password;  /* account.getPassword is under way */
  bool logging_in;     /* a login step is under way */
  bool deaf;           /* nobody listens any more */
  bool finishing;      /* it is closed at the end of the turn */
  int running;         /* requests */
  cg_login_info shown; /* as the last update told it */
  cg_td_phase shown_phase;
  char password_hint[256];
  bool has_recovery, has_passport, knows_password;
  cg_td_client *next_finishing;
};

cg_td_client *cg_td_client_new(int id); /* NULL when memory is out */
void cg_td_client_free(cg_td_client *c);

/* A request came. */
void cg_td_client_take(cg_td_client *c, cg_bytes text);

/* Answers a request of a client that there is not any more. */
void cg_td_refuse(int id, cg_bytes text, int code, const char *message);

/* Has cg_td_client_finish() called at the end of this turn. */
void cg_td_finish_soon(cg_td_client *c);

/* Closes it: what runs is answered, and authorizationStateClosed is the last word. */
void cg_td_client_finish(cg_td_client *c);

/* Tells what has changed since the last time; ends a client whose account is gone. */
void cg_td_sync(cg_td_client *c);

/* The login, with what only TDLib has. */
void cg_td_login(const cg_td_client *c, cg_login_info *out);

/* --- state.c: the state as objects --------------------------------------------- */

/* Appends the AuthorizationState, or the AuthState of the first years. */
void cg_td_put_state(cg_td_client *c, cg_buf *b);
void cg_td_put_old_state(cg_td_client *c, cg_buf *b);

/* --- user.c --------------------------------------------------------------------- */

/* From "{" to before "}". */
void cg_td_put_user(cg_buf *b, const tl_obj *user);

/* --- the functions ---------------------------------------------------------------- */

enum {
  CG_TD_ANY = 1,    /* also before the parameters are set */
  CG_TD_STATIC = 2, /* needs no client: td_execute() has it, too */
  CG_TD_STEP = 4,   /* of the login: one at a time */
  CG_TD_OLD = 8     /* answered with an AuthState */
};

typedef struct {
  const char *name;
  cg_td_function *call;
  int flags;
} cg_td_entry;

/* What carries out functions of this name; NULL if there is none. */
const cg_td_entry *cg_td_find(const char *name);

extern const cg_td_entry cg_td_auth_functions[];   /* auth.c; ends with no name */
extern const cg_td_entry cg_td_common_functions[]; /* calls.c */
extern const cg_td_entry cg_td_log_functions[];    /* execute.c */

/* A call was begun for `r`, or `err` says why not; cg_td_done() is its cg_answer. */
void cg_td_begun(cg_td_request *r, cg_err err, const cg_fault *fault);
void cg_td_done(void *ctx, cg_err err, const cg_result *result);
/* Answers what has no object of its own: "ok", or an AuthState. */
void cg_td_well(cg_td_request *r);

#endif
