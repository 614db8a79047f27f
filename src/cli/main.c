/* SPDX-License-Identifier: MIT */
/* main.c - the command `centigram`: finds the subcommand and runs it. */
#include "cli.h"
#include "commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

const cg_cli_command cg_cli_commands[] = {
  { "serve", cg_run_serve,
    "serve [--data DIR] [--listen HOST:PORT] [--inbox HOST:PORT|off] [--dc-id N] [--dcs N]\n"
    "      [--profile test|private] [--store sqlite:FILE] [--schema FILE.tl]... [--clock virtual]\n"
    "      [--set NAME=VALUE]... [--json] [-- CMD ARGS...]",
    "run a local Telegram server" },
  { "login", cg_run_login,
    "login [PHONE] [--code CODE|-] [--code-command CMD]\n"
    "      [--first-name NAME [--last-name NAME]] [--accept-terms] [--fresh]",
    "log a phone in, or go on with a login that was begun" },
  { "code", cg_run_code, "code --phone PHONE [--wait SECONDS]",
    "print the newest live code of a phone, from the server's inbox" },
  { "resend", cg_run_resend, "resend", "have the code sent by the next medium" },
  { "cancel", cg_run_cancel, "cancel", "cancel the code that is waited for" },
  { "call", cg_run_call, "call METHOD name=text name:=json ...",
    "call any method of the API and print its answer" },
  { "whoami", cg_run_whoami, "whoami", "print the user that the session belongs to" },
  { "logout", cg_run_logout, "logout", "log out" },
  { "reset-auth", cg_run_reset_auth, "reset-auth [--force]",
    "log out and forget everything here; --force: without telling the server" },
  { "http", cg_run_http,
    "http [--listen HOST:PORT] [--data DIR] [--password PASSWORD|-]",
    "run the HTTP gateway: many accounts, a login page, three forms of API" },
  { "session", cg_run_session,
    "session list | show | export --format gramjs|telethon|pyrogram|mtcute|raw |\n"
    "      import STRING|-",
    "the session files; a session as a string for another client: whoever has it is logged in" },
  { "user", cg_run_user,
    "user add PHONE [--first-name NAME] [--last-name NAME] | list | ban PHONE |\n"
    "      set-password PHONE [--password PW|-] [--hint TEXT]",
    "the accounts of the server, through its inbox" },
  { "lua", cg_run_lua, "lua FILE [ARGS...] [-- ARGS...]",
    "run a Lua script with the methods of the API as functions" },
  { "docs", cg_run_docs, "docs OUTDIR", "write the reference of the API as a site" },
  { "help", cg_run_help, "help [COMMAND|METHOD|TYPE|CONSTRUCTOR|ERROR] | help --names",
    "this text, or what is known about a name" },
  { NULL, NULL, NULL, NULL } };

const cg_cli_command *cg_cli_find(const char *name) {
  for (const cg_cli_command *c = cg_cli_commands; c->name; c++)
    if (!strcmp(c->name, name)) return c;
  return NULL;
}

/* Index of the subcommand in argv: the first word that is neither an option nor the
 * value of one of those that may stand before it. 0 if there is none. */
static int command_index(int argc, char **argv) {
  static const char *const valued[] = { "--dc", "--session", "--api-id", "--api-hash",
                                       "--passphrase-file" };
  for (int i = 1; i < argc; i++) {
    if (strncmp(argv[i], "--", 2)) return i;
    bool takes_value = false;
    for (size_t k = 0; k < sizeof valued / sizeof *valued; k++)
      takes_value = takes_value || !strcmp(argv[i], valued[k]);
    if (takes_value) i++;
  }
  return 0;
}

/* Whether `--help` stands among the options of the subcommand. */
static bool wants_help(int argc, char **argv) {
  for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
    if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) return true;
  return false;
}

static int without_command(int argc, char **argv) {
  bool asked = wants_help(argc, argv);
  if (argc > 1 && !asked)
    return cg_cli_fail(CG_EXIT_USAGE, "%s: a command is missing (see: centigram help)",
                       argv[argc - 1]);
  cg_cli_overview(asked ? stdout : stderr);
  return asked ? CG_EXIT_OK : CG_EXIT_USAGE;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  if (argc == 2 && !strcmp(argv[1], "--version")) {
    puts("centigram " CG_VERSION);
    return CG_EXIT_OK;
  }
  int at = command_index(argc, argv);
  if (!at || !strcmp(argv[at], "-h")) return without_command(argc, argv);
  const cg_cli_command *c = cg_cli_find(argv[at]);
  if (!c)
    return cg_cli_fail(CG_EXIT_USAGE, "no command \"%s\" (see: centigram help)", argv[at]);
  if (wants_help(argc - at, argv + at))
    return cg_run_help(2, (char *[]){ argv[0], argv[at], NULL });
  for (int i = at; i > 1; i--) argv[i] = argv[i - 1]; /* options before it stay options */
  return c->run(argc - 1, argv + 1);
}
