/* SPDX-License-Identifier: MIT */
/* tl_test.c - the codec: golden bytes, and every definition filled at random, there
 * and back again, through bytes and through JSON. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <centigram/api.h>

#include "codec.h"
#include "fill.h"
#include "mem.h"
#include "mtproto_api.h"

/* auth.cancelCode("9996621234", "f4318de66cb2db3f10"), from crc32 and the layout rules.
 */
static const uint8_t cancel_code[] =
  "\x78\x05\x04\x1f\x0a" "9996621234\x00\x12" "f4318de66cb2db3f10";

static cg_bytes bytes_of(const cg_buf *b) {
  return cg_buf_view(b);
}

static void assert_bytes(cg_bytes a, cg_bytes b) {
  assert_int_equal(a.len, b.len);
  if (a.len) assert_memory_equal(a.at, b.at, a.len);
}

static void encodes_cancel_code(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  tl_auth_cancelCode q = { TL_INIT(auth_cancelCode), .phone_number = CG_LIT("9996621234"),
                           .phone_code_hash = CG_LIT("f4318de66cb2db3f10") };
  cg_bytes out;
  assert_int_equal(cg_tl_encode(cg_tl_api(), &q.o, a, &out, NULL), CG_OK);
  assert_bytes(out, (cg_bytes){ cancel_code, sizeof cancel_code });
  const tl_obj *back;
  assert_int_equal(cg_tl_decode(cg_tl_api(), out, a, &back, NULL), CG_OK);
  const tl_auth_cancelCode *c = TL_AS(auth_cancelCode, back);
  assert_non_null(c);
  assert_bytes(c->phone_number, q.phone_number);
  assert_bytes(c->phone_code_hash, q.phone_code_hash);
  assert_string_equal(cg_tl_name(cg_tl_api(), back), "auth.cancelCode");
  cg_arena_free(a);
}

/* --- every definition -------------------------------------------------------- */

static void there_and_back(const cg_tl_schema *s, const tl_head *h, cg_bytes wire) {
  cg_arena *a = cg_arena_new(0);
  const tl_obj *obj = NULL, *again = NULL;
  cg_fault fault = { 0 };
  cg_bytes json;
  cg_buf out = { 0 };
  if (cg_tl_decode(s, wire, a, &obj, &fault)) fail_msg("%s", fault.text);
  assert_int_equal(cg_tl_wire_id(s, obj), h->o.id);
  if (cg_tl_write(s, obj, &out, &fault)) fail_msg("%s", fault.text);
  assert_bytes(bytes_of(&out), wire);
  out.len = 0;
  assert_int_equal(cg_tl_to_json(s, obj, a, &json, NULL), CG_OK);
  if (cg_tl_from_json(s, json, a, &again, &fault))
    fail_msg("%s in %.*s", fault.text, (int)json.len, json.at);
  assert_int_equal(cg_tl_write(s, again, &out, NULL), CG_OK);
  assert_bytes(bytes_of(&out), wire);
  cg_buf_free(&out);
  cg_arena_free(a);
}

static void all_there_and_back(const cg_tl_schema *s, unsigned rounds) {
  tl_filler f;
  cg_buf wire = { 0 };
  assert_true(tl_filler_init(&f, s, 7));
  for (unsigned round = 0; round < rounds; round++)
    for (size_t i = 0; i < s->nheads; i++) {
      f.density = (unsigned[]){ 8, 16, 2 }[round % 3];
      wire.len = 0;
      tl_fill(&f, s->heads + i, &wire);
      assert_int_equal(wire.err, CG_OK);
      there_and_back(s, s->heads + i, bytes_of(&wire));
    }
  cg_buf_free(&wire);
  tl_filler_free(&f);
}

static void every_api_definition(void **state) {
  (void)state;
  all_there_and_back(cg_tl_api(), 3);
}

static void every_service_definition(void **state) {
  (void)state;
  all_there_and_back(cg_tl_service(), 30);
}

/* --- what must be refused ---------------------------------------------------- */

