/* SPDX-License-Identifier: MIT */
/*
 * handshake_fuzz.c - bytes of a stranger at every step of the key exchange, also as
 * what stands inside its encrypted parts. No input may end in a key: the strangers
 * here never prove that they know one.
 */
#include "clock.h"
#include "dh.h"
#include "handshake.h"
#include "handshake_wire.h"
#include "mtproto_test.h"
#include "pq.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint64_t NOON = UINT64_C(1700000000) * CG_SECOND;

/* What the bytes are. */
typedef enum {
  TO_SERVER,       /* a payload, with nothing known before it */
  TO_SERVER_LATER, /* the rest of a request with the nonces of an exchange */
  RSA_INNER,       /* p_q_inner_data, behind its id and numbers */
  CLIENT_INNER,    /* client_DH_inner_data */
  TO_CLIENT,       /* a payload, instead of resPQ */
  RES_PQ,          /* the rest of resPQ */
  TO_CLIENT_LATER, /* a body, instead of server_DH_params */
  SERVER_INNER,    /* server_DH_inner_data */
  MODES
} mode;

static cg_rsa_key *rsa;
static test_rng client_rng, server_rng;

static void must(cg_err err) {
  if (err) abort();
}

/* ---- the server ----------------------------------------------------------- */

typedef struct {
  cg_handshake_server *h;
  cg_nonces nonces;
  uint64_t pq, p, q;
  uint8_t new_nonce[32];
  cg_tmp_key tmp;
  cg_buf out;
} victim;

static cg_handshake_verdict tell(victim *v, const cg_buf *body) {
  cg_buf payload = { 0 };
  cg_handshake_verdict verdict;
  cg_handshake_key key;
  int32_t error;
  cg_plain_put(&payload, 0, cg_buf_view(body));
  v->out.len = 0;
  must(cg_handshake_server_feed(v->h, cg_buf_view(&payload), NOON, &v->out, &verdict,
                                &key, &error));
  if (verdict == CG_HANDSHAKE_REFUSE && (v->out.len || error >= 0)) abort();
  cg_buf_free(&payload);
  return verdict;
}

static void open_exchange(victim *v) {
  cg_buf body = { 0 };
  cg_plain m;
  cg_reader r;
  must(cg_rng_fill(&client_rng.rng, v->nonces.client, 16));
  cg_buf_u32(&body, CG_HS_REQ_PQ_MULTI);
  cg_buf_put(&body, v->nonces.client, 16);
  tell(v, &body);
  must(cg_plain_read(cg_buf_view(&v->out), &m));
  cg_reader_init(&r, m.body.at, m.body.len);
  cg_reader_u32(&r);
  cg_nonces_read(&r, &v->nonces);
  v->pq = cg_number_read(&r);
  must(cg_pq_factor(v->pq, &v->p, &v->q));
  cg_buf_free(&body);
}

static cg_handshake_verdict ask_dh(victim *v, cg_bytes inner) {
  uint8_t block[CG_RSA_SIZE];
  cg_buf body = { 0 };
  must(cg_rsa_pad_encrypt(rsa, inner, &client_rng.rng, block));
  cg_nonces_put(&body, CG_HS_REQ_DH, &v->nonces);
  cg_number_put(&body, v->p);
  cg_number_put(&body, v->q);
  cg_buf_u64(&body, cg_rsa_fingerprint(rsa));
  cg_buf_str(&body, (cg_bytes){ block, sizeof block });
  cg_handshake_verdict verdict = tell(v, &body);
  cg_buf_free(&body);
  return verdict;
}

static void put_numbers(const victim *v, cg_buf *inner) {
  cg_buf_u32(inner, CG_HS_INNER_DC);
  cg_number_put(inner, v->pq);
  cg_number_put(inner, v->p);
  cg_number_put(inner, v->q);
}

static void go_to_dh(victim *v) {
  cg_buf inner = { 0 };
  must(cg_rng_fill(&client_rng.rng, v->new_nonce, sizeof v->new_nonce));
  put_numbers(v, &inner);
  cg_buf_put(&inner, &v->nonces, sizeof v->nonces);
  cg_buf_put(&inner, v->new_nonce, sizeof v->new_nonce);
  cg_buf_u32(&inner, 2);
  if (ask_dh(v, cg_buf_view(&inner)) != CG_HANDSHAKE_REPLY) abort();
  must(cg_tmp_key_derive(&v->tmp, v->new_nonce, v->nonces.server));
  cg_buf_free(&inner);
}

