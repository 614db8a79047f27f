/* SPDX-License-Identifier: MIT */
/*
 * handshake_server.c - the server's half of the key exchange; see handshake.h.
 *
 * An exchange is known by its two nonces. It goes one way: PQ, DH, STORING, DONE, and
 * from everywhere to FAILED; both ends are remembered, so that a repeated request
 * gets the same bytes and a failed exchange stays failed. What is secret hangs off it
 * and is wiped at either end.
 *
 * https://core.telegram.org/mtproto/auth_key (protocol.md 102-119)
 */
#include "clock.h"
#include "dh.h"
#include "handshake.h"
#include "handshake_wire.h"
#include "hash.h"
#include "mem.h"
#include "msgid.h"
#include "pq.h"
#include "wipe.h"

#include <string.h>

enum {
  EXCHANGES = 4, /* of one connection */
  REMEMBER_S = 600,
  CLIENT_PADDING = 16, /* one more than is needed: some clients send it */
  ERROR_REFUSED = -404,
  ERROR_WRONG_DC = -444
};

typedef enum { PQ, DH, STORING, DONE, FAILED } step;

/* A request, known by the SHA-256 of its object, and the payload that answered it. */
typedef struct {
  uint8_t hash[32];
  cg_buf payload; /* empty: not answered yet */
} answer;

typedef struct {
  uint8_t new_nonce[32];
  cg_tmp_key tmp;
  uint8_t a[CG_DH_SIZE];
  cg_auth_key key;   /* what is being stored, or was refused */
  uint64_t retry_id; /* what the client has to say next */
} secret;

typedef struct {
  cg_nonces nonces;
  step step;
  uint8_t retries;
  bool legacy;
  int32_t dc;
  int64_t expires_at;
  uint64_t made_us, pq, p, q;
  cg_buf res_pq;
  answer dh, gen;
  secret *secret; /* from DH on, until the end */
} exchange;

struct cg_handshake_server {
  cg_handshake_server_options options;
  uint64_t last_msg_id;
  exchange *exchanges[EXCHANGES]; /* those that there are, oldest first */
  size_t count;
};

/* What one request needs on its way down. */
typedef struct {
  cg_handshake_server *h;
  uint64_t now_us;
  cg_reader r; /* on the body, which may hold more than the object */
  cg_buf *out;
  cg_handshake_verdict *verdict;
  cg_handshake_key *key;
  int32_t *error;
} request;

/* ---- exchanges ------------------------------------------------------------ */

/* The end of the way: what is secret is not needed any more. */
static void end(exchange *x, step last) {
  if (x->secret) cg_wipe(x->secret, sizeof *x->secret);
  cg_free(x->secret);
  x->secret = NULL;
  x->step = last;
}

static void forget(cg_handshake_server *h, size_t at) {
  exchange *x = h->exchanges[at];
  end(x, FAILED);
  cg_buf_free(&x->res_pq);
  cg_buf_free(&x->dh.payload);
  cg_buf_free(&x->gen.payload);
  cg_free(x);
  h->count--;
  for (size_t i = at; i < h->count; i++) h->exchanges[i] = h->exchanges[i + 1];
}

bool cg_handshake_server_expire(cg_handshake_server *h, uint64_t now_us) {
  for (size_t i = h->count; i-- > 0;)
    if (h->exchanges[i]->made_us + REMEMBER_S * CG_SECOND <= now_us) forget(h, i);
  return !h->count;
}

/* Makes room for one more: the oldest goes, but none whose key is being stored. */
static bool make_room(cg_handshake_server *h) {
  for (size_t i = 0; h->count == EXCHANGES && i < EXCHANGES; i++)
    if (h->exchanges[i]->step != STORING) forget(h, i);
  return h->count < EXCHANGES;
}

static exchange *find(const cg_handshake_server *h, const cg_nonces *nonces) {
  for (size_t i = 0; i < h->count; i++)
    if (cg_nonces_equal(&h->exchanges[i]->nonces, nonces)) return h->exchanges[i];
  return NULL;
}

cg_err cg_handshake_server_new(cg_handshake_server **out,
                               const cg_handshake_server_options *options) {
  *out = cg_alloc(sizeof **out);
  if (!*out) return CG_E_MEMORY;
  (*out)->options = *options;
  return CG_OK;
}

