/* SPDX-License-Identifier: MIT */
/* password_test.h - what tests of two-step verification share. For tests only. */
#ifndef CG_SERVER_PASSWORD_TEST_H
#define CG_SERVER_PASSWORD_TEST_H

#include "login_test.h"

#include "srp.h"

#include <stdlib.h>

#define GUARDED "9996629001"  /* has the password "test" */
#define GUARDED_TOO "9996629002"
#define TEST_PASSWORD "test"

typedef tl_passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow kdf_algo;

static uint64_t pw_seed = 5;

static inline cg_err pw_random(void *ctx, void *out, size_t len) {
  uint64_t *x = ctx;
  for (size_t i = 0; i < len; i++) {
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    ((uint8_t *)out)[i] = (uint8_t)(*x >> 56);
  }
  return CG_OK;
}

static const cg_rng pw_rng = { pw_random, &pw_seed };

static inline cg_told get_password(cg_tester *c) {
  tl_account_getPassword q = { TL_INIT(account_getPassword) };
  return cg_tester_call(c, &q.o);
}

/* An account.password, copied out of the client's memory. */
typedef struct {
  bool has, recovers;
  uint8_t salt1[40], salt2[16], new_salt1[8], new_salt2[16], b_pub[256], random[256];
  int64_t srp_id;
  char hint[64], unconfirmed[64];
  int32_t reset; /* 0: not there */
} told_algo;

static inline void pw_text(cg_bytes v, char *out, size_t size) {
  assert_true(v.len < size);
  memcpy(out, v.at, v.len);
  out[v.len] = '\0';
}

static inline void pw_fixed(cg_bytes v, uint8_t *out, size_t size) {
  assert_int_equal(v.len, size);
  memcpy(out, v.at, size);
}

static inline const kdf_algo *pw_algo(const tl_PasswordKdfAlgo *any) {
  const kdf_algo *a =
      TL_AS(passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow, any);
  assert_non_null(a);
  assert_int_equal(a->g, 3);
  assert_int_equal(a->p.len, 256);
  assert_memory_equal(a->p.at, cg_dh_prime, 256);
  return a;
}

static inline told_algo algo_of(cg_told told) {
  told_algo t = { 0 };
  is_object(told, TL_ID_account_password);
  const tl_account_password *p = TL_AS(account_password, told.obj);
  const kdf_algo *new = pw_algo(p->new_algo);
  pw_fixed(new->salt1, t.new_salt1, 8);
  pw_fixed(new->salt2, t.new_salt2, 16);
  pw_fixed(p->secure_random, t.random, 256);
  const tl_securePasswordKdfAlgoPBKDF2HMACSHA512iter100000 *secure =
      TL_AS(securePasswordKdfAlgoPBKDF2HMACSHA512iter100000, p->new_secure_algo);
  assert_non_null(secure);
  assert_int_equal(secure->salt.len, 8);
  t.has = TL_HAS(account_password, p, has_password);
  t.recovers = TL_HAS(account_password, p, has_recovery);
  assert_int_equal(TL_HAS(account_password, p, srp_id), t.has);
  assert_int_equal(TL_HAS(account_password, p, srp_B), t.has);
  if (TL_HAS(account_password, p, hint)) pw_text(p->hint, t.hint, sizeof t.hint);
  if (TL_HAS(account_password, p, email_unconfirmed_pattern))
    pw_text(p->email_unconfirmed_pattern, t.unconfirmed, sizeof t.unconfirmed);
  if (TL_HAS(account_password, p, pending_reset_date)) t.reset = p->pending_reset_date;
  if (!t.has) return t;
  const kdf_algo *now = pw_algo(p->current_algo);
  pw_fixed(now->salt1, t.salt1, 40);
  pw_fixed(now->salt2, t.salt2, 16);
  pw_fixed(p->srp_B, t.b_pub, 256);
  t.srp_id = p->srp_id;
  return t;
}

/* What a client sends to prove that it knows a password; `empty` for none. */
typedef struct {
  bool empty;
  int64_t id;
  uint8_t a_pub[256], m1[32];
  size_t a_len, m1_len;
} proof;

static const proof no_proof = { .empty = true };