/* A copy in memory of exactly its size, so that a read behind it is seen. */
static cg_err decode_exact(const cg_tl_schema *s, cg_bytes wire, cg_fault *fault) {
  cg_arena *a = cg_arena_new(0);
  uint8_t *copy = cg_alloc(wire.len ? wire.len : 1);
  const tl_obj *obj;
  if (wire.len) memcpy(copy, wire.at, wire.len);
  cg_err err = cg_tl_decode(s, (cg_bytes){ copy, wire.len }, a, &obj, fault);
  cg_free(copy);
  cg_arena_free(a);
  return err;
}

static void truncations(const cg_tl_schema *s, size_t stride) {
  tl_filler f;
  cg_buf wire = { 0 };
  assert_true(tl_filler_init(&f, s, 11));
  for (size_t i = 0; i < s->nheads; i += stride) {
    wire.len = 0;
    tl_fill(&f, s->heads + i, &wire);
    size_t step = wire.len > 400 ? wire.len / 97 : 1;
    for (size_t n = 0; n < wire.len; n += step) {
      if (s == cg_tl_service() && n % 4 == 0 && n >= 8) continue; /* Object takes less */
      assert_int_not_equal(decode_exact(s, (cg_bytes){ wire.at, n }, NULL), CG_OK);
    }
    cg_buf_u32(&wire, 0);
    cg_fault fault = { 0 };
    cg_err err = decode_exact(s, bytes_of(&wire), &fault);
    if (s == cg_tl_api()) assert_int_equal(err, CG_E_TRAILING);
  }
  cg_buf_free(&wire);
  tl_filler_free(&f);
}

static void every_truncation(void **state) {
  (void)state;
  truncations(cg_tl_api(), 3);
  truncations(cg_tl_service(), 1);
}

static void refuse(cg_bytes wire, cg_err want, const char *text) {
  cg_fault fault = { 0 };
  assert_int_equal(decode_exact(cg_tl_api(), wire, &fault), want);
  assert_int_equal(fault.err, want);
  if (text) assert_string_equal(fault.text, text);
}

static void words(cg_buf *b, size_t n, const uint32_t *v) {
  b->len = 0;
  for (size_t i = 0; i < n; i++) cg_buf_u32(b, v[i]);
}

#define WORDS(b, ...) \
  words(b, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, (uint32_t[]){ __VA_ARGS__ })

static void hostile_counts(void **state) {
  (void)state;
  cg_buf b = { 0 };
  WORDS(&b, TL_ID_users_getUsers, TL_ID_vector, 0x7fffffff, 0, 0);
  refuse(bytes_of(&b), CG_E_TRUNCATED,
         "users.getUsers.id: input ends inside a value, at byte 4");
  WORDS(&b, TL_ID_users_getUsers, TL_ID_vector, 0xffffffff);
  refuse(bytes_of(&b), CG_E_TRUNCATED, NULL);
  WORDS(&b, TL_ID_users_getUsers, 0x1cb5c416, 0);
  refuse(bytes_of(&b), CG_E_UNEXPECTED, NULL);
  WORDS(&b, TL_ID_auth_importLoginToken, 0x000000ff, 0, 0);
  refuse(bytes_of(&b), CG_E_MALFORMED, NULL);
  WORDS(&b, TL_ID_auth_importLoginToken, 0xfffffffe, 0, 0);
  refuse(bytes_of(&b), CG_E_TRUNCATED, NULL);
  WORDS(&b, TL_ID_account_updateStatus, 0x997275b4);
  refuse(bytes_of(&b), CG_E_MALFORMED, NULL);
  refuse((cg_bytes){ 0 }, CG_E_TRUNCATED, NULL);
  cg_buf_free(&b);
}

/* A count that is refused must not have taken memory. */
static void hostile_count_takes_no_memory(void **state) {
  (void)state;
  cg_buf b = { 0 };
  const tl_obj *obj;
  WORDS(&b, TL_ID_users_getUsers, TL_ID_vector, 0x7fffffff, 0, 0);
  cg_arena *a = cg_arena_new(1000);
  assert_int_equal(cg_tl_decode(cg_tl_api(), bytes_of(&b), a, &obj, NULL),
                   CG_E_TRUNCATED);
  cg_arena_free(a);
  cg_buf_free(&b);
}

