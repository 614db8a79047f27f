/* SPDX-License-Identifier: MIT */
/*
 * ige_portable.c - AES-256-IGE for processors without AES instructions, bitsliced.
 *
 * A block is held as 8 planes of 16 bits: bit i of plane b is bit b of byte i. All work
 * is AND, XOR and shifts on whole planes, so neither time nor memory addresses depend
 * on secrets. The S-box inverts in GF(((2^2)^2)^2), where u^2 = u + 1, v^2 = v + u,
 * w^2 = w + (v of u) and the lower coefficient is the lower bit; the linear maps between
 * that field and AES's take the affine part of the S-box along, and its constant 0x63,
 * which the other steps leave as it is, is part of the round keys.
 */
#include "ige_impl.h"
#include "wipe.h"

#include <string.h>

enum { ROUNDS = 14 };

typedef uint32_t word;
typedef struct {
  word p[8];
} state;
typedef struct {
  state k[ROUNDS + 1];
} schedule;

/* --- bytes to planes and back ---------------------------------------------- */

/* Transposes 8 rows of 8 bits. */
static uint64_t transpose(uint64_t x) {
  uint64_t t = (x ^ x >> 7) & 0x00aa00aa00aa00aa;
  x ^= t ^ t << 7;
  t = (x ^ x >> 14) & 0x0000cccc0000cccc;
  x ^= t ^ t << 14;
  t = (x ^ x >> 28) & 0x00000000f0f0f0f0;
  return x ^ t ^ t << 28;
}

static uint64_t load(const uint8_t *p) {
  uint64_t x = 0;
  for (int i = 7; i >= 0; i--) x = x << 8 | p[i];
  return x;
}

static void store(uint8_t *p, uint64_t x) {
  for (int i = 0; i < 8; i++) p[i] = (uint8_t)(x >> 8 * i);
}

static state pack(const uint8_t in[16]) {
  uint64_t low = transpose(load(in)), high = transpose(load(in + 8));
  state s;
  for (int b = 0; b < 8; b++)
    s.p[b] = (word)(low >> 8 * b & 0xff) | (word)(high >> 8 * b & 0xff) << 8;
  return s;
}

static void unpack(const state *s, uint8_t out[16]) {
  uint64_t low = 0, high = 0;
  for (int b = 0; b < 8; b++) {
    low |= (uint64_t)(s->p[b] & 0xff) << 8 * b;
    high |= (uint64_t)(s->p[b] >> 8 & 0xff) << 8 * b;
  }
  store(out, transpose(low));
  store(out + 8, transpose(high));
}

/* --- the S-box -------------------------------------------------------------- */

static inline void mul4(const word a[2], const word b[2], word out[2]) {
  word low = a[0] & b[0];
  word high = ((a[0] ^ a[1]) & (b[0] ^ b[1])) ^ low;
  out[0] = low ^ (a[1] & b[1]);
  out[1] = high;
}

static inline void mul16(const word a[4], const word b[4], word out[4]) {
  word low[2], high[2], cross[2];
  const word a_sum[2] = { a[0] ^ a[2], a[1] ^ a[3] };
  const word b_sum[2] = { b[0] ^ b[2], b[1] ^ b[3] };
  mul4(a, b, low);
  mul4(a + 2, b + 2, high);
  mul4(a_sum, b_sum, cross);
  out[0] = low[0] ^ high[1];
  out[1] = low[1] ^ high[0] ^ high[1];
  out[2] = cross[0] ^ low[0];
  out[3] = cross[1] ^ low[1];
}

/* In place. The inverse of a1 v + a0 is its conjugate over its norm, which lies in the
 * field below, where the inverse is the square. */
static inline void invert16(word a[4]) {
  word norm[2], high[2] = { a[2], a[3] };
  const word sum[2] = { a[0] ^ a[2], a[1] ^ a[3] };
  mul4(a, high, norm);
  norm[0] ^= a[0] ^ a[1] ^ a[3];
  norm[1] ^= a[1] ^ a[2];
  norm[0] ^= norm[1];
  mul4(norm, sum, a);
  mul4(norm, high, a + 2);
}

