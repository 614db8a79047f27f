/* SPDX-License-Identifier: MIT */
/*
 * phone.h - phone numbers as the server stores and compares them: digits only, and
 * what the number itself says about its account (login.md 1.1, 1.4).
 */
#ifndef CG_SERVER_PHONE_H
#define CG_SERVER_PHONE_H

#include "err.h"

enum { CG_PHONE_SIZE = 16 }; /* 15 digits and a NUL */

/* Cleans a number as a client sent it. False if it is none: empty, over 64 bytes,
 * a sign that no number has, fewer than 5 or more than 15 digits. */
bool cg_phone_clean(cg_bytes raw, char out[CG_PHONE_SIZE]);

/* True for numbers of service accounts, into which nobody logs in. */
bool cg_phone_is_service(const char *digits);

typedef enum {
  CG_TEST_REGISTERED,
  CG_TEST_UNREGISTERED,
  CG_TEST_PASSWORD, /* has a 2FA password */
  CG_TEST_BANNED,
  CG_TEST_FLOOD     /* registered; its first auth.sendCode is told to wait */
} cg_test_kind;

typedef struct {
  int dc;            /* the X of 99966XYYYY; 0: no test number */
  cg_test_kind kind; /* what YYYY promises */
} cg_test_number;

cg_test_number cg_phone_test(const char *digits);

#endif
