/* SPDX-License-Identifier: MIT */
/*
 * ways_rows_test.c - the table of login.md 3.4, row by row: every way on which a code
 * travels, and tokens that need none. All of it runs twice, with a store that answers at
 * once and with one that takes its time.
 */
#include "login_fixture.h"

#include "deliver.h"

#define ANDROID "7:0123456789abcdef0123456789abcdef:mobile"

static cg_tester *start(void) {
  cg_harness_open(&H);
  return cg_tester_new(&H);
}

/* What a client on a phone says of itself. */
static tl_codeSettings phone_can(void) {
  tl_codeSettings can = { TL_INIT(codeSettings) };
  TL_ON(codeSettings, &can, allow_flashcall);
  TL_ON(codeSettings, &can, allow_missed_call);
  return can;
}

static const char *live_type(const char *phone) {
  static char type[16];
  const char *at = strstr(cg_harness_codes(&H, phone), "\"type\":\"");
  assert_non_null(at);
  snprintf(type, sizeof type, "%.*s", (int)strcspn(at + 8, "\""), at + 8);
  return type;
}

/* --- row 9 ---------------------------------------------------------------- */

typedef struct {
  int sent;
  cg_err err;
  char code[CG_CODE_SIZE], type[16];
  cg_deliver_done *done; /* set: it is not told before the test says so */
  void *done_ctx;
  bool slow;
} receiver;

static void take(void *ctx, const cg_delivery *what, cg_deliver_done *done,
                 void *done_ctx) {
  receiver *r = ctx;
  r->sent++;
  snprintf(r->code, sizeof r->code, "%s", what->code);
  snprintf(r->type, sizeof r->type, "%s", what->type);
  r->done = done;
  r->done_ctx = done_ctx;
  if (!r->slow) done(done_ctx, r->err);
}