void cg_handshake_server_free(cg_handshake_server *h) {
  if (!h) return;
  while (h->count) forget(h, h->count - 1);
  cg_free(h);
}

/* ---- answers -------------------------------------------------------------- */

static cg_err refuse(request *rq, int32_t error) {
  *rq->verdict = CG_HANDSHAKE_REFUSE;
  *rq->error = error;
  return CG_OK;
}

static cg_err fail(request *rq, exchange *x, int32_t error) {
  end(x, FAILED);
  return refuse(rq, error);
}

/* Appends `body` as a message, and keeps the same bytes in `kept`. */
static cg_err reply(cg_handshake_server *h, const cg_buf *body, uint64_t now_us,
                    cg_buf *kept, cg_buf *out) {
  if (body->err) return body->err;
  cg_buf_free(kept);
  cg_plain_put(kept, cg_msgid_next(&h->last_msg_id, now_us, CG_MSGID_ANSWER),
               cg_buf_view(body));
  if (kept->err) return kept->err;
  cg_buf_bytes(out, cg_buf_view(kept));
  return out->err;
}

static cg_err reply_again(request *rq, const cg_buf *kept) {
  cg_buf_bytes(rq->out, cg_buf_view(kept));
  return rq->out->err;
}

/* What tells this request from another; after everything was read. */
static cg_err identify(const request *rq, uint8_t hash[32]) {
  cg_bytes object = { rq->r.start, (size_t)(rq->r.pos - rq->r.start) };
  return cg_sha256(&object, 1, hash);
}

static bool is_repeat(const answer *a, const uint8_t hash[32]) {
  return cg_equal_ct(a->hash, hash, sizeof a->hash);
}

/* ---- req_pq --------------------------------------------------------------- */

static void put_res_pq(const exchange *x, const cg_rsa_key *rsa, cg_buf *body) {
  cg_nonces_put(body, CG_HS_RES_PQ, &x->nonces);
  cg_number_put(body, x->pq);
  cg_buf_u32(body, CG_HS_VECTOR);
  cg_buf_u32(body, 1);
  cg_buf_u64(body, cg_rsa_fingerprint(rsa));
}

static cg_err begin(request *rq, const uint8_t *nonce) {
  cg_handshake_server *h = rq->h;
  if (!make_room(h)) return refuse(rq, ERROR_REFUSED);
  exchange *x = cg_alloc(sizeof *x);
  if (!x) return CG_E_MEMORY;
  h->exchanges[h->count++] = x;
  x->made_us = rq->now_us;
  memcpy(x->nonces.client, nonce, sizeof x->nonces.client);
  cg_err err = cg_rng_fill(h->options.rng, x->nonces.server, sizeof x->nonces.server);
  if (!err) err = cg_pq_make(h->options.rng, &x->pq, &x->p, &x->q);
  cg_buf body = { 0 };
  if (!err) put_res_pq(x, h->options.rsa, &body);
  if (!err) err = reply(h, &body, rq->now_us, &x->res_pq, rq->out);
  cg_buf_free(&body);
  if (err) forget(h, h->count - 1);
  return err;
}

/* The same nonce gets the same answer for as long as nothing came of it. */
static cg_err got_req_pq(request *rq) {
  cg_bytes nonce = cg_reader_take(&rq->r, 16);
  if (rq->r.err) return refuse(rq, ERROR_REFUSED);
  for (size_t i = 0; i < rq->h->count; i++) {
    exchange *x = rq->h->exchanges[i];
    if (!cg_equal_ct(x->nonces.client, nonce.at, nonce.len)) continue;
    if (x->step == FAILED) return refuse(rq, ERROR_REFUSED);
    if (x->step == PQ) return reply_again(rq, &x->res_pq);
  }
  return begin(rq, nonce.at);
}

/* ---- req_DH_params -------------------------------------------------------- */

/* p_q_inner_data in one of its forms. */
typedef struct {
  uint32_t id;
  uint64_t pq, p, q;
  cg_nonces nonces;
  cg_bytes new_nonce;
  int32_t dc, expires_in;
} inner_data;

static bool has_dc(uint32_t id) {
  return id == CG_HS_INNER_DC || id == CG_HS_INNER_TEMP_DC;
}