static inline void invert256(word a[8]) {
  word norm[4], high[4] = { a[4], a[5], a[6], a[7] };
  const word sum[4] = { a[0] ^ a[4], a[1] ^ a[5], a[2] ^ a[6], a[3] ^ a[7] };
  mul16(a, high, norm);
  norm[0] ^= a[6] ^ a[0] ^ a[1] ^ a[3];
  norm[1] ^= a[6] ^ a[7] ^ a[1] ^ a[2];
  norm[2] ^= a[5] ^ a[6] ^ a[7] ^ a[2] ^ a[3];
  norm[3] ^= a[4] ^ a[7] ^ a[3];
  invert16(norm);
  mul16(norm, sum, a);
  mul16(norm, high, a + 4);
}

static void sub_bytes(word x[8]) {
  word a = x[3] ^ x[4], b = x[6] ^ a, c = x[2] ^ b, d = x[5] ^ x[7];
  word y[8] = { x[0] ^ c,        x[2], b ^ d, a, x[7] ^ c, x[1] ^ x[4] ^ x[6] ^ x[7],
                c ^ x[1] ^ x[5], d };
  invert256(y);
  a = y[0] ^ y[6], b = y[2] ^ y[3], c = y[1] ^ a;
  x[0] = y[5] ^ a;
  x[1] = c ^ y[3] ^ y[4];
  x[2] = b ^ c;
  x[3] = y[0] ^ y[5];
  x[4] = b ^ y[4] ^ a;
  x[5] = b ^ y[6] ^ y[7];
  x[6] = y[4] ^ y[7];
  x[7] = y[2];
}

static void inv_sub_bytes(word x[8]) {
  word a = x[1] ^ x[2], b = x[5] ^ x[6], c = x[0] ^ x[3], d = x[4] ^ b, e = x[7] ^ a;
  word y[8] = { d, x[7] ^ x[1] ^ x[4], x[7], c ^ a ^ b, e, x[3] ^ d, c, x[6] ^ e };
  invert256(y);
  a = y[1] ^ y[7], b = y[2] ^ y[4], c = a ^ y[5] ^ y[6];
  x[0] = a ^ y[0] ^ y[2];
  x[1] = y[7] ^ y[4] ^ y[6];
  x[2] = y[1];
  x[3] = c;
  x[4] = y[3] ^ c;
  x[5] = y[1] ^ b;
  x[6] = y[7] ^ y[2] ^ y[3];
  x[7] = a ^ b;
}

/* --- the linear steps: byte 4 * column + row is bit 4 * column + row ----------- */

static inline word turn(word x, unsigned bits, word mask) {
  x &= mask;
  return (x >> bits | x << (16 - bits)) & mask;
}

static void shift_rows(word x[8]) {
  for (int i = 0; i < 8; i++)
    x[i] = (x[i] & 0x1111) | turn(x[i], 4, 0x2222) | turn(x[i], 8, 0x4444) |
           turn(x[i], 12, 0x8888);
}

static void inv_shift_rows(word x[8]) {
  for (int i = 0; i < 8; i++)
    x[i] = (x[i] & 0x1111) | turn(x[i], 12, 0x2222) | turn(x[i], 8, 0x4444) |
           turn(x[i], 4, 0x8888);
}

/* The byte one or two rows below, in each place. */
static inline word below(word x) {
  return (x >> 1 & 0x7777) | (x << 3 & 0x8888);
}

static inline word below2(word x) {
  return (x >> 2 & 0x3333) | (x << 2 & 0xcccc);
}

/* Times x in AES's field. */
static void twice(const word x[8], word out[8]) {
  word top = x[7];
  for (int i = 7; i > 0; i--) out[i] = x[i - 1];
  out[0] = top;
  out[1] ^= top;
  out[3] ^= top;
  out[4] ^= top;
}

/* 2 a + 3 b + c + d is 2 (a + b) + b + (c + d). */
static void mix_columns(word x[8]) {
  word sum[8], doubled[8];
  for (int i = 0; i < 8; i++) sum[i] = x[i] ^ below(x[i]);
  twice(sum, doubled);
  for (int i = 0; i < 8; i++) x[i] = doubled[i] ^ below(x[i]) ^ below2(sum[i]);
}

/* The inverse is the same matrix times another one: 5 a + 4 c in each place. */
static void inv_mix_columns(word x[8]) {
  word sum[8], doubled[8], four[8];
  for (int i = 0; i < 8; i++) sum[i] = x[i] ^ below2(x[i]);
  twice(sum, doubled);
  twice(doubled, four);
  for (int i = 0; i < 8; i++) x[i] ^= four[i];
  mix_columns(x);
}