static void fuzz_server(mode m, cg_bytes in) {
  const cg_handshake_server_options options = { .rsa = rsa,
                                                .rng = &server_rng.rng,
                                                .dc = 2,
                                                .legacy_rsa = true,
                                                .max_expires_in = 86400 };
  victim v = { 0 };
  cg_buf body = { 0 };
  must(cg_handshake_server_new(&v.h, &options));
  if (m != TO_SERVER) open_exchange(&v);
  if (m == RSA_INNER) {
    put_numbers(&v, &body);
    size_t room = CG_RSA_PAD_MAX - body.len;
    cg_buf_put(&body, in.at, in.len < room ? in.len : room);
    ask_dh(&v, cg_buf_view(&body));
  } else if (m == CLIENT_INNER) {
    go_to_dh(&v);
    cg_nonces_put(&body, CG_HS_SET_DH, &v.nonces);
    must(cg_tmp_seal(&v.tmp, in, &client_rng.rng, &body));
    tell(&v, &body);
  } else {
    if (m == TO_SERVER_LATER && in.len) {
      cg_nonces_put(&body, in.at[0] & 1 ? CG_HS_REQ_DH : CG_HS_SET_DH, &v.nonces);
      in = (cg_bytes){ in.at + 1, in.len - 1 };
    }
    cg_buf_bytes(&body, in);
    tell(&v, &body);
  }
  cg_buf_free(&body);
  cg_buf_free(&v.out);
  cg_handshake_server_free(v.h);
}

/* ---- the client ----------------------------------------------------------- */

static cg_err answer(cg_handshake *h, const cg_buf *body, cg_buf *out) {
  cg_buf payload = { 0 };
  cg_handshake_result result;
  bool done = false;
  out->len = 0;
  cg_plain_put(&payload, 1, cg_buf_view(body));
  cg_err err = cg_handshake_feed(h, cg_buf_view(&payload), NOON, out, &done, &result);
  if (done || (err && out->len)) abort();
  cg_buf_free(&payload);
  return err;
}

/* Sends resPQ, and learns new_nonce from what comes. */
static void go_to_req_dh(cg_handshake *h, victim *v) {
  cg_buf body = { 0 };
  cg_plain m;
  cg_reader r;
  must(cg_plain_read(cg_buf_view(&v->out), &m));
  memcpy(v->nonces.client, m.body.at + 4, 16);
  cg_nonces_put(&body, CG_HS_RES_PQ, &v->nonces);
  cg_number_put(&body, 15);
  cg_buf_u32(&body, CG_HS_VECTOR);
  cg_buf_u32(&body, 1);
  cg_buf_u64(&body, cg_rsa_fingerprint(rsa));
  must(answer(h, &body, &v->out));
  must(cg_plain_read(cg_buf_view(&v->out), &m));
  cg_reader_init(&r, m.body.at + 36, m.body.len - 36);
  cg_reader_str(&r);
  cg_reader_str(&r);
  cg_reader_u64(&r);
  uint8_t raw[CG_RSA_SIZE];
  size_t len;
  bool legacy;
  must(cg_rsa_decrypt(rsa, cg_reader_str(&r).at, false, raw, &len, &legacy));
  memcpy(v->new_nonce, raw + 4 + 3 * 4 + 32, 32); /* pq, p and q are one byte each */
  must(cg_tmp_key_derive(&v->tmp, v->new_nonce, v->nonces.server));
  cg_buf_free(&body);
}

static void fuzz_client(mode m, cg_bytes in) {
  const cg_rsa_key *keys[] = { rsa };
  const cg_handshake_options options = {
    .keys = keys, .key_count = 1, .dc = 2, .rng = &client_rng.rng
  };
  cg_handshake *h = NULL;
  victim v = { 0 };
  cg_buf body = { 0 };
  must(cg_handshake_new(&h, &options));
  must(cg_handshake_start(h, NOON, &v.out));
  if (m == RES_PQ) {
    memcpy(v.nonces.client, v.out.at + 24, 16);
    cg_nonces_put(&body, CG_HS_RES_PQ, &v.nonces);
  }
  if (m == TO_CLIENT_LATER || m == SERVER_INNER) go_to_req_dh(h, &v);
  if (m == SERVER_INNER) {
    cg_nonces_put(&body, CG_HS_DH_OK, &v.nonces);
    must(cg_tmp_seal(&v.tmp, in, &server_rng.rng, &body));
  } else {
    cg_buf_bytes(&body, in);
  }
  answer(h, &body, &v.out);
  cg_buf_free(&body);
  cg_buf_free(&v.out);
  cg_handshake_free(h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!rsa) must(cg_rsa_generate(&rsa));
  if (!size || size > 4096) return 0;
  test_rng_init(&client_rng, 1);
  test_rng_init(&server_rng, 2);
  mode m = (mode)(data[0] % MODES);
  cg_bytes in = { data + 1, size - 1 };
  if (m < TO_CLIENT)
    fuzz_server(m, in);
  else
    fuzz_client(m, in);
  return 0;
}
