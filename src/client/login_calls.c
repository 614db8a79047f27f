/* SPDX-License-Identifier: MIT */
/* login_calls.c - what answers do to the login; see login_state.h. */
#include "login_state.h"

#include "wipe.h"

#include <centigram/api.h>

#include <string.h>

void cg_login_requested(cg_login *l, const cg_login_step *s) {
  if (s->kind == CG_STEP_LOG_OUT && l->state == CG_LOGIN_READY)
    l->state = CG_LOGIN_LOGGING_OUT;
}

cg_login_change cg_login_unanswered(cg_login *l, const cg_login_step *s) {
  if (s->kind == CG_STEP_LOG_OUT && l->state == CG_LOGIN_LOGGING_OUT && !l->reset)
    l->state = CG_LOGIN_READY;
  return CG_LOGIN_SAME;
}

/* True if `s` speaks of the code that is pending. */
static bool is_ours(const cg_login *l, const cg_login_step *s) {
  return cg_login_is_pending(l) && l->hash[0] && !strcmp(l->hash, s->hash);
}

/* --- tokens of earlier log-outs -------------------------------------------- */

static void drop_token(cg_login *l, size_t at) {
  size_t after = l->token_count - at - 1;
  memmove(&l->tokens[at], &l->tokens[at + 1], after * sizeof *l->tokens);
  cg_wipe(&l->tokens[--l->token_count], sizeof *l->tokens);
}

/* Drops the newest token of `phone`, or all of them. */
static void drop_tokens(cg_login *l, const char *phone, bool all) {
  for (size_t i = 0; i < l->token_count;) {
    if (strcmp(l->tokens[i].phone, phone)) {
      i++;
      continue;
    }
    drop_token(l, i);
    if (!all) return;
  }
}

static void keep_token(cg_login *l, cg_bytes token) {
  if (!token.len || token.len > CG_LOGIN_TOKEN_MAX) return;
  if (l->token_count == CG_LOGIN_TOKENS) drop_token(l, CG_LOGIN_TOKENS - 1);
  memmove(&l->tokens[1], &l->tokens[0], l->token_count * sizeof *l->tokens);
  cg_login_token *t = &l->tokens[0];
  memcpy(t->bytes, token.at, token.len);
  memcpy(t->phone, l->user_phone, sizeof t->phone);
  t->len = token.len;
  l->token_count++;
}

/* --- answers --------------------------------------------------------------- */

static const struct {
  uint32_t id;
  cg_code_type type;
} types[] = {
  { TL_ID_auth_sentCodeTypeApp, CG_CODE_APP },
  { TL_ID_auth_sentCodeTypeSms, CG_CODE_SMS },
  { TL_ID_auth_sentCodeTypeCall, CG_CODE_CALL },
  { TL_ID_auth_sentCodeTypeFlashCall, CG_CODE_FLASH_CALL },
  { TL_ID_auth_sentCodeTypeMissedCall, CG_CODE_MISSED_CALL },
  { TL_ID_auth_sentCodeTypeEmailCode, CG_CODE_EMAIL },
  { TL_ID_auth_sentCodeTypeSetUpEmailRequired, CG_CODE_SETUP_EMAIL },
  { TL_ID_auth_sentCodeTypeFragmentSms, CG_CODE_FRAGMENT },
  { TL_ID_auth_sentCodeTypeFirebaseSms, CG_CODE_FIREBASE },
  { TL_ID_auth_sentCodeTypeSmsWord, CG_CODE_WORD },
  { TL_ID_auth_sentCodeTypeSmsPhrase, CG_CODE_PHRASE },
  { TL_ID_auth_codeTypeSms, CG_CODE_SMS },
  { TL_ID_auth_codeTypeCall, CG_CODE_CALL },
  { TL_ID_auth_codeTypeFlashCall, CG_CODE_FLASH_CALL },
  { TL_ID_auth_codeTypeMissedCall, CG_CODE_MISSED_CALL },
  { TL_ID_auth_codeTypeFragmentSms, CG_CODE_FRAGMENT },
};

static cg_code_type type_of(uint32_t id) {
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (types[i].id == id) return types[i].type;
  return CG_CODE_UNKNOWN;
}

