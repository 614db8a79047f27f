/* SPDX-License-Identifier: MIT */
/*
 * envelope_test.c - real_* is a packet of Telegram's server (vector 4 of protocol.md);
 * sealed_by_* were made by an independent implementation in Python.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "envelope.h"
#include "ige.h"
#include "mem.h"
#include "msgkey.h"
#include "mtproto_test.h"

#include <stdlib.h>

static const uint8_t real_key[] = {
  0x5d, 0x2e, 0x7d, 0x65, 0xf4, 0x9e, 0xc2, 0x8b, 0xd0, 0x29, 0xa8, 0x87, 0x61, 0xea,
  0x27, 0xb8, 0xa4, 0xc7, 0x9f, 0x12, 0x22, 0x65, 0x25, 0x44, 0x3e, 0x7d, 0x7c, 0x59,
  0x6e, 0xf3, 0x30, 0x35, 0x30, 0xdb, 0x21, 0x07, 0xe8, 0x9a, 0xa9, 0x97, 0xc7, 0xa0,
  0x16, 0x4a, 0xb6, 0x94, 0x18, 0x7a, 0xde, 0xff, 0x15, 0x6b, 0xd6, 0xef, 0x71, 0x18,
  0xa1, 0x96, 0x23, 0x47, 0x75, 0x3c, 0x0e, 0x7e, 0x89, 0xa0, 0x35, 0x4b, 0x8e, 0xc3,
  0x64, 0xf9, 0x99, 0x7e, 0x71, 0xbc, 0x69, 0x23, 0xfb, 0x86, 0xe8, 0xe4, 0x34, 0x91,
  0xe0, 0x10, 0x60, 0x6a, 0x6c, 0xe8, 0x45, 0xe2, 0xfa, 0x01, 0x94, 0x09, 0x77, 0xef,
  0x0a, 0xa3, 0x2a, 0xdf, 0x5a, 0x97, 0xdb, 0xf6, 0xd4, 0x28, 0xec, 0x04, 0x34, 0xd7,
  0x17, 0xa2, 0xd3, 0xad, 0x19, 0x62, 0x2c, 0xc0, 0x58, 0x87, 0x64, 0x21, 0x13, 0xc7,
  0x96, 0x5f, 0xfb, 0x86, 0x2a, 0x3e, 0x3c, 0xcb, 0x0a, 0xb9, 0x5a, 0xdd, 0xda, 0x57,
  0xf8, 0x92, 0x45, 0xdb, 0xd7, 0x6b, 0x49, 0x23, 0x48, 0xf8, 0xe9, 0x4b, 0xd5, 0xa7,
  0xc0, 0xe0, 0xb8, 0x48, 0x08, 0x52, 0x3c, 0xfd, 0x1e, 0xa8, 0x0b, 0x32, 0xfe, 0x9a,
  0xd1, 0x98, 0xbc, 0x2e, 0x10, 0x3f, 0xce, 0xb7, 0xd5, 0x24, 0x92, 0xec, 0xc0, 0x27,
  0x3a, 0x28, 0x67, 0x4b, 0xc9, 0x23, 0xee, 0xe5, 0x92, 0x65, 0xab, 0x17, 0xa0, 0x02,
  0xdf, 0x1f, 0x4a, 0xa2, 0xc5, 0x9b, 0x81, 0x9a, 0x5e, 0x5e, 0x1d, 0x10, 0x5e, 0xc1,
  0x17, 0x33, 0x6f, 0x5c, 0x76, 0xc6, 0xb1, 0x87, 0x03, 0x7d, 0x4b, 0x42, 0x70, 0xce,
  0xe9, 0xcc, 0x21, 0x07, 0x1d, 0x97, 0xe9, 0xbc, 0xa2, 0x20, 0xc6, 0xd7, 0xb0, 0x1b,
  0x99, 0x8c, 0xf2, 0xe5, 0xcd, 0xb9, 0xa5, 0x0e, 0xcd, 0xa1, 0x85, 0x2a, 0x36, 0xe6,
  0x35, 0x69, 0x0c, 0x8e,
};
static const uint8_t real_packet[] = {
  0x7a, 0x71, 0x83, 0xc2, 0xc1, 0x0e, 0x4f, 0x4d, 0xf9, 0x45, 0xfa, 0x9a, 0x9a, 0xbd,
  0x35, 0xe7, 0xc3, 0x84, 0x0b, 0x61, 0xf0, 0x45, 0x30, 0x4f, 0x39, 0x67, 0x4c, 0x19,
  0xc0, 0xe2, 0x09, 0x78, 0x4f, 0x50, 0xf6, 0x22, 0x6a, 0x07, 0x35, 0x29, 0xd6, 0x75,
  0xc9, 0x2c, 0xbf, 0x0b, 0xfa, 0x8c, 0x99, 0xa7, 0x9b, 0x3f, 0x39, 0xc7, 0x2a, 0x5d,
  0x9a, 0x02, 0x6d, 0x43, 0x1a, 0xb7, 0x40, 0x7c, 0xa0, 0x4e, 0xcc, 0x55, 0x18, 0x7d,
  0x6c, 0x45, 0xf1, 0x78, 0x71, 0x52, 0x4e, 0xdd, 0x90, 0xce, 0xa0, 0x2e, 0xd7, 0x28,
  0xe1, 0x4d, 0x7c, 0xb1, 0x8a, 0xea, 0x2a, 0x63, 0x61, 0x58, 0xf0, 0x94, 0x59, 0xa9,
  0x43, 0x77, 0x10, 0xd8, 0x94, 0xc7, 0x9f, 0x36, 0x8c, 0x4e, 0x81, 0x64, 0xb7, 0x64,
  0x7e, 0xa9, 0x86, 0x12, 0xae, 0xfe, 0x94, 0x2c, 0x5d, 0x92, 0x12, 0x1a, 0xcb, 0x8d,
  0xb0, 0x2d, 0xcc, 0xce, 0xb6, 0x6d, 0x0f, 0x87, 0x20, 0xac, 0x12, 0xa0, 0x6d, 0xb0,
  0x58, 0x2b, 0xfd, 0x95, 0x5b, 0xe3, 0x4f, 0x36, 0x51, 0x18, 0xe3, 0xba, 0xb8, 0xcd,
  0x08, 0x0c, 0xe6, 0xb4, 0x5b, 0x28, 0xea, 0xc5, 0x6d, 0xcd, 0x2a, 0x29, 0x37, 0x4e,
};
static const uint8_t real_body[] = {
  0xdc, 0xf8, 0xf1, 0x73, 0x02, 0x00, 0x00, 0x00, 0x01, 0xa8, 0xc1, 0xc2, 0x91,
  0x8b, 0x30, 0x5e, 0x01, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x08, 0x09,
  0xc2, 0x9e, 0xc4, 0xfd, 0x33, 0xad, 0x91, 0x8b, 0x30, 0x5e, 0x18, 0xa8, 0x8e,
  0xa6, 0x07, 0xee, 0x58, 0x16, 0xfc, 0x82, 0x6a, 0x02, 0x24, 0x8b, 0x28, 0xfd,
  0x01, 0xcc, 0xc1, 0xc2, 0x91, 0x8b, 0x30, 0x5e, 0x02, 0x00, 0x00, 0x00, 0x14,
  0x00, 0x00, 0x00, 0xc5, 0x73, 0x77, 0x34, 0xc4, 0xfd, 0x33, 0xad, 0x91, 0x8b,
  0x30, 0x5e, 0x64, 0x08, 0x30, 0x00, 0x00, 0x00, 0x00, 0x00,
};
static const uint8_t sealed_by_client[] = {
  0x32, 0xd1, 0x58, 0x6e, 0xa4, 0x57, 0xdf, 0xc8, 0xf4, 0x8c, 0x30, 0x24, 0x79, 0x54,
  0x07, 0x7e, 0xf0, 0x26, 0x60, 0xb4, 0xd0, 0xcb, 0x38, 0x65, 0x85, 0x42, 0x08, 0x6f,
  0x94, 0xd2, 0x75, 0x0d, 0x88, 0xaf, 0xd1, 0xce, 0xd1, 0x55, 0x5d, 0x1f, 0x74, 0x1e,
  0xb0, 0xc2, 0x6c, 0x64, 0x73, 0x76, 0xec, 0xeb, 0x60, 0x57, 0x3c, 0xe3, 0x6e, 0x28,
  0x35, 0x46, 0x30, 0xca, 0x4f, 0x57, 0x77, 0x35, 0xb9, 0xae, 0x94, 0xfe, 0x89, 0x0c,
  0x11, 0x94, 0xee, 0xc3, 0xc9, 0xd2, 0xb1, 0x73, 0x62, 0x4a, 0xa0, 0x36, 0xef, 0xee,
  0x33, 0x59, 0xb4, 0xb3, 0x6a, 0xfc, 0x91, 0xb6, 0xcd, 0x1d, 0x51, 0x47, 0x76, 0x8b,
  0xc7, 0xcd, 0x9e, 0xda, 0x0d, 0x87, 0x16, 0x7c, 0x81, 0xfd, 0x7b, 0x04, 0x64, 0x25,
  0xf8, 0x12, 0x8c, 0x5b, 0x76, 0x3a, 0x95, 0xbf,
};
static const uint8_t sealed_by_server[] = {
  0x32, 0xd1, 0x58, 0x6e, 0xa4, 0x57, 0xdf, 0xc8, 0x3f, 0x59, 0x8b, 0xf4, 0x5f, 0xe0,
  0xf0, 0x84, 0x08, 0x2d, 0x13, 0xcf, 0xd6, 0x9c, 0xd2, 0x28, 0xb4, 0xbc, 0x0d, 0x54,
  0x95, 0x8d, 0x29, 0x81, 0x76, 0x74, 0xcc, 0x28, 0x6c, 0xb8, 0x18, 0xc9, 0x26, 0xba,
  0x11, 0xb6, 0x42, 0xd0, 0xe8, 0x6a, 0x3a, 0x1f, 0x07, 0x40, 0xc8, 0x2a, 0x33, 0xd7,
  0x81, 0x20, 0x3a, 0x47, 0xb9, 0x04, 0x94, 0x3a, 0x5e, 0x4c, 0x7f, 0xc4, 0xff, 0x87,
  0x17, 0xe6, 0x0c, 0xe6, 0x51, 0x37, 0xa5, 0xae, 0xb0, 0x48, 0xb9, 0x5a, 0xfd, 0x21,
  0xab, 0x1b, 0xc9, 0xe1, 0x68, 0x04, 0x09, 0x4e, 0xfb, 0x35, 0x59, 0x6e, 0x4c, 0x7e,
  0x62, 0xf8, 0x33, 0x5a, 0x48, 0x72, 0x78, 0xc9, 0xa1, 0x32, 0x93, 0x82, 0x95, 0xdd,
  0x25, 0xcf, 0xa6, 0xc7, 0x6f, 0x7f, 0x20, 0x93,
};

static const cg_message SEALED = {
  .salt = UINT64_C(0x1122334455667788),
  .session_id = UINT64_C(0x99aabbccddeeff01),
  .msg_id = UINT64_C(0x6544332211001000),
  .seqno = 7,
  .body = TEST_BYTES("\xec\x77\xbe\x7a\xef\xcd\xab\x89\x67\x45\x23\x01")
};

/* The key 0, 1, ..., 255 with its known id. */
static cg_auth_key counting_key(void) {
  cg_auth_key k = { .id = UINT64_C(0xc8df57a46e58d132) };
  for (int i = 0; i < 256; i++) k.key[i] = (uint8_t)i;
  return k;
}

