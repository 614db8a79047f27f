/* SPDX-License-Identifier: MIT */
/*
 * driver_ways_test.c - the login steps of centigram/login.h as a program takes them, over
 * real sockets against the server of this library, which listens on the same loop.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client_test.h"

#include <centigram/api.h>
#include <centigram/centigram.h>
#include <centigram/server.h>

#include <dirent.h>
#include <unistd.h>

#define PHONE   "9996621234"
#define GUARDED "9996629000" /* has the password "test" */
#define EMAIL   "ada.lovelace@example.com"
#define BOT     "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI"

enum { MAX_CONNS = 16 };

typedef struct {
  cg_loop *loop;
  cg_server *server;
  cg_dc *dc;
  cg_stream *streams[MAX_CONNS]; /* by number of connection */
  uint64_t conns;
  char folder[64], text[4096];
  cg_arena *arena;
  cg_client *a, *b;
  cg_result result;
  int answers; /* of calls on the loop, and what the last one said */
  cg_err err;
  char error[64];
  int moves;         /* by itself */
  bool with_period;  /* a login email is not reset at once */
  cg_client *doomed; /* closed by the next answer */
} rig;

/* --- the server --------------------------------------------------------------------- */

typedef struct {
  rig *rig;
  uint64_t conn;
} accepted;

static void run_server(rig *r) {
  cg_server_output out;
  assert_int_equal(cg_server_turn(r->server, cg_loop_now(r->loop)), CG_OK);
  while (cg_server_next(r->server, &out)) {
    cg_stream *s = r->streams[out.conn];
    if (s) (void)!cg_stream_write(s, out.bytes);
  }
}

static void *on_open(void *ctx, cg_stream *stream, const char *peer_ip) {
  accepted *x = malloc(sizeof *x);
  *x = (accepted){ ctx, ++((rig *)ctx)->conns };
  assert_true(x->conn < MAX_CONNS);
  x->rig->streams[x->conn] = stream;
  assert_int_equal(
      cg_server_accept(x->rig->server, x->conn, peer_ip, cg_loop_now(x->rig->loop)),
      CG_OK);
  return x;
}

static void on_data(void *ctx, cg_bytes in) {
  const accepted *x = ctx;
  cg_server_feed(x->rig->server, x->conn, in, cg_loop_now(x->rig->loop));
  run_server(x->rig);
}

static void on_close(void *ctx, cg_err why) {
  accepted *x = ctx;
  (void)why;
  x->rig->streams[x->conn] = NULL;
  cg_server_gone(x->rig->server, x->conn);
  free(x);
}

static void keep_text(void *ctx, int status, cg_bytes json) {
  rig *r = ctx;
  (void)status;
  snprintf(r->text, sizeof r->text, "%.*s", (int)json.len, (const char *)json.at);
}

static const char *codes(rig *r, const char *phone) {
  cg_server_codes(r->server, phone, 0, cg_loop_now(r->loop), keep_text, r);
  return r->text;
}

/* The newest code of `phone` that went by `type`. */
static const char *sent_by(rig *r, const char *phone, const char *type) {
  static char code[8];
  char mark[64];
  snprintf(mark, sizeof mark, "\"type\":\"%s\",\"code\":\"", type);
  const char *at = strstr(codes(r, phone), mark);
  assert_non_null(at);
  at += strlen(mark);
  size_t len = strspn(at, "0123456789");
  assert_true(len >= 5 && len < sizeof code);
  memcpy(code, at, len);
  code[len] = '\0';
  return code;
}

static const char *emailed(rig *r, const char *phone) {
  return sent_by(r, phone, "email");
}

/* One that is not. */
static const char *not_emailed(rig *r, const char *phone) {
  static char code[8];
  strcpy(code, emailed(r, phone));
  code[0] = code[0] == '0' ? '1' : '0';
  return code;
}

