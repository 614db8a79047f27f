/* SPDX-License-Identifier: MIT */
/*
 * srp_test.c - the values of login.md 4.3, those that other implementations pin, and
 * both sides against each other. Values without a name were made with Python.
 */
#include "crypto_test.h"

#include "hash.h"
#include "srp.h"

static uint64_t seed = 8;
static const cg_rng rng = { test_random, &seed };

/* A source of random bytes that gives what stands in a text, and nothing more. */
typedef struct {
  const uint8_t *at;
  size_t len;
} given_bytes;

static cg_err give(void *ctx, void *out, size_t len) {
  given_bytes *g = ctx;
  if (len > g->len) return CG_E_RANDOM;
  memcpy(out, g->at, len);
  g->at += len;
  g->len -= len;
  return CG_OK;
}

/* --- the values of login.md 4.3 ------------------------------------------------ */

static uint8_t salt1[40], salt2[16], secret_a[256], secret_b[256];
static const cg_srp_algo algo = { cg_dh_prime, CG_DH_G, { salt1, 40 }, { salt2, 16 } };
static const char x_hex[] =
    "2e31bc8ed296412555cfbb223d73bd594cffa7acf4f9d954f9070c7e143892aa";
static uint8_t x[32], v[256];

static void repeat(const char *text, uint8_t out[256]) {
  cg_bytes all = { (const uint8_t *)text, strlen(text) + 1 };
  assert_int_equal(cg_sha512(&all, 1, out), CG_OK);
  for (int i = 1; i < 4; i++) memcpy(out + 64 * i, out, 64);
}

static int setup(void **state) {
  (void)state;
  for (int i = 0; i < 8; i++) salt1[i] = (uint8_t)i;
  for (int i = 8; i < 40; i++) salt1[i] = (uint8_t)(0x20 + i - 8);
  for (int i = 0; i < 16; i++) salt2[i] = (uint8_t)(0x80 + i);
  repeat("vector-a", secret_a);
  repeat("vector-b", secret_b);
  test_hex(x_hex, x, sizeof x);
  return cg_srp_verifier(&algo, x, &rng, v);
}

static void hash_equals(const uint8_t number[256], const char *hex) {
  uint8_t out[32];
  assert_int_equal(cg_sha256(&(cg_bytes){ number, 256 }, 1, out), CG_OK);
  test_equals_hex(out, hex, 32);
}

static void the_password_is_hashed(void **state) {
  (void)state;
  uint8_t out[32];
  assert_int_equal(cg_srp_hash(&algo, CG_LIT("correct horse"), out), CG_OK);
  test_equals_hex(out, x_hex, 32);
  hash_equals(v, "5a022d0dad6505397b8b18c7153dc07d6c2cbfa84bb3cdad76da7f2c4236a030");
}

static void both_sides_agree_with_the_vector(void **state) {
  (void)state;
  uint8_t b[256], b_pub[256], a_pub[256], m1[32];
  given_bytes for_b = { secret_b, 256 }, for_a = { secret_a, 256 };
  assert_int_equal(cg_srp_offer(&algo, v, &(cg_rng){ give, &for_b }, b, b_pub), CG_OK);
  assert_memory_equal(b, secret_b, 256);
  hash_equals(b_pub, "1e76793064f8fce4a786bbc6d7edc18ffa9274a0969fb7eacb861ef6aef109c6");
  assert_int_equal(cg_srp_prove(&algo, x, (cg_bytes){ b_pub, 256 },
                                &(cg_rng){ give, &for_a }, a_pub, m1),
                   CG_OK);
  hash_equals(a_pub, "edc54f6dbbc4c85408fcde4b24d092e12974cda2edff263894f6d4fbbed39dbe");
  test_equals_hex(m1, "39fb1d279cadb5a062665593ee1cecd61d9f463e511d324161c7ecdad551c2c3",
                  32);
  assert_int_equal(
      cg_srp_check(&algo, v, b, b_pub, (cg_bytes){ a_pub, 256 }, (cg_bytes){ m1, 32 }),
      CG_OK);
}

/* --- values that others pin ---------------------------------------------------- */

