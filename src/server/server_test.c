/* SPDX-License-Identifier: MIT */
/*
 * server_test.c - what holds across methods: restarts, repeated messages, races, shells
 * around calls, and logs without secrets.
 */
#include "login_test.h"

#include <unistd.h>

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

static int count(const char *text, const char *word) {
  int n = 0;
  for (const char *p = text; (p = strstr(p, word)); p++) n++;
  return n;
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

/* --- restarts ------------------------------------------------------------- */

static void restart(cg_tester *c) {
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(c, true);
}

static void a_code_survives_a_restart(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, ORDINARY));
  char code[16];
  strcpy(code, cg_harness_code(&H, ORDINARY));
  assert_int_equal(strlen(code), 5);
  restart(c);
  assert_string_equal(cg_harness_code(&H, ORDINARY), code);
  sent again = sent_of(resend_code(c, ORDINARY, s.hash));
  assert_string_equal(again.hash, s.hash);
  assert_string_equal(cg_harness_code(&H, ORDINARY), code);
  restart(c);
  is_object(sign_in(c, ORDINARY, s.hash, code), TL_ID_auth_authorizationSignUpRequired);
  restart(c);
  is_object(sign_up(c, ORDINARY, s.hash, "Ada", ""), TL_ID_auth_authorization);
}

static void keys_and_logins_survive_a_restart(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start();
  log_in(c, KNOWN);
  restart(c);
  /* The key is known, initConnection is, and so is who is logged in. */
  is_object(get_users(c), TL_ID_vector);
  is_object(log_out(c), TL_ID_auth_loggedOut);
  restart(c);
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
}

static void attempts_survive_a_restart(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  for (int i = 0; i < 5; i++) {
    is_error(sign_in(c, KNOWN, s.hash, WRONG), 400, "PHONE_CODE_INVALID");
    restart(c);
  }
  is_error(sign_in(c, KNOWN, s.hash, CODE), 400, "PHONE_CODE_EXPIRED");
}

static void authorization_keys_are_not_readable_in_the_store(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  cg_harness_close(&H);
  static const char *const names[] = { "centigram.db", "centigram.db-wal" };
  for (size_t i = 0; i < 2; i++) {
    char path[128];
    static char file[1 << 20];
    snprintf(path, sizeof path, "%s/%s", H.dir, names[i]);
    FILE *f = fopen(path, "rb");
    size_t len = f ? fread(file, 1, sizeof file, f) : 0;
    if (f) fclose(f);
    assert_null(memmem(file, len, c->key.key, 32));
  }
}

static void a_store_of_another_key_is_refused(void **state) {
  (void)state;
  H.store_url = NULL;
  start();
  cg_harness_close(&H);
  char path[128];
  snprintf(path, sizeof path, "%s/server.key", H.dir);
  assert_int_equal(unlink(path), 0);
  cg_server *s;
  cg_fault fault = { 0 };
  cg_server_options o = { .data_dir = H.dir, .now_us = H.now_us };
  assert_int_equal(cg_server_open(&s, &o, &fault), CG_E_CORRUPT);
  assert_non_null(strstr(fault.text, "another server.key"));
}

static void wrong_options_are_named(void **state) {
  (void)state;
  static const char *const set[] = { "nonsense=1", NULL };
  static const char *const schemas[] = { "/nonexistent/client.tl", NULL };
  cg_server *s;
  cg_fault fault = { 0 };
  cg_server_options o = { .data_dir = H.dir, .set = set };
  assert_int_equal(cg_server_open(&s, &o, &fault), CG_E_USAGE);
  assert_non_null(strstr(fault.text, "nonsense"));
  o = (cg_server_options){ .data_dir = H.dir, .schemas = schemas };
  assert_int_not_equal(cg_server_open(&s, &o, &fault), CG_OK);
  assert_non_null(strstr(fault.text, "client.tl"));
  o = (cg_server_options){ .data_dir = NULL };
  assert_int_equal(cg_server_open(&s, &o, &fault), CG_E_USAGE);
  o = (cg_server_options){ .data_dir = H.dir, .store_url = "carrier:pigeon" };
  assert_int_equal(cg_server_open(&s, &o, &fault), CG_E_USAGE);
}

