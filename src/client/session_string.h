/* SPDX-License-Identifier: MIT */
/*
 * session_string.h - sessions as one line of text, in the forms that other clients
 * print and read: see <centigram/session.h>.
 *
 * Whoever has such a string is logged in: the caller wipes what it no longer needs.
 *
 *   gramjs    "1" base64(dc:u8 len:u16 host[len] port:u16 key[256]), big-endian
 *   telethon  "1" base64url(dc:u8 ip[4 or 16] port:u16 key[256]), big-endian
 *   pyrogram  base64url(dc:u8 api_id:u32 test:u8 key[256] user_id:u64 is_bot:u8), no
 *             padding, big-endian; older ones have no api_id, and user_id:u32
 *   mtcute    base64url(3:u8 flags:u32 dc:bytes [media dc] [user_id:u64 is_bot:Bool]
 *             key:bytes), no padding, as in TL; dc = 2:u8 id:u8 flags:u8 ip:string
 *             port:u32
 *   raw       DC ":" 512 hex digits
 */
#ifndef CG_SESSION_STRING_H
#define CG_SESSION_STRING_H

#include <centigram/session.h>

enum { CG_SESSION_STRING_KEY = 256 };

/* What a string says; a field that its form does not have is zero. */
typedef struct {
  cg_session_format format;
  int32_t dc;                     /* 1 to 255 */
  char host[CG_SESSION_HOST_MAX]; /* empty: not said */
  uint16_t port;
  bool says_test, test;           /* a test server; whether the form tells */
  int32_t api_id;
  int64_t user_id;
  bool is_bot;
  uint8_t key[CG_SESSION_STRING_KEY];
} cg_session_string;

/* The text in s->format, NUL-terminated, in `arena`. REFUSED: the form cannot say it
 * (which is named); MEMORY. */
cg_err cg_session_string_write(const cg_session_string *s, cg_arena *arena, cg_bytes *out,
                               cg_fault *fault);

/* Finds out the form by itself. MALFORMED, with what is wrong in `fault`; MEMORY. On
 * failure `out` is empty. */
cg_err cg_session_string_read(cg_bytes text, cg_session_string *out, cg_fault *fault);

#endif
