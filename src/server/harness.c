/* SPDX-License-Identifier: MIT */
/* harness.c - see harness.h for the contract. */
#include "harness.h"

#include "codec.h"
#include "driver.h"
#include "layer.h"
#include "mem.h"
#include "reader.h"
#include "sqlite.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RPC_ERROR 0x2144ca19u
static const uint64_t NOON = UINT64_C(1700000000) * CG_SECOND;

#define OK(call) assert_int_equal((call), CG_OK)

/* --- a store that takes its time ------------------------------------------ */

typedef struct late_request {
  struct late_request *next;
  cg_store_request rq;
  char text[128];
  uint8_t blob[256];
  cg_store_key key;
  cg_store_user user;
  cg_store_auth auth;
  cg_store_code code;
  cg_store_password password;
  cg_store_email email;
  cg_store_message message;
  cg_store_token token;
  cg_store_done *done;
  void *ctx;
} late_request;

typedef struct {
  cg_store base;
  cg_store *real;
  const cg_harness *h;
  late_request *first, **end;
} late_store;

#define KEEP(field)                                                                      \
  do {                                                                                   \
    if (rq->field) {                                                                     \
      l->field = *rq->field;                                                             \
      l->rq.field = &l->field;                                                           \
    }                                                                                    \
  } while (0)

static cg_bytes keep_text(cg_bytes text) {
  void *copy = text.len ? malloc(text.len) : NULL;
  if (copy) memcpy(copy, text.at, text.len);
  return (cg_bytes){ copy, copy ? text.len : 0 };
}

static void late_submit(cg_store *s, const cg_store_request *rq, cg_store_done *done,
                        void *ctx) {
  late_store *late = (late_store *)(void *)s;
  bool counter = rq->op == CG_STORE_COUNTER_HIT || rq->op == CG_STORE_COUNTER_GET ||
                 rq->op == CG_STORE_COUNTER_CLEAR;
  if (late->h->submits_fail || (late->h->counters_fail && counter)) {
    done(ctx, &(cg_store_reply){ .err = CG_E_STORE });
    return;
  }
  if (!late->h->late) {
    cg_store_submit(late->real, rq, done, ctx);
    return;
  }
  late_request *l = calloc(1, sizeof *l);
  assert_non_null(l);
  l->rq = *rq;
  l->done = done;
  l->ctx = ctx;
  if (rq->text) l->rq.text = strcpy(l->text, rq->text);
  if (rq->blob.at) memcpy(l->blob, rq->blob.at, rq->blob.len);
  if (rq->blob.at) l->rq.blob.at = l->blob;
  KEEP(key);
  KEEP(user);
  KEEP(auth);
  KEEP(code);
  KEEP(token);
  KEEP(email);
  KEEP(message);
  KEEP(password);
  l->message.text = keep_text(l->message.text);
  *late->end = l;
  late->end = &l->next;
}

/* Answers what was asked before, not what is asked meanwhile. */
static bool late_answer(late_store *late) {
  late_request *l = late->first;
  bool any = l != NULL;
  late->first = NULL;
  late->end = &late->first;
  while (l) {
    late_request *next = l->next;
    cg_store_submit(late->real, &l->rq, l->done, l->ctx);
    free((void *)(uintptr_t)l->message.text.at);
    free(l);
    l = next;
  }
  return any;
}

