/* SPDX-License-Identifier: MIT */
/*
 * dispatch.c - from the bytes of a call to the handler of its method. Faults are
 * answered in a fixed order: cannot be read, temporary key unbound, no connection set
 * up, not allowed, not built (login.md 3.4 rows 62-64, 4.11, 6.6).
 */
#include "codec.h"
#include "home.h"
#include "init.h"
#include "methods.h"
#include "sessions.h"

#include <string.h>

enum { OLDEST_LAYER = 99 }; /* the first whose help.getConfig can be answered */

/* Who may call. */
enum {
  ANYONE = 1, /* before login too: login.md 4.11 */
  UNBOUND = 2, /* over a temporary key that is bound to none, too */
  BARE = 4, /* without initConnection: its answer is the same in all layers */
  ANYWHERE = 8 /* in a data centre that is not the home of the account, too */
};

typedef struct {
  uint32_t id;
  cg_op_run *run; /* NULL: not built */
  int who;
} method;

static const method table[] = {
  { TL_ID_account_changeAuthorizationSettings,
    cg_account_change_authorization_settings, 0 },
  { TL_ID_account_cancelPasswordEmail, cg_account_cancel_password_email, 0 },
  { TL_ID_account_confirmPasswordEmail, cg_account_confirm_password_email, 0 },
  { TL_ID_account_declinePasswordReset, cg_account_decline_password_reset, 0 },
  { TL_ID_account_deleteAccount, NULL, ANYONE },
  { TL_ID_account_getAuthorizations, cg_account_get_authorizations, 0 },
  { TL_ID_account_getContentSettings, cg_canned, 0 },
  { TL_ID_account_getNotifySettings, cg_canned, 0 },
  { TL_ID_account_getPassword, cg_account_get_password, ANYONE },
  { TL_ID_account_getPasswordSettings, cg_account_get_password_settings, 0 },
  { TL_ID_account_getReactionsNotifySettings, cg_canned, 0 },
  { TL_ID_account_getTmpPassword, cg_account_get_tmp_password, 0 },
  { TL_ID_account_invalidateSignInCodes, cg_account_invalidate_codes, 0 },
  { TL_ID_account_resendPasswordEmail, cg_account_resend_password_email, 0 },
  { TL_ID_account_resetAuthorization, cg_account_reset_authorization, 0 },
  { TL_ID_account_resetPassword, cg_account_reset_password, 0 },
  { TL_ID_account_sendVerifyEmailCode, cg_account_send_verify_email, ANYONE },
  { TL_ID_account_setAuthorizationTTL, cg_account_set_authorization_ttl, 0 },
  { TL_ID_account_updatePasswordSettings, cg_account_update_password_settings, 0 },
  { TL_ID_account_updateStatus, cg_canned, 0 },
  { TL_ID_account_verifyEmail, cg_account_verify_email, ANYONE },
  { TL_ID_auth_bindTempAuthKey, cg_auth_bind_temp_key, ANYONE | UNBOUND | BARE },
  { TL_ID_auth_cancelCode, cg_auth_cancel_code, ANYONE },
  { TL_ID_auth_checkPaidAuth, NULL, ANYONE },
  { TL_ID_auth_checkPassword, cg_auth_check_password, ANYONE },
  { TL_ID_auth_checkRecoveryPassword, cg_auth_check_recovery_password, ANYONE },
  { TL_ID_auth_dropTempAuthKeys, cg_auth_drop_temp_keys, ANYONE },
  { TL_ID_auth_exportLoginToken, cg_auth_export_login_token, ANYONE },
  { TL_ID_auth_finishPasskeyLogin, NULL, ANYONE },
  { TL_ID_auth_exportAuthorization, cg_auth_export_authorization, 0 },
  { TL_ID_auth_importAuthorization, cg_auth_import_authorization, ANYONE },
  { TL_ID_auth_importBotAuthorization, cg_auth_import_bot, ANYONE },
  { TL_ID_auth_importLoginToken, cg_auth_import_login_token, ANYONE },
  { TL_ID_auth_importWebTokenAuthorization, NULL, ANYONE },
  { TL_ID_auth_initPasskeyLogin, NULL, ANYONE },
  { TL_ID_auth_logOut, cg_auth_log_out, ANYONE },
  { TL_ID_auth_recoverPassword, cg_auth_recover_password, ANYONE },
  { TL_ID_auth_reportMissingCode, cg_auth_report_missing_code, ANYONE },
  { TL_ID_auth_requestFirebaseSms, cg_auth_request_firebase_sms, ANYONE },
  { TL_ID_auth_requestPasswordRecovery, cg_auth_request_password_recovery, ANYONE },
  { TL_ID_auth_resendCode, cg_auth_resend_code, ANYONE },
  { TL_ID_auth_resetAuthorizations, cg_auth_reset_authorizations, 0 },
  { TL_ID_auth_resetLoginEmail, cg_auth_reset_login_email, ANYONE },
  { TL_ID_auth_sendCode, cg_auth_send_code, ANYONE },
  { TL_ID_auth_signIn, cg_auth_sign_in, ANYONE },
  { TL_ID_auth_signUp, cg_auth_sign_up, ANYONE },
  { TL_ID_contacts_getBlocked, cg_canned, 0 },
  { TL_ID_contacts_getContacts, cg_canned, 0 },
  { TL_ID_contacts_getTopPeers, cg_canned, 0 },
  { TL_ID_help_acceptTermsOfService, cg_help_accept_terms, ANYONE },
  { TL_ID_help_getAppConfig, cg_help_get_app_config, ANYONE },
  { TL_ID_help_getCdnConfig, cg_canned, ANYONE },
  { TL_ID_help_getConfig, cg_help_get_config, ANYONE | UNBOUND },
  { TL_ID_help_getCountriesList, cg_canned, ANYONE },
  { TL_ID_help_getDeepLinkInfo, NULL, ANYONE },
  { TL_ID_help_getNearestDc, cg_help_get_nearest_dc, ANYONE | UNBOUND },
  { TL_ID_help_getPeerColors, cg_canned, 0 },
  { TL_ID_help_getPeerProfileColors, cg_canned, 0 },
  { TL_ID_help_getPromoData, cg_canned, 0 },
  { TL_ID_help_getTermsOfServiceUpdate, cg_canned, 0 },
  { TL_ID_help_saveAppLog, NULL, ANYONE },
  { TL_ID_langpack_getDifference, cg_canned, ANYONE },
  { TL_ID_langpack_getLangPack, cg_canned, ANYONE },
  { TL_ID_langpack_getLanguage, NULL, ANYONE },
  { TL_ID_langpack_getLanguages, cg_canned, ANYONE },
  { TL_ID_langpack_getStrings, cg_canned, ANYONE },
  { TL_ID_messages_getDialogFilters, cg_canned, 0 },
  { TL_ID_messages_getDialogs, cg_messages_get_dialogs, 0 },
  { TL_ID_messages_getHistory, cg_messages_get_history, 0 },
  { TL_ID_messages_getPeerDialogs, cg_messages_get_peer_dialogs, 0 },
  { TL_ID_messages_getPinnedDialogs, cg_messages_get_pinned_dialogs, 0 },
  { TL_ID_messages_readHistory, cg_messages_read_history, 0 },
  { TL_ID_messages_sendMessage, cg_messages_send_message, 0 },
  { TL_ID_payments_assignAppStoreTransaction, NULL, ANYONE },
  { TL_ID_payments_assignPlayMarketTransaction, NULL, ANYONE },
  { TL_ID_payments_canPurchaseStore, NULL, ANYONE },
  { TL_ID_payments_getPremiumGiftCodeOptions, NULL, ANYONE },
  { TL_ID_auth_acceptLoginToken, cg_auth_accept_login_token, 0 },
  { TL_ID_updates_getDifference, cg_updates_get_difference, 0 },
  { TL_ID_updates_getState, cg_updates_get_state, 0 },
  { TL_ID_users_getFullUser, cg_users_get_full_user, ANYWHERE },
  { TL_ID_users_getUsers, cg_users_get_users, ANYWHERE },
};

