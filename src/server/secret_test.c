/* SPDX-License-Identifier: MIT */
/* secret_test.c - codes: drawn evenly, kept as a MAC, shown again, compared. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "ladder.h"
#include "mem.h"
#include "secret.h"

#include <string.h>

static cg_err count_up(void *ctx, void *out, size_t len) {
  uint8_t *next = ctx;
  for (size_t i = 0; i < len; i++) ((uint8_t *)out)[i] = (*next)++;
  return CG_OK;
}

static cg_err no_random(void *ctx, void *out, size_t len) {
  (void)ctx;
  (void)out;
  (void)len;
  return CG_E_RANDOM;
}

static cg_secret secret(const char *pem) {
  cg_secret s;
  assert_int_equal(cg_secret_init(&s, cg_bytes_of(pem)), CG_OK);
  return s;
}

static cg_store_code row_with(const cg_secret *s, const char *hash, const char *code) {
  uint8_t seed = 0;
  cg_rng rng = { count_up, &seed };
  cg_store_code row = { 0 };
  strcpy(row.hash, hash);
  assert_int_equal(cg_code_keep(s, &rng, code, &row), CG_OK);
  return row;
}

static void digits_are_equally_likely(void **state) {
  (void)state;
  uint8_t seed = 0;
  cg_rng rng = { count_up, &seed };
  int count[10] = { 0 };
  char code[CG_CODE_SIZE];
  /* Codes of 5 use 5 of 16 bytes; all 256 starts give every byte equally often. */
  for (int i = 0; i < 256; i++) {
    assert_int_equal(cg_code_draw(&rng, 5, code), CG_OK);
    assert_int_equal(strlen(code), 5);
    for (int j = 0; j < 5; j++) count[code[j] - '0']++;
    seed = (uint8_t)(seed + 1 - 16);
  }
  for (int d = 1; d < 10; d++) assert_in_range(count[d], count[0] - 6, count[0] + 6);
}

static void digit_draw_rejects_what_would_skew(void **state) {
  (void)state;
  uint8_t seed = 250;
  cg_rng rng = { count_up, &seed };
  char code[CG_CODE_SIZE];
  assert_int_equal(cg_code_draw(&rng, 7, code), CG_OK);
  assert_string_equal(code, "0123456");
}

static void a_code_fits_only_itself(void **state) {
  (void)state;
  cg_secret s = secret("pem");
  cg_store_code row = row_with(&s, "00aa", "01234");
  assert_int_equal(row.length, 5);
  assert_true(cg_code_fits(&s, &row, CG_LIT("01234")));
  assert_true(cg_code_fits(&s, &row, CG_LIT("01-234")));
  assert_true(cg_code_fits(&s, &row, CG_LIT(" 0 1 2 3 4 ")));
  assert_false(cg_code_fits(&s, &row, CG_LIT("01235")));
  assert_false(cg_code_fits(&s, &row, CG_LIT("0123")));
  assert_false(cg_code_fits(&s, &row, CG_LIT("012344")));
  assert_false(cg_code_fits(&s, &row, CG_LIT("")));
  char padded[65];
  memset(padded, ' ', sizeof padded);
  memcpy(padded, "01234", 5);
  assert_true(cg_code_fits(&s, &row, (cg_bytes){ (uint8_t *)padded, 64 }));
  assert_false(cg_code_fits(&s, &row, (cg_bytes){ (uint8_t *)padded, 65 }));
}

static void a_code_is_bound_to_hash_and_secret(void **state) {
  (void)state;
  cg_secret s = secret("pem"), other = secret("another pem");
  cg_store_code row = row_with(&s, "00aa", "01234");
  char code[CG_CODE_SIZE];
  assert_int_equal(cg_code_show(&s, &row, code), CG_OK);
  assert_string_equal(code, "01234");
  assert_false(cg_code_fits(&other, &row, CG_LIT("01234")));
  assert_int_equal(cg_code_show(&other, &row, code), CG_E_VERIFY);
  strcpy(row.hash, "00ab");
  assert_false(cg_code_fits(&s, &row, CG_LIT("01234")));
  assert_int_equal(cg_code_show(&s, &row, code), CG_E_VERIFY);
  row.sealed_len = 0;
  assert_int_equal(cg_code_show(&s, &row, code), CG_E_NOT_FOUND);
}

static void the_code_is_not_readable_in_its_row(void **state) {
  (void)state;
  cg_secret s = secret("pem");
  cg_store_code row = row_with(&s, "00aa", "71717");
  assert_null(memmem(&row, sizeof row, "71717", 5));
}