static void row_09_send_code_not_delivered(void **state) {
  (void)state;
  receiver r = { .err = CG_E_IO };
  cg_tester *c = start();
  H.server->receiver = (cg_receiver){ take, &r };
  is_error(send_code(c, KNOWN), 400, "SMS_CODE_CREATE_FAILED");
  assert_int_equal(r.sent, 1);
  assert_string_equal(r.code, CODE);
  assert_string_equal(r.type, "sms");
  assert_string_equal(cg_harness_code(&H, KNOWN), ""); /* dead */
  assert_non_null(strstr(cg_harness_codes(&H, KNOWN), "\"state\":\"cancelled\""));
  r.err = CG_OK;
  sent s = sent_of(send_code(c, KNOWN));
  is_object(sign_in(c, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static void row_09_resend_code_not_delivered(void **state) {
  (void)state;
  receiver r = { .err = CG_OK };
  cg_tester *c = start();
  H.server->receiver = (cg_receiver){ take, &r };
  sent s = sent_of(send_code(c, KNOWN));
  r.err = CG_E_IO;
  is_error(resend_code(c, KNOWN, s.hash), 400, "SMS_CODE_CREATE_FAILED");
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
}

static void row_09_a_slow_delivery_is_waited_for(void **state) {
  (void)state;
  receiver r = { .slow = true };
  cg_tester *c = start();
  H.server->receiver = (cg_receiver){ take, &r };
  tl_codeSettings can = { TL_INIT(codeSettings) };
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = CG_LIT(KNOWN),
                         .api_id = 1, .api_hash = CG_LIT(ZERO_HASH),
                         .settings = &can.CodeSettings };
  uint64_t tag = cg_tester_queue(c, &q.o);
  cg_harness_pump(&H);
  assert_string_equal(cg_tester_take(c, tag).error, "no answer");
  r.done(r.done_ctx, CG_OK);
  cg_harness_pump(&H);
  sent_of(cg_tester_take(c, tag));
}

/* --- row 11 --------------------------------------------------------------- */

typedef struct {
  uint8_t bytes[64];
  size_t len;
} token;

static token token_of(cg_bytes from) {
  token t = { .len = from.len };
  assert_int_equal(from.len, 33);
  memcpy(t.bytes, from.at, from.len);
  return t;
}

static token log_out_for_token(cg_tester *c) {
  cg_told told = log_out(c);
  is_object(told, TL_ID_auth_loggedOut);
  const tl_auth_loggedOut *out = TL_AS(auth_loggedOut, told.obj);
  assert_true(TL_HAS(auth_loggedOut, out, future_auth_token));
  return token_of(out->future_auth_token);
}

static cg_told send_code_for(cg_tester *c, const char *phone, const token *tokens,
                             uint32_t count) {
  cg_bytes list[32];
  for (uint32_t i = 0; i < count; i++)
    list[i] = (cg_bytes){ tokens[i].bytes, tokens[i].len };
  tl_codeSettings can = { TL_INIT(codeSettings) };
  tl_vec_bytes all = { list, count };
  TL_SET(codeSettings, &can, logout_tokens, all);
  return send_code_with(c, phone, &can);
}

static void row_11_send_code_with_a_token(void **state) {
  (void)state;
  cg_harness_set(&H, "future_tokens=on");
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  cg_told told = sign_in(c, KNOWN, s.hash, CODE);
  is_object(told, TL_ID_auth_authorization);
  const tl_auth_authorization *a = TL_AS(auth_authorization, told.obj);
  assert_true(TL_HAS(auth_authorization, a, future_auth_token));
  token both[2] = { token_of(a->future_auth_token), { .len = 0 } };
  both[1] = log_out_for_token(c);
  assert_memory_not_equal(both[0].bytes, both[1].bytes, 33);
  cg_tester *d = cg_tester_new(&H);
  told = send_code_for(d, "+" KNOWN, &both[1], 1);
  is_object(told, TL_ID_auth_sentCodeSuccess);
  is_object(get_users(d), TL_ID_vector);
  /* Once. The other one is as good as before. */
  cg_tester *e = cg_tester_new(&H);
  assert_int_equal(sent_of(send_code_for(e, KNOWN, &both[1], 1)).type,
                   TL_ID_auth_sentCodeTypeApp);
  is_object(send_code_for(e, KNOWN, both, 2), TL_ID_auth_sentCodeSuccess);
}

static void row_11_a_token_is_its_account_s(void **state) {
  (void)state;
  cg_harness_set(&H, "future_tokens=on");
  cg_tester *c = start();
  log_in(c, KNOWN);
  token t[21] = { [20] = log_out_for_token(c) };
  sent_of(send_code_for(c, KNOWN_TOO, &t[20], 1));
  /* The first twenty are looked at. */
  for (int i = 0; i < 20; i++) t[i] = (token){ .bytes = { (uint8_t)i }, .len = 33 };
  sent s = sent_of(send_code_for(c, KNOWN, t, 21));
  is_true(cancel_code(c, KNOWN, s.hash));
  is_object(send_code_for(c, KNOWN, t + 1, 20), TL_ID_auth_sentCodeSuccess);
}

static void row_11_a_token_dies(void **state) {
  (void)state;
  cg_harness_set(&H, "future_tokens=on");
  cg_harness_set(&H, "token_ttl=1000");
  cg_harness_set(&H, "fresh_session=0");
  cg_tester *c = start(), *d = cg_tester_new(&H);
  log_in(c, KNOWN);
  log_in(d, KNOWN);
  token t = log_out_for_token(c);
  tl_auth_resetAuthorizations reset = { TL_INIT(auth_resetAuthorizations) };
  is_true(cg_tester_call(d, &reset.o));
  sent_of(send_code_for(c, KNOWN, &t, 1));
  t = log_out_for_token(d);
  cg_harness_advance(&H, 1000);
  sent_of(send_code_for(d, KNOWN, &t, 1));
}

static void row_11_no_tokens_by_default(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  cg_told told = log_out(c);
  is_object(told, TL_ID_auth_loggedOut);
  assert_false(TL_HAS(auth_loggedOut, TL_AS(auth_loggedOut, told.obj),
                      future_auth_token));
}

static void on_stored(void *ctx, const cg_store_reply *r) {
  *(cg_err *)ctx = r->err;
}

static void store(cg_store_request rq) {
  cg_err err = CG_E_STORE;
  cg_store_submit(H.server->store, &rq, on_stored, &err);
  cg_harness_pump(&H);
  assert_int_equal(err, CG_OK);
}

/* A token stands for a code, not for a password. */
static void row_11_a_token_of_an_account_with_a_password(void **state) {
  (void)state;
  cg_harness_set(&H, "future_tokens=on");
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  int64_t id = user_of(sign_in(c, KNOWN, s.hash, CODE))->id;
  cg_store_password password = { .user_id = id, .now = { .set = true } };
  store((cg_store_request){ .op = CG_STORE_PASSWORD_PUT, .password = &password,
                            .now = cg_server_clock(H.server) });
  token t = log_out_for_token(c);
  is_error(send_code_for(c, KNOWN, &t, 1), 401, "SESSION_PASSWORD_NEEDED");
  assert_int_equal(get_users(c).code, 401);
  assert_non_null(strstr(cg_harness_codes(&H, KNOWN), "\"state\":\"verified\""));
  sent_of(send_code_for(c, KNOWN, &t, 1)); /* it is used up */
}

/* --- row 13: every kind of code ------------------------------------------- */

static void row_13_a_code_of_the_same_kind_stays(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  add_user("{\"phone\":\"" ORDINARY "\"}");
  sent s = sent_of(send_code(c, ORDINARY));
  is_object(sign_in(c, ORDINARY, s.hash, cg_harness_code(&H, ORDINARY)),
            TL_ID_auth_authorization);
  s = sent_of(send_code(d, ORDINARY));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeApp);
  char code[16];
  strcpy(code, cg_harness_code(&H, ORDINARY));
  sent next = sent_of(resend_code(d, ORDINARY, s.hash));
  assert_int_equal(next.type, TL_ID_auth_sentCodeTypeSms);
  assert_string_equal(next.hash, s.hash);
  assert_string_equal(cg_harness_code(&H, ORDINARY), code);
  sent_of(resend_code(d, ORDINARY, s.hash));
  assert_string_equal(cg_harness_code(&H, ORDINARY), code);
  is_object(sign_in(d, ORDINARY, s.hash, code), TL_ID_auth_authorization);
}

static void row_13_missed_call_then_sms(void **state) {
  (void)state;
  cg_tester *c = start();
  tl_codeSettings can = phone_can();
  sent s = sent_of(send_code_with(c, ORDINARY, &can));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeMissedCall);
  assert_int_equal(s.next, TL_ID_auth_codeTypeSms);
  assert_int_equal(s.length, 5);
  assert_int_equal(strspn(s.hint, "0123456789"), 6);
  assert_string_equal(live_type(ORDINARY), "missed_call");
  char old[16];
  strcpy(old, cg_harness_code(&H, ORDINARY));
  assert_int_equal(strspn(old, "0123456789"), 5);
  sent again = sent_of(send_code_with(c, ORDINARY, &can)); /* row 10: the same caller */
  assert_string_equal(again.hint, s.hint);
  sent next = sent_of(resend_code(c, ORDINARY, s.hash));
  assert_string_equal(next.hash, s.hash);
  assert_int_equal(next.type, TL_ID_auth_sentCodeTypeSms);
  assert_int_equal(next.next, TL_ID_auth_codeTypeCall);
  is_error(sign_in(c, ORDINARY, s.hash, old), 400, "PHONE_CODE_INVALID");
  const char *code = cg_harness_code(&H, ORDINARY);
  is_object(sign_in(c, ORDINARY, s.hash, code), TL_ID_auth_authorizationSignUpRequired);
}

