/* SPDX-License-Identifier: MIT */
/* gateway_rig.c - see gateway_rig.h for the contract. */
#include "gateway_rig.h"

#include "mem.h"

#include <centigram/session.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- the stand-in for clients --------------------------------------------------------
 */

rig_clients fake;
rig_world w;

struct cg_client {
  char session[200];
};

cg_err cg_client_open(cg_client **out, const cg_client_options *o, cg_fault *fault) {
  if (fake.refuse) return cg_fail(fault, fake.refuse, "%s: secret place", o->session);
  cg_client *c = cg_alloc(sizeof *c);
  if (!c) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  snprintf(c->session, sizeof c->session, "%s", o->session);
  FILE *f = fopen(c->session, "w");
  assert_non_null(f);
  fclose(f);
  fake.opened++;
  fake.update = o->update;
  fake.update_ctx = o->update_ctx;
  *out = c;
  return CG_OK;
}

static void answer(cg_err err, const cg_result *result) {
  cg_answer *f = fake.answer;
  assert_non_null(f);
  fake.answer = NULL;
  f(fake.ctx, err, result);
}

void answer_fault(cg_err err) {
  cg_result result = { 0 };
  cg_fail(&result.fault, err, "/secret/place: it failed");
  answer(err, &result);
}

void cg_close(cg_client *c) {
  if (!c) return;
  if (fake.answer && fake.client == c) answer_fault(CG_E_CLOSED);
  cg_free(c);
  fake.closed++;
}

cg_err cg_send(cg_client *c, const tl_obj *request, cg_answer *f, void *ctx,
               uint64_t *ticket, cg_fault *fault) {
  cg_bytes json;
  cg_arena *arena = cg_arena_new(0);
  (void)ticket;
  cg_err err = arena ? cg_tl_to_json(cg_tl_api(), request, arena, &json, fault)
                     : cg_fail(fault, CG_E_MEMORY, "out of memory");
  if (!err) {
    snprintf(fake.asked, sizeof fake.asked, "%s", (const char *)json.at);
    fake.client = c;
    fake.answer = f;
    fake.ctx = ctx;
    fake.asks++;
  }
  cg_arena_free(arena);
  return err;
}

cg_err cg_reset_auth_send(cg_client *c, bool force, cg_answer *f, void *ctx,
                          cg_fault *fault) {
  (void)fault;
  snprintf(fake.asked, sizeof fake.asked, "reset %d", force);
  fake.client = c;
  fake.answer = f;
  fake.ctx = ctx;
  return CG_OK;
}

void cg_login_get(const cg_client *c, cg_login_info *out) {
  (void)c;
  *out = fake.login;
}

cg_err cg_login_hash(const cg_client *c, char out[CG_LOGIN_HASH_MAX]) {
  (void)c;
  snprintf(out, CG_LOGIN_HASH_MAX, "hash");
  return CG_OK;
}

cg_err cg_login_get_terms(cg_client *c, cg_arena *arena, cg_login_terms *out) {
  (void)c, (void)arena;
  if (!fake.terms) return CG_E_NOT_FOUND;
  *out = (cg_login_terms){ "{}", fake.terms, 0, false };
  return CG_OK;
}

cg_err cg_session_show(const char *path, const char *passphrase, cg_session_info *out,
                       cg_fault *fault) {
  (void)passphrase;
  if (access(path, R_OK)) return cg_fail(fault, CG_E_NOT_FOUND, "%s", path);
  out->login = fake.login;
  return CG_OK;
}

/* The server answers with the object that `json` describes. */
void answer_object(const char *json) {
  cg_arena *arena = cg_arena_new(0);
  cg_result result = { 0 };
  cg_fault fault = { 0 };
  tl_obj yes = { TL_ID_boolTrue, 0 };
  if (!strcmp(json, "true"))
    result.object = &yes;
  else if (cg_tl_from_json(cg_tl_api(), cg_bytes_of(json), arena, &result.object, &fault))
    fail_msg("%s", fault.text);
  answer(CG_OK, &result);
  cg_arena_free(arena);
}