static bool is_temporary(uint32_t id) {
  return id == CG_HS_INNER_TEMP || id == CG_HS_INNER_TEMP_DC;
}

static void read_inner(cg_reader *r, inner_data *d) {
  d->id = cg_reader_u32(r);
  d->pq = cg_number_read(r);
  d->p = cg_number_read(r);
  d->q = cg_number_read(r);
  cg_nonces_read(r, &d->nonces);
  d->new_nonce = cg_reader_take(r, 32);
  d->dc = has_dc(d->id) ? (int32_t)cg_reader_u32(r) : 0;
  d->expires_in = is_temporary(d->id) ? (int32_t)cg_reader_u32(r) : 0;
}

static bool inner_fits(const cg_handshake_server_options *o, const exchange *x,
                       const inner_data *d) {
  bool old = d->id == CG_HS_INNER || d->id == CG_HS_INNER_TEMP;
  bool known = has_dc(d->id) || (old && o->legacy_rsa);
  bool lives =
      !is_temporary(d->id) || (d->expires_in > 0 && d->expires_in <= o->max_expires_in);
  bool numbers = d->pq == x->pq && d->p == x->p && d->q == x->q;
  return known && lives && numbers && cg_nonces_equal(&d->nonces, &x->nonces);
}

static bool right_dc(const cg_handshake_server_options *o, const inner_data *d) {
  if (o->any_dc || !has_dc(d->id)) return true;
  return d->dc % 10000 == o->dc || d->dc % 10000 == -o->dc;
}

/* Reads what the RSA block held, and keeps new_nonce and what the key will be. */
static cg_err take_inner(request *rq, exchange *x, const uint8_t *raw, bool legacy) {
  const cg_handshake_server_options *o = &rq->h->options;
  cg_reader r;
  inner_data d;
  cg_reader_init(&r, raw + (legacy ? CG_RSA_LEGACY_HASH : 0),
                 legacy ? CG_RSA_LEGACY_MAX : CG_RSA_PADDED);
  read_inner(&r, &d);
  size_t len = (size_t)(r.pos - r.start);
  bool genuine = !legacy || cg_rsa_legacy_check(raw, len);
  if (r.err || !genuine || !inner_fits(o, x, &d)) return fail(rq, x, ERROR_REFUSED);
  if (!right_dc(o, &d)) return fail(rq, x, ERROR_WRONG_DC);
  x->secret = cg_alloc(sizeof *x->secret);
  if (!x->secret) return CG_E_MEMORY;
  memcpy(x->secret->new_nonce, d.new_nonce.at, d.new_nonce.len);
  x->legacy = legacy || !has_dc(d.id);
  x->dc = d.dc;
  x->expires_at = d.expires_in ? cg_unix(rq->now_us) + d.expires_in : 0;
  return CG_OK;
}

static cg_err open_rsa(request *rq, exchange *x, cg_bytes encrypted) {
  const cg_handshake_server_options *o = &rq->h->options;
  uint8_t raw[CG_RSA_SIZE];
  size_t len = 0;
  bool legacy = false;
  cg_err err = cg_rsa_decrypt(o->rsa, encrypted.at, o->legacy_rsa, raw, &len, &legacy);
  if (err == CG_E_VERIFY)
    err = fail(rq, x, ERROR_REFUSED);
  else if (!err)
    err = take_inner(rq, x, raw, legacy);
  cg_wipe(raw, sizeof raw);
  return err;
}

/* Appends server_DH_params_ok with a new a. */
static cg_err put_dh_ok(cg_handshake_server *h, exchange *x, uint64_t now_us,
                        cg_buf *body) {
  secret *s = x->secret;
  uint8_t g_a[CG_DH_SIZE];
  cg_err err = cg_tmp_key_derive(&s->tmp, s->new_nonce, x->nonces.server);
  if (!err) err = cg_dh_generate(cg_dh_prime, CG_DH_G, h->options.rng, s->a, g_a);
  if (err) return err;
  cg_buf inner = { 0 };
  cg_nonces_put(&inner, CG_HS_SERVER_INNER, &x->nonces);
  cg_buf_u32(&inner, CG_DH_G);
  cg_number_put_2048(&inner, cg_dh_prime);
  cg_number_put_2048(&inner, g_a);
  cg_buf_u32(&inner, (uint32_t)cg_unix(now_us));
  cg_nonces_put(body, CG_HS_DH_OK, &x->nonces);
  err = inner.err;
  if (!err) err = cg_tmp_seal(&s->tmp, cg_buf_view(&inner), h->options.rng, body);
  cg_buf_free(&inner);
  return err;
}

