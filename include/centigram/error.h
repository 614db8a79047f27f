/* SPDX-License-Identifier: MIT */
/*
 * error.h - every error that the library itself reports.
 *
 * An error that the server sends is not here: it is a result (see client.h).
 * Codes are stable. Ranges: -100 values, -200 the peer broke the protocol,
 * -300 crypto, -400 the world outside, -500 the caller or the login rules.
 */
#ifndef CENTIGRAM_ERROR_H
#define CENTIGRAM_ERROR_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CG_ERR_MAP(X)                                                            \
  X(TRUNCATED, -101, "input ends inside a value")                                \
  X(MALFORMED, -102, "value is not well formed")                                 \
  X(TRAILING, -103, "bytes left over after the last value")                      \
  X(UNKNOWN_ID, -104, "unknown constructor id")                                  \
  X(UNEXPECTED, -105, "a value of another type is wanted here")                  \
  X(LIMIT, -106, "a size, depth or count limit is passed")                       \
  X(MISSING, -107, "a required field is missing")                                \
  X(UNKNOWN_NAME, -108, "no such method, constructor or field")                  \
  X(NO_VARIANT, -109, "the peer's layer has no form for this value")             \
  X(PROTOCOL, -201, "the peer broke the protocol")                               \
  X(REPLAY, -202, "message seen before, or older than all that are kept")        \
  X(TIME, -203, "message time is outside the allowed window")                    \
  X(TRANSPORT, -204, "the peer answered with a transport error")                 \
  X(NO_KEY, -205, "no RSA key that both sides know")                             \
  X(STATE, -206, "not possible in this state")                                   \
  X(CRYPTO, -301, "a cryptographic operation failed")                            \
  X(VERIFY, -302, "a check of hash, key or signature failed")                    \
  X(WEAK, -303, "the peer's parameters are not safe")                            \
  X(RANDOM, -304, "the system gave no randomness")                               \
  X(MEMORY, -401, "out of memory")                                               \
  X(IO, -402, "input or output failed")                                          \
  X(CONNECT, -403, "no connection to the server")                                \
  X(CLOSED, -404, "the connection was closed")                                   \
  X(TIMEOUT, -405, "timed out")                                                  \
  X(LOCKED, -406, "in use by another process")                                   \
  X(EXISTS, -407, "exists already")                                              \
  X(NOT_FOUND, -408, "not found")                                                \
  X(CORRUPT, -409, "file is damaged")                                            \
  X(STORE, -410, "the store failed")                                             \
  X(USAGE, -501, "wrong usage")                                                  \
  X(REFUSED, -502, "refused by the client's own rules")                          \
  X(CANCELLED, -503, "cancelled")

typedef enum {
  CG_OK = 0,
#define X(name, code, text) CG_E_##name = code,
  CG_ERR_MAP(X)
#undef X
} cg_err;

/* The text of an error in English, "unknown error" for a code that is none.
 * Never NULL; static. */
CG_API const char *cg_err_text(cg_err err);

/* An error together with one line that names what was wrong. Functions that
 * take one fill it when they fail and leave it alone when they do not; NULL is
 * allowed. Holds no secrets. */
typedef struct {
  cg_err err;
  char text[240];
} cg_fault;

/* Fills `fault` (which may be NULL) with a printf-like text, cut to fit, and
 * returns `err`. */
CG_API cg_err cg_fail(cg_fault *fault, cg_err err, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

#ifdef __cplusplus
}
#endif
#endif
