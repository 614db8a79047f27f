/* SPDX-License-Identifier: MIT */
/* gateway_events_test.c - updates: asked for in each form, and told over WebSockets. */
#include "gateway_rig.h"

#include "mem.h"
#include "updates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST    1700000000001 /* the clock's seconds, times 1000, and one */
#define TEXT2(x) #x
#define TEXT(x)  TEXT2(x)
#define PTS      "{\"_\":\"updateShort\",\"update\":{\"_\":\"updatePtsChanged\"},\"date\":1}"
#define READY                                                                            \
  (cg_login_info) {                                                                      \
    .state = CG_LOGIN_READY, .user_id = 77                                               \
  }

/* --- the queue -----------------------------------------------------------------------
 */

static void test_queue(void **state) {
  (void)state;
  cg_updates u = { 0 };
  cg_updates_put(&u, CG_LIT("lost"), CG_LIT(""));
  assert_null(u.first);
  cg_updates_turn_on(&u, 5 * CG_SECOND);
  for (int i = 0; i < 3; i++) cg_updates_put(&u, CG_LIT("{}"), CG_LIT("p"));
  assert_int_equal(u.first->id, 5001);
  assert_true(cg_bytes_equal(u.first->peers, CG_LIT("p")));
  cg_updates_confirm(&u, 5002);
  assert_int_equal(u.first->id, 5002);
  cg_updates_confirm(&u, -1);
  assert_int_equal(u.first->id, 5003);
  cg_updates_confirm(&u, INT64_MIN);
  assert_int_equal(u.count, 1);
  cg_updates_turn_off(&u);
  assert_int_equal(u.bytes, 0);
  cg_updates_turn_on(&u, 4 * CG_SECOND); /* never back */
  cg_updates_put(&u, CG_LIT("{}"), CG_LIT(""));
  assert_int_equal(u.first->id, 5004);
  cg_updates_turn_off(&u);
}

/* What does not fit pushes the oldest out; what never fits leaves its number. */
static void test_queue_bounded(void **state) {
  (void)state;
  static uint8_t big[CG_UPDATES_BYTES];
  cg_updates u = { 0 };
  cg_updates_turn_on(&u, CG_SECOND);
  for (int i = 0; i < CG_UPDATES_MOST + 5; i++)
    cg_updates_put(&u, CG_LIT("{}"), CG_LIT(""));
  assert_int_equal(u.count, CG_UPDATES_MOST);
  assert_int_equal(u.first->id, 1006);
  cg_updates_put(&u, (cg_bytes){ big, sizeof big / 2 }, CG_LIT(""));
  assert_true(u.count > 1 && u.bytes <= CG_UPDATES_BYTES);
  cg_updates_put(&u, (cg_bytes){ big, sizeof big - 100 }, CG_LIT(""));
  assert_int_equal(u.count, 1);
  int64_t last = u.last->id;
  cg_updates_put(&u, (cg_bytes){ big, sizeof big }, CG_LIT(""));
  cg_mem_fail_after(0);
  cg_updates_put(&u, CG_LIT("{}"), CG_LIT(""));
  cg_mem_fail_after(-1);
  cg_updates_clear(&u);
  cg_updates_put(&u, CG_LIT("{}"), CG_LIT(""));
  assert_int_equal(u.first->id, last + 3);
  cg_updates_turn_off(&u);
}

/* --- getUpdates ------------------------------------------------------------------------
 */

#define NONE "{\"success\":true,\"response\":[],\"errors\":[]}"
#define TOLD                                                                             \
  "{\"success\":true,\"response\":[{\"update_id\":" TEXT(                                \
      FIRST) ",\"update\":"                                                              \
             "{\"_\":\"updateUserTyping\",\"user_id\":5,\"action\":{\"_\":"              \
             "\"sendMessageTypingAction\"}}}],"                                          \
             "\"errors\":[]}"
#define TYPING                                                                           \
  "{\"_\":\"updateShort\",\"date\":1,\"update\":{\"_\":\"updateUserTyping\","            \
  "\"user_id\":\"5\",\"action\":{\"_\":\"sendMessageTypingAction\"}}}"

static void add_session(const char *name) {
  char line[100];
  snprintf(line, sizeof line, "GET /system/addSession?session=%s", name);
  is(line, "", "", 200, "{\"success\":true,\"response\":null,\"errors\":[]}");
}

/* A session that is logged in and was made to connect. */
static void begin_session(void) {
  add_session("a");
  fake.login = READY;
  is("GET /api/a/getUpdates", "", "", 200, NONE);
  assert_string_equal(fake.asked, "{\"_\":\"updates.getState\"}");
  answer_error(400, "X", 0, -1);
}

