/* SPDX-License-Identifier: MIT */
/*
 * client_steps.c - the login steps of centigram/login.h on the loop. A step of one call
 * is that call; what takes several (a number that changes, a start that the server wants
 * anew, a login that is given up) is a chain that keeps what it needs.
 */
#include "client_driver.h"

#include "mem.h"

#include <stdio.h>

typedef struct {
  cg_client *client;
  cg_answer *answer;
  void *ctx;
  cg_arena *arena; /* of `token` */
  char phone[CG_PHONE_MAX];
  cg_login_settings settings;
  int tries;
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

/* The other number's login is over, whatever the server said. */
static void on_other_cancelled(void *ctx, cg_err err, const cg_result *result) {
  chain *x = ctx;
  cg_fault fault;
  if (err == CG_E_CLOSED) {
    end(x, err, result);
    return;
  }
  cg_client_forget_login(x->client);
  if (send_code(x, &fault)) end_fault(x, &fault);
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

static cg_err begin(chain *x, cg_fault *fault) {
  const tl_obj *cancel = NULL;
  if (cg_client_waits_for_other(x->client, x->phone)) {
    cg_err err = cg_client_ask_cancel(x->client, &cancel, fault);
    if (err) return err;
    if (!cancel) cg_client_forget_login(x->client);
  }
  return cancel ? cg_client_send(x->client, cancel, CG_CLIENT_CANCEL_LIMIT,
                                 on_other_cancelled, x, fault)
                : send_code(x, fault);
}

cg_err cg_login_start_send(cg_client *c, const char *phone,
                           const cg_login_settings *settings, cg_answer *answer,
                           void *ctx, cg_fault *fault) {
  char digits[CG_PHONE_MAX];
  cg_err err = cg_phone_normalise(phone, digits, fault);
  chain *x = err ? NULL : new_chain(c, answer, ctx, fault);
  if (!x) return err ? err : CG_E_MEMORY;
  snprintf(x->phone, sizeof x->phone, "%s", digits);
  err = keep_settings(x, settings);
  err = err ? cg_fail(fault, err, "%s", cg_err_text(err)) : begin(x, fault);
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

cg_err cg_login_resend_send(cg_client *c, const char *reason, bool force,
                            cg_answer *answer, void *ctx, cg_fault *fault) {
  const tl_obj *request;
  cg_err err = cg_client_ask_resend(c, reason, force, &request, fault);
  return err ? err : cg_send(c, request, answer, ctx, NULL, fault);
}

cg_err cg_login_code_send(cg_client *c, const char *code, cg_answer *answer, void *ctx,
                          cg_fault *fault) {
  const tl_obj *request;
  cg_err err = cg_client_ask_code(c, code, &request, fault);
  if (!err) err = cg_send(c, request, answer, ctx, NULL, fault);
  cg_arena_reset(c->step); /* it holds the code */
  return err;
}

cg_err cg_login_sign_up_send(cg_client *c, const char *first_name, const char *last_name,
                             bool accept_terms, cg_answer *answer, void *ctx,
                             cg_fault *fault) {
  const tl_obj *request;
  cg_err err =
      cg_client_ask_sign_up(c, first_name, last_name, accept_terms, &request, fault);
  return err ? err : cg_send(c, request, answer, ctx, NULL, fault);
}