static void row_13_flash_call_takes_the_whole_number(void **state) {
  (void)state;
  cg_tester *c = start();
  tl_codeSettings can = { TL_INIT(codeSettings) };
  TL_ON(codeSettings, &can, allow_flashcall);
  sent s = sent_of(send_code_with(c, ORDINARY, &can));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeFlashCall);
  char number[16], typed[20];
  strcpy(number, cg_harness_code(&H, ORDINARY));
  assert_int_equal(strlen(number), strlen(s.hint));
  for (size_t i = 0; s.hint[i]; i++)
    assert_true(s.hint[i] == '*' || s.hint[i] == number[i]);
  assert_int_equal(strlen(strchr(s.hint, '*')), 5);
  is_error(sign_in(c, ORDINARY, s.hash, number + 6), 400, "PHONE_CODE_INVALID");
  snprintf(typed, sizeof typed, "+%s", number);
  is_object(sign_in(c, ORDINARY, s.hash, typed), TL_ID_auth_authorizationSignUpRequired);
}

static void row_13_word_by_sms(void **state) {
  (void)state;
  cg_harness_set(&H, "sms_kind=word");
  cg_tester *c = start();
  tl_codeSettings can = phone_can();
  sent s = sent_of(send_code_with(c, ORDINARY, &can)); /* announced as Sms */
  assert_int_equal(s.next, TL_ID_auth_codeTypeSms);
  s = sent_of(resend_code(c, ORDINARY, s.hash));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeSmsWord);
  char word[CG_CODE_SIZE];
  strcpy(word, cg_harness_code(&H, ORDINARY));
  assert_int_equal(strlen(word), 8);
  assert_int_equal(s.hint[0], word[0]);
  assert_int_equal(s.hint[1], 0);
  word[7] ^= 1;
  is_error(sign_in(c, ORDINARY, s.hash, word), 400, "PHONE_CODE_INVALID");
  word[7] ^= 1;
  word[0] -= 'a' - 'A';
  char typed[CG_CODE_SIZE + 4];
  snprintf(typed, sizeof typed, " %s ", word);
  is_object(sign_in(c, ORDINARY, s.hash, typed), TL_ID_auth_authorizationSignUpRequired);
}