static void test_api_updates(void **state) {
  (void)state;
  begin_session();
  push(TYPING);
  is("GET /api/a/getUpdates", "", "", 200, TOLD);
  is("GET /api/a/getupdates?data[offset]=" TEXT(
         FIRST) "&data[timeout]=10.0&data[limit]=1",
     "", "", 200, TOLD);
  is("GET /api/a/getUpdates?offset=1700000000002", "", "", 200, NONE);
  int opened = fake.opened, asks = fake.asks;
  w.now += 600 * CG_SECOND; /* nobody asks, but what comes is wanted still */
  turn();
  assert_int_equal(fake.closed, 0);
  push(PTS);
  rig_connect();
  ask("GET /api/a/getUpdates", "", "");
  assert_non_null(strstr(body(), "{\"_\":\"updatePtsChanged\"}"));
  is("GET /api/a/unsubscribeFromUpdates", "", "", 200,
     "{\"success\":true,\"response\":null,\"errors\":[]}");
  push(PTS);
  is("GET /api/a/getUpdates", "", "", 200, NONE);
  w.now += (uint64_t)86400 * CG_SECOND;
  turn();
  turn();
  w.now += 61 * CG_SECOND;
  turn();
  assert_int_equal(fake.closed, 1);
  assert_int_equal(fake.opened, opened);
  assert_int_equal(fake.asks, asks);
}

static void test_wrong_numbers(void **state) {
  (void)state;
  static const char *const rows[] = { "offset=x",   "limit=0",     "limit=",
                                      "timeout=-1", "timeout=nan", "offset=1e300",
                                      "limit={}" };
  add_session("a");
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char line[100], want[200];
    snprintf(line, sizeof line, "GET /api/a/getUpdates?%s", rows[i]);
    snprintf(
        want, sizeof want,
        "{\"success\":false,\"response\":null,\"errors\":[{\"exception\":\"Exception\","
        "\"message\":\"%.*s: a number is wanted\",\"code\":400}]}",
        (int)strcspn(rows[i], "="), rows[i]);
    is(line, "", "", 400, want);
  }
}

/* It is answered when something comes, when its time is over, or never, when its client
 * leaves. */
static void test_long_poll(void **state) {
  (void)state;
  begin_session();
  ask("GET /api/a/getUpdates?timeout=30", "", "");
  assert_string_equal(w.sent, "");
  push(TYPING);
  was(200, TOLD);
  ask("GET /api/a/getUpdates?timeout=1000000&offset=1700000000002", "", "");
  assert_true(cg_gateway_deadline(w.gateway) <= w.now + 50 * CG_SECOND);
  w.now += 50 * CG_SECOND - 1;
  turn();
  assert_string_equal(w.sent, "");
  w.now++;
  was(200, NONE);
  ask("GET /api/a/getUpdates?timeout=30", "", "");
  cg_hub_gone(w.conn);
  rig_connect();
  push(TYPING);
  turn();
  is("GET /system/unlinkSessionFile?session=a", "", "", 200,
     "{\"success\":true,\"response\":null,\"errors\":[]}");
  assert_int_equal(fake.closed, 1);
}

/* An account that goes takes those that wait with it, and so does the gateway. */
static void test_long_poll_ends(void **state) {
  (void)state;
  begin_session();
  cg_hub_conn *first = w.conn;
  ask("GET /api/a/getUpdates?timeout=30", "", "");
  rig_connect();
  ask("GET /system/unlinkSessionFile?session=a", "", "");
  turn();
  assert_non_null(strstr(w.sent, "no such account"));
  assert_int_equal(fake.closed, 1);
  cg_hub_gone(first);
  fake.login = (cg_login_info){ 0 };
  begin_session();
  ask("GET /api/a/getUpdates?timeout=30", "", "");
  rig_end();
  assert_int_equal(fake.closed, 2);
}

/* One object may hold many; who they are about comes with the first. */
#define MANY                                                                             \
  "{\"_\":\"updates\",\"updates\":[{\"_\":\"updatePtsChanged\"},{\"_\":"                 \
  "\"updateConfig\"}],"                                                                  \
  "\"users\":[{\"_\":\"userEmpty\",\"id\":\"5\"}],\"chats\":[],\"date\":1,\"seq\":0}"