static cg_err late_sync(cg_store *s) {
  late_store *late = (late_store *)(void *)s;
  const cg_sqlite *real = (const cg_sqlite *)(void *)late->real;
  bool fails = late->h->store_fails || (late->h->writes_fail && real->turn);
  if (fails && real->turn)
    assert_int_equal(sqlite3_exec(real->db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
  cg_err err = cg_store_sync(late->real);
  return fails ? CG_E_STORE : err;
}

static void late_close(cg_store *s) {
  late_store *late = (late_store *)(void *)s;
  while (late_answer(late)) {}
  cg_store_close(late->real);
  free(late);
}

static const cg_store_driver late_driver = { .submit = late_submit, .sync = late_sync,
                                             .close = late_close };

static void make_late(const cg_harness *h, cg_server *s) {
  late_store *late = calloc(1, sizeof *late);
  assert_non_null(late);
  late->base.driver = &late_driver;
  late->h = h;
  late->real = s->store;
  late->end = &late->first;
  s->store = &late->base;
}

/* --- the server ----------------------------------------------------------- */

static void keep_log(void *ctx, int level, const char *line) {
  cg_harness *h = ctx;
  (void)level;
  h->log.err = CG_OK; /* a test may have let memory run out */
  cg_buf_text(&h->log, line);
  cg_buf_put(&h->log, "\n", 1);
}

void cg_harness_init(cg_harness *h, bool late) {
  *h = (cg_harness){ .now_us = NOON, .late = late, .store_url = "sqlite::memory:" };
  test_rng_init(&h->rng, 7);
  test_rng_init(&h->client_rng, 8);
  strcpy(h->dir, "/tmp/cg-server-XXXXXX");
  assert_non_null(mkdtemp(h->dir));
}

void cg_harness_set(cg_harness *h, const char *setting) {
  size_t n = 0;
  while (h->set[n]) n++;
  assert_true(n + 1 < sizeof h->set / sizeof *h->set);
  h->set[n] = setting;
}

/* One key for all tests: making one takes longer than most of them. */
static void share_key(cg_harness *h) {
  static char pem[4096];
  char path[128];
  snprintf(path, sizeof path, "%s/server.key", h->dir);
  if (!access(path, F_OK)) return;
  if (!*pem) {
    cg_rsa_key *rsa;
    cg_buf b = { 0 };
    OK(cg_rsa_generate(&rsa));
    OK(cg_rsa_private_pem(rsa, &b));
    assert_true(b.len < sizeof pem);
    memcpy(pem, b.at, b.len);
    cg_buf_free(&b);
    cg_rsa_free(rsa);
  }
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_true(fputs(pem, f) >= 0);
  assert_int_equal(fclose(f), 0);
}

void cg_harness_open(cg_harness *h) {
  cg_fault fault = { 0 };
  share_key(h);
  cg_server_options o = { .data_dir = h->dir, .store_url = h->store_url,
                          .profile = h->profile, .set = h->set, .now_us = h->now_us, .dcs = h->dcs,
                          .virtual_clock = h->virtual_clock, .log = keep_log,
                          .log_ctx = h, .random = test_rng_fill,
                          .random_ctx = &h->rng };
  if (cg_server_open(&h->server, &o, &fault)) fail_msg("open: %s", fault.text);
  cg_server_endpoint(h->server, "127.0.0.1", 4430);
  make_late(h, h->server);
}

void cg_harness_close(cg_harness *h) {
  for (size_t i = 0; i < CG_HARNESS_CLIENTS; i++)
    if (h->clients[i]) cg_tester_disconnect(h->clients[i]);
  cg_server_close(h->server);
  h->server = NULL;
}

static void remove_folder(const char *dir) {
  DIR *d = opendir(dir);
  if (!d) return;
  for (struct dirent *e; (e = readdir(d));) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
    if (e->d_name[0] != '.') unlink(path);
  }
  closedir(d);
  rmdir(dir);
}

void cg_harness_end(cg_harness *h) {
  for (size_t i = 0; i < CG_HARNESS_CLIENTS; i++) cg_tester_free(h->clients[i]);
  cg_server_close(h->server);
  cg_buf_free(&h->log);
  remove_folder(h->dir);
}

/* --- bytes ---------------------------------------------------------------- */

static void take_event(cg_tester *c, const cg_session_event *e) {
  size_t at = e->tag % CG_HARNESS_CALLS;
  if (e->kind == CG_SESSION_RESULT || e->kind == CG_SESSION_FAILED) {
    c->results[at].body.len = 0;
    cg_buf_bytes(&c->results[at].body, e->body);
    c->results[at].tag = e->tag;
    c->results[at].failed = e->kind == CG_SESSION_FAILED ? e->err : CG_OK;
  } else if (e->kind == CG_SESSION_RENEWED) {
    c->renewed = true;
  } else if (e->kind == CG_SESSION_UPDATE) {
    cg_buf *b = &c->updates[c->updates_came++ % CG_HARNESS_UPDATES];
    assert_true(c->updates_came - c->updates_read <= CG_HARNESS_UPDATES);
    b->len = 0;
    cg_buf_bytes(b, e->body);
  }
}

static void take_packet(cg_tester *c, cg_bytes packet) {
  cg_message m;
  cg_buf plain = { 0 };
  OK(cg_envelope_open(&c->key, CG_SERVER, packet, false, &plain, &m));
  OK(cg_session_receive(c->session, &m, c->h->now_us));
  cg_session_event e;
  while (cg_session_next(c->session, &e)) take_event(c, &e);
  cg_buf_free(&plain);
}

static void client_input(cg_tester *c, cg_bytes in) {
  cg_packet p;
  OK(cg_framing_feed(c->framing, in));
  for (;;) {
    OK(cg_framing_next(c->framing, &p));
    if (p.kind == CG_PACKET_NONE) return;
    if (p.kind == CG_PACKET_ERROR) c->transport_error = p.value;
    else if (p.kind == CG_PACKET_DATA) take_packet(c, p.data);
  }
}

static cg_tester *client_of(cg_harness *h, uint64_t conn) {
  for (size_t i = 0; i < CG_HARNESS_CLIENTS; i++)
    if (h->clients[i] && h->clients[i]->conn == conn) return h->clients[i];
  return NULL;
}

static bool client_output(cg_tester *c) {
  bool any = false;
  while (c->session && c->conn) {
    cg_buf packet = { 0 }, wire = { 0 };
    OK(cg_session_pull(c->session, c->h->now_us, &packet));
    if (packet.len) {
      OK(cg_framing_send(c->framing, cg_buf_view(&packet), &wire));
      cg_server_feed(c->h->server, c->conn, cg_buf_view(&wire), c->h->now_us);
      any = true;
    }
    bool more = packet.len > 0;
    cg_buf_free(&packet);
    cg_buf_free(&wire);
    if (!more) break;
  }
  return any;
}

static void take_handshake(cg_tester *c, cg_bytes in);

static bool server_output(cg_harness *h) {
  cg_server_output out;
  bool any = false;
  while (cg_server_next(h->server, &out)) {
    cg_tester *c = client_of(h, out.conn);
    any = true;
    if (!c || h->deaf) continue;
    if (out.bytes.len && c->session) client_input(c, out.bytes);
    else if (out.bytes.len) take_handshake(c, out.bytes);
    if (out.close) {
      c->closed = true;
      c->conn = 0;
    }
  }
  return any;
}

void cg_harness_pump(cg_harness *h) {
  bool any = true;
  while (any) {
    any = false;
    for (size_t i = 0; i < CG_HARNESS_CLIENTS; i++)
      if (h->clients[i] && client_output(h->clients[i])) any = true;
    if (late_answer((late_store *)(void *)h->server->store)) {
      h->now_us += h->lag_us;
      any = true;
    }
    if (cg_server_turn(h->server, h->now_us)) h->turn_errors++;
    if (server_output(h)) any = true;
  }
}

void cg_harness_advance(cg_harness *h, uint64_t seconds) {
  while (seconds) { /* in steps, so that clients keep up their pings */
    uint64_t step = seconds < 50 ? seconds : 50;
    h->now_us += step * CG_SECOND;
    seconds -= step;
    cg_harness_pump(h);
    cg_server_tick(h->server, h->now_us);
    cg_harness_pump(h);
  }
}

/* --- clients -------------------------------------------------------------- */

static cg_handshake *handshake;
static cg_handshake_result agreed;
static bool handshake_done;

static void send_plain(cg_tester *c, const cg_buf *payload) {
  cg_buf wire = { 0 };
  OK(cg_framing_send(c->framing, cg_buf_view(payload), &wire));
  cg_server_feed(c->h->server, c->conn, cg_buf_view(&wire), c->h->now_us);
  cg_buf_free(&wire);
}

static void take_handshake(cg_tester *c, cg_bytes in) {
  cg_packet p;
  OK(cg_framing_feed(c->framing, in));
  for (;;) {
    cg_buf out = { 0 };
    OK(cg_framing_next(c->framing, &p));
    if (p.kind == CG_PACKET_NONE) return;
    if (p.kind == CG_PACKET_ERROR) c->transport_error = p.value;
    if (p.kind != CG_PACKET_DATA || !handshake) continue;
    OK(cg_handshake_feed(handshake, p.data, c->h->now_us, &out, &handshake_done,
                         &agreed));
    if (out.len) send_plain(c, &out);
    cg_buf_free(&out);
  }
}

void cg_tester_connect(cg_tester *c) {
  c->conn = ++c->h->last_conn;
  c->closed = false;
  OK(cg_server_accept_at(c->h->server, c->conn, c->dc, "127.0.0.1", c->h->now_us));
  cg_framing_free(c->framing);
  OK(cg_framing_client(&c->framing, CG_FRAMING_INTERMEDIATE, true, 2,
                       &c->h->client_rng.rng));
}

static bool agree_on_key(cg_tester *c, int32_t expires_in) {
  const cg_rsa_key *keys[] = { c->h->server->folder.rsa };
  cg_handshake_options o = { .keys = keys, .key_count = 1, .dc = c->dc,
                             .expires_in = expires_in, .rng = &c->h->client_rng.rng };
  cg_buf out = { 0 };
  handshake_done = false;
  OK(cg_handshake_new(&handshake, &o));
  OK(cg_handshake_start(handshake, c->h->now_us, &out));
  send_plain(c, &out);
  cg_buf_free(&out);
  cg_harness_pump(c->h);
  c->key = agreed.key;
  c->salt = agreed.salt;
  cg_handshake_free(handshake);
  handshake = NULL;
  return handshake_done;
}

static void new_session(cg_tester *c) {
  cg_session_options o = { .role = CG_CLIENT, .key = &c->key, .salt = c->salt,
                           .rng = &c->h->client_rng.rng };
  cg_session_free(c->session);
  c->session = NULL;
  OK(cg_session_new(&c->session, &o, c->h->now_us));
}

cg_tester *cg_tester_new_temporary(cg_harness *h, int32_t seconds) {
  cg_tester *c = calloc(1, sizeof *c);
  size_t i = 0;
  while (i < CG_HARNESS_CLIENTS && h->clients[i]) i++;
  assert_true(c && i < CG_HARNESS_CLIENTS);
  h->clients[i] = c;
  c->h = h;
  c->dc = h->dc ? h->dc : 2;
  c->layer = 228;
  c->arena = cg_arena_new(0);
  cg_tester_connect(c);
  assert_true(agree_on_key(c, seconds));
  new_session(c);
  return c;
}

bool cg_tester_new_key(cg_tester *c) {
  cg_session_free(c->session);
  c->session = NULL;
  c->inited = false;
  bool done = agree_on_key(c, 0);
  if (done) new_session(c);
  return done;
}

cg_tester *cg_tester_new(cg_harness *h) {
  return cg_tester_new_temporary(h, 0);
}

void cg_tester_disconnect(cg_tester *c) {
  if (c->conn && c->h->server) cg_server_gone(c->h->server, c->conn);
  c->conn = 0;
}

void cg_tester_reconnect(cg_tester *c, bool fresh) {
  cg_tester_disconnect(c);
  cg_tester_connect(c);
  if (fresh) new_session(c);
  else cg_session_reconnected(c->session, c->h->now_us);
}

void cg_tester_free(cg_tester *c) {
  if (!c) return;
  cg_tester_disconnect(c);
  for (size_t i = 0; i < CG_HARNESS_CLIENTS; i++)
    if (c->h->clients[i] == c) c->h->clients[i] = NULL;
  cg_session_free(c->session);
  cg_framing_free(c->framing);
  cg_arena_free(c->arena);
  for (size_t i = 0; i < CG_HARNESS_CALLS; i++) cg_buf_free(&c->results[i].body);
  for (size_t i = 0; i < CG_HARNESS_UPDATES; i++) cg_buf_free(&c->updates[i]);
  free(c);
}

/* --- calls ---------------------------------------------------------------- */

void cg_tester_put_init(const cg_tester *c, cg_buf *b) {
  cg_buf_u32(b, TL_ID_invokeWithLayer);
  cg_buf_u32(b, (uint32_t)c->layer);
  cg_buf_u32(b, TL_ID_initConnection);
  cg_buf_u32(b, 0);
  cg_buf_u32(b, 1);
  static const char *const fields[] = { "Box", "Linux", "1.0", "en", "", "en" };
  for (size_t i = 0; i < 6; i++) cg_buf_str(b, cg_bytes_of(fields[i]));
}

cg_bytes cg_tester_encode(cg_tester *c, const tl_obj *request) {
  cg_buf b = { 0 };
  cg_fault fault = { 0 };
  if (cg_tl_encode_layer(cg_tl_api_all(), c->layer, request, &b, &fault))
    fail_msg("encode: %s", fault.text);
  cg_bytes copy = cg_arena_copy(c->arena, cg_buf_view(&b));
  cg_buf_free(&b);
  return copy;
}

static cg_told read_told(cg_tester *c, cg_bytes body) {
  static const tl_obj yes = { TL_ID_boolTrue, 0 }, no = { TL_ID_boolFalse, 0 };
  cg_told told = { .error = "", .raw = cg_arena_copy(c->arena, body) };
  cg_fault fault = { 0 };
  cg_reader r;
  cg_reader_init(&r, told.raw.at, told.raw.len);
  told.id = cg_reader_u32(&r);
  if (told.id == RPC_ERROR) {
    told.code = (int32_t)cg_reader_u32(&r);
    told.error = (const char *)cg_arena_copy(c->arena, cg_reader_str(&r)).at;
    OK(cg_reader_end(&r));
  } else if (told.id == yes.id || told.id == no.id) {
    told.obj = told.id == yes.id ? &yes : &no;
  } else if (told.id != TL_ID_vector) {
    if (cg_tl_decode(cg_tl_api_all(), told.raw, c->arena, &told.obj, &fault))
      fail_msg("decode: %s", fault.text);
  }
  return told;
}

static uint64_t queue_raw(cg_tester *c, cg_bytes body) {
  uint64_t tag = ++c->last_tag;
  OK(cg_session_call(c->session, tag, body));
  return tag;
}

cg_told cg_tester_take(cg_tester *c, uint64_t tag) {
  size_t at = tag % CG_HARNESS_CALLS;
  if (c->results[at].tag != tag || c->results[at].failed)
    return (cg_told){ .error = "no answer" };
  return read_told(c, cg_buf_view(&c->results[at].body));
}

cg_told cg_tester_update(cg_tester *c) {
  if (c->updates_read == c->updates_came) return (cg_told){ .error = "no update" };
  size_t at = c->updates_read++ % CG_HARNESS_UPDATES;
  return read_told(c, cg_buf_view(&c->updates[at]));
}

cg_told cg_tester_call_raw(cg_tester *c, cg_bytes body) {
  uint64_t tag = queue_raw(c, body);
  cg_harness_pump(c->h);
  return cg_tester_take(c, tag);
}

uint64_t cg_tester_queue(cg_tester *c, const tl_obj *request) {
  cg_buf b = { 0 };
  if (!c->inited) cg_tester_put_init(c, &b);
  c->inited = true;
  cg_buf_bytes(&b, cg_tester_encode(c, request));
  uint64_t tag = queue_raw(c, cg_buf_view(&b));
  cg_buf_free(&b);
  return tag;
}

cg_told cg_tester_call(cg_tester *c, const tl_obj *request) {
  cg_arena_reset(c->arena);
  uint64_t tag = cg_tester_queue(c, request);
  cg_harness_pump(c->h);
  return cg_tester_take(c, tag);
}

/* --- the inbox ------------------------------------------------------------ */

void cg_harness_hear(void *ctx, int status, cg_bytes json) {
  cg_said *said = ctx;
  said->calls++;
  said->status = status;
  assert_true(json.len < sizeof said->json);
  memcpy(said->json, json.at, json.len);
  said->json[json.len] = '\0';
}

const char *cg_harness_codes(cg_harness *h, const char *phone) {
  static cg_said said;
  said.calls = 0;
  cg_server_codes(h->server, phone, 0, h->now_us, cg_harness_hear, &said);
  cg_harness_pump(h);
  assert_int_equal(said.calls, 1);
  assert_int_equal(said.status, 200);
  return said.json;
}

const char *cg_harness_code(cg_harness *h, const char *phone) {
  static char code[CG_CODE_SIZE];
  const char *json = cg_harness_codes(h, phone);
  const char *live = strstr(json, "\"state\":\"live\"");
  *code = '\0';
  if (!live) return code;
  const char *at = live;
  while (strncmp(at, "\"code\":\"", 8)) at--;
  snprintf(code, sizeof code, "%.*s", (int)strcspn(at + 8, "\""), at + 8);
  return code;
}
