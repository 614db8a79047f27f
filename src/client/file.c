/* SPDX-License-Identifier: MIT */
/* file.c - see file.h for the contract. */
#include "file.h"

#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static cg_err io_fault(cg_fault *fault, const char *path) {
  cg_err err = errno == ENOENT || errno == ENOTDIR ? CG_E_NOT_FOUND : CG_E_IO;
  if (errno == ELOOP) return cg_fail(fault, CG_E_IO, "%s: is a symbolic link", path);
  return cg_fail(fault, err, "%s: %s", path, strerror(errno));
}

static cg_err read_all(int fd, const char *path, size_t max, cg_buf *out,
                       cg_fault *fault) {
  struct stat st;
  if (fstat(fd, &st)) return io_fault(fault, path);
  if (!S_ISREG(st.st_mode))
    return cg_fail(fault, CG_E_UNEXPECTED, "%s: is not a regular file", path);
  for (size_t total = 0;;) {
    uint8_t piece[4096];
    ssize_t n = read(fd, piece, sizeof piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_fault(fault, path);
    if (n == 0) return CG_OK;
    total += (size_t)n;
    if (total > max)
      return cg_fail(fault, CG_E_LIMIT, "%s: is larger than %zu bytes", path, max);
    cg_buf_put(out, piece, (size_t)n);
    cg_wipe(piece, sizeof piece);
    if (out->err) return cg_fail(fault, out->err, "%s: out of memory", path);
  }
}

cg_err cg_file_read(const char *path, bool follow, size_t max, cg_buf *out,
                    cg_fault *fault) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  if (fd < 0) return io_fault(fault, path);
  cg_err err = read_all(fd, path, max, out, fault);
  close(fd);
  return err;
}
