/* SPDX-License-Identifier: MIT */
/*
 * framing_fuzz.c - a stream of bytes, fed at once and in pieces, must give the same
 * packets and the same end. First byte: who reads it; second: how it is split.
 */
#include "framing.h"
#include "mtproto_test.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SERVER = 4, ROLES = 5 };

/* What came out, mixed into one number, and how it ended. */
typedef struct {
  uint64_t sum, packets;
  cg_err err;
} outcome;

static cg_framing *make(int role, const cg_rng *rng) {
  cg_framing *f = NULL;
  cg_err err = role == SERVER
                   ? cg_framing_server(&f, rng)
                   : cg_framing_client(&f, (cg_framing_kind)role, false, 2, rng);
  if (err) abort();
  return f;
}

static void mix(outcome *o, uint64_t v) {
  o->sum = (o->sum ^ v) * UINT64_C(0x100000001b3);
}

static void drain(cg_framing *f, outcome *o) {
  cg_packet p;
  while (!o->err && !(o->err = cg_framing_next(f, &p)) && p.kind != CG_PACKET_NONE) {
    o->packets++;
    mix(o, (uint64_t)p.kind);
    mix(o, (uint32_t)p.value);
    mix(o, p.wants_ack);
    mix(o, p.data.len);
    for (size_t i = 0; i < p.data.len; i++) mix(o, p.data.at[i]);
  }
}

static outcome run(int role, cg_bytes in, size_t piece) {
  test_rng rng;
  outcome o = { 0 };
  test_rng_init(&rng, 1);
  cg_framing *f = make(role, &rng.rng);
  for (size_t at = 0, n; at < in.len && !o.err; at += n) {
    n = in.len - at < piece ? in.len - at : piece;
    o.err = cg_framing_feed(f, (cg_bytes){ in.at + at, n });
    drain(f, &o);
  }
  cg_buf out = { 0 };
  if (!o.err && o.packets && cg_framing_send(f, CG_LIT("0123456789abcdef"), &out))
    abort();
  cg_buf_free(&out);
  cg_framing_free(f);
  return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  cg_bytes in = { data + 2, size - 2 };
  outcome whole = run(data[0] % ROLES, in, size);
  outcome split = run(data[0] % ROLES, in, 1u + data[1]);
  if (whole.sum != split.sum || whole.packets != split.packets || whole.err != split.err)
    abort();
  return 0;
}
