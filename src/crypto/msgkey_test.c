/* SPDX-License-Identifier: MIT */
/* msgkey_test.c - keys derived from known bytes, and packets that real peers made. */
#include "crypto_test.h"

#include "ige.h"
#include "msgkey.h"

#include <stdlib.h>

static uint8_t counter[256]; /* 0, 1, 2, ..., 255: authorization key and data */

static int setup(void **state) {
  (void)state;
  for (int i = 0; i < 256; i++) counter[i] = (uint8_t)i;
  return 0;
}

/* msg_key 0..15; version 2 from grammers, version 1 from gotd, its x = 8 from a script */
static void derived_keys(void **state) {
  (void)state;
  static const struct {
    cg_err (*kdf)(const uint8_t[256], int, const uint8_t[16], uint8_t[32], uint8_t[32]);
    int x;
    const char *key, *iv;
  } cases[] = {
    { cg_kdf_v2, 0, "704ed09c8b41668ae8f99d244738f71dbddc44469b6bbd4aa8573dd042bd059e",
      "4d266000a550edabbf4c7ce40fd0043cc92230184cd317a5cc9c2482fd3b9318" },
    { cg_kdf_v2, 8, "217725799b245806458174a1fcfbc883906807b15033fdd0ea2b4d69cf9c364e",
      "669a6538917a4fa56ca32360a431c9160be4ad887140980dab91ce7bdc47ffbc" },
    { cg_kdf_v1, 0, "17d7295ca9213d1ab656acdb1ad48b2ea7f3a8f7095098d5508b900bbd5fccfc",
      "2d7d16a65a84108e9805656caa474501cc580aa2edc33abfd0bfad785464d1c6" },
    { cg_kdf_v1, 8, "bb17b07eb91110647098b069bd1a9b6fe5c4bcc3c31f8e67e831d07a61085f68",
      "5197fc1e25b41fe36f18b5a3a8b2b36cb2cb061f1f157b3514fe42e74fb58359" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint8_t key[32], iv[32];
    assert_int_equal(cases[i].kdf(counter, cases[i].x, counter, key, iv), CG_OK);
    test_equals_hex(key, cases[i].key, 32);
    test_equals_hex(iv, cases[i].iv, 32);
  }
}

/* Made with Python's hashlib. Without its bit 31 the first token is 294adc61; the second
 * hash has that bit by itself. */
static void message_keys(void **state) {
  (void)state;
  uint8_t out[16];
  uint32_t ack = 0;
  assert_int_equal(cg_msgkey_v2(counter, 0, (cg_bytes){ counter, 128 }, out, &ack),
                   CG_OK);
  test_equals_hex(out, "7622d664ec4b71c7df914f0ad64cd503", 16);
  assert_int_equal(ack, 0xa94adc61);
  assert_int_equal(cg_msgkey_v2(counter, 8, (cg_bytes){ counter, 144 }, out, &ack),
                   CG_OK);
  test_equals_hex(out, "1d40939df5f5b662371ace94c3b7b20a", 16);
  assert_int_equal(ack, 0xfaf81a21);
  assert_int_equal(cg_msgkey_v1(CG_LIT("bind-message-test-payload"), out), CG_OK);
  test_equals_hex(out, "fc11a3669566de22b87f66550dc3de6d", 16);
}

/* grammers: a text with 19 zero bytes behind it, from the client, as a whole packet */
static void sealed_packet(void **state) {
  (void)state;
  static const char want[] =
      "32d1586ea457dfc8a81729d46db54019a2bfd7f744f9b96c4f716cfdc4477db2a2c15f6ddb85"
      "235fb9552f1d8407c6aaea00cc844c5a1bf6ac44b79b5edc2a23868b3d6073a590992c0f2975"
      "243d563ea180d218ee757c9a";
  uint8_t plain[64] = "Hello, world! This data should remain secure!";
  uint8_t packet[88] = { 0x32, 0xd1, 0x58, 0x6e, 0xa4, 0x57, 0xdf, 0xc8 }, key[32],
          iv[32];
  assert_int_equal(cg_msgkey_v2(counter, 0, (cg_bytes){ plain, 64 }, packet + 8, NULL),
                   CG_OK);
  assert_int_equal(cg_kdf_v2(counter, 0, packet + 8, key, iv), CG_OK);
  assert_int_equal(cg_ige_encrypt(key, iv, plain, packet + 24, 64), CG_OK);
  test_equals_hex(packet, want, sizeof packet);
}

/* grammers: a packet that a server of Telegram sent, under the key it was sent with */
static const char real_key[] =
    "5d2e7d65f49ec28bd029a88761ea27b8a4c79f12226525443e7d7c596ef3303530db2107e89a"
    "a997c7a0164ab694187adeff156bd6ef7118a1962347753c0e7e89a0354b8ec364f9997e71bc"
    "6923fb86e8e43491e010606a6ce845e2fa01940977ef0aa32adf5a97dbf6d428ec0434d717a2"
    "d3ad19622cc05887642113c7965ffb862a3e3ccb0ab95addda57f89245dbd76b492348f8e94b"
    "d5a7c0e0b84808523cfd1ea80b32fe9ad198bc2e103fceb7d52492ecc0273a28674bc923eee5"
    "9265ab17a002df1f4aa2c59b819a5e5e1d105ec117336f5c76c6b187037d4b4270cee9cc2107"
    "1d97e9bca220c6d7b01b998cf2e5cdb9a50ecda1852a36e635690c8e";
static const char real_packet[] =
    "7a7183c2c10e4f4df945fa9a9abd35e7c3840b61f045304f39674c19c0e209784f50f6226a07"
    "3529d675c92cbf0bfa8c99a79b3f39c72a5d9a026d431ab7407ca04ecc55187d6c45f1787152"
    "4edd90cea02ed728e14d7cb18aea2a636158f09459a9437710d894c79f368c4e8164b7647ea9"
    "8612aefe942c5d92121acb8db02dccceb66d0f8720ac12a06db0582bfd955be34f365118e3ba"
    "b8cd080ce6b45b28eac56dcd2a29374e";
static const char real_plain[] =
    "fc826a02248b28fd60f2c4822443ad6801f0c1c2918b305e0200000058000000dcf8f1730200"
    "000001a8c1c2918b305e010000001c0000000809c29ec4fd33ad918b305e18a88ea607ee5816"
    "fc826a02248b28fd01ccc1c2918b305e0200000014000000c5737734c4fd33ad918b305e6408"
    "300000000000fce66704a3cd8ee9d0ae6fab672c60c04a3f1fd4490e51f6";

static void opened_packet(void **state) {
  (void)state;
  enum { LEN = 168 };
  uint8_t auth_key[256], packet[LEN], key[32], iv[32], msg_key[16];
  test_hex(real_key, auth_key, 256);
  test_hex(real_packet, packet, LEN);
  assert_int_equal(cg_kdf_v2(auth_key, 8, packet + 8, key, iv), CG_OK);
  assert_int_equal(cg_ige_decrypt(key, iv, packet + 24, packet + 24, LEN - 24), CG_OK);
  test_equals_hex(packet + 24, real_plain, LEN - 24);
  cg_bytes plain = { packet + 24, LEN - 24 };
  assert_int_equal(cg_msgkey_v2(auth_key, 8, plain, msg_key, NULL), CG_OK);
  assert_memory_equal(msg_key, packet + 8, 16);
  /* the same data in the other direction has another key */
  assert_int_equal(cg_msgkey_v2(auth_key, 0, plain, msg_key, NULL), CG_OK);
  assert_memory_not_equal(msg_key, packet + 8, 16);
}

/* The one pass against its three parts. */
static void compare_open(const uint8_t auth_key[256], uint64_t *seed, size_t len) {
  /* blocks of exactly this length, so that a sanitizer sees a step too far */
  uint8_t *in = malloc(len + 1), *want = malloc(len + 1), *out = malloc(len + 1);
  uint8_t key[32], iv[32], msg_key[16], found[16], want_key[16];
  uint32_t ack, want_ack;
  assert_true(in && want && out);
  test_random(seed, in + 1, len);
  test_random(seed, msg_key, sizeof msg_key);
  cg_bytes plain = { want + 1, len };
  assert_int_equal(cg_kdf_v2(auth_key, 8, msg_key, key, iv), CG_OK);
  assert_int_equal(cg_ige_decrypt(key, iv, in + 1, want + 1, len), CG_OK);
  assert_int_equal(cg_msgkey_v2(auth_key, 8, plain, want_key, &want_ack), CG_OK);
  assert_int_equal(
      cg_msgkey_open_v2(auth_key, 8, msg_key, in + 1, out + 1, len, found, &ack), CG_OK);
  assert_memory_equal(out + 1, want + 1, len);
  assert_memory_equal(found, want_key, 16);
  assert_int_equal(ack, want_ack);
  assert_int_equal(
      cg_msgkey_open_v2(auth_key, 8, msg_key, in + 1, in + 1, len, found, NULL), CG_OK);
  assert_memory_equal(in + 1, want + 1, len);
  assert_memory_equal(found, want_key, 16);
  free(in);
  free(want);
  free(out);
}

static void open_is_its_parts(void **state) {
  (void)state;
  uint64_t seed = 5;
  uint8_t auth_key[256], data[32], found[16];
  test_random(&seed, auth_key, sizeof auth_key);
  for (size_t len = 0; len <= 16 * 40; len += 16) compare_open(auth_key, &seed, len);
  assert_int_equal(cg_msgkey_open_v2(auth_key, 8, data, data, data, 30, found, NULL),
                   CG_E_USAGE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(derived_keys),      cmocka_unit_test(message_keys),
    cmocka_unit_test(sealed_packet),     cmocka_unit_test(opened_packet),
    cmocka_unit_test(open_is_its_parts),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
