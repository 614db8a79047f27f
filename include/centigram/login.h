/* SPDX-License-Identifier: MIT */
/*
 * login.h - logging in: with a phone number and its code, a password, another device
 * that scans a QR code, a bot's token, an email address, step by step.
 *
 * The state is TDLib's, with MadelineProto's numbers beside it. It lives in the
 * session file: every step may run in another process. A call of a login method by
 * cg_call() or cg_call_json() moves the same state. A step in the wrong state is
 * REFUSED with the state's name and sends nothing.
 *
 *   state                  step                      then
 *   WAIT_PHONE_NUMBER      cg_login_start            what the sent code says: WAIT_CODE,
 *                                                    WAIT_EMAIL_CODE, WAIT_EMAIL_ADDRESS,
 *                                                    WAIT_PREMIUM_PURCHASE; with a token
 *                                                    of a log-out READY, WAIT_PASSWORD
 *                          cg_login_qr               WAIT_OTHER_DEVICE_CONFIRMATION
 *                          cg_login_bot              READY
 *   WAIT_CODE              cg_login_code             READY, WAIT_PASSWORD,
 *                                                    WAIT_REGISTRATION; wrong: same
 *                          cg_login_resend           what the sent code says
 *                          cg_login_report_missing   same
 *   WAIT_EMAIL_ADDRESS     cg_login_email            WAIT_EMAIL_CODE; bad address: same
 *   WAIT_EMAIL_CODE        cg_login_email_code       type "email": as cg_login_code;
 *                                                    "setup_email": what is sent then
 *                          cg_login_email            of "setup_email": another address
 *                          cg_login_resend           of "email": what the sent code says
 *                          cg_login_reset_email      of "email": same with its date, or
 *                                                    what the sent code says
 *   WAIT_OTHER_DEVICE_     cg_login_wait, or         READY, WAIT_PASSWORD; same with
 *     CONFIRMATION         nothing: it moves alone   another link
 *   WAIT_PASSWORD          cg_login_get_password     same, with what it said in the info
 *                          cg_login_password         READY; a wrong password: same
 *                          cg_login_request_recovery, cg_login_check_recovery   same
 *                          cg_login_recover          READY; a wrong code: same
 *   WAIT_REGISTRATION      cg_login_sign_up          READY
 *   WAIT_PREMIUM_PURCHASE  auth.checkPaidAuth        what the sent code says
 *   READY                  cg_login_log_out          CLOSED
 *                          cg_login_accept, cg_password_*   same
 *   any that waits         cg_login_start, _qr, _bot: the pending step is given up first
 *                          cg_login_cancel           WAIT_PHONE_NUMBER, or READY on a key
 *                                                    that is logged in besides
 *   any                    cg_reset_auth             LOGGING_OUT, CLOSED
 *   CLOSED                 as WAIT_PHONE_NUMBER
 *
 * PHONE_CODE_EXPIRED and refusals that are final (PHONE_NUMBER_BANNED, ..._FLOOD) end in
 * WAIT_PHONE_NUMBER from everywhere; so does a pending step that is too old: 5 minutes
 * for a code, an email and a QR code, 24 hours for the rest.
 *
 * Every step gives its answer as cg_call() does: CG_OK and result->error.code 0: done;
 * CG_OK with an error: the server refused (a wrong code leaves the state as it is);
 * else a failure on this side, in result->fault. A FLOOD_WAIT is handed over, never slept
 * through; until its time is over the same step is REFUSED here with the seconds left.
 *
 * Strings that are given to a step are copied; passwords, codes and tokens are wiped when
 * it is over.
 *
 * https://core.telegram.org/api/auth, /api/srp, /api/qr-login
 */
#ifndef CENTIGRAM_LOGIN_H
#define CENTIGRAM_LOGIN_H

