/* SPDX-License-Identifier: MIT */
/*
 * hash_test.c - hashes at the lengths where blocks and padding turn over, in every
 * split; HMAC and PBKDF2. Values without another source were made with Python's hashlib.
 */
#include "crypto_test.h"

#include "hash.h"

/* Hashes of the bytes 0, 1, 2, ..., 255, 0, ... */
static const struct {
  size_t len;
  const char *sha1, *sha256, *sha512;
} sequences[] = {
  { 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
  { 1, "5ba93c9db0cff93f52b521d7420e43f6eda2784f",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "b8244d028981d693af7b456af8efa4cad63d282e19ff14942c246e50d9351d22"
    "704a802a71c3580b6370de4ceb293c324a8423342557d4e5c38438f0e36910ee" },
  { 55, "8ae2d46729cfe68ff927af5eec9c7d1b66d65ac2",
    "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59",
    "6856647f269c2ee3d8128f0b25427659d880641ef343300dd3cd4679168f58d6"
    "527fda70b4ebc854e2065e172b7d58c1536992c0810599259ba84a2b40c65414" },
  { 56, "636e2ec698dac903498e648bd2f3af641d3c88cb",
    "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562",
    "8b12b2f6fe400a51d29656e2b8c42a1bbfe6fcf3e425da430db05d1a2dda1479"
    "0dee20fa8b22d8762afffe4988a5c98a4430d22a17e41e23d90fa61ab75671a9" },
  { 63, "6d942da0c4392b123528f2905c713a3ce28364bd",
    "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69cdb9e488",
    "9dc9c5598e55dc42955695320839788e353f1d7f6ba74df74c80a8a52f463c06"
    "97f57f68835d1418f4ce9b6530cd79bd0f4c6f7e13c93feb1218c0b65c2c0561" },
  { 64, "c6138d514ffa2135bfce0ed0b8fac65669917ec7",
    "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108",
    "ee4320ebaf3fdb4f2c832b137200c08e235e0fa7bbd0eb1740c7063ba8a0d151"
    "da77e003398e1714a955d475b05e3e950b639503b452ec185de4229bc4873949" },
  { 65, "69bd728ad6e13cd76ff19751fde427b00e395746",
    "4bfd2c8b6f1eec7a2afeb48b934ee4b2694182027e6d0fc075074f2fabb31781",
    "02856cef735f9acec6b9e33f0fbc8f9804d2aa54187f382b8ae842e5d3696c07"
    "459aad2a5aed25ea5e117eb1c7ba35da6a7a8adce9e6afe3ad79e9fa42d5bba8" },
  { 111, "bc544e24573d592290fdaff8ecf3f7f2b00cd483",
    "60780e9451bdc43cf4530ffc95cbb0c4eb24dae2c39f55f334d679e076c08065",
    "a1a111449b198d9b1f538bad7f3fc1022b3a5b1a5e90a0bc860de8512746cbc3"
    "1599e6c834de3a3235327af0b51ff57bf7acf1974a73014d9c3953812edc7c8d" },
  { 112, "e4ce142d09a84a8645338dd6535cbfaaf800d320",
    "09373f127d34e61dbbaa8bc4499c87074f2ddb10e1b465f506d7d70a15011979",
    "c5fbd731d19d2ae1180f001be72c2c1aaba1d7b094b3748880e24593b8e117a7"
    "50e11c1bd867cc2f96dace8c8b74abd2d5c4f236be444e77d30d1916174070b9" },
  { 119, "41c89d06001bab4ab78736b44efe7ce18ce6ae08",
    "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6",
    "43e497279c2ce805903a33b54b746ea92d607f7c4807986c849823b81097a909"
    "9b5896ac7cc66df3a93edc8a91b6f3971d6c7f5688daf635737760bd080e27b3" },
  { 120, "d3dbd653bd8597b7475321b60a36891278e6a04a",
    "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c",
    "9636708964c5ff6600510319e07bf3fcfcb1f4058fec278efb677964ba1e140c"
    "1632505452f802e99bcf09da3d456dc3868d149a0788a730e49d239ce7415145" },
  { 127, "89d7312a903f65cd2b3e34a975e55dbea9033353",
    "92ca0fa6651ee2f97b884b7246a562fa71250fedefe5ebf270d31c546bfea976",
    "eab89674feaa34e27aebeeff3c0a4d70070bb872d5e9f186cf1dbbdee517b6e3"
    "5724d629ff025a5b07185e911ada7e3c8acf830aa0e4f71777bd2d44f504f7f0" },
  { 128, "e6434bc401f98603d7eda504790c98c67385d535",
    "471fb943aa23c511f6f72f8d1652d9c880cfa392ad80503120547703e56a2be5",
    "1dffd5e3adb71d45d2245939665521ae001a317a03720a45732ba1900ca3b835"
    "1fc5c9b4ca513eba6f80bc7b1d1fdad4abd13491cb824d61b08d8c0e1561b3f7" },
  { 129, "3352e41cc30b40ae80108970492b21014049e625",
    "5099c6a56203f9687f7d33f4bfdf576d31dc91f6b695ecea38b2770c87631135",
    "1d9da57fbbdab09afb3506ab2d223d06109d65c1c8ad197f50138f714bc4c3f2"
    "fe5787922639c680acad1c651f955990425954ce2cba0c5cc83f2667d878eb0f" },
  { 1000, "af0b191c2de46fe13fe0908f5a6a4e90e0cafc46",
    "a8af099bf2e878609558dbf69d8f88f4a31040a8cf84b549a0cfa912f12ffc3f",
    "6cd2eda9bf9c0597129029b0054b81e433f6b8b7b499a75eb705efd74bac1941"
    "49835b1d1a14c48be696e4d588456d512a22eae7aa1b57be2b56eae7d35e08cb" },
};

static uint8_t sequence[1000];

static int fill_sequence(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof sequence; i++) sequence[i] = (uint8_t)i;
  return 0;
}

