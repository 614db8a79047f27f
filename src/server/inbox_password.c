/* SPDX-License-Identifier: MIT */
/*
 * inbox_password.c - POST /users/password: an account gets a password of two-step
 * verification, or loses it. Whoever asks has hashed it: the server never sees it.
 */
#include "files.h"
#include "inbox.h"
#include "password.h"

#include "base64.h"
#include "json.h"
#include "mem.h"
#include "utf8.h"
#include "wipe.h"

#include <string.h>

enum { ROUNDS = 4 };

/* --- hashing, for who asks --------------------------------------------------- */

cg_err cg_hash_password(const char *password, cg_password_hash *out) {
  cg_rng rng = { cg_system_random, NULL };
  cg_store_secret s = { .set = true };
  uint8_t x[CG_SRP_HASH] = { 0 };
  cg_srp_algo algo = cg_password_algo(&s);
  cg_err err = cg_rng_fill(&rng, s.salt1, sizeof s.salt1);
  if (!err) err = cg_rng_fill(&rng, s.salt2, sizeof s.salt2);
  if (!err) err = cg_srp_hash(&algo, cg_bytes_of(password), x);
  if (!err) err = cg_srp_verifier(&algo, x, &rng, s.v);
  cg_hex_write((cg_bytes){ s.salt1, sizeof s.salt1 }, out->salt1);
  cg_hex_write((cg_bytes){ s.salt2, sizeof s.salt2 }, out->salt2);
  cg_hex_write((cg_bytes){ s.v, sizeof s.v }, out->verifier);
  cg_wipe(x, sizeof x);
  cg_wipe(&s, sizeof s);
  if (err) cg_wipe(out, sizeof *out);
  return err;
}

/* --- the question ------------------------------------------------------------- */

typedef struct {
  cg_server *s;
  cg_server_answer *answer;
  void *ctx;
  char phone[CG_PHONE_SIZE];
  cg_store_secret secret;
  int64_t user_id;
  int rounds; /* times that somebody else was faster */
} question;

static void end(question *q) {
  cg_wipe(q, sizeof *q);
  cg_free(q);
}

static void refuse(question *q, int status, const char *why) {
  cg_inbox_refuse(q->answer, q->ctx, status, why);
  end(q);
}

static int nibble(uint8_t c) {
  const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;
  return at && (c < '0' || c > '9' || *at == c) ? (int)(at - digits) : -1;
}