static void dc_json_says_where_and_who(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_arena *arena = cg_arena_new(0);
  cg_bytes json;
  const char *inbox = "http://127.0.0.1:4480";
  assert_int_equal(cg_server_dc_json(H.server, inbox, arena, &json), CG_OK);
  const char *text = (const char *)json.at;
  const char *head = "{\"test_mode\":false,\"this_dc\":2,\"layer\":228,\"dcs\":["
                     "{\"id\":2,\"host\":\"127.0.0.1\",\"port\":4430}],\"public_keys\":["
                     "\"-----BEGIN RSA PUBLIC KEY-----\\n";
  assert_int_equal(strncmp(text, head, strlen(head)), 0);
  char tail[160];
  snprintf(tail, sizeof tail,
           "-----END RSA PUBLIC KEY-----\\n\"],\"inbox\":\"http://127.0.0.1:4480\","
           "\"inbox_token\":\"%s\"}",
           cg_server_inbox_token(H.server));
  assert_non_null(strstr(text, tail));
  assert_true(strlen(cg_server_inbox_token(H.server)) >= 32);
  assert_int_equal(cg_server_dc_json(H.server, NULL, arena, &json), CG_OK);
  assert_null(strstr((const char *)json.at, "inbox"));
  cg_arena_free(arena);
}

/* "All addresses" is no address that a client could go to. */
static void dc_json_names_no_wildcard(void **state) {
  (void)state;
  static const char *const hosts[][2] = { { "0.0.0.0", "\"host\":\"127.0.0.1\"" },
                                          { "::", "\"host\":\"::1\"" },
                                          { "192.0.2.7", "\"host\":\"192.0.2.7\"" } };
  cg_harness_open(&H);
  cg_arena *arena = cg_arena_new(0);
  for (size_t i = 0; i < 3; i++) {
    cg_bytes json;
    cg_server_endpoint(H.server, hosts[i][0], 4430);
    assert_int_equal(cg_server_dc_json(H.server, NULL, arena, &json), CG_OK);
    assert_non_null(memmem(json.at, json.len, hosts[i][1], strlen(hosts[i][1])));
  }
  cg_arena_free(arena);
}

static void is_reached_at(cg_tester *c, const char *host, bool v6) {
  const tl_config *config = TL_AS(config, call_simple(c, TL_ID_help_getConfig).obj);
  assert_non_null(config);
  assert_int_equal(config->dc_options.len, 1);
  const tl_dcOption *o = TL_AS(dcOption, config->dc_options.at[0]);
  assert_true(cg_bytes_equal(o->ip_address, cg_bytes_of(host)));
  assert_int_equal(TL_HAS(dcOption, o, ipv6), v6);
  assert_int_equal(o->port, 4430);
}

static void config_names_the_way_that_the_client_came(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_server_endpoint(H.server, "0.0.0.0", 4430);
  cg_tester *c = cg_tester_new(&H), *d = cg_tester_new(&H);
  is_reached_at(c, "127.0.0.1", false); /* nobody knows better */
  cg_server_reached_at(H.server, c->conn, "192.0.2.7");
  cg_server_reached_at(H.server, d->conn, "2001:db8::7");
  cg_server_reached_at(H.server, 12345, "192.0.2.8"); /* gone already */
  is_reached_at(c, "192.0.2.7", false);
  is_reached_at(d, "2001:db8::7", true);
}

static void the_inbox_token_survives_a_restart(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_harness_open(&H);
  char token[80];
  strcpy(token, cg_server_inbox_token(H.server));
  cg_harness_close(&H);
  cg_harness_open(&H);
  assert_string_equal(cg_server_inbox_token(H.server), token);
}

/* --- once, and races ------------------------------------------------------ */

