/* SPDX-License-Identifier: MIT */
/* rsa_test.c - a production key of Telegram, both paddings, damaged keys and texts. */
#include "crypto_test.h"

#include "hash.h"
#include "mem.h"
#include "rsa.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

/* Published by Telegram; fingerprint d09d1d85de64fd85. */
static const char production[] =
    "-----BEGIN RSA PUBLIC KEY-----\n"
    "MIIBCgKCAQEA6LszBcC1LGzyr992NzE0ieY+BSaOW622Aa9Bd4ZHLl+TuFQ4lo4g\n"
    "5nKaMBwK/BIb9xUfg0Q29/2mgIR6Zr9krM7HjuIcCzFvDtr+L0GQjae9H0pRB2OO\n"
    "62cECs5HKhT5DZ98K33vmWiLowc621dQuwKWSQKjWf50XYFw42h21P2KXUGyp2y/\n"
    "+aEyZ+uVgLLQbRA1dEjSDZ2iGRy12Mk5gpYc397aYp438fsJoHIgJ2lgMv5h7WY9\n"
    "t6N/byY9Nw9p21Og3AoXSL2q/2IJ1WRUhebgAdGVMlV1fkuOQoEzR7EdpqtQD9Cs\n"
    "5+bfo3Nhmcyvk5ftB0WkJ9z6bNZ7yxrP8wIDAQAB\n"
    "-----END RSA PUBLIC KEY-----\n";

static uint64_t seed = 1;
static const cg_rng rng = { test_random, &seed };
static cg_rsa_key *pair;

static int make_pair(void **state) {
  (void)state;
  return cg_rsa_generate(&pair);
}

static int free_pair(void **state) {
  (void)state;
  cg_rsa_free(pair);
  return 0;
}

static cg_bytes text(const char *s) {
  return cg_bytes_of(s);
}

static cg_rsa_key *from(cg_bytes pem) {
  cg_rsa_key *k = NULL;
  cg_fault fault = { 0 };
  assert_int_equal(cg_rsa_from_pem(&k, pem, &fault), CG_OK);
  assert_non_null(k);
  assert_int_equal(fault.err, CG_OK);
  return k;
}

static void fingerprint_of_a_production_key(void **state) {
  (void)state;
  cg_rsa_key *k = from(text(production));
  assert_true(cg_rsa_fingerprint(k) == 0xd09d1d85de64fd85);
  assert_false(cg_rsa_has_private(k));
  cg_rsa_free(k);
}

static cg_err zeros(void *ctx, void *out, size_t len) {
  (void)ctx;
  memset(out, 0, len);
  return CG_OK;
}

/* gotd: RSA_PAD of 144 times 'a' where all random bytes are 0 */
static void rsa_pad_vector(void **state) {
  (void)state;
  static const char want[] =
      "bf68719e836806b040cd261ecaf66eb3c4ba19f3bbea3031b2e6cf29167bab647201d101b291dc"
      "5b716a42e789a38d947fe59e9bcce8f30ef46a946743ea8b6babbce7fc0afc46b802aa453e83471d"
      "82a4dfad83f971f350b4b4fb474cd1c48fdf427e4b5fecce9ec3178ae7dac3985856fdefa21d6fdc"
      "5e0e0fd8a57bc4f51580d637d372be8d87c9aa3fde8e6f8287bcb3be846aadcdd59465375479e248"
      "f62ed438f9804fbe36d41ca906243a5f740f3937949aa149ba8a8b8e68b3f3e1e3cd3f946387520e"
      "21eee55845e1f015a919a22f6a72bfaecd2cae946c91983b41f9ffabe97963bbde8f30eaf5fd3c5b"
      "8cecab8711bd269e441b6084f385726ff0";
  uint8_t data[CG_RSA_PAD_MAX], out[CG_RSA_SIZE];
  memset(data, 'a', sizeof data);
  cg_rsa_key *k = from(text(production));
  assert_int_equal(cg_rsa_pad_encrypt(k, (cg_bytes){ data, sizeof data },
                                      &(cg_rng){ zeros, NULL }, out),
                   CG_OK);
  test_equals_hex(out, want, sizeof out);
  cg_rsa_free(k);
}

static void generated_key(void **state) {
  (void)state;
  assert_true(cg_rsa_has_private(pair));
  assert_true(cg_rsa_fingerprint(pair) >> 60 != 0);
}

