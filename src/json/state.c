/* SPDX-License-Identifier: MIT */
/*
 * state.c - the login's state as TDLib's objects: AuthorizationState, and AuthState of
 * its first years (td_api.tl).
 */
#include "client.h"
#include "json.h"

#include <string.h>

static void put_text(cg_buf *b, const char *key, const char *text) {
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, cg_bytes_of(text));
}

static void put_int(cg_buf *b, const char *key, int64_t v) {
  cg_jsonw_key(b, key);
  cg_jsonw_i64(b, v);
}

static void put_flag(cg_buf *b, const char *key, bool v) {
  cg_jsonw_key(b, key);
  cg_jsonw_bool(b, v);
}

/* --- how a code comes --------------------------------------------------------- */

/* Which of its own fields a type has. */
enum { LENGTH = 1, HINT = 2 };

static const struct {
  const char *type, *name, *hint, *old_name;
  int fields;
} types[] = {
  { "app", "authenticationCodeTypeTelegramMessage", "", "authCodeTypeMessage", LENGTH },
  { "sms", "authenticationCodeTypeSms", "", "authCodeTypeSms", LENGTH },
  { "call", "authenticationCodeTypeCall", "", "authCodeTypeCall", LENGTH },
  { "flash_call", "authenticationCodeTypeFlashCall", "pattern", "authCodeTypeFlashCall",
    HINT },
  { "missed_call", "authenticationCodeTypeMissedCall", "phone_number_prefix",
    "authCodeTypeCall", HINT | LENGTH },
  { "fragment", "authenticationCodeTypeFragment", "url", "authCodeTypeSms",
    HINT | LENGTH },
  { "word", "authenticationCodeTypeSmsWord", "first_letter", "authCodeTypeSms", HINT },
  { "phrase", "authenticationCodeTypeSmsPhrase", "first_word", "authCodeTypeSms", HINT },
};

/* A type that is not in the table, or not in TDLib without a device, is like an SMS. */
static size_t find_type(const char *type) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (!strcmp(types[i].type, type)) return i;
  return 1;
}

/* The length and the hint of the next type are not known before it is used. */
static void put_type(cg_buf *b, const char *type, int32_t length, const char *hint) {
  size_t t = find_type(type);
  cg_td_begin(b, types[t].name);
  if (types[t].fields & HINT) put_text(b, types[t].hint, hint);
  if (types[t].fields & LENGTH) put_int(b, "length", length);
  cg_jsonw_close(b, '}');
}

static void put_old_type(cg_buf *b, const char *type, int32_t length, const char *hint) {
  size_t t = find_type(type);
  bool flash = !strcmp(types[t].type, "flash_call");
  cg_td_begin(b, types[t].old_name);
  if (flash)
    put_text(b, "pattern", hint);
  else
    put_int(b, "length", length);
  cg_jsonw_close(b, '}');
}

static void put_next(cg_buf *b, const char *key, const cg_login_info *info, bool old) {
  cg_jsonw_key(b, key);
  if (!info->next_type[0])
    cg_jsonw_null(b);
  else if (old)
    put_old_type(b, info->next_type, 0, "");
  else
    put_type(b, info->next_type, 0, "");
}

/* --- the states ----------------------------------------------------------------- */

static void put_code_info(cg_buf *b, const cg_login_info *info) {
  cg_jsonw_key(b, "code_info");
  cg_td_begin(b, "authenticationCodeInfo");
  put_text(b, "phone_number", info->phone);
  cg_jsonw_key(b, "type");
  put_type(b, info->type, info->length, info->hint);
  put_next(b, "next_type", info, false);
  put_int(b, "timeout", info->resend_in);
  cg_jsonw_close(b, '}');
}

static void put_email(cg_buf *b, const cg_login_info *info, bool with_code) {
  put_flag(b, "allow_apple_id", false);
  put_flag(b, "allow_google_id", false);
  if (!with_code) return;
  cg_jsonw_key(b, "code_info");
  cg_td_begin(b, "emailAddressAuthenticationCodeInfo");
  put_text(b, "email_address_pattern", info->hint);
  put_int(b, "length", info->length);
  cg_jsonw_close(b, '}');
  cg_jsonw_key(b, "email_address_reset_state");
  cg_jsonw_null(b);
}

