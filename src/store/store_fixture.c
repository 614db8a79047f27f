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
  if (r->token) a->token = *r->token;
  if (r->missing) keep_missing(a, r);
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