/* What a type says besides its name: the code's length and a hint. */
static void read_type(const tl_obj *type, int32_t *length, cg_bytes *hint) {
  switch (type->id) {
#define LENGTH(name)                                                                     \
  case TL_ID_##name:                                                                     \
    *length = TL_AS(name, type)->length;                                                 \
    break
#define HINT(name, field)                                                                \
  case TL_ID_##name:                                                                     \
    *hint = TL_AS(name, type)->field;                                                    \
    break
#define BOTH(name, field)                                                                \
  case TL_ID_##name:                                                                     \
    *length = TL_AS(name, type)->length;                                                 \
    *hint = TL_AS(name, type)->field;                                                    \
    break
    LENGTH(auth_sentCodeTypeApp);
    LENGTH(auth_sentCodeTypeSms);
    LENGTH(auth_sentCodeTypeCall);
    LENGTH(auth_sentCodeTypeFirebaseSms);
    BOTH(auth_sentCodeTypeMissedCall, prefix);
    BOTH(auth_sentCodeTypeEmailCode, email_pattern);
    BOTH(auth_sentCodeTypeFragmentSms, url);
    HINT(auth_sentCodeTypeFlashCall, pattern);
    HINT(auth_sentCodeTypeSmsWord, beginning);
    HINT(auth_sentCodeTypeSmsPhrase, beginning);
#undef LENGTH
#undef HINT
#undef BOTH
  default: break;
  }
}

static cg_login_state state_for(cg_code_type type) {
  if (type == CG_CODE_EMAIL) return CG_LOGIN_WAIT_EMAIL_CODE;
  return type == CG_CODE_SETUP_EMAIL ? CG_LOGIN_WAIT_EMAIL_ADDRESS : CG_LOGIN_WAIT_CODE;
}

/* Begins a pending step for `s`; false if what it needs cannot be kept. */
static bool begin(cg_login *l, const cg_login_step *s, cg_bytes hash, int32_t dc,
                  int64_t now_s) {
  char kept[CG_LOGIN_HASH_MAX];
  int32_t wrong = is_ours(l, s) ? l->wrong_codes : 0;
  if (!s->phone[0] || !cg_login_copy_text(kept, sizeof kept, hash)) return false;
  bool same = !strcmp(kept, l->hash);
  cg_login_forget(l);
  memcpy(l->phone, s->phone, sizeof l->phone);
  memcpy(l->hash, kept, sizeof l->hash);
  cg_wipe(kept, sizeof kept);
  l->wrong_codes = same ? wrong : 0;
  l->dc = dc;
  l->sent_at = now_s;
  return true;
}

/* How an address that codes go to can be given up; dates are the server's. */
static void read_reset(cg_login *l, const tl_auth_sentCodeTypeEmailCode *t,
                       int64_t ahead_s) {
  bool period = t && TL_HAS(auth_sentCodeTypeEmailCode, t, reset_available_period);
  bool date = t && TL_HAS(auth_sentCodeTypeEmailCode, t, reset_pending_date);
  l->email_resettable = period || date;
  l->email_period =
      period && t->reset_available_period > 0 ? t->reset_available_period : 0;
  if (date && t->reset_pending_date > 0)
    l->email_reset_at = t->reset_pending_date - ahead_s;
}

static bool code_sent(cg_login *l, const cg_login_step *s, const tl_auth_sentCode *a,
                      int32_t dc, int64_t now_s) {
  cg_bytes hint = { 0 };
  if (s->with_tokens) drop_tokens(l, s->phone, true);
  if (!begin(l, s, a->phone_code_hash, dc, now_s)) return false;
  read_type(&a->type->o, &l->length, &hint);
  if (l->length < 0 || l->length > 64) l->length = 0;
  cg_login_copy_text(l->hint, sizeof l->hint, hint);
  l->type = type_of(a->type->o.id);
  read_reset(l, TL_AS(auth_sentCodeTypeEmailCode, a->type), s->ahead_s);
  if (TL_HAS(auth_sentCode, a, next_type)) l->next_type = type_of(a->next_type->o.id);
  if (TL_HAS(auth_sentCode, a, timeout) && a->timeout > 0)
    l->resend_at = now_s + a->timeout;
  l->state = state_for(l->type);
  return true;
}

