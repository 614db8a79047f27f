/* SPDX-License-Identifier: MIT */
/*
 * client_server_rig.h - the bench of client_server_test.c and client_ways_test.c: two
 * clients and the server of this library, joined in memory on one clock.
 */
#ifndef CG_CLIENT_SERVER_RIG_H
#define CG_CLIENT_SERVER_RIG_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client_core.h"
#include "client_test.h"
#include "clock.h"
#include "login_request.h"

#include <centigram/api.h>
#include <centigram/server.h>

#include <dirent.h>
#include <unistd.h>

#define PHONE "9996621234"

enum { DEVICES = 2, FIRST_PORT = 4430 };

typedef struct net net;

/* A client with its session, and what its last call came to. */
typedef struct {
  net *net;
  cg_core *core;
  cg_session_data data;
  uint64_t conn; /* 0: no connection */
  uint64_t tag;  /* of the call that is waited for */
  int done;      /* how often it ended */
  cg_err err;
  cg_rpc_error error;
  uint32_t id;          /* of the answer; of a vector's first element */
  const tl_obj *object; /* the answer, in the arena; NULL: an error, or none */
  int saves;
  int moves; /* how often the login went on by itself, and how it was last */
  cg_err move_err;
  cg_rpc_error move_error;
} device;

struct net {
  char folder[64];
  const char *set[4];
  int dcs; /* data centres; the first one listens at FIRST_PORT */
  bool virtual_clock;
  uint64_t now, seed, conns;
  cg_rng rng;
  cg_server *server;
  cg_dc *dc;
  device devices[DEVICES];
  cg_arena *arena;
  size_t piece;    /* bytes at a time to the client; 0: all */
  int cut;         /* turns of the server until a reply is lost; -1: none is */
  char text[4096]; /* what the inbox said last */
  cg_log client_log;
  cg_buf log; /* all lines of both sides */
};

static void keep_line(net *n, const char *line) {
  cg_buf_text(&n->log, line);
  cg_buf_text(&n->log, "\n");
}

static void client_line(void *ctx, cg_log_level level, const char *line) {
  (void)level;
  keep_line(ctx, line);
}

static void server_line(void *ctx, int level, const char *line) {
  (void)level;
  keep_line(ctx, line);
}

/* --- the server ------------------------------------------------------------------ */

static void open_server(net *n) {
  cg_fault fault;
  cg_bytes json;
  cg_server_options o = { .data_dir = n->folder,
                          .now_us = n->now,
                          .set = n->set,
                          .dcs = n->dcs,
                          .virtual_clock = n->virtual_clock,
                          .log = server_line,
                          .log_ctx = n };
  if (cg_server_open(&n->server, &o, &fault)) fail_msg("%s", fault.text);
  cg_server_endpoint(n->server, "127.0.0.1", FIRST_PORT);
  for (int i = 1; i <= n->dcs; i++)
    cg_server_endpoint_at(n->server, i, "127.0.0.1", (uint16_t)(FIRST_PORT + i - 1));
  assert_int_equal(cg_server_dc_json(n->server, NULL, n->arena, &json), CG_OK);
  cg_dc_free(n->dc);
  n->dc = NULL;
  if (cg_dc_parse(&n->dc, "dc.json", json, &fault)) fail_msg("%s", fault.text);
}

static void keep_text(void *ctx, int status, cg_bytes json) {
  net *n = ctx;
  (void)status;
  snprintf(n->text, sizeof n->text, "%.*s", (int)json.len, (const char *)json.at);
}

/* How many codes the inbox shows for PHONE, live or not. */
static inline int count_codes(net *n) {
  int count = 0;
  cg_server_codes(n->server, PHONE, 0, n->now, keep_text, n);
  for (const char *at = n->text; (at = strstr(at, "\"code\":")); at++) count++;
  return count;
}

/* --- the clients ----------------------------------------------------------------- */

static void open_device(device *d) {
  net *n = d->net;
  cg_core_options o = { .dc = n->dc,
                        .data = &d->data,
                        .api_id = 1,
                        .device_model = "test",
                        .system_version = "1",
                        .app_version = "1",
                        .lang_code = "en",
                        .framing = CG_FRAMING_ABRIDGED,
                        .rng = &n->rng,
                        .log = &n->client_log };
  cg_fault fault;
  if (cg_core_new(&d->core, &o, &fault)) fail_msg("%s", fault.text);
}