static void paths(void **state) {
  (void)state;
  cg_buf b = { 0 };
  WORDS(&b, 0x12345678);
  refuse(bytes_of(&b), CG_E_UNKNOWN_ID, "unknown id 0x12345678 at byte 0");
  WORDS(&b, TL_ID_users_getUsers, TL_ID_vector, 2, TL_ID_inputUserSelf, 0xdeadbeef);
  refuse(bytes_of(&b), CG_E_UNKNOWN_ID,
         "users.getUsers.id[1]: unknown id 0xdeadbeef at byte 16");
  WORDS(&b, TL_ID_users_getUsers, TL_ID_vector, 1, TL_ID_inputPeerSelf);
  refuse(bytes_of(&b), CG_E_UNEXPECTED,
         "users.getUsers.id[0]: inputPeerSelf does not belong here, at byte 12");
  WORDS(&b, TL_ID_users_getUsers, TL_ID_vector, 1, TL_ID_inputUserFromMessage,
        TL_ID_inputPeerUserFromMessage, 0xdeadbeef);
  refuse(bytes_of(&b), CG_E_UNKNOWN_ID,
         "users.getUsers.id[0].peer.peer: unknown id 0xdeadbeef at byte 20");
  cg_buf_free(&b);
}

static void depth_bomb(void **state) {
  (void)state;
  cg_buf b = { 0 };
  for (int i = 0; i < 100000; i++) {
    cg_buf_u32(&b, TL_ID_invokeWithLayer);
    cg_buf_u32(&b, 228);
  }
  cg_buf_u32(&b, TL_ID_help_getConfig);
  refuse(bytes_of(&b), CG_E_LIMIT, NULL);
  cg_arena *a = cg_arena_new(0);
  const tl_obj *obj;
  cg_bytes deep = { b.at + b.len - 4 - 63 * 8, 4 + 63 * 8 };
  assert_int_equal(cg_tl_decode(cg_tl_api(), deep, a, &obj, NULL), CG_OK);
  tl_invokeWithLayer loop = { TL_INIT(invokeWithLayer) };
  loop.query = &loop.o;
  cg_bytes out;
  assert_int_equal(cg_tl_encode(cg_tl_api(), &loop.o, a, &out, NULL), CG_E_LIMIT);
  assert_int_equal(cg_tl_to_json(cg_tl_api(), &loop.o, a, &out, NULL), CG_E_LIMIT);
  cg_arena_free(a);
  cg_buf_free(&b);
}

/* --- encoding ---------------------------------------------------------------- */

static void refuse_object(const tl_obj *obj, cg_err want, const char *text) {
  cg_arena *a = cg_arena_new(0);
  cg_fault fault = { 0 };
  cg_bytes out;
  assert_int_equal(cg_tl_encode(cg_tl_api(), obj, a, &out, &fault), want);
  assert_string_equal(fault.text, text);
  cg_arena_free(a);
}

static void missing_and_wrong_objects(void **state) {
  (void)state;
  tl_auth_sendCode q = { TL_INIT(auth_sendCode) };
  refuse_object(&q.o, CG_E_MISSING,
                "auth.sendCode.settings: a required field is missing");
  tl_inputPeerSelf self = { TL_INIT(inputPeerSelf) };
  q.settings = (const tl_CodeSettings *)(const void *)&self;
  refuse_object(&q.o, CG_E_UNEXPECTED,
                "auth.sendCode.settings: inputPeerSelf does not belong here");
  tl_obj none = { 1, 2 };
  refuse_object(&none, CG_E_UNEXPECTED, "a value of another type is wanted here");
}

