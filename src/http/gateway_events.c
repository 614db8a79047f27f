/* SPDX-License-Identifier: MIT */
/*
 * gateway_events.c - what servers send by themselves: split into single updates, kept
 * for who asks (getUpdates), told to who listens (the WebSockets /events). faces.md 1c
 *
 * A client connects with its first call and then stays connected by itself; for accounts
 * that are read that call is made here.
 */
#include "gateway_steps.h"

#include "clock.h"
#include "mem.h"

#include <centigram/api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PING_EVERY (10 * CG_SECOND)
#define WAKE_EVERY (60 * CG_SECOND)

enum { TIMEOUT_MOST_S = 50 };

struct cg_event_socket {
  struct cg_event_socket *next, **at;
  cg_hub_conn *conn;
  cg_account *account; /* NULL: all sessions */
};

/* --- getUpdates --------------------------------------------------------------------- */

static void put_update(cg_exchange *x, cg_buf *b, const cg_update *u) {
  bool old = cg_gateway_forms[x->form].old;
  cg_bytes json = u->json;
  cg_err err = CG_OK;
  if (old) err = cg_params_small_longs(x->g->schema, json, false, x->arena, &json);
  if (err) b->err = err;
  cg_jsonw_open(b, '{');
  cg_jsonw_key(b, "update_id");
  cg_jsonw_i64(b, u->id);
  cg_jsonw_key(b, "update");
  cg_buf_bytes(b, json);
  if (!old && u->peers.len) {
    cg_buf_text(b, ",");
    cg_buf_bytes(b, u->peers);
  }
  cg_jsonw_close(b, '}');
}

/* They stay until an offset says that they arrived. */
static void give_updates(cg_exchange *x) {
  cg_buf b = { 0 };
  int n = 0;
  cg_jsonw_open(&b, '[');
  for (const cg_update *u = x->account->updates.first; u && n < x->limit;
       u = u->next, n++)
    put_update(x, &b, u);
  cg_jsonw_close(&b, ']');
  if (b.err)
    cg_exchange_fail(x, 503, "MEMORY", "out of memory");
  else
    cg_exchange_result(x, cg_buf_view(&b));
  cg_buf_wipe(&b);
}

/* A parameter that is a number from `least` to `most`; `otherwise` if it is not given.
 * False: it is answered. */
static bool read_number(cg_exchange *x, const char *name, double least, double most,
                        double otherwise, double *out) {
  const char *text = cg_exchange_text(x, name);
  char *end, message[40];
  *out = otherwise;
  if (!text && !cg_params_find(&x->params, name)) return true;
  if (text && *text) {
    *out = strtod(text, &end);
    if (!*end && *out >= least && *out <= most) return true;
  }
  snprintf(message, sizeof message, "%s: a number is wanted", name);
  cg_exchange_fail(x, 400, "BAD_REQUEST", message);
  return false;
}

void cg_gateway_get_updates(cg_exchange *x) {
  static const double ids = 9007199254740992.0; /* 2^53 */
  double offset, limit, timeout;
  cg_updates *u = &x->account->updates;
  x->method = "getUpdates";
  if (!read_number(x, "offset", -ids, ids, 0, &offset) ||
      !read_number(x, "limit", 1, 1e9, CG_UPDATES_MOST, &limit) ||
      !read_number(x, "timeout", 0, 1e9, 0, &timeout))
    return;
  cg_updates_turn_on(u, x->g->now_us);
  cg_updates_confirm(u, (int64_t)offset);
  x->limit = (int)limit;
  if (timeout > TIMEOUT_MOST_S) timeout = TIMEOUT_MOST_S;
  if (u->first || timeout <= 0)
    give_updates(x);
  else
    x->until_us = x->g->now_us + (uint64_t)(timeout * (double)CG_SECOND);
}

/* Ends what waits for this account. */
static void answer_waiting(cg_gateway *g, const cg_account *account) {
  for (cg_exchange *x = g->first, *next; x; x = next) {
    next = x->next;
    if (x->until_us && x->account == account) give_updates(x);
  }
}

