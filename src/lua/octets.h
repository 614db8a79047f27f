/* SPDX-License-Identifier: MIT */
/*
 * octets.h - raw bytes of Lua strings as JSON text has them: base64 (standard alphabet,
 * padded) and hex. What is read comes from the library's own writer.
 *
 * https://www.rfc-editor.org/rfc/rfc4648
 */
#ifndef CG_LUA_OCTETS_H
#define CG_LUA_OCTETS_H

#include "buf.h"

/* Appends the text of `bytes`, without quotes. */
void cg_octets_base64(cg_buf *b, cg_bytes bytes);
void cg_octets_hex(cg_buf *b, cg_bytes bytes);

/* The bytes that `text` stands for, in memory of `arena`. MALFORMED: the text is not in
 * the form that is written here. MEMORY. */
cg_err cg_octets_of_base64(cg_bytes text, cg_arena *arena, cg_bytes *out);
cg_err cg_octets_of_hex(cg_bytes text, cg_arena *arena, cg_bytes *out);

#endif
