/* SPDX-License-Identifier: MIT */
/* session_seal.c - see session_seal.h for the contract. */
#include "session_seal.h"

#include "gcm.h"
#include "hash.h"
#include "mem.h"
#include "reader.h"
#include "wipe.h"

#include <string.h>

static const uint8_t magic[8] = { 'C', 'G', 'S', 'E', 'A', 'L', 'D', '\n' };

/* What an attacker pays for a guess: 32 MB and 150 ms. A file may ask for more, up to a
 * gigabyte. */
enum { VERSION = 1, LOG_N = 15, P = 3, LOG_N_MAX = 20, P_MAX = 16 };
enum { HEAD = 16, SALT = 16, AAD = HEAD + 8 + SALT, CHECK = 32 };

cg_err cg_seal_init(cg_seal *s, const char *passphrase) {
  memset(s, 0, sizeof *s);
  if (!passphrase) return CG_OK;
  size_t size = strlen(passphrase) + 1;
  if (size == 1) return CG_E_USAGE;
  s->passphrase = cg_alloc(size);
  if (!s->passphrase) return CG_E_MEMORY;
  memcpy(s->passphrase, passphrase, size);
  return CG_OK;
}

static void drop_passphrase(cg_seal *s) {
  if (s->passphrase) cg_wipe(s->passphrase, strlen(s->passphrase));
  cg_free(s->passphrase);
  s->passphrase = NULL;
}

void cg_seal_wipe(cg_seal *s) {
  drop_passphrase(s);
  cg_wipe(s, sizeof *s);
}

bool cg_seal_is_on(const cg_seal *s) {
  return s->passphrase || s->ready;
}

bool cg_seal_is(cg_bytes file) {
  return file.len >= sizeof magic && !memcmp(file.at, magic, sizeof magic);
}

static cg_err derive(cg_seal *s) {
  cg_bytes salt = { s->salt, SALT };
  return cg_scrypt(cg_bytes_of(s->passphrase), salt, s->log_n, s->p, s->key);
}

/* --- closing ----------------------------------------------------------------- */

static cg_err make_key(cg_seal *s, const cg_rng *rng) {
  if (s->ready) return CG_OK;
  s->log_n = LOG_N;
  s->p = P;
  cg_err err = cg_rng_fill(rng, s->salt, SALT);
  if (!err) err = derive(s);
  if (err) return err;
  s->ready = true;
  drop_passphrase(s);
  return CG_OK;
}

static void put_head(const cg_seal *s, size_t plain, cg_buf *out) {
  cg_buf_put(out, magic, sizeof magic);
  cg_buf_u32(out, VERSION);
  cg_buf_u32(out, (uint32_t)(8 + SALT + CG_GCM_OVERHEAD + plain));
  cg_buf_u32(out, s->log_n);
  cg_buf_u32(out, s->p);
  cg_buf_put(out, s->salt, SALT);
}

cg_err cg_seal_close(cg_seal *s, const cg_rng *rng, cg_bytes plain, cg_buf *out) {
  uint8_t head[AAD], check[CHECK];
  size_t start = out->len;
  cg_err err = make_key(s, rng);
  if (err) return err;
  put_head(s, plain.len, out);
  if (out->err) return out->err;
  memcpy(head, out->at + start, AAD);
  err = cg_gcm_seal(s->key, rng, (cg_bytes){ head, AAD }, plain, out);
  if (!err) err = cg_sha256(&(cg_bytes){ out->at + start, out->len - start }, 1, check);
  if (err) return err;
  cg_buf_put(out, check, CHECK);
  return out->err;
}

/* --- opening ------------------------------------------------------------------- */

/* Is it whole, and does it ask for no more than a file may? */
static cg_err check(cg_bytes file, cg_seal *from, cg_fault *fault) {
  uint8_t sum[CHECK];
  cg_reader r;
  if (file.len < AAD + CG_GCM_OVERHEAD + CHECK)
    return cg_fail(fault, CG_E_CORRUPT, "is cut short");
  cg_err err = cg_sha256(&(cg_bytes){ file.at, file.len - CHECK }, 1, sum);
  if (err) return cg_fail(fault, err, "%s", cg_err_text(err));
  if (!cg_equal_ct(sum, file.at + file.len - CHECK, CHECK))
    return cg_fail(fault, CG_E_CORRUPT, "is damaged (its check sum is wrong)");
  cg_reader_init(&r, file.at + sizeof magic, AAD - sizeof magic);
  uint32_t version = cg_reader_u32(&r), length = cg_reader_u32(&r);
  from->log_n = cg_reader_u32(&r);
  from->p = cg_reader_u32(&r);
  memcpy(from->salt, file.at + AAD - SALT, SALT);
  if (version != VERSION)
    return cg_fail(fault, CG_E_CORRUPT, "is sealed in version %u, not %d", version,
                   VERSION);
  bool good = length == file.len - HEAD - CHECK && from->log_n && from->p &&
              from->log_n <= LOG_N_MAX && from->p <= P_MAX;
  return good ? CG_OK : cg_fail(fault, CG_E_CORRUPT, "is sealed in a way that none is");
}

static bool is_same_key(const cg_seal *a, const cg_seal *b) {
  return a->ready && a->log_n == b->log_n && a->p == b->p &&
         !memcmp(a->salt, b->salt, SALT);
}

/* The key of this file, from the passphrase. */
static cg_err take_key(cg_seal *s, const cg_seal *from, cg_fault *fault) {
  if (is_same_key(s, from)) return CG_OK;
  if (!s->passphrase)
    return cg_fail(fault, CG_E_VERIFY, "is sealed with another passphrase");
  s->log_n = from->log_n;
  s->p = from->p;
  memcpy(s->salt, from->salt, SALT);
  cg_err err = derive(s);
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}

cg_err cg_seal_open(cg_seal *s, cg_bytes file, cg_buf *out, cg_fault *fault) {
  cg_seal from = { 0 };
  if (!s || !cg_seal_is_on(s))
    return cg_fail(fault, CG_E_REFUSED, "is sealed, and no passphrase was given");
  cg_err err = check(file, &from, fault);
  if (!err) err = take_key(s, &from, fault);
  if (err) return err;
  cg_bytes aad = { file.at, AAD }, sealed = { file.at + AAD, file.len - AAD - CHECK };
  err = cg_gcm_open(s->key, aad, sealed, out);
  if (err == CG_E_VERIFY) return cg_fail(fault, err, "the passphrase is wrong");
  if (err) return cg_fail(fault, err, "%s", cg_err_text(err));
  s->ready = true;
  drop_passphrase(s);
  return CG_OK;
}
