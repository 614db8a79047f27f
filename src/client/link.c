/* SPDX-License-Identifier: MIT */
/* link.c - see link.h for the contract. */
#include "link.h"

#include "wipe.h"

#include <string.h>
#include <strings.h>

static const char head[] = "tg://login?token=";

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void cg_link_write(cg_bytes token, char out[CG_LOGIN_LINK_MAX]) {
  uint32_t bits = 0;
  int held = 0;
  size_t len = sizeof head - 1;
  memcpy(out, head, len);
  for (size_t i = 0; i < token.len; i++) {
    bits = bits << 8 | token.at[i];
    for (held += 8; held >= 6; held -= 6) out[len++] = alphabet[bits >> (held - 6) & 63];
  }
  if (held) out[len++] = alphabet[bits << (6 - held) & 63];
  out[len] = '\0';
}

/* The six bits of a letter, -1 if it is none. */
static int value_of(char c) {
  const char *at = c ? strchr(alphabet, c) : NULL;
  if (at) return (int)(at - alphabet);
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool decode(const char *text, size_t n, uint8_t out[CG_LOGIN_QR_MAX],
                   size_t *len) {
  uint32_t bits = 0;
  int held = 0;
  *len = 0;
  for (size_t i = 0; i < n; i++) {
    int v = value_of(text[i]);
    if (v < 0) return false;
    bits = bits << 6 | (uint32_t)v;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (*len == CG_LOGIN_QR_MAX) return false;
    out[(*len)++] = (uint8_t)(bits >> held);
  }
  return *len && held < 6 && !(bits & ((1u << held) - 1));
}

cg_err cg_link_read(const char *text, uint8_t out[CG_LOGIN_QR_MAX], size_t *len,
                    cg_fault *fault) {
  text += strspn(text, " \t\r\n");
  if (!strncasecmp(text, head, sizeof head - 1)) text += sizeof head - 1;
  size_t n = strlen(text);
  while (n && strchr(" \t\r\n", text[n - 1])) n--;
  while (n && text[n - 1] == '=') n--;
  if (decode(text, n, out, len)) return CG_OK;
  cg_wipe(out, CG_LOGIN_QR_MAX);
  *len = 0;
  return cg_fail(fault, CG_E_REFUSED,
                 "neither a link tg://login?token=... nor the token of one");
}
