/* SPDX-License-Identifier: MIT */
/* layer_test.c - older layers: which form a peer gets, and that old forms are read
 * into today's structs. The ids of the tables come from what real clients sent. */
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
#include "layer.h"
#include "layout.h"
#include "mem.h"

static const cg_tl_schema *all(void) {
  return cg_tl_api_all();
}

/* Name; whether it is a method; ids in layers 144, 152, 158, 190, 198, 227, 228. */
static const struct {
  const char *name;
  bool method;
  uint32_t id[7];
} by_layer[] = {
  { "user", false, { 0x3ff6ecb0, 0x8f97c628, 0x8f97c628, 0x83314fca, 0x4b46c37e,
                     0x31774388, 0xb1b8cc83 } },
  { "config", false, { 0x330b4067, 0x232566ac, 0xcc1a241e, 0xcc1a241e, 0xcc1a241e,
                       0xcc1a241e, 0xcc1a241e } },
  { "auth.authorization", false, { 0x33fb7bb8, 0x2ea2c0d4, 0x2ea2c0d4, 0x2ea2c0d4,
                                   0x2ea2c0d4, 0x2ea2c0d4, 0x2ea2c0d4 } },
  { "userFull", false, { 0xc4b1fc3f, 0xf8d32aed, 0x93eadb53, 0x1f58e369, 0x4d975bbc,
                         0x06cbe645, 0x06cbe645 } },
  { "users.userFull", false, { 0x3b6d152e, 0x3b6d152e, 0x3b6d152e, 0x3b6d152e, 0x3b6d152e,
                               0x3b6d152e, 0x3b6d152e } },
  { "account.password", false, { 0x185b184f, 0x957b50fb, 0x957b50fb, 0x957b50fb,
                                 0x957b50fb, 0x957b50fb, 0x957b50fb } },
  { "help.getAppConfig", true, { 0x98914110, 0x98914110, 0x61e3f854, 0x61e3f854,
                                 0x61e3f854, 0x61e3f854, 0x61e3f854 } },
  { "help.appConfig", false, { 0, 0, 0xdd18782e, 0xdd18782e, 0xdd18782e, 0xdd18782e,
                               0xdd18782e } },
  { "auth.signIn", true, { 0xbcd51581, 0x8d52a951, 0x8d52a951, 0x8d52a951, 0x8d52a951,
                           0x8d52a951, 0x8d52a951 } },
  { "auth.signUp", true, { 0x80eee427, 0x80eee427, 0x80eee427, 0xaac7b717, 0xaac7b717,
                           0xaac7b717, 0xaac7b717 } },
  { "auth.resendCode", true, { 0x3ef1a9bf, 0x3ef1a9bf, 0x3ef1a9bf, 0xcae47523, 0xcae47523,
                               0xcae47523, 0xcae47523 } },
  { "codeSettings", false, { 0x8a6469c2, 0xad253d78, 0xad253d78, 0xad253d78, 0xad253d78,
                             0xad253d78, 0xad253d78 } },
  { "message", false, { 0x38116ee0, 0x38116ee0, 0x38116ee0, 0x94345242, 0x96fdbbe9,
                        0x7600b9d3, 0x7600b9d3 } },
  { "dialog", false, { 0xa8edd0f5, 0xd58a08c6, 0xd58a08c6, 0xd58a08c6, 0xd58a08c6,
                       0xfc89f7f3, 0xfc89f7f3 } },
  { "peerNotifySettings", false, { 0xa83b0426, 0xa83b0426, 0xa83b0426, 0x99622c0c,
                                   0x99622c0c, 0x99622c0c, 0x99622c0c } },
  { "peerSettings", false, { 0xa518110d, 0xa518110d, 0xa518110d, 0xacd66c5e, 0xacd66c5e,
                             0xf47741f7, 0xf47741f7 } },
  { "auth.sentCodeTypeEmailCode", false, { 0, 0x5a159841, 0xf450f59b, 0xf450f59b,
                                           0xf450f59b, 0xf450f59b, 0xf450f59b } },
  { "auth.sentCodeTypeFirebaseSms", false, { 0, 0xe57b1432, 0xe57b1432, 0x009fd736,
                                             0x009fd736, 0x009fd736, 0x009fd736 } },
  { "auth.sentCodeTypeFragmentSms", false, { 0, 0xd9565c39, 0xd9565c39, 0xd9565c39,
                                             0xd9565c39, 0xd9565c39, 0xd9565c39 } },
  { "auth.sentCodeTypeSmsWord", false, { 0, 0, 0, 0xa416ac81, 0xa416ac81, 0xa416ac81,
                                         0xa416ac81 } },
  { "auth.sentCodeSuccess", false, { 0, 0x2390fe44, 0x2390fe44, 0x2390fe44, 0x2390fe44,
                                     0x2390fe44, 0x2390fe44 } },
  { "auth.sentCodePaymentRequired", false, { 0, 0, 0, 0, 0, 0xf8827ebf, 0xf8827ebf } },
};

