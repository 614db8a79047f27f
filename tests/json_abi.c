/* SPDX-License-Identifier: MIT */
/*
 * json_abi.c LIBRARY DC.JSON FOLDER - logs in as a binding of TDLib does: all that it
 * knows of the library are names that it looks up in it. The server runs; codes are
 * fetched from its inbox by the command `centigram code`. Prints TAP lines.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
  int (*create)(void);
  void (*send)(int, const char *);
  const char *(*receive)(double);
  const char *(*execute)(const char *);
  void (*set_callback)(int, void (*)(int, const char *));
  void *(*old_create)(void);
  void (*old_send)(void *, const char *);
  const char *(*old_receive)(void *, double);
  const char *(*old_execute)(void *, const char *);
  void (*old_destroy)(void *);
} td;

static const char *dc, *folder;
static int tests, failures;
static char answer[65536]; /* the last one */
static char states[4096];  /* names of all states told since they were emptied */
static char update[65536]; /* the last updateAuthorizationState */

static void check(const char *name, bool passed) {
  printf("%sok %d - %s\n", passed ? "" : "not ", ++tests, name);
  if (passed) return;
  failures++;
  printf("# answer %.600s\n# states %s\n# update %.600s\n", answer, states, update);
}

static bool says(const char *text) {
  return strstr(answer, text) != NULL;
}

static bool told(const char *text) {
  return strstr(update, text) != NULL;
}

/* --- the library ------------------------------------------------------------ */

static void load(const char *path) {
  void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!lib) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  const struct {
    const char *name;
    void *at;
  } names[] = { { "td_create_client_id", &td.create },
                { "td_send", &td.send },
                { "td_receive", &td.receive },
                { "td_execute", &td.execute },
                { "td_set_log_message_callback", &td.set_callback },
                { "td_json_client_create", &td.old_create },
                { "td_json_client_send", &td.old_send },
                { "td_json_client_receive", &td.old_receive },
                { "td_json_client_execute", &td.old_execute },
                { "td_json_client_destroy", &td.old_destroy } };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    void *symbol = dlsym(lib, names[i].name);
    if (!symbol) exit(1);
    memcpy(names[i].at, &symbol, sizeof symbol);
  }
  check("the names of TDLib's JSON library are there", true);
  check("dlclose leaves it loaded", !dlclose(lib));
}

static void note(const char *event) {
  const char *state = strstr(event, "\"@type\":\"authorizationState");
  if (!strstr(event, "\"updateAuthorizationState\"") || !state) return;
  snprintf(update, sizeof update, "%s", event);
  size_t len = strlen(states);
  snprintf(states + len, sizeof states - len, "%.*s ", (int)strcspn(state + 27, "\""),
           state + 27);
}

/* Receives until an event has `text`; it is the answer then. */
static bool wait_for(const char *text) {
  for (int i = 0; i < 100; i++) {
    const char *event = td.receive(20.0);
    if (!event) break;
    note(event);
    if (!strstr(event, text)) continue;
    snprintf(answer, sizeof answer, "%s", event);
    return true;
  }
  snprintf(answer, sizeof answer, "nothing with %s", text);
  return false;
}

/* Sends {"@type":"...", with @extra, and waits for the answer. */
__attribute__((format(printf, 2, 3)))
static void ask(int client, const char *format, ...) {
  static int number;
  char request[8192], extra[64];
  va_list args;
  va_start(args, format);
  int len = vsnprintf(request, sizeof request, format, args);
  va_end(args);
  snprintf(extra, sizeof extra, "\"@extra\":{\"n\":[%d,null]}}", ++number);
  snprintf(request + len - 1, sizeof request - (size_t)len + 1, ",%s", extra);
  td.send(client, request);
  wait_for(extra);
}

static int open_client(const char *name) {
  int id = td.create();
  states[0] = '\0';
  ask(id,
      "{\"@type\":\"setTdlibParameters\",\"centigram_dc\":\"%s\","
      "\"database_directory\":\"%s/%s/db\",\"use_message_database\":true,"
      "\"api_id\":94575,\"api_hash\":\"a3406de8d171bb422bb6ddf3bbd800e2\","
      "\"system_language_code\":\"en\",\"device_model\":\"Test\","
      "\"application_version\":\"1.0\"}",
      dc, folder, name);
  return id;
}

/* The newest code of a phone, from the inbox. */
static void fetch_code(const char *phone, char out[16]) {
  char command[200];
  snprintf(command, sizeof command, "centigram code --phone %s --wait 10", phone);
  FILE *f = popen(command, "r");
  out[0] = '\0';
  if (f && fgets(out, 16, f)) out[strcspn(out, "\n")] = '\0';
  if (f) pclose(f);
}

