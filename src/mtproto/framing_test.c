/* SPDX-License-Identifier: MIT */
/* framing_test.c - every transport, both roles, any split; what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "framing.h"

#include "mem.h"
#include "mtproto_test.h"

static const struct {
  cg_framing_kind kind;
  bool obfuscated;
  const char *name;
} TRANSPORTS[] = {
  { CG_FRAMING_ABRIDGED, false, "abridged" },
  { CG_FRAMING_INTERMEDIATE, false, "intermediate" },
  { CG_FRAMING_PADDED, false, "padded intermediate" },
  { CG_FRAMING_FULL, false, "full" },
  { CG_FRAMING_ABRIDGED, true, "abridged, obfuscated" },
  { CG_FRAMING_INTERMEDIATE, true, "intermediate, obfuscated" },
  { CG_FRAMING_PADDED, true, "padded intermediate, obfuscated" },
};
enum { COUNT = sizeof TRANSPORTS / sizeof *TRANSPORTS };

static test_rng rng;

static cg_framing *make_client(size_t i) {
  cg_framing *f = NULL;
  assert_int_equal(
      cg_framing_client(&f, TRANSPORTS[i].kind, TRANSPORTS[i].obfuscated, 2, &rng.rng),
      CG_OK);
  return f;
}

static cg_framing *make_server(void) {
  cg_framing *f = NULL;
  assert_int_equal(cg_framing_server(&f, &rng.rng), CG_OK);
  return f;
}

static cg_framing *plain_client(cg_framing_kind kind) {
  cg_framing *f = NULL;
  assert_int_equal(cg_framing_client(&f, kind, false, 2, &rng.rng), CG_OK);
  return f;
}

static cg_packet next(cg_framing *f) {
  cg_packet p;
  assert_int_equal(cg_framing_next(f, &p), CG_OK);
  return p;
}

/* Payload number n: 4 * words bytes that begin as no transport error would. */
static cg_bytes payload(size_t n, size_t words, uint8_t *space) {
  for (size_t i = 0; i < words * 4; i++) space[i] = (uint8_t)(n * 31 + i * 7 + 1);
  return (cg_bytes){ space, words * 4 };
}

static void assert_payload(cg_packet p, cg_framing_kind kind, size_t n, size_t words) {
  uint8_t space[4096];
  cg_bytes want = payload(n, words, space);
  assert_int_equal(p.kind, CG_PACKET_DATA);
  size_t padding = kind == CG_FRAMING_PADDED ? 15 : 0;
  assert_in_range(p.data.len, want.len, want.len + padding);
  assert_memory_equal(p.data.at, want.at, want.len);
}

static const size_t WORDS[] = { 6, 5, 126, 127, 5 };
enum { PACKETS = sizeof WORDS / sizeof *WORDS };

static void send_all(cg_framing *f, cg_buf *out) {
  uint8_t space[4096];
  for (size_t n = 0; n < PACKETS; n++)
    assert_int_equal(cg_framing_send(f, payload(n, WORDS[n], space), out), CG_OK);
}

/* Takes packets as they come; `got` counts them. */
static void take(cg_framing *f, cg_framing_kind kind, size_t *got) {
  for (cg_packet p = next(f); p.kind != CG_PACKET_NONE; p = next(f)) {
    assert_true(*got < PACKETS);
    assert_payload(p, kind, *got, WORDS[*got]);
    assert_false(p.wants_ack);
    ++*got;
  }
}

/* Feeds the stream in two parts, split at `at`, or byte by byte if at is len. */
static void feed_split(cg_framing *f, cg_framing_kind kind, cg_bytes all, size_t at) {
  size_t got = 0;
  for (size_t pos = 0, n; pos < all.len; pos += n) {
    n = at == all.len ? 1 : pos < at ? at : all.len - pos;
    assert_int_equal(cg_framing_feed(f, (cg_bytes){ all.at + pos, n }), CG_OK);
    take(f, kind, &got);
  }
  assert_int_equal(got, PACKETS);
  assert_int_equal(cg_framing_unread(f).len, 0);
}

static void any_split_to_the_server(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT; i++) {
    cg_framing *client = make_client(i);
    cg_buf wire = { 0 };
    send_all(client, &wire);
    for (size_t at = 0; at <= wire.len; at++) {
      cg_framing *server = make_server();
      assert_string_equal(cg_framing_name(server), "unknown");
      feed_split(server, TRANSPORTS[i].kind, cg_buf_view(&wire), at);
      assert_string_equal(cg_framing_name(server), TRANSPORTS[i].name);
      cg_framing_free(server);
    }
    assert_string_equal(cg_framing_name(client), TRANSPORTS[i].name);
    cg_framing_free(client);
    cg_buf_free(&wire);
  }
}

