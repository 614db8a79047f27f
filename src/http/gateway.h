/* SPDX-License-Identifier: MIT */
/*
 * gateway.h - Telegram over HTTP: many accounts in one process, in three forms
 * (PWRTelegram, TelegramApiServer, and /v1), with a login page (DESIGN.md 6).
 *
 * Bytes of connections go in through the hub, bytes come out; nothing blocks. The
 * driver feeds the hub, and at the end of each turn of the loop:
 *
 *   cg_gateway_tick(gateway, now_us);
 *   while (cg_hub_next(cg_gateway_hub(gateway), &out)) ... as hub.h says
 */
#ifndef CG_GATEWAY_H
#define CG_GATEWAY_H

#include "hub.h"
#include "rng.h"

#include <centigram/client.h>

enum { CG_GATEWAY_CONNECTIONS = 1024, CG_GATEWAY_IDLE_S = 60 };

typedef struct cg_gateway cg_gateway;

/* Strings and what is pointed to must outlive the gateway. */
typedef struct {
  const char *host;     /* that it listens on, without the port */
  const char *dir;      /* exists; accounts and session files live here */
  const char *password; /* what every request must show; NULL: nothing */
  const cg_dc *dc;
  cg_loop *loop;
  int32_t api_id; /* as in cg_client_options */
  const char *api_hash;
  const char *passphrase; /* of the accounts' session files; NULL: they are not sealed */
  cg_rng rng;
  int idle_s; /* a client that was idle is closed; 0: CG_GATEWAY_IDLE_S */
  uint64_t (*memory)(void *ctx); /* resident bytes of the process; NULL: not known */
  void *memory_ctx;
  /* One line for each answer; never holds secrets or queries. NULL: silent. */
  void (*log)(void *ctx, const char *line);
  void *log_ctx;
} cg_gateway_options;

/* LOCKED, IO, CORRUPT: of the folder; USAGE, MEMORY. */
CG_MUST_USE cg_err cg_gateway_new(cg_gateway **out, const cg_gateway_options *options,
                                  uint64_t now_us, cg_fault *fault);
/* Before the loop goes: closes all clients. NULL is allowed. */
void cg_gateway_free(cg_gateway *g);

cg_hub *cg_gateway_hub(cg_gateway *g);

void cg_gateway_tick(cg_gateway *g, uint64_t now_us);
/* When to call it; UINT64_MAX: never. */
uint64_t cg_gateway_deadline(const cg_gateway *g);

#endif
