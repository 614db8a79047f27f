/* SPDX-License-Identifier: MIT */
/* settings.c - see settings.h for the contract; the table is the truth. */
#include "settings.h"

#include "utf8.h"
#include "wipe.h"

#include <centigram/server.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { NUMBER, SWITCH, CHOICE, APPS, COUNTRY, NAME, TEXT } setting_kind;

typedef struct {
  const char *name;
  setting_kind kind;
  size_t at;             /* of the int64_t, or the text, in cg_settings */
  int64_t test, strict;  /* default in profile test and in private */
  int64_t min, max;      /* NUMBER, profile test; TEXT: max is its size */
  int64_t strict_min, strict_max; /* all kinds, profile private */
  const char *choices;   /* CHOICE: "a|b|c", the first is 0 */
  const char *doc;
} setting;

#define AT(field) offsetof(cg_settings, field)
#define ROOM(field) ((int64_t)sizeof((cg_settings *)0)->field)
#define DEFAULT_APPS "1:00000000000000000000000000000000"

/* What is no number. */
static const cg_settings start_texts = { .country = "XX", .service_name = "Local login",
                                         .fragment_url = "http://127.0.0.1:4480/" };

static const setting table[] = {
  { "any_api_id", SWITCH, AT(any_api_id), 1, 0, 0, 1, 0, 1, NULL,
    "take every api_id with every api_hash" },
  { "apps", APPS, AT(apps_given), 0, 0, 0, 0, 0, CG_APPS_MAX, NULL,
    "ID:HASH[:published][:mobile],...: the api_id pairs that are known, hash in 32 hex "
    "digits; mobile: an official app that can attest itself to Firebase" },
  { "attestation", CHOICE, AT(attestation), CG_ATTEST_ANY, CG_ATTEST_ECHO, 0, 0, 0, 2,
    "any|echo|none", "which tokens of Firebase are taken: any, those with the nonce or "
    "receipt in them, none" },
  { "code_length", NUMBER, AT(code_length), 5, 6, 5, 7, 6, 7, NULL,
    "digits of a random code" },
  { "code_ttl", NUMBER, AT(code_ttl), 300, 300, 1, 86400, 1, 600, NULL,
    "seconds that a code lives after its last delivery" },
  { "country", COUNTRY, AT(country), 0, 0, 0, 0, 0, 0, NULL,
    "two capitals: the country that help.getNearestDc names" },
  { "email_blocked", TEXT, AT(email_blocked), 0, 0, 0, ROOM(email_blocked), 0, 0,
    NULL, "domain,...: no login email may be there (EMAIL_NOT_ALLOWED)" },
  { "email_reset_period", NUMBER, AT(email_reset_period), 0, 604800, 0, 31536000, 0,
    31536000, NULL, "seconds from the wish to reset a login email to its end; 0: none" },
  { "enumeration_safe", SWITCH, AT(enumeration_safe), 0, 1, 0, 1, 0, 1, NULL,
    "with sign-up closed, an unknown number is answered like a known one" },
  { "explain_406", SWITCH, AT(explain_406), 0, 0, 0, 1, 0, 1, NULL,
    "an error 406, at which apps say nothing, comes with a text for a pop-up" },
  { "firebase_project", NUMBER, AT(firebase_project), 0, 0, 0, 999999999, 0, 999999999,
    NULL, "Play Integrity project that Android apps are told; 0: they get a nonce" },
  { "fragment_url", TEXT, AT(fragment_url), 0, 0, 0, ROOM(fragment_url), 0, 0, NULL,
    "where owners of numbers with 888 are told to look for their code" },
  { "fresh_session", NUMBER, AT(fresh_session), 0, 86400, 0, 604800, 0, 604800, NULL,
    "seconds for which a new session may not end others; 0: none" },
  { "future_tokens", SWITCH, AT(future_tokens), 0, 1, 0, 1, 0, 1, NULL,
    "give out tokens that log in without a code, once each" },
  { "home_dc", NUMBER, AT(home_dc), 0, 0, 0, CG_DCS_MAX, 0, CG_DCS_MAX, NULL,
    "the DC that numbers without an account are sent to (NETWORK_MIGRATE_X), if there are "
    "several; 0: they stay where they ask" },
  { "leak_check", SWITCH, AT(leak_check), 0, 1, 0, 1, 0, 1, NULL,
    "a code that its owner writes into a chat is dead" },
  { "legacy_rsa", SWITCH, AT(legacy_rsa), 1, 0, 0, 1, 0, 1, NULL,
    "take key exchanges with the SHA1 padding of old clients" },
  { "limits", SWITCH, AT(limits), 0, 1, 0, 1, 1, 1, NULL,
    "count codes sent per number and calls per key, and refuse what is too much" },
  { "login_email", SWITCH, AT(login_email), 1, 0, 0, 1, 0, 1, NULL,
    "accounts with a login email get their codes there; this tells who has one" },
  { "max_attempts", NUMBER, AT(max_attempts), 5, 5, 1, 100, 1, 10, NULL,
    "tries that a code takes" },
  { "max_connections", NUMBER, AT(max_connections), 10000, 10000, 1, 1000000, 1, 1000000,
    NULL, "connections at a time" },
  { "min_layer", NUMBER, AT(min_layer), 144, 144, 0, 100000, 0, 100000, NULL,
    "who logs in with a lower layer is told to update (UPDATE_APP_TO_LOGIN); below 144 "
    "not every answer has a form, unless --schema brings it" },
  { "password_reset_retry", NUMBER, AT(password_reset_retry), 86400, 86400, 0, 31536000,
    0, 31536000, NULL,
    "seconds after a declined password reset until another can be asked for" },
  { "password_reset_wait", NUMBER, AT(password_reset_wait), 604800, 604800, 0, 31536000,
    86400, 31536000, NULL, "seconds until a password that is to be reset goes" },
  { "phone_invalid", CHOICE, AT(phone_invalid_400), 0, 0, 0, 0, 0, 1, "406|400",
    "code of the error PHONE_NUMBER_INVALID" },
  { "phone_mode", CHOICE, AT(phone_mode), 0, 0, 0, 0, 0, 0, "loose",
    "how numbers are checked: by their length" },
  { "public_test", SWITCH, AT(public_test), 0, 0, 0, 1, 0, 1, NULL,
    "profile test also serves peers that are not on this machine" },
  { "push_timeout", NUMBER, AT(push_timeout), 15, 15, 1, 300, 1, 300, NULL,
    "seconds that an iPhone app waits for the push that attests it" },
  { "resend_timeout", NUMBER, AT(resend_timeout), 0, 60, 0, 3600, 0, 3600, NULL,
    "seconds before a code may be sent again by the next way; 0: at once" },
  { "service_name", NAME, AT(service_name), 0, 0, 0, 0, 0, 0, NULL,
    "1 to 64 characters: who sends the codes that come as messages" },
  { "session_ttl", NUMBER, AT(session_ttl), 183, 183, 1, 366, 1, 366, NULL,
    "days after which a session that was not used ends, unless its account says "
    "otherwise" },
  { "setup_email_grants_login", SWITCH, AT(setup_email_grants_login), 0, 0, 0, 1, 0, 0,
    NULL, "the code of an email that is being set up logs in by itself, as Telegram "
    "Desktop tries it: whoever knows the number gets in" },
  { "signup", CHOICE, AT(signup), CG_SIGNUP_OPEN, CG_SIGNUP_CLOSED, 0, 0, 0, 2,
    "open|test_numbers|closed", "which numbers without an account may make one" },
  { "sms_kind", CHOICE, AT(sms_kind), CG_SMS_DIGITS, CG_SMS_DIGITS, 0, 0, 0, 2,
    "sms|word|phrase", "what a message by SMS holds" },
  { "strict_reauth", SWITCH, AT(strict_reauth), 0, 0, 0, 1, 0, 1, NULL,
    "refuse auth.sendCode on a key that is logged in" },
  { "test_code_length", NUMBER, AT(test_code_length), 5, 6, 5, 7, 5, 7, NULL,
    "digits of a test number's code" },
  { "test_dc_check", SWITCH, AT(test_dc_check), CG_SET_AUTO, CG_SET_AUTO, 0, 1,
    CG_SET_AUTO, 1, NULL,
    "send test numbers of another DC there (PHONE_MIGRATE_X); on when there are several" },
  { "test_number_daily_quota", NUMBER, AT(test_quota), 0, 0, 0, 100000, 0, 100000, NULL,
    "codes that a test number gets in a day; 0: any number of them" },
  { "test_numbers", SWITCH, AT(test_numbers), 1, 0, 0, 1, 0, 0, NULL,
    "99966XYYYY has a fixed code, X five times, and makes its own account, but YYYY "
    "8000-8999 has to sign up, 9000-9099 has the password test, 9100-9199 is banned, "
    "9200-9299 must wait once; never in profile private" },
  { "third_party_sms", SWITCH, AT(third_party_sms), 1, 1, 0, 1, 0, 1, NULL,
    "codes go by SMS and call too, not only to other sessions" },
  { "token_ttl", NUMBER, AT(token_ttl), 2592000, 2592000, 1, 31536000, 1, 31536000, NULL,
    "seconds that a token of future_tokens lives" },
  { "voice_call", SWITCH, AT(voice_call), 1, 1, 0, 1, 0, 1, NULL,
    "codes are also told by a call" },
};
enum { TABLE = sizeof table / sizeof *table };

