/* SPDX-License-Identifier: MIT */
/*
 * session.h - what a session file holds, looked at from outside.
 *
 * A session file is the account: whoever has it is logged in. It is one small file,
 * mode 0600, replaced as a whole and checked by a SHA-256; FILE.lock beside it is
 * locked by the process that uses it.
 */
#ifndef CENTIGRAM_SESSION_H
#define CENTIGRAM_SESSION_H

#include "login.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CG_SESSION_HOST_MAX = 256 };

typedef struct {
  bool has_key;         /* a key was agreed with the main data centre */
  uint64_t key_id;      /* names the key and gives nothing away; 0: none */
  bool test_mode;
  int32_t dc;           /* the main data centre */
  char host[CG_SESSION_HOST_MAX];
  uint16_t port;
  int64_t time_offset;  /* the server's clock minus ours, seconds */
  int future_tokens;    /* kept from earlier log-outs */
  cg_login_info login;
} cg_session_info;

/* Reads the file without a lock: it is whole at any moment. NOT_FOUND, IO, CORRUPT,
 * each naming the file. */
CG_API CG_MUST_USE cg_err cg_session_show(const char *path, cg_session_info *out,
                                          cg_fault *fault);

#ifdef __cplusplus
}
#endif
#endif
