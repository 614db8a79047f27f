/* SPDX-License-Identifier: MIT */
/*
 * gateway_rig.h - for tests: a gateway over clients that only write down what they are
 * asked, and an HTTP client of it.
 */
#ifndef CG_GATEWAY_RIG_H
#define CG_GATEWAY_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"
#include "gateway.h"

#include <centigram/login.h>

/* What the clients of a test share. */
typedef struct {
  char asked[400];   /* the newest request as JSON, or "reset 0" or 1 */
  cg_client *client; /* who was asked */
  cg_answer *answer; /* who waits; NULL: nobody */
  void *ctx;
  int opened, closed, asks;
  cg_login_info login; /* of every client */
  const char *terms;   /* NULL: none */
  cg_err refuse;       /* opening fails with it */
  void (*update)(void *ctx, const tl_obj *update); /* of the newest client */
  void *update_ctx;
} rig_clients;

typedef struct {
  cg_gateway *gateway;
  cg_gateway_options options;
  cg_hub_conn *conn;
  uint64_t now;
  char dir[64], sent[8192], log[400]; /* sent: what was answered; log: its newest line */
  uint8_t drawn;
} rig_world;

extern rig_clients fake;
extern rig_world w;

/* Before and after each test; and the gateway alone, on the same folder. */
int rig_set_up(void **state);
int rig_tear_down(void **state);
cg_err rig_begin(cg_fault *fault);
void rig_end(void);
void rig_connect(void); /* a new HTTP connection instead of one that is gone */

/* The newest request ends: here, with the server's error, or with the object that `json`
 * describes ("true": boolTrue). */
void answer_fault(cg_err err);
void answer_error(int code, const char *text, int seconds, int value);
void answer_object(const char *json);

/* The server sends the object that `json` describes by itself. */
void push(const char *json);

/* Ends a turn of the loop. */
void turn(void);
/* Sends a request; `line` is "GET /path"; further headers and the body may be "". */
void ask(const char *line, const char *headers, const char *body);
/* What was answered: its body; that it is this, once the turn is over; both in one. */
const char *body(void);
void was(int status, const char *text);
void is(const char *line, const char *headers, const char *text_in, int status,
        const char *text);

/* Every client waits for the code of +9996620001. */
void wait_for_code(void);

#define JSON "Content-Type: application/json\r\n"
#define SENT_CODE                                                                        \
  "{\"_\":\"auth.sentCode\",\"type\":{\"_\":\"auth.sentCodeTypeSms\",\"length\":5},"     \
  "\"phone_code_hash\":\"hash\"}"
#define SEND_CODE                                                                        \
  "{\"_\":\"auth.sendCode\",\"phone_number\":\"9996620001\",\"api_id\":1,\"api_hash\":"  \
  "\"00000000000000000000000000000000\",\"settings\":{\"_\":\"codeSettings\"}}"

#endif
