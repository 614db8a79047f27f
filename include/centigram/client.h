/* SPDX-License-Identifier: MIT */
/*
 * client.h - a client of one server: it connects, agrees on a key, makes calls.
 *
 * A client belongs to one session file and to one account. It connects with the
 * first call. What the server answers, an error included, is a result; what goes
 * wrong on this side is a cg_err with one line of text. <centigram/login.h> logs in.
 *
 *   cg_client *client;
 *   cg_client_options options = { .dc = dc, .session = "me.session" };
 *   if (cg_client_open(&client, &options, &fault)) ...
 *   tl_help_getConfig request = { TL_INIT(help_getConfig) };
 *   cg_result result;
 *   if (cg_call(client, &request.o, arena, &result)) puts(result.fault.text);
 *   else if (result.error.code) puts(result.error.text);
 *   else use(TL_AS(config, result.object));
 */
#ifndef CENTIGRAM_CLIENT_H
#define CENTIGRAM_CLIENT_H

#include "base.h"
#include "error.h"
#include "loop.h"
#include "tl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- which servers -------------------------------------------------------- */

typedef struct {
  int32_t id;
  const char *host; /* an IP address or a name */
  uint16_t port;
} cg_dc_address;

/* The data centres of one service and the RSA keys that they prove themselves with. */
typedef struct {
  const char *name;       /* the file it came from, "production" or "test" */
  bool is_local;          /* a server of one's own: api_id and api_hash have defaults,
                             and codes and passwords may stand in a command line */
  bool test_mode;         /* +10000 in the key exchange */
  int32_t this_dc;        /* where a new session begins */
  int32_t layer;          /* what the server speaks; 0: not said */
  const cg_dc_address *dcs;
  size_t dc_count;
  const char *const *public_keys; /* PEM texts */
  size_t public_key_count;
  const char *inbox;       /* http address of the inbox of codes; NULL: none */
  const char *inbox_token; /* what the inbox asks for; NULL: nothing. A secret. */
} cg_dc;

/* Reads a dc.json as `centigram serve` writes it; "production" and "test" name the
 * public service instead of a file. Errors name the file and the field: NOT_FOUND, IO,
 * MALFORMED, MISSING, UNKNOWN_NAME (a field that no dc.json has), UNEXPECTED, LIMIT.
 * Free with cg_dc_free(). */
CG_API CG_MUST_USE cg_err cg_dc_load(cg_dc **out, const char *name, cg_fault *fault);

/* The same from text in memory; `name` is for errors. */
CG_API CG_MUST_USE cg_err cg_dc_parse(cg_dc **out, const char *name, cg_bytes json,
                                      cg_fault *fault);
CG_API void cg_dc_free(cg_dc *dc); /* NULL is allowed */

/* --- a client ------------------------------------------------------------- */

typedef struct cg_client cg_client;
typedef struct cg_result cg_result;

/* Zero is a good value for everything but `dc`. Strings are copied. */
typedef struct {
  const cg_dc *dc;      /* copied */
  const char *session;  /* the session file; NULL: keep nothing */
  const char *passphrase; /* the session file is sealed with it; NULL: it is not. What a
                           file that is not sealed holds is read, and sealed when it is
                           written next */
  int32_t api_id;       /* 0: 1 if the dc is local, else USAGE */
  const char *api_hash; /* NULL: 32 zeros if the dc is local, else USAGE */
  const char *device_model, *system_version, *app_version; /* of initConnection */
  const char *lang_code;
  int timeout_ms;       /* for one call; 0: 30,000 */
  int lock_wait_ms;     /* for the session file; 0: 10,000; negative: do not wait */
  cg_loop *loop;        /* NULL: a loop of its own; needed for cg_send() */
  /* level 0 error .. 3 debug; never holds secrets. NULL: silent. */
  void (*log)(void *ctx, int level, const char *line);
  void *log_ctx;
  int log_level;        /* the most verbose level that is written */
  /* An object that the server sent by itself; lives until the function returns. */
  void (*update)(void *ctx, const tl_obj *update);
  void *update_ctx;
  /* The login moved without being asked: a QR code was renewed or accepted, see
   * cg_login_qr(). `result` is what the call came to that was made for it, without an
   * object; lives until the function returns. */
  void (*login)(void *ctx, cg_err err, const cg_result *result);
  void *login_ctx;
} cg_client_options;

/* Locks and reads the session file (none is made before there is something to keep);
 * touches no network. Errors name the file: LOCKED (another process uses it, also
 * after the wait), CORRUPT, IO, REFUSED (it is logged in to another server than `dc`, or
 * sealed and there is no passphrase), VERIFY (the passphrase is wrong); USAGE, MEMORY. */
CG_API CG_MUST_USE cg_err cg_client_open(cg_client **out,
                                         const cg_client_options *options,
                                         cg_fault *fault);

/* Ends everything: calls that still run end with CLOSED and, as TDLib has it, the error
 * 500 "Request aborted" in their result; the session file is written and unlocked. A
 * pending login stays in it. NULL is allowed. */
CG_API void cg_close(cg_client *client);

/* --- calls ---------------------------------------------------------------- */

/* An error that the server answered. code 0: it answered none. */
typedef struct {
  int32_t code;     /* 303, 400, 401, 403, 406, 420, 500 */
  int32_t value;    /* the number in the text, -1 if there is none */
  int32_t seconds;  /* to wait, of FLOOD_WAIT_X and its kin; 0: no wait */
  char text[128];   /* as sent, "FLOOD_WAIT_5" */
} cg_rpc_error;

struct cg_result {
  const tl_obj *object; /* the answer, in the caller's arena; NULL if there is none */
  cg_bytes json;        /* of cg_call_json(): the answer as JSON, NUL-terminated */
  cg_rpc_error error;   /* what the server refused with */
  cg_fault fault;       /* what went wrong here; fault.err is what the call returned */
};

/* Makes one call and waits for its answer. `request` is a method of the schema. OK:
 * result->object or result->error is set. Else result->fault says it in one line:
 * CONNECT, CLOSED, TIMEOUT, NO_KEY (the server proves itself with none of the dc's
 * keys), TRANSPORT, VERIFY, PROTOCOL, CORRUPT, IO, a failure to encode or decode,
 * MEMORY. Not from inside a callback of this client (STATE). Calls of login methods
 * move the login state. */
CG_API CG_MUST_USE cg_err cg_call(cg_client *client, const tl_obj *request,
                                  cg_arena *arena, cg_result *result);

/* The same with JSON on both sides: `args` is an object, empty counts as {}. Also:
 * UNKNOWN_NAME, MISSING, UNEXPECTED, MALFORMED, named in the fault (wrong usage). */
CG_API CG_MUST_USE cg_err cg_call_json(cg_client *client, const char *method,
                                       cg_bytes args, cg_arena *arena,
                                       cg_result *result);

/* Called exactly once per call; the result lives until it returns. */
typedef void cg_answer(void *ctx, cg_err err, const cg_result *result);

/* Begins a call on the loop; `request` is not needed afterwards. `ticket` (may be
 * NULL) is for cg_cancel(). An error: nothing was begun, `answer` is not called. */
CG_API CG_MUST_USE cg_err cg_send(cg_client *client, const tl_obj *request,
                                  cg_answer *answer, void *ctx, uint64_t *ticket,
                                  cg_fault *fault);

/* Gives a call up: its answer is not called any more. */
CG_API void cg_cancel(cg_client *client, uint64_t ticket);

/* The schema that the client's objects belong to. */
CG_API const cg_tl_schema *cg_client_schema(const cg_client *client);

#ifdef __cplusplus
}
#endif
#endif