static void read_demands(cg_login *l, const tl_auth_authorization *a) {
  l->wants_password = TL_HAS(auth_authorization, a, setup_password_required);
  l->relogin_days = TL_HAS(auth_authorization, a, otherwise_relogin_days)
                        ? a->otherwise_relogin_days
                        : 0;
  l->tmp_sessions = TL_HAS(auth_authorization, a, tmp_sessions) ? a->tmp_sessions : 0;
}

static bool entered(cg_login *l, const cg_login_step *s, const tl_auth_authorization *a) {
  const tl_user *user = TL_AS(user, a->user);
  char phone[CG_PHONE_MAX];
  memcpy(phone, s->phone[0] ? s->phone : l->phone, sizeof phone);
  if (s->kind == CG_STEP_SEND && s->with_tokens) drop_tokens(l, s->phone, false);
  cg_login_forget(l);
  l->logged_in = true;
  l->user_id = user ? user->id : 0;
  memcpy(l->user_phone, phone, sizeof phone);
  if (user && TL_HAS(user, user, phone))
    cg_login_copy_text(l->user_phone, sizeof l->user_phone, user->phone);
  l->state = CG_LOGIN_READY;
  memset(l->waits, 0, sizeof l->waits);
  read_demands(l, a);
  if (TL_HAS(auth_authorization, a, future_auth_token))
    keep_token(l, a->future_auth_token);
  return true;
}

/* The bytes of the terms, appended to `out`. */
static cg_err encode_terms(const tl_help_TermsOfService *terms, cg_buf *out) {
  cg_arena *arena = cg_arena_new(0);
  cg_bytes bytes;
  if (!arena) return CG_E_MEMORY;
  cg_err err = cg_tl_encode(cg_tl_api(), &terms->o, arena, &bytes, NULL);
  if (!err && bytes.len > CG_LOGIN_TERMS_MAX) err = CG_E_LIMIT; /* nobody could agree */
  if (!err) cg_buf_bytes(out, bytes);
  cg_arena_free(arena);
  return err ? err : out->err;
}

static cg_err must_sign_up(cg_login *l, const cg_login_step *s,
                           const tl_auth_authorizationSignUpRequired *a, int32_t dc,
                           int64_t now_s) {
  cg_buf terms = { 0 };
  if (TL_HAS(auth_authorizationSignUpRequired, a, terms_of_service)) {
    cg_err err = encode_terms(a->terms_of_service, &terms);
    if (err) {
      cg_buf_free(&terms);
      return err;
    }
  }
  if (begin(l, s, cg_bytes_of(s->hash), dc, now_s)) {
    l->state = CG_LOGIN_WAIT_REGISTRATION;
    l->terms = terms;
  } else {
    cg_buf_free(&terms);
  }
  return CG_OK;
}

/* The account is gone from the key. A reset still has to wipe the key. */
static void lost(cg_login *l) {
  bool reset = l->reset;
  cg_login_end(l);
  l->reset = reset;
}

static bool left(cg_login *l, const tl_auth_loggedOut *a) {
  if (!l->logged_in) return false;
  if (TL_HAS(auth_loggedOut, a, future_auth_token)) keep_token(l, a->future_auth_token);
  lost(l);
  return true;
}

/* cancelCode of a code that was verified is answered with true and does nothing. */
static bool cancelled(cg_login *l, const cg_login_step *s) {
  bool cancels = s->kind == CG_STEP_CANCEL && is_ours(l, s) &&
                 l->state != CG_LOGIN_WAIT_REGISTRATION &&
                 l->state != CG_LOGIN_WAIT_PASSWORD;
  if (cancels) cg_login_forget(l);
  return cancels;
}

static bool must_pay(cg_login *l, const cg_login_step *s,
                     const tl_auth_sentCodePaymentRequired *a, int32_t dc,
                     int64_t now_s) {
  if (!begin(l, s, a->phone_code_hash, dc, now_s)) return false;
  l->state = CG_LOGIN_WAIT_PREMIUM_PURCHASE;
  return true;
}