static bool from_hex(cg_bytes text, uint8_t *out, size_t len) {
  if (text.len != 2 * len) return false;
  for (size_t i = 0; i < len; i++) {
    int high = nibble(text.at[2 * i]), low = nibble(text.at[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = (uint8_t)(high << 4 | low);
  }
  return true;
}

static bool read_hint(cg_bytes text, cg_store_secret *s) {
  if (text.len >= sizeof s->hint || !cg_utf8_valid(text)) return false;
  if (text.len && memchr(text.at, 0, text.len)) return false;
  if (text.len) memcpy(s->hint, text.at, text.len);
  return true;
}

/* What is wrong with one field; NULL for nothing. */
static const char *read_field(question *q, cg_bytes key, cg_bytes text, int *parts) {
  cg_store_secret *s = &q->secret;
  if (cg_bytes_equal(key, CG_LIT("phone")))
    return cg_phone_clean(text, q->phone) ? NULL : "phone: not a phone number";
  if (cg_bytes_equal(key, CG_LIT("hint")))
    return read_hint(text, s) ? NULL : "hint: up to 255 bytes of UTF-8";
  if (cg_bytes_equal(key, CG_LIT("verifier"))) {
    *parts |= 1;
    if (!from_hex(text, s->v, sizeof s->v)) return "verifier: 512 hex digits are wanted";
    return cg_dh_check_public(cg_dh_prime, s->v) ? "verifier: out of range" : NULL;
  }
  if (cg_bytes_equal(key, CG_LIT("salt1"))) {
    *parts |= 2;
    return from_hex(text, s->salt1, sizeof s->salt1) ? NULL
                                                     : "salt1: 80 hex digits are wanted";
  }
  if (cg_bytes_equal(key, CG_LIT("salt2"))) {
    *parts |= 4;
    return from_hex(text, s->salt2, sizeof s->salt2) ? NULL
                                                     : "salt2: 32 hex digits are wanted";
  }
  return "known are phone, verifier, salt1, salt2 and hint";
}

static const char *read_question(question *q, cg_bytes json, cg_arena *arena) {
  cg_json j;
  cg_bytes key, text;
  int parts = 0;
  const char *fault = NULL;
  cg_json_init(&j, json, arena);
  bool object = cg_json_object(&j);
  while (object && !fault && cg_json_key(&j, &key))
    fault = cg_json_string(&j, &text) ? read_field(q, key, text, &parts)
                                      : "every field is a text";
  if (fault) return fault;
  if (!object || cg_json_end(&j)) return "a JSON object is wanted";
  if (!q->phone[0]) return "phone: missing";
  if (parts && parts != 7) return "verifier, salt1 and salt2 come together";
  if (!parts && q->secret.hint[0]) return "hint: there is no password";
  q->secret.set = parts == 7;
  return NULL;
}

static bool take(question *q, cg_bytes json) {
  cg_arena *arena = cg_arena_new(0);
  const char *fault = arena ? read_question(q, json, arena) : "out of memory";
  cg_arena_free(arena);
  if (fault) refuse(q, arena ? 400 : 500, fault);
  return !fault;
}

/* --- the answer --------------------------------------------------------------- */

static void load(question *q);

static void on_put(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  if (r->err == CG_E_NOT_FOUND && q->rounds++ < ROUNDS) {
    load(q);
    return;
  }
  if (r->err) {
    refuse(q, 500, "the store failed");
    return;
  }
  cg_buf b = { 0 };
  cg_jsonw_open(&b, '{');
  cg_jsonw_key(&b, "phone");
  cg_jsonw_string(&b, cg_bytes_of(q->phone));
  cg_jsonw_key(&b, "password");
  cg_buf_text(&b, q->secret.set ? "true" : "false");
  cg_jsonw_close(&b, '}');
  cg_inbox_say(&b, q->answer, q->ctx, 200);
  end(q);
}

static void on_loaded(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  cg_store_password row = { .user_id = q->user_id };
  if (r->err && r->err != CG_E_NOT_FOUND) {
    refuse(q, 500, "the store failed");
    return;
  }
  if (!r->err) row = *r->password;
  int64_t now = cg_server_clock(q->s);
  cg_password_replace(&row, &q->secret, now);
  cg_store_request put = { .op = CG_STORE_PASSWORD_PUT, .password = &row, .now = now };
  cg_store_submit(q->s->store, &put, on_put, q);
}

static void load(question *q) {
  cg_store_request get = { .op = CG_STORE_PASSWORD_GET, .id = (uint64_t)q->user_id };
  cg_store_submit(q->s->store, &get, on_loaded, q);
}

static void on_user(void *ctx, const cg_store_reply *r) {
  question *q = ctx;
  if (r->err) {
    refuse(q, r->err == CG_E_NOT_FOUND ? 404 : 500,
           r->err == CG_E_NOT_FOUND ? "there is no such account" : "the store failed");
    return;
  }
  q->user_id = r->user->id;
  load(q);
}

void cg_server_user_password(cg_server *s, cg_bytes json, uint64_t now_us,
                             cg_server_answer *answer, void *ctx) {
  s->now_us = now_us;
  question *q = cg_alloc(sizeof *q);
  if (!q) {
    cg_inbox_refuse(answer, ctx, 500, "out of memory");
    return;
  }
  *q = (question){ .s = s, .answer = answer, .ctx = ctx };
  if (!take(q, json)) return;
  cg_store_request find = { .op = CG_STORE_USER_FIND, .text = q->phone };
  cg_store_submit(s->store, &find, on_user, q);
}
