/* SPDX-License-Identifier: MIT */
/* inbox.c - see inbox.h for the contract; hub.h has the connections. */
#include "inbox.h"

#include "guard.h"
#include "hub.h"
#include "mem.h"
#include "metrics.h"

#include <string.h>
#include <strings.h>

enum { PHONE_MOST = 20, WAIT_DEFAULT = 30, WAIT_MOST = 3600 };

struct cg_inbox {
  cg_server *server;
  cg_guard guard;
  char host[256];
  cg_hub *hub;
  uint64_t (*memory)(void);
};

static void on_answer(void *ctx, int status, cg_bytes json) {
  cg_hub_answer(ctx, &(cg_http_answer){ .status = status, .body = json });
}

/* --- requests --------------------------------------------------------------------- */

/* The digits of a phone, which may come with blanks and signs. False, and refused, if
 * there is none or too many. `*out` is NULL if no phone was given. */
static bool read_phone(cg_hub_conn *c, const cg_http_request *rq,
                       char digits[PHONE_MOST + 1], const char **out) {
  const char *text = cg_http_get(rq, "phone");
  size_t n = 0;
  *out = text ? digits : NULL;
  if (!text) return true;
  for (; *text; text++)
    if (*text >= '0' && *text <= '9' && n++ < PHONE_MOST) digits[n - 1] = *text;
  if (n > 0 && n <= PHONE_MOST) {
    digits[n] = 0;
    return true;
  }
  cg_http_refuse(cg_hub_http(c), 400, NULL, "phone must have 1 to 20 digits");
  return false;
}

/* Seconds to wait, or -1 and refused. */
static int read_timeout(cg_hub_conn *c, const cg_http_request *rq) {
  const char *text = cg_http_get(rq, "timeout");
  int v = 0;
  if (!text) return WAIT_DEFAULT;
  if (!*text) v = WAIT_MOST + 1;
  for (; *text >= '0' && *text <= '9' && v <= WAIT_MOST; text++) v = v * 10 + *text - '0';
  if (!*text && v <= WAIT_MOST) return v;
  cg_http_refuse(cg_hub_http(c), 400, NULL, "timeout must be 0 to 3600 seconds");
  return -1;
}

static void ask_codes(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq, int wait_s,
                      uint64_t now_us) {
  char digits[PHONE_MOST + 1];
  const char *phone;
  if (!read_phone(c, rq, digits, &phone)) return;
  cg_hub_ask(c);
  uint64_t ticket = cg_server_codes(in->server, phone, wait_s, now_us, on_answer, c);
  if (cg_hub_is_asking(c)) cg_hub_note(c, ticket, NULL);
}

static void get_codes(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                      uint64_t now_us) {
  ask_codes(in, c, rq, 0, now_us);
}

static void get_codes_wait(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                           uint64_t now_us) {
  int wait_s = read_timeout(c, rq);
  if (wait_s >= 0) ask_codes(in, c, rq, wait_s, now_us);
}

static void get_users(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                      uint64_t now_us) {
  (void)rq, (void)now_us;
  cg_hub_ask(c);
  cg_server_users(in->server, on_answer, c);
}

static void post_users(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                       uint64_t now_us) {
  cg_hub_ask(c);
  cg_server_user_add(in->server, rq->body, now_us, on_answer, c);
}

static void post_users_ban(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                           uint64_t now_us) {
  cg_hub_ask(c);
  cg_server_user_ban(in->server, rq->body, now_us, on_answer, c);
}

static void post_users_password(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                                uint64_t now_us) {
  cg_hub_ask(c);
  cg_server_user_password(in->server, rq->body, now_us, on_answer, c);
}

static void post_clock(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                       uint64_t now_us) {
  cg_hub_ask(c);
  cg_server_advance(in->server, rq->body, now_us, on_answer, c);
}

static void post_reset(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                       uint64_t now_us) {
  (void)rq;
  cg_hub_ask(c);
  cg_server_reset(in->server, now_us, on_answer, c);
}

static void get_missing(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                        uint64_t now_us) {
  (void)rq, (void)now_us;
  cg_hub_ask(c);
  cg_server_missing(in->server, on_answer, c);
}