static void row_13_phrase_by_sms(void **state) {
  (void)state;
  cg_harness_set(&H, "sms_kind=phrase");
  cg_tester *c = start();
  sent s = sent_of(send_code(c, ORDINARY));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeSmsPhrase);
  assert_int_equal(s.next, TL_ID_auth_codeTypeCall);
  assert_string_equal(live_type(ORDINARY), "phrase");
  char phrase[CG_CODE_SIZE], typed[2 * CG_CODE_SIZE] = "\t";
  strcpy(phrase, cg_harness_code(&H, ORDINARY));
  assert_memory_equal(phrase, s.hint, strlen(s.hint));
  assert_int_equal(phrase[strlen(s.hint)], ' ');
  for (size_t i = 0; phrase[i]; i++) { /* every blank twice */
    size_t len = strlen(typed);
    typed[len] = phrase[i];
    if (phrase[i] == ' ') typed[len + 1] = ' ';
  }
  is_object(sign_in(c, ORDINARY, s.hash, typed), TL_ID_auth_authorizationSignUpRequired);
}

static void row_13_fragment_is_the_only_way(void **state) {
  (void)state;
  cg_harness_set(&H, "fragment_url=http://127.0.0.1:1/");
  cg_tester *c = start();
  sent s = sent_of(send_code(c, "88812345678"));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeFragmentSms);
  assert_string_equal(s.hint, "http://127.0.0.1:1/");
  assert_int_equal(s.length, 5);
  assert_int_equal(s.next, 0);
  assert_int_equal(s.timeout, -1);
  assert_string_equal(live_type("88812345678"), "fragment");
  is_error(resend_code(c, "88812345678", s.hash), 406, "SEND_CODE_UNAVAILABLE");
}

static void row_13_no_call_if_set(void **state) {
  (void)state;
  cg_harness_set(&H, "voice_call=off");
  cg_tester *c = start();
  assert_int_equal(sent_of(send_code(c, KNOWN)).next, 0);
}

static void row_13_an_old_layer_has_fewer_ways(void **state) {
  (void)state;
  cg_harness_set(&H, "sms_kind=word");
  cg_tester *c = start();
  c->layer = 150;
  sent s = sent_of(send_code(c, KNOWN));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeSms);
}

/* --- Firebase: rows 22, 49-51 ---------------------------------------------- */

static cg_told send_code_mobile(cg_tester *c, bool iphone) {
  tl_codeSettings can = { TL_INIT(codeSettings) };
  if (iphone) {
    TL_SET(codeSettings, &can, token, CG_LIT("push token"));
    TL_SET(codeSettings, &can, app_sandbox, true);
  } else {
    TL_ON(codeSettings, &can, allow_firebase);
  }
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = CG_LIT(KNOWN),
                         .api_id = 7,
                         .api_hash = CG_LIT("0123456789abcdef0123456789abcdef"),
                         .settings = &can.CodeSettings };
  return cg_tester_call(c, &q.o);
}

static cg_tester *start_mobile(const char *attestation) {
  cg_harness_set(&H, "apps=" ANDROID);
  if (attestation) cg_harness_set(&H, attestation);
  return start();
}

