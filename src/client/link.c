/* SPDX-License-Identifier: MIT */
/* link.c - see link.h for the contract. */
#include "link.h"

#include "base64.h"

#include <string.h>
#include <strings.h>

static const char head[] = "tg://login?token=";

void cg_link_write(cg_bytes token, char out[CG_LOGIN_LINK_MAX]) {
  _Static_assert(sizeof head - 1 + CG_BASE64_SIZE(CG_LOGIN_QR_MAX) <= CG_LOGIN_LINK_MAX,
                 "a link has room for its token");
  memcpy(out, head, sizeof head - 1);
  cg_base64_url(token, out + sizeof head - 1);
}

cg_err cg_link_read(const char *text, cg_arena *arena, cg_bytes *out, cg_fault *fault) {
  text += strspn(text, " \t\r\n");
  if (!strncasecmp(text, head, sizeof head - 1)) text += sizeof head - 1;
  size_t n = strlen(text);
  while (n && strchr(" \t\r\n", text[n - 1])) n--;
  while (n && text[n - 1] == '=') n--;
  cg_err err = cg_base64_read((cg_bytes){ (const uint8_t *)text, n }, arena, out);
  if (err == CG_E_MEMORY) return cg_fail(fault, err, "%s", cg_err_text(err));
  if (!err && out->len && out->len <= CG_LOGIN_QR_MAX) return CG_OK;
  return cg_fail(fault, CG_E_REFUSED,
                 "neither a link tg://login?token=... nor the token of one");
}
