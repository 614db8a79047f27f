/* SPDX-License-Identifier: MIT */
/* options.c - the command line, taken apart; see cli.h. */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void usage(const cg_cli *cli, const char *what, const char *which) {
  cg_cli_fail(CG_EXIT_USAGE, "%s: %s %s (see: centigram help %s)", cli->command, what, which,
              cli->command);
  exit(CG_EXIT_USAGE);
}

static const cg_cli_option *find(const cg_cli_option *table, const char *name, size_t len) {
  for (; table->name; table++)
    if (strlen(table->name) == len && !strncmp(table->name, name, len)) return table;
  return NULL;
}

static void set_int(const cg_cli *cli, const cg_cli_option *o, const char *value) {
  char *end;
  errno = 0;
  long v = strtol(value, &end, 10);
  if (errno || end == value || *end || v < INT32_MIN || v > INT32_MAX)
    usage(cli, "a number is wanted behind", cg_cli_text("--%s", o->name));
  *(int32_t *)o->to = (int32_t)v;
}

static void append(cg_cli_list *list, const char *value) {
  const char **at = realloc(list->at, ((size_t)list->len + 2) * sizeof *at);
  if (!at) abort();
  list->at = at;
  at[list->len++] = value;
  at[list->len] = NULL;
}

static void set(const cg_cli *cli, const cg_cli_option *o, const char *value) {
  switch (o->kind) {
  case CG_OPT_FLAG: *(bool *)o->to = true; break;
  case CG_OPT_TEXT: *(const char **)o->to = value; break;
  case CG_OPT_INT: set_int(cli, o, value); break;
  case CG_OPT_LIST: append(o->to, value); break;
  }
}

/* Takes the option at argv[i]; returns the index of its last word. */
static int take_option(const cg_cli *cli, const cg_cli_option *global,
                       const cg_cli_option *own, int argc, char **argv, int i) {
  const char *name = argv[i] + 2, *value = strchr(name, '=');
  size_t len = value ? (size_t)(value - name) : strlen(name);
  const cg_cli_option *o = find(own, name, len);
  if (!o) o = find(global, name, len);
  if (!o) usage(cli, "unknown option", argv[i]);
  if (o->kind == CG_OPT_FLAG) {
    if (value) usage(cli, "no value is wanted:", argv[i]);
    set(cli, o, NULL);
    return i;
  }
  if (!value && i + 1 == argc) usage(cli, "a value is missing behind", argv[i]);
  set(cli, o, value ? value + 1 : argv[i + 1]);
  return value ? i : i + 1;
}

void cg_cli_parse(cg_cli *cli, int argc, char **argv, const cg_cli_option *own) {
  cg_cli_globals *g = &cli->global;
  const cg_cli_option global[] = {
    { "dc", CG_OPT_TEXT, &g->dc },           { "session", CG_OPT_TEXT, &g->session },
    { "api-id", CG_OPT_INT, &g->api_id },    { "api-hash", CG_OPT_TEXT, &g->api_hash },
    { "passphrase-file", CG_OPT_TEXT, &g->passphrase_file },
    { "json", CG_OPT_FLAG, &g->json },       { "quiet", CG_OPT_FLAG, &g->quiet },
    { "verbose", CG_OPT_FLAG, &g->verbose }, { NULL, CG_OPT_FLAG, NULL } };
  static const cg_cli_option none[] = { { NULL, CG_OPT_FLAG, NULL } };
  cli->args = argv + 1; /* where the words that are no options are moved together */
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--")) {
      cli->rest = argv + i + 1;
      break;
    }
    if (!strncmp(argv[i], "--", 2)) i = take_option(cli, global, own ? own : none, argc, argv, i);
    else cli->args[cli->count++] = argv[i];
  }
  cli->args[cli->count] = NULL;
}

void cg_cli_count(const cg_cli *cli, int min, int max) {
  if (cli->count < min) usage(cli, "an argument is missing behind", cli->command);
  if (cli->count > max) usage(cli, "unexpected argument", cli->args[max]);
}
