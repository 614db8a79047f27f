/* SPDX-License-Identifier: MIT */
/* inbox_users.c - the rest of the inbox: accounts, the clock, reset, missing methods. */
#include "account.h"
#include "bot.h"
#include "email.h"
#include "inbox.h"

#include "json.h"
#include "mem.h"
#include "phone.h"

#include <stdio.h>
#include <string.h>

enum { USERS_SHOWN = 10000, ADVANCE_MAX_S = 1000000000 };

/* A question on its way through the store. */
typedef struct {
  cg_server *s;
  cg_server_answer *answer;
  void *ctx;
  cg_store_user user;
  cg_store_token bot; /* user_id 0: a person */
  cg_store_email email;
  int64_t shift; /* of the clock */
} question;

static question *ask(cg_server *s, cg_server_answer *answer, void *ctx) {
  question *q = cg_alloc(sizeof *q);
  if (q) *q = (question){ .s = s, .answer = answer, .ctx = ctx };
  else cg_inbox_refuse(answer, ctx, 500, "out of memory");
  return q;
}

static void refuse(question *q, int status, const char *why) {
  cg_inbox_refuse(q->answer, q->ctx, status, why);
  cg_free(q);
}

static void say(question *q, cg_buf *b) {
  cg_inbox_say(b, q->answer, q->ctx, 200);
  cg_free(q);
}

/* --- accounts ------------------------------------------------------------- */

static void put_text(cg_buf *b, const char *key, const char *text) {
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, cg_bytes_of(text));
}

static void put_user(cg_buf *b, const cg_store_user *u) {
  static const char *const states[] = { "active", "banned", "deleted" };
  cg_jsonw_open(b, '{');
  cg_jsonw_key(b, "id");
  cg_jsonw_i64(b, u->id);
  put_text(b, "phone", u->phone);
  put_text(b, "first_name", u->first_name);
  put_text(b, "last_name", u->last_name);
  put_text(b, "state", states[u->state <= CG_USER_DELETED ? u->state : CG_USER_DELETED]);
  cg_jsonw_close(b, '}');
}

static void on_users(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  if (r->err) {
    refuse(q, 500, "the store failed");
    return;
  }
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '[');
  for (uint32_t i = 0; i < r->count; i++) put_user(&b, &r->user[i]);
  cg_jsonw_close(&b, ']');
  say(q, &b);
}

void cg_server_users(cg_server *s, cg_server_answer *answer, void *ctx) {
  question *q = ask(s, answer, ctx);
  cg_store_request list = { .op = CG_STORE_USER_LIST, .limit = USERS_SHOWN };
  if (q) cg_store_submit(s->store, &list, on_users, q);
}

static bool read_name(cg_json *j, char out[CG_NAME_SIZE], size_t least) {
  cg_bytes text;
  return cg_json_string(j, &text) && cg_account_name(text, least, out);
}

static bool read_phone(cg_json *j, char out[CG_PHONE_SIZE]) {
  cg_bytes text;
  return cg_json_string(j, &text) && cg_phone_clean(text, out);
}

static bool read_bot(cg_json *j, question *q) {
  cg_bytes token;
  bool ok = cg_json_string(j, &token) && !cg_bot_token_row(token, &q->bot);
  q->user.id = q->bot.user_id;
  return ok;
}

static bool read_email(cg_json *j, char out[CG_STORE_EMAIL]) {
  cg_bytes text;
  if (!cg_json_string(j, &text) || !cg_address_good(text)) return false;
  memcpy(out, text.at, text.len);
  out[text.len] = '\0';
  return true;
}

/* Reads {"phone" or "bot_token","first_name","last_name","login_email",
 * "email_setup_due"}; the text of the fault, or NULL. */
