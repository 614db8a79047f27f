/* SPDX-License-Identifier: MIT */
/*
 * metrics.c - how much of everything there is, for who watches a server. What the store
 * has outlives a restart; what is counted here begins anew with it.
 */
#include "core.h"
#include "ladder.h"
#include "mem.h"

#include <string.h>

/* The errors that are told apart; the first row is no error, the last one any other. */
static const struct { int32_t code; const char *name; } results[CG_SERVER_RESULTS] = {
  { 0, "ok" },    { 303, "303" }, { 400, "400" }, { 401, "401" }, { 403, "403" },
  { 404, "404" }, { 406, "406" }, { 420, "420" }, { 500, "500" }, { -1, "other" },
};

void cg_count_call(cg_server *s, int32_t code) {
  size_t i = 0;
  while (i < CG_SERVER_RESULTS - 1 && results[i].code != code) i++;
  s->counts.calls[i]++;
}

typedef struct {
  cg_server *s;
  cg_server_measured *measured;
  void *ctx;
} question;

/* Several states of the store may have one name outside. */
static void add_state(cg_server_metrics *m, const char *name, int64_t n) {
  size_t i = 0;
  while (i < CG_SERVER_CODE_STATES - 1 && m->codes[i].name && strcmp(m->codes[i].name, name))
    i++;
  m->codes[i].name = name;
  m->codes[i].count += (uint64_t)n;
}

static void take_store(cg_server_metrics *m, const cg_store_counts *counts) {
  m->keys = (uint64_t)counts->keys;
  m->users = (uint64_t)counts->users;
  m->logins = (uint64_t)counts->auths;
  m->missing = (uint64_t)counts->missing;
  for (int i = 0; i < CG_CODE_STATES; i++)
    add_state(m, cg_code_state_name((cg_code_state)i), counts->codes[i]);
}

static void take_server(cg_server_metrics *m, const cg_server *s) {
  size_t at = 0;
  m->uptime_s = (s->now_us - s->counts.started_us) / CG_SECOND;
  m->connections = s->conns.count;
  for (const cg_peer *p; (p = cg_map_each(&s->peers, &at));) m->sessions += p->link_count;
  m->delivered = s->counts.delivered;
  for (size_t i = 0; i < CG_SERVER_RESULTS; i++)
    m->calls[i] = (cg_server_count){ results[i].name, s->counts.calls[i] };
}

static void on_counts(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  cg_server_metrics m = { 0 };
  if (!r->err) {
    take_server(&m, q->s);
    take_store(&m, r->counts);
  }
  q->measured(q->ctx, r->err ? NULL : &m);
  cg_free(q);
}

void cg_server_measure(cg_server *s, uint64_t now_us, cg_server_measured *measured,
                       void *ctx) {
  question *q = cg_alloc(sizeof *q);
  s->now_us = now_us;
  if (!q) {
    measured(ctx, NULL);
    return;
  }
  *q = (question){ s, measured, ctx };
  cg_store_request rq = { .op = CG_STORE_COUNTS, .now = cg_server_clock(s) };
  cg_store_submit(s->store, &rq, on_counts, q);
}
