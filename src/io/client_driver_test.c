/* SPDX-License-Identifier: MIT */
/*
 * client_driver_test.c - a client on the loop, over a real socket, against the fake
 * server of src/client, which listens on the same loop.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "client_test.h"
#include "fake_server.h"
#include "rsa.h"
#include "session_file.h"

#include <centigram/api.h>
#include <centigram/centigram.h>

#include <sys/stat.h>
#include <unistd.h>

#define HASH "f4318de66cb2db3f10"

typedef struct {
  cg_loop *loop;
  cg_listener *listener;
  cg_stream *stream;
  fake_server server;
  cg_rng rng;
  uint64_t seed;
  cg_dc dc;
  cg_dc_address address;
  char folder[64], path[100];
  cg_arena *arena;
  cg_result result;
  cg_fault fault;
  bool terms, password, quiet; /* what the script does */
  bool quiet_after_one;        /* one more answer, then quiet */
  uint32_t stop_at; /* the call at which the loop stops; 0: none */
  char cancelled[64];          /* hash of the last cancelCode */
} rig;

static cg_rsa_key *key;
static char pem[1024];
static const char *pems[] = { pem };

static int make_key(void **state) {
  (void)state;
  cg_buf text = { 0 };
  if (cg_rsa_generate(&key) || cg_rsa_public_pem(key, &text)) return -1;
  memcpy(pem, text.at, text.len);
  cg_buf_free(&text);
  return 0;
}

static int free_key(void **state) {
  (void)state;
  cg_rsa_free(key);
  return 0;
}

/* --- the server ------------------------------------------------------------ */

typedef struct {
  rig *rig;
  cg_stream *stream;
} accepted;

static void *on_open(void *ctx, cg_stream *stream, const char *peer_ip) {
  accepted *a = malloc(sizeof *a);
  (void)peer_ip;
  *a = (accepted){ ctx, stream };
  a->rig->stream = stream;
  fake_connect(&a->rig->server);
  return a;
}

static void on_data(void *ctx, cg_bytes in) {
  const accepted *a = ctx;
  rig *r = a->rig;
  if (r->stream != a->stream) return; /* only the last one is listened to */
  fake_feed(&r->server, in, cg_loop_now(r->loop));
  cg_buf out = fake_take(&r->server, cg_loop_now(r->loop));
  if (out.len) assert_int_equal(cg_stream_write(r->stream, cg_buf_view(&out)), CG_OK);
  cg_buf_free(&out);
}

static void on_close(void *ctx, cg_err why) {
  accepted *a = ctx;
  (void)why;
  if (a->rig->stream == a->stream) a->rig->stream = NULL;
  free(a);
}

/* auth.sendCode, in which the hash tells the number apart. */
static void sent_code(cg_buf *out, cg_bytes phone) {
  static const tl_auth_sentCodeTypeSms sms = { TL_INIT(auth_sentCodeTypeSms),
                                               .length = 5 };
  static const tl_auth_codeTypeCall next = { TL_INIT(auth_codeTypeCall) };
  char hash[64];
  snprintf(hash, sizeof hash, HASH "-%.*s", (int)phone.len, (const char *)phone.at);
  tl_auth_sentCode a = { TL_INIT(auth_sentCode), .type = &sms.auth_SentCodeType,
                         .phone_code_hash = cg_bytes_of(hash) };
  TL_SET(auth_sentCode, &a, next_type, &next.auth_CodeType);
  fake_answer(out, &a.o);
}

static void authorization(cg_buf *out, cg_bytes phone) {
  tl_user self = { TL_INIT(user), .id = 77 };
  tl_auth_authorization a = { TL_INIT(auth_authorization), .user = &self.User };
  TL_SET(user, &self, phone, phone);
  fake_answer(out, &a.o);
}