#include "client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* name, TDLib's name, MadelineProto's number */
#define CG_LOGIN_MAP(X)                                                     \
  X(WAIT_PHONE_NUMBER, "authorizationStateWaitPhoneNumber", 0)              \
  X(WAIT_PREMIUM_PURCHASE, "authorizationStateWaitPremiumPurchase", 1)      \
  X(WAIT_EMAIL_ADDRESS, "authorizationStateWaitEmailAddress", 1)            \
  X(WAIT_EMAIL_CODE, "authorizationStateWaitEmailCode", 1)                  \
  X(WAIT_CODE, "authorizationStateWaitCode", 1)                             \
  X(WAIT_OTHER_DEVICE_CONFIRMATION,                                         \
    "authorizationStateWaitOtherDeviceConfirmation", 0)                     \
  X(WAIT_REGISTRATION, "authorizationStateWaitRegistration", -1)            \
  X(WAIT_PASSWORD, "authorizationStateWaitPassword", 2)                     \
  X(READY, "authorizationStateReady", 3)                                    \
  X(LOGGING_OUT, "authorizationStateLoggingOut", 4)                         \
  X(CLOSING, "authorizationStateClosing", 4)                                \
  X(CLOSED, "authorizationStateClosed", 4)

typedef enum {
#define X(name, tdlib, number) CG_LOGIN_##name,
  CG_LOGIN_MAP(X)
#undef X
} cg_login_state;

/* "authorizationStateWaitCode"; static. */
CG_API const char *cg_login_state_name(cg_login_state state);
/* The name of the same state in TDLib's first years: authStateWaitPhoneNumber (a QR code
 * included), WaitCode (a password that is not needed yet, an email or a sign-up
 * included), WaitPassword, Ok or LoggingOut; static. */
CG_API const char *cg_login_state_old_name(cg_login_state state);
/* NOT_LOGGED_IN 0, WAITING_CODE 1, WAITING_SIGNUP -1, WAITING_PASSWORD 2, LOGGED_IN 3,
 * LOGGED_OUT 4. */
CG_API int cg_login_state_number(cg_login_state state);

enum {
  CG_PHONE_MAX = 16,
  CG_LOGIN_HASH_MAX = 256,
  CG_LOGIN_HINT_MAX = 256,
  CG_LOGIN_LINK_MAX = 384, /* of a token of at most 256 bytes */
  CG_LOGIN_EXCEPT_MAX = 16 /* accounts that a QR code is not for */
};

/* Times are unix seconds of this machine's clock, 0: none; `..._in` is the same in
 * seconds from now, 0 once it is over. Texts are empty where there is nothing to say. */
typedef struct {
  cg_login_state state;
  char phone[CG_PHONE_MAX]; /* digits; empty if none is known */
  int32_t dc;               /* where the login runs */
  /* how the code was sent: app, sms, call, flash_call, missed_call, email,
   * setup_email, fragment, firebase, word, phrase, unknown; empty: none is awaited */
  char type[16];
  int32_t length;           /* of the code; 0: unknown */
  /* what else the type says: the pattern of a flash call or email address, the
   * prefix of a missed call, the beginning of a word or phrase, a Fragment link */
  char hint[CG_LOGIN_HINT_MAX];
  /* how resendCode would send it: sms, call, flash_call, missed_call, fragment,
   * unknown; empty: it cannot be sent again */
  char next_type[16];
  int64_t sent_at;
  int64_t resend_at;        /* resend is refused before; 0: allowed at once */
  int32_t resend_in;
  int64_t expires_at;       /* when the client forgets the pending step; 0: never */
  int32_t wrong_codes;      /* codes or passwords that were wrong in this step */
  int64_t user_id;          /* READY: whose account; 0: the server did not say */

  /* a FLOOD_WAIT of the server: the step that it refused is REFUSED here before; with
   * several the one that ends last */
  int64_t wait_until;
  int32_t wait_in;

  /* WAIT_EMAIL_CODE of type "email" */
  bool email_resettable;       /* cg_login_reset_email() is possible */
  int32_t email_reset_period;  /* seconds that it takes once it is asked for */
  int64_t email_reset_at;      /* it was asked for: call again then; 0: it was not */
  int32_t email_reset_in;

  /* WAIT_OTHER_DEVICE_CONFIRMATION: tg://login?token=..., to be shown as a QR code; who
   * sees it can take the login over. Empty: it is over, a new one is being fetched. */
  char link[CG_LOGIN_LINK_MAX];
  int64_t link_expires_at;
  int32_t link_expires_in;

  /* WAIT_PASSWORD: what account.getPassword said last */
  bool password_known;          /* it was asked; else the next five are empty */
  char password_hint[CG_LOGIN_HINT_MAX];
  bool has_recovery;            /* a code can be sent to an email address */
  int64_t password_reset_at;    /* a reset of the password is due then */
  int32_t password_reset_in;
  /* the pattern of the address that cg_login_request_recovery() sent a code to */
  char recovery_pattern[CG_LOGIN_HINT_MAX];

  /* READY: what the log-in's answer asked for */
  bool wants_password;          /* the account must be given a password */
  int32_t relogin_days;         /* with it: without one no new log-in for so long */
  int32_t tmp_sessions;         /* main sessions that may run side by side; 0: not said */
} cg_login_info;

