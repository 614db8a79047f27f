/* SPDX-License-Identifier: MIT */
/* log.c - see log.h for the contract. */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cg_log_write(const cg_log *log, cg_log_level level, const char *format, ...) {
  if (!log || !log->write || level > log->level) return;
  char line[500];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  log->write(log->ctx, level, line);
}

void cg_mask_phone(const char *digits, char out[32]) {
  size_t len = strnlen(digits, 30);
  out[0] = '+';
  for (size_t i = 0; i < len; i++) {
    int shown = len >= 10 && (i < 5 || i + 2 >= len);
    out[i + 1] = shown ? digits[i] : '*';
  }
  out[len + 1] = '\0';
}