/* The same way back. The key streams of an obfuscated connection go on, so there the
 * answers are made and read once for each split. */
static void any_split_to_the_client(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT; i++) {
    size_t len = 1;
    for (size_t at = 0; at <= len; at += 1 + at / 8) {
      cg_framing *client = make_client(i), *server = make_server();
      cg_buf wire = { 0 }, back = { 0 };
      send_all(client, &wire);
      feed_split(server, TRANSPORTS[i].kind, cg_buf_view(&wire), wire.len / 2);
      send_all(server, &back);
      len = back.len;
      feed_split(client, TRANSPORTS[i].kind, cg_buf_view(&back), at < len ? at : len);
      cg_buf_free(&wire);
      cg_buf_free(&back);
      cg_framing_free(client);
      cg_framing_free(server);
    }
  }
}

/* Packets that follow each other after the opening, in both directions at once. */
static void streams_go_on(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT; i++) {
    cg_framing *client = make_client(i), *server = make_server();
    uint8_t space[4096];
    for (size_t n = 0; n < 300; n++) {
      cg_buf up = { 0 }, down = { 0 };
      size_t words = 5 + n % 200;
      assert_int_equal(cg_framing_send(client, payload(n, words, space), &up), CG_OK);
      assert_int_equal(cg_framing_feed(server, cg_buf_view(&up)), CG_OK);
      assert_payload(next(server), TRANSPORTS[i].kind, n, words);
      assert_int_equal(cg_framing_send(server, payload(n, words, space), &down), CG_OK);
      assert_int_equal(cg_framing_feed(client, cg_buf_view(&down)), CG_OK);
      assert_payload(next(client), TRANSPORTS[i].kind, n, words);
      cg_buf_free(&up);
      cg_buf_free(&down);
    }
    cg_framing_free(client);
    cg_framing_free(server);
  }
}

/* Checksums made with python's zlib.crc32. */
static void bytes_on_the_wire(void **state) {
  (void)state;
  static const struct {
    cg_framing_kind kind;
    cg_bytes want;
  } rows[] = {
    { CG_FRAMING_ABRIDGED, TEST_BYTES("\xef\x02"
                                      "abcdefgh"
                                      "\x02"
                                      "abcdefgh") },
    { CG_FRAMING_INTERMEDIATE, TEST_BYTES("\xee\xee\xee\xee\x08\0\0\0"
                                          "abcdefgh"
                                          "\x08\0\0\0"
                                          "abcdefgh") },
    { CG_FRAMING_FULL, TEST_BYTES("\x14\0\0\0\0\0\0\0"
                                  "abcdefgh"
                                  "\x75\xcc\x60\x15"
                                  "\x14\0\0\0\1\0\0\0"
                                  "abcdefgh"
                                  "\x1a\x80\xc5\x8e") },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_framing *f = plain_client(rows[i].kind);
    cg_buf out = { 0 };
    for (int n = 0; n < 2; n++)
      assert_int_equal(cg_framing_send(f, CG_LIT("abcdefgh"), &out), CG_OK);
    assert_int_equal(out.len, rows[i].want.len);
    assert_memory_equal(out.at, rows[i].want.at, out.len);
    cg_buf_free(&out);
    cg_framing_free(f);
  }
}

static void abridged_lengths(void **state) {
  (void)state;
  uint8_t space[127 * 4];
  cg_framing *f = plain_client(CG_FRAMING_ABRIDGED);
  cg_buf out = { 0 };
  assert_int_equal(cg_framing_send(f, payload(0, 126, space), &out), CG_OK);
  assert_int_equal(out.at[1], 0x7e);
  assert_int_equal(out.len, 2 + 126 * 4);
  assert_int_equal(cg_framing_send(f, payload(0, 127, space), &out), CG_OK);
  assert_memory_equal(out.at + 2 + 126 * 4, "\x7f\x7f\0\0", 4);
  cg_buf_free(&out);
  cg_framing_free(f);
}

/* ---- what is refused ------------------------------------------------------ */

