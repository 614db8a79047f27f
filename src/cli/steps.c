/* SPDX-License-Identifier: MIT */
/*
 * steps.c - the subcommands that are one step of a login: resend, cancel, logout,
 * reset-auth.
 */
#include "commands.h"
#include "session.h"

#include <stdio.h>

typedef cg_err step(cg_client *client, cg_arena *arena, cg_result *result);

static int run_step(const char *name, int argc, char **argv, step *take) {
  cg_cli cli = { .command = name };
  cg_cli_parse(&cli, argc, argv, NULL);
  cg_cli_count(&cli, 0, 0);
  cg_cli_session s;
  int status = cg_cli_open(&s, &cli);
  if (!status) {
    cg_result result = { 0 };
    cg_err err = take(s.client, s.arena, &result);
    status = cg_cli_answer(&s, err, &result);
  }
  cg_cli_close(&s);
  return status;
}

static cg_err resend(cg_client *client, cg_arena *arena, cg_result *result) {
  return cg_login_resend(client, NULL, false, arena, result);
}

int cg_run_resend(int argc, char **argv) {
  return run_step("resend", argc, argv, resend);
}

int cg_run_cancel(int argc, char **argv) {
  return run_step("cancel", argc, argv, cg_login_cancel);
}

int cg_run_logout(int argc, char **argv) {
  return run_step("logout", argc, argv, cg_login_log_out);
}

/* By force the answer is TDLib's error, and the thing is done: status 0. */
static int print_forced(const cg_cli_session *s, cg_err err, const cg_result *result) {
  if (err || result->error.code != 401) return cg_cli_outcome(s, err, result);
  cg_cli_print_error(stdout, &result->error);
  return CG_EXIT_OK;
}

static int print_soft(const cg_cli_session *s, cg_err err, const cg_result *result) {
  int status = cg_cli_outcome(s, err, result);
  if (!status)
    printf("{\"_\":\"%s\"}\n", cg_login_state_old_name(CG_LOGIN_LOGGING_OUT));
  return status;
}

int cg_run_reset_auth(int argc, char **argv) {
  bool force = false;
  const cg_cli_option own[] = { { "force", CG_OPT_FLAG, &force },
                                { NULL, CG_OPT_FLAG, NULL } };
  cg_cli cli = { .command = "reset-auth" };
  cg_cli_parse(&cli, argc, argv, own);
  cg_cli_count(&cli, 0, 0);
  cg_cli_session s;
  int status = cg_cli_open(&s, &cli);
  if (!status) {
    cg_result result = { 0 };
    cg_err err = cg_reset_auth(s.client, force, s.arena, &result);
    status = force ? print_forced(&s, err, &result) : print_soft(&s, err, &result);
  }
  cg_cli_close(&s);
  return status;
}