static void expect_message(const cg_message *m, const cg_message *want) {
  assert_int_equal(m->salt, want->salt);
  assert_int_equal(m->session_id, want->session_id);
  assert_int_equal(m->msg_id, want->msg_id);
  assert_int_equal(m->seqno, want->seqno);
  assert_int_equal(m->body.len, want->body.len);
  if (want->body.len) assert_memory_equal(m->body.at, want->body.at, want->body.len);
}

/* Refused with the one error there is, and nothing of the plain text left (159). */
static void expect_refused(const cg_auth_key *key, cg_role from, cg_bytes packet,
                           bool padded) {
  cg_buf plain = { 0 };
  cg_message m = { .seqno = 1 };
  memset(cg_buf_grow(&plain, 2048), 0, 2048);
  assert_int_equal(cg_envelope_open(key, from, packet, padded, &plain, &m), CG_E_VERIFY);
  assert_int_equal(plain.len, 0);
  for (size_t i = 0; i < 2048; i++) assert_int_equal(plain.at[i], 0);
  assert_null(m.body.at);
  cg_buf_free(&plain);
}

static void expect_opened(const cg_auth_key *key, cg_role from, cg_bytes packet,
                          bool padded, const cg_message *want) {
  cg_buf plain = { 0 };
  cg_message m;
  assert_int_equal(cg_envelope_open(key, from, packet, padded, &plain, &m), CG_OK);
  expect_message(&m, want);
  cg_buf_free(&plain);
}

