/* SPDX-License-Identifier: MIT */
/* client_session.c - session files from outside: see centigram/session.h. */
#include "client_driver.h"

#include "dc.h"
#include "hash.h"
#include "mem.h"
#include "session_file.h"
#include "session_string.h"
#include "wipe.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* --- looking ---------------------------------------------------------------- */

static void describe_dc(cg_session_data *d, cg_session_info *out) {
  const cg_session_dc *dc = cg_session_dc_of(d, d->main_dc);
  out->has_key = dc->has_key;
  out->key_id = dc->key.id;
  out->test_mode = d->test_mode;
  out->dc = d->main_dc;
  out->port = dc->port;
  out->time_offset = dc->time_offset;
  memcpy(out->host, dc->host, sizeof out->host);
}

/* cg_session_read() with a passphrase, or none. */
static cg_err read_file(const char *path, const char *passphrase, cg_session_data *d,
                        cg_fault *fault) {
  cg_seal seal;
  cg_err err = cg_session_seal(path, passphrase, &seal, fault);
  if (!err) err = cg_session_read(path, &seal, d, fault);
  cg_seal_wipe(&seal);
  return err;
}

cg_err cg_session_show(const char *path, const char *passphrase, cg_session_info *out,
                       cg_fault *fault) {
  cg_session_data *d = cg_alloc(sizeof *d);
  if (!d) return cg_fail(fault, CG_E_MEMORY, "%s: out of memory", path);
  cg_err err = read_file(path, passphrase, d, fault);
  if (!err) {
    memset(out, 0, sizeof *out);
    describe_dc(d, out);
    out->future_tokens = (int)d->login.token_count;
    cg_login_describe(&d->login, (int64_t)time(NULL), &out->login);
  }
  cg_session_data_wipe(d);
  cg_free(d);
  return err;
}

/* --- export ----------------------------------------------------------------- */

static cg_err to_string(cg_session_data *d, cg_session_string *s) {
  const cg_session_dc *dc = cg_session_dc_of(d, d->main_dc);
  if (!d->login.logged_in || d->login.reset || !dc->has_key) return CG_E_REFUSED;
  s->dc = d->main_dc;
  memcpy(s->host, dc->host, sizeof s->host);
  s->port = dc->port;
  s->test = d->test_mode;
  s->user_id = d->login.user_id;
  memcpy(s->key, dc->key.key, sizeof s->key);
  return CG_OK;
}

cg_err cg_session_export(const char *path, const char *passphrase,
                         cg_session_format format, int32_t api_id, cg_arena *arena,
                         cg_bytes *out, cg_fault *fault) {
  cg_session_string s = { .format = format, .api_id = api_id };
  cg_fault why = { 0 };
  cg_session_data *d = cg_alloc(sizeof *d);
  if (!d) return cg_fail(fault, CG_E_MEMORY, "%s: out of memory", path);
  cg_err err = read_file(path, passphrase, d, fault);
  if (!err && to_string(d, &s))
    err = cg_fail(fault, CG_E_REFUSED, "%s: is not logged in", path);
  else if (!err) {
    err = cg_session_string_write(&s, arena, out, &why);
    if (err) cg_fail(fault, err, "%s: %s", path, why.text);
  }
  cg_wipe(&s, sizeof s);
  cg_session_data_wipe(d);
  cg_free(d);
  return err;
}

/* --- import ----------------------------------------------------------------- */

/* Looks whether the string can be of one of the servers of `dc`, and adds the address
 * that it lacks. */
static cg_err complete(cg_session_string *s, const cg_dc *dc, cg_fault *fault) {
  const cg_dc_address *a = cg_dc_find(dc, s->dc, 0);
  if (!a)
    return cg_fail(fault, CG_E_REFUSED,
                   "the session string is of data centre %d, which %s does not have",
                   (int)s->dc, dc->name);
  if (s->says_test && s->test != dc->test_mode)
    return cg_fail(fault, CG_E_REFUSED, "the session string is of a %s server, %s is not",
                   s->test ? "test" : "production", dc->name);
  if (*s->host) return CG_OK;
  size_t len = strlen(a->host);
  if (len >= sizeof s->host) return cg_fail(fault, CG_E_LIMIT, "%s: host", dc->name);
  memcpy(s->host, a->host, len + 1);
  s->port = a->port;
  return CG_OK;
}

/* Tokens of log-outs from the same service stay. */
static cg_err take(cg_session_data *d, const cg_session_string *s, const cg_dc *dc,
                   cg_fault *fault) {
  uint8_t realm[CG_SESSION_REALM];
  cg_err err = cg_dc_realm(dc, realm, fault);
  if (err) return err;
  if (!d->made || !cg_equal_ct(realm, d->realm, sizeof realm)) cg_session_data_wipe(d);
  d->made = true;
  memcpy(d->realm, realm, sizeof realm);
  d->test_mode = dc->test_mode;
  d->main_dc = s->dc;
  cg_wipe(d->dcs, sizeof d->dcs);
  d->dc_count = 0;
  cg_session_dc *entry = cg_session_dc_of(d, s->dc);
  memcpy(entry->host, s->host, sizeof entry->host);
  entry->port = s->port;
  entry->has_key = true;
  cg_login_end(&d->login);
  d->login.logged_in = true;
  d->login.user_id = s->user_id;
  d->login.state = CG_LOGIN_READY;
  err = cg_auth_key_init(&entry->key, s->key);
  return err ? cg_fail(fault, err, "%s", cg_err_text(err)) : CG_OK;
}

/* With the lock held. */
static cg_err replace(const char *path, cg_seal *seal, const cg_session_string *s,
                      const cg_dc *dc, cg_fault *fault) {
  cg_rng rng = { cg_random, NULL };
  cg_session_data *d = cg_alloc(sizeof *d);
  if (!d) return cg_fail(fault, CG_E_MEMORY, "%s: out of memory", path);
  cg_err err = cg_session_read(path, seal, d, fault);
  if (err == CG_E_NOT_FOUND) err = CG_OK;
  if (!err && (d->login.logged_in || d->login.reset))
    err = cg_fail(fault, CG_E_EXISTS, "%s: is logged in already", path);
  if (!err) err = take(d, s, dc, fault);
  if (!err) err = cg_session_write(path, seal, d, &rng, fault);
  cg_session_data_wipe(d);
  cg_free(d);
  return err;
}

cg_err cg_session_import(const char *path, const char *passphrase, const cg_dc *dc,
                         cg_bytes text, cg_session_format *format, cg_fault *fault) {
  cg_session_string s;
  cg_seal seal;
  int lock;
  cg_err err = cg_session_seal(path, passphrase, &seal, fault);
  if (err) return err;
  err = cg_session_string_read(text, &s, fault);
  if (!err) err = complete(&s, dc, fault);
  if (!err) err = cg_session_look(path, &seal, fault);
  if (!err) err = cg_session_lock(path, &lock, fault);
  if (!err) {
    err = replace(path, &seal, &s, dc, fault);
    close(lock);
  }
  if (!err && format) *format = s.format;
  cg_wipe(&s, sizeof s);
  cg_seal_wipe(&seal);
  return err;
}
