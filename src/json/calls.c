/* SPDX-License-Identifier: MIT */
/*
 * calls.c - what is not the login: getMe, options, and centigram.call, the door to every
 * method of the API.
 */
#include "client.h"

#include "json.h"

#include <centigram/api.h>

#include <stdio.h>
#include <string.h>

static bool is_ready(cg_td_request *r) {
  cg_login_info info;
  cg_td_login(r->client, &info);
  if (r->client->phase == CG_TD_OPEN && info.state == CG_LOGIN_READY) return true;
  cg_td_error(r, 401, "Unauthorized");
  return false;
}

/* True, and told, if the call went wrong. */
static bool went_wrong(cg_td_request *r, cg_err err, const cg_result *result) {
  r->client->running--;
  cg_td_sync(r->client);
  if (result->error.code)
    cg_td_refused(r, &result->error);
  else if (err)
    cg_td_failed(r, &result->fault);
  return err || result->error.code;
}

/* --- getMe -------------------------------------------------------------------- */

static void on_me(void *ctx, cg_err err, const cg_result *result) {
  cg_td_request *r = ctx;
  cg_buf b = { 0 };
  if (went_wrong(r, err, result)) return;
  const tl_vector *users = (const tl_vector *)(const void *)result->object;
  const tl_user *me =
      users->of == TL_OF_OBJ && users->len ? TL_AS(user, users->objs[0]) : NULL;
  if (!me) {
    cg_td_error(r, 500, "The server told no user");
    return;
  }
  cg_td_put_user(&b, &me->o);
  cg_td_answer(r, &b);
}

static void get_me(cg_td_request *r) {
  static const tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  const tl_obj *const list[] = { &self.o };
  tl_users_getUsers q = { TL_INIT(users_getUsers), .id = { (const void *)list, 1 } };
  cg_fault fault = { 0 };
  if (!is_ready(r)) return;
  r->client->running++;
  cg_err err = cg_send(r->client->client, &q.o, on_me, r, NULL, &fault);
  cg_td_begun(r, err, &fault);
}

/* --- centigram.call -------------------------------------------------------------- */

static void on_called(void *ctx, cg_err err, const cg_result *result) {
  cg_td_request *r = ctx;
  cg_bytes json;
  cg_buf b = { 0 };
  cg_fault fault = { 0 };
  if (went_wrong(r, err, result)) return;
  if (cg_tl_to_json(cg_tl_api(), result->object, r->arena, &json, &fault)) {
    cg_td_failed(r, &fault);
    return;
  }
  cg_td_begin(&b, "centigram.result");
  cg_jsonw_key(&b, "result");
  cg_buf_bytes(&b, json);
  cg_td_answer(r, &b);
}

static bool random_bytes(void *ctx, void *out, size_t len) {
  return !cg_random(ctx, out, len);
}

static void call(cg_td_request *r) {
  const cg_td_client *c = r->client;
  cg_tl_defaults defaults = { c->api_id, c->api_hash, random_bytes, NULL };
  const char *method = cg_td_text(r, r->json, "method");
  const tl_obj *q;
  cg_bytes params = CG_LIT("{}");
  cg_fault fault = { 0 };
  if (!method) {
    cg_td_error(r, 400, "method: a string is wanted");
    return;
  }
  (void)cg_td_field(r, r->json, "params", &params);
  cg_err err =
      cg_tl_call_from_json(cg_tl_api(), method, params, &defaults, r->arena, &q, &fault);
  r->client->running++;
  if (!err) err = cg_send(c->client, q, on_called, r, NULL, &fault);
  cg_td_begun(r, err, &fault);
}

/* --- options ---------------------------------------------------------------------- */

static void put_option(cg_buf *b, const char *type, const char *value) {
  cg_td_begin(b, type);
  if (!value) return;
  cg_jsonw_key(b, "value");
  cg_jsonw_string(b, cg_bytes_of(value));
}

static void put_flag(cg_buf *b, bool value) {
  cg_td_begin(b, "optionValueBoolean");
  cg_jsonw_key(b, "value");
  cg_jsonw_bool(b, value);
}

/* An integer is an int64, which is a string. */
static void put_number(cg_buf *b, long long value) {
  char digits[24];
  snprintf(digits, sizeof digits, "%lld", value);
  put_option(b, "optionValueInteger", digits);
}

static void get_option(cg_td_request *r) {
  cg_buf b = { 0 };
  cg_login_info info = { 0 };
  const char *name = cg_td_text(r, r->json, "name");
  if (r->client) cg_td_login(r->client, &info);
  if (!name || !*name) {
    cg_td_error(r, 400, "Option name must be non-empty");
    return;
  }
  if (!strcmp(name, "version"))
    put_option(&b, "optionValueString", CG_VERSION);
  else if (!strcmp(name, "my_id") && info.state == CG_LOGIN_READY)
    put_number(&b, (long long)info.user_id);
  else if (!strcmp(name, "test_mode") && r->client)
    put_flag(&b, r->client->test_dc);
  else if (!strcmp(name, "centigram_updates") && r->client)
    put_flag(&b, r->client->wants_updates);
  else
    put_option(&b, "optionValueEmpty", NULL);
  cg_td_answer(r, &b);
}

/* One is ours; others have nothing to act on. */
static void set_option(cg_td_request *r) {
  cg_bytes value;
  const char *name = cg_td_text(r, r->json, "name");
  if (!name || strcmp(name, "centigram_updates")) {
    cg_td_error(r, 400, "Option \"%.64s\" can't be set", name ? name : "");
    return;
  }
  bool given = cg_td_field(r, r->json, "value", &value);
  r->client->wants_updates = given && cg_td_flag(r, value, "value");
  cg_td_ok(r);
}

static void call_empty(cg_td_request *r) {
  cg_td_ok(r);
}

const cg_td_entry cg_td_common_functions[] = { { "getMe", get_me, 0 },
                                               { "getOption", get_option,
                                                 CG_TD_ANY | CG_TD_STATIC },
                                               { "setOption", set_option, CG_TD_ANY },
                                               { "testCallEmpty", call_empty, CG_TD_ANY },
                                               { "centigram.call", call, 0 }, /* ours */
                                               { NULL, NULL, 0 } };
