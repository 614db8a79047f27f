/* SPDX-License-Identifier: MIT */
/*
 * evp.h - OpenSSL's algorithms, fetched once per process, and its errors as ours.
 * Private to this folder.
 *
 * An implicit fetch (EVP_sha256() and the like) costs more than hashing a short
 * message, each time. What is fetched here never changes afterwards and is shared by
 * all threads; a fetch that failed for want of memory is tried again.
 */
#ifndef CG_EVP_H
#define CG_EVP_H

#include "err.h"

#include <openssl/types.h>

typedef enum { CG_EVP_SHA1, CG_EVP_SHA256, CG_EVP_SHA512, CG_EVP_DIGESTS } cg_evp_digest;
typedef enum { CG_EVP_CTR, CG_EVP_GCM, CG_EVP_CIPHERS } cg_evp_mode;

/* The algorithm, owned by the cache; NULL if it cannot be had: see cg_evp_error(). */
EVP_MD *cg_evp_md(cg_evp_digest which);
EVP_CIPHER *cg_evp_cipher(cg_evp_mode which); /* with AES-256 */
EVP_MAC *cg_evp_hmac(void);
EVP_KDF *cg_evp_pbkdf2(void);

/* What an OpenSSL call that failed has left behind: MEMORY or CRYPTO. Empties the
 * thread's queue of errors, so that none shows up in somebody else's call. */
cg_err cg_evp_error(void);

#endif
