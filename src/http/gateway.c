/* SPDX-License-Identifier: MIT */
/* gateway.c - see gateway.h for the contract; here requests find their form. */
#include "gateway_core.h"

#include "clock.h"
#include "gateway_page.h"
#include "mem.h"
#include "metrics.h"

#include <string.h>
#include <strings.h>

enum { MEMORY_MOST = 16 << 20 }; /* bytes for one request and its answer */

/* --- routes ----------------------------------------------------------------------- */

static void page(cg_exchange *x) {
  static const char headers[] =
      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'\r\nReferrer-Policy: no-referrer\r\n";
  if (cg_exchange_is(x, "GET"))
    cg_exchange_reply(x, 200, "text/html; charset=utf-8", headers, cg_gateway_page());
}

static void healthz(cg_exchange *x) {
  if (cg_exchange_is(x, "GET")) cg_exchange_result(x, CG_LIT("{\"ok\":true}"));
}

/* Whether the parameters could be read; else it is answered. */
static bool reads_params(cg_exchange *x) {
  cg_fault fault = { 0 };
  if (!cg_params_read(x->rq, x->arena, &x->params, &fault)) return true;
  cg_exchange_fault(x, &fault);
  return false;
}

static bool begins(const char *path, const char *with) {
  return !strncmp(path, with, strlen(with));
}

static void route_user(cg_exchange *x, const char *path) {
  x->form = CG_FORM_USER;
  x->label = "/user";
  if (!reads_params(x)) return;
  if (!strcasecmp(path, "/phonelogin"))
    cg_gateway_phonelogin(x);
  else
    cg_gateway_user(x, path + (begins(path, "/user") ? 5 : 4));
}

static void route_api(cg_exchange *x, const char *path) {
  x->form = CG_FORM_API;
  x->label = begins(path, "/api/")     ? "/api"
             : begins(path, "/events") ? "/events"
                                       : "/system";
  if (begins(path, "/events"))
    cg_gateway_events(x, path + 7);
  else if (!reads_params(x))
    return;
  else if (begins(path, "/api/"))
    cg_gateway_api(x, path + 5);
  else
    cg_gateway_system(x, path + 8);
}

static bool is_api(const char *path) {
  return begins(path, "/api/") || begins(path, "/system/") || !strcmp(path, "/events") ||
         begins(path, "/events/");
}

static void route(cg_exchange *x) {
  const char *path = x->rq->path;
  if (!strcmp(path, "/"))
    page(x);
  else if (!strcmp(path, "/healthz"))
    healthz(x);
  else if (!strcmp(path, "/metrics"))
    cg_gateway_metrics(x);
  else if (!strcasecmp(path, "/phonelogin") || begins(path, "/user") ||
           begins(path, "/bot"))
    route_user(x, path);
  else if (is_api(path))
    route_api(x, path);
  else if (begins(path, "/v1/")) {
    x->form = CG_FORM_V1;
    x->label = "/v1";
    cg_gateway_v1(x, path + 4);
  } else
    cg_exchange_fail(x, 404, "NOT_FOUND", "no such page");
}

/* Only the two old forms take steps by GET. */
static bool verb_is_right(const cg_exchange *x) {
  return !strcmp(x->rq->method, "GET") || !strcmp(x->rq->method, "POST") ||
         begins(x->rq->path, "/v1/");
}

static void on_request(void *ctx, cg_hub_conn *conn, const cg_http_request *rq,
                       uint64_t now_us) {
  cg_gateway *g = ctx;
  const char *text, *headers;
  int refused = cg_guard_check(&g->guard, rq, &text, &headers);
  cg_exchange *x = refused ? NULL : cg_alloc(sizeof *x);
  cg_arena *arena = x ? cg_arena_new(MEMORY_MOST) : NULL;
  g->now_us = now_us;
  if (!arena) {
    cg_free(x);
    if (refused) g->refused++;
    cg_http_refuse(cg_hub_http(conn), refused ? refused : 503, refused ? headers : NULL,
                   refused ? text : "out of memory");
    return;
  }
  *x = (cg_exchange){ .next = g->first,
                      .at = &g->first,
                      .g = g,
                      .conn = conn,
                      .arena = arena,
                      .rq = rq,
                      .label = "/" };
  if (g->first) g->first->at = &x->next;
  g->first = x;
  cg_hub_ask(conn);
  cg_hub_note(conn, 0, x);
  if (verb_is_right(x))
    route(x);
  else
    cg_exchange_fail(x, 405, "METHOD_NOT_ALLOWED", "GET or POST is wanted");
}

/* A call goes on: it may be a step of a login. */
static bool on_leave(void *ctx, cg_hub_conn *conn) {
  if (cg_hub_number(conn)) {
    cg_gateway_socket_gone(ctx, cg_hub_what(conn));
    return true;
  }
  cg_exchange *x = cg_hub_what(conn);
  x->conn = NULL;
  x->rq = NULL;
  if (x->until_us) cg_exchange_result(x, CG_LIT("[]"));
  return true;
}

/* --- metrics ---------------------------------------------------------------------- */

