/* SPDX-License-Identifier: MIT */
/* call.c - `centigram call METHOD name=text name:=json ...`, and whoami. */
#include "commands.h"
#include "json.h"
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True if `text` is one JSON value. */
static bool is_json(cg_bytes text, cg_fault *fault, const char *word) {
  cg_arena *arena = cg_arena_new(0);
  if (!arena) return !cg_fail(fault, CG_E_MEMORY, "out of memory");
  cg_json j;
  cg_json_init(&j, text, arena);
  cg_json_skip(&j);
  cg_err err = cg_json_end(&j);
  if (err) cg_fail(fault, CG_E_USAGE, "call: %s: not JSON: %s", word, j.why);
  cg_arena_free(arena);
  return !err;
}

static bool is_given_twice(const cg_cli *cli, int at, const char *word, size_t len) {
  for (int i = 1; i < at; i++)
    if (!strncmp(cli->args[i], word, len) && strchr(":=", cli->args[i][len])) return true;
  return false;
}

/* Appends the argument `word` as a member of the object in `b`. */
static cg_err add_argument(cg_buf *b, const cg_cli *cli, int at, cg_fault *fault) {
  const char *word = cli->args[at];
  const char *equals = strchr(word, '=');
  if (!equals || equals == word || (equals == word + 1 && *word == ':'))
    return cg_fail(fault, CG_E_USAGE, "call: %s: name=text or name:=json is wanted", word);
  bool raw = equals[-1] == ':';
  size_t len = (size_t)(equals - word) - raw;
  if (is_given_twice(cli, at, word, len))
    return cg_fail(fault, CG_E_USAGE, "call: %.*s is given twice", (int)len, word);
  char *name = cg_cli_text("%.*s", (int)len, word);
  cg_bytes value = cg_bytes_of(equals + 1);
  cg_jsonw_key(b, name);
  free(name);
  if (!raw) cg_jsonw_string(b, value);
  else if (is_json(value, fault, word)) cg_buf_bytes(b, value);
  else return fault->err;
  return b->err;
}

static cg_err arguments(const cg_cli *cli, cg_buf *b, cg_fault *fault) {
  cg_jsonw_open(b, '{');
  cg_err err = CG_OK;
  for (int i = 1; i < cli->count && !err; i++) err = add_argument(b, cli, i, fault);
  cg_jsonw_close(b, '}');
  return err;
}

/* Says, on the same line, how to write what is no string. */
static void explain(cg_fault *fault) {
  static const char how[] = " (write name:=json; name=text gives a string)";
  size_t len = strlen(fault->text);
  if (strstr(fault->text, "not a string") && len + sizeof how <= sizeof fault->text)
    memcpy(fault->text + len, how, sizeof how);
}

int cg_run_call(int argc, char **argv) {
  cg_cli cli = { .command = "call" };
  cg_cli_parse(&cli, argc, argv, NULL);
  cg_cli_count(&cli, 1, 10000);
  cg_fault fault = { 0 };
  cg_buf json = { 0 };
  cg_cli_session s = { 0 };
  int status = arguments(&cli, &json, &fault) ? cg_cli_fault(&fault) : cg_cli_open(&s, &cli);
  if (!status) {
    cg_result result = { 0 };
    s.method = cli.args[0];
    cg_err err = cg_call_json(s.client, cli.args[0], cg_buf_view(&json), s.arena, &result);
    if (err == CG_E_UNEXPECTED) explain(&result.fault);
    status = cg_cli_answer(&s, err, &result);
  }
  cg_cli_close(&s);
  cg_buf_wipe(&json); /* it may hold a code */
  return status;
}

int cg_run_whoami(int argc, char **argv) {
  cg_cli cli = { .command = "whoami" };
  cg_cli_parse(&cli, argc, argv, NULL);
  cg_cli_count(&cli, 0, 0);
  cg_cli_session s;
  int status = cg_cli_open(&s, &cli);
  if (!status) status = cg_cli_print_self(&s);
  cg_cli_close(&s);
  return status;
}
