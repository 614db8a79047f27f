/* SPDX-License-Identifier: MIT */
/* address.c - addresses as people type them. */
#include "loop_impl.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

bool cg_address_parse(const char *host, uint16_t port, struct sockaddr_storage *out) {
  memset(out, 0, sizeof *out);
  if (!strcasecmp(host, "localhost")) host = "127.0.0.1";
  return !uv_ip4_addr(host, port, (struct sockaddr_in *)out) ||
         !uv_ip6_addr(host, port, (struct sockaddr_in6 *)out);
}

static bool parse_port(const char *text, uint16_t *port) {
  unsigned v = 0;
  size_t len = strlen(text);
  if (len < 1 || len > 5 || strspn(text, "0123456789") != len) return false;
  for (; *text; text++) v = v * 10 + (unsigned)(*text - '0');
  *port = (uint16_t)v;
  return v <= UINT16_MAX;
}

cg_err cg_address_split(const char *text, char host[256], uint16_t *port,
                        cg_fault *fault) {
  const char *colon = strrchr(text, ':');
  size_t len = colon ? (size_t)(colon - text) : 0;
  const char *from = text;
  if (len >= 2 && text[0] == '[' && colon[-1] == ']') {
    from++;
    len -= 2;
  } else if (memchr(text, ':', len)) {
    len = 0; /* an IPv6 address without brackets: which colon is the port's? */
  }
  if (len == 0 || len > 255 || !parse_port(colon + 1, port))
    return cg_fail(fault, CG_E_USAGE, "\"%.60s\" is not HOST:PORT", text);
  memcpy(host, from, len);
  host[len] = 0;
  return CG_OK;
}