static void test_v1_updates(void **state) {
  (void)state;
  char id[17], token[44], header[100], line[100], end[120];
  ask("POST /v1/accounts", "", "");
  assert_int_equal(
      sscanf(body(), "{\"id\":\"%16[0-9a-f]\",\"token\":\"%43[^\"]\"", id, token), 2);
  snprintf(header, sizeof header, "Centigram-Token: %s\r\n", token);
  snprintf(line, sizeof line, "GET /v1/accounts/%s/updates?timeout=9", id);
  fake.login = READY;
  is(line, "", "", 404,
     "{\"error\":{\"code\":404,\"type\":\"NOT_FOUND\",\"value\":null,\"text\":"
     "\"no such account\"}}");
  ask(line, header, "");
  turn();
  answer_error(400, "X", 0, -1);
  push(MANY);
  was(200,
      "[{\"update_id\":" TEXT(FIRST) ",\"update\":{\"_\":\"updatePtsChanged\"},\"users\":"
                                     "[{\"_\":\"userEmpty\",\"id\":\"5\"}]},{\"update_"
                                     "id\":1700000000002,\"update\":"
                                     "{\"_\":\"updateConfig\"}}]");
  snprintf(end, sizeof end, "POST /v1/accounts/%s/updates", id);
  ask(end, header, "");
  assert_int_equal(atoi(w.sent + 9), 405);
  snprintf(end, sizeof end, "DELETE /v1/accounts/%s/updates", id);
  ask(end, header, "");
  assert_int_equal(atoi(w.sent + 9), 200);
  push(MANY);
  ask(line, header, "");
  assert_string_equal(w.sent, "");
}

static void test_user_updates(void **state) {
  (void)state;
  char token[44], line[100];
  ask("GET /phonelogin?phone=9996620001", "", "");
  answer_object(SENT_CODE);
  turn();
  assert_int_equal(sscanf(body(), "{\"ok\":true,\"result\":\"%43[^\"]\"", token), 1);
  snprintf(line, sizeof line, "GET /user%s/getupdates", token);
  is(line, "", "", 400,
     "{\"ok\":false,\"error_code\":400,\"description\":\"Updates are off: call the "
     "enablegetupdates method.\"}");
  snprintf(line, sizeof line, "GET /user%s/enablegetupdates", token);
  is(line, "", "", 200, "{\"ok\":true,\"result\":true}");
  assert_int_equal(fake.asks, 1); /* nobody is logged in */
  push(TYPING);
  snprintf(line, sizeof line, "POST /user%s/getupdates", token);
  is(line, "", "limit=1", 200,
     "{\"ok\":true,\"result\":[{\"update_id\":" TEXT(
         FIRST) ",\"update\":{\"_\":"
                "\"updateUserTyping\",\"user_id\":5,\"action\":{\"_\":"
                "\"sendMessageTypingAction\"}}}]}");
  snprintf(line, sizeof line, "GET /user%s/disablegetupdates", token);
  is(line, "", "", 200, "{\"ok\":true,\"result\":true}");
}

/* What waits is not shown to who logs in next. */
static void test_other_user(void **state) {
  (void)state;
  begin_session();
  push(TYPING);
  fake.login.user_id = 78;
  is("GET /api/a/getUpdates", "", "", 200, NONE);
}

/* The client is made to connect again in a minute, not before. */
static void test_wake(void **state) {
  (void)state;
  add_session("a");
  fake.login = READY;
  is("GET /api/a/getUpdates", "", "", 200, NONE);
  assert_int_equal(fake.asks, 1);
  answer_fault(CG_E_CONNECT);
  turn();
  w.now += 59 * CG_SECOND;
  turn();
  assert_int_equal(fake.asks, 1);
  w.now += CG_SECOND;
  turn();
  assert_int_equal(fake.asks, 2);
  answer_error(401, "AUTH_KEY_UNREGISTERED", 0, -1);
  w.now += 600 * CG_SECOND;
  turn();
  assert_int_equal(fake.asks, 2);
}

/* --- WebSockets
 * -------------------------------------------------------------------------- */

#define UPGRADE                                                                          \
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"           \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static void begin_socket(const char *line) {
  ask(line, UPGRADE, "");
  assert_int_equal(strncmp(w.sent, "HTTP/1.1 101 ", 13), 0);
  w.sent[0] = 0;
}

#define FRAME                                                                            \
  "{\"jsonrpc\":\"2.0\",\"result\":{\"session\":\"a\",\"update\":{\"_\":"                \
  "\"updateUserTyping\",\"user_id\":5,\"action\":{\"_\":\"sendMessageTypingAction\"}}}," \
  "\"id\":null}"

