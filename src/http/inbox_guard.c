/* SPDX-License-Identifier: MIT */
/* inbox_guard.c - see inbox_guard.h for the contract. */
#include "inbox_guard.h"

#include <string.h>
#include <strings.h>

bool cg_inbox_is_loopback(const char *host) {
  return !strcasecmp(host, "localhost") || !strcmp(host, "::1") ||
         (!strncmp(host, "127.", 4) && strspn(host, "0123456789.") == strlen(host));
}

static bool is_wildcard(const char *host) {
  return !strcmp(host, "0.0.0.0") || !strcmp(host, "::");
}

/* The name in a Host header, without its port and brackets; false if it is none. */
static bool host_name(const char *header, char out[256]) {
  size_t len = *header == '[' ? strcspn(header, "]") : strcspn(header, ":");
  const char *rest = header + len;
  if (*header == '[') {
    if (*rest++ != ']') return false;
    header++;
    len--;
  }
  if (len == 0 || len > 255) return false;
  memcpy(out, header, len);
  out[len] = 0;
  return !*rest || (*rest == ':' && strspn(rest + 1, "0123456789") == strlen(rest + 1));
}

/* A page of a name that was bound to our address sends that name. Where every address
 * is listened on any name may be ours, and the token keeps such pages out: it is always
 * asked for there. */
static bool host_is_ours(const cg_inbox_guard *guard, const char *header) {
  char name[256];
  if (!host_name(header, name)) return false;
  return cg_inbox_is_loopback(name) || !strcasecmp(name, guard->host) ||
         is_wildcard(guard->host);
}

/* A browser names the page that a request comes from. */
static bool origin_is_ours(const cg_http_request *rq) {
  return !rq->origin || (!strncasecmp(rq->origin, "http://", 7) &&
                         !strcasecmp(rq->origin + 7, rq->host));
}

/* Takes the same time wherever the texts differ. */
static bool same_secret(const char *a, const char *b) {
  size_t len = strlen(a);
  if (len != strlen(b)) return false;
  volatile unsigned char differs = 0;
  for (size_t i = 0; i < len; i++) differs |= (unsigned char)(a[i] ^ b[i]);
  return differs == 0;
}

static bool token_is_right(const cg_inbox_guard *guard, const cg_http_request *rq) {
  static const char scheme[] = "Bearer ";
  if (!guard->token) return true;
  return rq->authorization &&
         !strncasecmp(rq->authorization, scheme, strlen(scheme)) &&
         same_secret(rq->authorization + strlen(scheme), guard->token);
}

bool cg_inbox_admit(const cg_inbox_guard *guard, const cg_http_request *rq, cg_http *h) {
  if (!host_is_ours(guard, rq->host))
    cg_http_refuse(h, 421, NULL, "this host name is not served here");
  else if (!origin_is_ours(rq))
    cg_http_refuse(h, 403, NULL, "requests of other pages are refused");
  else if (!token_is_right(guard, rq))
    cg_http_refuse(h, 401, "WWW-Authenticate: Bearer\r\n",
                   "wants the header Authorization: Bearer INBOX_TOKEN");
  else return true;
  return false;
}
