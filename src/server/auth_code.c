/* SPDX-License-Identifier: MIT */
/*
 * auth_code.c - auth.sendCode, resendCode, cancelCode, reportMissingCode
 * (login.md 2 and rows 1-26, 47, 48 of 3.4).
 */
#include "auth_tx.h"
#include "home.h"
#include "enter.h"
#include "ladder.h"
#include "limits.h"
#include "methods.h"
#include "tokens.h"

#include <stdio.h>
#include <string.h>

enum {
  LIVE_PER_KEY = 3,
  TEST_FLOOD_S = 5,
  EVER_S = 10 * 365 * 86400
};

/* --- auth.sendCode: a new transaction ------------------------------------- */

static void look_for_live(cg_op *op);

/* EXISTS: another call of this key was faster, and its code is the one. */
static void on_code_added(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (r->err == CG_E_EXISTS && tx->rounds++ < CG_TX_ROUNDS) {
    look_for_live(op);
    return;
  }
  if (r->err) {
    cg_op_internal(op, r->err);
    return;
  }
  cg_tx_log(op, "a code was made");
  cg_tx_deliver(op, cg_tx_answer_sent);
}

static void add_code(cg_op *op) {
  cg_store_request q = { .op = CG_STORE_CODE_ADD, .code = &cg_tx_of(op)->row,
                         .now = cg_op_now(op), .limit = LIVE_PER_KEY };
  cg_op_submit(op, &q, on_code_added);
}

/* Another session, or, for a number that is only for show, a coin that always falls the
 * same way: an answer "App" then proves no account. */
static bool has_other_session(const cg_op *op, const cg_store_reply *r) {
  const cg_tx *tx = op->state;
  if (cg_tx_for_show(op)) return cg_secret_coin(&op->s->secret, tx->phone);
  for (uint32_t i = 0; i < r->count; i++)
    if (r->auth[i].key_id != cg_op_key(op)) return true;
  return false;
}

/* Who can have Firebase vouch for his app: a token is an iPhone's. */
static char firebase_rung(const cg_op *op, const tl_codeSettings *can) {
  const cg_tx *tx = op->state;
  bool official = cg_settings_app_mobile(&op->s->set, tx->row.api_id);
  if (!official || !can) return 0;
  return TL_HAS(codeSettings, can, token) ? CG_RUNG_FIREBASE_IOS
         : TL_HAS(codeSettings, can, allow_firebase) ? CG_RUNG_FIREBASE : 0;
}

static char sms_rung(const cg_settings *set) {
  static const char rungs[] = { CG_RUNG_SMS, CG_RUNG_WORD, CG_RUNG_PHRASE };
  return rungs[set->sms_kind];
}

/* Drops the rungs for which the caller's layer has no words: SMS has some in each. */
static void drop_unsayable(cg_op *op, char *ladder) {
  size_t n = 0;
  for (size_t i = 0; ladder[i]; i++) {
    char rung = ladder[i];
    bool words = rung == CG_RUNG_WORD || rung == CG_RUNG_PHRASE;
    if (words && !cg_tx_can_say(op, rung)) rung = CG_RUNG_SMS;
    if (cg_tx_can_say(op, rung)) ladder[n++] = rung;
  }
  ladder[n] = '\0';
}

static void build_ladder(cg_op *op, bool other_session) {
  cg_tx *tx = cg_tx_of(op);
  const cg_settings *set = &op->s->set;
  const tl_auth_sendCode *q = TL_AS(auth_sendCode, op->request);
  const tl_codeSettings *can = TL_AS(codeSettings, q->settings);
  cg_ladder_ways ways = { .setup_email = tx->email.setup_due && !set->private_profile,
                          .email = tx->email.login_email[0] != 0,
                          .fragment = !strncmp(tx->phone, "888", 3),
                          .app = other_session };
  if (set->third_party_sms) {
    ways.firebase = firebase_rung(op, can);
    ways.missed_call = can && TL_HAS(codeSettings, can, allow_missed_call);
    ways.flash_call = can && TL_HAS(codeSettings, can, allow_flashcall);
    ways.sms = sms_rung(set);
    ways.call = set->voice_call;
  }
  cg_ladder_build(&ways, tx->row.ladder);
  drop_unsayable(op, tx->row.ladder);
}