static void test_events(void **state) {
  (void)state;
  add_session("a");
  fake.login = READY;
  ask("GET /api/a/help.getConfig", "", "");
  answer_error(400, "X", 0, -1);
  turn();
  push(TYPING);
  begin_socket("GET /events/a");
  assert_string_equal(w.log, "- /events 101");
  assert_string_equal(fake.asked, "{\"_\":\"updates.getState\"}");
  push(TYPING);
  turn();
  assert_string_equal(w.sent, "\x81\x7e"); /* up to the NUL in the frame's length */
  cg_hub_conn *named = w.conn;
  rig_connect();
  begin_socket("GET /events/");
  cg_hub_feed(w.conn, CG_LIT("\x81\x82\0\0\0\0hi"), w.now);
  answer_error(400, "X", 0, -1);
  cg_hub_gone(named);
  w.now += 20 * CG_SECOND;
  turn();
  assert_string_equal(w.sent, "\x89");
  w.sent[0] = 0;
  push(TYPING);
  cg_hub_output out;
  cg_gateway_tick(w.gateway, w.now);
  assert_true(cg_hub_next(cg_gateway_hub(w.gateway), &out));
  assert_int_equal(out.bytes.len, 4 + strlen(FRAME));
  assert_memory_equal(out.bytes.at + 4, FRAME, strlen(FRAME));
  assert_false(out.close);
  assert_false(cg_hub_next(cg_gateway_hub(w.gateway), &out));
}

/* Every 10 s, by the clock; who does not even answer that is dropped. */
static void test_pings(void **state) {
  (void)state;
  add_session("a");
  begin_socket("GET /events/a");
  for (int i = 0; i < 20; i++) {
    assert_int_equal(cg_gateway_deadline(w.gateway), w.now + 10 * CG_SECOND);
    w.now += 10 * CG_SECOND - 1;
    turn();
    assert_string_equal(w.sent, "");
    w.now++;
    turn();
    assert_string_equal(w.sent, "\x89");
    w.sent[0] = 0;
    cg_hub_feed(w.conn, CG_LIT("\x8a\x80\0\0\0\0"), w.now);
  }
  cg_hub_output out = { 0 };
  for (int i = 0; i < 8 && !out.close; i++) {
    w.now += 10 * CG_SECOND;
    cg_gateway_tick(w.gateway, w.now);
    while (cg_hub_next(cg_gateway_hub(w.gateway), &out)) {
    }
    assert_true(out.close == (i >= 5));
  }
  assert_true(out.close);
}

/* A session that goes takes its readers with it. */
static void test_events_end(void **state) {
  (void)state;
  cg_hub_output out = { 0 };
  add_session("a");
  begin_socket("GET /events/a");
  cg_hub_conn *reader = w.conn;
  rig_connect();
  is("GET /system/removeSession?session=a", "", "", 200,
     "{\"success\":true,\"response\":null,\"errors\":[]}");
  cg_gateway_tick(w.gateway, w.now);
  assert_true(cg_hub_next(cg_gateway_hub(w.gateway), &out));
  assert_true(out.close);
  cg_hub_gone(reader);
  begin_socket("GET /events");
  cg_hub_feed(w.conn, CG_LIT("\x88\x80\0\0\0\0"), w.now);
  cg_gateway_tick(w.gateway, w.now);
  assert_true(cg_hub_next(cg_gateway_hub(w.gateway), &out));
  assert_true(out.close);
}

static void refuses(const char *line, const char *headers, int status, const char *why) {
  ask(line, headers, "");
  if (atoi(w.sent + 9) != status || !strstr(body(), why)) print_error("%s\n", w.sent);
  assert_int_equal(atoi(w.sent + 9), status);
  assert_non_null(strstr(body(), why));
}

/* A WebSocket is let in as all else is. */
static void test_events_refusals(void **state) {
  (void)state;
  refuses("GET /events", "", 426, "a WebSocket of version 13 is wanted");
  assert_non_null(strstr(w.sent, "Sec-WebSocket-Version: 13\r\n"));
  refuses("GET /events",
          "Connection: Upgrade\r\nUpgrade: websocket\r\n"
          "Sec-WebSocket-Version: 8\r\n",
          426, "version 13");
  refuses("GET /events",
          "Connection: Upgrade\r\nUpgrade: websocket\r\n"
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n",
          400, "not a proper request");
  refuses("GET /events/b", UPGRADE, 404, "Session not found");
  refuses("GET /eventsb", UPGRADE, 404, "no such page");
  refuses("GET /healthz", UPGRADE, 200, "ok");
  refuses("GET /events", UPGRADE "Origin: http://a.b\r\n", 403, "other pages");
  rig_end();
  w.options.password = "correct horse battery";
  assert_int_equal(rig_begin(NULL), CG_OK);
  refuses("GET /events", UPGRADE, 401, "password");
  ask("GET /events", UPGRADE "Authorization: Bearer correct horse battery\r\n", "");
  assert_int_equal(strncmp(w.sent, "HTTP/1.1 101 ", 13), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_queue),
    cmocka_unit_test(test_queue_bounded),
    T(test_api_updates),
    T(test_wrong_numbers),
    T(test_long_poll),
    T(test_long_poll_ends),
    T(test_v1_updates),
    T(test_user_updates),
    T(test_other_user),
    T(test_wake),
    T(test_events),
    T(test_pings),
    T(test_events_end),
    T(test_events_refusals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
