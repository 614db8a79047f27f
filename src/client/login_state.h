/* SPDX-License-Identifier: MIT */
/*
 * login_state.h - the login state machine: a value, and what requests and answers of
 * login methods do to it.
 *
 * Every request is looked at before it is sent (cg_login_step_of) and every answer
 * when it comes (cg_login_answered, cg_login_refused), whoever made the call; this is
 * the only place where the state moves. No network, no clock.
 *
 * https://core.telegram.org/api/auth (login.md 3, 4; protocol.md 243-266)
 */
#ifndef CG_LOGIN_STATE_H
#define CG_LOGIN_STATE_H

#include "buf.h"

#include <centigram/login.h>

enum {
  CG_LOGIN_TOKENS = 20,          /* of earlier log-outs, newest first */
  CG_LOGIN_TOKEN_MAX = 256,      /* bytes; a longer one is not kept */
  CG_LOGIN_TERMS_MAX = 64 * 1024 /* bytes of an encoded help.termsOfService */
};

/* How a code is or would be sent. Values are stored in session files. */
typedef enum {
  CG_CODE_NONE,
  CG_CODE_APP,
  CG_CODE_SMS,
  CG_CODE_CALL,
  CG_CODE_FLASH_CALL,
  CG_CODE_MISSED_CALL,
  CG_CODE_EMAIL,
  CG_CODE_SETUP_EMAIL,
  CG_CODE_FRAGMENT,
  CG_CODE_FIREBASE,
  CG_CODE_WORD,
  CG_CODE_PHRASE,
  CG_CODE_UNKNOWN
} cg_code_type;

/* "sms", as cg_login_info has it; empty for NONE. Static. */
const char *cg_code_type_name(cg_code_type type);

typedef struct {
  char phone[CG_PHONE_MAX]; /* the account that it logs in */
  uint8_t bytes[CG_LOGIN_TOKEN_MAX];
  size_t len;
} cg_login_token;

typedef struct {
  cg_login_state state;
  char phone[CG_PHONE_MAX];
  char hash[CG_LOGIN_HASH_MAX]; /* phone_code_hash; a secret */
  int32_t dc;
  cg_code_type type, next_type;
  int32_t length; /* 0: unknown */
  char hint[CG_LOGIN_HINT_MAX];
  int64_t sent_at, resend_at; /* unix seconds */
  int32_t wrong_codes;
  bool logged_in;  /* the key is; a further login may be pending on it */
  bool reset;      /* the marker: LOGGING_OUT goes on until everything is wiped */
  int64_t user_id; /* whose account; 0: the server did not say */
  char user_phone[CG_PHONE_MAX];
  cg_buf terms; /* WAIT_REGISTRATION: encoded help.termsOfService */
  bool terms_shown;
  cg_login_token tokens[CG_LOGIN_TOKENS];
  size_t token_count;
} cg_login;

/* Frees and wipes what `l` holds, tokens included; it is then a new login. */
void cg_login_wipe(cg_login *l);

/* Drops the pending step: back to READY if the key is logged in, else to
 * WAIT_PHONE_NUMBER. Tokens stay. */
void cg_login_forget(cg_login *l);

/* Drops the account as well: CLOSED. Tokens stay. */
void cg_login_end(cg_login *l);

/* Drops a pending step that is too old; true if it did. */
bool cg_login_expire(cg_login *l, int64_t now_s);

/* Unix seconds at which the pending step is dropped, 0 if nothing is pending. */
int64_t cg_login_expires_at(const cg_login *l);

/* True in the states between sendCode and the log-in. */
bool cg_login_is_pending(const cg_login *l);

/* What has expired is described as gone. */
void cg_login_describe(const cg_login *l, int64_t now_s, cg_login_info *out);

/* --- what steps are allowed ------------------------------------------------ */

typedef enum {
  CG_LOGIN_DO_START,
  CG_LOGIN_DO_RESEND,
  CG_LOGIN_DO_CANCEL,
  CG_LOGIN_DO_CODE,
  CG_LOGIN_DO_SIGN_UP,
  CG_LOGIN_DO_LOG_OUT
} cg_login_action;

/* REFUSED with the state's name if `action` is impossible in it. */
cg_err cg_login_allow(const cg_login *l, cg_login_action action, cg_fault *fault);

/* REFUSED if there is no next type, or before the time for it. */
cg_err cg_login_may_resend(const cg_login *l, int64_t now_s, bool force, cg_fault *fault);

/* --- what calls do --------------------------------------------------------- */

typedef enum {
  CG_STEP_NONE,     /* any other method */
  CG_STEP_SEND,     /* auth.sendCode */
  CG_STEP_RESEND,   /* auth.resendCode, auth.resetLoginEmail, auth.checkPaidAuth */
  CG_STEP_CANCEL,   /* auth.cancelCode */
  CG_STEP_SIGN_IN,  /* auth.signIn */
  CG_STEP_SIGN_UP,  /* auth.signUp */
  CG_STEP_EMAIL,    /* account.verifyEmail of a login */
  CG_STEP_PASSWORD, /* auth.checkPassword, auth.recoverPassword */
  CG_STEP_ENTER,    /* every other way to log in: bot, QR, passkey, web token */
  CG_STEP_LOG_OUT   /* auth.logOut */
} cg_step_kind;

/* What a request means for the login; holds secrets. */
typedef struct {
  cg_step_kind kind;
  char phone[CG_PHONE_MAX]; /* digits; empty if the request names none */
  char hash[CG_LOGIN_HASH_MAX];
  bool with_tokens; /* SEND: logout_tokens went along */
} cg_login_step;

/* What `request` means, looked at through invokeWithLayer and its kin. */
void cg_login_step_of(const tl_obj *request, cg_login_step *out);

/* What the caller has to do besides keeping the new state. */
typedef enum {
  CG_LOGIN_SAME,    /* nothing changed */
  CG_LOGIN_CHANGED, /* save it */
  CG_LOGIN_LOST     /* the account was logged out by the server: drop the key, save */
} cg_login_change;

/* A request is about to go out: auth.logOut begins LOGGING_OUT. */
void cg_login_requested(cg_login *l, const cg_login_step *step);

/* `answer` to `step` came from data centre `dc`. MEMORY, LIMIT (terms that are too long
 * to be kept, so that nobody can agree to them): the state is as it was. */
cg_err cg_login_answered(cg_login *l, const cg_login_step *step, const tl_obj *answer,
                         int32_t dc, int64_t now_s, cg_login_change *change);

/* The server refused `step` (of any kind, NONE included) with `error`. */
cg_login_change cg_login_refused(cg_login *l, const cg_login_step *step,
                                 const cg_rpc_error *error, int64_t now_s);

/* `step` ended without an answer. */
cg_login_change cg_login_unanswered(cg_login *l, const cg_login_step *step);

#endif
