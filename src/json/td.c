/* SPDX-License-Identifier: MIT */
/*
 * td.c - the functions of centigram/json.h: what they hand out lives until the same
 * thread asks for more, and ends with the thread.
 */
#include "execute.h"
#include "logs.h"

#include <centigram/json.h>

#include <pthread.h>

static pthread_key_t last;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int no_key = 1;

static void free_event(void *event) {
  cg_td_event_free(event);
}

static void make_key(void) {
  no_key = pthread_key_create(&last, free_event);
}

/* Takes the event over; NULL ends the life of the one before all the same. */
static const char *hand_out(cg_td_event *e) {
  pthread_once(&once, make_key);
  if (no_key) {
    cg_td_event_free(e);
    return NULL;
  }
  cg_td_event_free(pthread_getspecific(last));
  if (pthread_setspecific(last, e)) {
    cg_td_event_free(e);
    return NULL;
  }
  return e ? e->text : NULL;
}

static int number_of(void *client) {
  return (int)(uintptr_t)client;
}

int td_create_client_id(void) {
  return cg_td_hub_create(false);
}

void td_send(int client_id, const char *request) {
  cg_td_hub_send(client_id, request ? request : "");
}

const char *td_receive(double timeout) {
  return hand_out(cg_td_hub_receive(0, timeout));
}

const char *td_execute(const char *request) {
  return hand_out(cg_td_execute(request ? request : ""));
}

void td_set_log_message_callback(int max_verbosity_level,
                                 td_log_message_callback_ptr callback) {
  cg_td_log_set_callback(max_verbosity_level, callback);
}

void *td_json_client_create(void) {
  return (void *)(uintptr_t)cg_td_hub_create(true);
}

void td_json_client_send(void *client, const char *request) {
  cg_td_hub_send(number_of(client), request ? request : "");
}

const char *td_json_client_receive(void *client, double timeout) {
  return hand_out(client ? cg_td_hub_receive(number_of(client), timeout) : NULL);
}

const char *td_json_client_execute(void *client, const char *request) {
  (void)client;
  return td_execute(request);
}

void td_json_client_destroy(void *client) {
  if (client) cg_td_hub_send(number_of(client), NULL);
}
