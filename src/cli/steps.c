/* SPDX-License-Identifier: MIT */
/* steps.c - the subcommands that are one step of a login: resend, cancel, logout. */
#include "commands.h"
#include "session.h"

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