static void lose_connection(device *d) {
  if (d->conn) cg_server_gone(d->net->server, d->conn);
  d->conn = 0;
}

static inline void cut_connection(device *d) {
  if (!d->conn) return;
  lose_connection(d);
  cg_core_closed(d->core, CG_E_CLOSED, d->net->now);
}

/* Another process goes on with what the session file says. */
static inline void reopen_device(device *d) {
  cg_buf file = { 0 };
  assert_int_equal(cg_session_encode(&d->data, &file), CG_OK);
  lose_connection(d);
  cg_core_free(d->core);
  cg_session_data_wipe(&d->data);
  assert_int_equal(cg_session_decode(cg_buf_view(&file), &d->data, NULL), CG_OK);
  cg_buf_free(&file);
  open_device(d);
}

static const tl_obj *decode(const device *d, const cg_core_event *ev) {
  const tl_obj *request, *answer;
  cg_arena *arena = d->net->arena;
  if (!ev->body.len) return NULL;
  cg_bytes q = cg_arena_copy(arena, ev->request), a = cg_arena_copy(arena, ev->body);
  assert_int_equal(cg_tl_decode(cg_tl_api(), q, arena, &request, NULL), CG_OK);
  assert_int_equal(cg_tl_decode_result(cg_tl_api(), request, a, arena, &answer, NULL),
                   CG_OK);
  return answer;
}

static void on_login(device *d, const cg_core_event *ev) {
  d->moves++;
  d->move_err = ev->fault.err;
  d->move_error = ev->error;
}

static void accept_at(device *d, uint16_t port) {
  net *n = d->net;
  d->conn = ++n->conns;
  cg_err err = n->dcs > 1 ? cg_server_accept_at(n->server, d->conn, port - FIRST_PORT + 1,
                                                "127.0.0.1", n->now)
                          : cg_server_accept(n->server, d->conn, "127.0.0.1", n->now);
  assert_int_equal(err, CG_OK);
}

static void on_done(device *d, const cg_core_event *ev) {
  if (ev->tag != d->tag) return;
  d->object = decode(d, ev);
  d->done++;
  d->err = ev->fault.err;
  d->error = ev->error;
  d->id = 0;
  if (ev->body.len >= 4) memcpy(&d->id, ev->body.at, 4);
  if (d->id == TL_ID_vector && ev->body.len >= 12) memcpy(&d->id, ev->body.at + 8, 4);
}

static void act(device *d, const cg_core_event *ev) {
  net *n = d->net;
  switch (ev->kind) {
  case CG_CORE_CONNECT:
    accept_at(d, ev->port);
    cg_core_connected(d->core, n->now);
    break;
  case CG_CORE_DISCONNECT: lose_connection(d); break;
  case CG_CORE_SAVE:
    d->saves++;
    cg_core_saved(d->core, CG_OK, "", n->now);
    break;
  case CG_CORE_DONE: on_done(d, ev); break;
  case CG_CORE_UPDATE: break;
  case CG_CORE_LOGIN: on_login(d, ev); break;
  }
}

/* --- the network ------------------------------------------------------------------ */

static device *device_of(net *n, uint64_t conn) {
  for (int i = 0; i < DEVICES; i++)
    if (conn && n->devices[i].conn == conn) return &n->devices[i];
  return NULL;
}

static bool run_client(device *d) {
  cg_core_event ev;
  cg_buf up = { 0 };
  bool any = false;
  if (!d->core) return false;
  if (cg_core_deadline(d->core) <= d->net->now) cg_core_tick(d->core, d->net->now);
  while (cg_core_next(d->core, &ev)) {
    any = true;
    act(d, &ev);
  }
  assert_int_equal(cg_core_pull(d->core, d->net->now, &up), CG_OK);
  if (up.len && d->conn) {
    any = true;
    cg_server_feed(d->net->server, d->conn, cg_buf_view(&up), d->net->now);
  }
  cg_buf_free(&up);
  return any;
}

