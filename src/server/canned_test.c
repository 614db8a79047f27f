/* SPDX-License-Identifier: MIT */
/*
 * canned_test.c - what has one answer gives it in every layer whose clients can ask, in
 * a form that they can read.
 */
#include "login_test.h"

#include "layer.h"

static int set_up(void **state) {
  (void)state;
  cg_harness_init(&H, false);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  cg_harness_end(&H);
  return 0;
}

static const tl_inputNotifyUsers users = { TL_INIT(inputNotifyUsers) };

static const tl_account_getContentSettings content = {
  TL_INIT(account_getContentSettings)
};
static const tl_account_getNotifySettings notify = {
  TL_INIT(account_getNotifySettings), .peer = &users.InputNotifyPeer
};
static const tl_account_getReactionsNotifySettings reactions = {
  TL_INIT(account_getReactionsNotifySettings)
};
static const tl_account_updateStatus status = { TL_INIT(account_updateStatus) };
static const tl_contacts_getBlocked blocked = { TL_INIT(contacts_getBlocked) };
static const tl_contacts_getContacts contacts = { TL_INIT(contacts_getContacts) };
static const tl_contacts_getTopPeers top_peers = { TL_INIT(contacts_getTopPeers) };
static const tl_help_getCdnConfig cdn = { TL_INIT(help_getCdnConfig) };
static const tl_help_getCountriesList countries = { TL_INIT(help_getCountriesList) };
static const tl_help_getPeerColors colors = { TL_INIT(help_getPeerColors) };
static const tl_help_getPeerProfileColors profile = {
  TL_INIT(help_getPeerProfileColors)
};
static const tl_help_getPromoData promo = { TL_INIT(help_getPromoData) };
static const tl_help_getTermsOfServiceUpdate terms = {
  TL_INIT(help_getTermsOfServiceUpdate)
};
static const tl_langpack_getDifference difference = {
  TL_INIT(langpack_getDifference), .from_version = 3
};
static const tl_langpack_getLangPack pack = { TL_INIT(langpack_getLangPack) };
static const tl_langpack_getLanguages languages = { TL_INIT(langpack_getLanguages) };
static const tl_langpack_getStrings strings = { TL_INIT(langpack_getStrings) };
static const tl_messages_getDialogFilters filters = {
  TL_INIT(messages_getDialogFilters)
};

/* The call, what it is answered with, and whether that may be had before login. */
static const struct {
  const tl_obj *call;
  uint32_t answer;
  bool before;
} rows[] = {
  { &content.o, TL_ID_account_contentSettings, false },
  { &notify.o, TL_ID_peerNotifySettings, false },
  { &reactions.o, TL_ID_reactionsNotifySettings, false },
  { &status.o, TL_ID_boolTrue, false },
  { &blocked.o, TL_ID_contacts_blocked, false },
  { &contacts.o, TL_ID_contacts_contacts, false },
  { &top_peers.o, TL_ID_contacts_topPeersDisabled, false },
  { &cdn.o, TL_ID_cdnConfig, true },
  { &countries.o, TL_ID_help_countriesList, true },
  { &colors.o, TL_ID_help_peerColors, false },
  { &profile.o, TL_ID_help_peerColors, false },
  { &promo.o, TL_ID_help_promoDataEmpty, false },
  { &terms.o, TL_ID_help_termsOfServiceUpdateEmpty, false },
  { &difference.o, TL_ID_langPackDifference, true },
  { &pack.o, TL_ID_langPackDifference, true },
  { &languages.o, TL_ID_vector, true },
  { &strings.o, TL_ID_vector, true },
  { &filters.o, TL_ID_messages_dialogFilters, false },
};
enum { ROWS = sizeof rows / sizeof *rows };

static void is_answered(cg_tester *c, size_t row) {
  const cg_tl_schema *all = cg_tl_api_all();
  const char *name = cg_tl_name(all, rows[row].call);
  if (!cg_tl_id_in_layer(all, name, true, c->layer)) return;
  cg_told told = cg_tester_call(c, rows[row].call);
  uint32_t got = told.obj && told.id != TL_ID_vector ? told.obj->id : told.id;
  bool old_filters = rows[row].call == &filters.o && c->layer < 175;
  if (got != (old_filters ? TL_ID_vector : rows[row].answer))
    fail_msg("layer %d, %s: %d '%s' (%08x)", (int)c->layer, name, (int)told.code,
             told.error, (unsigned)got);
}

static void every_layer_has_an_answer(void **state) {
  (void)state;
  static const int layers[] = { 144, 152, 158, 167, 179, 185, 190, 198, 204, 216, 220,
                                223, 227, 228 };
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  log_in(c, KNOWN);
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
    c->layer = layers[i];
    c->inited = false;
    for (size_t row = 0; row < ROWS; row++) is_answered(c, row);
  }
}

static void some_are_for_who_is_logged_in(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  for (size_t row = 0; row < ROWS; row++) {
    if (rows[row].before) is_answered(c, row);
    else is_error(cg_tester_call(c, rows[row].call), 401, "AUTH_KEY_UNREGISTERED");
  }
}

static void they_last_for_a_day(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  log_in(c, KNOWN);
  int32_t now = (int32_t)cg_unix(H.now_us);
  cg_told told = cg_tester_call(c, &terms.o);
  int32_t terms_expire = TL_AS(help_termsOfServiceUpdateEmpty, told.obj)->expires;
  assert_int_equal(terms_expire, now + 86400);
  told = cg_tester_call(c, &promo.o);
  assert_int_equal(TL_AS(help_promoDataEmpty, told.obj)->expires, now + 86400);
}

static void a_language_pack_never_goes_back(void **state) {
  (void)state;
  cg_harness_open(&H);
  cg_tester *c = cg_tester_new(&H);
  const tl_langPackDifference *d =
      TL_AS(langPackDifference, cg_tester_call(c, &difference.o).obj);
  assert_true(d->from_version == 3 && d->version == 3);
  d = TL_AS(langPackDifference, cg_tester_call(c, &pack.o).obj);
  assert_true(d->from_version == 0 && d->version == 1);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    T(every_layer_has_an_answer),
    T(some_are_for_who_is_logged_in),
    T(they_last_for_a_day),
    T(a_language_pack_never_goes_back),
  };
  return cmocka_run_group_tests_name("canned", tests, NULL, NULL);
}