/* `android` or `ios` NULL: not there. */
static cg_told request_sms(cg_tester *c, const char *phone, const char *hash,
                           const char *android, const char *ios) {
  tl_auth_requestFirebaseSms q = { TL_INIT(auth_requestFirebaseSms),
                                   .phone_number = cg_bytes_of(phone),
                                   .phone_code_hash = cg_bytes_of(hash) };
  if (android)
    TL_SET(auth_requestFirebaseSms, &q, safety_net_token, cg_bytes_of(android));
  if (ios) TL_SET(auth_requestFirebaseSms, &q, ios_push_secret, cg_bytes_of(ios));
  return cg_tester_call(c, &q.o);
}

static cg_told resend_because(cg_tester *c, const char *hash, const char *reason) {
  tl_auth_resendCode q = { TL_INIT(auth_resendCode), .phone_number = CG_LIT(KNOWN),
                           .phone_code_hash = cg_bytes_of(hash) };
  TL_SET(auth_resendCode, &q, reason, cg_bytes_of(reason));
  return cg_tester_call(c, &q.o);
}

static void row_22_resend_code_with_a_reason(void **state) {
  (void)state;
  cg_harness_set(&H, "resend_timeout=60");
  cg_tester *c = start_mobile(NULL);
  sent s = sent_of(send_code_mobile(c, false));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeFirebaseSms);
  assert_int_equal(s.timeout, 60);
  is_error(resend_because(c, s.hash, ""), 420, "FLOOD_WAIT_60");
  s = sent_of(resend_because(c, s.hash, "PLAY_INTEGRITY_FAILED"));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeSms);
  assert_int_equal(s.timeout, -1);
  s = sent_of(resend_code(c, KNOWN, s.hash));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeCall);
  assert_int_equal(s.timeout, 60);
}

static void row_22_a_reason_elsewhere_is_none(void **state) {
  (void)state;
  cg_harness_set(&H, "resend_timeout=60");
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  is_error(resend_because(c, s.hash, "x"), 420, "FLOOD_WAIT_60");
}

static void row_49_request_firebase_sms(void **state) {
  (void)state;
  receiver r = { .err = CG_OK };
  cg_tester *c = start_mobile("attestation=echo");
  H.server->receiver = (cg_receiver){ take, &r };
  sent s = sent_of(send_code_mobile(c, false));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeFirebaseSms);
  assert_int_equal(s.next, TL_ID_auth_codeTypeSms);
  assert_int_equal(strspn(s.hint, "0123456789abcdef"), 32);
  assert_int_equal(r.sent, 0);
  char proof[160];
  snprintf(proof, sizeof proof, "head.%s.tail", s.hint);
  is_true(request_sms(c, KNOWN, s.hash, proof, NULL));
  assert_int_equal(r.sent, 1);
  assert_string_equal(r.type, "firebase");
  is_object(sign_in(c, KNOWN, s.hash, r.code), TL_ID_auth_authorization);
}

static void row_49_request_firebase_sms_of_an_iphone(void **state) {
  (void)state;
  cg_harness_set(&H, "push_timeout=20");
  cg_tester *c = start_mobile("attestation=any");
  cg_told told = send_code_mobile(c, true);
  sent s = sent_of(told);
  const tl_auth_sentCodeTypeFirebaseSms *f = TL_AS(
      auth_sentCodeTypeFirebaseSms, TL_AS(auth_sentCode, told.obj)->type);
  assert_true(TL_HAS(auth_sentCodeTypeFirebaseSms, f, receipt));
  assert_int_equal(f->push_timeout, 20);
  assert_false(TL_HAS(auth_sentCodeTypeFirebaseSms, f, nonce));
  is_true(request_sms(c, KNOWN, s.hash, NULL, "secret"));
}

static void row_49_play_integrity(void **state) {
  (void)state;
  cg_harness_set(&H, "firebase_project=12345");
  cg_tester *c = start_mobile(NULL);
  cg_told told = send_code_mobile(c, false);
  const tl_auth_sentCodeTypeFirebaseSms *f = TL_AS(
      auth_sentCodeTypeFirebaseSms, TL_AS(auth_sentCode, told.obj)->type);
  assert_int_equal(f->play_integrity_project_id, 12345);
  assert_true(TL_HAS(auth_sentCodeTypeFirebaseSms, f, play_integrity_nonce));
}

