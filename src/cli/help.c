/* SPDX-License-Identifier: MIT */
/* help.c - `centigram help`: the commands, one command, or a name of the API. */
#include "commands.h"
#include "cli.h"

#include <centigram/server.h>

#include <stdio.h>
#include <string.h>

enum { WIDTH = 90 };

static const char globals[] =
  "everywhere: --dc FILE|production|test|local  --session FILE  --api-id N  --api-hash H\n"
  "            --passphrase-file FILE|-  --json  --quiet  --verbose\n"
  "            (or CENTIGRAM_DC, CENTIGRAM_SESSION, CENTIGRAM_API_ID, CENTIGRAM_API_HASH,\n"
  "            CENTIGRAM_PASSPHRASE)\n"
  "exit status: 0 done, 1 local failure, 2 wrong usage, 3 the server answered an error\n"
  "Never type a login code into a Telegram chat: the server then makes it void.\n";

/* What the options of a command mean, where the usage does not say it. */
static const struct { const char *command, *text; } options[] = {
  { "serve",
    "  --data DIR        holds key, store and dc.json ($XDG_DATA_HOME/centigram/server)\n"
    "  --listen          the MTProto port (127.0.0.1:4430); port 0 takes a free one\n"
    "  --inbox           the HTTP port that shows codes and accounts (127.0.0.1:4480).\n"
    "                    In profile private, and on an address that others reach, it asks\n"
    "                    for `Authorization: Bearer TOKEN`, the inbox_token of dc.json\n"
    "  --dc-id, --dcs    the id of the first data centre (2), and how many there are (1)\n"
    "  --profile         test: numbers +99966XYYYY have fixed codes, on this machine only;\n"
    "                    private: random codes, limits, accounts made by `user add`\n"
    "  --store           sqlite:FILE (centigram.db in DIR)\n"
    "  --schema FILE.tl  TL definitions that the server lacks, as of a newer layer\n"
    "  --clock virtual   POST /clock of the inbox moves the time of codes and limits\n"
    "  --json            print dc.json on one line, in the place of addresses and `ready`\n"
    "  -- CMD            run it with CENTIGRAM_DC set, and end with its status\n"
    "  --set NAME=VALUE  one of these, here with its default:\n" },
  { "login",
    "  --code CODE|-     the code, or - for standard input\n"
    "  --code-command    a command that prints the code, as `centigram code --phone PHONE`\n"
    "  --first-name, --last-name  of a number that has no account yet\n"
    "  --accept-terms    agrees to the terms of service; without it a sign-up ends there,\n"
    "                    with status 1, and shows them\n"
    "  --fresh           sends no tokens of earlier log-outs along\n" },
  { "http",
    "  --listen          127.0.0.1:4490; another machine's requests need --password\n"
    "  --data DIR        holds accounts and token hashes ($XDG_DATA_HOME/centigram/gateway)\n"
    "  --password        what each request then has to show, - for standard input\n" },
};

void cg_cli_overview(FILE *to) {
  fputs("usage: centigram COMMAND ...\n\n", to);
  for (const cg_cli_command *c = cg_cli_commands; c->name; c++)
    fprintf(to, "  %-10s %s\n", c->name, c->about);
  fprintf(to, "\n%s", globals);
}

/* Prints words in lines of their own, six columns in. */
static void print_wrapped(const char *text) {
  int at = 0;
  for (size_t len; *text; text += len + (text[len] == ' ')) {
    len = strcspn(text, " ");
    if (at + 1 + (int)len > WIDTH) {
      putchar('\n');
      at = 0;
    }
    at += printf("%*s%.*s", at ? 1 : 6, "", (int)len, text);
  }
  putchar('\n');
}

static void print_settings(void) {
  cg_server_setting s;
  for (size_t i = 0; cg_server_setting_at(i, &s); i++) {
    printf("    %s=%s", s.name, s.test);
    if (strcmp(s.test, s.strict)) printf(" (private: %s)", s.strict);
    printf("  [%s]\n", s.takes);
    print_wrapped(s.about);
  }
}

static int help_command(const cg_cli_command *c) {
  printf("usage: centigram %s\n\n%s.\n\n", c->usage, c->about);
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    if (strcmp(options[i].command, c->name)) continue;
    fputs(options[i].text, stdout);
    if (c->run == cg_run_serve) print_settings();
    putchar('\n');
  }
  fputs(globals, stdout);
  return CG_EXIT_OK;
}

int cg_run_help(int argc, char **argv) {
  bool names = false;
  const cg_cli_option own[] = { { "names", CG_OPT_FLAG, &names },
                                { NULL, CG_OPT_FLAG, NULL } };
  cg_cli cli = { .command = "help" };
  cg_cli_parse(&cli, argc, argv, own);
  cg_cli_count(&cli, 0, names ? 0 : 1);
  if (names) return cg_run_help_name(NULL);
  if (!cli.count) {
    cg_cli_overview(stdout);
    return CG_EXIT_OK;
  }
  const cg_cli_command *c = cg_cli_find(cli.args[0]);
  return c ? help_command(c) : cg_run_help_name(cli.args[0]);
}
