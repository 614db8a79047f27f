/* SPDX-License-Identifier: MIT */
/* store_fixture.c - see store_fixture.h. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep_missing(answer *a, const cg_store_reply *r) {
  for (uint32_t i = 0; i < r->count; i++) {
    a->missing[i] = r->missing[i];
    snprintf(a->methods[i], sizeof a->methods[i], "%s", r->missing[i].method);
  }
}

static void keep_messages(answer *a, const cg_store_reply *r) {
  for (uint32_t i = 0; i < r->count; i++) {
    a->messages[i] = r->message[i];
    assert_true(r->message[i].text.len < sizeof a->texts[i]);
    memcpy(a->texts[i], r->message[i].text.at, r->message[i].text.len);
  }
}

static void keep(void *ctx, const cg_store_reply *r) {
  answer *a = ctx;
  a->calls++;
  a->err = r->err;
  a->number = r->number;
  a->count = r->count;
  assert_true(r->count <= MOST);
  assert_true(r->blob.len <= sizeof a->blob);
  if (r->key) a->key = *r->key;
  if (r->user) memcpy(a->users, r->user, r->count * sizeof *r->user);
  if (r->auth) memcpy(a->auths, r->auth, r->count * sizeof *r->auth);
  if (r->code) memcpy(a->codes, r->code, r->count * sizeof *r->code);
  if (r->message) keep_messages(a, r);
  if (r->chat) memcpy(a->chats, r->chat, r->count * sizeof *r->chat);
  if (r->token) a->token = *r->token;
  if (r->password) a->password = *r->password;
  if (r->email) a->email = *r->email;
  if (r->missing) keep_missing(a, r);
  if (r->counts) a->counts = *r->counts;
  a->blob_len = r->blob.len;
  if (r->blob.len) memcpy(a->blob, r->blob.at, r->blob.len);
}

answer got;

cg_err ask(void **state, cg_store_request rq) {
  fixture *f = *state;
  memset(&got, 0, sizeof got);
  cg_store_submit(f->store, &rq, keep, &got);
  assert_int_equal(got.calls, 1);
  return got.err;
}

void sync_ok(void **state) {
  assert_int_equal(cg_store_sync(((fixture *)*state)->store), CG_OK);
}

/* --- samples ----------------------------------------------------------------- */

cg_store_key key_of(uint64_t id) {
  cg_store_key key = { .id = id, .aux_hash = ~id, .dc = 2, .created = NOW };
  memset(key.key, (int)(id & 0xff), sizeof key.key);
  return key;
}

cg_store_code code_of(const char *hash, uint64_t key, const char *phone) {
  cg_store_code code = { .key_id = key, .secret_version = 1, .length = 5,
                         .max_attempts = 5, .sent_at = NOW, .resend_at = NOW + 60,
                         .expires_at = NOW + 300, .changed_at = NOW, .api_id = 1,
                         .sealed_len = 33 };
  snprintf(code.hash, sizeof code.hash, "%s", hash);
  snprintf(code.phone, sizeof code.phone, "%s", phone);
  snprintf(code.ladder, sizeof code.ladder, "asc");
  snprintf(code.ip, sizeof code.ip, "127.0.0.1");
  memset(code.mac, 7, sizeof code.mac);
  memset(code.sealed, 9, 33);
  return code;
}

cg_err add_code(void **state, const char *hash, uint64_t key, const char *phone) {
  cg_store_code code = code_of(hash, key, phone);
  return ASK(.op = CG_STORE_CODE_ADD, .code = &code);
}

void log_in(void **state, const char *hash, uint64_t key, int64_t user, int64_t when) {
  char phone[16];
  snprintf(phone, sizeof phone, "%lld", (long long)user);
  cg_store_auth auth = { .key_id = key, .user_id = user, .hash = (int64_t)key * 3,
                         .created = when, .active = when };
  assert_int_equal(add_code(state, hash, key, phone), CG_OK);
  assert_int_equal(ASK(.op = CG_STORE_CODE_LOGIN, .text = hash,
                       .from = CG_CODE_BIT(CG_CODE_ISSUED), .now = when, .auth = &auth),
                   CG_OK);
}

cg_store_token token_of(int n, cg_token_kind kind) {
  cg_store_token token = { .kind = kind, .user_id = 77, .dc = 2, .expires = NOW + 30 };
  memset(token.hash, n, sizeof token.hash);
  return token;
}

cg_err token_get(void **state, const cg_store_token *token, int64_t now) {
  return ASK(.op = CG_STORE_TOKEN_GET, .token = token, .now = now);
}

/* --- openers ------------------------------------------------------------------------ */

static const opener openers[] = { { "sqlite memory", false }, { "sqlite file", true } };

static int set_up(void **state, const opener *how) {
  fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  f->how = how;
  strcpy(f->dir, "/tmp/store_test.XXXXXX");
  assert_non_null(mkdtemp(f->dir));
  if (how->file) snprintf(f->url, sizeof f->url, "sqlite:%s/cg.db", f->dir);
  else strcpy(f->url, "sqlite::memory:");
  cg_fault fault;
  cg_err err = cg_store_open(&f->store, f->url, &fault);
  if (err) print_error("%s\n", fault.text);
  *state = f;
  return err;
}

int set_up_memory(void **state) {
  return set_up(state, &openers[0]);
}

int set_up_file(void **state) {
  return set_up(state, &openers[1]);
}

int tear_down(void **state) {
  fixture *f = *state;
  cg_store_close(f->store);
  static const char *const left[] = { "cg.db", "cg.db-wal", "cg.db-shm" };
  for (size_t i = 0; i < 3; i++) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", f->dir, left[i]);
    (void)unlink(path);
  }
  int rc = rmdir(f->dir);
  free(f);
  return rc;
}
