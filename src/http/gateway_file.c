/* SPDX-License-Identifier: MIT */
/* gateway_file.c - see gateway_file.h for the contract. */
#include "gateway_file.h"

#include "json.h"
#include "mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 64 << 20 };

static const char *const origins[] = { "phone", "session", "v1" };

char *cg_accounts_path(const cg_accounts *a, const char *name, const char *suffix) {
  size_t size = strlen(a->dir) + strlen(name) + strlen(suffix) + 2;
  char *path = cg_alloc(size);
  if (path) snprintf(path, size, "%s/%s%s", a->dir, name, suffix);
  return path;
}

static cg_err out_of_memory(cg_fault *fault) {
  return cg_fail(fault, CG_E_MEMORY, "out of memory");
}

static cg_err io_failed(const char *path, cg_fault *fault) {
  return cg_fail(fault, CG_E_IO, "%s: %s", path, strerror(errno));
}

cg_err cg_accounts_lock(cg_accounts *a, cg_fault *fault) {
  struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  char *path = cg_accounts_path(a, "lock", "");
  cg_err err = CG_OK;
  if (!path) return out_of_memory(fault);
  a->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (a->lock < 0)
    err = io_failed(path, fault);
  else if (fcntl(a->lock, F_SETLK, &whole))
    err =
        errno == EACCES || errno == EAGAIN
            ? cg_fail(fault, CG_E_LOCKED, "%s: another gateway uses this folder", a->dir)
            : io_failed(path, fault);
  cg_free(path);
  return err;
}

/* --- reading ---------------------------------------------------------------------- */

/* Copies a JSON string into `out`, which has `size` bytes. */
static void read_text(cg_json *j, char *out, size_t size) {
  cg_bytes text;
  if (!cg_json_string(j, &text)) return;
  if (text.len >= size) {
    j->err = CG_E_LIMIT;
    return;
  }
  memcpy(out, text.at, text.len);
  out[text.len] = 0;
}

static void read_origin(cg_json *j, cg_account *x) {
  char text[16] = "";
  read_text(j, text, sizeof text);
  for (size_t i = 0; i < sizeof origins / sizeof *origins; i++)
    if (!strcmp(text, origins[i])) x->origin = (cg_account_origin)i;
}

static void read_account(cg_json *j, cg_account *x) {
  cg_bytes key;
  if (!cg_json_object(j)) return;
  while (cg_json_key(j, &key)) {
    if (cg_bytes_equal(key, CG_LIT("id")))
      read_text(j, x->id, sizeof x->id);
    else if (cg_bytes_equal(key, CG_LIT("from")))
      read_origin(j, x);
    else if (cg_bytes_equal(key, CG_LIT("name")))
      read_text(j, x->name, sizeof x->name);
    else if (cg_bytes_equal(key, CG_LIT("token_sha256")))
      read_text(j, x->hash, sizeof x->hash);
    else if (cg_bytes_equal(key, CG_LIT("user_id")))
      cg_json_i64(j, &x->user_id);
    else if (cg_bytes_equal(key, CG_LIT("permanent")))
      cg_json_bool(j, &x->permanent);
    else if (cg_bytes_equal(key, CG_LIT("parked")))
      cg_json_bool(j, &x->parked);
    else if (cg_bytes_equal(key, CG_LIT("created")))
      cg_json_i64(j, &x->created_s);
    else
      cg_json_skip(j);
  }
}

/* An id names a file. */
static bool is_good(const cg_account *x) {
  return strlen(x->id) == CG_ACCOUNT_ID &&
         strspn(x->id, "0123456789abcdef") == CG_ACCOUNT_ID &&
         (x->origin == CG_BY_SESSION ? cg_accounts_name_is_good(x->name)
                                     : strlen(x->hash) == CG_TOKEN_HASH_SIZE - 1);
}

static cg_err parse(cg_accounts *a, cg_json *j) {
  cg_bytes key;
  if (!cg_json_object(j)) return CG_E_CORRUPT;
  while (cg_json_key(j, &key)) {
    if (!cg_bytes_equal(key, CG_LIT("accounts"))) {
      cg_json_skip(j);
      continue;
    }
    if (cg_json_array(j))
      while (cg_json_item(j)) {
        cg_account *x = cg_alloc(sizeof *x);
        if (!x) return CG_E_MEMORY;
        x->of = a;
        x->next = a->first;
        a->first = x;
        a->count++;
        read_account(j, x);
        x->active = x->user_id != 0;
        if (!j->err && !is_good(x)) return CG_E_CORRUPT;
      }
  }
  cg_err err = cg_json_end(j);
  return err && err != CG_E_MEMORY ? CG_E_CORRUPT : err;
}

