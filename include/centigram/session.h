/* SPDX-License-Identifier: MIT */
/*
 * session.h - what a session file holds, looked at from outside.
 *
 * A session file is the account: whoever has it is logged in. It is one small file,
 * mode 0600, replaced as a whole and checked by a SHA-256; FILE.lock beside it is
 * locked by the process that uses it. With a passphrase it is sealed: of no use to who
 * does not know that. A `passphrase` here is NULL if there is none; a file that is not
 * sealed is read with one all the same. REFUSED: it is sealed, and none was given;
 * VERIFY: it is wrong; USAGE: it is empty.
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
CG_API CG_MUST_USE cg_err cg_session_show(const char *path, const char *passphrase,
                                          cg_session_info *out, cg_fault *fault);

/* --- as one line of text, for other clients --------------------------------- */

/* name, what --format calls it */
#define CG_SESSION_FORMAT_MAP(X) \
  X(GRAMJS, "gramjs")            \
  X(TELETHON, "telethon")        \
  X(PYROGRAM, "pyrogram")        \
  X(MTCUTE, "mtcute")            \
  X(RAW, "raw") /* DC ":" and the key as 512 hex digits */

typedef enum {
#define X(name, text) CG_SESSION_FORMAT_##name,
  CG_SESSION_FORMAT_MAP(X)
#undef X
} cg_session_format;

/* "telethon"; static. */
CG_API const char *cg_session_format_name(cg_session_format format);
/* False if no format is called so. */
CG_API bool cg_session_format_find(const char *name, cg_session_format *out);

/* The session in `path` as text, NUL-terminated, in `arena`. It is the account: a secret.
 * `api_id` stands in Pyrogram's. REFUSED: not logged in, or the format needs what the
 * session does not know; NOT_FOUND, IO, CORRUPT; each names the file. MEMORY. */
CG_API CG_MUST_USE cg_err cg_session_export(const char *path, const char *passphrase,
                                            cg_session_format format, int32_t api_id,
                                            cg_arena *arena, cg_bytes *out,
                                            cg_fault *fault);

/* Makes `path` the session that `text`, of any format, speaks of; `format` (may be NULL)
 * tells which. An address that the text lacks is taken from `dc`; whether the key is
 * still logged in, the first call tells. MALFORMED (with what is wrong), REFUSED (it is
 * of a data centre that `dc` does not have), EXISTS (`path` is logged in), LOCKED, IO,
 * CORRUPT, MEMORY. */
CG_API CG_MUST_USE cg_err cg_session_import(const char *path, const char *passphrase,
                                            const cg_dc *dc, cg_bytes text,
                                            cg_session_format *format, cg_fault *fault);

#ifdef __cplusplus
}
#endif
#endif