static void test_opens_real_packet(void **state) {
  (void)state;
  cg_auth_key key = { .id = UINT64_C(0x4d4f0ec1c283717a) };
  memcpy(key.key, real_key, sizeof key.key);
  cg_bytes packet = { real_packet, sizeof real_packet };
  const cg_message want = { .salt = UINT64_C(0xfd288b24026a82fc),
                            .session_id = UINT64_C(0x68ad432482c4f260),
                            .msg_id = UINT64_C(0x5e308b91c2c1f001),
                            .seqno = 2,
                            .body = { real_body, sizeof real_body } };
  assert_int_equal(cg_envelope_key_id(packet), key.id);
  expect_opened(&key, CG_SERVER, packet, false, &want);
  /* A server keeps only what the algorithm needs of the key (120). */
  memset(key.key + 136, 0, sizeof key.key - 136);
  expect_opened(&key, CG_SERVER, packet, false, &want);
}

/* 163: byte for byte what another implementation makes of the same random bytes. */
static void test_seals_known_packets(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  uint8_t random[140] = { 2 };
  for (int i = 1; i < 140; i++) random[i] = (uint8_t)(i * 7);
  for (int server = 0; server < 2; server++) {
    test_rng rng;
    test_rng_init(&rng, 1);
    rng.script = (cg_bytes){ random, sizeof random };
    cg_buf out = { 0 };
    cg_buf_text(&out, "before");
    assert_int_equal(
        cg_envelope_seal(&key, server ? CG_SERVER : CG_CLIENT, &SEALED, &rng.rng, &out),
        CG_OK);
    assert_int_equal(out.len, 6 + sizeof sealed_by_client);
    assert_memory_equal(out.at, "before", 6);
    assert_memory_equal(out.at + 6, server ? sealed_by_server : sealed_by_client,
                        sizeof sealed_by_client);
    cg_buf_free(&out);
  }
}

