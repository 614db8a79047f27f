/* SPDX-License-Identifier: MIT */
/* ladder_test.c - ladders and words: pure functions. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ladder.h"
#include "words.h"

#include <string.h>

static const char *built(cg_ladder_ways ways) {
  static char out[12];
  cg_ladder_build(&ways, out);
  return out;
}

#define BUILT(...) built((cg_ladder_ways){ __VA_ARGS__ })

static void ladders_have_their_order(void **state) {
  (void)state;
  assert_string_equal(BUILT(0), "");
  assert_string_equal(BUILT(.sms = 's', .call = true), "sc");
  assert_string_equal(BUILT(.app = true, .sms = 'w', .call = true), "awc");
  assert_string_equal(BUILT(.app = true, .firebase = 'b', .missed_call = true,
                            .flash_call = true, .sms = 's', .call = true),
                      "abmsc");
  assert_string_equal(BUILT(.firebase = 'i', .flash_call = true, .sms = 'p'), "ifp");
  assert_string_equal(BUILT(.email = true, .app = true, .sms = 's'), "eas");
  assert_string_equal(BUILT(.setup_email = true, .email = true, .sms = 's'), "Es");
  assert_string_equal(BUILT(.fragment = true, .app = true, .sms = 's'), "F");
  assert_string_equal(BUILT(.email = true, .fragment = true), "eF");
}

static void rungs_are_climbed(void **state) {
  (void)state;
  cg_store_code c = { .ladder = "asc" };
  assert_int_equal(cg_ladder_rung(&c), CG_RUNG_APP);
  assert_int_equal(cg_ladder_next(&c), CG_RUNG_SMS);
  c.rung = 2;
  assert_int_equal(cg_ladder_rung(&c), CG_RUNG_CALL);
  assert_int_equal(cg_ladder_next(&c), 0);
  c.rung = 12;
  assert_int_equal(cg_ladder_rung(&c), 0);
  c.rung = -1;
  assert_int_equal(cg_ladder_rung(&c), 0);
}

static void rungs_have_kinds_and_names(void **state) {
  (void)state;
  static const char digits[] = { CG_RUNG_APP, CG_RUNG_SMS, CG_RUNG_CALL,
                                 CG_RUNG_FRAGMENT, CG_RUNG_FIREBASE,
                                 CG_RUNG_FIREBASE_IOS };
  for (size_t i = 0; i < sizeof digits; i++)
    assert_int_equal(cg_rung_kind(digits[i]), CG_KIND_DIGITS);
  assert_int_equal(cg_rung_kind(CG_RUNG_EMAIL), CG_KIND_EMAIL);
  assert_int_equal(cg_rung_kind(CG_RUNG_MISSED), CG_KIND_CALLER);
  assert_int_equal(cg_rung_kind(CG_RUNG_FLASH), CG_KIND_NUMBER);
  assert_int_equal(cg_rung_kind(CG_RUNG_WORD), CG_KIND_WORD);
  assert_int_equal(cg_rung_kind(CG_RUNG_PHRASE), CG_KIND_PHRASE);
  assert_false(cg_rung_is_timed(CG_RUNG_APP) || cg_rung_is_timed(CG_RUNG_EMAIL));
  assert_false(cg_rung_is_timed(CG_RUNG_FRAGMENT));
  assert_true(cg_rung_is_timed(CG_RUNG_SMS) && cg_rung_is_timed(CG_RUNG_CALL));
  assert_true(cg_rung_is_timed(CG_RUNG_WORD) && cg_rung_is_timed(CG_RUNG_MISSED));
  assert_string_equal(cg_rung_name(CG_RUNG_CALL), "call");
  assert_string_equal(cg_rung_name(CG_RUNG_FIREBASE_IOS), "firebase");
  assert_string_equal(cg_code_state_name(CG_CODE_ISSUED), "live");
  assert_string_equal(cg_code_state_name(CG_CODE_NEED_SIGNUP), "verified");
  assert_string_equal(cg_code_state_name(CG_CODE_CONSUMED), "used");
}

/* --- words ---------------------------------------------------------------- */

static cg_err count_up(void *ctx, void *out, size_t len) {
  uint8_t *next = ctx, *to = out;
  for (size_t i = 0; i < len; i++) to[i] = (*next)++;
  return CG_OK;
}

static cg_err no_bytes(void *ctx, void *out, size_t len) {
  (void)ctx, (void)out, (void)len;
  return CG_E_RANDOM;
}

/* 240 and above would make some syllables likelier. */
static void words_are_drawn_evenly(void **state) {
  (void)state;
  uint8_t at = 238;
  cg_rng rng = { count_up, &at }, none = { no_bytes, NULL };
  char word[CG_WORDS_SIZE];
  assert_int_equal(cg_word_draw(&rng, word), CG_OK);
  assert_string_equal(word, "zozubabe");
  assert_int_equal(at, 2);
  assert_int_equal(cg_word_draw(&none, word), CG_E_RANDOM);
  assert_string_equal(word, "");
}

/* All 256 words are different, of small letters only, and any four fit. */
static void phrases_are_of_different_words(void **state) {
  (void)state;
  uint8_t at = 0;
  cg_rng rng = { count_up, &at }, none = { no_bytes, NULL };
  char phrase[CG_WORDS_SIZE], seen[256][8] = { "" };
  for (size_t n = 0; n < 256;) {
    assert_int_equal(cg_phrase_draw(&rng, phrase), CG_OK);
    assert_true(strlen(phrase) < 32);
    for (char *rest = phrase; rest; n++) {
      size_t len = strcspn(rest, " ");
      assert_true(len >= 3 && len < 8);
      assert_int_equal(strspn(rest, "abcdefghijklmnopqrstuvwxyz"), len);
      memcpy(seen[n], rest, len);
      for (size_t i = 0; i < n; i++) assert_string_not_equal(seen[i], seen[n]);
      rest = rest[len] ? rest + len + 1 : NULL;
    }
  }
  assert_int_equal(cg_phrase_draw(&none, phrase), CG_E_RANDOM);
  assert_string_equal(phrase, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ladders_have_their_order),
    cmocka_unit_test(rungs_are_climbed),
    cmocka_unit_test(rungs_have_kinds_and_names),
    cmocka_unit_test(words_are_drawn_evenly),
    cmocka_unit_test(phrases_are_of_different_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
