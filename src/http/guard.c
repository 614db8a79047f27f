/* SPDX-License-Identifier: MIT */
/* guard.c - see guard.h for the contract. */
#include "guard.h"

#include "token.h"

#include <string.h>
#include <strings.h>

bool cg_guard_is_loopback(const char *host) {
  return !strcasecmp(host, "localhost") || !strcmp(host, "::1") ||
         (!strncmp(host, "127.", 4) && strspn(host, "0123456789.") == strlen(host));
}

bool cg_guard_copy_host(const char *host, char *out, size_t size) {
  size_t len = strlen(host);
  if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
    host++;
    len -= 2;
  }
  if (len >= size) return false;
  memcpy(out, host, len);
  out[len] = 0;
  return true;
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
 * is listened on any name may be ours, and so it may behind a server that has a password
 * to pass on; what is asked for keeps such pages out: a browser shows it to the pages of
 * one name only. */
static bool host_is_ours(const cg_guard *guard, const char *header) {
  char name[256];
  if (!host_name(header, name)) return false;
  return cg_guard_is_loopback(name) || !strcasecmp(name, guard->host) ||
         is_wildcard(guard->host) || (guard->basic && guard->token);
}

/* A browser names the page that a request comes from; where it does not, as for a
 * picture or a link, it says that it comes from another site. */
static bool origin_is_ours(const cg_http_request *rq) {
  const char *site = rq->fetch_site;
  if (site && strcmp(site, "same-origin") && strcmp(site, "none")) return false;
  if (!rq->origin) return true;
  size_t scheme = strncasecmp(rq->origin, "https://", 8) ? 7 : 8; /* TLS before us */
  return (scheme == 8 || !strncasecmp(rq->origin, "http://", 7)) &&
         !strcasecmp(rq->origin + scheme, rq->host);
}

bool cg_guard_same(const char *a, const char *b) {
  size_t len = strlen(a), size = strlen(b) + 1;
  volatile unsigned char differs = len + 1 != size;
  for (size_t i = 0; i < len; i++) differs |= (unsigned char)(a[i] ^ b[i % size]);
  return differs == 0;
}

/* What stands behind the name of the scheme, or NULL. */
static const char *credentials(const cg_http_request *rq, const char *scheme) {
  size_t len = strlen(scheme);
  if (!rq->authorization || strncasecmp(rq->authorization, scheme, len)) return NULL;
  return rq->authorization + len;
}

static bool basic_is_right(const cg_guard *guard, const char *text) {
  char user[256]; /* "user:password" */
  if (!cg_token_base64(text, user, sizeof user)) return false;
  const char *colon = strchr(user, ':');
  bool right = colon && cg_guard_same(colon + 1, guard->token);
  cg_token_wipe(user, sizeof user);
  return right;
}

static bool token_is_right(const cg_guard *guard, const cg_http_request *rq) {
  if (!guard->token) return true;
  const char *bearer = credentials(rq, "Bearer "), *basic = credentials(rq, "Basic ");
  if (bearer) return cg_guard_same(bearer, guard->token);
  return guard->basic && basic && basic_is_right(guard, basic);
}

static int refuse(int status, const char *why, const char **text) {
  *text = why;
  return status;
}

int cg_guard_check(const cg_guard *guard, const cg_http_request *rq, const char **text,
                   const char **headers) {
  *headers = NULL;
  if (!host_is_ours(guard, rq->host))
    return refuse(421, "this host name is not served here", text);
  if (!origin_is_ours(rq))
    return refuse(403, "requests of other pages are refused", text);
  if (token_is_right(guard, rq)) return 0;
  if (guard->basic) {
    *headers = "WWW-Authenticate: Basic realm=\"centigram\"\r\n";
    return refuse(401, "wants the password, as Basic or as Bearer", text);
  }
  *headers = "WWW-Authenticate: Bearer\r\n";
  return refuse(401, "wants the header Authorization: Bearer INBOX_TOKEN", text);
}
