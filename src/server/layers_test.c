/* SPDX-License-Identifier: MIT */
/* layers_test.c - older layers: what callers are told in theirs, and who is too old. */
#include "login_test.h"

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, false);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

static const char *log_text(void) {
  cg_buf_put(&H.log, "", 1);
  H.log.len--;
  return (const char *)H.log.at;
}

static cg_told call_simple(cg_tester *c, uint32_t id) {
  cg_buf b = { 0 };
  cg_arena_reset(c->arena);
  if (!c->inited) cg_tester_put_init(c, &b);
  c->inited = true;
  cg_buf_u32(&b, id);
  cg_told told = cg_tester_call_raw(c, cg_buf_view(&b));
  cg_buf_free(&b);
  return told;
}

static void restart(cg_tester *c) {
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(c, true);
}

/* clients.md: the constructors that an answer has in each layer. */
static const struct {
  int32_t layer;
  uint32_t user, config, authorization, user_full, app_config;
} layers[] = {
  { 144, 0x3ff6ecb0, 0x330b4067, 0x33fb7bb8, 0xc4b1fc3f, 0x99c1d49d },
  { 152, 0x8f97c628, 0x232566ac, 0x2ea2c0d4, 0xf8d32aed, 0x99c1d49d },
  { 190, 0x83314fca, 0xcc1a241e, 0x2ea2c0d4, 0x1f58e369, 0xdd18782e },
  { 198, 0x4b46c37e, 0xcc1a241e, 0x2ea2c0d4, 0x4d975bbc, 0xdd18782e },
  { 227, 0x31774388, 0xcc1a241e, 0x2ea2c0d4, 0x06cbe645, 0xdd18782e },
  { 228, 0xb1b8cc83, 0xcc1a241e, 0x2ea2c0d4, 0x06cbe645, 0xdd18782e },
};

static bool holds(cg_told told, uint32_t id) {
  return memmem(told.raw.at, told.raw.len, &id, 4) != NULL;
}

static void a_layer_gets_its_own_constructors(size_t i) {
  cg_tester *c = cg_tester_new(&H);
  c->layer = layers[i].layer;
  tl_help_getConfig config = { TL_INIT(help_getConfig) };
  is_object(cg_tester_call(c, &config.o), layers[i].config);
  tl_help_getAppConfig app = { TL_INIT(help_getAppConfig) };
  is_object(cg_tester_call(c, &app.o), layers[i].app_config);
  sent s = sent_of(send_code(c, KNOWN));
  cg_told told = sign_in(c, KNOWN, s.hash, CODE);
  is_object(told, layers[i].authorization);
  assert_true(holds(told, layers[i].user));
  told = get_users(c);
  is_object(told, TL_ID_vector);
  assert_true(holds(told, layers[i].user));
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  tl_users_getFullUser full = { TL_INIT(users_getFullUser), .id = &self.InputUser };
  told = cg_tester_call(c, &full.o);
  is_object(told, TL_ID_users_userFull);
  assert_true(holds(told, layers[i].user_full) && holds(told, layers[i].user));
  cg_tester_free(c);
}

static void answers_are_of_the_callers_layer(void **state) {
  (void)state;
  cg_harness_open(&H);
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
    a_layer_gets_its_own_constructors(i);
}

static void old_forms_of_sign_up_and_resend_are_taken(void **state) {
  (void)state;
  cg_tester *c = start();
  c->layer = 152;
  sent s = sent_of(send_code(c, NEW_NUMBER));
  assert_string_equal(sent_of(resend_code(c, NEW_NUMBER, s.hash)).hash, s.hash);
  is_object(sign_in(c, NEW_NUMBER, s.hash, CODE), TL_ID_auth_authorizationSignUpRequired);
  is_object(sign_up(c, NEW_NUMBER, s.hash, "Ada", "L"), TL_ID_auth_authorization);
}

static void the_layer_is_kept_with_the_key(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start();
  c->layer = 190;
  log_in(c, KNOWN);
  restart(c);
  assert_true(holds(get_users(c), 0x83314fca));
  /* invokeWithLayer alone holds for its own call. */
  cg_buf b = { 0 };
  cg_arena_reset(c->arena);
  cg_buf_u32(&b, TL_ID_invokeWithLayer);
  cg_buf_u32(&b, 144);
  cg_buf_u32(&b, TL_ID_help_getConfig);
  is_object(cg_tester_call_raw(c, cg_buf_view(&b)), 0x330b4067);
  cg_buf_free(&b);
  is_object(call_simple(c, TL_ID_help_getConfig), 0xcc1a241e);
}

static void unknown_layers_are_refused(void **state) {
  (void)state;
  cg_tester *c = start();
  c->layer = 229;
  is_error(call_simple(c, TL_ID_help_getConfig), 400, "CONNECTION_LAYER_INVALID");
  c->inited = false;
  c->layer = -1;
  is_error(call_simple(c, TL_ID_help_getConfig), 400, "CONNECTION_LAYER_INVALID");
}

