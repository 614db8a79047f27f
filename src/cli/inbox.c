/* SPDX-License-Identifier: MIT */
/* inbox.c - `centigram code` and `centigram user`: what the server's inbox answers. */
#include "commands.h"
#include "json.h"
#include "session.h"

#include <centigram/server.h>

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  cg_dc *dc;
  cg_arena *arena;
  cg_buf body; /* of the answer */
  long status;
} inbox;

static size_t on_body(char *data, size_t one, size_t n, void *ctx) {
  cg_buf *b = ctx;
  cg_buf_put(b, data, one * n);
  return b->err ? 0 : one * n;
}

static int inbox_open(inbox *in, const cg_cli *cli) {
  int status = cg_cli_load_dc(cli, &in->dc);
  if (status) return status;
  in->arena = cg_arena_new(0);
  if (!in->arena) return cg_cli_fail(CG_EXIT_LOCAL, "out of memory");
  if (in->dc->inbox) return CG_EXIT_OK;
  return cg_cli_fail(CG_EXIT_LOCAL, "%s names no inbox", in->dc->name);
}

static void inbox_close(inbox *in) {
  cg_buf_wipe(&in->body);
  cg_arena_free(in->arena);
  cg_dc_free(in->dc);
}

static struct curl_slist *headers(const inbox *in) {
  struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
  if (!in->dc->inbox_token) return list;
  char *line = cg_cli_text("Authorization: Bearer %s", in->dc->inbox_token);
  list = curl_slist_append(list, line);
  explicit_bzero(line, strlen(line));
  free(line);
  return list;
}

/* Asks the inbox; 0 with in->status and in->body, or the exit status. */
static int ask(inbox *in, const char *path, const char *post, long timeout_s) {
  CURL *c = curl_easy_init();
  if (!c) return cg_cli_fail(CG_EXIT_LOCAL, "out of memory");
  char *url = cg_cli_text("%s%s", in->dc->inbox, path), why[CURL_ERROR_SIZE] = "";
  struct curl_slist *list = headers(in);
  curl_easy_setopt(c, CURLOPT_URL, url);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(c, CURLOPT_PROXY, "");
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 5L);
  curl_easy_setopt(c, CURLOPT_TIMEOUT, timeout_s + 5);
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, &in->body);
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
  if (post) curl_easy_setopt(c, CURLOPT_POSTFIELDS, post);
  CURLcode code = curl_easy_perform(c);
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &in->status);
  curl_slist_free_all(list);
  curl_easy_cleanup(c);
  free(url);
  if (!code) return CG_EXIT_OK;
  return cg_cli_fail(CG_EXIT_LOCAL, "no inbox at %s: %s", in->dc->inbox,
                     *why ? why : curl_easy_strerror(code));
}

/* What {"error":...} in the body says, for a status that is no success. */
static int refused(inbox *in) {
  cg_json j;
  cg_bytes key, text = CG_LIT("no reason given");
  cg_json_init(&j, cg_buf_view(&in->body), in->arena);
  if (cg_json_object(&j)) {
    while (cg_json_key(&j, &key)) {
      if (cg_bytes_equal(key, CG_LIT("error"))) cg_json_string(&j, &text);
      else cg_json_skip(&j);
    }
  }
  return cg_cli_fail(CG_EXIT_LOCAL, "the inbox answered %ld: %.*s", in->status, (int)text.len,
                     (const char *)text.at);
}

/* The first code in the answer that is still live; no bytes if there is none. */
static cg_bytes live_code(inbox *in) {
  cg_json j;
  cg_bytes key, code = { 0 }, state = { 0 }, found = { 0 };
  cg_json_init(&j, cg_buf_view(&in->body), in->arena);
  if (!cg_json_array(&j)) return found;
  while (cg_json_item(&j)) {
    if (!cg_json_object(&j)) break;
    while (cg_json_key(&j, &key))
      if (cg_bytes_equal(key, CG_LIT("code")) && cg_json_peek(&j) == CG_JSON_STRING)
        cg_json_string(&j, &code);
      else if (cg_bytes_equal(key, CG_LIT("state"))) cg_json_string(&j, &state);
      else cg_json_skip(&j);
    if (!found.len && cg_bytes_equal(state, CG_LIT("live"))) found = code;
  }
  return cg_json_end(&j) ? (cg_bytes){ 0 } : found;
}

static int print_code(inbox *in, const char *phone, int32_t wait) {
  char digits[CG_PHONE_MAX];
  cg_fault fault = { 0 };
  if (cg_phone_normalise(phone, digits, &fault))
    return cg_cli_fail(CG_EXIT_USAGE, "code: %s", fault.text);
  char *path = wait > 0 ? cg_cli_text("/codes/wait?phone=%s&timeout=%d", digits, wait)
                        : cg_cli_text("/codes?phone=%s", digits);
  int status = ask(in, path, NULL, wait);
  free(path);
  if (status) return status;
  if (in->status != 200) return refused(in);
  cg_bytes code = live_code(in);
  if (!code.len) return CG_EXIT_LOCAL; /* none in time: says nothing */
  printf("%.*s\n", (int)code.len, (const char *)code.at);
  return CG_EXIT_OK;
}

int cg_run_code(int argc, char **argv) {
  const char *phone = NULL;
  int32_t wait = 0;
  const cg_cli_option own[] = { { "phone", CG_OPT_TEXT, &phone },
                                { "wait", CG_OPT_INT, &wait },
                                { NULL, CG_OPT_FLAG, NULL } };
  cg_cli cli = { .command = "code" };
  cg_cli_parse(&cli, argc, argv, own);
  cg_cli_count(&cli, 0, 0);
  if (!phone) return cg_cli_fail(CG_EXIT_USAGE, "code: --phone is missing");
  if (wait < 0 || wait > 3600)
    return cg_cli_fail(CG_EXIT_USAGE, "code: --wait takes 0 to 3600 seconds");
  inbox in = { 0 };
  int status = inbox_open(&in, &cli);
  if (!status) status = print_code(&in, phone, wait);
  inbox_close(&in);
  return status;
}

