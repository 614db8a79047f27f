/* SPDX-License-Identifier: MIT */
/*
 * framing.c - see framing.h for the contract.
 *
 * What was fed stands in `in`, deobfuscated, from `pos` on. A packet is handed out
 * where it stands; it is dropped by the next call. When nothing is left the buffer is
 * freed: an idle connection holds this struct and its two key streams only.
 */
#include "framing.h"

#include "mem.h"
#include "obfuscation.h"

#include <libdeflate.h>
#include <string.h>

enum {
  PAD_TO_SERVER = 15, /* the most that the transport allows */
  PAD_TO_CLIENT = 3,  /* several clients strip no more than length % 4 */
  SHORTEST = 4,       /* a transport error; nothing is shorter */
  MESSAGE_MIN = 16,   /* what is shorter is no message */
  CONTROL_MAX = 19,   /* padded: a transport error with 15 bytes behind it */
  FULL_HEAD = 8,      /* length, sequence number */
  FULL_TAIL = 4,      /* CRC32 */
  SHRINK_ABOVE = 1024
};

struct cg_framing {
  const cg_rng *rng;
  cg_buf in;
  size_t pos;     /* of the first byte in `in` that no packet has taken */
  cg_buf opening; /* client: what is to be sent before the first packet */
  cg_obfuscation keys;
  uint32_t seq_in, seq_out; /* full: of the next packet */
  cg_framing_kind kind;
  cg_err err;
  bool client, known, obfuscated;
};

/* One frame as its header announces it. */
typedef struct {
  size_t head, body, tail; /* bytes; head is 0 while the header is not complete */
  bool wants_ack, is_token;
  uint32_t token;
} frame;

static const uint8_t TAGS[][4] = {
  [CG_FRAMING_ABRIDGED] = { 0xef, 0xef, 0xef, 0xef },
  [CG_FRAMING_INTERMEDIATE] = { 0xee, 0xee, 0xee, 0xee },
  [CG_FRAMING_PADDED] = { 0xdd, 0xdd, 0xdd, 0xdd },
};

static uint32_t load24(const uint8_t *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
}

static uint32_t load32(const uint8_t *p) {
  return load24(p) | (uint32_t)p[3] << 24;
}

static uint32_t swapped(uint32_t v) {
  return v >> 24 | (v >> 8 & 0xff00) | (v & 0xff00) << 8 | v << 24;
}

static cg_err fail(cg_framing *f, cg_err err) {
  if (err) f->err = err;
  return err;
}

/* ---- beginning and end ---------------------------------------------------- */

/* The bytes that a client sends before its first packet. */
static cg_err write_opening(cg_framing *f, int16_t dc) {
  if (f->kind == CG_FRAMING_FULL) return CG_OK;
  const uint8_t *tag = TAGS[f->kind];
  if (!f->obfuscated) {
    cg_buf_put(&f->opening, tag, f->kind == CG_FRAMING_ABRIDGED ? 1 : 4);
    return f->opening.err;
  }
  uint8_t *header = cg_buf_grow(&f->opening, CG_OBFUSCATION_HEADER);
  if (!header) return f->opening.err;
  return cg_obfuscation_client(&f->keys, load32(tag), dc, f->rng, header);
}

cg_err cg_framing_client(cg_framing **out, cg_framing_kind kind, bool obfuscated,
                         int16_t dc, const cg_rng *rng) {
  *out = NULL;
  if (kind == CG_FRAMING_FULL && obfuscated) return CG_E_USAGE;
  cg_framing *f = cg_alloc(sizeof *f);
  if (!f) return CG_E_MEMORY;
  f->rng = rng;
  f->kind = kind;
  f->client = f->known = true;
  f->obfuscated = obfuscated;
  cg_err err = write_opening(f, dc);
  if (err)
    cg_framing_free(f);
  else
    *out = f;
  return err;
}

cg_err cg_framing_server(cg_framing **out, const cg_rng *rng) {
  *out = cg_alloc(sizeof **out);
  if (!*out) return CG_E_MEMORY;
  (*out)->rng = rng;
  return CG_OK;
}

void cg_framing_free(cg_framing *f) {
  if (!f) return;
  cg_buf_free(&f->in);
  cg_buf_free(&f->opening);
  cg_obfuscation_wipe(&f->keys);
  cg_free(f);
}