static void open_server(rig *r) {
  static const cg_stream_ops ops = { on_open, on_data, on_close };
  cg_fault fault;
  cg_bytes json;
  cg_listener *listener;
  static const char *const set[] = { "email_reset_period=86400", NULL };
  cg_server_options o = { .data_dir = r->folder,
                          .now_us = cg_loop_now(r->loop),
                          .set = r->with_period ? set : NULL };
  if (cg_server_open(&r->server, &o, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(cg_loop_listen(r->loop, "127.0.0.1:0", &ops, r, &listener, NULL),
                   CG_OK);
  cg_server_endpoint(r->server, "127.0.0.1", cg_listener_port(listener));
  assert_int_equal(cg_server_dc_json(r->server, NULL, r->arena, &json), CG_OK);
  assert_int_equal(cg_dc_parse(&r->dc, "dc.json", json, &fault), CG_OK);
}

/* --- the clients -------------------------------------------------------------------- */

static void on_login(void *ctx, cg_err err, const cg_result *result) {
  rig *r = ctx;
  (void)result;
  if (!err) r->moves++;
}

static cg_err try_open(rig *r, const char *name, const char *passphrase, cg_client **out,
                       cg_fault *fault) {
  char path[100];
  snprintf(path, sizeof path, "%s/%s.session", r->folder, name);
  cg_client_options o = { .dc = r->dc,
                          .session = path,
                          .passphrase = passphrase,
                          .loop = r->loop,
                          .login = on_login,
                          .login_ctx = r };
  return cg_client_open(out, &o, fault);
}

static cg_client *open_client(rig *r, const char *name) {
  cg_fault fault;
  cg_client *c;
  if (try_open(r, name, NULL, &c, &fault)) fail_msg("%s", fault.text);
  return c;
}

static int set_up_as(void **state, bool with_period) {
  rig *r = calloc(1, sizeof *r);
  *state = r;
  r->with_period = with_period;
  test_folder(r->folder);
  r->arena = cg_arena_new(0);
  if (cg_loop_new(&r->loop)) return -1;
  open_server(r);
  r->a = open_client(r, "a");
  r->b = open_client(r, "b");
  return 0;
}

static int set_up(void **state) {
  return set_up_as(state, false);
}

static int set_up_period(void **state) {
  return set_up_as(state, true);
}

static int tear_down(void **state) {
  rig *r = *state;
  cg_close(r->a);
  cg_close(r->b);
  cg_loop_free(r->loop);
  cg_server_close(r->server);
  cg_dc_free(r->dc);
  cg_arena_free(r->arena);
  DIR *dir = opendir(r->folder);
  for (const struct dirent *e = readdir(dir); e; e = readdir(dir))
    if (e->d_name[0] != '.') unlinkat(dirfd(dir), e->d_name, 0);
  closedir(dir);
  int left = rmdir(r->folder);
  free(r);
  return left;
}

static cg_login_info info_of(const cg_client *c) {
  cg_login_info info;
  cg_login_get(c, &info);
  return info;
}

#define STATE(c, name) assert_int_equal(info_of(c).state, CG_LOGIN_##name)
/* A step that is done, and one that the server refuses, and one that is refused here. */
#define DONE(e)                                                                          \
  do {                                                                                   \
    if (e) fail_msg("%s", r->result.fault.text);                                         \
    assert_string_equal(r->result.error.text, "");                                       \
  } while (0)
#define ERROR(e, what)                                                                   \
  do {                                                                                   \
    if (e) fail_msg("%s", r->result.fault.text);                                         \
    assert_string_equal(r->result.error.text, what);                                     \
  } while (0)
#define REFUSED(e) assert_int_equal(e, CG_E_REFUSED)
#define OUT        r->arena, &r->result

static void log_in(rig *r, cg_client *c, const char *phone) {
  DONE(cg_login_start(c, phone, NULL, OUT));
  assert_int_equal(cg_login_code(c, "22222", OUT), CG_OK);
}

static void on_answer(void *ctx, cg_err err, const cg_result *result) {
  rig *r = ctx;
  r->answers++;
  r->err = err;
  snprintf(r->error, sizeof r->error, "%.63s", result->error.text);
  if (r->doomed) cg_close(r->doomed);
  r->doomed = NULL;
  cg_loop_stop(r->loop);
}

static void on_accepted(void *ctx, cg_err err, const cg_result *result) {
  rig *r = ctx;
  assert_int_equal(err, CG_OK);
  assert_string_equal(result->error.text, "");
  r->answers++;
}

/* A step on the loop, run to its answer. */
#define SEND(e)                                                                          \
  do {                                                                                   \
    r->answers = 0;                                                                      \
    assert_int_equal(e, CG_OK);                                                          \
    if (!r->answers) cg_loop_run(r->loop);                                               \
    assert_int_equal(r->answers, 1);                                                     \
  } while (0)
#define TO on_answer, r, NULL

/* --- passwords ------------------------------------------------------------------------
 */

static void test_password(void **state) {
  rig *r = *state;
  REFUSED(cg_login_password(r->a, "test", OUT));
  log_in(r, r->a, GUARDED);
  STATE(r->a, WAIT_PASSWORD);
  REFUSED(cg_login_password(r->a, "", OUT));
  DONE(cg_login_get_password(r->a, OUT));
  assert_true(info_of(r->a).password_known);
  assert_false(info_of(r->a).has_recovery);
  REFUSED(cg_login_request_recovery(r->a, OUT));
  ERROR(cg_login_password(r->a, "wrong", OUT), "PASSWORD_HASH_INVALID");
  assert_int_equal(info_of(r->a).wrong_codes, 1);
  cg_close(r->a);
  r->a = open_client(r, "a"); /* another process goes on */
  STATE(r->a, WAIT_PASSWORD);
  DONE(cg_login_password(r->a, "test", OUT));
  assert_non_null(TL_AS(auth_authorization, r->result.object));
  STATE(r->a, READY);
  REFUSED(cg_login_password(r->a, "test", OUT));
}

static void test_password_on_the_loop(void **state) {
  rig *r = *state;
  log_in(r, r->a, GUARDED);
  SEND(cg_login_get_password_send(r->a, TO));
  SEND(cg_login_password_send(r->a, "wrong", TO));
  assert_string_equal(r->error, "PASSWORD_HASH_INVALID");
  SEND(cg_login_password_send(r->a, "test", TO));
  assert_int_equal(r->err, CG_OK);
  STATE(r->a, READY);
  cg_password_new change = { .password = "new", .hint = "no" };
  SEND(cg_password_set_send(r->a, "test", &change, TO));
  assert_string_equal(r->error, "");
  REFUSED(cg_password_set_send(r->a, "new", &(cg_password_new){ "x", "x", NULL }, TO));
}

/* A client that goes away in the midst of a step of several calls. */
static void test_closed_under_way(void **state) {
  rig *r = *state;
  log_in(r, r->a, GUARDED);
  r->answers = 0;
  assert_int_equal(cg_login_password_send(r->a, "test", TO), CG_OK);
  cg_close(r->a);
  r->a = NULL;
  assert_int_equal(r->answers, 1);
  assert_int_equal(r->err, CG_E_CLOSED);
  r->a = open_client(r, "a");
  r->doomed = r->a;
  r->a = NULL;
  SEND(cg_login_password_send(r->doomed, "wrong", TO));
  assert_string_equal(r->error, "PASSWORD_HASH_INVALID");
}

static void test_own_password(void **state) {
  rig *r = *state;
  cg_password_new first = { .password = "first", .hint = "1st", .email = EMAIL };
  log_in(r, r->a, PHONE);
  REFUSED(cg_password_set(r->a, "something", &first, OUT));
  ERROR(cg_password_set(r->a, NULL, &first, OUT), "EMAIL_UNCONFIRMED_6");
  tl_account_confirmPasswordEmail q = { TL_INIT(account_confirmPasswordEmail),
                                        .code = cg_bytes_of(emailed(r, PHONE)) };
  DONE(cg_call(r->a, &q.o, OUT));
  REFUSED(cg_password_set(r->a, NULL, &first, OUT));
  DONE(cg_login_get_password(r->a, OUT));
  cg_password_info told;
  assert_int_equal(cg_login_read_password(r->result.object, &told), CG_OK);
  assert_true(told.has_password && told.has_recovery);
  assert_string_equal(told.hint, "1st");
  DONE(cg_password_reset(r->a, OUT));
  assert_non_null(TL_AS(account_resetPasswordRequestedWait, r->result.object));
  DONE(cg_password_decline_reset(r->a, OUT));
  ERROR(cg_password_decline_reset(r->a, OUT), "RESET_REQUEST_MISSING");

  log_in(r, r->b, PHONE);
  STATE(r->b, WAIT_PASSWORD);
  DONE(cg_login_request_recovery(r->b, OUT));
  assert_string_equal(info_of(r->b).recovery_pattern, "a***e@example.com");
  REFUSED(cg_login_check_recovery(r->b, "", OUT));
  ERROR(cg_login_check_recovery(r->b, not_emailed(r, PHONE), OUT), "CODE_INVALID");
  char code[7];
  memcpy(code, emailed(r, PHONE), sizeof code);
  DONE(cg_login_check_recovery(r->b, code, OUT));
  STATE(r->b, WAIT_PASSWORD);
  DONE(cg_login_recover(r->b, code, NULL, OUT));
  STATE(r->b, READY);
  DONE(cg_login_get_password(r->a, OUT));
  assert_int_equal(cg_login_read_password(r->result.object, &told), CG_OK);
  assert_false(told.has_password);
}

/* --- QR codes --------------------------------------------------------------------------
 */

static void test_qr(void **state) {
  rig *r = *state;
  log_in(r, r->a, PHONE);
  REFUSED(cg_login_wait(r->b, 1000, &r->result));
  DONE(cg_login_qr(r->b, NULL, 0, OUT));
  STATE(r->b, WAIT_OTHER_DEVICE_CONFIRMATION);
  assert_int_equal(cg_login_wait(r->b, 1, &r->result), CG_E_TIMEOUT);
  REFUSED(cg_login_accept(r->a, "tg://resolve?domain=x", OUT));
  cg_login_info info = info_of(r->b);
  assert_int_equal(cg_login_accept_send(r->a, info.link, on_accepted, r, NULL), CG_OK);
  DONE(cg_login_wait(r->b, 10000, &r->result));
  STATE(r->b, READY);
  assert_true(info_of(r->b).user_id == info_of(r->a).user_id);
  assert_int_equal(r->moves, 1);
}

static void test_qr_with_password(void **state) {
  rig *r = *state;
  log_in(r, r->a, GUARDED);
  DONE(cg_login_password(r->a, "test", OUT));
  SEND(cg_login_qr_send(r->b, NULL, 0, TO));
  cg_login_info info = info_of(r->b);
  assert_int_equal(cg_login_accept_send(r->a, info.link, on_accepted, r, NULL), CG_OK);
  ERROR(cg_login_wait(r->b, 10000, &r->result), "SESSION_PASSWORD_NEEDED");
  STATE(r->b, WAIT_PASSWORD);
  DONE(cg_login_password(r->b, "test", OUT));
  STATE(r->b, READY);
}

/* An account that is in already does not come in again by the same code. */
static void test_qr_except(void **state) {
  rig *r = *state;
  log_in(r, r->a, PHONE);
  int64_t me = info_of(r->a).user_id;
  DONE(cg_login_qr(r->b, &me, 1, OUT));
  ERROR(cg_login_accept(r->a, info_of(r->b).link, OUT), "AUTH_TOKEN_EXCEPTION");
}

/* A code that is awaited is cancelled for it; the QR code is given up for another. */
static void test_qr_and_codes(void **state) {
  rig *r = *state;
  DONE(cg_login_start(r->a, PHONE, NULL, OUT));
  DONE(cg_login_qr(r->a, NULL, 0, OUT));
  assert_non_null(strstr(codes(r, PHONE), "\"state\":\"cancelled\""));
  STATE(r->a, WAIT_OTHER_DEVICE_CONFIRMATION);
  SEND(cg_login_start_send(r->a, PHONE, NULL, TO));
  STATE(r->a, WAIT_CODE);
  SEND(cg_login_qr_send(r->a, NULL, 0, TO));
  STATE(r->a, WAIT_OTHER_DEVICE_CONFIRMATION);
  DONE(cg_login_cancel(r->a, OUT));
  STATE(r->a, WAIT_PHONE_NUMBER);
}

/* 311: whoever leaves a QR code that was accepted meanwhile is in. The word of it has not
 * come yet: the client was not there. */
static void test_qr_left_too_late(void **state) {
  rig *r = *state;
  log_in(r, r->a, PHONE);
  DONE(cg_login_qr(r->b, NULL, 0, OUT));
  cg_login_info info = info_of(r->b);
  cg_close(r->b);
  DONE(cg_login_accept(r->a, info.link, OUT));
  r->b = open_client(r, "b");
  STATE(r->b, WAIT_OTHER_DEVICE_CONFIRMATION);
  REFUSED(cg_login_start(r->b, "9996621235", NULL, OUT));
  STATE(r->b, READY);
  assert_true(info_of(r->b).user_id == info_of(r->a).user_id);
}

/* --- bots ------------------------------------------------------------------------ */

static void test_bot(void **state) {
  rig *r = *state;
  REFUSED(cg_login_bot(r->a, "123456:short", OUT));
  REFUSED(cg_login_bot_send(r->a, "no token", TO));
  ERROR(cg_login_bot(r->a, BOT, OUT), "ACCESS_TOKEN_INVALID");
  cg_server_user_add(r->server, CG_LIT("{\"bot_token\":\"" BOT "\"}"),
                     cg_loop_now(r->loop), keep_text, r);
  DONE(cg_login_start(r->a, PHONE, NULL, OUT));
  DONE(cg_login_bot(r->a, BOT, OUT)); /* the code is given up for it */
  STATE(r->a, READY);
  assert_non_null(strstr(codes(r, PHONE), "\"state\":\"cancelled\""));
  SEND(cg_login_bot_send(r->b, BOT, TO));
  assert_true(info_of(r->b).user_id == 123456);
}

/* --- emails ----------------------------------------------------------------------- */

#define OWNER "4930000001" /* makes no account by itself */

static void add_user(rig *r, const char *json) {
  cg_server_user_add(r->server, cg_bytes_of(json), cg_loop_now(r->loop), keep_text, r);
  run_server(r);
}

/* An address has to be named and proved first; the phone is proved all the same. */
static void test_setup_email(void **state) {
  rig *r = *state;
  add_user(r, "{\"phone\":\"" OWNER "\",\"email_setup_due\":true}");
  DONE(cg_login_start(r->a, OWNER, NULL, OUT));
  STATE(r->a, WAIT_EMAIL_ADDRESS);
  REFUSED(cg_login_code(r->a, "12345", OUT));
  REFUSED(cg_login_email(r->a, "no address", OUT));
  DONE(cg_login_email(r->a, EMAIL, OUT));
  STATE(r->a, WAIT_EMAIL_CODE);
  assert_string_equal(info_of(r->a).type, "setup_email");
  assert_string_equal(info_of(r->a).hint, "a***e@example.com");
  ERROR(cg_login_email_code(r->a, not_emailed(r, OWNER), OUT), "CODE_INVALID");
  assert_int_equal(info_of(r->a).wrong_codes, 1);
  REFUSED(cg_login_reset_email(r->a, true, OUT));
  SEND(cg_login_email_send(r->a, EMAIL, TO)); /* it did not come: once more */
  cg_close(r->a);
  r->a = open_client(r, "a"); /* another process goes on */
  SEND(cg_login_email_code_send(r->a, emailed(r, OWNER), TO));
  assert_string_equal(r->error, "");
  STATE(r->a, WAIT_CODE);
  DONE(cg_login_code(r->a, sent_by(r, OWNER, "sms"), OUT));
  STATE(r->a, READY);
}

static void test_login_email(void **state) {
  rig *r = *state;
  add_user(r, "{\"phone\":\"" OWNER "\",\"login_email\":\"" EMAIL "\"}");
  DONE(cg_login_start(r->a, OWNER, NULL, OUT));
  STATE(r->a, WAIT_EMAIL_CODE);
  assert_string_equal(info_of(r->a).type, "email");
  assert_int_equal(info_of(r->a).length, 5);
  REFUSED(cg_login_email_code(r->a, "000000", OUT));
  REFUSED(cg_login_email(r->a, EMAIL, OUT));
  ERROR(cg_login_email_code(r->a, not_emailed(r, OWNER), OUT), "PHONE_CODE_INVALID");
  DONE(cg_login_email_code(r->a, emailed(r, OWNER), OUT));
  STATE(r->a, READY);
}

/* Nobody reads the emails: without a period the code comes by SMS at once. */
static void test_reset_email(void **state) {
  rig *r = *state;
  add_user(r, "{\"phone\":\"" OWNER "\",\"login_email\":\"" EMAIL "\"}");
  DONE(cg_login_start(r->a, OWNER, NULL, OUT));
  assert_true(info_of(r->a).email_resettable);
  assert_int_equal(info_of(r->a).email_reset_period, 0);
  DONE(cg_login_reset_email(r->a, false, OUT));
  STATE(r->a, WAIT_CODE);
  DONE(cg_login_code(r->a, sent_by(r, OWNER, "sms"), OUT));
  STATE(r->a, READY);
}

static void test_reset_email_later(void **state) {
  rig *r = *state;
  add_user(r, "{\"phone\":\"" OWNER "\",\"login_email\":\"" EMAIL "\"}");
  DONE(cg_login_start(r->a, OWNER, NULL, OUT));
  assert_true(info_of(r->a).email_resettable);
  assert_int_equal(info_of(r->a).email_reset_period, 86400);
  assert_int_equal(info_of(r->a).email_reset_in, 0);
  DONE(cg_login_reset_email(r->a, false, OUT));
  STATE(r->a, WAIT_EMAIL_CODE);
  assert_true(info_of(r->a).email_reset_in > 80000);
  REFUSED(cg_login_reset_email(r->a, false, OUT));
  REFUSED(cg_login_reset_email_send(r->a, false, TO));
  ERROR(cg_login_reset_email(r->a, true, OUT), "TASK_ALREADY_EXISTS");
  DONE(cg_login_email_code(r->a, emailed(r, OWNER), OUT)); /* found it after all */
  STATE(r->a, READY);
}

/* --- other steps ----------------------------------------------------------------- */

/* What is refused here sends nothing: there is no connection yet. */
static void test_refused_here(void **state) {
  rig *r = *state;
  REFUSED(cg_login_email(r->a, "a@b.c", OUT));
  REFUSED(cg_login_email_code(r->a, "123456", OUT));
  REFUSED(cg_login_reset_email(r->a, true, OUT));
  REFUSED(cg_login_report_missing(r->a, "01", OUT));
  REFUSED(cg_login_recover(r->a, "123456", NULL, OUT));
  REFUSED(cg_login_accept(r->a, "AAAA", OUT));
  REFUSED(cg_password_set(r->a, NULL, &(cg_password_new){ .password = "x" }, OUT));
  REFUSED(cg_password_reset_send(r->a, TO));
  REFUSED(cg_login_recover_send(r->a, "1", NULL, TO));
  assert_int_equal(r->conns, 0);
  DONE(cg_login_start(r->a, PHONE, NULL, OUT));
  REFUSED(cg_login_report_missing(r->a, "x", OUT));
  DONE(cg_login_report_missing(r->a, "01", OUT));
  SEND(cg_login_report_missing_send(r->a, "01", TO));
  assert_string_equal(r->error, "");
}

static void test_sealed(void **state) {
  rig *r = *state;
  cg_fault fault;
  cg_client *c;
  assert_int_equal(try_open(r, "c", "", &c, &fault), CG_E_USAGE);
  assert_int_equal(try_open(r, "c", "correct horse", &c, &fault), CG_OK);
  log_in(r, c, PHONE);
  cg_close(c);
  assert_int_equal(try_open(r, "c", NULL, &c, &fault), CG_E_REFUSED);
  assert_int_equal(try_open(r, "c", "battery staple", &c, &fault), CG_E_VERIFY);
  assert_non_null(strstr(fault.text, "c.session: the passphrase is wrong"));
  assert_int_equal(try_open(r, "c", "correct horse", &c, &fault), CG_OK);
  STATE(c, READY);
  tl_updates_getState q = { TL_INIT(updates_getState) };
  DONE(cg_call(c, &q.o, OUT));
  cg_close(c);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_password),
    TEST(test_password_on_the_loop),
    TEST(test_closed_under_way),
    TEST(test_own_password),
    TEST(test_qr),
    TEST(test_qr_with_password),
    TEST(test_qr_except),
    TEST(test_qr_and_codes),
    TEST(test_qr_left_too_late),
    TEST(test_bot),
    TEST(test_refused_here),
    TEST(test_setup_email),
    TEST(test_login_email),
    TEST(test_reset_email),
    cmocka_unit_test_setup_teardown(test_reset_email_later, set_up_period, tear_down),
    TEST(test_sealed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
