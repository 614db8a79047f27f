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
  CG_LOGIN_TOKENS = 20,           /* of earlier log-outs, newest first */
  CG_LOGIN_TOKEN_MAX = 256,       /* bytes; a longer one is not kept */
  CG_LOGIN_TERMS_MAX = 64 * 1024, /* bytes of an encoded help.termsOfService */
  CG_LOGIN_QR_MAX = 256           /* bytes of the token in a QR code */
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

/* What a call is to the login. Values are stored in session files. */
typedef enum {
  CG_STEP_NONE,         /* any other method */
  CG_STEP_SEND,         /* auth.sendCode */
  CG_STEP_RESEND,       /* auth.resendCode, auth.checkPaidAuth */
  CG_STEP_CANCEL,       /* auth.cancelCode */
  CG_STEP_SIGN_IN,      /* auth.signIn */
  CG_STEP_SIGN_UP,      /* auth.signUp */
  CG_STEP_EMAIL,        /* account.verifyEmail of a login */
  CG_STEP_PASSWORD,     /* auth.checkPassword */
  CG_STEP_ENTER,        /* every other way to log in: passkey, web token */
  CG_STEP_LOG_OUT,      /* auth.logOut */
  CG_STEP_QR,           /* auth.exportLoginToken, auth.importLoginToken */
  CG_STEP_BOT,          /* auth.importBotAuthorization */
  CG_STEP_SEND_EMAIL,   /* account.sendVerifyEmailCode of a login */
  CG_STEP_RESET_EMAIL,  /* auth.resetLoginEmail */
  CG_STEP_GET_PASSWORD, /* account.getPassword */
  CG_STEP_RECOVERY,     /* auth.requestPasswordRecovery */
  CG_STEP_RECOVER,      /* auth.recoverPassword, auth.checkRecoveryPassword */
  CG_STEP_DELETE,       /* account.deleteAccount */
  CG_STEP_KINDS
} cg_step_kind;

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
  /* WAIT_EMAIL_CODE of a login */
  bool email_resettable;
  int32_t email_period;   /* seconds that a reset takes */
  int64_t email_reset_at; /* one was asked for; 0: none */
  /* WAIT_OTHER_DEVICE_CONFIRMATION */
  uint8_t qr_token[CG_LOGIN_QR_MAX];
  size_t qr_len;
  int64_t qr_expires;
  int64_t except[CG_LOGIN_EXCEPT_MAX];
  size_t except_count;
  /* WAIT_PASSWORD: what account.getPassword said */
  bool password_known, has_recovery;
  char password_hint[CG_LOGIN_HINT_MAX], recovery[CG_LOGIN_HINT_MAX];
  int64_t password_reset_at;
  /* READY: what auth.authorization said */
  bool wants_password;
  int32_t relogin_days, tmp_sessions;
  /* Until when the server wants to hear no more of a step; outlives the step. */
  int64_t waits[CG_STEP_KINDS];
  char waits_phone[CG_PHONE_MAX]; /* whose SEND it is */
  bool logged_in;                 /* the key is; a further login may be pending on it */
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

/* True if the pending step is too old. */
bool cg_login_is_over(const cg_login *l, int64_t now_s);

/* Where the login is when nothing is pending. */
cg_login_state cg_login_at_rest(const cg_login *l);

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
  CG_LOGIN_DO_LOG_OUT,
  CG_LOGIN_DO_REPORT,
  CG_LOGIN_DO_EMAIL,
  CG_LOGIN_DO_EMAIL_CODE,
  CG_LOGIN_DO_RESET_EMAIL,
  CG_LOGIN_DO_GET_PASSWORD,
  CG_LOGIN_DO_PASSWORD,
  CG_LOGIN_DO_RECOVERY,
  CG_LOGIN_DO_CHECK_RECOVERY,
  CG_LOGIN_DO_RECOVER,
  CG_LOGIN_DO_SET_PASSWORD,
  CG_LOGIN_DO_RESET_PASSWORD,
  CG_LOGIN_DO_DECLINE_RESET,
  CG_LOGIN_DO_QR,
  CG_LOGIN_DO_WAIT,
  CG_LOGIN_DO_ACCEPT,
  CG_LOGIN_DO_BOT
} cg_login_action;

/* REFUSED with the state's name if `action` is impossible in it. */
cg_err cg_login_allow(const cg_login *l, cg_login_action action, cg_fault *fault);

/* The same, and REFUSED while the server wants no more of it, with the seconds left.
 * `phone` is for START. */
cg_err cg_login_may(const cg_login *l, cg_login_action action, const char *phone,
                    int64_t now_s, cg_fault *fault);

/* REFUSED if there is no next type, or before the time for it. */
cg_err cg_login_may_resend(const cg_login *l, int64_t now_s, bool force, cg_fault *fault);

/* REFUSED if the server does not offer it, or while one that was asked for takes. */
cg_err cg_login_may_reset_email(const cg_login *l, int64_t now_s, bool force,
                                cg_fault *fault);

/* --- what calls do --------------------------------------------------------- */

/* What a request means for the login; holds secrets. */
typedef struct {
  cg_step_kind kind;
  char phone[CG_PHONE_MAX]; /* digits; empty if the request names none */
  char hash[CG_LOGIN_HASH_MAX];
  bool with_tokens; /* SEND: logout_tokens went along */
  bool by_itself;   /* QR: the client asks for the state that it is in to go on */
  int64_t ahead_s;  /* the server's clock minus ours, for the dates that it names */
  int64_t except[CG_LOGIN_EXCEPT_MAX]; /* QR */
  size_t except_count;
} cg_login_step;

/* Copies a value of the peer or the caller; false if it does not fit as a C string. */
bool cg_login_copy_text(char *out, size_t size, cg_bytes v);

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