const char *cg_framing_name(const cg_framing *f) {
  static const char *const names[][2] = {
    [CG_FRAMING_ABRIDGED] = { "abridged", "abridged, obfuscated" },
    [CG_FRAMING_INTERMEDIATE] = { "intermediate", "intermediate, obfuscated" },
    [CG_FRAMING_PADDED] = { "padded intermediate", "padded intermediate, obfuscated" },
    [CG_FRAMING_FULL] = { "full", "full" },
  };
  return f->known ? names[f->kind][f->obfuscated] : "unknown";
}

/* ---- reading headers ------------------------------------------------------ */

static void read_abridged(const cg_framing *f, cg_bytes in, frame *out) {
  bool flagged = in.len && in.at[0] & 0x80;
  bool is_long = in.len && (in.at[0] & 0x7f) == 0x7f;
  bool token = flagged && f->client;
  size_t head = token || is_long ? 4 : 1;
  if (in.len < head) return;
  *out = (frame){ .head = head, .wants_ack = flagged && !token, .is_token = token };
  if (token)
    out->token = swapped(load32(in.at));
  else
    out->body = (is_long ? load24(in.at + 1) : in.at[0] & 0x7f) * (size_t)4;
}

static void read_intermediate(const cg_framing *f, cg_bytes in, frame *out) {
  if (in.len < 4) return;
  uint32_t v = load32(in.at);
  *out = (frame){ .head = 4, .body = v };
  if (!(v >> 31)) return;
  if (!f->client) {
    out->wants_ack = true;
    out->body = v & 0x7fffffff;
  } else if (f->kind == CG_FRAMING_INTERMEDIATE) {
    *out = (frame){ .head = 4, .is_token = true, .token = v };
  }
}

static cg_err read_full(cg_bytes in, frame *out) {
  if (in.len < 4) return CG_OK;
  uint32_t all = load32(in.at);
  if (all < FULL_HEAD + FULL_TAIL) return CG_E_PROTOCOL;
  *out = (frame){ .head = FULL_HEAD, .tail = FULL_TAIL };
  out->body = all - FULL_HEAD - FULL_TAIL;
  return CG_OK;
}

/* The frame that stands next, and whether its length is one that we take. */
static cg_err read_frame(const cg_framing *f, frame *out) {
  *out = (frame){ 0 };
  cg_bytes in = cg_framing_unread(f);
  cg_err err = CG_OK;
  if (f->kind == CG_FRAMING_ABRIDGED)
    read_abridged(f, in, out);
  else if (f->kind == CG_FRAMING_FULL)
    err = read_full(in, out);
  else
    read_intermediate(f, in, out);
  if (err || !out->head || out->is_token) return err;
  bool padded = f->kind == CG_FRAMING_PADDED;
  size_t most = f->client ? CG_FRAMING_MAX_CLIENT : CG_FRAMING_MAX_SERVER;
  if (padded) most += PAD_TO_SERVER;
  if (out->body > most) return CG_E_LIMIT;
  return out->body < SHORTEST || (!padded && out->body % 4) ? CG_E_PROTOCOL : CG_OK;
}

/* ---- taking bytes --------------------------------------------------------- */

static cg_err settle(cg_framing *f, cg_framing_kind kind, size_t header) {
  f->kind = kind;
  f->known = true;
  f->pos = header;
  return CG_OK;
}

static cg_err settle_obfuscated(cg_framing *f) {
  if (f->in.len < CG_OBFUSCATION_HEADER) return CG_OK;
  uint32_t tag = 0;
  cg_err err = cg_obfuscation_server(&f->keys, f->in.at, &tag);
  if (err) return err;
  f->obfuscated = true;
  err = cg_ctr_xor(&f->keys.in, f->in.at + CG_OBFUSCATION_HEADER,
                   f->in.len - CG_OBFUSCATION_HEADER);
  if (err) return err;
  for (size_t kind = 0; kind < sizeof TAGS / sizeof *TAGS; kind++)
    if (load32(TAGS[kind]) == tag)
      return settle(f, (cg_framing_kind)kind, CG_OBFUSCATION_HEADER);
  return CG_E_PROTOCOL;
}