typedef struct {
  bool client;
  cg_framing_kind kind; /* client only: a server hears it */
  cg_bytes in;
  cg_err want;
} refusal;

static const refusal REFUSED[] = {
  /* more than 1 MiB to a server, more than 16 MiB to a client, by the header alone */
  { false, 0, TEST_BYTES("\xef\x7f\x01\x00\x04"), CG_E_LIMIT },
  { false, 0, TEST_BYTES("\xee\xee\xee\xee\x04\x00\x10\x00"), CG_E_LIMIT },
  { false, 0, TEST_BYTES("\xee\xee\xee\xee\xff\xff\xff\xff"), CG_E_LIMIT },
  { false, 0, TEST_BYTES("\xdd\xdd\xdd\xdd\x10\x00\x10\x00"), CG_E_LIMIT },
  { false, 0, TEST_BYTES("\x10\x00\x10\x00\0\0\0\0"), CG_E_LIMIT },
  { false, 0, TEST_BYTES("\xfc\xff\xff\xff\0\0\0\0"), CG_E_LIMIT },
  { true, CG_FRAMING_ABRIDGED, TEST_BYTES("\x7f\x01\x00\x40"), CG_E_LIMIT },
  { true, CG_FRAMING_INTERMEDIATE, TEST_BYTES("\x04\x00\x00\x01"), CG_E_LIMIT },
  { true, CG_FRAMING_PADDED, TEST_BYTES("\x10\x00\x00\x01"), CG_E_LIMIT },
  { true, CG_FRAMING_PADDED, TEST_BYTES("\x00\x00\x00\x80"), CG_E_LIMIT },
  { true, CG_FRAMING_FULL, TEST_BYTES("\x10\x00\x00\x01"), CG_E_LIMIT },
  /* nothing, and 1 to 3 bytes */
  { false, 0, TEST_BYTES("\xef\x00"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\xef\x80"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\xef\x7f\0\0\0"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\xee\xee\xee\xee\0\0\0\0"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\xee\xee\xee\xee\x03\0\0\0"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\xdd\xdd\xdd\xdd\0\0\0\0"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\xdd\xdd\xdd\xdd\x03\0\0\0"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\x0c\0\0\0\0\0\0\0"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\x0b\0\0\0\0\0\0\0"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\x00\0\0\0\0\0\0\0"), CG_E_PROTOCOL },
  { true, CG_FRAMING_ABRIDGED, TEST_BYTES("\0"), CG_E_PROTOCOL },
  { true, CG_FRAMING_INTERMEDIATE, TEST_BYTES("\0\0\0\0"), CG_E_PROTOCOL },
  { true, CG_FRAMING_PADDED, TEST_BYTES("\x02\0\0\0"), CG_E_PROTOCOL },
  { true, CG_FRAMING_FULL, TEST_BYTES("\x0c\0\0\0"), CG_E_PROTOCOL },
  /* no multiple of 4 where there is no padding */
  { false, 0, TEST_BYTES("\xee\xee\xee\xee\x15\0\0\0"), CG_E_PROTOCOL },
  { false, 0, TEST_BYTES("\x1d\0\0\0\0\0\0\0"), CG_E_PROTOCOL },
  /* HTTP */
  { false, 0, TEST_BYTES("GET /apiws HTTP/1.1\r\n"), CG_E_UNEXPECTED },
  { false, 0, TEST_BYTES("POST"), CG_E_UNEXPECTED },
  { false, 0, TEST_BYTES("HEAD"), CG_E_UNEXPECTED },
  { false, 0, TEST_BYTES("OPTI"), CG_E_UNEXPECTED },
  /* a header whose tag is none: 64 bytes of 0x55 */
  { false, 0,
    TEST_BYTES("UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU"),
    CG_E_PROTOCOL },
};

static void refused_from_the_header(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
    const refusal *r = &REFUSED[i];
    cg_framing *f = r->client ? plain_client(r->kind) : make_server();
    cg_packet p;
    cg_buf out = { 0 };
    assert_int_equal(cg_framing_feed(f, r->in), r->want);
    assert_int_equal(cg_framing_feed(f, CG_LIT("\xef")), r->want); /* sticky */
    assert_int_equal(cg_framing_next(f, &p), r->want);
    assert_int_equal(p.kind, CG_PACKET_NONE);
    assert_int_equal(cg_framing_send(f, CG_LIT("abcd"), &out), r->want);
    cg_buf_free(&out);
    cg_framing_free(f);
  }
}

/* The largest that is allowed passes the header check. */
static void largest_is_taken(void **state) {
  (void)state;
  static const refusal rows[] = {
    { false, 0, TEST_BYTES("\xef\x7f\x00\x00\x04"), CG_OK },
    { false, 0, TEST_BYTES("\xee\xee\xee\xee\x00\x00\x10\x00"), CG_OK },
    { false, 0, TEST_BYTES("\xdd\xdd\xdd\xdd\x0f\x00\x10\x00"), CG_OK },
    { false, 0, TEST_BYTES("\x0c\x00\x10\x00\0\0\0\0"), CG_OK },
    { true, CG_FRAMING_ABRIDGED, TEST_BYTES("\x7f\x00\x00\x40"), CG_OK },
    { true, CG_FRAMING_INTERMEDIATE, TEST_BYTES("\x00\x00\x00\x01"), CG_OK },
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_framing *f = rows[i].client ? plain_client(rows[i].kind) : make_server();
    assert_int_equal(cg_framing_feed(f, rows[i].in), CG_OK);
    assert_int_equal(next(f).kind, CG_PACKET_NONE);
    cg_framing_free(f);
  }
}

/* A bad header behind a good packet: the packet comes out, then the error. */
static void bad_header_behind_a_good_one(void **state) {
  (void)state;
  cg_framing *f = make_server();
  cg_packet p;
  assert_int_equal(cg_framing_feed(f, CG_LIT("\xef\x01"
                                             "abcd"
                                             "\x7f\xff\xff\xff")),
                   CG_OK);
  assert_int_equal(next(f).data.len, 4);
  assert_int_equal(cg_framing_next(f, &p), CG_E_LIMIT);
  cg_framing_free(f);
}

static void http_bytes_are_kept(void **state) {
  (void)state;
  cg_framing *f = make_server();
  assert_int_equal(cg_framing_feed(f, CG_LIT("GE")), CG_OK);
  assert_int_equal(cg_framing_feed(f, CG_LIT("T / HTTP")), CG_E_UNEXPECTED);
  assert_true(cg_bytes_equal(cg_framing_unread(f), CG_LIT("GET / HTTP")));
  cg_framing_free(f);
}

static void full_checks_sequence_and_sum(void **state) {
  (void)state;
  static const struct {
    size_t at;
    cg_err want;
  } rows[] = {
    { SIZE_MAX, CG_OK },
    { 24, CG_E_PROTOCOL }, /* sequence number of the second */
    { 10, CG_E_PROTOCOL },
    { 18, CG_E_PROTOCOL }, /* payload, sum of the first */
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_framing *client = plain_client(CG_FRAMING_FULL), *server = make_server();
    cg_buf wire = { 0 };
    for (int n = 0; n < 2; n++)
      assert_int_equal(cg_framing_send(client, CG_LIT("abcdefgh"), &wire), CG_OK);
    if (rows[i].at < wire.len) wire.at[rows[i].at] ^= 1;
    assert_int_equal(cg_framing_feed(server, cg_buf_view(&wire)), CG_OK);
    cg_packet p;
    cg_err err = cg_framing_next(server, &p);
    if (!err) err = cg_framing_next(server, &p);
    assert_int_equal(err, rows[i].want);
    cg_buf_free(&wire);
    cg_framing_free(client);
    cg_framing_free(server);
  }
}

/* A right sum does not make up for a wrong number: packet 0 sent twice. */
static void full_refuses_a_repeated_packet(void **state) {
  (void)state;
  cg_framing *client = plain_client(CG_FRAMING_FULL), *server = make_server();
  cg_buf wire = { 0 };
  assert_int_equal(cg_framing_send(client, CG_LIT("abcdefgh"), &wire), CG_OK);
  assert_int_equal(cg_framing_feed(server, cg_buf_view(&wire)), CG_OK);
  assert_int_equal(cg_framing_feed(server, cg_buf_view(&wire)), CG_OK);
  assert_int_equal(next(server).kind, CG_PACKET_DATA);
  cg_packet p;
  assert_int_equal(cg_framing_next(server, &p), CG_E_PROTOCOL);
  cg_buf_free(&wire);
  cg_framing_free(client);
  cg_framing_free(server);
}

/* ---- errors and quick acks ------------------------------------------------ */

static void errors_and_acks_reach_the_client(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT; i++) {
    cg_framing *client = make_client(i), *server = make_server();
    cg_buf up = { 0 }, down = { 0 };
    assert_int_equal(cg_framing_send_error(server, -404, &down), CG_E_STATE);
    assert_int_equal(cg_framing_send_ack(server, 1, &down), CG_E_STATE);
    assert_int_equal(cg_framing_send(server, CG_LIT("abcd"), &down), CG_E_STATE);
    send_all(client, &up);
    assert_int_equal(cg_framing_feed(server, cg_buf_view(&up)), CG_OK);
    bool has_acks = TRANSPORTS[i].kind != CG_FRAMING_FULL;
    assert_int_equal(cg_framing_send_error(server, -404, &down), CG_OK);
    assert_int_equal(cg_framing_send_ack(server, 0x8badf00d, &down),
                     has_acks ? CG_OK : CG_E_USAGE);
    assert_int_equal(cg_framing_send_error(server, -444, &down), CG_OK);
    assert_int_equal(cg_framing_feed(client, cg_buf_view(&down)), CG_OK);
    cg_packet p = next(client);
    assert_int_equal(p.kind, CG_PACKET_ERROR);
    assert_int_equal(p.value, -404);
    if (has_acks) {
      p = next(client);
      assert_int_equal(p.kind, CG_PACKET_ACK);
      assert_int_equal((uint32_t)p.value, 0x8badf00d);
    }
    p = next(client);
    assert_int_equal(p.kind, CG_PACKET_ERROR);
    assert_int_equal(p.value, -444);
    assert_int_equal(next(client).kind, CG_PACKET_NONE);
    assert_int_equal(cg_framing_send_error(client, -404, &up), CG_E_USAGE);
    assert_int_equal(cg_framing_send_ack(client, 1, &up), CG_E_USAGE);
    cg_buf_free(&up);
    cg_buf_free(&down);
    cg_framing_free(client);
    cg_framing_free(server);
  }
}