static const char *read_user(cg_bytes json, cg_arena *arena, question *q) {
  cg_store_user *u = &q->user;
  cg_json j;
  cg_bytes key;
  const char *fault = NULL;
  cg_json_init(&j, json, arena);
  bool object = cg_json_object(&j);
  while (object && !fault && cg_json_key(&j, &key)) {
    if (cg_bytes_equal(key, CG_LIT("phone")))
      fault = read_phone(&j, u->phone) ? NULL : "phone: not a phone number";
    else if (cg_bytes_equal(key, CG_LIT("login_email")))
      fault = read_email(&j, q->email.login_email) ? NULL : "login_email: no such address";
    else if (cg_bytes_equal(key, CG_LIT("email_setup_due")))
      fault = cg_json_bool(&j, &q->email.setup_due) ? NULL
                                                    : "email_setup_due: true or false";
    else if (cg_bytes_equal(key, CG_LIT("bot_token")))
      fault = read_bot(&j, q) ? NULL : "bot_token: ID:SECRET with a secret of 35 characters";
    else if (cg_bytes_equal(key, CG_LIT("first_name")))
      fault = read_name(&j, u->first_name, 1) ? NULL : "first_name: 1 to 64 characters";
    else if (cg_bytes_equal(key, CG_LIT("last_name")))
      fault = read_name(&j, u->last_name, 0) ? NULL : "last_name: up to 64 characters";
    else cg_json_skip(&j);
  }
  if (fault) return fault;
  if (!object || cg_json_end(&j)) return "a JSON object is wanted";
  if (u->phone[0] && u->id) return "phone: a bot has none";
  if (u->id && (q->email.login_email[0] || q->email.setup_due))
    return "login_email: a bot has none";
  return u->phone[0] || u->id ? NULL : "phone: missing";
}

/* As above with its own memory; answers and ends the question on a fault. */
static bool take_user(question *q, cg_bytes json) {
  cg_arena *arena = cg_arena_new(0);
  const char *fault = arena ? read_user(json, arena, q) : "out of memory";
  cg_arena_free(arena);
  if (fault) refuse(q, arena ? 400 : 500, fault);
  return !fault;
}

/* The answer to an account that was to be added: 409 with `taken` if that is why not. */
static void say_added(question *q, cg_err err, const char *taken) {
  cg_buf b = { 0 };
  if (err) {
    refuse(q, err == CG_E_EXISTS ? 409 : 500, err == CG_E_EXISTS ? taken : "the store failed");
    return;
  }
  put_user(&b, &q->user);
  say(q, &b);
}

static void on_token_kept(void *ctx, const cg_store_reply *r) {
  say_added(ctx, r->err, "there is a bot with this token");
}

static void on_email_kept(void *ctx, const cg_store_reply *r) {
  say_added(ctx, r->err, "");
}

static void keep_email(question *q) {
  q->email.user_id = q->user.id;
  cg_store_request put = { .op = CG_STORE_EMAIL_PUT, .email = &q->email };
  cg_store_submit(q->s->store, &put, on_email_kept, q);
}

static void on_added(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  bool emails = q->email.login_email[0] || q->email.setup_due;
  if (r->err || (!q->bot.user_id && !emails)) {
    say_added(q, r->err, q->user.phone[0] ? "there is an account with this phone number"
                                          : "there is an account with this id");
    return;
  }
  if (emails) {
    keep_email(q);
    return;
  }
  cg_store_request put = { .op = CG_STORE_TOKEN_PUT, .token = &q->bot };
  cg_store_submit(q->s->store, &put, on_token_kept, q);
}

static void add_user(question *q) {
  uint64_t raw[2];
  if (cg_rng_fill(&q->s->rng, raw, sizeof raw)) {
    refuse(q, 500, "no randomness");
    return;
  }
  if (!q->user.id) q->user.id = (int64_t)(1000000000 + raw[0] % UINT64_C(8000000000));
  q->user.access_hash = (int64_t)(raw[1] | 1);
  q->user.created = cg_server_clock(q->s);
  q->user.state = CG_USER_ACTIVE;
  q->user.dc = q->s->dc_id;
  if (!q->user.first_name[0]) strcpy(q->user.first_name, "User");
  cg_store_request add = { .op = CG_STORE_USER_ADD, .user = &q->user };
  cg_store_submit(q->s->store, &add, on_added, q);
}

void cg_server_user_add(cg_server *s, cg_bytes json, uint64_t now_us,
                        cg_server_answer *answer, void *ctx) {
  s->now_us = now_us;
  question *q = ask(s, answer, ctx);
  if (q && take_user(q, json)) add_user(q);
}

/* Those who are logged in as the user find out with their next call. */
static void on_banned(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  if (r->err) {
    refuse(q, r->err == CG_E_NOT_FOUND ? 404 : 500, "there is no such account");
    return;
  }
  size_t at = 0;
  for (cg_peer *p; (p = cg_map_each(&q->s->peers, &at));)
    if (p->login.user_id == r->user->id) {
      p->login.state = r->user->state;
      p->turn = q->s->turn;
    }
  cg_buf b = { 0 };
  put_user(&b, r->user);
  say(q, &b);
}

static void on_to_ban(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  if (r->err) {
    refuse(q, r->err == CG_E_NOT_FOUND ? 404 : 500, "there is no such account");
    return;
  }
  cg_store_request ban = { .op = CG_STORE_USER_STATE, .id = (uint64_t)r->user->id,
                           .number = CG_USER_BANNED };
  cg_store_submit(q->s->store, &ban, on_banned, q);
}

