/* SPDX-License-Identifier: MIT */
/* ctr_test.c - the stream over any split, the carry of the counter, and its end. */
#include "crypto_test.h"

#include "ctr.h"

enum { LEN = 200 };

static void init(cg_ctr *c, const char *key_hex, const char *iv_hex) {
  uint8_t key[32], iv[16];
  test_hex(key_hex, key, 32);
  test_hex(iv_hex, iv, 16);
  assert_int_equal(cg_ctr_init(c, key, iv), CG_OK);
}

static const char some_key[] =
    "d450aae0bf0060a4af1044886b42a13f7c506b35255d134a7e87ab3f23a9493b";
static const char some_iv[] = "0182de2bd789c295c3c6c875c5e9e190";

/* mtcute: the same 16 bytes six times, as one stream */
static void published_stream(void **state) {
  (void)state;
  static const char *const want[] = {
    "df5647dbb70bc393f2fb05b72f42286f", "3917147082672516b3177150129bc579",
    "2a7a9089270a5de45d5e3dd399cac725", "56d085217771398ac13583de4d677dd8",
    "cc639b488126cf36e79c4515e8012b92", "01384d100646cd562cc5586ec3f8f8c4",
  };
  cg_ctr c;
  init(&c, some_key, some_iv);
  for (int i = 0; i < 6; i++) {
    uint8_t data[16];
    test_hex("7baae571e4c2f4cfadb1931d5923aca7", data, 16);
    assert_int_equal(cg_ctr_xor(&c, data, 16), CG_OK);
    test_equals_hex(data, want[i], 16);
  }
  cg_ctr_wipe(&c);
}

/* Made with Python's cryptography: the counter goes over all 128 bits to 0. */
static void counter_carries(void **state) {
  (void)state;
  cg_ctr c;
  uint8_t data[80] = { 0 };
  init(&c, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
       "fffffffffffffffffffffffffffffffe");
  assert_int_equal(cg_ctr_xor(&c, data, sizeof data), CG_OK);
  test_equals_hex(data,
                  "63e5b402b51e48ddfaedf9de99cc2744e999e41d4ca770da5387117b5d8f57ee"
                  "f29000b62a499fd0a9f39a6add2e7780f05d76ae4ab99fe5a6f69b3148c2363d"
                  "0ebcb5deb52c83bd08a8a935182c9199",
                  80);
  cg_ctr_wipe(&c);
}

static void every_split_is_the_same(void **state) {
  (void)state;
  uint8_t want[LEN] = { 0 };
  cg_ctr c;
  init(&c, some_key, some_iv);
  assert_int_equal(cg_ctr_xor(&c, want, LEN), CG_OK);
  cg_ctr_wipe(&c);
  for (size_t i = 0; i <= LEN; i++) {
    uint8_t data[LEN] = { 0 };
    size_t j = i + (LEN - i) / 3;
    init(&c, some_key, some_iv);
    assert_int_equal(cg_ctr_xor(&c, data, i), CG_OK);
    assert_int_equal(cg_ctr_xor(&c, data + i, j - i), CG_OK);
    assert_int_equal(cg_ctr_xor(&c, data + j, LEN - j), CG_OK);
    assert_memory_equal(data, want, LEN);
    cg_ctr_wipe(&c);
  }
  init(&c, some_key, some_iv);
  uint8_t data[LEN] = { 0 };
  for (size_t i = 0; i < LEN; i++) assert_int_equal(cg_ctr_xor(&c, data + i, 1), CG_OK);
  assert_memory_equal(data, want, LEN);
  cg_ctr_wipe(&c);
}

static void a_wiped_state_is_no_stream(void **state) {
  (void)state;
  cg_ctr c;
  uint8_t data[16] = { 1 };
  init(&c, some_key, some_iv);
  cg_ctr_wipe(&c);
  assert_int_equal(cg_ctr_xor(&c, data, 16), CG_E_STATE);
  assert_int_equal(data[0], 1);
  cg_ctr_wipe(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(published_stream),
    cmocka_unit_test(counter_carries),
    cmocka_unit_test(every_split_is_the_same),
    cmocka_unit_test(a_wiped_state_is_no_stream),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