static bool is_same_token(const cg_login *l, const tl_auth_loginToken *a,
                          int64_t ahead_s) {
  return l->state == CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION &&
         l->qr_len == a->token.len && !memcmp(l->qr_token, a->token.at, l->qr_len) &&
         l->qr_expires == a->expires - ahead_s;
}

/* A QR code is to be shown; what was pending besides is over. */
static bool token_shown(cg_login *l, const cg_login_step *s, const tl_auth_loginToken *a,
                        int32_t dc, int64_t now_s) {
  bool over = s->by_itself && l->state != CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION;
  if (over || !a->token.len || a->token.len > CG_LOGIN_QR_MAX) return false;
  if (is_same_token(l, a, s->ahead_s)) return false;
  cg_login_forget(l);
  memcpy(l->qr_token, a->token.at, a->token.len);
  l->qr_len = a->token.len;
  l->qr_expires = a->expires - s->ahead_s;
  memcpy(l->except, s->except, sizeof l->except);
  l->except_count = s->except_count;
  l->dc = dc;
  l->sent_at = now_s;
  l->state = CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION;
  return true;
}

static bool email_sent(cg_login *l, const cg_login_step *s,
                       const tl_account_sentEmailCode *a, int64_t now_s) {
  if (s->kind != CG_STEP_SEND_EMAIL || !is_ours(l, s)) return false;
  l->state = CG_LOGIN_WAIT_EMAIL_CODE;
  l->type = CG_CODE_SETUP_EMAIL;
  l->length = a->length < 0 || a->length > 64 ? 0 : a->length;
  cg_login_copy_text(l->hint, sizeof l->hint, a->email_pattern);
  l->wrong_codes = 0;
  l->sent_at = now_s;
  return true;
}

static bool password_told(cg_login *l, const cg_login_step *s,
                          const tl_account_password *a) {
  cg_password_info info;
  if (l->state != CG_LOGIN_WAIT_PASSWORD || cg_login_read_password(&a->o, &info))
    return false;
  l->password_known = true;
  l->has_recovery = info.has_recovery;
  memcpy(l->password_hint, info.hint, sizeof l->password_hint);
  l->password_reset_at = info.reset_at ? info.reset_at - s->ahead_s : 0;
  return true;
}

static bool recovery_sent(cg_login *l, const tl_auth_passwordRecovery *a) {
  if (l->state != CG_LOGIN_WAIT_PASSWORD) return false;
  cg_login_copy_text(l->recovery, sizeof l->recovery, a->email_pattern);
  return true;
}

/* The account is no more, and with it what was pending on its number. */
static bool deleted(cg_login *l) {
  if (l->logged_in)
    lost(l);
  else
    cg_login_forget(l);
  return true;
}

static bool agreed(cg_login *l, const cg_login_step *s) {
  return s->kind == CG_STEP_DELETE ? deleted(l) : cancelled(l, s);
}

/* The object inside an answer that only carries another. */
static const tl_obj *carried(const tl_obj *a) {
  switch (a->id) {
  case TL_ID_auth_sentCodeSuccess:
    return &TL_AS(auth_sentCodeSuccess, a)->authorization->o;
  case TL_ID_auth_loginTokenSuccess:
    return &TL_AS(auth_loginTokenSuccess, a)->authorization->o;
  case TL_ID_account_emailVerifiedLogin:
    return &TL_AS(account_emailVerifiedLogin, a)->sent_code->o;
  default: return NULL;
  }
}