/* Bytes to a plain client, and the packet that they are. */
static const struct {
  cg_framing_kind kind;
  cg_bytes in;
  cg_packet_kind want;
  int32_t value;
} CONTROL[] = {
  /* the token 0x8badf00d: byte-swapped in abridged only */
  { CG_FRAMING_ABRIDGED, TEST_BYTES("\x8b\xad\xf0\x0d"), CG_PACKET_ACK,
    (int32_t)0x8badf00d },
  { CG_FRAMING_INTERMEDIATE, TEST_BYTES("\x0d\xf0\xad\x8b"), CG_PACKET_ACK,
    (int32_t)0x8badf00d },
  { CG_FRAMING_PADDED, TEST_BYTES("\x08\0\0\0\xff\xff\xff\xff\x0d\xf0\xad\x8b"),
    CG_PACKET_ACK, (int32_t)0x8badf00d },
  { CG_FRAMING_PADDED, TEST_BYTES("\x0b\0\0\0\xff\xff\xff\xff\x0d\xf0\xad\x8bxyz"),
    CG_PACKET_ACK, (int32_t)0x8badf00d },
  { CG_FRAMING_PADDED, TEST_BYTES("\x10\0\0\0\xff\xff\xff\xff\x0d\xf0\xad\x8bxyzuvwxy"),
    CG_PACKET_ACK, (int32_t)0x8badf00d },
  { CG_FRAMING_ABRIDGED, TEST_BYTES("\x01\x6c\xfe\xff\xff"), CG_PACKET_ERROR, -404 },
  { CG_FRAMING_INTERMEDIATE, TEST_BYTES("\x04\0\0\0\x53\xfe\xff\xff"), CG_PACKET_ERROR,
    -429 },
  { CG_FRAMING_PADDED, TEST_BYTES("\x04\0\0\0\x44\xfe\xff\xff"), CG_PACKET_ERROR, -444 },
  { CG_FRAMING_PADDED,
    TEST_BYTES("\x13\0\0\0\x6c\xfe\xff\xff"
               "0123456789abcde"),
    CG_PACKET_ERROR, -404 },
  { CG_FRAMING_INTERMEDIATE, TEST_BYTES("\x04\0\0\0\0\0\0\0"), CG_PACKET_ERROR, 0 },
  { CG_FRAMING_ABRIDGED,
    TEST_BYTES("\x04"
               "0123456789abcdef"),
    CG_PACKET_DATA, 0 },
};