static void known_lengths(void **state) {
  (void)state;
  uint8_t out[64];
  for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
    cg_bytes all = { sequence, sequences[i].len };
    assert_int_equal(cg_sha1(&all, 1, out), CG_OK);
    test_equals_hex(out, sequences[i].sha1, 20);
    assert_int_equal(cg_sha256(&all, 1, out), CG_OK);
    test_equals_hex(out, sequences[i].sha256, 32);
    assert_int_equal(cg_sha512(&all, 1, out), CG_OK);
    test_equals_hex(out, sequences[i].sha512, 64);
  }
}

/* Two cuts at every pair of places; empty parts may come without a pointer. */
static void every_split_is_the_same(void **state) {
  (void)state;
  enum { LEN = 129 };
  uint8_t want[3][64], out[64];
  cg_bytes all = { sequence, LEN };
  assert_int_equal(cg_sha1(&all, 1, want[0]), CG_OK);
  assert_int_equal(cg_sha256(&all, 1, want[1]), CG_OK);
  assert_int_equal(cg_sha512(&all, 1, want[2]), CG_OK);
  for (size_t i = 0; i <= LEN; i++)
    for (size_t j = i; j <= LEN; j += 1 + j % 3) {
      cg_bytes parts[] = { { i ? sequence : NULL, i },
                           { sequence + i, j - i },
                           { j < LEN ? sequence + j : NULL, LEN - j } };
      assert_int_equal(cg_sha1(parts, 3, out), CG_OK);
      assert_memory_equal(out, want[0], 20);
      assert_int_equal(cg_sha256(parts, 3, out), CG_OK);
      assert_memory_equal(out, want[1], 32);
      assert_int_equal(cg_sha512(parts, 3, out), CG_OK);
      assert_memory_equal(out, want[2], 64);
    }
}

static void no_parts_is_the_empty_text(void **state) {
  (void)state;
  uint8_t out[32];
  assert_int_equal(cg_sha256(NULL, 0, out), CG_OK);
  test_equals_hex(out, sequences[0].sha256, 32);
}

