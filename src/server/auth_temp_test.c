/* SPDX-License-Identifier: MIT */
/*
 * auth_temp_test.c - temporary keys on the wire: auth.bindTempAuthKey with every check
 * of login.md 5.1 step 3, what a bound key shares with its permanent one, and its ends.
 */
#include "login_test.h"

#include "bind.h"
#include "mem.h"
#include "push.h"
#include "session_state.h"

enum { DAY = 86400 };

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, false);
  return 0;
}

static int set_up_late(void **state) {
  (void)state;
  cg_harness_init(&H, true);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

/* --- the client's half ---------------------------------------------------- */

static int32_t now_s(void) {
  return (int32_t)cg_unix(H.now_us);
}

/* What differs from a good call. */
typedef struct {
  uint64_t msg_id, nonce, temp_id, session_id; /* of the inside: exclusive or */
  int32_t inside_expires;                      /* added */
  uint64_t permanent_id;                       /* of the outside: exclusive or */
  size_t len;                                  /* of the message; 0: 104 */
  bool broken;                                 /* a byte of it */
} flaw;

/* Gives the call that was queued last its msg_id, as sending it would. */
static cg__out *number(cg_session *s) {
  cg__out *o = s->tail;
  s->now_us = H.now_us;
  assert_int_equal(cg__table_reserve(&s->sent), CG_OK);
  o->msg_id = cg_msgid_next(&s->last_id, cg__server_time(s), CG_MSGID_CLIENT);
  o->seqno = 2 * s->content++ + 1;
  cg__table_add(&s->sent, o);
  cg__client_numbered(s, o);
  return o;
}

static void put_message(cg_tester *temp, const cg_tester *perm, const cg__out *o,
                        const tl_auth_bindTempAuthKey *q, const flaw *f, uint8_t *out) {
  cg_bind b = { .msg_id = o->msg_id ^ f->msg_id, .nonce = (uint64_t)q->nonce ^ f->nonce,
                .temp_id = temp->key.id ^ f->temp_id,
                .session_id = cg_session_id(temp->session) ^ f->session_id,
                .expires_at = q->expires_at + f->inside_expires };
  assert_int_equal(cg_bind_seal(&perm->key, &b, &H.client_rng.rng, out), CG_OK);
  out[50] ^= f->broken;
}

/* Queues the call, wrapped in initConnection if the session has not said that yet. */
static uint64_t queue_bind(cg_tester *temp, const cg_tester *perm, int32_t expires_at,
                           const flaw *f) {
  uint8_t message[CG_BIND_SIZE + 16] = { 0 };
  size_t len = f->len ? f->len : CG_BIND_SIZE;
  tl_auth_bindTempAuthKey q = {
    TL_INIT(auth_bindTempAuthKey), .perm_auth_key_id = (int64_t)perm->key.id,
    .nonce = 0x1122334455667788, .expires_at = expires_at,
    .encrypted_message = { message, len }
  };
  q.perm_auth_key_id ^= (int64_t)f->permanent_id;
  cg_arena_reset(temp->arena);
  uint64_t tag = cg_tester_queue(temp, &q.o);
  cg__out *o = number(temp->session);
  put_message(temp, perm, o, &q, f, message);
  size_t tail = len + (len + 1 + 3) / 4 * 4 - (len + 1); /* with the string's padding */
  memcpy(o->body + o->len - tail, message, len);
  return tag;
}

static cg_told bind_until(cg_tester *temp, const cg_tester *perm, int32_t expires_at) {
  uint64_t tag = queue_bind(temp, perm, expires_at, &(flaw){ 0 });
  cg_harness_pump(&H);
  return cg_tester_take(temp, tag);
}

static cg_told bind_key(cg_tester *temp, const cg_tester *perm) {
  return bind_until(temp, perm, now_s() + DAY);
}

static cg_told bind_flawed(cg_tester *temp, const cg_tester *perm, const flaw *f) {
  uint64_t tag = queue_bind(temp, perm, now_s() + DAY, f);
  cg_harness_pump(&H);
  return cg_tester_take(temp, tag);
}

/* A temporary key that is bound to the key of `perm`, and has said who it is. */
static cg_tester *bound_to(const cg_tester *perm) {
  cg_tester *temp = cg_tester_new_temporary(&H, DAY);
  is_true(bind_key(temp, perm));
  temp->inited = false;
  return temp;
}

static cg_tester *perm, *temp;

static void start(void) {
  cg_harness_open(&H);
  perm = cg_tester_new(&H);
  temp = cg_tester_new_temporary(&H, DAY);
}

static cg_told get_config(cg_tester *c) {
  tl_help_getConfig q = { TL_INIT(help_getConfig) };
  return cg_tester_call(c, &q.o);
}

static cg_told drop_temp_keys(cg_tester *c, const cg_tester *except) {
  int64_t ids[] = { except ? (int64_t)except->key.id : 0 };
  tl_auth_dropTempAuthKeys q = { TL_INIT(auth_dropTempAuthKeys),
                                 .except_auth_keys = { ids, except != NULL } };
  return cg_tester_call(c, &q.o);
}

static void is_gone(cg_tester *c) {
  c->transport_error = 0;
  if (!c->conn) cg_tester_reconnect(c, true);
  assert_string_equal(get_config(c).error, "no answer");
  assert_int_equal(c->transport_error, -404);
}

/* --- the checks of 5.1 step 3 --------------------------------------------- */

static void is_refused(const flaw *f) {
  start();
  is_error(bind_flawed(temp, perm, f), 400, "ENCRYPTED_MESSAGE_INVALID");
  is_error(send_code(temp, KNOWN), 401, "AUTH_KEY_PERM_EMPTY");
  is_true(bind_key(temp, perm)); /* nothing else was wrong */
}

static void a_good_message_binds(void **state) {
  (void)state;
  start();
  is_true(bind_key(temp, perm));
}

/* As Telegram Desktop and mtcute send it. */
static void it_needs_no_initConnection(void **state) {
  (void)state;
  start();
  temp->inited = true;
  is_true(bind_key(temp, perm));
}

static void step_3_the_length(void **state) {
  (void)state;
  is_refused(&(flaw){ .len = 103 });
}

static void step_3_the_length_is_not_more(void **state) {
  (void)state;
  is_refused(&(flaw){ .len = 120 });
}

static void step_3_the_leading_key_id(void **state) {
  (void)state;
  start();
  cg_tester *other = cg_tester_new(&H);
  flaw f = { .permanent_id = perm->key.id ^ other->key.id };
  is_error(bind_flawed(temp, perm, &f), 400, "ENCRYPTED_MESSAGE_INVALID");
  is_true(bind_key(temp, perm));
}

static void step_3_the_key_is_known(void **state) {
  (void)state;
  is_refused(&(flaw){ .permanent_id = 1 });
}

static void step_3_a_temporary_key_is_no_permanent_one(void **state) {
  (void)state;
  start();
  cg_tester *other = cg_tester_new_temporary(&H, DAY);
  is_error(bind_key(temp, other), 400, "ENCRYPTED_MESSAGE_INVALID");
  is_error(bind_key(temp, temp), 400, "ENCRYPTED_MESSAGE_INVALID");
}

static void step_3_msg_key(void **state) {
  (void)state;
  is_refused(&(flaw){ .broken = true });
}

static void step_3_msg_id(void **state) {
  (void)state;
  is_refused(&(flaw){ .msg_id = 4 });
}

static void step_3_nonce(void **state) {
  (void)state;
  is_refused(&(flaw){ .nonce = 1 });
}

static void step_3_temporary_key_id(void **state) {
  (void)state;
  is_refused(&(flaw){ .temp_id = 1 });
}

static void step_3_session_id(void **state) {
  (void)state;
  is_refused(&(flaw){ .session_id = 1 });
}

static void step_3_expires_at_inside(void **state) {
  (void)state;
  is_refused(&(flaw){ .inside_expires = 1 });
}

static void step_3_expires_at_in_the_past(void **state) {
  (void)state;
  start();
  is_error(bind_until(temp, perm, now_s()), 400, "EXPIRES_AT_INVALID");
  is_error(bind_until(temp, perm, -1), 400, "EXPIRES_AT_INVALID");
  is_true(bind_until(temp, perm, now_s() + 1));
}

static void step_3_expires_at_beyond_the_keys_own(void **state) {
  (void)state;
  start();
  is_error(bind_until(temp, perm, now_s() + DAY + 61), 400, "EXPIRES_AT_INVALID");
  is_error(bind_until(temp, perm, INT32_MAX), 400, "EXPIRES_AT_INVALID");
  is_true(bind_until(temp, perm, now_s() + DAY + 60)); /* the client's clock */
}

static void step_3_over_a_permanent_key(void **state) {
  (void)state;
  start();
  cg_tester *other = cg_tester_new(&H);
  is_error(bind_key(perm, other), 400, "TEMP_AUTH_KEY_EMPTY");
}

static void step_3_bound_to_another(void **state) {
  (void)state;
  start();
  cg_tester *other = cg_tester_new(&H);
  is_true(bind_key(temp, perm));
  is_error(bind_key(temp, other), 400, "TEMP_AUTH_KEY_ALREADY_BOUND");
  is_true(bind_key(temp, perm)); /* to the same again: a lost answer */
}

static void a_replaced_key_stays_with_its_own(void **state) {
  (void)state;
  start();
  cg_tester *other = cg_tester_new(&H);
  is_true(bind_key(temp, perm));
  bound_to(perm);
  is_error(bind_key(temp, other), 400, "TEMP_AUTH_KEY_ALREADY_BOUND");
  is_true(bind_key(temp, perm));
}

/* --- unbound and bound ---------------------------------------------------- */

static void row_62_until_it_is_bound(void **state) {
  (void)state;
  start();
  is_error(send_code(temp, KNOWN), 401, "AUTH_KEY_PERM_EMPTY");
  is_object(get_config(temp), TL_ID_config);
  is_true(bind_key(temp, perm));
  temp->inited = false;
  sent_of(send_code(temp, KNOWN));
}

static void row_64_initConnection_comes_again_after_each_bind(void **state) {
  (void)state;
  start();
  is_true(bind_key(temp, perm));
  is_error(send_code(temp, KNOWN), 400, "CONNECTION_NOT_INITED");
  temp->inited = false;
  sent_of(send_code(temp, KNOWN));
  is_true(bind_key(temp, perm));
  is_error(send_code(temp, KNOWN), 400, "CONNECTION_NOT_INITED");
}

static void a_login_is_that_of_the_permanent_key(void **state) {
  (void)state;
  start();
  is_error(get_users(perm), 401, "AUTH_KEY_UNREGISTERED");
  is_true(bind_key(temp, perm));
  temp->inited = false;
  log_in(temp, KNOWN);
  is_object(get_users(temp), TL_ID_vector);
  is_object(get_users(perm), TL_ID_vector);
  is_object(log_out(perm), TL_ID_auth_loggedOut);
  is_error(get_users(temp), 401, "AUTH_KEY_UNREGISTERED");
}

static void a_code_is_that_of_the_permanent_key(void **state) {
  (void)state;
  start();
  sent s = sent_of(send_code(perm, KNOWN));
  temp = bound_to(perm);
  assert_string_equal(sent_of(send_code(temp, KNOWN)).hash, s.hash);
  cg_tester *next = bound_to(perm);
  is_object(sign_in(next, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
}

static void a_login_made_before_is_seen(void **state) {
  (void)state;
  start();
  log_in(perm, KNOWN);
  temp = bound_to(perm);
  is_object(get_users(temp), TL_ID_vector);
}

static int updates_of(cg_tester *c) {
  int n = 0;
  cg_harness_pump(&H);
  while (cg_tester_update(c).obj) n++;
  return n;
}

/* What is told to the account, or to the permanent key, comes over both. */
static void updates_reach_temporary_keys(void **state) {
  (void)state;
  tl_updateConfig config = { TL_INIT(updateConfig) };
  tl_updateShort u = { TL_INIT(updateShort), .date = 1700000000,
                       .update = &config.Update };
  start();
  temp = bound_to(perm);
  log_in(temp, KNOWN);
  is_object(get_users(perm), TL_ID_vector);
  (void)(updates_of(temp) + updates_of(perm));
  int64_t id = cg_peer_find(H.server, perm->key.id)->login.user_id;
  cg_push_key(H.server, perm->key.id, &u.o);
  assert_int_equal(updates_of(temp), 1);
  assert_int_equal(updates_of(perm), 1);
  cg_push_user(H.server, id, 0, &u.o);
  assert_int_equal(updates_of(temp), 1);
  assert_int_equal(updates_of(perm), 1);
  cg_push_user(H.server, id, perm->key.id, &u.o);
  assert_int_equal(updates_of(temp), 0);
  bound_to(perm); /* the one before is nobody's now */
  cg_push_user(H.server, id, 0, &u.o);
  assert_int_equal(updates_of(temp), 0);
}

static void a_ban_reaches_temporary_keys(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  log_in(temp, KNOWN);
  cg_said said = { 0 };
  cg_server_user_ban(H.server, CG_LIT("{\"phone\":\"" KNOWN "\"}"), H.now_us,
                     cg_harness_hear, &said);
  assert_int_equal(said.status, 200);
  is_error(get_users(temp), 401, "USER_DEACTIVATED_BAN");
}

static void a_reset_reaches_temporary_keys(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  log_in(temp, KNOWN);
  cg_said said = { 0 };
  cg_server_reset(H.server, H.now_us, cg_harness_hear, &said);
  assert_int_equal(said.status, 200);
  is_error(get_users(temp), 401, "AUTH_KEY_UNREGISTERED");
}

static void a_new_binding_replaces_the_old_one(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  log_in(temp, KNOWN);
  cg_tester *next = bound_to(perm);
  is_object(get_users(next), TL_ID_vector);
  is_error(get_users(temp), 401, "AUTH_KEY_PERM_EMPTY");
  is_object(get_config(temp), TL_ID_config);
}

static void a_key_for_media_lives_beside_the_main_one(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  log_in(temp, KNOWN);
  cg_tester *media = cg_tester_new_temporary(&H, DAY);
  cg_peer_find(H.server, media->key.id)->dc = -2; /* as it said in the key exchange */
  is_true(bind_key(media, perm));
  media->inited = false;
  is_object(get_users(media), TL_ID_vector);
  is_object(get_users(temp), TL_ID_vector);
}

static void what_a_bound_key_says_is_kept_with_the_permanent_one(void **state) {
  (void)state;
  H.store_url = NULL;
  start();
  temp = bound_to(perm);
  log_in(temp, KNOWN);
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(perm, true);
  perm->inited = true; /* it never said so itself */
  is_object(get_users(perm), TL_ID_vector);
}

/* --- ends ----------------------------------------------------------------- */

static void a_restart_loses_temporary_keys_and_no_login(void **state) {
  (void)state;
  H.store_url = NULL;
  start();
  temp = bound_to(perm);
  log_in(temp, KNOWN);
  cg_harness_close(&H);
  cg_harness_open(&H);
  is_gone(temp);
  cg_tester *next = cg_tester_new_temporary(&H, DAY);
  assert_null(cg_peer_find(H.server, perm->key.id)); /* has to be loaded */
  is_true(bind_key(next, perm));
  next->inited = false;
  is_object(get_users(next), TL_ID_vector);
}

static void it_dies_when_the_binding_ends(void **state) {
  (void)state;
  start();
  is_true(bind_until(temp, perm, now_s() + 100));
  temp->inited = false;
  cg_harness_advance(&H, 99);
  is_object(get_config(temp), TL_ID_config);
  cg_harness_advance(&H, 1);
  assert_null(cg_peer_find(H.server, temp->key.id)); /* nothing is left of it */
  is_gone(temp);
  assert_int_equal(cg_peer_find(H.server, perm->key.id)->refs, 0);
}

static void it_dies_with_its_own_time_at_the_latest(void **state) {
  (void)state;
  start();
  temp = cg_tester_new_temporary(&H, 100);
  is_true(bind_until(temp, perm, now_s() + 130));
  cg_harness_advance(&H, 100);
  is_gone(temp);
}

static void dropping_keeps_the_excepted_one(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  is_true(drop_temp_keys(temp, temp));
  is_object(get_config(temp), TL_ID_config);
  is_true(drop_temp_keys(perm, temp));
  is_object(get_config(temp), TL_ID_config);
  is_true(drop_temp_keys(perm, perm));
  is_gone(temp);
  is_object(get_config(perm), TL_ID_config);
}

static void who_drops_himself_is_told_so(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  is_true(drop_temp_keys(temp, NULL));
  is_gone(temp);
}

static void dropping_leaves_those_of_others(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  cg_tester *other = cg_tester_new(&H);
  is_true(drop_temp_keys(other, NULL));
  is_object(get_config(temp), TL_ID_config);
}

static void destroy(cg_tester *c) {
  assert_int_equal(cg_session_destroy_key(c->session), CG_OK);
  cg_harness_pump(&H);
}

static void a_destroyed_temporary_key_leaves_the_permanent_one(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  log_in(temp, KNOWN);
  destroy(temp);
  is_gone(temp);
  is_object(get_users(perm), TL_ID_vector);
}

static void a_destroyed_permanent_key_takes_its_own_along(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  log_in(temp, KNOWN);
  destroy(perm);
  is_gone(temp);
  cg_tester *next = cg_tester_new_temporary(&H, DAY);
  is_error(bind_key(next, perm), 400, "ENCRYPTED_MESSAGE_INVALID");
}

static void a_lost_turn_takes_the_login_with_it(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  sent s = sent_of(send_code(temp, KNOWN));
  H.writes_fail = true;
  assert_string_equal(sign_in(temp, KNOWN, s.hash, CODE).error, "no answer");
  H.writes_fail = false;
  cg_tester_reconnect(perm, true);
  is_error(get_users(perm), 401, "AUTH_KEY_UNREGISTERED");
  is_gone(temp);
}

/* Feeds what the client has to send while only `n` allocations are granted; returns how
 * many were asked for. */
static long feed_with(cg_tester *c, long n) {
  cg_buf packet = { 0 }, wire = { 0 };
  assert_int_equal(cg_session_pull(c->session, H.now_us, &packet), CG_OK);
  assert_int_equal(cg_framing_send(c->framing, cg_buf_view(&packet), &wire), CG_OK);
  cg_mem_fail_after(n);
  cg_server_feed(H.server, c->conn, cg_buf_view(&wire), H.now_us);
  (void)cg_server_turn(H.server, H.now_us);
  long asked = cg_mem_fail_after(-1);
  cg_buf_free(&packet);
  cg_buf_free(&wire);
  cg_harness_pump(&H);
  return asked;
}

/* With the permanent key in the store only. */
static void every_allocation_of_a_binding_fails_once(void **state) {
  (void)state;
  start();
  cg_tester_disconnect(perm);
  for (long n = 0;; n++) {
    cg_peer *p = cg_peer_find(H.server, perm->key.id);
    if (p) cg_peer_forget(p);
    cg_tester_free(temp);
    temp = cg_tester_new_temporary(&H, DAY);
    uint64_t tag = queue_bind(temp, perm, now_s() + DAY, &(flaw){ 0 });
    long asked = feed_with(temp, n);
    cg_told told = cg_tester_take(temp, tag);
    if (asked <= n) {
      is_true(told);
      return;
    }
    if (told.code) is_error(told, 500, "INTERNAL"); /* else it was closed */
    assert_true(n < 10000);
  }
}

/* --- with a store that takes its time ------------------------------------- */

static void calls_wait_for_the_binding(void **state) {
  (void)state;
  H.store_url = NULL;
  start();
  log_in(perm, KNOWN);
  cg_harness_close(&H);
  cg_harness_open(&H);
  temp = cg_tester_new_temporary(&H, DAY);
  uint64_t bind = queue_bind(temp, perm, now_s() + DAY, &(flaw){ 0 });
  tl_inputUserSelf self = { TL_INIT(inputUserSelf) };
  const tl_obj *list[] = { &self.o };
  tl_users_getUsers users = { TL_INIT(users_getUsers), .id = { list, 1 } };
  temp->inited = false;
  uint64_t first = cg_tester_queue(temp, &users.o);
  uint64_t second = cg_tester_queue(temp, &users.o);
  cg_harness_pump(&H);
  is_true(cg_tester_take(temp, bind));
  is_object(cg_tester_take(temp, first), TL_ID_vector);
  is_object(cg_tester_take(temp, second), TL_ID_vector);
}

/* A call that was let in while the key was bound counts for the permanent key. */
static void a_call_outlives_its_binding(void **state) {
  (void)state;
  start();
  temp = bound_to(perm);
  cg_tester *next = cg_tester_new_temporary(&H, DAY);
  sent s = sent_of(send_code(temp, KNOWN));
  tl_auth_signIn q = { TL_INIT(auth_signIn), .phone_number = CG_LIT(KNOWN),
                       .phone_code_hash = cg_bytes_of(s.hash) };
  TL_SET(auth_signIn, &q, phone_code, CG_LIT(CODE));
  uint64_t sign_in_tag = cg_tester_queue(temp, &q.o);
  uint64_t bind_tag = queue_bind(next, perm, now_s() + DAY, &(flaw){ 0 });
  cg_harness_pump(&H);
  is_true(cg_tester_take(next, bind_tag));
  is_object(cg_tester_take(temp, sign_in_tag), TL_ID_auth_authorization);
  is_object(get_users(perm), TL_ID_vector);
  is_error(get_users(temp), 401, "AUTH_KEY_PERM_EMPTY");
}

static void a_store_out_of_reach_is_no_verdict(void **state) {
  (void)state;
  H.store_url = NULL;
  start();
  cg_harness_close(&H);
  cg_harness_open(&H);
  temp = cg_tester_new_temporary(&H, DAY);
  is_object(get_config(temp), TL_ID_config);
  H.submits_fail = true;
  is_error(bind_key(temp, perm), 500, "INTERNAL");
  H.submits_fail = false;
  is_true(bind_key(temp, perm));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define LATE(name) cmocka_unit_test_setup_teardown(name, set_up_late, tear_down)
#define BOTH(name)                                                                       \
  { #name, name, set_up, tear_down, NULL },                                              \
  { #name " (late store)", name, set_up_late, tear_down, NULL }

int main(void) {
  const struct CMUnitTest tests[] = {
    BOTH(a_good_message_binds),
    T(it_needs_no_initConnection),
    T(step_3_the_length),
    T(step_3_the_length_is_not_more),
    T(step_3_the_leading_key_id),
    BOTH(step_3_the_key_is_known),
    T(step_3_a_temporary_key_is_no_permanent_one),
    T(step_3_msg_key),
    T(step_3_msg_id),
    T(step_3_nonce),
    T(step_3_temporary_key_id),
    T(step_3_session_id),
    T(step_3_expires_at_inside),
    T(step_3_expires_at_in_the_past),
    T(step_3_expires_at_beyond_the_keys_own),
    T(step_3_over_a_permanent_key),
    T(step_3_bound_to_another),
    T(a_replaced_key_stays_with_its_own),
    T(row_62_until_it_is_bound),
    T(row_64_initConnection_comes_again_after_each_bind),
    BOTH(a_login_is_that_of_the_permanent_key),
    BOTH(a_code_is_that_of_the_permanent_key),
    T(a_login_made_before_is_seen),
    T(updates_reach_temporary_keys),
    T(a_ban_reaches_temporary_keys),
    T(a_reset_reaches_temporary_keys),
    T(a_new_binding_replaces_the_old_one),
    T(a_key_for_media_lives_beside_the_main_one),
    BOTH(what_a_bound_key_says_is_kept_with_the_permanent_one),
    BOTH(a_restart_loses_temporary_keys_and_no_login),
    T(it_dies_when_the_binding_ends),
    T(it_dies_with_its_own_time_at_the_latest),
    T(dropping_keeps_the_excepted_one),
    T(who_drops_himself_is_told_so),
    T(dropping_leaves_those_of_others),
    T(a_destroyed_temporary_key_leaves_the_permanent_one),
    BOTH(a_destroyed_permanent_key_takes_its_own_along),
    BOTH(a_lost_turn_takes_the_login_with_it),
    T(every_allocation_of_a_binding_fails_once),
    LATE(calls_wait_for_the_binding),
    LATE(a_call_outlives_its_binding),
    LATE(a_store_out_of_reach_is_no_verdict),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
