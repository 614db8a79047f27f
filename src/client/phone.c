/* SPDX-License-Identifier: MIT */
/*
 * phone.c - the one spelling of a phone number (protocol.md 243, login.md 1.1).
 *
 * Only ASCII digits count as digits, and "00" in front is not taken for "+".
 */
#include <centigram/login.h>

#include <string.h>

/* Length of the separator that `s` begins with, 0 if it begins with none. */
static size_t separator(const char *s) {
  if (*s && strchr(" \t-./()", *s)) return 1;
  return !strncmp(s, "\xc2\xa0", 2) ? 2 : 0; /* no-break space */
}

cg_err cg_phone_normalise(const char *text, char out[CG_PHONE_MAX], cg_fault *fault) {
  size_t len = 0;
  bool first = true;
  for (const char *s = text; *s;) {
    size_t skip = separator(s);
    if (skip) {
      s += skip;
      continue;
    }
    bool plus = *s == '+' && first;
    if (!plus && (*s < '0' || *s > '9'))
      return cg_fail(fault, CG_E_USAGE, "a phone number has digits only");
    if (!plus && len == CG_PHONE_MAX - 1)
      return cg_fail(fault, CG_E_USAGE, "a phone number has at most 15 digits");
    if (!plus) out[len++] = *s;
    first = false;
    s++;
  }
  out[len] = '\0';
  return len >= 5 ? CG_OK
                  : cg_fail(fault, CG_E_USAGE, "a phone number has at least 5 digits");
}
