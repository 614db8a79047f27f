/* SPDX-License-Identifier: MIT */
/* gateway_accounts.c - see gateway_accounts.h for the contract. */
#include "gateway_accounts.h"

#include "clock.h"
#include "gateway_file.h"
#include "guard.h"
#include "mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOOK_EVERY (600 * CG_SECOND)

/* --- the list --------------------------------------------------------------------- */

bool cg_accounts_name_is_good(const char *name) {
  static const char good[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/";
  size_t len = strlen(name);
  return len > 0 && len <= CG_ACCOUNT_NAME_MOST && strspn(name, good) == len;
}

cg_account *cg_accounts_by_name(cg_accounts *a, const char *name) {
  for (cg_account *x = a->first; x; x = x->next)
    if (!x->dead && x->origin == CG_BY_SESSION && !strcmp(x->name, name)) return x;
  return NULL;
}

/* Whether `text` is the form that the account's token has now; `secret` begins behind
 * the user id that may stand before it. */
static bool form_is_right(const cg_account *x, const char *text, const char *secret) {
  if (secret == text) return !x->permanent;
  return x->user_id && strtoll(text, NULL, 10) == x->user_id;
}

cg_account *cg_accounts_by_token(cg_accounts *a, const char *text) {
  char hash[CG_TOKEN_HASH_SIZE];
  size_t digits = strspn(text, "0123456789");
  const char *secret = digits && text[digits] == ':' ? text + digits + 1 : text;
  cg_account *found = NULL;
  if (cg_token_hash(cg_bytes_of(secret), hash)) return NULL;
  for (cg_account *x = a->first; x; x = x->next)
    if (cg_guard_same(hash, x->hash) && !x->dead) found = x;
  if (!found || !form_is_right(found, text, secret)) return NULL;
  if (secret != text && !found->permanent) {
    found->permanent = true;
    if (cg_accounts_save(a, NULL)) found->permanent = false;
  }
  return found;
}

cg_err cg_accounts_save(cg_accounts *a, cg_fault *fault) {
  return cg_accounts_write(a, fault);
}

static cg_err draw(cg_accounts *a, cg_account *x, char *token) {
  uint8_t id[CG_ACCOUNT_ID / 2];
  cg_err err = cg_rng_fill(&a->rng, id, sizeof id);
  if (err) return err;
  cg_token_hex(id, sizeof id, x->id);
  if (x->origin == CG_BY_SESSION) return CG_OK;
  err = cg_token_new(&a->rng, token);
  return err ? err : cg_token_hash(cg_bytes_of(token), x->hash);
}

cg_err cg_accounts_add(cg_accounts *a, cg_account_origin origin, const char *name,
                       int64_t now_s, char *token, cg_account **out, cg_fault *fault) {
  if (a->count >= CG_ACCOUNTS_MOST)
    return cg_fail(fault, CG_E_LIMIT, "there are too many accounts");
  cg_account *x = cg_alloc(sizeof *x);
  if (!x) return cg_fail(fault, CG_E_MEMORY, "out of memory");
  x->of = a;
  x->origin = origin;
  x->created_s = now_s;
  if (name) snprintf(x->name, sizeof x->name, "%s", name);
  cg_err err = draw(a, x, token);
  if (err) cg_fail(fault, err, "%s", cg_err_text(err));
  x->next = a->first;
  a->first = x;
  if (!err) err = cg_accounts_save(a, fault);
  if (err) {
    a->first = x->next;
    cg_free(x);
    return err;
  }
  a->count++;
  *out = x;
  return CG_OK;
}

/* --- clients ---------------------------------------------------------------------- */

static cg_err out_of_memory(cg_fault *fault) {
  return cg_fail(fault, CG_E_MEMORY, "out of memory");
}

static void pass_on(void *ctx, const tl_obj *object) {
  cg_account *x = ctx;
  x->of->update(x->of->update_ctx, x, object);
}

bool cg_account_is_read(const cg_account *x) {
  return x->updates.on || x->readers ||
         (x->of->readers && x->origin == CG_BY_SESSION && !x->parked);
}

cg_err cg_accounts_client(cg_accounts *a, cg_account *x, cg_fault *fault) {
  if (x->client) return CG_OK;
  char *path = cg_accounts_path(a, x->id, ".session");
  if (!path) return out_of_memory(fault);
  cg_client_options options = a->client;
  options.session = path;
  options.lock_wait_ms = -1;
  if (a->update) {
    options.update = pass_on;
    options.update_ctx = x;
  }
  cg_err err = cg_client_open(&x->client, &options, fault);
  cg_free(path);
  if (!err) a->open++;
  return err;
}

cg_err cg_accounts_login(const cg_accounts *a, const cg_account *x, cg_login_info *out,
                         cg_fault *fault) {
  if (x->client) {
    cg_login_get(x->client, out);
    return CG_OK;
  }
  cg_session_info info = { 0 };
  char *path = cg_accounts_path(a, x->id, ".session");
  if (!path) return out_of_memory(fault);
  cg_err err = cg_session_show(path, a->client.passphrase, &info, fault);
  cg_free(path);
  *out = info.login; /* without a file: all zero, which is a new login */
  return err == CG_E_NOT_FOUND ? CG_OK : err;
}

static void shut(cg_accounts *a, cg_account *x) {
  if (!x->client) return;
  cg_client *client = x->client;
  x->client = NULL;
  x->woken = false;
  a->open--;
  cg_close(client);
}

cg_err cg_accounts_entered(cg_accounts *a, cg_account *x, int64_t user_id,
                           cg_fault *fault) {
  int64_t before = x->user_id;
  if (!user_id || user_id == before) return CG_OK;
  x->user_id = user_id;
  cg_updates_clear(&x->updates); /* they are somebody else's */
  cg_err err = cg_accounts_save(a, fault);
  if (err) x->user_id = before;
  return err;
}

/* --- replays ---------------------------------------------------------------------- */

static char *copy_of(cg_bytes text) {
  char *copy = cg_alloc(text.len + 1);
  if (copy && text.len) memcpy(copy, text.at, text.len);
  return copy;
}

static void drop_replay(cg_account *x) {
  cg_free(x->replay_key);
  cg_free(x->replay);
  x->replay_key = x->replay = NULL;
  x->replay_status = 0;
}

bool cg_account_begin_replay(cg_account *x, const char *key) {
  drop_replay(x);
  x->replay_key = copy_of(cg_bytes_of(key));
  return x->replay_key;
}

void cg_account_keep_replay(cg_account *x, int status, cg_bytes body) {
  bool passes = status >= 500 || status == 429;
  x->replay = passes ? NULL : copy_of(body);
  x->replay_status = status;
  if (!x->replay) drop_replay(x);
}

/* --- the end ---------------------------------------------------------------------- */

static void free_account(cg_account *x) {
  drop_replay(x);
  cg_updates_turn_off(&x->updates);
  cg_token_wipe(x, sizeof *x);
  cg_free(x);
}

static void unlink_file(const cg_accounts *a, const cg_account *x, const char *suffix) {
  char *path = cg_accounts_path(a, x->id, suffix);
  if (path) unlink(path);
  cg_free(path);
}

void cg_accounts_kill(cg_accounts *a, cg_account *x) {
  x->dead = true;
  a->dying = true;
}

/* Ends a dead account's client, whose calls let go of it while they end. */
static void bury(cg_accounts *a, cg_account **at) {
  cg_account *x = *at;
  shut(a, x);
  unlink_file(a, x, ".session");
  unlink_file(a, x, ".session.lock");
  if (x->calls) return;
  *at = x->next;
  a->count--;
  free_account(x);
}

static void bury_all(cg_accounts *a) {
  a->dying = false;
  for (cg_account **at = &a->first; *at;) {
    cg_account *x = *at;
    if (x->dead) bury(a, at);
    if (*at != x) continue;
    a->dying = a->dying || x->dead;
    at = &x->next;
  }
}

/* Whether a day has passed and nobody was ever logged in. */
static bool is_unused(cg_accounts *a, cg_account *x, int64_t now_s) {
  cg_login_info info;
  if (x->origin == CG_BY_SESSION || x->user_id || x->dead ||
      now_s - x->created_s < CG_ACCOUNT_UNUSED_S)
    return false;
  return !cg_accounts_login(a, x, &info, NULL) && info.state != CG_LOGIN_READY;
}

static void kill_unused(cg_accounts *a, uint64_t now_us) {
  if (now_us < a->look_us) return;
  a->look_us = now_us + LOOK_EVERY;
  for (cg_account *x = a->first; x; x = x->next)
    if (is_unused(a, x, cg_unix(now_us))) cg_accounts_kill(a, x);
}

void cg_accounts_tick(cg_accounts *a, uint64_t now_us, uint64_t idle_us) {
  kill_unused(a, now_us);
  if (a->dying) {
    bury_all(a);
    (void)!cg_accounts_save(a, NULL); /* else they are found without a file */
  }
  for (cg_account *x = a->first; x; x = x->next) {
    if (x->calls || cg_account_is_read(x))
      x->used_us = now_us;
    else if (x->client && now_us - x->used_us >= idle_us)
      shut(a, x);
  }
}

cg_err cg_accounts_open(cg_accounts *a, const char *dir, const cg_rng *rng,
                        const cg_client_options *client, cg_fault *fault) {
  *a = (cg_accounts){ .client = *client, .rng = *rng, .lock = -1 };
  size_t len = strlen(dir) + 1;
  a->dir = cg_alloc(len);
  if (!a->dir) return out_of_memory(fault);
  memcpy(a->dir, dir, len);
  cg_err err = cg_accounts_lock(a, fault);
  return err ? err : cg_accounts_read(a, fault);
}

void cg_accounts_close(cg_accounts *a) {
  for (cg_account *x = a->first; x; x = x->next) shut(a, x);
  while (a->first) {
    cg_account *x = a->first;
    a->first = x->next;
    free_account(x);
  }
  if (a->lock >= 0) close(a->lock);
  cg_free(a->dir);
  *a = (cg_accounts){ .lock = -1 };
}
