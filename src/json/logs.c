/* SPDX-License-Identifier: MIT */
/* logs.c - see logs.h for the contract. */
#include "logs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { PATH_MOST = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int verbosity = CG_TD_LOG_ERROR;

static struct {
  cg_td_log_target target;
  FILE *file; /* of TO_FILE */
  char path[PATH_MOST];
  int64_t bytes, max_bytes;
  td_log_message_callback_ptr callback;
  int callback_most;
} out;

int cg_td_log_verbosity(void) {
  return atomic_load(&verbosity);
}

void cg_td_log_set_verbosity(int level) {
  atomic_store(&verbosity, level);
}

/* A full file becomes PATH.old and a new one is begun. */
static void turn_over(void) {
  char old[PATH_MOST + 8];
  snprintf(old, sizeof old, "%s.old", out.path);
  fclose(out.file);
  (void)!rename(out.path, old);
  out.file = fopen(out.path, "ae");
  out.bytes = 0;
}

static void write_line(int level, const char *line) {
  static const char *const names[] = { "", "error", "warning", "info", "debug" };
  FILE *f = out.target == CG_TD_TO_FILE ? out.file : stderr;
  if (out.target == CG_TD_TO_NOTHING || !f) return;
  int written = fprintf(f, "centigram: %s: %s\n", names[level], line);
  fflush(f);
  if (out.target != CG_TD_TO_FILE || written < 0) return;
  out.bytes += written;
  if (out.bytes >= out.max_bytes) turn_over();
}

void cg_td_log(int level, const char *line) {
  if (level > cg_td_log_verbosity()) return;
  pthread_mutex_lock(&lock);
  write_line(level, line);
  if (out.callback && level <= out.callback_most) out.callback(level, line);
  pthread_mutex_unlock(&lock);
}

static bool open_file(const char *path, FILE **f, int64_t *bytes) {
  *bytes = 0;
  *f = NULL;
  if (!path || !*path || strlen(path) >= PATH_MOST) return false;
  *f = fopen(path, "ae");
  if (!*f) return false;
  *bytes = ftell(*f) > 0 ? ftell(*f) : 0;
  return true;
}

bool cg_td_log_set_target(cg_td_log_target target, const char *path, int64_t max_bytes) {
  FILE *f = NULL;
  int64_t bytes = 0;
  if (target == CG_TD_TO_FILE && !open_file(path, &f, &bytes)) return false;
  pthread_mutex_lock(&lock);
  if (out.file) fclose(out.file);
  out.target = target;
  out.file = f;
  out.bytes = bytes;
  out.max_bytes = max_bytes;
  snprintf(out.path, sizeof out.path, "%s", f ? path : "");
  pthread_mutex_unlock(&lock);
  return true;
}

cg_td_log_target cg_td_log_get_target(char *path, size_t size, int64_t *max_bytes) {
  pthread_mutex_lock(&lock);
  cg_td_log_target target = out.target;
  snprintf(path, size, "%s", out.path);
  *max_bytes = out.max_bytes;
  pthread_mutex_unlock(&lock);
  return target;
}

void cg_td_log_set_callback(int most, td_log_message_callback_ptr callback) {
  pthread_mutex_lock(&lock);
  out.callback = callback;
  out.callback_most = most;
  pthread_mutex_unlock(&lock);
}
