/* SPDX-License-Identifier: MIT */
/*
 * bind_test.c - the message inside auth.bindTempAuthKey: the vector of login.md 5.1,
 * and one test for each check of its step 3.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bind.h"
#include "hash.h"
#include "ige.h"
#include "mtproto_test.h"
#include "msgkey.h"

#define VECTOR                                                                           \
  "\x75\xcf\xc7\xe8\xb2\x3e\xf4\x76\xfd\x07\x05\x9e\x8c\x86\x11\xb6\x1f\x40\x8a\xeb"     \
  "\x72\xb2\x5c\xf7\xab\x05\x06\x30\x3c\x0b\x15\x60\x74\xc4\xa1\xf8\xd4\x0d\x97\x34"     \
  "\xa2\xe0\x82\xcb\xf8\xcc\xb8\x66\x4d\x35\xb7\x4a\x31\xc9\x91\x7b\x17\xff\x1d\xee"     \
  "\xbb\x1c\x1c\x55\xc4\xb2\x33\xf5\x88\x32\x30\x0f\x9b\x00\xed\x55\xdf\x02\x6d\x65"     \
  "\x86\xe3\xd2\x1b\xd9\xd0\xf8\x6d\x61\x13\xf2\x02\x19\x79\x08\x7f\x9b\x64\xb9\x5a"     \
  "\x44\x93\x0d\xb8"

static cg_auth_key key_of(const char *name) {
  cg_auth_key key;
  for (uint8_t i = 0; i < 8; i++) {
    cg_bytes parts[] = { { (const uint8_t *)name, strlen(name) }, { &i, 1 } };
    assert_int_equal(cg_sha256(parts, 2, key.key + (size_t)32 * i), CG_OK);
  }
  assert_int_equal(cg_auth_key_init(&key, key.key), CG_OK);
  return key;
}

static cg_auth_key perm;
static cg_bind bind;
static uint8_t sealed[CG_BIND_SIZE];

static int set_up(void **state) {
  (void)state;
  test_rng rng;
  test_rng_init(&rng, 1);
  static const uint8_t script[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
                                    0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee };
  rng.script = (cg_bytes){ script, sizeof script };
  perm = key_of("perm");
  bind = (cg_bind){ .msg_id = UINT64_C(0x655e5cd000000004),
                    .nonce = UINT64_C(0x1122334455667788), .temp_id = key_of("temp").id,
                    .session_id = UINT64_C(0x0102030405060708), .expires_at = 1700086400 };
  return cg_bind_seal(&perm, &bind, &rng.rng, sealed);
}

static cg_err open_sealed(void) {
  return cg_bind_open(&perm, &bind, (cg_bytes){ sealed, sizeof sealed });
}

static void vector(void **state) {
  (void)state;
  assert_true(perm.id == UINT64_C(0x76f43eb2e8c7cf75));
  assert_true(bind.temp_id == UINT64_C(0xca5aaf980842bbac));
  assert_memory_equal(sealed, VECTOR, sizeof sealed);
  assert_int_equal(open_sealed(), CG_OK);
}

static void the_length_is_104(void **state) {
  (void)state;
  uint8_t longer[CG_BIND_SIZE + 16] = { 0 };
  memcpy(longer, sealed, sizeof sealed);
  for (size_t len = 0; len <= sizeof longer; len++) {
    cg_err want = len == CG_BIND_SIZE ? CG_OK : CG_E_VERIFY;
    assert_int_equal(cg_bind_open(&perm, &bind, (cg_bytes){ longer, len }), want);
  }
}

static void the_key_id_in_front_is_the_permanent_one(void **state) {
  (void)state;
  sealed[3] ^= 1;
  assert_int_equal(open_sealed(), CG_E_VERIFY);
}

static void another_permanent_key_opens_nothing(void **state) {
  (void)state;
  cg_auth_key other = key_of("other");
  other.id = perm.id;
  assert_int_equal(cg_bind_open(&other, &bind, (cg_bytes){ sealed, sizeof sealed }),
                   CG_E_VERIFY);
}

static void msg_key_is_that_of_the_message(void **state) {
  (void)state;
  for (size_t i = 0; i < CG_BIND_SIZE; i++) {
    sealed[i] ^= 0x80;
    assert_int_equal(open_sealed(), CG_E_VERIFY);
    sealed[i] ^= 0x80;
  }
  assert_int_equal(open_sealed(), CG_OK);
}

static void the_msg_id_is_that_of_the_call(void **state) {
  (void)state;
  bind.msg_id += 4;
  assert_int_equal(open_sealed(), CG_E_VERIFY);
}

static void the_nonce_is_that_of_the_call(void **state) {
  (void)state;
  bind.nonce ^= UINT64_C(1) << 63;
  assert_int_equal(open_sealed(), CG_E_VERIFY);
}

static void the_temporary_key_is_that_of_the_call(void **state) {
  (void)state;
  bind.temp_id++;
  assert_int_equal(open_sealed(), CG_E_VERIFY);
}

static void the_session_is_that_of_the_call(void **state) {
  (void)state;
  bind.session_id++;
  assert_int_equal(open_sealed(), CG_E_VERIFY);
}

static void expires_at_is_that_of_the_call(void **state) {
  (void)state;
  bind.expires_at++;
  assert_int_equal(open_sealed(), CG_E_VERIFY);
}

/* The message with one byte of its plain text changed and a msg_key that fits. */
static cg_err open_changed(size_t at) {
  uint8_t key[32], iv[32], plain[80], *msg_key = sealed + 8;
  assert_int_equal(cg_kdf_v1(perm.key, 0, msg_key, key, iv), CG_OK);
  assert_int_equal(cg_ige_decrypt(key, iv, sealed + 24, plain, sizeof plain), CG_OK);
  plain[at] ^= 1;
  assert_int_equal(cg_msgkey_v1((cg_bytes){ plain, 72 }, msg_key), CG_OK);
  assert_int_equal(cg_kdf_v1(perm.key, 0, msg_key, key, iv), CG_OK);
  assert_int_equal(cg_ige_encrypt(key, iv, plain, sealed + 24, sizeof plain), CG_OK);
  return open_sealed();
}

