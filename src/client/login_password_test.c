/* SPDX-License-Identifier: MIT */
/*
 * login_password_test.c - proofs and new passwords against what a server may send
 * (protocol.md 293-302): each rule has a row that breaks it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "login_password.h"

#include "client_test.h"
#include "mem.h"
#include "srp.h"

#include <centigram/api.h>

typedef tl_passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow kdf;

/* The server's side of one account. */
typedef struct {
  uint8_t prime[CG_SRP_SIZE], v[CG_SRP_SIZE], b[CG_SRP_SIZE], b_pub[CG_SRP_SIZE];
  kdf current, proposed;
  tl_passwordKdfAlgoUnknown unknown;
  tl_account_password told;
} account;

static uint64_t seed = 11;
static const cg_rng rng = { test_fill, &seed };
static account a;
static cg_arena *arena;

static const char hex[] =
    "C71CAEB9C6B1C9048E6C522F70F13F73980D40238E3E21C14934D037563D930F"
    "48198A0AA7C14058229493D22530F4DBFA336F6E0AC925139543AED44CCE7C37"
    "20FD51F69458705AC68CD4FE6B6B13ABDC9746512969328454F18FAF8C595F64"
    "2477FE96BB2A941D5BCD1D4AC8CC49880708FA9B378E3C4F3A9060BEE67CF9A4"
    "A4A695811051907E162753B56B0F6B410DBA74D8A84B2A14B3144E0EF1284754"
    "FD17ED950D5965B4B9DD46582DB1178D169C6BC465B0D6FF9CA3928FEF5B9AE4"
    "E418FC15E83EBEA0F87FA9FF5EED70050DED2849F47BF959D956850CE929851F"
    "0D8115F635B105EE2E4E15D04B2454BF6F4FADF034B10403119CD8E3B92FCC5B";

static cg_srp_algo algo_of(const kdf *k) {
  return (cg_srp_algo){ k->p.at, k->g, k->salt1, k->salt2 };
}

static kdf algo(const char *salt1) {
  return (
      kdf){ TL_INIT(passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow),
            .salt1 = cg_bytes_of(salt1), .salt2 = CG_LIT("0123456789abcdef"), .g = 3,
            .p = { a.prime, sizeof a.prime } };
}

static int set_up(void **state) {
  (void)state;
  uint8_t x[CG_SRP_HASH];
  for (size_t i = 0; i < sizeof a.prime; i++) {
    unsigned byte;
    if (sscanf(hex + 2 * i, "%2x", &byte) != 1) return -1;
    a.prime[i] = (uint8_t)byte;
  }
  a.current = algo("a salt that is long enough");
  a.proposed = algo("proposed");
  a.unknown = (tl_passwordKdfAlgoUnknown){ TL_INIT(passwordKdfAlgoUnknown) };
  cg_srp_algo c = algo_of(&a.current);
  if (cg_srp_hash(&c, CG_LIT("right"), x) || cg_srp_verifier(&c, x, &rng, a.v) ||
      cg_srp_offer(&c, a.v, &rng, a.b, a.b_pub))
    return -1;
  return 0;
}

/* An account.password as a good server sends it. */
static int tell(void **state) {
  (void)state;
  arena = cg_arena_new(0);
  a.told = (tl_account_password){ TL_INIT(account_password),
                                  .new_algo = &a.proposed.PasswordKdfAlgo };
  TL_ON(account_password, &a.told, has_password);
  TL_SET(account_password, &a.told, current_algo, &a.current.PasswordKdfAlgo);
  TL_SET(account_password, &a.told, srp_B, ((cg_bytes){ a.b_pub, sizeof a.b_pub }));
  TL_SET(account_password, &a.told, srp_id, 77);
  a.current = algo("a salt that is long enough");
  a.proposed = algo("proposed");
  return 0;
}

static int done(void **state) {
  (void)state;
  cg_arena_free(arena);
  return 0;
}

static cg_err check(const char *password, const tl_obj **q, cg_fault *fault) {
  return cg_login_ask_password(&a.told.o, password, &rng, arena, q, fault);
}

/* What the server makes of a proof. */
static cg_err verdict(const tl_InputCheckPasswordSRP *password) {
  const tl_inputCheckPasswordSRP *p = TL_AS(inputCheckPasswordSRP, password);
  cg_srp_algo c = algo_of(&a.current);
  assert_non_null(p);
  assert_true(p->srp_id == 77);
  return cg_srp_check(&c, a.v, a.b, a.b_pub, p->A, p->M1);
}

