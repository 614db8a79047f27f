/* SPDX-License-Identifier: MIT */
/*
 * client_server_test.c - the client and the server of this library, joined in memory on
 * one clock: logins over torn reads, lost replies, restarts of either side.
 */
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

enum { DEVICES = 2 };

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
  uint32_t id; /* of the answer; of a vector's first element */
  int saves;
} device;

struct net {
  char folder[64];
  const char *set[4];
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
                          .virtual_clock = n->virtual_clock,
                          .log = server_line,
                          .log_ctx = n };
  if (cg_server_open(&n->server, &o, &fault)) fail_msg("%s", fault.text);
  cg_server_endpoint(n->server, "127.0.0.1", 4430);
  assert_int_equal(cg_server_dc_json(n->server, NULL, n->arena, &json), CG_OK);
  cg_dc_free(n->dc);
  if (cg_dc_parse(&n->dc, "dc.json", json, &fault)) fail_msg("%s", fault.text);
}

static void keep_text(void *ctx, int status, cg_bytes json) {
  net *n = ctx;
  (void)status;
  snprintf(n->text, sizeof n->text, "%.*s", (int)json.len, (const char *)json.at);
}

/* How many codes the inbox shows for PHONE, live or not. */
static int count_codes(net *n) {
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

static void cut_connection(device *d) {
  if (!d->conn) return;
  lose_connection(d);
  cg_core_closed(d->core, CG_E_CLOSED, d->net->now);
}

/* Another process goes on with what the session file says. */
static void reopen_device(device *d) {
  cg_buf file = { 0 };
  assert_int_equal(cg_session_encode(&d->data, &file), CG_OK);
  lose_connection(d);
  cg_core_free(d->core);
  cg_session_data_wipe(&d->data);
  assert_int_equal(cg_session_decode(cg_buf_view(&file), &d->data, NULL), CG_OK);
  cg_buf_free(&file);
  open_device(d);
}

static void on_done(device *d, const cg_core_event *ev) {
  if (ev->tag != d->tag) return;
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
    d->conn = ++n->conns;
    assert_int_equal(cg_server_accept(n->server, d->conn, "127.0.0.1", n->now), CG_OK);
    cg_core_connected(d->core, n->now);
    break;
  case CG_CORE_DISCONNECT: lose_connection(d); break;
  case CG_CORE_SAVE:
    d->saves++;
    cg_core_saved(d->core, CG_OK, "", n->now);
    break;
  case CG_CORE_DONE: on_done(d, ev); break;
  case CG_CORE_UPDATE:
  case CG_CORE_LOGIN: break;
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

/* Runs until the call of `d` has ended, over waits if need be. */
static void run(device *d) {
  net *n = d->net;
  for (int i = 0; i < 20000 && !d->done; i++) {
    bool any = false;
    for (int k = 0; k < DEVICES; k++) any |= run_client(&n->devices[k]);
    any |= run_server(n);
    n->now += 50;
    uint64_t at = cg_core_deadline(d->core);
    if (!any && at != CG_NEVER && at > n->now) n->now = at;
  }
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

static void resend(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_resend(&d->data.login, NULL, d->net->arena, &q), CG_OK);
  ask(d, q);
}

static void cancel(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_cancel(&d->data.login, d->net->arena, &q), CG_OK);
  ask(d, q);
}

static void sign_in(device *d, const char *code) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_code(&d->data.login, code, d->net->arena, &q), CG_OK);
  ask(d, q);
}

static void sign_up(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_sign_up(&d->data.login, "Ada", "L", d->net->arena, &q),
                   CG_OK);
  ask(d, q);
}

static void log_out(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_log_out(d->net->arena, &q), CG_OK);
  ask(d, q);
}

static void who_am_i(device *d) {
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  const tl_obj *ids[] = { &self.o };
  tl_users_getUsers q = { TL_INIT(users_getUsers), .id = { ids, 1 } };
  ask(d, &q.o);
}

static void log_in(device *d) {
  send_code(d, PHONE);
  sign_in(d, "22222");
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
}

/* --- set-up ---------------------------------------------------------------------------
 */

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

static int set_up(void **state) {
  net *n = malloc(sizeof *n);
  *state = n;
  net_init(n);
  open_server(n);
  open_device(&n->devices[0]);
  return 0;
}

static int tear_down(void **state) {
  net_free(*state);
  free(*state);
  return 0;
}

static void assert_refused(const device *d, int32_t code, const char *text) {
  assert_int_equal(d->error.code, code);
  assert_string_equal(d->error.text, text);
}

/* --- a life
 * ------------------------------------------------------------------------------ */