static void sign_in(rig *r, const tl_auth_signIn *q, cg_buf *out) {
  tl_dataJSON id = { TL_INIT(dataJSON), .data = CG_LIT("{}") };
  tl_help_termsOfService terms = { TL_INIT(help_termsOfService), .id = &id.DataJSON,
                                   .text = CG_LIT("Be nice.") };
  tl_auth_authorizationSignUpRequired a = { TL_INIT(auth_authorizationSignUpRequired) };
  TL_SET(auth_authorizationSignUpRequired, &a, terms_of_service,
         &terms.help_TermsOfService);
  if (!cg_bytes_equal(q->phone_code, CG_LIT("22222")))
    fake_refuse(out, 400, "PHONE_CODE_INVALID");
  else if (r->password)
    fake_refuse(out, 401, "SESSION_PASSWORD_NEEDED");
  else if (r->terms)
    fake_answer(out, &a.o);
  else
    authorization(out, q->phone_number);
}

static void cancel_code(rig *r, const tl_auth_cancelCode *q, cg_buf *out) {
  const tl_obj yes = { TL_ID_boolTrue, 0 };
  snprintf(r->cancelled, sizeof r->cancelled, "%.*s", (int)q->phone_code_hash.len,
           (const char *)q->phone_code_hash.at);
  fake_answer(out, &yes);
}

static void script(fake_server *s, const tl_obj *q, cg_buf *out) {
  static const tl_nearestDc nearest = { TL_INIT(nearestDc), .this_dc = 2,
                                        .nearest_dc = 2 };
  const tl_auth_loggedOut logged_out = { TL_INIT(auth_loggedOut) };
  rig *r = s->ctx;
  if (q->id == r->stop_at) cg_loop_stop(r->loop);
  if (r->quiet) return;
  r->quiet = r->quiet_after_one;
  switch (q->id) {
  case TL_ID_auth_sendCode: sent_code(out, TL_AS(auth_sendCode, q)->phone_number); break;
  case TL_ID_auth_resendCode:
    sent_code(out, TL_AS(auth_resendCode, q)->phone_number);
    break;
  case TL_ID_auth_cancelCode: cancel_code(r, TL_AS(auth_cancelCode, q), out); break;
  case TL_ID_auth_signIn: sign_in(r, TL_AS(auth_signIn, q), out); break;
  case TL_ID_auth_signUp: authorization(out, TL_AS(auth_signUp, q)->phone_number); break;
  case TL_ID_auth_logOut: fake_answer(out, &logged_out.o); break;
  case TL_ID_help_getNearestDc: fake_answer(out, &nearest.o); break;
  default: fake_refuse(out, 400, "INPUT_METHOD_INVALID");
  }
}

static int set_up(void **state) {
  static const cg_stream_ops ops = { on_open, on_data, on_close };
  rig *r = calloc(1, sizeof *r);
  *state = r;
  r->seed = 5;
  r->rng = (cg_rng){ test_fill, &r->seed };
  r->arena = cg_arena_new(0);
  fake_init(&r->server, 2, key, &r->rng);
  r->server.script = script;
  r->server.ctx = r;
  if (cg_loop_new(&r->loop) ||
      cg_loop_listen(r->loop, "127.0.0.1:0", &ops, r, &r->listener, NULL))
    return -1;
  r->address = (cg_dc_address){ 2, "127.0.0.1", cg_listener_port(r->listener) };
  r->dc = (cg_dc){ .name = "dc.json",
                   .is_local = true,
                   .this_dc = 2,
                   .dcs = &r->address,
                   .dc_count = 1,
                   .public_keys = pems,
                   .public_key_count = 1 };
  test_folder(r->folder);
  snprintf(r->path, sizeof r->path, "%s/me.session", r->folder);
  return 0;
}

static int tear_down(void **state) {
  rig *r = *state;
  char lock[110];
  cg_loop_free(r->loop);
  fake_free(&r->server);
  cg_arena_free(r->arena);
  snprintf(lock, sizeof lock, "%s.lock", r->path);
  unlink(lock);
  unlink(r->path);
  int left = rmdir(r->folder); /* nothing else is left behind */
  free(r);
  return left;
}

