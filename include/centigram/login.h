/* SPDX-License-Identifier: MIT */
/*
 * login.h - logging in with a phone number, step by step.
 *
 * The state is TDLib's, with MadelineProto's numbers beside it. It lives in the
 * session file: every step may run in another process. A call of a login method by
 * cg_call() or cg_call_json() moves the same state. A step in the wrong state is
 * REFUSED with the state's name and sends nothing.
 *
 *   cg_login_start -> WAIT_CODE -> cg_login_code -> READY | WAIT_PASSWORD
 *        | WAIT_REGISTRATION -> cg_login_sign_up -> READY
 *
 * Every step gives its answer as cg_call() does: CG_OK and result->error.code 0: done;
 * CG_OK with an error: the server refused (a wrong code leaves the state as it is);
 * else a failure on this side, in result->fault.
 *
 * https://core.telegram.org/api/auth
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
/* The name of the same state in TDLib's first years: authStateWaitPhoneNumber, WaitCode
 * (a password that is not needed yet, an email or a sign-up included), WaitPassword, Ok
 * or LoggingOut; static. */
CG_API const char *cg_login_state_old_name(cg_login_state state);
/* NOT_LOGGED_IN 0, WAITING_CODE 1, WAITING_SIGNUP -1, WAITING_PASSWORD 2, LOGGED_IN 3,
 * LOGGED_OUT 4. */
CG_API int cg_login_state_number(cg_login_state state);

enum { CG_PHONE_MAX = 16, CG_LOGIN_HASH_MAX = 256, CG_LOGIN_HINT_MAX = 256 };

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
  int64_t sent_at;          /* unix seconds */
  int64_t resend_at;        /* resend is refused before; 0: allowed at once */
  int32_t resend_in;        /* the same in seconds from now */
  int64_t expires_at;       /* when the client forgets the pending step; 0: never */
  int32_t wrong_codes;      /* PHONE_CODE_INVALID seen for this code */
  int64_t user_id;          /* READY: whose account; 0: the server did not say */
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
 * first. `settings` may be NULL. USAGE: bad number. */
CG_API CG_MUST_USE cg_err cg_login_start(cg_client *client, const char *phone,
                                         const cg_login_settings *settings,
                                         cg_arena *arena, cg_result *result);

/* auth.resendCode. REFUSED without a next_type, and before its time with the seconds
 * that are left, which `force` overrides. `reason` may be NULL. */
CG_API CG_MUST_USE cg_err cg_login_resend(cg_client *client, const char *reason,
                                          bool force, cg_arena *arena,
                                          cg_result *result);

/* auth.cancelCode, for at most 2 s. Whatever comes of it, the pending login is
 * forgotten; the result tells what the server said. Any state with a pending login. */
CG_API CG_MUST_USE cg_err cg_login_cancel(cg_client *client, cg_arena *arena,
                                          cg_result *result);

/* auth.signIn. REFUSED if the code cannot be right (its length, its pattern). */
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
