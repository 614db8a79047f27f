/* SPDX-License-Identifier: MIT */
/* obfuscation_test.c - the header of an obfuscated stream, against openssl's AES. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "obfuscation.h"

#include "mem.h"
#include "mtproto_test.h"

#define ROW(text, kind)                                                                  \
  { TEST_BYTES(text), kind }

static void openings(void **state) {
  (void)state;
  static const struct {
    cg_bytes head;
    cg_opening want;
  } rows[] = {
    ROW("", CG_OPENING_SHORT),
    ROW("\xef", CG_OPENING_ABRIDGED),
    ROW("\xef\xef\xef\xef", CG_OPENING_ABRIDGED),
    ROW("\xee\xee\xee", CG_OPENING_SHORT),
    ROW("\xee\xee\xee\xee", CG_OPENING_INTERMEDIATE),
    ROW("\xdd\xdd\xdd\xdd", CG_OPENING_PADDED),
    ROW("\xdd\xdd\xdd\xde\x01\x02\x03\x04", CG_OPENING_OBFUSCATED),
    ROW("GET ", CG_OPENING_HTTP),
    ROW("POST", CG_OPENING_HTTP),
    ROW("HEAD", CG_OPENING_HTTP),
    ROW("OPTI", CG_OPENING_HTTP),
    ROW("GET", CG_OPENING_SHORT),
    ROW("PUT /xyz", CG_OPENING_OBFUSCATED),
    ROW("DELE/xyz", CG_OPENING_OBFUSCATED),
    ROW("\x34\x00\x00\x00\x00\x00\x00", CG_OPENING_SHORT),
    ROW("\x34\x00\x00\x00\x00\x00\x00\x00", CG_OPENING_FULL),
    ROW("\x34\x00\x00\x00\x00\x00\x00\x01", CG_OPENING_OBFUSCATED),
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_int_equal(cg_opening_of(rows[i].head), rows[i].want);
}

/* Made with: openssl enc -aes-256-ctr -K $(bytes 8..39) -iv $(bytes 40..55) over the
 * header with its tag and dc 2, then 5 zero bytes; and with the 48 bytes reversed over
 * 5 zero bytes for the other direction. The random bytes are 01 02 03 ... 40. */
static const uint8_t HEADER_END[8] = { 0x33, 0xbd, 0x94, 0x84, 0xf1, 0xfb, 0x4e, 0x3a };
static const uint8_t TO_SERVER[5] = { 0xdd, 0x00, 0x4d, 0x2a, 0x9d };
static const uint8_t TO_CLIENT[5] = { 0xf8, 0x8d, 0x18, 0x7a, 0xea };

static void header_vector(void **state) {
  (void)state;
  uint8_t script[64], header[64], zero[5] = { 0 };
  for (size_t i = 0; i < 64; i++) script[i] = (uint8_t)(i + 1);
  test_rng rng;
  test_rng_init(&rng, 1);
  rng.script = (cg_bytes){ script, 64 };
  cg_obfuscation client, server;
  assert_int_equal(cg_obfuscation_client(&client, 0xeeeeeeee, 2, &rng.rng, header),
                   CG_OK);
  assert_memory_equal(header, script, 56);
  assert_memory_equal(header + 56, HEADER_END, 8);

  uint32_t tag = 0;
  assert_int_equal(cg_obfuscation_server(&server, header, &tag), CG_OK);
  assert_int_equal(tag, 0xeeeeeeee);
  assert_int_equal(cg_ctr_xor(&client.out, zero, 5), CG_OK);
  assert_memory_equal(zero, TO_SERVER, 5);
  assert_int_equal(cg_ctr_xor(&server.in, zero, 5), CG_OK);
  assert_memory_equal(zero, "\0\0\0\0\0", 5);
  assert_int_equal(cg_ctr_xor(&server.out, zero, 5), CG_OK);
  assert_memory_equal(zero, TO_CLIENT, 5);
  assert_int_equal(cg_ctr_xor(&client.in, zero, 5), CG_OK);
  assert_memory_equal(zero, "\0\0\0\0\0", 5);
  cg_obfuscation_wipe(&client);
  cg_obfuscation_wipe(&server);
}

/* Every header that begins as something else is drawn again. */
static void forbidden_headers_are_drawn_again(void **state) {
  (void)state;
  static const cg_bytes bad[] = {
    TEST_BYTES("\xef\x01\x02\x03\x04\x05\x06\x07"),
    TEST_BYTES("HEAD\x01\x02\x03\x04"),
    TEST_BYTES("POST\x01\x02\x03\x04"),
    TEST_BYTES("GET \x01\x02\x03\x04"),
    TEST_BYTES("OPTI\x01\x02\x03\x04"),
    TEST_BYTES("\x16\x03\x01\x02\x01\x02\x03\x04"),
    TEST_BYTES("\xdd\xdd\xdd\xdd\x01\x02\x03\x04"),
    TEST_BYTES("\xee\xee\xee\xee\x01\x02\x03\x04"),
    TEST_BYTES("\x01\x02\x03\x04\0\0\0\0"),
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    uint8_t script[128] = { 0 }, header[64];
    memcpy(script, bad[i].at, 8);
    memset(script + 64, 0x55, 64);
    test_rng rng;
    test_rng_init(&rng, i);
    rng.script = (cg_bytes){ script, sizeof script };
    cg_obfuscation o;
    assert_int_equal(cg_obfuscation_client(&o, 0xdddddddd, -2, &rng.rng, header), CG_OK);
    assert_memory_equal(header, script + 64, 56);
    cg_obfuscation_wipe(&o);
  }
}

static cg_err fill_ef(void *ctx, void *out, size_t len) {
  (void)ctx;
  memset(out, 0xef, len);
  return CG_OK;
}

static void broken_randomness_ends(void **state) {
  (void)state;
  uint8_t header[64];
  cg_rng constant = { fill_ef, NULL };
  cg_obfuscation o;
  assert_int_equal(cg_obfuscation_client(&o, 0xefefefef, 2, &constant, header),
                   CG_E_RANDOM);
  test_rng rng;
  test_rng_init(&rng, 1);
  rng.left = 0;
  assert_int_equal(cg_obfuscation_client(&o, 0xefefefef, 2, &rng.rng, header),
                   CG_E_RANDOM);
}

/* A server takes no random header for anything but what it is. */
static void no_header_is_misread(void **state) {
  (void)state;
  test_rng rng;
  test_rng_init(&rng, 7);
  for (int i = 0; i < 20000; i++) {
    uint8_t header[64];
    cg_obfuscation client, server;
    uint32_t tag = 0;
    assert_int_equal(
        cg_obfuscation_client(&client, 0xefefefef, (int16_t)i, &rng.rng, header), CG_OK);
    assert_int_equal(cg_opening_of((cg_bytes){ header, 64 }), CG_OPENING_OBFUSCATED);
    assert_int_equal(cg_obfuscation_server(&server, header, &tag), CG_OK);
    assert_int_equal(tag, 0xefefefef);
    cg_obfuscation_wipe(&client);
    cg_obfuscation_wipe(&server);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(openings),
    cmocka_unit_test(header_vector),
    cmocka_unit_test(forbidden_headers_are_drawn_again),
    cmocka_unit_test(broken_randomness_ends),
    cmocka_unit_test(no_header_is_misread),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
