/* SPDX-License-Identifier: MIT */
/* unwrap_test.c - the shells around calls, in every nesting, and broken ones; and what
 * initConnection must say. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "gzip.h"
#include "init.h"
#include "unwrap.h"

#include <centigram/api.h>

#include <string.h>

static cg_arena *arena;
static cg_buf b;

static int set_up(void **state) {
  (void)state;
  arena = cg_arena_new(0);
  b = (cg_buf){ 0 };
  return arena ? 0 : -1;
}

static int tear_down(void **state) {
  (void)state;
  cg_arena_free(arena);
  cg_buf_free(&b);
  return 0;
}

static void put_layer(uint32_t layer) {
  cg_buf_u32(&b, TL_ID_invokeWithLayer);
  cg_buf_u32(&b, layer);
}

static void put_init(uint32_t flags) {
  static const char *const fields[] = { "Box", "Linux", "1.0", "en", "android", "de" };
  cg_buf_u32(&b, TL_ID_initConnection);
  cg_buf_u32(&b, flags);
  cg_buf_u32(&b, 7);
  for (size_t i = 0; i < 6; i++) cg_buf_str(&b, cg_bytes_of(fields[i]));
}

static cg_unwrapped good(void) {
  cg_unwrapped u;
  cg_buf_u32(&b, TL_ID_help_getConfig);
  assert_int_equal(cg_unwrap(cg_buf_view(&b), arena, &u), CG_OK);
  assert_int_equal(u.method, TL_ID_help_getConfig);
  assert_int_equal(u.query.len, 4);
  return u;
}

static cg_err bad(void) {
  cg_unwrapped u;
  return cg_unwrap(cg_buf_view(&b), arena, &u);
}

static void a_bare_call(void **state) {
  (void)state;
  cg_unwrapped u = good();
  assert_false(u.has_init);
  assert_int_equal(u.layer, 0);
}

static void shells_in_any_nesting(void **state) {
  (void)state;
  put_init(0);
  cg_buf_u32(&b, TL_ID_invokeWithoutUpdates);
  put_layer(100);
  cg_buf_u32(&b, TL_ID_invokeAfterMsg);
  cg_buf_u64(&b, 44);
  cg_buf_u32(&b, TL_ID_invokeAfterMsgs);
  cg_buf_u32(&b, TL_ID_vector);
  cg_buf_u32(&b, 2);
  cg_buf_u64(&b, 45);
  cg_buf_u64(&b, 46);
  put_layer(228);
  cg_unwrapped u = good();
  assert_true(u.has_init);
  assert_int_equal(u.layer, 228);
  assert_int_equal(u.api_id, 7);
  assert_true(cg_bytes_equal(u.device, CG_LIT("Box")));
  assert_true(cg_bytes_equal(u.lang_pack, CG_LIT("android")));
  assert_true(cg_bytes_equal(u.lang, CG_LIT("de")));
  assert_int_equal(u.after_count, 3);
  assert_true(u.after[0] == 44 && u.after[2] == 46);
}

static void put_params(void) {
  cg_buf_u32(&b, TL_ID_jsonObject);
  cg_buf_u32(&b, TL_ID_vector);
  cg_buf_u32(&b, 2);
  cg_buf_u32(&b, TL_ID_jsonObjectValue);
  cg_buf_str(&b, CG_LIT("tz_offset"));
  cg_buf_u32(&b, TL_ID_jsonNumber);
  cg_buf_u64(&b, 0);
  cg_buf_u32(&b, TL_ID_jsonObjectValue);
  cg_buf_str(&b, CG_LIT("list"));
  cg_buf_u32(&b, TL_ID_jsonArray);
  cg_buf_u32(&b, TL_ID_vector);
  cg_buf_u32(&b, 3);
  cg_buf_u32(&b, TL_ID_jsonNull);
  cg_buf_u32(&b, TL_ID_jsonBool);
  cg_buf_u32(&b, TL_ID_boolTrue);
  cg_buf_u32(&b, TL_ID_jsonString);
  cg_buf_str(&b, CG_LIT("x"));
}

static void proxy_and_params_are_stepped_over(void **state) {
  (void)state;
  put_init(3);
  cg_buf_u32(&b, TL_ID_inputClientProxy);
  cg_buf_str(&b, CG_LIT("proxy.example"));
  cg_buf_u32(&b, 443);
  put_params();
  good();
}

static void put_gzip(const cg_buf *inner) {
  cg_buf packed = { 0 };
  cg_gzip_object(cg_buf_view(inner), &packed);
  assert_int_equal(packed.err, CG_OK);
  assert_int_equal(memcmp(packed.at, "\xa1\xcf\x72\x30", 4), 0);
  cg_buf_bytes(&b, cg_buf_view(&packed));
  cg_buf_free(&packed);
}

static void a_packed_query(void **state) {
  (void)state;
  cg_buf inner = { 0 };
  cg_buf_u32(&inner, TL_ID_help_saveAppLog);
  for (int i = 0; i < 1000; i++) cg_buf_u32(&inner, 0);
  put_layer(228);
  put_gzip(&inner);
  cg_unwrapped u;
  assert_int_equal(cg_unwrap(cg_buf_view(&b), arena, &u), CG_OK);
  assert_int_equal(u.method, TL_ID_help_saveAppLog);
  assert_int_equal(u.query.len, inner.len);
  /* Packed twice is refused. */
  cg_buf twice = b;
  b = (cg_buf){ 0 };
  cg_buf_put(&twice, inner.at, inner.len);
  put_gzip(&twice);
  assert_int_equal(bad(), CG_E_MALFORMED);
  cg_buf_free(&twice);
  cg_buf_free(&inner);
}