static const int layers[] = { 144, 152, 158, 190, 198, 227, 228 };

static void constructors_by_layer(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof by_layer / sizeof *by_layer; i++)
    for (size_t k = 0; k < 7; k++) {
      uint32_t id = cg_tl_id_in_layer(all(), by_layer[i].name, by_layer[i].method,
                                      layers[k]);
      if (id != by_layer[i].id[k])
        fail_msg("%s in layer %d: %08x, not %08x", by_layer[i].name, layers[k], id,
                 by_layer[i].id[k]);
    }
}

/* What all five layers of the table share. */
static void the_same_in_all_layers(void **state) {
  (void)state;
  static const struct { const char *name; bool method; uint32_t id; } same[] = {
    { "auth.sentCode", false, 0x5e002502 }, { "auth.sentCodeTypeSms", false, 0xc000bba2 },
    { "auth.sentCodeTypeApp", false, 0x3dbb5986 },
    { "auth.codeTypeSms", false, 0x72a3158c },
    { "auth.authorizationSignUpRequired", false, 0x44747e9a },
    { "auth.loggedOut", false, 0xc3a2835f }, { "dcOption", false, 0x18b7a10d },
    { "nearestDc", false, 0x8e1a1775 }, { "updates.state", false, 0xa56c2a3e },
    { "userEmpty", false, 0xd3bc4b7a }, { "auth.loginToken", false, 0x629f1980 },
    { "auth.sendCode", true, 0xa677244f }, { "auth.cancelCode", true, 0x1f040578 },
    { "auth.logOut", true, 0x3e72ba19 }, { "auth.bindTempAuthKey", true, 0xcdd42a05 },
    { "help.getConfig", true, 0xc4f9186b }, { "users.getUsers", true, 0x0d91a548 },
    { "users.getFullUser", true, 0xb60f5918 }, { "updates.getState", true, 0xedd4882a },
    { "initConnection", true, 0xc1cd5ea9 },
  };
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    for (size_t k = 0; k < 7; k++)
      assert_int_equal(cg_tl_id_in_layer(all(), same[i].name, same[i].method, layers[k]),
                       same[i].id);
}

/* First layers of `user`, one by one, and the layer before each. */
static void every_first_layer_of_user(void **state) {
  (void)state;
  static const struct { int layer; uint32_t id; } first[] = {
    { 133, 0x3ff6ecb0 }, { 145, 0x5d99adee }, { 148, 0x8f97c628 }, { 160, 0xabb5f120 },
    { 166, 0xeb602f25 }, { 167, 0x215c4438 }, { 185, 0x83314fca }, { 196, 0x4b46c37e },
    { 200, 0x020b1422 }, { 217, 0x31774388 }, { 228, 0xb1b8cc83 },
  };
  for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
    int layer = first[i].layer;
    uint32_t before = i ? first[i - 1].id : 0;
    assert_int_equal(cg_tl_id_in_layer(all(), "user", false, layer), first[i].id);
    assert_int_equal(cg_tl_id_in_layer(all(), "user", false, layer - 1), before);
  }
}

/* --- values ------------------------------------------------------------------ */

static void there_and_back_in(int layer, const tl_obj *obj, cg_arena *a, uint32_t id,
                              const tl_obj **back) {
  cg_buf out = { 0 };
  cg_fault fault = { 0 };
  if (cg_tl_encode_layer(all(), layer, obj, &out, &fault)) fail_msg("%s", fault.text);
  assert_true(out.len >= 4);
  uint32_t there = out.at[0] | (uint32_t)out.at[1] << 8 | (uint32_t)out.at[2] << 16 |
                   (uint32_t)out.at[3] << 24;
  assert_int_equal(there, id);
  cg_bytes wire = cg_arena_copy(a, cg_buf_view(&out));
  if (cg_tl_decode(all(), wire, a, back, &fault)) fail_msg("%s", fault.text);
  assert_int_equal((*back)->id, obj->id);
  assert_int_equal(cg_tl_wire_id(all(), *back), id);
  cg_buf_free(&out);
}

