/* SPDX-License-Identifier: MIT */
/* notice.c - see notice.h for the contract. */
#include "notice.h"

#include "box.h"
#include "push.h"

#include "wipe.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* --- codes as messages ---------------------------------------------------- */

/* Bots and scripts look for this beginning, and for the digits right behind it. */
static const char label[] = "Login code:";

static void on_code_message(cg_op *op, const cg_store_reply *r) {
  const tl_User *service = cg_box_service(op);
  if (r->err) cg_op_internal(op, r->err);
  else if (!cg_box_push(op, r->message, &service, 1, 0)) cg_op_internal(op, CG_E_MEMORY);
  else op->after_notice(op);
}

void cg_code_message(cg_op *op, const cg_store_code *row, const char *code,
                     cg_op_run *then) {
  char text[160];
  if (!row->user_id) {
    then(op);
    return;
  }
  const char *warning = op->s->set.private_profile
                            ? "Do not give this code to anyone, whoever asks for it."
                            : "This is a test server; never share it.";
  int len = snprintf(text, sizeof text, "%s %s. %s", label, code, warning);
  cg_store_message m = { .user_id = row->user_id, .peer_id = CG_SERVICE_USER,
                         .date = cg_unix(op->s->now_us), .bold = sizeof label - 1,
                         .text = { (const uint8_t *)text, (size_t)len } };
  op->after_notice = then;
  cg_op_submit(op, &(cg_store_request){ .op = CG_STORE_MESSAGE_ADD, .message = &m },
               on_code_message);
  cg_wipe(text, sizeof text);
}

/* --- new logins ----------------------------------------------------------- */

static void device_of(const cg_store_init *init, char out[160]) {
  snprintf(out, 160, "%s, %s", init->device, init->system);
}

void cg_notice_authorization(cg_op *op, const cg_store_auth *auth, uint64_t except_key) {
  char device[160];
  tl_updateNewAuthorization news = { TL_INIT(updateNewAuthorization),
                                     .hash = auth->hash };
  if (auth->flags & CG_AUTH_UNCONFIRMED) {
    device_of(&auth->init, device);
    TL_ON(updateNewAuthorization, &news, unconfirmed);
    TL_SET(updateNewAuthorization, &news, date, (int32_t)auth->created);
    TL_SET(updateNewAuthorization, &news, device, cg_bytes_of(device));
    TL_SET(updateNewAuthorization, &news, location, cg_bytes_of(op->s->set.country));
  }
  tl_updateShort u = { TL_INIT(updateShort), .update = &news.Update,
                       .date = (int32_t)cg_unix(op->s->now_us) };
  cg_push_user(op->s, auth->user_id, except_key, &u.o);
}

static int notice_text(const cg_store_auth *auth, char *out, size_t size) {
  char when[32] = "", device[160];
  time_t at = (time_t)auth->created;
  struct tm tm;
  device_of(&auth->init, device);
  if (gmtime_r(&at, &tm)) strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &tm);
  return snprintf(out, size,
                  "New login. A new device has logged in to your account on %s.\n\n"
                  "Device: %s\nApp: %s\nAddress: %s\n\n"
                  "If this was not you, end that session in the list of your sessions.",
                  when, device, auth->init.app, auth->ip);
}

/* A service notification: clients file it with the messages of the service account. */
static void push_notice(cg_op *op, const cg_store_auth *auth) {
  char text[640], type[48];
  static const tl_messageMediaEmpty none = { TL_INIT(messageMediaEmpty) };
  static const tl_messageEntityBold bold = { TL_INIT(messageEntityBold), .length = 10 };
  static const tl_obj *const entities[] = { &bold.o };
  int len = notice_text(auth, text, sizeof text);
  snprintf(type, sizeof type, "auth%lld_%lld", (long long)auth->hash,
           (long long)auth->created);
  tl_updateServiceNotification n = { TL_INIT(updateServiceNotification),
                                     .type = cg_bytes_of(type),
                                     .message = { (const uint8_t *)text, (size_t)len },
                                     .media = &none.MessageMedia,
                                     .entities = { entities, 1 } };
  int32_t now = (int32_t)cg_unix(op->s->now_us);
  TL_SET(updateServiceNotification, &n, inbox_date, now);
  tl_updateShort u = { TL_INIT(updateShort), .update = &n.Update, .date = now };
  cg_push_user(op->s, auth->user_id, auth->key_id, &u.o);
}

static void on_login(cg_op *op, const cg_store_reply *r) {
  /* It may have been ended again already: then there is nothing to tell. */
  if (!r->err && r->auth->user_id) {
    cg_notice_authorization(op, r->auth, r->auth->key_id);
    push_notice(op, r->auth);
  }
  op->after_notice(op);
}

void cg_notice_login(cg_op *op, const cg_store_auth *auth, cg_op_run *then) {
  op->after_notice = then;
  cg_store_request q = { .op = CG_STORE_AUTH_GET, .id = auth->key_id };
  /* One of the two if there is another session. */
  bool others = auth->flags & (CG_AUTH_UNCONFIRMED | CG_AUTH_APPROVED);
  if (others) cg_op_submit(op, &q, on_login);
  else then(op);
}

/* --- errors 406 ----------------------------------------------------------- */

static const struct { const char *error, *text; } explanations[] = {
  { "FRESH_RESET_AUTHORISATION_FORBIDDEN",
    "This session is too new to end others. Try again later." },
  { "PHONE_NUMBER_INVALID", "This phone number is not valid." },
  { "PHONE_PASSWORD_FLOOD",
    "There were too many wrong attempts for this number. Try again later." },
  { "SEND_CODE_UNAVAILABLE", "There is no other way left to send the code." },
  { "UPDATE_APP_TO_LOGIN", "This app is too old for this server. Update it to log in." },
};

static const char *explanation(const char *error) {
  for (size_t i = 0; i < sizeof explanations / sizeof *explanations; i++)
    if (!strcmp(explanations[i].error, error)) return explanations[i].text;
  return error;
}

void cg_notice_explain(cg_op *op, const char *error) {
  static const tl_messageMediaEmpty none = { TL_INIT(messageMediaEmpty) };
  tl_updateServiceNotification n = { TL_INIT(updateServiceNotification),
                                     .type = cg_bytes_of(error),
                                     .message = cg_bytes_of(explanation(error)),
                                     .media = &none.MessageMedia };
  TL_ON(updateServiceNotification, &n, popup);
  tl_updateShort u = { TL_INIT(updateShort), .update = &n.Update,
                       .date = (int32_t)cg_unix(op->s->now_us) };
  cg_push_key(op->s, cg_op_key(op), &u.o);
}