/* mtcute, password.test.ts: a real account with the password "qwe123". */
static const char qwe_salt1[] =
    "9b3accc457c0d5288e8cff31eb21094048bc11902f6614dbb9afb839ee7641c37619537d8ebe749e";
static const char qwe_salt2[] = "6c619bb0786dc4ed1bf211d23f6e4065";
static const char qwe_random[] =
    "29afd26df40fb8ed10b6b4ad6d56ef5df9453f88e6ee6adb6e0544ba635dc6a8";
static const char qwe_v[] =
    "2540539ceeffd4543cd845bf319b8392e6b17bf7cf26bafcf6282ce9ae7953684ff49469c286"
    "3b17e6d65ddb16ae6f60bc07cc254c00e5ba389292f6cea0b3aac459d1d08984d65319df8c5d"
    "124042169bbe2ab8c0c93bc7178827f2ea84e7c3a4f2660099fb6a4c38984c914283d3015278"
    "369521a4b81ecf927669b8c89746ef49ec7b019af7f3addc746362f298d96409bef4677b9c3d"
    "8e5b5afe7a44c0bc130ebc7a79b5d5980966d88d3d9eba511b101b0703abd86df7410cd120ed"
    "ad122a7a3ccad92d906dbf6f43bba13555bafb626b45551275f3626a4ae26a14908d38d64068"
    "0e501f52bd08a0e3ff9d9185eebdae890c167459449b2c205b3ecde4";
static const char gotd_v[] =
    "186ac18dcc5790bf6bba21bd958d375ee5481af0029e9bd7a9c68ec926bd5196d81f8cd8b58e"
    "e06c8a10adeacc7f56e819ff514825deb15b1fadec6aae17a244cb23488d17349cd4261a8ba4"
    "da7b9c2ce5c40014dd9e362750acf3ac89b8b8f5c618f0b6a572c38fff3a554d8818a0b8e7b6"
    "015e1836128a1e4e2d5cf9971d1dd048aa181d861152eae71553962680632387b89ac1865fde"
    "d7c8c3daa64ed38dc25036663fa0cf7748c52ea19c187e70a752a8053e409d4894218a429393"
    "d03382e41e50b7415b3b8ad092fd0790f88d894e84dca78f47f4218937d7aa99d88c87c09bcb"
    "8da890e535026623cea6fc8b3d25db70cb42aaa48323927d87a8fcf1";

/* grammers, two_factor_auth.rs: a real account with the password "234567". */
static const char grammers_salt1[] =
    "5f483c38bd0986e7cdc95ae138ef4f49b951c1f81c713fecdef3af692cec4b4716ac9b770a195ebe";
static const char grammers_b[] =
    "93f70ebd50f6426aca2568769599f91f24d01284cc51a449e62dcc1527dfe50126b2aa44238e"
    "4fb2331419ed4aebf1a0ae15e03abd18bfc52ca6baec564c13b5a1d2e357799897757bb736fd"
    "c2ceb1b56aacf19ab3548d6d922a522f0b51f40124c3bc9936aff3e1dcfbea39ac9ad2addc6a"
    "f0ad30783278bbb84cab0ed8464b0ffeb2b0c93a39a5d97dba0105672ca5475373d8d23e54a6"
    "ac9bed9519e8bef4f00719f5ad56151be5537648df2f8e3e7265cb57fb94a054ce2a82b8cc66"
    "4ad060e0d6c6df1879345440eb977fa0f2d36f31a253d8917732f133d40033a34b6152969b60"
    "0d59cdabfea2ab2393ad659e56d66e13605b1f61e48e3cd65c0f58ac";
static const char grammers_a[] =
    "bf31574f34fce1e53891c59b7f62468a0ca682da8585df8de0a18873359755fbb1818878a9ee"
    "919bb1e94d20c5f0607e02a33176199bf3220256c9ea1a69f395a515d20539d88cda750a5252"
    "fb864f573f2b032f3b467d08b34fd9c89d1c5d06278e113e51d4e893c1c027455af4653f0966"
    "07a4156d94fb8e1dc7cee5bfe32850982f941ae4414e83bf22df56270b43b7ccc44c26d40886"
    "464da8e344a8540795b8f69b8f508552a723cd6931e1d69204e8e9dc056f0a2a10a0d7951e35"
    "5f3edef5a5e18a9091295a51eb9db10b8b0d30489c8d29bc0cd86e97781f5e30c5b6bfe7caf4"
    "aae81b282e653ac48aa1a8fde789722bc04f4320cd9f86849fe05ca4";