static const method *find(uint32_t id) {
  static const method unknown = { 0, NULL, 0 };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (table[i].id == id) return &table[i];
  return &unknown;
}

/* What a call that cannot be read is answered with. */
static const char *fetch_fault(cg_err err) {
  switch (err) {
  case CG_E_UNKNOWN_ID:
  case CG_E_UNEXPECTED: return "INPUT_CONSTRUCTOR_INVALID";
  case CG_E_TRAILING:
  case CG_E_LIMIT: return "INPUT_REQUEST_TOO_LONG";
  case CG_E_TRUNCATED: return "INPUT_FETCH_ERROR";
  default: return "INPUT_FETCH_FAIL";
  }
}

static void refuse_unread(cg_op *op, cg_err err) {
  if (err == CG_E_MEMORY) cg_op_internal(op, err);
  else cg_op_error(op, 400, fetch_fault(err));
}

static void counted(cg_op *op, const cg_store_reply *r) {
  (void)r;
  cg_op_error(op, 400, "INPUT_METHOD_INVALID");
}

/* Counts the call, so that users see which methods their client misses. */
static void refuse_unbuilt(cg_op *op, const char *name) {
  cg_store_request q = { .op = CG_STORE_MISSING_HIT, .text = name,
                         .number = op->call.method };
  cg_op_submit(op, &q, counted);
}