static void a_repeated_message_is_executed_once(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  tl_codeSettings settings = { TL_INIT(codeSettings) };
  tl_auth_sendCode q = { TL_INIT(auth_sendCode), .phone_number = CG_LIT(ORDINARY),
                         .api_id = 1, .api_hash = CG_LIT(ZERO_HASH),
                         .settings = &settings.CodeSettings };
  H.deaf = true; /* the answer is lost on its way */
  uint64_t tag = cg_tester_queue(c, &q.o);
  cg_harness_pump(&H);
  assert_string_equal(cg_tester_take(c, tag).error, "no answer");
  assert_int_equal(count(log_text(), "a code was made"), 1);
  H.deaf = false;
  cg_tester_reconnect(c, false);
  cg_harness_pump(&H);
  sent s = sent_of(cg_tester_take(c, tag));
  assert_int_equal(count(log_text(), "a code was made"), 1);
  assert_int_equal(count(log_text(), "asked again"), 0);
  assert_int_equal(count(cg_harness_codes(&H, ORDINARY), s.hash), 1);
}

static void of_two_sign_ins_at_once_both_learn_the_outcome(void **state) {
  (void)state;
  H.late = true;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = CG_LIT(KNOWN),
                       .phone_code_hash = cg_bytes_of(s.hash) };
  TL_SET(auth_signIn, &q, phone_code, CG_LIT(CODE));
  uint64_t one = cg_tester_queue(c, &q.o), two = cg_tester_queue(c, &q.o);
  cg_harness_pump(&H);
  int64_t id = user_of(cg_tester_take(c, one))->id;
  assert_true(user_of(cg_tester_take(c, two))->id == id);
  assert_int_equal(count(log_text(), ": logged in"), 1);
}

static void parallel_guesses_are_all_counted(void **state) {
  (void)state;
  H.late = true;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  uint64_t tags[7];
  for (int i = 0; i < 7; i++) {
    char guess[6] = "1000x";
    guess[4] = (char)('0' + i);
    tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = CG_LIT(KNOWN),
                         .phone_code_hash = cg_bytes_of(s.hash) };
    TL_SET(auth_signIn, &q, phone_code, i < 6 ? cg_bytes_of(guess) : CG_LIT(CODE));
    tags[i] = cg_tester_queue(c, &q.o);
  }
  cg_harness_pump(&H);
  int invalid = 0, expired = 0;
  for (int i = 0; i < 7; i++) {
    invalid += !strcmp(cg_tester_take(c, tags[i]).error, "PHONE_CODE_INVALID");
    expired += !strcmp(cg_tester_take(c, tags[i]).error, "PHONE_CODE_EXPIRED");
  }
  assert_int_equal(invalid, 5);
  assert_int_equal(expired, 2);
}

static void of_two_sign_ups_at_once_one_wins(void **state) {
  (void)state;
  H.late = true;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  tl_auth_signUp q[2];
  sent s[2];
  cg_tester *who[] = { c, d };
  uint64_t tags[2];
  for (int i = 0; i < 2; i++) {
    s[i] = sent_of(send_code(who[i], NEW_NUMBER));
    is_object(sign_in(who[i], NEW_NUMBER, s[i].hash, CODE),
              TL_ID_auth_authorizationSignUpRequired);
    q[i] = (tl_auth_signUp){ TL_INIT(auth_signUp), .phone_number = CG_LIT(NEW_NUMBER),
                             .phone_code_hash = cg_bytes_of(s[i].hash),
                             .first_name = CG_LIT("A"), .last_name = CG_LIT("") };
  }
  for (int i = 0; i < 2; i++) tags[i] = cg_tester_queue(who[i], &q[i].o);
  cg_harness_pump(&H);
  cg_told a = cg_tester_take(c, tags[0]), b = cg_tester_take(d, tags[1]);
  is_error(a.code ? a : b, 400, "PHONE_NUMBER_OCCUPIED");
  is_object(a.code ? b : a, TL_ID_auth_authorization);
}

static void an_answer_for_a_lost_connection_waits(void **state) {
  (void)state;
  H.late = true;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  tl_auth_logOut q = { TL_INIT(auth_logOut) };
  H.late = false;
  log_in(c, KNOWN);
  H.late = true;
  uint64_t tag = cg_tester_queue(c, &q.o);
  H.deaf = true;
  cg_harness_pump(&H);
  H.deaf = false;
  cg_tester_reconnect(c, false);
  cg_harness_pump(&H);
  is_object(cg_tester_take(c, tag), TL_ID_auth_loggedOut);
}

