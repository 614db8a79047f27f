/* SPDX-License-Identifier: MIT */
/*
 * home_test.c - several data centres in one server: where numbers, keys and accounts are
 * at home (login.md 1.5, row 8), and logins that go along to another (5.3).
 */
#include "login_test.h"

#define OF_DC_1 "9996610001"
#define OF_DC_3 "9996630001"

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, false);
  H.dcs = 3;
  return 0;
}

static int set_up_late(void **state) {
  (void)state;
  cg_harness_init(&H, true);
  H.dcs = 3;
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

static cg_tester *client_at(int32_t dc) {
  H.dc = dc;
  return cg_tester_new(&H);
}

static cg_told call_config(cg_tester *c) {
  tl_help_getConfig q = { TL_INIT(help_getConfig) };
  return cg_tester_call(c, &q.o);
}

static void log_in_at(cg_tester *c, const char *phone, const char *code) {
  sent s = sent_of(send_code(c, phone));
  is_object(sign_in(c, phone, s.hash, code), TL_ID_auth_authorization);
}

/* A number that is not a test number gets an account, where the client is. */
static void join(cg_tester *c, const char *phone) {
  sent s = sent_of(send_code(c, phone));
  is_object(sign_in(c, phone, s.hash, cg_harness_code(&H, phone)),
            TL_ID_auth_authorizationSignUpRequired);
  is_object(sign_up(c, phone, s.hash, "Ada", ""), TL_ID_auth_authorization);
}

/* --- numbers -------------------------------------------------------------- */

static void row_08_a_test_number_is_at_home_in_its_dc(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = client_at(2);
  is_error(send_code(c, OF_DC_1), 303, "PHONE_MIGRATE_1");
  is_error(send_code(c, OF_DC_3), 303, "PHONE_MIGRATE_3");
  sent_of(send_code(c, KNOWN));
  cg_tester *one = client_at(1);
  is_error(send_code(one, KNOWN), 303, "PHONE_MIGRATE_2");
  log_in_at(one, OF_DC_1, "11111");
  log_in_at(client_at(3), OF_DC_3, "33333");
}

static void row_08_no_transaction_is_made_elsewhere(void **state) {
  (void)state;
  cg_harness_open(&H);
  is_error(send_code(client_at(2), OF_DC_1), 303, "PHONE_MIGRATE_1");
  assert_string_equal(cg_harness_codes(&H, OF_DC_1), "[]");
}

/* validate api, normalise phone, migration, bans */
static void row_08_comes_before_bans_and_behind_the_api(void **state) {
  (void)state;
  cg_harness_set(&H, "any_api_id=off");
  cg_harness_open(&H);
  cg_tester *c = client_at(2);
  is_error(send_code(c, "9996619100"), 303, "PHONE_MIGRATE_1");
  is_error(send_code_api(c, OF_DC_1, 77, ZERO_HASH), 400, "API_ID_INVALID");
  is_error(send_code(client_at(1), "9996619100"), 400, "PHONE_NUMBER_BANNED");
}

static void row_08_an_account_is_at_home_where_it_was_made(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_harness_open(&H);
  join(client_at(1), ORDINARY);
  is_error(send_code(client_at(2), ORDINARY), 303, "PHONE_MIGRATE_1");
  cg_harness_close(&H);
  cg_harness_open(&H);
  is_error(send_code(client_at(3), ORDINARY), 303, "PHONE_MIGRATE_1");
  sent_of(send_code(client_at(1), ORDINARY));
}

static void row_08_a_new_number_goes_where_new_ones_are_made(void **state) {
  (void)state;
  cg_harness_set(&H, "home_dc=3");
  cg_harness_open(&H);
  cg_tester *two = client_at(2), *three = client_at(3);
  is_error(send_code(two, ORDINARY), 303, "NETWORK_MIGRATE_3");
  join(three, ORDINARY);
  is_error(send_code(two, ORDINARY), 303, "PHONE_MIGRATE_3");
}

static void an_account_of_the_inbox_is_at_home_in_the_first(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_said said = { 0 };
  cg_server_user_add(H.server, CG_LIT("{\"phone\":\"" ORDINARY "\"}"), H.now_us,
                     cg_harness_hear, &said);
  assert_int_equal(said.status, 200);
  is_error(send_code(client_at(1), ORDINARY), 303, "PHONE_MIGRATE_2");
  sent_of(send_code(client_at(2), ORDINARY));
}

/* With sign-up closed nobody learns from migrations who has an account. */
static void unknown_numbers_migrate_like_known_ones(void **state) {
  (void)state;
  cg_harness_set(&H, "signup=closed");
  cg_harness_set(&H, "enumeration_safe=on");
  cg_harness_open(&H);
  is_error(send_code(client_at(1), ORDINARY), 303, "PHONE_MIGRATE_2");
  sent_of(send_code(client_at(2), ORDINARY));
}

static void a_test_number_of_no_dc_stays_where_it_asks(void **state) {
  (void)state;
  H.dcs = 2;
  cg_harness_open(&H);
  sent_of(send_code(client_at(2), OF_DC_3));
  is_error(send_code(client_at(2), OF_DC_1), 303, "PHONE_MIGRATE_1");
}

static void the_check_can_be_switched_off(void **state) {
  (void)state;
  cg_harness_set(&H, "test_dc_check=off");
  cg_harness_open(&H);
  log_in_at(client_at(2), OF_DC_1, "11111");
}

/* --- keys ----------------------------------------------------------------- */

static void a_key_is_known_where_it_was_made(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = client_at(1);
  is_object(call_config(c), TL_ID_config);
  c->dc = 2;
  cg_tester_reconnect(c, true);
  assert_string_equal(call_config(c).error, "no answer");
  assert_int_equal(c->transport_error, -404);
  c->dc = 1;
  cg_tester_reconnect(c, true);
  is_object(call_config(c), TL_ID_config);
}

static void a_key_that_is_loaded_is_known_there_only(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_harness_open(&H);
  cg_tester *c = client_at(1);
  is_object(call_config(c), TL_ID_config);
  cg_harness_close(&H);
  cg_harness_open(&H);
  c->dc = 3;
  cg_tester_reconnect(c, true);
  assert_string_equal(call_config(c).error, "no answer");
  assert_int_equal(c->transport_error, -404);
}

static void a_key_exchange_names_the_dc_that_it_is_with(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = client_at(2);
  c->dc = 10002; /* a test server's, as some clients say */
  assert_true(cg_tester_new_key(c));
  c->dc = -2; /* for media */
  assert_true(cg_tester_new_key(c));
  c->dc = 1;
  assert_false(cg_tester_new_key(c));
  assert_int_equal(c->transport_error, -444);
}

static void connections_come_to_a_dc_that_there_is(void **state) {
  (void)state;
  cg_harness_open(&H);
  static const int32_t none[] = { 0, 4, -1, INT32_MIN, INT32_MAX };
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    assert_int_equal(cg_server_accept_at(H.server, 99, none[i], "127.0.0.1", H.now_us),
                     CG_E_USAGE);
}

/* --- what is told about them ---------------------------------------------- */

static void the_config_lists_all_of_them(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_server_endpoint_at(H.server, 1, "127.0.0.1", 4431);
  cg_server_endpoint_at(H.server, 3, "127.0.0.1", 4432);
  static const int32_t ports[] = { 4431, 4430, 4432 };
  for (int32_t dc = 1; dc <= 3; dc++) {
    const tl_config *c = TL_AS(config, call_config(client_at(dc)).obj);
    assert_int_equal(c->this_dc, dc);
    assert_int_equal(c->dc_options.len, 3);
    for (int32_t i = 0; i < 3; i++) {
      const tl_dcOption *o = TL_AS(dcOption, c->dc_options.at[i]);
      assert_int_equal(o->id, i + 1);
      assert_int_equal(o->port, ports[i]);
    }
  }
}

static void the_nearest_one_is_the_first(void **state) {
  (void)state;
  cg_harness_open(&H);
  tl_help_getNearestDc q = { TL_INIT(help_getNearestDc) };
  const tl_nearestDc *n = TL_AS(nearestDc, cg_tester_call(client_at(3), &q.o).obj);
  assert_int_equal(n->this_dc, 3);
  assert_int_equal(n->nearest_dc, 2);
}

static void dc_json_lists_all_of_them(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_server_endpoint_at(H.server, 1, "127.0.0.1", 4431);
  cg_server_endpoint_at(H.server, 3, "127.0.0.1", 4432);
  cg_arena *arena = cg_arena_new(0);
  cg_bytes json;
  assert_int_equal(cg_server_dc_json(H.server, NULL, arena, &json), CG_OK);
  static const char want[] =
    "\"this_dc\":2,\"layer\":228,\"dcs\":[{\"id\":1,\"host\":\"127.0.0.1\",\"port\":4431},"
    "{\"id\":2,\"host\":\"127.0.0.1\",\"port\":4430},"
    "{\"id\":3,\"host\":\"127.0.0.1\",\"port\":4432}]";
  assert_non_null(memmem(json.at, json.len, want, sizeof want - 1));
  cg_arena_free(arena);
}

static void is_refused_at_start(int32_t dcs, int32_t dc_id, const char *setting,
                                const char *why) {
  cg_server *s = NULL;
  cg_fault fault = { 0 };
  const char *set[] = { setting, NULL };
  cg_server_options o = { .data_dir = H.dir, .store_url = "sqlite::memory:", .dcs = dcs,
                          .dc_id = dc_id, .set = set, .now_us = H.now_us };
  assert_int_equal(cg_server_open(&s, &o, &fault), CG_E_USAGE);
  assert_non_null(strstr(fault.text, why));
}

static void what_cannot_be_is_named(void **state) {
  (void)state;
  is_refused_at_start(10, 2, NULL, "--dcs 10");
  is_refused_at_start(-1, 2, NULL, "--dcs -1");
  is_refused_at_start(3, 4, NULL, "--dc-id 4");
  is_refused_at_start(1, -1, NULL, "--dc-id -1");
  is_refused_at_start(3, 2, "home_dc=4", "home_dc=4");
}

/* --- logins that go along ------------------------------------------------- */

static cg_told export_to(cg_tester *c, int32_t dc) {
  tl_auth_exportAuthorization q = { TL_INIT(auth_exportAuthorization), .dc_id = dc };
  return cg_tester_call(c, &q.o);
}

typedef struct {
  int64_t id;
  uint8_t bytes[32];
} ticket;

static ticket ticket_of(cg_told told) {
  is_object(told, TL_ID_auth_exportedAuthorization);
  const tl_auth_exportedAuthorization *e = TL_AS(auth_exportedAuthorization, told.obj);
  ticket t = { .id = e->id };
  assert_int_equal(e->bytes.len, sizeof t.bytes);
  memcpy(t.bytes, e->bytes.at, sizeof t.bytes);
  return t;
}

static cg_told import(cg_tester *c, const ticket *t) {
  tl_auth_importAuthorization q = { TL_INIT(auth_importAuthorization), .id = t->id,
                                    .bytes = { t->bytes, sizeof t->bytes } };
  return cg_tester_call(c, &q.o);
}

static cg_told get_state(cg_tester *c) {
  tl_updates_getState q = { TL_INIT(updates_getState) };
  return cg_tester_call(c, &q.o);
}

static cg_tester *two, *one;

static void start_logged_in(void) {
  cg_harness_open(&H);
  one = client_at(1);
  two = client_at(2);
  log_in(two, KNOWN);
}

static void a_login_goes_along(void **state) {
  (void)state;
  start_logged_in();
  is_error(get_users(one), 401, "AUTH_KEY_UNREGISTERED");
  ticket t = ticket_of(export_to(two, 1));
  assert_int_equal(user_of(import(one, &t))->id, t.id);
  is_object(get_users(one), TL_ID_vector);
  is_object(get_state(two), TL_ID_updates_state);
}

static void what_is_at_home_is_done_there(void **state) {
  (void)state;
  H.store_url = NULL;
  start_logged_in();
  ticket t = ticket_of(export_to(two, 1));
  is_object(import(one, &t), TL_ID_auth_authorization);
  is_error(get_state(one), 303, "USER_MIGRATE_2");
  is_error(export_to(one, 3), 303, "USER_MIGRATE_2");
  is_object(call_config(one), TL_ID_config);
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(one, true);
  is_error(get_state(one), 303, "USER_MIGRATE_2");
  is_object(log_out(one), TL_ID_auth_loggedOut);
}

static void it_is_no_new_device(void **state) {
  (void)state;
  start_logged_in();
  ticket t = ticket_of(export_to(two, 1));
  is_object(import(one, &t), TL_ID_auth_authorization);
  tl_account_getAuthorizations q = { TL_INIT(account_getAuthorizations) };
  const tl_account_authorizations *all =
      TL_AS(account_authorizations, cg_tester_call(two, &q.o).obj);
  assert_int_equal(all->authorizations.len, 2);
  for (uint32_t i = 0; i < 2; i++)
    assert_false(TL_HAS(authorization, TL_AS(authorization, all->authorizations.at[i]),
                        unconfirmed));
}

static void dc_id_invalid(void **state) {
  (void)state;
  start_logged_in();
  static const int32_t none[] = { 0, 2, 4, -1, INT32_MIN, INT32_MAX };
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    is_error(export_to(two, none[i]), 400, "DC_ID_INVALID");
  is_error(export_to(one, 3), 401, "AUTH_KEY_UNREGISTERED");
}

static void bytes_are_drawn_anew(void **state) {
  (void)state;
  start_logged_in();
  ticket a = ticket_of(export_to(two, 1)), b = ticket_of(export_to(two, 1));
  assert_memory_not_equal(a.bytes, b.bytes, sizeof a.bytes);
}

static void bytes_are_good_once(void **state) {
  (void)state;
  start_logged_in();
  ticket t = ticket_of(export_to(two, 1));
  is_object(import(one, &t), TL_ID_auth_authorization);
  is_error(import(client_at(1), &t), 400, "AUTH_BYTES_INVALID");
}

static void bytes_are_good_for_a_minute(void **state) {
  (void)state;
  start_logged_in();
  ticket t = ticket_of(export_to(two, 1));
  cg_harness_advance(&H, 59);
  is_object(import(one, &t), TL_ID_auth_authorization);
  t = ticket_of(export_to(two, 1));
  cg_harness_advance(&H, 60);
  is_error(import(one, &t), 400, "AUTH_BYTES_INVALID");
}

static void bytes_are_good_in_one_dc(void **state) {
  (void)state;
  start_logged_in();
  ticket t = ticket_of(export_to(two, 1));
  is_error(import(client_at(3), &t), 400, "AUTH_BYTES_INVALID");
  is_object(import(one, &t), TL_ID_auth_authorization);
}

static void bytes_are_good_for_one_user(void **state) {
  (void)state;
  start_logged_in();
  ticket t = ticket_of(export_to(two, 1)), other = t;
  other.id++;
  is_error(import(one, &other), 400, "USER_ID_INVALID");
  other.id = 0;
  is_error(import(one, &other), 400, "USER_ID_INVALID");
  other = t;
  other.bytes[0] ^= 1;
  is_error(import(one, &other), 400, "AUTH_BYTES_INVALID");
  is_object(import(one, &t), TL_ID_auth_authorization);
}

static void who_is_banned_meanwhile_does_not_get_in(void **state) {
  (void)state;
  start_logged_in();
  ticket t = ticket_of(export_to(two, 1));
  cg_said said = { 0 };
  cg_server_user_ban(H.server, CG_LIT("{\"phone\":\"" KNOWN "\"}"), H.now_us,
                     cg_harness_hear, &said);
  is_error(import(one, &t), 401, "USER_DEACTIVATED_BAN");
}

static void a_single_dc_exports_nowhere(void **state) {
  (void)state;
  H.dcs = 1;
  cg_harness_open(&H);
  cg_tester *c = client_at(2);
  log_in(c, KNOWN);
  is_error(export_to(c, 2), 400, "DC_ID_INVALID");
  is_error(export_to(c, 1), 400, "DC_ID_INVALID");
}

/* --- QR codes ------------------------------------------------------------- */

static cg_told export_token(cg_tester *c) {
  tl_auth_exportLoginToken q = { TL_INIT(auth_exportLoginToken), .api_id = 1,
                                 .api_hash = CG_LIT(ZERO_HASH) };
  return cg_tester_call(c, &q.o);
}

static cg_told import_token(cg_tester *c, const uint8_t token[32]) {
  tl_auth_importLoginToken q = { TL_INIT(auth_importLoginToken), .token = { token, 32 } };
  return cg_tester_call(c, &q.o);
}

/* A code that was shown in DC 1 is accepted by an account of DC 2. */
static void accept_elsewhere(uint8_t token[32]) {
  start_logged_in();
  const tl_auth_loginToken *t = TL_AS(auth_loginToken, export_token(one).obj);
  memcpy(token, t->token.at, 32);
  tl_auth_acceptLoginToken q = { TL_INIT(auth_acceptLoginToken), .token = { token, 32 } };
  is_object(cg_tester_call(two, &q.o), TL_ID_authorization);
}

static void a_qr_code_leads_home(void **state) {
  (void)state;
  uint8_t shown[32], token[32];
  accept_elsewhere(shown);
  cg_told told = export_token(one);
  is_object(told, TL_ID_auth_loginTokenMigrateTo);
  const tl_auth_loginTokenMigrateTo *to = TL_AS(auth_loginTokenMigrateTo, told.obj);
  assert_int_equal(to->dc_id, 2);
  assert_int_equal(to->token.len, 32);
  memcpy(token, to->token.at, 32);
  is_error(import_token(client_at(3), token), 400, "AUTH_TOKEN_INVALIDX");
  cg_tester *home = client_at(2);
  is_object(import_token(home, token), TL_ID_auth_loginTokenSuccess);
  is_object(get_state(home), TL_ID_updates_state);
  is_error(import_token(client_at(2), token), 400, "AUTH_TOKEN_INVALIDX");
}

/* Whoever photographed the code has not what the client was given for it. */
static void the_code_that_was_shown_is_spent(void **state) {
  (void)state;
  uint8_t shown[32];
  accept_elsewhere(shown);
  is_error(import_token(client_at(2), shown), 400, "AUTH_TOKEN_INVALIDX");
  is_object(export_token(one), TL_ID_auth_loginTokenMigrateTo);
  is_error(import_token(client_at(2), shown), 400, "AUTH_TOKEN_INVALIDX");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define BOTH(name)                                                                       \
  { #name, name, set_up, tear_down, NULL },                                              \
  { #name " (late store)", name, set_up_late, tear_down, NULL }

int main(void) {
  const struct CMUnitTest tests[] = {
    BOTH(row_08_a_test_number_is_at_home_in_its_dc),
    T(row_08_no_transaction_is_made_elsewhere),
    T(row_08_comes_before_bans_and_behind_the_api),
    BOTH(row_08_an_account_is_at_home_where_it_was_made),
    T(row_08_a_new_number_goes_where_new_ones_are_made),
    T(an_account_of_the_inbox_is_at_home_in_the_first),
    T(unknown_numbers_migrate_like_known_ones),
    T(a_test_number_of_no_dc_stays_where_it_asks),
    T(the_check_can_be_switched_off),
    T(a_key_is_known_where_it_was_made),
    BOTH(a_key_that_is_loaded_is_known_there_only),
    T(a_key_exchange_names_the_dc_that_it_is_with),
    T(connections_come_to_a_dc_that_there_is),
    T(the_config_lists_all_of_them),
    T(the_nearest_one_is_the_first),
    T(dc_json_lists_all_of_them),
    T(what_cannot_be_is_named),
    BOTH(a_login_goes_along),
    BOTH(what_is_at_home_is_done_there),
    T(it_is_no_new_device),
    T(dc_id_invalid),
    T(bytes_are_drawn_anew),
    BOTH(bytes_are_good_once),
    T(bytes_are_good_for_a_minute),
    T(bytes_are_good_in_one_dc),
    T(bytes_are_good_for_one_user),
    T(who_is_banned_meanwhile_does_not_get_in),
    T(a_single_dc_exports_nowhere),
    BOTH(a_qr_code_leads_home),
    T(the_code_that_was_shown_is_spent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
