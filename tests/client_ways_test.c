/* SPDX-License-Identifier: MIT */
/*
 * client_ways_test.c - the client and the server of this library, joined in memory on one
 * clock: passwords, their recovery and their change; QR codes; bots.
 */
#include "client_server_rig.h"

#include "link.h"
#include "login_password.h"

#define GUARDED "9996629000" /* has the password "test" */
#define EMAIL   "ada.lovelace@example.com"
#define BOT     "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI"

/* --- steps ------------------------------------------------------------------------ */

static void get_password(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_get_password(d->net->arena, &q), CG_OK);
  ask(d, q);
}

/* With an offer that was made before. */
static void check_with(device *d, const tl_obj *told, const char *password) {
  const tl_obj *q;
  cg_fault fault;
  if (cg_login_ask_password(told, password, &d->net->rng, d->net->arena, &q, &fault))
    fail_msg("%s", fault.text);
  ask(d, q);
}

static void check_password(device *d, const char *password) {
  get_password(d);
  check_with(d, d->object, password);
}

static void set_password(device *d, const char *current, cg_password_new change) {
  const tl_obj *q;
  cg_fault fault;
  get_password(d);
  if (cg_login_ask_set_password(d->object, current, &change, &d->net->rng, d->net->arena,
                                &q, &fault))
    fail_msg("%s", fault.text);
  ask(d, q);
}

static void recover(device *d, const char *code, const cg_password_new *change) {
  const tl_obj *q;
  get_password(d);
  assert_int_equal(cg_login_ask_recover(d->object, code, change, &d->net->rng,
                                        d->net->arena, &q, NULL),
                   CG_OK);
  ask(d, q);
}

static void log_in_as(device *d, const char *phone) {
  send_code(d, phone);
  sign_in(d, "22222");
}

/* Out and, up to the password, in again. */
static void log_out_and_back(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_log_out(d->net->arena, &q), CG_OK);
  ask(d, q);
  log_in_as(d, PHONE);
}

/* The newest code that went to an email address of `phone`. */
static const char *emailed(net *n, const char *phone) {
  static const char mark[] = "\"type\":\"email\",\"code\":\"";
  static char code[7];
  cg_server_codes(n->server, phone, 0, n->now, keep_text, n);
  const char *at = strstr(n->text, mark);
  assert_non_null(at);
  memcpy(code, at + sizeof mark - 1, 6);
  return code;
}

static device *second(net *n) {
  open_device(&n->devices[1]);
  return &n->devices[1];
}

/* --- passwords --------------------------------------------------------------------- */

static void test_password(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  cg_login_info info;
  log_in_as(d, GUARDED);
  assert_refused(d, 401, "SESSION_PASSWORD_NEEDED");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PASSWORD);
  cg_login_describe(&d->data.login, cg_unix(n->now), &info);
  assert_false(info.password_known);
  reopen_device(d);
  check_password(d, "wrong");
  assert_refused(d, 400, "PASSWORD_HASH_INVALID");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PASSWORD);
  reopen_device(d);
  cg_login_describe(&d->data.login, cg_unix(n->now), &info);
  assert_true(info.password_known);
  assert_int_equal(info.wrong_codes, 1);
  assert_string_equal(info.phone, GUARDED);
  check_password(d, "test");
  assert_int_equal(d->id, TL_ID_auth_authorization);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  assert_string_equal(d->data.login.user_phone, GUARDED);
  who_am_i(d);
  assert_int_equal(d->id, TL_ID_user);
}

/* An offer serves once; an old one is told from a wrong password (301). */
static void test_stale_offer(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  log_in_as(d, GUARDED);
  get_password(d);
  const tl_obj *told = d->object;
  check_with(d, told, "wrong");
  assert_false(cg_login_is_stale(&d->error));
  check_with(d, told, "test");
  assert_refused(d, 400, "SRP_ID_INVALID");
  assert_true(cg_login_is_stale(&d->error));
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PASSWORD);
  assert_int_equal(d->data.login.wrong_codes, 1);
}