static void control_packets_of_a_server(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof CONTROL / sizeof *CONTROL; i++) {
    cg_framing *f = plain_client(CONTROL[i].kind);
    for (size_t n = 0; n < CONTROL[i].in.len; n++) {
      assert_int_equal(next(f).kind, CG_PACKET_NONE);
      assert_int_equal(cg_framing_feed(f, (cg_bytes){ CONTROL[i].in.at + n, 1 }), CG_OK);
    }
    cg_packet p = next(f);
    assert_int_equal(p.kind, CONTROL[i].want);
    assert_int_equal(p.value, CONTROL[i].value);
    assert_int_equal(next(f).kind, CG_PACKET_NONE);
    cg_framing_free(f);
  }
}

/* 5 to 15 bytes are neither a message nor an error. */
static void short_packets_break_the_client(void **state) {
  (void)state;
  for (uint8_t words = 2; words < 4; words++) {
    cg_framing *f = plain_client(CG_FRAMING_ABRIDGED);
    uint8_t in[13] = { words };
    assert_int_equal(cg_framing_feed(f, (cg_bytes){ in, 1 + words * 4u }), CG_OK);
    cg_packet p;
    assert_int_equal(cg_framing_next(f, &p), CG_E_PROTOCOL);
    assert_int_equal(cg_framing_next(f, &p), CG_E_PROTOCOL);
    cg_framing_free(f);
  }
}