/* --- user ---------------------------------------------------------------------- */

static int print_answer(inbox *in) {
  if (in->status >= 300) return refused(in);
  printf("%.*s\n", (int)in->body.len, (const char *)in->body.at);
  return CG_EXIT_OK;
}

static int post_user(inbox *in, const char *path, const char *phone, const char *first,
                     const char *last) {
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "phone");
  cg_jsonw_string(&b, cg_bytes_of(phone));
  if (first) cg_jsonw_key(&b, "first_name"), cg_jsonw_string(&b, cg_bytes_of(first));
  if (last) cg_jsonw_key(&b, "last_name"), cg_jsonw_string(&b, cg_bytes_of(last));
  cg_jsonw_close(&b, '}');
  cg_buf_put(&b, "", 1);
  int status = b.err ? cg_cli_fail(CG_EXIT_LOCAL, "out of memory")
                     : ask(in, path, (const char *)b.at, 0);
  cg_buf_free(&b);
  return status ? status : print_answer(in);
}

/* --- user set-password ---------------------------------------------------------- */

static void put_text(cg_buf *b, const char *key, const char *text) {
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, cg_bytes_of(text));
}

/* Posts what was made of the password; NULL: there is to be none. */
static int post_password(inbox *in, const char *phone, const cg_password_hash *hash,
                         const char *hint) {
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  put_text(&b, "phone", phone);
  if (hash) {
    put_text(&b, "verifier", hash->verifier);
    put_text(&b, "salt1", hash->salt1);
    put_text(&b, "salt2", hash->salt2);
  }
  if (hint) put_text(&b, "hint", hint);
  cg_jsonw_close(&b, '}');
  cg_buf_put(&b, "", 1);
  int status = b.err ? cg_cli_fail(CG_EXIT_LOCAL, "out of memory")
                     : ask(in, "/users/password", (const char *)b.at, 0);
  cg_buf_wipe(&b);
  return status ? status : print_answer(in);
}

/* The server never sees the password: it is hashed here. */
static int hash_and_post(inbox *in, const char *phone, const char *password,
                         const char *hint) {
  cg_password_hash hash;
  if (!*password) return post_password(in, phone, NULL, hint);
  if (hint && !strcmp(hint, password))
    return cg_cli_fail(CG_EXIT_USAGE, "user: the hint is the password");
  cg_err err = cg_hash_password(password, &hash);
  if (err) return cg_cli_fail(CG_EXIT_LOCAL, "user: %s", cg_err_text(err));
  int status = post_password(in, phone, &hash, hint);
  explicit_bzero(&hash, sizeof hash);
  return status;
}

/* A password stands in the command line for a server of this machine only. */
static int set_password(inbox *in, const char *phone, const char *password,
                        const char *hint) {
  if (!password)
    return cg_cli_fail(CG_EXIT_USAGE, "user: --password is missing: the password, - to read "
                                      "it from standard input, or nothing to remove it");
  if (strcmp(password, "-") && !in->dc->is_local)
    return cg_cli_fail(CG_EXIT_USAGE, "user: with this server a password may not stand in "
                                      "the command line; use --password -");
  bool reads = !strcmp(password, "-");
  char *line = reads ? cg_cli_read_line() : NULL;
  int status = reads && !line
                   ? cg_cli_fail(CG_EXIT_USAGE, "user: no password on standard input")
                   : hash_and_post(in, phone, line ? line : password, hint);
  if (line) explicit_bzero(line, strlen(line));
  free(line);
  return status;
}

static int user(inbox *in, const cg_cli *cli, const char *first, const char *last) {
  const char *what = cli->args[0], *phone = cli->args[1];
  if (!strcmp(what, "list") && !phone) {
    int status = ask(in, "/users", NULL, 0);
    return status ? status : print_answer(in);
  }
  if (!strcmp(what, "add") && phone) return post_user(in, "/users", phone, first, last);
  if (!strcmp(what, "ban") && phone) return post_user(in, "/users/ban", phone, NULL, NULL);
  return cg_cli_fail(CG_EXIT_USAGE, "user: add PHONE, list, ban PHONE or "
                                    "set-password PHONE is wanted");
}

int cg_run_user(int argc, char **argv) {
  const char *first = NULL, *last = NULL, *password = NULL, *hint = NULL;
  const cg_cli_option own[] = { { "first-name", CG_OPT_TEXT, &first },
                                { "last-name", CG_OPT_TEXT, &last },
                                { "password", CG_OPT_TEXT, &password },
                                { "hint", CG_OPT_TEXT, &hint },
                                { NULL, CG_OPT_FLAG, NULL } };
  cg_cli cli = { .command = "user" };
  cg_cli_parse(&cli, argc, argv, own);
  cg_cli_count(&cli, 1, 2);
  inbox in = { 0 };
  int status = inbox_open(&in, &cli);
  if (!status && cli.args[1] && !strcmp(cli.args[0], "set-password"))
    status = set_password(&in, cli.args[1], password, hint);
  else if (!status && (password || hint))
    status = cg_cli_fail(CG_EXIT_USAGE, "user: --password and --hint go with set-password");
  else if (!status)
    status = user(&in, &cli, first, last);
  inbox_close(&in);
  return status;
}
