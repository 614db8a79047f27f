/* SPDX-License-Identifier: MIT */
/*
 * base64.h - base64 and hex, as JSON carries bytes. Written in the standard alphabet
 * with padding; read in either alphabet, padded or not.
 *
 * https://www.rfc-editor.org/rfc/rfc4648
 */
#ifndef CG_BASE64_H
#define CG_BASE64_H

#include "err.h"

/* Text of `bytes` in memory of `arena`; at is NULL when memory is out. */
cg_bytes cg_base64(cg_bytes bytes, cg_arena *arena);
cg_bytes cg_hex(cg_bytes bytes, cg_arena *arena);

/* Writes base64url without padding, and a NUL, into CG_BASE64_SIZE(bytes.len) chars. */
#define CG_BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)
void cg_base64_url(cg_bytes bytes, char *out);

/* Writes two digits a byte, and a NUL. */
void cg_hex_write(cg_bytes bytes, char *out);

/* The bytes that `text` stands for. MALFORMED: it is no base64 (also if bits behind
 * the last byte are set, or white space stands in it). MEMORY. */
cg_err cg_base64_read(cg_bytes text, cg_arena *arena, cg_bytes *out);

/* Exactly `size` bytes from twice as many hex digits; false if `text` is anything else.
 */
bool cg_hex_read(cg_bytes text, uint8_t *out, size_t size);

#endif