static const char grammers_a_pub[] =
    "0fa12bc655b1187a28296a69ae565d682782e0ceb05a089c0c41c1dce983dc7f4a53434ea78e"
    "065d9e1cb60e427b4468a4780609feba2f55654ee2efe0aeb72edafde2652e26ed5b4d4baad9"
    "d2a381806af63416bf6263df45a43d85be5401bc223ebfac09421caddd7e260bd6b86542133c"
    "048d6cd54b38d8e2ccdf6b550e875b1353a4acfe3292ffb56a0f58b2a39027c9bfdd91fd4c53"
    "1d23c77d6e8f7d583eaeea316dedded69935296ce7ea34e9be6ef2fbd829eac4c9bd646dc156"
    "3e47f77b91431ca002cf79fc149d968272835c15ca1c6b2c5e03712a2e1b5d52f5e4faa1c16c"
    "b177fafd96a6aa5b4b3f4c649915644b63855cfb38561ff17fedfb8a";

static void grammers_logs_in(void **state) {
  (void)state;
  uint8_t one[40], two[16], b_pub[256], a[256], hash[32], a_pub[256], m1[32];
  test_hex(grammers_salt1, one, 40);
  test_hex("b616fc6bbedf511119c5ed34629527f1", two, 16);
  test_hex(grammers_b, b_pub, 256);
  test_hex(grammers_a, a, 256);
  cg_srp_algo real = { cg_dh_prime, 3, { one, 40 }, { two, 16 } };
  given_bytes for_a = { a, 256 };
  assert_int_equal(cg_srp_hash(&real, CG_LIT("234567"), hash), CG_OK);
  assert_int_equal(cg_srp_prove(&real, hash, (cg_bytes){ b_pub, 256 },
                                &(cg_rng){ give, &for_a }, a_pub, m1),
                   CG_OK);
  test_equals_hex(a_pub, grammers_a_pub, 256);
  test_equals_hex(m1, "4d7af412c5a2e7b15467376bd118b853604e687b31f51c4980c4d7c1876613e3",
                  32);
}

static void others_make_verifiers(void **state) {
  (void)state;
  uint8_t one[72] = { 0 }, two[16], hash[32], out[256];
  test_hex(qwe_salt1, one, 40);
  test_hex(qwe_salt2, two, 16);
  /* mtcute puts 32 random bytes behind the whole salt that it is given. */
  test_hex(qwe_random, one + 40, 32);
  cg_srp_algo qwe = { cg_dh_prime, 3, { one, 40 }, { two, 16 } };
  assert_int_equal(cg_srp_hash(&qwe, CG_LIT("qwe123"), hash), CG_OK);
  test_equals_hex(hash,
                  "750f1fe282965e63ce17b98427b35549fb864465211840f6a7c1f2fb657cc33b", 32);
  qwe.salt1.len = 72;
  assert_int_equal(cg_srp_hash(&qwe, CG_LIT("123qwe"), hash), CG_OK);
  assert_int_equal(cg_srp_verifier(&qwe, hash, &rng, out), CG_OK);
  test_equals_hex(out, qwe_v, 256);
  /* gotd, new_hash_test.go */
  memset(one, 0, sizeof one);
  test_hex("e6c8957ddf988d48", one, 8);
  test_hex("9f6344822b096cff87efa426f57857b6", two, 16);
  qwe.salt1.len = 40;
  assert_int_equal(cg_srp_hash(&qwe, CG_LIT("newPassword"), hash), CG_OK);
  assert_int_equal(cg_srp_verifier(&qwe, hash, &rng, out), CG_OK);
  test_equals_hex(out, gotd_v, 256);
}

/* --- what is refused ------------------------------------------------------------- */

/* One conversation, with x of the client beside v of the server. */
typedef struct {
  uint8_t b[256], b_pub[256], a_pub[256], m1[32];
} talk;

