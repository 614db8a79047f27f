/* SPDX-License-Identifier: MIT */
/* token_test.c - tokens, their hashes, base64; and who is let in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"
#include "token.h"

#include <string.h>

static cg_err count_up(void *ctx, void *out, size_t len) {
  (void)ctx;
  for (size_t i = 0; i < len; i++) ((uint8_t *)out)[i] = (uint8_t)(i * 7 + 3);
  return CG_OK;
}

static cg_err no_random(void *ctx, void *out, size_t len) {
  (void)ctx, (void)out, (void)len;
  return CG_E_RANDOM;
}

/* base64.urlsafe_b64encode(bytes(i * 7 + 3 & 255 for i in range(32))) in Python */
static void test_new(void **state) {
  (void)state;
  char token[CG_TOKEN_SIZE];
  assert_int_equal(cg_token_new(&(cg_rng){ count_up, NULL }, token), CG_OK);
  assert_string_equal(token, "AwoRGB8mLTQ7QklQV15lbHN6gYiPlp2kq7K5wMfO1dw");
  assert_int_equal(cg_token_new(&(cg_rng){ no_random, NULL }, token), CG_E_RANDOM);
  assert_string_equal(token, "");
}

/* FIPS 180-2, B.1 */
static void test_hash(void **state) {
  (void)state;
  char hash[CG_TOKEN_HASH_SIZE];
  assert_int_equal(cg_token_hash(CG_LIT("abc"), hash), CG_OK);
  assert_string_equal(hash,
                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4648, 10 */
static void test_base64(void **state) {
  (void)state;
  char out[8];
  static const struct {
    const char *in, *out;
  } good[] = { { "", "" },
               { "Zg==", "f" },
               { "Zm8=", "fo" },
               { "Zm9v", "foo" },
               { "Zm9vYg", "foob" },
               { "Zm9vYmE=", "fooba" },
               { "Zm9vYmFy", "foobar" } };
  static const char *const bad[] = { "Z",      "Zg=x", "Zg===",       "Z g=",
                                     "Zm9v-m", "AA==", "Zm9vYmFyYmFy" };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    assert_true(cg_token_base64(good[i].in, out, sizeof out));
    assert_string_equal(out, good[i].out);
  }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(cg_token_base64(bad[i], out, sizeof out));
}

static void test_same(void **state) {
  (void)state;
  assert_true(cg_guard_same("", "") && cg_guard_same("ab", "ab"));
  assert_false(cg_guard_same("", "a") || cg_guard_same("a", "") ||
               cg_guard_same("abab", "ab") || cg_guard_same("ab", "abab") ||
               cg_guard_same("ab", "ac") || cg_guard_same("bb", "ab"));
}

static int check(const cg_guard *guard, cg_http_request rq) {
  const char *text = NULL, *headers;
  int status = cg_guard_check(guard, &rq, &text, &headers);
  assert_true(!status == !text);
  return status;
}

static void test_pages(void **state) {
  (void)state;
  const cg_guard open = { .host = "127.0.0.1" };
  const char *h = "localhost:4490";
  assert_int_equal(check(&open, (cg_http_request){ .host = h }), 0);
  assert_int_equal(check(&open, (cg_http_request){ .host = "example.org" }), 421);
  assert_int_equal(check(&open, (cg_http_request){ .host = h, .origin = "null" }), 403);
  assert_int_equal(check(&open, (cg_http_request){ .host = h, .origin = "http://a.b" }),
                   403);
  assert_int_equal(
      check(&open, (cg_http_request){ .host = h, .origin = "http://localhost:4490" }), 0);
  assert_int_equal(
      check(&open, (cg_http_request){ .host = h, .origin = "https://localhost:4490" }),
      0);
  assert_int_equal(
      check(&open, (cg_http_request){ .host = h, .origin = "https://localhost" }), 403);
  assert_int_equal(
      check(&open, (cg_http_request){ .host = h, .origin = "ftp://localhost:4490" }),
      403);
  assert_int_equal(check(&open, (cg_http_request){ .host = h, .fetch_site = "none" }), 0);
  assert_int_equal(
      check(&open, (cg_http_request){ .host = h, .fetch_site = "same-origin" }), 0);
  assert_int_equal(
      check(&open, (cg_http_request){ .host = h, .fetch_site = "cross-site" }), 403);
  assert_int_equal(
      check(&open, (cg_http_request){ .host = h, .fetch_site = "same-site" }), 403);
}

static void test_password(void **state) {
  (void)state;
  cg_guard guard = { .host = "127.0.0.1", .token = "pass:word", .basic = true };
  static const struct {
    const char *header;
    int status;
  } tries[] = {
    { NULL, 401 },
    { "Bearer pass:word", 0 },
    { "bearer pass:word", 0 },
    { "Bearer pass:worD", 401 },
    { "Bearer pass:wor", 401 },
    { "Basic bWU6cGFzczp3b3Jk", 0 },   /* me:pass:word */
    { "Basic OnBhc3M6d29yZA==", 0 },   /* :pass:word */
    { "Basic cGFzcw==", 401 },         /* pass */
    { "Basic bWU6cGFzczp3b3Jr", 401 }, /* me:pass:work */
    { "Basic ?", 401 },
    { "Digest pass:word", 401 },
  };
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
    assert_int_equal(check(&guard, (cg_http_request){ .host = "[::1]",
                                                      .authorization = tries[i].header }),
                     tries[i].status);
  /* behind a server with another name and TLS */
  cg_http_request rq = { .host = "tg.example.org",
                         .origin = "https://tg.example.org",
                         .authorization = "Bearer pass:word" };
  assert_int_equal(check(&guard, rq), 0);
  rq.authorization = NULL;
  assert_int_equal(check(&guard, rq), 401);
  rq.origin = "https://example.org";
  assert_int_equal(check(&guard, rq), 403);
  guard.basic = false;
  rq.authorization = "Bearer pass:word";
  assert_int_equal(check(&guard, rq), 421);
  assert_int_equal(
      check(&guard, (cg_http_request){ .host = "[::1]",
                                       .authorization = "Basic bWU6cGFzczp3b3Jk" }),
      401);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_new),      cmocka_unit_test(test_hash),
    cmocka_unit_test(test_base64),   cmocka_unit_test(test_pages),
    cmocka_unit_test(test_password), cmocka_unit_test(test_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