/* x of a password, kept: hashing one takes a while. */
static inline void pw_hash(const cg_srp_algo *algo, const char *password,
                           uint8_t out[32]) {
  static struct {
    char password[32];
    uint8_t salt1[40], x[32];
  } kept[8];
  static size_t next;
  for (size_t i = 0; i < 8; i++)
    if (!strcmp(kept[i].password, password) &&
        !memcmp(kept[i].salt1, algo->salt1.at, 40)) {
      memcpy(out, kept[i].x, 32);
      return;
    }
  assert_int_equal(cg_srp_hash(algo, cg_bytes_of(password), out), CG_OK);
  strcpy(kept[next % 8].password, password);
  memcpy(kept[next % 8].salt1, algo->salt1.at, 40);
  memcpy(kept[next++ % 8].x, out, 32);
}

static inline proof prove_to(const told_algo *t, const char *password) {
  proof p = { .id = t->srp_id, .a_len = 256, .m1_len = 32 };
  uint8_t x[32];
  cg_srp_algo algo = { cg_dh_prime, 3, { t->salt1, 40 }, { t->salt2, 16 } };
  assert_true(t->has);
  pw_hash(&algo, password, x);
  assert_int_equal(cg_srp_prove(&algo, x, (cg_bytes){ t->b_pub, 256 }, &pw_rng, p.a_pub,
                                p.m1), CG_OK);
  return p;
}

static inline proof prove(cg_tester *c, const char *password) {
  told_algo t = algo_of(get_password(c));
  return prove_to(&t, password);
}

/* The TL form of a proof, in `space`. */
typedef union {
  tl_inputCheckPasswordSRP srp;
  tl_inputCheckPasswordEmpty none;
} proof_space;

static inline const tl_InputCheckPasswordSRP *proof_tl(const proof *p, proof_space *s) {
  if (p->empty) {
    s->none = (tl_inputCheckPasswordEmpty){ TL_INIT(inputCheckPasswordEmpty) };
    return &s->none.InputCheckPasswordSRP;
  }
  s->srp = (tl_inputCheckPasswordSRP){ TL_INIT(inputCheckPasswordSRP), .srp_id = p->id,
                                       .A = { p->a_pub, p->a_len },
                                       .M1 = { p->m1, p->m1_len } };
  return &s->srp.InputCheckPasswordSRP;
}

static inline cg_told check_password(cg_tester *c, proof p) {
  proof_space s;
  tl_auth_checkPassword q = { TL_INIT(auth_checkPassword),
                              .password = proof_tl(&p, &s) };
  return cg_tester_call(c, &q.o);
}

/* Brings a client to where it waits for the password; gives the code's hash. */
static inline sent up_to_password(cg_tester *c, const char *phone) {
  sent s = sent_of(send_code(c, phone));
  is_error(sign_in(c, phone, s.hash, CODE), 401, "SESSION_PASSWORD_NEEDED");
  return s;
}

static inline void log_in_guarded(cg_tester *c, const char *phone) {
  up_to_password(c, phone);
  user_of(check_password(c, prove(c, TEST_PASSWORD)));
}

/* --- account.updatePasswordSettings ---------------------------------------- */

/* New settings: a field that is NULL is left out. */
typedef struct {
  const char *password; /* "": none from now on */
  const char *hint, *email;
  const uint8_t *salt1, *salt2; /* NULL: as the server proposes */
  size_t salt1_len;             /* 0: 40 */
  bool quick;                   /* of no password: hashing one takes a while */
  bool bad_v, other_prime, secure;
} wish;

typedef struct {
  tl_account_passwordInputSettings in;
  kdf_algo algo;
  tl_passwordKdfAlgoUnknown unknown;
  tl_secureSecretSettings secure;
  tl_securePasswordKdfAlgoUnknown secure_algo;
  uint8_t salt1[72], salt2[16], v[256], p[256];
} wish_space;

static inline void wish_password(const told_algo *t, const wish *w, wish_space *s) {
  static uint8_t fresh = 100;
  uint8_t x[32];
  memcpy(s->salt1, w->salt1 ? w->salt1 : t->new_salt1, 8);
  memset(s->salt1 + 8, fresh++, 64);
  memcpy(s->salt2, w->salt2 ? w->salt2 : t->new_salt2, 16);
  cg_srp_algo algo = { cg_dh_prime, 3, { s->salt1, 40 }, { s->salt2, 16 } };
  if (w->quick) memset(x, 1, sizeof x);
  else pw_hash(&algo, w->password, x);
  assert_int_equal(cg_srp_verifier(&algo, x, &pw_rng, s->v), CG_OK);
  if (w->bad_v) memset(s->v, 0, 255);
  memcpy(s->p, cg_dh_prime, 256);
  if (w->other_prime) s->p[255] ^= 4;
  s->algo = (kdf_algo){
    TL_INIT(passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow),
    .salt1 = { s->salt1, w->salt1_len ? w->salt1_len : 40 }, .salt2 = { s->salt2, 16 },
    .g = 3, .p = { s->p, 256 }
  };
}