void cg_server_user_ban(cg_server *s, cg_bytes json, uint64_t now_us,
                        cg_server_answer *answer, void *ctx) {
  s->now_us = now_us;
  question *q = ask(s, answer, ctx);
  if (!q || !take_user(q, json)) return;
  cg_store_request find = { .op = CG_STORE_USER_FIND, .text = q->user.phone };
  cg_store_submit(s->store, &find, on_to_ban, q);
}

/* --- the clock ------------------------------------------------------------ */

static bool read_advance(cg_bytes json, int64_t *out) {
  cg_arena *arena = cg_arena_new(0);
  cg_json j;
  cg_bytes key;
  bool found = false;
  if (!arena) return false;
  cg_json_init(&j, json, arena);
  bool object = cg_json_object(&j);
  while (object && cg_json_key(&j, &key)) {
    if (cg_bytes_equal(key, CG_LIT("advance_s"))) found = cg_json_i64(&j, out);
    else cg_json_skip(&j);
  }
  bool good = found && !cg_json_end(&j) && *out >= 0 && *out <= ADVANCE_MAX_S;
  cg_arena_free(arena);
  return good;
}

static void on_advanced(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  if (r->err) {
    q->s->clock.asked = q->s->clock.shift;
    refuse(q, 500, "the store failed");
    return;
  }
  q->s->clock.shift = q->shift;
  cg_server_purge(q->s);
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "now");
  cg_jsonw_i64(&b, cg_server_clock(q->s));
  cg_jsonw_close(&b, '}');
  say(q, &b);
}

void cg_server_advance(cg_server *s, cg_bytes json, uint64_t now_us,
                       cg_server_answer *answer, void *ctx) {
  int64_t by = 0;
  char text[24];
  s->now_us = now_us;
  if (!s->virtual_clock) {
    cg_inbox_refuse(answer, ctx, 409, "the server runs without --clock virtual");
    return;
  }
  if (!read_advance(json, &by)) {
    cg_inbox_refuse(answer, ctx, 400, "advance_s: seconds, 0 to 1000000000");
    return;
  }
  question *q = ask(s, answer, ctx);
  if (!q) return;
  q->shift = s->clock.asked += by;
  snprintf(text, sizeof text, "%lld", (long long)q->shift);
  cg_store_request put = { .op = CG_STORE_META_PUT, .text = "clock_shift",
                           .blob = cg_bytes_of(text) };
  cg_store_submit(s->store, &put, on_advanced, q);
}

/* --- reset, missing ------------------------------------------------------- */

static void on_reset(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  if (r->err) {
    refuse(q, 500, "the store failed");
    return;
  }
  size_t at = 0;
  for (cg_peer *p; (p = cg_map_each(&q->s->peers, &at));) {
    p->login = (cg_login){ 0 };
    p->turn = q->s->turn;
  }
  cg_log_write(&q->s->log, CG_LOG_INFO, "reset: accounts, logins and codes are gone");
  cg_buf b = { 0 };
  cg_buf_text(&b, "{\"ok\":true}");
  say(q, &b);
}

void cg_server_reset(cg_server *s, uint64_t now_us, cg_server_answer *answer, void *ctx) {
  s->now_us = now_us;
  question *q = ask(s, answer, ctx);
  cg_store_request reset = { .op = CG_STORE_RESET, .now = cg_server_clock(s) };
  if (q) cg_store_submit(s->store, &reset, on_reset, q);
}

static void on_missing(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  if (r->err) {
    refuse(q, 500, "the store failed");
    return;
  }
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '[');
  for (uint32_t i = 0; i < r->count; i++) {
    char id[12];
    snprintf(id, sizeof id, "%08x", (unsigned)r->missing[i].id);
    cg_jsonw_open(&b, '{');
    put_text(&b, "method", r->missing[i].method);
    put_text(&b, "id", id);
    cg_jsonw_key(&b, "count");
    cg_jsonw_i64(&b, r->missing[i].count);
    cg_jsonw_close(&b, '}');
  }
  cg_jsonw_close(&b, ']');
  say(q, &b);
}

void cg_server_missing(cg_server *s, cg_server_answer *answer, void *ctx) {
  question *q = ask(s, answer, ctx);
  cg_store_request list = { .op = CG_STORE_MISSING_LIST, .limit = USERS_SHOWN };
  if (q) cg_store_submit(s->store, &list, on_missing, q);
}
