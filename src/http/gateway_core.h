/* SPDX-License-Identifier: MIT */
/*
 * gateway_core.h - what the parts of the gateway share: one request from its arrival to
 * its answer, and the form that the answer is written in.
 *
 * An exchange ends with exactly one of the functions that answer; it is gone then.
 * While a call runs, its HTTP client may leave: the call goes on, because it may be a
 * step of a login, and its answer is dropped.
 */
#ifndef CG_GATEWAY_CORE_H
#define CG_GATEWAY_CORE_H

#include "gateway.h"
#include "gateway_accounts.h"
#include "gateway_params.h"
#include "guard.h"
#include "json.h"

typedef struct cg_exchange cg_exchange;

/* What went wrong, for any form to write. */
typedef struct {
  int status;          /* of HTTP */
  int code;            /* that the body shows */
  const char *type;    /* "PHONE_CODE_INVALID", "WRONG_STATE" */
  const char *text;    /* one line */
  int32_t seconds;     /* to wait; 0: no wait */
  int32_t value;       /* the number in a server's error, -1 if there is none */
  bool rpc;            /* the server's own error */
  const char *state;   /* WRONG_STATE: which; else NULL */
  const char *headers; /* NULL: none */
} cg_problem;

typedef enum {
  CG_FORM_PLAIN,
  CG_FORM_USER,
  CG_FORM_API,
  CG_FORM_V1,
  CG_FORMS
} cg_form_ix;

typedef struct {
  const char *name; /* in logs and metrics */
  bool old;         /* defaults for what is missing, small longs as numbers */
  void (*result)(cg_buf *b, cg_bytes json);
  /* The status to answer with; may change it. */
  int (*problem)(cg_buf *b, const cg_problem *p);
} cg_form;

extern const cg_form cg_gateway_forms[CG_FORMS];

/* Ends a login step or a call that the server answered. */
typedef void cg_exchange_done(cg_exchange *x, const cg_result *result);

/* What a form calls a step of its own. */
typedef struct {
  const char *name; /* case does not matter */
  void (*run)(cg_exchange *x);
} cg_named_step;

struct cg_exchange {
  cg_exchange *next, **at; /* the gateway's list */
  cg_gateway *g;
  cg_hub_conn *conn; /* NULL: the HTTP client left */
  cg_form_ix form;
  cg_account *account; /* NULL: none yet */
  cg_arena *arena;
  const cg_http_request *rq; /* lives as long as `conn` is not answered */
  cg_params params;
  /* For the access log: a path without secrets, the step or method; static. */
  const char *label, *method;
  cg_exchange_done *done;
  cg_err (*again)(cg_exchange *x, cg_fault *fault); /* the step, once more */
  const char *phone;                                /* of a login that begins */
  const char *if_password; /* what to say if one is asked for; NULL: the error */
  char token[CG_TOKEN_SIZE];
  int tries;
  bool said; /* the server's answer to auth.cancelCode */
  cg_rpc_error said_error;
  bool keyed;        /* its answer is kept for a request with the same key */
  bool fresh;        /* the account was made for this request */
  uint64_t until_us; /* it waits for updates until then; 0: it does not */
  int limit;         /* of how many it is given */
};

typedef struct cg_event_socket cg_event_socket; /* gateway_events.c */

struct cg_gateway {
  cg_gateway_options options;
  cg_hub *hub;
  cg_guard guard;
  char host[256];
  cg_accounts accounts;
  cg_exchange *first;
  const cg_tl_schema *schema;
  uint64_t now_us;
  uint64_t requests[CG_FORMS], refused, updates;
  cg_event_socket *sockets;
  uint64_t ping_us; /* when they are pinged next */
  /* Of the process when its first accounts stood open and nothing ran; 0: not yet. */
  uint64_t base_memory;
  size_t base_open;
};

/* --- answers ---------------------------------------------------------------------- */

/* `json` in the envelope of the exchange's form. */
void cg_exchange_result(cg_exchange *x, cg_bytes json);
void cg_exchange_result_text(cg_exchange *x, const char *text); /* a JSON string */
/* An answer without an envelope. `headers` may be NULL. */
void cg_exchange_reply(cg_exchange *x, int status, const char *type, const char *headers,
                       cg_bytes body);
/* The object of a call's answer. */
void cg_exchange_object(cg_exchange *x, const tl_obj *object);
void cg_exchange_problem(cg_exchange *x, const cg_problem *p);
/* A problem of our own with status and code `code`. */
void cg_exchange_fail(cg_exchange *x, int code, const char *type, const char *text);
/* The connection becomes a WebSocket of `what`, and the exchange is over; false: it is
 * answered instead. */
bool cg_exchange_upgrade(cg_exchange *x, void *what);
/* What went wrong on this side. */
void cg_exchange_fault(cg_exchange *x, const cg_fault *fault);
/* The server's error. */
void cg_exchange_rpc(cg_exchange *x, const cg_rpc_error *error);
void cg_exchange_wrong_state(cg_exchange *x, cg_login_state state);

/* Runs the step of that name; false if there is none. */
bool cg_exchange_step(cg_exchange *x, const cg_named_step *steps, size_t count,
                      const char *name);
/* A parameter that is text, or NULL; and one that says yes. */
const char *cg_exchange_text(cg_exchange *x, const char *name);
bool cg_exchange_flag(cg_exchange *x, const char *name);

/* Whether GET or POST it is; else it is answered. */
bool cg_exchange_is(cg_exchange *x, const char *method);

/* --- what the forms do -------------------------------------------------------------- */

/* Each answers the exchange, at once or later. */
void cg_gateway_user(cg_exchange *x, const char *path); /* behind "/user" or "/bot" */
void cg_gateway_phonelogin(cg_exchange *x);
void cg_gateway_api(cg_exchange *x, const char *path);    /* behind "/api/" */
void cg_gateway_system(cg_exchange *x, const char *path); /* behind "/system/" */
void cg_gateway_v1(cg_exchange *x, const char *path);     /* behind "/v1/" */
void cg_gateway_events(cg_exchange *x, const char *path); /* behind "/events" */
void cg_gateway_openapi(cg_exchange *x);
void cg_gateway_metrics(cg_exchange *x);

/* A copy of `path` without the slash that may end it; NULL when memory is out. */
char *cg_gateway_trimmed(cg_exchange *x, const char *path);

/* --- updates ------------------------------------------------------------------------ */

/* Answers with the account's updates from the parameter "offset" on, "limit" of them;
 * if there are none it waits for "timeout" seconds. They are kept from now on. */
void cg_gateway_get_updates(cg_exchange *x);

/* cg_accounts.update: splits `object`, keeps its parts and gives them to who waits. */
void cg_gateway_update(void *gateway, cg_account *account, const tl_obj *object);

/* Connects clients that are read, pings WebSockets, ends waiting that is over. */
void cg_gateway_events_tick(cg_gateway *g);
uint64_t cg_gateway_events_deadline(const cg_gateway *g);
/* The connection of a WebSocket is gone. */
void cg_gateway_socket_gone(cg_gateway *g, cg_event_socket *socket);

/* Resident bytes of the process, and per further open account; 0: not known. */
uint64_t cg_gateway_memory(const cg_gateway *g);
uint64_t cg_gateway_account_memory(const cg_gateway *g);

#endif