static void live(device *d) {
  char dead[CG_LOGIN_HASH_MAX];
  send_code(d, PHONE);
  assert_int_equal(d->id, TL_ID_auth_sentCode);
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_CODE);
  memcpy(dead, d->data.login.hash, sizeof dead);
  resend(d);
  assert_string_equal(d->data.login.hash, dead);
  assert_int_equal(d->data.login.type, CG_CODE_CALL);
  cancel(d);
  assert_int_equal(d->id, TL_ID_boolTrue);
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  send_code(d, PHONE);
  assert_string_not_equal(d->data.login.hash, dead);
  tl_auth_signIn old = { TL_INIT(auth_signIn), .phone_number = CG_LIT(PHONE),
                         .phone_code_hash = cg_bytes_of(dead) };
  TL_SET(auth_signIn, &old, phone_code, CG_LIT("22222"));
  ask(d, &old.o);
  assert_refused(d, 400, "PHONE_CODE_EXPIRED");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_CODE); /* not that code's state */
  sign_in(d, "22222");
  assert_int_equal(d->id, TL_ID_auth_authorization);
  who_am_i(d);
  assert_int_equal(d->id, TL_ID_user);
  log_out(d);
  assert_int_equal(d->data.login.state, CG_LOGIN_CLOSED);
  who_am_i(d);
  assert_refused(d, 401, "AUTH_KEY_UNREGISTERED");
}

static void test_life(void **state) {
  net *n = *state;
  live(&n->devices[0]);
}

static void test_life_in_bytes(void **state) {
  net *n = *state;
  n->piece = 1;
  live(&n->devices[0]);
}

/* No log of either side, at any level, holds what only the two may know (325). */
static void test_silence(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  char hash[CG_LOGIN_HASH_MAX];
  send_code(d, PHONE);
  memcpy(hash, d->data.login.hash, sizeof hash);
  sign_in(d, "11111");
  n->cut = 0;
  sign_in(d, "22222");
  log_out(d);
  cg_buf_put(&n->log, "", 1);
  const char *log = (const char *)n->log.at;
  assert_true(n->log.len > 1);
  const char *const secrets[] = { PHONE, hash, "11111", "22222" };
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
    if (strstr(log, secrets[i])) fail_msg("%s is in:\n%s", secrets[i], log);
}

/* A reply is lost at any moment, that of the key exchange included. */
static void test_life_with_cuts(void **state) {
  net *n = *state;
  for (int cut = 0; cut < 14; cut++) {
    cg_core_free(n->devices[0].core);
    cg_session_data_wipe(&n->devices[0].data);
    lose_connection(&n->devices[0]);
    open_device(&n->devices[0]);
    n->cut = cut;
    live(&n->devices[0]);
  }
}

/* Each step in a process of its own, and the server started anew between them. */
static void test_life_in_processes(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  for (int restarts = 0; restarts < 2; restarts++) {
#define STEP(e)                                                                          \
  do {                                                                                   \
    reopen_device(d);                                                                    \
    if (restarts) {                                                                      \
      cg_server_close(n->server);                                                        \
      open_server(n);                                                                    \
      reopen_device(d);                                                                  \
    }                                                                                    \
    e;                                                                                   \
  } while (0)
    STEP(send_code(d, PHONE));
    STEP(resend(d));
    STEP(sign_in(d, "11111"));
    assert_refused(d, 400, "PHONE_CODE_INVALID");
    STEP(sign_in(d, "22222"));
    assert_int_equal(d->data.login.state, CG_LOGIN_READY);
    STEP(who_am_i(d));
    assert_int_equal(d->id, TL_ID_user);
    STEP(log_out(d));
    STEP(who_am_i(d));
    assert_refused(d, 401, "AUTH_KEY_UNREGISTERED");
  }
}

/* --- replies that are lost
 * ------------------------------------------------------------------ */

/* The call goes out again under its old id: one code, not two. */
static void test_lost_send_code(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  who_am_i(d);
  n->cut = 0;
  send_code(d, PHONE);
  assert_int_equal(n->cut, -1);
  assert_int_equal(d->id, TL_ID_auth_sentCode);
  assert_int_equal(count_codes(n), 1);
}

/* A wrong code that is asked again counts once: the fifth try may still be right. */
static void test_lost_sign_in(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  send_code(d, PHONE);
  for (int i = 0; i < 4; i++) {
    n->cut = 0;
    sign_in(d, "11111");
    assert_int_equal(n->cut, -1);
    assert_refused(d, 400, "PHONE_CODE_INVALID");
  }
  assert_int_equal(d->data.login.wrong_codes, 4);
  n->cut = 0;
  sign_in(d, "22222");
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
}

