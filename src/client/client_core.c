/* SPDX-License-Identifier: MIT */
/* client_core.c - a client's life, its queue of events, and time; see client_core.h. */
#include "client_state.h"

#include "clock.h"
#include "dc.h"
#include "dc_public.h"
#include "mem.h"
#include "rsa.h"
#include "wipe.h"

#include <stdlib.h>
#include <string.h>

enum { WRONG_CLOCK_S = 300 }; /* worth telling (protocol.md 186) */

/* --- lists ----------------------------------------------------------------- */

static void list_init(cg_core_list *list) {
  list->first = NULL;
  list->end = &list->first;
}

void cg_core_append(cg_core_list *list, cg_core_item *item) {
  item->next = NULL;
  *list->end = item;
  list->end = &item->next;
}

void cg_core_item_free(cg_core_item *item) {
  if (!item || (int)item->kind < CG_CORE_PLAIN) return;
  cg_buf_wipe(&item->request);
  cg_buf_wipe(&item->body);
  cg_wipe(item, sizeof *item);
  cg_free(item);
}

static void list_free(cg_core_list *list) {
  while (list->first) {
    cg_core_item *item = list->first;
    list->first = item->next;
    cg_core_item_free(item);
  }
  list_init(list);
}

/* --- which service --------------------------------------------------------- */

static cg_err load_keys(cg_core *c, cg_fault *fault) {
  const cg_dc *dc = c->o.dc;
  if (dc->public_key_count > CG_CORE_KEYS)
    return cg_fail(fault, CG_E_LIMIT, "%s: too many keys", dc->name);
  for (size_t i = 0; i < dc->public_key_count; i++) {
    cg_err err = cg_rsa_from_pem(&c->keys[i], cg_bytes_of(dc->public_keys[i]), fault);
    if (err) return err;
    c->key_count++;
  }
  return CG_OK;
}

static void begin_data(cg_core *c, const uint8_t realm[CG_SESSION_REALM]) {
  cg_session_data_wipe(c->data);
  memcpy(c->data->realm, realm, CG_SESSION_REALM);
  c->data->made = true;
  c->data->test_mode = c->o.dc->test_mode;
  c->data->main_dc = c->o.dc->this_dc;
}

/* A session of another service is kept if an account is in it, and refused. */
static cg_err take_data(cg_core *c, cg_fault *fault) {
  uint8_t realm[CG_SESSION_REALM];
  cg_err err = cg_dc_realm(c->o.dc, realm, fault);
  if (err) return err;
  bool same = c->data->made && cg_equal_ct(realm, c->data->realm, sizeof realm) &&
              cg_dc_find(c->o.dc, c->data->main_dc, 0);
  if (same) return CG_OK;
  if (c->data->made && c->data->login.logged_in)
    return cg_fail(fault, CG_E_REFUSED, "logged in to another server than that of %s",
                   c->o.dc->name);
  if (c->data->made)
    cg_log_write(c->o.log, CG_LOG_WARN,
                 "the session was made with another server: a new "
                 "key is made");
  begin_data(c, realm);
  return CG_OK;
}

cg_session_dc *cg_core_dc(cg_core *c) {
  return cg_session_dc_of(c->data, c->data->main_dc);
}

void cg_core_set_offset(cg_core *c, int64_t offset) {
  int64_t *kept = &cg_core_dc(c)->time_offset;
  if (llabs(offset) > WRONG_CLOCK_S && llabs(offset - *kept) > WRONG_CLOCK_S)
    cg_log_write(c->o.log, CG_LOG_WARN,
                 "the clock here and the server's differ by %lld s", (long long)offset);
  *kept = offset;
}

cg_err cg_core_new(cg_core **out, const cg_core_options *options, cg_fault *fault) {
  cg_core *c = cg_alloc(sizeof *c);
  if (!c) return cg_fail(fault, CG_E_MEMORY, "%s", cg_err_text(CG_E_MEMORY));
  c->o = *options;
  c->data = options->data;
  list_init(&c->calls);
  list_init(&c->events);
  cg_err err = load_keys(c, fault);
  if (!err) err = take_data(c, fault);
  c->resume = c->data->login.reset;
  if (err) {
    cg_core_free(c);
    return err;
  }
  *out = c;
  return CG_OK;
}

void cg_core_free(cg_core *c) {
  if (!c) return;
  cg_core_free_link(c);
  for (size_t i = 0; i < c->key_count; i++) cg_rsa_free(c->keys[i]);
  list_free(&c->calls);
  list_free(&c->events);
  cg_core_item_free(c->given);
  if (c->reset.phase != CG_RESET_LEAVE) cg_core_item_free(c->reset.call);
  cg_buf_wipe(&c->out);
  cg_buf_wipe(&c->plain);
  cg_auth_key_wipe(&c->key);
  cg_free(c);
}