static void pem_there_and_back(void **state) {
  (void)state;
  cg_buf open = { 0 }, secret = { 0 };
  assert_int_equal(cg_rsa_public_pem(pair, &open), CG_OK);
  assert_int_equal(cg_rsa_private_pem(pair, &secret), CG_OK);
  assert_memory_equal(open.at, "-----BEGIN RSA PUBLIC KEY-----\n", 31);
  assert_memory_equal(secret.at, "-----BEGIN PRIVATE KEY-----\n", 28);
  cg_rsa_key *a = from(cg_buf_view(&open)), *b = from(cg_buf_view(&secret));
  assert_true(cg_rsa_fingerprint(a) == cg_rsa_fingerprint(pair));
  assert_true(cg_rsa_fingerprint(b) == cg_rsa_fingerprint(pair));
  assert_false(cg_rsa_has_private(a));
  assert_true(cg_rsa_has_private(b));
  cg_buf again = { 0 };
  assert_int_equal(cg_rsa_private_pem(a, &again), CG_E_USAGE);
  assert_int_equal(cg_rsa_public_pem(b, &again), CG_OK);
  assert_int_equal(again.len, open.len);
  assert_memory_equal(again.at, open.at, open.len);
  cg_buf_free(&again);
  cg_buf_free(&open);
  cg_buf_wipe(&secret);
  cg_rsa_free(a);
  cg_rsa_free(b);
}

static void refuse(const char *pem, size_t len, cg_err want) {
  cg_rsa_key *k = (cg_rsa_key *)1;
  cg_fault fault = { 0 };
  assert_int_equal(cg_rsa_from_pem(&k, (cg_bytes){ (const uint8_t *)pem, len }, &fault),
                   want);
  assert_null(k);
  assert_int_equal(fault.err, want);
  assert_true(fault.text[0] != 0);
}

static void not_a_key(void **state) {
  (void)state;
  refuse("", 0, CG_E_MALFORMED);
  refuse("hello", 5, CG_E_MALFORMED);
  for (size_t n = 0; n < sizeof production - 28; n += 7)
    refuse(production, n, CG_E_MALFORMED);
  static const char encrypted[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n"
                                  "-----END ENCRYPTED PRIVATE KEY-----\n";
  refuse(encrypted, sizeof encrypted - 1, CG_E_MALFORMED);
  assert_int_equal(cg_rsa_from_pem(&(cg_rsa_key *){ NULL }, CG_LIT("x"), NULL),
                   CG_E_MALFORMED);
}

/* A private key behind a pass phrase is refused without a question on the terminal. */
static void pass_phrases_are_not_asked_for(void **state) {
  (void)state;
  EVP_PKEY *pkey = EVP_RSA_gen(2048);
  BIO *out = BIO_new(BIO_s_mem());
  assert_int_equal(
      PEM_write_bio_PKCS8PrivateKey(out, pkey, EVP_aes_256_cbc(), "pass", 4, NULL, NULL),
      1);
  char *pem;
  long len = BIO_get_mem_data(out, &pem);
  refuse(pem, (size_t)len, CG_E_MALFORMED);
  BIO_free(out);
  EVP_PKEY_free(pkey);
}

/* The spki form of another key, made by OpenSSL. */
static void reads_spki(void **state) {
  (void)state;
  EVP_PKEY *pkey = EVP_RSA_gen(2048);
  BIO *out = BIO_new(BIO_s_mem());
  assert_int_equal(PEM_write_bio_PUBKEY(out, pkey), 1);
  char *pem;
  long len = BIO_get_mem_data(out, &pem);
  cg_rsa_key *k = from((cg_bytes){ (const uint8_t *)pem, (size_t)len });
  assert_false(cg_rsa_has_private(k));
  cg_rsa_free(k);
  BIO_free(out);
  EVP_PKEY_free(pkey);
}

/* Other sizes; written as PKCS#1 DER by hand would prove no more. */
static void refuses_other_sizes(void **state) {
  (void)state;
  static const unsigned bits[] = { 1024, 2047, 2056 };
  for (int i = 0; i < 3; i++) {
    EVP_PKEY *pkey = EVP_RSA_gen(bits[i]);
    BIO *out = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PUBKEY(out, pkey), 1);
    char *pem;
    long len = BIO_get_mem_data(out, &pem);
    refuse(pem, (size_t)len, CG_E_WEAK);
    BIO_free(out);
    EVP_PKEY_free(pkey);
  }
}

