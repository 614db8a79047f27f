/* SPDX-License-Identifier: MIT */
/* ige_test.c - every kernel against published vectors and against OpenSSL's AES. */
#include "crypto_test.h"

#include "ige.h"
#include "ige_impl.h"

#include <openssl/evp.h>
#include <stdlib.h>

enum { MOST = 16 * 70 };

/* IGE around OpenSSL's AES-256-ECB, one block at a time. */
static void reference(bool encrypt, const uint8_t key[32], const uint8_t iv[32],
                      const uint8_t *in, uint8_t *out, size_t blocks) {
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
  assert_non_null(ctx);
  assert_int_equal(EVP_CipherInit_ex2(ctx, EVP_aes_256_ecb(), key, NULL, encrypt, NULL),
                   1);
  EVP_CIPHER_CTX_set_padding(ctx, 0);
  uint8_t before[16], after[16];
  memcpy(before, iv + (encrypt ? 16 : 0), 16);
  memcpy(after, iv + (encrypt ? 0 : 16), 16);
  for (; blocks; blocks--, in += 16, out += 16) {
    int n;
    for (int i = 0; i < 16; i++) after[i] ^= in[i];
    assert_int_equal(EVP_CipherUpdate(ctx, after, &n, after, 16), 1);
    assert_int_equal(n, 16);
    for (int i = 0; i < 16; i++) out[i] = after[i] ^= before[i];
    memcpy(before, in, 16);
  }
  EVP_CIPHER_CTX_free(ctx);
}

static int kernels(const cg_ige_impl *list[2]) {
  list[0] = cg_ige_portable();
  list[1] = cg_ige_x86();
  return list[1] ? 2 : 1;
}

static const struct {
  const char *key, *iv, *plain, *cipher;
} vectors[] = {
  /* key = iv = plain = bytes 0..31, encrypted and decrypted (grammers) */
  { "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "e28112a53e5c89c7b1ea8071c133699fd4e86b26c4bac9fc5af1ab8ce27a44a4" },
  { "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "e5777afacd7b2c16f7ac40cae61ef603fee6098fb8a8860ab9ee672cd7e5bacc",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" },
  /* OpenSSL's second IGE vector with its key twice (mtcute) */
  { "5468697320697320616e20696d706c655468697320697320616e20696d706c65",
    "6d656e746174696f6e206f6620494745206d6f646520666f72204f70656e5353",
    "99706487a1cde613bc6de0b6f24b1c7aa448c8b9c3403e3467a8cad89340f53b",
    "792ea8ae577b1a66cb3bd92679b8030ca54ee631976bd3a04547fdcb4639fa69" },
};

static void published_vectors(void **state) {
  (void)state;
  const cg_ige_impl *list[2];
  for (int n = kernels(list) - 1; n >= 0; n--)
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
      uint8_t key[32], iv[32], plain[32], out[32];
      test_hex(vectors[i].key, key, 32);
      test_hex(vectors[i].iv, iv, 32);
      test_hex(vectors[i].plain, plain, 32);
      list[n]->encrypt(key, iv, plain, out, 2);
      test_equals_hex(out, vectors[i].cipher, 32);
      list[n]->decrypt(key, iv, out, out, 2);
      assert_memory_equal(out, plain, 32);
    }
}

static void compare(const cg_ige_impl *impl, uint64_t *seed, size_t blocks) {
  /* blocks of exactly this length, so that a sanitizer sees a step too far; unaligned */
  size_t len = 16 * blocks;
  uint8_t *in = malloc(len + 1), *want = malloc(len + 1), *out = malloc(len + 1);
  uint8_t key[32], iv[32];
  assert_true(in && want && out);
  test_random(seed, key, 32);
  test_random(seed, iv, 32);
  test_random(seed, in, len + 1);
  reference(true, key, iv, in + 1, want, blocks);
  impl->encrypt(key, iv, in + 1, out, blocks);
  assert_memory_equal(out, want, len);
  reference(false, key, iv, in + 1, want, blocks);
  impl->decrypt(key, iv, in + 1, out + 1, blocks);
  assert_memory_equal(out + 1, want, len);
  free(in);
  free(want);
  free(out);
}

static void equals_openssl_at_every_length(void **state) {
  (void)state;
  const cg_ige_impl *list[2];
  uint64_t seed = 1;
  for (int n = kernels(list) - 1; n >= 0; n--)
    for (size_t blocks = 0; blocks <= MOST / 16; blocks++)
      compare(list[n], &seed, blocks);
}

static void in_place_equals_out_of_place(void **state) {
  (void)state;
  const cg_ige_impl *list[2];
  uint64_t seed = 2;
  uint8_t key[32], iv[32], data[MOST], copy[MOST], out[MOST];
  for (int n = kernels(list) - 1; n >= 0; n--) {
    test_random(&seed, key, 32);
    test_random(&seed, iv, 32);
    test_random(&seed, data, sizeof data);
    memcpy(copy, data, sizeof data);
    list[n]->encrypt(key, iv, data, out, MOST / 16);
    list[n]->encrypt(key, iv, data, data, MOST / 16);
    assert_memory_equal(data, out, MOST);
    list[n]->decrypt(key, iv, data, data, MOST / 16);
    assert_memory_equal(data, copy, MOST);
  }
}

static void refuses_part_of_a_block(void **state) {
  (void)state;
  uint8_t key[32] = { 0 }, iv[32] = { 0 }, in[32] = { 0 }, out[32] = { 7 };
  for (size_t len = 0; len <= 32; len++) {
    cg_err want = len % 16 ? CG_E_USAGE : CG_OK;
    assert_int_equal(cg_ige_encrypt(key, iv, in, out, len), want);
    assert_int_equal(cg_ige_decrypt(key, iv, in, out, len), want);
    if (len == 15) assert_int_equal(out[0], 7);
  }
}

/* The public functions take the order of the two halves of the iv from vector 3. */
static void public_functions(void **state) {
  (void)state;
  uint8_t key[32], iv[32], data[32], plain[32];
  test_hex(vectors[2].key, key, 32);
  test_hex(vectors[2].iv, iv, 32);
  test_hex(vectors[2].plain, plain, 32);
  assert_int_equal(cg_ige_encrypt(key, iv, plain, data, 32), CG_OK);
  test_equals_hex(data, vectors[2].cipher, 32);
  assert_int_equal(cg_ige_decrypt(key, iv, data, data, 32), CG_OK);
  assert_memory_equal(data, plain, 32);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(published_vectors),
    cmocka_unit_test(equals_openssl_at_every_length),
    cmocka_unit_test(in_place_equals_out_of_place),
    cmocka_unit_test(refuses_part_of_a_block),
    cmocka_unit_test(public_functions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
