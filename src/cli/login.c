/* SPDX-License-Identifier: MIT */
/*
 * login.c - `centigram login`: goes from wherever the session file stands to a
 * logged-in session, asking a person, a command or the options for what is missing.
 *
 * Without a terminal nothing is asked twice: a wrong code ends with status 3.
 */
#include "commands.h"
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

typedef struct {
  cg_cli_session s;
  const char *phone, *code, *code_command, *first_name, *last_name;
  char *typed; /* the code that came on standard input */
  bool accept_terms, fresh;
  bool asks;    /* a person sits at the terminal and the options leave the code open */
  bool resumed; /* the login that is under way was begun by an earlier process */
} login;

/* Set by SIGINT: only the interactive login gives its code up then. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal) {
  (void)signal;
  interrupted = 1;
}

static bool said(const cg_result *r, const char *text) {
  return r->error.code && !strcmp(r->error.text, text);
}

static void tell(const login *l, const cg_login_info *info) {
  if (l->s.cli->global.quiet) return;
  fprintf(stderr, "A code of %d digits was sent to +%s by %s.", info->length, info->phone,
          info->type);
  if (*info->next_type) fprintf(stderr, " Next: %s", info->next_type);
  if (*info->next_type && info->resend_in > 0) fprintf(stderr, " in %d s", info->resend_in);
  fputs(*info->next_type ? ".\n" : "\n", stderr);
}

/* Output of the code command up to its first newline; NULL if there is none. */
static char *run_command(const char *command) {
  FILE *p = popen(command, "re");
  if (!p) return NULL;
  char *line = NULL;
  size_t cap = 0;
  ssize_t len = getline(&line, &cap, p);
  int status = pclose(p);
  if (len > 0) line[strcspn(line, "\r\n")] = '\0';
  if (len > 0 && *line && !status) return line;
  free(line);
  return NULL;
}

static char *ask(const char *question) {
  fputs(question, stderr);
  char *line = cg_cli_read_line();
  if (interrupted) fputc('\n', stderr);
  return line;
}

/* The code from wherever the options say, or NULL after saying why there is none. */
static char *get_code(login *l) {
  char *code;
  if (l->code && strcmp(l->code, "-")) return cg_cli_text("%s", l->code);
  if (l->typed) return cg_cli_text("%s", l->typed);
  if (l->code_command) {
    code = run_command(l->code_command);
    if (!code) cg_cli_fail(CG_EXIT_LOCAL, "login: the code command gave no code");
    return code;
  }
  code = l->asks ? ask("Code (or: resend, cancel): ") : cg_cli_read_line();
  if (!code && !interrupted) cg_cli_fail(CG_EXIT_LOCAL, "login: no code on standard input");
  if (code && !l->asks) l->typed = cg_cli_text("%s", code);
  return code;
}

static int give_up(const login *l) {
  cg_result result = { 0 };
  cg_err err = cg_login_cancel(l->s.client, l->s.arena, &result);
  bool told = !err && !result.error.code;
  return cg_cli_fail(CG_EXIT_LOCAL, "login: the code was %s",
                     told ? "cancelled" : "given up here; the server could not be told");
}

static int start(login *l, const char *phone) {
  cg_login_settings settings = { .fresh = l->fresh };
  cg_result result = { 0 };
  cg_err err = cg_login_start(l->s.client, phone, &settings, l->s.arena, &result);
  l->resumed = false;
  return cg_cli_outcome(&l->s, err, &result);
}

static int resend(const login *l) {
  cg_result result = { 0 };
  cg_err err = cg_login_resend(l->s.client, NULL, false, l->s.arena, &result);
  cg_cli_outcome(&l->s, err, &result); /* said why; the old code still counts */
  return CG_EXIT_OK;
}

static int send_code(login *l, const cg_login_info *info, const char *code) {
  cg_result result = { 0 };
  cg_err err = cg_login_code(l->s.client, code, l->s.arena, &result);
  if (!err && said(&result, "PHONE_CODE_EXPIRED") && l->resumed) {
    fprintf(stderr, "The code that was pending has expired; a new one is asked for.\n");
    return start(l, info->phone);
  }
  int status = cg_cli_outcome(&l->s, err, &result);
  bool again = err == CG_E_REFUSED || said(&result, "PHONE_CODE_INVALID");
  return l->asks && again ? CG_EXIT_OK : status;
}

static int step_code(login *l, const cg_login_info *info) {
  tell(l, info);
  char *code = get_code(l);
  if (!code) return interrupted ? give_up(l) : CG_EXIT_LOCAL;
  int status;
  if (l->asks && !strcasecmp(code, "resend")) status = resend(l);
  else if (l->asks && !strcasecmp(code, "cancel")) status = give_up(l);
  else status = send_code(l, info, code);
  explicit_bzero(code, strlen(code));
  free(code);
  return status;
}

