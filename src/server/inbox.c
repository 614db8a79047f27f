/* SPDX-License-Identifier: MIT */
/*
 * inbox.c - the codes as the inbox shows them, and those who wait for one. It reads the
 * store: what it showed before a crash it shows after.
 */
#include "inbox.h"

#include "json.h"
#include "ladder.h"
#include "mem.h"
#include "phone.h"
#include "wipe.h"

#include <string.h>

enum { CODES_SHOWN = 1000, WAIT_MAX_S = 3600 };

/* Somebody who asked for codes. */
struct cg_wait {
  cg_due due;
  cg_server *s;
  cg_wait *next;
  uint64_t ticket;
  cg_server_answer *answer;
  void *ctx;
  bool of_all;    /* codes of every phone */
  char phone[CG_PHONE_SIZE];
  uint64_t until_us; /* 0: an answer at once, with all there is */
  bool loading;   /* the store is asked */
  bool again;     /* something came while it was asked */
  bool forgotten;
};

/* --- answers -------------------------------------------------------------- */

void cg_inbox_say(cg_buf *b, cg_server_answer *answer, void *ctx, int status) {
  if (b->err) answer(ctx, 500, CG_LIT("{\"error\":\"out of memory\"}"));
  else answer(ctx, status, cg_buf_view(b));
  cg_buf_wipe(b);
}

void cg_inbox_refuse(cg_server_answer *answer, void *ctx, int status, const char *why) {
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "error");
  cg_jsonw_string(&b, cg_bytes_of(why));
  cg_jsonw_close(&b, '}');
  cg_inbox_say(&b, answer, ctx, status);
}

static void put_text(cg_buf *b, const char *key, const char *text) {
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, cg_bytes_of(text));
}

static void put_code(const cg_server *s, cg_buf *b, const cg_store_code *row) {
  char code[CG_CODE_SIZE] = "";
  if (cg_code_show(&s->secret, row, code)) code[0] = '\0';
  cg_jsonw_open(b, '{');
  put_text(b, "phone", row->phone);
  put_text(b, "hash", row->hash);
  put_text(b, "type", cg_rung_name(cg_ladder_rung(row)));
  put_text(b, "code", code);
  put_text(b, "state", cg_code_state_name(row->state));
  cg_jsonw_key(b, "sent_at");
  cg_jsonw_i64(b, row->sent_at);
  cg_jsonw_key(b, "expires_at");
  cg_jsonw_i64(b, row->expires_at);
  cg_jsonw_close(b, '}');
  cg_wipe(code, sizeof code);
}

/* --- askers --------------------------------------------------------------- */

static void free_wait(cg_wait *w) {
  cg_wait **at = &w->s->waits;
  while (*at && *at != w) at = &(*at)->next;
  if (*at) *at = w->next;
  cg_dues_remove(&w->s->dues, &w->due);
  cg_free(w);
}

/* A transaction that is only for show, or waits for an email, has no code to be shown. */
static bool is_wanted(const cg_wait *w, const cg_store_code *row) {
  if (row->state == CG_CODE_ISSUED && !row->sealed_len) return false;
  if (row->state == CG_CODE_SETUP_EMAIL) return false;
  return !w->until_us || row->state == CG_CODE_ISSUED;
}

static uint32_t put_codes(cg_wait *w, const cg_store_reply *r, cg_buf *b) {
  uint32_t shown = 0;
  cg_jsonw_open(b, '[');
  for (uint32_t i = 0; i < r->count; i++) {
    if (!is_wanted(w, &r->code[i])) continue;
    put_code(w->s, b, &r->code[i]);
    shown++;
  }
  cg_jsonw_close(b, ']');
  return shown;
}

static void load(cg_wait *w);

static void on_codes(void *ctx, const cg_store_reply *r) {
  cg_wait *w = ctx;
  w->loading = false;
  if (w->forgotten) {
    free_wait(w);
    return;
  }
  if (r->err) {
    cg_inbox_refuse(w->answer, w->ctx, 500, "the store failed");
    free_wait(w);
    return;
  }
  cg_buf b = { 0 };
  if (put_codes(w, r, &b) || !w->until_us || w->until_us <= w->s->now_us) {
    cg_inbox_say(&b, w->answer, w->ctx, 200);
    free_wait(w);
    return;
  }
  cg_buf_wipe(&b);
  if (w->again) load(w);
}

static void load(cg_wait *w) {
  cg_store_request q = { .op = CG_STORE_CODE_LIST, .text = w->of_all ? NULL : w->phone,
                         .limit = CODES_SHOWN, .now = cg_server_clock(w->s) };
  w->loading = true;
  w->again = false;
  cg_store_submit(w->s->store, &q, on_codes, w);
}

static cg_wait *find_wait(const cg_server *s, uint64_t ticket) {
  cg_wait *w = s->waits;
  while (w && w->ticket != ticket) w = w->next;
  return w;
}

static cg_wait *new_wait(cg_server *s, int wait_s) {
  cg_wait *w = cg_alloc(sizeof *w);
  if (!w) return NULL;
  if (wait_s > WAIT_MAX_S) wait_s = WAIT_MAX_S;
  *w = (cg_wait){ .s = s, .ticket = s->last_ticket + 1 };
  if (wait_s > 0) w->until_us = s->now_us + (uint64_t)wait_s * CG_SECOND;
  if (cg_dues_add(&s->dues, &w->due, CG_DUE_WAIT, wait_s > 0 ? w->until_us : CG_NEVER)) {
    cg_free(w);
    return NULL;
  }
  s->last_ticket++;
  w->next = s->waits;
  s->waits = w;
  return w;
}

uint64_t cg_server_codes(cg_server *s, const char *phone, int wait_s, uint64_t now_us,
                         cg_server_answer *answer, void *ctx) {
  char digits[CG_PHONE_SIZE] = "";
  s->now_us = now_us;
  if (phone && !cg_phone_clean(cg_bytes_of(phone), digits)) {
    cg_inbox_refuse(answer, ctx, 400, "phone: not a phone number");
    return 0;
  }
  cg_wait *w = new_wait(s, wait_s);
  if (!w) {
    cg_inbox_refuse(answer, ctx, 500, "out of memory");
    return 0;
  }
  uint64_t ticket = w->ticket;
  w->answer = answer;
  w->ctx = ctx;
  w->of_all = !phone;
  memcpy(w->phone, digits, sizeof digits);
  load(w);
  return find_wait(s, ticket) ? ticket : 0;
}

void cg_server_forget(cg_server *s, uint64_t ticket) {
  cg_wait *w = find_wait(s, ticket);
  if (w && w->loading) w->forgotten = true;
  else if (w) free_wait(w);
}

void cg_inbox_due(cg_due *due) {
  cg_wait *w = CG_DUE_OWNER(due, cg_wait);
  cg_dues_move(&w->s->dues, due, CG_NEVER);
  if (w->loading || w->forgotten) return;
  w->answer(w->ctx, 200, CG_LIT("[]"));
  free_wait(w);
}

void cg_inbox_delivered(cg_server *s, const cg_store_code *row) {
  s->counts.delivered++;
  for (cg_wait *w = s->waits; w; w = w->next)
    if (w->until_us && (w->of_all || !strcmp(w->phone, row->phone))) w->again = true;
  for (cg_wait *w = s->waits; w;) {
    bool ask = w->again && !w->loading;
    cg_wait *next = w->next;
    if (ask) load(w); /* may answer it, and take it off the list */
    w = ask ? s->waits : next;
  }
}

void cg_server_inbox_free(cg_server *s) {
  while (s->waits) free_wait(s->waits);
}