uint64_t cg_gateway_memory(const cg_gateway *g) {
  return g->options.memory ? g->options.memory(g->options.memory_ctx) : 0;
}

uint64_t cg_gateway_account_memory(const cg_gateway *g) {
  uint64_t now = cg_gateway_memory(g);
  size_t open = g->accounts.open;
  if (!g->base_memory || open <= g->base_open || now < g->base_memory) return 0;
  return (now - g->base_memory) / (open - g->base_open);
}

/* The first account costs what all share: buffers, tables, pages of code. */
static void note_memory(cg_gateway *g) {
  if (g->base_memory || !g->accounts.open || g->first) return;
  g->base_memory = cg_gateway_memory(g);
  g->base_open = g->accounts.open;
}

static void put_requests(cg_buf *b, const cg_gateway *g) {
  static const char name[] = "centigram_gateway_requests_total";
  cg_metrics_head(b, name, "counter", "Requests by form.");
  for (size_t i = 0; i < CG_FORMS; i++)
    cg_metrics_value(b, name, "form", cg_gateway_forms[i].name, g->requests[i]);
}

void cg_gateway_metrics(cg_exchange *x) {
  cg_buf b = { 0 };
  const cg_gateway *g = x->g;
  if (!cg_exchange_is(x, "GET")) return;
  cg_metrics_put(&b, "centigram_gateway_accounts", "gauge", "Accounts that are kept.",
                 g->accounts.count);
  cg_metrics_put(&b, "centigram_gateway_accounts_open", "gauge",
                 "Accounts with an open client.", g->accounts.open);
  cg_metrics_put(&b, "centigram_gateway_connections", "gauge", "HTTP connections.",
                 cg_hub_count(g->hub));
  cg_metrics_put(&b, "centigram_gateway_updates_total", "counter", "Updates that came.",
                 g->updates);
  put_requests(&b, g);
  cg_metrics_put(&b, "centigram_gateway_refused_total", "counter", "Answers from 400 up.",
                 g->refused);
  cg_metrics_put(&b, "process_resident_memory_bytes", "gauge", "Resident memory.",
                 cg_gateway_memory(g));
  cg_metrics_put(&b, "centigram_gateway_account_memory_bytes", "gauge",
                 "Resident memory for each further open account.",
                 cg_gateway_account_memory(g));
  if (b.err)
    cg_exchange_fail(x, 503, "MEMORY", "out of memory");
  else
    cg_exchange_reply(x, 200, CG_METRICS_TYPE, NULL, cg_buf_view(&b));
  cg_buf_free(&b);
}

/* --- the gateway ------------------------------------------------------------------ */

static cg_err set_up(cg_gateway *g, cg_fault *fault) {
  const cg_gateway_options *o = &g->options;
  if (!cg_guard_copy_host(o->host, g->host, sizeof g->host))
    return cg_fail(fault, CG_E_USAGE, "the name of the host is too long");
  g->guard = (cg_guard){ g->host, o->password, o->password != NULL };
  g->hub =
      cg_hub_new(&(cg_hub_options){ on_request, on_leave, g, CG_GATEWAY_CONNECTIONS });
  if (!g->hub) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  cg_client_options client = {
    .dc = o->dc, .loop = o->loop, .api_id = o->api_id, .api_hash = o->api_hash,
    .passphrase = o->passphrase
  };
  cg_err err = cg_accounts_open(&g->accounts, o->dir, &o->rng, &client, fault);
  g->accounts.update = cg_gateway_update;
  g->accounts.update_ctx = g;
  return err;
}

cg_err cg_gateway_new(cg_gateway **out, const cg_gateway_options *options,
                      uint64_t now_us, cg_fault *fault) {
  cg_gateway *g = cg_alloc(sizeof *g);
  if (!g) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  g->options = *options;
  g->accounts.lock = -1;
  g->schema = cg_tl_api();
  g->now_us = now_us;
  if (!g->options.idle_s) g->options.idle_s = CG_GATEWAY_IDLE_S;
  cg_err err = set_up(g, fault);
  if (err) {
    cg_gateway_free(g);
    return err;
  }
  *out = g;
  return CG_OK;
}

void cg_gateway_free(cg_gateway *g) {
  if (!g) return;
  cg_hub_free(g->hub);             /* and the WebSockets */
  cg_accounts_close(&g->accounts); /* ends the exchanges that still wait */
  cg_free(g);
}

cg_hub *cg_gateway_hub(cg_gateway *g) {
  return g->hub;
}

void cg_gateway_tick(cg_gateway *g, uint64_t now_us) {
  g->now_us = now_us;
  cg_gateway_events_tick(g);
  cg_accounts_tick(&g->accounts, now_us, (uint64_t)g->options.idle_s * CG_SECOND);
  cg_hub_tick(g->hub, now_us);
  note_memory(g);
}

uint64_t cg_gateway_deadline(const cg_gateway *g) {
  uint64_t at = cg_hub_deadline(g->hub);
  uint64_t look = g->now_us + (uint64_t)g->options.idle_s * CG_SECOND;
  uint64_t events = cg_gateway_events_deadline(g);
  if (g->accounts.open && look < at) at = look;
  return events < at ? events : at;
}
