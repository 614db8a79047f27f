/* SPDX-License-Identifier: MIT */
/*
 * client_steps.c - the login steps of centigram/login.h on the loop. A step of one call
 * is that call; what takes several (a number that changes, a start that the server wants
 * anew, a login that is given up) is a chain that keeps what it needs.
 */
#include "client_driver.h"

#include "login_request.h"
#include "mem.h"

#include <stdio.h>

typedef struct chain {
  cg_client *client;
  cg_answer *answer;
  void *ctx;
  cg_arena *arena; /* of texts; wiped */
  char phone[CG_PHONE_MAX];
  cg_login_settings settings;
  int tries;
  cg_err (*next)(struct chain *x, cg_fault *fault); /* once another login is given up */
  const char *token;                                /* of a bot; in the arena */
  int64_t except[CG_LOGIN_EXCEPT_MAX];
  size_t except_count;
} chain;

static chain *new_chain(cg_client *c, cg_answer *answer, void *ctx, cg_fault *fault) {
  chain *x = cg_alloc(sizeof *x);
  if (x)
    *x = (chain){ .client = c, .answer = answer, .ctx = ctx };
  else
    cg_fail(fault, CG_E_MEMORY, "out of memory");
  return x;
}

static void free_chain(chain *x) {
  cg_arena_free(x->arena);
  cg_free(x);
}

static void end(chain *x, cg_err err, const cg_result *result) {
  x->answer(x->ctx, err, result);
  free_chain(x);
}

static void end_fault(chain *x, const cg_fault *fault) {
  cg_result result = { .fault = *fault };
  if (fault->err == CG_E_CLOSED)
    result.error = (cg_rpc_error){ 500, -1, 0, "Request aborted" };
  end(x, fault->err, &result);
}

/* --- another login that is pending ------------------------------------------- */

/* The other login is over, whatever the server said; but it may be through. */
static void on_given_up(void *ctx, cg_err err, const cg_result *result) {
  chain *x = ctx;
  cg_fault fault;
  if (err == CG_E_CLOSED) {
    end(x, err, result);
    return;
  }
  cg_client_forget_login(x->client);
  if (x->next(x, &fault)) end_fault(x, &fault);
}

/* Gives the pending login up, if there is one, and goes on with x->next. */
static cg_err give_up_first(chain *x, bool pending, cg_fault *fault) {
  const tl_obj *cancel = NULL;
  if (pending) {
    cg_err err = cg_client_ask_cancel(x->client, &cancel, fault);
    if (err) return err;
    if (!cancel) cg_client_forget_login(x->client);
  }
  return cancel ? cg_client_send(x->client, cancel, CG_CLIENT_CANCEL_LIMIT, on_given_up,
                                 x, fault)
                : x->next(x, fault);
}

/* --- start ------------------------------------------------------------------- */

static void on_started(void *ctx, cg_err err, const cg_result *result);

static cg_err send_code(chain *x, cg_fault *fault) {
  const tl_obj *request;
  x->tries++;
  cg_err err = cg_client_ask_start(x->client, x->phone, &x->settings, &request, fault);
  return err ? err : cg_send(x->client, request, on_started, x, NULL, fault);
}

static void on_started(void *ctx, cg_err err, const cg_result *result) {
  chain *x = ctx;
  cg_fault fault;
  bool again =
      !err && cg_client_is_restart(&result->error) && x->tries < CG_CLIENT_RESTARTS;
  if (!again)
    end(x, err, result);
  else if (send_code(x, &fault))
    end_fault(x, &fault);
}

static cg_err keep_settings(chain *x, const cg_login_settings *settings) {
  if (!settings) return CG_OK;
  x->settings = *settings;
  if (!settings->token) return CG_OK;
  x->arena = cg_arena_new(0);
  if (!x->arena) return CG_E_MEMORY;
  x->settings.token =
      (const char *)cg_arena_copy(x->arena, cg_bytes_of(settings->token)).at;
  return x->settings.token ? CG_OK : CG_E_MEMORY;
}

cg_err cg_login_start_send(cg_client *c, const char *phone,
                           const cg_login_settings *settings, cg_answer *answer,
                           void *ctx, cg_fault *fault) {
  char digits[CG_PHONE_MAX];
  cg_err err = cg_phone_normalise(phone, digits, fault);
  if (!err)
    err = cg_login_may(cg_client_login(c), CG_LOGIN_DO_START, digits, cg_client_now_s(c),
                       fault);
  chain *x = err ? NULL : new_chain(c, answer, ctx, fault);
  if (!x) return err ? err : CG_E_MEMORY;
  snprintf(x->phone, sizeof x->phone, "%s", digits);
  err = keep_settings(x, settings);
  x->next = send_code;
  err = err ? cg_fail(fault, err, "%s", cg_err_text(err))
            : give_up_first(x, cg_client_waits_for_other(c, digits), fault);
  if (err) free_chain(x);
  return err;
}