static cg_client *open_client(rig *r) {
  cg_client *c;
  cg_client_options o = { .dc = &r->dc, .session = r->path, .loop = r->loop };
  if (cg_client_open(&c, &o, &r->fault)) fail_msg("%s", r->fault.text);
  return c;
}

static cg_login_info info_of(const cg_client *c) {
  cg_login_info info;
  cg_login_get(c, &info);
  return info;
}

/* --- calls ----------------------------------------------------------------- */

static void test_call(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  struct stat st;
  assert_int_equal(stat(r->path, &st), -1); /* nothing to keep yet */
  assert_int_equal(cg_call(c, &q.o, r->arena, &r->result), CG_OK);
  assert_int_equal(TL_AS(nearestDc, r->result.object)->this_dc, 2);
  assert_int_equal(stat(r->path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  assert_int_equal(cg_call_json(c, "help.getNearestDc", CG_LIT(""), r->arena, &r->result),
                   CG_OK);
  assert_string_equal(
      (const char *)r->result.json.at,
      "{\"_\":\"nearestDc\",\"country\":\"\",\"this_dc\":2,\"nearest_dc\":2}");
  assert_int_equal(cg_call_json(c, "help.getConfig", CG_LIT("{}"), r->arena, &r->result),
                   CG_OK);
  assert_int_equal(r->result.error.code, 400);
  assert_null(r->result.object);
  assert_int_equal(cg_call_json(c, "help.nothing", CG_LIT("{}"), r->arena, &r->result),
                   CG_E_UNKNOWN_NAME);
  assert_true(r->result.fault.text[0]);
  assert_int_equal(r->server.connections, 1);
  cg_close(c);
  c = open_client(r); /* the key is on disk */
  assert_int_equal(cg_call(c, &q.o, r->arena, &r->result), CG_OK);
  assert_int_equal(r->server.handshakes, 1);
  cg_close(c);
}

static void test_own_loop_refused(void **state) {
  rig *r = *state;
  cg_client *c;
  cg_client_options o = { .dc = &r->dc, .session = r->path };
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  char want[100];
  cg_listener_close(r->listener);
  cg_loop_run(r->loop);
  assert_int_equal(cg_client_open(&c, &o, &r->fault), CG_OK);
  assert_int_equal(cg_call(c, &q.o, r->arena, &r->result), CG_E_CONNECT);
  snprintf(want, sizeof want, "no server at 127.0.0.1:%u: connection refused",
           r->address.port);
  assert_string_equal(r->result.fault.text, want);
  cg_close(c);
}

typedef struct {
  rig *r;
  cg_client *client;
  bool running; /* inside cg_loop_run() */
  int times;
  cg_err err, nested;
  int32_t code; /* of the server's error */
  char text[64];
} heard;

static void on_answer(void *ctx, cg_err err, const cg_result *result) {
  heard *h = ctx;
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  cg_result nested;
  h->times++;
  h->err = err;
  h->code = result->error.code;
  snprintf(h->text, sizeof h->text, "%.60s", result->error.text);
  if (!err && !h->code) assert_non_null(TL_AS(nearestDc, result->object));
  h->nested = cg_call(h->client, &q.o, h->r->arena, &nested);
  if (h->running) cg_loop_stop(h->r->loop);
}

static void test_send(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  heard one = { .r = r, .client = c, .running = true }, two = one;
  uint64_t ticket;
  assert_int_equal(cg_send(c, &q.o, on_answer, &two, &ticket, NULL), CG_OK);
  assert_int_equal(cg_send(c, &q.o, on_answer, &one, NULL, NULL), CG_OK);
  cg_cancel(c, ticket);
  cg_loop_run(r->loop);
  assert_int_equal(one.times, 1);
  assert_int_equal(one.err, CG_OK);
  assert_int_equal(one.nested, CG_E_STATE); /* no blocking call in a callback */
  assert_int_equal(two.times, 0);
  cg_close(c);
}

static void on_answer_close(void *ctx, cg_err err, const cg_result *result) {
  heard *h = ctx;
  (void)result;
  h->times++;
  h->err = err;
  cg_close(h->client);
  cg_loop_stop(h->r->loop);
}

/* A client may be closed from its own callback, and while calls run. */
static void test_close(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  heard h = { .r = r, .client = c };
  assert_int_equal(cg_send(c, &q.o, on_answer_close, &h, NULL, NULL), CG_OK);
  cg_loop_run(r->loop);
  assert_int_equal(h.times, 1);
  c = open_client(r);
  h = (heard){ .r = r, .client = c };
  assert_int_equal(cg_send(c, &q.o, on_answer, &h, NULL, NULL), CG_OK);
  cg_close(c);
  assert_int_equal(h.times, 1);
  assert_int_equal(h.err, CG_E_CLOSED);
  assert_int_equal(h.code, 500);
  assert_string_equal(h.text, "Request aborted");
}

static void on_answer_end(void *ctx, cg_err err, const cg_result *result) {
  heard *h = ctx;
  (void)result;
  h->times++;
  h->err = err;
  cg_close(h->client);
}

/* A callback closes the client while a blocking call waits, on either kind of loop. */
static void test_close_while_waiting(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  heard h = { .r = r, .client = c };
  assert_int_equal(cg_send(c, &q.o, on_answer_end, &h, NULL, NULL), CG_OK);
  r->quiet_after_one = true;
  assert_int_equal(cg_call(c, &q.o, r->arena, &r->result), CG_E_CLOSED);
  assert_int_equal(h.times, 1);
  assert_int_equal(h.err, CG_OK);
  cg_client_options o = { .dc = &r->dc, .session = r->path };
  cg_listener_close(r->listener);
  cg_loop_run(r->loop);
  assert_int_equal(cg_client_open(&c, &o, &r->fault), CG_OK);
  h = (heard){ .r = r, .client = c };
  assert_int_equal(cg_send(c, &q.o, on_answer_end, &h, NULL, NULL), CG_OK);
  assert_int_equal(cg_call(c, &q.o, r->arena, &r->result), CG_E_CONNECT);
  assert_int_equal(h.times, 1);
}

static void close_now(void *ctx) {
  heard *h = ctx;
  h->times++;
  cg_close(h->client);
}

/* The same in the middle of a login step that goes on after its call. */
static void test_close_while_cancelling(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  heard h = { .r = r, .client = c };
  cg_timer *timer;
  assert_int_equal(cg_timer_new(r->loop, close_now, &h, &timer), CG_OK);
  assert_int_equal(cg_login_start(c, "+9996621234", NULL, r->arena, &r->result), CG_OK);
  r->quiet = true;
  cg_timer_at(timer, 0);
  assert_int_equal(cg_login_start(c, "+9996625678", NULL, r->arena, &r->result),
                   CG_E_CLOSED);
  assert_int_equal(h.times, 1);
  cg_timer_free(timer);
}

static void test_open_errors(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r), *second;
  cg_client_options o = { .dc = &r->dc, .session = r->path, .lock_wait_ms = -1 };
  assert_int_equal(cg_client_open(&second, &o, &r->fault), CG_E_LOCKED);
  assert_non_null(strstr(r->fault.text, r->path));
  cg_close(c);
  FILE *f = fopen(r->path, "w");
  fputs("junk", f);
  fclose(f);
  assert_int_equal(cg_client_open(&second, &o, &r->fault), CG_E_CORRUPT);
  assert_non_null(strstr(r->fault.text, r->path));
  r->dc.is_local = false;
  o.session = NULL;
  assert_int_equal(cg_client_open(&second, &o, &r->fault), CG_E_USAGE);
  assert_non_null(strstr(r->fault.text, "api_id"));
}

/* --- the login ------------------------------------------------------------- */

static void test_login(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  cg_session_info shown;
  char hash[CG_LOGIN_HASH_MAX];
  assert_int_equal(cg_login_code(c, "22222", r->arena, &r->result), CG_E_REFUSED);
  assert_string_equal(r->result.fault.text,
                      "signIn is not possible in authorizationStateWaitPhoneNumber");
  assert_int_equal(r->server.connections, 0); /* nothing was sent */
  assert_int_equal(cg_login_start(c, "+999 662-1234", NULL, r->arena, &r->result), CG_OK);
  assert_non_null(TL_AS(auth_sentCode, r->result.object));
  assert_int_equal(info_of(c).state, CG_LOGIN_WAIT_CODE);
  cg_close(c);

  c = open_client(r); /* another process goes on */
  assert_string_equal(info_of(c).phone, "9996621234");
  assert_string_equal(info_of(c).type, "sms");
  assert_int_equal(cg_login_hash(c, hash), CG_OK);
  assert_string_equal(hash, HASH "-9996621234");
  assert_int_equal(cg_login_code(c, "123", r->arena, &r->result), CG_E_REFUSED);
  assert_int_equal(cg_login_code(c, "11111", r->arena, &r->result), CG_OK);
  assert_string_equal(r->result.error.text, "PHONE_CODE_INVALID");
  assert_int_equal(info_of(c).wrong_codes, 1);
  assert_int_equal(cg_login_resend(c, NULL, false, r->arena, &r->result), CG_OK);
  assert_int_equal(cg_login_code(c, "2-2222", r->arena, &r->result), CG_OK);
  assert_int_equal(r->result.error.code, 0);
  assert_int_equal(info_of(c).state, CG_LOGIN_READY);
  assert_int_equal(cg_login_start(c, "9996621234", NULL, r->arena, &r->result),
                   CG_E_REFUSED);
  cg_close(c);

  assert_int_equal(cg_session_show(r->path, NULL, &shown, &r->fault), CG_OK);
  assert_int_equal(shown.login.user_id, 77);
  assert_string_equal(shown.login.phone, "9996621234");
  assert_true(shown.has_key && shown.key_id == r->server.key.id);
  assert_int_equal(shown.port, r->address.port);
  c = open_client(r);
  assert_int_equal(cg_login_log_out(c, r->arena, &r->result), CG_OK);
  assert_int_equal(info_of(c).state, CG_LOGIN_CLOSED);
  assert_int_equal(cg_login_log_out(c, r->arena, &r->result), CG_E_REFUSED);
  cg_close(c);
  assert_int_equal(cg_session_show(r->path, NULL, &shown, &r->fault), CG_OK);
  assert_int_equal(shown.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
  assert_true(shown.has_key);
}

/* A raw call moves the same state, in both directions. */
static void test_raw_calls(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  char hash[CG_LOGIN_HASH_MAX], args[400];
  assert_int_equal(cg_call_json(c, "auth.sendCode",
                                CG_LIT("{\"phone_number\":\"+9996621234\"}"), r->arena,
                                &r->result),
                   CG_OK);
  assert_int_equal(info_of(c).state, CG_LOGIN_WAIT_CODE);
  assert_int_equal(cg_login_resend(c, NULL, false, r->arena, &r->result), CG_OK);
  assert_int_equal(cg_login_hash(c, hash), CG_OK);
  snprintf(args, sizeof args,
           "{\"phone_number\":\"9996621234\",\"phone_code_hash\":\"%s\"}", hash);
  assert_int_equal(
      cg_call_json(c, "auth.cancelCode", cg_bytes_of(args), r->arena, &r->result), CG_OK);
  assert_string_equal((const char *)r->result.json.at, "true");
  assert_int_equal(info_of(c).state, CG_LOGIN_WAIT_PHONE_NUMBER);
  assert_int_equal(cg_login_cancel(c, r->arena, &r->result), CG_E_REFUSED);
  cg_close(c);
}

/* The same steps on the loop: each calls back once. */
static void on_step(void *ctx, cg_err err, const cg_result *result) {
  heard *h = ctx;
  h->times++;
  h->err = err;
  h->code = result->error.code;
  if (h->running) cg_loop_stop(h->r->loop);
}

static void step(rig *r, heard *h, cg_err begun) {
  int before = h->times;
  assert_int_equal(begun, CG_OK);
  h->running = true;
  if (h->times == before) cg_loop_run(r->loop);
  h->running = false;
  assert_int_equal(h->times, before + 1);
  assert_int_equal(h->err, CG_OK);
}

static void test_steps_on_the_loop(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  heard h = { .r = r };
  cg_fault f;
  cg_login_terms terms;
  cg_login_settings s = { .token = "token" };
  r->terms = true;
  assert_int_equal(cg_login_start_send(c, "1", NULL, on_step, &h, &f), CG_E_USAGE);
  assert_int_equal(cg_login_code_send(c, "22222", on_step, &h, &f), CG_E_REFUSED);
  step(r, &h, cg_login_start_send(c, "9996621234", &s, on_step, &h, &f));
  step(r, &h, cg_login_resend_send(c, NULL, false, on_step, &h, &f));
  assert_string_equal(r->cancelled, "");
  step(r, &h, cg_login_start_send(c, "9996628001", NULL, on_step, &h, &f));
  assert_string_equal(r->cancelled, HASH "-9996621234"); /* the other number's */
  assert_string_equal(info_of(c).phone, "9996628001");
  step(r, &h, cg_login_cancel_send(c, on_step, &h, &f));
  assert_string_equal(r->cancelled, HASH "-9996628001");
  assert_int_equal(info_of(c).state, CG_LOGIN_WAIT_PHONE_NUMBER);
  assert_int_equal(cg_login_cancel_send(c, on_step, &h, &f), CG_E_REFUSED);
  step(r, &h, cg_login_start_send(c, "9996628001", NULL, on_step, &h, &f));
  step(r, &h, cg_login_code_send(c, "222-22", on_step, &h, &f));
  assert_int_equal(cg_login_sign_up_send(c, "A", "", true, on_step, &h, &f),
                   CG_E_REFUSED);
  assert_int_equal(cg_login_get_terms(c, r->arena, &terms), CG_OK);
  step(r, &h, cg_login_sign_up_send(c, "A", "", true, on_step, &h, &f));
  assert_int_equal(info_of(c).state, CG_LOGIN_READY);
  cg_close(c);
}

/* A chain of calls ends with its client, wherever it stands. */
static void test_steps_closed(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  heard h = { .r = r };
  cg_fault f;
  step(r, &h, cg_login_start_send(c, "9996621234", NULL, on_step, &h, &f));
  r->quiet = true;
  assert_int_equal(cg_login_start_send(c, "9996625678", NULL, on_step, &h, &f), CG_OK);
  cg_close(c);
  assert_int_equal(h.times, 2);
  assert_int_equal(h.err, CG_E_CLOSED);
}

/* Another number gives the first code up before it asks for its own. */
static void test_change_of_number(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  assert_int_equal(cg_login_start(c, "9996621234", NULL, NULL, &r->result), CG_OK);
  assert_null(r->result.object); /* no arena, no object */
  assert_int_equal(cg_login_start(c, "9996621234", NULL, NULL, &r->result), CG_OK);
  assert_string_equal(r->cancelled, "");
  assert_int_equal(cg_login_start(c, "9996625678", NULL, NULL, &r->result), CG_OK);
  assert_string_equal(r->cancelled, HASH "-9996621234");
  assert_string_equal(info_of(c).phone, "9996625678");
  cg_close(c);
}

/* Whatever the server does, a cancel ends without a code. */
static void test_cancel_unanswered(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  assert_int_equal(cg_login_start(c, "9996621234", NULL, r->arena, &r->result), CG_OK);
  r->quiet = true;
  assert_int_equal(cg_login_cancel(c, r->arena, &r->result), CG_E_TIMEOUT);
  assert_int_equal(info_of(c).state, CG_LOGIN_WAIT_PHONE_NUMBER);
  cg_close(c);
  cg_session_info shown;
  assert_int_equal(cg_session_show(r->path, NULL, &shown, NULL), CG_OK);
  assert_int_equal(shown.login.state, CG_LOGIN_WAIT_PHONE_NUMBER);
}

static void test_sign_up(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  cg_login_terms terms;
  r->terms = true;
  assert_int_equal(cg_login_start(c, "9996628001", NULL, r->arena, &r->result), CG_OK);
  assert_int_equal(cg_login_code(c, "22222", r->arena, &r->result), CG_OK);
  assert_int_equal(info_of(c).state, CG_LOGIN_WAIT_REGISTRATION);
  assert_int_equal(cg_login_sign_up(c, "A", "", true, r->arena, &r->result),
                   CG_E_REFUSED);
  cg_close(c);
  c = open_client(r); /* the terms are kept, too */
  assert_int_equal(cg_login_get_terms(c, r->arena, &terms), CG_OK);
  assert_string_equal(terms.text, "Be nice.");
  assert_int_equal(cg_login_sign_up(c, "A", "", false, r->arena, &r->result),
                   CG_E_REFUSED);
  /* who has seen the terms of one attempt has not seen those of the next */
  assert_int_equal(cg_login_start(c, "9996628001", NULL, r->arena, &r->result), CG_OK);
  assert_int_equal(cg_login_code(c, "22222", r->arena, &r->result), CG_OK);
  assert_int_equal(cg_login_sign_up(c, "A", "", true, r->arena, &r->result),
                   CG_E_REFUSED);
  assert_int_equal(cg_login_get_terms(c, r->arena, &terms), CG_OK);
  assert_int_equal(cg_login_sign_up(c, "A", "", true, r->arena, &r->result), CG_OK);
  assert_int_equal(info_of(c).state, CG_LOGIN_READY);
  cg_close(c);
}

static void test_password(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  r->password = true;
  assert_int_equal(cg_login_start(c, "9996629000", NULL, r->arena, &r->result), CG_OK);
  assert_int_equal(cg_login_code(c, "22222", r->arena, &r->result), CG_OK);
  assert_int_equal(r->result.error.code, 401);
  assert_int_equal(info_of(c).state, CG_LOGIN_WAIT_PASSWORD);
  assert_int_equal(cg_login_code(c, "22222", r->arena, &r->result), CG_E_REFUSED);
  cg_close(c);
}

/* --- the end of an account ------------------------------------------------- */

static cg_client *logged_in(rig *r) {
  cg_client *c = open_client(r);
  assert_int_equal(cg_login_start(c, "9996621234", NULL, NULL, &r->result), CG_OK);
  assert_int_equal(cg_login_code(c, "22222", NULL, &r->result), CG_OK);
  assert_int_equal(info_of(c).state, CG_LOGIN_READY);
  assert_int_equal(access(r->path, F_OK), 0);
  return c;
}

static void test_reset(void **state) {
  rig *r = *state;
  cg_client *c = logged_in(r);
  assert_int_equal(cg_reset_auth(c, false, r->arena, &r->result), CG_OK);
  assert_non_null(TL_AS(auth_loggedOut, r->result.object));
  assert_int_equal(info_of(c).state, CG_LOGIN_CLOSED);
  assert_int_equal(access(r->path, F_OK), -1);
  assert_int_equal(cg_reset_auth(c, false, r->arena, &r->result), CG_OK);
  assert_string_equal(r->result.error.text, "Already logged out");
  cg_close(c);
  assert_int_equal(access(r->path, F_OK), -1);
  c = logged_in(r); /* the same file again */
  cg_close(c);
}

/* Everybody who waits hears of it, once, and when the file is gone. */
static void test_reset_force(void **state) {
  rig *r = *state;
  cg_client *c = logged_in(r);
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  heard pending = { .r = r, .client = c }, reset = { .r = r, .client = c, .running = true };
  r->quiet = true;
  int calls = r->server.calls;
  assert_int_equal(cg_send(c, &q.o, on_answer, &pending, NULL, NULL), CG_OK);
  assert_int_equal(cg_reset_auth_send(c, true, on_answer, &reset, NULL), CG_OK);
  assert_int_equal(pending.times + reset.times, 0); /* never from within */
  cg_loop_run(r->loop);
  assert_int_equal(access(r->path, F_OK), -1);
  assert_int_equal(pending.times, 1);
  assert_int_equal(pending.code, 401);
  assert_string_equal(pending.text, "Unauthorized");
  assert_int_equal(reset.times, 1);
  assert_int_equal(reset.err, CG_OK);
  assert_int_equal(reset.code, 401);
  assert_int_equal(r->server.calls, calls); /* the server heard nothing */
  assert_int_equal(cg_reset_auth(c, true, NULL, &r->result), CG_OK);
  assert_string_equal(r->result.error.text, "Unauthorized");
  cg_close(c);
}

/* A client that was closed in the midst of it: the next one's first step goes on. */
static void test_reset_resumed(void **state) {
  rig *r = *state;
  cg_client *c = logged_in(r);
  heard reset = { .r = r, .client = c, .running = true };
  r->quiet = true;
  assert_int_equal(cg_reset_auth_send(c, false, on_answer, &reset, NULL), CG_OK);
  r->stop_at = TL_ID_auth_logOut;
  cg_loop_run(r->loop);
  assert_int_equal(reset.times, 0);
  cg_close(c);
  assert_int_equal(reset.err, CG_E_CLOSED);
  r->quiet = false;
  r->stop_at = 0;
  c = open_client(r);
  assert_int_equal(info_of(c).state, CG_LOGIN_LOGGING_OUT);
  assert_int_equal(cg_login_start(c, "9996621234", NULL, NULL, &r->result), CG_OK);
  assert_int_equal(info_of(c).state, CG_LOGIN_WAIT_CODE);
  assert_int_equal(r->server.handshakes, 2);
  cg_close(c);
}

static void ignore(void *ctx, cg_err err, const cg_result *result) {
  (void)ctx;
  (void)err;
  (void)result;
}

/* A code whose sign-in is under way is not cancelled: it may have done its work. */
static void test_no_cancel_under_sign_in(void **state) {
  rig *r = *state;
  cg_client *c = open_client(r);
  assert_int_equal(cg_login_start(c, "9996621234", NULL, r->arena, &r->result), CG_OK);
  r->quiet = true;
  assert_int_equal(cg_login_code_send(c, "22222", ignore, NULL, NULL), CG_OK);
  assert_int_equal(cg_login_cancel(c, r->arena, &r->result), CG_OK);
  assert_int_equal(info_of(c).state, CG_LOGIN_WAIT_PHONE_NUMBER);
  assert_string_equal(r->cancelled, "");
  cg_close(c);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_call),
    TEST(test_own_loop_refused),
    TEST(test_send),
    TEST(test_close),
    TEST(test_close_while_waiting),
    TEST(test_close_while_cancelling),
    TEST(test_open_errors),
    TEST(test_login),
    TEST(test_raw_calls),
    TEST(test_steps_on_the_loop),
    TEST(test_steps_closed),
    TEST(test_change_of_number),
    TEST(test_cancel_unanswered),
    TEST(test_no_cancel_under_sign_in),
    TEST(test_sign_up),
    TEST(test_password),
    TEST(test_reset),
    TEST(test_reset_force),
    TEST(test_reset_resumed),
  };
  return cmocka_run_group_tests(tests, make_key, free_key);
}