static cg_err talk_up_to_proof(talk *t, const uint8_t hash[32]) {
  assert_int_equal(cg_srp_offer(&algo, v, &rng, t->b, t->b_pub), CG_OK);
  return cg_srp_prove(&algo, hash, (cg_bytes){ t->b_pub, 256 }, &rng, t->a_pub, t->m1);
}

static cg_err check(const talk *t, cg_bytes a_pub, cg_bytes m1) {
  return cg_srp_check(&algo, v, t->b, t->b_pub, a_pub, m1);
}

static void wrong_proofs(void **state) {
  (void)state;
  talk t;
  uint8_t other[32];
  memcpy(other, x, 32);
  other[31] ^= 1;
  assert_int_equal(talk_up_to_proof(&t, other), CG_OK);
  cg_bytes a = { t.a_pub, 256 }, m1 = { t.m1, 32 };
  assert_int_equal(check(&t, a, m1), CG_E_VERIFY);
  assert_int_equal(talk_up_to_proof(&t, x), CG_OK);
  assert_int_equal(check(&t, a, m1), CG_OK);
  for (size_t i = 0; i < 32; i++) {
    t.m1[i] ^= 0x80;
    assert_int_equal(check(&t, a, m1), CG_E_VERIFY);
    t.m1[i] ^= 0x80;
  }
  uint8_t longer[33] = { 0 };
  memcpy(longer, t.m1, 32);
  assert_int_equal(check(&t, a, (cg_bytes){ t.m1, 31 }), CG_E_VERIFY);
  assert_int_equal(check(&t, a, (cg_bytes){ longer, 33 }), CG_E_VERIFY);
  assert_int_equal(check(&t, a, (cg_bytes){ 0 }), CG_E_VERIFY);
  talk again; /* a replay: the same A and M1 for another offer */
  assert_int_equal(talk_up_to_proof(&again, x), CG_OK);
  assert_int_equal(check(&again, a, m1), CG_E_VERIFY);
}

/* big-endian a + b, one byte longer than they are */
static void add(const uint8_t a[256], const uint8_t b[256], uint8_t out[257]) {
  int carry = 0;
  for (int i = 255; i >= 0; i--) {
    carry += a[i] + b[i];
    out[i + 1] = (uint8_t)carry;
    carry >>= 8;
  }
  out[0] = (uint8_t)carry;
}

/* With such an A, S is 0 or 1 whatever the password is: M1 would be no secret. */
static void bad_public_values_of_the_client(void **state) {
  (void)state;
  talk t;
  uint8_t a[257] = { 0 }, one[256] = { [255] = 1 };
  assert_int_equal(talk_up_to_proof(&t, x), CG_OK);
  cg_bytes m1 = { t.m1, 32 };
  assert_int_equal(check(&t, (cg_bytes){ 0 }, m1), CG_E_WEAK);
  assert_int_equal(check(&t, (cg_bytes){ a, 1 }, m1), CG_E_WEAK);   /* 0 */
  assert_int_equal(check(&t, (cg_bytes){ a, 256 }, m1), CG_E_WEAK); /* 0 */
  assert_int_equal(check(&t, (cg_bytes){ a, 257 }, m1), CG_E_WEAK); /* 0 */
  assert_int_equal(check(&t, (cg_bytes){ cg_dh_prime, 256 }, m1), CG_E_WEAK);
  add(cg_dh_prime, cg_dh_prime, a);
  assert_int_equal(check(&t, (cg_bytes){ a, 257 }, m1), CG_E_WEAK); /* 2p */
  add(cg_dh_prime, one, a);
  assert_int_equal(check(&t, (cg_bytes){ a + 1, 256 }, m1), CG_E_WEAK);
  assert_int_equal(check(&t, (cg_bytes){ one, 256 }, m1), CG_E_WEAK);
  memcpy(a, cg_dh_prime, 256);
  a[255] ^= 1; /* p - 1 */
  assert_int_equal(check(&t, (cg_bytes){ a, 256 }, m1), CG_E_WEAK);
}