/* "RSA PUBLIC KEY" with the modulus and exponent given. */
static void refuse_numbers(const uint8_t n[256], const char *exponent) {
  uint8_t der[300] = { 0x30, 0x82, 0, 0, 0x02, 0x82, 0x01, 0x01, 0x00 }, e[16];
  size_t e_len = strlen(exponent) / 2;
  test_hex(exponent, e, e_len);
  memcpy(der + 9, n, 256);
  der[265] = 0x02;
  der[266] = (uint8_t)e_len;
  memcpy(der + 267, e, e_len);
  size_t body = 263 + e_len;
  der[2] = (uint8_t)(body >> 8);
  der[3] = (uint8_t)body;
  BIO *out = BIO_new(BIO_s_mem());
  assert_true(PEM_write_bio(out, "RSA PUBLIC KEY", "", der, (long)body + 4) > 0);
  char *pem;
  long len = BIO_get_mem_data(out, &pem);
  refuse(pem, (size_t)len, CG_E_WEAK);
  BIO_free(out);
}

static void refuses_bad_numbers(void **state) {
  (void)state;
  uint8_t n[256];
  memset(n, 0xc5, sizeof n);
  static const char *const exponents[] = { "01", "02", "04", "010000" };
  for (int i = 0; i < 4; i++) refuse_numbers(n, exponents[i]);
  n[255] = 0xc4;
  refuse_numbers(n, "010001");
}

static void round_trip_of_rsa_pad(void **state) {
  (void)state;
  uint8_t data[CG_RSA_PAD_MAX], sealed[CG_RSA_SIZE], out[CG_RSA_SIZE];
  for (size_t n = 0; n <= CG_RSA_PAD_MAX; n += 9) {
    size_t len = 0;
    bool legacy = true;
    test_random(&seed, data, sizeof data);
    assert_int_equal(cg_rsa_pad_encrypt(pair, (cg_bytes){ data, n }, &rng, sealed),
                     CG_OK);
    assert_int_equal(cg_rsa_decrypt(pair, sealed, n % 2, out, &len, &legacy), CG_OK);
    assert_false(legacy);
    assert_int_equal(len, CG_RSA_PADDED);
    assert_memory_equal(out, data, n);
  }
  assert_int_equal(cg_rsa_pad_encrypt(pair, (cg_bytes){ data, 145 }, &rng, sealed),
                   CG_E_USAGE);
}

static void round_trip_of_legacy(void **state) {
  (void)state;
  uint8_t data[CG_RSA_LEGACY_MAX + 1], sealed[CG_RSA_SIZE], out[CG_RSA_SIZE];
  for (size_t n = 0; n <= CG_RSA_LEGACY_MAX; n += 47) {
    size_t len = 0;
    bool legacy = false;
    test_random(&seed, data, sizeof data);
    assert_int_equal(cg_rsa_legacy_encrypt(pair, (cg_bytes){ data, n }, &rng, sealed),
                     CG_OK);
    assert_int_equal(cg_rsa_decrypt(pair, sealed, true, out, &len, &legacy), CG_OK);
    assert_true(legacy);
    assert_int_equal(len, CG_RSA_LEGACY_RAW);
    assert_memory_equal(out + CG_RSA_LEGACY_HASH, data, n);
    assert_true(cg_rsa_legacy_check(out, n));
    assert_false(cg_rsa_legacy_check(out, n + 1));
    assert_false(cg_rsa_legacy_check(out, SIZE_MAX));
    if (n) assert_false(cg_rsa_legacy_check(out, n - 1));
    out[0] ^= 1;
    assert_false(cg_rsa_legacy_check(out, n));
    assert_int_equal(cg_rsa_decrypt(pair, sealed, false, out, &len, &legacy),
                     CG_E_VERIFY);
    assert_false(legacy);
    for (int i = 0; i < CG_RSA_SIZE; i++) assert_int_equal(out[i], 0);
  }
  assert_int_equal(cg_rsa_legacy_encrypt(pair, (cg_bytes){ data, 236 }, &rng, sealed),
                   CG_E_USAGE);
}

/* Garbage with and without the leading zero of the old padding ends alike: a legacy
 * text that no hash covers. */
static void garbage(void **state) {
  (void)state;
  uint8_t sealed[CG_RSA_SIZE], out[CG_RSA_SIZE];
  int spoiled = 0, kept = 0;
  for (int i = 0; i < 1500; i++) {
    size_t len = 0;
    bool legacy = false;
    test_random(&seed, sealed, sizeof sealed);
    sealed[0] &= 0x7f; /* below the modulus */
    assert_int_equal(cg_rsa_decrypt(pair, sealed, true, out, &len, &legacy), CG_OK);
    assert_true(legacy);
    assert_int_equal(len, CG_RSA_LEGACY_RAW);
    bool all = true;
    for (int k = 0; k < CG_RSA_LEGACY_RAW; k++) all = all && out[k] == 0xff;
    if (all)
      spoiled++;
    else
      kept++;
    assert_false(cg_rsa_legacy_check(out, 96));
    if (kept && spoiled && i > 200) break;
  }
  assert_true(spoiled > 0 && kept > 0);
}

