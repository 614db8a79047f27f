/* SPDX-License-Identifier: MIT */
/*
 * devices.c - an account with a password, on two devices, from C: the first one logs in
 * with a code and the password, after a wrong one; the second shows a QR code, which the
 * first one accepts, and is asked for the password too; then the password is changed.
 *
 *   centigram serve -- sh -c './devices "$CENTIGRAM_DC" DIR +9996629001 test'
 *   cc devices.c $(pkg-config --cflags --libs centigram) -o devices
 *
 * The numbers 99966X9000 to 9099 of a local server have the password "test" and a code
 * of X repeated. The two session files in DIR are sealed with a passphrase.
 */
#include <centigram/api.h>
#include <centigram/centigram.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  cg_dc *dc;
  cg_client *phone, *desk;
  cg_arena *arena; /* of the answers */
} app;

static void quit(app *a, int status) {
  cg_close(a->phone);
  cg_close(a->desk);
  cg_dc_free(a->dc);
  cg_arena_free(a->arena);
  exit(status);
}

/* Says what came of a step; ends the program if it failed on this side, or if the server
 * answered something else than `awaited`, an error's text (NULL: none). */
static void report(app *a, const char *step, const char *awaited, cg_err err,
                   const cg_result *result) {
  const char *text = result->error.text;
  if (err) {
    fprintf(stderr, "%s: %s\n", step, result->fault.text);
    quit(a, 1);
  }
  printf("%s: %s\n", step, result->error.code ? text : "done");
  if (strcmp(text, awaited ? awaited : "")) quit(a, 3);
}

static cg_client *open_session(app *a, const char *folder, const char *name) {
  char path[256];
  cg_client *client;
  cg_fault fault;
  snprintf(path, sizeof path, "%s/%s.session", folder, name);
  cg_client_options options = { .dc = a->dc,
                                .session = path,
                                .passphrase = "correct horse battery staple" };
  if (!cg_client_open(&client, &options, &fault)) return client;
  fprintf(stderr, "%s\n", fault.text);
  quit(a, 1);
  return NULL;
}

/* The code of a test number: its sixth digit, as often as the code has digits. */
static void get_code(const app *a, char out[16]) {
  cg_login_info info;
  cg_login_get(a->phone, &info);
  int length = info.length > 0 && info.length < 16 ? (int)info.length : 5;
  memset(out, info.phone[5], (size_t)length);
  out[length] = '\0';
}

static void log_in_by_code(app *a, const char *number, const char *password) {
  cg_result result;
  cg_login_info info;
  char code[16];
  cg_err err = cg_login_start(a->phone, number, NULL, a->arena, &result);
  report(a, "phone: sendCode", NULL, err, &result);
  get_code(a, code);
  err = cg_login_code(a->phone, code, a->arena, &result);
  report(a, "phone: signIn", "SESSION_PASSWORD_NEEDED", err, &result);
  err = cg_login_get_password(a->phone, a->arena, &result);
  cg_login_get(a->phone, &info);
  report(a, "phone: getPassword", NULL, err, &result);
  printf("  hint \"%s\", %s recovery by email\n", info.password_hint,
         info.has_recovery ? "with" : "without");
  err = cg_login_password(a->phone, "a wrong one", a->arena, &result);
  report(a, "phone: checkPassword", "PASSWORD_HASH_INVALID", err, &result);
  err = cg_login_password(a->phone, password, a->arena, &result);
  report(a, "phone: checkPassword", NULL, err, &result);
}

static void log_in_by_qr(app *a, const char *password) {
  cg_result result;
  cg_login_info info;
  cg_err err = cg_login_qr(a->desk, NULL, 0, a->arena, &result);
  report(a, "desk: exportLoginToken", NULL, err, &result);
  cg_login_get(a->desk, &info);
  printf("  %.24s..., for %d s\n", info.link, (int)info.link_expires_in);
  err = cg_login_accept(a->phone, info.link, a->arena, &result);
  report(a, "phone: acceptLoginToken", NULL, err, &result);
  err = cg_login_wait(a->desk, 10000, &result);
  report(a, "desk: waiting", "SESSION_PASSWORD_NEEDED", err, &result);
  err = cg_login_password(a->desk, password, a->arena, &result);
  report(a, "desk: checkPassword", NULL, err, &result);
  cg_login_get(a->desk, &info);
  printf("  %s, +%s\n", cg_login_state_name(info.state), info.phone);
}

/* A new password; the old one is dead then; and none again. */
static void change_password(app *a, const char *password) {
  cg_result result;
  cg_password_new change = { .password = "tr0ub4dor", .hint = "a comic" };
  cg_err err = cg_password_set(a->desk, password, &change, a->arena, &result);
  report(a, "desk: a new password", NULL, err, &result);
  cg_password_new none = { .password = NULL };
  err = cg_password_set(a->phone, password, &none, a->arena, &result);
  report(a, "phone: with the old one", "PASSWORD_HASH_INVALID", err, &result);
  err = cg_password_set(a->phone, "tr0ub4dor", &none, a->arena, &result);
  report(a, "phone: no password", NULL, err, &result);
}

int main(int argc, char **argv) {
  app a = { NULL, NULL, NULL, NULL };
  cg_fault fault;
  if (argc != 5) {
    fprintf(stderr, "usage: devices DC.JSON DIR PHONE PASSWORD\n");
    return 2;
  }
  a.arena = cg_arena_new(0);
  cg_err err = a.arena ? cg_dc_load(&a.dc, argv[1], &fault)
                       : cg_fail(&fault, CG_E_MEMORY, "out of memory");
  if (err) {
    fprintf(stderr, "%s\n", fault.text);
    quit(&a, 1);
  }
  a.phone = open_session(&a, argv[2], "phone");
  a.desk = open_session(&a, argv[2], "desk");
  log_in_by_code(&a, argv[3], argv[4]);
  log_in_by_qr(&a, argv[4]);
  change_password(&a, argv[4]);
  quit(&a, 0);
}