static void test_proof(void **state) {
  (void)state;
  const tl_obj *q;
  assert_int_equal(check("right", &q, NULL), CG_OK);
  assert_int_equal(verdict(TL_AS(auth_checkPassword, q)->password), CG_OK);
  assert_int_equal(check("wrong", &q, NULL), CG_OK);
  assert_int_equal(verdict(TL_AS(auth_checkPassword, q)->password), CG_E_VERIFY);
}

/* 293-295: an algorithm that is not known, a group or a B that is not safe. */
static void test_unsafe(void **state) {
  static uint8_t even[CG_SRP_SIZE], zero[CG_SRP_SIZE], huge[CG_SRP_SIZE + 1],
      odd[CG_SRP_SIZE];
  const tl_obj *q;
  cg_fault fault;
  memcpy(even, a.prime, sizeof even);
  even[CG_SRP_SIZE - 1] &= 0xfe;
  memcpy(odd, a.prime, sizeof odd);
  odd[CG_SRP_SIZE - 1] ^= 2;
#define ROW(change, want)                                                                \
  do {                                                                                   \
    tell(state);                                                                         \
    change;                                                                              \
    assert_int_equal(check("right", &q, &fault), want);                                  \
    assert_true(fault.err == want && fault.text[0]);                                     \
    cg_arena_free(arena);                                                                \
  } while (0)
  cg_arena_free(arena);
  ROW(a.told.current_algo = &a.unknown.PasswordKdfAlgo, CG_E_UNEXPECTED);
  ROW(a.current.p = ((cg_bytes){ even, sizeof even }), CG_E_WEAK);
  ROW(a.current.p = ((cg_bytes){ odd, sizeof odd }), CG_E_WEAK);
  ROW(a.current.p = ((cg_bytes){ a.prime, 255 }), CG_E_WEAK);
  ROW(a.current.p = ((cg_bytes){ huge, 257 }), CG_E_WEAK);
  ROW(a.current.g = 2, CG_E_WEAK); /* no generator of this prime's group */
  ROW(a.current.g = 0, CG_E_WEAK);
  ROW(a.current.g = 259, CG_E_WEAK); /* 3 in its lowest byte */
  ROW(a.told.srp_B = ((cg_bytes){ zero, sizeof zero }), CG_E_WEAK);
  ROW(a.told.srp_B = ((cg_bytes){ a.prime, sizeof a.prime }), CG_E_WEAK);
  ROW(a.told.srp_B = ((cg_bytes){ a.b_pub, 247 }), CG_E_WEAK);
  ROW(a.told.srp_B = ((cg_bytes){ huge, 257 }), CG_E_WEAK);
  ROW(a.told.srp_B = (cg_bytes){ 0 }, CG_E_WEAK);
  ROW(a.told.has = 0, CG_E_REFUSED); /* none any more */
#undef ROW
  tell(state);
}

/* 296: a is our own, drawn anew for each proof. */
static void test_fresh_exponent(void **state) {
  (void)state;
  const tl_obj *p, *q;
  assert_int_equal(check("right", &p, NULL), CG_OK);
  assert_int_equal(check("right", &q, NULL), CG_OK);
  const tl_inputCheckPasswordSRP *one =
      TL_AS(inputCheckPasswordSRP, TL_AS(auth_checkPassword, p)->password);
  const tl_inputCheckPasswordSRP *two =
      TL_AS(inputCheckPasswordSRP, TL_AS(auth_checkPassword, q)->password);
  assert_false(cg_bytes_equal(one->A, two->A));
  assert_int_equal(one->A.len, CG_SRP_SIZE);
}

