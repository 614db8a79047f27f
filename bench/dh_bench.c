/* SPDX-License-Identifier: MIT */
/*
 * dh_bench.c - a 2048-bit power as the key exchange makes two of, beside OpenSSL's
 * constant-time one; RSA of the server; the check of a group that is not the known one.
 */
#include "bench.h"
#include "dh.h"
#include "rsa.h"

#include <openssl/bn.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  uint8_t base[CG_DH_SIZE], exponent[CG_DH_SIZE], out[CG_DH_SIZE];
  uint8_t other_prime[CG_DH_SIZE], sealed[CG_RSA_SIZE], opened[CG_RSA_SIZE];
  BIGNUM *b, *e, *p, *r;
  BN_CTX *bn;
  cg_rsa_key *rsa;
  cg_rng rng;
  uint64_t seed;
  int bad;
} inputs;

static cg_err repeatable(void *ctx, void *out, size_t len) {
  uint64_t *x = ctx;
  for (size_t i = 0; i < len; i++) {
    *x = *x * 6364136223846793005u + 1442695040888963407u;
    ((uint8_t *)out)[i] = (uint8_t)(*x >> 56);
  }
  return CG_OK;
}

static void own(void *ctx, int variant) {
  inputs *in = ctx;
  (void)variant;
  in->bad += cg_dh_power(cg_dh_prime, in->base, in->exponent, in->out) != CG_OK;
}

static void openssl(void *ctx, int variant) {
  inputs *in = ctx;
  (void)variant;
  in->bad += !BN_mod_exp_mont_consttime(in->r, in->b, in->e, in->p, in->bn, NULL);
}

static void rsa_public(void *ctx, int variant) {
  inputs *in = ctx;
  (void)variant;
  in->bad += cg_rsa_pad_encrypt(in->rsa, (cg_bytes){ in->base, 96 }, &in->rng,
                                in->sealed) != CG_OK;
}

static void rsa_private(void *ctx, int variant) {
  inputs *in = ctx;
  size_t len;
  bool legacy;
  (void)variant;
  in->bad +=
      cg_rsa_decrypt(in->rsa, in->sealed, true, in->opened, &len, &legacy) != CG_OK;
}

static void group(void *ctx, int variant) {
  inputs *in = ctx;
  (void)variant;
  in->bad += cg_dh_check_group(in->other_prime, 2, &in->rng) != CG_OK;
}

static int prepare(inputs *in) {
  in->rng = (cg_rng){ repeatable, &in->seed };
  repeatable(&in->seed, in->base, CG_DH_SIZE);
  repeatable(&in->seed, in->exponent, CG_DH_SIZE);
  in->base[0] &= 0x7f;
  in->bn = BN_CTX_new();
  in->b = BN_bin2bn(in->base, CG_DH_SIZE, NULL);
  in->e = BN_bin2bn(in->exponent, CG_DH_SIZE, NULL);
  in->p = BN_bin2bn(cg_dh_prime, CG_DH_SIZE, NULL);
  in->r = BN_get_rfc3526_prime_2048(NULL);
  return !in->bn || !in->b || !in->e || !in->p || !in->r ||
         BN_bn2binpad(in->r, in->other_prime, CG_DH_SIZE) != CG_DH_SIZE ||
         cg_rsa_generate(&in->rsa);
}

int main(void) {
  static inputs in;
  if (prepare(&in)) return 1;
  bench_case cases[] = {
    { "power", own, &in, 0, 0, 0 },
    { "power, OpenSSL", openssl, &in, 0, 0, 0 },
    { "RSA_PAD, public", rsa_public, &in, 0, 0, 0 },
    { "RSA_PAD, private", rsa_private, &in, 0, 0, 0 },
    { "group with another prime", group, &in, 0, 0, 0 },
  };
  bench_run(cases, 5);
  for (int i = 0; i < 5; i++)
    printf("%-26s %9.1f us  %6.2f of OpenSSL's power\n", cases[i].name, cases[i].ns / 1e3,
           cases[i].ns / cases[1].ns);
  printf("server's share of a handshake: %.0f /s\n",
         1e9 / (2 * cases[0].ns + cases[3].ns));
  cg_rsa_free(in.rsa);
  BN_free(in.b);
  BN_free(in.e);
  BN_free(in.p);
  BN_free(in.r);
  BN_CTX_free(in.bn);
  return in.bad != 0;
}
