/* SPDX-License-Identifier: MIT */
/*
 * rsa.h - RSA-2048 as the key exchange uses it: RSA_PAD, the SHA-1 padding of old
 * clients, key fingerprints, PEM.
 *
 * A key object is not thread-safe. The private operation is blinded and checked
 * against faults by OpenSSL.
 *
 * https://core.telegram.org/mtproto/auth_key (protocol.md 67, 68, 73-75, 106, 107)
 */
#ifndef CG_RSA_H
#define CG_RSA_H

#include "buf.h"
#include "rng.h"

enum {
  CG_RSA_SIZE = 256,
  CG_RSA_PAD_MAX = 144,    /* data of cg_rsa_pad_encrypt(), bytes */
  CG_RSA_PADDED = 192,     /* that data with its random padding */
  CG_RSA_LEGACY_HASH = 20, /* SHA-1 in front of the legacy data */
  CG_RSA_LEGACY_MAX = 235, /* data of cg_rsa_legacy_encrypt(), bytes */
  CG_RSA_LEGACY_RAW = 255  /* both together */
};

typedef struct cg_rsa_key cg_rsa_key;

/* Reads "RSA PUBLIC KEY", "PUBLIC KEY" or an unencrypted private key. MALFORMED: no
 * such PEM; WEAK: not 2048 bits, even, or an exponent that is even or below 3; MEMORY,
 * CRYPTO. `f` may be NULL. Free with cg_rsa_free(). */
CG_MUST_USE cg_err cg_rsa_from_pem(cg_rsa_key **out, cg_bytes pem, cg_fault *f);

/* Makes a key pair (about 0.2 s), again until the 16 hexadecimal digits of the
 * fingerprint do not begin with 0, which some clients print wrongly. */
CG_MUST_USE cg_err cg_rsa_generate(cg_rsa_key **out);

void cg_rsa_free(cg_rsa_key *k); /* NULL is allowed */

bool cg_rsa_has_private(const cg_rsa_key *k);

/* Low 64 bits of the SHA-1 of the bare rsa_public_key, as TL `long`. */
uint64_t cg_rsa_fingerprint(const cg_rsa_key *k);

/* Append PEM text: PKCS#1 "RSA PUBLIC KEY", PKCS#8 "PRIVATE KEY" (USAGE without the
 * private half; the caller wipes `out`). MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_rsa_public_pem(const cg_rsa_key *k, cg_buf *out);
CG_MUST_USE cg_err cg_rsa_private_pem(const cg_rsa_key *k, cg_buf *out);

/* Encrypts at most CG_RSA_PAD_MAX bytes with RSA_PAD, or at most CG_RSA_LEGACY_MAX
 * with SHA-1 and random padding. USAGE if there are more; RANDOM, MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_rsa_pad_encrypt(const cg_rsa_key *k, cg_bytes data,
                                      const cg_rng *rng, uint8_t out[CG_RSA_SIZE]);
CG_MUST_USE cg_err cg_rsa_legacy_encrypt(const cg_rsa_key *k, cg_bytes data,
                                         const cg_rng *rng, uint8_t out[CG_RSA_SIZE]);

/* Decrypts either. If RSA_PAD verifies: *legacy false, *len 192, `out` the data with
 * its random padding. Else, if allow_legacy: *legacy true, *len 255, `out` holds SHA-1
 * | data | padding that is NOT verified: the caller reads a TL object at
 * out + CG_RSA_LEGACY_HASH and believes it only if cg_rsa_legacy_check() of its length
 * holds. Else VERIFY. A legacy failure looks the same whether the padding or the
 * object is wrong, in result and in time; the caller answers all of them alike.
 * USAGE without the private half; MEMORY, CRYPTO. The caller wipes `out`. */
CG_MUST_USE cg_err cg_rsa_decrypt(cg_rsa_key *k, const uint8_t in[CG_RSA_SIZE],
                                  bool allow_legacy, uint8_t out[CG_RSA_SIZE],
                                  size_t *len, bool *legacy);

/* True if the first 20 bytes of `raw` are the SHA-1 of the `data_len` bytes behind
 * them. False also when data_len is out of range or memory is out. */
CG_MUST_USE bool cg_rsa_legacy_check(const uint8_t raw[CG_RSA_LEGACY_RAW],
                                     size_t data_len);

#endif