/* --- other ways in ------------------------------------------------------------- */

static void on_entered(void *ctx, cg_err err, const cg_result *result) {
  end(ctx, err, result);
}

static cg_err export_token(chain *x, cg_fault *fault) {
  const tl_obj *request;
  cg_err err = cg_client_ask_qr(x->client, x->except, x->except_count, &request, fault);
  return err ? err : cg_send(x->client, request, on_entered, x, NULL, fault);
}

cg_err cg_login_qr_send(cg_client *c, const int64_t *except_ids, size_t except_count,
                        cg_answer *answer, void *ctx, cg_fault *fault) {
  const cg_login *l = cg_client_login(c);
  bool shown = l->state == CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION;
  cg_err err = cg_login_may(l, CG_LOGIN_DO_QR, NULL, cg_client_now_s(c), fault);
  chain *x = err ? NULL : new_chain(c, answer, ctx, fault);
  if (!x) return err ? err : CG_E_MEMORY;
  for (size_t i = 0; i < except_count && i < CG_LOGIN_EXCEPT_MAX; i++)
    x->except[x->except_count++] = except_ids[i];
  x->next = export_token;
  err = give_up_first(x, cg_login_is_pending(l) && !shown, fault);
  if (err) free_chain(x);
  return err;
}

static cg_err import_bot(chain *x, cg_fault *fault) {
  const tl_obj *request;
  cg_err err = cg_client_ask_bot(x->client, x->token, &request, fault);
  if (!err) err = cg_send(x->client, request, on_entered, x, NULL, fault);
  cg_arena_reset(x->client->step); /* it holds the token */
  return err;
}

static cg_err keep_token(chain *x, const char *token, cg_fault *fault) {
  x->arena = cg_arena_new(0);
  x->token =
      x->arena ? (const char *)cg_arena_copy(x->arena, cg_bytes_of(token)).at : NULL;
  return x->token ? CG_OK : cg_fail(fault, CG_E_MEMORY, "out of memory");
}

cg_err cg_login_bot_send(cg_client *c, const char *token, cg_answer *answer, void *ctx,
                         cg_fault *fault) {
  const tl_obj *ignored;
  cg_err err = cg_client_ask_bot(c, token, &ignored, fault);
  chain *x = err ? NULL : new_chain(c, answer, ctx, fault);
  if (!x) return err ? err : CG_E_MEMORY;
  x->next = import_bot;
  err = keep_token(x, token, fault);
  if (!err) err = give_up_first(x, cg_login_is_pending(&c->data.login), fault);
  if (err) free_chain(x);
  return err;
}

/* --- cancel ------------------------------------------------------------------ */

static void on_cancelled(void *ctx, cg_err err, const cg_result *result) {
  chain *x = ctx;
  if (err != CG_E_CLOSED) cg_client_forget_login(x->client);
  end(x, err, result);
}

cg_err cg_login_cancel_send(cg_client *c, cg_answer *answer, void *ctx, cg_fault *fault) {
  const tl_obj *request;
  cg_err err = cg_client_ask_cancel(c, &request, fault);
  if (err) return err;
  if (!request) { /* nothing that the server would have to know */
    cg_result none = { 0 };
    cg_client_forget_login(c);
    answer(ctx, CG_OK, &none);
    return CG_OK;
  }
  chain *x = new_chain(c, answer, ctx, fault);
  if (!x) return CG_E_MEMORY;
  err = cg_client_send(c, request, CG_CLIENT_CANCEL_LIMIT, on_cancelled, x, fault);
  if (err) free_chain(x);
  return err;
}

/* --- the other steps --------------------------------------------------------- */

cg_err cg_login_sign_up_send(cg_client *c, const char *first_name, const char *last_name,
                             bool accept_terms, cg_answer *answer, void *ctx,
                             cg_fault *fault) {
  const tl_obj *request;
  cg_err err =
      cg_client_ask_sign_up(c, first_name, last_name, accept_terms, &request, fault);
  return err ? err : cg_send(c, request, answer, ctx, NULL, fault);
}