static inline void add(word x[8], const state *k) {
  for (int i = 0; i < 8; i++) x[i] ^= k->p[i];
}

/* --- the cipher -------------------------------------------------------------- */

/* S-box of four bytes. */
static void sub_word(uint8_t w[4]) {
  uint8_t block[16] = { w[0], w[1], w[2], w[3] };
  state s = pack(block);
  sub_bytes(s.p);
  unpack(&s, block);
  for (int i = 0; i < 4; i++) w[i] = block[i] ^ 0x63;
  cg_wipe(&s, sizeof s);
  cg_wipe(block, sizeof block);
}

static void expand(const uint8_t key[32], schedule *out) {
  uint8_t w[16 * (ROUNDS + 1)], t[4];
  memcpy(w, key, 32);
  for (unsigned i = 32; i < sizeof w; i += 4) {
    memcpy(t, w + i - 4, 4);
    if (i % 32 == 0) {
      uint8_t first = t[0];
      memmove(t, t + 1, 3);
      t[3] = first;
    }
    if (i % 16 == 0) sub_word(t);
    if (i % 32 == 0) t[0] ^= (uint8_t)(1 << (i / 32 - 1));
    for (unsigned j = 0; j < 4; j++) w[i + j] = w[i + j - 32] ^ t[j];
  }
  for (unsigned i = 16; i < sizeof w; i++) w[i] ^= 0x63;
  for (int r = 0; r <= ROUNDS; r++) out->k[r] = pack(w + 16 * r);
  cg_wipe(w, sizeof w);
  cg_wipe(t, sizeof t);
}

static void encrypt_block(const schedule *key, uint8_t block[16]) {
  state s = pack(block);
  add(s.p, &key->k[0]);
  for (int r = 1; r < ROUNDS; r++) {
    sub_bytes(s.p);
    shift_rows(s.p);
    mix_columns(s.p);
    add(s.p, &key->k[r]);
  }
  sub_bytes(s.p);
  shift_rows(s.p);
  add(s.p, &key->k[ROUNDS]);
  unpack(&s, block);
}

static void decrypt_block(const schedule *key, uint8_t block[16]) {
  state s = pack(block);
  add(s.p, &key->k[ROUNDS]);
  for (int r = ROUNDS - 1; r > 0; r--) {
    inv_shift_rows(s.p);
    inv_sub_bytes(s.p);
    add(s.p, &key->k[r]);
    inv_mix_columns(s.p);
  }
  inv_shift_rows(s.p);
  inv_sub_bytes(s.p);
  add(s.p, &key->k[0]);
  unpack(&s, block);
}

/* IGE in either direction: what goes in is XORed with what came out before, what comes
 * out with what went in before. */
static void chain(void (*cipher)(const schedule *, uint8_t[16]), const schedule *key,
                  const uint8_t *in_iv, const uint8_t *out_iv, const uint8_t *in,
                  uint8_t *out, size_t blocks) {
  uint8_t before[16], after[16], now[16];
  memcpy(before, in_iv, 16);
  memcpy(after, out_iv, 16);
  for (; blocks; blocks--, in += 16, out += 16) {
    memcpy(now, in, 16);
    for (int i = 0; i < 16; i++) after[i] ^= now[i];
    cipher(key, after);
    for (int i = 0; i < 16; i++) out[i] = after[i] ^= before[i];
    memcpy(before, now, 16);
  }
  cg_wipe(before, sizeof before);
  cg_wipe(after, sizeof after);
  cg_wipe(now, sizeof now);
}

static void encrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in,
                    uint8_t *out, size_t blocks) {
  schedule k;
  expand(key, &k);
  chain(encrypt_block, &k, iv + 16, iv, in, out, blocks);
  cg_wipe(&k, sizeof k);
}

static void decrypt(const uint8_t key[32], const uint8_t iv[32], const uint8_t *in,
                    uint8_t *out, size_t blocks) {
  schedule k;
  expand(key, &k);
  chain(decrypt_block, &k, iv, iv + 16, in, out, blocks);
  cg_wipe(&k, sizeof k);
}

const cg_ige_impl *cg_ige_portable(void) {
  static const cg_ige_impl impl = { "bitsliced", encrypt, decrypt };
  return &impl;
}
