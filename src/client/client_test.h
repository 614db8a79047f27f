/* SPDX-License-Identifier: MIT */
/*
 * client_test.h - what the tests of this folder share: a repeatable source of bytes, a
 * folder of their own, a session with something in every field.
 */
#ifndef CG_CLIENT_TEST_H
#define CG_CLIENT_TEST_H

#include "rng.h"
#include "session_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline cg_err test_fill(void *ctx, void *out, size_t len) {
  uint64_t *state = ctx;
  for (size_t i = 0; i < len; i++) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    ((uint8_t *)out)[i] = (uint8_t)(*state >> 56);
  }
  return CG_OK;
}

/* An empty folder; its name in `out`. */
static inline void test_folder(char out[64]) {
  const char *base = getenv("TMPDIR");
  snprintf(out, 64, "%.40s/cg-XXXXXX", base && *base ? base : "/tmp");
  if (!mkdtemp(out)) abort();
}

/* A session that waits for a code, with two data centres and a token. */
static inline void test_session(cg_session_data *d, uint8_t seed) {
  uint8_t key[256];
  memset(d, 0, sizeof *d);
  memset(key, seed, sizeof key);
  d->made = true;
  memset(d->realm, seed, sizeof d->realm);
  d->main_dc = 2;
  cg_session_dc *dc = cg_session_dc_of(d, 2);
  snprintf(dc->host, sizeof dc->host, "127.0.0.1");
  dc->port = 4430;
  dc->has_key = !cg_auth_key_init(&dc->key, key);
  dc->salt = 0x1122334455667788;
  dc->time_offset = -3;
  cg_session_dc_of(d, 4)->port = 443;
  cg_login *l = &d->login;
  l->state = CG_LOGIN_WAIT_CODE;
  snprintf(l->phone, sizeof l->phone, "9996621234");
  snprintf(l->hash, sizeof l->hash, "f4318de66cb2db3f%02x", seed);
  snprintf(l->hint, sizeof l->hint, "+4420*");
  l->dc = 2;
  l->type = CG_CODE_SMS;
  l->next_type = CG_CODE_CALL;
  l->length = 5;
  l->sent_at = 1700000000;
  l->resend_at = 1700000060;
  l->wrong_codes = 1;
  l->email_resettable = l->password_known = l->has_recovery = l->wants_password = true;
  l->email_period = 7;
  l->email_reset_at = 1700000007;
  memset(l->qr_token, seed, 32);
  l->qr_len = 32;
  l->qr_expires = 1700000030;
  l->except[0] = 77;
  l->except_count = 1;
  snprintf(l->password_hint, sizeof l->password_hint, "hint %u", seed);
  snprintf(l->recovery, sizeof l->recovery, "a***z@example.com");
  l->password_reset_at = 1700604800;
  l->relogin_days = 7;
  l->tmp_sessions = 2;
  l->waits[CG_STEP_SEND] = 1700000009;
  snprintf(l->waits_phone, sizeof l->waits_phone, "9996621234");
  cg_buf_text(&l->terms, "terms");
  l->token_count = 1;
  snprintf(l->tokens[0].phone, sizeof l->tokens[0].phone, "9996621234");
  memset(l->tokens[0].bytes, seed, 33);
  l->tokens[0].len = 33;
}

#endif