/* --- tests ------------------------------------------------------------------ */

static int lines;

static void count_line(int level, const char *message) {
  lines += level <= 2 && *message;
}

static void test_execute(void) {
  const char *said = td.execute("{\"@type\":\"setLogVerbosityLevel\","
                                "\"new_verbosity_level\":2,\"@extra\":\"x\"}");
  check("execute answers", !strcmp(said, "{\"@type\":\"ok\",\"@extra\":\"x\"}"));
  said = td.execute("{\"@type\":\"getLogVerbosityLevel\"}");
  check("execute remembers the verbosity",
        !strcmp(said, "{\"@type\":\"logVerbosityLevel\",\"verbosity_level\":2}"));
  said = td.old_execute(NULL, "{\"@type\":\"getMe\"}");
  check("execute refuses what needs a client",
        strstr(said, "\"code\":400") && strstr(said, "executed synchronously"));
  said = td.execute("{\"@type\":\"getTextEntities\",\"text\":\"x\"}");
  check("execute names what it does not know", strstr(said, "getTextEntities") != NULL);
  said = td.execute("{\"@type\":");
  check("execute refuses what is no JSON", strstr(said, "Failed to parse") != NULL);
  said = td.execute(NULL);
  check("execute refuses nothing at all", strstr(said, "\"code\":400") != NULL);
  td.execute(
      "{\"@type\":\"setLogStream\",\"log_stream\":{\"@type\":\"logStreamEmpty\"}}");
  said = td.execute("{\"@type\":\"getLogStream\"}");
  check("the log goes where it is sent", strstr(said, "logStreamEmpty") != NULL);
  td.set_callback(2, count_line);
  td.execute("{\"@type\":\"addLogMessage\",\"verbosity_level\":2,\"text\":\"heard\"}");
  td.execute("{\"@type\":\"addLogMessage\",\"verbosity_level\":3,\"text\":\"not\"}");
  td.set_callback(0, NULL);
  check("the callback gets lines up to its verbosity", lines == 1);
}

static void test_parameters(void) {
  int id = td.create();
  ask(id, "{\"@type\":\"getAuthorizationState\"}");
  check("a client begins without parameters", says("WaitTdlibParameters"));
  check("a client tells its first state", !strcmp(states, "WaitTdlibParameters "));
  check("an answer names its client",
        says("\"@client_id\":1,\"@extra\":{\"n\":[1,null]}}"));
  ask(id, "{\"@type\":\"setAuthenticationPhoneNumber\",\"phone_number\":\"1\"}");
  check("nothing goes without parameters", says("call setTdlibParameters first"));
  ask(id, "{\"@type\":\"sendMessage\"}");
  check("an unknown function is named", says("sendMessage") && says("\"code\":400"));
  ask(id, "{\"@type\":\"setTdlibParameters\",\"centigram_dc\":\"/none/dc.json\"}");
  check("a server that is not there is named", says("/none/dc.json"));
  ask(id, "{\"@type\":\"setTdlibParameters\",\"use_test_dc\":true}");
  check("the public service wants an api_id", says("Valid api_id must be provided"));
  td.send(id, "{\"@type\":\"getMe\",\"@extra\":7");
  check("a request that is broken is answered", wait_for("Failed to parse"));
  ask(id, "{\"@type\":\"destroy\"}");
  check("a client without parameters is destroyed", says("\"ok\""));
  check("it is closed at last", wait_for("authorizationStateClosed"));
  ask(id, "{\"@type\":\"getAuthorizationState\"}");
  check("who is closed answers 500", says("\"code\":500"));
}

