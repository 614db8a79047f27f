/* SPDX-License-Identifier: MIT */
/* tl_test.c - the codec, by hand-made objects and golden bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <centigram/api.h>

#include "codec.h"
#include "mtproto_api.h"

/* auth.cancelCode("9996621234", "f4318de66cb2db3f10"), from crc32 and the layout rules. */
static const uint8_t cancel_code[] =
  "\x78\x05\x04\x1f\x0a" "9996621234\x00\x12" "f4318de66cb2db3f10";

static void encodes_cancel_code(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  tl_auth_cancelCode q = { TL_INIT(auth_cancelCode), .phone_number = CG_LIT("9996621234"),
                           .phone_code_hash = CG_LIT("f4318de66cb2db3f10") };
  cg_bytes out;
  assert_int_equal(cg_tl_encode(cg_tl_api(), &q.o, a, &out, NULL), CG_OK);
  assert_int_equal(out.len, sizeof cancel_code);
  assert_memory_equal(out.at, cancel_code, sizeof cancel_code);
  const tl_obj *back;
  assert_int_equal(cg_tl_decode(cg_tl_api(), out, a, &back, NULL), CG_OK);
  const tl_auth_cancelCode *c = TL_AS(auth_cancelCode, back);
  assert_non_null(c);
  assert_true(cg_bytes_equal(c->phone_number, q.phone_number));
  assert_true(cg_bytes_equal(c->phone_code_hash, q.phone_code_hash));
  cg_arena_free(a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(encodes_cancel_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
