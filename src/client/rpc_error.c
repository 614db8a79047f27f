/* SPDX-License-Identifier: MIT */
/* rpc_error.c - see rpc_error.h for the contract. */
#include "rpc_error.h"

#include "reader.h"

#include <string.h>

static const uint32_t rpc_error_id = 0x2144ca19;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* The last part between underscores that is a number, too large ones clamped; -1. */
static int32_t number_in(const char *text) {
  int32_t found = -1;
  for (const char *part = text; *part;) {
    size_t len = strcspn(part, "_");
    int64_t n = 0;
    size_t i = 0;
    for (; i < len && is_digit(part[i]); i++)
      if (n <= INT32_MAX) n = n * 10 + (part[i] - '0');
    if (len && i == len) found = n > INT32_MAX ? INT32_MAX : (int32_t)n;
    part += len;
    part += *part == '_';
  }
  return found;
}

static bool is_wait(const cg_rpc_error *e) {
  return e->code == 420 || strstr(e->text, "_WAIT_") || strstr(e->text, "_DELAY_") ||
         strstr(e->text, "_TOO_FRESH_");
}

static void copy_printable(char *out, size_t size, cg_bytes text) {
  size_t len = text.len < size ? text.len : size - 1;
  for (size_t i = 0; i < len; i++)
    out[i] = text.at[i] >= ' ' && text.at[i] < 0x7f ? (char)text.at[i] : '?';
  out[len] = '\0';
}

bool cg_rpc_error_read(cg_bytes body, cg_rpc_error *out) {
  cg_reader r;
  cg_reader_init(&r, body.at, body.len);
  if (cg_reader_u32(&r) != rpc_error_id) return false;
  int32_t code = (int32_t)cg_reader_u32(&r);
  cg_bytes text = cg_reader_str(&r);
  if (r.err) return false; /* what stands behind it takes nothing away */
  *out = (cg_rpc_error){ .code = code && code > -1000 && code < 1000 ? code : 500 };
  copy_printable(out->text, sizeof out->text, text);
  out->value = number_in(out->text);
  if (out->value > 0 && is_wait(out)) out->seconds = out->value;
  return true;
}

int32_t cg_rpc_error_migrate(const cg_rpc_error *e) {
  static const char *const names[] = { "PHONE_MIGRATE_", "NETWORK_MIGRATE_",
                                       "USER_MIGRATE_" };
  if (e->code != 303 || e->value <= 0) return 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strncmp(e->text, names[i], strlen(names[i]))) return e->value;
  return 0;
}