/* --- events ---------------------------------------------------------------- */

static bool is_queued(const cg_core_list *list, const cg_core_item *item) {
  const cg_core_item *i = list->first;
  while (i && i != item) i = i->next;
  return i != NULL;
}

void cg_core_remove(cg_core_list *list, cg_core_item *item) {
  cg_core_item **at = &list->first;
  while (*at != item) at = &(*at)->next;
  *at = item->next;
  if (!item->next) list->end = at;
}

/* One of a kind is enough: a SAVE is carried out with all that came after it, and a
 * CONNECT that nobody has seen yet is not worth a DISCONNECT behind it. */
void cg_core_emit(cg_core *c, cg_core_kind kind) {
  cg_core_item *item = &c->plain_events[kind],
               *connect = &c->plain_events[CG_CORE_CONNECT];
  if (kind == CG_CORE_DISCONNECT && is_queued(&c->events, connect))
    cg_core_remove(&c->events, connect);
  if (is_queued(&c->events, item)) return;
  item->kind = kind;
  cg_core_append(&c->events, item);
}

static void fill_address(cg_core *c, cg_core_event *out) {
  const cg_dc *dc = c->o.dc;
  size_t count = 0;
  while (cg_dc_find(dc, c->data->main_dc, count)) count++;
  const cg_dc_address *a = cg_dc_find(dc, c->data->main_dc, (size_t)c->tries % count);
  out->host = a->host;
  out->port = a->port;
}

bool cg_core_next(cg_core *c, cg_core_event *out) {
  cg_core_reset_go_on(c);
  cg_core_item_free(c->given);
  c->given = c->events.first;
  if (!c->given) return false;
  c->events.first = c->given->next;
  if (!c->events.first) c->events.end = &c->events.first;
  *out = (cg_core_event){ .kind = c->given->kind,
                          .tag = c->given->tag,
                          .request = cg_buf_view(&c->given->request),
                          .body = cg_buf_view(&c->given->body),
                          .error = c->given->error,
                          .fault = c->given->fault };
  if (out->kind == CG_CORE_CONNECT) fill_address(c, out);
  return true;
}

bool cg_core_signs_in(const cg_core *c) {
  for (const cg_core_item *call = c->calls.first; call; call = call->next)
    if (call->step.kind == CG_STEP_SIGN_IN) return true;
  return false;
}

void cg_core_forget_login(cg_core *c) {
  if (!cg_login_is_pending(&c->data->login)) return;
  cg_login_forget(&c->data->login);
  cg_core_emit(c, CG_CORE_SAVE);
}

void cg_core_shut(cg_core *c) {
  c->wanted = false;
  cg_fail(&c->trouble, CG_E_CLOSED, "the client was closed");
  cg_core_reset_abandon(c);
  for (cg_core_item *call = c->calls.first; call; call = call->next)
    call->error = (cg_rpc_error){ 500, -1, 0, "Request aborted" };
  cg_core_fail_all(c);
}

/* --- time ------------------------------------------------------------------ */

static void sooner(uint64_t *at, uint64_t other) {
  if (other < *at) *at = other;
}

uint64_t cg_core_deadline(const cg_core *c) {
  uint64_t at = c->resume ? 0 : CG_NEVER;
  for (const cg_core_item *call = c->calls.first; call; call = call->next) {
    sooner(&at, call->deadline);
    if (c->link == CG_LINK_UP && !call->sent && !cg_core_holds(c, call))
      sooner(&at, call->not_before);
  }
  sooner(&at, cg_core_qr_deadline(c));
  switch (c->link) {
  case CG_LINK_DOWN: sooner(&at, c->wanted ? c->retry_at : CG_NEVER); break;
  case CG_LINK_CONNECTING: sooner(&at, c->give_up_at); break;
  case CG_LINK_HANDSHAKE: sooner(&at, cg_handshake_deadline(c->handshake)); break;
  case CG_LINK_SAVING: break;
  case CG_LINK_UP: sooner(&at, cg_session_deadline(c->session)); break;
  }
  return at;
}

void cg_core_tick(cg_core *c, uint64_t now_us) {
  if (c->resume && cg_core_reset_resume(c, now_us)) return; /* the next call does it */
  cg_core_calls_tick(c, now_us);
  cg_core_qr_tick(c, now_us);
  cg_core_link_tick(c, now_us);
}
