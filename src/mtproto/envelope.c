/* SPDX-License-Identifier: MIT */
/* envelope.c - see envelope.h for the contract. */
#include "envelope.h"

#include "ige.h"
#include "msgkey.h"
#include "reader.h"
#include "wipe.h"

#include <string.h>

enum {
  HEAD = 24,  /* auth_key_id, msg_key */
  INNER = 32, /* salt, session_id, msg_id, seqno, length */
  BLOCK = 16,
  LEAST = 48, /* shortest encrypted part */
  PADDING_MIN = 12,
  PADDING_MAX = 1024,
  EXTRA_BLOCKS = 8, /* 0..7 blocks of padding more than are needed */
  BODY_MAX = (16 << 20) - 4096
};

static int direction(cg_role from) {
  return from == CG_CLIENT ? 0 : 8;
}

uint64_t cg_envelope_key_id(cg_bytes packet) {
  cg_reader r;
  cg_reader_init(&r, packet.at, packet.len);
  return cg_reader_u64(&r);
}

/* Appends padding of 12 bytes and more, up to a whole block, and up to seven blocks on
 * top, so that a size does not tell the body's (protocol.md 164). */
static cg_err pad(cg_buf *out, size_t plain, const cg_rng *rng) {
  uint8_t random[1 + PADDING_MIN + BLOCK - 1 + (EXTRA_BLOCKS - 1) * BLOCK];
  cg_err err = cg_rng_fill(rng, random, sizeof random);
  if (err) return err;
  size_t need = PADDING_MIN + (BLOCK - (plain + PADDING_MIN) % BLOCK) % BLOCK;
  cg_buf_put(out, random + 1, need + random[0] % EXTRA_BLOCKS * BLOCK);
  return out->err;
}

/* Encrypts what stands behind the head at `packet`, in place, and fills the head. */
static cg_err encrypt(const cg_auth_key *key, cg_role from, uint8_t *packet, size_t len) {
  uint8_t aes_key[32], aes_iv[32], *plain = packet + HEAD, *msg_key = packet + 8;
  cg_err err = cg_msgkey_v2(key->key, direction(from), (cg_bytes){ plain, len - HEAD },
                            msg_key, NULL);
  if (!err) err = cg_kdf_v2(key->key, direction(from), msg_key, aes_key, aes_iv);
  if (!err) err = cg_ige_encrypt(aes_key, aes_iv, plain, plain, len - HEAD);
  cg_wipe(aes_key, sizeof aes_key);
  cg_wipe(aes_iv, sizeof aes_iv);
  return err;
}

cg_err cg_envelope_seal(const cg_auth_key *key, cg_role from, const cg_message *m,
                        const cg_rng *rng, cg_buf *out) {
  static const uint8_t no_msg_key[16];
  if (m->body.len > BODY_MAX) return CG_E_LIMIT;
  size_t start = out->len;
  cg_buf_u64(out, key->id);
  cg_buf_put(out, no_msg_key, sizeof no_msg_key);
  cg_buf_u64(out, m->salt);
  cg_buf_u64(out, m->session_id);
  cg_buf_u64(out, m->msg_id);
  cg_buf_u32(out, m->seqno);
  cg_buf_u32(out, (uint32_t)m->body.len);
  cg_buf_bytes(out, m->body);
  cg_err err = pad(out, INNER + m->body.len, rng);
  if (!err) err = encrypt(key, from, out->at + start, out->len - start);
  if (err) {
    if (out->len > start) cg_wipe(out->at + start, out->len - start);
    out->len = start;
  }
  return err;
}

/* Decrypts the whole blocks of `data` into `plain` and says whether msg_key is theirs. */
static bool decrypt(const cg_auth_key *key, cg_role from, const uint8_t msg_key[16],
                    cg_bytes data, uint8_t *plain) {
  uint8_t aes_key[32], aes_iv[32], found[16];
  cg_err err = cg_kdf_v2(key->key, direction(from), msg_key, aes_key, aes_iv);
  if (!err) err = cg_ige_decrypt(aes_key, aes_iv, data.at, plain, data.len);
  if (!err)
    err = cg_msgkey_v2(key->key, direction(from), (cg_bytes){ plain, data.len }, found,
                       NULL);
  bool good = !err && cg_equal_ct(found, msg_key, sizeof found);
  cg_wipe(aes_key, sizeof aes_key);
  cg_wipe(aes_iv, sizeof aes_iv);
  return good;
}

static void read_inner(const cg_buf *plain, cg_message *out, uint32_t *length) {
  cg_reader r;
  cg_reader_init(&r, plain->at, plain->len);
  out->salt = cg_reader_u64(&r);
  out->session_id = cg_reader_u64(&r);
  out->msg_id = cg_reader_u64(&r);
  out->seqno = cg_reader_u32(&r);
  *length = cg_reader_u32(&r);
  out->body = (cg_bytes){ r.pos, *length };
}

static bool length_holds(uint32_t length, size_t plain) {
  size_t room = plain - INNER;
  return length % 4 == 0 && length <= room && room - length >= PADDING_MIN &&
         room - length <= PADDING_MAX;
}

cg_err cg_envelope_open(const cg_auth_key *key, cg_role from, cg_bytes packet,
                        bool padded, cg_buf *plain, cg_message *out) {
  plain->len = 0;
  plain->err = CG_OK;
  if (packet.len < HEAD + LEAST) return CG_E_VERIFY;
  size_t tail = (packet.len - HEAD) % BLOCK;
  cg_bytes data = { packet.at + HEAD, packet.len - HEAD - tail };
  uint8_t *at = cg_buf_grow(plain, data.len);
  if (!at) return plain->err;
  /* One way for every packet: a length that is wrong is told only behind msg_key. */
  bool good = decrypt(key, from, packet.at + 8, data, at);
  uint32_t length = 0;
  if (good) read_inner(plain, out, &length);
  if (good && (padded || !tail) && cg_envelope_key_id(packet) == key->id &&
      length_holds(length, data.len))
    return CG_OK;
  cg_wipe(plain->at, plain->len);
  plain->len = 0;
  *out = (cg_message){ 0 };
  return CG_E_VERIFY;
}

uint32_t cg_envelope_quick_ack(const cg_auth_key *key, cg_role from,
                               const cg_buf *plain) {
  uint8_t msg_key[16];
  uint32_t token;
  return cg_msgkey_v2(key->key, direction(from), cg_buf_view(plain), msg_key, &token)
             ? 0
             : token;
}
