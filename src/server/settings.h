/* SPDX-License-Identifier: MIT */
/*
 * settings.h - every option that `--set NAME=VALUE` reaches, with a default per
 * profile. They are fixed when the server starts; login.md says what each one does.
 */
#ifndef CG_SERVER_SETTINGS_H
#define CG_SERVER_SETTINGS_H

#include "err.h"

enum {
  CG_DCS_MAX = 9,
  CG_SET_AUTO = -1 /* of a switch: not said */
};
enum { CG_APPS_MAX = 64, CG_NAME_CHARS = 64 };

typedef struct {
  int32_t id;
  char hash[33];
  bool published; /* known to all: refused with API_ID_PUBLISHED_FLOOD */
  bool mobile;    /* an official app on a phone: Firebase can vouch for it */
} cg_app;

typedef enum { CG_SIGNUP_OPEN, CG_SIGNUP_TEST_NUMBERS, CG_SIGNUP_CLOSED } cg_signup;

typedef enum { CG_SMS_DIGITS, CG_SMS_WORD, CG_SMS_PHRASE } cg_sms_kind;
typedef enum { CG_ATTEST_ANY, CG_ATTEST_ECHO, CG_ATTEST_NONE } cg_attestation;

/* Numbers, switches (0 or 1) and choices (place in their list) are all int64_t, so that
 * one table can fill them. */
typedef struct {
  bool private_profile;
  int64_t any_api_id;
  int64_t apps_given;        /* how many rows of apps[] there are */
  int64_t phone_mode;        /* 0: loose */
  int64_t phone_invalid_400; /* 400 PHONE_NUMBER_INVALID everywhere */
  int64_t test_numbers;      /* 99966XYYYY has a fixed code and provisions itself */
  int64_t test_dc_check;     /* CG_SET_AUTO until the server knows how many DCs it has */
  int64_t home_dc;           /* of numbers without an account; 0: any */
  int64_t signup;            /* cg_signup */
  int64_t enumeration_safe;
  int64_t strict_reauth;
  int64_t code_length, test_code_length; /* digits */
  int64_t code_ttl, resend_timeout;      /* seconds */
  int64_t max_attempts;
  int64_t limits;            /* count and refuse, login.md 2.8 */
  int64_t third_party_sms, voice_call;
  int64_t sms_kind;          /* cg_sms_kind */
  int64_t firebase_project, push_timeout;
  int64_t attestation;       /* cg_attestation */
  int64_t login_email, setup_email_grants_login, email_reset_period;
  int64_t test_quota;        /* codes per test number and day; 0: no limit */
  int64_t leak_check;
  int64_t min_layer;
  int64_t password_reset_wait, password_reset_retry; /* seconds */
  int64_t legacy_rsa;
  int64_t explain_406;
  int64_t fresh_session;     /* seconds */
  int64_t session_ttl;       /* days */
  int64_t future_tokens, token_ttl;
  int64_t public_test;
  int64_t max_connections;
  char country[3];           /* two capitals */
  char service_name[4 * CG_NAME_CHARS + 1];
  char fragment_url[128], email_blocked[256];
  cg_app apps[CG_APPS_MAX];
} cg_settings;

/* Fills `s` with the defaults of `profile` ("test", "private" or NULL for test) and
 * then with `set` ("NAME=VALUE"..., NULL-terminated, or NULL), the last word on a name
 * winning. USAGE: `fault` names the setting and what it takes. */
CG_MUST_USE cg_err cg_settings_init(cg_settings *s, const char *profile,
                                    const char *const *set, cg_fault *fault);

typedef enum { CG_APP_GOOD, CG_APP_UNKNOWN, CG_APP_PUBLISHED } cg_app_verdict;

/* Judges an api_id with its hash. The hash is compared in constant time. */
cg_app_verdict cg_settings_app(const cg_settings *s, int32_t id, cg_bytes hash);

/* True if the app with this api_id is an official one on phones. */
bool cg_settings_app_mobile(const cg_settings *s, int32_t id);

/* True if an api_id alone, as initConnection has it, may be used. */
bool cg_settings_app_known(const cg_settings *s, int32_t id);

#endif
