/* SPDX-License-Identifier: MIT */
/* words.c - see words.h for the contract. */
#include "words.h"

#include "wipe.h"

#include <string.h>

enum { SYLLABLES = 4, PHRASE_WORDS = 4, CONSONANTS = 16, VOWELS = 5 };

/* Short ones that sound unlike each other, none of which anybody minds to read. */
static const char words[256][8] = {
  "acorn", "actor", "album", "alley", "amber", "anchor", "angle", "ankle", "apple",
  "apron", "arrow", "atlas", "attic", "autumn", "bacon", "badge", "bagel", "baker",
  "balcony", "bamboo", "banana", "barley", "barrel", "basket", "beacon", "beaver",
  "bench", "berry", "bishop", "blanket", "blossom", "boat", "bonnet", "border", "bottle",
  "boulder", "bracket", "branch", "bread", "breeze", "brick", "bridge", "broom", "bucket",
  "buffalo", "bundle", "butter", "button", "cabin", "cable", "cactus", "camel", "candle",
  "canoe", "canyon", "captain", "carbon", "cargo", "carpet", "carrot", "castle", "cedar",
  "cellar", "cherry", "chimney", "circle", "citron", "clay", "cliff", "clock", "cloud",
  "clover", "coast", "cobalt", "cocoa", "coffee", "comet", "compass", "copper", "coral",
  "corner", "cotton", "cradle", "crane", "crater", "cricket", "crystal", "curtain",
  "daisy", "dancer", "desert", "diamond", "dolphin", "donkey", "dragon", "drum", "eagle",
  "earth", "easel", "echo", "elbow", "ember", "engine", "fabric", "falcon", "farmer",
  "feather", "fern", "fiddle", "field", "finger", "flame", "flute", "forest", "fossil",
  "fox", "galaxy", "garden", "garlic", "ginger", "giraffe", "glacier", "glove", "goose",
  "granite", "grape", "gravel", "guitar", "hammer", "harbor", "harvest", "hazel",
  "helmet", "hermit", "heron", "hill", "honey", "horizon", "hotel", "island", "ivory",
  "jacket", "jasmine", "jelly", "jigsaw", "jungle", "juniper", "kettle", "kitchen",
  "kitten", "ladder", "lagoon", "lamp", "lantern", "laundry", "lemon", "lentil", "letter",
  "lily", "lizard", "lobster", "locket", "lumber", "magnet", "maple", "marble", "market",
  "meadow", "melon", "mirror", "mitten", "monkey", "morning", "mosaic", "mouse", "muffin",
  "mustard", "napkin", "nectar", "needle", "nickel", "noodle", "nutmeg", "oasis", "ocean",
  "olive", "onion", "orange", "orchard", "otter", "oyster", "paddle", "palace", "panda",
  "paper", "parrot", "pebble", "pencil", "pepper", "piano", "picnic", "pigeon", "pillow",
  "planet", "pocket", "polar", "pony", "potato", "puzzle", "quartz", "rabbit", "radish",
  "raft", "rainbow", "raven", "ribbon", "river", "robin", "rocket", "saddle", "salmon",
  "sandal", "scarf", "shadow", "silver", "socket", "spider", "spring", "squash", "stable",
  "statue", "sugar", "summer", "sunset", "tablet", "teapot", "temple", "thunder",
  "ticket", "tiger", "timber", "tomato", "tulip", "tunnel", "turtle", "valley", "velvet",
  "violin", "walnut", "willow", "window", "winter", "wizard", "wolf", "yogurt", "zebra"
};

/* Bytes from 240 on would make some syllables likelier. */
static cg_err draw_below(const cg_rng *rng, unsigned bound, unsigned *out) {
  uint8_t raw;
  cg_err err = CG_OK;
  do err = cg_rng_fill(rng, &raw, 1);
  while (!err && raw >= 256 / bound * bound);
  *out = err ? 0 : raw % bound;
  return err;
}

cg_err cg_word_draw(const cg_rng *rng, char out[CG_WORDS_SIZE]) {
  cg_err err = CG_OK;
  size_t len = 0;
  for (int i = 0; i < SYLLABLES && !err; i++) {
    unsigned at;
    err = draw_below(rng, CONSONANTS * VOWELS, &at);
    out[len++] = "bdfghjklmnprstvz"[at / VOWELS];
    out[len++] = "aeiou"[at % VOWELS];
  }
  out[len] = '\0';
  if (err) cg_wipe(out, CG_WORDS_SIZE);
  return err;
}

cg_err cg_phrase_draw(const cg_rng *rng, char out[CG_WORDS_SIZE]) {
  uint8_t raw[PHRASE_WORDS];
  size_t len = 0;
  cg_err err = cg_rng_fill(rng, raw, sizeof raw);
  for (int i = 0; i < PHRASE_WORDS && !err; i++) {
    const char *word = words[raw[i]];
    size_t n = strnlen(word, sizeof words[0]);
    if (i) out[len++] = ' ';
    memcpy(out + len, word, n);
    len += n;
  }
  out[err ? 0 : len] = '\0';
  cg_wipe(raw, sizeof raw);
  return err;
}