static void two_keys_of_one_phone_get_two_codes(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  sent one = sent_of(send_code(c, ORDINARY));
  char code[16];
  strcpy(code, cg_harness_code(&H, ORDINARY));
  is_object(call_simple(d, TL_ID_help_getConfig), TL_ID_config);
  uint8_t same[16] = { 0 }; /* the next draw would give the same digits */
  for (int i = 0; i < 5; i++) same[i] = (uint8_t)(code[i] - '0');
  H.rng.script = (cg_bytes){ same, sizeof same };
  sent two = sent_of(send_code(d, ORDINARY));
  assert_int_equal(H.rng.script.len, 0);
  assert_string_not_equal(one.hash, two.hash);
  assert_string_not_equal(cg_harness_code(&H, ORDINARY), code);
  assert_int_equal(count(cg_harness_codes(&H, ORDINARY), "\"live\""), 2);
  is_error(sign_in(d, ORDINARY, two.hash, code), 400, "PHONE_CODE_INVALID");
  is_object(sign_in(c, ORDINARY, one.hash, code), TL_ID_auth_authorizationSignUpRequired);
}

static void the_fourth_live_code_of_a_key_ends_the_first(void **state) {
  (void)state;
  cg_tester *c = start();
  sent first = sent_of(send_code(c, "9996620001"));
  cg_harness_advance(&H, 1);
  sent second = sent_of(send_code(c, "9996620002"));
  cg_harness_advance(&H, 1);
  sent_of(send_code(c, "9996620003"));
  cg_harness_advance(&H, 1);
  sent_of(send_code(c, "9996620004"));
  is_error(sign_in(c, "9996620001", first.hash, CODE), 400, "PHONE_CODE_EXPIRED");
  is_object(sign_in(c, "9996620002", second.hash, CODE), TL_ID_auth_authorization);
}

/* --- calls ---------------------------------------------------------------- */

static void calls_that_cannot_be_read(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  static const struct { uint32_t words[6]; size_t len; const char *error; } calls[] = {
    { { TL_ID_auth_logOut, 0 }, 8, "INPUT_REQUEST_TOO_LONG" },
    { { TL_ID_auth_cancelCode }, 4, "INPUT_FETCH_ERROR" },
    { { TL_ID_auth_cancelCode, 0xff }, 8, "INPUT_FETCH_FAIL" },
    { { TL_ID_users_getFullUser, 0x12345678 }, 8, "INPUT_CONSTRUCTOR_INVALID" },
    { { TL_ID_users_getFullUser, TL_ID_config }, 8, "INPUT_CONSTRUCTOR_INVALID" },
    { { TL_ID_invokeWithLayer }, 4, "INPUT_FETCH_ERROR" },
    { { TL_ID_inputUserSelf }, 4, "INPUT_METHOD_INVALID" },
  };
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    cg_bytes body = { (const uint8_t *)calls[i].words, calls[i].len };
    is_error(cg_tester_call_raw(c, body), 400, calls[i].error);
  }
}

static void a_call_waits_for_the_ones_it_names(void **state) {
  (void)state;
  H.late = true;
  cg_tester *c = start();
  sent s = sent_of(send_code(c, KNOWN));
  tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = CG_LIT(KNOWN),
                       .phone_code_hash = cg_bytes_of(s.hash) };
  TL_SET(auth_signIn, &q, phone_code, CG_LIT(CODE));
  uint64_t first = cg_tester_queue(c, &q.o);
  /* The msg_id of the first call is only known once it was sent. */
  cg_buf packet = { 0 }, wire = { 0 };
  assert_int_equal(cg_session_pull(c->session, H.now_us, &packet), CG_OK);
  assert_int_equal(cg_framing_send(c->framing, cg_buf_view(&packet), &wire), CG_OK);
  cg_server_feed(H.server, c->conn, cg_buf_view(&wire), H.now_us);
  assert_non_null(H.server->ops);
  cg_buf b = { 0 };
  cg_buf_u32(&b, TL_ID_invokeAfterMsg);
  cg_buf_u64(&b, H.server->ops->msg_id);
  tl_updates_getState state_q = { TL_INIT(updates_getState) };
  cg_buf_bytes(&b, cg_tester_encode(c, &state_q.o));
  is_object(cg_tester_call_raw(c, cg_buf_view(&b)), TL_ID_updates_state);
  is_object(cg_tester_take(c, first), TL_ID_auth_authorization);
  cg_buf_free(&b);
  cg_buf_free(&packet);
  cg_buf_free(&wire);
}

