/* SPDX-License-Identifier: MIT */
/*
 * memory_test.c - every allocation failed in turn, OpenSSL's and our own. Whatever fails
 * must say so with MEMORY or CRYPTO, leak nothing (the leak checker of the sanitizer
 * watches), and work again afterwards.
 */
#include "crypto_test.h"

#include "ctr.h"
#include "dh.h"
#include "gcm.h"
#include "hash.h"
#include "mem.h"
#include "msgkey.h"
#include "prime.h"
#include "rsa.h"
#include "srp.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdlib.h>

/* --- OpenSSL's allocator ------------------------------------------------------- */

static long left = -1;

static bool refused(void) {
  if (left < 0) return false;
  return left == 0 || left-- == 0;
}

static void *fail_malloc(size_t n, const char *file, int line) {
  (void)file, (void)line;
  return refused() ? NULL : malloc(n);
}

static void *fail_realloc(void *p, size_t n, const char *file, int line) {
  (void)file, (void)line;
  return refused() ? NULL : realloc(p, n);
}

static void plain_free(void *p, const char *file, int line) {
  (void)file, (void)line;
  free(p);
}

/* --- the operations ------------------------------------------------------------ */

static uint64_t seed = 1;
static const cg_rng rng = { test_random, &seed };
static cg_rsa_key *pair;
static cg_buf public_pem, private_pem;

static cg_err hash_all(void) {
  uint8_t out[64];
  cg_bytes text = CG_LIT("text");
  cg_err err = cg_sha1(&text, 1, out);
  if (!err) err = cg_sha256(&text, 1, out);
  return err ? err : cg_sha512(&text, 1, out);
}

static cg_err hmac(void) {
  uint8_t out[32];
  return cg_hmac_sha256(CG_LIT("key"), &CG_LIT("text"), 1, out);
}

static cg_err pbkdf2(void) {
  uint8_t out[64];
  return cg_pbkdf2_sha512(CG_LIT("password"), CG_LIT("salt"), 2, out);
}

static cg_err ctr(void) {
  uint8_t key[32] = { 1 }, iv[16] = { 2 }, data[40] = { 3 };
  cg_ctr c = { 0 };
  cg_err err = cg_ctr_init(&c, key, iv);
  if (!err) err = cg_ctr_xor(&c, data, sizeof data);
  cg_ctr_wipe(&c);
  return err;
}

static cg_err gcm(void) {
  uint8_t key[32] = { 1 };
  cg_buf sealed = { 0 }, opened = { 0 };
  cg_err err = cg_gcm_seal(key, &rng, CG_LIT("aad"), CG_LIT("plain"), &sealed);
  if (!err) err = cg_gcm_open(key, CG_LIT("aad"), cg_buf_view(&sealed), &opened);
  if (!err) assert_memory_equal(opened.at, "plain", 5);
  cg_buf_free(&sealed);
  cg_buf_free(&opened);
  return err;
}

static cg_err msgkey_v1(void) {
  uint8_t key[256] = { 1 }, msg_key[16], aes_key[32], aes_iv[32];
  cg_err err = cg_msgkey_v1(CG_LIT("data"), msg_key);
  return err ? err : cg_kdf_v1(key, 0, msg_key, aes_key, aes_iv);
}

static cg_err rsa_read(const cg_buf *pem) {
  cg_rsa_key *k = NULL;
  cg_err err = cg_rsa_from_pem(&k, cg_buf_view(pem), NULL);
  assert_true((k != NULL) == (err == CG_OK));
  cg_rsa_free(k);
  return err;
}

static cg_err rsa_read_public(void) {
  return rsa_read(&public_pem);
}

static cg_err rsa_read_private(void) {
  return rsa_read(&private_pem);
}

static cg_err rsa_write(void) {
  cg_buf out = { 0 };
  cg_err err = cg_rsa_public_pem(pair, &out);
  if (!err) err = cg_rsa_private_pem(pair, &out);
  cg_buf_wipe(&out);
  return err;
}

static cg_err rsa_encrypt(void) {
  uint8_t out[CG_RSA_SIZE];
  cg_err err = cg_rsa_pad_encrypt(pair, CG_LIT("data"), &rng, out);
  return err ? err : cg_rsa_legacy_encrypt(pair, CG_LIT("data"), &rng, out);
}

static uint8_t sealed_rsa[CG_RSA_SIZE];

static cg_err rsa_decrypt(void) {
  uint8_t out[CG_RSA_SIZE];
  size_t len;
  bool legacy;
  cg_err err = cg_rsa_decrypt(pair, sealed_rsa, true, out, &len, &legacy);
  if (!err) assert_false(legacy);
  return err;
}