static void user_in_every_layer(void **state) {
  (void)state;
  tl_userStatusEmpty status = { TL_INIT(userStatusEmpty) };
  tl_user u = { TL_INIT(user), .id = 777 };
  TL_ON(user, &u, self);
  TL_ON(user, &u, premium);
  TL_ON(user, &u, close_friend);
  TL_SET(user, &u, first_name, CG_LIT("Ada"));
  TL_SET(user, &u, phone, CG_LIT("9996612345"));
  TL_SET(user, &u, status, &status.UserStatus);
  TL_SET(user, &u, bot_active_users, 5);
  for (size_t k = 0; k < 7; k++) {
    cg_arena *a = cg_arena_new(0);
    const tl_obj *back;
    there_and_back_in(layers[k], &u.o, a, by_layer[0].id[k], &back);
    const tl_user *v = TL_AS(user, back);
    assert_non_null(v);
    assert_int_equal(v->id, 777);
    assert_true(TL_HAS(user, v, self));
    assert_true(TL_HAS(user, v, first_name));
    assert_memory_equal(v->first_name.at, "Ada", 3);
    assert_memory_equal(v->phone.at, "9996612345", 10);
    assert_int_equal(v->status->o.id, TL_ID_userStatusEmpty);
    assert_int_equal(TL_HAS(user, v, bot_active_users), layers[k] >= 190);
    cg_arena_free(a);
  }
}

/* codeSettings of 144 has its own bits; logout_tokens is the same field. */
static void old_requests_fill_the_newest_struct(void **state) {
  (void)state;
  cg_buf b = { 0 };
  cg_arena *a = cg_arena_new(0);
  const tl_obj *out;
  cg_buf_u32(&b, 0xbcd51581); /* auth.signIn of 144: no flags */
  cg_buf_str(&b, CG_LIT("phone"));
  cg_buf_str(&b, CG_LIT("hash"));
  cg_buf_str(&b, CG_LIT("12345"));
  assert_int_equal(cg_tl_decode(all(), cg_buf_view(&b), a, &out, NULL), CG_OK);
  const tl_auth_signIn *q = TL_AS(auth_signIn, out);
  assert_non_null(q);
  assert_true(TL_HAS(auth_signIn, q, phone_code));
  assert_memory_equal(q->phone_code.at, "12345", 5);
  assert_string_equal(cg_tl_name(all(), out), "auth.signIn");
  assert_string_equal(cg_tl_name(cg_tl_api(), out), "unknown");
  b.len = 0;
  cg_buf_u32(&b, 0x98914110); /* help.getAppConfig without a hash */
  assert_int_equal(cg_tl_decode(all(), cg_buf_view(&b), a, &out, NULL), CG_OK);
  assert_non_null(TL_AS(help_getAppConfig, out));
  assert_int_equal(TL_AS(help_getAppConfig, out)->hash, 0);
  assert_int_equal(cg_tl_wire_id(all(), out), 0x98914110);
  cg_buf_free(&b);
  cg_arena_free(a);
}

/* An answer is checked against what the form that was asked promises. */
static void old_method_old_answer(void **state) {
  (void)state;
  cg_buf b = { 0 };
  cg_arena *a = cg_arena_new(0);
  const tl_obj *request, *answer;
  cg_buf_u32(&b, 0x98914110);
  assert_int_equal(cg_tl_decode(all(), cg_buf_view(&b), a, &request, NULL), CG_OK);
  b.len = 0;
  cg_buf_u32(&b, TL_ID_jsonNull);
  assert_int_equal(cg_tl_decode_result(all(), request, cg_buf_view(&b), a, &answer, NULL),
                   CG_OK);
  b.len = 0;
  cg_buf_u32(&b, TL_ID_help_appConfigNotModified);
  assert_int_equal(cg_tl_decode_result(all(), request, cg_buf_view(&b), a, &answer, NULL),
                   CG_E_UNEXPECTED);
  cg_buf_free(&b);
  cg_arena_free(a);
}

/* --- what a layer cannot know ------------------------------------------------ */