/* Shows the terms; true if the options or a person agree to them. */
static bool terms_accepted(const login *l) {
  cg_login_terms terms;
  if (cg_login_get_terms(l->s.client, l->s.arena, &terms)) return true; /* there are none */
  fprintf(stderr, "Terms of service:\n%s\n", terms.text);
  if (terms.min_age > 0) fprintf(stderr, "Minimum age: %d\n", terms.min_age);
  if (l->accept_terms) return true;
  char *answer = l->asks ? ask("Accept them? (yes/no) ") : NULL;
  bool yes = answer && !strcasecmp(answer, "yes");
  free(answer);
  return yes;
}

static int step_sign_up(const login *l) {
  bool accepted = terms_accepted(l);
  if (interrupted) return give_up(l);
  if (!accepted)
    return cg_cli_fail(CG_EXIT_LOCAL, "login: this number has no account yet; to make one, "
                                      "accept the terms%s",
                       l->asks ? "" : " with --accept-terms");
  char *first = l->first_name ? cg_cli_text("%s", l->first_name)
                : l->asks     ? ask("First name: ")
                              : NULL;
  if (interrupted) return give_up(l);
  if (!first || !*first)
    return cg_cli_fail(CG_EXIT_LOCAL, "login: a new account needs --first-name");
  cg_result result = { 0 };
  cg_err err = cg_login_sign_up(l->s.client, first, l->last_name ? l->last_name : "", true,
                                l->s.arena, &result);
  free(first);
  return cg_cli_outcome(&l->s, err, &result);
}

/* Takes steps until the session is logged in or something ends it. */
static int go_on(login *l) {
  for (;;) {
    cg_login_info info;
    cg_login_get(l->s.client, &info);
    int status;
    switch (info.state) {
    case CG_LOGIN_WAIT_CODE: status = step_code(l, &info); break;
    case CG_LOGIN_WAIT_REGISTRATION: status = step_sign_up(l); break;
    case CG_LOGIN_READY: return cg_cli_print_self(&l->s);
    case CG_LOGIN_WAIT_PASSWORD:
      return cg_cli_fail(CG_EXIT_LOCAL, "login: the account has a password, which this "
                                        "version cannot check");
    default:
      return cg_cli_fail(CG_EXIT_LOCAL, "login: stopped in %s",
                         cg_login_state_name(info.state));
    }
    if (status) return status;
  }
}

/* Whether the pending login of the session file is the one that is asked for. */
static bool pending(const login *l, const cg_login_info *info, const char *phone) {
  bool waits = info->state == CG_LOGIN_WAIT_CODE || info->state == CG_LOGIN_WAIT_PASSWORD ||
               info->state == CG_LOGIN_WAIT_REGISTRATION;
  return waits && (!l->phone || !strcmp(info->phone, phone));
}

static int run(login *l) {
  cg_login_info info;
  char phone[CG_PHONE_MAX] = "";
  cg_fault fault = { 0 };
  if (l->phone && cg_phone_normalise(l->phone, phone, &fault))
    return cg_cli_fail(CG_EXIT_USAGE, "login: %s", fault.text);
  cg_login_get(l->s.client, &info);
  if (info.state == CG_LOGIN_READY && l->phone && *info.phone && strcmp(info.phone, phone))
    return cg_cli_fail(CG_EXIT_LOCAL, "login: the session is logged in with another number; "
                                      "log it out first");
  l->resumed = pending(l, &info, phone);
  if (info.state != CG_LOGIN_READY && !l->resumed) {
    if (!l->phone)
      return cg_cli_fail(CG_EXIT_USAGE, "login: no login is pending: give a phone number");
    int status = start(l, phone);
    if (status) return status;
  }
  return go_on(l);
}

int cg_run_login(int argc, char **argv) {
  login l = { 0 };
  const cg_cli_option own[] = {
    { "code", CG_OPT_TEXT, &l.code },
    { "code-command", CG_OPT_TEXT, &l.code_command },
    { "first-name", CG_OPT_TEXT, &l.first_name },
    { "last-name", CG_OPT_TEXT, &l.last_name },
    { "accept-terms", CG_OPT_FLAG, &l.accept_terms },
    { "fresh", CG_OPT_FLAG, &l.fresh },
    { NULL, CG_OPT_FLAG, NULL } };
  cg_cli cli = { .command = "login" };
  cg_cli_parse(&cli, argc, argv, own);
  cg_cli_count(&cli, 0, 1);
  l.phone = cli.args[0];
  l.asks = !l.code && !l.code_command && isatty(STDIN_FILENO);
  int status = cg_cli_open(&l.s, &cli);
  if (!status && !l.s.dc->is_local && l.code && strcmp(l.code, "-"))
    status = cg_cli_fail(CG_EXIT_USAGE, "login: with this server a code may not stand in the "
                                        "command line; use --code -");
  if (l.asks) sigaction(SIGINT, &(struct sigaction){ .sa_handler = on_interrupt }, NULL);
  if (!status) status = run(&l);
  cg_cli_close(&l.s);
  if (l.typed) explicit_bzero(l.typed, strlen(l.typed));
  free(l.typed);
  return status;
}