static void test_login(void) {
  char code[16];
  int id = open_client("one");
  check("parameters are taken", says("\"ok\""));
  check("then a phone number is wanted",
        !strcmp(states, "WaitTdlibParameters WaitPhoneNumber "));
  ask(id, "{\"@type\":\"checkAuthenticationCode\",\"code\":\"22222\"}");
  check("a step in the wrong state",
        says("\"message\":\"Call to checkAuthenticationCode unexpected\""));
  ask(id, "{\"@type\":\"getMe\"}");
  check("who is not logged in is nobody", says("\"code\":401"));
  ask(id, "{\"@type\":\"setAuthenticationPhoneNumber\",\"phone_number\":\"abc\"}");
  check("a phone number that is none", says("\"code\":400"));
  ask(id, "{\"@type\":\"setAuthenticationPhoneNumber\","
          "\"phone_number\":\"+999 662 1234\",\"settings\":{\"@type\":"
          "\"phoneNumberAuthenticationSettings\",\"allow_flash_call\":false}}");
  check("a code is sent", says("\"ok\"") && told("authorizationStateWaitCode"));
  check("what is known of the code",
        told("\"code_info\":{\"@type\":\"authenticationCodeInfo\","
             "\"phone_number\":\"9996621234\",\"type\":{\"@type\":"
             "\"authenticationCodeType") &&
            told("\"length\":5") && told("\"next_type\":{") && told("\"timeout\":0"));
  ask(id, "{\"@type\":\"checkAuthenticationCode\",\"code\":\"11111\"}");
  check("a wrong code", says("\"code\":400,\"message\":\"PHONE_CODE_INVALID\""));
  ask(id, "{\"@type\":\"resendAuthenticationCode\"}");
  check("the code is sent again", says("\"ok\""));
  ask(id, "{\"@type\":\"centigram.cancelCode\"}");
  check("the code is cancelled", says("\"ok\"") && told("WaitPhoneNumber"));
  ask(id, "{\"@type\":\"setAuthenticationPhoneNumber\",\"phone_number\":\"9996621234\"}");
  fetch_code("+9996621234", code);
  ask(id, "{\"@type\":\"checkAuthenticationCode\",\"code\":\"%s\"}", code);
  check("the right code", says("\"ok\"") && told("authorizationStateReady"));
  ask(id, "{\"@type\":\"getMe\"}");
  check("who it is", says("\"@type\":\"user\"") &&
                         says("\"phone_number\":\"9996621234\"") &&
                         says("\"type\":{\"@type\":\"userTypeRegular\"}"));
  ask(id, "{\"@type\":\"getOption\",\"name\":\"my_id\"}");
  check("options", says("optionValueInteger"));
  ask(id,
      "{\"@type\":\"centigram.call\",\"method\":\"help.getNearestDc\",\"params\":{}}");
  check("any call", says("\"centigram.result\"") && says("\"_\":\"nearestDc\""));
  ask(id, "{\"@type\":\"centigram.call\",\"method\":\"auth.cancelCode\"}");
  check("a call that lacks a field", says("\"code\":400") && says("phone_number"));
  int second = td.create();
  ask(second,
      "{\"@type\":\"setTdlibParameters\",\"centigram_dc\":\"%s\","
      "\"database_directory\":\"%s/one/db\"}",
      dc, folder);
  check("two clients do not share a folder", says("in use by another"));
  states[0] = '\0';
  ask(id, "{\"@type\":\"close\"}");
  check("a client is closed", wait_for("authorizationStateClosed"));
  check("in this order", !strcmp(states, "Closing Closed "));
  id = open_client("one");
  check("it is logged in when it comes again", told("authorizationStateReady"));
  states[0] = '\0';
  ask(id, "{\"@type\":\"logOut\"}");
  check("it logs out", says("\"ok\"") && wait_for("authorizationStateClosed"));
  check("by and by", !strcmp(states, "LoggingOut Closing Closed "));
  id = open_client("one");
  check("it is nobody when it comes again", told("WaitPhoneNumber"));
  ask(id, "{\"@type\":\"close\"}");
  wait_for("authorizationStateClosed");
}

static void test_sign_up(void) {
  char code[16];
  int id = open_client("two");
  ask(id, "{\"@type\":\"setAuthenticationPhoneNumber\",\"phone_number\":\"9996628001\"}");
  fetch_code("+9996628001", code);
  ask(id, "{\"@type\":\"checkAuthenticationCode\",\"code\":\"%s\"}", code);
  check("a number that nobody has", told("authorizationStateWaitRegistration"));
  check("the terms are shown",
        told("\"terms_of_service\":{\"@type\":\"termsOfService\",\"text\":{\"@type\":"
             "\"formattedText\",\"text\":\"") &&
            told("\"entities\":[]},\"min_user_age\":"));
  ask(id, "{\"@type\":\"registerUser\",\"first_name\":\"\"}");
  check("a name is wanted", says("First name must be non-empty"));
  ask(id, "{\"@type\":\"registerUser\",\"first_name\":\"Ada\",\"last_name\":\"L\"}");
  check("it signs up", says("\"ok\"") && told("authorizationStateReady"));
  ask(id, "{\"@type\":\"getMe\"}");
  check("under its name", says("\"first_name\":\"Ada\",\"last_name\":\"L\""));
  states[0] = '\0';
  ask(id, "{\"@type\":\"destroy\"}");
  check("it is destroyed", says("\"ok\"") && wait_for("authorizationStateClosed"));
  id = open_client("two");
  check("nothing is left of it", told("WaitPhoneNumber"));
  ask(id, "{\"@type\":\"close\"}");
}