static void every_truncation_is_refused(void **state) {
  (void)state;
  put_layer(228);
  put_init(3);
  cg_buf_u32(&b, TL_ID_inputClientProxy);
  cg_buf_str(&b, CG_LIT("proxy.example"));
  cg_buf_u32(&b, 443);
  put_params();
  for (size_t len = 0; len < b.len; len++) {
    cg_unwrapped u;
    assert_int_not_equal(cg_unwrap((cg_bytes){ b.at, len }, arena, &u), CG_OK);
  }
}

static void what_does_not_belong_is_refused(void **state) {
  (void)state;
  put_init(1);
  cg_buf_u32(&b, TL_ID_jsonNull);
  assert_int_equal(bad(), CG_E_UNEXPECTED);
  b.len = 0;
  put_init(2);
  cg_buf_u32(&b, TL_ID_inputClientProxy);
  assert_int_equal(bad(), CG_E_UNEXPECTED);
  b.len = 0;
  cg_buf_u32(&b, TL_ID_invokeAfterMsgs);
  cg_buf_u32(&b, 1);
  assert_int_equal(bad(), CG_E_UNEXPECTED);
}

static void depth_and_number_are_bounded(void **state) {
  (void)state;
  for (int i = 0; i < 17; i++) put_layer(228);
  cg_buf_u32(&b, TL_ID_help_getConfig);
  assert_int_equal(bad(), CG_E_LIMIT);
  b.len = 0;
  put_init(2);
  for (int i = 0; i < 100; i++) {
    cg_buf_u32(&b, TL_ID_jsonArray);
    cg_buf_u32(&b, TL_ID_vector);
    cg_buf_u32(&b, 1);
  }
  cg_buf_u32(&b, TL_ID_jsonNull);
  assert_int_equal(bad(), CG_E_LIMIT);
  b.len = 0;
  cg_buf_u32(&b, TL_ID_invokeAfterMsgs);
  cg_buf_u32(&b, TL_ID_vector);
  cg_buf_u32(&b, 33);
  for (int i = 0; i < 33; i++) cg_buf_u64(&b, 4);
  assert_int_equal(bad(), CG_E_LIMIT);
}

static void init_fields_are_judged(void **state) {
  (void)state;
  cg_settings set;
  assert_int_equal(cg_settings_init(&set, NULL, NULL, NULL), CG_OK);
  put_init(0);
  cg_unwrapped all = good(), u = all;
  assert_null(cg_init_fault(&set, &u));
  u.api_id = 0;
  assert_string_equal(cg_init_fault(&set, &u), "CONNECTION_API_ID_INVALID");
  u = all, u.device.len = 0;
  assert_string_equal(cg_init_fault(&set, &u), "CONNECTION_DEVICE_MODEL_EMPTY");
  u = all, u.system.len = 0;
  assert_string_equal(cg_init_fault(&set, &u), "CONNECTION_SYSTEM_EMPTY");
  u = all, u.app.len = 0;
  assert_string_equal(cg_init_fault(&set, &u), "CONNECTION_APP_VERSION_EMPTY");
  u = all, u.system_lang.len = 0;
  assert_string_equal(cg_init_fault(&set, &u), "CONNECTION_SYSTEM_LANG_CODE_EMPTY");
  u = all, u.lang_pack = CG_LIT("no pack");
  assert_string_equal(cg_init_fault(&set, &u), "CONNECTION_LANG_PACK_INVALID");
  u.lang_pack = CG_LIT("sixteen-letters-");
  assert_string_equal(cg_init_fault(&set, &u), "CONNECTION_LANG_PACK_INVALID");
  u.lang_pack = CG_LIT("");
  assert_null(cg_init_fault(&set, &u));
}

static void init_is_cut_between_characters(void **state) {
  (void)state;
  put_init(0);
  cg_unwrapped u = good();
  char device[66];
  memset(device, 'x', sizeof device);
  memcpy(device + 62, "\xc3\xa4\xc3\xa4", 4);
  u.device = (cg_bytes){ (uint8_t *)device, sizeof device };
  cg_store_init init, other;
  cg_init_fill(&u, 228, &init);
  assert_int_equal(strlen(init.device), 62);
  assert_string_equal(init.app, "1.0");
  assert_int_equal(init.layer, 228);
  other = init;
  assert_true(cg_init_digest(&init) == cg_init_digest(&other));
  other.lang[1] = 'f';
  assert_true(cg_init_digest(&init) != cg_init_digest(&other));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(a_bare_call),
    T(shells_in_any_nesting),
    T(proxy_and_params_are_stepped_over),
    T(a_packed_query),
    T(every_truncation_is_refused),
    T(what_does_not_belong_is_refused),
    T(depth_and_number_are_bounded),
    T(init_fields_are_judged),
    T(init_is_cut_between_characters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
