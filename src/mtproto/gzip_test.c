/* SPDX-License-Identifier: MIT */
/* gzip_test.c - the packed streams were made by Python's gzip and zlib. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gzip.h"
#include "mem.h"
#include "mtproto_api.h"
#include "mtproto_test.h"
#include "reader.h"

#include <libdeflate.h>
#include <stdlib.h>

/* 0x48a5910d and "centigram " eight times. */
static const uint8_t as_gzip[] = {
  0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff, 0xe3, 0x9d,
  0xb8, 0xd4, 0x23, 0x39, 0x35, 0xaf, 0x24, 0x33, 0xbd, 0x28, 0x31, 0x57,
  0x81, 0x3a, 0x2c, 0x00, 0xee, 0x09, 0x95, 0x34, 0x54, 0x00, 0x00, 0x00,
};
static const uint8_t as_zlib[] = {
  0x78, 0xda, 0xe3, 0x9d, 0xb8, 0xd4, 0x23, 0x39, 0x35, 0xaf, 0x24, 0x33,
  0xbd, 0x28, 0x31, 0x57, 0x81, 0x3a, 0x2c, 0x00, 0x69, 0x20, 0x20, 0x5c,
};

enum { UNPACKED = 84 };

static void expect_unpacked(cg_bytes in) {
  cg_buf out = { 0 };
  cg_buf_text(&out, "kept");
  assert_int_equal(cg_gunzip(in, &out), CG_OK);
  assert_int_equal(out.len, 4 + UNPACKED);
  assert_memory_equal(out.at,
                      "kept\x0d\x91\xa5\x48"
                      "centigram centigram ",
                      28);
  cg_buf_free(&out);
}

static void expect_error(cg_bytes in, cg_err want) {
  uint8_t *copy = malloc(in.len ? in.len : 1); /* exact size, so ASan sees overruns */
  assert_non_null(copy);
  if (in.len) memcpy(copy, in.at, in.len);
  cg_buf out = { 0 };
  cg_buf_text(&out, "kept");
  assert_int_equal(cg_gunzip((cg_bytes){ copy, in.len }, &out), want);
  assert_int_equal(out.len, 4);
  assert_true(out.cap <= 4 * CG_GUNZIP_FREE);
  cg_buf_free(&out);
  free(copy);
}

/* Clients send zlib where the schema says gzip (clients.md 7). */
static void test_both_forms(void **state) {
  (void)state;
  expect_unpacked((cg_bytes){ as_gzip, sizeof as_gzip });
  expect_unpacked((cg_bytes){ as_zlib, sizeof as_zlib });
}

/* 217: cut, damaged, or followed by something. */
static void test_damaged(void **state) {
  (void)state;
  uint8_t copy[sizeof as_gzip + 1];
  for (size_t n = 0; n < sizeof as_gzip; n++)
    expect_error((cg_bytes){ as_gzip, n }, CG_E_MALFORMED);
  for (size_t n = 0; n < sizeof as_zlib; n++)
    expect_error((cg_bytes){ as_zlib, n }, CG_E_MALFORMED);
  memcpy(copy, as_gzip, sizeof as_gzip);
  copy[sizeof as_gzip] = 0;
  expect_error((cg_bytes){ copy, sizeof copy }, CG_E_MALFORMED);
  copy[sizeof as_gzip - 8] ^= 1; /* crc */
  expect_error((cg_bytes){ copy, sizeof as_gzip }, CG_E_MALFORMED);
  memcpy(copy, as_gzip, sizeof as_gzip);
  copy[sizeof as_gzip - 1] = 0x7f; /* size */
  expect_error((cg_bytes){ copy, sizeof as_gzip }, CG_E_MALFORMED);
  memcpy(copy, as_zlib, sizeof as_zlib);
  copy[sizeof as_zlib] = 0;
  expect_error((cg_bytes){ copy, sizeof as_zlib + 1 }, CG_E_MALFORMED);
  copy[sizeof as_zlib - 1] ^= 1; /* adler */
  expect_error((cg_bytes){ copy, sizeof as_zlib }, CG_E_MALFORMED);
}