static void hmac(void **state) {
  (void)state;
  uint8_t out[32], want[32];
  cg_bytes empty = { 0 }, text = CG_LIT("Hi There");
  uint8_t key[20];
  memset(key, 0x0b, sizeof key);
  /* RFC 4231, test case 1 */
  assert_int_equal(cg_hmac_sha256((cg_bytes){ key, 20 }, &text, 1, out), CG_OK);
  test_equals_hex(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                  32);
  assert_int_equal(cg_hmac_sha256(empty, &empty, 1, out), CG_OK);
  test_equals_hex(out, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
                  32);
  /* a key longer than a block */
  assert_int_equal(
      cg_hmac_sha256((cg_bytes){ sequence, 200 }, &(cg_bytes){ sequence, 300 }, 1, want),
      CG_OK);
  test_equals_hex(want,
                  "e495320a15b5dcc9cb07d5b0fc04481a2d47f4ddeac9c577c9dd68a898e8a441", 32);
  for (size_t i = 0; i <= 300; i++) {
    cg_bytes parts[] = { { sequence, i }, { sequence + i, 300 - i } };
    assert_int_equal(cg_hmac_sha256((cg_bytes){ sequence, 200 }, parts, 2, out), CG_OK);
    assert_memory_equal(out, want, 32);
  }
}

static void pbkdf2(void **state) {
  (void)state;
  uint8_t out[64];
  /* mtcute */
  assert_int_equal(cg_pbkdf2_sha512(CG_LIT("pbkdf2 test"), CG_LIT("some salt"), 10, out),
                   CG_OK);
  test_equals_hex(out,
                  "e43276cfa27f135f261cec8ddcf593fd74ec251038e459c165461f2308f3a723"
                  "5e0744ee1aed9710b00db28d1a2112e20fea3601c60e770ac57ffe6b33ca8be1",
                  64);
  assert_int_equal(cg_pbkdf2_sha512((cg_bytes){ sequence, 200 },
                                    (cg_bytes){ sequence, 40 }, 1000, out),
                   CG_OK);
  test_equals_hex(out,
                  "307322ad9087e96d78a9c9ebbfe29f6ef61bfdd898a549ac3e0243bfc5a9ecbe"
                  "b5fd9a5b282eba465ffa3f4e042b35c8b44edadb3e3924dfe8ccebe3e9ae0bb8",
                  64);
  assert_int_equal(cg_pbkdf2_sha512((cg_bytes){ 0 }, (cg_bytes){ 0 }, 1, out), CG_OK);
  test_equals_hex(out,
                  "6d2ecbbbfb2e6dcd7056faf9af6aa06eae594391db983279a6bf27e0eb228614"
                  "3ab0c996f33ca4b667e945829ea693340f2831797324e5f31df18ed171d18c97",
                  64);
  assert_int_equal(cg_pbkdf2_sha512(CG_LIT("x"), CG_LIT("y"), 0, out), CG_E_USAGE);
  assert_int_equal(cg_pbkdf2_sha512(CG_LIT("x"), CG_LIT("y"), -1, out), CG_E_USAGE);
}

static void scrypt(void **state) {
  (void)state;
  uint8_t out[32], none[32] = { 0 };
  /* RFC 7914, the first half of its third vector */
  assert_int_equal(cg_scrypt(CG_LIT("pleaseletmein"), CG_LIT("SodiumChloride"), 14, 1,
                             out),
                   CG_OK);
  test_equals_hex(out,
                  "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
                  32);
  static const uint32_t bad[][2] = { { 0, 1 }, { 21, 1 }, { 14, 0 }, { 14, 17 } };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_int_equal(cg_scrypt(CG_LIT("x"), CG_LIT("y"), bad[i][0], bad[i][1], out),
                     CG_E_USAGE);
    assert_memory_equal(out, none, 32);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(known_lengths),
    cmocka_unit_test(every_split_is_the_same),
    cmocka_unit_test(no_parts_is_the_empty_text),
    cmocka_unit_test(hmac),
    cmocka_unit_test(pbkdf2),
    cmocka_unit_test(scrypt),
  };
  return cmocka_run_group_tests(tests, fill_sequence, NULL);
}
