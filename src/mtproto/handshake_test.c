/* SPDX-License-Identifier: MIT */
/* handshake_test.c - client and server of the key exchange, one against the other. */
#include "handshake_test.h"

#include "dh.h"
#include "mem.h"

/* One exchange in memory. `outcomes` says how storing goes, once after the other. */
typedef struct {
  cg_handshake *client;
  cg_handshake_server *server;
  const cg_key_outcome *outcomes;
  uint64_t client_us, server_us;
  cg_handshake_key stored;
  cg_handshake_result result;
  int stores;
} pair;

static const cg_key_outcome FINE[] = { CG_KEY_STORED };

static pair make_pair(const cg_key_outcome *outcomes) {
  return (pair){ .client = new_client(),
                 .server = new_server(),
                 .outcomes = outcomes,
                 .client_us = NOON,
                 .server_us = NOON };
}

static void free_pair(pair *p) {
  cg_handshake_free(p->client);
  cg_handshake_server_free(p->server);
}

/* Lets the server answer `up`, with `down` as the answer. */
static cg_err server_turn(pair *p, cg_bytes up, cg_buf *down) {
  cg_handshake_verdict verdict = CG_HANDSHAKE_REFUSE;
  int32_t error = 0;
  cg_err err = cg_handshake_server_feed(p->server, up, p->server_us, down, &verdict,
                                        &p->stored, &error);
  if (err) assert_int_equal(down->len, 0);
  if (err) return err;
  assert_int_equal(error, 0);
  if (verdict == CG_HANDSHAKE_REPLY) return CG_OK;
  assert_int_equal(verdict, CG_HANDSHAKE_STORE);
  assert_int_equal(down->len, 0);
  p->stores++;
  return cg_handshake_server_stored(p->server, p->stored.key.id, *p->outcomes++,
                                    p->server_us, down);
}

/* Runs to the end: CG_OK when the key is agreed, or the first error. */
static cg_err run(pair *p) {
  cg_buf up = { 0 }, down = { 0 };
  bool done = false;
  cg_err err = cg_handshake_start(p->client, p->client_us, &up);
  while (!err && !done) {
    err = server_turn(p, cg_buf_view(&up), &down);
    up.len = 0;
    if (!err)
      err = cg_handshake_feed(p->client, cg_buf_view(&down), p->client_us, &up, &done,
                              &p->result);
    if (err) assert_int_equal(up.len, 0);
    down.len = 0;
    p->client_us += 1000;
    p->server_us += 1000;
  }
  cg_buf_free(&up);
  cg_buf_free(&down);
  return err;
}

static void assert_agreed(const pair *p) {
  assert_memory_equal(&p->result.key, &p->stored.key, sizeof p->result.key);
  assert_int_equal(p->result.salt, p->stored.salt);
  cg_auth_key again;
  assert_int_equal(cg_auth_key_init(&again, p->result.key.key), CG_OK);
  assert_memory_equal(&again, &p->result.key, sizeof again);
}

static void a_permanent_key(void **state) {
  (void)state;
  pair p = make_pair(FINE);
  p.server_us += 100 * CG_SECOND;
  assert_int_equal(cg_handshake_deadline(p.client), CG_NEVER);
  assert_int_equal(run(&p), CG_OK);
  assert_agreed(&p);
  assert_int_equal(p.result.time_offset, 100);
  assert_int_equal(p.stored.expires_at, 0);
  assert_int_equal(p.stored.dc, OWN_DC);
  assert_false(p.stored.legacy);
  assert_int_equal(cg_handshake_deadline(p.client), NOON + 30 * CG_SECOND);
  free_pair(&p);
}

static void a_temporary_key(void **state) {
  (void)state;
  pair p = make_pair(FINE);
  cg_handshake_free(p.client);
  cg_handshake_options options = client_options();
  options.expires_in = DAY;
  options.dc = -10002;
  assert_int_equal(cg_handshake_new(&p.client, &options), CG_OK);
  assert_int_equal(run(&p), CG_OK);
  assert_agreed(&p);
  assert_int_equal(p.stored.expires_at, cg_unix(NOON) + DAY);
  assert_int_equal(p.stored.dc, -10002);
  assert_int_equal(p.result.time_offset, 0);
  free_pair(&p);
}