/* A modulus too small for the own power, so that OpenSSL's is asked. */
static cg_err dh(void) {
  uint8_t m[CG_DH_SIZE] = { [1] = 0x80, [CG_DH_SIZE - 1] = 1 }, two[CG_DH_SIZE] = { 0 };
  two[CG_DH_SIZE - 1] = 2;
  return cg_dh_power(m, two, m, two);
}

static cg_err prime(void) {
  static const uint8_t raw[16] = { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
  BN_CTX *ctx = BN_CTX_new();
  BIGNUM *n = BN_bin2bn(raw, sizeof raw, NULL);
  cg_err err = ctx && n ? cg_prime_check(n, ctx, &rng) : CG_E_MEMORY;
  if (!err) err = cg_prime_check_double(n, ctx);
  BN_free(n);
  BN_CTX_free(ctx);
  ERR_clear_error();
  return err;
}

/* A conversation, over a modulus that OpenSSL's powers are asked for. The group need not
 * be safe: the client's side, which looks at it, has no further allocations. */
static cg_err srp(void) {
  static uint8_t m[CG_SRP_SIZE], v[CG_SRP_SIZE];
  uint8_t b[CG_SRP_SIZE], b_pub[CG_SRP_SIZE];
  memset(m, 0xff, sizeof m);
  m[0] = 0x3f; /* below 2^2046 */
  v[CG_SRP_SIZE - 1] = 9;
  cg_srp_algo algo = { m, 3, CG_LIT("salt1"), CG_LIT("salt2") };
  cg_err err = cg_srp_offer(&algo, v, &rng, b, b_pub);
  if (!err)
    err = cg_srp_check(&algo, v, b, b_pub, (cg_bytes){ b_pub, CG_SRP_SIZE },
                       (cg_bytes){ m, CG_SRP_HASH });
  return err == CG_E_VERIFY ? CG_OK : err;
}

/* --- failing them -------------------------------------------------------------- */

static const struct {
  const char *name;
  cg_err (*run)(void);
  cg_err also; /* OpenSSL's decoder keeps some failures of memory to itself */
} operations[] = {
  { "hash", hash_all, CG_E_MEMORY },
  { "hmac", hmac, CG_E_MEMORY },
  { "pbkdf2", pbkdf2, CG_E_MEMORY },
  { "ctr", ctr, CG_E_MEMORY },
  { "gcm", gcm, CG_E_MEMORY },
  { "msgkey_v1", msgkey_v1, CG_E_MEMORY },
  { "rsa read public", rsa_read_public, CG_E_MALFORMED },
  { "rsa read private", rsa_read_private, CG_E_MALFORMED },
  { "rsa write", rsa_write, CG_E_MEMORY },
  { "rsa encrypt", rsa_encrypt, CG_E_MEMORY },
  { "rsa decrypt", rsa_decrypt, CG_E_MEMORY },
  { "dh", dh, CG_E_MEMORY },
  { "prime", prime, CG_E_MEMORY },
  { "srp", srp, CG_E_MEMORY },
};

/* Runs `op` with the n-th allocation failing, for n = 0, 1, 2, ..., until none fails.
 * Then OpenSSL has seen every one; some it does without (error texts, caches). */
static void fail_each(size_t op, bool ours) {
  cg_err (*run)(void) = operations[op].run;
  long failed = 0;
  for (long n = 0;; n++) {
    assert_true(n < 20000);
    if (ours)
      cg_mem_fail_after(n);
    else
      left = n;
    cg_err err = run();
    bool used_up = ours ? cg_mem_fail_after(-1) > n : left == 0;
    left = -1;
    if (err && err != CG_E_MEMORY && err != CG_E_CRYPTO && err != operations[op].also)
      fail_msg("%s, allocation %ld: %d", operations[op].name, n, err);
    assert_int_equal(run(), CG_OK);
    failed += err != CG_OK;
    if (!used_up) break;
  }
  if (!ours) assert_true(failed > 0);
}

static void openssl_allocations(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) fail_each(i, false);
}

static void own_allocations(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) fail_each(i, true);
}

static int setup(void **state) {
  (void)state;
  cg_err err = cg_rsa_generate(&pair);
  if (!err) err = cg_rsa_public_pem(pair, &public_pem);
  if (!err) err = cg_rsa_private_pem(pair, &private_pem);
  return err ? err : cg_rsa_pad_encrypt(pair, CG_LIT("data"), &rng, sealed_rsa);
}

static int teardown(void **state) {
  (void)state;
  cg_rsa_free(pair);
  cg_buf_free(&public_pem);
  cg_buf_wipe(&private_pem);
  return 0;
}

int main(void) {
  if (!CRYPTO_set_mem_functions(fail_malloc, fail_realloc, plain_free)) return 1;
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(openssl_allocations),
    cmocka_unit_test(own_allocations),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