static cg_err answer_dh(request *rq, exchange *x) {
  cg_buf body = { 0 };
  cg_err err = put_dh_ok(rq->h, x, rq->now_us, &body);
  if (!err) err = reply(rq->h, &body, rq->now_us, &x->dh.payload, rq->out);
  cg_buf_free(&body);
  cg_buf_free(&x->res_pq);
  x->step = DH;
  return err;
}

static cg_err got_req_dh(request *rq, exchange *x) {
  const cg_rsa_key *rsa = rq->h->options.rsa;
  uint8_t hash[32];
  uint64_t p = cg_number_read(&rq->r);
  uint64_t q = cg_number_read(&rq->r);
  uint64_t fingerprint = cg_reader_u64(&rq->r);
  cg_bytes encrypted = cg_reader_str(&rq->r);
  cg_err err = identify(rq, hash);
  if (err) return err;
  if (x->step != PQ && is_repeat(&x->dh, hash)) return reply_again(rq, &x->dh.payload);
  if (rq->r.err || x->step != PQ || p != x->p || q != x->q ||
      fingerprint != cg_rsa_fingerprint(rsa) || encrypted.len != CG_RSA_SIZE)
    return fail(rq, x, ERROR_REFUSED);
  memcpy(x->dh.hash, hash, sizeof hash);
  err = open_rsa(rq, x, encrypted);
  return err || x->step == FAILED ? err : answer_dh(rq, x);
}

/* ---- set_client_DH_params ------------------------------------------------- */

/* Answers with one of dh_gen_*: what follows is another try, or nothing. */
static cg_err answer_gen(cg_handshake_server *h, exchange *x, uint8_t number,
                         uint64_t now_us, cg_buf *out) {
  static const uint32_t ids[] = { [CG_HS_OK_HASH] = CG_HS_GEN_OK,
                                  [CG_HS_RETRY_HASH] = CG_HS_GEN_RETRY,
                                  [CG_HS_GEN_FAIL_HASH] = CG_HS_GEN_FAIL };
  secret *s = x->secret;
  uint8_t hash[16];
  cg_err err = cg_new_nonce_hash(s->new_nonce, number, s->key.aux_hash, hash);
  if (err) return err;
  cg_buf body = { 0 };
  cg_nonces_put(&body, ids[number], &x->nonces);
  cg_buf_put(&body, hash, sizeof hash);
  err = reply(h, &body, now_us, &x->gen.payload, out);
  cg_buf_free(&body);
  if (err) return err;
  s->retry_id = s->key.aux_hash;
  if (number == CG_HS_RETRY_HASH)
    x->step = DH;
  else
    end(x, DONE);
  return CG_OK;
}

/* Reads client_DH_inner_data and makes every check. VERIFY, WEAK and PROTOCOL are the
 * client's failures, all others our own. */
static cg_err take_g_b(exchange *x, cg_bytes encrypted, uint64_t *retry_id,
                       uint8_t g_b[CG_DH_SIZE]) {
  cg_buf plain = { 0 };
  cg_reader r;
  cg_err err = cg_tmp_open(&x->secret->tmp, encrypted, &plain, &r);
  if (!err) {
    uint32_t id = cg_reader_u32(&r);
    cg_nonces nonces;
    cg_nonces_read(&r, &nonces);
    *retry_id = cg_reader_u64(&r);
    cg_number_read_2048(&r, g_b);
    err = cg_tmp_check(&plain, &r, CLIENT_PADDING);
    if (!err && (id != CG_HS_CLIENT_INNER || !cg_nonces_equal(&nonces, &x->nonces)))
      err = CG_E_VERIFY;
  }
  cg_buf_wipe(&plain);
  return err ? err : cg_dh_check_public(cg_dh_prime, g_b);
}