/* Server: finds out what is spoken, once enough bytes are there. */
static cg_err detect(cg_framing *f) {
  switch (cg_opening_of(cg_framing_unread(f))) {
  case CG_OPENING_ABRIDGED: return settle(f, CG_FRAMING_ABRIDGED, 1);
  case CG_OPENING_INTERMEDIATE: return settle(f, CG_FRAMING_INTERMEDIATE, 4);
  case CG_OPENING_PADDED: return settle(f, CG_FRAMING_PADDED, 4);
  case CG_OPENING_FULL: return settle(f, CG_FRAMING_FULL, 0);
  case CG_OPENING_OBFUSCATED: return settle_obfuscated(f);
  case CG_OPENING_HTTP: return CG_E_UNEXPECTED;
  case CG_OPENING_SHORT: break;
  }
  return CG_OK;
}

static void drop_taken(cg_framing *f) {
  cg_buf_drop(&f->in, f->pos);
  f->pos = 0;
}

cg_err cg_framing_feed(cg_framing *f, cg_bytes in) {
  if (f->err || !in.len) return f->err;
  drop_taken(f);
  size_t before = f->in.len;
  cg_buf_bytes(&f->in, in);
  cg_err err = f->in.err;
  if (!err && !f->known)
    err = detect(f);
  else if (!err && f->obfuscated)
    err = cg_ctr_xor(&f->keys.in, f->in.at + before, in.len);
  frame next;
  if (!err && f->known) err = read_frame(f, &next);
  return fail(f, err);
}

cg_bytes cg_framing_unread(const cg_framing *f) {
  if (f->in.len == f->pos) return (cg_bytes){ 0 };
  return (cg_bytes){ f->in.at + f->pos, f->in.len - f->pos };
}

/* Gives memory back that a burst of packets or a large one has left. */
static void shrink(cg_framing *f) {
  drop_taken(f);
  if (!f->in.len) {
    cg_buf_free(&f->in);
  } else if (f->in.cap > SHRINK_ABOVE && f->in.cap / 4 > f->in.len) {
    cg_buf less = { 0 };
    cg_buf_bytes(&less, cg_buf_view(&f->in));
    cg_buf *useless = less.err ? &less : &f->in; /* no memory: keep what we have */
    cg_buf_free(useless);
    if (useless == &f->in) f->in = less;
  }
}

/* ---- handing packets out -------------------------------------------------- */

static cg_err check_full(cg_framing *f, const uint8_t *at, const frame *fr) {
  size_t covered = fr->head + fr->body;
  if (load32(at + 4) != f->seq_in) return CG_E_PROTOCOL;
  if (load32(at + covered) != libdeflate_crc32(0, at, covered)) return CG_E_PROTOCOL;
  f->seq_in++;
  return CG_OK;
}

/* Client: tells transport errors and padded quick acks from messages. */
static cg_err classify(const cg_framing *f, cg_packet *packet) {
  cg_bytes data = packet->data;
  bool padded = f->kind == CG_FRAMING_PADDED;
  if (data.len != SHORTEST && !(padded && data.len <= CONTROL_MAX))
    return data.len < MESSAGE_MIN ? CG_E_PROTOCOL : CG_OK;
  uint32_t code = load32(data.at);
  bool ack = data.len >= 8 && code == UINT32_MAX;
  *packet = (cg_packet){ .kind = ack ? CG_PACKET_ACK : CG_PACKET_ERROR };
  packet->value = (int32_t)(ack ? load32(data.at + 4) : code);
  return CG_OK;
}

cg_err cg_framing_next(cg_framing *f, cg_packet *out) {
  *out = (cg_packet){ .kind = CG_PACKET_NONE };
  if (f->err || !f->known) return f->err;
  frame fr;
  cg_err err = read_frame(f, &fr);
  if (err) return fail(f, err);
  cg_bytes in = cg_framing_unread(f);
  size_t all = fr.head + fr.body + fr.tail;
  if (!fr.head || in.len < all) {
    shrink(f);
    return CG_OK;
  }
  if (f->kind == CG_FRAMING_FULL && check_full(f, in.at, &fr))
    return fail(f, CG_E_PROTOCOL);
  f->pos += all;
  if (fr.is_token) {
    *out = (cg_packet){ .kind = CG_PACKET_ACK, .value = (int32_t)fr.token };
    return CG_OK;
  }
  *out = (cg_packet){ .kind = CG_PACKET_DATA, .wants_ack = fr.wants_ack };
  out->data = (cg_bytes){ in.at + fr.head, fr.body };
  return f->client ? fail(f, classify(f, out)) : CG_OK;
}

