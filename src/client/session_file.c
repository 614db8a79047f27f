/* SPDX-License-Identifier: MIT */
/* session_file.c - see session_file.h for the contract. */
#include "session_file.h"

#include "file.h"
#include "mem.h"
#include "wipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Length of what a temporary name adds to the file's: ".0123456789abcdef.tmp". */
enum { RANDOM = 8, TEMP_TAIL = 1 + 2 * RANDOM + 4 };

static cg_err io_fault(cg_fault *fault, const char *path, const char *doing) {
  return cg_fail(fault, errno == ENOENT ? CG_E_NOT_FOUND : CG_E_IO, "%s: %s: %s", path,
                 doing, strerror(errno));
}

static cg_err plain_fault(cg_fault *fault, const char *path, cg_err err) {
  return err ? cg_fail(fault, err, "%s: %s", path, cg_err_text(err)) : CG_OK;
}

/* `path` with `tail` behind it, to be freed; NULL when memory is out. */
static char *with_tail(const char *path, const char *tail) {
  size_t size = strlen(path) + strlen(tail) + 1;
  char *name = cg_alloc(size);
  if (name) snprintf(name, size, "%s%s", path, tail);
  return name;
}

/* The folder that `path` is in, to be freed; NULL when memory is out. */
static char *folder_of(const char *path) {
  char *folder = with_tail(path, "");
  char *slash = folder ? strrchr(folder, '/') : NULL;
  if (!folder) return NULL;
  if (slash == folder)
    slash[1] = '\0';
  else if (slash)
    *slash = '\0';
  else
    memcpy(folder, ".", 2);
  return folder;
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* --- the lock -------------------------------------------------------------- */

/* True if `name` is a temporary file of the session file called `base`. */
static bool is_temp(const char *name, const char *base) {
  size_t len = strlen(base);
  if (strlen(name) != len + TEMP_TAIL || strncmp(name, base, len)) return false;
  name += len;
  return *name == '.' && strspn(name + 1, "0123456789abcdef") == 2 * RANDOM &&
         !strcmp(name + 1 + 2 * RANDOM, ".tmp");
}

/* They hold keys; what cannot be removed is left to the next time. */
static void sweep(const char *path) {
  char *folder = folder_of(path);
  DIR *dir = folder ? opendir(folder) : NULL;
  cg_free(folder);
  if (!dir) return;
  for (const struct dirent *e = readdir(dir); e; e = readdir(dir))
    if (is_temp(e->d_name, base_name(path))) unlinkat(dirfd(dir), e->d_name, 0);
  closedir(dir);
}

static cg_err lock_fd(int fd, const char *path, cg_fault *fault) {
  /* A lock of the open file, so that two clients in one process exclude each other. */
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  if (!fcntl(fd, F_OFD_SETLK, &whole)) return CG_OK;
  if (errno == EAGAIN || errno == EACCES)
    return cg_fail(fault, CG_E_LOCKED, "%s: in use by another process", path);
  return io_fault(fault, path, "cannot lock");
}

cg_err cg_session_lock(const char *path, int *fd, cg_fault *fault) {
  char *name = with_tail(path, ".lock");
  if (!name) return plain_fault(fault, path, CG_E_MEMORY);
  *fd = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  cg_err err = *fd < 0 ? io_fault(fault, name, "cannot open") : lock_fd(*fd, path, fault);
  cg_free(name);
  if (err && *fd >= 0) close(*fd);
  if (err) return err;
  sweep(path);
  return CG_OK;
}

/* --- reading and writing --------------------------------------------------- */

cg_err cg_session_seal(const char *path, const char *passphrase, cg_seal *out,
                       cg_fault *fault) {
  cg_err err = cg_seal_init(out, passphrase);
  if (err == CG_E_USAGE) return cg_fail(fault, err, "%s: the passphrase is empty", path);
  return err ? plain_fault(fault, path, err) : CG_OK;
}

/* What the file says, in the bytes of a file that is not sealed. */
static cg_err unseal(cg_seal *seal, cg_buf *bytes, cg_fault *why) {
  cg_buf plain = { 0 };
  if (!cg_seal_is(cg_buf_view(bytes))) return CG_OK;
  cg_err err = cg_seal_open(seal, cg_buf_view(bytes), &plain, why);
  cg_buf_wipe(bytes);
  *bytes = plain;
  return err;
}

cg_err cg_session_read(const char *path, cg_seal *seal, cg_session_data *out,
                       cg_fault *fault) {
  cg_buf bytes = { 0 };
  cg_fault why = { 0 };
  memset(out, 0, sizeof *out);
  cg_err err = cg_file_read(path, false, CG_SESSION_MAX, &bytes, fault);
  if (err == CG_E_LIMIT || err == CG_E_UNEXPECTED)
    err = cg_fail(fault, CG_E_CORRUPT, "%s: is not a session file", path);
  if (!err) {
    err = unseal(seal, &bytes, &why);
    if (!err) err = cg_session_decode(cg_buf_view(&bytes), out, &why);
    if (err) cg_fail(fault, err, "%s: %s", path, why.text);
  }
  cg_buf_wipe(&bytes);
  return err;
}

cg_err cg_session_look(const char *path, cg_seal *seal, cg_fault *fault) {
  cg_session_data *d = cg_alloc(sizeof *d);
  if (!d) return plain_fault(fault, path, CG_E_MEMORY);
  cg_err err = cg_session_read(path, seal, d, fault);
  cg_session_data_wipe(d);
  cg_free(d);
  return err == CG_E_NOT_FOUND ? CG_OK : err;
}

static bool write_all(int fd, cg_bytes bytes) {
  while (bytes.len) {
    ssize_t n = write(fd, bytes.at, bytes.len);
    if (n < 0 && errno != EINTR) return false;
    if (n <= 0) continue;
    bytes.at += n;
    bytes.len -= (size_t)n;
  }
  return true;
}

static cg_err write_temp(const char *temp, cg_bytes bytes, cg_fault *fault) {
  int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return io_fault(fault, temp, "cannot make");
  bool done = write_all(fd, bytes) && !fsync(fd);
  cg_err err = done ? CG_OK : io_fault(fault, temp, "cannot write");
  if (close(fd) && !err) err = io_fault(fault, temp, "cannot write");
  if (err) unlink(temp);
  return err;
}

static cg_err sync_folder(const char *path, cg_fault *fault) {
  char *folder = folder_of(path);
  if (!folder) return plain_fault(fault, path, CG_E_MEMORY);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  /* EINVAL: a file system that cannot do it and needs it not */
  bool done = fd >= 0 && (!fsync(fd) || errno == EINVAL);
  cg_err err = done ? CG_OK : io_fault(fault, folder, "cannot sync");
  if (fd >= 0) close(fd);
  cg_free(folder);
  return err;
}

/* A temporary name beside `path`, to be freed. */
static cg_err temp_name(const char *path, const cg_rng *rng, char **out) {
  uint8_t random[RANDOM];
  char tail[TEMP_TAIL + 1] = ".";
  cg_err err = cg_rng_fill(rng, random, sizeof random);
  if (err) return err;
  for (size_t i = 0; i < sizeof random; i++)
    snprintf(tail + 1 + 2 * i, 3, "%02x", random[i]);
  memcpy(tail + 1 + 2 * RANDOM, ".tmp", 5);
  *out = with_tail(path, tail);
  return *out ? CG_OK : CG_E_MEMORY;
}

static cg_err replace(const char *path, cg_bytes bytes, const cg_rng *rng,
                      cg_fault *fault) {
  char *temp;
  cg_err err = temp_name(path, rng, &temp);
  if (err) return plain_fault(fault, path, err);
  err = write_temp(temp, bytes, fault);
  if (!err && rename(temp, path)) {
    err = io_fault(fault, path, "cannot replace");
    unlink(temp);
  }
  cg_free(temp);
  return err ? err : sync_folder(path, fault);
}

static cg_err encode(cg_seal *seal, const cg_session_data *d, const cg_rng *rng,
                     cg_buf *out) {
  if (!seal || !cg_seal_is_on(seal)) return cg_session_encode(d, out);
  cg_buf plain = { 0 };
  cg_err err = cg_session_encode(d, &plain);
  if (!err) err = cg_seal_close(seal, rng, cg_buf_view(&plain), out);
  cg_buf_wipe(&plain);
  return err;
}

cg_err cg_session_write(const char *path, cg_seal *seal, const cg_session_data *d,
                        const cg_rng *rng, cg_fault *fault) {
  cg_buf bytes = { 0 };
  cg_err err = plain_fault(fault, path, encode(seal, d, rng, &bytes));
  if (!err) err = replace(path, cg_buf_view(&bytes), rng, fault);
  cg_buf_wipe(&bytes);
  return err;
}

cg_err cg_session_remove(const char *path, cg_fault *fault) {
  if (!unlink(path)) return sync_folder(path, fault);
  return errno == ENOENT ? CG_OK : io_fault(fault, path, "cannot remove");
}