static void put_counts(cg_buf *b, const char *name, const char *type, const char *help,
                       const char *label, const cg_server_count *counts, size_t n) {
  cg_metrics_head(b, name, type, help);
  for (size_t i = 0; i < n; i++)
    cg_metrics_value(b, name, label, counts[i].name, counts[i].count);
}

static void put_metrics(cg_buf *b, const cg_server_metrics *m) {
  cg_metrics_put(b, "centigram_server_uptime_seconds", "gauge", "Since the start.",
                 m->uptime_s);
  cg_metrics_put(b, "centigram_server_connections", "gauge", "MTProto connections.",
                 m->connections);
  cg_metrics_put(b, "centigram_server_sessions", "gauge", "MTProto sessions.",
                 m->sessions);
  cg_metrics_put(b, "centigram_server_keys", "gauge", "Permanent authorization keys.",
                 m->keys);
  cg_metrics_put(b, "centigram_server_users", "gauge", "Accounts.", m->users);
  cg_metrics_put(b, "centigram_server_logins", "gauge", "Keys that are logged in.",
                 m->logins);
  put_counts(b, "centigram_server_codes", "gauge", "Codes of the last day, by state.",
             "state", m->codes, CG_SERVER_CODE_STATES);
  cg_metrics_put(b, "centigram_server_codes_delivered_total", "counter",
                 "Codes that were sent.", m->delivered);
  put_counts(b, "centigram_server_calls_total", "counter",
             "Answers to calls, by the code of the error.", "result", m->calls,
             CG_SERVER_RESULTS);
  cg_metrics_put(b, "centigram_server_missing_calls_total", "counter",
                 "Calls of methods that the server lacks.", m->missing);
}

static void on_measured(void *ctx, const cg_server_metrics *m) {
  static const char failed[] = "{\"error\":\"the store failed\"}";
  const cg_inbox *in = cg_hub_what(ctx);
  cg_buf b = { 0 };
  if (m) put_metrics(&b, m);
  if (m && in->memory)
    cg_metrics_put(&b, "process_resident_memory_bytes", "gauge", "Resident memory.",
                   in->memory());
  if (!m || b.err)
    on_answer(ctx, 500, cg_bytes_of(failed));
  else
    cg_hub_answer(ctx, &(cg_http_answer){ .status = 200,
                                          .content_type = CG_METRICS_TYPE,
                                          .body = cg_buf_view(&b) });
  cg_buf_free(&b);
}

static void get_metrics(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                        uint64_t now_us) {
  (void)rq;
  cg_hub_ask(c);
  cg_hub_note(c, 0, in); /* it cannot be forgotten */
  cg_server_measure(in->server, now_us, on_measured, c);
}

static void get_healthz(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                        uint64_t now_us) {
  (void)in, (void)rq, (void)now_us;
  static const char json[] = "{\"ok\":true}";
  cg_http_reply(cg_hub_http(c),
                &(cg_http_answer){ .status = 200, .body = cg_bytes_of(json) });
}

typedef void handler(cg_inbox *in, cg_hub_conn *c, const cg_http_request *rq,
                     uint64_t now_us);

/* HEAD stands for GET where nobody has to wait for the answer. */
static const struct {
  const char *path;
  handler *get, *head, *post;
  const char *allow;
} routes[] = {
  { "/codes", get_codes, get_codes, NULL, "Allow: GET, HEAD\r\n" },
  { "/codes/wait", get_codes_wait, NULL, NULL, "Allow: GET\r\n" },
  { "/users", get_users, get_users, post_users, "Allow: GET, HEAD, POST\r\n" },
  { "/users/ban", NULL, NULL, post_users_ban, "Allow: POST\r\n" },
  { "/users/password", NULL, NULL, post_users_password, "Allow: POST\r\n" },
  { "/clock", NULL, NULL, post_clock, "Allow: POST\r\n" },
  { "/reset", NULL, NULL, post_reset, "Allow: POST\r\n" },
  { "/methods/missing", get_missing, get_missing, NULL, "Allow: GET, HEAD\r\n" },
  { "/metrics", get_metrics, get_metrics, NULL, "Allow: GET, HEAD\r\n" },
  { "/healthz", get_healthz, get_healthz, NULL, "Allow: GET, HEAD\r\n" },
};