/* Set, changed with the wrong and the right one, removed; a second device sees each. */
static void test_own_password(void **state) {
  net *n = *state;
  device *d = &n->devices[0], *e = second(n);
  log_in(d);
  set_password(d, NULL, (cg_password_new){ .password = "correct horse", .hint = "xkcd" });
  assert_int_equal(d->id, TL_ID_boolTrue);
  log_in_as(e, PHONE);
  assert_int_equal(e->data.login.state, CG_LOGIN_WAIT_PASSWORD);
  check_password(e, "correct horse");
  assert_int_equal(e->data.login.state, CG_LOGIN_READY);
  set_password(d, "battery", (cg_password_new){ .password = "staple" });
  assert_refused(d, 400, "PASSWORD_HASH_INVALID");
  set_password(d, "correct horse", (cg_password_new){ .password = "staple" });
  assert_int_equal(d->id, TL_ID_boolTrue);
  set_password(e, "staple", (cg_password_new){ .password = NULL });
  assert_int_equal(e->id, TL_ID_boolTrue);
  get_password(d);
  cg_password_info info;
  assert_int_equal(cg_login_read_password(d->object, &info), CG_OK);
  assert_false(info.has_password);
}

/* What the account is in does not know: asked for, or given in vain. */
static void test_set_refusals(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  const tl_obj *q;
  cg_password_new change = { .password = "new" }, told = { .password = "p", .hint = "p" };
  log_in(d);
  get_password(d);
#define SET(current, c)                                                                  \
  cg_login_ask_set_password(d->object, current, c, &n->rng, n->arena, &q, NULL)
  assert_int_equal(SET("old", &change), CG_E_REFUSED);
  assert_int_equal(SET(NULL, &told), CG_E_REFUSED);
  set_password(d, NULL, change);
  get_password(d);
  assert_int_equal(SET(NULL, &change), CG_E_REFUSED);
#undef SET
}

/* --- recovery ------------------------------------------------------------------------
 */

/* PHONE has the password "first" and an address; `e` has forgotten it. */
static void forget_password(net *n, device *d, device *e) {
  log_in(d);
  set_password(d, NULL, (cg_password_new){ .password = "first", .email = EMAIL });
  assert_refused(d, 400, "EMAIL_UNCONFIRMED_6");
  assert_int_equal(d->error.value, 6);
  tl_account_confirmPasswordEmail q = { TL_INIT(account_confirmPasswordEmail),
                                        .code = cg_bytes_of(emailed(n, PHONE)) };
  ask(d, &q.o);
  assert_int_equal(d->id, TL_ID_boolTrue);
  n->now += CG_SECOND;
  log_in_as(e, PHONE);
  tl_auth_requestPasswordRecovery ask_for = { TL_INIT(auth_requestPasswordRecovery) };
  ask(e, &ask_for.o);
  assert_int_equal(e->id, TL_ID_auth_passwordRecovery);
}

static void test_recovery(void **state) {
  net *n = *state;
  device *d = &n->devices[0], *e = second(n);
  cg_login_info info;
  forget_password(n, d, e);
  reopen_device(e);
  cg_login_describe(&e->data.login, cg_unix(n->now), &info);
  assert_string_equal(info.recovery_pattern, "a***e@example.com");
  char code[7], wrong[7];
  memcpy(code, emailed(n, PHONE), sizeof code);
  memcpy(wrong, code, sizeof wrong);
  wrong[0] = wrong[0] == '0' ? '1' : '0';
  recover(e, wrong, NULL);
  assert_refused(e, 400, "CODE_INVALID");
  assert_int_equal(e->data.login.wrong_codes, 1);
  cg_password_new change = { .password = "second", .hint = "after first" };
  recover(e, code, &change);
  assert_int_equal(e->data.login.state, CG_LOGIN_READY);
  log_out_and_back(e);
  check_password(e, "first");
  assert_refused(e, 400, "PASSWORD_HASH_INVALID");
  assert_string_equal(e->data.login.password_hint, "after first");
  assert_true(e->data.login.has_recovery);
  check_password(e, "second");
  assert_int_equal(e->data.login.state, CG_LOGIN_READY);
}

static void test_recovery_removes(void **state) {
  net *n = *state;
  device *d = &n->devices[0], *e = second(n);
  forget_password(n, d, e);
  const tl_obj *q;
  assert_int_equal(
      cg_login_ask_recover(NULL, emailed(n, PHONE), NULL, &n->rng, n->arena, &q, NULL),
      CG_OK);
  ask(e, q);
  assert_int_equal(e->data.login.state, CG_LOGIN_READY);
  log_out_and_back(e);
  assert_int_equal(e->data.login.state, CG_LOGIN_READY);
}

/* --- QR codes --------------------------------------------------------------------------
 */

static void show_qr(device *d) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_qr(1, "", NULL, 0, d->net->arena, &q), CG_OK);
  ask(d, q);
}

