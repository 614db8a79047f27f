/* SPDX-License-Identifier: MIT */
/*
 * words.h - login codes that are words or phrases instead of digits (login.md 2.2).
 *
 * What a client is told beforehand, the first letter or the first word, leaves more than
 * 20 bits of either to be guessed.
 */
#ifndef CG_SERVER_WORDS_H
#define CG_SERVER_WORDS_H

#include "rng.h"

enum { CG_WORDS_SIZE = 40 }; /* of the longest phrase with its NUL */

/* A word that is in no language: four syllables out of 80, 25 bits. RANDOM. */
CG_MUST_USE cg_err cg_word_draw(const cg_rng *rng, char out[CG_WORDS_SIZE]);

/* Four words out of 256 with a blank between them, 32 bits. RANDOM. */
CG_MUST_USE cg_err cg_phrase_draw(const cg_rng *rng, char out[CG_WORDS_SIZE]);

#endif