CG_API void cg_login_get(const cg_client *client, cg_login_info *out);

/* The pending phone_code_hash, NUL-terminated; a secret. NOT_FOUND if there is none. */
CG_API CG_MUST_USE cg_err cg_login_hash(const cg_client *client,
                                        char out[CG_LOGIN_HASH_MAX]);

/* The terms that a sign-up accepts. Strings live in the arena. */
typedef struct {
  const char *id;   /* JSON, for help.acceptTermsOfService */
  const char *text;
  int32_t min_age;  /* to be confirmed; 0: none is asked for */
  bool popup;       /* the server asks to show them in a box */
} cg_login_terms;

/* NOT_FOUND if the server sent none or none are awaited; MEMORY. */
CG_API CG_MUST_USE cg_err cg_login_get_terms(cg_client *client, cg_arena *arena,
                                             cg_login_terms *out);

/* The digits of a phone number as it is typed: "+", blanks, "-", ".", "/" and
 * parentheses go. USAGE: something else is in it, or fewer than 5 or more than 15
 * digits. */
CG_API CG_MUST_USE cg_err cg_phone_normalise(const char *text, char out[CG_PHONE_MAX],
                                             cg_fault *fault);

/* --- steps; each waits for its answer, as cg_call() ------------------------ */

/* Of auth.sendCode; zero is a good value for everything. */
typedef struct {
  bool fresh; /* send no tokens of earlier log-outs */
  bool allow_flashcall, current_number, allow_app_hash, allow_missed_call;
  bool allow_firebase, unknown_number;
  const char *token; /* NULL: none */
  bool app_sandbox;  /* goes with token */
} cg_login_settings;

/* auth.sendCode. Any waiting state; a pending login of another number is cancelled
 * first, and a QR code given up as cg_login_cancel() does (REFUSED: it logged the client
 * in meanwhile). `settings` may be NULL. USAGE: bad number. */
CG_API CG_MUST_USE cg_err cg_login_start(cg_client *client, const char *phone,
                                         const cg_login_settings *settings,
                                         cg_arena *arena, cg_result *result);

/* auth.resendCode. REFUSED without a next_type, and before its time with the seconds
 * that are left, which `force` overrides. `reason` may be NULL. */
CG_API CG_MUST_USE cg_err cg_login_resend(cg_client *client, const char *reason,
                                          bool force, cg_arena *arena,
                                          cg_result *result);

/* auth.cancelCode, for at most 2 s; nothing is sent where there is no code, or while a
 * sign-in is under way. Whatever comes of it, the pending login is forgotten; the result
 * tells what the server said. Any state with a pending login. A QR code cannot be taken
 * back: the server is asked once more what has come of it, and if it was accepted the
 * client is logged in, READY, and the result is the auth.loginTokenSuccess. */
CG_API CG_MUST_USE cg_err cg_login_cancel(cg_client *client, cg_arena *arena,
                                          cg_result *result);

/* auth.signIn; in WAIT_EMAIL_CODE what cg_login_email_code() does. REFUSED if the code
 * cannot be right (its length, its pattern). */
CG_API CG_MUST_USE cg_err cg_login_code(cg_client *client, const char *code,
                                        cg_arena *arena, cg_result *result);