/* A flag shares its bit with values: alone it would leave bytes out. */
static void shared_bits(void **state) {
  (void)state;
  tl_passwordKdfAlgoUnknown algo = { TL_INIT(passwordKdfAlgoUnknown) };
  tl_securePasswordKdfAlgoUnknown secure = { TL_INIT(securePasswordKdfAlgoUnknown) };
  tl_account_password p = { TL_INIT(account_password), .new_algo = &algo.PasswordKdfAlgo,
                            .new_secure_algo = &secure.SecurePasswordKdfAlgo };
  TL_ON(account_password, &p, has_password);
  refuse_object(&p.o, CG_E_MISSING,
                "account.password.current_algo: a required field is missing");
  p.current_algo = &algo.PasswordKdfAlgo;
  refuse_object(&p.o, CG_E_MISSING,
                "account.password.srp_B: a required field is missing");
  p.srp_B = CG_LIT("");
  cg_arena *a = cg_arena_new(0);
  cg_bytes out;
  assert_int_equal(cg_tl_encode(cg_tl_api(), &p.o, a, &out, NULL), CG_OK);
  cg_arena_free(a);
}

static void strings_of_every_length(void **state) {
  (void)state;
  static const size_t lengths[] = { 0, 1, 2, 3, 4, 5, 252, 253, 254, 255, 256, 65535,
                                    (1 << 24) - 1 };
  cg_arena *a = cg_arena_new(256 << 20);
  uint8_t *long_text = cg_alloc(1 << 24);
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    tl_auth_importLoginToken q = { TL_INIT(auth_importLoginToken),
                                   .token = { long_text, lengths[i] } };
    cg_bytes out;
    const tl_obj *back;
    assert_int_equal(cg_tl_encode(cg_tl_api(), &q.o, a, &out, NULL), CG_OK);
    size_t head = lengths[i] > 253 ? 4 : 1;
    assert_int_equal(out.len, 4 + (head + lengths[i] + 3) / 4 * 4);
    assert_int_equal(cg_tl_decode(cg_tl_api(), out, a, &back, NULL), CG_OK);
    assert_bytes(TL_AS(auth_importLoginToken, back)->token, q.token);
  }
  tl_auth_importLoginToken q = { TL_INIT(auth_importLoginToken),
                                 .token = { long_text, 1 << 24 } };
  refuse_object(&q.o, CG_E_LIMIT, "auth.importLoginToken.token: a size, depth or count "
                                  "limit is passed");
  cg_free(long_text);
  cg_arena_free(a);
}

/* --- results ----------------------------------------------------------------- */

static void results(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  cg_buf b = { 0 };
  const tl_obj *out;
  tl_auth_cancelCode cancel = { TL_INIT(auth_cancelCode) };
  tl_invokeWithLayer wrapped = { TL_INIT(invokeWithLayer), .query = &cancel.o };
  WORDS(&b, TL_ID_boolTrue);
  assert_int_equal(
      cg_tl_decode_result(cg_tl_api(), &wrapped.o, bytes_of(&b), a, &out, NULL), CG_OK);
  assert_int_equal(out->id, TL_ID_boolTrue);
  cg_bytes json;
  assert_int_equal(cg_tl_to_json(cg_tl_api(), out, a, &json, NULL), CG_OK);
  assert_bytes(json, CG_LIT("true"));
  tl_contacts_getContactIDs ids = { TL_INIT(contacts_getContactIDs) };
  WORDS(&b, TL_ID_vector, 2, 5, 0xffffffff);
  assert_int_equal(cg_tl_decode_result(cg_tl_api(), &ids.o, bytes_of(&b), a, &out, NULL),
                   CG_OK);
  assert_int_equal(out->id, TL_ID_vector);
  assert_int_equal(((const tl_vector *)out)->len, 2);
  assert_int_equal(((const tl_vector *)out)->ints[1], -1);
  assert_int_equal(cg_tl_to_json(cg_tl_api(), out, a, &json, NULL), CG_OK);
  assert_bytes(json, CG_LIT("[5,-1]"));
  cg_bytes wire;
  assert_int_equal(cg_tl_encode(cg_tl_api(), out, a, &wire, NULL), CG_OK);
  assert_bytes(wire, bytes_of(&b));
  cg_fault fault = { 0 };
  tl_auth_logOut leave = { TL_INIT(auth_logOut) };
  WORDS(&b, TL_ID_inputPeerSelf);
  assert_int_equal(
      cg_tl_decode_result(cg_tl_api(), &leave.o, bytes_of(&b), a, &out, &fault),
      CG_E_UNEXPECTED);
  assert_string_equal(fault.text, "answer to auth.logOut: inputPeerSelf does not belong "
                                  "here, at byte 0");
  cg_buf_free(&b);
  cg_arena_free(a);
}