static cg_err read_all(int fd, cg_buf *b) {
  struct stat st;
  if (fstat(fd, &st)) return CG_E_IO;
  if (st.st_size > FILE_MOST) return CG_E_CORRUPT;
  size_t size = (size_t)st.st_size;
  uint8_t *at = cg_buf_grow(b, size);
  if (size && !at) return CG_E_MEMORY;
  ssize_t n;
  for (size_t had = 0; had < size; had += (size_t)n)
    if ((n = read(fd, at + had, size - had)) <= 0) return CG_E_IO;
  return CG_OK;
}

cg_err cg_accounts_read(cg_accounts *a, cg_fault *fault) {
  char *path = cg_accounts_path(a, "accounts.json", "");
  cg_arena *arena = cg_arena_new(0);
  cg_buf b = { 0 };
  cg_json j;
  cg_err err = path && arena ? CG_OK : CG_E_MEMORY;
  int fd = err ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  bool none = !err && fd < 0 && errno == ENOENT;
  if (!err && fd < 0 && !none) err = CG_E_IO;
  if (!err && !none) err = read_all(fd, &b);
  if (!err && !none) {
    cg_json_init(&j, cg_buf_view(&b), arena);
    err = parse(a, &j);
  }
  if (err == CG_E_IO)
    io_failed(path, fault);
  else if (err)
    cg_fail(fault, err, "%s: %s", path ? path : "", cg_err_text(err));
  if (fd >= 0) close(fd);
  cg_buf_wipe(&b);
  cg_arena_free(arena);
  cg_free(path);
  return err;
}

/* --- writing ---------------------------------------------------------------------- */

static void write_text(cg_buf *b, const char *key, const char *text) {
  if (!*text) return;
  cg_jsonw_key(b, key);
  cg_jsonw_string(b, cg_bytes_of(text));
}

static void write_flag(cg_buf *b, const char *key, bool on) {
  if (!on) return;
  cg_jsonw_key(b, key);
  cg_jsonw_bool(b, true);
}

static void write_account(cg_buf *b, const cg_account *x) {
  cg_jsonw_open(b, '{');
  write_text(b, "id", x->id);
  write_text(b, "from", origins[x->origin]);
  write_text(b, "name", x->name);
  write_text(b, "token_sha256", x->hash);
  if (x->user_id) {
    cg_jsonw_key(b, "user_id");
    cg_jsonw_i64(b, x->user_id);
  }
  write_flag(b, "permanent", x->permanent);
  write_flag(b, "parked", x->parked);
  cg_jsonw_key(b, "created");
  cg_jsonw_i64(b, x->created_s);
  cg_jsonw_close(b, '}');
}

static bool write_new(const char *path, cg_bytes text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  size_t had = 0;
  ssize_t n = 0;
  while (had < text.len && (n = write(fd, text.at + had, text.len - had)) > 0)
    had += (size_t)n;
  bool ok = had == text.len && !fsync(fd);
  return !close(fd) && ok;
}

/* Gives `text` the name `path` at one moment. */
static cg_err replace(cg_accounts *a, const char *path, cg_bytes text, cg_fault *fault) {
  uint8_t random[8];
  char hex[17];
  cg_err err = cg_rng_fill(&a->rng, random, sizeof random);
  if (err) return cg_fail(fault, err, "%s", cg_err_text(err));
  cg_token_hex(random, sizeof random, hex);
  char *temp = cg_accounts_path(a, hex, ".new");
  if (!temp) return out_of_memory(fault);
  if (!write_new(temp, text) || rename(temp, path)) {
    err = io_failed(path, fault);
    unlink(temp);
  }
  cg_free(temp);
  return err;
}

cg_err cg_accounts_write(cg_accounts *a, cg_fault *fault) {
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "accounts");
  cg_jsonw_open(&b, '[');
  for (const cg_account *x = a->first; x; x = x->next)
    if (!x->dead) write_account(&b, x);
  cg_jsonw_close(&b, ']');
  cg_jsonw_close(&b, '}');
  cg_buf_text(&b, "\n");
  char *path = cg_accounts_path(a, "accounts.json", "");
  cg_err err =
      b.err || !path ? out_of_memory(fault) : replace(a, path, cg_buf_view(&b), fault);
  cg_free(path);
  cg_buf_wipe(&b);
  return err;
}