static void test_quick_ack(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  cg_buf plain = { 0 };
  cg_message m;
  cg_bytes packet = { sealed_by_client, sizeof sealed_by_client };
  assert_int_equal(cg_envelope_open(&key, CG_CLIENT, packet, false, &plain, &m), CG_OK);
  assert_int_equal(cg_envelope_quick_ack(&key, CG_CLIENT, &plain), 0xcfb22b39u);
  cg_buf_free(&plain);
}

/* 140: a message sent back to its sender does not open. */
static void test_reflected(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  expect_refused(&key, CG_SERVER, (cg_bytes){ sealed_by_client, sizeof sealed_by_client },
                 false);
  expect_refused(&key, CG_CLIENT, (cg_bytes){ sealed_by_server, sizeof sealed_by_server },
                 false);
}

/* 141: one bit of the packet, wherever it is. */
static void test_every_byte_counts(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  uint8_t packet[sizeof sealed_by_client];
  for (size_t i = 0; i < sizeof packet; i++) {
    memcpy(packet, sealed_by_client, sizeof packet);
    packet[i] ^= 0x10;
    expect_refused(&key, CG_CLIENT, (cg_bytes){ packet, sizeof packet }, false);
  }
}

/* 138: every shorter packet is refused, on heap blocks of exactly its size. */
static void test_every_prefix(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  for (size_t n = 0; n < sizeof sealed_by_client; n++) {
    uint8_t *copy = malloc(n ? n : 1);
    assert_non_null(copy);
    memcpy(copy, sealed_by_client, n);
    expect_refused(&key, CG_CLIENT, (cg_bytes){ copy, n }, false);
    expect_refused(&key, CG_CLIENT, (cg_bytes){ copy, n }, true);
    free(copy);
  }
}

