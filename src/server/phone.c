/* SPDX-License-Identifier: MIT */
/* phone.c - see phone.h for the contract. */
#include "phone.h"

#include <string.h>

enum { RAW_MAX = 64, SHORTEST = 5, LONGEST = 15 };

/* Bytes of the separator at the front of `s`, 0 if there is none. */
static size_t separator(cg_bytes s) {
  if (s.len >= 2 && s.at[0] == 0xc2 && s.at[1] == 0xa0) return 2; /* no-break space */
  return s.at[0] && strchr(" \t-.()/", s.at[0]) ? 1 : 0;
}

static bool length_fits(const char *digits, size_t len) {
  if (len < SHORTEST) return false;
  /* Anonymous numbers: the early ones are shorter than today's eleven digits. */
  return strncmp(digits, "888", 3) || (len >= 7 && len <= 12);
}

bool cg_phone_clean(cg_bytes raw, char out[CG_PHONE_SIZE]) {
  if (raw.len > RAW_MAX) return false;
  size_t len = 0;
  bool plus = false;
  while (raw.len) {
    size_t step = separator(raw);
    if (!step && raw.at[0] == '+') {
      if (plus || len) return false;
      plus = true;
    } else if (!step) {
      if (raw.at[0] < '0' || raw.at[0] > '9' || len == LONGEST) return false;
      out[len++] = (char)raw.at[0];
    }
    raw.at += step ? step : 1;
    raw.len -= step ? step : 1;
  }
  out[len] = '\0';
  return length_fits(out, len);
}

bool cg_phone_is_service(const char *digits) {
  static const char *const numbers[] = { "42777", "42400", "424000", "424001" };
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!strcmp(digits, numbers[i])) return true;
  return false;
}

cg_test_number cg_phone_test(const char *digits) {
  cg_test_number n = { 0 };
  if (strlen(digits) != 10 || strncmp(digits, "99966", 5)) return n;
  if (digits[5] < '1' || digits[5] > '3') return n;
  n.dc = digits[5] - '0';
  if (digits[6] == '8') n.kind = CG_TEST_UNREGISTERED;
  else if (!strncmp(digits + 6, "90", 2)) n.kind = CG_TEST_PASSWORD;
  else if (!strncmp(digits + 6, "91", 2)) n.kind = CG_TEST_BANNED;
  else if (!strncmp(digits + 6, "92", 2)) n.kind = CG_TEST_FLOOD;
  return n;
}