/* Calls that name each other while both wait for a third: nobody waits for ever. */
static void calls_that_wait_for_each_other_are_made(void **state) {
  (void)state;
  H.late = true;
  cg_tester *c = start();
  log_in(c, KNOWN);
  tl_updates_getState q = { TL_INIT(updates_getState) };
  cg_buf packet = { 0 }, wire = { 0 }, b = { 0 };
  uint64_t tags[3] = { cg_tester_queue(c, &q.o) };
  assert_int_equal(cg_session_pull(c->session, H.now_us, &packet), CG_OK);
  assert_int_equal(cg_framing_send(c->framing, cg_buf_view(&packet), &wire), CG_OK);
  cg_server_feed(H.server, c->conn, cg_buf_view(&wire), H.now_us);
  assert_non_null(H.server->ops);
  cg_buf_u32(&b, TL_ID_invokeAfterMsgs);
  cg_buf_u32(&b, TL_ID_vector);
  cg_buf_u32(&b, 8); /* its own, and some that come after it */
  for (uint64_t i = 0; i < 8; i++) cg_buf_u64(&b, H.server->ops->msg_id + 4 * i);
  cg_buf_bytes(&b, cg_tester_encode(c, &q.o));
  for (int i = 1; i < 3; i++) {
    tags[i] = ++c->last_tag;
    assert_int_equal(cg_session_call(c->session, tags[i], cg_buf_view(&b)), CG_OK);
  }
  cg_harness_pump(&H);
  for (int i = 0; i < 3; i++)
    is_object(cg_tester_take(c, tags[i]), TL_ID_updates_state);
  assert_null(H.server->ops);
  cg_buf_free(&b);
  cg_buf_free(&packet);
  cg_buf_free(&wire);
}

/* --- methods around the login --------------------------------------------- */

static void the_config_names_this_server(void **state) {
  (void)state;
  cg_tester *c = start();
  const tl_config *k = TL_AS(config, call_simple(c, TL_ID_help_getConfig).obj);
  assert_non_null(k);
  assert_int_equal(k->this_dc, 2);
  assert_int_equal(k->date, H.now_us / CG_SECOND);
  assert_true(k->expires - k->date >= 60);
  assert_int_equal(k->dc_options.len, 1);
  const tl_dcOption *o = TL_AS(dcOption, k->dc_options.at[0]);
  assert_int_equal(o->id, 2);
  assert_int_equal(o->port, 4430);
  assert_true(cg_bytes_equal(o->ip_address, CG_LIT("127.0.0.1")));
  const tl_nearestDc *n = TL_AS(nearestDc, call_simple(c, TL_ID_help_getNearestDc).obj);
  assert_int_equal(n->this_dc, 2);
  assert_true(cg_bytes_equal(n->country, CG_LIT("XX")));
}