/* One bit anywhere in the text, under RSA_PAD. */
static void damage_is_seen(void **state) {
  (void)state;
  uint8_t sealed[CG_RSA_SIZE], out[CG_RSA_SIZE];
  assert_int_equal(cg_rsa_pad_encrypt(pair, CG_LIT("text"), &rng, sealed), CG_OK);
  for (size_t i = 8; i < 8 * CG_RSA_SIZE; i += 61) {
    size_t len = 1;
    bool legacy = true;
    sealed[i / 8] ^= (uint8_t)(1 << i % 8);
    assert_int_equal(cg_rsa_decrypt(pair, sealed, false, out, &len, &legacy),
                     CG_E_VERIFY);
    assert_int_equal(len, 0);
    assert_false(legacy);
    sealed[i / 8] ^= (uint8_t)(1 << i % 8);
  }
}

static void numbers_from_the_modulus_up_are_refused(void **state) {
  (void)state;
  uint8_t in[CG_RSA_SIZE], out[CG_RSA_SIZE];
  size_t len;
  bool legacy;
  memset(in, 0xff, sizeof in);
  assert_int_equal(cg_rsa_decrypt(pair, in, true, out, &len, &legacy), CG_E_VERIFY);
  cg_rsa_key *k = from(text(production));
  assert_int_equal(cg_rsa_decrypt(k, in, true, out, &len, &legacy), CG_E_USAGE);
  cg_rsa_free(k);
}

/* A modulus that begins with 1000...: half of the padded numbers are too large, so that
 * the second temp_key is needed; and a source that gives one text for ever. */
static void draws_again_above_the_modulus(void **state) {
  (void)state;
  uint8_t n[256] = { 0x80, [255] = 1 };
  uint8_t der[300] = { 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00 },
          out[CG_RSA_SIZE];
  memcpy(der + 9, n, 256);
  memcpy(der + 265, (uint8_t[]){ 2, 3, 1, 0, 1 }, 5);
  BIO *bio = BIO_new(BIO_s_mem());
  assert_true(PEM_write_bio(bio, "RSA PUBLIC KEY", "", der, 270) > 0);
  char *pem;
  long len = BIO_get_mem_data(bio, &pem);
  cg_rsa_key *k = from((cg_bytes){ (const uint8_t *)pem, (size_t)len });
  BIO_free(bio);
  int never = 0;
  for (int i = 0; i < 64; i++)
    assert_int_equal(cg_rsa_pad_encrypt(k, CG_LIT("text"), &rng, out), CG_OK);
  uint8_t data[CG_RSA_PAD_MAX];
  for (int i = 0; i < 64; i++) {
    memset(data, i, sizeof data);
    cg_err err = cg_rsa_pad_encrypt(k, (cg_bytes){ data, sizeof data },
                                    &(cg_rng){ zeros, NULL }, out);
    assert_true(err == CG_OK || err == CG_E_RANDOM);
    never += err != CG_OK;
  }
  assert_true(never > 0 && never < 64);
  cg_rsa_free(k);
}

static void needs_random_numbers(void **state) {
  (void)state;
  const cg_rng none = { test_no_random, NULL };
  uint8_t out[CG_RSA_SIZE];
  assert_int_equal(cg_rsa_pad_encrypt(pair, CG_LIT("x"), &none, out), CG_E_RANDOM);
  assert_int_equal(cg_rsa_legacy_encrypt(pair, CG_LIT("x"), &none, out), CG_E_RANDOM);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fingerprint_of_a_production_key),
    cmocka_unit_test(rsa_pad_vector),
    cmocka_unit_test(generated_key),
    cmocka_unit_test(pem_there_and_back),
    cmocka_unit_test(not_a_key),
    cmocka_unit_test(pass_phrases_are_not_asked_for),
    cmocka_unit_test(reads_spki),
    cmocka_unit_test(refuses_other_sizes),
    cmocka_unit_test(refuses_bad_numbers),
    cmocka_unit_test(round_trip_of_rsa_pad),
    cmocka_unit_test(round_trip_of_legacy),
    cmocka_unit_test(garbage),
    cmocka_unit_test(damage_is_seen),
    cmocka_unit_test(numbers_from_the_modulus_up_are_refused),
    cmocka_unit_test(draws_again_above_the_modulus),
    cmocka_unit_test(needs_random_numbers),
  };
  return cmocka_run_group_tests(tests, make_pair, free_pair);
}