static void row_50_request_firebase_sms_refused(void **state) {
  (void)state;
  receiver r = { .err = CG_OK };
  cg_tester *c = start_mobile("attestation=echo");
  H.server->receiver = (cg_receiver){ take, &r };
  sent s = sent_of(send_code_mobile(c, false));
  is_error(request_sms(c, KNOWN, s.hash, NULL, NULL), 400, "PHONE_CODE_EMPTY");
  is_error(request_sms(c, KNOWN, s.hash, "", ""), 400, "PHONE_CODE_EMPTY");
  is_object(request_sms(c, KNOWN, s.hash, "forged", NULL), TL_ID_boolFalse);
  assert_int_equal(r.sent, 0);
  is_error(request_sms(c, KNOWN, "", "x", NULL), 400, "PHONE_CODE_EXPIRED");
  is_error(request_sms(c, KNOWN, "0123456789abcdef01", "x", NULL), 400,
           "PHONE_CODE_EXPIRED");
  sent_of(resend_code(c, KNOWN, s.hash)); /* Sms is no rung of Firebase */
  is_error(request_sms(c, KNOWN, s.hash, "x", NULL), 400, "PHONE_CODE_EXPIRED");
}

static void row_50_no_attestation_is_taken_if_set(void **state) {
  (void)state;
  cg_tester *c = start_mobile("attestation=none");
  sent s = sent_of(send_code_mobile(c, false));
  is_object(request_sms(c, KNOWN, s.hash, s.hint, NULL), TL_ID_boolFalse);
}

static void row_51_request_firebase_sms_bad_number(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(request_sms(c, "12", "abc", "x", NULL), 400, "PHONE_NUMBER_INVALID");
  is_error(request_sms(c, "", "", NULL, NULL), 400, "PHONE_NUMBER_INVALID");
}

/* --- row 36, 37 ----------------------------------------------------------- */

static cg_told say(cg_tester *c, const char *text) {
  static int64_t random_id;
  tl_inputPeerSelf self = { TL_INIT(inputPeerSelf) };
  tl_messages_sendMessage q = { TL_INIT(messages_sendMessage), .peer = &self.InputPeer,
                                .message = cg_bytes_of(text),
                                .random_id = ++random_id };
  return cg_tester_call(c, &q.o);
}

static const char *state_of(const char *phone) {
  static char text[16];
  const char *at = strstr(cg_harness_codes(&H, phone), "\"state\":\"");
  assert_non_null(at);
  snprintf(text, sizeof text, "%.*s", (int)strcspn(at + 9, "\""), at + 9);
  return text;
}

/* Texts that hold a code 22222, and texts that hold none. */
static void row_36_a_code_that_was_told_is_dead(void **state) {
  (void)state;
  static const char *const told[] = { CODE, "it is " CODE ".", "2-2-2-2-2", "x22 22-2 end",
                                      "\xd0\xba\xd0\xbe\xd0\xb4 222 22" };
  static const char *const other[] = { "2222", "222222", "1" CODE, "2222x2", CODE "2",
                                       "22.222", "hello" };
  cg_harness_set(&H, "leak_check=on");
  cg_tester *c = start(), *d = cg_tester_new(&H);
  log_in(c, KNOWN);
  for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
    sent s = sent_of(send_code(d, KNOWN));
    is_object(say(c, other[i]), TL_ID_updateShortSentMessage);
    assert_string_equal(state_of(KNOWN), "live");
    is_true(cancel_code(d, KNOWN, s.hash));
  }
  for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
    sent s = sent_of(send_code(d, KNOWN));
    is_object(say(c, told[i]), TL_ID_updateShortSentMessage);
    assert_string_equal(state_of(KNOWN), "invalidated");
    is_error(sign_in(d, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
    is_error(resend_code(d, KNOWN, s.hash), 400, "PHONE_CODE_EXPIRED");
  }
}

static void row_36_only_the_sender_s_own(void **state) {
  (void)state;
  cg_harness_set(&H, "leak_check=on");
  cg_tester *c = start(), *d = cg_tester_new(&H);
  log_in(c, KNOWN);
  sent s = sent_of(send_code(d, KNOWN_TOO));
  is_object(say(c, CODE), TL_ID_updateShortSentMessage);
  is_object(sign_in(d, KNOWN_TOO, s.hash, CODE), TL_ID_auth_authorization);
}