static void the_random_bytes_are_free(void **state) {
  (void)state;
  for (size_t at = 0; at < 16; at++) assert_int_equal(open_changed(at), CG_OK);
  for (size_t at = 72; at < 80; at++) assert_int_equal(open_changed(at), CG_OK);
}

static void seqno_is_0(void **state) {
  (void)state;
  assert_int_equal(open_changed(24), CG_E_VERIFY);
}

static void the_inner_length_is_40(void **state) {
  (void)state;
  assert_int_equal(open_changed(28), CG_E_VERIFY);
}

static void the_constructor_is_bind_auth_key_inner(void **state) {
  (void)state;
  assert_int_equal(open_changed(32), CG_E_VERIFY);
}

static void the_permanent_key_inside_is_the_same(void **state) {
  (void)state;
  assert_int_equal(open_changed(52), CG_E_VERIFY);
}

static void no_randomness_no_message(void **state) {
  (void)state;
  static const uint8_t zero[CG_BIND_SIZE];
  for (long n = 0; n < 2; n++) {
    test_rng rng;
    test_rng_init(&rng, 1);
    rng.left = n;
    memset(sealed, 1, sizeof sealed);
    assert_int_equal(cg_bind_seal(&perm, &bind, &rng.rng, sealed), CG_E_RANDOM);
    assert_memory_equal(sealed, zero, sizeof sealed);
  }
}

#define T(name) cmocka_unit_test_setup(name, set_up)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(vector),
    T(the_length_is_104),
    T(the_key_id_in_front_is_the_permanent_one),
    T(another_permanent_key_opens_nothing),
    T(msg_key_is_that_of_the_message),
    T(the_msg_id_is_that_of_the_call),
    T(the_nonce_is_that_of_the_call),
    T(the_temporary_key_is_that_of_the_call),
    T(the_session_is_that_of_the_call),
    T(expires_at_is_that_of_the_call),
    T(the_random_bytes_are_free),
    T(seqno_is_0),
    T(the_inner_length_is_40),
    T(the_constructor_is_bind_auth_key_inner),
    T(the_permanent_key_inside_is_the_same),
    T(no_randomness_no_message),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