static void service_bodies_stay_raw(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  cg_buf b = { 0 };
  const tl_obj *out;
  WORDS(&b, MT_ID_msg_container, 2, 1, 0, 7, 8, 0x11111111, 0x22222222, 2, 0, 8, 4,
        0x33333333);
  assert_int_equal(cg_tl_decode(cg_tl_service(), bytes_of(&b), a, &out, NULL), CG_OK);
  const mt_msg_container *c = MT_AS(msg_container, out);
  assert_int_equal(c->messages.len, 2);
  const mt_message *m = MT_AS(message, c->messages.at[0]);
  assert_int_equal(m->seqno, 7);
  assert_int_equal(m->body.len, 8);
  WORDS(&b, MT_ID_msg_container, 1, 1, 0, 7, 8, 0x11111111);
  assert_int_equal(cg_tl_decode(cg_tl_service(), bytes_of(&b), a, &out, NULL),
                   CG_E_TRUNCATED);
  WORDS(&b, MT_ID_msg_container, 1, 1, 0, 7, 3, 0x11111111);
  assert_int_equal(cg_tl_decode(cg_tl_service(), bytes_of(&b), a, &out, NULL),
                   CG_E_MALFORMED);
  WORDS(&b, MT_ID_ping, 1, 2, 0xabcd);
  cg_tl_extent extent;
  assert_int_equal(cg_tl_decode_prefix(cg_tl_service(), bytes_of(&b), a, &out, &extent,
                                       NULL), CG_OK);
  assert_int_equal(extent.used, 12);
  cg_buf_free(&b);
  cg_arena_free(a);
}

/* --- memory ------------------------------------------------------------------ */

static cg_err whole_way(cg_bytes wire) {
  cg_arena *a = cg_arena_new(0);
  if (!a) return CG_E_MEMORY;
  const tl_obj *obj;
  cg_bytes json, out;
  cg_err err = cg_tl_decode(cg_tl_api(), wire, a, &obj, NULL);
  if (!err) err = cg_tl_to_json(cg_tl_api(), obj, a, &json, NULL);
  if (!err) err = cg_tl_from_json(cg_tl_api(), json, a, &obj, NULL);
  if (!err) err = cg_tl_encode(cg_tl_api(), obj, a, &out, NULL);
  if (!err) assert_bytes(out, wire);
  cg_arena_free(a);
  return err;
}

static void every_allocation_fails(void **state) {
  (void)state;
  tl_filler f;
  cg_buf wire = { 0 };
  assert_true(tl_filler_init(&f, cg_tl_api(), 3));
  f.density = 16;
  tl_fill(&f, cg_tl_api()->heads + TL_IX_messages_dialogs, &wire);
  cg_mem_fail_after(-1);
  assert_int_equal(whole_way(bytes_of(&wire)), CG_OK);
  long n = cg_mem_fail_after(-1);
  assert_true(n > 4);
  for (long i = 0; i < n; i++) {
    cg_mem_fail_after(i);
    cg_err err = whole_way(bytes_of(&wire));
    cg_mem_fail_after(-1);
    assert_int_equal(err, CG_E_MEMORY);
  }
  cg_buf_free(&wire);
  tl_filler_free(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(encodes_cancel_code),
    cmocka_unit_test(every_api_definition),
    cmocka_unit_test(every_service_definition),
    cmocka_unit_test(every_truncation),
    cmocka_unit_test(hostile_counts),
    cmocka_unit_test(hostile_count_takes_no_memory),
    cmocka_unit_test(paths),
    cmocka_unit_test(depth_bomb),
    cmocka_unit_test(missing_and_wrong_objects),
    cmocka_unit_test(shared_bits),
    cmocka_unit_test(strings_of_every_length),
    cmocka_unit_test(results),
    cmocka_unit_test(service_bodies_stay_raw),
    cmocka_unit_test(every_allocation_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