static void row_36_not_unless_set(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  log_in(c, KNOWN);
  sent s = sent_of(send_code(d, KNOWN));
  is_object(say(c, CODE), TL_ID_updateShortSentMessage);
  is_object(sign_in(d, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static cg_told invalidate(cg_tester *c, const char *const *codes, uint32_t count) {
  cg_bytes list[128];
  for (uint32_t i = 0; i < count; i++) list[i] = cg_bytes_of(codes[i]);
  tl_account_invalidateSignInCodes q = { TL_INIT(account_invalidateSignInCodes),
                                         .codes = { list, count } };
  return cg_tester_call(c, &q.o);
}

static void row_36_codes_are_invalidated_on_wish(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  const char *codes[101], *wrong[] = { WRONG, "", "2222222222222222222222222222" };
  is_error(invalidate(c, wrong, 3), 401, "AUTH_KEY_UNREGISTERED");
  log_in(c, KNOWN);
  sent s = sent_of(send_code(d, KNOWN));
  is_true(invalidate(c, wrong, 3));
  for (int i = 0; i < 100; i++) codes[i] = WRONG;
  codes[100] = CODE; /* a hundred are looked at */
  is_true(invalidate(c, codes, 101));
  assert_string_equal(state_of(KNOWN), "live");
  codes[0] = "2-22-22";
  is_true(invalidate(c, codes, 1));
  assert_string_equal(state_of(KNOWN), "invalidated");
  is_error(sign_in(d, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
}

static void set_state(const char *phone, cg_user_state to) {
  size_t at = 0;
  int64_t id = 0;
  for (cg_peer *p; (p = cg_map_each(&H.server->peers, &at));)
    if (p->login.user_id) id = p->login.user_id;
  (void)phone;
  store((cg_store_request){ .op = CG_STORE_USER_STATE, .id = (uint64_t)id,
                            .number = to });
}

static void row_37_sign_in_of_an_ended_account(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  log_in(c, KNOWN);
  sent s = sent_of(send_code(d, KNOWN));
  set_state(KNOWN, CG_USER_BANNED);
  is_error(sign_in(d, KNOWN, s.hash, CODE), 400, "PHONE_NUMBER_BANNED");
  set_state(KNOWN, CG_USER_DELETED);
  is_error(sign_in(d, KNOWN, s.hash, CODE), 401, "USER_DEACTIVATED");
  set_state(KNOWN, CG_USER_ACTIVE);
  is_object(sign_in(d, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

#define ROW(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    ROW(row_09_send_code_not_delivered),
    ROW(row_09_resend_code_not_delivered),
    ROW(row_09_a_slow_delivery_is_waited_for),
    ROW(row_11_send_code_with_a_token),
    ROW(row_11_a_token_is_its_account_s),
    ROW(row_11_a_token_dies),
    ROW(row_11_no_tokens_by_default),
    ROW(row_11_a_token_of_an_account_with_a_password),
    ROW(row_13_a_code_of_the_same_kind_stays),
    ROW(row_13_missed_call_then_sms),
    ROW(row_13_flash_call_takes_the_whole_number),
    ROW(row_13_word_by_sms),
    ROW(row_13_phrase_by_sms),
    ROW(row_13_fragment_is_the_only_way),
    ROW(row_13_no_call_if_set),
    ROW(row_13_an_old_layer_has_fewer_ways),
    ROW(row_22_resend_code_with_a_reason),
    ROW(row_22_a_reason_elsewhere_is_none),
    ROW(row_36_a_code_that_was_told_is_dead),
    ROW(row_36_only_the_sender_s_own),
    ROW(row_36_not_unless_set),
    ROW(row_36_codes_are_invalidated_on_wish),
    ROW(row_37_sign_in_of_an_ended_account),
    ROW(row_49_request_firebase_sms),
    ROW(row_49_request_firebase_sms_of_an_iphone),
    ROW(row_49_play_integrity),
    ROW(row_50_request_firebase_sms_refused),
    ROW(row_50_no_attestation_is_taken_if_set),
    ROW(row_51_request_firebase_sms_bad_number),
  };
  int failed = cmocka_run_group_tests_name("store answers at once", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("store answers later", tests, NULL, NULL);
}
