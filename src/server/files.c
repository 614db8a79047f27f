/* SPDX-License-Identifier: MIT */
/* files.c - see files.h for the contract. */
#include "files.h"

#include "wipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, KEY_FILE_MAX = 16384 };

static cg_err io(cg_fault *fault, const char *what, const char *path) {
  return cg_fail(fault, CG_E_IO, "%s %s: %s", what, path, strerror(errno));
}

static cg_err join(char out[PATH_SIZE], const char *dir, const char *name,
                   cg_fault *fault) {
  int n = snprintf(out, PATH_SIZE, "%s/%s", dir, name);
  if (n >= 0 && n < PATH_SIZE) return CG_OK;
  return cg_fail(fault, CG_E_IO, "the path of the server's folder is too long");
}

/* mkdir -p, whatever is missing with 0700. */
static cg_err make_dirs(const char *dir, cg_fault *fault) {
  char path[PATH_SIZE];
  int n = snprintf(path, sizeof path, "%s", dir);
  if (n <= 0 || n >= PATH_SIZE)
    return cg_fail(fault, CG_E_IO, "the server's folder: its path is empty or too long");
  for (char *p = path + 1;; p++) {
    if (*p && *p != '/') continue;
    char was = *p;
    *p = '\0';
    if (mkdir(path, 0700) && errno != EEXIST && errno != EISDIR)
      return io(fault, "cannot make folder", path);
    if (!was) return CG_OK;
    *p = was;
  }
}

/* A lock on the open file, not on the process: a second server in this process is
 * refused as well. */
static cg_err take_lock(cg_folder *f, const char *dir, cg_fault *fault) {
  char path[PATH_SIZE];
  cg_err err = join(path, dir, "server.lock", fault);
  if (err) return err;
  f->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (f->lock_fd < 0) return io(fault, "cannot open", path);
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  if (!fcntl(f->lock_fd, F_OFD_SETLK, &lock)) return CG_OK;
  if (errno == EAGAIN || errno == EACCES)
    return cg_fail(fault, CG_E_LOCKED, "%s: another server uses this folder", path);
  return io(fault, "cannot lock", path);
}

static cg_err read_all(int fd, const char *path, cg_buf *out, cg_fault *fault) {
  uint8_t chunk[4096];
  ssize_t n;
  while ((n = read(fd, chunk, sizeof chunk)) != 0) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io(fault, "cannot read", path);
    cg_buf_put(out, chunk, (size_t)n);
    cg_wipe(chunk, sizeof chunk);
    if (out->len > KEY_FILE_MAX)
      return cg_fail(fault, CG_E_CORRUPT, "%s: too large for what it should be", path);
  }
  return out->err;
}

/* Appends what is in the file; NOT_FOUND if there is none. */
static cg_err read_file(const char *path, cg_buf *out, cg_fault *fault) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return CG_E_NOT_FOUND;
  if (fd < 0) return io(fault, "cannot open", path);
  cg_err err = read_all(fd, path, out, fault);
  close(fd);
  return err;
}

static bool write_all(int fd, cg_bytes what) {
  while (what.len) {
    ssize_t n = write(fd, what.at, what.len);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    what.at += n;
    what.len -= (size_t)n;
  }
  return fsync(fd) == 0;
}

static cg_err sync_dir(const char *dir, cg_fault *fault) {
  int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool done = fd >= 0 && !fsync(fd);
  if (fd >= 0) close(fd);
  return done ? CG_OK : io(fault, "cannot write folder", dir);
}

/* Writes a whole file or nothing: beside it, then renamed over it. The lock makes the
 * name of the file beside it ours. */
static cg_err write_file(const char *dir, const char *name, cg_bytes what,
                         cg_fault *fault) {
  char path[PATH_SIZE], beside[PATH_SIZE];
  char temp[64];
  snprintf(temp, sizeof temp, "%s.new", name);
  cg_err err = join(path, dir, name, fault);
  if (!err) err = join(beside, dir, temp, fault);
  if (err) return err;
  if (unlink(beside) && errno != ENOENT) return io(fault, "cannot remove", beside);
  int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return io(fault, "cannot write", beside);
  bool done = write_all(fd, what);
  if (!done) err = io(fault, "cannot write", beside);
  close(fd);
  if (done && rename(beside, path)) err = io(fault, "cannot write", path);
  return err ? err : sync_dir(dir, fault);
}

static cg_err make_key(cg_folder *f, const char *dir, cg_fault *fault) {
  cg_buf pem = { 0 };
  cg_err err = cg_rsa_generate(&f->rsa);
  if (!err) err = cg_rsa_private_pem(f->rsa, &pem);
  if (err) cg_fail(fault, err, "cannot make the server's key: %s", cg_err_text(err));
  if (!err) err = write_file(dir, "server.key", cg_buf_view(&pem), fault);
  cg_buf_wipe(&pem);
  f->fresh = !err;
  return err;
}

static cg_err load_key(cg_folder *f, const char *dir, cg_fault *fault) {
  char path[PATH_SIZE];
  cg_buf pem = { 0 };
  cg_err err = join(path, dir, "server.key", fault);
  if (!err) err = read_file(path, &pem, fault);
  if (!err) {
    err = cg_rsa_from_pem(&f->rsa, cg_buf_view(&pem), NULL);
    if (err == CG_OK && !cg_rsa_has_private(f->rsa)) err = CG_E_MALFORMED;
    if (err == CG_E_MALFORMED || err == CG_E_WEAK)
      err = cg_fail(fault, CG_E_CORRUPT, "%s: damaged, or not a private key of 2048 bits",
                    path);
  }
  cg_buf_wipe(&pem);
  return err == CG_E_NOT_FOUND ? make_key(f, dir, fault) : err;
}

static cg_err write_public(const cg_folder *f, const char *dir, cg_fault *fault) {
  char path[PATH_SIZE];
  cg_buf want = { 0 }, have = { 0 };
  cg_err err = join(path, dir, "server.pub.pem", fault);
  if (!err) err = cg_rsa_public_pem(f->rsa, &want);
  bool same = !err && !read_file(path, &have, NULL) &&
              cg_bytes_equal(cg_buf_view(&want), cg_buf_view(&have));
  if (!err && !same) err = write_file(dir, "server.pub.pem", cg_buf_view(&want), fault);
  cg_buf_free(&want);
  cg_buf_free(&have);
  return err;
}

cg_err cg_folder_open(cg_folder *f, const char *dir, cg_fault *fault) {
  *f = (cg_folder){ .lock_fd = -1 };
  cg_err err = make_dirs(dir, fault);
  if (!err) err = take_lock(f, dir, fault);
  if (!err) err = load_key(f, dir, fault);
  if (!err) err = write_public(f, dir, fault);
  if (err) cg_folder_close(f);
  return err;
}

void cg_folder_close(cg_folder *f) {
  cg_rsa_free(f->rsa);
  if (f->lock_fd >= 0) close(f->lock_fd);
  *f = (cg_folder){ .lock_fd = -1 };
}

cg_err cg_system_random(void *ctx, void *out, size_t len) {
  (void)ctx;
  uint8_t *p = out;
  while (len) {
    ssize_t n = getrandom(p, len, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return CG_E_RANDOM;
    p += n;
    len -= (size_t)n;
  }
  return CG_OK;
}