cg_err cg_login_answered(cg_login *l, const cg_login_step *s, const tl_obj *a, int32_t dc,
                         int64_t now_s, cg_login_change *change) {
  bool moved = false;
  cg_err err = CG_OK;
  *change = CG_LOGIN_SAME;
  if (s->kind == CG_STEP_NONE) return CG_OK;
  for (const tl_obj *inner = a; inner; inner = carried(inner)) a = inner;
  switch (a->id) {
  case TL_ID_auth_sentCode:
    moved = code_sent(l, s, TL_AS(auth_sentCode, a), dc, now_s);
    break;
  case TL_ID_auth_sentCodePaymentRequired:
    moved = must_pay(l, s, TL_AS(auth_sentCodePaymentRequired, a), dc, now_s);
    break;
  case TL_ID_auth_authorization:
    moved = entered(l, s, TL_AS(auth_authorization, a));
    break;
  case TL_ID_auth_authorizationSignUpRequired:
    err = must_sign_up(l, s, TL_AS(auth_authorizationSignUpRequired, a), dc, now_s);
    moved = !err;
    break;
  case TL_ID_auth_loggedOut: moved = left(l, TL_AS(auth_loggedOut, a)); break;
  case TL_ID_boolTrue: moved = agreed(l, s); break;
  case TL_ID_auth_loginToken:
    moved = token_shown(l, s, TL_AS(auth_loginToken, a), dc, now_s);
    break;
  case TL_ID_account_sentEmailCode:
    moved = email_sent(l, s, TL_AS(account_sentEmailCode, a), now_s);
    break;
  case TL_ID_account_password:
    moved = password_told(l, s, TL_AS(account_password, a));
    break;
  case TL_ID_auth_passwordRecovery:
    moved = recovery_sent(l, TL_AS(auth_passwordRecovery, a));
    break;
  default: break;
  }
  if (moved) *change = CG_LOGIN_CHANGED;
  return err;
}

/* --- refusals -------------------------------------------------------------- */

static bool is_one_of(const char *text, const char *const *list) {
  for (; *list; list++)
    if (!strcmp(text, *list)) return true;
  return false;
}

/* The server says that the key is no account's any more. */
static bool says_logged_out(const cg_rpc_error *e) {
  static const char *const texts[] = { "AUTH_KEY_UNREGISTERED",
                                       "AUTH_KEY_INVALID",
                                       "SESSION_REVOKED",
                                       "SESSION_EXPIRED",
                                       "USER_DEACTIVATED",
                                       "USER_DEACTIVATED_BAN",
                                       NULL };
  return (e->code == 401 && is_one_of(e->text, texts)) ||
         (e->code == 406 && !strcmp(e->text, "AUTH_KEY_DUPLICATED"));
}

/* Nothing more can come of the code that `s` speaks of. */
static bool is_final(const cg_login_step *s, const cg_rpc_error *e) {
  static const char *const texts[] = {
    "PHONE_CODE_EXPIRED",    "PHONE_NUMBER_BANNED",
    "PHONE_NUMBER_OCCUPIED", "USER_DEACTIVATED",
    "USER_DEACTIVATED_BAN",  "API_ID_PUBLISHED_FLOOD",
    "UPDATE_APP_TO_LOGIN",   "PHONE_PASSWORD_FLOOD",
    "PHONE_NUMBER_FLOOD",    "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN",
    "PHONE_HASH_EXPIRED",    NULL
  };
  return s->kind != CG_STEP_CANCEL ? is_one_of(e->text, texts)
                                   : !strcmp(e->text, "PHONE_CODE_EXPIRED");
}

static bool needs_password(cg_login *l, const cg_login_step *s, int64_t now_s) {
  static const unsigned enters = 1u << CG_STEP_SEND | 1u << CG_STEP_SIGN_IN |
                                 1u << CG_STEP_SIGN_UP | 1u << CG_STEP_ENTER |
                                 1u << CG_STEP_QR | 1u << CG_STEP_BOT;
  if (!(enters & 1u << s->kind)) return false;
  if (s->with_tokens) drop_tokens(l, s->phone, false);
  if (!begin(l, s, cg_bytes_of(s->hash), l->dc, now_s)) {
    cg_login_forget(l); /* a QR code or a passkey: no number is known */
    l->sent_at = now_s;
  }
  l->wrong_codes = 0;
  l->state = CG_LOGIN_WAIT_PASSWORD;
  return true;
}

/* A code of an email that is to be the account's: wrong, or nothing to compare it with.
 */