static void keys_differ_every_time(void **state) {
  (void)state;
  pair p = make_pair(FINE);
  assert_int_equal(run(&p), CG_OK);
  cg_handshake_result first = p.result;
  cg_handshake_free(p.client);
  p.client = new_client();
  p.outcomes = FINE;
  assert_int_equal(run(&p), CG_OK); /* the same connection */
  assert_agreed(&p);
  assert_memory_not_equal(first.key.key, p.result.key.key, 256);
  assert_true(first.salt != p.result.salt);
  free_pair(&p);
}

/* Five collisions are survived, with another key each time; the sixth is the end. */
static void retries(void **state) {
  (void)state;
  static const cg_key_outcome five[] = { CG_KEY_TAKEN, CG_KEY_TAKEN, CG_KEY_TAKEN,
                                         CG_KEY_TAKEN, CG_KEY_TAKEN, CG_KEY_STORED };
  static const cg_key_outcome six[] = { CG_KEY_TAKEN, CG_KEY_TAKEN, CG_KEY_TAKEN,
                                        CG_KEY_TAKEN, CG_KEY_TAKEN, CG_KEY_TAKEN };
  static const cg_key_outcome failed[] = { CG_KEY_FAILED };
  pair p = make_pair(five);
  assert_int_equal(run(&p), CG_OK);
  assert_agreed(&p);
  assert_int_equal(p.stores, 6);
  free_pair(&p);
  p = make_pair(six);
  assert_int_equal(run(&p), CG_E_PROTOCOL);
  assert_int_equal(p.stores, 6);
  free_pair(&p);
  p = make_pair(failed);
  assert_int_equal(run(&p), CG_E_PROTOCOL);
  free_pair(&p);
}

/* Draws of 256 bytes, the exponents of both sides, are all `ctx`'s bytes but for the
 * last two. */
static cg_err fill_exponent(void *ctx, void *out, size_t len) {
  const uint8_t *pattern = ctx;
  if (len != CG_DH_SIZE) return test_rng_fill(&client_rng, out, len);
  memset(out, pattern[0], len);
  memcpy((uint8_t *)out + len - 2, pattern + 1, 2);
  return CG_OK;
}

/* The exponents were searched for with python: 3^(a*b) mod p begins with a zero byte. */
static void key_with_a_leading_zero(void **state) {
  (void)state;
  static uint8_t a[3] = { 0x55, 0x00, 0x08 }, b[3] = { 0x33, 0x12, 0x34 };
  static const uint8_t begins[4] = { 0x00, 0xc0, 0x7e, 0x02 };
  pair p = make_pair(FINE);
  client_rng.rng = (cg_rng){ fill_exponent, b };
  server_rng.rng = (cg_rng){ fill_exponent, a };
  assert_int_equal(run(&p), CG_OK);
  assert_memory_equal(p.result.key.key, begins, sizeof begins);
  assert_agreed(&p);
  free_pair(&p);
}

static void time_runs_out(void **state) {
  (void)state;
  pair p = make_pair(FINE);
  cg_buf up = { 0 }, down = { 0 };
  bool done = true;
  assert_int_equal(cg_handshake_start(p.client, NOON, &up), CG_OK);
  assert_int_equal(server_turn(&p, cg_buf_view(&up), &down), CG_OK);
  up.len = 0;
  assert_int_equal(cg_handshake_feed(p.client, cg_buf_view(&down), NOON + 30 * CG_SECOND,
                                     &up, &done, &p.result),
                   CG_E_TIMEOUT);
  assert_false(done);
  assert_int_equal(up.len, 0);
  assert_int_equal(
      cg_handshake_feed(p.client, cg_buf_view(&down), NOON, &up, &done, &p.result),
      CG_E_STATE);
  cg_buf_free(&up);
  cg_buf_free(&down);
  free_pair(&p);
}