/* --- /events ------------------------------------------------------------------------ */

static void not_a_socket(cg_exchange *x) {
  cg_exchange_problem(x, &(cg_problem){ .status = 426,
                                        .code = 426,
                                        .type = "UPGRADE_REQUIRED",
                                        .text = "a WebSocket of version 13 is wanted",
                                        .value = -1,
                                        .headers = "Upgrade: websocket\r\n"
                                                   "Sec-WebSocket-Version: 13\r\n" });
}

static void open_socket(cg_exchange *x, cg_account *account) {
  cg_gateway *g = x->g;
  cg_event_socket *s = cg_alloc(sizeof *s);
  if (!s) {
    cg_exchange_fail(x, 503, "MEMORY", "out of memory");
    return;
  }
  *s = (cg_event_socket){ g->sockets, &g->sockets, x->conn, account };
  if (!cg_exchange_upgrade(x, s)) {
    cg_free(s);
    return;
  }
  if (!g->sockets) g->ping_us = g->now_us + PING_EVERY;
  if (s->next) s->next->at = &s->next;
  g->sockets = s;
  if (account)
    account->readers++;
  else
    g->accounts.readers++;
}

void cg_gateway_socket_gone(cg_gateway *g, cg_event_socket *s) {
  *s->at = s->next;
  if (s->next) s->next->at = s->at;
  if (s->account)
    s->account->readers--;
  else
    g->accounts.readers--;
  cg_free(s);
}

void cg_gateway_events(cg_exchange *x, const char *path) {
  const char *version = x->rq->ws_version;
  const char *name = cg_gateway_trimmed(x, *path ? path + 1 : path);
  if (!cg_exchange_is(x, "GET")) return;
  cg_account *account = name && *name ? cg_accounts_by_name(&x->g->accounts, name) : NULL;
  if (!name)
    cg_exchange_fail(x, 503, "MEMORY", "out of memory");
  else if (*name && (!account || account->parked))
    cg_exchange_fail(x, 404, "NOT_FOUND", "Session not found");
  else if (!x->rq->ws_wanted || !version || strcmp(version, "13"))
    not_a_socket(x);
  else
    open_socket(x, account);
}

static bool is_told(const cg_event_socket *s, const cg_account *account) {
  return s->account ? s->account == account
                    : account->origin == CG_BY_SESSION && !account->parked;
}

/* JSON-RPC, as TelegramApiServer has it. */
static void tell(cg_gateway *g, const cg_account *account, cg_bytes json,
                 cg_arena *arena) {
  cg_buf b = { 0 };
  if (cg_params_small_longs(g->schema, json, false, arena, &json)) return;
  cg_buf_text(&b, "{\"jsonrpc\":\"2.0\",\"result\":{\"session\":");
  cg_jsonw_string(&b, cg_bytes_of(account->name));
  cg_buf_text(&b, ",\"update\":");
  cg_buf_bytes(&b, json);
  cg_buf_text(&b, "},\"id\":null}");
  for (const cg_event_socket *s = g->sockets; s; s = s->next)
    if (!b.err && is_told(s, account)) cg_hub_text(s->conn, cg_buf_view(&b));
  cg_buf_wipe(&b);
}

static bool is_listened_to(const cg_gateway *g, const cg_account *account) {
  for (const cg_event_socket *s = g->sockets; s; s = s->next)
    if (is_told(s, account)) return true;
  return false;
}

/* --- what came ------------------------------------------------------------------------
 */

typedef struct {
  cg_gateway *g;
  cg_account *account;
  cg_arena *arena;
  cg_buf peers;
} arrival;

static void take(arrival *a, const tl_obj *update) {
  cg_bytes json;
  a->g->updates++;
  if (cg_tl_to_json(a->g->schema, update, a->arena, &json, NULL)) return;
  cg_updates_put(&a->account->updates, json, cg_buf_view(&a->peers));
  cg_buf_wipe(&a->peers);
  if (is_listened_to(a->g, a->account)) tell(a->g, a->account, json, a->arena);
}

