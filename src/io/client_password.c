/* SPDX-License-Identifier: MIT */
/*
 * client_password.c - the steps of centigram/login.h that are made from what
 * account.getPassword has just said, waiting and on the loop: each asks, answers, and
 * does both once more if the offer was used up meanwhile (protocol.md 301).
 */
#include "client_driver.h"

#include "login_password.h"
#include "login_request.h"
#include "mem.h"

enum { TRIES = 2 };

typedef struct {
  cg_client *client;
  cg_login_action action; /* PASSWORD, SET_PASSWORD or RECOVER */
  const char *text;       /* the password; the present one, may be NULL; the code */
  const cg_password_new *change; /* NULL: none */
  int tries;
  /* on the loop */
  cg_answer *answer;
  void *ctx;
  cg_arena *arena; /* of the texts; wiped */
  cg_password_new kept;
} job;

/* --- requests ------------------------------------------------------------------ */

static cg_err may(const job *j, cg_fault *fault) {
  const cg_login *l = cg_client_login(j->client);
  cg_err err = cg_login_may(l, j->action, NULL, cg_client_now_s(j->client), fault);
  if (!err && j->change) err = cg_login_check_new(j->change, fault);
  if (err || j->action == CG_LOGIN_DO_SET_PASSWORD || j->text[0]) return err;
  return cg_fail(fault, CG_E_REFUSED, "the %s is empty",
                 j->action == CG_LOGIN_DO_PASSWORD ? "password" : "code");
}

static cg_err make(const job *j, const tl_obj *told, const tl_obj **request,
                   cg_fault *fault) {
  cg_arena *arena = cg_client_scratch(j->client);
  const cg_rng *rng = &j->client->rng;
  switch (j->action) {
  case CG_LOGIN_DO_PASSWORD:
    return cg_login_ask_password(told, j->text, rng, arena, request, fault);
  case CG_LOGIN_DO_SET_PASSWORD:
    return cg_login_ask_set_password(told, j->text, j->change, rng, arena, request,
                                     fault);
  default:
    return cg_login_ask_recover(told, j->text, j->change, rng, arena, request, fault);
  }
}

/* A password that is only removed by its recovery needs nothing to be asked. */
static bool needs_telling(const job *j) {
  return j->action != CG_LOGIN_DO_RECOVER || j->change;
}

static cg_err ask_telling(const job *j, const tl_obj **request, cg_fault *fault) {
  cg_err err = cg_login_ask_get_password(cg_client_scratch(j->client), request);
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}

/* --- waiting --------------------------------------------------------------------- */

/* What the server tells, in `arena`; its error is in the result. */
static cg_err tell(const job *j, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  if (!needs_telling(j)) return CG_OK;
  cg_err err = ask_telling(j, &request, &result->fault);
  return err ? err : cg_call(j->client, request, arena, result);
}

static cg_err try(job *j, cg_arena *told, cg_arena *arena, cg_result *result) {
  const tl_obj *request;
  cg_err err = tell(j, told, result);
  if (!err && result->error.code) return CG_OK;
  if (!err) err = make(j, result->object, &request, &result->fault);
  result->object = NULL;
  return err ? err : cg_call(j->client, request, arena, result);
}

static cg_err run(job *j, cg_arena *arena, cg_result *result) {
  cg_client_hold(j->client);
  cg_err err = cg_client_settle(j->client, result);
  if (!err) err = may(j, &result->fault);
  cg_arena *told = err ? NULL : cg_arena_new(0);
  if (!err && !told) err = cg_fail(&result->fault, CG_E_MEMORY, "out of memory");
  for (; !err && j->tries < TRIES; j->tries++) {
    err = try(j, told, arena, result);
    if (!cg_login_is_stale(&result->error)) break;
  }
  cg_arena_free(told);
  cg_arena_reset(j->client->step); /* it holds a proof, or a new password */
  cg_client_release(j->client);
  return err;
}

/* --- on the loop --------------------------------------------------------------- */

static void end(job *j, cg_err err, const cg_result *result) {
  j->answer(j->ctx, err, result);
  cg_arena_free(j->arena);
  cg_free(j);
}

static void end_fault(job *j, const cg_fault *fault) {
  cg_result result = { .fault = *fault };
  end(j, fault->err, &result);
}

static cg_err begin(job *j, cg_fault *fault);

