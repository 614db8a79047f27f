/* SPDX-License-Identifier: MIT */
/*
 * canned.c - what a client asks around its login of things that this server does not
 * have: no contacts, no language packs, no folders. The answers say so (login.md 6.2).
 * A method of which nothing true can be said is not here: clients live with an error
 * (clients.md 17), but not with an empty object in the place of what they asked for.
 */
#include "methods.h"

enum { DAY_S = 86400, PACK_VERSION = 1 };
#define OLD_GET_DIALOG_FILTERS 0xf19ed96du /* answers with a vector of them */

static int32_t tomorrow(const cg_op *op) {
  return (int32_t)cg_unix(op->s->now_us) + DAY_S;
}

static void empty_vector(cg_op *op) {
  static const tl_vector none = { .o = { TL_ID_vector, 0 }, .of = TL_OF_OBJ };
  cg_op_answer(op, &none.o);
}

static void yes(cg_op *op) {
  cg_op_true(op);
}

static void cdn_config(cg_op *op) {
  static const tl_cdnConfig a = { TL_INIT(cdnConfig) };
  cg_op_answer(op, &a.o);
}

static void countries(cg_op *op) {
  static const tl_help_countriesList a = { TL_INIT(help_countriesList) };
  cg_op_answer(op, &a.o);
}

static void terms_update(cg_op *op) {
  tl_help_termsOfServiceUpdateEmpty a = { TL_INIT(help_termsOfServiceUpdateEmpty),
                                          .expires = tomorrow(op) };
  cg_op_answer(op, &a.o);
}

static void promo_data(cg_op *op) {
  tl_help_promoDataEmpty a = { TL_INIT(help_promoDataEmpty), .expires = tomorrow(op) };
  cg_op_answer(op, &a.o);
}

static void peer_colors(cg_op *op) {
  static const tl_help_peerColors a = { TL_INIT(help_peerColors) };
  cg_op_answer(op, &a.o);
}

/* A pack without strings: clients have their own. */
static void lang_pack(cg_op *op) {
  const tl_langpack_getLangPack *q = TL_AS(langpack_getLangPack, op->request);
  tl_langPackDifference a = { TL_INIT(langPackDifference), .lang_code = q->lang_code,
                              .version = PACK_VERSION };
  cg_op_answer(op, &a.o);
}

static void lang_difference(cg_op *op) {
  const tl_langpack_getDifference *q = TL_AS(langpack_getDifference, op->request);
  int32_t from = q->from_version;
  tl_langPackDifference a = { TL_INIT(langPackDifference), .lang_code = q->lang_code,
                              .from_version = from,
                              .version = from > PACK_VERSION ? from : PACK_VERSION };
  cg_op_answer(op, &a.o);
}

static void content_settings(cg_op *op) {
  static const tl_account_contentSettings a = { TL_INIT(account_contentSettings) };
  cg_op_answer(op, &a.o);
}

static void notify_settings(cg_op *op) {
  static const tl_peerNotifySettings a = { TL_INIT(peerNotifySettings) };
  cg_op_answer(op, &a.o);
}

static void reactions_settings(cg_op *op) {
  static const tl_notificationSoundDefault sound = { TL_INIT(notificationSoundDefault) };
  static const tl_reactionsNotifySettings a = { TL_INIT(reactionsNotifySettings),
                                                .sound = &sound.NotificationSound,
                                                .show_previews = true };
  cg_op_answer(op, &a.o);
}

static void contacts(cg_op *op) {
  static const tl_contacts_contacts a = { TL_INIT(contacts_contacts) };
  cg_op_answer(op, &a.o);
}

static void top_peers(cg_op *op) {
  static const tl_contacts_topPeersDisabled a = { TL_INIT(contacts_topPeersDisabled) };
  cg_op_answer(op, &a.o);
}

static void blocked(cg_op *op) {
  static const tl_contacts_blocked a = { TL_INIT(contacts_blocked) };
  cg_op_answer(op, &a.o);
}

static void dialog_filters(cg_op *op) {
  static const tl_messages_dialogFilters a = { TL_INIT(messages_dialogFilters) };
  if (op->call.method == OLD_GET_DIALOG_FILTERS) empty_vector(op);
  else cg_op_answer(op, &a.o);
}

static const struct { uint32_t id; cg_op_run *answer; } table[] = {
  { TL_ID_account_getContentSettings, content_settings },
  { TL_ID_account_getNotifySettings, notify_settings },
  { TL_ID_account_getReactionsNotifySettings, reactions_settings },
  { TL_ID_account_updateStatus, yes }, /* nobody else can see it */
  { TL_ID_contacts_getBlocked, blocked },
  { TL_ID_contacts_getContacts, contacts },
  { TL_ID_contacts_getTopPeers, top_peers },
  { TL_ID_help_getCdnConfig, cdn_config },
  { TL_ID_help_getCountriesList, countries },
  { TL_ID_help_getPeerColors, peer_colors },
  { TL_ID_help_getPeerProfileColors, peer_colors },
  { TL_ID_help_getPromoData, promo_data },
  { TL_ID_help_getTermsOfServiceUpdate, terms_update },
  { TL_ID_langpack_getDifference, lang_difference },
  { TL_ID_langpack_getLangPack, lang_pack },
  { TL_ID_langpack_getLanguages, empty_vector },
  { TL_ID_langpack_getStrings, empty_vector },
  { TL_ID_messages_getDialogFilters, dialog_filters },
};

void cg_canned(cg_op *op) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    if (table[i].id != op->request->id) continue;
    table[i].answer(op);
    return;
  }
  cg_op_error(op, 400, "INPUT_METHOD_INVALID"); /* dispatch.c sends what is here */
}
