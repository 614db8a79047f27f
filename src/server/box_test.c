/* SPDX-License-Identifier: MIT */
/*
 * box_test.c - the service account's messages, and what clients ask to have all of
 * them: pushes, differences, chats, histories. With a store that answers at once and
 * with one that takes its time.
 */
#include "login_fixture.h"

#include "box.h"
#include "layer.h"

#define CODE_TEXT "Login code: " CODE ". This is a test server; never share it."

/* A client that is logged in. */
static cg_tester *start(void) {
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  log_in(c, KNOWN);
  return c;
}

static bool same(cg_bytes a, const char *b) {
  return cg_bytes_equal(a, cg_bytes_of(b));
}

/* The only update of the next Updates that was pushed, and its users. */
static const tl_obj *next_update(cg_tester *c, tl_vec_obj *users) {
  cg_told told = cg_tester_update(c);
  const tl_updateShort *one = TL_AS(updateShort, told.obj);
  const tl_updates *all = TL_AS(updates, told.obj);
  if (one) return &one->update->o;
  if (!all) fail_msg("%s", told.error);
  assert_int_equal(all->updates.len, 1);
  assert_int_equal(all->seq, 0);
  assert_int_equal(all->date, (int32_t)cg_unix(H.now_us));
  if (users) *users = all->users;
  return all->updates.at[0];
}

static void no_update(cg_tester *c) {
  assert_string_equal(cg_tester_update(c).error, "no update");
}

static void is_service(const tl_obj *user, const char *name) {
  const tl_user *u = TL_AS(user, user);
  assert_non_null(u);
  assert_int_equal(u->id, 777000);
  assert_true(TL_HAS(user, u, verified));
  assert_true(same(u->first_name, name) && same(u->phone, "42777"));
}

static void is_code_message(const void *obj, int32_t id) {
  const tl_message *m = TL_AS(message, obj);
  assert_non_null(m);
  assert_int_equal(m->id, id);
  assert_true(same(m->message, CODE_TEXT));
  assert_int_equal(TL_AS(peerUser, m->peer_id)->user_id, 777000);
  assert_int_equal(TL_AS(peerUser, m->from_id)->user_id, 777000);
  assert_false(TL_HAS(message, m, out));
  assert_int_equal(m->entities.len, 1);
  const tl_messageEntityBold *bold = TL_AS(messageEntityBold, m->entities.at[0]);
  assert_int_equal(bold->offset, 0);
  assert_int_equal(bold->length, strlen("Login code:"));
}

/* --- calls ---------------------------------------------------------------- */

static const tl_updates_state *get_state(cg_tester *c) {
  tl_updates_getState q = { TL_INIT(updates_getState) };
  cg_told told = cg_tester_call(c, &q.o);
  is_object(told, TL_ID_updates_state);
  return TL_AS(updates_state, told.obj);
}

static cg_told difference(cg_tester *c, int32_t pts, int32_t limit, int32_t total) {
  tl_updates_getDifference q = { TL_INIT(updates_getDifference), .pts = pts, .date = 1 };
  if (limit) TL_SET(updates_getDifference, &q, pts_limit, limit);
  if (total) TL_SET(updates_getDifference, &q, pts_total_limit, total);
  return cg_tester_call(c, &q.o);
}

static const tl_inputPeerSelf self = { TL_INIT(inputPeerSelf) };
static const tl_inputPeerUser service = { TL_INIT(inputPeerUser), .user_id = 777000 };

static cg_told get_dialogs(cg_tester *c, int32_t limit, int32_t offset_id) {
  static const tl_inputPeerEmpty none = { TL_INIT(inputPeerEmpty) };
  tl_messages_getDialogs q = { TL_INIT(messages_getDialogs), .limit = limit,
                               .offset_id = offset_id, .offset_peer = &none.InputPeer };
  return cg_tester_call(c, &q.o);
}

static cg_told get_history(cg_tester *c, const tl_InputPeer *peer, int32_t offset_id,
                           int32_t add_offset, int32_t limit) {
  tl_messages_getHistory q = { TL_INIT(messages_getHistory), .peer = peer,
                               .offset_id = offset_id, .add_offset = add_offset,
                               .limit = limit };
  return cg_tester_call(c, &q.o);
}

