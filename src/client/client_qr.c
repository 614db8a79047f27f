/* SPDX-License-Identifier: MIT */
/*
 * client_qr.c - a login by QR code goes on by itself: its token is renewed when it is
 * over, asked about when the server says that another device has accepted it, and carried
 * to the data centre of the account; see cg_login_qr() in centigram/login.h.
 *
 * login.md 4.7, protocol.md 310
 */
#include "client_state.h"

#include "clock.h"
#include "login_request.h"
#include "mem.h"
#include "reader.h"

#include <centigram/api.h>

static const uint64_t LIMIT = 30 * CG_SECOND; /* of one call */
static const uint64_t SOONEST = CG_SECOND;    /* between renewals */
static const uint64_t AFTER_TROUBLE = 5 * CG_SECOND;

static bool is_shown(const cg_core *c) {
  const cg_login *l = &c->data->login;
  return l->state == CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION && !l->reset;
}

uint64_t cg_core_qr_deadline(const cg_core *c) {
  int64_t over = c->data->login.qr_expires;
  if (!c->wanted || c->qr.running || !is_shown(c)) return CG_NEVER;
  uint64_t at = over > 0 ? (uint64_t)over * CG_SECOND : 0;
  if (at < c->qr.not_before) at = c->qr.not_before;
  if (c->qr.due) at = 0;
  return at > c->qr.retry_at ? at : c->qr.retry_at;
}

/* --- its call ---------------------------------------------------------------- */

static cg_core_item *new_call(cg_core *c, uint64_t now_us) {
  const cg_login *l = &c->data->login;
  const tl_obj *request;
  cg_core_item *call = NULL;
  cg_arena *arena = cg_arena_new(0);
  const char *api_hash = c->o.api_hash ? c->o.api_hash : "";
  if (arena && !cg_login_ask_qr(c->o.api_id, api_hash, l->except, l->except_count, arena,
                                &request))
    call = cg_core_make_call(c, request, LIMIT, now_us);
  cg_arena_free(arena);
  if (!call) return NULL;
  call->alone = true;
  call->step.by_itself = true;
  return call;
}

/* Nobody renewed it for too long, and nobody will. */
static void tell_over(cg_core *c) {
  cg_core_item *item = cg_alloc(sizeof *item);
  cg_core_emit(c, CG_CORE_SAVE);
  if (!item) return;
  item->kind = CG_CORE_LOGIN;
  cg_fail(&item->fault, CG_E_TIMEOUT, "the QR code is over");
  cg_core_append(&c->events, item);
}

void cg_core_qr_tick(cg_core *c, uint64_t now_us) {
  if (now_us < cg_core_qr_deadline(c)) return;
  if (cg_login_expire(&c->data->login, cg_unix(now_us))) {
    tell_over(c);
    return;
  }
  cg_core_item *call = new_call(c, now_us);
  c->qr.retry_at = call ? 0 : now_us + AFTER_TROUBLE;
  if (!call) return;
  c->qr.running = true;
  c->qr.due = false;
  c->qr.not_before = now_us + SOONEST;
  cg_core_append(&c->calls, call);
  cg_core_flush(c, now_us);
}

void cg_core_qr_stepped(cg_core *c, cg_core_item *call) {
  bool failed = call->fault.err || call->error.code;
  uint64_t wait = (uint64_t)call->error.seconds * CG_SECOND;
  c->qr.running = false;
  if (failed) c->qr.retry_at = call->deadline - LIMIT + AFTER_TROUBLE + wait;
  call->kind = CG_CORE_LOGIN;
  /* a failure is of no interest where something else has ended the wait */
  if (call->moved || (failed && is_shown(c)))
    cg_core_append(&c->events, call);
  else
    cg_core_item_free(call);
}

/* --- what makes it due --------------------------------------------------------- */

void cg_core_qr_go(cg_core *c, uint64_t now_us) {
  if (!is_shown(c) || c->link != CG_LINK_DOWN) return;
  if (!c->wanted) c->retry_at = now_us;
  c->wanted = c->qr.due = true;
  cg_core_link_tick(c, now_us);
}

void cg_core_qr_connected(cg_core *c) {
  if (is_shown(c)) c->qr.due = true;
}

void cg_core_qr_saw(cg_core *c, cg_bytes update) {
  cg_reader r;
  if (!is_shown(c)) return;
  cg_reader_init(&r, update.at, update.len);
  if (cg_reader_u32(&r) != TL_ID_updateShort) return;
  if (cg_reader_u32(&r) == TL_ID_updateLoginToken) c->qr.due = true;
}

/* --- another data centre --------------------------------------------------------- */

static bool import_instead(cg_core_item *call, cg_bytes token) {
  tl_auth_importLoginToken q = { TL_INIT(auth_importLoginToken), .token = token };
  cg_buf request = { 0 };
  if (cg_core_encode(&q.o, &request, NULL)) {
    cg_buf_wipe(&request);
    return false; /* whoever asked sees where it would have gone */
  }
  cg_buf_wipe(&call->request);
  call->request = request;
  call->step.by_itself = false;
  return true;
}

bool cg_core_qr_follow(cg_core *c, cg_core_item *call, cg_bytes body, uint64_t now_us) {
  cg_reader r;
  cg_reader_init(&r, body.at, body.len);
  if (call->step.kind != CG_STEP_QR) return false;
  if (cg_reader_u32(&r) != TL_ID_auth_loginTokenMigrateTo) return false;
  int32_t to = (int32_t)cg_reader_u32(&r);
  cg_bytes token = cg_reader_str(&r);
  if (r.err) return false;
  if (!cg_core_may_migrate(c, call, to)) {
    if (call->alone)
      cg_fail(&call->fault, CG_E_REFUSED,
              "the account lives in data centre %d, which %s does not have", (int)to,
              c->o.dc->name);
    return false;
  }
  if (!import_instead(call, token)) return false;
  cg_core_migrate(c, call, to, now_us);
  return true;
}