static void client_asks_for_a_quick_ack(void **state) {
  (void)state;
  uint8_t long_one[5 + 127 * 4] = { 0xef, 0xff, 0x7f, 0, 0 };
  const cg_bytes rows[] = {
    CG_LIT("\xef\x81"
           "abcd"),
    { long_one, sizeof long_one },
    CG_LIT("\xee\xee\xee\xee\x04\0\0\x80"
           "abcd"),
    CG_LIT("\xdd\xdd\xdd\xdd\x04\0\0\x80"
           "abcd"),
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cg_framing *f = make_server();
    assert_int_equal(cg_framing_feed(f, rows[i]), CG_OK);
    cg_packet p = next(f);
    assert_int_equal(p.kind, CG_PACKET_DATA);
    assert_true(p.wants_ack);
    assert_int_equal(p.data.len, i == 1 ? 127 * 4 : 4);
    cg_framing_free(f);
  }
}

/* ---- usage, memory -------------------------------------------------------- */

static void wrong_usage(void **state) {
  (void)state;
  cg_framing *f = NULL;
  assert_int_equal(cg_framing_client(&f, CG_FRAMING_FULL, true, 2, &rng.rng), CG_E_USAGE);
  assert_null(f);
  f = plain_client(CG_FRAMING_PADDED);
  cg_buf out = { 0 };
  assert_int_equal(cg_framing_send(f, CG_LIT("abc"), &out), CG_E_USAGE);
  assert_int_equal(cg_framing_send(f, CG_LIT(""), &out), CG_E_USAGE);
  cg_bytes huge = { (const uint8_t *)"", CG_FRAMING_MAX_CLIENT + 4 };
  assert_int_equal(cg_framing_send(f, huge, &out), CG_E_LIMIT);
  rng.left = 0;
  assert_int_equal(cg_framing_send(f, CG_LIT("abcd"), &out), CG_E_RANDOM);
  rng.left = -1;
  assert_int_equal(out.len, 0);
  cg_framing_free(f);
  cg_framing_free(NULL);
}

/* Padding is never the same for long, and never beyond what is allowed. */
static void padding_varies(void **state) {
  (void)state;
  cg_framing *client = plain_client(CG_FRAMING_PADDED), *server = make_server();
  unsigned up_seen = 0, down_seen = 0;
  for (int i = 0; i < 500; i++) {
    cg_buf up = { 0 }, down = { 0 };
    uint8_t space[64];
    assert_int_equal(cg_framing_send(client, payload(0, 6, space), &up), CG_OK);
    assert_int_equal(cg_framing_feed(server, cg_buf_view(&up)), CG_OK);
    up_seen |= 1u << (next(server).data.len - 24);
    assert_int_equal(cg_framing_send(server, payload(0, 6, space), &down), CG_OK);
    assert_int_equal(cg_framing_feed(client, cg_buf_view(&down)), CG_OK);
    down_seen |= 1u << (next(client).data.len - 24);
    cg_buf_free(&up);
    cg_buf_free(&down);
  }
  assert_int_equal(up_seen, 0xffff);
  assert_int_equal(down_seen, 0xf);
  cg_framing_free(client);
  cg_framing_free(server);
}

