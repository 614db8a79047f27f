/* SPDX-License-Identifier: MIT */
/* metrics.c - see metrics.h. */
#include "metrics.h"

#include <inttypes.h>
#include <stdio.h>

void cg_metrics_head(cg_buf *b, const char *name, const char *type, const char *help) {
  char line[200];
  snprintf(line, sizeof line, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
  cg_buf_text(b, line);
}

void cg_metrics_value(cg_buf *b, const char *name, const char *label, const char *which,
                      uint64_t value) {
  char line[200];
  if (label)
    snprintf(line, sizeof line, "%s{%s=\"%s\"} %" PRIu64 "\n", name, label, which, value);
  else
    snprintf(line, sizeof line, "%s %" PRIu64 "\n", name, value);
  cg_buf_text(b, line);
}

void cg_metrics_put(cg_buf *b, const char *name, const char *type, const char *help,
                    uint64_t value) {
  cg_metrics_head(b, name, type, help);
  cg_metrics_value(b, name, NULL, NULL, value);
}
