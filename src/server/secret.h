/* SPDX-License-Identifier: MIT */
/*
 * secret.h - the server's secret and what is made with it: login codes (drawn,
 * remembered as a MAC, sealed for those who must show them again) and salts.
 *
 * The secret is derived from the private RSA key, so that every node and every
 * restart has the same one and no further file must be kept. One key per use.
 */
#ifndef CG_SERVER_SECRET_H
#define CG_SERVER_SECRET_H

#include "rng.h"
#include "store.h"

enum {
  CG_SECRET_VERSION = 1, /* in code rows: which secret made them */
  CG_CODE_SIZE = 40,     /* the longest phrase and a NUL */
  CG_CODE_HASH_SIZE = 19 /* 18 hex digits and a NUL */
};

typedef struct {
  uint8_t passwords[32], mac[32], seal[32], keys[32], salts[32], coins[32], tokens[32];
} cg_secret;

/* Derives all keys from the PEM of the private key. MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_secret_init(cg_secret *s, cg_bytes private_pem);
void cg_secret_wipe(cg_secret *s);

/* Draws `length` (1..39) digits, each equally likely. RANDOM. */
CG_MUST_USE cg_err cg_code_draw(const cg_rng *rng, int32_t length,
                                char out[CG_CODE_SIZE]);
/* A phone_code_hash: nothing in it comes from the phone or the code. RANDOM. */
CG_MUST_USE cg_err cg_code_hash_draw(const cg_rng *rng, char out[CG_CODE_HASH_SIZE]);

/* Fills mac, sealed, sealed_len, secret_version and length of `row`, whose hash is
 * set, for `code`. RANDOM, MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_code_keep(const cg_secret *s, const cg_rng *rng, const char *code,
                                cg_store_code *row);

/* Makes `row` one that no code fits and that shows none. RANDOM. */
CG_MUST_USE cg_err cg_code_keep_none(const cg_rng *rng, int32_t length,
                                     cg_store_code *row);

/* The code of a row that still has its sealed copy: NOT_FOUND if it is erased, VERIFY if
 * it was sealed under another secret. */
CG_MUST_USE cg_err cg_code_show(const cg_secret *s, const cg_store_code *row,
                                char out[CG_CODE_SIZE]);

/* True if `typed` is the code of `row`: blanks and hyphens dropped, or, where the row's
 * rung has words, small letters and single blanks made of it. Takes the same time whatever
 * is typed. */
bool cg_code_fits(const cg_secret *s, const cg_store_code *row, cg_bytes typed);

/* True if nothing is left of `typed` without blanks and hyphens. */
bool cg_code_is_empty(cg_bytes typed);

/* The salts that are proposed to a user for the password after this version: the same
 * as long as that one lasts, and never again. */
CG_MUST_USE cg_err cg_secret_password_salts(const cg_secret *s, int64_t user_id,
                                            int64_t version, uint8_t out[32]);

/* A coin that always falls the same way for one phone number, and that nobody without
 * the secret can foretell. */
bool cg_secret_coin(const cg_secret *s, const char *phone);

/* A token of 32 bytes out of a seed of which nobody without the secret can make it: the
 * store holds the seed and the token's SHA-256, and yet it can be given out again. */
CG_MUST_USE cg_err cg_secret_token(const cg_secret *s, cg_bytes seed, uint8_t out[32]);

/* The salt of an authorization key in one of the half hours since 1970. */
uint64_t cg_secret_salt(const cg_secret *s, uint64_t key_id, int64_t half_hour);

/* Encrypts or decrypts an authorization key for its place in the store. */
CG_MUST_USE cg_err cg_secret_mask_key(const cg_secret *s, cg_store_key *key);

#endif
