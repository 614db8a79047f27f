/* SPDX-License-Identifier: MIT */
/* util.c - small things that the subcommands share; see cli.h. */
#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILE = 1 << 20 };

int cg_cli_fail(int status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("centigram: ", stderr);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  va_end(args);
  return status;
}

int cg_cli_fault(const cg_fault *fault) {
  switch (fault->err) {
  case CG_E_USAGE:
  case CG_E_UNKNOWN_NAME:
  case CG_E_MISSING:
  case CG_E_UNEXPECTED:
  case CG_E_MALFORMED: return cg_cli_fail(CG_EXIT_USAGE, "%s", fault->text);
  default: return cg_cli_fail(CG_EXIT_LOCAL, "%s", fault->text);
  }
}

char *cg_cli_text(const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text;
  if (vasprintf(&text, format, args) < 0) abort();
  va_end(args);
  return text;
}

char *cg_cli_data_path(const char *name) {
  const char *base = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
  if (base && *base) return cg_cli_text("%s/centigram/%s", base, name);
  return cg_cli_text("%s/.local/share/centigram/%s", home ? home : "", name);
}

cg_err cg_cli_make_parents(const char *path, cg_fault *fault) {
  char *copy = cg_cli_text("%s", path);
  cg_err err = CG_OK;
  for (char *p = strchr(copy + 1, '/'); p && !err; p = strchr(p + 1, '/')) {
    *p = '\0';
    if (mkdir(copy, 0700) && errno != EEXIST)
      err = cg_fail(fault, CG_E_IO, "%s: %s", copy, strerror(errno));
    *p = '/';
  }
  free(copy);
  return err;
}

static cg_err read_all(int fd, const char *path, cg_bytes *out, cg_fault *fault) {
  uint8_t *at = malloc(MAX_FILE + 1);
  if (!at) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  size_t len = 0;
  ssize_t n;
  while ((n = read(fd, at + len, MAX_FILE - len)) > 0) len += (size_t)n;
  if (n < 0 || len == MAX_FILE) {
    free(at);
    return cg_fail(fault, CG_E_IO, "%s: %s", path, n < 0 ? strerror(errno) : "too large");
  }
  at[len] = '\0';
  *out = (cg_bytes){ at, len };
  return CG_OK;
}

cg_err cg_cli_read_file(const char *path, cg_bytes *out, cg_fault *fault) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return cg_fail(fault, CG_E_IO, "%s: %s", path, strerror(errno));
  cg_err err = read_all(fd, path, out, fault);
  close(fd);
  return err;
}

char *cg_cli_read_line(void) {
  char *line = NULL;
  size_t cap = 0;
  ssize_t len = getline(&line, &cap, stdin);
  if (len < 0) {
    free(line);
    return NULL;
  }
  line[strcspn(line, "\r\n")] = '\0';
  return line;
}

uint64_t cg_cli_memory(void) {
  uint64_t pages = 0;
  FILE *f = fopen("/proc/self/statm", "re");
  if (!f) return 0;
  if (fscanf(f, "%*u %" SCNu64, &pages) != 1) pages = 0;
  fclose(f);
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

const char *cg_cli_dc_path(const cg_cli *cli) {
  const char *dc = cli->global.dc ? cli->global.dc : getenv("CENTIGRAM_DC");
  if (!dc || !*dc || !strcmp(dc, "local")) return cg_cli_data_path("server/dc.json");
  return dc;
}