/* auth.signUp. REFUSED unless the terms were taken with cg_login_get_terms() or there
 * are none, and `accept_terms` says that a person agreed to them. */
CG_API CG_MUST_USE cg_err cg_login_sign_up(cg_client *client, const char *first_name,
                                           const char *last_name, bool accept_terms,
                                           cg_arena *arena, cg_result *result);

/* auth.logOut in READY; in a waiting state the pending login is cancelled instead.
 * The session keeps its key, without an account. */
CG_API CG_MUST_USE cg_err cg_login_log_out(cg_client *client, cg_arena *arena,
                                           cg_result *result);

/* auth.reportMissingCode: an SMS did not come; `mnc` is the code of the mobile network,
 * digits. WAIT_CODE of the types sms, word and phrase. */
CG_API CG_MUST_USE cg_err cg_login_report_missing(cg_client *client, const char *mnc,
                                                  cg_arena *arena, cg_result *result);

/* --- email ------------------------------------------------------------------ */

/* account.sendVerifyEmailCode: the address that the account is to log in with from now
 * on. REFUSED: it cannot be one. */
CG_API CG_MUST_USE cg_err cg_login_email(cg_client *client, const char *address,
                                         cg_arena *arena, cg_result *result);

/* The code that came by email. Type "email": auth.signIn with email_verification; type
 * "setup_email": account.verifyEmail, which leads to a code by the usual ways. */
CG_API CG_MUST_USE cg_err cg_login_email_code(cg_client *client, const char *code,
                                              cg_arena *arena, cg_result *result);

/* auth.resetLoginEmail, of an address that nobody reads any more: begins the waiting time
 * of the info, or, once that is over, gets the code by another way. REFUSED if the server
 * does not offer it, and while the time runs with the seconds left, which `force`
 * overrides. */
CG_API CG_MUST_USE cg_err cg_login_reset_email(cg_client *client, bool force,
                                               cg_arena *arena, cg_result *result);

/* --- the password of an account: two-step verification ----------------------- */

/* What an account.password says. */
typedef struct {
  bool has_password, has_recovery, has_secure_values;
  char hint[CG_LOGIN_HINT_MAX];
  char unconfirmed_email[CG_LOGIN_HINT_MAX]; /* pattern of one that awaits its code */
  char login_email[CG_LOGIN_HINT_MAX];       /* pattern of the one for logging in */
  int64_t reset_at;                          /* server's clock; 0: no reset is pending */
} cg_password_info;

/* UNEXPECTED: `answer` is no account.password. A text that is too long is cut. */
CG_API CG_MUST_USE cg_err cg_login_read_password(const tl_obj *answer,
                                                 cg_password_info *out);

/* account.getPassword, for cg_login_read_password(). WAIT_PASSWORD and READY. */
CG_API CG_MUST_USE cg_err cg_login_get_password(cg_client *client, cg_arena *arena,
                                                cg_result *result);

/* account.getPassword and auth.checkPassword; neither the password nor what could be
 * checked against it without the server leaves the client. Takes some 50 ms of the CPU.
 * SRP_ID_INVALID and SRP_PASSWORD_CHANGED: both calls are made once more. WEAK: what the
 * server sent is not safe, nothing was answered. UNEXPECTED: it wants an algorithm that
 * is not known here. REFUSED: empty; the account has no password any more (begin anew).
 * The result is the auth.authorization; PASSWORD_HASH_INVALID: wrong. */
CG_API CG_MUST_USE cg_err cg_login_password(cg_client *client, const char *password,
                                            cg_arena *arena, cg_result *result);

/* auth.requestPasswordRecovery: sends a code to the account's email address, whose
 * pattern is in the auth.passwordRecovery and in the info. REFUSED if it is known that
 * there is none. WAIT_PASSWORD. */
CG_API CG_MUST_USE cg_err cg_login_request_recovery(cg_client *client, cg_arena *arena,
                                                    cg_result *result);

/* auth.checkRecoveryPassword: whether that code is right; it stays good. */
CG_API CG_MUST_USE cg_err cg_login_check_recovery(cg_client *client, const char *code,
                                                  cg_arena *arena, cg_result *result);