/* 31, 32: in a padded transport 0..15 bytes behind the packet are no part of it. */
static void test_transport_tail(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  uint8_t packet[sizeof sealed_by_client + 16] = { 0 };
  memcpy(packet, sealed_by_client, sizeof sealed_by_client);
  for (size_t tail = 0; tail <= 16; tail++) {
    cg_bytes whole = { packet, sizeof sealed_by_client + tail };
    if (tail < 16)
      expect_opened(&key, CG_CLIENT, whole, true, &SEALED);
    else
      expect_refused(&key, CG_CLIENT, whole, true);
    if (tail) expect_refused(&key, CG_CLIENT, whole, false);
  }
}

/* A packet with any length field and padding, made without envelope.c. */
static cg_buf craft(const cg_auth_key *key, uint32_t length, size_t body,
                    size_t padding) {
  cg_buf plain = { 0 }, packet = { 0 };
  cg_buf_u64(&plain, 1);
  cg_buf_u64(&plain, 2);
  cg_buf_u64(&plain, 4);
  cg_buf_u32(&plain, 3);
  cg_buf_u32(&plain, length);
  uint8_t *rest = cg_buf_grow(&plain, body + padding);
  if (rest) memset(rest, 0x5a, body + padding);
  uint8_t msg_key[16], aes_key[32], aes_iv[32];
  assert_int_equal(cg_msgkey_v2(key->key, 0, cg_buf_view(&plain), msg_key, NULL), CG_OK);
  assert_int_equal(cg_kdf_v2(key->key, 0, msg_key, aes_key, aes_iv), CG_OK);
  assert_int_equal(cg_ige_encrypt(aes_key, aes_iv, plain.at, plain.at, plain.len), CG_OK);
  cg_buf_u64(&packet, key->id);
  cg_buf_put(&packet, msg_key, sizeof msg_key);
  cg_buf_bytes(&packet, cg_buf_view(&plain));
  cg_buf_free(&plain);
  return packet;
}

/* 144: 12..1024 bytes of padding. The length field says how much of a fixed room is
 * body, so that the padding alone makes the difference. */
static void test_padding_bounds(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  static const struct {
    uint32_t length;
    size_t room;
    bool good;
  } cases[] = {
    { 16, 16, false },   /* 0 */
    { 8, 16, false },    /* 8 */
    { 4, 16, true },     /* 12 */
    { 0, 1024, true },   /* 1024 */
    { 4, 1040, false },  /* 1036 */
    { 16, 1040, true },  /* 1024 */
    { 12, 1040, false }, /* 1028: the first above, as lengths go by four */
    { 20, 16, false },   /* -4 */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    cg_buf packet = craft(&key, cases[i].length, cases[i].room, 0);
    uint8_t body[64];
    memset(body, 0x5a, sizeof body);
    cg_message want = { 1, 2, 4, 3, { body, cases[i].length } };
    if (cases[i].good)
      expect_opened(&key, CG_CLIENT, cg_buf_view(&packet), false, &want);
    else
      expect_refused(&key, CG_CLIENT, cg_buf_view(&packet), false);
    cg_buf_free(&packet);
  }
}

/* 10, 143: the length is a multiple of four within what was decrypted. 11 and 1025
 * bytes of padding (144) cannot come with such a length: they fail here too. */
static void test_length_bounds(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  const uint32_t bad[] = { 1,  2,  3,          5,           21,          33,
                           36, 48, 0x7ffffffc, 0x80000000u, 0xfffffffcu, 0xffffffffu };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cg_buf packet = craft(&key, bad[i], 32, 0);
    expect_refused(&key, CG_CLIENT, cg_buf_view(&packet), false);
    cg_buf_free(&packet);
  }
}

