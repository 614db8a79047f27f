/* SPDX-License-Identifier: MIT */
/*
 * logs.h - the log of the process: how much is written and where to, for all clients. Any
 * thread. Lines hold no secrets: the library makes none that do.
 */
#ifndef CG_TD_LOGS_H
#define CG_TD_LOGS_H

#include <centigram/json.h>
#include <centigram/tl.h>

/* TDLib's numbers; what a program sets is the highest that is written. */
enum { CG_TD_LOG_ERROR = 1, CG_TD_LOG_WARN, CG_TD_LOG_INFO, CG_TD_LOG_DEBUG };
enum { CG_TD_LOG_MOST = 1023 };

typedef enum { CG_TD_TO_STDERR, CG_TD_TO_FILE, CG_TD_TO_NOTHING } cg_td_log_target;

void cg_td_log(int level, const char *line);

int cg_td_log_verbosity(void);
void cg_td_log_set_verbosity(int level);

/* `path` and `max_bytes`, beyond which the file becomes PATH.old, are of TO_FILE. False:
 * it cannot be opened, and nothing changes. */
bool cg_td_log_set_target(cg_td_log_target target, const char *path, int64_t max_bytes);

/* What is written to; the path, which may be empty, is cut to fit. */
cg_td_log_target cg_td_log_get_target(char *path, size_t size, int64_t *max_bytes);

void cg_td_log_set_callback(int most, td_log_message_callback_ptr callback);

#endif