static cg_told read_history(cg_tester *c, int32_t max_id) {
  tl_messages_readHistory q = { TL_INIT(messages_readHistory), .max_id = max_id,
                                .peer = &service.InputPeer };
  return cg_tester_call(c, &q.o);
}

static cg_told send_message(cg_tester *c, const tl_InputPeer *peer, const char *text,
                            int64_t random_id) {
  tl_messages_sendMessage q = { TL_INIT(messages_sendMessage), .peer = peer,
                                .message = cg_bytes_of(text), .random_id = random_id };
  return cg_tester_call(c, &q.o);
}

/* Somebody asks for `count` codes of the number, each one rung App. */
static void more_codes(int count) {
  cg_tester *d = cg_tester_new(&H);
  for (int i = 0; i < count; i++) {
    sent s = sent_of(send_code(d, KNOWN));
    assert_int_equal(s.type, TL_ID_auth_sentCodeTypeApp);
    is_true(cancel_code(d, KNOWN, s.hash));
  }
  cg_tester_free(d);
}

/* --- codes and notices ---------------------------------------------------- */

static void a_code_comes_as_a_message(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  no_update(c); /* the first code went another way, the first login is no news */
  sent s = sent_of(send_code(d, KNOWN));
  assert_int_equal(s.type, TL_ID_auth_sentCodeTypeApp);
  tl_vec_obj users = { 0 };
  const tl_updateNewMessage *news = TL_AS(updateNewMessage, next_update(c, &users));
  assert_non_null(news);
  is_code_message(news->message, 1);
  assert_int_equal(news->pts, 2);
  assert_int_equal(news->pts_count, 1);
  assert_int_equal(users.len, 1);
  is_service(users.at[0], "Local login");
  no_update(c);
  no_update(d);
  send_code(d, KNOWN); /* nothing is sent while it lives */
  assert_int_equal(sent_of(resend_code(d, KNOWN, s.hash)).type,
                   TL_ID_auth_sentCodeTypeSms);
  no_update(c);
  assert_null(memmem(H.log.at, H.log.len, CODE, strlen(CODE)));
}

static void its_sender_has_a_name(void **state) {
  (void)state;
  cg_harness_set(&H, "service_name=Acme \xc3\xa9");
  cg_tester *c = start();
  more_codes(1);
  tl_vec_obj users = { 0 };
  next_update(c, &users);
  is_service(users.at[0], "Acme \xc3\xa9");
  tl_inputUser who = { TL_INIT(inputUser), .user_id = 777000 };
  const tl_obj *list[] = { &who.o };
  tl_users_getUsers q = { TL_INIT(users_getUsers), .id = { list, 1 } };
  cg_told told = cg_tester_call(c, &q.o);
  is_object(told, TL_ID_vector);
  assert_non_null(memmem(told.raw.at, told.raw.len, "Acme \xc3\xa9", 7));
}

static void a_message_lasts(void **state) {
  (void)state;
  H.store_url = NULL;
  cg_tester *c = start();
  more_codes(2);
  cg_harness_close(&H);
  cg_harness_open(&H);
  cg_tester_reconnect(c, true);
  assert_int_equal(get_state(c)->pts, 3);
  const tl_messages_messages *m =
      TL_AS(messages_messages, get_history(c, &service.InputPeer, 0, 0, 9).obj);
  assert_int_equal(m->messages.len, 2);
  is_code_message(m->messages.at[0], 2);
}

static void a_message_of_a_lost_turn_never_was(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  assert_int_equal(sent_of(send_code(d, KNOWN_TOO)).type, TL_ID_auth_sentCodeTypeSms);
  H.writes_fail = true;
  assert_string_equal(send_code(d, KNOWN).error, "no answer");
  H.writes_fail = false;
  no_update(c);
  cg_tester_reconnect(c, true);
  assert_int_equal(get_state(c)->pts, 1);
}

