/* SPDX-License-Identifier: MIT */
/*
 * handshake_wire.h - what both sides of the key exchange read, write and derive.
 *
 * The objects are read with cg_reader, not decoded into an arena: most of them are
 * followed by padding of a length that only reading them tells, and they carry
 * secrets, which stay in structs that their owner wipes.
 *
 * https://core.telegram.org/mtproto/auth_key
 */
#ifndef CG_HANDSHAKE_WIRE_H
#define CG_HANDSHAKE_WIRE_H

#include "buf.h"
#include "reader.h"
#include "rng.h"

#define CG_HS_VECTOR        0x1cb5c415u
#define CG_HS_REQ_PQ        0x60469778u
#define CG_HS_REQ_PQ_MULTI  0xbe7e8ef1u
#define CG_HS_RES_PQ        0x05162463u
#define CG_HS_INNER         0x83c95aecu /* p_q_inner_data and its three later forms */
#define CG_HS_INNER_DC      0xa9f55f95u
#define CG_HS_INNER_TEMP    0x3c6a84d4u
#define CG_HS_INNER_TEMP_DC 0x56fddf88u
#define CG_HS_REQ_DH        0xd712e4beu
#define CG_HS_DH_FAIL       0x79cb045du
#define CG_HS_DH_OK         0xd0e8075cu
#define CG_HS_SERVER_INNER  0xb5890dbau
#define CG_HS_CLIENT_INNER  0x6643b654u
#define CG_HS_SET_DH        0xf5045f1fu
#define CG_HS_GEN_OK        0x3bcbf734u
#define CG_HS_GEN_RETRY     0x46dc1fb9u
#define CG_HS_GEN_FAIL      0xa69dae02u

enum {
  CG_HS_ENCRYPTED_MAX = 4096, /* encrypted_answer and encrypted_data, bytes */
  CG_HS_RETRIES = 5,          /* dh_gen_retry that one exchange may see */
  CG_HS_FAIL_HASH = 0,        /* numbers of new_nonce_hash: none, for ..._fail; */
  CG_HS_OK_HASH = 1,          /* for dh_gen_ok, dh_gen_retry, dh_gen_fail */
  CG_HS_RETRY_HASH = 2,
  CG_HS_GEN_FAIL_HASH = 3
};

/* Every object but the first begins with both. */
typedef struct {
  uint8_t client[16], server[16];
} cg_nonces;

bool cg_nonces_equal(const cg_nonces *a, const cg_nonces *b); /* constant time */
void cg_nonces_read(cg_reader *r, cg_nonces *out);            /* zeros after a failure */
void cg_nonces_put(cg_buf *out, uint32_t id, const cg_nonces *n); /* id, then both */

/* An unencrypted message: auth_key_id 0 | msg_id | length | body, then what is not
 * its own. */
typedef struct {
  uint64_t msg_id;
  cg_bytes body;
  size_t rest; /* bytes behind the body */
} cg_plain;

/* PROTOCOL if it is none, or if its body is longer than the payload. */
CG_MUST_USE cg_err cg_plain_read(cg_bytes payload, cg_plain *out);
void cg_plain_put(cg_buf *out, uint64_t msg_id, cg_bytes body);

/* Big-endian numbers in TL strings. Reading fails the reader (MALFORMED) for a number
 * of more than 8 or 256 bytes; writing leaves leading zeros out. */
uint64_t cg_number_read(cg_reader *r);
void cg_number_put(cg_buf *out, uint64_t v);
void cg_number_read_2048(cg_reader *r, uint8_t out[256]);
void cg_number_put_2048(cg_buf *out, const uint8_t v[256]);

/* tmp_aes_key and tmp_aes_iv (protocol.md 78). */
typedef struct {
  uint8_t key[32], iv[32];
} cg_tmp_key;
CG_MUST_USE cg_err cg_tmp_key_derive(cg_tmp_key *k, const uint8_t new_nonce[32],
                                     const uint8_t server_nonce[16]);

/* Appends a TL string: SHA-1 of `data`, data, 0 to 15 random bytes, encrypted. */
CG_MUST_USE cg_err cg_tmp_seal(const cg_tmp_key *k, cg_bytes data, const cg_rng *rng,
                               cg_buf *out);

/* Decrypts into `plain`, which the caller wipes, and starts `r` on the object in it.
 * Nothing in it is to be believed until cg_tmp_check(). PROTOCOL for a length that
 * cannot be; MEMORY. */
CG_MUST_USE cg_err cg_tmp_open(const cg_tmp_key *k, cg_bytes sealed, cg_buf *plain,
                               cg_reader *r);

/* VERIFY unless `r` read an object without failure whose SHA-1 stands in front of it
 * and that at most `padding` bytes follow. MEMORY, CRYPTO. */
CG_MUST_USE cg_err cg_tmp_check(const cg_buf *plain, const cg_reader *r, size_t padding);

/* new_nonce_hash of the numbers above (protocol.md 76, 90-92). */
CG_MUST_USE cg_err cg_new_nonce_hash(const uint8_t new_nonce[32], uint8_t number,
                                     uint64_t aux_hash, uint8_t out[16]);

/* The first server salt (protocol.md 95). */
uint64_t cg_first_salt(const uint8_t new_nonce[32], const uint8_t server_nonce[16]);

#endif
