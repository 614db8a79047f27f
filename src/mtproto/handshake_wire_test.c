/* SPDX-License-Identifier: MIT */
/*
 * handshake_wire_test.c - derivations against the published sample of a key exchange
 * (https://core.telegram.org/mtproto/samples-auth_key), recomputed with python's
 * hashlib; numbers and unencrypted messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "handshake_wire.h"
#include "mtproto_test.h"

static const uint8_t NEW_NONCE[32] = {
  0x31, 0x1c, 0x85, 0xdb, 0x23, 0x4a, 0xa2, 0x64, 0x0a, 0xfc, 0x4a,
  0x76, 0xa7, 0x35, 0xcf, 0x5b, 0x1f, 0x0f, 0xd6, 0x8b, 0xd1, 0x7f,
  0xa1, 0x81, 0xe1, 0x22, 0x9a, 0xd8, 0x67, 0xcc, 0x02, 0x4d,
};
static const uint8_t SERVER_NONCE[16] = {
  0xa5, 0xcf, 0x4d, 0x33, 0xf4, 0xa1, 0x1e, 0xa8,
  0x77, 0xba, 0x4a, 0xa5, 0x73, 0x90, 0x73, 0x30
};

static void tmp_key(void **state) {
  (void)state;
  static const cg_tmp_key want = {
    { 0xf0, 0x11, 0x28, 0x08, 0x87, 0xc7, 0xbb, 0x01, 0xdf, 0x0f, 0xc4,
      0xe1, 0x78, 0x30, 0xe0, 0xb9, 0x1f, 0xbb, 0x8b, 0xe4, 0xb2, 0x26,
      0x7c, 0xb9, 0x85, 0xae, 0x25, 0xf3, 0x3b, 0x52, 0x72, 0x53 },
    { 0x32, 0x12, 0xd5, 0x79, 0xee, 0x35, 0x45, 0x2e, 0xd2, 0x3e, 0x0d,
      0x0c, 0x92, 0x84, 0x1a, 0xa7, 0xd3, 0x1b, 0x2e, 0x9b, 0xde, 0xf2,
      0x15, 0x1e, 0x80, 0xd1, 0x58, 0x60, 0x31, 0x1c, 0x85, 0xdb },
  };
  cg_tmp_key got;
  assert_int_equal(cg_tmp_key_derive(&got, NEW_NONCE, SERVER_NONCE), CG_OK);
  assert_memory_equal(&got, &want, sizeof want);
}

static void first_salt(void **state) {
  (void)state;
  assert_true(cg_first_salt(NEW_NONCE, SERVER_NONCE) == UINT64_C(0xccbcebd7e8c8d394));
}

static void numbers(void **state) {
  (void)state;
  static const struct {
    uint64_t v;
    cg_bytes wire;
  } rows[] = {
    { 0, TEST_BYTES("\0\0\0\0") },
    { 5, TEST_BYTES("\1\5\0\0") },
    { 0x1234, TEST_BYTES("\2\x12\x34\0") },
    { UINT64_MAX, TEST_BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0") },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_buf out = { 0 };
    cg_reader r;
    cg_number_put(&out, rows[i].v);
    assert_true(cg_bytes_equal(cg_buf_view(&out), rows[i].wire));
    cg_reader_init(&r, out.at, out.len);
    assert_true(cg_number_read(&r) == rows[i].v);
    assert_int_equal(cg_reader_end(&r), CG_OK);
    cg_buf_free(&out);
  }
  cg_reader r;
  cg_reader_init(&r, "\x09\0\1\2\3\4\5\6\7\x08\0\0", 12);
  assert_int_equal(cg_number_read(&r), 0);
  assert_int_equal(r.err, CG_E_MALFORMED);
}

static void large_numbers(void **state) {
  (void)state;
  uint8_t v[256] = { 0 }, back[256];
  v[2] = 7;
  v[255] = 9;
  cg_buf out = { 0 };
  cg_reader r;
  cg_number_put_2048(&out, v);
  assert_int_equal(out.len, 4 + 256); /* 254 bytes and their padding */
  assert_memory_equal(out.at, "\xfe\xfe\0\0\7", 5);
  cg_reader_init(&r, out.at, out.len);
  cg_number_read_2048(&r, back);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  assert_memory_equal(v, back, 256);
  out.len = 0;
  uint8_t longer[257] = { 0 };
  cg_buf_str(&out, (cg_bytes){ longer, sizeof longer });
  cg_reader_init(&r, out.at, out.len);
  cg_number_read_2048(&r, back);
  assert_int_equal(r.err, CG_E_MALFORMED);
  cg_buf_free(&out);
}

static void unencrypted_messages(void **state) {
  (void)state;
  static const struct {
    cg_bytes in;
    cg_err want;
    size_t body, rest;
  } rows[] = {
    { TEST_BYTES("\0\0\0\0\0\0\0\0"
                 "\x2a\0\0\0\0\0\0\0"
                 "\4\0\0\0"
                 "abcd"),
      CG_OK, 4, 0 },
    { TEST_BYTES("\0\0\0\0\0\0\0\0"
                 "\x2a\0\0\0\0\0\0\0"
                 "\4\0\0\0"
                 "abcdefg"),
      CG_OK, 4, 3 },
    { TEST_BYTES("\0\0\0\0\0\0\0\0"
                 "\x2a\0\0\0\0\0\0\0"
                 "\5\0\0\0"
                 "abcd"),
      CG_E_PROTOCOL, 0, 0 },
    { TEST_BYTES("\0\0\0\0\0\0\0\0"
                 "\x2a\0\0\0\0\0\0\0"
                 "\4\0\0\x80"
                 "abcd"),
      CG_E_PROTOCOL, 0, 0 },
    { TEST_BYTES("\0\0\0\0\0\0\0\1"
                 "\x2a\0\0\0\0\0\0\0"
                 "\4\0\0\0"
                 "abcd"),
      CG_E_PROTOCOL, 0, 0 },
    { TEST_BYTES("\0\0\0\0\0\0\0\0"
                 "\x2a\0\0\0\0\0\0\0"
                 "\4\0\0"),
      CG_E_PROTOCOL, 0, 0 },
    { TEST_BYTES(""), CG_E_PROTOCOL, 0, 0 },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_plain m;
    assert_int_equal(cg_plain_read(rows[i].in, &m), rows[i].want);
    if (rows[i].want) continue;
    assert_int_equal(m.msg_id, 42);
    assert_int_equal(m.body.len, rows[i].body);
    assert_int_equal(m.rest, rows[i].rest);
    cg_buf out = { 0 };
    cg_plain_put(&out, 42, m.body);
    assert_int_equal(out.len, rows[i].in.len - m.rest);
    assert_memory_equal(out.at, rows[i].in.at, out.len);
    cg_buf_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tmp_key),
    cmocka_unit_test(first_salt),
    cmocka_unit_test(numbers),
    cmocka_unit_test(large_numbers),
    cmocka_unit_test(unencrypted_messages),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
