/* SPDX-License-Identifier: MIT */
/*
 * login_code.c - codes as people type them: refused before they are sent when they
 * cannot be right, because a wrong one costs an attempt (protocol.md 248).
 */
#include "login_request.h"

#include "wipe.h"

#include <string.h>
#include <strings.h>

/* Copies the digits of `code`, stepping over blanks, dashes and "+()". */
static bool digits_of(const char *code, char out[CG_CODE_TEXT_MAX]) {
  size_t len = 0;
  for (; *code; code++) {
    if (strchr(" \t-+()", *code)) continue;
    if (*code < '0' || *code > '9' || len == CG_CODE_TEXT_MAX - 1) return false;
    out[len++] = *code;
  }
  out[len] = '\0';
  return len > 0;
}

static cg_err digits(const cg_login *l, const char *code, char out[CG_CODE_TEXT_MAX],
                     cg_fault *fault) {
  if (!digits_of(code, out))
    return cg_fail(fault, CG_E_REFUSED, "the code has digits only");
  if (l->length && strlen(out) != (size_t)l->length)
    return cg_fail(fault, CG_E_REFUSED, "the code has %d digits", (int)l->length);
  return CG_OK;
}

/* Compares digit by digit; '*' in the pattern stands for any, alone for all. */
static cg_err flash_call(const cg_login *l, const char *code, char out[CG_CODE_TEXT_MAX],
                         cg_fault *fault) {
  char pattern[CG_LOGIN_HINT_MAX];
  size_t len = 0;
  for (const char *p = l->hint; *p; p++)
    if (*p == '*' || (*p >= '0' && *p <= '9')) pattern[len++] = *p;
  pattern[len] = '\0';
  if (!digits_of(code, out))
    return cg_fail(fault, CG_E_REFUSED, "the code is the number that called");
  bool any = !strcmp(pattern, "*"), match = any || strlen(out) == len;
  for (size_t i = 0; match && !any && i < len; i++)
    match = pattern[i] == '*' || pattern[i] == out[i];
  return match ? CG_OK
               : cg_fail(fault, CG_E_REFUSED, "the number that calls looks like %s",
                         l->hint);
}

/* The code is the end of the number that called; the whole number will do. */
static cg_err missed_call(const cg_login *l, const char *code, char out[CG_CODE_TEXT_MAX],
                          cg_fault *fault) {
  char prefix[CG_CODE_TEXT_MAX];
  if (!digits_of(code, out))
    return cg_fail(fault, CG_E_REFUSED, "the code is the end of the number that called");
  size_t len = strlen(out), want = (size_t)l->length;
  bool whole = digits_of(l->hint, prefix) && !strncmp(out, prefix, strlen(prefix));
  if (want && len > want && whole)
    memmove(out, out + len - want, want + 1);
  else if (want && len != want)
    return cg_fail(fault, CG_E_REFUSED, "the code is the last %zu digits of the number",
                   want);
  return CG_OK;
}

static cg_err words(const cg_login *l, const char *code, char out[CG_CODE_TEXT_MAX],
                    cg_fault *fault) {
  code += strspn(code, " \t\r\n");
  size_t len = strlen(code), begin = strlen(l->hint);
  while (len && strchr(" \t\r\n", code[len - 1])) len--;
  if (!len || len >= CG_CODE_TEXT_MAX)
    return cg_fail(fault, CG_E_REFUSED, "the code is a word or a phrase");
  memcpy(out, code, len);
  out[len] = '\0';
  if (begin && strncasecmp(out, l->hint, begin))
    return cg_fail(fault, CG_E_REFUSED, "the code begins with \"%s\"", l->hint);
  return CG_OK;
}

/* --- other things that people type -------------------------------------------- */

/* What a server may take: it knows better, but a slip is not worth a call. */
cg_err cg_login_check_email(const char *address, cg_fault *fault) {
  enum { LONGEST = 254 };
  const char *at = strrchr(address, '@');
  size_t len = strlen(address);
  bool good = at && at != address && at[1] && at[1] != '.' && len <= LONGEST;
  for (const char *p = address; *p; p++)
    good = good && (unsigned char)*p > ' ' && *p != 0x7f;
  return good ? CG_OK : cg_fail(fault, CG_E_REFUSED, "that is no email address");
}

/* The number of the bot, a colon and 35 letters (login.md 4.8). */
cg_err cg_login_check_bot(const char *token, cg_fault *fault) {
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  enum { SECRET = 35, ID_MAX = 19 };
  size_t id = strspn(token, "0123456789"), all = strlen(token);
  bool good = id && id <= ID_MAX && token[id] == ':' && all == id + 1 + SECRET &&
              strspn(token + id + 1, letters) == SECRET;
  return good ? CG_OK
              : cg_fail(fault, CG_E_REFUSED,
                        "a bot's token is digits, \":\" and 35 letters, digits, \"-\" "
                        "or \"_\"");
}

cg_err cg_login_check_mnc(const char *mnc, cg_fault *fault) {
  size_t len = strlen(mnc);
  bool good = len && len <= 3 && strspn(mnc, "0123456789") == len;
  return good ? CG_OK
              : cg_fail(fault, CG_E_REFUSED,
                        "the code of a mobile network is up to 3 digits");
}

cg_err cg_login_clean_code(const cg_login *l, const char *code,
                           char out[CG_CODE_TEXT_MAX], cg_fault *fault) {
  cg_err err;
  switch (l->type) {
  case CG_CODE_FLASH_CALL: err = flash_call(l, code, out, fault); break;
  case CG_CODE_MISSED_CALL: err = missed_call(l, code, out, fault); break;
  case CG_CODE_WORD:
  case CG_CODE_PHRASE: err = words(l, code, out, fault); break;
  default: err = digits(l, code, out, fault); break;
  }
  if (err) cg_wipe(out, CG_CODE_TEXT_MAX);
  return err;
}
