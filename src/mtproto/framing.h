/* SPDX-License-Identifier: MIT */
/*
 * framing.h - a byte stream cut into MTProto packets, and back.
 *
 * Abridged, intermediate, padded intermediate (each plain or obfuscated) and full
 * (plain). A client chooses; a server tells them apart by the first bytes. Sans-IO:
 * bytes in, packets out; any split of the stream gives the same packets.
 *
 * https://core.telegram.org/mtproto/mtproto-transports (protocol.md 27-49)
 */
#ifndef CG_FRAMING_H
#define CG_FRAMING_H

#include "buf.h"
#include "rng.h"

typedef enum {
  CG_FRAMING_ABRIDGED,
  CG_FRAMING_INTERMEDIATE,
  CG_FRAMING_PADDED,
  CG_FRAMING_FULL
} cg_framing_kind;

enum {
  CG_FRAMING_MAX_CLIENT = 16 << 20, /* largest packet a client accepts, bytes */
  CG_FRAMING_MAX_SERVER = 1 << 20   /* largest packet a server accepts, bytes */
};

typedef struct cg_framing cg_framing;

/* The client's end. `dc` goes into the obfuscated header. FULL cannot be
 * obfuscated: USAGE. `rng` is borrowed for as long as the framing lives. RANDOM,
 * MEMORY, CRYPTO. Free with cg_framing_free(). */
cg_err cg_framing_client(cg_framing **out, cg_framing_kind kind, bool obfuscated,
                         int16_t dc, const cg_rng *rng);

/* The server's end: finds out from the first bytes what the client speaks.
 * A stream that begins as HTTP ("GET ", "POST", "HEAD", "OPTI") is refused with
 * UNEXPECTED: the caller closes or hands cg_framing_unread() to another parser. */
cg_err cg_framing_server(cg_framing **out, const cg_rng *rng);

void cg_framing_free(cg_framing *f); /* NULL is allowed */

/* Takes `in`, which is copied. PROTOCOL, LIMIT (a header that announces too much),
 * MEMORY, CRYPTO: the stream is beyond repair, close it. Errors are sticky. */
cg_err cg_framing_feed(cg_framing *f, cg_bytes in);

typedef enum {
  CG_PACKET_NONE,  /* more bytes are needed */
  CG_PACKET_DATA,  /* `data`, with transport padding still behind it if PADDED */
  CG_PACKET_ERROR, /* client only: transport error `value`, e.g. -404; what is not
                      negative is no error that anybody defined: log it, go on */
  CG_PACKET_ACK    /* client only: quick-ack token `value` */
} cg_packet_kind;

typedef struct {
  cg_packet_kind kind;
  cg_bytes data; /* borrowed until the next call on the framing */
  int32_t value;
  bool wants_ack; /* server only: the client asked for a quick ack of this packet */
} cg_packet;

/* The next complete packet, or NONE. Errors as cg_framing_feed. */
cg_err cg_framing_next(cg_framing *f, cg_packet *out);

/* Appends `payload` as one packet to `out`; a client's first call also appends the
 * stream's header. USAGE unless its length is a multiple of 4 above 0; LIMIT above
 * 16 MiB; STATE on a server that does not know yet what is spoken; MEMORY, RANDOM,
 * CRYPTO. After an error `out` must not be sent. */
cg_err cg_framing_send(cg_framing *f, cg_bytes payload, cg_buf *out);

/* Server: appends transport error `code` (negative) or a quick-ack token in the
 * connection's own framing. STATE before anything was received; USAGE for an ack in
 * FULL, which has none, and on a client. */
cg_err cg_framing_send_error(cg_framing *f, int32_t code, cg_buf *out);
cg_err cg_framing_send_ack(cg_framing *f, uint32_t token, cg_buf *out);

/* What was fed and has not come out as packets, deobfuscated; borrowed until the next
 * call on the framing. After UNEXPECTED that is everything. */
cg_bytes cg_framing_unread(const cg_framing *f);

/* What is spoken, for logs: "padded intermediate, obfuscated"; "unknown" on a server
 * that has not found out. Static. */
const char *cg_framing_name(const cg_framing *f);

#endif