/* The forms of auth.signIn up to layer 144 and since. */
static cg_told sign_in_of(cg_tester *c, int32_t layer, const char *phone,
                          const char *hash) {
  cg_buf b = { 0 };
  cg_arena_reset(c->arena);
  c->layer = layer;
  cg_tester_put_init(c, &b);
  cg_buf_u32(&b, layer < 145 ? 0xbcd51581 : TL_ID_auth_signIn);
  if (layer >= 145) cg_buf_u32(&b, 1);
  cg_buf_str(&b, cg_bytes_of(phone));
  cg_buf_str(&b, cg_bytes_of(hash));
  cg_buf_str(&b, CG_LIT(CODE));
  cg_told told = cg_tester_call_raw(c, cg_buf_view(&b));
  cg_buf_free(&b);
  return told;
}

static cg_told call_of(cg_tester *c, int32_t layer, uint32_t id) {
  c->layer = layer;
  c->inited = false;
  return call_simple(c, id);
}

/* Who cannot be told of his login is not logged in, and never told of a fault. */
static void no_layer_is_too_old_for_an_answer(void **state) {
  (void)state;
  cg_harness_set(&H, "min_layer=0");
  cg_harness_open(&H);
  for (int32_t layer = 99; layer <= 228; layer++) {
    cg_tester *c = cg_tester_new(&H);
    char phone[16];
    snprintf(phone, sizeof phone, "999662%04d", layer % 2 ? layer : 8000 + layer);
    sent s = sent_of(send_code(c, phone));
    cg_told told = sign_in_of(c, layer, phone, s.hash);
    if (told.code == 406) {
      assert_true(layer < 144);
      is_error(told, 406, "UPDATE_APP_TO_LOGIN");
      is_error(call_of(c, 228, TL_ID_updates_getState), 401, "AUTH_KEY_UNREGISTERED");
    } else if (told.code) {
      assert_true(layer < 104);
      is_error(told, 400, "PHONE_NUMBER_UNOCCUPIED");
    }
    assert_int_not_equal(call_of(c, layer, TL_ID_help_getConfig).code, 500);
    assert_int_not_equal(call_of(c, layer, TL_ID_auth_logOut).code, 500);
    cg_tester_free(c);
  }
}

/* auth.sendCode as we know it, from somebody who says that he knows less. */
static cg_told send_code_of(cg_tester *c, int32_t layer, const char *phone) {
  cg_buf b = { 0 };
  tl_codeSettings settings = { TL_INIT(codeSettings) };
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = cg_bytes_of(phone),
                         .api_id = 1, .api_hash = CG_LIT(ZERO_HASH),
                         .settings = &settings.CodeSettings };
  cg_arena_reset(c->arena);
  c->layer = layer;
  cg_tester_put_init(c, &b);
  c->layer = 228;
  cg_buf_bytes(&b, cg_tester_encode(c, &q.o));
  cg_told told = cg_tester_call_raw(c, cg_buf_view(&b));
  cg_buf_free(&b);
  return told;
}

/* A login that could not be told of costs no code and no try, however low min_layer. */
static void a_layer_without_words_for_a_login_begins_none(void **state) {
  (void)state;
  cg_harness_set(&H, "min_layer=0");
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  for (int i = 0; i < 6; i++)
    is_error(sign_in_of(c, 120, KNOWN, s.hash), 406, "UPDATE_APP_TO_LOGIN");
  is_error(send_code_of(c, 120, KNOWN_TOO), 406, "UPDATE_APP_TO_LOGIN");
  assert_string_equal(cg_harness_codes(&H, KNOWN_TOO), "[]");
  is_object(sign_in_of(c, 228, KNOWN, s.hash), TL_ID_auth_authorization);
}

/* An answer for which the layer of a single call has no form: no fault of ours. */
static void an_answer_without_a_form_blames_the_layer(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  c->layer = 132;
  c->inited = false;
  cg_tester_call(c, &(tl_help_getNearestDc){ TL_INIT(help_getNearestDc) }.o);
  is_error(get_users(c), 400, "CONNECTION_LAYER_INVALID");
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  tl_users_getFullUser full = { TL_INIT(users_getFullUser), .id = &self.InputUser };
  is_error(cg_tester_call(c, &full.o), 400, "CONNECTION_LAYER_INVALID");
  assert_null(strstr(log_text(), "a call failed"));
  is_object(call_of(c, 228, TL_ID_updates_getState), TL_ID_updates_state);
}

static void old_layers_are_told_to_update(void **state) {
  (void)state;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  is_error(sign_in_of(c, 143, KNOWN, s.hash), 406, "UPDATE_APP_TO_LOGIN");
  is_object(sign_in_of(c, 144, KNOWN, s.hash), 0x33fb7bb8);
  assert_int_equal(call_of(c, 99, TL_ID_help_getConfig).code, 0);
  is_error(call_of(c, 98, TL_ID_help_getConfig), 400, "CONNECTION_LAYER_INVALID");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(answers_are_of_the_callers_layer),
    T(old_forms_of_sign_up_and_resend_are_taken),
    T(the_layer_is_kept_with_the_key),
    T(unknown_layers_are_refused),
    T(no_layer_is_too_old_for_an_answer),
    T(a_layer_without_words_for_a_login_begins_none),
    T(an_answer_without_a_form_blames_the_layer),
    T(old_layers_are_told_to_update),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