/* A password to be. Zero is a good value for everything but `password`. */
typedef struct {
  const char *password; /* UTF-8; NULL or "": none, the present one is removed */
  const char *hint;     /* shown to whoever is asked for the password. REFUSED: the
                           password itself */
  const char *email;    /* for recovery; NULL: stays as it is; "": none */
} cg_password_new;

/* auth.recoverPassword: logs in with that code instead of the password, which is then
 * replaced by `change`, or removed if that is NULL. */
CG_API CG_MUST_USE cg_err cg_login_recover(cg_client *client, const char *code,
                                           const cg_password_new *change,
                                           cg_arena *arena, cg_result *result);

/* account.getPassword and account.updatePasswordSettings: sets, changes or removes one's
 * own password, with salts and an exponent of our own beside the server's. `current` is
 * NULL if there is none. READY. The group is checked as in a key exchange (WEAK).
 * REFUSED: there is a password and `current` is NULL, or the other way round; the hint.
 * The result is boolTrue; 400 EMAIL_UNCONFIRMED_N: all is set once
 * account.confirmPasswordEmail gets the code of N digits that was sent to the address. */
CG_API CG_MUST_USE cg_err cg_password_set(cg_client *client, const char *current,
                                          const cg_password_new *change,
                                          cg_arena *arena, cg_result *result);

/* account.resetPassword: of a password that was forgotten, by a session that is logged
 * in: account.resetPasswordRequestedWait, 7 days later account.resetPasswordOk. READY. */
CG_API CG_MUST_USE cg_err cg_password_reset(cg_client *client, cg_arena *arena,
                                            cg_result *result);
/* account.declinePasswordReset. READY. */
CG_API CG_MUST_USE cg_err cg_password_decline_reset(cg_client *client, cg_arena *arena,
                                                    cg_result *result);

/* --- a QR code --------------------------------------------------------------- */

/* auth.exportLoginToken: info.link is to be shown to a device that is logged in. A
 * pending code is cancelled first. `except_ids` are accounts that shall not log in this
 * way: the first CG_LOGIN_EXCEPT_MAX count; NULL if there are none. From then on the
 * client gets a new link by itself when the old one is over, and goes on by itself when
 * the other device has accepted: over to the account's data centre if need be. What it
 * does by itself is told by cg_client_options.login, and by cg_login_wait(). The result
 * is an auth.loginToken, or an auth.loginTokenSuccess: READY already; 401
 * SESSION_PASSWORD_NEEDED: WAIT_PASSWORD. */
CG_API CG_MUST_USE cg_err cg_login_qr(cg_client *client, const int64_t *except_ids,
                                      size_t except_count, cg_arena *arena,
                                      cg_result *result);

/* Runs the client until the QR login moves by itself: its state, its link, or an error of
 * the server to the call that was made (SESSION_PASSWORD_NEEDED: WAIT_PASSWORD). Goes on
 * with a QR login of another process as well. `timeout_ms` 0: as long as it takes.
 * TIMEOUT: nothing moved. WAIT_OTHER_DEVICE_CONFIRMATION. */
CG_API CG_MUST_USE cg_err cg_login_wait(cg_client *client, int timeout_ms,
                                        cg_result *result);

/* auth.acceptLoginToken: lets the device in that shows this link, or token in base64url;
 * the result is its authorization. READY. REFUSED: it is neither. */
CG_API CG_MUST_USE cg_err cg_login_accept(cg_client *client, const char *link,
                                          cg_arena *arena, cg_result *result);

/* --- a bot ------------------------------------------------------------------- */

/* auth.importBotAuthorization. A pending login is given up first. REFUSED: a token is
 * digits, ":" and 35 letters, digits, "-" or "_". It is not kept. */
CG_API CG_MUST_USE cg_err cg_login_bot(cg_client *client, const char *token,
                                       cg_arena *arena, cg_result *result);

/* --- the same steps on the loop --------------------------------------------- */

