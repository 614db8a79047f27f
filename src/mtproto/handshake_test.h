/* SPDX-License-Identifier: MIT */
/*
 * handshake_test.h - what the tests of the key exchange share: an RSA key, sources of
 * bytes, and a client and a server in memory.
 */
#ifndef CG_HANDSHAKE_TEST_H
#define CG_HANDSHAKE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clock.h"
#include "handshake.h"
#include "handshake_wire.h"
#include "mtproto_test.h"

static const uint64_t NOON = UINT64_C(1700000000) * CG_SECOND;
enum { OWN_DC = 2, DAY = 86400 };

static cg_rsa_key *test_rsa;
static test_rng client_rng, server_rng;

static inline int make_rsa(void **state) {
  (void)state;
  return cg_rsa_generate(&test_rsa) ? -1 : 0;
}

static inline int free_rsa(void **state) {
  (void)state;
  cg_rsa_free(test_rsa);
  return 0;
}

static inline int seed(void **state) {
  (void)state;
  test_rng_init(&client_rng, 1);
  test_rng_init(&server_rng, 2);
  return 0;
}

static inline cg_handshake_options client_options(void) {
  static const cg_rsa_key *keys[1];
  keys[0] = test_rsa;
  return (cg_handshake_options){
    .keys = keys, .key_count = 1, .dc = OWN_DC, .rng = &client_rng.rng
  };
}

static inline cg_handshake_server_options server_options(void) {
  return (cg_handshake_server_options){ .rsa = test_rsa,
                                        .rng = &server_rng.rng,
                                        .dc = OWN_DC,
                                        .legacy_rsa = true,
                                        .max_expires_in = 30 * DAY };
}

static inline cg_handshake *new_client(void) {
  cg_handshake *h = NULL;
  cg_handshake_options options = client_options();
  assert_int_equal(cg_handshake_new(&h, &options), CG_OK);
  return h;
}

static inline cg_handshake_server *new_server(void) {
  cg_handshake_server *h = NULL;
  cg_handshake_server_options options = server_options();
  assert_int_equal(cg_handshake_server_new(&h, &options), CG_OK);
  return h;
}

/* What the server made of one payload. */
typedef struct {
  cg_handshake_verdict verdict;
  cg_handshake_key key;
  int32_t error;
  cg_buf out;
} served;

/* Gives the server one payload; s->out is a new buffer then. */
static inline void serve(cg_handshake_server *h, cg_bytes payload, uint64_t now_us,
                         served *s) {
  cg_buf_free(&s->out);
  *s = (served){ 0 };
  assert_int_equal(cg_handshake_server_feed(h, payload, now_us, &s->out, &s->verdict,
                                            &s->key, &s->error),
                   CG_OK);
}

#endif