/* What runs when a client ends is answered: 500 when it is closed, 401 when destroyed. */
static void test_running(const char *how, const char *want) {
  char request[100];
  int id = open_client(how);
  snprintf(request, sizeof request, "{\"@type\":\"%s\"}", how);
  td.send(id, "{\"@type\":\"setAuthenticationPhoneNumber\","
              "\"phone_number\":\"9996621235\",\"@extra\":\"running\"}");
  td.send(id, request);
  check(how, wait_for("\"@extra\":\"running\"") && says(want));
  check("and it is closed", wait_for("authorizationStateClosed"));
}

/* --- the first years -------------------------------------------------------- */

static bool old_wait(void *client, const char *text) {
  for (int i = 0; i < 100; i++) {
    const char *event = td.old_receive(client, 20.0);
    if (!event) return false;
    snprintf(answer, sizeof answer, "%s", event);
    if (strstr(event, text)) return true;
  }
  return false;
}

static void test_first_years(void) {
  char request[2048], code[16];
  void *c = td.old_create();
  snprintf(request, sizeof request,
           "{\"@type\":\"setTdlibParameters\",\"parameters\":{\"@type\":"
           "\"tdlibParameters\",\"centigram_dc\":\"%s\",\"database_directory\":"
           "\"%s/three\",\"api_id\":1,\"api_hash\":\"x\"},\"@extra\":1}",
           dc, folder);
  td.old_send(c, request);
  check("parameters in the nested form", old_wait(c, "\"@extra\":1") && says("\"ok\""));
  check("no @client_id in the older interface", !says("@client_id"));
  td.old_send(c, "{\"@type\":\"setAuthPhoneNumber\",\"phone_number\":\"9996628002\","
                 "\"@extra\":2}");
  check("authStateWaitCode", old_wait(c, "\"@extra\":2") && says("authStateWaitCode") &&
                                 says("\"is_registered\":true,\"code_type\":{\"@type\":"
                                      "\"authCodeType"));
  fetch_code("+9996628002", code);
  snprintf(request, sizeof request,
           "{\"@type\":\"checkAuthCode\",\"code\":\"%s\",\"first_name\":\"Old\","
           "\"@extra\":3}",
           code);
  td.old_send(c, request);
  check("a sign-up waits for the terms", old_wait(c, "\"@extra\":3") &&
                                             says("\"is_registered\":false") &&
                                             says("termsOfService"));
  td.old_send(c, "{\"@type\":\"checkAuthCode\",\"first_name\":\"Old\",\"@extra\":4}");
  check("authStateOk", old_wait(c, "\"@extra\":4") && says("authStateOk"));
  td.old_send(c, "{\"@type\":\"resetAuth\",\"force\":true,\"@extra\":5}");
  check("resetAuth by force",
        old_wait(c, "\"@extra\":5") && says("\"code\":401") && says("Unauthorized"));
  check("updateAuthState", old_wait(c, "updateAuthState\",\"auth_state\":{\"@type\":"
                                       "\"authStateLoggingOut\"}"));
  td.old_destroy(c);
}

/* --- threads ------------------------------------------------------------------ */

enum { THREADS = 4, EACH = 200 };

static int shared_client;

static void *sender(void *unused) {
  (void)unused;
  for (int i = 0; i < EACH; i++)
    td.send(shared_client, i % 2 ? "{\"@type\":\"testCallEmpty\",\"@extra\":\"count\"}"
                                 : "{\"@type\":\"getAuthorizationState\","
                                   "\"@extra\":\"count\"}");
  return NULL;
}

static void test_threads(void) {
  pthread_t threads[THREADS];
  int got = 0;
  shared_client = td.create();
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, sender, NULL);
  while (got < THREADS * EACH) {
    const char *event = td.receive(20.0);
    if (!event) break;
    got += strstr(event, "\"@extra\":\"count\"") != NULL;
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  check("many threads, one answer for each request", got == THREADS * EACH);
  check("nothing is left to receive", !td.receive(0));
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  setvbuf(stdout, NULL, _IOLBF, 0);
  load(argv[1]);
  dc = argv[2];
  folder = argv[3];
  test_execute();
  test_parameters();
  test_login();
  test_sign_up();
  wait_for("authorizationStateClosed");
  test_running("close", "\"code\":500,\"message\":\"Request aborted\"");
  test_running("destroy", "\"code\":401,\"message\":\"Unauthorized\"");
  test_first_years();
  test_threads();
  printf("1..%d\n", tests);
  return failures > 0;
}