/* Decodes the method inside the shells; false if the op was answered. */
static bool decode(cg_op *op) {
  cg_tl_extent extent = { 0 };
  cg_bytes in = op->call.query;
  cg_err err =
      cg_tl_decode_prefix(op->s->schema, in, op->arena, &op->request, &extent, NULL);
  if (!err && extent.used < in.len) err = CG_E_TRAILING;
  bool unknown = err == CG_E_UNKNOWN_ID && extent.unknown_id == op->call.method;
  if (unknown || (!err && !tl_is_method(tl_head_of(op->s->schema, op->request)))) {
    op->request = NULL;
    refuse_unbuilt(op, "unknown");
    return false;
  }
  if (!err) return true;
  op->request = NULL;
  refuse_unread(op, err);
  return false;
}

static bool layer_known(const cg_op *op, int32_t layer) {
  return layer >= OLDEST_LAYER && layer <= op->s->newest_layer;
}

static void run(cg_op *op, const method *m) {
  if (cg_op_login(op)->user_id) cg_session_active(op);
  if (m->run) m->run(op);
  else refuse_unbuilt(op, cg_tl_name(op->s->schema, op->request));
}

static void on_waits(cg_op *op, const cg_store_reply *r) {
  cg_op_error(op, 401, r->err ? "AUTH_KEY_UNREGISTERED" : "SESSION_PASSWORD_NEEDED");
}

/* Nobody is logged in: perhaps somebody is who still has to show his password. */
static void refuse_stranger(cg_op *op) {
  cg_store_request q = { .op = CG_STORE_CODE_PENDING, .id = cg_op_key(op),
                         .now = cg_op_now(op) };
  cg_op_submit(op, &q, on_waits);
}

/* The method is read and the connection set up: may the caller do this? */
static void authorize(cg_op *op) {
  const method *m = find(op->request->id);
  const cg_login *login = cg_op_login(op);
  if (!(m->who & ANYONE) && login->revoked) cg_session_refuse_revoked(op);
  else if (!(m->who & ANYONE) && !login->user_id) refuse_stranger(op);
  else if (!(m->who & ANYONE) && login->state == CG_USER_BANNED)
    cg_op_error(op, 401, "USER_DEACTIVATED_BAN");
  else if (!(m->who & ANYONE) && login->state == CG_USER_DELETED)
    cg_op_error(op, 401, "USER_DEACTIVATED");
  else if ((m->who & (ANYONE | ANYWHERE)) || !cg_home_refuse_user(op, login->home))
    run(op, m);
}

/* The shells are off, and what initConnection said is kept: now for the method. */
static void take_method(cg_op *op) {
  const cg_unwrapped *u = &op->call;
  op->layer = u->layer ? u->layer : op->peer->layer;
  if (!decode(op)) return;
  int who = find(op->request->id)->who;
  cg_op_own(op);
  if (cg_peer_is_unbound(op->peer) && !(who & UNBOUND))
    cg_op_error(op, 401, "AUTH_KEY_PERM_EMPTY");
  else if (who & BARE) cg_op_start(op, authorize);
  else if (!op->peer->layer) cg_op_error(op, 400, "CONNECTION_NOT_INITED");
  else if (!layer_known(op, op->layer)) cg_op_error(op, 400, "CONNECTION_LAYER_INVALID");
  else cg_op_start(op, authorize);
}