static void unknown_becomes_fallback(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  cg_buf out = { 0 };
  cg_fault fault = { 0 };
  tl_reactionPaid paid = { TL_INIT(reactionPaid) };
  assert_int_equal(cg_tl_encode_layer(all(), 167, &paid.o, &out, &fault), CG_OK);
  assert_int_equal(out.len, 4);
  const tl_obj *back;
  assert_int_equal(cg_tl_decode(all(), cg_buf_view(&out), a, &back, NULL), CG_OK);
  assert_int_equal(back->id, TL_ID_reactionEmpty);
  cg_buf_free(&out);
  cg_arena_free(a);
}

static void unknown_falls_out_of_vectors(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  tl_auth_sentCodeTypeSmsWord word = { TL_INIT(auth_sentCodeTypeSmsWord) };
  tl_updateLoginToken known = { TL_INIT(updateLoginToken) };
  tl_updateStarsBalance stars = { TL_INIT(updateStarsBalance) };
  tl_starsAmount amount = { TL_INIT(starsAmount) };
  stars.balance = &amount.StarsAmount;
  const tl_obj *list[] = { &stars.o, &known.o, &stars.o };
  tl_updates u = { TL_INIT(updates), .updates = { list, 3 } };
  cg_buf out = { 0 };
  const tl_obj *back;
  assert_int_equal(cg_tl_encode_layer(all(), 144, &u.o, &out, NULL), CG_OK);
  assert_int_equal(cg_tl_decode(all(), cg_buf_view(&out), a, &back, NULL), CG_OK);
  assert_int_equal(TL_AS(updates, back)->updates.len, 1);
  assert_int_equal(TL_AS(updates, back)->updates.at[0]->id, TL_ID_updateLoginToken);
  out.len = 0;
  assert_int_equal(cg_tl_encode_layer(all(), 228, &u.o, &out, NULL), CG_OK);
  assert_int_equal(cg_tl_decode(all(), cg_buf_view(&out), a, &back, NULL), CG_OK);
  assert_int_equal(TL_AS(updates, back)->updates.len, 3);
  cg_fault fault = { 0 };
  tl_auth_sentCode sent = { TL_INIT(auth_sentCode), .type = &word.auth_SentCodeType };
  out.len = 0;
  assert_int_equal(cg_tl_encode_layer(all(), 158, &sent.o, &out, &fault),
                   CG_E_NO_VARIANT);
  assert_string_equal(fault.text, "auth.sentCode.type: auth.sentCodeTypeSmsWord has no "
                                  "form in layer 158");
  assert_int_equal(out.len, 0);
  cg_buf_free(&out);
  cg_arena_free(a);
}

/* An optional field with an unknown value is written as absent, its bit taken back. */
static void unknown_leaves_optional_fields(void **state) {
  (void)state;
  cg_arena *a = cg_arena_new(0);
  tl_auth_sentCodeTypeSms sms = { TL_INIT(auth_sentCodeTypeSms), .length = 5 };
  tl_auth_codeTypeFragmentSms next = { TL_INIT(auth_codeTypeFragmentSms) };
  tl_auth_sentCode sent = { TL_INIT(auth_sentCode), .type = &sms.auth_SentCodeType,
                            .phone_code_hash = CG_LIT("h") };
  TL_SET(auth_sentCode, &sent, next_type, &next.auth_CodeType);
  TL_SET(auth_sentCode, &sent, timeout, 60);
  const tl_obj *back;
  there_and_back_in(144, &sent.o, a, 0x5e002502, &back);
  const tl_auth_sentCode *s = TL_AS(auth_sentCode, back);
  assert_false(TL_HAS(auth_sentCode, s, next_type));
  assert_true(TL_HAS(auth_sentCode, s, timeout));
  assert_int_equal(s->timeout, 60);
  there_and_back_in(150, &sent.o, a, 0x5e002502, &back);
  assert_true(TL_HAS(auth_sentCode, TL_AS(auth_sentCode, back), next_type));
  cg_arena_free(a);
}

/* --- everything -------------------------------------------------------------- */

/* True if the newest struct has a place for every field of the form. */
static bool is_lossless(const cg_tl_schema *s, const tl_head *h) {
  for (size_t i = 0; i < h->nwire; i++) {
    const tl_row *r = s->rows + h->first + i;
    if (r->kind != TL_K_FLAGS && r->off >= s->heads[h->newest].size) return false;
  }
  return true;
}

/* Every older form: wire data of it is read and printed, written back byte for byte if
 * nothing was lost, and its truncations are refused. */