static void a_login_is_told_to_the_others(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  sent s = sent_of(send_code(d, KNOWN));
  assert_non_null(TL_AS(updateNewMessage, next_update(c, NULL)));
  is_object(sign_in(d, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  const tl_updateNewAuthorization *a =
      TL_AS(updateNewAuthorization, next_update(c, NULL));
  assert_non_null(a);
  assert_true(TL_HAS(updateNewAuthorization, a, unconfirmed));
  assert_true(a->hash != 0 && a->date == (int32_t)cg_unix(H.now_us));
  assert_true(same(a->device, "Box, Linux") && same(a->location, "XX"));
  char type[48];
  snprintf(type, sizeof type, "auth%lld_%d", (long long)a->hash, a->date);
  const tl_updateServiceNotification *n =
      TL_AS(updateServiceNotification, next_update(c, NULL));
  assert_non_null(n);
  assert_true(TL_HAS(updateServiceNotification, n, inbox_date));
  assert_false(TL_HAS(updateServiceNotification, n, popup));
  assert_true(same(n->type, type));
  assert_non_null(memmem(n->message.at, n->message.len, "Device: Box, Linux\n", 19));
  no_update(c);
  no_update(d);
}

static void errors_406_can_be_explained(void **state) {
  (void)state;
  cg_harness_set(&H, "explain_406=on");
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  is_error(send_code(c, "x"), 406, "PHONE_NUMBER_INVALID");
  const tl_updateServiceNotification *n =
      TL_AS(updateServiceNotification, next_update(c, NULL));
  assert_true(TL_HAS(updateServiceNotification, n, popup));
  assert_true(same(n->type, "PHONE_NUMBER_INVALID"));
  assert_true(same(n->message, "This phone number is not valid."));
  is_error(send_code(c, BANNED), 400, "PHONE_NUMBER_BANNED");
  no_update(c);
}

static void errors_406_are_silent_by_default(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(send_code(c, "x"), 406, "PHONE_NUMBER_INVALID");
  no_update(c);
}

/* --- updates -------------------------------------------------------------- */

static void a_state_counts(void **state) {
  (void)state;
  cg_tester *c = start();
  const tl_updates_state *s = get_state(c);
  assert_true(s->pts == 1 && s->qts == 0 && s->unread_count == 0);
  assert_int_equal(s->date, (int32_t)cg_unix(H.now_us));
  more_codes(3);
  s = get_state(c);
  assert_true(s->pts == 4 && s->unread_count == 3);
}

static void a_difference_has_what_was_missed(void **state) {
  (void)state;
  cg_tester *c = start();
  is_error(difference(c, 0, 0, 0), 400, "PERSISTENT_TIMESTAMP_EMPTY");
  is_object(difference(c, 1, 0, 0), TL_ID_updates_differenceEmpty);
  more_codes(3);
  const tl_updates_difference *d =
      TL_AS(updates_difference, difference(c, 2, 0, 0).obj);
  assert_non_null(d);
  assert_int_equal(d->new_messages.len, 2);
  is_code_message(d->new_messages.at[0], 2);
  is_code_message(d->new_messages.at[1], 3);
  is_service(d->users.at[0], "Local login");
  assert_int_equal(TL_AS(updates_state, d->state)->pts, 4);
  assert_int_equal(TL_AS(updates_state, d->state)->unread_count, 3);
  is_object(difference(c, 4, 0, 0), TL_ID_updates_differenceEmpty);
}

static void a_difference_comes_in_slices(void **state) {
  (void)state;
  cg_tester *c = start();
  more_codes(3);
  const tl_updates_differenceSlice *s =
      TL_AS(updates_differenceSlice, difference(c, 1, 2, 0).obj);
  assert_non_null(s);
  assert_int_equal(s->new_messages.len, 2);
  assert_int_equal(TL_AS(updates_state, s->intermediate_state)->pts, 3);
  const tl_updates_difference *d =
      TL_AS(updates_difference, difference(c, 3, 2, 0).obj);
  assert_int_equal(d->new_messages.len, 1);
  is_code_message(d->new_messages.at[0], 3);
}

static void a_difference_can_be_too_long(void **state) {
  (void)state;
  cg_tester *c = start();
  more_codes(3);
  is_object(difference(c, 1, 0, 3), TL_ID_updates_difference);
  cg_told told = difference(c, 1, 0, 2);
  is_object(told, TL_ID_updates_differenceTooLong);
  assert_int_equal(TL_AS(updates_differenceTooLong, told.obj)->pts, 4);
  told = difference(c, 9, 0, 0); /* of another server: ours has never been there */
  assert_int_equal(TL_AS(updates_differenceTooLong, told.obj)->pts, 4);
}

/* --- chats ---------------------------------------------------------------- */

static const tl_dialog *dialog_at(const tl_vec_obj *list, uint32_t i) {
  assert_true(i < list->len);
  return TL_AS(dialog, list->at[i]);
}

static void chats_are_those_with_messages(void **state) {
  (void)state;
  cg_tester *c = start();
  const tl_messages_dialogs *d = TL_AS(messages_dialogs, get_dialogs(c, 100, 0).obj);
  assert_int_equal(d->dialogs.len, 0);
  more_codes(2);
  d = TL_AS(messages_dialogs, get_dialogs(c, 100, 0).obj);
  assert_int_equal(d->dialogs.len, 1);
  assert_int_equal(d->messages.len, 1);
  is_code_message(d->messages.at[0], 2);
  is_service(d->users.at[0], "Local login");
  const tl_dialog *chat = dialog_at(&d->dialogs, 0);
  assert_int_equal(TL_AS(peerUser, chat->peer)->user_id, 777000);
  assert_true(chat->top_message == 2 && chat->unread_count == 2);
  assert_int_equal(chat->read_inbox_max_id, 0);
}

static void chats_come_in_pages(void **state) {
  (void)state;
  cg_tester *c = start();
  more_codes(1);
  is_object(send_message(c, &self.InputPeer, "note", 7), TL_ID_updateShortSentMessage);
  const tl_messages_dialogs *all = TL_AS(messages_dialogs, get_dialogs(c, 100, 0).obj);
  assert_int_equal(all->dialogs.len, 2);
  assert_int_equal(dialog_at(&all->dialogs, 0)->top_message, 2); /* the newest first */
  assert_int_equal(dialog_at(&all->dialogs, 0)->unread_count, 0);
  assert_int_equal(dialog_at(&all->dialogs, 0)->read_inbox_max_id, 2);
  cg_told told = get_dialogs(c, 1, 0);
  const tl_messages_dialogsSlice *page = TL_AS(messages_dialogsSlice, told.obj);
  assert_true(page->count == 2 && page->dialogs.len == 1);
  told = get_dialogs(c, 1, 2);
  page = TL_AS(messages_dialogsSlice, told.obj);
  assert_int_equal(dialog_at(&page->dialogs, 0)->top_message, 1);
  told = get_dialogs(c, 1, 1);
  page = TL_AS(messages_dialogsSlice, told.obj);
  assert_true(page->count == 2 && page->dialogs.len == 0);
}

static void chats_by_name_pinned_and_archived(void **state) {
  (void)state;
  cg_tester *c = start();
  more_codes(1);
  is_object(send_message(c, &self.InputPeer, "note", 7), TL_ID_updateShortSentMessage);
  tl_inputDialogPeer named = { TL_INIT(inputDialogPeer), .peer = &service.InputPeer };
  const tl_obj *list[] = { &named.o };
  tl_messages_getPeerDialogs q = { TL_INIT(messages_getPeerDialogs),
                                   .peers = { list, 1 } };
  cg_told told = cg_tester_call(c, &q.o);
  const tl_messages_peerDialogs *d = TL_AS(messages_peerDialogs, told.obj);
  assert_int_equal(d->dialogs.len, 1);
  is_code_message(d->messages.at[0], 1);
  assert_int_equal(TL_AS(updates_state, d->state)->pts, 3);
  tl_messages_getPinnedDialogs pinned = { TL_INIT(messages_getPinnedDialogs) };
  d = TL_AS(messages_peerDialogs, cg_tester_call(c, &pinned.o).obj);
  assert_true(d->dialogs.len == 0 && TL_AS(updates_state, d->state)->pts == 3);
  static const tl_inputPeerEmpty none = { TL_INIT(inputPeerEmpty) };
  tl_messages_getDialogs archive = { TL_INIT(messages_getDialogs), .limit = 9,
                                     .offset_peer = &none.InputPeer };
  TL_SET(messages_getDialogs, &archive, folder_id, 1);
  told = cg_tester_call(c, &archive.o);
  assert_int_equal(TL_AS(messages_dialogs, told.obj)->dialogs.len, 0);
}

static void a_history_comes_in_pages(void **state) {
  (void)state;
  cg_tester *c = start();
  more_codes(4);
  cg_told told = get_history(c, &service.InputPeer, 0, 0, 100);
  const tl_messages_messages *all = TL_AS(messages_messages, told.obj);
  assert_int_equal(all->messages.len, 4);
  is_code_message(all->messages.at[0], 4);
  is_service(all->users.at[0], "Local login");
  told = get_history(c, &service.InputPeer, 3, 0, 1);
  const tl_messages_messagesSlice *page = TL_AS(messages_messagesSlice, told.obj);
  assert_true(page->count == 4 && page->messages.len == 1);
  is_code_message(page->messages.at[0], 2);
  told = get_history(c, &service.InputPeer, 3, -1, 2);
  page = TL_AS(messages_messagesSlice, told.obj);
  assert_int_equal(page->messages.len, 2);
  is_code_message(page->messages.at[0], 3);
  told = get_history(c, &service.InputPeer, 0, 0, 0);
  page = TL_AS(messages_messagesSlice, told.obj);
  assert_true(page->count == 4 && page->messages.len == 0);
  told = get_history(c, &self.InputPeer, 0, 0, 9);
  assert_int_equal(TL_AS(messages_messages, told.obj)->messages.len, 0);
  tl_inputPeerUser other = { TL_INIT(inputPeerUser), .user_id = 5 };
  is_error(get_history(c, &other.InputPeer, 0, 0, 9), 400, "PEER_ID_INVALID");
}

static void reading_is_told_to_the_others(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  sent s = sent_of(send_code(d, KNOWN));
  is_object(sign_in(d, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  more_codes(2);
  while (cg_tester_update(c).obj) {}
  while (cg_tester_update(d).obj) {}
  cg_told told = read_history(c, 2);
  const tl_messages_affectedMessages *a = TL_AS(messages_affectedMessages, told.obj);
  assert_true(a->pts == 5 && a->pts_count == 1);
  const tl_updateReadHistoryInbox *r =
      TL_AS(updateReadHistoryInbox, next_update(d, NULL));
  assert_true(r->max_id == 2 && r->still_unread_count == 1 && r->pts == 5);
  assert_int_equal(TL_AS(peerUser, r->peer)->user_id, 777000);
  no_update(c);
  a = TL_AS(messages_affectedMessages, read_history(c, 1).obj);
  assert_true(a->pts == 5 && a->pts_count == 0);
  no_update(d);
  const tl_updates_difference *diff =
      TL_AS(updates_difference, difference(d, 4, 0, 0).obj);
  assert_int_equal(diff->new_messages.len, 0);
  r = TL_AS(updateReadHistoryInbox, diff->other_updates.at[0]);
  assert_true(r->max_id == 2 && r->pts == 5);
  a = TL_AS(messages_affectedMessages, read_history(d, 0).obj); /* all */
  assert_true(a->pts == 6 && a->pts_count == 1);
  assert_int_equal(get_state(c)->unread_count, 0);
}

/* A slice ends at a message: what was read later comes with the rest. */
static void a_slice_has_only_what_was_read_before(void **state) {
  (void)state;
  cg_tester *c = start();
  more_codes(2); /* pts 2, 3 */
  read_history(c, 1); /* pts 4 */
  more_codes(1); /* pts 5 */
  const tl_updates_differenceSlice *s =
      TL_AS(updates_differenceSlice, difference(c, 1, 2, 0).obj);
  assert_true(s->new_messages.len == 2 && s->other_updates.len == 0);
  assert_int_equal(TL_AS(updates_state, s->intermediate_state)->pts, 3);
  const tl_updates_difference *d =
      TL_AS(updates_difference, difference(c, 3, 2, 0).obj);
  assert_true(d->new_messages.len == 1 && d->other_updates.len == 1);
}

static void own_messages_are_kept(void **state) {
  (void)state;
  cg_tester *c = start(), *d = cg_tester_new(&H);
  sent s = sent_of(send_code(d, KNOWN));
  is_object(sign_in(d, KNOWN, s.hash, CODE), TL_ID_auth_authorization);
  while (cg_tester_update(d).obj) {}
  cg_told told = send_message(c, &self.InputPeer, "note", 7);
  const tl_updateShortSentMessage *a = TL_AS(updateShortSentMessage, told.obj);
  assert_non_null(a);
  assert_true(TL_HAS(updateShortSentMessage, a, out) && a->id == 2 && a->pts == 3);
  const tl_updateNewMessage *n = TL_AS(updateNewMessage, next_update(d, NULL));
  const tl_message *m = TL_AS(message, n->message);
  assert_true(TL_HAS(message, m, out) && same(m->message, "note") && n->pts == 3);
  is_error(send_message(c, &self.InputPeer, "note", 7), 400, "RANDOM_ID_DUPLICATE");
  is_error(send_message(c, &self.InputPeer, "", 8), 400, "MESSAGE_EMPTY");
  is_error(send_message(c, &self.InputPeer, "\xff", 8), 400, "ENCODING_INVALID");
  static char much[4098];
  memset(much, 'x', sizeof much - 1);
  is_error(send_message(c, &self.InputPeer, much, 8), 400, "MESSAGE_TOO_LONG");
  tl_inputPeerUser other = { TL_INIT(inputPeerUser), .user_id = 5 };
  is_error(send_message(c, &other.InputPeer, "x", 8), 400, "PEER_ID_INVALID");
  is_object(send_message(c, &service.InputPeer, "x", 8), TL_ID_updateShortSentMessage);
  assert_int_equal(get_state(c)->pts, 4); /* what was refused left nothing */
}

static void old_layers_have_their_forms(void **state) {
  (void)state;
  static const int layers[] = { 144, 152, 158, 167, 185, 190, 198, 204, 220, 224, 227 };
  cg_tester *c = start();
  more_codes(2);
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
    int32_t pts = get_state(c)->pts, top = pts - 1;
    c->layer = layers[i];
    c->inited = false;
    assert_int_equal(get_state(c)->pts, pts);
    assert_non_null(TL_AS(updates_difference, difference(c, pts - 1, 0, 0).obj));
    cg_told told = get_dialogs(c, 9, 0);
    const tl_messages_dialogs *d = TL_AS(messages_dialogs, told.obj);
    assert_int_equal(dialog_at(&d->dialogs, 0)->top_message, top);
    is_code_message(d->messages.at[0], top);
    told = get_history(c, &service.InputPeer, 0, 0, 99);
    assert_int_equal(TL_AS(messages_messages, told.obj)->messages.len, top);
    while (cg_tester_update(c).obj) {}
    more_codes(1);
    const tl_updateNewMessage *n = TL_AS(updateNewMessage, next_update(c, NULL));
    is_code_message(n->message, top + 1);
  }
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    T(a_code_comes_as_a_message),
    T(its_sender_has_a_name),
    T(a_message_lasts),
    T(a_message_of_a_lost_turn_never_was),
    T(a_login_is_told_to_the_others),
    T(errors_406_can_be_explained),
    T(errors_406_are_silent_by_default),
    T(a_state_counts),
    T(a_difference_has_what_was_missed),
    T(a_difference_comes_in_slices),
    T(a_difference_can_be_too_long),
    T(chats_are_those_with_messages),
    T(chats_come_in_pages),
    T(chats_by_name_pinned_and_archived),
    T(a_history_comes_in_pages),
    T(reading_is_told_to_the_others),
    T(a_slice_has_only_what_was_read_before),
    T(own_messages_are_kept),
    T(old_layers_have_their_forms),
  };
  int failed = cmocka_run_group_tests_name("box", tests, NULL, NULL);
  late = true;
  return failed + cmocka_run_group_tests_name("box, late store", tests, NULL, NULL);
}