/* 5, 138: blocks that are not whole are refused even with a msg_key that fits them. */
static void test_length_of_packet(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  cg_buf packet = craft(&key, 4, 4, 12);
  for (size_t extra = 1; extra < 16; extra++) {
    cg_buf_put(&packet, "", 1);
    expect_refused(&key, CG_CLIENT, cg_buf_view(&packet), false);
  }
  cg_buf_free(&packet);
}

/* 139: the key that opens it must also be the one it names. */
static void test_key_id(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  key.id ^= 1;
  expect_refused(&key, CG_CLIENT, (cg_bytes){ sealed_by_client, sizeof sealed_by_client },
                 false);
  assert_int_equal(cg_envelope_key_id((cg_bytes){ sealed_by_client, 7 }), 0);
}

/* 163, 164: every size opens again, padding within bounds and not always the same. */
static void test_round_trip(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  test_rng rng;
  test_rng_init(&rng, 5);
  uint8_t body[700];
  test_rng_fill(&rng, body, sizeof body);
  for (size_t len = 0; len <= sizeof body; len += 4) {
    cg_message m = SEALED;
    m.body = (cg_bytes){ body, len };
    size_t sizes[2] = { SIZE_MAX, 0 };
    for (int i = 0; i < 20; i++) {
      cg_buf out = { 0 };
      assert_int_equal(cg_envelope_seal(&key, CG_SERVER, &m, &rng.rng, &out), CG_OK);
      size_t padding = out.len - 24 - 32 - len;
      assert_in_range(padding, 12, 1024);
      assert_int_equal((out.len - 24) % 16, 0);
      if (padding < sizes[0]) sizes[0] = padding;
      if (padding > sizes[1]) sizes[1] = padding;
      expect_opened(&key, CG_SERVER, cg_buf_view(&out), false, &m);
      cg_buf_free(&out);
    }
    assert_true(sizes[1] > sizes[0]);
  }
}

/* 7: no randomness, no packet. */
static void test_seal_fails_cleanly(void **state) {
  (void)state;
  cg_auth_key key = counting_key();
  test_rng rng;
  test_rng_init(&rng, 6);
  rng.left = 0;
  cg_buf out = { 0 };
  cg_buf_text(&out, "kept");
  assert_int_equal(cg_envelope_seal(&key, CG_CLIENT, &SEALED, &rng.rng, &out),
                   CG_E_RANDOM);
  assert_int_equal(out.len, 4);
  rng.left = -1;
  cg_message large = SEALED;
  large.body.len = 16 << 20;
  assert_int_equal(cg_envelope_seal(&key, CG_CLIENT, &large, &rng.rng, &out), CG_E_LIMIT);
  cg_buf_free(&out);
  cg_mem_fail_after(0);
  assert_int_equal(cg_envelope_seal(&key, CG_CLIENT, &SEALED, &rng.rng, &out),
                   CG_E_MEMORY);
  cg_buf plain = { 0 };
  cg_message m;
  cg_bytes packet = { sealed_by_client, sizeof sealed_by_client };
  assert_int_equal(cg_envelope_open(&key, CG_CLIENT, packet, false, &plain, &m),
                   CG_E_MEMORY);
  cg_mem_fail_after(-1);
  assert_int_equal(cg_envelope_open(&key, CG_CLIENT, packet, false, &plain, &m), CG_OK);
  cg_buf_free(&plain);
  cg_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_opens_real_packet),
    cmocka_unit_test(test_seals_known_packets),
    cmocka_unit_test(test_quick_ack),
    cmocka_unit_test(test_reflected),
    cmocka_unit_test(test_every_byte_counts),
    cmocka_unit_test(test_every_prefix),
    cmocka_unit_test(test_transport_tail),
    cmocka_unit_test(test_padding_bounds),
    cmocka_unit_test(test_length_bounds),
    cmocka_unit_test(test_length_of_packet),
    cmocka_unit_test(test_key_id),
    cmocka_unit_test(test_round_trip),
    cmocka_unit_test(test_seal_fails_cleanly),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
