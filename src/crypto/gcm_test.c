/* SPDX-License-Identifier: MIT */
/* gcm_test.c - a known sealed text, and every way to damage one. */
#include "crypto_test.h"

#include "gcm.h"

static uint8_t key[32];
static uint8_t counter[64];

static int setup(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof key; i++) key[i] = (uint8_t)i;
  for (size_t i = 0; i < sizeof counter; i++) counter[i] = (uint8_t)i;
  return 0;
}

/* Gives 0, 1, 2, ... */
static cg_err count(void *ctx, void *out, size_t len) {
  (void)ctx;
  memcpy(out, counter, len);
  return CG_OK;
}

static const cg_rng rng = { count, NULL };

/* Key, nonce 0, 1, 2, ...; made with Python's cryptography. */
static void known_texts(void **state) {
  (void)state;
  cg_buf b = { 0 };
  assert_int_equal(
      cg_gcm_seal(key, &rng, CG_LIT("bound to this"), CG_LIT("secret text"), &b), CG_OK);
  assert_int_equal(b.len, 11 + CG_GCM_OVERHEAD);
  test_equals_hex(b.at,
                  "000102030405060708090a0b3467b569a091e26fe839e3"
                  "e9594963be8e114834b5c5bdcc2bec08",
                  b.len);
  assert_int_equal(cg_gcm_seal(key, &rng, (cg_bytes){ 0 }, (cg_bytes){ 0 }, &b), CG_OK);
  assert_int_equal(b.len, 11 + 2 * CG_GCM_OVERHEAD);
  test_equals_hex(b.at + 39, "000102030405060708090a0bf4c2db1dc38805a37b92171c5d0a81cc",
                  28);
  cg_buf_free(&b);
}

static void opens_what_was_sealed(void **state) {
  (void)state;
  for (size_t n = 0; n <= sizeof counter; n++) {
    cg_buf sealed = { 0 }, opened = { 0 };
    cg_bytes plain = { counter, n };
    cg_buf_text(&opened, "kept");
    assert_int_equal(cg_gcm_seal(key, &rng, CG_LIT("a"), plain, &sealed), CG_OK);
    assert_int_equal(cg_gcm_open(key, CG_LIT("a"), cg_buf_view(&sealed), &opened), CG_OK);
    assert_int_equal(opened.len, 4 + n);
    assert_memory_equal(opened.at, "kept", 4);
    assert_memory_equal(opened.at + 4, counter, n);
    cg_buf_free(&sealed);
    cg_buf_free(&opened);
  }
}

static void refused(const uint8_t *with, cg_bytes aad, cg_bytes sealed) {
  cg_buf out = { 0 };
  cg_buf_text(&out, "kept");
  assert_int_equal(cg_gcm_open(with, aad, sealed, &out), CG_E_VERIFY);
  assert_int_equal(out.len, 4);
  assert_int_equal(out.err, CG_OK);
  for (size_t i = 4; i < out.cap && i < 4 + 11; i++) assert_int_not_equal(out.at[i], 's');
  cg_buf_free(&out);
}

static void every_damage_is_seen(void **state) {
  (void)state;
  cg_buf b = { 0 };
  assert_int_equal(cg_gcm_seal(key, &rng, CG_LIT("aad"), CG_LIT("ssssssss"), &b), CG_OK);
  for (size_t i = 0; i < 8 * b.len; i++) {
    b.at[i / 8] ^= (uint8_t)(1 << i % 8);
    refused(key, CG_LIT("aad"), cg_buf_view(&b));
    b.at[i / 8] ^= (uint8_t)(1 << i % 8);
  }
  for (size_t n = 0; n < b.len; n++) refused(key, CG_LIT("aad"), (cg_bytes){ b.at, n });
  refused(key, CG_LIT("aae"), cg_buf_view(&b));
  refused(key, (cg_bytes){ 0 }, cg_buf_view(&b));
  uint8_t other[32] = { 1 };
  refused(other, CG_LIT("aad"), cg_buf_view(&b));
  cg_buf_free(&b);
}

static void needs_random_numbers(void **state) {
  (void)state;
  cg_buf b = { 0 };
  assert_int_equal(cg_gcm_seal(key, &(cg_rng){ test_no_random, NULL }, (cg_bytes){ 0 },
                               CG_LIT("secret"), &b),
                   CG_E_RANDOM);
  assert_int_equal(b.len, 0);
  cg_buf_free(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(known_texts),
    cmocka_unit_test(opens_what_was_sealed),
    cmocka_unit_test(every_damage_is_seen),
    cmocka_unit_test(needs_random_numbers),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