static void on_done(void *ctx, cg_err err, const cg_result *result) {
  job *j = ctx;
  cg_fault fault;
  if (err || !cg_login_is_stale(&result->error) || ++j->tries == TRIES)
    end(j, err, result);
  else if (begin(j, &fault))
    end_fault(j, &fault);
}

static cg_err go_on(job *j, const tl_obj *told, cg_fault *fault) {
  const tl_obj *request;
  cg_err err = make(j, told, &request, fault);
  if (!err) err = cg_send(j->client, request, on_done, j, NULL, fault);
  cg_arena_reset(j->client->step);
  return err;
}

static void on_told(void *ctx, cg_err err, const cg_result *result) {
  job *j = ctx;
  cg_fault fault;
  if (err || result->error.code)
    end(j, err, result);
  else if (go_on(j, result->object, &fault))
    end_fault(j, &fault);
}

static cg_err begin(job *j, cg_fault *fault) {
  const tl_obj *request;
  if (!needs_telling(j)) return go_on(j, NULL, fault);
  cg_err err = ask_telling(j, &request, fault);
  return err ? err : cg_send(j->client, request, on_told, j, NULL, fault);
}

/* A copy of `text` in the job's arena; false when memory is out. */
static bool copy(const job *j, const char **text) {
  if (*text) *text = (const char *)cg_arena_copy(j->arena, cg_bytes_of(*text)).at;
  return *text != NULL;
}

static bool keep(job *j) {
  j->arena = cg_arena_new(0);
  bool good = j->arena && (!j->text || copy(j, &j->text));
  if (!good || !j->change) return good;
  j->kept = *j->change;
  j->change = &j->kept;
  return (!j->kept.password || copy(j, &j->kept.password)) &&
         (!j->kept.hint || copy(j, &j->kept.hint)) &&
         (!j->kept.email || copy(j, &j->kept.email));
}

static cg_err start(const job *from, cg_fault *fault) {
  cg_err err = may(from, fault);
  job *j = err ? NULL : cg_alloc(sizeof *j);
  if (j) *j = *from;
  if (!err && (!j || !keep(j))) err = cg_fail(fault, CG_E_MEMORY, "out of memory");
  if (!err) err = begin(j, fault);
  if (err && j) {
    cg_arena_free(j->arena);
    cg_free(j);
  }
  return err;
}

/* --- the steps ------------------------------------------------------------------ */

cg_err cg_login_password(cg_client *c, const char *password, cg_arena *arena,
                         cg_result *result) {
  job j = { .client = c, .action = CG_LOGIN_DO_PASSWORD, .text = password };
  return run(&j, arena, result);
}

cg_err cg_login_password_send(cg_client *c, const char *password, cg_answer *answer,
                              void *ctx, cg_fault *fault) {
  job j = { .client = c,
            .action = CG_LOGIN_DO_PASSWORD,
            .text = password,
            .answer = answer,
            .ctx = ctx };
  return start(&j, fault);
}

cg_err cg_login_recover(cg_client *c, const char *code, const cg_password_new *change,
                        cg_arena *arena, cg_result *result) {
  job j = { .client = c, .action = CG_LOGIN_DO_RECOVER, .text = code, .change = change };
  return run(&j, arena, result);
}

cg_err cg_login_recover_send(cg_client *c, const char *code,
                             const cg_password_new *change, cg_answer *answer, void *ctx,
                             cg_fault *fault) {
  job j = { .client = c,
            .action = CG_LOGIN_DO_RECOVER,
            .text = code,
            .change = change,
            .answer = answer,
            .ctx = ctx };
  return start(&j, fault);
}

cg_err cg_password_set(cg_client *c, const char *current, const cg_password_new *change,
                       cg_arena *arena, cg_result *result) {
  job j = {
    .client = c, .action = CG_LOGIN_DO_SET_PASSWORD, .text = current, .change = change
  };
  return run(&j, arena, result);
}

cg_err cg_password_set_send(cg_client *c, const char *current,
                            const cg_password_new *change, cg_answer *answer, void *ctx,
                            cg_fault *fault) {
  job j = { .client = c,
            .action = CG_LOGIN_DO_SET_PASSWORD,
            .text = current,
            .change = change,
            .answer = answer,
            .ctx = ctx };
  return start(&j, fault);
}
