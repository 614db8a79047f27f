/* SPDX-License-Identifier: MIT */
/*
 * log.h - log lines go to whoever owns the context. Secrets (keys, codes, hashes
 * of codes, passwords, tokens) are never arguments; phone numbers are masked with
 * cg_mask_phone() before they get here.
 */
#ifndef CG_LOG_H
#define CG_LOG_H

#include <stddef.h>

typedef enum { CG_LOG_ERROR, CG_LOG_WARN, CG_LOG_INFO, CG_LOG_DEBUG } cg_log_level;

typedef struct {
  void (*write)(void *ctx, cg_log_level level, const char *line); /* NULL: silent */
  void *ctx;
  cg_log_level level; /* the most verbose level that is written */
} cg_log;

/* Writes one printf-like line, cut at 500 bytes. `log` may be NULL. */
void cg_log_write(const cg_log *log, cg_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "+99966*****21" for 9996612345621: at most the first five and last two digits. */
void cg_mask_phone(const char *digits, char out[32]);

#endif