/* A page of another site can send a body only as a form or as plain text. */
static bool is_json(const cg_http_request *rq) {
  static const char json[] = "application/json";
  const char *type = rq->content_type;
  if (!type) return true;
  size_t len = strcspn(type, "; \t");
  return len == strlen(json) && !strncasecmp(type, json, len);
}

static void run_route(cg_inbox *in, cg_hub_conn *c, size_t i, const cg_http_request *rq,
                      uint64_t now_us) {
  handler *run = !strcmp(rq->method, "GET")    ? routes[i].get
                 : !strcmp(rq->method, "HEAD") ? routes[i].head
                 : !strcmp(rq->method, "POST") ? routes[i].post
                                               : NULL;
  if (!run)
    cg_http_refuse(cg_hub_http(c), 405, routes[i].allow, "not a method of this page");
  else if (run == routes[i].post && !is_json(rq))
    cg_http_refuse(cg_hub_http(c), 415, NULL, "the body must be application/json");
  else
    run(in, c, rq, now_us);
}

static void dispatch(void *ctx, cg_hub_conn *c, const cg_http_request *rq,
                     uint64_t now_us) {
  cg_inbox *in = ctx;
  const char *text, *headers;
  int refused = cg_guard_check(&in->guard, rq, &text, &headers);
  if (refused) {
    cg_http_refuse(cg_hub_http(c), refused, headers, text);
    return;
  }
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
    if (!strcmp(routes[i].path, rq->path)) {
      run_route(in, c, i, rq, now_us);
      return;
    }
  cg_http_refuse(cg_hub_http(c), 404, NULL, "no such page");
}

static bool leave(void *ctx, cg_hub_conn *c) {
  const cg_inbox *in = ctx;
  if (!cg_hub_number(c)) return false; /* it cannot be forgotten */
  cg_server_forget(in->server, cg_hub_number(c));
  return true;
}

/* --- the inbox --------------------------------------------------------------------- */

cg_err cg_inbox_new(cg_inbox **out, cg_server *server, const cg_inbox_options *options) {
  cg_inbox *in = cg_alloc(sizeof *in);
  if (!in) return CG_E_MEMORY;
  in->server = server;
  in->memory = options->memory;
  bool fits = cg_guard_copy_host(options->host, in->host, sizeof in->host);
  in->hub = cg_hub_new(&(cg_hub_options){ dispatch, leave, in, 0 });
  if (!fits || !in->hub) {
    cg_inbox_free(in);
    return fits ? CG_E_MEMORY : CG_E_LIMIT;
  }
  in->guard.host = in->host;
  if (options->private_profile || !cg_guard_is_loopback(in->host))
    in->guard.token = cg_server_inbox_token(server);
  *out = in;
  return CG_OK;
}

void cg_inbox_free(cg_inbox *in) {
  if (!in) return;
  cg_hub_free(in->hub);
  cg_free(in);
}

cg_inbox_conn *cg_inbox_open(cg_inbox *in, void *stream, uint64_t now_us) {
  return cg_hub_open(in->hub, stream, now_us);
}

void cg_inbox_feed(cg_inbox_conn *c, cg_bytes bytes, uint64_t now_us) {
  cg_hub_feed(c, bytes, now_us);
}

void cg_inbox_gone(cg_inbox_conn *c) {
  cg_hub_gone(c);
}

uint64_t cg_inbox_deadline(const cg_inbox *in) {
  return cg_hub_deadline(in->hub);
}

void cg_inbox_tick(cg_inbox *in, uint64_t now_us) {
  cg_hub_tick(in->hub, now_us);
}

void cg_inbox_drop(cg_inbox *in) {
  cg_hub_drop(in->hub);
}

bool cg_inbox_next(cg_inbox *in, cg_inbox_output *out) {
  return cg_hub_next(in->hub, out);
}