/* The key is made: the caller is to store it, if the client's retry_id is right. */
static cg_err take_key(request *rq, exchange *x, uint64_t retry_id) {
  secret *s = x->secret;
  if (retry_id != s->retry_id)
    return answer_gen(rq->h, x, CG_HS_GEN_FAIL_HASH, rq->now_us, rq->out);
  *rq->key = (cg_handshake_key){ .key = s->key,
                                 .salt = cg_first_salt(s->new_nonce, x->nonces.server),
                                 .dc = x->dc,
                                 .expires_at = x->expires_at,
                                 .legacy = x->legacy };
  *rq->verdict = CG_HANDSHAKE_STORE;
  x->step = STORING;
  return CG_OK;
}

static cg_err got_set_dh(request *rq, exchange *x) {
  uint8_t hash[32], g_b[CG_DH_SIZE];
  uint64_t retry_id = 0;
  cg_bytes encrypted = cg_reader_str(&rq->r);
  cg_err err = identify(rq, hash);
  if (err) return err;
  if (x->step != FAILED && is_repeat(&x->gen, hash))
    return x->step == STORING ? CG_OK : reply_again(rq, &x->gen.payload);
  if (rq->r.err || x->step != DH) return fail(rq, x, ERROR_REFUSED);
  err = take_g_b(x, encrypted, &retry_id, g_b);
  if (err == CG_E_VERIFY || err == CG_E_WEAK || err == CG_E_PROTOCOL)
    return fail(rq, x, ERROR_REFUSED);
  secret *s = x->secret;
  if (!err) err = cg_dh_power(cg_dh_prime, g_b, s->a, s->key.key);
  if (!err) err = cg_auth_key_init(&s->key, s->key.key);
  if (err) return err;
  memcpy(x->gen.hash, hash, sizeof hash);
  return take_key(rq, x, retry_id);
}

cg_err cg_handshake_server_stored(cg_handshake_server *h, uint64_t key_id,
                                  cg_key_outcome outcome, uint64_t now_us, cg_buf *out) {
  for (size_t i = 0; i < h->count; i++) {
    exchange *x = h->exchanges[i];
    if (x->step != STORING || x->secret->key.id != key_id) continue;
    uint8_t number = outcome == CG_KEY_STORED ? CG_HS_OK_HASH : CG_HS_GEN_FAIL_HASH;
    if (outcome == CG_KEY_TAKEN && x->retries++ < CG_HS_RETRIES)
      number = CG_HS_RETRY_HASH;
    cg_err err = answer_gen(h, x, number, now_us, out);
    if (err) end(x, FAILED);
    return err;
  }
  return CG_E_STATE;
}

/* ---- one payload ---------------------------------------------------------- */

static cg_err dispatch(request *rq) {
  uint32_t id = cg_reader_u32(&rq->r);
  if (id == CG_HS_REQ_PQ || id == CG_HS_REQ_PQ_MULTI) return got_req_pq(rq);
  if (id != CG_HS_REQ_DH && id != CG_HS_SET_DH) return refuse(rq, ERROR_REFUSED);
  cg_nonces nonces;
  cg_nonces_read(&rq->r, &nonces);
  exchange *x = find(rq->h, &nonces);
  if (!x || x->step == FAILED) return refuse(rq, ERROR_REFUSED);
  cg_err err = id == CG_HS_REQ_DH ? got_req_dh(rq, x) : got_set_dh(rq, x);
  if (err) end(x, FAILED);
  return err;
}

cg_err cg_handshake_server_feed(cg_handshake_server *h, cg_bytes payload, uint64_t now_us,
                                cg_buf *out, cg_handshake_verdict *verdict,
                                cg_handshake_key *key, int32_t *error) {
  request rq = { .h = h, .now_us = now_us, .out = out };
  rq.verdict = verdict;
  rq.key = key;
  rq.error = error;
  *verdict = CG_HANDSHAKE_REPLY;
  *error = 0;
  cg_handshake_server_expire(h, now_us);
  cg_plain message; /* neither its id nor what follows it matters: clients.md 2 */
  if (cg_plain_read(payload, &message)) return refuse(&rq, ERROR_REFUSED);
  cg_reader_init(&rq.r, message.body.at, message.body.len);
  return dispatch(&rq);
}
