/* SPDX-License-Identifier: MIT */
/*
 * login.c - a phone logged in from C: sendCode, resendCode, cancelCode, the dead code
 * refused, sendCode, signIn, a call; and left in both ways: resetAuth false logs out,
 * resetAuth true only forgets what is kept here.
 *
 *   centigram serve -- sh -c './login "$CENTIGRAM_DC" me.session +9996621234'
 *   cc login.c $(pkg-config --cflags --libs centigram) -o login
 *
 * A test number 99966XYYYY gets a code of X repeated; for any other it is asked for.
 */
#include <centigram/api.h>
#include <centigram/centigram.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  cg_dc *dc;
  cg_client *client;
  cg_arena *arena; /* of the answers */
} app;

static void quit(app *a, int status) {
  cg_close(a->client);
  cg_dc_free(a->dc);
  cg_arena_free(a->arena);
  exit(status);
}

/* Says what came of a step; ends the program if it failed on either side. */
static void report(app *a, const char *step, cg_err err, const cg_result *result) {
  if (err) {
    fprintf(stderr, "%s: %s\n", step, result->fault.text);
    quit(a, 1);
  }
  if (result->error.code) {
    fprintf(stderr, "%s: %d %s\n", step, (int)result->error.code, result->error.text);
    quit(a, 3);
  }
  const cg_tl_schema *schema = cg_client_schema(a->client);
  const char *answer = result->object ? cg_tl_name(schema, result->object) : "nothing";
  if (result->object && result->object->id == TL_ID_boolTrue) answer = "true";
  printf("%s: %s\n", step, answer);
}

/* The same where the server, or resetAuth, is to refuse with `text`. */
static void report_refusal(app *a, const char *step, const char *text, cg_err err,
                           const cg_result *result) {
  if (err || strcmp(result->error.text, text)) {
    fprintf(stderr, "%s: %s was awaited\n", step, text);
    report(a, step, err, result);
    quit(a, 1);
  }
  printf("%s: %d %s\n", step, (int)result->error.code, result->error.text);
}

static void tell_code(const app *a) {
  cg_login_info info;
  cg_login_get(a->client, &info);
  printf("  a code of %d digits by %s", (int)info.length, info.type);
  if (*info.next_type)
    printf(", next by %s in %d s", info.next_type, (int)info.resend_in);
  printf("\n");
}

/* The code: that of a test number, or what a person types. */
static void get_code(const app *a, char out[64]) {
  cg_login_info info;
  cg_login_get(a->client, &info);
  if (!strncmp(info.phone, "99966", 5) && info.length > 0 && info.length < 64) {
    memset(out, info.phone[5], (size_t)info.length);
    out[info.length] = '\0';
    return;
  }
  printf("Code: ");
  fflush(stdout);
  if (!fgets(out, 64, stdin)) *out = '\0';
  out[strcspn(out, "\n")] = '\0';
}

static void send_code(app *a, const char *phone) {
  cg_result result;
  cg_err err = cg_login_start(a->client, phone, NULL, a->arena, &result);
  report(a, "sendCode", err, &result);
  tell_code(a);
}

/* A code that was given up is dead, also for who still knows its hash. */
static void try_dead_code(app *a, const char *phone, const char *hash, const char *code) {
  cg_result result;
  tl_auth_signIn request = { TL_INIT(auth_signIn), .phone_number = cg_bytes_of(phone),
                             .phone_code_hash = cg_bytes_of(hash) };
  TL_SET(auth_signIn, &request, phone_code, cg_bytes_of(code));
  cg_err err = cg_call(a->client, &request.o, a->arena, &result);
  report_refusal(a, "signIn with the cancelled code", "PHONE_CODE_EXPIRED", err, &result);
}

/* Asks for a code, has it sent another way, and gives it up. */
static void change_of_mind(app *a, const char *phone) {
  cg_result result;
  cg_login_info info;
  char hash[CG_LOGIN_HASH_MAX], code[64];
  send_code(a, phone);
  get_code(a, code);
  cg_login_get(a->client, &info);
  if (*info.next_type && !info.resend_in) {
    cg_err err = cg_login_resend(a->client, NULL, false, a->arena, &result);
    report(a, "resendCode", err, &result);
    tell_code(a);
  }
  cg_err err = cg_login_hash(a->client, hash);
  if (!err) err = cg_login_cancel(a->client, a->arena, &result);
  report(a, "cancelCode", err, &result);
  try_dead_code(a, phone, hash, code);
}

static void sign_up(app *a) {
  cg_result result;
  cg_login_terms terms;
  if (!cg_login_get_terms(a->client, a->arena, &terms)) printf("Terms: %s\n", terms.text);
  cg_err err = cg_login_sign_up(a->client, "Ada", "Lovelace", true, a->arena, &result);
  report(a, "signUp", err, &result);
}

static void log_in(app *a, const char *phone) {
  cg_result result;
  cg_login_info info;
  char code[64];
  send_code(a, phone);
  get_code(a, code);
  cg_err err = cg_login_code(a->client, code, a->arena, &result);
  report(a, "signIn", err, &result);
  cg_login_get(a->client, &info);
  if (info.state == CG_LOGIN_WAIT_REGISTRATION) sign_up(a);
}

/* A typed call: who am I? */
static void who_am_i(app *a) {
  cg_result result;
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  const tl_obj *ids[] = { &self.o };
  tl_users_getUsers request = { TL_INIT(users_getUsers), .id = { ids, 1 } };
  cg_err err = cg_call(a->client, &request.o, a->arena, &result);
  report(a, "getUsers", err, &result);
  const tl_vector *users = (const tl_vector *)result.object;
  const tl_user *user = users->len ? TL_AS(user, users->objs[0]) : NULL;
  if (user)
    printf("  %.*s, +%.*s\n", (int)user->first_name.len,
           (const char *)user->first_name.at, (int)user->phone.len,
           (const char *)user->phone.at);
}

int main(int argc, char **argv) {
  app a = { NULL, NULL, NULL };
  cg_fault fault;
  cg_result result;
  if (argc != 4) {
    fprintf(stderr, "usage: login DC.JSON SESSION PHONE\n");
    return 2;
  }
  a.arena = cg_arena_new(0);
  cg_err err = a.arena ? cg_dc_load(&a.dc, argv[1], &fault)
                       : cg_fail(&fault, CG_E_MEMORY, "out of memory");
  cg_client_options options = { .dc = a.dc, .session = argv[2] };
  if (!err) err = cg_client_open(&a.client, &options, &fault);
  if (err) {
    fprintf(stderr, "%s\n", fault.text);
    quit(&a, 1);
  }
  change_of_mind(&a, argv[3]);
  log_in(&a, argv[3]);
  who_am_i(&a);
  err = cg_reset_auth(a.client, false, a.arena, &result);
  report(&a, "resetAuth false", err, &result);
  log_in(&a, argv[3]);
  err = cg_reset_auth(a.client, true, a.arena, &result);
  report_refusal(&a, "resetAuth true", "Unauthorized", err, &result);
  quit(&a, 0);
}
