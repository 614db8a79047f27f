/* SPDX-License-Identifier: MIT */
/*
 * request.h - one request from its text to its answer, and how its fields are read.
 *
 * A request owns an arena with a copy of its text, which may hold a code, and is wiped
 * with it. It ends in exactly one of the answers below, which free it.
 */
#ifndef CG_TD_REQUEST_H
#define CG_TD_REQUEST_H

#include "buf.h"
#include "hub.h"

#include <centigram/client.h>

typedef struct cg_td_request cg_td_request;
typedef struct cg_td_client cg_td_client;

/* Does what a request asks for and sees to its answer, at once or later. */
typedef void cg_td_function(cg_td_request *r);

struct cg_td_request {
  cg_td_client *client; /* NULL: td_execute() */
  int id;               /* of the client; 0: td_execute() */
  cg_arena *arena;
  cg_bytes json; /* the whole object */
  const char *type;
  cg_bytes extra;                 /* JSON; empty: none */
  bool is_login;                  /* one of the steps of which only one may run */
  bool old;                       /* of TDLib's first years: answered with an AuthState */
  void (*then)(cg_td_request *r); /* after a step that went well; NULL: answered "ok" */
  cg_td_event *spare;             /* what it is answered with when memory is out */
  cg_td_event *answer;            /* td_execute(): its answer; else NULL */
  bool answered;                  /* td_execute(): freed by its maker */
};

/* The request in `text`; NULL when memory is out. What is wrong with it is in *why, and
 * it has then to be refused. */
cg_td_request *cg_td_request_new(int id, cg_bytes text, const char **why);
void cg_td_request_free(cg_td_request *r);

/* --- fields: of the request itself, or of an object in it -------------------- */

/* The JSON of field `key`; false if there is none or it is null. */
bool cg_td_field(const cg_td_request *r, cg_bytes object, const char *key, cg_bytes *out);
/* A string, NUL-terminated; NULL if it is absent or something else. */
const char *cg_td_text(const cg_td_request *r, cg_bytes object, const char *key);
/* A number, or digits in a string as an int64 comes; 0 if it is absent or neither. */
int64_t cg_td_int(const cg_td_request *r, cg_bytes object, const char *key);
bool cg_td_flag(const cg_td_request *r, cg_bytes object, const char *key);

/* --- answers ------------------------------------------------------------------ */

/* `object` is JSON from "{" to what stands before "}"; it is wiped and freed. */
void cg_td_answer(cg_td_request *r, cg_buf *object);
void cg_td_ok(cg_td_request *r);
void cg_td_error(cg_td_request *r, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What went wrong on this side, or what the server refused with. */
void cg_td_failed(cg_td_request *r, const cg_fault *fault);
void cg_td_refused(cg_td_request *r, const cg_rpc_error *error);

/* An object of a type is begun: {"@type":"..." */
void cg_td_begin(cg_buf *b, const char *type);

/* Gives `object` out as an update of client `id`; it is wiped and freed. */
void cg_td_update(int id, cg_buf *object);

#endif