/* ---- sending -------------------------------------------------------------- */

static void write_abridged(cg_bytes body, cg_buf *out) {
  uint32_t words = (uint32_t)(body.len / 4);
  if (words < 0x7f)
    cg_buf_put(out, &(uint8_t){ (uint8_t)words }, 1);
  else
    cg_buf_u32(out, words << 8 | 0x7f);
  cg_buf_bytes(out, body);
}

static void write_full(cg_framing *f, cg_bytes body, cg_buf *out) {
  size_t start = out->len;
  cg_buf_u32(out, (uint32_t)(FULL_HEAD + body.len + FULL_TAIL));
  cg_buf_u32(out, f->seq_out);
  cg_buf_bytes(out, body);
  if (out->err) return;
  cg_buf_u32(out, libdeflate_crc32(0, out->at + start, out->len - start));
  f->seq_out++;
}

static void write_intermediate(cg_bytes body, cg_bytes padding, cg_buf *out) {
  cg_buf_u32(out, (uint32_t)(body.len + padding.len));
  cg_buf_bytes(out, body);
  cg_buf_bytes(out, padding);
}

/* Ends what was written from `start` on: under the key stream if there is one. */
static cg_err seal(cg_framing *f, cg_buf *out, size_t start) {
  if (out->err || !f->obfuscated) return out->err;
  return fail(f, cg_ctr_xor(&f->keys.out, out->at + start, out->len - start));
}

static cg_err send_frame(cg_framing *f, cg_bytes body, cg_bytes padding, cg_buf *out) {
  cg_buf_bytes(out, cg_buf_view(&f->opening));
  size_t start = out->len;
  if (f->kind == CG_FRAMING_ABRIDGED)
    write_abridged(body, out);
  else if (f->kind == CG_FRAMING_FULL)
    write_full(f, body, out);
  else
    write_intermediate(body, padding, out);
  cg_err err = seal(f, out, start);
  if (!err) cg_buf_free(&f->opening);
  return err;
}

cg_err cg_framing_send(cg_framing *f, cg_bytes payload, cg_buf *out) {
  if (f->err) return f->err;
  if (!f->known) return CG_E_STATE;
  if (!payload.len || payload.len % 4) return CG_E_USAGE;
  if (payload.len > CG_FRAMING_MAX_CLIENT) return CG_E_LIMIT;
  uint8_t random[PAD_TO_SERVER + 1]; /* the padding, and what chooses its length */
  cg_bytes padding = { random, 0 };
  if (f->kind == CG_FRAMING_PADDED) {
    cg_err err = cg_rng_fill(f->rng, random, sizeof random);
    if (err) return err;
    padding.len = random[PAD_TO_SERVER] & (f->client ? PAD_TO_SERVER : PAD_TO_CLIENT);
  }
  return send_frame(f, payload, padding, out);
}

static cg_err may_answer(const cg_framing *f) {
  if (f->err) return f->err;
  if (f->client) return CG_E_USAGE;
  return f->known ? CG_OK : CG_E_STATE;
}

/* Without padding even where it is allowed: old clients know an error by its length
 * of 4 alone. */
cg_err cg_framing_send_error(cg_framing *f, int32_t code, cg_buf *out) {
  cg_err err = may_answer(f);
  if (err) return err;
  uint32_t v = (uint32_t)code;
  uint8_t raw[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
                     (uint8_t)(v >> 24) };
  return send_frame(f, (cg_bytes){ raw, sizeof raw }, (cg_bytes){ 0 }, out);
}

cg_err cg_framing_send_ack(cg_framing *f, uint32_t token, cg_buf *out) {
  cg_err err = may_answer(f);
  if (err) return err;
  if (f->kind == CG_FRAMING_FULL) return CG_E_USAGE;
  size_t start = out->len;
  if (f->kind == CG_FRAMING_PADDED) {
    cg_buf_u32(out, 8); /* a packet of its own: all bits set, then the token */
    cg_buf_u32(out, UINT32_MAX);
  }
  cg_buf_u32(out, f->kind == CG_FRAMING_ABRIDGED ? swapped(token) : token);
  return seal(f, out, start);
}