static void every_older_form_is_read(void **state) {
  (void)state;
  const cg_tl_schema *s = all();
  tl_filler f;
  cg_buf wire = { 0 }, out = { 0 };
  size_t old = 0, same = 0;
  assert_true(tl_filler_init(&f, s, 5));
  for (size_t i = 0; i < s->nheads; i++) {
    const tl_head *h = s->heads + i;
    if (!(h->flags & TL_F_OLD)) continue;
    old++;
    wire.len = out.len = 0;
    tl_fill(&f, h, &wire);
    if (wire.err == CG_E_UNEXPECTED) { /* a type that nobody defines */
      wire.err = CG_OK;
      continue;
    }
    cg_arena *a = cg_arena_new(0);
    const tl_obj *obj;
    cg_bytes json;
    cg_fault fault = { 0 };
    if (cg_tl_decode(s, cg_buf_view(&wire), a, &obj, &fault)) fail_msg("%s", fault.text);
    assert_int_equal(obj->id, s->heads[h->newest].o.id);
    assert_int_equal(cg_tl_wire_id(s, obj), h->o.id);
    assert_int_equal(cg_tl_to_json(s, obj, a, &json, NULL), CG_OK);
    if (is_lossless(s, h)) {
      same++;
      assert_int_equal(cg_tl_write(s, obj, &out, NULL), CG_OK);
      assert_int_equal(out.len, wire.len);
      assert_memory_equal(out.at, wire.at, out.len);
    }
    for (size_t n = 0; n < wire.len; n += 1 + wire.len / 50)
      assert_int_not_equal(cg_tl_decode(s, (cg_bytes){ wire.at, n }, a, &obj, NULL),
                           CG_OK);
    cg_arena_free(a);
  }
  assert_true(old > 300 && same > 200);
  cg_buf_free(&wire);
  cg_buf_free(&out);
  tl_filler_free(&f);
}

/* Every newest form in every layer: either it is written and can be read again, or
 * NO_VARIANT says what cannot. */
static void every_form_in_every_layer(void **state) {
  (void)state;
  const cg_tl_schema *s = all();
  tl_filler f;
  cg_buf wire = { 0 }, out = { 0 };
  assert_true(tl_filler_init(&f, s, 9));
  for (size_t i = 0; i < s->nheads; i++) {
    const tl_head *h = s->heads + i;
    if (h->newest != i) continue;
    wire.len = 0;
    tl_fill(&f, h, &wire);
    cg_arena *a = cg_arena_new(0);
    const tl_obj *obj, *back;
    cg_fault fault = { 0 };
    if (cg_tl_decode(s, cg_buf_view(&wire), a, &obj, &fault)) fail_msg("%s", fault.text);
    for (size_t k = 0; k < 7; k++) {
      out.len = 0;
      cg_err err = cg_tl_encode_layer(s, layers[k], obj, &out, &fault);
      if (err != CG_E_NO_VARIANT) assert_int_equal(err, CG_OK);
      if (!err && cg_tl_decode(s, cg_buf_view(&out), a, &back, &fault))
        fail_msg("layer %d: %s", layers[k], fault.text);
    }
    cg_arena_free(a);
  }
  cg_buf_free(&wire);
  cg_buf_free(&out);
  tl_filler_free(&f);
}

/* What TL_INIT makes fits both schemas: the newest forms have the same rows first. */
static void newest_forms_keep_their_index(void **state) {
  (void)state;
  const cg_tl_schema *api = cg_tl_api(), *s = all();
  for (size_t i = 0; i < api->nheads; i++) {
    assert_int_equal(api->heads[i].o.id, s->heads[i].o.id);
    assert_int_equal(api->heads[i].size, s->heads[i].size);
    assert_int_equal(s->heads[i].newest, i);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(constructors_by_layer),
    cmocka_unit_test(the_same_in_all_layers),
    cmocka_unit_test(every_first_layer_of_user),
    cmocka_unit_test(user_in_every_layer),
    cmocka_unit_test(old_requests_fill_the_newest_struct),
    cmocka_unit_test(old_method_old_answer),
    cmocka_unit_test(unknown_becomes_fallback),
    cmocka_unit_test(unknown_falls_out_of_vectors),
    cmocka_unit_test(unknown_leaves_optional_fields),
    cmocka_unit_test(every_older_form_is_read),
    cmocka_unit_test(every_form_in_every_layer),
    cmocka_unit_test(newest_forms_keep_their_index),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