static int64_t *slot(cg_settings *s, const setting *row) {
  return (int64_t *)(void *)((char *)s + row->at);
}

static bool parse_number(const char *text, int64_t *out) {
  if (*text < '0' || *text > '9' || strlen(text) > 9) return false;
  char *end;
  *out = strtoll(text, &end, 10);
  return !*end;
}

static bool parse_switch(const char *text, int64_t *out) {
  bool on = !strcmp(text, "on") || !strcmp(text, "true") || !strcmp(text, "1");
  bool off = !strcmp(text, "off") || !strcmp(text, "false") || !strcmp(text, "0");
  *out = on;
  return on || off;
}

static bool parse_choice(const char *choices, const char *text, int64_t *out) {
  size_t len = strlen(text);
  for (*out = 0; choices; choices = strchr(choices, '|'), *out += 1) {
    choices += *choices == '|';
    if (!strncmp(choices, text, len) && (!choices[len] || choices[len] == '|'))
      return len > 0;
  }
  return false;
}

/* One "ID:HASH[:published]"; moves `text` behind it. */
static bool parse_app(const char **text, cg_app *app) {
  char *end;
  long id = strtol(*text, &end, 10);
  if (**text < '1' || **text > '9' || id > INT32_MAX || *end != ':') return false;
  const char *hash = end + 1;
  if (strspn(hash, "0123456789abcdef") != 32) return false;
  *app = (cg_app){ .id = (int32_t)id };
  memcpy(app->hash, hash, 32);
  *text = hash + 32;
  app->published = !strncmp(*text, ":published", 10);
  if (app->published) *text += 10;
  app->mobile = !strncmp(*text, ":mobile", 7);
  if (app->mobile) *text += 7;
  return !**text || **text == ',';
}

