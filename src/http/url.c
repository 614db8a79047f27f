/* SPDX-License-Identifier: MIT */
/* url.c - see url.h for the contract. */
#include "url.h"

#include <string.h>

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes in place; false for an escape that is none or stands for NUL. */
static bool decode(char *text, bool query) {
  char *to = text;
  for (const char *from = text; *from; from++) {
    if (*from == '%') {
      int high = hex(from[1]), low = high < 0 ? -1 : hex(from[2]);
      if (low < 0 || high + low == 0) return false;
      *to++ = (char)(high * 16 + low);
      from += 2;
    } else {
      *to++ = query && *from == '+' ? ' ' : *from;
    }
  }
  *to = 0;
  return true;
}

static size_t count_params(const char *query) {
  size_t n = 1;
  while ((query = strchr(query, '&'))) n++, query++;
  return n;
}

/* Cuts "a=b&c" at its separators; empty parts are skipped. */
static bool split_query(char *query, cg_http_param *params, size_t *count) {
  size_t n = 0;
  for (char *part; (part = strsep(&query, "&"));) {
    if (!*part) continue;
    char *value = strchr(part, '=');
    if (value) *value++ = 0;
    else value = part + strlen(part);
    if (!decode(part, true) || !decode(value, true)) return false;
    params[n++] = (cg_http_param){ part, value };
  }
  *count = n;
  return true;
}

static cg_err parse_query(char *query, cg_arena *arena, cg_http_request *rq) {
  size_t most = count_params(query);
  if (most > CG_HTTP_PARAM_COUNT) return CG_E_LIMIT;
  cg_http_param *params = cg_arena_alloc(arena, most * sizeof *params);
  if (!params) return CG_E_MEMORY;
  if (!split_query(query, params, &rq->param_count)) return CG_E_MALFORMED;
  rq->params = params;
  return CG_OK;
}

cg_err cg_url_parse(const char *target, cg_arena *arena, cg_http_request *rq) {
  if (*target != '/') return CG_E_MALFORMED;
  const char *mark = strchr(target, '?');
  size_t len = mark ? (size_t)(mark - target) : strlen(target);
  cg_bytes path = cg_arena_copy(arena, (cg_bytes){ (const uint8_t *)target, len });
  cg_bytes query = cg_arena_copy(arena, cg_bytes_of(mark ? mark + 1 : ""));
  if (!path.at || !query.at) return CG_E_MEMORY;
  rq->path = (const char *)path.at;
  /* The copies are ours to change. */
  if (!decode((char *)(uintptr_t)path.at, false)) return CG_E_MALFORMED;
  return parse_query((char *)(uintptr_t)query.at, arena, rq);
}