/* Link of a device that waits; in the arena. */
static const char *link_of(device *d) {
  cg_login_info info;
  cg_login_describe(&d->data.login, cg_unix(d->net->now), &info);
  assert_int_equal(info.state, CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION);
  return (const char *)cg_arena_copy(d->net->arena, cg_bytes_of(info.link)).at;
}

static void accept_link(device *d, const char *link) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_accept(link, d->net->arena, &q, NULL), CG_OK);
  ask(d, q);
}

/* Lets time pass until the login of `d` has gone on by itself. */
static void wait_for_move(device *d, uint64_t limit) {
  const net *n = d->net;
  uint64_t end = n->now + limit;
  int moves = d->moves;
  while (d->moves == moves && n->now < end) run_once(d);
  assert_int_equal(d->moves, moves + 1);
}

static void test_qr(void **state) {
  net *n = *state;
  device *owner = &n->devices[0], *d = second(n);
  log_in(owner);
  show_qr(d);
  assert_int_equal(d->id, TL_ID_auth_loginToken);
  cg_login_info info;
  cg_login_describe(&d->data.login, cg_unix(n->now), &info);
  assert_memory_equal(info.link, "tg://login?token=", 17);
  assert_int_equal(info.link_expires_in, 30);
  accept_link(owner, info.link);
  assert_int_equal(owner->id, TL_ID_authorization);
  wait_for_move(d, 5 * CG_SECOND);
  assert_int_equal(d->move_err, CG_OK);
  assert_int_equal(d->move_error.code, 0);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  assert_true(d->data.login.user_id == owner->data.login.user_id);
  who_am_i(d);
  assert_int_equal(d->id, TL_ID_user);
}

static void test_qr_with_password(void **state) {
  net *n = *state;
  device *owner = &n->devices[0], *d = second(n);
  log_in_as(owner, GUARDED);
  check_password(owner, "test");
  show_qr(d);
  accept_link(owner, link_of(d));
  wait_for_move(d, 5 * CG_SECOND);
  assert_int_equal(d->move_error.code, 401);
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PASSWORD);
  reopen_device(d);
  check_password(d, "test");
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
}

/* The account is at home in another data centre, which its number names. */
static void migrate(net *n, const char *phone, const char *password) {
  device *owner = &n->devices[0], *d = second(n);
  send_code(owner, phone);
  sign_in(owner, "33333");
  if (password) check_password(owner, password);
  assert_int_equal(owner->data.main_dc, 3);
  show_qr(d);
  assert_int_equal(d->data.main_dc, 2);
  accept_link(owner, link_of(d));
  wait_for_move(d, 5 * CG_SECOND);
  assert_int_equal(d->data.main_dc, 3);
}

static void open_three(net *n) {
  cg_core_free(n->devices[0].core);
  n->devices[0].core = NULL;
  cg_session_data_wipe(&n->devices[0].data);
  cg_server_close(n->server);
  n->dcs = 3;
  open_server(n);
  open_device(&n->devices[0]);
}

static void test_qr_migrates(void **state) {
  net *n = *state;
  device *d = &n->devices[1];
  open_three(n);
  migrate(n, "9996631234", NULL);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  who_am_i(d);
  assert_int_equal(d->id, TL_ID_user);
}

static void test_qr_migrates_to_password(void **state) {
  net *n = *state;
  device *d = &n->devices[1];
  open_three(n);
  migrate(n, "9996639000", "test");
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_PASSWORD);
  check_password(d, "test");
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
}

/* A link that nobody used is over in 30 s: the next one is there by then. */
static void test_qr_is_renewed(void **state) {
  net *n = *state;
  device *owner = &n->devices[0], *d = second(n);
  log_in(owner);
  show_qr(d);
  const char *first = link_of(d);
  for (int i = 0; i < 12; i++) { /* longer than a login is remembered */
    const char *before = link_of(d);
    wait_for_move(d, 40 * CG_SECOND);
    assert_int_equal(d->move_err, CG_OK);
    assert_string_not_equal(link_of(d), before);
  }
  accept_link(owner, first);
  assert_refused(owner, 400, "AUTH_TOKEN_EXPIRED");
  accept_link(owner, link_of(d));
  wait_for_move(d, 5 * CG_SECOND);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
}

