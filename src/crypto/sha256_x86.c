/* SPDX-License-Identifier: MIT */
/* sha256_x86.c - see sha256_x86.h for the contract. */
#include "sha256_x86.h"

#if defined(__x86_64__) || defined(__i386__)
#include "cpu.h"
#include "wipe.h"

#include <string.h>

_Alignas(16) const uint32_t cg_sha256_k[64] = {
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
  0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
  0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
  0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
  0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
  0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
  0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
  0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
};

/* Hashes whole blocks at `p` and returns what is behind them. */
CG_SHA_CODE static const uint8_t *blocks(sha_state *s, const uint8_t *p, size_t count) {
  sha_state now = *s;
  for (; count; count--, p += 64) sha_block(&now, p);
  *s = now;
  return p;
}

CG_SHA_CODE bool cg_sha256_x86(const cg_bytes *parts, size_t count, uint8_t out[32]) {
  if (!cg_cpu_has(CG_CPU_SHA)) return false;
  struct {
    sha_state s;
    uint8_t held[128]; /* less than a block, until padding comes behind it */
  } w;
  size_t used = 0;
  uint64_t total = 0;
  w.s = sha_start();
  for (size_t i = 0; i < count; i++) {
    const uint8_t *p = parts[i].at;
    size_t left = parts[i].len, take = left < 64 - used ? left : 64 - used;
    total += left;
    if (used && left) {
      memcpy(w.held + used, p, take);
      used += take;
      p += take;
      left -= take;
      if (used < 64) continue;
      blocks(&w.s, w.held, 1);
      used = 0;
    }
    if (left >= 64) p = blocks(&w.s, p, left / 64);
    used += left % 64;
    if (left % 64) memcpy(w.held, p, left % 64);
  }
  blocks(&w.s, w.held, sha_pad(w.held, used, total) ? 2 : 1);
  sha_store(w.s, out);
  cg_wipe(&w, sizeof w);
  return true;
}

CG_SHA_CODE bool cg_sha256_x86_pair(const uint8_t a[64], const uint8_t b[64],
                                    uint8_t out_a[32], uint8_t out_b[32]) {
  if (!cg_cpu_has(CG_CPU_SHA)) return false;
  const sha_state start = sha_start();
  sha_state s = start, t = start;
  __m128i v[4], w[4];
  sha_first_quarter(&s, v, a);
  sha_first_quarter(&t, w, b);
  sha_quarter(&s, v, 16);
  sha_quarter(&t, w, 16);
  sha_quarter(&s, v, 32);
  sha_quarter(&t, w, 32);
  sha_quarter(&s, v, 48);
  sha_quarter(&t, w, 48);
  sha_add(&s, start);
  sha_add(&t, start);
  sha_store(s, out_a);
  sha_store(t, out_b);
  return true;
}

#else

bool cg_sha256_x86(const cg_bytes *parts, size_t count, uint8_t out[32]) {
  (void)parts, (void)count, (void)out;
  return false;
}

bool cg_sha256_x86_pair(const uint8_t a[64], const uint8_t b[64], uint8_t out_a[32],
                        uint8_t out_b[32]) {
  (void)a, (void)b, (void)out_a, (void)out_b;
  return false;
}

#endif