static bool parse_apps(cg_settings *s, const char *text) {
  for (s->apps_given = 0; s->apps_given < CG_APPS_MAX; text++) {
    if (!parse_app(&text, &s->apps[s->apps_given])) return false;
    s->apps_given++;
    if (!*text) return true;
  }
  return false;
}

static bool parse_country(cg_settings *s, const char *text) {
  if (strlen(text) != 2 || text[0] < 'A' || text[0] > 'Z' || text[1] < 'A' ||
      text[1] > 'Z')
    return false;
  memcpy(s->country, text, 3);
  return true;
}

static bool parse_name(cg_settings *s, const char *text) {
  cg_bytes name = cg_bytes_of(text);
  if (!name.len || !cg_utf8_valid(name) || cg_utf8_count(name) > CG_NAME_CHARS)
    return false;
  memcpy(s->service_name, text, name.len + 1);
  return true;
}

static bool parse_text(char *out, size_t size, const char *text) {
  for (const char *c = text; *c; c++)
    if (*c <= ' ' || *c > '~') return false;
  if (strlen(text) >= size) return false;
  strcpy(out, text);
  return true;
}

static bool parse(cg_settings *s, const setting *row, const char *text) {
  int64_t *v = slot(s, row);
  switch (row->kind) {
  case NUMBER: return parse_number(text, v) && *v >= row->min && *v <= row->max;
  case SWITCH: return parse_switch(text, v);
  case CHOICE: return parse_choice(row->choices, text, v);
  case APPS: return parse_apps(s, text);
  case COUNTRY: return parse_country(s, text);
  case NAME: return parse_name(s, text);
  case TEXT: return parse_text((char *)s + row->at, (size_t)row->max, text);
  default: return false;
  }
}

static cg_err refuse(const setting *row, const char *given, cg_fault *fault) {
  if (row->kind == NUMBER)
    return cg_fail(fault, CG_E_USAGE, "--set %s: takes %lld to %lld (%s)", given,
                   (long long)row->min, (long long)row->max, row->doc);
  const char *takes = row->kind == CHOICE ? row->choices
                      : row->kind == SWITCH ? "on|off" : "other text";
  return cg_fail(fault, CG_E_USAGE, "--set %s: takes %s (%s)", given, takes, row->doc);
}

static cg_err apply(cg_settings *s, const char *given, cg_fault *fault) {
  const char *eq = strchr(given, '=');
  if (!eq) return cg_fail(fault, CG_E_USAGE, "--set %s: NAME=VALUE is wanted", given);
  size_t len = (size_t)(eq - given);
  for (size_t i = 0; i < TABLE; i++) {
    if (strlen(table[i].name) != len || strncmp(table[i].name, given, len)) continue;
    return parse(s, &table[i], eq + 1) ? CG_OK : refuse(&table[i], given, fault);
  }
  return cg_fail(fault, CG_E_USAGE,
                 "--set %s: there is no setting of that name (see: centigram help serve)",
                 given);
}