static void on_sessions(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  bool other_session = has_other_session(op, r);
  cg_tx_begin(op, CG_CODE_LOGIN);
  tx->row.api_id = TL_AS(auth_sendCode, op->request)->api_id;
  build_ladder(op, other_session);
  char rung = cg_ladder_rung(&tx->row);
  bool setup = rung == CG_RUNG_SETUP_EMAIL;
  if (setup) tx->row.state = CG_CODE_SETUP_EMAIL;
  if (rung == CG_RUNG_EMAIL)
    memcpy(tx->row.email, tx->email.login_email, sizeof tx->row.email);
  /* What an email is set up for must lead to a proof of the phone. */
  if (rung && (!setup || cg_ladder_next(&tx->row))) cg_tx_draw(op, false, add_code);
  else cg_op_error(op, 400, "SMS_CODE_CREATE_FAILED");
}

static void start_new(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  /* The same request for a number without an account: no user has this id. */
  cg_store_request q = { .op = CG_STORE_AUTH_LIST,
                         .id = tx->has_user ? (uint64_t)tx->user.id : UINT64_MAX };
  cg_op_submit(op, &q, on_sessions);
}

static void on_live(cg_op *op, const cg_store_reply *r) {
  cg_tx *tx = cg_tx_of(op);
  if (!r->err && r->code->state == CG_CODE_ISSUED) {
    tx->row = *r->code;
    cg_tx_log(op, "asked again, nothing sent");
    cg_tx_answer_sent(op);
  } else {
    cg_limit_deliveries(op, start_new);
  }
}

static void look_for_live(cg_op *op) {
  cg_tx_find_live(op, CG_CODE_LOGIN, on_live);
}

static void limit_requests(cg_op *op) {
  cg_limit_requests(op, look_for_live);
}

static void use_tokens(cg_op *op) {
  cg_tokens_use(op, limit_requests);
}

static void on_send_account(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  if (cg_home_refuse_phone(op, tx->has_user ? &tx->user : NULL,
                           cg_tx_for_show(op))) return;
  if (tx->has_user && tx->user.state == CG_USER_BANNED)
    cg_op_error(op, 400, "PHONE_NUMBER_BANNED");
  else if (cg_tx_for_show(op) && !op->s->set.enumeration_safe)
    cg_op_error(op, 400, "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN");
  else cg_tx_email(op, use_tokens);
}

/* What can be said against the number before it is looked up; true if the op was
 * answered. */
static bool refuse_number(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  cg_test_number n = cg_phone_test(tx->phone);
  if (cg_home_refuse_number(op, tx->phone)) return true;
  if (!op->s->set.test_numbers) n = (cg_test_number){ 0 };
  if (cg_phone_is_service(tx->phone) || (n.dc && n.kind == CG_TEST_BANNED)) {
    cg_op_error(op, 400, "PHONE_NUMBER_BANNED");
  } else {
    return false;
  }
  return true;
}

static void look_for_account(cg_op *op) {
  cg_tx_account(op, true, on_send_account);
}

static void on_flood_counted(cg_op *op, const cg_store_reply *r) {
  if (r->number > 0) look_for_account(op);
  else cg_op_wait(op, TEST_FLOOD_S);
}

/* The first call for such a number is told to wait, all others are not (login.md 1.4). */
static void flood_once(cg_op *op) {
  const cg_tx *tx = cg_tx_of(op);
  char name[40];
  snprintf(name, sizeof name, "test-flood:%s", tx->phone);
  cg_store_request q = { .op = CG_STORE_COUNTER_HIT, .text = name, .number = EVER_S,
                         .limit = 1, .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_flood_counted);
}

void cg_auth_send_code(cg_op *op) {
  const tl_auth_sendCode *q = TL_AS(auth_sendCode, op->request);
  if (cg_tx_refuse_layer(op)) return;
  if (cg_enter_refuse_app(op, q->api_id, q->api_hash)) return;
  if (!cg_tx_new(op, q->phone_number, 0)) return;
  if (refuse_number(op)) return;
  const cg_tx *tx = cg_tx_of(op);
  if (cg_tx_is_test(op) && cg_phone_test(tx->phone).kind == CG_TEST_FLOOD)
    flood_once(op);
  else look_for_account(op);
}