static void bad_values_of_the_server(void **state) {
  (void)state;
  talk t;
  uint8_t zero[256] = { 0 }, p[256];
  assert_int_equal(talk_up_to_proof(&t, x), CG_OK);
  const cg_bytes bad[] = {
    { 0 }, { zero, 1 }, { zero, 256 }, { cg_dh_prime, 256 }, { t.b_pub, 100 }
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    memset(t.m1, 1, 32);
    assert_int_equal(cg_srp_prove(&algo, x, bad[i], &rng, t.a_pub, t.m1), CG_E_WEAK);
    assert_memory_equal(t.a_pub, zero, 256);
    assert_memory_equal(t.m1, zero, 32);
  }
  cg_srp_algo other = algo;
  other.g = 2; /* no generator of this prime */
  cg_bytes b = { t.b_pub, 256 };
  assert_int_equal(cg_srp_prove(&other, x, b, &rng, t.a_pub, t.m1), CG_E_WEAK);
  assert_int_equal(cg_srp_verifier(&other, x, &rng, p), CG_E_WEAK);
  memcpy(p, cg_dh_prime, 256);
  p[100] ^= 2;
  other = algo;
  other.prime = p;
  assert_int_equal(cg_srp_prove(&other, x, b, &rng, t.a_pub, t.m1), CG_E_WEAK);
}

/* A server that does not know v can make a B, but what it gets fits nothing of its own.
 */
static void a_server_without_v_learns_nothing(void **state) {
  (void)state;
  uint8_t b[256], b_pub[256], a_pub[256], m1[32];
  uint8_t none[256] = { [255] = 1 }; /* its v */
  assert_int_equal(cg_srp_offer(&algo, none, &rng, b, b_pub), CG_OK);
  assert_int_equal(cg_srp_prove(&algo, x, (cg_bytes){ b_pub, 256 }, &rng, a_pub, m1),
                   CG_OK);
  assert_int_equal(
      cg_srp_check(&algo, none, b, b_pub, (cg_bytes){ a_pub, 256 }, (cg_bytes){ m1, 32 }),
      CG_E_VERIFY);
}

/* The first secrets give a g^b that is too small for clients; it is drawn again. */
static void offers_are_drawn_until_they_are_in_range(void **state) {
  (void)state;
  uint8_t raw[512] = { [255] = 5 }, b[256], b_pub[256], zero[256] = { 0 };
  memcpy(raw + 256, secret_b, 256);
  given_bytes g = { raw, 512 };
  assert_int_equal(cg_srp_offer(&algo, v, &(cg_rng){ give, &g }, b, b_pub), CG_OK);
  assert_memory_equal(b, secret_b, 256);
  g = (given_bytes){ raw, 256 };
  assert_int_equal(cg_srp_offer(&algo, v, &(cg_rng){ give, &g }, b, b_pub), CG_E_RANDOM);
  assert_memory_equal(b, zero, 256);
  assert_memory_equal(b_pub, zero, 256);
}

static void short_numbers_are_padded(void **state) {
  (void)state;
  talk t;
  do assert_int_equal(talk_up_to_proof(&t, x), CG_OK);
  while (t.a_pub[0]); /* one in 256 begins with a zero */
  assert_int_equal(check(&t, (cg_bytes){ t.a_pub + 1, 255 }, (cg_bytes){ t.m1, 32 }),
                   CG_OK);
  do assert_int_equal(cg_srp_offer(&algo, v, &rng, t.b, t.b_pub), CG_OK);
  while (t.b_pub[0]);
  assert_int_equal(
      cg_srp_prove(&algo, x, (cg_bytes){ t.b_pub + 1, 255 }, &rng, t.a_pub, t.m1), CG_OK);
  assert_int_equal(check(&t, (cg_bytes){ t.a_pub, 256 }, (cg_bytes){ t.m1, 32 }), CG_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_password_is_hashed),
    cmocka_unit_test(both_sides_agree_with_the_vector),
    cmocka_unit_test(grammers_logs_in),
    cmocka_unit_test(others_make_verifiers),
    cmocka_unit_test(wrong_proofs),
    cmocka_unit_test(bad_public_values_of_the_client),
    cmocka_unit_test(bad_values_of_the_server),
    cmocka_unit_test(a_server_without_v_learns_nothing),
    cmocka_unit_test(offers_are_drawn_until_they_are_in_range),
    cmocka_unit_test(short_numbers_are_padded),
  };
  return cmocka_run_group_tests(tests, setup, NULL);
}