/* What a private server must never do, whoever asks. */
static cg_err check_private(cg_settings *s, cg_fault *fault) {
  for (size_t i = 0; i < TABLE; i++) {
    const setting *row = &table[i];
    if (row->kind == COUNTRY || row->kind == NAME || row->kind == TEXT) continue;
    int64_t v = *slot(s, row);
    if (v < row->strict_min || v > row->strict_max)
      return cg_fail(fault, CG_E_USAGE,
                     "--set %s: profile private refuses this value (%s)", row->name,
                     row->doc);
  }
  return CG_OK;
}

cg_err cg_settings_init(cg_settings *s, const char *profile, const char *const *set,
                        cg_fault *fault) {
  *s = start_texts;
  s->private_profile = profile && !strcmp(profile, "private");
  if (profile && !s->private_profile && strcmp(profile, "test"))
    return cg_fail(fault, CG_E_USAGE, "--profile %s: takes test or private", profile);
  for (size_t i = 0; i < TABLE; i++)
    if (table[i].kind <= CHOICE)
      *slot(s, &table[i]) = s->private_profile ? table[i].strict : table[i].test;
  if (!parse_apps(s, DEFAULT_APPS)) return CG_E_USAGE;
  for (; set && *set; set++) {
    cg_err err = apply(s, *set, fault);
    if (err) return err;
  }
  return s->private_profile ? check_private(s, fault) : CG_OK;
}

cg_app_verdict cg_settings_app(const cg_settings *s, int32_t id, cg_bytes hash) {
  for (int64_t i = 0; i < s->apps_given; i++) {
    const cg_app *app = &s->apps[i];
    if (app->id != id || hash.len != 32 || !cg_equal_ct(app->hash, hash.at, 32)) continue;
    return app->published ? CG_APP_PUBLISHED : CG_APP_GOOD;
  }
  return s->any_api_id && id > 0 ? CG_APP_GOOD : CG_APP_UNKNOWN;
}

bool cg_settings_app_mobile(const cg_settings *s, int32_t id) {
  for (int64_t i = 0; i < s->apps_given; i++)
    if (s->apps[i].id == id) return s->apps[i].mobile;
  return false;
}

bool cg_settings_app_known(const cg_settings *s, int32_t id) {
  if (s->any_api_id) return id > 0;
  for (int64_t i = 0; i < s->apps_given; i++)
    if (s->apps[i].id == id) return true;
  return false;
}

/* --- for whoever asks ------------------------------------------------------- */

/* Writes the `v`th of the choices. */
static void choice(const char *choices, int64_t v, char *out, size_t size) {
  for (; v > 0; v--) choices = strchr(choices, '|') + 1;
  snprintf(out, size, "%.*s", (int)strcspn(choices, "|"), choices);
}

static void value(const setting *row, int64_t v, char *out, size_t size) {
  switch (row->kind) {
  case NUMBER: snprintf(out, size, "%lld", (long long)v); return;
  case SWITCH:
    snprintf(out, size, "%s", v == CG_SET_AUTO ? "auto" : v ? "on" : "off");
    return;
  case CHOICE: choice(row->choices, v, out, size); return;
  case APPS: snprintf(out, size, DEFAULT_APPS); return;
  case COUNTRY:
  case NAME:
  case TEXT: snprintf(out, size, "%s", (const char *)&start_texts + row->at); return;
  }
}

static void takes(const setting *row, char *out, size_t size) {
  bool same = row->min == row->strict_min && row->max == row->strict_max;
  if (row->kind == NUMBER && same)
    snprintf(out, size, "%lld to %lld", (long long)row->min, (long long)row->max);
  else if (row->kind == NUMBER)
    snprintf(out, size, "%lld to %lld, private %lld to %lld", (long long)row->min,
             (long long)row->max, (long long)row->strict_min, (long long)row->strict_max);
  else if (row->kind == SWITCH && row->strict_min == row->strict_max)
    snprintf(out, size, "on|off, private %s", row->strict_max ? "on" : "off");
  else
    snprintf(out, size, "%s", row->kind == CHOICE   ? row->choices
                              : row->kind == SWITCH ? "on|off" : "text");
}

bool cg_server_setting_at(size_t i, cg_server_setting *out) {
  if (i >= TABLE) return false;
  const setting *row = &table[i];
  *out = (cg_server_setting){ .name = row->name, .about = row->doc };
  takes(row, out->takes, sizeof out->takes);
  value(row, row->test, out->test, sizeof out->test);
  value(row, row->strict, out->strict, sizeof out->strict);
  return true;
}
