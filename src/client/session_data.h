/* SPDX-License-Identifier: MIT */
/*
 * session_data.h - what a session file says, and its bytes.
 *
 *   "CGSESSN\n"  version:u32  length:u32  payload[length]  SHA-256 of all before
 *
 * Little-endian; strings as in TL. The payload's fields stand in session_data.c. With a
 * passphrase these bytes are sealed in others: session_seal.h.
 * protocol.md 317-321, 326, 327
 */
#ifndef CG_SESSION_DATA_H
#define CG_SESSION_DATA_H

#include "auth_key.h"
#include "login_state.h"

#include <centigram/session.h>

enum {
  CG_SESSION_VERSION = 2, /* 1 is read as well: it knew phone numbers only */
  CG_SESSION_DCS = 8,
  CG_SESSION_REALM = 16,
  CG_SESSION_MAX = 256 * 1024 /* bytes of a file */
};

/* What is known about one data centre. */
typedef struct {
  int32_t id;
  char host[CG_SESSION_HOST_MAX];
  uint16_t port;
  bool has_key;
  cg_auth_key key;
  uint64_t salt;       /* 0: none is known */
  int64_t time_offset; /* the server's clock minus ours, seconds */
} cg_session_dc;

typedef struct {
  bool made;                       /* a file was read, or one is to be written */
  uint8_t realm[CG_SESSION_REALM]; /* names the service: see cg_dc_realm() */
  bool test_mode;
  int32_t main_dc;
  cg_session_dc dcs[CG_SESSION_DCS]; /* the main one is among them */
  size_t dc_count;
  cg_login login;
} cg_session_data;

/* Wipes everything; `d` is then empty. */
void cg_session_data_wipe(cg_session_data *d);

/* The entry of data centre `id`, made empty if there is none; the oldest other entry
 * makes room. */
cg_session_dc *cg_session_dc_of(cg_session_data *d, int32_t id);

/* Appends the bytes of a file. CLOSED is written as WAIT_PHONE_NUMBER, CLOSING
 * and LOGGING_OUT as READY: they do not outlive a process. But a login that is reset is
 * written as LOGGING_OUT, in whatever state it is. MEMORY, CRYPTO. */
cg_err cg_session_encode(const cg_session_data *d, cg_buf *out);

/* Reads them. CORRUPT with what is wrong in `fault` (no file name); MEMORY, CRYPTO. On
 * failure `out` is empty. */
cg_err cg_session_decode(cg_bytes in, cg_session_data *out, cg_fault *fault);

#endif