/* Seen through what must be allocated again: a drained framing holds no buffer, and
 * the start of a packet no more than it needs. */
static void idle_holds_no_buffer(void **state) {
  (void)state;
  uint8_t big[5 + 0x4000 * 4] = { 0xef, 0x7f, 0x00, 0x40, 0x00 };
  cg_framing *f = make_server();
  assert_int_equal(cg_framing_feed(f, (cg_bytes){ big, sizeof big }), CG_OK);
  assert_int_equal(next(f).kind, CG_PACKET_DATA);
  assert_int_equal(cg_framing_feed(f, (cg_bytes){ big + 1, 4 }), CG_OK);
  cg_mem_fail_after(-1);
  assert_int_equal(next(f).kind, CG_PACKET_NONE);
  assert_int_equal(cg_mem_fail_after(-1), 1); /* moved to a small buffer */
  assert_int_equal(cg_framing_feed(f, (cg_bytes){ big + 5, sizeof big - 5 }), CG_OK);
  assert_int_equal(next(f).kind, CG_PACKET_DATA);
  assert_int_equal(next(f).kind, CG_PACKET_NONE);
  for (int i = 0; i < 2; i++) { /* behind the large packet, and behind a small one */
    cg_mem_fail_after(-1);
    assert_int_equal(cg_framing_feed(f, CG_LIT("\x01"
                                               "abcd")),
                     CG_OK);
    assert_int_equal(cg_mem_fail_after(-1), 1); /* there was no buffer */
    assert_int_equal(next(f).kind, CG_PACKET_DATA);
    assert_int_equal(next(f).kind, CG_PACKET_NONE);
  }
  cg_framing_free(f);
}

/* One exchange of packets; false if memory ran out on the way. */
static bool exchange(size_t i) {
  cg_framing *client = NULL, *server = NULL;
  cg_buf up = { 0 }, down = { 0 };
  cg_packet p = { 0 };
  cg_err err = cg_framing_client(&client, TRANSPORTS[i].kind, TRANSPORTS[i].obfuscated, 2,
                                 &rng.rng);
  if (!err) err = cg_framing_server(&server, &rng.rng);
  if (!err) err = cg_framing_send(client, CG_LIT("0123456789abcdefghijklmn"), &up);
  if (!err) err = cg_framing_feed(server, cg_buf_view(&up));
  if (!err) err = cg_framing_next(server, &p);
  if (!err) err = cg_framing_send(server, (cg_bytes){ p.data.at, 24 }, &down);
  if (!err) err = cg_framing_feed(client, cg_buf_view(&down));
  if (!err) err = cg_framing_next(client, &p);
  if (err)
    assert_int_equal(err, CG_E_MEMORY);
  else
    assert_memory_equal(p.data.at, "0123456789abcdefghijklmn", 24);
  cg_framing_free(client);
  cg_framing_free(server);
  cg_buf_free(&up);
  cg_buf_free(&down);
  return !err;
}

static void every_allocation_may_fail(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT; i++) {
    bool done = false;
    for (long n = 0; !done; n++) {
      cg_mem_fail_after(n);
      test_rng_init(&rng, 3);
      done = exchange(i);
      cg_mem_fail_after(-1);
      assert_in_range(n, 0, 50);
    }
  }
}

int main(void) {
  test_rng_init(&rng, 42);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(any_split_to_the_server),
    cmocka_unit_test(any_split_to_the_client),
    cmocka_unit_test(streams_go_on),
    cmocka_unit_test(bytes_on_the_wire),
    cmocka_unit_test(abridged_lengths),
    cmocka_unit_test(refused_from_the_header),
    cmocka_unit_test(largest_is_taken),
    cmocka_unit_test(bad_header_behind_a_good_one),
    cmocka_unit_test(http_bytes_are_kept),
    cmocka_unit_test(full_checks_sequence_and_sum),
    cmocka_unit_test(full_refuses_a_repeated_packet),
    cmocka_unit_test(errors_and_acks_reach_the_client),
    cmocka_unit_test(control_packets_of_a_server),
    cmocka_unit_test(short_packets_break_the_client),
    cmocka_unit_test(client_asks_for_a_quick_ack),
    cmocka_unit_test(wrong_usage),
    cmocka_unit_test(padding_varies),
    cmocka_unit_test(idle_holds_no_buffer),
    cmocka_unit_test(every_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
