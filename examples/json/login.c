/* SPDX-License-Identifier: MIT */
/*
 * login.c DC.JSON FOLDER PHONE CODE - a phone logged in through TDLib's JSON interface:
 * what the state asks for is sent, until it is ready; then getMe and logOut.
 *
 *   cc login.c $(pkg-config --cflags --libs centigram_json) -o login
 *   centigram serve -- sh -c './login "$CENTIGRAM_DC" db +9996621234 22222'
 *
 * A test number 99966XYYYY gets a code of X repeated. With TDLib's own library, leave
 * "centigram_dc" out and give your api_id and api_hash.
 */
#include <centigram/json.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool has(const char *event, const char *text) {
  return strstr(event, text) != NULL;
}

/* What the state that was told asks for; false if there is nothing to be sent. */
static bool reply(const char *event, char *const *argv, char *out, size_t size) {
  if (has(event, "authorizationStateWaitTdlibParameters"))
    snprintf(out, size,
             "{\"@type\":\"setTdlibParameters\",\"centigram_dc\":\"%s\","
             "\"database_directory\":\"%s\",\"device_model\":\"Example\"}",
             argv[1], argv[2]);
  else if (has(event, "authorizationStateWaitPhoneNumber"))
    snprintf(out, size,
             "{\"@type\":\"setAuthenticationPhoneNumber\",\"phone_number\":\"%s\"}",
             argv[3]);
  else if (has(event, "authorizationStateWaitCode"))
    snprintf(out, size, "{\"@type\":\"checkAuthenticationCode\",\"code\":\"%s\"}",
             argv[4]);
  else if (has(event, "authorizationStateReady"))
    snprintf(out, size, "{\"@type\":\"getMe\",\"@extra\":\"me\"}");
  else
    return false;
  return true;
}

int main(int argc, char **argv) {
  char request[1024];
  if (argc != 5) {
    fprintf(stderr, "usage: login DC.JSON FOLDER PHONE CODE\n");
    return 2;
  }
  int client = td_create_client_id();
  td_send(client, "{\"@type\":\"getAuthorizationState\"}"); /* the first one wakes it */
  for (;;) {
    const char *event = td_receive(30.0);
    if (!event || has(event, "\"@type\":\"error\"")) {
      fprintf(stderr, "%s\n", event ? event : "nothing happens");
      return 1;
    }
    puts(event);
    if (has(event, "\"@extra\":\"me\"")) td_send(client, "{\"@type\":\"logOut\"}");
    if (!has(event, "\"updateAuthorizationState\"")) continue;
    if (has(event, "authorizationStateClosed")) return 0;
    if (reply(event, argv, request, sizeof request)) td_send(client, request);
  }
}