/* What a person agrees to by registering; empty if the server asks for nothing. */
static void put_terms_object(cg_buf *b, const cg_login_terms *terms) {
  cg_jsonw_key(b, "terms_of_service");
  cg_td_begin(b, "termsOfService");
  cg_jsonw_key(b, "text");
  cg_td_begin(b, "formattedText");
  put_text(b, "text", terms->text);
  cg_jsonw_key(b, "entities");
  cg_jsonw_open(b, '[');
  cg_jsonw_close(b, ']');
  cg_jsonw_close(b, '}');
  put_int(b, "min_user_age", terms->min_age);
  put_flag(b, "show_popup", terms->popup);
  cg_jsonw_close(b, '}');
}

/* Who gets them has been shown them. */
static void put_terms(cg_buf *b, cg_td_client *c) {
  cg_login_terms terms = { .text = "" };
  cg_arena *arena = cg_arena_new(0);
  if (!arena || !c->client || cg_login_get_terms(c->client, arena, &terms))
    terms = (cg_login_terms){ .text = "" };
  put_terms_object(b, &terms);
  cg_arena_free(arena);
}

static void put_password(cg_buf *b, const cg_td_client *c) {
  put_text(b, "password_hint", c->password_hint);
  put_flag(b, "has_recovery_email_address", c->has_recovery);
  put_flag(b, "has_passport_data", c->has_passport);
  put_text(b, "recovery_email_address_pattern", "");
}

static void put_purchase(cg_buf *b) {
  put_text(b, "store_product_id", "");
  put_text(b, "support_email_address", "");
  put_text(b, "support_email_subject", "");
}

/* What the client itself is at comes before what its login is at. */
static const char *state_name(const cg_td_client *c, const cg_login_info *info) {
  switch (c->phase) {
  case CG_TD_WAITS: return "authorizationStateWaitTdlibParameters";
  case CG_TD_OPEN: return cg_login_state_name(info->state);
  case CG_TD_LEAVES: return cg_login_state_name(CG_LOGIN_LOGGING_OUT);
  case CG_TD_CLOSES: return cg_login_state_name(CG_LOGIN_CLOSING);
  default: return cg_login_state_name(CG_LOGIN_CLOSED);
  }
}

static void put_fields(cg_buf *b, cg_td_client *c, const cg_login_info *info) {
  switch (info->state) {
  case CG_LOGIN_WAIT_CODE: put_code_info(b, info); break;
  case CG_LOGIN_WAIT_EMAIL_ADDRESS: put_email(b, info, false); break;
  case CG_LOGIN_WAIT_EMAIL_CODE: put_email(b, info, true); break;
  case CG_LOGIN_WAIT_REGISTRATION: put_terms(b, c); break;
  case CG_LOGIN_WAIT_PASSWORD: put_password(b, c); break;
  case CG_LOGIN_WAIT_PREMIUM_PURCHASE: put_purchase(b); break;
  default: break;
  }
}

void cg_td_put_state(cg_td_client *c, cg_buf *b) {
  cg_login_info info;
  cg_td_login(c, &info);
  cg_td_begin(b, state_name(c, &info));
  if (c->phase == CG_TD_OPEN) put_fields(b, c, &info);
  cg_jsonw_close(b, '}');
}

/* --- the states of the first years ------------------------------------------------ */

static void put_old_code(cg_buf *b, cg_td_client *c, const cg_login_info *info) {
  bool registers = info->state == CG_LOGIN_WAIT_REGISTRATION;
  put_flag(b, "is_registered", !registers);
  cg_jsonw_key(b, "code_type");
  put_old_type(b, info->type, info->length, info->hint);
  put_next(b, "next_code_type", info, true);
  put_int(b, "timeout", info->resend_in);
  if (registers) put_terms(b, c); /* ours: nobody signs up without having seen them */
}

static void put_old_password(cg_buf *b, const cg_td_client *c) {
  put_text(b, "password_hint", c->password_hint);
  put_flag(b, "has_recovery_email", c->has_recovery);
  put_text(b, "recovery_email_pattern", "");
}

void cg_td_put_old_state(cg_td_client *c, cg_buf *b) {
  cg_login_info info;
  cg_td_login(c, &info);
  bool open = c->phase == CG_TD_OPEN;
  const char *name = open || c->phase == CG_TD_WAITS
                         ? cg_login_state_old_name(info.state)
                         : cg_login_state_old_name(CG_LOGIN_LOGGING_OUT);
  cg_td_begin(b, name);
  if (open && !strcmp(name, "authStateWaitCode")) put_old_code(b, c, &info);
  if (open && info.state == CG_LOGIN_WAIT_PASSWORD) put_old_password(b, c);
  cg_jsonw_close(b, '}');
}
