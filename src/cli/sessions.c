/* SPDX-License-Identifier: MIT */
/*
 * sessions.c - `centigram session`: list, show, export, import. Only export, which is
 * asked for by name, prints anything that logs somebody in.
 */
#include "cli.h"
#include "commands.h"
#include "session.h"

#include "json.h"

#include <centigram/session.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- what is shown --------------------------------------------------------- */

static void put_text(cg_buf *b, const char *key, const char *text) {
  if (!*text) return;
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, cg_bytes_of(text));
}

static void put_number(cg_buf *b, const char *key, int64_t value) {
  cg_jsonw_key(b, key);
  cg_jsonw_i64(b, value);
}

static void put_login(cg_buf *b, const cg_login_info *l) {
  char id[24];
  put_text(b, "state", cg_login_state_name(l->state));
  put_text(b, "phone", l->phone);
  snprintf(id, sizeof id, "%lld", (long long)l->user_id);
  if (l->user_id) put_text(b, "user_id", id);
  put_text(b, "type", l->type);
  put_text(b, "next_type", l->next_type);
  if (l->resend_at) put_number(b, "resend_at", l->resend_at);
  if (l->expires_at) put_number(b, "expires_at", l->expires_at);
}

static void put_server(cg_buf *b, const cg_session_info *i) {
  char key[20];
  put_number(b, "dc", i->dc);
  put_text(b, "host", i->host);
  if (i->port) put_number(b, "port", i->port);
  cg_jsonw_key(b, "test_mode");
  cg_jsonw_bool(b, i->test_mode);
  snprintf(key, sizeof key, "%016llx", (unsigned long long)i->key_id);
  if (i->has_key) put_text(b, "key_id", key);
  put_number(b, "future_tokens", i->future_tokens);
}

/* One line of JSON about the file, or (`error`) about why there is nothing to say. */
static int print_info(const char *path, const cg_session_info *info, const char *error) {
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  put_text(&b, "file", path);
  if (error) {
    put_text(&b, "error", error);
  } else {
    put_login(&b, &info->login);
    put_server(&b, info);
  }
  cg_jsonw_close(&b, '}');
  if (b.err) return cg_cli_fail(CG_EXIT_LOCAL, "out of memory");
  printf("%.*s\n", (int)b.len, (const char *)b.at);
  cg_buf_free(&b);
  return CG_EXIT_OK;
}

/* The same of a file that is yet to be read. */
static int print_file(const char *path, const char *passphrase) {
  cg_session_info info;
  cg_fault fault = { 0 };
  cg_err err = cg_session_show(path, passphrase, &info, &fault);
  return print_info(path, &info, err ? fault.text : NULL);
}

static int show(const cg_cli *cli) {
  cg_session_info info;
  cg_fault fault = { 0 };
  char *path = cg_cli_session_path(cli), *passphrase;
  cg_cli_count(cli, 1, 1);
  int status = cg_cli_passphrase(cli, &passphrase);
  if (status) return status;
  status = cg_session_show(path, passphrase, &info, &fault)
               ? cg_cli_fault(&fault)
               : print_info(path, &info, NULL);
  cg_cli_forget(passphrase);
  return status;
}

static int is_session(const struct dirent *e) {
  static const char tail[] = ".session";
  size_t len = strlen(e->d_name);
  return len >= sizeof tail && !strcmp(e->d_name + len - (sizeof tail - 1), tail);
}

/* The session files of the folder that the session in use lies in. */
static int list(const cg_cli *cli) {
  struct dirent **found = NULL;
  cg_cli_count(cli, 1, 1);
  char *path = cg_cli_session_path(cli), *slash = strrchr(path, '/');
  char *folder = cg_cli_text("%.*s", slash ? (int)(slash - path + 1) : 0, path);
  char *passphrase;
  int status = cg_cli_passphrase(cli, &passphrase);
  int count = scandir(slash ? folder : ".", &found, is_session, alphasort);
  for (int i = 0; i < count; i++) {
    char *name = cg_cli_text("%s%s", folder, found[i]->d_name);
    if (!status) status = print_file(name, passphrase);
    free(name);
    free(found[i]);
  }
  free(found);
  free(folder);
  cg_cli_forget(passphrase);
  return status;
}