void push(const char *json) {
  cg_arena *arena = cg_arena_new(0);
  cg_fault fault = { 0 };
  const tl_obj *object;
  if (cg_tl_from_json(cg_tl_api(), cg_bytes_of(json), arena, &object, &fault))
    fail_msg("%s", fault.text);
  fake.update(fake.update_ctx, object);
  cg_arena_free(arena);
}

void answer_error(int code, const char *text, int seconds, int value) {
  cg_result result = { .error = { code, value, seconds, "" } };
  snprintf(result.error.text, sizeof result.error.text, "%s", text);
  answer(CG_OK, &result);
}

/* --- one gateway, and an HTTP client of it ---------------------------------------------
 */

static cg_err draw(void *ctx, void *out, size_t len) {
  (void)ctx;
  for (size_t i = 0; i < len; i++) ((uint8_t *)out)[i] = ++w.drawn;
  return CG_OK;
}

static void keep_line(void *ctx, const char *line) {
  (void)ctx;
  snprintf(w.log, sizeof w.log, "%s", line);
}

void rig_connect(void) {
  w.conn = cg_hub_open(cg_gateway_hub(w.gateway), &w, w.now);
}

cg_err rig_begin(cg_fault *fault) {
  cg_err err = cg_gateway_new(&w.gateway, &w.options, w.now, fault);
  w.conn = NULL;
  if (!err) rig_connect();
  return err;
}

void rig_end(void) {
  cg_gateway_free(w.gateway);
  w.gateway = NULL;
  w.conn = NULL;
}

int rig_set_up(void **state) {
  (void)state;
  memset(&fake, 0, sizeof fake);
  memset(&w, 0, sizeof w);
  snprintf(w.dir, sizeof w.dir, "/tmp/gateway-XXXXXX");
  assert_non_null(mkdtemp(w.dir));
  w.now = UINT64_C(1700000000000000);
  w.options = (cg_gateway_options){
    .host = "127.0.0.1", .dir = w.dir, .rng = { draw, NULL }, .log = keep_line
  };
  return rig_begin(NULL);
}

int rig_tear_down(void **state) {
  (void)state;
  char command[100];
  rig_end();
  snprintf(command, sizeof command, "rm -rf '%s'", w.dir);
  return system(command);
}

void turn(void) {
  cg_hub_output out;
  cg_gateway_tick(w.gateway, w.now);
  while (cg_hub_next(cg_gateway_hub(w.gateway), &out)) {
    size_t had = strlen(w.sent);
    assert_true(had + out.bytes.len < sizeof w.sent);
    if (out.bytes.len) memcpy(w.sent + had, out.bytes.at, out.bytes.len);
    w.sent[had + out.bytes.len] = 0;
  }
}

/* Sends a request; further headers and body may be "". */
void ask(const char *line, const char *headers, const char *body) {
  char text[2000];
  int len = snprintf(text, sizeof text,
                     "%s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %zu\r\n\r\n%s",
                     line, headers, strlen(body), body);
  w.sent[0] = 0;
  cg_hub_feed(w.conn, (cg_bytes){ (const uint8_t *)text, (size_t)len }, w.now);
  turn();
}

const char *body(void) {
  const char *end_of_head = strstr(w.sent, "\r\n\r\n");
  assert_non_null(end_of_head);
  return end_of_head + 4;
}

/* What was answered, once the turn is over. */
void was(int status, const char *text) {
  turn();
  if (!w.sent[0] || atoi(w.sent + 9) != status || strcmp(body(), text))
    print_error("%s\n", w.sent);
  assert_int_equal(strncmp(w.sent, "HTTP/1.1 ", 9), 0);
  assert_int_equal(atoi(w.sent + 9), status);
  assert_string_equal(body(), text);
}

void is(const char *line, const char *headers, const char *text_in, int status,
        const char *text) {
  ask(line, headers, text_in);
  was(status, text);
}

void wait_for_code(void) {
  fake.login = (cg_login_info){ .state = CG_LOGIN_WAIT_CODE,
                                .phone = "9996620001",
                                .type = "sms",
                                .length = 5,
                                .next_type = "call" };
}