static void the_config_agrees_with_what_the_client_believes(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(call_simple(c, TL_ID_help_getConfig), TL_ID_config);
  static const struct { int32_t said, dc; bool test; uint32_t options; } cases[] = {
    { 0, 2, false, 1 }, { 2, 2, false, 1 }, { 10002, 2, true, 1 }, { -2, 2, false, 1 },
    { 1, 1, false, 2 }, { -10001, 1, true, 2 }, { INT32_MIN, 3648, true, 2 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    cg_peer_find(H.server, c->key.id)->dc = cases[i].said;
    const tl_config *k = TL_AS(config, call_simple(c, TL_ID_help_getConfig).obj);
    assert_int_equal(k->this_dc, cases[i].dc);
    assert_int_equal(k->test_mode, cases[i].test);
    assert_int_equal(k->dc_options.len, cases[i].options);
    assert_int_equal(TL_AS(dcOption, k->dc_options.at[0])->id, cases[i].dc);
  }
}

static void the_app_config_is_given_once(void **state) {
  (void)state;
  cg_tester *c = start();
  tl_help_getAppConfig q = { TL_INIT(help_getAppConfig) };
  const tl_help_appConfig *a = TL_AS(help_appConfig, cg_tester_call(c, &q.o).obj);
  assert_non_null(a);
  q.hash = a->hash;
  is_object(cg_tester_call(c, &q.o), TL_ID_help_appConfigNotModified);
}

static void terms_are_accepted_before_and_after_login(void **state) {
  (void)state;
  cg_tester *c = start();
  tl_dataJSON id = { TL_INIT(dataJSON), .data = CG_LIT("{}") };
  tl_help_acceptTermsOfService q = { TL_INIT(help_acceptTermsOfService),
                                     .id = &id.DataJSON };
  is_true(cg_tester_call(c, &q.o));
  log_in(c, KNOWN);
  is_true(cg_tester_call(c, &q.o));
}

static void dropping_temporary_keys_is_allowed_before_login(void **state) {
  (void)state;
  cg_tester *c = start();
  tl_auth_dropTempAuthKeys q = { TL_INIT(auth_dropTempAuthKeys) };
  is_true(cg_tester_call(c, &q.o));
}

static void get_users_knows_the_caller_only(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  tl_inputUser other = { TL_INIT(inputUser), .user_id = 4711 };
  const tl_obj *list[] = { &other.o, &self.o };
  tl_users_getUsers q = { TL_INIT(users_getUsers), .id = { list, 2 } };
  cg_told told = cg_tester_call(c, &q.o);
  const tl_obj *vector;
  cg_err err = cg_tl_decode_result(cg_tl_api(), &q.o, told.raw, c->arena, &vector, NULL);
  assert_int_equal(err, CG_OK);
  const tl_vector *v = (const void *)vector;
  assert_int_equal(v->len, 2);
  assert_true(TL_AS(userEmpty, v->objs[0])->id == 4711);
  assert_true(TL_HAS(user, TL_AS(user, v->objs[1]), self));
  tl_users_getFullUser full = { TL_INIT(users_getFullUser), .id = &other.InputUser };
  is_error(cg_tester_call(c, &full.o), 400, "USER_ID_INVALID");
}

static void get_users_takes_200_ids(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  const tl_obj *list[201];
  for (size_t i = 0; i < 201; i++) list[i] = &self.o;
  tl_users_getUsers q = { TL_INIT(users_getUsers), .id = { list, 201 } };
  is_error(cg_tester_call(c, &q.o), 400, "INPUT_REQUEST_TOO_LONG");
  q.id.len = 200;
  is_object(cg_tester_call(c, &q.o), TL_ID_vector);
}

static void log_out_keeps_the_key(void **state) {
  (void)state;
  cg_tester *c = start();
  is_object(log_out(c), TL_ID_auth_loggedOut);
  log_in(c, KNOWN);
  is_object(log_out(c), TL_ID_auth_loggedOut);
  is_error(get_users(c), 401, "AUTH_KEY_UNREGISTERED");
  is_object(log_out(c), TL_ID_auth_loggedOut);
  log_in(c, KNOWN_TOO);
  is_object(get_users(c), TL_ID_vector);
}

static void a_ban_ends_a_session(void **state) {
  (void)state;
  cg_tester *c = start();
  log_in(c, KNOWN);
  cg_said said = { 0 };
  cg_server_user_ban(H.server, CG_LIT("{\"phone\":\"" KNOWN "\"}"), H.now_us,
                     cg_harness_hear, &said);
  cg_harness_pump(&H);
  is_error(get_users(c), 401, "USER_DEACTIVATED_BAN");
}

static void settings_of_send_code(void **state) {
  (void)state;
  cg_harness_set(&H, "strict_reauth=on");
  cg_harness_set(&H, "test_dc_check=on");
  cg_harness_set(&H, "signup=test_numbers");
  cg_harness_set(&H, "test_code_length=6");
  cg_tester *c = start();
  is_error(send_code(c, "9996611234"), 303, "PHONE_MIGRATE_1");
  is_error(send_code(c, ORDINARY), 400, "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN");
  sent s = sent_of(send_code(c, KNOWN));
  assert_int_equal(s.length, 6);
  is_object(sign_in(c, KNOWN, s.hash, "222222"), TL_ID_auth_authorization);
  is_error(send_code(c, KNOWN), 400, "INPUT_REQUEST_INVALID");
}

static void without_sms_only_the_app_is_left(void **state) {
  (void)state;
  cg_harness_set(&H, "third_party_sms=off");
  cg_tester *c = start();
  is_error(send_code(c, KNOWN), 400, "SMS_CODE_CREATE_FAILED");
}

/* --- secrets -------------------------------------------------------------- */

static void no_log_line_has_a_secret(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  sent s = sent_of(send_code(c, ORDINARY));
  char code[16];
  strcpy(code, cg_harness_code(&H, ORDINARY));
  sent_of(send_code(c, ORDINARY));
  sent_of(resend_code(c, ORDINARY, s.hash));
  is_true(report_missing(c, ORDINARY, s.hash));
  is_error(sign_in(c, ORDINARY, s.hash, "73519"), 400, "PHONE_CODE_INVALID");
  is_error(sign_in(d, ORDINARY, s.hash, code), 400, "PHONE_CODE_EXPIRED");
  is_object(sign_in(c, ORDINARY, s.hash, code), TL_ID_auth_authorizationSignUpRequired);
  is_object(sign_up(c, ORDINARY, s.hash, "Ada", ""), TL_ID_auth_authorization);
  is_true(cancel_code(c, ORDINARY, s.hash));
  is_object(log_out(c), TL_ID_auth_loggedOut);
  const char *log = log_text();
  assert_true(strlen(log) > 100);
  assert_null(strstr(log, code));
  assert_null(strstr(log, "73519"));
  assert_null(strstr(log, s.hash));
  assert_null(strstr(log, ORDINARY));
  assert_null(strstr(log, "Ada"));
  assert_null(strstr(log, cg_server_inbox_token(H.server)));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    T(a_code_survives_a_restart),
    T(keys_and_logins_survive_a_restart),
    T(attempts_survive_a_restart),
    T(authorization_keys_are_not_readable_in_the_store),
    T(a_store_of_another_key_is_refused),
    T(wrong_options_are_named),
    T(dc_json_says_where_and_who),
    T(dc_json_names_no_wildcard),
    T(config_names_the_way_that_the_client_came),
    T(the_inbox_token_survives_a_restart),
    T(a_repeated_message_is_executed_once),
    T(of_two_sign_ins_at_once_both_learn_the_outcome),
    T(parallel_guesses_are_all_counted),
    T(of_two_sign_ups_at_once_one_wins),
    T(an_answer_for_a_lost_connection_waits),
    T(two_keys_of_one_phone_get_two_codes),
    T(the_fourth_live_code_of_a_key_ends_the_first),
    T(calls_that_cannot_be_read),
    T(a_call_waits_for_the_ones_it_names),
    T(calls_that_wait_for_each_other_are_made),
    T(the_config_names_this_server),
    T(the_config_agrees_with_what_the_client_believes),
    T(the_app_config_is_given_once),
    T(terms_are_accepted_before_and_after_login),
    T(dropping_temporary_keys_is_allowed_before_login),
    T(get_users_knows_the_caller_only),
    T(get_users_takes_200_ids),
    T(log_out_keeps_the_key),
    T(a_ban_ends_a_session),
    T(settings_of_send_code),
    T(without_sms_only_the_app_is_left),
    T(no_log_line_has_a_secret),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