/* Each as its namesake above, begun as cg_send() begins a call: after OK `answer` is
 * called exactly once, perhaps before the function returns. After an error nothing was
 * begun: REFUSED and USAGE are the client's own rules, with their line in `fault`. One
 * step at a time, please: the server knows one code. */
CG_API CG_MUST_USE cg_err cg_login_start_send(cg_client *client, const char *phone,
                                              const cg_login_settings *settings,
                                              cg_answer *answer, void *ctx,
                                              cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_resend_send(cg_client *client, const char *reason,
                                               bool force, cg_answer *answer, void *ctx,
                                               cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_cancel_send(cg_client *client, cg_answer *answer,
                                               void *ctx, cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_code_send(cg_client *client, const char *code,
                                             cg_answer *answer, void *ctx,
                                             cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_sign_up_send(cg_client *client, const char *first_name,
                                                const char *last_name, bool accept_terms,
                                                cg_answer *answer, void *ctx,
                                                cg_fault *fault);

CG_API CG_MUST_USE cg_err cg_login_report_missing_send(cg_client *client, const char *mnc,
                                                       cg_answer *answer, void *ctx,
                                                       cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_email_send(cg_client *client, const char *address,
                                              cg_answer *answer, void *ctx,
                                              cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_email_code_send(cg_client *client, const char *code,
                                                   cg_answer *answer, void *ctx,
                                                   cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_reset_email_send(cg_client *client, bool force,
                                                    cg_answer *answer, void *ctx,
                                                    cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_get_password_send(cg_client *client, cg_answer *answer,
                                                     void *ctx, cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_password_send(cg_client *client, const char *password,
                                                 cg_answer *answer, void *ctx,
                                                 cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_request_recovery_send(cg_client *client,
                                                         cg_answer *answer, void *ctx,
                                                         cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_check_recovery_send(cg_client *client,
                                                       const char *code,
                                                       cg_answer *answer, void *ctx,
                                                       cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_recover_send(cg_client *client, const char *code,
                                                const cg_password_new *change,
                                                cg_answer *answer, void *ctx,
                                                cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_password_set_send(cg_client *client, const char *current,
                                               const cg_password_new *change,
                                               cg_answer *answer, void *ctx,
                                               cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_password_reset_send(cg_client *client, cg_answer *answer,
                                                 void *ctx, cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_password_decline_reset_send(cg_client *client,
                                                         cg_answer *answer, void *ctx,
                                                         cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_qr_send(cg_client *client, const int64_t *except_ids,
                                           size_t except_count, cg_answer *answer,
                                           void *ctx, cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_accept_send(cg_client *client, const char *link,
                                               cg_answer *answer, void *ctx,
                                               cg_fault *fault);
CG_API CG_MUST_USE cg_err cg_login_bot_send(cg_client *client, const char *token,
                                            cg_answer *answer, void *ctx,
                                            cg_fault *fault);

/* --- the end of an account here -------------------------------------------- */

/* TDLib's resetAuth. false: a code that is awaited is cancelled (2 s at most), then a
 * marker goes into the session file, then auth.logOut is called, and its answer, whatever
 * it says, wipes all local data: LOGGING_OUT, then CLOSED. The result is that answer, an
 * auth.loggedOut also where there was nothing to log out. Without an answer (CONNECT,
 * TIMEOUT, CLOSED) the marker stays, and the next call, step or client of this session
 * goes on with it before anything else. Errors of the result: 400 "Already logging out",
 * "Already logged out".
 * true: wipes at once and tells the server nothing: the session stays in its owner's
 * list. The result, and that of every call that runs, is the error 401 "Unauthorized".
 * The session file is gone afterwards, or holds only the tokens of log-outs, if there
 * are any. IO: it could not be removed. The client can be used again, with a new key. */
CG_API CG_MUST_USE cg_err cg_reset_auth(cg_client *client, bool force, cg_arena *arena,
                                        cg_result *result);

/* The same on the loop, as cg_send(). */
CG_API CG_MUST_USE cg_err cg_reset_auth_send(cg_client *client, bool force,
                                             cg_answer *answer, void *ctx,
                                             cg_fault *fault);

#ifdef __cplusplus
}
#endif
#endif