/* 302: the server's salt and 32 bytes of ours behind it, v in 256 bytes. */
static void test_new_password(void **state) {
  (void)state;
  const tl_obj *q;
  cg_password_new change = { .password = "new", .hint = "a hint", .email = "a@b.c" };
  assert_int_equal(
      cg_login_ask_set_password(&a.told.o, "right", &change, &rng, arena, &q, NULL),
      CG_OK);
  const tl_account_updatePasswordSettings *u = TL_AS(account_updatePasswordSettings, q);
  assert_int_equal(verdict(u->password), CG_OK);
  const tl_account_passwordInputSettings *s =
      TL_AS(account_passwordInputSettings, u->new_settings);
  const kdf *k = TL_AS(passwordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow,
                       s->new_algo);
  assert_int_equal(k->salt1.len, 8 + 32);
  assert_memory_equal(k->salt1.at, "proposed", 8);
  assert_true(cg_bytes_equal(k->salt2, a.proposed.salt2));
  assert_true(cg_bytes_equal(s->hint, CG_LIT("a hint")));
  assert_true(cg_bytes_equal(s->email, CG_LIT("a@b.c")));
  uint8_t x[CG_SRP_HASH], v[CG_SRP_SIZE];
  cg_srp_algo n = algo_of(k);
  assert_int_equal(cg_srp_hash(&n, CG_LIT("new"), x), CG_OK);
  assert_int_equal(cg_srp_verifier(&n, x, &rng, v), CG_OK);
  assert_int_equal(s->new_password_hash.len, CG_SRP_SIZE);
  assert_memory_equal(s->new_password_hash.at, v, sizeof v);
}

static void test_new_group(void **state) {
  (void)state;
  const tl_obj *q;
  cg_password_new change = { .password = "new" };
  a.told.has = 0;
  a.proposed.g = 2;
#define SET cg_login_ask_set_password(&a.told.o, NULL, &change, &rng, arena, &q, NULL)
  assert_int_equal(SET, CG_E_WEAK);
  a.told.new_algo = &a.unknown.PasswordKdfAlgo;
  assert_int_equal(SET, CG_E_UNEXPECTED);
  change.password = "";
  assert_int_equal(SET, CG_OK); /* nothing is made of it */
#undef SET
}

static void test_removal(void **state) {
  (void)state;
  const tl_obj *q;
  cg_password_new change = { .password = NULL };
  assert_int_equal(
      cg_login_ask_set_password(&a.told.o, "right", &change, &rng, arena, &q, NULL),
      CG_OK);
  const tl_account_passwordInputSettings *s =
      TL_AS(account_passwordInputSettings,
            TL_AS(account_updatePasswordSettings, q)->new_settings);
  assert_int_equal(s->new_algo->o.id, TL_ID_passwordKdfAlgoUnknown);
  assert_int_equal(s->new_password_hash.len, 0);
  assert_false(TL_HAS(account_passwordInputSettings, s, email));
  assert_int_equal(cg_login_ask_recover(NULL, "123456", NULL, &rng, arena, &q, NULL),
                   CG_OK);
  assert_false(
      TL_HAS(auth_recoverPassword, TL_AS(auth_recoverPassword, q), new_settings));
}

static void test_read(void **state) {
  (void)state;
  static uint8_t long_hint[300];
  cg_password_info info;
  tl_help_getConfig other = { TL_INIT(help_getConfig) };
  memset(long_hint, 'x', sizeof long_hint);
  memcpy(long_hint + 254, "\xc3\xa4", 2); /* would be cut in two */
  TL_SET(account_password, &a.told, hint, ((cg_bytes){ long_hint, sizeof long_hint }));
  TL_SET(account_password, &a.told, login_email_pattern, CG_LIT("a***z@b.c"));
  assert_int_equal(cg_login_read_password(&a.told.o, &info), CG_OK);
  assert_true(info.has_password && !info.has_recovery);
  assert_int_equal(strlen(info.hint), 254);
  assert_string_equal(info.login_email, "a***z@b.c");
  assert_string_equal(info.unconfirmed_email, "");
  assert_int_equal(cg_login_read_password(&other.o, &info), CG_E_UNEXPECTED);
}

static void test_memory(void **state) {
  (void)state;
  const tl_obj *q;
  cg_password_new change = { .password = "new", .hint = "a hint" };
  cg_err err = CG_E_MEMORY;
  for (long n = 0; err; n++) {
    cg_arena *own = cg_arena_new(0);
    cg_mem_fail_after(n);
    err = cg_login_ask_set_password(&a.told.o, "right", &change, &rng, own, &q, NULL);
    cg_mem_fail_after(-1);
    if (err) assert_int_equal(err, CG_E_MEMORY);
    cg_arena_free(own);
  }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, tell, done)
  const struct CMUnitTest tests[] = {
    TEST(test_proof),   TEST(test_unsafe),    TEST(test_fresh_exponent),
    TEST(test_removal), TEST(test_new_group), TEST(test_new_password),
    TEST(test_read),    TEST(test_memory),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