/* --- strings --------------------------------------------------------------- */

/* Pyrogram's string has the api_id: that of the options, or 1 for a server of ours. */
static int get_api_id(const cg_cli *cli, cg_session_format format, int32_t *id) {
  cg_dc *dc;
  if (!cg_cli_api_id(cli, id))
    return cg_cli_fail(CG_EXIT_USAGE, "CENTIGRAM_API_ID is not a number");
  if (*id || format != CG_SESSION_FORMAT_PYROGRAM) return CG_EXIT_OK;
  int status = cg_cli_load_dc(cli, &dc);
  if (status) return status;
  *id = 1;
  if (!dc->is_local)
    status = cg_cli_fail(CG_EXIT_USAGE, "session: a string for pyrogram needs --api-id");
  cg_dc_free(dc);
  return status;
}

static int export_string(const cg_cli *cli, const char *name) {
  cg_session_format format;
  cg_fault fault = { 0 };
  cg_bytes text;
  int32_t api_id;
  cg_cli_count(cli, 1, 1);
  if (!name || !cg_session_format_find(name, &format))
    return cg_cli_fail(CG_EXIT_USAGE, "session: --format is gramjs, telethon, pyrogram, "
                                      "mtcute or raw");
  char *passphrase = NULL;
  int status = get_api_id(cli, format, &api_id);
  if (!status) status = cg_cli_passphrase(cli, &passphrase);
  if (status) return status;
  cg_arena *arena = cg_arena_new(0);
  if (!arena) return cg_cli_fail(CG_EXIT_LOCAL, "out of memory");
  cg_err err = cg_session_export(cg_cli_session_path(cli), passphrase, format, api_id,
                                 arena, &text, &fault);
  cg_cli_forget(passphrase);
  if (!err) {
    puts((const char *)text.at);
    explicit_bzero((void *)(uintptr_t)text.at, text.len);
  }
  cg_arena_free(arena);
  return err ? cg_cli_fault(&fault) : CG_EXIT_OK;
}

/* A string is a password: where it counts it does not stand in a command line. */
static int import_text(const cg_cli *cli, const cg_dc *dc, const char *text) {
  cg_fault fault = { 0 };
  cg_err err;
  char *path = cg_cli_session_path(cli);
  if (!dc->is_local && strcmp(text, "-"))
    return cg_cli_fail(CG_EXIT_USAGE, "session: with this server a string may not stand "
                                      "in the command line; use import -");
  char *passphrase;
  int status = cg_cli_passphrase(cli, &passphrase);
  if (status) return status;
  char *line = strcmp(text, "-") ? NULL : cg_cli_read_line();
  if (line) text = line;
  err = cg_session_import(path, passphrase, dc, cg_bytes_of(text), NULL, &fault);
  cg_cli_forget(line);
  status = err ? cg_cli_fail(CG_EXIT_LOCAL, "session: %s", fault.text)
               : print_file(path, passphrase);
  cg_cli_forget(passphrase);
  return status;
}

static int import_string(const cg_cli *cli) {
  cg_fault fault = { 0 };
  cg_dc *dc;
  cg_cli_count(cli, 2, 2);
  int status = cg_cli_load_dc(cli, &dc);
  if (status) return status;
  if (cg_cli_make_parents(cg_cli_session_path(cli), &fault))
    status = cg_cli_fault(&fault);
  else
    status = import_text(cli, dc, cli->args[1]);
  cg_dc_free(dc);
  return status;
}

int cg_run_session(int argc, char **argv) {
  const char *format = NULL;
  const cg_cli_option own[] = { { "format", CG_OPT_TEXT, &format },
                                { NULL, CG_OPT_FLAG, NULL } };
  cg_cli cli = { .command = "session" };
  cg_cli_parse(&cli, argc, argv, own);
  cg_cli_count(&cli, 1, 2);
  if (!strcmp(cli.args[0], "list")) return list(&cli);
  if (!strcmp(cli.args[0], "show")) return show(&cli);
  if (!strcmp(cli.args[0], "export")) return export_string(&cli, format);
  if (!strcmp(cli.args[0], "import")) return import_string(&cli);
  return cg_cli_fail(CG_EXIT_USAGE, "session: list, show, export or import, not \"%s\"",
                     cli.args[0]);
}