static void put_peers(arrival *a, const char *key, const tl_obj *const *at, size_t len) {
  cg_bytes json;
  cg_jsonw_key(&a->peers, key);
  cg_jsonw_open(&a->peers, '[');
  for (size_t i = 0; i < len; i++)
    if (!cg_tl_to_json(a->g->schema, at[i], a->arena, &json, NULL)) {
      if (i) cg_buf_text(&a->peers, ",");
      cg_buf_bytes(&a->peers, json);
    }
  cg_jsonw_close(&a->peers, ']');
}

static void take_all(arrival *a, tl_vec_obj updates, tl_vec_obj users, tl_vec_obj chats) {
  if (users.len) put_peers(a, "users", users.at, users.len);
  if (chats.len) put_peers(a, "chats", chats.at, chats.len);
  for (size_t i = 0; i < updates.len; i++) take(a, updates.at[i]);
}

static void split(arrival *a, const tl_obj *object) {
  const tl_updates *many = TL_AS(updates, object);
  const tl_updatesCombined *combined = TL_AS(updatesCombined, object);
  const tl_updateShort *one = TL_AS(updateShort, object);
  if (many)
    take_all(a, many->updates, many->users, many->chats);
  else if (combined)
    take_all(a, combined->updates, combined->users, combined->chats);
  else
    take(a, one ? &one->update->o : object);
}

void cg_gateway_update(void *gateway, cg_account *account, const tl_obj *object) {
  arrival a = { gateway, account, cg_arena_new(0), { 0 } };
  if (a.arena && cg_account_is_read(account)) split(&a, object);
  cg_arena_free(a.arena);
  cg_buf_wipe(&a.peers);
  if (account->updates.first) answer_waiting(a.g, account);
}

/* --- in time --------------------------------------------------------------------------
 */

static void on_woken(void *ctx, cg_err err, const cg_result *result) {
  cg_account *account = ctx;
  (void)result;
  account->calls--;
  if (err) account->woken = false;
}

/* The first call of its client; if that fails, another one in a minute. */
static void wake(cg_gateway *g, cg_account *account) {
  tl_updates_getState request = { TL_INIT(updates_getState) };
  account->wake_us = g->now_us + WAKE_EVERY;
  if (cg_accounts_client(&g->accounts, account, NULL)) return;
  account->woken = true;
  account->calls++;
  if (!cg_send(account->client, &request.o, on_woken, account, NULL, NULL)) return;
  account->calls--;
  account->woken = false;
}

static void look_after(cg_gateway *g, cg_account *account) {
  const cg_updates *u = &account->updates;
  if (u->on && g->now_us - u->asked_us >= CG_UPDATES_KEPT_S * CG_SECOND)
    cg_updates_turn_off(&account->updates);
  if (!account->dead && account->active && !account->woken &&
      g->now_us >= account->wake_us && cg_account_is_read(account))
    wake(g, account);
}

static void end_waiting(cg_gateway *g) {
  for (cg_exchange *x = g->first, *next; x; x = next) {
    next = x->next;
    if (!x->until_us) continue;
    if (x->account->dead)
      cg_exchange_fail(x, 404, "NOT_FOUND", "no such account");
    else if (g->now_us >= x->until_us)
      give_updates(x);
  }
}

void cg_gateway_events_tick(cg_gateway *g) {
  for (cg_account *a = g->accounts.first; a; a = a->next) look_after(g, a);
  end_waiting(g);
  bool ping = g->sockets && g->now_us >= g->ping_us;
  if (ping) g->ping_us = g->now_us + PING_EVERY;
  for (const cg_event_socket *s = g->sockets; s; s = s->next) {
    if (s->account && (s->account->dead || s->account->parked))
      cg_hub_abort(s->conn);
    else if (ping)
      cg_hub_ping(s->conn);
  }
}

uint64_t cg_gateway_events_deadline(const cg_gateway *g) {
  uint64_t at = g->sockets ? g->ping_us : CG_NEVER;
  for (const cg_exchange *x = g->first; x; x = x->next)
    if (x->until_us && x->until_us < at) at = x->until_us;
  return at;
}