/* Accepted while nobody was there: the next process comes in by it. */
static void test_qr_in_processes(void **state) {
  net *n = *state;
  device *owner = &n->devices[0], *d = second(n);
  log_in(owner);
  show_qr(d);
  lose_connection(d);
  accept_link(owner, link_of(d));
  reopen_device(d);
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_OTHER_DEVICE_CONFIRMATION);
  cg_core_qr_go(d->core, n->now);
  wait_for_move(d, 5 * CG_SECOND);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
}

/* The word that it was accepted is lost with the connection. */
static void test_qr_over_a_cut(void **state) {
  net *n = *state;
  device *owner = &n->devices[0], *d = second(n);
  log_in(owner);
  show_qr(d);
  const char *link = link_of(d);
  cut_connection(d);
  const tl_obj *q;
  assert_int_equal(cg_login_ask_accept(link, n->arena, &q, NULL), CG_OK);
  ask(owner, q); /* `d` comes back meanwhile, and asks on its own */
  if (d->data.login.state != CG_LOGIN_READY) wait_for_move(d, 5 * CG_SECOND);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
}

/* A code of an earlier login does not come back with a renewal that was under way. */
static void test_qr_that_was_left(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  show_qr(d);
  n->now += 30 * CG_SECOND;
  cg_core_tick(d->core, n->now); /* the renewal is on its way */
  cg_core_forget_login(d->core);
  send_code(d, PHONE);
  n->now += CG_SECOND;
  for (int i = 0; i < 10; i++) run_client(d), run_server(n);
  assert_int_equal(d->data.login.state, CG_LOGIN_WAIT_CODE);
  assert_int_equal(d->moves, 0);
}

/* --- bots ------------------------------------------------------------------------ */

static void import_bot(device *d, const char *token) {
  const tl_obj *q;
  assert_int_equal(cg_login_ask_bot(1, "", token, d->net->arena, &q), CG_OK);
  ask(d, q);
}

/* True if the session file would hold `text`. */
static bool is_kept(const device *d, const char *text) {
  cg_buf file = { 0 };
  bool found = false;
  size_t len = strlen(text);
  assert_int_equal(cg_session_encode(&d->data, &file), CG_OK);
  for (size_t i = 0; i + len <= file.len && !found; i++)
    found = !memcmp(file.at + i, text, len);
  cg_buf_free(&file);
  return found;
}

static void test_bot(void **state) {
  net *n = *state;
  device *d = &n->devices[0];
  assert_int_equal(cg_login_check_bot(BOT, NULL), CG_OK);
  import_bot(d, BOT);
  assert_refused(d, 400, "ACCESS_TOKEN_INVALID");
  cg_server_user_add(n->server,
                     CG_LIT("{\"bot_token\":\"" BOT "\",\"first_name\":\"Helper\"}"),
                     n->now, keep_text, n);
  assert_int_equal(cg_server_turn(n->server, n->now), CG_OK);
  import_bot(d, BOT);
  assert_int_equal(d->data.login.state, CG_LOGIN_READY);
  assert_true(d->data.login.user_id == 123456);
  assert_false(is_kept(d, BOT));
  assert_false(is_kept(d, &BOT[7]));
  who_am_i(d);
  assert_int_equal(d->id, TL_ID_user);
}

/* --- what nobody is to read ------------------------------------------------------ */

/* No log of either side, at any level, holds what only the two may know (325). */
static void test_silence(void **state) {
  net *n = *state;
  device *d = &n->devices[0], *e = second(n);
  log_in_as(d, GUARDED);
  check_password(d, "wrong-password");
  check_password(d, "test");
  show_qr(e);
  const char *link = link_of(e);
  accept_link(d, link);
  wait_for_move(e, 5 * CG_SECOND);
  set_password(d, "test", (cg_password_new){ .password = "tr0ub4dor", .hint = "a hint" });
  import_bot(e, BOT);
  cg_buf_put(&n->log, "", 1);
  const char *const secrets[] = { "wrong-password", "tr0ub4dor", "a hint", &BOT[7],
                                  link + 17 };
  for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
    assert_null(strstr((const char *)n->log.at, secrets[i]));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_password),
    TEST(test_stale_offer),
    TEST(test_own_password),
    TEST(test_set_refusals),
    TEST(test_recovery),
    TEST(test_recovery_removes),
    TEST(test_qr),
    TEST(test_qr_with_password),
    TEST(test_qr_migrates),
    TEST(test_qr_migrates_to_password),
    TEST(test_qr_is_renewed),
    TEST(test_qr_in_processes),
    TEST(test_qr_over_a_cut),
    TEST(test_qr_that_was_left),
    TEST(test_bot),
    TEST(test_silence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