static void a_fake_row_fits_nothing(void **state) {
  (void)state;
  cg_secret s = secret("pem");
  uint8_t seed = 0;
  cg_rng rng = { count_up, &seed };
  cg_store_code row = { .hash = "00aa" };
  assert_int_equal(cg_code_keep_none(&rng, 6, &row), CG_OK);
  assert_int_equal(row.length, 6);
  char code[CG_CODE_SIZE];
  assert_int_equal(cg_code_show(&s, &row, code), CG_E_NOT_FOUND);
  assert_false(cg_code_fits(&s, &row, CG_LIT("000000")));
}

static void emptiness_is_seen_through_separators(void **state) {
  (void)state;
  assert_true(cg_code_is_empty(CG_LIT("")));
  assert_true(cg_code_is_empty(CG_LIT(" - ")));
  assert_false(cg_code_is_empty(CG_LIT("- 0")));
}

static void hashes_are_18_hex_digits(void **state) {
  (void)state;
  uint8_t seed = 0x0a;
  cg_rng rng = { count_up, &seed };
  char hash[CG_CODE_HASH_SIZE];
  assert_int_equal(cg_code_hash_draw(&rng, hash), CG_OK);
  assert_string_equal(hash, "0a0b0c0d0e0f101112");
}

static void want_of_randomness_is_an_error(void **state) {
  (void)state;
  cg_secret s = secret("pem");
  cg_rng rng = { no_random, NULL };
  char out[CG_CODE_SIZE];
  cg_store_code row = { .hash = "00aa" };
  assert_int_equal(cg_code_draw(&rng, 5, out), CG_E_RANDOM);
  assert_int_equal(cg_code_hash_draw(&rng, out), CG_E_RANDOM);
  assert_int_equal(cg_code_keep(&s, &rng, "12345", &row), CG_E_RANDOM);
  assert_int_equal(row.sealed_len, 0);
  assert_int_equal(cg_code_keep_none(&rng, 5, &row), CG_E_RANDOM);
}

static void want_of_memory_is_an_error(void **state) {
  (void)state;
  cg_secret s = secret("pem");
  uint8_t seed = 0;
  cg_rng rng = { count_up, &seed };
  cg_store_code row = { .hash = "00aa" };
  cg_mem_fail_after(0);
  cg_err err = cg_code_keep(&s, &rng, "12345", &row);
  cg_mem_fail_after(-1);
  assert_int_equal(err, CG_E_MEMORY);
}

static void salts_and_masks_differ(void **state) {
  (void)state;
  cg_secret s = secret("pem");
  assert_true(cg_secret_salt(&s, 1, 5) == cg_secret_salt(&s, 1, 5));
  assert_true(cg_secret_salt(&s, 1, 5) != cg_secret_salt(&s, 1, 6));
  assert_true(cg_secret_salt(&s, 1, 5) != cg_secret_salt(&s, 2, 5));
  cg_store_key a = { .id = 1 }, b = { .id = 2 };
  memset(a.key, 7, sizeof a.key);
  memset(b.key, 7, sizeof b.key);
  assert_int_equal(cg_secret_mask_key(&s, &a), CG_OK);
  assert_int_equal(cg_secret_mask_key(&s, &b), CG_OK);
  assert_memory_not_equal(a.key, b.key, sizeof a.key);
  assert_int_equal(cg_secret_mask_key(&s, &a), CG_OK);
  for (size_t i = 0; i < sizeof a.key; i++) assert_int_equal(a.key[i], 7);
}

static void coins_fall_either_way_and_always_the_same(void **state) {
  (void)state;
  cg_secret s = secret("pem"), other = secret("another pem");
  int heads = 0, alike = 0;
  for (int i = 0; i < 64; i++) {
    char phone[16] = "4930123400";
    phone[8] = (char)('0' + i / 10);
    phone[9] = (char)('0' + i % 10);
    heads += cg_secret_coin(&s, phone);
    alike += cg_secret_coin(&s, phone) == cg_secret_coin(&other, phone);
    assert_int_equal(cg_secret_coin(&s, phone), cg_secret_coin(&s, phone));
  }
  assert_in_range(heads, 16, 48);
  assert_in_range(alike, 16, 48);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(digits_are_equally_likely),
    cmocka_unit_test(digit_draw_rejects_what_would_skew),
    cmocka_unit_test(a_code_fits_only_itself),
    cmocka_unit_test(a_code_is_bound_to_hash_and_secret),
    cmocka_unit_test(the_code_is_not_readable_in_its_row),
    cmocka_unit_test(a_fake_row_fits_nothing),
    cmocka_unit_test(emptiness_is_seen_through_separators),
    cmocka_unit_test(hashes_are_18_hex_digits),
    cmocka_unit_test(want_of_randomness_is_an_error),
    cmocka_unit_test(want_of_memory_is_an_error),
    cmocka_unit_test(salts_and_masks_differ),
    cmocka_unit_test(coins_fall_either_way_and_always_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