static void deliver(device *d, cg_bytes bytes) {
  size_t piece = d->net->piece ? d->net->piece : bytes.len;
  for (size_t at = 0; at < bytes.len; at += piece) {
    size_t len = bytes.len - at < piece ? bytes.len - at : piece;
    cg_core_feed(d->core, (cg_bytes){ bytes.at + at, len }, d->net->now);
  }
}

static bool run_server(net *n) {
  cg_server_output out;
  bool any = false;
  if (cg_server_deadline(n->server) <= n->now) cg_server_tick(n->server, n->now);
  assert_int_equal(cg_server_turn(n->server, n->now), CG_OK);
  while (cg_server_next(n->server, &out)) {
    device *d = device_of(n, out.conn);
    any = true;
    if (!d) continue;
    if (n->cut >= 0 && n->cut-- == 0) {
      cut_connection(d);
      continue;
    }
    deliver(d, out.bytes);
    if (out.close) cut_connection(d);
  }
  return any;
}

/* One round for everybody; over the time that `d` waits for if nobody has anything to do.
 */
static void run_once(const device *d) {
  net *n = d->net;
  bool any = false;
  for (int k = 0; k < DEVICES; k++) any |= run_client(&n->devices[k]);
  any |= run_server(n);
  n->now += 50;
  uint64_t at = cg_core_deadline(d->core);
  if (!any && at != CG_NEVER && at > n->now) n->now = at;
}

/* Runs until the call of `d` has ended, over waits if need be. */
static void run(device *d) {
  for (int i = 0; i < 20000 && !d->done; i++) run_once(d);
  if (!d->done) fail_msg("the call never ends");
}

/* --- calls ------------------------------------------------------------------------- */

static void ask(device *d, const tl_obj *q) {
  d->done = 0;
  assert_int_equal(cg_core_call(d->core, q, 30 * CG_SECOND, d->net->now, &d->tag, NULL),
                   CG_OK);
  run(d);
  assert_int_equal(d->done, 1);
  assert_int_equal(d->err, CG_OK);
}

static void send_code(device *d, const char *phone) {
  const tl_obj *q;
  assert_int_equal(
      cg_login_ask_send(&d->data.login, phone, 1, "", NULL, d->net->arena, &q), CG_OK);
  ask(d, q);
}

static void sign_in(device *d, const char *code) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_code(&d->data.login, code, d->net->arena, &q), CG_OK);
  ask(d, q);
}

static inline void who_am_i(device *d) {
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  const tl_obj *ids[] = { &self.o };
  tl_users_getUsers q = { TL_INIT(users_getUsers), .id = { ids, 1 } };
  ask(d, &q.o);
}

static inline void log_in(device *d) {
  send_code(d, PHONE);
  sign_in(d, "22222");
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
}

/* --- set-up ----------------------------------------------------------------------- */

static void net_init(net *n) {
  memset(n, 0, sizeof *n);
  test_folder(n->folder);
  n->now = UINT64_C(1700000000) * CG_SECOND;
  n->seed = 3;
  n->cut = -1;
  n->rng = (cg_rng){ test_fill, &n->seed };
  n->arena = cg_arena_new(0);
  n->client_log = (cg_log){ client_line, n, CG_LOG_DEBUG };
  for (int i = 0; i < DEVICES; i++) n->devices[i].net = n;
}

static void net_free(net *n) {
  for (int i = 0; i < DEVICES; i++) {
    cg_core_free(n->devices[i].core);
    cg_session_data_wipe(&n->devices[i].data);
  }
  cg_server_close(n->server);
  cg_dc_free(n->dc);
  cg_arena_free(n->arena);
  cg_buf_free(&n->log);
  DIR *dir = opendir(n->folder);
  for (const struct dirent *e = readdir(dir); e; e = readdir(dir))
    if (e->d_name[0] != '.') unlinkat(dirfd(dir), e->d_name, 0);
  closedir(dir);
  rmdir(n->folder);
}

static inline int set_up(void **state) {
  net *n = malloc(sizeof *n);
  *state = n;
  net_init(n);
  open_server(n);
  open_device(&n->devices[0]);
  return 0;
}

static inline int tear_down(void **state) {
  net_free(*state);
  free(*state);
  return 0;
}

static inline void assert_refused(const device *d, int32_t code, const char *text) {
  assert_int_equal(d->error.code, code);
  assert_string_equal(d->error.text, text);
}

#endif