/* `size` zero bytes packed, one byte for about a thousand. */
static cg_buf bomb(size_t size) {
  cg_buf out = { 0 };
  uint8_t *zeros = calloc(1, size);
  struct libdeflate_compressor *engine = libdeflate_alloc_compressor(9);
  assert_non_null(zeros);
  assert_non_null(engine);
  uint8_t *at = cg_buf_grow(&out, size / 8 + 64);
  out.len = libdeflate_gzip_compress(engine, zeros, size, at, out.len);
  assert_int_not_equal(out.len, 0);
  libdeflate_free_compressor(engine);
  free(zeros);
  return out;
}

/* 215: what grows too much is refused without the memory for it. */
static void test_bombs(void **state) {
  (void)state;
  cg_buf packed = bomb(CG_GUNZIP_FREE), out = { 0 };
  assert_int_equal(cg_gunzip(cg_buf_view(&packed), &out), CG_OK);
  assert_int_equal(out.len, CG_GUNZIP_FREE);
  cg_buf_free(&packed);
  cg_buf_free(&out);
  packed = bomb(CG_GUNZIP_FREE + 1);
  expect_error(cg_buf_view(&packed), CG_E_LIMIT);
  cg_buf_free(&packed);
  packed = bomb(15 << 20);
  expect_error(cg_buf_view(&packed), CG_E_LIMIT);
  packed.at[packed.len - 1] = 0; /* a size that lies low */
  expect_error(cg_buf_view(&packed), CG_E_LIMIT);
  cg_buf_free(&packed);
}

static void expect_packed(cg_bytes body) {
  cg_buf out = { 0 }, back = { 0 };
  cg_gzip_object(body, &out);
  assert_true(out.len < body.len);
  cg_reader r;
  cg_reader_init(&r, out.at, out.len);
  assert_int_equal(cg_reader_u32(&r), MT_ID_gzip_packed);
  assert_int_equal(cg_gunzip(cg_reader_str(&r), &back), CG_OK);
  assert_int_equal(cg_reader_end(&r), CG_OK);
  assert_true(cg_bytes_equal(cg_buf_view(&back), body));
  cg_buf_free(&out);
  cg_buf_free(&back);
}

static void expect_plain(cg_bytes body) {
  cg_buf out = { 0 };
  cg_gzip_object(body, &out);
  assert_int_equal(out.err, CG_OK);
  assert_true(cg_bytes_equal(cg_buf_view(&out), body));
  cg_buf_free(&out);
}

/* 178: packed only if that is shorter, and then it comes out again. */
static void test_object(void **state) {
  (void)state;
  test_rng rng;
  test_rng_init(&rng, 1);
  static uint8_t text[65536], noise[65536];
  for (size_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)(i % 50);
  test_rng_fill(&rng, noise, sizeof noise);
  const size_t sizes[] = { CG_GZIP_MIN, 4096, 16384, 65536 };
  for (int i = 0; i < 4; i++) {
    expect_packed((cg_bytes){ text, sizes[i] });
    expect_plain((cg_bytes){ noise, sizes[i] });
  }
  expect_plain((cg_bytes){ text, CG_GZIP_MIN - 4 });
  /* the head of a call in front of a file that is packed in its own way */
  memcpy(noise, text, 512);
  expect_plain((cg_bytes){ noise, sizeof noise });
}

/* What a peer with our bounds would refuse goes out as it is. */
static void test_object_within_bounds(void **state) {
  (void)state;
  size_t len = 2 * CG_GUNZIP_FREE;
  uint8_t *zeros = calloc(1, len);
  assert_non_null(zeros);
  cg_buf out = { 0 };
  cg_gzip_object((cg_bytes){ zeros, len }, &out);
  assert_int_equal(out.len, len);
  cg_buf_free(&out);
  free(zeros);
}

static void test_out_of_memory(void **state) {
  (void)state;
  cg_bytes in = { as_gzip, sizeof as_gzip };
  uint8_t body[CG_GZIP_MIN] = { 0 };
  cg_buf out = { 0 };
  cg_mem_fail_after(0);
  assert_int_equal(cg_gunzip(in, &out), CG_E_MEMORY);
  out.err = CG_OK;
  cg_gzip_object((cg_bytes){ body, sizeof body }, &out);
  assert_int_equal(out.err, CG_E_MEMORY);
  cg_mem_fail_after(-1);
  cg_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_both_forms),
    cmocka_unit_test(test_damaged),
    cmocka_unit_test(test_bombs),
    cmocka_unit_test(test_object),
    cmocka_unit_test(test_object_within_bounds),
    cmocka_unit_test(test_out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
