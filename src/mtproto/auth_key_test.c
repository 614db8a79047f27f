/* SPDX-License-Identifier: MIT */
/* auth_key_test.c - vector 1 of protocol.md, recomputed with python's hashlib. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "auth_key.h"
#include "handshake_wire.h"

static cg_auth_key counted(void) {
  uint8_t raw[256];
  cg_auth_key key;
  for (size_t i = 0; i < sizeof raw; i++) raw[i] = (uint8_t)i;
  assert_int_equal(cg_auth_key_init(&key, raw), CG_OK);
  assert_memory_equal(key.key, raw, sizeof raw);
  return key;
}

static void ids(void **state) {
  (void)state;
  cg_auth_key key = counted();
  assert_true(key.id == UINT64_C(0xc8df57a46e58d132));       /* 32d1586ea457dfc8 */
  assert_true(key.aux_hash == UINT64_C(0x688ef7b7bdd61649)); /* 4916d6bdb7f78e68 */
  static const cg_auth_key zero;
  cg_auth_key_wipe(&key);
  assert_memory_equal(&key, &zero, sizeof key);
}

static void nonce_hashes(void **state) {
  (void)state;
  static const uint8_t want[3][16] = { { 0xc2, 0xce, 0xd2, 0xb3, 0x3e, 0x59, 0x3a, 0x55,
                                         0xd2, 0x7f, 0x4a, 0x5d, 0xab, 0xee, 0x7c, 0x67 },
                                       { 0xf4, 0x31, 0x8e, 0x85, 0xbd, 0x2f, 0xf3, 0xbe,
                                         0x84, 0xd9, 0xfe, 0xfc, 0xe3, 0xdc, 0xe3, 0x9f },
                                       { 0x4b, 0xf9, 0xd7, 0xb3, 0x7d, 0xb4, 0x13, 0xee,
                                         0x43, 0x1d, 0x28, 0x51, 0x76, 0x31, 0xcb,
                                         0x3d } };
  cg_auth_key key = counted();
  uint8_t new_nonce[32], hash[16];
  for (size_t i = 0; i < sizeof new_nonce; i++) new_nonce[i] = (uint8_t)i;
  for (uint8_t n = 1; n <= 3; n++) {
    assert_int_equal(cg_new_nonce_hash(new_nonce, n, key.aux_hash, hash), CG_OK);
    assert_memory_equal(hash, want[n - 1], sizeof hash);
  }
}

/* python: sha1(bytes(range(32)))[4:] */
static void fail_hash(void **state) {
  (void)state;
  static const uint8_t want[16] = { 0xea, 0x53, 0x22, 0xc4, 0xd9, 0x98, 0x6d, 0x06,
                                    0x68, 0x0a, 0x78, 0x13, 0x92, 0xf9, 0xa6, 0x42 };
  uint8_t new_nonce[32], hash[16];
  for (size_t i = 0; i < sizeof new_nonce; i++) new_nonce[i] = (uint8_t)i;
  assert_int_equal(cg_new_nonce_hash(new_nonce, CG_HS_FAIL_HASH, 5, hash), CG_OK);
  assert_memory_equal(hash, want, sizeof hash);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ids),
    cmocka_unit_test(nonce_hashes),
    cmocka_unit_test(fail_hash),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
