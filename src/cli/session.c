/* SPDX-License-Identifier: MIT */
/* session.c - see session.h for the contract. */
#include "session.h"

#include "error_text.h"
#include "json.h"

#include <centigram/api.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cg_cli_load_dc(const cg_cli *cli, cg_dc **dc) {
  cg_fault fault = { 0 };
  const char *path = cg_cli_dc_path(cli);
  cg_err err = cg_dc_load(dc, path, &fault);
  if (!err) return CG_EXIT_OK;
  if (err == CG_E_NOT_FOUND || err == CG_E_IO)
    return cg_cli_fail(CG_EXIT_LOCAL, "%s (start one with: centigram serve; or name a file "
                                      "with --dc)", fault.text);
  return cg_cli_fail(CG_EXIT_LOCAL, "%s", fault.text);
}

static void log_line(void *ctx, int level, const char *line) {
  (void)ctx;
  static const char *const names[] = { "error", "warning", "info", "debug" };
  fprintf(stderr, "%s: %s\n", names[level], line);
}

static const char *option_or_env(const char *option, const char *name) {
  const char *env = getenv(name);
  return option ? option : env && *env ? env : NULL;
}

char *cg_cli_session_path(const cg_cli *cli) {
  const char *path = option_or_env(cli->global.session, "CENTIGRAM_SESSION");
  return path ? cg_cli_text("%s", path) : cg_cli_data_path("me.session");
}

void cg_cli_forget(char *secret) {
  if (secret) explicit_bzero(secret, strlen(secret));
  free(secret);
}

/* The first line of a file, or of standard input; NULL after saying why not. */
static char *first_line(const char *path) {
  cg_fault fault = { 0 };
  cg_bytes bytes;
  if (!strcmp(path, "-")) {
    char *line = cg_cli_read_line();
    if (!line) cg_cli_fail(CG_EXIT_LOCAL, "no passphrase on standard input");
    return line;
  }
  if (cg_cli_read_file(path, &bytes, &fault)) {
    cg_cli_fault(&fault);
    return NULL;
  }
  char *text = (char *)(uintptr_t)bytes.at;
  size_t len = strcspn(text, "\r\n");
  explicit_bzero(text + len, bytes.len - len);
  return text;
}

int cg_cli_passphrase(const cg_cli *cli, char **out) {
  const char *path = cli->global.passphrase_file, *env = getenv("CENTIGRAM_PASSPHRASE");
  *out = NULL;
  if (path) {
    *out = first_line(path);
    if (*out && !**out) {
      cg_cli_forget(*out);
      *out = NULL;
      return cg_cli_fail(CG_EXIT_LOCAL, "%s: the passphrase is empty", path);
    }
    return *out ? CG_EXIT_OK : CG_EXIT_LOCAL;
  }
  if (env && *env) *out = cg_cli_text("%s", env);
  unsetenv("CENTIGRAM_PASSPHRASE"); /* of no use to the programs that are started */
  return CG_EXIT_OK;
}

bool cg_cli_api_id(const cg_cli *cli, int32_t *id) {
  *id = cli->global.api_id;
  const char *env = getenv("CENTIGRAM_API_ID");
  if (*id || !env || !*env) return true;
  char *end;
  long v = strtol(env, &end, 10);
  *id = (int32_t)v;
  return !*end && v > 0 && v <= INT32_MAX;
}

int cg_cli_prepare(cg_cli_session *s, const cg_cli *cli, cg_client_options *out) {
  cg_fault fault = { 0 };
  *s = (cg_cli_session){ .cli = cli, .arena = cg_arena_new(0) };
  if (!s->arena) return cg_cli_fail(CG_EXIT_LOCAL, "out of memory");
  int status = cg_cli_load_dc(cli, &s->dc);
  if (!status) status = cg_cli_passphrase(cli, &s->passphrase);
  if (status) return status;
  const char *session = option_or_env(cli->global.session, "CENTIGRAM_SESSION");
  if (!session) {
    session = cg_cli_session_path(cli);
    if (cg_cli_make_parents(session, &fault)) return cg_cli_fault(&fault);
  }
  *out = (cg_client_options){ .dc = s->dc, .session = session,
    .passphrase = s->passphrase,
    .api_hash = option_or_env(cli->global.api_hash, "CENTIGRAM_API_HASH"),
    .log = log_line, .log_level = cli->global.verbose ? 3 : 0 };
  if (!cg_cli_api_id(cli, &out->api_id))
    return cg_cli_fail(CG_EXIT_USAGE, "CENTIGRAM_API_ID is not a number");
  return CG_EXIT_OK;
}

int cg_cli_open(cg_cli_session *s, const cg_cli *cli) {
  cg_fault fault = { 0 };
  cg_client_options options;
  int status = cg_cli_prepare(s, cli, &options);
  if (status) return status;
  return cg_client_open(&s->client, &options, &fault) ? cg_cli_fault(&fault) : CG_EXIT_OK;
}

void cg_cli_close(cg_cli_session *s) {
  cg_close(s->client);
  cg_dc_free(s->dc);
  cg_arena_free(s->arena);
  cg_cli_forget(s->passphrase);
}

void cg_cli_print_error(FILE *to, const cg_rpc_error *error) {
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "error_code");
  cg_jsonw_i64(&b, error->code);
  cg_jsonw_key(&b, "error_message");
  cg_jsonw_string(&b, cg_bytes_of(error->text));
  cg_jsonw_close(&b, '}');
  fprintf(to, "%.*s\n", (int)b.len, (const char *)b.at);
  cg_buf_free(&b);
}

static int tell_rpc_error(const cg_cli_session *s, const cg_rpc_error *error) {
  cg_cli_print_error(stderr, error);
  if (!s->cli->global.json)
    fprintf(stderr, "%s\n", cg_error_text(s->arena, s->method, error->code, error->text));
  return CG_EXIT_RPC;
}

int cg_cli_outcome(const cg_cli_session *s, cg_err err, const cg_result *result) {
  if (err) return cg_cli_fault(&result->fault);
  return result->error.code ? tell_rpc_error(s, &result->error) : CG_EXIT_OK;
}

static int print_object(const cg_cli_session *s, const tl_obj *object) {
  cg_bytes json;
  cg_fault fault = { 0 };
  if (cg_tl_to_json(cg_client_schema(s->client), object, s->arena, &json, &fault))
    return cg_cli_fault(&fault);
  puts((const char *)json.at);
  return CG_EXIT_OK;
}

int cg_cli_answer(const cg_cli_session *s, cg_err err, const cg_result *result) {
  int status = cg_cli_outcome(s, err, result);
  return status ? status : print_object(s, result->object);
}

int cg_cli_print_self(const cg_cli_session *s) {
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  const tl_obj *const ids[] = { &self.o };
  tl_users_getUsers request = { TL_INIT(users_getUsers), .id = { ids, 1 } };
  cg_result result = { 0 };
  cg_err err = cg_call(s->client, &request.o, s->arena, &result);
  int status = cg_cli_outcome(s, err, &result);
  if (status) return status;
  const tl_vector *users = (const tl_vector *)result.object;
  if (users->len != 1) return cg_cli_fail(CG_EXIT_LOCAL, "the server named no user");
  return print_object(s, users->objs[0]);
}