static inline const tl_account_PasswordInputSettings *wish_tl(const told_algo *t,
                                                              const wish *w,
                                                              wish_space *s) {
  memset(s, 0, sizeof *s);
  s->in = (tl_account_passwordInputSettings){ TL_INIT(account_passwordInputSettings) };
  s->unknown = (tl_passwordKdfAlgoUnknown){ TL_INIT(passwordKdfAlgoUnknown) };
  s->secure_algo =
      (tl_securePasswordKdfAlgoUnknown){ TL_INIT(securePasswordKdfAlgoUnknown) };
  s->secure = (tl_secureSecretSettings){
    TL_INIT(secureSecretSettings),
    .secure_algo = &s->secure_algo.SecurePasswordKdfAlgo, .secure_secret = CG_LIT("s")
  };
  bool set = w->password && w->password[0];
  if (set) wish_password(t, w, s);
  if (w->password) {
    TL_SET(account_passwordInputSettings, &s->in, new_algo,
           set ? &s->algo.PasswordKdfAlgo : &s->unknown.PasswordKdfAlgo);
    TL_SET(account_passwordInputSettings, &s->in, new_password_hash,
           ((cg_bytes){ s->v, set ? 256 : 0 }));
    TL_SET(account_passwordInputSettings, &s->in, hint,
           cg_bytes_of(w->hint ? w->hint : ""));
  }
  if (w->email)
    TL_SET(account_passwordInputSettings, &s->in, email, cg_bytes_of(w->email));
  if (w->secure)
    TL_SET(account_passwordInputSettings, &s->in, new_secure_settings,
           &s->secure.SecureSecretSettings);
  return &s->in.account_PasswordInputSettings;
}

static inline cg_told update_with(cg_tester *c, const told_algo *t, proof p, wish w) {
  proof_space ps;
  wish_space *ws = calloc(1, sizeof *ws);
  assert_non_null(ws);
  tl_account_updatePasswordSettings q = { TL_INIT(account_updatePasswordSettings),
                                          .password = proof_tl(&p, &ps),
                                          .new_settings = wish_tl(t, &w, ws) };
  cg_told told = cg_tester_call(c, &q.o);
  free(ws);
  return told;
}

/* The whole of it for who knows the password, NULL if there is none. */
static inline cg_told update(cg_tester *c, const char *old, wish w) {
  told_algo t = algo_of(get_password(c));
  return update_with(c, &t, old ? prove_to(&t, old) : no_proof, w);
}

/* The newest live code of type "email" of a phone, as the inbox shows it. */
static inline const char *emailed(const char *phone) {
  static char code[8];
  const char *json = cg_harness_codes(&H, phone);
  const char *at = strstr(json, "\"type\":\"email\",\"code\":\"");
  assert_non_null(at);
  memcpy(code, at + 23, 6);
  code[6] = '\0';
  assert_int_equal(strspn(code, "0123456789"), 6);
  assert_memory_equal(at + 29, "\",\"state\":\"live\"", 16);
  return code;
}

/* A code that is not `code`. */
static inline const char *not_code(const char *code) {
  static char other[8];
  strcpy(other, code);
  other[5] = other[5] == '0' ? '1' : '0';
  return other;
}

#define CALL_EMPTY(name)                                                                 \
  static inline cg_told call_##name(cg_tester *c) {                                      \
    tl_##name q = { TL_INIT(name) };                                                     \
    return cg_tester_call(c, &q.o);                                                      \
  }
#define CALL_CODE(name)                                                                  \
  static inline cg_told call_##name(cg_tester *c, const char *code) {                    \
    tl_##name q = { TL_INIT(name), .code = cg_bytes_of(code) };                          \
    return cg_tester_call(c, &q.o);                                                      \
  }

#endif