static bool email_refused(cg_login *l, const cg_rpc_error *e) {
  if (!strcmp(e->text, "EMAIL_VERIFY_EXPIRED")) {
    l->state = CG_LOGIN_WAIT_EMAIL_ADDRESS;
    l->length = 0;
    cg_wipe(l->hint, sizeof l->hint);
  } else if (!strcmp(e->text, "CODE_INVALID")) {
    l->wrong_codes++;
  } else {
    return false;
  }
  return true;
}

/* The key does not wait for a password any more: the login begins anew. */
static bool password_refused(cg_login *l, const cg_login_step *s, const cg_rpc_error *e) {
  bool asks = s->kind == CG_STEP_PASSWORD || s->kind == CG_STEP_RECOVER ||
              s->kind == CG_STEP_RECOVERY || s->kind == CG_STEP_GET_PASSWORD;
  if (!asks || l->state != CG_LOGIN_WAIT_PASSWORD) return false;
  if (says_logged_out(e)) {
    cg_login_forget(l);
  } else if (!strcmp(e->text, "PASSWORD_HASH_INVALID") ||
             !strcmp(e->text, "CODE_INVALID")) {
    l->wrong_codes++;
  } else if (!strcmp(e->text, "PASSWORD_RECOVERY_NA")) {
    l->has_recovery = false;
  } else if (!strcmp(e->text, "PASSWORD_RECOVERY_EXPIRED")) {
    cg_wipe(l->recovery, sizeof l->recovery);
  } else {
    return false;
  }
  return true;
}

/* The server wants to hear no more of this for a while. */
static bool must_wait(cg_login *l, const cg_login_step *s, const cg_rpc_error *e,
                      int64_t now_s) {
  static const unsigned never = 1u << CG_STEP_NONE | 1u << CG_STEP_RESEND |
                                1u << CG_STEP_CANCEL | 1u << CG_STEP_LOG_OUT |
                                1u << CG_STEP_DELETE;
  if (e->code != 420 || e->seconds <= 0 || never & 1u << s->kind) return false;
  l->waits[s->kind] = now_s + e->seconds;
  if (s->kind == CG_STEP_SEND) memcpy(l->waits_phone, s->phone, sizeof l->waits_phone);
  return true;
}

/* What a refusal does to the pending code that it is about. */
static bool code_refused(cg_login *l, const cg_login_step *s, const cg_rpc_error *e,
                         int64_t now_s) {
  if (is_final(s, e)) {
    cg_login_forget(l);
  } else if (s->kind == CG_STEP_SIGN_IN && !strcmp(e->text, "PHONE_CODE_INVALID")) {
    l->wrong_codes++;
  } else if (s->kind == CG_STEP_SIGN_IN && !strcmp(e->text, "PHONE_NUMBER_UNOCCUPIED")) {
    l->state = CG_LOGIN_WAIT_REGISTRATION;
    l->sent_at = now_s;
  } else if (s->kind == CG_STEP_RESEND && !strcmp(e->text, "SEND_CODE_UNAVAILABLE")) {
    l->next_type = CG_CODE_NONE;
  } else if (s->kind == CG_STEP_RESEND && e->seconds > 0) {
    l->resend_at = now_s + e->seconds;
  } else if (s->kind == CG_STEP_EMAIL) {
    return email_refused(l, e);
  } else {
    return false;
  }
  return true;
}

cg_login_change cg_login_refused(cg_login *l, const cg_login_step *s,
                                 const cg_rpc_error *e, int64_t now_s) {
  bool logging_out = l->state == CG_LOGIN_LOGGING_OUT;
  cg_login_unanswered(l, s);
  if (says_logged_out(e) && l->logged_in) {
    lost(l);
    return logging_out ? CG_LOGIN_CHANGED : CG_LOGIN_LOST;
  }
  if (e->code == 401 && !strcmp(e->text, "SESSION_PASSWORD_NEEDED"))
    return needs_password(l, s, now_s) ? CG_LOGIN_CHANGED : CG_LOGIN_SAME;
  bool waits = must_wait(l, s, e, now_s);
  bool moved =
      password_refused(l, s, e) || (is_ours(l, s) && code_refused(l, s, e, now_s));
  return waits || moved ? CG_LOGIN_CHANGED : CG_LOGIN_SAME;
}
