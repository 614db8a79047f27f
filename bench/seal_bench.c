/* SPDX-License-Identifier: MIT */
/*
 * seal_bench.c - encrypted messages per second, sealed and opened as a session does it,
 * beside the same work made of OpenSSL's functions called straightforwardly: SHA256 by
 * EVP_Digest and AES-256-ECB block by block.
 */
#include "bench.h"
#include "envelope.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { HEAD = 24, INNER = 32, MOST = 1 << 16 };

typedef struct {
  cg_auth_key key;
  cg_message message;
  cg_rng rng;
  cg_buf packet, plain;
  EVP_CIPHER_CTX *cipher;
  uint64_t bad;
} peers;

static uint8_t body[MOST];

/* Random bytes are not what is measured, and each seal is to give the same length. */
static cg_err no_cost(void *ctx, void *out, size_t len) {
  (void)ctx;
  memset(out, 0, len);
  return CG_OK;
}

static void seal(void *ctx, int variant) {
  peers *p = ctx;
  p->packet.len = 0;
  p->message.body = (cg_bytes){ body, (size_t)variant };
  p->bad +=
      cg_envelope_seal(&p->key, CG_CLIENT, &p->message, &p->rng, &p->packet) != CG_OK;
}

static void open_one(void *ctx, int variant) {
  peers *p = ctx;
  cg_message m;
  (void)variant;
  p->bad += cg_envelope_open(&p->key, CG_CLIENT, cg_buf_view(&p->packet), false,
                             &p->plain, &m) != CG_OK;
}

static void hash(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len,
                 uint8_t out[32]) {
  static uint8_t both[64 + MOST];
  memcpy(both, a, a_len);
  memcpy(both + a_len, b, b_len);
  EVP_Digest(both, a_len + b_len, out, NULL, EVP_sha256(), NULL);
}

/* msg_key, the two hashes of the key derivation and IGE over `len` bytes. */
static void straight(peers *p, size_t len, int encrypt) {
  uint8_t a[32], b[32], msg_key[32];
  uint64_t before[2] = { 0 }, after[2] = { 0 }, now[2];
  int n;
  uint8_t *data = p->plain.at;
  hash(p->key.key + 88, 32, data, len, msg_key);
  hash(msg_key + 8, 16, p->key.key, 36, a);
  hash(p->key.key + 40, 36, msg_key + 8, 16, b);
  EVP_CipherInit_ex2(p->cipher, NULL, a, NULL, encrypt, NULL);
  EVP_CIPHER_CTX_set_padding(p->cipher, 0);
  for (size_t i = 0; i < len; i += 16) {
    memcpy(now, data + i, 16);
    for (int k = 0; k < 2; k++) after[k] ^= now[k];
    EVP_CipherUpdate(p->cipher, (uint8_t *)after, &n, (uint8_t *)after, 16);
    for (int k = 0; k < 2; k++) after[k] ^= before[k];
    memcpy(data + i, after, 16);
    memcpy(before, now, 16);
  }
}

static void straight_seal(void *ctx, int variant) {
  (void)variant;
  straight(ctx, ((peers *)ctx)->packet.len - HEAD, 1);
}

static void straight_open(void *ctx, int variant) {
  (void)variant;
  straight(ctx, ((peers *)ctx)->packet.len - HEAD, 0);
}

static void compare(peers *p, int len) {
  seal(p, len);
  open_one(p, len);
  bench_case cases[] = {
    { "seal", seal, p, len, 0, 0 },
    { "open", open_one, p, len, 0, 0 },
    { "OpenSSL", straight_seal, p, len, 0, 0 },
    { "OpenSSL", straight_open, p, len, 0, 0 },
  };
  size_t sealed = p->packet.len - HEAD;
  bench_run(cases, 4);
  for (int i = 0; i < 2; i++)
    printf("%6d (%5zu)  %s %10.0f /s  OpenSSL %10.0f /s  %5.2f x\n", len, sealed,
           cases[i].name, 1e9 / cases[i].ns, 1e9 / cases[i + 2].ns,
           cases[i + 2].ns / cases[i].ns);
}

int main(void) {
  static peers p;
  uint8_t key[256];
  for (int i = 0; i < 256; i++) key[i] = (uint8_t)i;
  EVP_CIPHER *ecb = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
  p.cipher = EVP_CIPHER_CTX_new();
  p.rng.fill = no_cost;
  if (!ecb || !p.cipher || cg_auth_key_init(&p.key, key)) return 1;
  EVP_CipherInit_ex2(p.cipher, ecb, NULL, NULL, 1, NULL);
  printf("messages per second, by bytes of the body (bytes encrypted)\n");
  static const int lengths[] = { 100, 1 << 10, 65500 };
  for (int i = 0; i < 3; i++) compare(&p, lengths[i]);
  cg_buf_free(&p.packet);
  cg_buf_free(&p.plain);
  EVP_CIPHER_CTX_free(p.cipher);
  EVP_CIPHER_free(ecb);
  return p.bad != 0;
}
