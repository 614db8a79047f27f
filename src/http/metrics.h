/* SPDX-License-Identifier: MIT */
/* metrics.h - numbers as Prometheus reads them: its text format, version 0.0.4. */
#ifndef CG_HTTP_METRICS_H
#define CG_HTTP_METRICS_H

#include "buf.h"

#define CG_METRICS_TYPE "text/plain; version=0.0.4"

/* Appends what a metric is; `type` is "gauge" or "counter". */
void cg_metrics_head(cg_buf *b, const char *name, const char *type, const char *help);
/* One value of it; `label` NULL: the only one. */
void cg_metrics_value(cg_buf *b, const char *name, const char *label, const char *which,
                      uint64_t value);
/* Both, for a metric of one value. */
void cg_metrics_put(cg_buf *b, const char *name, const char *type, const char *help,
                    uint64_t value);

#endif