/* The server goes down with a call under way and comes back. */
static void test_restart_under_way(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  send_code(d, PHONE);
  const tl_obj *q;
  assert_int_equal(cg_login_ask_code(&d->data.login, "22222", n->arena, &q), CG_OK);
  d->done = 0;
  assert_int_equal(cg_core_call(d->core, q, 30 * CG_SECOND, n->now, &d->tag, NULL),
                   CG_OK);
  run_client(d); /* it is on the server's desk, and nothing is durable yet */
  d->conn = 0;
  cg_server_close(n->server);
  cg_core_closed(d->core, CG_E_CLOSED, n->now);
  cg_dc *old = n->dc;
  n->dc = NULL;
  open_server(n);
  run(d);
  assert_int_equal(d->id, TL_ID_auth_authorization);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  cg_core_free(d->core); /* it borrows the old one */
  d->core = NULL;
  cg_dc_free(old);
}

/* --- what the server decides
 * -------------------------------------------------------------------- */

static void test_exhausted(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  send_code(d, PHONE);
  for (int i = 0; i < 5; i++) sign_in(d, "11111");
  assert_refused(d, 400, "PHONE_CODE_INVALID");
  sign_in(d, "22222");
  assert_refused(d, 400, "PHONE_CODE_EXPIRED");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  log_in(d);
}

static void test_expired(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  cg_server_close(n->server);
  n->virtual_clock = true;
  open_server(n);
  reopen_device(d);
  send_code(d, PHONE);
  cg_server_advance(n->server, CG_LIT("{\"advance_s\":301}"), n->now, keep_text, n);
  sign_in(d, "22222");
  assert_refused(d, 400, "PHONE_CODE_EXPIRED");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
}

static void test_sign_up(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  cg_login_terms terms;
  send_code(d, "9996628001");
  sign_in(d, "22222");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_REGISTRATION);
  reopen_device(d);
  assert_int_equal(cg_login_read_terms(&d->data.login, n->arena, &terms), CG_OK);
  assert_true(terms.text[0]);
  sign_up(d);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  assert_true(d->data.login.user_id != 0);
  assert_string_equal(d->data.login.user_phone, "9996628001");
}

/* A second device gets its code in the first one, and may have it by SMS. */
static void test_second_device(void **state) {
  net *n = *state;
  log_in(&n->devices[0]);
  device *d = &n->devices[1];
  open_device(d);
  send_code(d, PHONE);
  assert_int_equal(d->data.login.type, CG_CODE_APP);
  assert_int_equal(d->data.login.next_type, CG_CODE_SMS);
  resend(d);
  assert_int_equal(d->data.login.type, CG_CODE_SMS);
  sign_in(d, "22222");
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  assert_true(d->data.login.user_id == n->devices[0].data.login.user_id);
}

/* An account that is gone takes the key with it; the next call makes a new one. */
static void test_banned(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  log_in(d);
  uint64_t key = cg_session_dc_of(&d->data, 2)->key.id;
  cg_server_user_ban(n->server, CG_LIT("{\"phone\":\"" PHONE "\"}"), n->now, keep_text,
                     n);
  assert_int_equal(cg_server_turn(n->server, n->now), CG_OK);
  who_am_i(d);
  assert_int_equal(d->error.code, 401);
  assert_int_equal(d->data.login.state, CG_LOGIN_CLOSED);
  assert_false(cg_session_dc_of(&d->data, 2)->has_key);
  who_am_i(d);
  assert_refused(d, 401, "AUTH_KEY_UNREGISTERED");
  assert_true(cg_session_dc_of(&d->data, 2)->key.id != key);
}

/* A server that lost its store knows the key no more. */
static void test_lost_store(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  char path[128];
  send_code(d, PHONE);
  lose_connection(d);
  cg_core_closed(d->core, CG_E_CLOSED, n->now);
  cg_server_close(n->server);
  snprintf(path, sizeof path, "%s/centigram.db", n->folder);
  assert_int_equal(unlink(path), 0);
  open_server(n);
  reopen_device(d);
  sign_in(d, "22222");
  assert_refused(d, 401, "AUTH_KEY_UNREGISTERED");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  log_in(d);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_life),           TEST(test_life_in_bytes),     TEST(test_life_with_cuts),
    TEST(test_lost_send_code), TEST(test_life_in_processes), TEST(test_lost_sign_in),
    TEST(test_exhausted),      TEST(test_restart_under_way), TEST(test_expired),
    TEST(test_sign_up),        TEST(test_second_device),     TEST(test_banned),
    TEST(test_lost_store),     TEST(test_silence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
