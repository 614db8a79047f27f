/* SPDX-License-Identifier: MIT */
/*
 * op.h - an API call in flight: its request, its memory, who asked, and what comes
 * next. It lives from the arrival of the call to its one answer, however long the store
 * takes and whatever becomes of the connection meanwhile.
 *
 * Every function marked "ends the step" may have freed the op, or run the next step,
 * when it returns: the caller returns at once.
 */
#ifndef CG_SERVER_OP_H
#define CG_SERVER_OP_H

#include "core.h"
#include "unwrap.h"

#include <centigram/api.h>

typedef void cg_op_run(cg_op *op);
typedef void cg_op_step(cg_op *op, const cg_store_reply *r);

struct cg_op {
  cg_server *s;
  cg_arena *arena;
  cg_peer *peer;        /* held */
  cg_peer *owner;       /* that the call counts for: held; see cg_op_own() */
  uint64_t link, msg_id; /* serial of the session, and the call's id in it */
  int32_t layer;        /* of the caller, for the answer */
  cg_unwrapped call;
  const tl_obj *request;
  cg_op_run *run;       /* what it waits to begin with */
  cg_op_step *step;
  cg_op_step *after_load; /* account.c: what the caller's account is loaded for */
  void (*sent)(cg_op *op, cg_err err); /* deliver.h: what came of it */
  cg_op_run *after_token; /* tokens.h */
  cg_bytes future_token;  /* ... for the answer, if there is one */
  cg_op_run *after_notice; /* notice.h: what the account was told before */
  void *state;          /* the handler's, in `arena` */
  void *leak;           /* leak.c's, likewise */
  bool waiting;         /* for calls that it named in invokeAfterMsg */
  bool initialising;    /* the store is asked to keep its initConnection */
  bool binding;         /* it is about to bind its key */
  bool muted;           /* nobody wants the answer */
  char ip[48];
  cg_op *next, *prev; /* older, younger */
};

/* An op for a call of session `l`, with a copy of `body` unwrapped in op->call (*err
 * says whether that went well). NULL when memory is out. */
cg_op *cg_op_new(cg_link *l, uint64_t msg_id, cg_bytes body, cg_err *err);

/* Runs `run`, perhaps only when the calls that it must follow are done, and what an
 * initConnection of its key says is kept. Ends the step. */
void cg_op_start(cg_op *op, cg_op_run *run);

/* The call counts from now on for the permanent key that its own is bound to now,
 * whatever becomes of that. */
void cg_op_own(cg_op *op);

/* The op is about to bind its temporary key: calls on that key wait until it is over. */
void cg_op_binding(cg_op *op);

/* The initConnection of the op is being kept, or it is over; others go on then. */
void cg_op_initialising(cg_op *op, bool begins);

/* Zeroed memory that lives as long as the op. NULL: the op was answered with an
 * internal error and the step is over. */
void *cg_op_alloc(cg_op *op, size_t size);

/* Submits a request; `step` gets the reply, unless the store failed: then the op is
 * answered with an internal error. Ends the step. */
void cg_op_submit(cg_op *op, const cg_store_request *request, cg_op_step *step);

/* The answer, encoded for the caller's layer; CONNECTION_LAYER_INVALID if it has no form
 * there. Each of them ends the step. */
void cg_op_answer(cg_op *op, const tl_obj *answer);
void cg_op_true(cg_op *op);
void cg_op_false(cg_op *op);
/* True if `answer` can be said in the caller's layer: to be asked before anything is
 * changed that could not be told afterwards. */
bool cg_op_can_answer(const cg_op *op, const tl_obj *answer);
void cg_op_error(cg_op *op, int32_t code, const char *text);
void cg_op_wait(cg_op *op, int64_t seconds); /* 420 FLOOD_WAIT_seconds */
void cg_op_internal(cg_op *op, cg_err why);
/* Ends it without an answer. */
void cg_op_end(cg_op *op);

/* Unix seconds by which codes, limits and accounts live. */
static inline int64_t cg_op_now(const cg_op *op) {
  return cg_server_clock(op->s);
}

/* The permanent key that the call counts for: codes and logins hang on it. */
static inline uint64_t cg_op_key(const cg_op *op) {
  return op->owner->key.id;
}

/* Who is logged in with it. */
static inline cg_login *cg_op_login(const cg_op *op) {
  return &op->owner->login;
}

/* The session that asked, NULL if it is gone. */
cg_link *cg_op_link(const cg_op *op);

#endif