static void calls_in_a_wrong_order(void **state) {
  (void)state;
  pair p = make_pair(FINE);
  cg_buf out = { 0 };
  bool done = true;
  assert_int_equal(
      cg_handshake_feed(p.client, CG_LIT("abcd"), NOON, &out, &done, &p.result),
      CG_E_STATE);
  assert_int_equal(run(&p), CG_OK);
  assert_int_equal(cg_handshake_start(p.client, NOON, &out), CG_E_STATE);
  assert_int_equal(
      cg_handshake_feed(p.client, CG_LIT("abcd"), NOON, &out, &done, &p.result),
      CG_E_STATE);
  assert_int_equal(out.len, 0);
  free_pair(&p);
  cg_handshake_free(NULL);
  cg_handshake_server_free(NULL);
}

/* Two exchanges step by step through each other (protocol.md 101). */
static void concurrent_exchanges_do_not_mix(void **state) {
  (void)state;
  cg_handshake_server *server = new_server();
  cg_handshake *clients[3];
  cg_buf up[3] = { 0 };
  served s = { 0 };
  cg_handshake_key keys[3];
  cg_handshake_result results[3];
  for (int i = 0; i < 3; i++) {
    clients[i] = new_client();
    assert_int_equal(cg_handshake_start(clients[i], NOON, &up[i]), CG_OK);
  }
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 3; i++) {
      serve(server, cg_buf_view(&up[i]), NOON, &s);
      if (s.verdict == CG_HANDSHAKE_STORE) {
        keys[i] = s.key;
        assert_int_equal(
            cg_handshake_server_stored(server, s.key.key.id, CG_KEY_STORED, NOON, &s.out),
            CG_OK);
      }
      up[i].len = 0;
      bool done = false;
      assert_int_equal(cg_handshake_feed(clients[i], cg_buf_view(&s.out), NOON, &up[i],
                                         &done, &results[i]),
                       CG_OK);
      assert_int_equal(done, round == 2);
    }
  }
  for (int i = 0; i < 3; i++) {
    assert_memory_equal(&keys[i].key, &results[i].key, sizeof keys[i].key);
    cg_handshake_free(clients[i]);
    cg_buf_free(&up[i]);
  }
  cg_buf_free(&s.out);
  cg_handshake_server_free(server);
}

/* One exchange with the given limits on memory and randomness. */
static cg_err limited(long allocations, long client_draws, long server_draws) {
  pair p = { .outcomes = FINE, .client_us = NOON, .server_us = NOON };
  test_rng_init(&client_rng, 1);
  test_rng_init(&server_rng, 2);
  client_rng.left = client_draws;
  server_rng.left = server_draws;
  cg_handshake_options client = client_options();
  cg_handshake_server_options server = server_options();
  cg_mem_fail_after(allocations);
  cg_err err = cg_handshake_new(&p.client, &client);
  if (!err) err = cg_handshake_server_new(&p.server, &server);
  if (!err) err = run(&p);
  cg_mem_fail_after(-1);
  if (!err) assert_agreed(&p);
  free_pair(&p);
  return err;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  cg_err err = CG_E_MEMORY;
  long n = 0;
  for (; err; n++) {
    err = limited(n, -1, -1);
    if (err) assert_int_equal(err, CG_E_MEMORY);
    assert_true(n < 200);
  }
  assert_true(n > 10);
}

static void every_draw_may_fail(void **state) {
  (void)state;
  cg_err err = CG_E_RANDOM;
  for (long n = 0; err; n++) {
    err = limited(-1, n, -1);
    if (err) assert_int_equal(err, CG_E_RANDOM);
    assert_true(n < 100);
  }
  err = CG_E_RANDOM;
  for (long n = 0; err; n++) {
    err = limited(-1, -1, n);
    if (err) assert_int_equal(err, CG_E_RANDOM);
    assert_true(n < 100);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(a_permanent_key, seed),
    cmocka_unit_test_setup(a_temporary_key, seed),
    cmocka_unit_test_setup(keys_differ_every_time, seed),
    cmocka_unit_test_setup(retries, seed),
    cmocka_unit_test_setup(key_with_a_leading_zero, seed),
    cmocka_unit_test_setup(time_runs_out, seed),
    cmocka_unit_test_setup(calls_in_a_wrong_order, seed),
    cmocka_unit_test_setup(concurrent_exchanges_do_not_mix, seed),
    cmocka_unit_test_setup(every_allocation_may_fail, seed),
    cmocka_unit_test_setup(every_draw_may_fail, seed),
  };
  return cmocka_run_group_tests(tests, make_rsa, free_rsa);
}
