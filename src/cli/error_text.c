/* SPDX-License-Identifier: MIT */
/*
 * error_text.c - see error_text.h. Names are the server's; `#` in one stands for a
 * run of digits. The meanings follow https://core.telegram.org/api/errors.
 */
#include "error_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>

static const struct { const char *name, *meaning; } texts[] = {
  { "API_ID_INVALID", "The server does not know this api_id and api_hash." },
  { "API_ID_PUBLISHED_FLOOD", "This api_id was published and may not be used any more." },
  { "AUTH_KEY_DUPLICATED", "The same session was used from two places and has been ended." },
  { "AUTH_KEY_PERM_EMPTY", "The temporary key is not bound to a permanent one yet." },
  { "AUTH_KEY_UNREGISTERED", "This session is not logged in." },
  { "AUTH_RESTART", "The server asks to begin the login anew." },
  { "CONNECTION_API_ID_INVALID", "The api_id given at the start of the connection is wrong." },
  { "CONNECTION_LAYER_INVALID", "The server does not speak this layer." },
  { "CONNECTION_NOT_INITED", "The connection was not initialised with initConnection." },
  { "FIRSTNAME_INVALID", "The first name is empty or too long." },
  { "FLOOD_WAIT_#", "Too many requests: wait as many seconds as the number says." },
  { "INPUT_METHOD_INVALID", "The server does not have this method." },
  { "LASTNAME_INVALID", "The last name is too long." },
  { "NETWORK_MIGRATE_#", "The login belongs to another data centre." },
  { "PASSWORD_HASH_INVALID", "The password is wrong." },
  { "PHONE_CODE_EMPTY", "No code was given." },
  { "PHONE_CODE_EXPIRED", "The code is not valid any more, or was never sent to this session: "
                          "ask for a new one." },
  { "PHONE_CODE_HASH_EMPTY", "The phone_code_hash is missing." },
  { "PHONE_CODE_INVALID", "The code is wrong." },
  { "PHONE_MIGRATE_#", "The number belongs to another data centre." },
  { "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN", "New accounts cannot be made from here." },
  { "PHONE_NUMBER_BANNED", "This number is banned." },
  { "PHONE_NUMBER_FLOOD", "Too many codes were asked for with this number." },
  { "PHONE_NUMBER_INVALID", "This is not a phone number that the server accepts." },
  { "PHONE_NUMBER_OCCUPIED", "This number has an account already." },
  { "PHONE_NUMBER_UNOCCUPIED", "This number has no account yet." },
  { "PHONE_PASSWORD_FLOOD", "Too many failed logins with this number." },
  { "SEND_CODE_UNAVAILABLE", "There is no further way to send the code." },
  { "SESSION_EXPIRED", "The session has ended." },
  { "SESSION_PASSWORD_NEEDED", "The account has a password, which is the next step." },
  { "SESSION_REVOKED", "The session was ended from another one." },
  { "SMS_CODE_CREATE_FAILED", "The server could not deliver the code." },
  { "UPDATE_APP_TO_LOGIN", "The server wants a newer layer for logins." },
  { "USER_DEACTIVATED", "The account was deleted." },
  { "USER_MIGRATE_#", "The account lives in another data centre." },
};

static bool matches(const char *name, const char *text) {
  for (; *name; name++) {
    if (*name == '#' && isdigit((unsigned char)*text)) {
      while (isdigit((unsigned char)*text)) text++;
    } else if (*name != *text++) {
      return false;
    }
  }
  return !*text;
}

static const char *of_code(int32_t code) {
  switch (code) {
  case 303: return "The request belongs to another data centre.";
  case 400: return "The server did not accept the request.";
  case 401: return "The session is not, or no longer, allowed to do this.";
  case 403: return "This is forbidden for the account.";
  case 404: return "The server does not know what was asked for.";
  case 406: return "The server did not accept the request and may say why in a notice.";
  case 420: return "Too many requests: wait before the next one.";
  default: return "The server failed to answer; the same request may work later.";
  }
}

const char *cg_error_text(int32_t code, const char *text) {
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (matches(texts[i].name, text)) return texts[i].meaning;
  return of_code(code);
}