/* --- auth.resendCode ------------------------------------------------------ */

static void on_resend_found(cg_op *op);

static void lost_resend(cg_op *op) {
  cg_tx_lost_race(op, on_resend_found);
}

static void move_on(cg_op *op) {
  cg_tx_next_rung(op, CG_CODE_BIT(CG_CODE_ISSUED), cg_tx_answer_sent, lost_resend);
}

/* Firebase has failed the app, which says why: it need not wait. */
static bool has_reason(const cg_op *op) {
  const tl_auth_resendCode *q = TL_AS(auth_resendCode, op->request);
  const cg_tx *tx = op->state;
  return TL_HAS(auth_resendCode, q, reason) && q->reason.len &&
         cg_rung_is_firebase(cg_ladder_rung(&tx->row));
}

static void on_resend_found(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  int64_t wait = tx->row.resend_at - cg_op_now(op);
  bool setup = cg_tx_is_setup(op);
  tx->hurried = tx->found && has_reason(op);
  if (setup) cg_op_error(op, 400, "EMAIL_INSTALL_MISSING");
  else if (!cg_tx_is_issued(op)) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else if (!cg_ladder_next(&tx->row)) cg_op_error(op, 406, "SEND_CODE_UNAVAILABLE");
  else if (tx->row.resend_at && wait > 0 && !tx->hurried) cg_op_wait(op, wait);
  else cg_limit_deliveries(op, move_on);
}

static void resend_allowed(cg_op *op) {
  const tl_auth_resendCode *q = TL_AS(auth_resendCode, op->request);
  cg_tx_find(op, q->phone_code_hash, on_resend_found);
}

void cg_auth_resend_code(cg_op *op) {
  const tl_auth_resendCode *q = TL_AS(auth_resendCode, op->request);
  if (!cg_tx_new(op, q->phone_number, 0)) return;
  if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_HASH_EMPTY");
  else cg_limit_requests(op, resend_allowed);
}

/* --- auth.cancelCode ------------------------------------------------------ */

static void on_cancel_found(cg_op *op);

static void on_cancelled(cg_op *op, const cg_store_reply *r) {
  if (r->err) {
    cg_tx_lost_race(op, on_cancel_found);
  } else {
    cg_tx_log(op, "the code was cancelled");
    cg_op_true(op);
  }
}

static void on_cancel_found(cg_op *op) {
  cg_tx *tx = cg_tx_of(op);
  bool used = tx->found && tx->row.state == CG_CODE_CONSUMED;
  bool setup = cg_tx_is_setup(op);
  if (setup || cg_tx_is_issued(op)) {
    cg_store_request q = { .op = CG_STORE_CODE_MOVE, .text = tx->hash,
                           .from = CG_CODE_BIT(tx->row.state),
                           .number = CG_CODE_CANCELLED, .now = cg_op_now(op) };
    cg_op_submit(op, &q, on_cancelled);
  } else if (used || cg_tx_is_live(op)) {
    cg_op_true(op); /* verified: a client that leaves its code page says so, too */
  } else {
    cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  }
}

void cg_auth_cancel_code(cg_op *op) {
  const tl_auth_cancelCode *q = TL_AS(auth_cancelCode, op->request);
  if (!cg_tx_new(op, q->phone_number, 0)) return;
  if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else cg_tx_find(op, q->phone_code_hash, on_cancel_found);
}

/* --- auth.reportMissingCode ----------------------------------------------- */

static void on_report_found(cg_op *op) {
  if (!cg_tx_is_live(op)) {
    cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
    return;
  }
  cg_tx_log(op, "the client says that no code came");
  cg_op_true(op);
}

void cg_auth_report_missing_code(cg_op *op) {
  const tl_auth_reportMissingCode *q = TL_AS(auth_reportMissingCode, op->request);
  if (!cg_tx_new(op, q->phone_number, 400)) return;
  if (!q->phone_code_hash.len) cg_op_error(op, 400, "PHONE_CODE_EXPIRED");
  else cg_tx_find(op, q->phone_code_hash, on_report_found);
}