/* What the store has, it has for the permanent key. */
static void remember_init(cg_peer *owner, const cg_store_init *init) {
  owner->layer = init->layer;
  owner->api_id = init->api_id;
  owner->init_digest = cg_init_digest(init);
  owner->turn = owner->s->turn;
}

/* The store has what initConnection said, if it had to be asked. */
static void initialised(cg_op *op, const cg_store_reply *r) {
  cg_peer *p = op->peer;
  cg_store_init init;
  if (r->err) {
    cg_op_error(op, 401, "AUTH_KEY_UNREGISTERED"); /* the key was erased meanwhile */
    return;
  }
  cg_init_fill(&op->call, op->layer, &init);
  p->layer = init.layer;
  p->api_id = init.api_id;
  p->turn = op->s->turn;
  remember_init(cg_peer_owner(p), &init);
  cg_op_initialising(op, false);
  take_method(op);
}

/* Keeps what initConnection said with the permanent key, if it is news. A temporary key
 * that is bound to none keeps it in memory only. */
static void keep_init(cg_op *op, int32_t layer) {
  const cg_peer *p = cg_peer_owner(op->peer);
  cg_store_key row = { .id = p->key.id };
  cg_init_fill(&op->call, layer, &row.init);
  op->layer = layer;
  if (cg_init_digest(&row.init) == p->init_digest || p->temp_until) {
    initialised(op, &(cg_store_reply){ .err = CG_OK });
    return;
  }
  cg_op_initialising(op, true);
  cg_store_request q = { .op = CG_STORE_KEY_INIT, .id = p->key.id, .key = &row };
  cg_op_submit(op, &q, initialised);
}

static void take_init(cg_op *op) {
  const cg_unwrapped *u = &op->call;
  int32_t layer = u->layer ? u->layer : op->peer->layer;
  const char *fault = cg_init_fault(&op->s->set, u);
  if (!layer_known(op, layer)) fault = "CONNECTION_LAYER_INVALID";
  if (fault) cg_op_error(op, 400, fault);
  else keep_init(op, layer);
}

/* A call for which there is no memory: the answer needs none of its own. */
static void refuse_for_memory(cg_link *l) {
  cg_log_write(&l->peer->s->log, CG_LOG_ERROR, "a call failed: %s",
               cg_err_text(CG_E_MEMORY));
  if (l->conn) cg_conn_close(l->conn);
}

void cg_dispatch(cg_link *l, uint64_t msg_id, cg_bytes body) {
  cg_err err = CG_OK;
  cg_op *op = cg_op_new(l, msg_id, body, &err);
  if (op && !err && !op->call.without_updates) l->updates = true;
  if (!op) refuse_for_memory(l);
  else if (err) refuse_unread(op, err);
  else if (!op->call.has_init) cg_op_start(op, take_method);
  else if (op->peer->binds) cg_op_start(op, take_init);
  else take_init(op);
}

static void key_deleted(cg_op *op, const cg_store_reply *r) {
  cg_link *l = cg_op_link(op);
  cg_peer *p = op->peer;
  bool gone = !r->err || r->err == CG_E_NOT_FOUND;
  p->login = (cg_login){ 0 };
  p->doomed = gone;
  p->turn = op->s->turn;
  if (l) {
    cg_err err = cg_session_key_destroyed(l->session, op->msg_id, gone, op->s->now_us);
    if (err && l->conn) cg_conn_close(l->conn);
    cg_link_touch(l);
  } else if (gone) {
    cg_peer_forget(p);
  }
  cg_op_end(op);
}

void cg_dispatch_destroy_key(cg_link *l, uint64_t msg_id) {
  cg_err err = CG_OK;
  cg_op *op = cg_op_new(l, msg_id, (cg_bytes){ 0 }, &err);
  if (!op) {
    refuse_for_memory(l);
    return;
  }
  if (op->peer->temp_until) {
    key_deleted(op, &(cg_store_reply){ .err = CG_OK });
    return;
  }
  cg_store_request q = { .op = CG_STORE_KEY_DELETE, .id = cg_op_key(op) };
  cg_op_submit(op, &q, key_deleted);
}
